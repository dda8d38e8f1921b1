"""What stands in for `cryptography` in a page gives what `cryptography` gives."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from mtlib.lab import book_ciphers as ours

KEY, IV, DATA = bytes(range(32)), bytes(range(100, 116)), bytes(range(80))


@pytest.mark.parametrize("size", [16, 24, 32])
@pytest.mark.parametrize("name", ["ECB", "CBC", "CTR"])
def test_it_encrypts_and_decrypts_as_the_package_does(name: str, size: int) -> None:
    iv = () if name == "ECB" else (IV,)
    theirs = Cipher(algorithms.AES(KEY[:size]), getattr(modes, name)(*iv))
    same = ours.Cipher(ours.AES(KEY[:size]), getattr(ours, name)(*iv))
    one, other = theirs.encryptor(), same.encryptor()
    for part in (DATA[:16], DATA[16:]):
        sealed = one.update(part)
        assert other.update(part) == sealed
    assert other.finalize() == one.finalize() == b""
    if name == "CBC":
        with pytest.raises(NotImplementedError):
            same.decryptor()
    else:
        assert same.decryptor().update(sealed) == theirs.decryptor().update(sealed)


@pytest.mark.parametrize(("size", "name", "iv"), [(5, "ECB", None), (32, "CBC", KEY), (32, "CTR", b"")])
def test_wrong_lengths_are_refused_as_the_package_refuses_them(size: int, name: str, iv: bytes | None) -> None:
    given = () if iv is None else (iv,)
    with pytest.raises(ValueError):
        Cipher(algorithms.AES(KEY[:size]), getattr(modes, name)(*given))
    with pytest.raises(ValueError):
        ours.Cipher(ours.AES(KEY[:size]), getattr(ours, name)(*given))


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "cryptography":
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
from importlib import util
util.find_spec, found = (lambda name: None), util.find_spec
from mtlib.lab.book_ciphers import AES, stand_in_for_cryptography
stand_in_for_cryptography()
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
import cryptography.hazmat.primitives.ciphers.algorithms as again
print(again is algorithms, algorithms.AES is AES, Cipher.__module__)
print(Cipher(AES(bytes(32)), modes.ECB()).encryptor().update(bytes(16)).hex())
"""
BESIDE = """
import sys
from mtlib.lab.book_ciphers import stand_in_for_cryptography
print("cryptography" in sys.modules)
stand_in_for_cryptography()
import cryptography
print(hasattr(cryptography, "__version__"))
"""


def test_it_stands_in_only_where_the_package_is_missing() -> None:
    ours.stand_in_for_cryptography()
    assert sys.modules["cryptography.hazmat.primitives.ciphers"].Cipher is Cipher
    said = [subprocess.run([sys.executable, "-c", each], capture_output=True, text=True, check=True).stdout
            for each in (WITHOUT, BESIDE)]  # fmt: skip
    assert said[0] == "True True cryptography.hazmat.primitives.ciphers\ndc95c078a2408989ad48a21492842087\n"
    assert said[1] == "False\nTrue\n"
