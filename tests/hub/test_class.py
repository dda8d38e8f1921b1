"""docs/class.md as it stands: twelve users of this machine log in to a JupyterHub, run lesson 00, and bind.

Runs as root, makes users of the system for its own time, and listens on loopback only. The figures that the page
reports are printed at the end (`pytest -s`), and kept in `.artefacts/class.json`.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
import requests
import websocket

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "class.md").read_text(encoding="utf-8")
HERE = Path(__file__).resolve().parent
STUDENTS = [f"bindclass{number:02}" for number in range(1, 13)]
START_LIMIT, CELL_LIMIT = 300, 60

OWN_DC = """
from mtlib import LocalDC
own_dc = LocalDC()
own_dc.start()
print(own_dc.host, own_dc.port, own_dc.public_key.to_pem().encode().hex())
"""
BIND_AT = """
from mtlib import PublicKey, connect
from mtlib.errors import MtError
key = PublicKey.from_pem(bytes.fromhex({pem!r}).decode())
try:
    connect("{host}:{port}", key=key).bind()
except MtError as error:
    print("refused:", type(error).__name__)
else:
    print("bound")
"""
TURNED_AWAY = "print(*[event.text for event in own_dc.trace.named('turned_away')])"


def block(name: str) -> str:
    """The block of code on the page that begins with this file's name."""
    (text,) = re.findall(rf"^```\w+\n# {re.escape(name)}\n(.*?)^```$", PAGE, re.M | re.S)
    return str(text)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def open_python() -> str:
    """A Python that every user of this machine may run: the students' programs run as the students."""
    for python in (Path(sys.base_prefix) / "bin" / "python3", Path("/usr/bin/python3")):
        trial = ["runuser", "-u", "nobody", "--", str(python), "-c", "import sys; assert sys.version_info >= (3, 11)"]
        if python.exists() and subprocess.run(trial, capture_output=True, check=False).returncode == 0:
            return str(python)
    pytest.skip("needs a Python 3.11 that other users may run: on Debian, apt install python3.")


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a hub that was set up as the page says, and the password of its twelve users."""
    folder = Path("/opt") / f"bindclass-{uuid.uuid4().hex[:8]}"
    private = tmp_path_factory.mktemp("hub")
    password = secrets.token_hex(8)
    python = open_python()
    made: list[str] = []
    folder.mkdir(mode=0o755)
    try:
        install_course(folder, python)
        for name in STUDENTS:
            subprocess.run(["useradd", "--create-home", "--base-dir", str(folder), name], check=True)
            made.append(name)
        lines = "".join(f"{name}:{password}\n" for name in STUDENTS)
        subprocess.run(["chpasswd"], input=lines, text=True, check=True)
        (private / "jupyterhub_config.py").write_text(block("jupyterhub_config.py"))
        url = f"http://127.0.0.1:{free_port()}"
        env = os.environ | {"HUB": str(folder / "hub"), "COURSE": str(folder / "course"), "HUB_URL": url}
        command = [
            str(folder / "hub" / "bin" / "python"), "-m", "jupyterhub", "-f", "jupyterhub_config.py",
            f"--JupyterHub.hub_bind_url=http://127.0.0.1:{free_port()}",
            f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{free_port()}",
        ]  # fmt: skip
        with (private / "hub.log").open("w") as log:
            program = subprocess.Popen(command, cwd=private, env=env, stdout=log, stderr=log)
            try:
                wait_until_up(url, program, private / "hub.log")
                yield url, password
            finally:
                program.terminate()
                program.wait(60)
    finally:
        for name in made:
            subprocess.run(["pkill", "-KILL", "-u", name], check=False)
            time.sleep(0.1)
            subprocess.run(["userdel", "--remove", name], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def install_course(folder: Path, python: str) -> None:
    """The clone, the environment and the proxy, where the students can read them."""
    course, hub = folder / "course", folder / "hub"
    course.mkdir()
    listed = ["git", "ls-files", "mtlib", "notebooks", "pyproject.toml", "README.md", "constraints.txt"]
    tracked = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in tracked:
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, course / name)
    subprocess.run([python, "-m", "venv", "--without-pip", str(hub)], check=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(hub / "bin" / "python"), "install", "-q", "--no-input",
         "-c", str(ROOT / "constraints.txt"), "jupyterhub", f"{course}[lessons,fast,tools]"],
        check=True, cwd=folder,
    )  # fmt: skip
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, hub / name)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=hub, check=True)


def wait_until_up(url: str, program: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and program.poll() is None:
        try:
            if requests.get(f"{url}/hub/login", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.3)
    pytest.fail(f"the hub did not start:\n{log.read_text()}")


@dataclass
class Student:
    """A browser's part: cookies, a server of one's own, and a kernel in it."""

    name: str
    url: str
    password: str
    session: requests.Session = field(default_factory=requests.Session)
    seconds: dict[str, float] = field(default_factory=dict)
    kernel: Any = None

    @property
    def base(self) -> str:
        return f"{self.url}/user/{self.name}"

    def log_in(self) -> None:
        begun = time.monotonic()
        self.session.get(f"{self.url}/hub/login", timeout=30)
        form = {"username": self.name, "password": self.password,
                "_xsrf": self.session.cookies.get("_xsrf", path="/hub/")}
        answer = self.session.post(f"{self.url}/hub/login?next=/hub/spawn", data=form, timeout=START_LIMIT)
        assert answer.ok, (self.name, answer.status_code, answer.text[:500])
        end = begun + START_LIMIT
        while time.monotonic() < end:
            page = self.session.get(f"{self.base}/lab", timeout=START_LIMIT)
            if page.ok and "jupyter-config-data" in page.text:
                break
            time.sleep(0.5)
        else:
            pytest.fail(f"{self.name} has no server after {START_LIMIT} s: {page.status_code} {page.url}")
        self.seconds["log in, server up"] = time.monotonic() - begun

    def ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {"X-XSRFToken": self.session.cookies.get("_xsrf", path=f"/user/{self.name}/"), "Referer": self.base}
        answer = self.session.request(method, f"{self.base}/{path}", headers=headers, timeout=60, **options)
        assert answer.ok, (self.name, path, answer.status_code, answer.text[:300])
        return answer.json() if answer.content else None

    def start_kernel(self) -> None:
        identity = self.ask("POST", "api/kernels", json={"name": "python3", "path": "00_start_here.ipynb"})["id"]
        cookies = "; ".join(f"{each.name}={each.value}" for each in self.session.cookies)
        address = self.base.replace("http://", "ws://") + f"/api/kernels/{identity}/channels"
        self.kernel = websocket.create_connection(address, cookie=cookies, timeout=CELL_LIMIT)

    def run(self, code: str) -> str:
        """What a cell prints and shows as text; an error fails the test."""
        identity = uuid.uuid4().hex
        header = {"msg_id": identity, "username": self.name, "session": self.name, "msg_type": "execute_request",
                  "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        self.kernel.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content,
                                     "channel": "shell", "buffers": []}))
        said: list[str] = []
        while True:
            frame = self.kernel.recv()
            if not isinstance(frame, str):
                continue  # a widget's message with buffers
            message = json.loads(frame)
            if message["parent_header"].get("msg_id") != identity:
                continue
            kind, what = message["header"]["msg_type"], message["content"]
            if kind == "stream":
                said.append(what["text"])
            elif kind in {"display_data", "execute_result"}:
                said.append(what["data"].get("text/plain", ""))
            elif kind == "error":
                pytest.fail(f"{self.name}: {what['ename']}: {what['evalue']}\n{code}")
            elif kind == "status" and what["execution_state"] == "idle":
                return "\n".join(said)

    def run_lesson(self) -> str:
        begun = time.monotonic()
        content = self.ask("GET", "api/contents/00_start_here.ipynb")["content"]
        cells = nbformat.from_dict(content)["cells"]
        said = "\n".join(self.run(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        self.seconds["lesson 00"] = time.monotonic() - begun
        return said


@pytest.fixture(scope="session")
def class_room(hub: tuple[str, str]) -> list[Student]:
    """Twelve students who came at the same moment."""
    students = [Student(name, *hub) for name in STUDENTS]
    with ThreadPoolExecutor(len(students)) as pool:
        list(pool.map(Student.log_in, students))
        list(pool.map(Student.start_kernel, students))
    return students


def memory(name: str) -> int:
    """What all programs of a user hold, in bytes; shared pages are divided among those who share them."""
    total = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and process.exists() and process.owner() == name:
            kilobytes = re.search(r"^Pss: +(\d+) kB", (process / "smaps_rollup").read_text(), re.M)
            total += int(kilobytes[1]) * 1024 if kilobytes else 0
    return total


def keep_figures(**figures: str) -> None:
    """Adds to what docs/class.md reports."""
    path = ROOT / ".artefacts" / "class.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps((json.loads(path.read_text()) if path.exists() else {}) | figures, indent=1))


def test_each_runs_lesson_00_to_the_end(class_room: list[Student]) -> None:
    with ThreadPoolExecutor(len(class_room)) as pool:
        for said in pool.map(Student.run_lesson, class_room):
            assert "boolTrue" in said
    for what in class_room[0].seconds:
        times = [student.seconds[what] for student in class_room]
        keep_figures(**{what: f"{min(times):.0f} to {max(times):.0f} s"})
    homes = [sum(file.stat().st_size for file in Path("~" + each.name).expanduser().rglob("*") if file.is_file())
             for each in class_room]
    keep_figures(
        memory=f"{max(memory(student.name) for student in class_room) / 2**20:.0f} MiB",
        home=f"{max(homes) / 2**20:.1f} MiB",
    )


def test_each_binds_at_a_data_centre_of_their_own_and_at_no_neighbours(class_room: list[Student]) -> None:
    with ThreadPoolExecutor(len(class_room)) as pool:
        places = [said.split() for said in pool.map(lambda student: student.run(OWN_DC), class_room)]
    assert len({port for _, port, _ in places}) == len(class_room)
    at = [BIND_AT.format(host=host, port=port, pem=pem) for host, port, pem in places]
    for student, own, neighbours in zip(class_room, at, [*at[1:], at[0]], strict=True):
        assert student.run(own).strip() == "bound"
        assert student.run(neighbours).startswith("refused:")
    for student in class_room:
        assert student.run(TURNED_AWAY).strip() == "it is another user of this machine"


def test_jupyterlab_asks_nobody_outside_for_news(class_room: list[Student]) -> None:
    """As it would by itself, from the server: the page promises that no other machine is asked."""
    kept = class_room[0].ask("GET", "lab/api/settings/@jupyterlab/apputils-extension:notification")
    defaults = {name: what["default"] for name, what in kept["schema"]["properties"].items() if "default" in what}
    assert (defaults["fetchNews"], defaults["checkForUpdates"]) == ("false", False)


def test_nobody_reads_a_neighbours_home(class_room: list[Student]) -> None:
    first, second = class_room[:2]
    where = first.run("import os; print(os.path.expanduser('~'))").strip()
    looking = f"import os\ntry:\n    print(os.listdir({where!r}))\nexcept PermissionError:\n    print('closed')"
    assert second.run(looking).strip() == "closed"


def test_nobody_gets_into_a_neighbours_server(class_room: list[Student]) -> None:
    first, second = class_room[:2]
    answer = second.session.get(f"{first.base}/api/contents", timeout=30)
    assert answer.status_code in {403, 404}


def test_what_a_student_changed_stays(class_room: list[Student]) -> None:
    student = class_room[0]
    cell = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "my notes"}
    book = student.ask("GET", "api/contents/00_start_here.ipynb")["content"]
    book["cells"].append(cell)
    student.ask("PUT", "api/contents/00_start_here.ipynb", json={"type": "notebook", "content": book})
    hub_api = f"{student.url}/hub/api/users/{student.name}/server"
    token = {"X-XSRFToken": student.session.cookies.get("_xsrf", path="/hub/"), "Referer": f"{student.url}/hub/home"}
    stopped = student.session.delete(hub_api, headers=token, timeout=60)
    assert stopped.status_code in {202, 204}, stopped.text
    time.sleep(3)
    student.session.get(f"{student.url}/hub/spawn", timeout=START_LIMIT)
    student.log_in()
    keep_figures(alone=f"{student.seconds['log in, server up']:.0f} s")
    again = student.ask("GET", "api/contents/00_start_here.ipynb")["content"]
    assert again["cells"][-1]["source"] == "my notes"
