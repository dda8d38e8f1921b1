"""What programs, mail and web pages put around values is taken away, so that a name stands in front of each of them.

`RULES` are patterns and what comes in their places; a function follows where more than one line has to be looked at.
Nothing takes a line away: what is said about a text names its lines.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from mtlib.clinic.names import NAMES, bare_name, known

_QUOTES = str.maketrans(
    "\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019\u00a0\u2009\u202f\u2212" + "".join(map(chr, range(0xFF01, 0xFF5F))),
    "\"\"\"\"\"''   -" + "".join(map(chr, range(0x21, 0x7F))), "\u200b\u200c\u200d\u2060\ufeff\u00ad")  # fmt: skip
"""What word processors and chats make of quotes, blanks, minus and letters; and what they put between, of no width."""
_SHORT = {"sess": "session_id", "session": "session_id", "sid": "session_id", "mid": "msg_id", "perm": "perm_key",
          "temp": "temp_key"}  # fmt: skip
"""Names that have other meanings as well: they count where the value behind them has the size."""
_SIZES = {"id": 15, "bytes": 16, "key": 300}
_NAMED = re.compile(
    r"[\[(`*\"']{0,3}+(?<![\w.])([A-Za-z_]\w{1,40}+(?:[ .][A-Za-z_]\w{1,40}+){0,2})"
    r"(?P<sign>[ \t]{0,3}[:=][ \t]{0,3}|[\])`*|\"' \t]{1,6}(?:(?:=>|<-)[ \t]?)?|[ ]?\.{3,40}[ ]?)(?P<opens>[`*\"' \t]{0,3})"
    r"(?=(?P<number>-?\d{9,20}n?\b|0[xX][0-9A-Fa-f]{9,16}\b)|(?:0x)?[0-9A-Fa-f]{16}|[\w+/]{40})"
)
_ALONE = re.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]+|h\d\.[ \t]+|-----BEGIN )?([A-Za-z_][\w -]{1,40}?)(?:-----)?[ \t]*$")
_SOFT_ENDS = re.compile(r"=(?:3D|20|\r?\n)")
_GOES_ON = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{16,}+[ \t]*(?:\\|=)[ \t]*\r?\n[ \t]*)+[0-9A-Fa-f]{2,}+")
"""Hex with a mark at the end of a line that it goes on in the next: of a shell, or of mail."""
_LOGGED_ROW = re.compile(
    r"(?P<before>(?=[^\n]{0,40}\d\d:\d\d|[\w-]+[ ]+\|)\S[^\n]{0,120}?[|:\])>][ ]{1,3})"
    r"(?:(?P<hex>(?:[0-9A-Fa-f]{2} ?){4,})|(?:0x)?[0-9A-Fa-f]{4,16}:?[ ]{1,3}[0-9A-Fa-f]{2,4} \S.*)$"
)
_NAME_OF_A_COLUMN = re.compile(r"[A-Za-z_][\w ]{0,40}")
_CELLS = re.compile(r"[|,;\t]+")

RULES: tuple[tuple[str, str, str | Callable[[re.Match[str]], str]], ...] = (
    ("\x1b", r"\x1b\[[\d;?]{0,20}[A-Za-z]", ""),
    (">", r"(?m)^[ \t]*(?:>[ \t]?){1,9}(?!>)", ""),
    # web pages
    ("&", r"&(?:lt|gt|quot|amp|apos|nbsp|#\d{1,4}|#[xX][0-9A-Fa-f]{1,4});",
     lambda m: html.unescape(m[0]).replace("\xa0", " ")),
    ("-H --header http", r"(?:-H|--header) (?:'[^'\n]*'|\"[^\"\n]*\")|[\"']?\bhttps?://[^\s\"'<>]+[\"']?", ""),
    ("</td </th", r"</t[dh]>\s{0,9}<t[dh]\b[^<>\n]{0,80}>", " | "),
    ("<", r"</?(?:a|b|br|code|div|em|li|p|pre|samp|span|strong|table|tbody|td|th|tr|tt|ul)\b[^<>\n]{0,80}>", "  "),
    ("</", r"<([A-Za-z_]\w{2,40}+)>(?=[^<>]{1,4000}</)", r" \1: "),
    ("</", r"</[A-Za-z_]\w{2,40}+>", " "),
    ("value=", r"""\b(?:name|key|id)=["'](\w{3,40})["']\s{1,9}value=""", r"\1: "),
    ("? &", r"[?&]([A-Za-z_]\w{2,40}=)", r" \1"),
    (";base64, !!binary", r"data:[\w/.+-]{3,40};base64,|!!binary\b", ""),
    ('\\"', r"\\\"([A-Za-z_]\w{1,40})\\\"( ?: ?)(?:\\\"([^\"\\\n]*)\\\")?",
     lambda m: f'"{m[1]}"{m[2]}' + (f'"{m[3]}"' if m[3] else "")),
    # Markdown, reST, PHP, Lua
    ("**", r"\*\*([A-Za-z][\w ]{2,40}:?)\*\*", r"\1"),
    ("::", r"(?m)(?<=\w)::[ \t]*$", ":"),
    ('"] ]=> =>', r"\[(?:\"([A-Za-z_]\w{2,40})\"\] ?=|([A-Za-z_]\w{2,40})\] ?=>)>? ?(\n?)[ \t]*"
                    r"(?:string\(\d+\)|int|float)?", r"\3\1\2: "),
    ("byte octets hex= B)", r"[ ]?[(\[]\d{1,4} ?(?:bytes?|B|octets)[)\]](?=[ \t]*[:=])|(?<=[:=] )\d{1,4} bytes: "
                            r"|\[(?:size=\d{1,4} )?hex=(?=[0-9A-Fa-f]+\])", ""),
    # languages
    ("<<", r"<<([\dA-Fa-fxX,. \n]+)>>", r"[\1]"),
    ("#( #vu8( #u8(", r"#(?:vu8|u8)?\((?=\d)", "("),
    ("#{", r"#\{", "{"),
    ("\\x{", r"\\x\{([0-9A-Fa-f]{2})\}", r"\\x\1"),
    ("$ &H", r"(?<![\w$&])(?:\$|&H)([0-9A-Fa-f]{2})(?=[,\s)}])", r"0x\1"),
    ("h H", r"(?<!\w)0?([0-9A-Fa-f]{2})[hH](?=[\s,;)}\]])", r"0x\1"),
    ("byte db BYTE DB", r"(?m)^([ \t]*(?:\w+:?[ \t]+)?)\.?(?:byte|db|BYTE|DB)[ \t]+(?=0x|\d{1,3},|0?[0-9A-F]{2}h)",
     r"\1"),
    ("'", r"(?<![\w'])(\d{1,3}) '(?:\\(?:[0-7]{3}|.)|[^\n])'", r"\1"),
    ("std::vector $", r"(?:std::vector of length \d+, capacity \d+|(?<!\S)\$\d+) = ", ""),
    ("64) 64_t) long)", r"\((?:u?int64(?:_t)?|[iu]64|long|Int64)\) ?(?=-?\d)", ""),
    ("BigInt.as pack(", r"BigInt\.asU?[iI]ntN\(64, ?|pack\(\s?[\"']H\*[\"'],\s?", "("),
    ("x' X'", r"\b[xX](?='(?:[0-9A-Fa-f]{2})+')", ""),
    ("- \u2022", r"(?m)^[ \t]*[-\u2022] (?=\d{1,3}$)", ""),
    ("sigBytes", r"\{\s*\"words\"\s*:\s*\[([-\d,\s]+)\],\s*\"sigBytes\"\s*:\s*(\d{1,6})\s*\}", lambda m: _of_words(m)),
    # dumps
    ("`", r"(?<=\b[0-9A-Fa-f]{8})`(?=[0-9A-Fa-f]{8}\b)", ""),
    ("-", r"(?m)^([ \t]*[0-9A-Fa-f]{8,16}  (?:[0-9A-Fa-f]{2} ){7}[0-9A-Fa-f]{2})-(?=[0-9A-Fa-f]{2} )", r"\1 "),
    ("|", r"(?m)^\|([0-9A-Fa-f]{8})\| ", r"\1  "),
    ("--- === Offset Label: :00", r"(?m)^[ \t]*(?:[+|:-]?[-+=|: ]{9,}|Offset Bytes[ ]+Ascii|Label: .*\(System\..*"
                                  r"|-----END .*|:00000001FF)[ \t]*$", ""),
    (":", r"(?m)^[ \t]*:([0-9A-Fa-f]{2})([0-9A-Fa-f]{4})00((?:[0-9A-Fa-f]{2})+)[0-9A-Fa-f]{2}[ \t]*$",
     lambda m: f"{m[2]}  {bytes.fromhex(m[3]).hex(' ')}" if 2 * int(m[1], 16) == len(m[3]) else m[0]),
)  # fmt: skip
"""Words of which one has to be in a text, the pattern that is looked for then, and what comes in its place."""


