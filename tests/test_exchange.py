"""The client's half of a key exchange, in memory, against our own server, a meddler, and recorded values."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_rig import NOW, RSA, SERVER, SESSION, TELEGRAM, Chosen, converse, old_seal, opening, sources, vector
from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.numbers import DH_PRIME, is_probable_prime, power, to_bytes
from mtlib.crypto.rsa import hex_fingerprint, rsa_pad, rsa_pad_seal
from mtlib.errors import CheckError, DecodeError, LocalError, MtError, PeerError, TransportError
from mtlib.protocol.dissect import FORMULAS
from mtlib.protocol.exchange import (
    RETRIES,
    AwaitDhGen,
    AwaitDhParams,
    AwaitResPq,
    Established,
    ExchangeSecrets,
    awaited,
    begin,
    draw_exponent,
    inside,
    open_with_hash,
    same,
    seal_with_hash,
)
from mtlib.protocol.exchange_server import (
    SERVER as STATES,
)
from mtlib.protocol.exchange_server import (
    AwaitReqDhParams,
    AwaitReqPq,
    AwaitSetDhParams,
    Granted,
    Server,
    draw_primes,
    open_inner_data,
)
from mtlib.protocol.packets import plain_packet
from mtlib.wire.dissection import Dissection, Reading, unseal
from mtlib.wire.provenance import trace
from mtlib.wire.schema import ANSWER_WITH_HASH, DATA_WITH_HASH, GENERATED, SCHEMA

KINDS = [
    (2, None, "p_q_inner_data_dc"),
    (-10002, 86400, "p_q_inner_data_temp_dc"),
    (None, None, "p_q_inner_data"),
    (None, 60, "p_q_inner_data_temp"),
]


@pytest.mark.parametrize(("dc_id", "expires_in", "inner"), KINDS)
def test_both_sides_have_the_same_key(dc_id: int | None, expires_in: int | None, inner: str) -> None:
    both = sources(inner)
    transcript, client, server = converse(opening(both["client_entropy"], dc_id, expires_in), SERVER, **both)
    assert isinstance(client, Established) and isinstance(server, Granted)
    assert bytes(client.auth_key) == bytes(server.auth_key)
    assert client.server_salt == server.server_salt
    assert (server.dc, server.expires_in) == (dc_id, expires_in)
    assert client.expires_at == (None if expires_in is None else NOW + expires_in)
    assert client.time_offset == 0
    assert open_inner_data(transcript[2]["encrypted_data"], RSA)["data"].name == inner
    sizes = [len(message) for message in transcript]
    assert sizes == [20, 64, 320, 632, 376, 52]


def test_forty_exchanges() -> None:
    for seed in range(40):
        both = sources(f"seed {seed}")
        joined = converse(opening(both["client_entropy"]), SERVER, **both)
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
    transcript, client, server = converse(opening(both["client_entropy"]), SERVER, **both)
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


def rsa_block(before: bool) -> dict[str, bytes]:
    """A `temp_key` that makes the RSA block, or what comes out of RSA, start with a zero byte."""
    both = sources("rsa")
    transcript = converse(opening(both["client_entropy"]), SERVER, **both).transcript
    opened = open_inner_data(transcript[2]["encrypted_data"], RSA)
    data, padding = bytes(opened["data"]), opened["padding"]
    for number in range(5000):
        temp_key = number.to_bytes(32, "big")
        block = rsa_pad(data, padding, temp_key)
        if int.from_bytes(block, "big") < RSA.public.n and (block if before else RSA.public.apply(block))[0] == 0:
            return {"RSA_PAD__temp_key": temp_key}
    raise AssertionError(before)


@pytest.mark.parametrize("before", [True, False])
def test_leading_zeros_in_rsa(before: bool) -> None:
    both = sources("rsa", **rsa_block(before))
    joined = converse(opening(both["client_entropy"]), SERVER, **both)
    assert joined.client.auth_key == joined.server.auth_key
    sealed = joined.transcript[2]["encrypted_data"]
    assert (RSA.apply(sealed) if before else sealed)[0] == 0
    assert len(sealed) == 256


# -- Retries -----------------------------------------------------------------------------------------


def retrying(times: int) -> AwaitReqPq:
    """A server that finds the ids of the first keys taken."""
    taken = iter([True] * times)
    return AwaitReqPq(Server((RSA,), taken=lambda _: next(taken, False)))


@pytest.mark.parametrize("retries", [1, RETRIES])
def test_dh_gen_retry_makes_another_key(retries: int) -> None:
    both = sources("retry")
    patient = retrying(retries)
    transcript, client, server = converse(opening(both["client_entropy"]), patient, **both)
    assert client.auth_key == server.auth_key
    names = [message.name for message in transcript[5::2]]
    assert names == ["dh_gen_retry"] * retries + ["dh_gen_ok"]
    keys = sources("retry")
    once = converse(opening(keys["client_entropy"]), SERVER, **keys).client.auth_key
    assert client.auth_key != once


def test_dh_gen_retry_is_not_believed_for_ever() -> None:
    both = sources("retry")
    stubborn = retrying(RETRIES + 1)
    with pytest.raises(CheckError) as caught:
        converse(opening(both["client_entropy"]), stubborn, **both)
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
    transcript, client, server = converse(opening(both["client_entropy"], 2, 60), SERVER, **both)
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


def test_states_say_what_they_expect() -> None:
    both = sources("diagram")
    said = [message.name for message in converse(opening(both["client_entropy"]), SERVER, **both).transcript]
    states = (AwaitResPq, AwaitDhParams, AwaitDhGen)
    assert [state.expects[0] for state in states] == said[1::2]
    assert all(SCHEMA[name] for state in states for name in state.expects)


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


def test_a_key_that_ends_with_the_last_of_all_dates() -> None:
    both = sources("late")
    meddle = tamper_inside("server_time", lambda now: 2**31 - 1 - 86400)
    done = converse(opening(both["client_entropy"], 2, 86400), meddle=meddle, **both)
    assert done.client.expires_at == 2**31 - 1


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
    transcript, client, server = converse(begun, SERVER, now=int(values["server_time"]), **both)
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
    assert state.time_offset == 5


# -- What both sides of a key exchange do alike --------------------------------------------------------------------


PING = SCHEMA["ping"].build(ping_id=7)


@given(st.binary(max_size=40))
def test_what_follows_the_object_is_ignored(noise: bytes) -> None:
    assert awaited(bytes(PING) + noise, ("ping",)) == PING


def test_another_object_is_not_what_is_due() -> None:
    with pytest.raises(CheckError) as caught:
        awaited(PING, ("resPQ", "pong"))
    assert (caught.value.got, caught.value.expected) == ("ping", "resPQ or pong")
    assert caught.value.where == "resPQ"


@pytest.mark.parametrize(
    ("body", "where"),
    [(b"", "resPQ, byte 0"), (bytes(8), "resPQ, byte 0"), (bytes(PING)[:-1], "ping/ping_id, byte 4")],
)
def test_what_does_not_parse_is_named(body: bytes, where: str) -> None:
    with pytest.raises(DecodeError) as caught:
        awaited(body, ("resPQ", "ping"))
    assert caught.value.where == where


def test_the_same_or_an_error_that_names_the_field() -> None:
    query = SCHEMA["req_pq"].build(nonce=bytes(16))
    same(query, nonce=bytes(16))
    with pytest.raises(CheckError) as caught:
        same(query, nonce=bytes(15) + b"\1")
    assert caught.value.where == "req_pq/nonce"
    assert (caught.value.got, caught.value.expected) == (bytes(16), bytes(15) + b"\1")


def test_inside_says_where_and_leaves_other_errors_alone() -> None:
    with pytest.raises(CheckError) as caught, inside("outer"):
        raise CheckError("no", where="field")
    assert caught.value.where == "outer/field"
    with pytest.raises(LocalError) as local, inside("outer"):
        raise LocalError("no", where="field")
    assert local.value.where == "field"


def test_an_exponent_and_its_power() -> None:
    secret, public = draw_exponent(Patterned("e"), "a", 3, DH_PRIME)
    assert secret == int.from_bytes(Patterned("e").draw("a", 256), "big")
    assert public == power(3, secret, DH_PRIME)


def test_an_exponent_that_gives_an_edge_is_drawn_again() -> None:
    entropy = Chosen(Patterned("e"), {"b": (5).to_bytes(256, "big")})
    secret, _ = draw_exponent(entropy, "b", 3, DH_PRIME)
    assert secret == int.from_bytes(Patterned("e").draw("b", 256, attempt=1), "big")


class Stuck:
    """Entropy that has stopped being any."""

    def at(self, scope: str) -> Stuck:
        return self

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes:
        return bytes(size)


def test_entropy_that_is_stuck_is_told() -> None:
    with pytest.raises(LocalError):
        draw_exponent(Stuck(), "b", 3, DH_PRIME)
    with pytest.raises(LocalError):
        draw_primes(Stuck())


@given(st.binary(min_size=4, max_size=4), st.binary(min_size=4, max_size=4))
def test_primes_are_of_four_bytes(first: bytes, second: bytes) -> None:
    p, q = draw_primes(Chosen(Patterned(), {"p": first, "q": second}))
    assert 2**30 < p < q < 2**32 and p * q < 2**63
    assert is_probable_prime(p) and is_probable_prime(q)


def test_equal_primes_are_drawn_again() -> None:
    p, q = draw_primes(Chosen(Patterned(), {"p": b"same", "q": b"same"}))
    assert p != q


def test_a_pair_talks_in_turns() -> None:
    both = sources("pair")
    joined = converse(opening(both["client_entropy"]), SERVER, **both)
    names = [message.name for message in joined.transcript]
    assert names == [
        "req_pq_multi",
        "resPQ",
        "req_DH_params",
        "server_DH_params_ok",
        "set_client_DH_params",
        "dh_gen_ok",
    ]
    assert joined.client.auth_key == joined.server.auth_key


# -- What is sealed in a key exchange: sealing and opening, and the inspector's view of it -------------------------


SECRETS = ExchangeSecrets(bytes(range(32)), bytes(range(100, 116)))
DATA = SCHEMA["client_DH_inner_data"].build(
    nonce=bytes(16), server_nonce=SECRETS.server_nonce, retry_id=0, g_b=b"\x07" * 256
)
INNER = SCHEMA["p_q_inner_data"].build(
    pq=b"\x23", p=b"\x05", q=b"\x07", nonce=bytes(16), server_nonce=bytes(16), new_nonce=bytes(32)
)
JOINED = converse(opening(sources("seals")["client_entropy"]), SERVER, **sources("seals x"))
KEYS = [RSA, JOINED.client.secrets]


def test_secrets_give_the_published_values() -> None:
    for kind in ("permanent", "temporary"):
        values = SESSION[kind]["values"]
        secrets = ExchangeSecrets(*(bytes.fromhex(values[name]) for name in ("new_nonce", "server_nonce")))
        assert secrets.key_and_iv[0].hex() == values["tmp_aes_key"]
        assert secrets.key_and_iv[1].hex() == values["tmp_aes_iv"]
        assert secrets.first_salt == int(values["server_salt"])


def test_secrets_are_not_shown() -> None:
    assert "new_nonce" not in repr(SECRETS) and repr(SECRETS.server_nonce) in repr(SECRETS)
    with pytest.raises(LocalError):
        pickle.dumps(SECRETS)


@given(st.integers(0, 20))
def test_what_is_sealed_opens(extra: int) -> None:
    data = SCHEMA["client_DH_inner_data"].build(**{**DATA.values, "g_b": bytes(extra)})
    sealed = seal_with_hash(DATA_WITH_HASH, data, SECRETS, Patterned())
    assert len(sealed) % 16 == 0 and len(sealed) - 20 - len(data) < 16
    opened = open_with_hash(DATA_WITH_HASH, sealed, SECRETS)
    assert opened["data"] == data and opened["hash"] == hashlib.sha1(bytes(data)).digest()


@given(st.integers(0, 8 * 335))
def test_no_flipped_bit_passes(bit: int) -> None:
    sealed = seal_with_hash(DATA_WITH_HASH, DATA, SECRETS, Patterned())
    number = int.from_bytes(sealed, "big") ^ 1 << bit
    with pytest.raises((CheckError, DecodeError)):
        open_with_hash(DATA_WITH_HASH, number.to_bytes(len(sealed), "big"), SECRETS)


@pytest.mark.parametrize(
    ("size", "padding", "where"),
    [(256, 12, ""), (256, 28, "data_with_hash/padding"), (252, 0, ""), (252, 16, "data_with_hash/padding")],
)
def test_padding_fills_one_block_at_most(size: int, padding: int, where: str) -> None:
    """Beside a g_b of so many bytes."""
    numbers = {name: DATA[name] for name in ("nonce", "server_nonce", "retry_id")}
    data = SCHEMA["client_DH_inner_data"].build(**numbers, g_b=b"\x07" * size)
    whole = hashlib.sha1(bytes(data)).digest() + bytes(data) + bytes(padding)
    sealed = ige_encrypt(whole, *SECRETS.key_and_iv)
    if not where:
        assert open_with_hash(DATA_WITH_HASH, sealed, SECRETS)["data"] == data
        return
    with pytest.raises(CheckError) as caught:
        open_with_hash(DATA_WITH_HASH, sealed, SECRETS)
    assert caught.value.where == where


def test_the_hash_stops_where_the_data_does() -> None:
    whole = hashlib.sha1(bytes(DATA) + bytes(12)).digest() + bytes(DATA) + bytes(12)
    sealed = ige_encrypt(whole, *SECRETS.key_and_iv)
    with pytest.raises(CheckError) as caught:
        open_with_hash(DATA_WITH_HASH, sealed, SECRETS)
    assert caught.value.where == "data_with_hash/hash"


@pytest.mark.parametrize("size", [0, 1, 15, 17])
def test_only_whole_blocks(size: int) -> None:
    with pytest.raises(CheckError):
        open_with_hash(ANSWER_WITH_HASH, bytes(size), SECRETS)


def test_both_rsa_schemes_open() -> None:
    by_pad = open_inner_data(rsa_pad_seal(bytes(INNER), RSA.public, Patterned()), RSA)
    by_old = open_inner_data(old_seal(bytes(INNER), RSA.public, Patterned()), RSA)
    assert (by_pad.name, len(by_pad)) == ("data_with_padding", 192)
    assert (by_old.name, len(by_old)) == ("data_with_hash", 255)
    assert by_pad["data"] == by_old["data"] == INNER


@pytest.mark.parametrize("seal", [rsa_pad_seal, old_seal])
def test_rsa_that_is_not_inner_data(seal: object) -> None:
    other = SCHEMA["ping"].build(ping_id=1)
    with pytest.raises((CheckError, DecodeError)):
        open_inner_data(seal(bytes(other), RSA.public, Patterned()), RSA)  # type: ignore[operator]


def test_the_old_scheme_checks_its_hash() -> None:
    block = b"\0" + bytes(20) + bytes(INNER) + bytes(235 - len(INNER))
    with pytest.raises(CheckError):
        open_inner_data(RSA.public.apply(block), RSA)


# -- The inspector -----------------------------------------------------------------------------------

OPENED = [
    (2, "data_with_padding/data/new_nonce", bytes(JOINED.client.secrets.new_nonce)),
    (3, "answer_with_hash/answer/g", (3).to_bytes(4, "little")),
    (4, "data_with_hash/data/retry_id", bytes(8)),
]


@pytest.mark.parametrize(("index", "path", "value"), OPENED)
def test_a_recorded_exchange_opens(index: int, path: str, value: bytes) -> None:
    message = JOINED.transcript[index]
    for sealed in (message, plain_packet(1, message)):
        prefix = "message/" if sealed.name == "packet" else ""
        with pytest.raises(LocalError):
            sealed.find(prefix + path)
        opened = unseal(sealed, KEYS)
        assert bytes(opened.find(prefix + path)) == value
        assert bytes(opened) == bytes(sealed)


def test_other_keys_open_nothing() -> None:
    others = [SECRETS, object()]
    for index, path, _ in OPENED:
        with pytest.raises(LocalError):
            unseal(JOINED.transcript[index], others).find(path)


def test_damage_is_shown_and_not_raised() -> None:
    for index in (3, 4):
        data = bytearray(bytes(JOINED.transcript[index]))
        data[-40] ^= 1
        broken = unseal(Dissection(JOINED.transcript[index].shape, bytes(data)), KEYS)
        assert broken.spans[-1].opened is not None
        assert "data" in str(broken) or "answer" in str(broken)
    data = bytearray(bytes(JOINED.transcript[2]))
    data[-40] ^= 1
    broken = unseal(Dissection(JOINED.transcript[2].shape, bytes(data)), KEYS)
    assert broken.spans[-1].opened is None and broken.spans[-1].problem


def test_ciphertext_that_cannot_be_one() -> None:
    sealed = SCHEMA["server_DH_params_ok"].build(
        nonce=bytes(16), server_nonce=SECRETS.server_nonce, encrypted_answer=bytes(17)
    )
    assert unseal(sealed, [SECRETS]).spans[-1].opened is None
    short = Dissection(sealed.shape, bytes(sealed)[:20], Reading(lenient=True))
    assert unseal(short, [SECRETS]).spans[-1].problem


FORMULAS_OF = [
    (3, "encrypted_answer"),
    (3, "answer_with_hash/hash"),
    (4, "encrypted_data"),
    (4, "data_with_hash/hash"),
    (5, "new_nonce_hash1"),
]


@pytest.mark.parametrize(("index", "path"), FORMULAS_OF)
def test_formulas_agree_with_the_bytes(index: int, path: str) -> None:
    known = {"new_nonce": JOINED.client.secrets.new_nonce, "auth_key": JOINED.client.auth_key}
    opened = unseal(JOINED.transcript[index], KEYS)
    assert trace(opened, path, known=known, functions=FORMULAS).agrees is True
    if path != "answer_with_hash/hash" and path != "data_with_hash/hash":
        wrong = {"new_nonce": bytes(32), "auth_key": bytes(256)}
        assert trace(opened, path, known=wrong, functions=FORMULAS).agrees is False
        assert trace(opened, path, functions=FORMULAS).agrees is None


# -- The server's half of a key exchange: whom it believes, what it repeats, and when it wants another key ---------


def resealed(change: Any, seal: Any = rsa_pad_seal) -> Any:
    """A client that says something else in its inner data, or seals it another way."""

    def meddle(name: str, body: bytes, knower: Any) -> bytes:
        if name != "req_DH_params":
            return body
        values = dict(SCHEMA[name].dissect(body).values)
        inner = change(open_inner_data(values["encrypted_data"], RSA)["data"])
        return bytes(
            SCHEMA[name].build(**{**values, "encrypted_data": seal(bytes(inner), RSA.public, Patterned("again"))})
        )

    return meddle


def inner(field: str, change: Any) -> Any:
    """A client that changes one field of its inner data."""

    def changed(data: Any) -> Any:
        return SCHEMA[data.name].build(**{**data.values, field: change(data[field])})

    return resealed(changed)


def offered(field: str, change: Any) -> Any:
    """A client that changes one field of client_DH_inner_data."""

    def meddle(name: str, body: bytes, knower: Any) -> bytes:
        if name != "set_client_DH_params":
            return body
        values, secrets = dict(SCHEMA[name].dissect(body).values), knower.offer.secrets
        data = open_with_hash(DATA_WITH_HASH, values["encrypted_data"], secrets)["data"]
        data = SCHEMA[data.name].build(**{**data.values, field: change(data[field])})
        sealed = seal_with_hash(DATA_WITH_HASH, data, secrets, Patterned("again"))
        return bytes(SCHEMA[name].build(**{**values, "encrypted_data": sealed}))

    return meddle


def outside(name: str, field: str, change: Any) -> Any:
    """A client that changes one field of a message, or somebody on the way."""

    def meddle(was: str, body: bytes, knower: Any) -> bytes:
        if was != name:
            return body
        values = SCHEMA[name].dissect(body).values
        return bytes(SCHEMA[name].build(**{**values, field: change(values[field])}))

    return meddle


def flip(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


def talk(meddle: Any, server: Any = SERVER, dc_id: int | None = 2, expires_in: int | None = 60) -> Any:
    both = sources("talk")
    return converse(opening(both["client_entropy"], dc_id, expires_in), server, meddle=meddle, **both)


def refused_by_server(meddle: Any, **wishes: Any) -> PeerError:
    with pytest.raises(PeerError) as caught:
        talk(meddle, **wishes)
    return caught.value


@pytest.mark.parametrize("kind", ["", "_dc", "_temp", "_temp_dc"])
def test_the_scheme_before_rsa_pad_is_understood(kind: str) -> None:
    dc_id, expires_in = (2 if "_dc" in kind else None), (60 if "_temp" in kind else None)
    joined = talk(resealed(lambda data: data, old_seal), dc_id=dc_id, expires_in=expires_in)
    assert joined.client.auth_key == joined.server.auth_key
    assert (joined.server.dc, joined.server.expires_in) == (dc_id, expires_in)


def test_req_pq_of_old_is_understood() -> None:
    def older(name: str, body: bytes, knower: Any) -> bytes:
        return bytes(SCHEMA["req_pq"].build(nonce=body[4:])) if name == "req_pq_multi" else body

    assert isinstance(talk(older).server, Granted)


WRONG = [
    (outside("req_DH_params", "nonce", flip), "req_DH_params/nonce"),
    (outside("req_DH_params", "server_nonce", flip), "req_DH_params/server_nonce"),
    (outside("req_DH_params", "p", flip), "req_DH_params/p"),
    (outside("req_DH_params", "q", flip), "req_DH_params/q"),
    (outside("req_DH_params", "public_key_fingerprint", lambda f: ~f), "req_DH_params/public_key_fingerprint"),
    (outside("req_DH_params", "encrypted_data", flip), "req_DH_params/encrypted_data"),
    (outside("req_DH_params", "encrypted_data", lambda d: d[:-1]), "req_DH_params/encrypted_data"),
    (outside("req_DH_params", "encrypted_data", lambda d: b"\xff" * 256), "req_DH_params/encrypted_data"),
    (inner("nonce", flip), "p_q_inner_data_temp_dc/nonce"),
    (inner("server_nonce", flip), "p_q_inner_data_temp_dc/server_nonce"),
    (inner("pq", flip), "p_q_inner_data_temp_dc/pq"),
    (inner("p", flip), "p_q_inner_data_temp_dc/p"),
    (inner("q", flip), "p_q_inner_data_temp_dc/q"),
    (inner("expires_in", lambda seconds: 0), "p_q_inner_data_temp_dc/expires_in"),
    (inner("expires_in", lambda seconds: -1), "p_q_inner_data_temp_dc/expires_in"),
    (resealed(lambda data: SCHEMA["ping"].build(ping_id=1)), "req_DH_params/data_with_padding/data"),
    (outside("set_client_DH_params", "nonce", flip), "set_client_DH_params/nonce"),
    (outside("set_client_DH_params", "server_nonce", flip), "set_client_DH_params/server_nonce"),
    (offered("nonce", flip), "client_DH_inner_data/nonce"),
    (offered("server_nonce", flip), "client_DH_inner_data/server_nonce"),
    (offered("retry_id", lambda retry_id: 1), "client_DH_inner_data/retry_id"),
    (offered("g_b", lambda g_b: b"\x01"), "client_DH_inner_data/g_b"),
    (offered("g_b", lambda g_b: to_bytes(DH_PRIME - 1)), "client_DH_inner_data/g_b"),
    (offered("g_b", lambda g_b: b"\xff" * 100_000), "client_DH_inner_data/g_b"),
]


@pytest.mark.parametrize(("meddle", "where"), WRONG)
def test_every_wrong_value_is_named(meddle: Any, where: str) -> None:
    error = refused_by_server(meddle)
    assert isinstance(error, (CheckError, DecodeError)) and error.where.startswith(where)


def test_an_unknown_rsa_key_is_named_as_documents_print_it() -> None:
    error = refused_by_server(outside("req_DH_params", "public_key_fingerprint", lambda fingerprint: 5))
    assert error.got == hex_fingerprint(5)


def test_the_other_dc_is_minus_444() -> None:
    asked = []

    def accepts(dc: int | None, temporary: bool) -> bool:
        asked.append((dc, temporary))
        return dc == 2

    choosy = AwaitReqPq(Server((RSA,), accepts))
    assert isinstance(talk(lambda name, body, knower: body, choosy).server, Granted)
    error = refused_by_server(lambda name, body, knower: body, server=choosy, dc_id=-2, expires_in=None)
    assert isinstance(error, TransportError) and error.code == -444
    assert asked == [(2, True), (-2, False)]


def test_the_right_key_among_several() -> None:
    """Only one is trusted, and it stands second."""

    class Decoy:
        public = TELEGRAM

    several = AwaitReqPq(Server((Decoy(), RSA)))  # type: ignore[arg-type]
    joined = talk(lambda name, body, knower: body, several)
    offered_keys = joined.transcript[1]["server_public_key_fingerprints"]
    assert offered_keys == (TELEGRAM.fingerprint, RSA.public.fingerprint)
    assert joined.client.auth_key == joined.server.auth_key


# -- Again -------------------------------------------------------------------------------------------


def steps() -> tuple[list[Any], list[bytes], Any]:
    """States of a server along one exchange (`states[i]` receives `queries[i]`), and the end."""
    both = sources("steps")
    client, server = opening(both["client_entropy"]), SERVER
    states, queries = [], []
    while client.send is not None:
        states.append(server)
        queries.append(bytes(client.send))
        server, answer = server.receive(client.send, both["server_entropy"], NOW)
        client = client.state.receive(answer, both["client_entropy"], NOW)
    return states, queries, server


def test_a_repeated_query_gets_its_answer_again() -> None:
    states, queries, granted = steps()
    for state, earlier in zip([*states[1:], granted], queries, strict=True):
        known = dict(state.said)
        again = state.receive(earlier + bytes(8), Patterned("unused"), NOW + 500)
        assert again.state is state
        assert again.send in known.values()
    assert granted.receive(queries[0], Patterned("unused"), NOW).send.name == "resPQ"
    multi = SCHEMA["req_pq"].build(nonce=queries[0][4:])
    assert states[1].receive(multi, Patterned("unused"), NOW).send == states[1].said[0][1]


def test_another_req_pq_starts_another_attempt() -> None:
    states, queries, granted = steps()
    query = SCHEMA["req_pq_multi"].build(nonce=bytes(16))
    entropy = sources("steps")["server_entropy"]
    first = SERVER.receive(queries[0], entropy, NOW)
    for state in (first.state, *states[2:], granted):
        fresh = sources("steps")["server_entropy"] if state is not first.state else entropy
        new, answer = state.receive(query, fresh, NOW)
        assert isinstance(new, AwaitReqDhParams) and answer["nonce"] == bytes(16)
        assert answer["server_nonce"] != first.send["server_nonce"]
        with pytest.raises(PeerError):
            new.receive(queries[1], Patterned("x"), NOW)


def test_two_keys_on_one_connection() -> None:
    """Permanent, then temporary, without a new state in between, and from one source of entropy."""
    both = sources("two")
    first = converse(opening(both["client_entropy"]), SERVER, **both)
    more = {"client_entropy": Patterned("more"), "server_entropy": both["server_entropy"]}
    second = converse(opening(more["client_entropy"], 2, 60), first.server, **more)
    assert second.client.auth_key == second.server.auth_key != first.server.auth_key
    assert second.server.expires_in is not None and first.server.expires_in is None


def test_out_of_turn() -> None:
    states, queries, granted = steps()
    wrong = [(states[0], queries[1]), (states[0], queries[2]), (states[1], queries[2])]
    for state, query in wrong:
        with pytest.raises(CheckError, match="out of turn"):
            state.receive(query, Patterned(), NOW)
    other = SCHEMA["set_client_DH_params"].build(nonce=bytes(16), server_nonce=bytes(16), encrypted_data=b"")
    with pytest.raises(CheckError, match="out of turn"):
        granted.receive(other, Patterned(), NOW)


@given(st.binary(max_size=80))
def test_the_server_refuses_noise(noise: bytes) -> None:
    for state in _STATES:
        with pytest.raises((DecodeError, CheckError)):
            state.receive(noise, Patterned(), NOW)


_STATES = [*steps()[0], steps()[2]]


# -- Another key -------------------------------------------------------------------------------------


def test_a_taken_id_asks_for_another_key() -> None:
    both = sources("taken")
    first = converse(opening(both["client_entropy"]), SERVER, **both).server.auth_key
    asked = []

    def taken(auth_key_id: int) -> bool:
        asked.append(auth_key_id)
        return auth_key_id == first.id

    both = sources("taken")
    crowded = AwaitReqPq(Server((RSA,), taken=taken))
    joined = converse(opening(both["client_entropy"]), crowded, **both)
    assert [message.name for message in joined.transcript[5::2]] == ["dh_gen_retry", "dh_gen_ok"]
    assert asked == [first.id, joined.client.auth_key.id]
    sealed = joined.transcript[6]["encrypted_data"]
    data = open_with_hash(DATA_WITH_HASH, sealed, joined.client.secrets)["data"]
    assert data["retry_id"].to_bytes(8, "little", signed=True) == first.aux_hash


def test_id_zero_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would say "no key" on the wire. Nobody can make such a key, so one is forged here."""
    from mtlib.crypto.keys import AuthKey

    class Zero(AuthKey):
        count = 0

        @property
        def id(self) -> int:
            Zero.count += 1
            return 0 if Zero.count == 1 else super().id

    monkeypatch.setattr("mtlib.protocol.exchange_server.AuthKey", Zero)
    joined = talk(lambda name, body, knower: body)
    assert [message.name for message in joined.transcript[5::2]] == ["dh_gen_retry", "dh_gen_ok"]


