"""Stills: what is drawn is what was handed over, on the sheet, in words and as a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from mtlib.lab import sample
from mtlib.lab.plates import stills, stills_labs
from mtlib.lab.plates.plate import WIDTH
from mtlib.lab.plates.stills import (
    Bench,
    Boxes,
    Comb,
    Diffusion,
    Growth,
    Layers,
    SmallClocks,
    Still,
    Stripes,
    Who,
    Zeros,
)
from mtlib.lab.plates.stills_labs import Pairs, Scores
from mtlib.lab.widgets import HERE
from plates import STILLS
from test_notebooks import LESSONS, code
from test_predictions import lesson

CARRIED = sample().carried
ALL: dict[str, Callable[[], Still]] = {
    "Layers": lambda: Layers({"message": (CARRIED.message, 28), "request": (CARRIED.binding.request, 60)}, 8),
    "Comb": lambda: Comb({"Always.": range(301), "At 3 and at 592.": {3, 592}, "Never.": ()}, {3, 4, 592}),
    "Bench": lambda: Bench([bytes(44), bytes(204)], 100, {"full": [("refuses", False)] * 3 + [("waits", False)],
                                                         "abridged": [("waits", True), ("refuses", True)]}),
    "Stripes": lambda: Stripes({"plain": [bytes([7, at]) for at in range(256)]}, {"a client": (40, 84, 200)}),
    "Who": lambda: Who(
        {"client": {"b": 5, "nonce": 1}, "DC": {"nonce": 1, "b": 6}, "wire": {"nonce": 2}, "thief": {"nonce": 2}},
        ("nonce", "b", "a"),
    ),
    "Growth": lambda: Growth({2**bits: 2 ** (bits / 2) for bits in (8, 16, 24)}),
    "Diffusion": lambda: Diffusion({"first": (bytes(32), b"\x01" + bytes(31)), "last": (bytes(48), b"\xff" * 48)}),
    "SmallClocks": lambda: SmallClocks(31, 3, 17),
    "Zeros": lambda: Zeros(("id", "salt"), {"nonce": ["salt"], "g_a": []}, {"nonce": 256, "g_a": 199.1}),
    "Boxes": lambda: Boxes({"message": CARRIED.message, "request": CARRIED.binding.request}, {"message": "temporary"}),
    "Pairs": lambda: Pairs({"first": [(1, False), (2, False), (3, False)], "then": [(3, True), (0, True), (1, False)]}),
    "Price": STILLS["price"],
    "Candidates": STILLS["candidates"],
    "Scores": lambda: Scores({"flips": [0, 7], "a twin": [0, 1]}, ("all on", "hash off")),
}  # fmt: skip
EVERY = pytest.mark.parametrize("make", ALL.values(), ids=ALL.keys())


def texts(still: Still) -> dict[str, str]:
    return {mark.id: mark.text for mark in still.marks() if mark.text}


def test_every_still_is_here_and_in_the_lesson_that_the_table_names() -> None:
    told = re.findall(r"^\| `(\w+)` \| (\d\d) \|", f"{stills.__doc__}{stills_labs.__doc__}", re.M)
    assert [name for name, _ in told] == list(ALL)
    for name, number in told:
        (path,) = (path for path in LESSONS if path.name.startswith(number))
        cells = [cell for cell in code(lesson(path)) if f"\n{name}(" in cell.source]
        (shown,) = [output for output in cells[0].outputs if output.output_type == "execute_result"]
        assert "data:image/svg+xml" in shown.data["text/html"] and len(shown.data["text/html"]) < 100_000


@EVERY
def test_it_keeps_to_the_rules_of_plates_and_asks_for_no_browser(make: Callable[[], Still]) -> None:
    still = make()
    assert still.question.endswith("?") and re.fullmatch(r"[^.].*[^.]\.", still.alt()) and ". " not in still.alt()
    head, *rows = still.rows()
    assert rows and all(len(row) == len(head) for row in rows)
    assert still.svg() == make().svg() and not list(still.controls()) and not list(still.fixed())
    ElementTree.fromstring(still.svg())
    looks = set(re.findall(r"\.([a-z]\w*)", (HERE / "picture.css").read_text()))
    marks = list(still.marks())
    assert len({mark.id for mark in marks}) == len(marks)
    for mark in marks:
        assert set(mark.look.split()) <= looks and mark.do is None, mark
        assert 0 <= mark.x <= mark.x + mark.w <= WIDTH and 0 <= mark.y <= mark.y + mark.h <= still.height, mark
    shown = still._repr_mimebundle_()
    assert shown["text/plain"] == str(still) and 'src="data:image/svg+xml' in shown["text/html"]


def test_layers_find_the_field_of_their_byte_and_its_place() -> None:
    assert list(ALL["Layers"]().rows())[1:] == [
        ("message", "28", "session_id", "36"), ("request", "60", "perm_auth_key_id", "68")
    ]  # fmt: skip


def test_the_marks_of_layers_stand_above_and_below_what_is_written() -> None:
    boxes = {mark.y: mark for mark in ALL["Layers"]().marks() if mark.w}
    for mark in (mark for mark in ALL["Layers"]().marks() if mark.id.endswith(" mark")):
        box = next(box for y, box in boxes.items() if 0 < y - mark.y < 10)
        strokes = [(mark.y + int(start), int(size)) for start, size in re.findall(r"M0 (\d+)v(\d+)", mark.d)]
        assert [start + size <= box.y + 4 or start >= box.y + box.h - 4 for start, size in strokes] == [True, True]


def test_boxes_count_every_byte_of_a_layer() -> None:
    (_, _, before, behind, key), (_, _, last, none, _) = list(ALL["Boxes"]().rows())[1:]
    sizes = [int(each.split()[-1]) for each in f"{before}, {behind}".split(", ")]
    assert sum(sizes) + len(CARRIED.binding.request) == len(CARRIED.message) and key == "the temporary key"
    assert sum(int(each.split()[-1]) for each in last.split(", ")) == len(CARRIED.binding.request) and none == "nothing"


def test_a_comb_counts_what_it_shows_and_has_every_length_that_is_met_on_it() -> None:
    comb = ALL["Comb"]()
    assert list(comb.rows())[1:] == [
        ("Always.", "301", "3, 4"), ("At 3 and at 592.", "2", "3, 592"), ("Never.", "0", "none")
    ]  # fmt: skip
    places = {n: next(mark for mark in comb.marks() if mark.id == f"met {n} number") for n in (3, 4, 592)}
    assert all(0 < place.x < WIDTH for place in places.values())
    assert places[3].y != places[4].y, "3 and 4 stand side by side"
    teeth = {mark.id: mark.d for mark in comb.marks() if mark.id.startswith("teeth")}
    assert [teeth[f"teeth {row}"].count("M") for row in range(3)] == [1, 2, 0]


def test_who_tells_one_side_from_both_and_both_from_all() -> None:
    assert [row[1:] for row in list(ALL["Who"]().rows())[1:]] == [
        ("both", "all", "all", "all", "all", "all", "2"), ("-", "-", "-", "-", "client", "both", "never"),
        ("-", "-", "-", "-", "-", "-", "never"),
    ]  # fmt: skip


def test_a_bench_hands_up_a_packet_with_the_read_that_ends_it() -> None:
    bench = ALL["Bench"]()
    assert list(bench.rows())[1:4] == [
        ("read 1", "100", "1", "56"), ("read 2", "100", "1", "156"), ("read 3", "48", "2", "0")
    ]  # fmt: skip
    assert [texts(bench)[f"up {at}"] for at in range(3)] == ["1", "-", "2"]
    assert list(bench.rows())[4][2] == "3 refused, 1 waits, 0 damaged packet handed up"
    assert list(bench.rows())[5][2] == "0 refused, 0 waits, 2 damaged packet handed up"


def test_stripes_measure_what_a_byte_tells() -> None:
    assert list(ALL["Stripes"]().rows())[1:] == [
        ("plain", "2", "1", "4.00", "0.00"), ("a client, packets", "40 84 200", "", "", "")
    ]  # fmt: skip


def test_a_grid_has_the_cells_of_its_table_and_fills_what_matters() -> None:
    assert list(ALL["Zeros"]().rows()) == [
        ("value", "one in", "id", "salt"), ("nonce", "256", "same", "other"), ("g_a", "199", "same", "same")
    ]  # fmt: skip
    assert ALL["Zeros"]().said().endswith("of g_a.") and list(ALL["Scores"]().rows())[-1][1:] == ("0", "2")
    for name, filled in (("Zeros", {"other"}), ("Scores", {"7", "1", "2"})):
        assert {mark.text for mark in ALL[name]().marks() if "hit" in mark.look} == filled


def test_growth_puts_a_square_root_on_a_line_of_half_the_slope() -> None:
    places = {mark.id: (mark.x, mark.y) for mark in ALL["Growth"]().marks()}
    (x0, y0), (x1, y1), (x2, y2) = (places[f"p {2**bits}"] for bits in (8, 16, 24))
    assert x1 - x0 == pytest.approx(x2 - x1) and y0 - y1 == pytest.approx(y1 - y2)


def test_diffusion_counts_bytes_and_bits() -> None:
    assert list(ALL["Diffusion"]().rows())[1:] == [("first", "32", "1", "0.4 %"), ("last", "48", "48", "100.0 %")]


@pytest.mark.parametrize(("p", "g"), [(23, 5), (31, 3), (47, 5)])
def test_small_clocks_show_the_remainders_of_the_hour(p: int, g: int) -> None:
    for x in range(p - 1):
        assert [hand for *_, hand in list(SmallClocks(p, g, x).rows())[1:]] == [
            str(x % f) for f in SmallClocks(p, g, x).factors
        ]


def test_the_lessons_pictures_have_the_numbers_of_the_course() -> None:
    """Computed in the lessons: where a wrong string shows, what a lost byte does, how far one bit runs."""
    said = "\n".join(str(output.get("data", {}).get("text/plain", "")) for path in LESSONS if path.name[:2] in
                     ("03", "04", "08") for cell in code(lesson(path)) for output in cell.outputs)  # fmt: skip
    for told in ("data alone 254", "after the data 451", "none are due 150", "high byte first 345",
                 "abridged 1 refused, 200 waits, 644", "643 damaged", "full 692 refused, 208 waits, 0",
                 "aes_encrypted 48 of 224", "encrypted_data 255 of 256"):  # fmt: skip
        assert told in said
