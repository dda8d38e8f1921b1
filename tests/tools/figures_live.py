"""What `./run bench` measures over real TCP: a bind from the first byte to boolTrue, and a data centre's memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from measuring import Figure, figure
from mtlib.crypto.rsa import PublicKey
from mtlib.net.client import connect

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "peers"))

from installing import program  # noqa: E402
from loopback import Loopback  # noqa: E402
from processes import DC, Program  # noqa: E402


class LeftOut(Exception):
    """A figure that this machine cannot measure, with what it lacks."""


def loopback(rounds: int = 8) -> Iterator[Figure]:
    """perm + temp + bind, as the same data centre sees it: from the connection to boolTrue, the rounds interleaved.

    Both clients are programs that have started before the clock does; where they run there is loopback only.
    """
    for name in ("node", "npm", "unshare", "ip"):
        if shutil.which(name) is None:
            raise LeftOut(f"needs {name}")
    with Loopback() as place, tempfile.TemporaryDirectory() as folder:
        times: dict[str, list[float]] = {"flint": [], "plain": [], "mtcute": []}
        with DC(place, Path(folder) / "dc.pem") as dc:
            for _ in range(rounds):
                for name, taken in times.items():
                    taken.append(_bind_seconds(place, dc, name))
    for name, goal in (("flint", 1.0), ("plain", None)):
        yield figure(f"perm + temp + bind, {name}", "mtcute", zip(times[name], times["mtcute"], strict=True), goal)


def _bind_seconds(place: Loopback, dc: DC, who: str) -> float:
    """One client from beginning to end; the data centre's own clock says how long it took."""
    seen = len(dc.events)
    where = {key: dc.where[key] for key in ("host", "port", "dc_id", "public_key_pem")}
    command = program("mtcute", "client.mjs") if who == "mtcute" else [sys.executable, __file__]
    environment = os.environ | ({"MTLIB_PLAIN": "1"} if who == "plain" else {})
    with Program(who, place, [*command, json.dumps(where)], cwd=ROOT, env=environment):
        bound = dc.wait(
            f"a bind by {who}", lambda lines: [e for e in lines[seen + 1 :] if e.get("event") == "bind_accepted"], 60
        )[0]
    begun = next(e for e in dc.events[seen:] if e["event"] == "connected" and e["peer"] == bound["peer"])
    return float(bound["at"] - begun["at"])


def memory(binds: int = 1000, before: int = 500) -> Iterator[Figure]:
    """The private memory of a data centre after so many binds, against that of half as many: its shelves are full by
    then, and what it keeps no longer grows."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise LeftOut("needs Linux, whose kernel tells a process's private memory")
    with tempfile.TemporaryDirectory() as folder, DC(Here(), Path(folder) / "dc.pem") as dc:
        levels = []
        for number in range(1, binds + 1):
            bind(dc.where)
            if number in (before, binds):
                levels.append(dc.memory())
    half, whole = levels
    yield Figure(f"DC's memory after {binds} binds", f"after {before}", whole, half, whole / half, 1.05, "bytes")


class Here:
    """This machine as it is, in the place of a namespace: for programs that ours talk to directly."""

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(command, text=True, **options)


def bind(where: Mapping[str, Any]) -> None:
    """Both keys and the binding, at a data centre that is a program."""
    to, key = f"{where['host']}:{where['port']}", PublicKey.from_pem(where["public_key_pem"])
    with connect(to, key=key, dc_id=where["dc_id"]) as client:
        client.bind()


if __name__ == "__main__":
    bind(json.loads(sys.argv[1]))
