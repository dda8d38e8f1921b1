"""The plates: pictures that are played with, each a model without a browser. `plate(model)` shows one in a notebook.

| plate | lessons | what one does |
|---|---|---|
| `Packet` | 00, 14, 15, 16, 18 | lets the packet put itself together, layer by layer |
| `Theft` | 01 | drags a theft along three recorded days, and sees what the stolen keys open |

How to make another: `mtlib.lab.plates.plate`.
"""

from __future__ import annotations

from typing import Any

from mtlib.lab.plates.packet import Packet
from mtlib.lab.plates.plate import Plate
from mtlib.lab.plates.theft import Theft

__all__ = ["Packet", "Plate", "Theft", "plate"]


def plate(model: Plate) -> Any:
    """The model as a widget of a notebook."""
    from mtlib.lab.plates.widget import PlateWidget  # late: the models need no notebook

    return PlateWidget(model)
