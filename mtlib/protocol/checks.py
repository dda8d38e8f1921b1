"""What a data centre checks: `CHECKS` before it binds, `PACKET_CHECKS` before it believes any message at all.

Both are tables of `Check` rows, shared by the data centre, the doctor, the inspector and the lessons. `Facts` and
`PacketFacts` open everything that can be opened, once, even if the rest is wrong. `judge` and `judge_packet` evaluate
every comparison that can be computed, in one order and with the same work whichever fails first, and name the row that
failed. On the wire all faults of the binding message are one error; the names of the rows never leave the process.

Source: core.telegram.org/method/auth.bindTempAuthKey and core.telegram.org/api/pfs name the fields of a binding and the
set of errors; core.telegram.org/mtproto/description, /mtproto/security_guidelines and
/mtproto/service_messages_about_messages the rules of packet and message. No document says which fault of a binding
gives which error, or what the answer is to a packet that does not open: the `error` columns are DEDUCED.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple

from mtlib.crypto.aes import ige_decrypt
from mtlib.crypto.kdf import kdf_v2, msg_key_v1, msg_key_v2
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.secret import of_type
from mtlib.errors import DecodeError, LocalError
from mtlib.protocol.binding import ENCRYPTED_SIZE, ENVELOPE_SIZE, INNER_SIZE
from mtlib.protocol.messages import ACK, CONTAINER, FROM_CLIENT, GZIP, SERVICE_MESSAGES, Window, seconds_of
from mtlib.protocol.packets import HEADER, MAX_PADDING, MIN_PADDING, REQUEST_MESSAGE, TO_CLIENT, TO_SERVER, decrypt_v1
from mtlib.wire.dissection import Allowance, Dissection, Reading, octets
from mtlib.wire.schema import INNER, PLAINTEXT, REQUEST, SCHEMA

NO_KEY = AuthKey(bytes(256))
"""Stands in for an unknown permanent key, so that decrypting takes as long as with a known one."""
OUTERMOST = Reading(allowance=Allowance(0, 0))
"""Cuts the fields of one object. Objects inside them stay bytes, since nothing has been checked yet."""
OTHER_WAY = {TO_SERVER: TO_CLIENT, TO_CLIENT: TO_SERVER}


@dataclass(frozen=True)
class Rules:
    """How this data centre decides where the documents are silent.

    `expires_slack`: seconds by which expires_at may exceed the end promised in the key exchange (working clients
    compute it later, so an exact limit would refuse them). `one_temp_key`: a new binding ends the older ones of the
    same permanent key, and the msg_id of its bindings must rise. `perm_key_delay`: seconds until a new permanent
    key is known to the machine that binds. `hash_first`: if both fail, msg_key is named before length. `cdn`: this is a
    CDN data centre, which binds nothing. `as_telegram`: refuse what Telegram refuses although working clients do it;
    otherwise that is only noted. `skip`: names of checks that a lesson switches off.
    Raises LocalError for a name that no check has.
    """

    expires_slack: int = 300
    one_temp_key: bool = False
    perm_key_delay: int = 0
    hash_first: bool = False
    cdn: bool = False
    as_telegram: bool = False
    skip: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        names = [check.name for check in (*CHECKS, *PACKET_CHECKS)]
        if isinstance(self.skip, str) or not isinstance(self.skip, Iterable):
            raise LocalError("names of checks", got=self.skip, expected="a set of names", where="skip")
        unknown = [name for name in self.skip if name not in names]
        if unknown:
            raise LocalError("no such check", got=unknown[0], expected=", ".join(names), where="skip")
        object.__setattr__(self, "skip", frozenset(self.skip))
        for name in ("expires_slack", "one_temp_key", "perm_key_delay", "hash_first", "cdn", "as_telegram"):
            of_type(getattr(self, name), type(getattr(Rules, name)), name)


@dataclass(frozen=True)
class Facts:
    """One auth.bindTempAuthKey, and what the data centre knows when it arrives.

    `perm_key` is the permanent key with the request's perm_auth_key_id, None if there is none. `temp_key` is the key
    of the packet: `temporary` says whether it is a temporary one, `bound_to` is the id of the permanent key that it is
    bound to already, and `key_expires_at` its end as agreed in the key exchange.
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

    def __post_init__(self) -> None:
        for name, kind in (("request", bytes), ("perm_key", AuthKey | None), ("temp_key", AuthKey), ("session_id", int),
                           ("msg_id", int), ("now", int | float), ("temporary", bool), ("bound_to", int | None),
                           ("key_expires_at", int | None), ("last_bind_msg_id", int | None), ("rules", Rules)):
            of_type(getattr(self, name), kind, name)

    @cached_property
    def _read(self) -> Dissection | DecodeError:
        """The request at the start of the bytes, or why there is none."""
        try:
            read: Dissection = REQUEST.read(self.request, 0, len(self.request), OUTERMOST).value
        except DecodeError as error:
            return error
        return read

    @property
    def problem(self) -> DecodeError | None:
        """Why the request does not parse, if it does not."""
        return self._read if isinstance(self._read, DecodeError) else None

    @property
    def call(self) -> Dissection | None:
        """The request, dissected; None if it does not parse."""
        return self._read if isinstance(self._read, Dissection) else None

    @property
    def leftover(self) -> int:
        """Bytes after the request."""
        return 0 if self.call is None else len(self.request) - len(self.call)

    @cached_property
    def sealed(self) -> bytes | None:
        """The encrypted_message; None unless it has the only possible size."""
        body: bytes = b"" if self.call is None else self.call["encrypted_message"]
        return body if len(body) == ENCRYPTED_SIZE else None

    @cached_property
    def plaintext(self) -> bytes | None:
        """The 80 bytes inside the seal, None without seal or key. Even then 80 bytes are decrypted, so that the time
        an answer takes does not show what is wrong."""
        sealed = self.sealed or bytes(ENCRYPTED_SIZE)
        opened = decrypt_v1(sealed[8:24], sealed[24:], self.perm_key or NO_KEY)
        return opened if self.sealed and self.perm_key else None

    @cached_property
    def hash(self) -> bytes:
        """msg_key as it should be: over the constant 72 bytes, whatever the length field says."""
        return msg_key_v1((self.plaintext or bytes(ENVELOPE_SIZE))[:ENVELOPE_SIZE])

    @cached_property
    def envelope(self) -> Dissection | None:
        """The envelope inside the seal, cut at its constant offsets even if it is noise."""
        found = self.plaintext and PLAINTEXT.dissect(self.plaintext, Reading(lenient=True))["envelope"]
        return found if isinstance(found, Dissection) else None


