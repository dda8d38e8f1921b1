"""A hundred more texts as people paste them: logs of clients, dumps of tools, arrays of languages, and what chats and
terminals make of them; each with the values that have to be read. `lax`: it may be refused instead, or read in part;
`refuse`: too much is missing; `two`: two requests, of which nobody can say which one is meant.
"""

from __future__ import annotations

import base64
import json

from unseen_other_client import build, frame, signed

s = build(4242, {})
o = build(777, {})
o_req = o.request
REQ, PERM, TEMP, BLOB, PKT = s.request, s.perm, s.temp, s.blob, s.packet
SES, MID, NOW_ = signed(s.session), signed(s.msg_id), s.now
full = {"request": REQ, "perm_key": PERM, "temp_key": TEMP, "session_id": SES, "msg_id": MID}
keys = f"perm_auth_key: {PERM.hex()}\ntemp_auth_key: {TEMP.hex()}\n"
ids = f"session_id: {SES}\nmsg_id: {MID}\n"
tail = keys + ids


def hx(b, n=2, sep=" "):
    h = b.hex()
    return sep.join(h[i : i + n] for i in range(0, len(h), n))


def wire(b, off=0):  # Wireshark copy as hex dump
    return "\n".join(f"{off + i:04x}   {b[i : i + 16].hex(' ')}" for i in range(0, len(b), 16))


def wire_ascii(b):
    return "\n".join(
        f"{i:04x}   {b[i : i + 16].hex(' '):<47}   {''.join(chr(c) if 32 <= c < 127 else '.' for c in b[i : i + 16])}"
        for i in range(0, len(b), 16)
    )


FORMS = []


def pasted(name, text, want=full, **o):
    FORMS.append((name, text, want, o))


def halves(data):
    return tuple(int.from_bytes(data[i : i + 4], "little", signed=True) for i in (0, 4))


