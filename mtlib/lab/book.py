"""The lessons in a web page: JSON questions and answers for views and a whole bind. No notebook, socket or thread.

A page holds the first state of each view, and the cells that make it. When its reader does something, the page calls
`Book.answer`: it runs those cells, hands the message to the view, and returns what has changed. The widgets are those
of a notebook: `stand_in` replaces a notebook's packages by the parts of them that the widgets use.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mtlib.crypto.entropy import Patterned
from mtlib.errors import LocalError, MtError, RpcError
from mtlib.lab.book_cells import (
    Output,
    display,
    execute,
    get_ipython,
    given_back,
    needed,
    not_to_be_stored,
    run_cell,
    take,
)
from mtlib.lab.book_ciphers import stand_in_for_cryptography
from mtlib.lab.book_widgets import CONTROLS, Trait, Widget, widget_of
from mtlib.net import memory
from mtlib.protocol.packets import PLAIN, TO_CLIENT, TO_SERVER, open_packet
from mtlib.protocol.session import look
from mtlib.wire.dissection import Dissection, unseal
from mtlib.wire.view import show_value

if TYPE_CHECKING:
    from mtlib.lab.views import Sent

KINDS: Mapping[str, str] = {
    "mtlib.lab.book_widgets": "controls",
    "mtlib.lab.form_widget": "form",
    "mtlib.lab.inspector": "inspector",
    "mtlib.lab.plates.widget": "plates",
    "mtlib.lab.prediction": "predict",
    "mtlib.lab.views": "views",
}
"""The module of a widget's class, and the script that draws it."""
TRAITS = ("structure", "inspected", "state", "told")
"""The traits that a widget sends to a browser, in the order of sending: `structure` before `state`."""
TRIAL = {"serial": 1, "do": "show"}
"""A message after which a view shows all that depends on the cells before it; a prediction shows its measurement."""
ABSENT = ("matplotlib",)
"""Packages that a page does not have, and that have no stand-in."""
PLAIN_LONGEST = 2000
"""The most characters of a value that a page carries in the place of the cells that make it."""


# -- In the place of a notebook's packages

STAND_INS: Mapping[str, Mapping[str, Any]] = {
    "anywidget": {"AnyWidget": Widget},
    "traitlets": {"Dict": Trait},
    "ipywidgets": CONTROLS,
    "IPython": {},
    "IPython.core": {},
    "IPython.core.getipython": {"get_ipython": get_ipython},
    "IPython.display": {"display": display},
}
"""Stand-ins by the module that they are imported from. While no cell runs, exercises print, as outside a notebook."""


def stand_in() -> None:
    """Make this process a page: from now on it imports the stand-ins, and none of `ABSENT`. It reads and writes no file
    of the reader's before a page has handed one over."""
    for name, offered in STAND_INS.items():
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(offered)
    for name in ABSENT:
        sys.modules[name] = None  # type: ignore[assignment]
    stand_in_for_cryptography()
    memory.stand_in_for_sockets()
    os.environ["MTLIB_MY_BIND"] = ""


# -- Cells and views


def run(source: str, names: dict[str, Any]) -> list[Widget]:
    """Run one cell in a namespace, and return the widget that it shows, if any. Its printed text is dropped; its
    exceptions are raised here."""
    with redirect_stdout(StringIO()):
        found = widget_of(execute(source, "<cell>", names))
    return [found] if found else []


def traits(widget: Widget) -> dict[str, Any]:
    """All traits that a widget sends to a browser."""
    return {name: getattr(widget, name) for name in TRAITS if hasattr(widget, name)}


def plain(value: Any) -> str:
    """The source of a short value made only of numbers, text, bytes, and lists and the like of these; "" for any
    other."""
    text = repr(value) if _is_plain(value) else ""
    return text if len(text) <= PLAIN_LONGEST else ""


def _is_plain(value: Any) -> bool:
    if type(value) is dict:
        return len(value) <= PLAIN_LONGEST and all(map(_is_plain, (*value, *value.values())))
    if type(value) in (tuple, list, set):
        return 0 < len(value) <= PLAIN_LONGEST and all(map(_is_plain, value))
    if type(value) in (str, bytes):
        return len(value) <= PLAIN_LONGEST
    return value is None or (type(value) in (bool, int) and abs(value) < 1 << 4 * PLAIN_LONGEST)


