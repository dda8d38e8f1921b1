"""What two more authors paste: bytes as debuggers, hex editors, languages and mail print them, and whole texts.

`OF_BYTES`: a way to write bytes down; the request and both keys are written so, and have to be read. `OF_NUMBERS`: the
same for a session_id. `TEXTS`: whole texts with what they say. `REFUSED`: texts in which something is missing, or could
be read in two ways: the values named with them must not come out of them.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import quopri
import re
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from unseen_other_client import build, signed

S = build(51_515, {}, session=bytes.fromhex("8f3a11c0d25e7bb1"))
REQUEST, PERM, TEMP, PACKET, SEALED = S.request, S.perm, S.temp, S.packet, S.blob
SESSION, MSG_ID, NOW = signed(S.session), signed(S.msg_id), S.now
ALL: dict[str, Any] = {
    "request": REQUEST, "perm_key": PERM, "temp_key": TEMP, "session_id": SESSION, "msg_id": MSG_ID,
}  # fmt: skip
IDS = f"session_id: {SESSION}\nmsg_id: {MSG_ID}\n"
KEYS = f"perm_auth_key: {PERM.hex()}\ntemp_auth_key: {TEMP.hex()}\n"
PLAIN = f"request: {REQUEST.hex()}\n{KEYS}{IDS}"

Writer = Callable[[bytes], str]


def rows(data: bytes, size: int = 16) -> list[tuple[int, bytes]]:
    return [(at, data[at : at + size]) for at in range(0, len(data), size)]


def letters(data: bytes, other: str = ".") -> str:
    return "".join(chr(each) if 32 <= each < 127 else other for each in data)


def by_four(data: bytes) -> str:
    return "  ".join(part.hex(" ") for _, part in rows(data, 4))


def table(data: bytes, row: Callable[[int, bytes], str], size: int = 16, head: str = "") -> str:
    """A dump under its name, a line for each row."""
    return "\n" + head + "\n".join(row(at, part) for at, part in rows(data, size))


def words(data: bytes, size: int, order: str = "<") -> list[int]:
    code = {2: "H", 4: "I", 8: "Q"}[size]
    return [*struct.unpack(f"{order}{len(data) // size}{code}", data[: len(data) // size * size])]


def word_rows(data: bytes, size: int, row: int, form: Callable[[int], str], *, end: str = "") -> str:
    """A dump by words of a little-endian machine; what is left of the last word is not printed (no row has any)."""
    return "\n" + "\n".join(
        form(at) + " ".join(f"{each:0{2 * size}x}" for each in words(part, size)) for at, part in rows(data, row)
    ) + end  # fmt: skip


def haskell(data: bytes) -> str:
    """`show` of a ByteString: escapes in decimal, names for control characters, \\& where a digit would follow."""
    names = re.findall(
        "[A-Za-z0-9]+",
        "NUL SOH STX ETX EOT ENQ ACK a b t n v f r SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US",
    )
    out, number, so = "", False, False
    for each in data:
        letter = chr(each)
        if 32 <= each < 127:
            if (number and letter.isdigit()) or (so and letter == "H"):
                out += "\\&"
            out += f"\\{letter}" if letter in '"\\' else letter
            number = so = False
        elif each < 32:
            out += f"\\{names[each]}"
            number, so = False, each == 14
        else:
            out += "\\DEL" if each == 127 else f"\\{each}"
            number, so = each != 127, False
    return f'"{out}"'


def ruby(data: bytes) -> str:
    known = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 27: "\\e", 34: '\\"', 92: "\\\\"}
    return '"' + "".join(known.get(x) or (chr(x) if 32 <= x < 127 else f"\\x{x:02X}") for x in data) + '"'


def c_octal(data: bytes) -> str:
    """Protocol Buffers' text format: three octal digits always."""
    known = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}
    return '"' + "".join(known.get(x) or (chr(x) if 32 <= x < 127 else f"\\{x:03o}") for x in data) + '"'


def gdb_chars(data: bytes) -> str:
    """`print buf` of an array of unsigned char."""
    special = {0: "\\000", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 27: "\\033"}
    special |= {39: "\\'", 92: "\\\\"}
    return "{" + ", ".join(
        f"{x} '{special.get(x) or (chr(x) if 32 <= x < 127 else f'{chr(92)}{x:03o}')}'" for x in data
    ) + "}"  # fmt: skip


def both_signs(data: bytes) -> list[int]:
    return [x - 256 if x > 127 else x for x in data]


def spew(data: bytes) -> str:
    """go-spew's Dump of a byte slice."""
    def row(at: int, part: bytes) -> str:
        halves = f"{part[:8].hex(' ')}  {part[8:].hex(' ')}"
        return f" {at:08x}  {halves:<48}  |{letters(part)}|"

    return f"([]uint8) (len={len(data)} cap={len(data)}) {{" + table(data, row) + "\n}"


def netty(data: bytes) -> str:
    """ByteBufUtil.prettyHexDump of Netty."""
    line = "+--------+-------------------------------------------------+----------------+"
    head = (
        "         +-------------------------------------------------+\n"
        "         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |\n" + line + "\n"
    )
    return table(data, lambda at, p: f"|{at:08x}| {p.hex(' '):<47} |{letters(p):<16}|", 16, head) + "\n" + line


def dumped_by_swift(data: bytes) -> str:
    """dump() of a Data."""
    return f"▿ {len(data)} bytes\n  - count: {len(data)}\n  ▿ bytes: {len(data)} elements\n" + "\n".join(
        f"    - {each}" for each in data
    )  # fmt: skip


def raw_of_r(data: bytes) -> str:
    """A raw vector of R: each line begins with the number of its first element."""
    return table(data, lambda at, part: f"{f'[{at + 1}]':>6} {part.hex(' ')}", 24)


def numpy(data: bytes) -> str:
    body = ",\n       ".join(", ".join(f"{x:3d}" for x in part) for _, part in rows(data, 13))
    return f"array([{body}], dtype=uint8)"


