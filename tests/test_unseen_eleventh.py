"""The doctor before the patients of an eleventh author, those that it did not know when they came: a program that
writes its own SHA-1 or takes hashes for text, values given without their message, keys pasted otherwise, and packets
whose key is not here. The client below is its own: it shares no code with the package."""

from __future__ import annotations

import base64
import hashlib
import random
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from mtlib import diagnose

INNER, CALL = bytes.fromhex("65f7a375"), bytes.fromhex("052ad4cd")
SECONDS: list[float] = []


def sha1(data: bytes) -> bytes:
    return hashlib.sha1(data).digest()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def ige(key: bytes, iv: bytes, data: bytes) -> bytes:
    aes, cipher, plain, out = Cipher(algorithms.AES(key), modes.ECB()).encryptor(), iv[:16], iv[16:], b""
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        cipher, plain = xor(aes.update(xor(block, cipher)), plain), block
        out += cipher
    return out


def long(number: int) -> bytes:
    return struct.pack("<Q", number % 2**64)


def number(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


def word(value: int) -> bytes:
    return struct.pack("<I", value % 2**32)


def tl(body: bytes) -> bytes:
    made = bytes([len(body)]) + body
    return made + bytes(-len(made) % 4)


def words(data: bytes, size: int = 4) -> bytes:
    return b"".join(data[at : at + size][::-1] for at in range(0, len(data), size))


def schedule(key: bytes, mk: bytes, digest: Callable[[bytes], bytes] = sha1) -> tuple[bytes, bytes]:
    a, b = digest(mk + key[:32]), digest(key[32:48] + mk + key[48:64])
    c, d = digest(key[64:96] + mk), digest(mk + key[96:128])
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


def schedule_2(key: bytes, mk: bytes) -> tuple[bytes, bytes]:
    a, b = sha256(mk + key[:36]), sha256(key[40:76] + mk)
    return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]


class Client:
    """A client with some of its steps replaced, by name: `wrong` takes the client and what the right step made."""

    def __init__(self, seed: int, **wrong: Callable[[Client, Any], Any]) -> None:
        draw = random.Random(seed)
        self.wrong, self.perm, self.temp = wrong, draw.randbytes(256), draw.randbytes(256)
        self.now = draw.randrange(1_760_000_000, 1_830_000_000)
        self.nonce, self.session, self.salt = draw.randbytes(8), draw.randbytes(8), draw.randbytes(8)
        self.msg_id = long(self.now << 32 | draw.getrandbits(30) << 2)
        self.random, self.padding = draw.randbytes(16), draw.randbytes(64)
        self.expires = self.now + 86400
        self.perm_id, self.temp_id = sha1(self.perm)[12:], sha1(self.temp)[12:]

    def step(self, name: str, right: Any) -> Any:
        return self.wrong[name](self, right) if name in self.wrong else right

    def encrypted_message(self) -> bytes:
        inner = INNER + self.nonce + self.step("temp_id", self.temp_id) + self.perm_id
        inner += self.step("session", self.session) + self.step("expires", word(self.expires))
        plain = self.random + self.step("msg_id", self.msg_id) + bytes(4) + word(len(inner)) + inner
        digest = self.step("digest", sha1)
        mk = self.step("msg_key", digest(plain)[4:20])
        aes = self.step("aes", schedule(self.perm, mk, digest))
        padded = plain + self.padding[: -len(plain) % 16]
        return bytes(self.step("em", self.step("front", self.perm_id) + mk + ige(*aes, padded)))

    def request(self) -> bytes:
        return CALL + self.perm_id + self.nonce + word(self.expires) + tl(self.encrypted_message())

    def packet(self) -> bytes:
        body = self.request()
        plain = self.salt + self.session + self.msg_id + word(1) + self.step("length", word(len(body))) + body
        plain += self.padding[: 12 + (-len(plain) - 12) % 16]
        mk = sha256(self.temp[88:120] + plain)[8:24]
        return self.temp_id + mk + ige(*schedule_2(self.temp, mk), plain)

    def given(self, what: str, *but: str) -> dict[str, Any]:
        facts: dict[str, Any] = {"perm_key": self.perm, "temp_key": self.temp, "now": self.now}
        facts[what] = getattr(self, what)()
        if what != "packet":
            facts |= {"session_id": number(self.session), "msg_id": number(self.msg_id)}
        if what == "encrypted_message":
            facts |= {"nonce": number(self.nonce), "expires_at": self.expires}
        return {name: value for name, value in facts.items() if name not in but}


