"""Lesson 02. The text in its normal form, a checksum, low byte first."""

SOLUTION = r"""
import re
import zlib


def constructor_id(line):
    text = line.strip().rstrip(";")
    text = re.sub(r"#[0-9a-f]{1,8}(?= )", "", text, count=1)
    text = re.sub(r" \w+:\w+\.\d+\?true", "", text)
    text = text.replace(":bytes ", ":string ").replace("?bytes ", "?string ")
    text = text.replace("<", " ").replace(">", "").replace("{", "").replace("}", "")
    return zlib.crc32(text.encode()).to_bytes(4, "little")
"""

_LINES = SOLUTION.splitlines(keepends=True)


def _without(start: str) -> str:
    return "".join(line for line in _LINES if start not in line)


WRONG = {
    "id_in_its_own_hash": _without("[0-9a-f]"),
    "end_of_the_line_hashed": SOLUTION.replace(".strip().rstrip(\";\")", ""),
    "bytes_hashed_as_bytes": _without(":bytes"),
    "type_of_flags_lost": SOLUTION.replace("{1,8}(?= )", "{0,8}(?= )").replace(", count=1", ""),
    "brackets_hashed": _without('"<"'),
    "true_flags_hashed": _without("true"),
    "crc_not_inverted": SOLUTION.replace("zlib.crc32(text.encode())", "(zlib.crc32(text.encode()) ^ 0xFFFFFFFF)"),
    "id_turned_round": SOLUTION.replace('"little"', '"big"'),
}
