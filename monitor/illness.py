"""Finds out whether the service itself is ill, by cheap questions that are asked every minute; it tells nobody."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from monitor.application import Application
from monitor.doctor import (
    DISK_DAYS,
    SPARE_BYTES,
    TROUBLED_SHARE,
    count_states,
    find_days_left,
    find_disk,
    is_stuck,
    measure_free,
)
from monitor.overdue import find_overdue
from monitor.recalling import find_hold
from monitor.visits import Visits, is_idle, look_at_visits
from storage.errors import StoreError

Illness = Literal["database", "disk", "no_wave", "deliveries", "outlets", "held", "digests", "judging", "filling"]
ILLNESSES: tuple[Illness, ...] = get_args(Illness)
# A tick is tried every ten seconds; what it meets for so long will not pass by itself.
FAILING = timedelta(hours=1)
# Who refused for good counts for a day, unless something arrived since.
REFUSED_FOR = timedelta(days=1)
DELIVERIES_LOOKED_AT = 1000
UNREAD = ("silent", "blocked", "broken")
# The first days bring what outlets published before: they say little of how the store grows. What was told is over
# well beyond the limit only, or it would come and go.
FORECAST_AFTER = timedelta(days=7)
RELIEVED_DAYS = 1.5 * DISK_DAYS


@dataclass(frozen=True)
class Finding:
    """What is ill now, and what cannot be known while the database is away."""

    ill: frozenset[Illness]
    unknown: frozenset[Illness] = frozenset()


@dataclass(frozen=True)
class Look:
    """One look: since when the service watches, which of its ticks fail since when, what readers know to be ill, how
    many bytes are free in a folder."""

    application: Application
    watching_since: datetime
    failing: Mapping[str, datetime] = field(default_factory=dict)
    told: Collection[Illness] = ()
    measure: Callable[[Path], int] = measure_free

    @cached_property
    def visits(self) -> Visits:
        return look_at_visits(self.application)

    def fails(self, tick: str) -> bool:
        """Whether a tick has failed each time for FAILING."""
        since = self.failing.get(tick)
        return since is not None and self.application.clock() - since >= FAILING


def find_illnesses(
    application: Application, watching_since: datetime, spare_bytes: int = SPARE_BYTES, *,
    failing: Mapping[str, datetime] | None = None, told: Collection[Illness] = (),
    measure: Callable[[Path], int] = measure_free,
) -> Finding:
    """What is ill. A service that began to watch at `watching_since` has been idle since then at most.

    `failing` are its ticks that fail, with since when; `told` is what readers know to be ill.
    """
    try:
        free, _ = find_disk(application, measure)
    except OSError:
        free = 0
    ill: set[Illness] = {"disk"} if free < spare_bytes else set()
    look = Look(application, watching_since, failing or {}, told, measure)
    try:
        ill |= {name for name, check in CHECKS.items() if check(look)}
    except StoreError:
        return Finding(frozenset(ill | {"database"}), frozenset(CHECKS))
    return Finding(frozenset(ill))


def _is_idle(look: Look) -> bool:
    return is_idle(look.application, look.visits.ended_at, look.watching_since)


def _is_mute(look: Look) -> bool:
    now = look.application.clock()
    rows = look.application.store.deliveries.find(DELIVERIES_LOOKED_AT)
    if any(map(is_stuck, rows)):
        return True
    sent_at = max((row.sent_at for row in rows if row.sent_at), default=None)
    refused = (row for row in rows if row.state == "failed" and now - row.created_at < REFUSED_FOR)
    return any(sent_at is None or row.created_at > sent_at for row in refused)


def _is_blind(look: Look) -> bool:
    application = look.application
    counts, unending = count_states(application), count_states(application, look.visits.unending)
    unread = sum(counts[state] for state in UNREAD)
    unread += sum(count for state, count in unending.items() if state not in UNREAD)
    return unread > TROUBLED_SHARE * max(1, len(application.watched))


def _is_held(look: Look) -> bool:
    return find_hold(look.application) is not None


def _is_behind(look: Look) -> bool:
    """Whether digests are not composed although nothing holds them. One that can be made good no more stays known until
    the next one is there."""
    if _is_held(look):
        return False
    overdue = find_overdue(look.application)
    return look.fails("deliver_tick") or any(not one.past or "digests" in look.told for one in overdue)


def _is_unjudged(look: Look) -> bool:
    return look.fails("assess_tick")


def _is_filling(look: Look) -> bool:
    days = find_days_left(look.application, FORECAST_AFTER, look.measure)
    return days is not None and days < (RELIEVED_DAYS if "filling" in look.told else DISK_DAYS)


CHECKS: dict[Illness, Callable[[Look], bool]] = {
    "no_wave": _is_idle, "deliveries": _is_mute, "outlets": _is_blind, "held": _is_held, "digests": _is_behind,
    "judging": _is_unjudged, "filling": _is_filling,
}
