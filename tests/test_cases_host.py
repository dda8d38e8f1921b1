"""Three things that went wrong on shared machines, each with the place where it was told."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtlib.errors import LocalError
from mtlib.net.server import LocalDC

ROOT = Path(__file__).resolve().parents[1]
CASES = json.loads((Path(__file__).parent / "cases" / "host.json").read_text(encoding="utf-8"))
Values = dict[str, Any]


def listen(given: Values, expected: Values) -> None:
    if given["host"] == "default":
        with LocalDC() as dc:
            assert [dc.host] == expected["sockets"]
            assert _answers(dc.host, dc.port)
            assert not any(_answers(host, dc.port) for host in _other_addresses())
        return
    for host in (given["host"], "::", "localhost", ""):  # a name may resolve to anything
        with pytest.raises(LocalError, match="everybody on the network"):
            LocalDC(host=host)
    assert expected["unless"] == "allow_public=True"
    with LocalDC(host=given["host"], allow_public=True) as dc:
        assert dc.running


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _other_addresses() -> list[str]:
    """Addresses of this machine besides the one that is listened on."""
    return ["127.0.0.2"]


def lint_environment_yml(given: Values, expected: Values) -> None:
    """`name=version=build` pins a build, and builds are of one platform."""
    build = re.compile(r"^\s*-\s*[\w.-]+\s*=\s*[^=\s]+=[^=\s]+\s*$")
    assert build.match(given["line"])
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if build.match(line)]
    assert expected["error"]


RUNNERS: dict[str, Callable[[Values, Values], None]] = {"listen": listen, "lint_environment_yml": lint_environment_yml}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    assert case["source_url"].startswith("https://")
    RUNNERS[case["input"]["op"]](case["input"], case["expected"])


def test_all_three_are_here() -> None:
    assert len({case["id"] for case in CASES}) == 3
    assert {case["input"]["op"] for case in CASES} == set(RUNNERS)
