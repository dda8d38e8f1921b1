"""The picture of the inspector in the README: a real one, of a real binding in a real JupyterLab.

`./run picture` writes docs/inspector.png. It needs Chromium and playwright, as the tests in the browser do.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

PICTURE = ROOT / "docs" / "inspector.png"
CELLS = ("from mtlib.lab import inspect_bind, sample", "inspect_bind(sample().carried)")
WINDOW = {"width": 1280, "height": 1700}
ALT = "perm_auth_key_id is lit in all three places where it stands"


def main() -> int:
    """One byte of perm_auth_key_id in focus; the widget alone, a little enlarged."""
    try:
        from jupyter import Lab, chromium, jupyterlab, launch, notebook
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("./run picture needs playwright: .venv/bin/python -m pip install playwright", file=sys.stderr)
        return 1
    if chromium() is None:
        print("./run picture needs Chromium: on Debian, apt install chromium fonts-dejavu-core", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "notebooks").mkdir()
        notebook(folder / "notebooks" / "picture.ipynb", CELLS)
        with jupyterlab(folder) as address:
            lab = Lab(launch(playwright), address, viewport=WINDOW, device_scale_factor=1.5)
            lab.open("picture.ipynb")
            lab.run_all()
            root = lab.page.locator(".mtlib-inspector")
            root.locator('.sheet[aria-label="plaintext"] [aria-label^="byte 54, "]').click()
            lab.page.mouse.move(0, 0)
            PICTURE.parent.mkdir(exist_ok=True)
            root.screenshot(path=PICTURE)
            lab.page.context.browser.close()
    print(f"{PICTURE.relative_to(ROOT)}: {ALT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
