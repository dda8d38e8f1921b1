"""Ribbons and key use: the pictures say what the tables of the schedules say."""

from __future__ import annotations

import pytest

from figure_samples import figure
from mtlib.crypto.kdf import FROM_NONCES, MSG_KEY_V2, V1, V2, ScheduleTable, key_usage
from mtlib.errors import LocalError
from mtlib.lab.figures_schedule import key_use, schedule_ribbons


def test_every_row_of_the_schedule_is_there() -> None:
    assert dict(figure("ribbons V1").rows)["aes_key"] == "sha1_a[0:8] + sha1_b[8:20] + sha1_c[4:16]"
    assert dict(figure("ribbons V2").rows) == {row.name: row.python(8) for row in V2.rows}
    for row in V1.rows:
        assert f"{row.name} = {row.python(0)}" in figure("ribbons V1").alt


def test_both_directions_have_a_picture_of_their_own() -> None:
    to, back = schedule_ribbons(V1), schedule_ribbons(V1, 8)
    assert "to the data centre" in to.title and "from the data centre" in back.title
    assert to.rows != back.rows


@pytest.mark.parametrize("table", [FROM_NONCES, MSG_KEY_V2])
def test_another_kind_of_table_is_refused(table: ScheduleTable) -> None:
    with pytest.raises(LocalError):
        schedule_ribbons(table)


def test_an_x_that_is_no_direction_is_refused() -> None:
    for refused in (lambda: schedule_ribbons(V1, 4), lambda: key_use({"V1": (V1,)}, 4)):
        with pytest.raises(LocalError, match="direction"):
            refused()


def test_the_strips_cover_the_key_and_count_right() -> None:
    tables = {"MTProto 1.0": (V1,), "MTProto 2.0": (V2, MSG_KEY_V2)}
    made = key_use(tables)
    for name, together in tables.items():
        rows = [row for row in made.rows if row[0] == name]
        assert sum(int(row[2]) for row in rows) == 256
        read = sum(any(key_usage(table, 0)[byte] for table in together) for byte in range(256))
        assert sum(int(row[2]) for row in rows if row[3] != "nothing") == read
        assert f"{name} reads {read} of them" in made.alt
    assert "MTProto 1.0 reads 128 of them; MTProto 2.0 reads 104 of them" in made.alt


def test_nothing_to_draw_is_an_error() -> None:
    for tables in ({}, {" ": (V1,)}, dict.fromkeys("abcde", (V1,))):
        with pytest.raises(LocalError):
            key_use(tables)
