"""The same two keys and the same binding in every lesson, of patterned bytes: the eye sees where each byte came from.

They are TOY values: published here, worth nothing anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PrivateKey
from mtlib.protocol.binding import Binding, BindPacket
from mtlib.protocol.messages import next_msg_id

NOW = 1_800_000_000
"""The lessons' clock: 15 January 2027, 08:00 UTC."""
DAY = 86_400
UNUSED = PrivateKey(2**1024 - 1, 2**1024 - 3)
"""An RSA key for a data centre without key exchanges. It must have one, but never uses it: these are no primes."""


@dataclass(frozen=True)
class Sample:
    """One binding with everything around it: `perm_key`, `temp_key`, `binding`, `carried`, and `now`."""

    carried: BindPacket
    now: int = NOW

    @property
    def binding(self) -> Binding:
        return self.carried.binding

    @property
    def perm_key(self) -> AuthKey:
        return self.binding.perm_key

    @property
    def temp_key(self) -> AuthKey:
        return self.binding.temp_key

    @property
    def keys(self) -> tuple[AuthKey, AuthKey]:
        """The keys with which `unseal` opens every seal."""
        return self.temp_key, self.perm_key


def sample(seed: str = "lesson", *, framing: str = "intermediate") -> Sample:
    """A binding with patterned keys and randomness; another `seed` gives other bytes."""
    entropy = Patterned(seed)
    binding = Binding.draw(
        AuthKey(entropy.at("permanent").draw("auth_key", 256)),
        AuthKey(entropy.at("temporary").draw("auth_key", 256)),
        session_id=int.from_bytes(entropy.draw("session_id", 8), "little", signed=True),
        msg_id=next_msg_id(NOW + 0.5),
        expires_at=NOW + DAY,
        entropy=entropy.at("binding"),
    )
    salt = int.from_bytes(entropy.draw("salt", 8), "little", signed=True)
    return Sample(BindPacket.draw(binding, salt=salt, entropy=entropy.at("packet"), framing=framing))
