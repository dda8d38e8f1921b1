"""The labs: their numbers, as the lessons compute them; played solved and unsolved; and nothing leaves the process.

Every lab is played once in this process, cell by cell, unsolved; what its cells computed is then asserted here.
"""

from __future__ import annotations

import ast
import socket
from functools import cache
from runpy import run_path
from typing import Any

import nbformat
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from mtlib.crypto.kdf import kdf_v1, msg_key_v1
from mtlib.lab import sample
from mtlib.lab.exercises_labs import COMPARED, HEAD, NOTICING, NOTICING_IN_CBC
from mtlib.lab.plates.staircase import BITS, PARTS, STARTS, Staircase, flipped, noticed
from mtlib.protocol.checks import verify
from plates import BINDING, play
from test_notebooks import FOLDER, SOLUTIONS, code, tags

LABS = {path.stem[:2]: path for path in sorted(FOLDER.glob("2[1-8]*.ipynb"))}
MINUTES_OF_CODE = 12, 25
"""Code cells of a lab, and lines of a cell, at most."""


class Watch:
    """Every address that a socket of this process was told to talk to."""

    def __init__(self) -> None:
        self.reached: list[Any] = []
        self.listened: list[Any] = []

    def put_in(self, patch: pytest.MonkeyPatch) -> None:
        watch = self

        class Watched(socket.socket):
            def connect(self, address: Any) -> None:
                watch.reached.append(address)
                super().connect(address)

            def connect_ex(self, address: Any) -> int:
                watch.reached.append(address)
                return super().connect_ex(address)

            def sendto(self, data: Any, *rest: Any) -> int:
                if self.family in (socket.AF_INET, socket.AF_INET6):
                    watch.reached.append(rest[-1])
                return super().sendto(data, *rest)

            def listen(self, *backlog: int) -> None:
                watch.listened.append(self.getsockname()[:2])
                super().listen(*backlog)

        patch.setattr(socket, "socket", Watched)


@cache
def played(number: str, solved: bool = False) -> tuple[dict[str, Any], Watch, str]:
    """A lab run cell by cell: its names at the end, what its sockets did, and what it printed."""
    notebook, names, watch = nbformat.read(LABS[number], as_version=4), {"__name__": f"lab_{number}"}, Watch()
    printed: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTLIB_MY_BIND", "")
        watch.put_in(patch)
        names["print"] = lambda *told, sep=" ", end="\n": printed.append(sep.join(map(str, told)) + end)
        for cell in code(notebook):
            tag = next((tag.partition(":")[2] for tag in tags(cell) if tag.startswith("exercise:")), "")
            source = run_path(str(SOLUTIONS / f"{tag}.py"))["SOLUTION"] if solved and tag else cell.source
            exec(compile(source, f"lab {number}", "exec"), names)
    return names, watch, "".join(printed)


@pytest.mark.parametrize("solved", [False, True], ids=["unsolved", "solved"])
@pytest.mark.parametrize("number", LABS)
def test_a_lab_talks_to_nobody_but_a_data_centre_of_this_process(number: str, solved: bool) -> None:
    _, watch, _ = played(number, solved)
    assert all(tuple(address[:2]) in watch.listened for address in watch.reached)
    assert all(host == "127.0.0.1" for host, _ in watch.listened)
    assert number in ("27", "28") or watch.listened == []


def test_the_watch_sees_a_packet_that_leaves() -> None:
    watch = Watch()
    with pytest.MonkeyPatch.context() as patch, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        watch.put_in(patch)
        with socket.socket() as caller:
            caller.connect(listener.getsockname())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
            caller.sendto(b"x", listener.getsockname())
        assert watch.reached == [listener.getsockname()] * 2 and watch.listened == []


@pytest.mark.parametrize("number", LABS)
def test_a_lab_says_the_same_solved_and_has_its_exercises(number: str) -> None:
    notebook = nbformat.read(LABS[number], as_version=4)
    asked = [tag for cell in code(notebook) for tag in tags(cell) if tag.startswith("exercise:")]
    assert len(asked) == 2
    assert played(number, True)[2] == played(number)[2]


