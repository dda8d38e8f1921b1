"""What happened at a data centre, in plain words: for its owner's eyes, never for the wire.

The answer leaves first. What happens while a packet is answered is noted at once and told afterwards: a sentence that
takes work is a function, and runs when somebody reads it, at the latest when `EventLog.tell` is called.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mtlib.protocol.checks import Verdict


class LogEvent:
    """One thing that happened: `name` (`exchange_done`, `bind_refused`, ...), which connection, when, a sentence, and
    the facts behind it. A refused binding carries its `verdict`."""

    def __init__(
        self, name: str, peer: int, at: float, text: str | Callable[[], str],
        facts: Mapping[str, Any] | None = None, verdict: Verdict | None = None,
    ) -> None:  # fmt: skip
        self.name, self.peer, self.at, self.facts, self.verdict = name, peer, at, facts or {}, verdict
        self._text = text

    @property
    def text(self) -> str:
        if not isinstance(self._text, str):
            self._text = self._text()
        return self._text

    def __str__(self) -> str:
        return f"#{self.peer} {self.name}: {self.text}"

    def __repr__(self) -> str:
        return f"<LogEvent {self}>"


class EventLog:
    """The last events, oldest first; `listen` hears each one, in order.

    A listener that raises hears nothing more, and an event `listener_failed` says so: what happens at a data centre
    must not depend on who looks on.
    """

    def __init__(self, keep: int) -> None:
        self._events: deque[LogEvent] = deque(maxlen=keep)
        self._untold: deque[LogEvent] = deque()
        self._listeners: list[Callable[[LogEvent], None]] = []

    def add(self, event: LogEvent) -> None:
        """Note an event, and tell it."""
        self.note(event)
        self.tell()

    def note(self, event: LogEvent) -> None:
        """Note an event that is told later: while an answer is being made nothing may hold it up."""
        self._events.append(event)
        self._untold.append(event)

    def tell(self) -> None:
        """Tell the listeners what was noted since."""
        while self._untold:
            event = self._untold.popleft()
            _ = event.text
            for listener in tuple(self._listeners):
                try:
                    listener(event)
                except Exception as error:
                    self._drop(listener, event, error)

    def _drop(self, listener: Callable[[LogEvent], None], event: LogEvent, error: Exception) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
            said = f"a listener raised {error!r} at {event.name}, and hears nothing more"
            self.note(LogEvent("listener_failed", event.peer, event.at, said))

    def listen(self, listener: Callable[[LogEvent], None]) -> None:
        """Call `listener` with every event from now on, in the thread of the data centre."""
        self._listeners.append(listener)

    def named(self, *names: str) -> list[LogEvent]:
        """The events of these names."""
        return [event for event in self if event.name in names]

    def __iter__(self) -> Iterator[LogEvent]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, index: int) -> LogEvent:
        return tuple(self._events)[index]

    def __str__(self) -> str:
        return "\n".join(map(str, self))
