"""Two sheets of paper: the bytes of a client, and the exchange that makes a key.

    print(sheet("bytes"))
    sheet("exchange").html

An author of a client needs nothing else for frames, strings, ids, answers, keys and the bind. Ids, sizes,
offsets, tags and formulas come from the schema, the framings, the key schedules and the steps of
`recipe_client`. Bytes, names and formulas in a row are set between backquotes.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from mtlib.clinic.recipe_client import PARTS, tl_string
from mtlib.crypto.kdf import MSG_KEY_V2, V2, ScheduleTable
from mtlib.crypto.numbers import MARGIN, RESIDUES
from mtlib.errors import LocalError, TransportError
from mtlib.protocol.packets import (
    HEADER,
    MAX_PADDING,
    MIN_PADDING,
    PLAIN,
    REQUEST_MESSAGE,
    REQUEST_PACKET,
    plain_packet,
)
from mtlib.transport.framing import FRAMINGS, PaddedIntermediate
from mtlib.transport.obfuscation import DC, IV, KEY, TAG, foreign_starts
from mtlib.wire.dissection import Dissection
from mtlib.wire.layout import Layout
from mtlib.wire.schema import ANSWER_WITH_HASH, DATA_WITH_HASH, GENERATED, INT, LAYER, LONG, SCHEMA
from mtlib.wire.tl import VECTOR_ID, Constructor, String, Vector

WIDTH = 100
"""Characters of a line in a terminal."""


@dataclass(frozen=True)
class Block:
    """A heading and the rows below it."""

    heading: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """One sheet: `str` is for a terminal, `html` for a page or a notebook."""

    title: str
    blocks: tuple[Block, ...]

    def __str__(self) -> str:
        lines = [self.title, "=" * len(self.title)]
        for block in self.blocks:
            lines += ["", block.heading, "-" * len(block.heading)]
            for row in block.rows:
                lines += textwrap.wrap(row.replace("`", ""), WIDTH, subsequent_indent="    ", break_on_hyphens=False)
        return "\n".join(lines)

    @property
    def html(self) -> str:
        """The sheet as HTML, without styles."""
        return f"<h1>{escape(self.title)}</h1>" + "".join(
            f"<h2>{escape(block.heading)}</h2>" + "".join(f"<p>{_marked(row)}</p>" for row in block.rows)
            for block in self.blocks
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}


def _marked(row: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(row, quote=False))


def sheet(name: str) -> Paper:
    """The sheet called "bytes" or "exchange". LocalError for any other name."""
    if not isinstance(name, str) or name not in SHEETS:
        raise LocalError("there are two sheets", got=name, expected=", ".join(SHEETS), where="sheet")
    return SHEETS[name]()


# -- What the rows are made of ------------------------------------------------------------------------------------

EXAMPLE: dict[str, Any] = {
    "nonce": bytes(16), "server_nonce": bytes(16), "new_nonce": bytes(32), "pq": bytes(8), "p": bytes(4), "q": bytes(4),
    "server_public_key_fingerprints": (0,), "public_key_fingerprint": 0, "encrypted_data": bytes(256), "dc": 0,
    "expires_in": 0, "g": 0, "dh_prime": bytes(256), "g_a": bytes(256), "server_time": 0, "retry_id": 0,
    "g_b": bytes(256), "new_nonce_hash1": bytes(16), "new_nonce_hash2": bytes(16), "new_nonce_hash3": bytes(16),
}
"""Values as wide as Telegram's; the offsets are counted with them."""


def _hex(data: bytes) -> str:
    return f"`{data.hex(' ')}`"


def _named(name: str) -> str:
    """A constructor's name and its id in the bytes sent."""
    return f"`{name}` {_hex(SCHEMA[name].id_bytes)}"


def _built(name: str, **values: Any) -> Dissection:
    fields = {field.name for field in SCHEMA[name].fields}
    return SCHEMA[name].build(**{key: value for key, value in {**EXAMPLE, **values}.items() if key in fields})


