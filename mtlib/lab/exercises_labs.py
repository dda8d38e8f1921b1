"""The exercises of the labs (lessons 21 to 28): what an attacker must work out, and what a defender must.

The offsets of values come from the schema. The tests compare every claim about a data centre with its checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial, reduce
from hashlib import sha1
from itertools import count
from typing import Any, Literal

from mtlib.clinic.ladder import wrong_answer
from mtlib.crypto.aes import BLOCK, ige_encrypt, xor
from mtlib.crypto.entropy import Noise
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.numbers import DH_PRIME
from mtlib.lab.attacks import ATTACKS, FOURTEEN, PARTS, Switches
from mtlib.lab.examining import Inputs, Slip, Table, Task
from mtlib.lab.receivers import Game, Oracle
from mtlib.lab.samples import sample
from mtlib.lab.sheets import Map
from mtlib.lab.tripping import SEAL, put
from mtlib.protocol.binding import ENCRYPTED_SIZE, PLAINTEXT_SIZE
from mtlib.protocol.packets import FRONT, HEADER
from mtlib.wire.dissection import Reading
from mtlib.wire.schema import PLAINTEXT

# -- 21: who notices a flip -------------------------------------------------------------------------------------------

COMPARED = {
    place.span.name: (place.start, place.stop)
    for place in Map.of(PLAINTEXT.dissect(bytes(PLAINTEXT_SIZE), Reading(lenient=True))).places
    if place.span.nested is None and place.span.name not in ("random", "padding")
}
"""The fields of the plaintext that are compared with something, with their start and stop."""


def _every_byte(seed: str) -> Inputs:
    return tuple((at,) for at in range(ENCRYPTED_SIZE))


def _in_cipher(count: Callable[[int, int], int], msg_key: int = len(COMPARED) + 1) -> Callable[[int], int]:
    """An answer by the byte of the seal, from `count` for bytes of the ciphertext. `count` gets two offsets in the
    plaintext: of the flipped block, and of the flipped byte."""

    def noticing(at: int) -> int:
        if at < FRONT:
            return 1 if at < 8 else msg_key
        place = at - FRONT
        return count(place - place % BLOCK, place)

    return noticing


def _behind(start: int, place: int) -> int:
    return 1 + sum(stop > start for _, stop in COMPARED.values())


def _over(first: int, last: int) -> set[str]:
    """The compared fields with at least one byte in this range."""
    return {name for name, (start, stop) in COMPARED.items() if start < last and stop > first}


NOTICING = Task(
    "noticing", 21, ("at",), "int",
    "One bit of byte `at` (0 to 103) of the seal is flipped. How many of the eleven checks notice? They compare the "
    "key id in front, msg_key, and nine fields of the plaintext: length, seqno, msg_id, constructor, nonce, "
    "perm_auth_key_id, expires_at, temp_auth_key_id, temp_session_id.",
    _in_cipher(_behind), _every_byte,
    (
        wrong_answer("block_alone",
                "You count the fields of the flipped block. In IGE the damage runs on: count every field that ends "
                "behind the start of this block.",
                _in_cipher(lambda start, place: len(_over(start, start + BLOCK))),
                _in_cipher(lambda start, place: 1 + len(_over(start, start + BLOCK)))),
        wrong_answer("backwards", "Blocks before the flipped one stay intact.",
                _in_cipher(lambda start, place: 1 + len(_over(0, start + BLOCK))),
                _in_cipher(lambda start, place: len(_over(0, start + BLOCK))),
                _in_cipher(lambda start, place: len(COMPARED) + 1)),
        wrong_answer("hash_not_counted", "msg_key is compared, too.",
                _in_cipher(lambda start, place: _behind(start, place) - 1),
                _in_cipher(lambda start, place: _behind(start, place) - 1, len(COMPARED))),
        wrong_answer("counted_where_it_begins",
                "temp_session_id begins in block 4 and ends in block 5: a flip in C5 hits its second half.",
                _in_cipher(lambda start, place: 1 + sum(first >= start for first, _ in COMPARED.values())),
                _in_cipher(lambda start, place: _behind(start, place) - (start == PLAINTEXT_SIZE - BLOCK))),
        wrong_answer("msg_key_only_compared",
                "msg_key is more than a value to compare: aes_key and aes_iv come from it, so all five blocks turn to "
                "noise.",
                _in_cipher(_behind, 1)),
        wrong_answer("front_compared_too", "The first check looks at the name in front, and a flip elsewhere leaves "
                "that as it was: ten at most.",
                _in_cipher(_behind, len(COMPARED) + 2),
                lambda at: 1 if at < 8 else len(COMPARED) + 2),
        wrong_answer("from_the_byte_on", "AES turns whole blocks to noise: count from the start of the flipped one.",
                _in_cipher(lambda start, place: 1 + sum(stop > place for _, stop in COMPARED.values()))),
        wrong_answer("head_not_taken_off", "C1 begins at byte 24: take key id and msg_key off first.",
                lambda at: _behind(at - at % BLOCK, at)),
        wrong_answer("random_compared", "random is hashed, and compared with nothing.",
                _in_cipher(lambda start, place: _behind(start, place) + (start == 0), len(COMPARED) + 2),
                _in_cipher(lambda start, place: _behind(start, place) + (start == 0))),
    ),
    (
        "Three cases: bytes 0 to 7, bytes 8 to 23, and the five blocks of ciphertext from byte 24 on.",
        "Write down where each of the nine fields ends: msg_id at 24, seqno at 28, length at 32, and so on.",
        "In IGE a flip in block k turns blocks k to 5 to noise. A field is hit when it ends behind the block's start; "
        "add one for msg_key.",
    ),
)  # fmt: skip


def _cbc(start: int, place: int) -> int:
    """The count for CBC: noise in the block of the flip, and the same bit flipped in the next block."""
    below = place + BLOCK
    return 1 + len(_over(start, start + BLOCK) | _over(below, below + 1))


NOTICING_IN_CBC = Task(
    "noticing_in_cbc", 21, ("at",), "int",
    "The same question, had Telegram taken CBC: p_i = D(c_i) ^ c_{i-1}, key and iv still made from msg_key. One bit of "
    "byte `at` (0 to 103) of the seal is flipped. How many of the eleven checks notice?",
    _in_cipher(_cbc), _every_byte,
    (
        wrong_answer("as_in_ige",
                "That is IGE, where the damage runs to the end. In CBC a plaintext block hangs on two ciphertext "
                "blocks only: its own and the one before.",
                _in_cipher(_behind)),
        wrong_answer("own_block_only", "A ciphertext block is XORed into the next plaintext block, too: there the same "
                "bit is flipped.",
                _in_cipher(lambda start, place: 1 + len(_over(start, start + BLOCK)))),
        wrong_answer("next_block_whole", "In the next block not everything is noise: one bit is flipped, at the same "
                "place, and it lies in one field.",
                _in_cipher(lambda start, place: 1 + len(_over(start, start + 2 * BLOCK)))),
        wrong_answer("hash_not_counted", "msg_key is compared, too.",
                _in_cipher(lambda start, place: _cbc(start, place) - 1),
                _in_cipher(lambda start, place: _cbc(start, place) - 1, len(COMPARED))),
        wrong_answer("counted_twice", "A field that is hit by the noise and by the single bit is still one check.",
                _in_cipher(lambda start, place: 1 + len(_over(start, start + BLOCK))
                           + len(_over(place + BLOCK, place + BLOCK + 1)))),
    ),
    (
        "Bytes 0 to 23 are as before. For the rest: which plaintext blocks does c_i go into?",
        "Its own block becomes noise; in the next one the bit at the same place is flipped, which is byte at - 24 + 16 "
        "of the plaintext.",
        "Collect the fields in a set, so that none is counted twice; bytes from 72 on are padding.",
    ),
)  # fmt: skip

# -- 22: garble that ends ---------------------------------------------------------------------------------------------


def _xor(*blocks: bytes) -> bytes:
    return reduce(xor, blocks)


def _cut(data: bytes) -> list[bytes]:
    return [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]


def _pairs(
    plaintext: bytes, ciphertext: bytes, iv: bytes, *, exchanged: bool, halves: bool
) -> tuple[list[bytes], list[bytes]]:
    """The inputs and outputs of AES for each block, counted from 1; block 0 is the iv. Two mistakes are possible:
    inputs and outputs `exchanged`, and the `halves` of the iv exchanged."""
    first, second = _cut(iv)[::-1] if halves else _cut(iv)
    c, m = [first, *_cut(ciphertext)], [second, *_cut(plaintext)]
    u, v = [b""], [b""]
    for k in range(1, len(c)):
        u.append(_xor(m[k], c[k - 1]))
        v.append(_xor(c[k], m[k - 1]))
    return (v, u) if exchanged else (u, v)


def _healing(plaintext: bytes, ciphertext: bytes, iv: bytes, i: int, *, partner: int = 2, first: bool = True,
             second: bool = True, exchanged: bool = False, halves: bool = False) -> bytes:  # fmt: skip
    u, v = _pairs(plaintext, ciphertext, iv, exchanged=exchanged, halves=halves)
    c = _cut(ciphertext)
    if first:
        c[i - 1] = _xor(c[i - 1], v[i], v[i + partner])
    if second:
        c[i] = _xor(c[i], u[i], u[i + partner])
    return b"".join(c)


def _foreseen(plaintext: bytes, ciphertext: bytes, iv: bytes, i: int, *, second: bool = True, exchanged: bool = False,
              halves: bool = False) -> bytes:  # fmt: skip
    u, v = _pairs(plaintext, ciphertext, iv, exchanged=exchanged, halves=halves)
    m = _cut(plaintext)
    return _xor(m[i - 1], u[i], u[i + 2]) + (_xor(m[i], v[i], v[i + 2]) if second else m[i])


def _v_on_the_wire(plaintext: bytes, ciphertext: bytes, iv: bytes, i: int) -> Iterator[bytes]:
    """Wrong answers with an output of AES sent as c_i; the next block is healed, or replaced in the same way."""
    _, v = _pairs(plaintext, ciphertext, iv, exchanged=False, halves=False)
    for second in (_cut(_healing(plaintext, ciphertext, iv, i))[i], v[i + 1]):
        c = _cut(ciphertext)
        c[i - 1 : i + 1] = v[i + 2], second
        yield b"".join(c)


def _messages(seed: str) -> Inputs:
    found: list[tuple[Any, ...]] = []
    for i in (1, 2, 3, 1, 4):
        drawn = Noise(f"garble {seed}").at(f"{i} of {len(found)}")
        plaintext, key, iv = drawn.draw("plaintext", 6 * BLOCK), drawn.draw("key", 32), drawn.draw("iv", 32)
        found.append((plaintext, ige_encrypt(plaintext, key, iv), iv, i))
    return found


_TAKES = ("plaintext", "ciphertext", "iv", "i")
_HALVES = "Before block 1 stand c_0 = iv[0:16] and m_0 = iv[16:32]."

HEAL = Task(
    "heal", 22, _TAKES, "bytes",
    "Other ciphertext of the same length, of which AES-IGE opens only the blocks i and i + 1 to something else: block "
    "i gets the pair of block i + 2, block i + 1 keeps its own. Blocks are counted from 1, and have 16 bytes. The pair "
    "of block k is u_k = m_k ^ c_(k-1), which went into AES, and v_k = c_k ^ m_(k-1), which came out.",
    _healing, _messages,
    (
        wrong_answer("first_only", "The noise runs to the end: block i + 1 meets another plaintext than before. The "
                     "second XOR makes up for that.", partial(_healing, second=False)),
        wrong_answer("second_only", "Block i is as it was: nothing was put in its place.",
                     partial(_healing, first=False)),
        wrong_answer("exchanged", "What came out of AES (v) belongs on c_i, what went in (u) on c_(i+1).",
                     partial(_healing, exchanged=True)),
        wrong_answer("neighbours", "Block i + 1 keeps its own pair; the partner of i is i + 2.",
                     partial(_healing, partner=1)),
        wrong_answer("block_moved", "A block of ciphertext is opened among other neighbours here. Move the pair, u and "
                     "v, and not the block.",
                     lambda plaintext, ciphertext, iv, i: _moved(ciphertext, i, i + 2),
                     lambda plaintext, ciphertext, iv, i: _repeated(ciphertext, i, i + 2)),
        wrong_answer("v_on_the_wire", "v is what came out of AES. What travels is v ^ m_(i-1).", _v_on_the_wire),
        wrong_answer("halves_of_the_iv", _HALVES, partial(_healing, halves=True)),
    ),
    (
        "Only two blocks of ciphertext change: c_i and c_(i+1).",
        "c_i is such that v_(i+2) comes out of AES there: XOR it with v_i ^ v_(i+2).",
        "m_i is now XORed with u_i ^ u_(i+2). c_(i+1) = v_(i+1) ^ m_i has to follow.",
    ),
)  # fmt: skip

FORESEE = Task(
    "foresee", 22, _TAKES, "32 bytes",
    "The two plaintext blocks, i and i + 1, one behind the other, to which the healed ciphertext will open. There is "
    "no key to try it with.",
    _foreseen, _messages,
    (
        wrong_answer("second_unchanged", "Block i + 1 is XORed with c_i when it is opened, and c_i is new.",
                     partial(_foreseen, second=False)),
        wrong_answer("exchanged", "The other way round: what goes into AES (u) changes m_i, and the change of c_i (v) "
                     "shows in m_(i+1).", partial(_foreseen, exchanged=True)),
        wrong_answer("halves_of_the_iv", _HALVES, partial(_foreseen, halves=True)),
        wrong_answer("u_for_the_text", "u is what went into AES. The text is u ^ c_(k-1).",
                     lambda *given: b"".join(_pairs(*given[:3], exchanged=False, halves=False)[0][given[3] + at]
                                             for at in (2, 1))),
        wrong_answer("as_before", "These are the blocks as they were.",
                     lambda m, c, iv, i: m[BLOCK * (i - 1) : BLOCK * (i + 1)]),
        wrong_answer("text_of_the_partner", "Not the text of block i + 2 comes again: what went into AES there does, "
                     "behind another ciphertext block.",
                     lambda m, c, iv, i: _cut(m)[i + 1] + _cut(m)[i],
                     lambda m, c, iv, i: _cut(m)[i + 1] + _foreseen(m, c, iv, i)[BLOCK:]),
    ),
    (
        "m_k = u_k ^ c_(k-1), for the old blocks and for the new ones.",
        "At i: u_(i+2) in the place of u_i, behind the same c_(i-1). At i + 1: the same u, behind the new c_i.",
    ),
)  # fmt: skip


def _moved(ciphertext: bytes, one: int, other: int) -> bytes:
    blocks = _cut(ciphertext)
    blocks[one - 1], blocks[other - 1] = blocks[other - 1], blocks[one - 1]
    return b"".join(blocks)


def _repeated(ciphertext: bytes, at: int, source: int) -> bytes:
    blocks = _cut(ciphertext)
    blocks[at - 1] = blocks[source - 1]
    return b"".join(blocks)


HEAL_IN_PCBC = Task(
    "heal_in_pcbc", 22, ("ciphertext", "i"), "bytes",
    "The mode PCBC, p_k = D(c_k) ^ p_(k-1) ^ c_(k-1), of which you have nothing but the ciphertext. Move its blocks so "
    "that only the plaintext blocks i and i + 1 are others, and all behind them as before. Blocks are counted from 1.",
    lambda ciphertext, i: _moved(ciphertext, i, i + 1),
    lambda seed: tuple((Noise(f"pcbc {seed}").draw("ciphertext", 6 * BLOCK, attempt=i), i) for i in (1, 2, 4)),
    (
        wrong_answer("partner_of_ige", "Here three plaintext blocks change, i to i + 2. In PCBC it can be nearer.",
                     lambda ciphertext, i: _moved(ciphertext, i, i + 2)),
        wrong_answer("counted_from_0", "Blocks are counted from 1: block i begins at byte 16 * (i - 1).",
                     lambda ciphertext, i: _moved(ciphertext, i + 1, i + 2)),
        wrong_answer("repeated", "A block that is only repeated changes the sum, and all behind it: each has to be "
                     "there as often as before.",
                     lambda ciphertext, i: _repeated(ciphertext, i, i + 1)),
    ),
    (
        "Look at s_k = p_k ^ c_k: how does it come from s_(k-1)?",
        "s_k is a sum (XOR) of D(c_j) ^ c_j for all j up to k, and a sum does not ask for the order.",
    ),
)  # fmt: skip

# -- 23: what the hash does not cover ---------------------------------------------------------------------------------


def _games(seed: str) -> list[Game]:
    return [Game.drawn(Noise(f"games {seed}").at(f"round {number}")) for number in range(12)]


def _distinguish(challenge: bytes, texts: tuple[bytes, bytes], oracle: Oracle) -> int:
    return int(oracle(challenge + bytes(BLOCK)) == texts[1])


def _asking(answer: Callable[..., Any], seed: str) -> str:
    """The mistake of a strategy, recognised by its questions to the oracle."""
    for game in _games(seed):
        with suppress(Exception):
            answer(game.challenge, game.texts, game.oracle)
        asked = game.oracle.asked
        if asked and any(each == game.challenge for each in asked):
            return "asks_the_challenge"
        if asked and all((len(each) - FRONT) % BLOCK for each in asked):
            return "no_whole_block"
        if asked and all(len(each) < len(game.challenge) for each in asked):
            return "cut_off"
        if asked and all(each[:-BLOCK] == game.challenge[:-BLOCK] for each in asked):
            return "changes_the_last_block"
        if asked and not any(each.startswith(game.challenge) for each in asked):
            return "not_at_the_end"
        if not asked:
            return "asks_nothing"
    return ""


DISTINGUISH = Task(
    "distinguish", 23, ("challenge", "texts", "oracle"), "0 or 1",
    "Which of the two texts is sealed in `challenge`, a seal of 104 bytes? texts[0] and texts[1] are bodies of 40 "
    "bytes. `oracle(seal)` opens every seal but the challenge itself: it gives the body that it believes, or None.",
    _distinguish, lambda seed: tuple((game.challenge, game.texts, game.oracle) for game in _games(seed)),
    (
        wrong_answer("asks_the_challenge",
                     "The oracle opens everything but the challenge. Ask for another seal with the same text."),
        wrong_answer("no_whole_block", "Not a whole block: the receiver hangs up."),
        wrong_answer("not_at_the_end", "Everything behind it turns to noise. Where does nothing follow?"),
        wrong_answer("changes_the_last_block", "Half of the last block is payload: noise in it breaks the hash."),
        wrong_answer("cut_off", "Half of the last block is payload: without it the text is not whole."),
        wrong_answer("asks_nothing", "About half of the games: that is luck. The oracle can tell you."),
        wrong_answer("other_way_round", "You have asked the right thing. 0 is for texts[0], 1 for texts[1].",
                     lambda challenge, texts, oracle: 1 - _distinguish(challenge, texts, oracle)),
    ),
    (
        "You may ask for anything that is not the challenge. Which bytes does the hash not cover?",
        "Behind the last block stands nothing that could be damaged. Put something there.",
        "16 more bytes of anything, at the end; then compare what the oracle says with texts[1].",
    ),
    explain=_asking,
)  # fmt: skip


def _left(size: int) -> int:
    """The number of bytes in the last block."""
    return size % BLOCK


ODDS = Task(
    "odds", 23, ("body",), "int",
    "MTProto 1.0: a body of `body` bytes is sealed with as little padding as fills the last block, and that block is "
    "replaced by noise. The receiver accepts with odds 2^-e. Which e?",
    lambda body: 8 * (_left(HEADER + body) or BLOCK), lambda seed: tuple((body,) for body in (40, *range(20, 61))),
    (
        wrong_answer("always_64", "It depends on where the text ends: (32 + body) mod 16 bytes of it are in the last "
                     "block.", lambda body: 64),
        wrong_answer("padding_counted", "The padding may be anything: it is what does not count.",
                     lambda body: 8 * (-(HEADER + body) % BLOCK), lambda body: 128),
        wrong_answer("nothing_left_over", "Where nothing is left over the last block is full of payload: 128.",
                     lambda body: 8 * _left(HEADER + body)),
        wrong_answer("bytes_counted", "Bits, not bytes.", lambda body: _left(HEADER + body) or BLOCK),
        wrong_answer("head_of_the_seal_counted", "Blocks begin behind msg_key: the first of them begins with the "
                     "header.", lambda body: 8 * (_left(FRONT + HEADER + body) or BLOCK)),
    ),
    (
        "In front of the body stand 32 bytes of header. How many bytes of header and body are in the last block?",
        "Each of them comes out right with odds 1 in 256. The padding is compared with nothing.",
    ),
)  # fmt: skip

MAC = 20
"""Bytes of HMAC-SHA1."""


def _ssl3(data: int) -> int:
    """The bits in the last block that must be right: the rest of data and MAC, and the byte with the padding's size."""
    return 8 * _left(data + MAC) + 8


