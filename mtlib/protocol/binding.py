"""The binding: how a temporary key is tied to a permanent one.

`Binding` holds the given values; every other value is a property, in the order in which it is computed. Reading
the class is reading the method. `BindPacket` goes on from the request to the frame on the wire. The fields of each
object are declared in `wire.schema`, from `INNER` to `REQUEST`.

Source: core.telegram.org/method/auth.bindTempAuthKey, "Binding message contents"; core.telegram.org/api/pfs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mtlib.crypto.entropy import Entropy, source
from mtlib.crypto.kdf import V1, Schedule, msg_key_v1
from mtlib.crypto.keys import AuthKey, auth_key
from mtlib.crypto.secret import exact, of_type
from mtlib.errors import LocalError
from mtlib.protocol.packets import REQUEST_MESSAGE, FrameShape, encrypt_v1, padding_size, seal
from mtlib.transport.framing import framing_named
from mtlib.wire.dissection import Dissection, Reading
from mtlib.wire.schema import ENCRYPTED_MESSAGE, ENVELOPE, INNER, PLAINTEXT, REQUEST

INNER_SIZE, ENVELOPE_SIZE, PLAINTEXT_SIZE, ENCRYPTED_SIZE, REQUEST_SIZE = 40, 72, 80, 104, 132
"""Every size in a binding is constant, in bytes: the inner object, with the header before it, with padding, with key id
and msg_key, and the whole request."""


@dataclass(frozen=True)
class Binding:
    """One binding message, from the two keys to the request.

    `perm_key` and `temp_key` are the keys to tie together; `session_id` and `msg_id` are those of the message that will
    carry the request; `expires_at` is a date in unix seconds; `nonce` is a long; `random` is 16 bytes, `padding` 8.

    Raises LocalError for a key that is no AuthKey, for the reserved values (session 0, key id 0), for what is no whole
    number and for padding of another length. A value that does not fit its field raises it when it is first packed.
    `dataclasses.replace(binding, nonce=...)` recomputes everything.
    """

    perm_key: AuthKey
    temp_key: AuthKey
    session_id: int
    msg_id: int
    expires_at: int
    nonce: int
    random: bytes
    padding: bytes

    def __post_init__(self) -> None:
        for name in ("perm_key", "temp_key"):
            if auth_key(getattr(self, name), name).id == 0:
                raise LocalError("auth_key_id 0 means that there is no key", got=0, where=name)
        if self.session_id == 0:
            raise LocalError("session_id 0 names no session", got=0, expected="a random long", where="session_id")
        for name in ("session_id", "msg_id", "expires_at", "nonce"):
            of_type(getattr(self, name), int, name)
        exact(self.padding, PLAINTEXT_SIZE - ENVELOPE_SIZE, "padding")

    @classmethod
    def draw(
        cls, perm_key: AuthKey, temp_key: AuthKey, *, session_id: int, msg_id: int, expires_at: int, entropy: Entropy
    ) -> Binding:
        """A binding with fresh nonce, random and padding."""
        source(entropy)
        return cls(
            perm_key, temp_key, session_id, msg_id, expires_at,
            nonce=int.from_bytes(entropy.draw("nonce", 8), "little", signed=True),
            random=entropy.draw("random", 16),
            padding=entropy.draw("padding", PLAINTEXT_SIZE - ENVELOPE_SIZE),
        )

    @cached_property
    def inner(self) -> Dissection:
        """The forty bytes that bind: a nonce, the ids of both keys, the session, and the date of expiry."""
        return INNER.build(
            nonce=self.nonce,
            temp_auth_key_id=self.temp_key.id,
            perm_auth_key_id=self.perm_key.id,
            temp_session_id=self.session_id,
            expires_at=self.expires_at,
        )

    @cached_property
    def envelope(self) -> Dissection:
        """`inner` in a message of MTProto 1.0, with random bytes for salt and session_id: 72 bytes."""
        return ENVELOPE.build(random=self.random, msg_id=self.msg_id, seqno=0, length=INNER_SIZE, inner=self.inner)

    @cached_property
    def msg_key(self) -> bytes:
        """SHA1(envelope)[4:20]: the padding is not hashed."""
        return msg_key_v1(bytes(self.envelope))

    @cached_property
    def schedule(self) -> Schedule:
        """What `kdf_v1` computes, with every step visible: four SHA-1 over msg_key and the permanent key, cut into
        `aes_key` and `aes_iv`. Secret."""
        return V1.run(0, auth_key=self.perm_key, msg_key=self.msg_key)

    @cached_property
    def plaintext(self) -> Dissection:
        """The envelope and eight bytes of padding: five AES blocks."""
        return PLAINTEXT.build(envelope=self.envelope, padding=self.padding)

    @cached_property
    def ciphertext(self) -> bytes:
        """AES-256-IGE of the plaintext, by `encrypt_v1`: 80 bytes."""
        return encrypt_v1(bytes(self.envelope), self.padding, self.perm_key)[1]

    @cached_property
    def encrypted_message(self) -> Dissection:
        """perm_auth_key_id, msg_key, ciphertext: 104 bytes."""
        return ENCRYPTED_MESSAGE.build(
            perm_auth_key_id=self.perm_key.id, msg_key=self.msg_key, ciphertext=self.ciphertext
        )

    @cached_property
    def request(self) -> Dissection:
        """auth.bindTempAuthKey: three values of `inner` again, in the clear, and encrypted_message. 132 bytes."""
        return REQUEST.build(
            perm_auth_key_id=self.perm_key.id,
            nonce=self.nonce,
            expires_at=self.expires_at,
            encrypted_message=self.encrypted_message,
        )


@dataclass(frozen=True)
class BindPacket:
    """The same binding on its way: in a message, in a packet under the temporary key, in a frame.

    `salt` is the data centre's for the temporary key, `seqno` the session's next odd number, `padding` at least 12
    bytes; `framing` is "abridged", "intermediate", "padded" or "full". `frames_before` counts for full framing, and
    `frame_padding` is what padded framing adds. `changed` are the bytes that an experiment sends in the
    place of the binding's request. Raises LocalError for what is no binding, no number and no text.

    `Client.carried` is the record of what a client sent (`sent`). `dataclasses.replace` computes a new one from it.
    """

    binding: Binding
    salt: int
    seqno: int
    padding: bytes
    framing: str = "intermediate"
    frames_before: int = 0
    frame_padding: bytes = b""
    changed: bytes | None = None

    def __post_init__(self) -> None:
        for name, kind in {"binding": Binding, "salt": int, "seqno": int, "framing": str, "frames_before": int}.items():
            of_type(getattr(self, name), kind, name)

    @classmethod
    def draw(cls, binding: Binding, *, salt: int, entropy: Entropy, framing: str = "intermediate") -> BindPacket:
        """The binding in the first message of a session, with the least padding allowed, drawn fresh."""
        made = cls(binding, salt, 1, entropy.draw("padding", padding_size(len(binding.request))), framing)
        if framing != "padded":
            return made
        # A framing draws its own padding: make one frame, and keep the padding that it drew.
        frame = framing_named(framing, entropy=entropy).wrap(bytes(made.packet))
        return replace(made, frame_padding=_frame_fields(framing, made.packet, frame).get("padding", b""))

    @classmethod
    def sent(
        cls, binding: Binding, request: bytes, message: Dissection, packet: Dissection, frame: bytes, framing: str
    ) -> BindPacket:
        """The record of a binding that was sent as these bytes, with `request` as its body."""
        message = Dissection(message.shape, bytes(message), Reading(lenient=True))  # changed bytes may not parse
        fields = _frame_fields(framing, packet, frame)
        made = cls(
            binding, message["salt"], message["seqno"], message["padding"], framing, fields.get("seqno", 0),
            fields.get("padding", b""), None if request == bytes(binding.request) else request,
        )  # fmt: skip
        shown = Dissection(FrameShape(framing, packet.shape), frame)
        vars(made).update(message=message, packet=packet, frame=shown)  # as they went out: nothing is computed again
        return made

    @cached_property
    def message(self) -> Dissection:
        """salt, session_id, msg_id, seqno and length before the request, padding after it."""
        request = bytes(self.binding.request) if self.changed is None else self.changed
        return REQUEST_MESSAGE.build(
            salt=self.salt,
            session_id=self.binding.session_id,
            msg_id=self.binding.msg_id,
            seqno=self.seqno,
            length=len(request),
            request=request,
            padding=self.padding,
        )

    @cached_property
    def packet(self) -> Dissection:
        """The message, sealed with the temporary key by MTProto 2.0: 24 bytes in the clear, at least 176 encrypted."""
        return seal(self.message, self.binding.temp_key)

    @cached_property
    def frame(self) -> Dissection:
        """The packet framed, as it follows the tag that opened the connection; not obfuscated yet."""
        padded = self.framing == "padded"  # that is, intermediate around packet and padding
        end = framing_named("intermediate" if padded else self.framing)
        end.sent = self.frames_before
        frame = end.wrap(bytes(self.packet) + self.frame_padding)
        return Dissection(FrameShape(self.framing, self.packet.shape), frame)


Carried = BindPacket
"""The name of `BindPacket` in the lessons of version 1."""


def _frame_fields(framing: str, packet: Dissection, frame: bytes) -> Mapping[str, Any]:
    """The fields of a frame, by name: packet, length and, in some framings, seqno, crc or padding."""
    return Dissection(FrameShape(framing, packet.shape), frame).values
