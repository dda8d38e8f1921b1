"""Patients for the doctor, made by a plain client of its own: hashlib and single AES blocks, nothing of mtlib.

`Client` is the recipe as named steps, every one of which can be replaced; a patient is what its author would paste,
and what is true about it. `paths` are the guilty fields, `words` are regular expressions for the guilty step; one of
them has to be met by the first finding. Every field that is not in `guilty` is right, and must not be accused.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Step = Callable[["Client"], Any]
DAY = 86400


def sha1(*parts: bytes) -> bytes:
    return hashlib.sha1(b"".join(parts)).digest()


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def i32(number: int) -> bytes:
    return (number & 0xFFFFFFFF).to_bytes(4, "little")


def i64(number: int) -> bytes:
    return (number & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")


def signed(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


def tl_bytes(data: bytes) -> bytes:
    head = bytes([len(data)]) if len(data) < 254 else b"\xfe" + len(data).to_bytes(3, "little")
    return head + data + bytes(-(len(head) + len(data)) % 4)


def xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def turned(data: bytes, size: int = 4) -> bytes:
    """Every word the other way round."""
    return b"".join(data[i : i + size][::-1] for i in range(0, len(data), size))


def halves(data: bytes) -> bytes:
    return data[len(data) // 2 :] + data[: len(data) // 2]


def through_double(data: bytes) -> bytes:
    """A long that was a Number of JavaScript for a while."""
    return i64(int(float(signed(data))))


# -- AES ----------------------------------------------------------------------------------------------------------


def block(key: bytes, data: bytes, *, backwards: bool = False) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.ECB())
    return (cipher.decryptor() if backwards else cipher.encryptor()).update(data)


def cut(data: bytes) -> list[bytes]:
    return [data[i : i + 16] for i in range(0, len(data), 16)]


def ige(data: bytes, key: bytes, iv: bytes) -> bytes:
    last_out, last_in, out = iv[:16], iv[16:32], b""
    for part in cut(data):
        last_out, last_in = xor(block(key, xor(part, last_out)), last_in), part
        out += last_out
    return out


def ige_open(data: bytes, key: bytes, iv: bytes) -> bytes:
    last_in, last_out, out = iv[:16], iv[16:32], b""
    for part in cut(data):
        last_out, last_in = xor(block(key, xor(part, last_out), backwards=True), last_in), part
        out += last_out
    return out


def of_library(mode: Callable[[bytes], Any]) -> Callable[[bytes, bytes, bytes], bytes]:
    def run(data: bytes, key: bytes, iv: bytes) -> bytes:
        return Cipher(algorithms.AES(key), mode(iv[:16])).encryptor().update(data)

    return run


cbc, ctr = of_library(modes.CBC), of_library(modes.CTR)


def cfb(data: bytes, key: bytes, iv: bytes) -> bytes:
    last, out = iv[:16], b""
    for part in cut(data):
        last = xor(block(key, last), part)
        out += last
    return out


def ofb(data: bytes, key: bytes, iv: bytes) -> bytes:
    last, out = iv[:16], b""
    for part in cut(data):
        last = block(key, last)
        out += xor(last, part)
    return out


def pcbc(data: bytes, key: bytes, iv: bytes) -> bytes:
    last, out = iv[:16], b""
    for part in cut(data):
        done = block(key, xor(part, last))
        last, out = xor(part, done), out + done
    return out


def ige_forgetful(data: bytes, key: bytes, iv: bytes) -> bytes:
    """The plaintext before is remembered after it was mixed with the ciphertext before."""
    last_out, last_in, out = iv[:16], iv[16:32], b""
    for part in cut(data):
        mixed = xor(part, last_out)
        last_out = xor(block(key, mixed), last_in)
        last_in, out = mixed, out + last_out
    return out


def ige_first_only(data: bytes, key: bytes, iv: bytes) -> bytes:
    """The second half of the iv is mixed in once, later blocks are CBC."""
    parts = cut(data)
    first = ige(parts[0], key, iv)
    return first + (cbc(b"".join(parts[1:]), key, first) if len(parts) > 1 else b"")


def ige_before_only(data: bytes, key: bytes, iv: bytes) -> bytes:
    """Only the plaintext before is mixed in, never the ciphertext before."""
    last_in, out = iv[16:32], b""
    for part in cut(data):
        out += xor(block(key, part), last_in)
        last_in = part
    return out


def ige_wrong_side(data: bytes, key: bytes, iv: bytes) -> bytes:
    """The plaintext before goes in and the ciphertext before comes on top."""
    last_out, last_in, out = iv[:16], iv[16:32], b""
    for part in cut(data):
        last_out, last_in = xor(block(key, xor(part, last_in)), last_out), part
        out += last_out
    return out


def ige_iv_again(data: bytes, key: bytes, iv: bytes) -> bytes:
    return b"".join(ige(part, key, iv) for part in cut(data))


# -- The recipe ---------------------------------------------------------------------------------------------------

RECIPE: dict[str, Step] = {
    "perm": lambda s: bytes([0x40 | s.rnd("perm", 1)[0] & 0xBF]) + s.rnd("perm rest", 255),
    "temp": lambda s: bytes([0x80 | s.rnd("temp", 1)[0]]) + s.rnd("temp rest", 255),
    "other": lambda s: b"\x77" + s.rnd("other", 255),
    "now": lambda s: 1_790_000_000 + int.from_bytes(s.rnd("now", 3), "little"),
    "salt": lambda s: s.rnd("salt", 8),
    "session": lambda s: s.rnd("session", 8),
    "nonce": lambda s: s.rnd("nonce", 8),
    "msg_id": lambda s: i64(s.now << 32 | int.from_bytes(s.rnd("fraction", 4), "little") & ~3),
    "expires": lambda s: s.now + DAY,
    "perm_id": lambda s: sha1(s.perm)[12:],
    "temp_id": lambda s: sha1(s.temp)[12:],
    # bind_auth_key_inner
    "i_ctor": lambda s: bytes.fromhex("65f7a375"),
    "i_nonce": lambda s: s.nonce,
    "i_temp": lambda s: s.temp_id,
    "i_perm": lambda s: s.perm_id,
    "i_session": lambda s: s.session,
    "i_expires": lambda s: i32(s.expires),
    "inner": lambda s: s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_session + s.i_expires,
    # the envelope
    "e_random": lambda s: s.rnd("envelope", 16),
    "e_msg_id": lambda s: s.msg_id,
    "e_seqno": lambda s: i32(0),
    "e_length": lambda s: i32(len(s.inner)),
    "header": lambda s: s.e_random + s.e_msg_id + s.e_seqno + s.e_length,
    "envelope": lambda s: s.header + s.inner,
    "padding": lambda s: s.rnd("padding", -len(s.envelope) % 16),
    # msg_key and the schedule of MTProto 1.0
    "hashed": lambda s: s.envelope,
    "digest": lambda s: sha1(s.hashed),
    "msg_key": lambda s: s.digest[4:20],
    "k_key": lambda s: s.perm,
    "k_mk": lambda s: s.msg_key,
    "in_a": lambda s: s.k_mk + s.k_key[0:32],
    "in_b": lambda s: s.k_key[32:48] + s.k_mk + s.k_key[48:64],
    "in_c": lambda s: s.k_key[64:96] + s.k_mk,
    "in_d": lambda s: s.k_mk + s.k_key[96:128],
    "a": lambda s: sha1(s.in_a),
    "b": lambda s: sha1(s.in_b),
    "c": lambda s: sha1(s.in_c),
    "d": lambda s: sha1(s.in_d),
    "aes_key": lambda s: s.a[0:8] + s.b[8:20] + s.c[4:16],
    "aes_iv": lambda s: s.a[8:20] + s.b[0:8] + s.c[16:20] + s.d[0:8],
    "plaintext": lambda s: s.envelope + s.padding,
    "ciphertext": lambda s: ige(s.plaintext, s.aes_key, s.aes_iv),
    "front": lambda s: s.perm_id,
    "c_msg_key": lambda s: s.msg_key,
    "sealed": lambda s: s.front + s.c_msg_key + s.ciphertext,
    # the request
    "r_ctor": lambda s: bytes.fromhex("052ad4cd"),
    "r_perm": lambda s: s.perm_id,
    "r_nonce": lambda s: s.nonce,
    "r_expires": lambda s: i32(s.expires),
    "r_blob": lambda s: tl_bytes(s.sealed),
    "request": lambda s: s.r_ctor + s.r_perm + s.r_nonce + s.r_expires + s.r_blob,
    # the message that carries it, and its packet of MTProto 2.0
    "o_salt": lambda s: s.salt,
    "o_session": lambda s: s.session,
    "o_msg_id": lambda s: s.msg_id,
    "o_seqno": lambda s: i32(1),
    "o_body": lambda s: s.request,
    "o_length": lambda s: i32(len(s.o_body)),
    "o_head": lambda s: s.o_salt + s.o_session + s.o_msg_id + s.o_seqno + s.o_length,
    "message": lambda s: s.o_head + s.o_body,
    "o_padding": lambda s: s.rnd("outer padding", 12 + -(len(s.message) + 12) % 16),
    "v_plain": lambda s: s.message + s.o_padding,
    "v_key": lambda s: s.temp,
    "v_large": lambda s: sha256(s.v_key[88:120], s.v_plain),
    "v_mk": lambda s: s.v_large[8:24],
    "v_in_a": lambda s: s.v_mk + s.v_key[0:36],
    "v_in_b": lambda s: s.v_key[40:76] + s.v_mk,
    "v_a": lambda s: sha256(s.v_in_a),
    "v_b": lambda s: sha256(s.v_in_b),
    "v_aes_key": lambda s: s.v_a[:8] + s.v_b[8:24] + s.v_a[24:],
    "v_aes_iv": lambda s: s.v_b[:8] + s.v_a[8:24] + s.v_b[24:],
    "v_cipher": lambda s: ige(s.v_plain, s.v_aes_key, s.v_aes_iv),
    "v_id": lambda s: s.temp_id,
    "packet": lambda s: s.v_id + s.v_mk + s.v_cipher,
}


class Client:
    """The recipe for one seed, with some of its steps replaced."""

    def __init__(self, seed: str, steps: dict[str, Step]) -> None:
        self.seed, self.steps = seed, steps

    def __getattr__(self, name: str) -> Any:
        if name not in RECIPE and name not in self.steps:
            raise AttributeError(name)
        value = self.steps.get(name, RECIPE.get(name))(self)  # type: ignore[misc]
        self.__dict__[name] = value
        return value

    def rnd(self, label: str, size: int) -> bytes:
        return hashlib.shake_128(f"{self.seed}/{label}".encode()).digest(size)

    def facts(self, give: str) -> dict[str, Any]:
        keys = {"perm_key": self.perm, "temp_key": self.temp}
        if give == "packet":
            return {"packet": self.packet, **keys, "now": self.now}
        message = {"session_id": signed(self.o_session[:8]), "msg_id": signed(self.o_msg_id[:8]), "now": self.now}
        if give == "blob":
            seen = {"nonce": signed(self.nonce[:8]), "expires_at": self.expires}
            return {"encrypted_message": self.sealed, **keys, **message, **seen}
        return {"request": self.request, **keys, **message}


@dataclass(frozen=True)
class Patient:
    """What is pasted, and what is true."""

    name: str
    truth: str
    facts: dict[str, Any] = field(repr=False)
    paths: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    guilty: frozenset[str] = frozenset()
    certain_is_enough: bool = False
    lies: str = ""  # a regular expression that no sentence of a finding may meet
    mistakes: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()  # of patients with two: paths and words of each


SINGLES: list[Patient] = []
PAIRS: list[Patient] = []
HEALTHY: list[Patient] = []
CERTAIN: list[Patient] = []

SEALING = frozenset({"ciphertext", "aes_key", "aes_iv"})


def one(
    name: str,
    truth: str,
    steps: dict[str, Step] | None = None,
    *,
    paths: str = "",
    words: str = "",
    also: str = "",
    give: str = "request",
    certain: bool = False,
    drop: str = "",
    lies: str = "",
    facts: Callable[[Client], dict[str, Any]] | None = None,
    into: list[Patient] | None = None,
) -> None:
    """`paths`, `also` (fields that are wrong as a consequence) and `drop` (facts not pasted) are words in one text."""
    if into is None and give == "request" and not certain and steps and not any(step[0] == "r" for step in steps):
        others = {0: "packet", 2: "blob"}  # every fourth is told in another way too
        if other := others.get(len(SINGLES) % 4):
            told = "in the packet" if other == "packet" else "by encrypted_message"
            more = {"paths": paths, "words": words, "also": also, "drop": drop, "lies": lies, "facts": facts}
            one(f"{name}, {told}", truth, steps, give=other, **more)  # type: ignore[arg-type]
    client = Client(name, steps or {})
    pasted = client.facts(give) | (facts(client) if facts else {})
    for fact in drop.split():
        pasted.pop(fact)
    ends = tuple(paths.split())
    guilty = {path.split("/")[-1] for path in ends} | set(also.split())
    (SINGLES if into is None else into).append(
        Patient(name, truth, pasted, ends, (words,) if words else (), frozenset(guilty), certain, lies)
    )


def number_field(step: str, path: str, wrong: dict[str, tuple[str, Step]], label: str, **more: Any) -> None:
    for how, (truth, make) in wrong.items():
        one(f"{label} {how}", f"{label}: {truth}", {step: make}, paths=path, **more)


# -- The forty bytes ----------------------------------------------------------------------------------------------

INNER = "plaintext/envelope/inner/"
BEHIND = (
    "temp_auth_key_id perm_auth_key_id temp_session_id expires_at"  # what is shifted when the inner has another size
)


def _the_forty_bytes() -> None:
    for step, source, path, label in (
        ("i_nonce", "nonce", INNER + "nonce request/nonce", "inner nonce"),
        ("i_temp", "temp_id", INNER + "temp_auth_key_id", "inner temp_auth_key_id"),
        ("i_perm", "perm_id", INNER + "perm_auth_key_id", "inner perm_auth_key_id"),
        ("i_session", "session", INNER + "temp_session_id", "temp_session_id"),
        ("e_msg_id", "msg_id", "plaintext/envelope/msg_id", "envelope msg_id"),
    ):

        def of(change: Callable[[bytes], bytes], source: str = source) -> Step:
            return lambda s: change(getattr(s, source))

        number_field(
            step,
            path,
            {
                "high byte first": ("written high byte first", of(lambda b: b[::-1])),
                "halves swapped": ("its two 32-bit words are swapped", of(halves)),
                "words turned": ("its two words are each big-endian, in the right places", of(turned)),
                "through a double": ("rounded to 53 bits by a Number of JavaScript", of(through_double)),
                "low word only": ("cut to its low 32 bits", of(lambda b: b[:4] + bytes(4))),
                "low word with sign": ("cut to an int and widened again", of(lambda b: i64(signed(b[:4])))),
                "high word only": ("only its high 32 bits, as a long", of(lambda b: b[4:] + bytes(4))),
                "zero": ("zero", lambda s: bytes(8)),
                "one too many": ("one more than the real one", of(lambda b: i64(signed(b) + 1))),
                "absolute": ("its sign bit is turned over", of(lambda b: b[:7] + bytes([b[7] ^ 0x80]))),
            },
            label,
            lies="older message|sent again" if step == "e_msg_id" else "",
        )
    for which, path in (("temp", INNER + "temp_auth_key_id"), ("perm", INNER + "perm_auth_key_id")):
        for how, make in {
            "high eight bytes of SHA1": lambda k: sha1(k)[:8],
            "SHA1[4:12]": lambda k: sha1(k)[4:12],
            "SHA1[11:19]": lambda k: sha1(k)[11:19],
            "SHA1[8:16]": lambda k: sha1(k)[8:16],
            "end of SHA256": lambda k: sha256(k)[24:],
            "start of SHA256": lambda k: sha256(k)[:8],
            "end of MD5": lambda k: hashlib.md5(k).digest()[8:],
            "SHA1 of the hex": lambda k: sha1(k.hex().encode())[12:],
            "SHA1 of the upper-case hex": lambda k: sha1(k.hex().upper().encode())[12:],
            "SHA1 of the key reversed": lambda k: sha1(k[::-1])[12:],
            "first eight bytes of the key": lambda k: k[:8],
            "last eight bytes of the key": lambda k: k[-8:],
            "SHA1 of 255 bytes": lambda k: sha1(k[1:])[12:],
            "SHA1 of the first 128 bytes": lambda k: sha1(k[:128])[12:],
            "SHA1 of the key as a TL string": lambda k: sha1(tl_bytes(k))[12:],
            "SHA1 of SHA1": lambda k: sha1(sha1(k))[12:],
        }.items():
            one(
                f"inner {which} id is {how}",
                f"{which}_auth_key_id in the inner is made by another rule: {how}",
                {f"i_{which}": lambda s, which=which, make=make: make(getattr(s, which))},  # type: ignore[misc]
                paths=path,
            )
    one(
        "ids exchanged",
        "temp and perm ids stand in each other's place",
        {"i_temp": lambda s: s.perm_id, "i_perm": lambda s: s.temp_id},
        paths=INNER + "temp_auth_key_id " + INNER + "perm_auth_key_id",
        words="swap|exchang|place",
    )
    one(
        "temp id twice",
        "the temporary key's id stands for the permanent one too",
        {"i_perm": lambda s: s.temp_id},
        paths=INNER + "perm_auth_key_id",
    )
    one(
        "perm id twice",
        "the permanent key's id stands for the temporary one too",
        {"i_temp": lambda s: s.perm_id},
        paths=INNER + "temp_auth_key_id",
    )
    one(
        "id of an older temporary key",
        "the inner names a temporary key made before",
        {"i_temp": lambda s: sha1(s.other)[12:]},
        paths=INNER + "temp_auth_key_id",
        facts=lambda s: {"other_keys": [s.other]},
    )
    one("fresh nonce inside", "two nonces were drawn", {"i_nonce": lambda s: s.rnd("again", 8)}, paths=INNER + "nonce")
    one(
        "session of the permanent connection",
        "another session's id",
        {"i_session": lambda s: s.rnd("perm session", 8)},
        paths=INNER + "temp_session_id",
    )
    one(
        "session from the envelope",
        "the random bytes of the envelope were taken for the session",
        {"i_session": lambda s: s.e_random[8:]},
        paths=INNER + "temp_session_id",
    )
    one(
        "salt for session",
        "temp_session_id has the salt",
        {"i_session": lambda s: s.salt},
        paths=INNER + "temp_session_id",
        give="packet",
    )
    one(
        "msg_id for session",
        "temp_session_id has the msg_id",
        {"i_session": lambda s: s.msg_id},
        paths=INNER + "temp_session_id",
    )
    one(
        "nonce for session",
        "temp_session_id has the nonce",
        {"i_session": lambda s: s.nonce},
        paths=INNER + "temp_session_id",
    )
    for how, truth, make in (
        ("a duration", "seconds of life instead of a date", lambda s: i32(DAY)),
        ("one second later", "the clock was read twice", lambda s: i32(s.expires + 1)),
        ("three hours later", "a local clock", lambda s: i32(s.expires + 3 * 3600)),
        ("high byte first", "big-endian", lambda s: i32(s.expires)[::-1]),
        ("zero", "zero", lambda s: i32(0)),
        ("now", "the present time without the life", lambda s: i32(s.now)),
        ("milliseconds", "milliseconds, cut to 32 bits", lambda s: i32(s.expires * 1000)),
        ("microseconds", "microseconds, cut to 32 bits", lambda s: i32(s.expires * 1_000_000)),
        ("a float", "the bits of a float", lambda s: struct.pack("<f", s.expires)),
        ("minus one", "-1", lambda s: i32(-1)),
        ("max", "the greatest int", lambda s: i32(0x7FFFFFFF)),
        ("doubled life", "two days, one day outside", lambda s: i32(s.expires + DAY)),
        ("the words turned", "16-bit halves swapped", lambda s: halves(i32(s.expires))),
    ):
        one(
            f"inner expires_at {how}",
            f"expires_at inside differs from the request's: {truth}",
            {"i_expires": make},
            paths=INNER + "expires_at",
            lies={"milliseconds": "duration|1970", "zero": "not there"}.get(how, ""),
        )
    for how, truth, make, also in (
        ("a long", "eight bytes wide", lambda s: i64(s.expires), "length inner"),
        ("a double", "a double", lambda s: struct.pack("<d", s.expires), "length inner"),
        ("milliseconds as a long", "eight bytes of milliseconds", lambda s: i64(s.expires * 1000), "length inner"),
        ("missing", "left out", lambda s: b"", "length inner"),
        ("sixteen bits", "two bytes", lambda s: i32(s.expires)[:2], "length inner"),
        ("a TL string", "decimal text", lambda s: tl_bytes(str(s.expires).encode()), "length inner"),
    ):
        one(
            f"inner expires_at {how}",
            f"expires_at inside is {truth}",
            {"i_expires": make},
            paths=INNER + "expires_at",
            also=also,
            words="expires_at",
        )
    for how, make in {
        "sixteen bytes": lambda s: s.rnd("nonce", 16),
        "thirty-two bytes": lambda s: s.rnd("nonce", 32),
        "four bytes": lambda s: s.nonce[:4],
        "missing": lambda s: b"",
        "a TL string": lambda s: tl_bytes(s.nonce),
        "hex text": lambda s: s.nonce.hex().encode(),
        "decimal text": lambda s: str(signed(s.nonce)).encode(),
    }.items():
        one(
            f"inner nonce {how}",
            f"the inner nonce is {how} instead of a long",
            {"i_nonce": make},
            also="length inner " + BEHIND,
            paths=INNER + "nonce",
            words="nonce|before temp_auth_key_id",
            lies="_id has|temp_session_id is|expires_at is",
        )
    for label, step, field_name in (
        ("temp id", "i_temp", "temp_auth_key_id"),
        ("perm id", "i_perm", "perm_auth_key_id"),
        ("session", "i_session", "temp_session_id"),
    ):
        source = {"i_temp": "temp_id", "i_perm": "perm_id", "i_session": "session"}[step]
        for how, change in {
            "missing": lambda b: b"",
            "in four bytes": lambda b: b[:4],
            "in sixteen bytes": lambda b: b + bytes(8),
            "as hex text": lambda b: b.hex().encode(),
            "as a TL string": tl_bytes,
            "twice in a row": lambda b: b + b,
        }.items():
            one(
                f"inner {label} {how}",
                f"{field_name} in the inner is {how}",
                also="length inner " + BEHIND,
                steps={step: lambda s, source=source, change=change: change(getattr(s, source))},  # type: ignore[misc]
                paths=INNER + field_name,
                words=field_name,
            )
    one(
        "constructor high byte first",
        "75a3f765 as it is printed",
        {"i_ctor": lambda s: bytes.fromhex("75a3f765")},
        paths=INNER + "constructor",
    )
    one(
        "constructor of the method",
        "the method's id inside",
        {"i_ctor": lambda s: bytes.fromhex("052ad4cd")},
        paths=INNER + "constructor",
    )
    one(
        "constructor by another CRC",
        "crc32 of the line with its id left in",
        {
            "i_ctor": lambda s: i32(
                crc32(
                    b"bind_auth_key_inner#75a3f765 nonce:long temp_auth_key_id:long "
                    b"perm_auth_key_id:long temp_session_id:long expires_at:int = BindAuthKeyInner"
                )
            )
        },
        paths=INNER + "constructor",
    )
    one("constructor zero", "zero", {"i_ctor": lambda s: bytes(4)}, paths=INNER + "constructor")
    one(
        "constructor one bit off",
        "a typing mistake",
        {"i_ctor": lambda s: bytes.fromhex("65f7a374")},
        paths=INNER + "constructor",
    )
    one(
        "constructor missing",
        "a bare object of 36 bytes",
        {"i_ctor": lambda s: b""},
        paths=INNER + "constructor",
        words="constructor",
        also="length inner",
    )
    one(
        "constructor missing, 40 said",
        "36 bytes, length 40",
        {"i_ctor": lambda s: b"", "e_length": lambda s: i32(40)},
        paths=INNER + "constructor",
        words="constructor",
        also="length inner expires_at padding",
    )
    one(
        "constructor twice",
        "the boxed object in one more box",
        {"inner": lambda s: s.i_ctor + RECIPE["inner"](s)},
        paths=INNER + "constructor",
        words="constructor",
        also="length inner nonce " + BEHIND,
    )
    one(
        "constructor as eight bytes",
        "the id is a long",
        {"i_ctor": lambda s: bytes.fromhex("65f7a37500000000")},
        paths=INNER + "constructor",
        words="constructor|four bytes|4 bytes",
        also="length inner nonce " + BEHIND,
    )
    orders = {
        "of the request": ("i_ctor i_perm i_nonce i_temp i_session i_expires", "perm nonce temp session"),
        "session before the ids": ("i_ctor i_nonce i_session i_temp i_perm i_expires", ""),
        "expires_at first": ("i_ctor i_expires i_nonce i_temp i_perm i_session", ""),
        "nonce last": ("i_ctor i_temp i_perm i_session i_expires i_nonce", ""),
        "expires_at before the session": ("i_ctor i_nonce i_temp i_perm i_expires i_session", ""),
        "ids before the nonce": ("i_ctor i_temp i_perm i_nonce i_session i_expires", ""),
        "backwards": ("i_ctor i_expires i_session i_perm i_temp i_nonce", ""),
        "constructor at the end": ("i_nonce i_temp i_perm i_session i_expires i_ctor", ""),
        "perm, session, temp": ("i_ctor i_nonce i_perm i_session i_temp i_expires", ""),
    }
    every = "nonce temp_auth_key_id perm_auth_key_id temp_session_id expires_at constructor"
    for how, (order, _) in orders.items():
        one(
            f"inner order {how}",
            f"the fields of the inner stand in another order: {order}",
            words="order|place|stands? at",
            steps={"inner": lambda s, order=order: b"".join(getattr(s, part) for part in order.split())},  # type: ignore[misc]
            also=every,
        )
    gap = "order|aligned|alignment|between|before|stands? at|too many|extra"
    one(
        "struct of C",
        "the compiler aligned the longs: four bytes after the constructor, four at the end",
        {"inner": lambda s: s.i_ctor + bytes(4) + RECIPE["inner"](s)[4:] + bytes(4)},
        words=gap,
        also=every + " length inner",
    )
    one(
        "flags after the constructor",
        "four bytes of flags that the object has not",
        {"inner": lambda s: s.i_ctor + bytes(4) + RECIPE["inner"](s)[4:]},
        words=gap,
        also=every + " length inner",
    )
    one(
        "four bytes at the end of the inner",
        "padding belongs to the object",
        words="too many|extra|longer|more|left|end|expires_at has 8",
        steps={"inner": lambda s: RECIPE["inner"](s) + bytes(4)},
        also="length inner expires_at",
    )
    one(
        "inner as TL bytes",
        "the object went through a serializer of bytes",
        words="bytes|prefix|TL|before|stands? at|length",
        steps={"inner": lambda s: tl_bytes(RECIPE["inner"](s))},
        also=every + " length inner",
    )
    one(
        "inner with its length in front",
        "four bytes of length before the object",
        words="length|before|stands? at|prefix",
        steps={"inner": lambda s: i32(40) + RECIPE["inner"](s)},
        also=every + " length inner",
    )
    one(
        "inner all big-endian",
        "a DataOutputStream wrote it",
        words="high byte|big.endian|byte order",
        also=every,
        steps={
            "inner": lambda s: (
                s.i_ctor[::-1]
                + s.nonce[::-1]
                + s.temp_id[::-1]
                + s.perm_id[::-1]
                + s.session[::-1]
                + i32(s.expires)[::-1]
            )
        },
        paths=" ".join(INNER + name for name in every.split()),
    )
    one(
        "inner gzipped",
        "the object was packed",
        {"inner": lambda s: gzip.compress(RECIPE["inner"](s), mtime=0)},
        words="gzip|pack|compress",
        also="length inner " + every,
        certain=True,
    )
    one(
        "request sealed instead of the inner",
        "auth.bindTempAuthKey with an empty message stands inside",
        {"inner": lambda s: s.r_ctor + s.perm_id + s.nonce + i32(s.expires) + tl_bytes(b"")},
        words="bindTempAuthKey|request|method|constructor",
        also="length inner " + every,
    )


_the_forty_bytes()


# -- The envelope -------------------------------------------------------------------------------------------------

ENVELOPE = "plaintext/envelope/"
EVERY = "nonce temp_auth_key_id perm_auth_key_id temp_session_id expires_at constructor msg_id seqno length random"
PLACE = r"order|place|stands? at|missing|before|too many|extra|random|salt|session_id"


def _the_envelope() -> None:
    for how, truth, make in (
        ("of the message", "the seqno of the message outside", lambda s: i32(1)),
        ("three", "counted in the session", lambda s: i32(3)),
        ("minus one", "-1", lambda s: i32(-1)),
        ("one, high byte first", "1, big-endian", lambda s: i32(1)[::-1]),
        ("random", "four random bytes", lambda s: s.rnd("seqno", 4)),
        ("forty", "the length is written twice", lambda s: i32(40)),
    ):
        one(f"envelope seqno {how}", truth, {"e_seqno": make}, paths=ENVELOPE + "seqno")
    for how, make in {
        "of the envelope": lambda s: i32(72),
        "with the padding": lambda s: i32(80),
        "without the constructor": lambda s: i32(36),
        "of the encrypted_message": lambda s: i32(104),
        "of the request": lambda s: i32(132),
        "zero": lambda s: i32(0),
        "high byte first": lambda s: i32(40)[::-1],
        "in words of four bytes": lambda s: i32(10),
        "with the padding of the inner": lambda s: i32(48),
        "in bits": lambda s: i32(320),
    }.items():
        one(
            f"envelope length {how}",
            f"the length is {how}",
            {"e_length": make},
            paths=ENVELOPE + "length",
            also="padding",
        )
    for how, truth, make in (
        ("four later", "a second msg_id was drawn", lambda s: i64(signed(s.msg_id) + 4)),
        ("seconds without the fraction", "msg_id >> 32 << 32", lambda s: bytes(4) + s.msg_id[4:]),
        ("of an earlier message", "built ten seconds before", lambda s: i64(signed(s.msg_id) - (10 << 32))),
        ("unix seconds", "seconds, not shifted", lambda s: i64(s.now)),
        ("unix milliseconds", "milliseconds, not shifted", lambda s: i64(s.now * 1000 + 7)),
        ("of the answer", "plus one: a server's id", lambda s: i64(signed(s.msg_id) + 1)),
        ("the session", "temp_session_id stands there", lambda s: s.session),
        ("the nonce", "the nonce stands there", lambda s: s.nonce),
        ("without its two low bytes", "low 16 bits zero", lambda s: bytes(2) + s.msg_id[2:]),
        ("a later one", "a msg_id of a second later", lambda s: i64(signed(s.msg_id) + (1 << 32) + 8)),
    ):
        one(
            f"envelope msg_id {how}",
            truth,
            {"e_msg_id": make},
            paths=ENVELOPE + "msg_id",
            lies="cut to 32" if how.startswith("seconds") else "",
        )
    one("random missing", "the envelope begins with the msg_id", {"e_random": lambda s: b""}, words=PLACE, also=EVERY)
    one(
        "random of eight bytes", "only the salt's place", {"e_random": lambda s: s.rnd("e", 8)}, words=PLACE, also=EVERY
    )
    one("random of twelve bytes", "four bytes short", {"e_random": lambda s: s.rnd("e", 12)}, words=PLACE, also=EVERY)
    one("random of 24 bytes", "int192", {"e_random": lambda s: s.rnd("e", 24)}, words=PLACE, also=EVERY)
    one("random of 32 bytes", "int256", {"e_random": lambda s: s.rnd("e", 32)}, words=PLACE, also=EVERY)
    one(
        "random as a TL string",
        "a length byte before the random",
        {"e_random": lambda s: tl_bytes(s.rnd("e", 16))},
        words=PLACE,
        also=EVERY,
    )
    one(
        "random as hex text",
        "32 letters",
        {"e_random": lambda s: s.rnd("e", 16).hex().encode()},
        words=PLACE,
        also=EVERY,
    )
    one(
        "no header",
        "the 40 bytes alone were sealed",
        {"envelope": lambda s: s.inner},
        also=EVERY,
        words=r"envelope|header|missing|random",
    )
    one(
        "header of an unencrypted message",
        "auth_key_id 0, msg_id, length, inner",
        {"header": lambda s: bytes(8) + s.e_msg_id + s.e_length},
        also=EVERY,
        words="unencrypted|plain|header|envelope|" + PLACE,
    )
    one("seqno missing", "28 bytes of header", {"e_seqno": lambda s: b""}, also=EVERY, words="seqno")
    one("length missing", "28 bytes of header", {"e_length": lambda s: b""}, also=EVERY, words="length")
    one(
        "seqno and length missing",
        "24 bytes of header",
        {"e_length": lambda s: b"", "e_seqno": lambda s: b""},
        also=EVERY,
        words="seqno|length|eight bytes|8 bytes",
    )
    one("msg_id missing", "24 bytes of header", {"e_msg_id": lambda s: b""}, also=EVERY, words="msg_id")
    one("seqno as a long", "eight bytes", {"e_seqno": lambda s: bytes(8)}, also=EVERY, words="seqno")
    one("length as a long", "eight bytes", {"e_length": lambda s: i64(40)}, also=EVERY, words="length")
    one("length of two bytes", "a short", {"e_length": lambda s: i32(40)[:2]}, also=EVERY, words="length")
    one("msg_id of sixteen bytes", "an int128", {"e_msg_id": lambda s: s.msg_id + bytes(8)}, also=EVERY, words="msg_id")
    one(
        "length before seqno",
        "exchanged",
        {"header": lambda s: s.e_random + s.e_msg_id + s.e_length + s.e_seqno},
        also=EVERY,
        paths=ENVELOPE + "length " + ENVELOPE + "seqno",
        words="order|place|exchang|swap",
    )
    one(
        "msg_id first",
        "msg_id stands before the random",
        {"header": lambda s: s.e_msg_id + s.e_random + s.e_seqno + s.e_length},
        also=EVERY,
        words="order|stands? at|place",
    )
    one(
        "msg_id after seqno",
        "seqno, length, msg_id",
        {"header": lambda s: s.e_random + s.e_seqno + s.e_length + s.e_msg_id},
        also=EVERY,
        words="order|stands? at|place",
    )
    one(
        "random at the end",
        "the random follows the inner",
        {"envelope": lambda s: s.e_msg_id + s.e_seqno + s.e_length + s.inner + s.e_random},
        also=EVERY,
        words=PLACE,
    )
    one(
        "padding first",
        "eight random bytes before the envelope",
        {"plaintext": lambda s: s.padding + s.envelope},
        also=EVERY + " padding msg_key",
        words="padding",
    )
    one(
        "inner in a container",
        "msg_container around the inner",
        {"inner": lambda s: bytes.fromhex("dcf8f173") + i32(1) + s.msg_id + i32(1) + i32(40) + RECIPE["inner"](s)},
        also=EVERY,
        words="container|before|stands? at",
    )
    one(
        "SHA1 in front as for RSA",
        "SHA1(data) + data, as in the old key exchange",
        {"plaintext": lambda s: sha1(s.envelope) + s.envelope + s.rnd("pad", 4)},
        also=EVERY + " padding",
        words="SHA-?1|hash|before|stands? at|20 bytes",
    )
    one(
        "header only hashed",
        "the sealed plaintext lacks the 32 bytes in front, the hash has them",
        {"plaintext": lambda s: s.inner + s.rnd("pad", 8)},
        also=EVERY + " padding msg_key",
        words="header|envelope|32|random",
    )
    one(
        "auth_key_id inside",
        "the id of the permanent key begins the plaintext",
        {"header": lambda s: s.perm_id + RECIPE["header"](s)},
        also=EVERY,
        words=PLACE + "|perm_auth_key_id|auth_key_id",
    )


_the_envelope()


# -- msg_key ------------------------------------------------------------------------------------------------------


def _msg_key() -> None:
    for how, truth, make in (
        ("SHA1[0:16]", "the first 16 bytes", lambda s: s.digest[:16]),
        ("SHA1[3:19]", "one byte too early", lambda s: s.digest[3:19]),
        ("SHA1[2:18]", "two bytes too early", lambda s: s.digest[2:18]),
        ("reversed", "turned round", lambda s: s.digest[4:20][::-1]),
        ("SHA1 reversed, first 16", "a number, high byte first", lambda s: s.digest[::-1][:16]),
        ("words turned", "five words, each the other way round", lambda s: turned(s.digest)[4:20]),
        ("with padding", "the padding is hashed", lambda s: sha1(s.plaintext)[4:20]),
        (
            "with zero padding",
            "zeros up to 80 are hashed",
            lambda s: sha1(s.envelope + bytes(-len(s.envelope) % 16))[4:20],
        ),
        ("padding first", "the padding is hashed, in front", lambda s: sha1(s.padding, s.envelope)[4:20]),
        ("of the inner", "only the 40 bytes are hashed", lambda s: sha1(s.inner)[4:20]),
        ("of the inner with padding", "the 40 bytes and the padding", lambda s: sha1(s.inner, s.padding)[4:20]),
        ("without the random", "the 16 random bytes are not hashed", lambda s: sha1(s.envelope[16:])[4:20]),
        ("without salt's place", "the first 8 bytes are not hashed", lambda s: sha1(s.envelope[8:])[4:20]),
        ("of the header", "only the 32 bytes of the header", lambda s: sha1(s.header)[4:20]),
        ("without expires_at", "the last four bytes are not hashed", lambda s: sha1(s.envelope[:-4])[4:20]),
        ("of whole blocks", "the first 64 bytes", lambda s: sha1(s.envelope[:64])[4:20]),
        ("SHA256[4:20]", "SHA-256", lambda s: sha256(s.envelope)[4:20]),
        ("SHA256[8:24]", "SHA-256, middle", lambda s: sha256(s.envelope)[8:24]),
        ("SHA256[8:24] with padding", "SHA-256 of all, without key", lambda s: sha256(s.plaintext)[8:24]),
        ("SHA256[0:16]", "SHA-256, start", lambda s: sha256(s.envelope)[:16]),
        ("SHA256[16:32]", "SHA-256, end", lambda s: sha256(s.envelope)[16:]),
        ("of MTProto 2.0", "SHA256(key[88:120] + all)[8:24]", lambda s: sha256(s.perm[88:120], s.plaintext)[8:24]),
        ("of MTProto 2.0 without padding", "no padding", lambda s: sha256(s.perm[88:120], s.envelope)[8:24]),
        ("of MTProto 2.0, x = 8", "key[96:128]", lambda s: sha256(s.perm[96:128], s.plaintext)[8:24]),
        ("MD5", "MD5", lambda s: hashlib.md5(s.envelope).digest()),
        ("SHA512", "SHA-512", lambda s: hashlib.sha512(s.envelope).digest()[4:20]),
        ("SHA1 of SHA1", "hashed twice", lambda s: sha1(s.digest)[4:20]),
        ("of the hex", "the hex text is hashed", lambda s: sha1(s.envelope.hex().encode())[4:20]),
        ("of the base64", "the base64 text is hashed", lambda s: sha1(base64.b64encode(s.envelope))[4:20]),
        ("hex text of the hash", "characters of the hex digest", lambda s: s.digest.hex().encode()[4:20]),
        ("first characters of the hex", "characters of the hex digest", lambda s: s.digest.hex().encode()[:16]),
        ("HMAC", "HMAC-SHA1 by the key", lambda s: hmac.new(s.perm, s.envelope, "sha1").digest()[4:20]),
        ("SHA1 with the key", "SHA1(key + envelope)", lambda s: sha1(s.perm, s.envelope)[4:20]),
        ("with the id in front", "auth_key_id is hashed too", lambda s: sha1(s.perm_id, s.envelope)[4:20]),
        ("of the request's first part", "the request is hashed", lambda s: sha1(s.r_ctor, s.perm_id, s.nonce)[4:20]),
        ("zero", "16 zero bytes", lambda s: bytes(16)),
        ("SHA1[4:20] with four zeros", "SHA1[8:20] and zeros", lambda s: s.digest[8:20] + bytes(4)),
        (
            "UTF-8",
            "the bytes went through UTF-8 before hashing",
            lambda s: sha1(s.envelope.decode("latin-1").encode())[4:20],
        ),
        ("SHA224", "SHA-224", lambda s: hashlib.sha224(s.envelope).digest()[4:20]),
        ("random", "16 random bytes", lambda s: s.rnd("mk", 16)),
    ):
        one(
            f"msg_key {how}",
            f"msg_key: {truth}; schedule and message use the same",
            {"msg_key": make},
            paths="encrypted_message/msg_key",
            words="msg_key",
            also="msg_key",
        )
    one(
        "msg_key carried reversed",
        "the schedule has the right one",
        {"c_msg_key": lambda s: s.msg_key[::-1]},
        paths="encrypted_message/msg_key",
        words="msg_key",
    )
    one(
        "msg_key carried from SHA1[0:16]",
        "the schedule has SHA1[4:20], the message SHA1[0:16]",
        {"c_msg_key": lambda s: s.digest[:16]},
        paths="encrypted_message/msg_key",
        words="msg_key",
        certain=True,
    )
    one(
        "msg_key of 20 bytes",
        "the whole SHA-1 is carried",
        {"c_msg_key": lambda s: s.digest},
        paths="encrypted_message/msg_key",
        words="msg_key",
        also="encrypted_message length ciphertext",
    )
    one(
        "schedule from SHA1[0:16]",
        "the message carries the right msg_key",
        {"k_mk": lambda s: s.digest[:16]},
        words="msg_key|schedule|sha1_a",
        also="aes_key aes_iv ciphertext",
        certain=True,
    )
    one(
        "schedule from all 20 bytes",
        "the message carries 16",
        {"k_mk": lambda s: s.digest},
        words="msg_key|20 bytes|sha1_a",
        also="aes_key aes_iv ciphertext",
        certain=True,
    )
    one(
        "schedule from msg_key reversed",
        "the message carries the right one",
        {"k_mk": lambda s: s.msg_key[::-1]},
        words="msg_key|reversed|sha1_a",
        also="aes_key aes_iv ciphertext",
    )
    one(
        "schedule from the hex of msg_key",
        "text",
        {"k_mk": lambda s: s.msg_key.hex().encode()},
        words="msg_key|hex",
        also="aes_key aes_iv ciphertext",
    )
    one(
        "msg_key missing",
        "id and ciphertext only",
        {"c_msg_key": lambda s: b""},
        words="msg_key",
        paths="encrypted_message/msg_key",
        also="encrypted_message ciphertext",
        certain=True,
    )


_msg_key()


# -- sha1_a to sha1_d, aes_key, aes_iv ----------------------------------------------------------------------------


def _schedule() -> None:
    sealing = " ".join(SEALING)
    for piece, words, wrong in (
        (
            "in_a",
            "sha1_a|key\\[0:|auth_key\\[",
            {
                "the key first": lambda s: s.k_key[:32] + s.k_mk,
                "36 bytes as in v2": lambda s: s.k_mk + s.k_key[:36],
                "16 bytes": lambda s: s.k_mk + s.k_key[:16],
                "from 32": lambda s: s.k_mk + s.k_key[32:64],
                "from 1": lambda s: s.k_mk + s.k_key[1:33],
                "31 bytes": lambda s: s.k_mk + s.k_key[:31],
                "without msg_key": lambda s: s.k_key[:32],
                "msg_key in the middle": lambda s: s.k_key[:16] + s.k_mk + s.k_key[16:32],
                "from the end of the key": lambda s: s.k_mk + s.k_key[-32:],
                "only x = 8 here": lambda s: s.k_mk + s.k_key[8:40],
            },
        ),
        (
            "in_b",
            "sha1_b|auth_key\\[",
            {
                "msg_key first": lambda s: s.k_mk + s.k_key[32:64],
                "msg_key last": lambda s: s.k_key[32:64] + s.k_mk,
                "halves exchanged": lambda s: s.k_key[48:64] + s.k_mk + s.k_key[32:48],
                "the first half twice": lambda s: s.k_key[32:48] + s.k_mk + s.k_key[32:48],
                "32 bytes on both sides": lambda s: s.k_key[32:64] + s.k_mk + s.k_key[64:96],
                "without the second half": lambda s: s.k_key[32:48] + s.k_mk,
                "from 36": lambda s: s.k_key[36:52] + s.k_mk + s.k_key[52:68],
                "48:80": lambda s: s.k_key[32:48] + s.k_mk + s.k_key[48:80],
            },
        ),
        (
            "in_c",
            "sha1_c|auth_key\\[",
            {
                "msg_key first": lambda s: s.k_mk + s.k_key[64:96],
                "from 72": lambda s: s.k_key[72:104] + s.k_mk,
                "16 bytes": lambda s: s.k_key[64:80] + s.k_mk,
                "from 96": lambda s: s.k_key[96:128] + s.k_mk,
                "msg_key in the middle": lambda s: s.k_key[64:80] + s.k_mk + s.k_key[80:96],
                "from 63": lambda s: s.k_key[63:95] + s.k_mk,
            },
        ),
        (
            "in_d",
            "sha1_d|auth_key\\[",
            {
                "the key first": lambda s: s.k_key[96:128] + s.k_mk,
                "from 128": lambda s: s.k_mk + s.k_key[128:160],
                "16 bytes": lambda s: s.k_mk + s.k_key[96:112],
                "from 88": lambda s: s.k_mk + s.k_key[88:120],
                "from 64": lambda s: s.k_mk + s.k_key[64:96],
                "to the end of the key": lambda s: s.k_mk + s.k_key[96:],
            },
        ),
    ):
        for how, make in wrong.items():
            one(
                f"sha1_{piece[-1]} {how}",
                f"the input of sha1_{piece[-1]}: {how}",
                {piece: make},
                words=words,
                also=sealing,
            )
    for which, wrong2 in (
        (
            "aes_key",
            {
                "a[8:16] first": lambda s: s.a[8:16] + s.b[8:20] + s.c[4:16],
                "a[12:20] first": lambda s: s.a[12:20] + s.b[8:20] + s.c[4:16],
                "b[0:12]": lambda s: s.a[:8] + s.b[:12] + s.c[4:16],
                "c[0:12]": lambda s: s.a[:8] + s.b[8:20] + s.c[:12],
                "c[8:20]": lambda s: s.a[:8] + s.b[8:20] + s.c[8:20],
                "c before b": lambda s: s.a[:8] + s.c[4:16] + s.b[8:20],
                "b before a": lambda s: s.b[8:20] + s.a[:8] + s.c[4:16],
                "d for c": lambda s: s.a[:8] + s.b[8:20] + s.d[4:16],
                "a[0:12] b[8:16]": lambda s: s.a[:12] + s.b[8:16] + s.c[4:16],
                "c[4:16] of b": lambda s: s.a[:8] + s.b[8:20] + s.b[4:16],
                "reversed": lambda s: RECIPE["aes_key"](s)[::-1],
                "words turned": lambda s: turned(RECIPE["aes_key"](s)),
                "of the start of its hex": lambda s: RECIPE["aes_key"](s).hex().encode()[:32],
                "halves exchanged": lambda s: halves(RECIPE["aes_key"](s)),
            },
        ),
        (
            "aes_iv",
            {
                "d[12:20]": lambda s: s.a[8:20] + s.b[:8] + s.c[16:20] + s.d[12:20],
                "d[4:12]": lambda s: s.a[8:20] + s.b[:8] + s.c[16:20] + s.d[4:12],
                "c[0:4]": lambda s: s.a[8:20] + s.b[:8] + s.c[:4] + s.d[:8],
                "a[0:12]": lambda s: s.a[:12] + s.b[:8] + s.c[16:20] + s.d[:8],
                "b[12:20]": lambda s: s.a[8:20] + s.b[12:20] + s.c[16:20] + s.d[:8],
                "d before c": lambda s: s.a[8:20] + s.b[:8] + s.d[:8] + s.c[16:20],
                "b before a": lambda s: s.b[:8] + s.a[8:20] + s.c[16:20] + s.d[:8],
                "no d": lambda s: s.a[8:20] + s.b[:8] + s.c[16:20] + bytes(8),
                "c for d": lambda s: s.a[8:20] + s.b[:8] + s.c[16:20] + s.c[:8],
                "d[8:16]": lambda s: s.a[8:20] + s.b[:8] + s.c[16:20] + s.d[8:16],
                "reversed": lambda s: RECIPE["aes_iv"](s)[::-1],
                "words turned": lambda s: turned(RECIPE["aes_iv"](s)),
                "halves exchanged": lambda s: halves(RECIPE["aes_iv"](s)),
                "zero": lambda s: bytes(32),
                "first half twice": lambda s: RECIPE["aes_iv"](s)[:16] * 2,
                "second half twice": lambda s: RECIPE["aes_iv"](s)[16:] * 2,
                "second half zero": lambda s: RECIPE["aes_iv"](s)[:16] + bytes(16),
                "first half zero": lambda s: bytes(16) + RECIPE["aes_iv"](s)[16:],
                "random": lambda s: s.rnd("iv", 32),
                "first half random": lambda s: s.rnd("iv", 16) + RECIPE["aes_iv"](s)[16:],
                "second half random": lambda s: RECIPE["aes_iv"](s)[:16] + s.rnd("iv", 16),
                "the key": lambda s: s.aes_key,
                "msg_key twice": lambda s: s.msg_key * 2,
            },
        ),
    ):
        for how, make in wrong2.items():
            one(
                f"{which} {how}",
                f"{which} is put together wrongly: {how}",
                {which: make},
                also=sealing,
                words=which + r"|sha1_[abcd]\[" + (r"|\biv\b" if which == "aes_iv" else ""),
            )
    one(
        "aes_key and aes_iv exchanged",
        "the two results are taken for each other",
        {"aes_key": lambda s: RECIPE["aes_iv"](s), "aes_iv": lambda s: RECIPE["aes_key"](s)},
        also=sealing,
        words="aes_key|aes_iv|swap|exchang",
    )
    one(
        "schedule by SHA-256",
        "sha256 in place of the four sha1",
        {name: lambda s, name=name: sha256(getattr(s, f"in_{name}"))[:20] for name in "abcd"},  # type: ignore[misc]
        also=sealing,
        words="SHA-?256|sha1_",
    )
    one(
        "schedule by MD5 for d",
        "another hash for sha1_d",
        {"d": lambda s: hashlib.md5(s.in_d).digest()},
        also=sealing,
        words="sha1_d|aes_iv|MD5",
    )
    for x in (8, 0):

        def v2(s: Client, x: int = x) -> tuple[bytes, bytes]:
            a, b = sha256(s.k_mk, s.k_key[x : 36 + x]), sha256(s.k_key[40 + x : 76 + x], s.k_mk)
            return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]

        one(
            f"schedule of MTProto 2.0, x = {x}",
            "sha256_a, sha256_b",
            words="2\\.0|v2|SHA-?256",
            also=sealing,
            steps={"aes_key": lambda s, v2=v2: v2(s)[0], "aes_iv": lambda s, v2=v2: v2(s)[1]},
        )  # type: ignore[misc]
    one(
        "all of MTProto 2.0",
        "msg_key and schedule of v2",
        words="2\\.0|v2|SHA-?256",
        also=sealing + " msg_key padding",
        steps={
            "padding": lambda s: s.rnd("pad", 24),
            "msg_key": lambda s: sha256(s.perm[88:120], s.plaintext)[8:24],
            "aes_key": lambda s: (lambda a, b: a[:8] + b[8:24] + a[24:])(
                sha256(s.k_mk, s.k_key[:36]), sha256(s.k_key[40:76], s.k_mk)
            ),
            "aes_iv": lambda s: (lambda a, b: b[:8] + a[8:24] + b[24:])(
                sha256(s.k_mk, s.k_key[:36]), sha256(s.k_key[40:76], s.k_mk)
            ),
        },
    )

    def at(x: int) -> dict[str, Step]:
        return {"k_key": lambda s: s.perm[x:] + s.perm[:x]}

    one(
        "schedule with x = 8",
        "the other direction",
        at(8),
        words="x = 8|x=8|direction|from the data cent",
        also=sealing,
    )
    one("schedule with x = 128", "the second half of the key", at(128), words="128|half", also=sealing)
    for how, make, words in (
        ("the temporary key", lambda s: s.temp, "temporary key"),
        ("the key reversed", lambda s: s.perm[::-1], "revers|turned|order|low byte"),
        ("the key as hex text", lambda s: s.perm.hex().encode(), "hex"),
        ("the key as upper-case hex text", lambda s: s.perm.hex().upper().encode(), "hex"),
        ("the key as base64 text", lambda s: base64.b64encode(s.perm), "base64"),
        ("the key's words turned", lambda s: turned(s.perm), "words|turned|order"),
        ("the key's longs turned", lambda s: turned(s.perm, 8), "words|longs|turned|order"),
        ("the key as a TL string", lambda s: tl_bytes(s.perm), "TL|prefix|length|in front|bytes"),
        ("the key with its id in front", lambda s: s.perm_id + s.perm, "id|in front|prefix"),
        ("the key after its first byte", lambda s: s.perm[1:] + b"\0", "shift|missing|first byte|short"),
        ("the key with a zero byte in front", lambda s: b"\0" + s.perm, "zero|sign|257|in front|shift"),
        ("the key as decimal text", lambda s: str(int.from_bytes(s.perm, "big")).encode(), "decimal|digits|text"),
        ("SHA1 of the key", lambda s: (sha1(s.perm) * 13)[:256], "hash|SHA"),
        ("the key through UTF-8", lambda s: s.perm.decode("latin-1").encode(), "utf|text"),
    ):
        one(
            f"schedule of {how}",
            f"the schedule reads {how}",
            {"k_key": make},
            words=words,
            also=sealing,
            certain=how.startswith("SHA1"),
        )
    one(
        "permanent key without its leading zero",
        "255 bytes go into the schedule, and the id is of 256",
        {"perm": lambda s: b"\0" + s.rnd("perm", 255), "k_key": lambda s: s.perm[1:] + b"\0"},
        words="leading zero|zero byte|255",
        also=sealing,
    )
    one(
        "permanent key without its leading zero, id too",
        "255 bytes everywhere",
        {
            "perm": lambda s: b"\0" + s.rnd("perm", 255),
            "k_key": lambda s: s.perm[1:] + b"\0",
            "perm_id": lambda s: sha1(s.perm[1:])[12:],
        },
        words="leading zero|zero byte|255",
        also=sealing + " perm_auth_key_id",
    )
    one(
        "permanent key with its zero at the end",
        "padded on the wrong side",
        {
            "perm": lambda s: b"\0" + s.rnd("perm", 255),
            "k_key": lambda s: s.perm[1:] + b"\0",
            "perm_id": lambda s: sha1(s.perm[1:] + b"\0")[12:],
        },
        words="leading zero|zero byte|255|right|end",
        also=sealing + " perm_auth_key_id",
    )
    one(
        "temporary key without its leading zero",
        "its id is of 255 bytes",
        {"temp": lambda s: b"\0" + s.rnd("temp", 255), "i_temp": lambda s: sha1(s.temp[1:])[12:]},
        paths=INNER + "temp_auth_key_id",
        words="leading zero|zero byte|255",
    )
    one(
        "another permanent key seals",
        "a second account's key, whose id is in front all right",
        {"k_key": lambda s: s.other},
        words="other|another",
        also=sealing,
        facts=lambda s: {"other_keys": [s.other]},
    )


_schedule()


# -- AES and padding ----------------------------------------------------------------------------------------------


def _cipher() -> None:
    sealing = " ".join(SEALING)
    for how, words, cipher in (
        ("CBC", "CBC", cbc),
        ("CTR", "CTR|counter", ctr),
        ("CFB", "CFB|as IGE", cfb),
        ("OFB", "OFB|as IGE", ofb),
        ("PCBC", "PCBC", pcbc),
        ("ECB", "ECB", lambda d, k, v: block(k, d)),
        ("halves of the iv exchanged", r"\biv\b|aes_iv", lambda d, k, v: ige(d, k, halves(v))),
        ("AES-128", "128", lambda d, k, v: ige(d, k[:16], v)),
        ("AES-128, second half", "128", lambda d, k, v: ige(d, k[16:], v)),
        ("AES-192", "192", lambda d, k, v: ige(d, k[:24], v)),
        ("decrypting", "decrypt", ige_open),
        ("words turned", "words|order", lambda d, k, v: turned(ige(turned(d), turned(k), turned(v)))),
        ("words of the data turned", "words|order", lambda d, k, v: turned(ige(turned(d), k, v))),
        ("memories crossed", "cross|memor|previous|before|IGE", ige_wrong_side),
        ("plaintext remembered after mixing", "memor|previous|before|IGE", ige_forgetful),
        ("plaintext before only once", "memor|previous|before|CBC|IGE", ige_first_only),
        ("ciphertext before never", "memor|previous|before|IGE", ige_before_only),
        ("the iv for every block", r"iv|every block|block", ige_iv_again),
        ("twice", "twice|second", lambda d, k, v: ige(ige(d, k, v), k, v)),
        ("both ways", "both ways|twice", lambda d, k, v: ige(ige(d, k, v)[::-1], k, v)[::-1]),
        (
            "blocks backwards",
            "backwards|revers|order|from the end|last block|as IGE",
            lambda d, k, v: b"".join(reversed(cut(ige(b"".join(reversed(cut(d))), k, v)))),
        ),
        ("zero key", "zero|aes_key", lambda d, k, v: ige(d, bytes(32), v)),
        ("none", "not encrypted|plain|unencrypted|no cipher|without", lambda d, k, v: d),
        ("xor only", "xor", lambda d, k, v: xor(d, (k * 4)[: len(d)])),
        ("CBC with the second half of the iv", "CBC", lambda d, k, v: cbc(d, k, v[16:])),
        ("ciphertext reversed", "revers|backwards|turned", lambda d, k, v: ige(d, k, v)[::-1]),
        ("blocks of 32", "32|block", lambda d, k, v: b"".join(ige(d[i : i + 32], k, v) for i in range(0, len(d), 32))),
    ):
        one(
            f"AES {how}",
            f"the cipher: {how}",
            {"ciphertext": lambda s, cipher=cipher: cipher(s.plaintext, s.aes_key, s.aes_iv)},  # type: ignore[misc]
            words=words,
            also=sealing,
            certain=how in ("xor only", "both ways", "twice", "blocks of 32"),
        )
    one(
        "sixteen bytes too many sealed",
        "PKCS7 of 16 bytes behind the 80",
        words="padding|too|longer|PKCS|size|104",
        steps={"ciphertext": lambda s: ige(s.plaintext + bytes([16]) * 16, s.aes_key, s.aes_iv)},
        paths="encrypted_message/padding",
        also="encrypted_message length " + sealing,
    )
    one(
        "two more blocks of padding",
        "32 bytes of padding too many",
        {"padding": lambda s: s.rnd("p", 40)},
        words="padding",
        also="encrypted_message padding " + sealing,
    )
    one(
        "padding as of MTProto 2.0",
        "24 bytes",
        {"padding": lambda s: s.rnd("p", 24)},
        words="padding",
        also="encrypted_message padding " + sealing,
    )
    one(
        "last block missing",
        "64 bytes were sealed",
        {"plaintext": lambda s: s.envelope[:64]},
        words="padding|short|last block|missing|size|64|88|before its end",
        also="encrypted_message length padding expires_at temp_session_id " + sealing,
    )
    one(
        "padding cut off after sealing",
        "the ciphertext is 72 bytes",
        words="96|multiple of 16|whole blocks|size|cut|padding|before its end",
        steps={"ciphertext": lambda s: RECIPE["ciphertext"](s)[:72]},
        also="encrypted_message length padding " + sealing,
    )
    one(
        "ciphertext as hex text",
        "160 letters",
        {"ciphertext": lambda s: RECIPE["ciphertext"](s).hex().encode()},
        words="hex|text",
        also="encrypted_message length " + sealing,
    )
    one(
        "ciphertext as base64 text",
        "108 letters",
        words="base64|text",
        steps={"ciphertext": lambda s: base64.b64encode(RECIPE["ciphertext"](s))},
        also="encrypted_message length " + sealing,
    )
    one(
        "id and msg_key sealed too",
        "the 24 bytes in front were encrypted with the rest",
        certain=True,
        steps={
            "ciphertext": lambda s: ige(s.front + s.msg_key + s.plaintext[:72], s.aes_key, s.aes_iv),
            "sealed": lambda s: s.ciphertext,
        },
        words="front|auth_key_id|msg_key|sealed",
        also="encrypted_message perm_auth_key_id msg_key length " + sealing,
    )


_cipher()


# -- encrypted_message and request --------------------------------------------------------------------------------


def _request() -> None:
    front = "encrypted_message/perm_auth_key_id encrypted_message/auth_key_id perm_auth_key_id_in_front"
    for how, make in {
        "the temporary key's": lambda s: s.temp_id,
        "high byte first": lambda s: s.perm_id[::-1],
        "the high eight bytes of SHA1": lambda s: sha1(s.perm)[:8],
        "zero": lambda s: bytes(8),
        "the nonce": lambda s: s.nonce,
        "another key's": lambda s: sha1(s.other)[12:],
        "halves swapped": lambda s: halves(s.perm_id),
        "through a double": lambda s: through_double(s.perm_id),
        "the session": lambda s: s.session,
        "SHA1[4:12]": lambda s: sha1(s.perm)[4:12],
    }.items():
        one(f"id in front {how}", f"encrypted_message begins with another id: {how}", {"front": make}, paths=front)
    one(
        "no id in front",
        "msg_key and ciphertext only: 96 bytes",
        {"front": lambda s: b""},
        words="front|auth_key_id|missing",
        paths=front,
        also="encrypted_message msg_key ciphertext length",
    )
    one(
        "id in front twice",
        "112 bytes",
        {"front": lambda s: s.perm_id * 2},
        words="front|auth_key_id|twice|each there once",
        paths=front,
        also="encrypted_message msg_key ciphertext length",
    )
    one(
        "msg_key before the id",
        "the two stand the other way round",
        {"sealed": lambda s: s.msg_key + s.front + s.ciphertext},
        words="order|place|stands? at|before|exchang",
        paths=front,
        also="msg_key ciphertext",
    )
    one(
        "ciphertext before msg_key",
        "id, ciphertext, msg_key",
        {"sealed": lambda s: s.front + s.ciphertext + s.msg_key},
        words="order|place|stands? at|before|exchang",
        also="msg_key ciphertext encrypted_message",
    )
    one(
        "msg_key at the end",
        "ciphertext, id, msg_key",
        {"sealed": lambda s: s.ciphertext + s.front + s.msg_key},
        words="order|place|stands? at|before|exchang",
        also="msg_key ciphertext encrypted_message " + front.replace("/", " "),
        certain=True,
    )
    for step, path, source in (
        ("r_perm", "request/perm_auth_key_id", "perm_id"),
        ("r_nonce", "request/nonce", "nonce"),
    ):
        for how, change in {
            "high byte first": lambda b: b[::-1],
            "halves swapped": halves,
            "through a double": through_double,
            "low word only": lambda b: b[:4] + bytes(4),
            "zero": lambda b: bytes(8),
            "one more": lambda b: i64(signed(b) + 1),
        }.items():
            label = path.rpartition("/")[2]
            one(
                f"request's {label} {how}",
                f"{label} of the request: {how}, the sealed one is right",
                {step: lambda s, source=source, change=change: change(getattr(s, source))},  # type: ignore[misc]
                paths=path + (" " + INNER + "nonce" if step == "r_nonce" else ""),
            )
    for how, make in {
        "the temporary key's": lambda s: s.temp_id,
        "the high half of SHA1": lambda s: sha1(s.perm)[:8],
        "the nonce": lambda s: s.nonce,
    }.items():
        one(f"request's perm_auth_key_id {how}", how, {"r_perm": make}, paths="request/perm_auth_key_id")
    one(
        "request's perm_auth_key_id and nonce exchanged",
        "order of the parameters",
        {"r_perm": lambda s: s.nonce, "r_nonce": lambda s: s.perm_id},
        paths="request/perm_auth_key_id request/nonce",
        words="order|exchang|swap|place",
    )
    for how, make in {
        "a duration": lambda s: i32(DAY),
        "high byte first": lambda s: i32(s.expires)[::-1],
        "zero": lambda s: i32(0),
        "milliseconds": lambda s: i32(s.expires * 1000),
        "a second later": lambda s: i32(s.expires + 1),
        "a float": lambda s: struct.pack("<f", s.expires),
    }.items():
        one(
            f"request's expires_at {how}",
            f"expires_at of the request: {how}; the sealed one is right",
            {"r_expires": make},
            paths="request/expires_at " + INNER + "expires_at",
            lies="not there" if how == "zero" else "",
        )
    for how, make in {
        "a long": lambda s: i64(s.expires),
        "a double": lambda s: struct.pack("<d", s.expires),
        "missing": lambda s: b"",
    }.items():
        one(
            f"request's expires_at {how}",
            f"expires_at of the request is {how}",
            {"r_expires": make},
            words="expires_at",
            paths="request/expires_at",
            also="encrypted_message request",
        )
    for how, make in {
        "sixteen bytes": lambda s: s.nonce + bytes(8),
        "four bytes": lambda s: s.nonce[:4],
        "missing": lambda s: b"",
    }.items():
        one(
            f"request's nonce {how}",
            f"nonce of the request is {how}",
            {"r_nonce": make},
            words="nonce",
            paths="request/nonce",
            also="encrypted_message request expires_at",
        )
    one(
        "request's perm_auth_key_id missing",
        "three parameters",
        {"r_perm": lambda s: b""},
        words="perm_auth_key_id",
        paths="request/perm_auth_key_id",
        also="encrypted_message request expires_at nonce",
    )
    one(
        "request with temp_auth_key_id too",
        "five parameters",
        {"r_perm": lambda s: s.temp_id + s.perm_id},
        words="perm_auth_key_id|temp_auth_key_id|before|extra|too many",
        also="perm_auth_key_id encrypted_message request expires_at nonce",
    )
    for how, make in {
        "high byte first": lambda s: bytes.fromhex("cdd42a05"),
        "of the inner": lambda s: bytes.fromhex("65f7a375"),
        "of auth.dropTempAuthKeys": lambda s: bytes.fromhex("88a1488e"),
        "one bit off": lambda s: bytes.fromhex("052ad4cc"),
        "twice": lambda s: bytes.fromhex("052ad4cd" * 2),
        "missing": lambda s: b"",
        "zero": lambda s: bytes(4),
    }.items():
        one(
            f"request's constructor {how}",
            f"the method's id is {how}",
            {"r_ctor": make},
            paths="request/constructor",
            words="constructor|cdd42a05|052ad4cd",
            also="request encrypted_message perm_auth_key_id nonce expires_at method",
        )
    for how, words, make in (
        ("no TL length", "length|TL|bytes", lambda s: s.sealed),
        ("four bytes of length", "length|TL|prefix", lambda s: i32(104) + s.sealed),
        ("length high byte first", "length|TL|prefix", lambda s: i32(104)[::-1] + s.sealed),
        ("no TL padding", "padding|multiple of 4|TL", lambda s: b"\x68" + s.sealed),
        ("one byte of TL padding too few", "padding|multiple of 4|TL", lambda s: b"\x68" + s.sealed + bytes(2)),
        (
            "one word of TL padding too many",
            "left|extra|too many|after|trailing",
            lambda s: tl_bytes(s.sealed) + bytes(4),
        ),
        ("TL bytes in TL bytes", "twice|TL|bytes|prefix", lambda s: tl_bytes(tl_bytes(s.sealed))),
        ("hex text", "hex|text", lambda s: tl_bytes(s.sealed.hex().encode())),
        ("base64 text", "base64|text", lambda s: tl_bytes(base64.b64encode(s.sealed))),
        ("a Vector", "ector|TL|bytes|prefix", lambda s: bytes.fromhex("15c4b51c") + i32(104) + s.sealed),
        ("length of the ciphertext", "length|80|TL", lambda s: b"\x50" + s.sealed + bytes(3)),
        ("a length in words", "length|TL|26|words", lambda s: bytes([26]) + s.sealed + bytes(3)),
        ("through UTF-8", "utf|text|size|104|longer", lambda s: tl_bytes(s.sealed.decode("latin-1").encode())),
        ("a C string", "zero|cut|length|short|text|size|104", lambda s: tl_bytes(s.sealed[:70])),
    ):
        one(
            f"encrypted_message with {how}",
            f"bytes in the request: {how}",
            {"r_blob": make},
            words=words,
            also="encrypted_message request length ciphertext msg_key perm_auth_key_id",
            certain=how in ("through UTF-8", "a C string"),
        )
    one(
        "request with a nonce drawn anew",
        "request built after the seal",
        {"r_nonce": lambda s: s.rnd("late", 8)},
        paths="request/nonce " + INNER + "nonce",
    )
    one(
        "request's fields backwards",
        "bytes first",
        steps={"request": lambda s: s.r_ctor + s.r_blob + s.r_expires + s.r_nonce + s.r_perm},
        words="order|place|parse|stands? at",
        also="request encrypted_message perm_auth_key_id nonce expires_at length",
    )
    one(
        "request with flags",
        "a word of flags after the constructor",
        {"r_perm": lambda s: bytes(4) + s.perm_id},
        words="flags|before|between|extra|four bytes|4 bytes|stands? at|too many",
        also="request encrypted_message perm_auth_key_id nonce expires_at length",
    )


_request()


# -- The packet ---------------------------------------------------------------------------------------------------


def wrapped(query: bytes) -> bytes:
    """invokeWithLayer(initConnection(query))."""
    texts = b"".join(tl_bytes(text) for text in (b"PC", b"1.0", b"0.1", b"en", b"", b"en"))
    return bytes.fromhex("0d0d9bda") + i32(214) + bytes.fromhex("a95ecdc1") + i32(0) + i32(12345) + texts + query


def contained(s: Client, *, own_id: bool) -> dict[str, bytes]:
    """The request in a container, behind a msgs_ack; the container's msg_id is greater than those within."""
    inside = s.msg_id if own_id else i64(signed(s.msg_id) - 8)
    ack = bytes.fromhex("59b4d662") + bytes.fromhex("15c4b51c") + i32(1) + i64(signed(s.msg_id) - (40 << 32) | 1)
    body = bytes.fromhex("dcf8f173") + i32(2)
    body += i64(signed(inside) - 4) + i32(2) + i32(len(ack)) + ack + inside + i32(1) + i32(len(s.request)) + s.request
    return {"o_body": body, "o_msg_id": i64(signed(inside) + 8)}


