"""The book, built once and served on loopback, one Chromium, and Pyodide under node, for all tests of this folder."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "tools"), str(ROOT / "tests" / "browser")]

from npm import NotFetched, packages  # noqa: E402
from pyodide import pyodide  # noqa: E402

Play = Callable[..., str]
"""A program to what it printed; `limit` are the seconds that it may take."""
STARTS = 90_000
"""Milliseconds in which Python starts, also where the machine is busy."""
LESSON = "00_start_here"
LINK = "name => document.body.appendChild(Object.assign(document.createElement('a'), { href: `${name}.html` })).click()"
KINDS = {".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}


@dataclass(frozen=True)
class Site:
    """The book: where it is served, its folder, and the repository that it was built from."""

    address: str
    folder: Path
    root: Path = ROOT


class Pages(SimpleHTTPRequestHandler):
    """Files, with the types that a browser insists on."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, **KINDS}  # noqa: RUF012

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Reader:
    """One page of the book, and all that it asked for."""

    def __init__(self, browser: Any, site: Site, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1200, "height": 1000}, **options})
        self.page = self.context.new_page()
        self.site, self.alive = site, options.get("java_script_enabled", True)
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, name: str, fragment: str = "") -> Any:
        self.page.goto(f"{self.site.address}{name}.html{fragment}")
        if self.alive and "book-data" in (self.site.folder / f"{name}.html").read_text(encoding="utf-8"):
            self.page.wait_for_selector("html[data-live]", timeout=STARTS, state="attached")
        return self.page

    def turn(self, name: str) -> Any:
        """To another page by a link, so that the Python of this one, if it runs, goes along; else as `open` does."""
        if not self.page.evaluate("Boolean(globalThis.book?.python.worker)"):
            return self.open(name)
        for each in ["index"] * (f"/{name}.html" in self.page.url) + [name]:
            self.page.evaluate(LINK, each)
            self.page.wait_for_url(f"**/{each}.html")
            self.page.wait_for_selector("html[data-live]", timeout=STARTS, state="attached")
        return self.page

    def forget(self) -> None:
        """What this reader kept and typed."""
        if self.page.url.startswith(self.site.address):
            self.page.evaluate("localStorage.clear(), sessionStorage.clear()")

    def checked(self) -> None:
        """Nothing was asked of other addresses, and nothing went wrong."""
        assert self.outside() == [] and self.errors == []

    def settled(self) -> None:
        """Wait until every message is answered."""
        from playwright.sync_api import expect

        expect(self.page.locator(".waiting")).to_have_count(0, timeout=STARTS)

    def outside(self) -> list[str]:
        own = (self.site.address, f"blob:{self.site.address}", "data:")
        return [url for url in self.asked if not url.startswith(own)]

    def inspector(self) -> str:
        """How the page calls the first view that is an inspector."""
        page = (self.site.folder / f"{LESSON}.html").read_text(encoding="utf-8")
        found = re.search(r'"(view-[\w-]+)":\s*{"kind":\s*"inspector"', page)
        assert found
        return found[1]

    def states(self, id: str) -> Any:
        return self.page.evaluate(f"book.models['{id}'].traits.state")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    import book

    folder = tmp_path_factory.mktemp("book") / "book"
    if book.main([], folder):
        pytest.skip("the book needs Pyodide, which npm fetches")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.server_address[1]}/", folder)
    server.shutdown()
    server.server_close()


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Another address of this machine, and what was asked of it."""
    seen: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", seen
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
    from jupyter import chromium, launch

    if chromium() is None:
        pytest.skip("needs Chromium: on Debian, apt install chromium fonts-dejavu-core")
    with sync_api.sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def reader(browser: Any, site: Site) -> Iterator[Callable[..., Reader]]:
    opened: list[Reader] = []

    def make(**options: Any) -> Reader:
        opened.append(Reader(browser, site, **options))
        return opened[-1]

    yield make
    for each in opened:
        each.checked()
        each.context.close()


@pytest.fixture(scope="session")
def one_python(browser: Any, site: Site) -> Iterator[Reader]:
    """A reader who goes from page to page, with one Python for all of them."""
    made = Reader(browser, site)
    yield made
    made.context.close()


@pytest.fixture
def walking(one_python: Reader) -> Iterator[Reader]:
    """That reader, who has kept and typed nothing so far: for tests that do not ask how Python starts."""
    one_python.forget()
    yield one_python
    one_python.checked()


@pytest.fixture(scope="session")
def axe() -> Path:
    """axe-core, from the packages of the tests in node."""
    return packages(ROOT / "tests" / "node") / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def play() -> Play:
    """Runs a program in Pyodide under node, and gives what it printed."""
    try:
        pyodide()
    except NotFetched as lacking:
        pytest.skip(str(lacking))

    def run(program: str, limit: int = 300) -> str:
        done = subprocess.run(
            ["node", "play.mjs"], cwd=HERE, input=program, capture_output=True, text=True, timeout=limit, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
