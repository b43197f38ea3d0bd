"""Finds the digests whose hour has long come and that nobody has composed; it composes none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.application import Application
from monitor.digests.periods import find_last, find_period

# A tick composes within seconds, and what it meets for an hour will not pass by itself.
LATE = timedelta(hours=1)


@dataclass(frozen=True)
class Overdue:
    """A digest that is not there: of which subscription, and the hour at which it was due.

    One that is `past` is made good no more: what it would have told is part of the next one.
    """

    subscription: str
    due_at: datetime
    past: bool

    def describe(self) -> str:
        """For people: `desk (due 2026-03-02 07:00 UTC)`."""
        return f"{self.subscription} (due {self.due_at:%Y-%m-%d %H:%M} UTC)"


def find_overdue(application: Application) -> list[Overdue]:
    """Every subscription whose newest hour is LATE ago without a digest since. What is told at once has no hour."""
    digests, now, found = application.store.digests, application.clock(), []
    for subscription in application.settings.subscription:
        due_at = find_last(subscription, now - LATE)
        began_at = digests.begin_subscription(subscription.name, now)
        last_at = digests.last_composed_at(subscription.name)
        if due_at is None or due_at <= began_at or (last_at is not None and last_at >= due_at):
            continue
        period = find_period(subscription, began_at, now)
        past = period is None or period != find_period(subscription, began_at, now - LATE)
        found.append(Overdue(subscription.name, due_at, past))
    return found
