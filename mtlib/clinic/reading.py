"""What people paste: the bytes, keys and numbers of a binding, found in any text.

All readers (the doctor, `dissect`, `--keys`, the lessons) take the same steps: bytes become text (`_decode`); dumps in
it become plain hex (`dumps`); the text is cut into pieces, each with its label if it has one (`pieces`); the bytes of a
piece are found (`text_bytes`). If a name disagrees with the content, the content decides (`_content`).
`Pasted.notes` says what was not obvious. No note and no error shows a value that may be a key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

from mtlib.clinic.capture import is_capture
from mtlib.clinic.dumps import undump
from mtlib.clinic.names import GENERIC, NAMES, known
from mtlib.clinic.patient import (
    KEY_SIZES,
    LARGEST,
    SUCCESS,
    EitherOrder,
    GivenKey,
    Rounded,
    answer_of,
    answers_in,
    unhexed,
    whole_number,
    without_keys,
)
from mtlib.clinic.pieces import ANSWER, ODD, OTHER_ID, UNREADABLE, Scan, TextPiece, spoken
from mtlib.clinic.plain import plain
from mtlib.clinic.text_bytes import BIND, bytes_in, is_key, is_number, looks_like
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError, MtError
from mtlib.protocol.binding import ENCRYPTED_SIZE, REQUEST_SIZE
from mtlib.protocol.packets import TO_CLIENT, open_packet
from mtlib.transport.framing import FRAMINGS

EXAMPLE = """\
request:       052ad4cd 3016cac0 b43a379b ...     (132 bytes; or encrypted_message: 104, packet:, stream:)
perm_auth_key: 5f2c00 ...                         (256 bytes; a throw-away key)
temp_auth_key: 81d3f2 ...                         (256 bytes)
session_id:    3182683917925469114                (of the message that carried the request)
msg_id:        7730941134947483648                (of the same message)
now:           1800000000                         (unix seconds, by the data centre)
answer:        400 ENCRYPTED_MESSAGE_INVALID
"""
"""A complete file for the doctor; only its bytes are cut short."""
LINES = 100_000
"""The most lines of a text that are read: a dump of the largest stream has 65,536."""

SMALLEST = 72
"""The size of the smallest sealed packet in bytes: 24, a header of 32, and a message of 4 with its padding."""
BY_ID = "by the id of its key"
BESIDE = "beside packets of a given key"
FRAMED = 16
"""The key id of a packet in a frame ends within so many bytes: at most 8 stand before it."""

_ORDER = ("packet", "request", "encrypted_message", "stream", "")
SENT = {"packet", "request", "encrypted_message"}


@dataclass(frozen=True)
class Found:
    """One value: its `name` ("" if nothing says which value it is), its place, and what it was taken for. The repr does
    not show the value, which may be a key."""

    name: str
    value: Any = field(repr=False)
    where: str
    took_for: str
    logged: bool = False
    inner: bool = False
    guessed: bool = False

    @property
    def kind(self) -> str:
        """ "bytes", "key", "id", "date" or "text"."""
        return NAMES.get(self.name, "bytes")

    @property
    def line(self) -> int:
        """The number of its line."""
        return int(self.where.split(" ")[-1])


@dataclass(frozen=True)
class Pasted:
    """All values that were found, and sentences about what was not obvious."""

    found: tuple[Found, ...]
    notes: tuple[str, ...]


class PatientFacts(dict[str, Any]):
    """What `diagnose(**facts)` takes; `notes` says how it was read."""

    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """The sizes of bytes, not the bytes: what was taken for a request may hold a key."""
        return repr({name: f"{len(it)} bytes" if isinstance(it, bytes) else it for name, it in self.items()})


# -- What is asked for --------------------------------------------------------------------------------------------


def read(data: bytes | str, *, keys_only: bool = False) -> Pasted:
    """Everything in `data` that may belong to a binding. `keys_only`: bytes without a name are keys.

    Raises LocalError for bytes that are another program's file, and for a value with a known name that cannot be
    read.
    """
    decoded, said = _decode(data)
    if isinstance(decoded, bytes):
        found = _raw(decoded, keys_only)
        notes = (f"took raw bytes, {len(each.value)} of them, for {each.name}" for each in found)
        return Pasted(tuple(found), (*said, *notes))
    text = plain(decoded)
    scan = Scan(*undump(text), keys_only)
    found = [each for piece in scan.pieces() if (each := _value(piece, scan)) is not None]
    found = _without_older_mail(found, decoded, scan)
    answers = [each for each in found if each.name == "answer"]
    if all(re.fullmatch(r"(?:code\W+)?[345]\d\d", str(each.value)) for each in answers):  # a name says more
        begins = len("\n".join(text.split("\n")[: answers[-1].line - 1])) if answers else 0
        if told := spoken(text, begins):
            found.append(Found("answer", told[1], f"line {text.count(chr(10), 0, told[0]) + 1}", "an error name"))
    names = {each.name for each in found}
    found = _one_of_each(found, scan)
    return Pasted(tuple(found), (*said, *scan.said, *scan.without_value(names), *scan.unknown_names()))


def read_patient(data: bytes | str, keys: bytes | str | None = None) -> PatientFacts:
    """What `diagnose` takes, from whatever was pasted; `keys` is a second file, whose bytes without a name are keys.

    The result's `notes` say how it was read. Raises LocalError if it holds nothing of a binding, or if a named value
    cannot be read.
    """
    pasted = read(data)
    more = read(keys, keys_only=True) if keys else Pasted((), ())
    found = [*pasted.found, *(replace(each, where=f"the keys, {each.where}") for each in more.found)]
    return facts_of(found, [*pasted.notes, *(f"the keys, {note}" for note in more.notes)])


def facts_of(found: Sequence[Found], notes: Sequence[str] = ()) -> PatientFacts:
    """What `diagnose` takes, from values of one or more texts. Raises LocalError if there are none, and for two
    different values of one name."""
    settled, facts = by_content(_under_keys(found)), PatientFacts()
    notes = [*notes, *(f"{each.where}: took what has no name for {each.name or 'nothing that is known'}"
                       for each, said in settled if each.took_for == BY_ID or not (each.name or said)),
             *(note for _, said in settled for note in said)]  # fmt: skip
    for each, _ in settled:
        if each.name == "other_keys":
            facts.setdefault("other_keys", []).append(GivenKey(each.value, f"{each.where}, key"))
        elif each.name in facts and facts[each.name] != (GivenKey(each.value) if each.kind == "key" else each.value):
            raise LocalError(f"{each.name} is there twice, with different values", where=each.where)
        elif each.name:
            facts[each.name] = GivenKey(each.value, each.name) if each.kind == "key" else each.value
    if not facts:
        raise LocalError("; ".join(["nothing about a binding in this", *notes[:2]]), expected=", ".join(NAMES))
    facts.notes = tuple(dict.fromkeys(notes))
    return facts


def by_content(found: Sequence[Found]) -> list[tuple[Found, list[str]]]:
    """Each value under the name that its content shows, if that is certain, with sentences about it."""
    ids, perm = ({key.id_bytes for key in _keys(some)}
                 for some in (found, [each for each in found if each.name == "perm_key"]))  # fmt: skip
    return [_content(each, ids, perm) for each in found]


def read_bytes(data: bytes | str) -> tuple[bytes, str]:
    """The bytes to look at, and what they were taken for. Raises LocalError if there are none."""
    text, said = _decode(data)
    if isinstance(text, bytes):
        return text, "; ".join([*said, "raw bytes"])
    scan = Scan(*undump(plain(text)), False, whole=True)
    values = []
    for piece in scan.pieces():
        name = known(piece.label)
        octets = piece.value if isinstance(piece.value, bytes) else bytes_in(str(piece.value))[0]
        wrong = name == "encrypted_message" and len(octets or b"") != ENCRYPTED_SIZE
        if octets is not None and NAMES.get(name) not in ("id", "date", "key") and not wrong:
            values.append((_ORDER.index(name) if name in _ORDER else len(_ORDER), octets, piece))
    if len(values) > 1:  # a key among several values is here by mistake
        values = sorted((each for each in values if len(each[1]) not in KEY_SIZES), key=lambda each: each[0])
    if values:
        _, octets, piece = values[0]
        others = f"; the first of several values, {len(values) - 1} more left alone" if len(values) > 1 else ""
        return octets, "; ".join([*said, f"{piece.where}: {piece.took_for}, {len(octets)} bytes{others}"])
    raise LocalError("no bytes in this", got=f"{len(text)} characters", expected="hex, base64, a dump, an array")


def read_keys(data: bytes | str) -> list[AuthKey]:
    """The keys in a file of keys: with or without names, one a line, or lines `id key` of a key log. Raises LocalError
    for a file without keys, for a key of a wrong length or with a part missing, and for an id that does not belong to
    the key after it. No error shows anything of a key."""
    pasted = read(data, keys_only=True)
    for note in pasted.notes:
        if note.endswith((OTHER_ID, ODD, UNREADABLE)):
            raise LocalError(note)
    keys = [GivenKey(each.value, each.where).key for each in pasted.found if each.kind == "key"]
    if not keys:
        raise LocalError("no key in this", expected="auth keys of 256 bytes, as hex or base64, one a line")
    return keys


# -- Bytes become text --------------------------------------------------------------------------------------------

_DIFF = re.compile(r"(?ms)^[ \t]*```diff\b.*?^[ \t]*```|^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*?(?=^[^-+ @\\]|\Z)")
_NOT_NEW = re.compile(r"(?m)^(?:-.*|[+ ]|@@ .*)")
_EXPECTED = re.compile(r"(?i)(?:\b|_|k)(?:expected|want(?:ed)?)(?:\b|_)")
"""Words in the output of tests that mark a value which was not sent."""
_COMPARED = re.compile(r"(?i)assert|expect|equal|\b(?:left|want|theirs|works|working|valid|reference)\b")
"""Words next to two values, of which only one was sent."""
_OLDER = re.compile(r"(?m)^(?:-{3,} ?Original Message|>)")
"""The beginning of an older mail that is quoted."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def _decode(data: bytes | str) -> tuple[str | bytes, list[str]]:
    """The text, or the bytes if they are not text, without the head of an HTTP request; and sentences about it."""
    if not isinstance(data, (str, bytes, bytearray, memoryview)):
        raise LocalError("bytes or text can be read", got=type(data).__name__)
    text, said = (data, list[str]()) if isinstance(data, str) else _text(bytes(data))
    if len(text) > (LARGEST if isinstance(text, bytes) else 6 * LARGEST):
        raise LocalError("too much to look at", expected=f"{LARGEST} bytes at most")
    if isinstance(text, bytes):
        if text.startswith((b"POST ", b"HTTP/1.")) and b"\r\n\r\n" in text:
            head, _, text = text.partition(b"\r\n\r\n")
            said = [f"took it for HTTP: its head, of {len(head)} bytes, is passed over"]
        if is_capture(text):
            raise LocalError("this is a file of captured packets", expected="`dissect`, or one connection's bytes")
        if text.startswith(b"\x1f\x8b\x08"):
            raise LocalError("this is compressed, by gzip", expected="what is in it: unpack it first")
        return text, said
    if (lines := text.count("\n")) > LINES:
        raise LocalError("too many lines to look at", got=lines, expected=f"{LINES} at most")
    text, diffs = _DIFF.subn(lambda diff: _NOT_NEW.sub("", diff[0]), text)
    return text, [*said, *["took it for a diff: what it takes away is passed over"][:diffs]]


