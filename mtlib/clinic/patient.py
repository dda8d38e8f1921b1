"""What is known about a refused binding: any of its bytes, any of its keys, any of the values around it.

The values are brought into one form here, and not compared with each other. Bytes may come as bytes or as hex, numbers
signed or unsigned. A key may have a wrong length: a key that lost its leading zeros is a common cause of a refused
binding. Errors name the value, what was expected, and the size of what was got. They never show the value: somebody may
have put a key in the place of a number or of a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from itertools import pairwise
from math import ulp
from typing import Any, NoReturn

from mtlib.clinic.names import BYTES
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.secret import Secret
from mtlib.errors import LocalError, MtError
from mtlib.protocol.checks import Facts, Rules
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Message, inflate, unpack
from mtlib.protocol.packets import TO_CLIENT, open_packet
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import SCHEMA

LARGEST = 1 << 20
"""The most bytes that are accepted. A binding has two hundred; the rest is room for a captured stream."""
KEY_SIZES = range(240, 258)
"""The sizes of bytes that are taken for a key: up to sixteen leading zeros lost, or one sign byte in front."""

SUCCESS = "boolTrue"
_OPEN = r"[\s({\['\"=>*&:.,]"
_BOOL = re.compile(
    rf"{_OPEN}*(?:(?:ok|some|just|optional|bool|value|result|rpc_result|tl|tg|enums|_"
    rf"|(?:auth\.)?bind(?:_?temp_?auth_?key)?(?:_?result)?){_OPEN}+)*"
    r"(?:tl_?)?(?:bool)?_?(true|false)(?:[#@][0-9a-f]{1,8})?[\s(){}\]'\";]*", re.I)  # fmt: skip
"""A Bool as the languages print it: boolTrue, Ok(true), Bool::True, {"_": "boolTrue"}."""
_RESULT = SCHEMA["rpc_result"].id_bytes
_ANSWERS = (_RESULT, *(SCHEMA[name].id_bytes for name in ("bad_msg_notification", "bad_server_salt")))
_LIKE_A_KEY = re.compile(r"(?:[0-9A-Fa-f]{2}[\s:,.-]?){16,}|(?:-?\d{1,3}[, ]+){12,}|(?:\\+x[0-9A-Fa-f]{2}){4,}"
                         r"|(?![A-Z_\d]+\b)[\w+/=-]{40,}")  # fmt: skip
"""What may be bytes of a key in a text: hex, decimal numbers, escapes, base64; not an error's name in capitals."""


class GivenKey(Secret):
    """A key as its owner has it (`given`), and the 256 bytes that it stands for (`key`).

    `value` is an AuthKey, bytes or hex: 256 bytes, fewer if leading zeros were lost, or 257 if a library put a sign
    byte in front. The repr shows the id of the key and nothing else. Raises LocalError for any other value, and does
    not show that value.
    """

    __slots__ = ("given", "key")
    shown = ("key",)

    def __init__(self, value: AuthKey | bytes | str, where: str = "key") -> None:
        given = value.data if isinstance(value, AuthKey) else octets_of(value, where)
        right = given[1:] if len(given) == 257 and given[0] == 0 else given.rjust(256, b"\0")
        if len(given) not in KEY_SIZES or len(right) != 256:
            raise LocalError("an auth_key has 256 bytes", got=f"{len(given)} bytes",
                             expected="256, or a few less where its leading zeros were lost", where=where)
        self.given = given
        self.key = AuthKey(right)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, GivenKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)


class EitherOrder(int):
    """A long that was given as bytes of unknown order: this is the number with the low byte first, `other` the number
    with the high byte first. The values inside the seal may show which one is right."""

    other: int

    @classmethod
    def of(cls, data: bytes) -> EitherOrder:
        number = cls(int.from_bytes(data, "little", signed=True))
        number.other = int.from_bytes(data, "big", signed=True)
        return number


