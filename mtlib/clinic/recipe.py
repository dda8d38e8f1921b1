"""The recipe of a binding as named steps, from the given values to the packet: one plain function for each step.

Every step does what `Binding` and `packets` do at that point. `Recipe` runs the steps in order. Any of them may be
replaced by a wrong one, as the rows of `clinic.mistakes` do; the values that change show what that mistake looks like
from outside.

Source: core.telegram.org/method/auth.bindTempAuthKey; core.telegram.org/mtproto/description_v1 (the seal);
core.telegram.org/mtproto/description (the packet around it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.kdf import V1, V2, ScheduleRow, ScheduleTable, msg_key_v1, msg_key_v2, sha1, sha256
from mtlib.crypto.keys import AuthKey
from mtlib.protocol.binding import INNER_SIZE
from mtlib.protocol.packets import REQUEST_MESSAGE, seal
from mtlib.wire.schema import ENCRYPTED_MESSAGE, ENVELOPE, INNER, REQUEST

Function = Callable[..., Any]
BIND = "core.telegram.org/method/auth.bindTempAuthKey"
V1_PAGE, V2_PAGE = "core.telegram.org/mtproto/description_v1", "core.telegram.org/mtproto/description"


@dataclass(frozen=True)
class Step:
    """One function of the recipe: its sentence (`says`), the `source` of that, and the type of each value that it takes
    ("bytes", "long", "int" or "text", by name). `right` is the right function, and returns bytes."""

    name: str
    says: str
    source: str
    takes: Mapping[str, str]
    right: Function = field(repr=False)


# -- The steps ----------------------------------------------------------------------------------------------------


def inner(nonce: int, temp_auth_key_id: int, perm_auth_key_id: int, temp_session_id: int, expires_at: int) -> bytes:
    """bind_auth_key_inner: 40 bytes. LocalError for a number that does not fit."""
    return bytes(INNER.build(
        nonce=nonce, temp_auth_key_id=temp_auth_key_id, perm_auth_key_id=perm_auth_key_id,
        temp_session_id=temp_session_id, expires_at=expires_at,
    ))  # fmt: skip


def envelope(random: bytes, msg_id: int, inner: bytes) -> bytes:
    """The message of MTProto 1.0 around the inner object: 72 bytes."""
    return bytes(ENVELOPE.build(random=random, msg_id=msg_id, seqno=0, length=INNER_SIZE, inner=inner))


def encrypted_message(perm_auth_key_id: int, msg_key: bytes, ciphertext: bytes) -> bytes:
    """Key id, hash and ciphertext: 104 bytes."""
    return bytes(ENCRYPTED_MESSAGE.build(perm_auth_key_id=perm_auth_key_id, msg_key=msg_key, ciphertext=ciphertext))


def request(perm_auth_key_id: int, nonce: int, expires_at: int, encrypted_message: bytes) -> bytes:
    """auth.bindTempAuthKey: 132 bytes around a seal of 104."""
    return bytes(REQUEST.build(
        perm_auth_key_id=perm_auth_key_id, nonce=nonce, expires_at=expires_at, encrypted_message=encrypted_message
    ))  # fmt: skip


def message(salt: int, session_id: int, msg_id: int, seqno: int, request: bytes, padding: bytes) -> bytes:
    """The message that carries the request, with its padding: 176 bytes where the padding is 12."""
    return bytes(REQUEST_MESSAGE.build(
        salt=salt, session_id=session_id, msg_id=msg_id, seqno=seqno, length=len(request), request=request,
        padding=padding,
    ))  # fmt: skip


def packet(temp_auth_key: bytes, perm_auth_key: bytes, message: bytes) -> bytes:
    """The packet as it is sent: the temporary key's id, msg_key, ciphertext. 200 bytes around a message of 176."""
    return bytes(seal(message, AuthKey(temp_auth_key)))


# -- Key schedules, row by row ------------------------------------------------------------------------------------

Rows = Sequence[ScheduleRow]
_HASHES: Mapping[str | None, Callable[[bytes], bytes]] = {  # the two of MTProto, and those used by mistake
    None: bytes,
    "SHA1": sha1,
    "SHA256": sha256,
    "MD5": lambda data: hashlib.md5(data).digest() + bytes(4),
    "SHA1 with zeros": lambda data: sha1(data) + bytes(12),
    "words turned of SHA1": lambda data: b"".join(sha1(data)[at : at + 4][::-1] for at in range(0, 20, 4)),
    "hex of SHA1": lambda data: sha1(data).hex().encode(),
    "hex of SHA256": lambda data: sha256(data).hex().encode(),
}

Known = dict[int, bytes]
"""Hashes already computed from the same key and msg_key, by the `id()` of their row."""


def rows(table: Rows, x: int = 0, known: Known | None = None, **sources: bytes) -> dict[str, bytes]:
    """The value of every row of a key schedule. The sources may have any size: a key that lost bytes in front
    shifts all its pieces, as slices do in a program. `known` saves work if many schedules differ in only one row."""
    values = dict(sources)
    for row in table:
        before = None if known is None or not row.hash else known.get(id(row))
        values[row.name] = _HASHES[row.hash](row.joined(values, x)) if before is None else before
        if known is not None and row.hash:
            known[id(row)] = values[row.name]
    return values


