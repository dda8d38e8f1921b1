"""The plates: pictures that are played with, each a model without a browser. `plate(model)` shows one in a notebook.

| plate | lessons | what one does |
|---|---|---|
| `Packet` | 00, 14, 15, 16, 18 | lets the packet put itself together, layer by layer |
| `Theft` | 01 | drags a theft along three recorded days, and sees what the stolen keys open |
| `Bugs` | 17, 29 | finds the wrong field of a bad packet beside a good one, in ten levels |
| `Triage` | 19, 29 | guesses where the doctor stops, and sees the way to the guilty byte |
| `Clock` | 20 | drags the clock along a day in which two clients are refused |

How to make another: `mtlib.lab.plates.plate`.
"""

from __future__ import annotations

from typing import Any

from mtlib.lab.plates.bugs import Bugs
from mtlib.lab.plates.clock import Clock
from mtlib.lab.plates.packet import Packet
from mtlib.lab.plates.plate import Plate
from mtlib.lab.plates.theft import Theft
from mtlib.lab.plates.triage import Triage

__all__ = ["Bugs", "Clock", "Packet", "Plate", "Theft", "Triage", "plate"]


def plate(model: Plate) -> Any:
    """The model as a widget of a notebook."""
    from mtlib.lab.plates.widget import PlateWidget  # late: the models need no notebook

    return PlateWidget(model)
