"""Cells of a page: which ones have to have run, what they show, and what is told where a page is no notebook."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mtlib.lab import book_cells
from mtlib.lab.book import Book
from mtlib.lab.book_cells import FILES, LONGEST_OUTPUT, Output, needed, not_to_be_stored, run_cell

LESSONS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


def sources(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def run(source: str, names: dict[str, Any] | None = None) -> tuple[list[Output], bool]:
    return run_cell(source, {"__name__": "__main__"} if names is None else names, 3, lambda value: None)


def text(source: str) -> str:
    outputs, _ = run(source)
    return "".join(each["text"] for each in outputs)


# -- Which cells


def test_what_gives_a_name_or_may_have_changed_what_it_names_is_needed() -> None:
    cells = [
        "import os\nfrom re import match",
        "dc = list(range(3))\nclient = [dc]",
        "def add():\n    client[0].append(4)",
        "add()",
        "other = 1",
        "print(dc[-1])",
    ]
    assert needed(cells, 5) == [1, 2, 3]
    assert needed(cells, 4) == [] == needed(cells, 0)
    assert needed([*cells, "os.getcwd()"], 6) == [0]


def test_a_name_that_a_cell_sets_itself_is_not_needed_from_above() -> None:
    assert needed(["answer = 1\nprint(answer)", "answer = 2\nprint(answer)"], 1) == []
    assert needed(["for name in 'ab':\n    print(name)", "for name in 'cd':\n    print(name)"], 1) == []
    assert needed(["count = 1", "count += 1"], 1) == [0]


def test_a_cell_that_is_no_python_gives_nothing() -> None:
    assert needed(["%time\nx = 1", "print(x)"], 1) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem[:2])
def test_every_name_of_a_lesson_is_given_by_the_cells_that_are_needed(path: Path) -> None:
    """Held against a plain reading of the text: a name set at the beginning of a line above, and used as a word."""
    import ast
    import builtins

    cells = sources(path)
    given: list[set[str]] = []
    for at, source in enumerate(cells):
        tree = ast.parse(source)
        loaded = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        stored |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        stored |= {n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
        stored |= {(a.asname or a.name).partition(".")[0] for n in ast.walk(tree)
                   if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}  # fmt: skip
        stored |= {n.name for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and n.name}
        chosen = needed(cells, at)
        there = set().union(*(given[number] for number in chosen)) | stored | set(dir(builtins))
        assert loaded <= there, (at, chosen)
        given.append(stored)


# -- What is shown


def test_outputs_come_in_the_order_in_which_they_were_made() -> None:
    class Box:
        def _repr_mimebundle_(self) -> dict[str, str]:
            return {"text/html": "<b>box</b>", "text/plain": "box"}

    outputs, ok = run("print(1)\nprint(2)\nshow(box)\nprint(3)\nbox", {"box": Box(), "show": book_cells.display})
    assert ok
    assert [each.get("text", each.get("html")) for each in outputs] == ["1\n2\n", "<b>box</b>", "3\n", "<b>box</b>"]
    assert book_cells.get_ipython() is None


def test_names_stay_for_the_next_cell_and_a_function_has_its_source() -> None:
    import inspect

    names: dict[str, Any] = {"__name__": "__main__"}
    run("def twice(x):\n    return 2 * x", names)
    outputs, ok = run("twice(21)", names)
    assert ok and outputs == [{"kind": "text", "text": "42\n"}]
    assert inspect.getsource(names["twice"]) == "def twice(x):\n    return 2 * x\n" or sys.version_info < (3, 13)


def test_what_is_too_long_is_cut_and_says_so() -> None:
    outputs, ok = run(f"print('x' * {LONGEST_OUTPUT + 5})\nprint('more')")
    assert ok and len(outputs[0]["text"]) == LONGEST_OUTPUT and len(outputs) == 2
    assert outputs[1] == {"kind": "different", "text": "The rest is left out: a cell shows at most 200,000 characters."}


def test_an_error_has_the_lines_of_the_cell_and_no_values() -> None:
    secret = "x" * 40
    with ThreadPoolExecutor(1) as thread:  # in which nothing else was ever handled
        outputs, ok = thread.submit(run, f"def f(key):\n    return key / 0\n\nf({secret!r} and 1)").result()
        no_python = thread.submit(text, "def f(:").result()
    assert not ok and outputs[-1]["kind"] == "error"
    assert outputs[-1]["text"] == (
        f"cell 3, line 4\n----> f({secret!r} and 1)\ncell 3, line 2, in f\n----> return key / 0\n\n"
        "ZeroDivisionError: division by zero"
    )
    assert no_python.startswith("cell 3, line 1\n----> def f(:\n\nSyntaxError: ")
    assert "more ..." in text("def f(n):\n    return f(n)\nf(1)")
    for deep, more in ((6, 0), (7, 1)):  # eight places at most
        told = text(f"def f(n):\n    return f(n - 1) if n else 1 / 0\nf({deep})")
        assert (told.count("---->"), told.count(" more ...")) == (8, more)
    assert "And while that was handled" in text("try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}[1]")
    assert text("raise SystemExit(3)").endswith("SystemExit: 3")


def test_an_error_of_the_library_says_where_and_shows_no_key() -> None:
    said = text("from mtlib import AuthKey\nAuthKey(bytes(range(255)))")
    assert "LocalError: auth_key has the wrong length (got 255 bytes, expected 256 bytes" in said
    assert "01020304" not in said and r"\x01" not in said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("%precision 3\nx = 1", "“%precision 3” is a command of the notebook, and a page knows Python only."),
        ("%%time\nx = 1", "“%%time” is a command of the notebook"),
        ("x = 1\n!ls -l", "“!ls -l” starts another program, and a page has none."),
        ("len?", "“len?” asks the notebook for help"),
        ("input('name')", "A cell cannot wait for what somebody types"),
        ("from mtlib.lab import course_map\ncourse_map()", "The map with your progress is the first page"),
    ],
)
def test_what_a_page_cannot_do_is_a_sentence(source: str, said: str) -> None:
    outputs, ok = run(source)
    assert not ok and outputs[-1]["kind"] == "different" and outputs[-1]["text"].startswith(said)


def test_without_matplotlib_a_figure_is_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] in ("matplotlib", "PIL")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("matplotlib", "PIL"):
        monkeypatch.setitem(sys.modules, name, None)
    names: dict[str, Any] = {"__name__": "__main__"}
    made = "from mtlib.lab.figures import garble, garble_map\ngarble_map({'a': garble(bytes(32), bytes(32))}, 'same')"
    outputs, ok = run(made, names)
    assert ok and [each["kind"] for each in outputs] == ["figure"] and "same" in outputs[0]["text"]
    outputs, _ = run("import matplotlib.pyplot")
    assert outputs == [{"kind": "different", "text": "matplotlib is not in this page. "
                        "Open the lesson in the notebook for that: ./run."}]  # fmt: skip


# -- The reader's files


def test_files_are_handed_over_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", "")
    mine = "def seqno(content_before):\n    return 2 * content_before + 1, 0\n"
    book_cells.take({FILES[0]: mine, FILES[1]: None})
    assert book_cells.given_back() == {FILES[0]: mine, FILES[1]: None}
    outputs, ok = run("from mtlib.lab import check, keep, mine\nseqno = mine('seqno')\nkeep(seqno)")
    assert ok and "seqno: yours, from my_bind.py." in str(outputs)
    book_cells.take(dict.fromkeys(FILES))
    assert book_cells.given_back() == dict.fromkeys(FILES)


def test_what_could_be_a_key_is_not_to_be_stored() -> None:
    assert not_to_be_stored("x = 5\ndef f():\n    return bytes(256), '00' * 256\n") == ""
    key = bytes(range(256))
    for constant in (repr(key), repr(key.hex()), repr(key[:128].hex(" ")), str(1 << 2000)):
        assert "could be a key" in not_to_be_stored(f"import os\nkey = {constant}\n")
    assert not_to_be_stored("def f(:") == "It is no Python as it stands."


# -- What a page is answered


def asked(book: Book, **question: Any) -> Any:
    return json.loads(book.answer(json.dumps(question)))


def test_a_cell_that_ends_in_a_widget_shows_a_view_and_any_other_its_text() -> None:
    book = Book()
    source = "from mtlib.lab.book_widgets import HTML, VBox\nprint(5)\nVBox([HTML('one')])"
    told = asked(book, ask="cell", lesson="x", at=0, id="a", source=source)
    assert [(each["kind"], each.get("id")) for each in told["outputs"]] == [("text", None), ("view", "a-1")]
    assert '"text": "one"' in told["outputs"][1]["traits"]
    told = asked(book, ask="cell", lesson="x", at=1, id="b", source="7")
    assert told["outputs"] == [{"kind": "text", "text": "7\n"}]
    assert asked(book, ask="ready") == asked(book, ask="leave") == {}
    assert "show nothing" in asked(book, ask="view", id="a-1", cells=[], message={})["error"]
    told = asked(book, ask="cell", lesson="x", at=2, id="c", source="VBox")
    assert told["outputs"][0]["text"].endswith("NameError: name 'VBox' is not defined")


def test_a_value_of_two_thousand_characters_is_carried_and_no_longer_one() -> None:
    reads = [[], ["fits", "long", "other", "deep", "one", "none", "row", "huge"]]
    values = "'x' * 1998, 'x' * 1999, object, {'a': [1, None]}, (True,), set(), [1, object], 1 << 20000"
    told = asked(Book(), ask="first", cells=[f"{', '.join(reads[1])} = {values}", "5"], reads=reads)
    carried = {"fits": repr("x" * 1998), "deep": "{'a': [1, None]}", "one": "(True,)"}
    assert told == {"views": [], "wanting": {}, "plain": [{}, carried]}


def test_a_file_that_is_brought_is_stored_unless_a_key_may_be_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", "")
    for text, said in (("key = 5", ""), (f"key = {'ab' * 256!r}", "Line 1 has 256 bytes in it that could be a key."),
                       (None, "")):  # fmt: skip
        assert asked(Book(), ask="mine", mine={FILES[0]: text, FILES[1]: None}) == {"unstored": said}
