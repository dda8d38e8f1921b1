"""`tap`: a relay on loopback that shows what a client and a data centre say to each other."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

from mtlib.cli.reading import Adder


def add_tap(add: Adder) -> None:
    """The arguments of `tap`."""
    tap = add("tap", help="a relay that shows a conversation field by field, with a verdict on each bind")
    tap.add_argument("--to", required=True, metavar="HOST:PORT", help="where to forward to; never to Telegram")
    tap.add_argument("--listen", type=int, default=0, metavar="PORT", help="on 127.0.0.1; 0 lets the system choose")
    tap.add_argument("--keys", metavar="FILE", help="a key log, which may grow meanwhile; see docs/captures.md")
    tap.add_argument("--write", metavar="FILE", help="a capture (pcap) of all that passes")
    tap.set_defaults(run=_tap)


def _tap(options: argparse.Namespace) -> int:
    import signal
    import threading

    from mtlib.cli.telling import to_stream
    from mtlib.net.tap import Tap

    ended = threading.Event()
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: ended.set())
    write = to_stream(sys.stdout)
    tap = Tap(options.to, tell=lambda number, heard: write(f"{number}: {heard}"), keys=growing(options.keys),
              port=options.listen, write=options.write)
    with tap:
        write(f"{tap.host}:{tap.port} leads to {options.to}. Ctrl-C ends it.")
        while tap.failure is None and not ended.wait(0.2):
            pass
        whole = tap.stop()
    if tap.failure is not None:
        raise tap.failure
    if not whole:
        print("mtlib: the last lines were not read by anybody", file=sys.stderr)
    return 0


def growing(path: str | None) -> Callable[[], list[Any]]:
    """What gives the keys in a file as it is by then. It is read again where it has changed; where it cannot be read,
    or its last line is not whole yet, the keys are those of before."""
    from mtlib.cli.looking import keys_in
    from mtlib.errors import MtError

    keys: list[Any] = []
    seen: tuple[int, int] | None = None

    def present() -> list[Any]:
        nonlocal keys, seen
        try:
            stat = os.stat(path) if path else None
            now = (stat.st_mtime_ns, stat.st_size) if stat else None
            if now != seen:
                keys, seen = keys_in(path), now
        except (OSError, MtError):
            pass
        return keys

    return present
