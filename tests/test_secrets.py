"""No key leaves this process by accident: not by repr, asdict, pickle, trace, log, or a traceback in verbose mode.

(What notebooks have saved is looked through by tests/test_notebooks.py.)
"""

from __future__ import annotations

import base64
import copy
import dataclasses
import importlib
import io
import logging
import pickle
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

import mtlib
from mtlib.crypto import PrivateKey
from mtlib.crypto.entropy import System
from mtlib.crypto.kdf import V1
from mtlib.crypto.secret import Secret
from mtlib.errors import MtError
from mtlib.net.client import Client, connect
from mtlib.net.server import LocalDC
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import Facts, judge
from mtlib.protocol.exchange import begin
from mtlib.protocol.exchange_server import AwaitReqPq, Server
from mtlib.transport.obfuscation import Obfuscation
from mtlib.transport.stream import ClientStream, ServerStream
from mtlib.wire.schema import SCHEMA
from tests.talking import NOW


class Scene:
    """A live bind, everything that took part in it, and what has to stay secret."""

    def __init__(self) -> None:
        rsa = PrivateKey.generate()
        self.dc = LocalDC(rsa=rsa).start()
        proxy = bytes(range(200, 216))
        self.client = connect(self.dc, obfuscated=True)
        self.client.bind()
        try:
            self.client.bind(change=lambda request: request[:-20] + bytes(20))
        except MtError as error:
            self.error = error
        assert self.client.perm_key is not None
        assert self.client.binding is not None
        assert self.client.temp is not None
        self.objects: dict[str, Any] = dict(self._objects(rsa, proxy))
        self.client.drop()
        self.dc.stop()
        schedule = self.client.binding.schedule
        self.secrets: dict[str, bytes] = {
            "perm_key": bytes(self.client.perm_key),
            "temp_key": bytes(self.client.temp_key),
            "aes_key": schedule.aes_key,
            "aes_iv": schedule.aes_iv,
            "new_nonce": self.client.temp.secrets.new_nonce,
            "rsa_p": rsa._p.to_bytes(128, "big"),
            "rsa_q": rsa._q.to_bytes(128, "big"),
            "rsa_d": rsa._d.to_bytes(256, "big"),
            "proxy_secret": proxy,
            "exchange_key": bytes(self.objects["Granted"].auth_key),
            "exchange_a": self.objects["AwaitSetDhParams"].a.to_bytes(256, "big"),
            "temp_key of RSA_PAD": b"T" * 31 + b"!",
        }

    def _objects(self, rsa: PrivateKey, proxy: bytes) -> Iterator[tuple[str, Any]]:
        client, dc = self.client, self.dc
        assert client.binding is not None
        assert client.temp is not None
        yield "client", client
        yield from {"session": client.session, "connection": client.connection, "to": client.to}.items()
        yield from {"temp": client.temp, "binding": client.binding, "carried": client.carried}.items()
        yield from {"schedule": client.binding.schedule, "secrets": client.temp.secrets}.items()
        yield from {"dc": dc, "core": dc.dc}.items()
        yield from {"trace": dc.trace, "events": list(dc.trace), "known_keys": list(dc.dc.keys)}.items()
        yield from {"rsa": rsa, "public": rsa.public, "error": self.error}.items()
        yield "obfuscation", Obfuscation.draw(System(), b"\xdd" * 4, 2, proxy)
        yield "client_stream", ClientStream("padded", obfuscated=True, secret=proxy, entropy=System())
        yield "server_stream", ServerStream(secret=proxy, entropy=System())
        yield "peer", dc.dc.accept(proxy)
        facts = _facts(client.binding)
        yield from {"facts": facts, "verdict": judge(facts), "rows": list(judge(facts).checks)}.items()
        entropy, state = System(), AwaitReqPq(Server((rsa,)))
        step: Any = begin(entropy, server_keys=[rsa.public], dc_id=2)
        current: Any = state
        while step.send is not None:
            yield type(step.state).__name__, step.state
            answered = current.receive(bytes(step.send), entropy, int(NOW))
            current = answered.state
            yield type(current).__name__, current
            step = step.state.receive(bytes(answered.send), entropy, int(NOW))
        yield type(step.state).__name__, step.state


