"""What every room promises: nothing but MtError on bad input, nothing secret shown, names that are really there."""

from __future__ import annotations

import ast
import contextlib
import copy
import dataclasses
import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import mtlib
from mtlib.crypto import PrivateKey, aes, entropy, kdf, keys, numbers, rsa
from mtlib.crypto.entropy import Patterned, System
from mtlib.crypto.kdf import Schedule
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError, MtError
from mtlib.net import memory
from mtlib.protocol import binding, exchange, packets
from mtlib.protocol import dissect as dissecting
from mtlib.protocol.exchange import ExchangeSecrets
from mtlib.transport.framing import FRAMINGS
from mtlib.transport.obfuscation import Obfuscation, foreign, hidden_secret
from mtlib.transport.stream import ClientStream, ServerStream
from mtlib.wire.dissection import unseal
from mtlib.wire.provenance import trace
from mtlib.wire.schema import SCHEMA
from tests.talking import Talker, centre

ROOT = Path(__file__).resolve().parents[1]
HUGE = 10**5000
"""So many digits that Python refuses to print them."""
BAD: tuple[Any, ...] = (None, True, 5, -1, 2**70, 1.5, "text", b"", b"bytes", [], [5], {}, object(), Ellipsis, HUGE,
                        [HUGE], float("nan"), bytearray(256), memoryview(bytes(64))[::2], iter(()))
CRYPTO = {
    aes: "Ctr decrypt_blocks ige_blocks ige_decrypt ige_encrypt",
    entropy: "Noise Patterned System source",
    kdf: "kdf_nonces kdf_v1 kdf_v2 key_usage msg_key_large_v2 msg_key_v1 msg_key_v2",
    keys: "AuthKey auth_key new_nonce_hash",
    numbers: "check_dh_group check_dh_public factor generator_power is_probable_prime power to_bytes",
    rsa: "PrivateKey check_width old_open rsa_pad rsa_pad_open rsa_pad_seal select_key",
}