@dataclass(frozen=True)
class MessageFacts:
    """One message, alone in its packet or out of a container, and the `window` of what its session has seen before.
    `now` is unix seconds; None leaves the time of the message unchecked."""

    msg_id: int
    seqno: int
    body: bytes
    now: float | None
    window: Window
    rules: Rules = field(default_factory=Rules)

    @property
    def new(self) -> bool:
        """Whether this msg_id comes for the first time."""
        return not self.window.has(self.msg_id)


@dataclass(frozen=True)
class PacketFacts:
    """One packet under a key, and what its receiver knows when it arrives.

    `key` is the key with its auth_key_id, None if there is none; `x` is the direction of the packet. `salts` are those
    valid now, the current one first; without any, the salt is not checked. `session_id` is the expected one, None for
    any. `seen` gives the window of a session. `now` is unix seconds; None leaves the time of the message unchecked.
    """

    packet: bytes
    key: AuthKey | None
    now: float | None = None
    x: int = TO_SERVER
    salts: Sequence[int] = ()
    session_id: int | None = None
    seen: Callable[[int], Window] = field(default=lambda session_id: Window((FROM_CLIENT,)), repr=False)
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        for name, kind in (("packet", bytes), ("key", AuthKey | None), ("now", int | float | None), ("x", int),
                           ("session_id", int | None), ("salts", list | tuple), ("seen", Callable), ("rules", Rules)):
            of_type(getattr(self, name), kind, name)

    @property
    def whole(self) -> bool:
        """Whether its size is one that an encrypted packet can have."""
        return len(self.packet) >= 24 + HEADER + MIN_PADDING and (len(self.packet) - 24) % 16 == 0

    def sealed_for(self, x: int) -> bytes | None:
        """The plaintext, if the packet was sealed with this key for the direction `x`."""
        if self.key is None or not self.whole:
            return None
        opened = ige_decrypt(self.packet[24:], *kdf_v2(self.key, self.packet[8:24], x))
        return opened if hmac.compare_digest(msg_key_v2(self.key, opened, x), self.packet[8:24]) else None

    @cached_property
    def plaintext(self) -> bytes | None:
        """The message with its padding, if msg_key is its hash."""
        return self.sealed_for(self.x)

    @cached_property
    def reversed(self) -> bool:
        """Whether it was sealed for the other direction."""
        return self.plaintext is None and self.sealed_for(OTHER_WAY[self.x]) is not None

    @cached_property
    def length(self) -> int | None:
        return None if self.plaintext is None else int.from_bytes(self.plaintext[28:32], "little", signed=True)

    @cached_property
    def message(self) -> Dissection | None:
        """The message, cut; None if the packet did not open, or its length cannot be right."""
        if self.plaintext is None or self.length is None:
            return None
        if self.length % 4 or not 0 <= self.length <= len(self.plaintext) - HEADER:
            return None
        return REQUEST_MESSAGE.dissect(self.plaintext, OUTERMOST)

    @cached_property
    def outer(self) -> MessageFacts | None:
        """The message's own facts: its numbers and its body."""
        if self.message is None:
            return None
        return MessageFacts(self.message["msg_id"], self.message["seqno"], self.message["request"], self.now,
                            self.seen(self.message["session_id"]), self.rules)


