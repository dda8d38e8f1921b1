"""A diagnosis as text, as JSON, as HTML: the same facts, the bytes marked, nothing that a front end strips."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from mtlib.clinic.diagnosis import Diagnosis, Evidence, Finding, plain, shown
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES
from mtlib.wire.dissection import Dissection, Span
from patients import PATIENTS, C, made

WRONG = diagnose(**made(inner_session=b"12345678", inner_nonce=b"abcdefgh"))


def test_the_first_finding_speaks() -> None:
    first = MISTAKES[WRONG.name]
    assert WRONG.names == ("nonce_drawn_twice", "session_of_another_connection")
    assert (WRONG.verdict, WRONG.fix, WRONG.lesson) == (first.sentence, first.fix, first.lesson)
    assert [row.path.rpartition("/")[2] for row in WRONG.evidence] == ["nonce", "temp_session_id"]
    assert not WRONG.healthy


def test_text_has_everything_and_marks_the_bytes() -> None:
    text = str(WRONG)
    for finding in WRONG.findings:
        assert finding.mistake.sentence in text and finding.mistake.fix in text and finding.name in text
    assert f"[{b'abcdefgh'.hex()}]" in text
    assert "FAILS  nonce" in text and "holds  length" in text


def test_json_is_plain_and_keeps_longs_whole() -> None:
    told = json.loads(json.dumps(WRONG.to_dict()))
    assert told["name"] == "nonce_drawn_twice" and told["healthy"] is False
    assert told["answer"] == "ENCRYPTED_MESSAGE_INVALID"
    (evidence,) = told["findings"][0]["evidence"]
    assert evidence == {
        "path": "plaintext/envelope/inner/nonce", "offset": 36, "size": 8,
        "got": str(int.from_bytes(b"abcdefgh", "little")), "expected": str(C.nonce),
    }  # fmt: skip
    assert {row["name"] for row in told["checks"] if row["holds"] is False} == {"nonce", "temp_session_id"}
    assert json.loads(json.dumps(diagnose().to_dict()))["answer"] is None


class Page(HTMLParser):
    """What tags there are, whether each is closed, and every style."""

    VOID = frozenset({"br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", PATIENTS)
def test_html_survives_a_strict_front_end(name: str) -> None:
    diagnosis = diagnose(**PATIENTS[name]())
    bundle = diagnosis._repr_mimebundle_()
    page = Page(bundle["text/html"])
    assert page.open == [] and page.attributes <= {"style", "href", "title", "scope"}
    assert not page.tags & {"script", "style", "svg", "iframe"}
    colours = re.findall(r"color:([^;\"]+)", bundle["text/html"])
    assert colours and all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)
    assert bundle["text/plain"] == str(diagnosis)


def test_evidence_points_into_the_dissection() -> None:
    assert isinstance(WRONG.dissection, Dissection)
    for row in WRONG.evidence:
        found = WRONG.dissection.find(row.in_request)
        assert isinstance(found, Span) and found.value == row.got
        assert WRONG.parts[row.within][row.offset : row.offset + row.size] == bytes(found)


def test_a_packet_that_was_changed_on_the_way_is_told_where_its_hash_stands() -> None:
    packet = bytearray(C.packet())
    packet[-1] ^= 1
    found = diagnose(packet=bytes(packet), perm_key=C.perm, temp_key=C.temp, session_id=C.session_id, msg_id=C.msg_id)
    assert found.name == "packet_msg_key_wrong"
    (place,) = found.evidence
    assert (place.path, place.offset, place.size, place.got) == ("packet/msg_key", 8, 16, bytes(packet[8:24]))


@pytest.mark.parametrize("name", PATIENTS)
def test_there_is_a_dissection_around_every_place(name: str) -> None:
    diagnosis = diagnose(**PATIENTS[name]())
    for place in diagnosis.evidence:
        assert (diagnosis.around(place) is None) == (diagnosis.dissection is None)


@pytest.mark.parametrize(
    ("told", "around"),
    [
        (PATIENTS["session_of_another_connection"](), "bind_auth_key_inner"),
        (PATIENTS["seqno_not_zero"](), "envelope"),
        (PATIENTS["msg_key_over_padding"](), "encrypted_message"),
        (PATIENTS["padding_of_another_size"](), "plaintext"),
        (PATIENTS["names_another_key"](), "request"),
        ({"encrypted_message": replace(C, inner_nonce=bytes(8)).sealed, "perm_key": C.perm, "nonce": C.nonce},
         "bind_auth_key_inner"),
    ],
)  # fmt: skip
def test_around_a_place_stand_its_neighbours(told: dict[str, Any], around: str) -> None:
    diagnosis = diagnose(**told)
    found = diagnosis.around(diagnosis.evidence[0])
    assert found is not None and found.name == around


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("request/nonce", "nonce"),
        ("request", ""),
        ("encrypted_message/msg_key", "encrypted_message/msg_key"),
        ("encrypted_message", "encrypted_message"),
        ("plaintext/envelope/seqno", "encrypted_message/plaintext/envelope/seqno"),
        ("packet/auth_key_id", ""),
    ],
)
def test_paths_from_the_request(path: str, expected: str) -> None:
    assert Evidence(path, 0, 1, 0, 1).in_request == expected


def test_long_evidence_is_cut() -> None:
    row = Evidence("request", 2, 4000, bytes(4000), b"")
    text = str(Diagnosis((Finding(MISTAKES["bytes_appended"], (row,)),), parts={"request": bytes(5000)}))
    assert max(map(len, text.splitlines())) < 250 and "..." in text
    assert len(shown(bytes(5000))) == 72
    gone = Evidence("request", 9, 4, b"", b"")
    assert "[" not in str(Diagnosis((Finding(MISTAKES["empty"], (gone,)),))).split("\n")[1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(b"\x01\xff", "01ff"), (2**40, "1099511627776"), (-5, -5), (True, True), ("a", "a"), (None, None)],
)
def test_values_for_json(value: object, expected: object) -> None:
    assert plain(value) == expected
