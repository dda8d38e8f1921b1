"""A conversation in two lanes: what the browser is told, and the table that stands in for it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mtlib.lab import Conversation, Sent, views
from mtlib.wire.schema import SCHEMA


def talk() -> Conversation:
    ask = SCHEMA["req_pq_multi"].build(nonce=bytes(range(16)))
    reply = SCHEMA["resPQ"].build(
        nonce=bytes(range(16)), server_nonce=bytes(16), pq=b"\1" * 8, server_public_key_fingerprints=(1, 2)
    )
    return Conversation([Sent(True, ask, "<begin>"), Sent(False, reply)], ("client", "dc"))


def test_a_conversation_opens_the_bytes_of_each_message_without_a_script() -> None:
    view = talk()
    assert repr(view) == "<Conversation of 2 messages>"
    page = view._repr_mimebundle_()[0]["text/html"]
    assert page.count("<details>") == 2 and "<script" not in page and "&lt;begin&gt;" in page
    told = view.told["messages"]
    assert [message["client"] for message in told] == [True, False]
    assert "".join("".join(row["hex"].split()) for row in told[0]["rows"]) == bytes(view.messages[0].message).hex()
    assert "client -> dc" in str(view) and "client <- dc" in str(view)


def test_it_has_a_table_where_nothing_runs() -> None:
    view = talk()
    data, _ = view._repr_mimebundle_()
    assert data["text/plain"] == str(view)
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "<script" not in data["text/html"] and "class=" not in data["text/html"]
    json.dumps(view.told)


def test_the_script_is_told_of_each_row_what_it_asks() -> None:
    script = Path(views.__file__).with_suffix(".mjs").read_text(encoding="utf-8")
    asked = set(re.findall(r"\btold\.(\w+)", script[script.index("function fields(") :]))
    rows = [row for message in talk().told["messages"] for row in message["rows"]]
    assert rows and all(set(row) == asked for row in rows)
