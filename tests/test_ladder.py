"""ladder.json is what the library computes; questions, answers, marks, and the report of a climb."""

from __future__ import annotations

import hashlib
import json
import struct
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.clinic import ladder as ladders
from mtlib.clinic.ladder import RUNGS, Question, Rung, ask, chosen, difference, ladder, output, vectors
from mtlib.clinic.mistakes import MISTAKES
from mtlib.clinic.recipe_client import PARTS, RIGHT
from mtlib.errors import DecodeError, LocalError
from wrong_client import ige, xor

TEXT = files("mtlib.clinic").joinpath("ladder.json").read_text(encoding="utf-8")
DOCUMENT = json.loads(TEXT)
PUBLISHED = Path(__file__).parent / "vectors" / "binding_message.json"


def test_the_file_is_made_from_the_library() -> None:
    made = json.dumps(ladders.document(DOCUMENT), indent=1, ensure_ascii=False) + "\n"
    assert made == TEXT, "the library has changed: write `made` to mtlib/clinic/ladder.json if that is meant"


BINDING = [rung for rung in RUNGS if rung.part == "binding"]
OTHERS = [rung for rung in RUNGS if rung.part != "binding"]


def test_it_has_four_parts() -> None:
    assert {part: len(steps) for part, steps in PARTS.items()} == {"bytes": 12, "keys": 16, "binding": 20, "whole": 5}
    assert [step["step"] for step in DOCUMENT["steps"]] == [rung.name for rung in RUNGS]
    assert len({rung.name for rung in RUNGS}) == 53


def test_it_has_five_vectors_and_a_leading_zero_byte_for_every_step_of_the_binding() -> None:
    zero = {name for name, values in vectors().items() if values["perm_auth_key"][0] == 0}
    assert "leading-zero-byte" in zero
    assert vectors()["leading-zero-byte"]["temp_auth_key"][0] == 0
    for rung in BINDING:
        asked = [question for question in ladder() if question.step == rung.name]
        assert len(asked) >= 5
        assert zero & {question.vector for question in asked}


@pytest.mark.parametrize("rung", BINDING, ids=lambda rung: rung.name)
def test_every_mistake_is_told_from_the_right_value_and_from_the_others(rung: Rung) -> None:
    """One value of each, taken in turn; where two mistakes give the same bytes, the one that stands first is told."""
    assert rung.mistakes
    question = next(each for each in ladder() if each.step == rung.name)
    first: dict[Any, str] = {}
    for each in rung.mistakes:
        for value in each.made(question.arguments):
            first.setdefault(value if isinstance(value, bytes) else repr(value), each.name)
    first.pop(question.output, None)
    sentences = {each.name: each.sentence for each in rung.mistakes}
    told = {name: value for value, name in reversed(first.items()) if isinstance(value, bytes)}
    assert len(told) > len(rung.mistakes) - 3
    for name, value in told.items():
        assert question.mark(value) == (name, sentences[name])
        assert sentences[name] == f"{MISTAKES[name].sentence} {MISTAKES[name].fix}"


def _wrong_hashes(e: bytes, p: bytes, k: bytes) -> dict[str, list[bytes]]:
    """msg_key made wrongly, with hashlib alone."""
    right, whole, wide = (made.digest() for made in (hashlib.sha1(e), hashlib.sha1(e + p), hashlib.sha256(e)))
    return {
        "msg_key_first_sixteen_bytes": [right[:16]],
        "msg_key_over_padding": [whole[4:20], hashlib.sha1(e + bytes(len(p))).digest()[4:20]],
        "msg_key_of_the_inner_only": [hashlib.sha1(e[32:72]).digest()[4:20]],
        "msg_key_v2": [hashlib.sha256(k[88:120] + e + p).digest()[8:24], hashlib.sha256(k[96:128] + e).digest()[8:24]],
        "msg_key_sha256": [wide[8:24], wide[:16], wide[16:], hashlib.sha256(e + p).digest()[8:24]],
        "msg_key_md5": [hashlib.md5(e).digest(), hashlib.sha512(e).digest()[:16]],
        "msg_key_in_another_order": [right[:3:-1], right[15::-1]],
        "msg_key_cut_elsewhere": [right[1:17], right[2:18], right[3:19]],
        "msg_key_with_key": [hashlib.sha1(k + e).digest()[4:20], hashlib.sha1(k[:32] + e).digest()[4:20]],
    }


