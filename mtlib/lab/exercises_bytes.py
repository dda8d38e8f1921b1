"""The exercises of lessons 02 to 04: names and ids, strings and messages, frames.

The usual mistakes in a step of the ladder are in `mtlib.clinic.mistakes`; this module adds the mistakes that can be
made only in an exercise.
"""

from __future__ import annotations

import gzip
import struct
from functools import partial

from mtlib.clinic.ladder import wrong_answer
from mtlib.clinic.recipe_client import frame_intermediate, tl_string
from mtlib.crypto.entropy import Patterned
from mtlib.lab.examining import Inputs, Slip, Table, Task, step_of_ladder
from mtlib.protocol.messages import Message, container
from mtlib.transport.framing import Intermediate
from mtlib.wire.schema import SCHEMA

GZIP, CONTAINER = (SCHEMA[name].id_bytes for name in ("gzip_packed", "msg_container"))


def _drawn(seed: str, name: str, size: int) -> bytes:
    return Patterned(f"exercises {seed}").draw(name, size)


# -- 02: names ----------------------------------------------------------------------------------------------------

BYTE_36 = Table(
    "byte_36", 2,
    "The byte at offset 36 of four layers of the packet: the name of the smallest field in which it stands.",
    {"message": "perm_auth_key_id", "request": "msg_key", "envelope": "nonce", "inner": "expires_at"},
    (
        Slip("counted_from_outside",
             "You counted from the frame or the packet: the message begins 28 (24) bytes later.", "message",
             ("session_id",)),
        Slip("header_of_the_message_forgotten", "That is byte 36 of the message: its header has 32 bytes.", "request",
             ("perm_auth_key_id",)),
        Slip("a_field_with_fields_in_it", "It stands in encrypted_message, which has fields of its own: name that one.",
             "request", ("encrypted_message",)),
        Slip("constructor_of_the_inner_forgotten", "The inner object begins at 32, with a constructor of 4 bytes.",
             "envelope", ("temp_auth_key_id", "constructor", "inner")),
        Slip("end_of_a_field", "It ends at 35.", "inner", ("temp_session_id",)),
    ),
    (
        "Every layer counts from its own first byte: look for the row in which 36 stands, or the last one before it.",
        "A field that begins at `start` ends before `start` + its length. Where a field has fields inside, go on.",
        "encrypted_message begins at 24 of the request, with one byte of length.",
    ),
    material={"offset": 36},
)  # fmt: skip


def _lines(random: Patterned, asked: Inputs) -> Inputs:
    """The lines of the ladder, two more, and two that the seed chooses. Each line needs one rule more than the lines
    before it, so that a reader who has forgotten several rules is told of each in turn."""
    known = sorted(made.line for made in SCHEMA)
    rest = sorted([*asked[2:], (SCHEMA["config"].line,)], key=lambda each: ("?bytes" in each[0], len(each[0])))
    return (*asked[:2], (f"{SCHEMA['pong'].line};",), *rest,
            *((known[each % len(known)],) for each in random.draw("lines", 2)))  # fmt: skip


CONSTRUCTOR_ID = step_of_ladder(
    "constructor_id", 2,
    "The id of a line of TL as it travels: 4 bytes, low byte first. The line may have its id in it, a semicolon at its "
    "end, bytes, brackets, and fields flags.N?true.",
    "First the text: five replacements, each of them one line. Then zlib.crc32 over text.encode().",
    "re.sub takes out a pattern: r\"#[0-9a-f]{1,8}(?= )\" is an id, r\" \\w+:\\w+\\.\\d+\\?true\" a true flag.",
    "A number becomes bytes, low byte first, with .to_bytes(4, \"little\").",
    tried=_lines,
)  # fmt: skip

# -- 03: strings and messages -------------------------------------------------------------------------------------


TL_STRING = step_of_ladder(
    "tl_string", 3,
    "`body` as a TL string: its head, the bytes, and the zeros behind them.",
    "Two heads: one byte for up to 253 bytes, fe and three bytes for more.",
    "len(body).to_bytes(3, \"little\") gives the three bytes.",
    "-n % 4 is what n lacks to a multiple of 4; n is head and body together.",
    tried=lambda random, asked: [*asked, *((random.draw(f"string {size}", size),) for size in (104, 254, 336))],
)  # fmt: skip

Messages = tuple[tuple[int, int, bytes], ...]


