"""What holds for every figure: it has words and a table, the same data gives the same bytes, nothing overlaps, nothing
is cut off, everything can be read; and the kit that figures are drawn with."""

from __future__ import annotations

import ast
import base64
import re
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import IPython.display
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyArrowPatch

from figure_samples import FIGURES, figure
from mtlib.errors import LocalError
from mtlib.lab import figures
from mtlib.lab.figures.drawing import (
    LOOKS,
    PIXELS_PER_INCH,
    SHARPNESS,
    SIZE,
    UNUSED,
    WIDTH,
    Canvas,
    Figure,
    _fitted,
    brief,
    length,
    wrapped,
)
from mtlib.lab.plates.plate import some
from mtlib.wire.notes import Origin
from mtlib.wire.view import COLOURS

# -- What holds for every figure --------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[1]
every = pytest.mark.parametrize("name", FIGURES)

Box = tuple[float, float, float, float]
# One of each kind of shape: rendering costs most of the time here.
RENDERED = ("wiring, one broken", "coverage", "key use", "ige")


class Word(NamedTuple):
    """A text of a figure: where its ink is, in pixels from the top left, its colour, what it stands on, its points."""

    said: str
    box: Box
    colour: Any
    paper: Any
    points: float


@cache
def words(name: str) -> tuple[Word, ...]:
    return read(figure(name))


def read(made: Figure) -> tuple[Word, ...]:
    sheet = made.drawn()
    sheet.set_dpi(PIXELS_PER_INCH)
    return tuple(_words(sheet.axes[0], sheet.bbox.height))


def _words(axes: Any, tall: float) -> Iterator[Word]:
    fills = [patch for patch in axes.patches if patch.get_fill() and not isinstance(patch, FancyArrowPatch)]
    fills = sorted((patch for patch in fills if patch.get_facecolor()[3]), key=lambda patch: patch.zorder)
    for text in filter(lambda text: text.get_text(), axes.texts):
        ink = text.get_window_extent()
        middle = ((ink.x0 + ink.x1) / 2, (ink.y0 + ink.y1) / 2)
        paper = text.get_bbox_patch() or [patch for patch in fills if patch.contains_point(middle)][-1]
        box = (ink.x0, tall - ink.y1, ink.x1, tall - ink.y0)
        yield Word(text.get_text(), box, text.get_color(), paper.get_facecolor(), text.get_fontsize())


def cut_off(found: Sequence[Word], height: float) -> list[str]:
    """Words that come closer to the edge of the sheet than 4 pixels."""
    return [word.said for word in found if min(word.box[:2]) < 4 or word.box[2] > WIDTH - 4 or word.box[3] > height - 4]


def on_each_other(found: Sequence[Word]) -> list[tuple[str, str]]:
    """Words of which more than a hair's breadth lies on others. Lines may be closer than accents would need."""
    return [
        (one.said, other.said)
        for one, other in combinations(found, 2)
        if min(one.box[2], other.box[2]) - max(one.box[0], other.box[0]) > 1
        and min(one.box[3], other.box[3]) - max(one.box[1], other.box[1]) > 3
    ]


def pale(found: Sequence[Word]) -> list[str]:
    """Words below WCAG AA, 4.5 to 1, on the fill that was painted last where they stand."""
    return [word.said for word in found if contrast(word.colour, word.paper) < 4.5]


def contrast(one: Any, other: Any) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Any) -> float:
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@every
def test_words_are_whole_and_apart_and_dark_enough(name: str) -> None:
    found = words(name)
    assert cut_off(found, figure(name).height) == []
    assert on_each_other(found) == []
    assert pale(found) == []


@every
def test_words_are_large_enough(name: str) -> None:
    """10 points are 13 pixels where the picture is as wide as it was drawn, and 9.7 where it has 700 pixels."""
    assert min(word.points for word in words(name)) >= 9.5


def test_careless_words_are_found() -> None:
    def paint(on: Canvas) -> None:
        on.text((955, 70), "off the sheet")
        on.text((200, 70), "one")
        on.text((215, 72), "other")
        on.label((400, 60), (100, 20), "pale", "#cccccc", colour="#999999")

    found = read(Figure("A title", "", (), (), 100, paint))
    assert cut_off(found, 100) == ["off the sheet"]
    assert on_each_other(found) == [("one", "other")]
    assert pale(found) == ["pale"]


@every
def test_the_same_data_gives_the_same_words(name: str) -> None:
    again = FIGURES[name]()
    assert again == figure(name) and str(again) == str(figure(name))


@pytest.mark.parametrize("name", RENDERED)
def test_the_same_data_gives_the_same_bytes(name: str) -> None:
    made = figure(name)
    assert FIGURES[name]().png == made.png
    assert len(made.png) < 120_000


@every
def test_a_sentence_and_a_table(name: str) -> None:
    made = figure(name)
    assert isinstance(made, Figure)
    assert len(made.alt) > 40 and made.alt.endswith(".") and "\n" not in made.alt
    assert made.rows and {len(row) for row in made.rows} == {len(made.columns)}
    assert all(isinstance(cell, str) and "\n" not in cell for row in made.rows for cell in row)
    assert str(made).startswith(made.alt)


@every
def test_no_key_is_written_out(name: str) -> None:
    assert not re.search(r"[0-9a-f]{32}", str(figure(name)))


def test_the_index_offers_every_figure() -> None:
    """A function of the lab that gives a Figure is found in `mtlib.lab.figures`, and its docstring lists it."""
    written = {
        node.name
        for path in (ROOT / "mtlib" / "lab" / "figures").glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) == "Figure"
    }
    assert len(written) == 6
    assert written <= set(figures.__all__)
    assert all(f"`{name}`" in (figures.__doc__ or "") for name in written)


