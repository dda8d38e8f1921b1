"""What was corrected, compared, rounded or cut before it was pasted: the value that was sent is read, or none, aloud;
and kinds of dumps and literals that no other author of forms had pasted."""

from __future__ import annotations

import base64
import gzip
import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from mtlib import diagnose, read_patient
from mtlib.clinic.capture import read_capture
from mtlib.clinic.reading import read, read_keys
from mtlib.clinic.text_bytes import bytes_in
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from unseen_forms import ALL, IDS, KEYS, MSG_ID, PACKET, PERM, REQUEST, SESSION, TEMP, letters, rows

OLD = MSG_ID - (60 << 32)
OTHER = REQUEST[:-20] + bytes(17) + REQUEST[-3:]
VALUES = {"request": REQUEST, "perm_auth_key": PERM, "temp_auth_key": TEMP}
SENT = f"request: {REQUEST.hex()}\n"
HEAD = f"{SENT}{KEYS}session_id: {SESSION}\n"
WITHOUT = f"{KEYS}session_id: {SESSION}\nmsg_id: {MSG_ID}\n"


def under(form: Callable[[bytes], str], ids: str = IDS) -> str:
    return "".join(f"{name}: {form(data)}\n" for name, data in VALUES.items()) + ids


def rounded(number: int) -> int:
    """As JavaScript prints it: the shortest digits of a double, and zeros."""
    digits, power = f"{float(abs(number))!r}".split("e+")
    text = digits.replace(".", "")
    return (1 - 2 * (number < 0)) * int(text) * 10 ** (int(power) - len(text) + 1)


def dump(cell: Callable[[int], str], wide: int = 1, foot: str = "7x", at: str = "7x") -> Callable[[bytes], str]:
    """A dump as od and hexdump print it; the numbers have their low byte first."""
    return lambda data: "\n" + "".join(
        f"{first:0{at}} " + " ".join(cell(int.from_bytes(part[i : i + wide], "little"))
                                      for i in range(0, len(part), wide)) + "\n"
        for first, part in rows(data)) + f"{len(data):0{foot}}"  # fmt: skip


def character(octet: int) -> str:
    return {0: " \\0", 7: " \\a", 8: " \\b", 9: " \\t", 10: " \\n", 11: " \\v", 12: " \\f", 13: " \\r"}.get(
        octet, f"{chr(octet):>3}" if 32 <= octet < 127 else f"{octet:03o}")  # fmt: skip


def quoted_by_go(data: bytes) -> str:
    text = data.decode("utf-8", "surrogateescape")
    return '"' + "".join(
        f"\\x{ord(c) & 255:02x}" if 0xDC80 <= ord(c) < 0xDD00 or ord(c) < 32 or ord(c) == 127 else
        "\\" + c if c in '"\\' else c for c in text) + '"'  # fmt: skip


def by_tdlib(data: bytes) -> str:
    words = [data[at : at + 4][::-1].hex() for at in range(0, len(data), 4)]
    return "\n".join(" ".join(words[at : at + 16]) for at in range(0, len(words), 16)) + "\n"


def by_frida(data: bytes) -> str:
    return "\n" + "\n".join(f"{0x7F2000 + at:08x}  {part.hex(' '):47}  {letters(part)}" for at, part in rows(data))


WITH_SIGN = bytes.fromhex("41" * 15 + "3d") + PERM[16:]
"""A key whose first row ends with the sign =, as a line of mail does that goes on."""
UTF_8 = "é「😀".encode() + PERM[9:]
FIELDS: dict[str, Any] = {**{name: data.hex() for name, data in VALUES.items()}, "session_id": str(SESSION),
                          "msg_id": str(MSG_ID)}  # fmt: skip
