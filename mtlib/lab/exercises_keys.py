"""The exercises of lessons 05 to 10: obfuscation, the key exchange as a whole, pq, then each step to the first salt.

A step of the ladder is asked as in the ladder, with the same mistakes; inputs drawn from a seed are added.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import count
from math import gcd

from mtlib.clinic.ladder import known, wrong_answer
from mtlib.crypto.aes import Ctr
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.numbers import factor, is_probable_prime, to_bytes
from mtlib.lab.examining import Inputs, Slip, Table, Task, step_of_ladder
from mtlib.lab.exchanges import TEST_DC
from mtlib.lab.samples import DAY, NOW
from mtlib.protocol.exchange_server import draw_primes

# -- 05: obfuscation ----------------------------------------------------------------------------------------------

OBFUSCATED_HEADER = step_of_ladder(
    "obfuscated_header", 5,
    "The first 64 bytes of an obfuscated connection. `random64` are allowed random bytes, `tag` is that of a framing, "
    "`dc` a number of 2 bytes that may be negative.",
    "Write tag and dc into the 64 bytes first: at 56 to 59, and at 60 and 61.",
    "Key [8:40] and iv [40:56] come from the same 64 bytes. Encrypt all of them in one go.",
    "Of what was encrypted only 56 to 63 is taken; before it stand the bytes as they were drawn.",
    tried=lambda random, asked: [*asked, (b"\x01" + random.draw("random64", 63), b"\xef", 2)],
)
STARTS = tuple(map(bytes.fromhex, ("48454144", "504f5354", "47455420", "4f505449", "16030102", "dddddddd", "eeeeeeee")))
"""The first four bytes of HTTP, TLS and two framings."""


def _allowed(start: bytes, *, ef: bool = True, zeros: bool = True, starts: tuple[bytes, ...] = STARTS) -> bool:
    """Whether a header may begin like this, by all of the rules or without some."""
    return not ((ef and start[0] == 0xEF) or (zeros and not any(start[4:8])) or start.startswith(starts))


def _forgetful(*forgotten: bytes) -> Callable[[bytes], bool]:
    return partial(_allowed, starts=tuple(each for each in STARTS if each not in forgotten))


def _starts(seed: str) -> Inputs:
    """Headers with every forbidden start, and with some that only look forbidden, each filled up with random bytes."""
    drawn = Patterned(f"exercises {seed}").at("allowed")
    near = ("ef", "00ef", "47455458", "01020304" "00000000", "0102030405" "00000000", "16030100", "dddddd01")
    begun = [*map(bytes.fromhex, near), *STARTS, b""]
    return tuple((each + drawn.draw(f"start {at}", 64 - len(each)),) for at, each in enumerate(begun))


ALLOWED = Task(
    "allowed", 5, ("start",), "bool",
    "Whether 64 random bytes may open an obfuscated connection. Forbidden: ef as the first byte; the beginnings HEAD, "
    "POST, `GET ` with its space, OPTI, 16 03 01 02, dddddddd, eeeeeeee; four zeros in bytes 4 to 7.",
    lambda start: _allowed(start), _starts,
    (
        wrong_answer("ef_passes", "A start with ef passes. start[0] is a number: it never equals b'\\xef'.",
                     partial(_allowed, ef=False)),
        wrong_answer("zeros_pass", "Four zeros in bytes 4 to 7 pass. They are start[4:8]; [4:4] is empty and equals "
                     "nothing.", partial(_allowed, zeros=False)),
        wrong_answer("a_start_forgotten", "One of the seven beginnings passes: some server takes this for another "
                     "protocol.", *map(_forgetful, STARTS), _forgetful(*STARTS[-2:]), _forgetful(*STARTS[:4]),
                     _forgetful(*STARTS)),
        wrong_answer("answer_turned_round", "True is for a start that may be sent, False for one that is drawn again.",
                     lambda start: not _allowed(start)),
        wrong_answer("get_without_its_space", "GETX is allowed: `GET ` has four bytes, the last one is a space.",
                     partial(_allowed, starts=(*STARTS, b"GET"))),
    ),
    (
        "start[0] is a number, start[0:4] is bytes.",
        "start.startswith((b'HEAD', b'POST', ...)) asks for several at once.",
        "bytes(4) are four zeros.",
    ),
)  # fmt: skip


def _streams(
    header: bytes, first: bytes, second: bytes, received: bytes, *, back: bool = False, used: int = 64, came: int = 0,
    again: bool = False, tag: bytes = b"", cut: bool = False,
) -> tuple[bytes, bytes]:
    """The results of the two streams of a connection, with mistakes. `back`: each stream has the other's key. `used`
    and `came`: bytes skipped at the start of each. `again`: a new stream begins with `second`. `tag`: sent first.
    `cut`: key and iv are reversed one by one, not the whole header."""
    turned = header[::-1]
    out, into = ((turned, header) if back else (header, turned))
    key, iv = (header[8:40][::-1], header[40:56][::-1]) if cut else (into[8:40], into[40:56])

    def stream(gone: int, *of: bytes) -> Ctr:
        made = Ctr(*of)
        made.update(bytes(gone))
        return made

    outwards = stream(used, out[8:40], out[40:56])
    sent = outwards.update(tag + first)
    sent += (stream(used, out[8:40], out[40:56]) if again else outwards).update(second)
    return sent, stream(came, key, iv).update(received)


STREAMS = Task(
    "streams", 5, ("header", "first", "second", "received"), "(bytes, bytes)",
    "`header` is the 64 bytes of a connection in the clear, tag and dc in them. What travels behind them for two "
    "frames, `first` and `second`, one behind the other; and what the first bytes that come in, `received`, hide.",
    _streams,
    lambda seed: tuple(
        tuple(Patterned(f"exercises {seed}").at(f"streams {size}").draw(name, many)
              for name, many in (("header", 64), ("first", size), ("second", 40), ("received", 88)))
        for size in (44, 205)
    ),
    (
        known("stream_begun_again", partial(_streams, again=True)),
        known("stream_from_0", partial(_streams, used=0), partial(_streams, used=0, again=True)),
        known("way_back_from_64", partial(_streams, came=64)),
        known("pieces_reversed", partial(_streams, cut=True)),
        known("keys_of_the_way_back", partial(_streams, back=True),
              lambda *given: (_streams(*given)[0], _streams(*given, back=True)[1])),
        known("tag_behind_the_header", lambda *given: _streams(*given, tag=given[0][56:60])),
    ),
    (
        "Two streams, each made once: Ctr(key, iv).",
        "stream.update(header) takes the 64 bytes that the header has used up; throw away what it gives.",
        "The way back: header[::-1] first, then [8:40] and [40:56] of that. Nothing came in before.",
    ),
)  # fmt: skip

# -- 06: a key is agreed ------------------------------------------------------------------------------------------

PLAIN_PACKET = step_of_ladder(
    "plain_packet", 6,
    "A packet of the key exchange: it has no key yet. `msg_id` is a signed long, `body` is the TL object.",
    "Four things in a row: the id of the key, msg_id, message_data_length, and the body.",
    "No key yet: eight zero bytes.",
    "msg_id is a long of 8 bytes, the length an int of 4; both low byte first. The length counts the body.",
    tried=lambda random, asked: [*asked, (NOW << 32, random.draw("body", 20))],
)
READ_EXCHANGE = Table(
    "read_exchange", 6,
    "From the bodies of the exchange `made`, seals opened: which constructor has the inner data, what number has "
    "the data centre, which value of the client's stands in all six messages, what are g and server_time, and at which "
    "second does the key end?",
    {"constructor": "p_q_inner_data_temp_dc", "dc": TEST_DC % 10_000, "in_all_six": "nonce", "g": 3,
     "server_time": NOW, "expires_at": NOW + DAY},
    (
        Slip("permanent_taken_for_temporary", "A permanent key has no expires_in; here there is one: a temporary key.",
             "constructor", ("p_q_inner_data_dc", "p_q_inner_data")),
        Slip("id_for_the_name", "That is its id; the name is asked for.", "constructor",
             ("88 df fd 56", "88dffd56", "56fddf88", "0x56fddf88", b"\x88\xdf\xfd\x56", 0x56FDDF88)),
        Slip("message_for_its_content", "That is the message; the inner data lies in its seal.", "constructor",
             ("req_DH_params",)),
        Slip("temp_without_dc", "There is a field dc behind new_nonce, so the name ends with _dc.", "constructor",
             ("p_q_inner_data_temp",)),
        Slip("test_network_counted", "10000 says test network; what is left is the number.", "dc", (TEST_DC,)),
        Slip("not_there_at_first", "Message 1 has none yet: the data centre has said nothing.", "in_all_six",
             ("server_nonce",)),
        Slip("sealed_nonce", "That one travels once, and under RSA.", "in_all_six", ("new_nonce",)),
        Slip("g_high_byte_first", "g is an int: low byte first.", "g", (3 << 24,)),
        Slip("end_taken_for_server_time", "That is when the key ends: server_time is what message 4 says.",
             "server_time", (NOW + DAY,)),
        Slip("server_time_from_elsewhere",
             "The client sets its clock by server_time: the int behind g_a in the answer that message 4 seals.",
             "server_time"),
        Slip("expires_in_taken_for_a_date", "A duration: 86400 is a day. Count it from server_time.", "expires_at",
             (DAY,)),
        Slip("server_time_taken_for_the_end", "That is server_time. The key lives for expires_in seconds from there.",
             "expires_at", (NOW,)),
    ),
    (
        "Message 3 has the first two, message 4 has g and server_time.",
        "The end is the sum of two ints: server_time in message 4, expires_in in message 3.",
    ),
)  # fmt: skip

# -- 07: pq -------------------------------------------------------------------------------------------------------


def _two(number: int) -> tuple[int, ...]:
    """The two factors; empty if the number is not a product of two odd primes."""
    odd = number > 8 and number % 2 and not is_probable_prime(number)
    return factor(number) if odd else ()


def _walked(number: int, *, refuse: bool, again: bool = False, ordered: bool = True) -> tuple[int, ...]:
    """The result of a walk that forgets something: to begin again with another c, to refuse, or to sort."""
    if not _two(number):
        return () if refuse else (1, number) if number % 2 else (2, number // 2)
    found = next(found for found in map(partial(_caught, number), count(1)) if found != number or not again)
    pair = (found, number // found)
    return tuple(sorted(pair)) if ordered else pair


@cache
def _caught(number: int, c: int) -> int:
    """The divisor that the walk finds when tortoise and hare meet."""
    tortoise = hare = 2
    while True:
        tortoise = (tortoise * tortoise + c) % number
        for _ in range(2):
            hare = (hare * hare + c) % number
        divisor = gcd(tortoise - hare, number)
        if divisor != 1:
            return divisor


FACTOR = Task(
    "factor", 7, ("pq",), "(int, int)",
    "The two odd primes whose product is pq, the smaller one first. For a number that is even or prime: (), at once.",
    _two,
    lambda seed: (
        *((number,) for number in (2694724800268887959, 21, 25, 15, 117613, 7, 14, 1000003, 13090697986362792343,
                                     1009 * (2**53 + 5))),
        (_product(Patterned(f"exercises {seed}").at("factor")),),
    ),
    (
        known("factor_1", partial(_walked, refuse=True), partial(_walked, refuse=False), lambda pq: (1, pq)),
        known("larger_factor_first",
              lambda pq: _two(pq)[::-1], partial(_walked, refuse=True, again=True, ordered=False)),
        wrong_answer("divided_in_a_double", "A double has 53 bits: divide whole numbers, // instead of /.",
                     lambda pq: tuple(each if each < 2**53 else int(pq / _two(pq)[0]) for each in _two(pq))),
        wrong_answer("refuses_nothing", "A prime or an even number is no product of two odd primes: refuse at once.",
                     partial(_walked, refuse=False, again=True)),
    ),
    (
        "Look first whether pq is even or prime. Then walk as in the lesson.",
        "If gcd gives pq itself, both rings closed in one step: begin again with the next c.",
        "sorted() puts the smaller one first; tuple() makes a tuple of it.",
    ),
    endless="Does a loop end? With 21 and c = 1 both rings close in one step, always: take another c then.",
)


def _product(drawn: Patterned) -> int:
    p, q = draw_primes(drawn)
    return p * q


P_Q = step_of_ladder(
    "p_q", 7,
    "p and q as req_DH_params sends them: two TL strings, one behind the other. `pq` is the bytes of the string in "
    "resPQ.",
    "pq is a number, high byte first. Your factor takes it apart.",
    "A number has as many bytes as it needs: (number.bit_length() + 7) // 8.",
    "A short TL string is one byte with the length, the bytes, and zeros up to a multiple of 4.",
    tried=lambda random, asked: [*asked, (to_bytes(_product(random)),)],
    needs=("factor",),
)

# -- 08 to 10: from RSA_PAD to the first salt, each a step of the ladder

_MORE = 12
"""The number of keys added to those of a vector, so that a wrong block finds one that fits, and its mistake a name."""

FINGERPRINT = step_of_ladder(
    "fingerprint", 8,
    "What an RSA key is called, 8 bytes. `n` is 256 bytes, `e` is a number, and str makes a TL string of them: {says}.",
    "n and e stand high byte first without zeros in front, each as a TL string. n takes the long head.",
    "65537 is 01 00 01: three bytes, and a head of one. That fills four.",
    "SHA-1 over both strings, one after the other; the last 8 bytes of it.",
    tried=lambda random, asked: [*asked, (b"\xc1" + random.draw("n", 254) + b"\x01", 65537)],
)  # fmt: skip


def _sealed(random: Patterned, asked: Inputs) -> Inputs:
    """The inputs of the vectors, and one more with the first RSA key; each gets `_MORE` more temp_keys."""
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
