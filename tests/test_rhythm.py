"""When an outlet is asked next: nights, weekends, holidays, bursts, frozen feeds and budgets, each with a near miss."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.feed_plans import FeedFacts
from crawler.generic import make_generic_outlet
from crawler.plan import Plan, make_bounds
from crawler.rhythm import DAY, HOUR, Asked, Bounds, find_holidays, find_published, learn_rhythm, plan_visit
from seeds.outlet import Feed, Outlet
from seeds.sections import CrawlSettings
from seeds.settings import Settings
from storage.store import open_store
from storage.values import FeedState, NewEntry
from tests.bench.papers import make_papers
from tests.bench.rhythm import DuplicateShare, FixedPolling, OurRhythm, match_requests, simulate

MINUTE = timedelta(minutes=1)
USUAL = 30 * MINUTE
BOUNDS = Bounds(USUAL, period=timedelta(days=365))  # a turn that never comes, so that rows show the rhythm alone
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = date(2026, 6, 8)  # an ordinary week, without a holiday in the six before it but 30 April and 1 May
OFFICE = tuple(range(7, 18))


def at(day: date, hour: float) -> datetime:
    """An hour of the outlet's day as an instant."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC) + timedelta(hours=hour)


def publish(
    until: datetime, *, hours: Sequence[float] = OFFICE, weekdays: Sequence[int] = range(7), each: int = 2,
    weeks: int = 5, skip: Sequence[date] = (),
) -> list[datetime]:
    """What a paper published that brings `each` entries in every one of its hours."""
    first = until.astimezone(ZONE).date() - timedelta(weeks=weeks)
    days = [first + timedelta(days=number) for number in range(weeks * 7 + 1)]
    found = [
        at(day, hour + (number + 0.5) / each) for day in days if day.weekday() in weekdays and day not in skip
        for hour in hours for number in range(each)
    ]
    return sorted(instant for instant in found if instant <= until)


def wait_after(published: list[datetime], now: datetime, bounds: Bounds = BOUNDS, **more: float) -> timedelta:
    """How long the outlet is left alone after a visit at `now`."""
    rhythm = learn_rhythm(published, now, ZONE.key, "VN")
    return plan_visit(rhythm, published, Asked(), now, bounds, **more) - now


@pytest.mark.parametrize(("published", "why"), [
    ([], "nothing known"),
    (publish(at(MONDAY, 12), hours=(7, 8), each=1)[-19:], "too few entries"),
    (publish(at(MONDAY, 12))[-48:], "too short a past"),
    (publish(at(MONDAY - 60 * DAY, 12)), "all of it long ago"),
])
def test_an_outlet_without_enough_past_keeps_its_usual_interval(published: list[datetime], why: str) -> None:
    assert wait_after(published, at(MONDAY, 12), Bounds(USUAL)) == USUAL, why


def test_enough_past_shows_a_rhythm() -> None:
    now = at(MONDAY, 12)

    assert learn_rhythm(publish(now, hours=(7, 8), each=1)[-20:], now, ZONE.key, "VN") is not None


def test_a_paper_that_sleeps_at_night_is_left_to_sleep_and_asked_when_it_wakes() -> None:
    evening, noon = at(MONDAY, 19.5), at(MONDAY, 12)

    night, day = wait_after(publish(evening), evening), wait_after(publish(noon), noon)
    round_the_clock = wait_after(publish(evening, hours=range(24)), evening)

    assert night >= 3 * HOUR
    assert day <= USUAL
    assert round_the_clock <= USUAL


def test_the_wait_of_a_night_ends_with_the_first_hour_of_work() -> None:
    before_dawn = at(MONDAY, 5)

    wait = wait_after(publish(before_dawn), before_dawn)

    assert 1.4 * HOUR <= wait <= 2.75 * HOUR  # work begins at 7