def _offsets(built: Dissection, skip: tuple[str, ...] = ()) -> str:
    """The fields after the constructor's id with their offsets, strings with their size, vectors with their parts."""
    return ", ".join(_field(span) for span in built.spans if span.field.name not in ("constructor", *skip))


def _field(span: Any) -> str:
    kind, told = span.field.kind, f"{span.field.name} {span.start}"
    if isinstance(kind, String):
        long = len(span.value) >= 254
        return f"{told} ({_hex(span.raw[:4])} + {len(span.value)})" if long else f"{told} (str, {len(span.raw)} bytes)"
    if isinstance(kind, Vector):
        return f"{told}: {_hex(VECTOR_ID)}, count {span.start + 4}, {kind.element.name}s from {span.start + 8}"
    return told


def _says(part: str, step: str) -> str:
    """The rule of a step: in words for a step of the bytes, as a formula for all others."""
    says = PARTS[part][step].says
    return says if part == "bytes" else f"`{says}`"


def _size(data: bytes) -> int:
    """The size of the plain packet around a body, in bytes."""
    return len(plain_packet(0, data))


# -- Bytes --------------------------------------------------------------------------------------------------------

LINES = (
    "req_pq_multi", "resPQ", "p_q_inner_data_dc", "p_q_inner_data_temp_dc", "req_DH_params", "server_DH_params_ok",
    "server_DH_inner_data", "client_DH_inner_data", "set_client_DH_params", *GENERATED, "bind_auth_key_inner",
    "auth.bindTempAuthKey", "rpc_result", "rpc_error", "bad_msg_notification", "bad_server_salt", "new_session_created",
    "msg_container", "gzip_packed", "ping", "pong", "msgs_ack", "destroy_auth_key", "destroy_auth_key_ok",
    "destroy_auth_key_none", "destroy_auth_key_fail", "invokeWithLayer", "initConnection", "help.getConfig",
    "help.getNearestDc", "nearestDc", "help.getAppConfig", "help.appConfig", "boolTrue", "boolFalse",
)  # fmt: skip
"""The constructors that a client of this course needs."""
LENGTHS = (3, 253, 254, 256, 336, 592)
"""The lengths of the strings shown. The last two occur in an exchange, and differ if written high byte first."""


def _line(made: Constructor) -> str:
    return f"{_hex(made.id_bytes)} `{made.line.replace(f'#{made.id:08x}', '')}`"


def _strings() -> Iterator[str]:
    for size in LENGTHS:
        packed = tl_string(bytes(size))
        head = packed[: 1 if size < 254 else 4]
        yield f"{size}: {_hex(head)}, {len(packed)} bytes"


def _answer(name: str, **values: Any) -> str:
    built = SCHEMA[name].build(**values)
    return f"{_named(name)}: {_offsets(built)}; {len(built)} bytes"


def _frames() -> Iterator[str]:
    for name, framing in FRAMINGS.items():
        tag = f"tag {_hex(framing.tag)}, once, before the first frame" if framing.tag else "no tag"
        yield f"{name}: {tag}. {_says('bytes', f'frame_{name}')}."


def _heads() -> str:
    """The first bytes of frames of some sizes."""
    sizes = {"abridged": (40, 504, 508, 652), "intermediate": (40, 652), "full": (40,)}
    shown = []
    for name, framing in FRAMINGS.items():
        for size in sizes.get(name, ()):
            frame = framing("client").wrap(b"." * size)
            shown.append(f"{name} {size}: {_hex(frame[: frame.index(b'....')])}")
    return f"Packets of some sizes begin in frames: {', '.join(shown)}."


def _cut(piece: slice) -> str:
    return f"[{piece.start}:{piece.stop}]"


