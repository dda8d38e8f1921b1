"""Two clients that somebody wrote from the sheets and the lessons: they bind at the local data centre, whatever it does
to them, and every constant in them stands on a sheet."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mtlib import Fault, LocalDC, sheet
from mtlib.net.judge import judge_program

STRANGER = Path(__file__).parent / "stranger"
NODE = shutil.which("node")
CLIENTS = {"client.py": [sys.executable, "client.py"], "client.mjs": [str(NODE), "client.mjs"]}
TROUBLE = ("dh-retry=2", "pad-plain-answers=88", "split-frames=3", "wrong-salt")
WAYS = {
    "plain": [], "full": ["--framing", "full"], "padded, obfuscated": ["--framing", "padded", "--obfuscated"],
    "abridged, obfuscated, zeros": ["--framing", "abridged", "--obfuscated", "--zeros"],
}  # fmt: skip
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed: its client stays untried")
BOTH = [pytest.param("client.py"), pytest.param("client.mjs", marks=needs_node)]


def played(client: str, options: list[str], faults: tuple[str, ...], folder: Path) -> dict[str, object]:
    """What the client prints at the end."""
    with LocalDC(faults=[Fault.parse(fault) for fault in faults]) as dc:
        key = dc.public_key
        facts = {"address": dc.host, "port": dc.port, "dc_id": dc.dc_id, "n": f"{key.n:x}", "e": key.e}
        (folder / "dc.json").write_text(json.dumps(facts), encoding="utf-8")
        command = [CLIENTS[client][0], str(STRANGER / client), str(folder / "dc.json"), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, object] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("client", BOTH)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("faults", [(), TROUBLE], ids=["in peace", "in trouble"])
def test_a_stranger_binds_and_calls(client: str, way: str, faults: tuple[str, ...], tmp_path: Path) -> None:
    said = played(client, WAYS[way], faults, tmp_path)
    zeros = way.endswith("zeros")
    assert said["bound"] is True and said["this_dc"] == 2
    assert (said["near"], said["config"]) == ("75171a8e", "2e7818dd")
    assert said["resent"] == ("wrong-salt" in faults)
    assert not zeros or said["keys"] == [True, True]


@needs_node
def test_the_functions_of_the_javascript_client_climb_the_ladder() -> None:
    report = judge_program([str(NODE), str(STRANGER / "ladder.mjs")], steps=["bytes", "keys", "whole"])
    assert report.ok, str(report)
    assert len(report.right) == 33


def paper() -> str:
    return re.sub(r"\s+", " ", f"{sheet('bytes')} {sheet('exchange')}")


@pytest.mark.parametrize("client", CLIENTS)
def test_every_constant_stands_on_a_sheet(client: str) -> None:
    text, told = (STRANGER / client).read_text(encoding="utf-8"), paper()
    constants = set(re.findall(r'"([0-9a-f]{8})"', text)) | {"edb88320"}
    assert len(constants) >= 18
    for constant in constants:
        spaced = bytes.fromhex(constant).hex(" ")
        word = bytes.fromhex(constant).decode("latin-1")
        assert spaced in told or constant in told or (word.isprintable() and word.strip() in told), constant
    for line in re.findall(r'id_?[oO]f\("([^"]+)"\)', text):
        assert line in told, line


@pytest.mark.parametrize("client", CLIENTS)
def test_every_section_names_what_teaches_it(client: str) -> None:
    """A lesson by its number, or a block of a sheet by its heading."""
    blocks = {name: [block.heading for block in sheet(name).blocks] for name in ("bytes", "exchange")}
    text = (STRANGER / client).read_text(encoding="utf-8")
    found = re.findall(r"^(?:#|//) -- (.*?)(?: -+)?$", text, re.M)
    sections = [line for line in found if "not of the standard" not in line]
    assert len(sections) >= 11
    for section in sections:
        lessons, named = re.search(r"lessons? ([\d, to and]+)", section), re.search(r'sheet "(\w+)", (.+)', section)
        assert lessons or named, section
        for number in re.findall(r"\d+", lessons[1] if lessons else ""):
            assert 2 <= int(number) <= 20, section
        for place in re.split(r", | and | to ", named[2]) if named else ():
            assert any(heading.startswith(place) for heading in blocks[named[1]]) or place == "Then", section


def test_they_have_nothing_but_their_languages_and_aes() -> None:
    text = (STRANGER / "client.py").read_text(encoding="utf-8")
    modules = set(re.findall(r"^(?:import|from) ([\w.]+)", text, re.M))
    assert {name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names} == {
        "cryptography.hazmat.primitives.ciphers"
    }
    assert "mtlib" not in re.sub(r"python -m mtlib dc", "", text)
    for script in ("client.mjs", "ladder.mjs"):
        names = re.findall(r'from "([^"]+)"', (STRANGER / script).read_text(encoding="utf-8"))
        assert all(name.startswith("node:") or name == "./client.mjs" for name in names)
