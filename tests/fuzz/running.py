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

from tests.fuzz.corpus import KEPT
from tests.fuzz.targets import NAMED, TARGETS

HANG_SECONDS = 5.0
GROWTH_MEGABYTES = 300
PAGE_BYTES = resource.getpagesize()


class Hang(Exception):
    """One input took longer than HANG_SECONDS."""


@dataclass(frozen=True)
class Measured:
    """What trying cost: CPU of this process, the slowest input, and the growth of its memory (MB)."""

    inputs: int
    cpu_seconds: float
    slowest_seconds: float
    grown_megabytes: float


def run_target(name: str, inputs: Iterable[bytes], keep: bool = True) -> Measured:
    """Tries every input. AssertionError for the first that fails, which is kept for ever under tests/fuzz/kept."""
    attempt = TARGETS[name]
    with suppress(*NAMED):
        attempt(b"")  # what is loaded once is no growth
    before, began, slowest, count = _measure_memory(), time.process_time(), 0.0, 0
    with _watched():
        for body in inputs:
            since = time.perf_counter()
            signal.setitimer(signal.ITIMER_REAL, HANG_SECONDS)
            try:
                attempt(body)
            except NAMED:
                pass
            except Exception as error:
                signal.setitimer(signal.ITIMER_REAL, 0)
                where = _keep(name, body) if keep else "an input that is kept"
                raise AssertionError(f"{name}: {type(error).__name__}: {error} ({where})") from error
            slowest, count = max(slowest, time.perf_counter() - since), count + 1
    return Measured(count, time.process_time() - began, slowest, _measure_memory() - before)


@contextmanager
def _watched() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Hang(f"more than {HANG_SECONDS:.0f} s")

    earlier = signal.signal(signal.SIGALRM, stop)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)


def _keep(name: str, body: bytes) -> Path:
    path = KEPT / name / sha256(body).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def _measure_memory() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6
