"""my_bind.py: what is kept can be used again on its own, and nothing that was there is lost."""

from __future__ import annotations

import ast
import linecache
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import LocalError
from mtlib.lab import my_bind
from mtlib.lab.answers import library
from mtlib.lab.my_bind import Parts, merged


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "my_bind.py"))
    return tmp_path / "my_bind.py"


def cell(source: str, names: dict[str, Any] | None = None, *, number: int = 1) -> dict[str, Any]:
    """Runs a cell as a notebook does: in `__main__`, with its source where `inspect` finds it."""
    names = {"__name__": "__main__"} if names is None else names
    place = f"<cell {number}>"
    linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
    exec(compile(source, place, "exec"), names)
    return names


def names_of(text: str) -> set[str]:
    return {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


def test_a_function_comes_back_with_what_it_uses(file: Path) -> None:
    names = cell(
        "import hashlib\nfrom hashlib import sha1\nimport struct as s\nSIZE = 4\nNAME = b'x'\n\n\n"
        "def half(data):\n    return data[:SIZE]\n\n\n"
        "def both(data):\n    inside = lambda: half(sha1(data).digest())\n"
        "    return s.pack('<i', 1) + inside() + hashlib.sha256(NAME).digest()\n"
    )
    assert my_bind.store(names["both"], "both")
    loaded = my_bind.load()
    assert loaded["both"](b"abc") == names["both"](b"abc")
    text = file.read_text()
    assert "import hashlib\n" in text
    assert "from hashlib import sha1\n" in text
    assert "import struct as s\n" in text
    assert "SIZE = 4\n" in text
    assert names_of(text) == {"both", "half"}


def test_a_second_version_takes_the_place_of_the_first(file: Path) -> None:
    my_bind.store(cell("def one():\n    return 1\n")["one"], "one")
    my_bind.store(cell("def two():\n    return 2\n", number=2)["two"], "two")
    my_bind.store(cell("def one():\n    return 11\n", number=3)["one"], "one")
    assert names_of(file.read_text()) == {"one", "two"}
    assert (my_bind.load()["one"](), my_bind.load()["two"]()) == (11, 2)
    my_bind.store(cell("def one():\n    return 11\n", number=4)["one"], "one")
    assert file.read_text().count("def one") == 1


def test_what_the_reader_wrote_stays(file: Path) -> None:
    head = '"""Mine."""\nimport os  # for later\n\nx = 1; y = 2\n# a thought\n'
    file.write_text(f"{head}\n@staticmethod\ndef one(): return 0\nclass C: pass\n")
    my_bind.store(cell("def one():\n    return 1\n")["one"], "one")
    text = file.read_text()
    for line in ('"""Mine."""', "import os  # for later", "x = 1; y = 2", "# a thought", "class C: pass"):
        assert line in text
    assert "@staticmethod" not in text
    assert my_bind.load()["one"]() == 1


def test_a_file_that_is_no_python_is_left_alone(file: Path) -> None:
    file.write_text("def half(:\n")
    with pytest.raises(LocalError, match="no Python as it stands"):
        my_bind.store(cell("def one():\n    return 1\n")["one"], "one")
    assert file.read_text() == "def half(:\n"
    assert list(file.parent.iterdir()) == [file]


def test_what_cannot_be_kept(file: Path) -> None:
    names = cell("import sys\nthing = sys.stdout\n\n\ndef uses():\n    return thing\n\n\nshort = lambda: 1\n")
    with pytest.raises(LocalError, match="uses thing, which cannot be kept"):
        my_bind.store(names["uses"], "uses")
    for value in (names["short"], print, sys, 5):
        with pytest.raises(LocalError, match="stands in a cell by itself"):
            my_bind.store(value, "short")
    gone: dict[str, Any] = {"__name__": "__main__"}
    exec("def gone():\n    return 1\n", gone)
    with pytest.raises(LocalError, match="its source is not there"):
        my_bind.store(gone["gone"], "gone")
    assert not file.exists()


def test_the_librarys_function_gives_way_to_the_readers(file: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__", "padding_v2": library("padding_v2")}
    my_bind.store(cell("def twice(body):\n    return padding_v2(body) * 2\n", names)["twice"], "twice")
    assert "from mtlib.lab.answers import padding_v2\n" in file.read_text()
    assert my_bind.load()["twice"](132) == 24
    my_bind.store(cell("def padding_v2(body):\n    return 1\n", number=2)["padding_v2"], "padding_v2")
    assert my_bind.load()["twice"](132) == 2
    names = {"__name__": "__main__", "other": my_bind.load()["padding_v2"]}
    my_bind.store(cell("def thrice(body):\n    return other(body) * 3\n", names)["thrice"], "thrice")
    assert my_bind.load()["thrice"](132) == 3


def test_an_import_comes_before_the_functions(file: Path) -> None:
    my_bind.store(cell("def one():\n    return 1\n")["one"], "one")
    my_bind.store(cell("import struct\n\n\ndef two():\n    return struct.pack('<i', 2)\n", number=2)["two"], "two")
    my_bind.store(cell("import hashlib\n\n\ndef three():\n    return hashlib.md5\n", number=3)["three"], "three")
    text = file.read_text()
    assert max(text.index("import struct"), text.index("import hashlib")) < text.index("def one")
    assert text.count("import struct") == 1
    assert text.startswith('"""')


def test_attributes_are_no_names(file: Path) -> None:
    names = cell("def one(value):\n    return value.digest\n", {"__name__": "__main__", "digest": object()})
    my_bind.store(names["one"], "one")
    assert "digest =" not in file.read_text()


def test_without_a_place_nothing_is_read_or_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTLIB_MY_BIND", "")
    assert my_bind.store(cell("def one():\n    return 1\n")["one"], "one") is False
    assert my_bind.load() == {}
    assert list(tmp_path.iterdir()) == []


def test_the_place_is_beside_the_notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MTLIB_MY_BIND", raising=False)
    my_bind.store(cell("def one():\n    return 1\n")["one"], "one")
    assert [path.name for path in tmp_path.iterdir()] == ["my_bind.py"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=8))
def test_any_order_of_keeping_leaves_the_last_of_each(kept: list[tuple[str, int]]) -> None:
    text = my_bind.HEAD
    for name, number in kept:
        text = merged(text, Parts({}, {name: f"def {name}():\n    return {number}\n"}))
    names: dict[str, Any] = {}
    exec(text, names)
    assert {name: names[name]() for name in dict(kept)} == dict(kept)
    assert [node.name for node in ast.parse(text).body[1:] if isinstance(node, ast.FunctionDef)] == list(dict(kept))


@pytest.mark.parametrize("module", ["_hashlib", "_sha1", "_sha2", "_sha3", "_md5", "_blake2", "_sha256", "_sha512"])
def test_a_hash_is_imported_from_hashlib_wherever_this_python_has_it(module: str, file: Path) -> None:
    """With OpenSSL or without, of this version or of another."""

    def digest() -> None: ...

    digest.__module__, digest.__qualname__ = module, "digest"
    names = cell("def four():\n    return digest\n", {"__name__": "__main__", "digest": digest}, number=4)
    my_bind.store(names["four"], "four")
    assert "from hashlib import digest\n" in file.read_text(encoding="utf-8")
