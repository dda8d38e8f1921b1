"""The Python half of the inspector, without a browser."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given as every
from hypothesis import strategies as st

from mtlib.errors import LocalError
from mtlib.lab import Inspector, inspect_bind, sample
from mtlib.lab.resealing import resealed
from mtlib.wire.dissection import Dissection, unseal
from mtlib.wire.schema import ENCRYPTED_MESSAGE, SCHEMA

SAMPLE = sample()
MESSAGE = "frame/packet/message"
NONCE = f"{MESSAGE}/request/nonce"
REQ_PQ = SCHEMA["req_pq_multi"].build(nonce=bytes(range(16)))


def opened() -> Dissection:
    return unseal(SAMPLE.carried.frame, SAMPLE.keys)


def tell(inspector: Inspector, **message: Any) -> dict[str, Any]:
    """What the browser gets for a message of its own."""
    inspector._handle(inspector, {"serial": 1, **message}, [])
    return dict(inspector.state)


def test_any_dissection_can_be_looked_at_and_changed() -> None:
    inspector = Inspector(REQ_PQ)
    assert repr(inspector) == "<Inspector req_pq_multi: 20 bytes>"
    assert inspector.structure["can"] == {"modes": ["attacker"], "keys": "with the keys"}
    assert (inspector.verdict, inspector.state["verdict"], inspector.structure["checks"]) == (None, None, [])
    inspector.write(4, b"\xff\xfe")
    assert inspector.dissection["nonce"][:2] == b"\xff\xfe"
    inspector.flip(8 * 4)
    assert inspector.dissection["nonce"][0] == 0xFE
    inspector.undo()
    inspector.undo()
    assert inspector.dissection == REQ_PQ
    inspector.redo()
    inspector.reset()
    assert inspector.dissection == REQ_PQ


def test_what_the_inspector_is_given_stays_as_it_was() -> None:
    before = bytes(REQ_PQ)
    Inspector(REQ_PQ).flip(0)
    assert bytes(REQ_PQ) == before


@pytest.mark.parametrize("bit", [-1, 160, 10**9])
def test_there_is_no_such_bit(bit: int) -> None:
    with pytest.raises(LocalError, match="no such bit"):
        Inspector(REQ_PQ).flip(bit)
    with pytest.raises(LocalError):
        Inspector(REQ_PQ).flip(0, "elsewhere")


def test_without_a_rebuild_there_is_no_author() -> None:
    with pytest.raises(LocalError, match="no such way"):
        Inspector(REQ_PQ).mode = "author"
    with pytest.raises(LocalError):
        Inspector(REQ_PQ).author("req_pq_multi/nonce", bytes(16))


def test_a_seal_that_stands_alone_is_closed_as_it_was() -> None:
    binding, sealed = SAMPLE.binding, bytes(SAMPLE.binding.encrypted_message)
    alone = unseal(ENCRYPTED_MESSAGE.dissect(sealed), SAMPLE.keys)
    plaintext = bytes(binding.plaintext)
    assert bytes(resealed(alone, "encrypted_message/plaintext", plaintext, binding.perm_key)) == sealed


def test_behind_a_seal_nobody_reaches_without_a_reseal() -> None:
    inspector = Inspector(opened())
    assert "behind a seal" in tell(inspector, do="write", layer=MESSAGE, at=0, hex="ff")["said"]
    assert inspector.view_model.undos == 0


def test_the_state_is_compact_and_the_structure_stays() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    structure, sent = inspector.structure, []
    inspector.observe(lambda change: sent.append(change.name), names=["structure", "state"])
    tell(inspector, do="write", layer=MESSAGE, at=100, hex="ff")
    assert sent == ["state"]
    assert inspector.structure == structure
    assert len(json.dumps(inspector.state)) < 4000


def test_a_cut_that_changes_is_told_before_the_bytes() -> None:
    inspector, sent = inspect_bind(SAMPLE.carried), list[str]()
    inspector.observe(lambda change: sent.append(change.name), names=["structure", "state"])
    inspector.write(0, b"\xff")
    assert sent == ["structure", "state"]
    assert [told["name"] for told in inspector.structure["fields"]] == ["bytes"]
    inspector.undo()
    assert len(inspector.structure["sheets"]) == 3


def test_what_does_not_follow_any_more_is_told() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    names = [told["path"] for told in inspector.structure["fields"]]
    inspector.flip(8 * 44, MESSAGE)  # the nonce outside
    wrong = [path for path, agrees in zip(names, inspector.state["agrees"], strict=True) if agrees is False]
    assert wrong == [f"{MESSAGE}/request/encrypted_message/plaintext/envelope/inner/nonce"]


def test_the_browser_can_do_all_that_python_can() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    assert tell(inspector, do="write", layer=MESSAGE, at=44, hex="a0")["undos"] == 1
    assert tell(inspector, do="write", layer=MESSAGE, at=44, hex="ab", join=True)["undos"] == 1
    assert tell(inspector, do="undo")["redos"] == 1
    assert tell(inspector, do="redo")["undos"] == 1
    assert tell(inspector, do="reset")["undos"] == 2
    assert tell(inspector, do="mode", mode="author")["mode"] == "author" == inspector.mode
    tell(inspector, do="write", layer=MESSAGE, at=44, hex="ab")
    assert bytes(inspector.dissection.find(NONCE))[0] == 0xAB and inspector.verdict.ok
    assert tell(inspector, do="mode", mode="attacker", serial=9)["serial"] == 9


def test_as_the_author_one_field_at_a_time() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    inspector.mode = "author"
    assert "one field" in tell(inspector, do="write", layer=MESSAGE, at=50, hex="abcdef")["said"]
    assert "follows from others" in tell(inspector, do="write", layer="frame", at=12, hex="ab")["said"]
    assert inspector.view_model.undos == 0


def test_the_text_of_everything_is_sent_when_it_is_asked_for() -> None:
    inspector, sent = Inspector(REQ_PQ), list[Any]()
    inspector.send = sent.append  # type: ignore[method-assign]
    tell(inspector, do="text")
    assert sent == [{"text": str(REQ_PQ)}]


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["write", "mode", "undo"])
keys = st.sampled_from(["do", "at", "hex", "layer", "mode"])
json_values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner), max_leaves=6
)


@every(json_values)
def test_nonsense_from_the_browser_is_answered_with_a_sentence(content: Any) -> None:
    inspector = Inspector(REQ_PQ)
    inspector._handle(inspector, content, [])
    assert isinstance(inspector.state["said"], str)
    assert len(inspector.dissection) == 20


# -- Where nothing runs --------------------------------------------------------------------------------------------


class Table(HTMLParser):
    """The texts of a page, and the tags and attributes it is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


