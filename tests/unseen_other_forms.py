"""The same facts as different people write them down: nineteen forms, from names to bytes, numbers and text."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

Facts = dict[str, Any]


def chunks(text: str, size: int) -> str:
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def letters(data: bytes) -> str:
    return "".join(chr(each) if 32 <= each < 127 else "." for each in data)


def xxd(data: bytes) -> str:
    rows = (data[i : i + 16] for i in range(0, len(data), 16))
    return "\n".join(f"{16 * n:08x}: {chunks(row.hex(), 4).ljust(39)}  {letters(row)}" for n, row in enumerate(rows))


def hexdump(data: bytes) -> str:
    lines = []
    for i in range(0, len(data), 16):
        left, right = data[i : i + 8].hex(" ").ljust(23), data[i + 8 : i + 16].hex(" ").ljust(23)
        lines.append(f"{i:08x}  {left}  {right}  |{letters(data[i : i + 16])}|")
    return "\n".join([*lines, f"{len(data):08x}"])


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def commas(data: bytes) -> str:
    return ", ".join(f"0x{each:02x}" for each in data)


def lines(facts: Facts, of_bytes: Callable[[str, bytes], str], of_others: Callable[[str, Any], str]) -> str:
    made = (of_bytes(n, v) if isinstance(v, bytes) else of_others(n, v) for n, v in facts.items())
    return "\n".join(made) + "\n"


def named(name: str, value: Any) -> str:
    return f"{name}: {value}"


def plain(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{n}: {v.hex()}", named)


def spaced(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{n}: {chunks(v.hex(), 8)}", named)


def json_of_hex(facts: Facts) -> str:
    return json.dumps({n: v.hex() if isinstance(v, bytes) else v for n, v in facts.items()})


def json_of_base64(facts: Facts) -> str:
    texts = {camel(n): base64.b64encode(v).decode() if isinstance(v, bytes) else str(v) for n, v in facts.items()}
    return json.dumps(texts, indent=2)


def python(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{n} = {v!r}", lambda n, v: f"{n} = {v!r}")


def fromhex(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{n} = bytes.fromhex('{v.hex()}')", lambda n, v: f"{n} = {v!r}")


def xxd_under_names(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{n}:\n{xxd(v)}", named)


def hexdump_under_names(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{n}:\n{hexdump(v)}", named)


def of_c(facts: Facts) -> str:
    def other(name: str, value: Any) -> str:
        return f"long long {name} = {value}LL;" if isinstance(value, int) else f"// {name}: {value}"

    return lines(facts, lambda n, v: f"unsigned char {n}[] = {{ {commas(v)} }};", other)


def of_go(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{camel(n)} := []byte{{{commas(v)}}}", lambda n, v: f"{camel(n)} := {v!r}")


def decimals(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{n}: {[*v]}", named)


def of_node(facts: Facts) -> str:
    def other(name: str, value: Any) -> str:
        big = isinstance(value, int) and abs(value) > 2**40
        return f"  {camel(name)}: {value}n," if big else f"  {camel(name)}: {value!r},"

    return "{\n" + lines(facts, lambda n, v: f"  {camel(n)}: <Buffer {v.hex(' ')}>,", other) + "}\n"


def base64_under_names(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{n}: {base64.b64encode(v).decode()}", named)


def base64url(facts: Facts) -> str:
    return lines(facts, lambda n, v: f"{n}={base64.urlsafe_b64encode(v).decode()}", lambda n, v: f"{n}={v}")


def utf16(facts: Facts) -> bytes:
    return plain(facts).replace("\n", "\r\n").encode("utf-16")


def with_bom(facts: Facts) -> str:
    return "\ufeff" + plain(facts)


def log(facts: Facts) -> str:
    before = "2026-11-07 12:00:01.123 DEBUG mtproto: "
    return lines(facts, lambda n, v: f"{before}{n}={v.hex()}", lambda n, v: f"{before}{n}={v}")


def unsigned(facts: Facts) -> str:
    return plain({n: v % 2**64 if n == "session_id" else v for n, v in facts.items()})


def ids_in_hex(facts: Facts) -> str:
    return plain({n: hex(v % 2**64) if n in ("session_id", "msg_id") else v for n, v in facts.items()})


FORMS: list[Callable[[Facts], str | bytes]] = [
    plain, spaced, json_of_hex, json_of_base64, python, fromhex, xxd_under_names, hexdump_under_names, of_c, of_go,
    decimals, of_node, base64_under_names, base64url, utf16, with_bom, log, unsigned, ids_in_hex,
]  # fmt: skip
