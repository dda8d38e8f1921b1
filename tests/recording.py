"""What the product does, played from outside: the scenes behind `tests/record/*.json`, which `test_record.py` replays.

Nothing here knows the inside of the package. It speaks through the command line, the wire, and the names that stay:
those that `mtlib` exports, `mtlib.lab.sample` and `Inspector`, and the errors' own attributes. Wrong bytes come from
`wrong_client.py`, which shares no code with mtlib.

Each scene gives facts (bytes, names, numbers, places, codes: equal for ever) and texts (sentences: they may be written
better, knowingly). Ports, times and fresh randomness are left out; `ANY` stands where a value is not to be held.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import mtlib
import mtlib.errors
from mtlib import (
    CHECKS,
    FAULTS,
    AuthKey,
    Facts,
    Fault,
    Limits,
    LocalDC,
    Patterned,
    Rules,
    System,
    connect,
    diagnose,
    dissect,
    judge,
    trace,
    unseal,
    verify,
)
from mtlib.__main__ import main
from patients import PATIENTS, REMARKS
from wrong_client import NOW as PATIENTS_NOW
from wrong_client import WrongClient, ige_backwards, kdf1, kdf2, key_id, long, number, pattern, swapped, tl_bytes

ROOT = Path(__file__).resolve().parents[1]
ANY = "*"
NOW = 1_800_000_000
DAY = 86_400
FRAMINGS = ("abridged", "intermediate", "padded", "full")
WAYS = [(name, False) for name in FRAMINGS] + [(name, True) for name in FRAMINGS if name != "full"]
C = WrongClient()
OTHER = replace(C, perm=pattern("another permanent key", 256))


@dataclass
class Scenes:
    """What one section says: the same names in facts and in texts. `inputs` are bytes that the replay feeds again."""

    facts: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, facts: Any, texts: Any = None) -> None:
        assert name not in self.facts, f"two scenes are called {name}"
        self.facts[name] = plain(facts)
        if texts:
            self.texts[name] = plain(texts)


def plain(value: Any) -> Any:
    """For JSON: bytes as hex, longs as decimal strings, anything else as it is printed."""
    if value is None or isinstance(value, (bool, str, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 31 else str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(each) for each in value)
    return str(value)


def without_chance(sentence: str) -> str:
    """A sentence without the port, and without what a thread had finished when it was said."""
    return re.sub(r"\b\d+ connections", "N connections", re.sub(r"(127\.0\.0\.1):\d+", r"\1:PORT", sentence))


def fault_of(error: Exception) -> tuple[dict[str, Any], str]:
    """Whose fault, what was got, expected, and where; and the sentence."""
    facts = {"kind": type(error).__name__, **{name: getattr(error, name) for name in ("got", "expected", "where")}}
    facts |= {name: getattr(error, name) for name in ("code", "name") if hasattr(error, name)}
    return facts, without_chance(str(error))


# -- Connections --------------------------------------------------------------------------------------------------


def seeded(name: str, **how: Any) -> LocalDC:
    return LocalDC(entropy=Patterned(f"data centre, {name}"), clock=lambda: NOW, **how)


def client_of(dc: Any, name: str, *, now: int = NOW, **how: Any) -> Any:
    return connect(dc, entropy=Patterned(f"client, {name}"), clock=lambda: now, **how)


def tried(action: Callable[[], Any]) -> tuple[Any, str]:
    """What an action gives: its result, or its error as facts and sentence."""
    try:
        result = action()
    except mtlib.errors.MtError as error:
        return fault_of(error)
    return getattr(result, "name", result), ""


def events(dc: LocalDC) -> tuple[list[Any], list[str]]:
    """The log: names and facts, and the sentences."""
    told, said = [], []
    for event in dc.trace:
        verdict = event.verdict and {"failed": event.verdict.failed, "failing": event.verdict.failing}
        facts = {name: value for name, value in event.facts.items() if not prose(value)}
        told.append({"event": event.name, "peer": event.peer, "facts": facts, "verdict": verdict})
        said.append(event.text)
        said += [value for value in event.facts.values() if prose(value)]
    return told, said


def prose(value: Any) -> bool:
    return isinstance(value, str) and len(value.split()) > 3


def remade(request: bytes, sealed_with: bytes, /, **mistake: Any) -> bytes:
    """The request that came, opened and made again by the independent client, with a mistake in it."""
    sealed = request[25:129]
    text = ige_backwards(sealed[24:], *kdf1(sealed_with, sealed[8:24]))
    client = WrongClient(
        perm=sealed_with, random=text[:16], padding=text[72:], msg_id=number(text[16:24]), nonce=number(text[36:44]),
        inner_temp=text[44:52], session_id=number(text[60:68]), expires_at=struct.unpack("<i", text[68:72])[0],
    )  # fmt: skip
    return replace(client, **{name: how(client) if callable(how) else how for name, how in mistake.items()}).request


def bound_and_called(client: Any, *, calls: int = 1) -> tuple[list[Any], list[str]]:
    done = [tried(client.bind), *(tried(lambda: client.call("help.getNearestDc")) for _ in range(calls))]
    return [facts for facts, _ in done], [said for _, said in done if said]


def play_connections(_: Mapping[str, Any]) -> Scenes:
    """A bind over every framing, with its log and, relayed byte by byte, its wire."""
    scenes = Scenes()
    for framing, obfuscated in WAYS:
        name = f"{framing}, obfuscated" if obfuscated else framing
        with seeded(name) as dc, client_of(dc, name, framing=framing, obfuscated=obfuscated) as client:
            told, said = bound_and_called(client)
            binding = client.carried.binding
            parts = {part: bytes(getattr(client.carried, part)) for part in ("message", "packet", "frame")}
            request = bytes(binding.request)
            again = remade(request, bytes(client.perm_key)) == request
        log, lines = events(dc)
        scenes.add(
            f"bind, {name}",
            {"outcomes": told, "request": request, **parts, "remade by the independent client": again, "log": log},
            [*said, *lines],
        )
        scenes.add(f"wire, {name}", wire(name, framing, obfuscated))
    return scenes


class Relay:
    """Between a client and a data centre: passes every byte on, and keeps it."""

    def __init__(self, port: int) -> None:
        self.up, self.down = bytearray(), bytearray()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._to = port
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        near, _ = self._door.accept()
        far = socket.create_connection(("127.0.0.1", self._to))
        back = threading.Thread(target=self._pass, args=(far, near, self.down), daemon=True)
        back.start()
        self._pass(near, far, self.up)
        back.join(5)
        for each in (near, far, self._door):
            each.close()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                kept += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def end(self) -> None:
        self._thread.join(5)


def wire(name: str, framing: str, obfuscated: bool) -> dict[str, Any]:
    """From the binding to the farewell. The key exchange before it is under an RSA key of this process's own."""
    with seeded(name) as dc:
        relay = Relay(dc.port)
        address = f"127.0.0.1:{relay.port}"
        with client_of(address, name, key=dc.public_key, dc_id=dc.dc_id, framing=framing,
                       obfuscated=obfuscated) as client:  # fmt: skip
            sent, came = len(relay.up), len(relay.down)
            client.bind()
            client.call("help.getNearestDc")
        relay.end()
    opening = bytes(relay.up[:64] if obfuscated else relay.up[:4])
    return {"opening": opening, "before": [sent, came], "up": bytes(relay.up[sent:]), "down": bytes(relay.down[came:])}