def bytes_sheet() -> Paper:
    """Numbers, strings, ids, answers, frames, obfuscation."""
    errors = ", ".join(
        f"{code} {_hex(INT.pack(code))} {meaning}" for code, meaning in TransportError.MEANINGS.items())  # fmt: skip
    tags = [_hex((framing.tag * 4)[:4]) for framing in FRAMINGS.values() if framing.tag]
    return Paper("Bytes on one sheet", (
        Block("1 Numbers", (
            f"`int` {len(INT.pack(0))} bytes, `long` {len(LONG.pack(0))}: signed, low byte first. `#`: unsigned int. A "
            "field `flags.N?T` is there only if bit N of flags is set; `?true` takes no bytes.",
            "`int128`, `int256`, hashes, and whatever is cut out of a hash (key ids, fingerprints, retry_id): as they "
            "stand. `pq p q n e dh_prime g_a g_b`: high byte first, no zeros in front, as a string.",
        )),
        Block("2 string and bytes", (
            f"{_says('bytes', 'tl_string')}. {'; '.join(_strings())}.",
        )),
        Block("3 Ids", (
            f"id = {_says('bytes', 'constructor_id')}. CRC-32: polynomial `edb88320`, start and end inverted. "
            f"`Vector<T>`: {_hex(VECTOR_ID)}, count 4, elements; `vector<T>`: count 4, elements, each without its id.",
        )),
        Block("4 Lines", tuple(_line(SCHEMA[name]) for name in LINES)),
        Block("5 Answers (offsets from the id)", (
            f"{_answer('rpc_result', req_msg_id=0, result=bytes(4))} with a result of 4. "
            f"{_named('rpc_error')}: {_offsets(SCHEMA['rpc_error'].build(error_code=0, error_message=''))}. "
            f"{_answer('new_session_created', first_msg_id=0, unique_id=0, server_salt=0)}. "
            f"{_answer('pong', msg_id=0, ping_id=0)}.",
            f"{_answer('bad_msg_notification', bad_msg_id=0, bad_msg_seqno=0, error_code=0)}. "
            f"{_answer('bad_server_salt', bad_msg_id=0, bad_msg_seqno=0, error_code=0, new_server_salt=0)}: send again "
            "with that salt; a binding with a new msg_id is built anew.",
            f"{_named('msg_container')}: count 4, then bare messages from 8: "
            f"{_widths(SCHEMA['message'].bare)}, nothing between them. "
            f"{_named('gzip_packed')}: {_offsets(SCHEMA['gzip_packed'].build(packed_data=bytes(3)))}: a gzip or zlib "
            "stream of any object, around a container or a result too.",
            f"A message under a key: {_widths(REQUEST_MESSAGE)}; the body from {HEADER}, padding {MIN_PADDING} to "
            f"{MAX_PADDING} bytes, all together a multiple of 16. msg_id: unix time * 2^32, a client's a "
            "multiple of 4, each above the last of its session. seqno: twice the content-related messages so far, plus "
            "1 for one that is (calls and pings are, msgs_ack is not). Telegram wants the first call after the bind "
            f"inside invokeWithLayer ({LAYER}) and initConnection (flags 0, texts of your own).",
        )),
        Block("6 Frames", (
            *_frames(), _heads(),
            f"Padded: 0 to {PaddedIntermediate.slack} random bytes; an encrypted packet has 24 + 16k bytes, so drop "
            "(size - 24) mod 16; a plain one says its own length. The server sends no tag, and counts its own full "
            f"frames from 0. Four bytes in the place of a packet are a negative int: {errors}.",
        )),
        Block("7 Obfuscation", (
            f"64 random bytes, drawn again while they begin with {_hex(FRAMINGS['abridged'].tag)}, "
            f"{', '.join(tags[1:])}, {', '.join(f'`{start}`' for start in foreign_starts())}, or have four zeros at 4 "
            f"to 7. {_says('bytes', 'obfuscated_header')}: tag {_cut(TAG)}, dc {_cut(DC)} (for proxies only), key "
            f"{_cut(KEY)}, iv {_cut(IV)}.",
            "Outwards one stream for the life of the connection: it has gone over the 64 bytes first, of which 0 to 55 "
            "travel plain and 56 to 63 encrypted, and goes on at 64. Inwards: key and iv are the same slices of the 64 "
            "bytes reversed, and the stream starts at 0. No tag afterwards. Full framing, without a tag, stays plain.",
        )),
    ))  # fmt: skip


