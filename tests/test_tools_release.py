"""`./run release`: what has to say the version, and that nothing leaves this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import release  # noqa: E402


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project that can be released as 3.1.0, all of it committed."""
    for name in ("LICENSE", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "mtlib").mkdir()
    (tmp_path / "mtlib" / "__init__.py").write_text('__version__ = "3.1.0"\n')
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    (tmp_path / "pyproject.toml").write_text(
        "\n".join('version = "3.1.0"' if line.startswith("version = ") else line for line in text)
    )
    (tmp_path / "CITATION.cff").write_text("cff-version: 1.2.0\nversion: 3.1.0\n")
    (tmp_path / "CHANGES.md").write_text("# Changes\n\n## 3.1.0 (2026-12-01)\n\n## 3.0.0 (not released)\n")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "All"]):
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    return tmp_path


def test_a_project_that_is_ready(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["3.1.0", "--check"]) == 0
    said = capsys.readouterr().out
    assert "bind_temp_auth_key-3.1.0-py3-none-any.whl is version 3.1.0. The tests were not run." in said
    assert "git tag v3.1.0" in said
    assert [path.name for path in (project / "dist").iterdir()] == ["bind_temp_auth_key-3.1.0-py3-none-any.whl"]
    tags = subprocess.run(["git", "tag"], cwd=project, capture_output=True, text=True, check=True).stdout
    assert tags == ""
    assert list(release.uncommitted(project)) == []  # what building leaves is nothing that git looks at


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("pyproject.toml", 'version = "3.1.0"', 'version = "3.0.9"', "pyproject.toml says version 3.0.9, not 3.1.0."),
        ("mtlib/__init__.py", "3.1.0", "3.2.0", "mtlib/__init__.py says version 3.2.0, not 3.1.0."),
        ("CITATION.cff", "version: 3.1.0", "version: 1.0.0", "CITATION.cff says version 1.0.0, not 3.1.0."),
        ("CHANGES.md", "## 3.1.0", "## 3.1.01", "CHANGES.md has no section ## 3.1.0."),
        ("CHANGES.md", "(2026-12-01)", "(not released yet)", "CHANGES.md calls 3.1.0 not released"),
        ("README.md", "#", "##", "Not everything is committed:  M README.md"),
    ],
)
def test_what_is_not_ready_is_said(
    file: str, old: str, new: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (project / file).read_text(encoding="utf-8")
    assert old in text
    (project / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert release.main(["3.1.0", "--check"]) == 1
    assert said in capsys.readouterr().err
    assert not (project / "dist").exists()


@pytest.mark.parametrize(("code", "status"), [(0, 0), (1, 1)])
def test_without_check_the_tests_decide(
    code: int, status: int, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "run").write_text(f"raise SystemExit({code})")
    monkeypatch.setattr(release, "uncommitted", lambda root: [])
    assert release.main(["3.1.0"]) == status
    assert ("git tag" in capsys.readouterr().out) == (status == 0)


@pytest.mark.parametrize("words", [[], ["--check"], ["3.1"], ["v3.1.0"], ["3.1.0", "3.1.1"]])
def test_a_version_has_three_numbers(words: list[str]) -> None:
    assert release.main(words) == 2
