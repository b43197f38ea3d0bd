"""Contract of what a rhythm is learnt from: when entries came out, and when outlets were asked."""

from datetime import timedelta

from storage.store import Store
from tests.factories import OUTLET, new_entry
from tests.fake_clock import START_AT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_the_newest_dated_entries_come_first_and_undated_ones_last(store: Store) -> None:
    store.outlets.register([OUTLET, "other"])
    store.entries.save_seen([new_entry(1, published_at=START_AT - HOUR), new_entry(2)], START_AT)
    store.entries.save_seen([new_entry(3, published_at=START_AT), new_entry(4, outlet_id="other")], START_AT + HOUR)

    found = store.entries.published_since(OUTLET, START_AT - DAY, 10)

    assert found == [(START_AT, START_AT + HOUR), (START_AT - HOUR, START_AT), (None, START_AT)]
    assert store.entries.published_since(OUTLET, START_AT - DAY, 1) == found[:1]


def test_old_entries_and_undated_backlog_say_nothing_of_the_rhythm(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.entries.save_seen([
        new_entry(1, published_at=START_AT - DAY), new_entry(2, published_at=START_AT - DAY - HOUR),
        new_entry(3, backlog=True), new_entry(4, published_at=START_AT - HOUR, backlog=True),
    ], START_AT)

    found = store.entries.published_since(OUTLET, START_AT - DAY, 10)

    assert found == [(START_AT - HOUR, START_AT), (START_AT - DAY, START_AT)]


def test_visits_are_those_that_asked_the_outlet(store: Store) -> None:
    store.outlets.register(["a", "b"])
    for hours, outcome in ((-2, "fine"), (0, "fine"), (1, "busy"), (2, "stopped"), (3, "blocked"), (4, "")):
        at = START_AT + hours * HOUR
        run_id = store.runs.start_run(store.runs.start_wave(at), "a", at)
        if outcome:
            store.runs.end_run(run_id, at, outcome, "", {})

    assert store.runs.visits_since(START_AT) == {"a": [START_AT + hours * HOUR for hours in (0, 3, 4)]}
