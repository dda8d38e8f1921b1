"""The IGE machine: flip one bit, say which blocks will differ, and let it run. Three other modes run beside IGE.

All four are the same machine with other arrows: the values that are XORed in before AES and after it. AES on one block
is the library's IGE with an iv of zeros, so every byte comes from the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Any, NamedTuple

from mtlib.crypto.aes import BLOCK, ige_decrypt, ige_encrypt
from mtlib.errors import LocalError
from mtlib.lab.plates.plate import Control, Glyph, Menu, Plate, Press, Slider, line
from mtlib.lab.tripping import flipped


class Column(NamedTuple):
    """One block on its way through the machine, as numbers: the values that are XORed in, and all values between."""

    p: int
    into: int
    before: int
    after: int
    onto: int
    c: int


@dataclass(frozen=True)
class Chaining:
    """A mode. `arrows` are the values of a block that are XORed in at the next one, as (from, to): from its "p" or "c",
    "into" AES or "onto" what AES gives. With `counts`, AES runs on a counter, and the block is XORed in after it."""

    name: str
    arrows: tuple[tuple[str, str], ...]
    counts: bool = False

    def mixed(self, to: str, last: Column) -> int:
        """The number to XOR in there, after this block."""
        return reduce(xor, (getattr(last, name) for name, end in self.arrows if end == to), 0)


MODES = (
    Chaining("IGE", (("c", "into"), ("p", "onto"))),
    Chaining("CBC", (("c", "into"),)),
    Chaining("CTR", (), counts=True),
    Chaining("PCBC", (("c", "into"), ("p", "into"))),
)


def columns(mode: Chaining, data: bytes, key: bytes, iv: bytes, *, decrypt: bool = False) -> list[Column]:
    """The columns of all blocks of `data`, which is the plaintext or, with `decrypt`, the ciphertext, in whole blocks.
    Key and iv are 32 bytes each; c_0, and the first counter, is iv[0:16], p_0 is iv[16:32]."""
    made = [_before_the_first(iv)]
    for at in range(0, len(data), BLOCK):
        block = int.from_bytes(data[at : at + BLOCK], "big")
        into, onto = (mode.mixed(to, made[-1]) for to in ("into", "onto"))
        if mode.counts:
            counter = (made[0].c + at // BLOCK) % 2 ** (8 * BLOCK)
            after = _aes(counter, key)
            plain = block ^ after if decrypt else block
            one = Column(plain, 0, counter, after, plain, plain ^ after)
        elif decrypt:
            before = _aes(block ^ onto, key, back=True)
            one = Column(before ^ into, into, before, block ^ onto, onto, block)
        else:
            after = _aes(block ^ into, key)
            one = Column(block, into, block ^ into, after, onto, after ^ onto)
        made.append(one)
    return made[1:]


def _aes(block: int, key: bytes, *, back: bool = False) -> int:
    """AES-256 on one block, as a number."""
    data = block.to_bytes(BLOCK, "big")
    return int.from_bytes((ige_decrypt if back else ige_encrypt)(data, key, bytes(2 * BLOCK)), "big")


class Flip(NamedTuple):
    """One bit of "p", "c" or "iv": the block (iv: 0 or 1), and the bit in it, from the highest of its first byte on."""

    where: str
    block: int
    bit: int

    def __str__(self) -> str:
        return f"bit {_place(self.bit)} of {_called(self.where, self.block)}"


def _place(bit: int) -> str:
    return f"{7 - bit % 8} of byte {bit // 8}"


class Machine(Plate):
    """`plaintext` has two to five blocks. `key` and `iv`, 32 bytes each, must be a lesson's, because they are shown."""

    name = "the IGE machine"
    question = "One bit is flipped. Which blocks come out different?"
    height = 398

    def __init__(self, plaintext: bytes, key: bytes, iv: bytes) -> None:
        ige_encrypt(plaintext, key, iv)  # refuses wrong lengths
        if not 2 * BLOCK <= len(plaintext) <= 5 * BLOCK:
            raise LocalError("two to five blocks can be drawn", got=f"{len(plaintext)} bytes", where="plaintext")
        self.plaintext, self.key, self.iv = plaintext, key, iv
        self.size = len(plaintext) // BLOCK
        self.mode, self.decrypt, self.bit = 0, False, 0
        self.flip: Flip | None = None
        self.ran = False
        self.expected: set[tuple[int, int]] = set()
        super().__init__()

    # -- Actions

    def do_way(self, decrypt: int) -> None:
        """Encrypt (0) or decrypt (1) from now on; the flipped bit is restored."""
        self.decrypt, self.flip, self.ran, self.expected = bool((0, 1)[decrypt]), None, False, set()

    def do_flip(self, what: Any) -> None:
        """Flip a bit of a block: ((where, block), bit). LocalError for a block that is not an input."""
        (where, block), bit = what
        if where not in ("iv", self.source):
            raise LocalError("click a bit of what goes in", got=where, expected=f"iv or {self.source}")
        block = range(2 if where == "iv" else self.size)[block]
        self.flip, self.ran = Flip(where, block, range(8 * BLOCK)[bit]), False
        self.bit = self.flip.bit

    def do_expect(self, cell: Any) -> None:
        """Expect a block of a mode to differ, or no longer: (mode, block)."""
        mode, block = cell
        if self.ran:
            self.ran, self.expected = False, set()
        self.expected ^= {(range(len(MODES))[mode], range(self.size)[block])}

    def do_go(self, _: object) -> None:
        """Run the machine. LocalError if no bit is flipped."""
        if self.flip is None:
            raise LocalError("nothing is flipped yet: click a bit first")
        self.ran = True

    # -- Results

    @property
    def source(self) -> str:
        """The name of the input: "p" or "c"."""
        return "c" if self.decrypt else "p"

    @property
    def result(self) -> str:
        return "p" if self.decrypt else "c"

    def runs(self, mode: Chaining) -> tuple[list[Column], list[Column]]:
        """The columns of a mode without the flipped bit, and with it."""
        was = columns(mode, self.plaintext, self.key, self.iv)
        data = b"".join(one.c.to_bytes(BLOCK, "big") for one in was) if self.decrypt else self.plaintext
        now = self._now(self.source, data)
        return was, columns(mode, now, self.key, self._now("iv", self.iv), decrypt=self.decrypt)

    def _now(self, where: str, data: bytes) -> bytes:
        """Input bytes, with the flipped bit once the machine has run."""
        if self.flip is None or not self.ran or self.flip.where != where:
            return data
        return flipped(data, (8 * BLOCK * self.flip.block + self.flip.bit) ^ 7)  # there the lowest bit is the first

    def changed(self, mode: Chaining) -> list[int]:
        """The number of bits that differ in each block of the result."""
        was, now = self.runs(mode)
        return [(getattr(a, self.result) ^ getattr(b, self.result)).bit_count() for a, b in zip(was, now, strict=True)]

    def said(self) -> str:
        goes_in = "ciphertext" if self.decrypt else "plaintext"
        comes_out = "plaintext" if self.decrypt else "ciphertext"
        if self.flip is None:
            return f"Click a bit of the {goes_in} or of the iv: of what goes in."
        if not self.ran:
            return (f"Flipped: {self.flip}. Which blocks of the {comes_out} will differ? Click them in the rows of the "
                    "four modes, and press run.")  # fmt: skip
        told = []
        for number, mode in enumerate(MODES):
            differ = [at for at, bits in enumerate(self.changed(mode)) if bits]
            blocks = ", ".join(str(at + 1) for at in differ) or "none"
            guess = {at for one, at in self.expected if one == number}
            mark = "" if not guess else " (as you expected)" if guess == set(differ) else " (not as you expected)"
            told.append(f"{mode.name} {blocks}{mark}")
        return f"Flipped: {self.flip}. Blocks that differ: {'; '.join(told)}."

    def alt(self) -> str:
        mode = MODES[self.mode]
        carried = " and ".join({"c": "the ciphertext", "p": "the plaintext"}[name] for name, _ in mode.arrows)
        carried = f"carries {carried} of a block to the next one" if carried else "carries nothing from block to block"
        state = self.said().partition(". ")[2].rstrip(".").replace(". ", "; ") if self.ran else "nothing has run yet"
        return f"{self.size} blocks on their way through AES in mode {mode.name}, which {carried}; {state}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "what differs in", *(f"block {at + 1}" for at in range(self.size))
        for number, mode in enumerate(MODES):
            cells = self.changed(mode) if self.ran else [None] * self.size
            yield mode.name, *(_fate(bits) + ", expected" * ((number, at) in self.expected)
                               for at, bits in enumerate(cells))  # fmt: skip

    def controls(self) -> Iterator[Control]:
        yield Menu("way", "the machine", int(self.decrypt), ((0, "encrypts"), (1, "decrypts")))
        yield Menu("mode", "in mode", self.mode, tuple((at, mode.name) for at, mode in enumerate(MODES)))
        yield Slider("bit", "bit that Enter flips", self.bit, 8 * BLOCK - 1, _place(self.bit))
        yield Press("go", "run", able=self.flip is not None and not self.ran)

    # -- Drawing

    PITCH, WIDE, TALL = 126.0, 96.0, 48.0
    P, X1, AES, X2, C, ROWS = 24.0, 100.0, 124.0, 172.0, 200.0, 288.0

    def _left(self, at: int) -> float:
        """The left edge of a column; the iv is column 0."""
        return 14 + self.PITCH * at

    def marks(self) -> Iterator[Glyph]:
        mode = MODES[self.mode]
        was, now = self.runs(mode)
        before, other = _before_the_first(self.iv), _before_the_first(self._now("iv", self.iv))
        yield from self._feeds(mode, [before, *was], [other, *now])
        yield from self._block("iv", 1, self.P, before.p, other.p, used=any(name == "p" for name, _ in mode.arrows))
        yield from self._block("iv", 0, self.C, before.c, other.c, used=True)
        for at, (one, new) in enumerate(zip(was, now, strict=True)):
            yield from self._column(mode, at, one, new)
            yield from self._block("p", at, self.P, one.p, new.p, used=True)
            yield from self._block("c", at, self.C, one.c, new.c, used=True)
        yield from self._table()

    def _block(self, where: str, at: int, y: float, was: int, now: int, *, used: bool) -> Iterator[Glyph]:
        """Sixteen bytes as bits, two bytes to a line; bits that differ stand out."""
        x = self._left(0 if where == "iv" else at + 1)
        name = _called(where, at)
        pointed = self.flip is not None and (self.flip.where, self.flip.block) == (where, at)
        differ = was ^ now if self.ran else 1 << 127 - self.flip.bit if pointed and self.flip else 0
        wait = 0 if where in ("iv", self.source) else self._wait(at, 2)
        can, count = where in ("iv", self.source) and used, differ.bit_count()
        fate = "" if used else ": not read in this mode"
        label = f"{name}{f', {count} bits differ' if count > 1 else ', 1 bit differs' if count else ''}{fate}"
        look = "noise" if count > 1 else "one" if count else "paper" if used else "ghost"
        yield Glyph(
            f"{where}{at}", x, y, self.WIDE, self.TALL, look=look,
            label=f"{label}; click a bit to flip it" if can else label,
            do=("flip", (where, at)) if can else None, grid=(16, 8) if can else None,
            cell=self.bit if can else None, wait=wait,
        )  # fmt: skip
        yield Glyph(f"{where}{at}bits", x, y, look="bits", d=_squares(now & ~differ))
        if differ:
            yield Glyph(f"{where}{at}new", x, y, look="bits hit", d=_squares(differ), wait=wait)
        told = name + (f": {_fate(count)}" if self.ran and count else "")
        above = y == self.P
        yield Glyph(f"{where}{at}name", x + self.WIDE / 2, y - 9 if above else y + self.TALL + 10, text=told,
                    look="small bold" if count else "small")  # fmt: skip

    def _wait(self, at: int, more: int = 0) -> int:
        """The time of a change in a block: it runs on from the flipped one, from block to block."""
        return max(0, 3 * (at - (self.flip.block if self.flip else 0)) + more)

    def _column(self, mode: Chaining, at: int, was: Column, now: Column) -> Iterator[Glyph]:
        """AES, the two XORs, and the line through them."""
        x = self._left(at + 1) + self.WIDE / 2
        wait = self._wait(at, 1)
        p, x1, aes, x2, c = self.P + self.TALL, self.X1, self.AES, self.X2, self.C
        if mode.counts:
            yield self._wire(f"count{at}", [(x, x1 + 8), (x, aes)], was.before != now.before, wait)
            yield Glyph(f"counter{at}", x, x1, text=f"iv + {at}" if at else "iv[0:16]", look="small")
            side = [(x - 38, p), (x - 38, x2), (x - 9, x2)]
            yield self._wire(f"in{at}", side[::-1] if self.decrypt else side, was.p != now.p, wait)
            yield self._wire(f"out{at}", [(x, aes + 26), (x, x2 - 9)], was.after != now.after, wait)
            end = [(x, x2 + 9), (x, c)]
            yield self._wire(f"end{at}", end[::-1] if self.decrypt else end, was.c != now.c, wait)
        else:
            last = x2 + 9 if ("p", "onto") in mode.arrows else aes + 26
            ways = {
                "in": ([(x, p), (x, x1 - 9)], was.p != now.p),
                "mid": ([(x, x1 + 9), (x, aes)], was.before != now.before),
                "end": ([(x, last), (x, c)], was.c != now.c),
            }
            if last > aes + 26:
                ways["out"] = ([(x, aes + 26), (x, x2 - 9)], was.after != now.after)
            for name, (points, hit) in ways.items():
                yield self._wire(f"{name}{at}", points[::-1] if self.decrypt else points, hit, wait)
            yield _plus(f"x1{at}", x, x1)
        if mode.counts or ("p", "onto") in mode.arrows:
            yield _plus(f"x2{at}", x, x2)
        told = "AES" if mode.counts or not self.decrypt else "AES⁻¹"
        yield Glyph(f"aes{at}", x - 26, aes, 52, 26, told, "constant edge bold")

    def _feeds(self, mode: Chaining, was: list[Column], now: list[Column]) -> Iterator[Glyph]:
        """The arrows from each block to the next one."""
        for at in range(self.size):
            edge, middle = self._left(at) + self.WIDE, self._left(at + 1) + self.WIDE / 2
            for number, (name, to) in enumerate(mode.arrows):
                y = self.P + self.TALL / 2 if name == "p" else self.C + self.TALL / 2
                end = (self.X1 if to == "into" else self.X2) + (
                    4 * (1 - 2 * number) if len({t for _, t in mode.arrows}) < len(mode.arrows) else 0
                )
                lane = edge + (10 if name == "c" else 20)
                hit = getattr(was[at], name) != getattr(now[at], name)
                yield self._wire(f"{name}{to}{at}", [(edge, y), (lane, y), (lane, end), (middle - 9, end)], hit,
                                 self._wait(at), "dash" if name == "p" else "")  # fmt: skip

    def _wire(self, name: str, points: list[tuple[float, float]], hit: bool, wait: int, look: str = "") -> Glyph:
        return Glyph(name, look=f"{'hit' if hit else 'dim'} {look}", d=line(*points, arrow=True), wait=wait)

    def _table(self) -> Iterator[Glyph]:
        """The four modes below each other, with the reader's expectations and the results."""
        for number, mode in enumerate(MODES):
            y, changed = self.ROWS + 27 * number, self.changed(mode)
            drawn = number == self.mode
            yield Glyph(f"row{number}", 14, y, 96, 22, mode.name, "chosen bold" if drawn else "paper bold",
                        label=f"draw the machine of {mode.name}", do=("mode", number), pressed=drawn)  # fmt: skip
            for at, bits in enumerate(changed):
                expected = (number, at) in self.expected
                text = _fate(bits) if self.ran else "?"
                text += " ✓" if self.ran and expected and bits else " ✗" if self.ran and expected else ""
                look = ("noise" if bits > 1 else "one" if bits else "paper") if self.ran else "paper"
                label = f"{mode.name}, block {at + 1}: {text if self.ran else 'not run yet'}"
                told = "expected" if expected and not self.ran else text
                yield Glyph(
                    f"g{number}.{at}", self._left(at + 1), y, self.WIDE, 22, told,
                    f"small {look} {'chosen' if expected else ''}",
                    label=label + (", expected to differ" if expected else ""), do=("expect", (number, at)),
                    pressed=expected, wait=max(0, 3 * at) if self.ran else 0,
                )  # fmt: skip


def _before_the_first(iv: bytes) -> Column:
    """The iv as the block before the first."""
    return Column(int.from_bytes(iv[BLOCK:], "big"), 0, 0, 0, 0, int.from_bytes(iv[:BLOCK], "big"))


def _called(where: str, block: int) -> str:
    return f"iv[{BLOCK * block}:{BLOCK * block + BLOCK}]" if where == "iv" else f"{where}{block + 1}"


def _fate(bits: int | None) -> str:
    if bits is None:
        return "?"
    return "same" if not bits else "1 bit" if bits == 1 else f"{bits} bits"


def _squares(bits: int) -> str:
    """The `d` of a small square for each bit that is set, the highest bit first."""
    return "".join(
        f"M{6 * (at % 16) + 1} {6 * (at // 16) + 1}h4v4h-4z" for at in range(8 * BLOCK) if bits >> 127 - at & 1
    )


def _plus(name: str, x: float, y: float) -> Glyph:
    """The sign of an XOR."""
    return Glyph(name, x, y, look="solid", d="M-9 0a9 9 0 1 0 18 0a9 9 0 1 0 -18 0M-9 0H9M0 -9V9")
