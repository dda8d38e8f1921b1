"""The bytes that a text stands for (hex, base64, numbers, escapes), and what kind of value they can be."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from mtlib.protocol.binding import ENCRYPTED_SIZE, REQUEST_SIZE
from mtlib.wire.schema import REQUEST

BIND = REQUEST.id_bytes
TOKEN = re.compile(r"[^\s,;|]+")
_OF_A_BYTE = re.compile(r"0[xX][0-9A-Fa-f]{1,2}|[-+]?(?:0|[1-9]\d{0,2})")
_WORD = re.compile(r"(?<![^\s,;|])(?!0x)[\w+/-]{139,}+=*(?![^\s,;|])", re.ASCII)
"""A word that may be a value alone: the shortest, an encrypted_message, has 139 characters of base64."""
_PAIRS = re.compile(r"(?:[0-9A-Fa-f]{2}[ \t\r\n]*+)++")
_OF_HEX = re.compile(r"[0-9A-Fa-f]{1,2}")
_TYPED = re.compile(r"(?i)([-+]?(?:0x[0-9a-f]{1,2}|\d{1,3}))(?:_?[ui]8|u[by]?)")
_DIGITS = re.compile(r"(?<!\\)((?:\\\\)*)\\(\d{1,3})")
_CONTROLS = {name: f"\\x{at:02x}" for at, name in enumerate(re.findall(
    r"\w+", "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS "
    "GS RS US SP"))} | {"DEL": "\\x7f", "&": ""}  # fmt: skip
"""Haskell's names for characters in a string, as C escapes; `\\&` only ends a number."""
_CONTROL = re.compile(rf"(?<!\\)((?:\\\\)*)\\({'|'.join(sorted(_CONTROLS, key=len, reverse=True))})")
_ESCAPE = re.compile(r"((?:\\x[0-9A-Fa-f]{2})++)"
                     r"|\\(?:x([0-9A-Fa-f]{1,2})|u00([0-9A-Fa-f]{2})|[ux]\{([0-9A-Fa-f]{1,2})\}|([0-7]{1,3})|\r?\n"
                     r"|[uU]((?<=u)[0-9A-Fa-f]{4}|(?<=U)00[0-9A-Fa-f]{6})|(.))")
_OCTAL = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[1-7]|0[0-7]{2})")
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\0")
_SIZES = (256, REQUEST_SIZE, ENCRYPTED_SIZE)
_SEPARATORS, _HEX_DIGITS = (dict.fromkeys(map(ord, signs)) for signs in ("-:._ ", "0123456789abcdefABCDEF"))
_PLAIN = {"n": 10, "r": 13, "t": 9, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27}


