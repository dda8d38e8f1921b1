"""A diagnosis: what is wrong, where it shows, what to do, and which lesson teaches it.

It is printed as text, HTML (no script, `#rrggbb` only) or JSON. None of these holds a key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from mtlib.clinic.mistakes import Mistake
from mtlib.errors import LocalError
from mtlib.protocol.checks import Verdict
from mtlib.wire.dissection import Dissection
from mtlib.wire.view import escape, to_html

THROW_AWAY = (
    "Keys that are pasted anywhere should be throw-away keys, made for the purpose. Nothing is written or sent."
)
AROUND = 8
"""How many bytes are shown before and after the evidence."""


@dataclass(frozen=True)
class Evidence:
    """One place to look at, with the value that stands there (`got`) and the right one (`expected`). The first part of
    `path` names the bytes (`packet`, `request`, `encrypted_message`, `plaintext`); `offset` and `size` are in them."""

    path: str
    offset: int
    size: int
    got: Any
    expected: Any

    @property
    def within(self) -> str:
        return self.path.partition("/")[0]

    @property
    def in_request(self) -> str:
        """The same place as a path from the request, for `Diagnosis.dissection` and an inspector; it is empty for a
        place in the packet."""
        first, _, rest = self.path.partition("/")
        ways = {"request": "", "encrypted_message": "encrypted_message/", "plaintext": "encrypted_message/plaintext/"}
        return (ways[first] + rest).rstrip("/") if first in ways else ""

    def __str__(self) -> str:
        return f"{self.path}, byte {self.offset}: got {shown(self.got)}, expected {shown(self.expected)}"


@dataclass(frozen=True)
class Finding:
    """One mistake that was found, the evidence for it, and the `checks` of a message that failed for it, if any."""

    mistake: Mistake
    evidence: tuple[Evidence, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.mistake.name


@dataclass(frozen=True)
class Diagnosis:
    """`findings` in the order of the triage, at least one; the first gives name, verdict, fix and lesson.

    `remarks` name what is unusual but harmless; `missing` names values that would allow more to be said; `checks` is a
    data centre's verdict on the same bytes, as far as it can be computed; `parts` are the bytes that `evidence` points
    into; `dissection` is the request, opened if its key is known.
    """

    findings: tuple[Finding, ...]
    remarks: tuple[Mistake, ...] = ()
    missing: tuple[str, ...] = ()
    checks: Verdict | None = None
    parts: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    dissection: Dissection | None = field(default=None, repr=False)
    keys_given: bool = False

    @property
    def name(self) -> str:
        """The name of the mistake, or "healthy", "not_opened", "no_key", ..."""
        return self.findings[0].name

    @property
    def names(self) -> tuple[str, ...]:
        """Every mistake that was found, the most urgent first."""
        return tuple(finding.name for finding in self.findings)

    @property
    def verdict(self) -> str:
        """One sentence: what is wrong."""
        return self.findings[0].mistake.sentence

    @property
    def fix(self) -> str:
        """One sentence: what to do."""
        return self.findings[0].mistake.fix

    @property
    def lesson(self) -> str:
        """The notebook that teaches it."""
        return self.findings[0].mistake.lesson

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence of all findings, in their order."""
        return tuple(each for finding in self.findings for each in finding.evidence)

    def around(self, place: Evidence) -> Dissection | None:
        """The smallest dissection that holds a place, for an inspector; the whole request if none does."""
        path = place.in_request
        while self.dissection is not None and path:
            path = path.rpartition("/")[0]
            with suppress(LocalError):  # a seal that does not hold a binding has no such fields
                found = self.dissection.find(path) if path else self.dissection
                if isinstance(found, Dissection):
                    return found
        return self.dissection

    @property
    def healthy(self) -> bool:
        """Whether everything was compared and nothing is wrong."""
        return self.name == "healthy"

    def to_dict(self) -> dict[str, Any]:
        """For JSON: longs as decimal strings, bytes as hex."""
        return {
            "name": self.name,
            "healthy": self.healthy,
            "verdict": self.verdict,
            "fix": self.fix,
            "lesson": self.lesson,
            "findings": [_finding(finding) for finding in self.findings],
            "remarks": [{"name": each.name, "sentence": each.sentence} for each in self.remarks],
            "missing": list(self.missing),
            "checks": [
                {"name": row.name, "holds": row.holds, "got": plain(row.got), "expected": plain(row.expected)}
                for row in (self.checks.checks if self.checks else ())
            ],
            "answer": self.checks.error or "boolTrue" if self.checks else None,
        }

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield from [THROW_AWAY, ""] if self.keys_given else []
        for number, finding in enumerate(self.findings):
            yield f"{'Also: ' if number else ''}{finding.mistake.sentence} [{finding.name}]"
            for each in finding.evidence:
                yield f"    {each}"
                yield from [f"      {''.join(text)}" for text in [marked(self.parts, each)] if text]
            yield f"    Fix: {finding.mistake.fix}"
            yield f"    Lesson: {finding.mistake.lesson}"
        yield from (f"Remark: {each.sentence}" for each in self.remarks)
        yield from (f"Missing: {each}" for each in self.missing)
        if self.checks:
            yield "A data centre's checks, as far as they can be computed:"
            yield from (f"    {row}" for row in self.checks.checks)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": _html(self)}


