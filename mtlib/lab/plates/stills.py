"""Plates without motion, made from results that a lesson has computed. The plates of the labs are in
`stills_labs`.

| still | lesson | what it shows |
|---|---|---|
| `Layers` | 02 | eight layers of one frame, each with its own byte of one number |
| `Comb` | 03 | for each wrong way to write a string, the lengths at which the bytes differ |
| `Bench` | 04 | frames, the reads in which they arrive, the packets handed up; what each lost byte leads to |
| `Stripes` | 05 | how much each byte of a connection reveals, and the sizes that stay |
| `Who` | 06 | after which message of an exchange which side knows a value |
| `Growth` | 07 | how the steps of the walk grow with p |
| `Diffusion` | 08 | which bytes of each stage of RSA_PAD change with one bit |
| `SmallClocks` | 09 | a power as a hand on a clock, and the small clocks that a wiretapper reads |
| `Zeros` | 10 | which results change if a value has lost its leading zero |
| `Boxes` | 16 | which layer of a frame is inside which, what else is in each, and what a seal covers |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from math import cos, log2, pi, sin
from typing import ClassVar

from mtlib.crypto.aes import BLOCK
from mtlib.lab.plates.plate import WIDTH, Glyph, Still, hatching, line, one_of, runs, some
from mtlib.wire.dissection import Dissection

SIDE, WIDE = 150.0, 592.0
"""The x at which a row begins, after its name; and the length of a row."""


def _bars(flags: Iterable[bool], step: float, height: float) -> str:
    """The `d` of a bar over each run of True, `step` for each value."""
    spans = ((step * start, step * stop) for flag, start, stop in runs(flags) if flag)
    return "".join(f"M{x:.1f} 0h{max(end - x, 1):.1f}v{height:g}H{x:.1f}z" for x, end in spans)


class Layers(Still):
    """`layers` has the dissection of each layer, and its first byte in the outermost one; `at` is a byte number."""

    name, question = "the layers", "Each layer counts from its own first byte. Where does its byte stand?"

    def __init__(self, layers: Mapping[str, tuple[Dissection, int]], at: int) -> None:
        self.layers, self.at = dict(some(layers, "layers")), at
        self.height = 6 + 34 * len(self.layers)
        super().__init__()

    def _places(self) -> Iterator[tuple[str, int, str, int]]:
        """The name of each layer, its first byte, the field of its byte `at`, and where that is in the outermost."""
        for name, (layer, start) in self.layers.items():
            yield name, start, next(s.name for s in layer.spans if s.start <= self.at < s.stop), start + self.at

    def marks(self) -> Iterator[Glyph]:
        step = WIDE / max(start + len(layer) for layer, start in self.layers.values())
        for row, (name, (layer, start)) in enumerate(self.layers.items()):
            y = 8 + 34 * row
            yield Glyph(f"name {name}", SIDE - 6, y + 11, text=name, look="small end")
            for span in layer.spans:
                x, wide = SIDE + step * (start + span.start), step * (span.stop - span.start)
                origin = span.field.origin
                told = f"{origin.letter} {span.name}"
                yield Glyph(f"{name} {span.start}", x, y, wide, 22, told if 6 * len(told) < wide else origin.letter,
                            f"small {origin.value} edge")  # fmt: skip
                if span.name == "ciphertext":
                    yield Glyph(f"{name} hatched", x, y, look="hatch", d=hatching(wide, 22))
            x = SIDE + step * (start + self.at + 0.5)
            yield Glyph(f"{name} mark", x, y - 5, look="bad", d="M0 0v6M0 26v6")  # above and below the words

    def said(self) -> str:
        return f"The red marks stand at byte {self.at} of each layer, and go down like stairs."

    def alt(self) -> str:
        told = ", ".join(f"{name} {place}" for name, _, _, place in self._places())
        return f"Layers below each other, each where it lies in the outermost; where byte {self.at} of each is: {told}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "layer", "begins at byte", f"field of its byte {self.at}", "that is byte"
        yield from ((name, str(start), field, str(place)) for name, start, field, place in self._places())


class Comb(Still):
    """`wrong` has the lengths at which each wrong way differs; `met` has those of a client's strings, up to `most`."""

    name, question = "the comb", "At which lengths does a wrong string show?"

    def __init__(self, wrong: Mapping[str, Collection[int]], met: Collection[int], most: int = 600) -> None:
        self.wrong, self.met, self.most = dict(wrong), sorted(met), most
        self.height = 44 + 40 * len(self.wrong)
        super().__init__()

    def _found(self) -> Iterator[tuple[str, int, str]]:
        for told, lengths in self.wrong.items():
            shown = ", ".join(str(n) for n in self.met if n in lengths)
            yield told, sum(n in lengths for n in range(self.most + 1)), shown or "none"

    def marks(self) -> Iterator[Glyph]:
        step = (WIDE + SIDE - 8) / (self.most + 1)
        for row, (told, count, _) in enumerate(self._found()):
            y = 10 + 40 * row
            yield Glyph(f"told {row}", 8, y, text=f"{count} of {self.most + 1}: {told}", look="small left")
            teeth = [n in self.wrong[told] for n in range(self.most + 1)]
            yield Glyph(f"base {row}", 8, y + 24, look="dim", d=line((0, 0), (step * len(teeth), 0)))
            yield Glyph(f"teeth {row}", 8, y + 9, look="bits hit", d=_bars(teeth, step, 15))
        foot = 10 + 40 * len(self.wrong)
        for at, n in enumerate(self.met):
            x, tops = 8 + step * (n + 0.5), range(17, foot, 40)
            yield Glyph(f"met {n}", x, look="dim dash", d="".join(line((0, top), (0, top + 22)) for top in tops))
            below = foot + 6 + 14 * (at % 2)  # neighbours would run into each other
            yield Glyph(f"met {n} number", x, below, text=str(n), look="small bold")

    def said(self) -> str:
        return "A tooth is a length at which the string is wrong; the dashed lines are the lengths that a client meets."

    def alt(self) -> str:
        told = "; ".join(f"{told.rstrip('.')} {count}" for told, count, _ in self._found())
        return f"Strips over the lengths 0 to {self.most} with a tooth where a string is wrong: {told}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "the mistake", f"lengths up to {self.most}", "shows at, of those that are met"
        yield from ((told, str(count), shown) for told, count, shown in self._found())


