"""One student's my_bind.py in a process of its own: it is run once, and then asked, function by function.

    <- {"root": FOLDER, "source": HEX, "user": NUMBER or null, "limits": [[NAME, NUMBER], ...]}
    -> {"has": {"seal": "function", "statements": "value", "packet": "library"}}   or {"failed": SENTENCE}
    <- {"number": 1, "name": "seal", "arguments": [...]}                           a value is asked without arguments
    -> {"number": 1, "answer": [KIND, ...], "after": [...]}                        `after`: what the arguments are now

Nobody believes this process anything: the student's program shares it, and can do with it what it likes. The questions
come from the examiner, who knows the right answers and compares. Standard library only; `grade.py` is the other end.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import types
from collections.abc import Mapping
from typing import Any

NAME = "my_bind"
BUILTIN = (bool, int, float, str)


def main() -> None:
    questions, answers = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # what a student's program prints is not asked for
        os.dup2(nowhere, standard)

    def say(what: dict[str, Any]) -> None:
        answers.write(json.dumps(what) + "\n")
        answers.flush()

    start = json.loads(questions.readline())
    try:
        confine(start["user"], start["limits"])
    except OSError as error:
        say({"failed": f"it cannot be given limits: {error}"})
        return
    sys.path.insert(0, start["root"])
    module = types.ModuleType(NAME)
    sys.modules[NAME] = module
    try:
        exec(compile(bytes.fromhex(start["source"]), f"{NAME}.py", "exec"), module.__dict__)
    except BaseException as error:
        say({"failed": told(error)})
        return
    say({"has": {name: kind(value) for name, value in vars(module).items() if not name.startswith("_")}})
    for line in questions:
        question = json.loads(line)
        say({"number": question["number"], **answered(getattr(module, question["name"], None), question)})


def confine(user: int | None, limits: list[tuple[str, int]]) -> None:
    """Limits first, while they may be set; then another user's rights, where there is one to become."""
    try:
        import resource
    except ImportError:  # Windows has neither
        return
    for name, number in limits:
        which = getattr(resource, name, None)
        if which is not None:
            most = resource.getrlimit(which)[1]
            least = number if most == resource.RLIM_INFINITY else min(number, most)
            try:
                resource.setrlimit(which, (least, least))
            except ValueError:  # macOS has the name of a limit that it does not keep
                continue
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)


def kind(value: Any) -> str:
    if str(getattr(value, "__module__", "")).partition(".")[0] == "mtlib":
        return "library"
    return "function" if callable(value) else "value"


def answered(found: Any, question: dict[str, Any]) -> dict[str, Any]:
    if "arguments" not in question:
        return {"answer": written(found)}
    arguments = [read(each) for each in question["arguments"]]
    handed = list(arguments)
    try:
        answer = written(found(*handed))
    except BaseException as error:  # also what a program raises to end itself
        ranged = isinstance(error, (struct.error, OverflowError)) or type(error).__name__ == "LocalError"
        answer = ["raised", "range" if ranged else type(error).__name__, told(error)]
    return {"answer": answer, "after": [written(each) for each in arguments]}


def told(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:400]
    except BaseException:
        return type(error).__name__


def written(value: Any) -> list[Any]:
    """A value as JSON. What has no place among plain values is told by the name of its class."""
    if value is None or value is ...:
        return ["nothing"]
    if type(value) in BUILTIN:
        return ["plain", value]
    if isinstance(value, (bytes, bytearray, memoryview)) or hasattr(type(value), "__bytes__"):
        return ["changeable" if isinstance(value, bytearray) else "bytes", bytes(value).hex()]
    if isinstance(value, (list, tuple)):
        return ["row", [written(each) for each in value]]
    if isinstance(value, Mapping):
        return ["table", [[written(key), written(each)] for key, each in value.items()]]
    return ["other", type(value).__name__]


def read(written: list[Any]) -> Any:
    """A value that the examiner wrote."""
    kind, *rest = written
    if kind == "row":
        return tuple(map(read, rest[0]))
    if kind in ("bytes", "changeable"):
        return (bytes if kind == "bytes" else bytearray).fromhex(rest[0])
    return rest[0] if rest else None


if __name__ == "__main__":
    main()
