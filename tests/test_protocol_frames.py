"""A frame as a dissection: every framing's parts tile its bytes, and the packet stands inside."""

from __future__ import annotations

import pytest

from mtlib.crypto.entropy import Patterned
from mtlib.errors import LocalError
from mtlib.lab.samples import sample
from mtlib.protocol.packets import FrameShape, framing
from mtlib.transport import FRAMINGS
from mtlib.wire import Dissection


@pytest.mark.parametrize("name", FRAMINGS)
def test_the_parts_tile_the_frame(name: str) -> None:
    carried = sample(framing=name).carried
    wrapped = framing(name, entropy=Patterned("frame")).wrap(bytes(carried.packet))
    found = Dissection(FrameShape(name, carried.packet.shape), wrapped)
    assert b"".join(span.raw for span in found.spans) == wrapped
    assert bytes(found.find("packet")) == bytes(carried.packet)
    assert all(row.meaning for row in found.rows() if row.depth == 0)


def test_an_unknown_framing_is_refused() -> None:
    with pytest.raises(LocalError, match="no such framing"):
        framing("pigeon")
