"""kurigram against a data centre of our own: `python client.py SETTINGS`, then one line a query on standard input.

It is a fork of Pyrogram and keeps that package's name.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys

from pyrogram import Client, raw
from pyrogram.connection.transport import tcp
from pyrogram.crypto import rsa
from pyrogram.storage import SQLiteStorage

SETTINGS = json.loads(sys.argv[1])
TRANSPORTS = {
    "abridged": tcp.TCPAbridged,
    "abridged-obfuscated": tcp.TCPAbridgedO,
    "intermediate": tcp.TCPIntermediate,
    "intermediate-obfuscated": tcp.TCPIntermediateO,
    "padded": tcp.TCPIntermediatePadded,
    "full": tcp.TCPFull,
}
QUERIES = {"help.getNearestDc": raw.functions.help.GetNearestDc(), "help.getConfig": raw.functions.help.GetConfig()}


class Here(SQLiteStorage):
    """A storage that knows one address. The address which the client writes into it, Telegram's, is not kept."""

    async def server_address(self, value: object = object) -> str:
        return str(SETTINGS["host"])

    async def port(self, value: object = object) -> int:
        return int(SETTINGS["port"])


def numbers(pem: str) -> tuple[int, int]:
    """n and e out of a PKCS#1 key: a DER sequence of two integers, each with a tag and a length."""
    der = base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))
    values, at = [], 4
    while at < len(der):
        size, at = der[at + 1], at + 2
        if size > 128:
            size, at = int.from_bytes(der[at : at + size - 128], "big"), at + size - 128
        values.append(int.from_bytes(der[at : at + size], "big"))
        at += size
    return values[0], values[1]


async def main() -> None:
    fingerprint = int.from_bytes(bytes.fromhex(SETTINGS["fingerprint"]), "big", signed=True)
    rsa.server_public_keys[fingerprint] = rsa.PublicKey(*numbers(SETTINGS["public_key_pem"]))
    storage = Here("peer", workdir=None, in_memory=True)
    transport, proxy = TRANSPORTS[SETTINGS.get("transport", "abridged")], None
    if "secret" in SETTINGS:
        proxy = {"scheme": "mtproxy", "hostname": SETTINGS["host"], "port": SETTINGS["port"]}
        proxy |= {"secret": SETTINGS["secret"]}
    client = Client(
        "peer", 12345, "0" * 32, storage_engine=storage, no_updates=True, protocol_factory=transport, proxy=proxy
    )  # fmt: skip
    try:
        await client.connect()
        while method := (await asyncio.to_thread(sys.stdin.readline)).strip():
            answer = await client.invoke(QUERIES[method])
            print(json.dumps({"answer": type(answer).__name__, "this_dc": answer.this_dc}), flush=True)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)


asyncio.run(main())
os._exit(0)