def _without_older_mail(found: list[Found], text: str, scan: Scan) -> list[Found]:
    """The values without those of an older mail, if the answer to it, above it, holds a new request; keys are kept."""
    quoted = _OLDER.search(text)
    answer = text[: quoted.start()] if quoted else ""
    dated = re.search(r" .*\d.*:$", answer.rstrip().rsplit("\n", 1)[-1][-120:])  # 1 January, somebody wrote:
    if quoted is None or (quoted[0] == ">" and not dated):
        return found
    above = answer.count("\n")
    newer = [each for each in found if each.line <= above]
    names = {each.name for each in newer}
    if len(newer) == len(found) or not names & SENT:
        return found
    scan.said.append(f"line {above + 1}: an older mail is quoted from here on; nothing but keys is taken of it")
    return newer + [each for each in found if each.line > above and each.kind == "key" and each.name not in names]


def _text(raw: bytes) -> tuple[str | bytes, list[str]]:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(encoding), [f"took it for {encoding} text"][: encoding != "utf-8"]
            except UnicodeDecodeError:
                continue
    for encoding, zeros, letters in (("utf-16-le", raw[1::2], raw[::2]), ("utf-16-be", raw[::2], raw[1::2])):
        if len(raw) > 7 and not len(raw) % 2 and not any(zeros) and letters.isascii() and b"\0" not in letters:
            return raw.decode(encoding), [f"took it for {encoding} text"]
    try:
        return (raw if b"\0" in raw else raw.decode()), []
    except UnicodeDecodeError:
        plain = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in raw)
        return (raw.decode("latin-1"), ["took it for Latin-1 text"]) if plain > 0.95 * len(raw) else (raw, [])


