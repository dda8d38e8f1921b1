"""A real JupyterLab on a copy of the lessons, and a real Chromium in front of it.

Everything that either of them writes goes into one temporary folder, and neither may talk beyond this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import Browser, Page, Playwright

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / ".artefacts"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START = 40.0
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
    "MPLCONFIGDIR": "matplotlib",
}
SAVING = {"ServerApp": {"jpserver_extensions": {"mtlib.lab.saving": True}}}  # as ./run sets it up
NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}

READY = """name => {
  const open = window.jupyterapp.shell.currentWidget;
  return open?.context?.path === name && open.context.isReady && open.content.widgets.length > 0
    && open.sessionContext.isReady && open.sessionContext.session?.kernel?.status === 'idle';
}"""
STILL = """async () => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  const moves = (each) => each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity;
  for (let frame = 0; frame < 120 && document.getAnimations().some(moves); frame += 1)
    await new Promise(requestAnimationFrame);
}"""
SAVE = "async () => { await window.jupyterapp.shell.currentWidget.context.save(); }"
TROUBLE = ", ".join(f'[data-mime-type="application/vnd.jupyter.{kind}"]' for kind in ("error", "stderr"))
"""A traceback is shown as what a cell wrote to stderr."""
PATIENCE = 15.0
PUT_AWAY = """async () => {
  const open = window.jupyterapp.shell.currentWidget;
  if (!open?.context) return;
  await open.sessionContext.shutdown();
  open.dispose();
}"""


def chromium() -> str | None:
    """The Chromium of this machine; playwright's own download is never used."""
    named = os.environ.get("CHROMIUM", "")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def notebook(path: Path, cells: Sequence[str]) -> None:
    """A notebook of code cells."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    made.metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(made, path)


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab whose root is `folder / "notebooks"`."""
    environment = os.environ | {name: str(folder / place) for name, place in FOLDERS.items()}
    environment |= {"MTLIB_MY_BIND": "my_bind.py"}  # a reader's, in that folder; other tests have none
    environment |= {"JUPYTER_PREFER_ENV_PATH": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1", "PYTHONPATH": str(ROOT)}
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(NO_NEWS))
    (folder / "config").mkdir()
    (folder / "config" / "jupyter_server_config.json").write_text(json.dumps(SAVING))
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0",
        "--expose-app-in-browser", "--KernelManager.transport_encryption=auto",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
    ]  # fmt: skip
    with (folder / "jupyter.log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield _address(folder, server)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _address(folder: Path, server: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + START
    while time.monotonic() < until and server.poll() is None:
        for path in (folder / "runtime").glob("jpserver-*.json"):
            try:
                said = json.loads(path.read_text())
            except json.JSONDecodeError:
                continue  # it is being written
            return f"{said['url']}lab?token={said['token']}"
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{(folder / 'jupyter.log').read_text()[-2000:]}")


class Lab:
    """One JupyterLab page. `errors` and `outside` collect what must not be there."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.page: Page = browser.new_page(**{"viewport": {"width": 1440, "height": 1500}, **options})
        self.page.set_default_timeout(10_000)
        self.address = address
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._seen(request.url))

    def _seen(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("localhost", "127.0.0.1"):
            self.outside.append(url)

    def open(self, name: str) -> None:
        """Open a notebook and wait for its kernel."""
        self.page.goto(self.address.replace("/lab?", f"/lab/tree/{name}?") + "&reset")
        self.page.wait_for_selector(".jp-Notebook", timeout=60_000)
        self.command("application:toggle-left-area")
        # Before that JupyterLab takes a command to run cells, and loses it.
        self.page.wait_for_function(
            "document.querySelector('#jp-main-statusbar')?.innerText.includes('Idle')", timeout=60_000
        )

    def turn_to(self, name: str) -> None:
        """Open a notebook beside those that are closed, in the page that stands there, and wait for its kernel."""
        self.errors.clear()
        self.outside.clear()
        self.command("docmanager:open", path=name)
        self.page.wait_for_function(READY, arg=name, timeout=60_000)

    def put_away(self) -> None:
        """Close the notebook that is open, unsaved, and end its kernel. Nothing where none is open."""
        self.page.evaluate(PUT_AWAY)

    def command(self, name: str, **options: Any) -> None:
        """One of JupyterLab's own commands."""
        run = "([name, options]) => void window.jupyterapp.commands.execute(name, options)"
        self.page.evaluate(run, [name, options])

    def save(self) -> None:
        """Save the notebook that is open; it is in its file when this ends."""
        self.page.evaluate(SAVE)

    def size(self, width: int, height: int) -> None:
        """Another size of the window, and everything laid out for it."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_timeout(300)  # JupyterLab waits a moment, too
        still(self.page)

    def run_all(self) -> None:
        """Run every cell. Raises AssertionError with what the page says where one of them stopped the run."""
        self.command("notebook:run-all-cells")
        prompts = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(made => made.textContent)"
        ended = self.page.wait_for_function(
            f"(all => !all.some(text => text.includes('*')) && (all.every(text => /\\d/.test(text)) ||"
            f" document.querySelector('{TROUBLE}')) && all)({prompts})",
            timeout=120_000,
        ).json_value()  # read once: a cell that is drawn anew is without its number for a moment
        waiting = [text for text in ended if not any(map(str.isdigit, text))]
        trouble = self.page.locator(TROUBLE).all_inner_texts()
        if waiting:
            raise AssertionError(f"{len(waiting)} cells did not run: {trouble[-1:]}")

    def cells(self) -> int:
        return self.page.locator(".jp-Notebook .jp-Cell").count()


def still(page: Page) -> None:
    """Wait until the page has drawn what it was told so far, and nothing in it moves on to somewhere."""
    page.evaluate(STILL)


def soon(page: Page, look: Callable[[], T], wanted: T) -> T:
    """What `look` gives, once it is `wanted`; after PATIENCE seconds whatever it is."""
    until = time.monotonic() + PATIENCE
    while (found := look()) != wanted and time.monotonic() < until:
        page.wait_for_timeout(50)
    return found


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=chromium(), args=[*QUIET])
