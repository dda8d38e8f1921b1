"""The page about the local data centre keeps up with it: the faults, the log, the versions of the clients."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest
from installing import CLIENTS
from recovery import PAGE
from scenes import Scene, Stage, ask

from mtlib.protocol.faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]
TEXT = PAGE.read_text(encoding="utf-8")
SOURCES = [path.read_text(encoding="utf-8") for path in (ROOT / "mtlib").rglob("*.py")]


def test_every_fault_is_listed_with_its_meaning() -> None:
    for name, meaning in FAULTS.items():
        assert f"| `{name}` | {meaning} |" in TEXT


def test_every_line_of_the_log_is_explained() -> None:
    names = {name for source in SOURCES for name in re.findall(r'\bnote\(\s*"([a-z_]+)"', source)}
    assert len(names) > 15
    assert not {name for name in names if f"`{name}`" not in TEXT}


@pytest.mark.parametrize(
    ("client", "package"),
    [
        ("mtcute", "@mtcute/node"), ("gramjs", "telegram"), ("mtproto-core", "@mtproto/core"), ("tdlib", "tdjson"),
        ("tdlib-1.8.14", "prebuilt-tdlib"), ("tdlib-1.8.65", "@prebuilt-tdlib/linux-x64-glibc"),
        ("ferogram", "ferogram"), ("telethon", "telethon"), ("kurigram", "kurigram"), ("teleproto", "teleproto"),
    ],
)  # fmt: skip
def test_the_versions_are_those_that_are_installed(client: str, package: str) -> None:
    recipe = CLIENTS / client
    if (recipe / "package.json").exists():
        version = json.loads((recipe / "package.json").read_text())["dependencies"][package]
    else:
        (version,) = re.findall(rf"^{package}==(\S+)$", (recipe / "requirements.txt").read_text(), re.M)
    (stated,) = [line for line in TEXT.splitlines() if line.startswith("**") and version in line]
    assert package.split("/")[0].lstrip("@") in stated.lower()


def test_a_client_that_dials_an_address_of_its_own_dials_ours(stage: Stage) -> None:
    """The page's words that replace `socket.connect`, said before Telethon is imported, which then is not told where
    the data centre is."""
    (words,) = re.findall(r"```python\n( +import socket\n.*?) +```", TEXT, re.S)
    with Scene(stage) as scene:
        dc = scene.dc()
        before = dedent(words).replace("4430", str(dc.port))
        client = scene.client("telethon", dc, before=before, its_own_address=True)
        assert ask(client)["answer"] == "NearestDc"
        assert dc.story("connected", "call")[:2] == ["connected", "call"]


def test_no_lock_names_an_address() -> None:
    locks = {path.parent / "package-lock.json" for path in CLIENTS.glob("*/package.json")}
    assert len(locks) == 6
    assert not [lock for lock in locks if '"resolved"' in lock.read_text()]
