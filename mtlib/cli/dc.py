"""`dc`: the local data centre. It runs until it is interrupted, its output is closed, or its parent has ended."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from typing import Any

from mtlib.cli.reading import Adder, refuse, say, text
from mtlib.errors import printable


def add_dc(add: Adder) -> None:
    """The arguments of `dc`."""
    dc = add("dc", help="run the local data centre until interrupted; point your own client at it")
    dc.add_argument("--host", default="127.0.0.1", help="the address to listen on, 127.0.0.1 if it is not given")
    dc.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    dc.add_argument("--dc-id", type=int, default=2, metavar="N", help="2 if it is not given; 10002 is test DC 2")
    dc.add_argument("--key", metavar="FILE", help="RSA private key (PEM); made and kept there if there is none")
    dc.add_argument("--write", metavar="FOLDER", help="put there what a client needs: dc_public.pem, "
                    "dc_public_spki.pem, and dc.json with address, port, dc id, n, e and fingerprint")
    dc.add_argument("--keylog", metavar="FILE", help="append every auth key to this file; use throw-away keys")
    dc.add_argument("--secret", help="serve MTProxy clients with this secret only: 32 hex digits, with dd in front, or "
                    "base64url")
    dc.add_argument("--one-temp-key", action="store_true", help="a new binding ends the permanent key's older ones")
    dc.add_argument("--as-telegram", action="store_true", help="refuse what passes here and fails at Telegram")
    dc.add_argument("--fault", action="append", default=[], metavar="NAME[=N]",
                    help="go wrong on purpose; --faults says how, and what N is")
    dc.add_argument("--faults", action="store_true", help="list the faults and leave")
    dc.add_argument("--allow-public", action="store_true", help="listen on an address that others can reach")
    dc.add_argument("--detached", action="store_true", help="go on when the program that started it has ended")
    dc.add_argument("--json", action="store_true", help="one JSON object per line")
    dc.set_defaults(run=_dc)


def _dc(options: argparse.Namespace) -> int:
    import signal
    import threading

    from mtlib.cli.writing import KeyLog, Teller, to_stream
    from mtlib.net.server import LocalDC
    from mtlib.protocol.checks import Rules
    from mtlib.protocol.faults import FAULTS, Fault

    if options.faults:
        print("\n".join(f"{name:<{max(map(len, FAULTS))}}  {meaning}" for name, meaning in FAULTS.items()))
        return 0
    dc = LocalDC(host=options.host, port=options.port, dc_id=options.dc_id, rsa=_rsa(options.key),
                 rules=Rules(one_temp_key=options.one_temp_key, as_telegram=options.as_telegram),
                 faults=[Fault.parse(fault) for fault in options.fault], secret=options.secret,
                 allow_public=options.allow_public)
    ended, parent = threading.Event(), os.getppid()
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: ended.set())
    if options.detached and hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # sent when the terminal that started it is closed

    with KeyLog(options.keylog) as log:
        teller = Teller(to_stream(sys.stdout), lambda count: _dropped(count, options.json))
        try:
            with dc:
                if options.write is not None:
                    _write(dc, options.write)
                teller.tell(_where(dc, options.json, options.write))
                dc.trace.listen(lambda event: _log_key(dc, event, log))
                dc.trace.listen(lambda event: teller.tell(_event(event, options.json)))
                while (teller.error is None or options.detached) and not ended.wait(0.2):
                    dc.status()
                    if os.getppid() != parent and not options.detached:  # the program that started it was killed
                        break
        finally:
            whole = teller.close()
    if teller.error is not None and not options.detached:  # nobody reads the output any more
        raise teller.error
    if not whole:
        say(["the last lines were not read by anybody"], "mtlib")
    return 0


def _log_key(dc: Any, event: Any, log: Any) -> None:
    if event.name == "exchange_done":
        wanted = event.facts["auth_key_id"]
        log.add(next(known.auth_key for known in dc.dc.keys if known.auth_key.id == wanted))


def _rsa(path: str | None) -> Any:
    """The key in the file at `path`. If there is no file yet, a new key is made and kept there for the next time."""
    from mtlib.cli.writing import private, writing
    from mtlib.crypto.rsa import PrivateKey
    from mtlib.errors import MtError

    if path is None:
        return None
    if os.path.exists(path):
        pem = text(path)
        if not pem.strip():
            refuse(f"{path} is empty", expected="a private key, or no file: then one is made", where="--key")
        if os.name == "posix" and stat.S_IMODE(os.stat(path).st_mode) & 0o077:
            say([f"others can read the private key in {path}; `chmod 600` keeps it to you"], "mtlib")
        try:
            return PrivateKey.from_pem(pem)
        except MtError as error:
            raise error.within(f"--key {path}") from None
    made = PrivateKey.generate()
    file = private(path, os.O_EXCL)
    try:
        with writing(path), open(file, "w") as whole:
            whole.write(made.to_pem())
    except BaseException:  # on a full disk, for example: the next start must not find half a key
        os.unlink(path)
        raise
    return made


def _write(dc: Any, folder: str) -> None:
    """Write the files that a client needs into `folder`."""
    from mtlib.cli.writing import at_once, writing

    key = dc.public_key
    files = {"dc_public.pem": key.to_pem(), "dc_public_spki.pem": key.to_spki_pem(),
             "dc.json": json.dumps(_client_facts(dc), indent=1) + "\n"}
    if os.path.isfile(folder):
        refuse(f"cannot write into {folder}: it is a file", expected="a folder", where="--write")
    with writing(folder):
        os.makedirs(folder, exist_ok=True)
    for name, content in files.items():
        path = os.path.join(folder, name)
        with writing(path), open(path, "w", encoding="ascii", opener=at_once) as file:
            file.write(content)


def _client_facts(dc: Any) -> dict[str, Any]:
    """Address and key in the forms that clients use; numbers too large for a double as text."""
    key = dc.public_key
    return {"address": dc.host, "port": dc.port, "dc_id": dc.dc_id, "n": f"{key.n:x}", "e": key.e,
            "fingerprint": f"{key.fingerprint & 2**64 - 1:016x}",
            "fingerprint_unsigned": str(key.fingerprint & 2**64 - 1), "fingerprint_signed": str(key.fingerprint)}


def _where(dc: Any, as_json: bool, written: str | None) -> str:
    key, facts = dc.public_key, _client_facts(dc)
    if as_json:
        place = {"host": dc.host, "port": dc.port, "dc_id": dc.dc_id, "fingerprint": facts["fingerprint"],
                 "public_key_pem": key.to_pem()}
        return json.dumps(place | facts if written else place)
    return (
        f"DC {dc.dc_id} listens on {dc.host}:{dc.port}, RSA key {facts['fingerprint']}. Ctrl-C ends it.\n"
        f"{key.to_pem()}"
        f"n = {facts['n']}\ne = {key.e}\n"
        f"fingerprint = {facts['fingerprint_unsigned']}, as a signed long {facts['fingerprint_signed']}"
        + (f"\nWritten to {printable(written)}: dc_public.pem, dc_public_spki.pem, dc.json" if written else "")
    )


def _dropped(count: int, as_json: bool) -> str:
    """The line that replaces lines which came faster than they were read."""
    text = f"{count} lines were dropped here, because nobody read them"
    return json.dumps({"event": "lines_dropped", "count": count, "text": text}) if as_json else text


def _event(event: Any, as_json: bool) -> str:
    if not as_json:
        return printable(str(event))
    facts = {name: value.hex() if isinstance(value, bytes) else value for name, value in event.facts.items()}
    verdict = event.verdict and {"failed": event.verdict.failed, "failing": event.verdict.failing}
    return json.dumps({"event": event.name, "peer": event.peer, "at": round(event.at, 3), "text": event.text,
                       "facts": facts, "verdict": verdict})
