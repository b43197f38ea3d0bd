"""Digests: composed once a day at the reader's hour, handed over until they arrive, never twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.application import Application
from monitor.composing import compose_due, draft_digest, find_gaps, save_draft
from monitor.deliver import RETRY_MINUTES, find_retry, hand_over_pending, hand_over_test
from monitor.digests.periods import MADE_GOOD_WITHIN, find_period
from monitor.notifiers.outcome import NoteParts, Outcome, note_nothing
from storage.values import DeliveryRow
from tests.factories import save_event
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import FakeNotifier, begin_subscriptions, compose_one, make_subscription, subscribe

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour", "now", "period"),
    [
        ("UTC", 7, "2026-03-02T06:59", None),
        ("UTC", 7, "2026-03-02T07:00", "2026-03-02"),
        ("UTC", 7, "2026-03-02T23:59", "2026-03-02"),  # missed, made good the same day
        ("UTC", 22, "2026-03-03T03:59", "2026-03-02"),  # the evening's, made good after midnight
        ("UTC", 22, "2026-03-03T04:01", None),
        ("UTC", 0, "2026-03-02T00:00", "2026-03-02"),
        ("Asia/Seoul", 7, "2026-03-01T22:00", "2026-03-02"),  # the day is the reader's
        ("Asia/Seoul", 7, "2026-03-01T21:59", None),
        ("Europe/Berlin", 2, "2026-03-29T00:59", None),  # 2 o'clock does not exist; 3 o'clock takes its place
        ("Europe/Berlin", 2, "2026-03-29T01:00", "2026-03-29"),
        ("Europe/Berlin", 2, "2026-10-25T00:00", "2026-10-25"),  # 2 o'clock comes twice, one period
        ("Europe/Berlin", 2, "2026-10-25T01:30", "2026-10-25"),
        ("Europe/Berlin", 7, "2026-03-28T05:59", None),
        ("Europe/Berlin", 7, "2026-03-28T06:00", "2026-03-28"),  # winter time
        ("Europe/Berlin", 7, "2026-03-29T04:59", None),
        ("Europe/Berlin", 7, "2026-03-29T05:00", "2026-03-29"),  # summer time
    ],
)
def test_a_digest_is_due_from_its_hour_on(zone: str, hour: int, now: str, period: str | None) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert find_period(make_subscription(zone=zone, hour=hour), LONG_AGO, at) == period


def test_every_day_of_years_with_summer_time_has_one_period_in_order() -> None:
    subscription = make_subscription(zone="Europe/Berlin", hour=2)
    at, periods = datetime(2025, 12, 31, 12, tzinfo=UTC), []
    while at < datetime(2026, 12, 31, 12, tzinfo=UTC):
        periods.append(find_period(subscription, LONG_AGO, at))
        at += timedelta(minutes=30)

    days = list(dict.fromkeys(filter(None, periods)))
    assert days == sorted(days) and len(days) == 366


@pytest.mark.parametrize(
    ("began", "now", "period"),
    [
        ("2026-03-02T07:01", "2026-03-02T23:00", None),  # made after today's hour: waits for tomorrow
        ("2026-03-02T07:01", "2026-03-03T07:00", "2026-03-03"),
        ("2026-03-02T07:00", "2026-03-02T07:00", None),
        ("2026-03-02T06:59", "2026-03-02T07:00", "2026-03-02"),
    ],
)
def test_the_hour_before_a_subscription_began_is_not_its_own(began: str, now: str, period: str | None) -> None:
    began_at, at = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (began, now))

    assert find_period(make_subscription(), began_at, at) == period


def test_a_digest_is_composed_once_a_day(application: Application, clock: FakeClock) -> None:
    subscribe(application)
    begin_subscriptions(application)

    made = []
    for _ in range(48):
        clock.advance(hours=1)
        made += compose_due(application)

    assert len(made) == 2


def test_a_service_that_was_down_for_three_days_makes_one_digest_with_everything(
    application: Application, clock: FakeClock
) -> None:
    subscribe(application)
    begin_subscriptions(application)
    for number in range(3):
        save_event(application.store, f"e{number}", number, clock.advance(hours=1))

    clock.advance(days=3, hours=3)
    [digest] = compose_due(application)
    notifier = FakeNotifier()
    hand_over_pending(application, notifier.make)

    assert notifier.taken == ["desk@city.example"]
    told = application.store.digests.get_digest(digest)
    assert told is not None and len(told.content["sections"]) == 1 and len(told.content["coverage"]["down"]) == 1
    assert [application.store.digests.count_told(f"e{number}") for number in range(3)] == [1, 1, 1]


@pytest.mark.parametrize(("back", "mails"), [({"hours": 1}, 1), ({"hours": 20}, 1), ({"days": 2}, 1), ({"days": 3}, 2)])
def test_a_clock_that_is_set_back_sends_nothing_twice(
    application: Application, clock: FakeClock, back: dict[str, float], mails: int
) -> None:
    subscribe(application)
    begin_subscriptions(application)
    save_event(application.store, "e1", 1, clock.advance(minutes=10))
    clock.advance(days=5, hours=1)
    compose_due(application)
    notifier = FakeNotifier()
    hand_over_pending(application, notifier.make)

    clock.advance(**{unit: -number for unit, number in back.items()})
    for _ in range(3):
        clock.advance(seconds=10)
        compose_due(application)
        hand_over_pending(application, notifier.make)

    assert application.store.digests.count_told("e1") == 1
    assert len(notifier.taken) == mails  # the second one says that nothing is new


def test_two_services_compose_one_digest(
    make_application: Callable[[], Application], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = make_application(), make_application()
    for application in (one, other):
        subscribe(application)
        begin_subscriptions(application)
    save_event(one.store, "e1", 1, clock.advance(minutes=10))
    clock.advance(hours=2)
    # Both have looked before either saves.
    drafts = [draft_digest(application, application.subscriptions[0]) for application in (one, other)]

    saved = [save_draft(one, drafts[0], "2026-03-02"), save_draft(other, drafts[1], "2026-03-02")]

    assert saved[0] is not None and saved[1] is None
    assert compose_due(one) == compose_due(other) == []


def test_mail_that_is_down_for_a_night_is_delivered_once_it_is_back(
    application: Application, clock: FakeClock
) -> None:
    compose_one(application, clock)
    notifier = FakeNotifier()
    down = Outcome("retry", "mail.example:587 cannot be reached")
    notifier.refused["desk@city.example"] = down
    for _ in range(9 * 12):
        hand_over_pending(application, notifier.make)
        clock.advance(minutes=5)
    assert len(notifier.asked) == 6  # at once, then after 1, 5, 15, 60, 180 minutes

    notifier.refused.clear()
    for _ in range(24):
        hand_over_pending(application, notifier.make)
        clock.advance(hours=1)

    assert notifier.taken == ["desk@city.example"]
    [row] = application.store.deliveries.find()
    assert (row.state, row.reason, row.attempts, row.may_repeat) == ("sent", "", 7, False)


def test_one_recipient_refused_for_good_is_listed_and_the_others_get_theirs_once(
    application: Application, clock: FakeClock
) -> None:
    compose_one(application, clock, recipients=["a@x.example", "gone@x.example", "b@x.example"])
    notifier = FakeNotifier()
    notifier.refused["gone@x.example"] = Outcome("failed", "recipient refused: 550 no such user")

    for _ in range(3):
        hand_over_pending(application, notifier.make)
        clock.advance(days=1)

    assert sorted(notifier.asked) == ["a@x.example", "b@x.example", "gone@x.example"]
    states = {row.recipient: (row.state, row.reason) for row in application.store.deliveries.find()}
    assert states["gone@x.example"] == ("failed", "recipient refused: 550 no such user")
    assert states["a@x.example"] == states["b@x.example"] == ("sent", "")


def test_an_attempt_goes_on_after_the_parts_that_arrived(application: Application, clock: FakeClock) -> None:
    compose_one(application, clock)
    notifier = FakeNotifier(Outcome("retry", "message 2 of 3: ratelimited", 30, parts_sent=1))

    hand_over_pending(application, notifier.make)
    clock.advance(minutes=1)
    hand_over_pending(application, notifier.make)

    assert [row.parts_sent for row in notifier.rows] == [0, 1]


def test_parts_that_arrived_before_a_sender_died_are_not_posted_again(
    application: Application, clock: FakeClock
) -> None:
    class Dying(FakeNotifier):
        def hand_over(
            self, rendered: Any, recipient: str, delivery: DeliveryRow, note_parts: NoteParts = note_nothing
        ) -> Outcome:
            note_parts(2)
            raise KeyboardInterrupt

    compose_one(application, clock)
    notifier = FakeNotifier()

    with pytest.raises(KeyboardInterrupt):
        hand_over_pending(application, Dying().make)
    clock.advance(minutes=61)
    hand_over_pending(application, notifier.make)
    hand_over_pending(application, notifier.make)

    assert [(row.parts_sent, row.may_repeat) for row in notifier.rows] == [(2, True)]


def test_a_digest_that_cannot_be_rendered_holds_up_nobody(application: Application, clock: FakeClock) -> None:
    subscribe(application, make_subscription(name="one"), make_subscription(name="two", notifier="slack"))
    begin_subscriptions(application)
    clock.advance(hours=2)
    compose_due(application)
    notifier = FakeNotifier()

    def make(name: str, settings: Any) -> FakeNotifier:
        if name == "email":
            raise ValueError("odd template")
        return notifier

    outcomes = {one.delivery.subscription: one.outcome for one in hand_over_pending(application, make)}

    assert outcomes["two"].state == "sent"
    assert outcomes["one"] == Outcome("retry", "cannot be rendered: ValueError: odd template")


def test_handing_over_stops_between_two_deliveries(application: Application, clock: FakeClock) -> None:
    compose_one(application, clock, recipients=["a@x.example", "b@x.example"])
    notifier = FakeNotifier()

    hand_over_pending(application, notifier.make, is_stopping=lambda: bool(notifier.taken))

    assert notifier.taken == ["a@x.example"]
    assert [row.state for row in application.store.deliveries.find()] == ["pending", "sent"]


@pytest.mark.parametrize(
    ("attempts", "outcome", "minutes"),
    [
        (1, Outcome("retry"), RETRY_MINUTES[0]),
        (len(RETRY_MINUTES), Outcome("retry"), RETRY_MINUTES[-1]),
        (len(RETRY_MINUTES) + 1, Outcome("retry"), None),
        (1, Outcome("retry", retry_after_seconds=600), 10),
        (4, Outcome("retry", retry_after_seconds=1), RETRY_MINUTES[3]),
        (1, Outcome("sent"), None),
        (1, Outcome("failed"), None),
        (1, Outcome("uncertain"), 60),
        (9, Outcome("uncertain"), 60),  # in doubt for the first time
        (1, Outcome("retry", retry_after_seconds=317_100), 5285),
        (1, Outcome("retry", retry_after_seconds=10**9), 7 * 24 * 60),
    ],
)
def test_tries_come_ever_later_and_end(attempts: int, outcome: Outcome, minutes: int | None) -> None:
    expected = None if minutes is None else START_AT + timedelta(minutes=minutes)

    assert find_retry(attempts, outcome, START_AT) == expected


@pytest.mark.parametrize(("when_empty", "mails"), [("skip", 0), ("send", 1)])
def test_a_day_without_news_is_told_where_the_reader_wishes_it(
    application: Application, clock: FakeClock, when_empty: str, mails: int
) -> None:
    compose_one(application, clock, event=False, when_empty=when_empty)
    notifier = FakeNotifier()

    hand_over_pending(application, notifier.make)

    assert len(notifier.taken) == mails
    assert application.store.digests.has_digest("desk", "2026-03-02")


def test_what_a_filter_passed_over_is_not_replayed_when_it_is_widened(
    application: Application, clock: FakeClock
) -> None:
    compose_one(application, clock, acts=["visit"])
    [passed] = [application.store.digests.count_told("e1")]
    clock.advance(days=1)
    subscribe(application)
    save_event(application.store, "e2", 2, clock())
    clock.advance(hours=1)

    compose_due(application)

    assert passed == application.store.digests.count_told("e1") == 0
    assert application.store.digests.count_told("e2") == 1


def test_a_test_message_tells_nothing(application: Application, clock: FakeClock) -> None:
    subscribe(application)
    begin_subscriptions(application)
    save_event(application.store, "e1", 1, clock.advance(hours=2))
    notifier = FakeNotifier(Outcome("failed", "refused"))

    [handed] = hand_over_test(application, draft_digest(application, application.subscriptions[0]), notifier.make)

    assert handed.outcome == Outcome("failed", "refused")
    assert application.store.deliveries.find() == []
    assert application.store.digests.count_told("e1") == 0


@pytest.mark.parametrize(
    ("waves", "gaps"),
    [
        ([], [(0, 24)]),
        ([(1, 2), (3, 4), (5, 24)], []),
        ([(1, 2), (8, 9), (10, 24)], [(2, 8)]),
        ([(1, None), (3, None), (4, 23)], []),  # killed waves
        ([(0, 10), (2, 3), (11, 24)], []),  # overlapping ones
        ([(1, 2)], [(2, 24)]),
    ],
)
def test_a_gap_is_longer_than_the_longest_pause_between_waves(waves: Any, gaps: Any) -> None:
    def at(hour: int | None) -> datetime | None:
        return None if hour is None else LONG_AGO + timedelta(hours=hour)

    known = [(at(start), at(end)) for start, end in waves]

    found = find_gaps(known, LONG_AGO, LONG_AGO + timedelta(hours=24), timedelta(hours=2))  # type: ignore[arg-type]

    assert found == [(at(start), at(end)) for start, end in gaps]


def test_an_evening_digest_is_never_made_good_in_the_next_evening() -> None:
    assert timedelta() < MADE_GOOD_WITHIN < timedelta(hours=12)
