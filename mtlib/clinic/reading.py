"""What people paste: the bytes, keys and numbers of a binding, found in any text.

One way for everybody who reads (the doctor, `dissect`, `--keys`, the lessons): bytes become text (`_decode`), dumps in
it become plain hex (`_undump`), the text is cut into pieces, each with its label if it has one (`_Scan`), the bytes of
a piece are found (`bytes_in`), and what they are is settled by their content where the name disagrees (`_content`).
Whatever was not plain to see is said in `Pasted.notes`. No note and no error shows a value that may be a key.
"""

from __future__ import annotations

import base64
import bisect
import difflib
import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from mtlib.clinic.capture import is_capture
from mtlib.clinic.patient import KEY_SIZES, LARGEST, EitherOrder, GivenKey, answer_of, whole_number
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from mtlib.protocol.binding import ENCRYPTED_SIZE
from mtlib.wire.schema import REQUEST

NAMES: Mapping[str, str] = {
    "request": "bytes", "encrypted_message": "bytes", "packet": "bytes", "stream": "bytes",
    "perm_key": "key", "temp_key": "key", "other_keys": "key",
    "session_id": "id", "msg_id": "id", "salt": "id", "nonce": "id", "bound_to": "id",
    "expires_at": "date", "now": "date", "local_now": "date", "perm_key_created": "date", "key_expires_at": "date",
    "answer": "text",
}  # fmt: skip
"""What can be told about a binding, by the names that `diagnose` takes, and of which kind it is."""

ALIASES: Mapping[str, str] = {
    "perm_auth_key": "perm_key", "auth_key": "perm_key", "permanent_key": "perm_key", "permanent_auth_key": "perm_key",
    "temp_auth_key": "temp_key", "temporary_key": "temp_key", "temporary_auth_key": "temp_key",
    "tmp_auth_key": "temp_key", "tmp_key": "temp_key",
    "key": "other_keys", "keys": "other_keys", "other_key": "other_keys",
    "temp_session_id": "session_id", "session_id_of_request": "session_id",
    "message_id": "msg_id", "outer_msg_id": "msg_id", "outer_message_id": "msg_id",
    "outer_salt": "salt", "server_salt": "salt",
    "server_now": "now", "server_time": "now", "local_time": "local_now",
    "error": "answer", "rpc_error": "answer", "error_message": "answer", "error_code": "answer",
    "request_tl": "request", "bind_request": "request", "encrypted_msg": "encrypted_message",
    "tcp_stream": "stream", "perm_auth_key_created": "perm_key_created",
}  # fmt: skip
"""Other names under which these values are known."""

FOLLOWING = frozenset((
    "ok", "perm_auth_key_id", "temp_auth_key_id", "auth_key_id", "inner", "envelope", "msg_key", "plaintext", "calls",
    "timings_ms", "schedule", "sha1_a", "sha1_b", "sha1_c", "sha1_d", "aes_key", "aes_iv", "get_nearest_dc",
    "get_app_config", "event", "peer", "at", "text", "facts", "failed", "failing", "verdict", "code",
))  # fmt: skip
"""Names that `bind --json` and `dc --json` print and that nobody needs: they follow from the others."""

EXAMPLE = """\
request:       052ad4cd 3016cac0 b43a379b ...     (132 bytes; or encrypted_message: 104, packet:, stream:)
perm_auth_key: 5f2c00 ...                         (256 bytes; a throw-away key)
temp_auth_key: 81d3f2 ...                         (256 bytes)
session_id:    3182683917925469114                (of the message that carried the request)
msg_id:        7730941134947483648                (of the same message)
now:           1800000000                         (unix seconds, by the data centre)
answer:        400 ENCRYPTED_MESSAGE_INVALID
"""
"""A complete file for the doctor, bytes cut short."""

_ORDER = ("packet", "request", "encrypted_message", "stream", "")
OTHER_ID = "the id in front is not that of the key behind it"
"""What is said about a line of a key log whose two parts do not belong together."""

ANSWER_PARTS = ("message", "code", "error_message", "error_code")
DEEPEST = 64
"""Brackets in brackets that are followed; each name in them is compared with all around it."""
BIND, REQUEST_SIZE = REQUEST.id_bytes, 132


@dataclass(frozen=True)
class Found:
    """One value: its `name` ("" where nothing says which it is), its `kind` ("bytes", "key", "id", "date", "text"), the
    line it stands in, and what it was taken for. Its repr does not show the value, which may be a key."""

    name: str
    value: Any = field(repr=False)
    kind: str
    where: str
    took_for: str
    logged: bool = False
    inner: bool = False
    guessed: bool = False


@dataclass(frozen=True)
class Pasted:
    """All that was found, and the sentences about what was not plain to see."""

    found: tuple[Found, ...]
    notes: tuple[str, ...]


class PatientFacts(dict[str, Any]):
    """What `diagnose(**facts)` takes; `notes` says how it was read."""

    notes: tuple[str, ...] = ()


# -- What is asked for --------------------------------------------------------------------------------------------


def read(data: bytes | str, *, keys_only: bool = False) -> Pasted:
    """Everything in `data` that may belong to a binding. `keys_only`: bytes without a name are keys.

    Raises LocalError for bytes that are another program's file, and for a value that has a known name and cannot be
    read.
    """
    text, said = _decode(data)
    if text is None:
        found = _raw(bytes(data), keys_only)  # type: ignore[arg-type]
        notes = (f"took raw bytes, {len(each.value)} of them, for {each.name}" for each in found)
        return Pasted(tuple(found), tuple(notes))
    scan = _Scan(*_undump(text), keys_only)
    found = [each for piece in scan.pieces() if (each := _value(piece, scan)) is not None]
    if not any(each.name == "answer" for each in found) and (spoken := _ANSWER.search(text)):
        found.append(Found("answer", " ".join(spoken[0].split()), "text", scan.line(spoken.start()), "an error name"))
    found = _one_of_each(found, scan)
    return Pasted(tuple(found), (*said, *scan.said, *scan.without_value(found), *scan.unknown_names()))


def read_patient(data: bytes | str, keys: bytes | str | None = None) -> PatientFacts:
    """What `diagnose` takes, from whatever was pasted; `keys` is a second file, whose bytes without a name are keys.

    The result's `notes` tell how it was read. Raises LocalError where nothing of a binding is there, or a named value
    cannot be read.
    """
    pasted = read(data)
    more = read(keys, keys_only=True) if keys else Pasted((), ())
    found = [*pasted.found, *(replace(each, where=f"the keys, {each.where}") for each in more.found)]
    return facts_of(found, [*pasted.notes, *(f"the keys, {note}" for note in more.notes)])


