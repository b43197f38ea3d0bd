"""Digests at once, of workdays and of weeks: neither twice nor never, whatever clocks and machines do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.application import Application
from monitor.composing import INSTANT_PAUSE, LATER_AFTER, MOST_AT_ONCE, compose_due
from monitor.digests.content import DigestContent
from monitor.digests.periods import find_next, find_period
from tests.factories import save_event
from tests.fake_clock import FakeClock
from tests.monitor.desk import begin_subscriptions, make_subscription, subscribe

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = (
    "UTC", "Asia/Seoul", "Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
    "America/Santiago", "Africa/Cairo", "Pacific/Apia",
)


def begin(application: Application, **changes: Any) -> None:
    subscribe(application, make_subscription(**changes))
    begin_subscriptions(application)


def told(application: Application) -> list[tuple[str, ...]]:
    """What each digest that is composed now tells."""
    found = [application.store.digests.get_digest(digest_id) for digest_id in compose_due(application)]
    return [DigestContent.from_json(digest.content).event_ids for digest in found if digest]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 2, 23])
def test_every_day_of_a_year_has_one_period_whatever_the_clocks_do(zone: str, hour: int) -> None:
    subscription = make_subscription(zone=zone, hour=hour)
    at, periods = datetime(2026, 1, 1, tzinfo=UTC), list[str]()
    while at < datetime(2027, 1, 1, tzinfo=UTC):
        found = find_period(subscription, LONG_AGO, at)
        periods += [found] if found and found not in periods[-3:] else []
        at += timedelta(hours=1)

    assert len(periods) == len(set(periods)) in (365, 366)
    assert periods == sorted(periods)


@pytest.mark.parametrize(("values", "now", "period"), [
    ({"schedule": "weekdays"}, "2026-03-06T07:00", "2026-03-06"),  # Friday
    ({"schedule": "weekdays"}, "2026-03-07T07:00", None),
    ({"schedule": "weekdays"}, "2026-03-08T23:59", None),
    ({"schedule": "weekdays"}, "2026-03-09T07:00", "2026-03-09"),
    ({"schedule": "weekdays", "zone": "Asia/Seoul"}, "2026-03-08T22:00", "2026-03-09"),  # Monday there
    ({"schedule": "weekly", "weekday": "friday"}, "2026-03-06T06:59", None),
    ({"schedule": "weekly", "weekday": "friday"}, "2026-03-06T07:00", "2026-03-06"),
    ({"schedule": "weekly", "weekday": "friday"}, "2026-03-09T06:59", "2026-03-06"),  # made good
    ({"schedule": "weekly", "weekday": "friday"}, "2026-03-09T07:01", None),
    ({"schedule": "instant"}, "2026-03-06T07:00", None),
])
def test_periods_are_those_of_the_schedule(values: dict[str, Any], now: str, period: str | None) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert find_period(make_subscription(**values), LONG_AGO, at) == period


@pytest.mark.parametrize(("values", "expected"), [
    ({}, "2026-03-07T07:00"),
    ({"schedule": "weekdays"}, "2026-03-09T07:00"),
    ({"schedule": "weekly", "weekday": "friday"}, "2026-03-13T07:00"),
    ({"zone": "Asia/Seoul"}, "2026-03-06T22:00"),
    ({"schedule": "instant"}, None),
])
def test_the_next_digest_is_known(values: dict[str, Any], expected: str | None) -> None:
    found = find_next(make_subscription(**values), datetime(2026, 3, 6, 7, tzinfo=UTC))

    assert (found and found.isoformat()[:16]) == expected


def test_days_without_a_machine_are_caught_up_in_one_digest(application: Application, clock: FakeClock) -> None:
    begin(application)
    for number in range(1, 6):
        save_event(application.store, f"e{number}", number, clock.advance(days=1))
    clock.advance(hours=2)

    assert [sorted(ids) for ids in told(application)] == [["e1", "e2", "e3", "e4", "e5"]]
    assert told(application) == []


def test_a_clock_set_back_and_forth_tells_each_event_once(application: Application, clock: FakeClock) -> None:
    begin(application)
    seen: list[str] = []
    for number, step in enumerate((26, -3, 27, -30, 3, 50, -1, 26, 75), 1):
        save_event(application.store, f"e{number}", number, clock())
        clock.advance(hours=step)
        seen += [event for ids in told(application) for event in ids]

    assert sorted(seen) == [f"e{number}" for number in range(1, 10)]


def test_what_is_told_at_once_comes_together_and_the_next_after_a_pause(
    application: Application, clock: FakeClock
) -> None:
    begin(application, schedule="instant")
    save_event(application.store, "e1", 1, clock())
    save_event(application.store, "e2", 2, clock(), act="twinning")
    save_event(application.store, "e3", 3, clock(), act="visit")
    first = told(application)
    save_event(application.store, "e4", 4, clock())
    clock.advance(seconds=INSTANT_PAUSE.total_seconds() - 1)
    waiting = told(application)
    clock.advance(seconds=1)

    assert (first, waiting, told(application), told(application)) == ([("e1", "e2")], [], [("e4",)], [])


def test_a_flood_is_told_in_bounded_messages_until_all_is_told(application: Application, clock: FakeClock) -> None:
    begin(application, schedule="instant")
    for number in range(MOST_AT_ONCE + 3):
        save_event(application.store, f"e{number:02}", number + 1, clock())

    sizes = []
    for _ in range(3):
        sizes.append([len(ids) for ids in told(application)])
        clock.advance(seconds=INSTANT_PAUSE.total_seconds())

    assert sizes == [[MOST_AT_ONCE], [3], []]


def test_a_clock_that_was_set_back_keeps_nobody_waiting_who_is_told_at_once(
    application: Application, clock: FakeClock
) -> None:
    begin(application, schedule="instant")
    save_event(application.store, "e1", 1, clock())
    told(application)
    clock.advance(hours=-5)
    save_event(application.store, "e2", 2, clock.advance(minutes=1) + timedelta(hours=6))

    assert told(application) == [("e2",)]


def test_two_services_tell_at_once_only_once(make_application: Callable[[], Application], clock: FakeClock) -> None:
    services = [make_application(), make_application()]
    for service in services:
        begin(service, schedule="instant")
    save_event(services[0].store, "e1", 1, clock())

    assert [told(service) for service in services] == [[("e1",)], []]


def test_nothing_is_sent_at_once_where_nothing_is_new(application: Application, clock: FakeClock) -> None:
    begin(application, schedule="instant")
    save_event(application.store, "e1", 1, clock(), act="visit")
    clock.advance(seconds=LATER_AFTER.total_seconds())

    assert told(application) == []
    assert application.store.events.untold("desk") == []


def test_a_week_is_summed_up_by_act_with_its_new_ties(application: Application, clock: FakeClock) -> None:
    begin(application, schedule="weekly", weekday="monday")
    acts = ("visit", "agreement", "visit", "aid")
    for number, act in enumerate(acts, 1):
        save_event(application.store, f"e{number}", number, clock.advance(days=1), act=act, new_tie=act == "aid")
    save_event(application.store, "e5", 5, clock(), verdict="unsure")
    clock.advance(days=3, hours=1)

    [digest_id] = compose_due(application)

    digest = application.store.digests.get_digest(digest_id)
    assert digest is not None
    content = DigestContent.from_json(digest.content)
    assert content.summary is not None and content.kind == "weekly"
    assert content.summary.acts == (("visit", 2), ("agreement", 1), ("aid", 1))
    assert [(pair.vn_key, pair.kr_key) for pair in content.summary.new_ties] == [("VN-46", "KR-44")]
