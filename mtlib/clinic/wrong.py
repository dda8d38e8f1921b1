"""The wrong ways in the table of mistakes: key schedules, modes of AES and rows of fields, each with one thing changed.

Whole families are generated here, so that nobody has to list every slip: each piece of a schedule cut at every other
place; each field left out, doubled, too wide, or in another order.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, cycle, pairwise, permutations
from typing import Any

from mtlib.clinic.recipe import Rows
from mtlib.crypto.aes import BLOCK, raw_aes
from mtlib.crypto.kdf import V1, Piece, ScheduleRow
from mtlib.wire.tl import SIMPLE

# -- Numbers ------------------------------------------------------------------------------------------------------

MAX, MIN = 2**63 - 1, -(2**63)


def signed(number: int, bits: int = 64) -> int:
    """The number that `bits` bits of it give in two's complement."""
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> (bits - 1) else number


def long(data: bytes) -> int:
    """The signed number in little-endian bytes, as in TL."""
    return int.from_bytes(data, "little", signed=True)


def swapped(number: int) -> Iterator[int]:
    """The longs with the bytes of `number` reversed: all eight, or within each word of four or of two bytes."""
    data = number.to_bytes(8, "little", signed=True)
    yield from (long(words_turned(data, size)) for size in (8, 4, 2))


def words_turned(data: bytes, size: int = 4) -> bytes:
    """The data with the bytes of each word of `size` bytes reversed."""
    return b"".join(data[at : at + size][::-1] for at in range(0, len(data), size))


def as_text(data: bytes) -> tuple[bytes, ...]:
    """What becomes of bytes that are taken for text: hex digits, base64, the digits of a number, UTF-8, also where a
    mark replaces what is none, seven bits, and what a string of C has of it."""
    digits, letters = data.hex(), data.decode("latin-1")
    return (digits.encode(), digits.upper().encode(), base64.b64encode(data), base64.urlsafe_b64encode(data),
            str(int.from_bytes(data, "big")).encode(), letters.encode(), data.decode("utf-8", "replace").encode(),
            bytes(byte & 0x7F for byte in data), data.split(b"\0")[0].ljust(len(data), b"\0"))  # fmt: skip


def rounded(number: int) -> int:
    """A long after a program kept it as a double, which holds 53 bits of it."""
    return min(max(int(float(number)), MIN), MAX)


def subsets(change: Callable[[Any], Any], longs: int, *values: Any) -> Iterator[tuple[Any, ...]]:
    """The values with the change made to some of the first `longs`: to all of them, to all but one, ..."""
    for size in range(longs, 0, -1):
        for chosen in combinations(range(longs), size):
            yield tuple(change(value) if at in chosen else value for at, value in enumerate(values))


# -- Key schedules ------------------------------------------------------------------------------------------------


def with_row(table: Rows, row: ScheduleRow) -> Rows:
    return tuple(row if each.name == row.name else each for each in table)


def pieces_changed(table: Rows, change: Callable[[ScheduleRow, Piece], Piece]) -> Rows:
    """The schedule with every piece changed."""
    return tuple(row._replace(pieces=tuple(change(row, piece) for piece in row.pieces)) for row in table)


def ended(piece: Piece) -> Piece:
    """x[offset : length] where x[offset : offset + length] is meant."""
    return piece if piece.length is None else piece._replace(length=max(0, piece.length - piece.offset))


def ends_and_lengths(table: Rows) -> Iterator[Rows]:
    """Every piece that is hashed with its length taken for an end, then with its end taken for a length."""
    yield pieces_changed(table, lambda row, p: ended(p) if row.hash else p)
    yield pieces_changed(table, lambda row, p: p._replace(length=p.offset + p.length) if row.hash and p.length else p)


def other_direction(table: Rows) -> Iterator[Rows]:
    """x = 8 in all hashes."""
    yield pieces_changed(table, lambda row, p: p._replace(offset=p.offset + 8) if p.plus_x else p)