def _raw(data: bytes, keys_only: bool) -> list[Found]:
    if data and not len(data) % 256 and (keys_only or len(data) == 256):
        return [Found("other_keys", data[i : i + 256], f"byte {i}", "raw bytes")
                for i in range(0, len(data), 256)]  # fmt: skip
    if keys_only:
        raise LocalError("the keys are no text", got=f"{len(data)} bytes", expected="auth keys of 256 bytes, as hex")
    name = looks_like(data)
    return [Found("stream" if name in ("", "packet") else name, data, "the file", "raw bytes")]


# -- What a value is ----------------------------------------------------------------------------------------------


def _value(piece: TextPiece, scan: Scan) -> Found | None:
    """The value of a piece; None if it is skipped. A note says so if the piece may have been meant."""
    name = known(piece.label)
    if not name:
        return _unnamed(piece, scan)
    try:
        value, form = _as(name, piece)
    except LocalError:
        if piece.logged or piece.optional:
            return None
        raise
    found = Found(name, value, piece.where, form, piece.logged, piece.label.startswith("inner."))
    if isinstance(value, Rounded):
        how = "ends in zeros" if value % 100 == 0 else "is exactly what a floating-point number holds"
        scan.said.append(f"{piece.where}: {name} {how}, as if JavaScript or a spreadsheet had rounded it")
    if found.kind == "key" and KEY_SIZES[0] <= len(value) < 256:
        scan.said.append(f"{piece.where}: {name} has {len(value)} bytes; took zeros before them for the rest of 256")
    if found.kind != "text" and form not in ("hex", "a number"):
        scan.took(piece.where, f"{form}{f' of {len(value)} bytes' if isinstance(value, bytes) else ''} for {name}")
    return found if value or found.kind != "text" else None


