"""What the crawl decides without network, clock or store: backlog, outcomes, health, plans, addresses."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from crawler.answers import Answer, parse_retry_after
from crawler.backlog import is_backlog, is_backlog_page
from crawler.feed_visits import FeedReading, pick_children, read_feed
from crawler.generic import make_generic_outlet
from crawler.guard import Guard, find_url_refusal
from crawler.health import RunFacts, decide_run, next_state
from crawler.means import Budget
from crawler.outcomes import decide_page
from crawler.pages import find_elsewhere
from crawler.plan import choose_outlets, find_wave_seconds
from crawler.progress import describe_run, describe_wave, draw_bar
from seeds.errors import InputError
from seeds.outlet import Feed, Outlet
from seeds.sections import CrawlSettings
from storage.values import FrontierEntry, OutletState

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
INTERVAL = timedelta(minutes=30)


@pytest.mark.parametrize(("age", "first_look", "backlog"), [
    (timedelta(0), True, False),
    (48 * HOUR, True, False),
    (48 * HOUR + timedelta(seconds=1), True, True),
    (48 * HOUR + timedelta(seconds=1), False, True),
    (-HOUR, False, False),
    (None, True, True),
    (None, False, False),
])
def test_news_begins_48_hours_before_the_first_visit(age: timedelta | None, first_look: bool, backlog: bool) -> None:
    published_at = None if age is None else NOW - age

    assert is_backlog(published_at, NOW, first_look=first_look) is backlog


@pytest.mark.parametrize(("known", "age", "backlog"), [
    (True, HOUR, False), (False, 400 * 24 * HOUR, True), (True, None, True), (False, None, False)])
def test_the_date_on_the_page_decides_where_it_has_one(known: bool, age: timedelta | None, backlog: bool) -> None:
    assert is_backlog_page(known, None if age is None else NOW - age, NOW) is backlog


@pytest.mark.parametrize(("status", "failure", "attempts", "expected"), [
    (200, "", 0, ("read", "", False)),
    (404, "", 0, ("settle", "gone", False)),
    (410, "", 0, ("settle", "gone", False)),
    (403, "", 0, ("postpone", "failed", False)),  # of this address; a second one is the host's
    (403, "", 7, ("settle", "failed", False)),
    (429, "", 0, ("postpone", "failed", True)),
    (429, "", 7, ("settle", "failed", True)),
    (451, "", 0, ("settle", "refused", False)),
    (302, "", 0, ("settle", "refused", False)),
    (503, "", 6, ("postpone", "failed", False)),
    (503, "", 7, ("settle", "failed", False)),
    (0, "timeout", 0, ("postpone", "failed", False)),
    (0, "too_large", 0, ("postpone", "failed", False)),
    (0, "too_large", 7, ("settle", "refused", False)),
    (0, "redirect_loop", 0, ("postpone", "failed", False)),
    (0, "guard_private_address", 0, ("postpone", "failed", False)),
    (0, "robots_forbid", 0, ("settle", "refused", False)),
    (0, "busy", 4, ("leave", "", False)),
    (0, "guard_no_contact", 4, ("leave", "", False)),
])
def test_an_answer_decides_what_becomes_of_an_entry(
    status: int, failure: str, attempts: int, expected: tuple[str, str, bool]) -> None:
    decision = decide_page(Answer("http://a.vn/1", status, b"<p>", failure=failure), attempts, NOW)

    outcome = decision.outcome if decision.do in ("settle", "postpone") else ""
    assert (decision.do, outcome, decision.blocked) == expected


@pytest.mark.parametrize(("body", "do"), [(b"", "postpone"), (b" \r\n\0", "postpone"), (b".", "read")])
def test_an_empty_page_is_no_page_yet(body: bytes, do: str) -> None:
    assert decide_page(Answer("http://a.vn/1", 200, body), 0, NOW).do == do


def test_pauses_between_attempts_grow_up_to_a_day_and_outlast_a_weekend() -> None:
    answer = Answer("http://a.vn/1", 500)

    pauses = [decide_page(answer, attempts, NOW).again_at for attempts in range(7)]

    assert pauses == [NOW + timedelta(minutes=minutes) for minutes in (10, 40, 160, 640, 1440, 1440, 1440)]
    assert sum(((pause or NOW) - NOW for pause in pauses), timedelta()) > timedelta(days=3)


@pytest.mark.parametrize(("text", "seconds"), [
    ("120", 120), ("317100", 317_100), ("99999999999", 7 * 86_400), ("0", None), ("-5", None), ("soon", None),
    ("", None),
    ("Sun, 22 Nov 2026 09:10:00 GMT", 600), ("Sun, 22 Nov 2026 08:00:00 GMT", None)])
def test_retry_after_is_honoured_up_to_a_week(text: str, seconds: int | None) -> None:
    assert parse_retry_after(text, NOW) == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(("facts", "network_down", "expected"), [
    (RunFacts(2, 2, counts={"entries_new": 3}), False, ("fine", "")),
    (RunFacts(2, 2), False, ("nothing_new", "")),
    (RunFacts(2, 1, ("http_500",), counts={"fetched": 1}), False,
     ("fine", "1 of 2 feeds failed: the server answers 500 (a fault of its own)")),
    (RunFacts(1, 0, ("http_500",), answered=True), False, ("broken", "the server answers 500 (a fault of its own)")),
    (RunFacts(1, 0, ("dns",)), False, ("broken", "its name does not resolve")),
    (RunFacts(1, 0, ("dns",)), True, ("stopped", "no outlet can be reached, our own network seems to be down")),
    (RunFacts(1, 0, ("tls",)), True, ("broken", "no safe connection (TLS)")),
    (RunFacts(1, 0, ("guard_no_contact",)), False, ("stopped", "not fetched as crawl.contact is not set")),
    (RunFacts(1, 1, ended="busy"), False, ("busy", "another crawl is asking this host")),
    (RunFacts(1, 0, ("http_403",), ended="blocked", detail="a.vn answers 403"), False, ("blocked", "a.vn answers 403")),
    (RunFacts(1, 1, page_failures=("timeout",) * 3), False, ("broken", "pages cannot be read: no answer in time")),
    (RunFacts(1, 1, page_failures=("timeout",)), False, ("nothing_new", "1 page failed: no answer in time")),
    (RunFacts(1, 1, page_failures=("timeout",) * 2), False, ("nothing_new", "2 pages failed: no answer in time")),
    (RunFacts(1, 1, page_failures=("timeout",), unread_before=2), False,
     ("broken", "pages cannot be read: no answer in time")),
    (RunFacts(1, 1, page_failures=("timeout",), unread_before=1), False,
     ("nothing_new", "1 page failed: no answer in time")),
    (RunFacts(1, 1, page_failures=("timeout",), unread_before=2, counts={"fetched": 1}), False,
     ("fine", "1 page failed: no answer in time")),
    (RunFacts(1, 1, unread_before=2), False, ("nothing_new", "")),
    (RunFacts(), False, ("broken", "no feed is known")),
])
def test_a_run_ends_with_an_outcome_and_a_reason(
    facts: RunFacts, network_down: bool, expected: tuple[str, str]) -> None:
    assert decide_run(facts, network_down=network_down) == expected


def test_failures_put_the_next_visit_off_up_to_a_day_and_a_good_one_ends_them() -> None:
    state, waits = OutletState("a", "fine", last_seen_at=NOW), []

    for _ in range(8):
        state = next_state(state, "broken", "dns", RunFacts(1), NOW, INTERVAL)
        waits.append((state.next_due_at or NOW) - NOW)
    better = next_state(state, "nothing_new", "", RunFacts(1, 1), NOW, INTERVAL)

    assert waits[:3] == [INTERVAL, 2 * INTERVAL, 4 * INTERVAL]
    assert waits[-1] == timedelta(hours=24)
    assert (state.state, state.failures, better.state, better.failures) == ("broken", 8, "fine", 0)
    assert better.next_due_at == NOW + INTERVAL


@pytest.mark.parametrize(("before", "outcome", "after"), [
    ("unproven", "broken", "unproven"), ("unproven", "blocked", "unproven"), ("unproven", "nothing_new", "fine"),
    ("fine", "busy", "fine"), ("fine", "stopped", "fine"), ("broken", "stopped", "broken")])
def test_only_what_the_outlet_did_changes_its_state(before: str, outcome: str, after: str) -> None:
    old = OutletState("a", before, last_seen_at=None if before == "unproven" else NOW)

    new = next_state(old, outcome, "why", RunFacts(1, 0, ("dns",)), NOW, INTERVAL)  # type: ignore[arg-type]

    assert new.state == after


@pytest.mark.parametrize(("before", "since", "expected_since"), [
    ("fine", NOW - HOUR, NOW), ("unproven", None, NOW), ("unproven", NOW - HOUR, NOW),
    ("broken", NOW - HOUR, NOW - HOUR), ("blocked", NOW - HOUR, NOW - HOUR)])
def test_an_outlet_that_was_not_reached_says_why_and_since_when(
    before: str, since: datetime | None, expected_since: datetime) -> None:
    old = OutletState("a", before, since, "as it was", failures=1)
    facts = RunFacts(1, 0, ("dns",))

    first = next_state(old, "stopped", "our network is down", facts, NOW, INTERVAL)
    second = next_state(first, "stopped", "our network is down", facts, NOW + HOUR, INTERVAL)

    assert (first.state, first.state_reason, first.failures) == (before, "not reached: our network is down", 1)
    assert (first.next_due_at, first.last_seen_at) == (NOW + INTERVAL, None)
    assert first.state_since == second.state_since == expected_since


@pytest.mark.parametrize(("outcome", "reason", "told"), [
    ("nothing_new", "", ""), ("blocked", "no", "failed once: no")])
def test_the_next_visit_clears_why_an_outlet_was_not_reached(outcome: str, reason: str, told: str) -> None:
    unreached = OutletState("a", "fine", NOW - HOUR, "not reached: our network is down", last_seen_at=NOW - 2 * HOUR)

    new = next_state(unreached, outcome, reason, RunFacts(1, 1), NOW, INTERVAL)  # type: ignore[arg-type]

    assert (new.state_reason, new.state_since) == (told, NOW)


def test_a_wave_that_was_stopped_leaves_due_at_once_what_it_did_not_reach_and_alone_what_it_read() -> None:
    old = OutletState("a", "fine", NOW - HOUR, "", last_seen_at=NOW - HOUR, next_due_at=NOW - HOUR)

    unread = next_state(old, "stopped", "too late", RunFacts(ended="stopped"), NOW, INTERVAL)

    assert (unread.state_reason, unread.next_due_at) == ("not reached: too late", NOW - HOUR)
    assert next_state(old, "stopped", "too late", RunFacts(ended="stopped", feeds_ok=1), NOW, INTERVAL) == old


@pytest.mark.parametrize(("due", "lease_ends", "expected"), [
    (NOW - HOUR, NOW + HOUR, NOW + HOUR), (None, NOW + HOUR, NOW + HOUR), (NOW + 2 * HOUR, NOW + HOUR, NOW + 2 * HOUR),
    (NOW - HOUR, None, NOW - HOUR)])
def test_a_busy_outlet_is_due_when_the_lease_in_the_way_ends(
    due: datetime | None, lease_ends: datetime | None, expected: datetime) -> None:
    old = OutletState("a", "fine", NOW, next_due_at=due)

    new = next_state(old, "busy", "why", RunFacts(1, ended="busy", retry_at=lease_ends), NOW, INTERVAL)

    assert new == replace(old, next_due_at=expected)


@pytest.mark.parametrize(("wave_seconds", "interval", "own", "expected"), [
    (600, 30, None, 600), (600, 20, None, 600), (600, 19, None, 570), (600, 30, 4, 120), (50, 30, 4, 50),
    (600, 1, 60, 30)])
def test_a_wave_over_what_is_due_takes_at_most_half_of_the_shortest_interval(
    wave_seconds: int, interval: int, own: int | None, expected: float) -> None:
    crawl = CrawlSettings(wave_seconds=wave_seconds, interval_minutes=interval)
    watched = [replace(make_generic_outlet("https://a.vn/"), interval_minutes=minutes) for minutes in (own, None)]

    assert find_wave_seconds(crawl, watched) == expected
    assert find_wave_seconds(crawl, []) == wave_seconds


def test_a_host_that_asks_for_a_pause_is_not_due_before_it() -> None:
    facts = RunFacts(1, ended="blocked", retry_at=NOW + timedelta(days=3))

    assert next_state(OutletState("a"), "blocked", "", facts, NOW, INTERVAL).next_due_at == NOW + timedelta(days=3)


@pytest.mark.parametrize(("address", "without_contact", "with_contact"), [
    ("93.184.216.34", "guard_no_contact", ""),
    ("2606:2800:220:1:248:1893:25c8:1946", "guard_no_contact", ""),
    ("127.0.0.1", "", ""),
    ("127.0.0.2", "guard_private_address", "guard_private_address"),
    ("::ffff:127.0.0.1", "", ""),
    ("10.1.2.3", "guard_private_address", "guard_private_address"),
    ("169.254.169.254", "guard_private_address", "guard_private_address"),
    ("::ffff:169.254.169.254", "guard_private_address", "guard_private_address"),
    ("64:ff9b::a9fe:a9fe", "guard_private_address", "guard_private_address"),
    ("2002:7f00:2::", "guard_private_address", "guard_private_address"),
    ("168.63.129.16", "guard_private_address", "guard_private_address"),
    ("100.64.0.1", "guard_private_address", "guard_private_address"),
    ("0.0.0.0", "guard_private_address", "guard_private_address"),
    ("::", "guard_private_address", "guard_private_address"),
    ("::1", "guard_private_address", "guard_private_address"),
    ("fe80::1%eth0", "guard_private_address", "guard_private_address"),
    ("fd00:ec2::254", "guard_private_address", "guard_private_address"),
    ("224.0.0.1", "guard_private_address", "guard_private_address"),
    ("ff02::1", "guard_private_address", "guard_private_address"),
    ("255.255.255.255", "guard_private_address", "guard_private_address"),
    ("not an address", "guard_bad_address", "guard_bad_address"),
])
def test_the_guard_connects_to_public_addresses_and_allowed_networks_only(
    address: str, without_contact: str, with_contact: str) -> None:
    allowed = (ip_network("127.0.0.1/32"),)

    assert Guard(allowed).find_refusal(address) == without_contact
    assert Guard(allowed, has_contact=True).find_refusal(address) == with_contact


@pytest.mark.parametrize(("url", "refusal"), [
    ("https://a.vn/x", ""), ("http://a.vn:8080/", ""), ("http://[::1]/", ""), ("https://báo.vn/", ""),
    ("file:///etc/passwd", "guard_scheme"), ("data:text/html,x", "guard_scheme"), ("ftp://a.vn/", "guard_scheme"),
    ("http://user@a.vn@b.vn/", "guard_userinfo"), ("http://user:pass@a.vn/", "guard_userinfo"),
    ("http:///x", "guard_bad_host"), ("http://a..vn/", "guard_bad_host"), ("http://a.vn:99999/", "guard_bad_host"),
    (f"http://{'a' * 64}.vn/", "guard_bad_host"), ("http://[::1/", "guard_bad_host"),
    ("http://[fe80::1%25lo]/", "guard_bad_host"), ("http://[fe80::1]/", "")])
def test_addresses_of_odd_forms_are_refused_before_they_are_resolved(url: str, refusal: str) -> None:
    assert find_url_refusal(url) == refusal


def read_rss(items: Iterable[tuple[str, str]], outlet: Outlet) -> FeedReading:
    rows = "".join(f"<item><title>t</title><link>{link}</link><pubDate>{date}</pubDate></item>" for link, date in items)
    body = f"<rss version='2.0'><channel><title>t</title>{rows}</channel></rss>".encode()
    feed = Feed("https://a.vn/rss", "rss", "seen")
    return read_feed(Answer(feed.url, 200, body), feed=feed, outlet=outlet, state=None, at=NOW)


def test_dates_that_a_feed_only_pretends_are_counted() -> None:
    dated = [(f"https://a.vn/bai-{1000 + n}", f"Sat, 21 Nov 2026 0{n}:00:00 GMT") for n in range(6)]
    outlet = make_generic_outlet("https://a.vn/")

    same = read_rss([(link, dated[0][1]) for link, _ in dated], outlet)

    assert same.counts == {"undated": 6, "feed_note:one_date_for_all": 1}
    assert not any(read_rss(dated, outlet).counts.values())
    assert read_rss([*dated, ("https://a.vn/bai-2000", "")], outlet).counts["undated"] == 1


def test_addresses_that_no_database_can_index_are_refused_and_counted() -> None:
    stem = "https://a.vn/bai-1000/"
    links = [stem + "x" * (length - len(stem)) for length in (2_000, 2_001)]
    outlet = make_generic_outlet("https://a.vn/")

    reading = read_rss([(link, "") for link in links], outlet)
    entry = FrontierEntry(1, "a", "a:1", "https://a.vn/bai-1000", "", "", None, False, 0)

    assert [entry.url for entry in reading.entries] == links[:1]
    assert reading.counts["refused:address_too_long"] == 1
    assert [find_elsewhere(entry, link, outlet) for link in links] == ["moved", "address_too_long"]
    assert pick_children(links) == (links[0],)


def test_of_a_long_index_the_first_and_the_highest_numbered_sitemaps_are_visited() -> None:
    months = [f"https://a.vn/sitemap-{year}-{month}.xml" for year in (2024, 2025, 2026) for month in (9, 10, 11)]

    assert pick_children(months) == (*months[:2], months[8], months[7], months[6])
    assert pick_children(months[:3]) == (*months[:2], months[2])


def test_a_budget_ends_by_host_and_by_time() -> None:
    clock = [0.0]
    budget = Budget(10, pages_per_host=2, now=lambda: clock[0])

    taken = [budget.take_page("a"), budget.take_page("a"), budget.take_page("a"), budget.take_page("b")]
    clock[0] = 10

    assert taken == [True, True, False, True]
    assert not budget.take_page("c")


def test_an_unknown_outlet_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(InputError, match=r"outlets: no outlet 'thanhnein' .*did you mean 'thanhnien'"):
        choose_outlets({"thanhnien": None, "vnexpress": None}, ["thanhnein"], [])  # type: ignore[dict-item]


def test_the_line_of_a_run_tells_what_happened() -> None:
    counts = {"feeds_read": 7, "not_modified": 2, "entries_seen": 312, "entries_new": 14, "saved": 3,
              "screened_out": 11, "refused:wall": 1, "refused:empty": 1}

    line = describe_run("thanhnien", "fine", "", counts)

    assert " ".join(line.split()) == (
        "thanhnien fine 7 feeds (2 unchanged) 312 entries, 14 new, 3 saved, 11 screened out, 2 refused")


@pytest.mark.parametrize(("outcomes", "said"), [
    ({"nothing_new": 1}, "1 outlet asked: 0 with something new, 1 unchanged, 0 failed; 4 new entries"),
    ({"fine": 6, "nothing_new": 2, "broken": 1, "blocked": 2},
     "11 outlets asked: 6 with something new, 2 unchanged, 3 failed (2 blocked, 1 broken); 4"),
    ({"fine": 1, "busy": 2, "stopped": 1},
     "4 outlets asked: 1 with something new, 0 unchanged, 0 failed, 2 asked by another crawl, 1 stopped; 4"),
])
def test_the_last_line_of_a_wave_tells_what_was_asked_what_is_new_and_what_failed(
    outcomes: dict[str, int], said: str
) -> None:
    assert describe_wave(outcomes, {"entries_new": 4}, 2.0).startswith(f"wave: {said}")


@pytest.mark.parametrize(("gaps", "said"), [
    (0, ""), (1, "  1 list ended before anything known: some news may be missing"),
    (2, "  2 lists ended before anything known: some news may be missing")])
def test_the_line_of_a_run_tells_of_lists_that_ended_before_anything_known(gaps: int, said: str) -> None:
    line = describe_run("mute", "fine", "", {"feeds_read": 1, "entries_seen": 3, "entries_new": 3, "feed_gap": gaps})

    assert line.partition("3 new")[2] == said


@pytest.mark.parametrize(("done", "total", "filled"), [(0, 8, 0), (4, 8, 10), (7, 8, 17), (8, 8, 20), (0, 0, 0)])
def test_the_bar_is_as_full_as_the_wave_is_done(done: int, total: int, filled: int) -> None:
    assert draw_bar(done, total) == f"  {'━' * filled}{'─' * (20 - filled)}  {done} of {total}"