def reordered(table: Rows, *, hashes: bool, msg_key: bool = False) -> Iterator[Rows]:
    """Every row with its pieces in every other order; if `msg_key`, those that move only msg_key; if not, the rest."""
    for row in table:
        for order in permutations(row.pieces) if bool(row.hash) == hashes else ():
            rest = [[p for p in pieces if p.source != "msg_key"] for pieces in (order, row.pieces)]
            if order != row.pieces and (rest[0] == rest[1]) == msg_key:
                yield with_row(table, row._replace(pieces=order))


def recut(table: Rows) -> Iterator[Rows]:
    """Every piece from every other place, then of every other likely length."""
    for row in table:
        for at, piece in enumerate(row.pieces):
            for offset, length in _cuts(row, piece):
                cut = piece._replace(offset=offset, length=length)
                yield with_row(table, row._replace(pieces=(*row.pieces[:at], cut, *row.pieces[at + 1 :])))


def _cuts(row: ScheduleRow, piece: Piece) -> Iterator[tuple[int, int]]:
    size = piece.length
    if size is None or piece.source == "msg_key":
        return
    of_key = piece.source == "auth_key"
    width = 32 if "256" in piece.source else 20
    near = range(piece.offset - 3, piece.offset + 4)
    offsets = {*range(0, 161, 4), *near, *range(160, 257 - size, 16)} if of_key else {*range(width - size + 1)}
    yield from ((offset, size) for offset in sorted(offsets) if offset != piece.offset and offset >= 0)
    lengths = {8, 12, 16, 20, 24, 32, 36, 40, 48, 64, size - 1, size + 1, 256 - piece.offset,
               piece.offset + size} if of_key else ()
    yield from ((piece.offset, length) for length in sorted(lengths) if length != size)


def one_byte_off(table: Rows) -> Iterator[Rows]:
    """Every piece of the key one byte longer or shorter, as if its end were included: in one hash, then in all."""
    for more in (1, -1):
        longer = pieces_changed(table, lambda row, p, by=more: (  # type: ignore[misc]
            p._replace(length=p.length + by) if p.source == "auth_key" and p.length else p))
        yield from (with_row(table, row) for row in longer if sum(p.source == "auth_key" for p in row.pieces) > 1)
        yield longer


def left_out(table: Rows) -> Iterator[Rows]:
    """Every hash without one of its pieces."""
    for row in table:
        for at in range(len(row.pieces)) if row.hash else ():
            yield with_row(table, row._replace(pieces=row.pieces[:at] + row.pieces[at + 1 :]))


def around_msg_key(table: Rows) -> Iterator[Rows]:
    """One piece of the key, half on each side of msg_key or all on one side, in its own length or another likely one;
    and two pieces from another place."""
    for row in table:
        of_key = [piece for piece in row.pieces if piece.source == "auth_key"]
        if not row.hash or not of_key:
            continue
        msg_key = next(piece for piece in row.pieces if piece.source == "msg_key")
        start, size = of_key[0].offset, sum(piece.length or 0 for piece in of_key)
        made = [_around(msg_key, of_key[0], start, length) for length in (size, 16, 36, 64)]
        if len(of_key) == 2:
            made += [_around(msg_key, of_key[0], offset, size)[:1] for offset in range(0, 161, 4)]
        for pieces in (pieces for each in made for pieces in each):
            if pieces != row.pieces:
                yield with_row(table, row._replace(pieces=pieces))


def _around(msg_key: Piece, of_key: Piece, offset: int, length: int) -> list[tuple[Piece, ...]]:
    whole, half = of_key._replace(offset=offset, length=length), length // 2
    first, second = whole._replace(length=half), whole._replace(offset=offset + half, length=length - half)
    return [(first, msg_key, second), (msg_key, whole), (whole, msg_key)]


def never_begun_anew(table: Rows) -> Iterator[Rows]:
    """Every hash also over the input of all hashes before it, as if the hash object were never reset."""
    said: list[Piece] = []
    yield tuple(row._replace(pieces=tuple(said := [*said, *row.pieces])) if row.hash else row for row in table)


