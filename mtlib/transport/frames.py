"""Where one packet ends and the next begins: the four framings that Telegram speaks over TCP.

| name | the client sends first | one frame |
|---|---|---|
| abridged | `ef` | length in words, 1 byte (4 bytes from 127 words on), then the payload |
| intermediate | `eeeeeeee` | length in bytes, 4 bytes, then the payload |
| padded | `dddddddd` | as intermediate, and up to 15 random bytes that the length includes |
| full | nothing | length 4, sequence number 4, payload, CRC32 4; the length counts all of it |

The server answers in the same framing and sends no tag.

Source: core.telegram.org/mtproto/mtproto-transports, one section for each.
"""

from __future__ import annotations

import zlib

from mtlib.errors import DecodeError, LocalError, TransportError
from mtlib.transport.framing import CARRIED, Frame, Framing, Head, Part, is_error, signed

_TOP_BIT = 0x80000000
_LONG_FORM = 127  # words, and the first byte of the four-byte form
_WIDEST_PADDING = 15
_TOKEN_PADDING = 8  # bytes at most, behind a framed quick-ack token
_TOKEN_MARK = b"\xff" * 4
_SHORTEST_MESSAGE = 20  # bytes: a plain message without a body is auth_key_id 8, msg_id 8, length 4
_ENCRYPTED_HEAD = 24  # bytes: auth_key_id 8, msg_key 16; what follows is whole AES blocks
_PADDING = "random bytes, so that lengths betray less; the receiver drops them"


class Abridged(Framing):
    """The lightest framing: a length in 4-byte words, in one byte where it fits.

    `0a` and 40 bytes; from 127 words on `7f`, three bytes of length, and the payload. The top bit of the
    first byte asks for a quick ack (`7f` becomes `ff`). The answer is the token alone, bytes reversed, so
    that its set bit comes first and no length can be taken for it.
    """

    name = "abridged"
    tag = b"\xef"
    largest = (2**24 - 1) * 4

    def _wrap(self, payload: bytes, quick_ack: bool) -> bytes:
        words, rest = divmod(len(payload), 4)
        if rest:
            raise self._refuse("not whole words", len(payload), "a multiple of 4 bytes")
        flag = 0x80 if quick_ack else 0
        if words < _LONG_FORM:
            return bytes([flag | words]) + payload
        return bytes([flag | _LONG_FORM]) + words.to_bytes(3, "little") + payload

    def _head(self, data: bytes | bytearray) -> Head | None:
        if not data:
            return None
        flagged, words = bool(data[0] & 0x80), data[0] & 0x7F
        if flagged and self.side == "client":
            return Head(4, 0, token=True)
        if words < _LONG_FORM:
            return Head(1, words * 4, flagged)
        return Head(4, int.from_bytes(data[1:4], "little") * 4, flagged) if len(data) >= 4 else None

    def _token(self, token: bytes) -> bytes:
        return token[::-1]


class Intermediate(Framing):
    """A length of four bytes, little-endian, and the payload.

    Bit 31 of the length asks for a quick ack. It is the top bit of the *last* of the four bytes: a packet of
    200 bytes starts with `c8`, which asks for nothing. The answer is the token in the place of a length; its
    bit 31 tells them apart.
    """

    name = "intermediate"
    tag = b"\xee" * 4
    largest = _TOP_BIT - 1

    def _wrap(self, payload: bytes, quick_ack: bool) -> bytes:
        return (len(payload) | (_TOP_BIT if quick_ack else 0)).to_bytes(4, "little") + payload

    def _head(self, data: bytes | bytearray) -> Head | None:
        if len(data) < 4:
            return None
        word = int.from_bytes(data[:4], "little")
        flagged = bool(word & _TOP_BIT)
        if flagged and self.side == "client":
            return Head(4, 0, token=True)
        return Head(4, word & ~_TOP_BIT, flagged)


