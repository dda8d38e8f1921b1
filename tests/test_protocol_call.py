"""Cutting a call: the API's own errors for what does not parse and for what is left over."""

from __future__ import annotations

import pytest

from mtlib.errors import RpcError
from mtlib.protocol.methods import dissect_call
from mtlib.wire import SCHEMA

PING = bytes(SCHEMA["ping"].build(ping_id=3))


def test_a_call_is_cut() -> None:
    assert dissect_call(PING)["ping_id"] == 3


@pytest.mark.parametrize(
    ("body", "name"), [(PING + b"1234", "INPUT_REQUEST_TOO_LONG"), (PING[:-1], "INPUT_FETCH_ERROR")]
)
def test_what_is_wrong_has_the_apis_name(body: bytes, name: str) -> None:
    with pytest.raises(RpcError) as error:
        dissect_call(body)
    assert (error.value.code, error.value.name) == (400, name)
