"""The figures of the lessons: each is a function that takes data and gives a `Figure`, which shows itself.

| function | lessons | what it shows |
|---|---|---|
| `equality_wiring` | 14 | the six values that occur twice, and the line that is broken |
| `coverage_bars` | 13 | what the two msg_keys are hashes of |
| `key_use` | 12, 13 | which key bytes are read |
| `ige_strip`, `garble_map` | 11, 15 | two arrows into every block; how far a flipped bit spreads |
| `flip_map` | 17 | which check notices a flipped bit |

A figure also says everything in words: `alt` is a sentence for readers who cannot see it, and a table has all that is
drawn. Colours are those of the byte views; a letter, a hatching or a dash says the same in grey. Importing this package
does not load matplotlib. To add a figure, write a file next to these and paint it with the tools of `drawing`.
"""

from mtlib.lab.figures.chaining import garble, garble_map, ige_strip
from mtlib.lab.figures.coverage import coverage_bars, flip_map, key_use
from mtlib.lab.figures.drawing import Figure
from mtlib.lab.figures.wiring import equality_wiring

__all__ = [
    "Figure",
    "coverage_bars",
    "equality_wiring",
    "flip_map",
    "garble",
    "garble_map",
    "ige_strip",
    "key_use",
]
