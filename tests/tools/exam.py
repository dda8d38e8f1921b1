"""An exam of one's own: `./run exam --seed SECRET --out FOLDER`.

The seed is the teacher's secret. From it follow other bytes, other mistakes to find, and other orders than those of the
lessons, whose solutions lie openly in `tests/solutions`. `FOLDER/paper` is for the students: the questions, and a
my_bind.py to fill in. `FOLDER/teacher` has the solutions. Nothing of either has to be kept: the same seed makes the
same exam again, and `./run grade CLASS --exam SECRET` marks it.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES, at
from mtlib.clinic.recipe import STEPS, Recipe
from mtlib.errors import MtError
from mtlib.lab.examining import Table
from mtlib.lab.exercises_dc import EARLIER, MSG_ID, SYMPTOMS, TRANSCRIPT
from mtlib.lab.exercises_recipe import NINE_VALUES, STATEMENTS
from mtlib.lab.scenes import Scene, scenes
from mtlib.wire.tl import SIMPLE

SHORTEST = 12
"""Characters of a secret: whoever has the paper can try all short ones at home."""
Each = TypeVar("Each")


def questions(secret: str) -> tuple[Table, ...]:
    """The exam that follows from a secret, each question under the name of the exercise whose variant it is."""
    return (_statements(secret), _nine_values(secret), _transcript(secret), _symptoms(secret), _patients(secret))


def _in_order(secret: str, what: str, of: Iterable[Each]) -> list[Each]:
    """An order that follows from the secret and from what is put in order."""
    return sorted(of, key=lambda each: hashlib.sha256(f"{secret}/{what}/{each}".encode()).digest())


def _scene(secret: str, of: str) -> Scene:
    """The binding that a question is about. Each has its own: one would give away the solution of another."""
    return scenes(f"exam {secret} {of}")[-1]


def _statements(secret: str) -> Table:
    letters = dict(zip(STATEMENTS.solution, _in_order(secret, "statements", STATEMENTS.solution), strict=True))
    return _table(STATEMENTS, STATEMENTS.asks, {here: STATEMENTS.solution[there] for here, there in letters.items()},
                  {here: STATEMENTS.material[there] for here, there in letters.items()})  # fmt: skip


def _nine_values(secret: str) -> Table:
    scene = _scene(secret, "values")
    return _table(NINE_VALUES, "The nine values between the forty bytes and the seal, as bytes.",
                  {name: scene[name] for name in NINE_VALUES.solution},
                  {name: scene[name] for name in NINE_VALUES.material})  # fmt: skip


def _transcript(secret: str) -> Table:
    """The lesson's replies in another order, about another message."""
    long, mine = SIMPLE["long"].pack, _scene(secret, "replies")["msg_id"]
    replies = TRANSCRIPT.material["replies"]
    order = _in_order(secret, "replies", range(len(replies)))
    other = [replies[at].replace(long(MSG_ID), long(mine)).replace(long(EARLIER), long(mine - (7 << 32)))
             for at in order]  # fmt: skip
    return _table(TRANSCRIPT,
                  "Which of the replies says that the key is bound (counted from 0), at which byte of it stands "
                  "req_msg_id, and at which the result?",
                  {**TRANSCRIPT.solution, "reply": order.index(TRANSCRIPT.solution["reply"])},
                  {"msg_id": mine, "replies": tuple(other)})  # fmt: skip


def _symptoms(secret: str) -> Table:
    symptoms, causes = SYMPTOMS.material["symptoms"], SYMPTOMS.material["causes"]
    numbers = dict(zip(symptoms, _in_order(secret, "symptoms", symptoms), strict=True))
    letters = dict(zip(causes, _in_order(secret, "causes", causes), strict=True))
    letter = {there: here for here, there in letters.items()}
    return _table(SYMPTOMS, "For each symptom, by its number, the letter of its cause.",
                  {here: letter[SYMPTOMS.solution[there]] for here, there in numbers.items()},
                  {"symptoms": {here: symptoms[there] for here, there in numbers.items()},
                   "causes": {here: causes[there] for here, there in letters.items()}})  # fmt: skip


PLACES = ("inner", "envelope", "msg_key", "ciphertext", "request")
"""Steps of the recipe in which a patient's mistake is made; each patient's in another one."""


def _patients(secret: str) -> Table:
    """Four refused bindings, each with one mistake, which the doctor names for sure."""
    places = dict(zip("ABCD", _in_order(secret, "places", PLACES)[:4], strict=True))
    ill = {letter: _patient(secret, letter, step) for letter, step in places.items()}
    keys = {letter: {name: _scene(secret, letter)[name] for name in ("perm_auth_key", "temp_auth_key")}
            for letter in ill}  # fmt: skip
    solution = {letter: name for letter, (name, _) in ill.items()}
    return Table(
        "patients", 29,
        "Four refused bindings, and the keys that belong to them. For each letter the name of the mistake, as the "
        "doctor calls it.",
        solution, (), (),
        material={letter: {"written down": text, **keys[letter]} for letter, (_, text) in ill.items()},
        choices=tuple(MISTAKES),
    )  # fmt: skip


