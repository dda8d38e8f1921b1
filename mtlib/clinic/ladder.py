"""The ladder: every value that a client computes, one step per function, for a program in any language.

It has four parts: bytes, keys, the binding, and whole packets. `ladder.json` holds the steps with their inputs and
outputs, for some vectors. Bytes are hex, longs are decimal strings (many do not fit a double), an int is a number, a
text is a text. A program answers one step at a time; the first wrong value ends the climb. If a usual mistake gives
exactly this value, the report says which one.

    -> {"step": "auth_key_id", "inputs": {"perm_auth_key": "000102..."}}
    <- {"output": "32d1586ea457dfc8"}

Nothing is guessed. A mistake is named only if it gives exactly the answer that came.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from mtlib.clinic.mistakes import MISTAKES, at
from mtlib.clinic.recipe import Recipe, Step, scheduled
from mtlib.clinic.recipe_client import PARTS
from mtlib.crypto.aes import ige_decrypt
from mtlib.crypto.kdf import ScheduleTable
from mtlib.crypto.rsa import PrivateKey, rsa_pad_open
from mtlib.crypto.secret import of_type
from mtlib.errors import CheckError, DecodeError, LocalError, MtError

# -- Answers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Raised:
    """The answer of a function that raised an exception: `kind` is "range" for a number that does not fit its bytes,
    otherwise the name of the exception; `says` is its text."""

    kind: str
    says: str = field(default="", compare=False)

    @classmethod
    def of(cls, error: BaseException) -> Raised:
        numbers = isinstance(error, (struct.error, OverflowError, LocalError))
        try:
            says = f"{type(error).__name__}: {error}"
        except Exception:  # an error of the reader's own class
            says = type(error).__name__
        return cls("range" if numbers else type(error).__name__, says)


Way = Callable[..., Any]
"""A wrong function with the arguments of the right one. A generator yields several values of the same mistake."""


@dataclass(frozen=True)
class WrongAnswer:
    """One usual mistake in a function. `ways` are the wrong functions that make it. If the answer holds random bytes of
    its own, and so cannot be reproduced, the mistake is recognised by its length, `size`."""

    name: str
    sentence: str
    ways: tuple[Way, ...] = field(default=(), repr=False)
    size: int | None = None

    def of(self, change: Callable[..., Sequence[Any]]) -> WrongAnswer:
        """The same mistake inside a larger function: `change` gives this function's arguments from those."""
        ways = tuple(lambda *arguments, way=way: way(*change(*arguments)) for way in self.ways)
        return WrongAnswer(self.name, self.sentence, ways, self.size)

    def made(self, arguments: Sequence[Any]) -> list[Any]:
        """The wrong values for these arguments, from all ways."""
        return [value for way in self.ways for value in _values(way, arguments)]


def wrong_answer(name: str, sentence: str, *ways: Way, size: int | None = None) -> WrongAnswer:
    """A mistake that only one exercise has."""
    return WrongAnswer(name, sentence, ways, size)


def known(name: str, *ways: Way, size: int | None = None) -> WrongAnswer:
    """A mistake of the table, made in these ways."""
    row = MISTAKES[name]
    return WrongAnswer(name, f"{row.sentence} {row.fix}", ways, size)


def mistaken(step: str, *names: str) -> tuple[WrongAnswer, ...]:
    """The mistakes of the table in one step: those named, or all."""
    found = {row.name: known(row.name, *ways, size=_SIZES.get((step, row.name))) for row, ways in at(step)}
    return tuple(found[name] for name in names or found)


def mistaken_schedule(table: ScheduleTable) -> tuple[WrongAnswer, ...]:
    """The mistakes in a whole key schedule, a function that takes auth_key and msg_key and gives aes_key and aes_iv."""
    found = [known(row.name, *(_scheduled(table, way) for way in ways)) for row, ways in at("rows")
             if any(list(way(table.rows)) for way in ways)]  # fmt: skip
    found += [known(row.name, *(_spelled(table, way) for way in ways)) for row, ways in at("key")]
    return tuple(found)


def _spelled(table: ScheduleTable, way: Way) -> Way:
    return lambda key, msg_key: (scheduled(table.rows, spelled, msg_key) for spelled in way(key))


def _scheduled(table: ScheduleTable, way: Way) -> Way:
    return lambda key, msg_key: (scheduled(rows, key, msg_key) for rows in way(table.rows))


