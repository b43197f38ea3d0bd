"""The loop that joins digests to notifiers: hands over what is pending and records how it went."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.application import Application
from monitor.composing import Draft
from monitor.digests.content import DigestContent
from monitor.digests.render import render
from monitor.notifiers.choose import make_notifier
from monitor.notifiers.outcome import Notifier, Outcome
from seeds.errors import InputError
from seeds.settings import Settings
from storage.values import DeliveryRow, DeliveryState

# Minutes before the next try of a delivery that may still succeed; after the last one it has failed. About three
# days in all, so that a mail server that is down for a weekend loses nothing.
RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)

# The same for one of which nobody can say whether it arrived: told twice beats lost, but not ten times.
UNCERTAIN_MINUTES = (15, 180, 1440)

# A sender that has not come back after this is dead: no hand-over lasts so long.
STUCK_AFTER = timedelta(minutes=15)

MakeNotifier = Callable[[str, Settings], Notifier]


@dataclass(frozen=True)
class HandedOver:
    """One delivery with how it went."""

    delivery: DeliveryRow
    outcome: Outcome


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


def _hand_over(application: Application, row: DeliveryRow, make: MakeNotifier) -> Outcome:
    digest = application.store.digests.get_digest(row.digest_id)
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
