"""The limits are reasons, so each is explained, and none is nothing."""

from __future__ import annotations

from dataclasses import fields

from mtlib.protocol.limits import Limits


def test_each_limit_is_explained_and_positive() -> None:
    for limit in fields(Limits):
        assert f"`{limit.name}`" in str(Limits.__doc__)
        assert limit.default > 0  # type: ignore[operator]