def facts_of(found: Sequence[Found], notes: Sequence[str] = ()) -> PatientFacts:
    """What `diagnose` takes, from values of one or more texts. Raises LocalError where there are none, and for two
    different values of one name."""
    settled, facts = by_content(found), PatientFacts()
    notes = [*notes, *(note for _, said in settled for note in said)]
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
    """Each value under the name that its content says, where that is certain, and what there is to say about it."""
    known = [AuthKey(each.value.rjust(256, b"\0")) for each in found if each.kind == "key" and len(each.value) <= 256]
    permanent = [each.value for each in found if each.name == "perm_key"]
    return [_content(each, known, permanent) for each in found]


def read_bytes(data: bytes | str) -> tuple[bytes, str]:
    """The bytes to look at, and what they were taken for. Raises LocalError where there are none."""
    text, said = _decode(data)
    if text is None:
        return bytes(data), "raw bytes"  # type: ignore[arg-type]
    scan = _Scan(*_undump(text), False)
    values = []
    for piece in scan.pieces():
        name = _known(piece.label)
        octets = piece.value if isinstance(piece.value, bytes) else bytes_in(str(piece.value))[0]
        wrong = name == "encrypted_message" and len(octets or b"") != ENCRYPTED_SIZE
        if octets is not None and NAMES.get(name) not in ("id", "date", "key") and not wrong:
            values.append((_ORDER.index(name) if name in _ORDER else len(_ORDER), octets, piece))
    if len(values) > 1:  # a key among several values is here by mistake
        values = sorted((each for each in values if len(each[1]) not in KEY_SIZES), key=lambda each: each[0])
    for _, octets, piece in values[:1]:
        others = f"; the first of several values, {len(values) - 1} more left alone" if len(values) > 1 else ""
        return octets, "; ".join([*said, f"{piece.where}: {piece.took_for}, {len(octets)} bytes{others}"])
    raise LocalError("no bytes in this", got=f"{len(text)} characters", expected="hex, base64, a dump, an array")


def read_keys(data: bytes | str) -> list[AuthKey]:
    """The keys in a file of keys: named or not, one a line, or lines `id key` of a key log. Raises LocalError for a
    file without any, for a key of a wrong length, and for an id that is not that of the key behind it; nothing of them
    is shown."""
    pasted = read(data, keys_only=True)
    for note in pasted.notes:
        if note.endswith(OTHER_ID):
            raise LocalError(note)
    keys = [GivenKey(each.value, each.where).key for each in pasted.found if each.kind == "key"]
    if not keys:
        raise LocalError("no key in this", expected="auth keys of 256 bytes, as hex or base64, one a line")
    return keys


# -- Bytes become text --------------------------------------------------------------------------------------------

_QUOTES = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019\u00a0", "\"\"\"\"\"'' ")
"""What word processors and chats make of quotes and blanks."""
_FENCE = re.compile(r"[ \t]*(?:```|~~~)[ \t]*\w*[ \t]*$")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def _decode(data: bytes | str) -> tuple[str | None, list[str]]:
    """The text, or None where these bytes are none; and in which encoding, where it is not the usual one."""
    if isinstance(data, str):
        raw, text, said = b"", data.removeprefix("\ufeff"), list[str]()
    elif isinstance(data, (bytes, bytearray, memoryview)):
        raw = bytes(data)
        text, said = _text(raw)
    else:
        raise LocalError("bytes or text can be read", got=type(data).__name__)
    if len(raw if text is None else text) > (LARGEST if text is None else 6 * LARGEST):
        raise LocalError("too much to look at", expected=f"{LARGEST} bytes at most")
    if text is not None:
        text = text.translate(_QUOTES)
    if is_capture(raw):
        raise LocalError("this is a file of captured packets", expected="`dissect` for it, or one connection's bytes")
    return text, said


def _text(raw: bytes) -> tuple[Any, list[str]]:
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
        return (None if b"\0" in raw else raw.decode()), []
    except UnicodeDecodeError:
        plain = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in raw)
        return (raw.decode("latin-1"), ["took it for Latin-1 text"]) if plain > 0.95 * len(raw) else (None, [])


def _raw(data: bytes, keys_only: bool) -> list[Found]:
    if data and not len(data) % 256 and (keys_only or len(data) == 256):
        return [Found("other_keys", data[i : i + 256], "key", f"byte {i}", "raw bytes")
                for i in range(0, len(data), 256)]  # fmt: skip
    if keys_only:
        raise LocalError("the keys are no text", got=f"{len(data)} bytes", expected="auth keys of 256 bytes, as hex")
    name = _looks_like(data)
    return [Found("stream" if name in ("", "packet") else name, data, "bytes", "the file", "raw bytes")]


# -- Dumps become hex ---------------------------------------------------------------------------------------------

_DUMP = re.compile(r"[ \t]*(?:0x)?([0-9A-Fa-f]{4,16})(?: <[^>\n]{0,60}>)?(:?)(?:([ \t]+)(\S.*))?$")
_COLUMN = re.compile(r"(?:0x)?([0-9A-Fa-f]+)|-?\d+")


def _undump(text: str) -> tuple[list[str], dict[int, str]]:
    """The lines, with each dump (xxd, hexdump, od, Wireshark) written as hex in its first line; and where those are."""
    lines, dumps, at = ["" if _FENCE.match(line) else line for line in text.splitlines()], dict[int, str](), 0
    while at < len(lines):
        block, end = list[re.Match[str] | None](), at
        while end < len(lines) and ((row := _DUMP.match(lines[end])) or (block and lines[end].strip() == "*")):
            block.append(row)
            end += 1
        taken, data, form = _dumped(block) if block else (0, b"", "")
        if taken:
            if at and bytes_in(lines[at - 1])[0] == bytes(range(16)):
                lines[at - 1] = ""  # the ruler above the columns
            lines[at : at + taken] = [f'"{data.hex()}"', *[""] * (taken - 1)]
            dumps[at] = form
        at += taken or max(len(block), 1)
    return lines, dumps


def _dumped(block: Sequence[re.Match[str] | None]) -> tuple[int, bytes, str]:
    """How many of these lines are one dump, its bytes, and its form; (0, b"", "") where they are none."""
    rows = [row for row in block if row]
    if rows[0][4] is None or not _columns(rows[0][4], 99)[0]:
        return 0, b"", ""
    for base in (16, 8, 10):
        try:
            offsets = [None if row is None else int(row[1], base) for row in block]
        except ValueError:
            continue
        rows_read = _continuous(block, offsets, base)
        alone = rows[0][2] or len(rows[0][3].expandtabs()) > 1
        if len(rows_read) > 1 or (rows_read and alone and not offsets[0] and (len(block) == 1 or base == 10)):
            words = [word for row in rows_read for word in row]
            data, form = _ordered(words, bool(rows[0][2]), base)
            if data:
                closed = len(rows_read) < len(block) and block[len(rows_read)] is not None
                last = block[len(rows_read)] if closed else None
                ends = last is not None and last[4] is None
                if ends and last is not None:
                    data = data[: int(last[1], base) - (offsets[0] or 0)]
                return len(rows_read) + ends, data, form
    return 0, b"", ""


