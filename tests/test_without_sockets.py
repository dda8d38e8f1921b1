"""The library where there is no `cryptography`, and where there are no sockets and no threads, as in a browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib import LocalDC, Patterned, connect
from mtlib.crypto import aes, blocks
from mtlib.errors import LocalError, RpcError, Unreachable
from mtlib.net import memory
from mtlib.protocol.faults import Fault

ROOT = Path(__file__).resolve().parents[1]
NOW = 1_800_000_000

SCENE = '''
import hashlib, json, sys, time

from mtlib import LocalDC, Patterned, connect, diagnose
from mtlib.clinic.doctor import diagnose
from mtlib.errors import RpcError
from mtlib.lab.samples import sample
from mtlib.lab.patients import examples
from mtlib.clinic.reading import facts_of, read

told = {}
s = sample()
told["frame"] = bytes(s.carried.frame).hex()
texts = {name: text for group in examples().values() for name, text in group.items()}
told["doctor"] = {name: str(diagnose(**facts_of(read(text).found, ()))) for name, text in texts.items()}
dc = LocalDC(clock=lambda: 1_800_000_000, entropy=Patterned("data centre"), rsa=KEY).start()
client = connect(dc, clock=lambda: 1_800_000_000, entropy=Patterned("client"), obfuscated=True)
told["bound"] = client.bind()
told["nearest"] = client.call("help.getNearestDc")["this_dc"]
try:
    client.bind(change=lambda request: request[:100] + bytes([request[100] ^ 1]) + request[101:])
except RpcError as error:
    told["refused"] = [error.code, error.name, dc.trace.named("bind_refused")[-1].verdict.failed]
told["packets"] = [(way, packet.hex()) for way, packet in client.connection.transcript]
client.close()
dc.stop()
print(json.dumps(told))
'''
LIKE_A_BROWSER = '''
import _thread, socket, sys, threading

sys.modules["cryptography"] = None  # from here on nobody can import it


def none_here(*_, **__):
    raise OSError("there are no sockets here")


class Socket(socket.socket):
    __init__ = none_here


socket.socket, socket.socketpair, socket.create_connection, socket.getaddrinfo = Socket, none_here, none_here, none_here
threading.Thread.start = _thread.start_new_thread = none_here
sys.platform = "emscripten"
'''
KEY = "from mtlib.net.memory import KEY\n"


def played(*program: str) -> dict[str, Any]:
    command = [sys.executable, "-c", "".join(program)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    told: dict[str, Any] = json.loads(said.stdout)
    return told


def test_a_whole_bind_and_the_doctor_are_the_same_without_sockets_threads_and_cryptography() -> None:
    here, bare = played(KEY, SCENE), played(LIKE_A_BROWSER, KEY, SCENE)
    assert here["bound"] is True and here["refused"] == [400, "ENCRYPTED_MESSAGE_INVALID", "msg_key"]
    assert len(here["packets"]) > 10 and len(here["doctor"]) > 12
    assert bare == here


# -- AES in plain Python


def test_the_vectors_of_the_standard() -> None:
    """FIPS 197, appendix C: one block under keys of 16, 24 and 32 bytes."""
    block = bytes.fromhex("00112233445566778899aabbccddeeff")
    made = {16: "69c4e0d86a7b0430d8cdb78070b4c55a", 24: "dda97ca4864cdfe06eaf70a0ec0d7191",
            32: "8ea2b7ca516745bfeafc49904b496089"}  # fmt: skip
    for size, expected in made.items():
        key = bytes(range(size))
        assert blocks.start("ECB encrypt", key, b"")(block).hex() == expected
        assert blocks.start("ECB decrypt", key, b"")(bytes.fromhex(expected)) == block


@given(st.sampled_from(["CBC encrypt", "ECB encrypt", "ECB decrypt", "CTR"]), st.sampled_from([16, 24, 32]), st.data())
def test_ours_is_that_of_openssl(mode: aes.Mode, size: int, data: st.DataObject) -> None:
    key = data.draw(st.binary(min_size=size, max_size=size))
    iv = b"" if mode.startswith("ECB") else data.draw(st.binary(min_size=16, max_size=16) | st.just(b"\xff" * 16))
    step = 1 if mode == "CTR" else 16
    pieces = [bytes(data.draw(st.binary(min_size=step * n, max_size=step * n)))
              for n in data.draw(st.lists(st.integers(0, 5), max_size=4))]  # fmt: skip
    ours, theirs = blocks.start(mode, key, iv), aes._openssl()(mode, key, iv)
    assert [ours(piece) for piece in pieces] == [theirs(piece) for piece in pieces]


def test_without_cryptography_ours_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aes, "_aes", None)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers", None)
    assert aes._installed() is blocks.start


# -- The line in memory


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "platform", "emscripten")
    yield


def test_the_key_of_memory_is_a_whole_one() -> None:
    assert memory.KEY.public.n.bit_length() == 2048
    block = b"\1".rjust(256, b"\0")
    assert memory.KEY.apply(memory.KEY.public.apply(block)) == block


@pytest.mark.usefixtures("bare")
def test_a_data_centre_in_memory_starts_stops_and_starts_again() -> None:
    dc = LocalDC()
    with pytest.raises(Unreachable, match="it is not running"):
        connect(dc)
    with dc:
        assert dc.running and dc.start() is dc
        client = connect(dc)
        assert client.bind() and "1 connections" in dc.status()
        client.close()
        assert "0 connections" in dc.status()
        left = connect(dc)
    assert not dc.running and "stopped" in dc.status()
    with pytest.raises(Unreachable, match="closed the connection without an answer"):
        left.ping()
    dc.stop()
    with dc.start():
        left.dial()
        assert left.bind()


@pytest.mark.usefixtures("bare")
def test_several_clients_at_one_data_centre() -> None:
    with LocalDC() as dc:
        clients = [connect(dc, entropy=Patterned(f"client {each}"), obfuscated=bool(each % 2)) for each in range(4)]
        assert [each.bind() for each in clients] == [True] * 4
        assert len({each.temp_key.id for each in clients}) == 4


@pytest.mark.usefixtures("bare")
def test_who_never_answers_is_not_waited_for() -> None:
    """In memory nothing comes later: what would be a wait of ten seconds is an error at once."""
    told = pytest.raises(Unreachable, match="in memory none comes later")
    with LocalDC(faults=[Fault("answer-under-another-id")]) as dc, connect(dc) as client, told:
        client.bind()


@pytest.mark.usefixtures("bare")
def test_an_answer_is_taken_however_long_the_machine_took_for_it() -> None:
    with LocalDC() as dc, connect(dc, timeout=1e-6) as client:
        assert client.bind()


@pytest.mark.usefixtures("bare")
def test_a_line_that_is_cut_ends_and_can_be_dialled_again() -> None:
    with LocalDC(faults=[Fault("cut-frame")]) as dc, connect(dc) as client:
        with pytest.raises(Unreachable, match="closed the connection without an answer"):
            client.bind()
        client.dial()
        assert client.bind()


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("to", ["telegram-test", "127.0.0.1:443", "example.org:443"])
def test_whatever_is_outside_is_refused_in_a_sentence(to: str) -> None:
    key = None if to == "telegram-test" else memory.KEY.public
    with pytest.raises(Unreachable, match=r"there are no sockets here, so no packet leaves"):
        connect(to, key=key)


@pytest.mark.usefixtures("bare")
def test_a_production_address_is_refused_as_ever() -> None:
    with pytest.raises(LocalError, match="a production data centre"):
        connect("149.154.167.51:443", key=memory.KEY.public)


@pytest.mark.usefixtures("bare")
def test_a_refusal_has_its_reasons_at_once() -> None:
    with LocalDC() as dc, connect(dc) as client:
        with pytest.raises(RpcError, match="ENCRYPTED_MESSAGE_INVALID"):
            client.bind(change=lambda request: request[:100] + bytes([request[100] ^ 1]) + request[101:])
        assert dc.trace.named("bind_refused")[-1].verdict.failed == "msg_key"
        assert dc.trace.named("diagnosis")


def test_with_sockets_there_is_no_line_in_memory() -> None:
    with LocalDC() as dc:
        assert dc.line is None and dc.port > 0


ITSELF = """
import socket
from mtlib import LocalDC, connect
from mtlib.lab.book import stand_in
stand_in()
with LocalDC() as one, LocalDC() as other:
    assert one.port != other.port
    with socket.create_connection((one.host, one.port), timeout=10) as line, line.makefile("rwb") as wire:
        wire.write(bytes([238] * 4) + (40).to_bytes(4, "little") + bytes(8) + (4 << 32).to_bytes(8, "little"))
        wire.write((20).to_bytes(4, "little") + bytes.fromhex("f18e7ebe") + bytes(16))
        wire.flush()
        size = int.from_bytes(wire.read(4), "little")
        told["answer"] = [size, len(wire.read(size))]
    told["there"] = connect(f"{other.host}:{other.port}", key=other.public_key, dc_id=other.dc_id).bind()
for address in ((one.host, one.port), ("192.0.2.1", 443)):
    try:
        socket.create_connection(address)
    except OSError as error:
        told[address[0]] = str(error)
print(json.dumps(told))
"""


def test_a_program_that_dials_by_itself_reaches_its_own_data_centre_and_nobody_else() -> None:
    told = played(LIKE_A_BROWSER, "import json\ntold = {}\n", ITSELF)
    assert told["answer"][0] == told["answer"][1] > 60 and told["there"] is True
    for address in ("127.0.0.1", "192.0.2.1"):
        assert told[address] == memory.NOBODY