def shown(text: str, dissection: Dissection) -> bool:
    """Whether every field's own bytes and name stand in a text."""
    squeezed = "".join(text.split())
    return all(
        row.name in text and all("".join(line.split()) in squeezed for line in row.lines()) for row in dissection.rows()
    )


def test_a_static_table_without_script_stands_in_for_the_widget() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    data, _ = inspector._repr_mimebundle_()
    page = Table(data["text/html"])
    assert page.tags <= {"div", "b", "span", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.attributes == {"style"}
    assert shown(page.text, inspector.dissection) and shown(data["text/plain"], inspector.dissection)
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_static_view_is_that_of_the_bytes_as_they_are_now() -> None:
    inspector = Inspector(REQ_PQ)
    before = inspector._repr_mimebundle_()[0]["text/plain"]
    inspector.flip(8 * 4)
    assert inspector._repr_mimebundle_()[0]["text/plain"] != before
    assert str(inspector) == str(inspector.dissection)


def test_a_lesson_as_a_page_shows_every_byte_offline(tmp_path: Path) -> None:
    from nbconvert import HTMLExporter

    inspector = inspect_bind(SAMPLE.carried)
    data = dict(inspector._repr_mimebundle_()[0])
    cell = nbformat.v4.new_code_cell("inspect_bind(carried)", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("execute_result", data=data, execution_count=1)]
    for kind in (data.keys(), data.keys() - {"application/vnd.jupyter.widget-view+json"}):
        cell.outputs[0].data = {name: data[name] for name in kind}
        page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
        assert shown(Table(page).text, inspector.dissection)


def test_both_files_of_the_browser_are_there() -> None:
    assert "render" in str(Inspector._esm) and ".mtlib-inspector" in str(Inspector._css)
    assert "#" in str(Inspector._css) and "http" not in str(Inspector._css)