def _wrong_schedule(step: str, a: bytes, b: bytes, c: bytes, d: bytes) -> dict[str, bytes]:
    """aes_key or aes_iv with its hashes in wrong places."""
    if step == "aes_key":
        return {"hashes_exchanged": b[:8] + a[8:20] + c[4:16], "schedule_out_of_order": c[4:16] + a[:8] + b[8:20],
                "this_is_aes_iv": a[8:20] + b[:8] + c[16:20] + d[:8]}  # fmt: skip
    return {"hashes_exchanged": b[8:20] + a[:8] + c[16:20] + d[:8], "schedule_out_of_order": d[:8] + a[8:20] + b[:8] +
            c[16:20], "this_is_aes_key": a[:8] + b[8:20] + c[4:16]}  # fmt: skip


def _rsa_padded(data: bytes, padding: bytes, temp_keys: bytes, n: bytes, e: int) -> bytes:
    """core.telegram.org/mtproto/auth_key, RSA_PAD, by hand."""
    modulus = int.from_bytes(n, "big")
    text = data + padding[: 192 - len(data)]
    for temp_key in (temp_keys[at : at + 32] for at in range(0, len(temp_keys), 32)):
        sealed = ige(text[::-1] + hashlib.sha256(temp_key + text).digest(), temp_key, bytes(32))
        block = int.from_bytes(xor(temp_key, hashlib.sha256(sealed).digest()) + sealed, "big")
        if block < modulus:
            return pow(block, e, modulus).to_bytes(256, "big")
    raise AssertionError("no temp_key fits")


def test_mistakes_made_by_hand_are_told() -> None:
    """The test above makes each value with the mistake itself, and would not notice one that is made wrongly."""
    for question in (each for each in ladder() if each.step == "message"):
        salt, session_id, msg_id, seqno, request, padding = question.arguments
        for length in (len(request) + 12, len(request) + 16, len(request) + 32):
            message = struct.pack("<qqqii", salt, session_id, msg_id, seqno, length) + request + padding
            assert question.mark(message)[0] == "length_148"
    for question in (each for each in ladder() if each.step in ("aes_key", "aes_iv")):
        for name, value in _wrong_schedule(question.step, *question.arguments).items():
            assert question.mark(value)[0] == name
    (question,) = (each for each in ladder() if (each.step, each.vector) == ("req_DH_params_packet", "temporary"))
    data, (*_, padding, temp_keys, n, e) = bytes.fromhex(EXCHANGES["temporary"]["p_q_inner_data"]), question.arguments
    for dc, name in ((10002, ""), (2, "test_dc_without_10000")):
        named = data[:-8] + struct.pack("<i", dc) + data[-4:]
        assert question.mark(question.output[:-256] + _rsa_padded(named, padding, temp_keys, n, e))[0] == name
    for question in (each for each in ladder() if each.step == "msg_key"):
        assert question.mark(hashlib.sha1(question.arguments[0]).digest()[4:20]) == ("", "")
        for name, values in _wrong_hashes(*question.arguments).items():
            assert [question.mark(value)[0] for value in values] == [name] * len(values)


@pytest.mark.parametrize("rung", OTHERS, ids=lambda rung: rung.name)
def test_every_mistake_shows_on_a_vector_and_no_two_look_alike(rung: Rung) -> None:
    """By the first way to make each that makes a difference, over all vectors of the rung."""
    asked = chosen([rung.name])
    right = tuple(question.output for question in asked)
    seen: dict[tuple[Any, ...], str] = {}
    for each in rung.mistakes:
        ways = zip_longest(*(each.made(question.arguments) for question in asked))
        first = next(way for way in ways if way != right)
        assert seen.setdefault(first, each.name) == each.name
    assert rung.accepts or len(seen) >= 3


