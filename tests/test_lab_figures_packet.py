"""The ruler and the flip map: every byte and every bit is accounted for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from figure_samples import SAMPLE, figure, flips
from mtlib.errors import LocalError
from mtlib.lab.figures.packet import PARTS, flip_map, packet_ruler
from mtlib.protocol.checks import Rules


def test_each_level_is_tiled() -> None:
    levels: dict[str, list[tuple[str, ...]]] = {}
    for row in figure("ruler").rows:
        levels.setdefault(row[0], []).append(row)
    assert list(levels) == ["packet", "message", "request", "encrypted_message", "plaintext", "inner"]
    for rows in levels.values():
        starts = [int(row[2]) for row in rows]
        ends = [int(row[2]) + int(row[3]) for row in rows]
        assert starts == [0, *ends[:-1]]
    sizes = [sum(int(row[3]) for row in rows) for rows in levels.values()]
    assert sizes == [200, 176, 132, 104, 80, 40]


def test_what_a_wiretapper_reads() -> None:
    assert "In the clear on the wire stand 24 bytes: auth_key_id and msg_key." in figure("ruler").alt


@pytest.mark.parametrize("blocks", [0, 1, 63])
def test_any_lawful_padding_is_drawn(blocks: int) -> None:
    carried = replace(SAMPLE.carried, padding=bytes(12 + 16 * blocks))
    made = packet_ruler(carried)
    assert made.title == f"The packet of {len(carried.packet)} bytes, opened box by box"
    assert ("message", "padding", "164", str(12 + 16 * blocks), "random") in made.rows


def test_the_flip_map_counts_the_data_centre_s_answers() -> None:
    assert [(row[0], row[1]) for row in figure("flips").rows] == [
        ("perm_auth_key_id_in_front", "64"), ("length", "384"), ("msg_key", "384"),
    ]  # fmt: skip
    assert [row[2] for row in figure("flips").rows] == ["0 to 7", "8 to 55", "56 to 103"]
    assert figure("flips").alt.endswith("Accepted: 0.")
    assert [row[1] for row in figure("flips, hash first").rows] == ["64", "768"]


def test_accepted_flips_are_told() -> None:
    made = flip_map((None, *flips()[1:]))
    assert made.rows[0] == ("accepted", "1", "0 to 0") and made.alt.endswith("Accepted: 1.")
    everything = flip_map([None] * 832)
    assert "notices first: none. Accepted: 832." in everything.alt


def test_switched_off_checks_leave_the_other_net() -> None:
    skip = frozenset({"length", "msg_key"})
    assert "accepted" not in [row[0] for row in flip_map(flips(Rules(skip=skip))).rows]


def test_the_parts_are_the_encrypted_message() -> None:
    assert sum(size for _, size in PARTS) == 104
    assert [name for name, _ in PARTS] == ["key id", "msg_key", "C1", "C2", "C3", "C4", "C5"]


def test_another_number_of_bits_is_refused() -> None:
    for failed in ([], ["msg_key"] * 831, [str(at % 7) for at in range(832)]):
        with pytest.raises(LocalError):
            flip_map(failed)