ODDS_IN_SSL3 = Task(
    "odds_in_ssl3", 23, ("data",), "int",
    "SSL 3.0 with AES-CBC: `data` bytes, then a MAC of 20 bytes over them, then 0 to 15 bytes of padding that may be "
    "anything, and one byte that says how many they are; together whole blocks. The last block is replaced by noise. "
    "The receiver accepts with odds 2^-e. Which e?",
    _ssl3, lambda seed: tuple((data,) for data in (12, *range(30, 71))),
    (
        wrong_answer("length_byte_forgotten", "The last byte has to say how much padding there is: 8 more bits.",
                     lambda data: 8 * _left(data + MAC), lambda data: 8 * (_left(data + MAC) or BLOCK)),
        wrong_answer("mac_forgotten", "The MAC stands between data and padding: its bytes have to come out right, too.",
                     lambda data: 8 * _left(data) + 8),
        wrong_answer("padding_checked", "That is TLS, where every byte of the padding has its value. In SSL 3.0 it may "
                     "be anything.", lambda data: 128),
        wrong_answer("full_block_too_much", "Where data and MAC end with a block, the last block is nothing but "
                     "padding: only its last byte counts.",
                     lambda data: 8 * (_left(data + MAC) or BLOCK) + 8),
        wrong_answer("ends_with_a_block", "So it is where data and MAC end with a block. Elsewhere some of their bytes "
                     "stand in the last block, and count.", lambda data: 8),
        wrong_answer("bytes_counted", "Bits, not bytes.", lambda data: _left(data + MAC) + 1),
    ),
    (
        "Which bytes of the last block does the receiver compare with anything?",
        "(data + 20) mod 16 bytes of data or MAC, and the very last byte.",
    ),
)  # fmt: skip

