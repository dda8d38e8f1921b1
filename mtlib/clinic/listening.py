"""Listening to both ends of a connection: bytes as they came, the messages in them, a verdict on each bind.

`Listener` knows no socket and no clock. Framing and obfuscation are found out from what the client sends first; the
other direction follows from them. Where bytes are missing, both the frame that they were in and the frames in them are
lost, and the next packet is looked for by the id of its key (64 bits) and a length in front of it that fits.

Source: core.telegram.org/mtproto/mtproto-transports; what is done about missing bytes is DEDUCED.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from mtlib.clinic.diagnosis import Diagnosis
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.packet import unwrapped
from mtlib.clinic.patient import answers_in
from mtlib.crypto.aes import Ctr
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.errors import MtError, PeerError, TransportError
from mtlib.protocol.dissect import dissect
from mtlib.protocol.messages import Message, unpack
from mtlib.protocol.packets import PLAIN, TO_CLIENT, TO_SERVER, open_packet
from mtlib.transport.framing import FRAMINGS, Frame, Framing
from mtlib.transport.stream import ServerStream
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import REQUEST, SCHEMA

Speaker = Literal["client", "server"]

LARGEST_FRAME = 1 << 20
"""The size of the largest frame that is waited for, in bytes."""
SEARCHED = 1 << 22
"""The most bytes of one direction that are searched for a packet after a loss, over all gaps."""
SKIPPED = 1 << 26
"""The most missing bytes, over all gaps, for which the key stream of an obfuscated direction is advanced."""
VERDICTS = 64
"""The most binds of one connection that the doctor looks at."""
PENDING = 64
"""The most binds that wait for their answer."""
CANDIDATES = 8
"""How many keys are tried as the permanent key, if the request names none that is known."""
MOST_IDS = 256
"""The most key ids of one connection by which a packet is recognised, besides those of the known keys."""
OPENING = 64
"""How many first bytes of a connection are enough to detect its framing: an obfuscation header, or fewer."""
PLAIN_ID = bytes(8)


@dataclass(frozen=True)
class Heard:
    """One thing that was heard, in the order of its arrival.

    `speaker` is "client" or "server", or empty for a remark about the connection; `at` is in unix seconds, None if it
    is not known; `text` is one line; `dissection` is the packet, opened if its key is known; `diagnosis` is the
    doctor's verdict on a bind.
    """

    speaker: str
    at: float | None
    text: str
    dissection: Dissection | None = field(default=None, repr=False)
    diagnosis: Diagnosis | None = field(default=None, repr=False)

    def __str__(self) -> str:
        when = "" if self.at is None else f"{self.at:.3f} "
        lines = [f"{when}{self.speaker or '--'}: {self.text}"]
        for each in (self.dissection, self.diagnosis):
            lines += [f"    {line}" for line in str(each).splitlines()] if each is not None else []
        return "\n".join("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
                         for line in lines)


@dataclass(frozen=True)
class _Bind:
    """A bind that waits for its answer: its packet and its request, which is empty if the packet did not open."""

    packet: bytes
    request: bytes
    msg_id: int


class Listener:
    """Listens to one connection: call `hear` with bytes of an end, `miss` for lost bytes, and `end` after the last.

    `keys` are the known keys. If a packet names another one, `more` is called for the keys that exist by then. `begun`
    says whether listening starts with the very first byte of the client.
    """

    def __init__(
        self, keys: Iterable[AuthKey] = (), *, more: Callable[[], Iterable[AuthKey]] | None = None, begun: bool = True
    ) -> None:
        self._keys = {key.id_bytes: key for key in keys}
        self._more = more
        self._begun = begun
        self._ids = {PLAIN_ID, *self._keys}  # of keys, known or not, at the front of packets of this connection
        self._ways: dict[str, _Way] = {"client": _Way("server"), "server": _Way("client")}
        self._opening = bytearray()
        self._binds: dict[int, _Bind] = {}
        self._verdicts = 0
        self._now: int | None = None
        self.framing = ""
        self.obfuscated = False
        self.opened = self.packets = 0

    def hear(self, speaker: Speaker, data: bytes, at: float | None = None) -> list[Heard]:
        """Take bytes as they came, and return what they complete. Never raises, whatever the bytes are."""
        return list(self._hear(speaker, data, at))

    def miss(self, speaker: Speaker, size: int, at: float | None = None) -> list[Heard]:
        """Skip `size` lost bytes of an end, and return the remark about them."""
        way = self._ways[speaker]
        said = f"{size} bytes of the {speaker} are missing"
        if not self.framing and speaker == "client":
            self._opening = bytearray()
            self._look_everywhere()
        way.skip(size)
        return [Heard("", at, f"{said}; {'nothing more of it is read' if way.given_up else 'looking for a packet'}")]

    def end(self, at: float | None = None) -> list[Heard]:
        """End listening, and return what got no answer and what was not understood."""
        heard = [Heard("", at, f"the last {way.pending} bytes of the {speaker} are no whole frame")
                 for speaker, way in self._ways.items() if way.pending and self.framing]
        if not self.framing and self._opening:
            heard.append(Heard("", at, "too short to tell what it speaks"))
        for bind in dict.fromkeys(self._binds.values()):
            heard += self._verdict(bind, None, at, "no answer was heard")
        self._binds.clear()
        return heard

    # -- Bytes become frames --------------------------------------------------------------------------------------

    def _hear(self, speaker: Speaker, data: bytes, at: float | None) -> Iterator[Heard]:
        way = self._ways[speaker]
        unread = way.waits and not way.lost
        if speaker == "client" and unread:
            self._opening += data
            known = self._recognise()
            if known:
                yield Heard("", at, known)
            if not self.framing and not way.lost:
                return
            data, self._opening = bytes(self._opening), bytearray()
        elif unread and not self.framing:
            way.buffer += data[: LARGEST_FRAME - len(way.buffer)]  # until the client's first bytes show the framing
            return
        yield from self._frames(speaker, data, at)
        if speaker == "client" and (waiting := self._ways["server"]).waits:
            waiting.waits, held, waiting.buffer = False, bytes(waiting.buffer), bytearray()
            yield from self._frames("server", held, at)

    def _frames(self, speaker: Speaker, data: bytes, at: float | None) -> Iterator[Heard]:
        way = self._ways[speaker]
        for frame in way.take(data, self._ids):
            if way.found:
                which = "intermediate or padded" if way.found == "padded" and not self.framing else way.found
                yield Heard("", at, f"a packet of the {speaker} is recognised, {which} framing")
                self.framing, way.found = self.framing or way.found, ""
                for each in self._ways.values():
                    each.names = (self.framing,)
            if isinstance(frame, TransportError):
                yield from self._refused(frame, at)
            elif isinstance(frame, PeerError):
                yield Heard("", at, f"the {speaker} sent what is no frame: {frame}; looking for a packet behind it")
            elif speaker == "server" and frame.quick_ack:
                yield Heard(speaker, at, "a quick ack")
            else:
                yield from self._packet(speaker, frame.payload, at)
        if way.given_up and not way.said:
            way.said = True
            yield Heard("", at, f"nothing more of the {speaker} is recognised; the rest is left alone")

    def _recognise(self) -> str:
        """Detect framing and obfuscation as soon as the first bytes show them, and return a sentence about it."""
        probe = ServerStream(entropy=Patterned("listening"))  # listening draws nothing
        try:
            probe.receive(bytes(self._opening[:OPENING]))
        except PeerError as error:
            if probe.framing is None and self._begun:
                for way in self._ways.values():
                    way.given_up = way.said = True
                self._opening.clear()
                return f"no MTProto, or hidden by the secret of a proxy: {error}"
        if not self._begun and (probe.framing in WEAK or (probe.framing is None and len(self._opening) >= OPENING)):
            self._look_everywhere()
            return "the beginning of the connection is missing; looking for a packet"
        if probe.framing is None:
            return ""
        self.framing, self.obfuscated = probe.framing, probe.obfuscated
        del self._opening[: OPENING if probe.obfuscated else len(FRAMINGS[probe.framing].tag)]
        ciphers = probe.obfuscation.streams() if probe.obfuscation else (None, None)
        for way, cipher in zip(self._ways.values(), ciphers, strict=True):
            way.speak(self.framing, cipher)
        return f"the client speaks the {self.framing} framing{', obfuscated' if self.obfuscated else ''}"

    def _look_everywhere(self) -> None:
        """Try every framing in both directions, because the client's first bytes are missing."""
        for way in self._ways.values():
            way.lost = True

    # -- Packets --------------------------------------------------------------------------------------------------

    def _packet(self, speaker: Speaker, packet: bytes, at: float | None) -> Iterator[Heard]:
        self.packets += 1
        key_id = packet[:8]
        if key_id != PLAIN_ID and key_id not in self._keys and self._more is not None:
            self._keys |= {key.id_bytes: key for key in self._more()}
        try:
            cut = dissect(packet, keys=list(self._keys.values()), as_="packet")
        except MtError as error:
            yield Heard(speaker, at, f"{len(packet)} bytes that are no packet: {error}")
            return
        if key_id == PLAIN_ID:
            yield Heard(speaker, at, f"{_name(bytes(PLAIN.dissect(packet)['message']))}, in the clear", cut)
        elif key_id not in self._keys:
            if len(self._ids) < MOST_IDS:
                self._ids.add(key_id)
            yield Heard(speaker, at, f"a packet under key {key_id.hex()}, which is not at hand", cut)
        else:
            self._ids.add(key_id)
            yield from self._sealed(speaker, packet, cut, at)

    def _sealed(self, speaker: Speaker, packet: bytes, cut: Dissection, at: float | None) -> Iterator[Heard]:
        key = self._keys[packet[:8]]
        try:
            message = open_packet(packet, key, TO_SERVER if speaker == "client" else TO_CLIENT)
            body = bytes(message["request" if speaker == "client" else "answer"])
            inside = unpack(Message(message["msg_id"], message["seqno"], body))
        except MtError as error:
            if speaker == "client":
                self._remember(_Bind(packet, b"", 0), 0)
            yield Heard(speaker, at, f"a packet under key {packet[:8].hex()} that does not open rightly: {error}", cut)
            return
        self.opened += 1
        names = ", ".join(_name(each.body) for each in inside[:8]) + (" ..." if len(inside) > 8 else "")
        yield Heard(speaker, at, f"{names or 'nothing'}, under key {packet[:8].hex()}", cut)
        for each in inside:
            if speaker == "client":
                request = unwrapped(each.body)
                if request[:4] == REQUEST.id_bytes:
                    self._remember(_Bind(packet, request, each.msg_id), each.msg_id, message["msg_id"])
            else:
                self._now = message["msg_id"] >> 32
                yield from self._answered(each.body, at)

    def _remember(self, bind: _Bind, *msg_ids: int) -> None:
        self._binds |= dict.fromkeys(msg_ids, bind)
        while len(self._binds) > PENDING:
            del self._binds[next(iter(self._binds))]

    def _answered(self, body: bytes, at: float | None) -> Iterator[Heard]:
        """The verdict on the bind that a message of the data centre answers, if it answers one."""
        for bind in [self._binds[msg_id] for msg_id in answers_in(body) if msg_id in self._binds]:
            self._binds = {msg_id: each for msg_id, each in self._binds.items() if each is not bind}
            yield from self._verdict(bind, body, at, f"answered by {_name(body)}")

    def _refused(self, error: TransportError, at: float | None) -> Iterator[Heard]:
        yield Heard("server", at, str(error))
        for bind in dict.fromkeys(self._binds.values()):
            yield from self._verdict(bind, str(error.code), at, f"answered by {error}")
        self._binds.clear()

    def _verdict(self, bind: _Bind, answer: Any, at: float | None, how: str) -> Iterator[Heard]:
        what = f"auth.bindTempAuthKey, msg_id {bind.msg_id}" if bind.request else "the packet that does not open"
        self._verdicts += 1
        if self._verdicts > VERDICTS:
            if self._verdicts == VERDICTS + 1:
                yield Heard("", at, f"the doctor has looked at {VERDICTS} binds of this connection, and stops")
            return
        try:
            diagnosis = self._diagnosed(bind, answer)
        except MtError as error:
            yield Heard("", at, f"{what}: {how}; the doctor has no word for it: {error}")
            return
        yield Heard("", at, f"{what}: {how}; {diagnosis.name}", None, diagnosis)

    def _diagnosed(self, bind: _Bind, answer: Any) -> Diagnosis:
        """The diagnosis by the permanent key that the request names; if it is unknown, by one that opens the seal."""
        temp_key, named = self._keys[bind.packet[:8]], self._keys.get(bind.request[4:12])
        others = [key for key in reversed(self._keys.values()) if key not in (temp_key, named)][:CANDIDATES]
        named = None if named == temp_key else named
        return diagnose(packet=bind.packet, temp_key=temp_key, perm_key=named, other_keys=others, answer=answer,
                        now=self._now)


