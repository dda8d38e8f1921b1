"""The triage tree: every check of the data centre is asked about once, and a verdict lights its branch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from figure_samples import BINDING, FIGURES, SAMPLE, figure, flipped, sealed, verdict
from mtlib.errors import LocalError
from mtlib.lab.figures_faults import TRIAGE, triage_tree
from mtlib.protocol.checks import CHECKS, INVALID, Verdict, verify
from mtlib.wire.schema import REQUEST


def test_every_check_stands_in_exactly_one_step() -> None:
    asked = [name for step in TRIAGE for name in step.checks]
    assert sorted(asked) == sorted(check.name for check in CHECKS)


def test_the_second_question_is_about_the_name() -> None:
    errors = {check.name: check.error for check in CHECKS}
    assert INVALID in TRIAGE[1].question
    assert all(errors[name] != INVALID and errors[name] in TRIAGE[1].cause for name in TRIAGE[1].checks)
    assert {errors[name] for step in TRIAGE[2:] for name in step.checks} == {INVALID}


def late() -> Verdict:
    return verify(BINDING.request, perm_key=SAMPLE.perm_key, temp_key=SAMPLE.temp_key, session_id=BINDING.session_id,
                  msg_id=BINDING.msg_id, now=BINDING.expires_at)  # fmt: skip


def other_nonce() -> Verdict:
    values = {"perm_auth_key_id": SAMPLE.perm_key.id, "expires_at": BINDING.expires_at, "nonce": 0}
    return verdict(REQUEST.build(**values, encrypted_message=bytes(BINDING.encrypted_message)))


STOPS = {
    "expires_at_in_range": (2, late),
    "perm_auth_key_id_in_front": (3, lambda: verdict(sealed(flipped(0)))),
    "length": (3, lambda: verdict(sealed(flipped(8 * 30)))),
    "msg_key": (4, lambda: verdict(sealed(flipped(8 * 100)))),
    "nonce": (5, other_nonce),
    "perm_key_known": (6, lambda: verdict(knows=False)),
}


@pytest.mark.parametrize("check", STOPS)
def test_a_refusal_ends_at_its_question(check: str) -> None:
    number, said = STOPS[check]
    assert triage_tree(said()).alt.endswith(f"This verdict: {check} fails, question {number}.")


def test_success_goes_all_the_way_down() -> None:
    assert figure("triage, bound").alt.endswith("All yes: boolTrue. This verdict: boolTrue.")
    assert FIGURES["triage"]().alt.endswith("All yes: boolTrue.")


def test_causes_and_cures_are_in_the_table() -> None:
    assert [row[1:] for row in figure("triage").rows] == [(step.question, step.cause, step.cure) for step in TRIAGE]


def test_steps_that_do_not_fit() -> None:
    for steps in ((), TRIAGE * 2, (replace(TRIAGE[0], cause="long " * 99),), (replace(TRIAGE[0], question=""),)):
        with pytest.raises(LocalError):
            triage_tree(None, steps)
    with pytest.raises(LocalError, match="no step asks"):
        triage_tree(verdict(knows=False), TRIAGE[:2])