@pytest.mark.parametrize("rung", OTHERS, ids=lambda rung: rung.name)
def test_a_program_that_makes_a_mistake_everywhere_hears_of_it(rung: Rung) -> None:
    """The first way to make each: named with its sentence where it first shows."""
    asked, said = chosen([rung.name]), 0
    for each in rung.mistakes:
        def answer(question: Question, each: Any = each) -> bytes:
            made = each.made(question.arguments)
            return made[0] if made and isinstance(made[0], bytes) else question.output

        report = ask(answer, asked)
        if not report.ok:
            assert (report.mistake, report.sentence) == (each.name, each.sentence)
            said += 1
    assert rung.accepts or said >= len(rung.mistakes) - 1


SESSION = json.loads((PUBLISHED.parent / "synthetic_session.json").read_text(encoding="utf-8"))
EXAMPLE = json.loads((PUBLISHED.parent / "samples_auth_key.json").read_text(encoding="utf-8"))
EXCHANGES = {
    "published": EXAMPLE["values"], "permanent": SESSION["permanent"]["values"],
    "temporary": SESSION["temporary"]["values"],
}
SAME = {
    "p_q_inner_data_dc": ("p_q_inner_data", "p_q_inner_data_dc"), "p_q_inner_data_temp_dc": ("p_q_inner_data",),
    "rsa_pad": ("encrypted_data",), "server_DH_inner_data": ("answer",),
    "client_DH_inner_data": ("client_DH_inner_data",), "client_encrypted_data": ("client_encrypted_data",),
    "auth_key": ("auth_key",), "retry_id": ("auth_key_aux_hash",), "first_salt": ("server_salt_le",),
}  # fmt: skip


def test_the_exchanges_are_those_that_others_computed() -> None:
    """Inputs and outputs of the keys, against Telegram's published example and the synthetic session."""
    compared = 0
    for question in ladder():
        exchange, _, number = question.vector.partition(", ")
        values = EXCHANGES.get(exchange)
        if values is None or question.rung.part != "keys":
            continue
        values = {**values, **values.get("derived_by_us_not_on_the_page", {})}
        for name in ("nonce", "server_nonce", "new_nonce", "b", "encrypted_answer", "auth_key"):
            if name in question.inputs:
                assert question.inputs[name] == values[name], (question.step, question.vector, name)
        names = (*SAME.get(question.step, ()), *([f"new_nonce_hash{number}"] * (question.step == "new_nonce_hash")))
        for name in names:
            if name in values:
                assert question.output.hex() == values[name], (question.step, question.vector)
                compared += 1
        if question.step == "tmp_aes":
            assert question.output.hex() == values["tmp_aes_key"] + values["tmp_aes_iv"]
    assert compared >= 28
    packets = {question.vector: question.output.hex() for question in chosen(["set_client_DH_params_packet"])}
    assert packets["published"] == EXAMPLE["messages"]["set_client_DH_params"]
    for name in ("permanent", "temporary"):
        by_name = {message["name"]: message["hex"] for message in SESSION[name]["messages"]}
        assert packets[name] == by_name["set_client_DH_params"]
        (asked,) = (q for q in chosen(["req_DH_params_packet"]) if q.vector == name)
        assert asked.output.hex() == by_name["req_DH_params"]


def test_leading_zeros_are_in_all_three_nonces_that_may_have_them_and_in_the_key() -> None:
    inputs = {q.step: q.inputs for q in chosen(["keys"]) if q.vector.startswith("leading-zeros")}
    assert inputs["tmp_aes"]["new_nonce"][:2] == inputs["tmp_aes"]["server_nonce"][:2] == "00"
    assert inputs["retry_id"]["auth_key"][:2] == "00"
    temporary = SESSION["temporary"]["values"]
    assert int(inputs["auth_key"]["b"], 16) == int(temporary["b"], 16) + 435


