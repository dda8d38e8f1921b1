"""The exercises of lessons 08 to 10: the key exchange from RSA_PAD to the first salt, each a step of the ladder."""

from __future__ import annotations

from mtlib.crypto.entropy import Patterned
from mtlib.lab.examining import Exercise, Inputs, Slip, Table, step_of_ladder

_MORE = 12
"""Keys behind those of a vector, so that a wrong block finds one that fits, too: its mistake can be named then."""

FINGERPRINT = step_of_ladder(
    "fingerprint", 8,
    "What an RSA key is called, 8 bytes. `n` is 256 bytes, `e` is a number, and str makes a TL string of them: {says}.",
    "n and e stand high byte first without zeros in front, each as a TL string. n takes the long head.",
    "65537 is 01 00 01: three bytes, and a head of one. That fills four.",
    "SHA-1 over both strings, one after the other; the last 8 bytes of it.",
    tried=lambda random, asked: [*asked, (b"\xc1" + random.draw("n", 254) + b"\x01", 65537)],
)  # fmt: skip


def _sealed(random: Patterned, asked: Inputs) -> Inputs:
    """The vectors, and other bytes under the first key; more temp_keys behind all."""
    more = random.draw("more", 32 * _MORE)
    *_, n, e = asked[0]
    drawn = random.draw("data", 104), random.draw("padding", 88), random.draw("temp_key", 32), n, e
    return [(data, padding, keys + more, *key) for data, padding, keys, *key in (*asked, drawn)]


RSA_PAD = step_of_ladder(
    "rsa_pad", 8,
    "encrypted_data, 256 bytes. `temp_keys` are keys of 32 bytes in a row; take the first that fits: {says}.",
    "Go through the stages in the order of the formulas, and compare the sizes: 192, 224, 224, 256, 256.",
    "The hash is taken before anything is reversed, and stands behind what is reversed.",
    "If the block, as a number, is not below n, begin again with the next 32 bytes of temp_keys.",
    "A number becomes bytes by number.to_bytes(256, \"big\"): zeros in front stay.",
    tried=_sealed,
)  # fmt: skip
DH_VERDICT = step_of_ladder(
    "dh_verdict", 9, "What is wrong with an offer, one byte. `dh_prime` and `g_a` are bytes, high byte first; `g` is a "
    "number. Which g fits: 2 where p mod 8 = 7; 3 where p mod 3 = 2; 4 always; 5 where p mod 5 is 1 or 4; 6 where "
    "p mod 24 is 19 or 23; 7 where p mod 7 is 3, 5 or 6: {says}.",
    "Begin with the length of p: p.bit_length() has to be 2048. A test of primality is slow; the length is not.",
    "Safe means that (p - 1) // 2 is prime as well.",
    "The edges themselves are allowed: 2**1984 <= g_a <= p - 2**1984.",
)  # fmt: skip
AUTH_KEY = step_of_ladder(
    "auth_key", 9, "The key that both sides have, 256 bytes; all three are bytes, high byte first: {says}.",
    "int.from_bytes(..., \"big\") makes numbers of them; pow(x, y, p) is the power.",
    "The result is always 256 bytes, also where the number is smaller.",
    tried=lambda random, asked: [*asked, (asked[0][0], random.draw("b", 256), asked[0][2])],
)  # fmt: skip
SERVER_DH_INNER_DATA = step_of_ladder(
    "server_DH_inner_data", 9, "The object in encrypted_answer, 564 bytes, without the hash in front and the padding "
    "behind: {says}. tmp_aes is in the lesson.",
    "tmp_aes_key and tmp_aes_iv follow from the two nonces; ige_decrypt opens.",
    "The SHA-1 takes 20 bytes. The object ends behind server_time: read both strings, or count 564.",
    "A nonce has 32 or 16 bytes, also where it begins with zeros: no number is made of it.",
)  # fmt: skip
NEW_NONCE_HASH = step_of_ladder(
    "new_nonce_hash", 10, "The proof in dh_gen_ok (number 1), dh_gen_retry (2) and dh_gen_fail (3), 16 bytes: {says}.",
    "auth_key_aux_hash is the first 8 bytes of the SHA-1 of auth_key.",
    "The number is one byte: bytes([number]).",
    "Of the second SHA-1 keep the lower-order 128 bits, its last 16 bytes.",
    tried=lambda random, asked: [*asked, (random.draw("new_nonce", 32), 1, random.draw("auth_key", 256))],
)  # fmt: skip
FIRST_SALT = step_of_ladder(
    "first_salt", 10, "The salt that both sides begin with, 8 bytes as they travel: {says}.",
    "The first 8 bytes of each nonce, byte by byte: bytes(a ^ b for a, b in zip(...)).",
    "No number is made of it, and nothing is turned round.",
    tried=lambda random, asked: [*asked, (random.draw("new_nonce", 32), random.draw("server_nonce", 16))],
)  # fmt: skip

RETRY_ID = step_of_ladder(
    "retry_id", 10, "What names the refused key in the next client_DH_inner_data, 8 bytes as they travel: {says}.",
    "One SHA-1 over the 256 bytes of the key.",
    "The front of it: the end is the id, which would tell which packets are under this key.",
    tried=lambda random, asked: [*asked, (random.draw("auth_key", 256),)],
)  # fmt: skip
ZEROS = Table(
    "zeros", 10,
    "Seven values of an exchange begin with a zero byte, and a client drops it. \"keep\" where something goes wrong "
    "then, \"may go\" where the DC reads the same.",
    {"nonce": "keep", "server_nonce": "keep", "new_nonce": "keep", "g_a": "may go", "g_b": "may go",
     "auth_key": "keep", "encrypted_data": "keep"},
    (
        Slip("nonce_may_shrink", "Its field has 16 bytes; with 15 everything behind it shifts.", "nonce"),
        Slip("server_nonce_may_shrink", "It has 16 bytes too, and it goes into tmp_aes and into the first salt.",
             "server_nonce"),
        Slip("new_nonce_may_shrink", "It has 32 bytes, from the first of which the first salt is made.", "new_nonce"),
        Slip("number_must_keep", "A number in a string: with or without the zero the DC reads the same.", "g_a"),
        Slip("own_number_must_keep", "g_b is a number in a string, as g_a is.", "g_b"),
        Slip("key_may_shrink", "Every piece of a schedule is counted from byte 0.", "auth_key"),
        Slip("seal_may_shrink", "RSA_PAD gives 256 bytes; the DC takes no block of another size.", "encrypted_data"),
    ),
    (
        "Three kinds: rows of bytes with a fixed size, numbers in strings, and the key.",
        "A string says how long it is. What does the DC make of the bytes: a number, or pieces?",
    ),
    choices=("keep", "may go"),
)  # fmt: skip

EXERCISES: tuple[Exercise, ...] = (
    FINGERPRINT, RSA_PAD, DH_VERDICT, AUTH_KEY, SERVER_DH_INNER_DATA, NEW_NONCE_HASH, FIRST_SALT, RETRY_ID, ZEROS,
)  # fmt: skip
