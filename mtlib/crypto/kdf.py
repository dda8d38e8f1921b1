"""From an auth_key and a msg_key to an AES key and an iv: the key derivation functions of MTProto.

First the functions themselves, each in a few lines that can be copied. Then the same as tables, in the documentation's
own notation, to show what happens inside: `V1.run(...)` gives every hash by name, and a table knows which hash each
byte of a key comes from and which bytes of the auth_key are read. A test compares the two.

`x` is the direction of the message: 0 to the data centre, 8 from it. Arguments are bytes; `auth_key` may also be an
AuthKey. A wrong type, length or x is a LocalError that names the argument.

Source: core.telegram.org/mtproto/description_v1 and core.telegram.org/mtproto/description, "Defining AES Key and
Initialization Vector"; core.telegram.org/mtproto/auth_key, step 6.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mtlib.crypto.secret import Secret, exact, plain
from mtlib.errors import LocalError


def kdf_v1(auth_key: Any, msg_key: Any, x: int = 0) -> tuple[bytes, bytes]:
    """aes_key and aes_iv of MTProto 1.0, 32 bytes each. The binding message still uses it, with x = 0."""
    key, msg_key = _arguments(auth_key, msg_key, x)
    sha1_a = sha1(msg_key + key[x : x + 32])
    sha1_b = sha1(key[32 + x : 48 + x] + msg_key + key[48 + x : 64 + x])
    sha1_c = sha1(key[64 + x : 96 + x] + msg_key)
    sha1_d = sha1(msg_key + key[96 + x : 128 + x])
    aes_key = sha1_a[:8] + sha1_b[8:20] + sha1_c[4:16]
    aes_iv = sha1_a[8:20] + sha1_b[:8] + sha1_c[16:20] + sha1_d[:8]
    return aes_key, aes_iv


def kdf_v2(auth_key: Any, msg_key: Any, x: int = 0) -> tuple[bytes, bytes]:
    """aes_key and aes_iv of MTProto 2.0, 32 bytes each: for every message of a session."""
    key, msg_key = _arguments(auth_key, msg_key, x)
    sha256_a = sha256(msg_key + key[x : x + 36])
    sha256_b = sha256(key[40 + x : 76 + x] + msg_key)
    aes_key = sha256_a[:8] + sha256_b[8:24] + sha256_a[24:32]
    aes_iv = sha256_b[:8] + sha256_a[8:24] + sha256_b[24:32]
    return aes_key, aes_iv


def kdf_nonces(new_nonce: Any, server_nonce: Any) -> tuple[bytes, bytes]:
    """tmp_aes_key and tmp_aes_iv of the key exchange, 32 bytes each: from two nonces, for want of an auth_key."""
    new_nonce, server_nonce = exact(new_nonce, 32, "new_nonce"), exact(server_nonce, 16, "server_nonce")
    new_server, server_new = sha1(new_nonce + server_nonce), sha1(server_nonce + new_nonce)
    tmp_aes_key = new_server + server_new[:12]
    tmp_aes_iv = server_new[12:20] + sha1(new_nonce + new_nonce) + new_nonce[:4]
    return tmp_aes_key, tmp_aes_iv


def msg_key_v1(envelope: Any) -> bytes:
    """MTProto 1.0: the lower-order 128 bits of SHA1 over the plaintext *without* its padding; 16 bytes.

    No auth_key goes into it: the same plaintext has the same msg_key under every key.
    """
    return sha1(plain(envelope, "envelope"))[4:20]


def msg_key_large_v2(auth_key: Any, padded: Any, x: int) -> bytes:
    """MTProto 2.0: SHA256 over 32 bytes of the key and the plaintext *with* its padding; 32 bytes."""
    _check_direction(x, "x")
    return sha256(_source(auth_key, 256, "auth_key")[88 + x : 120 + x] + plain(padded, "padded"))


def msg_key_v2(auth_key: Any, padded: Any, x: int) -> bytes:
    """MTProto 2.0: the middle 16 bytes of `msg_key_large_v2`."""
    return msg_key_large_v2(auth_key, padded, x)[8:24]


def sha1(data: bytes) -> bytes:
    """20 bytes."""
    return hashlib.sha1(data).digest()


def sha256(data: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(data).digest()


def _arguments(auth_key: Any, msg_key: Any, x: int) -> tuple[bytes, bytes]:
    _check_direction(x, "x")
    return _source(auth_key, 256, "auth_key"), exact(msg_key, 16, "msg_key")


def _source(value: Any, width: int | None, name: str) -> bytes:
    """One source as bytes. A function of its own, so that a traceback with local values shows the wrong one only."""
    # Not `bytes(value)` for every type: `bytes(256)` is 256 zeros, which would pass for a key.
    data = bytes(value) if hasattr(value, "__bytes__") else value
    return plain(data, name) if width is None else exact(data, width, name)


def _check_direction(x: int, where: str) -> None:
    if x not in (0, 8):
        raise LocalError("x is a direction", got=x, expected="0 or 8", where=where)


# -- The same in the documentation's notation ---------------------------------------------------------------------

HASHES = {"SHA1": 20, "SHA256": 32}  # what a row may hash with, and how many bytes that gives

_ROW = re.compile(r"([a-z]\w*) = (?:([A-Z]\w+) \((.+)\)|(.+))")
_PIECE = re.compile(r"(\w+)|substr \((\w+), (?:(\d+)(\+x)?|x), (\d+)\)")


class Piece(NamedTuple):
    """`length` bytes of `source` (None: all of it) from `offset` on, or from `offset + x` where `plus_x`."""

    source: str
    offset: int
    length: int | None
    plus_x: bool = False

    def start(self, x: int) -> int:
        return self.offset + (x if self.plus_x else 0)

    def cut(self, x: int) -> slice:
        """The piece as a slice of its source."""
        return slice(self.start(x), None if self.length is None else self.start(x) + self.length)

    def python(self, x: int) -> str:
        """The same in Python's notation: `auth_key[32:48]`."""
        return self.source if self.length is None else f"{self.source}[{self.start(x)}:{self.cut(x).stop}]"


