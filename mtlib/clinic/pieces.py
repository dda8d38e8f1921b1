"""Cutting a text into pieces: each value with the label in front of it, its line, and what it was taken for."""

from __future__ import annotations

import bisect
import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple

from mtlib.clinic.names import ALIASES, BYTES, FOLLOWING, GENERIC, NAMES, bare_name, known, shown
from mtlib.clinic.text_bytes import TOKEN, bytes_in, hex_text, is_number, joined, sense, unescaped
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from mtlib.protocol.binding import REQUEST_SIZE

OTHER_ID = "the id in front is not that of the key behind it"
"""The note about a line of a key log whose id and key do not belong together."""
ODD = "an odd number of hex digits: a part of them is missing"
"""The note about a value that was cut off."""
UNREADABLE = "neither hex nor base64"
"""The note about a long word in a file that should hold only keys."""
ANSWER_PARTS = ("message", "code", "error_message", "error_code")
"""Names of the parts of an answer."""
DEEPEST = 64
"""How deep brackets are followed: each name in them is compared with the labels of all brackets around it."""
WORK = 600_000
"""The most words of a text that are looked at; they take two or three seconds. A name or a value costs as much as
LOOKED_UP words, a line without a name six more, and each KiB of a value one more."""
LOOKED_UP = 8
COMPARED = 99
"""How many unknown names are compared with the known ones."""
_FILLING = re.compile(r"(?:[ \t\r,;$@*]+|(?<![^\s,;])[-+]{1,2}(?=[A-Za-z_]))+")
_COMMENT = re.compile(
    r"(\"(?:\\.|[^\"\\])*(?:\"|$)|(?<!\w)[bBrRuU]{0,2}'(?:\\.|[^'\\])*(?:'|$))"
    r"|(?<!\S)(?:#(?![\dA-F]{1,8}(?: \w|\])|<)|//(?=\s|$)).*|/\*.{0,99}?\*/(?!\w)"
)
_LABEL = re.compile(
    r"(?![bBrRuU]{1,2}[\"'])[\"'`]?"  # b':' opens a literal
    r"(?P<name>[A-Za-z_]\w{0,60}+(?:[ .\-/]{1,2}[A-Za-z_]\w{0,60}+){0,5})[\"'`]?[ \t]*(?:\[[^\]\n]{0,12}\])?"
    r"[ \t]*(?::=|=>|:|=)(?![=:])[ \t]*"
    r"(?:(?:&?(?:'static )?\[u8(?:; *\d+)?\]|Vec<u8>|\[UInt8\]|(?P<type>[A-Za-z]\w{0,12}))"
    r"[ \t]*=(?![=\s]*(?:$|\n))[ \t]*)?"
)
_QUOTED = re.compile(
    r"[bBrRuUfF@$]{0,2}(?:\"\"\"([\s\S]*?)\"\"\"|'''([\s\S]*?)'''"
    r"|\"((?:\\[\s\S]|[^\"\\\n])*)\"|'((?:\\[\s\S]|[^'\\\n])*)'|`([^`]*)`)"
)
_ARRAY = re.compile(r"[\[({]([^\[\](){}\"'<>:=]*)[\])}]")
_IN_QUOTES = re.compile(r"\"(?:\\.|[^\"\\\n])*+\"")
_MORE = (r"[ ,]{0,2}(?:\.\.\.|\u2026|[\[(<{] ?(?:\.\.\.|\u2026|(?i:snip|trunc|cut|omitted)"
         r"|\+?\d+ (?:more|bytes? (?:more|omitted|left))))")  # fmt: skip
