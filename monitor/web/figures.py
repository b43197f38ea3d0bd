"""Keeps what outlets brought of late for some minutes: to count it reads every entry of a month."""

from datetime import datetime, time, timedelta
from threading import Lock

from monitor.application import Application
from storage.values import OutletFigures

DAYS = 28
KEPT_FOR = timedelta(minutes=10)


class FigureKeeper:
    """The figures of all outlets, at most KEPT_FOR old; safe in several threads, of which one counts."""

    def __init__(self, application: Application) -> None:
        self._application, self._lock = application, Lock()
        self._found: dict[str, OutletFigures] = {}
        self._counted_at: datetime | None = None

    def find(self) -> dict[str, OutletFigures]:
        """Entries by day of the last DAYS days, today last, and refusals of that time, by outlet."""
        with self._lock:
            now = self._application.clock()
            if self._counted_at is None or not timedelta() <= now - self._counted_at < KEPT_FOR:
                first = datetime.combine(now.date() - timedelta(days=DAYS - 1), time(), now.tzinfo)
                self._found = self._application.store.outlet_pages.figures(first, DAYS)
                self._counted_at = now
            return self._found
