"""What all widgets share: where their files are, and the style sheet with the colours."""

from __future__ import annotations

from pathlib import Path

from mtlib.wire.view import COLOURS

HERE = Path(__file__).resolve().parent


def style(*names: str) -> str:
    """The style sheets of a widget, the colours before them."""
    origins = " ".join(f"--{origin}: {colour};" for origin, colour in COLOURS.items())
    sheets = (HERE.joinpath(file).read_text(encoding="utf-8") for file in ("theme.css", *names))
    return "\n".join((f".mtlib-inspector, .mtlib-view, .mtlib-plate {{ {origins} }}", *sheets))
