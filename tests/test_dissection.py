"""Dissections: bytes with spans, paths through them, and seals that open with a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import DecodeError, LocalError, PeerError
from mtlib.lab.samples import sample
from mtlib.protocol.dissect import KINDS, dissect
from mtlib.protocol.packets import ANSWER_MESSAGE, TO_CLIENT, padding_size, plain_packet, seal
from mtlib.transport.framing import FRAMINGS
from mtlib.wire.dissection import MAX_DEPTH, STRICT, Dissection, Field, Reading, Seal, Span, Unsealed, octets, unseal
from mtlib.wire.layout import Layout, Raw, Rest
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import SIMPLE
from wire_values import check_at, check_tiles, objects

LONG, INT = SIMPLE["long"], SIMPLE["int"]


class Key:
    """A toy key: it opens what was XORed with its secret. Its repr gives it away, so that a leak is seen."""

    def __init__(self, id: int, secret: int) -> None:
        self.id, self.secret = id, secret

    def __repr__(self) -> str:
        return f"LEAK{self.secret}"

    def turn(self, data: bytes) -> bytes:
        return bytes(byte ^ self.secret for byte in data)

    def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed | None:
        return Unsealed(self.turn(data), True) if values[seal.by] == self.id else None


def open_with(layout: Layout) -> Seal:
    return Seal("XOR", "key_id", (layout,))  # type: ignore[arg-type]


INNER = Layout("inner", (Field("nonce", LONG), Field("tag", Raw("int128", 16))))
ENVELOPE = Layout("envelope", (Field("key_id", INT), Field("ciphertext", Rest(), inside=open_with(INNER))))
LETTER = Layout("letter", (Field("date", INT), Field("sealed", SIMPLE["bytes"], inside=ENVELOPE)))
PACKET = Layout("packet", (Field("key_id", INT), Field("ciphertext", Rest(), inside=open_with(LETTER))))
OUTER, LAST = Key(1, 0x5A), Key(2, 0x33)


def packet() -> Dissection:
    inner = INNER.build(nonce=-7, tag=bytes(range(16)))
    envelope = ENVELOPE.build(key_id=2, ciphertext=LAST.turn(bytes(inner)))
    letter = LETTER.build(date=100, sealed=envelope)
    return PACKET.build(key_id=1, ciphertext=OUTER.turn(bytes(letter)))


def ping(number: int = 1) -> Dissection:
    return SCHEMA["ping"].build(ping_id=number)


def test_bytes_length_values() -> None:
    d = ping(258)
    assert bytes(d) == d.data == bytes.fromhex("ec77be7a0201000000000000") and len(d) == 12
    assert d["ping_id"] == 258 and dict(d.values) == {"constructor": d.data[:4], "ping_id": 258}
    with pytest.raises(LocalError, match="no field 'pong_id'") as caught:
        _ = d["pong_id"]
    assert "ping_id" in caught.value.expected


def test_equal_is_same_bytes_under_the_same_name() -> None:
    assert ping() == SCHEMA.dissect(bytes(ping())) and hash(ping()) == hash(SCHEMA.dissect(bytes(ping())))
    assert ping() != ping(2) and ping() != bytes(ping())
    assert ping() != Dissection(Layout("other", (Field("all", Rest()),)), bytes(ping()))


@pytest.mark.parametrize("data", [bytearray(b"1234"), memoryview(b"1234")])
def test_any_bytes_are_taken_as_they_are_now(data: bytearray | memoryview) -> None:
    d = Dissection(Layout("l", (Field("all", Rest()),)), data)  # type: ignore[arg-type]
    assert d.data == b"1234" and type(d["all"]) is bytes


@pytest.mark.parametrize("data", [5, 10**15, "7abe77ec", None, [1, 2]])
def test_a_number_is_not_that_many_zeros(data: Any) -> None:
    for take in (SCHEMA.dissect, SCHEMA["ping"].dissect, lambda value: octets(value, "x")):
        with pytest.raises(LocalError, match="takes bytes") as caught:
            take(data)
        assert caught.value.got == type(data).__name__


def test_spans_are_cut_when_somebody_looks_and_once() -> None:
    class Counting:
        name, cuts = "counting", 0

        def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
            Counting.cuts += 1
            return SCHEMA["ping"].scan(data, reading)

    d = Dissection(Counting(), bytes(ping()))
    assert (Counting.cuts, len(d), d == ping()) == (0, 12, False)
    _ = d.spans, d.values, d["ping_id"], list(d.rows()), str(d)
    assert Counting.cuts == 1
    known = Dissection.of(Counting(), d.data, STRICT, d.spans, d.values)
    assert known["ping_id"] == 1 and Counting.cuts == 1


def test_sealed_without_keys() -> None:
    d = packet()
    assert [s.name for s in d.spans] == ["key_id", "ciphertext"]
    assert d.spans[1].opened is None and d.spans[1].inner is None
    assert [row.state for row in d.rows()] == ["", "sealed"]
    with pytest.raises(LocalError, match="nothing called 'letter'"):
        d.find("letter/date")


def test_one_path_through_everything() -> None:
    d = unseal(packet(), [OUTER, LAST])
    nonce = d.find("packet/letter/sealed/inner/nonce")
    assert isinstance(nonce, Span) and nonce.value == -7 and bytes(nonce) == (-7).to_bytes(8, "little", signed=True)
    assert d.find("letter/sealed/inner/nonce") == nonce, "the root's own name may be left out"
    envelope = d.find("letter/sealed")
    assert isinstance(envelope, Dissection) and envelope["key_id"] == 2, "a body that is cut finer"
    assert isinstance(d.find("letter"), Dissection), "what a seal shows"
    assert d.find("packet") is d
    assert isinstance(d.find("ciphertext"), Span), "the ciphertext itself stays what it is"


def test_each_seal_needs_its_own_key() -> None:
    half = unseal(packet(), [OUTER])
    assert half.find("letter/date").value == 100  # type: ignore[union-attr]
    assert [row.name for row in half.rows() if row.state == "sealed"] == ["ciphertext"]
    for keys in ([LAST], [Key(1, 0x99)], []):
        other = unseal(packet(), keys)
        check_tiles(other)
        assert other.spans[1].opened is None
    assert unseal(half, [LAST]).find("letter/sealed/inner/nonce").value == -7, "keys add up"  # type: ignore
    assert packet().spans[1].opened is None and bytes(half) == bytes(packet()), "unseal gives a copy"


def test_a_key_that_does_not_fit_is_said() -> None:
    wrong = unseal(packet(), [Key(1, 0x99)])
    assert "letter/sealed" in wrong.spans[1].problem
    assert [row.state for row in wrong.rows()][1] == wrong.spans[1].problem


def test_walk_names_every_stop() -> None:
    d = unseal(packet(), [OUTER, LAST])
    stops = list(d.walk("letter/sealed/inner/tag"))
    assert [path for path, _ in stops] == [
        "packet",
        "packet/letter",
        "packet/letter/sealed",
        "packet/letter/sealed/inner",
        "packet/letter/sealed/inner/tag",
    ]
    for path in ("", "nothing", "letter/nothing", "key_id/deeper", "packet/packet", "letter//date"):
        with pytest.raises(LocalError, match="nothing called"):
            d.find(path)


@given(objects())
def test_every_row_is_found_by_its_path(d: Dissection) -> None:
    for row in d.rows():
        found = dict(d.walk(row.path))[row.path]
        assert isinstance(found, Span) and found.raw == row.raw
    assert len({row.path for row in d.rows()}) == len(list(d.rows()))


def test_rows_cross_seals() -> None:
    d = unseal(packet(), [OUTER, LAST])
    assert [(r.depth, r.path, r.start, r.length) for r in d.rows()] == [
        (0, "packet/key_id", 0, 4),
        (0, "packet/ciphertext", 4, 36),
        (1, "packet/letter/date", 0, 4),
        (1, "packet/letter/sealed", 4, 32),
        (2, "packet/letter/sealed/key_id", 0, 4),
        (2, "packet/letter/sealed/ciphertext", 4, 24),
        (3, "packet/letter/sealed/inner/nonce", 0, 8),
        (3, "packet/letter/sealed/inner/tag", 8, 16),
    ]
    for row in d.rows():
        assert isinstance(dict(d.walk(row.path))[row.path], Span)


@given(objects())
def test_at_agrees_with_the_spans(d: Dissection) -> None:
    check_at(d)


def test_at_never_crosses_a_seal() -> None:
    d = unseal(packet(), [OUTER, LAST])
    check_at(d)
    assert all([s.name for s in d.at(offset)] == ["ciphertext"] for offset in range(4, len(d)))
    letter = d.find("letter")
    assert isinstance(letter, Dissection)
    check_at(letter)
    assert [s.name for s in letter.at(4)] == ["sealed"], "the length head of a string is not its body"
    assert [s.name for s in letter.at(5)] == ["sealed", "key_id"]
    assert [s.name for s in letter.at(9)] == ["sealed", "ciphertext"]
    assert [s.name for s in letter.at(len(letter) - 1)] == ["sealed"], "neither is the padding"


@pytest.mark.parametrize("offset", [-1, 12, 10**9])
def test_no_byte_there(offset: int) -> None:
    with pytest.raises(LocalError, match="no byte") as caught:
        ping().at(offset)
    assert caught.value.expected == "0..11"


def test_nothing_at_all() -> None:
    d = Layout("empty", (Field("all", Rest()),)).dissect(b"")
    assert (len(d), d.spans, d["all"], list(d.rows())) == (0, (), b"", [])
    with pytest.raises(LocalError, match="empty"):
        d.at(0)


def test_what_opens_to_nothing_is_open() -> None:
    class Empties(Key):
        def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed:
            return Unsealed(b"", True)

    nothing = Layout("nothing", ())
    layout = Layout("l", (Field("sealed", Rest(), inside=open_with(nothing)),))
    d = unseal(layout.dissect(b"x"), [Empties(1, 0)])
    assert d.spans[0].inner is not None and [row.state for row in d.rows()] == ["opened"]
    assert d.find("nothing") == nothing.dissect(b"")


def test_keys_are_never_shown() -> None:
    d = unseal(packet(), [OUTER, LAST])
    shown = [repr(d), str(d), repr(d.reading), repr(d.spans), repr(d.values), repr(list(d.rows()))]
    shown += [repr(d.find("letter/sealed/inner/nonce")), *d._repr_mimebundle_().values(), repr(d.shape)]
    assert not [text for text in shown if "LEAK" in text or hex(OUTER.secret) in text]
    with pytest.raises(LocalError) as caught:
        d.find("letter/nothing")
    assert "LEAK" not in str(caught.value)


def test_a_reading_counts_how_deep_it_is() -> None:
    reading = Reading(keys=(OUTER,), lenient=True)
    for depth in range(MAX_DEPTH):
        assert reading.depth == depth
        reading = reading.deeper(0)
    assert (reading.keys, reading.lenient) == ((OUTER,), True)
    with pytest.raises(DecodeError, match="too deep") as caught:
        reading.deeper(12)
    assert caught.value.where == "byte 12"


def test_seals_count_as_levels() -> None:
    """A seal that opens to itself ends."""

    class Endless(Key):
        def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed:
            return Unsealed(data, True)

    class Doll(Layout):
        pass

    doll = Doll("doll", ())
    object.__setattr__(doll, "fields", (Field("doll_inside", Rest(), inside=open_with(doll)),))
    rows = list(unseal(Dissection(doll, b"tiny"), [Endless(1, 0)]).rows())
    assert len(rows) == MAX_DEPTH + 1 and "too deep" in rows[-1].state


@given(st.binary(max_size=60), st.booleans())
def test_lenient_reading_of_noise_behind_seals(noise: bytes, outer: bool) -> None:
    data = PACKET.build(key_id=1, ciphertext=OUTER.turn(noise) if outer else noise).data
    check_tiles(PACKET.dissect(data, Reading(keys=(OUTER, LAST), lenient=True)))


# -- What are these bytes? Every kind of bytes is recognised, with and without keys --------------------------------


SAMPLE = sample()
DEEP = "packet/message/request/encrypted_message/plaintext/envelope/inner/nonce"


@pytest.mark.parametrize("framing", [name for name in FRAMINGS if name != "padded"])
def test_a_frame_is_seen_through_to_the_nonce(framing: str) -> None:
    frame = sample(framing=framing).carried.frame
    found = dissect(bytes(frame), keys=SAMPLE.keys)
    assert found.name == "frame"
    assert found.find(DEEP).value == SAMPLE.binding.nonce  # type: ignore[union-attr]


def test_without_keys_the_seals_stay_closed() -> None:
    found = dissect(bytes(SAMPLE.carried.packet))
    assert [span.name for span in found.spans] == ["auth_key_id", "msg_key", "ciphertext"]
    with pytest.raises(LocalError):
        found.find("message")


def test_each_kind() -> None:
    assert dissect(bytes(SAMPLE.binding.request)).name == "auth.bindTempAuthKey"
    assert dissect(bytes(SAMPLE.binding.encrypted_message)).name == "encrypted_message"
    assert dissect(bytes(plain_packet(4, SCHEMA["req_pq_multi"].build(nonce=bytes(16))))).name == "packet"
    assert dissect(bytes(SAMPLE.carried.packet), keys=SAMPLE.keys, as_="packet").find("message/salt")


def test_an_answer_is_opened_in_its_own_direction() -> None:
    body = SCHEMA["pong"].build(msg_id=4, ping_id=9)
    message = ANSWER_MESSAGE.build(salt=1, session_id=2, msg_id=5, seqno=0, length=len(body), answer=bytes(body),
                                   padding=bytes(padding_size(len(body))))  # fmt: skip
    packet = seal(message, SAMPLE.temp_key, TO_CLIENT)
    assert dissect(bytes(packet), keys=SAMPLE.keys).find("message/answer/ping_id").value == 9  # type: ignore[union-attr]


def test_what_nothing_fits_is_said() -> None:
    with pytest.raises(PeerError, match="none of frame, packet"):
        dissect(b"\x01\x02\x03")
    with pytest.raises(LocalError, match="no such kind"):
        dissect(b"", as_="novel")


@given(st.binary(max_size=300), st.sampled_from([None, *KINDS]))
def test_garbage_raises_typed_errors_only(data: bytes, as_: str | None) -> None:
    try:
        assert bytes(dissect(data, keys=SAMPLE.keys, as_=as_)) == data
    except PeerError as error:
        assert str(error)


@given(st.integers(0, 203), st.integers(1, 255))
def test_damaged_frames_can_still_be_looked_at(at: int, flip: int) -> None:
    damaged = bytearray(bytes(SAMPLE.carried.frame))
    damaged[at] ^= flip
    try:
        found = dissect(bytes(damaged), keys=SAMPLE.keys)
    except PeerError:
        assert at < 4
    else:
        assert b"".join(span.raw for span in found.spans) == bytes(damaged)
        assert list(found.rows())


def test_an_answer_as_long_as_a_seal_is_told_apart_by_its_key() -> None:
    body = bytes(SCHEMA["future_salts"].build(req_msg_id=4, now=1, salts=[]))
    message = ANSWER_MESSAGE.build(salt=1, session_id=2, msg_id=5, seqno=0, length=len(body), answer=body,
                                   padding=bytes(80 - 32 - len(body)))  # fmt: skip
    packet = bytes(seal(message, SAMPLE.temp_key, TO_CLIENT))
    assert len(packet) == len(SAMPLE.binding.encrypted_message)
    assert dissect(packet, keys=SAMPLE.keys).name == "packet"
    assert dissect(packet).name == "encrypted_message"
    assert dissect(packet, as_="packet").name == "packet"


def test_what_is_no_plain_packet_is_not_taken_for_one_under_the_key_zero() -> None:
    with pytest.raises(DecodeError):
        dissect(bytes(8) + b"\xff" * 96, as_="packet")


def test_one_wrong_key_among_the_keys_is_told() -> None:
    with pytest.raises(LocalError, match="keys") as caught:
        unseal(SAMPLE.carried.frame, [*SAMPLE.keys, b"the bytes of a key"])  # type: ignore[list-item]
    assert caught.value.got == "bytes"