def _packet() -> None:
    packet = "packet message request "
    session = INNER + "temp_session_id message/session_id session_id"
    message_id = ENVELOPE + "msg_id message/msg_id msg_id"
    for name, truth, steps, paths, words in (
        (
            "session of another connection outside",
            "the message has another session_id than the one sealed",
            {"o_session": lambda s: s.rnd("other session", 8)},
            session,
            "",
        ),
        (
            "session of the message high byte first",
            "outside, the session_id is big-endian",
            {"o_session": lambda s: s.session[::-1]},
            session,
            "",
        ),
        ("session of the message zero", "session_id 0 outside", {"o_session": lambda s: bytes(8)}, session, ""),
        (
            "msg_id of the message drawn later",
            "another msg_id outside",
            {"o_msg_id": lambda s: i64(signed(s.msg_id) + 16)},
            message_id,
            "",
        ),
        (
            "msg_id of the message high byte first",
            "outside big-endian",
            {"o_msg_id": lambda s: s.msg_id[::-1]},
            message_id,
            "",
        ),
        (
            "msg_id = 1 mod 4",
            "a client's msg_id is divisible by 4",
            {"msg_id": lambda s: i64(s.now << 32 | 0x1235)},
            message_id,
            "msg_id",
        ),
        (
            "msg_id = 2 mod 4",
            "a client's msg_id is divisible by 4",
            {"msg_id": lambda s: i64(s.now << 32 | 0x1236)},
            message_id,
            "msg_id",
        ),
        (
            "msg_id = 3 mod 4",
            "a client's msg_id is divisible by 4",
            {"msg_id": lambda s: i64(s.now << 32 | 0x1237)},
            message_id,
            "msg_id",
        ),
        (
            "msg_id ten minutes old",
            "the clock is slow",
            {"msg_id": lambda s: i64((s.now - 600) << 32 | 64)},
            message_id,
            "msg_id|clock",
        ),
        (
            "msg_id five minutes ahead",
            "the clock is fast",
            {"msg_id": lambda s: i64((s.now + 300) << 32 | 64)},
            message_id,
            "msg_id|clock",
        ),
        (
            "msg_id in milliseconds",
            "now * 1000 << 32, which overflows",
            {"msg_id": lambda s: i64(s.now * 1000 << 32)},
            message_id,
            "msg_id|millisec",
        ),
        ("msg_id in seconds", "not shifted", {"msg_id": lambda s: i64(s.now)}, message_id, "msg_id"),
        (
            "msg_id in nanoseconds",
            "time.time_ns()",
            {"msg_id": lambda s: i64(s.now * 10**9)},
            message_id,
            "msg_id|nanosec",
        ),
        ("msg_id a counter", "1, 5, 9", {"msg_id": lambda s: i64(4)}, message_id, "msg_id"),
        (
            "msg_id three hours ahead",
            "a local clock",
            {"msg_id": lambda s: i64((s.now + 10800) << 32 | 64)},
            message_id,
            "msg_id|clock|zone|hours",
        ),
        ("msg_id random", "random", {"msg_id": lambda s: s.rnd("id", 8)}, message_id, "msg_id"),
        ("seqno even", "an API call has an odd seqno", {"o_seqno": lambda s: i32(2)}, "message/seqno seqno", "seqno"),
        ("seqno zero", "an API call has an odd seqno", {"o_seqno": lambda s: i32(0)}, "message/seqno seqno", "seqno"),
        ("length of the message zero", "0", {"o_length": lambda s: i32(0)}, "message/length length", "length"),
        (
            "length of the message high byte first",
            "big-endian",
            {"o_length": lambda s: i32(132)[::-1]},
            "message/length length",
            "length",
        ),
        (
            "length of the message with the header",
            "164",
            {"o_length": lambda s: i32(164)},
            "message/length length",
            "length",
        ),
        ("length of the message too short", "128", {"o_length": lambda s: i32(128)}, "message/length length", "length"),
        ("length of the message in words", "33", {"o_length": lambda s: i32(33)}, "message/length length", "length"),
        (
            "padding under 12",
            "the least that fills the block",
            {"o_body": lambda s: wrapped(s.request), "o_padding": lambda s: s.rnd("p", -len(s.message) % 16)},
            "message/padding packet/padding padding",
            "padding",
        ),
        (
            "padding over 1024",
            "1100 and more",
            {"o_padding": lambda s: s.rnd("p", 1088 + -len(s.message) % 16)},
            "message/padding packet/padding padding",
            "padding",
        ),
        (
            "packet's msg_key without the padding",
            "the padding is not hashed",
            {"v_large": lambda s: sha256(s.v_key[88:120], s.message)},
            "packet/msg_key msg_key",
            "msg_key",
        ),
        (
            "packet's msg_key [0:16]",
            "the first bytes",
            {"v_mk": lambda s: s.v_large[:16]},
            "packet/msg_key msg_key",
            "msg_key",
        ),
        (
            "packet's msg_key [4:20]",
            "as in 1.0",
            {"v_mk": lambda s: s.v_large[4:20]},
            "packet/msg_key msg_key",
            "msg_key",
        ),
        (
            "packet's msg_key [16:32]",
            "the last bytes",
            {"v_mk": lambda s: s.v_large[16:]},
            "packet/msg_key msg_key",
            "msg_key",
        ),
        (
            "packet's msg_key by SHA-1",
            "SHA1(all)[4:20]",
            {"v_mk": lambda s: sha1(s.v_plain)[4:20]},
            "packet/msg_key msg_key",
            "msg_key",
        ),
        (
            "packet's msg_key from key[0:32]",
            "the wrong 32 bytes",
            {"v_large": lambda s: sha256(s.v_key[:32], s.v_plain)},
            "packet/msg_key msg_key",
            "msg_key|auth_key\\[",
        ),
        (
            "packet's msg_key from key[96:128]",
            "x = 8 for the hash",
            {"v_large": lambda s: sha256(s.v_key[96:128], s.v_plain)},
            "packet/msg_key msg_key",
            "msg_key|x = 8|auth_key\\[",
        ),
        (
            "packet's msg_key without the key",
            "SHA256(all)[8:24]",
            {"v_large": lambda s: sha256(s.v_plain)},
            "packet/msg_key msg_key",
            "msg_key",
        ),
        (
            "packet's sha256_a the key first",
            "order",
            {"v_in_a": lambda s: s.v_key[:36] + s.v_mk},
            "",
            "sha256_a|auth_key\\[",
        ),
        (
            "packet's sha256_a of 32 bytes",
            "32 for 36",
            {"v_in_a": lambda s: s.v_mk + s.v_key[:32]},
            "",
            "sha256_a|auth_key\\[",
        ),
        (
            "packet's sha256_b msg_key first",
            "order",
            {"v_in_b": lambda s: s.v_mk + s.v_key[40:76]},
            "",
            "sha256_b|auth_key\\[",
        ),
        (
            "packet's sha256_b from 36",
            "36 for 40",
            {"v_in_b": lambda s: s.v_key[36:72] + s.v_mk},
            "",
            "sha256_b|auth_key\\[",
        ),
        (
            "packet's sha256_b from 48",
            "x = 8 for b",
            {"v_in_b": lambda s: s.v_key[48:84] + s.v_mk},
            "",
            "sha256_b|auth_key\\[",
        ),
        (
            "packet's aes_key a b exchanged",
            "b, a, b",
            {"v_aes_key": lambda s: s.v_b[:8] + s.v_a[8:24] + s.v_b[24:]},
            "",
            "aes_key|aes_iv|sha256_b\\[0:8\\]",
        ),
        (
            "packet's aes_key and aes_iv exchanged",
            "swapped",
            {"v_aes_key": lambda s: RECIPE["v_aes_iv"](s), "v_aes_iv": lambda s: RECIPE["v_aes_key"](s)},
            "",
            "aes_key|aes_iv|sha256_b\\[0:8\\]",
        ),
        (
            "packet's aes_iv halves exchanged",
            "swapped",
            {"v_aes_iv": lambda s: halves(RECIPE["v_aes_iv"](s))},
            "",
            "aes_iv|\\biv|halves of the iv",
        ),
        ("packet by CBC", "CBC", {"v_cipher": lambda s: cbc(s.v_plain, s.v_aes_key, s.v_aes_iv)}, "", "CBC"),
        (
            "packet by the permanent key",
            "the bind goes over the permanent key",
            {"v_key": lambda s: s.perm, "v_id": lambda s: s.perm_id},
            "packet/auth_key_id auth_key_id",
            "permanent key|temporary key|TEMP_AUTH_KEY_EMPTY",
        ),
        (
            "packet by the permanent key, id of the temporary",
            "sealed with the wrong key",
            {"v_key": lambda s: s.perm},
            "packet/auth_key_id",
            "permanent key|perm_auth_key|another key|wrong key",
        ),
        (
            "packet with the permanent key's id",
            "sealed with the temporary key",
            {"v_id": lambda s: s.perm_id},
            "packet/auth_key_id auth_key_id",
            "auth_key_id",
        ),
        (
            "packet's auth_key_id high byte first",
            "reversed",
            {"v_id": lambda s: s.temp_id[::-1]},
            "packet/auth_key_id auth_key_id",
            "auth_key_id",
        ),
        (
            "packet's auth_key_id the high half",
            "aux hash",
            {"v_id": lambda s: sha1(s.temp)[:8]},
            "packet/auth_key_id auth_key_id",
            "auth_key_id",
        ),
        (
            "packet's session and salt exchanged",
            "session_id first",
            {"o_head": lambda s: s.o_session + s.o_salt + s.o_msg_id + s.o_seqno + s.o_length},
            session + " message/salt salt",
            "order|salt|session",
        ),
        (
            "message without salt and session",
            "a bare message",
            {"o_head": lambda s: s.o_msg_id + s.o_seqno + s.o_length},
            "",
            "salt|session|missing|header",
        ),
        (
            "request unencrypted",
            "auth_key_id 0",
            {"packet": lambda s: bytes(8) + s.msg_id + i32(132) + s.request},
            "packet/auth_key_id auth_key_id",
            "unencrypted|not encrypted|plain",
        ),
        (
            "container's msg_id sealed",
            "the binding has the container's msg_id, not the request's own",
            {
                "e_msg_id": lambda s: i64(signed(s.msg_id)),
                "o_body": lambda s: contained(s, own_id=False)["o_body"],
                "o_msg_id": lambda s: s.msg_id,
            },
            message_id,
            "container|msg_id",
        ),
    ):
        also = (
            "length padding msg_key auth_key_id aes_key aes_iv "
            if name.startswith(("packet", "length", "padding"))
            else ""
        )
        also += (
            "constructor session_id temp_session_id msg_id seqno length" if name.startswith("message without") else ""
        )
        one(name, truth, steps, paths=paths, words=words, give="packet", also=also + packet.replace("/", " "))  # type: ignore[arg-type]

    def v1(s: Client) -> bytes:
        mk = sha1(s.message)[4:20]
        a, b = sha1(mk, s.temp[:32]), sha1(s.temp[32:48], mk, s.temp[48:64])
        c, d = sha1(s.temp[64:96], mk), sha1(mk, s.temp[96:128])
        text = s.message + s.rnd("p", -len(s.message) % 16)
        return bytes(s.temp_id + mk + ige(text, a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]))

    one(
        "packet of MTProto 1.0",
        "the message outside is sealed as the binding",
        {"packet": v1},
        give="packet",
        words="1\\.0|v1",
        also="msg_key padding packet",
    )

    def to_client(s: Client) -> bytes:
        mk = sha256(s.temp[96:128], s.v_plain)[8:24]
        a, b = sha256(mk, s.temp[8:44]), sha256(s.temp[48:84], mk)
        return bytes(s.temp_id + mk + ige(s.v_plain, a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]))

    one(
        "packet with x = 8",
        "the direction from the data centre",
        {"packet": to_client},
        give="packet",
        words="x = 8|x=8|direction|from the data cent",
        also="msg_key packet",
    )
    one(
        "packet cut off",
        "its last 16 bytes are missing",
        {"packet": lambda s: RECIPE["packet"](s)[:-16]},
        give="packet",
        words="cut|missing|short|msg_key|size",
        also="msg_key length padding packet ciphertext",
        certain=True,
    )


