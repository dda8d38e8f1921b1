"""The table of mistakes: every row is one mistake in plain words; every way gives something wrong, is what a client
that shares no code does, and is undone by what the doctor undoes it with.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.clinic import wrong
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES, Stage, at
from mtlib.clinic.recipe import STEPS, Recipe, scheduled
from mtlib.clinic.recipe_client import PARTS, RIGHT
from mtlib.crypto.kdf import V1, V2
from mtlib.wire.schema import SCHEMA
from patients import OTHER, C, made
from wrong_client import (
    ID,
    INNER_ID,
    NOW,
    _blocks,
    _ecb,
    cbc,
    ctr,
    hash_v2,
    ige,
    ige_backwards,
    ige_in_place,
    kdf1,
    kdf2,
    key_id,
    long,
    pattern,
    pcbc,
    right_hash,
    swapped,
    tl_bytes,
    xor,
)

STEPS_OF_ALL = [step for part in PARTS.values() for step in part.values()]
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
THE_LIST = [
    "schedule_v2", "direction_x_8", "msg_key_over_padding", "msg_key_first_sixteen_bytes", "msg_key_in_another_order",
    "iv_halves_swapped", "cbc_instead_of_ige", "padding_of_another_size", "seqno_not_zero", "fresh_msg_id_inside",
    "session_of_another_connection", "byte_swapped", "unsigned_overflow", "perm_and_temp_swapped",
    "temp_key_id_for_the_permanent", "perm_key_id_for_the_temporary", "key_without_leading_zeros",
    "wrong_half_of_sha1", "salt_and_session_inside", "expires_at_left_out", "expires_at_is_a_duration",
    "expires_at_in_milliseconds", "local_clock_off", "built_for_an_older_message", "constructor_left_out",
    "inner_without_constructor", "length_head_twice", "rsa_sealed", "bytes_appended", "permanent_key_unknown",
]  # fmt: skip
GIVEN = {
    "perm_auth_key": b"\0" + C.perm[1:], "temp_auth_key": b"\0" + C.temp[1:],
    "temp_session_id": C.session_id, "msg_id": C.msg_id,
    "nonce": C.nonce, "expires_at": C.expires_at, "random": C.random, "padding": C.padding, "salt": C.salt, "seqno": 1,
    "temp_auth_key_id": int.from_bytes(key_id(C.temp), "little", signed=True), "message_padding": pattern("outer", 12),
}  # fmt: skip


# -- The rows -----------------------------------------------------------------------------------------------------


def test_the_mistakes_that_cost_people_days_are_all_there() -> None:
    assert set(THE_LIST) <= set(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_each_has_a_name_a_sentence_a_fix_and_a_lesson(name: str) -> None:
    row = MISTAKES[name]
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", row.name)
    names = {"temp_key", *(name for step in STEPS_OF_ALL for name in (step.name, *step.takes)),
             *(field.name for made in SCHEMA for field in made.fields)}  # fmt: skip
    first = re.match(r"\w+", row.sentence)
    assert re.match(r"[A-Z0-9]|aes_|sha256_a", row.sentence) or (first and first[0] in names)
    assert row.sentence.endswith(".") and row.fix.endswith(".")
    numbers = {f"{number:02}" for number in range(2, 11)}
    assert (NOTEBOOKS / f"{row.lesson}.ipynb").exists() or (row.stage is Stage.LADDER and row.lesson in numbers)


def test_one_name_and_one_sentence_is_one_row_in_the_order_of_the_triage() -> None:
    stages = [row.stage for row in MISTAKES.values()]
    assert stages == sorted(stages)
    sentences = [row.sentence + row.fix for row in MISTAKES.values()]
    assert len(set(sentences)) == len(sentences)
    assert [stage.name for stage in Stage] == [
        "CARRIED", "REQUEST", "SIZE", "OPENS", "SHAPE", "HASH", "EQUALITY", "TIME", "STATE", "HARMLESS", "LADDER",
    ]  # fmt: skip


def test_a_row_without_ways_is_noticed_somewhere() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in (NOTEBOOKS.parent / "mtlib").rglob("*.py"))
    assert [row.name for row in MISTAKES.values() if not row.ways and written.count(f'"{row.name}"') < 2] == []


def test_a_row_that_has_ways_has_them_somewhere() -> None:
    places = {*RIGHT, "key", "rows", "value", "shape", "string", "unpacked", "head", "cipher", "sealed", "msg_key_v2"}
    for row in MISTAKES.values():
        assert row.ways.keys() <= places


STEP_WAYS = [pytest.param(step, row.name, each, id=f"{step}-{row.name}") for step in STEPS for row, each in at(step)]


@pytest.mark.parametrize(("step", "name", "each"), STEP_WAYS)
def test_a_wrong_step_gives_something_else_than_the_right_one(step: str, name: str, each: tuple[Any, ...]) -> None:
    right = Recipe().run(GIVEN)
    arguments = [right[argument] for argument in STEPS[step].takes]
    for way in each:
        found = way(*arguments)
        values = list(found) if isinstance(found, Iterator) else [found]
        assert all(isinstance(value, bytes) for value in values)
        same = sum(value == right[step] for value in values)
        assert same <= len(values) // 2  # no way is a right one; a change that changes nothing here may be among many


# -- Held against a client that shares no code ---------------------------------------------------------------------

THEIRS: dict[str, Callable[[bytes, bytes, bytes], bytes]] = {
    "iv_halves_swapped": swapped,
    "cbc_instead_of_ige": cbc,
    "pcbc_instead_of_ige": pcbc,
    "ctr_instead_of_ige": ctr,
    "aes_backwards": ige_backwards,
    "ige_written_over_itself": ige_in_place,
    "ecb_instead_of_ige": lambda data, key, iv: b"".join(_ecb(key, block) for block in _blocks(data)),
    "iv_is_zero": lambda data, key, iv: ige(data, key, bytes(32)),
    "iv_half_used": lambda data, key, iv: ige(data, key, iv[:16] * 2),
    "iv_reversed": lambda data, key, iv: ige(data, key, iv[::-1]),
    "aes_128": lambda data, key, iv: ige(data, key[:16], iv),
}
BLOCKS = st.integers(0, 6).flatmap(lambda n: st.binary(min_size=16 * n, max_size=16 * n))
HALF = st.binary(min_size=32, max_size=32)
MODES = {row.name: each for row, each in at("cipher")}


@pytest.mark.parametrize("name", THEIRS)
@given(BLOCKS, HALF, HALF)
def test_ciphers_forth_and_back(name: str, text: bytes, key: bytes, iv: bytes) -> None:
    sealed = THEIRS[name](text, key, iv)
    mode = next(mode for mode in MODES[name] if mode.encrypt(text, key, iv) == sealed)
    assert mode.decrypt(sealed, key, iv) == text


@pytest.mark.parametrize("name", MODES)
@given(BLOCKS, HALF, HALF)
def test_undoing_undoes(name: str, text: bytes, key: bytes, iv: bytes) -> None:
    for mode in MODES[name]:
        assert mode.decrypt(mode.encrypt(text, key, iv), key, iv) == text


def test_the_ciphers_differ_from_the_right_one_and_from_each_other() -> None:
    text, key, iv = pattern("text", 80), pattern("key", 32), pattern("iv", 32)
    sealed = [mode.encrypt(text, key, iv) for modes in MODES.values() for mode in modes]
    assert len({*sealed, ige(text, key, iv)}) == len(sealed) + 1
    assert wrong.IGE.encrypt(text, key, iv) == ige(text, key, iv)


def test_blocks_open_without_an_iv_behind_a_block_that_is_known() -> None:
    text, key, iv = pattern("text", 80), pattern("key", 32), pattern("iv", 32)
    assert wrong.IGE.after(text[16:32], ige(text, key, iv), 1, key) == text[32:]


@given(st.binary(min_size=256, max_size=256), st.binary(min_size=16, max_size=16))
def test_schedules(key: bytes, msg_key: bytes) -> None:
    assert scheduled(V1.rows, key, msg_key) == kdf1(key, msg_key)
    assert scheduled(V2.rows, key, msg_key) == kdf2(key, msg_key)
    changed = {row.name: next(iter(each[0](V1.rows)), None) for row, each in at("rows")}
    assert scheduled(changed["schedule_v2"], key, msg_key) == kdf2(key, msg_key)
    assert scheduled(changed["direction_x_8"], key, msg_key) == kdf1(key, msg_key, 8)
    assert scheduled(changed["key_and_iv_swapped"], key, msg_key) == kdf1(key, msg_key)[::-1]


@pytest.mark.parametrize("size", [239, 255, 257])
def test_a_key_of_another_length_is_cut_as_it_is(size: int) -> None:
    key, msg_key = pattern("key", size), pattern("msg_key", 16)
    assert scheduled(V1.rows, key, msg_key) == kdf1(key, msg_key)


def test_spellings() -> None:
    rest = pattern("rest", 254)
    spelled = {row.name: each[0] for row, each in at("key")}
    assert [*spelled["key_without_leading_zeros"](b"\0\x05" + rest)] == [b"\x05" + rest, b"\x05" + rest + b"\0"]
    assert [*spelled["key_without_leading_zeros"](b"\x05\0" + rest)] == [b"\x05\0" + rest] * 2
    assert [*spelled["key_with_a_sign_byte"](b"\x80\0" + rest)] == [b"\0\x80\0" + rest]
    assert next(iter(spelled["key_reversed"](b"\x01\x02" + rest))) == rest[::-1] + b"\x02\x01"
    assert base64.b64encode(b"\x01\x02" + rest) in spelled["key_as_text"](b"\x01\x02" + rest)


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers(number: int) -> None:
    assert all(number in wrong.swapped(turned) for turned in wrong.swapped(number))
    assert abs(wrong.rounded(number) - number) <= 2**10
    assert wrong.rounded(wrong.rounded(number)) == wrong.rounded(number)
    assert wrong.written_as(number, 8, "big") == long(number)[::-1]
    assert wrong.written_as(number, 16, "little") == number.to_bytes(16, "little", signed=True)


def test_strings() -> None:
    body = b"x" * 104
    assert wrong.tl_string(body) == tl_bytes(body)
    assert wrong.long_head(body) == b"\xfe\x68\0\0" + body
    assert len(set(wrong.length_twice(body))) == 3
    assert all(len(twice) % 4 == 0 and body in twice for twice in wrong.length_twice(body))


# -- The doctor names them, from that client's bytes ---------------------------------------------------------------


def kdf(**other: Callable[..., bytes]) -> Callable[..., tuple[bytes, bytes]]:
    """MTProto 1.0 by hand, with some of its lines another way."""

    def schedule(key: bytes, m: bytes, x: int = 0) -> tuple[bytes, bytes]:
        lines = {"a": m + key[:32], "b": key[32:48] + m + key[48:64], "c": key[64:96] + m, "d": m + key[96:128]}
        lines |= {name: other[name](key, m) for name in lines if name in other}
        a, b, c, d = (hashlib.sha1(lines[name]).digest() for name in "abcd")
        aes_key, iv = a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]
        return (
            other["aes_key"](a, b, c, d) if "aes_key" in other else aes_key,
            other["aes_iv"](a, b, c, d) if "aes_iv" in other else iv,
        )

    return schedule


SCHEDULES: dict[str, tuple[str, str, Callable[..., tuple[bytes, bytes]]]] = {
    "another piece in a": ("schedule_cut_elsewhere", "sha1_a", kdf(a=lambda k, m: m + k[16:48])),
    "one piece twice in b": ("schedule_cut_elsewhere", "sha1_b", kdf(b=lambda k, m: k[32:48] + m + k[32:48])),
    "msg_key last in b": ("msg_key_on_the_other_side", "sha1_b", kdf(b=lambda k, m: k[32:64] + m)),
    "another piece in c": ("schedule_cut_elsewhere", "sha1_c", kdf(c=lambda k, m: k[96:128] + m)),
    "msg_key last in d": ("msg_key_on_the_other_side", "sha1_d", kdf(d=lambda k, m: k[96:128] + m)),
    "b from its start": ("schedule_cut_elsewhere", "aes_key",
                         kdf(aes_key=lambda a, b, c, d: a[:8] + b[:12] + c[4:16])),
    "iv in another order": ("schedule_out_of_order", "aes_iv",
                            kdf(aes_iv=lambda a, b, c, d: b[:8] + a[8:20] + c[16:20] + d[:8])),
    "iv with the end of d": ("schedule_cut_elsewhere", "aes_iv",
                             kdf(aes_iv=lambda a, b, c, d: a[8:20] + b[:8] + c[16:20] + d[12:])),
    "b and d for each other": ("hashes_exchanged", "aes_key, aes_iv", kdf(
        aes_key=lambda a, b, c, d: a[:8] + d[8:20] + c[4:16],
        aes_iv=lambda a, b, c, d: a[8:20] + d[:8] + c[16:20] + b[:8])),
    "iv of noise": ("wrong_iv", "aes_iv", kdf(aes_iv=lambda a, b, c, d: pattern("iv", 32))),
}  # fmt: skip


@pytest.mark.parametrize("each", SCHEDULES)
def test_a_slip_in_the_schedule_is_named_with_its_row(each: str) -> None:
    name, row, schedule = SCHEDULES[each]
    found = diagnose(**made(schedule=schedule))
    assert found.names == (name,)
    assert found.evidence[0].path == "encrypted_message/ciphertext"
    assert f"It is in {row}" in found.verdict or name == "wrong_iv"
    assert found.evidence[0].got != found.evidence[0].expected


@pytest.mark.parametrize("name", THEIRS)
def test_a_cipher_is_named(name: str) -> None:
    assert diagnose(**made(cipher=THEIRS[name])).names == (name,)


def test_ige_with_its_memories_crossed_is_named() -> None:
    def crossed(data: bytes, key: bytes, iv: bytes) -> bytes:
        c, p, out = iv[:16], iv[16:], b""
        for block in _blocks(data):
            c, p = xor(_ecb(key, xor(block, p)), c), block
            out += c
        return out

    assert diagnose(**made(cipher=crossed)).names == ("ige_memories_crossed",)


HASHES: dict[str, Callable[[bytes, bytes, bytes], bytes]] = {
    "msg_key_with_key": lambda text, pad, key: right_hash(key[88:120] + text, b"", b""),
    "msg_key_without_random": lambda text, pad, key: right_hash(text[16:], b"", b""),
    "msg_key_cut_elsewhere": lambda text, pad, key: hashlib.sha1(text).digest()[2:18],
    "msg_key_twice_hashed": lambda text, pad, key: right_hash(hashlib.sha1(text).digest(), b"", b""),
    "msg_key_as_text": lambda text, pad, key: hashlib.sha1(text).hexdigest().encode()[:16],
    "msg_key_v2": hash_v2,
    "msg_key_before_a_field_was_filled": lambda text, pad, key: right_hash(text[:16] + bytes(8) + text[24:], b"", b""),
}


@pytest.mark.parametrize("name", HASHES)
def test_a_hash_is_named(name: str) -> None:
    assert diagnose(**made(msg_key=HASHES[name])).names == (name,)


F = {"n": long(C.nonce), "t": key_id(C.temp), "p": key_id(C.perm), "s": long(C.session_id),
     "e": struct.pack("<i", C.expires_at), "0": bytes(4), "5": b"\5\0\0\0"}  # fmt: skip


@pytest.mark.parametrize(
    ("order", "name", "field", "offset"),
    [
        ("nptse", "key_ids_swapped", "temp_auth_key_id", 44), ("sntpe", "fields_out_of_order", "nonce", 36),
        ("entps", "fields_out_of_order", "nonce", 36), ("espt" "n", "fields_out_of_order", "nonce", 36),
        ("ntpe", "field_left_out", "temp_session_id", 60), ("npse", "field_left_out", "temp_auth_key_id", 44),
        ("tpse", "field_left_out", "nonce", 36), ("nntpse", "field_twice", "temp_auth_key_id", 44),
        ("5ntpse", "bytes_between_fields", "nonce", 36), ("ntpse0", "expires_at_8_bytes", "expires_at", 68),
    ],
)  # fmt: skip
def test_fields_out_of_order_are_told_at_the_first_that_is_out_of_its_place(
    order: str, name: str, field: str, offset: int
) -> None:
    found = diagnose(**made(wrap=lambda inner: INNER_ID + b"".join(F[each] for each in order)))
    assert found.name == name
    assert (found.evidence[0].path, found.evidence[0].offset) == (f"plaintext/envelope/inner/{field}", offset)


@pytest.mark.parametrize("size", [8, 12, 20, 32])
def test_random_of_another_size(size: int) -> None:
    found = diagnose(**made(random=pattern("random", size)))
    assert found.name == ("field_too_narrow" if size < 16 else "field_too_wide")
    assert found.evidence[0].path == "plaintext/envelope/random"


@pytest.mark.parametrize(
    ("order", "name", "path"),
    [
        ("pe", "field_left_out", "nonce"), ("ne", "field_left_out", "perm_auth_key_id"),
        ("npe", "fields_out_of_order", "perm_auth_key_id"), ("epn", "fields_out_of_order", "perm_auth_key_id"),
        ("pn", "expires_at_left_out", "expires_at"), ("ptne", "bytes_between_fields", "nonce"),
        ("pne0", "expires_at_8_bytes", "expires_at"),
    ],
)  # fmt: skip
def test_the_request_in_another_order(order: str, name: str, path: str) -> None:
    request = ID + b"".join(F[each] for each in order) + tl_bytes(C.sealed)
    found = diagnose(**C.facts(request=request))
    assert (found.names, found.evidence[0].path) == ((name,), f"request/{path}")


S = C.sealed


@pytest.mark.parametrize(
    ("sealed", "name"),
    [
        (S[8:24] + S[:8] + S[24:], "msg_key_first"), (S[:8] + S[24:] + S[8:24], "msg_key_last"),
        (S[24:] + S[:24], "parts_of_the_seal"), (S[:24] + S[8:], "parts_of_the_seal"),
        (S[:8] + S, "parts_of_the_seal"), (S[8:], "key_id_left_out"), (S[::-1], "sent_reversed"),
        (S[:24] + C.envelope + C.padding, "not_sealed"),
    ],
)  # fmt: skip
def test_the_parts_of_the_seal(sealed: bytes, name: str) -> None:
    assert diagnose(**C.facts(request=C.request_of(sealed))).names == (name,)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"salt": 0}, "salt_0"), ({"outer_seqno": 2}, "message_seqno_0"),
        *(({"msg_id": C.msg_id + off}, "message_msg_id_wrong") for off in (1, -400 << 32, 90 << 32)),
    ],
)  # fmt: skip
def test_the_rules_of_a_message_are_judged_before_anything_is_healthy(change: dict[str, Any], name: str) -> None:
    told = {"packet": replace(C, **change).packet(), "perm_key": C.perm, "temp_key": C.temp, "now": NOW}
    assert diagnose(**told).names == (name,)


@pytest.mark.parametrize("length", [0, 4, 128, 136, 144, 148, 164, -4, 2**31 - 1])
def test_a_wrong_length_in_the_message(length: int) -> None:
    message = C.message()
    message = message[:28] + struct.pack("<i", length) + message[32:]
    told = {"packet": C.packet(message=message), "perm_key": C.perm, "temp_key": C.temp, "now": NOW}
    found = diagnose(**told)
    assert not found.healthy
    assert "length_148" in found.names or length == 136


def test_a_key_for_two_is_no_temporary_one() -> None:
    told = replace(C, temp=C.perm).facts(temp_key=C.perm)
    assert diagnose(**told).name == "temp_key_is_the_permanent_key"


def test_bytes_of_a_key_in_the_place_of_its_id_are_named_and_not_shown() -> None:
    found = diagnose(**made(inner_temp=C.temp[:8]))
    assert found.name == "piece_of_a_key_as_its_id"
    shown = str(found) + repr(found.to_dict()) + "".join(found._repr_mimebundle_().values())
    number = struct.unpack("<q", C.temp[:8])[0]
    assert C.temp[:8].hex() not in shown and str(number) not in shown


def test_what_is_certain_is_said_where_the_rest_is_not_known() -> None:
    found = diagnose(**made(wrap=lambda inner: pattern("poem", 40), random=pattern("x", 16), inner_msg_id=7, length=99,
                            seqno=5))  # fmt: skip
    assert set(found.names) & {"something_else_sealed", "wrong_constructor", "seqno_not_zero"}
    assert all(MISTAKES[name].stage in (Stage.SHAPE, Stage.EQUALITY) for name in found.names)
    assert "fields_out_of_order" not in found.names
    assert diagnose(**made(sealing_key=OTHER)).name == "not_opened"


def test_what_had_to_be_mended_is_never_healthy() -> None:
    """The seal alone, without a request around it: a data centre judges it as it was sent."""
    told = {**C.facts(), "nonce": C.nonce, "expires_at": C.expires_at}
    del told["request"]
    assert diagnose(**told, encrypted_message=S).healthy
    for at_ in range(8, len(S)):
        flipped = S[:at_] + bytes([S[at_] ^ 1 << at_ % 8]) + S[at_ + 1 :]
        found = diagnose(**told, encrypted_message=flipped)
        assert (found.names, found.evidence[0].offset) == (("one_bit_flipped",), at_)
    for sent in (S.hex().encode(), base64.b64encode(S), S[8:], tl_bytes(S), S[::-1], S + S):
        assert not diagnose(**told, encrypted_message=sent).healthy
