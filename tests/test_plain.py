"""What is put around values is taken away: each row of the table by its own example, and no line with it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

from mtlib.clinic.plain import WRAPPINGS, Wrapping, plain


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=lambda each: each.about)
def test_it_makes_of_its_example_what_it_says(wrapping: Wrapping) -> None:
    assert wrapping(wrapping.example) == wrapping.becomes != wrapping.example


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=lambda each: each.about)
def test_no_line_is_lost(wrapping: Wrapping) -> None:
    assert plain(wrapping.example).count("\n") == wrapping.example.count("\n")


def test_a_text_without_any_stays_as_it_is() -> None:
    text = "msg_id: 7000000000000000001\nnonce = 5"
    assert plain(text) == text


def parts_of(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every operation of a regular expression as Python's own parser has it, with what it is about."""
    if isinstance(tree, list | tuple | re._parser.SubPattern):  # type: ignore[attr-defined]
        if len(tree) == 2 and hasattr(tree[0], "name"):
            yield tree[0].name, tree[1]
        for each in tree:
            yield from parts_of(each)


def test_no_group_that_keeps_what_it_has_looks_ahead() -> None:
    """Python 3.11.0 to 3.11.4, which Debian 12 has, do not go back behind a look ahead in `(?:...)*+`."""
    import mtlib.clinic as room

    modules = [importlib.import_module(f"{room.__name__}.{each.name}") for each in pkgutil.iter_modules(room.__path__)]
    held = [each for module in modules for each in vars(module).values() if isinstance(each, re.Pattern)]
    looked_at = 0
    for pattern in (*held, *(re.compile(row.pattern) for row in WRAPPINGS)):
        tree = re._parser.parse(pattern.pattern, pattern.flags)  # type: ignore[attr-defined]
        repeated = [inside for kind, inside in parts_of(tree) if kind == "POSSESSIVE_REPEAT"]
        looked_at += len(repeated)
        assert not {kind for kind, _ in parts_of(repeated)} & {"ASSERT", "ASSERT_NOT", "GROUPREF"}, pattern
    assert looked_at > 15
