"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

START_AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


class FakeClock:
    """Callable like `storage.clock.utc_now`; starts on a Monday, at 13:00 in Hanoi and 15:00 in Seoul."""

    def __init__(self, at: datetime = START_AT) -> None:
        self._at = at

    def __call__(self) -> datetime:
        return self._at

    def now(self) -> datetime:
        return self._at

    def advance(self, **step: float) -> datetime:
        """Moves on by `timedelta(**step)`; the new instant."""
        self._at += timedelta(**step)
        return self._at
