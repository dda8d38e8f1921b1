"""The staircase: one bit of the seal is flipped; which checks notice, and how far does the damage spread?

Each of the 832 bits is flipped once; the library's own checks judge the result, and its own AES opens every block.
Source: core.telegram.org/method/auth.bindTempAuthKey, "Encrypting the binding message".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from textwrap import fill

from mtlib.crypto.aes import BLOCK
from mtlib.lab.plates.plate import Control, Glyph, Menu, Plate, Slider, line, runs
from mtlib.lab.tripping import flipped
from mtlib.protocol.binding import ENCRYPTED_SIZE, Binding
from mtlib.protocol.checks import CHECKS, Facts, judge

BITS = 8 * ENCRYPTED_SIZE
PARTS = (("key id", 8), ("msg_key", 16), *((f"C{number}", BLOCK) for number in range(1, 6)))
"""The parts of the seal from front to back, with their sizes in bytes."""
STARTS = tuple(8 * sum(size for _, size in PARTS[:at]) for at in range(len(PARTS)))
"""The first bit of each part."""


def _facts(binding: Binding, *bits: int) -> Facts:
    """The facts of a data centre about the binding, with bits of the seal flipped."""
    request, seal = bytes(binding.request), bytes(binding.encrypted_message)
    return Facts(request.replace(seal, flipped(seal, *bits)), binding.perm_key, binding.temp_key, binding.session_id,
                 binding.msg_id, binding.expires_at - 1)  # fmt: skip


@cache
def noticed(binding: Binding) -> tuple[tuple[str, ...], ...]:
    """For each bit of the seal, the checks that fail when it is flipped, in their order."""
    return tuple(judge(_facts(binding, bit)).failing for bit in range(BITS))


class Staircase(Plate):
    """`binding` has both keys; `bit` is the flipped bit, 0 to 831."""

    name = "the staircase"
    question = "One bit of the seal is flipped. Which checks notice?"
    height = 388

    def __init__(self, binding: Binding) -> None:
        self.binding, self.bit = binding, 0
        self.seen = [check.name for check in CHECKS if any(check.name in names for names in noticed(binding))]
        """The checks that notice anything, in their order."""
        super().__init__()

    def do_point(self, what: tuple[object, int]) -> None:
        """Flip the bit that was clicked."""
        self.bit = range(BITS)[what[1]]

    # -- Results

    @property
    def part(self) -> int:
        """The index in PARTS of the part that has the bit."""
        return max(at for at, start in enumerate(STARTS) if start <= self.bit)

    def changed(self) -> list[int]:
        """The number of bits that differ in each plaintext block."""
        was, now = (_facts(self.binding, *bits).plaintext or b"" for bits in ((), (self.bit,)))
        blocks = [int.from_bytes(was[at : at + BLOCK], "big") ^ int.from_bytes(now[at : at + BLOCK], "big")
                  for at in range(0, len(was), BLOCK)]  # fmt: skip
        return [block.bit_count() for block in blocks]

    def said(self) -> str:
        names = noticed(self.binding)[self.bit]
        return (f"Bit {self.bit % 8} of byte {self.bit // 8}, in {PARTS[self.part][0]}: {len(names)} of "
                f"{len(self.seen)} checks notice: {', '.join(names)}.")  # fmt: skip

    def alt(self) -> str:
        counts = ", ".join(f"{name} {count}" for name, count in self._profile())
        return (f"Eleven rows, one for each check, over the {BITS} bits of the seal; a row is filled where its check "
                "notices a flipped bit, so the rows are stairs that go down to the right; checks that notice: "
                f"{counts}.")  # fmt: skip

    def _profile(self) -> list[tuple[str, int]]:
        """For each part, the number of checks that notice a flip in it."""
        return [(name, len(noticed(self.binding)[start])) for (name, _), start in zip(PARTS, STARTS, strict=True)]

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "check", "flips noticed", *(name for name, _ in PARTS)
        found = noticed(self.binding)
        for check in self.seen:
            yield (check, str(sum(check in names for names in found)),
                   *("notices" if check in found[start] else "" for start in STARTS))  # fmt: skip
        yield "how many of them", "", *(str(count) for _, count in self._profile())

    def controls(self) -> Iterator[Control]:
        yield Slider("bit", "bit", self.bit, BITS - 1, str(self.bit))
        yield Menu("bit", "go to", STARTS[self.part], tuple(zip(STARTS, (name for name, _ in PARTS), strict=True)))

    # -- Drawing

    LEFT, WIDE, TOP, ROW = 160.0, 592.0, 34.0, 19.0

    def _x(self, bit: int) -> float:
        return self.LEFT + self.WIDE * bit / BITS

    def fixed(self) -> Iterator[Glyph]:
        found = noticed(self.binding)
        for (name, size), start in zip(PARTS, STARTS, strict=True):
            yield Glyph(f"part {name}", self._x(start), 8, self._x(8 * size) - self.LEFT, 20, name, "small copied edge")
        for row, check in enumerate(self.seen):
            y = self.TOP + self.ROW * row
            yield Glyph(f"check {check}", self.LEFT - 6, y + self.ROW / 2, text=check, look="small end")
            for filled, start, stop in runs(check in names for names in found):
                if filled:
                    size = stop - start
                    yield Glyph(f"run {check} {start}", self._x(start), y + 1, self._x(size) - self.LEFT, self.ROW - 3,
                                f"notices {size}" if size > 100 else str(size), "small derived edge")  # fmt: skip
        y = self.TOP + self.ROW * len(self.seen) + 14
        yield Glyph("counts", self.LEFT - 6, y, text="checks that notice", look="small end bold")
        for (name, count), (_, size), start in zip(self._profile(), PARTS, STARTS, strict=True):
            yield Glyph(f"count {name}", self._x(start) + (self._x(8 * size) - self.LEFT) / 2, y, text=str(count),
                        look="bold")  # fmt: skip
        yield Glyph("opened", self.LEFT - 6, y + 52, text="what opens: bits changed", look="small end")

    def marks(self) -> Iterator[Glyph]:
        foot = self.TOP + self.ROW * len(self.seen)
        yield Glyph("dial", self.LEFT, self.TOP, self.WIDE, self.ROW * len(self.seen), do=("point", 0), grid=(BITS, 1),
                    cell=self.bit, label=f"{self.said()} Click another bit.")  # fmt: skip
        yield Glyph("line", self._x(self.bit), 4, look="bad", d=line((0, 0), (0, foot + 22)))
        for at, count in enumerate(self.changed()):
            start = STARTS[at + 2]
            wide = self._x(8 * BLOCK) - self.LEFT
            yield Glyph(f"block{at}", self._x(start), foot + 46, wide - 4, 40,
                        f"m{at + 1}\n{f'✗ {count} of {8 * BLOCK}' if count else '✓ 0'}",
                        "small noise" if count else "small paper", label=f"plaintext block {at + 1}: {count} bits "
                        "changed")  # fmt: skip
        names = noticed(self.binding)[self.bit]
        yield Glyph("names", 8, foot + 100, 744, 34, fill(f"{len(names)} ✗  {', '.join(names)}", 112),
                    "small bad left")  # fmt: skip
