"""States of outlets: visits under a fake clock in, state, since when and reason out; each rule with its near miss."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawler.habits import find_usual, is_holiday, learn_gap, measure_silence
from crawler.health import RunFacts, find_pause, next_state
from crawler.states import describe_time, find_patience
from storage.values import OutletState
from tests.fake_clock import START_AT, FakeClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
INTERVAL = timedelta(minutes=30)
SEOUL = ZoneInfo("Asia/Seoul")
NEW = RunFacts(1, 1, answered=True, counts={"entries_new": 1})
NOTHING = RunFacts(1, 1, answered=True, counts={"not_modified": 1})
REFUSED = RunFacts(1, 0, ("http_403",), ended="blocked", answered=True)


class Outlet:
    """An outlet that is visited as the fake clock goes on."""

    def __init__(self, is_holiday: Callable[[date], bool] | None = None) -> None:
        self.clock, self.state, self._is_holiday = FakeClock(), OutletState("a", first_visit_at=START_AT), is_holiday

    def visit(self, facts: RunFacts, outcome: str = "nothing_new", reason: str = "") -> OutletState:
        self.state = next_state(
            self.state, outcome, reason, facts, self.clock.now(), INTERVAL, SEOUL,  # type: ignore[arg-type]
            self._is_holiday)
        return self.state

    def publish(self, hours: Iterable[float]) -> None:
        """Something new after each of `hours`; in between it is visited every three hours."""
        for wait in hours:
            self.pass_quietly(wait)
            self.visit(NEW, "fine")

    def pass_quietly(self, hours: float, facts: RunFacts = NOTHING) -> OutletState:
        left = hours
        while left > 0:
            self.clock.advance(hours=min(3, left))
            left -= 3
            self.visit(facts)
        return self.state


def make_daily(**more: Callable[[date], bool]) -> Outlet:
    """A paper that shows something new every three hours, and nothing for twelve at night, for three weeks."""
    outlet = Outlet(**more)
    outlet.publish([3, 3, 3, 3, 12] * 21)
    return outlet


def make_weekly() -> Outlet:
    outlet = Outlet()
    outlet.publish([168] * 14)
    return outlet


@pytest.mark.parametrize(("make", "hours", "state"), [
    (make_daily, 3, "fine"), (make_daily, 12, "fine"), (make_daily, 15, "quiet"), (make_daily, 21, "quiet"),
    (make_daily, 24, "silent"), (make_daily, 240, "silent"),
    (make_weekly, 24, "fine"), (make_weekly, 72, "fine"), (make_weekly, 168, "fine"), (make_weekly, 190, "quiet"),
    (make_weekly, 240, "silent"),
    (Outlet, 24, "fine"), (Outlet, 6 * 24, "fine"), (Outlet, 10 * 24, "quiet"), (Outlet, 20 * 24, "silent"),
])
def test_silence_is_measured_against_an_outlets_own_rhythm(
    make: Callable[[], Outlet], hours: float, state: str) -> None:
    outlet = make()

    assert outlet.pass_quietly(hours).state == state


def test_a_frozen_feed_of_a_daily_paper_is_silent_within_a_day_with_since_and_reason_and_fine_when_it_moves() -> None:
    outlet = make_daily()
    last_new_at = outlet.clock.now()

    silent = outlet.pass_quietly(36, RunFacts(1, 1, answered=True, counts={"feeds_read": 1, "entries_seen": 20}))
    outlet.clock.advance(hours=1)
    moved = outlet.visit(NEW, "fine")

    assert (silent.state, silent.last_new_at) == ("silent", last_new_at)
    assert silent.state_since == last_new_at + 24 * HOUR
    assert silent.state_reason == "its feeds answer but show nothing new, while usually at most 13 hours pass"
    assert (moved.state, moved.state_since, moved.state_reason) == ("fine", outlet.clock.now(), "")


def test_holidays_lengthen_silence_and_the_day_after_them_does_not() -> None:
    holidays = {date(2026, 3, 24) + n * DAY for n in range(3)}
    usual, rested = make_daily(), make_daily(is_holiday=holidays.__contains__)
    assert usual.clock.now().astimezone(SEOUL).date() == date(2026, 3, 23)

    states = usual.pass_quietly(48).state, rested.pass_quietly(48).state
    back_at_work = rested.pass_quietly(48).state

    assert (states, back_at_work) == (("silent", "fine"), "silent")


def test_a_weekend_is_no_silence_before_two_of_them_are_known_but_a_weekday_is() -> None:
    outlet = Outlet()  # begins on a Monday
    outlet.publish([3, 3, 3, 3, 12] * 4)
    friday = replace(outlet.state)

    weekend = outlet.pass_quietly(60)
    tuesday = outlet.pass_quietly(36)

    assert (friday.state, weekend.state, tuesday.state) == ("fine", "fine", "silent")


def test_one_long_outage_does_not_teach_patience_but_a_rhythm_that_lasts_is_learnt() -> None:
    outlet = make_daily()
    outlet.publish([120])
    after_one = find_patience(find_usual(outlet.state.habits))

    outlet.publish([120] * 12)

    assert after_one == DAY
    assert (find_usual(outlet.state.habits) or DAY) >= 110 * HOUR


def test_a_gap_in_which_nobody_looked_teaches_nothing() -> None:
    outlet = make_daily()
    before = dict(outlet.state.habits)
    outlet.clock.advance(days=9)  # Twinwatch was off

    outlet.visit(NEW, "fine")

    assert outlet.state.habits["gaps"] == before["gaps"]


def test_the_usual_gap_counts_by_its_length_so_that_a_weekend_is_not_outvoted() -> None:
    habits: dict[str, object] = {}
    for gap in ([HOUR / 2] * 150 + [60 * HOUR]) * 4:
        habits = learn_gap(habits, gap, is_learning=True)

    usual = find_usual(habits)

    assert usual is not None and 60 * HOUR <= usual <= 66 * HOUR
    assert find_usual({"gaps": {"40": 9}}) is None and find_usual({"gaps": {"40": 10}}) is not None


def test_what_is_known_of_gaps_stays_small() -> None:
    habits: dict[str, dict[str, int]] = {}
    for n in range(3_000):
        habits = learn_gap(habits, timedelta(minutes=n + 1), is_learning=True)

    assert sum(habits["gaps"].values()) <= 1_000 and len(habits["gaps"]) < 100


@pytest.mark.parametrize(("since", "until", "silence"), [
    (0, 10, 10), (0, 48, 24), (30, 37, 0), (30, 50, 2), (10, 30, 14), (5, 4, 0)])
def test_days_off_are_left_out_of_a_silence(since: float, until: float, silence: float) -> None:
    start, off = datetime(2026, 3, 2, tzinfo=UTC), date(2026, 3, 3)

    assert measure_silence(start + since * HOUR, start + until * HOUR, UTC, off.__eq__) == silence * HOUR


@pytest.mark.parametrize(("country", "day", "is_off"), [
    ("VN", date(2026, 2, 17), True), ("KR", date(2026, 2, 17), True),  # Tết and Seollal
    ("KR", date(2026, 9, 25), True), ("VN", date(2026, 9, 25), False),  # Chuseok
    ("VN", date(2026, 2, 10), False), ("KR", date(2026, 2, 10), False)])
def test_holidays_are_those_of_the_country(country: str, day: date, is_off: bool) -> None:
    assert is_holiday(country, day) is is_off


@pytest.mark.parametrize(("usual", "patience"), [
    (None, 14 * DAY), (HOUR, 6 * HOUR), (10 * HOUR, 20 * HOUR), (20 * HOUR, DAY), (DAY, DAY), (4 * DAY, 5 * DAY)])
def test_patience_is_a_day_at_most_for_a_daily_paper(usual: timedelta | None, patience: timedelta) -> None:
    assert find_patience(usual) == patience


def fail(outlet: Outlet, outcome: str, facts: RunFacts, times: int, hours: float = 1) -> list[str]:
    states = []
    for _ in range(times):
        outlet.clock.advance(hours=hours)
        states.append(outlet.visit(facts, outcome, "why").state)
    return states


@pytest.mark.parametrize(("outcome", "facts", "states"), [
    ("blocked", REFUSED, ["fine", "blocked", "blocked"]),
    ("broken", RunFacts(1, 0, ("http_500",), answered=True), ["fine", "broken", "broken"]),
    ("broken", RunFacts(1, 0, ("dns",)), ["fine", "broken", "broken"]),
    ("broken", RunFacts(1, 0, ("not_a_feed",), answered=True), ["fine", "broken", "broken"]),
    ("stopped", RunFacts(1, 0, ("dns",)), ["fine", "fine", "fine"]),
    ("busy", RunFacts(1, 0, ended="busy"), ["fine", "fine", "fine"]),
])
def test_one_failing_visit_is_no_state_and_two_in_a_row_are(outcome: str, facts: RunFacts, states: list[str]) -> None:
    assert fail(make_daily(), outcome, facts, 3) == states


def test_a_trouble_began_with_the_first_visit_that_failed_and_ends_with_the_first_good_one() -> None:
    outlet = make_daily()
    began_at = outlet.clock.now() + HOUR

    fail(outlet, "blocked", REFUSED, 1)
    once = outlet.state
    fail(outlet, "blocked", REFUSED, 2)
    blocked = outlet.state
    outlet.clock.advance(hours=1)
    better = outlet.visit(NEW, "fine")

    assert (once.state, once.state_reason) == ("fine", "failed once: why")
    assert (blocked.state, blocked.state_since, blocked.state_reason) == ("blocked", began_at, "why")
    assert (better.state, better.state_since, better.failures, better.failing_since_at) == (
        "fine", outlet.clock.now(), 0, None)


def test_failures_with_good_visits_between_them_are_no_trouble() -> None:
    outlet = make_daily()

    states = []
    for _ in range(4):
        states += fail(outlet, "blocked", REFUSED, 1)
        outlet.clock.advance(hours=1)
        states.append(outlet.visit(NEW, "fine").state)

    assert set(states) == {"fine"}


def test_a_host_that_names_a_pause_rests_and_one_that_names_them_for_ever_blocks() -> None:
    outlet = make_daily()
    asks = replace(REFUSED, feed_failures=("http_429",), retry_at=outlet.clock.now() + 90 * DAY)

    states = fail(outlet, "blocked", asks, 4, hours=10)

    assert states == ["resting", "resting", "resting", "blocked"]
    assert outlet.state.next_due_at == asks.retry_at


@pytest.mark.parametrize(("outcome", "facts", "states"), [
    ("broken", RunFacts(1, 0, ("dns",)), ["unproven"] * 3),
    ("blocked", REFUSED, ["unproven", "blocked", "blocked"]),
    ("broken", RunFacts(1, 1, page_failures=("timeout",) * 3), ["broken"] * 3),
])
def test_an_outlet_that_was_never_read_is_unproven_rather_than_broken(
    outcome: str, facts: RunFacts, states: list[str]) -> None:
    assert fail(Outlet(), outcome, facts, 3) == states


@pytest.mark.parametrize(("facts", "hours"), [
    (RunFacts(1, 0, ("http_500",)), (0.5, 1, 2, 4, 8, 16)),
    (RunFacts(1, 0, ("timeout",)), (0.5, 1, 2, 4, 8, 16)),
    (RunFacts(1, 0, ("dns",)), (1, 3, 6, 12, 24, 24)),
    (REFUSED, (1, 2, 4, 8, 16, 24)),
    (RunFacts(1, 0, ("tls",)), (1, 6, 12, 24, 24, 24)),
    (RunFacts(1, 0, ("http_404",)), (1, 3, 6, 12, 24, 24)),
    (RunFacts(1, 0, ("robots_forbid",)), (1, 12, 24, 24, 24, 24)),
    (RunFacts(1, 1, page_failures=("tls",)), (0.5, 1, 2, 4, 8, 16)),
])
def test_every_failure_has_a_pause_of_its_own_that_grows_to_a_day(facts: RunFacts, hours: tuple[float, ...]) -> None:
    pauses = [find_pause(facts, failures, INTERVAL) / HOUR for failures in range(1, 7)]

    assert pauses == list(hours)
    assert find_pause(facts, 10_000, INTERVAL) == DAY


@pytest.mark.parametrize(("time", "words"), [
    (timedelta(minutes=20), "1 hour"), (5 * HOUR, "5 hours"), (47 * HOUR, "47 hours"), (7 * DAY, "7 days")])
def test_lengths_of_time_are_told_in_hours_or_days(time: timedelta, words: str) -> None:
    assert describe_time(time) == words