_packet()


# -- States and answers -------------------------------------------------------------------------------------------


def _answers() -> None:
    def say(
        name: str,
        truth: str,
        answer: Any,
        words: str,
        *,
        give: str = "request",
        also: str = "",
        paths: str = "",
        certain: bool = False,
        steps: dict[str, Step] | None = None,
        lies: str = "",
        **more: Any,
    ) -> None:
        one(
            "answer: " + name,
            truth,
            steps,
            lies=lies,
            words=words,
            give=give,
            also=also,
            paths=paths,
            certain=certain,
            facts=lambda s: (
                {"answer": answer} | {key: value(s) if callable(value) else value for key, value in more.items()}
            ),
        )

    say(
        "permanent key too young",
        "retry: the key is not on every machine yet",
        "400 ENCRYPTED_MESSAGE_INVALID",
        "60|young|retry|again",
        perm_key_created=lambda s: s.now - 20,
    )
    say(
        "permanent key gone",
        "older than a minute, so the data centre has dropped it",
        "400 ENCRYPTED_MESSAGE_INVALID",
        "dropped|drop|does not know|gone|older",
        perm_key_created=lambda s: s.now - 4000,
    )
    say(
        "bound elsewhere",
        "the temporary key belongs to another permanent key",
        "400 TEMP_AUTH_KEY_ALREADY_BOUND",
        "bound",
        bound_to=lambda s: signed(sha1(s.other)[12:]),
    )
    say("bound elsewhere, unknown where", "as above, only from the answer", "TEMP_AUTH_KEY_ALREADY_BOUND", "bound")
    say("temp key empty", "the call came over a key that is not temporary", "400 TEMP_AUTH_KEY_EMPTY", "temporary")
    say(
        "expired",
        "expires_at is in the past",
        "400 EXPIRES_AT_INVALID",
        "expires_at",
        steps={"expires": lambda s: s.now - 60},
        paths=INNER + "expires_at request/expires_at",
    )
    say(
        "expires_at refused",
        "the only fact is that expires_at is not accepted",
        "400 EXPIRES_AT_INVALID",
        "expires_at|date",
        also="expires_at",
    )
    say("perm empty", "an API call came before the bind had been accepted", "401 AUTH_KEY_PERM_EMPTY", "bound|bind")
    say("unregistered", "nobody is logged in with this key", "401 AUTH_KEY_UNREGISTERED", "log|regist|account|authori")
    say("not inited", "initConnection is wanted", "400 CONNECTION_NOT_INITED", "initConnection")
    say(
        "layer invalid",
        "invokeWithLayer is wanted",
        "400 CONNECTION_LAYER_INVALID",
        "layer|initConnection|invokeWithLayer",
    )
    say("cdn", "a CDN data centre", "400 CDN_METHOD_INVALID", "CDN")
    say(
        "too long",
        "bytes are left over behind the request",
        "400 INPUT_REQUEST_TOO_LONG",
        "left|trailing|long|after|behind|read others",
    )
    say(
        "method invalid",
        "the constructor is not known",
        "400 INPUT_METHOD_INVALID_1192227_X",
        "method|constructor|schema|layer|read others",
    )
    say("fetch error", "the request cannot be parsed", "400 INPUT_FETCH_ERROR", "pars|read")
    say(
        "constructor invalid",
        "the constructor is not known",
        "400 INPUT_CONSTRUCTOR_INVALID",
        "constructor|schema|read others",
    )
    say("flood", "too often", "420 FLOOD_WAIT_17", "wait|17|often|pause|many")
    say("duplicated", "one key on two connections", "406 AUTH_KEY_DUPLICATED", "two|twice|same|duplicat")
    say("revoked", "the session was ended by the user", "401 SESSION_REVOKED", "revok|ended|log")
    say("key invalid", "the key is not valid", "401 AUTH_KEY_INVALID", "key", lies="Transport error")
    say("migrate", "another DC", "303 NETWORK_MIGRATE_4", "DC|data centre")
    say("timeout", "-503", "-503 Timeout", "again|time|retry|later|lost|delayed")
    say("internal", "500", "500 RPC_CALL_FAIL", "again|retry|later|server|before anybody looked")
    say("api id", "the api_id", "400 API_ID_INVALID", "api_id", certain=True)
    say("boolFalse", "refused without an error", "boolFalse", "false|not boolTrue")
    say("boolFalse in bytes", "refused without an error", bytes.fromhex("379779bc"), "false|not boolTrue")
    say("silence", "nothing came", "no answer", "silen|nothing|lost|delayed")
    say("timed out", "nothing came", "timeout", "silen|nothing|lost|delayed")
    say("closed", "the connection was closed", "connection closed", "clos")
    say("-404", "the key of the packet is not known", "-404", "404|know")
    say("-404 as a number", "the key of the packet is not known", -404, "404|know")
    say("-404 as bytes", "the key of the packet is not known", bytes.fromhex("6cfeffff"), "404|know")
    say("-429", "transport flood", "-429", "429|flood|many|often")
    say("-444", "invalid DC", "-444", "444|DC")
    say("-403", "forbidden", -403, "403")
    for code, words in {
        16: "low|clock|old|slow",
        17: "high|clock|fast|ahead",
        18: "4|two bits|divis",
        19: "same|container|already|twice",
        20: "old",
        32: "seqno",
        33: "seqno",
        34: "even|seqno",
        35: "odd|seqno",
        48: "salt",
        64: "container",
    }.items():
        say(
            f"bad_msg {code}",
            f"bad_msg_notification {code}",
            f"bad_msg_notification error_code={code}",
            words,
            give="packet",
            also="salt seqno msg_id container",
        )
    say(
        "bad_msg 18 in bytes",
        "bad_msg_notification 18",
        bytes.fromhex("11f8efa7") + bytes(8) + i32(1) + i32(18),
        "18|4|two bits",
    )
    say(
        "bad_server_salt in bytes",
        "a new salt",
        bytes.fromhex("7b44abed") + bytes(8) + i32(1) + i32(48) + b"newsalt!",
        "salt",
    )
    say(
        "rpc_error in bytes",
        "ENCRYPTED_MESSAGE_INVALID in an rpc_result",
        bytes.fromhex("016d5cf3")
        + bytes(8)
        + bytes.fromhex("19ca4421")
        + i32(400)
        + tl_bytes(b"ENCRYPTED_MESSAGE_INVALID"),
        "know|60|young|permanent key",
    )
    say(
        "unknown",
        "an error that no document knows",
        "400 WEATHER_TOO_BAD",
        "WEATHER|not known|unknown|know",
        certain=True,
    )
    say(
        "exception",
        "an exception with the error",
        RuntimeError("RPCError 400: TEMP_AUTH_KEY_EMPTY (caused by BindTempAuthKey)"),
        "temporary",
    )
    one(
        "expires_at past",
        "both expires_at are an hour ago",
        {"expires": lambda s: s.now - 3600},
        words="expires_at",
        paths=INNER + "expires_at request/expires_at",
    )
    one(
        "expires_at a duration everywhere",
        "both are 86400",
        {"expires": lambda s: DAY},
        words="expires_at",
        paths=INNER + "expires_at request/expires_at",
    )
    one(
        "expires_at now",
        "both are the present second",
        {"expires": lambda s: s.now},
        words="expires_at",
        paths=INNER + "expires_at request/expires_at",
    )
    one(
        "expires_at zero everywhere",
        "both are 0",
        {"expires": lambda s: 0},
        words="expires_at",
        lies="not there",
        paths=INNER + "expires_at request/expires_at",
    )
    one(
        "expires_at milliseconds everywhere",
        "both are cut milliseconds",
        {"expires": lambda s: signed(i32(s.now * 1000 + DAY * 1000))},
        words="expires_at",
        paths=INNER + "expires_at request/expires_at",
    )
    one(
        "expires_at far after the promise",
        "30 days after what the exchange promised",
        {"expires": lambda s: s.now + 31 * DAY},
        words="expires_at",
        paths=INNER + "expires_at request/expires_at",
        facts=lambda s: {"key_expires_at": s.now + DAY},
    )
    one(
        "expires_at three hours back",
        "a local clock took three hours off a life of one",
        {"expires": lambda s: s.now + 3600 - 10800},
        words="expires_at",
        paths=INNER + "expires_at request/expires_at",
        facts=lambda s: {"local_now": s.now - 10800},
    )
    one(
        "one key for both",
        "the temporary key is the permanent key",
        {"temp": lambda s: s.perm},
        also="temp_auth_key_id perm_auth_key_id auth_key_id",
        words="same key|one key|both|temporary key is the permanent|temporary",
    )
    one(
        "salt wrong",
        "the message has not the salt of the temporary key",
        {"o_salt": lambda s: s.rnd("perm salt", 8)},
        give="packet",
        words="salt",
        paths="message/salt salt",
        facts=lambda s: {"salt": signed(s.salt)},
    )