@pytest.mark.parametrize(("zone", "asleep"), [("Asia/Ho_Chi_Minh", True), ("America/New_York", False)])
def test_the_day_of_the_week_is_the_outlets_own(zone: str, asleep: bool) -> None:
    now = at(MONDAY + 5 * DAY, 8)  # Saturday morning in Vietnam, Friday evening in New York
    published = publish(now, weekdays=range(5))

    rhythm = learn_rhythm(published, now, zone, "VN")

    assert rhythm is not None
    assert (rhythm.rate(now) < 0.2 * rhythm.rate(now - DAY)) is asleep


def test_a_weekend_is_asked_less_and_the_same_hours_of_a_paper_without_weekends_are_not() -> None:
    saturday = at(MONDAY + 5 * DAY, 10)

    resting = wait_after(publish(saturday, weekdays=range(5)), saturday)
    working = wait_after(publish(saturday), saturday)

    assert resting >= 2 * working


def test_a_weekly_bulletin_is_asked_often_on_its_day_only() -> None:
    thursday = at(MONDAY + 3 * DAY, 9.9)
    published = publish(thursday, hours=(10,), weekdays=(3,), each=12)

    on_its_day = wait_after(published, thursday)
    on_the_day_before = wait_after(publish(thursday - DAY, hours=(10,), weekdays=(3,), each=12), thursday - DAY)

    assert on_its_day <= 25 * MINUTE
    assert on_the_day_before >= 2 * on_its_day


def test_a_burst_is_followed_and_as_many_entries_as_usual_are_none() -> None:
    night = at(MONDAY, 22)
    published = publish(night)
    storm = published + [night - number * 5 * MINUTE for number in range(8, 0, -1)]

    calm, followed = wait_after(published, night), wait_after(storm, night)

    assert followed <= calm / 2
    assert wait_after(publish(at(MONDAY, 12)), at(MONDAY, 12)) >= 15 * MINUTE


@pytest.mark.parametrize(("day", "rests"), [
    (date(2026, 2, 17), True),   # Tết
    (date(2026, 2, 24), False),  # the Tuesday after
    (date(2026, 9, 2), True),    # National Day
    (date(2026, 9, 25), False),  # Chuseok, in Korea only
])
def test_a_holiday_is_no_working_day_and_other_countries_holidays_are(day: date, rests: bool) -> None:
    now = at(day, 6)
    free = {date.fromordinal(ordinal) for ordinal in find_holidays("VN", 2026)}
    rhythm = learn_rhythm(publish(now, skip=tuple(free)), now, ZONE.key, "VN")

    assert rhythm is not None
    assert (rhythm.rate(at(day, 9)) < 0.6 * rhythm.rate(at(day + 21 * DAY, 9))) is rests


def test_a_paper_that_worked_on_the_last_holidays_is_not_taken_to_rest_on_the_next() -> None:
    now = at(date(2026, 9, 2), 6)  # 31 August and 1 September were days off, and it published on both

    rhythm = learn_rhythm(publish(now), now, ZONE.key, "VN")

    assert rhythm is not None
    assert rhythm.rate(at(date(2026, 9, 2), 9)) > 0.8 * rhythm.rate(at(date(2026, 9, 3), 9))


def test_a_week_of_holidays_does_not_make_mondays_quiet() -> None:
    tet = [date(2026, 2, 16) + number * DAY for number in range(5)]
    now = at(date(2026, 2, 24), 9)

    rhythm = learn_rhythm(publish(now, skip=tet, weeks=2), now, ZONE.key, "VN")

    assert rhythm is not None
    assert rhythm.days[0] >= 0.85 * max(rhythm.days)


@pytest.mark.parametrize(("country", "day"), [
    ("VN", date(2026, 2, 17)), ("VN", date(2027, 2, 6)), ("KR", date(2026, 2, 17)), ("KR", date(2026, 9, 25)),
    ("KR", date(2027, 9, 15))])
def test_lunar_holidays_are_known(country: str, day: date) -> None:
    assert day.toordinal() in find_holidays(country, day.year)