def pem(kind: str) -> Writer:
    return lambda data: f"\n-----BEGIN {kind}-----\n" + "\n".join(
        base64.b64encode(part).decode() for _, part in rows(data, 48)
    ) + f"\n-----END {kind}-----"  # fmt: skip


def crypto_js(data: bytes) -> str:
    """A WordArray of crypto-js: words of 32 bits, big-endian, signed."""
    numbers = [*struct.unpack(f">{len(data) // 4}i", data)]
    return json.dumps({"words": numbers, "sigBytes": len(data)})


def wrapped(text: str, width: int = 76) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


OF_BYTES: dict[str, Writer] = {
    "Visual Basic": lambda b: f"{{{', '.join(f'&H{x:02X}' for x in b)}}}",
    # debuggers
    "gdb x/xb with a symbol": lambda b: table(
        b, lambda at, p: f"0x55555557{0x2a0 + at:04x} <buf{f'+{at}' if at else ''}>:\t" + "\t".join(
            f"0x{x:02x}" for x in p), 8),
    "gdb x/xw": lambda b: table(
        b, lambda at, p: f"0x7fffffffe{at + 0x40:03x}:\t" + "\t".join(f"0x{x:08x}" for x in words(p, 4))),
    "gdb x/xw with a symbol": lambda b: table(
        b, lambda at, p: f"0x{0x404060 + at:x} <request+{at}>:\t" + "\t".join(f"0x{x:08x}" for x in words(p, 4))),
    "gdb x/xh": lambda b: table(
        b, lambda at, p: f"0x7fffffffe{at + 0x40:03x}:\t" + "\t".join(f"0x{x:04x}" for x in words(p, 2))),
    "gdb print of an array of char": lambda b: f"$1 = {gdb_chars(b)}",
    "gdb print of a vector": lambda b: (
        f"std::vector of length {len(b)}, capacity {len(b)} = {{" + ", ".join(f"0x{x:x}" for x in b) + "}"),
    "lldb memory read by words": lambda b: table(
        b, lambda at, p: f"0x16fdff{at + 0x10:03x}: " + " ".join(f"0x{x:08x}" for x in words(p, 4))),
    "lldb memory read": lambda b: table(
        b, lambda at, p: f"0x16fdff{at + 0x10:03x}: {p.hex(' '):<47}  {letters(p)}"),
    "WinDbg db": lambda b: table(
        b, lambda at, p: f"0000018f`4a2b{at:04x}  {p[:8].hex(' ')}{'-' if p[8:] else ' '}{p[8:].hex(' '):<23}"
                         f"  {letters(p)}"),
    "WinDbg db of 32 bits": lambda b: table(
        b, lambda at, p: f"0012f{at:03x}  {p[:8].hex(' ')}{'-' if p[8:] else ' '}{p[8:].hex(' '):<23}  {letters(p)}"),
    "WinDbg db with a dash in a short row": lambda b: table(
        b, lambda at, p: f"0000018f`4a2b{at:04x}  {p[:8].hex(' ')}-{p[8:].hex(' ')}  {letters(p)}"),
    "WinDbg dd": lambda b: word_rows(b, 4, 16, lambda at: f"0000018f`4a2b{at:04x}  "),
    "radare2 px": lambda b: table(
        b, lambda at, p: f"0x{at:08x}  {p.hex(' ', -2):<39}  {letters(p)}", 16,
        "- offset -   0 1  2 3  4 5  6 7  8 9  A B  C D  E F  0123456789ABCDEF\n"),
    "Frida's hexdump": lambda b: table(
        b, lambda at, p: f"7fab1{at + 0x40:03x}  {p.hex(' '):<47}  {letters(p)}", 16,
        "           0  1  2  3  4  5  6  7  8  9  A  B  C  D  E  F  0123456789ABCDEF\n"),
    "pwntools' hexdump": lambda b: table(
        b, lambda at, p: f"{at:08x}  {by_four(p):<50}  │{'│'.join(letters(q, '·') for _, q in rows(p, 4))}│")
                      + f"\n{len(b):08x}",
    # hex editors and system tools
    "HxD": lambda b: table(
        b, lambda at, p: f"{at:08X}  {p.hex(' ').upper():<47}  {letters(p)}", 16,
        "Offset(h) 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n\n"),
    "HxD as C": lambda b: (
        f"\nunsigned char rawData[{len(b)}] = {{" + table(
            b, lambda at, p: "\t" + ", ".join(f"0x{x:02X}" for x in p) + ("," if at + 16 < len(b) else "")) + "\n};"),
    "ImHex": lambda b: table(
        b, lambda at, p: f"{at:08X}  {p[:8].hex(' ').upper()}  {p[8:].hex(' ').upper():<23}  {letters(p)}", 16,
        "Hex View  00 01 02 03 04 05 06 07  08 09 0A 0B 0C 0D 0E 0F\n \n"),
    "certutil -dump": lambda b: table(
        b, lambda at, p: f"    {at:04x}  {p[:8].hex(' ')}  {p[8:].hex(' '):<23}   {letters(p)}"),
    "Format-Hex of PowerShell 7": lambda b: table(
        b, lambda at, p: f"{at:016X} {p.hex(' ').upper():<47} {letters(p)}", 16,
        "   Label: Byte[] (System.Byte[]) <2F1C9D5B>\n\n"
        "          Offset Bytes                                           Ascii\n"
        "                 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n"
        "          ------ ----------------------------------------------- -----\n"),
    "xxd -i": lambda b: (
        "\nunsigned char dump_bin[] = {" + table(
            b, lambda at, p: "  " + ", ".join(f"0x{x:02x}" for x in p) + ("," if at + 12 < len(b) else ""), 12)
        + f"\n}};\nunsigned int dump_bin_len = {len(b)};"),
    "xxd -i on a line": lambda b: "unsigned char x[] = { " + ", ".join(f"0x{x:02x}" for x in b) + " };",
    "xxd -e": lambda b: table(
        b, lambda at, p: f"{at:08x}: {' '.join(f'{x:08x}' for x in words(p, 4)):<35}   {letters(p)}"),
    "od -An -tx1": lambda b: table(b, lambda at, p: f" {p.hex(' ')}"),
    "od -Ad -tx1": lambda b: table(b, lambda at, p: f"{at:07d} {p.hex(' ')}") + f"\n{len(b):07d}",
    "od -tx4": lambda b: word_rows(b, 4, 16, lambda at: f"{at:07o} ", end=f"\n{len(b):07o}"),
    "od -tu1": lambda b: table(b, lambda at, p: f"{at:07o} {' '.join(f'{x:3d}' for x in p)}") + f"\n{len(b):07o}",
    "od -b": lambda b: table(b, lambda at, p: f"{at:07o} {' '.join(f'{x:03o}' for x in p)}") + f"\n{len(b):07o}",
    "od -An -td1": lambda b: table(b, lambda at, p: "  " + " ".join(f"{x:4d}" for x in both_signs(p))),
    "hexdump.py": lambda b: table(
        b, lambda at, p: f"{at:08X}: {p[:8].hex(' ').upper()}  {p[8:].hex(' ').upper():<23}  {letters(p)}"),
    "pretty-hex of Rust": lambda b: f"Length: {len(b)} (0x{len(b):x}) bytes" + table(
        b, lambda at, p: f"{at:04x}:   {f'{by_four(p[:8])}   {by_four(p[8:])}':<51}   {letters(p)}"),
    "Netty's pretty dump": netty,
    "curl --trace": lambda b: f"=> Send data, {len(b)} bytes (0x{len(b):x})" + table(
        b, lambda at, p: f"{at:04x}: {p.hex(' '):<47} {letters(p)}"),
    "mitmproxy": lambda b: table(b, lambda at, p: f"{at:010x} {p.hex(' '):<47}  {letters(p)}"),
    "logcat before each line of a dump": lambda b: table(
        b, lambda at, p: f"11-26 10:00:00.{at:03d}  4711  4733 D tgnet   : {at:08x}  {p.hex(' '):<47}  {letters(p)}"),
    "a time before each line of hex": lambda b: table(
        b, lambda at, p: f"2026-11-26 10:00:00,{at % 1000:03d} DEBUG net: {p.hex()}", 32),
    "docker compose before each line of a dump": lambda b: table(
        b, lambda at, p: f"client-1  | {at:08x}: {p.hex(' ', -2):<39}  {letters(p)}"),
    "quoted twice": lambda b: table(b, lambda at, p: f"> > {p.hex(' ')}"),
    "quoted": lambda b: table(b, lambda at, p: f"> {p.hex()}", 32),
    # languages
    "Erlang": lambda b: "<<" + ",".join(map(str, b)) + ">>",
    "Elixir": lambda b: "<<" + ", ".join(map(str, b)) + ">>",
    "Lua, decimal escapes": lambda b: '"' + "".join(f"\\{x:03d}" for x in b) + '"',
    "Lua string.char": lambda b: "string.char(" + ", ".join(map(str, b)) + ")",
    "octal escapes": lambda b: '"' + "".join(f"\\{x:03o}" for x in b) + '"',
    "text format of Protocol Buffers": c_octal,
    "Haskell": haskell,
    "crypto-js": crypto_js,
    "Swift's dump()": dumped_by_swift,
    "xxd -b": lambda b: "\n" + "\n".join(
        f"{at:08x}: {' '.join(f'{x:08b}' for x in p):<53}  {letters(p)}" for at, p in rows(b, 6)) + "\n",
    "Haskell's list": lambda b: "fromList [" + ",".join(map(str, b)) + "]",
    "Lisp": lambda b: "#(" + " ".join(map(str, b)) + ")",
    "Scheme": lambda b: "#vu8(" + " ".join(map(str, b)) + ")",
    "Ruby": ruby,
    "Ruby pack of numbers": lambda b: "[" + ", ".join(map(str, b)) + "].pack('C*')",
    "Perl": lambda b: '"' + "".join(f"\\x{{{x:02x}}}" for x in b) + '"',
    "Perl pack": lambda b: f'pack("H*", "{b.hex()}")',
    "Swift": lambda b: f"let bytes: [UInt8] = [{', '.join(map(str, b))}]",
    "Scala": lambda b: "Array(" + ", ".join(map(str, both_signs(b))) + ")",
    "Java signed": lambda b: "[" + ", ".join(map(str, both_signs(b))) + "]",
    "okio": lambda b: f"[size={len(b)} hex={b.hex()}]",
    "Rust's Bytes with a field": lambda b: "Bytes { data: [" + ", ".join(map(str, b)) + "] }",
    "Rust's Bytes": lambda b: 'Bytes(b"' + "".join(f"\\x{x:02x}" for x in b) + '")',
    "spew of Go": spew,
    "R": raw_of_r,
    "numpy": numpy,
    "Julia": lambda b: "UInt8[" + ", ".join(f"0x{x:02x}" for x in b) + "]",
    "MATLAB": lambda b: "uint8([" + " ".join(map(str, b)) + "])",
    "Assembler with h": lambda b: "db " + ", ".join(f"{x:03X}h" if x > 0x9F else f"{x:02X}h" for x in b),
    "NASM": lambda b: "db " + ",".join(f"0x{x:02x}" for x in b),
    "GAS": lambda b: table(b, lambda at, p: "\t.byte\t" + ",".join(f"0x{x:02x}" for x in p), 8),
    "one number a line": lambda b: "\n" + "\n".join(map(str, b)),
    "numbers by tabs": lambda b: "\t".join(map(str, b)),
    # SQL, mail, web
    "MySQL": lambda b: f"X'{b.hex()}'",
    "SQLite": lambda b: f"x'{b.hex()}'",
    "SQL Server": lambda b: f"0x{b.hex().upper()}",
    "decode of PostgreSQL": lambda b: f"decode('{b.hex()}', 'hex')",
    "URL-encoded": lambda b: quote(b, safe=""),
    "every byte URL-encoded": lambda b: "".join(f"%{x:02x}" for x in b),
    "HTML-escaped Buffer": lambda b: html.escape(f"<Buffer {b.hex(' ')}>"),
    "hex wrapped at 76": lambda b: wrapped(b.hex()),
    "base64 wrapped at 76": lambda b: "\n" + wrapped(base64.b64encode(b).decode()),
    "a data: address": lambda b: f"data:application/octet-stream;base64,{base64.b64encode(b).decode()}",
    "YAML's block": lambda b: "|\n" + "\n".join(f"  {p.hex()}" for _, p in rows(b, 32)),
    "YAML's binary": lambda b: "!!binary |\n" + "\n".join(
        f"  {base64.b64encode(p).decode()}" for _, p in rows(b, 57)),
    "a fence under the name": lambda b: f"\n\n```\n{wrapped(b.hex(), 64)}\n```\n",
    "Jira's code": lambda b: f"\n{{code}}\n{wrapped(b.hex(), 64)}\n{{code}}",
    "Jira's noformat with a dump": lambda b: "\n{noformat}" + table(
        b, lambda at, p: f"{at:08x}: {p.hex(' ', -2):<39}  {letters(p)}") + "\n{noformat}",
    "PEM": pem("MESSAGE"),
}  # fmt: skip