class PaddedIntermediate(Intermediate):
    """Intermediate with 0 to 15 random bytes behind the payload, counted by the length.

    No field says how many. An encrypted packet is 24 bytes and whole AES blocks, so its padding is what is
    over; a plain message carries its own length, so it is handed on with the padding. What a client receives
    that is shorter than any message is a transport error, or a quick ack: `ffffffff`, the token, up to 8
    bytes. A bare token, as in intermediate, is understood as well.

    Sending needs `entropy`; each frame draws in a scope of its own, named by its number.
    """

    name = "padded"
    tag = b"\xdd" * 4
    largest = Intermediate.largest - _WIDEST_PADDING
    slack = _WIDEST_PADDING

    def _wrap(self, payload: bytes, quick_ack: bool) -> bytes:
        return super()._wrap(payload + self._padding(_WIDEST_PADDING), quick_ack)

    def _wrap_token(self, token: bytes) -> bytes:
        return super()._wrap(_TOKEN_MARK + token + self._padding(_TOKEN_PADDING), False)

    def _padding(self, most: int) -> bytes:
        if self._entropy is None:
            raise self._refuse("padding needs entropy", None, "an entropy argument")
        drawn = self._entropy.at(f"frame-{self.sent}").draw("padding", 1 + most)
        return drawn[1 : 1 + drawn[0] % (most + 1)]

    def _content(self, frame: bytes, start: int, stop: int) -> tuple[Part, ...]:
        end = self._end(frame, start, stop)
        if self._marked(frame, start, stop):
            mark = Part("mark", start, start + 4, "no packet: a quick-ack token follows")
            parts: tuple[Part, ...] = (mark, Part("quick_ack", start + 4, end, CARRIED["quick_ack"]))
        else:
            parts = super()._content(frame, start, end)
        return (*parts, Part("padding", end, stop, _PADDING)) if end < stop else parts

    def _end(self, frame: bytes, start: int, stop: int) -> int:
        """Where the padding begins, as far as anybody can tell without opening the packet."""
        size = stop - start
        if self._marked(frame, start, stop):
            return start + 8
        if size < _SHORTEST_MESSAGE and self.side == "client":
            return start + 4 if size >= 4 and is_error(signed(frame[start : start + 4])) else stop
        if size < _ENCRYPTED_HEAD or not any(frame[start : start + 8]):  # key id 0: a plain message
            return stop
        return stop - (size - _ENCRYPTED_HEAD) % 16

    def _marked(self, frame: bytes, start: int, stop: int) -> bool:
        short = 8 <= stop - start < _SHORTEST_MESSAGE
        return self.side == "client" and short and frame[start : start + 4] == _TOKEN_MARK


class Full(Framing):
    """Length, sequence number, payload, checksum: the oldest framing, and the only one that notices damage.

    The length counts all four. Each side numbers its frames from 0; the CRC32 covers everything before it.
    There is no tag (a server knows it by the second int, 0) and no quick ack. Servers have been seen to
    answer with bare transport errors and no frame around them, so a client takes a negative length for one.
    """

    name = "full"
    tag = b""
    overhead = 8  # sequence number and checksum
    largest = _TOP_BIT - 1 - 12

    def _wrap(self, payload: bytes, quick_ack: bool) -> bytes:
        if quick_ack:
            raise self._no_quick_ack()
        head = (len(payload) + 12).to_bytes(4, "little") + _seqno(self.sent).to_bytes(4, "little")
        return head + payload + zlib.crc32(payload, zlib.crc32(head)).to_bytes(4, "little")

    def _wrap_token(self, token: bytes) -> bytes:
        raise self._no_quick_ack()

    def _head(self, data: bytes | bytearray) -> Head | None:
        if len(data) < 4:
            return None
        length = signed(data[:4])
        if self.side == "client" and is_error(length):
            raise TransportError(length, where=self._here("length"))
        return Head(4, length - 4)

    def _parts(self, frame: bytes, head: Head) -> tuple[Part, ...]:
        end = len(frame) - 4
        return (
            Part("length", 0, 4, "bytes of the whole frame, these four included"),
            Part("seqno", 4, 8, "number of this frame on this connection and in this direction, from 0"),
            *self._content(frame, 8, end),
            Part("crc", end, end + 4, "CRC32 of everything before it"),
        )

    def _read(self, frame: bytes, head: Head) -> Frame:
        told, computed = int.from_bytes(frame[-4:], "little"), zlib.crc32(frame[:-4])
        if told != computed:
            raise DecodeError(
                "a damaged frame", got=f"{told:08x}", expected=f"{computed:08x}", where=self._here("crc")
            )
        seqno, expected = int.from_bytes(frame[4:8], "little"), _seqno(self.received)
        if seqno != expected:
            raise DecodeError("a frame out of order", got=seqno, expected=expected, where=self._here("seqno"))
        return super()._read(frame, head)

    def _no_quick_ack(self) -> LocalError:
        return self._refuse("there are no quick acks here", None, "another framing")


def _seqno(count: int) -> int:
    return count % 2**32


FRAMINGS: dict[str, type[Framing]] = {
    framing.name: framing for framing in (Abridged, Intermediate, PaddedIntermediate, Full)
}
"""Every framing by its name."""
