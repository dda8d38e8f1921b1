"""A SOCKS5 proxy that leads to one place, wherever it is asked to go: `python relay.py HOST PORT`.

For clients whose data centres' addresses are part of the program (TDLib): they take a proxy, and this one takes them to
ours. Prints its own port as a JSON line; ends with its standard input. Source: RFC 1928, sections 3 to 6.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys

NO_AUTHENTICATION, CONNECT = b"\x05\x00", 1
GRANTED = bytes([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])


async def main(host: str, port: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
            await greet(reader, writer)
            there, back = await asyncio.open_connection(host, port)
            await asyncio.gather(pour(reader, back), pour(there, writer))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The dialogue up to "granted". Where the client wants to go is read, and no more than read."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(NO_AUTHENTICATION)
    version, command, _, kind = await reader.readexactly(4)
    if (version, command) != (5, CONNECT):
        raise ValueError("not a CONNECT")
    size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
    await reader.readexactly(size + 2)
    writer.write(GRANTED)


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()


if __name__ == "__main__":
    # The executor waits for a standard input that may never end; the process need not.
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