def written_over_the_key(table: Rows) -> Iterator[Rows]:
    """msg_key appended in place to a piece of the key, as `append` of Go does: it overwrites the 16 bytes of the key
    after that piece before they are read. For MTProto 1.0 only."""
    if len(table) == len(V1.rows):
        a, b, c, d, *last = table
        first, msg_key, _ = b.pieces  # the second piece is appended in the same way, over 16 bytes more
        e, f = (first._replace(offset=offset) for offset in (80, 112))
        yield (a, b._replace(pieces=(first, msg_key, msg_key)), c._replace(pieces=(msg_key, e, msg_key)),
               d._replace(pieces=(msg_key, msg_key, f)), *last)  # fmt: skip


def all_on_one_side(table: Rows) -> Iterator[Rows]:
    """msg_key first in every hash, then last in every hash, with the pieces of the key next to each other."""
    for behind in (False, True):
        yield tuple(
            row._replace(pieces=tuple(sorted(row.pieces, key=lambda p: (p.source == "msg_key") == behind)))
            if row.hash else row for row in table
        )  # fmt: skip


def borders_moved(table: Rows) -> Iterator[Rows]:
    """aes_key and aes_iv with more bytes of one hash and as many less of the next, or with the lengths of their pieces
    in another order; and aes_key with its halves exchanged."""
    for row in table[-2:]:
        sizes = [piece.length for piece in row.pieces]
        for lengths in sorted({*permutations(sizes)} - {tuple(sizes)}, key=repr):
            cut = tuple(piece._replace(length=size) for piece, size in zip(row.pieces, lengths, strict=True))
            if all(map(_within_its_hash, cut)):
                yield with_row(table, row._replace(pieces=cut))
    for row in table[-2:]:
        for at, (left, right) in enumerate(pairwise(row.pieces)):
            for more in (-8, -4, 4, 8):
                lengths = (left.length or 0) + more, (right.length or 0) - more
                for offset in (right.offset, right.offset + more):
                    cut = left._replace(length=lengths[0]), right._replace(offset=offset, length=lengths[1])
                    if min(*lengths, offset + 1) > 0 and all(map(_within_its_hash, cut)):
                        yield with_row(table, row._replace(pieces=(*row.pieces[:at], *cut, *row.pieces[at + 2 :])))
    yield with_row(table, _halves_exchanged(table[-2]))


def _within_its_hash(piece: Piece) -> bool:
    return piece.offset + (piece.length or 0) <= (32 if "256" in piece.source else 20)


def _halves_exchanged(row: ScheduleRow) -> ScheduleRow:
    halves: tuple[list[Piece], list[Piece]] = ([], [])
    start = 0
    for piece in row.pieces:
        size = piece.length or 0
        before = min(max(0, BLOCK - start), size)
        halves[0].append(piece._replace(length=before))
        halves[1].append(piece._replace(offset=piece.offset + before, length=size - before))
        start += size
    return row._replace(pieces=tuple(p for p in (*halves[1], *halves[0]) if p.length))


def other_hashes(table: Rows) -> Iterator[Rows]:
    """Every piece of aes_key and aes_iv taken from each other hash; every hash made by another hash function."""
    names = [row.name for row in table if row.hash]
    for other in ("SHA1", "SHA256", "MD5", "words turned of SHA1", "hex of SHA1", "hex of SHA256"):
        yield tuple(row._replace(hash=other if row.hash else None) for row in table)
    for row in table:
        if row.hash:
            for other in ("SHA1", "SHA1 with zeros") if row.hash == "SHA256" else ("SHA256",):
                yield with_row(table, row._replace(hash=other))
            continue
        for at, piece in enumerate(row.pieces):
            for name in names:
                if name != piece.source:
                    from_it = piece._replace(source=name)
                    yield with_row(table, row._replace(pieces=(*row.pieces[:at], from_it, *row.pieces[at + 1 :])))


def hashes_exchanged(table: Rows) -> Iterator[Rows]:
    """The hashes under each other's names, in every other order."""
    names = [row.name for row in table if row.hash]
    for others in permutations(names):
        instead = dict(zip(names, others, strict=True))
        if [*others] != names:
            yield pieces_changed(table, lambda row, p, to=instead: (  # type: ignore[misc]
                p if row.hash else p._replace(source=to[p.source])))


