"""Each constructor of wire.schema_service is in the schema, and its fields say where they come from."""

from __future__ import annotations

import pytest

from mtlib.wire import SCHEMA, Constructor

NAMES = ("rpc_result", "bad_server_salt", "new_session_created", "pong", "msgs_ack", "future_salts", "msg_container")


@pytest.mark.parametrize("made", [SCHEMA[name] for name in NAMES], ids=lambda made: made.name)
def test_the_first_answers_of_a_data_centre_explain_themselves(made: Constructor) -> None:
    assert all(f.note.meaning and f.note.spec for f in made.fields)


def test_a_body_in_a_container_ends_where_its_length_says() -> None:
    ping = bytes(SCHEMA["ping"].build(ping_id=3))
    message = SCHEMA["message"].bare.pack({"msg_id": 4, "seqno": 1, "bytes": len(ping), "body": ping})
    packed = SCHEMA["msg_container"].build(messages=[message, message])
    assert packed.find("messages/1/body/ping_id").value == 3  # type: ignore[union-attr]
