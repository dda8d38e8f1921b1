"""A scene: a data centre, and a client that was told where it is. Everything that one test starts, and how it ends."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import copies
from installing import ROOT, install, program
from loopback import Loopback
from processes import DC, Line, Program

from mtlib.crypto.rsa import PrivateKey

K, T = TypeVar("K"), TypeVar("T")
BESIDE = 4
HERE = Path(__file__).resolve().parent
SCRIPTS = {
    "mtcute": "client.mjs",
    "tdlib": "client.py",
    "ferogram": "client.py",
    "telethon": "client.py",
    "kurigram": "client.py",
    "gramjs": "client.cjs",
    "teleproto": "../gramjs/client.cjs",
    "mtproto-core": "client.cjs",
}
BINDERS = ("mtcute", "tdlib", "ferogram")
TDLIBS: Mapping[str, str] = {
    "tdlib": "lib/python3*/site-packages/tdjson.libs/libtdjson*.so*",
    "tdlib-1.8.14": "node_modules/prebuilt-tdlib/prebuilds/tdlib-linux-x64/libtdjson.so",
    "tdlib-1.8.65": "node_modules/@prebuilt-tdlib/linux-x64-glibc/libtdjson.so",
}
"""The versions of TDLib, and where each registry's package keeps the library. One script speaks to all of them."""
TDLIB_DC = 10001
"""The home of a fresh TDLib on the test network, and the only data centre it asks for."""
NO_PADDING = ("mtcute", "gramjs", "teleproto", "telethon", "mtproto-core")
"""They drop the zero byte with which one auth key in 199 starts, and then have another key than the data centre."""
STUMBLES = 6
"""How often a scene may be spoiled so by its client: every scene makes a few keys."""


@dataclass(frozen=True)
class Stage:
    """What all scenes share: the place without a way out, the data centre's RSA key, and the compiled clients' private
    copies that know it."""

    place: Loopback
    key_file: Path
    tdlib: Mapping[str, Path]
    ferogram: Path

    @classmethod
    def build(cls, place: Loopback, folder: Path) -> Stage:
        made, key_file = PrivateKey.generate(), folder / "dc.pem"
        key_file.write_text(made.to_pem())
        key_file.chmod(0o600)
        libraries = {name: next(install(name).glob(kept)) for name, kept in TDLIBS.items()}
        package = next(install("ferogram").glob("lib/python3*/site-packages/ferogram"))
        return cls(
            place,
            key_file,
            {name: copies.tdlib(library, made.public, folder / f"{name}.so") for name, library in libraries.items()},
            copies.ferogram(package, made.public, folder / "ferogram"),
        )


class Scene:
    """`with Scene(stage) as scene: dc = scene.dc(...); client = scene.client("mtcute", dc)`."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.programs: list[Program] = []
        self._stack = ExitStack()

    def dc(self, *faults: str, **options: Any) -> DC:
        """A data centre with these faults; the other arguments are those of `DC`."""
        made: DC = self._started(DC(self.stage.place, self.stage.key_file, faults=faults, **options))
        return made

    def client(self, name: str, dc: DC, *, before: str = "", **settings: Any) -> Program:
        """The client's script, told where that data centre is; `before` are words of Python that are said first."""
        settings = {**dc.where, **settings}
        command = program("tdlib", SCRIPTS["tdlib"]) if name in TDLIBS else program(name, SCRIPTS[name])
        if name in TDLIBS:
            settings |= {"library": str(self.stage.tdlib[name])}
            settings |= {} if "secret" in settings else {"proxy_port": self._proxy(dc)}
        elif name == "ferogram":
            settings |= {"package": str(self.stage.ferogram)}
        elif name == "teleproto":
            settings |= {"library": name}
        if before:
            first = f"{before}\nimport runpy\nrunpy.run_path({command[1]!r}, run_name='__main__')"
            command[1:] = ["-c", first]
        command += [json.dumps(settings, default=str)]
        made = self._started(Program(name, self.stage.place, command))
        made.hopeless = lambda: bool(own_bug(self, name))
        return made

    def ours(self, dc: DC, environment: dict[str, str] | None = None, **settings: Any) -> Program:
        """Our own client, as a program among the others; with an environment of its own, if one is given."""
        command = [sys.executable, str(HERE / "ours.py"), json.dumps({**dc.where, **settings}, default=str)]
        options = {"env": environment} if environment else {}
        return self._started(Program("our client", self.stage.place, command, cwd=ROOT, **options))

    def _proxy(self, dc: DC) -> int:
        command = [sys.executable, str(HERE / "relay.py"), "127.0.0.1", str(dc.port)]
        relay = self._started(Program("the relay", self.stage.place, command))
        return int(relay.wait("a port", lambda lines: lines and lines[0]["port"], 10))

    def _started(self, made: Any) -> Any:
        self.programs.append(made)
        return self._stack.enter_context(made)

    def report(self) -> str:
        return "\n".join(each.report() for each in self.programs)

    @property
    def short_key(self) -> bool:
        """Whether a key that starts with a zero byte was made in this scene."""
        return any(line.get("facts", {}).get("leading_zero") for each in self.programs for line in each.lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def ask(client: Program, method: str = "help.getNearestDc", seconds: float = 40) -> Line:
    """One query, and the client's own word on it. AssertionError if it reports anything but an answer."""
    told = [line for line in client.lines if "answer" in line or "error" in line]
    client.say(method)

    def news(lines: list[Line]) -> Any:
        return [line for line in lines if "answer" in line or "error" in line][len(told) :]

    (answer,) = client.wait(f"an answer to {method}", news, seconds)
    if "error" in answer:
        raise AssertionError(f"{client.name}: {answer['error']}\n{client.report()}")
    return dict(answer)


def play(stage: Stage, name: str, act: Callable[[Scene], T]) -> T:
    """A scene, from the beginning to the end; again, with a word why, as often as the client stumbles over itself."""
    for _ in range(STUMBLES):
        with Scene(stage) as scene:
            try:
                done = act(scene)
                excuse = own_bug(scene, name)
                if not excuse:
                    return done
            except AssertionError as trouble:
                excuse = own_bug(scene, name) or crash(scene, name)
                if not excuse:
                    trouble.add_note(scene.report())
                    raise
        print(f"{name}: {excuse}: once more")
    raise AssertionError(f"{name} stumbled over itself {STUMBLES} times")


def beside(stage: Stage, scenes: Mapping[K, tuple[str, Callable[[Scene], T]]]) -> dict[K, Future[T]]:
    """What came of each of these scenes (of which client, and what happens). A client spends most of one waiting, so
    that some can be played beside each other."""
    with ThreadPoolExecutor(BESIDE) as pool:
        return {key: pool.submit(play, stage, name, act) for key, (name, act) in scenes.items()}


def own_bug(scene: Scene, name: str) -> str:
    """A key was made in this scene that this client has not: whatever it did, it was not what this is about."""
    return "a key started with a zero byte, which it drops" if scene.short_key and name in NO_PADDING else ""


def crash(scene: Scene, name: str) -> str:
    """ferogram's threads crash the interpreter, now and then: mostly at its end, which its script leaves out."""
    ends = [each.process.poll() for each in scene.programs if each.name == name == "ferogram"]
    return f"it ended with {ends}" if {-signal.SIGSEGV, -signal.SIGABRT} & set(ends) else ""