_answers()


# -- What happens over time ----------------------------------------------------------------------------------------


def _over_time() -> None:
    """Values that were right once, or are filled in too late."""
    hashed = "encrypted_message/msg_key"
    for how, truth, make in (
        (
            "msg_id was set",
            "msg_id was still zero when it was hashed",
            lambda s: s.envelope[:16] + bytes(8) + s.envelope[24:],
        ),
        (
            "length was set",
            "length was still zero when it was hashed",
            lambda s: s.envelope[:28] + bytes(4) + s.envelope[32:],
        ),
        ("random was filled", "random was still zero when it was hashed", lambda s: bytes(16) + s.envelope[16:]),
        ("expires_at was set", "expires_at was still zero", lambda s: s.envelope[:68] + bytes(4)),
        ("nonce was set", "nonce was still zero", lambda s: s.envelope[:36] + bytes(8) + s.envelope[44:]),
        (
            "random was drawn again",
            "the random bytes hashed are not those sealed",
            lambda s: s.rnd("first", 16) + s.envelope[16:],
        ),
        (
            "msg_id was corrected",
            "another msg_id was hashed",
            lambda s: s.envelope[:16] + i64(signed(s.msg_id) - 4) + s.envelope[24:],
        ),
        (
            "seqno was corrected",
            "seqno 1 was hashed, 0 is sealed",
            lambda s: s.envelope[:24] + i32(1) + s.envelope[28:],
        ),
    ):
        one(f"hashed before {how}", truth, {"hashed": make}, paths=hashed, words="msg_key", also="msg_key")
    for how, truth, make in (
        (
            "random was set",
            "the random bytes of the plaintext are zero, those hashed are not",
            lambda s: bytes(16) + s.envelope[16:] + s.padding,
        ),
        (
            "msg_id was set",
            "msg_id is zero in what is sealed",
            lambda s: s.envelope[:16] + bytes(8) + s.envelope[24:] + s.padding,
        ),
        (
            "nonce was set",
            "nonce is zero in what is sealed",
            lambda s: s.envelope[:36] + bytes(8) + s.envelope[44:] + s.padding,
        ),
    ):
        one(
            f"sealed before {how}",
            truth,
            {"plaintext": make},
            paths=f"{hashed} {ENVELOPE}msg_id {INNER}nonce",
            words="msg_key|filled|zero",
            also="msg_key random msg_id nonce",
        )
    old: dict[str, Step] = {
        "i_nonce": lambda s: s.rnd("old nonce", 8),
        "i_expires": lambda s: i32(s.expires - 61),
        "e_msg_id": lambda s: i64(signed(s.msg_id) - (61 << 32)),
    }
    for give in ("request", "packet"):
        one(
            f"encrypted_message of an earlier attempt, as {give}",
            "nonce, msg_id and expires_at inside are those of a minute ago",
            old,
            paths=f"{ENVELOPE}msg_id {INNER}nonce {INNER}expires_at request/nonce",
            words="older|earlier|before|again",
            give=give,
        )
    one(
        "session renewed after sealing",
        "the connection was made anew, the binding not",
        {"o_session": lambda s: s.rnd("new", 8)},
        paths=INNER + "temp_session_id",
        words="session",
    )
    one(
        "temporary key renewed after sealing",
        "the binding names the temporary key of before",
        {"i_temp": lambda s: sha1(s.other)[12:]},
        paths=INNER + "temp_auth_key_id",
        give="packet",
        facts=lambda s: {"other_keys": [s.other]},
    )
    one(
        "permanent key renewed after sealing",
        "the seal and all ids are of the permanent key of before",
        {"perm_id": lambda s: sha1(s.other)[12:], "k_key": lambda s: s.other},
        also="perm_auth_key_id " + " ".join(SEALING),
        words="another key|another permanent|other key|not the one|names another",
        facts=lambda s: {"other_keys": [s.other]},
    )
    one(
        "iv left by the message before",
        "the buffer of the iv holds the last blocks of another message",
        {
            "aes_iv": lambda s: (
                ige(s.rnd("before", 96), s.aes_key, RECIPE["aes_iv"](s))[-16:] + s.rnd("before", 96)[-16:]
            )
        },
        words=r"aes_iv|\biv\b",
        also=" ".join(SEALING),
    )
    one(
        "roles of the keys exchanged",
        "sealed with the temporary key, sent over the permanent one",
        {
            "k_key": lambda s: s.temp,
            "front": lambda s: s.temp_id,
            "r_perm": lambda s: s.temp_id,
            "i_perm": lambda s: s.temp_id,
            "i_temp": lambda s: s.perm_id,
            "v_key": lambda s: s.perm,
            "v_id": lambda s: s.perm_id,
        },
        give="packet",
        also="perm_auth_key_id temp_auth_key_id auth_key_id " + " ".join(SEALING),
        words="changed places|exchang|swap|permanent key",
    )
    one(
        "packet by the temporary key without its leading zero",
        "255 bytes in the schedule of MTProto 2.0",
        {"temp": lambda s: b"\0" + s.rnd("temp", 255), "v_key": lambda s: s.temp[1:] + b"\0"},
        give="packet",
        words="leading zero|zero byte|255",
        also="msg_key auth_key_id packet ciphertext",
    )
    one(
        "packet by the temporary key reversed",
        "the key as a little-endian number",
        {"v_key": lambda s: s.temp[::-1]},
        give="packet",
        words="revers|back to front|turned|little",
        paths="packet/ciphertext",
        also="msg_key auth_key_id packet ciphertext",
    )
    one(
        "packet by the hex of the temporary key",
        "the key as text",
        {"v_key": lambda s: s.temp.hex().encode()},
        give="packet",
        words="hex|text",
        also="msg_key auth_key_id packet ciphertext",
    )
    one(
        "packet's iv zero",
        "32 zero bytes",
        {"v_aes_iv": lambda s: bytes(32)},
        give="packet",
        words=r"\biv\b|aes_iv|iv_is",
        also="ciphertext packet",
    )
    one(
        "packet by AES-128",
        "half of the key",
        {"v_cipher": lambda s: ige(s.v_plain, s.v_aes_key[:16], s.v_aes_iv)},
        give="packet",
        words="128",
        also="ciphertext packet",
    )
    one(
        "packet's sha256_a by SHA-1",
        "another hash in one row",
        {"v_a": lambda s: sha1(s.v_in_a) + bytes(12)},
        give="packet",
        words="sha256_a|SHA-?1|hash",
        also="ciphertext packet msg_key",
        certain=True,
    )
    one(
        "binding nested in a second request",
        "the blob is a whole request",
        {"r_blob": lambda s: tl_bytes(RECIPE["request"](Client(s.seed, {})))},
        words="twice|request|052ad4cd|bytes|before",
        also="encrypted_message request length perm_auth_key_id msg_key ciphertext",
        certain=True,
    )


