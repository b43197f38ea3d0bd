"""Says what a service that has just begun will do next: until then it may be silent for long. It does nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.application import Application
from monitor.digests.periods import find_next
from seeds.lines import Line
from seeds.subscription import Subscription
from storage.clock import FAR_AHEAD

# Outlets that are due so soon after the first one are visited with it, or nearly so.
TOGETHER = timedelta(minutes=1)


def describe_outlook(application: Application) -> Line:
    """One line: who is visited next and when, by this machine's time of day, and the next digest, by its reader's.

    Fields: `next_visit_at` (None where nothing is crawled; now where outlets are due), `outlets`, how many are visited
    then, `next_digest_at` (None where none has an hour) and `subscription`, whose it is. Instants are in UTC.
    """
    now = application.clock()
    visit_at, outlets = find_next_visit(application, now)
    hours = sorted(find_hours(application, now), key=lambda hour: hour[0])
    digest_at, subscription = hours[0] if hours else (None, None)
    said = [_say_visit(visit_at, outlets, now), _say_digest(application, digest_at, subscription)]
    return Line(
        "; ".join(filter(None, said)), "outlook", next_visit_at=visit_at and visit_at.isoformat(), outlets=len(outlets),
        next_digest_at=digest_at and digest_at.isoformat(), subscription=subscription and subscription.name)


def find_next_visit(application: Application, now: datetime) -> tuple[datetime | None, list[str]]:
    """When outlets are due next, now at the earliest, and which; none where nothing is crawled or all are paused."""
    states = application.store.outlets.states()
    due: dict[str, datetime] = {}
    for outlet_id in application.watched if application.settings.may_crawl else ():
        state = states.get(outlet_id)
        due_at = state.next_due_at if state else None
        if state is None or state.paused_at is None:
            due[outlet_id] = now if due_at is None or due_at > now + FAR_AHEAD else max(now, due_at)
    first = min(due.values(), default=None)
    in_turn = sorted(due, key=lambda outlet_id: (due[outlet_id], outlet_id))
    return first, [outlet_id for outlet_id in in_turn if first and due[outlet_id] - first <= TOGETHER]


def find_hours(application: Application, now: datetime) -> Iterator[tuple[datetime, Subscription]]:
    """The next hour of every subscription that has one."""
    for subscription in application.subscriptions:
        if due_at := find_next(subscription, now):
            yield due_at, subscription


def _say_visit(visit_at: datetime | None, outlets: list[str], now: datetime) -> str:
    if visit_at is None:
        return "no visits"
    if visit_at <= now:
        return f"{len(outlets)} outlet{'s are' if len(outlets) > 1 else ' is'} due now"
    more = f" and {len(outlets) - 1} more" if len(outlets) > 1 else ""
    local = visit_at.astimezone()
    day = "" if local.date() == now.astimezone().date() else f"{local:%Y-%m-%d} "
    return f"next visit {day}{local:%H:%M}, {outlets[0]}{more}"


def _say_digest(application: Application, digest_at: datetime | None, subscription: Subscription | None) -> str:
    if digest_at is None or subscription is None:
        return "digests as soon as there is news" if application.subscriptions else ""
    local = digest_at.astimezone(subscription.timezone)
    return f"next digest {local:%A %Y-%m-%d %H:%M} ({subscription.zone})"
