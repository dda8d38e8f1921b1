"""Clients that are wrong on purpose, over TCP: the data centre's log names what each of them did."""

from __future__ import annotations

import hashlib
import json
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from faulty_client import FaultyClient
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES as TABLE
from mtlib.net.server import LocalDC
from mtlib.protocol.checks import Rules
from wrong_client import cbc, hash_v2, ige_in_place, kdf2, key_id, long, pattern, swapped

INVALID = "ENCRYPTED_MESSAGE_INVALID"


@pytest.fixture(scope="module")
def dc() -> Iterator[LocalDC]:
    with LocalDC() as running:
        yield running


@pytest.fixture(scope="module")
def client(dc: LocalDC) -> Iterator[FaultyClient]:
    with FaultyClient(dc.host, dc.port, dc.public_key.to_pem()) as dialled:
        yield dialled.make_keys()


def named(dc: LocalDC) -> str:
    """The mistake in the last diagnosis, which tells its sentence as well; and that it follows the refusal."""
    refused, said = [event for event in dc.trace if event.name in ("bind_refused", "diagnosis")][-2:]
    assert (refused.name, said.name, refused.peer) == ("bind_refused", "diagnosis", said.peer)
    name, _, rest = said.text.partition(": ")
    assert rest.startswith(TABLE[name].sentence) and rest.endswith(TABLE[name].fix)  # between them: what it is here
    return name