def kind_of(widget: Widget) -> str:
    """The name of the script that draws a widget."""
    return next(KINDS[each.__module__] for each in type(widget).__mro__ if each.__module__ in KINDS)


@dataclass
class PageView:
    """A view that a page has sent a message to, and the last structure that the page got."""

    widget: Widget
    told: Any = None

    def news(self) -> dict[str, Any]:
        """The traits that the page does not have yet; always a state, since it carries the serial of its message."""
        now = traits(self.widget)
        before, self.told = self.told, now.get("structure")
        if self.told == before:
            now.pop("structure", None)
        return now


class Book:
    """Answers the questions of one page, or of several pages one after the other."""

    def __init__(self) -> None:
        self._views: dict[str, PageView] = {}
        self._lessons: dict[str, dict[str, Any]] = {}

    def answer(self, asked: str) -> str:
        """The answer to one question, both in JSON. `ask` is its kind: "ready", "view", "first", "bind", "needed",
        "cell", "mine", "leave". If it fails, `error` holds a sentence. If the question has `mine`, the reader's files,
        the answer has the files that it changed."""
        question = json.loads(asked)
        mine = question.get("mine")
        try:
            if mine is not None:
                take(mine)
            told = getattr(self, f"_on_{question['ask']}")(question)
            if mine is not None and (after := given_back()) != mine:
                told = {**told, "mine": after, "unstored": not_to_be_stored(after["my_bind.py"] or "")}
        except MtError as error:
            told = {"error": str(error)}
        except Exception as error:
            told = {"error": f"a mistake of this page: {type(error).__name__}: {error}"}
        return json.dumps(told, separators=(",", ":"))

    def _on_ready(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Load what most views need."""
        from mtlib.lab import bind, samples  # noqa: F401

        return {}

    def _on_leave(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """The page is left: forget what its views and cells have made."""
        self._views.clear()
        self._lessons.clear()
        return {}

    def _on_view(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Hand `message` to the view `id`, which the last of the page's `cells` shows. `before` are earlier messages,
        which were sent to a Python that has ended."""
        kept, before = self._views.get(question["id"]), question.get("before", ())
        if kept is None:
            kept = self._views[question["id"]] = self._made(question["cells"])
            for message in before:
                kept.widget.hear(kept.widget, message, [])
            if before:
                kept.told = None
        kept.widget.hear(kept.widget, question["message"], [])
        sent, kept.widget.sent = kept.widget.sent, []
        return {"traits": kept.news(), "sent": sent}

    def _made(self, cells: Sequence[str]) -> PageView:
        names, shown = _empty(), list[Widget]()
        for source in cells:
            shown = run(source, names)
        if not shown:
            raise LocalError("these cells show nothing that can be played with")
        made = PageView(shown[0])
        made.news()
        return made

    def _on_first(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """What each view of a lesson shows at first: the number of its cell, its kind, traits and static form; its
        traits after `TRIAL`; and for a measurement its `name` and a cell that gives it without measuring (`alone`).
        `plain` are the values, as source, that the names which a cell reads (`reads`) had before it, of those that are
        plain values. A cell that cannot run here is passed over: why, by its number, is `wanting`."""
        names, views, wanting, values = _empty(), list[Any](), {}, list[dict[str, str]]()
        for at, source in enumerate(question["cells"]):
            reads = question["reads"][at] if "reads" in question else ()
            values.append({name: text for name in reads if name in names and (text := plain(names[name]))})
            try:
                shown = run(source, names)
            except Exception as error:
                wanting[at] = f"{type(error).__name__}: {error}"
                continue
            for widget in shown:
                data, _ = getattr(widget, "owner", widget)._repr_mimebundle_()
                first = {"cell": at, "kind": kind_of(widget), "traits": dict(traits(widget)), "html": data["text/html"]}
                if hasattr(widget, "as_cell") and hasattr(widget, "name"):
                    first |= {"alone": widget.as_cell(), "name": widget.name}
                if widget.hear:
                    widget.hear(widget, TRIAL, [])
                views.append({**first, "after": traits(widget)})
        return {"views": views, "wanting": wanting, "plain": values}

    def _on_needed(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The numbers of the cells that must run before cell `at` of `cells`."""
        return {"needed": needed(question["cells"], question["at"])}

    def _on_cell(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Run the cell `source`, number `at` of its `lesson`, after those that ran before: its `outputs`, and whether
        it went through (`ok`). Its views are called `id`-1, `id`-2, and so on; those of an earlier run are `gone`."""
        names = self._lessons.setdefault(question["lesson"], _empty())
        for id in question.get("gone", ()):
            self._views.pop(id, None)
        made: list[str] = []

        def view(value: Any) -> Output | None:
            widget = widget_of(value)
            if widget is None:
                return None
            made.append(f"{question['id']}-{len(made) + 1}")
            kept = self._views[made[-1]] = PageView(widget)
            kept.news()
            return {"kind": "view", "id": made[-1], "view": kind_of(widget), "traits": json.dumps(traits(widget))}

        outputs, ok = run_cell(question["source"], names, question["at"] + 1, view)
        return {"outputs": outputs, "ok": ok}

    def _on_mine(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Whether a my_bind.py that the reader brings may be stored: a sentence if not."""
        return {"unstored": not_to_be_stored(question["mine"].get("my_bind.py") or "")}

    def _on_bind(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """A client and a data centre, joined in memory: two key exchanges, the binding, and a call over the bound key.
        `flip` is a bit of the request that is flipped on its way; with `seed` the bytes are the same every time."""
        flip, seed = question.get("flip"), question.get("seed", "")
        return conversation(None if flip is None else int(flip), str(seed))


def _empty() -> dict[str, Any]:
    return {"__name__": "__main__"}


# -- A whole bind


def conversation(flip: int | None, seed: str) -> dict[str, Any]:
    """The answer to "bind": `said`, sentences; `view`, the conversation to be drawn; with a seed `html`, the same
    still, for the page that is made of it."""
    from mtlib.lab.samples import NOW
    from mtlib.lab.tripping import flipped
    from mtlib.lab.views import Conversation
    from mtlib.net.client import connect
    from mtlib.net.server import LocalDC

    def turned(request: bytes) -> bytes:
        if flip is None or not 0 <= flip < 8 * len(request):
            raise LocalError("no such bit", got=flip, expected=f"0..{8 * len(request) - 1}")
        return flipped(request, flip)

    told = [{"entropy": Patterned(f"{seed}{who}"), "clock": lambda: NOW} if seed else {} for who in ("dc", "client")]
    with LocalDC(**told[0]) as dc, connect(dc, **told[1]) as client:  # type: ignore[arg-type]
        said = list(_said(dc, client, None if flip is None else turned))
        shown = Conversation(_sent(client))
    still = {"html": shown.html()} if seed else {}
    return {"said": said, "view": {"kind": "views", "traits": traits(shown)}, **still}


def _said(dc: Any, client: Any, change: Any) -> Iterator[str]:
    try:
        client.bind(change=change)
    except RpcError as error:
        yield f"auth.bindTempAuthKey: {error.code} {error.name}."
        for event in dc.trace.named("bind_refused"):
            check = event.verdict[event.verdict.failed]
            got, expected = show_value(check.got), show_value(check.expected)
            yield f"The check that failed, {check.name}: got {got}, expected {expected}."
        return
    yield "auth.bindTempAuthKey: boolTrue."
    yield f"help.getNearestDc, over the bound key: this_dc = {client.call('help.getNearestDc')['this_dc']}."


def _sent(client: Any) -> Iterator[Sent]:
    """Every packet of a client, opened: its content, and the key that it was sent under."""
    from mtlib.lab.views import Sent  # late: it needs a notebook's packages or their stand-ins

    for way, packet in client.connection.transcript:
        ours = way == "sent"
        if packet[:8] == bytes(8):
            body, note = bytes(PLAIN.dissect(packet)["message"]), "not encrypted"
        else:
            opened = open_packet(packet, client.temp_key, TO_SERVER if ours else TO_CLIENT)
            body, note = bytes(opened["request" if ours else "answer"]), "under the temporary key"
        found = look(body)
        if isinstance(found, Dissection):
            yield Sent(ours, unseal(found, [client.perm_key]), note)
