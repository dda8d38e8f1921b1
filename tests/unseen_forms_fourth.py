"""What a fourth author of pastes writes: forms in which values were misread, cut short, or not said to be missing.

`BYTES`: a way to print bytes. `ROWS`: rows of a dump, whose first one stands behind the name. `BEFORE`: what programs
put before every line. `TEXTS`: whole texts with what they say. `SAID`: an answer as a client says it, and what it is.
`CUT`: a request that was cut short when it was printed. `CONVERSATIONS`: both directions of a connection. `NOT_READ`:
what is refused or left out, and why.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from unseen_forms import ALL, IDS, KEYS, MSG_ID, PACKET, PERM, PLAIN, REQUEST, SESSION, TEMP, letters, rows

NAME = "ENCRYPTED_MESSAGE_INVALID"


def _decimal_words(data: bytes) -> str:
    lines = [f"{at:07x}   " + "   ".join(f"{int.from_bytes(part[i : i + 2], 'little'):05d}" for i in range(
        0, len(part), 2)) for at, part in rows(data)]  # fmt: skip
    return "\n" + "\n".join([*lines, f"{len(data):07x}"])


def _character(each: int) -> str:
    return chr(each) if 32 <= each < 127 and chr(each) not in "'\\" else f"\\x{each:02x}"


BYTES: dict[str, Callable[[bytes], str]] = {
    "Kotlin": lambda data: f"byteArrayOf({', '.join(f'0x{x:02X}' + '.toByte()' * (x > 127) for x in data)})",
    "Nim": lambda data: f"[0x{data[0]:02x}'u8, {', '.join(f'0x{x:02x}' for x in data[1:])}]",
    "Visual Basic": lambda data: f"New Byte() {{{', '.join(f'&H{x:X}' for x in data)}}}",
    "Erlang, base 16": lambda data: f"<<{','.join(f'16#{x:02X}' for x in data)}>>",
    "hexdump -d": _decimal_words,
    "a vector in lldb": lambda data: "\n(std::vector<unsigned char>) $0 = size=9 {\n" + "".join(
        f"  [{at}] = '{_character(x)}'\n" for at, x in enumerate(data)) + "}",
    "var_dump of PHP": lambda data: f"\narray({len(data)}) {{\n" + "".join(
        f"  [{at}]=>\n  int({x})\n" for at, x in enumerate(data)) + "}",
    "Swift from base64": lambda data: f'Data(base64Encoded: "{base64.b64encode(data).decode()}")!',
    "Swift from hex": lambda data: f'Data(hexString: "{data.hex()}")!',
    "a fence in one line": lambda data: f"\n```{data.hex()}```",
    "Data in a debugger": lambda data: f"\n(Data) $R2 = {len(data)} bytes: <{data.hex(' ', 4)}>",
    "Wireshark's array, with a comment's end among the letters": lambda data: (
        f"\n/* Frame ({len(data)} bytes) */\nstatic const unsigned char pkt1[{len(data)}] = {{\n" + ",\n".join(
            ", ".join(f"0x{x:02x}" for x in part) + ", /* ..*/J'\". */" for _, part in rows(data, 8)) + "\n};"),
}  # fmt: skip

ROWS: dict[str, Callable[[int, bytes], str]] = {
    "xxd": lambda at, part: f"{at:08x}: {part.hex(' ', -2):39}  {letters(part)}",
    "hexdump -C": lambda at, part: f"{at:08x}  {part[:8].hex(' '):23}  {part[8:].hex(' '):23}  |{letters(part)}|",
    "Wireshark": lambda at, part: f"{at:04x}  {part.hex(' '):47}   {letters(part)}",
    "gdb x/xb": lambda at, part: f"0x{0x7FFFFFFFD8A0 + at:x}:" + "".join(f"\t0x{x:02x}" for x in part),
    "Visual Studio's memory": lambda at, part: f"0x{0xC5F0EFF8A0 + at:016X}  {part.hex(' '):47}  {letters(part)}",
    "mitmproxy": lambda at, part: f"{at:010x} {part.hex(' '):48} {letters(part)}",
    "od -td1": lambda at, part: f"{at:07o}" + "".join(f"{x - 256 * (x > 127):5d}" for x in part),
    "colours": lambda at, part: f"\x1b[90m{at:08x}\x1b[0m  " + " ".join(f"\x1b[3{x % 8}m{x:02x}\x1b[0m" for x in part),
    "an address with its symbol": lambda at, part: (
        f"0x{0x5555555592A0 + at:x} <buf{f'+{at}' * (at > 0)}>:" + "".join(f"\t0x{x:02x}" for x in part)),
    "Frida without its ruler": lambda at, part: f"{0x7A3C5010 + at:08x}  {part.hex(' '):47}  {letters(part)}",
}  # fmt: skip


def dumped(data: bytes, row: Callable[[int, bytes], str], size: int = 16) -> str:
    return "\n".join(row(at, part) for at, part in rows(data, size))


BEFORE = {
    "compose": "client-1  | ", "a container": "2026-11-28T12:00:01.120345Z stderr F ",
    "compose in colours": "\x1b[36mclient-1  |\x1b[0m ", "a pod": "[pod/client-6f7d9/app] ",
    "journald": "Nov 28 12:00:01 vps client[4711]: ",
    "syslog": "<134>1 2026-11-28T12:00:01.003Z vps client 4711 ID7 - ",
    "logcat of Android Studio": "2026-11-28 12:00:01.120  4711-4733  MTProto                 com.example.tg     D  ",
    "Xcode": "2026-11-28 12:00:01.120345+0100 MyApp[4711:83922] [mtproto] ",
    "glog": "I20261128 12:00:01.12  4711 a.cc:88] ",
    "tracing": "\x1b[2m2026-11-28T12:00:01.120345Z\x1b[0m \x1b[34mDEBUG\x1b[0m \x1b[2mmtproto::session\x1b[0m: ",
    "env_logger": "[2026-11-28T12:00:01Z DEBUG grammers_mtsender] ",
    "logging of Python": "DEBUG:pyrogram.session.session:",
    "Monolog": "[2026-11-28T12:00:01.120345+00:00] mtproto.DEBUG: ", "Elixir": "12:00:01.120 [debug] ",
    "log4j": "2026-11-28 12:00:01,120 [nioEventLoopGroup-2-1] DEBUG c.e.m.Session - ",
    "a runner": "2026-11-28T12:00:01.1203451Z ",
    "Ruby": "D, [2026-11-28T12:00:01.120345 #4711] DEBUG -- : ", "dmesg": "[12345.678901] ", "pytest": "E   ",
    "a comment": "# ", "a comment of C": "// ", "of Lua": "-- ", "of Lisp": ";; ", "a diff": "+", "a list": " * ",
    "Flutter": "I/flutter ( 4711): ", "grep": "debug.log:", "an editor": "~ ", "Unity": "[Log] 12:00:01 ",
}  # fmt: skip

_JSON = {"request": REQUEST.hex(), "perm_auth_key": PERM.hex(), "temp_auth_key": TEMP.hex(), "session_id": SESSION,
         "msg_id": MSG_ID}  # fmt: skip
_BELOW = "\n".join(f"{at} = {x - 256 * (x > 127)}" for at, x in enumerate(REQUEST))

TEXTS: dict[str, tuple[str, dict[str, Any]]] = {
    "an address with a query": (
        "https://example.org/bind?" + "&".join(f"{name}={value}" for name, value in _JSON.items()), ALL),
    "curl": (f"curl -X POST localhost:8080 -H 'X-Session: 1' -d '{json.dumps(_JSON)}'", ALL),
    "options": (
        f"$ ./bind --perm-auth-key={PERM.hex()} --temp-auth-key={TEMP.hex()} --session-id={SESSION} --msg-id={MSG_ID}\n"
        f"--> {REQUEST.hex()}\n", ALL),
    "lldb": (
        f"(lldb) memory read --count 132 request\n{dumped(REQUEST, ROWS['xxd'])}\n{KEYS}(lldb) p session_id\n"
        f"(int64_t) $0 = {SESSION}\n(lldb) p msg_id\n(int64_t) $1 = {MSG_ID}\n", ALL),
    "node at its prompt": (f"> request\n{REQUEST.hex()}\n{KEYS}> sessionId\n{SESSION}n\n> msgId\n{MSG_ID}n\n", ALL),
    "a watch below a line with ids": (
        f"{KEYS}DEBUG session_id={SESSION} msg_id={MSG_ID}, request={{byte[132]@19873}}\n{_BELOW}\n", ALL),
    "a size and a form behind the name": (
        f"request (132 bytes): {REQUEST.hex()}\nperm_auth_key (256 bytes, hex): {PERM.hex()}\n"
        f"temp_auth_key (256 bytes, hex): {TEMP.hex()}\n{IDS}", ALL),
    "a fence behind a name of a chat": (
        f"[14:03] alice: ```\n{PLAIN}```\n[14:04] bob: ```text\nlooks right\n```\n", ALL),
    "lines of a pod, with fences": (
        "\n".join(f"2026-11-28T12:00:01.12{at}Z stdout F {line}" for at, line in enumerate(
            f"```\nrequest: {dumped(REQUEST, ROWS['xxd'])}\n```\n{KEYS}{IDS}".split("\n"))), ALL),
    "titles between lines": (
        f"--- request ---\n{REQUEST.hex()}\n=== permAuthKey ===\n{PERM.hex()}\n- tempAuthKey\n{TEMP.hex()}\n{IDS}",
        ALL),
    "a ruler without a dump": (
        f"{KEYS}{IDS}request:\n 0  1  2  3  4  5  6  7  8  9  A  B  C  D  E  F\n",
        {name: value for name, value in ALL.items() if name != "request"}),
    "a ruler in front of names": (
        "           00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n" + PLAIN, ALL),
}  # fmt: skip

SAID: dict[str, str] = {
    "answer: {code: 400, message: NAME}": NAME,
    "error: { error_code: 400, error_message: NAME }": NAME,
    "Error: Unknown RPC error: [400:NAME]": NAME,
    "RpcError [NAME]: Unknown RPC error: [400:NAME]": NAME,
    'Rpc(RpcError { code: 400, name: "NAME", value: None })': NAME,
    "RpcError(errorCode=400, errorMessage=NAME)": NAME,
    "RpcError{errorCode: 400, errorMessage: NAME}": NAME,
    'MTRpcError(errorCode: 400, errorDescription: "NAME")': NAME,
    "answer: code=400, message=NAME": NAME,
    "error: code: 400, message: NAME": NAME,
    "answer: [400, NAME]": NAME,
    'answer: <error code="400">NAME</error>': NAME,
    "RPC_ERROR 400: NAME": NAME,
    "telethon.errors.rpcbaseerrors.RPCError: RPCError 400: NAME (caused by BindTempAuthKeyRequest)": NAME,
    "500 Internal: RPC_CALL_FAIL": "RPC_CALL_FAIL",
    "303 USER_MIGRATE_2": "USER_MIGRATE_2",
    "rpc error code 420: FLOOD_WAIT (12)": "FLOOD_WAIT",
    "FloodWaitError: A wait of 12 seconds is required (caused by BindTempAuthKeyRequest)": "FLOOD_WAIT_12",
    "[404] auth key not found": "-404",
    "telethon.errors.common.AuthKeyNotFound": "-404",
    "InvalidBufferError: Invalid response buffer (HTTP code 404)": "-404",
    "ProtocolError: code 404": "-404",
    "codec: protocol error code 404": "-404",
    "transport error 444": "-444",
    "TransportError(code: -429)": "-429",
    "error code -404 from server": "-404",
    "BadMsgNotification: [17] The msg_id is too high": "bad_msg_notification 17",
    "answer: True": "boolTrue",
    "answer: (boolTrue)": "boolTrue",
    "answer: 400": "400",
}

_DUMP = dumped(REQUEST, ROWS["hexdump -C"]).split("\n")
CUT: dict[str, str] = {
    "a literal and its rest": f"{REQUEST[:60]!r}... (72 more bytes)",
    "strace": 'write(7, "' + "".join(f"\\x{x:02x}" for x in REQUEST[:32]) + '"..., 132) = 132',
    "a string": '"' + "".join(f"\\{x:03o}" for x in REQUEST[:100]) + '"...',
    "a word in brackets": f"{REQUEST[:64].hex()} [truncated]",
    "bytes that are left": f"{REQUEST[:64].hex()} (68 bytes more)",
    "a tag": f"0x{REQUEST[:60].hex()}<snip>",
    "a tag with a size": f"{REQUEST[:60].hex()} <truncated, 132 bytes total>",
    "a row of a dump": f"\n{_DUMP[0]}\n00000010  05 2a d4 cd ...\n",
    "rows of a dump": "\n" + "\n".join([*_DUMP[:4], "...", _DUMP[8]]),
    "a digit of the last byte": "\n" + dumped(REQUEST[:120], lambda at, part: f"{at:08X}   {part.hex(' ')}")[:-1],
    "rows behind the name": "\n".join([*_DUMP[:3], *_DUMP[5:]]),
}

_UNENCRYPTED = bytes(8) + MSG_ID.to_bytes(8, "little") + (20).to_bytes(4, "little") + bytes(range(20, 40))
_SENT = [b"\xee" * 4 + b"\x28\0\0\0" + _UNENCRYPTED, len(PACKET).to_bytes(4, "little") + PACKET]
_RECEIVED = [(84).to_bytes(4, "little") + _UNENCRYPTED + bytes(range(60, 104)), b"\x88\1\0\0" + bytes(range(136)) * 3]
_BOTH = [(">", _SENT[0]), ("<", _RECEIVED[0]), (">", _SENT[1]), ("<", _RECEIVED[1])]
_IP = bytes.fromhex("4500") + (40 + len(_SENT[1])).to_bytes(2, "big") + bytes.fromhex(
    "1c464000400600007f0000017f000001d2fc01bb0000000100000001501801f6fe280000")  # fmt: skip
_ETHERNET = bytes.fromhex("0201020102010a0b0c0d0e0f0800")

CONVERSATIONS: dict[str, str] = {
    "Wireshark's conversation as a dump": "\n" + "\n\n".join(
        "\n".join("    " * (way == "<") + line for line in dumped(data, ROWS["hexdump -C"]).split("\n"))
        for way, data in _BOTH),
    "arrows": "\n" + "\n".join(f"{way * 3} {data.hex()}" for way, data in _BOTH),
    "strace": "\n" + "\n".join(
        f'{"write" if way == ">" else "read"}(7, "' + "".join(f"\\x{x:02x}" for x in data) + f'", 4096) = {len(data)}'
        for way, data in _BOTH),
    "tshark's fields": "\nframe.number\ttcp.srcport\ttcp.payload\n" + "\n".join(
        f"{at}\t{54012 if way == '>' else 443}\t{data.hex()}" for at, (way, data) in enumerate(_BOTH)),
    "tcpdump -X": "\n12:00:01.120345 IP 127.0.0.1.54012 > 127.0.0.1.443: Flags [P.], length 204\n" + dumped(
        _IP + _SENT[1], lambda at, part: f"\t0x{at:04x}:  {part.hex(' ', -2):39}  {letters(part)}"),
    "a frame of Wireshark": "\n" + dumped(_ETHERNET + _IP + _SENT[1], ROWS["Wireshark"]),
}  # fmt: skip

NOT_READ: dict[str, tuple[str, str]] = {
    "words of four bytes with commas": (
        ", ".join(f"0x{REQUEST[i : i + 4].hex()}" for i in range(0, 132, 4)),
        "nothing says in which order",
    ),
    "a comment before what follows a sign": (
        "static const unsigned char request[] = {\n/* taken */ see below };",
        "no bytes there",
    ),
    "the header of Format-Hex behind the name": ("           Path: C:\\tmp\\bind.bin\n", "a title is no value"),
    "placeholders": ("<your request here>", "no bytes there"),
}