_over_time()


# -- The healthy --------------------------------------------------------------------------------------------------


def _healthy() -> None:
    def well(name: str, steps: dict[str, Step] | None = None, give: str = "request", **more: Any) -> None:
        facts = {key: value for key, value in more.items() if key != "drop"}
        one(
            "healthy: " + name,
            "nothing is wrong",
            steps,
            give=give,
            into=HEALTHY,
            drop=more.get("drop", ""),
            facts=lambda s: {key: value(s) if callable(value) else value for key, value in facts.items()},
        )

    well("request")
    well("only the encrypted_message", give="blob")
    well("packet", give="packet")
    well("padding of 1024", {"o_padding": lambda s: s.rnd("p", 1020)}, "packet")
    well("padding of 28", {"o_padding": lambda s: s.rnd("p", 28)}, "packet")
    well("zero random", {"e_random": lambda s: bytes(16)})
    well("salt and session in place of random", {"e_random": lambda s: s.salt + s.session}, "packet")
    well("zero padding", {"padding": lambda s: bytes(8)})
    well("padding of 0xff", {"padding": lambda s: b"\xff" * 8})
    well("negative session", {"session": lambda s: s.rnd("s", 7) + b"\xff"})
    well("small session", {"session": lambda s: i64(7)})
    well("session of -1", {"session": lambda s: i64(-1)})
    well("nonce zero", {"nonce": lambda s: bytes(8)})
    well("nonce of the least long", {"nonce": lambda s: i64(-(1 << 63))})
    well("nonce of five bytes", {"nonce": lambda s: s.rnd("n", 5) + bytes(3)})
    well("msg_id without a fraction", {"msg_id": lambda s: i64(s.now << 32)})
    well("msg_id 200 s old", {"msg_id": lambda s: i64((s.now - 200) << 32 | 4)})
    well("msg_id 20 s ahead", {"msg_id": lambda s: i64((s.now + 20) << 32 | 4)})
    well("permanent key with a leading zero", {"perm": lambda s: b"\0" + s.rnd("perm", 255)})
    well("temporary key with two leading zeros", {"temp": lambda s: bytes(2) + s.rnd("temp", 254)})
    well("leading zeros not pasted", {"perm": lambda s: b"\0" + s.rnd("perm", 255)}, perm_key=lambda s: s.perm[1:])
    well("keys in hex", perm_key=lambda s: s.perm.hex(), temp_key=lambda s: s.temp.hex().upper())
    well("seqno 7", {"o_seqno": lambda s: i32(7)}, "packet")
    well("life of a minute and more", {"expires": lambda s: s.now + 120})
    well("seconds after the promise", {"expires": lambda s: s.now + DAY + 30}, key_expires_at=lambda s: s.now + DAY)
    well("seconds before the promise", {"expires": lambda s: s.now + DAY - 2}, key_expires_at=lambda s: s.now + DAY)
    well(
        "in a container",
        {
            "o_body": lambda s: contained(s, own_id=True)["o_body"],
            "o_msg_id": lambda s: contained(s, own_id=True)["o_msg_id"],
            "e_msg_id": lambda s: s.msg_id,
        },
        "packet",
    )
    well("with initConnection", {"o_body": lambda s: wrapped(s.request)}, "packet")
    well(
        "gzipped in initConnection",
        {"o_body": lambda s: wrapped(bytes.fromhex("a1cf7230") + tl_bytes(gzip.compress(s.request, mtime=0)))},
        "packet",
    )
    well("no clock told", drop="now")
    well("answer true", answer=True)
    well("wrapped in initConnection, as request", request=lambda s: wrapped(s.request))
    well(
        "session unsigned",
        {"session": lambda s: s.rnd("s", 7) + b"\xe1"},
        session_id=lambda s: int.from_bytes(s.session, "little"),
    )
    well("keys as bytearray", perm_key=lambda s: bytearray(s.perm), temp_key=lambda s: bytearray(s.temp))
    well("request in hex", request=lambda s: s.request.hex(" "))
    well("permanent key old enough, answer true", perm_key_created=lambda s: s.now - 5, answer=True)
    well("a local clock that is wrong, date right", local_now=lambda s: s.now - 7200)
    well("plain message sent before", {"o_seqno": lambda s: i32(3)}, "packet")
    well("answer boolTrue", answer="boolTrue")
    well("answer boolTrue in bytes", answer=bytes.fromhex("b5757299"))
    well("bound to the same key already", bound_to=lambda s: signed(s.perm_id))
    well("other keys at hand", other_keys=lambda s: [s.other])
    well("an old recording without a clock", {"now": lambda s: 1_500_000_000}, drop="now")
    well("an old recording with its clock", {"now": lambda s: 1_500_000_000})
    well(
        "perm key id negative",
        {"perm": lambda s: next(k for k in (b"\x55" + s.rnd(f"p{i}", 255) for i in range(64)) if sha1(k)[19] > 127)},
    )
    well(
        "key ids that begin with a zero",
        {"perm": lambda s: next(k for k in (b"\x55" + s.rnd(f"p{i}", 255) for i in range(9999)) if sha1(k)[12] == 0)},
    )
    well(
        "key id that ends with a zero",
        {"temp": lambda s: next(k for k in (b"\x55" + s.rnd(f"p{i}", 255) for i in range(9999)) if sha1(k)[19] == 0)},
    )
    well(
        "msg_key that begins with a zero",
        {
            "e_random": lambda s: next(
                r
                for r in (s.rnd(f"r{i}", 16) for i in range(9999))
                if sha1(r, s.e_msg_id, s.e_seqno, s.e_length, s.inner)[4] == 0
            )
        },
    )