# -- Refusals and faults ------------------------------------------------------------------------------------------

A_KEY_ID = key_id(OTHER.perm)
INNER_MISTAKES: dict[str, dict[str, Any]] = {
    "perm_auth_key_id_in_front": {"front": A_KEY_ID},
    "perm_key_known": {"front": A_KEY_ID, "request_perm": A_KEY_ID},
    "length": {"length": 39},
    "msg_key": {"msg_key": lambda c: lambda envelope, padding, key: pattern("no hash", 16)},
    "seqno": {"seqno": 1},
    "msg_id": {"inner_msg_id": lambda c: c.msg_id + 4},
    "constructor": {"inner_id": bytes.fromhex("66f7a375")},
    "nonce": {"inner_nonce": pattern("another nonce", 8)},
    "perm_auth_key_id": {"inner_perm": A_KEY_ID},
    "expires_at": {"inner_expires_at": lambda c: struct.pack("<i", c.expires_at + 1)},
    "temp_auth_key_id": {"inner_temp": A_KEY_ID},
    "temp_session_id": {"inner_session": pattern("another session", 8)},
    "expires_at_in_range": {"expires_at": NOW - 1},
}
CUTS: dict[str, Callable[[bytes], bytes]] = {
    "request_parses": lambda request: request[:25],
    "nothing_left_over": lambda request: request + bytes(8),
    "encrypted_message_size": lambda request: request[:24] + b"\x64" + request[25:125] + bytes(3),
}
FAULT_SECONDS = 2.0
"""Two of the faults leave a client without an answer: it need not wait long for that."""
FAULT_NUMBERS = {"clock-offset": 400, "short-expiry": 60, "split-frames": 3, "pad-plain-answers": 40}


def play_refusals(_: Mapping[str, Any]) -> Scenes:
    """Each check violated, each fault ordered: what the client is told, and what the log says."""
    scenes = Scenes()
    for name, mistake in INNER_MISTAKES.items():
        refused(scenes, name, lambda client, mistake=mistake: client.bind(
            change=lambda request: remade(request, bytes(client.perm_key), **mistake)))  # fmt: skip
    for name, cut in CUTS.items():
        refused(scenes, name, lambda client, cut=cut: client.bind(change=cut))
    refused(scenes, "not_a_cdn", lambda client: client.bind(), rules=Rules(cdn=True))
    refused(scenes, "over_temporary_key", over_the_permanent_key)
    refused(scenes, "not_bound_elsewhere", bound_twice)
    refused(scenes, "msg_id_rises", older_binding, rules=Rules(one_temp_key=True))
    for name in FAULTS:
        faulty(scenes, name)
    for name in ("expires_at", "nonce"):
        with seeded(f"without {name}", rules=Rules(skip=frozenset({name}))) as dc, client_of(dc, "skip") as client:
            mistake = INNER_MISTAKES[name]
            told, said = tried(lambda c=client, m=mistake: c.bind(
                change=lambda request: remade(request, bytes(c.perm_key), **m)))  # fmt: skip
            log, lines = events(dc)
        scenes.add(f"check {name}, skipped", {"outcome": told, "log": log}, [said, *lines])
    return scenes


def refused(scenes: Scenes, name: str, act: Callable[..., Any], rules: Rules | None = None) -> None:
    with seeded(name, rules=rules) as dc, client_of(dc, name) as client:
        client.dc = dc
        told, said = tried(lambda: act(client))
    log, lines = events(dc)
    scenes.add(f"check {name}", {"outcome": told, "log": log}, [said, *lines])


def over_the_permanent_key(client: Any) -> str:
    """By hand, over a socket: the first message learns the salt, the second is the binding."""
    perm, temp = bytes(client.perm_key), bytes(client.temp_key)
    ours = WrongClient(perm=perm, temp=temp, msg_id=NOW << 32 | 64, expires_at=NOW + DAY, salt=0)
    with socket.create_connection((client.dc.host, client.dc.port), timeout=10) as sock:
        sock.sendall(b"\xee\xee\xee\xee")
        salt = number(_asked(sock, perm, ours)[52:60])
        answer = _asked(sock, perm, replace(ours, msg_id=ours.msg_id + 64, salt=salt, outer_seqno=3))
    found = re.search(rb"[A-Z_]{8,}", answer)
    return found[0].decode() if found else answer.hex()


