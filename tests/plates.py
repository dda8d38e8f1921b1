"""Every plate, as the lessons show it: for the tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.lab import (
    DAY,
    NOW,
    Board,
    Bugs,
    Candidates,
    Clock,
    Horizon,
    Lanes,
    Machine,
    Packet,
    Price,
    Rho,
    Ribbons,
    Staircase,
    Theft,
    Triage,
    Twins,
    Wires,
    sample,
)
from mtlib.lab.plates.plate import Plate, Still
from mtlib.protocol.packets import ANSWER_MESSAGE, TO_CLIENT, seal
from mtlib.protocol.session import Session
from mtlib.wire.schema import SCHEMA

PERM, *DAY_KEYS = (AuthKey(Patterned(name).draw("auth_key", 256)) for name in ("disk", "day 1", "day 2", "day 3"))


def recording() -> list[tuple[float, str, bytes]]:
    """Three days: a call and an answer every eight hours, each day under its own key."""
    made: list[tuple[float, str, bytes]] = []
    for day, key in enumerate(DAY_KEYS):
        session = Session(key, 7, 1, Patterned(f"session {day}"))
        for hour in (1, 9, 17):
            at = NOW + DAY * day + 3600 * hour
            call = session.send(bytes(SCHEMA["help.getConfig"].build()), at)
            answer = ANSWER_MESSAGE.build(salt=1, session_id=7, msg_id=call.msg_id + 1, seqno=2, length=4,
                                          answer=bytes(SCHEMA["boolTrue"].build()), padding=bytes(12))  # fmt: skip
            made += [(at, "sent", bytes(call)), (at, "received", bytes(seal(answer, key, TO_CLIENT)))]
    return made


BINDING = sample().binding
KEY, IV = BINDING.schedule.aes_key, BINDING.schedule.aes_iv
ALL: dict[str, Callable[[], Plate]] = {
    "packet": lambda: Packet(sample().carried),
    "machine": lambda: Machine(bytes(BINDING.plaintext), KEY, IV),
    "ribbons": lambda: Ribbons(bytes(BINDING.perm_key), BINDING.msg_key),
    "wires": lambda: Wires(BINDING),
    "rho": lambda: Rho(337 * 349),
    "theft": lambda: Theft(recording(), PERM, DAY_KEYS, NOW),
    "clock": Clock,
    "triage": Triage,
    "bugs": Bugs,
    "board": Board,
    "lanes": Lanes,
    "horizon": lambda: Horizon(sample().carried, {1: 4177, 2: 14, 8: 0}, 2**20),
    "staircase": lambda: Staircase(BINDING),
    "twins": lambda: Twins(BINDING),
}
STILLS: dict[str, Callable[[], Still]] = {
    "price": lambda: Price({"a given name": {8: 266.0}, "any two": {32: 15_090.0}}, {"this walk": 65_536.0}),
    "candidates": lambda: Candidates([7, 255, 0], {"one": ["no", "no", "yes"], "other": ["no"] * 3}),
}
"""Pictures that are only looked at."""


def moves(model: Plate) -> Iterator[tuple[str, object]]:
    """Everything that can be done to a plate now: what its marks and controls would send."""
    for mark in model.marks():
        if mark.do and mark.slide:
            yield from ((mark.do[0], at) for at in range(len(mark.slide)))
        elif mark.do:
            name, value = mark.do
            yield name, [value, mark.cell or 0] if mark.grid else value
    for told in (control.told() for control in model.controls()):
        if told["kind"] == "choice":
            yield from ((told["name"], value) for value, _ in told["options"])
        elif told["kind"] == "slider":
            yield from ((told["name"], value) for value in range(told["most"] + 1))
        else:
            yield told["name"], told["value"]


def play(model: Plate, *messages: tuple[str, object]) -> str:
    """Send messages, one after the other; what the plate says in the end."""
    for do, value in messages:
        model.handle({"serial": 1, "do": do, "value": value})
    return str(model.state["said"])