_CUT_SHORT = re.compile(rf"[0-9A-Fa-f]{{2}}{_MORE}")
_CUT_BEHIND = re.compile(_MORE)
"""What says that a value was cut short when it was printed."""
_GROUPED = re.compile(r"-?\d{1,3}(?:(?:[,']\d{3})+|(?: \d{3}){4,6})(?![\d,'])")
_NOT_ONE = re.compile(
    r"datetime\.datetime\([^()\n]{0,60}(?:\([^()\n]{0,40}\))?[^()\n]{0,20}\)|[\[(]?\d{4}[-/]\d\d\b[^\n]*"
    r"|-?\d{9,20}[ \t]*[\t|][ \t]*-?\d{9,20}\b[^\n]*"
    r"|-?\d{1,10}[ \t]*,[ \t]*-?\d{1,10}[ \t]*(?=\n|$)|-?\d{1,3}(?: \d{3})+\b"
)
_CHANGED = re.compile(r"[\"'`]?(?!0x?\b)[\w+/-]{9,}={0,2}[\"'`]?[ \t]*(?:->|=>|\u2192)[ \t]*[\"'`]?-?\w{9}[^\n]*")
_LOST = re.compile(r"\u2026|\.\.|\*{3}|\u2022|-(?=\s|$)")
"""The marks after a number whose last digits were left out; or a minus at the end."""
_WORD = re.compile(r"[^\s,;:=()\[\]{}<>\"'`|]+|.", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0[xX][0-9A-Fa-f]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)(?:n|[uU]?[lL]{0,2}|[iu]64)\b")
_COUNTED = re.compile(r"-?\d+\w*")
_BLANK = re.compile(r"(?:\n[ \t]*)+(?=\n)")
_SIGN = re.compile(r"[ \t]*(?::=|[:=])(?!=)")
_GAP = re.compile(r"(\s*\+\s*|[ \t]*\\?\n?\s*)(?=[bBrRuU]{0,2}[\"'])")
_EMPTY = re.compile(r"(?:null|None|nil|undefined|true|false|True|False)\b")
_NEXT = re.compile(r"[\s,;|]+-{0,2}(?=[\"']?[A-Za-z_][\w.-]{0,60}+[\"']?\s?(?::=|=>|[:=])(?![=:]))|[\"'}\])]|(?<!-)>")
_PAIR = re.compile(r"[ \t]*[0-9A-Fa-f]{2}\b")
_CALL = re.compile(r"[&*]|(?:new\s+)?[A-Za-z_][\w.:]*!?\s*(?:\[\d*\])?[(\[{]")
_RUN = re.compile(r"(?:(?:0[xX]|\\x)?[0-9A-Fa-f]{2,}+(?![\w])[\s:,.-]{0,2})+")
_HEX = re.compile("[0-9A-Fa-f]+")
_ROW = re.compile(r"(?:\d{1,6}[,;\t ]+)+[0-9A-Fa-f]{32,}$")
"""A row of a table: numbers, and behind them hex."""
_ONE_NUMBER = re.compile(r"-?\d{1,3}")
_BARE = re.compile(r"[ \t]*((?:0[xX]|\\x|-)?[\w+/=\\:,;. \t-]*?)[ \t]*[\\}]?[ \t]*(?:\n|$)", re.ASCII)
_MENTIONED = re.compile(r"(?i)\b(?:sess(?:ion)?|msg|message)[ _-]?id\b"
                        r"|\b(?:perm(?:anent)?|te?mp(?:orary)?)[ _-]?(?:auth[ _-]?)?key\b(?![ _-]id)")  # fmt: skip
