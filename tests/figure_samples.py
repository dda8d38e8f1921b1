"""Every figure of the lessons with data as the lessons have it, and with the longest that can come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from mtlib.crypto.aes import ige_blocks
from mtlib.crypto.kdf import MSG_KEY_V2, V1, V2
from mtlib.lab.figures import (
    Figure,
    coverage_bars,
    equality_wiring,
    flip_map,
    garble_map,
    ige_strip,
    key_use,
)
from mtlib.lab.samples import sample
from mtlib.protocol.checks import Facts, Rules, Verdict, judge
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import REQUEST

SAMPLE = sample()
BINDING = SAMPLE.binding
LOW = -(2**63)
"""The longest number in decimal digits."""


def verdict(request: bytes | Dissection = b"", *, knows: bool = True, rules: Rules | None = None) -> Verdict:
    """What a data centre says to the sample's request, or to another one; `knows`: the permanent key."""
    data = bytes(request or BINDING.request)
    key = SAMPLE.perm_key if knows else None
    facts = Facts(data, key, SAMPLE.temp_key, BINDING.session_id, BINDING.msg_id, SAMPLE.now, rules=rules or Rules())
    return judge(facts)


def sealed(data: bytes) -> Dissection:
    """The sample's request with another encrypted_message."""
    return REQUEST.build(
        perm_auth_key_id=SAMPLE.perm_key.id,
        nonce=BINDING.nonce,
        expires_at=BINDING.expires_at,
        encrypted_message=data,
    )


def flipped(bit: int) -> bytes:
    """The encrypted_message with one other bit."""
    data = bytearray(bytes(BINDING.encrypted_message))
    data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


@cache
def flips(rules: Rules | None = None) -> tuple[str | None, ...]:
    """The check that notices each of the 832 flipped bits."""
    return tuple(verdict(sealed(flipped(bit)), rules=rules).failed for bit in range(8 * len(BINDING.encrypted_message)))


@cache
def blocks(count: int = 5) -> tuple[object, ...]:
    data = (bytes(BINDING.plaintext) * 2)[: 16 * count]
    return ige_blocks(data, BINDING.schedule.aes_key, BINDING.schedule.aes_iv)


MODES = {"IGE": "..XXX", "CBC": "..X1.", "CTR": "..1..", "PCBC": "..XXX"}
EXTREME = replace(BINDING, session_id=LOW, nonce=LOW, msg_id=-4, expires_at=-(2**31))

FIGURES: dict[str, Callable[[], Figure]] = {
    "wiring": lambda: equality_wiring(verdict()),
    "wiring, one broken": lambda: equality_wiring(
        verdict(bytes(BINDING.request)[:12] + bytes(8) + bytes(BINDING.request)[20:])
    ),
    "wiring, noise": lambda: equality_wiring(verdict(sealed(flipped(300)))),
    "wiring, unknown key": lambda: equality_wiring(verdict(knows=False)),
    "wiring, longest": lambda: equality_wiring(verdict(EXTREME.request)),
    "coverage": lambda: coverage_bars(SAMPLE.carried),
    "coverage, more padding": lambda: coverage_bars(replace(SAMPLE.carried, padding=bytes(1020))),
    "key use": lambda: key_use({"MTProto 1.0": (V1,), "MTProto 2.0": (V2, MSG_KEY_V2)}),
    "ige": lambda: ige_strip(blocks()),
    "ige, most": lambda: ige_strip(blocks(7)),
    "ige, least": lambda: ige_strip(blocks(1)),
    "garble": lambda: garble_map(MODES, "One bit of c3 flipped, then decrypted"),
    "garble, most": lambda: garble_map({"IGE": "X" * 12, "CBC, fourteen.": "1" * 12}, "A long message"),
    "flips": lambda: flip_map(flips()),
    "flips, hash first": lambda: flip_map(flips(Rules(hash_first=True))),
    "flips, all kinds": lambda: flip_map(
        [(None, "a", "b", "c", "length", "msg_key")[at // 4 // 17 % 6] for at in range(832)]
    ),
}


@cache
def figure(name: str) -> Figure:
    return FIGURES[name]()
