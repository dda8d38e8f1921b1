"""What a dissection shows: every byte, nothing that runs, the same twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import DecodeError
from mtlib.wire.dissection import Dissection, Field, Reading, Seal, Unsealed, unseal
from mtlib.wire.layout import Constant, Layout, Raw, Rest
from mtlib.wire.notes import Note, Origin, derived, random
from mtlib.wire.notes import given as said
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import SIMPLE
from mtlib.wire.view import ANSI, COLOURS, Row, show_value, to_html, to_text
from wire_values import objects

EVIL = "<img src=x onerror=alert(1)>&\"'"
INT = SIMPLE["int"]
LENIENT = Reading(lenient=True)


class Table(HTMLParser):
    """The cells of each row, and every tag and attribute on the way."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.rows: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def hexes(text: str) -> bytes:
    return bytes.fromhex("".join(re.findall(r"\b[0-9a-f]{2}\b", text)))


def own(d: Dissection) -> bytes:
    """What must be shown: each leaf, each ciphertext, and what is left of a string around a finer cut."""
    shown = b""
    for span in d.spans:
        if span.nested is not None:
            head, tail = span.body[0] - span.start, span.body[1] - span.start
            shown += span.raw[:head] + span.raw[tail:] + own(span.nested)
        else:
            shown += span.raw + (own(span.opened) if span.opened is not None else b"")
    return shown


class Key:
    """It turns every bit round, and does not care what it opens."""

    def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed | None:
        return Unsealed(bytes(b ^ 255 for b in data), True)


KEY = Key()


def seal(inside: Layout) -> Seal:
    return Seal("NOT", "tag", (inside,))  # type: ignore[arg-type]


INNER = Layout("inner", (Field("n", INT, random("a number")), Field("text", SIMPLE["bytes"], said("words"))))
OUTER = Layout(
    "outer",
    (
        Field("tag", Constant("tag", b"MT01"), Note(Origin.CONSTANT, "always the same")),
        Field("body", SIMPLE["bytes"], said("cut finer"), inside=INNER),
        Field("seal", Rest(), derived("f(inner)", "opens", inner="outer/inner"), inside=seal(INNER)),
    ),
)


def outer() -> Dissection:
    inner = INNER.build(n=258, text=b"x" * 21)
    return OUTER.build(body=inner, seal=bytes(b ^ 255 for b in bytes(inner)))


# -- Rows


def test_a_row_says_what_stands_where() -> None:
    row = next(iter(outer().rows()))
    assert row == Row(
        depth=0,
        path="outer/tag",
        name="tag",
        start=0,
        length=4,
        kind="tag",
        origin="constant",
        letter="=",
        value="4d543031",
        number=False,
        raw=b"MT01",
        own=(b"MT01",),
        meaning="always the same",
        spec="",
        formula="",
        state="",
    )


def test_rows_of_cut_and_sealed_bodies() -> None:
    rows = {row.path: row for row in outer().rows()}
    assert rows["outer/body"].own == (b"\x1c", b"\0\0\0") and rows["outer/body"].value == ""
    assert rows["outer/body/n"].value == "258" and rows["outer/body/n"].number
    assert rows["outer/seal"].state == "sealed" and rows["outer/seal"].formula == "f(inner)"
    opened = {row.path: row for row in unseal(outer(), [KEY]).rows()}
    assert opened["outer/seal"].state == "opened" and opened["outer/inner/n"].value == "258"
    assert opened["outer/seal"].own == rows["outer/seal"].own, "the ciphertext is still there"


@given(objects())
def test_rows_are_well_formed(d: Dissection) -> None:
    rows = list(d.rows())
    assert rows == list(d.rows())
    for row in rows:
        assert row.path.startswith(f"{d.name}/") and row.path.endswith(f"/{row.name}")
        assert row.depth == row.path.count("/") - 1 and row.length == len(row.raw)
        assert row.letter == Origin(row.origin).letter
        assert b"".join(row.own) in row.raw or len(row.own) == 2
        assert all("\n" not in text for text in (row.value, row.state, row.meaning))
    assert b"".join(piece for row in rows for piece in row.own) == own(d)
    assert sum(row.length for row in rows if row.depth == 0) == len(d)


