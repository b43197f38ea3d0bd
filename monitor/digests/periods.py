"""Tells when a subscription's digest is due, in its own zone; it reads no clock and remembers nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from seeds.subscription import WEEKDAYS, Subscription

# A digest of a late evening may still come after midnight; one of the morning belongs to its day.
MADE_GOOD_WITHIN = timedelta(hours=6)
# Nobody should wait a week for the digest of a Monday on which the machine stood still.
WEEK_MADE_GOOD_WITHIN = timedelta(days=3)
# Back over a week, and over a clock's change at each end of it.
LOOKED_BACK = 9


def find_period(subscription: Subscription, began_at: datetime, now: datetime) -> str | None:
    """The period whose digest is due at `now`, named by its local day; None while no hour has come.

    A missed hour is made good later the same day, and shortly after midnight; a week's within three days. Older ones
    are part of the next digest. The hour before the subscription began is not one of its hours. None for `instant`.
    """
    local_day = now.astimezone(subscription.timezone).date()
    days = (local_day - timedelta(days=back) for back in range(LOOKED_BACK))
    found = next((day for day in _days_of(subscription, days) if _hour_of(subscription, day) <= now), None)
    if found is None:
        return None
    due_at = _hour_of(subscription, found)
    within = WEEK_MADE_GOOD_WITHIN if subscription.schedule == "weekly" else MADE_GOOD_WITHIN
    is_late = found < local_day and now - due_at > within
    return None if is_late or due_at <= began_at else found.isoformat()


def find_last(subscription: Subscription, now: datetime) -> datetime | None:
    """The newest hour of a digest that has come at `now`, in UTC; None for `instant`."""
    local_day = now.astimezone(subscription.timezone).date()
    days = (local_day - timedelta(days=back) for back in range(LOOKED_BACK))
    hours = (_hour_of(subscription, day) for day in _days_of(subscription, days))
    return next((hour for hour in hours if hour <= now), None)


def find_next(subscription: Subscription, now: datetime) -> datetime | None:
    """When the next digest is due after `now`, in UTC; None for `instant`."""
    local_day = now.astimezone(subscription.timezone).date()
    days = (local_day + timedelta(days=ahead) for ahead in range(LOOKED_BACK))
    hours = (_hour_of(subscription, day) for day in _days_of(subscription, days))
    return next((hour for hour in hours if hour > now), None)


def _days_of(subscription: Subscription, days: Iterator[date]) -> Iterator[date]:
    return (day for day in days if WEEKDAYS[day.weekday()] in subscription.weekdays)


def _hour_of(subscription: Subscription, day: date) -> datetime:
    """The instant of the hour on a local day, in UTC: one per day, whatever the clocks do.

    An hour that is left out in spring counts as the one after the change, and of one that comes twice the first counts
    (PEP 495, fold=0).
    """
    return datetime.combine(day, time(subscription.hour), subscription.timezone).astimezone(UTC)
