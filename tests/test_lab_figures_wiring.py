"""The equality wiring: six lines out of CHECKS, 1 + 2 + 3, and the broken one lit."""

from __future__ import annotations

from collections import Counter

import pytest

from figure_samples import BINDING, SAMPLE, figure, flipped, sealed, verdict
from mtlib.lab.figures_wiring import LINES, equality_wiring
from mtlib.protocol.checks import Rules, verify
from mtlib.wire.schema import REQUEST


def states(name: str) -> dict[str, str]:
    return {row[3].rpartition(" ")[2]: row[5] for row in figure(name).rows}


def test_six_lines_from_three_places() -> None:
    assert Counter(line.outside[0] for line in LINES) == {"packet": 1, "message": 2, "request": 3}
    assert [line.outside[1].name for line in LINES] == [
        "auth_key_id", "session_id", "msg_id", "perm_auth_key_id", "nonce", "expires_at",
    ]  # fmt: skip
    assert [line.inside[1].name for line in LINES] == [line.check for line in LINES]


def test_both_values_of_each_line_are_named() -> None:
    rows = figure("wiring").rows
    assert [row[2] for row in rows] == [row[4] for row in rows]
    assert {row[2] for row in rows} == {
        str(value)
        for value in (SAMPLE.temp_key.id, SAMPLE.perm_key.id, BINDING.session_id, BINDING.msg_id, BINDING.nonce,
                      BINDING.expires_at)
    }  # fmt: skip
    assert "All hold. The data centre answers boolTrue." in figure("wiring").alt


FIELDS = {"nonce": {"nonce": 7}, "expires_at": {"expires_at": SAMPLE.now + 60}}
TUNNEL = {"temp_session_id": {"session_id": 1}, "msg_id": {"msg_id": BINDING.msg_id + 4}}


@pytest.mark.parametrize("broken", [*FIELDS, *TUNNEL, "temp_auth_key_id"])
def test_breaking_a_value_lights_its_line_and_no_other(broken: str) -> None:
    given = {"perm_auth_key_id": SAMPLE.perm_key.id, "nonce": BINDING.nonce, "expires_at": BINDING.expires_at}
    request = REQUEST.build(**given | FIELDS.get(broken, {}), encrypted_message=bytes(BINDING.encrypted_message))
    place = {"session_id": BINDING.session_id, "msg_id": BINDING.msg_id} | TUNNEL.get(broken, {})
    temp_key = SAMPLE.perm_key if broken == "temp_auth_key_id" else SAMPLE.temp_key
    said = verify(request, perm_key=SAMPLE.perm_key, temp_key=temp_key, now=SAMPLE.now, **place)
    made = equality_wiring(said)
    assert [row[3].rpartition(" ")[2] for row in made.rows if row[5] == "BROKEN"] == [broken]
    number = [line.check for line in LINES].index(broken) + 1
    assert f"Broken: {number} " in made.alt and f"the first check that fails: {broken}." in made.alt


def test_noise_breaks_several() -> None:
    """In the first cipher block all is lost; further on, what stands before it is still right."""
    assert set(states("wiring, noise").values()) == {"BROKEN"}
    made = equality_wiring(verdict(sealed(flipped(8 * 75))))
    assert [row[5] for row in made.rows].count("holds") == 2
    assert "first check that fails: msg_key" in made.alt


def test_a_seal_that_stays_closed_is_not_a_broken_line() -> None:
    assert set(states("wiring, unknown key").values()) == {"not compared"}
    assert "6 could not be compared" in figure("wiring, unknown key").alt


def test_a_check_that_is_switched_off_is_not_compared() -> None:
    made = equality_wiring(verdict(rules=Rules(skip=frozenset({"nonce"}))))
    assert [row[5] for row in made.rows].count("not compared") == 1
    assert "boolTrue" in made.alt
