"""How much of anybody's patience and memory a data centre gives, in one place and with reasons."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

V = TypeVar("V")


class Limits(NamedTuple):
    """Every bound of the local data centre. There is none per second: whoever asks much waits longer."""

    frame: int = 64 * 1024
    """Bytes of a packet. It is the same before a key has opened one: a client that comes back with its keys may begin
    with a long one, and all connections together hold 16 MB at most."""

    connections: int = 256
    """Open at once; one more is closed at once, unless somebody who does nothing makes room, without a key first."""
    exchanges: int = 256
    """In progress at once; one more is answered -429. As many as connections, because each has one at most: a class
    server may lower it, since every exchange costs two big powers and an RSA power."""
    handshake_seconds: float = 60.0
    """From the connection to a key or an opened packet; an exchange takes three round trips."""
    frame_seconds: float = 10.0
    """From the first byte of a frame to its last, so that nobody holds a place byte by byte."""
    idle_seconds: float = 300.0
    """How long a connection may say nothing."""

    keys: int = 256
    """Kept of each kind; the least recently used go first."""
    sessions: int = 16
    """Kept per key."""
    all_sessions: int = 1024
    """Kept of all keys together, the least recently used go first: each holds up to 100 KB of msg_ids and answers."""
    seen: int = 400
    """msg_ids kept per session, and forgotten sessions per key of which the newest msg_id is kept. What is forgotten
    beyond these raises the floor, so that nothing old is accepted again."""
    answers: int = 32
    """Kept per session for repeated requests."""
    answer: int = 1024
    """Bytes of an answer that is kept: more takes only the state of a thousand messages, which is another by then."""

    # One packet shares the next four with all that is nested in it. Each is asked before anything is made of the bytes.
    messages: int = 1024
    """Messages of containers; the documents say as many in one."""
    inflated: int = 64 * 1024
    """Bytes out of gzip_packed: a kilobyte in can be a megabyte out."""
    ids: int = 8192
    """msg_ids and key ids in vectors; the documents say as many in one msgs_ack."""
    objects: int = 1024
    """Elements of other vectors, such as the JSON in initConnection."""
    wrappers: int = 8
    """Layers of invokeWith... and gzip_packed around one call."""
    past: int = 300
    """Seconds by which a msg_id may lie behind the clock, from the specification."""
    future: int = 30
    """The same ahead of it."""
    trace: int = 2000
    """Events kept in the log."""


class Newest(dict[int, V]):
    """A table that stays within a limit: where one more entry would be too many, the oldest is forgotten."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: int, value: V) -> None:
        super().__setitem__(key, value)
        while len(self) > self._most:
            del self[next(iter(self))]
