"""Bytes of every value, in the forms in which languages print them: no byte of a value is taken for markup, for a
comment, for a suffix or for the end of it. (A fixed example cannot show that: one value in a hundred was misread.)"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib import read_patient
from mtlib.clinic.plain import plain

FORMS: dict[str, Callable[[bytes], str]] = {
    "Python": repr,
    "bytearray": lambda data: repr(bytearray(data)),
    "fromhex": lambda data: f"bytes.fromhex('{data.hex()}')",
    "C, hex escapes": lambda data: '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"',
    "C, octal escapes": lambda data: '"' + "".join(f"\\{byte:03o}" for byte in data) + '"',
    "Go %q": lambda data: '"' + _escaped(data, '"\\') + '"',
    "Ruby": lambda data: '"' + _escaped(data, '"\\#') + '"',
    "Rust": lambda data: 'b"' + _escaped(data, '"\\') + '"',
    "JSON string": lambda data: json.dumps(data.decode("latin-1")),
    "hex": bytes.hex,
    "0x": lambda data: "0x" + data.hex(),
    "spaced": lambda data: data.hex(" ").upper(),
    "colons": lambda data: data.hex(":"),
    "base64": lambda data: base64.b64encode(data).decode(),
    "base64url": lambda data: base64.urlsafe_b64encode(data).decode().rstrip("="),
    "list": lambda data: str([*data]),
    "Java": lambda data: "new byte[]{" + ", ".join(map(str, _signed(data))) + "}",
    "Kotlin": lambda data: f"byteArrayOf({', '.join(map(str, _signed(data)))})",
    "Go": lambda data: "[]byte{" + ", ".join(map(hex, data)) + "}",
    "C#": lambda data: "new byte[] { " + ", ".join(f"0x{byte:02X}" for byte in data) + " }",
    "Swift": lambda data: "[UInt8]([" + ", ".join(f"0x{byte:02x}" for byte in data) + "])",
    "Rust array": lambda data: "[" + ", ".join(f"{byte}u8" for byte in data) + "]",
    "Erlang": lambda data: "<<" + ",".join(map(str, data)) + ">>",
    "Buffer": lambda data: f"<Buffer {data.hex(' ')}>",
    "Buffer as JSON": lambda data: json.dumps({"type": "Buffer", "data": [*data]}),
}
AS_THEY_ARE = [*FORMS][: [*FORMS].index("list")]
"""Literals and digits alone. Around the others there are words and brackets of a language, which may go."""
STYLES: dict[str, Callable[[dict[str, str]], str]] = {
    "colons": lambda values: "\n".join(f"{name}: {value}" for name, value in values.items()),
    "assignments": lambda values: "\n".join(f"let {name} = {value};" for name, value in values.items()),
    "an object": lambda values: "{" + ",\n ".join(f'"{name}": {value}' for name, value in values.items()) + "}",
    "a log": lambda values: "\n".join(f"2026-11-27 10:00:00 DEBUG {name}: {value}" for name, value in values.items()),
    "Markdown": lambda values: "\n".join(f"- **{name}**: `{value}`" for name, value in values.items()),
    "one line": lambda values: "{" + ", ".join(f"'{name}': {value}" for name, value in values.items()) + "}",
}
KEYS = {"perm_auth_key": "perm_key", "temp_auth_key": "temp_key"}


def _escaped(data: bytes, special: str) -> str:
    return "".join(chr(b) if 32 <= b < 127 and chr(b) not in special else f"\\x{b:02x}" for b in data)


def _signed(data: bytes) -> list[int]:
    return [byte - 256 * (byte > 127) for byte in data]


@pytest.mark.parametrize("style", STYLES)
@given(seed=st.integers(0, 2**32), form=st.sampled_from([*FORMS]))
def test_whatever_the_bytes_are_they_are_read(style: str, seed: int, form: str) -> None:
    random = Random(seed)
    request, sealed = bytes.fromhex("052ad4cd") + random.randbytes(128), random.randbytes(104)
    wanted: dict[str, bytes | int] = {
        **random.choice([{"request": request}, {"encrypted_message": sealed}]),
        "msg_id": random.randrange(2**60, 2**63), "session_id": random.randrange(-(2**63), 2**63),
        "perm_auth_key": random.randbytes(256),
        "temp_auth_key": random.randbytes(256), "expires_at": random.randrange(1_700_000_000, 2_000_000_000),
    }  # fmt: skip
    written = {name: FORMS[form](value) if isinstance(value, bytes) else str(value) for name, value in wanted.items()}
    order = random.sample([*written], len(written))
    found = read_patient(STYLES[style]({name: written[name] for name in order}))
    assert set(found) == {KEYS.get(name, name) for name in wanted}
    assert {name: bytes(found[key].key) if (key := KEYS.get(name)) else found[name] for name in wanted} == wanted


@given(seed=st.integers(0, 2**32))
def test_a_request_in_lines_of_base64_is_read_whole(seed: int) -> None:
    """Its last line is short, and may have neither digit nor capital letter."""
    request = bytes.fromhex("052ad4cd") + Random(seed).randbytes(128)
    assert read_patient(f"request:\n{base64.encodebytes(request).decode()}")["request"] == request


@pytest.mark.parametrize("form", AS_THEY_ARE)
def test_no_byte_is_taken_for_markup(form: str) -> None:
    data = Random(form).randbytes(1 << 15)
    text = "\n".join(f"request = {FORMS[form](data[at : at + 64])}" for at in range(0, len(data), 64))
    assert plain(text) == text