OF_KEYS: dict[str, Writer] = {
    "a big integer": lambda b: str(int.from_bytes(b)),
    "a big integer, hex": lambda b: hex(int.from_bytes(b)),
    "a BigInt": lambda b: f"{int.from_bytes(b)}n",
    "a BigInteger": lambda b: f"new BigInteger(\"{int.from_bytes(b)}\")",
    "a big.Int": lambda b: f"+{int.from_bytes(b)}",
    "PEM": pem("AUTH KEY"),
}

_LOW, _HIGH = struct.unpack("<iI", S.session)
OF_NUMBERS: dict[str, str] = {
    "grouped by blanks": f"{SESSION:,}".replace(",", " "),
    "grouped by narrow blanks": f"{SESSION:,}".replace(",", "\u202f"),
    "octal": oct(SESSION % 2**64),
    "binary": bin(SESSION % 2**64),
    "a long of Go in spew": f"(int64) {SESSION}",
    "hex and decimal": f"{SESSION} (0x{SESSION % 2**64:x})",
    "a typed number of TypeScript": f"BigInt.asIntN(64, {SESSION}n)",
}

_DAY = datetime.fromtimestamp(NOW, UTC)
OF_TIMES: dict[str, str] = {
    "ISO 8601": f"{_DAY:%Y-%m-%dT%H:%M:%SZ}",
    "ISO 8601 with an offset": f"{_DAY:%Y-%m-%dT%H:%M:%S}+00:00",
    "ISO 8601 with parts of a second": f"{_DAY:%Y-%m-%dT%H:%M:%S}.250Z",
    "a date with UTC": f"{_DAY:%Y-%m-%d %H:%M:%S} UTC",
    "with a fraction": f"{NOW}.25",
}


