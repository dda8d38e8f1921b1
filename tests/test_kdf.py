"""The notation: what parses runs, what does not is refused, and every byte knows where it came from."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.kdf import (
    FROM_NONCES,
    MSG_KEY_V2,
    V1,
    V2,
    Piece,
    Schedule,
    ScheduleRow,
    ScheduleTable,
    kdf_nonces,
    kdf_v1,
    kdf_v2,
    key_usage,
    msg_key_large_v2,
    msg_key_v1,
    msg_key_v2,
)
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError

KEY, MSG_KEY = bytes(range(256)), bytes(range(100, 116))
TABLES = {
    "V1": (V1, {"auth_key": KEY, "msg_key": MSG_KEY}),
    "V2": (V2, {"auth_key": KEY, "msg_key": MSG_KEY}),
    "MSG_KEY_V2": (MSG_KEY_V2, {"auth_key": KEY, "padded": b"some plaintext"}),
    "FROM_NONCES": (FROM_NONCES, {"new_nonce": bytes(range(32)), "server_nonce": bytes(range(40, 56))}),
}
each_table = pytest.mark.parametrize("name", TABLES)
each_direction = pytest.mark.parametrize("x", [0, 8])


def computed(name: str, x: int) -> tuple[ScheduleTable, dict[str, bytes], Schedule]:
    table, sources = TABLES[name]
    return table, sources, table.run(x, **sources)


def test_a_line_comes_apart_into_pieces() -> None:
    table = ScheduleTable(
        "T",
        """
        h = SHA1 (substr (key, 32+x, 16) + msg + substr (key, x, 4) + substr (key, 7, 1))
        out = h + substr (h, 8, 12)
        """,
        key=64,
        msg=None,
    )
    first = (
        Piece("key", 32, 16, plus_x=True),
        Piece("msg", 0, None),
        Piece("key", 0, 4, plus_x=True),
        Piece("key", 7, 1),
    )
    second = (Piece("h", 0, None), Piece("h", 8, 12))
    assert table.rows == (ScheduleRow("h", "SHA1", first), ScheduleRow("out", None, second))
    assert str(table).splitlines()[1] == "out = h + substr (h, 8, 12)"
    key = bytes(range(64))
    h = hashlib.sha1(key[40:56] + b"message" + key[8:12] + key[7:8]).digest()
    schedule = table.run(8, key=key, msg=b"message")
    assert (schedule["h"], schedule["out"]) == (h, h + h[8:20])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "a = MD5 (key)",
        "a = SHA1 (key",
        "a = substr (key, 0, 8) * key",
        "a = substr (key, 0, 65)",
        "a = substr (key, 50+x, 8)",
        "a = substr (msg, 0, 8)",
        "a = unknown",
        "a = b\nb = key",
        "a = key\na = key",
        "key = key",
        "a = key; import os",
        "a = __import__('os')",
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(LocalError):
        ScheduleTable("T", text, key=64, msg=None)


@each_table
@each_direction
def test_every_byte_comes_from_where_it_says(name: str, x: int) -> None:
    table, sources, schedule = computed(name, x)
    known = sources | {row.name: schedule[row.name] for row in table.rows}
    for row in table.rows:
        told = row.joined(known, x)
        origins = [table.origin(row.name, index, x) for index in range(len(told))]
        assert bytes(known[source][offset] for source, offset in origins) == told
        if "padded" not in [piece.source for piece in row.pieces]:
            for index in (-1, len(told)):
                with pytest.raises(LocalError):
                    table.origin(row.name, index, x)


@each_table
@each_direction
def test_hashes_are_their_input_hashed(name: str, x: int) -> None:
    table, sources, schedule = computed(name, x)
    known = sources | {row.name: schedule[row.name] for row in table.rows}
    functions = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256}
    for row in table.rows:
        before = row.joined(known, x)
        assert (functions[row.hash](before).digest() if row.hash else before) == schedule[row.name]


@each_table
def test_the_python_of_a_row_computes_it(name: str) -> None:
    table, sources, schedule = computed(name, 8)
    known = {**{name: bytes(value) for name, value in sources.items()}, "SHA1": hashlib.sha1, "SHA256": hashlib.sha256}
    for row in table.rows:
        known[row.name] = eval(row.python(8), known)
        assert known[row.name] == schedule[row.name]


@each_table
def test_run_takes_its_sources_and_nothing_else(name: str) -> None:
    table, sources, _ = computed(name, 0)
    for wrong in ({}, dict(list(sources.items())[1:]), sources | {"more": b""}):
        with pytest.raises(LocalError, match="not the sources"):
            table.run(0, **wrong)


@given(st.binary(min_size=256, max_size=256), st.binary(min_size=16, max_size=16), st.sampled_from([0, 8]))
def test_the_functions_and_the_tables_agree(key: bytes, msg_key: bytes, x: int) -> None:
    one, two = V1.run(x, auth_key=key, msg_key=msg_key), V2.run(x, auth_key=key, msg_key=msg_key)
    assert kdf_v1(key, msg_key, x) == kdf_v1(AuthKey(key), bytearray(msg_key), x) == (one.aes_key, one.aes_iv)
    assert kdf_v2(key, msg_key, x) == kdf_v2(AuthKey(key), bytearray(msg_key), x) == (two.aes_key, two.aes_iv)
    nonces = FROM_NONCES.run(new_nonce=key[:32], server_nonce=msg_key)
    assert kdf_nonces(key[:32], msg_key) == (nonces.aes_key, nonces.aes_iv)
    table = MSG_KEY_V2.run(x, auth_key=key, padded=key + msg_key)
    assert msg_key_large_v2(key, key + msg_key, x) == table["msg_key_large"]
    assert msg_key_v2(key, key + msg_key, x) == table["msg_key"]


@pytest.mark.parametrize("bad", [None, 5, 256, 1.5, "text", [], b"short", object()])
def test_functions_name_what_is_wrong(bad: Any) -> None:
    for derive in (kdf_v1, kdf_v2):
        for where, arguments in (("auth_key", (bad, MSG_KEY)), ("msg_key", (KEY, bad)), ("x", (KEY, MSG_KEY, bad))):
            with pytest.raises(LocalError) as caught:
                derive(*arguments)
            assert caught.value.where == where
    for where, arguments in (("new_nonce", (bad, MSG_KEY)), ("server_nonce", (KEY[:32], bad))):
        with pytest.raises(LocalError) as caught:
            kdf_nonces(*arguments)
        assert caught.value.where == where
    with pytest.raises(LocalError):
        msg_key_v2(KEY, b"padded", bad)
    if bad != b"short":
        for call in (lambda: msg_key_v1(bad), lambda: msg_key_v2(KEY, bad, 0)):
            with pytest.raises(LocalError):
                call()


@given(st.binary(min_size=256, max_size=256), st.binary(min_size=16, max_size=16))
def test_sources_in_every_shape(key: bytes, msg_key: bytes) -> None:
    expected = V1.run(0, auth_key=key, msg_key=msg_key).aes_key
    for shape in (AuthKey, bytearray, memoryview):
        source = bytearray(msg_key)
        schedule = V1.run(0, auth_key=shape(key), msg_key=source)
        source[0] ^= 1  # too late
        assert schedule.aes_key == expected


@pytest.mark.parametrize(
    ("sources", "where"),
    [
        ({"auth_key": KEY[1:], "msg_key": MSG_KEY}, "auth_key"),
        ({"auth_key": KEY, "msg_key": MSG_KEY[1:]}, "msg_key"),
        ({"auth_key": 256, "msg_key": MSG_KEY}, "auth_key"),
        ({"auth_key": KEY, "msg_key": "0123456789abcdef"}, "msg_key"),
        ({"auth_key": list(KEY), "msg_key": MSG_KEY}, "auth_key"),
    ],
)
def test_wrong_sources_are_named(sources: dict[str, Any], where: str) -> None:
    with pytest.raises(LocalError) as caught:
        V1.run(0, **sources)
    assert caught.value.where == where


@pytest.mark.parametrize("x", [1, -8, 16, 256])
def test_x_is_0_or_8(x: int) -> None:
    with pytest.raises(LocalError):
        V1.run(x, auth_key=KEY, msg_key=MSG_KEY)
    with pytest.raises(LocalError):
        key_usage(V1, x)


def test_unknown_rows() -> None:
    schedule = MSG_KEY_V2.run(0, auth_key=KEY, padded=b"")
    for ask in (lambda: schedule["sha1_a"], lambda: schedule.aes_key, lambda: MSG_KEY_V2.origin("aes_iv", 0)):
        with pytest.raises(LocalError):
            ask()


def test_usage_is_what_really_matters() -> None:
    """Every byte of the key is changed once: a table that says nothing reads it must not care, and vice versa."""
    for name in ("V1", "V2", "MSG_KEY_V2"):
        table, sources = TABLES[name]
        for x in (0, 8):
            before, usage = table.run(x, **sources), key_usage(table, x)
            assert len(usage) == 256
            for index in range(256):
                changed = bytearray(KEY)
                changed[index] ^= 1
                after = table.run(x, **(sources | {"auth_key": changed}))
                hashed = {row.name for row in table.rows if row.hash and before[row.name] != after[row.name]}
                assert hashed == usage[index]


def test_reprs_are_short_and_silent() -> None:
    assert repr(V1.run(8, auth_key=KEY, msg_key=MSG_KEY)) == "Schedule(name='V1', x=8)"
    assert repr(MSG_KEY_V2) == "<ScheduleTable MSG_KEY_V2: msg_key_large, msg_key>"


@each_table
def test_every_row_is_as_wide_as_its_value(name: str) -> None:
    table, _, schedule = computed(name, 0)
    for row in table.rows:
        assert table.widths[row.name] == len(schedule[row.name])
        assert table.origin(row.name, 0) == table.origin(row.name, 0, 0)


def test_a_source_of_unknown_width_counts_for_nothing_where_it_is_joined() -> None:
    table = ScheduleTable("T", "a = SHA1 (m)\nb = a + m", m=None)
    assert table.widths == {"m": None, "a": 20, "b": 20}


def test_a_piece_may_end_exactly_where_its_source_does() -> None:
    line = "a = SHA1 (substr (key, 96+x, 32))"
    assert ScheduleTable("T", line, key=136).run(8, key=bytes(136))["a"] == hashlib.sha1(bytes(32)).digest()
    with pytest.raises(LocalError, match="beyond its source"):
        ScheduleTable("T", line, key=135)