def _asked(sock: socket.socket, key: bytes, client: WrongClient) -> bytes:
    packet = client.packet(key=key)
    sock.sendall(struct.pack("<i", len(packet)) + packet)
    with sock.makefile("rb") as file:
        while True:
            answer = file.read(struct.unpack("<i", file.read(4))[0])
            text = ige_backwards(answer[24:], *kdf2(key, answer[8:24], 8))
            if text[32:36] != bytes.fromhex("0809c29e"):  # new_session_created comes first
                return text


def bound_twice(client: Any) -> Any:
    client.bind()
    with client_of(client.dc, "another permanent key") as other:
        perm = bytes(other.perm_key)
        return client.bind(change=lambda request: remade(request, bytes(client.perm_key), perm=perm))


def older_binding(client: Any) -> Any:
    client.bind()
    with client_of(client.dc, "an older clock", now=NOW - 100, perm_key=client.perm_key) as other:
        return other.bind()


def faulty(scenes: Scenes, name: str) -> None:
    outcomes: list[Any] = []
    said: list[str] = []
    with seeded(name, faults=[Fault(name, FAULT_NUMBERS.get(name, 1))]) as dc:
        try:
            with client_of(dc, name, timeout=FAULT_SECONDS) as client:
                outcomes, said = bound_and_called(client, calls=0 if name == "cut-frame" else 2)
        except mtlib.errors.MtError as error:
            outcome, sentence = fault_of(error)
            outcomes, said = [outcome], [sentence]
    log, lines = events(dc)
    scenes.add(f"fault {name}", {"outcomes": outcomes, "log": log}, [*said, *lines])


# -- Strangers: what comes over a socket without a client of ours ---------------------------------------------------


def play_strangers(_: Mapping[str, Any]) -> Scenes:
    """Bytes that are no conversation, or a broken one: what comes back for them, and the log."""
    scenes = Scenes()
    tag, at = b"\xee\xee\xee\xee", NOW << 32

    def unasked(body: bytes) -> bytes:
        return tag + framed(bytes(8) + long(at) + struct.pack("<i", len(body)) + body)

    req_pq_multi = bytes.fromhex("f18e7ebe") + pattern("nonce", 16)
    for name, sent in {
        "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "a WebSocket, and a frame that is not masked": (
            b"GET /apiws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n"
            b"Sec-WebSocket-Protocol: binary\r\n\r\n\x82\x01!"
        ),
        "a length beyond reason": tag + b"\xff\xff\xff\x7f",
        "a length below reason": tag + framed(b"abc"),
        "a packet cut off": tag + framed(C.packet())[:60],
        "an unknown key": tag + framed(C.packet()),
        "an unknown method, in the clear": unasked(pattern("no method", 20)),
        "ping, in the clear": unasked(bytes.fromhex("ec77be7a") + long(1)),
        "req_pq_multi cut off": unasked(req_pq_multi[:12]),
        "req_pq_multi": unasked(req_pq_multi),
        "the third step first": unasked(bytes.fromhex("1f5f04f5") + pattern("x", 32) + tl_bytes(bytes(336))),
    }.items():
        with seeded(name) as dc:
            answer = answered(dc, sent)
        if name == "req_pq_multi":  # the fingerprint is that of this process's RSA key
            answer = answer[:-8]
        stranger(scenes, name, dc, answer)
    for name, spoil in {
        "right": lambda packet: packet,
        "a bit flipped": lambda packet: packet[:-1] + bytes([packet[-1] ^ 1]),
        "a block missing": lambda packet: packet[:-16],
        "a ragged end": lambda packet: packet + b"1",
        "another hash": lambda packet: packet[:8] + bytes(16) + packet[24:],
    }.items():
        spoiled(scenes, f"a packet, {name}", spoil)
    for name, other in {
        "an answer's direction": {"x": 8}, "a body of no method": {"body": pattern("no method", 24)},
        "ping": {"body": bytes.fromhex("ec77be7a") + long(77)},
        "a container cut off": {"body": bytes.fromhex("dcf8f173") + struct.pack("<i", 9)},
        "an old msg_id": {"msg_id": (NOW - 400) << 32}, "a msg_id of a data centre": {"msg_id": at + 1},
        "a msg_id to come": {"msg_id": (NOW + 400) << 32},
    }.items():  # fmt: skip
        spoiled(scenes, f"a message, {name}", lambda packet: packet, **other)
    with seeded("a listener") as dc:
        dc.trace.listen(lambda event: [][0])
        answered(dc, tag)
        answered(dc, b"PUT /")
    stranger(scenes, "a listener that raises", dc, b"")
    for name, limits in {"turned away": Limits(connections=0), "timed out": Limits(handshake_seconds=0.01)}.items():
        with seeded(name, limits=limits) as dc:
            answered(dc, b"")
        stranger(scenes, name, dc, b"")
    return scenes


def stranger(scenes: Scenes, name: str, dc: LocalDC, answer: bytes) -> None:
    log, lines = events(dc)
    scenes.add(name, {"answer": answer, "log": log}, lines)


def answered(dc: LocalDC, sent: bytes) -> bytes:
    """All that comes back on one connection that says this, in one piece, and then no more."""
    came, before = b"", len(dc.trace)
    with contextlib.suppress(OSError), socket.create_connection((dc.host, dc.port), timeout=10) as sock:
        sock.sendall(sent)
        until = time.monotonic() + 10
        while len(dc.trace) == before and time.monotonic() < until:  # a connection that ends before it is let in is
            time.sleep(0.002)  # turned away
        with contextlib.suppress(OSError):  # the other side may have hung up by now
            sock.shutdown(socket.SHUT_WR)
        while data := sock.recv(65536):
            came += data
    return came


