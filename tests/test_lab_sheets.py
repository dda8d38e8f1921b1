"""Where everything stands: every byte on one sheet, every field on its bytes."""

from __future__ import annotations

from mtlib.lab.samples import sample
from mtlib.lab.sheets import Map, uncut
from mtlib.wire.dissection import Dissection, Field, unseal
from mtlib.wire.layout import Layout, Rest
from mtlib.wire.notes import given

SAMPLE = sample()
FRAME = unseal(SAMPLE.carried.frame, SAMPLE.keys)


def test_fields_stand_where_their_bytes_are() -> None:
    found = Map.of(FRAME)
    for place in found.places:
        data = bytes(found.sheets[place.sheet].dissection)
        assert data[place.start : place.stop] == place.span.raw
        start, stop = (place.base + end for end in place.span.body)
        assert data[start:stop] == bytes(place.span)


def test_the_fields_of_a_sheet_leave_no_byte_out() -> None:
    found = Map.of(FRAME)
    for index, sheet in enumerate(found.sheets):
        for at in range(len(sheet.dissection)):
            innermost = found.at(index, at)
            assert innermost is not None and innermost.start <= at < innermost.stop
    assert found.at(0, 204) is None


def test_paths_are_those_of_the_dissection() -> None:
    assert {place.path for place in Map.of(FRAME).places} == {row.path for row in FRAME.rows()}


def test_bytes_that_an_open_seal_shows_and_nobody_can_cut_are_one_field() -> None:
    shape = Layout("four", (Field("rest", Rest(), given()),))

    class Stubborn:
        name = "stubborn"

        def scan(self, data: bytes, reading: object) -> object:
            return shape.dissect(data)["nothing"]  # LocalError

    found = Map.of(Dissection(Stubborn(), b"\1\2\3\4"))  # type: ignore[arg-type]
    assert [place.path for place in found.places] == ["stubborn/bytes"]
    assert uncut("x", b"\1", "why").spans[0].field.note.meaning == "These bytes no longer parse: why"
