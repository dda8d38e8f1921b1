"""The price of a name: how many keys have to be looked at until a name of so many bits is hit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log2

from mtlib.errors import LocalError
from mtlib.lab.plates.plate import Glyph, Still, line

BITS = 64
MANY = 12
"""4,096 clients are so many bits."""
LINES = {"a given name": (1.0, 0), "one of 4,096": (1.0, MANY), "any two": (0.5, 0)}
"""The exponent of the keys for each way to hit: bits times the first number, less the second."""


class Price(Still):
    """`measured` has, for some of `LINES`, the keys that it took by bits; `marks` are numbers of keys by what they are.
    LocalError where there is nothing to draw."""

    name = "the price of a name"
    question = "How many keys have to be looked at until a name is hit?"
    height = 396

    def __init__(self, measured: Mapping[str, Mapping[int, float]], marks: Mapping[str, float]) -> None:
        dots = [(bits, keys) for each in measured.values() for bits, keys in each.items()]
        if not set(measured) <= set(LINES) or not all(0 < bits <= BITS and keys >= 1 for bits, keys in dots):
            raise LocalError("no such way to hit a name, or no keys", got=", ".join(measured), where="Price")
        self.measured = {name: dict(each) for name, each in measured.items()}
        self.levels = dict(marks)
        super().__init__()

    @staticmethod
    def expected(name: str, bits: float) -> float:
        """e of 2**e keys."""
        slope, less = LINES[name]
        return max(slope * bits - less, 0.0)

    def said(self) -> str:
        whole = ", ".join(f"{name} 2^{self.expected(name, BITS):.0f}" for name in LINES)
        return f"For all {BITS} bits: {whole} keys. A cross is what was measured."

    def alt(self) -> str:
        levels = ", ".join(f"{name} 2^{log2(keys):.1f}" for name, keys in self.levels.items())
        return ("Bits of a name to the right, keys to be looked at upwards, as powers of two: the lines for a "
                "given name and for one of 4,096 rise by a bit for each bit, that for any two by half a bit, and the "
                f"measured crosses lie near them; marked are {levels}.")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "bits", *LINES
        for bits in sorted({8, 16, 24, 32, 48, BITS, *(bits for each in self.measured.values() for bits in each)}):
            yield str(bits), *(self._cell(name, bits) for name in LINES)

    def _cell(self, name: str, bits: int) -> str:
        keys = self.measured.get(name, {}).get(bits)
        told = f"2^{self.expected(name, bits):g}"
        return told if keys is None else f"{told}, measured 2^{log2(keys):.1f}"

    # -- Drawing

    LEFT, WIDE, FOOT, TALL = 62.0, 560.0, 356.0, 336.0

    def _x(self, bits: float) -> float:
        return self.LEFT + self.WIDE * bits / BITS

    def _y(self, power: float) -> float:
        return self.FOOT - self.TALL * power / BITS

    def marks(self) -> Iterator[Glyph]:
        x, y = self._x, self._y
        yield Glyph("axes", d=line((x(0), y(BITS)), (x(0), y(0)), (x(BITS), y(0))), look="dim")
        yield Glyph("bits", x(32), self.FOOT + 30, text="bits of the name that have to agree", look="small")
        yield Glyph("keys", x(0) + 8, y(BITS) - 9, text="keys looked at", look="small left")
        for power in range(8, BITS + 1, 8):
            yield Glyph(f"x{power}", x(power), self.FOOT + 12, text=str(power), look="small dim")
            yield Glyph(f"y{power}", x(0) - 6, y(power), text=f"2^{power}", look="small end dim")
        for name, keys in self.levels.items():
            level = y(log2(keys))
            yield Glyph(f"level {name}", d=line((x(0), level), (x(BITS), level)), look="dim dash")
            yield Glyph(f"level name {name}", x(BITS) + 8, level, text=f"{name}\n2^{log2(keys):.1f}", look="small left")
        for at, name in enumerate(LINES):
            start = MANY if name == "one of 4,096" else 0
            points = [(x(bits), y(self.expected(name, bits))) for bits in (start, BITS)]
            yield Glyph(f"line {name}", d=line(*points), look=("thick", "dash", "dim")[at])
            side, bits, down = ((-18, 40, 0), (8, 48, 12), (8, 50, 14))[at]
            yield Glyph(f"name {name}", x(bits) + side, y(self.expected(name, bits)) + down, text=name,
                        look="end" if at == 0 else "left")  # fmt: skip
        for name, found in self.measured.items():
            for bits, keys in found.items():
                cx, cy = x(bits), y(log2(keys))
                yield Glyph(f"dot {name} {bits}", d=f"{line((cx - 4, cy - 4), (cx + 4, cy + 4))}"
                            f"{line((cx - 4, cy + 4), (cx + 4, cy - 4))}", look="hit")  # fmt: skip
