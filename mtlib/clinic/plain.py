"""Removing what programs, mail and web pages put around values, so that each value has its name in front of it.

`WRAPPINGS` are patterns, each with its replacement and an example; the functions after them handle what needs more
than one line.
No line is ever removed, since notes about a text name its lines by number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from os.path import commonprefix
from typing import NamedTuple

from mtlib.clinic.dumps import undump
from mtlib.clinic.names import NAMES, bare_name, known
from mtlib.clinic.text_bytes import unescaped
from mtlib.errors import LocalError

_QUOTES = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019\u00a0\u2009\u202f\u2212\u2013\u2502\u250a",
                        "\"\"\"\"\"''   --| ",
                        "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad",
                        ) | {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}  # fmt: skip
"""The forms that word processors, chats and tables give to quotes, blanks, minus and bars; the characters without
width that they insert; and the wide letters, digits and signs of Chinese type."""
_SHORT = {"sess": "session_id", "session": "session_id", "sid": "session_id", "mid": "msg_id"}
"""Names that also have other meanings: they count only if a long number follows."""
_CELLS, _COLUMN_NAME = re.compile(r"[|,;\t]+"), re.compile(r"[A-Za-z_][\w ]{0,40}")
_LONG = re.compile(r"-?\d{9,20}|(?:0x)?[0-9A-Fa-f]{64,}")
_BEFORE = re.compile(r"(?:\S?[^\n]{0,40}?\d\d:\d\d[^\n]{0,60}?|[\w-]+ +(?=\|))[|:\])>Z] {1,3}"
                     r"(?:\[[\w.:-]{1,30}\] {1,3}|std(?:out|err) F )*")  # fmt: skip
"""The text that a logger puts before each line."""
_DATA = re.compile(r"\s*(?:(?:0x)?[0-9A-Fa-f]{2,16}[`:\s].*|[-\d\sxXA-Fa-f,.;:\[\](){}\"']*|[\w+/]{16,}={0,2}"
                   r"|```.*|\{\w+\}|-----.*|\.byte .*|[|+].*|unsigned char .*"
                   r"|(?:Uint8Array|Buffer)\(\d+\).*\[|\(\[\]uint8\) .*\{|[A-Za-z ]{3,40}dump:)")  # fmt: skip
"""A line that continues a value."""
_GOES_ON = re.compile(r".*?([A-Za-z_][\w ]{1,40})[\"']? ?[:=][ \t]*(?:[|\[{(\\]|array\(\[.*|[0-9A-Fa-f]{2,}"
                      r"|[\w+/]{16,}|!!binary.*)?[ \t]*$")  # fmt: skip
_ANSWERED = re.compile(r"(?m)^(.{0,40}?([A-Za-z_][\w ]{1,40}) ?[:=][ \t]*)([^\"'\s].*)$")
_QUOTED = r"""(?:"(?P<double>(?:[^"\\\n]|\\[^\n])*+)"|'(?P<single>(?:[^'\\\n]|\\[^\n])*+)')"""
"""A text in quotes. The first releases of Python 3.11 do not backtrack correctly after a failure within `(?:...)*+`,
so nothing in there looks ahead (CPython's issue 106052)."""
_LITERAL = re.compile(rf"(?<![\w\\])([bB]?){_QUOTED}")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|[0-7]{3}|u00)")
_PLACES = range(0xF0000, 0xFFFFE)
"""Private characters that stand for literals while the markup is removed."""
_NOT_PRINTABLE = re.compile(r"(?<!charset)(?<!boundary)=(?!3D|20|\n)|(?m:^(?:.{,71}|.{76,})=\n)"
                            r"|=\n[0-9A-Fa-f]{4,16}:? +(?:[0-9A-Fa-f]{2} +){4}")
"""Signs that a mail is not quoted-printable: an = that is no escape, a soft line break after a short or long line, or
one before a row of a dump."""
_STRING = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+"?')
_PYTHON = re.compile(rf"\bb{_QUOTED}")
_ROW_BEHIND = re.compile(r"(?![ \t|]*(?:0x)?[0-9A-Fa-f]{4,16}\b)([^\n]{0,90}?[g-zG-Z][^\n]{0,40}?[ :\])|])"
                         r"(?=(?:0x)?[0-9A-Fa-f]{4,16}[:\s]\s*(?:[0-9A-Fa-f]{2}[ ]?[0-9A-Fa-f]{2} ){2,})")
"""A row of a dump after the text that a logger or a debugger put before it."""
_ONE_BYTE = re.compile(r"[ \t|]*(?:-|\[?\"?(\d{1,5})\"?\]?[ \t|:=>]+?)[ \t]*(?:(0x[0-9A-Fa-f]{1,2}|-?\d{1,3})\b"
                       r"|'([^\n']{1,4}|\\')')"
                       r"(?:,|[ \t]*\||[ \t](?:'[^\n]{1,4}'[ \t])?(?:unsigned )?(?:byte|char))?[ \t]*")  # fmt: skip
