"""The kit for plates: pictures to play with. A plate is a model: messages go in, marks and a sentence come out.

To make one, write a file next to this one, with a subclass of `Plate`:

    class Doors(Plate):
        name, question, height = "doors", "Which door is open?", 120

        def __init__(self) -> None:
            self.open = 0
            super().__init__()              # last: it draws for the first time

        def marks(self) -> Iterator[Glyph]:  # the present picture, in the order of painting
            for at in range(3):
                yield Glyph(f"door{at}", 20 + 80 * at, 20, 60, 80, "open" if at == self.open else "shut",
                           "good" if at == self.open else "paper", label=f"door {at}", do=("unlock", at))

        def controls(self) -> Iterator[Control]:
            yield Press("unlock", "the last door", value=2)

        def do_unlock(self, at: int) -> None:   # what a mark or a button sends arrives here
            self.open = range(3)[at]            # LookupError, TypeError, ValueError, MtError: said, nothing changes

        def said(self) -> str: ...          # one sentence about what is seen now
        def alt(self) -> str: ...           # one sentence for readers who cannot see it
        def rows(self) -> Iterator[tuple[str, ...]]: ...    # the same as a table, headings first

A `Menu` or a `Slider` that has no such method sets the attribute of its name, to one of its own values. Add a line to
`__init__` and to `tests/plates.py`. `plate(Doors())` shows it in a notebook; a `Still` takes no messages and shows
itself. No JavaScript has to be written: `plates.mjs` draws every glyph, moves it when its place changes (the same `id`
is the same thing), walks from glyph to glyph with the arrow keys, sends `do` on click, Enter and Space, and lights what
is pointed at. Looks are defined in `picture.css`, which the still uses too. A colour always has a letter, a sign or a
hatching beside it. Glyphs that never change belong in `fixed`, which is sent only once. A state of more than 100 kB is
slow. What `__init__` is given is looked at by its annotations (`typed`): a wrong type is LocalError.

Nothing here knows Jupyter. `structure` never changes, and `state` is the present picture. Every message, even one that
is refused, is answered by a state that carries its `serial`. Both hold only numbers, text and hex.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any, ClassVar, TypeVar

from mtlib.errors import LocalError
from mtlib.lab.arguments import typed
from mtlib.lab.widgets import obeyed, serial, style
from mtlib.wire.view import CELL, Cell, escape, html_table, text_table

WIDTH = 760
"""The width of every plate in its own units: letters of 12 units are 12 pixels high in a column of this width."""

# -- What is given to a plate or a figure -----------------------------------------------------------------------------

Values = TypeVar("Values", bound=Sized)


def some(values: Values, where: str, most: int = 64) -> Values:
    """The values; LocalError if there are none, or more than a picture can hold."""
    if not 1 <= len(values) <= most:
        said = "too much for one picture" if values else "nothing to draw"
        raise LocalError(said, got=len(values), expected=f"1 to {most}", where=where)
    return values


def one_of(value: Any, choices: Collection[Any], what: str) -> Any:
    """The value; LocalError if it is none of these choices."""
    if value not in choices:
        these = f"{choices[0]} to {choices[-1]}" if isinstance(choices, range) else ", ".join(map(str, choices))
        raise LocalError(f"no such {what}", got=value, expected=these, where=what)
    return value


# -- The picture ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Glyph:
    """One thing in a picture, at `x`, `y`: a box if it has a size, a path if it has `d`, and its text.

    `look` are names of `picture.css`. With a `label` it can be pointed at and focused; the label says what it is.
    `of` are the names that light it, `lights` the names that it lights while it is pointed at. `do` is the message that
    it sends: the name of a method without `do_`, or of a control, and a value. `pressed` makes it a switch. With `grid`
    (columns, rows) it sends (value, place) for the clicked cell; from the keyboard the place is `cell`. With `slide`,
    the x of each value of a handle that can be dragged, it sends the index; `cell` is the present one. `wait` delays a
    change by so many tenths of a second, so that changes spread from mark to mark.
    """

    id: str
    x: float = 0
    y: float = 0
    w: float = 0
    h: float = 0
    text: str = ""
    look: str = ""
    d: str = ""
    label: str = ""
    of: str = ""
    lights: str = ""
    do: tuple[str, Any] | None = None
    pressed: bool | None = None
    grid: tuple[int, int] | None = None
    slide: tuple[float, ...] | None = None
    cell: int | None = None
    wait: int = 0

    def told(self) -> dict[str, Any]:
        """Its values, without empty ones, with numbers rounded."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        kept = {name: value for name, value in found.items() if value not in ("", 0, None) or value is False}
        return {name: _plain(value) for name, value in kept.items()}

    def svg(self) -> str:
        """The glyph as SVG, for pages without a script."""
        inside = f'<rect width="{_n(self.w)}" height="{_n(self.h)}"/>' if self.w else ""
        inside += f'<path d="{self.d}"/>' if self.d else ""
        if self.text:
            x = 6 if self.w and "left" in self.look.split() else self.w / 2
            lines = self.text.split("\n")
            top = self.h / 2 - 6 * (len(lines) - 1)
            inside += "".join(
                f'<text x="{_n(x)}" y="{_n(top + 12 * at)}">{escape(line)}</text>' for at, line in enumerate(lines)
            )
        return f'<g class="m {self.look}" transform="translate({_n(self.x)} {_n(self.y)})">{inside}</g>'