def told(facts: dict[str, Any]) -> dict[str, Any]:
    begins = time.process_time()
    said = diagnose(**facts).to_dict()
    SECONDS.append(time.process_time() - begins)
    return said


def names(said: dict[str, Any]) -> list[str]:
    return [finding["name"] for finding in said["findings"]]


def accused(said: dict[str, Any]) -> set[str]:
    rows = [row for finding in said["findings"] for row in finding["evidence"]]
    return {row["path"] for row in rows if not str(row["expected"]).startswith(str(row["got"]))}


MSG_ID = "plaintext/envelope/msg_id"
NO_MSG_ID: dict[str, Callable[[Client, bytes], bytes]] = {
    "seconds": lambda c, v: long(c.now), "milliseconds": lambda c, v: long(c.now * 1000),
    "nanoseconds": lambda c, v: long(c.now * 10**9), "from_2001": lambda c, v: long(number(v) - (978307200 << 32)),
    "half_shifted": lambda c, v: long(c.now << 31), "high_byte_first": lambda c, v: v[::-1],
    "one_more": lambda c, v: long(number(v) + 1), "negative": lambda c, v: long(-number(v)),
    "complement": lambda c, v: bytes(255 - byte for byte in v), "shifted": lambda c, v: v[1:] + b"\0",
    "a_byte_late": lambda c, v: b"\0" + v[:-1], "words_turned": lambda c, v: words(v),
    "zigzag": lambda c, v: long(number(v) << 1), "digits": lambda c, v: str(number(v)).encode()[:8],
    "nibbles_turned": lambda c, v: bytes.fromhex(v.hex()[::-1]), "zero": lambda c, v: bytes(8),
}  # fmt: skip
"""What is no msg_id of a client, wherever it stands."""


@pytest.mark.parametrize("what", ["request", "encrypted_message"])
@pytest.mark.parametrize("kind", NO_MSG_ID)
def test_a_msg_id_that_no_message_can_have_is_seen_without_its_message(kind: str, what: str) -> None:
    client = Client(1, msg_id=NO_MSG_ID[kind])
    said = told(client.given(what, "msg_id", "session_id"))
    first = said["findings"][0]["evidence"][0]
    assert (names(said), accused(said)) == (["message_msg_id_wrong"], {MSG_ID})
    assert (first["offset"], number(client.wrong["msg_id"](client, client.msg_id))) == (16, int(first["got"]))
    assert "the msg_id" not in said["verdict"].split("So says")[-1]


IDS = [("temp_id", "temp_auth_key_id", 44), ("session", "temp_session_id", 60)]


@pytest.mark.parametrize(("step", "field", "at"), IDS)
def test_an_id_that_was_never_filled_in_is_seen_without_its_value(step: str, field: str, at: int) -> None:
    said = told(Client(2, **{step: lambda c, v: bytes(8)}).given("request", "temp_key", "session_id"))
    found = said["findings"][0]
    assert (names(said), found["evidence"][0]["offset"], found["sentence"][-8:]) == (["left_zero"], at, "is zero.")
    assert accused(said) == {f"plaintext/envelope/inner/{field}"}


# -- Hashes and text ----------------------------------------------------------------------------------------------

DIGESTS: dict[str, tuple[Callable[[bytes], bytes], list[str]]] = {
    "words_low_byte_first": (lambda data: words(sha1(data)), ["schedule_of_another_hash", "msg_key_in_another_order"]),
    "hex_digits": (lambda data: sha1(data).hex().encode(), ["schedule_of_another_hash", "msg_key_as_text"]),
    "md5": (lambda data: hashlib.md5(data).digest() + bytes(4), ["schedule_of_another_hash", "msg_key_md5"]),
    "sha256": (sha256, ["schedule_of_another_hash", "msg_key_sha256"]),
}
"""What a program has in the place of SHA-1, in msg_key and in the schedule, and the two findings for it."""


