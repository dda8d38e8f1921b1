"""What people paste, as real tools print it: texts and files, each with the fields that have to be read out of it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from unseen_patients import Client, signed

WELL = Client("pasted", {"session": lambda s: s.rnd("session", 7) + b"\xd1"})  # a negative session_id
REQUEST, SEALED, PACKET, PERM, TEMP = WELL.request, WELL.sealed, WELL.packet, WELL.perm, WELL.temp
SESSION, MSG_ID, NOW = signed(WELL.session), signed(WELL.msg_id), WELL.now
EVERYTHING = {
    "request": REQUEST,
    "perm_key": PERM,
    "temp_key": TEMP,
    "session_id": SESSION,
    "msg_id": MSG_ID,
    "now": NOW,
}


@dataclass(frozen=True)
class Pasted:
    name: str
    data: str | bytes
    fields: dict[str, Any] = field(repr=False)
    keys: str | None = None
    opens: bool = True  # whether the doctor then finds the binding healthy


# Forms that nobody promised to read. They may be refused, or read in part, and are never read wrongly.
BEYOND = frozenset(
    {
        "binary of Erlang",
        "binary of Elixir in hex",
        "var_dump of PHP",
        "bytea of PostgreSQL",
        "blob of SQL",
        "BIO_dump of OpenSSL",
        "hexyl",
        "numbers i64 of Rust",
        "string of C in octal",
        "hex bytes each with h",
        "YAML with binary",
        "packet of strace",
        "front of a comment",
        "front of a hash comment",
        "front of a diff",
        "terminal colours",
        "table of Markdown",
        "CSV",
        "sign tab",
        "sign ->",
    }
)


FORMS: list[Pasted] = []
REFUSED: list[tuple[str, str | bytes]] = []  # too little is there: one sentence, or that field left out aloud


def rows(data: bytes, size: int = 16) -> list[tuple[int, bytes]]:
    return [(at, data[at : at + size]) for at in range(0, len(data), size)]


def ascii_of(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)


def both_signs(data: bytes) -> str:
    return ", ".join(str(byte - 256 if byte > 127 else byte) for byte in data)


def c_octal(data: bytes) -> str:
    """As strace prints a buffer: the shortest octal escape that the next byte allows."""
    out = []
    for i, byte in enumerate(data):
        following = data[i + 1 : i + 2]
        if 32 <= byte < 127:
            out.append("\\" + chr(byte) if chr(byte) in '"\\' else chr(byte))
        elif byte in (9, 10, 11, 12, 13):
            out.append({9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}[byte])
        else:
            out.append(f"\\{byte:03o}" if following.isdigit() else f"\\{byte:o}")
    return "".join(out)


def php_string(data: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\$' else f"\\x{b:02X}" for b in data)


BYTES: dict[str, Callable[[bytes], str]] = {
    # plain hex with something between
    "hex in upper case": lambda b: b.hex().upper(),
    "hex by colons": lambda b: b.hex(":"),
    "hex by dashes, as BitConverter": lambda b: b.hex("-").upper(),
    "hex by commas": lambda b: b.hex(","),
    "hex with 0x in front": lambda b: "0x" + b.hex(),
    "hex in words of four bytes": lambda b: b.hex(" ", 4),
    "hex in words from the right": lambda b: b.hex("_", -8),
    "hex in quotes": lambda b: f'"{b.hex()}"',
    "hex in single quotes with a semicolon": lambda b: f"'{b.hex()}';",
    "hex over several lines": lambda b: "\n    " + "\n    ".join(part.hex() for _, part in rows(b, 32)),
    "hex by dots": lambda b: b.hex("."),
    "hex bytes each with 0x": lambda b: " ".join(f"0x{x:02x}" for x in b),
    "hex bytes each with h": lambda b: ", ".join(f"{x:02x}h" for x in b),
    "hex with backslash x": lambda b: "".join(f"\\x{x:02x}" for x in b),
    # Python
    "bytes of Python": repr,
    "bytearray of Python": lambda b: repr(bytearray(b)),
    "fromhex of Python": lambda b: f'bytes.fromhex("{b.hex(" ")}")',
    "unhexlify of Python": lambda b: f"binascii.unhexlify('{b.hex()}')",
    "list of Python": lambda b: repr(list(b)),
    "bytes of a list of Python": lambda b: f"bytes({list(b)})",
    # JavaScript
    "Buffer of Node": lambda b: f"<Buffer {b.hex(' ')}>",
    "Buffer.from hex of Node": lambda b: f"Buffer.from('{b.hex()}', 'hex')",
    "Buffer.from base64 of Node": lambda b: f"Buffer.from('{base64.b64encode(b).decode()}', 'base64')",
    "Uint8Array of Node": lambda b: (
        f"Uint8Array({len(b)}) [\n"
        + ",\n".join("  " + ", ".join(f"{x:3}" for x in part) for _, part in rows(b, 12))
        + "\n]"
    ),
    "new Uint8Array": lambda b: f"new Uint8Array([{','.join(map(str, b))}])",
    "Uint8Array.of": lambda b: f"Uint8Array.of({', '.join(map(hex, b))})",
    # Go
    "%v of Go": lambda b: "[" + " ".join(map(str, b)) + "]",
    "%#v of Go": lambda b: "[]byte{" + ", ".join(map(hex, b)) + "}",
    "% x of Go": lambda b: b.hex(" "),
    "%q of Go": lambda b: (
        '"' + "".join(f"\\x{x:02x}" if not 32 <= x < 127 or chr(x) in '"\\' else chr(x) for x in b) + '"'
    ),
    # Rust
    "{:?} of Rust": lambda b: "[" + ", ".join(map(str, b)) + "]",
    "{:02x?} of Rust": lambda b: "[" + ", ".join(f"{x:02x}" for x in b) + "]",
    "{:#04x?} of Rust": lambda b: "[\n" + "".join(f"    {x:#04x},\n" for x in b) + "]",
    "hex! of Rust": lambda b: f'hex!("{b.hex()}")',
    "vec! of Rust": lambda b: "vec![" + ", ".join(f"0x{x:02x}u8" for x in b) + "]",
    "b-string of Rust": lambda b: (
        'b"'
        + "".join(
            chr(x)
            if 32 <= x < 127 and chr(x) not in '"\\'
            else {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\", 0: "\\0"}.get(x, f"\\x{x:02x}")
            for x in b
        )
        + '"'
    ),
    # C and its relatives
    "array of C": lambda b: "{ " + ", ".join(f"0x{x:02X}" for x in b) + " };",
    "string of C in octal": lambda b: f'"{c_octal(b)}"',
    "string of C in pieces": lambda b: (
        "\n" + "\n".join('  "' + "".join(f"\\x{x:02x}" for x in part) + '"' for _, part in rows(b))
    ),
    "new byte[] of C#": lambda b: "new byte[] { " + ", ".join(f"0x{x:02X}" for x in b) + " }",
    "Convert.FromHexString of C#": lambda b: f'Convert.FromHexString("{b.hex().upper()}")',
    "NSData": lambda b: f"<{b.hex(' ', 4)}>",
    "array of Swift": lambda b: "[" + ", ".join(f"0x{x:02x}" for x in b) + "]",
    # the Java virtual machine
    "Arrays.toString of Java": lambda b: f"[{both_signs(b)}]",
    "new byte[] of Java": lambda b: "new byte[] {" + ", ".join(f"(byte) 0x{x:02x}" for x in b) + "}",
    "byteArrayOf of Kotlin": lambda b: f"byteArrayOf({both_signs(b)})",
    # others
    "binary of Erlang": lambda b: "<<" + ",".join(map(str, b)) + ">>",
    "binary of Elixir in hex": lambda b: "<<" + ", ".join(f"0x{x:02X}" for x in b) + ">>",
    "var_dump of PHP": lambda b: f'string({2 * len(b)}) "{b.hex()}"',
    "string of PHP": lambda b: f'"{php_string(b)}"',
    "hex2bin of PHP": lambda b: f"hex2bin('{b.hex()}')",
    "bytea of PostgreSQL": lambda b: f"\\x{b.hex()}",
    "blob of SQL": lambda b: f"X'{b.hex().upper()}'",
    "pack of Ruby": lambda b: f'["{b.hex()}"].pack("H*")',
    # base64
    "base64": lambda b: base64.b64encode(b).decode(),
    "base64url without padding": lambda b: base64.urlsafe_b64encode(b).decode().rstrip("="),
    "base64 in lines of 76": lambda b: "\n" + base64.encodebytes(b).decode().rstrip(),
    "base64 in lines of 64": lambda b: (
        "\n" + "\n".join(base64.b64encode(b).decode()[i : i + 64] for i in range(0, len(b) * 4 // 3 + 4, 64)).rstrip()
    ),
    # dumps
    "hexdump -C": lambda b: (
        "\n"
        + "".join(
            f"{at:08x}  {part[:8].hex(' '):<23}  {part[8:].hex(' '):<23}  |{ascii_of(part)}|\n" for at, part in rows(b)
        )
        + f"{len(b):08x}"
    ),
    "xxd": lambda b: "\n" + "\n".join(f"{at:08x}: {part.hex(' ', -2):<39}  {ascii_of(part)}" for at, part in rows(b)),
    "xxd -g1 -u": lambda b: (
        "\n" + "\n".join(f"{at:08x}: {part.hex(' ').upper():<47}  {ascii_of(part)}" for at, part in rows(b))
    ),
    "xxd -p": lambda b: "\n" + "\n".join(part.hex() for _, part in rows(b, 30)),
    "xxd -c 32": lambda b: (
        "\n" + "\n".join(f"{at:08x}: {part.hex(' ', -2):<79}  {ascii_of(part)}" for at, part in rows(b, 32))
    ),
    "od -A x -t x1z": lambda b: (
        "\n" + "".join(f"{at:06x} {part.hex(' '):<47}  >{ascii_of(part)}<\n" for at, part in rows(b)) + f"{len(b):06x}"
    ),
    "od -t x1": lambda b: "\n" + "".join(f"{at:07o} {part.hex(' ')}\n" for at, part in rows(b)) + f"{len(b):07o}",
    "Format-Hex": lambda b: (
        "\n\n           00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n\n"
        + "\n".join(f"{at:08X}   {part.hex(' ').upper():<47}  {ascii_of(part)}" for at, part in rows(b))
        + "\n"
    ),
    "Wireshark's dump": lambda b: (
        "\n" + "\n".join(f"{at:04x}   {part.hex(' '):<47}   {ascii_of(part)}" for at, part in rows(b))
    ),
    "Wireshark's escaped string": lambda b: (
        "\n" + "\n".join('"' + "".join(f"\\x{x:02x}" for x in part) + '" \\' for _, part in rows(b)).rstrip(" \\")
    ),
    "tcpdump -X": lambda b: (
        "\n" + "\n".join(f"\t0x{at:04x}:  {part.hex(' ', -2):<39}  {ascii_of(part)}" for at, part in rows(b))
    ),
    "gdb x/xb": lambda b: (
        "\n"
        + "\n".join(
            f"0x7fffffffd{at + 0x100:03x}:\t" + "\t".join(f"0x{x:02x}" for x in part) for at, part in rows(b, 8)
        )
    ),
    "lldb memory read": lambda b: (
        "\n" + "\n".join(f"0x16fdfe{at + 0x100:03x}: {part.hex(' '):<47}  {ascii_of(part)}" for at, part in rows(b))
    ),
    "BIO_dump of OpenSSL": lambda b: (
        "\n"
        + "\n".join(
            f"{at:04x} - {part[:8].hex(' ')}-{part[8:].hex(' ')}   {ascii_of(part)}"
            if len(part) > 8
            else f"{at:04x} - {part.hex(' '):<47}   {ascii_of(part)}"
            for at, part in rows(b)
        )
    ),
    "hexyl": lambda b: (
        "\n"
        + "\n".join(
            f"│{at:08x}│ {part[:8].hex(' '):<23} ┊ {part[8:].hex(' '):<23} │"
            f"{ascii_of(part[:8]):<8}┊{ascii_of(part[8:]):<8}│"
            for at, part in rows(b)
        )
    ),
    "scapy's hexdump": lambda b: (
        "\n" + "\n".join(f"{at:04x}  {part.hex(' ').upper():<47}  {ascii_of(part)}" for at, part in rows(b))
    ),
}

NUMBERS: dict[str, Callable[[int], str]] = {
    "unsigned": lambda n: str(n & 0xFFFFFFFFFFFFFFFF),
    "BigInt": lambda n: f"{n}n",
    "long of Java": lambda n: f"{n}L",
    "i64 of Rust": lambda n: f"{n}_i64",
    "with underscores": lambda n: f"{n:_}",
    "0x": lambda n: f"{n & 0xFFFFFFFFFFFFFFFF:#x}",
    "quoted": lambda n: f'"{n}"',
    "BigInt()": lambda n: f"BigInt('{n}')",
    "int64()": lambda n: f"int64({n})",
    "ULL": lambda n: f"{n & 0xFFFFFFFFFFFFFFFF}ULL",
}

NAMES: dict[str, tuple[str, str, str, str, str]] = {
    "camel case": ("request", "permAuthKey", "tempAuthKey", "sessionId", "msgId"),
    "Pascal case": ("Request", "PermAuthKey", "TempAuthKey", "SessionId", "MsgId"),
    "capitals": ("REQUEST", "PERM_AUTH_KEY", "TEMP_AUTH_KEY", "SESSION_ID", "MSG_ID"),
    "dashes": ("request", "perm-auth-key", "temp-auth-key", "session-id", "msg-id"),
    "words": ("request", "perm auth key", "temp auth key", "session id", "msg id"),
    "short": ("request", "perm_key", "temp_key", "session_id", "msg_id"),
    "TL": ("auth.bindTempAuthKey", "perm_auth_key", "temp_auth_key", "temp_session_id", "msg_id"),
    "permanent and temporary": ("request", "permanent_key", "temporary_key", "session_id", "message_id"),
    "with object in front": (
        "self.request",
        "self.perm_auth_key",
        "self.temp_auth_key",
        "self.session_id",
        "self.msg_id",
    ),
}


def lines(
    style: Callable[[bytes], str] = bytes.hex,
    number: Callable[[int], str] = str,
    names: tuple[str, ...] = ("request", "perm_auth_key", "temp_auth_key", "session_id", "msg_id"),
    sign: str = ": ",
    front: str = "",
) -> str:
    values = (style(REQUEST), style(PERM), style(TEMP), number(SESSION), number(MSG_ID))
    pairs = [*zip(names, values, strict=True), ("now", str(NOW))]
    return "".join(f"{front}{name}{sign}{value}\n" for name, value in pairs)


def form(name: str, data: str | bytes, fields: dict[str, Any] | None = None, **more: Any) -> None:
    FORMS.append(Pasted(name, data, EVERYTHING if fields is None else fields, **more))


for _name, _style in BYTES.items():
    form(_name, lines(_style))
for _name, _number in NUMBERS.items():
    form("numbers " + _name, lines(number=_number))
for _name, _names in NAMES.items():
    form("names in " + _name, lines(names=_names))

for _name, _sign in {
    "=": " = ",
    ":=": " := ",
    "=>": " => ",
    "->": " -> ",
    "tab": "\t",
    "several blanks": ":      ",
}.items():
    form("sign " + _name, lines(sign=_sign))
for _name, _front in {
    "of a quotation": "> ",
    "of an item": "- ",
    "of an item with a star": "* ",
    "of export": "export ",
    "of a log": "2026-11-25 12:00:00,123 DEBUG bind: ",
    "of a log with brackets": "[2026-11-25T12:00:00.123Z] [debug] [bind] ",
    "of logcat": "11-25 12:00:00.123  4711  4712 D tgnet   : ",
    "of const": "const ",
    "of let": "let ",
    "of a comment": "// ",
    "of a hash comment": "# ",
    "of journald": "Nov 25 12:00:00 host client[4711]: ",
    "of a diff": "+",
    "of glog": "I1125 12:00:00.123456  4711 bind.cc:42] ",
}.items():
    form("front " + _name, lines(front=_front))

_PLAIN = lines()
form("CR LF", _PLAIN.replace("\n", "\r\n"))
form("CR alone", _PLAIN.replace("\n", "\r"))
form("UTF-8 with BOM", b"\xef\xbb\xbf" + _PLAIN.encode())
form("UTF-16, little-endian with BOM", b"\xff\xfe" + _PLAIN.encode("utf-16-le"))
form("UTF-16, big-endian with BOM", b"\xfe\xff" + _PLAIN.encode("utf-16-be"))
form("UTF-16 without BOM", _PLAIN.encode("utf-16-le"))
form("blanks that do not break", _PLAIN.replace(": ", ":\u00a0"))
form("typographic quotes", lines(lambda b: f"\u201c{b.hex()}\u201d"))
form(
    "terminal colours",
    "".join(
        f"\x1b[32m{line.split(': ')[0]}\x1b[0m: \x1b[33m{line.split(': ')[1]}\x1b[0m\n" for line in _PLAIN.splitlines()
    ),
)
form("fence of Markdown", f"This is what I send:\n\n```text\n{_PLAIN}```\n\nWhat is wrong?\n")
form(
    "table of Markdown",
    "| name | value |\n|---|---|\n" + "".join(f"| {' | '.join(line.split(': '))} |\n" for line in _PLAIN.splitlines()),
)
form("inline code", "".join(f"`{line.split(': ')[0]}`: `{line.split(': ')[1]}`\n" for line in _PLAIN.splitlines()))
form("CSV", "".join(",".join(line.split(": ")) + "\n" for line in _PLAIN.splitlines()))
form("one line", lines(sign="=").replace("\n", " "))
form("one line with commas", lines(sign="=").strip().replace("\n", ", "))

_OBJECT: dict[str, Any] = {
    "request": REQUEST.hex(),
    "permAuthKey": PERM.hex(),
    "tempAuthKey": TEMP.hex(),
    "sessionId": str(SESSION),
    "msgId": str(MSG_ID),
    "now": NOW,
}
form("JSON", json.dumps(_OBJECT))
form("JSON, indented", json.dumps(_OBJECT, indent=4))
form("JSON with numbers", json.dumps(_OBJECT | {"sessionId": SESSION, "msgId": MSG_ID}))
form(
    "JSON with arrays",
    json.dumps(_OBJECT | {"request": list(REQUEST), "permAuthKey": list(PERM), "tempAuthKey": list(TEMP)}),
)
form(
    "JSON of Buffers",
    json.dumps(
        _OBJECT
        | {
            name: {"type": "Buffer", "data": list(data)}
            for name, data in (("request", REQUEST), ("permAuthKey", PERM), ("tempAuthKey", TEMP))
        }
    ),
)
form(
    "JSON of Uint8Arrays",
    json.dumps(
        _OBJECT
        | {
            name: {str(i): byte for i, byte in enumerate(data)}
            for name, data in (("request", REQUEST), ("permAuthKey", PERM), ("tempAuthKey", TEMP))
        }
    ),
)
form(
    "JSON with base64",
    json.dumps(
        _OBJECT
        | {
            name: base64.b64encode(data).decode()
            for name, data in (("request", REQUEST), ("permAuthKey", PERM), ("tempAuthKey", TEMP))
        }
    ),
)
form(
    "JSON, nested",
    json.dumps(
        {
            "level": "debug",
            "bind": {
                "keys": {"perm_auth_key": PERM.hex(), "temp_auth_key": TEMP.hex()},
                "message": {"session_id": SESSION, "msg_id": MSG_ID, "body": REQUEST.hex()},
            },
            "now": NOW,
        }
    ),
)
form("JSON lines", "".join(json.dumps({name: value}) + "\n" for name, value in _OBJECT.items()))
form(
    "JSON lines of zap",
    "".join(
        json.dumps({"level": "debug", "ts": 1.7e9, "logger": "conn.mtproto", "msg": "Bind", name: value}) + "\n"
        for name, value in _OBJECT.items()
    ),
)
form("JSON in a log line", "12:00:01 DEBUG sending " + json.dumps(_OBJECT) + " to dc2")
form(
    "long.js",
    lines(
        number=lambda n: (
            f"Long {{ low: {signed((n & 0xFFFFFFFF).to_bytes(4, 'little'))}, high: {n >> 32}, unsigned: false }}"
        )
    ),
)
form(
    "object of JavaScript",
    "{\n" + "".join(f"  {name}: {json.dumps(value)},\n" for name, value in _OBJECT.items()) + "}",
)
form(
    "dict of Python",
    repr(
        {
            "request": REQUEST,
            "perm_auth_key": PERM,
            "temp_auth_key": TEMP,
            "session_id": SESSION,
            "msg_id": MSG_ID,
            "now": NOW,
        }
    ),
)
form(
    "dataclass of Python",
    f"Bind(request={REQUEST!r}, perm_auth_key={PERM!r}, temp_auth_key={TEMP!r}, "
    f"session_id={SESSION}, msg_id={MSG_ID}, now={NOW})",
)
form(
    "%+v of Go",
    f"{{Request:[{' '.join(map(str, REQUEST))}] PermAuthKey:[{' '.join(map(str, PERM))}] "
    f"TempAuthKey:[{' '.join(map(str, TEMP))}] SessionID:{SESSION} MsgID:{MSG_ID} Now:{NOW}}}",
)
form(
    "{:#?} of Rust",
    "Bind {\n"
    + "".join(
        f"    {name}: {value},\n"
        for name, value in (
            ("request", "[\n" + "".join(f"        {x},\n" for x in REQUEST) + "    ]"),
            ("perm_auth_key", list(PERM)),
            ("temp_auth_key", list(TEMP)),
            ("session_id", SESSION),
            ("msg_id", MSG_ID),
            ("now", NOW),
        )
    )
    + "}",
)
form("YAML", "".join(f"{name}: {value}\n" for name, value in _OBJECT.items()))
form(
    "YAML with binary",
    f"request: !!binary |\n  {base64.b64encode(REQUEST).decode()}\n"
    f"perm_auth_key: !!binary {base64.b64encode(PERM).decode()}\n"
    f"temp_auth_key: !!binary {base64.b64encode(TEMP).decode()}\nsession_id: {SESSION}\nmsg_id: {MSG_ID}\nnow: {NOW}\n",
)
form("INI", "[bind]\n" + lines(sign=" = ") + "; the end\n")
form(
    "statements of Python",
    "".join(
        f"{name} = {value!r}\n"
        for name, value in (
            ("request", REQUEST),
            ("perm_auth_key", PERM),
            ("temp_auth_key", TEMP),
            ("session_id", SESSION),
            ("msg_id", MSG_ID),
            ("now", NOW),
        )
    ),
)
form(
    "statements of C",
    "".join(
        f"static const uint8_t {name}[{len(data)}] = {{\n"
        + "".join("    " + ", ".join(f"0x{x:02x}" for x in part) + ",\n" for _, part in rows(data, 12))
        + "};\n"
        for name, data in (("request", REQUEST), ("perm_auth_key", PERM), ("temp_auth_key", TEMP))
    )
    + f"int64_t session_id = {SESSION}LL;\nint64_t msg_id = {MSG_ID}LL;\nint now = {NOW};\n",
)
form(
    "xxd -i",
    "".join(
        f"unsigned char {name}[] = {{\n"
        + "".join("  " + ", ".join(f"0x{x:02x}" for x in part) + ",\n" for _, part in rows(data, 12))
        + f"}};\nunsigned int {name}_len = {len(data)};\n"
        for name, data in (("request", REQUEST), ("perm_auth_key", PERM), ("temp_auth_key", TEMP))
    )
    + f"session_id: {SESSION}\nmsg_id: {MSG_ID}\nnow: {NOW}\n",
)

# -- The right bytes under another name, and bytes without a name ---------------------------------------------------

_REST = "".join(_PLAIN.splitlines(keepends=True)[1:])
_OF_PACKET = {"packet": PACKET, "perm_key": PERM, "temp_key": TEMP}
form("packet called request", f"request: {PACKET.hex()}\n{_REST}", _OF_PACKET)
form("request called packet", f"packet: {REQUEST.hex()}\n{_REST}")
form("request called encrypted_message", f"encrypted_message: {REQUEST.hex()}\n{_REST}")
form("request called data", f"data: {REQUEST.hex()}\n{_REST}")
form(
    "encrypted_message called request",
    f"request: {SEALED.hex()}\nnonce: {signed(WELL.nonce)}\nexpires_at: {WELL.expires}\n{_REST}",
    {
        "encrypted_message": SEALED,
        "perm_key": PERM,
        "temp_key": TEMP,
        "nonce": signed(WELL.nonce),
        "expires_at": WELL.expires,
    },
)
form(
    "packet of strace",
    f'sendto(7, "{c_octal((len(PACKET)).to_bytes(4, "little") + PACKET)}", {len(PACKET) + 4}, '
    f"MSG_NOSIGNAL, NULL, 0) = {len(PACKET) + 4}\n"
    f"perm_auth_key: {PERM.hex()}\ntemp_auth_key: {TEMP.hex()}\nnow: {NOW}\n",
    {"perm_key": PERM, "temp_key": TEMP},
)
form("request without a name", f"{REQUEST.hex()}\n{_REST}")
form(
    "keys in a file of their own",
    f"request: {REQUEST.hex()}\nsession_id: {SESSION}\nmsg_id: {MSG_ID}\nnow: {NOW}\n",
    {"request": REQUEST},
    opens=False,
    keys=f"{PERM.hex()}\n{TEMP.hex()}\n",
)
form(
    "keys in a key log",
    f"request: {REQUEST.hex()}\nsession_id: {SESSION}\nmsg_id: {MSG_ID}\nnow: {NOW}\n",
    {"request": REQUEST},
    opens=False,
    keys="# auth_key_id auth_key\n"
    + "".join(f"{hashlib.sha1(key).digest()[12:].hex()} {key.hex()}\n" for key in (TEMP, PERM)),
)
form(
    "unknown names beside",
    f"dc_id: 2\napi_hash: {'ab' * 16}\nlayer: 214\nserver: 149.154.167.40:443\n{_PLAIN}attempt: 3\n",
)

# -- Streams ------------------------------------------------------------------------------------------------------


def ping() -> bytes:
    """Something before the bind: req_pq_multi, in the clear."""
    body = bytes.fromhex("f18e7ebe") + WELL.rnd("pq nonce", 16)
    return bytes(8) + WELL.msg_id + len(body).to_bytes(4, "little") + body


def abridged(payload: bytes) -> bytes:
    words = len(payload) // 4
    return (bytes([words]) if words < 127 else b"\x7f" + words.to_bytes(3, "little")) + payload


def intermediate(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "little") + payload


def padded(payload: bytes) -> bytes:
    return (len(payload) + 7).to_bytes(4, "little") + payload + WELL.rnd("frame", 7)


def full(payloads: list[bytes]) -> bytes:
    from zlib import crc32

    out = b""
    for i, payload in enumerate(payloads):
        frame = (len(payload) + 12).to_bytes(4, "little") + i.to_bytes(4, "little") + payload
        out += frame + crc32(frame).to_bytes(4, "little")
    return out


def obfuscated(tag: bytes, stream: bytes) -> bytes:
    head = bytearray(WELL.rnd("obfuscation", 64))
    head[0], head[56:60] = 0x31, tag
    cipher = Cipher(algorithms.AES(bytes(head[8:40])), modes.CTR(bytes(head[40:56]))).encryptor()
    sealed = cipher.update(bytes(head))
    return bytes(head[:56]) + sealed[56:] + cipher.update(stream)


STREAMS = {
    "abridged": b"\xef" + abridged(ping()) + abridged(PACKET),
    "intermediate": b"\xee" * 4 + intermediate(ping()) + intermediate(PACKET),
    "padded intermediate": b"\xdd" * 4 + padded(ping()) + padded(PACKET),
    "full": full([ping(), PACKET]),
    "obfuscated abridged": obfuscated(b"\xef" * 4, abridged(ping()) + abridged(PACKET)),
    "obfuscated intermediate": obfuscated(b"\xee" * 4, intermediate(ping()) + intermediate(PACKET)),
    "obfuscated padded": obfuscated(b"\xdd" * 4, padded(ping()) + padded(PACKET)),
}
_KEYS = f"perm_auth_key: {PERM.hex()}\ntemp_auth_key: {TEMP.hex()}\nnow: {NOW}\n"
for _name, _stream in STREAMS.items():
    form("stream, " + _name, f"stream: {_stream.hex()}\n{_KEYS}", {"perm_key": PERM, "temp_key": TEMP})
form(
    "stream as tcpdump's dump",
    "stream:\n" + BYTES["xxd"](STREAMS["intermediate"]) + "\n" + _KEYS,
    {"perm_key": PERM, "temp_key": TEMP},
)
form("stream as raw file with keys beside", STREAMS["intermediate"], {}, keys=f"{PERM.hex()}\n{TEMP.hex()}\n")
form(
    "obfuscated stream as raw file with keys beside",
    STREAMS["obfuscated abridged"],
    {},
    keys=f"{PERM.hex()}\n{TEMP.hex()}\n",
)
form("packet as raw file with keys beside", PACKET, {}, keys=f"{PERM.hex()}\n{TEMP.hex()}\n")
form(
    "frame with its length called packet",
    f"packet: {intermediate(PACKET).hex()}\n{_KEYS}",
    {"perm_key": PERM, "temp_key": TEMP},
)
form("request with two lines of answer", f"{_PLAIN}answer: boolTrue\n")

# -- Answers ------------------------------------------------------------------------------------------------------

ANSWERS: dict[str, str] = {
    "TDLib": "[Error : 400 : ENCRYPTED_MESSAGE_INVALID]",
    "Telethon": "telethon.errors.rpcerrorlist.EncryptedMessageInvalidError: "
    "Encrypted message invalid (caused by BindTempAuthKeyRequest)",
    "Pyrogram": 'Telegram says: [400 ENCRYPTED_MESSAGE_INVALID] - (caused by "auth.BindTempAuthKey")',
    "Telethon, short": "EncryptedMessageInvalidError",
    "gotd": "bind: rpc error code 400: ENCRYPTED_MESSAGE_INVALID",
    "mtcute": "RpcError (400 ENCRYPTED_MESSAGE_INVALID)",
    "object of JavaScript": "{ _: 'mt_rpc_error', errorCode: 400, errorMessage: 'ENCRYPTED_MESSAGE_INVALID' }",
    "JSON": '{"_": "rpc_error", "error_code": 400, "error_message": "ENCRYPTED_MESSAGE_INVALID"}',
    "MadelineProto": "Telegram returned an RPC error: ENCRYPTED_MESSAGE_INVALID (400)",
    "Rust": 'RpcError { code: 400, name: "ENCRYPTED_MESSAGE_INVALID", value: None, caused_by: Some(0xcdd42a05) }',
    "hex of rpc_error": (
        bytes.fromhex("19ca4421") + (400).to_bytes(4, "little") + b"\x19ENCRYPTED_MESSAGE_INVALID\0\0"
    ).hex(),
}

# -- Too little ---------------------------------------------------------------------------------------------------

REFUSED += [
    ("Buffer of Node, cut", lines(lambda b: f"<Buffer {b[:50].hex(' ')} ... {len(b) - 50} more bytes>")),
    (
        "NSData, cut",
        lines(lambda b: f"{{length = {len(b)}, bytes = 0x{b[:16].hex(' ', 4)} ... {b[-16:].hex(' ', 4)} }}"),
    ),
    ("dots in the middle", lines(lambda b: b[:8].hex() + "..." + b[-8:].hex())),
    ("an odd number of hex digits", lines(lambda b: b.hex()[:-1])),
    ("a letter that is none of hex", lines(lambda b: b.hex()[:40] + "g" + b.hex()[41:])),
    ("the address of an object", lines(lambda b: "[B@1b6d3586")),
    ("a size only", lines(lambda b: f"<{len(b)} bytes>")),
    ("an array with a number over 255", lines(lambda b: str([*b[:-1], 256]))),
]
