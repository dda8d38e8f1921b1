"""How much of anybody's patience and memory a data centre gives, in one place and with reasons."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Every bound of the local data centre.

    `frame_before_key`: bytes of a packet while nothing is known about the sender; the largest lawful one of the key
    exchange is 396. `frame_after_key`: the same once a key opened a packet.
    `connections`: open at once; one more is refused at the door. `exchanges`: in progress at once; one more is
    answered -429. As many as connections, because each has one at most: a class server may lower it, since every
    exchange costs two big powers and an RSA power. There is no limit per second: whoever sends much waits for its turn.
    `handshake_seconds`: from the connection to a key or an opened packet; an exchange takes three round trips.
    `frame_seconds`: from the first byte of a frame to its last, so that nobody holds a place byte by byte.
    `idle_seconds`: a connection that says nothing.
    `keys`: kept of each kind, the least recently used go first; `sessions`: per key.
    `seen`: msg_ids kept per session, and forgotten sessions per key of which the newest msg_id is kept; what is
    forgotten beyond these raises the floor, so that nothing old is accepted again.
    `answers`: kept per session for repeated requests. `wrappers`: layers of invokeWith... and gzip_packed around one
    call.
    One packet, with everything that is nested in it, shares four: `inflated` bytes out of all its gzip_packed, because
    a kilobyte in can be a megabyte out; `messages` (the documents say 1024 in a container); `ids` in its vectors of
    msg_ids or key ids (the documents say 8192 in one msgs_ack); and `objects` in its other vectors, such as the JSON in
    initConnection. Each is asked before anything is made of the bytes.
    `past`, `future`: seconds by which a msg_id may lie beside the clock, from the specification.
    `trace`: events kept.
    """

    frame_before_key: int = 1024
    frame_after_key: int = 64 * 1024
    connections: int = 256
    exchanges: int = 256
    handshake_seconds: float = 60.0
    frame_seconds: float = 10.0
    idle_seconds: float = 300.0
    keys: int = 256
    sessions: int = 16
    seen: int = 400
    answers: int = 32
    messages: int = 1024
    inflated: int = 64 * 1024
    ids: int = 8192
    objects: int = 1024
    wrappers: int = 8
    past: int = 300
    future: int = 30
    trace: int = 2000
