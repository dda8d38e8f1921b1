"""Two dozen ways in which TL went wrong elsewhere, each with the place where it was told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtlib.errors import DecodeError, LocalError
from mtlib.wire.dissection import STRICT, Field
from mtlib.wire.layout import Constant, Layout, Rest
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import SIMPLE, Constructor, Schema, constructor

CASES = json.loads((Path(__file__).parent / "cases" / "tl.json").read_text())
Values = dict[str, Any]


def tl_bytes(given: Values, expected: Values) -> None:
    if "error" in expected:
        with pytest.raises(LocalError) as caught:
            SIMPLE["bytes"].pack(bytes(given["length"]))
        assert (caught.value.got, caught.value.expected) == (given["length"], expected["limit"])
        return
    published = "det(" not in given["data"]  # otherwise only its length is known
    body = bytes.fromhex(given["data"]) if published else b"w" * given["length"]
    data = SIMPLE["bytes"].pack(body)
    assert len(body) == given["length"] and len(data) == expected["total_len"]
    assert data.hex().startswith(expected["header"])
    head = len(expected["header"]) // 2
    assert data == data[:head] + body + bytes(expected["pad"])
    if published:
        assert hashlib.sha256(data).hexdigest() == expected["sha256"]
        assert expected["bytes"] in (None, data.hex())
    assert SIMPLE["bytes"].read(data, 0, len(data), STRICT).value == body


def tl_read_bytes(given: Values, expected: Values) -> None:
    """Of two right answers to a long head we choose the strict one."""
    data = bytes.fromhex(given["data"])
    answer = next((one for one in expected.get("one_of", ()) if "error" in one), expected)
    if "error" in answer:
        with pytest.raises(DecodeError) as caught:
            SIMPLE["bytes"].read(data, 0, len(data), STRICT)
        said = {
            "NonMinimalLength": ("long head for a short string", 3, "254 or more"),
            "BadLengthPrefix": ("255 does not begin a string", answer.get("first_byte"), "0..254"),
            "Truncated": ("the string is cut off", f"{answer.get('have')} bytes", f"{answer.get('need')} bytes"),
        }[answer["error"]]
        assert (caught.value.message, caught.value.got, caught.value.expected) == said
        return
    found = Layout("l", (Field("value", SIMPLE["bytes"]), Field("rest", Rest()))).dissect(data)
    assert {name: found[name].hex() for name in ("value", "rest")} == answer


def tl_int(given: Values, expected: Values) -> None:
    kind, value = SIMPLE[given["type"]], given["value"]
    if "error" not in expected:
        assert kind.pack(value).hex() == expected["bytes"]
        assert kind.read(kind.pack(value), 0, len(kind.pack(value)), STRICT).value == value
        return
    field = expected["field"]
    others = dict.fromkeys(("nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id", "expires_at"), 0)
    with pytest.raises(LocalError) as caught:
        SCHEMA["bind_auth_key_inner"].build(**{**others, field: value})
    assert caught.value.where == f"bind_auth_key_inner/{field}" and caught.value.got == value
    hint = caught.value.message.partition("; ")[2]
    assert hint == (expected["hint"] or "")


def tl_encode_future_salts(given: Values, expected: Values) -> None:
    salts = [dict(zip(("valid_since", "valid_until", "salt"), row, strict=True)) for row in given["salts"]]
    d = SCHEMA["future_salts"].build(req_msg_id=given["req_msg_id"], now=given["now"], salts=salts)
    assert bytes(d).hex() == expected["bytes"] != expected["wrong_if_boxed"]
    assert [tuple(one[name] for name in salts[0]) for one in d["salts"]] == [tuple(row) for row in given["salts"]]
    with pytest.raises(DecodeError):
        SCHEMA.dissect(bytes.fromhex(expected["wrong_if_boxed"]))


def tl_encode_msgs_ack(given: Values, expected: Values) -> None:
    d = SCHEMA["msgs_ack"].build(msg_ids=given["msg_ids"])
    assert bytes(d).hex() == expected["bytes"]
    assert SCHEMA.dissect(bytes(d))["msg_ids"] == tuple(given["msg_ids"])


def tl_flags_bool(given: Values, expected: Values) -> None:
    """The id of the line is made up, so it is refused; the rest of the line is good."""
    with pytest.raises(LocalError, match="CRC-32"):
        constructor(Schema(), given["schema"])
    name, _, rest = given["schema"].partition("#11223344")
    made: Constructor = constructor(Schema(), name + rest)
    id_ = Field("constructor", Constant("constructor", (0x11223344).to_bytes(4, "little")))
    layout = Layout("x", (id_, *made.fields[1:]))
    d = layout.build(**given["value"])
    assert bytes(d).hex() == expected["bytes"]
    found = layout.dissect(bytes(d))
    assert {name: found[name] for name in given["value"]} == given["value"]


def tl_bool(given: Values, expected: Values) -> None:
    assert [SIMPLE["Bool"].pack(value).hex() for value in given["values"]] == expected["bytes"]
    for value, data in zip(given["values"], expected["bytes"], strict=True):
        assert SIMPLE["Bool"].read(bytes.fromhex(data), 0, 4, STRICT).value is value


def decode_container(given: Values, expected: Values) -> None:
    found = SCHEMA.dissect(bytes.fromhex(given["bytes"]))
    assert found.name == "msg_container"
    messages = [
        {
            "msg_id": message["msg_id"],
            "seqno": message["seqno"],
            "bytes": message["bytes"],
            "type": SCHEMA.dissect(message["body"]).name,
        }
        for message in found["messages"]
    ]
    assert messages == expected["messages"]
    assert bytes(found.shape.build(messages=found["messages"])) == bytes(found)  # type: ignore[attr-defined]


RUN: dict[str, Callable[[Values, Values], None]] = {
    run.__name__: run
    for run in (
        tl_bytes,
        tl_read_bytes,
        tl_int,
        tl_encode_future_salts,
        tl_encode_msgs_ack,
        tl_flags_bool,
        tl_bool,
        decode_container,
    )
}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    assert case["source_url"].startswith("https://") and case["why"]
    RUN[case["input"]["op"]](case["input"], case["expected"])


def test_every_kind_of_case_is_there() -> None:
    assert len(CASES) == 24 and {case["input"]["op"] for case in CASES} == set(RUN)
