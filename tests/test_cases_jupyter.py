"""Twenty-one things that went wrong in notebooks, each with the place where it was told.

Three kinds of runner: rules over our own files, notebooks played by nbval in one run, and cells in one live kernel.
`NOT_HERE` lists the cases that do not concern this project, with the reason.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook, new_output

from mtlib.errors import RpcError
from mtlib.lab.inspector import Inspector
from mtlib.lab.samples import sample
from mtlib.net.client import connect
from mtlib.net.server import LocalDC
from mtlib.wire.schema import SCHEMA
from mtlib.wire.view import to_html

ROOT = Path(__file__).resolve().parents[1]
CASES = json.loads((Path(__file__).parent / "cases" / "jupyter.json").read_text(encoding="utf-8"))
Values = dict[str, Any]

NOT_HERE = {
    "C321": "the local data centre is a thread of the kernel and no child process, so it ends with the kernel;"
    " tests/test_bad_luck.py has that",
    "C326": "about a cell of more than five seconds, and there is none: conftest.py and tests/test_notebooks.py see to"
    " it that every lesson is quick",
}

# -- Rules over our own files ---------------------------------------------------------------------------------------


def grep(given: Values, expected: Values) -> None:
    """Nobody but the command line may drive a loop. (There is none in here at all.)"""
    files = [*(ROOT / "mtlib").rglob("*.py"), *(ROOT / "notebooks").glob("*.ipynb")]
    found = [(f.name, p) for f in files for p in given["patterns"] if p in f.read_text(encoding="utf-8")]
    assert len(found) == expected["matches"], found


def run(given: Values, expected: Values) -> None:
    words = given["command"].split(" ", 3)
    command = [sys.executable, words[1], words[2], "-c", "import mtlib; mtlib.LocalDC; mtlib.connect"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == expected["exit_code"], done.stderr


def bind_twice(given: Values, expected: Values) -> None:
    with LocalDC(host=given["host"], port=given["port"]) as one, LocalDC(host=given["host"], port=given["port"]) as two:
        assert (one.port != two.port) == expected["two_different_ports"]


def rebind_after_kernel_exit(given: Values, expected: Values) -> None:
    """The port of one that ended with a live connection is in TIME_WAIT: a plain bind fails, ours does not."""
    dc = LocalDC().start()
    client = connect(dc)
    dc.stop()
    with socket.socket() as plain:
        try:
            plain.bind((dc.host, dc.port))
        except OSError as error:
            assert not sys.platform.startswith("linux") or error.errno == expected["errno_linux"]
    with LocalDC(port=dc.port) as again:
        assert again.port == dc.port
    client.drop()


def mime_bundle(given: Values, expected: Values) -> None:
    one = sample()
    data, _ = Inspector(one.binding.request)._repr_mimebundle_()
    wanted = {mime.partition(" ")[0] for mime in expected["mimes_include"]}
    assert wanted <= data.keys()
    assert "<table" in data["text/html"]


def hex_view_ascii_column(given: Values, expected: Values) -> None:
    hostile = bytes.fromhex(given["bytes"])
    html = to_html(SCHEMA["rpc_error"].build(error_code=1, error_message=hostile))
    assert expected["html_not_contains"] not in html
    assert "<script" not in html


def css_rule(given: Values, expected: Values) -> None:
    """Paper and ink are JupyterLab's own, and ours only where it has none; ink is readable on every field's colour."""
    style = str(Inspector._css)
    colours = dict(re.findall(r"--(\w+): (?:var\(--jp-[\w-]+, )?(#[0-9a-f]{6})\)?;", style))
    for name in ("bg", "ink"):
        assert re.search(rf"--{name}: var\(--jp-", style)
    for name in ("bg", "constant", "random", "given", "copied", "derived"):
        assert contrast(colours["ink"], colours[name]) >= expected["contrast_ratio_min"], name
    for name in ("dim", "ok", "bad", "from"):
        assert contrast(colours[name], colours["bg"]) >= expected["contrast_ratio_min"], name


def contrast(one: str, other: str) -> float:
    """WCAG 2, "contrast ratio"."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def lesson_error_cell(given: Values, expected: Values) -> None:
    """The names are ours, the pattern is the case's: catch it, print what the wire said and what the trace knows."""
    with LocalDC() as dc, connect(dc) as client:
        try:
            client.bind(change=lambda request: request[:-20] + bytes(20))
        except RpcError as error:
            said = f"{error.name} {dc.trace.named('bind_refused')[0].verdict.failed.upper()}\n"
    assert said == expected["stdout"].replace("MSG_KEY_MISMATCH", "MSG_KEY")


# -- Notebooks for nbval ----------------------------------------------------------------------------------------------


def nbval(given: Values, expected: Values) -> None:
    case = next(case for case in CASES if case["input"] is given)
    passed = nbval_results()[case["id"]]
    assert ("pass" if passed else "fail") == expected["result"]
    if "own_lint" in expected:
        from test_notebooks import fails_only_on_purpose

        assert list(fails_only_on_purpose(_notebook(given)))


def _notebook(given: Values) -> nbformat.NotebookNode:
    cell = new_code_cell(given["cell"], metadata={"tags": given.get("tags", [])})
    if "sys.stderr" in given["cell"]:
        cell.source = "import sys\n" + cell.source
    stored = given["stored_outputs"]
    if stored is True:
        view = "application/vnd.jupyter.widget-view+json"
        data = {"text/plain": "IntSlider(value=3)", view: {"version_major": 2, "version_minor": 0, "model_id": "1"}}
        cell.outputs = [new_output("execute_result", data=data, execution_count=1)]
    elif stored:
        _, name, value = stored[0].split(" ", 2)
        cell.outputs = [new_output("error", ename=name, evalue=value, traceback=[])]
    cell.execution_count = 1
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=[cell], metadata=kernel)


