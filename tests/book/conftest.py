"""The book, built once and served on loopback, one Chromium, and Pyodide under node, for all tests of this folder."""

from __future__ import annotations

import functools
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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    import book

    book.BOOK = tmp_path_factory.mktemp("book") / "book"
    if book.main([]):
        pytest.skip("the book needs Pyodide, which npm fetches")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=str(book.BOOK)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.server_address[1]}/", book.BOOK)
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