def _messages(
    body: bytes, *, count_at: int = 4, filled: int = 1, counted: int = 0, signed: bool = True, unpacked: bool = True
) -> Messages:
    """The messages in a container, by a right or a wrong rule: the length of a message also counts `counted` bytes of
    its header, and a message is filled up to a multiple of `filled` bytes."""
    if body[:4] == GZIP and unpacked:
        body = gzip.decompress(SCHEMA.dissect(body)["packed_data"])
    at, found = count_at + 4, []
    for _ in range(struct.unpack_from("<i", body, count_at)[0]):
        msg_id, seqno, size = struct.unpack_from("<qii" if signed else "<Qii", body, at)
        size -= counted
        found.append((msg_id, seqno, body[at + 16 : at + 16 + size]))
        at += 16 + size + -size % filled
    return tuple(found)


def _containers(seed: str) -> Inputs:
    """Containers with two messages; with three; with the two, packed; with one from beyond 2038, whose msg_id is
    negative."""

    def long(name: str) -> int:
        return int.from_bytes(_drawn(seed, name, 8), "little", signed=True)

    first = 1_800_000_000 << 32
    created = SCHEMA["new_session_created"].build(first_msg_id=first, unique_id=long("id"), server_salt=long("salt"))
    result = SCHEMA["rpc_result"].build(req_msg_id=first, result=SCHEMA["boolTrue"].build())
    pong = SCHEMA["pong"].build(msg_id=first + 4, ping_id=long("ping"))
    two = [Message(first + 5, 1, bytes(created)), Message(first + 9, 3, bytes(result))]
    later = Message((2_200_000_000 << 32) + 1 - 2**64, 5, bytes(pong))
    packed = GZIP + tl_string(gzip.compress(container(two), mtime=0))
    return ((container(two),), (container([*two, Message(first + 13, 4, bytes(pong))]),), (packed,),
            (container([later]),))  # fmt: skip


READ_MESSAGES = Task(
    "read_messages", 3, ("body",), "((msg_id, seqno, body), ...)",
    "The messages in `body`, in their order. `body` is a msg_container, or a gzip_packed with one in it. msg_id and "
    "seqno are signed numbers, each body is as many bytes as its message says.",
    _messages, _containers,
    (
        wrong_answer("vector_id_expected", "After msg_container comes a bare count, no 15c4b51c.",
                     partial(_messages, count_at=8)),
        wrong_answer("messages_padded", "Nothing is padded here: what looks like padding is the next msg_id.",
                     partial(_messages, filled=16), partial(_messages, filled=8)),
        wrong_answer("length_of_the_whole_message", "bytes counts the body, not its 16 bytes of header.",
                     partial(_messages, counted=16)),
        wrong_answer("packed_container", "gzip_packed may stand around anything, also around the container.",
                     lambda body: () if body[:4] == GZIP else _messages(body), partial(_messages, unpacked=False)),
        wrong_answer("longs_unsigned", "A long is signed: half of all ids are negative.",
                     partial(_messages, signed=False)),
    ),
    (
        "Keep a number `at` that moves forward only: 4 bytes of id, 4 of count, and then message by message.",
        "struct.unpack_from(\"<qii\", body, at) reads a msg_id, a seqno and a length.",
        "Before all that: a body that begins with the id of gzip_packed is a string behind it; gzip.decompress opens "
        "it. The head of that string may have one byte, or four.",
    ),
)  # fmt: skip

# -- 04: frames ---------------------------------------------------------------------------------------------------


FRAME_ABRIDGED = step_of_ladder(
    "frame_abridged", 4,
    "The abridged frame of `packet`, which is whole words of 4 bytes. The tag is not part of it.",
    "bytes([words]) is one byte with that number.",
    "From 127 words on: b\"\\x7f\", then the number in three bytes, low byte first.",
    tried=lambda random, asked: [*asked, *((random.draw(f"packet {size}", size),) for size in (200, 520))],
)  # fmt: skip


def _read_frames(stream: bytes) -> tuple[tuple[bytes, ...], bytes]:
    framing, packets = Intermediate("client"), []
    framing.feed(stream)
    while frame := framing.next():
        packets.append(frame.payload)
    return tuple(packets), stream[len(stream) - framing.pending :]


def _cut(
    stream: bytes, *, own: int = 0, most: int | None = None, whole: bool = True
) -> tuple[tuple[bytes, ...], bytes]:
    """`_read_frames` with mistakes: lengths that count `own` bytes of themselves, at most `most` packets, and, unless
    `whole`, a packet that has not arrived completely."""
    packets: list[bytes] = []
    while len(stream) >= 4 and len(packets) != most:
        end = 4 - own + int.from_bytes(stream[:4], "little")
        if (whole and len(stream) < end) or end <= 4:
            break
        packets.append(stream[4:end])
        stream = stream[end:]
    return tuple(packets), stream