# -- 24: one envelope, two keys ---------------------------------------------------------------------------------------

HALF = 128
"""The number of bytes at the start of a permanent key that are used to open a seal."""


def _keys_and_tails(seed: str) -> Inputs:
    drawn = [Noise(f"twins {seed}").at(f"pair {number}") for number in range(3)]
    return tuple((each.draw("key", 256), each.draw("tail", 256 - HALF)) for each in drawn)


TWIN = Task(
    "twin", 24, ("key", "tail"), "256 bytes",
    "Another permanent key that opens whatever `key` (256 bytes) has sealed with MTProto 1.0, hash and all. What of it "
    "may be anything is `tail`, 128 bytes.",
    lambda key, tail: key[:HALF] + tail, _keys_and_tails,
    (
        wrong_answer("second_half_kept", "128 bytes are read, and they are the first.",
                     lambda key, tail: tail + key[HALF:], lambda key, tail: key[HALF:] + tail,
                     lambda key, tail: tail + key[:HALF]),
        wrong_answer("the_same_key", "That is the key itself: its name agrees, and nothing was shown.",
                     lambda key, tail: key),
        wrong_answer("half_a_key", "An auth_key has 256 bytes: the head of the one, the tail of the other.",
                     lambda key, tail: key[:HALF], lambda key, tail: tail),
        wrong_answer("behind_the_whole_key", "An auth_key has 256 bytes. Something of the first key has to go.",
                     lambda key, tail: key + tail),
    ),
    (
        "Which bytes of the permanent key go into aes_key and aes_iv of MTProto 1.0, to the data centre?",
        "Byte 127 is the last that is read. Keep everything up to it.",
    ),
)  # fmt: skip

