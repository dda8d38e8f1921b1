"""Texts of megabytes in every shape that took long once, or that asks another rule of the reader."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import re
import time
from pathlib import Path

from mtlib.__main__ import main

LETTERS = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3"
SHAPES: dict[str, bytes] = {
    "many short values on long lines": b"k1=ab12 size=17 " * 1000 + b"\n", "names and values on one line": b"nonce=12;",
    "lines without names": LETTERS + b"\n", "quotes": b'"', "blanks": b" ", "comments that do not end": b"/*",
    "escapes": b"\\x41", "names of all kinds": "".join(f"name{number}x: 1, " for number in range(9999)).encode(),
    "objects in objects": b'{"a":', "open brackets": b"([{", "commas": b",", "zero bytes": b"\0",
    "UTF-16 without a mark": "nonce = 12, key: abcd\n".encode("utf-16-le"), "digits": b"7", "base64 on one line": b"",
    "a=": b"a=", "rows of a table": b"| nonce | 12 | abcdef0123456789 |\n", "line ends": b"\n",
    "accents without letters": "\u0301".encode(), "right to left": "\u202e".encode(),
    "colours of a terminal": b"\x1b[3",
}  # fmt: skip
"""What is repeated."""
RAW = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would act on."""


def large(shape: str, size: int) -> bytes:
    if shape == "base64 on one line":
        return base64.b64encode(hashlib.shake_256(b"large").digest(size // 4 * 3))
    one = SHAPES[shape]
    return (one * (size // len(one) + 1))[:size]


def seconds(command: str, file: Path) -> float:
    """Seconds of work for the file, about which nothing is printed but lines without a control character."""
    with io.StringIO() as said, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        before = time.process_time()
        status = main([command, str(file)])
        spent = time.process_time() - before
        text = said.getvalue()
    assert status in (0, 1, 2) and text.strip() and "Traceback" not in text
    assert not RAW.search(text) and max(map(len, text.splitlines())) < 1000
    return spent