def _streams(seed: str) -> Inputs:
    """Possible contents of a buffer: three frames, one and a half, a piece of a length, nothing."""
    frames = [frame_intermediate(_drawn(seed, f"frame {size}", size)) for size in (40, 200, 72)]
    return ((b"".join(frames),), (frames[0] + frames[1][:90],), (frames[1] + frames[2][:2],), (frames[2][:30],),
            (b"",), (frames[1] + frames[0] + frames[2][:4],))  # fmt: skip


READ_FRAMES = Task(
    "read_frames", 4, ("stream",), "((packet, ...), rest)",
    "All whole packets in `stream`, which came in intermediate framing, without a tag; and the bytes behind them, the "
    "beginning of a frame that has not arrived yet.",
    _read_frames, _streams,
    (
        wrong_answer("first_frame_only", "One read may hold several frames.", partial(_cut, most=1)),
        wrong_answer("read_taken_for_a_packet", "A read is no packet: cut by the length.",
                     lambda stream: ((stream[4:],), b""), lambda stream: ((stream,), b"")),
        wrong_answer("rest_lost", "What is left over belongs to the next read.",
                     lambda stream: (_cut(stream)[0], b"")),
        wrong_answer("rest_without_its_length", "The rest begins with the length of the frame that is not whole.",
                     lambda stream: (_cut(stream)[0], _cut(stream)[1][4:])),
        wrong_answer("packet_before_its_end", "The last packet has not arrived whole: leave it in the rest.",
                     partial(_cut, whole=False)),
        wrong_answer("length_counts_itself", "Intermediate's length does not count itself; full's does.",
                     partial(_cut, own=4)),
        wrong_answer("length_high_byte_first", "28 00 00 00 is 40: low byte first.", lambda stream: ((), stream)),
    ),
    (
        "Two questions in front of every packet: are the 4 bytes of its length there, and are all of its own bytes?",
        "If one of them is answered with no, stop: all that is left is the rest.",
        "A packet is stream[4 : 4 + length]; the next frame begins behind it.",
    ),
)  # fmt: skip

WHAT_IS_IT = Table(
    "what_is_it", 4,
    "Five beginnings of what came in, after whole frames. Which number does each say: the code of a transport error, "
    "which is negative, or how many bytes of packet follow?",
    {"A": -404, "B": -404, "C": -429, "D": 200, "E": 520},
    (
        Slip("error_without_its_sign", "Negative as an int, of the size of an HTTP status: a transport error stands in "
             "the place of a packet.", "A", (2**32 - 404, 404, 4)),
        Slip("error_high_byte_first", "An int is little-endian: 6c is its lowest byte.", "A", (0x6CFEFFFF,)),
        Slip("error_taken_for_a_key_id", "Four numbers, and nothing behind them: a key id has eight. In hex they are "
             "6c fe ff ff.", "B"),
        Slip("error_taken_for_a_full_frame", "As a length it would be negative, and its number and its packet are the "
             "same: a transport error, sent bare.", "C"),
        Slip("quick_ack_in_the_first_byte", "The bit that asks for a receipt is the top bit of the last byte here, not "
             "of the first.", "D", (72,)),
        Slip("bytes_taken_for_words", "Abridged counts words of 4 bytes; intermediate counts bytes.", "D", (50, 800)),
        Slip("words_taken_for_bytes", "130 words, 520 bytes.", "E", (130,)),
        Slip("words_high_byte_first", "Three bytes, low byte first: 82 00 00 is 130 words.", "E",
             (0x820000, 4 * 0x820000)),
    ),
    (
        "An int of four bytes, little-endian and signed, is all that you need for A to D.",
        "7f in abridged framing says: three bytes of length follow, and they count words.",
        "108 is 6c, 254 is fe, 255 is ff.",
    ),
    material={
        "A": "intermediate: 04 00 00 00, then 6c fe ff ff", "B": "a log: a packet began with 108 254 255 255 and ended",
        "C": "full: 53 fe ff ff 53 fe ff ff 53 fe ff ff", "D": "intermediate: c8 00 00 00, and more",
        "E": "abridged: 7f 82 00 00, and more",
    },
)  # fmt: skip