class Rounded(int):
    """A long whose last digits may be lost in a floating-point number. Either it ends in zeros, which JavaScript or a
    spreadsheet prints for the digits that do not fit; or it is exactly such a number, and no rounder than most."""

    @classmethod
    def of(cls, number: int) -> int:
        """The number, as a `Rounded` if its last digits may be lost."""
        digits = str(abs(number))
        printed = repr(float(number)).split("e")[0].strip("-").replace(".", "")
        zeros = printed == digits.rstrip("0") and int(float(number)) != number
        exact = abs(number) >> 59 and 1 <= (number & -number) / ulp(number) < 1024  # by its lowest bit that is set
        return cls(number) if exact or (zeros and len(digits) > 16) else number

    def rounds(self, exact: int) -> bool:
        """Whether its zeros may stand for lost digits of `exact`; never for a number that a double holds exactly."""
        lost: int = 10 ** (len(str(self)) - len(str(self).rstrip("0")))
        return int(float(self)) != self and 0 < abs(self - exact) < lost


def whole_number(name: str, value: Any, bits: int) -> int:
    """A whole number as TL has it, signed: an unsigned one is converted. Raises LocalError."""
    if isinstance(value, str):
        text = value.strip().lower()
        try:
            value = int(text, 16 if text.startswith("0x") else 10)
        except ValueError:
            raise LocalError(f"{name} is no number", got=f"{len(text)} characters", where=name) from None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise LocalError(f"{name} is no whole number", got=type(value).__name__, where=name)
    signed = value - (1 << bits) if 1 << (bits - 1) <= value < 1 << bits else value
    if not -(1 << (bits - 1)) <= signed < 1 << (bits - 1):
        raise LocalError(f"{name} does not fit {bits} bits", got=f"{value.bit_length()} bits", where=name)
    return signed