def under_names(request: str, perm: str, temp: str) -> str:
    return f"request: {request}\nperm_auth_key: {perm}\ntemp_auth_key: {temp}\n{IDS}"


def query(**fields: Any) -> str:
    return "&".join(f"{name}={value}" for name, value in fields.items())


_JSON = {
    "request": REQUEST.hex(), "perm_auth_key": PERM.hex(), "temp_auth_key": TEMP.hex(), "session_id": str(SESSION),
    "msg_id": str(MSG_ID),
}  # fmt: skip
_B64 = {n: base64.b64encode(b).decode() for n, b in (("request", REQUEST), ("perm", PERM), ("temp", TEMP))}
_CALL = {"request": REQUEST, "session_id": SESSION, "msg_id": MSG_ID}
_BESIDE_KEYS = {"request": REQUEST, "perm_key": PERM, "temp_key": TEMP}
_PACKET = {"packet": PACKET, "perm_key": PERM, "temp_key": TEMP}

TEXTS: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "ids without a colon": (
        f"request: {REQUEST.hex()}\n{KEYS}[bind] sess {SESSION} msg_id {MSG_ID} seq 1\n", ALL),
    "ids in a sentence": (
        f"request: {REQUEST.hex()}\n{KEYS}binding, session_id {SESSION}, msg_id {MSG_ID}, expires in 24 h\n", ALL),
    "everything on one line, no colon": (
        f"bind request {REQUEST.hex()} perm_auth_key {PERM.hex()} temp_auth_key {TEMP.hex()} session_id {SESSION} "
        f"msg_id {MSG_ID}\n", ALL),
    "query string": (
        query(request=REQUEST.hex(), perm_auth_key=PERM.hex(), temp_auth_key=TEMP.hex(), session_id=SESSION,
              msg_id=MSG_ID), ALL),
    "query string of base64": (
        query(request=quote(_B64["request"], safe=""), perm_auth_key=quote(_B64["perm"], safe=""),
              temp_auth_key=quote(_B64["temp"], safe=""), session_id=SESSION, msg_id=MSG_ID), ALL),
    "JSON in a string of JSON": (json.dumps({"level": "debug", "message": json.dumps(_JSON)}), ALL),
    "JSON, escaped for HTML": (html.escape(json.dumps(_JSON, indent=1)), ALL),
    "XML elements": (
        "<bind>\n" + "".join(f"  <{name}>{value}</{name}>\n" for name, value in _JSON.items()) + "</bind>\n", ALL),
    "XML attributes": (
        "<bind>\n" + "".join(f'  <param name="{n}" value="{v}"/>\n' for n, v in _JSON.items()) + "</bind>\n", ALL),
    "HTML table": (
        "<table>" + "".join(f"<tr><td>{n}</td><td>{v}</td></tr>\n" for n, v in _JSON.items()) + "</table>", ALL),
    "HTML with breaks": ("<p>" + "<br>\n".join(f"{n}:&nbsp;<code>{v}</code>" for n, v in _JSON.items()) + "</p>", ALL),
    "Markdown table with the names above": (
        "| " + " | ".join(_JSON) + " |\n" + "|---" * 5 + "|\n| " + " | ".join(_JSON.values()) + " |\n", ALL),
    "Markdown table of code": (
        "| field | value |\n|:--|--:|\n" + "".join(f"| `{n}` | `{v}` |\n" for n, v in _JSON.items()), ALL),
    "Jira table": ("||name||value||\n" + "".join(f"|{n}|{v}|\n" for n, v in _JSON.items()), ALL),
    "CSV with the names above": (",".join(_JSON) + "\n" + ",".join(_JSON.values()) + "\n", ALL),
    "TSV with the names above": ("\t".join(_JSON) + "\n" + "\t".join(_JSON.values()) + "\n", ALL),
    "GitHub's issue form": (
        f"### What happened?\n\nbind fails with ENCRYPTED_MESSAGE_INVALID\n\n### request\n\n```shell\n{REQUEST.hex()}"
        f"\n```\n\n### perm_auth_key\n\n```shell\n{PERM.hex()}\n```\n\n### temp_auth_key\n\n```shell\n{TEMP.hex()}"
        f"\n```\n\n### session_id\n\n{SESSION}\n\n### msg_id\n\n{MSG_ID}\n\n### Version\n\n0.3.1\n",
        {**ALL, "answer": "ENCRYPTED_MESSAGE_INVALID"}),
    "GitHub's bold names": (
        "**Describe the bug**\nThe bind is refused.\n\n" + "".join(f"**{n}**: `{v}`\n" for n, v in _JSON.items())
        + "\n**Environment**\n- OS: Ubuntu 24.04\n- Python: 3.12\n", ALL),
    "Telegram's chat": (
        "".join(f"Some One, [26.11.2026 10:0{k}]\n{n}: {v}\n\n" for k, (n, v) in enumerate(_JSON.items())), ALL),
    "Slack's chat": ("".join(f"someone  10:0{k} AM\n{n}: {v}\n" for k, (n, v) in enumerate(_JSON.items())), ALL),
    "mail, quoted printable": (
        b"From: a@example.org\nContent-Type: text/plain; charset=utf-8\n"
        b"Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(
            "".join(f"{n}={v}\n" for n, v in _JSON.items()).encode(), quotetabs=False), ALL),
    "mail, quoted and wrapped": (
        "On Thu, 26 Nov 2026 at 10:00, Someone <a@example.org> wrote:\n"
        + "".join(f"> {line}\n" for n, v in _JSON.items() for line in wrapped(f"{n}: {v}", 74).split("\n")), ALL),
    "PHP print_r": ("Array\n(\n" + "".join(f"    [{n}] => {v}\n" for n, v in _JSON.items()) + ")\n", ALL),
    "PHP var_dump": (
        "array(5) {\n" + "".join(f'  ["{n}"]=>\n  string({len(v)}) "{v}"\n' for n, v in _JSON.items()) + "}\n", ALL),
    "PHP var_export": ("array (\n" + "".join(f"  '{n}' => '{v}',\n" for n, v in _JSON.items()) + ")\n", ALL),
    "Ruby's hash": ("{" + ", ".join(f":{n}=>{v!r}" for n, v in _JSON.items()).replace("'", '"') + "}", ALL),
    "Elixir's map": (
        f"%{{request: <<{', '.join(map(str, REQUEST))}>>, perm_auth_key: <<{', '.join(map(str, PERM))}>>, "
        f"temp_auth_key: <<{', '.join(map(str, TEMP))}>>, session_id: {SESSION}, msg_id: {MSG_ID}}}", ALL),
    "Erlang's map": (
        f"#{{request => <<{','.join(map(str, REQUEST))}>>,perm_auth_key => <<{','.join(map(str, PERM))}>>,"
        f"temp_auth_key => <<{','.join(map(str, TEMP))}>>,session_id => {SESSION},msg_id => {MSG_ID}}}", ALL),
    "Lua's table": ("{\n" + "".join(f'  ["{n}"] = "{v}",\n' for n, v in _JSON.items()) + "}\n", ALL),
    "Kotlin's data class": (
        f"Bind(request=[{', '.join(map(str, both_signs(REQUEST)))}], permAuthKey="
        f"[{', '.join(map(str, both_signs(PERM)))}], tempAuthKey=[{', '.join(map(str, both_signs(TEMP)))}], "
        f"sessionId={SESSION}, msgId={MSG_ID})", ALL),
    "Swift's struct": (
        f"Bind(request: [{', '.join(map(str, REQUEST))}], permAuthKey: [{', '.join(map(str, PERM))}], "
        f"tempAuthKey: [{', '.join(map(str, TEMP))}], sessionId: {SESSION}, msgId: {MSG_ID})", ALL),
    "C++ stream of a struct": (
        f"BindRequest{{ request = {REQUEST.hex()}, perm_auth_key = {PERM.hex()}, temp_auth_key = {TEMP.hex()}, "
        f"session_id = {SESSION}, msg_id = {MSG_ID} }}", ALL),
    "Telethon's stringify": (
        f"BindTempAuthKeyRequest(\n\tperm_auth_key_id={signed(S.perm_id) if hasattr(S, 'perm_id') else 0},\n"
        f"\tnonce={signed(S.nonce)},\n\texpires_at={S.expires},\n\tencrypted_message={SEALED!r}\n)\n{KEYS}{IDS}",
        {"encrypted_message": SEALED, "perm_key": PERM, "temp_key": TEMP, "session_id": SESSION, "msg_id": MSG_ID,
         "nonce": signed(S.nonce), "expires_at": S.expires}),
    "logfmt": (
        'time=2026-11-26T10:00:00Z level=debug msg="bind temp key" ' + " ".join(f"{n}={v}" for n, v in _JSON.items()),
        ALL),
    "CRI before each line": (
        "".join(f"2026-11-26T10:00:00.123456789Z stdout F {n}: {v}\n" for n, v in _JSON.items()), ALL),
    "GitHub Actions before each line": (
        "".join(f"2026-11-26T10:00:00.1234567Z {n}: {v}\n" for n, v in _JSON.items()), ALL),
    "browser's console with its source": (
        "".join(f"bind.js:{k + 41} {n}: {v}\n" for k, (n, v) in enumerate(_JSON.items())), ALL),
    "unix time before each line": (
        "".join(f"{NOW}.{k:03d} [net] {n}: {v}\n" for k, (n, v) in enumerate(_JSON.items())), ALL),
    "HAR": (
        json.dumps({"log": {"version": "1.2", "entries": [{
            "startedDateTime": "2026-11-26T10:00:00.000Z", "time": 12.5,
            "request": {"method": "POST", "url": "http://127.0.0.1:8080/api", "headers": [], "bodySize": len(PACKET),
                        "postData": {"mimeType": "application/octet-stream", "text": base64.b64encode(PACKET).decode(),
                                     "encoding": "base64"}},
            "response": {"status": 404, "content": {"size": 4, "text": base64.b64encode(
                struct.pack("<i", -404)).decode(), "encoding": "base64"}}}]}}, indent=2)
        + f"\n{KEYS}", {**_PACKET, "answer": None}),
    "Postman's body": (
        json.dumps({"info": {"name": "bind"}, "item": [{"name": "bind", "request": {
            "method": "POST", "body": {"mode": "raw", "raw": PACKET.hex()}, "url": "http://127.0.0.1/api"}}]})
        + f"\n{KEYS}", _PACKET),
    "a POST with hex": (
        f"POST /api HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Length: {len(PACKET)}\r\n\r\n{PACKET.hex()}\r\n\r\n{KEYS}", _PACKET),
    "curl with escapes": (
        "curl 'http://127.0.0.1:8080/api' -H 'content-type: application/octet-stream' --data-binary $'"
        + "".join(f"\\x{x:02x}" for x in PACKET) + f"'\n{KEYS}", _PACKET),
    "reST's blocks": (
        "".join(f"{n}::\n\n" + "\n".join(f"    {p.hex(' ')}" for _, p in rows(b)) + "\n\n"
                for n, b in (("request", REQUEST), ("perm_auth_key", PERM), ("temp_auth_key", TEMP))) + IDS, ALL),
    "PEM blocks with names": (
        "\n".join(pem(kind)(data).strip() for kind, data in
                  (("REQUEST", REQUEST), ("PERM AUTH KEY", PERM), ("TEMP AUTH KEY", TEMP))) + f"\n{IDS}", ALL),
    "declarations of xxd -i": (
        "".join(f"unsigned char {n}[] = {{\n" + ",\n".join("  " + ", ".join(f"0x{x:02x}" for x in p)
                                                       for _, p in rows(b, 12)) + f"\n}};\nunsigned int {n}_len = 9;\n"
                for n, b in (("request_bin", REQUEST), ("perm_auth_key_bin", PERM), ("temp_auth_key_bin", TEMP))) + IDS,
        ALL),
    "labels of assembler": (
        "".join(f"{n}:\n" + "".join("\t.byte " + ", ".join(map(str, p)) + "\n" for _, p in rows(b))
                for n, b in (("request", REQUEST), ("perm_auth_key", PERM), ("temp_auth_key", TEMP))) + IDS, ALL),
    "Kaitai-like tree": (
        "bind\n" + "".join(f"├── {n} = {v}\n" for n, v in _JSON.items()), ALL),
    "names padded by dots": ("".join(f"{n:.<20} {v}\n" for n, v in _JSON.items()), ALL),
    "arrows to the left": ("".join(f"{n} <- {v}\n" for n, v in _JSON.items()), ALL),
    "names in brackets": ("".join(f"[{n}] {v}\n" for n, v in _JSON.items()), ALL),
    "names with their sizes": (
        "".join(f"{n} ({len(v) // 2} bytes): {v}\n" if len(v) > 60 else f"{n}: {v}\n" for n, v in _JSON.items()), ALL),
    "names with indexes": (
        "".join(f"{n}[{len(v) // 2}]: {v}\n" if len(v) > 60 else f"{n}: {v}\n" for n, v in _JSON.items()), ALL),
    "numbered lines": ("".join(f"{k:4d}  {n}: {v}\n" for k, (n, v) in enumerate(_JSON.items(), 1)), ALL),
    "wide letters": (f"request: {''.join(chr(ord(x) + 0xFEE0) for x in REQUEST.hex())}\n{KEYS}", _BESIDE_KEYS),
    "Visual Studio's watch": (
        "request:\n" + "\n".join(f"[{n}]\t0x{x:02x} '{letters(bytes([x]))}'\tunsigned char"
                                for n, x in enumerate(REQUEST)) + f"\n{KEYS}", _BESIDE_KEYS),
    "numbered by grep": ("".join(f"bind.log:{k}:{n}: {v}\n" for k, (n, v) in enumerate(_JSON.items(), 1)), ALL),
}  # fmt: skip

