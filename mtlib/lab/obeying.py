"""What every view model does with a message of its front end: it obeys, or says in a sentence why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mtlib.errors import MtError

UNKNOWN = "the browser asked for something that does not exist"


def obeyed(
    obey: Callable[[Mapping[str, Any]], str | None], message: Mapping[str, Any], unknown: str = UNKNOWN
) -> str:
    """Do what `message` asks for, and give the sentence that is worth saying, if there is one: that of `obey`, or what
    was wrong with the message; `unknown` where it asks for nothing that there is."""
    try:
        return obey(message) or ""
    except MtError as error:
        return str(error)
    except (LookupError, TypeError, ValueError, AttributeError):
        return unknown


def serial(message: Mapping[str, Any], before: int | str = 0) -> int | str:
    """The serial number by which the front end knows the answer; `before` where it has none."""
    given = message.get("serial")
    return given if isinstance(given, (int, str)) else before