def octets_of(value: Any, where: str) -> bytes:
    """The bytes of a value given as bytes or hex; blanks, colons and a leading 0x are ignored. Raises LocalError, and
    does not show the value."""
    if isinstance(value, str):
        text = re.sub(r"[\s:]", "", value.strip().removeprefix("0x"))
        if len(text) > 2 * LARGEST:
            _too_long(len(text) // 2, where)
        try:
            return bytes.fromhex(text)
        except ValueError:
            raise LocalError(f"{where} is not hex", got=f"{len(text)} characters",
                             expected="an even number of hex digits", where=where) from None
    if not isinstance(value, (bytes, bytearray, memoryview, Dissection)):
        raise LocalError(f"{where} has to be bytes or hex", got=type(value).__name__, where=where)
    if len(value) > LARGEST:
        _too_long(len(value), where)
    return bytes(value)


def answer_of(value: Any) -> str:
    """An answer as one line: "boolTrue" for a success and for nothing else, empty if no answer was given.

    `value` is text, a bool, a number (a transport error, a code, a constructor), the bytes of the answer with or
    without rpc_result around them, an exception, or an object of JSON.
    """
    if isinstance(value, bool):
        return SUCCESS if value else "boolFalse"
    value = unhexed(value)
    if isinstance(value, (bytes, bytearray, memoryview, Dissection)):
        return _of_bytes(bytes(value))
    try:
        if isinstance(value, Mapping) and {*value} == {"_"}:  # the name of an object, as several clients print it
            value = value["_"]
        if isinstance(value, Mapping):  # a `true` in it may belong to an `error`, so it is no success
            return " ".join(f"{name} {each}" for name, each in value.items()) or "an empty object"
        text = str(value).strip()
        if isinstance(value, BaseException) and not isinstance(value, MtError):  # a class says more than no text
            text = f"{type(value).__name__} {text}".strip()
    except ValueError:  # Python refuses to print the largest numbers
        return "a number without an end"
    if number := re.fullmatch(r"(0x[0-9a-f]{1,8}|-?\d{1,10})(?:\.0+)?", text.lower()):  # may be printed unsigned
        signed = (int(number[1], 16 if "x" in number[1] else 10) + (1 << 31)) % (1 << 32) - (1 << 31)
        return _of_bytes(signed.to_bytes(4, "little", signed=True))
    found = _BOOL.fullmatch(text)
    return without_keys(text) if found is None else answer_of(found[1].lower() == "true")


def without_keys(answer: str) -> str:
    """The text of an answer, without anything that may be bytes of a key: the diagnosis shows it."""
    return _LIKE_A_KEY.sub("...", answer)


def _of_bytes(data: bytes) -> str:
    try:
        body = inflate(data[12:] if data[:4] == _RESULT else data, Limits().inflated)
        if len(data) == 4 and not SCHEMA.knows(body):  # an error of the transport, or a constructor by its number
            number = min((int.from_bytes(each, "little", signed=True) for each in (body, body[::-1])), key=abs)
            return _of_bytes(body[::-1]) if SCHEMA.knows(body[::-1]) else str(number)
        found = SCHEMA.dissect(body)
    except MtError:
        return "bytes that are no known answer"
    code, message = found.values.get("error_code", ""), found.values.get("error_message", b"")
    return f"{found.name} {code} {message.decode('ascii', 'replace')}".strip()


def unhexed(value: Any) -> Any:
    """The bytes of an answer that came as hex digits or in a frame; any other answer as it is."""
    if isinstance(value, str) and re.fullmatch(r"(?i)(?:0x(?=.{9}))?(?:[0-9a-f]{2}[\s:]*){4,}", value.strip()):
        value = value if re.fullmatch(r"\d+", value.strip()) else octets_of(value, "answer")
    if not isinstance(value, (bytes, bytearray, memoryview)) or not (data := bytes(value)):
        return value
    size = int.from_bytes(data[:4], "little")
    frames = ((1, 4 * data[0], 0), (4, int.from_bytes(data[1:4], "little") * 4, 0), (4, size, 0), (8, size - 12, 4))
    return next((data[head : head + within] for head, within, tail in frames
                 if within >= 4 and head + within + tail == len(data)), value)  # fmt: skip


def body_of(value: Any, keys: Iterable[GivenKey]) -> Any:
    """The body of an answer that is a packet and that one of these keys opens; any other answer as it is."""
    value = unhexed(value)
    for key in keys if isinstance(value, (bytes, bytearray, memoryview, Dissection)) else ():
        with suppress(MtError):
            return bytes(open_packet(bytes(value), key.key, TO_CLIENT)["answer"])
    return value


def answers_in(value: Any) -> dict[int, bytes]:
    """The parts of an answer, alone or in a container, by the msg_id of the message that each one answers."""
    data = bytes(value) if isinstance(value, (bytes, bytearray, memoryview, Dissection)) else b""
    bodies = [data]
    with suppress(MtError):  # with the greatest msg_id there is: a container's own is above those of its messages
        bodies = [each.body for each in unpack(Message((1 << 63) - 1, 0, data))]
    return {int.from_bytes(body[4:12], "little", signed=True): body for body in bodies
            if body[:4] in _ANSWERS and len(body) >= 12}  # fmt: skip


def refuse_shown_keys(values: Mapping[str, bytes | None], keys: Iterable[GivenKey]) -> None:
    """Raise LocalError if a piece of a key stands in one of the values whose bytes a diagnosis may show.

    A piece is eight bytes, from every fourth place of the key. Bytes that repeat or count up, as in the toy keys of the
    lessons, do not count as a piece: they stand in many values that are no key.
    """
    for name, value in values.items():
        if value is not None and pieces_of(keys, value):
            raise LocalError(f"bytes of a key stand in {name}: nothing of it is shown",
                             expected="keys under their own names", where=name)


def pieces_of(keys: Iterable[GivenKey], value: bytes) -> bool:
    """Whether a piece of one of these keys stands in a value."""
    for key in keys:
        pieces = (key.given[at : at + 8] for at in range(0, len(key.given) - 7, 4))
        if any(piece in value and len({(b - a) % 256 for a, b in pairwise(piece)}) > 3 for piece in pieces):
            return True
    return False


def _too_long(size: int, where: str) -> NoReturn:
    raise LocalError(f"{where} is too long for a binding", got=f"{size} bytes", expected=f"{LARGEST} at most",
                     where=where)


# -- The patient --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Patient:
    """Everything that may be known of a binding; every value may be missing. `Patient.of(...)` takes all their forms.

    Bytes: `encrypted_message` (104), or the whole `request` (132), or the `packet` that carried it, or the `stream`
    from the first byte of a connection to the data centre. Keys: `perm_key`, `temp_key`, `other_keys`. Of the
    message that carries the request: `session_id`, `msg_id`, `salt`. Of the request, if only its encrypted_message
    is known: `nonce`, `expires_at`. Unix seconds: `now` (the server's), `local_now` (this machine's clock at that
    moment), `perm_key_created`, `key_expires_at` (what the exchange promised). `answer` is what the data centre
    answered, and `answers` the same by the msg_id of the message that it answers. For a stream: how many `binds` it
    has, the greatest msg_id of those before the last (`earlier_msg_id`), and whether it ends inside a frame
    (`cut_off`). Only a data centre knows the rest.
    """

    request: bytes | None = None
    encrypted_message: bytes | None = None
    packet: bytes | None = None
    stream: bytes | None = None
    perm_key: GivenKey | None = None
    temp_key: GivenKey | None = None
    other_keys: tuple[GivenKey, ...] = ()
    session_id: int | None = None
    msg_id: int | None = None
    salt: int | None = None
    nonce: int | None = None
    expires_at: int | None = None
    now: int | None = None
    local_now: int | None = None
    perm_key_created: int | None = None
    key_expires_at: int | None = None
    container_msg_id: int | None = None
    salt_told: int | None = None
    answer: str = ""
    answers: Mapping[int, str] = field(default_factory=dict)
    temporary: bool = True
    bound_to: int | None = None
    last_bind_msg_id: int | None = None
    perm_key_missing: bool = False
    binds: int = 1
    earlier_msg_id: int | None = None
    cut_off: bool = False
    rules: Rules = field(default_factory=Rules)

    @classmethod
    def of(cls, **given: Any) -> Patient:
        """A patient from values in any of their forms. Raises LocalError, which names a wrong value and never shows a
        key."""
        known = {f.name for f in fields(cls)}
        if not given.keys() <= known:
            raise LocalError("nothing of that name is known about a binding",
                             got=", ".join(sorted(given.keys() - known)), expected=", ".join(sorted(known)))
        made = {name: taken(name, value) for name, value in given.items() if value is not None and name != "answer"}
        if (answer := given.get("answer")) is not None:
            parts, keys = answer if isinstance(answer, tuple) and answer else (answer,), cls(**made).keys
            bodies = [body_of(each, keys) for each in parts]
            made["answers"] = {msg_id: answer_of(each) for body in bodies for msg_id, each in answers_in(body).items()}
            made["answer"] = [*map(answer_of, bodies), *made["answers"].values()][-1]
        return cls(**made)

    @classmethod
    def of_facts(cls, facts: Facts, **more: Any) -> Patient:
        """The patient as a data centre has it: `facts` are what it judged, `more` is what else it knows. If the request
        came under a permanent key, the patient has no temporary key."""
        missing = facts.perm_key is None
        temp_key = facts.temp_key if facts.temporary else None
        return cls.of(
            request=facts.request, perm_key=facts.perm_key, temp_key=temp_key, session_id=facts.session_id,
            msg_id=facts.msg_id, now=facts.now, temporary=facts.temporary, bound_to=facts.bound_to,
            key_expires_at=facts.key_expires_at, last_bind_msg_id=facts.last_bind_msg_id, rules=facts.rules,
            perm_key_missing=missing, **more,
        )

    @property
    def clock(self) -> int | None:
        """The data centre's time as well as it is known: `now`, or the time that msg_id carries."""
        if self.now is not None or self.msg_id is None:
            return self.now
        return self.msg_id >> 32

    def answer_to(self, *msg_ids: int | None) -> str | None:
        """The answer to one of these messages, or one that names no message; None if it answers another message."""
        named = [each for each in msg_ids if each is not None]
        other = None if self.answers and named else self.answer
        return next((self.answers[each] for each in named if each in self.answers), other)

    @property
    def keys(self) -> tuple[GivenKey, ...]:
        """Every key that was given."""
        return tuple(k for k in (self.perm_key, self.temp_key, *self.other_keys) if k is not None)


AS_THEY_ARE = ("temporary", "perm_key_missing", "rules")


def taken(name: str, value: Any) -> Any:
    if name in AS_THEY_ARE:
        return value
    if name in BYTES:
        return octets_of(value, name)
    if name in ("perm_key", "temp_key"):
        return value if isinstance(value, GivenKey) else GivenKey(value, name)
    if name == "other_keys":
        return _several(name, value)
    number = whole_number(name, value, 32 if name == "expires_at" else 64)
    if name in ("now", "local_now", "perm_key_created", "key_expires_at") and not 0 < number < 10**11:  # year 5138
        raise LocalError(f"{name} is no time in unix seconds", got=f"{number}", expected="no milliseconds", where=name)
    return number


def _several(name: str, values: Any) -> tuple[Any, ...]:
    if isinstance(values, (str, bytes, AuthKey, int)) or not isinstance(values, Iterable):
        values = (values,)
    return tuple(v if isinstance(v, GivenKey) else GivenKey(v, f"{name}[{i}]") for i, v in enumerate(values))
