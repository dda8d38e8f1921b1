"""The figures of the lessons: each is a function that takes data and gives a `Figure`, which shows itself.

| function | lessons | what it shows |
|---|---|---|
| `equality_wiring` | 14, 16, 17 | the six values that stand twice, and the line that is broken |
| `coverage_bars` | 11, 12 | what the two msg_keys are hashes of |
| `schedule_ribbons`, `key_use` | 11, 12 | from key bytes to hashes to aes_key and aes_iv; which key bytes are read |
| `ige_strip`, `garble_map` | 10 | two arrows into every block; how far a flipped bit spreads |
| `triage_tree` | 19 | from what a client sees to what is wrong |
| `pfs_timeline` | 13 | what a stolen key opens of a recording |
| `packet_ruler` | 00, 16 | every byte of the packet, box by box |
| `key_clock` | 20 | what happens to keys, with a virtual clock |
| `flip_map` | 17, 21 | which check notices a flipped bit |

A figure carries its words with it: `alt` is a sentence for whoever does not see it, and what was drawn is a table.
Colours are those of the byte views; a letter, a hatching or a dash says the same in grey. Importing this module
does not load matplotlib.
"""

from mtlib.lab.figures_chaining import garble, garble_map, ige_strip
from mtlib.lab.figures_clock import Happening, Life, key_clock
from mtlib.lab.figures_coverage import coverage_bars
from mtlib.lab.figures_faults import TRIAGE, Step, triage_tree
from mtlib.lab.figures_packet import flip_map, packet_ruler
from mtlib.lab.figures_schedule import key_use, schedule_ribbons
from mtlib.lab.figures_theft import pfs_timeline
from mtlib.lab.figures_wiring import equality_wiring
from mtlib.lab.picture import Figure

__all__ = [
    "TRIAGE",
    "Figure",
    "Happening",
    "Life",
    "Step",
    "coverage_bars",
    "equality_wiring",
    "flip_map",
    "garble",
    "garble_map",
    "ige_strip",
    "key_clock",
    "key_use",
    "packet_ruler",
    "pfs_timeline",
    "schedule_ribbons",
    "triage_tree",
]
