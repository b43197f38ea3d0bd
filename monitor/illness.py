"""Finds out whether the service itself is ill, by cheap questions that are asked every minute; it tells nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from monitor.application import Application
from monitor.doctor import SPARE_BYTES, TROUBLED_SHARE, count_states, find_free
from storage.errors import StoreError

Illness = Literal["database", "disk", "no_wave", "deliveries", "outlets"]
ILLNESSES: tuple[Illness, ...] = get_args(Illness)
# Without a wave although outlets are due; a wave that may last longer is waited for.
IDLE = timedelta(hours=1)
# A delivery was tried at once, after a minute and after five; a server that is restarted is back by then.
TRIES = 3
# Who refused for good counts for a day, unless something arrived since.
REFUSED_FOR = timedelta(days=1)
DELIVERIES_LOOKED_AT = 1000
UNREAD = ("silent", "blocked", "broken")


@dataclass(frozen=True)
class Finding:
    """What is ill now, and what cannot be known while the database is away."""

    ill: frozenset[Illness]
    unknown: frozenset[Illness] = frozenset()


Check = Callable[[Application, datetime], bool]


def find_illnesses(application: Application, watching_since: datetime, spare_bytes: int = SPARE_BYTES) -> Finding:
    """What is ill. A service that began to watch at `watching_since` has been idle since then at most."""
    ill: set[Illness] = set()
    try:
        if find_free(application) < spare_bytes:
            ill.add("disk")
    except OSError:
        ill.add("disk")
    try:
        ill |= {name for name, check in CHECKS.items() if check(application, watching_since)}
    except StoreError:
        return Finding(frozenset(ill | {"database"}), frozenset(CHECKS))
    return Finding(frozenset(ill))


def _is_idle(application: Application, watching_since: datetime) -> bool:
    crawl, now, store = application.settings.crawl, application.clock(), application.store
    last_at = store.runs.last_wave_at()
    idle = now - max(filter(None, (last_at, watching_since)))
    if not application.settings.may_crawl or idle <= max(IDLE, 2 * timedelta(seconds=crawl.wave_seconds)):
        return False
    return bool(store.outlets.find_due(application.watched, now))


def _is_mute(application: Application, watching_since: datetime) -> bool:
    now = application.clock()
    rows = application.store.deliveries.find(DELIVERIES_LOOKED_AT)
    if any(row.state == "pending" and row.attempts >= TRIES for row in rows):
        return True
    sent_at = max((row.sent_at for row in rows if row.sent_at), default=None)
    refused = (row for row in rows if row.state == "failed" and now - row.created_at < REFUSED_FOR)
    return any(sent_at is None or row.created_at > sent_at for row in refused)


def _is_blind(application: Application, watching_since: datetime) -> bool:
    counts = count_states(application)
    return sum(counts[state] for state in UNREAD) > TROUBLED_SHARE * max(1, len(application.watched))


CHECKS: dict[Illness, Check] = {"no_wave": _is_idle, "deliveries": _is_mute, "outlets": _is_blind}
