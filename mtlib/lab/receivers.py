"""Receivers of MTProto 1.0 that are wrong on purpose, for the labs: bytes go in, an answer comes out. None has a socket
of its own; `hasty_judge` can be the judge of a local data centre.

The library's own checks cannot do this, because they open no seal of a wrong size (`protocol.checks`).
Source: core.telegram.org/mtproto/description_v1 and core.telegram.org/mtproto/security_guidelines_v1: the hash does not
cover the padding of 0 to 15 bytes. Three clients treated packets from the server as `hasty` does: Albrecht, Mareková,
Paterson, Stepanovs, Four Attacks and a Proof for Telegram, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mtlib.crypto.aes import BLOCK, decrypt_blocks, ige_decrypt, xor
from mtlib.crypto.entropy import Entropy
from mtlib.crypto.kdf import kdf_v1, msg_key_v1
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from mtlib.protocol.checks import INVALID, Facts, Verdict, judge
from mtlib.protocol.packets import FRONT, HEADER, encrypt_v1

TOO_LONG = "INPUT_REQUEST_TOO_LONG"
LONGEST = 1 << 24
"""`hasty` refuses a length above this one before it checks anything else."""


def trusting(seal: bytes, key: AuthKey, most_padding: int | None = None) -> bytes | None:
    """The body accepted by a receiver that trusts the length inside and hashes that much; None if it refuses.

    `most_padding` is the most bytes that may follow the body; None for any number. A seal that is not whole blocks is
    refused.
    """
    if len(seal) < FRONT + 2 * BLOCK or (len(seal) - FRONT) % BLOCK:
        return None
    plaintext = ige_decrypt(seal[FRONT:], *kdf_v1(key, seal[8:FRONT]))
    end = HEADER + int.from_bytes(plaintext[HEADER - 4 : HEADER], "little", signed=True)
    padding = len(plaintext) - end
    if end < HEADER or padding < 0 or (most_padding is not None and padding > most_padding):
        return None
    return plaintext[HEADER:end] if msg_key_v1(plaintext[:end]) == seal[8:FRONT] else None


def hasty(seal: bytes, key: AuthKey, limit: int = LONGEST) -> str:
    """The answer of a receiver that checks the length before the hash: `TOO_LONG` for a length above `limit`, else
    "boolTrue", or the same error for all other faults."""
    if len(seal) < FRONT + 2 * BLOCK or (len(seal) - FRONT) % BLOCK:
        return INVALID
    plaintext = ige_decrypt(seal[FRONT:], *kdf_v1(key, seal[8:FRONT]))
    length = int.from_bytes(plaintext[HEADER - 4 : HEADER], "little")
    if length > limit:
        return TOO_LONG
    return "boolTrue" if msg_key_v1(plaintext[: HEADER + length]) == seal[8:FRONT] else INVALID


def hasty_judge(facts: Facts) -> Verdict:
    """A data centre's judge that is hasty in the same way, and makes all other checks: `LocalDC(judge=hasty_judge)`."""
    if facts.sealed and facts.perm_key and hasty(facts.sealed, facts.perm_key) == TOO_LONG:
        return Verdict(False, TOO_LONG, "length", ())
    return judge(facts)


def last_blocks(seal: bytes, key: AuthKey, blocks: bytes) -> int:
    """How many of these blocks a trusting receiver accepts in place of the last block of a seal, because they leave
    every byte of the payload unchanged. One call takes many blocks, since only the last block is opened for each.

    Raises LocalError for a seal that such a receiver does not accept unchanged.
    """
    if trusting(seal, key) is None:
        raise LocalError("a seal that opens is wanted", got=f"{len(seal)} bytes", where="seal")
    aes_key, aes_iv = kdf_v1(key, seal[8:FRONT])
    ciphertext, plaintext = seal[FRONT:], ige_decrypt(seal[FRONT:], aes_key, aes_iv)
    end = HEADER + int.from_bytes(plaintext[HEADER - 4 : HEADER], "little")
    payload = min(max(end - (len(plaintext) - BLOCK), 0), BLOCK)
    count = len(blocks) // BLOCK
    after_aes = decrypt_blocks(xor(blocks, plaintext[-2 * BLOCK : -BLOCK] * count), aes_key)
    wanted = xor(plaintext[-BLOCK:], ciphertext[-2 * BLOCK : -BLOCK])[:payload]
    return sum(after_aes[at : at + payload] == wanted for at in range(0, len(after_aes), BLOCK))


def sealed(body: bytes, key: AuthKey, entropy: Entropy) -> bytes:
    """A seal of MTProto 1.0 around any body, with random bytes, msg_id and seqno 0, its length, and random padding."""
    envelope = entropy.draw("random", 16) + bytes(12) + len(body).to_bytes(4, "little") + body
    msg_key, ciphertext = encrypt_v1(envelope, entropy.draw("padding", -len(envelope) % BLOCK), key)
    return key.id_bytes + msg_key + ciphertext


@dataclass
class Oracle:
    """A receiver that opens every seal for the attacker, except the challenge: it gives the body, or None. `asked` has
    all seals so far."""

    key: AuthKey = field(repr=False)
    challenge: bytes = field(repr=False)
    most_padding: int | None = None
    asked: list[bytes] = field(default_factory=list, repr=False)

    def __call__(self, seal: bytes) -> bytes | None:
        self.asked.append(bytes(seal))
        return None if seal == self.challenge else trusting(bytes(seal), self.key, self.most_padding)

    def __repr__(self) -> str:
        return "oracle(seal) -> the body that it believes, or None"


@dataclass(frozen=True)
class Game:
    """One round: two texts of one length, one of them sealed as the challenge, and an oracle. The attacker must say
    which text it is: `sealed`, 0 or 1."""

    challenge: bytes
    texts: tuple[bytes, bytes]
    oracle: Oracle
    sealed: int

    @classmethod
    def drawn(cls, entropy: Entropy, most_padding: int | None = None) -> Game:
        """A round with a fresh key, and texts of forty bytes, as in a binding."""
        key = AuthKey(entropy.draw("auth_key", 256))
        texts = entropy.draw("first text", 40), entropy.draw("second text", 40)
        chosen = entropy.draw("which", 1)[0] % 2
        challenge = sealed(texts[chosen], key, entropy)
        return cls(challenge, texts, Oracle(key, challenge, most_padding), chosen)
