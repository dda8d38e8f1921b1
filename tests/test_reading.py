"""What people paste is read: every form, what was said about it, and that no word of it shows a key."""

from __future__ import annotations

import base64
import hashlib
import inspect
import re
import struct
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from large_texts import SHAPES, large, seconds
from mtlib.__main__ import main
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.names import ALIASES, NAMES
from mtlib.clinic.patient import GivenKey
from mtlib.clinic.pieces import COMPARED
from mtlib.clinic.reading import EXAMPLE, read, read_bytes, read_keys, read_patient
from mtlib.clinic.text_bytes import bytes_in
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from pasted import B64, B64_KEY, EXAMPLES, OURS, REFUSED, C, E, H, P, R, canonical, shark, wrapped, xxd
from test_corrected_forms import by_tdlib
from wrong_client import pattern

CANARIES = [
    form
    for key in (C.perm, C.temp)
    for at in range(0, 256, 8)
    for form in (key[at : at + 8].hex(), repr(key[at : at + 8])[2:-1])
]


def canaries(text: str) -> list[str]:
    return [each for each in CANARIES if each in text]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_form_is_understood_and_said(name: str) -> None:
    example = EXAMPLES[name]
    facts = read_patient(example.data)
    plain = {key: bytes(value.given) if isinstance(value, GivenKey) else value for key, value in facts.items()}
    if "other_keys" in plain:
        plain["other_keys"] = [key.given for key in plain["other_keys"]]
    assert plain == example.values
    notes = "\n".join(facts.notes)
    assert [part for part in example.said if part not in notes] == []
    assert canaries(notes) == []
    if name != "milliseconds":  # read as they stand; the doctor says what is wrong with them
        diagnose(**facts)


def test_there_are_enough_of_them() -> None:
    assert len(EXAMPLES) >= 85


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_one_sentence(name: str) -> None:
    data, why = REFUSED[name]
    with pytest.raises(LocalError, match=why) as caught:
        read_patient(data)
    assert canaries(str(caught.value)) == []
    assert H[8:40] not in str(caught.value)


def test_plain_files_need_no_word() -> None:
    assert read_patient(f"request: {H}\nsession_id: 5\nperm_key: {C.perm.hex()}\nanswer: -404").notes == ()


def test_names_are_those_of_the_doctor() -> None:
    assert set(NAMES) == set(inspect.signature(diagnose).parameters)
    assert set(ALIASES.values()) <= set(NAMES)
    assert not set(ALIASES) & set(NAMES)
    assert all(name.split(":")[0].strip() in {**NAMES, **ALIASES} for name in EXAMPLE.splitlines())


def test_a_second_file_has_the_keys() -> None:
    facts = read_patient(H, f"perm_key: {C.perm.hex()}\n{C.temp.hex()}\n")
    assert facts["perm_key"].key == AuthKey(C.perm)
    assert [key.key for key in facts["other_keys"]] == [AuthKey(C.temp)]
    assert any(note.startswith("the keys, line 2: ") for note in facts.notes)
    with pytest.raises(LocalError, match="perm_key is there twice"):
        read_patient(f"perm_key: {C.perm.hex()}", f"perm_key: {C.temp.hex()}")
    with pytest.raises(LocalError, match="keys are no text"):
        read_patient(H, C.perm[:200])


def test_of_several_attempts_the_last_is_read_without_what_is_of_another() -> None:
    def attempt(request: str, **more: int) -> str:
        return "".join(f"{name}: {value}\n" for name, value in {"request": request, **more}.items())

    first, second = attempt(H, session_id=5, msg_id=8, nonce=7), attempt(H[:-2] + "01", session_id=6, msg_id=12)
    keys = f"perm_key: {C.perm.hex()}\nnow: 1800000000\n"
    for text, line in ((keys + first + second, 7), (first + keys + second, 7), (keys + "# 1\n" + first + second, 8)):
        facts = read_patient(text)
        assert facts["request"][-1:] == b"\1"
        assert (facts["session_id"], facts["msg_id"], facts["perm_key"].key) == (6, 12, AuthKey(C.perm))
        assert "nonce" not in facts
        assert facts.notes[0].startswith(f"2 attempts: the last is judged, from line {line} on")
    above = read_patient("msg_id: 8\nsession_id: 5\nnow: 1800000000\n" + attempt(H) + attempt(H[:-2] + "01"))
    assert above.keys() == {"request", "now"}  # an msg_id is of one message, and so what stands with it may be
    assert read_patient("session_id: 5\n" + attempt(H) + attempt(H[:-2] + "01"))["session_id"] == 5
    with pytest.raises(LocalError, match="session_id is there twice"):
        read_patient(attempt(H, session_id=5) + "session_id: 6")