def _continuous(block: Sequence[re.Match[str] | None], offsets: Sequence[int | None], base: int) -> list[list[str]]:
    """The columns of the lines that follow each other without a gap; `*` stands for lines like the one before."""
    read: list[list[str]] = []
    for at, row in enumerate(block):
        if row is None:
            before, after = offsets[at - 1], offsets[at + 1] if at + 1 < len(offsets) else None
            width = _width(read[-1]) if read else 0
            if before is None or after is None or not width or not 0 < after - before <= LARGEST:
                break
            read.append(read[-1] * ((after - before) // width - 1))
            continue
        if row[4] is None:
            break
        following = offsets[at + 1] if at + 1 < len(offsets) else None
        gap = (following or 0) - (offsets[at] or 0) if following is not None else 0
        columns, size = _columns(row[4], gap if 0 < gap <= 64 else 64)
        if not columns:
            break
        read.append(columns)
        if following is not None and gap != size:
            break
    return read


def _width(columns: Sequence[str]) -> int:
    return sum(_octets(column) for column in columns)


def _octets(column: str) -> int:
    """Bytes in a column of a dump: hex words have two digits a byte; od's octal and decimal columns have one or two."""
    return {3: 1, 6: 2, 1: 1}.get(len(column.lstrip("-")), len(column) // 2)


def _columns(rest: str, limit: int) -> tuple[list[str], int]:
    """The columns of one line up to `limit` bytes, without the characters that stand beside them."""
    rest = re.sub(r"\s*\|.*\|?\s*$", "", rest) if "|" in rest[1:] else rest
    columns: list[str] = []
    size = 0
    for word in re.finditer(r"(\s*)(\S+)", rest):
        tail = rest[word.start(2) :]
        aside = len(word[1]) > 1 and size and len(tail) == size and not tail[:5].count(" ")
        if size >= limit or aside or not (column := _COLUMN.fullmatch(word[2])) or len(word[2]) > 16:
            break
        columns.append(column[1] or word[2])
        size += _octets(columns[-1])
    return columns, size


def _ordered(words: Sequence[str], colon: bool, base: int) -> tuple[bytes, str]:
    """The bytes of the words of a dump. hexdump and `od -x` print numbers of two bytes, in this machine's order."""
    widths = {len(word) for word in words}
    if widths <= {1, 2, 3, 4} and (3 in widths or any("-" in word for word in words)):
        octal = widths == {3} and base == 8 and all(set(word) <= set("01234567") for word in words)
        numbers = [int(word, 8 if octal else 10) for word in words if re.fullmatch(r"-?\d+", word)]
        right = len(numbers) == len(words) and all(-128 <= number < 256 for number in numbers)
        return (bytes(number & 255 for number in numbers), "an od dump") if right else (b"", "")
    if widths == {6} and base == 8 and all(set(word) <= set("01234567") for word in words):
        return b"".join((int(word, 8) & 0xFFFF).to_bytes(2, "little") for word in words), "an od dump"
    if any(len(word) % 2 for word in words):
        return b"", ""
    plain = b"".join(bytes.fromhex(word) for word in words)
    turned = b"".join(bytes.fromhex(word)[::-1] for word in words)
    if widths == {2}:
        return plain, "a hex dump" if not colon else "an xxd dump"
    if plain[:4] != BIND and (turned[:4] == BIND or not colon):
        return turned, "a dump of numbers, low byte first"
    return plain, "an xxd dump"


# -- Bytes in a piece ---------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"[^\s,;|]+")
_OF_A_BYTE = re.compile(r"0[xX][0-9A-Fa-f]{1,2}|[-+]?(?:0|[1-9]\d{0,2})")
_TYPE = re.compile(r"(?i)(?<=[0-9a-f])(?:_?[ui]8|ub?)$")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u00([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]{1,2})\}|([0-7]{1,3})|\r?\n|(.))")
_PLAIN = {"n": 10, "r": 13, "t": 9, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27}


def bytes_in(text: str) -> tuple[bytes | None, str]:
    """The bytes that a text stands for, and in which form; or None, and why not, with nothing of it shown."""
    text = text.strip().strip("'\"`,;").strip()
    if "\\x" in text or "\\u00" in text:
        data = unescaped(text)
        return (data, "escapes") if data is not None else (None, "characters beyond 255 among escapes")
    tokens = [token.strip("'\"") for token in _TOKEN.findall(text)]
    tokens = [_TYPE.sub("", token) for token in tokens if token]
    if not tokens:
        return None, "nothing is there"
    listed = _listed(tokens)
    if listed is not None:
        return listed, "a list of numbers"
    if len(tokens) > 1 and any(re.fullmatch(r"0[xX][0-9A-Fa-f]{3,}", token) for token in tokens):
        return None, "numbers of several bytes: nothing says in which order"
    digits = re.sub(r"(?i)(?<![0-9a-f])0x|[-:._ ]", "", " ".join(tokens))
    strange = re.sub(r"[0-9A-Fa-f]", "", digits)
    if not strange:
        even = not len(digits) % 2 and digits
        return (bytes.fromhex(digits), "hex") if even else (None, f"an odd number of hex digits, {len(digits)}")
    if len(digits) >= 32 and len(strange) < 0.1 * len(digits):
        return None, f"hex, but for {len(strange)} of {len(digits)} characters"
    return _from_base64("".join(tokens))


def _listed(tokens: Sequence[str]) -> bytes | None:
    """Numbers of one byte: 0x05, 42, -44. Two digits everywhere are hex, and none of this."""
    if len(tokens) == 1 or all(len(token) == 2 for token in tokens):
        return None
    if not all(map(_OF_A_BYTE.fullmatch, tokens)):
        return None
    numbers = [int(token, 16 if token[:2] in ("0x", "0X") else 10) for token in tokens]
    return bytes(n & 255 for n in numbers) if all(-128 <= n < 256 for n in numbers) else None


def _from_base64(text: str) -> tuple[bytes | None, str]:
    body = text.rstrip("=")
    if not re.fullmatch(r"[\w+/-]+", body, re.ASCII) or len(body) % 4 == 1 or len(body) < 11:
        return None, f"{len(text)} characters that are neither hex nor base64"
    if not (re.search(r"\d", body) and re.search(r"[a-z]", body) and re.search(r"[A-Z]", body)):
        return None, f"{len(text)} characters that look like words"
    data = base64.urlsafe_b64decode(body.replace("+", "-").replace("/", "_") + "=" * (-len(body) % 4))
    inside = _hex_text(data)
    return (inside, "base64 of hex") if inside else (data, "base64")


def _hex_text(data: bytes) -> bytes | None:
    """What bytes that are hex digits stand for."""
    even = len(data) >= 16 and not len(data) % 2
    return bytes.fromhex(data.decode()) if even and re.fullmatch(rb"[0-9A-Fa-f]+", data) else None


def unescaped(text: str) -> bytes | None:
    """A string with escapes, as in C, Go, Rust, Python or JavaScript; None where a character is no byte."""

    def one(escape: re.Match[str]) -> str:
        number = next((part for part in escape.groups()[:3] if part), "")
        if number:
            return chr(int(number, 16))
        if escape[4]:
            return chr(int(escape[4], 8) & 255)
        return chr(_PLAIN[escape[5]]) if escape[5] in _PLAIN else escape[5] or ""

    try:
        return _ESCAPE.sub(one, text).encode("latin-1")
    except UnicodeEncodeError:
        return None


# -- Text becomes pieces ------------------------------------------------------------------------------------------

_COMMENT = re.compile(
    r"(\"(?:\\.|[^\"\\])*(?:\"|$)|(?<!\w)'(?:\\.|[^'\\])*(?:'|$))|(?<!\S)(?:#|//(?=\s|$)).*|/\*.*?\*/"
)
_CAST = re.compile(r"\((?:s?byte|Byte|char|u8|uint8_t)\) *(?=[-\d'])")
_LABEL = re.compile(
    r"[\"'`]?(?P<name>[A-Za-z_]\w{0,60}+(?:[ .\-/]{1,2}[A-Za-z_]\w{0,60}+){0,5})[\"'`]?[ \t]*(?:\[[^\]\n]{0,12}\])?"
    r"[ \t]*(?::=|=>|:|=)(?![=:])[ \t]*"
    r"(?:(?:&?(?:'static )?\[u8(?:; *\d+)?\]|Vec<u8>|(?P<type>[A-Za-z]\w{0,12}))[ \t]*=(?![=\s]*(?:$|\n))[ \t]*)?"
)
_QUOTED = re.compile(
    r"[bBrRuUfF@$]{0,2}(?:\"\"\"([\s\S]*?)\"\"\"|'''([\s\S]*?)'''"
    r"|\"((?:\\[\s\S]|[^\"\\\n])*)\"|'((?:\\[\s\S]|[^'\\\n])*)'|`([^`]*)`)"
)
_ARRAY = re.compile(r"[\[({]([^\[\](){}\"'<>:=]*)[\])}]")
_BUFFER = re.compile(r"<(?:Buffer|Bytes)? ?((?:[0-9A-Fa-f]{2,}+[ ,]*+)+)(\.\.\. \d+ more bytes?)?>")
_JSON_BUFFER = re.compile(r"\{\s*\"type\"\s*:\s*\"Buffer\"\s*,\s*\"data\"\s*:\s*\[([\d,\s]*)\]\s*\}")
_INDEXED = re.compile(r"\{\s*\"?0\"?\s*:\s*\d{1,3}\s*(?:,\s*\"?\d{1,4}\"?\s*:\s*\d{1,3}\s*)+\}")
_DATE = re.compile(r"datetime\.datetime\((\d{4}(?:, ?\d{1,6}){2,6}), tzinfo=(?:datetime\.)?(?:timezone\.utc|UTC)\)")
_LONG = re.compile(r"(?:Long\s*)?\{\s*\"?low\"?\s*:\s*(-?\d{1,10}),\s*\"?high\"?\s*:\s*(-?\d{1,10})[^{}]{0,40}\}")
_SIZED = re.compile(r"(?:Uint8Array|Buffer|Int8Array)\(\d+\)\s*(?=\[)|\[\d*\](?:byte|uint8|u8)\s*(?=\{)"
                    r"|(?:new\s+)?(?:s?byte|Byte|u?int8(?:_t)?)\s*\[\d*\]\s*(?=\{)")  # fmt: skip
_WORD = re.compile(r"[^\s,;:=()\[\]{}<>\"'`|]+|.", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0[xX][0-9A-Fa-f]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)(?:n|[uU]?[lL]{0,2}|[iu]64)\b")
_GAP = re.compile(r"(\s*\+\s*|[ \t]*\\?\n?\s*)(?=[bBrRuU]{0,2}[\"'])")
_EMPTY = re.compile(r"(?:null|None|nil|undefined|true|false|True|False)\b")
_NEXT = re.compile(r"[\s,;|]+(?=[\"']?[A-Za-z_][\w.]{0,60}+[\"']?\s?(?::=|=>|[:=])(?![=:]))|[\"'}\])>]")
_RUN = re.compile(r"(?:(?:0[xX]|\\x)?[0-9A-Fa-f]{2,}+(?![\w])[\s:,.-]{0,2})+")
_BARE = re.compile(r"[ \t]*((?:0[xX]|\\x|-)?[\w+/=\\:,;. \t-]*?)[ \t]*\\?[ \t]*(?:\n|$)", re.ASCII)
_KEY_LOG = re.compile(r"[ \t]*([0-9A-Fa-f]{16})[ \t]+([0-9A-Fa-f]{512})[ \t]*(?:\n|$)")
_LOGGED = re.compile(r"\W*(?:\d{2,4}[-/:.]\d\d|\d{1,3}\]\[|(?i:debug|info|warn|error|trace|vrb|dbg|inf)\b)|\{.*\}\s*$")
_ANSWER = re.compile(
    r"\b(?:Encrypted|Expires|Temp|AuthKey|Connection)[A-Za-z]+Error\b|"
    r"(?:-?\d{3}:? +)?\b[A-Z]+(?:_[A-Z]+)*_(?:INVALID|EMPTY|EXPIRED|UNREGISTERED|DUPLICATED|BOUND|LONG|ERROR|WAIT_\d+)"
)

_GENERIC = re.compile(r"(?i)(?:[a-z_ ]+ )?(?:pkt|peer|data|buf|buffer|bytes|payload|raw|hex|blob|dump|stdin)[\d_]*")
"""Names that say nothing: bytes of these are judged as if they had none."""


@dataclass(frozen=True)
class _Piece:
    label: str
    value: Any = field(repr=False)  # bytes, or text in which they are
    line: int
    took_for: str
    logged: bool = False
    optional: bool = False  # the second argument of a call, which may be an encoding's name

    @property
    def where(self) -> str:
        return f"line {self.line}"


@dataclass
class _Scope:
    """A bracket that is open: the label in front of it, and how many values were found in it."""

    label: str
    taken: int = 0


class _Scan:
    """Goes over the text once and cuts it into pieces; `said` collects what is worth a sentence."""

    def __init__(self, lines: list[str], dumps: Mapping[int, str], keys_only: bool) -> None:
        self.keys_only = keys_only
        self.said: list[str] = []
        self._unknown: dict[str, int] = {}
        self._named: dict[str, int] = {}
        self._quiet = False
        self._dumps = dumps
        self._lines = [line if at in dumps else _CAST.sub("", _COMMENT.sub(lambda m: m[1] or " ", line))
                       for at, line in enumerate(_of_one_peer(lines, self.said))]  # fmt: skip
        self._text = "\n".join(self._lines)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        objects = sum(line.startswith("{") and line.rstrip().endswith("}") for line in self._lines)
        self._is_log = [bool(_LOGGED.match(line)) and (line[:1] != "{" or objects > 1) for line in self._lines]
        self._check_brackets(objects)

    def line(self, at: int) -> str:
        return f"line {self._number(at)}"

    def _number(self, at: int) -> int:
        return bisect.bisect_right(self._starts, at)

    def _check_brackets(self, objects: int) -> None:
        """JSON that is cut off could end in the middle of a number."""
        text = self._text.strip()
        if text.startswith("{") and objects <= 1 and not text.endswith("}"):
            raise LocalError("this begins like JSON and is none", got="no closing bracket", where=f"line "
                             f"{len(self._lines)}")  # fmt: skip

    def pieces(self) -> Iterator[_Piece]:
        text, at, opened, pending, fresh = self._text, 0, list[_Scope](), "", True
        while at < len(text):
            if text[at] in " \t\r,;$@*":
                at += 1
                pending = "" if text[at - 1] in ",;" else pending
                continue
            if text[at] == "\n":
                at, fresh = at + 1, True
                continue
            if fresh:
                block, at = self._block(at)
                fresh = False
                yield from block
                continue
            if text[at] == "\\":
                at += 2
                continue
            scope = opened[-1] if opened else _Scope("")
            label = pending or scope.label
            may_be_name = text[at].isalpha() or text[at] in "_\"'`"
            if may_be_name and (named := _LABEL.match(text, at)) and self._is_label(named):
                if _known(scope.label) == "answer" and _bare_name(named["name"]) in ANSWER_PARTS:
                    at, pending = named.end(), "answer"
                    scope.taken = 0
                    continue
                self._quiet = any(_bare_name(each.label) in FOLLOWING for each in opened)
                inside = "inner." if any("inner" in each.label.lower() for each in opened) else ""
                # `DEBUG:session_id=5` looks like a name with its type
                name = named["type"] if _known(named["type"] or "") else named["name"]
                piece, at, pending = self._labelled(inside + name, named.start(), named.end())
                if piece:
                    yield piece
                continue
            if text[at] in "\"'`[({<bBrRuUfFLnIsE" and (taken := self._literal(at)):
                value, end, form = taken
                if value is not None:
                    yield self._piece(label, value, at, form, optional=scope.taken > 0 or not label)
                    scope.taken += 1
                at, pending = end, ""
                continue
            word = _WORD.match(text, at)
            if word is None:
                break
            if text[at] in "([{<":
                if len(opened) == DEEPEST:
                    raise LocalError("brackets in brackets", got=f"more than {DEEPEST}", where=self.line(at))
                opened.append(_Scope(label or self._word_before(at)))
                pending = ""
            elif text[at] in ")]}>" and opened:
                opened.pop()
            elif len(word[0]) >= 16 and (label or len(word[0]) >= 40) and bytes_in(word[0])[0]:
                said = label or self._word_before(at)
                yield self._piece(said, word[0], at, "what stands in a line", optional=True)
            elif label and re.fullmatch(r"-?\d+\w*", word[0]) and not self._one_of_several(label, scope, word.end()):
                yield self._piece(label, word[0], at, "a number", optional=scope.taken > 0)
                scope.taken += 1
            at = word.end()

    def _one_of_several(self, label: str, scope: _Scope, end: int) -> bool:
        """Whether a number stands with others in a bracket behind the name of one number: the parts of a date."""
        single = NAMES.get(_known(label)) in ("id", "date") and bool(scope.label)
        return single and (scope.taken > 0 or bool(re.match(r"\s*,\s*\d", self._text[end : end + 9])))

    def _word_before(self, at: int) -> str:
        before = re.search(r"([A-Za-z_]\w{0,60})\s{0,2}$", self._text[max(0, at - 64) : at])
        return before[1] if before and ("inner" in before[1].lower() or _known(before[1])) else ""

    def _is_label(self, named: re.Match[str]) -> bool:
        """A word before a colon; neither the end of a line of base64 nor a pair of a hex string."""
        return not (re.fullmatch(r"[0-9A-Fa-f]{2}", named["name"]) or len(named["name"]) > 60)

    def _piece(self, label: str, value: Any, at: int, form: str, *, optional: bool = False) -> _Piece:
        number = self._number(at)
        return _Piece(label, value, number, form, self._is_log[number - 1], optional)

    def _labelled(self, label: str, start: int, at: int) -> tuple[_Piece | None, int, str]:
        """The piece behind a label, where the scan goes on, and the label where its value is still to come."""
        text, name = self._text, _known(label)
        nested = _LABEL.match(text, at)
        if nested and self._is_label(nested) and (not name or _known(nested["name"])) and NAMES.get(name) != "text":
            return None, at, ""  # a word before a name: DEBUG:bind:msg_id=5
        kind = NAMES.get(name, "")
        if kind in ("bytes", "key") and not _EMPTY.match(text, at):
            self._named.setdefault(name, self._number(start))
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if taken := self._literal(at):
            value, stop, form = taken
            return (None if value is None else self._piece(label, value, at, form)), stop, ""
        if empty := _EMPTY.match(text, at):
            return None, empty.end(), ""
        number = _NUMBER.match(text, at)
        scoped = at < end and text[at] in "([{<" and not text[at:end].startswith("<Buffer")
        if not name and not scoped and not self._is_log[self._number(start) - 1]:
            self.unknown(label, self._number(start))
        if number and kind in ("id", "date", ""):
            alone = not re.match(r"[ \t]*[0-9A-Fa-f]{2}\b", text[number.end() : end])
            if alone and (kind or number.end() - at < 24):
                return self._piece(label, number[0], at, "a number") if kind else None, number.end(), ""
        if scoped:
            return None, at, label
        cut = _NEXT.search(text, at, end)
        said = text[at : cut.start() if cut and not (kind == "text" and cut[0].strip() == "") else end].strip(" \t,;")
        if said in ("|", ">", "|-", ">-", "\\"):
            at, said = end, ""
        if kind == "text":
            more = cut and (other := _LABEL.match(text, cut.end())) and _known(other["name"]) == name
            return (self._piece(label, said, at, "text") if said else None), cut.start() if cut and more else end, ""
        if re.match(r"[&*]|(?:new\s+)?[A-Za-z_][\w.:]*!?\s*(?:\[\d*\])?[(\[{]", text[at:end]):
            return None, at, label
        if not said and at < end:
            return None, at, ""
        octets, form = bytes_in(said) if cut else (None, "")
        if cut and octets is not None and (kind or len(said) >= 8):
            return self._piece(label, said, at, form), cut.start(), ""
        return self._bare_value(label, kind, start, at, end, said)

    def _bare_value(
        self, label: str, kind: str, start: int, at: int, end: int, said: str
    ) -> tuple[_Piece | None, int, str]:
        """Hex, base64 or numbers without quotes, that may go on in the lines below."""
        text = self._text
        if said and bytes_in(said)[0] is None and (run := _RUN.match(text, at, end)) and len(run[0]) >= 8:
            return self._piece(label, run[0], at, "hex"), run.end(), ""
        if not kind and (not said or bytes_in(said)[0] is None or len(said) < 8):
            return None, at, ""
        lines = [said] if said else []
        indent = start - text.rfind("\n", 0, start) - 1
        stop = end
        while kind in ("bytes", "key") and stop < len(text):
            bare = _BARE.match(text, stop + 1)
            if not bare or not bare[1] or ((other := _LABEL.match(bare[1])) and self._is_label(other)):
                break
            deeper, alone = bare.start(1) - stop - 1 > indent, bytes_in(bare[1])[0]
            if not deeper and (alone is None or (lines and (_sense(alone) or _sense(bytes_in(_joined(lines))[0])))):
                break
            lines.append(bare[1])
            stop = bare.end() - text[bare.start() : bare.end()].endswith("\n")
        if not lines:
            return None, end, label if kind in ("bytes", "key") else ""
        form = bytes_in(_joined(lines))[1]
        form = f"{form} of {len(lines)} lines" if len(lines) > 1 else form
        return self._piece(label, _joined(lines), at, form), stop, ""

    def _literal(self, at: int) -> tuple[Any, int, str] | None:
        """A string, an array or a Buffer at this place: its value, where it ends, what it is."""
        text, dump = self._text, self._number(at) - 1
        if dump in self._dumps:
            return bytes.fromhex(self._lines[dump].strip('"')), self._starts[dump + 1] - 1, self._dumps[dump]
        if sized := _SIZED.match(text, at):
            at = sized.end()
        if found := _JSON_BUFFER.match(text, at):
            return bytes_in(found[1])[0], found.end(), "a Buffer as JSON"
        if found := _INDEXED.match(text, at):
            return bytes_in(re.sub(r"[{}]|\"?\d+\"?\s*:", "", found[0]))[0], found.end(), "an array as JSON"
        if found := _BUFFER.match(text, at):
            if found[2]:
                self.said.append(f"{self.line(at)}: a Buffer that was cut short when it was printed, {found[2][4:]}; "
                                 "print it with .toString('hex')")  # fmt: skip
                return None, found.end(), ""
            return bytes_in(found[1])[0], found.end(), "a Buffer"
        if found := _DATE.match(text, at):
            when = datetime(*map(int, found[1].split(",")), tzinfo=UTC)  # type: ignore[misc,arg-type]
            return str(int(when.timestamp())), found.end(), "a date"
        if found := _LONG.match(text, at):
            number = (int(found[2]) & 0xFFFFFFFF) << 32 | int(found[1]) & 0xFFFFFFFF
            return str(number), found.end(), "a Long of two halves"
        if found := _ARRAY.match(text, at):
            tokens = _TOKEN.findall(found[1])
            if "..." in found[1] and len(tokens) > 4:
                self.said.append(f"{self.line(at)}: an array that was cut short when it was printed; print all of it")
                return None, found.end(), ""
            value = bytes_in(found[1])[0] if len(tokens) > 1 else None
            return (value, found.end(), "an array") if value else None
        return self._strings(at)

    def _strings(self, at: int) -> tuple[Any, int, str] | None:
        """Strings, one after another where they are parts of one."""
        text, parts, binary = self._text, list[str](), False
        end = at
        while found := _QUOTED.match(text, end):
            body = next(part for part in found.groups() if part is not None)
            if parts and re.match(r"[ \t]*(?::=|[:=])(?!=)", text[found.end() : found.end() + 9]):
                break
            parts.append(body)
            binary |= bool(re.match(r"[rR]?[bB]", found[0]))
            at_end = found.end()
            gap = _GAP.match(text, at_end)
            end = at_end
            if gap is None or ("\n" in gap[0] and "+" not in gap[0] and _sense(bytes_in("".join(parts))[0])):
                break
            end = gap.end()
        if not parts:
            return None
        joined, stop = "".join(parts), at_end
        if binary:
            data = unescaped(joined)
            inside = _hex_text(data) if data else None
            return inside or data, stop, "bytes of hex digits" if inside else "a bytes literal"
        return joined, stop, "a string" if "\\x" not in joined else "a string with escapes"

    def _block(self, at: int) -> tuple[list[_Piece], int]:
        """The lines without a name that begin here, each a value of its own unless they are one that was wrapped."""
        text, found, lines, starts = self._text, list[_Piece](), list[str](), list[int]()
        while at <= len(text):
            if key := _KEY_LOG.match(text, at):
                right = AuthKey(bytes.fromhex(key[2])).id_bytes.hex() == key[1].lower()
                found.append(self._piece("", bytes.fromhex(key[2]), at, "a line of a key log"))
                if not right:
                    self.said.append(f"{self.line(at)}: {OTHER_ID}")
                at = key.end()
                continue
            bare = _BARE.match(text, at)
            if not bare or not bare[1] or not self._is_bare(bare[1], lines) or at >= len(text):
                break
            lines.append(bare[1].rstrip(",; "))
            starts.append(at)
            at = bare.end()
        for first, part in _parts(lines):
            value = _joined(part)
            form = bytes_in(value)[1] if not _is_number(value) else "a number"
            form = f"{form} of {len(part)} lines" if len(part) > 1 else form
            data = bytes_in(value)[0] or b""
            keys = len(data) // 256 if len(part) > 1 and data and not len(data) % 256 else 1
            for i in range(keys):
                octets = data[256 * i : 256 * i + 256] if keys > 1 else data
                found.append(self._piece("", value if _is_number(value) else octets, starts[first], form))
        return found, at

    @staticmethod
    def _is_bare(line: str, before: Sequence[str]) -> bool:
        if _is_number(line):
            return True
        if bytes_in(line)[0] is not None:
            named = _LABEL.match(line)
            return (bool(before) or len(re.sub(r"\W", "", line)) >= 4) and not (named and _known(named["name"]))
        single = bool(before) and " " not in line and len(line) <= len(before[0]) and len(before[0]) > 19
        return single and bool(re.fullmatch(r"[\w+/-]+=*", line))

    def unknown(self, label: str, line: int) -> None:
        """Remembers a name that nothing is known of; those inside of what is passed over go with it."""
        if not self._quiet:
            self._unknown.setdefault(label, line)

    def without_value(self, found: Sequence[Found]) -> list[str]:
        """A sentence for each name of bytes behind which there were none."""
        names = {each.name for each in found}
        return [f"line {line}: {name} has no bytes behind its name" for name, line in self._named.items()
                if name not in names and not self._is_log[line - 1]]  # fmt: skip

    def unknown_names(self) -> list[str]:
        """A sentence for each name that is nearly one of ours, and one for all others."""
        said, others = list[str](), list[str]()
        for label, line in self._unknown.items():
            bare = _bare_name(label)
            if bare in FOLLOWING:
                continue
            near = difflib.get_close_matches(bare, [*NAMES, *ALIASES], 1, 0.75) if len(said) < 9 else []
            if near:
                said.append(f"line {line}: {_shown(label)} is not known; did you mean {near[0]}?")
            else:
                others.append(_shown(label))
        if others:
            more = f" and {len(others) - 5} more" if len(others) > 5 else ""
            said.append(f"not known, and passed over: {', '.join(others[:5])}{more}")
        return said


def _of_one_peer(lines: list[str], said: list[str]) -> list[str]:
    """In the log of `dc --json`, the lines of the connection whose bind was refused last."""
    events: dict[int, Any] = {}
    for at, line in enumerate(lines):
        if line.startswith('{"event"'):
            try:
                events[at] = json.loads(line)
            except (ValueError, RecursionError):
                return lines
    refused = [event for event in events.values() if event.get("event") == "bind_refused"]
    if not refused:
        return lines
    peer, when = refused[-1].get("peer"), refused[-1].get("at")
    said.append(f"took it for the log of a data centre: its connection {peer}, whose bind was refused last")
    kept = ["" if events.get(at, {}).get("peer", None) != peer else line for at, line in enumerate(lines)]
    last = max(at for at, event in events.items() if event is refused[-1])
    if isinstance(when, (int, float)):
        kept[last] = f'{kept[last].rstrip()[:-1]}, "now": {int(when)}}}'
    return kept


def _is_number(line: str) -> bool:
    """A decimal id by itself. Fewer digits could be hex."""
    return bool(re.fullmatch(r"-\d{1,19}|\d{17,20}", line))


def _joined(lines: Sequence[str]) -> str:
    return ("" if all(" " not in line and "," not in line for line in lines) else " ").join(
        line.removesuffix("\\") for line in lines
    )


def _parts(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines without names, put together where they are one value that was wrapped: none of them makes sense alone, and
    they are of one width, the last one shorter, or make sense together."""
    alone = [_sense(bytes_in(line)[0]) or _is_number(line) for line in lines]
    at = 0
    while at < len(lines):
        end = at + 1
        while not alone[at] and end < len(lines) and not alone[end] and len(lines[end]) <= len(lines[at]):
            end += 1
            if len(lines[end - 1]) < len(lines[at]):
                break
        if end == at + 1 and not any(alone[at:]) and _sense(bytes_in(_joined(lines[at:]))[0]):
            end = len(lines)
        yield at, list(lines[at:end])
        at = end


# -- What a value is ----------------------------------------------------------------------------------------------


def _bare_name(label: str) -> str:
    """`tempAuthKey`, `Temp-Auth-Key`, `a.b.temp auth key`: one spelling for all."""
    last = label.split(".")[-1]
    return re.sub(r"[ \-/]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last.strip())).lower()


@functools.lru_cache(1000)
def _known(label: str) -> str:
    """The name that `diagnose` has for it, by the last words of the label; "" where it has none."""
    words = re.split(r"[ /]+", label)
    for first in range(len(words)):
        name = _bare_name("_".join(words[first:]))
        if name in NAMES or name in ALIASES:
            return ALIASES.get(name, name)
    return ""


def _shown(label: str) -> str:
    """A label, if it reads like a name; pieces of a key do not."""
    plain = re.fullmatch(r"[A-Za-z]?[a-z]+(?:[ ._-]?[A-Z]?[a-z]+)*\d?|[A-Z]+(?:_[A-Z]+)*", label)
    return f"`{label}`" if plain and len(label) <= 32 else f"a name of {len(label)} characters"


def _sense(data: bytes | None) -> bool:
    """Whether bytes are whole by themselves: a key, an encrypted_message, a request, a packet."""
    if data is None or _is_key(data):
        return data is not None
    return len(data) == REQUEST_SIZE if data[:4] == BIND else _looks_like(data) in ("encrypted_message", "packet")


def _is_key(data: bytes) -> bool:
    return 250 <= len(data) <= 256 or (len(data) == 257 and data[0] == 0)


def _looks_like(data: bytes) -> str:
    """What bytes without a name are, by what they begin with and by their length."""
    if data[:4] == BIND and len(data) > 100:
        return "request"
    if len(data) == ENCRYPTED_SIZE:
        return "encrypted_message"
    if data[:4] in (b"\xee" * 4, b"\xdd" * 4) or (data[:1] == b"\xef" and len(data) > 40):
        return "stream"
    if 12 <= int.from_bytes(data[:4], "little") <= len(data) and data[4:8] == bytes(4):
        return "stream"  # the full framing: a length, and the first number
    if 152 <= len(data) < 600 and not (len(data) - 24) % 16 and any(data[:8]):
        return "packet"
    return "stream" if len(data) > 270 else ""


def _value(piece: _Piece, scan: _Scan) -> Found | None:
    """What a piece is worth; None for one that is passed over, which is said where it may have been meant."""
    name = _known(piece.label)
    if not name:
        return _unnamed(piece, scan)
    kind = NAMES[name]
    if kind == "text":
        text = _answer(piece.value)
        return Found(name, text, kind, piece.where, piece.took_for, piece.logged) if text else None
    try:
        value, form = piece.value, piece.took_for
        if kind in ("id", "date"):
            value, form = _whole(name, kind, piece)
        else:
            if not isinstance(value, bytes):
                octets, why = bytes_in(str(value))
                if octets is None:
                    raise LocalError(f"{name} cannot be read: {why}", expected="hex, base64, an array or a dump",
                                     where=piece.where)
                value, form = octets, why if form == "a string" else form
    except LocalError:
        if piece.logged or piece.optional:
            return None
        raise
    if piece.logged and kind == "key" and len(value) not in KEY_SIZES:
        return None  # loggers cut keys short
    if len(value if isinstance(value, bytes) else b"") > LARGEST:
        raise LocalError(f"{name} is too long for a binding", expected=f"{LARGEST} bytes at most", where=piece.where)
    if isinstance(value, bytes) and form != "hex":
        scan.said.append(f"{piece.where}: took {form} of {len(value)} bytes for {name}")
    elif not isinstance(value, bytes) and form != "a number":
        scan.said.append(f"{piece.where}: took {form} for {name}")
    return Found(name, value, kind, piece.where, form, piece.logged, piece.label.startswith("inner."))


def _unnamed(piece: _Piece, scan: _Scan) -> Found | None:
    data, form, guessed = piece.value, piece.took_for, not piece.label
    if not isinstance(data, bytes):
        data, form = (None, "a number") if _is_number(str(data)) else bytes_in(str(data))
    if piece.label and _GENERIC.fullmatch(piece.label):
        piece = replace(piece, label="")
    if piece.label and data is not None and data[:4] == BIND and len(data) == REQUEST_SIZE:
        piece = replace(piece, label="")
    if piece.label and not (scan.keys_only and data is not None and len(data) in KEY_SIZES):
        scan.unknown(piece.label, piece.line)
        return None
    if data is None:
        if form == "a number" and not piece.logged and not piece.optional:
            scan.said.append(f"{piece.where}: a number without a name, passed over")
        return None
    key = _is_key(data) or (scan.keys_only and len(data) in KEY_SIZES)
    name = "other_keys" if key else "" if scan.keys_only else _looks_like(data)
    if scan.keys_only and not key:
        raise LocalError("this is no auth_key", got=f"{len(data)} bytes", expected="256 bytes", where=piece.where)
    if name or len(data) > 15:
        what = f"for {name}" if name and not key else "for a key" if key else "for nothing that is known"
        scan.said.append(f"{piece.where}: took {form} of {len(data)} bytes, without a name, {what}")
    kind = "key" if key else "bytes"
    return Found(name, data, kind, piece.where, form, piece.logged, guessed=guessed) if name else None


def _whole(name: str, kind: str, piece: _Piece) -> tuple[int, str]:
    """A number, decimal or as its bytes travel. Ids become signed; dates stay as they are."""
    value, form = piece.value, "a number"
    number: int
    text = value if isinstance(value, str) else ""
    text = re.sub(r"(?<=[0-9a-fA-F])(?:n|[uU]?[lL]{1,2}|[iu]64)$", "", text.strip().strip("'\"`")).replace("_", "")
    if isinstance(value, bytes) or re.fullmatch(r"(?=.*[A-Fa-f ])[0-9A-Fa-f]{2}(?:[ :-]?[0-9A-Fa-f]{2}){7}", text):
        data = value if isinstance(value, bytes) else bytes_in(text)[0] or b""
        if len(data) not in (4, 8):
            raise LocalError(f"{name} is no number", got=f"{len(data)} bytes", where=piece.where)
        number, form = EitherOrder.of(data), f"{len(data)} bytes, low byte first,"
        if name == "msg_id" and not 1 << 30 <= number >> 32 < 1 << 31:
            turned = int.from_bytes(data, "big")
            if 1 << 30 <= turned >> 32 < 1 << 31:
                number, form = turned, "the hex digits of a number"
    elif re.fullmatch(r"-?0[xX][0-9A-Fa-f]{1,20}", text):
        number, form = int(text, 16), "a hexadecimal number"
    elif re.fullmatch(r"-?\d{1,24}", text):
        number = int(text)
    elif kind == "date" and re.fullmatch(r"\d{1,13}\.\d{1,9}", text):
        number, form = int(float(text)), "a number whose fraction is left out"
    else:
        lost = " (a float does not hold all its digits)" if re.fullmatch(r"-?\d[\d.]*[eE][+\d]+", text) else ""
        raise LocalError(f"{name} is no number{lost}", got=f"{len(text)} characters", where=piece.where)
    return (whole_number(name, number, 64) if kind == "id" else number), form


def _answer(value: Any) -> str:
    """What a data centre said: text, or the bytes of its answer, an rpc_error, a Bool or a transport error."""
    data = value if isinstance(value, bytes) else b""
    if not data and re.fullmatch(r"(?:[0-9a-f]{8})+", str(value)) and not str(value).isdigit():
        data = bytes.fromhex(str(value))
    return answer_of(data) if data else str(value).strip().strip("'\",")


def _content(
    found: Found, keys: Sequence[AuthKey], permanent: Sequence[bytes]
) -> tuple[Found, list[str]]:
    """The same value under the name that its content says, where that is certain; and the sentence about it."""
    if found.kind != "bytes":
        return found, []
    data, name = found.value, found.name
    ids = {key.id_bytes for key in keys}
    perm = {AuthKey(key.rjust(256, b"\0")).id_bytes for key in permanent if len(key) <= 256}
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


def _one_of_each(found: Sequence[Found], scan: _Scan) -> list[Found]:
    """Each name once. What is inside the seal stands in for what is missing outside. Of different values in a log the
    last request counts, and of the numbers those of its line, or none."""
    outside = {each.name for each in found if not each.inner}
    kept: list[Found] = []
    for each in found:
        if each.inner and each.name in outside:
            continue
        if each.inner:
            scan.said.append(f"{each.where}: took {each.name} from what is inside the seal; nothing else says it")
        kept.append(each)
    last = next((each for each in reversed(kept) if each.name in ("request", "packet", "encrypted_message")), None)
    result: list[Found] = []
    for name in dict.fromkeys(each.name for each in kept):
        same = [each for each in kept if each.name == name]
        values = list(dict.fromkeys(each.value for each in same))
        if name == "answer" and len(values) > 1 and not all(each.logged for each in same):
            codes = [value for value in values if re.fullmatch(r"-?\d+", value)]
            words = [value for value in values if value not in codes]
            result.append(replace(same[0], value=" ".join([*codes[-1:], *words[-1:]])))
        elif name == "other_keys":
            result += {each.value: each for each in same}.values()
        elif len(values) == 1:
            result.append(same[0])
        elif not all(each.logged or each.kind == "text" for each in same):
            lines = " and ".join(dict.fromkeys(each.where for each in same))
            raise LocalError(f"{name} is there twice, with different values", where=lines)
        else:
            near = [each for each in same if last is not None and each.where == last.where]
            chosen = same[-1] if same[0].kind in ("bytes", "text") else near[-1] if near else None
            what = f"the one of {chosen.where} counts" if chosen else "none is taken; give the one of the message"
            scan.said.append(f"{name} is there with {len(values)} different values: {what}")
            result += [chosen] if chosen else []
    return result
