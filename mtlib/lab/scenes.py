"""Test data for the exercises: whole bindings, with all values that a client has while it makes one.

Two are vectors of the ladder; the others are drawn from a seed, the same in every run. Among them are a permanent key
that begins with a zero byte, one scene whose longs are all positive, and scenes with negative ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from mtlib.clinic.ladder import climb, vectors
from mtlib.crypto.entropy import Entropy, Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.lab.samples import DAY
from mtlib.protocol.binding import REQUEST_SIZE
from mtlib.protocol.packets import HEADER, padding_size

Scene = Mapping[str, Any]
FIXED = ("counting-bytes", "realistic-2026")


@cache
def scenes(seed: str) -> tuple[Scene, ...]:
    """The scenes of a seed: values by their names in the specification, with everything that follows from them."""
    drawn = [_drawn(Patterned(f"exercises {seed}").at(f"scene {number}"), number) for number in range(3)]
    return tuple(map(_surrounded, [*(vectors()[name] for name in FIXED), *map(climb, drawn)]))


def _drawn(entropy: Entropy, number: int) -> dict[str, Any]:
    """Scene 0 has positive longs, scene 1 a permanent key that begins with a zero byte."""
    sign = 1 if number == 0 else -1
    perm, temp = (_key(entropy, name, sign, zeros=number == 1) for name in ("perm_auth_key", "temp_auth_key"))
    now = 1_790_000_000 + 1000 * number
    longs = {name: sign * _long(entropy, name) for name in ("nonce", "temp_session_id", "salt")}
    return {
        **longs,
        "perm_auth_key": perm,
        "temp_auth_key": temp,
        "temp_auth_key_id": AuthKey(temp).id,
        "msg_id": (now << 32) + 4 * int.from_bytes(entropy.draw("fraction", 3), "little"),
        "expires_at": now + DAY,
        "random": entropy.draw("random", 16),
        "padding": entropy.draw("padding", 8),
        "seqno": 2 * number + 1,
        "message_padding": entropy.draw("message_padding", padding_size(REQUEST_SIZE)),
    }


def _key(entropy: Entropy, name: str, sign: int, *, zeros: bool) -> bytes:
    """A key whose id has this sign."""
    for attempt in range(256):
        data = entropy.draw(name, 256, attempt=attempt)
        data = b"\0" + data[1:] if zeros else data
        if AuthKey(data).id * sign > 0:
            break
    return data


def _long(entropy: Entropy, name: str) -> int:
    return int.from_bytes(entropy.draw(name, 8), "little") >> 1


def _surrounded(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a scene, with others that a client has and could confuse with them."""
    return {
        **values,
        "plaintext": values["envelope"] + values["padding"],
        "message_unpadded": values["message"][: HEADER + REQUEST_SIZE],
        "perm_session_id": values["temp_session_id"] ^ 0x5A5A5A5A5A5A,
        "now": values["expires_at"] - DAY,
        "expires_in": DAY,
    }


def picked(*names: str) -> Any:
    """A function from a seed to the inputs of an exercise: these values of every scene."""
    return lambda seed: tuple(tuple(scene[name] for name in names) for scene in scenes(seed))