@pytest.mark.parametrize("kind", DIGESTS)
def test_another_hash_function_is_named_in_both_places(kind: str) -> None:
    digest, found = DIGESTS[kind]
    said = told(Client(3, digest=lambda c, v: digest).given("encrypted_message"))
    assert names(said) == found
    assert accused(said) == {"encrypted_message/ciphertext", "encrypted_message/msg_key"}


MSG_KEYS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "hex_from_4": (lambda data: sha1(data).hex().encode()[4:20], "msg_key_as_text"),
    "of_seven_bits": (lambda data: sha1(bytes(byte & 127 for byte in data))[4:], "msg_key_as_text"),
    "of_utf8_replaced": (lambda data: sha1(data.decode("utf-8", "replace").encode())[4:], "msg_key_as_text"),
    **{f"{name}_{at}": (lambda data, name=name, at=at: hashlib.new(name, data).digest()[at : at + 16],
                        "msg_key_of_something_else")
       for name in ("sha224", "sha384", "sha512", "sha3_256") for at in (4, 8)},  # not named: only that it is no SHA-1
}  # fmt: skip


@pytest.mark.parametrize("kind", MSG_KEYS)
def test_a_msg_key_of_another_hash_or_of_text_is_named(kind: str) -> None:
    made, name = MSG_KEYS[kind]
    client = Client(4)
    right = Client(4).encrypted_message()  # the envelope is not kept: it is what the right msg_key was made of
    plain = client.random + client.msg_id + bytes(4) + word(40) + INNER + client.nonce + client.temp_id
    plain += client.perm_id + client.session + word(client.expires)
    assert sha1(plain)[4:] == right[8:24]
    client.wrong = {"msg_key": lambda c, v: made(plain), "aes": lambda c, v: schedule(c.perm, made(plain))}
    said = told(client.given("request"))
    row = said["findings"][0]["evidence"][0]
    assert (names(said), row["got"], row["expected"]) == ([name], made(plain).hex(), right[8:24].hex())


@pytest.mark.parametrize("text", [
    lambda key: base64.b64encode(key)[:32], lambda key: key.decode("latin-1").encode()[:32],
    lambda key: bytes(byte & 127 for byte in key), lambda key: key.hex().upper().encode()[:32],
], ids=["base64", "utf_8", "seven_bits", "upper_hex"])  # fmt: skip
def test_aes_key_as_text_is_named(text: Callable[[bytes], bytes]) -> None:
    said = told(Client(5, aes=lambda c, made: (text(made[0]), made[1])).given("encrypted_message"))
    assert (names(said), accused(said)) == (["aes_key_as_text"], {"encrypted_message/ciphertext"})


# -- What is right, and was accused -------------------------------------------------------------------------------


def test_a_key_id_that_is_turned_word_by_word_leaves_the_rest_as_it_is() -> None:
    said = told(Client(6, front=lambda c, v: words(v)).given("request"))
    assert (names(said), accused(said)) == (["byte_swapped"], {"encrypted_message/perm_auth_key_id"})


@pytest.mark.parametrize("but", [("temp_key",), ("temp_key", "perm_key")])
def test_without_the_temporary_key_nothing_in_a_packet_is_accused(but: tuple[str, ...]) -> None:
    client = Client(7)
    said = told(client.given("packet", *but))
    assert (names(said), accused(said)) == (["packet_not_opened"], set())
    assert said["findings"][0]["evidence"][0]["got"] == client.temp_id.hex()
    assert said["missing"][0].startswith("temp_key")


PASTED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "back_to_front": (lambda key: key[::-1], "key_reversed"),
    "words_turned": (words, "key_words_turned"),
    "longs_turned": (lambda key: words(key, 8), "key_words_turned"),
}


