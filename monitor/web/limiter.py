"""Slows down guessing: so many wrong secrets from one address, and from all of them, in a quarter of an hour."""

from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from ipaddress import IPv6Network, ip_address
from secrets import token_bytes
from threading import Lock
from typing import NamedTuple

from storage.clock import Clock

WINDOW = timedelta(minutes=15)
# Five typing errors are human. At 100 in all, a secret of eight letters and digits stands for millions of years.
PER_ADDRESS = 5
IN_ALL = 100


class _Try(NamedTuple):
    """`mark` stands for the secret that was tried; empty where each time counts."""

    at: datetime
    mark: bytes


class LoginLimiter:
    """Counts tries with one kind of secret in this process: a password that is guessed wrong locks no token out.

    A try counts before it is checked, so that a hundred at once do too.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, Lock()
        self._tries: dict[str, deque[_Try]] = defaultdict(deque)
        self._key = token_bytes(32)

    def take(self, address: str, secret: str = "") -> float:
        """Counts a try from `address`; 0, or for how many seconds none may be made.

        With `secret` the same one again is no new try, and never waits: a feed reader that asks with an old token
        guesses nothing.
        """
        now, source = self._clock(), _find_source(address)
        mark = blake2b(secret.encode(), digest_size=32, key=self._key).digest() if secret else b""
        with self._lock:
            self._forget_old(now)
            mine = self._tries.get(source, deque())
            if mark and any(one.mark == mark for one in mine):
                return 0.0
            wait = self._find_wait(mine, now)
            if not wait:
                self._tries[source].append(_Try(now, mark))
            return wait

    def _find_wait(self, mine: Sequence[_Try], now: datetime) -> float:
        everybody = sorted(one.at for tries in self._tries.values() for one in tries)
        waits = [
            (tries[-limit] + WINDOW - now).total_seconds()
            for tries, limit in (([one.at for one in mine], PER_ADDRESS), (everybody, IN_ALL)) if len(tries) >= limit
        ]
        return max(1.0, *waits) if waits else 0.0

    def forgive(self, address: str) -> None:
        """Forgets the tries of an address that knew the secret."""
        with self._lock:
            self._tries.pop(_find_source(address), None)

    def _forget_old(self, now: datetime) -> None:
        for source in list(self._tries):
            tries = self._tries[source]
            # A clock that was set back leaves tries in the future: they would never end.
            kept = [one for one in tries if now - WINDOW < one.at <= now]
            if kept:
                self._tries[source] = deque(kept)
            else:
                del self._tries[source]


def _find_source(address: str) -> str:
    """Whoever has an IPv6 address has the 2^64 of its network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