ENDS = {"!": ("refused", "good"), "w": ("waits", "random"), "d": ("damaged packet handed up", "noise")}
"""The fates of a stream that has lost one byte: a letter, its words, its look."""


class Bench(Still):
    """`frames` arrive in reads of `read` bytes. `lost` has, for each framing and each byte of a stream that may be
    lost, the receiver's end (refuses, waits) and whether it handed up a damaged packet."""

    name, question = "the bench", "Where does a packet end, and what if one byte is lost?"

    def __init__(self, frames: Sequence[bytes], read: int, lost: Mapping[str, Sequence[tuple[str, bool]]]) -> None:
        self.sizes, self.read = [len(each) for each in some(frames, "frames")], read
        self.lost = {name: "".join("d" if damaged else "!" if end == "refuses" else "w" for end, damaged in ends)
                     for name, ends in lost.items()}  # fmt: skip
        self.height = 176 + 46 * len(self.lost)
        super().__init__()

    def _reads(self) -> Iterator[tuple[int, int, int, int]]:
        """The start and end of each read in the stream, the number of whole frames by then, and the bytes left over."""
        ends, whole = list(accumulate(self.sizes)), sum(self.sizes)
        for start in range(0, whole, self.read):
            stop = min(start + self.read, whole)
            full = [end for end in ends if end <= stop]
            yield start, stop, len(full), stop - (full[-1] if full else 0)

    def marks(self) -> Iterator[Glyph]:
        step = WIDE / sum(self.sizes)
        starts = list(accumulate(self.sizes, initial=0))
        names = "frames, as sent", "reads, as they come", "packets handed up", "left in the buffer"
        for row, told in enumerate(names):
            yield Glyph(f"row {row}", SIDE - 6, 22 + 34 * row, text=told, look="small end")
        for at, size in enumerate(self.sizes):
            x = SIDE + step * starts[at]
            yield Glyph(f"frame {at}", x, 10, step * size, 24, str(at + 1), "small bold edge derived")
            yield Glyph(f"head {at}", x, 10, max(4 * step, 4), 24, look="copied edge")
        for at, (start, stop, whole, left) in enumerate(self._reads()):
            x, wide = SIDE + step * start, step * (stop - start)
            before = whole - sum(end <= start for end in starts[1:])
            yield Glyph(f"read {at}", x, 44, wide, 24, str(stop - start), "small paper")
            up = ", ".join(str(n + 1) for n in range(whole - before, whole))
            yield Glyph(f"up {at}", x, 78, wide, 24, up or "-", "small good" if up else "small ghost dim")
            yield Glyph(f"left {at}", x + wide / 2, 124, text=str(left), look="small")
        for row, (name, ends) in enumerate(self.lost.items()):
            y, step = 156 + 46 * row, WIDE / len(ends)
            yield Glyph(f"lost {name}", SIDE - 6, y + 12, text=f"{name}, one lost", look="small end")
            for letter, start, stop in runs(ends):
                wide = step * (stop - start)
                yield Glyph(f"{name} {start}", SIDE + step * start, y, wide, 24, letter if wide > 7 else "",
                            f"small {ENDS[letter][1]}")  # fmt: skip
        legend = "   ".join(f"{letter} {words}" for letter, (words, _) in ENDS.items())
        yield Glyph("legend", SIDE, self.height - 10, text=legend, look="small left dim")

    def said(self) -> str:
        return ("Above, a read is no packet; what is left waits for the next read. Below, for every byte of a stream: "
                "what becomes of it without that byte.")  # fmt: skip

    def alt(self) -> str:
        counts = "; ".join(f"{name} {self._counts(ends)}" for name, ends in self.lost.items())
        return f"Frames in reads of {self.read}, and for each byte that is lost what becomes of the stream: {counts}."

    @staticmethod
    def _counts(ends: str) -> str:
        return ", ".join(f"{ends.count(letter)} {words}" for letter, (words, _) in ENDS.items())

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "", "bytes", "packets handed up so far", "left in the buffer"
        for at, (start, stop, whole, left) in enumerate(self._reads(), 1):
            yield f"read {at}", str(stop - start), str(whole), str(left)
        for name, ends in self.lost.items():
            yield f"{name}: places of a lost byte", str(len(ends)), self._counts(ends), ""


