"""The inspector without a browser: bytes changed in three ways, every step back, messages in and state out."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given as every
from hypothesis import strategies as st

from mtlib.errors import LocalError
from mtlib.lab.samples import sample
from mtlib.lab.view_model import ATTACKER, AUTHOR, KEYS, LIMIT, ViewModel, answer
from mtlib.protocol.checks import verify
from mtlib.protocol.dissect import FORMULAS
from mtlib.protocol.packets import plain_packet
from mtlib.wire.dissection import Dissection, Field, unseal
from mtlib.wire.layout import Constant, Layout, Raw, Rest
from mtlib.wire.notes import constant, copied, derived, given, random
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import SIMPLE

HEAD = Layout("head", (Field("kind", Constant("kind", b"\1\2"), constant()), Field("size", SIMPLE["int"], given())))
LAYOUT = Layout(
    "note",
    (
        Field("head", HEAD, derived("", "two fields")),
        Field("id", SIMPLE["long"], random("drawn")),
        Field("again", SIMPLE["long"], copied("note/id")),
        Field("outside", Raw("key", 4), copied("@key")),
        Field("hash", Raw("hash", 4), derived("SHA1(id)[:4]", id="note/id")),
        Field("rest", Rest(), given()),
    ),
)
FIRST: dict[str, Any] = {"size": 1, "id": 5, "rest": b"abc"}


def build(values: dict[str, Any]) -> Dissection:
    """What an author makes of the values."""
    import hashlib

    made = {**FIRST, **{path.rpartition("/")[2]: value for path, value in values.items()}}
    number = made["id"].to_bytes(8, "little", signed=True)
    return LAYOUT.build(
        head={"size": made["size"]}, id=made["id"], again=made["id"], outside=b"\0" * 4,
        hash=hashlib.sha1(number).digest()[:4], rest=made["rest"],
    )  # fmt: skip


SAMPLE = sample()
FRAME = unseal(SAMPLE.carried.frame, SAMPLE.keys)
MESSAGE = "frame/packet/message"
INNER = f"{MESSAGE}/request/encrypted_message/plaintext/envelope/inner"
KNOWN = {"perm_auth_key": SAMPLE.perm_key, "temp_auth_key": SAMPLE.temp_key}


def judge(dissection: Dissection) -> SimpleNamespace:
    return SimpleNamespace(ok=bytes(dissection)[0] == 1, error="", failed="", checks=())


def model(**changes: Any) -> ViewModel:
    return ViewModel(build({}), **{"rebuild": build, "judge": judge, **changes})


def test_on_the_wire_nothing_else_changes() -> None:
    edited = model()
    before = bytes(edited.dissection)
    edited.write("note", 6, b"\xff")
    assert bytes(edited.dissection) == before[:6] + b"\xff" + before[7:]
    assert edited.dissection["again"] == 5


def test_as_the_author_everything_that_follows_is_made_again() -> None:
    edited = model()
    edited.author("note/id", 6)
    assert (edited.dissection["id"], edited.dissection["again"]) == (6, 6)
    assert edited.dissection["hash"] != build({})["hash"]


def test_a_copy_is_changed_where_it_comes_from() -> None:
    edited = model()
    edited.author("note/again", 9)
    assert edited.dissection["id"] == 9


def test_choices_of_the_author_add_up_and_end_what_was_done_on_the_wire() -> None:
    edited = model()
    edited.write("note", 0, b"\xff")
    edited.author("note/id", 6)
    edited.author("note/head/size", 3)
    assert bytes(edited.dissection) == bytes(build({"id": 6, "size": 3}))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("note/head", "made of other fields"),
        ("note/head/kind", "constant"),
        ("note/hash", "follows from others: SHA1"),
        ("note/outside", "no such field"),
        ("note/nothing", "no such field"),
    ],
)
def test_what_is_no_choice_is_refused_and_nothing_changes(path: str, why: str) -> None:
    edited = model()
    with pytest.raises(LocalError, match=why):
        edited.author(path, 1)
    assert (edited.undos, bytes(edited.dissection)) == (0, bytes(build({})))


def test_nobody_to_rebuild_and_nobody_to_judge() -> None:
    edited = ViewModel(build({}))
    assert edited.verdict is None
    with pytest.raises(LocalError, match="make this message again"):
        edited.author("note/id", 6)


@pytest.mark.parametrize(("layer", "at", "size"), [("note", -1, 1), ("note", 33, 1), ("note", 30, 9), ("other", 0, 1)])
def test_bytes_that_are_not_there_cannot_be_written(layer: str, at: int, size: int) -> None:
    edited = model()
    with pytest.raises(LocalError):
        edited.write(layer, at, bytes(size))
    assert edited.undos == 0


def test_every_state_has_its_verdict() -> None:
    edited = model()
    assert edited.verdict.ok
    edited.write("note", 0, b"\xff")
    assert not edited.verdict.ok
    edited.undo()
    assert edited.verdict.ok


def test_bytes_that_no_longer_parse_can_still_be_changed_and_come_back() -> None:
    strict = Layout("strict", (Field("size", SIMPLE["int"]), Field("text", SIMPLE["string"])))

    class Fussy:
        """A shape that refuses damage even where a reader is lenient."""

        name = "strict"

        def scan(self, data: bytes, reading: Any) -> Any:
            return strict.scan(data, type(reading)())

    edited = ViewModel(Dissection(Fussy(), bytes(strict.build(size=1, text="abc"))))
    edited.write("strict", 4, b"\xff")
    assert [span.name for span in edited.dissection.spans] == ["bytes"]
    edited.write("strict", 4, b"\3")
    assert [span.name for span in edited.dissection.spans] == ["size", "text"]


@every(st.lists(st.tuples(st.integers(0, 32), st.integers(0, 255)), max_size=12))
def test_every_step_can_be_taken_back_and_taken_again(changes: list[tuple[int, int]]) -> None:
    edited = model()
    seen = [bytes(edited.dissection)]
    for at, byte in changes:
        edited.write("note", at, bytes([byte]))
        if bytes(edited.dissection) != seen[-1]:
            seen.append(bytes(edited.dissection))
    assert edited.undos == len(seen) - 1
    for state in reversed(seen):
        assert bytes(edited.dissection) == state
        edited.undo()
    for state in seen[1:]:
        edited.redo()
        assert bytes(edited.dissection) == state
    assert edited.redos == 0


def test_a_change_after_an_undo_forgets_what_was_taken_back() -> None:
    edited = model()
    for byte in (b"\x10", b"\x20"):
        edited.write("note", 0, byte)
    edited.undo()
    edited.write("note", 0, b"\x30")
    assert (edited.undos, edited.redos) == (2, 0)


def test_two_halves_of_a_byte_are_one_step() -> None:
    edited = model()
    edited.write("note", 0, b"\xa1")
    edited.write("note", 0, b"\xab", join=True)
    assert edited.undos == 1
    edited.undo()
    assert bytes(edited.dissection) == bytes(build({}))
    edited.write("note", 0, b"\xab", join=True)
    assert edited.undos == 1


def test_a_reset_can_be_undone() -> None:
    edited = model()
    edited.reset()
    assert edited.undos == 0
    edited.author("note/id", 6)
    edited.reset()
    assert bytes(edited.dissection) == bytes(build({}))
    edited.undo()
    assert edited.dissection["id"] == 6
    edited.reset()
    edited.author("note/head/size", 2)
    assert edited.dissection["id"] == 5


def test_the_way_back_is_long_but_ends() -> None:
    edited = ViewModel(build({}))
    for step in range(LIMIT + 10):
        edited.write("note", 4, step.to_bytes(2, "little"))
    assert edited.undos < LIMIT
    edited.reset()
    assert bytes(edited.dissection) == bytes(build({}))


def test_behind_a_seal_only_who_can_close_it_again() -> None:
    with pytest.raises(LocalError, match="behind a seal"):
        ViewModel(FRAME).write(MESSAGE, 0, b"\0")
    asked: list[tuple[str, bytes]] = []

    def reseal(root: Dissection, path: str, data: bytes) -> Dissection:
        asked.append((path, data))
        return root

    ViewModel(FRAME, reseal=reseal).write(MESSAGE, 0, b"\0")
    assert asked == [(MESSAGE, b"\0" + bytes(SAMPLE.carried.message)[1:])]


def test_bytes_are_inserted_and_deleted() -> None:
    edited = model()
    before = bytes(edited.dissection)
    edited.write("note", 6, b"new", cut=0)
    assert bytes(edited.dissection) == before[:6] + b"new" + before[6:]
    edited.write("note", 6, b"", cut=3)
    assert bytes(edited.dissection) == before
    with pytest.raises(LocalError, match="beyond the end"):
        edited.write("note", 30, b"", cut=9)
    with pytest.raises(LocalError, match="longer than anybody"):
        edited.write("note", 0, bytes(1 << 17), cut=0)


# -- Messages in ----------------------------------------------------------------------------------------------------


def tell(model: ViewModel, **message: Any) -> dict[str, Any]:
    model.handle({"serial": "view 1", "layer": "note", **message})
    assert model.state["serial"] == "view 1"
    return model.state


def test_every_message_is_answered_with_its_serial_also_a_refused_one() -> None:
    edited = model()
    edited.handle({"serial": "a 7", "do": "flip", "layer": "note", "at": 6, "bit": 0})
    assert (edited.state["serial"], edited.state["said"]) == ("a 7", "")
    edited.handle({"serial": "b 1", "do": "flip", "layer": "note", "at": 99, "bit": 0})
    assert edited.state["serial"] == "b 1" and edited.state["said"]
    edited.handle({"serial": "b 2", "do": "text"})
    assert (edited.state["serial"], edited.state["said"]) == ("b 2", "")


def test_the_bytes_and_the_verdict_of_a_state_belong_together() -> None:
    edited = ViewModel(build({}), build, judged_by_size, answer=str)
    for at in (0, 1, 6):
        tell(edited, do="flip", at=at, bit=3)
        first = int(edited.state["data"][0][:2], 16)
        assert edited.state["verdict"]["answer"] == f"namespace(ok={first == 1}, checks=(), failed='', says={first})"


def judged_by_size(dissection: Dissection) -> SimpleNamespace:
    first = bytes(dissection)[0]
    return SimpleNamespace(ok=first == 1, checks=(), failed="", says=first)


def test_a_byte_is_typed_in_two_halves_which_are_one_step() -> None:
    edited = model()
    tell(edited, do="digit", at=6, digit="a", low=False)
    state = tell(edited, do="digit", at=6, digit="B", low=True, join=True)
    assert state["data"][0][12:14] == "ab" and state["undos"] == 1
    assert tell(edited, do="undo")["redos"] == 1
    assert tell(edited, do="redo")["undos"] == 1
    assert tell(edited, do="reset")["undos"] == 2


def test_typed_bytes_become_a_value_of_the_author() -> None:
    edited = model()
    assert tell(edited, do="mode", mode=AUTHOR)["mode"] == AUTHOR
    tell(edited, do="write", at=6, hex="ff" * 8)
    assert edited.dissection["id"] == edited.dissection["again"] == -1
    assert "fixed size" in tell(edited, do="write", at=6, hex="00", cut=0)["said"]
    assert "one field at a time" in tell(edited, do="write", at=12, hex="abcdef")["said"]
    assert "follows from others" in tell(edited, do="flip", at=27, bit=0)["said"]
    tell(edited, do="write", at=30, hex="6162", cut=0)
    assert edited.dissection["rest"] == b"ababc"


def test_an_attacker_reads_behind_a_seal_and_changes_what_travels() -> None:
    edited = ViewModel(FRAME, reseal=lambda root, path, data: root)
    assert edited.mode == KEYS and edited.modes == (ATTACKER, KEYS)
    tell(edited, do="mode", mode=ATTACKER)
    assert "not change it" in tell(edited, do="flip", layer=MESSAGE, at=44, bit=0)["said"]
    tell(edited, do="flip", layer="frame", at=0, bit=0)
    assert edited.undos == 1


def test_there_are_the_modes_that_somebody_can_carry_out() -> None:
    assert ViewModel(build({})).modes == (ATTACKER,)
    with pytest.raises(LocalError, match="no such way"):
        ViewModel(build({})).mode = AUTHOR
    assert ViewModel(build({}), build).structure["can"]["modes"] == [ATTACKER, AUTHOR]
    assert "no such way" in tell(ViewModel(build({})), do="mode", mode="keys")["said"]


NONSENSE: list[dict[str, Any]] = [
    {},
    {"do": "dance"},
    {"do": "mode"},
    {"do": ["undo"]},
    {"do": "write"},
    {"do": "write", "at": 0, "hex": "zz"},
    {"do": "write", "at": 0, "hex": "00", "cut": -1},
    {"do": "digit", "at": 0, "digit": "g"},
    {"do": "digit", "at": 0, "digit": "fff", "low": True},
    {"do": "flip", "at": "x"},
]


@pytest.mark.parametrize("message", NONSENSE, ids=str)
def test_nonsense_is_answered_with_a_sentence(message: dict[str, Any]) -> None:
    edited = model()
    assert tell(edited, **message)["said"]
    assert edited.undos == 0


# -- State out ------------------------------------------------------------------------------------------------------


def told(root: Dissection = FRAME) -> dict[str, Any]:
    return ViewModel(root, known=KNOWN, functions=FORMULAS).structure


def field(path: str) -> dict[str, Any]:
    return next(told for told in told()["fields"] if told["path"] == path)


def test_each_open_seal_is_a_sheet_and_knows_what_opened_it() -> None:
    sheets = [(sheet["name"], sheet["size"], sheet["keys"]) for sheet in told()["sheets"]]
    assert sheets == [
        ("frame", 204, []), ("message", 176, ["temp_auth_key"]), ("plaintext", 80, ["perm_auth_key"]),
    ]  # fmt: skip


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
    packet = plain_packet(4, SCHEMA["req_pq_multi"].build(nonce=bytes(range(16))))
    assert {"auth_key_id", "msg_id", "message", "constructor", "nonce"} <= {f["name"] for f in told(packet)["fields"]}


def test_everything_is_json_and_no_key_is_in_it() -> None:
    text = json.dumps(told())
    assert SAMPLE.perm_key.data.hex() not in text and SAMPLE.temp_key.data.hex() not in text


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
    shown = ViewModel(FRAME, judge=lambda root: said, answer=lambda judged: "no")
    told_verdict, rows = shown.state["verdict"], shown.structure["checks"]
    failed = told_verdict["rows"][told_verdict["failed"]]
    assert (told_verdict["ok"], told_verdict["answer"], failed[0]) == (False, "no", False)
    named = {row["name"]: row for row in rows}
    read = [told()["fields"][index]["path"] for index in named["nonce"]["fields"]]
    assert read == ["frame/packet/message/request/nonce", f"{INNER}/nonce"]
    assert len(rows) == len(told_verdict["rows"])
    assert [(row["why"], row["spec"]) for row in rows] == [(row.check.why, row.check.spec) for row in said.checks]
    assert answer(said) == str(said.error)


def test_the_bytes_of_every_sheet() -> None:
    frame, message, plaintext = ViewModel(FRAME).state["data"]
    assert (frame, message) == (bytes(FRAME).hex(), bytes(SAMPLE.carried.message).hex())
    assert plaintext == bytes(SAMPLE.binding.plaintext).hex()


def test_a_structure_stays_the_same_while_only_bytes_change() -> None:
    edited = model()
    before = edited.structure
    edited.write("note", 6, b"\xff")
    assert edited.structure == before
    edited.write("note", 33, b"x", cut=0)
    assert edited.structure != before


# -- Pasting and pointing


def pasted(edited: ViewModel, text: str, at: int = 6, **more: Any) -> str:
    edited.handle({"serial": 1, "do": "paste", "layer": "note", "at": at, "text": text, **more})
    return str(edited.state["said"])


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("0x01, 0x02 03", "hex"), ("010203", "hex"), ("b'\\x01\\x02\\x03'", "a bytes literal"),
        ("[1, 2, 3]", "an array"), ("<Buffer 01 02 03>", "an array"), ("00000000: 0102 03", "an xxd dump"),
    ],
)  # fmt: skip
def test_bytes_are_pasted_in_any_notation_and_it_says_which(text: str, form: str) -> None:
    edited = model()
    said = pasted(edited, text)
    assert bytes(edited.dissection)[6:9] == b"\1\2\3"
    assert said.startswith("Took what was pasted for") and form in said and "3 bytes" in said


def test_pasting_over_a_selection_changes_its_length() -> None:
    edited = model()
    size = len(edited.dissection)
    pasted(edited, "ff", at=6, cut=4)
    assert len(edited.dissection) == size - 3


@pytest.mark.parametrize(("text", "why"), [("hello", "no bytes"), ("", "no bytes"), ("00" * 99, "fit here")])
def test_what_cannot_be_pasted_is_told_and_nothing_changes(text: str, why: str) -> None:
    edited = model()
    assert why in pasted(edited, text)
    assert edited.undos == 0


def test_an_author_pastes_into_one_field() -> None:
    edited = model()
    edited.mode = AUTHOR
    assert "only 8 fit here" in pasted(edited, "01" * 9)
    pasted(edited, "0600000000000000")
    assert (edited.dissection["id"], edited.dissection["again"]) == (6, 6)


def test_bytes_can_be_pointed_at() -> None:
    edited = model()
    edited.look("note", 30, 99, focus=True)
    first = edited.state["look"]
    assert (first["layer"], first["start"], first["stop"], first["focus"]) == ("note", 30, len(edited.dissection), True)
    edited.look("note", 30, 99)
    assert edited.state["look"]["turn"] > first["turn"]
    with pytest.raises(LocalError):
        edited.look("nowhere", 0, 1)
