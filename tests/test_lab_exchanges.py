"""The exchanges of the lessons: Telegram's example as the page prints it, and one of our own that somebody disturbs."""

from __future__ import annotations

import json
from pathlib import Path

from judge import solution
from mtlib.lab import key_exchange, published_exchange
from mtlib.wire.schema import SCHEMA

PAGE = json.loads((Path(__file__).parent / "vectors" / "samples_auth_key.json").read_text(encoding="utf-8"))


def test_the_published_packets_are_those_of_the_page_and_zeros_fill_them_up() -> None:
    shown = [bytes.fromhex(packet) for packet in PAGE["messages"].values()]
    found = published_exchange()
    for packet, page in zip(found.packets, shown, strict=True):
        assert packet.startswith(page)
        assert not any(packet[len(page) :])
        assert int.from_bytes(packet[16:20], "little") == len(packet) - 20
    assert (found.new_nonce.hex(), found.b.hex()) == (PAGE["values"]["new_nonce"], PAGE["values"]["b"])


def test_both_sides_of_our_own_have_the_key_that_its_messages_give() -> None:
    made = key_exchange()
    assert (made.noticed, len(made.bodies), len(made.opened)) == ("", 6, 6)
    assert made.bodies == key_exchange().bodies
    inner = bytes(made.opened[2].find("encrypted_data/data"))  # type: ignore[arg-type]
    new_nonce, server_nonce = inner[64:96], made.bodies[1][20:36]
    sealed = solution.string_at(made.bodies[3], 36)[0]
    assert solution.server_DH_inner_data(sealed, new_nonce, server_nonce)[:4] == SCHEMA["server_DH_inner_data"].id_bytes
    assert made.auth_key is not None
    assert solution.new_nonce_hash(new_nonce, 1, bytes(made.auth_key)) == made.bodies[5][36:52]


def test_who_notices_is_who_received_it() -> None:
    def changed(at: int, number: int, body: bytes) -> bytes:
        return body[:5] + bytes([body[5] ^ 1]) + body[6:] if number == at else body

    ended = [key_exchange(lambda number, body, at=at: changed(at, number, body)) for at in range(1, 7)]  # type: ignore[misc]
    noticed = [(each.noticed, len(each.bodies)) for each in ended]
    dc = "data centre"
    assert noticed == [("client", 2), ("client", 2), (dc, 3), ("client", 4), (dc, 5), ("client", 6)]
    assert all(each.auth_key is None and "nonce" in each.why for each in ended)
