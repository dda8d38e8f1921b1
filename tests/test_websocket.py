"""A data centre behind a WebSocket: what a browser does, and what nobody should.

Frames are made by hand here, as RFC 6455 draws them; node's own WebSocket is asked, too, and Chromium's in
tests/browser.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mtlib.crypto.entropy import System
from mtlib.crypto.rsa import PrivateKey
from mtlib.errors import DecodeError, TransportError
from mtlib.net.server import LocalDC
from mtlib.net.websocket import HANDSHAKE, Front
from mtlib.protocol.binding import Binding
from mtlib.protocol.exchange import begin
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import next_msg_id
from mtlib.protocol.packets import PLAIN, TO_CLIENT, open_packet, plain_packet
from mtlib.protocol.session import Session
from mtlib.transport.stream import ClientStream

CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KEY = base64.b64encode(bytes(range(16))).decode()
HEADERS = {
    "Host": "127.0.0.1", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": "binary",
}  # fmt: skip


def request(path: str = "/apiws", **changes: str | None) -> bytes:
    """A request to upgrade; a header that is None is left out."""
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changes.items()}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value is not None)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def frame(opcode: int, payload: bytes = b"", *, last: bool = True, masked: bool = True, length: int | None = None,
          reserved: int = 0) -> bytes:  # fmt: skip
    size = len(payload) if length is None else length
    head = bytes([last << 7 | reserved << 4 | opcode])
    long = b"" if size < 126 else struct.pack(">H", size) if size < 1 << 16 else struct.pack(">Q", size)
    head += bytes([masked << 7 | (size if size < 126 else 126 if size < 1 << 16 else 127)]) + long
    mask = os.urandom(4)
    return head + (mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) if masked else payload)


class Browser:
    """A client in a WebSocket, over a real socket."""

    def __init__(self, dc: LocalDC, opening: bytes | None = None, *, upgrade: bool = True) -> None:
        self.sock = socket.create_connection((dc.host, dc.port))
        self.sock.settimeout(10)
        self.got = b""
        self.status = ""
        if upgrade:
            self.sock.sendall(request() if opening is None else opening)
            self.status = self.head()

    def head(self) -> str:
        """What the answer to the request says, up to the empty line."""
        while b"\r\n\r\n" not in self.got and (data := self.sock.recv(65536)):
            self.got += data
        head, _, self.got = self.got.partition(b"\r\n\r\n")
        return head.decode()

    def need(self, size: int) -> bytes:
        while len(self.got) < size:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError(self.got)
            self.got += data
        taken, self.got = self.got[:size], self.got[size:]
        return taken

    def frame(self) -> tuple[int, bytes]:
        """The next frame: its opcode and what is in it. EOFError at the end of the connection."""
        first, size = self.need(2)
        assert first & 0xF0 == 0x80 and size < 128, "whole, without extensions, not masked"
        if size >= 126:
            size = int.from_bytes(self.need(2 if size == 126 else 8), "big")
        return first & 15, self.need(size)

    def ended(self) -> bool:
        """Whether the connection ends, whatever still comes."""
        try:
            while self.sock.recv(65536):
                pass
        except ConnectionError:
            pass
        return True

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()


@pytest.fixture(scope="module")
def rsa() -> PrivateKey:
    return PrivateKey.generate()


@pytest.fixture
def dc(rsa: PrivateKey) -> Iterator[LocalDC]:
    with LocalDC(rsa=rsa) as made:
        yield made


def said(dc: LocalDC, name: str) -> str:
    return "; ".join(event.text for event in dc.trace.named(name))


class Mobile:
    """MTProto over a browser's connection: frames go out in messages cut by `cut`, and are found in what comes."""

    def __init__(self, browser: Browser, dc: LocalDC, framing: str, cut: Any) -> None:
        self.browser, self.dc, self.cut = browser, dc, cut
        self.stream = ClientStream(framing, obfuscated=True, entropy=System())
        self.say(self.stream.opening())

    def say(self, data: bytes) -> None:
        for each in self.cut(data):
            self.browser.sock.sendall(each)

    def send(self, packet: Any) -> bytes:
        self.say(self.stream.send(bytes(packet)))
        while True:
            opcode, data = self.browser.frame()
            assert opcode == BINARY
            if frames := self.stream.receive(data):
                return frames[0].payload

    def exchange(self, expires_in: int | None = None) -> Any:
        entropy, last = System(), 0
        step = begin(entropy, server_keys=[self.dc.public_key], dc_id=2, expires_in=expires_in)
        while step.send is not None:
            last = next_msg_id(time.time(), last)
            answer = self.send(plain_packet(last, step.send))
            step = step.state.receive(PLAIN.dissect(answer)["message"], entropy, int(time.time()))
        return step.state

    def bind(self) -> bytes:
        """The last packet that answers a binding, opened."""
        perm, temp = self.exchange(), self.exchange(86400)
        session = Session(temp.auth_key, 77, temp.server_salt, System(), temp.time_offset)
        msg_id = session.next_msg_id(time.time())
        binding = Binding.draw(perm.auth_key, temp.auth_key, session_id=77, msg_id=msg_id, expires_at=temp.expires_at,
                               entropy=System())
        answer = self.send(session.send(binding.request, time.time(), msg_id=msg_id))
        return bytes(open_packet(answer, temp.auth_key, TO_CLIENT))


