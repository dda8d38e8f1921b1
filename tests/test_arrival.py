"""Out of the stream, the packet, the message and its wrappers: the same request every time."""

from __future__ import annotations

import gzip
import hashlib
import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.clinic.doctor import arrive, diagnose, missing, second_opinion
from mtlib.clinic.packet import packets_in, unwrapped
from mtlib.clinic.patient import Patient
from mtlib.crypto.entropy import Patterned
from mtlib.errors import LocalError
from mtlib.protocol.limits import Limits
from mtlib.transport.framing import FRAMINGS
from mtlib.transport.stream import ClientStream
from mtlib.wire.schema import SCHEMA
from patients import OTHER, C
from wrong_client import NOW, ige, kdf1, tl_bytes

KEYS = {"perm_key": C.perm, "temp_key": C.temp}


def with_layer(body: bytes) -> bytes:
    return bytes.fromhex("0d0d9bda") + struct.pack("<i", 214) + body


def zipped(body: bytes) -> bytes:
    return bytes.fromhex("a1cf7230") + tl_bytes(gzip.compress(body, mtime=0))


def in_container(body: bytes) -> bytes:
    ack = bytes(SCHEMA["msgs_ack"].build(msg_ids=[5]))
    messages = [(C.msg_id - 8, 0, ack), (C.msg_id, 1, body)]
    packed = b"".join(struct.pack("<qii", msg_id, seqno, len(each)) + each for msg_id, seqno, each in messages)
    return bytes.fromhex("dcf8f173") + struct.pack("<i", len(messages)) + packed


@pytest.mark.parametrize(
    "body",
    [C.request, with_layer(C.request), zipped(C.request), with_layer(zipped(C.request)), zipped(with_layer(C.request))],
)
def test_the_request_is_found_in_whatever_is_around_it(body: bytes) -> None:
    assert unwrapped(body) == C.request
    assert arrive(Patient.of(request=body)).sealed == C.sealed
    arrival = arrive(Patient.of(packet=C.packet(message=C.message(body)), **KEYS))
    assert arrival.sealed == C.sealed and arrival.findings == ()


def test_in_a_container_the_messages_own_id_counts() -> None:
    outer = replace(C, msg_id=C.msg_id + 4)
    patient = arrive(Patient.of(packet=C.packet(message=outer.message(in_container(C.request))), **KEYS)).patient
    assert (patient.msg_id, patient.container_msg_id, patient.session_id, patient.salt) == (
        C.msg_id, C.msg_id + 4, C.session_id, C.salt,
    )  # fmt: skip


def test_wrappers_are_taken_off_up_to_a_limit() -> None:
    body = C.request
    for _ in range(Limits().wrappers + 1):
        body = with_layer(body)
    assert unwrapped(body) == with_layer(C.request)


@given(st.binary(max_size=64), st.sampled_from(["a1cf7230", "0d0d9bda", "dcf8f173", ""]))
def test_damaged_wrappers_are_left_alone(noise: bytes, start: str) -> None:
    assert isinstance(unwrapped(bytes.fromhex(start) + noise), bytes)
    arrive(Patient.of(packet=C.packet(message=C.message(bytes.fromhex(start) + noise)), **KEYS))


@pytest.mark.parametrize("framing", sorted(FRAMINGS))
@pytest.mark.parametrize("obfuscated", [False, True])
def test_any_stream_gives_its_packets(framing: str, obfuscated: bool) -> None:
    if obfuscated and framing == "full":
        return
    client = ClientStream(framing, obfuscated=obfuscated, entropy=Patterned("stream"))
    stream = client.opening() + client.send(C.packet()) + client.send(C.packet())[:-5]
    assert packets_in(stream)[0] == [C.packet()]
    assert arrive(Patient.of(stream=stream, **KEYS)).sealed == C.sealed


