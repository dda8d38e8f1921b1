"""Private copies of two compiled clients, with the RSA key of a data centre of our own in the place of Telegram's.

TDLib and ferogram have no option for the key, and it is a part of their bytes: a PEM text, a decimal number. Another
2048-bit key with e = 65537 takes exactly as many of them. What the registry gave stays as it was; the copy knows a
data centre that only this machine has, and is of no use anywhere else.

    python tests/peers/copies.py tdlib LIBRARY dc.pem COPY
    python tests/peers/copies.py ferogram PACKAGE dc.pem COPY
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from mtlib.crypto.rsa import PublicKey
from mtlib.net.endpoints import TEST_KEY

PEM = re.compile(rb"-----BEGIN RSA PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END RSA PUBLIC KEY-----")


def tdlib(library: Path, key: PublicKey, copy: Path) -> Path:
    """The shared library with `key` instead of every key of its length: 2048 bits, for test and production."""
    theirs, ours = library.read_bytes(), key.to_pem().strip().encode()
    found = {pem for pem in PEM.findall(theirs) if len(pem) == len(ours)}
    if not found:
        raise SystemExit(f"{library} holds no RSA key of {len(ours)} bytes")
    for pem in found:
        theirs = theirs.replace(pem, ours)
    copy.write_bytes(theirs)
    return copy


def ferogram(package: Path, key: PublicKey, copy: Path) -> Path:
    """The package with `key` instead of the test network's: its modulus in decimal, its fingerprint in binary."""
    digits = str(key.n).encode()
    if len(digits) != len(str(TEST_KEY.n)):
        raise SystemExit("this key's modulus has another number of decimal digits: make another key")
    shutil.copytree(package, copy / package.name, dirs_exist_ok=True)
    for library in (copy / package.name).glob("_ferogram*.so"):
        theirs = library.read_bytes()
        pairs = [(str(TEST_KEY.n).encode(), digits), (_bytes(TEST_KEY.fingerprint), _bytes(key.fingerprint))]
        for old, new in pairs:
            if old not in theirs:
                raise SystemExit(f"{library} does not hold the test network's RSA key")
            theirs = theirs.replace(old, new)
        library.write_bytes(theirs)
    return copy


def _bytes(fingerprint: int) -> bytes:
    return (fingerprint & 2**64 - 1).to_bytes(8, "little")


if __name__ == "__main__":
    client, source, pem, target = sys.argv[1:]
    make = {"tdlib": tdlib, "ferogram": ferogram}[client]
    print(make(Path(source), PublicKey.from_pem(Path(pem).read_text()), Path(target)))
