"""The command line: bind, run a data centre, look at bytes, ask the doctor, judge a program, listen in between.

Exit codes: 0 it went well (for `bind`: boolTrue, for `judge`: every step right, for `doctor`: healthy); 1 the answer
is no; 2 the command cannot be used like that; 3 nobody answered; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from mtlib import __version__
from mtlib.cli.bind import add_bind
from mtlib.cli.dc import add_dc
from mtlib.cli.looking import add_dissect, add_doctor, add_judge
from mtlib.cli.reading import INTERRUPTED, NO, UNREACHABLE, USAGE
from mtlib.cli.tap import add_tap
from mtlib.errors import LocalError, MtError, Unreachable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Bad input is one sentence on stderr, never a traceback."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
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
    print(f"mtlib: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mtlib", description="See, build and debug Telegram's auth.bindTempAuthKey.",
        epilog="Exit codes: 0 yes, 1 no, 2 wrong use, 3 nobody answered, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"mtlib {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (add_bind, add_dc, add_dissect, add_doctor, add_judge, add_tap):
        command(commands.add_parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
