"""The server's half of a key exchange: whom it believes, what it repeats, and when it wants another key."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_rig import NOW, RSA, SERVER, TELEGRAM, converse, opening, sources
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.numbers import DH_PRIME, to_bytes
from mtlib.crypto.rsa import hex_fingerprint, old_seal, rsa_pad_seal
from mtlib.errors import CheckError, DecodeError, LocalError, PeerError, TransportError
from mtlib.protocol.exchange import pair
from mtlib.protocol.exchange_messages import open_inner_data, open_with_hash, seal_with_hash
from mtlib.protocol.exchange_server import (
    SERVER as STATES,
)
from mtlib.protocol.exchange_server import (
    AwaitReqDhParams,
    AwaitReqPq,
    AwaitSetDhParams,
    Granted,
    Server,
)
from mtlib.wire import SCHEMA
from mtlib.wire.schema import DATA_WITH_HASH


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


def refusal(meddle: Any, **wishes: Any) -> PeerError:
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
    error = refusal(meddle)
    assert isinstance(error, (CheckError, DecodeError)) and error.where.startswith(where)


def test_an_unknown_rsa_key_is_named_as_documents_print_it() -> None:
    error = refusal(outside("req_DH_params", "public_key_fingerprint", lambda fingerprint: 5))
    assert error.got == hex_fingerprint(5)


def test_the_other_dc_is_minus_444() -> None:
    asked = []

    def accepts(dc: int | None, temporary: bool) -> bool:
        asked.append((dc, temporary))
        return dc == 2

    choosy = AwaitReqPq(Server((RSA,), accepts))
    assert isinstance(talk(lambda name, body, knower: body, choosy).server, Granted)
    error = refusal(lambda name, body, knower: body, server=choosy, dc_id=-2, expires_in=None)
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
    first = pair(opening(both["client_entropy"]), SERVER, now=NOW, **both)
    more = {"client_entropy": Patterned("more"), "server_entropy": both["server_entropy"]}
    second = pair(opening(more["client_entropy"], 2, 60), first.server, now=NOW, **more)
    assert second.client.auth_key == second.server.auth_key != first.server.auth_key
    assert second.server.temporary and not first.server.temporary


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
def test_noise_is_refused(noise: bytes) -> None:
    for state in _STATES:
        with pytest.raises((DecodeError, CheckError)):
            state.receive(noise, Patterned(), NOW)


_STATES = [*steps()[0], steps()[2]]


# -- Another key -------------------------------------------------------------------------------------


def test_a_taken_id_asks_for_another_key() -> None:
    both = sources("taken")
    first = pair(opening(both["client_entropy"]), SERVER, now=NOW, **both).server.auth_key
    asked = []

    def taken(auth_key_id: int) -> bool:
        asked.append(auth_key_id)
        return auth_key_id == first.id

    both = sources("taken")
    crowded = AwaitReqPq(Server((RSA,), taken=taken))
    joined = pair(opening(both["client_entropy"]), crowded, now=NOW, **both)
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
    patient = AwaitReqPq(Server((RSA,), retries=1))
    error = refusal(offered("retry_id", lambda retry_id: retry_id + 1 if retry_id else 0), server=patient)
    assert error.where == "client_DH_inner_data/retry_id"


def test_what_is_remembered_stays_small() -> None:
    endless = AwaitReqPq(Server((RSA,), retries=5))
    assert len(talk(lambda name, body, knower: body, endless).server.said) <= 3


# -- Values ------------------------------------------------------------------------------------------


def test_secrets_stay_inside() -> None:
    states, _, granted = steps()
    dh = states[2]
    assert isinstance(dh, AwaitSetDhParams)
    for state in (*states, granted):
        assert str(dh.a) not in repr(state) and repr(dh.secrets.new_nonce) not in repr(state)
    for state in (dh, granted):
        with pytest.raises(LocalError):
            pickle.dumps(state)


def test_states_say_what_they_expect_and_send() -> None:
    states, queries, granted = steps()
    assert [type(state) for state in (*states, granted)] == list(STATES)
    for state, query in zip(states, queries, strict=True):
        assert SCHEMA.of(query).name in state.expects
    answers = [state.said[-1][1].name for state in (*states[1:], granted)]
    assert [state.sends[0] for state in states] == answers
    assert Granted.expects == Granted.sends == ()


def test_the_same_twice() -> None:
    states, queries, _ = steps()
    first, second = (states[1].receive(queries[1], Patterned("same"), NOW) for _ in range(2))
    assert first == second