def whole(data: bytes) -> list[bytes]:
    return [frame(BINARY, data)]


def pieces(data: bytes) -> list[bytes]:
    """Messages of three bytes, each in two frames with a ping between them."""
    return [
        part
        for at in range(0, len(data), 3)
        for part in (frame(BINARY, data[at : at + 1], last=False), frame(PING, b"?"),
                     frame(CONTINUED, data[at + 1 : at + 3]))
    ]  # fmt: skip


def dribble(data: bytes) -> list[bytes]:
    """One message, whose bytes come one by one."""
    return [bytes([each]) for each in frame(BINARY, data)]


# -- What works -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded"])
@pytest.mark.parametrize("cut", [whole, dribble], ids=lambda cut: cut.__name__)
def test_a_client_binds(dc: LocalDC, framing: str, cut: Any) -> None:
    with Browser(dc) as browser:
        accept = base64.b64encode(hashlib.sha1(KEY.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        assert browser.status.startswith("HTTP/1.1 101 ")
        lines = [line.partition(": ") for line in browser.status.split("\r\n")]
        headers = {name.lower(): value for name, _, value in lines}
        assert headers["sec-websocket-accept"] == accept.decode()
        assert headers["sec-websocket-protocol"] == "binary"
        assert "sec-websocket-extensions" not in headers
        assert bytes.fromhex("b5757299") in Mobile(browser, dc, framing, cut).bind()
    assert dc.trace.named("bind_accepted")
    assert "/apiws" in said(dc, "websocket")
    assert dc.trace.named("connected")[0].facts == {"framing": framing, "obfuscated": True}


def test_borders_of_messages_mean_nothing_and_pings_are_answered(dc: LocalDC) -> None:
    with Browser(dc) as browser:
        mobile = Mobile(browser, dc, "intermediate", pieces)
        pongs = 0
        read = browser.frame

        def without_pongs() -> tuple[int, bytes]:
            nonlocal pongs
            while (found := read()) == (PONG, b"?"):
                pongs += 1
            return found

        browser.frame = without_pongs  # type: ignore[method-assign]
        assert bytes.fromhex("b5757299") in mobile.bind()
        assert pongs > 300


def test_without_a_websocket_nothing_has_changed(dc: LocalDC) -> None:
    for first in (b"\xef", b"\xee" * 4, b"\xdd" * 4, b"GE", b"G", b"GEx"):
        front = Front()
        rest = bytes(60)
        held = front.receive(first)
        assert held + front.receive(rest) == first + rest
        assert (front.answers, front.wrap(b"answer"), front.close()) == (b"", b"answer", b"")


def test_a_proxys_secret_holds_inside_too(rsa: PrivateKey) -> None:
    with LocalDC(rsa=rsa, secret="00" * 16) as dc, Browser(dc) as browser:
        browser.sock.sendall(frame(BINARY, ClientStream("intermediate", obfuscated=True, entropy=System()).opening()))
        assert browser.frame()[0] == CLOSE
        assert "another secret" in said(dc, "bad_bytes")


@pytest.mark.parametrize(("payload", "code"), [(b"", b""), (struct.pack(">H", 1000) + b"bye", struct.pack(">H", 1000))])
def test_goodbye_is_answered_and_ends_the_connection(dc: LocalDC, payload: bytes, code: bytes) -> None:
    with Browser(dc) as browser:
        browser.sock.sendall(frame(CLOSE, payload))
        opcode, answer = browser.frame()
        assert (opcode, answer[:2]) == (CLOSE, code)
        assert browser.ended()
    assert not dc.trace.named("bad_bytes")


def test_the_data_centre_says_goodbye_when_it_hangs_up(dc: LocalDC) -> None:
    """Its last answer first: here a transport error in a frame of its own."""
    with Browser(dc) as browser:
        stream = ClientStream("intermediate", obfuscated=True, entropy=System())
        browser.sock.sendall(frame(BINARY, stream.opening() + stream.send(bytes(range(1, 65)))))
        opcode, data = browser.frame()
        assert opcode == BINARY
        with pytest.raises(TransportError, match="-404"):
            stream.receive(data)
        assert browser.frame() == (CLOSE, struct.pack(">H", 1000))
        assert browser.ended()


@pytest.mark.parametrize("origin", ["http://localhost:8888", "http://127.0.0.1", "https://[::1]:1"])
def test_a_page_of_this_machine_may(dc: LocalDC, origin: str) -> None:
    with Browser(dc, request(Origin=origin)) as browser:
        assert " 101 " in browser.status
    assert origin in said(dc, "websocket")


# -- What does not ----------------------------------------------------------------------------------------------------

REFUSED = {
    "no upgrade": (request(Upgrade=None), 400, "this is HTTP"),
    "no connection header": (request(Connection=None), 400, "this is HTTP"),
    "another version": (request(Sec_WebSocket_Version="12"), 400, "this is HTTP"),
    "no key": (request(Sec_WebSocket_Key=None), 400, "this is HTTP"),
    "no host": (request(Host=None), 400, "this is HTTP"),
    "a browser that looks": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "this is HTTP"),
    "no HTTP": (b"GET \x00\xff\r\n\r\n", 400, "this is HTTP"),
    "a name that is none": (request(Host="\xff.\xff"), 400, "this is HTTP"),
    "a path that is no text": (request("/\xe9"), 400, "this is HTTP"),
    "another path": (request("/api"), 404, "/api"),
    "another sub-protocol": (request(Sec_WebSocket_Protocol="chat, text"), 400, "chat, text"),
    "no sub-protocol": (request(Sec_WebSocket_Protocol=None), 400, "none"),
    "another machine's page": (request(Origin="https://example.org"), 403, "example.org"),
    "nobody's page": (request(Origin="null"), 403, "null"),
    "an origin that is none": (request(Origin="http://[::1"), 403, "http://[::1"),
    "a page named like this machine": (request(Origin="http://localhost.example.org"), 403, "example.org"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(dc: LocalDC, name: str) -> None:
    opening, status, reason = REFUSED[name]
    with Browser(dc, opening) as browser:
        assert browser.status.startswith(f"HTTP/1.1 {status} ")
        assert b"example" not in browser.got and b"chat" not in browser.got
        assert browser.ended()
    assert reason in said(dc, "bad_bytes")
    assert not dc.trace.named("websocket")


def test_whoever_opened_the_door_to_everybody_opened_it_to_pages(rsa: PrivateKey) -> None:
    with LocalDC(rsa=rsa, allow_public=True) as dc, Browser(dc, request(Origin="https://example.org")) as browser:
        assert " 101 " in browser.status


def test_a_request_that_is_too_long(dc: LocalDC) -> None:
    with Browser(dc, upgrade=False) as browser:
        browser.sock.sendall(request(X="y" * HANDSHAKE))
        assert browser.head().startswith("HTTP/1.1 431 ")
    with Browser(dc, upgrade=False) as browser:
        browser.sock.sendall(b"GET /" + b"a" * 2 * HANDSHAKE)
        assert browser.head().startswith("HTTP/1.1 431 ")
    room = HANDSHAKE - len(request(X="")) + 4
    for more, status in ((0, 101), (1, 431)):
        with Browser(dc, request(X="y" * (room + more))) as browser:
            assert browser.status.startswith(f"HTTP/1.1 {status} ")
    longest = request(X="y" * room)
    for cut in range(1, 6):  # however it arrives
        front = Front()
        front.receive(longest[:-cut])
        front.receive(longest[-cut:])
        assert front.opened


WRONG = {
    "not masked": (frame(BINARY, b"abc", masked=False), 1002, "unmasked"),
    "text": (frame(TEXT, b"abc"), 1003, "text"),
    "text that is none": (frame(TEXT, b"\xff\xff"), 1007, "no WebSocket frame"),
    "an extension": (frame(BINARY, b"abc", reserved=4), 1002, "Reserved"),
    "no such opcode": (frame(3, b"abc"), 1002, "opcode"),
    "a continuation of nothing": (frame(CONTINUED, b"abc"), 1002, "CONTINUATION"),
    "two beginnings": (frame(BINARY, b"a", last=False) + frame(BINARY, b"b"), 1002, "CONTINUATION"),
    "a ping in pieces": (frame(PING, b"a", last=False), 1002, "fragment"),
    "a ping that is too long": (frame(PING, bytes(126)), 1002, "125"),
    "a length of 64 bits": (frame(BINARY, b"abc", length=1 << 63), 1002, "8-byte"),
    "half a close": (frame(CLOSE, b"a"), 1002, "CLOSE"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_frame(dc: LocalDC, name: str) -> None:
    data, code, reason = WRONG[name]
    with Browser(dc) as browser:
        browser.sock.sendall(data)
        opcode, told = browser.frame()
        assert (opcode, told[:2]) == (CLOSE, struct.pack(">H", code))
        assert browser.ended()
    assert reason in said(dc, "bad_bytes")


def opened() -> Front:
    front = Front()
    assert front.receive(request()) == b""
    assert front.opened
    front.answers = b""
    return front


@pytest.mark.parametrize("fragments", [False, True])
def test_a_message_without_end_is_not_kept(fragments: bool) -> None:
    """What is announced costs nothing, what came is passed on at once, and one megabyte is the end."""
    front = opened()
    part = bytes(4096)
    passed = 0 if fragments else len(front.receive(frame(BINARY, part, length=1 << 62)))
    with pytest.raises(DecodeError, match="too long a"):
        for number in range(1 << 20):
            data = frame(CONTINUED if number else BINARY, part, last=False) if fragments else part
            passed += len(front.receive(data))
    assert (1 << 20) - 4096 <= passed <= 1 << 20
    assert front.answers[-2:] == struct.pack(">H", 1009)
    assert front.over and front.receive(part) == b""


def test_many_messages_may_be_longer_than_one() -> None:
    front = opened()
    part = frame(BINARY, bytes(60000))
    assert sum(len(front.receive(part)) for _ in range(40)) == 2_400_000


def test_what_is_not_obfuscated_is_refused(dc: LocalDC) -> None:
    with Browser(dc) as browser:
        browser.sock.sendall(frame(BINARY, b"\xee" * 4 + bytes(60)))
        assert browser.frame()[0] == CLOSE
    assert "not obfuscated" in said(dc, "bad_bytes")


@pytest.mark.parametrize("sent", [b"G", b"GET ", request()[:-2]])
def test_who_takes_too_long_over_the_request_is_cut(rsa: PrivateKey, sent: bytes) -> None:
    """Though something comes all the time."""
    with LocalDC(rsa=rsa, limits=Limits(frame_seconds=0.5)) as dc, Browser(dc, upgrade=False) as browser:
        begun = time.monotonic()
        browser.sock.sendall(sent)
        try:
            while time.monotonic() < begun + 20:
                time.sleep(0.1)
                if len(sent) > 3:
                    browser.sock.sendall(b"a")
                elif browser.ended():
                    break
        except ConnectionError:
            pass
        assert 0.4 < time.monotonic() - begun < 15
        assert "took longer" in said(dc, "timed_out")


def test_pings_do_not_hold_a_place_for_whom_has_no_key(rsa: PrivateKey) -> None:
    with LocalDC(rsa=rsa) as dc, Browser(dc) as browser:
        begun = time.monotonic()
        (served,) = dc._connections.values()
        dc.dc.limits = Limits(handshake_seconds=begun - served.opened + 0.6)  # the upgrade takes the time it takes
        try:
            while time.monotonic() < begun + 20:
                browser.sock.sendall(frame(PING, b"still here"))
                time.sleep(0.1)
        except ConnectionError:
            pass
        assert 0.5 < time.monotonic() - begun < 15
        assert "no key" in said(dc, "timed_out")


def test_the_package_is_not_needed_for_anything_else(dc: LocalDC, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "wsproto", None)
    with Browser(dc) as browser:
        assert browser.status.startswith("HTTP/1.1 501 ")
        assert b"wsproto" in browser.got
    assert "wsproto" in said(dc, "bad_bytes")


def test_a_mistake_in_the_front_costs_one_connection(dc: LocalDC, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> bytes:
        raise RuntimeError("on purpose")

    with Browser(dc) as honest:
        with monkeypatch.context() as patch:
            patch.setattr(Front, "receive", fails)
            with Browser(dc, upgrade=False) as browser:
                browser.sock.sendall(b"anything")
                assert browser.ended()
        assert "on purpose" in said(dc, "internal_error")
        assert bytes.fromhex("b5757299") in Mobile(honest, dc, "intermediate", whole).bind()


# -- A client that shares no code with mtlib, and node's own WebSocket ------------------------------------------------


def node() -> list[str]:
    """The command of a node that has a WebSocket of its own: from 22 on, and from 20.10 on where it is asked for."""
    found = shutil.which("node")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout if found else ""
    version = tuple(int(part) for part in said.strip().lstrip("v").split(".")) if said else ()
    if found is None or version < (20, 10):
        pytest.skip(f"needs node 20.10 or newer, which has a WebSocket; here it is {said.strip() or 'none'}")
    return [found] if version >= (22,) else [found, "--experimental-websocket"]


def test_nodes_own_websocket_binds(dc: LocalDC) -> None:
    key = dc.public_key
    told = {"url": f"ws://127.0.0.1:{dc.port}/apiws", "n": f"{key.n:x}", "dc": dc.dc_id,
            "fingerprint": f"{key.fingerprint & 2**64 - 1:016x}"}  # fmt: skip
    client = (Path(__file__).parent / "node" / "websocket_client.mjs").as_uri()
    program = f"import {{ bind }} from '{client}'; console.log(JSON.stringify(await bind({json.dumps(told)})))"
    command = [*node(), "--input-type=module", "-e", program]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"protocol": "binary", "answer": "b5757299"}
    assert dc.trace.named("websocket") and dc.trace.named("bind_accepted")
