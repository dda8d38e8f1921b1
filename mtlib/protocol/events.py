"""What happened at a data centre, in plain words: for its owner's eyes, never for the wire.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mtlib.protocol.checks import Verdict


@dataclass(frozen=True)
class Event:
    """One thing that happened: `name` (`exchange_done`, `bind_refused`, ...), which connection, when, a sentence, and
    the facts behind it. A refused binding carries its `verdict`."""

    name: str
    peer: int
    at: float
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"#{self.peer} {self.name}: {self.text}"


class Trace:
    """The last events, oldest first; `listen` hears each one as it happens.

    A listener that raises hears nothing more, and an event `listener_failed` says so: what happens at a data centre
    must not depend on who looks on.
    """

    def __init__(self, keep: int) -> None:
        self._events: deque[Event] = deque(maxlen=keep)
        self._listeners: list[Callable[[Event], None]] = []

    def add(self, event: Event) -> None:
        self._events.append(event)
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception as error:
                self._drop(listener, event, error)

    def _drop(self, listener: Callable[[Event], None], event: Event, error: Exception) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
            said = f"a listener raised {error!r} at {event.name}, and hears nothing more"
            self.add(Event("listener_failed", event.peer, event.at, said))

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event from now on, in the thread in which it happens."""
        self._listeners.append(listener)

    def named(self, *names: str) -> list[Event]:
        """The events of these names."""
        return [event for event in self if event.name in names]

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, index: int) -> Event:
        return tuple(self._events)[index]

    def __str__(self) -> str:
        return "\n".join(map(str, self))