def test_bytes_are_no_number_even_if_their_hex_looks_like_one() -> None:
    d = Layout("l", (Field("raw", Raw("int128", 16)), Field("n", INT))).build(raw=b"\x12" * 16, n=-5)
    raw, n = d.rows()
    assert (raw.value, raw.number, n.value, n.number) == ("12" * 16, False, "-5", True)
    assert "= 12" not in to_text(d) and "= -5" in to_text(d)


def test_numbers_and_truth_are_shown_beside_their_bytes() -> None:
    assert "= 1.5" in to_text(SCHEMA["jsonNumber"].build(value=1.5))
    assert "= True" in to_text(SCHEMA["jsonBool"].build(value=True))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"\x01\xab", "01ab"),
        (bytes(32), "00" * 32),
        (bytes(33), f"{'00' * 16} ... {'00' * 8} (33 bytes)"),
        (-7, "-7"),
        (2**256 - 1, str(2**256 - 1)),
        (1 << 2047, f"0x8{'0' * 31} ... {'0' * 16} (2048 bits)"),
        # More digits than Python writes in decimal.
        pytest.param(1 << 20_000, f"0x1{'0' * 31} ... {'0' * 16} (20001 bits)", id="20001 bits"),
        (True, "True"),
        (None, ""),
        ((1, b"\2", (3,)), "[1, 02, [3]]"),
    ],
)
def test_values_in_one_line(value: Any, text: str) -> None:
    assert show_value(value) == text


# -- Text


def test_text_of_a_small_message() -> None:
    assert str(SCHEMA["ping"].build(ping_id=258)) == (
        "ping: 12 bytes\n"
        "     0      4  = constructor  ec 77 be 7a\n"
        "     4      8  ? ping_id      02 01 00 00 00 00 00 00  = 258"
    )
    assert str(unseal(outer(), [KEY])) == (
        "outer: 64 bytes\n"
        "     0      4  = tag     4d 54 30 31\n"
        "     4     32  g body    1c .. 00 00 00\n"
        "     0      4  ?   n     02 01 00 00  = 258\n"
        "     4     24  g   text  15 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78\n"
        "                         78 78 78 78 78 78 00 00\n"
        "    36     28  f seal    fd fe ff ff ea 87 87 87 87 87 87 87 87 87 87 87  (opened)\n"
        "                         87 87 87 87 87 87 87 87 87 87 ff ff\n"
        "     0      4  ?   n     02 01 00 00  = 258\n"
        "     4     24  g   text  15 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78\n"
        "                         78 78 78 78 78 78 00 00"
    )


@given(objects())
def test_text_shows_every_byte_once(d: Dissection) -> None:
    shown = b""
    for line in str(d).splitlines()[1:]:
        shown += hexes(re.sub(r"^ *\d+ +\d+ +. +\S+ *|  [=(].*$", "", line))
    assert shown == own(d)


def test_text_shows_the_head_of_what_is_cut_finer() -> None:
    """The length and the padding of a string belong to nobody else."""
    query = Layout("query", (Field("words", SIMPLE["bytes"], inside=INNER),))
    data = bytes(query.build(words=INNER.build(n=1, text=b"")))
    assert "08 .. 00 00 00" in str(query.dissect(data))


def test_colour_is_only_colour() -> None:
    plain, coloured = to_text(outer()), to_text(outer(), colour=True)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain and "\x1b" not in plain
    assert set(ANSI) == {origin.value for origin in Origin} == set(COLOURS)


# -- HTML