def shown(value: Any) -> str:
    """A value in a sentence: long byte strings are cut."""
    text = (value.hex() or "nothing") if isinstance(value, bytes) else str(value)
    return text if len(text) <= 72 else f"{text[:69]}..."


def plain(value: Any) -> Any:
    """A value for JSON: numbers beyond 32 bits become strings, because readers of JSON round them."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >> 31:
        return str(value)
    return value


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "stage": finding.mistake.stage.name.lower(),
        "sentence": finding.mistake.sentence,
        "fix": finding.mistake.fix,
        "lesson": finding.mistake.lesson,
        "evidence": [{name: plain(value) for name, value in vars(each).items()} for each in finding.evidence],
    }


def marked(parts: Mapping[str, bytes], each: Evidence) -> tuple[str, str, str] | None:
    """The bytes of the evidence in brackets, with some before and after; None if there are none to show."""
    data = parts.get(each.within, b"")
    stop = min(each.offset + each.size, each.offset + 4 * AROUND)
    if not each.size or each.offset >= len(data):
        return None
    before = data[max(0, each.offset - AROUND) : each.offset].hex()
    cut = "..." if stop < each.offset + each.size else ""
    after = "" if cut else data[stop : stop + AROUND].hex()
    return f"{before} [", data[each.offset : stop].hex() + cut, f"] {after}"


def _html(diagnosis: Diagnosis) -> str:
    cell = "text-align:left;vertical-align:top;padding:1px 8px"
    first = diagnosis.findings[0].mistake
    colour = "#d4f0cd" if diagnosis.healthy else "#fde9a9"
    rows = [
        f'<tr><td style="{cell}">{escape(each.path)}, byte {each.offset}</td>'
        f'<td style="{cell};font-family:monospace">{_html_bytes(diagnosis.parts, each)}</td>'
        f'<td style="{cell};font-family:monospace">{escape(shown(each.got))}</td>'
        f'<td style="{cell};font-family:monospace">{escape(shown(each.expected))}</td></tr>'
        for each in diagnosis.evidence
    ]
    heads = "".join(f'<th style="{cell}">{name}</th>' for name in ("where", "bytes", "got", "expected"))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>" if rows else ""
    more = [f"Also: {each.mistake.sentence} {each.mistake.fix}" for each in diagnosis.findings[1:]]
    more += [f"Remark: {each.sentence}" for each in diagnosis.remarks]
    more += [f"Missing: {each}" for each in diagnosis.missing]
    more += [THROW_AWAY] if diagnosis.keys_given else []
    inside = "" if diagnosis.dissection is None else to_html(diagnosis.dissection)
    return (
        f'<div><p style="background-color:{colour};color:#111111;padding:4px 8px"><b>{escape(first.sentence)}</b> '
        f"({first.name})</p>{table}<p>Fix: {escape(first.fix)}<br>Lesson: {escape(first.lesson)}</p>"
        + "".join(f"<p>{escape(line)}</p>" for line in more) + f"{inside}</div>"
    )


def _html_bytes(parts: Mapping[str, bytes], each: Evidence) -> str:
    place = marked(parts, each)
    return "" if place is None else f"{place[0]}<b>{place[1]}</b>{place[2]}"