def spoiled(
    scenes: Scenes, name: str, spoil: Callable[[bytes], bytes], *, x: int = 0, body: bytes | None = None, **more: Any
) -> None:
    """One packet under a key that the data centre knows, twice on one connection."""
    with seeded(name) as dc:
        with client_of(dc, name) as client:
            temp = bytes(client.temp_key)
        first = WrongClient(temp=temp, msg_id=NOW << 32, salt=0)
        notice = answered(dc, b"\xee\xee\xee\xee" + framed(first.packet()))[4:]  # bad_server_salt
        salt = number(ige_backwards(notice[24:], *kdf2(temp, notice[8:24], 8))[52:60])
        ours = WrongClient(temp=temp, **{"msg_id": (NOW << 32) + 64, "salt": salt, **more})
        packet = framed(spoil(ours.packet(message=ours.message(body), x=x)))
        stranger(scenes, name, dc, answered(dc, b"\xee\xee\xee\xee" + packet + packet))


# -- Patients -----------------------------------------------------------------------------------------------------


class Keys:
    """Whether a text shows bytes of a key. No diagnosis should, so what does so today is not held."""

    def __init__(self, keys: Iterable[bytes], size: int = 12) -> None:
        self.size = size
        self.windows = {key.hex()[at : at + size] for key in keys for at in range(2 * len(key) - size + 1)}

    def shown(self, value: Any) -> bool:
        text = re.sub(r"[\s.\[\]]", "", str(plain(value)))
        return any(text[at : at + self.size] in self.windows for at in range(len(text) - self.size + 1))

    def hide(self, value: Any) -> Any:
        return ANY if self.shown(value) else value


def told_keys(told: Mapping[str, Any]) -> Keys:
    given = [value for name, value in told.items() if name in ("perm_key", "temp_key")]
    return Keys([*given, *told.get("other_keys", ()), C.perm, C.temp, OTHER.perm])


PROSE = {"verdict", "fix", "lesson", "sentence"}


def diagnosis(found: Mapping[str, Any], keys: Keys) -> tuple[dict[str, Any], list[Any]]:
    """The facts of a `to_dict`, and its prose."""
    rows = [{**row, "got": keys.hide(row["got"]), "expected": keys.hide(row["expected"])} for row in found["checks"]]
    findings = [
        {"name": each["name"], "stage": each["stage"],
         "evidence": [{**row, "got": keys.hide(row["got"]), "expected": keys.hide(row["expected"])}
                      for row in each["evidence"]]}
        for each in found["findings"]
    ]  # fmt: skip
    facts = {
        "keys": sorted(found), "keys of a finding": sorted({key for each in found["findings"] for key in each}),
        "name": found["name"], "healthy": found["healthy"], "findings": findings, "answer": found["answer"],
        "remarks": [each["name"] for each in found["remarks"]],
        "missing": [each.partition(":")[0] for each in found["missing"]], "checks": rows,
    }  # fmt: skip
    texts = [found["verdict"], found["fix"], found["lesson"], *found["missing"]]
    texts += [each[key] for each in found["findings"][1:] for key in ("sentence", "fix", "lesson")]
    return facts, [keys.hide(each) for each in [*texts, *(each["sentence"] for each in found["remarks"])]]


def play_patients(_: Mapping[str, Any]) -> Scenes:
    """Every patient of `patients.py`, diagnosed."""
    scenes = Scenes()
    for name, make in {**PATIENTS, **REMARKS}.items():
        told = make()
        scenes.add(name, *diagnosis(diagnose(**told).to_dict(), told_keys(told)))
    return scenes


# -- Errors -------------------------------------------------------------------------------------------------------