_healthy()


# -- Two mistakes -------------------------------------------------------------------------------------------------


def _pairs() -> None:
    singles = {patient.name: patient for patient in SINGLES}
    parts: dict[str, dict[str, Step]] = {
        "inner nonce high byte first": {"i_nonce": lambda s: s.nonce[::-1]},
        "inner temp_auth_key_id high byte first": {"i_temp": lambda s: s.temp_id[::-1]},
        "inner perm id is high eight bytes of SHA1": {"i_perm": lambda s: sha1(s.perm)[:8]},
        "temp_session_id zero": {"i_session": lambda s: bytes(8)},
        "inner expires_at a duration": {"i_expires": lambda s: i32(DAY)},
        "envelope seqno of the message": {"e_seqno": lambda s: i32(1)},
        "envelope length of the envelope": {"e_length": lambda s: i32(72)},
        "envelope msg_id four later": {"e_msg_id": lambda s: i64(signed(s.msg_id) + 4)},
        "msg_key SHA1[0:16]": {"msg_key": lambda s: s.digest[:16]},
        "msg_key with padding": {"msg_key": lambda s: sha1(s.plaintext)[4:20]},
        "schedule with x = 8": {"k_key": lambda s: s.perm[8:] + s.perm[:8]},
        "sha1_a the key first": {"in_a": lambda s: s.k_key[:32] + s.k_mk},
        "aes_key c[0:12]": {"aes_key": lambda s: s.a[:8] + s.b[8:20] + s.c[:12]},
        "aes_iv zero": {"aes_iv": lambda s: bytes(32)},
        "AES halves of the iv exchanged": {"ciphertext": lambda s: ige(s.plaintext, s.aes_key, halves(s.aes_iv))},
        "id in front high byte first": {"front": lambda s: s.perm_id[::-1]},
        "request's nonce zero": {"r_nonce": lambda s: bytes(8)},
        "request's expires_at a duration": {"r_expires": lambda s: i32(DAY)},
        "constructor high byte first": {"i_ctor": lambda s: bytes.fromhex("75a3f765")},
        "random missing": {"e_random": lambda s: b""},
    }
    names = list(parts)
    both = [(names[i], names[(i + step) % len(names)]) for step in (3, 7, 9) for i in range(len(names))]
    for first, second in both:
        if parts[first].keys() & parts[second].keys() or {first, second} == {
            "schedule with x = 8",
            "sha1_a the key first",
        }:
            continue
        if {first, second} <= {"inner nonce high byte first", "request's nonce zero"} or (
            "a duration" in first and "a duration" in second
        ):
            continue
        client = Client(f"two: {first}; {second}", parts[first] | parts[second])
        of = (singles[first], singles[second])
        PAIRS.append(
            Patient(
                client.seed,
                f"{of[0].truth}; and {of[1].truth}",
                client.facts("request"),
                of[0].paths + of[1].paths,
                of[0].words + of[1].words,
                of[0].guilty | of[1].guilty,
                mistakes=tuple((p.paths, p.words) for p in of),
            )
        )