def _facts(binding: Binding) -> Facts:
    return Facts(bytes(binding.request), binding.perm_key, binding.temp_key, 1, 4, int(NOW))


@cache
def scene() -> Scene:
    return Scene()


def leaks(text: str) -> set[str]:
    """The secrets of which a piece stands in a text: as hex, as Python writes bytes, as base64, as a number."""
    found = set()
    for name, secret in scene().secrets.items():
        numbers = {str(int.from_bytes(secret, order)) for order in ("big", "little")}
        # Slices from a multiple of three on are whole groups of base64.
        pieces = [secret[:15], secret[15:30] if len(secret) >= 30 else secret[:15]]
        forms = {form for piece in pieces if piece for form in (
            piece.hex(), piece.hex(" "), repr(piece)[2:-1], base64.b64encode(piece).decode(), str(list(piece))[1:-1],
        )}  # fmt: skip
        if any(form in text for form in forms | numbers):
            found.add(name)
    return found


def test_a_secret_that_leaks_is_found_in_every_form() -> None:
    key = bytes(scene().client.temp_key)
    for form in (key.hex(), repr(key), base64.b64encode(key).decode(), str(int.from_bytes(key, "big")), str(list(key))):
        assert leaks(f"before {form} after") == {"temp_key"}


NAMES = (
    "client", "session", "connection", "to", "temp", "binding", "carried", "schedule", "secrets", "dc", "core",
    "trace", "events", "known_keys", "rsa", "public", "error", "obfuscation", "client_stream", "server_stream",
    "peer", "facts", "verdict", "rows", "AwaitResPq", "AwaitReqDhParams", "AwaitDhParams", "AwaitSetDhParams",
    "AwaitDhGen", "Granted", "Established",
)  # fmt: skip


def test_the_list_of_objects_is_complete() -> None:
    assert scene().objects.keys() == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_tells_no_secret(name: str) -> None:
    found = scene().objects[name]
    shown = [repr(found), str(found), f"{found}"]
    for method in ("_repr_html_", "_repr_mimebundle_"):
        shown.append(repr(getattr(found, method)()) if hasattr(found, method) else "")
    assert leaks("\n".join(shown)) == set()


@pytest.mark.parametrize("name", NAMES)
def test_asdict_hands_on_the_names_of_keys_only(name: str) -> None:
    found = scene().objects[name]
    try:
        told = repr(dataclasses.asdict(found))
    except TypeError:  # no dataclass, or something in it cannot be copied at all: a socket, a lock, a cipher
        return
    bare = {"proxy_secret"} if name == "obfuscation" else set()
    bare |= {"exchange_a"} if name == "AwaitSetDhParams" else set()
    assert leaks(told) <= bare  # each is the one value that the object is made of, and asked for by its name


@pytest.mark.parametrize("name", NAMES)
def test_nothing_secret_is_pickled(name: str) -> None:
    try:
        pickled = pickle.dumps(scene().objects[name])
    except (MtError, TypeError, AttributeError, pickle.PicklingError):
        return
    assert [secret for secret, value in scene().secrets.items() if value in pickled] == []


def test_a_copy_of_a_secret_is_the_secret_itself() -> None:
    key = scene().client.temp_key
    assert copy.copy(key) is copy.deepcopy(key) is key


def test_logs_tell_no_secret() -> None:
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        with LocalDC() as dc, connect(dc) as client:
            client.bind()
            logging.getLogger("lesson").debug("%s %r %s", client, client.binding, list(dc.trace))
            mine = {bytes(client.temp_key).hex()[:30], repr(bytes(client.temp_key)[:15])[2:-1]}
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(logging.WARNING)
    assert "lesson" not in heard.getvalue()
    assert "Binding(perm_key=AuthKey(id=" in heard.getvalue()
    assert not [form for form in mine if form in heard.getvalue()]


