"""Why was my bind refused? The recipe, whose steps can be wrong; one table of mistakes; who reads it, and how.

`recipe` is the way from given values to the packet of a binding, step by step, and `recipe_client` the rest of a
client; `mistakes` is every known way to take a step wrongly. The ladder and the exercises read them forwards, the
doctor backwards. `sheet` prints what the steps say.
"""
