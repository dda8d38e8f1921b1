"""Firefox and WebKit, driven with real clicks and keys: by WebDriver BiDi over a websocket, and by WebDriver over http.

What a page asks of any other machine ends at `proxy`, an address of the tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

SECONDS = 120
"""In which a browser starts, and Python in it, also where the machine is busy."""
KEYS = {"Shift": "\ue008", "Control": "\ue009", "Enter": "\ue007", "Tab": "\ue004", "End": "\ue010", "Escape": "\ue00c"}
LISTEN = """() => {
  globalThis.heard = [];
  const tell = ({ type, message, reason, violatedDirective }) =>
    heard.push(`${type}: ${message || reason || violatedDirective}`);
  for (const type of ["error", "unhandledrejection", "securitypolicyviolation"]) addEventListener(type, tell);
  const { error } = console;
  console.error = (...words) => { heard.push(`console: ${words.join(" ")}`); error(...words); };
}"""
"""Keeps what goes wrong in a page."""
CENTRE = """(() => {
  const box = (%s).getBoundingClientRect();
  return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
})()"""


class Lacking(Exception):
    """This machine has not got it; the message says what to install."""


class Driven(ABC):
    """One page in one browser. `started` are the programs that end with it, `home` is the folder that they write to."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[Any]] = []
        self.home = Path(tempfile.mkdtemp())
        self.environment = os.environ | {"HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.home)}

    def start(self, *command: str | Path, **options: Any) -> subprocess.Popen[Any]:
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.started.append(subprocess.Popen(command, **{**quiet, "env": self.environment, **options}))
        return self.started[-1]

    @abstractmethod
    def open(self, address: str) -> None:
        """Go to a page, and wait until it is loaded."""

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, or of its promise, by way of JSON."""

    @abstractmethod
    def act(self, source: str, actions: Sequence[Mapping[str, Any]]) -> None:
        """Real input from a "pointer" or from "key"."""

    def wait(self, expression: str) -> Any:
        """Until the expression has a value that is true, which is returned."""
        end = time.monotonic() + SECONDS
        while not (found := self.evaluate(expression)):
            assert time.monotonic() < end, f"not within {SECONDS} s: {expression}"
            time.sleep(0.1)
        return found

    def click(self, element: str, times: int = 1) -> None:
        """On the middle of the element that this expression gives."""
        self.evaluate(f"({element}).scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        x, y = self.evaluate(CENTRE % element)
        once = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.act("pointer", [{"type": "pointerMove", "x": x, "y": y}, *once * times])

    def press(self, *keys: str) -> None:
        """One key after the other; "Shift+Enter" holds the first down meanwhile."""
        actions = []
        for each in keys:
            names = [KEYS.get(name, name) for name in ([each] if len(each) == 1 else each.split("+"))]
            actions += [{"type": "keyDown", "value": name} for name in names]
            actions += [{"type": "keyUp", "value": name} for name in reversed(names)]
        self.act("key", actions)

    @property
    def errors(self) -> list[str]:
        """What went wrong in the page."""
        return list(self.evaluate("globalThis.heard"))

    def close(self) -> None:
        for program in reversed(self.started):
            program.terminate()
            try:
                program.wait(10)
            except subprocess.TimeoutExpired:
                program.kill()
        shutil.rmtree(self.home, ignore_errors=True)


def _input(source: str, actions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": source, "id": source, "actions": list(actions)}]


class Firefox(Driven):
    """Debian's Firefox, by WebDriver BiDi."""

    def __init__(self, proxy: str) -> None:
        super().__init__()
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        if program is None:
            raise Lacking("needs Firefox: on Debian, apt install firefox-esr")
        place = urlsplit(proxy)
        wanted: dict[str, Any] = {"network.proxy.type": 1, "network.proxy.no_proxies_on": "127.0.0.1"}
        for kind in ("http", "ssl", "socks"):
            wanted |= {f"network.proxy.{kind}": place.hostname, f"network.proxy.{kind}_port": place.port}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items())
        (self.home / "user.js").write_text("".join(lines))
        said = self.home / "said"
        with said.open("w") as out:
            self.start(program, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", self.home,
                       stderr=out)  # fmt: skip
        end = time.monotonic() + SECONDS
        while not (found := re.search(r"listening on (ws://\S+)", said.read_text())):
            assert time.monotonic() < end, said.read_text()
            time.sleep(0.1)
        from websocket import create_connection

        self.line = create_connection(f"{found[1]}/session", suppress_origin=True, timeout=SECONDS)
        self.asked: list[str] = []
        self.logged: list[str] = []
        self.count = 0
        self.ask("session.new", capabilities={})
        self.context = self.ask("browsingContext.create", type="tab")["context"]  # it has the keyboard
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.ask("script.addPreloadScript", functionDeclaration=LISTEN)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.count += 1
        self.line.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while True:
            told = json.loads(self.line.recv())
            if told.get("id") == self.count:
                assert told["type"] == "success", told
                return dict(told["result"])
            if told.get("method") == "network.beforeRequestSent":
                self.asked.append(told["params"]["request"]["url"])
            elif told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.logged.append(str(told["params"]["text"]))

    def open(self, address: str) -> None:
        self.ask("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        told = self.ask("script.evaluate", target={"context": self.context}, awaitPromise=True,
                        expression=f"(async () => JSON.stringify(await ({expression}) ?? null))()")  # fmt: skip
        assert told["type"] == "success", told
        return json.loads(told["result"]["value"])

    def act(self, source: str, actions: Sequence[Mapping[str, Any]]) -> None:
        self.ask("input.performActions", context=self.context, actions=_input(source, actions))

    @property
    def errors(self) -> list[str]:
        return super().errors + self.logged

    def outside(self, own: str) -> list[str]:
        """What pages asked of other addresses."""
        return [url for url in self.asked if not url.startswith((own, f"blob:{own}", "data:", "about:"))]

    def close(self) -> None:
        if hasattr(self, "line"):
            self.line.close()
        super().close()