@pytest.mark.parametrize(
    "data",
    [
        f"{C.perm.hex()}\n{C.temp.hex()}\n",
        f"# ours\nname: {C.perm.hex()}\nother: {C.temp.hex()}\n",
        f"perm_auth_key: {C.perm.hex()}\ntemp_auth_key: {C.temp.hex()}\n",
        f"{AuthKey(C.perm).id_bytes.hex()} {C.perm.hex()}\r\n{AuthKey(C.temp).id_bytes.hex()} {C.temp.hex()}\r\n",
        f"{wrapped(C.perm.hex(), 64)}\n\n{wrapped(C.temp.hex(), 64)}\n",
        f"{xxd(C.perm)}\n{canonical(C.temp)}",
        C.perm + C.temp,
        f"{C.perm.hex()}\n{C.temp.hex()}\n".encode("utf-16"),
        f"perm = {C.perm!r}\ntemp = bytes.fromhex('{C.temp.hex()}')",
    ],
)
def test_a_file_of_keys(data: str | bytes) -> None:
    assert read_keys(data) == [AuthKey(C.perm), AuthKey(C.temp)]


@pytest.mark.parametrize("data", ["", "00ff", C.perm.hex()[:100], C.perm[:-1], "# nothing", f"{C.perm.hex()}0"])
def test_no_file_of_keys(data: str | bytes) -> None:
    with pytest.raises(LocalError) as caught:
        read_keys(data)
    assert canaries(str(caught.value)) == []


@pytest.mark.parametrize(
    ("data", "octets", "said"),
    [
        ("ec77be7a0100000000000000", bytes.fromhex("ec77be7a0100000000000000"), "hex, 12 bytes"),
        ("00 ff\n10", b"\x00\xff\x10", "hex of 2 lines, 3 bytes"),
        (b"\x00\xff\x10", b"\x00\xff\x10", "raw bytes"),
        (xxd(P), P, "an xxd dump, 200 bytes"),
        (shark(E), E, "a hex dump, 104 bytes"),
        (B64, R, "base64, 132 bytes"),
        ("answer: b5757299", bytes.fromhex("b5757299"), "4 bytes"),
        (f"request, f\xfcr mich: {R.hex(' ')}".encode("latin-1"), R, "took it for Latin-1 text"),
        (f"request: {H}\npacket: {P.hex()}", P, "1 more left alone"),
    ],
)
def test_bytes_to_look_at(data: str | bytes, octets: bytes, said: str) -> None:
    found, form = read_bytes(data)
    assert found == octets
    assert said in form


def test_a_dump_leaves_out_what_repeats() -> None:
    data = b"\x11" * 16 + bytes(160) + R
    lines = canonical(data).splitlines(keepends=True)
    squeezed = "".join([*lines[:2], "*\n", *lines[11:]])
    assert read_bytes(squeezed)[0] == data
    lines = canonical(zeros := R + bytes(12 + 160)).splitlines(keepends=True)
    assert read_bytes("".join([*lines[:10], "*\n", lines[-1]]))[0] == zeros  # nothing but the last offset behind it
    assert read_bytes(canonical(R[:8]).splitlines()[0])[0] == R[:8]


@pytest.mark.parametrize("text", ["", "xyz", "0x1", "g" * 40, "=" * 40, "0x052a, 0xd4cd", "words and more of them",
                                  "We sent 3 of 5 calls to DC 2"])  # fmt: skip
def test_text_without_bytes_says_why(text: str) -> None:
    data, why = bytes_in(text)
    assert data is None and why


