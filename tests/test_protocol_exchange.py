"""The client's half of a key exchange, in memory, against our own server, a meddler, and recorded values."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_rig import NOW, RSA, SERVER, SESSION, TELEGRAM, converse, opening, sources, vector
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.numbers import DH_PRIME, power, to_bytes
from mtlib.crypto.rsa import RsaPad
from mtlib.errors import CheckError, DecodeError, LocalError, MtError, PeerError
from mtlib.protocol.exchange import (
    CLIENT,
    RETRIES,
    AwaitDhGen,
    AwaitDhParams,
    AwaitResPq,
    Established,
    begin,
    pair,
)
from mtlib.protocol.exchange_messages import ExchangeSecrets, open_inner_data, open_with_hash, seal_with_hash
from mtlib.protocol.exchange_server import AwaitReqPq, Granted, Server
from mtlib.wire import SCHEMA
from mtlib.wire.schema import ANSWER_WITH_HASH, GENERATED

KINDS = [
    (2, None, "p_q_inner_data_dc"),
    (-10002, 86400, "p_q_inner_data_temp_dc"),
    (None, None, "p_q_inner_data"),
    (None, 60, "p_q_inner_data_temp"),
]


@pytest.mark.parametrize(("dc_id", "expires_in", "inner"), KINDS)
def test_both_sides_have_the_same_key(dc_id: int | None, expires_in: int | None, inner: str) -> None:
    both = sources(inner)
    transcript, client, server = pair(opening(both["client_entropy"], dc_id, expires_in), SERVER, now=NOW, **both)
    assert isinstance(client, Established) and isinstance(server, Granted)
    assert bytes(client.auth_key) == bytes(server.auth_key)
    assert client.server_salt == server.server_salt
    assert (server.dc, server.expires_in, server.temporary) == (dc_id, expires_in, expires_in is not None)
    assert client.expires_at == (None if expires_in is None else NOW + expires_in)
    assert (client.created_at, client.time_offset) == (NOW, 0)
    assert open_inner_data(transcript[2]["encrypted_data"], RSA)["data"].name == inner
    sizes = [len(message) for message in transcript]
    assert sizes == [20, 64, 320, 632, 376, 52]


def test_forty_exchanges() -> None:
    for seed in range(40):
        both = sources(f"seed {seed}")
        joined = pair(opening(both["client_entropy"]), SERVER, now=NOW, **both)
        assert joined.client.auth_key == joined.server.auth_key, f"seed {seed}"
        assert joined.client.server_salt == joined.server.server_salt, f"seed {seed}"


# -- Leading zeros -----------------------------------------------------------------------------------


def small(name: str, base: int = 3) -> bytes:
    """An exponent, found by walking upwards, that makes base**exponent mod p start with a zero byte."""
    exponent = int.from_bytes(hashlib.shake_256(name.encode()).digest(256), "big")
    value = power(base, exponent, DH_PRIME)
    while value >> 2040:
        exponent, value = exponent + 1, value * base % DH_PRIME
    return exponent.to_bytes(256, "big")


A, B = (hashlib.shake_256(name).digest(256) for name in (b"a", b"b"))
FIXED_G_A = power(3, int.from_bytes(A, "big"), DH_PRIME)
NONCE, SERVER_NONCE = bytes(range(1, 17)), bytes(range(17, 33))
ZEROS: dict[str, dict[str, bytes]] = {
    "nonce": {"nonce": bytes(2) + NONCE[2:]},
    "server_nonce": {"server_nonce": bytes(2) + SERVER_NONCE[2:]},
    "new_nonce": {"new_nonce": bytes(32)},
    "g_a": {"a": small("a")},
    "g_b": {"b": small("b")},
    "auth_key": {"a": A, "b": small("b", FIXED_G_A)},
    "salt, first byte": {"new_nonce": bytes([17]) * 32, "server_nonce": SERVER_NONCE},
    "salt, last byte": {"new_nonce": bytes([24]) * 32, "server_nonce": SERVER_NONCE},
    "salt": {"new_nonce": SERVER_NONCE * 2, "server_nonce": SERVER_NONCE},
}


@pytest.mark.parametrize("what", ZEROS)
def test_leading_zeros_change_nothing(what: str) -> None:
    both = sources(what, **ZEROS[what])
    transcript, client, server = pair(opening(both["client_entropy"]), SERVER, now=NOW, **both)
    assert client.auth_key == server.auth_key and client.server_salt == server.server_salt
    assert len(bytes(client.auth_key)) == 256
    seals = (transcript[3]["encrypted_answer"], ANSWER_WITH_HASH)
    offer = open_with_hash(seals[1], seals[0], client.secrets)["answer"]
    salt = client.server_salt.to_bytes(8, "little", signed=True)
    starts = {
        "g_a": to_bytes(int.from_bytes(offer["g_a"], "big"), 256)[:1],
        "auth_key": bytes(client.auth_key)[:1],
        "salt, first byte": salt[:1],
        "salt, last byte": salt[-1:],
        "salt": salt,
    }
    assert not any(starts.get(what, b""))
    if what in ("g_a", "auth_key"):
        assert len(offer["g_a"]) == (255 if what == "g_a" else 256), "numbers travel without leading zeros"


def rsa_block(want: str) -> dict[str, bytes]:
    """A `temp_key` that makes the RSA block, or what comes out of RSA, start with a zero byte."""
    both = sources("rsa")
    transcript = pair(opening(both["client_entropy"]), SERVER, now=NOW, **both).transcript
    opened = open_inner_data(transcript[2]["encrypted_data"], RSA)
    data, padding = bytes(opened["data"]), opened["padding"]
    for number in range(5000):
        pad = RsaPad(data, RSA.public, padding, number.to_bytes(32, "big"))
        if pad.fits and getattr(pad, want)[0] == 0:
            return {"RSA_PAD__temp_key": pad.temp_key}
    raise AssertionError(want)


@pytest.mark.parametrize("want", ["key_aes_encrypted", "encrypted_data"])
def test_leading_zeros_in_rsa(want: str) -> None:
    both = sources("rsa", **rsa_block(want))
    joined = pair(opening(both["client_entropy"]), SERVER, now=NOW, **both)
    assert joined.client.auth_key == joined.server.auth_key
    sealed = joined.transcript[2]["encrypted_data"]
    assert (RSA.apply(sealed) if want == "key_aes_encrypted" else sealed)[0] == 0
    assert len(sealed) == 256


# -- Retries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("retries", [1, RETRIES])
def test_dh_gen_retry_makes_another_key(retries: int) -> None:
    both = sources("retry")
    patient = AwaitReqPq(Server((RSA,), retries=retries))
    transcript, client, server = pair(opening(both["client_entropy"]), patient, now=NOW, **both)
    assert client.auth_key == server.auth_key
    names = [message.name for message in transcript[5::2]]
    assert names == ["dh_gen_retry"] * retries + ["dh_gen_ok"]
    keys = sources("retry")
    once = pair(opening(keys["client_entropy"]), SERVER, now=NOW, **keys).client.auth_key
    assert client.auth_key != once


def test_dh_gen_retry_is_not_believed_for_ever() -> None:
    both = sources("retry")
    stubborn = AwaitReqPq(Server((RSA,), retries=RETRIES + 1))
    with pytest.raises(CheckError) as caught:
        pair(opening(both["client_entropy"]), stubborn, now=NOW, **both)
    assert caught.value.where == "dh_gen_retry"


def last_words(name: str, number: int | None = None) -> Any:
    """A meddler that replaces dh_gen_ok by another answer, with the hash of `number` (default: the right one)."""

    def meddle(was: str, body: bytes, knower: Any) -> bytes:
        if was != "dh_gen_ok":
            return body
        proof = knower.secrets.hash(number or GENERATED[name], knower.auth_key)
        said = SCHEMA["dh_gen_ok"].dissect(body)
        field = f"new_nonce_hash{GENERATED[name]}"
        return bytes(SCHEMA[name].build(nonce=said["nonce"], server_nonce=said["server_nonce"], **{field: proof}))

    return meddle


def refusal(meddle: Any, dc_id: int | None = 2) -> MtError:
    """What a conversation fails with."""
    both = sources("refusal")
    with pytest.raises(PeerError) as caught:
        converse(opening(both["client_entropy"], dc_id), meddle=meddle, **both)
    return caught.value


def test_dh_gen_fail_is_the_end() -> None:
    error = refusal(last_words("dh_gen_fail"))
    assert isinstance(error, CheckError) and error.where == "dh_gen_fail"


@pytest.mark.parametrize("name", GENERATED)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_proof_of_one_kind_is_not_taken_for_another(name: str, number: int) -> None:
    if number == GENERATED[name]:
        return
    error = refusal(last_words(name, number))
    assert error.where == f"{name}/new_nonce_hash{GENERATED[name]}"
    assert f"hash of kind {number}" in str(error)


# -- Meddling ----------------------------------------------------------------------------------------


def changed(value: Any) -> Any:
    """Another value of the same kind: the lowest bit of byte 0 flipped."""
    if isinstance(value, tuple):
        return tuple(map(changed, value))
    return value ^ 1 if isinstance(value, int) else bytes([value[0] ^ 1]) + value[1:]


def tamper(name: str, field: str, change: Any = changed) -> Any:
    """A meddler that changes one field of one message and leaves the others as they are."""

    def meddle(was: str, body: bytes, knower: Any) -> bytes:
        if was != name:
            return body
        values = dict(SCHEMA[name].dissect(body).values)
        values[field] = change(values[field])
        return bytes(SCHEMA[name].build(**values))

    return meddle


def tamper_inside(field: str, change: Any = changed) -> Any:
    """A meddler who knows the secret: changes server_DH_inner_data, hash and all."""

    def meddle(was: str, body: bytes, knower: Any) -> bytes:
        if was != "server_DH_params_ok":
            return body
        sealed = dict(SCHEMA[was].dissect(body).values)
        answer = open_with_hash(ANSWER_WITH_HASH, sealed["encrypted_answer"], knower.secrets)["answer"]
        values = {**answer.values, field: change(answer[field])}
        other = SCHEMA["server_DH_inner_data"].build(**values)
        again = seal_with_hash(ANSWER_WITH_HASH, other, knower.secrets, Patterned("meddler"))
        return bytes(SCHEMA[was].build(**{**sealed, "encrypted_answer": again}))

    return meddle


OUTSIDE = [
    ("resPQ", "nonce", "resPQ/nonce"),
    ("resPQ", "server_nonce", "req_DH_params/server_nonce"),
    ("resPQ", "server_public_key_fingerprints", "resPQ/server_public_key_fingerprints"),
    ("server_DH_params_ok", "nonce", "server_DH_params_ok/nonce"),
    ("server_DH_params_ok", "server_nonce", "server_DH_params_ok/server_nonce"),
    ("dh_gen_ok", "nonce", "dh_gen_ok/nonce"),
    ("dh_gen_ok", "server_nonce", "dh_gen_ok/server_nonce"),
    ("dh_gen_ok", "new_nonce_hash1", "dh_gen_ok/new_nonce_hash1"),
]


@pytest.mark.parametrize(("name", "field", "where"), OUTSIDE)
def test_a_changed_field_is_named(name: str, field: str, where: str) -> None:
    error = refusal(tamper(name, field))
    assert isinstance(error, CheckError) and error.where == where


@pytest.mark.parametrize(
    ("pq", "where"),
    [
        (b"\x23", "req_DH_params/p"),  # the client can factor it, and the server knows better
        (b"\x2b", "resPQ/pq"),
        (b"", "resPQ/pq"),
        (bytes(9) + b"\x23", "resPQ/pq"),
        (b"\x01" + bytes(999_999), "resPQ/pq"),
    ],
)
def test_a_pq_that_is_none(pq: bytes, where: str) -> None:
    error = refusal(tamper("resPQ", "pq", lambda old: pq))
    assert isinstance(error, CheckError) and error.where == where


INSIDE = [
    ("nonce", changed, "server_DH_inner_data/nonce"),
    ("server_nonce", changed, "server_DH_inner_data/server_nonce"),
    ("g", lambda g: 2, "server_DH_inner_data/g"),
    ("g", lambda g: -3, "server_DH_inner_data/g"),
    ("dh_prime", changed, "server_DH_inner_data/dh_prime"),
    ("dh_prime", lambda p: b"", "server_DH_inner_data/dh_prime"),
    ("g_a", lambda g_a: b"\x01", "server_DH_inner_data/g_a"),
    ("g_a", lambda g_a: to_bytes(DH_PRIME - 1), "server_DH_inner_data/g_a"),
    ("g_a", lambda g_a: to_bytes(1 << 1983), "server_DH_inner_data/g_a"),
    ("g_a", changed, "dh_gen_ok/new_nonce_hash1"),  # another g_a, another key: the proof does not fit
]


@pytest.mark.parametrize(("field", "change", "where"), INSIDE)
def test_a_changed_offer_is_named(field: str, change: Any, where: str) -> None:
    error = refusal(tamper_inside(field, change))
    assert isinstance(error, CheckError) and error.where == where


@pytest.mark.parametrize("length", [0, 8, 16, 48, 600, 584])
def test_an_answer_of_another_length(length: int) -> None:
    def cut(sealed: bytes) -> bytes:
        return (sealed + bytes(16))[:length]

    error = refusal(tamper("server_DH_params_ok", "encrypted_answer", cut))
    assert error.where.startswith("server_DH_params_ok/encrypted_answer")


@given(st.data())
def test_whatever_bit_flips_there_is_no_wrong_key(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["resPQ", "server_DH_params_ok", "dh_gen_ok", "set_client_DH_params"]))
    position = data.draw(st.integers(0, 10_000))

    def meddle(was: str, body: bytes, knower: Any) -> bytes:
        if was != name:
            return body
        number = int.from_bytes(body, "big") ^ 1 << position % (8 * len(body))
        return number.to_bytes(len(body), "big")

    both = sources("flip")
    try:
        joined = converse(opening(both["client_entropy"]), meddle=meddle, **both)
    except PeerError:
        return
    assert joined.client.auth_key == joined.server.auth_key  # it was a padding byte of a TL string


@given(st.binary(max_size=80))
def test_noise_is_refused(noise: bytes) -> None:
    entropy = Patterned()
    for state in (opening(entropy).state, AwaitDhParams(NONCE, ExchangeSecrets(bytes(32), NONCE), None)):
        with pytest.raises((DecodeError, CheckError)):
            state.receive(noise, entropy, NOW)


def test_another_answer_than_the_one_due() -> None:
    ping = SCHEMA["ping"].build(ping_id=1)
    with pytest.raises(CheckError) as caught:
        opening(Patterned()).state.receive(ping, Patterned("x"), NOW)
    assert (caught.value.got, caught.value.expected, caught.value.where) == ("ping", "resPQ", "resPQ")


def test_server_dh_params_fail_is_a_refusal() -> None:
    secrets = ExchangeSecrets(bytes(range(32)), SERVER_NONCE)
    state = AwaitDhParams(NONCE, secrets, None)
    for proof, who in ((hashlib.sha1(secrets.new_nonce).digest()[4:], "the server"), (bytes(16), "somebody")):
        answer = SCHEMA["server_DH_params_fail"].build(nonce=NONCE, server_nonce=SERVER_NONCE, new_nonce_hash=proof)
        with pytest.raises(CheckError, match=who):
            state.receive(answer, Patterned(), NOW)


def test_padding_after_a_body_is_ignored() -> None:
    both = sources("padding")
    joined = converse(
        opening(both["client_entropy"]), meddle=lambda name, body, knower: body + bytes(range(88)), **both
    )
    assert joined.client.auth_key == joined.server.auth_key


# -- Values ------------------------------------------------------------------------------------------


def test_a_state_can_be_asked_again() -> None:
    both = sources("again")
    begun = opening(both["client_entropy"])
    answer = SERVER.receive(begun.send, both["server_entropy"], NOW).send
    first, second = (begun.state.receive(answer, Patterned("same"), NOW) for _ in range(2))
    assert first == second
    other = begun.state.receive(answer, Patterned("other"), NOW)
    assert other.send != first.send


def test_secrets_stay_inside() -> None:
    both = sources("secret")
    transcript, client, server = pair(opening(both["client_entropy"], 2, 60), SERVER, now=NOW, **both)
    secrets = client.secrets
    offered = AwaitDhParams(transcript[0]["nonce"], secrets, 60).receive(transcript[3], Patterned(), NOW)
    states = [client, server, secrets, offered.state, offered.state.offer, begin_state()]
    hidden = [secrets.new_nonce, bytes(client.auth_key), bytes(offered.state.auth_key)]
    for state in states:
        for secret in hidden:
            assert repr(secret)[2:12] not in repr(state) and secret.hex() not in repr(state)
            assert str(int.from_bytes(secret, "big")) not in repr(state)
        with pytest.raises(LocalError):
            pickle.dumps(state)
    for message in transcript:
        assert secrets.new_nonce not in bytes(message)


def begin_state() -> AwaitResPq:
    state: AwaitResPq = opening(Patterned()).state
    return state


def test_states_say_what_they_expect_and_send() -> None:
    both = sources("diagram")
    said = [message.name for message in pair(opening(both["client_entropy"]), SERVER, now=NOW, **both).transcript]
    assert [state.expects[0] for state in CLIENT[:3]] == said[1::2]
    assert [said[0], *(state.sends[0] for state in CLIENT[:2])] == said[0::2]
    for state in CLIENT:
        assert all(SCHEMA[name] for name in (*state.expects, *state.sends))
    assert Established.expects == Established.sends == ()


@pytest.mark.parametrize("wrong", [{"server_keys": []}, {"expires_in": 0}, {"expires_in": -1}])
def test_wishes_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(LocalError):
        begin(Patterned(), **{"server_keys": [RSA.public], "dc_id": 2, **wrong})


def test_a_key_that_ends_after_all_dates() -> None:
    both = sources("late")
    with pytest.raises(CheckError) as caught:
        converse(
            opening(both["client_entropy"], 2, 86400),
            meddle=tamper_inside("server_time", lambda now: 2**31 - 1),
            **both,
        )
    assert caught.value.where == "server_DH_inner_data/server_time"


# -- Recorded exchanges ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["permanent", "temporary"])
def test_a_whole_exchange_bit_for_bit(kind: str) -> None:
    values, messages = SESSION[kind]["values"], SESSION[kind]["messages"]
    raw = {
        name: bytes.fromhex(values[name])
        for name in ("nonce", "server_nonce", "new_nonce", "a", "b", "rsa_pad_padding", "rsa_pad_temp_key")
    }
    tails = {
        "server_DH_inner_data__padding": (values["answer_with_hash"], values["answer"]),
        "client_DH_inner_data__padding": (values["client_data_with_hash"], values["client_DH_inner_data"]),
    }
    both = sources(
        kind,
        **{name: value for name, value in raw.items() if not name.startswith("rsa")},
        **{name: bytes.fromhex(whole)[20 + len(data) // 2 :] for name, (whole, data) in tails.items()},
        RSA_PAD__padding=raw["rsa_pad_padding"],
        RSA_PAD__temp_key=raw["rsa_pad_temp_key"],
        p=to_bytes(int(values["p"])),
        q=to_bytes(int(values["q"])),
    )
    wish = [value if value is None else int(value) for value in (values["dc"], values["expires_in"])]
    begun = opening(both["client_entropy"], *wish)
    transcript, client, server = pair(begun, SERVER, now=int(values["server_time"]), **both)
    assert [bytes(message).hex() for message in transcript] == [message["hex"][40:] for message in messages]
    assert bytes(client.auth_key).hex() == values["auth_key"]
    assert str(client.auth_key.id) == str(values["auth_key_id"])
    assert str(client.server_salt) == str(values["server_salt"]) == str(server.server_salt)


def test_the_published_example() -> None:
    """Telegram's own; its temp_key is not published, and everything else comes out as printed."""
    sample = vector("samples_auth_key.json")
    values = sample["values"]
    body = {name: bytes.fromhex(packet)[20:] for name, packet in sample["messages"].items()}
    draws = {name: bytes.fromhex(values[name]) for name in ("nonce", "new_nonce", "b")}
    draws["client_DH_inner_data__padding"] = bytes.fromhex(values["client_padding"])
    draws["RSA_PAD__padding"] = bytes.fromhex(values["rsa_pad_random_padding_bytes"])
    entropy = sources("sample", **draws)["client_entropy"]
    state, send = begin(entropy, server_keys=[TELEGRAM], dc_id=values["dc"])
    assert bytes(send) == body["req_pq_multi"]
    state, send = state.receive(body["resPQ"] + bytes(88), entropy, NOW)
    assert bytes(send)[:64] == body["req_DH_params"][:64]
    local = values["server_time"] - 5
    state, send = state.receive(body["server_DH_params_ok"] + bytes(76), entropy, local)
    assert bytes(send) == body["set_client_DH_params"]
    assert isinstance(state, AwaitDhGen)
    state, send = state.receive(body["dh_gen_ok"] + bytes(64), entropy, local + 1)
    assert send is None and bytes(state.auth_key).hex() == values["auth_key"]
    assert state.server_salt == int(values["derived_by_us_not_on_the_page"]["server_salt"])
    assert (state.time_offset, state.created_at) == (5, values["server_time"] + 1)