@given(objects(), st.binary(max_size=40))
def test_html_shows_every_byte_and_runs_nothing(d: Dissection, noise: bytes) -> None:
    damaged = d.shape.dissect(d.data[:4] + noise, LENIENT)  # type: ignore[attr-defined]
    for shown in (d, damaged):
        table = Table(to_html(shown))
        assert set(table.tags) <= {"div", "b", "span", "table", "thead", "tbody", "tr", "th", "td"}
        assert {name for name, _ in table.attributes} <= {"style"}
        head, *rows = table.rows
        assert head == ["offset", "size", "field", "bytes", "value and meaning"]
        assert all(len(row) == 5 for row in rows)
        assert b"".join(hexes(row[3]) for row in rows) == own(shown)
        assert [row[3] for row in rows] == ["\n".join(r.lines()) for r in shown.rows()]


def test_only_plain_colours() -> None:
    html = to_html(unseal(outer(), [KEY]))
    styles = [value for name, value in Table(html).attributes if name == "style"]
    colours = re.findall(r"(?:color|border-bottom)[^;]*?(#\S+?|\w+)(?:;|$)", ";".join(styles))
    assert colours and all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)
    assert not re.search(r"\b(?:rgb|hsl|var|url|expression)\(|class=|id=|javascript", html)


def test_what_stands_inside_is_moved_to_the_right() -> None:
    html = to_html(unseal(outer(), [KEY]))
    assert re.findall(r"padding-left:(-?\d+)px", html) == ["8", "8", "18", "18", "8", "18", "18"]


def test_pale_colours_under_dark_text() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in COLOURS.values():
        assert (light(colour) + 0.05) / (light("#111111") + 0.05) > 12


def test_everything_is_escaped() -> None:
    evil = Field(EVIL, INT, Note(Origin.RANDOM, EVIL, EVIL, EVIL))
    text = Field("text", SIMPLE["bytes"], said(EVIL), inside=Layout(EVIL, (evil,)))

    class Refuses:
        def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> None:
            raise DecodeError(EVIL, got=EVIL, where=EVIL)

    closed = Field("closed", SIMPLE["bytes"], inside=seal(INNER))
    d = Layout(EVIL, (evil, text, closed)).build(**{EVIL: 1, "text": b"\1\0\0\0", "closed": EVIL})
    d = unseal(d, [Refuses()])
    for shown in (d, d.shape.dissect(d.data[:-8], LENIENT)):  # type: ignore[attr-defined]
        html = to_html(shown)
        assert "<img" not in html and "onerror" in html and "&lt;img" in html
        table = Table(html)
        assert "img" not in table.tags and {name for name, _ in table.attributes} == {"style"}
        assert table.rows[1][2].endswith(EVIL) and table.rows[1][4].endswith(EVIL)
    assert EVIL in Table(to_html(d)).rows[-1][4], "what a seal has to say"


def test_script_in_the_bytes_stays_hex() -> None:
    html = to_html(SCHEMA["rpc_error"].build(error_code=400, error_message="<script>alert(1)</script>"))
    assert "script" not in html and b"<script>".hex(" ") in html


# -- Both


@given(objects())
def test_the_same_twice(d: Dissection) -> None:
    again = SCHEMA.dissect(bytes(d))
    assert (str(d), to_html(d)) == (str(again), to_html(again))


def test_a_notebook_gets_both() -> None:
    d = outer()
    for bundle in (d._repr_mimebundle_(), d._repr_mimebundle_(include=None, exclude=["text/html"])):
        assert bundle == {"text/plain": to_text(d), "text/html": to_html(d)}


def test_nothing_to_show() -> None:
    d = Layout("empty", (Field("all", Rest()),)).dissect(b"")
    assert str(d) == "empty: 0 bytes"
    assert Table(to_html(d)).rows == [["offset", "size", "field", "bytes", "value and meaning"]]


def test_damage_is_said_where_it_is() -> None:
    d = INNER.dissect(b"\1\0\0\0\xff\1\2\3", LENIENT)
    assert "255 does not begin a string" in str(d).splitlines()[-1]
    assert "255 does not begin a string" in Table(to_html(d)).rows[-1][4]