_SIZES = {("inner", "nonce_of_sixteen_bytes"): 48}


def recognise(
    mistakes: Sequence[WrongAnswer], inputs: Sequence[Sequence[Any]], answers: Sequence[Any],
    known: dict[tuple[int, int], list[Any]] | None = None,
) -> WrongAnswer | None:  # fmt: skip
    """The mistake that turns every input into its answer, or the one whose size the answers have.

    Pass the same `known` with every call for these mistakes and inputs, so that each wrong value is computed once.
    """
    known = {} if known is None else known

    def made(which: int, number: int) -> list[Any]:
        if (which, number) not in known:
            known[which, number] = mistakes[which].made(inputs[number])
        return known[which, number]

    for which, candidate in enumerate(mistakes):
        for way in [number for number, value in enumerate(made(which, 0)) if _same(value, answers[0])]:
            others = (made(which, other)[way:][:1] for other in range(1, len(inputs)))
            if all(value and _same(value[0], answer) for value, answer in zip(others, answers[1:], strict=True)):
                return candidate
    sizes = {len(answer) if isinstance(answer, bytes) else -1 for answer in answers}
    return next((m for m in mistakes if m.size is not None and sizes == {m.size}), None)


def _same(made: Any, answer: Any) -> bool:
    """Equal and of one type: True is not 1 here."""
    return type(made) is type(answer) and bool(made == answer)


def _values(way: Way, arguments: Sequence[Any]) -> list[Any]:
    try:
        made = way(*arguments)
        return list(made) if isinstance(made, Iterator) else [made]
    except (struct.error, OverflowError, IndexError, LocalError) as error:
        return [Raised.of(error)]


# -- Rungs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rung:
    """A step of a client, and the mistakes that can be made in it."""

    part: str
    step: Step

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def says(self) -> str:
        return self.step.says

    @property
    def takes(self) -> Mapping[str, str]:
        """ "bytes", "long", "int" or "text" by name."""
        return self.step.takes

    @property
    def accepts(self) -> Accepts | None:
        """The function that judges an answer with random bytes of its own; None if only one output is right."""
        return _ACCEPTS.get(self.name)

    @property
    def mistakes(self) -> tuple[WrongAnswer, ...]:
        return _mistakes(self.name)


@cache
def _mistakes(step: str) -> tuple[WrongAnswer, ...]:
    """The mistakes of the table that change the output of this step: a wrong iv, for one, does not change aes_key."""
    asked = [question for question in ladder() if question.step == step]
    return tuple(
        each for each in mistaken(step)
        if any(value != question.output for question in asked for value in each.made(question.arguments))
    )  # fmt: skip


def _rsa_pad_yours(question: Question, got: bytes, before: Sequence[bytes]) -> tuple[str, str]:
    """Judge an answer as a data centre opens it: with its private key. If that fails, try every wrong way to pad."""
    data, n, e = question.arguments
    if got in before:
        return _told("same_random_bytes_twice")
    if len(got) != 256 or got >= n:
        short = got.rjust(256, b"\0")
        return _told("ciphertext_of_255_bytes") if len(got) < 256 and opened(short, question) else (
            "", f"{len(got)} bytes, or a number that is not below n: encrypted_data has 256 bytes.")  # fmt: skip
    found = opened(got, question)
    if found.startswith(data):
        return "", ""
    if found:
        return _told("other_data_sealed")
    rung = next(rung for rung in RUNGS if rung.name == "rsa_pad")
    for padding, temp_key in _drawn(got, question):
        named = recognise(rung.mistakes, [(data, padding, temp_key, n, e)], [got])
        if named is not None:
            return named.name, named.sentence
    return "", "The private key opens it, and the hash inside does not agree."


def _told(name: str) -> tuple[str, str]:
    row = known(name)
    return row.name, row.sentence


def opened(sealed: bytes, question: Question) -> bytes:
    """data_with_padding, 192 bytes; empty if the hash does not agree."""
    try:
        return rsa_pad_open(sealed, PrivateKey(*(int(each, 16) for each in question.opens)))
    except CheckError:
        return b""