def test_a_frozen_feed_is_asked_ever_less_but_never_left() -> None:
    now = at(MONDAY, 12)
    waits = []
    for days in (0, 1, 3, 10):
        published = publish(now - days * DAY)
        waits.append(wait_after(published, now))

    assert waits[0] < waits[1] < waits[2] <= BOUNDS.longest
    assert 0.9 * waits[2] <= waits[3] <= BOUNDS.longest
    assert wait_after([*publish(now - 3 * DAY), *[now - 9 * MINUTE] * 6], now) < waits[2]


@pytest.mark.parametrize(("bounds", "hour", "wait"), [
    (replace(BOUNDS, longest=HOUR), 20, HOUR),
    (replace(BOUNDS, shortest=50 * MINUTE), 12, 50 * MINUTE),
    (replace(BOUNDS, period=6 * HOUR, turn=timedelta(hours=14)), 20, HOUR),  # 21:00 is 14:00 UTC
    (replace(BOUNDS, period=6 * HOUR, turn=timedelta(hours=13)), 20, 3 * HOUR),  # had its turn just now
])
def test_bounds_hold_whatever_the_rhythm_says(bounds: Bounds, hour: int, wait: timedelta) -> None:
    now = at(MONDAY, hour)

    found = wait_after(publish(now), now, bounds)

    assert found == wait if wait != 3 * HOUR else found >= wait


def test_the_budget_of_a_day_is_kept_and_spread() -> None:
    now = at(MONDAY, 9)
    published = publish(now)
    rhythm = learn_rhythm(published, now, ZONE.key, "VN")
    bounds = replace(BOUNDS, visits_a_day=12)

    midnight = at(MONDAY + DAY, 0)
    due_at = [plan_visit(rhythm, published, Asked(now, today, midnight), now, bounds) for today in (11, 10)]
    unlearnt = plan_visit(None, (), Asked(now, 11, midnight), now, bounds)

    assert due_at[0] == unlearnt == midnight
    assert 30 * MINUTE < due_at[1] - now < 3 * HOUR


def test_a_list_that_has_turned_over_is_asked_sooner_and_one_that_has_half_is_not() -> None:
    night = at(MONDAY, 21)
    published = publish(night)
    rhythm = learn_rhythm(published, night, ZONE.key, "VN")

    waits = [
        plan_visit(rhythm, published, Asked(night - HOUR), night, BOUNDS, share_new=share) - night
        for share in (0.9, 0.5)]

    assert waits[0] == 15 * MINUTE
    assert waits[1] > USUAL


SEEN_AT = at(MONDAY, 15.5)


@pytest.mark.parametrize(("published_at", "taken"), [
    (at(MONDAY, 9.25), at(MONDAY, 9.25)),
    (None, SEEN_AT),
    (at(MONDAY, 0), SEEN_AT),
    (at(MONDAY - 3 * DAY, 0), None),
    (at(MONDAY, 0) + MINUTE, at(MONDAY, 0) + MINUTE),
    (at(MONDAY, 20), SEEN_AT),
])
def test_a_date_without_a_clock_time_is_no_burst_at_midnight(
    published_at: datetime | None, taken: datetime | None) -> None:
    assert find_published([(published_at, SEEN_AT)], ZONE.key) == ([taken] if taken else [])


# The plan


def make_outlet(number: int, feeds: int = 1, host: str = "", **values: object) -> Outlet:
    """A Vietnamese outlet with so many feeds."""
    root = f"https://{host or f'bao{number}.vn'}"
    made = replace(make_generic_outlet(f"{root}/"), id=f"bao{number}", country="VN", zone=ZONE.key)
    return replace(
        made, feeds=tuple(Feed(f"{root}/rss/{n}", "rss") for n in range(feeds)), **values)  # type: ignore[arg-type]


