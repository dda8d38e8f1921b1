"""What authors of clients paste: each form as data, with the values that are in it and what a reader has to say.

Made of `wrong_client`'s bytes and of formatters written here after what the tools print; no code of the library.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from wrong_client import NOW, WrongClient

C = WrongClient()
R, E, P = C.request, C.sealed, C.packet()
H = R.hex()
KEY_ID = hashlib.sha1(C.perm).digest()[-8:].hex()
Values = dict[str, Any]


@dataclass(frozen=True)
class Example:
    """What is pasted, the values in it, and words that have to stand in the notes ("" for none at all)."""

    data: str | bytes
    values: Values
    said: tuple[str, ...] = ()


def rows(data: Any, size: int) -> list[Any]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def printable(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)


def xxd(data: bytes, group: int = 2) -> str:
    width = 32 + 16 // group - 1
    return "".join(f"{16 * i:08x}: {row.hex(' ', -group):<{width}}  {printable(row)}\n"
                   for i, row in enumerate(rows(data, 16)))  # fmt: skip


def canonical(data: bytes) -> str:
    """hexdump -C."""
    lines = [f"{16 * i:08x}  {row[:8].hex(' ') + '  ' + row[8:].hex(' '):<48}  |{printable(row)}|"
             for i, row in enumerate(rows(data, 16))]  # fmt: skip
    return "\n".join([*lines, f"{len(data):08x}", ""])


def words(data: bytes, offset: str, word: str) -> str:
    """hexdump and od without options that make them print bytes: numbers of two bytes, low byte first."""
    lines = [f"{16 * i:{offset}}" + "".join(f" {int.from_bytes(pair, 'little'):{word}}" for pair in rows(row, 2))
             for i, row in enumerate(rows(data, 16))]  # fmt: skip
    return "\n".join([*lines, f"{len(data):{offset}}", ""])


def singles(data: bytes, offset: str, form: str, signed: bool = False) -> str:
    """od -t x1, u1, d1, o1."""
    lines = [f"{16 * i:{offset}}" + "".join(f" {byte - 256 if signed and byte > 127 else byte:{form}}" for byte in row)
             for i, row in enumerate(rows(data, 16))]  # fmt: skip
    return "\n".join([*lines, f"{len(data):{offset}}", ""])


def shark(data: bytes) -> str:
    return "".join(f"{16 * i:04x}   {row.hex(' '):<47}   {printable(row)}\n" for i, row in enumerate(rows(data, 16)))


def gdb(data: bytes) -> str:
    return "".join(f"0x{0x7FFE1000 + 8 * i:x}:\t" + "\t".join(f"0x{byte:02x}" for byte in row) + "\n"
                   for i, row in enumerate(rows(data, 8)))  # fmt: skip


def array(data: bytes, form: str = "0x{:02x}", wrap: int = 12) -> str:
    return ",\n    ".join(", ".join(form.format(byte) for byte in row) for row in rows(data, wrap))


def signed(data: bytes) -> str:
    return ", ".join(str(byte - 256 if byte > 127 else byte) for byte in data)


def decimal(data: bytes, between: str = ", ") -> str:
    return between.join(map(str, data))


def wrapped(text: str, size: int, indent: str = "") -> str:
    return "\n".join(indent + row for row in rows(text, size))


B64, B64_KEY = base64.b64encode(R).decode(), base64.b64encode(C.perm).decode()
URL = base64.urlsafe_b64encode(R).decode()
ESCAPED = "".join(f"\\x{byte:02x}" for byte in R)
REQUEST = {"request": R}
IDS = {"session_id": C.session_id, "msg_id": C.msg_id}
OURS = {
    "ok": False, "perm_auth_key_id": "5", "temp_auth_key_id": "-6", "session_id": str(C.session_id),
    "msg_id": str(C.msg_id), "nonce": str(C.nonce), "expires_at": C.expires_at, "inner": C.inner.hex(),
    "envelope": C.envelope.hex(), "msg_key": E[8:24].hex(), "plaintext": (C.envelope + bytes(8)).hex(),
    "encrypted_message": E.hex(), "request": H, "packet": P.hex(), "answer": "b5757299",
    "error": None, "calls": {"help.getNearestDc": "this_dc = 2"},
    "timings_ms": {"dial": 1.5}, "schedule": {"sha1_a": "00" * 20}, "aes_key": "11" * 32, "aes_iv": "22" * 32,
    "perm_auth_key": C.perm.hex(), "temp_auth_key": C.temp.hex(),
}  # fmt: skip
OUT_OF_OURS = {"request": R, "packet": P, "encrypted_message": E, "perm_key": C.perm, "temp_key": C.temp, **IDS,
               "nonce": C.nonce, "expires_at": C.expires_at, "answer": "boolTrue"}  # fmt: skip
EVENTS = "\n".join(json.dumps(event) for event in (
    {"host": "127.0.0.1", "port": 4430, "dc_id": 2, "fingerprint": "aabbccdd00112233", "public_key_pem": "-----"},
    {"event": "session_created", "peer": 4, "at": NOW - 9.5, "text": "another", "facts": {"session_id": 77}},
    {"event": "session_created", "peer": 7, "at": NOW - 1.0, "text": "ours", "facts": {"session_id": C.session_id}},
    {"event": "bind_refused", "peer": 7, "at": NOW + 0.25, "text": "no", "facts": {"failed": "nonce", "request": H},
     "verdict": {"failed": "nonce", "failing": ["nonce"]}},
    {"event": "call_refused", "peer": 7, "at": NOW + 0.25, "text": "no", "facts": {
        "code": 400, "error": "ENCRYPTED_MESSAGE_INVALID"}, "verdict": None},
))  # fmt: skip
TDLIB = (
    f"[ 4][t 4][{NOW}.123456789][SessionConnection.cpp:889][#2][!Session]\tSend query [msg_id:{C.msg_id:#x}]"
    f"[session_id:{C.session_id}][seq_no:1]\n"
    f"[ 4][t 4][{NOW}.223456789][AuthKey.cpp:33][#2]\tencrypted_message:{E.hex()}\n"
    f"[ 1][t 4][{NOW}.323456789][Session.cpp:12][#2]\tBind failed: [Error : 400 : ENCRYPTED_MESSAGE_INVALID]\n"
)
MTCUTE = (
    f"2026-11-25T10:00:00.000Z [VRB] [session] temp_auth_key = {C.temp.hex()[:16]}..., msg_id = {C.msg_id}\n"
    f"2026-11-25T10:00:00.000Z [DBG] [conn] encrypted_message = {E.hex()} session id: {C.session_id}\n"
    "2026-11-25T10:00:00.100Z [ERR] [session] bind failed: 400 ENCRYPTED_MESSAGE_INVALID\n"
)
TELETHON = (
    f"DEBUG:telethon.network.mtprotosender:Assigned msg_id = {C.msg_id} to BindTempAuthKeyRequest (0x7f3a)\n"
    "DEBUG:telethon.network.mtprotosender:Encrypting 1 message(s) in 148 bytes for sending\n"
    f"DEBUG:telethon.extensions.messagepacker:Sending packet {P.hex()}\n"
)
GOTD = (
    f"2026-11-25T10:00:00.000+0300\tDEBUG\tconn.mtproto\tbind.go:77\tBinding\t"
    f'{{"session_id": {C.session_id}, "msg_id": {C.msg_id}, "request": "{B64}"}}\n'
)
ZAP = (
    f'{{"level":"debug","ts":{NOW}.5,"msg":"Request","msg_id":{C.msg_id},"request":"{H}"}}\n'
    f'{{"level":"debug","ts":{NOW}.7,"msg":"Request","msg_id":{C.msg_id + 4}}}\n'
)

_FORMS: dict[str, tuple[str | bytes, str]] = {
    # bytes without a name: the text, and what it has to be called
    "hex": (H, "hex of 132 bytes"),
    "hex, capitals": (H.upper(), "hex of 132"),
    "hex, blanks": (R.hex(" "), "hex of 132"),
    "hex, colons": (R.hex(":"), "hex of 132"),
    "hex, dashes, as C# prints": (R.hex("-").upper(), "hex of 132"),
    "hex, commas": (R.hex(","), "132"),
    "hex, groups of four bytes": (R.hex(" ", -4), "hex of 132"),
    "hex, 0x in front": ("0x" + H, "hex of 132"),
    "hex in lines": (wrapped(H, 64), "hex of 5 lines"),
    "hex in lines, xxd -p": (wrapped(H, 60), "hex of 5 lines"),
    "hex in two unequal lines": (f"{H[:100]}\n{H[100:]}", "hex of 2 lines"),
    "spaced hex in lines, od -An": ("\n".join(" " + row.hex(" ") for row in rows(R, 16)), "hex of 9 lines"),
    "0x and commas": (array(R, wrap=132), "a list of numbers"),
    "0x and commas in lines": (array(R), "a list of numbers of 11 lines"),
    "escapes": (ESCAPED, "escapes of 132"),
    "escapes in quotes": (f'"{ESCAPED}"', "escapes of 132"),
    "xxd": (xxd(R), "an xxd dump of 132"),
    "xxd -g 1": (xxd(R, 1), "an xxd dump of 132"),
    "xxd -g 4": (xxd(R, 4), "an xxd dump of 132"),
    "hexdump -C": (canonical(R), "a hex dump of 132"),
    "hexdump": (words(R, "07x", "04x"), "a dump of numbers, low byte first"),
    "od": (words(R, "07o", "06o"), "an od dump of 132"),
    "od -x": (words(R, "07o", "04x"), "a dump of numbers, low byte first"),
    "od -t x1": (singles(R, "07o", "02x"), "a hex dump of 132"),
    "od -A x -t x1": (singles(R, "06x", "02x"), "a hex dump of 132"),
    "od -t u1": (singles(R, "07o", "3d"), "an od dump of 132"),
    "od -t d1": (singles(R, "07o", "4d", signed=True), "an od dump of 132"),
    "od -b": (singles(R, "07o", "03o"), "an od dump of 132"),
    "gdb x/132xb": (gdb(R), "132"),
    "Wireshark, hex + ASCII": (shark(R), "a hex dump of 132"),
    "Wireshark, hex stream": (H, "hex of 132"),
    "Wireshark, escaped string": (" \\\n".join(
        '"' + "".join(f"\\x{byte:02x}" for byte in row) + '"' for row in rows(R, 16)), "escapes of 132"),
    "a dump with Windows line ends": (xxd(R).replace("\n", "\r\n"), "an xxd dump of 132"),
    "Python bytes": (repr(R), "a bytes literal of 132"),
    "Python bytearray": (repr(bytearray(R)), "a bytes literal of 132"),
    "Python bytes.fromhex": (f"bytes.fromhex('{H}')", "hex of 132"),
    "Python bytes.fromhex, in lines": ("bytes.fromhex(\n" + "\n".join(f"    '{row}'" for row in rows(H, 64)) + "\n)",
                                       "hex of 132"),
    "Python bytes, added": (" + ".join(repr(row) for row in rows(R, 40)), "a bytes literal of 132"),
    "Python bytes, side by side": ("\n".join(repr(row) for row in rows(R, 40)), "a bytes literal of 132"),
    "bytes of hex digits": (repr(H.encode()), "bytes of hex digits of 132"),
    "base64": (B64, "base64 of 132"),
    "base64 in lines": (wrapped(B64, 76), "base64 of 3 lines"),
    "base64, 64 wide": (wrapped(B64, 64), "base64 of 3 lines"),
    "base64 of hex": (base64.b64encode(H.encode()).decode(), "base64 of hex"),
    "base64url": (URL, "base64 of 132"),
    "base64url without padding": (URL.rstrip("="), "base64 of 132"),
    "node Buffer": (f"<Buffer {R.hex(' ')}>", "an array of 132"),
    "Uint8Array": (f"Uint8Array(132) [\n    {array(R, '{:3d}')}\n]", "an array of 132"),
    "decimal numbers": (decimal(R, " "), "a list of numbers of 132"),
    "a list": (f"[{decimal(R)}]", "an array of 132"),
    "a list, as Go prints": (f"[{decimal(R, ' ')}]", "an array of 132"),
    "a file of raw bytes": (R, "raw bytes, 132"),
    "with a mark in front": (b"\xef\xbb\xbf" + H.encode(), "hex of 132"),
    "within a sentence": (f"I sent this: ({H}) and got nothing", "132"),
}  # fmt: skip

EXAMPLES: dict[str, Example] = {
    **{name: Example(data, REQUEST, (form, "request")) for name, (data, form) in _FORMS.items()},
    # with a name, in the languages
    "name and hex": Example(f"request: {H}", REQUEST),
    "name = hex": Example(f"request = {H}\nsession_id = {C.session_id}", {**REQUEST, "session_id": C.session_id}),
    "name=hex on one line": Example(f"request={H} session_id={C.session_id}", {**REQUEST, "session_id": C.session_id}),
    "name and indented lines": Example(f"request:\n{wrapped(H, 64, '    ')}", REQUEST, ("hex of 5 lines",)),
    "name and lines that are not indented": Example(f"perm_key:\n{wrapped(C.perm.hex(), 64)}\n\n{C.temp.hex()}",
                                                    {"perm_key": C.perm, "other_keys": [C.temp]}, ("8 lines",)),
    "name above a dump": Example(f"request:\n{xxd(R)}", REQUEST, ("an xxd dump of 132",)),
    "YAML": Example(f"request: |\n{wrapped(H, 64, '  ')}\nouter:\n  msg-id: {C.msg_id}\n  session id: {C.session_id}\n",
                    {**REQUEST, **IDS}, ("5 lines",)),
    "TOML": Example(f'request = "{H}"\nsession_id = {C.session_id}\n[keys]\nperm_key = "{C.perm.hex()}"\n',
                    {**REQUEST, "session_id": C.session_id, "perm_key": C.perm}),
    "JSON": Example(json.dumps({"request": H, "outer": {k: str(v) for k, v in IDS.items()}}), {**REQUEST, **IDS}),
    "JSON, wide": Example(json.dumps({"request": H, **IDS}, indent=2), {**REQUEST, **IDS}),
    "JSON lines": Example(f'{{"request": "{H}"}}\n{{"session_id": {C.session_id}}}\n',
                          {**REQUEST, "session_id": C.session_id}),
    "a Buffer as JSON": Example(json.dumps({"request": {"type": "Buffer", "data": list(R)}, "msg_id": str(C.msg_id)}),
                                {**REQUEST, "msg_id": C.msg_id}, ("an array of 132",)),
    "a Python dict": Example(repr({"request": R, **IDS}), {**REQUEST, **IDS}, ("a bytes literal",)),
    "a Python variable": Example("request = (\n" + "\n".join(f"    {row!r}" for row in rows(R, 20)) + "\n)\n", REQUEST,
                                 ("a bytes literal of 132",)),
    "a Python call": Example(f"auth.bindTempAuthKey(nonce={C.nonce}, expires_at={C.expires_at}, "
                             f"encrypted_message={E!r})",
                             {"nonce": C.nonce, "expires_at": C.expires_at, "encrypted_message": E}),
    "C": Example(f"static const unsigned char request[132] = {{\n    {array(R)}\n}};", REQUEST, ("an array of 132",)),
    "C, xxd -i": Example(f"unsigned char request_bin[] = {{\n  {array(R)}\n}};\nunsigned int request_bin_len = 132;\n",
                         REQUEST, ("request",)),
    "Wireshark, C array": Example("/* Frame (200 bytes) */\nstatic const unsigned char pkt1[200] = {\n" + "\n".join(
        ", ".join(f"0x{byte:02x}" for byte in row) + ", /* .{}. */" for row in rows(P, 8)) + "\n};", {"packet": P},
        ("an array of 200", "packet")),
    "Go": Example(f"request := []byte{{{array(R, '0x{:x}')}}}", REQUEST, ("an array of 132",)),
    "Go, %+v": Example(f"{{request:[{decimal(R, ' ')}] SessionID:{C.session_id} MsgID:{C.msg_id}}}", {**REQUEST, **IDS},
                       ("an array of 132",)),
    "Go, %q": Example(f'request: "{ESCAPED}"', REQUEST, ("escapes of 132",)),
    "Rust": Example(f"let request: [u8; 132] = [{array(R)}];", REQUEST, ("an array of 132",)),
    "Rust, slice": Example(f"let request: &[u8] = &[{array(R, '0x{:02x}u8')}];", REQUEST, ("an array of 132",)),
    "Rust, vec!": Example(f"let request = vec![{decimal(R)}];", REQUEST, ("an array of 132",)),
    "Rust, bytes": Example(f'let request = b"{ESCAPED}";', REQUEST, ("a bytes literal of 132",)),
    "C#": Example(f"var request = new byte[] {{ {array(R, '0x{:02X}')} }};\nlong sessionId = {C.session_id}L;",
                  {**REQUEST, "session_id": C.session_id}, ("an array of 132",)),
    "Java": Example(f"byte[] request = {{{signed(R)}}};", REQUEST, ("an array of 132",)),
    "Java, casts": Example(f"byte[] request = new byte[] {{{array(R, '(byte) 0x{:02x}')}}};", REQUEST, ("132",)),
    "Java, printed": Example(f"request = [{signed(R)}]", REQUEST, ("an array of 132",)),
    "Kotlin": Example(f"val request = byteArrayOf({signed(R)})", REQUEST, ("an array of 132",)),
    "PHP": Example(f"$request = hex2bin('{H}');\n$sessionId = {C.session_id};",
                   {**REQUEST, "session_id": C.session_id}),
    "JavaScript": Example(f"const request = Buffer.from('{H}', 'hex'), sessionId = {C.session_id}n, "
                          f"msgId = {C.msg_id}n",
                          {**REQUEST, **IDS}),
    "node, printed": Example(f"{{\n  request: <Buffer {R.hex(' ')}>,\n  sessionId: {C.session_id}n\n}}",
                             {**REQUEST, "session_id": C.session_id}, ("an array of 132",)),
    "node, Long": Example(f"{{ sessionId: Long {{ low: {C.session_id & 0xFFFFFFFF}, high: {C.session_id >> 32}, "
                          f"unsigned: false }}, request: '{H}' }}", {**REQUEST, "session_id": C.session_id}),
    "Swift, printed Data": Example(f"request = <{R.hex(' ', -4)}>", REQUEST, ("132",)),
    # names
    "camel": Example(json.dumps({"permAuthKey": C.perm.hex(), "tempAuthKey": C.temp.hex(), "sessionId": C.session_id,
                                 "msgId": C.msg_id, "encryptedMessage": E.hex()}),
                     {"perm_key": C.perm, "temp_key": C.temp, **IDS, "encrypted_message": E}),
    "inside the seal": Example(f"encrypted_message: {E.hex()}\ninner.nonce: {C.nonce}",
                               {"encrypted_message": E, "nonce": C.nonce}, ("inside the seal", "nonce")),
    "bind_auth_key_inner": Example(f"msg_id: {C.msg_id}\nbind_auth_key_inner {{ nonce: {C.nonce} }}",
                                   {"msg_id": C.msg_id, "nonce": C.nonce}, ("inside the seal",)),
    "a slip in a name": Example(f"sesion_id: 5\nrequest: {H}", REQUEST,
                                ("line 1: `sesion_id` is not known; did you mean session_id?",)),
    "unknown names": Example(f"colour: blue\nrequest: {H}", REQUEST, ("not known, and passed over: `colour`",)),
    "a name that is nearly a key's": Example(f"perm_auth_kee: {C.perm.hex()}\nrequest: {H}", REQUEST,
                                             ("did you mean perm_auth_key?",)),
    "comments": Example(f"# mine\nrequest: {H}  # sent at noon\n// and\nmsg_id: {C.msg_id} // this one",
                        {**REQUEST, "msg_id": C.msg_id}),
    # numbers
    "unsigned": Example(f"session_id: {C.session_id & 2**64 - 1}", {"session_id": C.session_id}),
    "0x": Example(f"msg_id: {C.msg_id:#x}", {"msg_id": C.msg_id}, ("a hexadecimal number",)),
    "an id as its bytes": Example(f"nonce: {C.nonce.to_bytes(8, 'little', signed=True).hex()}", {"nonce": C.nonce},
                                  ("8 bytes, low byte first",)),
    "an id as a bytes literal": Example(f"nonce: {C.nonce.to_bytes(8, 'little', signed=True)!r}", {"nonce": C.nonce},
                                        ("8 bytes, low byte first",)),
    "msg_id as %016x": Example(f"msg_id: {C.msg_id:016x}", {"msg_id": C.msg_id}, ("the hex digits of a number",)),
    "milliseconds": Example(f"expires_at: {C.expires_at}000\nnow: {NOW}.25",
                            {"expires_at": C.expires_at * 1000, "now": NOW}, ("fraction is left out for now",)),
    "twenty digits": Example(f"18446744073709551615\nrequest: {H}", REQUEST, ("line 1: a number without a name",)),
    # answers
    "rpc_error": Example(json.dumps({"request": H, "rpc_error": {"code": 400, "message": "ENCRYPTED_MESSAGE_INVALID"}}),
                         {**REQUEST, "answer": "400 ENCRYPTED_MESSAGE_INVALID"}),
    "error_message": Example(f"request: {H}\nerror_code: 400\nerror_message: EXPIRES_AT_INVALID",
                             {**REQUEST, "answer": "400 EXPIRES_AT_INVALID"}),
    "transport error": Example(f"request: {H}\nanswer: -404", {**REQUEST, "answer": "-404"}),
    # what our own commands print
    "bind --json --reveal": Example(json.dumps(OURS), OUT_OF_OURS),
    "bind --json --reveal | jq": Example(json.dumps(OURS, indent=2), OUT_OF_OURS),
    "dc --json": Example(EVENTS, {**REQUEST, "session_id": C.session_id, "now": NOW,
                                  "answer": "ENCRYPTED_MESSAGE_INVALID"}, ("connection 7",)),
    # logs
    "TDLib": Example(TDLIB, {**IDS, "encrypted_message": E, "answer": "400 : ENCRYPTED_MESSAGE_INVALID"}),
    "mtcute": Example(MTCUTE, {**IDS, "encrypted_message": E, "answer": "400 ENCRYPTED_MESSAGE_INVALID"}),
    "Telethon": Example(TELETHON, {"msg_id": C.msg_id, "packet": P}, ("packet",)),
    "gotd": Example(GOTD, {**REQUEST, **IDS}, ("base64 of 132",)),
    "zap, JSON lines": Example(ZAP, {**REQUEST, "msg_id": C.msg_id}, ("msg_id is there with 2 different values",)),
    # by their content
    "request as packet": Example(f"packet: {H}", REQUEST, ("packet is a request",)),
    "request as encrypted_message": Example(f"encrypted_message: {H}", REQUEST, ("encrypted_message is a request",)),
    "encrypted_message as request": Example(f"request: {E.hex()}", {"encrypted_message": E},
                                            ("request is an encrypted_message",)),
    "packet as request": Example(f"request: {P.hex()}\ntemp_key: {C.temp.hex()}", {"packet": P, "temp_key": C.temp},
                                 ("request is a packet",)),
    "a frame as packet": Example(f"packet: c8000000{P.hex()}", {"packet": P}, ("a frame",)),
    "a stream as packet": Example(f"packet: eeeeeeeec8000000{P.hex()}",
                                  {"stream": bytes.fromhex("eeeeeeeec8000000") + P}, ("packet is a stream",)),
    "two lines, one a key": Example(f"{H}\n{C.perm.hex()}", {**REQUEST, "other_keys": [C.perm]},
                                    ("line 2: took hex of 256 bytes, without a name, for a key",)),
    "two keys, wrapped": Example(f"{wrapped(C.perm.hex(), 32)}\n{wrapped(C.temp.hex(), 32)}",
                                 {"other_keys": [C.perm, C.temp]}, ("256 bytes, without a name, for a key",)),
    "a key in base64": Example(B64_KEY, {"other_keys": [C.perm]}, ("base64 of 256 bytes, without a name, for a key",)),
    "a key log": Example(f"{KEY_ID} {C.perm.hex()}\n{H}", {**REQUEST, "other_keys": [C.perm]}, ("key log",)),
    "a key log with a wrong id": Example(f"{'00' * 8} {C.perm.hex()}\n", {"other_keys": [C.perm]},
                                         ("the id in front is not that of the key",)),
    "a list of keys": Example(json.dumps({"request": H, "keys": [C.perm.hex(), C.temp.hex()]}),
                              {**REQUEST, "other_keys": [C.perm, C.temp]}),
    # encodings
    "UTF-16 with a mark": Example(f"\ufeffrequest: {H}".encode("utf-16-le"), REQUEST, ("utf-16-le",)),
    "UTF-16, high byte first": Example(f"\ufeffrequest: {H}".encode("utf-16-be"), REQUEST, ("utf-16-be",)),
    "UTF-16 without a mark": Example(f"request: {H}".encode("utf-16-le"), REQUEST, ("utf-16-le",)),
    "UTF-8 with CRLF": Example(f"request: {H}\r\nmsg_id: {C.msg_id}\r\n".encode(), {**REQUEST, "msg_id": C.msg_id}),
    "Latin-1": Example(f"# für mich\nrequest: {H}\n".encode("latin-1"), REQUEST, ("Latin-1",)),
}  # fmt: skip

REFUSED: dict[str, tuple[str | bytes, str]] = {
    # what cannot be read, and the words that have to say why
    "nothing": ("", "nothing about a binding"),
    "only comments": ("# only\n", "nothing about a binding"),
    "prose": ("not hex at all", "nothing about a binding"),
    "half a JSON": (json.dumps({"request": H, "now": NOW})[:-3], "begins like JSON"),
    "deep JSON": ('{"a":' * 50_000, "begins like JSON"),
    "a slip in a key": (f"perm_key: {C.perm.hex()[:-1]}g", "hex, but for 1 of 512"),
    "an odd digit": (f"perm_key: {C.perm.hex()[:-1]}", "odd number of hex digits, 511"),
    "half a key": (f"perm_key: {C.perm.hex()[:256]}", "auth_key has 256 bytes"),
    "a key too long": (f"perm_key: {C.perm.hex()}00", "auth_key has 256 bytes"),
    "no number": ("msg_id: soon", "msg_id is no number"),
    "a float": ("session_id: -3.7169193032791065e+18", "a float does not hold"),
    "a huge number": (f"msg_id: {'9' * 6000}", "msg_id is no number"),
    "no finite number": ('{"now": 1e999}', "now is no number"),
    "a Buffer cut short": (f"request: <Buffer {R[:50].hex(' ')} ... 82 more bytes>", "cut short"),
    "an array cut short": (f"request: Uint8Array(132) [\n {array(R[:100], '{}')},\n ... 32 more items\n]", "cut short"),
    "words of four bytes": ("request: 0xcdd42a05, 0x9e7aea14, 0x35cb1992", "in which order"),
    "a capture": (b"\xd4\xc3\xb2\xa1\x02\0\x04\0" + bytes(300), "captured packets"),
    "too much": (b" " * (7 << 20), "too much"),
}  # fmt: skip