"""A line with one byte of an array and its index."""
_ROW_OF_CHARACTERS = r"[0-9A-Fa-f]{7} (?:(?: \\[0abfnrtv]|[0-7]{3}|  [ -~])(?: (?=[^\n]{3})|(?=\n|\Z))){1,16}"
_MARGIN = re.compile(r"[ \t]*(?://|--|\+|[#%;~!]{1,3}(?![a-z]))|(?!.*\d\d:\d\d)[^\"'{=\n]*[|\])>*][ \t]+")
"""What stands before every line: the sign of a comment or of a diff, the name of a container; no time, as of a log."""
_NUMBERED = re.compile(r"[ \t]*(\d{1,6})[:.)|]?[ \t]+")


def _entity(found: re.Match[str]) -> str:
    from html import unescape  # late: its table is large, and few texts were web pages

    return unescape(found[0]).replace("\xa0", " ")


def _unix(date: re.Match[str]) -> str:
    """A date with its time zone, as unix seconds; unchanged if there is no such day."""
    try:
        zone = (date["zone"] or "").strip(" ZUTCGM") or "+00:00"
        when = datetime(*map(int, date["parts"].split(",")), tzinfo=UTC) if date["parts"] else (  # type: ignore[misc,arg-type]
            datetime.fromisoformat(f"{date['day']}T{date['clock']}{zone}"))
        return f"{date['name'] or ''}{int(when.timestamp())}"
    except (ValueError, OverflowError):
        return date[0]


def _named(found: re.Match[str]) -> str:
    """The value with a sign between it and its name, if such a value may follow that name. Bytes are found by the word
    before them, and a note says so."""
    name, sign, number = known(found[1]), found["sign"], found["number"]
    short = "" if name else _SHORT.get(found[1].split(" ")[-1].lower(), "")
    kind = NAMES.get(name or short, "text")
    if (name and re.search(r":|=(?!>)", sign)) or (kind in ("bytes", "key") and not sign.strip()):
        return found[0]
    fits = len(number or "") >= (15 if short else 9) if kind in ("id", "date") else kind != "text" and not number
    opens = re.sub("[^`\"']", "", sign[sign.rfind(" ") :] + found["opens"])[-1:]
    return f" {name or short}: {opens}" if fits else found[0]


def _heading(line: re.Match[str]) -> str:
    """The name with a colon, if it stands alone in a line above its value."""
    name = known(bare_name(line[1]))
    above = re.search(r":[ \t]*\n\Z", line.string[max(0, line.start() - 4) : line.start()])
    return f"{name}:" if name and NAMES[name] != "text" and not above else "" if "-----" in line[0] else line[0]


def _word_array(found: re.Match[str]) -> str:
    data = b"".join((int(word) & 0xFFFFFFFF).to_bytes(4, "big") for word in re.findall(r"-?\d+", found[1]))
    return f'"{data[: int(found[2])].hex()}"'


def _long_of_halves(found: re.Match[str]) -> str:
    halves = [int(half) & 0xFFFFFFFF for half in found.group(3, 4)]
    return str(halves[found[2] == "low"] << 32 | halves[found[2] != "low"])


def _one_stream(found: re.Match[str]) -> str:
    """The arrays in which Wireshark prints the segments of the client, as one."""
    array = re.compile(r"char peer0_\d+\[\] = \{([^}]*)\};?")
    sent = " ".join(", ".join(array.findall(found[0])).split())
    return f"stream: {{{sent} }}" + array.sub(lambda each: "\n" * each[0].count("\n"), found[0])


def _characters(rows: re.Match[str]) -> str:
    """Rows of characters as hex; unchanged if all of them may be decimal numbers."""
    lines = [(line[:8], re.findall("(...) ?", line[8:])) for line in rows[0].splitlines()]
    if all(cell.strip().isdigit() for _, cells in lines for cell in cells):
        return rows[0]
    written = (offset + " ".join(f"{_octet(cell):02x}" for cell in cells) for offset, cells in lines)
    return "\n".join(written) + "\n" * rows[0].endswith("\n")


def _octet(cell: str) -> int:
    if cell[1] == "\\":
        return b"\a\b\t\n\v\f\r\0"["abtnvfr0".index(cell[2])]
    return int(cell, 8) if cell[0] != " " else ord(cell[2])


class Wrapping(NamedTuple):
    """One thing that is put around values; `becomes` is the `example` without it. The pattern is searched for in texts
    that hold one of the `signs`, which are separated by blanks; in every text if `signs` is empty. `instead` is the
    replacement: a format for the groups of the pattern, or a function."""

    about: str
    example: str
    becomes: str
    signs: str
    pattern: str
    instead: str | Callable[[re.Match[str]], str]

    def __call__(self, text: str) -> str:
        """The text without this wrapping, with the same number of lines."""
        wanted = not self.signs or any(sign in text for sign in self.signs.split())
        return re.sub(self.pattern, self._replaced, text) if wanted else text

    def _replaced(self, found: re.Match[str]) -> str:
        said = self.instead(found) if callable(self.instead) else self.instead.format(found[0], *found.groups(""))
        return said + "\n" * (found[0].count("\n") - said.count("\n"))


