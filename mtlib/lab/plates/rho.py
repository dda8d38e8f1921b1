"""The walk that finds a factor, seen modulo both factors: modulo each of them it closes a ring."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi, sin

from mtlib.crypto.numbers import factor
from mtlib.lab.plates.plate import Control, Glyph, Plate, Slider, line


def _step(x: int, n: int) -> int:
    return (x * x + 1) % n


def shape(n: int) -> tuple[list[int], int]:
    """The values of the walk from 2 modulo n, each once, and the number of values before the ring."""
    seen: list[int] = []
    x = 2
    while x not in seen:
        seen.append(x)
        x = _step(x, n)
    return seen, seen.index(x)


class Rho(Plate):
    """The walk x -> x^2 + 1 modulo both factors of `pq`, step by step until tortoise and hare meet."""

    name, question, height = "rho", "Where do tortoise and hare meet?", 350

    def __init__(self, pq: int) -> None:
        self.pq, self.primes = pq, factor(pq)
        self.walked = [(2, 2)]
        while len(self.walked) == 1 or not self._met(len(self.walked) - 1):
            tortoise, hare = self.walked[-1]
            self.walked.append((_step(tortoise, pq), _step(_step(hare, pq), pq)))
        self.step = len(self.walked) - 1
        super().__init__()

    def _met(self, step: int) -> list[int]:
        """The factors modulo which tortoise and hare are at the same place."""
        tortoise, hare = self.walked[step]
        return [prime for prime in self.primes if (tortoise - hare) % prime == 0]

    def controls(self) -> Iterator[Control]:
        yield Slider("step", "step", self.step, len(self.walked) - 1, str(self.step))

    def marks(self) -> Iterator[Glyph]:
        for side, prime in enumerate(self.primes):
            values, tail = shape(prime)
            ring, x, y, radius = len(values) - tail, 232 + 370 * side, 175, 135
            around = [(x + radius * cos(2 * pi * at / ring - pi), y - radius * sin(2 * pi * at / ring - pi))
                      for at in range(ring)]  # fmt: skip
            before = [(40 + 370 * side, y + 155 - at * 155 / (tail or 1)) for at in range(tail)]
            places = [*before, *around]
            yield Glyph(f"way{side}", look="dim", d=line(*places, around[0]))
            yield Glyph(f"name{side}", x, y, text=f"modulo {prime}\n{tail} before the ring\n{ring} on the ring",
                        look="small bold")
            for value, (left, top) in zip(values, places, strict=True):
                yield Glyph(f"v{side} {value}", left - 13, top - 8, 26, 16, str(value), "small paper")
            met = len({at % prime for at in self.walked[self.step]}) == 1
            for letter, at, here in zip("TH", self.walked[self.step], (-8, 8), strict=True):
                left, top = places[place := values.index(at % prime)]
                over, down = x - left, (y - top) * (place >= tail)
                inward = min((13 + 16) / (abs(over) or 1), (8 + 8) / (abs(down) or 1))  # outside the box of the number
                yield Glyph(f"{letter}{side}", left + over * inward - 8 + met * here, top + down * inward - 8, 16, 16,
                            letter, "small bold hit")  # fmt: skip

    def said(self) -> str:
        return f"{self._told('A')}."

    def _told(self, a: str) -> str:
        met = " and ".join(map(str, self._met(self.step)))
        where = f"stand on one place modulo {met}" if met else "stand on different places"
        steps = f"{self.step} step{'s' * (self.step != 1)}"
        return f"{a}fter {steps} tortoise T and hare H {where if self.step else 'are at the start, 2'}"

    def alt(self) -> str:
        return f"The walk x to x squared plus 1 modulo the factors of {self.pq} closes two rings: {self._told('a')}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "modulo", "before the ring", "on the ring", "tortoise", "hare"
        for prime in self.primes:
            values, tail = shape(prime)
            places = (str(at % prime) for at in self.walked[self.step])
            yield str(prime), str(tail), str(len(values) - tail), *places
