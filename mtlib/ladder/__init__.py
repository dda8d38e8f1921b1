"""The recipe as a ladder: one rung per function, with vectors, and the usual wrong turns at each."""
