"""ferogram against a data centre of our own: `python client.py SETTINGS`, then one line a query on standard input.

`package` is a folder with a private copy that knows the data centre's key. ferogram makes a permanent key on its first
connection whatever it is told, and binds a temporary one when it comes back with `pfs=True`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile

SETTINGS = json.loads(sys.argv[1])
sys.path.insert(0, SETTINGS["package"])

from ferogram import FileSession  # noqa: E402
from ferogram import client as its_own  # noqa: E402
from ferogram._ferogram import DcConnection  # noqa: E402
from ferogram.raw.generated.functions.help import GetAppConfig, GetConfig, GetNearestDc  # noqa: E402

QUERIES = {
    "help.getNearestDc": GetNearestDc(),
    "help.getConfig": GetConfig(),
    "help.getAppConfig": GetAppConfig(hash=0),
}
ANSWERS = {0x8E1A1775: "nearestDc", 0xCC1A241E: "config", 0xDD18782E: "help.appConfig"}


async def dial(session: FileSession, pfs: bool) -> DcConnection:
    return await DcConnection.connect(
        session, 12345, "0" * 32, SETTINGS["dc_id"] % 10000, test_mode=True, pfs=pfs,
        dc_addr=f"{SETTINGS['host']}:{SETTINGS['port']}", transport=SETTINGS.get("transport", "full"),
    )  # fmt: skip


def introduced(request: bytes) -> bytes:
    """A first request as its class `Client` sends it, which leaves that to whoever uses the connection alone."""
    header = its_own._build_init_connection(12345, "peer", "1", "1", "en", "", "en", request)
    return bytes(its_own._build_invoke_with_layer(its_own.LAYER, header))


class Caller:
    """A program that uses ferogram: what is raised is told, and the next try dials again with the session it has."""

    def __init__(self) -> None:
        self.session = FileSession(os.path.join(tempfile.mkdtemp(), "session"))
        self.has_permanent_key = False
        self.connection: DcConnection | None = None

    async def query(self, method: str) -> str:
        if not self.has_permanent_key:
            await dial(self.session, pfs=False)
            self.has_permanent_key = True
        request = QUERIES[method].to_bytes()
        if self.connection is None:
            self.connection = await dial(self.session, pfs=True)
            request = introduced(request)
        body = bytes(await self.connection.rpc_call(request))
        return ANSWERS.get(int.from_bytes(body[:4], "little"), body.hex())

    async def insist(self, method: str) -> dict[str, str]:
        """The answer, within four tries of ten seconds each."""
        for _ in range(4):
            try:
                return {"answer": await asyncio.wait_for(self.query(method), 10)}
            except Exception as error:
                raised = f"{type(error).__name__}: {error}"
                print(json.dumps({"raised": raised}), flush=True)
                self.connection = None
        return {"error": raised}


async def main() -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    loop.run_in_executor(None, read)
    caller = Caller()
    while method := (await lines.get()).strip():
        print(json.dumps(await caller.insist(method)), flush=True)
    # Its threads sometimes crash while the interpreter is taken down, long after everything went well.
    os._exit(0)


asyncio.run(main())
