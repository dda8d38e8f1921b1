"""The two sheets: every id, offset and size on them is looked for in the schema, or in bytes that others made."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from mtlib import SCHEMA, sheet
from mtlib.clinic.sheet import LINES, SHEETS
from mtlib.errors import LocalError

VECTORS = Path(__file__).parent / "vectors"
PUBLISHED = json.loads((VECTORS / "samples_auth_key.json").read_text(encoding="utf-8"))
RECORDED = json.loads((VECTORS / "synthetic_session.json").read_text(encoding="utf-8"))
BYTES, EXCHANGE = sheet("bytes"), sheet("exchange")
NAMED = re.compile(r"([\w.]+) ((?:[0-9a-f]{2} ){3}[0-9a-f]{2})(?![0-9a-f])")


def flat(name: str) -> str:
    return re.sub(r"\s+", " ", str(sheet(name)))


def block(paper: str, heading: str) -> tuple[str, ...]:
    return next(block.rows for block in sheet(paper).blocks if heading in block.heading)


def test_every_id_is_that_of_the_schema() -> None:
    """A name and four bytes behind it: in the answers, and in all of the exchange."""
    rows = [row for paper in SHEETS for part in sheet(paper).blocks if "Lines" not in part.heading for row in part.rows]
    found = dict(each for row in rows for each in NAMED.findall(row.replace("`", "")) if each[0] in LINES)
    assert len(found) >= 18
    for name, id_ in found.items():
        assert SCHEMA[name].id_bytes.hex(" ") == id_, name


def test_every_line_hashes_to_the_id_before_it() -> None:
    rows = block("bytes", "Lines")
    assert len(rows) == len(LINES) == 37
    for row, name in zip(rows, LINES, strict=True):
        id_, line = re.fullmatch(r"`(.{11})` `(.*)`", row).groups()  # type: ignore[union-attr]
        assert line.split(" ")[0] == name
        text = re.sub(r" \w+:\w+\.\d+\?true", "", line).replace("<", " ")
        text = re.sub(r"[>{}]", "", re.sub(r"([:?])bytes ", r"\1string ", text))
        assert zlib.crc32(text.encode()).to_bytes(4, "little").hex(" ") == id_


MESSAGES = {"1 to": "req_pq_multi", "2 from": "resPQ", "3 to": "req_DH_params", "4 from": "server_DH_params_ok",
            "5 to": "set_client_DH_params", "6 from": "dh_gen_ok"}  # fmt: skip


@pytest.mark.parametrize("heading", MESSAGES)
def test_offsets_and_sizes_are_those_of_a_recorded_exchange(heading: str) -> None:
    """Of the six packets of another program: each field that is known is where the sheet says."""
    name = MESSAGES[heading]
    packet = bytes.fromhex(next(m["hex"] for m in RECORDED["temporary"]["messages"] if m["name"] == name))
    told = block("exchange", heading)[0]
    size, whole = map(int, re.search(r"body (\d+), packet (\d+)", told).groups())  # type: ignore[union-attr]
    assert (size, whole) == (len(packet) - 20, len(packet))
    body, values = packet[20:], RECORDED["temporary"]["values"]
    known = {
        "nonce": values["nonce"], "server_nonce": values["server_nonce"],
        "new_nonce_hash": values["new_nonce_hash1"], "public_key_fingerprint": RECORDED["rsa"]["fingerprint_le_wire"],
    }  # fmt: skip
    sealed = values["encrypted_data" if "3" in heading else "client_encrypted_data"]
    strings = {
        "p": int(values["p"]).to_bytes(4, "big"), "q": int(values["q"]).to_bytes(4, "big"),
        "pq": int(values["pq"]).to_bytes(8, "big"), "encrypted_answer": bytes.fromhex(values["encrypted_answer"]),
        "encrypted_data": bytes.fromhex(sealed),
    }  # fmt: skip
    seen = 0
    for field, at in re.findall(r"(\w+) (\d+)(?= \(|,|;|:)", told):
        if field in known:
            assert body[int(at) :].startswith(bytes.fromhex(known[field])), field
            seen += 1
        if field in strings:
            head = 4 if len(strings[field]) > 253 else 1
            assert body[int(at) + head :].startswith(strings[field]), field
            seen += 1
    if "both 4" in told:
        assert body[4:36].hex() == values["nonce"] + values["server_nonce"]
        seen += 2
    assert seen >= {"req_pq_multi": 1}.get(name, 3)


def test_what_is_sealed_has_the_fields_where_the_sheet_says() -> None:
    values = RECORDED["temporary"]["values"]
    numbers = {"g": 3, "server_time": int(values["server_time"]), "dc": int(values["dc"]), "expires_in": 86400}
    inner = block("exchange", "3 to")[1].replace("Temporary", ";")
    for text, hexed, least in (
        (block("exchange", "4 from")[2], values["answer"], 2), (inner, values["p_q_inner_data"], 2)
    ):  # fmt: skip
        data, seen = bytes.fromhex(hexed), 0
        for field, at in re.findall(r"(\w+) (\d+)(?= \(|,|;|:)", text):
            if field in numbers:
                assert int.from_bytes(data[int(at) : int(at) + 4], "little") == numbers[field], field
                seen += 1
        assert seen >= least
        assert f"; {len(data)} bytes" in text
    data = bytes.fromhex(values["client_DH_inner_data"])
    told = block("exchange", "5 to")[1]
    assert f"; {len(data)} bytes" in told and "retry_id 36" in told and "g_b 44" in told
    assert (data[36:44], data[48:].hex()) == (bytes(8), values["g_b"])


def test_the_sizes_that_the_specification_of_the_sheets_names() -> None:
    exchange = flat("exchange")
    for told in ("264 bytes hashed", "15 c4 b5 1c, count 52", "longs from 56", "fe 00 01 00 + 256", "fe 50 02 00 + 592",
                 "fe 50 01 00 + 336", "6: p mod 24 = 19, 23", "2^1984 <= g_a <= p - 2^1984"):  # fmt: skip
        assert told in exchange
    written = flat("bytes")
    for told in ("253: fd, 256 bytes", "254: fe fe 00 00, 260 bytes", "592: fe 50 02 00, 596 bytes", "7f a3 00 00",
                 "-404 6c fe ff ff", "-429 53 fe ff ff", "-444 44 fe ff ff", "16 03 01 02", "key [8:40], iv [40:56]",
                 "tag ee ee ee ee"):  # fmt: skip
        assert told in written


def test_text_and_html_say_the_same() -> None:
    for paper in (BYTES, EXCHANGE):
        words = re.sub(r"<[^>]*>", "", paper.html.replace("<h2>", " ").replace("<p>", " "))
        words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("</", " ")
        assert re.sub(r"[\s=-]", "", words) == re.sub(r"[\s=-]", "", str(paper))
        assert max(map(len, str(paper).splitlines())) <= 100
        assert set(paper._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_at_the_command_line() -> None:
    for name in SHEETS:
        command = [sys.executable, "-m", "mtlib", "sheet", name]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        assert said.stdout == f"{sheet(name)}\n"


def test_another_sheet_there_is_not() -> None:
    with pytest.raises(LocalError, match="two sheets"):
        sheet("binding")