def _as(name: str, piece: TextPiece) -> tuple[Any, str]:
    """The value of a piece in the form that this name requires, and what it was taken for. Raises LocalError."""
    kind, value, form = NAMES[name], piece.value, piece.took_for
    if kind == "text":
        return _answer(value), form
    if kind in ("id", "date"):
        number, form = _whole(name, kind, piece)
        return Rounded.of(number) if kind == "id" and form == "a number" else number, form
    if not isinstance(value, bytes):
        octets, why = bytes_in(str(value))
        if octets is None:
            raise LocalError(f"{name} cannot be read: {why}", expected="hex, base64, an array or a dump",
                             where=piece.where)
        value, form = octets, why if form == "a string" else form
    value = _without_id(value) if kind == "key" else value
    if len(value) > LARGEST:
        raise LocalError(f"{name} is too long for a binding", expected=f"{LARGEST} bytes at most", where=piece.where)
    if kind == "key" and piece.logged and len(value) not in KEY_SIZES:
        raise LocalError("loggers cut keys short", where=piece.where)
    return value, form


def _unnamed(piece: TextPiece, scan: Scan) -> Found | None:
    data, form = piece.value, piece.took_for
    if not isinstance(data, bytes):
        data, form = (None, "a number") if is_number(str(data)) else bytes_in(str(data))
    size, begins = len(data or b""), (data or b"")[:4]
    certain = (scan.keys_only and size in KEY_SIZES) or (begins == BIND and size == REQUEST_SIZE)
    if piece.label and not certain and not GENERIC.fullmatch(piece.label.split(".")[-1]):
        scan.unknown(piece.label, piece.line)
        return None
    if data is None:
        if form == "a number" and not piece.logged and not piece.optional:
            scan.said.append(f"{piece.where}: a number without a name, passed over")
        return None
    data = _without_id(data) if scan.keys_only else data
    key = is_key(data) or (scan.keys_only and len(data) in KEY_SIZES)
    if scan.keys_only and not key:
        raise LocalError("this is no auth_key", got=f"{len(data)} bytes", expected="256 bytes", where=piece.where)
    name = "other_keys" if key else looks_like(data)
    if name or 15 < len(data) < SMALLEST:
        what = "a key" if key else name or "nothing that is known"
        scan.took(piece.where, f"{form} of {len(data)} bytes, without a name, for {what}")
    found = Found(name, data, piece.where, form, piece.logged, guessed="pkt" not in piece.label)
    return found if name or len(data) >= SMALLEST else None


