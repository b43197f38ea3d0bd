"""Contract of deliveries: one digest per period, one told row, one delivery per recipient, each handed over by one."""

from datetime import timedelta

import pytest

from storage.store import Store
from storage.values import DeliveryRow, DeliveryState
from tests.factories import BLOCK, event_row, new_digest, new_verdict, save_article, save_event
from tests.fake_clock import START_AT, FakeClock

STUCK, HOUR = timedelta(minutes=5), timedelta(hours=1)


@pytest.fixture
def daily(store: Store) -> Store:
    """A store with a subscription and two events to tell."""
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "e1", 1)
    save_event(store, "e2", 2)
    return store


def _only(store: Store) -> DeliveryRow:
    [row] = store.deliveries.find()
    return row


def test_a_subscription_begins_once(store: Store, clock: FakeClock) -> None:
    first = store.digests.begin_subscription("daily", clock.now())

    assert store.digests.begin_subscription("daily", clock.advance(days=1)) == first == START_AT


def test_a_digest_is_kept_whole(daily: Store) -> None:
    digest_id = daily.digests.save_digest(new_digest("e1", content={"title": "Huế", "parts": [1, {"a": None}]}))

    assert digest_id is not None
    kept = daily.digests.get_digest(digest_id)
    assert kept is not None and kept.content == {"title": "Huế", "parts": [1, {"a": None}]}
    assert daily.digests.last_digest("daily") == kept


def test_the_last_digest_is_the_newest_of_its_subscription(daily: Store, clock: FakeClock) -> None:
    daily.digests.begin_subscription("weekly", START_AT)
    ids = [
        daily.digests.save_digest(new_digest(period=str(day), composed_at=clock.advance(days=1))) for day in (1, 2)
    ]
    daily.digests.save_digest(new_digest(subscription="weekly", composed_at=clock.advance(days=1)))

    last = daily.digests.last_digest("daily")

    assert last is not None and last.id == ids[1]
    assert daily.digests.last_digest("monthly") is None


def test_a_period_has_one_digest_and_the_second_changes_nothing(daily: Store) -> None:
    first = daily.digests.save_digest(new_digest("e1"))

    again = daily.digests.save_digest(new_digest("e2", recipients=("another@example.org",)))

    assert first is not None and again is None
    assert [event.id for event in daily.events.untold("daily")] == ["e2"]
    assert _only(daily).recipient == "reader@example.org"
    assert daily.digests.has_digest("daily", "2026-03-02")
    assert not daily.digests.has_digest("daily", "2026-03-03")


def test_an_event_told_by_another_digest_meanwhile_is_not_told_again(daily: Store) -> None:
    daily.digests.save_digest(new_digest("e1", period="test-1"))

    assert daily.digests.save_digest(new_digest("e1", "e2")) is None
    assert [event.id for event in daily.events.untold("daily")] == ["e2"]
    assert len(daily.deliveries.find()) == 1