_KEY_LOG = re.compile(r"[ \t]*([0-9A-Fa-f]{16})[ \t]+([0-9A-Fa-f]{512})[ \t]*(?:\n|$)")
_LOGGED = re.compile(r"\W*+(?:\d{2,4}[-/:.]\d\d|\d{1,3}\]\[|(?i:debug|info|warn|error|trace|vrb|dbg|inf)\b)|\{.*\}\s*$")
ANSWER = re.compile(
    r"(?<=error |rror: | code )-(?:403|404|429|444|503)\b|"
    r"\b(?:Encrypted|Expires|Temp|AuthKey|Connection)[A-Za-z]+Error\b|"
    r"(?:-?\d{3}:? +)?\b(?!RPC_ERROR\b)[A-Z]+(?:_[A-Z]+)*_"
    r"(?:INVALID|EMPTY|EXPIRED|UNREGISTERED|DUPLICATED|BOUND|LONG|ERROR|FAIL|MIGRATE_\d+|WAIT(?:_\d+)?)\b"
)
SPOKEN = (
    ("", ANSWER, "{0}"),
    ("rror", re.compile(r"(?i)\b(?:transport|protocol) ?error\W{1,3}(?:code\W{1,3})?-?(4\d\d|503)\b"), "-{1}"),
    ("ound", re.compile(r"(?i)\bauth ?key ?not ?found\b"), "-404"),
    ("HTTP", re.compile(r"\(HTTP code (4\d\d)\)"), "-{1}"),
    ("BadMsg", re.compile(r"\bBadMsgNotification\W{1,3}(\d\d)\b"), "bad_msg_notification {1}"),
    ("wait of", re.compile(r"\b[Aa] wait of (\d+) seconds\b"), "FLOOD_WAIT_{1}"),
)
"""How clients say an answer in a sentence: a sign of it, the pattern, and the answer."""


def spoken(text: str, begins: int = 0) -> tuple[int, str] | None:
    """Where a client says an answer in a sentence, and the answer; looked for behind `begins` first, then in front."""
    for sign, pattern, answer in SPOKEN:
        if sign in text and (said := pattern.search(text, begins) or pattern.search(text)):
            return said.start(), " ".join(answer.format(said[0], *said.groups("")).split())
    return None


@dataclass(frozen=True)
class TextPiece:
    label: str
    value: Any = field(repr=False)  # bytes, or text in which they are
    line: int
    took_for: str
    logged: bool = False
    optional: bool = False  # the second argument of a call, which may be an encoding's name

    @property
    def where(self) -> str:
        return f"line {self.line}"


class _BareLine(NamedTuple):
    """A line without a name: its text, its start and end, and whether it is indented more than the name above."""

    text: str
    start: int
    end: int
    deeper: bool


@dataclass
class _Scope:
    """An open bracket: the label in front of it, and how many values were found in it so far."""

    label: str
    taken: int = 0