_CUT = slice(0, 50)
REFUSED: dict[str, tuple[str, set[str]]] = {
    "Elixir, shortened": (f"request: <<{', '.join(map(str, REQUEST[_CUT]))}, ...>>\n{KEYS}", {"request"}),
    "okio, shortened": (f"request: [size=132 hex={REQUEST[:64].hex()}…]\n{KEYS}", {"request"}),
    "Node, shortened": (
        f"request: <Buffer {REQUEST[_CUT].hex(' ')} ... 82 more bytes>\n{KEYS}", {"request"}),
    "TDLib, shortened": (
        f"encrypted_message = bytes [104] {{ {SEALED[:64].hex(' ').upper()}...}}\n{KEYS}", {"encrypted_message"}),
    "hex with dots inside": (f"request: {REQUEST.hex()[:40]}...{REQUEST.hex()[-40:]}\n{KEYS}", {"request"}),
    "Julia, shortened": (
        "request: 132-element Vector{UInt8}:\n" + "".join(f" 0x{x:02x}\n" for x in REQUEST[:9]) + "    ⋮\n"
        + "".join(f" 0x{x:02x}\n" for x in REQUEST[-9:]) + KEYS, {"request"}),
    "gdb, repeated": (
        "request: $1 = {5 '\\005', 42 '*', 212 '\\324', 205 '\\315', 0 '\\000' <repeats 128 times>}\n" + KEYS,
        {"request"}),
    "only its length": (f"request: 132 bytes\n{KEYS}", {"request"}),
    "Intel HEX": (
        "request:\n" + "".join(
            f":{len(p):02X}{at:04X}00{p.hex().upper()}{-(len(p) + (at >> 8) + at + sum(p)) & 255:02X}\n"
            for at, p in rows(REQUEST)) + ":00000001FF\n" + KEYS, {"request"}),
    "S-records": (
        "request:\n" + "".join(
            f"S1{len(p) + 3:02X}{at:04X}{p.hex().upper()}{~(len(p) + 3 + (at >> 8) + at + sum(p)) & 255:02X}\n"
            for at, p in rows(REQUEST)) + KEYS, {"request"}),
    "base32": (f"request: {base64.b32encode(REQUEST).decode()}\n{KEYS}", {"request"}),
    "ascii85": (f"request: <~{base64.a85encode(REQUEST).decode()}~>\n{KEYS}", {"request"}),
    "dump with a row missing": (
        "request:\n" + "".join(f"{at:08x}: {p.hex(' ')}\n" for at, p in rows(REQUEST) if at != 32) + KEYS, {"request"}),
    "an array of Pascal": (
        f"request: array[0..131] of Byte = ({', '.join(f'${x:02X}' for x in PERM[:132])});\n{KEYS}", {"request"}),
    "octal or decimal": ('request: "' + "".join(f"\\{x % 64 + 64:03o}" for x in REQUEST) + f'"\n{KEYS}', {"request"}),
    "a session_id with #": (f"request: {REQUEST.hex()}\n{KEYS}session_id: #{SESSION % 2**64:016x}\n", {"session_id"}),
    "a session_id with h": (f"request: {REQUEST.hex()}\n{KEYS}session_id: {SESSION % 2**64:016X}h\n", {"session_id"}),
    "a key that is starred out": (f"request: {REQUEST.hex()}\nperm_auth_key: {'*' * 64}\n{IDS}", {"perm_key"}),
    "a session_id in floats": (f"request: {REQUEST.hex()}\n{KEYS}session_id: {float(SESSION)!r}\n", {"session_id"}),
    "a session_id rounded by JavaScript": (
        f"request: {REQUEST.hex()}\n{KEYS}session_id: {float(SESSION):e}\n", {"session_id"}),
    "a date without a zone": (f"{PLAIN}now: {_DAY:%Y-%m-%d %H:%M:%S}\n", {"now"}),
}
"""Each with the names of the values that must not come out."""

