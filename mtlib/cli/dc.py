"""`dc`: the local data centre, until it is interrupted or nobody reads what it says."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from mtlib.cli.reading import Adder, text


def add_dc(add: Adder) -> None:
    """The arguments of `dc`."""
    dc = add("dc", help="run the local data centre until interrupted; point your own client at it")
    dc.add_argument("--host", default="127.0.0.1")
    dc.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    dc.add_argument("--dc-id", type=int, default=2, metavar="N", help="10002 is test DC 2")
    dc.add_argument("--key", metavar="FILE", help="RSA private key (PEM); made and kept there if there is none")
    dc.add_argument("--fault", action="append", default=[], metavar="NAME[=N]", help="see --faults")
    dc.add_argument("--faults", action="store_true", help="list the faults and leave")
    dc.add_argument("--allow-public", action="store_true", help="listen on an address that others can reach")
    dc.add_argument("--json", action="store_true", help="one JSON object per line")
    dc.set_defaults(run=_dc)


def _dc(options: argparse.Namespace) -> int:
    import signal
    import threading

    from mtlib.cli.telling import Teller, to_stream
    from mtlib.net.server import LocalDC
    from mtlib.protocol.faults import FAULTS, Fault

    if options.faults:
        print("\n".join(f"{name:<20} {meaning}" for name, meaning in FAULTS.items()))
        return 0
    dc = LocalDC(host=options.host, port=options.port, dc_id=options.dc_id, rsa=_rsa(options.key),
                 faults=[Fault.parse(fault) for fault in options.fault], allow_public=options.allow_public)
    ended = threading.Event()
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: ended.set())

    teller = Teller(to_stream(sys.stdout), lambda count: _dropped(count, options.json))
    try:
        with dc:
            teller.tell(_where(dc, options.json))
            dc.trace.listen(lambda event: teller.tell(_event(event, options.json)))
            while teller.error is None and not ended.wait(0.2):
                dc.status()
    finally:
        whole = teller.close()
    if teller.error is not None:  # nobody reads this any more, so the data centre has nobody to serve
        raise teller.error
    if not whole:
        print("mtlib: the last lines were not read by anybody", file=sys.stderr)
    return 0


def _rsa(path: str | None) -> Any:
    """The key in the file; a new one, kept there for the next time, where there is no file yet."""
    from mtlib.crypto.rsa import PrivateKey

    if path is None:
        return None
    if os.path.exists(path):
        return PrivateKey.from_pem(text(path))
    made = PrivateKey.generate()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made.to_pem())
    return made


def _where(dc: Any, as_json: bool) -> str:
    key = dc.public_key
    fingerprint = f"{key.fingerprint & 2**64 - 1:016x}"
    if as_json:
        return json.dumps({"host": dc.host, "port": dc.port, "dc_id": dc.dc_id, "fingerprint": fingerprint,
                           "public_key_pem": key.to_pem()})
    return f"DC {dc.dc_id} listens on {dc.host}:{dc.port}, RSA key {fingerprint}. Ctrl-C ends it.\n{key.to_pem()}"


def _dropped(count: int, as_json: bool) -> str:
    """In the place of lines that came faster than they were read."""
    text = f"{count} lines were dropped here, because nobody read them"
    return json.dumps({"event": "lines_dropped", "count": count, "text": text}) if as_json else text


def _event(event: Any, as_json: bool) -> str:
    if not as_json:
        return str(event)
    facts = {name: value.hex() if isinstance(value, bytes) else value for name, value in event.facts.items()}
    verdict = event.verdict and {"failed": event.verdict.failed, "failing": event.verdict.failing}
    return json.dumps({"event": event.name, "peer": event.peer, "at": round(event.at, 3), "text": event.text,
                       "facts": facts, "verdict": verdict})
