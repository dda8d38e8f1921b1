"""The form of lesson 29 without a browser: what was pasted, what it was taken for, what is wrong, which bytes show it.
Messages go in, state comes out.

The pasted text stays here, in the kernel. The state, the texts and the errors show names, sizes and ids. They never
show a key, or a value without a name.

`handle` takes one message of a front end. The front end shows `state`, and its inspector shows `inspection`
(`mtlib.lab.view_model`). Every message is answered by a state that carries its `serial`.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mtlib.clinic.diagnosis import Diagnosis, Evidence, Finding, marked, shown
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import Mistake
from mtlib.clinic.names import ALIASES, NAMES
from mtlib.clinic.patient import GivenKey
from mtlib.clinic.reading import Found, PatientFacts, by_content, facts_of, read
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError, MtError
from mtlib.lab.patients import examples
from mtlib.lab.resealing import resealed
from mtlib.lab.sheets import Map, uncut
from mtlib.lab.view_model import ViewModel
from mtlib.lab.widgets import UNKNOWN, obeyed, serial
from mtlib.protocol.dissect import FORMULAS
from mtlib.protocol.packets import REQUEST_PACKET
from mtlib.wire.dissection import Dissection, Reading, unseal
from mtlib.wire.schema import PLAINTEXT

NOTES = 8
"""The most notes, about how a text was read, that are shown."""
CHOICES = ("request", "encrypted_message", "packet", "stream", "perm_auth_key", "temp_auth_key", "session_id", "msg_id",
           "now", "nonce", "expires_at", "perm_key_created", "answer")  # fmt: skip
"""The names that a reader can give to a value without one."""
_LONG_HEX = re.compile(r"[0-9A-Fa-f]{16,}")


class Form:
    """Values that were pasted, one text or file after the other, and the diagnosis of all of them together.

    `groups` are example texts, by group and name; the first of them is shown at the beginning. A later value replaces
    an earlier one of the same name. `facts` and `diagnosis` are as of the last change, and None if there is nothing
    to judge.
    """

    def __init__(self, groups: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.groups = examples() if groups is None else groups
        self.facts: PatientFacts | None = None
        self.diagnosis: Diagnosis | None = None
        self.state: dict[str, Any] = {}
        self.inspection: dict[str, Any] = {}
        self._found: list[Found] = []
        self._notes: tuple[str, ...] = ()
        self._example = self._problem = ""
        self._view: ViewModel | None = None
        self._root: Dissection | None = None
        self._serial: int | str = 0
        first = next((name for texts in self.groups.values() for name in texts), "")
        if first:
            self.example(first)
        else:
            self._tell()

    # -- What can be done

    def read(self, data: bytes | str, name: str = "") -> str:
        """Take in a text or a file, and say what was found. With `name` a text without names is the value of that name.

        Raises LocalError, and changes nothing, if the text holds nothing of a binding.
        """
        if name:
            if name not in NAMES and name not in ALIASES:
                raise LocalError("no value has this name", got=name, expected=", ".join(CHOICES))
            if not isinstance(data, str):
                raise LocalError("a file says itself what it is", where=name)
            data = f"{name}: {data.strip()}"
        pasted = read(data)
        if not pasted.found:
            facts_of((), pasted.notes)  # raises the error, with the reason
        own = bool(self._example) and any(each.kind in ("bytes", "key") for each in pasted.found)
        kept = [] if own else self._found  # the reader's own bytes are not mixed with an example's
        after = by_content([*kept, *pasted.found])
        new = {each.name for each, _ in after[len(kept) :]} - {"other_keys", ""}
        old = [one for one, (each, _) in zip(kept, after, strict=False) if each.name not in new]
        self._settle([*old, *pasted.found], pasted.notes)
        self._example = ""
        replaced = len(kept) - len(old)
        return " ".join((
            f"Found {len(pasted.found)} value{'s' * (len(pasted.found) != 1)}.",
            *(["The example was put away."] if own else []),
            *([f"{replaced} took the place of an earlier one."] if replaced else []),
            *([f"No diagnosis so far: {self._problem}."] if self._problem else []),
            *([f"The diagnosis, below: {self.diagnosis.verdict}"] if self.diagnosis else []),
        ))

    def example(self, name: str) -> None:
        """Read one of the example texts, in the place of everything else."""
        text = next((texts[name] for texts in self.groups.values() if name in texts), None)
        if text is None:
            raise LocalError("there is no such patient", got=name)
        pasted = read(text)
        self._settle(pasted.found, pasted.notes)
        self._example = name
        self._tell()

    def forget(self, index: int) -> None:
        """Remove one of the values, as if it had not been pasted."""
        if not 0 <= index < len(self._found):
            raise LocalError("no such value", got=index)
        left = [each for at, each in enumerate(self._found) if at != index]
        if left:
            self._settle(left, self._notes)
            self._example = ""
        else:
            self.clear()

    def clear(self) -> None:
        """Forget everything that was pasted."""
        self._found, self._notes, self._example = [], (), ""
        self.facts = self.diagnosis = self._view = self._root = None

    def look(self, index: int, *, focus: bool = False) -> None:
        """Show the bytes of one piece of evidence, counted over all findings."""
        found = self.diagnosis
        if found is None or not 0 <= index < len(found.evidence):
            raise LocalError("no such evidence", got=index)
        root, layer, start, stop = self._place(found, found.evidence[index])
        if self._view is None or self._root is None or bytes(root) != bytes(self._root) or root.name != self._root.name:
            self._root = root
            self._view = self._opened(root)
        if self._view.map.sheet(layer) is None:
            self._view.reset()  # a change has closed the seal behind which these bytes stand
        self._view.look(layer, start, stop, focus=focus)

    def _settle(self, found: Sequence[Found], notes: Sequence[str]) -> None:
        """Set the values and the diagnosis, and show the first evidence. A LocalError changes none of them.

        Values that give no diagnosis yet are kept for what is pasted next: a packet without its key, for example."""
        self.facts, self._found, self._notes = facts_of(found, notes), list(found), tuple(notes)
        self.diagnosis, self._problem = None, ""
        self._view = self._root = None
        try:
            self.diagnosis = diagnose(**self.facts)
        except MtError as error:
            self._problem = str(error)
            return
        if self.diagnosis.evidence:
            self.look(0)
        elif self.diagnosis.dissection is not None:
            self._root = self._whole(self.diagnosis)
            self._view = self._opened(self._root)

    # -- The bytes

    @property
    def text(self) -> str:
        """The bytes that the inspector shows, as text."""
        return str(self._view.dissection) if self._view else ""

    @property
    def _keys(self) -> list[AuthKey]:
        facts: Mapping[str, Any] = self.facts or {}
        given = [facts.get("temp_key"), facts.get("perm_key"), *facts.get("other_keys", ())]
        return [each.key for each in given if isinstance(each, GivenKey)]

    def _whole(self, found: Diagnosis) -> Dissection:
        """The packet, or the request, or the encrypted_message, with every seal opened for which the key is known."""
        packet = found.parts.get("packet")
        if packet is not None:
            return unseal(Dissection(REQUEST_PACKET, packet, Reading(lenient=True)), self._keys)
        return found.dissection or uncut("request", found.parts.get("request", b""), "this is no request")

    def _place(self, diagnosis: Diagnosis, evidence: Evidence) -> tuple[Dissection, str, int, int]:
        """The dissection that holds a piece of evidence, the path of its layer, and start and stop in it."""
        root, size = self._whole(diagnosis), max(1, evidence.size)
        part = diagnosis.parts.get(evidence.within)
        found = Map.of(root)
        for sheet in found.sheets:
            if sheet.name == evidence.within and (part is None or bytes(sheet.dissection) == part):
                return root, sheet.path, evidence.offset, evidence.offset + size
        for place in found.places:
            if place.span.name == evidence.within:
                start = place.base + place.span.body[0] + evidence.offset
                return root, found.sheets[place.sheet].path, start, start + size
        data = part or bytes(root)
        if evidence.within == "plaintext" and len(data) == 80:
            cut = Dissection(PLAINTEXT, data, Reading(lenient=True))
        else:
            cut = uncut(evidence.within, data, "they are shown as they are")
        return cut, cut.name, evidence.offset, evidence.offset + size

    def _opened(self, root: Dissection) -> ViewModel:
        """The inspector's model of these bytes, with the checks of a data centre as far as they can be computed."""
        facts: Mapping[str, Any] = self.facts or {}
        perm, temp = facts.get("perm_key"), facts.get("temp_key")
        known = {"perm_auth_key": perm.key if perm else None, "temp_auth_key": temp.key if temp else None}

        def judge(changed: Dissection) -> Any:
            rest = {name: value for name, value in facts.items() if name not in ("stream", "packet", "answer")}
            try:
                return diagnose(**{**rest, root.name: bytes(changed)}).checks
            except MtError:
                return None

        def reseal(changed: Dissection, path: str, data: bytes) -> Dissection:
            if perm is None:
                raise LocalError("the permanent key that closes this seal is not here", where=path)
            return unseal(resealed(changed, path, data, perm.key, temp.key if temp else None), self._keys)

        judged = root.name in ("packet", "request", "encrypted_message")
        return ViewModel(
            root,
            None,
            judge if judged else None,
            reseal=reseal if perm and judged else None,
            known={name: key for name, key in known.items() if key},
            functions=FORMULAS,
            answer=lambda verdict: "nothing fails" if verdict.ok else str(verdict.error or "refused"),
            keys="with the permanent key",
        )

    # -- Messages in

    def handle(self, message: Mapping[str, Any]) -> None:
        """One message of a front end: `serial`, `do`, and what belongs to it. Whatever is wrong with it is answered
        with a sentence (`said`)."""
        self._serial = serial(message, self._serial)
        self._tell(obeyed(self._obey, message))

    def _obey(self, message: Mapping[str, Any]) -> str:
        do = message["do"]
        if do == "read":
            return self.read(_sent(message), str(message.get("name", "")))
        if do == "example":
            self.example(str(message["name"]))
        elif do == "forget":
            self.forget(int(message["value"]))
        elif do == "clear":
            self.clear()
            return "Everything is forgotten."
        elif do == "look":
            self.look(int(message["evidence"]), focus=message.get("focus") is True)
        elif do == "inspect" and self._view is not None:
            self._view.handle(message["message"])
        else:
            raise LocalError(UNKNOWN, got=do)
        return ""

    # -- State out

    def _tell(self, said: str = "") -> None:
        found = self.diagnosis
        self.inspection = {"structure": self._view.structure, "state": self._view.state} if self._view else {}
        self.state = {
            "serial": self._serial,
            "said": said,
            "example": self._example,
            "examples": [[group, list(texts)] for group, texts in self.groups.items()],
            "choices": list(CHOICES),
            "values": [_value(at, each) for at, (each, _) in enumerate(by_content(self._found))],
            "notes": list(self.facts.notes[:NOTES]) if self.facts else [],
            "verdict": _verdict(found) if found else None,
        }


