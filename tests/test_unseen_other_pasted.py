"""What one more author pastes: read, or refused in a sentence, and never read wrongly."""

from __future__ import annotations

from typing import Any

import pytest

from mtlib import diagnose, read_patient
from mtlib.clinic.patient import EitherOrder
from mtlib.errors import MtError
from unseen_other_client import build
from unseen_other_pasted import FORMS

BYTES = {"request", "encrypted_message", "packet", "stream"}
WELL = {"healthy", "nothing_wrong_so_far", "no_key", "nothing_given", "permanent_key_unknown"}
"""What may be said of right bytes, with or without an answer that refused them."""
CUT = {"request cut by the terminal"}
"""Nothing in the text says that it was cut: what is there is read, and the verdict says that it is not whole."""


def _plain(value: Any) -> Any:
    given = getattr(value, "given", value)
    return bytes.fromhex(given) if isinstance(given, str) else given


def _alike(got: Any, wanted: Any) -> bool:
    return _plain(got) == wanted or (isinstance(got, EitherOrder) and got.other == wanted)


@pytest.mark.parametrize(("name", "text", "wanted", "more"), FORMS, ids=[name for name, *_ in FORMS])
def test_it_is_read_or_refused_and_never_read_wrongly(
    name: str, text: str | bytes, wanted: dict[str, Any], more: dict[str, Any]
) -> None:
    try:
        got = read_patient(text)
    except MtError as error:
        assert "\n" not in str(error)
        assert more, error
        return
    assert {each for each in wanted if each in got and not _alike(got[each], wanted[each])} == set()
    assert "lax" in more or wanted.keys() <= got.keys()
    assert name in CUT or not (BYTES & got.keys()) - wanted.keys()
    told = diagnose(**got).to_dict()
    assert told["name"] in (WELL if name not in CUT else {"no_binding_in_it"}), told["verdict"]


def test_there_are_enough_of_them() -> None:
    assert len({name for name, *_ in FORMS}) == len(FORMS) >= 100
    assert sum(bool(more) for *_, more in FORMS) < 30


@pytest.mark.parametrize("label", ["send", "sent", "out", "tx", "data"])
@pytest.mark.parametrize("answer", ["recv: error -404", "Transport error: -404", "got error -444 from the server"])
def test_a_log_of_what_was_sent_and_what_came_back(label: str, answer: str) -> None:
    made = build(99, {})
    keys = f"perm key = {made.perm.hex()}\ntemp key = {made.temp.hex()}\n"
    got = read_patient(f"{label}: {made.packet.hex()}\n{answer}\n{keys}")
    assert got["packet"] == made.packet
    told = diagnose(**got).to_dict()
    assert not told["healthy"]
    assert str(got["answer"]) in answer
