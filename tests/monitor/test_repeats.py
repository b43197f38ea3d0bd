"""Deliveries in doubt or refused: tried again as possible repeats, a few times; or by hand."""

import pytest

from monitor.application import Application
from monitor.deliver import (
    RETRY_MINUTES,
    STUCK_AFTER,
    find_retry,
    hand_over_again,
    hand_over_pending,
)
from monitor.notifiers.outcome import Outcome, State
from monitor.recalling import UNCERTAIN_AFTER
from seeds.errors import InputError
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import FakeNotifier, compose_one


def test_a_delivery_whose_sender_died_is_tried_again_and_says_that_it_may_be_a_repeat(
    application: Application, clock: FakeClock
) -> None:
    compose_one(application, clock)
    assert application.store.deliveries.claim_due(clock()) is not None  # and then the process ends
    notifier = FakeNotifier()

    clock.advance(seconds=STUCK_AFTER.total_seconds() + 1)
    assert hand_over_pending(application, notifier.make) == []
    assert application.store.deliveries.find()[0].state == "uncertain"
    clock.advance(seconds=(UNCERTAIN_AFTER - STUCK_AFTER).total_seconds() - 2)
    assert hand_over_pending(application, notifier.make) == []
    clock.advance(seconds=1)
    hand_over_pending(application, notifier.make)

    assert [row.may_repeat for row in notifier.rows] == [True]
    assert application.store.deliveries.find()[0].state == "sent"


def test_what_may_have_arrived_is_shown_and_tried_again_as_a_possible_repeat(
    application: Application, clock: FakeClock
) -> None:
    compose_one(application, clock)
    notifier = FakeNotifier(Outcome("uncertain", "no answer after the message was sent"))

    hand_over_pending(application, notifier.make)
    [row] = application.store.deliveries.find()
    assert (row.state, row.reason) == ("uncertain", "no answer after the message was sent")
    clock.advance(minutes=59)
    assert hand_over_pending(application, notifier.make) == []
    clock.advance(minutes=1)
    hand_over_pending(application, notifier.make)

    assert [row.may_repeat for row in notifier.rows] == [False, True]
    [row] = application.store.deliveries.find()
    assert (row.state, row.may_repeat) == ("sent", True)


def test_what_stays_uncertain_is_sent_once_more_and_then_shown(application: Application, clock: FakeClock) -> None:
    compose_one(application, clock)
    notifier = FakeNotifier(*[Outcome("uncertain", "no answer")] * 9)

    for _ in range(9):
        hand_over_pending(application, notifier.make)
        clock.advance(days=1)

    assert len(notifier.asked) == 2
    assert application.store.deliveries.find()[0].state == "uncertain"


@pytest.mark.parametrize(("state", "may_repeat"), [("failed", False), ("uncertain", True), ("retry", False)])
def test_a_delivery_that_did_not_arrive_may_be_handed_over_again_by_hand(
    application: Application, clock: FakeClock, state: State, may_repeat: bool
) -> None:
    compose_one(application, clock)
    notifier = FakeNotifier(Outcome(state, "Slack answers 404: no_service"))
    hand_over_pending(application, notifier.make)
    [row] = application.store.deliveries.find()

    handed = hand_over_again(application, row.id, "Kim", notifier.make)

    assert handed.outcome.state == "sent" and handed.delivery.may_repeat is may_repeat
    assert application.store.deliveries.find()[0].state == "sent"
    asked = application.store.digest_pages.requests(row.digest_id)
    assert [(one.act, one.reader, one.asked_at) for one in asked] == [("resend", "Kim", clock())]
    with pytest.raises(InputError, match="it is sent"):
        hand_over_again(application, row.id, "Kim", notifier.make)


def test_a_delivery_that_fails_again_by_hand_has_all_its_tries_before_it(
    application: Application, clock: FakeClock
) -> None:
    compose_one(application, clock)
    notifier = FakeNotifier(Outcome("failed", "550"), Outcome("retry", "cannot be reached"))
    hand_over_pending(application, notifier.make)
    [row] = application.store.deliveries.find()

    hand_over_again(application, row.id, "Kim", notifier.make)
    clock.advance(minutes=RETRY_MINUTES[0])
    hand_over_pending(application, notifier.make)

    assert notifier.taken == ["desk@city.example"]


def test_a_delivery_that_is_not_there_is_not_handed_over(application: Application) -> None:
    with pytest.raises(InputError, match="delivery 7: there is none"):
        hand_over_again(application, 7, "Kim", FakeNotifier().make)


@pytest.mark.parametrize(("may_repeat", "is_tried"), [(False, True), (True, False)])
def test_what_may_have_arrived_is_sent_once_more(may_repeat: bool, is_tried: bool) -> None:
    again_at = find_retry(1, Outcome("uncertain"), START_AT, may_repeat=may_repeat)

    assert again_at == (START_AT + UNCERTAIN_AFTER if is_tried else None)
