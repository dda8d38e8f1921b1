"""The frame of `./run soak`: its parts, its budget, and the changes that the mutator makes. Nothing is soaked here."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "tools"))

import mutants
import soak


def test_the_exchanges_with_zeros_are_found() -> None:
    assert "zero" in (soak.ROOT / soak.ZEROS).read_text(encoding="utf-8")


def test_a_part_that_fails_is_told_and_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def good(budget: soak.Budget) -> Iterator[str]:
        yield f"seed {budget.seed}"

    def bad(budget: soak.Budget) -> Iterator[str]:
        yield "so far so good"
        raise soak.Failed("it leaks")

    monkeypatch.setattr(soak, "PARTS", {"good": good, "bad": bad})
    assert soak.main(["good", "--seed", "7"]) == 0
    assert "seed 7" in capsys.readouterr().out
    assert soak.main([]) == 1
    said = capsys.readouterr().out
    assert "FAILED: it leaks" in said
    assert said.endswith("1 passed, 1 failed\n")
    with pytest.raises(SystemExit):
        soak.main(["nonsense"])


def test_a_budget_is_spent_in_numbers_and_in_time() -> None:
    assert list(soak.Budget(0, 100).batches(30, 10)) == [100, 110, 120]
    assert len(list(soak.Budget(0.05, 0).batches(1, 10**6))) > 3


def test_memory_that_grows_is_told() -> None:
    level = soak.Level()
    level.seen = [100 * 2**20] * 20
    assert "flat" in level.verdict()
    level.seen += [150 * 2**20]
    with pytest.raises(soak.Failed, match="from 100 to 150 MiB"):
        level.verdict()


SOURCE = '''\
"""Docstring."""
from __future__ import annotations
LIMIT: int = 40
def judge(value: int, name: str = "length") -> bool | None:
    """What for."""
    if value < LIMIT and name != "a sentence, for readers":
        return True
    raise ValueError(f"got {value}")
'''


def test_every_spot_is_changed_once_and_the_rest_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    found = list(mutants.mutants("sample"))
    assert {(m.was, m.now) for m in found} == {
        ("40", "41"),
        ("'length'", "'length_'"),
        ("value < LIMIT", "value <= LIMIT"),
        ("name != 'a sentence, for readers'", "name == 'a sentence, for readers'"),
        (
            "value < LIMIT and name != 'a sentence, for readers'",
            "value < LIMIT or name != 'a sentence, for readers'",
        ),
        ("return True", "return None"),
        ("True", "False"),
        *((m.was, m.now) for m in found if m.was.startswith("if ")),
    }
    original = ast.unparse(ast.parse(SOURCE))
    changed = [ast.unparse(m.tree) for m in found]
    assert original not in changed
    assert len(set(changed)) == len(changed) == 8


def test_every_module_that_is_mutated_has_tests_for_it() -> None:
    for module, names in mutants.TESTS.items():
        assert mutants.source(module).exists()
        assert (mutants.ROOT / "tests" / f"test_{names[0]}.py").exists()


def test_every_module_below_the_drawings_and_the_commands_is_mutated() -> None:
    """What is drawn, and what is printed, is held by saved outputs instead."""
    floors = ("wire", "crypto", "transport", "protocol", "clinic", "net", "lab")
    files = [path for floor in floors for path in (mutants.ROOT / "mtlib" / floor).glob("*.py")]
    assert set(mutants.TESTS) == {f"mtlib.{path.parent.name}.{path.stem}" for path in files} - {
        f"mtlib.{floor}.__init__" for floor in floors
    }
