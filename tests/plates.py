"""Every plate, as the lessons show it: for the tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mtlib.lab import sample
from mtlib.lab.plates import Machine, Packet, Plate, Ribbons, Wires

BINDING = sample().binding
KEY, IV = BINDING.schedule.aes_key, BINDING.schedule.aes_iv
ALL: dict[str, Callable[[], Plate]] = {
    "packet": lambda: Packet(sample().carried),
    "machine": lambda: Machine(bytes(BINDING.plaintext), KEY, IV),
    "ribbons": lambda: Ribbons(bytes(BINDING.perm_key), BINDING.msg_key),
    "wires": lambda: Wires(BINDING),
}


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