class ScheduleRow(NamedTuple):
    """One line: its `name`, its `pieces`, and the `hash` they go into together ("SHA1", "SHA256") or None."""

    name: str
    hash: str | None
    pieces: tuple[Piece, ...]

    def joined(self, values: Mapping[str, bytes], x: int) -> bytes:
        """The pieces one after the other: the input of the hash, or the value itself."""
        return b"".join(values[piece.source][piece.cut(x)] for piece in self.pieces)

    def python(self, x: int) -> str:
        """The whole line in Python's notation."""
        joined = " + ".join(piece.python(x) for piece in self.pieces)
        return f"{self.hash}({joined}).digest()" if self.hash else joined


class ScheduleTable:
    """A key schedule: `rows` in order, made from text in the documentation's notation.

    `sources` names the inputs of the rows, and how many bytes each must have (None: any number). `widths` holds these
    lengths and the rows' own. Text that does not parse, an unknown name or a piece beyond its source is a LocalError.
    """

    def __init__(self, name: str, text: str, **sources: int | None) -> None:
        self.name = name
        self.text = "\n".join(map(str.strip, text.strip().splitlines()))
        self.sources = sources
        self.widths = dict(sources)  # `_parsed` adds each row to it
        self.rows = tuple(_parsed(self.text, self.widths))
        self._positions = {row.name: position for position, row in enumerate(self.rows)}

    def run(self, x: int = 0, **sources: Any) -> Schedule:
        """Compute every row. The arguments are the table's `sources`, as bytes or as an object with `__bytes__`
        (AuthKey). LocalError for a source that is missing, unknown, not bytes or of the wrong length, and for x."""
        _check_direction(x, self.name)
        if sources.keys() != self.sources.keys():
            raise LocalError("not the sources of this table", got=[*sources], expected=[*self.sources], where=self.name)
        values = {name: _source(sources[name], width, name) for name, width in self.sources.items()}
        for row in self.rows:
            joined = row.joined(values, x)
            values[row.name] = hashlib.new(row.hash, joined).digest() if row.hash else joined
        return Schedule(self, x, values)

    def position(self, name: str) -> int:
        """The place of a row in `rows`; LocalError if there is none of that name."""
        if name not in self._positions:
            raise LocalError("no such row", got=name, expected=[*self._positions], where=self.name)
        return self._positions[name]

    def origin(self, name: str, index: int, x: int = 0) -> tuple[str, int]:
        """Where byte `index` of a row comes from: the name of a hash or source, and the offset in that.

        In a row with a hash, `index` counts in the input of the hash, since a byte of a hash has no single origin. An
        index outside of the row is a LocalError.
        """
        left = index
        for piece in self.rows[self.position(name)].pieces if index >= 0 else ():
            width = self.widths[piece.source] if piece.length is None else piece.length
            if width is None or left < width:
                return piece.source, piece.start(x) + left
            left -= width
        raise LocalError("no such byte", got=index, where=f"{self.name}/{name}")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<ScheduleTable {self.name}: {', '.join(row.name for row in self.rows)}>"


class Schedule(Secret):
    """What a table computed for one message. Its repr shows the table and the direction only.

    `schedule["sha1_a"]` is the value of a row; LocalError for a name the table does not have.
    """

    __slots__ = ("_values", "table", "x")
    shown = ("name", "x")

    def __init__(self, table: ScheduleTable, x: int, values: Mapping[str, bytes]) -> None:
        self.table = table
        self.x = x
        self._values = values

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.table.name

    def __getitem__(self, name: str) -> bytes:
        return self._values[self.table.rows[self.table.position(name)].name]

    @property
    def aes_key(self) -> bytes:
        """The 32 bytes for AES-256."""
        return self["aes_key"]

    @property
    def aes_iv(self) -> bytes:
        """The 32 bytes for IGE: c_0, then p_0."""
        return self["aes_iv"]


