"""Plates of the labs without motion, like those of `stills`.

| still | lab | what it shows |
|---|---|---|
| `Pairs` | 22 | which known pair AES repeats in each block of a ciphertext, and where the text differs |
| `Price` | 26 | what a name of so many bits costs, measured and expected |
| `Candidates` | 27 | the value, among 256, that a silent data centre reveals |
| `Scores` | 28 | how many attacks of each kind get through each set of rules |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log2
from typing import ClassVar

from mtlib.errors import LocalError
from mtlib.lab.plates.plate import WIDTH, Glyph, Still, line, some
from mtlib.lab.plates.stills import SIDE, Grid


class Pairs(Still):
    """`messages` has, by name and for each block, the known pair that goes through AES, counted from 1 (0 for a new
    one), and whether the text of the block has changed."""

    name, question = "the pairs", "What goes through AES in each block, and where is the text another?"

    def __init__(self, messages: Mapping[str, Sequence[tuple[int, bool]]]) -> None:
        self.messages = {name: tuple(blocks) for name, blocks in some(messages, "messages").items()}
        self.height = 22 + 40 * len(self.messages)
        super().__init__()

    @staticmethod
    def _word(pair: int) -> str:
        return f"pair {pair}" if pair else "new"

    def marks(self) -> Iterator[Glyph]:
        for block in range(1, 1 + max(map(len, self.messages.values()))):
            yield Glyph(f"block {block}", SIDE + 110 * block - 60, 10, text=f"block {block}", look="small dim")
        for row, (name, blocks) in enumerate(self.messages.items()):
            y = 30 + 40 * row
            yield Glyph(f"name {name}", SIDE - 16, y + 12, text=name, look="small end")
            for at, (pair, changed) in enumerate(blocks, 1):
                x = SIDE + 110 * at - 110
                yield Glyph(f"{name} {at}", x, y, 100, 24, self._word(pair), "small hit" if changed else "small paper")
                if pair not in (0, at):
                    home = SIDE + 110 * pair - 60
                    way = line((home, y), (home, y - 6), (x + 50, y - 6), (x + 50, y))
                    yield Glyph(f"way {name} {at}", d=way, look="thick")

    def said(self) -> str:
        return "Filled blocks open to another text. A line shows from which block a pair was taken."

    def alt(self) -> str:
        told = ", ".join(f"{name} {' '.join(str(pair or 'new') for pair, _ in blocks)}"
                         for name, blocks in self.messages.items())  # fmt: skip
        return f"A row of blocks for each ciphertext, with the pair that goes through AES in each: {told}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "ciphertext", *(f"block {at}" for at in range(1, 1 + max(map(len, self.messages.values()))))
        for name, blocks in self.messages.items():
            yield name, *(self._word(pair) + ", another text" * changed for pair, changed in blocks)


BITS = 64
MANY = 12
"""The bits of 4,096: so many clients."""
LINES = {"a given name": (1.0, 0), "one of 4,096": (1.0, MANY), "any two": (0.5, 0)}
"""For each way to hit, the exponent of the number of keys is the bits times the first number, less the second."""


class Price(Still):
    """`measured` has, for some of `LINES`, the number of keys that it took, by bits; `marks` has numbers of keys with
    their names. LocalError if there is nothing to draw."""

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
        """The exponent e, if 2**e keys are expected."""
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


ACROSS = 16


class Candidates(Still):
    """`asked` are the values tried, in order; `answers` has, by the name of each data centre, its word for each value.
    The last value is the one whose word differs from all before. LocalError if there is nothing to draw."""

    name = "the candidates"
    question = "Which values of the byte are left after each answer?"
    height = 386

    def __init__(self, asked: Sequence[int], answers: Mapping[str, Sequence[str]]) -> None:
        whole = all(len(words) == len(asked) for words in answers.values())
        values = set(asked)
        if not whole or len(values) != len(asked) or not values <= set(range(ACROSS * ACROSS)) or len(answers) != 2:
            raise LocalError("a word for each value, from two data centres", got=f"{len(asked)} values",
                             where="Candidates")  # fmt: skip
        self.asked, self.answers = tuple(asked), {name: tuple(words) for name, words in answers.items()}
        super().__init__()

    def ruled_out(self, name: str) -> tuple[int, ...]:
        """The values that are ruled out: all before the one that got another answer."""
        words = self.answers[name]
        return self.asked[:-1] if len(set(words)) > 1 else ()

    def _told(self, name: str) -> str:
        out, words = self.ruled_out(name), dict.fromkeys(self.answers[name])
        found = f"question {len(self.asked)} finds {self.asked[-1]:02x}" if out else "nothing is known"
        return f"{name}: {len(words)} {'words' if len(words) > 1 else 'word'}, {len(out)} values ruled out, {found}"

    def said(self) -> str:
        return "; ".join(self._told(name) for name in self.answers) + "."

    def alt(self) -> str:
        return (f"Two grids of the {ACROSS * ACROSS} values of a byte, the same {len(self.asked)} questions to two "
                f"data centres; {self.said()}")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "values", *(f"ruled out at: {name}" for name in self.answers)
        for row in range(ACROSS):
            yield f"{row:x}0 to {row:x}f", *(self._row(name, row) for name in self.answers)

    def _row(self, name: str, row: int) -> str:
        out = self.ruled_out(name)
        said = [f"{value:02x}" for value in range(ACROSS * row, ACROSS * row + ACROSS) if value in out]
        if out and self.asked[-1] // ACROSS == row:
            said.append(f"({self.asked[-1]:02x} is it)")
        return " ".join(said)

    # -- Drawing

    LEFT, TOP, WIDE, HIGH = 26.0, 56.0, 21.0, 20.0

    def marks(self) -> Iterator[Glyph]:
        for at, name in enumerate(self.answers):
            left, out = self.LEFT + WIDTH / 2 * at, self.ruled_out(name)
            yield Glyph(f"name{at}", left, 16, text=name, look="bold left")
            order = {value: number for number, value in enumerate(self.asked, 1)}
            for digit in range(ACROSS):
                yield Glyph(f"column{at} {digit}", left + self.WIDE * (digit + 0.5), 44, text=f"{digit:x}",
                            look="small dim")  # fmt: skip
                yield Glyph(f"row{at} {digit}", left - 6, self.TOP + self.HIGH * (digit + 0.5), text=f"{digit:x}0",
                            look="small end dim")  # fmt: skip
            for value in range(ACROSS * ACROSS):
                x, y = left + self.WIDE * (value % ACROSS), self.TOP + self.HIGH * (value // ACROSS)
                found = bool(out) and value == self.asked[-1]
                look = "small hit" if found else "small dim constant" if value in out else "small paper"
                text = "✓" if found else str(order[value]) if value in out else ""
                yield Glyph(f"value{at} {value}", x, y, self.WIDE - 2, self.HIGH - 2, text, look)


class Scores(Grid):
    """`board` has, for each kind of attack, how many get through each of `sets`, the sets of rules."""

    name, question, corner = "the scoreboard", "Which attacks get through which set of rules?", "kind"
    looks: ClassVar[Mapping[str, str]] = {".": "small paper dim", "0": "small paper dim", "": "small hit"}

    def __init__(self, board: Mapping[str, Sequence[int]], sets: Iterable[str]) -> None:
        columns = zip(*some(board, "board").values(), strict=True)
        self.kinds = [sum(count > 0 for count in column) for column in columns]
        cells = {kind: [str(count or ".") for count in counts] for kind, counts in board.items()}
        super().__init__(tuple(sets), {**cells, "kinds that get through": list(map(str, self.kinds))})

    def said(self) -> str:
        empty = [name for name, count in zip(self.columns, self.kinds, strict=True) if not count]
        return f"A filled cell says how many got through. Nothing gets through: {', '.join(empty) or 'nowhere'}."

    def alt(self) -> str:
        told = ", ".join(f"{name} {count}" for name, count in zip(self.columns, self.kinds, strict=True))
        return f"{len(self.cells) - 1} kinds of attack against sets of rules, and how many kinds get through: {told}."
