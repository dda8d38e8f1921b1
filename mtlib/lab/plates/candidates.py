"""The candidates: the 256 values that a secret byte may have, and what each answer of a data centre rules out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mtlib.errors import LocalError
from mtlib.lab.plates.plate import WIDTH, Glyph, Still

SIDE = 16


class Candidates(Still):
    """`asked` are the values that were tried, in order; `answers` the words of each data centre to them, by its name.
    The last value is the one that got another word than those before it. LocalError where there is nothing to draw."""

    name = "the candidates"
    question = "Which values of the byte are left after each answer?"
    height = 386

    def __init__(self, asked: Sequence[int], answers: Mapping[str, Sequence[str]]) -> None:
        whole = all(len(words) == len(asked) for words in answers.values())
        if not whole or len(set(asked)) != len(asked) or not set(asked) <= set(range(SIDE * SIDE)) or len(answers) != 2:
            raise LocalError("a word for each value, from two data centres", got=f"{len(asked)} values",
                             where="Candidates")  # fmt: skip
        self.asked, self.answers = tuple(asked), {name: tuple(words) for name, words in answers.items()}
        super().__init__()

    def ruled_out(self, name: str) -> tuple[int, ...]:
        """The values that cannot be it: those before the first that was answered otherwise."""
        words = self.answers[name]
        return self.asked[:-1] if len(set(words)) > 1 else ()

    def _told(self, name: str) -> str:
        out, words = self.ruled_out(name), dict.fromkeys(self.answers[name])
        found = f"question {len(self.asked)} finds {self.asked[-1]:02x}" if out else "nothing is known"
        return f"{name}: {len(words)} {'words' if len(words) > 1 else 'word'}, {len(out)} values ruled out, {found}"

    def said(self) -> str:
        return "; ".join(self._told(name) for name in self.answers) + "."

    def alt(self) -> str:
        return (f"Two grids of the {SIDE * SIDE} values of a byte, the same {len(self.asked)} questions to two data "
                f"centres; {self.said()}")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "values", *(f"ruled out at: {name}" for name in self.answers)
        for row in range(SIDE):
            yield f"{row:x}0 to {row:x}f", *(self._row(name, row) for name in self.answers)

    def _row(self, name: str, row: int) -> str:
        out = self.ruled_out(name)
        said = [f"{value:02x}" for value in range(SIDE * row, SIDE * row + SIDE) if value in out]
        if out and self.asked[-1] // SIDE == row:
            said.append(f"({self.asked[-1]:02x} is it)")
        return " ".join(said)

    # -- Drawing

    LEFT, TOP, WIDE, HIGH = 26.0, 56.0, 21.0, 20.0

    def marks(self) -> Iterator[Glyph]:
        for at, name in enumerate(self.answers):
            left, out = self.LEFT + WIDTH / 2 * at, self.ruled_out(name)
            yield Glyph(f"name{at}", left, 16, text=name, look="bold left")
            order = {value: number for number, value in enumerate(self.asked, 1)}
            for digit in range(SIDE):
                yield Glyph(f"column{at} {digit}", left + self.WIDE * (digit + 0.5), 44, text=f"{digit:x}",
                            look="small dim")  # fmt: skip
                yield Glyph(f"row{at} {digit}", left - 6, self.TOP + self.HIGH * (digit + 0.5), text=f"{digit:x}0",
                            look="small end dim")  # fmt: skip
            for value in range(SIDE * SIDE):
                x, y = left + self.WIDE * (value % SIDE), self.TOP + self.HIGH * (value // SIDE)
                found = bool(out) and value == self.asked[-1]
                look = "small hit" if found else "small dim constant" if value in out else "small paper"
                text = "✓" if found else str(order[value]) if value in out else ""
                yield Glyph(f"value{at} {value}", x, y, self.WIDE - 2, self.HIGH - 2, text, look)