# -- Debug logs of five clients, each with one mistake, and other traffic around it --------------------------------


def _noise(seed: int) -> tuple[list[int], str, str]:
    """Other message ids of the same minute, the hex of another message, and what a server sent back."""
    other = build(seed, {})
    return [signed(other.msg_id) + 4 * k for k in range(4)], other.blob[8:72].hex(), other.plain.hex()


def _tdlib() -> tuple[str, int]:
    s = build(61_001, {"in_session": lambda s, v: v[::-1]})
    ids, noise, _ = _noise(61_002)
    unsigned = signed(s.session) % 2**64
    head = "[1794000000.1234{:05d}][{}][#1][!{}]\t"

    def line(level: int, at: int, source: str, actor: str, text: str) -> str:
        return f"[ {level}][t {at % 7}]" + head.format(at * 131, source, actor) + text + "\n"

    main = "SessionProxy:2:main"
    text = (
        line(3, 1, "AuthKeyHandshake.cpp:211", main, "Receive DhGenOk")
        + line(4, 2, "Session.cpp:1408", main, f"Begin main key bind, session_id:{unsigned}")
        + line(4, 3, "Session.cpp:1411", main, f"[auth_key:{s.perm.hex()}]")
        + line(4, 4, "Session.cpp:1412", main, f"[tmp_auth_key:{s.temp.hex()}]")
        + line(4, 5, "SessionConnection.cpp:880", main, f"Send query help.getConfig [msg_id:{ids[0]:x}] [seq_no:1]")
        + line(5, 6, "RawConnection.cpp:120", main, f"Sent 104 bytes: {noise}")
        + line(4, 7, "Session.cpp:1450", main, f"Send auth.bindTempAuthKey [msg_id:{signed(s.msg_id):x}] [seq_no:1]")
        + line(4, 8, "Session.cpp:1455", main, f"[request:{s.request.hex()}]")
        + line(4, 9, "SessionConnection.cpp:601", main, f"Receive ack for [msg_id:{ids[1]:x}]")
        + line(1, 10, "Session.cpp:700", main, "BindKey failed: [Error : 400 : ENCRYPTED_MESSAGE_INVALID]")
    )
    return text, signed(s.msg_id)


