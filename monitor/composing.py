"""The loop that composes the digests whose hour has come, and saves them with what they tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from monitor.application import Application
from monitor.digests.compose import compose
from monitor.digests.content import DigestContent
from monitor.digests.filters import is_wanted
from monitor.recalling import recall_told
from monitor.unsubscribing import find_present
from seeds.subscription import Subscription
from storage.repository.digests import NewDigest
from storage.values import EventView

# A digest of a late evening may still come after midnight; one of the morning belongs to its day.
MADE_GOOD_WITHIN = timedelta(hours=6)

# A clock that is set back further was wrong before, and no reader should wait until it has caught up.
SET_BACK_AT_MOST = timedelta(days=2)


@dataclass(frozen=True)
class Draft:
    """A digest that is composed but not saved: its content, and the events that it tells or passes over."""

    subscription: Subscription
    content: DigestContent
    told: tuple[str, ...]
    passed_over: tuple[str, ...]
    since_at: datetime
    composed_at: datetime

    @property
    def is_silent(self) -> bool:
        """Whether nothing is handed over: nothing is new, and the subscription wishes to hear only of news."""
        return not self.told and self.subscription.when_empty == "skip"


def find_period(subscription: Subscription, began_at: datetime, now: datetime) -> str | None:
    """The period whose digest is due at `now`, named by its local day; None while no hour has come.

    A missed hour is made good later the same day, and shortly after midnight; older ones are part of the next digest.
    The hour before the subscription began is not one of its hours.
    """
    local = now.astimezone(subscription.timezone)
    today = datetime.combine(local.date(), time(subscription.hour), subscription.timezone)
    due = next(hour for hour in (today, today - timedelta(days=1), today - timedelta(days=2)) if hour <= now)
    is_late = due.date() < local.date() and now - due.astimezone(UTC) > MADE_GOOD_WITHIN
    return None if is_late or due <= began_at else due.date().isoformat()


def compose_due(application: Application) -> list[int]:
    """Composes and saves the digest of every subscription whose hour has come; the ids of the digests made."""
    made = []
    for subscription in application.subscriptions:
        now = application.clock()
        began_at = application.store.digests.begin_subscription(subscription.name, now)
        period = find_period(subscription, began_at, now)
        if period and not _has_digest(application, subscription, period, now):
            digest_id = save_draft(application, draft_digest(application, subscription), period)
            made += [digest_id] if digest_id is not None else []
    return made


def draft_digest(application: Application, subscription: Subscription) -> Draft:
    """What the subscription would be told now; saves nothing of it."""
    store, gazetteer, now = application.store, application.gazetteer, application.clock()
    began_at = store.digests.begin_subscription(subscription.name, now)
    last = store.digests.last_digest(subscription.name)
    # A clock that was set back must not make a period end before it begins.
    since_at = min(last.composed_at if last else began_at, now)
    recall_told(application, subscription.name)
    events = store.events.untold(subscription.name)
    wanted = [event for event in events if is_wanted(subscription, event, gazetteer.ancestors)]
    content = compose(
        subscription, wanted, store.outlets.ledger(application.watched, since_at, now),
        outlet_names={outlet.id: outlet.name for outlet in application.catalogue.outlets.values()},
        name=gazetteer.name, inside=gazetteer.ancestors, composed_at=now, since_at=since_at,
        read_since=min(since_at, now - _longest_pause(application)),
        down=_find_down(application, since_at, now),
    )
    told = tuple(event.id for event in wanted)
    return Draft(subscription, content, told, _others(events, told), since_at, now)


def find_gaps(
    waves: Sequence[tuple[datetime, datetime | None]], since_at: datetime, until_at: datetime, longest: timedelta
) -> list[tuple[datetime, datetime]]:
    """The intervals of a period, longer than `longest`, in which no wave was under way; `waves` oldest first."""
    gaps, free_at = [], since_at
    for started_at, finished_at in [*waves, (until_at, until_at)]:
        if started_at - free_at > longest:
            gaps.append((free_at, started_at))
        free_at = max(free_at, finished_at or started_at)
    return gaps


def save_draft(application: Application, draft: Draft, period: str) -> int | None:
    """Saves a draft with its told rows and deliveries; its id, or None where the period had its digest already."""
    return application.store.digests.save_digest(NewDigest(
        subscription=draft.subscription.name, period=period, composed_at=draft.composed_at, since_at=draft.since_at,
        content=draft.content.to_json(), notifier=draft.subscription.notifier,
        recipients=() if draft.is_silent else find_present(application, draft.subscription),
        told=draft.told, passed_over=draft.passed_over,
    ))


def _has_digest(application: Application, subscription: Subscription, period: str, now: datetime) -> bool:
    """Whether the period had its digest, or a later one had, from before the clock was set back."""
    digests = application.store.digests
    if digests.has_digest(subscription.name, period):
        return True
    last = digests.last_digest(subscription.name)
    return last is not None and now < last.composed_at < now + SET_BACK_AT_MOST


def _find_down(application: Application, since_at: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    longest = _longest_pause(application)
    return find_gaps(application.store.runs.waves_between(since_at, now), since_at, now, longest)


def _longest_pause(application: Application) -> timedelta:
    """Every outlet is visited within this: a longer pause means that nothing ran."""
    crawl = application.settings.crawl
    return timedelta(minutes=2 * crawl.interval_minutes, seconds=crawl.wave_seconds)


def _others(events: Sequence[EventView], told: Sequence[str]) -> tuple[str, ...]:
    return tuple(event.id for event in events if event.id not in set(told))
