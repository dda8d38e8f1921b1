"""The picture of the README: the first frame of the packet that puts itself together, as a lesson shows it.

`./run picture` writes docs/packet.svg; tests/test_lab_plates_packet.py says when the file is not what it would write.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from mtlib.lab import Packet, sample  # noqa: E402

PICTURE = ROOT / "docs" / "packet.svg"


def drawn() -> str:
    """The file's text."""
    return Packet(sample().carried).svg() + "\n"


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8", newline="\n")
    print(PICTURE.relative_to(ROOT))