@given(st.one_of(
    st.binary(max_size=400), st.text(max_size=400),
    st.lists(st.sampled_from([*"\n\n \t:=,;.#/*\\'\"`{}[]()<>-|+x0", "request", "perm_key: ", "msg_id=", "05 2a d4 cd",
                              H, C.perm.hex(), C.perm.hex()[:33], repr(C.perm), B64, "0x05, ", "00000000: ", "<Buffer ",
                              '{"event": "bind_refused"', "2026-11-25 ", "inner {", "\ud800", "\x00"]), max_size=30)
    .map("".join),
))  # fmt: skip
@example("05 2a d4 cd" + C.perm.hex())
@settings(max_examples=300, deadline=None)
def test_anything_is_read_or_refused_soon_and_no_key_is_shown(data: bytes | str) -> None:
    began = time.thread_time()
    said = ""
    for reader in (read, read_patient, read_bytes, read_keys):
        try:
            found = reader(data)  # type: ignore[operator]
            said += str(getattr(found, "notes", "")) + (found[1] if reader is read_bytes else repr(found))
        except LocalError as error:
            said += str(error)
    assert time.thread_time() - began < 1
    assert canaries(said) == []


@pytest.mark.parametrize(
    "text",
    [
        C.perm.hex() * 400, "05 2a d4 cd " * 16_000, '\\"' * 80_000, "[" * 90_000, "a: " * 30_000, "x=1 " * 20_000,
        "05, " * 50_000, "\n".join([C.perm.hex()] * 380), B64 * 1000, "(" * 40_000 + ")" * 40_000,
        "'" * 180_000, "0 " * 80_000, xxd(bytes(40_000)), "request " * 20_000, "-" * 180_000, "a b c d e f " * 9_000,
        ('"' + "\\" * 99) * 900, "{" * 90_000, "<Buffer " * 20_000, "a." * 90_000, "/*" * 90_000, "#\n" * 90_000,
        '{"a":' * 4_000 + "1" + "}" * 4_000,
    ],
)  # fmt: skip
def test_a_long_text_takes_time_in_proportion(text: str) -> None:
    began = time.process_time()  # not what a busy machine makes of it
    try:
        read(text)
    except LocalError as error:
        assert canaries(str(error)) == []
    assert time.process_time() - began < 5


def test_every_command_reads_it_and_shows_no_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    keys, patient = tmp_path / "keys", tmp_path / "patient"
    lines = f"{C.perm.hex()}\n{C.temp.hex()}"
    for written in (lines, f"{lines}0", C.perm + C.temp, C.perm[1:]):
        keys.write_bytes(written if isinstance(written, bytes) else written.encode())
        for content in (json.dumps(OURS), f"{H}\n{C.perm.hex()}", xxd(P), C.temp.hex(), f"now: {C.perm.hex()}", C.perm):
            patient.write_bytes(content if isinstance(content, bytes) else content.encode())
            for command in (["doctor", str(patient)], ["doctor", str(patient), "--json"], ["dissect", str(patient)]):
                assert main([*command, "--keys", str(keys)]) in (0, 1, 2)
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    shown = [each for each in canaries(said.out + said.err) if each not in C.perm.hex()[:16]]
    assert shown == []


def test_help_shows_names_and_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["doctor", "--help"])
    said = capsys.readouterr().out
    assert EXAMPLE in said and all(name in said for name in NAMES)


def test_what_bind_prints_is_healthy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bind", "--json", "--reveal"]) == 0
    file = tmp_path / "bound.json"
    file.write_text(capsys.readouterr().out)
    assert main(["doctor", str(file)]) == 0
    assert "[healthy]" in capsys.readouterr().out


