"""ladder.json is what the library computes; questions, answers, marks, and the report of a climb."""

from __future__ import annotations

import contextlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.clinic import ladder as ladders
from mtlib.clinic.ladder import RUNGS, Question, Rung, ask, chosen, difference, ladder, output, vectors
from mtlib.errors import DecodeError, LocalError

TEXT = files("mtlib.clinic").joinpath("ladder.json").read_text(encoding="utf-8")
DOCUMENT = json.loads(TEXT)
PUBLISHED = Path(__file__).parent / "vectors" / "binding_message.json"


def test_the_file_is_made_from_the_library() -> None:
    made = json.dumps(ladders.document(DOCUMENT["vectors"]), indent=1, ensure_ascii=False) + "\n"
    assert made == TEXT, "the library has changed: write `made` to mtlib/clinic/ladder.json if that is meant"


def test_it_has_five_vectors_and_a_leading_zero_byte_for_every_step() -> None:
    zero = {name for name, values in vectors().items() if values["perm_auth_key"][0] == 0}
    assert "leading-zero-byte" in zero
    assert vectors()["leading-zero-byte"]["temp_auth_key"][0] == 0
    for rung in RUNGS:
        asked = [question for question in ladder() if question.step == rung.name]
        assert len(asked) >= 5
        assert zero & {question.vector for question in asked}


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
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


def test_the_vectors_are_those_that_other_programs_computed() -> None:
    theirs = {vector["name"]: vector for vector in json.loads(PUBLISHED.read_text(encoding="utf-8"))["vectors"]}
    same = {
        "auth_key_id": "perm_auth_key_id_le", "inner": "inner", "envelope": "plaintext_unpadded", "msg_key": "msg_key",
        **{name: name for name in ("sha1_a", "sha1_b", "sha1_c", "sha1_d", "aes_key", "aes_iv", "ciphertext")},
        "encrypted_message": "encrypted_message", "request": "outer_request",
    }  # fmt: skip
    outer = {
        "message": "plaintext_padded", "msg_key_v2": "msg_key", "sha256_a": "sha256_a", "sha256_b": "sha256_b",
        "aes_key_v2": "aes_key", "aes_iv_v2": "aes_iv", "packet": "packet",
    }  # fmt: skip
    compared = 0
    for question in ladder():
        vector = theirs.get(question.vector)
        packet = vector and vector.get("outer_packet_mtproto2")
        if vector and question.step in same:
            assert question.output.hex() == vector[same[question.step]]
            compared += 1
        elif packet:
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
    report = ask(lambda question: question.output, ladder())
    assert report.ok
    assert report.exit_code == 0
    assert report.right == report.totals
    assert str(report).endswith("Every value is right: this program builds the binding.")


def test_the_first_wrong_value_ends_the_climb_with_its_sentence() -> None:
    def over_padding(question: Question) -> bytes:
        wrong = {each.name: each for each in question.rung.mistakes}
        if question.step == "msg_key":
            return bytes(wrong["msg_key_over_padding"].made(question.arguments)[0])
        return question.output

    report = ask(over_padding, ladder())
    assert not report.ok
    assert report.exit_code == 1
    assert report.stopped is not None
    assert (report.stopped.step, report.mistake) == ("msg_key", "msg_key_over_padding")
    assert "the padding does not belong in it" in str(report)
    assert "sha1_a" not in report.right
    assert report.stopped.output.hex() in str(report)


def test_trouble_ends_the_climb_with_its_own_words() -> None:
    def breaks(question: Question) -> bytes:
        raise DecodeError("the answer is a poem")

    report = ask(breaks, ladder())
    assert (report.ok, report.exit_code, report.sentence) == (False, 3, "The answer is a poem")
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


@given(st.text(max_size=60))
def test_no_line_breaks_the_reader(line: str) -> None:
    with contextlib.suppress(DecodeError):
        output(line)


def test_some_steps_can_be_chosen() -> None:
    assert {question.step for question in chosen(["msg_key", "inner"])} == {"msg_key", "inner"}
    assert chosen([]) == ladder()
    with pytest.raises(LocalError, match="no such step"):
        chosen(["msg_keys"])


def test_a_file_that_is_no_ladder_is_refused() -> None:
    for text in ("", "{}", "[]", '{"steps": [{"step": "poem", "vectors": [{}]}]}', '{"steps": 5}'):
        with pytest.raises(DecodeError):
            ladders.questions(text)


def test_keys_are_in_no_repr() -> None:
    question = ladder()[0]
    assert question.inputs["perm_auth_key"] not in repr(question)
    assert question.inputs["perm_auth_key"] not in repr(ask(lambda question: b"", ladder()))
