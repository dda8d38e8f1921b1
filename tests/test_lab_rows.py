"""A dissection told to a widget: every byte on one sheet, every field on its bytes."""

from __future__ import annotations

import json

import pytest

from mtlib.lab.rows import Map, Provenance, checks, hexes, short, structure, uncut, verdict
from mtlib.lab.samples import sample
from mtlib.protocol.checks import verify
from mtlib.protocol.packets import FORMULAS, plain
from mtlib.wire import SCHEMA, Dissection, Layout, unseal
from mtlib.wire.dissection import Field
from mtlib.wire.layout import Rest
from mtlib.wire.notes import copied, given

SAMPLE = sample()
FRAME = unseal(SAMPLE.carried.frame, SAMPLE.keys)
INNER = "frame/packet/message/request/encrypted_message/plaintext/envelope/inner"
KNOWN = {"perm_auth_key": SAMPLE.perm_key, "temp_auth_key": SAMPLE.temp_key}


def told(root: Dissection = FRAME) -> dict:
    found = Map.of(root)
    provenance = Provenance(KNOWN, FORMULAS)
    return structure(found, [provenance.of(found, place) for place in found.places])


def field(path: str) -> dict:
    return next(told for told in told()["fields"] if told["path"] == path)


def test_each_open_seal_is_a_sheet_and_knows_what_opened_it() -> None:
    sheets = [(sheet["name"], sheet["size"], sheet["keys"]) for sheet in told()["sheets"]]
    assert sheets == [
        ("frame", 204, []), ("message", 176, ["temp_auth_key"]), ("plaintext", 80, ["perm_auth_key"]),
    ]  # fmt: skip


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


def test_a_seal_without_its_key_stays_shut() -> None:
    shut = told(SAMPLE.carried.frame)
    assert len(shut["sheets"]) == 1
    assert [(f["sealed"], f["opens"]) for f in shut["fields"] if f["name"] == "ciphertext"] == [(True, -1)]


def test_sources_point_at_fields_at_sheets_and_out_of_the_bytes() -> None:
    fields, sheets = told()["fields"], told()["sheets"]
    sources = {name: (path, at, layer) for name, path, at, layer in field("frame/packet/ciphertext")["sources"]}
    assert sources["auth_key"] == ("@temp_auth_key", -1, -1)
    assert fields[sources["msg_key"][1]]["path"] == "frame/packet/msg_key"
    assert sheets[sources["message"][2]]["path"] == "frame/packet/message"


def test_a_copy_tells_the_time_as_its_source_does() -> None:
    assert field("frame/packet/message/request/expires_at")["time"] == "seconds"
    assert field(f"{INNER}/expires_at")["time"] == "seconds"
    assert field(INNER.rpartition("/")[0] + "/msg_id")["time"] == "seconds * 2**32"
    assert field(f"{INNER}/nonce")["time"] == ""


def test_a_nested_object_says_what_it_is() -> None:
    assert field("frame/packet/message/request")["shape"] == "auth.bindTempAuthKey"
    assert field(INNER)["shape"] == "bind_auth_key_inner"
    assert field("frame/packet")["shape"] == ""


def test_a_message_of_the_key_exchange_is_told_in_the_same_way() -> None:
    packet = plain(4, SCHEMA["req_pq_multi"].build(nonce=bytes(range(16))))
    assert {"auth_key_id", "msg_id", "message", "constructor", "nonce"} <= {f["name"] for f in told(packet)["fields"]}


def test_everything_is_json_and_no_key_is_in_it() -> None:
    text = json.dumps(told())
    assert SAMPLE.perm_key.data.hex() not in text and SAMPLE.temp_key.data.hex() not in text


def test_bytes_that_an_open_seal_shows_and_nobody_can_cut_are_one_field() -> None:
    shape = Layout("four", (Field("rest", Rest(), given()),))

    class Stubborn:
        name = "stubborn"

        def scan(self, data: bytes, reading: object) -> object:
            return shape.dissect(data)["nothing"]  # LocalError

    found = Map.of(Dissection(Stubborn(), b"\1\2\3\4"))  # type: ignore[arg-type]
    assert [place.path for place in found.places] == ["stubborn/bytes"]
    assert uncut("x", b"\1", "why").spans[0].field.note.meaning == "These bytes no longer parse: why"


def test_a_source_that_damage_has_taken_away_is_no_error() -> None:
    lost = Layout("root", (Field("a", Rest(), copied("elsewhere/a")),)).dissect(b"\1\2")
    (one,) = told(lost)["fields"]
    assert one["sources"] == [["a", "elsewhere/a", -1, -1]]


def test_a_verdict_is_told_by_rows() -> None:
    b = SAMPLE.binding
    data = bytearray(bytes(b.request))
    data[12] ^= 1
    said = verify(
        bytes(data), perm_key=b.perm_key, temp_key=b.temp_key, session_id=b.session_id, msg_id=b.msg_id, now=SAMPLE.now
    )
    told_verdict = verdict(said, "no")
    failed = told_verdict["rows"][told_verdict["failed"]]
    assert (told_verdict["ok"], told_verdict["answer"], failed[0]) == (False, "no", False)
    rows = checks(said, Map.of(FRAME))
    named = {row["name"]: row for row in rows}
    read = [told()["fields"][index]["path"] for index in named["nonce"]["fields"]]
    assert read == ["frame/packet/message/request/nonce", f"{INNER}/nonce"]
    assert len(rows) == len(told_verdict["rows"])


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (7, "7"), ("x", "x"), (b"\1\2", "0102"), (bytes(30), f"{'00' * 24}..., 30 bytes")],
)
def test_values_in_a_sentence_are_short(value: object, text: str) -> None:
    assert short(value) == text


def test_the_bytes_of_every_sheet() -> None:
    frame, message, plaintext = hexes(Map.of(FRAME))
    assert (frame, message) == (bytes(FRAME).hex(), bytes(SAMPLE.carried.message).hex())
    assert plaintext == bytes(SAMPLE.binding.plaintext).hex()