class Scan:
    """Reads the text once and cuts it into pieces; `said` collects sentences about it. Lines that together hold
    several times 256 bytes are several keys, or one value if `whole`."""

    def __init__(self, lines: list[str], dumps: Mapping[int, str], keys_only: bool, *, whole: bool = False) -> None:
        self.keys_only, self._whole = keys_only, whole
        self.said: list[str] = []
        self._took: set[str] = set()
        self._unknown: dict[str, int] = {}
        self._named: dict[str, int] = {}
        self._quiet = False
        self._left = WORK
        self._last: tuple[str, tuple[bytes | None, str]] = ("", (None, ""))
        self._dumps = dumps
        self.lines = [line if at in dumps or not any(sign in line for sign in ("#", "//", "/*"))
                      else _COMMENT.sub(lambda m: m[1] or " ", line)
                      for at, line in enumerate(_of_one_peer(lines, self.said))]  # fmt: skip
        self._text = "\n".join(self.lines)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        objects = sum(line.startswith("{") and line.rstrip().endswith("}") for line in self.lines)
        self._is_log = [bool(_LOGGED.match(line)) and (line[:1] != "{" or objects > 1) for line in self.lines]
        self._check_brackets(objects)

    def line(self, at: int) -> str:
        return f"line {self._number(at)}"

    def _number(self, at: int) -> int:
        return bisect.bisect_right(self._starts, at)

    def _check_brackets(self, objects: int) -> None:
        """Raise LocalError for JSON that is cut off: it may end in the middle of a number."""
        text = self._text.strip()
        bare = _IN_QUOTES.sub("", text) if text.startswith("{") and objects <= 1 and not text.endswith("}") else ""
        if bare.count("{") > bare.count("}"):
            raise LocalError("this begins like JSON and is none", got="no closing bracket", where=f"line "
                             f"{len(self.lines)}")  # fmt: skip

    def pieces(self) -> Iterator[TextPiece]:
        text, at, opened, pending, fresh = self._text, 0, list[_Scope](), "", True
        while at < len(text):
            if blank := _FILLING.match(text, at):
                at = blank.end()
                pending = "" if "," in blank[0] or ";" in blank[0] else pending
                continue
            if text[at] == "\n":
                at, fresh = at + 1, True
                continue
            if fresh:
                block, at = self._block(at)
                fresh = bool(block)
                yield from block
                continue
            self._spend(1, at)
            if text[at] == "\\":
                at += 2
                continue
            scope = opened[-1] if opened else _Scope("")
            label = pending or scope.label
            may_be_name = text[at].isalpha() or text[at] in "_\"'`"
            if may_be_name and (named := _LABEL.match(text, at)) and self._is_label(named):
                if known(scope.label) == "answer" and bare_name(named["name"]) in ANSWER_PARTS:
                    at, pending = named.end(), "answer"
                    continue
                self._quiet = any(bare_name(each.label) in FOLLOWING for each in opened)
                inside = "inner." if any("inner" in each.label.lower() for each in opened) else ""
                # `DEBUG:session_id=5` looks like a name with its type
                name = named["type"] if known(named["type"] or "") else named["name"]
                name = label if known(label) and not known(name) and GENERIC.fullmatch(name) else name
                piece, at, pending = self._labelled(inside + name, named.start(), named.end())
                if piece:
                    yield piece
                continue
            if text[at] in "\"'`[({<bBrRuUfFLnIsE" and (taken := self._literal(at)):
                value, end, form = taken
                if value is not None:
                    yield self._piece(label, value, at, form, optional=scope.taken > 0 or not label)
                    scope.taken += 1
                at, pending = end, ""
                continue
            word = _WORD.match(text, at)
            if word is None:
                break
            if text[at] in "([{<":
                if len(opened) == DEEPEST:
                    raise LocalError("brackets in brackets", got=f"more than {DEEPEST}", where=self.line(at))
                opened.append(_Scope(label or self._word_before(at)))
                pending = ""
            elif text[at] in ")]}>" and opened:
                opened.pop()
            elif len(word[0]) >= 16 and (label or len(word[0]) >= 40) and bytes_in(word[0])[0]:
                said = label or self._word_before(at)
                yield self._piece(said, word[0], at, "what stands in a line", optional=True)
            elif len(word[0]) % 2 and len(word[0]) > 63 and _HEX.fullmatch(word[0]):
                self.said.append(f"{self.line(at)}: {ODD}")
            elif self.keys_only and len(word[0]) > 255:
                self.said.append(f"{self.line(at)}: {UNREADABLE}")
            elif word[0] in ("boolTrue", "boolFalse") and known(label) == "answer":
                yield self._piece(label, word[0], at, "a Bool")
            elif _COUNTED.fullmatch(word[0]) and self._is_one_number(label, scope, word.end()):
                yield self._piece(label, word[0], at, "a number", optional=scope.taken > 0)
                scope.taken += 1
            at = word.end()

    def _spend(self, words: int, at: int) -> None:
        """Count the words that were looked at. Raises LocalError for more than a text about a binding can have."""
        self._left -= words
        if self._left < 0:
            raise LocalError("too many words and values to look at", got=f"{len(self._text)} characters",
                             expected="the part of them with the binding", where=self.line(at))  # fmt: skip

    def _bytes_in(self, text: str) -> tuple[bytes | None, str]:
        """The bytes in a text. The last result is kept: a text may be long, and is asked for several times in a row."""
        if text != self._last[0]:
            self._last = text, bytes_in(text)
        return self._last[1]

    def _is_one_number(self, label: str, scope: _Scope, end: int) -> bool:
        """Whether a number has a label for numbers and is alone in its bracket; the parts of a date are not alone."""
        kind = NAMES.get(known(label), "")
        several = scope.taken > 0 or bool(re.match(r"\s*,\s*-?\d", self._text[end : end + 9]))
        return bool(label) and kind not in ("bytes", "key") and not (kind in ("id", "date") and scope.label and several)

    def _word_before(self, at: int) -> str:
        before = re.search(r"([A-Za-z_]\w{0,60})\s{0,2}$", self._text[max(0, at - 64) : at])
        return before[1] if before and ("inner" in before[1].lower() or known(before[1])) else ""

    def _is_label(self, named: re.Match[str]) -> bool:
        """Whether a match is a name before a colon, and neither the end of a base64 line nor two hex digits."""
        return not (re.fullmatch(r"[0-9A-Fa-f]{2}", named["name"]) or len(named["name"]) > 60)

    def _piece(self, label: str, value: Any, at: int, form: str, *, optional: bool = False) -> TextPiece:
        number = self._number(at)
        return TextPiece(label, value, number, form, self._is_log[number - 1], optional)

    def _labelled(self, label: str, start: int, at: int) -> tuple[TextPiece | None, int, str]:
        """The piece after a label, the offset where the scan goes on, and the label if its value is still to come."""
        text, name = self._text, known(label)
        self._spend(LOOKED_UP, at)
        kind = NAMES.get(name, "")
        nested = _LABEL.match(text, at)
        if nested and self._is_label(nested) and (not name or known(nested["name"])) and NAMES.get(name) != "text":
            return None, at, ""  # a word before a name: DEBUG:bind:msg_id=5
        if kind not in ("", "date") and not _EMPTY.match(text, at):
            self._named.setdefault(name, self._number(start))
        end = self._starts[self._number(at)] - 1
        if kind and kind != "text" and (changed := _CHANGED.match(text, at, end)):
            self.said.append(f"{self.line(at)}: two values of {name} with an arrow between them, passed over; give one")
            return None, changed.end(), ""
        if taken := self._literal(at):
            value, stop, form = taken
            return (None if value is None else self._piece(label, value, at, form)), stop, ""
        if empty := _EMPTY.match(text, at):
            told = name == "answer" and "error" not in label.lower() and empty[0].lower() in ("true", "false")
            return self._piece(label, f"bool{empty[0].title()}", at, "a Bool") if told else None, empty.end(), ""
        if kind in ("id", "date") and (grouped := _GROUPED.match(text, at)):
            return self._piece(label, re.sub("[,' ]", "", grouped[0]), at, "a number in groups"), grouped.end(), ""
        if kind in ("id", "date") and (several := _NOT_ONE.match(text, at)):
            self.said.append(f"{self.line(at)}: a date or several numbers, passed over; give {name} as one number")
            return None, several.end(), ""
        number = _NUMBER.match(text, at)
        if number and kind == "id" and _LOST.match(text, number.end()):
            self.said.append(f"{self.line(at)}: {name} is no whole number, passed over; give all its digits")
            return None, end, ""
        scoped = at < end and text[at] in "([{<"
        if not name and not scoped and not self._is_log[self._number(start) - 1]:
            self.unknown(label, self._number(start))
        if number and kind in ("id", "date", ""):
            alone = not _PAIR.match(text, number.end(), end)
            if alone and (kind or number.end() - at < 24):
                return self._piece(label, number[0], at, "a number") if kind else None, number.end(), ""
        if scoped:
            return None, at, label
        cut = _NEXT.search(text, at, end)
        if kind == "text" and cut and not cut[0].strip():  # an answer goes on with `code=400`, but not with a msg_id
            cut = next((each for each in _NEXT.finditer(text, at, end) if (
                other := _LABEL.match(text, each.end())) and NAMES.get(known(other["name"]), "text") != "text"), None)
        said = text[at : cut.start() if cut else end].strip(" \t,;")
        self._spend(len(said) >> 10, at)
        if said in ("|", ">", "|-", ">-", "\\"):
            at, said = end, ""
        if kind in ("bytes", "key") and _CUT_SHORT.search(said):
            self.said.append(f"{self.line(at)}: {name} was cut short when it was printed; print all of it")
            return None, cut.start() if cut else end, ""
        if kind == "text":
            return (self._piece(label, said, at, "text") if said else None), cut.start() if cut else end, ""
        if _CALL.match(text, at, end):
            return None, at, label
        if not said and at < end:
            return None, at, ""
        octets, form = bytes_in(said) if cut else (None, "")
        if cut and octets is not None and (kind or len(said) >= 8):
            return self._piece(label, said, at, form), cut.start(), ""
        return self._bare_value(label, kind, start, at, end, said)

    def _bare_value(
        self, label: str, kind: str, start: int, at: int, end: int, said: str
    ) -> tuple[TextPiece | None, int, str]:
        """The piece of hex, base64 or numbers without quotes, which may continue in the lines below."""
        text = self._text
        run = None if _HEX.fullmatch(said) else _RUN.match(text, at, end)
        if said and run and len(run[0]) >= 8 and bytes_in(said)[0] is None:
            return self._piece(label, run[0], at, "hex"), run.end(), ""
        if not kind and (not said or bytes_in(said)[0] is None or len(said) < 8):
            return None, at, ""
        if not said and (blank := _BLANK.match(text, end)):
            end = blank.end()
        first, below = [said] if said else [], list[_BareLine]()
        if kind in ("bytes", "key"):
            below = self._bare_lines(end + 1, first, start - text.rfind("\n", 0, start) - 1)
            lines, deeper = first + [each.text for each in below], sum(each.deeper for each in below)
            whole = sense(bytes_in(joined(lines[: len(first) + deeper]))[0])
            wrapped = 0 if whole else len(next(_parts(lines, self._bytes_in), (0, []))[1]) - len(first)
            below = below[: max(deeper, wrapped)]
        lines = first + [each.text for each in below]
        if not lines:
            return None, end, label if kind in ("bytes", "key") else ""
        form = bytes_in(joined(lines))[1]
        form = f"{form} of {len(lines)} lines" if len(lines) > 1 else form
        return self._piece(label, joined(lines), at, form), below[-1].end if below else end, ""

    def _literal(self, at: int) -> tuple[Any, int, str] | None:
        """The string, array or Buffer at this place: its value, its end, and what it is."""
        text, dump = self._text, self._number(at) - 1
        self._spend(LOOKED_UP, at)
        if dump in self._dumps and text[at] == '"':
            end = self._starts[dump + 1] - 1
            return bytes.fromhex(text[at:end].strip('"')), end, self._dumps[dump]
        if found := _ARRAY.match(text, at):
            tokens = TOKEN.findall(found[1])
            if "..." in found[1] and len(tokens) > 4:
                self.said.append(f"{self.line(at)}: an array that was cut short when it was printed; print all of it")
                return None, found.end(), ""
            value = bytes_in(found[1])[0] if len(tokens) > 1 else None
            return (value, found.end(), "an array") if value else None
        return self._strings(at)

    def _strings(self, at: int) -> tuple[Any, int, str] | None:
        """The strings at this place, joined if they are parts of one value."""
        text, parts, binary, end = self._text, list[str](), False, at
        while found := _QUOTED.match(text, end):
            body = next(part for part in found.groups() if part is not None)
            if len(body) > 31 and _CUT_BEHIND.match(text, found.end()):
                self.said.append(f"{self.line(at)}: a string that was cut short when it was printed; print all of it")
                return None, self._starts[self._number(found.end())] - 1, ""
            if parts and _SIGN.match(text, found.end(), found.end() + 9):
                break
            parts.append(body)
            self._spend(1, at)
            binary |= bool(re.match("[rR]?[bB]", found[0]))
            stop = found.end()
            gap = _GAP.match(text, stop)
            if gap is None:
                break
            if "\n" in gap[0] and sense(data := bytes_in("".join(parts))[0]):
                column, line = gap.end() - text.rfind("\n", 0, gap.end()), self.lines[self._number(at) - 1]
                under = 1 < column > len(line) - len(line.lstrip())  # parts of one value stand so; two values do not
                if not (under or "+" in gap[0]) or len(data or b"") in (256, REQUEST_SIZE):
                    break
            end = gap.end()
        if not parts:
            return None
        joined = "".join(parts)
        if binary:
            data = unescaped(joined)
            inside = hex_text(data) if data else None
            return inside or data, stop, "bytes of hex digits" if inside else "a bytes literal"
        if "\\" in joined and (data := bytes_in(f'"{joined}"')[0]) is not None:
            return data, stop, "a string with escapes"
        return joined, stop, "a string" if "\\x" not in joined else "a string with escapes"

    def _bare_lines(self, at: int, before: Sequence[str] = (), indent: float = inf) -> list[_BareLine]:
        """The lines without a name from here on. After a name, all lines that are indented more than its `indent`
        count, whatever they look like."""
        text, found, deeper = self._text, list[_BareLine](), indent < inf
        while at < len(text) and (bare := _BARE.match(text, at)) and bare[1]:
            self._spend(LOOKED_UP + 6, at)
            line, label = bare[1].rstrip(",; "), _LABEL.match(bare[1])
            deeper = deeper and bare.start(1) - at > indent
            first = before[0] if before else found[0].text if found else ""
            if (label and self._is_label(label)) if deeper else not self._is_bare(line, first, indent < inf):
                break
            end = bare.end() - text[at : bare.end()].endswith("\n")
            found.append(_BareLine(line, at, end, deeper))
            at = end + 1
        return found

    def _block(self, at: int) -> tuple[list[TextPiece], int]:
        """The lines without a name that begin here: each is a value, unless they are one value that was wrapped."""
        text, found = self._text, list[TextPiece]()
        if key := _KEY_LOG.match(text, at):
            if AuthKey(bytes.fromhex(key[2])).id_bytes.hex() != key[1].lower():
                self.said.append(f"{self.line(at)}: {OTHER_ID}")
            return [self._piece("", bytes.fromhex(key[2]), at, "a line of a key log")], key.end()
        bare = self._bare_lines(at)
        lines, starts = [each.text for each in bare], [each.start for each in bare]
        at = bare[-1].end + 1 if bare else at
        for first, part in _parts(lines, self._bytes_in):
            value = joined(part)
            form = self._bytes_in(value)[1] if not is_number(value) else "a number"
            form = f"{form} of {len(part)} lines" if len(part) > 1 else form
            data = self._bytes_in(value)[0] or b""
            keys = len(data) // 256 if len(part) > 1 and data and not (self._whole or len(data) % 256) else 1
            for i in range(keys):
                octets = data[256 * i : 256 * i + 256] if keys > 1 else data
                found.append(self._piece("", value if is_number(value) else octets, starts[first], form))
        return found, at

    def _is_bare(self, line: str, first: str, named: bool) -> bool:
        """Whether a line holds only a value, or only a part of the value that begins in the line `first`."""
        if _ROW.match(line):
            return False  # several values
        if is_number(line) or (named and _ONE_NUMBER.fullmatch(line)):
            return True
        if self._bytes_in(line)[0] is not None:
            label = _LABEL.match(line)
            return bool(named or first or re.search(r"(?:\w\W*){4}", line)) and not (label and known(label["name"]))
        return 19 < len(first) >= len(line) and bool(re.fullmatch(r"[\w+/-]+=*", line))

    def took(self, where: str, what: str) -> None:
        """Note what a value was taken for, and remember its place."""
        self._took.add(where)
        self.said.append(f"{where}: took {what}")

    def unknown(self, label: str, line: int) -> None:
        """Remember an unknown name, unless a bracket around it has a name that is skipped."""
        if not self._quiet:
            self._unknown.setdefault(label, line)

    def without_value(self, names: set[str]) -> list[str]:
        """A sentence for each name of bytes that no bytes follow; `names` are those that have a value."""
        for found in _MENTIONED.finditer(self._text):
            name = known(found[0])
            if name and not (NAMES[name] == "key" and "other_keys" in names):
                self._named.setdefault(name, self._number(found.start()))
        what = {"id": "number", "text": "text"}
        return [f"line {line}: {name} has no {what.get(NAMES[name], 'bytes')} behind its name"
                for name, line in self._named.items() if name not in names and (
                    not self._is_log[line - 1] or (name in BYTES and names.isdisjoint(BYTES)))]  # fmt: skip

    def unknown_names(self) -> list[str]:
        """A sentence for each unknown name that is similar to a known one, and one sentence for all others."""
        said, others = list[str](), list[str]()
        names_of_line = Counter(self._unknown.values())
        for label, line in self._unknown.items():
            bare = bare_name(label)
            if bare in FOLLOWING or (f"line {line}" in self._took and names_of_line[line] == 1):
                continue
            compared = len(said) < 9 and len(others) < COMPARED
            near = difflib.get_close_matches(bare, [*NAMES, *ALIASES], 1, 0.75) if compared else []
            if near:
                said.append(f"line {line}: {shown(label)} is not known; did you mean {near[0]}?")
            else:
                others.append(shown(label))
        if others:
            more = f" and {len(others) - 5} more" if len(others) > 5 else ""
            said.append(f"not known, and passed over: {', '.join(others[:5])}{more}")
        return said


