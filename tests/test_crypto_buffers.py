"""What callers hand in is copied once, measured once, and never taken for something else."""

from __future__ import annotations

from typing import Any

import pytest

from mtlib.crypto.secret import exact, plain
from mtlib.errors import LocalError


@pytest.mark.parametrize("shape", [bytes, bytearray, memoryview])
def test_three_shapes_become_bytes(shape: Any) -> None:
    data = plain(shape(b"\x01\x02\x03"), "data")
    assert type(data) is bytes
    assert data == b"\x01\x02\x03"


def test_the_copy_does_not_follow_its_source() -> None:
    source = bytearray(b"abc")
    copy = plain(source, "data")
    source[0] = 0
    assert copy == b"abc"


@pytest.mark.parametrize("value", [5, "text", [1, 2], None, 1.5])
def test_other_things_are_refused(value: Any) -> None:
    with pytest.raises(LocalError) as caught:
        plain(value, "nonce")
    assert caught.value.where == "nonce"
    assert caught.value.got == type(value).__name__


@pytest.mark.parametrize("size", [0, 15, 17])
def test_exact_refuses_every_other_length(size: int) -> None:
    with pytest.raises(LocalError) as caught:
        exact(bytes(size), 16, "nonce")
    assert (caught.value.got, caught.value.expected) == (f"{size} bytes", "16 bytes")
    assert exact(bytes(16), 16, "nonce") == bytes(16)
