"""What stands once in the library, and how large it may be: rules over source text, each tried on a planted breach."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import pytest

import mtlib
from test_architecture import house, room

Sources = Mapping[str, str]

CODE_LINES = 25_702
"""Docstrings, comments and blank lines apart: what there is, so that it grows no further unseen. The aim is 13,400."""
MODULES = 146
"""What there is. The aim is 75."""
READ_IN_AN_EVENING = 2500
"""Lines of the files that the docstring of `mtlib` names for newcomers."""
AGE = re.compile(r"\b(\w+_)?age\b")
ON_THE_WAY_OF_A_PACKET = ("crypto", "transport", "protocol", "net")


def code_lines(source: str) -> int:
    """Lines with code on them."""
    prose = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    empty = {
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
    }  # fmt: skip
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in empty:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - prose)


def names_twice(sources: Sources) -> Iterator[str]:
    """Public classes that share a name."""
    names = Counter(
        node.name
        for source in sources.values()
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    yield from (name for name, count in names.items() if count > 1)


def more_tables_of_mistakes(sources: Sources) -> Iterator[str]:
    """Modules besides the table that make rows of their own."""
    for name, source in sources.items():
        if "Mistake(" not in source:  # most modules need no reading
            continue
        calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
        if name != "mtlib.clinic.mistakes" and any(ast.unparse(call.func).endswith("Mistake") for call in calls):
            yield name


def more_retry_rules(sources: Sources) -> Iterator[str]:
    """Modules besides the rule that say what follows a refusal: they compare an error's name and know the key's age."""
    for name, source in sources.items():
        if "TEMP_AUTH_KEY_ALREADY_BOUND" not in source:
            continue
        tree = ast.parse(source)
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        numbers = [node for node in ast.walk(tree) if isinstance(node, ast.Compare) and AGE.search(ast.unparse(node))]
        if name != "mtlib.protocol.retry" and numbers and "TEMP_AUTH_KEY_ALREADY_BOUND" in texts:
            yield name


def evaluations(sources: Sources) -> Iterator[str]:
    """`eval` and `exec` where packets pass."""
    for name, source in sources.items():
        if room(name) in ON_THE_WAY_OF_A_PACKET:
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("eval", "exec"):
                    yield f"{name}:{node.lineno}"


Rule = Callable[[Sources], Iterator[str]]
RULES: tuple[tuple[Rule, dict[str, str]], ...] = (
    (names_twice, {"mtlib.a": "class Row: ...", "mtlib.b": "class Row: ..."}),
    (more_tables_of_mistakes, {"mtlib.lab.x": "Mistake('name', 1)"}),
    (more_retry_rules, {"mtlib.lab.x": "AFTER = {'TEMP_AUTH_KEY_ALREADY_BOUND': 1}\nif perm_key_age > 60: pass"}),
    (evaluations, {"mtlib.crypto.kdf": "run = eval('lambda: 1')"}),
)


@pytest.mark.parametrize("rule", [rule for rule, _ in RULES], ids=lambda rule: rule.__name__)
def test_the_library_has_no(rule: Rule) -> None:
    assert list(rule(house())) == []


@pytest.mark.parametrize(("rule", "planted"), RULES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_breach_is_found(rule: Rule, planted: dict[str, str]) -> None:
    assert len(list(rule(planted))) == 1


def test_the_library_does_not_grow_unseen() -> None:
    sources = house()
    assert sum(map(code_lines, sources.values())) <= CODE_LINES
    assert len(sources) <= MODULES


def test_a_newcomer_reads_twelve_files_in_an_evening() -> None:
    _, _, order = str(mtlib.__doc__).partition("in this order:")
    named = [f"mtlib.{name}" for name in re.findall(r"`([\w.]+)`", order)]
    sources = house()
    assert len(named) == len(set(named)) == 12
    assert sum(len(sources[name].splitlines()) for name in named) <= READ_IN_AN_EVENING


def test_what_counts_as_code() -> None:
    assert code_lines('"""Prose."""\n\n# a comment\nx = 1  # said\ny = [\n    2,\n]\n') == 4
