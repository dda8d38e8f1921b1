"""The IGE strip and the garble map: the values are those of the cipher, the patterns those of the bytes."""

from __future__ import annotations

import pytest

from figure_samples import BINDING, MODES, blocks, figure
from mtlib.crypto.aes import ige_decrypt
from mtlib.errors import LocalError
from mtlib.lab.figures.chaining import garble, garble_map, ige_strip

KEY, IV = BINDING.schedule.aes_key, BINDING.schedule.aes_iv
PLAIN, SEALED = bytes(BINDING.plaintext), BINDING.ciphertext


def flip(data: bytes, byte: int) -> bytes:
    return data[:byte] + bytes([data[byte] ^ 1]) + data[byte + 1 :]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_garble_of_a_flipped_ciphertext_bit(number: int) -> None:
    after = ige_decrypt(flip(SEALED, 16 * number - 1), KEY, IV)
    assert garble(PLAIN, after) == "." * (number - 1) + "X" * (6 - number)


def test_garble_of_a_flipped_iv_bit() -> None:
    assert garble(PLAIN, ige_decrypt(SEALED, KEY, flip(IV, 3))) == "1XXXX"
    assert garble(PLAIN, ige_decrypt(SEALED, KEY, flip(IV, 19))) == "XXXXX"


def test_garble_counts_bits() -> None:
    assert garble(bytes(32), bytes(15) + b"\x01" + bytes(16)) == "1."
    assert garble(bytes(32), bytes(15) + b"\x03" + bytes(16)) == "X."
    for one, other in ((b"", b""), (bytes(16), bytes(32)), (bytes(15), bytes(15))):
        with pytest.raises(LocalError, match="whole blocks"):
            garble(one, other)


def test_the_strip_shows_the_beginning_of_every_value() -> None:
    made = figure("ige")
    for row, block in zip(made.rows, blocks(), strict=True):
        values = (block.plaintext, block.c_prev, block.before_aes, block.after_aes, block.p_prev, block.ciphertext)
        assert row[1:] == tuple(f"{value[:4].hex()}.." for value in values)
    assert made.rows[1][2] == made.rows[0][6] and made.rows[1][5] == made.rows[0][1], "two arrows from block 1 to 2"
    assert "c0 = iv[0:16] and p0 = iv[16:32]" in made.alt


def test_rows_beneath_are_in_words_too() -> None:
    made = figure("ige, modes")
    assert "blocks: IGE: same, same, noise, noise, noise; CBC: same, same, noise, 1 bit, same; " in made.alt
    assert [row[0] for row in made.rows[5:]] == [f"{mode}: {pattern}" for mode, pattern in MODES.items()]


def test_the_map_is_a_table_of_words() -> None:
    made = figure("garble")
    assert made.columns == ("mode", "block 1", "block 2", "block 3", "block 4", "block 5")
    assert made.rows[1] == ("CBC", "same", "same", "noise", "1 bit", "same")


@pytest.mark.parametrize(
    ("garbled", "question"),
    [({}, "why"), ({"IGE": ""}, "why"), ({"IGE": "..?"}, "why"), ({"IGE": "..", "CBC": "."}, "why"),
     ({"IGE": "."}, " "), ({"a mode with a name": "."}, "why"), ({"IGE": "." * 13}, "why")],
)  # fmt: skip
def test_patterns_that_cannot_be_drawn(garbled: dict[str, str], question: str) -> None:
    with pytest.raises(LocalError):
        garble_map(garbled, question)


def test_a_strip_of_nothing_or_with_other_patterns_is_refused() -> None:
    for refused in (
        lambda: ige_strip(()),
        lambda: ige_strip(blocks(7) + blocks(1)),
        lambda: ige_strip(blocks(), {"IGE": "..X"}, "why"),
        lambda: ige_strip(blocks(), {"IGE": "..XXX"}),
    ):
        with pytest.raises(LocalError):
            refused()
