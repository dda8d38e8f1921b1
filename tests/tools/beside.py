"""Our TL, frames and ciphers beside independent libraries, on good and on damaged bytes: `beside.py SEED`.

Runs where kurigram (TL), mtproto (frames) and tgcrypto (IGE, CTR) are installed. Wherever both sides accept, they must
have read the same; what one accepts and the other refuses must be one of the differences that are written down here.
"""

# ruff: noqa: E402
from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
# tgcrypto installs a package named `tests` beside itself, and a folder without __init__ loses against that.
sys.modules["tests"] = ours = ModuleType("tests")
ours.__path__ = [str(ROOT / "tests")]

from mtlib.crypto.aes import Ctr, ige_decrypt, ige_encrypt
from mtlib.crypto.entropy import System
from mtlib.errors import DecodeError, MtError
from mtlib.transport.framing import FRAMINGS
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import Constructor
from tests.fuzzing import bodies, spoiled

SCHEMA_MADE = ("pyrogram.raw.types.", "pyrogram.raw.functions.")
TL, FRAMES, CIPHERS = 200_000, 20_000, 4_000
STRICTER = ("not a ", "neither boolTrue", "bytes are left over", "nested too deep")
"""Refusals that are ours alone: kurigram takes an object of any type in the place of any other, goes as deep as the
stack, and does not look at what is left over."""


def main(seed: int) -> int:
    rng = random.Random(seed)
    for compare, number in ((tl, TL), (frames, FRAMES), (ciphers, CIPHERS)):
        try:
            print(compare(rng, number), flush=True)
        except AssertionError as reason:
            print(f"{compare.__name__}: {reason}", flush=True)
            return 1
    return 0


# -- TL ---------------------------------------------------------------------------------------------------------------


def tl(rng: random.Random, number: int) -> str:
    """Boxed objects: decoded by both, encoded again by kurigram, and decoded by us once more."""
    from pyrogram.raw.all import objects
    from pyrogram.raw.core import TLObject

    # The rest of its objects are not from a schema but written by hand, and give something else than an object.
    theirs_too = {number for number, where in objects.items() if where.__module__.startswith(SCHEMA_MADE)}
    shared = {c.id for c in SCHEMA if c.id in theirs_too and not _wraps(c)}
    known = [body for body in bodies() if SCHEMA.of(body).id in shared]
    agreed = refused = 0
    for _ in range(number):
        data = spoiled(rng, known)
        theirs = _attempt(lambda data=data: TLObject.read(Bounded(data)).write())
        ours = _ours(data)
        if isinstance(ours, Dissection):
            if SCHEMA.of(data).id not in shared:
                continue
            assert theirs is not None, f"we accept, kurigram refuses: {data.hex()}"
            again = _ours(theirs)
            assert isinstance(again, Dissection), f"kurigram read something else in {data.hex()}"
            same = leaves(again) == leaves(ours)
            assert same or not _all_text(ours), f"two readings of {data.hex()}"
            agreed += same
        else:
            excused = ours.message.startswith(STRICTER)
            assert theirs != data or excused, f"kurigram accepts, we refuse ({ours}): {data.hex()}"
            refused += 1
    return f"TL beside kurigram: {agreed:,} readings are the same, {refused:,} damaged ones refused"