def bad_inputs() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Wrong uses of the names, one error each."""
    key, temp = AuthKey(C.perm), AuthKey(C.temp)
    for size in (0, 8, 255, 257):
        yield f"AuthKey of {size} bytes", lambda size=size: AuthKey(bytes(size))
    yield "AuthKey of a number too large", lambda: AuthKey.from_int(1 << 2048)
    yield "AuthKey of a negative number", lambda: AuthKey.from_int(-1)

    def binding(**value: Any) -> Any:
        values = {"session_id": 1, "msg_id": 4, "expires_at": NOW, "nonce": 5, "random": bytes(16),
                  "padding": bytes(8), **value}  # fmt: skip
        return mtlib.Binding(key, temp, **values).request

    for name in ("session_id", "msg_id", "nonce"):
        yield f"Binding, {name} of 65 bits", lambda name=name: binding(**{name: 1 << 64})
    yield "Binding, expires_at of 33 bits", lambda: binding(expires_at=1 << 32)
    yield "Binding, random of 15 bytes", lambda: binding(random=bytes(15))
    yield "Binding, random of 17 bytes", lambda: binding(random=bytes(17))

    yield "dissect, nothing", lambda: dissect(b"")
    yield "dissect, no such kind", lambda: dissect(C.request, as_="letter")
    for as_ in ("frame", "packet", "encrypted_message", "tl"):
        yield f"dissect, three bytes as {as_}", lambda as_=as_: dissect(b"abc", as_=as_)
        yield f"dissect, noise as {as_}", lambda as_=as_: dissect(pattern("noise", 1003), as_=as_)
    for cut in (4, 11, 20, 24, 25, 60, 131):
        yield f"dissect, a request cut at {cut}", lambda cut=cut: dissect(C.request[:cut], as_="tl")
    yield "dissect, a request with a tail", lambda: dissect(C.request + bytes(5), as_="tl")
    yield "dissect, an unknown constructor", lambda: dissect(bytes.fromhex("11223344") + bytes(8), as_="tl")
    request = dissect(C.request)
    yield "a field that is not there", lambda: request["salt"]
    yield "a path that leads nowhere", lambda: request.find("encrypted_message/nothing")
    yield "trace, a path that leads nowhere", lambda: trace(request, "nowhere")
    yield "trace, the whole", lambda: trace(request, "")
    yield (
        "trace, known of a wrong type",
        lambda: trace(unseal(dissect(C.request), [key]), "encrypted_message/ciphertext", known={"perm_auth_key": 1.5}),
    )
    yield "unseal, a key of the wrong length", lambda: unseal(request, [AuthKey(bytes(9))])

    yield "Fault, no such", lambda: Fault("earthquake")
    yield "Fault, too often", lambda: Fault("slow", 10**7)
    yield "Fault, never split", lambda: Fault("split-frames", 0)
    yield "Fault, parsed without a number", lambda: Fault.parse("slow=often")
    yield "Fault, parsed, no such", lambda: Fault.parse("flood=1")
    yield "Patterned, drawn twice", lambda: [source.draw("nonce", 8) for source in [Patterned("x")] for _ in "ab"]
    yield "Patterned, no label", lambda: Patterned("x").draw("", 8)
    yield "Patterned, a negative size", lambda: Patterned("x").draw("nonce", -1)
    yield "Patterned, no scope", lambda: Patterned("x").at("")
    yield "System, a negative size", lambda: System().draw("nonce", -1)
    yield "LocalDC, an address of the network", lambda: LocalDC(host="0.0.0.0")
    yield "LocalDC, a name", lambda: LocalDC(host="localhost.example")
    yield "connect, nothing", lambda: connect("")
    yield "connect, no port", lambda: connect("127.0.0.1")
    yield "connect, no key", lambda: connect("127.0.0.1:1")
    yield "connect, a port out of range", lambda: connect("127.0.0.1:99999")
    yield "connect, a network that is none of ours", lambda: connect("telegram")
    yield "diagnose, a key that is no hex", lambda: diagnose(request=C.request, perm_key="zz" * 256)
    yield "diagnose, half a key", lambda: diagnose(request=C.request, perm_key=C.perm[:128])
    yield "diagnose, a request that is no hex", lambda: diagnose(request="05 2a d4 c")
    yield "diagnose, a stream that is none", lambda: diagnose(stream=pattern("noise", 3000), perm_key=C.perm)
    yield "diagnose, a long of 65 bits", lambda: diagnose(request=C.request, msg_id=1 << 64)
    yield "diagnose, a date as text", lambda: diagnose(request=C.request, now="tomorrow")


def bad_connections() -> Iterator[tuple[str, Callable[[Any], Any]]]:
    yield "call, no such method", lambda client: client.call("auth.giveMeTheKey")
    yield "call, a method with fields", lambda client: client.call("help.getAppConfig")
    yield "call, before the binding", lambda client: client.call(mtlib.SCHEMA["help.getAppConfig"].build(hash=0))
    yield "bind, nothing is sent", lambda client: client.bind(change=lambda request: b"")
    yield "bind, three bytes are sent", lambda client: client.bind(change=lambda request: b"abc")


VERDICTS: dict[str, Callable[[], bytes]] = {
    "right": lambda: C.request,
    "cut": lambda: C.request[:25],
    "a tail": lambda: C.request + bytes(8),
    "another size": lambda: C.request[:24] + b"\x64" + C.request[25:125] + bytes(3),
    "another constructor": lambda: b"\0" * 4 + C.request[4:],
    **{
        name: lambda mistake=mistake: remade(C.request, C.perm, **mistake)
        for name, mistake in INNER_MISTAKES.items()
        if name != "expires_at_in_range"
    },
    "in the past": lambda: remade(C.request, C.perm, expires_at=PATIENTS_NOW - 1),
}


def play_errors(_: Mapping[str, Any]) -> Scenes:
    """Bad input through the names that stay, and the rows of a verdict."""
    scenes = Scenes()
    for name, action in bad_inputs():
        error(scenes, name, action)
    for name, act in bad_connections():
        with seeded(name) as dc, client_of(dc, name) as client:
            error(scenes, name, lambda act=act, client=client: act(client))
    about = {"perm_key": AuthKey(C.perm), "temp_key": AuthKey(C.temp), "session_id": C.session_id, "msg_id": C.msg_id}
    for name, make in VERDICTS.items():
        verdict_of(scenes, f"verify, {name}", verify(make(), now=PATIENTS_NOW, **about))
    facts = Facts(C.request, AuthKey(C.perm), AuthKey(C.temp), C.session_id, C.msg_id, PATIENTS_NOW)
    for name, more in {
        "right": {}, "a permanent key's packet": {"temporary": False}, "no such permanent key": {"perm_key": None},
        "bound elsewhere": {"bound_to": 5}, "an end that was not promised": {"key_expires_at": PATIENTS_NOW + 60},
        "older": {"last_bind_msg_id": C.msg_id, "rules": Rules(one_temp_key=True)},
        "another session, not looked at": {"session_id": 1, "rules": Rules(skip=frozenset({"temp_session_id"}))},
    }.items():  # fmt: skip
        verdict_of(scenes, f"judge, {name}", judge(replace(facts, **more)))
    return scenes


def error(scenes: Scenes, name: str, action: Callable[[], Any]) -> None:
    facts, sentence = tried(action)
    assert sentence, f"{name} is no error: {facts}"
    said = {part: facts[part] for part in ("got", "expected", "where") if long_prose(facts[part])}
    scenes.add(name, {part: value for part, value in facts.items() if part not in said}, [sentence])


def long_prose(value: Any) -> bool:
    """A list of what was tried, or the words of another error, is a text and not a place."""
    return isinstance(value, str) and (";" in value or len(value) > 100)


def verdict_of(scenes: Scenes, name: str, verdict: Any) -> None:
    rows = [[row.name, row.holds, *((row.got, row.expected) if row.holds is False else ())] for row in verdict.checks]
    scenes.add(name, {"ok": verdict.ok, "error": verdict.error, "failed": verdict.failed, "rows": rows}, [str(verdict)])


# -- Commands -----------------------------------------------------------------------------------------------------

KEY_LINES = f"perm_auth_key: {C.perm.hex()}\ntemp_auth_key: {C.temp.hex()}\n"
AROUND = f"session_id: {C.session_id}\nmsg_id: {C.msg_id}\nnow: {PATIENTS_NOW}\n"
SWAPPED = replace(C, cipher=swapped)
PLAIN = bytes(8) + long(C.msg_id - (9 << 32)) + struct.pack("<i", 20) + pattern("req_pq_multi", 20)


def framed(*packets: bytes) -> bytes:
    return b"".join(struct.pack("<i", len(packet)) + packet for packet in packets)


def lines(client: WrongClient, **more: Any) -> bytes:
    told = "".join(f"{name}: {value}\n" for name, value in more.items())
    return f"request: {client.request.hex()}\n{AROUND}{told}".encode()


def command_lines() -> dict[str, dict[str, Any]]:
    """Every command with the files that it reads, as hex."""
    commands: dict[str, dict[str, Any]] = {}

    def add(name: str, *arguments: str, **files: bytes) -> None:
        commands[name] = {"arguments": list(arguments), "files": {n: data.hex() for n, data in files.items()}}

    keys = KEY_LINES.encode()
    for command in ("", "bind", "dc", "dissect", "doctor", "judge"):
        add(f"help {command}".strip(), *([command] if command else []), "--help")
    add("version", "--version")
    add("no command")
    add("no such command", "binde")
    data = {"request": C.request, "packet": C.packet(), "encrypted_message": C.sealed, "frame": framed(C.packet()),
            "ping": bytes.fromhex("ec77be7a") + long(7), "plain_packet": PLAIN}  # fmt: skip
    for name, each in data.items():
        add(f"dissect {name}", "dissect", each.hex())
        add(f"dissect {name} with keys", "dissect", "raw", "--keys", "keys", raw=each, keys=keys)
    add("dissect as packet", "dissect", C.sealed.hex(), "--as", "packet")
    add("dissect from stdin", "dissect", "-", stdin=C.request.hex().encode())
    add("dissect neither hex nor file", "dissect", "xyz")
    add("dissect noise", "dissect", pattern("noise", 37).hex())
    add("dissect a request as frame", "dissect", C.request.hex(), "--as", "frame")
    add("dissect no such kind", "dissect", "00", "--as", "letter")
    add("dissect a key too short", "dissect", C.request.hex(), "--keys", "keys", keys=b"abcdef")
    add("dissect no such key file", "dissect", C.request.hex(), "--keys", "none")
    patients = {
        "healthy": lines(C), "iv_halves_swapped": lines(SWAPPED), "seqno": lines(replace(C, seqno=1)),
        "another_session": lines(replace(C, inner_session=long(5))), "past": lines(replace(C, expires_at=PATIENTS_NOW)),
        "msg_key": lines(replace(C, msg_key=lambda envelope, padding, key: pattern("hash", 16))),
        "unknown_key": lines(C, answer="400 ENCRYPTED_MESSAGE_INVALID"),
        "stream": b"\xee\xee\xee\xee" + framed(PLAIN, SWAPPED.packet()),
        "stream_healthy": b"\xee\xee\xee\xee" + framed(PLAIN, C.packet()),
        "mtproto_2": lines(replace(C, schedule=kdf2)),
    }  # fmt: skip
    for name, each in patients.items():
        add(f"doctor {name}", "doctor", "patient", "--keys", "keys", patient=each, keys=keys)
        add(f"doctor {name} --json", "doctor", "patient", "--keys", "keys", "--json", patient=each, keys=keys)
    add("doctor without keys", "doctor", "-", "--json", stdin=C.request.hex().encode())
    for name, each in {"nothing": b"", "a list": b"[1, 2, 3]", "an unknown name": b"perm_auth_kee: 00",
                       "no number": b"msg_id: soon", "half a JSON": b'{"request": ', "no stream": pattern("n", 3000),
                       "a key with a slip": f"perm_auth_key: {C.perm.hex()[:-1]}g".encode()}.items():  # fmt: skip
        add(f"doctor {name}", "doctor", "patient", patient=each)
    add("doctor no such file", "doctor", "none")
    add("doctor no patient", "doctor")
    add("judge the solution", "judge", "--", "{python}", "{solution}")
    add("judge a program that says nothing", "judge", "--", "{python}", "-c", "pass")
    add("judge a program that says zero", "judge", "--", "{python}", "program.py", **{"program.py": ZERO_PROGRAM})
    add("judge a program that says no JSON", "judge", "--", "{python}", "-c",
        "input(); print('hello', flush=True); input()")
    add("judge no such program", "judge", "no-such-program")
    add("judge nothing", "judge")
    add("dc faults", "dc", "--faults")
    add("dc no such fault", "dc", "--fault", "flood")
    add("dc a fault without a number", "dc", "--fault", "slow=often")
    add("dc for everybody", "dc", "--host", "0.0.0.0")
    add("dc a key that is none", "dc", "--key", "key", key=b"no key")
    for framing, obfuscated in WAYS:
        options = ["--framing", framing, *(["--obfuscated"] if obfuscated else [])]
        add(" ".join(["bind", *options]), "bind", *options)
        add(" ".join(["bind", *options, "--json --reveal"]), "bind", *options, "--json", "--reveal")
    add("bind --json", "bind", "--json")
    add("bind no key", "bind", "--dc", "127.0.0.1:1")
    add("bind a key that is none", "bind", "--dc", "127.0.0.1:1", "--public-key", "key", key=b"no key")
    add("bind local with a key", "bind", "--dc-id", "2")
    add("bind production", "bind", "--dc", "2509940531:443")
    add("bind no such framing", "bind", "--framing", "folded")
    add("bind full, obfuscated", "bind", "--framing", "full", "--obfuscated")
    return commands


ZERO_PROGRAM = b'import sys\nfor line in sys.stdin: print(\'{"output": "00"}\', flush=True)\n'


def run(arguments: Iterable[str], files: Mapping[str, str]) -> tuple[int, str, str]:
    """`python -m mtlib` in this process: exit code, stdout, stderr. It is started in a folder with these files."""
    real = {"{python}": sys.executable, "{solution}": str(ROOT / "tests" / "judge" / "solution.py")}
    command = ["mtlib", *(real.get(each, each) for each in arguments)]
    stdin = io.TextIOWrapper(io.BytesIO(bytes.fromhex(files.get("stdin", ""))))
    out, errors, before = io.StringIO(), io.StringIO(), os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(bytes.fromhex(data))
            Path(folder, name).chmod(0o644)  # whatever the umask is here
        os.chdir(folder)
        try:
            with (
                mock.patch.object(sys, "argv", command), mock.patch.object(sys, "stdin", stdin),
                mock.patch.dict(os.environ, {"COLUMNS": "100", "NO_COLOR": "1"}), warnings.catch_warnings(),
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors),
            ):  # fmt: skip
                warnings.simplefilter("ignore")
                code = main(command[1:])
        except SystemExit as left:
            code = int(left.code or 0)
        finally:
            os.chdir(before)
    return code, out.getvalue(), errors.getvalue()


def play_commands(inputs: Mapping[str, Any]) -> Scenes:
    """Every command, fed with the recorded inputs."""
    scenes = Scenes(inputs=dict(inputs) or command_lines())
    keys = told_keys({})
    for name, asked in scenes.inputs.items():
        code, said, errors = run(asked["arguments"], asked["files"])
        facts: dict[str, Any] = {"exit code": code}
        texts = [*said.splitlines(), *errors.splitlines()]
        if "usage: " in said + errors:  # each Python breaks the lines of its own accord
            texts = [" ".join((said + errors).split())]
            facts["options"] = sorted(set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", said)))
        command = asked["arguments"][0] if asked["arguments"] and "--help" not in asked["arguments"] else ""
        if command == "dissect" and code == 0:
            facts["rows"] = rows(said)
        elif command == "doctor" and "--json" in asked["arguments"] and said:
            more, texts = diagnosis(json.loads(said), keys)
            facts |= more
        elif command == "doctor":
            facts["names"] = re.findall(r"\[([a-z_0-9]+)\]$", said, re.MULTILINE)
            texts = [keys.hide(each) for each in texts]
        elif command == "judge" and said:
            facts["steps"] = re.findall(r"^(right|WRONG|none) +(\w+) +(\d+) of (\d+)$", said, re.MULTILINE)
            facts["values"] = re.findall(r"^ +(got|expected) +([0-9a-f]+)", said, re.MULTILINE)
        elif command == "bind" and code == 0 and "--json" in asked["arguments"]:
            facts |= bind_facts(json.loads(said), keys)
            texts = []
        elif command == "bind" and code == 0 and said.startswith("frame"):
            texts = masked(said, "padded" in asked["arguments"])
            facts["fields"] = [row[0] for row in rows("\n".join(texts))]
        elif name == "dc faults":
            facts["names"] = [line.split()[0] for line in said.splitlines()]
        scenes.add(name, facts, [each for each in map(argparse_words, texts) if each])
    scenes.add("dc --json", dc_as_json())
    return scenes


def argparse_words(line: str) -> str:
    """One spelling for what argparse says differently from one Python to the next."""
    if line == ANY:
        return line
    line = re.sub(r"\(choose from .*\)", lambda found: found[0].replace("'", ""), line)
    return line.rstrip()


ROW = re.compile(r"^ *\d+ +\d+ +[=fgc?] +(\w+) *((?:[0-9a-f]{2} ?)*)(?:.*= (-?\d+))?")
MORE = re.compile(r"^ {30,}((?:[0-9a-f]{2} ?)+)$")


def rows(text: str) -> list[list[str]]:
    """Name, bytes and number of each field that a dissection shows."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if row := ROW.match(line):
            found.append([row[1], row[2].replace(" ", ""), row[3] or ""])
        elif more := MORE.match(line):
            found[-1][1] += more[1].replace(" ", "")
    return found


