"""Lines for a reader who may not read: nobody waits, the order is kept, and what is missing is counted."""

from __future__ import annotations

import threading
import time

from mtlib.cli.writing import Teller


class Reader:
    """Reads nothing until it is let."""

    def __init__(self) -> None:
        self.reads, self.lines = threading.Event(), list[str]()

    def write(self, line: str) -> None:
        self.reads.wait()
        self.lines.append(line)


def missing(count: int) -> str:
    return f"{count} missing"


def test_nobody_waits_and_the_missing_are_counted_in_their_place() -> None:
    reader = Reader()
    teller = Teller(reader.write, missing, waiting=3)
    teller.tell("0")
    while teller._lines:  # until the thread has taken it
        time.sleep(0.001)
    for number in range(1, 10):
        teller.tell(str(number))
    reader.reads.set()
    while len(reader.lines) < 5:
        time.sleep(0.001)
    teller.tell("10")
    assert teller.close()
    assert reader.lines == ["0", "1", "2", "3", "6 missing", "10"]


def test_at_the_end_what_can_be_written_is() -> None:
    reader = Reader()
    teller = Teller(reader.write, missing, waiting=100)
    for number in range(50):
        teller.tell(str(number))
    assert not teller.close(0.05)
    teller.tell("too late")
    reader.reads.set()
    assert teller.close()
    assert reader.lines == [str(number) for number in range(50)]


def test_a_reader_who_left_ends_it() -> None:
    def broken(line: str) -> None:
        raise BrokenPipeError

    teller = Teller(broken, missing)
    teller.tell("0")
    assert not teller.close()
    assert isinstance(teller.error, BrokenPipeError)
