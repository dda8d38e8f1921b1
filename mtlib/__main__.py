"""The command line: bind, run a data centre, look at bytes, ask the doctor, judge a program.

Exit codes: 0 it went well (for `bind`: boolTrue, for `judge`: every step right, for `doctor`: healthy); 1 the answer
is no; 2 the command cannot be used like that; 3 nobody answered; 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from mtlib import __version__
from mtlib.errors import LocalError, MtError, Unreachable

NO, USAGE, UNREACHABLE, INTERRUPTED = 1, 2, 3, 130
MOST = 1 << 22
"""Bytes of the longest file that is looked at."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Bad input is one sentence on stderr, never a traceback."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left; a second complaint about it helps nobody
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO
    except Unreachable as error:
        return _complain(error, UNREACHABLE)
    except LocalError as error:
        return _complain(error, USAGE)
    except (MtError, OSError) as error:
        return _complain(error, NO)


def _complain(error: Exception, code: int) -> int:
    print(f"mtlib: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mtlib", description="See, build and debug Telegram's auth.bindTempAuthKey.",
        epilog="Exit codes: 0 yes, 1 no, 2 wrong use, 3 nobody answered, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"mtlib {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (_add_bind, _add_dc, _add_dissect, _add_doctor, _add_judge):
        command(commands.add_parser)
    return parser


Adder = Callable[..., argparse.ArgumentParser]


# -- bind ---------------------------------------------------------------------------------------------------------


def _add_bind(add: Adder) -> None:
    bind = add("bind", help="make both keys, bind, call, and show every byte")
    bind.add_argument("--dc", default="local", metavar="local|telegram-test|HOST:PORT")
    bind.add_argument("--public-key", metavar="PEM", help="file with the RSA key of HOST:PORT")
    bind.add_argument("--dc-id", type=int, metavar="N", help="the dc id that HOST:PORT goes by")
    bind.add_argument("--framing", default="intermediate", choices=("abridged", "intermediate", "padded", "full"))
    bind.add_argument("--obfuscated", action="store_true", help="hide the framing behind a key stream")
    bind.add_argument("--json", action="store_true", help="one JSON object instead of the dissection")
    bind.add_argument("--reveal", action="store_true", help="with --json: the secrets too; the keys are thrown away")
    bind.set_defaults(run=_bind)


def _bind(options: argparse.Namespace) -> int:
    from mtlib.crypto.rsa import PublicKey
    from mtlib.net.client import connect
    from mtlib.net.server import LocalDC

    settings = {"framing": options.framing, "obfuscated": options.obfuscated}
    if options.dc == "local":
        with LocalDC() as dc, connect(dc, **settings) as client:
            return _report(client, options)
    key = PublicKey.from_pem(_text(options.public_key)) if options.public_key else None
    with connect(options.dc, key=key, dc_id=options.dc_id, **settings) as client:
        return _report(client, options)


def _report(client: Any, options: argparse.Namespace) -> int:
    """Bind, call once, and tell."""
    from mtlib.errors import RpcError
    from mtlib.wire import unseal

    refusal = None
    try:
        client.bind()
        nearest = client.call("help.getNearestDc")
    except RpcError as error:
        refusal = error
    if options.json:
        print(json.dumps(_bind_facts(client, refusal is None, options.reveal)))
        return NO if refusal else 0
    opened = unseal(client.carried.frame, [client.temp_key, client.perm_key])
    print(_shown(opened))
    print()
    if refusal:
        print(f"The data centre refuses: {refusal}")
        return NO
    print(f"{client.to.name} answers boolTrue: the temporary key is bound.")
    print(f"help.getNearestDc over the bound key: this_dc = {nearest['this_dc']}")
    return 0


def _bind_facts(client: Any, ok: bool, reveal: bool) -> dict[str, Any]:
    """Longs as decimal strings, bytes as hex."""
    binding, carried = client.binding, client.carried
    facts: dict[str, Any] = {
        "ok": ok,
        "perm_auth_key_id": str(binding.perm_key.id),
        "temp_auth_key_id": str(binding.temp_key.id),
        "session_id": str(binding.session_id),
        "msg_id": str(binding.msg_id),
        "nonce": str(binding.nonce),
        "expires_at": binding.expires_at,
    }
    for name in ("inner", "envelope", "msg_key", "plaintext", "encrypted_message", "request"):
        facts[name] = bytes(getattr(binding, name)).hex()
    facts["packet"] = bytes(carried.packet).hex()
    facts["answer"] = bytes(client.answer).hex() if client.answer is not None else ""
    facts["timings_ms"] = client.timings_ms
    if reveal:
        schedule = binding.schedule
        facts["schedule"] = {name: output.hex() for name, (_, output) in schedule.hashes.items()}
        facts |= {"aes_key": schedule.aes_key.hex(), "aes_iv": schedule.aes_iv.hex()}
        facts |= {"perm_auth_key": bytes(binding.perm_key).hex(), "temp_auth_key": bytes(binding.temp_key).hex()}
    return facts


# -- dc -----------------------------------------------------------------------------------------------------------


def _add_dc(add: Adder) -> None:
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

    from mtlib.net.server import LocalDC
    from mtlib.protocol.faults import FAULTS, Fault

    if options.faults:
        print("\n".join(f"{name:<20} {meaning}" for name, meaning in FAULTS.items()))
        return 0
    dc = LocalDC(host=options.host, port=options.port, dc_id=options.dc_id, rsa=_rsa(options.key),
                 faults=[Fault.parse(text) for text in options.fault], allow_public=options.allow_public)
    ended = threading.Event()
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: ended.set())
    dc.trace.listen(lambda event: print(_event(event, options.json), flush=True))
    with dc:
        print(_where(dc, options.json), flush=True)
        while not ended.wait(0.2):
            dc.status()
    return 0


def _rsa(path: str | None) -> Any:
    """The key in the file; a new one, kept there for the next time, where there is no file yet."""
    from mtlib.crypto.rsa import PrivateKey

    if path is None:
        return None
    if os.path.exists(path):
        return PrivateKey.from_pem(_text(path))
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


def _event(event: Any, as_json: bool) -> str:
    if not as_json:
        return str(event)
    facts = {name: value.hex() if isinstance(value, bytes) else value for name, value in event.facts.items()}
    verdict = event.verdict and {"failed": event.verdict.failed, "failing": event.verdict.failing}
    return json.dumps({"event": event.name, "peer": event.peer, "at": round(event.at, 3), "text": event.text,
                       "facts": facts, "verdict": verdict})


# -- dissect, doctor, judge ---------------------------------------------------------------------------------------


def _add_dissect(add: Adder) -> None:
    dissect = add("dissect", help="what are these bytes?")
    dissect.add_argument("data", metavar="HEX|FILE|-")
    dissect.add_argument("--as", dest="as_", choices=("frame", "packet", "encrypted_message", "tl"))
    dissect.add_argument("--keys", metavar="FILE", help="auth keys as hex, one a line; never on the command line")
    dissect.set_defaults(run=_dissect)


def _dissect(options: argparse.Namespace) -> int:
    from mtlib.protocol.look import dissect

    keys = _keys(options.keys)
    print(_shown(dissect(_bytes(options.data), keys=keys, as_=options.as_)))
    return 0


def _keys(path: str | None) -> list[Any]:
    from mtlib.crypto.keys import AuthKey
    from mtlib.doctor.given import octets_of

    lines = [line.split("#")[0].split(":")[-1].strip() for line in _text(path).splitlines()] if path else []
    return [AuthKey(octets_of(line, str(path), secret=True)) for line in lines if line]


def _add_doctor(add: Adder) -> None:
    doctor = add("doctor", help="why was my bind refused?")
    doctor.add_argument("patient", metavar="FILE|-", help="JSON, `name: hex` lines, or all the bytes that a client "
                        "sent on one TCP connection; see notebook 29")
    doctor.add_argument("--keys", metavar="FILE", help="the keys in a file of their own; use throw-away keys")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from mtlib.doctor.doctor import diagnose
    from mtlib.doctor.patient import read_patient

    keys = _read(options.keys) if options.keys else None
    diagnosis = diagnose(**read_patient(_read(options.patient), keys))
    print(json.dumps(diagnosis.to_dict()) if options.json else diagnosis)
    return 0 if diagnosis.healthy else NO


def _add_judge(add: Adder) -> None:
    judge = add("judge", help="feed the steps of the recipe to any program, as JSON lines")
    judge.add_argument("program", nargs="+", metavar="-- PROGRAM", help="a program and its arguments")
    judge.set_defaults(run=_judge)


def _judge(options: argparse.Namespace) -> int:
    from mtlib.net.judging import judge_program

    report = judge_program(options.program)
    print(report)
    return 0 if report.ok else NO


# -- reading and showing ------------------------------------------------------------------------------------------


def _shown(dissection: Any) -> str:
    from mtlib.wire.view import to_text

    return to_text(dissection, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)


def _read(path: str) -> bytes:
    """What a file holds, or standard input. Raises LocalError where it cannot be read, and for more than `MOST`."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MOST + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(MOST + 1)
    except OSError as error:
        _refuse(f"cannot read {path}: {error.strerror}")
    if len(data) > MOST:
        _refuse("too much to look at", expected=f"{MOST} bytes at most", where=path)
    return data


def _text(path: str) -> str:
    try:
        return _read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse("this file is no text", where=path)


def _bytes(argument: str) -> bytes:
    """Hex as it stands, or the contents of a file (hex or raw), or standard input."""
    if argument != "-" and not os.path.exists(argument):
        return _hex(argument, "the command line")
    raw = _read(argument)
    try:
        return bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        return raw


def _hex(text: str, where: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        _refuse("neither hex nor the name of a file", got=text, where=where)


def _refuse(message: str, **facts: Any) -> NoReturn:
    raise LocalError(message, **facts) from None


if __name__ == "__main__":
    sys.exit(main())