# -- Tracebacks ----------------------------------------------------------------------------------------------------


def _refused(client: Client) -> None:
    client.bind(change=lambda request: request[:-20] + bytes(20))


def _not_a_session(client: Client) -> None:
    client.session.receive(bytes(100), NOW)


def _damaged_packet(client: Client) -> None:
    client.ping()
    _, packet = client.connection.transcript[-1]
    client.session.receive(packet[:-1] + bytes([packet[-1] ^ 1]), NOW)


def _bad_query(client: Client) -> None:
    client.call(b"\0")


def _exchange_with_noise(client: Client) -> None:
    state = scene().objects["AwaitDhGen"]
    state.receive(bytes(SCHEMA["dh_gen_ok"].build(nonce=bytes(16), server_nonce=bytes(16), new_nonce_hash1=bytes(16))),
                  System(), int(NOW))


def _wrong_answer(client: Client) -> None:
    state = scene().objects["AwaitDhParams"]
    state.receive(SCHEMA["server_DH_params_ok"].build(nonce=state.nonce, server_nonce=state.secrets.server_nonce,
                                                      encrypted_answer=bytes(592)), System(), int(NOW))


def _wrong_seal(client: Client) -> None:
    state = scene().objects["AwaitReqDhParams"]
    from mtlib.crypto.numbers import to_bytes

    state.receive(SCHEMA["req_DH_params"].build(
        nonce=state.nonce, server_nonce=state.server_nonce, p=to_bytes(state.p), q=to_bytes(state.q),
        public_key_fingerprint=scene().objects["public"].fingerprint, encrypted_data=bytes(255) + b"\x05",
    ), System(), int(NOW))  # fmt: skip


def _schedule_without_a_key(client: Client) -> None:
    V1.run(0, auth_key=client.temp_key, msg_key=b"short")


def _expired_value(client: Client) -> None:
    assert client.binding is not None
    _ = dataclasses.replace(client.binding, expires_at=2**40).request


FAILING = (
    _refused, _not_a_session, _damaged_packet, _bad_query, _exchange_with_noise, _wrong_answer, _wrong_seal,
    _schedule_without_a_key, _expired_value,
)  # fmt: skip


@pytest.fixture
def client() -> Iterator[Client]:
    """The scene's own client, at the data centre that knows its keys, back for a moment."""
    found = scene().client
    kept = found.temp, found._session  # a call may bind a key of its own, which `leaks` would not know
    with scene().dc:
        found.dial()
        yield found
        found.drop()
    found.temp, found._session = kept


@pytest.mark.parametrize("mode", ["Plain", "Context", "Verbose"])
@pytest.mark.parametrize("failing", FAILING, ids=lambda failing: failing.__name__.strip("_"))
def test_a_traceback_tells_no_secret_in_any_mode(failing: Any, mode: str, client: Client) -> None:
    """Verbose is `%xmode Verbose`: it prints the values of the variables in every line it shows."""
    from IPython.core.ultratb import AutoFormattedTB

    with pytest.raises(MtError) as caught:
        failing(client)
    shown = io.StringIO()
    AutoFormattedTB(mode=mode, ostream=shown)(caught.type, caught.value, caught.tb)
    assert type(caught.value).__name__ in shown.getvalue()
    assert leaks(shown.getvalue()) == set()


def secrets_of_the_package() -> list[type]:
    for module in pkgutil.walk_packages(mtlib.__path__, "mtlib."):
        if not module.name.startswith(("mtlib.lab", "mtlib.cli", "mtlib.__main__")):
            importlib.import_module(module.name)
    found, waiting = [], [Secret]
    while waiting:
        waiting += (more := waiting.pop().__subclasses__())
        found += [each for each in more if each.__module__.startswith("mtlib.")]
    return found


@pytest.mark.parametrize("kind", secrets_of_the_package(), ids=lambda kind: kind.__name__)
def test_a_debugger_may_look_before_it_is_complete(kind: type) -> None:
    assert repr(kind.__new__(kind))
