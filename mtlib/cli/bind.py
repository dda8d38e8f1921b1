"""`bind`: make both keys, bind, call, and show every byte.

The exit code depends on the binding alone. Results of the calls after it are printed, but do not change the code.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from mtlib.cli.reading import NO, Adder, refuse, shown, text
from mtlib.errors import LocalError, MtError, PeerError

CALLS = ("help.getNearestDc", "help.getAppConfig")
"""The methods called after the binding: one for any key, and one for bound keys only."""


def add_bind(add: Adder) -> None:
    """The arguments of `bind`."""
    bind = add("bind", help="make both keys, bind, call, and show every byte")
    bind.add_argument("--dc", default="local", metavar="local|telegram-test|HOST:PORT",
                      help="local, a data centre of its own, if it is not given")
    bind.add_argument("--public-key", metavar="PEM", help="file with the RSA key of HOST:PORT")
    bind.add_argument("--dc-id", type=int, metavar="N", help="the dc id that HOST:PORT goes by")
    bind.add_argument("--framing", choices=("abridged", "intermediate", "padded", "full"),
                      help="intermediate if it is not given, padded with a secret that demands it")
    bind.add_argument("--obfuscated", action="store_true", help="hide the framing behind a key stream")
    bind.add_argument("--secret", help="an MTProxy secret, and so obfuscated: 32 hex digits, with dd in front, or "
                      "base64url")
    bind.add_argument("--keylog", metavar="FILE", help="append both auth keys to this file; use throw-away keys")
    bind.add_argument("--json", action="store_true", help="one JSON object instead of the dissection")
    bind.add_argument("--reveal", action="store_true", help="with --json: the secrets too; the keys are thrown away")
    bind.set_defaults(run=_bind)


def _bind(options: argparse.Namespace) -> int:
    from mtlib.cli.writing import KeyLog
    from mtlib.net.client import connect
    from mtlib.net.server import LocalDC
    from mtlib.transport.obfuscation import hidden_secret, tags_with

    secret = options.secret
    demanded = "intermediate" if "intermediate" in tags_with(hidden_secret(secret)).values() else "padded"
    how: dict[str, Any] = {"framing": options.framing or demanded, "secret": secret,
                           "obfuscated": options.obfuscated or secret is not None}
    if options.dc == "local":
        if options.public_key is not None or options.dc_id is not None:
            refuse("the local data centre brings its own key and dc id", expected="--dc HOST:PORT beside "
                   "--public-key and --dc-id", where="--dc local")
        with LocalDC(secret=secret) as dc, KeyLog(options.keylog) as log, connect(dc, **how) as client:
            return _report(client, options, log)
    with KeyLog(options.keylog) as log, connect(_endpoint(options), **how) as client:
        return _report(client, options, log)


def _endpoint(options: argparse.Namespace) -> Any:
    """Where to connect. Errors name the options, because the reader can change only those."""
    from mtlib.crypto.rsa import PublicKey
    from mtlib.net.endpoints import endpoint

    key = None
    if options.public_key is not None:
        pem = text(options.public_key)
        try:
            key = PublicKey.from_pem(pem)
        except MtError as error:
            raise error.within(f"--public-key {options.public_key}") from None
    try:
        return endpoint(options.dc, key=key, dc_id=options.dc_id)
    except LocalError as error:
        if error.where == "key":
            refuse(error.message, expected="a file with it", where="--public-key")
        raise


def _report(client: Any, options: argparse.Namespace, log: Any) -> int:
    """Bind, call, print the results, and return the exit code."""
    from mtlib.wire.dissection import unseal

    for key in (client.perm_key, client.temp_key):
        log.add(key)
    refusal = None
    try:
        client.bind()
    except PeerError as error:
        refusal = error
    calls = {} if refusal else {name: _call(client, name) for name in CALLS}
    if options.json:
        print(json.dumps(_bind_facts(client, refusal, calls, options.reveal)))
        return NO if refusal else 0
    if client.carried is not None:
        print(shown(unseal(client.carried.frame, [client.temp_key, client.perm_key])))
        print()
    if refusal:
        print(f"{client.to.name} refuses: {refusal.message}")
        return NO
    print(f"{client.to.name} answers boolTrue: the temporary key is bound.")
    for name, said in calls.items():
        print(f"{name} over the bound key: {said}")
    return 0


def _call(client: Any, name: str) -> str:
    """The outcome of a call in a few words."""
    from mtlib.wire.schema import SCHEMA

    query = SCHEMA[name].build(hash=0) if name == "help.getAppConfig" else SCHEMA[name].build()
    try:
        answer = client.call(query)
    except MtError as error:
        return f"refused, {error}"
    if getattr(answer, "name", "") == "nearestDc":
        return f"this_dc = {answer['this_dc']}"
    return getattr(answer, "name", "") or f"{len(answer)} bytes of an unknown constructor"


def _bind_facts(client: Any, refusal: PeerError | None, calls: dict[str, str], reveal: bool) -> dict[str, Any]:
    """The facts for --json: longs as decimal strings, bytes as hex."""
    binding, carried = client.binding, client.carried
    facts: dict[str, Any] = {
        "ok": refusal is None,
        "perm_auth_key_id": str(binding.perm_key.id),
        "temp_auth_key_id": str(binding.temp_key.id),
        "session_id": str(binding.session_id),
        "msg_id": str(binding.msg_id),
        "nonce": str(binding.nonce),
        "expires_at": binding.expires_at,
    }
    for name in ("inner", "envelope", "msg_key", "plaintext", "encrypted_message", "request"):
        facts[name] = bytes(getattr(binding, name)).hex()
    facts["packet"] = bytes(carried.packet).hex() if carried is not None else ""
    facts["answer"] = bytes(client.answer).hex() if client.answer is not None else ""
    facts["error"] = refusal.message if refusal else None
    facts["calls"] = calls
    facts["timings_ms"] = client.timings_ms
    if reveal:
        schedule = binding.schedule
        facts["schedule"] = {row.name: schedule[row.name].hex() for row in schedule.table.rows if row.hash}
        facts |= {"aes_key": schedule.aes_key.hex(), "aes_iv": schedule.aes_iv.hex()}
        facts |= {"perm_auth_key": bytes(binding.perm_key).hex(), "temp_auth_key": bytes(binding.temp_key).hex()}
    return facts
