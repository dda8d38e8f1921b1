"""The parts that all widgets share: the style sheet with the colours, scripts that import others, and the function that
obeys a message of the browser, or says what is wrong with it."""

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
    """A module of JavaScript that contains its imports, because a notebook has no address to fetch those from."""
    def carried(found: re.Match[str]) -> str:
        data = base64.b64encode(script(found[1]).encode()).decode()
        return f'from "data:text/javascript;base64,{data}"'

    return _IMPORT.sub(carried, HERE.joinpath(name).read_text(encoding="utf-8"))


UNKNOWN = "the browser asked for something that does not exist"


def obeyed(obey: Callable[[Mapping[str, Any]], str | None], message: Mapping[str, Any]) -> str:
    """Do what `message` asks for; gives the sentence of `obey`, or a sentence about what is wrong with the message, or
    nothing."""
    try:
        return obey(message) or ""
    except MtError as error:
        return str(error)
    except (LookupError, TypeError, ValueError, AttributeError):
        return UNKNOWN


def serial(message: Mapping[str, Any], before: int | str = 0) -> int | str:
    """The serial number of a message, by which the browser recognises the answer; `before` if it has none."""
    given = message.get("serial")
    return given if isinstance(given, (int, str)) else before
