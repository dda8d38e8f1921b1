"""Two dissections side by side."""

from __future__ import annotations

import pytest

from mtlib.lab import compare, sample
from mtlib.wire.dissection import unseal
from mtlib.wire.schema import SCHEMA

SAMPLE = sample()
FRAME = unseal(SAMPLE.carried.frame, SAMPLE.keys)
A = SCHEMA["req_pq_multi"].build(nonce=bytes(range(16)))
B = SCHEMA["req_pq_multi"].build(nonce=bytes([0, 1, 2, 0xFC, *range(4, 16)]))


def test_what_is_equal_is_called_equal() -> None:
    found = compare(A, A)
    assert (found.differing, found.fields, repr(found)) == ((0, 0), (), "<Comparison of a and b: equal>")


def test_differing_bytes_and_bits_are_counted_and_named() -> None:
    found = compare(A, B, ("ours", "theirs"))
    assert found.differing == (1, 8)
    assert found.fields == ("req_pq_multi/nonce",)
    assert found.layers[0].offsets == (7,)
    assert str(found).splitlines()[0] == "ours and theirs: 1 byte and 8 bits differ"
    assert "[03]" in str(found) and "[fc]" in str(found) and str(found).count("[") == 2


def test_open_seals_are_compared_too() -> None:
    other = sample("other")
    found = compare(FRAME, unseal(other.carried.frame, other.keys))
    assert [layer.path.rpartition("/")[2] for layer in found.layers] == ["frame", "message", "plaintext"]
    assert found.layers[2].offsets
    assert any(path.endswith("inner/nonce") for path in found.fields)
    assert not any(path.endswith("inner/constructor") for path in found.fields)


def test_a_seal_that_is_open_on_one_side_only() -> None:
    found = compare(FRAME, SAMPLE.carried.frame)
    assert found.differing == (0, 0)
    assert [len(layer.offsets) for layer in found.layers] == [0, 176, 80]
    assert found.layers[1].b is None


def test_bytes_that_only_the_second_has_are_named_too() -> None:
    found = compare(SAMPLE.carried.frame, FRAME)
    assert "perm_auth_key_id" in str(found) and str(found).count("temp_session_id") >= 1


def test_other_lengths_and_other_names() -> None:
    shorter = SCHEMA["req_pq"].build(nonce=bytes(16))
    longer = SCHEMA["p_q_inner_data"].build(
        pq=b"\1" * 8, p=b"\1" * 4, q=b"\1" * 4, nonce=bytes(16), server_nonce=bytes(16), new_nonce=bytes(32)
    )
    found = compare(shorter, longer)
    extra = len(longer) - len(shorter)
    assert found.differing[0] >= extra and found.differing[1] >= 8 * extra
    assert compare(longer, shorter).differing == found.differing


def test_it_shows_itself_without_script_and_colour_is_not_alone() -> None:
    bundle = compare(A, B)._repr_mimebundle_()
    assert bundle["text/html"].count("text-decoration:underline") == 2
    assert "<script" not in bundle["text/html"] and "class=" not in bundle["text/html"]


@pytest.mark.parametrize("evil", ["<script>", '"><img>'])
def test_names_are_escaped(evil: str) -> None:
    assert evil not in compare(A, B, (evil, "b"))._repr_mimebundle_()["text/html"]