def test_an_answer_with_randomness_of_its_own() -> None:
    (rung,) = (rung for rung in RUNGS if rung.name == "rsa_pad_yours")
    first, again, _ = chosen(["rsa_pad_yours"])
    data, n, e = first.arguments
    padding, keys = bytes(range(192 - len(data))), bytes(range(256))

    def sealed(keys: bytes = keys, **changed: Any) -> bytes:
        right = {"data": data, "padding": padding, "temp_keys": keys, "n": n, "e": e}
        return bytes(RIGHT["rsa_pad"](**{**right, **changed}))

    assert rung.accepts and first.arguments == again.arguments
    other = sealed(keys[::-1])
    assert first.mark(sealed()) == again.mark(other, [(first, sealed())]) == ("", "")
    assert again.mark(sealed(), [(first, sealed())])[0] == "same_random_bytes_twice"
    assert first.mark(sealed(data=data[::-1]))[0] == "other_data_sealed"
    assert "256 bytes" in first.mark(b"\1" * 255)[1] and "256 bytes" in first.mark(b"\xff" * 256)[1]
    assert "does not agree" in first.mark(b"\1" * 256)[1]
    made = {}
    for each in next(rung for rung in RUNGS if rung.name == "rsa_pad").mistakes:
        made.setdefault(each.name, next(iter(each.made((data, padding, keys, n, e)))))
    for name in ("data_not_reversed", "hash_over_the_reversed", "temp_key_not_masked", "temp_key_behind",
                 "temp_key_as_iv", "hash_without_temp_key", "padding_before_rsa_pad"):  # fmt: skip
        assert first.mark(made[name])[0] == name
    assert first.mark(made["mask_of_the_plaintext"])[0] == ""  # nobody can get its temp_key back


def test_what_right_answers_show_is_no_more_than_what_was_asked() -> None:
    def proven(*names: str) -> str:
        return str(ask(lambda question: RIGHT[question.step](*question.arguments), chosen(names))).splitlines()[-1]

    assert proven("binding") == "Every value is right: this program builds the binding."
    assert proven("inner", "packet") == "Every value is right: asked were the steps inner, packet."
    assert proven("bytes", "p_q").endswith("strings and frames and reads results; asked were the steps p_q.")


def test_the_vectors_are_those_that_other_programs_computed() -> None:
    theirs = {vector["name"]: vector for vector in json.loads(PUBLISHED.read_text(encoding="utf-8"))["vectors"]}
    same = {
        "auth_key_id": "perm_auth_key_id_le", "inner": "inner", "envelope": "plaintext_unpadded", "msg_key": "msg_key",
        **{name: name for name in ("sha1_a", "sha1_b", "sha1_c", "sha1_d", "aes_key", "aes_iv", "ciphertext")},
        "encrypted_message": "encrypted_message", "request": "outer_request",
    }  # fmt: skip
    outer = {
        "message": "plaintext_padded", "msg_key_v2": "msg_key", "sha256_a": "sha256_a", "sha256_b": "sha256_b",
        "aes_key_v2": "aes_key", "aes_iv_v2": "aes_iv", "packet": "packet", "bind_packet": "packet",
    }  # fmt: skip
    compared = 0
    for question in ladder():
        vector = theirs.get(question.vector)
        packet = vector and vector.get("outer_packet_mtproto2")
        if vector and question.step in same:
            assert question.output.hex() == vector[same[question.step]]
            compared += 1
        elif packet and question.step in outer:
            assert question.output.hex() == packet[outer[question.step]]
            compared += 1
    assert compared == 5 * len(same) + 4 * len(outer)


def test_longs_are_strings_and_bytes_are_hex() -> None:
    for question in ladder():
        for name, kind in question.rung.takes.items():
            value = question.inputs[name]
            assert type(value) is (int if kind == "int" else str)
            if kind == "long":
                assert str(int(value)) == value
        asked = json.loads(question.line)
        assert question.line.count("\n") == 1
        assert (asked["step"], asked["inputs"]) == (question.step, dict(question.inputs))