# --- logs of clients
pasted(
    "tdlib log",
    f"""[ 4][t 6][1794000001.123456789][SessionConnection.cpp:812][#5][!Session:2:main][&mtproto]\tSend query to \
dc2 auth.bindTempAuthKey [msg_id:{MID:x}] [seq_no:1] [session_id:{SES & (2**64 - 1):x}]
[ 4][t 6][1794000001.123556789][Session.cpp:990]\tbindTempAuthKey request {REQ.hex()}
[ 4][t 6][1794000001.223456789][Session.cpp:1011]\tperm_auth_key: {PERM.hex()}
[ 4][t 6][1794000001.223456789][Session.cpp:1012]\ttemp_auth_key: {TEMP.hex()}
[ 1][t 6][1794000001.323456789][Session.cpp:620]\tFailed to bind: [Error : 400 : ENCRYPTED_MESSAGE_INVALID]
""",
)
pasted(
    "tdlib short",
    (
        f"[ 3][t 2][1794000000.5][Net.cpp:1]\trequest={REQ.hex()} perm_auth_key={PERM.hex()} \
temp_auth_key={TEMP.hex()} "
        f"session_id={SES} msg_id={MID}\n"
    ),
)
pasted(
    "mtcute log",
    f"""2026-11-07T10:00:00.000Z [DBG] [session] bindTempAuthKey: msg_id = {MID}, session_id = {SES}
2026-11-07T10:00:00.001Z [VRB] [conn] >>> auth.bindTempAuthKey request = {REQ.hex()}
2026-11-07T10:00:00.002Z [DBG] [auth] permAuthKey = {PERM.hex()}
2026-11-07T10:00:00.003Z [DBG] [auth] tempAuthKey = {TEMP.hex()}
2026-11-07T10:00:00.300Z [ERR] [conn] rpc_error: 400 ENCRYPTED_MESSAGE_INVALID
""",
)
pasted(
    "mtcute log with Uint8Array",
    f"""[DBG] bind: {{
  request: Uint8Array(132) [ {", ".join(map(str, REQ))} ],
  permAuthKey: Uint8Array(256) [ {", ".join(map(str, PERM))} ],
  tempAuthKey: Uint8Array(256) [ {", ".join(map(str, TEMP))} ],
  sessionId: {SES}n,
  msgId: {MID}n
}}
""",
)
pasted(
    "mtcute Long",
    f"""{{ request: '{REQ.hex()}', permAuthKey: '{PERM.hex()}', tempAuthKey: '{TEMP.hex()}',
  sessionId: Long {{ low: {halves(s.session)[0]}, high: {halves(s.session)[1]}, unsigned: false }},
  msgId: Long {{ low: {halves(s.msg_id)[0]}, high: {halves(s.msg_id)[1]}, unsigned: false }} }}
""",
)
pasted(
    "gotd zap console",
    f"""2026-11-07T10:00:00.000Z\tDEBUG\tconn.mtproto\tmtproto/bind.go:44\tBinding temporary \
key\t{{"session_id": {SES}, "msg_id": {MID}, "request": "{REQ.hex()}"}}
2026-11-07T10:00:00.100Z\tDEBUG\tconn.mtproto\tmtproto/bind.go:50\tkeys\t{{"perm_auth_key": "{PERM.hex()}", \
"temp_auth_key": "{TEMP.hex()}"}}
2026-11-07T10:00:00.200Z\tERROR\tconn.mtproto\tmtproto/bind.go:60\tbind \
failed\t{{"error": "rpc error code 400: ENCRYPTED_MESSAGE_INVALID"}}
""",
)
pasted(
    "gotd zap json lines",
    "\n".join(
        json.dumps(x)
        for x in (
            {
                "level": "debug",
                "ts": 1794000000.5,
                "msg": "bind",
                "request": REQ.hex(),
                "session_id": SES,
                "msg_id": MID,
            },
            {
                "level": "debug",
                "ts": 1794000000.6,
                "msg": "keys",
                "perm_auth_key": PERM.hex(),
                "temp_auth_key": TEMP.hex(),
            },
            {"level": "error", "ts": 1794000000.9, "msg": "ENCRYPTED_MESSAGE_INVALID"},
        )
    ),
)
pasted(
    "gotd json base64",
    "\n".join(
        json.dumps(x)
        for x in (
            {
                "level": "debug",
                "msg": "bind",
                "request": base64.b64encode(REQ).decode(),
                "session_id": SES,
                "msg_id": MID,
            },
            {"perm_auth_key": base64.b64encode(PERM).decode(), "temp_auth_key": base64.b64encode(TEMP).decode()},
        )
    ),
)
pasted(
    "telethon log",
    f"""DEBUG:telethon.network.mtprotosender:Encrypting 1 message(s) in {len(REQ)} bytes for sending
DEBUG:telethon.network.mtprotosender:request={REQ!r}
DEBUG:bind:perm_auth_key={PERM!r}
DEBUG:bind:temp_auth_key={TEMP!r}
DEBUG:bind:session_id={SES} msg_id={MID}
telethon.errors.rpcbaseerrors.BadRequestError: RPCError 400: ENCRYPTED_MESSAGE_INVALID \
(caused by BindTempAuthKeyRequest)
""",
)
pasted(
    "telethon to_dict",
    f"""BindTempAuthKeyRequest(perm_auth_key_id={signed(s.perm_id)}, nonce={signed(s.nonce)}, \
expires_at=datetime.datetime(2026, 11, 8), encrypted_message={BLOB!r})
perm_auth_key = {PERM!r}
temp_auth_key = {TEMP!r}
session_id = {SES}
msg_id = {MID}
""",
    {
        "encrypted_message": BLOB,
        "perm_key": PERM,
        "temp_key": TEMP,
        "session_id": SES,
        "msg_id": MID,
        "nonce": signed(s.nonce),
    },
)
pasted(
    "pyrogram log",
    (
        f"2026-11-07 10:00:00,001 pyrogram.session: Sent: request={REQ.hex()}\n"
        f"2026-11-07 10:00:00,002 auth: perm_auth_key={PERM.hex()}\n"
        f"2026-11-07 10:00:00,003 auth: temp_auth_key={TEMP.hex()}\n"
        f"2026-11-07 10:00:00,004 session: session_id={SES}\n"
        f"2026-11-07 10:00:00,005 session: msg_id={MID}\n"
    ),
)
pasted(
    "rust env_logger",
    (
        f"[2026-11-07T10:00:00Z DEBUG grammers_mtproto] request = {list(REQ)}\n"
        f"[2026-11-07T10:00:00Z DEBUG grammers_mtproto] perm_auth_key = {list(PERM)}\n"
        f"[2026-11-07T10:00:00Z DEBUG grammers_mtproto] temp_auth_key = {list(TEMP)}\n"
        f"[2026-11-07T10:00:00Z DEBUG x] session_id = {SES}\n"
        f"[2026-11-07T10:00:00Z DEBUG x] msg_id = {MID}\n"
    ),
)
pasted(
    "rust dbg",
    "[src/bind.rs:12] request = [\n"
    + "".join(f"    {c},\n" for c in REQ)
    + "]\n[src/bind.rs:13] perm_auth_key = [\n"
    + "".join(f"    {c},\n" for c in PERM)
    + "]\n[src/bind.rs:14] temp_auth_key = [\n"
    + "".join(f"    {c},\n" for c in TEMP)
    + f"]\n[src/bind.rs:15] session_id = {SES}\n[src/bind.rs:16] msg_id = {MID}\n",
)
pasted(
    "rust {:x?}",
    (
        f"request = [{', '.join(f'{c:x}' for c in REQ)}]\n"
        f"perm_auth_key = [{', '.join(f'{c:x}' for c in PERM)}]\n"
        f"temp_auth_key = [{', '.join(f'{c:x}' for c in TEMP)}]\n"
        f"{ids}"
    ),
)
pasted(
    "rust {:#04x?}",
    (
        f"request = [{', '.join(f'0x{c:02x}' for c in REQ)}]\n"
        f"perm_auth_key = [{', '.join(f'0x{c:02x}' for c in PERM)}]\n"
        f"temp_auth_key = [{', '.join(f'0x{c:02x}' for c in TEMP)}]\n"
        f"{ids}"
    ),
)
pasted(
    "rust const",
    (
        f"const REQUEST: [u8; 132] = [{', '.join(f'0x{c:02x}' for c in REQ)}];\n"
        f"const PERM_AUTH_KEY: [u8; 256] = [{', '.join(f'0x{c:02x}' for c in PERM)}];\n"
        f"let temp_auth_key: [u8; 256] = [{', '.join(f'{c}u8' for c in TEMP)}];\n"
        f"let session_id: i64 = {SES};\n"
        f"let msg_id: i64 = {MID};\n"
    ),
)
pasted(
    "rust hex literal",
    (
        f'let request = hex!("{REQ.hex()}");\n'
        f'let perm_auth_key = hex!("{PERM.hex()}");\n'
        f'let temp_auth_key = hex!("{TEMP.hex()}");\n'
        f"let session_id = {SES}i64;\n"
        f"let msg_id = {MID}_i64;\n"
    ),
)
pasted(
    "go %v",
    (
        f"request=[{' '.join(map(str, REQ))}]\n"
        f"perm_auth_key=[{' '.join(map(str, PERM))}]\n"
        f"temp_auth_key=[{' '.join(map(str, TEMP))}]\n"
        f"{ids}"
    ),
)
pasted(
    "go %#v",
    (
        f"request: []uint8{{{', '.join(hex(c) for c in REQ)}}}\n"
        f"perm_auth_key: []byte{{{', '.join(f'0x{c:x}' for c in PERM)}}}\n"
        f"temp_auth_key: []byte{{{', '.join(f'0x{c:x}' for c in TEMP)}}}\n"
        f"{ids}"
    ),
)
pasted(
    "go array",
    (
        f"var permAuthKey = [256]byte{{{', '.join(f'0x{c:02x}' for c in PERM)}}}\n"
        f"var tempAuthKey = [256]byte{{{', '.join(f'0x{c:02x}' for c in TEMP)}}}\n"
        f"var request = [132]byte{{{', '.join(f'0x{c:02x}' for c in REQ)}}}\n"
        f"var sessionID int64 = {SES}\n"
        f"var msgID int64 = {MID}\n"
    ),
)
pasted(
    "go %x with spaces",
    (f"request: {hx(REQ)}\nPermAuthKey: {hx(PERM)}\nTempAuthKey: {hx(TEMP)}\nSessionID: {SES}\nMsgID: {MID}\n"),
)
pasted(
    "go spew",
    "request: ([]uint8) (len=132 cap=144) {\n"
    + "\n".join(
        f" {i:08x}  {REQ[i : i + 8].hex(' ')}  {REQ[i + 8 : i + 16].hex(' ')}".ljust(60) + "|................|"
        for i in range(0, 132, 16)
    )
    + f"\n}}\n{tail}",
)
pasted(
    "c# array",
    (
        f"byte[] request = new byte[] {{ {', '.join(f'0x{c:02X}' for c in REQ)} }};\n"
        f"byte[] permAuthKey = new byte[256] {{ {', '.join(f'0x{c:02X}' for c in PERM)} }};\n"
        f"var tempAuthKey = new byte[] {{ {', '.join(map(str, TEMP))} }};\n"
        f"long sessionId = {SES}L;\n"
        f"long msgId = {MID}L;\n"
    ),
)
pasted(
    "c# BitConverter",
    (
        f"request: {hx(REQ, 2, '-').upper()}\n"
        f"perm_auth_key: {hx(PERM, 2, '-').upper()}\n"
        f"temp_auth_key: {hx(TEMP, 2, '-').upper()}\n"
        f"{ids}"
    ),
)
pasted(
    "c# Convert.ToHexString",
    (
        f"Request: {REQ.hex().upper()}\n"
        f"PermAuthKey: {PERM.hex().upper()}\n"
        f"TempAuthKey: {TEMP.hex().upper()}\n"
        f"SessionId: {SES}\n"
        f"MsgId: {MID}\n"
    ),
)
pasted(
    "java signed bytes",
    (
        f"request = [{', '.join(str(c - 256 if c > 127 else c) for c in REQ)}]\n"
        f"permAuthKey = [{', '.join(str(c - 256 if c > 127 else c) for c in PERM)}]\n"
        f"tempAuthKey = [{', '.join(str(c - 256 if c > 127 else c) for c in TEMP)}]\n"
        f"sessionId = {SES}\n"
        f"msgId = {MID}\n"
    ),
)
pasted("java (byte) casts", f"byte[] request = {{ {', '.join(f'(byte) 0x{c:02x}' for c in REQ)} }};\n{tail}")
pasted(
    "kotlin byteArrayOf",
    (
        f"val request = byteArrayOf({', '.join(str(c - 256 if c > 127 else c) for c in REQ)})\n"
        f"val permAuthKey = byteArrayOf({', '.join(str(c - 256 if c > 127 else c) for c in PERM)})\n"
        f"val tempAuthKey = byteArrayOf({', '.join(str(c - 256 if c > 127 else c) for c in TEMP)})\n"
        f"val sessionId = {SES}L\n"
        f"val msgId = {MID}L\n"
    ),
)
pasted(
    "swift data",
    (
        f"let request = Data([{', '.join(f'0x{c:02x}' for c in REQ)}])\n"
        f"let permAuthKey: [UInt8] = [{', '.join(f'0x{c:02x}' for c in PERM)}]\n"
        f"let tempAuthKey: [UInt8] = [{', '.join(f'0x{c:02x}' for c in TEMP)}]\n"
        f"let sessionId: Int64 = {SES}\n"
        f"let msgId: Int64 = {MID}\n"
    ),
)
pasted(
    "ios NSData", (f"request: <{hx(REQ, 8)}>\nperm_auth_key: <{hx(PERM, 8)}>\ntemp_auth_key: <{hx(TEMP, 8)}>\n{ids}")
)
pasted(
    "ios NSData new",
    (
        f"request: {{length = 132, bytes = 0x{hx(REQ, 8)}}}\n"
        f"perm_auth_key: {{length = 256, bytes = 0x{hx(PERM, 8)}}}\n"
        f"temp_auth_key: {{length = 256, bytes = 0x{hx(TEMP, 8)}}}\n"
        f"{ids}"
    ),
)
pasted(
    "ios NSData shortened",
    (f"request: {{length = 132, bytes = 0x{REQ[:16].hex()} ... {REQ[-8:].hex()}}}\n{tail}"),
    {"perm_key": PERM, "temp_key": TEMP, "session_id": SES, "msg_id": MID},
    refuse=True,
)
pasted(
    "php bin2hex",
    (
        f"$request = hex2bin('{REQ.hex()}');\n"
        f"$perm_auth_key = hex2bin('{PERM.hex()}');\n"
        f'$temp_auth_key = hex2bin("{TEMP.hex()}");\n'
        f"$session_id = {SES};\n"
        f"$msg_id = {MID};\n"
    ),
)
pasted(
    "js Uint8Array",
    (
        f"const request = new Uint8Array([{', '.join(map(str, REQ))}])\n"
        f"const permAuthKey = Uint8Array.from([{', '.join(map(str, PERM))}])\n"
        f"let tempAuthKey = new Uint8Array([{', '.join(f'0x{c:02x}' for c in TEMP)}])\n"
        f"const sessionId = {SES}n\n"
        f"const msgId = {MID}n\n"
    ),
)
pasted(
    "js Buffer.from hex",
    (
        f"const request = Buffer.from('{REQ.hex()}', 'hex');\n"
        f"const permAuthKey = Buffer.from('{PERM.hex()}', 'hex');\n"
        f"const tempAuthKey = Buffer.from('{base64.b64encode(TEMP).decode()}', 'base64');\n"
        f"const sessionId = BigInt('{SES}');\n"
        f'const msgId = BigInt("{MID}");\n'
    ),
)
pasted(
    "js console shortened Buffer",
    f"request: <Buffer {hx(REQ[:50])} ... 82 more bytes>\n{tail}",
    {"perm_key": PERM, "temp_key": TEMP, "session_id": SES, "msg_id": MID},
    refuse=True,
)
pasted(
    "js console shortened Uint8Array",
    (f"request: Uint8Array(132) [\n  {', '.join(map(str, REQ[:100]))},\n  ... 32 more items\n]\n{tail}"),
    {"perm_key": PERM, "temp_key": TEMP, "session_id": SES, "msg_id": MID},
    refuse=True,
)
pasted("js object keys", f"request: {json.dumps({str(i): c for i, c in enumerate(REQ)})}\n{tail}")
pasted(
    "js typed JSON",
    json.dumps(
        {
            "request": {str(i): c for i, c in enumerate(REQ)},
            "permAuthKey": {"type": "Buffer", "data": list(PERM)},
            "tempAuthKey": {"type": "Buffer", "data": list(TEMP)},
            "sessionId": str(SES),
            "msgId": str(MID),
        }
    ),
)
# --- dumps
pasted("wireshark copy", (f"request:\n{wire(REQ)}\nperm_auth_key:\n{wire(PERM)}\ntemp_auth_key:\n{wire(TEMP)}\n{ids}"))
pasted(
    "wireshark with ascii",
    (f"request:\n{wire_ascii(REQ)}\nperm_auth_key:\n{wire_ascii(PERM)}\ntemp_auth_key:\n{wire_ascii(TEMP)}\n{ids}"),
)
pasted("wireshark escaped string", 'request: "' + "".join(f"\\x{c:02x}" for c in REQ) + '"\n' + tail)
pasted(
    "wireshark c array named",
    "/* Packet 12 */\nstatic const unsigned char pkt12[200] = {\n"
    + ",\n".join(", ".join(f"0x{c:02x}" for c in PKT[i : i + 8]) for i in range(0, 200, 8))
    + " };\n"
    + keys,
    {"packet": PKT, "perm_key": PERM, "temp_key": TEMP},
)
pasted(
    "wireshark follow tcp stream yaml",
    (
        "peers:\n"
        "  - peer: 0\n"
        "    host: 127.0.0.1\n"
        "    port: 4430\n"
        "packets:\n"
        "  - packet: 1\n"
        "    peer: 0\n"
        "    timestamp: 1794000000.1\n"
        "    data: !!binary |\n"
        "      "
    )
    + "\n      ".join(base64.b64encode(frame("intermediate", PKT)).decode()[i : i + 64] for i in range(0, 280, 64))
    + "\n"
    + keys,
    {"stream": frame("intermediate", PKT), "perm_key": PERM, "temp_key": TEMP},
)
pasted(
    "tcpdump -X",
    "10:00:00.123456 IP 127.0.0.1.5 > 127.0.0.1.443: Flags [P.], length 200\n"
    + "\n".join(f"\t0x{i:04x}:  {hx(PKT[i : i + 16], 4):<39}  ................" for i in range(0, 200, 16))
    + "\n"
    + keys,
    {"packet": PKT, "perm_key": PERM, "temp_key": TEMP},
    lax=True,
)
pasted(
    "gdb x/132xb",
    "request:\n"
    + "\n".join(f"0x7fffffffd{i:03x}:\t" + "\t".join(f"0x{c:02x}" for c in REQ[i : i + 8]) for i in range(0, 132, 8))
    + "\n"
    + tail,
)
pasted(
    "lldb memory read",
    "request:\n"
    + "\n".join(f"0x16fdff{i:03x}: {hx(REQ[i : i + 16])}  ................" for i in range(0, 132, 16))
    + "\n"
    + tail,
)
pasted("gdb print", f'request = "{"".join(chr(92) + f"{c:03o}" for c in REQ)}"\n{tail}', lax=True)
pasted(
    "od -tx1",
    "request:\n" + "\n".join(f"{i:07o} {hx(REQ[i : i + 16])}" for i in range(0, 132, 16)) + f"\n{132:07o}\n" + tail,
)
pasted(
    "od -Ax -tx1z",
    "request:\n"
    + "\n".join(f"{i:06x} {hx(REQ[i : i + 16]):<47}  >................<" for i in range(0, 132, 16))
    + f"\n{132:06x}\n"
    + tail,
)
pasted(
    "hexdump default (words)",
    "request:\n"
    + "\n".join(
        f"{i:07x} " + " ".join(f"{REQ[j + 1]:02x}{REQ[j]:02x}" for j in range(i, min(i + 16, 132), 2))
        for i in range(0, 132, 16)
    )
    + f"\n{132:07x}\n"
    + tail,
    full,
    words=True,
)
pasted(
    "xxd -p",
    "request:\n"
    + "\n".join(REQ.hex()[i : i + 60] for i in range(0, 264, 60))
    + "\nperm_auth_key:\n"
    + "\n".join(PERM.hex()[i : i + 60] for i in range(0, 512, 60))
    + "\ntemp_auth_key:\n"
    + "\n".join(TEMP.hex()[i : i + 60] for i in range(0, 512, 60))
    + "\n"
    + ids,
)
pasted(
    "xxd -i",
    "unsigned char request[] = {\n"
    + ",\n".join("  " + ", ".join(f"0x{c:02x}" for c in REQ[i : i + 12]) for i in range(0, 132, 12))
    + "\n};\nunsigned int request_len = 132;\n"
    + tail,
)
pasted(
    "windows format-hex",
    "request:\n           00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n\n"
    + "\n".join(f"{i:08X}   {hx(REQ[i : i + 16]).upper()}  ................" for i in range(0, 132, 16))
    + "\n"
    + tail,
)
pasted(
    "certutil -encodehex",
    "request:\n"
    + "\n".join(
        f"{i:04x}\t{hx(REQ[i : i + 8])}  {hx(REQ[i + 8 : i + 16])}   ................" for i in range(0, 132, 16)
    )
    + "\n"
    + tail,
)
pasted(
    "certutil base64",
    "request:\n-----BEGIN CERTIFICATE-----\n"
    + "\n".join(base64.b64encode(REQ).decode()[i : i + 64] for i in range(0, 176, 64))
    + "\n-----END CERTIFICATE-----\n"
    + tail,
    lax=True,
)
pasted(
    "emacs hexl",
    "request:\n"
    + "\n".join(f"{i:08x}: {hx(REQ[i : i + 16], 4):<39}  ................" for i in range(0, 132, 16))
    + "\n"
    + tail,
)
# --- encodings
pasted("utf16le bom", (f"request: {REQ.hex()}\n" + tail).encode("utf-16"))
pasted("utf16be bom", b"\xfe\xff" + (f"request: {REQ.hex()}\n" + tail).encode("utf-16-be"))
pasted("utf16le no bom", (f"request: {REQ.hex()}\n" + tail).encode("utf-16-le"))
pasted("utf8 bom crlf", b"\xef\xbb\xbf" + (f"request: {REQ.hex()}\r\n" + tail.replace("\n", "\r\n")).encode())
pasted("cr only", (f"request: {REQ.hex()}\n" + tail).replace("\n", "\r"))
pasted(
    "nbsp and typographic",
    (
        f"request:\u00a0{REQ.hex()}\n"
        f"“perm_auth_key”: “{PERM.hex()}”\n"
        f"‘temp_auth_key’: ‘{TEMP.hex()}’\n"
        f"session_id: \u2212{-SES}\n"
        f"msg_id: {MID}\n"
    )
    if SES < 0
    else (f"request:\u00a0{REQ.hex()}\n“perm_auth_key”: “{PERM.hex()}”\n‘temp_auth_key’: ‘{TEMP.hex()}’\n{ids}"),
)
pasted("zero width", f"request: {REQ.hex()[:100]}\u200b{REQ.hex()[100:]}\n{tail}", lax=True)
pasted("markdown fence", f"Hi, my bind is refused:\n\n```\nrequest: {REQ.hex()}\n{tail}```\n\nThanks!")
pasted("markdown quote", "".join(f"> {each}\n" for each in (f"request: {REQ.hex()}\n{tail}").splitlines()))
pasted(
    "email quoted printable",
    ("request: " + "=\n".join(REQ.hex()[i : i + 70] for i in range(0, 264, 70)) + "\n" + tail),
    lax=True,
)
pasted(
    "html pre",
    (f"<pre>request: {REQ.hex()}\nperm_auth_key: {PERM.hex()}\ntemp_auth_key: {TEMP.hex()}\n{ids}</pre>"),
    lax=True,
)
pasted(
    "bullet list",
    (
        f"- request: {REQ.hex()}\n"
        f"- perm_auth_key: {PERM.hex()}\n"
        f"- temp_auth_key: {TEMP.hex()}\n"
        f"- session_id: {SES}\n"
        f"- msg_id: {MID}\n"
    ),
)
pasted(
    "json with comments",
    f"""{{
  // the request
  "request": "{REQ.hex()}", /* 132 */
  "perm_auth_key": "{PERM.hex()}",
  # python comment
  "temp_auth_key": "{TEMP.hex()}",
  "session_id": "{SES}",
  "msg_id": {MID}, // outer
}}
""",
)
pasted(
    "json5 single quotes",
    f"{{request: '{REQ.hex()}', perm_auth_key: '{PERM.hex()}', temp_auth_key: '{TEMP.hex()}', "
    f"session_id: '{SES}', msg_id: '{MID}',}}",
)
pasted(
    "json nested",
    json.dumps(
        {
            "outer": {"session_id": str(SES), "msg_id": str(MID)},
            "keys": {"perm_auth_key": PERM.hex(), "temp_auth_key": TEMP.hex()},
            "call": {"method": "auth.bindTempAuthKey", "request": REQ.hex()},
        }
    ),
)
pasted(
    "json rounded ids",
    (
        f'{{"request": "{REQ.hex()}", "perm_auth_key": "{PERM.hex()}", "temp_auth_key": "{TEMP.hex()}",'
        f' "session_id": {float(SES)!r}, "msg_id": {float(MID)!r}}}'
    ),
    {"request": REQ, "perm_key": PERM, "temp_key": TEMP},
    rounded=True,
)
pasted(
    "json truncated",
    json.dumps(
        {
            "request": REQ.hex(),
            "session_id": SES,
            "msg_id": MID,
            "perm_auth_key": PERM.hex(),
            "temp_auth_key": TEMP.hex(),
        }
    )[:-40],
    {"request": REQ, "perm_key": PERM, "session_id": SES, "msg_id": MID},
    cut=True,
)
pasted(
    "python dict repr",
    repr({"request": REQ, "perm_auth_key": PERM, "temp_auth_key": TEMP, "session_id": SES, "msg_id": MID}),
)
pasted(
    "python bytearray",
    (
        f"request = {bytearray(REQ)!r}\n"
        f"perm_auth_key = {bytearray(PERM)!r}\n"
        f"temp_auth_key = {bytearray(TEMP)!r}\n"
        f"session_id = {SES}\n"
        f"msg_id = {MID}\n"
    ),
)
pasted(
    "python multi line bytes",
    "request = (" + "\n    ".join(repr(REQ[i : i + 16]) for i in range(0, 132, 16)) + ")\n" + tail,
)
pasted("python list", f"request = bytes({list(REQ)})\n{tail}")
pasted(
    "pytest diff",
    (
        f"E   request: {REQ.hex()}\n"
        f"E   perm_auth_key: {PERM.hex()}\n"
        f"E   temp_auth_key: {TEMP.hex()}\n"
        f"E   session_id: {SES}\n"
        f"E   msg_id: {MID}\n"
    ),
    lax=True,
)
# --- half logs, two requests, cut lines
pasted("two requests, last with keys", f"request: {o_req.hex()}\nrequest: {REQ.hex()}\n{tail}", full, two=True)
pasted(
    "two requests in a log",
    (
        f"10:00:01 bind request={o_req.hex()} msg_id={signed(o.msg_id)}\n"
        f"10:00:02 bind request={REQ.hex()} msg_id={MID}\n"
        f"{keys}session_id: {SES}\n"
    ),
    full,
    two=True,
)
pasted("same request twice", f"request: {REQ.hex()}\nrequest: {REQ.hex()}\n{tail}")
pasted(
    "request cut by the terminal",
    f"request: {REQ.hex()[:120]}\n{tail}",
    {"perm_key": PERM, "temp_key": TEMP, "session_id": SES, "msg_id": MID},
    cut=True,
)
pasted(
    "request cut with dots",
    f"request: {REQ.hex()[:120]}...\n{tail}",
    {"perm_key": PERM, "temp_key": TEMP, "session_id": SES, "msg_id": MID},
    refuse=True,
)
pasted(
    "request odd digits",
    f"request: {REQ.hex()[:-1]}\n{tail}",
    {"perm_key": PERM, "temp_key": TEMP, "session_id": SES, "msg_id": MID},
    refuse=True,
)
pasted(
    "key cut",
    (f"request: {REQ.hex()}\nperm_auth_key: {PERM.hex()[:400]}\ntemp_auth_key: {TEMP.hex()}\n{ids}"),
    {"request": REQ, "temp_key": TEMP, "session_id": SES, "msg_id": MID},
    refuse=True,
)
pasted(
    "half a log: nothing before the answer",
    f"perm_auth_key: {PERM.hex()}\nanswer: 400 ENCRYPTED_MESSAGE_INVALID\n",
    {"perm_key": PERM},
)
pasted(
    "wrapped at 80",
    "\n".join((f"request: {REQ.hex()}")[i : i + 80] for i in range(0, 280, 80))
    + "\n"
    + "\n".join((f"perm_auth_key: {PERM.hex()}")[i : i + 80] for i in range(0, 540, 80))
    + f"\ntemp_auth_key: {TEMP.hex()}\n{ids}",
)
pasted(
    "line continuation", "request: " + " \\\n    ".join(REQ.hex()[i : i + 64] for i in range(0, 264, 64)) + "\n" + tail
)
pasted(
    "shell exports",
    (
        f"export REQUEST={REQ.hex()}\n"
        f"export PERM_AUTH_KEY='{PERM.hex()}'\n"
        f'export TEMP_AUTH_KEY="{TEMP.hex()}"\n'
        f"export SESSION_ID={SES}\n"
        f"export MSG_ID={MID}\n"
    ),
)
pasted(
    "ini",
    (
        f"[bind]\n"
        f"request = {REQ.hex()}\n"
        f"perm_auth_key = {PERM.hex()}\n"
        f"temp_auth_key = {TEMP.hex()}\n"
        f"session_id = {SES}\n"
        f"msg_id = {MID}\n"
    ),
)
pasted(
    "toml",
    (
        f'request = "{REQ.hex()}"\n'
        f"[keys]\n"
        f'perm_auth_key = "{PERM.hex()}"\n'
        f'temp_auth_key = "{TEMP.hex()}"\n'
        f"[outer]\n"
        f"session_id = {SES}\n"
        f"msg_id = {MID}\n"
    ),
)
pasted(
    "yaml",
    (
        f"request: >-\n"
        f"  {REQ.hex()[:132]}\n"
        f"  {REQ.hex()[132:]}\n"
        f"keys:\n"
        f"  perm_auth_key: {PERM.hex()}\n"
        f"  temp_auth_key: {TEMP.hex()}\n"
        f"session_id: {SES}\n"
        f"msg_id: {MID}\n"
    ),
)
pasted(
    "csv of name,value",
    (f"request,{REQ.hex()}\nperm_auth_key,{PERM.hex()}\ntemp_auth_key,{TEMP.hex()}\nsession_id,{SES}\nmsg_id,{MID}\n"),
    lax=True,
)
pasted(
    "ids little endian hex",
    (f"request: {REQ.hex()}\n{keys}session_id: {s.session.hex()}\nmsg_id: {s.msg_id.hex()}\n"),
    lax=True,
)
pasted("ids 0x number", (f"request: {REQ.hex()}\n{keys}session_id: 0x{SES & (2**64 - 1):016x}\nmsg_id: 0x{MID:x}\n"))
pasted("ids grouped", f"request: {REQ.hex()}\n{keys}session_id: {SES:_}\nmsg_id: {MID:,}\n", lax=True)
pasted("percent encoded", "request: " + "".join(f"%{c:02x}" for c in REQ) + "\n" + tail, lax=True)
pasted(
    "strace",
    'sendto(5, "' + "".join(f"\\x{c:02x}" for c in PKT) + '", 200, 0, NULL, 0) = 200\n' + keys,
    {"packet": PKT, "perm_key": PERM, "temp_key": TEMP},
    lax=True,
)
pasted(
    "colored terminal",
    (
        f"\x1b[32mrequest\x1b[0m: \x1b[1m{REQ.hex()}\x1b[0m\n"
        f"\x1b[32mperm_auth_key\x1b[0m: {PERM.hex()}\n"
        f"\x1b[32mtemp_auth_key\x1b[0m: {TEMP.hex()}\n"
        f"{ids}"
    ),
    lax=True,
)