READ = {
    "struck out in Markdown": f"{HEAD}msg_id: ~~{OLD}~~ {MSG_ID}\n",
    "struck out in a chat": f"{HEAD}msg_id: ~{OLD}~ {MSG_ID}\n",
    "struck out in HTML": f"{HEAD}msg_id: <del>{OLD}</del> <ins>{MSG_ID}</ins>\n",
    "struck out letter by letter": f"{HEAD}msg_id: {''.join(c + chr(0x336) for c in str(OLD))} {MSG_ID}\n",
    "a diff": f"@@ -1,5 +1,5 @@\n {SENT}-msg_id: {OLD}\n+msg_id: {MSG_ID}\n-session_id: 5\n+session_id: {SESSION}\n"
              f"{KEYS}",
    "a diff in a fence": f"{KEYS}```diff\n-request: {OTHER.hex()}\n+{SENT} session_id: {SESSION}\n-msg_id: {OLD}\n"
                         f"+msg_id: {MSG_ID}\n```\n",
    "what a test expected": f"{WITHOUT}    Expected: \"{OTHER.hex()}\"\n    Received: \"{REQUEST.hex()}\"\n",
    "what a test wanted": f"{WITHOUT}got:  {REQUEST.hex()}\nwant: {OTHER.hex()}\n",
    "another's name": f"old msg_id: {OLD}\nnext msg_id: {MSG_ID + 4}\n{HEAD}msg_id: {MSG_ID}\n",
    "TDLib": f"[ 4][t 7][1790000013.1][Transport.cpp:305][!Session][&raw_mtproto]\tSend packet of size 148:\n"
             f"{by_tdlib(struct.pack('<qii', MSG_ID, 1, len(REQUEST)) + REQUEST)}{KEYS}session_id: {SESSION}\n",
    "od -c": under(dump(character, foot="7o", at="7o")),
    "hexdump -c": under(dump(character)),
    "hexdump -b": under(dump("{:03o}".format)),
    "hexdump -o": under(dump(" {:06o}".format, 2)),
    "Go's %q": under(quoted_by_go),
    "hex of Pascal": under(lambda data: f"({', '.join(f'${x:02X}' for x in data)})"),
    "hex of Ada": under(lambda data: f"({', '.join(f'16#{x:02X}#' for x in data)})"),
    "F#": under(lambda data: f"[|{'; '.join(f'{x}uy' for x in data)}|]"),
    "CSV with doubled quotes": 'at,message\n7,"' + json.dumps(FIELDS).replace('"', '""') + '"\n',
    "names and values": json.dumps([{"name": name, "value": value} for name, value in FIELDS.items()]),
    "attributes of a trace": json.dumps([{"key": name, "value": {"stringValue": it}} for name, it in FIELDS.items()]),
    "values of a database": json.dumps({
        name: {"$numberLong": it} if name.endswith("id") else {"$binary": {"base64": it, "subType": "00"}}
        for name, it in FIELDS.items()}),
    "a dump in a string": json.dumps({**FIELDS, "request": by_frida(REQUEST)[1:]}),
    "a text in a string": json.dumps({
        "body": f"Refused:\nanswer: 400 MSG_ID_INVALID; why?\nperm_key:\n{PERM.hex()}\n{WITHOUT}{SENT}", "likes": 5}),
}  # fmt: skip


def _plain(value: Any) -> Any:
    return getattr(value, "given", value)


@pytest.mark.parametrize("name", READ)
def test_what_was_sent_is_read(name: str) -> None:
    got = read_patient(READ[name])
    assert {each: _plain(got[each]) for each in ALL if each in got} == ALL
    assert diagnose(**{**got, "answer": None}).name in {"healthy", "nothing_wrong_so_far"}


@pytest.mark.parametrize("key", [WITH_SIGN, UTF_8])
def test_letters_of_a_dump_and_characters_of_go_are_bytes(key: bytes) -> None:
    for form in (by_frida, quoted_by_go):
        assert _plain(read_patient(f"perm_auth_key: {form(key)}\n{IDS}")["perm_key"]) == key


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (f"msg_id: {OLD} -> {MSG_ID}", "two values of msg_id with an arrow between them, passed over"),
        (f"msg_id: {str(MSG_ID)[:12]}…", "msg_id is no whole number, passed over"),
        (f"msg_id: {str(MSG_ID)[:12]}...", "msg_id is no whole number, passed over"),
        (f"msg_id: {str(MSG_ID)[:8]}***********", "msg_id is no whole number, passed over"),
        (f"msg_id: {MSG_ID}-", "msg_id is no whole number, passed over"),
        (f"msg_id: [2026-11-28 05:00:01] {MSG_ID}", "a date or several numbers, passed over"),
        (f"msg_id\t{OLD}\t{MSG_ID}", "a date or several numbers, passed over"),
        (f"msg_id {OLD} was replaced by {MSG_ID}", "msg_id has no number behind its name"),
    ],
)
def test_a_value_that_is_not_whole_or_not_one_is_left_out_aloud(written: str, said: str) -> None:
    got = read_patient(f"{HEAD}{written}\n")
    assert "msg_id" not in got
    assert any(said in note for note in got.notes), got.notes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{WITHOUT}  left: \"{REQUEST.hex()}\"\n right: \"{OTHER.hex()}\"\nassertion failed\n", "request is compared"),
        (f"{WITHOUT}- '{REQUEST.hex()}'\n+ '{OTHER.hex()}'\nassertEqual\n", "request is compared"),
        (f"field\tworks\tfails\nrequest\t{OTHER.hex()}\t{REQUEST.hex()}\n{WITHOUT}",
         "request has two values, side by side"),
    ],
)  # fmt: skip
def test_of_two_values_none_is_taken(text: str, said: str) -> None:
    with pytest.raises(LocalError, match=said):
        read_patient(text)


