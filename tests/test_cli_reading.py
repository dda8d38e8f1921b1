"""What the commands read: files and standard input, bounded, and told in a sentence where they cannot be read."""

from __future__ import annotations

import io
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from mtlib.__main__ import main
from mtlib.cli import reading
from mtlib.cli.reading import MOST, contents, read, shown, text
from mtlib.cli.writing import KeyLog
from mtlib.errors import LocalError
from mtlib.lab.samples import sample


def octets(argument: str) -> bytes:
    """As the command does it."""
    return reading.octets(argument, contents(argument))


def test_bytes_from_hex_from_a_file_of_hex_and_from_a_raw_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, hexed = tmp_path / "raw", tmp_path / "hex"
    raw.write_bytes(b"\x00\xff\x10")
    hexed.write_text("00 ff\n10")
    assert octets("00 ff 10") == octets(str(raw)) == octets(str(hexed)) == b"\x00\xff\x10"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"00ff10")))
    assert octets("-") == b"\x00\xff\x10"
    with pytest.raises(LocalError, match="neither bytes"):
        octets("xyz")


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(MOST + 1))
    with pytest.raises(LocalError, match="too much"):
        read(str(file))
    file.write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(LocalError, match="no text"):
        text(str(file))
    for path in (tmp_path, tmp_path / "none", "a\0b", "\ud800"):
        with pytest.raises(LocalError, match="cannot read"):
            read(str(path))
        with pytest.raises(LocalError, match="cannot write"):
            KeyLog(str(path) + "/")
    file.write_bytes(b"\xef\xbb\xbfa mark in front")
    assert text(str(file)) == "a mark in front"


def test_no_colour_where_nobody_looks() -> None:
    assert "\x1b" not in shown(sample().carried.frame)


@pytest.mark.parametrize(
    "text", ["\n" * 2_000_000 + "05", "5\n" * 1_500_000, "a: 1\n" * 700_000, "05 2a d4 cd " * 250_000]
)
@pytest.mark.parametrize("option", ["--keys", "--as"])
def test_a_long_file_is_read_soon_or_refused_soon(
    text: str, option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "long"
    file.write_text(text)
    began = time.process_time()
    assert main(["dissect", *(["65f7a375", option, str(file)] if option == "--keys" else [option, "tl", str(file)])])
    assert time.process_time() - began < 4
    assert capsys.readouterr().err.count("\n") <= 2


@pytest.mark.parametrize("lines", [31, 32, 33, 64])
def test_bytes_of_many_lines_are_one_value_whatever_their_size(lines: int, tmp_path: Path) -> None:
    file = tmp_path / "hex"
    file.write_text("\n".join([bytes(range(16)).hex(" ")] * lines))
    assert octets(str(file)) == bytes(range(16)) * lines