def test_the_right_answers_climb_to_the_top() -> None:
    report = ask(lambda question: question.output, chosen([]))
    assert report.ok
    assert report.ok
    assert report.right == report.totals
    assert str(report).endswith("Every value is right: this program builds the binding.")


def test_the_first_wrong_value_ends_the_climb_with_its_sentence() -> None:
    def over_padding(question: Question) -> bytes:
        wrong = {each.name: each for each in question.rung.mistakes}
        if question.step == "msg_key":
            return bytes(wrong["msg_key_over_padding"].made(question.arguments)[0])
        return question.output

    report = ask(over_padding, chosen([]))
    assert not report.ok
    assert not report.ok and report.got is not None
    assert report.stopped is not None
    assert (report.stopped.step, report.mistake) == ("msg_key", "msg_key_over_padding")
    assert "covers the padding" in str(report)
    assert "sha1_a" not in report.right
    assert report.stopped.output.hex() in str(report)


def test_trouble_ends_the_climb_with_its_own_words() -> None:
    def breaks(question: Question) -> bytes:
        raise DecodeError("the answer is a poem")

    report = ask(breaks, chosen([]))
    assert (report.ok, report.got, report.sentence) == (False, None, "The answer is a poem")
    assert "none   auth_key_id" in str(report)


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (b"\3\2\1\0", "reverse order"), (b"\1\2\3", "Zeros on the left"), (b"\0\1\2", "3 bytes came, 4"),
        (b"\0\1\2\4", "Byte 3"), (b"", "0 bytes came"),
    ],
)  # fmt: skip
def test_what_can_be_said_of_other_bytes(got: bytes, words: str) -> None:
    assert words in difference(got, b"\0\1\2\3")


def test_output_reads_a_line() -> None:
    assert output('{"output": "00FF"}\n') == b"\x00\xff"
    assert output('{"output": "", "note": "empty"}') == b""


@pytest.mark.parametrize(
    "line",
    ["", "hello", "[]", "{}", '"00"', '{"output": 5}', '{"output": null}', '{"output": "0"}', '{"output": "zz"}',
     '{"output": {}}', "[" * 100_000, '{"output": ' + "9" * 5000 + "}"],
)  # fmt: skip
def test_anything_else_is_one_clear_sentence(line: str) -> None:
    with pytest.raises(DecodeError) as caught:
        output(line)
    assert len(str(caught.value)) < 250


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3))


@given(st.one_of(
    st.text(max_size=60), JSON.map(json.dumps), JSON.map(lambda value: json.dumps({"output": value})),
    (st.text(max_size=9) | st.binary(max_size=9).map(bytes.hex)).map(lambda text: json.dumps({"output": text})),
))  # fmt: skip
def test_no_line_breaks_the_reader(line: str) -> None:
    try:
        value = output(line)
    except DecodeError as error:
        assert str(error).isprintable()
    else:
        assert value == bytes.fromhex(json.loads(line)["output"])


def test_some_steps_can_be_chosen() -> None:
    assert {question.step for question in chosen(["msg_key", "inner"])} == {"msg_key", "inner"}
    assert chosen([]) == chosen(["binding"]) and {question.rung.part for question in chosen([])} == {"binding"}
    assert chosen(["all"]) == ladder() == chosen([*PARTS])
    assert {question.step for question in chosen(["whole", "p_q"])} == {"p_q", *PARTS["whole"]}
    with pytest.raises(LocalError, match="no such step"):
        chosen(["msg_keys"])


def test_a_file_that_is_no_ladder_is_refused() -> None:
    for text in ("", "{}", "[]", '{"steps": [{"step": "poem", "vectors": [{}]}]}', '{"steps": 5}'):
        with pytest.raises(DecodeError):
            ladders.questions(text)


def test_keys_are_in_no_repr() -> None:
    question = chosen([])[0]
    assert question.inputs["perm_auth_key"] not in repr(question)
    assert question.inputs["perm_auth_key"] not in repr(ask(lambda question: b"", chosen([])))
