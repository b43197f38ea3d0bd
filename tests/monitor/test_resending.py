"""A delivery that a person sends once more goes out whole, as a possible repeat, whatever the journal knows of it."""

from collections.abc import Callable

import pytest

from monitor import resending
from monitor.application import Application
from monitor.composing import compose_due
from monitor.deliver import hand_over_pending
from monitor.notifiers.outcome import Outcome
from monitor.recalling import BEGAN, replay
from monitor.unsubscribing import LEFT
from seeds.reasons import say_reason, translate_reason
from storage.repository.deliveries import SENDER_DIED
from tests.factories import save_event
from tests.fake_clock import FakeClock
from tests.monitor.desk import FakeNotifier, begin_subscriptions, subscribe

Make = Callable[[], Application]


def tell(make: Make, clock: FakeClock, notifier: FakeNotifier) -> Application:
    """An application that told one event to one reader, and tried to hand it over."""
    application = make()
    subscribe(application, recipients=["a@x.example"])
    begin_subscriptions(application)
    save_event(application.store, "e1", 1, clock.advance(minutes=10))
    clock.advance(days=1, seconds=(clock().replace(hour=8, minute=0) - clock()).total_seconds())
    compose_due(application)
    hand_over_pending(application, notifier.make)
    return application


def test_what_was_sent_goes_out_once_more_and_says_that_it_may_be_a_repeat(
    make_application: Make, clock: FakeClock
) -> None:
    notifier = FakeNotifier()
    application = tell(make_application, clock, notifier)

    put_back = resending.put_back(application, 1, "Kim")
    waiting = application.store.deliveries.get(1)
    hand_over_pending(application, notifier.make)

    sent = application.store.deliveries.get(1)
    assert put_back and waiting and (waiting.state, waiting.may_repeat, waiting.parts_sent) == ("pending", True, 0)
    assert sent and (sent.state, sent.may_repeat, sent.attempts) == ("sent", True, 1)
    assert len(notifier.asked) == 2


def test_a_replay_of_the_journal_does_not_take_it_for_sent(make_application: Make, clock: FakeClock) -> None:
    notifier = FakeNotifier()
    application = tell(make_application, clock, notifier)
    resending.put_back(application, 1, "Kim")

    # Another process wrote a line that this store does not know of when it is opened next.
    application.journal.note_end(("other", "2026-03-02"), "b@x.example", clock(), "retry", 0, "")
    replay(application, application.journal, 1)
    clock.advance(hours=2)
    hand_over_pending(application, notifier.make)

    assert len(notifier.asked) == 2
    sent = application.store.deliveries.get(1)
    assert sent and (sent.state, sent.may_repeat) == ("sent", True)


def test_what_is_being_sent_is_left_alone(make_application: Make, clock: FakeClock) -> None:
    application = tell(make_application, clock, FakeNotifier(Outcome("retry", "no connection")))
    clock.advance(hours=1)
    application.store.deliveries.claim_due(clock())

    assert not resending.put_back(application, 1, "Kim") and not resending.put_back(application, 99, "Kim")
    assert not resending.stop(application, 1, "Lan")


@pytest.mark.parametrize("reason", [
    LEFT, BEGAN, SENDER_DIED, say_reason("delivery_stopped", reader="Lan"), say_reason("delivery_again", reader="Lan"),
])
def test_why_a_delivery_stands_as_it_does_is_said_in_every_language(reason: str) -> None:
    korean, vietnamese = translate_reason(reason, "ko"), translate_reason(reason, "vi")

    assert len({reason, korean, vietnamese}) == 3
    assert not set(reason.split()) & set(korean.split()) - {"Lan"} and ("Lan" in korean) is ("Lan" in reason)


def test_what_was_stopped_stays_so_whatever_is_replayed(make_application: Make, clock: FakeClock) -> None:
    notifier = FakeNotifier(Outcome("retry", "no connection"))
    application = tell(make_application, clock, notifier)

    stopped = resending.stop(application, 1, "Lan")
    replay(application, application.journal, 0)
    clock.advance(days=4)
    hand_over_pending(application, notifier.make)

    row = application.store.deliveries.get(1)
    assert stopped and row and (row.state, row.reason) == ("failed", "stopped by Lan")
    assert len(notifier.asked) == 1
