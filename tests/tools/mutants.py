"""Small changes to the package, one at a time: does some test notice? For `./run soak mutants`.

A mutant is one changed spot of one module: `<` for `<=`, 41 for 40, `or` for `and`, a statement left out. Each runs in
a process forked from one that has everything loaded but the project, so that it costs little more than its tests. A
mutant that no test notices is a survivor: a missing test, or a change without an effect, listed below with the reason.

    python tests/tools/mutants.py [MODULE...] [--sample N] [--seed S]      prints every survivor as it is found

With --sample so many of all mutants of these modules are tried, drawn with the seed; else every one of them.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import os
import random
import re
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CPU_LIMIT, TIME_LIMIT = 120, 900
"""Seconds of work, and on the clock, for the tests of one mutant. One that never ends was noticed, too."""
WORKERS = min(2, os.cpu_count() or 1)

READING = ("reading", "unseen_other_pasted", "unseen_forms", "more_forms", "corrected_forms", "what_is_read")

TESTS: dict[str, tuple[str, ...]] = {
    "mtlib.protocol.binding": ("binding", "values", "checks", "cases_bind", "client"),
    "mtlib.protocol.checks": (
        "checks", "values", "datacenter", "datacenter_outside", "cases_bind", "attacks",
    ),
    "mtlib.protocol.datacenter": ("datacenter", "datacenter_outside", "budget", "cases_exchange", "server"),
    "mtlib.protocol.dissect": ("dissection", "promises", "packets"),
    "mtlib.protocol.exchange": ("exchange", "cases_exchange", "transcripts", "secrets"),
    "mtlib.protocol.exchange_server": ("exchange", "cases_exchange", "datacenter"),
    "mtlib.protocol.faults": ("datacenter", "datacenter_outside", "cli_dc"),
    "mtlib.protocol.state": ("keyring", "datacenter", "datacenter_outside", "cases_messages"),
    "mtlib.protocol.limits": ("budget", "datacenter", "server"),
    "mtlib.protocol.messages": ("messages", "checks", "datacenter", "budget", "session"),
    "mtlib.protocol.methods": ("datacenter", "datacenter_outside", "budget", "cases_messages", "client"),
    "mtlib.protocol.packets": ("packets", "binding", "checks", "session"),
    "mtlib.protocol.retry": ("retry", "cases_messages"),
    "mtlib.protocol.session": ("session", "cases_messages", "client"),
    "mtlib.net.client": ("client", "bad_luck", "retry", "promises", "secrets"),
    "mtlib.net.connection": ("connection", "client"),
    "mtlib.net.endpoints": ("endpoints", "connection", "client"),
    "mtlib.net.judge": ("judge",),
    "mtlib.net.memory": ("without_sockets",),
    "mtlib.net.server": ("server", "bad_luck", "cases_host"),
    "mtlib.net.tap": ("net_tap",),
    "mtlib.net.websocket": ("websocket",),
    "mtlib.transport.framing": ("framing", "cases_transport", "stream"),
    "mtlib.transport.obfuscation": ("obfuscation", "stream", "cases_transport"),
    "mtlib.transport.stream": ("stream", "framing", "cases_transport", "secrets"),
    "mtlib.wire.dissection": ("dissection", "layout", "tl", "cases_tl"),
    "mtlib.wire.layout": ("layout", "dissection", "tl", "cases_tl"),
    "mtlib.wire.notes": ("lab_sheets", "view"),
    "mtlib.wire.provenance": ("provenance", "dissection"),
    "mtlib.wire.schema": ("schema", "tl", "binding", "transcripts", "datacenter", "exchange"),
    "mtlib.wire.tl": ("tl", "cases_tl", "schema", "layout", "dissection"),
    "mtlib.wire.view": ("view", "lab_view_model"),
    "mtlib.clinic.answers": ("answers", "what_is_told"),
    "mtlib.clinic.capture": ("capture", "net_tap"),
    "mtlib.clinic.comparing": ("comparing", "doctor", "what_is_told"),
    "mtlib.clinic.diagnosis": ("diagnosis", "behind_the_seal", "doctor", "what_is_told"),
    "mtlib.clinic.doctor": ("doctor", "diagnosis", "behind_the_seal", "mistakes", "patients", "what_is_told"),
    "mtlib.clinic.frame": ("arrival", "unseen_other_patients", "what_is_told"),
    "mtlib.clinic.ladder": ("ladder", "wrong_answers", "exercises_binding", "judge"),
    "mtlib.clinic.listening": ("capture", "net_tap"),
    "mtlib.clinic.mistakes": (
        "mistakes", "recipe", "doctor", "diagnosis", "wrong_answers", "what_mistakes_make", "patients",
    ),
    "mtlib.clinic.opening": ("opening", "comparing", "mistakes", "doctor", "patients", "what_is_told"),
    "mtlib.clinic.packet": ("arrival", "answers", "doctor", "patients", "what_is_told"),
    "mtlib.clinic.patient": ("patient", "given", "opening", "doctor", "what_is_told"),
    "mtlib.clinic.dumps": READING,
    "mtlib.clinic.names": ("reading", "names_read", "unseen_forms", "what_is_read"),
    "mtlib.clinic.pieces": READING,
    "mtlib.clinic.plain": ("plain", "reading", "unseen_forms", "corrected_forms", "what_is_read"),
    "mtlib.clinic.text_bytes": READING,
    "mtlib.clinic.reading": ("reading", "canary", "answers", "main_doctor", "what_is_read"),
    "mtlib.clinic.recipe": ("recipe", "mistakes", "ladder"),
    "mtlib.clinic.recipe_client": ("ladder", "mistakes", "cli_looking"),
    "mtlib.clinic.request": ("arrival", "doctor", "behind_the_seal", "patients", "what_is_told"),
    "mtlib.clinic.sheet": ("sheet", "cli_looking"),
    "mtlib.clinic.wrong": ("mistakes", "wrong_answers", "what_mistakes_make", "opening", "what_is_told"),
    "mtlib.lab.arguments": ("lab_arguments",),
    "mtlib.lab.standalone": ("lab_alone",),
    "mtlib.lab.answers": ("lab_answers", "lab_examining", "lab_exercises"),
    "mtlib.lab.attacks": ("attacks", "labs"),
    "mtlib.lab.bind": ("lab_arrival", "lab_bind", "lab_names"),
    "mtlib.lab.book": ("lab_book_cells", "lab_book_widgets", "tools_book", "without_sockets"),
    "mtlib.lab.book_cells": ("lab_book_cells",),
    "mtlib.lab.book_ciphers": ("lab_book_ciphers",),
    "mtlib.lab.book_widgets": ("lab_book_widgets",),
    "mtlib.lab.comparison": ("lab_comparison", "lab_names"),
    "mtlib.lab.course": ("lab_course", "lab_controls", "environment"),
    "mtlib.lab.examining": ("lab_examining", "lab_answers", "lab_exercises"),
    "mtlib.lab.exchanges": ("lab_exchanges",),
    "mtlib.lab.exercises": ("lab_exercises", "exercises_beginning", "lab_examining"),
    "mtlib.lab.exercises_bytes": ("what_exercises_ask", "lab_answers"),
    "mtlib.lab.exercises_dc": (
        "what_exercises_ask", "exercises_beginning", "exercises_checking", "exercises_debugging", "exercises_failing",
        "exercises_replies", "lab_exercises", "lab_answers",
    ),
    "mtlib.lab.exercises_labs": ("what_exercises_ask", "labs", "lab_answers"),
    "mtlib.lab.exercises_recipe": (
        "what_exercises_ask", "exercises_binding", "exercises_carrying", "exercises_sealing", "lab_exercises",
        "wrong_answers", "lab_answers",
    ),
    "mtlib.lab.exercises_keys": ("what_exercises_ask", "lab_answers"),
    "mtlib.lab.form": ("lab_form",),
    "mtlib.lab.form_widget": ("lab_form",),
    "mtlib.lab.guesses": ("lab_prediction", "lab_course"),
    "mtlib.lab.inspector": ("lab_inspector", "cases_jupyter"),
    "mtlib.lab.controls": ("lab_controls", "lab_menus"),
    "mtlib.lab.my_bind": ("lab_my_bind",),
    "mtlib.lab.patients": ("exercises_debugging", "lab_form"),
    "mtlib.lab.predicting": ("lab_predicting", "lab_prediction", "predictions"),
    "mtlib.lab.prediction": ("lab_prediction", "predictions"),
    "mtlib.lab.receivers": ("what_exercises_ask", "labs"),
    "mtlib.lab.recorded": ("lab_recorded",),
    "mtlib.lab.resealing": ("lab_view_model", "lab_inspector", "cases_jupyter"),
    "mtlib.lab.samples": ("lab_samples", "binding", "lab_bind"),
    "mtlib.lab.saving": ("lab_saving",),
    "mtlib.lab.scenes": ("what_exercises_ask", "lab_scenes", "lab_exercises", "exercises_binding"),
    "mtlib.lab.scoring": ("labs",),
    "mtlib.lab.sheets": ("lab_sheets",),
    "mtlib.lab.tripping": ("lab_tripped",),
    "mtlib.lab.troubles": ("lab_troubles",),
    "mtlib.lab.view_model": ("lab_view_model", "lab_inspector"),
    "mtlib.lab.views": ("lab_views", "view"),
    "mtlib.lab.widgets": ("lab_view_model", "lab_form", "lab_predicting", "lab_plates", "lab_inspector"),
    "mtlib.lab.wrong_fields": ("lab_troubles",),
    "mtlib.crypto.aes": ("aes", "values", "cases_crypto"),
    "mtlib.crypto.blocks": ("without_sockets", "aes"),
    "mtlib.crypto.keys": ("keys", "values", "cases_crypto"),
    "mtlib.crypto.kdf": ("kdf", "values", "keys", "cases_crypto"),
    "mtlib.crypto.entropy": ("entropy", "keys", "rsa"),
    "mtlib.crypto.numbers": ("numbers", "exchange", "cases_exchange"),
    "mtlib.crypto.rsa": ("rsa", "keys", "exchange", "cli"),
    "mtlib.crypto.secret": ("keys", "secrets"),
}
"""Which tests have to notice a change in which module: those that are named for it first, then the wider ones."""
EVERYWHERE = ("values",)
"""Tests of something that every module keeps."""

_END = "SHA-1 gives 20 bytes, and a slice that ends later is the same slice"
EQUIVALENT: dict[str, str] = {
    'mtlib.crypto.kdf: return sha1(plain(envelope, "envelope"))[4:20]: 20 -> 21': _END,
    'mtlib.crypto.keys: return sha1(secret + bytes([number]) + auth_key(key, "key").aux_hash)[4:20]: 20 -> 21': _END,
    "mtlib.net.judge: while self._lines.qsize() < 2:: self._lines.qsize() < 2 -> self._lines.qsize() <= 2":
    "the second line that nobody asked for ends the judging; a third one is not looked at",
    "mtlib.protocol.messages: self.container = Reading(allowance=Allowance(0, limits.messages)): 0 -> 1":
    "a container has objects in it, and no vector of numbers",
    "mtlib.net.client: msg_id, times = 0, list[tuple[float, float]](): 0 -> 1":
    "a lower bound that every clock after 1970 has passed",
    "mtlib.net.memory: port = port or next(free for free in range(49152, 1 << 16) if (host, free) not in _listening):"
    " 49152 -> 49153": "where free ports begin: any other number would do as well",
    "mtlib.net.connection: made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1): 1 -> 2":
    "a switch that is on with every number but 0",
    "mtlib.net.server: KEYS_TRIED, TRIED_SIZE = 8, 160: 160 -> 161":
    "a request is made of whole words: none has 161 bytes",
    "mtlib.net.server: self.done = False: False -> True":
    "it is set by the first read, and nothing asks for it before",
    'mtlib.clinic.recipe_client: if int.from_bytes(block, "big") < key.n:: int.from_bytes(block, \'big\') < key.n ->'
    " int.from_bytes(block, 'big') <= key.n": "that a block of hashed bytes is the modulus itself comes once in 2^2048",
    "mtlib.clinic.mistakes: msg_key=lambda e, p, k: (sha1(e[a:b])[4:20] for a, b in _PARTS)),: 20 -> 21": _END,
    "mtlib.clinic.mistakes: msg_key=lambda e, p, k: (sha1(text)[4:20] for piece in (k, k[88:120], k[:32], k[-32:]):"
    " 20 -> 21": _END,
    "mtlib.clinic.mistakes: LONG(wrong.signed(wrong.long(new[:8]) + wrong.long(server[:8]))),: 8 -> 9":
    "what a ninth byte adds is beyond the 64 bits that are kept",
    "mtlib.clinic.dumps: begins = data.index(BIND) if BIND in data[:20] else 0: 20 -> 21":
    "the bytes come from words of four: no request begins at the 17th",
    "mtlib.clinic.pieces: @dataclass(frozen=True): True -> False": "nobody changes a piece once it is cut",
    'mtlib.clinic.pieces: if sum(len(each) > 63 and sense(bytes_in(each)[0]) for each in re.split(r"[,;|\\t ]+",'
    " line)[:9]) > 1:: len(each) > 63 -> len(each) >= 63":
    "it saves work: what makes sense by itself has 104 bytes at least, and more characters than that",
    "mtlib.clinic.wrong: if {*names} <= {name for name, *_ in parts}:: {*names} <= {name for name, *_ in parts} ->"
    " {*names} < {name for name, *_ in parts}": "no row of the table leaves out all fields of a part",
    'mtlib.clinic.recipe: "MD5": lambda data: hashlib.md5(data).digest() + bytes(4),: 4 -> 5':
    "they stand for the end of a SHA-1, and every slice of one ends at 20",
    "mtlib.lab.attacks: world.supersede(120): 120 -> 121":
    "two minutes, in which a msg_id is still right: any other time below five minutes would do as well",
    "mtlib.lab.attacks: self._entropy = world.scope(\"party\"): 'party' -> 'party_'":
    "which bytes are drawn for an attack: others would do as well",
    "mtlib.lab.attacks: return run: return run -> return None":
    "a decorator gives the function back; whoever asks for an attack goes by its number in the table",
    'mtlib.lab.examining: return ", ".join(f"{name} = {_brief(value)}" for name, value in zip(names, arguments,'
    ' strict=True)): True -> False': "a function is asked with as many values as it has names",
    "mtlib.lab.exercises_dc: _elsewhere(temp_session_id=(60, 24))),: 60 -> 61":
    "what an answer compares with no session at all may begin a byte further on",
    "mtlib.lab.exercises_dc: _elsewhere(temp_session_id=(60, 24))),: 24 -> 25":
    "whoever compares a session with what is none finds that they differ, a byte further on as well",
    "mtlib.lab.exchanges: given = dict(zip(second.inputs, second.arguments, strict=True)): True -> False":
    "a step of the ladder has as many arguments as names",
    "mtlib.lab.exercises_labs: return \"\": return '' -> return None":
    "no mistake that has a name: both are false, and only that is asked",
    'mtlib.protocol.methods: "online_update_period_ms": 210000, "offline_blur_timeout_ms": 5000,'
    ' "offline_idle_timeout_ms": 30000,: 5000 -> 5001': "a period of presence, which no client here goes by",
    "mtlib.clinic.capture: placed, last, base = [], 0, first: 0 -> 1":
    "the first segment is placed by its distance from the base; from 1 it is another one only 2**31 bytes away",
    "mtlib.clinic.capture: last += (segment.seq - base - last + 2**31) % 2**32 - 2**31  # sequence numbers begin again"
    " after 2**32: segment.seq - base - last + 2 ** 31 -> segment.seq - base - last - 2 ** 31":
    "half of 2**32 added or taken away is the same, modulo 2**32",
    "mtlib.clinic.dumps: while at < len(lines):: at < len(lines) -> at <= len(lines)":
    "behind the last line no words begin, and the search goes on to the next one",
    "mtlib.clinic.plain: for at, (before, shape) in enumerate(zip(found, shapes, strict=True)):: True -> False":
    "there is a shape for each line that was looked at",
    "mtlib.clinic.recipe: lambda *values, row=row: row.joined(dict(zip(hashes, values, strict=True)), 0)):"
    " True -> False": "a step has as many arguments as there are hashes",
    "mtlib.lab.exchanges: auth_key: AuthKey | None = field(default=None, repr=False): False -> True":
    "the repr of an AuthKey shows its id and nothing else",
    'mtlib.clinic.opening: later = (("", start, "little"), *wrong.ENVELOPE): \'little\' -> \'little_\'':
    "bytes without a name are no number, and have no order",
}  # fmt: skip
"""Survivors that change nothing anybody can see: the mutant as it is printed, and the reason."""

SWAPS: dict[type, type] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.BitXor: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}  # fmt: skip
NAME = re.compile(r"[A-Za-z_@][\w./@]*")
"""Strings that are names or paths, so that a program may depend on them. Sentences are for readers."""


@dataclass(frozen=True)
class Mutant:
    """One changed spot: in which module, the line it is on, what it was and what it is."""

    module: str
    line: int
    text: str
    was: str
    now: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.text}: {self.was} -> {self.now}"

    @property
    def name(self) -> str:
        """The text of its line in the place of the number, which every edit shifts."""
        return f"{self.module}: {self.text}: {self.was} -> {self.now}"


def mutants(module: str, wanted: Container[int] | None = None) -> Iterator[Mutant]:
    """Every mutant of a module, or those `wanted` by their places in that row."""
    text = source(module).read_text(encoding="utf-8")
    tree, lines = ast.parse(text), text.splitlines()
    for place, (node, change) in enumerate(_spots(tree)):
        if wanted is None or place in wanted:
            with _changed(node, change) as was:
                mutated = copy.deepcopy(tree)
                now = ast.unparse(node)
            yield Mutant(module, node.lineno, lines[node.lineno - 1].strip(), was, now, mutated)


def _spots(tree: ast.Module) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    """Every node that a program depends on, with each change of it."""
    told = [node for node in ast.walk(tree) if _only_told(node)] + _annotations(tree) + _wheres(tree)
    skipped = {id(inner) for node in told for inner in ast.walk(node)}
    for node in (node for node in ast.walk(tree) if id(node) not in skipped):
        for change in _changes(node):
            yield node, change


def _wheres(tree: ast.Module) -> list[ast.expr]:
    """What a value is called in the error about it: the last argument of those that take a value as it should be."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls = [call for call in calls if ast.unparse(call.func) in ("plain", "exact", "whole")]
    return [call.args[-1] for call in calls if len(call.args) > 1]


