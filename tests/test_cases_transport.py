"""Thirty things that went wrong elsewhere, each with the place where it was told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtlib.crypto.aes import Ctr
from mtlib.crypto.entropy import Patterned
from mtlib.errors import DecodeError, LocalError, TransportError
from mtlib.transport.framing import FRAMINGS, PaddedIntermediate
from mtlib.transport.obfuscation import Obfuscation, header_allowed
from mtlib.transport.stream import ServerStream
from transport_messages import collect, same

CASES = json.loads((Path(__file__).parent / "cases" / "transport.json").read_text())
Values = dict[str, Any]


def abridged_encode(given: Values, expected: Values) -> None:
    sender = FRAMINGS["abridged"]("client")
    if "error" in expected:
        payload = bytes.fromhex(given["payload"])
        with pytest.raises(LocalError) as caught:
            sender.wrap(payload)
        assert caught.value.got == expected.get("length", 0) == len(payload)
        return
    payload = b"w" * given["length"]  # what the label stands for is not published
    frame = sender.wrap(payload)
    assert frame.hex() == expected["header"] + payload.hex()
    assert len(frame) == expected["total_len"]


def full_encode(given: Values, expected: Values) -> None:
    sender = FRAMINGS["full"]("client")
    assert [sender.wrap(bytes.fromhex(payload)).hex() for payload in given["payloads"]] == expected["frames"]


def full_decode(given: Values, expected: Values) -> None:
    for side in ("client", "server"):
        receiver = FRAMINGS["full"](side)
        with pytest.raises(DecodeError) as caught:
            collect(receiver, [bytes.fromhex(given["stream"])])
        if expected["error"] == "BadCrc":
            assert (caught.value.got, caught.value.expected) == (expected["got"], expected["computed"])
        else:
            assert str(caught.value.where).endswith("length")
        assert same(receiver.broken, caught.value)


def decode_error_frame(given: Values, expected: Values) -> None:
    stream = bytes.fromhex(given["stream"])
    for chunks in ([stream], [stream[i : i + 1] for i in range(len(stream))]):
        receiver = FRAMINGS[given["codec"]]("client")
        with pytest.raises(TransportError) as caught:
            collect(receiver, chunks)
        assert (caught.value.code, caught.value.name) == (expected["code"], expected["name"])


def padded_decode_encrypted(given: Values, expected: Values) -> None:
    body = b"\x01" * given["total_len"]
    frame = given["total_len"].to_bytes(4, "little") + body
    (got,) = collect(PaddedIntermediate("server"), [frame])
    assert len(got.payload) == expected["payload_len"] != expected["wrong_if_mod_4"]
    assert len(body) - len(got.payload) == expected["pad"]


def feed_chunks(given: Values, expected: Values) -> None:
    stream, size = bytes.fromhex(given["stream"]), given["chunk"]
    chunks = [stream[i : i + size] for i in range(0, len(stream), size)]
    for receiver in (FRAMINGS[given["codec"]]("server"), FRAMINGS[given["codec"]]("client")):
        payloads = [frame.payload for frame in collect(receiver, chunks)]
        assert [len(payload) for payload in payloads] == expected["payload_lengths"]
        assert [hashlib.sha256(payload).hexdigest() for payload in payloads] == expected["payload_sha256"]
        assert receiver.pending == expected["pending"]


def detect_codec(given: Values, expected: Values) -> None:
    start = bytes.fromhex(given["first_bytes"])
    for chunks in ([start], [start[i : i + 1] for i in range(len(start))]):
        server = ServerStream(entropy=Patterned())
        for chunk in chunks:
            assert server.receive(chunk) == []
        assert server.framing == expected["codec"]


def obfuscated_start_allowed(given: Values, expected: Values) -> None:
    assert header_allowed(bytes.fromhex(given["random64"])) == expected["allowed"]


def obfuscated_client(given: Values, expected: Values) -> None:
    one = Obfuscation(bytes.fromhex(given["random64"]), bytes.fromhex(given["tag"]), given["dc"])
    for name in ("header", "encrypt_key", "encrypt_iv", "decrypt_key", "decrypt_iv"):
        assert getattr(one, name).hex() == expected[name]
    up, _ = one.streams()
    wire = [up.update(bytes.fromhex(packet)).hex() for packet in given["packets"]]
    assert wire == expected["wire_after_header"]


def ctr_partial_reads(given: Values, expected: Values) -> None:
    stream = bytes.fromhex(given["stream"])
    cipher = Ctr(bytes.fromhex(given["key"]), bytes.fromhex(given["iv"]))
    plain, place = b"", 0
    for size in given["read_sizes"]:
        plain += cipher.update(stream[place : place + size])
        place += size
    assert place == len(stream)
    assert plain.hex() == expected["plaintext"]


RUNNERS: dict[str, Callable[[Values, Values], None]] = {
    runner.__name__: runner
    for runner in (
        abridged_encode,
        full_encode,
        full_decode,
        decode_error_frame,
        padded_decode_encrypted,
        feed_chunks,
        detect_codec,
        obfuscated_start_allowed,
        obfuscated_client,
        ctr_partial_reads,
    )
}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    assert case["source_url"].startswith("https://")
    RUNNERS[case["input"]["op"]](case["input"], case["expected"])


def test_all_thirty_are_here() -> None:
    assert len({case["id"] for case in CASES}) == 30
    assert {case["input"]["op"] for case in CASES} == set(RUNNERS)