@cache
def nbval_results() -> dict[str, bool]:
    """All cases of this kind in one run of pytest: which notebooks passed."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case in CASES:
            if case["input"]["op"] == "nbval" and case["id"] not in NOT_HERE:
                nbformat.write(_notebook(case["input"]), folder / f"{case['id']}.ipynb")
        command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider",
                   f"--junitxml={folder / 'report.xml'}", str(folder)]  # fmt: skip
        subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False, env=_quiet())
        found = ElementTree.parse(folder / "report.xml").getroot().iter("testcase")
        return {each.get("classname", "").split(".")[-2]: not list(each) for each in found}


def _quiet() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}


# -- Cells in a live kernel -------------------------------------------------------------------------------------------

LIVE: dict[str, list[str]] = {
    "C304": ["import asyncio\nasync def f(): return 7", "await f()"],
    "C307": [
        "marks = []\nasync def work():\n    for n in range(10):\n        await asyncio.sleep(0.1); marks.append(n)\n"
        "task = asyncio.create_task(work())",
        "await asyncio.sleep(0)",
    ],
    "C309": [
        "async def hello(r, w):\n    w.write(b'hello'); await w.drain(); w.close()\n"
        "server = await asyncio.start_server(hello, '127.0.0.1', 0)",
        "r, w = await asyncio.open_connection(*server.sockets[0].getsockname()); print((await r.read()).decode())",
    ],
    "C310": [
        "import time; from mtlib import LocalDC, connect; begun = time.time()\n"
        "dc = LocalDC().start(); client = connect(dc)\n"
        "answers = [w for w, _ in client.connection.transcript]; print(answers[1], time.time() - begun < 2)",
        "print(client.bind()); client.close(); dc.stop()",
    ],
    "C311": [
        "async def bad(): raise ValueError('lost')\nt = asyncio.create_task(bad())",
        "await asyncio.sleep(0.2)",
        "print(repr(t.exception()))",
        "dc = LocalDC().start(); dc.clock = lambda: 1 / 0\ntry: connect(dc)\nexcept Exception: pass\n"
        "time.sleep(0.1)\ntry: dc.status()\nexcept Exception as error: print(error)\ndc.stop()",
    ],
}
"""The cells of each case, one kernel for all of them; where the case is about a design, with our own data centre."""


@cache
def played() -> dict[str, list[str]]:
    """What each cell printed or gave, per case."""
    sources = [(case, source) for case, cells in LIVE.items() for source in cells]
    sources.append(("C307", "print(len(marks))"))
    notebook = new_notebook(cells=[new_code_cell(source) for _, source in sources])
    client = NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}})
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            if index == len(sources) - 1:
                time.sleep(1.2)  # the kernel has nothing to do, and the task of C307 has to go on all the same
            client.execute_cell(cell, index)
    said: dict[str, list[str]] = {}
    for (case, _), cell in zip(sources, notebook.cells, strict=True):
        said.setdefault(case, []).append("".join(_texts(cell.outputs)))
    return said


def _texts(outputs: list[Any]) -> Iterator[str]:
    for output in outputs:
        yield output.get("text", "") or output.get("data", {}).get("text/plain", "")


def cell(given: Values, expected: Values) -> None:
    assert played()["C304"][-1] == str(expected["result"])


def background_task(given: Values, expected: Values) -> None:
    assert played()["C307"][-1].strip() == str(expected["marks_after_idle"])


def same_loop_server(given: Values, expected: Values) -> None:
    assert played()["C309"][-1].strip() == expected["reads"]


def own_thread_server(given: Values, expected: Values) -> None:
    """resPQ is the first thing that is received."""
    assert expected["reads"] == "resPQ within 2 s"
    assert played()["C310"] == ["received True\n", "True\n"]


def cell_sequence(given: Values, expected: Values) -> None:
    *outputs, ours = played()["C311"]
    assert outputs == expected["outputs"]
    assert "the data centre's thread died: ZeroDivisionError" in ours


def nbconvert_execute_html(given: Values, expected: Values) -> None:
    """A widget alone is blank in an exported page; ours bring a table along, which needs no script."""
    data, _ = Inspector(sample().binding.request)._repr_mimebundle_()
    assert expected["text_fallback_in_html"]
    assert "<script" not in data["text/html"]
    assert "auth.bindTempAuthKey" in data["text/plain"]


RUNNERS: dict[str, Callable[[Values, Values], None]] = {
    runner.__name__: runner
    for runner in (
        grep, run, bind_twice, rebind_after_kernel_exit, mime_bundle, hex_view_ascii_column, css_rule,
        lesson_error_cell, nbval, cell, background_task, same_loop_server, own_thread_server, cell_sequence,
        nbconvert_execute_html,
    )
}  # fmt: skip
HERE = [case for case in CASES if case["id"] not in NOT_HERE]


@pytest.mark.parametrize("case", HERE, ids=[case["id"] for case in HERE])
def test_case(case: dict[str, Any]) -> None:
    assert case["source_url"].startswith("https://")
    RUNNERS[case["input"]["op"]](case["input"], case["expected"])


def test_all_twenty_one_are_here_or_explained() -> None:
    assert len({case["id"] for case in CASES}) == 21
    assert {case["id"] for case in CASES} >= NOT_HERE.keys()
    assert {case["input"]["op"] for case in HERE} == set(RUNNERS)
