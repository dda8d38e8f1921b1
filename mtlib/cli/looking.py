"""`dissect`, `doctor`, `judge` and `sheet`: what are these bytes, why was my bind refused, is my program right, what
has a client to know?"""

from __future__ import annotations

import argparse
import json
from typing import Any

from mtlib.cli.reading import NO, Adder, contents, octets_in, read, say, shown


def add_dissect(add: Adder) -> None:
    """The arguments of `dissect`."""
    dissect = add("dissect", help="what are these bytes?")
    dissect.add_argument("data", metavar="BYTES|FILE|-", help="hex, base64, a dump, an array, or a file; "
                         "a file of captured packets (pcap, pcapng) becomes the conversations in it")
    dissect.add_argument("--as", dest="as_", choices=("frame", "packet", "encrypted_message", "tl"))
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
        print(shown(dissect(octets_in(found, options.data), keys=keys, as_=options.as_)))
    return 0


def keys_in(path: str | None) -> list[Any]:
    """The auth keys in a file; none without one."""
    from mtlib.clinic.reading import read_keys

    return list(read_keys(read(path))) if path else []


def add_doctor(add: Adder) -> None:
    """The arguments of `doctor`."""
    from mtlib.clinic.reading import EXAMPLE, NAMES

    doctor = add("doctor", help="why was my bind refused?", formatter_class=argparse.RawDescriptionHelpFormatter,
                 epilog=f"Names: {', '.join(NAMES)}.\n\nA complete file:\n\n{EXAMPLE}")
    doctor.add_argument("patient", metavar="FILE|-", help="lines `name: value`, JSON, a log, what `bind --json "
                        "--reveal` or `dc --json` prints, or all the bytes that a client sent on one TCP connection")
    doctor.add_argument("--keys", metavar="FILE", help="the keys in a file of their own; use throw-away keys")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from mtlib.clinic.doctor import diagnose
    from mtlib.clinic.reading import read_patient

    keys = read(options.keys) if options.keys else None
    patient = read_patient(read(options.patient), keys)
    diagnosis = diagnose(**patient)
    say(patient.notes)
    print(json.dumps(diagnosis.to_dict()) if options.json else diagnosis)
    return 0 if diagnosis.healthy else NO


def add_judge(add: Adder) -> None:
    """The arguments of `judge`."""
    from mtlib.clinic.ladder import EVERYTHING
    from mtlib.clinic.recipe_client import PARTS

    judge = add("judge", help="feed the steps of the recipe to any program, as JSON lines",
                usage="python -m mtlib judge [-h] [NAME ...] -- PROGRAM [ARGUMENT ...]",
                formatter_class=argparse.RawDescriptionHelpFormatter,
                epilog="\n".join(["Parts and their steps:", *(
                    f"  {part}: {', '.join(steps)}" for part, steps in PARTS.items())]))  # fmt: skip
    judge.add_argument("words", nargs=argparse.REMAINDER, metavar="[NAME ...] -- PROGRAM", help="parts or steps that "
                       f"are asked, or {EVERYTHING}, without a name the binding; then a program and its arguments")
    judge.set_defaults(run=_judge)


def _judge(options: argparse.Namespace) -> int:
    from mtlib.net.judge import judge_program

    words = options.words if "--" in options.words else ["--", *options.words]
    at = words.index("--")
    report = judge_program(words[at + 1 :], steps=words[:at])
    print(report)
    return 0 if report.ok else NO


def add_sheet(add: Adder) -> None:
    """The arguments of `sheet`."""
    from mtlib.clinic.sheet import SHEETS

    paper = add("sheet", help="all that a client writes and reads, on one sheet")
    paper.add_argument("name", choices=tuple(SHEETS))
    paper.set_defaults(run=_sheet)


def _sheet(options: argparse.Namespace) -> int:
    from mtlib.clinic.sheet import sheet

    print(sheet(options.name))
    return 0
