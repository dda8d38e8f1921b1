"""What all widgets share: the style sheet with the colours, scripts that import others, and how a message of the
browser is obeyed, or answered with what is wrong with it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mtlib.errors import MtError
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


UNKNOWN = "the browser asked for something that does not exist"


def obeyed(obey: Callable[[Mapping[str, Any]], str | None], message: Mapping[str, Any]) -> str:
    """Do what `message` asks for, and give the sentence that is worth saying, if there is one: that of `obey`, or what
    was wrong with the message."""
    try:
        return obey(message) or ""
    except MtError as error:
        return str(error)
    except (LookupError, TypeError, ValueError, AttributeError):
        return UNKNOWN


def serial(message: Mapping[str, Any], before: int | str = 0) -> int | str:
    """The serial number by which the front end knows the answer; `before` where it has none."""
    given = message.get("serial")
    return given if isinstance(given, (int, str)) else before