def test_an_event_merged_after_composing_is_told_as_what_it_is_now(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    for number in (1, 2):
        store.articles.save_verdict(new_verdict(save_article(store, number)), START_AT)
    first, second = (fact.id for fact in store.events.block_facts(BLOCK))
    store.events.save_block(BLOCK, [event_row("e1", first), event_row("e2", second)], {}, START_AT)
    composed = new_digest("e2")
    store.events.save_block(BLOCK, [event_row("e1", first, second)], {"e2": "e1"}, START_AT)

    store.digests.save_digest(composed)

    assert store.events.untold("daily") == []
    assert store.digests.count_told("e1") == 1


def test_what_is_passed_over_counts_as_told_to_nobody(daily: Store) -> None:
    daily.digests.save_digest(new_digest("e1", passed_over=("e2",)))

    assert (daily.digests.count_told("e1"), daily.digests.count_told("e2")) == (1, 0)


def test_one_delivery_per_digest_and_recipient(daily: Store) -> None:
    daily.digests.save_digest(new_digest("e1", recipients=("a@example.org", "b@example.org", "a@example.org")))

    assert sorted(row.recipient for row in daily.deliveries.find()) == ["a@example.org", "b@example.org"]


def test_a_digest_without_recipients_is_kept_and_handed_over_to_nobody(daily: Store) -> None:
    assert daily.digests.save_digest(new_digest("e1", recipients=())) is not None
    assert daily.deliveries.claim_due(START_AT) is None


def test_a_claimed_delivery_is_claimed_by_nobody_else(daily: Store) -> None:
    daily.digests.save_digest(new_digest("e1"))

    first = daily.deliveries.claim_due(START_AT)

    assert first is not None and (first.state, first.attempts, first.may_repeat) == ("sending", 1, False)
    assert daily.deliveries.claim_due(START_AT) is None


def test_a_sent_delivery_is_done(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1"))
    row = daily.deliveries.claim_due(clock.now())
    assert row is not None

    daily.deliveries.finish(row, "sent", "250 ok", clock.advance(seconds=2), parts_sent=1)

    done = _only(daily)
    assert (done.state, done.sent_at, done.parts_sent) == ("sent", clock.now(), 1)
    assert daily.deliveries.claim_due(clock.advance(days=9)) is None


def test_a_delivery_put_off_comes_back_at_its_time_with_the_parts_that_went(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1"))
    row = daily.deliveries.claim_due(clock.now())
    assert row is not None
    retry_at = clock.now() + timedelta(minutes=5)

    daily.deliveries.finish(row, "pending", "451", clock.now(), retry_at=retry_at, parts_sent=2)

    assert daily.deliveries.claim_due(clock.advance(minutes=4)) is None
    again = daily.deliveries.claim_due(clock.advance(minutes=1))
    assert again is not None and (again.attempts, again.parts_sent, again.reason) == (2, 2, "451")


def test_what_waits_longest_goes_first(daily: Store, clock: FakeClock) -> None:
    later, sooner = new_digest("e1", composed_at=clock.now() + timedelta(hours=1)), new_digest("e2", period="p2")
    ids = [daily.digests.save_digest(digest) for digest in (later, sooner)]

    row = daily.deliveries.claim_due(clock.advance(hours=2))

    assert row is not None and row.digest_id == ids[1]


def test_a_delivery_whose_sender_died_comes_back_as_a_possible_repeat(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1"))
    daily.deliveries.claim_due(clock.now())

    early = daily.deliveries.release_stuck(clock.advance(minutes=5), STUCK, HOUR, 9)
    late = daily.deliveries.release_stuck(clock.advance(seconds=1), STUCK, HOUR, 9)

    assert (early, late, _only(daily).state) == (0, 1, "uncertain")
    assert daily.deliveries.claim_due(START_AT + HOUR - timedelta(seconds=1)) is None
    row = daily.deliveries.claim_due(START_AT + HOUR)
    assert row is not None and row.may_repeat


def test_a_claim_that_is_renewed_is_left_to_its_sender(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1"))
    row = daily.deliveries.claim_due(clock.now())
    assert row is not None

    daily.deliveries.renew_claim(row, clock.advance(minutes=4))

    assert daily.deliveries.release_stuck(clock.advance(minutes=4), STUCK, HOUR, 9) == 0
    assert daily.deliveries.release_stuck(clock.advance(minutes=2), STUCK, HOUR, 9) == 1


def test_a_claim_from_before_the_clock_was_set_back_does_not_stand_for_ever(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1"))
    daily.deliveries.claim_due(clock.now())

    assert daily.deliveries.release_stuck(clock.advance(days=-9), STUCK, HOUR, 9) == 1
    assert daily.deliveries.claim_due(clock.advance(hours=1)) is not None


def test_a_delivery_put_off_by_a_clock_that_was_years_ahead_is_due_now(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1", composed_at=START_AT + timedelta(days=900)))
    daily.digests.save_digest(new_digest("e2", period="p2", composed_at=START_AT + timedelta(days=7)))

    row = daily.deliveries.claim_due(clock.now())

    assert row is not None and row.digest_id == 1
    assert daily.deliveries.claim_due(clock.now()) is None


def test_a_delivery_that_ends_every_sender_is_given_up_and_shown(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1"))
    for _ in range(3):
        assert daily.deliveries.claim_due(clock.advance(days=1)) is not None
        daily.deliveries.release_stuck(clock.advance(hours=1), STUCK, HOUR, tries=3)

    assert daily.deliveries.claim_due(clock.advance(days=9)) is None
    assert (_only(daily).state, _only(daily).attempts) == ("uncertain", 3) and "ended before" in _only(daily).reason


def test_a_sender_that_was_taken_for_dead_may_only_say_that_it_was_sent(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1"))
    slow = daily.deliveries.claim_due(clock.now())
    daily.deliveries.release_stuck(clock.advance(hours=2), STUCK, HOUR, 9)
    second = daily.deliveries.claim_due(clock.now())
    assert slow is not None and second is not None

    daily.deliveries.finish(slow, "failed", "550", clock.now())
    assert _only(daily).state == "sending"

    daily.deliveries.finish(slow, "sent", "", clock.now())
    assert _only(daily).state == "sent"


def test_what_may_have_arrived_comes_back_at_its_time_as_a_possible_repeat(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1"))
    row = daily.deliveries.claim_due(clock.now())
    assert row is not None
    retry_at = clock.now() + timedelta(minutes=15)

    daily.deliveries.finish(row, "uncertain", "no answer", clock.now(), retry_at=retry_at)

    waiting = _only(daily)
    assert (waiting.state, waiting.may_repeat) == ("uncertain", False)
    assert daily.deliveries.claim_due(clock.advance(minutes=14)) is None
    again = daily.deliveries.claim_due(clock.advance(minutes=1))
    assert again is not None and again.may_repeat


@pytest.mark.parametrize(
    ("state", "is_taken"), [("failed", True), ("uncertain", True), ("pending", True), ("sent", False)]
)
def test_a_delivery_that_was_not_sent_may_be_claimed_again_by_hand(
    daily: Store, clock: FakeClock, state: DeliveryState, is_taken: bool
) -> None:
    daily.digests.save_digest(new_digest("e1"))
    row = daily.deliveries.claim_due(clock.now())
    assert row is not None and daily.deliveries.claim_again(row.id, clock.now(), "Kim") is None  # it is being sent
    daily.deliveries.finish(row, state, "", clock.now())

    again = daily.deliveries.claim_again(row.id, clock.now(), "Kim")

    assert (again is not None) is is_taken
    assert again is None or (again.state, again.attempts, again.may_repeat) == ("sending", 1, state == "uncertain")


def test_a_delivery_is_found_by_its_id(daily: Store) -> None:
    daily.digests.save_digest(new_digest("e1"))

    assert daily.deliveries.get(_only(daily).id) == _only(daily)
    assert daily.deliveries.get(99) is None


def test_what_was_sent_stays_sent_whatever_a_sender_taken_for_dead_says_later(daily: Store, clock: FakeClock) -> None:
    daily.digests.save_digest(new_digest("e1"))
    slow = daily.deliveries.claim_due(clock.now())
    assert slow is not None
    daily.deliveries.release_stuck(clock.advance(hours=2), STUCK, HOUR, 9)
    daily.deliveries.claim_due(clock.now())
    daily.deliveries.finish(slow, "sent", "", clock.now())

    daily.deliveries.finish(slow, "pending", "timeout", clock.now(), retry_at=clock.now())

    assert _only(daily).state == "sent"


def test_deliveries_are_found_newest_first_up_to_a_limit(daily: Store) -> None:
    for period in ("p1", "p2", "p3"):
        daily.digests.save_digest(new_digest(period=period))

    assert [row.digest_id for row in daily.deliveries.find()] == [3, 2, 1]
    assert [row.digest_id for row in daily.deliveries.find(limit=1)] == [3]
