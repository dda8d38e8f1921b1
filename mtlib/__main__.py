"""The command line: bind, run a data centre, look at bytes, ask the doctor, judge a program, listen in between,
print a sheet.

`python -m mtlib --help` lists the commands, `python -m mtlib dc --help` the options of one.

Exit codes: 0 success (for `bind`: boolTrue, for `judge`: every step right, for `doctor`: healthy); 1 the answer is
no; 2 wrong use of the command; 3 nobody answered; 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import argparse

# Few imports are at the top of this file: until `main` runs, Python answers Ctrl-C with a traceback.

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Bad input is one sentence on stderr, never a traceback.

    Without `arguments` this is the whole program: it uses those of the command line, and answers an interrupt at any
    moment with one sentence."""
    if arguments is not None:
        return _run(arguments)
    _on_signals(_leave)  # a KeyboardInterrupt could be raised inside Python's own calls, or get lost there
    try:
        return _run(sys.argv[1:])
    finally:
        _on_signals(_leave)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:  # Python would flush again at exit, complain, and choose its own exit code
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _run(arguments: Sequence[str]) -> int:
    import io

    from mtlib.cli.reading import NO, UNREACHABLE, USAGE
    from mtlib.errors import LocalError, MtError, Unreachable

    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed, and the next file opened would get its descriptor
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), "r" if name == "stdin" else "w"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a letter that the terminal lacks appears as its number
    try:
        try:
            options = _parser(arguments[:1]).parse_args(arguments)
            if "undo" in options:
                _on_signals(signal.default_int_handler)
            return int(options.run(options))
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        _say_interrupted()
        return INTERRUPTED
    except BrokenPipeError:  # nobody reads the output any more, so nobody needs an error
        return NO
    except Unreachable as error:
        return _complain(error, UNREACHABLE)
    except LocalError as error:
        return _complain(error, USAGE)
    except (MtError, OSError) as error:
        return _complain(error, NO)


def _on_signals(handler: Any) -> None:
    """Let `handler` run when this program is interrupted or told to end. A signal that is ignored, or that a command
    has given a handler of its own, is left as it is."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler, _leave):
            signal.signal(number, handler)


def _leave(*_: object) -> NoReturn:
    _say_interrupted()
    os._exit(INTERRUPTED)


def _say_interrupted() -> None:
    with contextlib.suppress(OSError):  # stderr may be closed
        os.write(2, b"mtlib: interrupted\n")


def _complain(error: Exception, code: int) -> int:
    from mtlib.cli.reading import say
    from mtlib.errors import without_long_hex

    say([without_long_hex(str(error))], "mtlib")
    return code


COMMANDS = {
    "bind": "bind", "dc": "dc", "dissect": "looking", "doctor": "looking", "judge": "looking", "sheet": "looking",
    "tap": "looking",
}  # fmt: skip
"""The module of `mtlib.cli` that has each command."""
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


def _parser(first: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for arguments that begin with `first`. If that is a command, the parser has no options of the other
    commands, because they would load more of the library."""
    import argparse
    from importlib import import_module

    from mtlib import __version__
    from mtlib.cli.reading import USAGE
    from mtlib.errors import printable, without_long_hex

    class Parser(argparse.ArgumentParser):
        """A parser whose errors do not quote what may be a key in the wrong place."""

        def __init__(self, **options: Any) -> None:
            # No abbreviations: `bind --key PEM` would mean --keylog, and write keys into the PEM file.
            super().__init__(allow_abbrev=False, **options)

        def error(self, message: str) -> NoReturn:
            with contextlib.suppress(OSError):  # early versions of Python 3.11 raise it if stderr cannot be written
                super().error(printable(without_long_hex(message)))
            sys.exit(USAGE)

    parser = Parser(
        prog="python -m mtlib", description="See, build and debug Telegram's auth.bindTempAuthKey.",
        formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_EXAMPLES,
    )
    parser.add_argument("--version", action="version", version=f"mtlib {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in [word for word in first if word in COMMANDS] or COMMANDS:
        getattr(import_module(f"mtlib.cli.{COMMANDS[name]}"), f"add_{name}")(commands.add_parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
