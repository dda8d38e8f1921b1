"""What a data centre knows when a binding request comes in, and the rules by which it decides.

`Facts` opens what can be opened, once, whatever is wrong with the rest; `checks` compares.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from mtlib.crypto.keys import AuthKey, msg_key_v1
from mtlib.errors import DecodeError
from mtlib.protocol.binding import ENCRYPTED_MESSAGE, ENCRYPTED_SIZE, ENVELOPE_SIZE, PLAINTEXT, REQUEST
from mtlib.protocol.packets import decrypt_v1
from mtlib.wire import Dissection, Reading

LENIENT = Reading(lenient=True)
NO_KEY = AuthKey(bytes(256))
"""Decrypts where no permanent key is known, so that an unknown key costs as much time as a known one."""


@dataclass(frozen=True)
class Rules:
    """How this data centre decides where the documents are silent.

    `expires_slack`: seconds by which expires_at may exceed the end promised in the key exchange (working clients
    compute it later, so an exact limit would refuse them). `one_temp_key`: a new binding ends the older ones of the
    same permanent key, and the msg_id of its bindings must rise. `perm_key_delay`: seconds until a new permanent
    key is known to the machine that binds. `hash_first`: msg_key is named before the length field. `cdn`: this is a
    CDN data centre, which binds nothing. `skip`: names of checks that a lesson switches off.
    """

    expires_slack: int = 300
    one_temp_key: bool = False
    perm_key_delay: int = 0
    hash_first: bool = False
    cdn: bool = False
    skip: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """One auth.bindTempAuthKey, and what the data centre knows when it comes in.

    `perm_key` is the permanent key that it has under the request's perm_auth_key_id, None where it has none;
    `temp_key` is the key of the packet, `temporary` says which kind that is, `bound_to` the id of the permanent key
    it is bound to already; `key_expires_at` is when the exchange said that it ends.
    """

    request: bytes
    perm_key: AuthKey | None
    temp_key: AuthKey
    session_id: int
    msg_id: int
    now: int
    temporary: bool = True
    bound_to: int | None = None
    key_expires_at: int | None = None
    last_bind_msg_id: int | None = None
    rules: Rules = field(default_factory=Rules)

    @cached_property
    def _read(self) -> Dissection | DecodeError:
        """The request at the start of the bytes, or why there is none."""
        try:
            read: Dissection = REQUEST.read(self.request, 0, len(self.request), Reading()).value
        except DecodeError as error:
            return error
        return read

    @property
    def problem(self) -> DecodeError | None:
        """Why the request does not parse, if it does not."""
        return self._read if isinstance(self._read, DecodeError) else None

    @property
    def call(self) -> Dissection | None:
        """The request, cut; None where it does not parse."""
        return self._read if isinstance(self._read, Dissection) else None

    @property
    def leftover(self) -> int:
        """Bytes after the request."""
        return 0 if self.call is None else len(self.request) - len(self.call)

    @cached_property
    def sealed(self) -> Dissection | None:
        """The encrypted_message, cut where it has the one size it can have."""
        body = self.call and self.call["encrypted_message"]
        return Dissection(ENCRYPTED_MESSAGE, body) if body and len(body) == ENCRYPTED_SIZE else None

    @cached_property
    def plaintext(self) -> bytes | None:
        """The 80 bytes behind the seal. They are decrypted even where the key is unknown."""
        if self.sealed is None:
            return None
        opened = decrypt_v1(self.sealed["msg_key"], self.sealed["ciphertext"], self.perm_key or NO_KEY)
        return opened if self.perm_key else None

    @cached_property
    def hash(self) -> bytes:
        """msg_key as it should be: over the constant 72 bytes, whatever the length field says."""
        return msg_key_v1((self.plaintext or bytes(ENVELOPE_SIZE))[:ENVELOPE_SIZE])

    @cached_property
    def envelope(self) -> Dissection | None:
        """What the seal hides, cut by its constants, noise included."""
        found = self.plaintext and PLAINTEXT.dissect(self.plaintext, LENIENT)["envelope"]
        return found if isinstance(found, Dissection) else None
