"""`./run release VERSION [--check]`: can this be released as VERSION? It builds the wheel, and publishes nothing.

The version has to stand wherever a version stands, CHANGES.md has to tell about it, and everything has to be
committed. Then the wheel is built into `dist` and the tests are run (not with --check). At the end it says what to tag.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(words: list[str]) -> int:
    versions = [word for word in words if word != "--check"]
    if len(versions) != 1 or not re.fullmatch(r"\d+\.\d+\.\d+", versions[0]):
        print("./run release VERSION [--check]: a version has three numbers, as 2.0.1", file=sys.stderr)
        return 2
    (version,) = versions
    reasons = [*unready(ROOT, version), *uncommitted(ROOT)]
    if reasons:
        print("\n".join(reasons), file=sys.stderr)
        return 1
    wheel = build(ROOT)
    if "--check" not in words and subprocess.run([sys.executable, "run", "test"], cwd=ROOT, check=False).returncode:
        print("The tests failed: this is not a release.", file=sys.stderr)
        return 1
    tested = "" if "--check" not in words else " The tests were not run."
    print(f"{wheel.relative_to(ROOT)} is version {version}.{tested}")
    print(f"To release it: git tag v{version}, and push the tag.")
    return 0


def unready(root: Path, version: str) -> Iterator[str]:
    """What does not yet say this version, one sentence each."""

    def text(name: str) -> str:
        return (root / name).read_text(encoding="utf-8")

    stand = {
        "pyproject.toml": tomllib.loads(text("pyproject.toml"))["project"]["version"],
        "mtlib/__init__.py": re.findall(r'^__version__ = "(.*)"$', text("mtlib/__init__.py"), re.M)[0],
        "CITATION.cff": re.findall(r"^version: (.*)$", text("CITATION.cff"), re.M)[0],
    }
    for name, says in stand.items():
        if says != version:
            yield f"{name} says version {says}, not {version}."
    heading = re.search(rf"^## {re.escape(version)}\b(.*)$", text("CHANGES.md"), re.M)
    if heading is None:
        yield f"CHANGES.md has no section ## {version}."
    elif "not released" in heading.group(1):
        yield f"CHANGES.md calls {version} not released: put the date there."


def uncommitted(root: Path) -> Iterator[str]:
    """A sentence if a file is not as it was committed."""
    said = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True).stdout
    if said:
        yield f"Not everything is committed: {said.splitlines()[0]}"


def build(root: Path) -> Path:
    """The wheel in `dist`, built with the setuptools that is installed here."""
    for old in (root / "dist").glob("*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*command, "-w", "dist", "."], cwd=root, check=True)
    (wheel,) = (root / "dist").glob("*.whl")
    return wheel


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