def exchanged(table: Rows, *, key: bool, iv: bool) -> Rows:
    """aes_key with the pieces of aes_iv, aes_iv with those of aes_key, or both."""
    of_key, of_iv = table[-2:]
    return (*table[:-2], of_key._replace(pieces=(of_iv if key else of_key).pieces),
            of_iv._replace(pieces=(of_key if iv else of_iv).pieces))  # fmt: skip


def b_and_c(table: Rows) -> Iterator[Rows]:
    """The pieces of sha1_b and sha1_c exchanged: in both rows, then in only one."""
    def turned(row: ScheduleRow) -> ScheduleRow:
        places = [at for at, p in enumerate(row.pieces) if p.source in ("sha1_b", "sha1_c")]
        pieces = list(row.pieces)
        if len(places) == 2:
            pieces[places[0]], pieces[places[1]] = pieces[places[1]], pieces[places[0]]
        return row._replace(pieces=tuple(pieces))

    if any(row.name == "sha1_c" for row in table):
        yield (*table[:-2], turned(table[-2]), turned(table[-1]))
        yield (*table[:-2], turned(table[-2]), table[-1])
        yield (*table[:-2], table[-2], turned(table[-1]))


def whole(table: Rows, *, both: bool) -> Iterator[Rows]:
    """Two whole hashes used as aes_key and aes_iv, in both orders; if not `both`, one whole hash for one of the two."""
    hashes = [row for row in table if row.hash]
    if hashes[0].hash == "SHA256":
        made = [[row._replace(pieces=(Piece(each.name, 0, 32),)) for each in hashes] for row in table[-2:]]
        for at in (0, 1):
            if both:
                yield (*table[:-2], made[0][at], made[1][1 - at])
            else:
                yield from ((*table[:-2], made[0][at], table[-1]), (*table[:-1], made[1][at]))


# -- Modes of AES -------------------------------------------------------------------------------------------------

Blocks = Callable[[int], int]
Mix = Callable[[Blocks, Blocks, int, int, int], int]
"""Takes E, D, the block, the ciphertext before it and the plaintext before it, and gives the block that comes out."""


def _same(data: bytes) -> bytes:
    return data


@dataclass(frozen=True)
class Mode:
    """A way to chain blocks: encryption (`forth`), decryption (`back`), and what is `kept` of a block for the next one.

    `halves` gives the first two kept values from the iv; `key` and `data` give the bytes that AES really gets.
    """

    forth: Mix
    back: Mix
    kept: Callable[[int, int], tuple[int, int]] = lambda plain, cipher: (cipher, plain)
    halves: Callable[[bytes], tuple[bytes, bytes]] = lambda iv: (iv[:BLOCK], iv[BLOCK:])
    key: Callable[[bytes], bytes] = _same
    data: Callable[[bytes], bytes] = _same

    def encrypt(self, data: bytes, key: bytes, iv: bytes) -> bytes:
        return self._run(data, key, iv, forth=True)

    def decrypt(self, data: bytes, key: bytes, iv: bytes) -> bytes:
        return self._run(data, key, iv, forth=False)

    def after(self, known: bytes, data: bytes, at: int, key: bytes) -> bytes:
        """The plaintext of the blocks after block `at`, whose own plaintext is `known`; no iv is needed."""
        cipher = data[at * BLOCK : (at + 1) * BLOCK]
        return self._run(data[(at + 1) * BLOCK :], key, cipher + known, forth=False, kept=True)

    def _run(self, data: bytes, key: bytes, iv: bytes, *, forth: bool, kept: bool = False) -> bytes:
        real = self.key(key)
        e, d = (partial(self._one, _when_used(partial(raw_aes, way, real))) for way in ("ECB encrypt", "ECB decrypt"))
        halves = (iv[:BLOCK], iv[BLOCK:]) if kept else self.halves(iv)
        before, plain = (int.from_bytes(half, "big") for half in halves)
        if kept:
            before, plain = self.kept(plain, before)
        mix, out = self.forth if forth else self.back, []
        for at in range(0, len(data), BLOCK):
            block = int.from_bytes(data[at : at + BLOCK], "big")
            made = mix(e, d, block, before, plain)
            before, plain = self.kept(block, made) if forth else self.kept(made, block)
            out.append(made.to_bytes(BLOCK, "big"))
        return b"".join(out)

    def _one(self, aes: Callable[[bytes], bytes], block: int) -> int:
        return int.from_bytes(self.data(aes(self.data(block.to_bytes(BLOCK, "big")))), "big")