ESCAPED = "".join(f"\\x{each:02x}" for each in C.perm)
FRAMED = (len(P) + 12).to_bytes(4, "little") + bytes(4) + P + bytes(4)  # the full framing: a length, the first number
BOTH = (C.perm + C.temp).hex()
ARROW = "bindTempAuthKey \u2192 ENCRYPTED_MESSAGE_INVALID"
OTHERS = [f"z{chr(97 + at // 26)}{chr(97 + at % 26)}: 1\n" for at in range(COMPARED)]


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("session_id: <bytes abcdef0123456789>", {"session_id": -8545785751253561941}, "8 bytes, low byte first"),
        ("session_id: <bytes abcdef01234567>", {}, "session_id has no number behind its name"),
        ("expires_at: 0 (never)", {"expires_at": 0}, ""),
        (f"answer: {ARROW}", {"answer": ARROW}, ""),
        ("answer: bind -> 400 SOME_ERROR", {"answer": "bind -> 400 SOME_ERROR"}, ""),
        ("auth_key:\n", {}, "perm_key has no bytes behind its name"),
        *((f"perm_key: {prefix}'{ESCAPED}'", {"perm_key": C.perm}, "took a bytes literal")
          for prefix in ("b", "B", "rb", "rB", "Rb", "RB", "br")),
        ("".join(OTHERS[1:]) + "sesion_id: 5", {}, "`sesion_id` is not known; did you mean session_id?"),
        ("".join(OTHERS) + "sesion_id: 5", {}, f"and {COMPARED - 4} more"),
        (f"{'z' * 32}: 1", {}, f"passed over: `{'z' * 32}`"),
        (f"{'z' * 33}: 1", {}, "passed over: a name of 33 characters"),
        (FRAMED.hex(), {"stream": FRAMED}, "without a name, for stream"),
        (f"encrypted_message: \\x{E.hex()}", {"encrypted_message": E}, ""),
        (f"{E.hex()}\n{C.perm.hex()}", {"encrypted_message": E, "other_keys": [C.perm]}, "for encrypted_message"),
        ('{"event": and no more}', {}, ""),
        (f"\n{'7f' * 249}", {}, "for nothing that is known"),
        (f"\n{'7f' * 250}", {"other_keys": [bytes([0x7F] * 250)]}, "for a key"),
        (f"see here {'5a' * 19}", {}, ""),
        (f"see here {'5a' * 20}", {}, "took hex of 20 bytes, without a name"),
        (f"\n{BOTH[:600]}\n{BOTH[600:]}", {"other_keys": [C.perm, C.temp]}, "hex of 2 lines of 256 bytes"),
        (f"encrypted_message: [{E.hex()}]", {"encrypted_message": E}, "what stands in a line of 104 bytes"),
        (f"packet: {'12' * 152}", {"packet": b"\x12" * 152}, ""),
        (f"perm_key:\n{wrapped(B64_KEY, 20)}", {"perm_key": C.perm}, "base64 of 18 lines of 256 bytes"),
        ("\nabcdefABCDEF0123456\nhello", {}, ""),
    ],
)  # fmt: skip
def test_what_is_just_enough_and_just_too_little(text: str, values: dict[str, object], said: str) -> None:
    facts = read_patient(f"request: {H}\n{text}")
    told = {name: value.given if isinstance(value, GivenKey) else value for name, value in facts.items()}
    told |= {"other_keys": [key.given for key in told["other_keys"]]} if "other_keys" in told else {}
    assert told == {"request": R, **values}
    assert said in "\n".join(facts.notes) if said else not facts.notes


def test_one_digit_more_makes_a_number_of_hex_digits() -> None:
    with pytest.raises(LocalError, match="a number of 305 digits"):
        read_patient(f"packet: {'12' * 152}1")


def test_beside_a_dump_of_tdlib_a_line_of_words_is_hex() -> None:
    dump = by_tdlib(struct.pack("<qii", 5 << 32, 1, len(R)) + R)
    assert read_patient(f"{dump}\n0123abcd 0123abcd 0123abcd 0123abcd\n").notes == (
        "line 5: took hex of 16 bytes, without a name, for nothing that is known",
    )


def test_beside_a_message_dumped_by_tdlib_another_dump_is_a_value() -> None:
    facts = read_patient(f"{by_tdlib(struct.pack('<qii', 5 << 32, 1, len(R)) + R)}\n\n{by_tdlib(C.perm)}")
    assert (facts["msg_id"], facts["request"]) == (5 << 32, R)
    assert [key.given for key in facts["other_keys"]] == [C.perm]