@pytest.mark.parametrize(("told", "behind", "right"), [(8, 5, 5), (0, 15, None), (15, 15, None), (16, 16, 0)])
def test_the_length_of_a_padded_frame_covers_up_to_15_bytes_of_padding(
    told: int, behind: int, right: int | None
) -> None:
    packet = C.packet()
    heads = [b"\xdd" * 4 + struct.pack("<I", len(packet) + more) for more in (told, right or 0)]
    found = diagnose(stream=heads[0] + packet + bytes(behind), **KEYS)
    assert (found.name, [(each.got, each.expected) for each in found.evidence]) == (
        ("healthy", []) if right is None else ("frame_wrong", [tuple(heads)]))  # fmt: skip


def test_a_stream_from_its_middle_is_refused() -> None:
    with pytest.raises(LocalError) as caught:
        packets_in(b"GET / HTTP/1.1\r\n" * 9)
    assert caught.value.where == "stream"


def test_what_was_undone_is_told_with_its_offset() -> None:
    arrival = arrive(Patient.of(request=C.head + C.sealed))
    (finding,) = arrival.findings
    assert finding.name == "length_head_left_out"
    assert (finding.evidence[0].path, finding.evidence[0].offset) == ("request/encrypted_message", 24)
    assert arrival.sealed == C.sealed
    assert dict(arrival.values)["nonce"] == C.nonce


def test_nothing_is_undone_where_the_rest_is_not_right_then() -> None:
    """The same size as a request without its constructor, and no key id that agrees."""
    arrival = arrive(Patient.of(request=bytes(range(128))))
    assert [finding.name for finding in arrival.findings] == ["no_binding_in_it"]
    assert arrival.sealed is None


def test_the_key_of_the_packet_is_found_among_others() -> None:
    patient = arrive(Patient.of(packet=C.packet(), other_keys=[C.perm, C.temp])).patient
    assert patient.temp_key is not None and bytes(patient.temp_key.key) == C.temp


def test_values_without_a_request_are_those_that_were_told() -> None:
    assert arrive(Patient.of(encrypted_message=C.sealed, nonce=5)).values == {"nonce": 5}


# -- What a data centre would say -----------------------------------------------------------------------------------


def uncomputed(**told: Any) -> list[str]:
    verdict = second_opinion(arrive(Patient.of(**told)))
    assert verdict.ok
    return [row.name for row in verdict.checks if row.holds is None]


ALWAYS = ["not_bound_elsewhere", "msg_id_rises"]


@pytest.mark.parametrize(
    ("left_out", "unknown"),
    [
        ((), []),
        (("temp_key",), ["over_temporary_key", "temp_auth_key_id"]),
        (("session_id",), ["temp_session_id"]),
        (("msg_id",), ["msg_id"]),
        (("now", "msg_id"), ["msg_id", "expires_at_in_range"]),
    ],
)
def test_a_value_that_is_not_there_leaves_its_checks_open(left_out: tuple[str, ...], unknown: list[str]) -> None:
    told = {name: value for name, value in C.facts().items() if name not in left_out}
    assert set(uncomputed(**told)) == {*ALWAYS, *unknown}
    lacking = [line.split(":")[0] for line in missing(arrive(Patient.of(**told)))]
    assert lacking == [name for name in ("temp_key", "session_id", "msg_id", "now") if name in left_out]


def test_a_bare_seal_is_compared_with_what_is_told() -> None:
    told = C.facts(encrypted_message=C.sealed)
    del told["request"]
    nothing = {"request_parses", "nothing_left_over"}
    assert set(uncomputed(**told)) == {*ALWAYS, *nothing, "nonce", "expires_at", "expires_at_in_range"}
    assert set(uncomputed(**told, nonce=C.nonce, expires_at=C.expires_at)) == {*ALWAYS, *nothing}
    wrong = second_opinion(arrive(Patient.of(**told, nonce=C.nonce ^ 1, expires_at=C.expires_at)))
    assert wrong.failing == ("nonce",)


def test_without_the_permanent_key_everything_inside_is_open() -> None:
    told = C.facts()
    del told["perm_key"]
    assert {"perm_key_known", "length", "msg_key", "nonce", "temp_session_id"} <= set(uncomputed(**told))


