"""The wheel: what is in it, and what it can do in an environment that has nothing but it and `cryptography`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

import empty_environment

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_environment.wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the wheel, `cryptography` and what that needs."""
    programs = empty_environment.environment(tmp_path_factory.mktemp("empty") / "env", "cryptography")
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet", str(wheel)]
    subprocess.run(pip, env=empty_environment.clean(), check=True)
    return programs


def used(scripts: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command, env = [str(scripts / "mtlib"), *words], empty_environment.clean()
    return subprocess.run(command, env=env, cwd=scripts, capture_output=True, text=True, timeout=60, check=False)


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
