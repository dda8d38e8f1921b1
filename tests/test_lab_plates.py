"""The kit of the plates, and what holds for every plate: models without a browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from inspect import signature
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import pytest

from figure_samples import BINDING, MODES, SAMPLE, blocks, flips, verdict
from mtlib.crypto.kdf import V1
from mtlib.errors import LocalError
from mtlib.lab import Diffusion, Zeros, columns, plate, readers
from mtlib.lab.figures import (
    coverage_bars,
    equality_wiring,
    flip_map,
    garble,
    garble_map,
    ige_strip,
    key_use,
)
from mtlib.lab.plates.machine import MODES as CHAININGS
from mtlib.lab.plates.plate import WIDTH, Control, Glyph, Menu, Plate, Press, Slider, Still, hatching, line, ribbon
from mtlib.lab.widgets import HERE
from plates import ALL, STILLS, moves, play
from test_lab_plates_stills import ALL as MORE_STILLS

EVERY = pytest.mark.parametrize("make", ALL.values(), ids=ALL.keys())
EVERY_STILL = pytest.mark.parametrize("make", STILLS.values(), ids=STILLS.keys())
EVERY_PICTURE = pytest.mark.parametrize("make", (ALL | STILLS).values(), ids=(ALL | STILLS).keys())
CALLS: dict[str, Callable[[], Any]] = {
    "plate": partial(plate, ALL["rho"]()),
    "columns": partial(columns, CHAININGS[0], bytes(BINDING.plaintext), bytes(32), bytes(32)),
    "readers": partial(readers, "1.0, back"),
    "coverage_bars": partial(coverage_bars, SAMPLE.carried),
    "equality_wiring": partial(equality_wiring, verdict()),
    "flip_map": partial(flip_map, flips()),
    "garble": partial(garble, bytes(16), bytes(16)),
    "garble_map": partial(garble_map, MODES, "Which?"),
    "ige_strip": partial(ige_strip, blocks()),
    "key_use": partial(key_use, {"1.0": (V1,)}),
}
"""The functions of plates and figures, as the lessons call them."""
MOST = 14
"""Moving pictures in the whole course."""
Make = Callable[[], Plate]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Doors(Plate):
    name, question, height = "doors", "Which door is open?", 120

    def __init__(self) -> None:
        self.open = self.paint = self.size = 0
        super().__init__()

    def marks(self) -> Iterator[Glyph]:
        for at in range(3):
            look = "good" if at == self.open else "paper"
            yield Glyph(f"door{at}", 20 + 80 * at, 20, 60, 80, "<open>", look, label=f"door {at}", do=("unlock", at))

    def controls(self) -> Iterator[Control]:
        yield Press("unlock", "the last door", 2)
        yield Menu("paint", "colour", 0, [(0, "red"), (1, "blue")])
        yield Slider("size", "size", 1, 4, "small")

    def do_unlock(self, at: int) -> None:
        if at < 0:
            raise LocalError("a door behind the first", got=at)
        self.open = range(3)[at]

    def said(self) -> str:
        return f"door {self.open} is open"

    def alt(self) -> str:
        return "Three <doors>."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield ("door",)
        yield (str(self.open),)


def test_every_message_is_answered_with_its_serial_and_a_refused_one_changes_nothing() -> None:
    doors = Doors()
    doors.handle({"serial": "a 1", "do": "unlock", "value": 2})
    assert (doors.state["serial"], doors.state["said"]) == ("a 1", "door 2 is open")
    for value, said in ((-1, "behind the first"), (7, "does not exist"), (None, "does not exist"), ("x", "not exist")):
        doors.handle({"serial": "a 2", "do": "unlock", "value": value})
        assert doors.state["serial"] == "a 2" and said in doors.state["said"] and doors.open == 2
    for message in ({}, {"do": "handle"}, {"do": "", "serial": [1]}, {"do": "__init__", "serial": 3}):
        doors.handle(message)
        assert "does not exist" in doors.state["said"]


def test_a_menu_and_a_slider_without_a_method_set_what_they_are_named_after() -> None:
    doors = Doors()
    assert play(doors, ("paint", 1.0), ("size", 4)) == "door 0 is open" and (doors.paint, doors.size) == (1, 4)
    with pytest.raises(LookupError):
        Press("unlock", "a button").chosen(1)
    for name, value in (("paint", 2), ("paint", None), ("paint", []), ("size", 5), ("size", "x"), ("height", 1)):
        assert "does not exist" in play(doors, (name, value)) and (doors.paint, doors.size) == (1, 4)


def test_a_mark_tells_what_it_has_and_nothing_else() -> None:
    assert Glyph("a", 1.04, pressed=False).told() == {"id": "a", "x": 1.0, "pressed": False}
    assert Glyph("a", slide=(1, 2.54), cell=0, do=("day", 0)).told() == {
        "id": "a", "slide": [1, 2.5], "do": ["day", 0]
    }  # fmt: skip
    kinds = [control["kind"] for control in Doors().state["controls"]]
    assert kinds == ["press", "choice", "slider"]


def test_text_never_becomes_markup_in_the_still() -> None:
    assert "<doors>" not in Doors().svg() + Doors().html() and "<open>" not in Doors().svg()
    ElementTree.fromstring(Doors().svg())


@pytest.mark.parametrize(("d", "ends"), [
    (line((0, 0), (10, 0)), [(0, 0), (10, 0)]),
    (line((0, 0), (0, 20), arrow=True), [(0, 0), (0, 20), (-3, 14), (0, 20), (3, 14)]),
    (hatching(12, 6), [(6, 0), (0, 6), (12, 0), (6, 6)]),
])  # fmt: skip
def test_paths(d: str, ends: list[tuple[float, float]]) -> None:
    numbers = [float(found) for found in NUMBER.findall(d)]
    assert list(zip(numbers[::2], numbers[1::2], strict=True)) == ends


def test_a_ribbon_joins_its_edges() -> None:
    d = ribbon((0, 10, 0), (50, 60, 40))
    assert d.startswith("M0 0C0 20 50 20 50 40L60 40") and d.endswith("10 0Z")


def test_models_need_neither_jupyter_nor_matplotlib() -> None:
    program = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from plates import ALL\n"
        "for make in ALL.values(): make().html()\n"
        "print(*{'IPython', 'anywidget', 'traitlets', 'ipywidgets', 'matplotlib', 'numpy'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=HERE.parents[1], capture_output=True, text=True)
    assert (said.stdout.strip(), said.returncode) == ("", 0), said.stderr


# -- Every plate

LOOKS = set(re.findall(r"\.([a-z]\w*)", (HERE / "picture.css").read_text() + (HERE / "plates.css").read_text()))


def is_whole(model: Plate) -> None:
    """Ids once, everything on the sheet, names that exist."""
    assert model.state["said"] and model.alt()
    marks = [*model.fixed(), *model.marks()]
    ids, controls = [mark.id for mark in marks], {control.name for control in model.controls()}
    assert len(set(ids)) == len(ids)
    for mark in marks:
        assert set(mark.look.split()) <= LOOKS, mark
        assert -1 <= mark.x <= mark.x + mark.w <= WIDTH and -1 <= mark.y <= mark.y + mark.h <= model.height, mark
        assert mark.do is None or mark.label, mark
        assert mark.do is None or hasattr(model, f"do_{mark.do[0]}") or mark.do[0] in controls, mark
    lights = {name for mark in marks for name in mark.lights.split()}
    assert lights <= {name for mark in marks for name in mark.of.split()}
    ElementTree.fromstring(model.svg())


def test_there_are_no_more_moving_pictures() -> None:
    assert len(ALL) <= MOST and all(any(moves(make())) for make in ALL.values())


@EVERY_STILL
def test_a_still_shows_itself_and_has_nothing_to_do(make: Callable[[], Still]) -> None:
    model = make()
    is_whole(model)
    assert list(moves(model)) == list(model.controls()) == []
    data = model._repr_mimebundle_()
    assert data == {"text/plain": str(model), "text/html": model.html()} and len(data["text/html"]) < 120_000
    assert 'src="data:image/svg+xml;base64,' in data["text/html"] and "url(" not in model.svg()


@EVERY_PICTURE
def test_it_asks_and_says_what_it_is_in_one_sentence(make: Make) -> None:
    model = make()
    assert model.question.endswith("?")
    assert model.alt().endswith(".") and ". " not in model.alt()
    head, *rows = model.rows()
    assert rows and all(len(row) == len(head) for row in rows)


@EVERY_PICTURE
def test_its_table_has_room_for_every_word(make: Make) -> None:
    """Some 130 letters stand beside each other in the usual window of JupyterLab."""
    longest = [
        max(len(word) for text in column for word in [*text.split(), ""]) for column in zip(*make().rows(), strict=True)
    ]
    assert sum(longest) + 3 * len(longest) <= 130


@EVERY_PICTURE
def test_structure_and_state_are_plain_and_the_same_every_time(make: Make) -> None:
    model, other = make(), make()
    assert json.loads(json.dumps([model.structure, model.state])) == [model.structure, model.state]
    assert (model.structure, model.state, model.svg()) == (other.structure, other.state, other.svg())


@EVERY
def test_whatever_can_be_done_is_answered_and_the_picture_stays_whole(make: Make) -> None:
    """Each kind of move from the beginning, with some of its values, and after it one move more."""
    kinds: dict[str, list[object]] = {}
    controls = [control.kind for control in make().controls()]
    for do, value in moves(make()):
        kinds.setdefault(do, []).append(value)
    for do, values in kinds.items():
        for value in [*values[:: 1 + len(values) // 16], values[-1]]:
            model = make()
            play(model, (do, value), *islice(moves(model), 1))
            assert "does not exist" not in model.state["said"], (do, value)
            assert [control.kind for control in model.controls()] == controls
            is_whole(model)


@EVERY
def test_wrong_values_are_refused_with_a_sentence(make: Make) -> None:
    model = make()
    for do in {do for do, _ in moves(model)}:
        for value in (None, "x", 10**9, -(10**9), [], {}, [None, None], [0, 10**9], 1.5, [[]], b""):
            model.handle({"serial": 9, "do": do, "value": value})
            assert model.state["serial"] == 9 and model.state["said"]


@EVERY
def test_its_still_and_its_table_stand_where_nothing_runs(make: Make) -> None:
    widget = plate(make())
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert 'src="data:image/svg+xml;base64,' in data["text/html"] and "<table" in data["text/html"]
    assert "hsl(" not in data["text/html"] and "url(" not in widget.model.svg()
    assert data["text/plain"] == str(widget.model)
    assert len(data["text/html"]) < 120_000


@EVERY
def test_the_widget_carries_messages_and_states(make: Make) -> None:
    widget = plate(make())
    do, value = next(moves(widget.model))
    widget._handle(widget, {"serial": "v 1", "do": do, "value": value}, [])
    widget._handle(widget, "no message", [])
    assert widget.state == widget.model.state and widget.state["serial"] == "v 1"


def test_tortoise_and_hare_stand_on_no_number() -> None:
    rho = ALL["rho"]()
    (slider,) = rho.controls()
    for step in range(slider.most + 1):  # type: ignore[union-attr]
        play(rho, ("step", step))
        marks = [mark for mark in rho.marks() if mark.w]
        tags = [mark for mark in marks if mark.id[0] in "TH"]
        for tag in tags:
            for other in marks:
                over = min(tag.x + tag.w, other.x + other.w) - max(tag.x, other.x)
                down = min(tag.y + tag.h, other.y + other.h) - max(tag.y, other.y)
                assert other is tag or min(over, down) < 1, (step, tag.id, other.id)


WRONG: tuple[Any, ...] = (object(), [object()], {object(): 1}, (1, object(), 3), {"a": object()})
"""Of no type that is asked for, neither in themselves nor in what they hold. The last may be a list of words."""


@pytest.mark.parametrize("make", (ALL | STILLS | MORE_STILLS | CALLS).values(), ids=ALL | STILLS | MORE_STILLS | CALLS)
def test_a_wrong_type_is_an_error_of_ours(make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """One argument is wrong, all others are those of the lessons."""
    call, right = asked(make, monkeypatch)
    for name, parameter in signature(call).parameters.items():
        for bad in WRONG if "Iterable" not in parameter.annotation else WRONG[:-1]:
            with pytest.raises(LocalError):
                call(**right | {name: bad})
    with pytest.raises(TypeError):
        call(no_such_argument=1)


def test_a_pair_has_two_and_a_mapping_is_read_by_its_keys_where_words_are_wanted() -> None:
    for pair in ((b"one",), (b"one", b"two", b"more")):
        with pytest.raises(LocalError, match=r"tuple\[bytes, bytes\]"):
            Diffusion({"stage": pair})  # type: ignore[dict-item]
    assert Zeros({"id": object()}, {"nonce": ["id"]}, {"nonce": 256}).columns == ("one in", "id")


def asked(make: Callable[[], Any], patch: pytest.MonkeyPatch) -> tuple[Callable[..., Any], dict[str, Any]]:
    """What is called in the end, and with which arguments."""
    if isinstance(make, partial):
        return make.func, signature(make.func).bind(*make.args).arguments
    kind, given = type(make()), {}
    real = kind.__init__

    def noted(self: Plate, *values: Any, **named: Any) -> None:
        if type(self) is kind:
            given.update(signature(real).bind(self, *values, **named).arguments)
        real(self, *values, **named)

    with patch.context() as patched:
        patched.setattr(kind, "__init__", noted)
        make()
    return kind, {name: value for name, value in given.items() if name != "self"}


@pytest.mark.parametrize("make", (ALL | STILLS | MORE_STILLS | CALLS).values(), ids=ALL | STILLS | MORE_STILLS | CALLS)
def test_where_nothing_is_given_nothing_breaks(make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    call, right = asked(make, monkeypatch)
    for name in signature(call).parameters:
        for empty in ({}, [], (), b"", "", frozenset[str]()):
            with suppress(LocalError):
                assert call(**right | {name: empty}) is not None
