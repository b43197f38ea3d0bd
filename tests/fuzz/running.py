"""Tries inputs at a target and measures: the first failure is kept as a file, with what was raised."""

import resource
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import FrameType

from tests.fuzz.corpus import KEPT, load_corpus
from tests.fuzz.mutating import mutate_all
from tests.fuzz.targets import NAMED, TARGETS

HANG_SECONDS = 5.0  # of CPU: beside other work, a sound input may wait longer
STANDSTILL_SECONDS = 60.0  # by the wall clock: an input that waits for something
GROWTH_MEGABYTES = 300
EVERY_DAY, SOAK = 10_000, 100_000
PAGE_BYTES = resource.getpagesize()


class Hang(Exception):
    """One input took longer than HANG_SECONDS, or stood still."""


@dataclass(frozen=True)
class Measured:
    """What trying cost in CPU of this process, together and the slowest input, and the growth of its memory (MB)."""

    inputs: int
    cpu_seconds: float
    slowest_seconds: float
    grown_megabytes: float


def fuzz(name: str, count: int, seed: int) -> None:
    """Tries `count` broken inputs at a target, tells what they cost, and checks that none hung and nothing grew."""
    measured = run_target(name, mutate_all(load_corpus(name), count, seed))

    print(f"{name}: {measured}")
    assert measured.inputs == count
    assert measured.slowest_seconds < HANG_SECONDS
    assert measured.grown_megabytes < GROWTH_MEGABYTES


def run_target(name: str, inputs: Iterable[bytes], keep: bool = True) -> Measured:
    """Tries every input. AssertionError for the first that fails, which is kept for ever under tests/fuzz/kept."""
    attempt = TARGETS[name]
    with suppress(*NAMED):
        attempt(b"")  # what is loaded once is no growth
    before, began, slowest, count = _measure_memory(), time.process_time(), 0.0, 0
    with _watched():
        for body in inputs:
            since = time.process_time()
            _set_alarm()
            try:
                attempt(body)
            except NAMED:
                pass
            except Exception as error:
                _stop_alarm()
                where = _keep(name, body) if keep else "an input that is kept"
                raise AssertionError(f"{name}: {type(error).__name__}: {error} ({where})") from error
            slowest, count = max(slowest, time.process_time() - since), count + 1
    return Measured(count, time.process_time() - began, slowest, _measure_memory() - before)


@contextmanager
def _watched() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Hang(f"more than {HANG_SECONDS:.0f} s")

    earlier = {number: signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)}
    try:
        yield
    finally:
        _stop_alarm()
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _set_alarm() -> None:
    # Again each second: what is raised while an object is deleted is lost.
    signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS, 1)
    signal.setitimer(signal.ITIMER_REAL, STANDSTILL_SECONDS, 1)


def _stop_alarm() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _keep(name: str, body: bytes) -> Path:
    path = KEPT / name / sha256(body).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def _measure_memory() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6
