"""The limits of the local data centre on memory and time, in one place, with their reasons."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

V = TypeVar("V")


class Limits(NamedTuple):
    """Every limit of the local data centre. None is a rate: a client that asks much waits for those that ask little."""

    frame: int = 64 * 1024
    """Bytes of a packet. The limit is the same before a key has opened one, because a client that returns with its keys
    may begin with a long packet. All connections together hold 16 MB at most."""

    connections: int = 256
    """Open at the same time. One more is closed immediately, unless an idle one can be, those without a key first."""
    exchanges: int = 256
    """Key exchanges in progress at the same time; one more is answered -429. A connection has one at most, hence the
    same number. A server for a class may lower it: an exchange costs two large powers and an RSA power."""
    handshake_seconds: float = 60.0
    """From the connection to its key or its first opened packet; an exchange takes three round trips."""
    frame_seconds: float = 10.0
    """From the first byte of a frame to its last, so that a client that sends byte by byte cannot keep its place."""
    idle_seconds: float = 300.0
    """How long a connection may send nothing."""

    keys: int = 256
    """Keys kept of each kind; the least recently used are dropped first."""
    sessions: int = 16
    """Sessions kept per key."""
    all_sessions: int = 1024
    """Sessions of all keys together, each of up to 100 KB of msg_ids and answers; the least recently used go first."""
    seen: int = 400
    """msg_ids kept per session, and dropped sessions per key whose newest msg_id is kept. Whatever is forgotten beyond
    these raises the lowest msg_id that is accepted, so that no old message is accepted again."""
    answers: int = 32
    """Answers kept per session for repeated requests."""
    answer: int = 1024
    """Bytes of an answer that is kept. Only the state of a thousand messages is longer, and it changes meanwhile."""

    # The next four count for a packet and all that is nested in it. Each is checked before the bytes are parsed.
    messages: int = 1024
    """Messages in containers; the documents allow as many in one."""
    inflated: int = 64 * 1024
    """Bytes unpacked from gzip_packed: a kilobyte may unpack to a megabyte."""
    ids: int = 8192
    """msg_ids and key ids in vectors; the documents allow as many in one msgs_ack."""
    objects: int = 1024
    """Elements of other vectors, such as the JSON in initConnection."""
    wrappers: int = 8
    """Layers of invokeWith... and gzip_packed around one call."""
    past: int = 300
    """Seconds by which a msg_id may be behind the clock, from the specification."""
    future: int = 30
    """Seconds by which a msg_id may be ahead of the clock, from the specification."""
    trace: int = 2000
    """Events kept in the log."""


class Newest(dict[int, V]):
    """A table with a limit: one entry more than `most` drops the oldest."""

    def __init__(self, most: int) -> None:
        self._most = most

    def __setitem__(self, key: int, value: V) -> None:
        super().__setitem__(key, value)
        while len(self) > self._most:
            del self[next(iter(self))]