_pairs()


# -- Only something is certain ------------------------------------------------------------------------------------


def _certain() -> None:
    def sure(
        name: str,
        truth: str,
        steps: dict[str, Step] | None = None,
        give: str = "request",
        words: str = "",
        drop: str = "",
        also: str = "",
        **more: Any,
    ) -> None:
        one(
            "certain: " + name,
            truth,
            steps,
            give=give,
            words=words,
            into=CERTAIN,
            drop=drop,
            also=also,
            certain=True,
            facts=lambda s: {key: value(s) if callable(value) else value for key, value in more.items()},
        )

    sealing = " ".join(SEALING)
    sure(
        "another key pasted",
        "the permanent key given is not the one that sealed",
        perm_key=lambda s: s.other,
        also="perm_auth_key_id",
    )
    sure(
        "keys pasted the wrong way round",
        "the two keys are exchanged in the paste",
        perm_key=lambda s: s.temp,
        temp_key=lambda s: s.perm,
        also="perm_auth_key_id temp_auth_key_id",
        words="changed places|swap|exchang",
    )
    sure("permanent key missing", "it was not pasted", drop="perm_key")
    sure("temporary key missing", "temp_auth_key_id cannot be compared", drop="temp_key")
    sure("only the keys' absence", "request alone", drop="perm_key temp_key session_id msg_id now")
    sure(
        "request cut off",
        "100 of 132 bytes were pasted",
        request=lambda s: s.request[:100],
        also="request encrypted_message",
    )
    sure(
        "encrypted_message cut off",
        "96 of 104 bytes",
        give="blob",
        words="before its end|cut|short",
        encrypted_message=lambda s: s.sealed[:96],
        also="encrypted_message ciphertext",
    )
    sure(
        "a byte lost in the middle",
        "one byte of the ciphertext is missing",
        give="blob",
        words="before its end|missing|103 bytes",
        encrypted_message=lambda s: s.sealed[:60] + s.sealed[61:],
        also="encrypted_message ciphertext",
    )
    sure(
        "a bit lost in the ciphertext",
        "the third block is damaged",
        give="blob",
        also=sealing + " encrypted_message msg_key",
        words="bit|changed after",
        encrypted_message=lambda s: s.sealed[:60] + bytes([s.sealed[60] ^ 4]) + s.sealed[61:],
    )
    sure(
        "a random key sealed", "a key that nobody has pasted", {"k_key": lambda s: s.rnd("unknown", 256)}, also=sealing
    )
    sure("a random aes_key", "the schedule was not used", {"aes_key": lambda s: s.rnd("k", 32)}, also=sealing)
    sure("a random ciphertext", "80 random bytes", {"ciphertext": lambda s: s.rnd("c", 80)}, also=sealing + " msg_key")
    sure(
        "UTF-8 with losses",
        "every byte that is no UTF-8 became ef bf bd",
        words="UTF-8",
        also="encrypted_message request length perm_auth_key_id msg_key " + sealing,
        steps={"r_blob": lambda s: tl_bytes(s.sealed.decode("utf-8", "replace").encode())},
    )
    sure(
        "another cipher",
        "XTEA or whatever: SHA-256 as a keystream",
        also=sealing,
        steps={
            "ciphertext": lambda s: xor(s.plaintext, b"".join(sha256(s.aes_key, bytes([i])) for i in range(3))[:80])
        },
    )
    sure(
        "packet with the padding of its transport",
        "seven bytes of the padded framing follow",
        give="packet",
        packet=lambda s: s.packet + s.rnd("framing", 7),
        also="packet padding length",
        words="padding|left|multiple|after|16",
    )
    sure(
        "the whole message as request",
        "salt, session_id, msg_id, seqno and length stand before it",
        request=lambda s: s.message,
        also="request constructor",
        words="message|before|constructor|header|between",
    )
    sure("session not told", "the session cannot be compared", drop="session_id")
    sure("msg_id not told", "the msg_id cannot be compared", drop="msg_id")
    sure(
        "key of 255 bytes from the middle",
        "the last byte was not copied",
        words="not whole",  # more than what has to be certain, and true: it opens from its first byte on
        perm_key=lambda s: s.perm[:255],
        also="perm_auth_key_id " + sealing,
    )
    sure(
        "an inner of random bytes",
        "40 random bytes, rightly sealed",
        {"inner": lambda s: s.rnd("inner", 40)},
        also=EVERY + " inner",
        words="constructor|no binding",
    )
    sure(
        "request of another method",
        "help.getNearestDc",
        request=lambda s: bytes.fromhex("2630b31f"),
        also="request constructor encrypted_message",
    )
    sure("answer unknown, bytes right", "an error nobody knows", answer="499 NEVER_HEARD_OF")


_certain()