def plain(text: str) -> str:
    """The same text, line by line, without what was put around its values."""
    text = text if text.isascii() else text.removeprefix("\ufeff").translate(_QUOTES)
    if _SOFT_ENDS.search(text) and not re.search(r"(?<!charset)(?<!boundary)=(?!3D|20|\r?\n)", text):
        text = re.sub(r"(?m)^(?:[^\n]*=\r?\n)+[^\n]*", _in_one_line, text).replace("=3D", "=").replace("=20", " ")
    for signs, pattern, instead in RULES:
        if any(sign in text for sign in signs.split()):
            text = re.sub(pattern, instead, text)
    text = _GOES_ON.sub(lambda wrapped: re.sub("[^0-9A-Fa-f]", "", wrapped[0]) + "\n" * wrapped[0].count("\n"), text)
    text = _NAMED.sub(_named, _ALONE.sub(_heading, text))
    return "\n".join(_named_columns(_logged_rows(text.split("\n"))))


def _in_one_line(wrapped: re.Match[str]) -> str:
    """Mail that goes on after `=` in the next line, with the line ends behind it."""
    return re.sub(r"=\r?\n", "", wrapped[0]) + "\n" * wrapped[0].count("\n")


def _of_words(array: re.Match[str]) -> str:
    """A WordArray of crypto-js: numbers of 32 bits, high byte first."""
    data = b"".join((int(word) & 0xFFFFFFFF).to_bytes(4, "big") for word in array[1].split(","))
    return f'"{data[: int(array[2])].hex()}"' + "\n" * array[0].count("\n")