NAMED, SEALED = 4, SEAL.start
"""The offsets in the request at which the request itself and the seal name the permanent key."""


def _named(request: bytes, id_bytes: bytes, *places: int) -> bytes:
    for place in places:
        request = put(request, place, id_bytes)
    return request


def _requests(seed: str) -> Inputs:
    return tuple((bytes(sample(f"{seed} {number}").binding.request), Noise(f"names {seed}").draw("id", 8, attempt=at))
                 for at, number in enumerate(("one", "two")))  # fmt: skip


RENAMED = Task(
    "renamed", 24, ("request", "id_bytes"), "132 bytes",
    "The same auth.bindTempAuthKey, 132 bytes, for another permanent key: wherever a key is named that one can see "
    "without opening anything, there stands `id_bytes`, the last 8 bytes of the other key's SHA-1.",
    lambda request, id_bytes: _named(request, id_bytes, NAMED, SEALED), _requests,
    (
        wrong_answer("only_the_request", "The seal names a key, too: its first 8 bytes. perm_auth_key_id_in_front "
                     "compares the two.", lambda request, id_bytes: _named(request, id_bytes, NAMED)),
        wrong_answer("only_the_seal", "The data centre takes the key from the request: there it is named first, behind "
                     "the constructor.", lambda request, id_bytes: _named(request, id_bytes, SEALED)),
        wrong_answer("turned_round", "An id from the hash is in wire order already.",
                     lambda request, id_bytes: _named(request, id_bytes[::-1], NAMED, SEALED)),
        wrong_answer("length_byte", "In front of the seal stands one byte that says how long it is: leave it there.",
                     lambda request, id_bytes: _named(request, id_bytes, NAMED, SEALED - 1)),
    ),
    (
        "The request is: constructor 4, perm_auth_key_id 8, nonce 8, expires_at 4, and the seal, a string with one "
        "byte of length in front.",
        "Two places of 8 bytes: from byte 4, and from byte 25.",
    ),
)  # fmt: skip


def _halvings(count: int) -> int:
    return (count - 1).bit_length()


