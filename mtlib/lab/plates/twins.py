"""Twins: the 256 bytes of a permanent key, which schedules read them, and what a changed byte does to a seal.

The tables of the key schedules say which bytes are read; the library's checks judge the changed key.
Source: core.telegram.org/mtproto/description_v1 and core.telegram.org/mtproto/description, "Defining AES Key and
Initialization Vector".
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from mtlib.crypto.kdf import MSG_KEY_V2, V1, V2, key_usage
from mtlib.crypto.keys import AuthKey
from mtlib.lab.plates.plate import Control, Glyph, Plate, Slider, line, one_of, runs
from mtlib.lab.tripping import flipped
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import Facts, judge

SIZE = 256
NAME = "the key's name"
ROWS = {"1.0, to the data centre": ((V1, 0),), "1.0, back": ((V1, 8),),
        "2.0, to the data centre": ((V2, 0), (MSG_KEY_V2, 0)), "2.0, back": ((V2, 8), (MSG_KEY_V2, 8))}  # fmt: skip
"""The readers of a key: their tables, each with the direction x."""


def readers(row: str) -> list[bool]:
    """For each byte of a key, whether this row reads it. The key's name is a hash of all bytes. LocalError for a row
    that does not exist."""
    if row == NAME:
        return [True] * SIZE
    return [any(used) for used in zip(*(key_usage(*each) for each in ROWS[one_of(row, ROWS, "row")]), strict=True)]


class Twins(Plate):
    """`binding` has both keys; `at` is the changed byte of the permanent key. LocalError for an `at` that is not 0 to
    255."""

    name = "the twin keys"
    question = "One byte of the permanent key is changed. What does the changed key open?"
    height = 300

    def __init__(self, binding: Binding, at: int = 0) -> None:
        self.binding, self.at = binding, one_of(at, range(SIZE), "byte")
        super().__init__()

    def do_point(self, what: tuple[object, int]) -> None:
        """Change the byte that was clicked."""
        self.at = range(SIZE)[what[1]]

    # -- Results

    def failing(self) -> tuple[str, ...]:
        """The checks that fail if the request and the seal name the changed key."""
        binding = self.binding
        key = AuthKey(flipped(bytes(binding.perm_key), 8 * self.at))
        request = bytes(binding.request).replace(binding.perm_key.id_bytes, key.id_bytes)
        return judge(Facts(request, key, binding.temp_key, binding.session_id, binding.msg_id,
                           binding.expires_at - 1)).failing  # fmt: skip

    def said(self) -> str:
        failing = self.failing()
        opens = "noise" if "msg_key" in failing else "the seal opens, its hash is right"
        return f"Byte {self.at} changed: another name; {opens}; checks that fail, {len(failing)}: {', '.join(failing)}."

    def alt(self) -> str:
        told = "; ".join(f"{row}: {', '.join(f'{first} to {last}' for first, last in self._runs(row))}"
                         for row in (*ROWS, NAME))  # fmt: skip
        return f"The {SIZE} bytes of a permanent key and who reads them: {told}."

    @staticmethod
    def _runs(row: str) -> list[tuple[int, int]]:
        """The first and the last byte of each stretch that this row reads."""
        return [(start, stop - 1) for read, start, stop in runs(readers(row)) if read]

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "who reads the key", "bytes", "how many"
        for row in (*ROWS, NAME):
            yield row, ", ".join(f"{first} to {last}" for first, last in self._runs(row)), str(sum(readers(row)))

    def controls(self) -> Iterator[Control]:
        yield Slider("at", "byte", self.at, SIZE - 1, str(self.at))

    # -- Drawing

    LEFT, WIDE, TOP, ROW = 170.0, 576.0, 30.0, 30.0

    def _x(self, at: int) -> float:
        return self.LEFT + self.WIDE * at / SIZE

    def fixed(self) -> Iterator[Glyph]:
        for at in (0, 32, 64, 96, 128, 192, SIZE):
            yield Glyph(f"mark{at}", self._x(at), 18, text=str(at), look="small dim")
        for number, row in enumerate((*ROWS, NAME)):
            y = self.TOP + self.ROW * number
            yield Glyph(f"row{number}", self.LEFT - 8, y + 13, text=row, look="small end")
            for first, last in self._runs(row):
                wide = self._x(last + 1) - self._x(first)
                yield Glyph(f"run{number}.{first}", self._x(first), y, wide - 1, 26, str(last + 1 - first),
                            "small copied edge" if row == NAME else "small derived edge",
                            label=f"{row}: bytes {first} to {last}")  # fmt: skip

    def marks(self) -> Iterator[Glyph]:
        foot = self.TOP + self.ROW * (len(ROWS) + 1)
        yield Glyph("dial", self.LEFT, self.TOP, self.WIDE, foot - self.TOP, do=("point", 0), grid=(SIZE, 1),
                    cell=self.at, label=f"{self.said()} Click another byte.")  # fmt: skip
        yield Glyph("line", self._x(self.at) + self.WIDE / SIZE / 2, 24, look="bad", d=line((0, 0), (0, foot - 18)))
        failing = self.failing()
        noise = "msg_key" in failing
        yield Glyph("opened", self.LEFT, foot + 14, 220, 44,
                    f"byte {self.at} changed\n{'✗ opens to noise' if noise else '✓ opens, hash right'}",
                    "small noise" if noise else "small paper")  # fmt: skip
        yield Glyph("failing", 8, foot + 68, 744, 36, fill(f"{len(failing)} ✗  {', '.join(failing)}", 100),
                    "small bad left")  # fmt: skip
