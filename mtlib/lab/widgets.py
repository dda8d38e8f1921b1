"""What all widgets share: where their files are, the style sheet with the colours, and scripts that import others."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from mtlib.wire.view import COLOURS

HERE = Path(__file__).resolve().parent
_IMPORT = re.compile(r'from "\./([a-z_]+\.mjs)"')


def style(*names: str) -> str:
    """The style sheets of a widget, the colours before them."""
    origins = " ".join(f"--{origin}: {colour};" for origin, colour in COLOURS.items())
    sheets = (HERE.joinpath(file).read_text(encoding="utf-8") for file in ("theme.css", *names))
    return "\n".join((f".mtlib-inspector, .mtlib-view, .mtlib-form, .mtlib-plate {{ {origins} }}", *sheets))


def script(name: str) -> str:
    """A module with the modules beside it that it imports: a notebook has no address from which to fetch those."""
    def carried(found: re.Match[str]) -> str:
        data = base64.b64encode(script(found[1]).encode()).decode()
        return f'from "data:text/javascript;base64,{data}"'

    return _IMPORT.sub(carried, HERE.joinpath(name).read_text(encoding="utf-8"))
