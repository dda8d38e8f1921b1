"""The commands of `python -m mtlib`: each adds its arguments to the parser, and runs on the parsed options.

A command returns its exit code. `mtlib.__main__` turns an exception into one sentence and an exit code.
"""
