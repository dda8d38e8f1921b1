"""The doctor before the patients of an eighth author: ports between languages, and how each prints things."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from mtlib import diagnose
from mtlib.clinic import mistakes
from mtlib.clinic.comparing import GENERIC
from unseen_eighth_client import ORDER, World, build, ige, kid, sha1, u32, u64, v1
from unseen_eighth_patients import A, D, H, S, missing, without

PARTS = 6
CERTAIN_ONLY = {"packet plain"}
"""What is seen of these is certain, and it is not the mistake itself."""


def words(finding: dict[str, Any]) -> str:
    paths = [row["path"] for row in finding["evidence"]]
    return " ".join([finding["name"], finding["sentence"], finding["fix"], *paths])


FIELDS = {"ctor": "constructor", "nonce": "nonce", "temp": "temp_auth_key_id", "perm": "perm_auth_key_id",
          "session": "temp_session_id", "expires": "expires_at", "rand": "random", "mid": "msg_id", "seq": "seqno",
          "len": "length"}  # fmt: skip


def ige_by_32(key: bytes, iv: bytes, text: bytes) -> bytes:
    return b"".join(ige(key, iv, text[start : start + 32]) for start in range(0, len(text), 32))


def perm_turned(world: World, *_: Any) -> dict[str, bytes]:
    return {"perm": kid(world.perm)[::-1]}


def with_another_iv(key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    return v1(key, msg_key)[0], b"\1" * 32


OF_VALUES = {row.name for step in ("value", "auth_key_id") for row, _ in mistakes.at(step)} | GENERIC
OF_A_ROW = {row.name for row, _ in mistakes.at("shape")}
STILL_ACCUSED = {
    "expires as double + msg_key md5": {"length"},
    "mode last block plain + session int32": {"expires_at"},
    "mode last block plain + missing temp": {"length", "perm_auth_key_id"},
}
"""Where no hash says how many fields there are, and where the last block comes out as noise."""


def wrong_in(world: World, made: dict[str, Any]) -> set[str]:
    """The fields that this maker wrote wrongly, left out or wrote twice, inside or outside."""
    inner = {"ctor": bytes.fromhex("65f7a375"), "nonce": world.nonce, "temp": kid(world.temp), "perm": kid(world.perm),
             "session": u64(world.sid), "expires": u32(world.exp)}  # fmt: skip
    header = {"rand": world.rand, "mid": u64(world.mid), "seq": u32(0), "len": u32(40)}
    request = {**inner, "ctor": bytes.fromhex("052ad4cd")}
    found = {"perm_auth_key_id"} if "blob" in made else set()
    if "outer" in made:  # the message around it has fields of these names
        found |= {"msg_id", "temp_session_id", "temp_auth_key_id", "seqno", "length"}
    for step, right, more in (("inner", inner, (inner,)), ("head", header, ()), ("field", request, (request, b""))):
        change = made.get(step) or {}
        change = change(world, *more) if callable(change) else change
        found |= {FIELDS[name] for name, value in change.items() if name in FIELDS and value != right[name]}
    for step, names in (("order", ORDER), ("rorder", ("ctor", "perm", "nonce", "expires"))):
        found |= {FIELDS[name] for name in names if step in made and made[step].count(name) != 1}
    return found


@cache
def answered(at: int) -> dict[str, Any]:
    world = World(f"a{at}")
    answer = A[at][1]
    return diagnose(**{**build(world), "answer": answer(world) if callable(answer) else answer}).to_dict()


def test_they_are_as_many_as_they_should_be() -> None:
    assert len(S) >= 500 and len(D) == 240 and len(H) >= 80 and len(A) >= 150
    assert len({label for label, *_ in S}) == len(S)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_wrong_is_named(part: int) -> None:
    unnamed = []
    for label, want, made in S[part::PARTS]:
        found = diagnose(**made()).to_dict()
        assert not found["healthy"], label
        if not any(re.search(want, words(each)) for each in found["findings"]) and label not in CERTAIN_ONLY:
            unnamed.append((label, found["verdict"]))
    assert unnamed == []


def test_of_two_mistakes_most_are_both_named_and_none_is_healthy() -> None:
    both = 0
    for label, wants, made in D:
        found = diagnose(**made()).to_dict()
        assert not found["healthy"], label
        both += all(any(re.search(want, words(each)) for each in found["findings"]) for want in wants)
    assert both >= 216


def test_of_two_mistakes_neither_accuses_a_field_that_is_right() -> None:
    accused = {}
    for label, _, made in D:
        world, steps = made.__defaults__
        fields = set()
        for each in diagnose(**made()).to_dict()["findings"]:
            named = each["name"] in OF_VALUES or each["name"].startswith("expires_at")
            another_object = each["name"] == "wrong_constructor" and "Here " in each["sentence"]
            moved = each["name"] in ("another_value_of_yours", "key_ids_swapped") and "order" in steps
            if named and not another_object and not moved and each["name"] not in OF_A_ROW:
                places = [row["path"] for row in each["evidence"] if not row["path"].startswith("packet")]
                fields |= {place.rpartition("/")[2] for place in places} & {*FIELDS.values()}
        if wrong := fields - wrong_in(world, steps):
            accused[label] = wrong
    assert accused == STILL_ACCUSED


SHORTS = {"seq": b"\0\0", "len": b"\x28\0"}


@pytest.mark.parametrize(
    ("made", "names"),
    [
        ({"head": SHORTS}, {"field_too_narrow"}),
        ({"body": lambda inner: inner[1:] + b"\0"}, {"field_too_narrow", "bytes_between_fields"}),
        ({"body": lambda inner: inner.hex().encode(), "head": lambda world: {"mid": u64(world.mid + 4)}},
         {"something_else_sealed", "fresh_msg_id_inside"}),
        ({"mode": ige_by_32, "head": lambda world: {"mid": u64(world.mid + 4)}},
         {"another_mode", "fresh_msg_id_inside"}),
        ({"field": perm_turned, "mk": lambda text, padding, key: sha1(text + padding)[4:20]},
         {"msg_key_over_padding", "byte_swapped"}),
        ({"field": perm_turned, "order": ORDER[::-1]}, {"fields_out_of_order", "byte_swapped"}),
        ({"field": lambda world, *_: {"expires": u64(world.exp)}, "kdf": with_another_iv},
         {"wrong_iv", "expires_at_8_bytes"}),
    ],
)  # fmt: skip
def test_what_is_named_is_all_that_is_named(made: dict[str, Any], names: set[str]) -> None:
    assert {each["name"] for each in diagnose(**build(World("alone"), **made)).to_dict()["findings"]} == names


@pytest.mark.parametrize("part", range(PARTS))
def test_the_healthy_are_healthy(part: int) -> None:
    for label, made in H[part::PARTS]:
        found = diagnose(**{**made(), "answer": True}).to_dict()
        assert [each["name"] for each in found["findings"]] == ["healthy"], label


def test_every_spelling_of_true_is_a_success_and_nothing_else() -> None:
    for at, (label, _, success, _) in enumerate(A):
        assert answered(at)["healthy"] is success, label


def test_what_was_answered_is_told_of_right_bytes() -> None:
    for at, (label, _, _, want) in enumerate(A):
        (finding,) = answered(at)["findings"]
        assert finding["evidence"] == [] and re.search(want, words(finding)), label


@pytest.mark.parametrize("field", missing)
def test_a_missing_field_is_not_guessed(field: str) -> None:
    (finding,) = diagnose(**without(field)).to_dict()["findings"]
    said = re.search("It is (.*): [48] bytes", finding["sentence"])
    assert said and field in re.split(", | or ", said[1])
