"""Errors: a sentence, three facts, and whose fault it is."""

from __future__ import annotations

import copy
import pickle

import pytest

from mtlib import errors
from mtlib.errors import (
    CheckError,
    DecodeError,
    LocalError,
    MtError,
    PeerError,
    RpcError,
    TransportError,
    Unreachable,
)


def test_the_sentence_ends_with_what_is_known() -> None:
    error = CheckError("msg_key", got=b"\x01\xab", expected=b"\x02", where="packet/msg_key")
    assert str(error) == "msg_key (got 01ab, expected 02, at packet/msg_key)"
    assert (error.message, error.got, error.expected, error.where) == (
        "msg_key",
        b"\x01\xab",
        b"\x02",
        "packet/msg_key",
    )
    assert str(DecodeError("short")) == "short"
    assert str(DecodeError("length", got=0)) == "length (got 0)", "nothing is not the same as zero"


def test_where_grows_from_the_inside_out() -> None:
    error = DecodeError("needs 4 bytes", where="byte 12")
    assert error.within("count") is error
    assert error.within("msg_ids").within("msgs_ack").where == "msgs_ack/msg_ids/count, byte 12"
    assert DecodeError("x").within("ping").where == "ping"
    assert DecodeError("x", where="bytes").within("message").where == "message/bytes"


def test_long_values_are_shortened() -> None:
    """Numbers too: Python refuses to print one of more than 4300 digits."""
    for value in (b"k" * 5000, memoryview(b"k" * 100), "x" * 5000, 10**70, 2**20000, -(2**20000)):
        assert len(str(LocalError("too long", got=value))) < 110


def test_whose_fault() -> None:
    assert issubclass(LocalError, ValueError) and not issubclass(LocalError, PeerError)
    for kind in (DecodeError, CheckError, TransportError, RpcError):
        assert issubclass(kind, PeerError) and not issubclass(kind, ValueError)
    assert not issubclass(Unreachable, (PeerError, LocalError))
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(issubclass(kind, MtError) for kind in kinds)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (-404, "auth key not found"),
        (-429, "transport flood"),
        (-444, "invalid dc"),
        (-403, "forbidden"),
        (-1, "unknown transport error"),
    ],
)
def test_transport_errors_have_names(code: int, name: str) -> None:
    error = TransportError(code, where="frame")
    assert (error.code, error.name) == (code, name)
    assert str(error) == f"transport error {code}: {name} (at frame)"


def test_rpc_errors_keep_code_and_name() -> None:
    error = RpcError(400, "ENCRYPTED_MESSAGE_INVALID")
    assert (error.code, error.name, str(error)) == (
        400,
        "ENCRYPTED_MESSAGE_INVALID",
        "400 ENCRYPTED_MESSAGE_INVALID",
    )


@pytest.mark.parametrize(
    "error",
    [LocalError("a", got=1, where="b"), TransportError(-404, where="frame"), RpcError(400, "NONCE", where="c")],
)
def test_a_copy_says_the_same(error: MtError) -> None:
    for other in (copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert type(other) is type(error) and str(other) == str(error) and vars(other) == vars(error)