def _when_used(start: Callable[[], Callable[[bytes], bytes]]) -> Callable[[bytes], bytes]:
    """One direction of AES, set up only at its first block, because most modes need only one of the two."""
    started: list[Callable[[bytes], bytes]] = []

    def update(block: bytes) -> bytes:
        if not started:
            started.append(start())
        return started[0](block)

    return update


IGE = Mode(lambda e, d, p, c0, p0: e(p ^ c0) ^ p0, lambda e, d, c, c0, p0: d(c ^ p0) ^ c0)
MODES: Mapping[str, Mode] = {
    "cbc": Mode(lambda e, d, p, c0, p0: e(p ^ c0), lambda e, d, c, c0, p0: d(c) ^ c0),
    "pcbc": Mode(lambda e, d, p, c0, p0: e(p ^ c0 ^ p0), lambda e, d, c, c0, p0: d(c) ^ c0 ^ p0),
    "ecb": Mode(lambda e, d, p, c0, p0: e(p), lambda e, d, c, c0, p0: d(c)),
    "cfb": Mode(lambda e, d, p, c0, p0: p ^ e(c0), lambda e, d, c, c0, p0: c ^ e(c0)),
    "after": Mode(lambda e, d, p, c0, p0: e(p) ^ p0, lambda e, d, c, c0, p0: d(c ^ p0)),
    "both_after": Mode(lambda e, d, p, c0, p0: e(p) ^ c0 ^ p0, lambda e, d, c, c0, p0: d(c ^ c0 ^ p0)),
    "plain_before": Mode(lambda e, d, p, c0, p0: e(p ^ p0), lambda e, d, c, c0, p0: d(c) ^ p0),
    "crossed": Mode(lambda e, d, p, c0, p0: e(p ^ p0) ^ c0, lambda e, d, c, c0, p0: d(c ^ c0) ^ p0),
    "backwards": Mode(lambda e, d, p, c0, p0: d(p ^ c0) ^ p0, lambda e, d, c, c0, p0: e(c ^ p0) ^ c0),
    "in_place": replace(IGE, kept=lambda plain, cipher: (cipher, cipher)),
    "ofb": Mode(lambda e, d, p, c0, p0: p ^ e(c0), lambda e, d, c, c0, p0: c ^ e(c0),
                kept=lambda plain, cipher: (plain ^ cipher, plain)),
    "cbc_decrypts": Mode(lambda e, d, p, c0, p0: d(p) ^ p0, lambda e, d, c, c0, p0: e(c ^ p0),
                         halves=lambda iv: (iv[BLOCK:], iv[:BLOCK])),
    "not_kept": replace(IGE, kept=lambda plain, cipher: (cipher, 0)),
}


def turned(mode: Mode = IGE) -> Mode:
    """The mode with the halves of the iv exchanged."""
    return replace(mode, halves=lambda iv: (iv[BLOCK:], iv[:BLOCK]))


IVS: Mapping[str, tuple[Mode, ...]] = {
    "zero": (replace(IGE, halves=lambda iv: (bytes(BLOCK), bytes(BLOCK))),),
    "one_half": (
        replace(IGE, halves=lambda iv: (iv[:BLOCK], bytes(BLOCK))),
        replace(IGE, halves=lambda iv: (bytes(BLOCK), iv[BLOCK:])),
        replace(IGE, halves=lambda iv: (iv[:BLOCK], iv[:BLOCK])),
        replace(IGE, halves=lambda iv: (iv[BLOCK:], iv[BLOCK:])),
        replace(IGE, halves=lambda iv: (iv[BLOCK:], bytes(BLOCK))),
        replace(IGE, halves=lambda iv: (bytes(BLOCK), iv[:BLOCK])),
    ),
    "reversed": (
        replace(IGE, halves=lambda iv: (iv[::-1][:BLOCK], iv[::-1][BLOCK:])),
        replace(IGE, halves=lambda iv: (iv[:BLOCK][::-1], iv[BLOCK:][::-1])),
    ),
}
KEY_AS_TEXT = (*(replace(IGE, key=lambda key, form=form: as_text(key)[form].ljust(32, b"\0")[:32])  # type: ignore[misc]
                 for form in range(8)), replace(IGE, key=lambda key: key.hex()[32:].encode()))  # fmt: skip