def _named(found: re.Match[str]) -> str:
    """A value with its name and a sign between them, if the name is one that is followed by such a value."""
    name, number, signed = known(found[1]), found["number"], ":" in found["sign"] or "=" in found["sign"].replace("=>", "")
    if signed and name:
        return found[0]
    short = "" if name else _SHORT.get(found[1].split(" ")[-1].lower(), "")
    kind = NAMES.get(name or short, "text")
    if kind in ("bytes", "key") and not found["sign"].strip():
        return found[0]  # bytes behind a word are found by it, and that is said
    size = len(re.match(r"[^\n]*?(?=[^\w+/-]|$)", found.string[found.end() :])[0]) if kind == "key" else 99
    fits = len(number) >= (_SIZES["id"] if short else 9) if number and kind in ("id", "date") else (
        not number and kind in ("bytes", "key") and (not short or size >= _SIZES["key"]))
    opens = re.sub("[^`\"']", "", found["sign"][found["sign"].rfind(" ") :] + found["opens"])[-1:]
    return f" {name or short}: {opens}" if fits else found[0]


def _heading(line: re.Match[str]) -> str:
    """A name that stands alone in its line, above its value."""
    name = known(bare_name(line[1]))
    above = re.search(r":[ \t]*\n\Z", line.string[max(0, line.start() - 4) : line.start()])
    return f"{name}:" if name and NAMES[name] != "text" and not above else "" if "-----" in line[0] else line[0]


def _logged_rows(lines: list[str]) -> list[str]:
    """Rows of a dump, and hex below its name, without the time or the name that a logger put before each."""
    rows = [_LOGGED_ROW.match(line) if len(line) < 300 else None for line in lines]
    shapes = ["" if row is None else re.sub(r"\d+", "0", row["before"]) for row in rows]
    named = False
    for at, row in enumerate(rows):
        if row is None or known(row["before"].strip(" :]>|)")):
            named = bool(re.search(r"[:=][ \t]*$", lines[at]))
        elif named if row["hex"] else shapes[at] in (shapes[at - 1], *shapes[at + 1 : at + 2]):
            lines[at] = lines[at][len(row["before"]) :]
    return lines


def _named_columns(lines: list[str]) -> list[str]:
    """The rows of a table whose first row has the names, each value with its name."""
    names: list[str] = []
    for at, line in enumerate(lines):
        cells = [cell.strip(" \"'`") for cell in _CELLS.split(line.strip("| \t"))] if _CELLS.search(line) else []
        if len(line) < 500 and sum(map(bool, map(known, cells))) > 1 and all(map(_NAME_OF_A_COLUMN.fullmatch, cells)):
            names = cells
        elif names and len(cells) == len(names) and re.search(r"\d{9}", line):
            lines[at] = ", ".join(f'"{name}": "{cell}"' for name, cell in zip(names, cells, strict=True))
        elif cells or line.strip():
            names = []
    return lines
