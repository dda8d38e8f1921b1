"""The board: the reader switches checks and rules off and on, and every attack runs again in a new world."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from textwrap import fill

from mtlib.lab.attacks import ATTACKS, DOCUMENTED, PARTS, Switches, succeeding
from mtlib.lab.plates.plate import Control, Glyph, Plate, Press

PRESETS = {"all": ("everything on", frozenset[str]()), "documented": ("as documented up to 2025", DOCUMENTED),
           "none": ("everything off", frozenset(PARTS))}  # fmt: skip


@cache
def through(off: frozenset[str]) -> tuple[str, ...]:
    """The numbers of the attacks that succeed with these parts off."""
    return tuple(succeeding(Switches(off)))


class Board(Plate):
    """`off` are the names of the parts that are off at first. LocalError for a name that is not in `PARTS`."""

    name = "the board"
    question = "Some checks and rules are off. Which attacks get through?"
    height = 392

    def __init__(self, off: frozenset[str] = DOCUMENTED) -> None:
        self.off = Switches(off).off
        super().__init__()

    def do_switch(self, part: str) -> None:
        """Switch a check or a rule off, or on again."""
        self.off = Switches(self.off ^ {part}).off

    def do_set(self, name: str) -> None:
        """Switch the parts of one of `PRESETS` off, and all others on."""
        self.off = PRESETS[name][1]

    # -- Results

    @property
    def through(self) -> tuple[str, ...]:
        return through(self.off)

    def said(self) -> str:
        told = "; ".join(str(ATTACKS[number]) for number in self.through)
        return f"{len(PARTS) - len(self.off)} on, {len(self.through)} attacks get through{f': {told}' if told else ''}."

    def alt(self) -> str:
        off = ", ".join(part for part in PARTS if part in self.off) or "nothing"
        return (f"{len(PARTS)} switches and {len(ATTACKS)} attacks; switched off: {off}; getting through: "
                f"{', '.join(self.through) or 'none'}.")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "attack", "name", "needs", "now"
        for number, attack in ATTACKS.items():
            yield number, attack.name, attack.needs, "gets through" if number in self.through else "stopped"

    def controls(self) -> Iterator[Control]:
        for name, (label, off) in PRESETS.items():
            yield Press("set", label, name, able=self.off != off)

    # -- Drawing

    def fixed(self) -> Iterator[Glyph]:
        yield Glyph("switches", 8, 12, text="checks and rules", look="small left bold")
        yield Glyph("attacks", 232, 12, text="attacks", look="small left bold")

    def marks(self) -> Iterator[Glyph]:
        for at, part in enumerate(PARTS):
            off = part in self.off
            yield Glyph(f"part {part}", 8, 24 + 21.4 * at, 212, 19, f"{'☐ off' if off else '☑'}  {part}",
                        f"small left {'ghost dim' if off else 'paper'}", do=("switch", part), pressed=off,
                        label=f"{'off' if off else 'on'} {part}; click to switch it "
                        f"{'on' if off else 'off'}")  # fmt: skip
        for at, (number, attack) in enumerate(ATTACKS.items()):
            row, column = divmod(at, 4)
            open_ = number in self.through
            yield Glyph(f"attack {number}", 232 + 131 * column, 24 + 91 * row, 126, 84,
                        f"{number}\n{fill(attack.name, 20)}\n{'✗ through' if open_ else '✓ stopped'}",
                        "small noise bad" if open_ else "small good", label=f"{attack}: {attack.story} Needs: "
                        f"{attack.needs}. {'It gets through.' if open_ else 'It is stopped.'}")  # fmt: skip
