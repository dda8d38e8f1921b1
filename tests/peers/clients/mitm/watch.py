"""mtproto-mitm between a client of ours and its data centre: `python watch.py`, then auth keys in hex, one a line.

A SOCKS5 proxy that decodes every packet on its way, with schema and cryptography of its own. One JSON line a packet.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys

from mtproto_mitm.messages import MessageContainer
from mtproto_mitm.server import MitmServer
from mtproto_mitm.tl import TLObject
from socks5server import DataDirection, Socks5Client


def shown(value: object) -> object:
    """A decoded object as JSON: its name and its fields."""
    if isinstance(value, TLObject):
        name = str(getattr(value, "__tl_name__", type(value).__name__))
        return {"_": name, **{slot: shown(getattr(value, slot, None)) for slot in value.__slots__}}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return [shown(each) for each in value]
    return value if isinstance(value, int | str | bool | None) else str(value)


async def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = MitmServer("127.0.0.1", port, no_auth=True)

    @server.on_data_packet
    async def packet(_: Socks5Client, direction: DataDirection, message: MessageContainer) -> None:
        meta = message.meta
        print(json.dumps({
            "to": "server" if direction is DataDirection.CLIENT_TO_DST else "client",
            "auth_key_id": meta.auth_key_id, "msg_id": meta.message_id, "session_id": meta.session_id,
            "seqno": meta.seq_no, "read": shown(message.obj),
        }), flush=True)  # fmt: skip

    loop = asyncio.get_running_loop()

    def keys() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(server.register_key, bytes.fromhex(line.strip()))
            print(json.dumps({"registered": line[:8]}), flush=True)

    loop.run_in_executor(None, keys)
    serving = asyncio.create_task(server.run_async())
    await asyncio.sleep(0.2)
    print(json.dumps({"port": port}), flush=True)
    await serving


asyncio.run(main())
