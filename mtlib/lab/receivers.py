"""Receivers of MTProto 1.0 that are wrong on purpose, for the labs: bytes in, an answer out. None has a socket of its
own; `hasty_judge` can be the judge of a local data centre.

The library's own rules cannot play them: a seal that has not its one size is never opened (`protocol.checks`).
Source: core.telegram.org/mtproto/description_v1 and core.telegram.org/mtproto/security_guidelines_v1: the hash stops
before the padding, of which there are 0 to 15 bytes. `hasty` does what three clients did on the way back: Albrecht,
Mareková, Paterson, Stepanovs, Four Attacks and a Proof for Telegram, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mtlib.crypto.aes import BLOCK, decrypt_blocks, ige_decrypt, xor
from mtlib.crypto.entropy import Entropy
from mtlib.crypto.kdf import kdf_v1, msg_key_v1
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from mtlib.protocol.checks import INVALID, Facts, Verdict, judge
from mtlib.protocol.packets import HEADER, encrypt_v1

FRONT = 24
"""Bytes of a seal before its ciphertext: key id and msg_key."""

TOO_LONG = "INPUT_REQUEST_TOO_LONG"
LONGEST = 1 << 24
"""A length above this one is refused before anything else is looked at."""


def trusting(seal: bytes, key: AuthKey, most_padding: int | None = None) -> bytes | None:
    """What a receiver believes who hashes as much as the length inside says: the body, or None.

    `most_padding` is how many bytes may follow the body; None for any number. A seal that is no whole number of blocks
    is not opened.
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
    """What a receiver says who looks at the length first: `TOO_LONG` above `limit`, and only after that whether the
    hash is right: "boolTrue", or the error of all other faults."""
    if len(seal) < FRONT + 2 * BLOCK or (len(seal) - FRONT) % BLOCK:
        return INVALID
    plaintext = ige_decrypt(seal[FRONT:], *kdf_v1(key, seal[8:FRONT]))
    length = int.from_bytes(plaintext[HEADER - 4 : HEADER], "little")
    if length > limit:
        return TOO_LONG
    return "boolTrue" if msg_key_v1(plaintext[: HEADER + length]) == seal[8:FRONT] else INVALID


def hasty_judge(facts: Facts) -> Verdict:
    """The same haste in a data centre that makes all other checks: `LocalDC(judge=hasty_judge)`."""
    if facts.sealed and facts.perm_key and hasty(facts.sealed, facts.perm_key) == TOO_LONG:
        return Verdict(False, TOO_LONG, "length", ())
    return judge(facts)


def last_blocks(seal: bytes, key: AuthKey, blocks: bytes) -> int:
    """How many of these blocks, each in the place of the last one of a seal, leave every payload byte as it was: those
    that a trusting receiver accepts. Many at once, because only the last block has to be opened again.

    Raises LocalError for a seal that such a receiver does not accept as it is.
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
    """A seal of MTProto 1.0 around any body: random bytes, msg_id and seqno 0, its length, and the padding drawn."""
    envelope = entropy.draw("random", 16) + bytes(12) + len(body).to_bytes(4, "little") + body
    msg_key, ciphertext = encrypt_v1(envelope, entropy.draw("padding", -len(envelope) % BLOCK), key)
    return key.id_bytes + msg_key + ciphertext


@dataclass
class Oracle:
    """A receiver that opens every seal for whoever asks, except the challenge: the body, or None. `asked` is what it
    was asked."""

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
    """One round: two texts of one length, one of them sealed as the challenge, and an oracle. Which of the two it is,
    `sealed`, is what the attacker has to say."""

    challenge: bytes
    texts: tuple[bytes, bytes]
    oracle: Oracle
    sealed: int

    @classmethod
    def drawn(cls, entropy: Entropy, most_padding: int | None = None) -> Game:
        """A round with a fresh key; forty bytes to a text, as in a binding."""
        key = AuthKey(entropy.draw("auth_key", 256))
        texts = entropy.draw("first text", 40), entropy.draw("second text", 40)
        chosen = entropy.draw("which", 1)[0] % 2
        challenge = sealed(texts[chosen], key, entropy)
        return cls(challenge, texts, Oracle(key, challenge, most_padding), chosen)
