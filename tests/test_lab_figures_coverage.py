"""The coverage bars: what the hashes take in is what the tables say, byte by byte."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from figure_samples import BINDING, SAMPLE, figure
from mtlib.crypto.kdf import msg_key_v1, msg_key_v2

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