NO_KEY = (replace(IGE, key=lambda key: bytes(32)),
          replace(IGE, key=lambda key: bytes(32), halves=lambda iv: (bytes(BLOCK), bytes(BLOCK))))  # fmt: skip
NARROW = (replace(IGE, key=lambda key: key[:16]), replace(IGE, key=lambda key: key[16:]),
          replace(IGE, key=lambda key: key[:24]))  # fmt: skip
WORDS = (
    replace(IGE, key=words_turned, data=words_turned),
    replace(IGE, key=words_turned),
    replace(IGE, data=words_turned),
    replace(IGE, key=lambda key: key[::-1]),
    replace(IGE, data=lambda data: data[::-1]),
    replace(IGE, key=words_turned, data=words_turned,
            halves=lambda iv: (words_turned(iv[:BLOCK]), words_turned(iv[BLOCK:]))),
)


@dataclass(frozen=True)
class Around:
    """IGE together with another change of all the data: to undo it, all of the ciphertext is needed."""

    encrypt: Callable[[bytes, bytes, bytes], bytes]
    decrypt: Callable[[bytes, bytes, bytes], bytes]


def _blocks_turned(data: bytes) -> bytes:
    return b"".join(data[at : at + BLOCK] for at in range(len(data) - BLOCK, -1, -BLOCK))


def _changed_around(change: Callable[[bytes], bytes], *, before: bool, after: bool) -> Around:
    """IGE with its input changed, its output, or both. Applying `change` twice must give the same data again."""
    into, out = change if before else _same, change if after else _same
    return Around(lambda d, k, iv: out(IGE.encrypt(into(d), k, iv)), lambda c, k, iv: into(IGE.decrypt(out(c), k, iv)))


def _each(way: Callable[..., bytes], size: int) -> Callable[[bytes, bytes, bytes], bytes]:
    """Begin anew with the iv every `size` bytes."""
    return lambda data, key, iv: b"".join(way(data[at : at + size], key, iv) for at in range(0, len(data), size))


def _exclusive_or(data: bytes, key: bytes, iv: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(data, cycle(key + iv), strict=False))


def _never_renewed(*, cipher: bool, plain: bool) -> Around:
    """IGE that uses the iv for every block in the place of the previous ciphertext, plaintext, or both."""
    def run(data: bytes, key: bytes, iv: bytes, *, forth: bool) -> bytes:
        first, second = int.from_bytes(iv[:BLOCK], "big"), int.from_bytes(iv[BLOCK:], "big")
        mode = replace(IGE, kept=lambda made, sealed: (first if cipher else sealed, second if plain else made))
        return mode._run(data, key, iv, forth=forth)

    return Around(partial(run, forth=True), partial(run, forth=False))


BACK_TO_FRONT = tuple(
    _changed_around(change, before=before, after=after)
    for change in (lambda data: data[::-1], _blocks_turned, words_turned, partial(words_turned, size=8))
    for before, after in ((False, True), (True, False), (True, True))
)
SPOKEN: Mapping[Mode | Around, str] = {
    MODES["after"]: "E(p_i) ^ p_(i-1)", MODES["both_after"]: "E(p_i) ^ c_(i-1) ^ p_(i-1)",
    MODES["plain_before"]: "E(p_i ^ p_(i-1))", MODES["not_kept"]: "E(p_i ^ c_(i-1)) behind block 1",
    MODES["cfb"]: "AES-256-CFB", MODES["ofb"]: "AES-256-OFB", MODES["cbc_decrypts"]: "D(p_i) ^ p_(i-1)",
    replace(MODES["cbc"], key=lambda key: key[:16]): "AES-128-CBC",
    **{Around(_each(IGE.encrypt, n), _each(IGE.decrypt, n)): f"IGE anew every {n} bytes" for n in (16, 32, 48, 64)},
    Around(lambda d, k, iv: IGE.encrypt(IGE.encrypt(d, k, iv), k, iv),
           lambda c, k, iv: IGE.decrypt(IGE.decrypt(c, k, iv), k, iv)): "IGE twice",
    _never_renewed(cipher=False, plain=True): "IGE with p_0 for every p_(i-1)",
    _never_renewed(cipher=True, plain=False): "IGE with c_0 for every c_(i-1)",
    Around(_exclusive_or, _exclusive_or): "XOR with aes_key and aes_iv",
}  # fmt: skip
"""Modes of wrong chaining without a row of their own, each with its formula or name."""


