"""The library in Pyodide: it imports, and a whole bind gives what it gives elsewhere."""

from __future__ import annotations

import json

from conftest import Play
from test_without_sockets import KEY, SCENE, played


def test_a_whole_bind_and_the_doctor_in_pyodide(play: Play) -> None:
    assert json.loads(play(KEY + SCENE)) == played(KEY, SCENE)


def test_every_room_but_those_for_the_notebook_and_the_command_line_imports(play: Play) -> None:
    """What is left out needs a notebook's packages, or matplotlib."""
    said = play(
        "import importlib, json, pkgutil, mtlib\n"
        "told = {}\n"
        "for found in pkgutil.walk_packages(mtlib.__path__, 'mtlib.', onerror=lambda name: None):\n"
        "    if not found.name.startswith(('mtlib.cli', 'mtlib.__main__')):\n"
        "        try:\n"
        "            importlib.import_module(found.name)\n"
        "        except ImportError as error:\n"
        "            told[found.name] = error.name\n"
        "print(json.dumps(told))\n"
    )
    wanting = json.loads(said)
    assert {name.split(".")[1] for name in wanting} <= {"lab"}
    assert set(wanting.values()) <= {"anywidget", "traitlets", "ipywidgets", "IPython", "matplotlib"}


def test_outside_is_refused_in_a_sentence(play: Play) -> None:
    said = play(
        "from mtlib import connect\nfrom mtlib.errors import Unreachable\n"
        "try:\n    connect('telegram-test')\nexcept Unreachable as error:\n    print(error)\n"
    )
    assert "there are no sockets here, so no packet leaves" in said