CONSTANT = ("length", "seqno", "constructor")


def masked(text: str, padded: bool) -> list[str]:
    """The lines of a bind with the bytes taken out that differ from one to the next."""
    kept = []
    for line in text.splitlines():
        row = ROW.match(line)
        if (row and row[1] not in CONSTANT) or MORE.match(line):
            line = re.sub(r"= -?\d+", "= N", re.sub(r"\b[0-9a-f]{2}(?= |$)(?=.{0,60}$)", "..", line))
        if padded and (line.startswith("frame:") or (row and not kept[1:])):
            line = re.sub(r"[0-9a-f]{2} 00 00 00  = \d+|\d+ bytes", "N", line)  # its noise is of any length
        if not (padded and re.match(r" *\d+ +\d+  \? padding", line)):
            kept.append(line)
    return kept


def bind_facts(told: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """What must hold of fresh values: which there are, their sizes, and that they follow from each other."""
    facts: dict[str, Any] = {
        "keys": sorted(told), "timings": sorted(told["timings_ms"]), "ok": told["ok"], "calls": told["calls"],
        "answer": told["answer"], "error": told["error"],
        "sizes": {name: len(value) // 2 for name, value in told.items()
                  if isinstance(value, str) and name not in ("error",) and not name.endswith(("_id", "nonce"))},
    }  # fmt: skip
    if "perm_auth_key" in told:
        perm, temp = bytes.fromhex(told["perm_auth_key"]), bytes.fromhex(told["temp_auth_key"])
        client = WrongClient(
            perm=perm, temp=temp, session_id=int(told["session_id"]), msg_id=int(told["msg_id"]),
            nonce=int(told["nonce"]), expires_at=told["expires_at"], random=bytes.fromhex(told["envelope"])[:16],
            padding=bytes.fromhex(told["plaintext"])[72:],
        )  # fmt: skip
        packet = bytes.fromhex(told["packet"])
        message = ige_backwards(packet[24:], *kdf2(temp, packet[8:24]))
        aes_key, aes_iv = kdf1(perm, bytes.fromhex(told["msg_key"]))
        made = {
            "perm_auth_key_id": str(number(key_id(perm))), "temp_auth_key_id": str(number(key_id(temp))),
            "inner": client.inner.hex(), "envelope": client.envelope.hex(), "request": client.request.hex(),
            "encrypted_message": client.sealed.hex(), "packet": client.packet(message=message).hex(),
            "aes_key": aes_key.hex(), "aes_iv": aes_iv.hex(),
        }  # fmt: skip
        facts["the independent client makes the same"] = {name: told[name] == value for name, value in made.items()}
        facts["carries the request"] = client.request in message
    return facts


def dc_as_json() -> dict[str, Any]:
    """`dc --json` in a process of its own: a binding that is refused, one that is not, and the end by SIGINT."""
    command = [sys.executable, "-m", "mtlib", "dc", "--json", "--dc-id", "10002", "--fault", "refuse-bind"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as dc:
        assert dc.stdout is not None
        first = json.loads(dc.stdout.readline())
        pem = {"key": first["public_key_pem"].encode().hex()}
        options = ["bind", "--dc", f"{first['host']}:{first['port']}", "--public-key", "key", "--dc-id", "10002"]
        codes = [run(options, pem)[0] for _ in range(2)]
        dc.send_signal(signal.SIGINT)
        rest, errors = dc.communicate(timeout=20)
    told = [json.loads(line) for line in rest.splitlines()]
    return {
        "first line": sorted(first), "exit codes of bind": codes, "exit code": dc.returncode, "stderr": errors,
        "keys of a line": sorted({key for event in told for key in event}),
        "log": [[event["event"], event["peer"], sorted(event["facts"])] for event in told],
    }  # fmt: skip


# -- Names and lessons --------------------------------------------------------------------------------------------


def ladder_file() -> Path:
    """Wherever in the package it stands."""
    (found,) = (ROOT / "mtlib").rglob("ladder.json")
    return found


def exercises() -> list[str]:
    """As the lessons' own `check` lists them for whoever misspells one."""
    from mtlib.lab import check

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        check("no such exercise", None)
    return sorted(re.split(r"[,\s]+", said.getvalue().partition("There are: ")[2].strip(" .\n")))


def play_names(_: Mapping[str, Any]) -> Scenes:
    """Names that others rely on, and the sample binding of the lessons."""
    from mtlib.lab import Inspector, sample

    scenes = Scenes()
    ladder = json.loads(ladder_file().read_text(encoding="utf-8"))
    scenes.add("exported", sorted(mtlib.__all__))
    scenes.add("checks", [[check.name, check.error] for check in CHECKS], [check.why for check in CHECKS])
    scenes.add("faults", list(FAULTS), list(FAULTS.values()))
    scenes.add("exercises", exercises())
    scenes.add("rungs", {
        step["step"]: {"takes": step["takes"], "bytes": step["bytes"],
                       "vectors": [[each["vector"], each["inputs"], each["output"]] for each in step["vectors"]]}
        for step in ladder["steps"]
    }, [step["says"] for step in ladder["steps"]])  # fmt: skip
    for framing in FRAMINGS:
        each = sample(framing=framing)
        parts = ("inner", "envelope", "msg_key", "plaintext", "encrypted_message", "request")
        shown = {part: bytes(getattr(each.carried.binding, part)) for part in parts}
        shown |= {part: bytes(getattr(each.carried, part)) for part in ("message", "packet", "frame")}
        scenes.add(f"sample, {framing}", {**shown, "keys": [bytes(key) for key in each.keys], "now": each.now})
    found = unseal(dissect(sample().carried.frame), sample().keys)
    inspected = Inspector(found)
    scenes.add("inspector", {"keys": sorted(inspected.structure), "state": sorted(inspected.state)})
    scenes.add("dissected sample", rows(run(["dissect", bytes(sample().carried.frame).hex(), "--keys", "keys"],
               {"keys": "\n".join(bytes(key).hex() for key in sample().keys).encode().hex()})[1]))  # fmt: skip
    return scenes


def log_events(facts: Any) -> set[str]:
    """The names of all events in these facts."""
    if isinstance(facts, dict):
        named = {facts["event"]} if isinstance(facts.get("event"), str) else set()
        return named.union(*map(log_events, facts.values()))
    return set().union(*map(log_events, facts)) if isinstance(facts, list) else set()


PLAYS: dict[str, Callable[[Mapping[str, Any]], Scenes]] = {
    "commands": play_commands,
    "connections": play_connections,
    "errors": play_errors,
    "names": play_names,
    "patients": play_patients,
    "refusals": play_refusals,
    "strangers": play_strangers,
}


def lessons() -> dict[str, str]:
    """Title of each notebook -> all that its saved outputs say, without tags."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        title = next("".join(c["source"]).splitlines()[0] for c in cells if c["cell_type"] == "markdown")
        found[re.sub(r"^[#\s\d]+", "", title)] = "\n".join(
            text for cell in cells for out in cell.get("outputs", ()) for text in _said(out)
        )
    return found


def _said(output: Mapping[str, Any]) -> Iterator[str]:
    yield "".join(output.get("text", ""))
    for kind, content in output.get("data", {}).items():
        if kind.startswith("text/"):
            yield re.sub(r"<[^>]*>", "\n" if kind == "text/html" else "", "".join(content))


RUN = re.compile(r"(?<![0-9a-zA-Z_])[0-9a-f]{2}(?: ?[0-9a-f]{2}){7,}(?![0-9a-zA-Z_])")


def values(text: str) -> list[str]:
    """Every run of eight bytes or more, each once. A number of twenty digits is none."""
    return sorted({found.replace(" ", "") for found in RUN.findall(text) if re.search("[a-f ]", found)})


def still_there(value: str, text: str) -> bool:
    """Whether the bytes are still shown, on however many lines; `text` is without its spaces."""
    return value in text or all(value[at : at + 16] in text for at in range(0, len(value) // 16 * 16, 16))