def _name(body: bytes) -> str:
    """The constructor of a body, with the content of an answer or the name of a wrapped call."""
    if not SCHEMA.knows(body):
        return f"constructor {body[:4].hex()}"
    name = str(SCHEMA.of(body).name)
    if name in ("rpc_result", "rpc_error", "bad_msg_notification", "bad_server_salt"):
        try:
            said = SCHEMA.dissect(body)
            if name == "rpc_result":
                return f"rpc_result: {_name(bytes(said['result']))}"
            return " ".join([name, *(_shown(said[each]) for each in ("error_code", "error_message")
                                     if each in said.values)])  # fmt: skip
        except MtError:
            return name
    inner = unwrapped(body)
    return f"{SCHEMA.of(inner).name} within {name}" if inner is not body and SCHEMA.knows(inner) else name


def _shown(value: Any) -> str:
    return value.decode("ascii", "replace")[:80] if isinstance(value, bytes) else str(value)


UNKNOWN = ("abridged", "padded", "full")
"""The framings that are tried if it is not known which one is used. Padded also reads intermediate."""
WEAK = ("abridged", "full")
"""Framings that begin with a single byte or none: this proves nothing unless the bytes are known to be the first."""


# -- One direction ------------------------------------------------------------------------------------------------


class _Way:
    """One direction: its bytes become frames. `side` is the end that hears them.

    `lost`: the place of the next frame is unknown, and is searched for. `found`: the framing in which it was found.
    `given_up`: nothing more is read of this direction. `waits`: nothing has been read yet.
    """

    def __init__(self, side: Literal["client", "server"]) -> None:
        self.buffer = bytearray()
        self.names: tuple[str, ...] = UNKNOWN
        self.lost = self.given_up = self.said = False
        self.waits = True
        self.found = ""
        self._side: Literal["client", "server"] = side
        self._framer: Framing | None = None
        self._cipher: Ctr | None = None
        self._searched = self._skipped = 0

    @property
    def pending(self) -> int:
        """How many bytes belong to an unfinished frame."""
        return len(self.buffer) + (self._framer.pending if self._framer else 0)

    def speak(self, framing: str, cipher: Ctr | None) -> None:
        self.names, self._cipher = (framing,), cipher
        self._framer = FRAMINGS[framing](self._side, limit=LARGEST_FRAME)

    def skip(self, size: int) -> None:
        """Skip missing bytes; the key stream advances over them."""
        self.buffer.clear()
        self._framer = None
        self.lost, self._skipped = True, self._skipped + size
        if self._cipher is not None and self._skipped > SKIPPED:
            self.given_up = self.said = True
        elif self._cipher is not None:
            for at in range(0, size, 1 << 16):
                self._cipher.update(bytes(min(1 << 16, size - at)))

    def take(self, data: bytes, ids: Iterable[bytes]) -> Iterator[Frame | PeerError]:
        """The frames that are complete now, and the error that ended them, if one did."""
        if self.given_up:
            return
        self.buffer += self._cipher.update(data) if self._cipher else data
        self.waits = False
        if (self.lost and not self._find(ids)) or self._framer is None:
            return
        self._framer.feed(bytes(self.buffer))
        self.buffer.clear()
        try:
            while (frame := self._framer.next()) is not None:
                yield frame
        except PeerError as error:
            self.lost = True
            yield error

    def _find(self, ids: Iterable[bytes]) -> bool:
        """Whether the buffer holds a packet. It is kept from that packet's frame on; without one, most is dropped."""
        data = bytes(self.buffer)
        self._searched += len(data)
        for match in re.finditer(_beginnings(ids), data):
            for name in self.names:
                start = _frame_around(name, data, match.start())
                if start is not None:
                    del self.buffer[:start]
                    self._framer = FRAMINGS[name](self._side, limit=LARGEST_FRAME)
                    if name == "full":
                        self._framer.received = int.from_bytes(self.buffer[4:8], "little")
                    self.lost, self.found = False, name
                    return True
        del self.buffer[:-OPENING]
        if self._searched > SEARCHED:
            self.given_up = True
            self.buffer.clear()
        return False


