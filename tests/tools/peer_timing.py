"""From the TCP accept to boolTrue, for each client that binds and for ours, at one data centre, in turns.

`medians()` is for `./run bench`; `python tests/tools/peer_timing.py [ROUNDS]` prints them. What is measured is seen
from the data centre: from the moment when it accepts a client's first connection to the moment when its boolTrue is
ready to be sent, with two key exchanges in between. Programs and interpreters have started before.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "peers")]

from loopback import Loopback  # noqa: E402
from processes import Line, Program  # noqa: E402
from scenes import BINDERS, NO_PADDING, TDLIB_DC, Scene, Stage  # noqa: E402

from mtlib.crypto.rsa import PrivateKey  # noqa: E402
from mtlib.net.server import LocalDC  # noqa: E402
from mtlib.protocol.datacenter import Peer, Reply  # noqa: E402

ROUNDS = 10
OURS = {"ours, python-flint": {}, "ours, plain Python": {"MTLIB_PLAIN": "1"}}


@dataclass(frozen=True)
class Taken:
    """Milliseconds to boolTrue: from the first accept, and from that of the connection that binds.

    They differ for TDLib and ferogram, which bind on a second connection: TDLib waits a second before it dials that.
    """

    from_first_accept: float
    from_binding_accept: float


def medians(rounds: int = ROUNDS) -> dict[str, Taken]:
    """Per client the medians over so many rounds; in each round every client binds once."""
    taken: dict[str, list[Taken]] = {name: [] for name in (*OURS, *BINDERS)}
    with Loopback() as place, tempfile.TemporaryDirectory() as folder:
        stage = Stage.build(place, Path(folder))
        with Program("the DC", place, [sys.executable, __file__, "serve", str(stage.key_file)]) as dc:
            dc.wait("an address", lambda lines: lines, 20)
            for _ in range(rounds):
                for name, times in taken.items():
                    times.append(once(stage, dc, name))
    return {name: _median(times) for name, times in taken.items()}


def _median(times: list[Taken]) -> Taken:
    return Taken(
        statistics.median(each.from_first_accept for each in times),
        statistics.median(each.from_binding_accept for each in times),
    )


def once(stage: Stage, dc: Any, name: str) -> Taken:
    """One client, from its start to its boolTrue. A key that the client cannot have is another client's turn."""
    while True:
        seen = len(dc.lines)
        with Scene(stage) as scene:
            _start(scene, dc, name)
            bound = dc.wait(f"boolTrue for {name}", partial(_first_bound, seen=seen), 60)
        since = dc.lines[seen:]
        if name in NO_PADDING and any(line.get("leading_zero") for line in since):
            continue
        accepts = [line["accepted"] for line in since if "accepted" in line]
        return Taken((bound["bound"] - min(accepts)) * 1000, (bound["bound"] - bound["since"]) * 1000)


def _first_bound(lines: list[Line], seen: int) -> Line | None:
    return next((line for line in lines[seen:] if "bound" in line), None)


def _start(scene: Scene, dc: Any, name: str) -> None:
    dc.where, dc.port = dc.lines[0], dc.lines[0]["port"]
    if name in BINDERS:
        scene.client(name, dc).say("help.getNearestDc")
    else:
        scene.ours(dc, environment={**os.environ, **OURS[name]}, wait=False)


def serve(key_file: str) -> None:
    """The data centre, in this process, with a watch at its door. One JSON line for every accept and every boolTrue."""
    dc = LocalDC(rsa=PrivateKey.from_pem(Path(key_file).read_text()), dc_id=TDLIB_DC)
    bound: set[int] = set()
    dc.trace.listen(lambda event: bound.add(event.peer) if event.name == "bind_accepted" else None)
    dc.trace.listen(lambda event: tell(leading_zero=True) if event.facts.get("leading_zero") else None)
    accept = dc.dc.accept

    def accepted(secret: bytes | None = None, address: tuple[str, int] | None = None) -> Peer:
        since = time.perf_counter()
        peer = accept(secret, address)
        tell(accepted=since)
        peer.receive = watched(peer, peer.receive, since)  # type: ignore[method-assign]
        return peer

    def watched(peer: Peer, receive: Callable[[bytes, float], Reply], since: float) -> Callable[[bytes, float], Reply]:
        def received(data: bytes, now: float) -> Reply:
            reply = receive(data, now)
            dc.dc.trace.tell()
            if peer.number in bound:
                bound.remove(peer.number)
                tell(bound=time.perf_counter(), since=since)
            return reply

        return received

    dc.dc.accept = accepted  # type: ignore[method-assign]
    with dc:
        tell(host=dc.host, port=dc.port, dc_id=dc.dc_id, public_key_pem=dc.public_key.to_pem(),
             fingerprint=f"{dc.public_key.fingerprint & 2**64 - 1:016x}")
        sys.stdin.read()


def tell(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
    else:
        for who, times in medians(int(sys.argv[1]) if sys.argv[1:] else ROUNDS).items():
            first, binding = times.from_first_accept, times.from_binding_accept
            print(f"{who:<20} {first:8.1f} ms from the first accept {binding:8.1f} ms from the binding one")
