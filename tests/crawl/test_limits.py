"""Budgets, delays and what counts as new: one slow host, one large feed, one cautious robots.txt."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.plan import make_plan
from monitor.digests.coverage import find_group
from seeds.newsroom import run_newsroom
from storage.clock import utc_now
from tests.crawl.conftest import Desk, Server, article


def test_a_slow_host_with_a_thousand_entries_holds_up_nobody(desk: Desk) -> None:
    with run_newsroom(utc_now(), only=("nr_dongthap", "nr_dantoc", "nr_cantho"), slow_seconds=0) as room:
        room.fill("nr_dongthap", 1000, (timedelta(hours=1), timedelta(hours=40)))
        room.fill("nr_cantho", 500, (timedelta(0), timedelta(days=400)))
        room.set_fault("nr_dongthap", "slow", prefix="/thoi-su/2", seconds=0.6)
        outlets = room.write_overlay(desk.folder / "seeds")
        desk.settings |= {"WAVE_SECONDS": "60", "PAGES_PER_HOST": "12"}

        crawl = desk.crawl(*outlets)

        runs = {run.outlet_id: run for run in desk.open().runs.find()}
        assert crawl.code == 0, crawl.errors
        assert runs["nr_dantoc"].counts.get("waiting", 0) == 0
        assert runs["nr_dongthap"].counts["waiting"] > 900
        assert runs["nr_dongthap"].outcome == "fine"
        assert runs["nr_cantho"].counts["fetched"] == 11  # and one page that is empty, which counts too
        assert runs["nr_cantho"].counts["postponed"] == 1
        assert sum(room.counters["nr_cantho"].by_path.values()) == 12 + 2  # the feed and robots.txt
        _check_backlog(desk, room.now)
        order = [line.split()[0] for line in crawl.errors.splitlines() if line.startswith("nr_")]
        assert order[-1] == "nr_dongthap"


def test_a_wave_over_what_is_due_has_half_of_the_shortest_interval_and_a_wave_by_hand_all_its_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_outlet("often", ["http://127.0.0.1:9/rss"], "http://127.0.0.1:9", interval_minutes=2)
    desk.add_outlet("seldom", ["http://127.0.0.1:13/rss"], "http://127.0.0.1:13")
    for name, value in desk.make_environment().items():
        monkeypatch.setenv(name, value)
    plans = [make_plan(due=due) for due in ("", "1")]

    for plan in plans:
        plan.store.close()

    assert [plan.seconds for plan in plans] == [600, 60]


def _check_backlog(desk: Desk, now: datetime) -> None:
    is_asked = "outcome IS NOT NULL OR attempts > 0"
    rows = desk.rows(f"SELECT published_at, backlog, {is_asked} FROM entries WHERE outlet_id = 'nr_cantho'")
    dated = [(datetime.fromisoformat(at).replace(tzinfo=UTC), bool(backlog), asked) for at, backlog, asked in rows]
    border = now - timedelta(hours=48)

    assert len(dated) > 500
    assert 0 < sum(not backlog for _, backlog, _ in dated) < 15
    assert all(backlog == (at < border) for at, backlog, _ in dated if abs(at - border) > timedelta(hours=1))
    fetched, waiting = [at for at, _, asked in dated if asked], [at for at, _, asked in dated if not asked]
    assert min(fetched) > max(waiting)  # newest first


def test_robots_are_obeyed_with_their_delay_and_redirects_settle_by_identity(desk: Desk, server: Server) -> None:
    links = server.serve_articles(2)
    moved = {"/a-2001.html": "/a-1001.html", "/a-2002.html": "/a-2003.html", "/a-2004.html": "/"}
    for path, target in moved.items():
        server.serve(path, "", status=301, Location=target)
    server.serve("/a-2003.html", article("Hợp tác với Daegu, địa chỉ mới"))
    server.serve("/", "<html><body>Trang chủ</body></html>")
    server.serve("/robots.txt", "User-agent: *\nCrawl-delay: 0.2\nDisallow: /a-3\n", Content_Type="text/plain")
    server.serve("/a-4001.html", "")
    server.serve_feed("/rss3", [f"{server.root}/a-4001.html"], summary="Daegu sẽ nhận 50 lao động thời vụ của tỉnh.")
    server.serve_feed("/rss", [*links, f"{server.root}/a-3001.html", *(server.root + path for path in moved)])
    server.serve_feed("/rss2", [], ETag='"1"')
    desk.add_outlet("paper", [f"{server.root}/rss", f"{server.root}/rss2", f"{server.root}/rss3"], server.root)

    first = desk.crawl("paper")
    gaps = [after - before for before, after in pairwise(server.starts)]
    again = desk.crawl("paper")

    assert (first.code, again.code) == (0, 0), first.errors + again.errors
    assert server.asked["/a-3001.html"] == 0
    assert min(gaps) > 0.15  # the delay less what the network takes from it
    assert server.headers["/rss"]["User-Agent"] == "Twinwatch/0.1"
    outcomes = {identity: (outcome, reason) for identity, outcome, reason in desk.rows(
        "SELECT identity, outcome, reason FROM entries")}
    assert outcomes == {
        "paper:1001": ("saved", ""), "paper:1002": ("saved", ""), "paper:3001": ("refused", "robots_forbid"),
        "paper:2001": ("refused", "moved"), "paper:2002": ("refused", "moved"), "paper:2003": ("saved", ""),
        "paper:2004": ("refused", "not_an_article"), "paper:4001": (None, "empty")}
    assert [item["identity"] for item in again.items] == ["paper:2003"]
    assert "1 of 3 feeds failed: the feed lists nothing" in first.errors
    assert desk.rows("SELECT name FROM leases WHERE expires_at > strftime('%Y-%m-%d %H:%M:%f', 'now')") == []


def test_what_the_feed_told_stands_in_for_a_page_that_stays_empty(desk: Desk, server: Server) -> None:
    told = "Daegu sẽ nhận 50 lao động thời vụ của tỉnh."
    links = [f"{server.root}/a-400{number}.html" for number in (1, 2, 3)]
    for link in links:
        server.serve(link.removeprefix(server.root), "")
    server.serve_feed("/rss", links[:2], summary=told)
    server.serve_feed("/rss2", links[2:])
    desk.add_outlet("paper", [f"{server.root}/rss", f"{server.root}/rss2"], server.root)

    desk.crawl("paper")
    at_once = desk.rows("SELECT id FROM articles")
    with desk.open().database.engine.begin() as connection:  # the first was tried twice, the second once, before
        connection.exec_driver_sql("UPDATE entries SET next_attempt_at = NULL")
        connection.exec_driver_sql("UPDATE entries SET attempts = 2 WHERE identity <> 'paper:4002'")
    desk.crawl("paper")

    assert at_once == []
    assert desk.rows("SELECT text, from_feed FROM articles") == [(told, 1)]
    assert desk.rows("SELECT identity, outcome, attempts FROM entries ORDER BY identity") == [
        ("paper:4001", "saved", 3), ("paper:4002", None, 2), ("paper:4003", None, 3)]


def test_where_no_outlet_can_be_reached_no_outlet_is_blamed(desk: Desk) -> None:
    for port in (9, 13):  # nobody listens there
        desk.add_outlet(f"paper{port}", [f"http://127.0.0.1:{port}/rss"], f"http://127.0.0.1:{port}")

    crawl = desk.crawl("paper9", "paper13")

    reason = "no outlet can be reached, our own network seems to be down"
    states = desk.open().outlets.states()
    assert crawl.code == 0, crawl.errors
    assert [(run.outcome, run.reason) for run in desk.open().runs.find()] == [("stopped", reason)] * 2
    assert {(state.state, state.failures, state.state_reason) for state in states.values()} == {
        ("unproven", 0, f"not reached: {reason}")}
    assert all(state.state_since and state.next_due_at > state.state_since for state in states.values())  # type: ignore[operator]
    begun_at = min(state.state_since for state in states.values()) - timedelta(hours=1)  # type: ignore[type-var]
    ledger = desk.open().outlets.ledger(["paper9"], begun_at, utc_now())
    assert [find_group(line, begun_at) for line in ledger] == ["never_read"]
    assert desk.open().runs.waves_between(begun_at, utc_now()) == []
