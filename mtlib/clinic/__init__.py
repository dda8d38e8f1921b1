"""Why was my bind refused? The recipe, whose steps can be wrong; one table of mistakes; who reads it, and how.

`recipe` is the way from given values to the packet, step by step; `mistakes` is every known way to take a step
wrongly. The ladder and the exercises read the two forwards, the doctor backwards.
"""