WRAPPINGS = (
    Wrapping("rows of od -c and hexdump -c", "0000000 005   *  \\n", "0000000 05 2a 0a",
         "0000000", rf"(?m)(?:^{_ROW_OF_CHARACTERS}(?:\n|\Z))+", _characters),
    Wrapping("colours of a terminal", "\x1b[1mmsg_id\x1b[0m: 5", "msg_id: 5",
         "\x1b [0m", r"\x1b\[[\d;?]{0,20}[A-Za-z]|\[\d{1,3}(?:;\d{1,3}){0,4}m", ""),
    Wrapping("the sign before the lines of a mail that is quoted", "> > msg_id: 5", "msg_id: 5",
         ">", r"(?m)^[ \t]*(?:>[ \t]?){1,9}(?!>)", ""),
    Wrapping("what was struck out", "msg_id: ~~5~~ [-5-]{+6+}", "msg_id:  {+6+}",
         "~ <del <s \u0336 [-",
         r"(?<!\S)(?:~~[^~\n]{1,4000}~~|~-?\w{9,4000}~)(?!\S)|(?:[^\n]\u0336)+|\[-[^\n]*?-\](?=\{\+)"
         r"|<(del|s|strike)\b[^<>\n]{0,80}>[^<]{0,4000}</\1>", ""),
    # Web pages and requests
    Wrapping("characters of HTML", "&lt;Buffer 05&gt;", "<Buffer 05>",
         "&", r"&(?:lt|gt|quot|amp|apos|nbsp|#\d{1,4}|#[xX][0-9A-Fa-f]{1,4});", _entity),
    Wrapping("headers of a request, addresses of pages", "-H 'X-Id: 7' https://example.org/a msg_id: 5", "  msg_id: 5",
         "-H --header http", r"(?:-H|--header) (?:'[^'\n]*'|\"[^\"\n]*\")|[\"']?\bhttps?://[^\s\"'<>?]+[\"']?", ""),
    Wrapping("JSON in quotes of a shell", """-d '{"msg_id": 5}'""", '-d {"msg_id": 5}',
         """'{""", r"'(\{[ ]?\"[^'\n]*\})'", "{1}"),
    Wrapping("cells of a table or list", "<td>msg_id</td><td>5</td>", "<td>msg_id | 5</td>",
         "</t </d", r"</(?:t[dh]|dt)>\s{0,9}<(?:t[dh]|dd)\b[^<>\n]{0,80}>", " | "),
    Wrapping("tags that only say how a text looks", "<b>msg_id</b>: 5", "  msg_id  : 5",
         "<",
         r"</?(?:a|b|br|code|d[dlt]|div|em|ins|li|p|pre|samp|span|strong|table|tbody|t[dhrt]|ul)\b[^<>\n]{0,80}>",
         "  "),
    Wrapping("a name in a list of properties", "<key>msg_id</key>\n<integer>5</integer>", "msg_id: \n5</integer>",
         "<key>", r"<key>(\w{3,40}+)</key>(\s{0,9})<(?:data|string|integer)>", "{1}: {2}"),
    Wrapping("a tag that is a name", "<msg_id>5</msg_id>", " msg_id: 5</msg_id>",
         "</", r"<([A-Za-z_]\w{2,40}+)>(?=[^<>]{1,4000}</)", " {1}: "),
    Wrapping("the end of a tag that is a name", " msg_id: 5</msg_id>", " msg_id: 5 ",
         "</", r"</[A-Za-z_]\w{2,40}+>", " "),
    Wrapping("fields of a form", '<input name="msg_id" value="5">', '<input msg_id: "5">',
         "value=", r"""\b(?:name|key|id)=["'](\w{3,40})["']\s{1,9}value=""", "{1}: "),
    Wrapping("a query", "/bind?msg_id=5&nonce=6", "/bind msg_id=5 nonce=6",
         "? &", r"[?&]([A-Za-z_]\w{2,40}=)", " {1}"),
    Wrapping('an address that is data, and YAML that says "binary"', "nonce: !!binary AAAA", "nonce:  AAAA",
         ";base64, !!binary", r"data:[\w/.+-]{3,40};base64,|!!binary\b", ""),
    Wrapping("where the line of a container came from", '{"stream":"stderr","msg_id": 5}', '{"msg_id": 5}',
         '"stream" std',
         r"\"stream\": ?\"std(?:out|err)\",?|(?m:^\d{4}-\d\d-\d\dT[\d:.+-]{8,24}Z? std(?:out|err) [FP] )", ""),
    Wrapping("JSON inside a string of JSON", r'{\"msg_id\": \"5\"}', '{"msg_id": "5"}',
         '\\"', r"\\\"([A-Za-z_]\w{1,40})\\\"( ?: ?)(?:\\(\"[^\"\\\n]*)\\(\"))?", '"{1}"{2}{3}{4}'),
    # Markdown, reStructuredText, PHP, Lua
    Wrapping("a name in brackets, behind words", "the session (session_id): 5", "the session session_id: 5",
         ")", r"\(([A-Za-z_]\w{2,40}+)\)(?=[ \t]*[:=])", "{1}"),
    Wrapping("a value set as code", "msg_id: `5`", "msg_id: 5",
         "`", r"(?m)(?<=[:=] )`([^`\n]+)`(?=[ \t,;|]*$)", "{1}"),
    Wrapping("fences, with the name of a language", "somebody: ```text\nnonce: ```05 2a```", "somebody: \nnonce: 05 2a",
         "```", r"(?m)```(?:[A-Za-z+#]{0,12}[ \t]*$)?", ""),
    Wrapping("a name whose underscores are escaped", r"msg\_id: 5", "msg_id: 5",
         r"\_", r"(?<=[A-Za-z])\\_(?=[A-Za-z])", "_"),
    Wrapping("a name set bold", "**msg_id:** 5", "msg_id: 5",
         "**", r"\*\*([A-Za-z][\w ]{2,40}:?)\*\*", "{1}"),
    Wrapping("a name with two colons", "nonce::\n\n  05", "nonce:\n\n  05",
         "::", r"(?m)(?<=\w)::[ \t]*$", ":"),
    Wrapping("a name as var_dump and print_r of PHP and tables of Lua have it", '["msg_id"]=> int(5)', "msg_id: (5)",
         '"] =>',
         r"\[(?:\"([A-Za-z_]\w{2,40})\"\] ?=|([A-Za-z_]\w{2,40})\] ?=>)>? ?(\n?)[ \t]*"
         r"(?:string\(\d+\)|int|float)?", "{3}{1}{2}: "),
    Wrapping("an element of a list, as var_dump of PHP has it", "[0]=>\n  int(5)", "[0] => 5\n",
         "]=>", r"(\[\d{1,6}\]) ?=>\s{1,20}int\((-?\d{1,3})\)", "{1} => {2}"),
    Wrapping("sizes beside a name or before a value", "msg_key (16 bytes): 05", "msg_key: 05",
         "",
         r"[ ]?[(\[]\d{1,4} ?(?:bytes?|B|octets)(?:, ?\w{1,12})?[)\]](?=[ \t]*[:=])"
         r"|(?<=[:=] )(?:<?\d{1,4} (?:bytes?|octets)\b:? ?"
         r"|\(?\d{1,3}\)? (?=[0-9A-Fa-f]{16}\b))"
         r"|\[(?:size=\d{1,4} )?hex=(?=[0-9A-Fa-f]+\])", ""),
    Wrapping("fields of a table in which quotes are doubled", '7,"{""msg_id"": 5}"', '7,{"msg_id": 5}',
         '""', r'(?m)(?<![^,;\t\n])"(\{(?:[^"\n]|"")*\})"(?=[,;\t]|$)', lambda field: field[1].replace('""', '"')),
    Wrapping("a name and its value as two fields", '[{"name": "msg_id", "value": 5}]', '[{"msg_id": 5}]',
         '"value"', r'\{\s*"(?:name|key)"\s*:\s*"([\w.]{3,40})"\s*,\s*"value"\s*:\s*', '{{"{1}": '),
    Wrapping("a value with its type, of databases", '{"nonce": {"$numberLong": "5"}}', '{"nonce": "5"}',
         '$ "B" "N" "S" Value"',
         r'\{\s*"(?:\$numberLong|[BNS]|(?:string|int|bytes)Value|\$binary"\s*:\s*(\{)\s*"base64)"\s*:\s*("[^"]*"|-?\d+)'
         r'(?(1)[^{}]{0,40}\})\s*\}', "{2}"),
    # Languages
    Wrapping("hex of Basic, Pascal, Ada and Lisp", "nonce = Array(&H05, &H2A)", "nonce = Array(0x05, 0x2A)",
         "&H $ 16# #x 16r",
         r"(?<![\w&$#])(?:&H|(?:\$|16[#r]|#x)(?=[0-9A-Fa-f]{2}))([0-9A-Fa-f]{1,2})#?(?=[\s,;)\]}>])", "0x{1}"),
    Wrapping("the type behind a byte", "nonce: {0xD4.toByte(), 5'u8}", "nonce: {0xD4, 5}",
         ".to 'u8 'i8", r"(?<![\w.])((?:0[xX])?[0-9A-Fa-f]{1,3})(?:\.toU?Byte\(\)|'[ui]8)(?!\w)", "{1}"),
    Wrapping("bytes of Erlang", "<<5, 42>>", "[5, 42]",
         "<<", r"<<([\dA-Fa-fxX,. \n]+)>>", "[{1}]"),
    Wrapping("a Buffer as node prints it, NSData as it was printed once", "<Buffer 05 2a 07 09>", "[05 2a 07 09]",
         "<",
         r"<(?:Buffer|Bytes)? ?(?=[\dA-Fa-f ,]{8})((?:[\dA-Fa-f]{2,}+[ ,]*+)+(?:\.\.\. \d+ more bytes?)?)>", "[{1}]"),
    Wrapping("NSData as it is printed now", "{length = 4, bytes = 0x052a0709}", "052a0709",
         "length", r"\{ ?length = \d+, bytes = 0x([0-9A-Fa-f ]+?(?: ?\.\.\. ?[0-9A-Fa-f ]*)?)\}", "{1}"),
    Wrapping("a Buffer as JSON", '{"type": "Buffer", "data": [5, 42]}', "[5, 42]",
         '"Buffer"', r"\{\s*\"type\"\s*:\s*\"Buffer\"\s*,\s*\"data\"\s*:\s*(\[[\d,\s]*\])\s*\}", "{1}"),
    Wrapping("an array as an object of JavaScript", '{"0": 5, "1": 42}', "[ 5,  42]",
         "0", r"\{(\s*\"?0\"?\s*:\s*\d{1,3}\s*(?:,\s*\"?\d{1,4}\"?\s*:\s*\d{1,3}\s*)+)\}",
         lambda found: "[" + re.sub(r"\"?\d+\"?\s*:", "", found[1]) + "]"),
    Wrapping("a Long of two halves", "Long { low: 5, high: 1, unsigned: false }", "4294967301",
         "low",
         r"(?:Long\s*)?(\{\s*)?\"?\b(low|high)_?\"?\s*[:=]\s*(-?\d{1,10})(?:,\s*|[ ])\"?(?:low|high)_?\"?\s*[:=]\s*"
         r"(-?\d{1,10})(?(1)[^{}]{0,40}\})", _long_of_halves),
    Wrapping("a number of big-integer", "Integer { value: 5n }", "5n",
         "Integer", r"Integer \{ value: (-?\d{1,20}n?) \}", "{1}"),
    Wrapping("what a browser says of an array behind it", "[5, 42, buffer: ArrayBuffer(2), length: 2]", "[5, 42]",
         "ArrayBuffer(", r", buffer: ArrayBuffer\(\d+\)(?:, [^\[\]\n]{1,99}(?:\[[^\[\]\n]{0,40}\])?)*\]", "]"),
    Wrapping("a WordArray of crypto-js", '{"words": [86640393], "sigBytes": 4}', '"052a0709"',
         "sigBytes", r"\{\s*\"?words\"?\s*:\s*\[([-\d,\s]+)\],\s*\"?sigBytes\"?\s*:\s*(\d{1,7})\s*\}", _word_array),
    Wrapping("dump() of Swift",
         "▿ 2 bytes\n  - count: 2\n  ▿ bytes: 2 elements\n    - 5\n    - 42", "[5\n    , 42]\n\n\n",
         "\u25bf",
         r"\u25bf \d+ bytes\n(?:[^\n]*(?:count|pointer)[^\n]*\n)*[^\n]*\u25bf bytes: \d+ elements\n[ \t]*- "
         r"(\d{1,3}\b(?:\n[ \t]*- \d{1,3}\b)*)", lambda found: f"[{found[1].replace('-', ',')}]"),
    Wrapping("the type before an array", "new byte[] {5, 42}, #u8(5 42)", "{5, 42}, (5 42)",
         "Array( Buffer( ] yte # @[",
         r"(?:(?:Uint8Array|Buffer|Int8Array)\(\d+\)|\[UInt8\](?=\())[ ]?(?=\(?\[)"
         r"|(?:Array\[Byte\] = )?Array(?=\(-?\d)"
         r"|\[\d*\](?:byte|uint8|u8)[ ]?(?=\{)"
         r"|(?:[nN]ew[ ]+)?(?:s?byte|Byte|u?int8(?:_t)?)[ ]?(?:\[\d*\]|\(\))[ ]?(?=\{)"
         r"|#(?:vu8|u8)?(?=[(\[]\d|\{)|@(?=\[\d)", ""),
    Wrapping("hex with an h, of assemblers", "05h, 2Ah, ", "0x05, 0x2A, ",
         "h H", r"(?<![\w+/-])0?([0-9A-Fa-f]{2})[hH](?=[\s,;)}\]])", "0x{1}"),
    Wrapping("data of assemblers", "nonce: db 5, 42", "nonce: 5, 42",
         "byte db BYTE DB",
         r"(?<=\s)(?<!\b[0-9A-F]{2}\s)\.?(?:byte|db|BYTE|DB)[ \t]+(?=0x|\d{1,3},|0?[0-9A-F]{2}h)", ""),
    Wrapping("a byte with its character, of gdb", r"5 '\005', 42 '*'", "5, 42",
         "'", r"(?<![\w'])(\d{1,3}) '(?:\\(?:[0-7]{3}|.)|[^\n])'", "{1}"),
    Wrapping("what is said at a prompt before a name, and before what it stands for",
         "(gdb) p msg_id\n$1 = 5", "msg_id\n5",
         "(gdb) (lldb) (Pdb) irb In $",
         r"(?m)^(?:\((?:gdb|lldb|Pdb)\)|irb(?:\([^)\n]*\)[^>\n]{0,9})?>|In \[\d+\]:)[ ]"
         r"(?:(?:p|po|pp|print|x|memory read)(?:/\w+|[ ]--count \d+)?[ ]&?)?"
         r"|^(?:(?:\(\w+\)[ ])?\$R?\d+[ ]=|=>|Out\[\d+\]:)[ ]", ""),
    Wrapping("what debuggers, casts and literals of SQL and CBOR have before a value",
         "nonce: $1 = {(byte)-5, 42}, x'052a'", "nonce: {-5, 42}, '052a'",
         "std::vector $ ) x' X' h'",
         r"(?:std::vector of length \d+, capacity \d+|(?<!\S)\$\d+) = |\b[xXh](?='(?:[0-9A-Fa-f]{2})+')"
         r"|\((?:s?byte|Byte|char|u8|uint8_t|u?int64(?:_t)?|[iu]64|long|Int64)\) *(?=[-\d'])", ""),
    Wrapping("calls around a number or a string", "BigInt.asIntN(64, 5n)", "(5n)",
         "BigInt.as pack(", r"BigInt\.asU?[iI]ntN\(64, ?|pack\(\s?[\"']H\*[\"'],\s?", "("),
    Wrapping("a field as C and Zig write it, and a name that is defined", ".msg_id = 5", "msg_id = 5",
         ". #define", r"(?<![\w.)\]\"'])\.(?=[A-Za-z_]\w{2,40}\s*=)|(?m:^#define[ \t]+(\w{3,40}+)(?=[ \t]))",
         lambda found: f"{found[1]} =" if found[1] else ""),
    Wrapping("a name with its type, before an array", "nonce: unsigned char buf[2] = {5, 42}", "nonce: {5, 42}",
         "[ {",
         r":(\s*)(?:(?:static|const|let|var|val|unsigned|uint8_t|char|u8|byte|auto)\s+)+(\w{0,60})[ \t]*(?:\[\d*\])?"
         r"[ \t]*(?::[^=\n]{1,20})?=\s*(?=[\[{(])", lambda found: found[0] if known(found[2]) else f":{found[1]}"),
    Wrapping("a date with its time zone", "now: 2026-01-02 03:04:05Z", "now: 1767323045",
         "tzinfo 0 1",
         r"(?:(?P<name>(?:now|(?:server|local)_?[tT]ime|[eE]xpires_?[aA]t|[cC]reated)[\"']?\s?[:=]\s?[\"']?)"
         r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?(?P<zone> ?(?:Z|UTC|GMT|"
         r"[+-]\d\d:?\d\d))\b|datetime\.datetime\((?P<parts>\d{4}(?:, ?\d{1,6}){2,6}), "
         r"tzinfo=(?:datetime\.)?(?:timezone\.utc|UTC)\))", _unix),
    # Dumps
    Wrapping("lines of Intel HEX, which have addresses and checksums in them",
         ":0400000001020304F2", "Intel HEX is not read: 0400000001020304F2",
         ":", r"(?m)^[ \t]*:(?=(?:[0-9A-Fa-f]{2}){5,}[ \t]*$)", "Intel HEX is not read: "),
    Wrapping("rows of xxd -b, of six bytes each",
         "00000000: 00000101 00101010 00000111 00001001 00000101 00101010  .*...*\n00000006: 00000111  .",
         "00000000: 05 2a 07 09 05 2a  .*...*\n00000006: 07  .",
         "00000006:",
         r"(?m)^[ \t]*00000000:(?: [01]{8}){6} .*\n[ \t]*00000006:(?: [01]{8})+ .*"
         r"(?:\n[ \t]*[0-9a-f]{8}:(?: [01]{8})+ .*)*",
         lambda rows: re.sub(r"(?<= )[01]{8}(?= )", lambda bits: f"{int(bits[0], 2):02x}", rows[0])),
    Wrapping("bytes that were printed as numbers of 32 bits with a sign", "05 ffffffd4", "05 d4",
         "ffffff FFFFFF", r"(?<![0-9A-Fa-fxX])(?:f{6}|F{6})(?=[89A-Fa-f][0-9A-Fa-f]\b)", ""),
    Wrapping("what one end sent, as arrays of C", "char peer0_0[] = {\n5 };\nchar peer0_1[] = {\n42 };",
         "stream: {5 , 42 }\n\n\n", "peer0_1[", r"char peer0_0\[\] = [\s\S]*", _one_stream),
    Wrapping("the number of a packet", "  - packet: 4\n    peer: 0", "  -\n    peer: 0",
         "packet:", r"(?m)^([ ]*-) packet: \d{1,6}$(?=\n[ ]*peer: \d)", "{1}"),
    Wrapping("numbers of rows in brackets", "[0] 05 2a 07", "    05 2a 07",
         "[", r"(?m)^[ \t]*\[\d{1,6}\][ \t]+(?=[0-9A-Fa-f]{2} [0-9A-Fa-f]{2} )", "    "),
    Wrapping("what proxies and debuggers say before a dump", "sent: => Send data, 2 bytes\n05 2a", "sent: \n05 2a",
         "(len= Length: Send -----BEGIN",
         r"(?m)(?<=[:=] )(?:=> Send data, |-----BEGIN |Length: |(?:\(\[\]uint8\) )?\(len=)[\dA-Z][^\n]{0,40}$", ""),
    Wrapping("a line that only frames a dump", "-----+-----------\n05 2a", "\n05 2a",
         "--- === Offset Label:",
         r"(?m)^[ \t]*(?:[+|:-]?[-+=|: ]{9,}|Offset Bytes[ ]+Ascii|Label: .*\(System\..*"
         r"|-----END .*)[ \t]*$", ""),
    # Names above their values, and without a colon
    Wrapping("a name alone in its line", "## nonce\n05 2a", "nonce:\n05 2a",
         "",
         r"(?m)^[ \t]*(?:(?:#{1,6}|[-=*]{1,4}|h\d\.)[ \t]+|-----BEGIN )?([A-Za-z_][\w -]{1,40}?)"
         r"(?:-----|[ \t]+[-=*]{2,4})?[ \t]*$", _heading),
    Wrapping("a name behind its value", "7000000000000000001 <- msg_id", "msg_id: 7000000000000000001",
         "<- # //",
         r"(?m)^[ \t]*(-?\d{9,20}|(?:0x)?[0-9A-Fa-f]{16,}+|[\w+/-]{40,}+={0,2})[ \t]+(?:<-+|#|//)"
         r"[ \t]*(\w{3,40})[ \t]*$", lambda found: f"{found[2]}: {found[1]}" if known(found[2]) else found[0]),
    Wrapping("a number below its name", "msg_id:\n  7000000000000000001", "msg_id: 7000000000000000001\n  ",
         "", r"(?m):[ \t]*(\n\s{0,9})(-?\d{9,20}n?)[ \t]*$", ": {2}{1}"),
    Wrapping("hex that goes on behind a mark at the end of the line",
         "052a0709052a0709 \\\n052a", "052a0709052a0709052a\n",
         "= \\", r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{16,}+[ \t]*(?:\\|=)[ \t]*\n[ \t]*)+[0-9A-Fa-f]{2,}+",
         lambda found: re.sub("[^0-9A-Fa-f]", "", found[0])),
    Wrapping("a name and its value with anything but a colon between them",
         "msg_id => 7000000000000000001", " msg_id: 7000000000000000001",
         "", r"[\[(`*\"']{0,3}+(?<![\w.])([A-Za-z_]\w{1,40}+(?:[ .-](?!is\b)[A-Za-z_]\w{1,40}+){0,2})"
         r"(?P<sign>[ \t]{0,3}[:=][ \t]{0,3}|[\])`*|\"', \t]{1,20}(?:is[ ])?(?:(?:=>|<-)[ \t]?)?|[ ]?\.{3,40}[ ]?)"
         r"(?P<opens>[`*\"' \t]{0,3})"
         r"(?=(?P<number>-?\d{9,20}n?\b(?! (?:is|was)\b)"
         r"|0[xX][0-9A-Fa-f]{9,16}\b(?!:?\s+[0-9A-Fa-f]{2} [0-9A-Fa-f]{2} ))|(?:0x)?[0-9A-Fa-f]{16}|[\w+/]{40})",
         _named),
)  # fmt: skip
"""Applied in this order: each one gets the text that the one before it left."""


def plain(text: str) -> str:
    """The lines of the text, without what was put around its values."""
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    text = text if text.isascii() else _signs(text.removeprefix("\ufeff"))
    if re.search(r"=(?:3D|20)|(?m:^.{72,75}=\n)", text) and not re.search(_NOT_PRINTABLE, text):
        text = re.sub(r"(?m)^(?:[^\n]*=\n)+[^\n]*",  # mail, quoted printable
                      lambda m: m[0].replace("=\n", "") + "\n" * m[0].count("\n"), text)  # fmt: skip
        text = text.replace("=3D", "=").replace("=20", " ")
    lines = text.split("\n")
    front = commonprefix([f"{line} " for line in lines if line.strip()])  # noqa: RUF071
    if len(lines) > 3 and (margin := _MARGIN.match(front)):
        text = "\n".join(line[margin.end() :] for line in lines)
    objects = text.lstrip()[:1] in tuple("{[")
    text = _STRING.sub(lambda found: _told(found[0], objects), text) if "\\" in text else text
    text, literals = _without_literals(text)
    for wrapping in WRAPPINGS:
        text = wrapping(text)
    if literals:
        text = re.sub("[\U000f0000-\U000ffffd]", lambda found: literals.get(found[0], ""), text)
    return "\n".join(_named_columns(_one_below_another(_logged_rows(text.split("\n")))))


def _inside(literal: re.Match[str]) -> str:
    """The text between the quotes of a string."""
    return literal["double"] or literal["single"] or ""


def _signs(text: str) -> str:
    """The text with plain quotes, blanks and digits; strings with bytes in them are not changed."""
    ends, parts = 0, list[str]()
    for literal in _LITERAL.finditer(text) if "\\" in text else ():
        if _ESCAPE.search(_inside(literal)):
            parts += [text[ends : literal.start()].translate(_QUOTES), literal[0]]
            ends = literal.end()
    return "".join([*parts, text[ends:].translate(_QUOTES)])


def _in_quotes(found: re.Match[str]) -> str:
    """An answer, put in quotes, so that the lines joined to its line later are not read as part of it."""
    return f'{found[1]}"{found[3].replace(chr(34), chr(39))}"' if known(found[2]) == "answer" else found[0]


def _told(string: str, objects: bool) -> str:
    """The content of a JSON string, if it is text with values in it: bytes of Python, lines, or objects."""
    try:
        text = str(json.loads(string)) if "\\" in string else ""
    except ValueError:
        return string
    if objects and "\n" in text.strip():  # several lines, joined so that the string stays in one line
        lines, dumps = undump(_ANSWERED.sub(_in_quotes, text))
        named = any(found and NAMES.get(known(found[1])) for found in map(_GOES_ON.match, lines))
        return "; ".join(filter(str.strip, lines)).replace(":; ", ": ") if dumps or named else string
    text, octets = _PYTHON.subn(lambda found: (unescaped(_inside(found)) or b"").hex(), text)
    holds = text.removesuffix("\n").replace("\t", " ").isprintable() and (
        octets or (objects and re.match(r"\s*[{\[]|[^\n]*\n$", text)))
    return _STRING.sub(lambda found: _told(found[0], objects), text.rstrip("\n")) if holds else string


def _without_literals(text: str) -> tuple[str, dict[str, str]]:
    """The text with a private character in the place of each quoted string that has bytes as escapes, and the strings
    by these characters. Such bytes may look like markup, and are none."""
    literals: dict[str, str] = {}

    def kept(found: re.Match[str]) -> str:
        inside, quote = _inside(found), found[0][-1]
        if len(literals) == len(_PLACES) or not _ESCAPE.search(inside):
            return found[0]
        place = chr(_PLACES[len(literals)])
        literals[place] = inside
        return f"{found[1]}{quote}{place}{quote}"

    return _LITERAL.sub(kept, text) if "\\" in text else text, literals


def _logged_rows(lines: list[str]) -> list[str]:
    """The lines without line numbers; and lines that continue a value, without the text of a logger before them."""
    numbers = [_NUMBERED.match(line) for line in lines if line.strip()]
    if len(numbers) > 2 and all(each and int(each[1]) == at for at, each in enumerate(numbers, 1)):
        lines = [_NUMBERED.sub("", line, count=1) for line in lines]
    found = [_BEFORE.match(line) or _ROW_BEHIND.match(line) if " " in line[:500] and len(line) < 500 else None
             for line in lines]  # fmt: skip
    found = [None if each and _name_of(each[0]) else each for each in found]
    shapes = [re.sub(r"\d+", "0", each[0]) if each else "" for each in found]  # numbers differ from line to line
    goes_on, shared = "", None  # the shape of the text before the rows of a value
    for at, (before, shape) in enumerate(zip(found, shapes, strict=True)):
        if shared and (front := shared.match(lines[at])) and _DATA.fullmatch(lines[at], front.end()):
            lines[at] = lines[at][front.end() :]
            continue
        if before and before.re is _ROW_BEHIND:
            if shape in (shapes[at - 1] if at else "", *shapes[at + 1 : at + 2]):
                lines[at] = lines[at][before.end() :]
            before, shape = None, ""
        rest = lines[at][before.end() :] if before else lines[at]
        if before and goes_on in (shape, "any") and _DATA.fullmatch(rest):
            lines[at], goes_on = rest, shape
        elif rest.strip() or before:
            named = _GOES_ON.match(rest) if len(lines[at]) < 500 and (":" in rest or "=" in rest) else None
            named = named if named and NAMES.get(known(named[1])) in ("bytes", "key") else None
            goes_on = (shape or "any") if named else ""
            shared = _shared(*lines[at : at + 2]) if named and at + 1 < len(lines) else None
    return lines


def _name_of(front: str) -> str:
    """The name at the end of a text, before a colon."""
    last = re.search(r"([A-Za-z_]\w{2,40})\W*$", front)
    return known(last[1]) if last else ""


def _shared(line: str, below: str) -> re.Pattern[str] | None:
    """What both lines begin with, up to a blank or a sign, as a pattern in which the numbers may differ."""
    shapes = [re.sub(r"\d+", "0", each[:300]) for each in (line, below)]
    front = re.match(r"(?=.*[^\W\d]|.*[|>*\]]).*[\s|:>)\]]", commonprefix(shapes))  # noqa: RUF071
    return re.compile(re.escape(front[0]).replace("0", r"\d+")) if front else None


def _one_below_another(lines: list[str]) -> list[str]:
    """The lines, with one array for bytes that stood one in a line with their indexes; the name stands above them."""
    rows, at = [_ONE_BYTE.fullmatch(line) for line in lines], 0
    while at < len(lines):
        first, end, values = rows[at], at, list[str]()
        place = first[1] if first else None
        while first and end < len(lines):
            row = rows[end]
            if row and row[1] == (place and str(int(place) + len(values))):
                values.append(row[2] or str((unescaped(row[3]) or b"?")[0]))
            elif row or not values or not ((place and not lines[end].strip()) or "\u2026" in lines[end]):
                break  # blank lines, and the mark that a browser prints between groups, do not end it
            end += 1
        if len(values) > 15 and place in (None, "0", "1"):
            begin = next((line for line in range(at - 1, max(at - 6, -1), -1) if _name_of_bytes(lines[line])), at)
            others = lines[begin] if re.search(r"\d{9}", lines[begin]) else ""
            array = f"{others} {_name_of_bytes(lines[begin]) or 'bytes'}: [{', '.join(values)}]".lstrip()
            lines[begin:end] = [array, *[""] * (end - begin - 1)]
        at = max(end, at + 1)
    return lines


def _name_of_bytes(line: str) -> str:
    names = map(known, re.findall(r"[A-Za-z_]\w{2,40}", line))
    return next((name for name in names if NAMES.get(name) in ("bytes", "key")), "")


def _named_columns(lines: list[str]) -> list[str]:
    """The rows of a table with names in its first row, each value with its name in front. Raises LocalError for a row
    with two values of one name."""
    names: list[str] = []
    for at, line in enumerate(lines):
        cells = [cell.strip(" \"'`") for cell in _CELLS.split(line.strip("| \t"))] if _CELLS.search(line) else []
        if len(cells) > 2 and all(map(_LONG.fullmatch, cells[1:3])) and cells[1] != cells[2] and known(cells[0]):
            raise LocalError(f"{known(cells[0])} has two values, side by side: give one", where=f"line {at + 1}")
        if len(line) < 500 and all(map(_COLUMN_NAME.fullmatch, cells)) and sum(map(bool, map(known, cells))) > 1:
            names = cells
        elif names and len(cells) == len(names) and re.search(r"\d{9}", line):
            lines[at] = ", ".join(f'"{name}": "{cell}"' for name, cell in zip(names, cells, strict=True))
        elif cells or line.strip():
            names = []
    return lines
