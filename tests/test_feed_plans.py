"""Which feeds are asked and when: a dead one ever more slowly but for ever, its siblings at their own pace."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.answers import Answer
from crawler.feed_plans import FeedFacts, choose_feeds, find_feed_pause, find_outlet_due, plan_feed
from crawler.feed_visits import make_conditions, read_feed
from crawler.generic import make_generic_outlet
from crawler.network import is_network_down
from crawler.rhythm import DAY, HOUR, Bounds
from seeds.outlet import Feed
from storage.values import FeedPlan, FeedState, RunRow
from tests.test_rhythm import MONDAY, at, publish

MINUTE = timedelta(minutes=1)
NOW = at(MONDAY, 20)
BOUNDS = Bounds(30 * MINUTE, period=timedelta(days=365))
OUTLET = replace(make_generic_outlet("https://bao.vn/"), id="bao", country="VN", zone="Asia/Ho_Chi_Minh")
A, B, C = (Feed(f"https://bao.vn/rss/{name}", "rss") for name in "abc")


def known(feed: Feed, due_in: timedelta | None = None, **more: object) -> FeedState:
    """A feed that was read well until now."""
    state = FeedState("bao", feed.url, proven_at=NOW - 40 * DAY, last_ok_at=NOW - HOUR, last_at=NOW - HOUR)
    return replace(state, next_due_at=None if due_in is None else NOW + due_in, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("states", "chosen"), [
    ([], "abc"),
    ([known(A, -MINUTE), known(B, HOUR), known(C, -MINUTE)], "ac"),
    ([known(A, -MINUTE), known(B, 4 * MINUTE), known(C, 6 * MINUTE)], "ab"),  # what is due so soon goes along
    ([known(A, -MINUTE, failures=3), known(B, HOUR), known(C, 2 * HOUR)], "ab"),  # never a dead one alone
    ([known(A, -MINUTE, failures=3), known(B, -MINUTE), known(C, HOUR)], "ab"),
    ([known(A, HOUR, failures=3), known(B, 2 * HOUR, failures=3), known(C, 3 * HOUR, failures=1)], "a"),
])
def test_feeds_are_asked_in_their_own_time(states: list[FeedState], chosen: str) -> None:
    found = choose_feeds([A, B, C], {state.url: state for state in states}, NOW)

    assert "".join(feed.url[-1] for feed in found) == chosen


PATIENT = {"rest": 600}


@pytest.mark.parametrize(("states", "pages_wait", "chosen"), [
    ([known(A, HOUR, rhythm=PATIENT)], False, ""),  # the turn is a page's
    ([known(A, MINUTE, rhythm=PATIENT)], True, "a"),
    ([known(A, HOUR, rhythm=PATIENT), known(B, 2 * HOUR)], True, ""),  # nor is a feed of another host asked with it
    ([known(A, HOUR, rhythm=PATIENT), known(B, -MINUTE)], True, "b"),
    ([known(A, HOUR, rhythm=PATIENT), known(B, -MINUTE, rhythm=PATIENT, failures=2)], True, "b"),
    ([known(A, HOUR, rhythm=PATIENT, failures=2)], True, ""),
    ([known(A, HOUR, rhythm=PATIENT, failures=2)], False, "a"),  # a dead one is asked as often as its outlet
    ([known(A, HOUR, rhythm=PATIENT, failures=2), known(B, HOUR, failures=2)], True, ""),
])
def test_feeds_that_wait_long_leave_their_turn_to_pages(
    states: list[FeedState], pages_wait: bool, chosen: str) -> None:
    feeds = [feed for feed in (A, B) if feed.url in {state.url for state in states}]

    found = choose_feeds(feeds, {state.url: state for state in states}, NOW, pages_wait=pages_wait)

    assert "".join(feed.url[-1] for feed in found) == chosen


@pytest.mark.parametrize(("reason", "hours"), [
    ("http_500", (1, 2, 4, 8)), ("http_404", (1, 3, 6, 12)), ("dns", (1, 3, 6, 12)), ("timeout", (1, 2, 4, 8)),
    ("tls", (1, 6, 12, 24)), ("certificate_expired", (1, 6, 12, 24)), ("robots_forbid", (1, 12, 24, 48)),
    ("not_a_feed", (1, 2, 4, 8))])
def test_each_kind_of_failure_has_a_back_off_of_its_own(reason: str, hours: Sequence[int]) -> None:
    assert [find_feed_pause(reason, failures, 30 * MINUTE) / HOUR for failures in range(1, 5)] == list(hours)
    assert find_feed_pause(reason, 1_000, 30 * MINUTE) == 7 * DAY


def test_a_dead_feed_waits_ever_longer_while_its_sibling_goes_on_and_sets_the_time_of_the_outlet() -> None:
    published = {A.url: publish(NOW)}
    dead = plan_feed(FeedFacts(B.url, "http_404"), known(B, failures=5), OUTLET, BOUNDS, NOW, published)
    alive = plan_feed(FeedFacts(A.url, "", 20, 2), known(A), OUTLET, BOUNDS, NOW, published)

    due_at = find_outlet_due([A, B], {}, [dead, alive], frozenset({B.url}), NOW)

    assert dead.next_due_at - NOW == 48 * HOUR
    assert due_at == alive.next_due_at < NOW + 6 * HOUR + MINUTE
    assert find_outlet_due([B], {}, [dead], frozenset({B.url}), NOW) is None


def test_a_named_pause_of_a_feed_is_kept() -> None:
    until = NOW + 30 * DAY

    assert plan_feed(FeedFacts(A.url, "http_500", retry_at=until), None, OUTLET, BOUNDS, NOW, {}).next_due_at == until


def test_each_feed_follows_its_own_hours_and_one_that_only_repeats_its_sibling_is_asked_less() -> None:
    noon = at(MONDAY, 12)
    published = {A.url: publish(noon), B.url: publish(noon, hours=range(19, 23))}

    waits = {
        feed.url: plan_feed(FeedFacts(feed.url), known(feed), OUTLET, BOUNDS, noon, published).next_due_at - noon
        for feed in (A, B, C)}

    assert waits[A.url] <= 30 * MINUTE
    assert waits[B.url] >= 2 * waits[A.url]
    assert waits[C.url] >= 2 * waits[A.url]


def test_a_feed_that_is_new_keeps_the_usual_interval_and_a_budget_ends_at_the_outlets_midnight() -> None:
    noon, bounds = at(MONDAY, 12), replace(BOUNDS, visits_a_day=40)
    published = {A.url: publish(noon)}
    spent = known(A, asked_on="2026-06-08", asked=39)

    new = plan_feed(FeedFacts(C.url), replace(known(C), proven_at=noon), OUTLET, bounds, noon, published)
    last = plan_feed(FeedFacts(A.url), spent, OUTLET, bounds, noon, published)
    yesterday = plan_feed(FeedFacts(A.url), replace(spent, asked_on="2026-06-07"), OUTLET, bounds, noon, published)

    assert new.next_due_at == noon + 30 * MINUTE
    assert (last.next_due_at, last.asked) == (at(MONDAY + DAY, 0), 40)
    assert (yesterday.next_due_at < noon + 2 * HOUR, yesterday.asked) == (True, 1)


def test_a_rhythm_is_learnt_once_a_day_and_read_back_as_it_was() -> None:
    published = {A.url: publish(NOW)}
    learnt = plan_feed(FeedFacts(A.url), known(A), OUTLET, BOUNDS, NOW, published)
    recent = {A.url: [instant for instant in published[A.url] if instant > NOW - 3 * DAY]}

    kept = plan_feed(FeedFacts(A.url), known(A, rhythm=learnt.rhythm), OUTLET, BOUNDS, NOW, recent)
    stale = plan_feed(FeedFacts(A.url), known(A, rhythm=learnt.rhythm), OUTLET, BOUNDS, NOW + DAY, published)

    assert abs(kept.next_due_at - learnt.next_due_at) < timedelta(seconds=5)
    assert (kept.rhythm["day"], stale.rhythm["day"]) == ("2026-06-08", "2026-06-09")


@pytest.mark.parametrize(("whole_ago", "distrusted_ago", "conditional"), [
    (HOUR, None, True), (6 * HOUR, None, False), (None, None, False), (HOUR, DAY, False), (HOUR, 31 * DAY, True)])
def test_conditions_are_left_out_now_and_then_and_for_feeds_that_lied(
    whole_ago: timedelta | None, distrusted_ago: timedelta | None, conditional: bool) -> None:
    item = b"<item><title>t</title><link>https://bao.vn/bai-1001</link></item>"
    body = b"<rss version='2.0'><channel>" + item + b"</channel></rss>"
    read = read_feed(Answer(A.url, 200, body, etag='"1"'), feed=A, outlet=OUTLET, state=None, at=NOW)
    state = replace(
        known(A), etag='"1"', body_hash=read.visit.body_hash, read_whole_at=whole_ago and NOW - whole_ago,
        distrusted_at=distrusted_ago and NOW - distrusted_ago)

    assert bool(make_conditions(A, OUTLET, state, NOW)) is conditional


def run(outlet: str, outcome: str, **counts: int) -> RunRow:
    named = {name.replace("__", ":"): count for name, count in counts.items()}
    return RunRow(1, 1, outlet, NOW, NOW, outcome, "", named)


@pytest.mark.parametrize(("silent", "earlier", "down"), [
    ("ab", [], True),
    ("ab", [run("a", "fine", feeds_read=1), run("b", "fine", feeds_read=1)], True),
    ("a", [], False),
    ("a", [run("b", "broken", feed_failed__dns=1)], True),
    ("a", [run("b", "stopped", feed_failed__timeout=2), run("c", "fine", feeds_read=1)], True),
    ("a", [run("b", "fine", feeds_read=1), run("c", "broken", feed_failed__dns=1)], False),
    ("a", [run("b", "broken", feed_failed__http_500=1)], False),
    ("a", [run("a", "broken", feed_failed__dns=1)], False),  # its own past says nothing of the others
    ("a", [run("b", "busy", waiting=3), run("c", "broken", feed_failed__dns=1)], True),
    # Dead for long: others answered between two of its silent visits.
    ("ab", [run("c", "fine", feeds_read=1), run("a", "broken", feed_failed__dns=1),
            run("b", "stopped", feed_failed__dns=1)], False),
    ("ab", [run("c", "fine", feeds_read=1), run("a", "broken", feed_failed__dns=1), run("b", "fine", feeds_read=1)],
     False),
    ("a", [run("b", "broken", feed_failed__dns=1), run("c", "fine", feeds_read=1),
           run("b", "broken", feed_failed__dns=1)], False),
    ("abd", [run("c", "fine", feeds_read=1), run("a", "broken", feed_failed__dns=1), run("b", "fine", feeds_read=1)],
     True),
    # It answered in between, so it is no old trouble.
    ("ab", [run("c", "fine", feeds_read=1), run("a", "fine", feeds_read=1), run("a", "broken", feed_failed__dns=1),
            run("b", "fine", feeds_read=1)], True),
])
def test_two_outlets_that_fall_silent_together_are_our_network_and_those_that_were_dead_before_are_not(
    silent: str, earlier: list[RunRow], down: bool) -> None:
    assert is_network_down(set(silent), earlier) is down


def test_a_feed_never_planned_is_due_at_once() -> None:
    plans = [FeedPlan(A.url, NOW + HOUR, "2026-06-08", 1)]

    assert find_outlet_due([A, B], {B.url: known(B)}, plans, frozenset(), NOW) == NOW
