"""What each figure of the lessons tells: the picture, its table and its sentence agree with the data."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import pytest

from figure_samples import (
    BINDING,
    SAMPLE,
    blocks,
    figure,
    flipped,
    flips,
    sealed,
    verdict,
)
from mtlib.crypto.aes import ige_decrypt
from mtlib.crypto.kdf import MSG_KEY_V2, V1, V2, key_usage, msg_key_v1, msg_key_v2
from mtlib.errors import LocalError
from mtlib.lab.figures.chaining import garble, garble_map, ige_strip
from mtlib.lab.figures.coverage import flip_map, key_use
from mtlib.lab.figures.wiring import equality_wiring
from mtlib.lab.plates.staircase import PARTS
from mtlib.lab.plates.wires import WIRES
from mtlib.protocol.checks import Rules, verify
from mtlib.wire.schema import REQUEST

# -- The IGE strip and the garble map ---------------------------------------------------------------------------------

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
    ):
        with pytest.raises(LocalError):
            refused()


# -- The coverage bars ------------------------------------------------------------------------------------------------

ROWS = figure("coverage").rows
ONE, TWO = ([row for row in ROWS if row[0].startswith(f"MTProto {version}")] for version in ("1.0", "2.0"))


def covered(rows: list[tuple[str, ...]]) -> int:
    return sum(int(row[2]) for row in rows if row[3] == "yes")


def test_the_first_stops_before_the_padding() -> None:
    assert [row[1] for row in ONE if row[3] == "NO"] == ["padding"]
    assert hashlib.sha1(bytes(BINDING.plaintext)[: covered(ONE)]).digest()[4:20] == BINDING.msg_key
    assert msg_key_v1(bytes(replace(BINDING, padding=bytes(8)).envelope)) == BINDING.msg_key


def test_the_second_takes_a_piece_of_the_key_and_everything() -> None:
    assert [row[1] for row in TWO] == [
        "auth_key[88:120]", "salt", "session_id", "msg_id", "seqno", "length", "request", "padding",
    ]  # fmt: skip
    assert {row[3] for row in TWO} == {"yes"}
    message = bytes(SAMPLE.carried.message)
    assert covered(TWO) == len(message) + int(TWO[0][2])
    whole = SAMPLE.temp_key.data[88:120] + message
    assert hashlib.sha256(whole).digest()[8:24] == msg_key_v2(SAMPLE.temp_key, message, 0)


def test_the_sentence_computes_its_numbers() -> None:
    assert "brackets bytes 0 to 71 of 80" in figure("coverage").alt
    assert "all 176 bytes, padding included" in figure("coverage").alt
    assert "all 1184 bytes" in figure("coverage, more padding").alt


# -- The flip map -----------------------------------------------------------------------------------------------------

def test_the_flip_map_counts_the_data_centre_s_answers() -> None:
    assert [(row[0], row[1]) for row in figure("flips").rows] == [
        ("perm_auth_key_id_in_front", "64"), ("length", "384"), ("msg_key", "384"),
    ]  # fmt: skip
    assert [row[2] for row in figure("flips").rows] == ["0 to 7", "8 to 55", "56 to 103"]
    assert figure("flips").alt.endswith("Accepted: 0.")
    assert [row[1] for row in figure("flips, hash first").rows] == ["64", "768"]


def test_accepted_flips_are_told() -> None:
    made = flip_map((None, *flips()[1:]))
    assert made.rows[0] == ("accepted", "1", "0 to 0") and made.alt.endswith("Accepted: 1.")
    everything = flip_map([None] * 832)
    assert "notices first: none. Accepted: 832." in everything.alt


def test_switched_off_checks_leave_the_other_net() -> None:
    skip = frozenset({"length", "msg_key"})
    assert "accepted" not in [row[0] for row in flip_map(flips(Rules(skip=skip))).rows]


def test_the_parts_are_the_encrypted_message() -> None:
    assert sum(size for _, size in PARTS) == 104
    assert [name for name, _ in PARTS] == ["key id", "msg_key", "C1", "C2", "C3", "C4", "C5"]


def test_another_number_of_bits_is_refused() -> None:
    for failed in ([], ["msg_key"] * 831, [str(at % 7) for at in range(832)]):
        with pytest.raises(LocalError):
            flip_map(failed)


# -- Key use ----------------------------------------------------------------------------------------------


def test_an_x_that_is_no_direction_is_refused() -> None:
    with pytest.raises(LocalError, match="direction"):
        key_use({"V1": (V1,)}, 4)


def test_the_strips_cover_the_key_and_count_right() -> None:
    tables = {"MTProto 1.0": (V1,), "MTProto 2.0": (V2, MSG_KEY_V2)}
    made = key_use(tables)
    for name, together in tables.items():
        rows = [row for row in made.rows if row[0] == name]
        assert sum(int(row[2]) for row in rows) == 256
        read = sum(any(key_usage(table, 0)[byte] for table in together) for byte in range(256))
        assert sum(int(row[2]) for row in rows if row[3] != "nothing") == read
        assert f"{name} reads {read} of them" in made.alt
    assert "MTProto 1.0 reads 128 of them; MTProto 2.0 reads 104 of them" in made.alt


def test_nothing_to_draw_is_an_error() -> None:
    for tables in ({}, {" ": (V1,)}, dict.fromkeys("abcde", (V1,))):
        with pytest.raises(LocalError):
            key_use(tables)


# -- The equality wiring ----------------------------------------------------------------------------------------------

def states(name: str) -> dict[str, str]:
    return {row[3].rpartition(" ")[2]: row[5] for row in figure(name).rows}


def test_six_lines_from_three_places() -> None:
    assert Counter(line.outside.layer for line in WIRES) == {"packet": 1, "message": 2, "request": 3}
    assert [line.outside.field.name for line in WIRES] == [
        "auth_key_id", "session_id", "msg_id", "perm_auth_key_id", "nonce", "expires_at",
    ]  # fmt: skip
    assert [line.inside.field.name for line in WIRES] == [line.check for line in WIRES]


def test_both_values_of_each_line_are_named() -> None:
    rows = figure("wiring").rows
    assert [row[2] for row in rows] == [row[4] for row in rows]
    assert {row[2] for row in rows} == {
        str(value)
        for value in (SAMPLE.temp_key.id, SAMPLE.perm_key.id, BINDING.session_id, BINDING.msg_id, BINDING.nonce,
                      BINDING.expires_at)
    }  # fmt: skip
    assert "All hold. The data centre answers boolTrue." in figure("wiring").alt


FIELDS = {"nonce": {"nonce": 7}, "expires_at": {"expires_at": SAMPLE.now + 60}}
TUNNEL = {"temp_session_id": {"session_id": 1}, "msg_id": {"msg_id": BINDING.msg_id + 4}}


@pytest.mark.parametrize("broken", [*FIELDS, *TUNNEL, "temp_auth_key_id"])
def test_breaking_a_value_lights_its_line_and_no_other(broken: str) -> None:
    given = {"perm_auth_key_id": SAMPLE.perm_key.id, "nonce": BINDING.nonce, "expires_at": BINDING.expires_at}
    request = REQUEST.build(**given | FIELDS.get(broken, {}), encrypted_message=bytes(BINDING.encrypted_message))
    place = {"session_id": BINDING.session_id, "msg_id": BINDING.msg_id} | TUNNEL.get(broken, {})
    temp_key = SAMPLE.perm_key if broken == "temp_auth_key_id" else SAMPLE.temp_key
    said = verify(request, perm_key=SAMPLE.perm_key, temp_key=temp_key, now=SAMPLE.now, **place)
    made = equality_wiring(said)
    assert [row[3].rpartition(" ")[2] for row in made.rows if row[5] == "BROKEN"] == [broken]
    number = [line.check for line in WIRES].index(broken) + 1
    assert f"Broken: {number} " in made.alt and f"the first check that fails: {broken}." in made.alt


def test_noise_breaks_several() -> None:
    """In the first cipher block all is lost; further on, what stands before it is still right."""
    assert set(states("wiring, noise").values()) == {"BROKEN"}
    made = equality_wiring(verdict(sealed(flipped(8 * 75))))
    assert [row[5] for row in made.rows].count("holds") == 2
    assert "first check that fails: msg_key" in made.alt


def test_a_seal_that_stays_closed_is_not_a_broken_line() -> None:
    assert set(states("wiring, unknown key").values()) == {"not compared"}
    assert "6 could not be compared" in figure("wiring, unknown key").alt


def test_a_check_that_is_switched_off_is_not_compared() -> None:
    made = equality_wiring(verdict(rules=Rules(skip=frozenset({"nonce"}))))
    assert [row[5] for row in made.rows].count("not compared") == 1
    assert "boolTrue" in made.alt