def test_outlets_take_turns_so_that_never_all_sleep_at_once() -> None:
    outlets = [make_outlet(number) for number in range(24)]

    bounds = make_bounds(outlets, CrawlSettings())
    alone = make_bounds(outlets[:1], CrawlSettings())["bao0"]

    turns = sorted(bound.turn for bound in bounds.values())
    gaps = [later - earlier for earlier, later in pairwise(turns)]
    assert max(gaps) <= USUAL
    assert alone.period == USUAL


def test_feeds_on_one_host_share_its_budget_whosever_they_are() -> None:
    outlets = [make_outlet(1, 6, "a.vn"), make_outlet(2, 6, "a.vn"), make_outlet(3, 6, "b.vn")]

    bounds = make_bounds(outlets, CrawlSettings())

    assert [bounds[outlet.id].visits_a_day for outlet in outlets] == [40, 40, 80]


@pytest.mark.parametrize(("own", "longest", "usual"), [
    (None, 6 * HOUR, USUAL), (60, HOUR, HOUR), (2, 2 * MINUTE, 2 * MINUTE)])
def test_an_outlets_own_interval_is_its_longest_wait(own: int | None, longest: timedelta, usual: timedelta) -> None:
    bounds = make_bounds([make_outlet(1, interval_minutes=own)], CrawlSettings())["bao1"]

    assert (bounds.longest, bounds.usual) == (longest, usual)
    assert bounds.shortest <= bounds.longest


def test_the_plan_waits_by_what_the_store_knows_and_after_a_failure_as_usual(tmp_path: Path) -> None:
    outlet, now = make_outlet(1), at(MONDAY, 20)
    store = open_store(f"sqlite:///{tmp_path / 'rhythm.db'}")
    plan = Plan(Settings(), store, [outlet], 600, {"bao1": BOUNDS})
    store.outlets.register(["bao1", "bao2"])
    entries = [
        NewEntry("bao1", f"bao1:{number}", f"https://bao1.vn/{number}", outlet.feeds[0].url, published_at=instant)
        for number, instant in enumerate(publish(now))]
    other = make_outlet(2)

    store.entries.save_seen(entries, now)

    url = outlet.feeds[0].url
    state = FeedState("bao1", url, proven_at=now - 40 * DAY, last_ok_at=now - DAY)
    wait, (learnt,) = plan.plan_feeds(outlet, [FeedFacts(url)], {url: state}, now)
    kept = replace(state, rhythm=learnt.rhythm)

    assert wait >= 3 * HOUR
    assert plan.plan_feeds(outlet, [FeedFacts(url)], {url: kept}, now)[0] == wait
    assert plan.plan_feeds(outlet, [FeedFacts(url, "http_500")], {url: state}, now)[0] == USUAL
    assert plan.plan_feeds(other, [FeedFacts(other.feeds[0].url)], {}, now)[0] == USUAL
    store.close()


# The simulation


def test_the_rhythm_beats_fixed_and_duplicate_share_polling_at_the_same_number_of_requests() -> None:
    papers = make_papers()[::16]

    ours = simulate(papers, lambda number: OurRhythm(papers[number], timedelta(hours=6) * number / 100))
    fixed = simulate(papers, lambda _: FixedPolling(14 * DAY * len(papers) / ours.requests))
    shares = match_requests(papers, ours.requests)

    for other in (fixed, shares):
        assert 0.97 <= other.requests / ours.requests <= 1.05
        assert ours.percentile(0.5) <= 0.6 * other.percentile(0.5)
        assert ours.percentile(0.95) <= 0.85 * other.percentile(0.95)
    assert ours.missed == 0


def test_media_clouds_rule_moves_by_steps_between_its_bounds() -> None:
    rule, now = DuplicateShare(1.0), at(MONDAY, 12)

    known = [rule.next_at(now, 50, 0, [now]) - now for _ in range(3)]
    half = rule.next_at(now, 50, 25, [now]) - now
    fresh = [rule.next_at(now, 50, 50, [now]) - now for _ in range(8)][-1]

    assert known == [40 * MINUTE, 50 * MINUTE, 60 * MINUTE]
    assert (half, fresh) == (60 * MINUTE, 10 * MINUTE)
