"""Every constructor spoken here: values come back, damage is refused, and the notes keep their word."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import DecodeError
from mtlib.protocol.dissect import FORMULAS
from mtlib.wire.dissection import Reading
from mtlib.wire.notes import Origin
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import Constructor, crc
from wire_values import check_tiles, few, values

EVERY = sorted(SCHEMA, key=lambda c: c.name)
every = pytest.mark.parametrize("made", EVERY, ids=[c.name for c in EVERY])
LENIENT = Reading(lenient=True)


@every
@few
@given(data=st.data())
def test_values_come_back(made: Constructor, data: st.DataObject) -> None:
    put_in: dict[str, Any] = data.draw(values(made))
    d = made.build(**put_in)
    found = SCHEMA.dissect(bytes(d))
    assert found == d and found.shape is made
    for f in made.fields[1:]:
        if f.name in put_in and f.kind.name != "#":
            assert found[f.name] == put_in[f.name]
        elif f.when:
            assert found[f.name] in (None, False)
    assert made.build(**found.values) == d
    check_tiles(found)
    assert list(d.rows()) == list(found.rows())


@every
@few
@given(data=st.data(), noise=st.binary(min_size=1, max_size=99), bit=st.integers(0, 10**6))
def test_damage(made: Constructor, data: st.DataObject, noise: bytes, bit: int) -> None:
    """Cut off, gone on with, flipped, noise: a strict reader raises DecodeError or nothing, a lenient one looks."""
    raw = bytes(made.build(**data.draw(values(made))))
    cut_off(made, raw)
    appended(made, raw, noise)
    damaged = bytearray(raw)
    damaged[bit // 8 % len(raw)] ^= 1 << bit % 8
    for bytes_ in (bytes(damaged), raw[:4] + noise):
        check_tiles(made.dissect(bytes_, LENIENT))
        try:
            check_tiles(made.dissect(bytes_))
        except DecodeError as error:
            assert error.where.startswith(f"{made.name}/") or error.where.startswith(f"{made.name},")


def is_open(made: Constructor) -> bool:
    """Whether the last field takes what comes, as that of a wrapper."""
    return made.fields[-1].kind.name in ("!X", "Object") and not made.fields[-1].size


def cut_off(made: Constructor, raw: bytes) -> None:
    """Every prefix is refused, down to where the open end of a wrapper begins; of long ones every few bytes."""
    closed = len(raw) - len(SCHEMA.dissect(raw)[made.fields[-1].name] if is_open(made) else b"")
    for stop in range(0, len(raw), 1 + len(raw) // 100):
        if stop < closed:
            with pytest.raises(DecodeError):
                SCHEMA.dissect(raw[:stop])
        check_tiles(made.dissect(raw[:stop], LENIENT))


def appended(made: Constructor, raw: bytes, more: bytes) -> None:
    """What comes after is named by its place."""
    if is_open(made):
        assert bytes(SCHEMA.dissect(raw + more)).endswith(more)
        return
    with pytest.raises(DecodeError, match="left over") as caught:
        SCHEMA.dissect(raw + more)
    assert (caught.value.got, caught.value.where) == (f"{len(more)} more", f"{made.name}, byte {len(raw)}")
    lenient = SCHEMA.dissect(raw + more, LENIENT)
    check_tiles(lenient)
    assert lenient.spans[-1].raw == more


# -- What is known without bytes


@every
def test_ids_are_proved_and_unique(made: Constructor) -> None:
    assert f"#{made.id:08x} " in made.line and crc(made.line) == made.id
    assert [c for c in EVERY if c.id == made.id] == [made]
    assert SCHEMA[made.name] is made


@every
def test_notes_keep_to_the_form(made: Constructor) -> None:
    """A formula names only its sources and what `trace` can call; a copy names one source; pages are given."""
    for f in made.fields:
        note = f.note
        used = {node.id for node in ast.walk(ast.parse(note.formula or "0")) if isinstance(node, ast.Name)}
        assert set(note.sources) <= used <= set(note.sources) | set(FORMULAS)
        assert (note.origin is Origin.CONSTANT) == (f.name == "constructor")
        assert all(source and not source.startswith("/") for source in note.sources.values())
        if note.origin is Origin.COPIED and note.formula:
            assert list(note.sources) == [note.formula]
        if note.meaning:
            assert note.spec.startswith("core.telegram.org/") and not note.meaning.endswith(".")


def test_what_matters_here_is_explained() -> None:
    for name in ("auth.bindTempAuthKey", "bind_auth_key_inner", "req_pq_multi", "resPQ", "req_DH_params",
                 "server_DH_inner_data", "client_DH_inner_data", "dh_gen_ok", "p_q_inner_data_temp_dc"):  # fmt: skip
        assert all(f.note.meaning and f.note.spec for f in SCHEMA[name].fields)


def test_five_values_stand_twice() -> None:
    """The point of the method: what the request and its tunnel say, the sealed object says again."""
    copies = {f.name: f.note.sources for f in SCHEMA["bind_auth_key_inner"].fields[1:]}
    assert {name: next(iter(sources.values())) for name, sources in copies.items()} == {
        "nonce": "request/nonce",
        "temp_auth_key_id": "packet/auth_key_id",
        "perm_auth_key_id": "request/perm_auth_key_id",
        "temp_session_id": "message/session_id",
        "expires_at": "request/expires_at",
    }


def test_the_sizes_of_the_binding() -> None:
    inner = SCHEMA["bind_auth_key_inner"].build(
        nonce=1, temp_auth_key_id=2, perm_auth_key_id=3, temp_session_id=4, expires_at=5
    )
    request = SCHEMA["auth.bindTempAuthKey"].build(
        perm_auth_key_id=3, nonce=1, expires_at=5, encrypted_message=bytes(104)
    )
    assert (len(inner), len(request)) == (40, 132)
    assert bytes(inner).hex() == "65f7a375" + "".join(
        n.to_bytes(size, "little").hex() for n, size in ((1, 8), (2, 8), (3, 8), (4, 8), (5, 4))
    )
    assert request.at(24)[0].name == "encrypted_message" and bytes(request)[24] == 104


# -- Each constructor of wire.schema_api is in the schema, and its fields say where they come from -----------------


NAMES = ("invokeWithLayer", "invokeWithoutUpdates", "invokeAfterMsg", "initConnection", "nearestDc")


@pytest.mark.parametrize("made", [SCHEMA[name] for name in NAMES], ids=lambda made: made.name)
def test_the_wrappers_explain_themselves(made: Constructor) -> None:
    assert all(f.note.meaning and f.note.spec for f in made.fields)


def test_a_wrapped_call_is_seen_through() -> None:
    inner = SCHEMA["help.getNearestDc"].build()
    wrapped = SCHEMA["invokeWithLayer"].build(layer=214, query=bytes(inner))
    assert bytes(wrapped.find("query")) == bytes(inner)


# -- Each constructor of wire.schema_service is in the schema, and its fields say where they come from -------------


SERVICE_NAMES = (
    "rpc_result", "bad_server_salt", "new_session_created", "pong", "msgs_ack", "future_salts", "msg_container",
)  # fmt: skip


@pytest.mark.parametrize("made", [SCHEMA[name] for name in SERVICE_NAMES], ids=lambda made: made.name)
def test_the_first_answers_of_a_data_centre_explain_themselves(made: Constructor) -> None:
    assert all(f.note.meaning and f.note.spec for f in made.fields)


def test_a_body_in_a_container_ends_where_its_length_says() -> None:
    ping = bytes(SCHEMA["ping"].build(ping_id=3))
    message = SCHEMA["message"].bare.pack({"msg_id": 4, "seqno": 1, "bytes": len(ping), "body": ping})
    packed = SCHEMA["msg_container"].build(messages=[message, message])
    assert packed.find("messages/1/body/ping_id").value == 3  # type: ignore[union-attr]
