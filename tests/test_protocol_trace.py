"""The trace: bounded, in order, heard as it happens."""

from __future__ import annotations

from mtlib.protocol.events import EventLog, LogEvent


def event(number: int, name: str = "call") -> LogEvent:
    return LogEvent(name, 1, float(number), f"number {number}")


def test_the_last_ones_are_kept_in_order() -> None:
    trace = EventLog(3)
    for number in range(5):
        trace.add(event(number))
    assert [e.at for e in trace] == [2, 3, 4]
    assert (len(trace), trace[-1].at) == (3, 4)
    assert str(trace).splitlines()[0] == "#1 call: number 2"


def test_listeners_hear_each_event_once() -> None:
    trace, heard = EventLog(1), []
    trace.listen(heard.append)
    for number in range(3):
        trace.add(event(number))
    assert [e.at for e in heard] == [0, 1, 2]


def test_by_name() -> None:
    trace = EventLog(9)
    trace.add(event(1, "a"))
    trace.add(event(2, "b"))
    trace.add(event(3, "a"))
    assert [e.at for e in trace.named("a")] == [1, 3]


def test_a_listener_that_raises_is_dropped_and_the_others_hear_on() -> None:
    trace, heard = EventLog(9), list[LogEvent]()

    def broken(event: LogEvent) -> None:
        raise BrokenPipeError("nobody reads")

    trace.listen(broken)
    trace.listen(heard.append)
    trace.add(event(1))
    trace.add(event(2))
    assert [e.name for e in trace] == ["call", "listener_failed", "call"]
    assert "nobody reads" in trace[1].text
    assert sorted(e.name for e in heard) == ["call", "call", "listener_failed"]
