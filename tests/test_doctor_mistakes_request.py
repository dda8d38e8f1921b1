"""Each change gives back the request that should have been sent, and leaves every other form alone."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mtlib.doctor.mistakes_request import BODIES, REQUESTS

from patients import C
from wrong_client import tl_bytes

WRONG_REQUESTS = {
    "constructor_left_out": C.request[4:],
    "length_head_left_out": C.head + C.sealed,
    "length_head_of_four_bytes": C.head + b"\xfe\x68\0\0" + C.sealed,
    "length_as_an_int": C.head + b"\x68\0\0\0" + C.sealed,
    "string_padding_left_out": C.request[:-3],
    "nonce_of_sixteen_bytes": C.request[:20] + b"8 more.." + C.request[20:],
    "expires_at_left_out": C.request[:20] + C.request[24:],
}
WRONG_BODIES = {
    "length_head_twice": tl_bytes(C.sealed),
    "sent_as_hex_text": C.sealed.hex().encode(),
    "sent_as_base64_text": base64.b64encode(C.sealed),
}


@pytest.mark.parametrize("hypothesis", REQUESTS, ids=lambda hypothesis: hypothesis.name)
def test_requests(hypothesis: object) -> None:
    undone = hypothesis.change(WRONG_REQUESTS[hypothesis.name])  # type: ignore[attr-defined]
    right = C.request
    if hypothesis.name == "expires_at_left_out":  # type: ignore[attr-defined]
        right = right[:20] + bytes(4) + right[24:]
    assert undone == right


@pytest.mark.parametrize("hypothesis", BODIES, ids=lambda hypothesis: hypothesis.name)
def test_bodies(hypothesis: object) -> None:
    assert hypothesis.change(WRONG_BODIES[hypothesis.name]) == C.sealed  # type: ignore[attr-defined]
    assert hypothesis.change(C.sealed) is None  # type: ignore[attr-defined]


def test_every_table_entry_is_tried() -> None:
    assert [h.name for h in REQUESTS] == list(WRONG_REQUESTS)
    assert [h.name for h in BODIES] == list(WRONG_BODIES)


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange(noise: bytes) -> None:
    for hypothesis in (*REQUESTS, *BODIES):
        assert hypothesis.change(noise) is None or isinstance(hypothesis.change(noise), bytes)