def test_a_ruler_stands_in_one_of_the_two_lines_above_a_dump() -> None:
    ruler, bytes_of_it = "       " + " ".join(f"{at:02X}" for at in range(16)), "took hex of 16 bytes, without a name"
    for text, taken in (("{ruler}\n{dump}", 0), ("{ruler}\n\n{dump}", 0), ("{ruler}\n\n\n{dump}", 1),
                        ("{dump}\n{ruler}", 1), ("\n{dump}\n{ruler}", 1)):  # fmt: skip
        facts = read_patient(text.format(ruler=ruler, dump=canonical(R)))
        assert facts == {"request": R}
        assert "\n".join(facts.notes).count(bytes_of_it) == taken


def test_a_short_string_of_json_is_a_text_as_a_long_one_is() -> None:
    facts = read_patient(rf'{{"a": "Refused:\nnonce: 5\nnow: 17", "request": "{H}"}}')
    assert (facts, facts.notes) == ({"request": R, "nonce": 5, "now": 17}, ())


def test_nothing_random_looks_like_a_binding() -> None:
    for size in (31, 64, 100, 128, 151):
        assert re.search("nothing about a binding", str(_error(pattern("noise", size).hex())))


def _error(text: str) -> LocalError:
    with pytest.raises(LocalError) as caught:
        read_patient(text)
    return caught.value


@pytest.mark.parametrize("shape", SHAPES)
def test_a_large_text_of_any_shape_is_read_or_refused_in_a_second(shape: str, tmp_path: Path) -> None:
    """Some took a minute, for four times as much: `./run soak doctor` has those. A processor that many share counts up
    to three times the seconds of one that nobody does."""
    file = tmp_path / "large"
    file.write_bytes(large(shape, 1 << 20))
    assert seconds("doctor", file) < 3


def test_what_is_too_much_is_said_with_what_to_do_about_it() -> None:
    with pytest.raises(LocalError, match=r"too many words and values to look at \(got \d+ characters, expected the p"):
        read_patient("k1=ab12 size=17 " * 50_000)


def test_the_largest_stream_is_read_however_it_is_written() -> None:
    """Short lines are the most work."""
    stream = hashlib.shake_256(b"stream").digest(1 << 20)
    for text in (re.sub("(.{64})", r"\1\n", stream.hex()), base64.encodebytes(stream).decode()):
        assert read_bytes(text)[0] == stream


def test_a_log_of_ten_thousand_lines_is_read() -> None:
    lines = [f"12:00:{at % 60:02} DEBUG sent a message of {at} bytes to dc=2" for at in range(10_000)]
    lines[5000] = f"12:00:00 DEBUG encrypted_message: {bytes(range(104)).hex()}"
    assert len(read_patient("\n".join(lines))["encrypted_message"]) == 104


def test_a_key_that_begins_like_an_ip_packet_stays_whole() -> None:
    """One key in a thousand does: only what begins with the id of a given key is cut out of a segment of TCP."""
    key = bytes.fromhex("450000c8") + pattern("key", 5) + b"\6" + pattern("rest", 246)
    (given,) = read_patient(f"{key.hex()}\nrequest: {R.hex()}")["other_keys"]
    assert given.given == key


def test_every_spelling_of_a_key_s_name() -> None:
    """As clients write them, and not as our own table does."""
    permanent = ("perm_key", "perm_auth_key", "auth_key", "permanent_key", "permanent_auth_key", "permAuthKey")
    temporary = ("temp_key", "temp_auth_key", "temporary_key", "temporary_auth_key", "tmp_auth_key", "tmp_key")
    for names, meant in ((permanent, "perm_key"), (temporary, "temp_key")):
        for name in names:
            assert read_patient(f"{name}: {C.perm.hex()}")[meant].key == AuthKey(C.perm), name


def test_bytes_that_are_nothing_are_told_from_sixteen_on() -> None:
    """Fewer are a number, or a word that happens to be hex."""
    notes = {size: read(f"{bytes(range(160, 160 + size)).hex()}\n").notes for size in (15, 16)}
    assert notes[15] == ()
    assert notes[16] == ("line 1: took hex of 16 bytes, without a name, for nothing that is known",)