def _annotations(tree: ast.Module) -> list[ast.expr]:
    """Types of values and results: with `annotations` from the future nothing evaluates them."""
    found = [n.annotation for n in ast.walk(tree) if isinstance(n, ast.AnnAssign)]
    return found + [n.returns for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.returns is not None]


def source(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


def _only_told(node: ast.AST) -> bool:
    """Docstrings, `__all__`, and what errors and reprs say: for readers, so no test depends on it."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.arg, ast.JoinedStr)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
        return True
    if isinstance(node, ast.keyword) and node.arg in ("got", "expected", "where"):
        return True
    return isinstance(node, ast.FunctionDef) and node.name in ("__repr__", "__str__", "_short")


def _changes(node: ast.AST) -> Iterator[Callable[[Any], None]]:
    """The ways in which a node can be changed in place."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield lambda n: n.ops.__setitem__(0, SWAPS[type(n.ops[0])]())
    elif isinstance(node, (ast.BoolOp, ast.BinOp)) and type(node.op) in SWAPS:
        yield lambda n: setattr(n, "op", SWAPS[type(n.op)]())
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield lambda n: setattr(n, "value", not n.value)
        elif isinstance(node.value, int):
            yield lambda n: setattr(n, "value", n.value + 1)
        elif isinstance(node.value, str) and NAME.fullmatch(node.value):
            yield lambda n: setattr(n, "value", n.value + "_")
    elif isinstance(node, ast.IfExp):
        yield lambda n: n.__dict__.update(body=n.orelse, orelse=n.body)
    elif isinstance(node, (ast.If, ast.While)):
        yield lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
    elif _says_or_does(node):
        yield lambda n: setattr(n, "value", ast.Constant(None))


def _says_or_does(node: ast.AST) -> bool:
    """A result other than None, or a call for the sake of what it does."""
    if isinstance(node, ast.Return):
        return node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


@contextlib.contextmanager
def _changed(node: ast.AST, change: Callable[[Any], None]) -> Iterator[str]:
    """The node changed for as long as this lasts; what it was, as text."""
    kept, was = dict(node.__dict__), ast.unparse(node)
    lists = {name: list(value) for name, value in kept.items() if isinstance(value, list)}
    change(node)
    try:
        yield was
    finally:
        node.__dict__.update(kept)
        for name, value in lists.items():
            getattr(node, name)[:] = value


# -- Running ----------------------------------------------------------------------------------------------------------


INSTEAD = """
import importlib.abc, importlib.util, sys
class Mutant(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_file_location(name, {path!r}, loader=self) if name == {module!r} else None
    def get_filename(self, name):
        return {path!r}
    def get_data(self, path):
        return {text!r}
sys.meta_path.insert(0, Mutant())
"""
"""Loads a mutant where its module is asked for: in the process that runs the tests, and in those which these start."""


def _noticed(mutant: Mutant, tests: Sequence[str], folder: Path) -> None:
    """In the forked process: run the tests against the mutant, and leave with the first exit status that is not 0."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT + 5))
    signal.alarm(TIME_LIMIT)
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(quiet, number)
    text = ast.unparse(ast.fix_missing_locations(mutant.tree)).encode()
    program = INSTEAD.format(module=mutant.module, path=str(source(mutant.module)), text=text)
    exec(program, {"__name__": "sitecustomize"})
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(program, encoding="utf-8")
    os.environ["PYTHONPATH"] = os.pathsep.join((str(folder), *filter(None, [os.environ.get("PYTHONPATH")])))
    import pytest

    for path in tests:  # one after the other: most mutants are noticed by the first, and the rest is not even collected
        if status := int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:nbval", path])):
            os._exit(status)
    os._exit(0)


def drawn(modules: Iterable[str], sample: int | None, seed: int) -> dict[str, list[Mutant]]:
    """The mutants of each of these modules: all of them, or a sample out of all together."""
    modules = list(modules)
    sizes = [sum(1 for _ in _spots(ast.parse(source(each).read_text(encoding="utf-8")))) for each in modules]
    every = [(module, place) for module, size in zip(modules, sizes, strict=True) for place in range(size)]
    chosen = every if sample is None else random.Random(seed).sample(every, min(sample, len(every)))
    places = {module: {place for name, place in chosen if name == module} for module in modules}
    return {module: list(mutants(module, wanted)) for module, wanted in places.items() if wanted}


def survivors(modules: Iterable[str] = TESTS, sample: int | None = None, seed: int = 0) -> Iterator[str]:
    """A line for each module; AssertionError with all those mutants that no test noticed and nobody has explained."""
    _load_everything_else()
    unexplained: list[str] = []
    passing: set[str] = set()
    for module, known in drawn(modules, sample, seed).items():
        files = [ROOT / "tests" / f"test_{name}.py" for name in (*TESTS[module], *EVERYWHERE)]
        tests = [str(path) for path in files if path.exists()]
        original = Mutant(module, 0, "", "", "", ast.parse(source(module).read_text(encoding="utf-8")))
        new_tests = [path for path in tests if path not in passing]
        assert _run([original], new_tests), f"the tests of {module} fail without any change"
        passing.update(new_tests)
        alive = _run(known, tests)
        new = [mutant for mutant in alive if mutant.name not in EQUIVALENT]
        unexplained += map(str, new)
        for mutant in new:
            print(f"survives: {mutant}", flush=True)
        yield f"{module}: {len(known)} mutants, {len(known) - len(alive)} noticed, {len(alive) - len(new)} explained"
    assert not unexplained, f"{len(unexplained)} mutants survive:\n" + "\n".join(unexplained)


def _load_everything_else() -> None:
    """What the tests import besides the project, once for all."""
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT)]
    for name in ("pytest", "hypothesis", "hypothesis.strategies", "cryptography.hazmat.primitives.ciphers", "flint",
                 "cryptography.hazmat.primitives.asymmetric.rsa"):  # fmt: skip
        with contextlib.suppress(ImportError):
            __import__(name)


def _run(known: Sequence[Mutant], tests: Sequence[str]) -> list[Mutant]:
    """Those that no test noticed."""
    running: dict[int, Mutant] = {}
    alive: list[Mutant] = []
    waiting = list(known)
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            while waiting and len(running) < WORKERS:
                mutant = waiting.pop()
                pid = os.fork()
                if pid == 0:
                    try:
                        _noticed(mutant, tests, Path(folder, str(os.getpid())))
                    finally:
                        os._exit(1)  # whatever went wrong, it was noticed
                running[pid] = mutant
            pid, status = os.wait()
            if pid in running and status == 0:
                alive.append(running.pop(pid))
            running.pop(pid, None)
    return alive


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    options = parser.parse_args()
    for line in survivors(options.modules or TESTS, options.sample, options.seed):
        print(line, flush=True)
