"""Two dissections side by side: which bytes differ, in which fields, by how many bits.

The result is a table without script, so a saved notebook shows it without a kernel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from mtlib.lab.sheets import Map
from mtlib.wire.dissection import Dissection
from mtlib.wire.view import MONO, Cell, escape, html_table

WIDTH = 8
"""Bytes in a row: two such rows side by side and the names fit a narrow column."""
_DIFFERS = "background-color:#ffd0c2;color:#111111;font-weight:bold;text-decoration:underline"


@dataclass(frozen=True)
class Layer:
    """The same stretch of bytes on both sides; `a` or `b` is None if a side does not have it."""

    path: str
    a: bytes | None
    b: bytes | None

    @property
    def offsets(self) -> tuple[int, ...]:
        """The offsets of bytes that differ, or that only one side has."""
        a, b = self.a or b"", self.b or b""
        both = min(len(a), len(b))
        return (*(at for at in range(both) if a[at] != b[at]), *range(both, max(len(a), len(b))))

    @property
    def bits(self) -> int:
        """The number of bits that differ; a byte that only one side has counts as eight."""
        a, b = self.a or b"", self.b or b""
        return sum((x ^ y).bit_count() for x, y in zip(a, b, strict=False)) + 8 * abs(len(a) - len(b))


class Comparison:
    """The result of `compare`. `layers` are the stretches of bytes: first the bytes as sent, then the opened seals.

    `differing` counts in the bytes as sent. `str()` is a text with the differing bytes in brackets.
    """

    def __init__(self, a: Dissection, b: Dissection, names: tuple[str, str]) -> None:
        self.a, self.b, self.names = a, b, names

    @cached_property
    def _maps(self) -> tuple[Map, Map]:
        return Map.of(self.a), Map.of(self.b)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of both sides, paired by their paths below the root; the roots may have different names."""
        a, b = ({s.path.removeprefix(m.root.name): bytes(s.dissection) for s in m.sheets} for m in self._maps)
        paths = [*a, *(path for path in b if path not in a)]
        return tuple(Layer(f"{self.a.name}{path}", a.get(path), b.get(path)) for path in paths)

    @property
    def differing(self) -> tuple[int, int]:
        """The numbers of bytes and of bits that differ in the bytes as sent."""
        return len(self.layers[0].offsets), self.layers[0].bits

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The paths of the innermost fields that differ, with the names of the first dissection."""
        found = self._maps[0]
        differing: dict[str, None] = {}
        for index, sheet in enumerate(found.sheets):
            layer = next(layer for layer in self.layers if layer.path == sheet.path)
            places = (found.at(index, at) for at in layer.offsets)
            differing.update(dict.fromkeys(place.path for place in places if place))
        return tuple(differing)

    def __repr__(self) -> str:
        return f"<Comparison of {self._headline()}>"

    def __str__(self) -> str:
        lines = [self._headline()]
        for layer in self.layers:
            lines.append(f"{layer.path}: {_count(layer)}")
            lines += [self._line(layer, at) for at in _rows(layer)]
        return "\n".join(lines)

    def _line(self, layer: Layer, at: int) -> str:
        sides = "  ".join(_bracketed(data, at, layer) for data in (layer.a, layer.b))
        return f"{at:>6}  {sides}  {self._names(layer, at)}".rstrip()

    def _headline(self) -> str:
        what = _count(self.layers[0]) if self.layers[0].bits else "equal"
        return f"{self.names[0]} and {self.names[1]}: {what}"

    def _names(self, layer: Layer, at: int) -> str:
        """The names of the fields in a row, from the first dissection that has them."""
        path = layer.path.removeprefix(self.a.name)
        found, index = next((found, index) for found in self._maps for index, sheet in enumerate(found.sheets)
                            if sheet.path == found.root.name + path)  # fmt: skip
        places = (found.at(index, at + n) for n in range(WIDTH))
        return ", ".join(dict.fromkeys(place.span.name for place in places if place))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._html()}

    def _html(self) -> str:
        head = [Cell(name, tag="th") for name in ("offset", *self.names, "fields")]
        parts = [f"<div><b>{escape(self._headline())}</b>"]
        for layer in self.layers:
            table = html_table(map(partial(self._row, layer), _rows(layer)), head,
                               "border-collapse:collapse;font-size:12px")  # fmt: skip
            parts.append(f'<div style="padding-top:6px">{escape(layer.path)}: {_count(layer)}</div>{table}')
        return "".join([*parts, "</div>"])

    def _row(self, layer: Layer, at: int) -> Iterator[Cell]:
        yield Cell(str(at), MONO)
        yield from (Cell("", MONO, html=_marked(data, at, layer)) for data in (layer.a, layer.b))
        yield Cell(self._names(layer, at))


def compare(a: Dissection, b: Dissection, names: tuple[str, str] = ("a", "b")) -> Comparison:
    """Two dissections side by side, with their opened seals. `names` are the headings of the columns."""
    return Comparison(a, b, names)


def _bracketed(data: bytes | None, at: int, layer: Layer) -> str:
    cells = [f"[{byte:02x}]" if differs else f" {byte:02x} " for byte, differs in _cells(data, at, layer)]
    return f"{''.join(cells):<{4 * WIDTH}}"


def _marked(data: bytes | None, at: int, layer: Layer) -> str:
    cells = _cells(data, at, layer)
    return " ".join(f'<span style="{_DIFFERS}">{b:02x}</span>' if differs else f"{b:02x}" for b, differs in cells)


def _cells(data: bytes | None, at: int, layer: Layer) -> list[tuple[int, bool]]:
    """The bytes of one side of a row, each with True if it differs."""
    differ = set(layer.offsets)
    return [(byte, at + n in differ) for n, byte in enumerate((data or b"")[at : at + WIDTH])]


def _rows(layer: Layer) -> Iterator[int]:
    return iter(range(0, max(len(layer.a or b""), len(layer.b or b"")), WIDTH))


def _count(layer: Layer) -> str:
    number = len(layer.offsets)
    return f"{number} byte{'' if number == 1 else 's'} and {layer.bits} bit{'' if layer.bits == 1 else 's'} differ"