def _widths(layout: Layout) -> str:
    """The fields, with their sizes in bytes where a size is fixed."""
    sizes = ((f.name, getattr(f.kind, "size", len(getattr(f.kind, "fixed", b"")))) for f in layout.fields)
    return ", ".join(f"{name} {size}" if size else name for name, size in sizes)


# -- The exchange -------------------------------------------------------------------------------------------------


def _message(name: str, skip: tuple[str, ...] = (), **values: Any) -> str:
    built = _built(name, **values)
    both = "both 4, " if skip else ""
    return f"{_named(name)}: {both}{_offsets(built, skip)}; body {len(built)}, packet {_size(bytes(built))}"


def _group() -> str:
    """The condition that each g puts on p."""
    told = (
        f"{g}: {'any' if modulus == 1 else f'p mod {modulus} = ' + ', '.join(map(str, sorted(rests)))}"
        for g, (modulus, rests) in RESIDUES.items()
    )
    return "; ".join(told)


BOTH = ("nonce", "server_nonce")


def _sealed(layout: Layout, content: Dissection) -> int:
    """The size of a hash, the content and its padding, in bytes."""
    size = len(layout.build(hash=bytes(20), padding=b"", **{layout.fields[1].name: content}))
    return size + -size % 16


def exchange_sheet() -> Paper:
    """The six messages that make a key, and what is computed between them."""
    answer, data = _built("server_DH_inner_data"), _built("client_DH_inner_data")
    sealed_answer, sealed_data = bytes(_sealed(ANSWER_WITH_HASH, answer)), bytes(_sealed(DATA_WITH_HASH, data))
    key_id = PARTS["binding"]["auth_key_id"].says.replace("perm_", "")
    margin = f"2^{MARGIN.bit_length() - 1}"
    permanent, temporary = _built("p_q_inner_data_dc"), _built("p_q_inner_data_temp_dc")
    ended = _built("dh_gen_ok")
    inner = SCHEMA["bind_auth_key_inner"].build(
        nonce=0, temp_auth_key_id=0, perm_auth_key_id=0, temp_session_id=0, expires_at=0)  # fmt: skip
    request = SCHEMA["auth.bindTempAuthKey"].build(
        perm_auth_key_id=0, nonce=0, expires_at=0, encrypted_message=bytes(104))  # fmt: skip
    seal = ("msg_key", "sha1_a", "sha1_b", "sha1_c", "sha1_d", "aes_key", "aes_iv", "ciphertext", "encrypted_message")
    return Paper("The exchange on one sheet", (
        Block("Envelope of all six", (
            f"{_says('keys', 'plain_packet')}: {_widths(PLAIN)}; the body from {_size(b'')}. A client's "
            "msg_id mod 4 = 0, an answer's 1. Read the object and ignore what is left inside message_data_length: "
            "Telegram's DCs pad, so do some clients. Offsets count from the object's id. both = nonce 4, server_nonce "
            "20; str = TL string. Compare both in every answer. "
            "Anything wrong: transport error -404, then start again with a new nonce.",
        )),
        Block("1 to the DC: req_pq_multi", (f"{_message('req_pq_multi')}. nonce: 16 random bytes.",)),
        Block("2 from the DC: resPQ", (
            f"{_message('resPQ')} with one fingerprint. Take the first one that you know: fingerprint = "
            f"{_says('keys', 'fingerprint')}, {len(tl_string(bytes(256)) + tl_string(bytes(3)))} bytes hashed.",
        )),
        Block("3 to the DC: req_DH_params", (
            f"{_message('req_DH_params', BOTH)}. p and q: {_says('keys', 'p_q')}.",
            f"data for a permanent key: {_named('p_q_inner_data_dc')}: {_offsets(permanent)}; {len(permanent)} bytes. "
            f"Temporary: {_named('p_q_inner_data_temp_dc')}: the same, expires_in "
            f"{temporary.spans[-1].start} (a duration in seconds); {len(temporary)} bytes. new_nonce: 32 random bytes. "
            "dc: 10000 more on the test network, negative for media; a wrong one: -444.",
            f"RSA_PAD: {_says('keys', 'rsa_pad')}.",
        )),
        Block("4 from the DC: server_DH_params_ok", (
            f"{_message('server_DH_params_ok', BOTH, encrypted_answer=sealed_answer)}.",
            f"tmp_aes: {_says('keys', 'tmp_aes')}. encrypted_answer: {_says('keys', 'server_DH_inner_data')}.",
            f"answer: {_named('server_DH_inner_data')}: both 4, {_offsets(answer, BOTH)}; {len(answer)} bytes.",
            f"Check both; SHA-1; dh_prime has 2048 bits, it and (p - 1)/2 are prime; g fits ({_group()}); "
            f"{margin} <= g_a <= p - {margin}.",
        )),
        Block("5 to the DC: set_client_DH_params", (
            f"{_message('set_client_DH_params', BOTH, encrypted_data=sealed_data)}. encrypted_data: "
            f"{_says('keys', 'client_encrypted_data')}, the padding {-(20 + len(data)) % 16} random bytes.",
            f"data: {_named('client_DH_inner_data')}: both 4, {_offsets(data, BOTH)}; {len(data)} bytes. retry_id: 8 "
            "zeros at first. g_b = g^b mod dh_prime, b 2048 random bits; the range check of g_a is made for g_b too, "
            "before sending.",
        )),
        Block(f"6 from the DC: {', '.join(GENERATED)}", (
            "; ".join(f"{_named(name)}, new_nonce_hash{number}" for name, number in GENERATED.items())
            + f": both 4, new_nonce_hash {ended.spans[-1].start}; body {len(ended)}, packet {_size(bytes(ended))}. "
            f"new_nonce_hash = {_says('keys', 'new_nonce_hash')}.",
            f"retry: again from 5 with a new b and retry_id = {_says('keys', 'retry_id')}. fail: the page sends the "
            "client back to 5 here too; real clients give the attempt up.",
        )),
        Block("Then", (
            f"auth_key = {_says('keys', 'auth_key')}. auth_key_id = `{key_id}`. first salt = "
            f"{_says('keys', 'first_salt')}. expires_at = server_time + expires_in. Clock offset = server_time - own "
            "clock.",
            f"A packet under a key: {_widths(REQUEST_PACKET)}. `{_table(MSG_KEY_V2)}`, where padded is the message "
            f"with its padding; `{_table(V2)}`; x = 0 to the DC, 8 from it; substr (what, from, how many). "
            "In an answer compare auth_key_id, msg_key, session_id and the size of the padding. "
            "IGE: c_i = E(p_i xor c_(i-1)) xor p_(i-1), c_0 = iv[0:16], p_0 = iv[16:32].",
        )),
        Block("The bind", (
            f"{_named('bind_auth_key_inner')}: {_offsets(inner)}; {len(inner)} bytes. envelope: "
            f"{_says('binding', 'envelope')}: random 16, the msg_id of the message that carries the request, "
            f"seqno 0, length {len(inner)}. {'; '.join(_sealing(step) for step in seal)}. Padding: 8 random bytes. "
            f"{_named('auth.bindTempAuthKey')}: {_offsets(request)}; {len(request)} bytes; the nonce is that of the "
            "inner object, 8 random bytes. Sent under the temporary key; both exchanges and it may share a connection.",
        )),
    ))  # fmt: skip


def _sealing(step: str) -> str:
    """A step of the seal as a formula with its result in front; without one of its own, the step's name."""
    says = PARTS["binding"][step].says
    return f"`{says}`" if says.startswith(f"{step} = ") else f"`{step} = {says}`"


def _table(schedule: ScheduleTable) -> str:
    return "; ".join(schedule.text.splitlines())


SHEETS: dict[str, Callable[[], Paper]] = {"bytes": bytes_sheet, "exchange": exchange_sheet}
"""The functions that make the sheets, by name."""
