"""Damaged input for every decoder: samples that are right, ways to spoil them, and who has to bear it.

`spoiled` takes a good sample and damages it; a `Decoder` is fed with that and may raise nothing but errors of
`mtlib.errors`, in good time. A failure tells the decoder and the bytes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from mtlib.crypto.aes import ige_decrypt
from mtlib.crypto.entropy import System
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PublicKey
from mtlib.errors import MtError
from mtlib.protocol.binding import Binding, Carried
from mtlib.protocol.checks import verify
from mtlib.protocol.dissect import dissect
from mtlib.protocol.exchange import begin
from mtlib.protocol.exchange_server import AwaitReqPq, Server
from mtlib.protocol.messages import Message, container, unpack
from mtlib.protocol.packets import ANSWER_MESSAGE, PLAIN, TO_CLIENT, TO_SERVER, open_packet, plain_packet, seal
from mtlib.protocol.session import Session
from mtlib.transport.framing import FRAMINGS
from mtlib.transport.obfuscation import TAGS, Obfuscation
from mtlib.transport.stream import ClientStream, ServerStream
from mtlib.wire.dissection import Reading
from mtlib.wire.schema import ENCRYPTED_MESSAGE, SCHEMA
from mtlib.wire.view import to_text
from tests.talking import NOW, rsa

SLOW = 5.0
"""Seconds for one input beyond which a decoder counts as hung. The slowest lawful thing, an RSA power in plain Python
on a busy machine, takes a hundredth of that."""
LENIENT = Reading(lenient=True)
PERM, TEMP = AuthKey(bytes(range(256))), AuthKey(bytes(range(255, -1, -1)))
SESSION_ID, MSG_ID = 77, int(NOW) << 32
ODD_NUMBERS = (0, 1, 3, 4, 40, 104, 127, 253, 254, 255, 1024, 2**15, 2**24 - 1, 2**31 - 1, 2**31, 2**32 - 1)


def binding() -> Binding:
    return Binding(PERM, TEMP, SESSION_ID, MSG_ID, int(NOW) + 86400, nonce=5, random=bytes(16), padding=bytes(8))


@cache
def conversation() -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[bytes, ...]]:
    """One key exchange: the client's states, the server's states, and the bodies that went between them."""
    entropy = System()
    client, server = begin(entropy, server_keys=[rsa().public], dc_id=2, expires_in=3600), AwaitReqPq(Server((rsa(),)))
    clients, servers, bodies = [client.state], [server], []
    while client.send is not None:
        bodies.append(bytes(client.send))
        step = servers[-1].receive(bodies[-1], entropy, int(NOW))
        bodies.append(bytes(step.send))
        servers.append(step.state)
        client = client.state.receive(bodies[-1], entropy, int(NOW))
        clients.append(client.state)
    return tuple(clients), tuple(servers), tuple(bodies)


@cache
def bodies() -> tuple[bytes, ...]:
    """Boxed objects of all kinds: the exchange's, the binding, service messages, wrappers, containers, packed ones."""
    import gzip

    build = {name: SCHEMA[name].build for name in (c.name for c in SCHEMA)}
    ping = bytes(build["ping"](ping_id=1))
    request = bytes(binding().request)
    header = build["initConnection"](
        api_id=1, device_model="d", system_version="s", app_version="a", system_lang_code="en", lang_pack="",
        lang_code="en", query=request, params=build["jsonObject"](value=[]),
    )  # fmt: skip
    option = build["dcOption"](id=2, ip_address="127.0.0.1", port=443, static=True, secret=b"s")
    return (
        *conversation()[2],
        request,
        ping,
        bytes(build["invokeWithLayer"](layer=214, query=header)),
        bytes(build["gzip_packed"](packed_data=gzip.compress(request))),
        container([Message(MSG_ID - 8, 1, ping), Message(MSG_ID - 4, 3, request)]),
        bytes(build["rpc_result"](req_msg_id=MSG_ID, result=build["rpc_error"](error_code=400, error_message="NO"))),
        bytes(build["rpc_result"](req_msg_id=MSG_ID, result=build["boolTrue"]())),
        bytes(build["msgs_ack"](msg_ids=[1, 2, 3])),
        bytes(build["bad_server_salt"](bad_msg_id=MSG_ID, bad_msg_seqno=1, error_code=48, new_server_salt=9)),
        bytes(build["bad_msg_notification"](bad_msg_id=MSG_ID, bad_msg_seqno=1, error_code=16)),
        bytes(build["new_session_created"](first_msg_id=MSG_ID, unique_id=3, server_salt=4)),
        bytes(build["get_future_salts"](num=3)),
        bytes(build["destroy_session"](session_id=1)),
        bytes(build["auth.dropTempAuthKeys"](except_auth_keys=[1])),
        bytes(build["help.getConfig"]()),
        bytes(build["help.getNearestDc"]()),
        bytes(build["msgs_state_req"](msg_ids=[MSG_ID])),
        bytes(build["ping_delay_disconnect"](ping_id=1, disconnect_delay=75)),
        bytes(option),
    )


