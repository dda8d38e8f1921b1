"""The doctor before the patients of a ninth author, with a judge who reads the first finding only: it names the guilty
field with its offset, what stands there and what should, or the step of the recipe."""

from __future__ import annotations

import re
import time
from functools import cache
from typing import Any

import pytest

from mtlib import diagnose, read_patient
from unseen_ninth_client import Ctx, d, kid, q, sg
from unseen_ninth_patients import ANS, BY, H, S, given, h, modes_for, pairs

PARTS = 6
SECONDS: list[float] = []
CERTAIN_ONLY = {
    "msg_id_first em_perm",  # nobody knows the msg_id then
    "body_tlbytes full", "body_tlbytes request_perm",  # the three bytes of filling are told first
}  # fmt: skip
PARTLY = {
    "drop_nonce_len+req_nonce_be", "drop_nonce_len+tl_int", "in_expires_at_be+reqval_exp_secs", "random32+tl_nopad",
    "pad_pad12v2+tl_int", "pad_pad16+tl_short",
    "drop_nonce_len+val_ctor_request", "in_msg_id_plus1+random8", "random32+in_msg_id_zero",
    "swap_perm_auth_key_id_temp_session_id+hdr_drop_length", "random32+swap_perm_auth_key_id_temp_session_id",
    "in_msg_id_zero+val_msgid_other_later",  # one field, written twice
}  # fmt: skip
"""Of these two only one is named, or what is certain is said."""
Truth = tuple[Any, ...]


def same(want: Any, got: Any) -> bool:
    """Whether evidence shows this value: bytes as hex (the first four will do) or as a number, or by a pattern."""
    if want is None or isinstance(want, str):
        return want is None or re.fullmatch(want, str(got)) is not None
    if isinstance(want, int):
        return str(got) in {str(want), d(want).hex(), q(want).hex()}
    number, shown = int.from_bytes(want, "little"), str(got)
    as_hex = shown == want.hex() or (len(shown) >= 8 and want.hex().startswith(shown))
    return as_hex or shown in {str(number), str(sg(number, 8 * len(want)))}


def names(truth: Truth, finding: dict[str, Any], *, anywhere: bool = False) -> bool:
    kind, *rest = truth
    if kind == "ANY":
        return any(names(each, finding, anywhere=anywhere) for each in rest[0])
    if kind == "P":
        rows = [f"{row['path']} {row['got']} {row['expected']}" for row in finding["evidence"]]
        return all(re.search(word, " ".join([finding["name"], finding["sentence"], *rows])) for word in rest[0])
    field, offset, got, expected = rest
    return any(
        row["path"].rpartition("/")[2] == field and (anywhere or row["offset"] == offset)
        and same(got, row["got"]) and same(expected, row["expected"]) for row in finding["evidence"]
    )  # fmt: skip


def asked(told: dict[str, Any], *, as_text: bool = False) -> dict[str, Any]:
    """What the doctor says; `as_text` where the values are pasted as lines, the keys as base64."""
    if as_text:
        import base64

        plain = {name: bytes.fromhex(v.replace(":", "")) if name.endswith("key") and isinstance(v, str) else v
                 for name, v in told.items()}  # fmt: skip
        lines = [f"{name}: {base64.b64encode(v).decode() if name.endswith('key') else bytes(v).hex()}"
                 if isinstance(v, bytes | bytearray) else f"{name}: {v}" for name, v in plain.items()]  # fmt: skip
        told = dict(read_patient("\n".join(lines)))
    start = time.process_time()
    said = diagnose(**told).to_dict()
    SECONDS.append(time.process_time() - start)
    return said


@cache
def singles() -> tuple[tuple[str, Truth, Ctx, dict[str, Any]], ...]:
    """Each slip with what is told in turn, and with the least with which it can be known."""
    made = []
    for at, (name, where, needs, slip) in enumerate(S):
        modes = modes_for(where, needs)
        for mode in dict.fromkeys((modes[at % len(modes)], modes[-1])):
            ctx = Ctx(name)
            truth = slip(ctx)
            ctx.build()
            as_text = at % 5 == 4 and mode in ("full", "em", "packet", "request_perm")
            made.append((f"{name} {mode}", truth, ctx, asked(given(ctx, mode, at), as_text=as_text)))
    return tuple(made)


@cache
def doubles() -> tuple[tuple[str, tuple[Truth, Truth], Ctx, dict[str, Any]], ...]:
    made = []
    for at, (one, other) in enumerate(pairs):
        modes = ["packet", "packet_other", "stream"] if "pkt" in other else ["full", "packet", "full_now", "stream"]
        ctx = Ctx(f"{one}+{other}")
        truths = BY[one][2](ctx), BY[other][2](ctx)
        ctx.build()
        made.append((f"{one}+{other}", truths, ctx, asked(given(ctx, modes[at % len(modes)], at))))
    return tuple(made)


