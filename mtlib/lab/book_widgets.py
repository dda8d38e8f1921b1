"""A replacement for a notebook's packages in a page: the parts of `traitlets`, `anywidget` and `ipywidgets` that the
lessons use.

Each widget of this library has a script of its own. Menus and buttons, which a notebook gets from `ipywidgets`, are
sent as one tree, and `book/controls.mjs` draws it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from mtlib.lab.widgets import UNKNOWN, obeyed, serial


class Trait(dict[str, Any]):
    """The part of `traitlets.Dict` that is used."""

    def tag(self, **_: Any) -> Trait:
        return self


class Widget:
    """The part of `anywidget.AnyWidget` that is used: values for the browser, a listener, and messages to send."""

    def __init__(self, **traits: Any) -> None:
        self.sent: list[Any] = []
        self.hear: Any = None
        for name, value in traits.items():
            setattr(self, name, value)

    def on_msg(self, listener: Any) -> None:
        self.hear = listener

    def send(self, content: Any) -> None:
        self.sent.append(content)

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """The form of a widget in a notebook, which a page does not have."""
        return None


class Element(Widget):
    """One element of `ipywidgets`: some hold others, some have a value that a reader chooses and a program watches."""

    name: ClassVar[str]
    holds: ClassVar[bool] = False

    def __init__(self, first: Any = None, *, value: Any = None, options: Iterable[Any] = (), **_: Any) -> None:
        super().__init__()
        self.children: tuple[Element, ...] = tuple(first) if self.holds else ()
        self.options = [each if isinstance(each, tuple) else (str(each), each) for each in options]
        self.tooltip = ""
        self.owner: Any = self
        self.hear = self._handle
        self._value = value if self.holds or first is None else first
        self._watching: list[Callable[[Mapping[str, Any]], None]] = []
        self._serial: int | str = 0
        self._said = ""

    @property
    def value(self) -> Any:
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        changed, self._value = value != self._value, value
        for listener in self._watching if changed else ():
            listener({"new": value})

    def observe(self, listener: Callable[[Mapping[str, Any]], None], _name: str) -> None:
        self._watching.append(listener)

    def walk(self) -> Iterator[Element]:
        """The element and all that it holds, in the order of drawing."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def state(self) -> dict[str, Any]:
        """All that is drawn: the `parts` in order, each with its level, `deep`."""
        return {"serial": self._serial, "said": self._said, "parts": [_told(each, deep) for each, deep in _deep(self)]}

    def _handle(self, _widget: Any, message: Any, _buffers: Any) -> None:
        if isinstance(message, dict):
            self._said = obeyed(self._obey, message)
            self._serial = serial(message, self._serial)

    def _obey(self, message: Mapping[str, Any]) -> str:
        """Obey "choose", which takes `option` for the part number `part`, or "show", which changes nothing."""
        if message["do"] == "choose":
            part, option = int(message["part"]), int(message["option"])
            if part < 0 or option < 0:
                return UNKNOWN
            chosen = list(self.walk())[part]
            chosen.value = chosen.options[option][1]
        elif message["do"] != "show":
            return UNKNOWN
        return ""


def _deep(root: Element, deep: int = 0) -> Iterator[tuple[Element, int]]:
    yield root, deep
    for child in root.children:
        yield from _deep(child, deep + 1)


def _told(part: Element, deep: int) -> dict[str, Any]:
    """A part as JSON: its kind, and its text, or its options and the chosen one."""
    told: dict[str, Any] = {"kind": part.name, "deep": deep}
    if part.options:
        values = [value for _, value in part.options]
        told |= {"label": part.tooltip, "options": [name for name, _ in part.options]}
        told["chosen"] = values.index(part.value) if part.value in values else -1
    elif not part.holds:
        from html import unescape  # late: its table is large, and few views are made of such parts

        html = str(part.value or "")
        told |= {"text": unescape(re.sub(r"<[^>]*>", "", html)), "says": 'role="status"' in html}
    return told


class HBox(Element):
    name, holds = "row", True


class VBox(Element):
    name, holds = "rows", True


class HTML(Element):
    name = "text"


class Dropdown(Element):
    name = "menu"


class ToggleButtons(Element):
    name = "buttons"


CONTROLS: Mapping[str, type[Element]] = {each.__name__: each for each in (HBox, VBox, HTML, Dropdown, ToggleButtons)}
"""The elements of `ipywidgets` that a page has."""


def widget_of(shown: Any) -> Widget | None:
    """The value of a cell if it is a widget, or the widget that it shows in its place; None for any other value."""
    if isinstance(shown, Widget):
        return shown
    box = getattr(shown, "box", None)
    if not isinstance(box, Element):
        return None
    box.owner = shown
    return box
