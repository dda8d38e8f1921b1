"""What a data centre knows when a binding request comes in, and the rules by which it decides.

`Facts` opens what can be opened, once, whatever is wrong with the rest; `checks` compares.

What a data centre checks before it binds: one table for the DC, the doctor, the inspector and the lessons.

`judge(facts)` evaluates every comparison that can be computed, in one order, with the same work whatever fails
first, and says which row failed. On the wire all faults of the binding message are one error; the names of the
rows never leave the process.

Source: core.telegram.org/method/auth.bindTempAuthKey and core.telegram.org/api/pfs name the fields and the set of
errors. Which fault gives which error is documented nowhere: the `error` column is DEDUCED.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from mtlib.crypto.kdf import msg_key_v1
from mtlib.crypto.keys import AuthKey
from mtlib.errors import DecodeError
from mtlib.protocol.binding import ENCRYPTED_SIZE, ENVELOPE_SIZE, INNER_SIZE
from mtlib.protocol.packets import decrypt_v1
from mtlib.wire import Dissection, Reading
from mtlib.wire.schema import ENCRYPTED_MESSAGE, INNER, PLAINTEXT, REQUEST

LENIENT = Reading(lenient=True)
NO_KEY = AuthKey(bytes(256))
"""Decrypts where no permanent key is known, so that an unknown key costs as much time as a known one."""


@dataclass(frozen=True)
class Rules:
    """How this data centre decides where the documents are silent.

    `expires_slack`: seconds by which expires_at may exceed the end promised in the key exchange (working clients
    compute it later, so an exact limit would refuse them). `one_temp_key`: a new binding ends the older ones of the
    same permanent key, and the msg_id of its bindings must rise. `perm_key_delay`: seconds until a new permanent
    key is known to the machine that binds. `hash_first`: msg_key is named before the length field. `cdn`: this is a
    CDN data centre, which binds nothing. `as_telegram`: what real data centres refuse and this one lets pass with a
    line in its log is refused here, too. `skip`: names of checks that a lesson switches off.
    """

    expires_slack: int = 300
    one_temp_key: bool = False
    perm_key_delay: int = 0
    hash_first: bool = False
    cdn: bool = False
    as_telegram: bool = False
    skip: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """One auth.bindTempAuthKey, and what the data centre knows when it comes in.

    `perm_key` is the permanent key that it has under the request's perm_auth_key_id, None where it has none;
    `temp_key` is the key of the packet, `temporary` says which kind that is, `bound_to` the id of the permanent key
    it is bound to already; `key_expires_at` is when the exchange said that it ends.
    """

    request: bytes
    perm_key: AuthKey | None
    temp_key: AuthKey
    session_id: int
    msg_id: int
    now: int
    temporary: bool = True
    bound_to: int | None = None
    key_expires_at: int | None = None
    last_bind_msg_id: int | None = None
    rules: Rules = field(default_factory=Rules)

    @cached_property
    def _read(self) -> Dissection | DecodeError:
        """The request at the start of the bytes, or why there is none."""
        try:
            read: Dissection = REQUEST.read(self.request, 0, len(self.request), Reading()).value
        except DecodeError as error:
            return error
        return read

    @property
    def problem(self) -> DecodeError | None:
        """Why the request does not parse, if it does not."""
        return self._read if isinstance(self._read, DecodeError) else None

    @property
    def call(self) -> Dissection | None:
        """The request, cut; None where it does not parse."""
        return self._read if isinstance(self._read, Dissection) else None

    @property
    def leftover(self) -> int:
        """Bytes after the request."""
        return 0 if self.call is None else len(self.request) - len(self.call)

    @cached_property
    def sealed(self) -> Dissection | None:
        """The encrypted_message, cut where it has the one size it can have."""
        body = self.call and self.call["encrypted_message"]
        return Dissection(ENCRYPTED_MESSAGE, body) if body and len(body) == ENCRYPTED_SIZE else None

    @cached_property
    def plaintext(self) -> bytes | None:
        """The 80 bytes behind the seal. They are decrypted even where the key is unknown."""
        if self.sealed is None:
            return None
        opened = decrypt_v1(self.sealed["msg_key"], self.sealed["ciphertext"], self.perm_key or NO_KEY)
        return opened if self.perm_key else None

    @cached_property
    def hash(self) -> bytes:
        """msg_key as it should be: over the constant 72 bytes, whatever the length field says."""
        return msg_key_v1((self.plaintext or bytes(ENVELOPE_SIZE))[:ENVELOPE_SIZE])

    @cached_property
    def envelope(self) -> Dissection | None:
        """What the seal hides, cut by its constants, noise included."""
        found = self.plaintext and PLAINTEXT.dissect(self.plaintext, LENIENT)["envelope"]
        return found if isinstance(found, Dissection) else None


INVALID = "ENCRYPTED_MESSAGE_INVALID"
INNER_ID = INNER.id_bytes


class Compared(NamedTuple):
    """One comparison: what was got, what was expected, whether it holds."""

    got: Any
    expected: Any
    holds: bool


def _equal(got: Any, expected: Any) -> Compared:
    same = hmac.compare_digest(got, expected) if isinstance(got, bytes) else got == expected
    return Compared(got, expected, same)


@dataclass(frozen=True)
class Check:
    """One row: its name, the RPC error if it fails, why it is there, who says so, which paths it reads, and the
    comparison, which gives None where what it needs could not be opened."""

    name: str
    error: str
    why: str
    spec: str
    reads: tuple[str, ...]
    compare: Callable[[Facts], Compared | None] = field(repr=False)


@dataclass(frozen=True)
class Result:
    """A row after the judgement: `holds` is None where it could not be computed or was switched off."""

    check: Check
    holds: bool | None
    got: Any = None
    expected: Any = None

    @property
    def name(self) -> str:
        return self.check.name

    def __str__(self) -> str:
        mark = {True: "holds ", False: "FAILS ", None: "   -  "}[self.holds]
        facts = f": got {_short(self.got)}, expected {_short(self.expected)}" if self.holds is False else ""
        return f"{mark} {self.name}{facts}"


@dataclass(frozen=True)
class Verdict:
    """`ok`; the RPC `error` a client would see, or None; `failed`, the first row that failed; every row."""

    ok: bool
    error: str | None
    failed: str | None
    checks: tuple[Result, ...]

    @property
    def failing(self) -> tuple[str, ...]:
        """Every row that failed, in order."""
        return tuple(row.name for row in self.checks if row.holds is False)

    def __getitem__(self, name: str) -> Result:
        return next(row for row in self.checks if row.name == name)

    def __str__(self) -> str:
        return "\n".join([self.error or "boolTrue", *map(str, self.checks)])


def judge(facts: Facts) -> Verdict:
    """The verdict of a data centre over one binding request."""
    order = _HASH_FIRST if facts.rules.hash_first else CHECKS
    results = {check.name: _result(check, facts) for check in order}
    first = next((check for check in order if results[check.name].holds is False), None)
    if first is None and facts.envelope is None:  # a lesson may switch checks off, but nothing closed is ever bound
        first = CHECKS[_NAMES.index("encrypted_message_size")]
    rows = tuple(results.values())
    return Verdict(False, first.error, first.name, rows) if first else Verdict(True, None, None, rows)


def verify(
    request: Dissection | bytes, *, perm_key: AuthKey, temp_key: AuthKey, session_id: int, msg_id: int, now: int
) -> Verdict:
    """`judge` for a fresh temporary key: would a data centre that knows both keys accept this request?

    `session_id` and `msg_id` are those of the message that carries it; `now` is unix seconds.
    """
    return judge(Facts(bytes(request), perm_key, temp_key, session_id, msg_id, now))


def _result(check: Check, facts: Facts) -> Result:
    if check.name in facts.rules.skip:
        return Result(check, None)
    compared = check.compare(facts)
    return Result(check, None) if compared is None else Result(check, compared.holds, compared.got, compared.expected)


def _short(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


# -- The comparisons ----------------------------------------------------------------------------------------------


def _inside(*path: str) -> Callable[[Facts], Any]:
    """A value behind the seal, or None where it could not be opened."""

    def value(facts: Facts) -> Any:
        found: Any = facts.envelope
        for name in path:
            found = found and found[name]
        return found

    return value


def _same(inside: Callable[[Facts], Any], outside: Callable[[Facts], Any]) -> Callable[[Facts], Compared | None]:
    """The value behind the seal against the one outside it."""

    def compare(facts: Facts) -> Compared | None:
        got = inside(facts)
        return None if got is None else _equal(got, outside(facts))

    return compare


def _called(name: str) -> Callable[[Facts], Any]:
    return lambda facts: facts.call and facts.call[name]


def _parses(facts: Facts) -> Compared:
    return Compared(str(facts.problem or "parses"), "parses", facts.problem is None)


def _bound_elsewhere(facts: Facts) -> Compared | None:
    if facts.bound_to is None or facts.call is None:
        return None
    return _equal(facts.call["perm_auth_key_id"], facts.bound_to)


def _size(facts: Facts) -> Compared | None:
    return None if facts.call is None else _equal(len(facts.call["encrypted_message"]), ENCRYPTED_SIZE)


def _in_front(facts: Facts) -> Compared | None:
    if facts.call is None or len(facts.call["encrypted_message"]) < 8:
        return None
    front = int.from_bytes(facts.call["encrypted_message"][:8], "little", signed=True)
    return _equal(front, facts.call["perm_auth_key_id"])


def _known(facts: Facts) -> Compared | None:
    if facts.call is None:
        return None
    return Compared(facts.call["perm_auth_key_id"], "a permanent key of this data centre",
                    facts.perm_key is not None and facts.perm_key.id == facts.call["perm_auth_key_id"])


def _msg_key(facts: Facts) -> Compared | None:
    expected = facts.hash
    return None if facts.sealed is None or facts.plaintext is None else _equal(facts.sealed["msg_key"], expected)


def _in_range(facts: Facts) -> Compared | None:
    if facts.call is None:
        return None
    at = facts.call["expires_at"]
    last = None if facts.key_expires_at is None else facts.key_expires_at + facts.rules.expires_slack
    wanted = f"after {facts.now}" + ("" if last is None else f", up to {last}")
    return Compared(at, wanted, facts.now < at and (last is None or at <= last))


def _rises(facts: Facts) -> Compared | None:
    if not facts.rules.one_temp_key or facts.last_bind_msg_id is None:
        return None
    return Compared(facts.msg_id, f"above {facts.last_bind_msg_id}", facts.msg_id > facts.last_bind_msg_id)


METHOD = "core.telegram.org/method/auth.bindTempAuthKey"
CONTENTS = f"{METHOD}, binding message contents"
_SEALED = "request/encrypted_message"
_ENVELOPE = f"{_SEALED}/plaintext/envelope"
_INNER = f"{_ENVELOPE}/inner"

CHECKS: tuple[Check, ...] = (
    Check("not_a_cdn", "CDN_METHOD_INVALID", "CDN data centres have no perfect forward secrecy, so nothing to bind",
          "core.telegram.org/cdn", (), lambda f: _equal("a CDN" if f.rules.cdn else "no CDN", "no CDN")),
    Check("request_parses", "INPUT_FETCH_ERROR", "bytes that are no auth.bindTempAuthKey cannot be judged", METHOD,
          ("request",), _parses),
    Check("nothing_left_over", "INPUT_REQUEST_TOO_LONG", "whatever follows the request was not meant by its author",
          f"{METHOD}, possible errors (older lists)", ("request",),
          lambda f: None if f.problem else _equal(f.leftover, 0)),
    Check("over_temporary_key", "TEMP_AUTH_KEY_EMPTY", "a key binds itself: the call must come over the key it binds",
          f"{METHOD}, possible errors", ("packet/auth_key_id",),
          lambda f: Compared("temporary" if f.temporary else "permanent", "temporary", f.temporary)),
    Check("not_bound_elsewhere", "TEMP_AUTH_KEY_ALREADY_BOUND", "a live tunnel must not change its account",
          f"{METHOD}, possible errors", ("packet/auth_key_id", "request/perm_auth_key_id"), _bound_elsewhere),
    Check("encrypted_message_size", INVALID, "all parts are constant, so the whole is: 104 bytes", CONTENTS,
          (_SEALED,), _size),
    Check("perm_auth_key_id_in_front", INVALID, "the seal must be for the key that the request names", CONTENTS,
          (f"{_SEALED}/perm_auth_key_id", "request/perm_auth_key_id"), _in_front),
    Check("perm_key_known", INVALID, "without that permanent key nothing opens: dropped, too young, or of another DC",
          "core.telegram.org/api/pfs, error handling", ("request/perm_auth_key_id",), _known),
    Check("length", INVALID, "forty, like every size here: what the hash covers and where values stand hangs on it",
          CONTENTS, (f"{_ENVELOPE}/length",), _same(_inside("length"), lambda f: INNER_SIZE)),
    Check("msg_key", INVALID, "the only integrity there is: AES-IGE has none of its own", CONTENTS,
          (f"{_SEALED}/msg_key", _ENVELOPE), _msg_key),
    Check("seqno", INVALID, "marks the envelope as no ordinary message", CONTENTS, (f"{_ENVELOPE}/seqno",),
          _same(_inside("seqno"), lambda f: 0)),
    Check("msg_id", INVALID, "ties the seal to the one message that carries it, so that it cannot be replayed later",
          CONTENTS, (f"{_ENVELOPE}/msg_id", "message/msg_id"), _same(_inside("msg_id"), lambda f: f.msg_id)),
    Check("constructor", INVALID, "a sealed object of another type is not a binding", CONTENTS,
          (f"{_INNER}/constructor",),
          _same(_inside("inner", "constructor"), lambda f: INNER_ID)),
    Check("nonce", INVALID, "matches the seal with this request", CONTENTS, (f"{_INNER}/nonce", "request/nonce"),
          _same(_inside("inner", "nonce"), _called("nonce"))),
    Check("perm_auth_key_id", INVALID, "two keys can open one envelope; only this copy tells whose it is", CONTENTS,
          (f"{_INNER}/perm_auth_key_id", "request/perm_auth_key_id"),
          _same(_inside("inner", "perm_auth_key_id"), _called("perm_auth_key_id"))),
    Check("expires_at", INVALID, "nobody but the owner of the permanent key may prolong the temporary one", CONTENTS,
          (f"{_INNER}/expires_at", "request/expires_at"),
          _same(_inside("inner", "expires_at"), _called("expires_at"))),
    Check("temp_auth_key_id", INVALID, "the seal names its tunnel: in any other it is worth nothing", CONTENTS,
          (f"{_INNER}/temp_auth_key_id", "packet/auth_key_id"),
          _same(_inside("inner", "temp_auth_key_id"), lambda f: f.temp_key.id)),
    Check("temp_session_id", INVALID, "msg_id is unique only within a session, so the session is named too", CONTENTS,
          (f"{_INNER}/temp_session_id", "message/session_id"),
          _same(_inside("inner", "temp_session_id"), lambda f: f.session_id)),
    Check("expires_at_in_range", "EXPIRES_AT_INVALID", "in the future, and no later than the exchange promised",
          f"{METHOD}, possible errors", ("request/expires_at",), _in_range),
    Check("msg_id_rises", INVALID, "an old binding must not come back after a newer one replaced it",
          "a rule of this data centre, with one temporary key per permanent key", ("message/msg_id",), _rises),
)
"""Every check, in the order in which a failure is named."""

_NAMES = [check.name for check in CHECKS]
_HASH_FIRST = tuple(
    CHECKS[_NAMES.index({"length": "msg_key", "msg_key": "length"}.get(name, name))] for name in _NAMES
)
"""The same with msg_key before length: the hash needs no length field, because the size is a constant."""

__all__ = [
    "CHECKS",
    "Check",
    "Compared",
    "Facts",
    "Result",
    "Rules",
    "Verdict",
    "judge",
    "verify",
]