def _drawn(sealed: bytes, question: Question) -> Iterator[tuple[bytes, bytes]]:
    """Possible padding and temp_key of an answer that was padded in an unknown wrong way."""
    key, size = PrivateKey(*(int(each, 16) for each in question.opens)), len(question.arguments[0])
    block = key.apply(sealed)
    for masked, body in ((block[:32], block[32:]), (block[224:], block[:224])):
        hidden = bytes(a ^ b for a, b in zip(masked, hashlib.sha256(body).digest(), strict=True))
        for temp_key in (hidden, masked):
            for iv in (bytes(32), temp_key):
                text = ige_decrypt(body, temp_key, iv)[:192]
                yield from ((padded[size:], temp_key) for padded in (text[::-1], text))
    yield block[21 + size :][: 192 - size].ljust(192 - size, b"\0"), bytes(32)  # the padding before RSA_PAD
    yield block[-(192 - size) :], bytes(32)


Accepts = Callable[["Question", bytes, Sequence[bytes]], tuple[str, str]]
"""Takes the question, an answer, and the answers before it; gives the name of the mistake and the sentence. Both are
empty for a right answer."""
_ACCEPTS: Mapping[str, Accepts] = {"rsa_pad_yours": _rsa_pad_yours}

RUNGS: tuple[Rung, ...] = tuple(Rung(part, step) for part, steps in PARTS.items() for step in steps.values())
"""All steps, part by part, in the order in which their values are made."""

GIVEN: Mapping[str, str] = {
    "perm_auth_key": "bytes", "temp_auth_key": "bytes", "temp_auth_key_id": "long", "temp_session_id": "long",
    "msg_id": "long", "nonce": "long", "expires_at": "int", "random": "bytes", "padding": "bytes", "salt": "long",
    "seqno": "int", "message_padding": "bytes",
}
"""The values that a vector of the binding gives; all others follow. Without a `temp_auth_key` the steps of the packet
are left out. The vectors of the other parts give the inputs of each step."""

ABOUT = (
    "One step per function of a client, in four parts: bytes, keys, the binding with auth.bindTempAuthKey, and whole",
    "packets. Run the inputs of each step through your own code, in order: the first output that differs is the bug.",
    "`python -m mtlib judge -- PROGRAM` asks a program for the binding, `judge all -- PROGRAM` for everything.",
    "bytes: hex. long: a signed 64-bit number, as a decimal string. int: a signed 32-bit number. text: as it stands.",
    "A step without outputs wants randomness of your own: `opens` has p and q of the RSA key that opens the answer.",
)
MADE_BY = (
    "mtlib.clinic.ladder.document, from the library. Inputs of the keys: published is Telegram's own example "
    "(core.telegram.org/mtproto/samples-auth_key), permanent and temporary are the two exchanges of "
    "tests/vectors/synthetic_session.json, leading-zeros is the temporary one with nonces and a key that begin with "
    "00. The safe prime of 2047 bits was drawn by OpenSSL."
)


def climb(given: Mapping[str, Any]) -> dict[str, Any]:
    """All values of a vector of the binding by name: those given, and one for each step that has its inputs."""
    return Recipe().run(given)


def document(found: Mapping[str, Any]) -> dict[str, Any]:
    """The content of ladder.json, computed anew: from the `vectors` of `found`, and from the inputs of its steps in the
    other parts."""
    climbed = [(vector["name"], climb(_decoded(vector["given"], GIVEN))) for vector in found["vectors"]]
    asked = {step["step"]: step["vectors"] for step in found["steps"]}
    return {
        "about": list(ABOUT),
        "made_by": MADE_BY,
        "steps": [
            _step(rung, _climbed(rung, climbed) if rung.part == "binding" else _answered(rung, asked[rung.name]))
            for rung in RUNGS
        ],
        "vectors": list(found["vectors"]),
    }