def test_importing_is_light() -> None:
    heavy = "{'matplotlib', 'numpy', 'IPython', 'PIL'}"
    program = f"import sys, mtlib.lab.figures; print(*sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.split() == []


# -- The shapes and words of which figures are made -------------------------------------------------------------------

NAMES = ("perm_auth_key_id", "session_id", "seqno", "constructor", "encrypted_message")


def test_a_longer_line_is_longer() -> None:
    assert length("m") < length("mm") < length("mmm")
    assert length("iiii") < length("mmmm") < length("mmmm", bold=True)


@given(st.text("ab_ ", max_size=40), st.integers(20, 300))
def test_wrapping_keeps_every_word_and_the_width(words: str, width: int) -> None:
    lines = wrapped(words, width).split("\n")
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    too_long = [line for line in lines if length(line) > width]
    assert all(" " not in line and "_" not in line.rstrip("_") for line in too_long)


def test_long_names_break_at_their_underscores() -> None:
    assert wrapped("is it ENCRYPTED_MESSAGE_INVALID?", 110) == "is it\nENCRYPTED_\nMESSAGE_\nINVALID?"
    assert wrapped("is it seqno?", 300) == "is it seqno?"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "height"), [(300, 40), (110, 70), (30, 160), (48, 110)])
def test_a_name_fits_its_field_or_is_turned(name: str, width: float, height: float) -> None:
    words, turned = _fitted("f", name, width, height)
    assert words.replace("\n", "").replace(" ", "") == f"f{name}"
    assert max(map(length, words.split("\n"))) <= (height if turned else width)


def test_what_fits_nowhere_is_shown_all_the_same() -> None:
    assert _fitted("f", "encrypted_message", 10, 10) == ("f encrypted_message", False)


def test_looks_differ_without_colour() -> None:
    hatches = [look.hatch for look in (*LOOKS, UNUSED)]
    assert len(set(hatches)) == len(hatches)
    assert {look.fill for look in LOOKS} >= set(COLOURS.values())


def test_the_legend_names_every_origin() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_axes((0, 0, 1, 1))
    Canvas(axes).legend(10)
    said = {text.get_text() for text in axes.texts}
    assert said == {origin.value for origin in Origin} | {origin.letter for origin in Origin}
    assert {text.get_fontsize() for text in axes.texts} == {SIZE}


def test_arguments_that_cannot_be_drawn() -> None:
    assert some([1, 2], "here", 2) == [1, 2]
    brief("words", "here", 5)
    for refused in (
        lambda: some([], "here", 2),
        lambda: some([1, 2, 3], "here", 2),
        lambda: brief(" ", "here", 5),
        lambda: brief("longer", "here", 5),
    ):
        with pytest.raises(LocalError) as caught:
            refused()
        assert caught.value.where == "here" and caught.value.expected


# -- A figure shows itself --------------------------------------------------------------------------------------------

ALT = "A box & a word."


def paint(on: Canvas) -> None:
    on.label((40, 70), (100, 30), "a word", LOOKS[1])


BOX = Figure("A title", ALT, ("what", "where"), (("a box", "40"), ("a <word>", "")), 120, paint)


def size(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


def test_the_picture_has_its_size_and_says_nothing_of_its_maker() -> None:
    assert size(BOX.png) == (WIDTH * SHARPNESS, 120 * SHARPNESS)
    chunks, at = [], 8
    while at < len(BOX.png):
        (length,) = struct.unpack(">I", BOX.png[at : at + 4])
        chunks.append(BOX.png[at + 4 : at + 8])
        at += 12 + length
    assert set(chunks) <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def test_the_reader_s_settings_change_nothing_and_stay() -> None:
    import matplotlib

    with matplotlib.rc_context(
        {"text.color": "red", "hatch.linewidth": 5, "text.usetex": False, "path.sketch": (9, 9, 9)}
    ):
        assert replace(BOX).png == BOX.png
        assert matplotlib.rcParams["hatch.linewidth"] == 5


def test_another_picture_has_other_bytes() -> None:
    assert replace(BOX, title="Another").png != BOX.png


def test_words() -> None:
    assert str(BOX) == f"{ALT}\n\nwhat      where\na box     40\na <word>"
    assert "A box &amp; a word." in BOX.html and '<td style="text-align:left">a &lt;word&gt;</td>' in BOX.html
    assert BOX.html.startswith("<details>") and '<th scope="col"' in BOX.html
    assert "paint" not in repr(BOX)


def test_the_bundle_has_alternative_text() -> None:
    data, metadata = BOX._repr_mimebundle_()
    assert set(data) == {"image/png", "text/plain"}
    assert base64.b64decode(data["image/png"]) == BOX.png
    assert metadata["image/png"] == {"alt": ALT, "width": WIDTH}


def test_a_cell_shows_the_picture_and_then_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[Any, Any]] = []
    monkeypatch.setattr(IPython.display, "display", lambda data, *, metadata=None, raw: shown.append((data, metadata)))
    BOX._ipython_display_()
    assert [set(data) for data, _ in shown] == [{"image/png", "text/plain"}, {"text/html"}]
    assert shown[0][1]["image/png"]["alt"] == ALT


def test_pyplot_is_left_alone() -> None:
    import matplotlib.pyplot

    BOX.drawn()
    assert matplotlib.pyplot.get_fignums() == []
