"""docs/ci.md: the fixture and the workflow are taken from the page and run, with a client that is not ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import empty_environment

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")

MY_CLIENT = """
import json, sys
sys.path.insert(0, {tests!r})
from faulty_client import FaultyClient

def bind(host, port, pem):
    with FaultyClient(host, port, pem) as client:
        client.make_keys()
        return client.bind(client.client(**{mistake}))

if __name__ == "__main__":
    where = json.loads(open(sys.argv[1]).readline())
    bind(where["host"], where["port"], where["public_key_pem"])
"""
MISTAKES = pytest.mark.parametrize("mistake", [{}, {"seqno": 1}], ids=["right", "wrong"])


def block(name: str) -> str:
    """The block of code that begins with this file's name."""
    (text,) = re.findall(rf"^```\w+\n# {re.escape(name)}\n(.*?)^```$", PAGE, re.M | re.S)
    return str(text)


def my_client(mistake: dict[str, Any]) -> str:
    return MY_CLIENT.format(tests=str(ROOT / "tests"), mistake=repr(mistake))


@MISTAKES
def test_the_fixture(mistake: dict[str, Any], tmp_path: Path) -> None:
    for name in ("conftest.py", "test_bind.py"):
        (tmp_path / name).write_text(block(name))
    (tmp_path / "my_client.py").write_text(my_client(mistake))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:nbval", str(tmp_path)],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mistake:
        assert done.returncode == 1
        assert "ENCRYPTED_MESSAGE_INVALID: seqno: got 1, expected 0" in done.stdout
    else:
        assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What the workflow finds: a folder with `vendor`, and the programs of a Python that has pip and `cryptography`."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "vendor").mkdir()
    shutil.copy(empty_environment.wheel(tmp_path_factory.mktemp("wheel")), folder / "vendor")
    return folder, empty_environment.environment(tmp_path_factory.mktemp("runner") / "env", "pip", "cryptography")


@pytest.mark.skipif(os.name == "nt", reason="its steps are for a POSIX shell")
@MISTAKES
def test_the_workflow(mistake: dict[str, Any], machine: tuple[Path, Path]) -> None:
    """As GitHub runs it: each step in a shell of its own that ends at the first error, until one fails."""
    folder, programs = machine
    (folder / "dc.log").unlink(missing_ok=True)
    (folder / "my_client.py").write_text(my_client(mistake))
    environment = empty_environment.clean() | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    workflow = yaml.safe_load(block(".github/workflows/bind.yml"))
    steps = workflow["jobs"]["bind"]["steps"]
    assert [step["uses"].partition("@")[0] for step in steps if "uses" in step] == [
        "actions/checkout", "actions/setup-python",
    ]  # fmt: skip
    failed, said = "", ""
    for step in steps:
        if "run" in step and (not failed or step.get("if") == "always()"):
            with (folder / "said").open("w+") as output:
                done = subprocess.run(
                    ["bash", "-e", "-c", step["run"]], cwd=folder, env=environment, stdout=output,
                    stderr=output, timeout=120, check=False,
                )  # fmt: skip
                output.seek(0)
                said += output.read()
            if done.returncode:
                failed = failed or step["name"]
    assert failed == ("The data centre accepted it" if mistake else ""), said
    assert ('"event": "bind_refused"' if mistake else '"event": "bind_accepted"') in said
    assert workflow["name"] == "bind" and True in workflow  # YAML reads `on` as true
