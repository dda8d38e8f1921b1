"""The horizon of the hash: blocks are appended to a seal; four receivers accept or refuse it.

Every receiver gets the real bytes: two that are wrong on purpose (`mtlib.lab.receivers`), one that checks the size of a
binding, and one of MTProto 2.0. The dots in the plot were measured with noise in place of the last block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log2

from mtlib.crypto.aes import BLOCK
from mtlib.crypto.entropy import Noise
from mtlib.errors import LocalError, MtError
from mtlib.lab.plates.plate import Control, Glyph, Plate, Slider, line
from mtlib.lab.receivers import trusting
from mtlib.protocol.binding import ENCRYPTED_SIZE, ENVELOPE_SIZE, PLAINTEXT_SIZE, BindPacket
from mtlib.protocol.packets import TO_SERVER, open_packet

MOST = 8
"""The most blocks that can be appended, and the bytes of payload in the last block of a binding."""
RECEIVERS = ("trusts the length inside", "at most 15 bytes of padding", "a binding has 104 bytes", "MTProto 2.0")
A_SECOND = 2000
"""Tries in a second, a rate at which a data centre may answer."""


def lasting(tries: float) -> str:
    """The time for so many tries, at A_SECOND tries in a second, in words."""
    seconds = tries / A_SECOND
    years = 365.25 * 86400
    for unit, size in (("million years", 1e6 * years), ("years", years), ("days", 86400), ("h", 3600), ("s", 1)):
        if seconds >= size:
            return f"{float(f'{seconds / size:.3g}'):,g} {unit}"  # three digits, and 4,460 instead of 4.46e+03
    return "less than a second"


class Horizon(Plate):
    """`carried` is a binding in its packet; `hits` has, for some numbers of payload bytes in the last block, the
    successes in `tries` tries. LocalError for other numbers of bytes and for no tries."""

    name = "the horizon of the hash"
    question = "Blocks are appended to a seal. Who still accepts it?"
    height = 400

    def __init__(self, carried: BindPacket, hits: Mapping[int, int], tries: int) -> None:
        if not set(hits) <= set(range(1, MOST + 1)) or tries < 1:
            raise LocalError("nothing to draw", got=f"{dict(hits)} of {tries}", where="Horizon")
        self.carried, self.hits, self.tries, self.appended = carried, dict(hits), tries, 0
        self._noise = Noise("horizon").draw("blocks", MOST * BLOCK)
        super().__init__()

    # -- Results

    def accepts(self) -> list[bool]:
        """Whether each of RECEIVERS accepts the seal with the appended blocks."""
        binding, more = self.carried.binding, self._noise[: BLOCK * self.appended]
        seal = bytes(binding.encrypted_message) + more
        try:
            whole = bool(open_packet(bytes(self.carried.packet) + more, binding.temp_key, TO_SERVER))
        except MtError:
            whole = False
        return [trusting(seal, binding.perm_key) is not None, trusting(seal, binding.perm_key, BLOCK - 1) is not None,
                len(seal) == ENCRYPTED_SIZE and trusting(seal, binding.perm_key) is not None, whole]  # fmt: skip

    def said(self) -> str:
        told = "; ".join(f"{name}: {'accepts' if each else 'refuses'}"
                         for name, each in zip(RECEIVERS, self.accepts(), strict=True))  # fmt: skip
        return f"{self._much} appended. {told}."

    @property
    def _much(self) -> str:
        return f"{self.appended} block{'s' * (self.appended != 1)}"

    def alt(self) -> str:
        yes = [name for name, each in zip(RECEIVERS, self.accepts(), strict=True) if each]
        return (f"The {PLAINTEXT_SIZE} bytes behind a seal and {self._much} appended: the hash of MTProto 1.0"
                f" covers {ENVELOPE_SIZE} bytes, that of 2.0 everything; accepted by: {', '.join(yes) or 'none'}; "
                "beneath, how many tries a last block of noise needs, from 2^8 for one byte of payload to 2^64 for "
                "eight.")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "receiver", f"{self._much} appended"
        for name, each in zip(RECEIVERS, self.accepts(), strict=True):
            yield name, "accepts" if each else "refuses"
        yield "payload in the last block", "tries expected; measured; at 2,000 a second"
        for payload in range(1, MOST + 1):
            found = f"{self.hits[payload]} of {self.tries}" if payload in self.hits else "not measured"
            yield f"{payload} byte{'s' * (payload > 1)}", f"2^{8 * payload}; {found}; {lasting(256.0**payload)}"

    def controls(self) -> Iterator[Control]:
        yield Slider("appended", "blocks appended", self.appended, MOST, str(self.appended))

    # -- Drawing

    LEFT, BYTE, PLOT = 12.0, 3.5, 196.0
    FOOT = 376.0

    def fixed(self) -> Iterator[Glyph]:
        for at in range(PLAINTEXT_SIZE // BLOCK):
            yield Glyph(f"m{at}", self.LEFT + BLOCK * self.BYTE * at, 10, BLOCK * self.BYTE - 2, 30, f"m{at + 1}",
                        "copied edge")  # fmt: skip
        yield from self._plot()

    def _plot(self) -> Iterator[Glyph]:
        """The plot: payload bytes to the right, tries upwards, in powers of two."""
        x, y = self._x, self._y
        yield Glyph("plot", self.LEFT, self.PLOT - 12, text="the last block replaced by noise: tries until one is "
                    "accepted, against bytes of payload in it", look="small left")  # fmt: skip
        yield Glyph("axes", look="dim", d=line((x(0), y(64)), (x(0), y(0)), (x(MOST), y(0))))
        yield Glyph("law", look="thick", d=line((x(0), y(0)), (x(MOST), y(64))))
        for payload in range(1, MOST + 1):
            yield Glyph(f"x{payload}", x(payload), self.FOOT + 12, text=str(payload), look="small dim")
        for power in (16, 32, 48, 64):
            yield Glyph(f"y{power}", x(0) - 6, y(power), text=f"2^{power}", look="small end dim")
        for payload in (2, 4, 8):
            last = payload == MOST
            yield Glyph(f"time{payload}", x(payload) + (-8 if last else 8), y(8 * payload) + (72 if last else 10),
                        text=f"2^{8 * payload}: {lasting(256.0**payload)}",
                        look="small end" if last else "small left")  # fmt: skip
        for payload, hits in self.hits.items():
            if hits:
                yield Glyph(f"dot{payload}", x(payload) - 5, y(log2(self.tries / hits)) - 5, 10, 10, "●", "small hit",
                            label=f"measured: {payload} bytes of payload, {hits} of {self.tries}")  # fmt: skip

    def _x(self, payload: int) -> float:
        return 60 + 80.0 * payload

    def _y(self, power: float) -> float:
        return self.FOOT - (self.FOOT - self.PLOT) * power / 64

    def marks(self) -> Iterator[Glyph]:
        size = PLAINTEXT_SIZE + BLOCK * self.appended
        for at in range(self.appended):
            x = self.LEFT + self.BYTE * (PLAINTEXT_SIZE + BLOCK * at)
            yield Glyph(f"more{at}", x, 10, BLOCK * self.BYTE - 2, 30, "noise", "small noise")
        for y, name, covered in ((54, "the hash of 1.0", ENVELOPE_SIZE), (78, "a hash of 2.0", size)):
            end = self.LEFT + self.BYTE * covered
            yield Glyph(f"bracket {name}", look="thick",
                        d=line((self.LEFT, y - 5), (self.LEFT, y), (end, y), (end, y - 5)))  # fmt: skip
            yield Glyph(f"name {name}", self.LEFT + 4, y + 9, text=f"{name} covers {covered} bytes", look="small left")
        for at, (name, each) in enumerate(zip(RECEIVERS, self.accepts(), strict=True)):
            yield Glyph(f"receiver{at}", self.LEFT + 185 * at, 104, 180, 44,
                        f"{name}\n{'✓ accepts' if each else '✗ refuses'}", "small good" if each else "small bad",
                        label=f"receiver: {name}: {'accepts' if each else 'refuses'}")  # fmt: skip
