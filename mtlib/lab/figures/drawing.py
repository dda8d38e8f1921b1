"""The drawing kit: a `Figure`, which is a picture and the same content in words, and the `Canvas` to paint it on.

A `Figure` is data first: a title, a sentence that describes the picture, and a table of what is drawn. The picture is
painted on demand, by Agg and without the reader's own settings of matplotlib, so that the same data gives the same
bytes.

All lengths are pixels of the picture at its normal size (`WIDTH` of them across), counted from the top left. The two
fonts come with matplotlib, so that words have the same length on every machine. matplotlib is imported when
something is drawn.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from mtlib.errors import LocalError
from mtlib.wire.notes import Origin
from mtlib.wire.view import COLOURS, Cell, escape, html_table, text_table

WIDTH = 960
PIXELS_PER_INCH = 96
TOP = 58.0
"""Where the drawing begins, below the title."""
LEFT, RIGHT = 24.0, WIDTH - 24.0
"""The margins."""

PAPER, WHITE, INK, MUTED, FAINT = "#fbfbf8", "#ffffff", "#111111", "#454d59", "#8a919c"
"""The background (opaque, so that a dark theme does not show through), white, words, quiet words, thin lines."""
BAD, BAD_LINE = "#ffd5cc", "#9b1c0c"
"""The colours of a failure. A cross, a dash or a hatching says the same in grey."""
SHARPNESS = 1.75
"""Pixels of the file per pixel of the picture, so that it stays sharp on fine screens and at 200 % zoom."""
COLOURS_KEPT = 128
"""Colours in the file: enough for the edges of letters, at a quarter of the size. An octree keeps rare colours, too."""
SIZE = 10.5
"""The size of ordinary words, in points."""
LINE = 17.5
"""The distance between two lines of that size, in pixels."""

_LEFT = "text-align:left"

Point = tuple[float, float]


class Look(NamedTuple):
    """A fill, with a hatching that distinguishes it from the others in grey, too."""

    fill: str
    hatch: str = ""


LOOKS = (
    Look(COLOURS["derived"]),
    Look(COLOURS["copied"], "////"),
    Look(COLOURS["random"], "...."),
    Look(COLOURS["given"], "\\\\\\\\"),
    Look(COLOURS["constant"], "----"),
    Look(BAD, "xxxx"),
)
"""Looks for numbered things, such as hashes and checks. The colours are those of the byte views."""
UNUSED = Look(WHITE, "\\\\")


class Canvas:
    """A sheet `WIDTH` wide; every method draws one thing. `at` is (x, y), `size` is (width, height)."""

    def __init__(self, axes: Any) -> None:
        self._axes = axes

    def box(
        self, at: Point, size: Point, look: Look | str = "none", *, edge: str = INK, width: float = 1.0,
        dash: str = "-", soft: float = 0.0,
    ) -> None:  # fmt: skip
        """A rectangle, with corners rounded by `soft`. Its hatching is thin and grey: words stay legible."""
        from matplotlib.patches import FancyBboxPatch

        look = look if isinstance(look, Look) else Look(look)
        style = f"round,pad=0,rounding_size={soft}" if soft else "square,pad=0"
        # Body, hatching and frame are three patches, since older versions draw a hatching in the colour of its frame.
        self._axes.add_patch(FancyBboxPatch(at, *size, boxstyle=style, fc=look.fill, ec="none", lw=0))
        if look.hatch:
            hatching = FancyBboxPatch(at, *size, boxstyle=style, fill=False, ec="#a9b0ba", lw=0, hatch=look.hatch)
            self._axes.add_patch(hatching)
        frame = FancyBboxPatch(at, *size, boxstyle=style, fill=False, ec=edge, lw=_points(width), ls=dash)
        self._axes.add_patch(frame)

    def text(
        self, at: Point, words: str, *, size: float = SIZE, bold: bool = False, mono: bool = False, colour: str = INK,
        align: str = "center", turned: bool = False, paper: str = "",
    ) -> None:  # fmt: skip
        """Words, centred on `at`, or beginning or ending there; `turned` reads upwards. `paper` is a background for
        words over lines or hatchings."""
        behind = {"boxstyle": "square,pad=0.15", "fc": paper, "ec": "none"} if paper else None
        # A single line is placed by its baseline: centred by its own height, "nonce" would sit lower than "msg_id".
        sits = not turned and "\n" not in words
        self._axes.text(
            at[0], at[1] + (0.48 * size if sits else 0), words, color=colour, ha=align,
            va="baseline" if sits else "center", fontproperties=_font(size, bold, mono),
            rotation=90 if turned else 0, linespacing=1.25, bbox=behind, zorder=6, parse_math=False,
        )  # fmt: skip

    def label(
        self, at: Point, size: Point, words: str, look: Look | str = WHITE, *, edge: str = INK, width: float = 1.0,
        bold: bool = False, colour: str = INK,
    ) -> None:  # fmt: skip
        """A box with words in its middle, in several lines if they are longer than the box."""
        self.box(at, size, look, edge=edge, width=width)
        middle = (at[0] + size[0] / 2, at[1] + size[1] / 2)
        paper = look.fill if isinstance(look, Look) and look.hatch else ""
        self.text(middle, wrapped(words, size[0], bold=bold), bold=bold, colour=colour, paper=paper)

    def field(self, at: Point, size: Point, name: str, origin: Origin, *, cut: bool = False) -> None:
        """A box for a field, in the colour of its origin, with the letter and the name. In a narrow box the name is
        broken at its underscores, or turned. `cut` draws a gap at the end: the field is longer than its box."""
        self.box(at, size, COLOURS[origin.value], edge=FAINT)
        (x, y), (wide, tall) = at, size
        if cut:
            wide -= 20
            for off, colour, width in ((0, INK, 1.2), (4, PAPER, 5.0), (8, INK, 1.2)):
                self.line((x + wide + off + 9, y), (x + wide + off, y + tall), colour=colour, width=width)
        words, turned = _fitted(origin.letter, name, wide, tall)
        self.text((x + wide / 2, y + tall / 2), words, turned=turned)

    def legend(self, y: float) -> None:
        """The five origins, each with its letter."""
        for number, origin in enumerate(Origin):
            x = LEFT + 118 * number
            self.label((x, y - 9), (18, 18), origin.letter, COLOURS[origin.value], edge=FAINT)
            self.text((x + 26, y), origin.value, align="left", colour=MUTED)

    def line(self, *points: Point, colour: str = INK, width: float = 1.2, dash: str = "-", arrow: bool = False) -> None:
        """Straight lines from point to point; the last may end in an arrow."""
        from matplotlib.path import Path

        self._stroke(Path(list(points)), colour, width, dash, arrow)

    def wire(self, start: Point, end: Point, *, colour: str = INK, width: float = 1.6, dash: str = "-") -> None:
        """A curve from left to right with a pale edge, so that crossing wires can be told apart."""
        from matplotlib.path import Path

        reach = (end[0] - start[0]) * 0.55
        bend = Path([start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end], [1, 4, 4, 4])
        self._stroke(bend, PAPER, width + 4, "-", False)
        self._stroke(bend, colour, width, dash, False)

    def badge(self, at: Point, words: str, *, fill: str = WHITE, edge: str = INK) -> None:
        """A small disc with a number or a sign."""
        from matplotlib.patches import Circle

        self._axes.add_patch(Circle(at, 11, fc=fill, ec=edge, lw=_points(1.4), zorder=5))
        self.text(at, words, bold=True, colour=edge)

    def brace(self, left: float, right: float, y: float) -> None:
        """A bracket from `left` to `right`, open below, with its bar at `y`."""
        self.line((left, y + 8), (left, y), (right, y), (right, y + 8), width=1.6)

    def _stroke(self, path: Any, colour: str, width: float, dash: str, arrow: bool) -> None:
        from matplotlib.patches import FancyArrowPatch

        style = "-|>,head_length=5,head_width=3" if arrow else "-"
        self._axes.add_patch(FancyArrowPatch(path=path, arrowstyle=style, color=colour, lw=_points(width), ls=dash))


@dataclass(frozen=True)
class Figure:
    """A picture with its words. As the last value of a notebook cell it shows itself.

    `alt` describes the picture in a sentence; `columns` and `rows` have all that is drawn as a table. `png` are the
    bytes of the picture (for an `ipywidgets.Image`, or a file), `str(figure)` is the sentence and the table.
    """

    title: str
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    height: float = field(repr=False)
    paint: Callable[[Canvas], None] = field(repr=False, compare=False)

    def drawn(self) -> Any:
        """The `matplotlib.figure.Figure`, not yet rendered, and not known to pyplot."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Sheet

        with _own_style():
            sheet = Sheet((WIDTH / PIXELS_PER_INCH, self.height / PIXELS_PER_INCH), facecolor=PAPER)
            FigureCanvasAgg(sheet)
            axes = sheet.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(self.height, 0))
            axes.set_axis_off()
            canvas = Canvas(axes)
            canvas.box((0.5, 0.5), (WIDTH - 1, self.height - 1), PAPER, edge="#c9cdd3")
            canvas.text((LEFT, 30), self.title, size=14, bold=True, align="left")
            self.paint(canvas)
        return sheet

    @cached_property
    def png(self) -> bytes:
        """The picture: the same data gives the same bytes with the same matplotlib."""
        from PIL import Image  # comes with matplotlib

        sheet, stream = self.drawn(), BytesIO()
        with _own_style():
            sheet.set_dpi(PIXELS_PER_INCH * SHARPNESS)
            sheet.canvas.draw()
        size, pixels = sheet.canvas.get_width_height(), bytes(sheet.canvas.buffer_rgba())
        picture = Image.frombytes("RGBA", size, pixels).convert("RGB")
        lean = picture.quantize(COLOURS_KEPT, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        lean.save(stream, "png", optimize=True)
        return stream.getvalue()

    def __str__(self) -> str:
        return f"{self.alt}\n\n{text_table((self.columns, *self.rows))}"

    @property
    def html(self) -> str:
        """The words, to unfold below the picture, because JupyterLab gives pictures no alternative text."""
        rows = [[Cell(value, _LEFT) for value in row] for row in self.rows]
        table = html_table(rows, [Cell(name, _LEFT, "th", "col") for name in self.columns])
        return f"<details><summary>The same in words</summary><p>{escape(self.alt)}</p>{table}</details>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        data = {"image/png": base64.b64encode(self.png).decode(), "text/plain": str(self)}
        return data, {"image/png": {"alt": self.alt, "width": WIDTH}}

    def _ipython_display_(self) -> None:
        """Show two outputs, the picture and its words, because a front end shows only one form of an output."""
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
        display({"text/html": self.html}, raw=True)  # type: ignore[no-untyped-call]


@contextmanager
def _own_style() -> Iterator[None]:
    """Use matplotlib's defaults inside the block, and restore the reader's settings afterwards."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"hatch.linewidth": 0.6, "text.hinting": "no_hinting"})
        yield


@cache
def length(words: str, *, bold: bool = False) -> float:
    """The length of a line of ordinary words in pixels, with a small margin."""
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(f"{words}.", _font(SIZE, bold, False), ismath=False)
    return float(width) * PIXELS_PER_INCH / 72


def wrapped(words: str, width: float, *, bold: bool = False) -> str:
    """The words in lines of at most `width` pixels; a name too long for a line is broken at its underscores."""
    lines: list[str] = []
    for word in words.split():
        parts = [word] if length(word, bold=bold) <= width else word.replace("_", "_ ").split()
        for at, part in enumerate(parts):
            longer = f"{lines[-1]}{'' if at else ' '}{part}" if lines else part
            if lines and length(longer, bold=bold) <= width:
                lines[-1] = longer
            else:
                lines.append(part)
    return "\n".join(lines)


def _fitted(letter: str, name: str, width: float, height: float) -> tuple[str, bool]:
    """Letter and name, in lines that fit into a box, and whether they must be turned to fit. If nothing fits, they are
    one line all the same, too long for the box, so that the fault is seen."""
    whole = f"{letter} {name}"
    for turned, along, across in ((False, width, height), (True, height, width)):
        for words in (whole, f"{letter}\n{name}", wrapped(whole, along), f"{letter}\n{wrapped(name, along)}"):
            lines = words.split("\n")
            if max(map(length, lines)) <= along and len(lines) * LINE <= across + 6:
                return words, turned
    return whole, width < height


def drawn_size(name: str, size: int) -> int:
    """The width of a field in the drawing, in bytes. A long padding, and a field that contains one, is drawn shorter:
    beside a thousand bytes, the eight of a key id would be too small to see."""
    return min(size, 16 if name == "padding" else 176)


def brief(words: str, where: str, most: int) -> None:
    """LocalError unless there are words, and not more characters than the picture has room for."""
    if not words.strip() or len(words) > most:
        raise LocalError("words that do not fit", got=words, expected=f"1 to {most} characters", where=where)


@cache
def _font(size: float, bold: bool, mono: bool) -> Any:
    """A font that comes with matplotlib, chosen by its file: the system may have another font of the same name."""
    import matplotlib
    from matplotlib.font_manager import FontProperties

    name = f"DejaVuSans{'Mono' if mono else ''}{'-Bold' if bold else ''}.ttf"
    return FontProperties(fname=FilePath(matplotlib.get_data_path(), "fonts", "ttf", name), size=size)


def _points(pixels: float) -> float:
    return pixels * 72 / PIXELS_PER_INCH
