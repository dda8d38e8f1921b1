"""What becomes of a number: never the right one, always eight bytes that somebody really sends."""

from __future__ import annotations

import hashlib
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.doctor.mistakes_values import HALVES, LONGS, MSG_IDS, UNEQUAL, long
from mtlib.doctor.patient import Patient
from mtlib.wire.schema import INNER
from patients import C
from wrong_client import NOW

CHANGES = {hypothesis.name: hypothesis.change for hypothesis in LONGS}


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_change_gives_longs(right: int) -> None:
    for change in CHANGES.values():
        assert all(struct.pack("<q", number) for number in change(right))
    assert [*CHANGES["byte_swapped"](right)] == list(struct.unpack(">q", struct.pack("<q", right)))
    assert bool([*CHANGES["unsigned_overflow"](right)]) == (right < 0)


def test_an_unsigned_number_that_does_not_fit() -> None:
    right = -77
    assert right % 2**64 > 2**63 - 1
    assert [*CHANGES["unsigned_overflow"](right)] == [2**63 - 1, -(2**63), right % 2**64 & (2**63 - 1)]


@pytest.mark.parametrize("right", [C.nonce, C.session_id, 2**62 + 12345])
def test_rounding_is_what_a_reader_of_json_does(right: int) -> None:
    rounded = int(float(json.loads(json.dumps(right))))
    assert rounded != right and rounded in CHANGES["rounded_to_a_double"](right)
    assert abs(rounded - right) <= 512


def test_cutting_keeps_the_low_half() -> None:
    right = 0x11223344_99AABBCC
    assert [*CHANGES["cut_to_32_bits"](right)] == [0x99AABBCC - 2**32, 0x99AABBCC]


def test_halves_of_sha1() -> None:
    digest = hashlib.sha1(C.perm).digest()
    (half,) = HALVES
    assert [*half.change(C.perm)] == [digest[:8], digest[8:16]]
    assert long(digest[12:20]) not in map(long, half.change(C.perm))


@pytest.mark.parametrize(
    ("inside", "name"),
    [
        (C.msg_id + 8, "msg_id_of_the_container"),
        (C.msg_id - 4, "built_for_an_older_message"),
        (C.msg_id + 4, "fresh_msg_id_inside"),
    ],
)
def test_msg_ids(inside: int, name: str) -> None:
    patient = Patient.of(msg_id=C.msg_id, container_msg_id=C.msg_id + 8, now=NOW)
    assert next(h.name for h in MSG_IDS if h.change(inside, patient)) == name


def test_there_is_a_fact_for_each_value_behind_the_seal() -> None:
    assert {f.name for f in INNER.fields} | {"seqno", "length"} == set(UNEQUAL)