def _mtcute() -> tuple[str, int]:
    s = build(61_003, {"perm_id": lambda s, v: sha1_first(s.perm)})
    ids, noise, _ = _noise(61_004)
    at = "2026-11-26T10:00:0{}.{:03d}Z "
    text = (
        at.format(0, 12) + "[DBG] [network] [dc 2] connecting to 127.0.0.1:443\n"
        + at.format(0, 90) + f"[VRB] [conn] [c 1] >>> {noise}\n"
        + at.format(1, 15) + f"[DBG] [session] [c 1] assigned msgId={ids[0]} to ping\n"
        + at.format(1, 16) + f"[DBG] [session] [c 1] [bind] permAuthKey: <Buffer {s.perm.hex(' ')}>\n"
        + at.format(1, 17) + f"[DBG] [session] [c 1] [bind] tempAuthKey: <Buffer {s.temp.hex(' ')}>\n"
        + at.format(1, 18)
        + f"[DBG] [session] [c 1] [bind] sessionId: {signed(s.session)}n msgId: {signed(s.msg_id)}n\n"
        + at.format(1, 19) + f"[VRB] [conn] [c 1] [bind] request: <Buffer {s.request.hex(' ')}>\n"
        + at.format(1, 80) + f"[DBG] [session] [c 1] got pong for msgId={ids[0]}\n"
        + at.format(2, 1) + "[ERR] [session] [c 1] failed to bind temp key: RpcError: 400 ENCRYPTED_MESSAGE_INVALID\n"
    )
    return text, signed(s.msg_id)


