"""Random patients for the doctor: `./run soak doctor` asks for ten thousand, `python tests/tools/soak_doctor.py N SEED`
for any number.

Half of them are noise where a sealed binding should be, in every place in which it can be handed over: that is never
more than "not opened by this key". The other half were right, or wrong in one known way, until some of their bytes
were changed: the doctor may find what it likes, but "healthy" only where a data centre would accept the same bytes.
None of them is ever an exception, and each takes less than a second.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from large_texts import SHAPES, large, seconds  # noqa: E402
from mtlib.clinic.diagnosis import Diagnosis  # noqa: E402
from mtlib.clinic.doctor import diagnose  # noqa: E402
from patients import GUARD, OTHER, PATIENTS, C  # noqa: E402
from wrong_client import NOW  # noqa: E402

BATCH = 500
SECONDS, LARGE = 1.0, 6.0
KEYS: dict[str, Any] = {"perm_key": C.perm, "temp_key": C.temp, "other_keys": [OTHER]}
AROUND = {"session_id": C.session_id, "msg_id": C.msg_id, "now": NOW}
OF_NOISE = {"packet": {"packet_not_opened", "no_binding_in_it"}, "request": {"no_binding_in_it"},
            "encrypted_message": {"not_opened"}, "in_a_request": {"not_opened"}}  # fmt: skip
"""What may be said about noise, by the place in which it was handed over."""

Told = dict[str, Any]


def patients(seeds: Iterable[int]) -> Iterator[str]:
    """A batch for each seed, and a line after each about all of them so far. AssertionError for a patient that was not
    told right."""
    times: list[float] = []
    for seed in seeds:
        drawn = random.Random(seed)
        for number in range(BATCH):
            where, told = noise(drawn) if number % 2 else damaged(drawn)
            times.append(examined(f"seed {seed}, patient {number}", where, told))
        yield (
            f"{len(times):,} random patients: no exception, nothing named in noise, healthy only where a data centre "
            f"accepts; {1000 * sum(times) / len(times):.1f} ms each, {1000 * max(times):.0f} ms the slowest"
        )


def large_texts() -> Iterator[str]:
    """Four megabytes of every shape, in a file for the doctor and for `dissect`."""
    with tempfile.TemporaryDirectory() as folder:
        file, spent = Path(folder, "large"), dict[str, float]()
        for shape in SHAPES:
            file.write_bytes(large(shape, 4 << 20))
            for command in ("doctor", "dissect"):
                spent[f"{shape}, {command}"] = seconds(command, file)
    slowest = max(spent, key=lambda name: spent[name])
    assert spent[slowest] < LARGE, f"4 MB of {slowest}: {spent[slowest]:.1f} s of work"
    yield f"4 MB of each of {len(SHAPES)} shapes, read or refused in sentences; the slowest {slowest}, " \
        f"{spent[slowest]:.1f} s of work (limit {LARGE:.0f})"


def noise(drawn: random.Random) -> tuple[str, Told]:
    """Random bytes of the right size, with every input there is."""
    where = drawn.choice([*OF_NOISE])
    if where == "packet":
        named = drawn.choice([C.packet()[:8], drawn.randbytes(8)])  # under a key that is here, or a stranger's
        return where, {"packet": named + drawn.randbytes(192), **KEYS, "now": NOW}
    if where == "in_a_request":
        data = drawn.choice([C.sealed[:8], drawn.randbytes(8)]) + drawn.randbytes(96)
        return where, {"request": C.request_of(data), **KEYS, **AROUND}
    data = drawn.randbytes(104 if where == "encrypted_message" else 132)
    return where, {where: data, **KEYS, **AROUND, "nonce": C.nonce, "expires_at": C.expires_at}


def damaged(drawn: random.Random) -> tuple[str, Told]:
    """One of the known patients, or a right one, with one to four changes to its bytes."""
    told = PATIENTS[drawn.choice([*PATIENTS])]() if drawn.random() < 0.7 else C.facts()
    for name in told.keys() & {"request", "packet", "encrypted_message"}:
        data = bytearray(told[name])
        for _ in range(drawn.randint(1, 4)):
            at = drawn.randrange(len(data) + 1)
            edit = drawn.choice("^^^-+~")
            if edit == "^" and at < len(data):
                data[at] ^= 1 << drawn.randrange(8)
            elif edit == "-":
                del data[at : at + drawn.choice((1, 4, 16))]
            elif edit == "+":
                data[at:at] = drawn.randbytes(drawn.choice((1, 4, 16)))
            elif edit == "~":
                data = data[:at] + drawn.randbytes(len(data) - at)
        told[name] = bytes(data)
    return "damaged", told


def examined(number: str, where: str, told: Told) -> float:
    """The seconds that the doctor took for a patient."""
    begun = time.perf_counter()
    try:
        diagnosis = diagnose(**told)
        took = time.perf_counter() - begun
        said = str(diagnosis) + json.dumps(diagnosis.to_dict())
    except Exception as error:
        raise AssertionError(f"{number}: {error!r}") from error
    if where in OF_NOISE:
        assert only_noise(diagnosis, where), f"{number}: noise was named {diagnosis.names}"
    else:
        accepted = diagnosis.checks is not None and diagnosis.checks.ok
        assert accepted or not diagnosis.healthy, f"{number}: healthy, and a data centre refuses"
        assert GUARD not in diagnosis.names, f"{number}: refused, and no word for it"
    assert not [key for key in (C.perm, C.temp) if key.hex()[8:24] in said], f"{number}: a key is told"
    if took > SECONDS:  # the machine may have been busy with something else
        took = min(_timed(told) for _ in range(3))
    assert took < SECONDS, f"{number}: {took:.2f} s"
    return took


def only_noise(diagnosis: Diagnosis, where: str) -> bool:
    """A request is read before its seal is: what stands outside of noise in a request may be wrong as well."""
    outside = {"names_another_key"} if where == "in_a_request" else set()
    return diagnosis.name in OF_NOISE[where] and set(diagnosis.names) <= OF_NOISE[where] | outside


def _timed(told: Told) -> float:
    """Seconds of work, however many others are waiting for the processor."""
    begun = time.process_time()
    diagnose(**told)
    return time.process_time() - begun


if __name__ == "__main__":
    words = sys.argv[1:]
    wanted = int(words[0]) if words else 10_000
    first = int(words[1]) if words[1:] else 1
    for line in patients(range(first, first + -(-wanted // BATCH))):
        print(line, flush=True)
