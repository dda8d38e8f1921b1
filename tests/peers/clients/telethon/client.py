"""Telethon against a data centre of our own: `python client.py SETTINGS`, then one line a query on standard input."""

from __future__ import annotations

import asyncio
import json
import os
import sys

from telethon import TelegramClient, functions
from telethon.crypto import rsa
from telethon.network import (
    ConnectionTcpAbridged,
    ConnectionTcpFull,
    ConnectionTcpIntermediate,
    ConnectionTcpMTProxyAbridged,
    ConnectionTcpMTProxyIntermediate,
    ConnectionTcpObfuscated,
)
from telethon.sessions import MemorySession

SETTINGS = json.loads(sys.argv[1])
TRANSPORTS = {
    "full": ConnectionTcpFull,
    "abridged": ConnectionTcpAbridged,
    "intermediate": ConnectionTcpIntermediate,
    "obfuscated": ConnectionTcpObfuscated,
}
THROUGH_A_PROXY = {"abridged": ConnectionTcpMTProxyAbridged, "intermediate": ConnectionTcpMTProxyIntermediate}
QUERIES = {
    "help.getNearestDc": functions.help.GetNearestDcRequest(),
    "help.getConfig": functions.help.GetConfigRequest(),
}


async def main() -> None:
    rsa.add_key(SETTINGS["public_key_pem"], old=False)
    session = MemorySession()
    if not SETTINGS.get("its_own_address"):
        session.set_dc(SETTINGS["dc_id"] % 10000, SETTINGS["host"], SETTINGS["port"])
    transport, proxy = TRANSPORTS[SETTINGS.get("transport", "full")], None
    if "secret" in SETTINGS:
        transport = THROUGH_A_PROXY[SETTINGS["transport"]]
        proxy = (SETTINGS["host"], SETTINGS["port"], SETTINGS["secret"])
    client = TelegramClient(session, 12345, "0" * 32, connection=transport, proxy=proxy, receive_updates=False)
    try:
        await client.connect()
        while method := (await asyncio.to_thread(sys.stdin.readline)).strip():
            answer = await client(QUERIES[method])
            print(json.dumps({"answer": type(answer).__name__, "this_dc": answer.this_dc}), flush=True)
        await client.disconnect()
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)


asyncio.run(main())
os._exit(0)