def bytes_in(text: str) -> tuple[bytes | None, str]:
    """The bytes that a text stands for, and the form of the text; or None and the reason, which shows nothing of it."""
    whole, text = text, text.strip().strip("'\"`,;").strip()
    text = text[2:] if re.fullmatch(r"\\x[0-9A-Fa-f]{4,}", text) else text
    if len(values := _WORD.findall(text)) > 1 and sum(sense(bytes_in(word)[0]) for word in values) > 1:
        return None, "several values side by side"
    if re.fullmatch(r"\+?[1-9]\d{299,619}n?|0[xX][0-9A-Fa-f](?:[0-9A-Fa-f]{2}){60,256}", text):
        number = int(text.rstrip("n"), 0).to_bytes(258, "big").lstrip(b"\0")
        known = is_key(number) or number[:4] == BIND
        if known or len(text) % 2:
            return (number, "a big integer") if known else (None, f"a number of {len(text)} digits")
    if _PAIRS.fullmatch(text):  # the usual form: a text may be long, so it is read at once
        return bytes.fromhex(text), "hex"
    if "%" in text and re.fullmatch(r"(?:%[0-9A-Fa-f]{2}|[\w.~+/=-])+", text, re.ASCII):
        inside = _of_a_url(text)
        plain = re.fullmatch(rb"[\w+/=-]+", inside)
        return bytes_in(inside.decode()) if plain else (_of_a_url(text.replace("+", " ")), "escapes of a URL")
    named = "\\x" in text or "\\u00" in text
    if named or len(_DIGITS.findall(text)) > 3:
        if quoted := re.fullmatch(r"([\"'])(.*)\1", whole, re.S):
            text = quoted[2]  # from `whole`: a quote or a blank at the end may be a byte
        text, why = (text, "characters beyond 255, or names, among escapes") if named else _octal(text)
        data = unescaped(text) if text else None
        if text and len(data or b"") not in _SIZES and len(of_go := unescaped(text, "utf-8") or b"") in _SIZES:
            data = of_go
        return (data, "escapes") if data is not None else (None, why)
    tokens = [token.strip("'\"") for token in TOKEN.findall(text)]
    typed = re.search("[iIuU]", text)
    tokens = [found[1] if typed and (found := _TYPED.fullmatch(token)) else token for token in tokens if token]
    if not tokens:
        return None, "nothing is there"
    listed = _listed(tokens)
    if listed is not None:
        return listed, "a list of numbers"
    if len(tokens) > 1 and any(each[:2] in ("0x", "0X") and re.fullmatch("..[0-9A-Fa-f]{3,}", each) for each in tokens):
        return None, "numbers of several bytes: nothing says in which order"
    digits = re.sub("0[xX](?<![0-9A-Fa-f]0[xX])", "", " ".join(tokens)).translate(_SEPARATORS)
    strange = digits.translate(_HEX_DIGITS)
    if not strange:
        if len(tokens) > 1 and any(re.fullmatch(r"-\d{4,}", token) for token in tokens):
            return None, "numbers of several bytes: nothing says in which order"
        even = not len(digits) % 2 and digits
        return (bytes.fromhex(digits), "hex") if even else (None, f"an odd number of hex digits, {len(digits)}")
    if len(digits) >= 32 and len(strange) < 0.1 * len(digits):
        return None, f"hex, but for {len(strange)} of {len(digits)} characters"
    if len(tokens) > 8 and max(map(len, tokens)) < 8:
        return None, f"{len(tokens)} words that are neither hex nor base64"
    return _from_base64("".join(tokens))


def _of_a_url(text: str) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda escape: bytes([int(escape[1], 16)]), text.encode())


def _octal(text: str) -> tuple[str, str]:
    """A string with numeric escapes, rewritten as in C; or "" and the reason, if they may be octal or decimal."""
    numbers = [number for _, number in _DIGITS.findall(text)]
    if any(int(number) > 255 for number in numbers) or all(int(number) < 8 for number in numbers):
        return text, "characters beyond 255, or names, among escapes"
    if not re.search("[89]", "".join(numbers)):
        return "", "escapes of three digits: nothing says whether they are octal or decimal"
    text = _DIGITS.sub(lambda escape: f"{escape[1]}\\x{int(escape[2]):02x}", text)
    return _CONTROL.sub(lambda name: name[1] + _CONTROLS[name[2]], text), "names among decimal escapes"


def _listed(tokens: Sequence[str]) -> bytes | None:
    """The bytes of a list of one-byte numbers: 0x05, 42, -44; or 5, 2a, d4. If all have two digits, None: it is hex."""
    if len(tokens) == 1 or all(len(token) == 2 for token in tokens):
        return None
    if len(tokens) > 7 and all(map(_OF_HEX.fullmatch, tokens)) and re.search("[A-Fa-f]", "".join(tokens)):
        return bytes(int(token, 16) for token in tokens)
    if not all(map(_OF_A_BYTE.fullmatch, tokens)):
        return None
    numbers = [int(token, 16 if token[:2] in ("0x", "0X") else 10) for token in tokens]
    return bytes(n & 255 for n in numbers) if all(-128 <= n < 256 for n in numbers) else None


