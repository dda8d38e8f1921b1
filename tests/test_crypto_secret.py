"""Secrets stay: nothing that walks over values in general takes key material along."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.kdf import V1
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PrivateKey, RsaPad
from mtlib.crypto.secret import Hidden
from mtlib.errors import LocalError

DATA = Patterned().draw("auth_key", 256)
VECTOR = json.loads((Path(__file__).parent / "vectors" / "rsa_private.json").read_text())
KEY = PrivateKey.from_pem(VECTOR["pkcs1"])
PRIME = load_pem_private_key(VECTOR["pkcs1"].encode(), None).private_numbers().p  # type: ignore[union-attr]
SECRETS: dict[str, tuple[Any, bytes]] = {
    "AuthKey": (AuthKey(DATA), DATA),
    "Schedule": (V1.run(0, auth_key=DATA, msg_key=bytes(16)), DATA),
    "PrivateKey": (KEY, PRIME.to_bytes(128, "big")),
    "RsaPad": (RsaPad(DATA[:100], KEY.public, bytes(92), DATA[:32]), DATA[:32]),
}


@pytest.mark.parametrize("name", SECRETS)
def test_no_pickle(name: str) -> None:
    secret, _ = SECRETS[name]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(LocalError, match=name):
            pickle.dumps(secret, protocol)


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_of_it_in_any_text(name: str) -> None:
    secret, inside = SECRETS[name]
    for text in (repr(secret), str(secret), f"{secret}", f"{[secret]}"):
        assert name in text
        for piece in (inside[:8], inside[-8:]):
            assert piece.hex() not in text
            assert repr(piece)[2:-1] not in text
            assert str(int.from_bytes(inside, "big")) not in text


@pytest.mark.parametrize("name", SECRETS)
def test_a_copy_is_the_value_itself(name: str) -> None:
    secret, _ = SECRETS[name]
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


@pytest.mark.parametrize("name", ["AuthKey", "Schedule", "PrivateKey"])
def test_no_dict_to_look_into(name: str) -> None:
    with pytest.raises(TypeError):
        vars(SECRETS[name][0])


def test_asdict_of_something_with_a_key_shows_the_id_only() -> None:
    @dataclasses.dataclass
    class Session:
        key: AuthKey

    shown = repr(dataclasses.asdict(Session(AuthKey(DATA))))
    assert shown == f"{{'key': AuthKey(id={AuthKey(DATA).id})}}"


def test_hidden_bytes_work_like_bytes_and_show_their_number_only() -> None:
    hidden = Hidden(b"0123456789")
    assert hidden == b"0123456789"
    assert hidden[2:4] + b"!" == b"23!"
    assert str(hidden) == repr(hidden) == f"{hidden}" == "<10 hidden bytes>"
    assert copy.copy(hidden) is copy.deepcopy(hidden) is hidden
    with pytest.raises(LocalError, match="not pickled"):
        pickle.dumps(hidden)
