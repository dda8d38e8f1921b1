"""`dissect`, `doctor`, `judge`, `sheet` and `tap`: what are these bytes, why was my bind refused, is my program right,
what must a client know, what do client and server say to each other?"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from mtlib.cli.reading import NO, Adder, contents, octets, read, refuse, say, shown


def add_dissect(add: Adder) -> None:
    """The arguments of `dissect`."""
    dissect = add("dissect", help="what are these bytes?")
    dissect.add_argument("data", metavar="BYTES|FILE|-", help="hex, base64, a dump, an array, or a file; "
                         "a file of captured packets (pcap, pcapng) becomes the conversations in it")
    dissect.add_argument("--as", dest="as_", choices=("frame", "packet", "encrypted_message", "tl"),
                         help="what they are, where the bytes alone do not say it")
    dissect.add_argument("--keys", metavar="FILE", help="auth keys, one a line, with or without names, "
                         "or a key log: the key's id and the key, in hex; never on the command line")
    dissect.set_defaults(run=_dissect)


def _dissect(options: argparse.Namespace) -> int:
    from mtlib.clinic.capture import is_capture, read_capture
    from mtlib.protocol.dissect import dissect

    keys, found = keys_in(options.keys), contents(options.data)
    if found is not None and is_capture(found):
        print(read_capture(found, keys))
    else:
        print(shown(dissect(octets(options.data, found), keys=keys, as_=options.as_)))
    return 0


def keys_in(path: str | None) -> list[Any]:
    """The auth keys in a file; none if `path` is None."""
    from mtlib.clinic.reading import read_keys

    return list(read_keys(read(path))) if path else []


def add_doctor(add: Adder) -> None:
    """The arguments of `doctor`."""
    from mtlib.clinic.names import NAMES
    from mtlib.clinic.reading import EXAMPLE

    doctor = add("doctor", help="why was my bind refused?", formatter_class=argparse.RawDescriptionHelpFormatter,
                 epilog=f"Names: {', '.join(NAMES)}.\n\nA complete file:\n\n{EXAMPLE}")
    doctor.add_argument("patient", metavar="FILE|-", nargs="?",
                        help="lines `name: value`, JSON, a log, what `bind --json --reveal` or `dc --json` "
                        "prints, or all the bytes that a client sent on one TCP connection")
    doctor.add_argument("--keys", metavar="FILE", help="the keys in a file of their own; use throw-away keys")
    doctor.add_argument("--json", action="store_true", help="the diagnosis as one JSON object")
    doctor.add_argument("--list", action="store_true", help="the mistakes that it knows, as a page of Markdown")
    doctor.set_defaults(run=_doctor, wrong=doctor.error)


def _doctor(options: argparse.Namespace) -> int:
    from mtlib.clinic.doctor import diagnose
    from mtlib.clinic.reading import read_patient

    if options.list:
        print(list_of_mistakes(), end="")
        return 0
    if options.patient is None:
        options.wrong("a file is wanted, or - for standard input")
    keys = read(options.keys) if options.keys else None
    patient = read_patient(read(options.patient), keys)
    diagnosis = diagnose(**patient)
    say(patient.notes)
    print(json.dumps(diagnosis.to_dict()) if options.json else diagnosis)
    return 0 if diagnosis.healthy else NO


def list_of_mistakes() -> str:
    """The table of mistakes as the page docs/mistakes.md has it."""
    from mtlib.clinic.mistakes import MISTAKES, Stage

    about = "This page is printed by `python -m mtlib doctor --list`. The names stay within a major version."
    lines = ["# The mistakes that the doctor knows", "", about]
    for stage in Stage:
        rows = [row for row in MISTAKES.values() if row.stage == stage]
        lines += ["", f"## {stage.name.capitalize()}", "", "| name | what was done | what to do | lesson |",
                  "| --- | --- | --- | --- |"]  # fmt: skip
        lines += [f"| `{row.name}` | {row.sentence} | {row.fix} | [{row.lesson[:2]}](../notebooks/{row.lesson}.ipynb) |"
                  for row in rows]  # fmt: skip
    return "\n".join(lines) + "\n"


PROTOCOL = """\
The program reads one line of JSON for each question and answers each with one line, flushed:

  {"step": "msg_key", "inputs": {"envelope": "9d0f...", "padding": "52c1...", "perm_auth_key": "b6f4..."}}
  {"output": "9c43e0f0c9f3ba4ba1a6ae8c0f16f4d5"}