def _gotd() -> tuple[str, int]:
    s = build(61_005, {"in_expires": lambda s, v: struct.pack("<I", s.expires + 60)})
    ids, noise, _ = _noise(61_006)
    rows: list[tuple[str, str, str, dict[str, Any]]] = [
        ("INFO", "mtproto/connect.go:88", "Starting", {}),
        ("DEBUG", "mtproto/read.go:70", "Received message", {"size_bytes": 104, "msg_id": ids[0], "raw": noise}),
        ("DEBUG", "mtproto/bind.go:40", "Keys", {
            "perm_auth_key": base64.b64encode(s.perm).decode(), "temp_auth_key": base64.b64encode(s.temp).decode()}),
        ("DEBUG", "mtproto/bind.go:51", "Bind", {
            "session_id": signed(s.session), "msg_id": signed(s.msg_id),
            "request": base64.b64encode(s.request).decode()}),
        ("DEBUG", "mtproto/ack.go:31", "Sending acks", {"msg_ids": ids}),
        ("ERROR", "mtproto/bind.go:77", "Bind failed", {"error": "rpc error code 400: ENCRYPTED_MESSAGE_INVALID"}),
    ]  # fmt: skip
    text = "".join(
        f"2026-11-26T10:00:0{k}.125+0100\t{level}\tconn.mtproto\t{where}\t{text}\t{json.dumps(more)}\n"
        for k, (level, where, text, more) in enumerate(rows)
    )
    return text, signed(s.msg_id)


def _telethon() -> tuple[str, int]:
    s = build(61_007, {"key_iv": lambda s, v: (v[0], v[1][16:] + v[1][:16])})
    ids, noise, _ = _noise(61_008)
    sender = "DEBUG:telethon.network.mtprotosender:"
    text = (
        f"{sender}Connection attempt 1...\n"
        f"{sender}Assigned msg_id = {ids[0]} to GetConfigRequest (0x7f11)\n"
        f"DEBUG:telethon.extensions.messagepacker:packed {noise}\n"
        f"DEBUG:bind:perm_key = {s.perm!r}\n"
        f"DEBUG:bind:temp_key = {s.temp!r}\n"
        f"DEBUG:bind:session id {signed(s.session)}\n"
        f"{sender}Assigned msg_id = {signed(s.msg_id)} to BindTempAuthKeyRequest (0x7f3a)\n"
        f"DEBUG:bind:request bytes: {s.request!r}\n"
        f"{sender}Handling RPC result for message {signed(s.msg_id)}\n"
        "telethon.errors.rpcerrorlist.EncryptedMessageInvalidError: Encrypted message invalid "
        "(caused by BindTempAuthKeyRequest)\n"
    )
    return text, signed(s.msg_id)


def _pyrogram() -> tuple[str, int]:
    s = build(61_009, {"in_random": lambda s, v: v[:8]})
    ids, noise, _ = _noise(61_010)
    sent = {"_": "functions.auth.BindTempAuthKey", "request": s.request.hex()}
    head = "2026-11-26 10:00:0{},{:03d} - pyrogram.session.{} - DEBUG - "
    text = (
        head.format(0, 1, "session") + "NetworkTask started\n"
        + head.format(0, 9, "session") + f"Sent: {{'_': 'types.Ping', 'msg_id': {ids[0]}}}\n"
        + head.format(1, 2, "auth") + f"auth_key: {s.perm.hex()}\n"
        + head.format(1, 3, "auth") + f"temp_auth_key: {s.temp.hex()}\n"
        + head.format(1, 4, "session") + f"session_id={signed(s.session)} msg_id={signed(s.msg_id)}\n"
        + head.format(1, 5, "session") + f"Sent:\n{json.dumps(sent, indent=4)}\n"
        + head.format(1, 6, "session") + f"Received: {noise}\n"
        + "Traceback (most recent call last):\n  File \"bind.py\", line 12, in <module>\n    main()\n"
        + "pyrogram.errors.exceptions.bad_request_400.EncryptedMessageInvalid: Telegram says: "
        + "[400 ENCRYPTED_MESSAGE_INVALID] - The special binding message contains invalid data\n"
    )
    return text, signed(s.msg_id)


def sha1_first(key: bytes) -> bytes:
    """The other end of the hash."""
    return hashlib.sha1(key).digest()[:8]


LOGS: dict[str, tuple[str, str, int]] = {
    name: (text, cause, msg_id)
    for name, (text, msg_id), cause in (
        ("TDLib", _tdlib(), "session"),
        ("mtcute", _mtcute(), "perm_auth_key_id"),
        ("gotd", _gotd(), "expires_at"),
        ("Telethon", _telethon(), "iv"),
        ("Pyrogram", _pyrogram(), "random"),
    )
}
"""Each with a pattern of what the verdict names, and the id of the message that carried the request."""