@dataclass(frozen=True)
class Counter:
    """AES as a key stream (CTR). The counter begins with the iv from byte `start` on, filled up with zeros. Encryption
    and decryption are the same, and need the iv."""

    start: int = 0

    def encrypt(self, data: bytes, key: bytes, iv: bytes) -> bytes:
        return raw_aes("CTR", key, (iv + bytes(BLOCK))[self.start : self.start + BLOCK])(data)

    decrypt = encrypt


# -- Rows of fields -----------------------------------------------------------------------------------------------

Part = tuple[str, int, str]
"""Name, size in bytes, and order: "little", "big", or "zero" for little-endian widened by zeros, not by the sign."""
Shape = tuple[Part, ...]


def shape(**sizes: int) -> Shape:
    return tuple((name, size, "little") for name, size in sizes.items())


INNER = shape(constructor=4, nonce=8, temp_auth_key_id=8, perm_auth_key_id=8, temp_session_id=8, expires_at=4)
HEADER = shape(random=16, msg_id=8, seqno=4, length=4)
ENVELOPE = HEADER + INNER
"""The 72 bytes that are sealed."""
ENCRYPTED = shape(perm_auth_key_id=8, msg_key=16, ciphertext=80)
REQUEST = shape(constructor=4, perm_auth_key_id=8, nonce=8, expires_at=4)
"""The fields of a request before encrypted_message."""
MESSAGE = shape(salt=8, session_id=8, msg_id=8, seqno=4, length=4, request=132, message_padding=12)


def size_of(parts: Shape) -> int:
    return sum(size for _, size, _ in parts)


def cut(data: bytes, parts: Shape) -> Iterator[tuple[str, int, bytes, str]]:
    """Name, offset, bytes and order of each field; the last ones are short if `data` is."""
    start = 0
    for name, size, order in parts:
        yield name, start, data[start : start + size], order
        start += size


def written_as(value: int | bytes, size: int, order: str) -> bytes:
    """A value in `size` bytes, cut or widened."""
    if isinstance(value, bytes):
        cut = (value[::-1] if order == "big" else value)[:size]
        return cut.ljust(size, b"\0")
    number = value if order != "zero" else value % 2**64
    return (number % (1 << 8 * size)).to_bytes(size, "big" if order == "big" else "little")


def assembled(parts: Shape, values: Mapping[str, int | bytes]) -> bytes:
    """The bytes of a row of fields with these values."""
    return b"".join(written_as(values[name], size, order) for name, size, order in parts)


Shapes = Callable[[Shape], Iterator[Shape]]


def without(*names: str) -> Shapes:
    """Leave out these fields, if the row has them all."""
    def change(parts: Shape) -> Iterator[Shape]:
        if {*names} <= {name for name, *_ in parts}:
            yield tuple(part for part in parts if part[0] not in names)

    return change


def resized(name: str, *sizes: int, orders: Sequence[str] = ("little", "zero")) -> Shapes:
    """Write one field in another number of bytes."""
    def change(parts: Shape) -> Iterator[Shape]:
        for size in sizes:
            for order in orders:
                made = tuple((part[0], size, order) if part[0] == name else part for part in parts)
                if made != parts:
                    yield made

    return change


def in_places_of(one: str, other: str) -> Shapes:
    """Exchange two fields."""
    def change(parts: Shape) -> Iterator[Shape]:
        by_name = {part[0]: part for part in parts}
        if {one, other} <= by_name.keys():
            turn = {one: by_name[other], other: by_name[one]}
            yield tuple(turn.get(part[0], part) for part in parts)

    return change