def spoiled(rng: random.Random, samples: Sequence[bytes]) -> bytes:
    """A sample with one to four things wrong with it; now and then plain noise, or nothing wrong at all."""
    if rng.random() < 0.03:
        return rng.randbytes(rng.randrange(200))
    data = bytearray(rng.choice(samples))
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        rng.choice(_WAYS)(rng, data, samples)
    return bytes(data)


def _flip(rng: random.Random, data: bytearray, samples: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _byte(rng: random.Random, data: bytearray, samples: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7F, 0x80, 0xFD, 0xFE, 0xFF))


def _number(rng: random.Random, data: bytearray, samples: Sequence[bytes]) -> None:
    """Where a length, a count or a flag may stand."""
    at = rng.randrange(len(data) + 1) & ~3
    data[at : at + 4] = (rng.choice(ODD_NUMBERS) & 2**32 - 1).to_bytes(4, "little")


def _constructor(rng: random.Random, data: bytearray, samples: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1) & ~3
    data[at : at + 4] = rng.choice(_ids()).to_bytes(4, "little")


def _cut(rng: random.Random, data: bytearray, samples: Sequence[bytes]) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _grow(rng: random.Random, data: bytearray, samples: Sequence[bytes]) -> None:
    data += rng.randbytes(rng.choice((1, 4, 16, 100)))