def test_a_retry_that_names_another_attempt() -> None:
    patient = retrying(1)
    error = refused_by_server(offered("retry_id", lambda retry_id: retry_id + 1 if retry_id else 0), server=patient)
    assert error.where == "client_DH_inner_data/retry_id"


def test_what_is_remembered_stays_small() -> None:
    endless = retrying(5)
    assert len(talk(lambda name, body, knower: body, endless).server.said) <= 3


# -- Values ------------------------------------------------------------------------------------------


def test_the_servers_secrets_stay_inside() -> None:
    states, _, granted = steps()
    dh = states[2]
    assert isinstance(dh, AwaitSetDhParams)
    for state in (*states, granted):
        assert str(dh.a) not in repr(state) and repr(dh.secrets.new_nonce) not in repr(state)
    for state in (dh, granted):
        with pytest.raises(LocalError):
            pickle.dumps(state)


def test_the_servers_states_say_what_they_expect() -> None:
    states, queries, granted = steps()
    assert [type(state) for state in (*states, granted)] == list(STATES)
    for state, query in zip(states, queries, strict=True):
        assert SCHEMA.of(query).name in state.expects
    assert Granted.expects == ()


def test_the_same_twice() -> None:
    states, queries, _ = steps()
    first, second = (states[1].receive(queries[1], Patterned("same"), NOW) for _ in range(2))
    assert first == second
