"""What is opened once for all checks, whatever is wrong with the rest."""

from __future__ import annotations

from dataclasses import fields

import pytest

from mtlib.lab.samples import sample
from mtlib.protocol import checks as module
from mtlib.protocol.checks import Facts, Rules

SAMPLE = sample()
BINDING = SAMPLE.binding
REQUEST = bytes(BINDING.request)


def facts(request: bytes = REQUEST, **more: object) -> Facts:
    given = {"perm_key": SAMPLE.perm_key, "temp_key": SAMPLE.temp_key} | more
    return Facts(request, session_id=1, msg_id=4, now=SAMPLE.now, **given)  # type: ignore[arg-type]


def test_a_good_request_is_open_to_the_bottom() -> None:
    good = facts()
    assert good.problem is None
    assert good.leftover == 0
    assert good.plaintext == bytes(BINDING.plaintext)
    assert good.hash == BINDING.msg_key
    assert good.envelope is not None
    assert good.envelope["inner"]["nonce"] == BINDING.nonce


def test_leftovers_are_counted_and_the_call_is_read_all_the_same() -> None:
    more = facts(REQUEST + bytes(5))
    assert (more.leftover, more.problem) == (5, None)
    assert more.call is not None
    assert more.call["nonce"] == BINDING.nonce


@pytest.mark.parametrize("request_", [b"", REQUEST[:-1], b"\x00" * 132, REQUEST[:24]])
def test_what_does_not_parse_opens_nothing(request_: bytes) -> None:
    bad = facts(request_)
    assert bad.problem is not None
    assert (bad.call, bad.sealed, bad.plaintext, bad.envelope) == (None, None, None, None)


def test_an_unknown_key_costs_the_same_work_and_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    worked = []
    decrypt = module.decrypt_v1
    monkeypatch.setattr(module, "decrypt_v1", lambda *a: worked.append(1) or decrypt(*a))
    assert facts(perm_key=None).plaintext is None
    assert facts().plaintext is not None
    assert worked == [1, 1]


def test_every_rule_is_explained() -> None:
    for rule in fields(Rules):
        assert f"`{rule.name}`" in str(Rules.__doc__)


def test_what_does_not_parse_leaves_nothing_over() -> None:
    bad = facts(REQUEST[:-1])
    assert (bad.leftover, bad.call) == (0, None)
