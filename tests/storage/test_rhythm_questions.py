"""Contract of what a rhythm is learnt from and where it is kept: when entries came out, and when feeds are due."""

from datetime import timedelta

from storage.store import Store
from storage.values import FeedPlan, FeedVisit
from tests.factories import OUTLET, new_entry
from tests.fake_clock import START_AT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_the_newest_dated_entries_come_first_and_undated_ones_last(store: Store) -> None:
    store.outlets.register([OUTLET, "other"])
    store.entries.save_seen([new_entry(1, published_at=START_AT - HOUR), new_entry(2)], START_AT)
    store.entries.save_seen([new_entry(3, published_at=START_AT), new_entry(4, outlet_id="other")], START_AT + HOUR)

    found = store.entries.published_since(OUTLET, START_AT - DAY, 10)

    (rows,) = found.values()
    assert rows == [(START_AT, START_AT + HOUR), (START_AT - HOUR, START_AT), (None, START_AT)]
    assert list(store.entries.published_since(OUTLET, START_AT - DAY, 1).values()) == [rows[:1]]


def test_old_entries_and_undated_backlog_say_nothing_of_the_rhythm(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.entries.save_seen([
        new_entry(1, published_at=START_AT - DAY), new_entry(2, published_at=START_AT - DAY - HOUR),
        new_entry(3, backlog=True), new_entry(4, published_at=START_AT - HOUR, backlog=True),
    ], START_AT)

    found = store.entries.published_since(OUTLET, START_AT - DAY, 10)

    assert list(found.values()) == [[(START_AT - HOUR, START_AT), (START_AT - DAY, START_AT)]]


def test_entries_are_told_apart_by_the_feed_that_showed_them_first(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.entries.save_seen([new_entry(1, feed_url="a"), new_entry(2, feed_url="b")], START_AT)
    store.entries.save_seen([new_entry(2, feed_url="a")], START_AT + HOUR)

    assert store.entries.published_since(OUTLET, START_AT - DAY, 10) == {
        "a": [(None, START_AT)], "b": [(None, START_AT)]}


def test_a_feeds_plan_is_kept_with_its_run_and_one_never_visited_is_left_out(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.outlets.save_feed_visit(FeedVisit(OUTLET, "a", START_AT, 200, whole=True))
    plans = [FeedPlan(url, START_AT + HOUR, "2026-11-22", 3, {"day": "2026-11-22"}) for url in ("a", "b")]
    run_id = store.runs.start_run(store.runs.start_wave(START_AT), OUTLET, START_AT)

    store.runs.end_run(run_id, START_AT, "fine", "", {}, feeds=plans)

    (state,) = store.outlets.feed_states(OUTLET).values()
    assert (state.url, state.next_due_at, state.asked, state.rhythm, state.read_whole_at) == (
        "a", START_AT + HOUR, 3, {"day": "2026-11-22"}, START_AT)
