"""The loop that joins digests to notifiers: hands over what is pending and records how it went."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from monitor.application import Application
from monitor.composing import Draft
from monitor.digests.content import DigestContent
from monitor.digests.render import render
from monitor.digests.rendered import Picture, Rendered
from monitor.illustrating import illustrate
from monitor.notifiers.choose import make_notifier
from monitor.notifiers.outcome import Notifier, Outcome
from monitor.recalling import UNCERTAIN_AFTER, check_held
from monitor.unsubscribing import LEFT, find_present, has_left
from seeds.errors import InputError
from seeds.lines import Line
from seeds.settings import Settings
from storage.errors import StoreError
from storage.values import DeliveryRow, DeliveryState, JournalMark, Telling

# Minutes before the next try of a delivery that may still succeed; after the last one it has failed. About three
# days in all, so that a mail server that is down for a weekend loses nothing.
RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)

# The longest wait that a receiver may ask for; one of 88 hours was seen.
LONGEST_WAIT = timedelta(days=7)

# A sender says that it lives every so often, however long the other side takes ...
RENEW_SECONDS = 30.0
# ... and one that has not said so for this long is dead.
STUCK_AFTER = timedelta(minutes=5)

GIVEN_UP = "given up (`twinwatch deliveries` lists it, `--retry ID` tries again)"

MakeNotifier = Callable[[str, Settings], Notifier]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HandedOver:
    """One delivery with how it went, and when it is tried again; None for never, sent or not."""

    delivery: DeliveryRow
    outcome: Outcome
    retry_at: datetime | None = None

    def describe(self) -> str:
        """How it went, for people: `sent`, or why not and whether it is tried again."""
        if self.outcome.state == "sent":
            return "sent, perhaps a second time" if self.delivery.may_repeat else "sent"
        state = "perhaps sent" if self.outcome.state == "uncertain" else "not sent"
        again = f"tried again at {self.retry_at:%Y-%m-%d %H:%M} UTC" if self.retry_at else GIVEN_UP
        return f"{state}: {self.outcome.reason}; {again}"

    def describe_line(self) -> Line:
        """The same as a line of the service."""
        row, outcome = self.delivery, self.outcome
        return Line(
            f"digest {row.subscription} to {row.recipient}: {self.describe()}", "digest_handed_over",
            subscription=row.subscription, recipient=row.recipient, notifier=row.notifier, state=outcome.state,
            reason=outcome.reason, retry_at=self.retry_at and self.retry_at.isoformat(), may_repeat=row.may_repeat)


def hand_over_pending(
    application: Application, make: MakeNotifier = make_notifier, is_stopping: Callable[[], bool] = lambda: False
) -> list[HandedOver]:
    """Hands over every delivery that is due, one after the other, until `is_stopping`; what became of each."""
    deliveries, prepared, done = application.store.deliveries, Prepared(application, make), []
    check_held(application)
    deliveries.release_stuck(application.clock(), STUCK_AFTER, UNCERTAIN_AFTER, len(RETRY_MINUTES) + 1)
    while not is_stopping() and (row := deliveries.claim_due(application.clock())) is not None:
        done.append(_hand_over(application, row, prepared))
    return done


def hand_over_again(
    application: Application, delivery_id: int, reader: str, make: MakeNotifier = make_notifier
) -> HandedOver:
    """Hands one delivery over now that failed, is uncertain or waits; as a possible repeat where it may have arrived.

    Raises InputError for one that is not there, was sent, or is being sent.
    """
    deliveries, where = application.store.deliveries, f"delivery {delivery_id}"
    check_held(application)
    row = deliveries.claim_again(delivery_id, application.clock(), reader)
    if row is None:
        known = deliveries.get(delivery_id)
        what = f"it is {known.state} and not tried again" if known else "there is none"
        raise InputError(what, where=where, advice="`twinwatch deliveries` lists them")
    return _hand_over(application, row, Prepared(application, make))


def hand_over_test(application: Application, draft: Draft, make: MakeNotifier = make_notifier) -> list[HandedOver]:
    """Hands a draft over to every recipient without saving anything: nothing counts as told."""
    notifier, kind = make(draft.subscription.notifier, application.settings), draft.subscription.notifier
    done, picture = [], illustrate(draft.content)
    for recipient in find_present(application, draft.subscription):
        row = DeliveryRow(
            id=0, digest_id=0, subscription=draft.subscription.name, notifier=kind, recipient=recipient,
            state="sending", attempts=1, created_at=draft.composed_at, next_attempt_at=None, sent_at=None,
            parts_sent=0, may_repeat=False, reason="",
        )
        rendered = _render(application, draft.content, row, picture, is_test=True)
        done.append(HandedOver(row, notifier.hand_over(rendered, recipient, row)))
    return done


def find_retry(attempts: int, outcome: Outcome, now: datetime, *, may_repeat: bool = False) -> datetime | None:
    """When to try again after `attempts` tries: ever later, but not before the receiver asked; None at the end.

    What may have arrived is sent once more; `may_repeat` says that it was.
    """
    if outcome.state == "uncertain":
        return None if may_repeat else now + UNCERTAIN_AFTER
    if outcome.state != "retry" or attempts > len(RETRY_MINUTES):
        return None
    asked = timedelta(seconds=min(outcome.retry_after_seconds or 0, LONGEST_WAIT.total_seconds()))
    return now + max(timedelta(minutes=RETRY_MINUTES[attempts - 1]), asked)


@contextmanager
def keep_claim(application: Application, row: DeliveryRow, seconds: float = RENEW_SECONDS) -> Iterator[None]:
    """Renews the claim on `row` every `seconds` until the block ends: nobody takes a slow sender for a dead one."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(seconds):
            try:
                application.store.deliveries.renew_claim(row, application.clock())
            except StoreError as error:
                log.warning("a claim cannot be renewed: %s", error)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class Prepared:
    """What deliveries that are handed over one after the other share: the digest, and a notifier of each kind."""

    def __init__(self, application: Application, make: MakeNotifier) -> None:
        self._application, self._make = application, make
        self._tellings: dict[int, Telling] = {}
        self._pictures: dict[int, Picture | None] = {}
        self._notifiers: dict[str, Notifier] = {}

    def telling(self, digest_id: int) -> Telling:
        """The digest of a delivery; only the last one is kept."""
        if digest_id not in self._tellings:
            self._tellings = {digest_id: self._application.store.recalls.find_telling(digest_id)}
        return self._tellings[digest_id]

    def picture(self, digest_id: int, content: DigestContent) -> Picture | None:
        """The picture of a digest, painted once for all its readers; only the last one is kept."""
        if digest_id not in self._pictures:
            self._pictures = {digest_id: illustrate(content)}
        return self._pictures[digest_id]

    def notifier(self, name: str) -> Notifier:
        """The notifier of that name, with the settings. Raises as `make` does."""
        if name not in self._notifiers:
            self._notifiers[name] = self._make(name, self._application.settings)
        return self._notifiers[name]