def key_usage(table: ScheduleTable, x: int) -> tuple[frozenset[str], ...]:
    """For each of the 256 bytes of the auth_key: the rows of the table that read it, in the direction x."""
    if not isinstance(table, ScheduleTable):
        raise LocalError("not a table", got=type(table).__name__, expected="V1, V2 ...", where="table")
    _check_direction(x, table.name)
    readers: list[set[str]] = [set() for _ in range(256)]
    for row in table.rows:
        for piece in row.pieces:
            if piece.source == "auth_key":
                for read_by in readers[piece.cut(x)]:
                    read_by.add(row.name)
    return tuple(map(frozenset, readers))


def _parsed(text: str, widths: dict[str, int | None]) -> Iterator[ScheduleRow]:
    """The rows of `text`. A piece may name only what is in `widths`; each row is added there."""
    for line in text.splitlines() or [""]:
        parsed = _ROW.fullmatch(line)
        if not parsed or parsed[2] not in (None, *HASHES) or parsed[1] in widths:
            raise LocalError("not a row of a schedule", got=line, expected="name = HASH (piece + ...)")
        name, hash_name, hashed, joined = parsed.groups()
        pieces = tuple(_piece(part, widths) for part in (hashed or joined).split(" + "))
        lengths = [widths[piece.source] if piece.length is None else piece.length for piece in pieces]
        widths[name] = HASHES[hash_name] if hash_name else sum(length or 0 for length in lengths)
        yield ScheduleRow(name, hash_name, pieces)


def _piece(text: str, widths: Mapping[str, int | None]) -> Piece:
    parsed = _PIECE.fullmatch(text)
    source = (parsed[1] or parsed[2]) if parsed else ""
    if not parsed or source not in widths:
        raise LocalError("not a piece of anything known", got=text, expected=[*widths])
    if parsed[1]:
        return Piece(source, 0, None)
    piece = Piece(source, int(parsed[3] or 0), int(parsed[5]), plus_x=not parsed[3] or bool(parsed[4]))
    width = widths[source]
    if width is None or piece.cut(8).stop > width:
        raise LocalError("a piece beyond its source", got=text, expected=f"{source} of {width} bytes")
    return piece


V1 = ScheduleTable(
    "V1",
    """
    sha1_a = SHA1 (msg_key + substr (auth_key, x, 32))
    sha1_b = SHA1 (substr (auth_key, 32+x, 16) + msg_key + substr (auth_key, 48+x, 16))
    sha1_c = SHA1 (substr (auth_key, 64+x, 32) + msg_key)
    sha1_d = SHA1 (msg_key + substr (auth_key, 96+x, 32))
    aes_key = substr (sha1_a, 0, 8) + substr (sha1_b, 8, 12) + substr (sha1_c, 4, 12)
    aes_iv = substr (sha1_a, 8, 12) + substr (sha1_b, 0, 8) + substr (sha1_c, 16, 4) + substr (sha1_d, 0, 8)
    """,
    auth_key=256,
    msg_key=16,
)
"""`kdf_v1`. It reads bytes x to x + 127 of the key."""

V2 = ScheduleTable(
    "V2",
    """
    sha256_a = SHA256 (msg_key + substr (auth_key, x, 36))
    sha256_b = SHA256 (substr (auth_key, 40+x, 36) + msg_key)
    aes_key = substr (sha256_a, 0, 8) + substr (sha256_b, 8, 16) + substr (sha256_a, 24, 8)
    aes_iv = substr (sha256_b, 0, 8) + substr (sha256_a, 8, 16) + substr (sha256_b, 24, 8)
    """,
    auth_key=256,
    msg_key=16,
)
"""`kdf_v2`."""

MSG_KEY_V2 = ScheduleTable(
    "MSG_KEY_V2",
    """
    msg_key_large = SHA256 (substr (auth_key, 88+x, 32) + padded)
    msg_key = substr (msg_key_large, 8, 16)
    """,
    auth_key=256,
    padded=None,
)
"""`msg_key_v2`: 32 more bytes of the key, and `padded`, the plaintext with its padding."""

FROM_NONCES = ScheduleTable(
    "FROM_NONCES",
    """
    sha1_a = SHA1 (new_nonce + server_nonce)
    sha1_b = SHA1 (server_nonce + new_nonce)
    sha1_c = SHA1 (new_nonce + new_nonce)
    aes_key = sha1_a + substr (sha1_b, 0, 12)
    aes_iv = substr (sha1_b, 12, 8) + sha1_c + substr (new_nonce, 0, 4)
    """,
    new_nonce=32,
    server_nonce=16,
)
"""`kdf_nonces`."""
