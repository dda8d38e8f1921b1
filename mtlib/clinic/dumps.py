"""Turning the dumps of xxd, hexdump, od, debuggers and Wireshark into plain hex, within the lines of a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mtlib.clinic.patient import LARGEST
from mtlib.clinic.text_bytes import BIND
from mtlib.errors import LocalError
from mtlib.protocol.binding import ENCRYPTED_SIZE

_FENCE = re.compile(r"[ \t]*(?:(?:```|~~~)[ \t]*\w*|\{(?:code|noformat)[^{}]*\})[ \t]*$")
_DUMP = re.compile(r"[ \t]*(?:\+[0-9A-Fa-f]{4,8} (?=0x)|\|[ ]?(?=[0-9A-Fa-f]{5,8}[| ]))?"
                   r"(?:0x)?([0-9A-Fa-f]{4,16}|[0-9A-Fa-f]{8}`[0-9A-Fa-f]{8})(?: <[^>\n]{0,60}>)?(:?)"
                   r"(?:((?: -(?= [0-9a-f]{2} ))?[ \t|]+)(\S.*))?$")  # fmt: skip
"""A row: its offset, perhaps after a byte count (+0010) or a frame line, then a colon or a sign, and its columns."""
_NAMED = re.compile(r"[ \t]*[A-Za-z_]\w{2,40}\"?[ \t]*(?:=>|:=|[:=])[ \t]*(?=\S)")
"""A name in front of the first row of a dump."""
_RULER = re.compile(r"(?i)(?:[ \t|]*|offset\(h\) |- offset - |hex view )[ ]*"
                    rf"{'[ ]+'.join(f'0?{x:x}' for x in range(16))}(?:[ |]*| +(?:[0-9a-f]{{16}}|decoded text|ascii))$")
_ALONE = re.compile(r"[ \t|]*(?:0 |[^\d \t|])|[ \t|]{8}")
"""What says that a ruler is one, and not the bytes 00 01 02, though no dump stands below it."""
_CUT = re.compile(r"[0-9A-Fa-f]{2} (?:\.{3}|\u2026)[ \t]*$")
_DOTS = re.compile(r"[ \t]*(?:\.{3}|\u2026|<snip>|\[\.{3}\])[ \t]*$")
"""What says that rows are missing: in the last row, or in a line below it."""
_WORDS = re.compile(r"(?:[0-9a-f]{8} ){0,15}[0-9a-f]{8}$")
_COLUMN = re.compile(r"(?:(?:0x)?([0-9A-Fa-f]+)|(-?\d+))[;,-]?")


def undump(text: str) -> tuple[list[str], dict[int, str]]:
    """The lines, with each dump as hex in its first line, and the form of each dump by the index of that line."""
    lines, dumps, at = ["" if _FENCE.match(line) else line for line in text.splitlines()], dict[int, str](), 0
    for first, end, data in _words_of_tdlib(lines):
        begins = data.index(BIND) if BIND in data[:20] else 0
        if begins:  # a message from its msg_id on: a dump is only one value, so msg_id is written here
            number = int.from_bytes(data[:8], "little", signed=True)
            lines[first:end] = [f'msg_id: {number}, request: "{data[begins:].hex()}"', *[""] * (end - first - 1)]
        else:
            lines[first:end] = [f'"{data.hex()}"', *[""] * (end - first - 1)]
            dumps[first] = "a dump of numbers, low byte first"
    while at < len(lines):
        block, end = list[re.Match[str] | None](), at
        named = _NAMED.match(lines[at]) if at + 1 < len(lines) and _DUMP.match(lines[at + 1]) else None
        begins = named.end() if named else 0
        while end < len(lines) and (
            (row := _DUMP.match(lines[end][begins * (end == at) :])) or (block and lines[end].strip() == "*")
        ):
            block.append(row)
            end += 1
        taken, data, form = _dumped(block) if block else (0, b"", "")
        if taken:
            written, below, after = [*lines[at + taken - 1 : at + taken + 2], "", ""][:3]
            ruler = next((above for above in range(at - 1, max(at - 3, -1), -1) if lines[above].strip()), None)
            if ruler is not None and _RULER.match(lines[ruler]):
                lines[ruler] = ""  # the ruler above the columns
            lines[at : at + taken] = [f'{lines[at][:begins]}"{data.hex()}"', *[""] * (taken - 1)]
            dumps[at] = form
            if _CUT.search(written) or (_DOTS.match(below) and _DUMP.match(after)):
                raise LocalError("a dump was cut short: its rows are not all there", got=f"{len(data)} bytes",
                                 where=f"line {at + taken}")  # fmt: skip
        at += taken or max(len(block), 1)
    return ["" if len(line) < 200 and _ALONE.match(line) and _RULER.match(line) else line for line in lines], dumps


def _words_of_tdlib(lines: Sequence[str]) -> list[tuple[int, int, bytes]]:
    """Start and end of lines of sixteen four-byte numbers as TDLib prints them, and their bytes, low byte first. The
    only proof of that form is a request in them: its string has its length, 104, at byte 24."""
    found, at = list[tuple[int, int, bytes]](), 0
    while at < len(lines):
        end = at
        while end < len(lines) and _WORDS.match(lines[end]) and (end == at or len(lines[end - 1]) == 143):
            end += 1
        if end > at + 1:
            words = " ".join(lines[at:end]).split()
            found.append((at, end, b"".join(bytes.fromhex(word)[::-1] for word in words)))
        at = max(end, at + 1)
    sent = (data[data.find(BIND, 0, 20) :] for _, _, data in found)
    return found if any(data[:4] == BIND and data[24:25] == bytes([ENCRYPTED_SIZE]) for data in sent) else []


def _dumped(block: Sequence[re.Match[str] | None]) -> tuple[int, bytes, str]:
    """How many of these lines are one dump, its bytes, and its form; (0, b"", "") if they are no dump."""
    first = block[0]
    if first is None or first[4] is None or not _columns(first[4], 99)[0]:
        return 0, b"", ""
    for base in (16, 8, 10):
        try:
            offsets = [-1 if row is None else int(row[1].replace("`", ""), base) for row in block]
        except ValueError:
            continue
        rows = _continuous(block, offsets)
        alone = first[2] or len(first[3].expandtabs()) > 1
        if len(rows) > 1 or (rows and alone and not offsets[0] and (len(block) == 1 or base == 10)):
            words = [word for columns, _ in rows for word in columns]
            colon = bool(first[2]) and "0x" not in first[4][:9]  # a debugger's numbers are low byte first
            data, form = _ordered(words, colon, "".join(aside for _, aside in rows))
            if not data:
                continue
            last = block[len(rows)] if len(rows) < len(block) else None
            size = offsets[len(rows)] - offsets[0] if last else 0
            if last and last[4] is None:  # the offset after the last byte
                return len(rows) + 1, data[:size], form
            if last and size > len(data) and _columns(last[4], 99)[0] and last.start(1) == first.start(1):
                raise LocalError("rows are missing in a dump", got=f"{len(data)} bytes before its offset {last[1]}")
            return len(rows), data, form
    return 0, b"", ""


def _continuous(block: Sequence[re.Match[str] | None], offsets: Sequence[int]) -> list[tuple[list[str], str]]:
    """The columns of consecutive lines without a gap, with the characters beside them. A `*`, whose offset is -1,
    stands for repetitions of the line before."""
    read: list[tuple[list[str], str]] = []
    for at, row in enumerate(block):
        after = offsets[at + 1] if at + 1 < len(block) else -1
        if row is None:
            between, width = after - offsets[at - 1], sum(map(_octets, read[-1][0]))
            if min(after, offsets[at - 1]) < 0 or not 0 < between <= LARGEST:
                break
            read.append((read[-1][0] * (between // width - 1), read[-1][1] * (between // width - 1)))
            continue
        gap = after - offsets[at]
        columns, size, aside = _columns(row[4] or "", gap if after >= 0 and 0 < gap <= 64 else 64)
        if not columns:
            break
        read.append((columns, aside if len(aside) == size else "." * size))
        if after >= 0 and gap != size:
            break
    return read


def _octets(column: str) -> int:
    """Bytes in a column of a dump: hex words have two digits a byte; od's octal and decimal columns have one or two."""
    return {3: 1, 6: 2, 1: 1}.get(len(column.lstrip("-")), len(column) // 2)


def _columns(rest: str, limit: int) -> tuple[list[str], int, str]:
    """The columns of one line up to `limit` bytes, how many bytes these are, and the characters beside them."""
    rest = re.sub(r"\s*\|.*\|?\s*$", "", rest) if "|" in rest[1:] else rest
    rest = re.sub(r"^((?:[0-9A-Fa-f]{2} ){7}[0-9A-Fa-f]{2})-(?=[0-9A-Fa-f]{2} )", r"\1 ", rest)
    columns, size, tail = list[str](), 0, ""
    for word in re.finditer(r"(\s*)(\S+)", rest):
        tail = rest[word.start(2) :]
        aside = len(word[1]) > 1 and size and len(tail) == size and not tail[:5].count(" ")
        if size >= limit or aside or not (column := _COLUMN.fullmatch(word[2])) or len(column[1] or column[2]) > 16:
            break
        columns.append(column[1] or column[2])
        size += _octets(columns[-1])
        tail = ""
    return columns, size, tail


def _ordered(words: Sequence[str], colon: bool, aside: str) -> tuple[bytes, str]:
    """The bytes of the words of a dump, and its form. hexdump and `od -x` print two-byte numbers in the byte order of
    their machine; the characters beside them stand in the order of memory."""
    widths = {len(word) for word in words}
    octal = all(set(word) <= set("01234567") for word in words)
    if widths <= {1, 2, 3, 4} and (3 in widths or any("-" in word for word in words)):
        octal = octal and widths == {3}
        numbers = [int(word, 8 if octal else 10) for word in words if re.fullmatch(r"-?\d+", word)]
        right = len(numbers) == len(words) and all(-128 <= number < 256 for number in numbers)
        return (bytes(number & 255 for number in numbers), "an od dump") if right else (b"", "")
    if widths == {5} and all(map(str.isdigit, words)) and max(map(int, words)) < 1 << 16:
        return b"".join(int(word).to_bytes(2, "little") for word in words), "an od dump"
    if widths == {6} and octal:
        return b"".join((int(word, 8) & 0xFFFF).to_bytes(2, "little") for word in words), "an od dump"
    if widths == {1, 2} and all(len(word) == 2 for word in words[:-1]) and re.search("[A-Fa-f]", "".join(words)):
        raise LocalError("a dump was cut short: its last byte has one digit", got=f"{len(words)} bytes")
    if 6 in widths or any(len(word) % 2 for word in words):
        return b"", ""
    plain = b"".join(bytes.fromhex(word) for word in words)
    turned = b"".join(bytes.fromhex(word)[::-1] for word in words)
    if widths == {2}:
        return plain, "a hex dump" if not colon else "an xxd dump"
    alike = [sum(mark.isalnum() and mark == chr(byte) for byte, mark in zip(each, aside, strict=False))
             for each in (plain, turned)]  # fmt: skip
    if alike[1] > alike[0] or (alike[0] == alike[1] and plain[:4] != BIND and (turned[:4] == BIND or not colon)):
        return turned, "a dump of numbers, low byte first"
    return plain, "an xxd dump"