def _sent(message: Mapping[str, Any]) -> bytes | str:
    """The text that was pasted, or the bytes of a file that was dropped."""
    if "text" in message:
        return str(message["text"])
    try:
        return base64.b64decode(str(message["base64"]), validate=True)
    except binascii.Error:
        raise LocalError("the file did not arrive whole") from None


def _value(at: int, found: Found) -> dict[str, Any]:
    """One row about a found value: its kind, and never its content if that may be a key."""
    name = {"perm_key": "perm_auth_key", "temp_key": "temp_auth_key", "other_keys": "a key"}.get(found.name, found.name)
    where = f"{found.where}, {found.took_for}"
    return {"at": at, "name": name or "nothing known", "what": _what(found), "where": where}


def _what(found: Found) -> str:
    value = found.value
    if found.kind == "key":
        return f"{len(value)} bytes, id {GivenKey(value).key.id_bytes.hex()}"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if found.kind == "date" and 0 < value < 1 << 33:
        return f"{value} ({datetime.datetime.fromtimestamp(value, datetime.UTC):%Y-%m-%d %H:%M:%S} UTC)"
    text = _LONG_HEX.sub("...", str(value)) if found.kind == "text" else str(value)
    text = "".join(each if each.isprintable() else "?" for each in text)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _verdict(found: Diagnosis) -> dict[str, Any]:
    number = 0
    findings = []
    for finding in found.findings:
        findings.append(_finding(finding, found, number))
        number += len(finding.evidence)
    return {
        "healthy": found.healthy,
        "findings": findings,
        "remarks": [each.sentence for each in found.remarks],
        "missing": list(found.missing),
    }


def _finding(finding: Finding, found: Diagnosis, first: int) -> dict[str, Any]:
    mistake = finding.mistake
    return {
        "name": mistake.name,
        "sentence": mistake.sentence,
        "fix": mistake.fix,
        "stage": mistake.stage.name.lower(),
        "lesson": _lesson(mistake),
        "evidence": [_evidence(each, found, first + at) for at, each in enumerate(finding.evidence)],
    }


def _lesson(mistake: Mistake) -> list[str]:
    """The file of a lesson, and the title that the file's name gives."""
    number, _, words = mistake.lesson.partition("_")
    return [mistake.lesson, f"{number} {words.replace('_', ' ')}"] if mistake.lesson else []


def _evidence(each: Evidence, found: Diagnosis, index: int) -> dict[str, Any]:
    return {
        "index": index,
        "where": f"{each.path}, byte {each.offset}",
        "got": shown(each.got),
        "expected": shown(each.expected),
        "bytes": list(marked(found.parts, each) or ()),
    }