def _without_id(data: bytes) -> bytes:
    """A key, without its id in front, as in a line of a key log."""
    return data[8:] if len(data) == 264 and AuthKey(data[8:]).id_bytes == data[:8] else data


def _whole(name: str, kind: str, piece: TextPiece) -> tuple[int, str]:
    """A number, from decimal digits or from its bytes as they are sent. Ids become signed; dates do not change."""
    value, form = piece.value, "a number"
    number: int
    text = value if isinstance(value, str) else ""
    text = re.sub(r"(?<=[0-9a-fA-F])(?:n|[uU]?[lL]{1,2}|_?[iu]64)$", "", text.strip().strip("'\"`")).replace("_", "")
    if isinstance(value, bytes) or re.fullmatch(r"(?=.*[A-Fa-f ])[0-9A-Fa-f]{2}(?:[ :-]?[0-9A-Fa-f]{2}){7}", text):
        data = value if isinstance(value, bytes) else bytes_in(text)[0] or b""
        if len(data) not in (4, 8):
            raise LocalError(f"{name} is no number", got=f"{len(data)} bytes", where=piece.where)
        number, form = EitherOrder.of(data), f"{len(data)} bytes, low byte first,"
        if name == "msg_id" and not 1 << 30 <= number >> 32 < 1 << 31:
            turned = int.from_bytes(data, "big")
            if 1 << 30 <= turned >> 32 < 1 << 31:
                number, form = turned, "the hex digits of a number"
    elif re.fullmatch(r"-?0(?:[xX][0-9A-Fa-f]{1,20}|[oO][0-7]{1,22}|[bB][01]{1,64})", text):
        number, form = int(text, 0), "a hexadecimal number" if "x" in text.lower() else "a number in base 2 or 8"
    elif re.fullmatch(r"-?\d{1,24}", text):
        number = int(text)
    elif kind == "date" and re.fullmatch(r"\d{1,13}\.\d{1,9}", text):
        number, form = int(float(text)), "a number whose fraction is left out"
    else:
        lost = " (a float does not hold all its digits)" if re.fullmatch(r"-?\d[\d.]*[eE][+\d]+", text) else ""
        raise LocalError(f"{name} is no number{lost}", got=f"{len(text)} characters", where=piece.where)
    return (whole_number(name, number, 64) if kind == "id" else number), form


def _answer(value: Any) -> Any:
    """The answer of a data centre: text, or the bytes of a result, an rpc_error, a Bool or a transport error. Bytes
    that name the message they answer stay bytes."""
    told = unhexed(value)
    data = told if isinstance(told, bytes) else b""
    if answers_in(data) or len(data) >= SMALLEST:  # bytes of this size may be a sealed packet
        return data
    return answer_of(data) if data else without_keys(str(value).strip().strip("'\","))


def _keys(found: Sequence[Found]) -> list[AuthKey]:
    return [AuthKey(each.value.rjust(256, b"\0")) for each in found if each.kind == "key" and len(each.value) <= 256]


def _under_keys(found: Sequence[Found]) -> list[Found]:
    """The values, with names for bytes that begin with the id of a given key, framed or not: a packet, or the answer if
    a data centre sealed it. Several such packets are all sent on one connection, or are parts of the answer."""
    keys = _keys(found)
    ids, found = {key.id_bytes for key in keys}, [_under_a_key(each, keys) if each.guessed else each for each in found]
    packets = {each.value: each for each in found if each.name == "packet" and each.guessed and each.value[:8] in ids}
    sealed = [each for each in found if each.name == "answer" and each.took_for == BY_ID]
    rest = [each for each in found if each not in (*packets.values(), *sealed)]
    if packets:  # the rest of the conversation, in both directions, is not needed
        rest = [replace(each, name="", took_for=BESIDE) if each.guessed and each.name in ("stream", "packet") else each
                for each in rest]  # fmt: skip
    names = {each.name for each in rest}
    if len(packets) > 1 and not names & {"packet", "stream"}:
        sent = b"".join(len(each).to_bytes(4, "little") + each for each in packets)
        packets = {sent: replace([*packets.values()][-1], name="stream", value=FRAMINGS["intermediate"].tag + sent)}
    if sealed and "answer" not in names:
        rest.append(replace(sealed[0], value=tuple(each.value for each in sealed)))
    return [*rest, *packets.values()]


