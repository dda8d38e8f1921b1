"""What every lesson must be, apart from what its cells compute (nbval compares that).

Each rule is a function from a notebook to its complaints; the last tests break a good notebook in every way.
"""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
SOLUTIONS = ROOT / "tests" / "solutions"
FIRST = "00_start_here.ipynb"
LESSONS = sorted(FOLDER.glob("*.ipynb"))

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Sizes that the specification fixes by name (a type, a hash, a key, a header, a bound of the padding). Every
# other count is computed in a cell, so that prose and bytes cannot drift apart.
SPECIFIED_SIZES = {"1", "4", "8", "12", "16", "20", "32", "64", "256", "1024"}
PLACES = re.compile(rf"{re.escape(str(ROOT))}|/(home|Users|root)/|ipykernel_\d+| at 0x[0-9a-f]{{6,}}>")
KEY_DIGITS = 512  # an authorization key in hex
CELLS, LINES, PREDICTIONS = 12, 25, 2
WIDTH = 122  # characters in the usual window of JupyterLab, 1400 pixels wide, beside its list of files
"""Of a lesson at most: code cells, lines of one, and predictions on the main way. More is "more to try"."""


@cache
def read(path: Path) -> NotebookNode:
    """A lesson, which no rule changes."""
    return nbformat.read(path, as_version=4)


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in code(notebook):
        yield from cell.outputs


def tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def texts(notebook: NotebookNode) -> Iterator[str]:
    """Everything readable: sources, streams, errors, and the textual forms of outputs."""
    yield from (cell.source for cell in notebook.cells)
    for output in outputs(notebook):
        yield from (str(output.get(key, "")) for key in ("text", "evalue", "traceback"))
        yield from (
            str(data) for kind, data in output.get("data", {}).items() if not kind.startswith("image/")
        )