def _lose(rng: random.Random, data: bytearray, samples: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    del data[at : at + rng.choice((1, 4, 8, 16))]


def _again(rng: random.Random, data: bytearray, samples: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = data[at : at + rng.choice((4, 8, 40))] * rng.choice((1, 2, 30))


def _splice(rng: random.Random, data: bytearray, samples: Sequence[bytes]) -> None:
    other = rng.choice(samples)
    at = rng.randrange(min(len(data), len(other)) + 1)
    data[at:] = other[at:]


_WAYS = (_flip, _flip, _byte, _number, _number, _constructor, _cut, _grow, _lose, _again, _splice)


@cache
def _ids() -> tuple[int, ...]:
    return tuple(constructor.id for constructor in SCHEMA)


@dataclass(frozen=True)
class Decoder:
    """Something that reads bytes from outside: its name, good samples, what reads them, and how often it gets a turn
    (dear ones seldom)."""

    name: str
    samples: Sequence[bytes]
    read: Callable[[bytes, random.Random], object]
    share: int = 10


def feed(decoder: Decoder, data: bytes, rng: random.Random) -> float:
    """Give it one input. Anything but an MtError, and a hang, is an AssertionError that quotes the input."""
    begun = time.perf_counter()
    try:
        decoder.read(data, rng)
    except MtError as error:
        str(error)
    except Exception as error:
        raise AssertionError(f"{decoder.name} raised {error!r} on {data.hex()}") from error
    spent = time.perf_counter() - begun
    assert spent < SLOW, f"{decoder.name} took {spent:.1f} s for {data.hex()}"
    return spent


def fuzz(count: int, seed: int, decoders: Sequence[Decoder] | None = None) -> dict[str, int]:
    """`count` inputs in all, spread over the decoders by their shares; how many each got."""
    rng = random.Random(seed)
    known = list(decoders or all_decoders())
    fed = dict.fromkeys((d.name for d in known), 0)
    for decoder in rng.choices(known, [d.share for d in known], k=count):
        feed(decoder, spoiled(rng, decoder.samples), rng)
        fed[decoder.name] += 1
    return fed


# -- The decoders ---------------------------------------------------------------------------------------------------


def all_decoders() -> Iterator[Decoder]:
    request, carried = binding().request, Carried(binding(), 7, 1, bytes(28))
    packets = [bytes(carried.packet), bytes(seal(_answer(bodies()[7]), TEMP, TO_CLIENT))]
    plains = [bytes(plain_packet(MSG_ID, body)) for body in bodies()]
    yield Decoder("tl", bodies(), lambda data, rng: SCHEMA.dissect(data), 30)
    yield Decoder("tl, lenient", bodies(), _look_leniently, 10)
    yield Decoder("plain packet", plains, lambda data, rng: PLAIN.dissect(data), 15)
    yield Decoder("sealed packet", packets, _open_both_ways, 5)
    yield Decoder("message under a seal", [bytes(carried.message)], _open_resealed, 5)
    yield Decoder("container, gzip", bodies(), lambda data, rng: unpack(Message(MSG_ID, 1, data)), 15)
    yield Decoder("encrypted_message", [bytes(binding().encrypted_message)], _look_at_the_seal, 5)
    yield Decoder("binding request", [bytes(request)], _judge, 6)
    yield Decoder("what is this?", [*bodies(), *packets, bytes(carried.frame)], _what_is_this, 3)
    yield Decoder("client's session", bodies(), _client_session, 4)
    for name in FRAMINGS:
        frames = [_frame(name, packet) for packet in (*packets, *plains[:4])]
        yield Decoder(f"{name} frames", frames, lambda data, rng, name=name: _frames(name, data, rng), 8)
    yield Decoder("server's stream", [s for name in FRAMINGS for s in _openings(name)], _server_stream, 8)
    yield Decoder("obfuscation header", [bytes(Obfuscation(b"\x05" * 64, tag).header) for tag in TAGS],
                  lambda data, rng: Obfuscation.receive(data), 3)
    clients, servers, said = conversation()
    for state, answer in zip(clients[:-1], said[1::2], strict=True):
        yield Decoder(f"client, {type(state).__name__}", [answer],
                      lambda data, rng, state=state: state.receive(data, System(), int(NOW)), 1)
    for state, query in zip(servers[:-1], said[::2], strict=True):
        yield Decoder(f"server, {type(state).__name__}", [query],
                      lambda data, rng, state=state: state.receive(data, System(), int(NOW)), 1)
    yield Decoder("IGE", [bytes(80)], lambda data, rng: ige_decrypt(data, bytes(32), bytes(32)), 2)
    yield Decoder("PEM", [rsa().public.to_pem().encode()], lambda data, rng: PublicKey.from_pem(_text(data)), 1)


def _answer(body: bytes) -> bytes:
    """A message from the data centre around `body`, with the least padding."""
    padding = bytes(12 + -(32 + len(body) + 12) % 16)
    return bytes(ANSWER_MESSAGE.build(salt=7, session_id=SESSION_ID, msg_id=MSG_ID + 1, seqno=1, length=len(body),
                                      answer=body, padding=padding))


def _look_leniently(data: bytes, rng: random.Random) -> None:
    if SCHEMA.knows(data):
        found = SCHEMA.of(data).dissect(data, LENIENT)
        assert b"".join(span.raw for span in found.spans) == data, f"the spans do not tile {data.hex()}"
        to_text(found)


def _open_both_ways(data: bytes, rng: random.Random) -> None:
    for x in (TO_SERVER, TO_CLIENT):
        with suppress(MtError):
            open_packet(data, TEMP, x)


def _open_resealed(data: bytes, rng: random.Random) -> None:
    """The damage was there before the seal: msg_key fits, and everything inside may be wrong."""
    open_packet(bytes(seal(data + bytes(-len(data) % 16), TEMP)), TEMP, TO_SERVER)


def _look_at_the_seal(data: bytes, rng: random.Random) -> None:
    to_text(dissect(data, keys=[PERM], as_="encrypted_message"))
    ENCRYPTED_MESSAGE.dissect(data)


def _judge(data: bytes, rng: random.Random) -> None:
    verdict = verify(data, perm_key=PERM, temp_key=TEMP, session_id=SESSION_ID, msg_id=MSG_ID, now=int(NOW))
    right = bytes(binding().request)
    same = len(data) == len(right) and data[:-3] == right[:-3]  # the last three pad a TL string, and nobody reads them
    assert verdict.ok == same, f"the verdict on {data.hex()} is {verdict}"
    str(verdict)


def _what_is_this(data: bytes, rng: random.Random) -> None:
    to_text(dissect(data, keys=[PERM, TEMP]))


def _client_session(data: bytes, rng: random.Random) -> None:
    session = Session(TEMP, SESSION_ID, 7, System())
    session.receive(bytes(seal(_answer(data), TEMP, TO_CLIENT)), NOW)


def _frame(name: str, packet: bytes) -> bytes:
    return FRAMINGS[name]("client", entropy=System()).wrap(packet)


def _frames(name: str, data: bytes, rng: random.Random) -> None:
    """Both ends, in pieces. What is kept never exceeds what was fed."""
    for side in ("client", "server"):
        end = FRAMINGS[name](side, limit=4096)
        for piece in _pieces(data, rng):
            end.feed(piece)
            while end.next():
                pass
        assert end.pending <= len(data)


def _openings(name: str) -> list[bytes]:
    """The first bytes of connections: a tag or a header, and two frames."""
    made = []
    for obfuscated in (False, True) if name != "full" else (False,):
        stream = ClientStream(name, obfuscated=obfuscated, entropy=System())
        made.append(stream.opening() + stream.send(bytes(40)) + stream.send(bytes(200)))
    return made


def _server_stream(data: bytes, rng: random.Random) -> None:
    stream = ServerStream(limit=1024, entropy=System())
    for piece in _pieces(data, rng):
        stream.receive(piece)


def _pieces(data: bytes, rng: random.Random) -> Iterator[bytes]:
    size = rng.choice((1, 3, 64, 4096))
    return (data[at : at + size] for at in range(0, len(data), size))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