class WebKit(Driven):
    """Debian's WebKitGTK in its MiniBrowser, by WebDriver, on a display in memory."""

    def __init__(self, proxy: str) -> None:
        super().__init__()
        driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
        if driver is None or display is None:
            raise Lacking("needs WebKit and a display: on Debian, apt install webkit2gtk-driver xvfb")
        reading, writing = os.pipe()
        self.start(display, "-displayfd", str(writing), "-nolisten", "tcp", pass_fds=[writing])
        os.close(writing)
        with open(reading) as line:
            self.environment |= {"DISPLAY": f":{line.readline().strip()}", "GDK_BACKEND": "x11"}
        self.environment |= {"WEBKIT_DISABLE_DMABUF_RENDERER": "1", "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.start(driver, f"--port={urlsplit(self.address).port}")
        self.opener = build_opener(ProxyHandler({}))
        end = time.monotonic() + SECONDS
        while not self.answers():
            assert time.monotonic() < end, "WebKitWebDriver does not answer"
            time.sleep(0.1)
        place = urlsplit(proxy).netloc
        manual = {"proxyType": "manual", "httpProxy": place, "sslProxy": place, "noProxy": ["127.0.0.1"]}
        made = self.ask("POST", "/session", capabilities={"alwaysMatch": {"proxy": manual}})
        self.address += f"/session/{made['sessionId']}"

    def answers(self) -> bool:
        try:
            return bool(self.ask("GET", "/status")["ready"])
        except URLError:
            return False

    def ask(self, method: str, path: str, **parameters: Any) -> Any:
        body = json.dumps(parameters).encode() if method == "POST" else None
        request = Request(self.address + path, body, {"Content-Type": "application/json"}, method=method)
        try:
            with self.opener.open(request, timeout=SECONDS) as answer:
                return json.loads(answer.read())["value"]
        except HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def open(self, address: str) -> None:
        self.ask("POST", "/url", url=address)
        self.evaluate(f"({LISTEN})()")  # what went wrong before shows in that the page is not alive

    def evaluate(self, expression: str) -> Any:
        script = f"return (async () => JSON.stringify(await ({expression}) ?? null))()"
        return json.loads(self.ask("POST", "/execute/sync", script=script, args=[]))

    def act(self, source: str, actions: Sequence[Mapping[str, Any]]) -> None:
        self.ask("POST", "/actions", actions=_input(source, actions))

    def outside(self, own: str) -> list[str]:
        """What pages asked of other addresses of this machine; what they asked of others went to the proxy."""
        asked = self.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
        return [url for url in asked if not url.startswith((own, f"blob:{own}", "data:"))]

    def close(self) -> None:
        if "/session/" in getattr(self, "address", ""):
            self.ask("DELETE", "")
        super().close()
