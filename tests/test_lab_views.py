"""The smaller views: what the browser is told, and the tables that stand in for them."""

from __future__ import annotations

import json

import pytest

from mtlib.crypto import FROM_NONCES, V1, V2, Schedule, ScheduleTable
from mtlib.errors import LocalError
from mtlib.lab import Conversation, Ige, KeySchedule, Sent, sample
from mtlib.lab.views import View
from mtlib.wire import SCHEMA

SAMPLE = sample()
SCHEDULE = SAMPLE.binding.schedule
KEY = bytes(SAMPLE.perm_key)
TABLES = [(V1, {"auth_key": KEY, "msg_key": bytes(16)}), (V2, {"auth_key": KEY, "msg_key": bytes(16)}),
          (FROM_NONCES, {"new_nonce": bytes(range(32)), "server_nonce": bytes(16)})]  # fmt: skip


@pytest.mark.parametrize(("table", "sources"), TABLES, ids=lambda value: getattr(value, "name", ""))
@pytest.mark.parametrize("x", [0, 8])
def test_the_pieces_that_are_told_make_the_schedule(table: ScheduleTable, sources: dict[str, bytes], x: int) -> None:
    schedule = table.run(x, **sources)
    values = dict(sources)
    for row in KeySchedule(schedule).told["rows"]:
        joined = b"".join(values[piece["source"]][piece["start"] : piece["stop"]] for piece in row["pieces"])
        values[row["name"]] = schedule[row["name"]]
        assert len(values[row["name"]]) == row["size"]
        if not row["hash"]:
            assert joined == schedule[row["name"]]
        else:
            assert joined == schedule.hashes[row["name"]][0]


def test_a_schedule_is_a_secret_unless_it_is_asked_for() -> None:
    quiet, loud = KeySchedule(SCHEDULE), KeySchedule(SCHEDULE, show_bytes=True)
    for secret in (SCHEDULE.aes_key.hex(), SCHEDULE["sha1_a"].hex()):
        assert secret not in json.dumps(quiet.told) + str(quiet) + repr(quiet)
        assert secret in json.dumps(loud.told) and secret in str(loud)
    assert KEY.hex() not in json.dumps(loud.told)


def test_the_table_of_a_schedule_is_in_the_notation_of_python() -> None:
    assert "sha1_a[0:8] + sha1_b[8:20] + sha1_c[4:16]" in str(KeySchedule(SCHEDULE))
    sources = {source["name"]: source["size"] for source in KeySchedule(SCHEDULE).told["sources"]}
    assert sources == {"auth_key": 256, "msg_key": 16}


def test_ige_tells_every_block() -> None:
    view = Ige(bytes(SAMPLE.binding.plaintext), SCHEDULE.aes_key, SCHEDULE.aes_iv)
    assert repr(view) == "<Ige: 5 blocks>"
    assert "".join(block["ciphertext"] for block in view.told["blocks"]) == SAMPLE.binding.ciphertext.hex()
    for block in view.told["blocks"]:
        plaintext, mixed, before = (int(block[name], 16) for name in ("plaintext", "before_aes", "c_prev"))
        assert plaintext ^ before == mixed
    assert str(view).count("into AES") == 5
    assert "iv[0:16]" in str(view) and "ciphertext 4" in str(view)


def test_ige_refuses_what_is_no_block() -> None:
    with pytest.raises(LocalError):
        Ige(b"", SCHEDULE.aes_key, SCHEDULE.aes_iv)
    with pytest.raises(LocalError):
        Ige(bytes(17), SCHEDULE.aes_key, SCHEDULE.aes_iv)


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


@pytest.mark.parametrize("view", [KeySchedule(SCHEDULE), Ige(bytes(16), bytes(32), bytes(32)), talk()], ids=repr)
def test_every_view_has_a_table_where_nothing_runs(view: View) -> None:
    data, _ = view._repr_mimebundle_()
    assert data["text/plain"] == str(view)
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "<script" not in data["text/html"] and "class=" not in data["text/html"]
    json.dumps(view.told)


def test_a_schedule_is_never_pickled_into_a_view() -> None:
    assert isinstance(KeySchedule(SCHEDULE).schedule, Schedule)
