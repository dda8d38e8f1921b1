"""The command line: bind, run a data centre, look at bytes, ask the doctor, judge a program, listen in between,
print a sheet.

`python -m mtlib --help` lists the commands, `python -m mtlib dc --help` the options of one.

Exit codes: 0 it went well (for `bind`: boolTrue, for `judge`: every step right, for `doctor`: healthy); 1 the answer
is no; 2 the command cannot be used like that; 3 nobody answered; 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from mtlib import __version__
from mtlib.cli.bind import add_bind
from mtlib.cli.dc import add_dc
from mtlib.cli.looking import add_dissect, add_doctor, add_judge, add_sheet, add_tap
from mtlib.cli.reading import INTERRUPTED, NO, UNREACHABLE, USAGE
from mtlib.errors import LocalError, MtError, Unreachable, without_long_hex


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Bad input is one sentence on stderr, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter shows its number
    try:
        try:
            arguments = sys.argv[1:] if arguments is None else arguments
            options = _parser(arguments[:1]).parse_args(arguments)
            return int(options.run(options))
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left; a second complaint about it helps nobody
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO
    except Unreachable as error:
        return _complain(error, UNREACHABLE)
    except LocalError as error:
        return _complain(error, USAGE)
    except (MtError, OSError) as error:
        return _complain(error, NO)


def _complain(error: Exception, code: int) -> int:
    print(f"mtlib: {without_long_hex(str(error))}", file=sys.stderr)
    return code


COMMANDS = {
    "bind": add_bind, "dc": add_dc, "dissect": add_dissect, "doctor": add_doctor, "judge": add_judge,
    "sheet": add_sheet, "tap": add_tap,
}  # fmt: skip
_EXAMPLES = """\
python -m mtlib bind                              a whole binding with a data centre of its own, byte by byte
python -m mtlib dc --write dc                     a data centre for your client; address and key go to the folder dc
python -m mtlib dissect 0d0a...                   what these bytes are
python -m mtlib doctor refused.json               why a binding was refused
python -m mtlib judge -- node my_bind.mjs         how far your own program gets
python -m mtlib sheet bytes                       frames, strings, ids and answers on one sheet; exchange: the key
python -m mtlib COMMAND --help                    the options of a command

Exit codes: 0 yes, 1 no, 2 wrong use, 3 nobody answered, 130 interrupted.
"""


class _Parser(argparse.ArgumentParser):
    """Wrong use is told without what may be a key in a wrong place."""

    def error(self, message: str) -> NoReturn:
        super().error(without_long_hex(message))


def _parser(first: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for arguments that begin with `first`. Where that is a command, the options of the others are left
    out: to know them, more of the library would be loaded."""
    parser = _Parser(
        prog="python -m mtlib", description="See, build and debug Telegram's auth.bindTempAuthKey.",
        formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_EXAMPLES,
    )
    parser.add_argument("--version", action="version", version=f"mtlib {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in [word for word in first if word in COMMANDS] or COMMANDS:
        COMMANDS[name](commands.add_parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