def without_a_permanent_key() -> list[tuple[str, Truth, Ctx, dict[str, Any]]]:
    made = []
    for name, where, _, slip in S:
        ctx = Ctx(name)
        truth = slip(ctx)
        ctx.build()
        request = ctx.body(ctx.request)
        for told in ({"request": request}, {"request": request, "temp_key": h(ctx.temp, 0)},
                     {"packet": ctx.packet, "temp_key": h(ctx.temp, 1)}, {"encrypted_message": ctx.em}):  # fmt: skip
            if (where != "packet" or "packet" in told) and where != "told":
                made.append((name, truth, ctx, asked(told)))
    return made


def test_they_are_as_many_as_they_should_be() -> None:
    assert (len(S) >= 400, len(pairs) >= 200, len(H) >= 100, len(ANS) >= 60) == (True, True, True, True)
    assert len(singles()) >= 750 and len({name for name, *_ in singles()}) == len(singles())


def test_the_first_finding_names_the_mistake() -> None:
    unnamed = {name for name, truth, _, said in singles() if not names(truth, said["findings"][0])}
    assert unnamed == CERTAIN_ONLY
    assert len(unnamed) < 0.05 * len(singles())


def test_of_two_mistakes_both_are_named() -> None:
    unnamed = {name for name, truths, _, said in doubles()
               if not all(any(names(truth, each, anywhere=True) for each in said["findings"]) for truth in truths)
               or not any(names(truth, said["findings"][0], anywhere=True) for truth in truths)}  # fmt: skip
    assert unnamed == PARTLY


def test_nothing_that_is_wrong_is_healthy() -> None:
    everything = [*singles(), *doubles(), *without_a_permanent_key()]
    assert [name for name, _, _, said in everything if said["healthy"]] == []


def accused(truths: tuple[Truth, ...], ctx: Ctx, said: dict[str, Any]) -> set[str]:
    """Fields whose right bytes are shown as wrong ones, and evidence that expects what it got."""
    right = Ctx("right")
    right.__dict__.update(perm=ctx.perm, temp=ctx.temp)
    true = {("encrypted_message", "perm_auth_key_id"): kid(ctx.perm), ("request", "perm_auth_key_id"): kid(ctx.perm),
            ("plaintext", "perm_auth_key_id"): kid(ctx.perm), ("plaintext", "temp_auth_key_id"): kid(ctx.temp),
            **{(part, "nonce"): q(ctx.nonce) for part in ("plaintext", "request")},
            **{(part, "expires_at"): d(ctx.expires) for part in ("plaintext", "request")},
            ("plaintext", "temp_session_id"): q(ctx.session), ("message", "session_id"): q(ctx.session),
            ("message", "salt"): q(ctx.salt)}  # fmt: skip
    found = set()
    for finding in said["findings"]:
        either = re.search("may as well|It is so in the message", finding["sentence"])
        for row in finding["evidence"]:
            value = true.get((row["path"].partition("/")[0], row["path"].rpartition("/")[2]))
            allowed = any(names(truth, {**finding, "evidence": [row]}, anywhere=True) for truth in truths)
            if row["got"] == row["expected"] or (value and same(value, row["got"]) and not either and not allowed):
                found.add(f"{finding['name']} {row['path']}")
    return found


def test_nothing_that_is_right_is_accused() -> None:
    told = [(name, (truth,), ctx, said) for name, truth, ctx, said in (*singles(), *without_a_permanent_key())]
    found = {name: wrong for name, truths, ctx, said in (*told, *doubles())
             if not name.startswith("told_") and (wrong := accused(truths, ctx, said))}  # fmt: skip
    assert found == {}


@pytest.mark.parametrize("part", range(PARTS))
def test_the_healthy_are_healthy(part: int) -> None:
    for name, change, told, _ in H[part::PARTS]:
        ctx = Ctx("h" + name.split("/")[0])
        if change:
            change(ctx)
        ctx.build()
        values = {key: value for key, value in told(ctx).items() if key != "answer" or "ENCRYPTED" not in str(value)}
        assert [each["name"] for each in asked(values)["findings"]] == ["healthy"], name


def test_no_answer_but_true_is_healthy() -> None:
    for at, answer in enumerate(ANS):
        ctx = Ctx(f"a{at}").build()
        assert not asked({**given(ctx, "full", 0), "answer": answer})["healthy"], answer


def test_it_takes_milliseconds() -> None:
    taken = sorted(SECONDS)
    assert taken[int(0.95 * len(taken))] < 0.2 and taken[-1] < 1
