"""`./run soak [PART...] [--minutes N]`: the tests that take longer, each part against the clock, one line each.

exchanges     500 seeded key exchanges, and one with a leading zero byte in every place that can have one
decoders      damaged bytes for every decoder, a million at least
dc            damaged bytes for the data centre in every state, two hundred thousand at least
doctor        ten thousand random patients: noise is never more than noise, and nothing is called healthy that is not;
              four megabytes of text in every shape
differential  our TL, frames and IGE beside an independent library, on good and on damaged bytes
load          200 clients at once; an honest one beside 200 silent and 50 hostile ones, beside 10,000 begun exchanges
              and 3,000 connections; 1,000 exchanges in a row
properties    the property tests again, with ten times the examples and other ones
mutants       300 small changes to the package (--sample N: so many), each of which some test has to notice

A part runs until it has done its number, and with --minutes for that long at least. Random parts print their seed:
`--seed N` plays it again. Exit status 1 if anything went wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "peers")]

import measured  # noqa: E402
from progress import Progress  # noqa: E402

FAILED = "FAILED: "
ZEROS = "tests/test_exchange.py"
"""Its tests force a leading zero byte."""
BATCH_DECODERS, BATCH_DC, SAMPLE = 20_000, 4_000, 300
FLAT = 1.10
"""By how much the memory of a long run may grow after its first tenth."""


class Failed(Exception):
    """A part that went wrong, in one sentence."""


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run soak", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--minutes", type=float, default=0.0, metavar="N", help="at least so long, for random parts")
    parser.add_argument("--seed", type=int, metavar="N", help="play this run again")
    parser.add_argument("--sample", type=int, default=SAMPLE, metavar="N", help="how many mutants are drawn")
    parser.add_argument("--write", action="store_true", help="put the outcome of these parts into docs/measured.md")
    options = parser.parse_args(words)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    failed, today = 0, time.strftime("%Y-%m-%d")
    told: list[tuple[str, ...]] = []
    chosen = list(options.parts or PARTS)
    with Progress("soak", chosen) as progress:
        for name in chosen:
            begun = time.monotonic()
            with progress.running(name):
                for line in _lines(name, Budget(options.minutes * 60, seed, options.sample)):
                    seconds = time.monotonic() - begun
                    failed += line.startswith(FAILED)
                    told.append((name, line, f"{seconds:.0f} s", f"{today}, seed {seed}"))
                    progress.say(f"{name:<13} {seconds:6.0f} s  {line}")
    if options.write:
        rows = measured.renewed("soak", told)
        measured.write("soak", "./run soak --write", measured.table(("part", "outcome", "after", "when"), rows))
    print(f"{len(options.parts or PARTS) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def _lines(name: str, budget: Budget) -> Iterator[str]:
    """What the part says, and as its last line why it failed, if it did."""
    try:
        yield from PARTS[name](budget)
    except (Failed, AssertionError) as reason:
        yield f"{FAILED}{reason}"


class Budget:
    """How long a part has to go on at least, its seeds, and how many mutants are drawn."""

    def __init__(self, seconds: float, seed: int, sample: int = SAMPLE) -> None:
        self.end, self.seed, self.sample = time.monotonic() + seconds, seed, sample

    def batches(self, number: int, size: int) -> Iterator[int]:
        """Seeds of batches, until `number` inputs are done and the time is over."""
        done = 0
        while done < number or time.monotonic() < self.end:
            yield self.seed + done
            done += size


class Level:
    """This process's memory, looked at after every batch: after the first tenth it may not grow any more."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def look(self) -> None:
        if os.path.exists("/proc/self/statm"):
            self.seen.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))

    def verdict(self) -> str:
        if not self.seen:
            return "memory not looked at: this system does not tell"
        early, last = self.seen[len(self.seen) // 10], self.seen[-1]
        if last > early * FLAT:
            raise Failed(f"memory grew from {early / 2**20:.0f} to {last / 2**20:.0f} MiB")
        return f"memory flat at {last / 2**20:.0f} MiB"


def exchanges(budget: Budget) -> Iterator[str]:
    from exchange_rig import SERVER, converse, opening, sources

    done = 0
    for seed in budget.batches(500, 1):
        given = sources(f"soak {seed}")
        try:
            joined = converse(opening(given["client_entropy"], expires_in=3600 if seed % 2 else None), SERVER, **given)
        except Exception as error:
            raise Failed(f"seed {seed}: {error!r}") from error
        if joined.client.auth_key != joined.server.auth_key or joined.client.server_salt != joined.server.server_salt:
            raise Failed(f"seed {seed}: two sides, two keys")
        done += 1
    yield f"{done} key exchanges, temporary and permanent: both sides have the same key and salt"
    code = pytest(ZEROS, "-k", "zero")
    if code:
        raise Failed("a forced leading zero byte: see above")
    yield "a leading zero byte, forced in every place that can have one: all succeed"


def decoders(budget: Budget) -> Iterator[str]:
    from tests.fuzzing import all_decoders, fuzz

    level, known, done = Level(), list(all_decoders()), 0
    for seed in budget.batches(1_000_000, BATCH_DECODERS):
        fuzz(BATCH_DECODERS, seed, known)
        done += BATCH_DECODERS
        level.look()
    yield f"{done:,} damaged inputs for {len(known)} decoders: no error but our own, no hang; {level.verdict()}"


def dc(budget: Budget) -> Iterator[str]:
    from tests.fuzzing_dc import Victim, bombard

    level, done, victim = Level(), 0, Victim(random.Random(budget.seed))
    for _ in budget.batches(200_000, BATCH_DC):
        bombard(BATCH_DC, 0, victim)
        done += BATCH_DC
        level.look()
    what = "nothing raised, nothing bound that should not be, an honest client served as before"
    yield f"{done:,} damaged inputs in {len(victim.states)} states of a connection: {what}; {level.verdict()}"


def differential(budget: Budget) -> Iterator[str]:
    """In the environment where the other library is installed."""
    from bench import again, yardsticks

    words = [str(ROOT / "tests" / "tools" / "beside.py"), str(budget.seed)]
    if again(yardsticks(), words):
        raise Failed("the two libraries disagree: see above")
    yield "as told above"


def load(budget: Budget) -> Iterator[str]:
    from crowds import crowds, storms

    for fast in (True, False):
        yield from crowds(fast)
    yield from storms()


def properties(budget: Budget) -> Iterator[str]:
    every = sorted((ROOT / "tests").glob("test_*.py"))
    files = [str(path) for path in every if "hypothesis" in path.read_text(encoding="utf-8")]
    os.environ["MTLIB_EXAMPLES"] = "400"
    try:
        if pytest(*files, f"--hypothesis-seed={budget.seed}"):
            raise Failed(f"a property does not hold with seed {budget.seed}: see above")
    finally:
        del os.environ["MTLIB_EXAMPLES"]
    yield f"the properties in {len(files)} files, with 400 examples each"


def doctor(budget: Budget) -> Iterator[str]:
    from soak_doctor import BATCH, large_texts, patients

    line = ""
    for line in patients(budget.batches(10_000, BATCH)):
        print(line, file=sys.stderr, flush=True)  # where it is; the last one is the result
    yield line
    yield from large_texts()


def mutants(budget: Budget) -> Iterator[str]:
    from mutants import survivors

    yield from survivors(sample=budget.sample, seed=budget.seed)


def pytest(*words: str) -> int:
    """pytest's exit status, for these tests; it prints what fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", *words]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


PARTS: dict[str, Callable[[Budget], Iterator[str]]] = {
    part.__name__: part for part in (exchanges, decoders, dc, doctor, differential, load, properties, mutants)
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