INVALID = "ENCRYPTED_MESSAGE_INVALID"


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
    """One row: its name, the error if it fails, why it is there, its source, the paths it reads, and the comparison,
    which gives None if what it needs could not be opened.

    `code` is the number that goes with the error: of the RPC error, the notification, or the transport. `refuses` says
    when a failure is a refusal: "always"; "as_telegram", for a rule that working clients break; or "never".
    """

    name: str
    error: str
    why: str
    spec: str
    reads: tuple[str, ...]
    compare: Callable[[Any], Compared | None] = field(repr=False)
    code: int = 400
    refuses: str = "always"


class Result(NamedTuple):
    """One row of a verdict: `holds` is None if it could not be computed or was switched off."""

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
        for row in self.checks:
            if row.name == name:
                return row
        raise LocalError("no such check", got=name, expected=", ".join(row.name for row in self.checks))

    def __str__(self) -> str:
        return "\n".join([self.error or "boolTrue", *map(str, self.checks)])


def judge(facts: Facts) -> Verdict:
    """The verdict of a data centre on one binding request."""
    verdict = _verdict(_HASH_FIRST if of_type(facts, Facts, "facts").rules.hash_first else CHECKS, facts)
    if verdict.ok and facts.envelope is None:  # whichever checks are skipped, an unopened seal never binds
        closed = CHECKS[_NAMES.index("encrypted_message_size")]
        return Verdict(False, closed.error, closed.name, verdict.checks)
    return verdict


def judge_packet(facts: PacketFacts) -> Verdict:
    """The verdict on a packet and its message, before anybody reads the body."""
    return _verdict(PACKET_CHECKS, of_type(facts, PacketFacts, "facts"))


def judge_message(facts: MessageFacts) -> Verdict:
    """The verdict on one message out of a container."""
    return _verdict(MESSAGE_CHECKS, facts)


def _verdict(checks: tuple[Check, ...], facts: Facts | PacketFacts | MessageFacts) -> Verdict:
    rows = tuple(_result(check, facts) for check in checks)
    refuse = ("always", "as_telegram") if facts.rules.as_telegram else ("always",)
    first = next((row.check for row in rows if row.holds is False and row.check.refuses in refuse), None)
    return Verdict(False, first.error, first.name, rows) if first else Verdict(True, None, None, rows)