def calls() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the ground floors, and every class that is made from what a caller has."""
    for room, names in CRYPTO.items():
        yield from ((f"{room.__name__}.{name}", getattr(room, name)) for name in names.split())
    for room in (packets, dissecting, exchange):
        names = getattr(room, "__all__", None) or [n for n, v in vars(room).items() if inspect.isfunction(v)]
        for name in names:
            made = getattr(room, name)
            if callable(made) and not name.startswith("_") and made.__module__ == room.__name__:
                yield f"{room.__name__}.{name}", made
    for made in (unseal, trace, SCHEMA.dissect, SCHEMA["ping"].dissect, SCHEMA.knows, foreign, hidden_secret,
                 ClientStream, ServerStream, Obfuscation, Obfuscation.receive, binding.Binding, binding.Binding.draw,
                 AuthKey.from_int, PrivateKey.from_pem, ExchangeSecrets, *FRAMINGS.values(), SCHEMA.of,
                 SCHEMA.__getitem__, mtlib.Facts, mtlib.PacketFacts, mtlib.judge, mtlib.judge_packet, mtlib.verify,
                 mtlib.Fault, mtlib.Fault.parse, mtlib.Rules, ClientStream("full", entropy=System()).hide,
                 ServerStream(entropy=System()).send_error, SCHEMA["ping"].build(ping_id=1).__getitem__, System().at,
                 mtlib.LocalDC, mtlib.sheet, mtlib.judge_program):  # fmt: skip
        yield made.__qualname__, made


def wanted(call: Callable[..., Any]) -> list[str]:
    """The arguments that have to be given, by name; those without a name are left out."""
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    left_out = ("reading", "at")
    return [p.name for p in inspect.signature(call).parameters.values() if p.kind in kinds and p.name not in left_out]


@pytest.mark.parametrize(("name", "call"), [pytest.param(*pair, id=pair[0]) for pair in calls()])
def test_bad_input_is_an_error_of_ours(name: str, call: Callable[..., Any]) -> None:
    names = wanted(call)
    for bad in BAD:
        arguments = {name: _fitting(name) for name in names}
        trials = [dict.fromkeys(names, bad), *(arguments | {name: bad} for name in names)]
        if bad in (HUGE, [HUGE]):
            told = ("where", "name", "steps")  # stands in a sentence as it is
            trials = [trial for trial in trials if all(trial[name] is not bad for name in names if name in told)]
        for trial in trials:
            try:
                made = call(**trial)
            except MtError as error:
                assert str(error)
            else:
                assert not isinstance(made, mtlib.Rules | mtlib.Facts | mtlib.PacketFacts) or repr(made)


@pytest.mark.parametrize("bad", (*BAD[:-1], "\ud800"), ids=lambda bad: type(bad).__name__)
def test_a_value_that_is_made_can_be_shown_and_used(bad: Any) -> None:
    binding = Talker(centre()).binding()
    for name in ("session_id", "msg_id", "expires_at", "nonce"):
        with contextlib.suppress(MtError):
            assert repr(dataclasses.replace(binding, **{name: bad}))
    for name in ("binding", "salt", "seqno", "framing", "frames_before"):
        with contextlib.suppress(MtError):
            carried = dataclasses.replace(mtlib.BindPacket(binding, 1, 1, bytes(12)), **{name: bad})
            assert repr(carried) and carried.frame
    for name in mtlib.Limits._fields:
        with contextlib.suppress(MtError):
            limits = mtlib.Limits()._replace(**{name: bad})
            assert mtlib.LocalDC(limits=limits).dc.accept().receive(b"\xee" * 12, 1.0).chunks == ()
    with contextlib.suppress(MtError):
        assert mtlib.Dissection(bad, b"").spans


@pytest.mark.parametrize("name", ["entropy", "clock", "key", "dc_id", "perm_key", "perm_key_bound", "timeout"])
def test_what_a_client_is_given_is_looked_at_before_anything_is_dialled(name: str) -> None:
    right = {"key": memory.KEY.public}
    for bad in ("text", [5], {1: 2}, object()):
        with pytest.raises(LocalError):
            mtlib.connect(("127.0.0.1", 1), **right | {name: bad})


def test_a_client_binds_with_bytes_that_are_changed_by_a_function_alone() -> None:
    with mtlib.LocalDC() as dc, mtlib.connect(dc) as client:
        for bad in BAD[1:]:
            with pytest.raises(LocalError):
                client.bind(change=bad)
            with pytest.raises(LocalError):
                client.new_session(bad)


def test_a_clock_that_tells_no_time_is_the_callers_mistake() -> None:
    with mtlib.LocalDC() as dc:
        for bad in (None, "text", float("nan"), float("inf"), HUGE):
            with pytest.raises(LocalError):
                mtlib.connect(dc, clock=lambda bad=bad: bad)
        with pytest.raises(LocalError):
            mtlib.connect(dc, perm_key=AuthKey(bytes(256)), perm_key_created=HUGE)


@pytest.mark.parametrize("port", [None, "text", 1.5, True, -1, 70000, HUGE], ids=lambda port: type(port).__name__)
def test_a_port_that_is_none_is_not_called_taken(port: Any) -> None:
    with pytest.raises(LocalError) as caught:
        mtlib.LocalDC(port=port).start()
    assert "the same cell" not in str(caught.value)


def test_what_never_changes_is_its_own_copy() -> None:
    binding = Talker(centre()).binding()
    assert copy.deepcopy(binding.request) is binding.request
    assert copy.deepcopy(binding) == binding


@pytest.mark.parametrize("name", ["Inspector", "inspect_bind", "plate", "material", "put"])
def test_what_a_reader_calls_by_hand_refuses_other_things_in_a_sentence(name: str) -> None:
    import mtlib.lab

    call = getattr(mtlib.lab, name)
    for bad in (None, 5, HUGE, [5], object()):
        with pytest.raises(LocalError):
            call(*(bad, 1, b"") if name == "put" else (bad,))


def test_a_seed_may_be_any_text() -> None:
    assert Patterned("\ud800").draw("nonce", 8) != Patterned("\ud801").draw("nonce", 8)


def _fitting(name: str) -> Any:
    """Something that an argument of this name may be."""
    return {
        "auth_key": bytes(range(256)), "key": AuthKey(bytes(range(256))), "perm_key": AuthKey(bytes(256)),
        "temp_key": AuthKey(bytes(range(256))), "msg_key": bytes(16), "iv": bytes(32), "data": bytes(32), "x": 0,
        "entropy": System(), "side": "client", "framing": "intermediate", "limit": 100, "padding": bytes(8),
        "envelope": bytes(72), "packet": bytes(200), "dissection": SCHEMA["ping"].build(ping_id=1), "path": "ping_id",
        "root": SCHEMA["ping"].build(ping_id=1), "keys": [], "header64": bytes(range(64)), "session_id": 1, "p": 23,
        "new_nonce": bytes(32), "server_nonce": bytes(16), "number": 1, "random64": bytes(range(64)), "nonce": 1,
        "msg_id": 4, "expires_at": 1, "random": bytes(16), "pq": 15, "n": 15, "base": 2, "exponent": 5, "modulus": 7,
        "command": [sys.executable, "-c", ""], "request": bytes(132), "now": 1, "host": "127.0.0.1",
    }.get(name)  # fmt: skip


@pytest.mark.parametrize("room", ["mtlib", "mtlib.crypto", "mtlib.lab"])
def test_what_a_room_lists_is_there_and_known_to_type_checkers(room: str) -> None:
    module = importlib.import_module(room)
    assert len(set(module.__all__)) == len(module.__all__)
    assert all(getattr(module, name) is not None for name in module.__all__)
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    told = {a.name: str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    assert set(module.__all__) <= set(told) and set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is getattr(importlib.import_module(told[name]), name)
    with pytest.raises(AttributeError):
        module.no_such_name  # noqa: B018


ORDERS = (
    "mtlib.wire.schema", "mtlib.protocol.binding,mtlib.wire.schema", "mtlib.protocol.exchange",
    "mtlib.net.server,mtlib.protocol.dissect", "mtlib.protocol.dissect,mtlib.net.client",
)  # fmt: skip


def test_the_schema_is_the_same_whatever_has_been_imported() -> None:
    seen = set()
    for order in ORDERS:
        modules = "".join(f"import {name}\n" for name in order.split(","))
        program = f"{modules}from mtlib.wire.schema import SCHEMA\nfor c in SCHEMA: print(repr(c), c.role)"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
        assert "Seal(scheme='MTProto 1.0'" in done.stdout and "Seal(scheme='RSA'" in done.stdout
        seen.add(done.stdout)
    assert len(seen) == 1


SECRET = bytes((100 + 7 * index) % 256 for index in range(256))


def secrets_made() -> Iterator[Any]:
    key = AuthKey(SECRET)
    yield key
    yield mtlib.crypto.V1.run(0, auth_key=key, msg_key=bytes(16))
    yield Obfuscation(SECRET[:64], b"\xee" * 4, 2, SECRET[32:48])
    yield ExchangeSecrets(SECRET[:32], bytes(16))


def test_what_is_listed_as_a_dict_shows_no_key_bytes() -> None:
    for made in secrets_made():
        shown = repr(made) + (repr(dataclasses.asdict(made)) if dataclasses.is_dataclass(made) else "")
        for start in range(90):
            piece = SECRET[start : start + 8]
            assert piece.hex() not in shown and repr(piece)[2:-1] not in shown, type(made).__name__


@pytest.mark.parametrize("kind", [AuthKey, Schedule, PrivateKey, Obfuscation, ExchangeSecrets, exchange.Offer])
def test_what_is_half_made_can_be_looked_at(kind: type) -> None:
    """A debugger does, when an error comes out of the making."""
    assert repr(object.__new__(kind)).startswith(kind.__name__)
    with pytest.raises(LocalError) as caught:
        AuthKey(b"short")
    assert caught.traceback[-1].frame is not None


def test_no_packet_needs_eval(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("eval")

    monkeypatch.setattr("builtins.eval", never)
    perm, temp = AuthKey(SECRET), AuthKey(SECRET[::-1])
    made = mtlib.Binding.draw(perm, temp, session_id=1, msg_id=4, expires_at=5, entropy=Patterned())
    message = packets.REQUEST_MESSAGE.build(
        salt=1, session_id=1, msg_id=4, seqno=1, length=len(made.request), request=made.request, padding=bytes(12)
    )
    packet = packets.seal(message, temp)
    assert packets.open_packet(packet, temp, 0).find("request") == made.request
    assert mtlib.dissect(bytes(packet), keys=[perm, temp]).find("message/request/encrypted_message/plaintext/padding")


def test_a_binding_is_traced_alike_from_every_root() -> None:
    perm, temp = AuthKey(SECRET), AuthKey(SECRET[::-1])
    made = mtlib.Binding.draw(perm, temp, session_id=1, msg_id=4, expires_at=5, entropy=Patterned())
    body = SCHEMA["invokeWithLayer"].build(layer=1, query=made.request)
    message = packets.REQUEST_MESSAGE.build(
        salt=1, session_id=1, msg_id=4, seqno=1, length=len(body), request=body,
        padding=bytes(packets.padding_size(len(body))),
    )
    inner = "encrypted_message/plaintext/envelope/inner"
    roots = {
        inner: unseal(made.request, [perm]),
        f"request/{inner}": unseal(made.request, [perm]),
        f"query/{inner}": unseal(body, [perm]),
        f"message/request/query/{inner}": unseal(packets.seal(message, temp), [perm, temp]),
    }
    for path, root in roots.items():
        for name in ("nonce", "expires_at", "perm_auth_key_id"):
            assert trace(root, f"{path}/{name}").agrees is True, (path, name)