@pytest.mark.parametrize("kind", PASTED)
def test_a_temporary_key_that_was_pasted_otherwise_is_the_only_mistake(kind: str) -> None:
    change, name = PASTED[kind]
    client = Client(8)
    said = told({**client.given("packet"), "temp_key": change(client.temp)})
    assert (names(said), accused(said)) == ([name], {"packet/ciphertext"})


def test_an_id_that_stands_twice_and_a_length_of_148_are_both_named() -> None:
    said = told(Client(9, em=lambda c, v: v[:8] + v, length=lambda c, v: word(148)).given("packet"))
    assert names(said) == ["bytes_appended", "parts_of_the_seal"]


def test_the_first_byte_of_encrypted_message_is_lost() -> None:
    said = told(Client(10, em=lambda c, v: v[1:]).given("request"))
    assert names(said) == ["parts_of_the_seal"]


# -- Two at once, right ones, and what is still not known -----------------------------------------------------------

SECOND: dict[str, tuple[dict[str, Any], str]] = {
    "iv_exchanged": ({"aes": lambda c, made: (made[0], made[1][16:] + made[1][:16])}, "iv_halves_swapped"),
    "own_words": ({"digest": lambda c, v: DIGESTS["words_low_byte_first"][0]}, "schedule_of_another_hash"),
    "id_turned": ({"front": lambda c, v: v[::-1]}, "byte_swapped"),
    "expires_at_in_ms": ({"expires": lambda c, v: word(c.expires * 1000)}, "expires_at_in_milliseconds"),
    "hash_in_hex": ({"msg_key": lambda c, v: v.hex().encode()[:16]}, "msg_key_as_text"),
}


def pairs() -> Iterator[tuple[str, str]]:
    draw = random.Random(11)
    for _ in range(30):
        yield draw.choice([*NO_MSG_ID]), draw.choice([*SECOND])


def test_of_two_mistakes_both_are_named_and_nothing_else_is_accused() -> None:
    for seed, (one, other) in enumerate(pairs()):
        changes, name = SECOND[other]
        said = told(Client(100 + seed, msg_id=NO_MSG_ID[one], **changes).given("request", "msg_id", "session_id"))
        assert {name, "message_msg_id_wrong"} <= {*names(said)}, (one, other, names(said))
        allowed = {MSG_ID, "encrypted_message/ciphertext", "encrypted_message/msg_key",
                   "encrypted_message/perm_auth_key_id", "plaintext/envelope/inner/expires_at"}  # fmt: skip
        assert accused(said) <= allowed, (one, other, accused(said))


@pytest.mark.parametrize("what", ["request", "encrypted_message", "packet"])
def test_what_is_right_is_healthy(what: str) -> None:
    for seed in range(4):
        assert told(Client(200 + seed).given(what))["name"] == "healthy"
        thin = told(Client(200 + seed).given(what, "msg_id", "session_id", "now"))["name"]
        assert thin == ("healthy" if what == "packet" else "nothing_wrong_so_far")


NOT_KNOWN: dict[str, dict[str, Any]] = {
    "first_block_lost": {"em": lambda c, v: v[:24] + v[40:]},
    "two_blocks_exchanged": {"em": lambda c, v: v[:40] + v[56:72] + v[40:56] + v[72:]},
    "ciphertext_in_pairs_turned": {"em": lambda c, v: v[:24] + words(v[24:], 2)},
    "half_of_msg_key": {"em": lambda c, v: v[:16] + v[24:]},
    "key_hashed_for_aes": {"aes": lambda c, made: (sha256(made[0]), made[1])},
}


@pytest.mark.parametrize("kind", NOT_KNOWN)
def test_what_is_not_known_is_not_guessed(kind: str) -> None:
    said = told(Client(12, **NOT_KNOWN[kind]).given("request"))
    assert names(said) == ["not_opened"]


def test_it_takes_no_time() -> None:
    times = sorted(SECONDS)
    assert not times or (times[-1] < 1 and times[int(0.95 * len(times))] < 0.2)