@pytest.mark.parametrize("number", LABS)
def test_a_lab_keeps_its_frame(number: str) -> None:
    notebook = nbformat.read(LABS[number], as_version=4)
    cells, lines = MINUTES_OF_CODE
    assert len(code(notebook)) <= cells
    assert max(len(cell.source.splitlines()) for cell in code(notebook)) <= lines
    assert notebook.cells[0].source.splitlines()[2].startswith("Off the short road.")
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert "**Safety.**" in prose[0] and any("## Elsewhere" in text for text in prose)
    plates = [node for cell in code(notebook) for node in ast.walk(ast.parse(cell.source))
              if isinstance(node, ast.Call) and ast.unparse(node.func) == "plate"]  # fmt: skip
    assert len(plates) <= 1


# -- 21: 832 ways -----------------------------------------------------------------------------------------------------

LET_THROUGH = {
    "perm_auth_key_id_in_front": 768, "length": 448, "msg_key": 64, "seqno": 448, "msg_id": 448, "constructor": 320,
    "nonce": 320, "perm_auth_key_id": 192, "expires_at": 64, "temp_auth_key_id": 192, "temp_session_id": 64,
}  # fmt: skip


def test_who_notices_a_flip() -> None:
    names = played("21")[0]["names"]
    assert names == list(noticed(BINDING))
    per_part = [{len(found) for found in names[start : start + 8 * size]}
                for start, (_, size) in zip(STARTS, PARTS, strict=True)]  # fmt: skip
    assert per_part == [{1}, {10}, {10}, {10}, {7}, {5}, {3}]
    assert {check: sum(check not in found for found in names) for check in LET_THROUGH} == LET_THROUGH
    assert {check for found in names for check in found} == LET_THROUGH.keys()


def test_what_the_owner_of_the_key_may_choose() -> None:
    resealed = played("21")[0]["resealed"]
    found = [resealed(bit) for bit in range(640)]
    assert [len(each) for each in found].count(0) == 192 and max(map(len, found)) == 1


def test_no_flip_under_eight_other_pairs_of_keys_is_accepted() -> None:
    judged = played("21")[0]["judged"]
    bindings = [sample(f"pair {number}").binding for number in range(8)]
    tried = [judged(each, flipped(bytes(each.encrypted_message), bit)).ok for each in bindings for bit in range(BITS)]
    assert (len(tried), sum(tried)) == (6656, 0)


def test_the_rule_says_what_the_checks_say() -> None:
    assert [NOTICING.solution(bit // 8) for bit in range(BITS)] == [len(found) for found in noticed(BINDING)]


def cbc_noticed(bit: int) -> int:
    """The same seal in CBC, by another library; what differs behind it is noticed."""
    envelope, key = bytes(BINDING.envelope), BINDING.perm_key
    msg_key = msg_key_v1(envelope)
    plaintext = envelope + BINDING.padding

    def cipher(under: bytes) -> Cipher[modes.CBC]:
        aes_key, aes_iv = kdf_v1(key, under)
        return Cipher(algorithms.AES(aes_key), modes.CBC(aes_iv[:16]))

    changed = flipped(key.id_bytes + msg_key + cipher(msg_key).encryptor().update(plaintext), bit)
    opened = cipher(changed[8:HEAD]).decryptor().update(changed[HEAD:])
    fields = sum(opened[start:stop] != plaintext[start:stop] for start, stop in COMPARED.values())
    return fields + (changed[:8] != key.id_bytes) + (msg_key_v1(opened[:72]) != changed[8:HEAD])


def test_the_rule_for_cbc_says_what_cbc_does() -> None:
    assert [NOTICING_IN_CBC.solution(bit // 8) for bit in range(BITS)] == [cbc_noticed(bit) for bit in range(BITS)]


def test_the_staircase_tells_what_was_measured() -> None:
    model = Staircase(BINDING)
    assert play(model, ("bit", 640)).endswith("5 of 11 checks notice: msg_key, perm_auth_key_id, expires_at, "
                                              "temp_auth_key_id, temp_session_id.")  # fmt: skip
    assert [count > 0 for count in model.changed()] == [False, False, False, True, True]
    play(model, ("point", [0, 0]))
    assert model.changed() == [0] * 5 and model.state["said"].endswith("notice: perm_auth_key_id_in_front.")
    _, *rows = model.rows()
    assert {name: 832 - int(count) for name, count, *_ in rows[:-1]} == LET_THROUGH
    assert rows[-1][2:] == ("1", "10", "10", "10", "7", "5", "3")


def test_the_staircase_starts_from_an_accepted_binding() -> None:
    assert verify(BINDING.request, perm_key=BINDING.perm_key, temp_key=BINDING.temp_key, now=BINDING.expires_at - 1,
                  session_id=BINDING.session_id, msg_id=BINDING.msg_id).ok  # fmt: skip
