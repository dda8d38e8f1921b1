"""What debuggers, browsers, loggers and phones print that no other author of forms had pasted: read, or said aloud."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from mtlib import diagnose, read_patient
from mtlib.clinic.reading import read, read_keys
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from unseen_forms import ALL, IDS, KEYS, MSG_ID, PACKET, PERM, REQUEST, SEALED, SESSION, TEMP, letters, rows, words

VALUES = {"perm_auth_key": PERM, "temp_auth_key": TEMP, "request": REQUEST}
WRITTEN = {**VALUES, "session_id": SESSION, "msg_id": MSG_ID}
HIGH, LOW = divmod(SESSION % 2**64, 2**32)
SENT = b"\xee" * 4 + len(PACKET).to_bytes(4, "little") + PACKET
ZERO_AND_DIGIT = bytes.fromhex("00310032") + PERM[4:]
"""A key with a zero before a digit in it: \\01 would be octal in C."""


def below(row: Callable[[int, int], str], head: str = "", foot: str = "") -> Callable[[str, bytes], str]:
    """An array with one byte in each line."""
    return lambda name, data: f"{name}{head}\n" + "".join(row(at, x) + "\n" for at, x in enumerate(data)) + foot


def dump(row: Callable[[int, bytes], str], head: str = ":", size: int = 16) -> Callable[[str, bytes], str]:
    return lambda name, data: f"{name}{head}\n" + "".join(row(at, part) + "\n" for at, part in rows(data, size))


def array_of_c(name: str, data: bytes) -> str:
    """As Wireshark prints one segment of a stream that is followed."""
    parts = ",\n".join(", ".join(f"0x{x:02x}" for x in part) for _, part in rows(data, 8))
    return f"char {name}[] = {{ /* Packet 4 */\n{parts} }};\n"


def groups(name: str, data: bytes) -> str:
    lines = [f"{name}: Uint8Array({len(data)})"]
    for first in range(0, len(data), 100):
        last = min(first + 99, len(data) - 1)
        lines += [f"[{first} … {last}]", *(f"{at}: {data[at]}" for at in range(first, last + 1))]
    return "\n".join([*lines, f"byteLength: {len(data)}\n"])


def rust(data: bytes) -> str:
    """Bytes as Rust prints them: a zero is \\0, whatever stands behind it."""
    as_it_is = {0: "\\0", **{x: chr(x) for x in b"0123456789abcdefghijklmnopqrstuvwxyz"}}
    return 'b"' + "".join(as_it_is.get(x, f"\\x{x:02x}") for x in data) + '"'


def eights(name: str, data: bytes) -> str:
    """A dump of gdb by words of eight bytes, two in a row."""
    pairs = [words(part, 8) for _, part in rows(data)]
    return f"{name}:\n" + "".join(
        f"0x7fffffffd{16 * at:03x}:\t0x{a:016x}\t0x{b:016x}\n" for at, (a, b) in enumerate(pairs))  # fmt: skip


BYTES: dict[str, Callable[[str, bytes], str]] = {
    "print_r of PHP, an array": lambda name, data: (
        f"{name}: Array\n(\n" + "".join(f"    [{at}] => {x}\n" for at, x in enumerate(data, 1)) + ")\n"),
    "lldb, an array": below(lambda at, x: f"  [{at}] = {x}", " = (uint8_t[]) $0 = {", "}\n"),
    "Visual Studio's watch": below(lambda at, x: f"\t\t[{at}]\t{x}\tbyte", "\t{byte[]}\tbyte[]"),
    "a table of the console": below(lambda at, x: f"│ {at:^7} │ {x:^6} │",
                                   "\n┌─────────┬────────┐\n│ (index) │ Value  │",
                                   "└─────────┴────────┘\n"),
    "a browser's groups of a hundred": groups,
    "YAML, one byte a line": below(lambda at, x: f"- {x}", ":"),
    "bytes with their places": below(lambda at, x: f"[{at}] 0x{x:02x}"),
    "an array of Chrome": lambda name, data: (
        f"{name}: Uint8Array({len(data)}) [{', '.join(map(str, data))}, buffer: ArrayBuffer(256), byteLength: 256, "
        "length: 256, Symbol(Symbol.toStringTag): 'Uint8Array']\n"),
    "a field of C": lambda name, data: f"\t.{name} = {{\n\t\t{', '.join(f'0x{x:02x}' for x in data)},\n\t}},\n",
    "Nim": lambda name, data: f"{name} = @[{', '.join(map(str, data))}]\n",
    "Scala": lambda name, data: f"{name}: Array[Byte] = Array({', '.join(str(x - 256 * (x > 127)) for x in data)})\n",
    "a list of properties": lambda name, data: f"<key>{name}</key>\n<data>\n{data.hex()}\n</data>\n",
    "OpenSSL": dump(lambda at, part: (
        f"{at:04x} - {part[:8].hex(' ')}{'-' * bool(part[8:])}{part[8:].hex(' ')}   {letters(part)}")),
    "hexyl": dump(lambda at, part: f"│{at:08x}│ {part[:8].hex(' '):23} ┊ {part[8:].hex(' '):23} │{letters(part)}│"),
    "pwndbg": dump(lambda at, part: f"+{at:04x} 0x7ffd{at:08x}  {part.hex(' ')}  │{letters(part)}│"),
    "a kernel's dump": dump(lambda at, part: f"[ 1234.5{at:05}] raw: {at:08x}: {part.hex(' ')}  {letters(part)}"),
    "mbed TLS": dump(lambda at, part: f"ssl_tls.c:0123: |4| {at:04x}:  {part.hex(' ')}  {letters(part)}"),
    "IDA": dump(lambda at, part: f".data:{0x140003000 + at:016X}  {part.hex(' ').upper()}  {letters(part)}"),
    "strace -e write": dump(lambda at, part: f" | {at:05x}  {part.hex(' ')}  {letters(part)} |"),
    "chars with a sign, of C": lambda name, data: (
        f"{name}: {' '.join('ffffff' * (x > 127) + f'{x:02x}' for x in data)}\n"),
    "a literal in parts": lambda name, data: f"{{'{name}': {data[:72]!r}\n  {data[72:152]!r}\n  {data[152:]!r}}}\n",
    "Chinese type": lambda name, data: f"密钥 {name}：{data.hex()}\n",
    "a line that ends twice": lambda name, data: (
        f"{name}:\r\r\n" + "".join(f"{at:04x}  {part.hex(' ')}\r\r\n" for at, part in rows(data))),
    "colours whose escape was lost": lambda name, data: f"[36m{name}[0m=[33m{data.hex()}[0m\n",
    "escaped underscores": lambda name, data: name.replace("_", "\\_") + f": {data.hex()}\n",
    "a name behind its value": lambda name, data: f"{data.hex()}  <- {name}\n",
    "gdb, a prompt": lambda name, data: f"(gdb) x/{len(data)}xb &{name}\n" + "".join(
        f"0x7fffd{at:03x}:\t" + "\t".join(f"0x{x:02x}" for x in part) + "\n" for at, part in rows(data, 8)),
}  # fmt: skip
TEXTS: dict[str, tuple[str, dict[str, Any]]] = {
    "bytes of Python in JSON": (json.dumps({
        "_": "functions.auth.BindTempAuthKey", "encrypted_message": repr(SEALED), "perm_auth_key": repr(PERM),
        "temp_auth_key": repr(TEMP), "session_id": SESSION, "msg_id": MSG_ID}, indent=4),
        {"encrypted_message": SEALED, **{each: ALL[each] for each in ALL if each != "request"}}),
    "local values of a trace, in JSON": (json.dumps({"vars": {
        name: repr(value) for name, value in WRITTEN.items()}}), ALL),
    "a message with bytes of Python in it": (json.dumps(
        {"message": " ".join(f"{name}={value!r}" for name, value in WRITTEN.items())}), ALL),
    "JSON in JSON in JSON": (json.dumps({"log": json.dumps({"message": json.dumps(
        {name: getattr(value, "hex", lambda value=value: value)() for name, value in WRITTEN.items()})}) + "\n",
        "stream": "stdout"}), ALL),
    "tshark's JSON": (f'{{"tcp": {{"tcp.payload": "{SENT.hex(":")}"}}}}\n{KEYS}',
                      {"stream": SENT, "perm_key": PERM, "temp_key": TEMP}),
    "a followed stream as arrays of C": (
        array_of_c("peer0_0", SENT[:4]) + array_of_c("peer0_1", SENT[4:90]) + array_of_c("peer1_0", SENT[4:48])
        + array_of_c("peer0_2", SENT[90:]) + KEYS, {"stream": SENT, "perm_key": PERM, "temp_key": TEMP}),
    "a list of HTML": ("<dl>" + "".join(f"<dt>{name}</dt><dd>{getattr(value, 'hex', lambda value=value: value)()}</dd>"
                                        for name, value in WRITTEN.items()) + "</dl>\n", ALL),
    "a result of the bind": (f"request: {REQUEST.hex()}\n{KEYS}{IDS}bind result: true\n",
                             {**ALL, "answer": "boolTrue"}),
    "gdb, words of eight bytes": (eights("perm_auth_key", PERM) + eights("temp_auth_key", TEMP)
                                  + f"request: {REQUEST.hex()}\n{IDS}", ALL),
}  # fmt: skip
IDS_WRITTEN = {
    "halves with names": f"session_id: high={HIGH} low={LOW}\nmsg_id: high={MSG_ID >> 32} low={MSG_ID % 2**32}\n",
    "a number of big-integer": f"sessionId: Integer {{ value: {SESSION}n }},\nmsgId: Integer {{ value: {MSG_ID}n }}\n",
    "#define": f"#define SESSION_ID {SESSION}LL\n#define MSG_ID {MSG_ID}ULL\n",
    "fields of C": f"\t.session_id = {SESSION}LL,\n\t.msg_id = {MSG_ID}ULL,\n",
    "cells": f"session_id,{SESSION}\nmsg_id,{MSG_ID}\n",
    "pairs": f'["session_id", "{SESSION}"], ["msg_id", "{MSG_ID}"]\n',
    "a sentence": f"The session id is `{SESSION}`, the msg id is {MSG_ID}.\n",
    "brackets behind words": f"Идентификатор (session_id): {SESSION}\nСообщение (msg_id): {MSG_ID}\n",
    "wide columns": f"session_id    | {SESSION}\nmsg_id        | {MSG_ID}\n",
    "keywords of Lisp": f"(:session-id {SESSION} :msg-id {MSG_ID})\n",
    "a prompt": f"(gdb) p session_id\n$1 = {SESSION}\n(gdb) p msg_id\n$2 = {MSG_ID}\n",
    "behind a number with #": f"Sending #1A2B SessionId={SESSION} MsgId={MSG_ID}\n",
    "marks of direction": f"session_id: \u2066{SESSION}\u2069\nmsg_id: \u200e{MSG_ID}\n",
    "wide digits": f"session_id：{SESSION}\nmsg_id：{MSG_ID}\n".translate({x: x + 0xFEE0 for x in b"0123456789-"}),
}  # fmt: skip
READ = {
    **{name: ("".join(form(*each) for each in VALUES.items()) + IDS, ALL) for name, form in BYTES.items()},
    **TEXTS,
    **{f"ids, {name}": (f"request: {REQUEST.hex()}\n{KEYS}{ids}", ALL) for name, ids in IDS_WRITTEN.items()},
}


def _plain(value: Any) -> Any:
    return getattr(value, "given", value)


@pytest.mark.parametrize("name", READ)
def test_it_is_read(name: str) -> None:
    text, wanted = READ[name]
    got = read_patient(text)
    assert {each: _plain(got[each]) for each in wanted if each in got} == wanted
    assert diagnose(**got).name in {"healthy", "nothing_wrong_so_far"}


def test_a_zero_before_a_digit_is_two_bytes_in_rust() -> None:
    assert _plain(read_patient(f"perm_auth_key: {rust(ZERO_AND_DIGIT)}")["perm_key"]) == ZERO_AND_DIGIT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{KEYS}session_id сообщения: {SESSION}\n", "line 3: session_id has no number behind its name"),
        (f"$ od -c perm_auth_key.bin\n0000000 005   *   j\n{IDS}", "line 1: perm_key has no bytes behind its name"),
        (f"perm_auth_key: {PERM[1:].hex()}\n",
         "line 1: perm_key has 255 bytes; took zeros before them for the rest of 256"),
        (f"{KEYS}- {REQUEST.hex()[:-1]} -\n", "line 3: an odd number of hex digits: a part of them is missing"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_said(text: str, said: str) -> None:
    assert said in read(text).notes


def test_a_key_log_that_was_cut_off_is_refused() -> None:
    log = "".join(f"{AuthKey(key).id_bytes.hex()} {key.hex()}\n" for key in (PERM, TEMP))
    with pytest.raises(LocalError, match="line 2: an odd number of hex digits") as refused:
        read_keys(log[:-100])
    assert TEMP.hex()[:16] not in str(refused.value)


def test_a_compressed_file_is_named() -> None:
    with pytest.raises(LocalError, match="compressed, by gzip"):
        read_patient(gzip.compress(KEYS.encode()))