@dataclass(frozen=True)
class Control:
    """A control beside the picture; it sends `value` under its `name`."""

    name: str
    label: str
    value: Any = None
    kind: ClassVar[str]

    def chosen(self, value: Any) -> Any:
        """The value that a message chooses. LookupError or TypeError for one that cannot be chosen here."""
        raise LookupError(self.name)

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, **{one.name: _plain(getattr(self, one.name)) for one in fields(self)}}


@dataclass(frozen=True)
class Press(Control):
    """A button; if not `able`, it is shown but does nothing."""

    able: bool = True
    kind = "press"


@dataclass(frozen=True)
class Menu(Control):
    """A choice of one among several: `options` are (value, words), and `value` is the chosen one."""

    options: Sequence[tuple[Any, str]] = ()
    kind = "choice"

    def chosen(self, value: Any) -> Any:
        return {option: option for option, _ in self.options}[value]


@dataclass(frozen=True)
class Slider(Control):
    """A whole number from 0 to `most`; `words` say the present one."""

    most: int = 0
    words: str = ""
    kind = "slider"

    def chosen(self, value: Any) -> Any:
        return range(self.most + 1)[value]


class Plate:
    """A picture to play with; see above. It is `WIDTH` wide and `height` high, in the same units."""

    name: ClassVar[str]
    question: ClassVar[str]
    glides: ClassVar[bool] = True
    """Whether a mark is seen moving when its place changes."""

    height: float
    """Set for the class, by `__init__`, or, if it depends on what is shown, by `measure`."""

    def __init_subclass__(cls) -> None:
        """Every plate looks at the types of what it is given."""
        cls.__init__ = typed(cls.__init__)  # type: ignore[method-assign]

    def __init__(self) -> None:
        self.structure: dict[str, Any] = {
            "name": self.name, "question": self.question, "glides": self.glides,
            "fixed": [mark.told() for mark in self.fixed()],
        }  # fmt: skip
        self.state: dict[str, Any] = {}
        self._tell(0)

    def measure(self) -> None:
        """Set `height` before the picture is drawn."""

    def fixed(self) -> Iterable[Glyph]:
        """The marks that never change; they are painted first, and sent once."""
        return ()

    def marks(self) -> Iterable[Glyph]:
        """All other marks, in the order of painting."""
        raise NotImplementedError

    def controls(self) -> Iterable[Control]:
        """The controls above the picture: always the same ones, in the same order."""
        return ()

    def said(self) -> str:
        """A sentence about the present picture."""
        raise NotImplementedError

    def alt(self) -> str:
        """The picture in one sentence."""
        raise NotImplementedError

    def rows(self) -> Iterable[tuple[str, ...]]:
        """The picture as a table: a row of headings first."""
        raise NotImplementedError

    def handle(self, message: Mapping[str, Any]) -> None:
        """Take one message: `serial`, `do` (a method's name without `do_`, or a control's), `value`. A wrong one gets a
        sentence."""
        self._tell(serial(message), obeyed(self._obey, message))

    def _obey(self, message: Mapping[str, Any]) -> None:
        do, value = message.get("do"), message.get("value")
        if act := getattr(self, f"do_{do}", None):
            act(value)
        else:
            control, *_ = (each for each in self.controls() if each.name == do)
            setattr(self, control.name, control.chosen(value))

    def _tell(self, serial: int | str, trouble: str = "") -> None:
        self.measure()
        self.state = {
            "serial": serial,
            "size": [WIDTH, _plain(self.height)],
            "marks": [mark.told() for mark in self.marks()],
            "controls": [control.told() for control in self.controls()],
            "said": trouble or self.said(),
            "alt": self.alt(),
            "rows": [list(row) for row in self.rows()],
        }

    # -- Pages without a script

    def svg(self) -> str:
        """The present picture as a file of its own, with its colours, light or dark by the reader's setting."""
        width, height = WIDTH, _n(self.height)
        drawn = "".join(mark.svg() for mark in (*self.fixed(), *self.marks()) if "thread" not in mark.look)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mtlib-plate" viewBox="0 0 {width} {height}" role="img">'
            f"<title>{escape(self.alt())}</title><style>{_STILL}</style>"
            f'<rect class="sheet" width="{width}" height="{height}" rx="8"/>{drawn}</svg>'
        )

    def html(self) -> str:
        """Question, still, sentence and table, for saved notebooks and print."""
        head, *rows = self.rows()
        still = base64.b64encode(self.svg().encode()).decode()
        table = html_table([[Cell(text) for text in row] for row in rows], [Cell(text, CELL, "th") for text in head])
        return (
            f"<p><b>{escape(self.question)}</b></p>"
            f'<img alt="{escape(self.alt())}" src="data:image/svg+xml;base64,{still}" style="width:100%">'
            f"<p>{escape(self.said())}</p><details><summary>The same as a table</summary>{table}</details>"
        )

    def __str__(self) -> str:
        return f"{self.question}\n{self.alt()}\n\n{text_table(self.rows())}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Still(Plate):
    """A picture that takes no messages. It shows itself, and needs no script in the browser."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def _plain(value: Any) -> Any:
    """A value in the types of JSON, with numbers rounded to tenths."""
    if isinstance(value, float):
        return round(value, 1)
    return [_plain(one) for one in value] if isinstance(value, (tuple, list)) else value


def _n(value: float) -> str:
    return f"{round(value, 1):g}"


def drag_handle(name: str, x: float, y: float, size: tuple[float, float], told: str, **more: Any) -> Glyph:
    """A handle to drag along the picture: its words stand between two arrows, and all of it stays on the sheet."""
    wide, tall = size
    return Glyph(name, min(max(x - wide / 2, 4), WIDTH - wide - 4), y, wide, tall, f"◂ {told} ▸", **more)


def runs(values: Iterable[Any]) -> Iterator[tuple[Any, int, int]]:
    """The runs of equal neighbours: the value, with the start and stop of the run."""
    at = 0
    for value, run in groupby(values):
        size = len(list(run))
        yield value, at, at + size
        at += size


# -- Paths ----------------------------------------------------------------------------------------------------------


def line(*points: tuple[float, float], arrow: bool = False) -> str:
    """The `d` of a line through points; with an arrow, its end has a head."""
    d = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    if not arrow:
        return d
    (x0, y0), (x1, y1) = points[-2:]
    long = max(abs(x1 - x0), abs(y1 - y0)) or 1
    dx, dy = 6 * (x1 - x0) / long, 6 * (y1 - y0) / long
    left, right = (x1 - dx - dy / 2, y1 - dy + dx / 2), (x1 - dx + dy / 2, y1 - dy - dx / 2)
    return f"{d}M{_n(left[0])} {_n(left[1])}L{_n(x1)} {_n(y1)}L{_n(right[0])} {_n(right[1])}"


def hatching(w: float, h: float, step: float = 6) -> str:
    """The `d` of slanted lines over a box of this size."""
    at, lines = step, []
    while at < w + h:
        lines.append(line((min(at, w), max(0, at - w)), (max(0, at - h), min(at, h))))
        at += step
    return "".join(lines)


def ribbon(above: tuple[float, float, float], below: tuple[float, float, float]) -> str:
    """The `d` of a ribbon between two edges, each (left, right, y)."""
    (a, b, y), (c, d, end) = above, below
    half = (y + end) / 2
    return (
        f"M{_n(a)} {_n(y)}C{_n(a)} {_n(half)} {_n(c)} {_n(half)} {_n(c)} {_n(end)}"
        f"L{_n(d)} {_n(end)}C{_n(d)} {_n(half)} {_n(b)} {_n(half)} {_n(b)} {_n(y)}Z"
    )


_STILL = "".join(
    sheet.strip() for sheet in (style("picture.css") + ".sheet{fill:var(--bg)}@media (prefers-color-scheme:dark){"
    ".mtlib-plate{--jp-layout-color0:#111111;--jp-ui-font-color0:#f0f0f0}}").splitlines()
)  # fmt: skip