def scheduled(table: Rows, key: bytes, msg_key: bytes, known: Known | None = None) -> tuple[bytes, bytes]:
    """aes_key and aes_iv by these rows; 32 bytes each if the rows are right."""
    made = rows(table, 0, known, auth_key=key, msg_key=msg_key)
    return made["aes_key"], made["aes_iv"]


def written(row: ScheduleRow, key: str = "auth_key") -> str:
    """A row as a program writes it: SHA1(msg_key + auth_key[0:32])."""
    return row.python(0).replace(".digest()", "").replace("auth_key", key)


def _schedule(table: ScheduleTable, key: str, msg_key: str, page: str, suffix: str = "") -> Iterator[Step]:
    """A step for every row of a table: the hashes of key and msg_key, then aes_key and aes_iv, cut from these."""
    hashes = tuple(row.name for row in table.rows if row.hash)
    for row in table.rows:
        if row.hash:
            yield Step(row.name, f"{row.name} = {written(row, key)}", page, {msg_key: "bytes", key: "bytes"},
                       lambda m, k, name=row.name: table.run(0, auth_key=k, msg_key=m)[name])
        else:
            name = f"{row.name}{suffix}"
            yield Step(name, f"{name} = {row.python(0)}", page, dict.fromkeys(hashes, "bytes"),
                       lambda *values, row=row: row.joined(dict(zip(hashes, values, strict=True)), 0))


_IN_ORDER: tuple[Step, ...] = (
    Step("auth_key_id", "SHA1(perm_auth_key)[12:20], as it travels", V2_PAGE, {"perm_auth_key": "bytes"},
         lambda key: AuthKey(key).id_bytes),
    Step("inner", "bind_auth_key_inner, boxed: constructor, four longs, one int", BIND,
         {"nonce": "long", "temp_auth_key_id": "long", "perm_auth_key_id": "long", "temp_session_id": "long",
          "expires_at": "int"}, inner),
    Step("envelope", "random, msg_id, seqno, length, inner", BIND,
         {"random": "bytes", "msg_id": "long", "inner": "bytes"}, envelope),
    Step("msg_key", "SHA1(envelope)[4:20]", V1_PAGE,
         {"envelope": "bytes", "padding": "bytes", "perm_auth_key": "bytes"}, lambda e, p, k: msg_key_v1(e)),
    *_schedule(V1, "perm_auth_key", "msg_key", V1_PAGE),
    Step("ciphertext", "AES-256-IGE of envelope + padding", V2_PAGE,
         {"envelope": "bytes", "padding": "bytes", "aes_key": "bytes", "aes_iv": "bytes"},
         lambda e, p, k, i: ige_encrypt(e + p, k, i)),
    Step("encrypted_message", "perm_auth_key_id, msg_key, ciphertext", BIND,
         {"perm_auth_key_id": "long", "msg_key": "bytes", "ciphertext": "bytes"}, encrypted_message),
    Step("request", "auth.bindTempAuthKey, with encrypted_message as a TL string", BIND,
         {"perm_auth_key_id": "long", "nonce": "long", "expires_at": "int", "encrypted_message": "bytes"}, request),
    Step("message", "salt, session_id, msg_id, seqno, length, request, padding", V2_PAGE,
         {"salt": "long", "session_id": "long", "msg_id": "long", "seqno": "int", "request": "bytes",
          "message_padding": "bytes"}, message),
    Step("msg_key_v2", "SHA256(temp_auth_key[88:120] + message)[8:24]", V2_PAGE,
         {"temp_auth_key": "bytes", "message": "bytes"}, lambda k, m: msg_key_v2(AuthKey(k), m, 0)),
    *_schedule(V2, "temp_auth_key", "msg_key_v2", V2_PAGE, "_v2"),
    Step("packet", "temp_auth_key_id, msg_key_v2, AES-256-IGE of the message", V2_PAGE,
         {"temp_auth_key": "bytes", "perm_auth_key": "bytes", "message": "bytes"}, packet),
)  # fmt: skip
HASHED: Mapping[str, Any] = {row.name: table for table in (V1, V2) for row in table.rows if row.hash}
"""The key schedule that a hash belongs to, by the name of the hash."""
STEPS: Mapping[str, Step] = {step.name: step for step in _IN_ORDER}
"""The steps by name, in the order in which their values are made."""


@dataclass(frozen=True)
class Recipe:
    """The steps of a binding; `instead` holds wrong functions, by the name of the step that each one replaces.

    `Recipe().run(given)` gives every value by name. `Recipe({"msg_key": wrong}).run(given)` gives the same values with
    the wrong step and all that follows from it. A wrong step takes the same arguments as the right one.
    """

    instead: Mapping[str, Function] = field(default_factory=dict, repr=False)

    def run(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All values by name: those given, and one for each step whose arguments are all known.

        Give both keys, or at least the permanent key and the id of the temporary one; temp_session_id, msg_id, nonce,
        expires_at, random, padding, salt, seqno, message_padding. A step whose value is given is not run.
        """
        values = dict(given)
        values["session_id"] = values["temp_session_id"]
        for step in STEPS.values():
            arguments = [values.get(name) for name in step.takes]
            if step.name not in given and None not in arguments:
                values[step.name] = self.instead.get(step.name, step.right)(*arguments)
            if step.name == "auth_key_id":
                values["perm_auth_key_id"] = int.from_bytes(values["auth_key_id"], "little", signed=True)
        return values