@pytest.mark.parametrize(
    ("keys", "lacking"),
    [
        ({}, ["temp_key"]),
        ({"perm_key": C.perm}, ["temp_key"]),
        ({"temp_key": OTHER}, []),
        ({"temp_key": C.temp}, ["perm_key"]),
    ],
)
def test_a_packet_that_stays_closed_lacks_its_key(keys: dict[str, Any], lacking: list[str]) -> None:
    found = missing(arrive(Patient.of(packet=C.packet(), **keys)))
    assert [line.split(":")[0] for line in found] == lacking


def test_the_request_is_judged_as_it_was_sent() -> None:
    verdict = second_opinion(arrive(Patient.of(**C.facts(request=C.request + b"\0\0\0\0"))))
    assert (verdict.error, verdict.failing) == ("INPUT_REQUEST_TOO_LONG", ("nothing_left_over",))
    assert second_opinion(arrive(Patient.of(**C.facts(request=C.request[4:])))).error == "INPUT_FETCH_ERROR"


def test_the_whole_of_mtproto_1_and_its_schedule_alone_are_two_mistakes() -> None:
    message = C.message()
    of_2 = hashlib.sha256(C.temp[88:120] + message).digest()[8:24]
    of_1 = hashlib.sha1(message[: 32 + len(C.request)]).digest()[4:20]
    for msg_key, names in (
        (of_2, ("packet_sealed_wrongly", "schedule_v1")), (of_1, ("packet_by_mtproto_1",)),
    ):  # fmt: skip
        packet = C.packet()[:8] + msg_key + ige(message, *kdf1(C.temp, msg_key, 0))
        assert diagnose(packet=packet, **KEYS, now=NOW).names == names


@pytest.mark.parametrize(
    ("at", "size", "name"), [(32, 4, "bytes_between_fields"), (8, -8, "field_left_out"), (24, -5, "field_left_out")]
)
def test_a_request_at_another_place_of_the_message(at: int, size: int, name: str) -> None:
    """Where nothing is known of its fields: four bytes more before the request; eight less, or five, which no field
    has."""
    message = C.message()
    moved = message[:at] + bytes.fromhex("a5" * max(size, 0)) + message[at + max(-size, 0) :]
    moved = moved[: len(moved) // 16 * 16]
    keys = KEYS if size % 4 else {"temp_key": C.temp}
    assert name in diagnose(packet=C.packet(message=moved), **keys).names


@pytest.mark.parametrize(("later", "found"), [(0, ""), (1 << 48, "built_for_an_older_message"), (1 << 50, None)])
def test_in_a_broken_container_a_number_of_about_the_same_day_is_a_msg_id(later: int, found: str | None) -> None:
    body = in_container(C.request).replace(struct.pack("<q", C.msg_id), struct.pack("<q", C.msg_id + later))
    body = body[:4] + struct.pack("<i", 3) + body[8:]  # of three messages, two are there
    names = diagnose(packet=C.packet(message=replace(C, msg_id=C.msg_id + 4).message(body)), **KEYS).names
    assert names == (("no_binding_in_it",) if found is None else ("container_wrong", *filter(None, [found])))


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({}, "expires_at_in_the_past"),
        ({"expires_at": C.expires_at}, "fields_out_of_order"),
        ({"nonce": C.nonce}, "fields_out_of_order"),
    ],
)
def test_what_was_told_settles_the_order_of_the_fields(told: dict[str, int], name: str) -> None:
    swapped = C.request[:12] + C.request[20:24] + C.request[12:20] + C.request[24:]
    assert diagnose(request=swapped, **told).name == name


@pytest.mark.parametrize(
    "behind",
    [C.message(), C.request, C.message()[16:32] + C.request, struct.pack("<qi", C.msg_id, 99) + C.request],
    ids=["a whole message", "the request alone", "half a header", "another length"],
)
def test_a_request_in_the_clear_behind_key_id_0(behind: bytes) -> None:
    found = diagnose(packet=bytes(8) + behind, msg_id=C.msg_id, session_id=C.session_id, **KEYS, now=NOW)
    assert found.names == ("sent_unencrypted",)
