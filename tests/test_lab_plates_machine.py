"""The IGE machine: four modes as one machine with other arrows, against the library and against `cryptography`."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from mtlib.crypto import Ctr, ige_decrypt, ige_encrypt
from mtlib.crypto.aes import ige_blocks
from mtlib.crypto.entropy import Patterned
from mtlib.errors import LocalError
from mtlib.lab import Machine
from mtlib.lab.plates.machine import MODES, Column, columns
from plates import BINDING, IV, KEY, play

PLAINTEXT = bytes(BINDING.plaintext)
NAMES = [mode.name for mode in MODES]
EVERY = pytest.mark.parametrize("mode", MODES, ids=NAMES)


def joined(found: list[Column], name: str) -> bytes:
    return b"".join(getattr(one, name).to_bytes(16, "big") for one in found)


def machine(*messages: tuple[str, object]) -> Machine:
    made = Machine(PLAINTEXT, KEY, IV)
    play(made, *messages)
    return made


def test_ige_is_the_librarys_at_every_point() -> None:
    for one, block in zip(columns(MODES[0], PLAINTEXT, KEY, IV), ige_blocks(PLAINTEXT, KEY, IV), strict=True):
        assert [value.to_bytes(16, "big") for value in one] == [
            block.plaintext, block.c_prev, block.before_aes, block.after_aes, block.p_prev, block.ciphertext
        ]  # fmt: skip


def test_cbc_and_ctr_are_those_of_others() -> None:
    cbc = Cipher(algorithms.AES(KEY), modes.CBC(IV[:16])).encryptor().update(PLAINTEXT)
    assert joined(columns(MODES[1], PLAINTEXT, KEY, IV), "c") == cbc
    assert joined(columns(MODES[2], PLAINTEXT, KEY, IV), "c") == Ctr(KEY, IV[:16]).update(PLAINTEXT)


def test_pcbc_is_its_definition() -> None:
    def xor(*blocks: bytes) -> bytes:
        return bytes(x ^ y ^ z for x, y, z in zip(*blocks, strict=True))

    ecb = Cipher(algorithms.AES(KEY), modes.ECB()).encryptor()
    c, p, made = IV[:16], IV[16:], b""
    for at in range(0, 80, 16):
        new = ecb.update(xor(PLAINTEXT[at : at + 16], c, p))
        c, p, made = new, PLAINTEXT[at : at + 16], made + new
    assert joined(columns(MODES[3], PLAINTEXT, KEY, IV), "c") == made


@EVERY
@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_every_mode_decrypts_what_it_encrypted(mode: object, blocks: int) -> None:
    draw = Patterned(str(blocks))
    data, key, iv = draw.draw("data", 16 * blocks), draw.draw("key", 32), draw.draw("iv", 32)
    there = columns(mode, data, key, iv)  # type: ignore[arg-type]
    assert columns(mode, joined(there, "c"), key, iv, decrypt=True) == there  # type: ignore[arg-type]


def test_a_counter_turns_over_as_the_librarys_does() -> None:
    iv = b"\xff" * 16 + bytes(16)
    assert joined(columns(MODES[2], PLAINTEXT, KEY, iv), "c") == Ctr(KEY, iv[:16]).update(PLAINTEXT)


@pytest.mark.parametrize(("way", "where", "expected"), [
    (0, "p", {"IGE": "..XXX", "CBC": "..XXX", "CTR": "..1..", "PCBC": "..XXX"}),
    (1, "c", {"IGE": "..XXX", "CBC": "..X1.", "CTR": "..1..", "PCBC": "..XXX"}),
])  # fmt: skip
def test_where_a_flipped_bit_of_block_three_leads(way: int, where: str, expected: dict[str, str]) -> None:
    model = machine(("way", way), ("flip", [[where, 2], 77]), ("go", None))
    found = {mode.name: "".join(".1X"[min(bits, 2)] for bits in model.changed(mode)) for mode in MODES}
    assert found == expected


def test_what_is_drawn_is_what_the_library_decrypts() -> None:
    model = machine(("way", 1), ("flip", [["c", 1], 5]), ("go", None))
    broken = bytearray(ige_encrypt(PLAINTEXT, KEY, IV))
    broken[16] ^= 0b100
    _, now = model.runs(MODES[0])
    assert joined(now, "p") == ige_decrypt(bytes(broken), KEY, IV)


def test_the_halves_of_the_iv_are_not_alike() -> None:
    first = machine(("way", 1), ("flip", [["iv", 0], 0]), ("go", None))
    second = machine(("way", 1), ("flip", [["iv", 1], 0]), ("go", None))
    assert first.changed(MODES[0])[0] == 1 and second.changed(MODES[0])[0] > 1
    assert second.changed(MODES[1]) == second.changed(MODES[2]) == [0] * 5  # neither reads it


def test_nothing_is_told_before_it_has_run() -> None:
    model = machine(("flip", [["p", 1], 0]))
    assert "Which blocks" in model.state["said"]
    assert all(set(row[1:]) == {"?"} for row in list(model.rows())[1:])
    assert not any("noise" in mark.look for mark in model.marks())


def test_a_guess_is_compared_with_what_came() -> None:
    right = [("expect", [0, block]) for block in (1, 2, 3, 4)]
    model = machine(("flip", [["p", 1], 0]), *right, ("expect", [2, 0]), ("go", None))
    assert "IGE 2, 3, 4, 5 (as you expected)" in model.state["said"]
    assert "CTR 2 (not as you expected)" in model.state["said"]
    play(model, ("expect", [0, 0]))
    assert not model.ran and model.expected == {(0, 0)}  # the next round


def test_the_flood_goes_from_block_to_block() -> None:
    waits = {mark.id: mark.wait for mark in machine(("flip", [["p", 1], 0]), ("go", None)).marks()}
    assert waits["c1"] < waits["c2"] < waits["c3"] < waits["c4"]


def test_what_cannot_be_flipped_and_what_cannot_be_drawn() -> None:
    assert "click a bit of what goes in" in play(machine(), ("flip", [["c", 1], 0]))
    assert "click a bit first" in play(machine(), ("go", None))
    for plaintext, key in ((PLAINTEXT[:16], KEY), (PLAINTEXT * 2, KEY), (PLAINTEXT[:33], KEY), (PLAINTEXT, KEY[1:])):
        with pytest.raises(LocalError):
            Machine(plaintext, key, IV)