MISTAKES: dict[str, Callable[[FaultyClient], dict[str, Any]]] = {
    "sealed_by_mtproto_2": lambda c: {"schedule": kdf2, "msg_key": hash_v2},
    "schedule_v2": lambda c: {"schedule": kdf2},
    "direction_x_8": lambda c: {"x": 8},
    "iv_halves_swapped": lambda c: {"cipher": swapped},
    "cbc_instead_of_ige": lambda c: {"cipher": cbc},
    "ige_written_over_itself": lambda c: {"cipher": ige_in_place},
    "sealed_with_the_temporary_key": lambda c: {"sealing_key": c.temp},
    "msg_key_over_padding": lambda c: {"msg_key": lambda text, pad, key: hashlib.sha1(text + pad).digest()[4:20]},
    "msg_key_first_sixteen_bytes": lambda c: {"msg_key": lambda text, pad, key: hashlib.sha1(text).digest()[:16]},
    "padding_of_another_size": lambda c: {"padding": pattern("padding", 24)},
    "inner_without_constructor": lambda c: {"inner_id": b""},
    "nonce_of_sixteen_bytes": lambda c: {"inner_nonce": pattern("nonce", 16)},
    "seqno_not_zero": lambda c: {"seqno": 1},
    "built_for_an_older_message": lambda c: {"inner_msg_id": c.last_msg_id - (3 << 32)},
    "session_of_another_connection": lambda c: {"inner_session": pattern("other session", 8)},
    "nonce_drawn_twice": lambda c: {"inner_nonce": pattern("second nonce", 8)},
    "wrong_half_of_sha1": lambda c: {"inner_temp": hashlib.sha1(c.temp).digest()[:8]},
    "key_ids_swapped": lambda c: {"inner_temp": key_id(c.perm), "inner_perm": key_id(c.temp)},
    "byte_swapped": lambda c: {"request_perm": key_id(c.perm)[::-1], "front": key_id(c.perm)[::-1]},
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_log_names_the_mistake(mistake: str, dc: LocalDC, client: FaultyClient) -> None:
    answer = client.bind(client.client(**MISTAKES[mistake](client)))
    assert answer == INVALID
    assert named(dc) == mistake


@pytest.mark.parametrize(
    ("mistake", "expires_at", "answer"),
    [
        ("expires_at_is_a_duration", lambda ends: 86400, "EXPIRES_AT_INVALID"),
        ("expires_at_in_the_past", lambda ends: ends - 86400 - 60, "EXPIRES_AT_INVALID"),
        ("expires_at_too_late", lambda ends: ends + 7 * 86400, "EXPIRES_AT_INVALID"),
        ("expires_at_in_milliseconds", lambda ends: struct.unpack("<i", struct.pack("<q", ends * 1000)[:4])[0],
         "EXPIRES_AT_INVALID"),
    ],
)  # fmt: skip
def test_a_wrong_date_has_an_error_of_its_own(
    mistake: str, expires_at: Callable[[int], int], answer: str, dc: LocalDC, client: FaultyClient
) -> None:
    assert client.bind(client.client(expires_at=expires_at(client.ends))) == answer
    assert named(dc) == mistake


def test_what_surrounds_the_seal_is_named_as_well(dc: LocalDC, client: FaultyClient) -> None:
    right = client.client()
    assert client.bind(right, right.request + b"\0\0\0\0") == "INPUT_REQUEST_TOO_LONG"
    assert named(dc) == "bytes_appended"
    right = client.client()
    assert client.bind(right, right.request_of(pattern("rsa", 256))) == INVALID
    assert named(dc) == "rsa_sealed"
    right = client.client()
    # What is read as the length is the first byte of a key id.
    assert client.bind(right, right.head + right.sealed) in ("INPUT_FETCH_ERROR", "INPUT_REQUEST_TOO_LONG", INVALID)
    assert named(dc) == "length_head_left_out"


def test_a_request_over_the_permanent_key(dc: LocalDC, client: FaultyClient) -> None:
    with FaultyClient(dc.host, dc.port, client.pem) as other:
        other.perm, other.salt = other.exchange()
        other.temp, _ = other.exchange(86400)
        other.ends = client.ends
        assert other.bind(other.client(), key=other.perm) == "TEMP_AUTH_KEY_EMPTY"
    assert named(dc) == "sent_over_the_permanent_key"


def test_a_permanent_key_of_another_data_centre(dc: LocalDC, client: FaultyClient) -> None:
    """Right bytes, and this data centre cannot know it; the client's author can."""
    with LocalDC(dc_id=3) as elsewhere, FaultyClient(elsewhere.host, elsewhere.port, client.pem) as other:
        perm, _ = other.exchange()
    built = client.client(perm=perm)
    assert client.bind(built) == INVALID
    assert named(dc) == "no_such_permanent_key"
    told = built.facts(now=built.msg_id >> 32, answer=INVALID)
    assert diagnose(**told).name == "permanent_key_unknown"


def test_a_permanent_key_that_is_too_young() -> None:
    slow = LocalDC(rules=Rules(perm_key_delay=60))
    with slow as dc, FaultyClient(dc.host, dc.port, dc.public_key.to_pem()) as client:
        client.make_keys()
        assert client.bind(client.client()) == INVALID
        assert named(dc) == "permanent_key_too_young"


def test_the_same_client_without_a_mistake_is_bound(dc: LocalDC, client: FaultyClient) -> None:
    with FaultyClient(dc.host, dc.port, client.pem) as same:  # a key that is bound is no other test's
        same.make_keys()
        assert same.bind(same.client(seqno=1)) == INVALID
        before = len(dc.trace.named("diagnosis"))
        assert same.bind(same.client()) == "boolTrue"
    assert len(dc.trace.named("diagnosis")) == before
    keys = {"perm_key": same.perm, "temp_key": same.temp}
    assert diagnose(stream=same.sent, **keys).healthy  # all that it sent, and the last binding in it


def test_the_log_of_the_command_line_names_them() -> None:
    command = [sys.executable, "-m", "mtlib", "dc", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as dc:
        assert dc.stdout is not None
        where = json.loads(dc.stdout.readline())
        with FaultyClient(where["host"], where["port"], where["public_key_pem"]) as client:
            client.make_keys()
            answers = [client.bind(client.client(**MISTAKES[name](client))) for name in MISTAKES]
            assert client.bind(client.client()) == "boolTrue"
        dc.send_signal(signal.SIGINT)
        rest, errors = dc.communicate(timeout=20)
    events = [json.loads(line) for line in rest.splitlines()]
    assert (errors, set(answers)) == ("", {INVALID})
    assert [event["text"].split(":")[0] for event in events if event["event"] == "diagnosis"] == [*MISTAKES]
    assert [event["event"] for event in events].count("bind_accepted") == 1
    for secret in (client.perm, client.temp):
        assert secret.hex()[:24] not in rest
        assert long(int.from_bytes(secret[:8], "little", signed=True)).hex() not in rest
