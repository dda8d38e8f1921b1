"""`python tests/tools/peers.py`: what other people's clients do about bad luck, as docs/point_your_client.md has it.

Installs them if they are not there yet, plays every scene once, and prints the table to be copied there. Standard
library, the course's own environment, and what the group `peers` of `./run test` needs: Linux, node, npm, ip, unshare.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "peers")]

from loopback import Loopback  # noqa: E402
from recovery import ROWS, observe  # noqa: E402
from scenes import BINDERS, NO_PADDING, Scene, Stage  # noqa: E402


def main(rows: list[str]) -> None:
    print(f"| bad luck | {' | '.join(BINDERS)} |\n|{' --- |' * (1 + len(BINDERS))}")
    with Loopback() as place, tempfile.TemporaryDirectory() as folder:
        stage = Stage.build(place, Path(folder))
        for row in rows or ROWS:
            cells = [cell(stage, name, row) for name in BINDERS]
            print(f"| `{row}` | {' | '.join(cells)} |", flush=True)


def cell(stage: Stage, name: str, row: str) -> str:
    """What was seen, and the seconds that it took."""
    while True:
        with Scene(stage) as scene:
            seen = observe(scene, name, row)
            if scene.short_key and name in NO_PADDING:
                continue  # another kind of bad luck, with a line of its own in the page
            return seen.sentence + shown(seen.seconds)


def shown(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f" ({seconds:.1f} s)" if seconds > 0.15 else " (at once)"


if __name__ == "__main__":
    main(sys.argv[1:])