class Stripes(Still):
    """`connections` has, by name, many streams of one length. `sizes` has, by client, the packet sizes of an exchange
    and of the bind after it, sent and received in turn."""

    name, question = "the stripes", "What do the bytes of a connection tell, and what do the sizes of its packets?"

    def __init__(self, connections: Mapping[str, Sequence[bytes]], sizes: Mapping[str, Sequence[int]]) -> None:
        self.bits = {name: [_entropy(each) for each in zip(*streams, strict=True)]
                     for name, streams in some(connections, "connections").items()}  # fmt: skip
        self.sizes = {client: tuple(each) for client, each in some(sizes, "sizes").items()}
        self.height = 66 * len(self.bits) + 32 + 28 * len(self.sizes)
        super().__init__()

    def marks(self) -> Iterator[Glyph]:
        step = WIDE / max(map(len, self.bits.values()))
        for row, (name, bits) in enumerate(self.bits.items()):
            y = 8 + 66 * row
            yield Glyph(f"name {name}", SIDE - 6, y + 40, text=name, look="small end")
            bars = "".join(f"M{step * (at + 0.5):.1f} 48V{48 - 6 * each:.1f}" for at, each in enumerate(bits) if each)
            yield Glyph(f"bits {name}", SIDE, y, look="dim thick", d=bars)
            yield Glyph(f"base {name}", SIDE, y + 48, look="dim", d=line((0, 0), (step * len(bits), 0)))
            yield Glyph(f"same {name}", SIDE, y + 51, look="bits hit", d=_bars((not each for each in bits), step, 5))
        top = 66 * len(self.bits) + 14
        for at in range(longest := max(map(len, self.sizes.values()))):
            way = "to the DC" if at % 2 == 0 else "from it"
            told = f"{at + 1} {way}" if at + 1 < longest else f"bind {way}"
            yield Glyph(f"way {at}", SIDE + WIDE / longest * (at + 0.5), top, text=told, look="small dim")
        for row, (client, sizes) in enumerate(self.sizes.items()):
            y = top + 14 + 28 * row
            yield Glyph(f"client {client}", SIDE - 6, y + 11, text=client, look="small end")
            for at, size in enumerate(sizes):
                look = "small copied edge" if at % 2 else "small derived edge"
                yield Glyph(f"{client} {at}", SIDE + WIDE / longest * at, y, WIDE / longest - 6, 22, str(size), look)

    def said(self) -> str:
        return ("A bar is a byte of the stream, eight bits high where nothing is known of it; one with a mark below is "
                "always the same. Under the streams, recorded packets, in bytes.")  # fmt: skip

    def alt(self) -> str:
        told = ", ".join(f"{name} {bits.count(0)} of {len(bits)}" for name, bits in self.bits.items())
        return f"Bytes that are the same in every connection: {told}; and the packets of {len(self.sizes)} clients."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "stream, or client", "bytes", "always the same", "bits in a byte, mean", "at least"
        for name, bits in self.bits.items():
            yield name, str(len(bits)), str(bits.count(0)), f"{sum(bits) / len(bits):.2f}", f"{min(bits):.2f}"
        for client, sizes in self.sizes.items():
            yield f"{client}, packets", " ".join(map(str, sizes)), "", "", ""


