"""What a data centre does before it reads a request: each failure at its row, nothing behind it looked at."""

from __future__ import annotations

import pytest

from mtlib.errors import LocalError
from mtlib.lab.bind import arrive
from mtlib.lab.samples import sample
from mtlib.protocol.checks import CHECKS, PACKET_CHECKS
from mtlib.protocol.packets import REQUEST_MESSAGE, seal

SAMPLE = sample()
SALT = SAMPLE.carried.salt


def sealed(**changes: object) -> bytes:
    """The packet of a message in which some values are others."""
    message = dict(SAMPLE.carried.message.values)
    message["request"] = bytes(SAMPLE.binding.request)
    return bytes(seal(REQUEST_MESSAGE.build(**{**message, **changes}), SAMPLE.temp_key))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


PACKET = bytes(SAMPLE.carried.packet)
WHOLE = bytes(SAMPLE.carried.message)
CROWDED = WHOLE[:28] + b"\x8c" + WHOLE[29:]  # a body of 140 bytes, which leaves 4 of padding


def test_what_is_whole_arrives() -> None:
    arrived = arrive(PACKET, SAMPLE.temp_key, SALT)
    assert arrived.message == SAMPLE.carried.message
    assert {row.holds for row in arrived.rows} == {True, None}
    assert [row.name for row in arrived.rows] == [*(check.name for check in PACKET_CHECKS), "method"]
    with pytest.raises(LocalError, match="judge it"):
        _ = arrived.verdict


@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded", "full"])
def test_in_every_frame(framing: str) -> None:
    carried = sample(framing=framing).carried
    arrived = arrive(bytes(carried.frame), carried.binding.temp_key, carried.salt, framing)
    assert arrived.message == carried.message and arrived.rows[0].name == "frame"


@pytest.mark.parametrize(
    ("packet", "row", "error"),
    [
        (flipped(PACKET, 0), "auth_key_id", "transport error -404"),
        (b"", "auth_key_id", "transport error -404"),
        (flipped(PACKET, 8), "packet_opens", "transport error -404"),
        (flipped(PACKET, 150), "packet_opens", "transport error -404"),
        (PACKET[:-1], "packet_size", "transport error -404"),
        (bytes(seal(CROWDED, SAMPLE.temp_key)), "message_padding", "transport error -404"),
        (sealed(msg_id=SAMPLE.binding.msg_id + 1), "message_msg_id", "bad_msg_notification 18"),
        (sealed(salt=SALT + 1), "salt", "bad_server_salt"),
        (sealed(seqno=0), "message_seqno", "bad_msg_notification 35"),
        (sealed(request=bytes(132)), "method", "AUTH_KEY_PERM_EMPTY"),
    ],
)
def test_each_failure_has_its_row(packet: bytes, row: str, error: str) -> None:
    arrived = arrive(packet, SAMPLE.temp_key, SALT)
    verdict = arrived.verdict
    assert (arrived.message, verdict.ok, verdict.failed, verdict.error) == (None, False, row, error)
    assert row in verdict.failing and all(verdict[check.name].holds is None for check in CHECKS)
    assert [result.check for result in verdict.checks[-len(CHECKS) :]] == list(CHECKS)


def test_a_frame_that_promises_more_is_waited_for_and_a_broken_one_ends_the_connection() -> None:
    frame = bytes(SAMPLE.carried.frame)
    waiting = arrive(frame[:-1], SAMPLE.temp_key, SALT, "intermediate").verdict
    assert (waiting.failed, waiting.error) == ("frame", "no answer")
    full = sample(framing="full").carried
    broken = arrive(flipped(bytes(full.frame), 60), SAMPLE.temp_key, SALT, "full").verdict
    assert (broken.failed, broken.error) == ("frame", "the connection is closed")