def _from_base64(text: str) -> tuple[bytes | None, str]:
    body = text.rstrip("=")
    if not re.fullmatch(r"[\w+/-]+", body, re.ASCII) or len(body) % 4 == 1 or len(body) < 11:
        return None, f"{len(text)} characters that are neither hex nor base64"
    if not (re.search(r"\d", body) and re.search(r"[a-z]", body) and re.search(r"[A-Z]", body)):
        return None, f"{len(text)} characters that look like words"
    data = base64.urlsafe_b64decode(body.replace("+", "-").replace("/", "_") + "=" * (-len(body) % 4))
    inside = hex_text(data)
    return (inside, "base64 of hex") if inside else (data, "base64")


def hex_text(data: bytes) -> bytes | None:
    """The bytes that hex digits stand for; None if the data is not hex digits."""
    even = len(data) >= 16 and not len(data) % 2
    return bytes.fromhex(data.decode()) if even and re.fullmatch(rb"[0-9A-Fa-f]+", data) else None


def unescaped(text: str, encoding: str = "latin-1") -> bytes | None:
    """The bytes of a string with escapes, as in C, Go, Rust, Python or JavaScript; None if a character is no byte. With
    utf-8 as `encoding`, as in Go, a character may give several bytes, but a byte's escape gives one."""

    def one(escape: re.Match[str]) -> str:
        if escape[1]:  # many escapes in a row are read at once
            return bytes.fromhex(escape[1].replace("\\x", "")).decode(encoding, "surrogateescape")
        if number := escape[2] or escape[4]:
            return bytes([int(number, 16)]).decode(encoding, "surrogateescape")
        if number := escape[3] or escape[6]:
            return chr(min(int(number, 16), 0x10FFFF))
        if escape[5]:
            return chr(int(escape[5], 8) & 255)
        other = escape[7] or ""
        return chr(_PLAIN[other]) if other in _PLAIN else "\u0100" if other.isalpha() else other  # a name is no byte

    if "\\x" in text and not _OCTAL.search(text):
        text = _NUL.sub(r"\1\\x00", text)  # Rust: a digit after \0 is the next byte
    try:
        return _ESCAPE.sub(one, text).encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return None


def is_number(line: str) -> bool:
    """Whether a line is only a decimal id. A number with fewer digits could be hex."""
    return bool(re.fullmatch(r"-\d{1,19}|\d{17,20}", line))


def joined(lines: Sequence[str]) -> str:
    whole = all(" " not in line and "," not in line for line in lines) and max(map(len, lines), default=0) > 4
    return ("" if whole else " ").join(line.removesuffix("\\") for line in lines)


def sense(data: bytes | None) -> bool:
    """Whether bytes are a complete value: a key, an encrypted_message, a request, a packet, a stream of one frame."""
    if data is None or is_key(data):
        return data is not None
    if data[:4] == BIND:
        return len(data) == REQUEST_SIZE
    if (name := looks_like(data)) == "stream":
        return len(data) == (2 + 4 * data[1] if data[0] == 0xEF else 8 + int.from_bytes(data[4:8], "little"))
    return name in ("encrypted_message", "packet")


def is_key(data: bytes) -> bool:
    return 250 <= len(data) <= 256 or (len(data) == 257 and data[0] == 0)


def looks_like(data: bytes) -> str:
    """The name for bytes without one, by their beginning and their length; "" if nothing fits."""
    if data[:4] == BIND and len(data) > 100:
        return "request"
    if len(data) == ENCRYPTED_SIZE:
        return "encrypted_message"
    if len(data) > 40 and (data[:4] in (b"\xee" * 4, b"\xdd" * 4) or data[:1] == b"\xef"):
        return "stream"
    if 12 <= int.from_bytes(data[:4], "little") <= len(data) and data[4:8] == bytes(4):
        return "stream"  # the full framing: a length, and the first number
    if 152 <= len(data) < 600 and not (len(data) - 24) % 16 and any(data[:8]):
        return "packet"
    return "stream" if len(data) > 270 else ""
