"""No answer in the open: what a prediction measured, and the prose about it, stand folded in every form of a lesson.

Each form is searched whole: the saved notebook, its HTML by nbconvert, the page of the site, and the printed page up to
the last one. What is searched for: whatever is in the fold of a prediction (printed lines, sentences, the words of a
figure), and for each prediction a pattern, written by hand, for the ways in which somebody would tell its answer.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from mtlib.lab.prediction import CLASS, meanings
from test_notebooks import LESSONS, SPECIFIED_SIZES, WIDTH
from test_tools_book import tool

LAST_PAGE = '<section class="answers">'
MAIN = 2
"""Predictions on the main way of a lesson; further ones are more to try."""
LONG = 16
"""Characters from which on a line is not found elsewhere by chance."""

# How somebody would tell the answer, by the experiment. It has to be told in the fold, and nowhere else.
TOLD = {
    "one_bit_of_the_seal": r"more than a hundred mistakes|the answer: ENCRYPTED_MESSAGE_INVALID",
    "doubled_ciphertext": r"twice the number\b.*calculate|can still calculate with it",
    "reversed_data": r"gone to the last block|Only the last ones|a change forward only",
    "value_at_the_edge": r"1 or -1|one key for the whole world|whether b is even\. With",
    "lowest_bit_of_b": r"In all of them|lowest bit of every secret|clock of two runs",
    "temp_key_drawn_once": r"exchange in eleven|one in eleven|9\.1 %",
    "sizes_of_both_kinds": r"In none\.|same length before they are sealed|known to nobody but the two",
    "changed_by_a_retry": r"A new b\b|The nonces stay|retry_id_ names",
    "stolen_permanent_key": r"[Nn]ot one|never sealed a packet|0 of 42",
    "stolen_temporary_key": r"All of one day|nothing of the days beside|14 of 42",
    "thief_binds": r"thief is in\b|thief can bind a key|is its owner",
    "byte_36_of_each_layer": r"[Oo]nly plaintext and envelope|plaintext and envelope share|7 different",
    "edits_of_a_line": r"one letter is a new id|every other letter|not in the hash: so",
    "big_endian_heads": r"[Aa]t .?336.? and .?592|the same from both ends|length 336: fe",
    "longs_that_survive": r"last ten bits or so|ends in zeros comes back",
    "first_long_form": r"fourth packet, and the first long|first packet of more than 126|7f a3 00 00",
    "never_a_damaged_packet": r"Full notices every lost|only a checksum says",
    "read_from_the_wire": r"Key and iv stand in the header|keeps no secret|Measured: the tag",
    "drawn_again": r"rule of one byte decides|loses one connection in 256|119 of 30000",
    "thief_with_the_rsa_key": r"All of them but the key|hangs on a or b|never left their machines",
    "changed_answers": r"All but one\b|is news to the client|Measured: 12",
    "steps_of_the_walk": r"16,?002|Some 16,000|work grows with the square root",
    "found_first": r"q in three|whichever closes first|Whichever ring closes first",
    "both_at_once": r"About one in ten of these|Measured: 14|21 25 95",
    "flipped_ciphertext": r"from the damage on|CBC recovers|never looks back|damage travels forward",
    "wrong_bit_in_iv": r"noise at once|falls straight through|one bit is wrong, and the noise",
    "flipped_key_byte": r"changes nothing in .aes_key|in the iv alone|never read",
    "two_keys_one_envelope": r"fingerprint of the text|No key goes into|same .msg_key. under every key",
    "bytes_of_the_key": r"fewer bytes of the key|104 bytes instead|reads 104",
    "other_padding": r"only the id of the key stays|everything changes except the id|8 of 200 bytes",
    "values_outside": r"All six|it \*?repeats|also in the message",
    "needless_comparison": r"nothing: the seal holds|has a job of its own|its own job|changing the outer one buys",
    "sealed_with_the_other_key": r"right to the last bit|length in it is no length|what comes out is noise",
    "zeros_in_front": r"Zeros in front are accepted|[Nn]obody reads them|compares depends on",
    "where_the_seal_begins": r"and one byte of length|24 bytes in front of the ciphertext|after 81 of",
    "lawful_sizes": r"64 sizes|from 200 to 1208|not even the size|Not even the size",
    "salt_refused": r"same.{1,3} message again, with|request: +the same|Both ways are lawful",
    "flips_without_hash": r"None; and none|noise equals no|Each net alone",
    "words_for_all_questions": r"INVALID \(14 of 20|Measured: 14|cannot tell most of",
    "bind_packets_in_all": r"One packet, seven|knows nothing of TCP|Measured: 1 packet",
    "byte_strings_in_all": r"One packet, seven|framing knows nothing|7 byte strings",
    "refused_without_a_mistake": r"triage finds|without the DC\.|the triage says: the bytes are right",
    "first_to_be_bound": r"never bound|refused for the same reason|boolTrue after 60 s",
    "after_one_day": r"on the second|is gone, and the DC|86400 s +call: -404|call: -404",
    "clock_an_hour_slow": r"slow clock is the nasty|lives 23 h|before the end that the DC|dies an hour",
    "clock_an_hour_fast": r"an hour fast +own clock +EXPIRES|an hour is not",
    "check_that_stops_most": r"Five seals|Measured: length|seal was closed wrongly",
    "young_key": r"is a diagnosis,? too|after 72 seconds: boolTrue",
    "flips_found": r"every single flip is found|48 of 48|Measured: 48|only one of the seals",
    "noise_named": r"noise stays|Measured: 0 seals|gives these bytes exactly\.<|All of the noise",
    "flip_in_c4": r"Five\. The hash|Damage runs to the end of|the fewer checks",
    "as_good_as_the_hash": r"Two do as well|four bytes are as good|four bytes catches",
    "free_bits": r"192: the random|Everything else the data|these 448 bits|Measured: 192",
    "caught_by_expires_at": r"None of them\. It stands|as it was\. An intact|Only the hash looks|Measured: 0",
    "accepted_without_the_hash": r"Not a single one|made of old pieces|Old pieces in|Measured: 0",
    "appended": r"All of them\. The noise|noise opens to|2000 of 2000",
    "last_block": r"On the bytes of the body|may come out as it|Measured: bytes of the body",
    "owners_second_seal": r"The owner can, at no|the same hash: an owner|Measured: yes",
    "almost_the_same_key": r"change in its second half|from the first half|Measured: 128",
    "checks_that_see_the_twin": r"One\. The comparison of the name|Only the name inside|Measured: 1",
    "without_the_hash": r"None\. On paper|What nobody changed has|Measured: 0",
    "everything_off": r"Twelve\. A4 meets|brakes that are no|Measured: 12",
    "won_with_one_part_off": r"In 31\. Seventeen|A13 alone fills|Measured: 31",
    "closest_pair": r"In 32, with this seed|31 were to be expected|Every pair of keys|agree in 32",
    "beside_many": r"4,096 times less|12 bits are lost|compared with all names|expected 256",
    "bindings_read": r"[Aa]bout 256 bindings|one value of 256 is the right|One of 256 is|mean 252",
    "questions_asked": r"half as many questions|is never asked for again|mean 132",
    "clients_that_draw": r"Without m1 nobody|Without the first block|answers are about noise|right: 0 of 40",
    "at_the_false_one": r"It notices nothing|What a client trusts is|Measured: nothing",
    "checks_that_see_the_relay": r"One\. Session and|name of the tunnel cannot|Measured: 1",
    "exact_again": r"and nothing is bound: the|nobody executes anything|Measured: boolTrue",
}  # fmt: skip


class Asked(NamedTuple):
    """One prediction of a lesson, as its cell makes it."""

    lesson: str
    name: str
    more: bool
    answer: str
    """What stands in its fold, as text."""


class Text(HTMLParser):
    """What is read on a page: in the open, and what is folded away as an answer. Text, and the words of pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.folded: list[str] = []
        self._depth: list[bool] = []
        self._skip = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "details":
            self._depth.append(CLASS in (given.get("class") or ""))
        elif tag in ("style", "script"):
            self._skip += 1
        if given.get("alt"):
            self.handle_data(f" {given['alt']} ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._depth:
            self._depth.pop()
        elif tag in ("style", "script"):
            self._skip -= 1

    def handle_data(self, data: str) -> None:
        if not self._skip:
            (self.folded if any(self._depth) else self.open).append(data)


def words(pieces: list[str]) -> str:
    return re.sub(r"\s+", " ", "".join(pieces))


@cache
def lesson(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def shown(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    """Every output of HTML, with its cell."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                yield cell, str(output.data["text/html"])


@cache
def asked() -> tuple[Asked, ...]:
    """All predictions of the lessons."""
    found = []
    for path in LESSONS:
        for cell, html in shown(lesson(path)):
            if f'class="{CLASS}"' not in html:
                continue
            calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
            (call,) = [each for each in calls if ast.unparse(each.func) == "predict"]
            more = any(keyword.arg == "more" for keyword in call.keywords)
            found.append(Asked(path.stem, ast.unparse(call.args[2]), more, words(Text(html).folded)))
    return tuple(found)


@cache
def forms(path: Path) -> dict[str, Text]:
    """A lesson in each form in which somebody reads it, and the page of the printed one where its answers stand."""
    notebook, site = lesson(path), tool()
    saved = []
    for cell in notebook.cells:
        saved.append(cell.source if cell.cell_type == "markdown" else f"<pre>{escaped(cell.source)}</pre>")
        for output in cell.get("outputs", []):
            data = output.get("data", {"text/plain": output.get("text", "")})
            saved += [data.get("text/html", ""), f"<pre>{escaped(data.get('text/plain', ''))}</pre>"]
    made = site.body_of(notebook)
    printed = site.page("", made, printed=True)
    exported, _ = exporter().from_notebook_node(notebook)
    return {
        "saved": Text("\n".join(saved)),
        "nbconvert": Text(exported),
        "site": Text(site.page("", made)),
        "print": Text(printed.partition(LAST_PAGE)[0]),
        "last page": Text(printed.partition(LAST_PAGE)[2]),
    }


@cache
def exporter() -> HTMLExporter:
    return HTMLExporter()


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def test_every_lesson_asks_and_two_predictions_stand_on_its_main_way() -> None:
    main = Counter(each.lesson for each in asked() if not each.more)
    assert set(main) == {path.stem for path in LESSONS}
    assert {name: count for name, count in main.items() if count > MAIN} == {}


def test_every_prediction_has_a_name_of_its_own_a_meaning_and_a_pattern() -> None:
    names = [each.name for each in asked()]
    assert len(set(names)) == len(names)
    assert set(meanings()) == set(names) == set(TOLD)


def test_no_lesson_keeps_a_guess_of_the_old_kind() -> None:
    for path in LESSONS:
        for cell in lesson(path).cells:
            if cell.cell_type == "code":
                assert not re.search(r"^guess\w* = ", cell.source, re.M), path.stem


@pytest.mark.parametrize("form", ["saved", "nbconvert", "site", "print"])
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_answer_stands_in_the_open(path: Path, form: str) -> None:
    text = forms(path)[form]
    in_the_open = words(text.open)
    for each in (one for one in asked() if one.lesson == path.stem):
        found = re.search(TOLD[each.name], in_the_open)
        assert found is None, f"{each.name}: ...{in_the_open[found.start() - 60 : found.end() + 60]}..."
        for piece in pieces(path, each.name):
            assert not re.search(rf"{re.escape(piece)}(?!\w)", in_the_open), f"{each.name}: {piece}"


@cache
def pieces(path: Path, name: str) -> tuple[str, ...]:
    """What is in the fold of a prediction, line by line: what is long enough to be told apart, and no text of the cell
    itself, such as the head of a table."""
    cell, html = next(
        (cell, html)
        for cell, html in shown(lesson(path))
        if f'class="{CLASS}"' in html and re.search(rf"\b{name}\b", cell.source)
    )
    fold = html.partition(f'class="{CLASS}"')[2]
    lines = re.findall(r'<pre>(.*?)</pre>|alt="(.*?)"|<p>(.*?)</p>', fold, re.S)
    split = (line for group in lines for each in group for line in each.split("\n"))
    found = [words(Text(f"<p>{line}</p>").open).strip() for line in split]
    own = words([cell.source])
    return tuple(line for line in found if len(line) >= LONG and line not in own and not line.startswith("Measured:"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_a_prediction_prints_fits_the_window_and_has_no_backticks(path: Path) -> None:
    for _, html in shown(lesson(path)):
        for printed in re.findall(r"(?<!</summary>)<pre>(.*?)</pre>", html.partition(f'class="{CLASS}"')[2], re.S):
            lines = "".join(Text(printed).open).split("\n")
            assert [line for line in lines if len(line) > WIDTH or "`" in line] == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_is_searched_for_is_in_the_fold(path: Path) -> None:
    """Otherwise the test above would look for nothing."""
    folded = words(forms(path)["saved"].folded)
    last = words(forms(path)["last page"].open)
    for each in (one for one in asked() if one.lesson == path.stem):
        assert re.search(TOLD[each.name], folded), each.name
        assert re.search(TOLD[each.name], last), f"{each.name} is not on the last page"
        assert pieces(path, each.name), each.name
        assert re.search(r"Measured: \S", each.answer), each.name


def test_an_answer_in_the_open_is_found() -> None:
    path = next(path for path in LESSONS if path.stem.startswith("00"))
    notebook = nbformat.from_dict(lesson(path))
    assert not re.search(TOLD["one_bit_of_the_seal"], words(Text(body(notebook)).open))
    notebook.cells.append(nbformat.v4.new_markdown_cell("The word stands for more than a hundred mistakes."))
    assert re.search(TOLD["one_bit_of_the_seal"], words(Text(body(notebook)).open))


def body(notebook: NotebookNode) -> str:
    return str(tool().body_of(notebook))


def test_meanings_count_no_bytes_by_hand() -> None:
    for name, meaning in meanings().items():
        for sentence in (meaning.always, *meaning.after.values()):
            counted = re.findall(r"(?<![\w.])(\d+)[\s-]+bytes?\b", re.sub(r"`[^`]*`", "", sentence))
            assert set(counted) <= SPECIFIED_SIZES, name
            assert sentence.endswith("."), name