def _entropy(values: Iterable[int]) -> float:
    counts = Counter(values)
    return sum(each * log2(counts.total() / each) for each in counts.values()) / counts.total()


class Growth(Still):
    """`steps` has the mean number of steps of several walks for each p. Both axes are logarithmic."""

    name, question, height = "the growth", "How does the work grow with p?", 300

    def __init__(self, steps: Mapping[int, float]) -> None:
        self.steps = dict(sorted(some(steps, "steps").items()))
        super().__init__()

    def _point(self, p: float, steps: float) -> tuple[float, float]:
        low, high = (log2(each) for each in (min(self.steps), max(self.steps)))
        return 60 + 560 * (log2(p) - low) / (high - low), 260 - 240 * log2(max(steps, 1)) / high

    def marks(self) -> Iterator[Glyph]:
        yield Glyph("axes", look="dim", d=line((60, 16), (60, 260), (640, 260)))
        for power in range(0, round(log2(max(self.steps))), 4):
            yield Glyph(f"up {power}", 54, self._point(min(self.steps), 2**power)[1], text=f"{2**power:,}",
                        look="small end dim")  # fmt: skip
        for name, times, root, look in (("trial division: p / 2", 0.5, 1.0, "dim dash"),
                                         ("0.75 * root of p", 0.75, 0.5, "thick")):  # fmt: skip
            ends = [self._point(p, times * p**root) for p in (min(self.steps), max(self.steps))]
            yield Glyph(name, look=look, d=line(*ends))
            yield Glyph(f"{name} name", 632, ends[1][1], text=name, look="small left")
        for p, steps in self.steps.items():
            x, y = self._point(p, steps)
            yield Glyph(f"p {p}", x - 4, y - 4, 8, 8, look="hit")
            yield Glyph(f"p {p} bits", x, 272, text=str(p.bit_length()), look="small dim")
        yield Glyph("bits", 700, 272, text="bits of p", look="small dim")

    def said(self) -> str:
        return "Each square is a mean; they lie along the line that rises half as fast as p."

    def alt(self) -> str:
        told = ", ".join(f"{p.bit_length()} bits {steps:.0f}" for p, steps in self.steps.items())
        return f"On logarithmic axes, the mean steps of the walk lie along the square root of p: {told}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "bits of p", "mean steps", "0.75 times the root of p", "trial division"
        for p, steps in self.steps.items():
            yield str(p.bit_length()), f"{steps:.0f}", f"{0.75 * p**0.5:.0f}", str(p // 2)


class Diffusion(Still):
    """`stages` has, by name, the bytes of a stage before and after one bit of the first stage was changed."""

    name, question = "the diffusion", "One bit changes. Which bytes of each stage change with it?"

    def __init__(self, stages: Mapping[str, tuple[bytes, bytes]]) -> None:
        self.stages = dict(some(stages, "stages"))
        self.height = 6 + 36 * len(self.stages)
        super().__init__()

    def _told(self) -> Iterator[tuple[str, int, int, float]]:
        """The name of each stage, its size, the number of bytes that differ, and the share of bits that differ."""
        for name, (one, other) in self.stages.items():
            bits = (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()
            yield name, len(one), sum(a != b for a, b in zip(one, other, strict=True)), bits / len(one) / 8

    def marks(self) -> Iterator[Glyph]:
        step = (WIDE - 60) / max(len(one) for one, _ in self.stages.values())
        for row, (name, size, _, share) in enumerate(self._told()):
            y, (one, other) = 8 + 36 * row, self.stages[name]
            yield Glyph(f"name {name}", SIDE - 6, y + 12, text=name, look="small end")
            yield Glyph(f"all {name}", SIDE, y, step * size, 24, look="paper")
            changed = [a != b for a, b in zip(one, other, strict=True)]
            yield Glyph(f"changed {name}", SIDE, y, look="bits hit", d=_bars(changed, step, 24))
            walls = "".join(line((step * at, 0), (step * at, 24)) for at in range(BLOCK, size, BLOCK))
            yield Glyph(f"blocks {name}", SIDE, y, look="hatch", d=walls)
            yield Glyph(f"share {name}", 752, y + 12, text=f"{100 * share:.1f} %", look="small end")

    def said(self) -> str:
        return "Filled bytes have changed; at the right stands the share of bits that did."

    def alt(self) -> str:
        told = ", ".join(f"{name} {changed} of {size}" for name, size, changed, _ in self._told())
        return f"A row for each stage of the seal with the bytes filled that changed with one bit: {told}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "stage", "bytes", "bytes changed", "bits changed"
        for name, size, changed, share in self._told():
            yield name, str(size), str(changed), f"{100 * share:.1f} %"


class SmallClocks(Still):
    """A power `g`^`x` modulo a small prime `p`; all prime factors of p - 1 must be different."""

    name, question, height = "the small clocks", "What does a label tell about its hour?", 336

    def __init__(self, p: int, g: int, x: int) -> None:
        self.p, self.g, self.x = p, g, x
        self.label = pow(g, x, p)
        self.factors = [f for f in range(2, p) if (p - 1) % f == 0 and all(f % d for d in range(2, f))]
        super().__init__()

    def _hand(self, f: int) -> int:
        """The hour on the clock of f hours, found by trying from the label alone, as a wiretapper does."""
        seen, one = (pow(each, (self.p - 1) // f, self.p) for each in (self.label, self.g))
        return next(hand for hand in range(f) if pow(one, hand, self.p) == seen)

    def _clock(self, name: str, x: float, y: float, radius: float, told: Sequence[str], hand: int) -> Iterator[Glyph]:
        for at, text in enumerate(told):
            turn = 2 * pi * at / len(told)
            left, top = x + radius * sin(turn), y - radius * cos(turn)
            look = "hit" if at == hand else "paper"
            yield Glyph(f"{name} {at}", left - 12, top - 8, 24, 16, text, f"small {look}")
        turn = 2 * pi * hand / len(told)
        end = (radius - 14) * sin(turn), (14 - radius) * cos(turn)
        yield Glyph(f"{name} hand", x, y, look="thick", d=line((0, 0), end, arrow=True))

    def marks(self) -> Iterator[Glyph]:
        labels = [str(pow(self.g, k, self.p)) for k in range(self.p - 1)]
        yield from self._clock("large", 170, 158, 138, labels, self.x)
        yield Glyph("large name", 170, 322, text=f"hour k has the label {self.g}^k mod {self.p}", look="small")
        for at, f in enumerate(self.factors):
            x = 410 + 130 * at
            yield from self._clock(f"clock {f}", x, 150, 44, [str(n) for n in range(f)], self._hand(f))
            yield Glyph(f"clock {f} name", x, 226, text=f"label^{(self.p - 1) // f}\nk mod {f} = {self._hand(f)}",
                        look="small")  # fmt: skip
        yield Glyph("small name", 410 + 65 * (len(self.factors) - 1), 60, text="what a wiretapper reads", look="bold")

    def said(self) -> str:
        hands = ", ".join(f"{self._hand(f)} of {f}" for f in self.factors)
        return (f"The label {self.label} hides one of {self.p - 1} hours; the small clocks show {hands}, and only hour "
                f"{self.x} has all of these remainders.")  # fmt: skip

    def alt(self) -> str:
        small = ", ".join(f"the clock of {f} shows {self._hand(f)}" for f in self.factors)
        return (f"A clock of {self.p - 1} hours with the labels {self.g}^k mod {self.p}, its hand at hour {self.x}, "
                f"label {self.label}; beside it {small}.")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "clock", "the label to the power of", "gives", "the hand"
        for f in self.factors:
            power = (self.p - 1) // f
            yield f"{f} hours", str(power), str(pow(self.label, power, self.p)), str(self._hand(f))


class Grid(Still):
    """`cells` has, by row, the text of each of `columns`. `corner` names the rows. `looks` has the look of a cell by
    its text, and under "" that of all others."""

    corner: ClassVar[str]
    looks: ClassVar[Mapping[str, str]]
    NAMES, TOP, STEP = 184.0, 40.0, 22.0

    def __init__(self, columns: Sequence[str], cells: Mapping[str, Sequence[str]]) -> None:
        self.columns = some(tuple(columns), "columns")
        self.cells = {name: tuple(row) for name, row in some(cells, "cells").items()}
        self.height = self.TOP + self.STEP * len(self.cells) + 6
        super().__init__()

    def marks(self) -> Iterator[Glyph]:
        step = (WIDTH - self.NAMES - 8) / len(self.columns)
        for at, column in enumerate(self.columns):
            yield Glyph(f"column {column}", self.NAMES + step * (at + 0.5), 20, text=column.replace(" ", "\n"),
                        look="small dim")  # fmt: skip
        for row, (name, cells) in enumerate(self.cells.items()):
            y = self.TOP + self.STEP * row
            yield Glyph(f"row {name}", self.NAMES - 8, y + 10, text=name, look="small end")
            for at, cell in enumerate(cells):
                yield Glyph(f"{name} {at}", self.NAMES + step * at, y, step - 4, self.STEP - 3, cell,
                            self.looks.get(cell, self.looks[""]))  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield self.corner, *self.columns
        yield from ((name, *cells) for name, cells in self.cells.items())


class Who(Grid):
    """`first` has, for "client", "DC", "wire" and "thief", the number of the message after which that side knows a
    value. The wire is whoever reads along, the thief reads along with the stolen RSA key."""

    name, question = "who", "After which message does who know a value?"
    corner, looks = "value", {"all": "small noise", "both": "small good", "-": "small dim", "": "small paper"}

    def __init__(self, first: Mapping[str, Mapping[str, int]], values: Sequence[str]) -> None:
        *three, thief = (one_of(side, first, "side") for side in ("client", "DC", "wire", "thief"))

        def known(value: str, turn: int) -> str:
            sides = [side for side in three if first[side].get(value, 7) <= turn]
            return "all" if "wire" in sides else "both" if len(sides) > 1 else "".join(sides) or "-"

        super().__init__(
            (*(f"message {turn}" for turn in range(1, 7)), "thief since"),
            {value: (*(known(value, turn) for turn in range(1, 7)), str(first[thief].get(value, "never")))
             for value in values},
        )  # fmt: skip

    def said(self) -> str:
        return "What all know was read on the wire, too. At the right: after which message the thief knows it."

    def alt(self) -> str:
        told = "; ".join(f"{value} {row[-2]}, the thief {row[-1]}" for value, row in self.cells.items())
        return f"Who knows a value in the end, and after which message the thief does: {told}."


class Zeros(Grid):
    """`other` has, for each value, the results in `follows` that change without its leading zero. `once` has, for each
    value, how often it has that zero: once in so many times."""

    name, question = "the zeros", "A value begins with a zero, and a client drops it. What comes out different?"
    corner, looks = "value", {"other": "small hit", "same": "small paper dim", "": "small"}

    def __init__(self, follows: Iterable[str], other: Mapping[str, Collection[str]], once: Mapping[str, float]) -> None:
        follows = tuple(follows)
        super().__init__(
            ("one in", *follows),
            {name: (f"{once[one_of(name, once, 'value')]:.0f}",
                    *("other" if each in changed else "same" for each in follows)) for name, changed in other.items()},
        )  # fmt: skip

    def said(self) -> str:
        harmless = [name for name, cells in self.cells.items() if "other" not in cells]
        return f"One value in so many begins with a zero. Nothing changes without the zero of {' and '.join(harmless)}."

    def alt(self) -> str:
        told = "; ".join(f"{name} {cells.count('other')} of {len(cells) - 1}" for name, cells in self.cells.items())
        return f"{len(self.cells)} values that may lose a zero in front, and how much comes out different then: {told}."


class Boxes(Still):
    """`layers` has dissections from the outermost inwards, each in the largest field of the one before. `seals` has,
    by layer, the key of the seal around it."""

    name, question = "the boxes", "Which layer stands in which?"
    STEP, HEAD, FOOT = 14.0, 26.0, 16.0

    def __init__(self, layers: Mapping[str, Dissection], seals: Mapping[str, str]) -> None:
        self.layers, self.seals = dict(some(layers, "layers")), dict(seals)
        self.height = 34 + sum(self.HEAD + 6 + (self.FOOT if behind else 0) for _, _, behind, _ in self._told())
        super().__init__()

    def _told(self) -> Iterator[tuple[str, str, str, str]]:
        """The name of each layer, its fields before and after the layer inside it, and the key of its seal."""
        last = list(self.layers)[-1]
        for name, layer in self.layers.items():
            holder, inside = max(layer.spans, key=len), name != last
            first, end = holder.body
            fields = [(span.name, span.start, len(span)) for span in layer.spans if span is not holder or not inside]
            if inside and end - first < len(holder):
                fields += [("string length", holder.start, first - holder.start), ("zeros", end, holder.stop - end)]
            before, behind = (", ".join(f"{field} {size}" for field, at, size in fields if (inside and at >= end) is so)
                              for so in (False, True))  # fmt: skip
            yield name, before, behind, self.seals.get(name, "")

    def marks(self) -> Iterator[Glyph]:
        top, floor = 4.0, self.height - 4
        for depth, (name, before, behind, key) in enumerate(self._told()):
            x, wide, core = 4 + self.STEP * depth, WIDTH - 8 - 2 * self.STEP * depth, depth == len(self.layers) - 1
            yield Glyph(f"box {name}", x, top, wide, floor - top, look="chosen" if key else "paper edge")
            told = f"{name}, {len(self.layers[name])} bytes"
            yield Glyph(f"name {name}", x + 8, top + 14, text=told, look="small bold left")
            at = (x + 8, top + 34) if core else (x + 200, top + 14)
            yield Glyph(f"before {name}", *at, text=before, look="small left")
            if key:
                yield Glyph(f"key {name}", x + wide - 8, top + 14, text=f"sealed: {key} key", look="small bold end")
            if behind:
                yield Glyph(f"behind {name}", x + 8, floor - 10, text=behind, look="small left")
            top, floor = top + self.HEAD, floor - 6 - (self.FOOT if behind else 0)

    def said(self) -> str:
        return ("Beside each name stands what comes before the next box, below that box what comes behind it; a thick "
                "line is a seal.")  # fmt: skip

    def alt(self) -> str:
        told = ", in it ".join(f"{name} {len(layer)}" for name, layer in self.layers.items())
        keys = " and ".join(f"{name} under the {key} key" for name, key in self.seals.items())
        return f"Boxes that stand in each other, with their bytes: {told}; sealed are {keys}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "layer", "bytes", "before the next one", "behind it", "sealed with"
        for name, before, behind, key in self._told():
            yield name, str(len(self.layers[name])), before or "nothing", behind or "nothing", key and f"the {key} key"
