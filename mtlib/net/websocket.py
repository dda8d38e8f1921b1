"""The layer between a socket and a data centre: nothing for TCP, or a WebSocket, a browser's only way to connect.

A WebSocket carries the bytes of a TCP connection, always obfuscated; where one of its messages ends means nothing.
There are no sockets here: bytes go in, bytes come out. The package wsproto, of the extra `tools`, does RFC 6455.

Source: core.telegram.org/mtproto/transports, "WebSocket" and "URI format".
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from mtlib.errors import DecodeError, printable
from mtlib.net.endpoints import is_loopback

GREETING = b"GET "
"""The first bytes of a WebSocket, and of nothing else that is served: MTProto forbids them at the start of a header."""
PATHS, PROTOCOL = ("/apiws", "/apiws_test"), "binary"
HANDSHAKE, MESSAGE = 8192, 1 << 20
"""The most bytes of a request to upgrade, and of one message, counted over all its frames."""
NORMAL, NOT_BINARY, TOO_BIG = 1000, 1003, 1009


class Front:
    """The first layer of a connection. It recognises a WebSocket by its first four bytes, and passes anything else on
    unchanged.

    `answers` are the bytes to send to the client that do not come from the data centre, `opened` describes the accepted
    request to upgrade, and `over` is True once the WebSocket is closed. Pages from other machines are refused unless
    `public`, because a browser lets every page that it shows connect to this machine.
    """

    def __init__(self, public: bool = False) -> None:
        self.public, self.opened, self.over = public, "", False
        self.answers = b""
        self._start: bytearray | None = bytearray()
        self._socket: Any = None
        self._size = 0

    @property
    def pending(self) -> int:
        """Number of bytes held while the connection is not recognised or its request to upgrade is incomplete."""
        return len(self._start or b"")

    def receive(self, data: bytes) -> bytes:
        """The bytes for the data centre in what has arrived. Raises DecodeError if it is no WebSocket to a data centre;
        `answers` then holds the refusal for the client."""
        if self.over:
            return b""
        if self._start is None:
            return self._unwrap(data) if self._socket else data
        self._start += data
        if self._start.startswith(GREETING):
            return self._upgrade(bytes(self._start))
        if GREETING.startswith(self._start):
            return b""
        data, self._start = bytes(self._start), None
        return data

    def wrap(self, chunk: bytes) -> bytes:
        """The bytes to send, so that `chunk` reaches the client."""
        if self._socket is None:
            return chunk
        from wsproto.events import BytesMessage

        return b"" if self.over else bytes(self._socket.send(BytesMessage(chunk)))

    def close(self, code: int = NORMAL) -> bytes:
        """The bytes that close the WebSocket; empty after the first time."""
        if self._socket is None or self.over:
            return b""
        from wsproto.events import CloseConnection

        self.over = True
        return bytes(self._socket.send(CloseConnection(code)))

    def _upgrade(self, start: bytes) -> bytes:
        """Answer the request to upgrade, as soon as it is whole."""
        head, end, rest = start.partition(b"\r\n\r\n")
        if len(head) > HANDSHAKE + 3 * (not end):  # the last three bytes may be the first of the blank line
            most = f"at most {HANDSHAKE} bytes"
            raise self._refused(431, "a request to upgrade that is too long", f"{len(head)} bytes", most)
        if not end:
            return b""
        try:
            from wsproto import ConnectionType, WSConnection
            from wsproto.events import AcceptConnection
            from wsproto.utilities import RemoteProtocolError
        except ImportError:
            raise self._refused(501, "this is HTTP, or a WebSocket, which is spoken with the package wsproto") from None
        made = WSConnection(ConnectionType.SERVER)
        try:
            made.receive_data(head + end)
            request: Any = next(made.events())
        except (RemoteProtocolError, ValueError) as error:
            reason = printable(str(error))
            raise self._refused(400, "this is HTTP, and no request to upgrade to a WebSocket", reason) from None
        path = request.target.partition("?")[0]
        if path not in PATHS:
            raise self._refused(404, "a WebSocket to another place", path, PATHS[0])
        if PROTOCOL not in request.subprotocols:
            offered = ", ".join(request.subprotocols) or "none"
            raise self._refused(400, "a WebSocket without the sub-protocol", offered, PROTOCOL)
        origin = next((value.decode("latin-1") for name, value in request.extra_headers if name == b"origin"), "")
        if origin and not self.public and not _from_here(origin):
            raise self._refused(403, "a WebSocket of a page of another machine", origin, "a page of this machine")
        self.answers += made.send(AcceptConnection(subprotocol=PROTOCOL))
        self._socket, self._start = made, None
        self.opened = printable(f"a WebSocket to {path}{f', of a page of {origin}' if origin else ''}")
        return self._unwrap(rest)

    def _refused(self, status: int, why: str, got: str | None = None, expected: str | None = None) -> DecodeError:
        """Answer the client in HTTP, and return the error; the answer does not repeat what the client sent."""
        self.over, self._start = True, None
        body = f"{why}{f' (expected {expected})' if expected else ''}\n".encode()
        head = f"HTTP/1.1 {status} Refused\r\ncontent-type: text/plain\r\ncontent-length: {len(body)}\r\n"
        self.answers += head.encode() + b"connection: close\r\n\r\n" + body
        return DecodeError(why, got=got, expected=expected, where="WebSocket")

    def _unwrap(self, data: bytes) -> bytes:
        """The contents of the messages in these bytes; pings and a close are answered."""
        from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage

        self._socket.receive_data(data)
        inside = bytearray()
        for event in self._socket.events():
            if isinstance(event, BytesMessage):
                inside += event.data
                self._size = 0 if event.message_finished else self._size + len(event.data)
                if self._size > MESSAGE:
                    raise self._failed(TOO_BIG, "too long a WebSocket message", None, f"{MESSAGE} bytes")
            elif isinstance(event, TextMessage):
                raise self._failed(NOT_BINARY, "a WebSocket message of text", None, "a binary one")
            elif isinstance(event, Ping):
                self.answers += self._socket.send(event.response())
            elif isinstance(event, CloseConnection):
                if self._socket.state.name == "OPEN":  # the client did not close: wsproto could not read a frame
                    raise self._failed(event.code, "no WebSocket frame", event.reason, "RFC 6455")
                self.answers += self._socket.send(event.response())
                self.over = True
        return bytes(inside)

    def _failed(self, code: int, why: str, got: str | None, expected: str) -> DecodeError:
        self.answers += self.close(code)
        return DecodeError(why, got=got, expected=expected, where="WebSocket")


def _from_here(origin: str) -> bool:
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return host == "localhost" or is_loopback(host)