def each_left_out(parts: Shape) -> Iterator[Shape]:
    yield from (parts[:at] + parts[at + 1 :] for at in range(len(parts)))


def each_twice(parts: Shape) -> Iterator[Shape]:
    yield from (parts[: at + 1] + parts[at:] for at in range(len(parts)))
    for start, stop in ((0, 4), (1, 4), (4, 10)):
        if len(parts) == 10:
            yield parts[:stop] + parts[start:]


def each_reordered(parts: Shape) -> Iterator[Shape]:
    """Two fields exchanged, one field moved, or all in reverse order."""
    seen = {parts}
    for at in range(len(parts)):
        for to in range(len(parts)):
            rest = parts[:at] + parts[at + 1 :]
            turn = list(parts)
            turn[at], turn[to] = turn[to], turn[at]
            for made in (tuple(turn), (*rest[:to], parts[at], *rest[to:])):
                if made not in seen:
                    seen.add(made)
                    yield made
    for start in (0, 1, 4):
        made = (*parts[:start], *parts[start:][::-1])
        if made not in seen:
            yield made
    if len(parts) == 10:
        yield parts[4:] + parts[:4]


def each_wider(parts: Shape) -> Iterator[Shape]:
    for name, size, _ in parts:
        wider = (8, 12, 16) if size == 4 else (12, 16, 32) if size == 8 else (20, 24, 32, 64) if size == 16 else ()
        yield from resized(name, *wider, orders=("little", "zero", "big"))(parts)


def each_narrower(parts: Shape) -> Iterator[Shape]:
    """Each field in fewer bytes; also seqno and length both in two."""
    for name, size, _ in parts:
        if size <= 16:
            yield from resized(name, *(s for s in (1, 2, 3, 4, 7, 8, 12, 15) if s < size), orders=("little",))(parts)
    if HEADER[2:] == parts[2:4]:
        yield (*parts[:2], *shape(seqno=2, length=2), *parts[4:])


def each_with_bytes_before(parts: Shape) -> Iterator[Shape]:
    """Bytes that belong to no field, before each and at the end."""
    for at in range(len(parts) + 1):
        for size in (1, 2, 3, 4, 8, 12, 16, 20, 24, 32):
            yield (*parts[:at], ("", size, "little"), *parts[at:])


def of_size(parts: Shape, size: int, known: Collection[str]) -> Iterator[tuple[str, Shape]]:
    """Rows of this size and their mistakes: a field with a known value is wider or narrower, or bytes stand between two
    fields."""
    more = size - size_of(parts)
    for name, width, _ in parts:
        if more and name in known and width + more > 0:
            for made in resized(name, width + more)(parts):
                yield "field_too_wide" if more > 0 else "field_too_narrow", made
    for at in range(len(parts) + 1) if more > 0 else ():
        yield "bytes_between_fields", (*parts[:at], ("", more, "little"), *parts[at:])


def each_turned(parts: Shape) -> Iterator[Shape]:
    """Every set of numbers with the high byte first: all of them, all but one, ..., each alone."""
    numbers = [at for at, (name, size, _) in enumerate(parts) if size in (4, 8) and name]
    for size in range(len(numbers), 0, -1):
        for chosen in combinations(numbers, size):
            yield tuple((p[0], p[1], "big") if at in chosen else p for at, p in enumerate(parts))


# -- Strings of TL ------------------------------------------------------------------------------------------------


tl_string = SIMPLE["bytes"].pack


def long_head(body: bytes) -> bytes:
    """A TL string with the four-byte head that is only for 254 bytes and more."""
    return b"\xfe" + len(body).to_bytes(3, "little") + body + bytes(-len(body) % 4)


def length_twice(body: bytes) -> Iterator[bytes]:
    """A TL string that gives its length twice: packed as a string again, or after a four-byte count."""
    once = tl_string(body)
    for twice in (bytes([len(body)]) + once, bytes([len(once)]) + once, len(body).to_bytes(4, "little") + once):
        yield twice + bytes(-len(twice) % 4)
