"""Seals closed again around bytes that the holder of the keys has changed."""

from __future__ import annotations

from dataclasses import replace

from mtlib.crypto.aes import BLOCK
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from mtlib.lab.sheets import Map
from mtlib.protocol.binding import ENVELOPE_SIZE
from mtlib.protocol.packets import HEADER, MIN_PADDING, encrypt_v1, seal
from mtlib.wire.dissection import Dissection


def resealed(
    root: Dissection, path: str, data: bytes, perm_key: AuthKey, temp_key: AuthKey | None = None
) -> Dissection:
    """`root` with `data` in place of the opened bytes at `path`. The seals around them are closed again, and nothing
    else is computed anew; if bytes were inserted or deleted, the padding is changed to keep whole AES blocks.

    If `root` is a frame, the result is its packet, for the caller to frame. Raises LocalError without the temporary key
    of a packet, and for a path that leads to no opened seal.
    """
    found = Map.of(root)
    inner, size = path.endswith("/plaintext"), len(data)
    data = _whole(data, 8 if inner else MIN_PADDING)
    if inner:
        msg_key, ciphertext = encrypt_v1(data[:ENVELOPE_SIZE], data[ENVELOPE_SIZE:], perm_key)
        sealed, around = msg_key + ciphertext, found.place(path.rpartition("/")[0])
        sheet = found.sheet(path)
        if sheet is None or sheet.seal < 0:
            raise LocalError("no such bytes here", got=path)
        ciphered = found.places[sheet.seal]
        outer = found.sheets[ciphered.sheet]
        old = bytes(outer.dissection)
        if around is not None and around.span.nested is not None:  # a TL string, which has a length
            sealed = around.span.value[:8] + sealed
            data = old[: around.start] + around.span.field.kind.pack(sealed) + old[around.stop :]
        else:
            data = old[: ciphered.start - 16] + sealed + old[ciphered.stop :]
        if outer.seal < 0:
            return Dissection(root.shape, data, replace(root.reading, lenient=True))
    if temp_key is None:
        raise LocalError("the temporary key that seals the packet is not here", got=f"{size} bytes", where=path)
    return Dissection(root.shape, bytes(seal(data, temp_key)), replace(root.reading, lenient=True))


def _whole(data: bytes, least: int) -> bytes:
    """A message as whole AES blocks: filled up with zero bytes, or cut if its padding is a block longer than the
    `least`, so that inserting one byte after another does not make it longer and longer."""
    extra = len(data) % BLOCK
    padding = len(data) - HEADER - int.from_bytes(data[HEADER - 4 : HEADER], "little", signed=True)
    if padding - extra >= least + BLOCK:
        return data[: len(data) - extra]
    return data + bytes(-extra % BLOCK)