def prose(notebook: NotebookNode) -> str:
    """The Markdown cells without their code."""
    source = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^(```|~~~).*?^\1", "", source, flags=re.M | re.S))


def ran_in_order(notebook: NotebookNode) -> Iterator[str]:
    """nbval passes a cell that never ran without looking at it."""
    counts = [cell.execution_count for cell in code(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, not 1 to {len(counts)}: ./run freeze"


def holds_no_widget_state(notebook: NotebookNode) -> Iterator[str]:
    """Saved models make every run a change, and leave the page blank where no scripts can be fetched."""
    if "widgets" in notebook.metadata:
        yield "widget state is saved in the notebook's metadata: ./run freeze"
    if any(WIDGET_VIEW in output.get("data", {}) for output in outputs(notebook)):
        yield "an output names the model of a widget that is gone: ./run freeze"


def hex_keys(text: str) -> set[str]:
    """What has the length of a key, written as one run of hex or in pairs."""
    runs = re.findall(r"(?:[0-9a-f]{2}[ :\n]?)+", text.lower())
    return {key for run in runs if len(key := re.sub(r"[ :\n]", "", run)) == KEY_DIGITS}


@cache
def published_keys() -> frozenset[str]:
    """Values as long as a key that the project gives away on purpose: in its vectors and its sources."""
    files = [*(ROOT / "tests" / "vectors").rglob("*.json"), *(ROOT / "mtlib").rglob("*.py")]
    return frozenset(key for path in files for key in hex_keys(path.read_text(encoding="utf-8")))


def keeps_secrets(notebook: NotebookNode) -> Iterator[str]:
    for text in texts(notebook):
        for key in hex_keys(text) - published_keys():
            yield f"a value as long as a key, and not one of tests/vectors: {key[:16]}..."


def counts_by_computing(notebook: NotebookNode) -> Iterator[str]:
    for number in re.findall(r"(?<![\w.])(\d+)[\s-]+bytes?\b", prose(notebook), re.I):
        if number not in SPECIFIED_SIZES:
            yield f"{number} bytes are counted by hand: let a cell count them"


def has_one_title_and_its_sources(notebook: NotebookNode) -> Iterator[str]:
    titles = re.findall(r"^# .+", prose(notebook), re.M)
    if len(titles) != 1:
        yield f"one title (# ...) is wanted, these are {len(titles)}: {titles}"
    if not re.search(r"^#{2,} Sources\b", prose(notebook), re.M):
        yield "there is no heading Sources"


def exercises_know_wrong_answers(notebook: NotebookNode) -> Iterator[str]:
    """tests/solutions/NAME.py: SOLUTION, and WRONG with the usual mistakes; all are texts of answer cells."""
    for tag in (tag for cell in notebook.cells for tag in tags(cell) if tag.startswith("exercise:")):
        path = SOLUTIONS / f"{tag.removeprefix('exercise:')}.py"
        if not path.exists():
            yield f"{tag} has no {path.relative_to(ROOT)}"
            continue
        answers = runpy.run_path(str(path))
        if not answers.get("SOLUTION"):
            yield f"{path.name} has no SOLUTION"
        if not answers.get("WRONG"):
            yield f"{path.name} has no WRONG answers: an exercise that accepts everything would pass"


def figures_have_words(notebook: NotebookNode) -> Iterator[str]:
    """For readers who do not see them, every picture has alternative text."""
    for output in outputs(notebook):
        metadata = output.get("metadata", {})
        for kind, data in output.get("data", {}).items():
            described = metadata.get("alt") or metadata.get(kind, {}).get("alt")
            if kind == "image/svg+xml":
                described = described or "<title" in data
            if kind.startswith("image/") and not described:
                yield f"an output {kind} has no alt in its metadata"
            if kind == "text/html":
                yield from _undescribed(str(data))
    if re.search(r"!\[\s*\]\(", prose(notebook)):
        yield "a picture in the prose has no alternative text"
    yield from _undescribed(prose(notebook))


def _undescribed(html: str) -> Iterator[str]:
    for image in re.findall(r"<img\b[^>]*>", html):
        if not re.search(r"\balt=", image):
            yield f"without alt: {image[:60]}"
    for opening, inside in re.findall(r"(<svg\b[^>]*>)(.*?)</svg>", html, re.S):
        if "aria-label" not in opening and "aria-hidden" not in opening and "<title" not in inside:
            yield f"without aria-label or title: {opening[:60]}"


def fails_only_on_purpose(notebook: NotebookNode) -> Iterator[str]:
    """nbval lets a cell tagged raises-exception pass although nothing was raised."""
    for cell in code(notebook):
        failed = any(output.output_type == "error" for output in cell.outputs)
        if failed != ("raises-exception" in tags(cell)):
            yield f"cell {cell.execution_count}: " + (
                "an error that no tag raises-exception announces"
                if failed
                else "announced an error, raised none"
            )


def names_no_place(notebook: NotebookNode) -> Iterator[str]:
    """Paths of the machine that ran it, and warnings of its kernel."""
    for output in outputs(notebook):
        for text in (str(output.get("text", "")), str(output.get("evalue", "")), str(output.get("data", ""))):
            if found := PLACES.search(text):
                yield f"an output says where it ran: {found.group()}"


def fits_the_window(notebook: NotebookNode) -> Iterator[str]:
    """A longer line is broken within a word, and columns no longer stand below each other. A sentence may be broken."""
    for output in outputs(notebook):
        for line in output.get("text", "").splitlines():
            if len(line) > WIDTH and not line.endswith("."):
                yield f"{len(line)} characters printed in a line: {line[:40]} ..."


def links_lead_somewhere(notebook: NotebookNode) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", prose(notebook)):
        if not re.match(r"[a-z]+:", target) and not (FOLDER / target).exists():
            yield f"there is no {target}"


def is_short(notebook: NotebookNode) -> Iterator[str]:
    cells = [cell.source.rstrip() for cell in code(notebook)]
    if len(cells) > CELLS:
        yield f"{len(cells)} code cells, {CELLS} are enough for a lesson"
    for number, source in enumerate(cells, 1):
        if (lines := source.count("\n") + 1) > LINES:
            yield f"cell {number} has {lines} lines, {LINES} are enough for one idea"
    calls = [node for source in cells for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    asks = [call for call in calls if ast.unparse(call.func) == "predict"]
    main = [call for call in asks if not any(each.arg == "more" for each in call.keywords)]
    if len(main) > PREDICTIONS:
        yield f"{len(main)} predictions on the main way: give all but {PREDICTIONS} of them more=True"


def set_in(source: str) -> set[str]:
    """The names that a cell gives a value, those inside of its functions left out."""
    names, waiting = set(), list[ast.AST](ast.parse(source).body)
    while waiting:
        match waiting.pop():
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                pass
            case other:
                waiting += ast.iter_child_nodes(other)
    return names


def an_answer_has_its_own_name(notebook: NotebookNode) -> Iterator[str]:
    """Whoever goes back and runs another cell would have its value checked for the answer."""
    cells = code(notebook)
    for cell in cells:
        if any(tag.startswith("exercise:") for tag in tags(cell)):
            for other in cells:
                if other is not cell and (shared := set_in(cell.source) & set_in(other.source)):
                    yield f"cell {other.execution_count} sets {', '.join(sorted(shared))}, the name of an exercise"


def more_to_try_begins_its_cell(notebook: NotebookNode) -> Iterator[str]:
    """JupyterLab folds what is below the cell of a heading: a text in front of it, or another heading, stays open."""
    for cell in notebook.cells:
        headings = re.findall(r"^#+ .+", cell.source, re.M) if cell.cell_type == "markdown" else []
        if any("# More to try" in each for each in headings) and (headings[1:] or not cell.source.startswith("#")):
            yield f"not a cell of its own: {headings}"


Rule = Callable[[NotebookNode], Iterator[str]]
RULES: tuple[Rule, ...] = (
    ran_in_order,
    holds_no_widget_state,
    keeps_secrets,
    counts_by_computing,
    has_one_title_and_its_sources,
    exercises_know_wrong_answers,
    figures_have_words,
    fails_only_on_purpose,
    names_no_place,
    fits_the_window,
    links_lead_somewhere,
    is_short,
    an_answer_has_its_own_name,
    more_to_try_begins_its_cell,
)


def test_the_first_lesson_is_here() -> None:
    assert FOLDER / FIRST in LESSONS, f"without notebooks/{FIRST} nothing below looks at anything"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson(path: Path, rule: Rule) -> None:
    assert list(rule(read(path))) == []


def good() -> NotebookNode:
    """The smallest lesson that keeps every rule."""
    picture = new_output("display_data", {"image/png": "AA=="}, metadata={"image/png": {"alt": "a bar"}})
    return new_notebook(
        cells=[
            new_markdown_cell(
                "# A lesson\n\nAn int128 has 16 bytes, `132 bytes` is code.\n\n```python\n# 200 bytes\n```"
            ),
            new_code_cell("1 + 1", execution_count=1, outputs=[picture]),
            new_markdown_cell("## Sources\n\n[the page](https://core.telegram.org/mtproto)"),
        ]
    )


