"""The commands of `python -m mtlib`: each adds its arguments to the parser, and runs on what was parsed.

A command returns its exit code. What it raises, `mtlib.__main__` turns into one sentence and a code.
"""
