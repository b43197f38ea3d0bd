"""Slows down guessing: so many wrong secrets from one address, and from all of them, in a quarter of an hour."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address
from threading import Lock

from storage.clock import Clock

WINDOW = timedelta(minutes=15)
# Five typing errors are human. At 100 in all, a secret of eight letters and digits stands for millions of years.
PER_ADDRESS = 5
IN_ALL = 100


class LoginLimiter:
    """Counts tries with a secret in this process. A try counts before it is checked, so that a hundred at once do too.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, Lock()
        self._tries: dict[str, deque[datetime]] = defaultdict(deque)

    def take(self, address: str) -> float:
        """Counts a try from `address`; 0, or for how many seconds none may be made."""
        now, source = self._clock(), _find_source(address)
        with self._lock:
            self._forget_old(now)
            mine = self._tries.get(source, deque())
            everybody = sorted(at for tries in self._tries.values() for at in tries)
            waits = [
                (tries[-limit] + WINDOW - now).total_seconds()
                for tries, limit in ((mine, PER_ADDRESS), (everybody, IN_ALL)) if len(tries) >= limit
            ]
            if waits:
                return max(1.0, *waits)
            self._tries[source].append(now)
            return 0.0

    def forgive(self, address: str) -> None:
        """Forgets the tries of an address that knew the secret."""
        with self._lock:
            self._tries.pop(_find_source(address), None)

    def _forget_old(self, now: datetime) -> None:
        for source in list(self._tries):
            tries = self._tries[source]
            # A clock that was set back leaves tries in the future: they would never end.
            kept = [at for at in tries if now - WINDOW < at <= now]
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
