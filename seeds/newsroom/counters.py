"""Counts what reaches one outlet of the newsroom, so that tests can tell how it was crawled."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Counters:
    """`requests` holds all but those for robots.txt; `min_gap_seconds` is between their starts, infinite below two."""

    requests: int = 0
    robots: int = 0
    by_path: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    agents: Counter[str] = field(default_factory=Counter)
    conditional: int = 0
    not_modified: int = 0
    disallowed: int = 0
    at_once: int = 0
    max_at_once: int = 0
    min_gap_seconds: float = float("inf")
    bytes_sent: int = 0
    last_start: float | None = None

    @contextmanager
    def visit(self, path: str, agent: str, *, conditional: bool, disallowed: bool) -> Iterator[None]:
        """Counts one request from its start to its end."""
        self.agents[agent] += 1
        self.by_path[path] += 1
        self.conditional += conditional
        self.disallowed += disallowed
        if path == "/robots.txt":
            self.robots += 1
        else:
            self._start()
        self.at_once += 1
        self.max_at_once = max(self.max_at_once, self.at_once)
        try:
            yield
        finally:
            self.at_once -= 1

    def answer(self, status: int, size: int) -> None:
        """Counts one answer of `size` bytes."""
        self.statuses[status] += 1
        self.not_modified += status == 304
        self.bytes_sent += size

    def _start(self) -> None:
        now, self.requests = time.monotonic(), self.requests + 1
        if self.last_start is not None:
            self.min_gap_seconds = min(self.min_gap_seconds, now - self.last_start)
        self.last_start = now
