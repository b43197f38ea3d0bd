"""Contract of outlets, runs and ties: what visits have shown, what is due, and what a period covered."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.store import Store
from storage.values import OutletState, RunEnds
from tests.factories import OUTLET, feed_visit, save_article, save_entry, tie_row
from tests.fake_clock import START_AT, FakeClock

HOUR = timedelta(hours=1)


def test_registering_again_leaves_what_is_known(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.outlets.save_state(OutletState(OUTLET, state="fine", failures=2))

    store.outlets.register([OUTLET, "kr-other", "kr-other"])

    states = store.outlets.states()
    assert (states[OUTLET].state, states[OUTLET].failures) == ("fine", 2)
    assert states["kr-other"].state == "unproven"
    assert len(states) == 2


def test_registering_nothing_is_no_work(store: Store) -> None:
    store.outlets.register([])

    assert store.outlets.states() == {}


def test_the_first_visit_is_kept_whatever_follows(store: Store, clock: FakeClock) -> None:
    store.outlets.register([OUTLET])
    first = store.outlets.begin_visit(OUTLET, clock.now())

    store.outlets.save_state(OutletState(OUTLET, state="fine"))

    assert store.outlets.begin_visit(OUTLET, clock.advance(days=1)) == first == START_AT


def test_saving_a_state_twice_changes_nothing(store: Store) -> None:
    store.outlets.register([OUTLET])
    state = OutletState(
        OUTLET, "blocked", START_AT, "http_403", None, START_AT, START_AT, START_AT + HOUR, failures=3,
        failing_since_at=START_AT - HOUR, habits={"gaps": {"12": 3}, "pages": [20, 1]},
    )

    for _ in range(2):
        store.outlets.save_state(state)

    assert store.outlets.states()[OUTLET] == state


def test_a_registered_outlet_has_no_habits_and_never_failed(store: Store) -> None:
    store.outlets.register([OUTLET])

    state = store.outlets.states()[OUTLET]

    assert (state.habits, state.failing_since_at) == ({}, None)


def test_due_are_first_the_never_visited_then_the_longest_overdue(store: Store) -> None:
    store.outlets.register(["late", "later", "never", "soon", "unwanted"])
    for outlet_id, hours in (("late", -1), ("later", -2), ("soon", 1), ("unwanted", -3)):
        store.outlets.save_state(OutletState(outlet_id, next_due_at=START_AT + hours * HOUR))

    due = store.outlets.find_due(["late", "later", "never", "soon", "unregistered"], START_AT)

    assert due == ["never", "later", "late"]


def test_an_outlet_is_due_at_the_very_instant(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.outlets.save_state(OutletState(OUTLET, next_due_at=START_AT))

    assert store.outlets.find_due([OUTLET], START_AT - timedelta(microseconds=1)) == []
    assert store.outlets.find_due([OUTLET], START_AT) == [OUTLET]


def test_a_readable_visit_proves_the_feed_and_leaves_its_validators(store: Store) -> None:
    store.outlets.register([OUTLET])

    store.outlets.save_feed_visit(feed_visit(last_modified="Mon", body_hash="h"))

    [state] = store.outlets.feed_states(OUTLET).values()
    assert (state.etag, state.last_modified, state.body_hash) == ('"a"', "Mon", "h")
    assert state.proven_at == state.last_ok_at == START_AT


def test_not_modified_keeps_the_validators(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.outlets.save_feed_visit(feed_visit())

    store.outlets.save_feed_visit(feed_visit(at=START_AT + HOUR, status=304, etag=None))

    [state] = store.outlets.feed_states(OUTLET).values()
    assert (state.etag, state.last_ok_at, state.proven_at) == ('"a"', START_AT + HOUR, START_AT)


def test_failures_add_up_until_a_visit_is_readable(store: Store) -> None:
    store.outlets.register([OUTLET])
    counts = []
    for hours, reason in enumerate(("http_500", "timeout", "", "timeout")):
        store.outlets.save_feed_visit(feed_visit(at=START_AT + hours * HOUR, reason=reason))
        counts.append(store.outlets.feed_states(OUTLET)["https://bao.example/rss"].failures)

    assert counts == [1, 2, 0, 1]


def test_recording_a_visit_twice_changes_nothing(store: Store) -> None:
    store.outlets.register([OUTLET])

    for _ in range(2):
        store.outlets.save_feed_visit(feed_visit(reason="timeout"))

    assert [state.failures for state in store.outlets.feed_states(OUTLET).values()] == [1]


def test_the_ledger_counts_what_a_period_brought_and_names_every_outlet(store: Store, clock: FakeClock) -> None:
    store.outlets.register([OUTLET, "kr-other"])
    store.outlets.save_state(OutletState("kr-other", "broken", START_AT, "http_500"))
    wave_id = store.runs.start_wave(START_AT)
    for outlet_id, outcome, counts in ((OUTLET, "fine", {"saved": 2}), ("kr-other", "broken", {})):
        run_id = store.runs.start_run(wave_id, outlet_id, START_AT)
        store.runs.end_run(run_id, START_AT + HOUR, outcome, "", counts)
    save_entry(store, 1, START_AT)
    save_entry(store, 2, START_AT - HOUR)

    ledger = store.outlets.ledger(["kr-other", OUTLET, "never-seen"], START_AT, START_AT + HOUR)

    assert [(line.outlet_id, line.state, line.runs, line.entries, line.articles) for line in ledger] == [
        ("kr-other", "broken", 0, 0, 0), (OUTLET, "unproven", 1, 1, 2), ("never-seen", "unproven", 0, 0, 0),
    ]
    assert ledger[0].state_reason == "http_500"


def test_the_ledgers_period_ends_before_its_last_instant(store: Store) -> None:
    save_article(store, 1, START_AT)

    before = store.outlets.ledger([OUTLET], START_AT - HOUR, START_AT)
    after = store.outlets.ledger([OUTLET], START_AT, START_AT + HOUR)

    assert (before[0].entries, after[0].entries) == (0, 1)


def test_the_ledger_counts_what_waits_to_be_read_and_what_of_it_has_just_come(store: Store) -> None:
    settled = save_entry(store, 1, START_AT - 9 * HOUR)
    store.entries.save_outcome(settled, "screened_out", "", START_AT)
    save_entry(store, 2, START_AT - 9 * HOUR)  # announced before the period, and still not read
    save_entry(store, 3, START_AT + HOUR)
    save_entry(store, 4, START_AT + 2 * HOUR)  # after its end

    (line,) = store.outlets.ledger([OUTLET], START_AT, START_AT + 2 * HOUR, START_AT + HOUR)

    assert (line.waiting, line.arriving) == (2, 1)


def test_one_run_per_wave_and_outlet(store: Store) -> None:
    store.outlets.register([OUTLET])
    wave_id = store.runs.start_wave(START_AT)

    ids = {store.runs.start_run(wave_id, OUTLET, START_AT) for _ in range(2)}

    assert len(ids) == len(store.runs.find()) == 1


def test_a_run_keeps_its_counts_and_outcome(store: Store) -> None:
    store.outlets.register([OUTLET, "kr-other"])
    wave_id = store.runs.start_wave(START_AT)
    run_id = store.runs.start_run(wave_id, OUTLET, START_AT)
    store.runs.start_run(wave_id, "kr-other", START_AT)

    store.runs.end_run(run_id, START_AT + HOUR, "fine", "", {"saved": 3, "screened_out": 40})

    [run] = store.runs.find(outlet_id=OUTLET)
    assert (run.outcome, run.finished_at, run.counts) == ("fine", START_AT + HOUR, {"saved": 3, "screened_out": 40})
    assert [r.outlet_id for r in store.runs.find(limit=1)] == ["kr-other"]


def test_the_end_of_a_wave_stops_the_runs_that_did_not_end(store: Store) -> None:
    store.outlets.register([OUTLET, "kr-other"])
    wave_id = store.runs.start_wave(START_AT)
    ended, _ = (store.runs.start_run(wave_id, outlet_id, START_AT) for outlet_id in (OUTLET, "kr-other"))
    store.runs.end_run(ended, START_AT, "fine", "", {})

    store.runs.end_wave(wave_id, START_AT + HOUR, "fine")

    assert {run.outlet_id: run.outcome for run in store.runs.find()} == {OUTLET: "fine", "kr-other": "stopped"}
    assert store.runs.waves_between(START_AT, START_AT + HOUR) == [(START_AT, START_AT + HOUR)]


def test_the_runs_of_a_wave_begin_together_and_one_ends_with_the_state_of_its_outlet(store: Store) -> None:
    store.outlets.register([OUTLET, "kr-other"])
    wave_id = store.runs.start_wave(START_AT)
    ids = store.runs.start_runs(wave_id, [OUTLET, "kr-other"], START_AT)
    state = OutletState(OUTLET, "fine", START_AT, "well", next_due_at=START_AT + HOUR)

    store.runs.end_run(ids[OUTLET], START_AT, "fine", "", {}, state)
    store.runs.end_run(ids["kr-other"], START_AT, "broken", "", {})

    assert store.runs.start_runs(wave_id, [OUTLET, "kr-other"], START_AT) == ids
    assert store.runs.start_runs(wave_id, [], START_AT) == {}
    states = store.outlets.states()
    assert (states[OUTLET], states["kr-other"]) == (state, OutletState("kr-other"))
    assert {run.outlet_id: run.outcome for run in store.runs.find()} == {OUTLET: "fine", "kr-other": "broken"}


@pytest.mark.parametrize(("outcomes", "covers"), [
    (("stopped", "stopped"), False), (("stopped", "broken"), True), (("fine", "nothing_new"), True)])
def test_a_wave_that_reached_no_outlet_covers_nothing(store: Store, outcomes: tuple[str, str], covers: bool) -> None:
    store.outlets.register([OUTLET, "kr-other"])
    wave_id = store.runs.start_wave(START_AT)
    for outlet_id, outcome in zip((OUTLET, "kr-other"), outcomes, strict=True):
        store.runs.end_run(store.runs.start_run(wave_id, outlet_id, START_AT), START_AT, outcome, "", {})

    assert store.runs.waves_between(START_AT, START_AT + HOUR) == ([(START_AT, None)] if covers else [])


@pytest.mark.parametrize(("due_at", "expected"), [
    (None, START_AT + HOUR), (START_AT, START_AT + HOUR), (START_AT + 2 * HOUR, START_AT + 2 * HOUR)])
def test_putting_an_outlet_off_changes_only_when_it_is_due_and_never_to_sooner(
    store: Store, due_at: datetime | None, expected: datetime) -> None:
    store.outlets.register([OUTLET])
    state = OutletState(OUTLET, "fine", START_AT, "well", next_due_at=due_at, failures=2)
    store.outlets.save_state(state)

    store.outlets.put_off(OUTLET, START_AT + HOUR)

    assert store.outlets.states()[OUTLET] == replace(state, next_due_at=expected)


def test_a_killed_wave_is_closed_and_one_at_work_is_not(store: Store, clock: FakeClock) -> None:
    store.outlets.register([OUTLET])
    killed = store.runs.start_wave(clock.now())
    store.runs.start_run(killed, OUTLET, clock.now())
    at_work = store.runs.start_wave(clock.advance(hours=2))
    store.runs.start_run(at_work, OUTLET, clock.now())

    closed = [store.runs.close_orphans(clock.now()) for _ in range(2)]

    assert closed == [1, 0]
    assert [(run.outcome, run.reason) for run in store.runs.find()] == [("", ""), ("stopped", "killed")]
    assert store.runs.last_wave_at() == clock.now()


def test_a_run_that_was_killed_or_stopped_is_no_end_and_one_that_met_a_refusal_is(
    store: Store, clock: FakeClock
) -> None:
    outlets, begin_at = ["blocked", "killed", "stopped"], clock.now()
    store.outlets.register(outlets)
    wave = store.runs.start_wave(clock.now())
    runs = store.runs.start_runs(wave, outlets, clock.now())
    ended_at = clock.advance(minutes=5)
    store.runs.end_run(runs["blocked"], ended_at, "blocked", "http_403", {})
    store.runs.end_run(runs["stopped"], ended_at, "stopped", "network_down", {})

    found = store.runs.ends(begin_at, clock.now())
    later = store.runs.ends(begin_at + HOUR, clock.now() + HOUR)
    waves = [store.runs.first_wave_after(at, clock.now()) for at in (begin_at - HOUR, begin_at)]

    assert found == {"blocked": RunEnds(1, ended_at), "killed": RunEnds(1, None), "stopped": RunEnds(1, None)}
    assert later == {} and waves == [begin_at, None]


def test_before_the_first_wave_there_is_none(store: Store) -> None:
    assert store.runs.last_wave_at() is None


def test_saving_a_tie_twice_changes_nothing_and_a_changed_one_replaces_it(store: Store) -> None:
    store.ties.save([tie_row(), tie_row(vn_key="VN-01")])
    store.ties.save([tie_row(), tie_row(events=2, last_event_on="2026-03-01", source="events")])

    assert [(tie.vn_key, tie.events, tie.since) for tie in store.ties.all()] == [
        ("VN-01", 0, "2020-01-01"), ("VN-46", 2, "2020-01-01"),
    ]
