"""The same work as it is done with other libraries, for `./run bench` and `./run soak`: facts to measure against.

Runs where `tests/peers/clients/bench/requirements.txt` is installed; nothing of it belongs to the course.
"""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Callable
from hashlib import sha1
from typing import Any

from mtlib.protocol.binding import Binding

logging.getLogger("pyrogram").setLevel(logging.ERROR)


def v1_schedule(auth_key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    """Neither library has the schedule of MTProto 1.0 any more, so both get this plainest one."""
    a = sha1(msg_key + auth_key[:32]).digest()
    b = sha1(auth_key[32:48] + msg_key + auth_key[48:64]).digest()
    c = sha1(auth_key[64:96] + msg_key).digest()
    d = sha1(msg_key + auth_key[96:128]).digest()
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


def kurigram_request(given: Binding) -> Callable[[], bytes]:
    """The whole auth.bindTempAuthKey with kurigram's TL types and tgcrypto."""
    import tgcrypto
    from pyrogram.raw.core.primitives import Int, Long
    from pyrogram.raw.functions.auth import BindTempAuthKey
    from pyrogram.raw.types import BindAuthKeyInner

    perm, temp = given.perm_key, given.temp_key
    auth_key, key_id = bytes(perm), perm.id_bytes

    def build() -> bytes:
        inner = BindAuthKeyInner(
            nonce=given.nonce, temp_auth_key_id=temp.id, perm_auth_key_id=perm.id,
            temp_session_id=given.session_id, expires_at=given.expires_at,
        ).write()  # fmt: skip
        envelope = given.random + Long(given.msg_id) + Int(0) + Int(40) + inner
        msg_key = sha1(envelope).digest()[4:20]
        key, iv = v1_schedule(auth_key, msg_key)
        sealed = key_id + msg_key + tgcrypto.ige256_encrypt(envelope + given.padding, key, iv)
        made: bytes = BindTempAuthKey(
            perm_auth_key_id=perm.id, nonce=given.nonce, expires_at=given.expires_at, encrypted_message=sealed
        ).write()
        return made

    return build


def telethon_request(given: Binding) -> Callable[[], bytes]:
    """The same with telethon's TL types and its path in pure Python, which it takes on a bare machine."""
    from telethon.tl.functions.auth import BindTempAuthKeyRequest
    from telethon.tl.types import BindAuthKeyInner

    perm, temp = given.perm_key, given.temp_key
    auth_key, key_id = bytes(perm), perm.id_bytes
    encrypt = _pure_ige()

    def build() -> bytes:
        inner = bytes(BindAuthKeyInner(given.nonce, temp.id, perm.id, given.session_id, given.expires_at))
        envelope = given.random + struct.pack("<qii", given.msg_id, 0, 40) + inner
        msg_key = sha1(envelope).digest()[4:20]
        key, iv = v1_schedule(auth_key, msg_key)
        sealed = key_id + msg_key + encrypt(envelope + given.padding, key, iv)
        return bytes(BindTempAuthKeyRequest(perm.id, given.nonce, given.expires_at, sealed))

    return build


def _pure_ige() -> Callable[[bytes, bytes, bytes], bytes]:
    """telethon's AES-IGE with both of its accelerators put aside for the moment."""
    from telethon.crypto import aes

    def encrypt(data: bytes, key: bytes, iv: bytes) -> bytes:
        kept = aes.cryptg, aes.libssl.encrypt_ige
        aes.cryptg = aes.libssl.encrypt_ige = None
        try:
            sealed: bytes = aes.AES.encrypt_ige(data, key, iv)
        finally:
            aes.cryptg, aes.libssl.encrypt_ige = kept
        return sealed

    return encrypt


class TelethonExchange:
    """telethon's key exchange, driven without a loop: `answer(bytes)` is the data centre. `seconds` is the client's
    own time."""

    def __init__(self, public_pem: str) -> None:
        from telethon.crypto import rsa

        rsa.add_key(public_pem, old=False)

    def run(self, answer: Callable[[bytes], bytes]) -> float:
        from telethon.extensions import BinaryReader
        from telethon.network.authenticator import do_authentication

        away = 0.0

        class Sender:
            async def send(self, request: Any) -> Any:
                nonlocal away
                body = bytes(request)
                begun = time.perf_counter()
                answered = answer(body)
                away += time.perf_counter() - begun
                with BinaryReader(answered) as reader:
                    return reader.tgread_object()

        begun = time.perf_counter()
        talk = do_authentication(Sender())
        try:
            talk.send(None)
        except StopIteration:
            return time.perf_counter() - begun - away
        raise RuntimeError("telethon wanted to wait for something")