def _sent_by_tcp(data: bytes) -> bytes:
    """What a TCP segment carries, of a packet of IPv4 with or without the head of a link; other bytes as they are."""
    for link in (0, 4, 14, 16):
        ip = data[link : link + int.from_bytes(data[link + 2 : link + 4], "big")]
        if len(ip) > 40 and ip[0] >> 4 == 4 and ip[9] == 6:
            head = 4 * (ip[0] & 15)
            return ip[head + 4 * (ip[head + 12] >> 4) :]
    return data


def _under_a_key(found: Found, keys: Sequence[AuthKey]) -> Found:
    data = _sent_by_tcp(found.value)
    for key in keys:
        if (begins := data.find(key.id_bytes, 0, FRAMED)) < 0:
            continue
        packet = data[begins : len(data) - (len(data) - begins - 24) % 16]
        with suppress(MtError):
            if open_packet(packet, key, TO_CLIENT)["msg_id"] % 2:
                return replace(found, name="answer", value=packet, took_for=BY_ID)
        # The size that a frame gives, by how many bytes stand before the packet: 1 is abridged, 4 intermediate or a
        # long abridged, 8 full.
        front = int.from_bytes(data[:4], "little") & 0x7FFFFFFF
        sizes = {1: front % 0x80 * 4, 4: front if front % 0x80 != 0x7F else front >> 8 << 2, 8: front - 12}
        if found.name in ("", "stream") and len(packet) <= sizes.get(begins, 0) <= len(data) - begins:
            return replace(found, name="packet", value=packet, took_for=BY_ID)
    return found


def _content(found: Found, ids: set[bytes], perm: set[bytes]) -> tuple[Found, list[str]]:
    """The same value under the name that its content shows, by the ids of the keys and of the permanent one, if that is
    certain; and the sentence about it."""
    if found.kind != "bytes" or found.took_for == BESIDE:
        return found, []
    data, name = found.value, found.name
    sealed = len(data) == ENCRYPTED_SIZE and (not ids or data[:8] in perm or name == "request")
    aligned = len(data) >= 152 and not (len(data) - 24) % 16
    if data[:4] == BIND and len(data) > 100:
        name = "request"
    elif sealed and name in ("request", "packet"):
        name = "encrypted_message"
    elif aligned and name in ("request", "encrypted_message", "stream") and data[:8] in ids - perm:
        name = "packet"
    elif found.guessed and name == "packet" and data[:8] not in ids:
        if len(data) in range(KEY_SIZES[-1] + 1):
            note = f"{found.where}: {len(data)} bytes without a name, passed over; a packet needs its name, or its key"
            return replace(found, name=""), [note]
        name = "stream"
    elif name != "stream" and data[:4] in (b"\xee" * 4, b"\xdd" * 4) and data[4:8][2:] in (b"\0\0", b"\0\x80"):
        name = "stream"
    elif name in ("stream", "packet") and int.from_bytes(data[:4], "little") == len(data) - 4 >= 152:
        note = f"{found.where}: took it for a frame, with a length of 4 bytes before the packet"
        return replace(found, name="packet", value=data[4:]), [note]
    if name == found.name:
        return found, []
    return replace(found, name=name), [f"{found.where}: {found.name} is {'an' if name[0] == 'e' else 'a'} {name}, by "
                                       f"its content; {len(data)} bytes"]  # fmt: skip