@pytest.mark.parametrize("sign", [" ", ", ", " | "])
def test_two_values_side_by_side_are_not_one(sign: str) -> None:
    for one, other in ((REQUEST.hex(), OTHER.hex()), (base64.b64encode(each).decode() for each in (REQUEST, OTHER))):
        with pytest.raises(LocalError, match=r"several values side by side|compared with another"):
            read_patient(f"expected, got\nrequest: {one}{sign}{other}\n")


def test_the_lines_of_a_followed_stream_are_not_one_value() -> None:
    for head in (b"\xee" * 4 + len(PACKET).to_bytes(4, "little"), bytes([0xEF, len(PACKET) // 4])):
        got = read_patient(f"{(head + PACKET).hex()}\n{PACKET[:60].hex()}\n{KEYS}")
        assert got.get("stream", head + got.get("packet", b"")) == head + PACKET


def test_values_behind_an_answer_in_its_line_are_read() -> None:
    got = read_patient(f"[error] bind failed error=EXPIRES_AT_INVALID msg_id={MSG_ID} request={REQUEST.hex()}\n")
    assert got == {"answer": "EXPIRES_AT_INVALID", "msg_id": MSG_ID, "request": REQUEST}


@pytest.mark.parametrize("written", ["<8 bytes {}>", "8 bytes: {}", "8 bytes {}", "(8) {}", "8 {}"])
def test_a_count_before_the_bytes_of_an_id_is_not_the_id(written: str) -> None:
    octets = struct.pack("<q", SESSION).hex()
    assert read_patient(f"{SENT}session_id: {written.format(octets)}\n")["session_id"] == SESSION
    got = read_patient(f"{SENT}session_id: 8 bytes\n")
    assert "session_id" not in got and got.notes == ("line 2: session_id has no number behind its name",)


def test_numbers_with_a_sign_are_no_hex() -> None:
    assert bytes_in("-1234567890 1234567890 -234567 12345678")[0] is None
    assert bytes_in("-05-2A-D4-CD 05-2A-D4-CD")[0] == REQUEST[:4] * 2


def test_numbers_without_their_last_digits_accuse_nobody() -> None:
    got = read_patient(f"{SENT}{KEYS}session_id: {rounded(SESSION)}\nmsg_id: {rounded(MSG_ID)}\n")
    assert got["msg_id"] == rounded(MSG_ID) != MSG_ID
    assert sum("ends in zeros, as if JavaScript or a spreadsheet had rounded it" in note for note in got.notes) == 2
    assert diagnose(**got).name == "nothing_wrong_so_far"
    for wrong in (rounded(OLD), MSG_ID >> 32 << 32, 1790000000 << 32):  # whole seconds have all their digits
        assert "fresh_msg_id_inside" in [each.name for each in diagnose(**{**got, "msg_id": wrong}).findings]


def test_a_number_that_is_exactly_a_double_may_have_lost_its_last_digits() -> None:
    said = "is exactly what a floating-point number holds, as if JavaScript or a spreadsheet had rounded it"
    for number in (int(float(MSG_ID)), int(float(OLD))):
        assert any(f"msg_id {said}" in note for note in read(f"{HEAD}msg_id: {number}\n").notes)
    held = next(number for number in range(MSG_ID >> 10 << 10, 1 << 63, 1024) if number % 1000 == 0)
    got = read_patient(f"{HEAD}msg_id: {held}\n")
    assert got["msg_id"] == held and not got["msg_id"].rounds(held + 4)
    for number in (MSG_ID, MSG_ID >> 32 << 32, 1790000000 << 32, 1 << 54):  # whole seconds are no accident
        assert not any(said in note for note in read(f"{HEAD}msg_id: {number}\n").notes)


@pytest.mark.parametrize("line", [
    "retrying with new msg_id {}", "12:00:01 DEBUG retrying with new msg_id {}", "ack for msg_id {}", "acks msg_id={}",
    "[DEBUG] ack for msg_id={}",
])  # fmt: skip
def test_the_msg_id_of_another_message_is_not_taken(line: str) -> None:
    got = read_patient(HEAD + line.format(MSG_ID + 4) + "\n")
    assert "msg_id" not in got
    assert read_patient(f"{HEAD}new session_id {SESSION}\n")["session_id"] == SESSION


def test_what_is_said_of_a_temporary_key_is_not_what_the_exchange_promised() -> None:
    got = read_patient(f"{HEAD}temp key expires_at: 1790000000\nkey_expires_at: 1790000007\n")
    assert got["key_expires_at"] == 1790000007
    got = read_patient(f"{HEAD}temp key expires_at: 1790000000\n")
    assert not {"key_expires_at", "expires_at"} & got.keys()
    assert any("`temp key expires_at` is not known" in note for note in got.notes)


@pytest.mark.parametrize(("header", "sign"), [
    ("On Mon, 23 Nov 2026 at 10:00, Ann wrote:\n", "> "), ("Am 23.11.2026 schrieb Ann:\n\n", ">"),
    ("-----Original Message-----\nFrom: Ann\n", ""),
])  # fmt: skip
def test_of_an_older_mail_below_an_answer_nothing_but_keys_is_taken(header: str, sign: str) -> None:
    old = f"request: {OTHER.hex()}\nsession_id: 77\nmsg_id: {OLD}\nnonce: 5\n{KEYS}"
    quoted = "".join(f"{sign}{line}\n" for line in old.splitlines())
    got = read_patient(f"Again:\n{SENT}msg_id: {MSG_ID}\n\n{header}{quoted}")
    assert (got["request"], got["msg_id"], got["perm_key"].given) == (REQUEST, MSG_ID, PERM)
    assert not {"session_id", "nonce"} & got.keys()
    assert any("an older mail is quoted from here on" in note for note in got.notes)
    alone = read_patient(f"What is wrong here?\n\n{header}{quoted}")
    assert (alone["request"], alone["session_id"]) == (OTHER, 77)
    assert read_patient(f"{SENT}session_id:\n> {SESSION}\n> {KEYS}")["session_id"] == SESSION


def test_the_head_of_a_request_over_http_is_no_part_of_a_packet() -> None:
    head = b"POST /api HTTP/1.1\r\nHost: example.org\r\n\r\n"
    got = read_patient(head + REQUEST)
    assert got["request"] == REQUEST and "took it for HTTP" in got.notes[0]
    with pytest.raises(LocalError, match="compressed, by gzip"):
        read_patient(head + gzip.compress(REQUEST, mtime=0))


def test_the_last_attempt_is_judged_whatever_was_answered() -> None:
    refused = f"{SENT}msg_id: {MSG_ID}\nanswer: 400 ENCRYPTED_MESSAGE_INVALID\n"
    accepted = f"request: {OTHER.hex()}\nmsg_id: {OLD}\nanswer: boolTrue\n"
    for text, *last in ((accepted + refused, REQUEST, MSG_ID, "400 ENCRYPTED_MESSAGE_INVALID"),
                        (refused + accepted, OTHER, OLD, "boolTrue")):  # fmt: skip
        got = read_patient(KEYS + text)
        assert [got["request"], got["msg_id"], got["answer"]] == last
        assert any("2 attempts: the last is judged" in note for note in got.notes)


def test_of_several_errors_the_one_of_a_data_centre_is_the_answer() -> None:
    text = f"{HEAD}answer: 400 ENCRYPTED_MESSAGE_INVALID\nError: Not equal:\n"
    assert read_patient(text)["answer"] == "400 ENCRYPTED_MESSAGE_INVALID"


def test_a_line_of_a_key_log_may_have_a_comment_above_and_no_broken_key_is_one() -> None:
    lines = [f"{AuthKey(key).id_bytes.hex()} {key.hex()}" for key in (PERM, TEMP)]
    assert [key.data for key in read_keys(f"# perm\n{lines[0]}\n# temp\n{lines[1]}\n")] == [PERM, TEMP]
    with pytest.raises(LocalError, match="line 1: neither hex nor base64"):
        read_keys(f"{PERM.hex()[:-2]}xx\n{TEMP.hex()}\n")


def test_a_capture_of_the_first_bytes_of_packets_says_so() -> None:
    tcp = struct.pack(">HHIIBBHHH", 50000, 443, 1, 1, 5 << 4, 24, 65535, 0, 0)
    packet = struct.pack(">BBHHHBBH8x", 0x45, 0, 20 + len(tcp) + 200, 1, 0, 64, 6, 0) + tcp
    file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 40, 101) + struct.pack("<IIII", 7, 0, 40, 240) + packet
    assert any("cut short when they were captured" in note for note in read_capture(file).notes)


def test_what_is_said_shows_no_value() -> None:
    for text in READ.values():
        said = " ".join(read(text).notes)
        assert not any(key.hex()[at : at + 16] in said for key in (PERM, TEMP) for at in range(0, 496, 8))


@pytest.mark.parametrize("form", [
    bytes.hex, lambda key: key.hex(" "), lambda key: base64.b64encode(key).decode(), lambda key: str([*key]),
])  # fmt: skip
def test_a_key_behind_an_answer_is_not_shown_with_it(form: Callable[[bytes], str]) -> None:
    got = read_patient(f"{SENT}answer: 400 NO_SUCH_ERROR, the key {form(PERM)}\n")
    told = diagnose(**got)
    shown = f"{got!r} {told} {told.to_dict()} {diagnose(answer=f'400 key={form(PERM)}')}"
    assert "NO_SUCH_ERROR" in shown
    assert not any(form(PERM[at : at + 24]).strip("[]=b'\"")[:24] in shown for at in range(0, 232, 3))
