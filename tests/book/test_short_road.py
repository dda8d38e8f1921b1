"""The short road in the pages of the book, as a reader walks it: every exercise is solved by typing, every cell is run,
and at the end a data centre says boolTrue to a request made by the reader's own functions alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from test_cells import Lesson, lesson

from conftest import ROOT
from mtlib.lab.answers import EXERCISES
from mtlib.lab.course import SHORT, lessons
from mtlib.lab.examining import Task

__all__ = ["lesson"]

ROAD = [each for each in lessons(ROOT / "notebooks") if each.number in SHORT]
BIND = """\
from hashlib import sha1

from mtlib import LocalDC, SCHEMA, connect, open_packet
from mtlib.lab import mine

inner, seal, request, packet = mine("inner"), mine("seal"), mine("request"), mine("packet")
bind_accepted = mine("bind_accepted")


def name_of(key):
    return int.from_bytes(sha1(key).digest()[12:20], "little", signed=True)


dc = LocalDC(clock=lambda: NOW).start()
client = connect(dc, framing="intermediate", clock=lambda: NOW)
now, perm, temp = NOW, bytes(client.perm_key), bytes(client.temp_key)
session = client.session.session_id
msg_id = client.session.next_msg_id(now)
forty = inner(1, name_of(temp), name_of(perm), session, 0, now, 86400)
sealed = seal(perm, temp, forty, msg_id, bytes(range(16)), bytes(8))
body = request(name_of(perm), 1, now + 86400, sealed)
travels = packet(temp, perm, client.session.salt, session, msg_id, 1, body, bytes(range(12)))
client.connection.socket.sendall(len(travels).to_bytes(4, "little") + travels)


def read(size):
    data = b""
    while len(data) < size:
        data += client.connection.socket.recv(size - len(data))
    return data


received = read(int.from_bytes(read(4), "little"))
answer = open_packet(received, client.temp_key, 8)["answer"]
replies = [bytes(each["body"]) for each in SCHEMA.dissect(answer)["messages"]]
print("my own check:   ", "boolTrue" if bind_accepted(replies, msg_id) else "refused")
print("the data centre:", "accepted" if dc.trace.named("bind_accepted") else "refused")
"""
"""What is typed into a cell of the last lesson, in the place of the library's request."""


def exercises(opened: Lesson) -> list[tuple[int, str]]:
    """Where each exercise of a lesson is checked, and its name."""
    found = ((at, name) for at in range(opened.count()) for name in EXERCISES if f'check("{name}"' in opened.source(at))
    return list(found)


def test_the_short_road_is_walked_in_the_page(lesson: Callable[..., Lesson]) -> None:
    opened: Any = None
    for each in ROAD:
        opened = lesson(each.stem, opened.reader if opened else None)
        solved = exercises(opened)
        for at, name in solved:
            assert "right:" in opened.answer(at, name), (each.stem, name)
        for at in range(opened.count()):
            opened.run(at)
            assert opened.cell(at).locator(".output_error").count() == 0, (each.stem, at, opened.shown(at))
    kept = set(opened.page.locator(".mine .list").inner_text().removeprefix("Kept: ").rstrip(".").split(", "))
    assert {name for each in ROAD for name in each.exercises if isinstance(EXERCISES[name], Task)} <= kept
    at = next(at for at in range(opened.count()) if "build_binding" in opened.source(at))
    opened.write(at, BIND)
    shown = opened.run(at)
    assert "my own check:    boolTrue\nthe data centre: accepted" in shown
    for name in ("inner", "seal", "request", "packet", "bind_accepted"):
        assert f"{name}: yours, from my_bind.py." in shown
    opened = lesson("16_carried_by_the_temporary_key", opened.reader)
    at = next(at for at in range(opened.count()) if "the same as the library's" in opened.source(at))
    assert "the same as the library's: True" in opened.run(at)
