"""Where a value comes from: sources that are found, formulas that are run, and what cannot be known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from mtlib.errors import CheckError, LocalError
from mtlib.wire.dissection import Dissection, Field, Seal, Unsealed, unseal
from mtlib.wire.layout import Layout, Raw, Rest
from mtlib.wire.notes import Note, Origin, constant, copied, derived, given, random
from mtlib.wire.notes import given as said
from mtlib.wire.provenance import FUNCTIONS, Traced, trace
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import SIMPLE

INT, LONG = SIMPLE["int"], SIMPLE["long"]

SEALED = Layout(
    "sealed",
    (
        Field("nonce", LONG, copied("request/nonce")),
        Field("key_id", LONG, copied("@key_id")),
        Field("session", LONG, copied("message/session")),
    ),
)


class Key:
    """It opens everything, and turns nothing."""

    def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed | None:
        return Unsealed(data, True)


KEY = Key()
SEAL = Seal("none", "nonce", (SEALED,))  # type: ignore[arg-type]


REQUEST = Layout(
    "request",
    (
        Field("nonce", LONG, random()),
        Field("hash", Raw("hash", 16), derived("SHA1(sealed)[4:20]", sealed="request/sealed")),
        Field(
            "ciphertext", Rest(), derived("turn(sealed, key)", sealed="request/sealed", key="@key"), inside=SEAL
        ),
    ),
)
MESSAGE = Layout(
    "message",
    (
        Field("session", LONG, said()),
        Field("length", INT, derived("len(body)", body="message/body")),
        Field("body", SIMPLE["bytes"], inside=REQUEST),
    ),
)


def message(nonce: int = 7, sealed_nonce: int = 7, session: int = -3) -> Dissection:
    sealed = bytes(SEALED.build(nonce=sealed_nonce, key_id=5, session=session))
    request = REQUEST.build(nonce=nonce, hash=hashlib.sha1(sealed).digest()[4:20], ciphertext=sealed)
    made = MESSAGE.build(session=-3, length=len(request), body=request)
    return unseal(made, [KEY])


def test_a_copy_agrees_with_its_source() -> None:
    found = trace(message(), "message/body/sealed/session")
    assert isinstance(found, Traced) and found.agrees is True
    assert (found.path, found.formula, found.field.name) == (
        "message/body/sealed/session",
        "session",
        "session",
    )
    assert found.found == (-3).to_bytes(8, "little", signed=True)
    assert dict(found.sources) == {"session": ("message/session", found.found)}


def test_the_source_is_in_the_nearest_dissection_of_that_name() -> None:
    """`request` is the name of the layout, although the field that holds it is called `body`."""
    found = trace(message(), "body/sealed/nonce")
    assert found.agrees is True
    assert found.sources["nonce"] == ("message/body/nonce", (7).to_bytes(8, "little"))


def test_a_wrong_copy_is_found() -> None:
    assert trace(message(sealed_nonce=8), "body/sealed/nonce").agrees is False
    assert trace(message(session=-4), "body/sealed/session").agrees is False
    assert trace(message(sealed_nonce=8), "body/sealed/session").agrees is True


def test_a_derived_value_is_computed() -> None:
    found = trace(message(), "body/hash")
    assert (found.agrees, found.formula) == (True, "SHA1(sealed)[4:20]")
    assert found.sources["sealed"][0] == "message/body/sealed" and len(found.sources["sealed"][1] or b"") == 24
    broken = bytearray(message().data)
    broken[22] ^= 1
    assert trace(unseal(MESSAGE.dissect(bytes(broken)), [KEY]), "body/hash").agrees is False


def test_a_number_is_compared_as_a_number() -> None:
    assert trace(message(), "length").agrees is True
    d = MESSAGE.build(session=1, length=3, body=b"four")
    assert trace(d, "length").agrees is False
    assert trace(MESSAGE.build(session=1, length=4, body=b"four"), "length").agrees is True


def test_what_is_not_there_leaves_it_open() -> None:
    sealed = MESSAGE.dissect(message().data)
    found = trace(sealed, "body/hash")
    assert found.agrees is None and found.sources == {"sealed": ("request/sealed", None)}
    alone = SEALED.build(nonce=1, key_id=2, session=3)
    assert trace(alone, "nonce").agrees is None and trace(alone, "nonce").sources["nonce"][1] is None


def test_what_stands_outside_is_told() -> None:
    path = "body/sealed/key_id"
    assert trace(message(), path).agrees is None
    assert trace(message(), path).sources == {"key_id": ("@key_id", None)}
    for known, agrees in (
        (5, True),
        ((5).to_bytes(8, "little"), True),
        (bytearray(b"\5" + bytes(7)), True),
        (6, False),
        (2**62, False),
    ):
        assert trace(message(), path, known={"key_id": known}).agrees is agrees
    for known in ("5", 5.0, [5]):
        with pytest.raises(LocalError, match="@key_id is known as"):
            trace(message(), path, known={"key_id": known})
    with pytest.raises(LocalError, match="@key_id is known as"):
        trace(message(), path, known={"key_id": 2**63})


def test_a_key_is_used_and_not_shown() -> None:
    class Key:
        def __bytes__(self) -> bytes:
            return b"SECRET"

    seen: list[bytes] = []
    functions = {**FUNCTIONS, "turn": lambda data, key: seen.append(key) or data}
    found = trace(message(), "body/ciphertext", known={"key": Key()}, functions=functions)
    assert found.agrees is True and seen == [b"SECRET"] and found.sources["key"] == ("@key", b"SECRET")
    assert "SECRET" not in repr(found) and b"SECRET".hex() not in repr(found)


def test_a_function_that_is_not_at_hand_leaves_it_open() -> None:
    assert trace(message(), "body/ciphertext", known={"key": b"k"}).agrees is None


def test_a_function_that_refuses_damaged_bytes_leaves_it_open() -> None:
    def refuse(data: bytes, key: bytes) -> bytes:
        raise CheckError("not whole blocks")

    functions = {"turn": refuse}
    assert trace(message(), "body/ciphertext", known={"key": b"k"}, functions=functions).agrees is None


def test_no_formula_no_opinion() -> None:
    for path in ("session", "body/nonce"):
        found = trace(message(), path)
        assert (found.agrees, found.formula, dict(found.sources)) == (None, "", {})


@pytest.mark.parametrize("path", ["", "nothing", "message/body/nothing", "body/nonce/deeper"])
def test_a_path_that_leads_nowhere(path: str) -> None:
    with pytest.raises(LocalError, match="nothing called"):
        trace(message(), path)


@pytest.mark.parametrize("path", ["message", "body/sealed"])
def test_a_whole_dissection_comes_from_nowhere(path: str) -> None:
    with pytest.raises(LocalError, match="whole dissection"):
        trace(message(), path)


def test_a_source_beside_the_path_that_is_missing() -> None:
    """The nearest `outer` has no `b`; nobody looks for one further out."""
    inner = Layout("outer", (Field("a", INT, copied("outer/b")),))
    outer = Layout("outer", (Field("b", INT), Field("outer_inside", inner)))
    d = outer.build(b=1, outer_inside={"a": 1})
    assert trace(d, "outer_inside/a").agrees is None


def test_formulas_reach_nothing_but_their_sources() -> None:
    """Not even what Python offers everybody."""
    for formula in ("open('x')", "__import__('os')", "print(1)"):
        d = Layout("l", (Field("a", INT, derived(formula)),)).build(a=0)
        assert trace(d, "a").agrees is None
    assert trace(Layout("l", (Field("a", INT, derived("bytes([1]) + bytes(3)")),)).build(a=1), "a").agrees is True


@pytest.mark.parametrize(
    ("name", "size", "made"),
    [
        ("SHA1", 20, hashlib.sha1(b"x").digest()),
        ("SHA256", 32, hashlib.sha256(b"x").digest()),
        ("CRC32", 4, bytes.fromhex("8316dc8c")),
        ("len", 4, b"\1\0\0\0"),
    ],
)
def test_what_a_formula_may_call(name: str, size: int, made: bytes) -> None:
    layout = Layout("l", (Field("x", Raw("byte", 1)), Field("h", Raw("hash", size), derived(f"{name}(x)", x="l/x"))))
    kind = layout if name != "len" else Layout("l", (layout.fields[0], Field("h", INT, layout.fields[1].note)))
    d = kind.dissect(b"x" + made)
    assert trace(d, "h").agrees is True
    assert trace(kind.dissect(b"y" + made), "h").agrees is (name == "len")


def test_the_request_alone() -> None:
    """Without the key its id stays open, with it the id is proved."""
    key = bytes(range(256))
    key_id = int.from_bytes(hashlib.sha1(key).digest()[12:20], "little", signed=True)
    request = SCHEMA["auth.bindTempAuthKey"].build(
        perm_auth_key_id=key_id, nonce=1, expires_at=2, encrypted_message=bytes(104)
    )
    assert trace(request, "perm_auth_key_id").agrees is None
    assert trace(request, "perm_auth_key_id", known={"perm_auth_key": key}).agrees is True
    assert trace(request, "perm_auth_key_id", known={"perm_auth_key": key[::-1]}).agrees is False


# -- Notes: where a value comes from, what it means, who says so ---------------------------------------------------


def test_every_origin_has_a_letter_of_its_own() -> None:
    letters = {origin: origin.letter for origin in Origin}
    assert letters == {
        Origin.CONSTANT: "=",
        Origin.RANDOM: "?",
        Origin.GIVEN: "g",
        Origin.COPIED: "c",
        Origin.DERIVED: "f",
    }


@pytest.mark.parametrize(
    ("make", "origin"), [(constant, Origin.CONSTANT), (random, Origin.RANDOM), (given, Origin.GIVEN)]
)
def test_plain_notes(make: type[Note], origin: Origin) -> None:
    assert make() == Note(origin)
    assert make("what it means", "page, section") == Note(origin, "what it means", "page, section")


@pytest.mark.parametrize(
    ("source", "name"), [("request/nonce", "nonce"), ("nonce", "nonce"), ("@msg_id", "msg_id"), ("@a/b", "b")]
)
def test_a_copy_is_a_formula_of_one_name(source: str, name: str) -> None:
    note = copied(source, "again", "page")
    assert (note.origin, note.formula, dict(note.sources)) == (Origin.COPIED, name, {name: source})
    assert name.isidentifier(), "the formula is an expression"


def test_a_derived_value_names_its_sources() -> None:
    note = derived("SHA1(envelope)[4:20]", "hash", "page", envelope="plaintext/envelope")
    assert (note.origin, note.meaning, note.spec) == (Origin.DERIVED, "hash", "page")
    assert (note.formula, dict(note.sources)) == (
        "SHA1(envelope)[4:20]",
        {"envelope": "plaintext/envelope"},
    )
    assert dict(derived("f(formula)", formula="@formula").sources) == {"formula": "@formula"}


def test_notes_do_not_change() -> None:
    note = derived("len(x)", x="a/x")
    with pytest.raises(AttributeError):
        note.formula = "0"  # type: ignore[misc]
    for made in (note, given()):
        with pytest.raises(TypeError):
            made.sources["y"] = "b"  # type: ignore[index]
