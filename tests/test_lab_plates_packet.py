"""The packet that puts itself together: every byte of every layer, where it stands, and what seals it."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest

from mtlib.errors import LocalError
from mtlib.lab import Packet, sample
from mtlib.lab.plates.packet import STEPS
from mtlib.protocol.packets import open_packet
from plates import play

ROOT = Path(__file__).resolve().parents[1]
SIZES = (40, 72, 80, 80, 104, 132, 176, 200, 204)
FRAMINGS = {"abridged": 201, "intermediate": 204, "padded": 204, "full": 212}


def cells(model: Packet) -> dict[int, str]:
    """By place in the frame: the hex that is shown."""
    return {int(mark.id[1:]): mark.text for mark in model.marks() if mark.id[0] == "b" and mark.id[1:].isdigit()}


@pytest.mark.parametrize(("step", "size"), [*zip(STEPS, SIZES, strict=True)])
def test_a_step_shows_the_bytes_of_its_layer_in_their_order(step: str, size: int) -> None:
    carried = sample().carried
    shown = cells(Packet(carried, step))
    binding = carried.binding
    layer = {"ciphertext": binding.ciphertext, "frame": carried.frame, "packet": carried.packet,
             "message": carried.message}.get(step) or getattr(binding, step)  # fmt: skip
    assert bytes.fromhex("".join(shown[place] for place in sorted(shown))) == bytes(layer)
    assert len(shown) == size and sorted(shown) == list(range(min(shown), min(shown) + size))


def test_the_same_byte_keeps_its_place_and_an_unsealed_one_its_value() -> None:
    steps = [cells(Packet(sample().carried, step)) for step in STEPS]
    for before, after in pairwise(steps):
        assert before.keys() <= after.keys()
    changed = [sum(before[at] != after[at] for at in before) for before, after in pairwise(steps)]
    assert [at for at, count in enumerate(changed) if count] == [STEPS.index("plaintext"), STEPS.index("message")]
    assert changed[2] > 70 and changed[6] > 160  # a byte in 256 stays by chance


def test_two_seals_and_what_stays_in_the_clear() -> None:
    model = Packet(sample().carried, "packet")
    sealed = [place for place in cells(model) if model.sealed(place, STEPS.index("packet"))]
    assert len(sealed) == 176 and model.sealed(sealed[0], STEPS.index("message")) == ""
    assert {mark.id for mark in model.marks() if mark.id.startswith("box")} == {"box permanent", "box temporary"}
    opened = open_packet(bytes.fromhex("".join(cells(model)[at] for at in sorted(cells(model)))), sample().temp_key, 0)
    assert bytes(opened) == bytes(sample().carried.message)


def test_a_byte_that_is_pointed_at_says_its_way_through_all_layers() -> None:
    model = Packet(sample().carried, "frame")
    forty = model.layers[0].start
    (mark,) = (mark for mark in model.marks() if mark.id == f"b{forty + 4}")
    for words in ("byte 0 of nonce", "4 of inner", "36 of envelope", "60 of encrypted_message", "145 of frame"):
        assert words in mark.label
    assert "sealed with the temporary key" in mark.label
    frame = bytes(sample().carried.frame)
    assert mark.text == f"{frame[145]:02x}"


@pytest.mark.parametrize(("framing", "size"), [*FRAMINGS.items()])
def test_every_framing_puts_its_bytes_around_the_packet(framing: str, size: int) -> None:
    carried = sample(framing=framing).carried
    shown = cells(Packet(carried, "frame"))
    assert len(shown) >= size and bytes.fromhex("".join(shown[at] for at in sorted(shown))) == bytes(carried.frame)


def test_the_slider_and_the_bars_lead_to_the_same_step() -> None:
    model = Packet(sample().carried)
    assert play(model, ("step", 5)).startswith("request, 132 bytes.")
    (slider,) = model.controls()
    assert slider.told()["words"] == "6 of 9: request, 132 bytes" and slider.told()["most"] == 8
    assert [mark.pressed for mark in model.marks() if mark.id.startswith("bar")].index(True) == 5


def test_an_unknown_layer_is_refused() -> None:
    with pytest.raises(LocalError, match="no such layer"):
        Packet(sample().carried, "envelop")


def test_other_bytes_give_other_cells() -> None:
    one, other = (cells(Packet(sample(seed).carried)) for seed in ("lesson", "other"))
    assert one != other  # the picture is of the packet that it is given


def test_the_picture_of_the_readme_is_the_first_frame() -> None:
    sys.path.insert(0, str(ROOT / "tests" / "tools"))
    from picture import PICTURE, drawn

    assert PICTURE.read_text(encoding="utf-8") == drawn(), "./run picture draws it again"
    assert f"(docs/{PICTURE.name})" in (ROOT / "README.md").read_text(encoding="utf-8")
