"""The form of lesson 29 without a browser: what is pasted is recognised, judged and shown; no key comes out of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from mtlib.clinic.doctor import diagnose
from mtlib.errors import LocalError
from mtlib.lab.form import CHOICES, Form
from mtlib.lab.patients import KEYS, SAMPLE, TOLD, TWELVE, with_seal
from mtlib.lab.sheets import Map
from mtlib.protocol.packets import seal

RIGHT = SAMPLE.binding
REQUEST = bytes(RIGHT.request)
PERM, TEMP = (bytes(key) for key in (RIGHT.perm_key, RIGHT.temp_key))
NUMBERS = f"session_id: {RIGHT.session_id}\nmsg_id: {RIGHT.msg_id}\nnow: {SAMPLE.now}\n"


def empty() -> Form:
    form = Form()
    form.handle({"serial": 0, "do": "clear"})
    return form


def paste(form: Form, text: str, name: str = "") -> str:
    form.handle({"serial": 1, "do": "read", "text": text, "name": name})
    return str(form.state["said"])


def names(form: Form) -> list[str]:
    return [finding["name"] for finding in (form.state["verdict"] or {"findings": []})["findings"]]


def values(form: Form) -> dict[str, str]:
    return {row["name"]: row["what"] for row in form.state["values"]}


def test_it_begins_with_an_example_and_its_bytes_in_view() -> None:
    form = Form()
    assert names(form) == ["built_for_an_older_message"]
    look = form.inspection["state"]["look"]
    assert (look["layer"], look["start"], look["stop"]) == ("request/encrypted_message/plaintext", 16, 24)
    assert form.inspection["state"]["verdict"]["answer"] == "ENCRYPTED_MESSAGE_INVALID"


@pytest.mark.parametrize("name", TWELVE)
def test_each_example_is_one_message_away_and_is_what_the_doctor_says(name: str) -> None:
    form = Form()
    form.handle({"serial": 7, "do": "example", "name": name})
    request = with_seal(RIGHT, TWELVE[name](RIGHT))
    meant = diagnose(request=request, perm_key=PERM, temp_key=TEMP, session_id=RIGHT.session_id, msg_id=RIGHT.msg_id,
                     now=SAMPLE.now, answer="400 ENCRYPTED_MESSAGE_INVALID")  # fmt: skip
    assert (form.state["serial"], form.state["example"], names(form)) == (7, name, list(meant.names))


def test_values_come_one_after_the_other_in_any_form() -> None:
    form = empty()
    assert (form.state["values"], form.state["verdict"], form.inspection) == ([], None, {})
    said = paste(form, REQUEST.hex(" "))
    assert said.startswith("Found 1 value. The diagnosis, below: Nothing is wrong outside the seal;")
    assert names(form) == ["no_key"]
    paste(form, base64.b64encode(PERM).decode(), name="perm_auth_key")
    assert "msg_id" in " ".join(form.state["verdict"]["missing"])
    paste(form, json.dumps({"temp_auth_key": TEMP.hex(), "session_id": str(RIGHT.session_id), "now": SAMPLE.now}))
    paste(form, str(RIGHT.msg_id), name="msg_id")
    assert names(form) == ["healthy"]
    assert form.state["verdict"]["healthy"]
    assert [*values(form)] == ["request", "perm_auth_key", "temp_auth_key", "session_id", "now", "msg_id"]
    assert values(form)["perm_auth_key"] == f"256 bytes, id {RIGHT.perm_key.id_bytes.hex()}"


def test_a_file_is_read_as_it_is() -> None:
    form = empty()
    packet = bytes(SAMPLE.carried.packet)
    form.handle({"serial": 1, "do": "read", "base64": base64.b64encode(("\ufeff" + KEYS).encode("utf-16-le")).decode()})
    form.handle({"serial": 2, "do": "read", "base64": base64.b64encode(packet).decode()})
    assert values(form)["packet"] == f"{len(packet)} bytes"
    assert any("packet" in note for note in form.state["notes"])
    assert [sheet["path"] for sheet in form.inspection["structure"]["sheets"]][-1].endswith("/plaintext")


def test_what_cannot_be_judged_yet_waits_for_what_comes_next() -> None:
    """The bytes of a packet are known as one by the key that they name."""
    form = empty()
    form.handle({"serial": 2, "do": "read", "base64": base64.b64encode(bytes(SAMPLE.carried.packet)).decode()})
    assert form.state["said"].startswith("Found 1 value. No diagnosis so far: no packets in this stream")
    assert (form.state["verdict"], form.inspection) == (None, {})
    paste(form, KEYS)
    assert ("packet" in values(form), form.state["verdict"]["healthy"]) == (True, True)


def test_bytes_of_ones_own_put_the_example_away_and_a_number_joins_it() -> None:
    form = Form()
    form.handle({"serial": 1, "do": "example", "name": "patient B"})
    assert names(form) == ["nothing_wrong_so_far"]
    paste(form, TOLD["B"].splitlines()[-1].split()[-1], name="msg_id")
    assert names(form) == ["built_for_an_older_message"]
    form.example("patient B")
    assert "The example was put away." in paste(form, f"request: {REQUEST.hex()}")
    assert [*values(form)] == ["request"]


def test_what_comes_later_takes_the_place_of_what_was_there() -> None:
    form = empty()
    paste(form, f"request: {REQUEST.hex()}\nmsg_id: 4\n{KEYS}")
    said = paste(form, f"msg_id: {RIGHT.msg_id}")
    assert said.startswith("Found 1 value. 1 took the place of an earlier one. The diagnosis,")
    assert values(form)["msg_id"] == str(RIGHT.msg_id)


def test_a_value_can_be_left_out() -> None:
    form = Form()
    row = next(row for row in form.state["values"] if row["name"] == "perm_auth_key")
    form.handle({"serial": 1, "do": "forget", "value": row["at"]})
    assert "perm_auth_key" not in values(form)
    assert names(form) == ["no_key"]
    for _ in form.state["values"]:
        form.handle({"serial": 2, "do": "forget", "value": 0})
    assert (form.state["values"], form.state["verdict"]) == ([], None)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"do": "read", "text": "hello"}, "nothing about a binding"),
        ({"do": "read", "text": "request: 05zz"}, "request cannot be read"),
        ({"do": "read", "text": "1", "name": "colour"}, "no value has this name"),
        ({"do": "read", "base64": "*"}, "did not arrive whole"),
        ({"do": "example", "name": "nobody"}, "no such patient"),
        ({"do": "forget", "value": 99}, "no such value"),
        ({"do": "look", "evidence": 99}, "no such evidence"),
        ({"do": "dance"}, "does not exist"),
        ({"do": "look"}, "does not exist"),
        ({}, "does not exist"),
        ({"do": "inspect", "message": 5}, "does not exist"),
    ],
)
def test_what_is_not_possible_is_a_sentence_and_changes_nothing(message: dict[str, Any], words: str) -> None:
    form = Form()
    before = [form.state["values"], form.state["verdict"], form.inspection]
    form.handle({"serial": 3, **message})
    assert words in form.state["said"]
    assert form.state["serial"] == 3
    assert [form.state["values"], form.state["verdict"], form.inspection] == before


def test_every_name_in_the_menu_is_a_name() -> None:
    for name in CHOICES:
        assert "no value has this name" not in paste(empty(), "00", name)


# -- The bytes


@pytest.mark.parametrize("name", TWELVE)
def test_the_bytes_in_view_are_those_of_the_evidence(name: str) -> None:
    form = Form()
    form.example(name)
    assert form.diagnosis is not None
    for index, evidence in enumerate(form.diagnosis.evidence):
        form.handle({"serial": 1, "do": "look", "evidence": index, "focus": True})
        look = form.inspection["state"]["look"]
        sheets = form.inspection["structure"]["sheets"]
        at = [sheet["path"] for sheet in sheets].index(look["layer"])
        shown = bytes.fromhex(form.inspection["state"]["data"][at])[look["start"] : look["stop"]]
        stop = evidence.offset + max(1, evidence.size)
        assert shown == form.diagnosis.parts[evidence.within][evidence.offset : stop]
        assert look["focus"]
        told = [each for finding in form.state["verdict"]["findings"] for each in finding["evidence"]][index]
        if told["bytes"] or evidence.size:
            assert shown.hex().startswith(told["bytes"][1].removesuffix("..."))


def test_a_packet_with_a_wrong_seal_is_shown_where_it_is_wrong() -> None:
    form = empty()
    packet = bytearray(bytes(SAMPLE.carried.packet))
    packet[60] ^= 1
    paste(form, f"packet: {packet.hex()}\n{KEYS}")
    look = form.inspection["state"]["look"]
    assert look["layer"] == "packet"
    assert form.diagnosis is not None and form.diagnosis.evidence[0].within == "packet"
    assert look["start"] == form.diagnosis.evidence[0].offset


def inspect(form: Form, **message: Any) -> None:
    form.handle({"serial": 1, "do": "inspect", "message": {"serial": 2, **message}})


def wrong_packet() -> str:
    message = bytearray(bytes(SAMPLE.carried.message))
    message[44] ^= 1  # the nonce in the request
    return f"packet: {bytes(seal(bytes(message), RIGHT.temp_key)).hex()}\n{KEYS}now: {SAMPLE.now}"


@pytest.mark.parametrize(
    ("told", "right"),
    [
        (lambda: Form(), lambda: RIGHT.msg_id.to_bytes(8, "little")),
        (lambda: wrong_packet(), lambda: (RIGHT.nonce ^ 1).to_bytes(8, "little", signed=True)),
    ],
)
def test_with_the_key_the_wrong_bytes_are_mended_and_nothing_fails(
    told: Callable[[], Any], right: Callable[[], bytes]
) -> None:
    made = told()
    form = made if isinstance(made, Form) else empty()
    if made is not form:
        paste(form, made)
    at = next(i for i, e in enumerate(form.diagnosis.evidence) if e.within == "plaintext")  # type: ignore[union-attr]
    form.handle({"serial": 1, "do": "look", "evidence": at})
    assert form.inspection["state"]["verdict"]["ok"] is False
    look = form.inspection["state"]["look"]
    inspect(form, do="write", layer=look["layer"], at=look["start"], hex=right().hex())
    assert form.inspection["state"]["verdict"]["answer"] == "nothing fails"
    assert names(form) != ["healthy"]  # the diagnosis stays that of what was pasted
    inspect(form, do="mode", mode="attacker")
    inspect(form, do="write", layer=look["layer"], at=look["start"], hex="00")
    assert "not change it" in form.inspection["state"]["said"]


# -- Keys


def pieces(key: bytes) -> list[str]:
    return [key[at : at + 8].hex() for at in range(0, 249, 8)] + [base64.b64encode(key)[8:40].decode()]


def test_no_key_comes_out_of_it() -> None:
    """Keys of noise, so that a piece of one is no accident."""
    perm = bytes((at * at * 7 + at * 13 + 5) % 251 for at in range(256))
    temp = bytes((at * at * 11 + at * 3 + 9) % 241 for at in range(256))
    form = empty()
    for text in (
        f"perm_auth_key: {perm.hex()}", base64.b64encode(temp).decode(), f"request: {REQUEST.hex()}",
        f"answer: {perm.hex()}", f"request: {perm[:132].hex()}", f"{perm.hex()[:300]}", f"x: {temp.hex()}",
        f"session_id: {perm.hex()}", f"request: {REQUEST.hex()}\n{perm.hex()[:200]}\nkey {temp.hex()}", "msg_id: 7",
    ):  # fmt: skip
        said = paste(form, text)
        told = json.dumps([form.state, form.inspection, said, repr(form.facts), str(form.diagnosis)])
        assert not [piece for key in (perm, temp) for piece in pieces(key) if piece in told], text
    assert values(form)["perm_auth_key"].startswith("256 bytes, id ")


def test_a_library_without_examples_begins_empty() -> None:
    form = Form({})
    assert (form.state["values"], form.diagnosis) == ([], None)
    with pytest.raises(LocalError):
        form.look(0)


def test_the_inspection_has_every_layer_that_opens() -> None:
    form = Form()
    assert form._view is not None
    assert [sheet.name for sheet in Map.of(form._view.dissection).sheets] == ["request", "plaintext"]


def test_the_widget_shows_the_bytes_of_what_was_pasted() -> None:
    from mtlib.lab.form_widget import DoctorForm

    shown = DoctorForm()
    shown._handle(shown, {"serial": 1, "do": "read", "base64": base64.b64encode(KEYS.encode()).decode()}, [])
    packet = base64.b64encode(bytes(SAMPLE.carried.packet)).decode()
    shown._handle(shown, {"serial": 2, "do": "read", "base64": packet}, [])
    assert shown.structure == shown.form.inspection["structure"]
    assert shown.inspected == shown.form.inspection["state"]
    assert shown.state == shown.form.state
