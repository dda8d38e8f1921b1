"""Our own client as a program: `python ours.py SETTINGS`, like the scripts of the others.

It makes both keys and tells them (they are thrown away afterwards), waits for a line, binds, calls, and tells what it
sent. With `proxy_port` it dials through a SOCKS5 proxy on loopback.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
from typing import Any

from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.numbers import power
from mtlib.crypto.rsa import PublicKey
from mtlib.net import connection as line
from mtlib.net.client import connect
from mtlib.net.endpoints import Endpoint


def through(proxy_port: int) -> None:
    """Every connection from now on goes through that proxy. Source: RFC 1928, sections 3 to 6."""

    def dial(to: Endpoint, within: float) -> tuple[socket.socket, tuple[()]]:
        host, port = to.addresses[0]
        made = socket.create_connection(("127.0.0.1", proxy_port), timeout=within)
        made.sendall(b"\x05\x01\x00")
        made.recv(2)
        made.sendall(b"\x05\x01\x00\x01" + socket.inet_aton(host) + struct.pack(">H", port))
        made.recv(10)
        return made, ()

    line._dial = dial


def load() -> None:
    """What Python loads at its first use (python-flint, the cipher) is loaded now: a compiled client has that, too."""
    power(3, 5, 2**2048 - 1)
    ige_encrypt(bytes(16), bytes(32), bytes(32))


def main(settings: dict[str, Any]) -> None:
    load()
    if "proxy_port" in settings:
        through(settings["proxy_port"])
    to, key = f"{settings['host']}:{settings['port']}", PublicKey.from_pem(settings["public_key_pem"])
    secret = bytes.fromhex(settings.get("secret", "")) or None
    options = {"framing": settings.get("framing", "intermediate"), "obfuscated": secret is not None, "secret": secret}
    with connect(to, key=key, dc_id=settings["dc_id"], **options) as client:
        keys = {"perm_key": client.perm_key, "temp_key": client.temp_key}
        print(json.dumps({name: bytes(key).hex() for name, key in keys.items() if key}), flush=True)
        if settings.get("wait", True):
            sys.stdin.readline()
        client.bind()
        nearest = client.call("help.getNearestDc")
        binding = client.binding
        assert binding is not None
        print(json.dumps({
            "answer": "nearestDc", "this_dc": nearest["this_dc"], "nonce": binding.nonce, "msg_id": binding.msg_id,
            "session_id": binding.session_id, "expires_at": binding.expires_at, "inner": bytes(binding.inner).hex(),
            "perm_auth_key_id": binding.perm_key.id, "temp_auth_key_id": binding.temp_key.id,
            "msg_key": binding.msg_key.hex(), "encrypted_message": bytes(binding.encrypted_message).hex(),
        }), flush=True)  # fmt: skip


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