def _last_attempt(found: list[Found], scan: Scan) -> list[Found]:
    """The values of the last attempt, if several stand one below the other; an attempt begins where a name is repeated.
    Values above the first attempt count for all, unless they may belong to one message; so does a permanent key."""
    sent = [each for each in found if each.name in SENT and not (each.guessed and each.name == "packet")]
    if len({each.name for each in sent}) == len({(each.name, each.value) for each in sent}) or all(
            each.logged for each in sent):  # fmt: skip
        return found
    not_sent = {each.value for each in sent if _EXPECTED.search(scan.lines[each.line - 1])}
    if not_sent and {each.value for each in sent} - not_sent:
        scan.said.append("passed over what was expected; what was sent is judged")
        return _last_attempt([each for each in found if each not in sent or each.value not in not_sent], scan)
    attempts = list[list[Found]]([[]])
    for each in found:
        if each.name not in ("", "other_keys") and each.name in {other.name for other in attempts[-1]}:
            attempts.append([])
        attempts[-1].append(each)
    names, last = [each.name for each in found], attempts[-1]
    above = [*takewhile(lambda each: names.count(each.name) == 1 or each.name == "other_keys", found)]
    of_one = {"msg_id", "nonce", "expires_at", "answer"}
    of_one |= {"session_id", "salt"} if "msg_id" in {each.name for each in above} else set()
    if _COMPARED.search("\n".join(scan.lines)) and all(each in sent for part in attempts[1:] for each in part):
        lines = " and ".join(dict.fromkeys(each.where for each in sent))
        raise LocalError(f"{sent[0].name} is compared with another one: give the one that was sent, alone", where=lines)
    theirs = {"", *(each.name for each in last)} - {"other_keys"}
    shared = [each for each in found if each not in last and each.name not in theirs and (
        each.name in ("perm_key", "other_keys") or (each in above and each.name not in of_one))]  # fmt: skip
    begins = f"{len(attempts)} attempts: the last is judged, from {last[0].where} on"
    scan.said.append(f"{begins}; for another one give it alone")
    return [*shared, *last]


def _is_part(answer: Found, other: Found) -> bool:
    """Whether an answer is a part of another one in its line, such as the code in front of a name."""
    whole = str(other.value)
    return answer.line == other.line and str(answer.value) in whole and str(answer.value) != whole


def _one_of_each(found: Sequence[Found], scan: Scan) -> list[Found]:
    """Each name once. A value inside the seal replaces one that is missing outside. If a log has different values, the
    last request counts, with the numbers of its own line, or with none."""
    outside = {each.name for each in found if not each.inner}
    kept = [each for each in found if not each.inner or each.name not in outside]
    for each in kept:
        if each.inner:
            scan.took(each.where, f"{each.name} from what is inside the seal; nothing else says it")
    kept = _last_attempt(kept, scan)
    last = next((each for each in reversed(kept) if each.name in SENT), None)
    result: list[Found] = []
    for name in dict.fromkeys(each.name for each in kept):
        same = [each for each in kept if each.name == name]
        same = [each for each in same if name != "answer" or not any(_is_part(each, other) for other in same)]
        values = list(dict.fromkeys(each.value for each in same))
        if name == "answer" and len(values) > 1 and not all(each.logged for each in same):
            values = [answer_of(value) for value in values]
            codes = [value for value in values if re.fullmatch(r"-?\d+", value)]
            words = [value for value in values if value not in codes]
            words = [value for value in words if value == SUCCESS or ANSWER.search(value)] or words
            result.append(replace(same[0], value=" ".join([*codes[-1:], *words[-1:]])))
        elif name == "other_keys" or all(each.guessed for each in same):  # the keys will say what they are
            result += {each.value: each for each in same}.values()
        elif len(values) == 1:
            result.append(same[0])
        elif not all(each.logged or each.kind == "text" for each in same):
            lines = " and ".join(dict.fromkeys(each.where for each in same))
            raise LocalError(f"{name} is there twice, with different values", where=lines)
        else:
            near = [each for each in same if last is not None and each.where == last.where]
            binding = [each for each in same if "bind" in scan.lines[each.line - 1].lower()]
            near = near or binding * (len({each.value for each in binding}) == 1)
            chosen = same[-1] if same[0].kind in ("bytes", "text") else near[-1] if near else None
            what = f"the one of {chosen.where} counts" if chosen else "none is taken; give the one of the message"
            scan.said.append(f"{name} is there with {len(values)} different values: {what}")
            result += [chosen] if chosen else []
    return result