def _of_one_peer(lines: list[str], said: list[str]) -> list[str]:
    """The lines; of a log of `dc --json` only those of the connection whose bind was refused last."""
    events: dict[int, Any] = {}
    for at, line in enumerate(lines):
        if line.startswith('{"event"'):
            try:
                events[at] = json.loads(line)
            except (ValueError, RecursionError):
                return lines
    refused = [event for event in events.values() if event.get("event") == "bind_refused"]
    if not refused:
        return lines
    peer, when = refused[-1].get("peer"), refused[-1].get("at")
    said.append(f"took it for the log of a data centre: its connection {peer}, whose bind was refused last")
    kept = ["" if events.get(at, {}).get("peer", None) != peer else line for at, line in enumerate(lines)]
    last = max(at for at, event in events.items() if event is refused[-1])
    if isinstance(when, (int, float)):
        kept[last] = f'{kept[last].rstrip()[:-1]}, "now": {int(when)}}}'
    return kept


def _parts(lines: Sequence[str], reader: Callable[[str], tuple[bytes | None, str]]) -> Iterator[tuple[int, list[str]]]:
    """Groups of lines without names; lines of one wrapped value form one group. None of these makes sense alone, and
    they have one width, except a shorter last one, or make sense together."""
    alone = [sense(reader(line)[0]) or is_number(line) for line in lines]
    wide = [_width(line) for line in lines]
    at = 0
    while at < len(lines):
        end = at + 1
        while not alone[at] and end < len(lines) and not alone[end] and wide[end - 1] == wide[at] >= wide[end]:
            end += 1
        if end == at + 1 and not any(alone[at:]) and sense(reader(joined(lines[at:]))[0]):
            end = len(lines)
        yield at, list(lines[at:end])
        at = end


def _width(line: str) -> int:
    """How many numbers a line has; if it is one word, how many characters."""
    words = len(TOKEN.findall(line))
    return words if words > 1 or _ONE_NUMBER.fullmatch(line) else len(line)