def a_key(text: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[1].outputs.append(new_output("stream", name="stdout", text=text))


def with_code(*sources: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells.extend(map(new_code_cell, sources))


def with_prose(text: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells.append(new_markdown_cell(text))


def with_output(kind: str, data: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[1].outputs.append(new_output("display_data", {kind: data}))


def with_error(notebook: NotebookNode) -> None:
    notebook.cells[1].outputs = [new_output("error", ename="RpcError", evalue="400", traceback=[])]


def tagged(tag: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[1].metadata.update(tags=[tag])


def with_exercise_and(source: str) -> Callable[[NotebookNode], None]:
    answer = new_code_cell("answer = ...", metadata={"tags": ["exercise:sum"]})
    return lambda notebook: notebook.cells.extend([answer, new_code_cell(source)])


def never_run(notebook: NotebookNode) -> None:
    notebook.cells[1].execution_count = None


BROKEN: tuple[tuple[Rule, Callable[[NotebookNode], None]], ...] = (
    (ran_in_order, never_run),
    (holds_no_widget_state, lambda notebook: notebook.metadata.update(widgets={})),
    (holds_no_widget_state, with_output(WIDGET_VIEW, "{}")),
    (keeps_secrets, a_key("d7" * 256)),
    (keeps_secrets, a_key("key: " + "d7 " * 256)),
    (counts_by_computing, with_prose("The request has 132 bytes.")),
    (counts_by_computing, with_prose("A 200-byte packet.")),
    (has_one_title_and_its_sources, with_prose("# A second title")),
    (has_one_title_and_its_sources, lambda notebook: notebook.cells.pop()),
    (exercises_know_wrong_answers, tagged("exercise:no_such_exercise")),
    (figures_have_words, with_output("image/png", "AA==")),
    (figures_have_words, with_output("text/html", "<img src='x.png'>")),
    (figures_have_words, with_output("text/html", "<svg viewBox='0 0 1 1'><path/></svg>")),
    (figures_have_words, with_prose("![](figure.png)")),
    (fails_only_on_purpose, with_error),
    (fails_only_on_purpose, tagged("raises-exception")),
    (names_no_place, a_key("/home/somebody/x.py")),
    (names_no_place, with_output("text/plain", "<object at 0x7f1234567890>")),
    (fits_the_window, a_key("ab " * WIDTH)),
    (links_lead_somewhere, with_prose("[next](99_nowhere.ipynb)")),
    (is_short, with_code(*["1"] * CELLS)),
    (is_short, with_code("1\n" * (LINES + 1))),
    (is_short, with_code(*['predict("?", way, it)'] * (PREDICTIONS + 1))),
    (more_to_try_begins_its_cell, with_prose("And so on.\n\n## More to try: zeros")),
    (more_to_try_begins_its_cell, with_prose("## More to try: zeros\n\nSeven values.\n\n## Break it")),
    (an_answer_has_its_own_name, with_exercise_and("for _ in (1, 2):\n    answer = 3")),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_good_lesson_passes(rule: Rule) -> None:
    assert list(rule(good())) == []


@pytest.mark.parametrize(("rule", "damage"), BROKEN)
def test_a_broken_lesson_is_found(rule: Rule, damage: Callable[[NotebookNode], None]) -> None:
    notebook = good()
    damage(notebook)
    assert len(list(rule(notebook))) == 1


def test_more_to_try_is_not_on_the_main_way() -> None:
    notebook = good()
    with_code(*['predict("?", way, it)'] * PREDICTIONS, 'predict("?", way, it, more=True)', "1\n" * LINES)(notebook)
    assert list(is_short(notebook)) == []


def test_a_name_inside_of_a_function_is_another() -> None:
    notebook = good()
    with_exercise_and("def own(answer):\n    answer += 1\n\n\nsums = [answer for answer in (1, 2)]")(notebook)
    assert list(an_answer_has_its_own_name(notebook)) == []


def test_a_key_is_a_secret_only_at_its_length() -> None:
    assert hex_keys("ab" * 255) == hex_keys("ab" * 257) == set()
    assert hex_keys("x" + "AB" * 256 + "\n") == {"ab" * 256}


def test_exercises_need_both_kinds_of_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("test_notebooks.SOLUTIONS", tmp_path)
    notebook = good()
    tagged("exercise:sum")(notebook)
    (tmp_path / "sum.py").write_text("SOLUTION = 'answer = 2'\nWRONG = {}\n")
    assert [complaint[:19] for complaint in exercises_know_wrong_answers(notebook)] == ["sum.py has no WRONG"]
    (tmp_path / "sum.py").write_text("SOLUTION = 'answer = 2'\nWRONG = {'answer = 3': 'too many'}\n")
    assert list(exercises_know_wrong_answers(notebook)) == []
