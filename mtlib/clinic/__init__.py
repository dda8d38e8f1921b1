"""Why was my bind refused? A recipe whose steps can be wrong, one table of mistakes, and the readers of both.

`recipe` is the way from given values to the packet of a binding, step by step, and `recipe_client` the rest of a
client; `mistakes` is every known way to take a step wrongly. The ladder and the exercises read them forwards, the
doctor backwards. `sheet` prints the rules of the steps.
"""
