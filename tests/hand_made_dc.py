"""A data centre for one test: it makes keys as ours does, and answers what comes under a key with what a test says.

    def answers(request):                      # a `Request`: its message, and what may be said to it
        yield [request.result(TRUE)]

    with HandMade(answers) as dc, connect(dc.address, key=dc.public_key, dc_id=2, timeout=1) as client: ...
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from mtlib.crypto.entropy import System
from mtlib.crypto.keys import AuthKey
from mtlib.protocol.messages import ANSWER, NOTICE, Message, container, next_msg_id, unpack
from mtlib.protocol.packets import ANSWER_MESSAGE, TO_CLIENT, TO_SERVER, open_packet, padding_size, seal
from mtlib.transport.stream import ServerStream
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import SCHEMA
from tests.talking import Wire, centre

TRUE = SCHEMA["boolTrue"].build()


@dataclass
class Request:
    """One message of the client, the packet's salt and session, and its container's id (its own without one)."""

    key: AuthKey
    session_id: int
    salt: int
    outer: int
    message: Message

    @property
    def msg_id(self) -> int:
        return self.message.msg_id

    @property
    def name(self) -> str | None:
        return SCHEMA.name_of(self.message.body)

    def result(self, result: Dissection | bytes, msg_id: int = 0) -> Dissection:
        return SCHEMA["rpc_result"].build(req_msg_id=msg_id or self.msg_id, result=bytes(result))

    def bad(self, code: int, about: int = 0, salt: int = 99) -> Dissection:
        values = {"bad_msg_id": about or self.outer, "bad_msg_seqno": self.message.seqno, "error_code": code}
        if code == 48:
            return SCHEMA["bad_server_salt"].build(**values, new_server_salt=salt)
        return SCHEMA["bad_msg_notification"].build(**values)


Said = list[Dissection]


@dataclass
class HandMade:
    """`answers` gives the packets for every request, each a list of messages; bytes go out as they are."""

    answers: Callable[[Request], Iterable[Said | bytes]]
    ahead: float = 0.0
    requests: list[Request] = field(default_factory=list)
    packets: list[list[Request]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.dc = centre()
        self.public_key = self.dc.rsa.public
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.last = 0
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                made, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(made,), daemon=True).start()

    def serve(self, made: socket.socket) -> None:
        wire, stream = Wire(self.dc), ServerStream(entropy=System(), limit=1 << 24)
        with made, contextlib.suppress(OSError):
            while data := made.recv(65536):
                for frame in stream.receive(data):
                    for reply in self.reply(wire, stream, frame.payload):
                        made.sendall(reply)

    def reply(self, wire: Wire, stream: ServerStream, packet: bytes) -> Iterator[bytes]:
        now = time.time() + self.ahead
        if packet[:8] == bytes(8):
            wire.now = now
            yield from map(stream.send, wire.send(packet))
            return
        key = next(known.auth_key for known in self.dc.keys if known.auth_key.id_bytes == packet[:8])
        opened = open_packet(packet, key, TO_SERVER)
        outer = Message(opened["msg_id"], opened["seqno"], bytes(opened.find("request")))
        found = [Request(key, opened["session_id"], opened["salt"], outer.msg_id, each) for each in unpack(outer)]
        self.packets.append(found)
        for request in found:
            if request.name == "msgs_ack":
                continue
            self.requests.append(request)
            for said in self.answers(request):
                yield said if isinstance(said, bytes) else stream.send(self.sealed(request, said, now))

    def sealed(self, request: Request, said: Said, now: float) -> bytes:
        messages = [self.number(bytes(each), now, ANSWER) for each in said]
        whole = messages[0] if len(messages) == 1 else self.number(container(messages), now, NOTICE)
        return bytes(seal(ANSWER_MESSAGE.build(
            salt=request.salt, session_id=request.session_id, msg_id=whole.msg_id, seqno=whole.seqno,
            length=len(whole.body), answer=whole.body, padding=bytes(padding_size(len(whole.body))),
        ), request.key, TO_CLIENT))

    def number(self, body: bytes, now: float, kind: int) -> Message:
        self.last = next_msg_id(now, self.last, kind)
        return Message(self.last, 1, body)

