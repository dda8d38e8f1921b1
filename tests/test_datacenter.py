"""The way of a packet through the data centre: how many files it enters, and that its request is parsed once."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import mtlib
from mtlib.protocol.binding import REQUEST
from mtlib.protocol.checks import CHECKS, PACKET_CHECKS
from mtlib.protocol.messages import SERVICE_MESSAGES
from mtlib.protocol.methods import SERVICE
from tests.talking import NOW, Talker, call, centre

PROTOCOL = Path(mtlib.__file__).parent / "protocol"
WAY = {"datacenter", "keyring", "methods", "checks", "packets", "messages", "faults", "events"}
"""Where a refused binding comes by; what they call in `wire`, `crypto` and `transport` knows no data centre."""


def entered(talker: Talker, data: bytes) -> set[str]:
    """The files of the protocol in which a function runs while a packet is answered."""
    files = set()

    def hook(frame: FrameType, event: str, _: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.parent == PROTOCOL:
            files.add(path.stem)

    sys.setprofile(hook)
    try:
        talker.wire.peer.receive(data, NOW)
    finally:
        sys.setprofile(None)
    return files


@pytest.mark.parametrize("greeted", [True, False])
def test_a_refused_binding_enters_eight_files_and_is_parsed_once(
    greeted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker = Talker(centre())
    if greeted:
        talker.ask(call("ping", ping_id=1))
    binding = talker.binding()
    request = bytes(binding.request)[:-30] + bytes(30)
    _, packet = talker.session.send(request, NOW, msg_id=binding.msg_id)
    data = talker.wire.stream.send(bytes(packet))
    parsed, read = [], type(REQUEST).read

    def counted(layout: Any, *given: Any) -> Any:
        parsed.extend([layout.name] if layout.name == REQUEST.name else [])
        return read(layout, *given)

    monkeypatch.setattr(type(REQUEST), "read", counted)
    assert entered(talker, data) == WAY
    assert parsed == [REQUEST.name]
    assert talker.wire.dc.trace.named("bind_refused")[0].verdict.failed == "msg_key"  # type: ignore[union-attr]


def test_no_name_stands_in_both_tables() -> None:
    names = [check.name for check in (*CHECKS, *PACKET_CHECKS)]
    assert len(names) == len(set(names))
    assert len(CHECKS) == 20


def test_service_messages_are_those_that_are_answered() -> None:
    assert set(SERVICE) == SERVICE_MESSAGES