def _step(rung: Rung, vectors: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    sizes = {len(vector["output"] or "") // 2 for vector in vectors}
    return {
        "step": rung.name,
        "part": rung.part,
        "says": rung.says,
        "source": rung.step.source,
        "takes": dict(rung.takes),
        "bytes": sizes.pop() if len(sizes) == 1 and not rung.accepts else None,
        "vectors": vectors,
    }


def _climbed(rung: Rung, climbed: Iterable[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {"vector": name, "inputs": _encoded(values, rung.takes), "output": values[rung.name].hex()}
        for name, values in climbed
        if rung.name in values
    ]


def _answered(rung: Rung, vectors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    def output(inputs: Mapping[str, Any]) -> str | None:
        return None if rung.accepts else rung.step.right(*_decoded(inputs, rung.takes).values()).hex()

    return [{**vector, "output": output(vector["inputs"])} for vector in vectors]


def _encoded(values: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    write: dict[str, Callable[[Any], Any]] = {"bytes": bytes.hex, "long": str, "int": int, "text": str}
    return {name: write[kind](values[name]) for name, kind in kinds.items()}


def _decoded(values: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    read: dict[str, Callable[[Any], Any]] = {"bytes": bytes.fromhex, "long": int, "int": int, "text": str}
    return {name: None if values[name] is None else read[kind](values[name]) for name, kind in kinds.items()}


@dataclass(frozen=True)
class Question:
    """One step for one vector: its `arguments` in the order of the rung, and the right `output`. If many outputs are
    right, there is none, and `opens` holds the two primes of the RSA key that opens an answer."""

    rung: Rung = field(repr=False)
    vector: str
    inputs: Mapping[str, Any] = field(repr=False)
    output: bytes = field(repr=False)
    opens: tuple[str, ...] = field(default=(), repr=False)

    @property
    def step(self) -> str:
        return self.rung.name

    @property
    def arguments(self) -> tuple[Any, ...]:
        return tuple(_decoded(self.inputs, self.rung.takes).values())

    @property
    def line(self) -> str:
        """The question as it is sent to a program: one line of JSON."""
        return json.dumps({"step": self.step, "inputs": dict(self.inputs)}) + "\n"

    def mark(self, got: bytes, before: Sequence[tuple[Question, bytes]] = ()) -> tuple[str, str]:
        """The name of the mistake, if it is a usual one, and the sentence; both are empty if `got` is right. `before`
        are earlier questions for the same step, with their answers: a mistake that explains all of them is preferred
        to one that explains only the last."""
        if self.rung.accepts:
            return self.rung.accepts(self, got, [answer for _, answer in before])
        if got == self.output:
            return "", ""
        asked, answers = zip(*((q.arguments, answer) for q, answer in (*before, (self, got))), strict=True)
        found = recognise(self.rung.mistakes, asked[::-1], answers[::-1])
        found = found or recognise(self.rung.mistakes, [self.arguments], [got])
        return (found.name, found.sentence) if found else ("", difference(got, self.output))


def difference(got: bytes, expected: bytes) -> str:
    """A sentence about wrong bytes that no usual mistake gives."""
    if got == expected[::-1]:
        return "Right bytes, in the reverse order."
    if got == expected.lstrip(b"\0"):
        return "Zeros on the left are lost: these are bytes, not a number."
    if len(got) != len(expected):
        return f"{len(got)} bytes came, {len(expected)} are expected."
    first = next(at for at in range(len(got)) if got[at] != expected[at])
    return f"Byte {first} is the first that differs: {got[first]:02x} came, {expected[first]:02x} is expected."


def questions(text: str) -> tuple[Question, ...]:
    """The questions in the text of a ladder.json, step by step. Raises DecodeError for any other text."""
    rungs = {rung.name: rung for rung in RUNGS}
    try:
        return tuple(
            Question(rungs[step["step"]], each["vector"], each["inputs"], bytes.fromhex(each["output"] or ""),
                     tuple(each.get("opens", ())))
            for step in json.loads(text)["steps"]
            for each in step["vectors"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DecodeError("not a ladder.json", got=f"{type(error).__name__}: {error}", where="ladder.json") from None


@cache
def ladder() -> tuple[Question, ...]:
    """The questions of the ladder.json that comes with the package."""
    return questions(_shipped())


@cache
def vectors() -> Mapping[str, Mapping[str, Any]]:
    """Every vector of that ladder.json by name, with all its values: those given and those that follow."""
    return {
        vector["name"]: climb(_decoded(vector["given"], GIVEN)) for vector in json.loads(_shipped())["vectors"]
    }


def _shipped() -> str:
    """The text of ladder.json, which is part of the package and never changes while it runs."""
    return files("mtlib.clinic").joinpath("ladder.json").read_text(encoding="utf-8")


EVERYTHING = "all"


def chosen(names: Sequence[str]) -> tuple[Question, ...]:
    """The ladder's questions for these parts and steps; "all" means all of them, and no name means the binding.
    Raises LocalError for an unknown name."""
    wanted, steps = [*of_type(names, Collection, "steps")] or ["binding"], [rung.name for rung in RUNGS]
    for unknown in (name for name in wanted if name not in (EVERYTHING, *PARTS, *steps)):
        raise LocalError("no such step on the ladder", got=unknown,
                         expected=f"{', '.join((EVERYTHING, *PARTS))}; or a step: {', '.join(steps)}")
    return tuple(
        question for question in ladder() if {*wanted} & {EVERYTHING, question.rung.part, question.step}
    )


def output(line: str) -> bytes:
    """The value in a program's answer, `{"output": "hex"}`. Raises DecodeError, in one sentence, for all else."""
    shown = line.strip()[:60]
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise DecodeError("the answer is not a line of JSON", got=shown, expected='{"output": "hex"}') from None
    if not isinstance(said, dict) or "output" not in said:
        raise DecodeError("the answer has no output", got=shown, expected='{"output": "hex"}')
    value = said["output"]
    if value is None:
        raise DecodeError("the program says that it does not have this step", expected='{"output": "hex"}')
    try:
        return bytes.fromhex(value)
    except (TypeError, ValueError):
        raise DecodeError("output is not hex", got=str(value)[:60], expected="two hex digits for each byte") from None


_PROVEN = {
    "bytes": "writes ids, strings and frames and reads results",
    "keys": "computes every value of a key exchange",
    "binding": "builds the binding",
    "whole": "builds the packets of a client from raw values",
}


@dataclass(frozen=True)
class Report:
    """How far a program climbed: for each step, how many questions got a `right` answer, how many there are (`totals`),
    and the question that ended the climb, if one did.

    `stopped` is the question without a right answer, `got` what was answered (None: nothing that can be compared),
    `mistake` the name of the mistake if it is a usual one, `sentence` what is said about it. `exit_code` is 0 if every
    value is right, 1 if one is wrong, 3 if the program did not start, ended, hung, or sent something else.
    """

    right: Mapping[str, int]
    totals: Mapping[str, int]
    stopped: Question | None = None
    got: bytes | None = field(default=None, repr=False)
    mistake: str = ""
    sentence: str = ""

    @property
    def ok(self) -> bool:
        return self.stopped is None and not self.sentence

    @property
    def proven(self) -> str:
        """What is proven if all questions got right answers, and no more."""
        parts = [part for part, steps in PARTS.items() if steps.keys() <= self.totals.keys()]
        steps = [step for step in self.totals if not any(step in PARTS[part] for part in parts)]
        told = [f"this program {', '.join(_PROVEN[part] for part in parts)}"] if parts else []
        return "; ".join([*told, *([f"asked were the steps {', '.join(steps)}"] if steps else [])])

    def __str__(self) -> str:
        width = max(map(len, self.totals), default=0)
        fell = "WRONG" if self.got is not None else "none"
        lines = [
            f"{'right' if count == self.totals[step] else fell:<7}{step:<{width}}  {count} of {self.totals[step]}"
            for step, count in self.right.items()
        ]
        if self.stopped is not None:
            lines += [f"stopped at step {self.stopped.step}, vector {self.stopped.vector}"]
        lines += [self.sentence or f"Every value is right: {self.proven}."]
        if self.stopped is not None and self.got is not None:
            lines += [f"  got       {_hex(self.got)}"]
            lines += [] if self.stopped.rung.accepts else [f"  expected  {_hex(self.stopped.output)}"]
        return "\n".join(lines)


def ask(answer: Callable[[Question], bytes], asked: Sequence[Question]) -> Report:
    """Climb: ask the questions in order, up to the first wrong value. If `answer` raises an error of `mtlib.errors`,
    that ends the climb too, and the report has the text of that error."""
    totals: dict[str, int] = {}
    for question in asked:
        totals[question.step] = totals.get(question.step, 0) + 1
    right: dict[str, int] = {}
    answers: dict[str, list[tuple[Question, bytes]]] = {}
    for question in asked:
        right.setdefault(question.step, 0)
        before = answers.setdefault(question.step, [])
        try:
            got = answer(question)
        except MtError as error:
            return Report(right, totals, question, sentence=f"{str(error)[:1].upper()}{str(error)[1:]}")
        mistake, sentence = question.mark(got, before)
        before.append((question, got))
        if sentence:
            return Report(right, totals, question, got, mistake, sentence)
        right[question.step] += 1
    return Report(right, totals)


def _hex(data: bytes) -> str:
    return f"{data.hex()} ({len(data)} bytes)" if len(data) <= 240 else f"{data[:240].hex()}... ({len(data)} bytes)"