def _patient(secret: str, letter: str, step: str) -> tuple[str, str]:
    """The name of a mistake, and what its author would write down."""
    scene = _scene(secret, letter)
    given = {name: scene[name] for name in ("perm_auth_key", "temp_auth_key_id", "temp_session_id", "msg_id", "nonce",
                                            "expires_at", "random", "padding")}  # fmt: skip
    for name in _in_order(secret, f"mistakes in {step}", (row.name for row, _ in at(step))):
        for request in _requests(given, step, name):
            found = diagnose(request=request, perm_key=scene["perm_auth_key"], temp_key=scene["temp_auth_key"],
                             session_id=scene["temp_session_id"], msg_id=scene["msg_id"], now=scene["now"])
            if [each.mistake.name for each in found.findings] == [name]:
                return name, (
                    f"request: {request.hex()}\nsession_id: {scene['temp_session_id']}\nmsg_id: {scene['msg_id']}\n"
                    f"now: {scene['now']}\nanswer: 400 ENCRYPTED_MESSAGE_INVALID\n"
                )
    raise AssertionError(f"no mistake in {step} is recognised")


def _requests(given: Mapping[str, Any], step: str, name: str) -> Iterator[bytes]:
    """The requests that a mistake in this step makes. A way that comes to no end in these bytes gives none."""
    right = Recipe().run(given)
    for way in {row.name: ways for row, ways in at(step)}[name]:
        try:
            made = way(*(right[taken] for taken in STEPS[step].takes))
            for wrong in made if isinstance(made, Iterator) else [made]:
                yield Recipe().run({**given, step: wrong})["request"]
        except (MtError, OverflowError):
            continue


def _table(of: Table, asks: str, solution: Mapping[Any, Any], material: Any) -> Table:
    return Table(of.name, of.lesson, asks, solution, (), (), material, of.choices)


# -- On paper -----------------------------------------------------------------------------------------------------


def literal(value: Any, indent: str = "") -> str:
    """A value as Python that a reader can read: bytes in hex, one thing in a line."""
    inner = indent + "    "
    if isinstance(value, bytes):
        return f'bytes.fromhex("{value.hex()}")'
    if isinstance(value, Mapping):
        rows = [f"{inner}{key!r}: {literal(each, inner)},\n" for key, each in value.items()]
        return "{\n" + "".join(rows) + indent + "}"
    if isinstance(value, tuple):
        return "(\n" + "".join(f"{inner}{literal(each, inner)},\n" for each in value) + indent + ")"
    return repr(value)


def sheet(asked: Iterable[Table], *, solved: bool) -> str:
    """The my_bind.py to hand in: what the questions are about, and a place for every answer."""
    parts = ['"""The exam. Put a value in the place of each ... and hand in this file."""\n']
    for each in asked:
        answers = {key: value if solved else ... for key, value in each.solution.items()}
        written = literal(answers).replace("Ellipsis", "...")
        parts.append(f"# {each.name}: {each.asks}\nabout_{each.name} = {literal(each.material)}\n"
                     f"{each.name} = {written}\n")  # fmt: skip
    return "\n".join(parts)


def paper(asked: Iterable[Table]) -> str:
    parts = ["# Exam\n\nWhat the questions are about stands in my_bind.py, as about_NAME. Write your answers there.\n"]
    parts += [f"## {each.name}\n\n{each.asks}\n\n    {', '.join(map(str, each.solution))}\n" for each in asked]
    return "\n".join(parts)


def solutions(asked: Iterable[Table]) -> str:
    parts = ["# Solutions, for the teacher\n"]
    for each in asked:
        rows = [f"- {key}: {_told(value)}\n" for key, value in each.solution.items()]
        parts.append(f"## {each.name}\n\n{''.join(rows)}")
    return "\n".join(parts)


def _told(value: Any) -> str:
    """A solution, and for the name of a mistake what the doctor says of it."""
    if isinstance(value, bytes):
        return f"`{value.hex()}`"
    row = MISTAKES.get(value) if isinstance(value, str) else None
    return f"`{value}`" + (f": {row.sentence} {row.fix}" if row else "")


def main(arguments: list[str]) -> int:
    words = argparse.ArgumentParser(prog="./run exam", description="Make an exam, and its solutions.")
    words.add_argument("--seed", required=True, metavar="SECRET", help=f"at least {SHORTEST} characters; keep it")
    words.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="a new folder")
    given = words.parse_args(arguments)
    if len(given.seed) < SHORTEST:
        words.error(f"SECRET is too easy to guess: {SHORTEST} characters at least are wanted")
    if given.out.exists() and (not given.out.is_dir() or any(given.out.iterdir())):
        words.error("FOLDER has to be new, or empty")
    asked = questions(given.seed)
    files = {
        "paper/questions.md": paper(asked),
        "paper/my_bind.py": sheet(asked, solved=False),
        "teacher/solutions.md": solutions(asked),
        "teacher/solved/my_bind.py": sheet(asked, solved=True),
    }
    for name, text in files.items():
        path = given.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"For the students: {given.out / 'paper'}\nFor you alone:    {given.out / 'teacher'}\n"
          "Marked by:        ./run grade CLASS --exam SECRET")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
