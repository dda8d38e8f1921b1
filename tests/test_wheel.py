"""The wheel: what is in it, and what it can do in an environment that has nothing but it and `cryptography`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what it is made of, with the setuptools that is installed here; nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "mtlib", folder / "mtlib", ignore=shutil.ignore_patterns("__pycache__"))
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "-w", "dist", "."], cwd=folder, check=True)
    (built,) = (folder / "dist").glob("*.whl")
    return built


def needed(name: str) -> Iterator[str]:
    """A distribution and all that it depends on, here."""
    yield name
    for line in metadata.requires(name) or ():
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            yield from needed(wanted.name)


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the wheel, `cryptography` and what that needs."""
    folder = tmp_path_factory.mktemp("empty") / "env"
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / ("python.exe" if os.name == "nt" else "python")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
    for name in dict.fromkeys(needed("cryptography")):
        for file in metadata.files(name) or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), target)
    return programs


def used(scripts: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [str(scripts / "mtlib"), *words]
    return subprocess.run(
        command, env=environment, cwd=scripts, capture_output=True, text=True, timeout=60, check=False
    )


def test_it_carries_every_file_of_the_package(wheel: Path) -> None:
    carried = set(ZipFile(wheel).namelist())
    there = [path for path in (ROOT / "mtlib").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {path.suffix for path in there} == {".py", ".mjs", ".css", ".json"}
    assert [path for path in there if path.relative_to(ROOT).as_posix() not in carried] == []


def test_it_asks_for_cryptography_only(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        text = archive.read(name).decode()
    always = [line for line in re.findall(r"^Requires-Dist: (.*)$", text, re.M) if "extra ==" not in line]
    assert [Requirement(line).name for line in always] == ["cryptography"]
    assert set(re.findall(r"^Provides-Extra: (.*)$", text, re.M)) == {"lessons", "fast", "tools", "test", "browser"}


def test_a_bind(scripts: Path) -> None:
    done = used(scripts, "bind", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["ok"] is True


def test_the_doctor_dissect_and_the_judge(scripts: Path, tmp_path: Path) -> None:
    request = json.loads(used(scripts, "bind", "--json").stdout)["request"]
    assert "auth.bindTempAuthKey" in used(scripts, "dissect", request).stdout
    patient = tmp_path / "patient.txt"
    patient.write_text(f"request: {request}\n")
    assert "A data centre's checks" in used(scripts, "doctor", str(patient)).stdout
    judged = used(scripts, "judge", "--", sys.executable, "-c", "print('{}')")
    assert judged.returncode == 1 and "auth_key_id" in judged.stdout


def test_the_data_centre(scripts: Path) -> None:
    command = [str(scripts / "mtlib"), "dc", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        where = json.loads(program.stdout.readline())
        program.terminate()
    assert where["dc_id"] == 2 and where["public_key_pem"].startswith("-----BEGIN RSA PUBLIC KEY-----")