def verify(
    request: Dissection | bytes, *, perm_key: AuthKey, temp_key: AuthKey, session_id: int, msg_id: int, now: int
) -> Verdict:
    """`judge` for a fresh temporary key: would a data centre that knows both keys accept this request?

    `session_id` and `msg_id` are those of the message that carries it; `now` is unix seconds.
    """
    return judge(Facts(octets(request, "request"), perm_key, temp_key, session_id, msg_id, now))


def _result(check: Check, facts: Facts | PacketFacts | MessageFacts) -> Result:
    if check.name in facts.rules.skip:
        return Result(check, None)
    compared = check.compare(facts)
    return Result(check, None) if compared is None else Result(check, compared.holds, compared.got, compared.expected)


def _short(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


# -- The comparisons ----------------------------------------------------------------------------------------------


def _needs(part: str, compare: Callable[[Any, Any], Compared | None]) -> Callable[[Any], Compared | None]:
    """A check that calls `compare(facts, facts.<part>)`; it gives None if that part could not be read or opened."""

    def compared(facts: Any) -> Compared | None:
        found = getattr(facts, part)
        return None if found is None else compare(facts, found)

    return compared


def _called(name: str) -> Callable[[Facts], Any]:
    return lambda facts: facts.call and facts.call[name]


def _in_front(facts: Facts, call: Dissection) -> Compared | None:
    front = call["encrypted_message"][:8]
    same = int.from_bytes(front, "little", signed=True), call["perm_auth_key_id"]
    return _equal(*same) if len(front) == 8 else None


def _known(facts: Facts, call: Dissection) -> Compared:
    named = call["perm_auth_key_id"]
    known = facts.perm_key is not None and facts.perm_key.id == named
    return Compared(named, "a permanent key of this data centre", known)


def _msg_key(facts: Facts) -> Compared | None:
    expected = facts.hash
    return None if facts.sealed is None or facts.plaintext is None else _equal(facts.sealed[8:24], expected)


def _in_range(facts: Facts, call: Dissection) -> Compared:
    at = call["expires_at"]
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


def _sealed_row(path: str, why: str, outside: str, expected: Callable[[Facts], Any]) -> Check:
    """The row that compares the value at `path` in the envelope with the one at `outside`, or with a constant."""

    def compare(facts: Facts) -> Compared | None:
        found: Any = facts.envelope
        for name in path.split("/"):
            found = found and found[name]
        return None if found is None else _equal(found, expected(facts))

    reads = (f"{_ENVELOPE}/{path}", outside) if outside else (f"{_ENVELOPE}/{path}",)
    return Check(path.rpartition("/")[2], INVALID, why, CONTENTS, reads, compare)


CHECKS: tuple[Check, ...] = (
    Check("not_a_cdn", "CDN_METHOD_INVALID", "CDN data centres have no perfect forward secrecy, so nothing to bind",
          "core.telegram.org/cdn", (), lambda f: _equal("a CDN" if f.rules.cdn else "no CDN", "no CDN")),
    Check("request_parses", "INPUT_FETCH_ERROR", "bytes that are no auth.bindTempAuthKey cannot be judged", METHOD,
          ("request",), lambda f: Compared(str(f.problem or "parses"), "parses", f.problem is None)),
    Check("nothing_left_over", "INPUT_REQUEST_TOO_LONG", "whatever follows the request was not meant by its author",
          f"{METHOD}, possible errors (older lists)", ("request",),
          lambda f: None if f.problem else _equal(f.leftover, 0)),
    Check("over_temporary_key", "TEMP_AUTH_KEY_EMPTY", "a key binds itself: the call must come over the key it binds",
          f"{METHOD}, possible errors", ("packet/auth_key_id",),
          lambda f: Compared("temporary" if f.temporary else "permanent", "temporary", f.temporary)),
    Check("not_bound_elsewhere", "TEMP_AUTH_KEY_ALREADY_BOUND", "a live tunnel must not change its account",
          f"{METHOD}, possible errors", ("packet/auth_key_id", "request/perm_auth_key_id"),
          lambda f: None if f.bound_to is None or f.call is None else _equal(f.call["perm_auth_key_id"], f.bound_to)),
    Check("encrypted_message_size", INVALID, "all parts are constant, so the whole is: 104 bytes", CONTENTS,
          (_SEALED,), _needs("call", lambda f, call: _equal(len(call["encrypted_message"]), ENCRYPTED_SIZE))),
    Check("perm_auth_key_id_in_front", INVALID, "the seal must be for the key that the request names", CONTENTS,
          (f"{_SEALED}/perm_auth_key_id", "request/perm_auth_key_id"), _needs("call", _in_front)),
    Check("perm_key_known", INVALID, "without that permanent key nothing opens: dropped, too young, or of another DC",
          "core.telegram.org/api/pfs, error handling", ("request/perm_auth_key_id",),
          _needs("call", _known)),
    _sealed_row("length", "the body must be 40 bytes; otherwise the hash and the fields are cut in the wrong place", "",
                lambda f: INNER_SIZE),
    Check("msg_key", INVALID, "the only integrity there is: AES-IGE has none of its own", CONTENTS,
          (f"{_SEALED}/msg_key", _ENVELOPE), _msg_key),
    _sealed_row("seqno", "marks the envelope as no ordinary message", "", lambda f: 0),
    _sealed_row("msg_id", "ties the seal to the one message that carries it, so that it cannot be replayed later",
                "message/msg_id", lambda f: f.msg_id),
    _sealed_row("inner/constructor", "a sealed object of another type is not a binding", "", lambda f: INNER.id_bytes),
    _sealed_row("inner/nonce", "matches the seal with this request", "request/nonce", _called("nonce")),
    _sealed_row("inner/perm_auth_key_id", "two keys can open one envelope; only this copy tells whose it is",
                "request/perm_auth_key_id", _called("perm_auth_key_id")),
    _sealed_row("inner/expires_at", "nobody but the owner of the permanent key may prolong the temporary one",
                "request/expires_at", _called("expires_at")),
    _sealed_row("inner/temp_auth_key_id", "the seal names its tunnel: in any other it is worth nothing",
                "packet/auth_key_id", lambda f: f.temp_key.id),
    _sealed_row("inner/temp_session_id", "msg_id is unique only within a session, so the session is named too",
                "message/session_id", lambda f: f.session_id),
    Check("expires_at_in_range", "EXPIRES_AT_INVALID", "in the future, and no later than the exchange promised",
          f"{METHOD}, possible errors", ("request/expires_at",), _needs("call", _in_range)),
    Check("msg_id_rises", INVALID, "an old binding must not come back after a newer one replaced it",
          "a rule of this data centre, with one temporary key per permanent key", ("message/msg_id",), _rises),
)
"""Every check, in the order in which a failure is named."""
COPIES = tuple(check for check in CHECKS if len(check.reads) == 2
               and "/plaintext/" in check.reads[0] and "/plaintext/" not in check.reads[1])  # fmt: skip
"""The checks that compare a field inside the seal with its copy outside; `reads` names them in this order."""

_NAMES = [check.name for check in CHECKS]
_AT = _NAMES.index("length")
_HASH_FIRST = (*CHECKS[:_AT], CHECKS[_AT + 1], CHECKS[_AT], *CHECKS[_AT + 2 :])
"""`CHECKS` with msg_key before length: the hash needs no length field, because the size is a constant."""

# -- Packet and message -------------------------------------------------------------------------------------------


def _key_id(f: PacketFacts) -> Compared:
    expected = f.key.id_bytes if f.key else "the id of a key that is here"
    return Compared(f.packet[:8], expected, f.key is not None and hmac.compare_digest(f.packet[:8], f.key.id_bytes))


def _packet_size(f: PacketFacts) -> Compared:
    return Compared(f"{len(f.packet)} bytes", "24 + a multiple of 16", f.whole)


def _direction(f: PacketFacts) -> Compared | None:
    """Whether it was sealed for this direction. The next row fails if it was sealed for neither."""
    if f.plaintext is None and not f.reversed:
        return None
    return _equal(OTHER_WAY[f.x] if f.reversed else f.x, f.x)


def _opens(f: PacketFacts) -> Compared | None:
    if f.key is None or not f.whole or f.reversed:
        return None
    opened = f.plaintext is not None
    return Compared(f.packet[8:24], f.packet[8:24] if opened else "the hash of what was sealed", opened)


def _message_length(f: PacketFacts, plaintext: bytes) -> Compared:
    room = len(plaintext) - HEADER
    return Compared(f.length, f"a multiple of 4, from 0 to {room}", f.message is not None)


def _message_padding(f: PacketFacts, message: Dissection) -> Compared:
    padding = len(message["padding"])
    return Compared(padding, f"{MIN_PADDING}..{MAX_PADDING}", MIN_PADDING <= padding <= MAX_PADDING)


def _session(f: PacketFacts, message: Dissection) -> Compared:
    got = message["session_id"]
    return Compared(got, "not zero", got != 0) if f.session_id is None else _equal(got, f.session_id)


def _salted(f: PacketFacts, message: Dissection) -> Compared | None:
    return Compared(message["salt"], f.salts[0], message["salt"] in f.salts) if f.salts else None


def _date(seconds: float) -> str:
    """Unix seconds as a date, or as a number if they are beyond all dates."""
    from datetime import UTC, datetime  # here, to keep `import mtlib` fast

    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"{seconds:.0f}"


def _old(m: MessageFacts) -> Compared | None:
    if m.now is None or not m.new:
        return None
    made, first = seconds_of(m.msg_id), m.now - m.window.past
    return Compared(f"of {_date(made)}", f"at the earliest {_date(first)}", made >= first)


def _ahead(m: MessageFacts) -> Compared | None:
    if m.now is None or not m.new:
        return None
    made, last = seconds_of(m.msg_id), m.now + m.window.future
    return Compared(f"of {_date(made)}", f"at the latest {_date(last)}", made <= last)


def _remembered(m: MessageFacts) -> Compared | None:
    return Compared(m.msg_id, f"above {m.window.floor}", m.msg_id > m.window.floor) if m.new else None


def _odd(m: MessageFacts) -> Compared | None:
    if m.body[:4] == CONTAINER or SCHEMA.name_of(m.body) in SERVICE_MESSAGES:
        return None
    return Compared(m.seqno, "odd", m.seqno % 2 == 1)


def _even(constructor: bytes) -> Callable[[MessageFacts], Compared | None]:
    return lambda m: Compared(m.seqno, "even", m.seqno % 2 == 0) if m.body[:4] == constructor else None


def _counted(too: str) -> Callable[[MessageFacts], Compared | None]:
    """Compare a seqno with the session's other messages: not below an older one's, nor above a newer one's."""

    def compare(m: MessageFacts) -> Compared | None:
        if not m.new or m.body[:4] == CONTAINER:
            return None
        low, high = m.window.seqnos_around(m.msg_id)
        if too == "low":
            return Compared(m.seqno, f"at least {low}", m.seqno >= low)
        return None if high is None else Compared(m.seqno, f"at most {high}", m.seqno <= high)

    return compare


DESCRIPTION = "core.telegram.org/mtproto/description"
GUIDELINES = "core.telegram.org/mtproto/security_guidelines"
ABOUT = "core.telegram.org/mtproto/service_messages_about_messages"
CLOSED, SALT_ERROR = "transport error -404", "bad_server_salt"


def _packet_row(
    name: str, why: str, spec: str, reads: str, compare: Callable[[PacketFacts], Compared | None], code: int = -404
) -> Check:
    return Check(name, SALT_ERROR if code == 48 else CLOSED, why, spec, tuple(reads.split()), compare, code)


def _message_row(
    name: str, code: int, why: str, compare: Callable[[MessageFacts], Compared | None], *,
    refuses: str = "always", reads: str = "message/msg_id", packed: bool = True,
) -> Check:  # fmt: skip
    """The row of a rule for messages. `packed` says whether the rule works on a body that is still gzip_packed; if it
    does not, `judge_message` applies it to the unpacked body."""

    def of_packet(facts: PacketFacts | MessageFacts) -> Compared | None:
        message = facts.outer if isinstance(facts, PacketFacts) else facts
        if message is None or (message is not facts and not packed and message.body[:4] == GZIP):
            return None
        return compare(message)

    error = f"bad_msg_notification {code}" if code else "the answer that it got before"
    return Check(name, error, why, ABOUT, (reads,), of_packet, code, refuses)


_seqno_row = partial(_message_row, reads="message/seqno", packed=False)  # the unpacked body says whether it is a call
MESSAGE_CHECKS: tuple[Check, ...] = (
    _message_row("message_msg_id", 18, "divisible by four, as every msg_id of a client",
                 lambda m: _equal(m.msg_id % 4, 0)),
    _message_row("message_remembered", 20, "below everything that the session remembers, nobody knows whether it came "
                 "before", _remembered),
    _message_row("message_not_old", 16, "the client's clock is slow, or somebody repeats an old packet", _old),
    _message_row("message_not_ahead", 17, "the client's clock is fast", _ahead),
    _message_row("message_new", 0, "what came before is not executed again",
                 lambda m: Compared(m.msg_id, "an id that is new", m.new)),
    _seqno_row("message_seqno", 35, "odd, because a request asks for an answer", _odd),
    _seqno_row("container_seqno", 34, "even, because nobody acknowledges a container", _even(CONTAINER),
                 refuses="as_telegram"),
    _seqno_row("ack_seqno", 34, "even, because nobody acknowledges an acknowledgement; mtcute counts its own all the "
                 "same, and works", _even(ACK), refuses="never"),
    _seqno_row("seqno_not_low", 32, "twice the content-related messages before this one, so it never falls",
                 _counted("low"), refuses="as_telegram"),
    _seqno_row("seqno_not_high", 33, "a newer message has a lower number already", _counted("high"),
                 refuses="as_telegram"),
)
"""The checks of every message, also of one in a container."""

PACKET_CHECKS: tuple[Check, ...] = (
    _packet_row("auth_key_id", "says which key opens the packet: without a key, no answer", DESCRIPTION,
                "packet/auth_key_id", _key_id),
    _packet_row("packet_size", "AES works on whole blocks, and the smallest message is three of them", DESCRIPTION,
                "packet", _packet_size),
    _packet_row("direction", "x is 0 towards the data centre and 8 back, so that no packet can be sent back to its "
                "author", f"{GUIDELINES}, mutual authentication", "packet/msg_key packet/ciphertext", _direction),
    _packet_row("packet_opens", "this msg_key covers every byte behind it and a piece of the key: whatever was changed "
                "on the way ends here", f"{DESCRIPTION}, msg_key", "packet/msg_key packet/ciphertext", _opens),
    _packet_row("message_length", "the body ends inside the packet, on a whole word", GUIDELINES, "message/length",
                _needs("plaintext", _message_length)),
    _packet_row("message_padding", "the body ends before 12 to 1024 bytes of padding", GUIDELINES,
                "message/length message/padding", _needs("message", _message_padding)),
    _packet_row("session", "names the session within which msg_ids are unique; zero names none",
                f"{DESCRIPTION}, session", "message/session_id", _needs("message", _session)),
    *MESSAGE_CHECKS[:4],
    _packet_row("salt", "the answer tells the right one: send again with it", f"{DESCRIPTION}, server salt",
                "message/salt", _needs("message", _salted), 48),
    *MESSAGE_CHECKS[4:],
)
"""Every check of packet and message, in the order in which a failure is named. The order is DEDUCED, and so is -404 for
a packet that does not open or names the session 0."""
