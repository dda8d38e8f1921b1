"""A page in Chromium binds through the browser's own WebSocket, with a client that shares no code with mtlib."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter import ROOT

from mtlib import LocalDC

BOOL_TRUE = "b5757299"
BIND = """async (server) => {
    const { bind } = await import('/websocket_client.mjs')
    return bind(server)
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """The port of a server on loopback that has the client."""
    pages = functools.partial(Quiet, directory=str(ROOT / "tests" / "node"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def server(dc: LocalDC) -> dict[str, Any]:
    """What the client must know."""
    key = dc.public_key
    return {"url": f"ws://127.0.0.1:{dc.port}/apiws", "n": f"{key.n:x}", "dc": dc.dc_id,
            "fingerprint": f"{key.fingerprint & 2**64 - 1:016x}"}  # fmt: skip


def test_a_page_binds(browser: Any, site: int) -> None:
    page = browser.new_page()
    try:
        with LocalDC() as dc:
            page.goto(f"http://127.0.0.1:{site}/package.json")
            assert page.evaluate(BIND, server(dc)) == {"protocol": "binary", "answer": BOOL_TRUE}
            assert len(dc.trace.named("websocket")) == len(dc.trace.named("bind_accepted")) == 1
    finally:
        page.close()


def test_a_page_of_no_address_is_refused(browser: Any, site: int) -> None:
    page = browser.new_page()
    try:
        with LocalDC() as dc:
            page.set_content("<iframe sandbox='allow-scripts' srcdoc='<p>a page whose origin is null</p>'></iframe>")
            frame = page.wait_for_selector("iframe").content_frame()
            refused = "url => new Promise(done => { const s = new WebSocket(url, 'binary');" \
                      " s.onopen = () => done('open'); s.onerror = () => done('refused') })"
            assert frame.evaluate(refused, server(dc)["url"]) == "refused"
            assert "null" in dc.trace.named("bad_bytes")[0].text
    finally:
        page.close()
