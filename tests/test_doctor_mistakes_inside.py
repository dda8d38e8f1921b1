"""The right shape is that of the layouts, and every wrong hash is one that somebody could have made."""

from __future__ import annotations

import hashlib
import struct

import pytest

from mtlib.doctor.mistakes_inside import COVERED, DIGESTS, RIGHT_SHAPE, SHAPES, Opened, right_digest
from mtlib.wire.schema import ENVELOPE, INNER
from patients import C
from wrong_client import hash_v2

OPENED = Opened(C.envelope + C.padding, C.perm, RIGHT_SHAPE)


def test_the_right_shape_is_that_of_the_layouts() -> None:
    names = [f.name for f in ENVELOPE.fields[:-1]] + [f.name for f in INNER.fields]
    assert [name for name, _ in RIGHT_SHAPE] == names
    assert OPENED.size == 72 and OPENED.envelope == C.envelope


def test_places_follow_from_the_shape() -> None:
    cut = ENVELOPE.dissect(C.envelope)
    assert OPENED.value("msg_id") == struct.pack("<q", cut["msg_id"])
    assert OPENED.value("nonce") == struct.pack("<q", cut["inner"]["nonce"])
    assert OPENED.place("expires_at") == (68, 72)
    assert OPENED.place("nothing") is None
    assert Opened(C.envelope[:70], C.perm, RIGHT_SHAPE).place("expires_at") is None


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("inner_without_constructor", 68), ("expires_at_left_out", 68), ("nonce_of_sixteen_bytes", 80),
        ("header_left_out", 40), ("inner_with_length_head", 76),
    ],
)  # fmt: skip
def test_each_wrong_shape_has_its_size(name: str, size: int) -> None:
    shapes = {hypothesis.name: hypothesis.change for hypothesis in SHAPES}
    assert sum(part for _, part in shapes[name]) == size
    assert len(shapes) == 5


def test_covered() -> None:
    found = {hypothesis.name: hypothesis.change(OPENED) for hypothesis in COVERED}
    assert found == {
        "msg_key_over_padding": C.envelope + C.padding,
        "msg_key_of_the_inner_only": C.inner,
    }


def test_digests() -> None:
    sha1, sha256 = hashlib.sha1(C.envelope).digest(), hashlib.sha256(C.envelope).digest()
    assert right_digest(C.envelope) == sha1[4:20]
    little = b"".join(struct.pack("<I", word) for word in struct.unpack(">5I", sha1))
    found = {hypothesis.name: [*hypothesis.change(C.envelope, OPENED)] for hypothesis in DIGESTS}
    assert found == {
        "msg_key_first_sixteen_bytes": [sha1[:16]],
        "msg_key_in_another_order": [sha1[4:20][::-1], sha1[:16][::-1], little[4:20], little[:16]],
        "msg_key_sha256": [sha256[8:24], sha256[:16], sha256[16:]],
        "msg_key_v2": found["msg_key_v2"],
    }
    assert found["msg_key_v2"][:2] == [hash_v2(C.envelope, C.padding, C.perm), hash_v2(C.envelope, b"", C.perm)]
    everything = [sha1[4:20], *(each for row in found.values() for each in row)]
    assert len(set(everything)) == len(everything)


def test_what_was_opened_is_not_shown() -> None:
    assert C.envelope.hex()[:16] not in repr(OPENED) and repr(C.perm)[2:20] not in repr(OPENED)