class Bounded(BytesIO):
    """Bytes that end: kurigram would go on with nothing, and a count of 2**31 would fill the memory."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if size is not None and len(found) < size:
            raise EOFError
        return found


def _ours(data: bytes) -> Dissection | MtError:
    try:
        return SCHEMA.dissect(data)
    except MtError as error:
        return error


def _wraps(line: Constructor) -> bool:
    """Whether it carries any function or object, which we keep as bytes and kurigram has to know."""
    return any(field.kind.name in ("!X", "Object") for field in line.fields)


def _attempt(read: Callable[[], bytes]) -> bytes | None:
    try:
        return bytes(read())
    except Exception:
        return None


def _all_text(found: Dissection) -> bool:
    """Whether every string is UTF-8: we keep what is not as bytes, kurigram puts question marks there."""
    try:
        return all(value.decode() is not None for _, value in leaves(found) if isinstance(value, bytes))
    except UnicodeDecodeError:
        return False


def leaves(found: Dissection) -> list[tuple[str, Any]]:
    """Every value without parts, but for flags: kurigram drops the bits that it does not know."""

    def walk(part: Dissection) -> Iterator[tuple[str, Any]]:
        for span in part.spans:
            if span.nested is not None:
                yield from walk(span.nested)
            elif span.field.kind.name != "#":
                yield span.name, span.value

    return list(walk(found))


# -- Frames -----------------------------------------------------------------------------------------------------------


def frames(rng: random.Random, number: int) -> str:
    """Packets framed by one and read by the other; a frame with a checksum, damaged, is read by neither."""
    from mtproto.enums import ConnectionRole
    from mtproto.transport.buffer import RxBuffer, TxBuffer
    from mtproto.transport.transports.abridged import AbridgedTransport
    from mtproto.transport.transports.full import FullTransport
    from mtproto.transport.transports.intermediate import IntermediateTransport

    kinds = {"abridged": AbridgedTransport, "intermediate": IntermediateTransport, "full": FullTransport}
    damaged = 0
    for _ in range(number):
        name = rng.choice([*kinds])
        payload = b"\x01" * 8 + rng.randbytes(16 + 16 * rng.randrange(3, 60))
        ours = FRAMINGS[name]("client", entropy=System()).wrap(payload)
        sending = kinds[name](ConnectionRole.CLIENT, RxBuffer(), TxBuffer())
        sending.write(_Raw(payload))
        theirs = bytes(sending.tx_buffer.get_data())
        assert ours == theirs, f"{name}: two frames around {payload.hex()}"
        # That library takes the quick-ack flag of intermediate from the first byte of the length, not from the last.
        if name != "intermediate" or not ours[0] & 0x80:
            reading = kinds[name](ConnectionRole.SERVER, RxBuffer(ours), TxBuffer())
            assert bytes(reading._read().write()) == payload, f"{name}: mtproto reads another packet"
        end = FRAMINGS[name]("server")
        end.feed(theirs)
        frame = end.next()
        assert frame is not None
        assert frame.payload == payload, f"{name}: we read another packet"
        if name == "full":
            damaged += _neither_reads(rng, ours, kinds[name](ConnectionRole.SERVER, RxBuffer(), TxBuffer()))
    return f"frames beside mtproto: {number:,} the same both ways, {damaged:,} damaged full frames read by neither"


class _Raw:
    """A packet of that library: something with a `write`."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def write(self) -> bytes:
        return self._data


def _neither_reads(rng: random.Random, frame: bytes, theirs: Any) -> bool:
    broken = bytearray(frame)
    broken[rng.randrange(4, len(frame))] ^= 1 << rng.randrange(8)
    theirs.rx_buffer.data_received(bytes(broken))
    assert theirs._read() is None, f"mtproto reads a damaged frame: {broken.hex()}"
    end = FRAMINGS["full"]("server")
    end.feed(bytes(broken))
    try:
        end.next()
    except DecodeError:
        return True
    raise AssertionError(f"we read a damaged frame: {broken.hex()}")


# -- Ciphers ----------------------------------------------------------------------------------------------------------


def ciphers(rng: random.Random, number: int) -> str:
    """IGE both ways, on whatever is given, and CTR in pieces."""
    import tgcrypto

    for _ in range(number):
        data, key, iv = rng.randbytes(16 * rng.randrange(1, 64)), rng.randbytes(32), rng.randbytes(32)
        sealed = ige_encrypt(data, key, iv)
        assert sealed == tgcrypto.ige256_encrypt(data, key, iv), f"IGE of {data.hex()}"
        broken = bytearray(sealed)
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        for block in (sealed, bytes(broken)):
            assert ige_decrypt(block, key, iv) == tgcrypto.ige256_decrypt(block, key, iv), f"IGE back of {block.hex()}"
        ours, counter, state = Ctr(key, iv[:16]), bytearray(iv[:16]), bytearray(1)
        for piece in (data[: rng.randrange(len(data))], data):
            assert ours.update(piece) == tgcrypto.ctr256_encrypt(piece, key, counter, state) if piece else True
    return f"IGE and CTR beside tgcrypto: {number:,} messages, good and damaged, the same both ways"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