An output is hex. Of the inputs, bytes are hex, a long is a decimal string, an int a number; a step takes what
--list says. {"output": null} says that the program does not have this step. It ends when its input ends.
"""
"""The protocol between a program and the judge."""


def add_judge(add: Adder) -> None:
    """The arguments of `judge`."""
    from mtlib.clinic.ladder import EVERYTHING
    from mtlib.clinic.recipe_client import PARTS

    parts = [f"  {part}: {', '.join(steps)}" for part, steps in PARTS.items()]
    judge = add("judge", help="feed the steps of the recipe to any program, as JSON lines",
                usage="python -m mtlib judge [-h] [--list] [NAME ...] -- PROGRAM [ARGUMENT ...]",
                formatter_class=argparse.RawDescriptionHelpFormatter,
                epilog="\n".join([PROTOCOL, "Parts and their steps:", *parts]))  # fmt: skip
    judge.add_argument("--list", action="store_true", help="the steps, in the order in which they are asked")
    judge.add_argument("words", nargs=argparse.REMAINDER, metavar="[NAME ...] -- PROGRAM", help="parts or steps that "
                       f"are asked, or {EVERYTHING}, without a name the binding; then a program and its arguments")
    judge.set_defaults(run=_judge, wrong=judge.error, undo=True)  # an interrupt must end the judged program


def _judge(options: argparse.Namespace) -> int:
    from mtlib.net.judge import judge_program, list_of_steps

    if options.list:
        print(list_of_steps())
        return 0
    words = options.words if "--" in options.words else ["--", *options.words]
    at = words.index("--")
    if not words[at + 1 :]:
        options.wrong("a program is wanted")
    report = judge_program(words[at + 1 :], steps=words[:at])
    print(report)
    return 0 if report.ok else NO


def add_sheet(add: Adder) -> None:
    """The arguments of `sheet`."""
    from mtlib.clinic.sheet import SHEETS

    paper = add("sheet", help="all that a client writes and reads, on one sheet")
    paper.add_argument("name", choices=tuple(SHEETS), help="bytes: frames, strings, ids and answers; "
                       "exchange: how a key is agreed")
    paper.set_defaults(run=_sheet)


def _sheet(options: argparse.Namespace) -> int:
    from mtlib.clinic.sheet import sheet

    print(sheet(options.name))
    return 0


def add_tap(add: Adder) -> None:
    """The arguments of `tap`."""
    tap = add("tap", help="a relay that shows a conversation field by field, with a verdict on each bind")
    tap.add_argument("--to", required=True, metavar="HOST:PORT", help="where to forward to; never to Telegram")
    tap.add_argument("--listen", type=int, default=0, metavar="PORT", help="on 127.0.0.1; 0 lets the system choose")
    tap.add_argument("--keys", metavar="FILE", help="a key log, which may grow meanwhile; see docs/captures.md")
    tap.add_argument("--write", metavar="FILE", help="a capture (pcap) of all that passes")
    tap.set_defaults(run=_tap)


def _tap(options: argparse.Namespace) -> int:
    import signal
    import threading

    from mtlib.cli.writing import to_stream
    from mtlib.net.tap import Tap

    if options.keys == "-":
        refuse("the keys of a tap come from a file, which may grow", got="-", expected="a file's name", where="--keys")
    ended = threading.Event()
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: ended.set())
    write = to_stream(sys.stdout)
    tap = Tap(options.to, tell=lambda number, heard: write(f"{number}: {heard}"), keys=growing(options.keys),
              port=options.listen, write=options.write)
    with tap:
        write(f"{tap.host}:{tap.port} leads to {options.to}. Ctrl-C ends it.")
        while tap.failure is None and not ended.wait(0.2):
            pass
        whole = tap.stop()
    if tap.failure is not None:
        raise tap.failure
    if not whole:
        say(["the last lines were not read by anybody"], "mtlib")
    return 0


def growing(path: str | None) -> Callable[[], list[Any]]:
    """A function that gives the keys in a file at the time of the call. It reads the file again if that has changed;
    if the file cannot be read, or its last line is not whole yet, it gives the same keys as before."""
    from mtlib.errors import MtError

    keys: list[Any] = []
    seen: tuple[int, int] | None = None

    def present() -> list[Any]:
        nonlocal keys, seen
        try:
            stat = os.stat(path) if path else None
            now = (stat.st_mtime_ns, stat.st_size) if stat else None
            if now != seen:
                keys, seen = keys_in(path), now
        except (OSError, MtError):
            pass
        return keys

    return present
