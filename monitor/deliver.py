"""The loop that joins digests to notifiers: composes what is due, hands over what is pending, records how it went."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from monitor.application import Application
from monitor.digests.compose import compose
from monitor.digests.content import DigestContent
from monitor.digests.filters import is_wanted
from monitor.digests.render import render
from monitor.notifiers.choose import make_notifier
from monitor.notifiers.outcome import Notifier, Outcome
from seeds.errors import InputError
from seeds.settings import Settings, Subscription
from storage.repository.deliveries import NewDigest
from storage.values import DeliveryRow, DeliveryState, EventView

# Minutes before the next try of a delivery that may still succeed; after the last one it has failed. About three
# days in all, so that a mail server that is down for a weekend loses nothing.
RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)
# The same for one of which nobody can say whether it arrived: told twice beats lost, but not ten times.
UNCERTAIN_MINUTES = (15, 180, 1440)
# A sender that has not come back after this is dead: no hand-over lasts so long.
STUCK_AFTER = timedelta(minutes=15)

# A digest of a late evening may still come after midnight; one of the morning belongs to its day.
MADE_GOOD_WITHIN = timedelta(hours=6)
# A clock that is set back further was wrong before, and no reader should wait until it has caught up.
SET_BACK_AT_MOST = timedelta(days=2)

MakeNotifier = Callable[[str, Settings], Notifier]


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


@dataclass(frozen=True)
class HandedOver:
    """One delivery with how it went."""

    delivery: DeliveryRow
    outcome: Outcome


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
        began_at = application.store.deliveries.begin_subscription(subscription.name, now)
        period = find_period(subscription, began_at, now)
        if period and not _has_digest(application, subscription, period, now):
            digest_id = save_draft(application, draft_digest(application, subscription), period)
            made += [digest_id] if digest_id is not None else []
    return made


def draft_digest(application: Application, subscription: Subscription) -> Draft:
    """What the subscription would be told now; changes nothing."""
    store, gazetteer, now = application.store, application.gazetteer, application.clock()
    began_at = store.deliveries.begin_subscription(subscription.name, now)
    last = store.deliveries.last_digest(subscription.name)
    # A clock that was set back must not make a period end before it begins.
    since_at = min(last.composed_at if last else began_at, now)
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
    return application.store.deliveries.save_digest(NewDigest(
        subscription=draft.subscription.name, period=period, composed_at=draft.composed_at, since_at=draft.since_at,
        content=draft.content.to_json(), notifier=draft.subscription.notifier,
        recipients=() if draft.is_silent else draft.subscription.recipients,
        told=draft.told, passed_over=draft.passed_over,
    ))


def hand_over_pending(
    application: Application, make: MakeNotifier = make_notifier, is_stopping: Callable[[], bool] = lambda: False
) -> list[HandedOver]:
    """Hands over every delivery that is due, one after the other, until `is_stopping`; what became of each."""
    store, done = application.store, []
    store.deliveries.release_stuck(application.clock() - STUCK_AFTER, application.clock())
    while not is_stopping() and (row := store.deliveries.claim_due(application.clock())) is not None:
        outcome = _hand_over(application, row, make)
        _record(application, row, outcome)
        done.append(HandedOver(row, outcome))
    return done


def hand_over_again(application: Application, delivery_id: int, make: MakeNotifier = make_notifier) -> HandedOver:
    """Hands one delivery over now that failed, is uncertain or waits; as a possible repeat where it may have arrived.

    Raises InputError for one that is not there, was sent, or is being sent.
    """
    deliveries, where = application.store.deliveries, f"delivery {delivery_id}"
    row = deliveries.claim_again(delivery_id, application.clock())
    if row is None:
        known = deliveries.get(delivery_id)
        what = f"it is {known.state} and not tried again" if known else "there is none"
        raise InputError(what, where=where, advice="`twinwatch deliveries` lists them")
    outcome = _hand_over(application, row, make)
    _record(application, row, outcome)
    return HandedOver(row, outcome)


def hand_over_test(application: Application, draft: Draft, make: MakeNotifier = make_notifier) -> list[HandedOver]:
    """Hands a draft over to every recipient without saving anything: nothing counts as told."""
    notifier, kind = make(draft.subscription.notifier, application.settings), draft.subscription.notifier
    rendered, done = render(draft.content, kind), []
    for recipient in draft.subscription.recipients:
        row = DeliveryRow(
            id=0, digest_id=0, subscription=draft.subscription.name, notifier=kind, recipient=recipient,
            state="sending", attempts=1, created_at=draft.composed_at, next_attempt_at=None, sent_at=None,
            parts_sent=0, may_repeat=False, reason="",
        )
        done.append(HandedOver(row, notifier.hand_over(rendered, recipient, row)))
    return done


def find_retry(attempts: int, outcome: Outcome, now: datetime, *, may_repeat: bool = False) -> datetime | None:
    """When to try again after `attempts` tries: ever later, but not before the receiver asked; None at the end.

    What may have arrived is tried again less often, but once at least: `may_repeat` says that it was.
    """
    if outcome.state == "uncertain":
        if attempts > len(UNCERTAIN_MINUTES) and may_repeat:
            return None
        return now + timedelta(minutes=UNCERTAIN_MINUTES[min(attempts, len(UNCERTAIN_MINUTES)) - 1])
    if outcome.state != "retry" or attempts > len(RETRY_MINUTES):
        return None
    asked = timedelta(seconds=outcome.retry_after_seconds or 0)
    return now + max(timedelta(minutes=RETRY_MINUTES[attempts - 1]), asked)


def _has_digest(application: Application, subscription: Subscription, period: str, now: datetime) -> bool:
    """Whether the period had its digest, or a later one had, from before the clock was set back."""
    deliveries = application.store.deliveries
    if deliveries.has_digest(subscription.name, period):
        return True
    last = deliveries.last_digest(subscription.name)
    return last is not None and now < last.composed_at < now + SET_BACK_AT_MOST


def _find_down(application: Application, since_at: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    longest = _longest_pause(application)
    return find_gaps(application.store.runs.waves_between(since_at, now), since_at, now, longest)


def _longest_pause(application: Application) -> timedelta:
    """Every outlet is visited within this: a longer pause means that nothing ran."""
    crawl = application.settings.crawl
    return timedelta(minutes=2 * crawl.interval_minutes, seconds=crawl.wave_seconds)


def _hand_over(application: Application, row: DeliveryRow, make: MakeNotifier) -> Outcome:
    digest = application.store.deliveries.get_digest(row.digest_id)
    assert digest is not None  # a delivery's digest is a foreign key
    try:
        rendered = render(DigestContent.from_json(digest.content), row.notifier, may_repeat=row.may_repeat)
        notifier = make(row.notifier, application.settings)
    except Exception as error:
        # Nothing has left yet, and the other deliveries must not wait for this one.
        return Outcome("retry", f"cannot be rendered: {type(error).__name__}: {error}")
    return notifier.hand_over(rendered, row.recipient, row)


def _record(application: Application, row: DeliveryRow, outcome: Outcome) -> None:
    now = application.clock()
    retry_at = find_retry(row.attempts, outcome, now, may_repeat=row.may_repeat)
    state: DeliveryState = outcome.state if outcome.state != "retry" else "pending" if retry_at else "failed"
    application.store.deliveries.finish(
        row.id, state, outcome.reason, now, retry_at=retry_at, parts_sent=outcome.parts_sent
    )


def _others(events: Sequence[EventView], told: Sequence[str]) -> tuple[str, ...]:
    return tuple(event.id for event in events if event.id not in set(told))
