"""One JupyterLab and one Chromium for all tests of this folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter import ROOT, Lab, chromium, jupyterlab, launch, notebook

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")

sys.path.append(str(ROOT / "tests" / "tools"))
from npm import NotFetched, packages  # noqa: E402

CELLS = (
    "from mtlib.lab import Conversation, Inspector, Sent, inspect_bind, sample\n"
    "s = sample()\nb = s.binding",
    "inspector = inspect_bind(s.carried)\ninspector",
    "Inspector(b.inner)",
    "Conversation([Sent(True, s.carried.message, 'the bind'), Sent(False, b.inner)])",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[sync_api.Browser]:
    if chromium() is None:
        pytest.skip("needs Chromium: on Debian, apt install chromium fonts-dejavu-core")
    with sync_api.sync_playwright() as playwright:
        found = launch(playwright)
        sync_api.expect.set_options(timeout=15_000)
        yield found
        found.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the lessons, with one notebook more that holds the widgets and nothing else."""
    folder = tmp_path_factory.mktemp("jupyter")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    notebook(folder / "notebooks" / "widgets.ipynb", CELLS)
    return folder


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    """A JupyterLab on that copy."""
    with jupyterlab(folder) as found:
        yield found


@pytest.fixture(scope="module")
def lab(browser: sync_api.Browser, address: str) -> Iterator[Lab]:
    """The notebook with the widgets, run."""
    opened = Lab(browser, address)
    opened.open("widgets.ipynb")
    opened.run_all()
    opened.page.wait_for_selector(".mtlib-view .arrow", timeout=30_000)
    yield opened
    opened.page.close()


@pytest.fixture(scope="session")
def axe() -> Path:
    """axe-core, from the packages of the tests in node."""
    try:
        return packages(ROOT / "tests" / "node") / "axe-core" / "axe.min.js"
    except NotFetched as lacking:
        pytest.skip(str(lacking))