def _questions(passwords: int, keys: int) -> int:
    asked = max(0, -((2 * keys - passwords) // keys))  # until two ciphertexts would cover the rest
    return asked + _halvings(passwords - asked * keys)


QUESTIONS = Task(
    "questions", 24, ("passwords", "keys"), "int",
    "A proxy opens what it is sent with a key made from its password, and one can see whether that went well. The "
    "password is one of a list of `passwords`. The attacker can make a ciphertext that opens under as many keys of "
    "their choice as they like, up to `keys`. How many questions find the password, at most, if they are put as well "
    "as possible?",
    _questions,
    lambda seed: ((8, 4), (2, 1), (12, 1), (12, 5), (1000, 500), (1000, 64), (100, 7), (1_000_000, 4096), (64, 64),
                  (5000, 512)),
    (
        wrong_answer("one_by_one", "One ciphertext opens under many keys: each question asks about as many passwords.",
                     lambda passwords, keys: passwords - 1, lambda passwords, keys: passwords),
        wrong_answer("always_halved", "To halve a long list, a ciphertext would have to open under half of it, and it "
                     "opens under `keys` at most.", lambda passwords, keys: _halvings(passwords)),
        wrong_answer("group_only", "That finds out in which group the password is. Which of the group is it?",
                     lambda passwords, keys: -(-passwords // keys)),
        wrong_answer("last_group_asked", "The password is on the list: once two groups are left, asking for one tells "
                     "about the other.",
                     lambda passwords, keys: -(-passwords // keys) + _halvings(keys)),
    ),
    (
        "Put the other way round: how many passwords can q questions tell apart?",
        "While more than 2 * keys are left, ask for `keys` of them; when it does not open, so many fewer are left.",
        "From then on halve what is left: (left - 1).bit_length() questions.",
    ),
)  # fmt: skip

# -- 25: which checks are needed --------------------------------------------------------------------------------------

KNOCKED_OUT = Table(
    "knocked_out", 25,
    "One part is switched off, in a data centre that does what the documents said up to 2025. Which of the attacks A0 "
    "to A12 succeed then? (A13 always does.) Their names in rising order, such as \"A0 A5\", or \"\" for none.",
    {
        "msg_key": "", "temp_auth_key_id": "A1 A10", "msg_id": "A2", "temp_session_id": "A3", "nonce": "A8",
        "perm_auth_key_id": "A6", "not_bound_elsewhere": "A7", "expires_at": "", "one_temp_key": "A2 A3 A9 A11 A12",
        "duplicates": "A11", "window": "A12",
    },
    (
        Slip("no_text", "A text is wanted: names with a blank between, or \"\" for none.", "msg_key", ((),)),
        Slip("no_names", "Write them with their A: \"A0 A5\".", "temp_auth_key_id",
             ("1", "10", "1 10", "1, 10", "1,10", (1, 10), (1,), (10,))),
        Slip("plaintext_chosen", "That is so where an attacker may choose the plaintext. On real bytes they cannot: "
             "without the key it turns to noise.", "msg_key"),
        Slip("one_end_of_two", "Somebody else has the same kind of tunnel, with a name that the seal does not know: "
             "look at who sits between.", "temp_auth_key_id", ("A1", "A10")),
        Slip("tunnel_booked", "A5 meets a brake that is no check: this data centre binds the key of the tunnel, "
             "whatever id stands inside.", "temp_auth_key_id", ("A1 A5 A10", "A5", "A1 A5", "A5 A10")),
        Slip("old_number", "A2 repeats a binding under a new msg_id. Only the copy inside the seal is the old one.",
             "msg_id", ("",)),
        Slip("other_session", "In A3 everything is old but the session; in A2 the session is the old one.",
             "temp_session_id", ("", "A2", "A2 A3")),
        Slip("twin_unnamed", "Under a twin key (A6) the seal opens. Who would see, but for the name inside, whose it "
             "is?", "perm_auth_key_id", ("",)),
        Slip("account_changed", "In A7 everything in the request is right. Who remembers what the tunnel was bound to?",
             "not_bound_elsewhere", ("",)),
        Slip("same_again", "In A11 every byte is as it was, and in time. Who remembers that it came before?",
             "duplicates", ("",)),
        Slip("out_of_time", "In A12 the session is forgotten, so nobody remembers. What is left is the clock.",
             "window", ("",)),
        Slip("nonce_buys_nothing", "It is accepted then (A8), though it buys nothing (lesson 14).", "nonce", ("",)),
        Slip("second_brake", "The exchange promised an end, and the earlier of the two counts.", "expires_at"),
        Slip("old_key_only", "While an old key may stay bound, each way to bind it again is open, too: look at every "
             "thief of a superseded key.", "one_temp_key", ("A9",)),
        Slip("inside_the_window", "A13 lies within the window; that is its point.", "window", ("A12 A13", "A13")),
    ),
    (
        "Read what each attacker changes, and which comparison would see it.",
        "A change in the ciphertext without the key is noise: nine equalities see it, hash or no hash.",
        "Five attacks need a key that was superseded. Which rule makes it worthless?",
    ),
)  # fmt: skip

STOPS = {"A1": "temp_auth_key_id", "A6": "perm_auth_key_id", "A7": "not_bound_elsewhere", "A8": "nonce",
         "A9": "one_temp_key", "A13": "msg_id_rises", "A2": "msg_id"}  # fmt: skip
"""For each part that is indispensable, an attack that nothing else stops."""


def _missing(answer: Callable[..., Any], seed: str) -> str:
    """The mistake of a set of parts: an attack gets through, or else the set is larger than needed."""
    given = answer()
    if not isinstance(given, Iterable) or not all(each in PARTS for each in given):
        return "no_such_part"  # for every answer of a wrong form, since an error would show the right form
    switches = Switches.only(crew := set(given))
    if "msg_id_rises" in crew and "msg_id" not in crew and crew >= set(STOPS.values()) - {"msg_id"}:
        return "rises_for_msg_id"
    for number in (*STOPS, *FOURTEEN):
        if ATTACKS[number].succeeds(switches):
            return f"{number.lower()}_gets_through"
    return "hash_not_needed" if "msg_key" in crew else "too_large"


CREW = Task(
    "crew", 25, (), "names of checks and rules",
    f"The smallest set of the {len(PARTS)} checks and rules with which none of the fourteen attacks succeeds, "
    "everything else being off. Give their names as a list.",
    lambda: tuple(sorted(STOPS.values())), lambda seed: ((),),
    (
        wrong_answer("rises_for_msg_id",
                     "A thief who waits has the larger msg_id. Only the copy inside the seal stops A2."),
        *(wrong_answer(f"{number.lower()}_gets_through", f"{number} gets through: {ATTACKS[number].story}")
          for number in STOPS if number != "A2"),
        wrong_answer("hash_not_needed",
                     "Against these fourteen msg_key is not needed. The next cell says what it is for."),
        wrong_answer("too_large", "Nothing gets through, and less would do: take one away, and try."),
        wrong_answer("no_such_part", "A list of names is wanted, each of them one of the seventeen parts that the "
                     "lab's first cell prints."),
    ),
    (
        "Begin with everything on, and take away one after the other: when does something get through?",
        "Each that cannot be missed has an attack that nothing else stops.",
        "Seven are enough.",
    ),
    accepts=lambda given: isinstance(given, tuple) and len(given) == len(STOPS) and set(given) == set(STOPS.values()),
    explain=_missing,
)  # fmt: skip

SAME_JOB = Table(
    "same_job", 25,
    "Six mechanisms of other protocols. Which of the seventeen parts does the same job, one name each? What they do "
    "stands in material(\"same_job\").",
    {"tls-exporter": "temp_auth_key_id", "replay window": "duplicates", "five minutes": "window",
     "context string": "constructor", "committing AEAD": "perm_auth_key_id", "signature counter": "msg_id_rises"},
    (
        Slip("names_the_session", "The session is only a number that the client chose. What is named here is the "
             "channel, by its key.", "tls-exporter", ("temp_session_id",)),
        Slip("time_for_memory", "That one looks at the time. Here it is remembered what came.", "replay window",
             ("window",)),
        Slip("memory_for_time", "That one remembers what came. Here only the time is looked at.", "five minutes",
             ("duplicates",)),
        Slip("hash_for_type", "The hash says that nothing was changed. Here it is said what kind of thing was signed.",
             "context string", ("msg_key",)),
        Slip("hash_commits", "The hash is one under all keys: it commits to the text. Here it is the key.",
             "committing AEAD", ("msg_key",)),
        Slip("remembers_all", "Not every message is remembered: one number that must grow is enough.",
             "signature counter", ("duplicates",)),
    ),
    (
        "Ask of each: does it say where, when, what kind, whose, or whether it was said before?",
        "Where: temp_auth_key_id. When: window. What kind: constructor. Whose: perm_auth_key_id.",
    ),
    material={
        "tls-exporter": "SCRAM over TLS 1.3: the password proof holds a value that both ends derive from the keys of "
                        "this very connection (RFC 9266)",
        "replay window": "IPsec and DTLS: the numbers of the last packets are remembered, none is taken twice "
                         "(RFC 9147)",
        "five minutes": "Kerberos: a proof with a time stamp that is too old is refused (RFC 4120)",
        "context string": "TLS 1.3: what is signed begins with words that say what it is for (RFC 8446, 4.4.3)",
        "committing AEAD": "a ciphertext that can be opened under one key only",
        "signature counter": "WebAuthn: an authenticator counts its signatures, and a lower count is refused",
    },
    choices=("constructor", "duplicates", "msg_id_rises", "msg_key", "perm_auth_key_id", "temp_auth_key_id",
             "temp_session_id", "window"),
)  # fmt: skip

# -- 26: a name of 64 bits: a client that knows g_a and chooses b can try g_a^b, g_a^(b+1), ..., each for one more
# multiplication. Source: core.telegram.org/mtproto/auth_key, steps 6 and 9.

NAME_BITS = 64


def walk(key: int, step: int, p: int) -> Iterator[int]:
    """The keys key, key * step, key * step**2, ... modulo p, without end."""
    while True:
        yield key
        key = key * step % p


def names(key: int, step: int, p: int) -> Iterator[int]:
    """The names of the keys of `walk`, each as an unsigned number. LocalError for a key of more than 2048 bits."""
    return (AuthKey.from_int(each).id % (1 << NAME_BITS) for each in walk(key, step, p))


def alike(one: int, other: int) -> int:
    """The number of bits in which two names agree, from the lowest bit up to the first that differs."""
    differing = (one ^ other) % (1 << NAME_BITS)
    return (differing & -differing).bit_length() - 1 if differing else NAME_BITS


def _search(target: int, bits: int, key: int, step: int, p: int, *, name: Callable[[int], int] | None = None) -> int:
    found = map(name, walk(key, step, p)) if name else names(key, step, p)
    return next(at for at, each in enumerate(found) if (each ^ target) % (1 << bits) == 0)


def _hashed(key: int, part: slice, order: Literal["little", "big"], size: int = 256) -> int:
    return int.from_bytes(sha1(key.to_bytes(size, "big")).digest()[part], order)


def _turned(key: int) -> int:
    """The number whose 256 bytes are those of the key in reverse order."""
    return int.from_bytes(key.to_bytes(256, "little"), "big")


def _walks(seed: str) -> Inputs:
    """Short walks; the third goes through keys with many leading zeros."""
    drawn = Noise(f"walks {seed}")

    def number(label: str, size: int = 256) -> int:
        return int.from_bytes(drawn.draw(label, size), "big") % DH_PRIME

    return (
        (number("first name", 8), 8, number("first key"), number("first step"), DH_PRIME),
        (number("second name", 8), 5, number("second key"), number("second step"), DH_PRIME),
        (number("third name", 8), 6, number("third key", 32), 3, DH_PRIME),
        (number("fourth name", 8), 0, number("fourth key"), number("fourth step"), DH_PRIME),
    )


class _Step(int):
    """A number that counts the powers taken of it."""

    powers = 0

    def __pow__(self, exponent: int, modulo: int | None = None) -> Any:
        self.powers += 1
        return pow(int(self), exponent, modulo)


def _power_each_time(answer: Callable[..., Any], seed: str) -> str:
    target, bits, key, step, p = _walks(seed)[0]
    with suppress(Exception):
        answer(target, bits, key, counting := _Step(step), p)
        if counting.powers > 1:
            return " It takes a power for each key, though; one multiplication does it: key * step % p."
    return ""


_LAST, _FIRST = slice(12, 20), slice(0, 8)

SEARCH = Task(
    "search", 26, ("target", "bits", "key", "step", "p"), "int",
    "Walk from `key` on, multiplying by `step` modulo p each time. The name of a key is the last 8 bytes of the SHA-1 "
    "of its 256 bytes, read as a long travels. After how many steps (0: the key itself) does a name agree with "
    "`target` in the lowest `bits` bits for the first time?",
    _search, _walks,
    (
        wrong_answer("first_half", "That is auth_key_aux_hash; a name is the last 8 bytes.",
                     partial(_search, name=lambda key: _hashed(key, _FIRST, "little")),
                     partial(_search, name=lambda key: _hashed(key, _FIRST, "big"))),
        wrong_answer("other_end",
                     "A long travels low byte first: its low bits are in the first of the eight bytes.",
                     partial(_search, name=lambda key: _hashed(key, _LAST, "big"))),
        wrong_answer("zeros_lost",
                     "Write the key as 256 bytes, zeros on the left: its name is a hash of all of them.",
                     lambda *walk: _search(*walk, name=lambda key: _hashed(key, _LAST, "little",
                                                                           (key.bit_length() + 7) // 8))),
        wrong_answer("g_in_place_of_g_a", "b + 1 multiplies the key by g_a, the other side's value, and not by g.",
                     lambda target, bits, key, step, p: _search(target, bits, key, 3, p)),
        wrong_answer("key_turned_round", "A key is written high byte first: to_bytes(256, \"big\"). Only its name is "
                     "read low byte first.",
                     lambda *walk: _search(*walk, name=lambda key: _hashed(_turned(key), _LAST, "little"))),
        wrong_answer("steps_added", "Each step multiplies: key * step % p.",
                     lambda target, bits, key, step, p: next(
                         at for at in count() if (_hashed((key + at * step) % p, _LAST, "little") ^ target)
                         % (1 << bits) == 0)),
        wrong_answer("keys_counted", "The key itself is 0 steps away: count the multiplications.",
                     lambda *walk: _search(*walk) + 1),
    ),
    (
        "A loop: make the name, compare, multiply. One multiplication for each key; no power is needed.",
        "hashlib.sha1(key.to_bytes(256, \"big\")).digest()[12:] are the eight bytes; int.from_bytes(..., \"little\").",
        "Two numbers agree in the lowest bits when their XOR is a multiple of 2**bits.",
    ),
    remark=_power_each_time,
)  # fmt: skip

GIVEN, ONE_OF_MANY, ANY_TWO = "given", "one of 4096", "any two"
_MANY = 12
"""The bits of 4,096."""


def _effort(bits: int, wanted: str) -> int:
    return {GIVEN: bits, ONE_OF_MANY: bits - _MANY, ANY_TWO: bits // 2}[wanted]


def _instead(wanted: str, wrong: Callable[[int], int]) -> Callable[[int, str], int]:
    """`_effort` with a wrong answer for one of the three values of `wanted`."""
    return lambda bits, asked: wrong(bits) if asked == wanted else _effort(bits, asked)


EFFORT = Task(
    "effort", 26, ("bits", "wanted"), "int",
    "Names have `bits` bits. How many keys have to be looked at, about, until there is a hit: e in 2**e? `wanted` is "
    f"\"{GIVEN}\" (the name of one client), \"{ONE_OF_MANY}\" (that of any of 4,096 clients) or \"{ANY_TWO}\" (two of "
    "the keys that were looked at have the same name).",
    _effort, lambda seed: tuple((bits, wanted) for bits in (16, 24, 40, 64)
                                for wanted in (GIVEN, ONE_OF_MANY, ANY_TWO)),
    (
        wrong_answer("number_for_exponent", "That is the number of keys. Its exponent is wanted.",
                     lambda bits, wanted: 1 << _effort(bits, wanted)),
        wrong_answer("all_the_same", "For one given name, yes. The other two are cheaper: with how many names is "
                     "one key compared there?", lambda bits, wanted: bits),
        wrong_answer("half_on_average", "Half of them, if each name came once. Names are drawn, and some come twice: "
                     "2**bits on average.",
                     lambda bits, wanted: _effort(bits, wanted) - (wanted != ANY_TWO),
                     lambda bits, wanted: _effort(bits, wanted) - 1, _instead(GIVEN, lambda bits: bits - 1)),
        wrong_answer("clients_do_not_help", "Each key is compared with 4,096 names at once: so many times fewer keys.",
                     _instead(ONE_OF_MANY, lambda bits: bits), _instead(ONE_OF_MANY, lambda bits: bits // 2)),
        wrong_answer("exponent_divided", "4,096 is 2**12: dividing by it takes 12 from the exponent.",
                     _instead(ONE_OF_MANY, lambda bits: bits // _MANY),
                     _instead(ONE_OF_MANY, lambda bits: bits // (1 << _MANY))),
        wrong_answer("pairs_not_counted", "n keys make about n * n / 2 pairs, and each pair may be a hit: half of the "
                     "bits are enough.",
                     _instead(ANY_TWO, lambda bits: bits), _instead(ANY_TWO, lambda bits: bits - 1)),
        wrong_answer("half_for_a_given_one", "Half of the bits is for any two of your own keys. Here one of the two "
                     "names is fixed.", _instead(GIVEN, lambda bits: bits // 2)),
    ),
    (
        "One key has the given name with odds 1 in 2**bits.",
        "With 4,096 names it has 4,096 chances; and n keys among themselves have about n * n / 2.",
        "So: bits, bits - 12, bits // 2.",
    ),
)  # fmt: skip

NAMES_ELSEWHERE = Table(
    "names_elsewhere", 26,
    "Four names of other protocols. About how many keys or messages have to be looked at: e in 2**e? What is wanted "
    "stands in material(\"names_elsewhere\").",
    {"long key id": 32, "onion address": 80, "transcript hash": 128, "SSH fingerprint": 256},
    (
        Slip("any_two_will_do", "Nobody's id is given here: any two will do.", "long key id", (64,)),
        Slip("whole_fingerprint", "The long id is not the whole fingerprint: it keeps 64 bits of it.", "long key id",
             (80, 160)),
        Slip("address_is_given", "The address is somebody's, and does not move: no pairs.", "onion address", (40,)),
        Slip("whole_hash", "An address keeps half of the hash.", "onion address", (160,)),
        Slip("both_chosen", "Both handshakes are the attacker's: any two will do.", "transcript hash", (256,)),
        Slip("fingerprint_is_given", "The server's fingerprint is fixed: half of the bits is for any two.",
             "SSH fingerprint", (128,)),
    ),
    (
        "Two questions each: how many bits has the name, and is one of the two fixed?",
        "Fixed: all of its bits. Any two: half of them.",
    ),
    material={
        "long key id": "OpenPGP, version 4: the last 64 bits of a SHA-1. Wanted: two keys of one's own with one id",
        "onion address": "Tor, version 2: 80 bits of a SHA-1 of the key. Wanted: another key with somebody's address",
        "transcript hash": "TLS 1.3: a SHA-256 of the handshake. Wanted: two handshakes of one's own with one hash",
        "SSH fingerprint": "a SHA-256 of the host key. Wanted: another key with the fingerprint of somebody's server",
    },
    choices=(32, 40, 64, 80, 128, 160, 256),
)  # fmt: skip

# -- 27: saying no too early ------------------------------------------------------------------------------------------


def _block(seal: bytes, number: int) -> bytes:
    """A block of the seal's ciphertext, counted from 1."""
    return seal[FRONT + BLOCK * (number - 1) : FRONT + BLOCK * number]


def _second(seal: bytes, block: bytes, place: int = 2) -> bytes:
    """The seal with `block` as block `place` of its ciphertext."""
    return put(seal, FRONT + BLOCK * (place - 1), block)


def _in_its_place(seal: bytes, m1: bytes, m3: bytes) -> bytes:
    return _second(seal, _xor(_block(seal, 4), m3, m1))


def _logged(seed: str) -> list[tuple[bytes, bytes, bytes]]:
    """Seals, each with the two known blocks of its plaintext."""
    drawn = Noise(f"logged {seed}")
    return [(drawn.draw("seal", ENCRYPTED_SIZE, attempt=at), bytes(BLOCK) if at == 0 else
             drawn.draw("m1", BLOCK, attempt=at), drawn.draw("m3", BLOCK, attempt=at)) for at in range(3)]  # fmt: skip


MOVED = Task(
    "moved", 27, ("seal", "m1", "m3"), "bytes",
    "The seal with another C2, all other bytes as they are: AES is to do in block 2 what it did in block 4, so that "
    "block 2 opens to m_4 ^ c_3 ^ c_1. `m1` and `m3` are the plaintext blocks 1 and 3. Opening is "
    "m_k = D(c_k ^ m_(k-1)) ^ c_(k-1); blocks are counted from 1, and C1 begins at byte 24 of the seal.",
    _in_its_place, _logged,
    (
        wrong_answer("left_out", "Noise: what AES undoes is c4 ^ m3, and block 2 is XORed with m1 before.",
                     lambda seal, m1, m3: _second(seal, _xor(_block(seal, 4), m3)),
                     lambda seal, m1, m3: _second(seal, _xor(_block(seal, 4), m1)),
                     lambda seal, m1, m3: _second(seal, _block(seal, 4))),
        wrong_answer("ciphertext_before", "Plaintext is XORed before AES: m3 in block 4, m1 in block 2. c3 and c1 "
                     "come after it.",
                     lambda seal, m1, m3: _second(seal, _xor(_block(seal, 4), _block(seal, 3), m1)),
                     lambda seal, m1, m3: _second(seal, _xor(_block(seal, 4), m3, _block(seal, 1)))),
        wrong_answer("sum_put_in", "c3 and c1 come into the sum by themselves, behind AES. C2 has to make c4 ^ m3 go "
                     "into it.",
                     lambda seal, m1, m3: _second(seal, _xor(_block(seal, 4), m3, m1, _block(seal, 3),
                                                             _block(seal, 1)))),
        wrong_answer("block_alone", "The whole seal is wanted, with the new block in it.",
                     lambda seal, m1, m3: _xor(_block(seal, 4), m3, m1)),
        wrong_answer("in_its_own_place", "The length still reads 40: the data centre looks for it in block 2.",
                     lambda seal, m1, m3: _second(seal, _xor(_block(seal, 4), m3, m1), 4)),
        wrong_answer("third_moved", "That shows the third block: the temporary key's name, which you know.",
                     lambda seal, m1, m3: _second(seal, _xor(_block(seal, 3), m3, m1)),
                     lambda seal, m1, m3: _second(seal, _xor(_block(seal, 3), m1))),
        wrong_answer("head_counted_as_a_block", "C1 begins at byte 24: before it stand the key id and msg_key.",
                     lambda seal, m1, m3: seal[:16] + _xor(seal[48:64], m3, m1) + seal[32:],
                     lambda seal, m1, m3: _in_its_place(seal, m1, m3)[FRONT:]),
    ),
    (
        "In block 4 AES undoes c4 ^ m3. In block 2 it undoes C2 ^ m1. They have to be equal.",
        "C2 = c4 ^ m3 ^ m1. C2 are the bytes 40 to 55 of the seal, c4 the bytes 72 to 87.",
        "bytes(a ^ b ^ c for a, b, c in zip(c4, m3, m1)) is the XOR of three blocks.",
    ),
)  # fmt: skip


def _summed(seal: bytes, one: int, other: int, byte: int = BLOCK - 1) -> int:
    return _block(seal, one)[byte] ^ _block(seal, other)[byte]


CANDIDATE = Task(
    "candidate", 27, ("seal",), "int",
    "`seal` is a genuine one, out of the log. After the move its block 2 opens to m_4 ^ c_3 ^ c_1; the last four bytes "
    "are read as the length, low byte first, and the last four of m_4 are the first four of temp_session_id. If the "
    "data centre does not say that it is too long, the top byte of the length is 0. Which value has byte 3 of "
    "temp_session_id then?",
    lambda seal: _summed(seal, 1, 3), lambda seed: tuple((seal,) for seal, _, _ in _logged(seed)),
    (
        wrong_answer("low_byte", "The length is low byte first: its top byte is the last, 15.",
                     lambda seal: _summed(seal, 1, 3, BLOCK - 4), lambda seal: _summed(seal, 1, 3, 3)),
        wrong_answer("own_block", "You replaced C2 yourself; c1 and c3 stand in the sum.",
                     lambda seal: _summed(seal, 2, 3), lambda seal: _summed(seal, 1, 2)),
        wrong_answer("fourth_used", "c4 went into AES, and came out as m4 ^ c3. It is not in the sum.",
                     lambda seal: _summed(seal, 1, 4), lambda seal: _summed(seal, 3, 4),
                     lambda seal: _summed(seal, 1, 3) ^ _block(seal, 4)[-1]),
        wrong_answer("one_of_two", "Two bytes stand in the sum: one of c1, and one of c3.",
                     lambda seal: _block(seal, 1)[-1], lambda seal: _block(seal, 3)[-1]),
        wrong_answer("counted_from_0", "c1 begins at byte 24 of the seal: its last byte is byte 39.",
                     lambda seal: seal[BLOCK - 1] ^ seal[3 * BLOCK - 1], lambda seal: _summed(seal, 2, 4)),
    ),
    (
        "The top byte of the length is the last byte of block 2.",
        "0 = m4[15] ^ c3[15] ^ c1[15], and m4[15] is what you want.",
    ),
)  # fmt: skip


def _top(before: bytes, last: bytes, *, part: slice = slice(4), order: Literal["big", "little"] = "big",
         bits: int = 14) -> int:  # fmt: skip
    return int.from_bytes(_xor(before, last)[part], order) >> 32 - bits


LENGTH_IN_SSH = Task(
    "length_in_ssh", 27, ("before", "last"), "int",
    "SSH with AES-CBC, p_k = D(c_k) ^ c_(k-1): the first four bytes of a packet are its length, high byte first. You "
    "want to know a block of a packet that went by, behind the ciphertext block `before`. You send it as the first "
    "block of a packet of your own, behind `last`. The server refuses at once a length of 2**18 or more, and this time "
    "it does not. Which are the top 14 bits of the block's plaintext, as a number?",
    _top, lambda seed: tuple((Noise(f"ssh {seed}").draw("before", BLOCK, attempt=at),
                              Noise(f"ssh {seed}").draw("last", BLOCK, attempt=at)) for at in range(3)),
    (
        wrong_answer("low_byte_first", "SSH writes numbers high byte first: the top bits are in byte 0.",
                     partial(_top, order="little")),
        wrong_answer("as_in_the_envelope", "Here the length stands in the first four bytes of the block.",
                     partial(_top, part=slice(12, 16)), partial(_top, part=slice(12, 16), order="little")),
        wrong_answer("bits_below", "Below 2**18 means that 32 - 18 bits are zero: shift by 18.", partial(_top, bits=18),
                     lambda before, last: _top(before, last, bits=32) % 2**14,
                     lambda before, last: _top(before, last) << 18,
                     lambda before, last: _top(before, last, bits=32) % 2**18),
        wrong_answer("all_bits", "Of the other 18 bits the server told nothing.",
                     partial(_top, bits=32), partial(_top, bits=16), partial(_top, part=slice(BLOCK))),
        wrong_answer("one_of_two", "The block was XORed with `before` when it was sealed, and is XORed with `last` "
                     "now: both stand in the sum.",
                     lambda before, last: _top(before, bytes(BLOCK)), lambda before, last: _top(bytes(BLOCK), last)),
    ),
    (
        "What the server reads is D(c) ^ last, and D(c) = p ^ before.",
        "The top 14 bits of p ^ before ^ last are zero.",
        "int.from_bytes(four bytes, \"big\") >> 18.",
    ),
)  # fmt: skip

# -- 28: who is sure of whom ------------------------------------------------------------------------------------------

WHO_IS_SURE = Table(
    "who_is_sure", 28,
    "boolTrue came. Which of these statements are true, True or False? They stand in material(\"who_is_sure\").",
    {"A": True, "B": False, "C": False, "D": False, "E": False, "F": False},
    (
        Slip("seal_proves_nothing", "The seal was made with the permanent key, and names this tunnel: that is what it "
             "proves.", "A"),
        Slip("server_proved", "The false data centre never had it. The client's trust rests on the RSA key alone.",
             "B"),
        Slip("relay_works", "The seal names the client's tunnel, and theirs has another name.", "C"),
        Slip("old_answer", "It may be an answer kept from before.", "D"),
        Slip("future_side", "30 s is the future side. The past side is 300.", "E"),
        Slip("late_is_enough", "See A15: late is enough.", "F"),
    ),
    (
        "Ask of each: which bytes would have to be different if it were false?",
        "The answer boolTrue is sealed with the temporary key, and with nothing else.",
    ),
    material={
        "A": "The data centre knows now that the owner of the permanent key wanted this temporary key.",
        "B": "The client knows now that the other side knows the permanent key.",
        "C": "Whoever has the RSA key can sit between and pass the binding on, and has the account then.",
        "D": "Whoever hears boolTrue for a binding has a bound key now.",
        "E": "A recorded binding is worthless 30 seconds later.",
        "F": "Only somebody who holds one of the keys can undo a newer binding.",
    },
    choices=(True, False),
)  # fmt: skip

PAST, FUTURE = 300, 30
"""The most seconds by which a message may be late, and early."""
NOTHING_YET = 0


def _fresh(msg_id: int, now: int, seen: tuple[int, ...], last_bind: int, *, past: int = PAST, future: int = FUTURE,
           edge: int = 0) -> str:  # fmt: skip
    if msg_id in seen:
        return "duplicate"
    if msg_id < (now - past << 32) + edge:
        return "too_old"
    if msg_id > (now + future << 32) - edge:
        return "too_new"
    return "accept" if msg_id > last_bind else "not_rising"


def _rising_first(msg_id: int, now: int, seen: tuple[int, ...], last_bind: int) -> str:
    return "not_rising" if msg_id <= last_bind and msg_id not in seen else _fresh(msg_id, now, seen, last_bind)


def _remembered_last(msg_id: int, now: int, seen: tuple[int, ...], last_bind: int) -> str:
    found = _fresh(msg_id, now, (), last_bind)
    return "duplicate" if found == "accept" and msg_id in seen else found


def _arrivals(seed: str) -> Inputs:
    """Arrivals on both sides of each limit, with and without remembered msg_ids."""
    now = 1_800_000_000 + 1000 * len(seed)

    def made(seconds: int, more: int = 0) -> int:
        return (now + seconds << 32) + 4 * more

    return (
        (made(0), now, (), NOTHING_YET), (made(0), now, (made(0),), made(-5)), (made(-PAST), now, (), NOTHING_YET),
        (made(-PAST, -1), now, (), NOTHING_YET), (made(FUTURE), now, (), NOTHING_YET),
        (made(FUTURE, 1), now, (), NOTHING_YET), (made(100), now, (), NOTHING_YET),
        (made(-60), now, (), made(-60)), (made(-60), now, (), made(-2)), (made(-60, 1), now, (), made(-60)),
        (made(-60), now, (made(-10), made(-5)), made(-90)), (made(-1), now, (made(-10),), made(-10)),
        (made(-400), now, (), made(-5)), (made(-400), now, (made(-400),), made(-500)),
    )  # fmt: skip


FRESH = Task(
    "fresh", 28, ("msg_id", "now", "seen", "last_bind"), "str",
    "May this binding be judged? One of \"accept\", \"duplicate\" (its msg_id is among `seen`, those of its session), "
    "\"too_old\", \"too_new\" (more than 300 s late, more than 30 s early) and \"not_rising\" (not above `last_bind`, "
    "the msg_id of the permanent key's last accepted binding, 0 for none), asked in this order. `now` is whole unix "
    "seconds; a msg_id is unix time times 2**32, with a fraction of a second in its low half.",
    _fresh, _arrivals,
    (
        wrong_answer("raw_comparison", "msg_id counts 2**-32 s, now counts seconds.",
                     lambda m, now, seen, last: "duplicate" if m in seen else "too_old" if m < now - PAST else
                     "too_new" if m > now + FUTURE else "accept"),
        wrong_answer("same_on_both_sides", "A message may be late by 300 s, early by 30.", partial(_fresh, future=PAST),
                     partial(_fresh, past=FUTURE), partial(_fresh, past=FUTURE, future=PAST)),
        wrong_answer("seconds_cut", "A msg_id has a fraction of a second: a little more than 30 s is too early. Bring "
                     "now to its unit, now << 32.",
                     lambda m, now, seen, last: _fresh(m, now, seen, last, future=FUTURE + 1) if m >> 32 == now + FUTURE
                     else _fresh(m, now, seen, last),
                     partial(_fresh, edge=-4)),
        wrong_answer("edge_refused", "Exactly 300 s late, or exactly 30 s early, is still in time.",
                     partial(_fresh, edge=1),
                     lambda m, now, seen, last: "too_old" if m == now - PAST << 32 else _fresh(m, now, seen, last)),
        wrong_answer("other_order", "Asked in this order: duplicate, too_old, too_new, not_rising. Some bindings fail "
                     "two of them.", _rising_first, _remembered_last),
        wrong_answer("equal_accepted", "Equal is the replay itself: rising means greater.",
                     lambda m, now, seen, last: _fresh(m, now, seen, last - 1)),
        wrong_answer("against_the_highest_seen", "Other messages may overtake each other; a binding rises against the "
                     "last accepted binding.",
                     lambda m, now, seen, last: _fresh(m, now, seen, max((*seen, last))),
                     lambda m, now, seen, last: _fresh(m, now, seen, max(seen, default=0))),
        wrong_answer("no_memory_but_the_sessions", "The session was forgotten. One number per permanent key is not.",
                     lambda m, now, seen, last: _fresh(m, now, seen, NOTHING_YET)),
    ),
    (
        "Bring both to one unit: now << 32.",
        "Four questions, in the order in which they stand in the contract; what passes all of them is accepted.",
        "The last one: msg_id > last_bind, and greater means greater.",
    ),
)  # fmt: skip

SURE_ELSEWHERE = Table(
    "sure_elsewhere", 28,
    "Who proves to the other side that they know a long-term key: the \"client\", the \"server\" or \"both\"?",
    {"2G phone": "client", "HTTPS in a browser": "server", "SSH with a key": "both", "the bind alone": "client"},
    (
        Slip("base_station_proved", "A 2G phone answers the network's challenge; no base station ever answers one of "
             "the phone's.", "2G phone"),
        Slip("visitor_proved", "The server signs; the browser has no key, and a password comes later, inside.",
             "HTTPS in a browser"),
        Slip("host_key_forgotten", "The host key signs the exchange, and the user's key signs the session: both.",
             "SSH with a key"),
        Slip("answer_proves", "Nothing in the answer was made with the permanent key.", "the bind alone"),
    ),
    (
        "Ask of each side: which of its long-term keys was used on bytes that the other side had chosen, or checked?",
        "In three of them only one side does so, or the other; in one, both do.",
    ),
    choices=("client", "server", "both"),
)  # fmt: skip