def _hand_over(application: Application, row: DeliveryRow, prepared: Prepared) -> HandedOver:
    """Renders, writes in the journal that it begins, hands over, writes how it ended there and in the store."""
    telling = prepared.telling(row.digest_id)
    if has_left(application, row.subscription, row.recipient):
        return _record(application, row, telling.period, Outcome("failed", LEFT, parts_sent=row.parts_sent))
    try:
        content = DigestContent.from_json(telling.content)
        rendered = _render(application, content, row, prepared.picture(row.digest_id, content))
        notifier = prepared.notifier(row.notifier)
        application.journal.note_sending(telling, row.recipient, application.clock())
    except OSError as error:
        # Nothing has left yet: it leaves once it is sure to be remembered.
        return _record(application, row, telling.period, Outcome("retry", f"the journal cannot be written: {error}"))
    except Exception as error:
        # The other deliveries must not wait for this one.
        reason = f"cannot be rendered: {type(error).__name__}: {error}"
        return _record(application, row, telling.period, Outcome("retry", reason))
    with keep_claim(application, row):
        outcome = notifier.hand_over(rendered, row.recipient, row, partial(_note_parts, application, row))
    return _record(application, row, telling.period, outcome)


def _note_parts(application: Application, row: DeliveryRow, parts_sent: int) -> None:
    """A sender that dies now has these parts behind it: they are not posted again."""
    try:
        application.store.deliveries.note_parts(row, parts_sent, application.clock())
    except StoreError as error:
        log.warning("a part that arrived cannot be noted: %s", error)


def _render(
    application: Application, content: DigestContent, row: DeliveryRow, picture: Picture | None, *,
    is_test: bool = False,
) -> Rendered:
    """The message for one recipient, with its own link to leave; the same at every attempt."""
    url = application.links.unsubscribe(row.subscription, row.recipient, row.created_at)
    return render(
        content, row.notifier, may_repeat=row.may_repeat, is_test=is_test, unsubscribe_url=url, picture=picture
    )


def _record(application: Application, row: DeliveryRow, period: str, outcome: Outcome) -> HandedOver:
    now = application.clock()
    retry_at = find_retry(row.attempts, outcome, now, may_repeat=row.may_repeat)
    state: DeliveryState = outcome.state if outcome.state != "retry" else "pending" if retry_at else "failed"
    ended = state if state != "pending" else "retry"
    mark: JournalMark | None = None
    try:
        number = application.journal.note_end(
            (row.subscription, period), row.recipient, now, ended, outcome.parts_sent, outcome.reason
        )
        mark = JournalMark(application.journal.id, number)
    except OSError as error:
        log.warning("the journal cannot be written: %s", error)
    application.store.deliveries.finish(
        row, state, outcome.reason, now, retry_at=retry_at, parts_sent=outcome.parts_sent,
        may_repeat=outcome.may_have_arrived, mark=mark,
    )
    return HandedOver(row, outcome, retry_at)