def _beginnings(ids: Iterable[bytes]) -> bytes:
    """A pattern for places where packets may begin, even overlapping ones: a key id, or a zero id and then a msg_id."""
    sealed = [re.escape(each) for each in ids if each != PLAIN_ID]
    return b"(?=" + b"|".join([rb"\0{8}(?!\0{8})", *sealed]) + b")"


_HEADS = {"abridged": (1, 4), "intermediate": (4,), "padded": (4,), "full": (8,)}
"""How many bytes may stand before a packet in its frame, by framing."""


def _frame_around(framing: str, data: bytes, at: int) -> int | None:
    """The start of the frame whose packet begins at `at`; None if no head of this framing stands before it."""
    for head in _HEADS[framing]:
        if at < head or len(data) < at + 20:
            continue
        front = int.from_bytes(data[at - head : at - head + 4], "little")
        if framing == "abridged":
            size = 4 * (data[at - 1] & 0x7F) if head == 1 else 4 * (front >> 8) if front & 0x7F == 0x7F else 0
        else:
            size = (front & 0x7FFFFFFF) - (12 if framing == "full" else 0)
        if any(data[at : at + 8]):
            fits = 24 + 48 <= size <= LARGEST_FRAME and (size - 24) % 16 <= (15 if framing == "padded" else 0)
        else:
            body = int.from_bytes(data[at + 16 : at + 20], "little")
            fits = any(data[at + 8 : at + 16]) and 4 <= body <= size - 20 <= body + 31 and not body % 4
        if fits:
            return at - head
    return None
