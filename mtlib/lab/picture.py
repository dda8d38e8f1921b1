"""A figure of the lessons: a picture, and the same thing in words.

A `Figure` is data first: a title, a sentence that says what there is to see, and a table of what was drawn. The
picture is painted when somebody asks, by Agg and with nothing of the reader's own settings, so that the same data
gives the same bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from io import BytesIO
from typing import Any

from mtlib.lab.drawing import LEFT, PAPER, PIXELS_PER_INCH, WIDTH, Canvas

SHARPNESS = 1.75
"""Pixels of the file for one of the picture, so that it stays sharp on fine screens and at 200 % zoom."""
COLOURS_KEPT = 128
"""In the file: enough for the edges of letters, and a quarter of the bytes. An octree keeps rare colours, too."""


@dataclass(frozen=True)
class Figure:
    """A picture with its words. As the last value of a notebook cell it shows itself.

    `alt` says what there is to see; `columns` and `rows` are what was drawn, as a table. `png` are the bytes of the
    picture (for an `ipywidgets.Image`, or a file), `str(figure)` is the sentence and the table.
    """

    title: str
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    height: float = field(repr=False)
    paint: Callable[[Canvas], None] = field(repr=False, compare=False)

    def drawn(self) -> Any:
        """The `matplotlib.figure.Figure`, not yet rendered; no part of pyplot's global state."""
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
        lines = (self.columns, *self.rows)
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        table = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
        return "\n".join((self.alt, "", *table))

    @property
    def html(self) -> str:
        """The words, to be unfolded beneath the picture: JupyterLab gives pictures no alternative text."""
        cell = 'style="text-align:left"'
        head = "".join(f'<th scope="col" {cell}>{escape(name)}</th>' for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td {cell}>{escape(value)}</td>" for value in row) + "</tr>" for row in self.rows
        )
        return (
            f"<details><summary>The same in words</summary><p>{escape(self.alt)}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></details>"
        )

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        data = {"image/png": base64.b64encode(self.png).decode(), "text/plain": str(self)}
        return data, {"image/png": {"alt": self.alt, "width": WIDTH}}

    def _ipython_display_(self) -> None:
        """Two outputs, the picture and its words: a front end shows one form of an output only."""
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
        display({"text/html": self.html}, raw=True)  # type: ignore[no-untyped-call]


@contextmanager
def _own_style() -> Iterator[None]:
    """matplotlib's defaults instead of the reader's settings, and the reader's settings again afterwards."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"hatch.linewidth": 0.6, "text.hinting": "no_hinting"})
        yield
