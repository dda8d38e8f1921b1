"""The scoreboard: every kind of attack of the labs against sets of rules. All its numbers come from running them.

The kinds are changed seals, each judged by the checks, and the sixteen attacks of `mtlib.lab.attacks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from mtlib.crypto.aes import BLOCK
from mtlib.crypto.entropy import Noise
from mtlib.crypto.keys import AuthKey
from mtlib.lab.attacks import ATTACKS, DOCUMENTED, Switches
from mtlib.lab.exercises_labs import HEAL, MOVED
from mtlib.lab.patients import with_seal
from mtlib.lab.samples import NOW, sample
from mtlib.lab.tripping import flipped
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import COPIES, Facts, judge
from mtlib.protocol.packets import FRONT

EQUALITIES = frozenset(check.name for check in COPIES)
SETS: Mapping[str, Switches] = {
    "all on": Switches(),
    "documented": Switches(DOCUMENTED),
    "hash off": Switches(frozenset({"msg_key"})),
    "equalities off": Switches(EQUALITIES),
}
"""Sets of rules by name: everything on, the documents up to 2025, without the hash, without the equalities."""
TRIES = 200
"""The number of tries for a kind of changed seal that is drawn at random."""


def changed_seals(binding: Binding) -> dict[str, list[tuple[bytes, AuthKey]]]:
    """Requests with a changed seal, by kind, each with the permanent key that the data centre finds for its key id.

    Random values are the same every time.
    """
    seal, request, plaintext = bytes(binding.encrypted_message), bytes(binding.request), bytes(binding.plaintext)
    head, ciphertext, noise = seal[:FRONT], seal[FRONT:], Noise("scoreboard")
    key = binding.perm_key
    twin = AuthKey(bytes(key)[:128] + noise.draw("twin", 128))

    def carrying(other: bytes) -> tuple[bytes, AuthKey]:
        return with_seal(binding, other), key

    return {
        f"{8 * len(seal)} flips": [carrying(flipped(seal, bit)) for bit in range(8 * len(seal))],
        "3 healed seals": [
            carrying(head + HEAL.solution(plaintext, ciphertext, binding.schedule.aes_iv, i)) for i in (1, 2, 3)
        ],
        f"{TRIES} extended": [
            carrying(seal + noise.draw("extended", BLOCK * (1 + at % 8), attempt=at)) for at in range(TRIES)
        ],
        f"{TRIES} last blocks": [
            carrying(seal[:-BLOCK] + noise.draw("last", BLOCK, attempt=at)) for at in range(TRIES)
        ],
        "1 moved block": [carrying(MOVED.solution(seal, plaintext[:BLOCK], plaintext[2 * BLOCK : 3 * BLOCK]))],
        "1 twin": [(request.replace(key.id_bytes, twin.id_bytes), twin)],
    }  # fmt: skip


def scoreboard(sets: Mapping[str, Switches] = SETS) -> dict[str, list[int]]:
    """For each kind, how many get through each set of rules."""
    board = {
        kind: [sum(not set(failing) - switches.rules.skip for failing in seals) for switches in sets.values()]
        for kind, seals in _failing().items()
    }
    for attack in ATTACKS.values():
        board[str(attack)] = [int(attack.succeeds(switches)) for switches in sets.values()]
    return board


@cache
def _failing() -> Mapping[str, Sequence[tuple[str, ...]]]:
    """The checks that fail for each changed seal, by its kind: the same ones with every set of rules."""
    b = sample().binding
    return {kind: [judge(Facts(request, key, b.temp_key, b.session_id, b.msg_id, NOW)).failing for request, key in made]
            for kind, made in changed_seals(b).items()}  # fmt: skip
