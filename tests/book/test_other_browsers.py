"""A lesson and the doctor in Firefox and in WebKit, as their readers use them: real clicks and keys, no error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from driven import Driven, Firefox, Lacking, WebKit

from conftest import Site

LESSON = "00_start_here"
LIVE = "document.documentElement.dataset.live"
RUNS = "document.querySelector('#book-status').textContent === 'Python runs in this page.'"
CELL = "document.querySelectorAll('main .code_cell')[1]"
NONCE = "document.querySelector('.mtlib-inspector .sheet[aria-label=plaintext] [role=gridcell][aria-label*=nonce]')"
ANSWER = "document.querySelector('.mtlib-inspector .answer').textContent"
SEND = """\
from js import XMLHttpRequest
asked = XMLHttpRequest.new()
asked.open("GET", "{address}", False)
asked.send()
"""
"""A cell that asks another address, from the worker."""


@pytest.fixture(params=[Firefox, WebKit])
def driven(request: pytest.FixtureRequest, elsewhere: tuple[str, list[str]]) -> Iterator[Driven]:
    made = None
    try:
        made = request.param(elsewhere[0])
        yield made
    except Lacking as lacking:
        pytest.skip(str(lacking))
    finally:
        if made:
            made.close()


def button(within: str, name: str) -> str:
    return f"[...{within}.querySelectorAll('button')].find((each) => each.textContent === {json.dumps(name)})"


def run_cell(driven: Driven, source: str) -> str:
    """Type it, run it with the keyboard, and give what is shown."""
    driven.click(button(CELL, "Edit"))
    driven.evaluate(f"{CELL}.querySelector('textarea').select()")
    driven.press(*(each if each != "\n" else "Enter" for each in source), "Shift+Enter")
    driven.wait(f"{CELL}.dataset.runs")
    return str(driven.evaluate(f"{CELL}.querySelector('.output').innerText").strip())


def turn(driven: Driven, link: str, name: str) -> None:
    """To another page by a link of this one: Python goes along."""
    driven.click(f"document.querySelector('{link}[href=\"{name}.html\"]')")
    driven.wait(f"location.pathname === '/{name}.html' && {LIVE}")


def test_a_lesson_and_the_doctor(driven: Any, site: Site, elsewhere: tuple[str, list[str]]) -> None:
    driven.open(f"{site.address}{LESSON}.html")
    driven.wait(LIVE)
    assert driven.evaluate(ANSWER) == "boolTrue"
    driven.click(NONCE)
    driven.press("7")
    driven.wait(f"{ANSWER} === '400 ENCRYPTED_MESSAGE_INVALID'")
    driven.wait(RUNS)
    assert run_cell(driven, "for each in (6,):\nprint(each * 7)") == "42"
    turn(driven, "nav a", "index")
    turn(driven, "main a", "doctor")
    refused = (site.root / "docs" / "refused.txt").read_text(encoding="utf-8")
    driven.evaluate(f"document.querySelector('textarea').value = {json.dumps(refused)}")
    driven.click(button("document", "read"))
    driven.wait("document.querySelector('.part.wrong').textContent.includes('msg_key covers the padding')")
    assert driven.errors == []
    assert driven.outside(site.address) == []
    turn(driven, "nav a", "index")
    turn(driven, "main a", LESSON)
    address, seen = elsewhere
    sent = f"fetch('{address}page', {{ mode: 'no-cors' }}).then(() => 'sent', () => 'refused')"
    assert driven.evaluate(sent) == "refused"
    assert "JsException" in run_cell(driven, SEND.format(address=f"{address}worker"))
    assert not [path for path in seen if path.endswith(("page", "worker"))]
    assert driven.evaluate("book.python.life") == 1
