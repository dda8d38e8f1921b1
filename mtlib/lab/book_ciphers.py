"""A replacement for the package `cryptography` in a page: the part of its AES that the lessons use, made of our AES.

    Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from itertools import accumulate
from types import ModuleType

from mtlib.crypto.blocks import start

PLACE = "cryptography.hazmat.primitives.ciphers"


class AES:
    """AES under a key of 16, 24 or 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) not in (16, 24, 32):
            raise ValueError(f"Invalid key size ({8 * len(key)}) for AES.")
        self.key = bytes(key)


class BlockMode:
    """A mode, and the 16 bytes that it starts with; ECB has none."""

    def __init__(self, initialization_vector: bytes = b"") -> None:
        self.name = type(self).__name__
        if len(initialization_vector) != (0 if self.name == "ECB" else 16):
            raise ValueError(f"Invalid IV size ({len(initialization_vector)}) for {self.name}.")
        self.iv = bytes(initialization_vector)


class ECB(BlockMode):
    """Each block by itself."""


class CBC(BlockMode):
    """Each block chained to the one before."""


class CTR(BlockMode):
    """A key stream from an encrypted counter."""


class Running:
    """One message: `update` takes its next bytes; `finalize` gives the rest, which is always empty."""

    def __init__(self, algorithm: AES, mode: str, iv: bytes) -> None:
        self.update = start(mode, algorithm.key, iv)

    def finalize(self) -> bytes:
        return b""


class Cipher:
    """An algorithm in a mode."""

    def __init__(self, algorithm: AES, mode: BlockMode) -> None:
        self._algorithm, self._mode = algorithm, mode

    def encryptor(self) -> Running:
        way = "" if self._mode.name == "CTR" else " encrypt"
        return Running(self._algorithm, self._mode.name + way, self._mode.iv)

    def decryptor(self) -> Running:
        """A decryptor for ECB or CTR. Raises NotImplementedError for CBC, which no lesson needs."""
        if self._mode.name == "CBC":
            raise NotImplementedError("a page has no CBC backwards")
        way = "" if self._mode.name == "CTR" else " decrypt"
        return Running(self._algorithm, self._mode.name + way, self._mode.iv)


def stand_in_for_cryptography() -> None:
    """Make imports of `cryptography` give these classes; does nothing if the package is installed."""
    if "cryptography" in sys.modules or find_spec("cryptography") is not None:
        return
    for name in (*accumulate(PLACE.split("."), "{}.{}".format), f"{PLACE}.algorithms", f"{PLACE}.modes"):
        above, _, own = name.rpartition(".")
        made = sys.modules[name] = ModuleType(name)
        made.__path__ = []
        if above:
            setattr(sys.modules[above], own, made)
    vars(sys.modules[PLACE])["Cipher"] = Cipher
    Cipher.__module__ = PLACE  # my_bind.py imports it from there
    vars(sys.modules[f"{PLACE}.algorithms"])["AES"] = AES
    vars(sys.modules[f"{PLACE}.modes"]).update(ECB=ECB, CBC=CBC, CTR=CTR)
