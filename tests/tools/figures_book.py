"""What `./run bench book` measures: the book in Chromium over http on loopback, each time in a fresh browser.

Every figure stands beside its goal, in the same unit: a ratio of 1 is just good enough.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from measuring import Figure

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "book"), str(ROOT / "tests" / "browser"), str(ROOT / "tests")]

FRESH, KEYS = 5, 20
"""Browsers, and keys that are pressed in one."""
MIB = 1 << 20
LESSON = "00_start_here.html"
PAINTED = """() => Math.max(...performance.getEntriesByType('paint').map((each) => each.startTime))"""
WATCH = """() => {
  window.took = [];
  let pressed = 0;
  addEventListener('keydown', () => { pressed = performance.now(); }, true);
  const told = document.querySelector('.mtlib-inspector');
  new MutationObserver(() => {
    if (pressed && !document.querySelector('.waiting')) { window.took.push(performance.now() - pressed); pressed = 0; }
  }).observe(told.parentElement, { attributes: true });
}"""
BOUND = """async () => {
  const begun = performance.now();
  const binds = () => Number(document.querySelector('.bind').dataset.binds || 0);
  const before = binds();
  document.querySelector('.bind button').click();
  while (binds() === before) await new Promise((go) => setTimeout(go, 2));
  return performance.now() - begun;
}"""
GOALS = {
    "first paint": 0.3,
    "first verdict, cold": 1.2,
    "key to verdict": 0.03,
    "whole bind, first": 0.6,
    "whole bind, after": 0.4,
}
"""Seconds."""
MEMORY = 280 * MIB
"""Bytes of the page's process, with Python in it."""


def figures() -> Iterator[Figure]:
    """The medians of all, beside their goals."""
    from jupyter import launch
    from playwright.sync_api import sync_playwright

    import book
    from conftest import Pages

    with tempfile.TemporaryDirectory() as folder:
        if book.main([], Path(folder)):
            raise SystemExit("the book could not be built")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        took: dict[str, list[float]] = {name: [] for name in GOALS}
        memory = []
        with sync_playwright() as playwright:
            for _ in range(FRESH):
                browser = launch(playwright)
                memory.append(_lesson(browser, address, took))
                _bind(browser, address, took)
                browser.close()
        server.shutdown()
        server.server_close()
    for name, goal in GOALS.items():
        found = statistics.median(took[name]) / 1000
        yield Figure(f"book: {name}", "goal", found, goal, found / goal, 1.0)
    found = statistics.median(memory)
    yield Figure("book: memory with Python", "goal", found, MEMORY, found / MEMORY, 1.0, "bytes")


def _lesson(browser: Any, address: str, took: dict[str, list[float]]) -> float:
    """Keys over bytes: the first starts Python. Gives the bytes of memory afterwards."""
    page = browser.new_page()
    page.goto(address + LESSON)
    page.wait_for_selector("html[data-live]", state="attached")
    took["first paint"].append(page.evaluate(PAINTED))
    page.evaluate(WATCH)
    cell = page.locator(".mtlib-inspector .sheet[aria-label=plaintext] [role=gridcell][aria-label*=nonce]").first
    cell.evaluate("cell => cell.focus()")
    for number in range(KEYS):
        page.keyboard.press("78"[number % 2])
        page.wait_for_function("number => window.took.length > number", arg=number, timeout=120_000)
    first, *rest = page.evaluate("window.took")
    took["first verdict, cold"].append(first)
    took["key to verdict"] += rest
    held = _memory(browser)
    page.close()
    return held


def _memory(browser: Any) -> float:
    """Bytes of the largest process that draws a page, shared ones in proportion."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    rolled = (Path(f"/proc/{each['id']}/smaps_rollup").read_text() for each in told if each["type"] == "renderer")
    return max(float(re.search(r"^Pss: +(\d+) kB", text, re.M)[1]) * 1024 for text in rolled)  # type: ignore[index]


def _bind(browser: Any, address: str, took: dict[str, list[float]]) -> None:
    page = browser.new_page()
    page.goto(f"{address}bind.html")
    page.wait_for_selector("html[data-live]", state="attached")
    page.evaluate("book.python.start()")
    page.get_by_text("Python runs in this page.").wait_for(timeout=120_000)
    took["whole bind, first"].append(page.evaluate(BOUND))
    took["whole bind, after"] += [page.evaluate(BOUND) for _ in range(3)]
    page.close()
