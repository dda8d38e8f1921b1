"""A figure shows itself: two outputs, deterministic bytes, and nothing of the reader's settings."""

from __future__ import annotations

import base64
import struct
from dataclasses import replace
from typing import Any

import IPython.display
import pytest

from mtlib.lab.figures.drawing import LOOKS, SHARPNESS, WIDTH, Canvas, Figure

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
