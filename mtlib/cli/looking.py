"""`dissect`, `doctor` and `judge`: what are these bytes, why was my bind refused, is my program right?"""

from __future__ import annotations

import argparse
import json
from typing import Any

from mtlib.cli.reading import NO, Adder, octets, read, shown, text


def add_dissect(add: Adder) -> None:
    """The arguments of `dissect`."""
    dissect = add("dissect", help="what are these bytes?")
    dissect.add_argument("data", metavar="HEX|FILE|-")
    dissect.add_argument("--as", dest="as_", choices=("frame", "packet", "encrypted_message", "tl"))
    dissect.add_argument("--keys", metavar="FILE", help="auth keys as hex, one a line; never on the command line")
    dissect.set_defaults(run=_dissect)


def _dissect(options: argparse.Namespace) -> int:
    from mtlib.protocol.dissect import dissect

    keys = _keys(options.keys)
    print(shown(dissect(octets(options.data), keys=keys, as_=options.as_)))
    return 0


def _keys(path: str | None) -> list[Any]:
    from mtlib.clinic.patient import octets_of
    from mtlib.crypto.keys import AuthKey

    lines = [line.split("#")[0].split(":")[-1].strip() for line in text(path).splitlines()] if path else []
    return [AuthKey(octets_of(line, str(path))) for line in lines if line]


def add_doctor(add: Adder) -> None:
    """The arguments of `doctor`."""
    doctor = add("doctor", help="why was my bind refused?")
    doctor.add_argument("patient", metavar="FILE|-", help="JSON, `name: hex` lines, or all the bytes that a client "
                        "sent on one TCP connection; see notebook 29")
    doctor.add_argument("--keys", metavar="FILE", help="the keys in a file of their own; use throw-away keys")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from mtlib.clinic.doctor import diagnose
    from mtlib.clinic.reading import read_patient

    keys = read(options.keys) if options.keys else None
    diagnosis = diagnose(**read_patient(read(options.patient), keys))
    print(json.dumps(diagnosis.to_dict()) if options.json else diagnosis)
    return 0 if diagnosis.healthy else NO


def add_judge(add: Adder) -> None:
    """The arguments of `judge`."""
    judge = add("judge", help="feed the steps of the recipe to any program, as JSON lines")
    judge.add_argument("program", nargs="+", metavar="-- PROGRAM", help="a program and its arguments")
    judge.set_defaults(run=_judge)


def _judge(options: argparse.Namespace) -> int:
    from mtlib.net.judge import judge_program

    report = judge_program(options.program)
    print(report)
    return 0 if report.ok else NO
