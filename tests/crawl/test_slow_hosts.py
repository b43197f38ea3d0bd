"""Crawl-delays that no wave can wait for: kept to the letter, feeds and pages in turn, and nobody is blamed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from storage.values import OutletState
from tests.crawl.conftest import Desk, Server

BEGIN_AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
DELAY = timedelta(minutes=10)


def write_robots(server: Server, delay: timedelta = DELAY) -> None:
    """Answers with a robots.txt that wants `delay` between two requests."""
    robots = f"User-agent: *\nCrawl-delay: {delay.total_seconds():.0f}\n"
    server.serve("/robots.txt", robots, Content_Type="text/plain")


def live_on(
    desk: Desk, server: Server, visits: int, at: datetime = BEGIN_AT,
) -> Iterator[tuple[datetime, str, OutletState]]:
    """The visits of `paper`, each when it is due: when, what it asked for, and the state after it."""
    store = desk.open()
    for _ in range(visits):
        asked = server.asked.copy()
        desk.set_clock(at)
        crawl = desk.crawl("paper", arguments=("-a", "due=1"))
        assert crawl.code == 0, crawl.errors
        state = store.outlets.states()["paper"]
        yield at, " ".join((server.asked - asked).elements()), state
        assert state.next_due_at and state.next_due_at > at
        at = state.next_due_at


def test_a_crawl_delay_of_minutes_is_kept_to_the_letter_and_feed_and_pages_have_their_turns(
    desk: Desk, server: Server,
) -> None:
    write_robots(server)
    server.serve_feed("/rss", server.serve_articles(4))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    visits = list(live_on(desk, server, 12))

    asked = [(at, paths) for at, paths, _ in visits if paths]
    assert all(after - before >= DELAY for (before, _), (after, _) in pairwise(asked))
    assert [paths for _, paths in asked[:8]] == [
        "/robots.txt", "/rss", "/a-1001.html", "/a-1002.html", "/rss", "/a-1003.html", "/a-1004.html", "/rss"]
    assert desk.rows("SELECT count(*) FROM articles") == [(4,)]
    assert visits[0][2].state == "unproven" and "may be asked only once in 10 minutes" in visits[0][2].state_reason
    assert {state.state for *_, state in visits[1:]} == {"fine"}
    assert {state.failures for *_, state in visits} == {0}
    assert visits[1][2].state_reason == (
        f"{server.root.removeprefix('http://')} may be asked only once in 10 minutes (crawl-delay), "
        "so its feeds and pages are asked in turn")
    assert visits[-1][2].state_reason == ""  # nothing waits any longer


def test_two_outlets_of_such_a_host_have_their_turns_too(desk: Desk, server: Server) -> None:
    write_robots(server)
    server.serve_feed("/rss", server.serve_articles(4))
    server.serve_feed("/rss2", [])
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    desk.add_outlet("sister", [f"{server.root}/rss2"], server.root)
    store, at = desk.open(), BEGIN_AT

    for _ in range(8):
        desk.set_clock(at)
        assert desk.crawl("paper", "sister", arguments=("-a", "due=1")).code == 0
        at += DELAY + timedelta(minutes=1)

    assert server.asked["/rss2"] >= 2
    assert server.asked.total() <= 8
    assert {state.state for state in store.outlets.states().values()} <= {"fine", "unproven"}


def test_who_refreshes_such_an_outlet_too_early_asks_nothing_and_changes_nothing(desk: Desk, server: Server) -> None:
    write_robots(server)
    server.serve_feed("/rss", server.serve_articles(2))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    at, _, state = list(live_on(desk, server, 3))[-1]
    asked = server.asked.total()

    desk.set_clock(at + timedelta(minutes=5))
    crawl = desk.crawl("paper")

    after = desk.open().outlets.states()["paper"]
    assert crawl.code == 0
    assert "may be asked only once in 10 minutes" in crawl.errors
    assert server.asked.total() == asked
    assert (after.state, after.failures, after.state_since) == (state.state, 0, state.state_since)
    assert after.next_due_at == at + DELAY or after.next_due_at == state.next_due_at


def test_a_day_between_two_requests_still_brings_the_news_and_not_robots_txt_alone(desk: Desk, server: Server) -> None:
    write_robots(server, timedelta(days=1))
    server.serve_feed("/rss", server.serve_articles(1))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    visits = list(live_on(desk, server, 5))

    asked = [(at, paths) for at, paths, _ in visits if paths]
    assert [paths for _, paths in asked[:4]] == ["/robots.txt", "/rss", "/a-1001.html", "/rss"]
    assert all(after - before >= timedelta(days=1) for (before, _), (after, _) in pairwise(asked))


@pytest.mark.parametrize(("kind", "body", "reason"), [
    ("rss", "", "it leads to another address while its crawl-delay is too long for two requests"),
    ("sitemap", "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
                "<sitemap><loc>{root}/sitemap-1.xml</loc></sitemap></sitemapindex>",
     "its list names further lists while its crawl-delay is too long for two requests"),
])
def test_what_takes_two_requests_at_once_is_said_to_be_out_of_reach(
    desk: Desk, server: Server, kind: str, body: str, reason: str,
) -> None:
    write_robots(server)
    if body:
        server.serve("/list", body.format(root=server.root), Content_Type="application/xml")
    else:
        server.serve("/list", "", status=301, Location="/rss")
    desk.add_outlet("paper", [f"{server.root}/list"], server.root, kind=kind)

    visits = list(live_on(desk, server, 4))

    assert visits[-1][2].state == "unproven"
    assert visits[-1][2].state_reason.endswith(reason)
    assert all(len(paths.split()) <= 1 for _, paths, _ in visits)


def test_a_page_that_fails_on_such_a_host_is_put_off_and_the_next_one_has_its_turn(desk: Desk, server: Server) -> None:
    write_robots(server, timedelta(minutes=5))
    server.serve_feed("/rss", server.serve_articles(2))
    server.serve("/a-1001.html", "out of order", status=500)
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    visits = list(live_on(desk, server, 6))

    assert [paths for _, paths, _ in visits if paths] == [
        "/robots.txt", "/rss", "/a-1001.html", "/a-1002.html", "/rss", "/a-1001.html"]
    assert desk.rows("SELECT attempts FROM entries WHERE url LIKE '%a-1001%'") == [(2,)]
    assert visits[2][2].state == "fine" and "1 page failed" in visits[2][2].state_reason


def test_a_feed_that_is_gone_takes_no_turn_from_the_pages_of_its_sibling(desk: Desk, server: Server) -> None:
    write_robots(server)
    server.serve_feed("/rss", server.serve_articles(2))
    desk.add_outlet("paper", [f"{server.root}/rss", f"{server.root}/gone"], server.root)

    visits = list(live_on(desk, server, 5))

    assert [paths for _, paths, _ in visits] == ["/robots.txt", "/rss", "/gone", "/a-1001.html", "/a-1002.html"]
    assert visits[-1][2].state == "fine"
    assert visits[-1][2].state_reason.startswith("1 of 2 feeds failed: the server answers 404")


def test_a_feed_that_dies_while_pages_wait_is_named_and_the_pages_are_still_read(desk: Desk, server: Server) -> None:
    write_robots(server)
    server.serve_feed("/rss", server.serve_articles(4))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    *_, (_, _, state) = live_on(desk, server, 2)
    server.serve("/rss", "out of order", status=500)
    assert state.next_due_at is not None

    visits = list(live_on(desk, server, 7, state.next_due_at))

    assert [paths for _, paths, _ in visits] == [
        "/a-1001.html", "/a-1002.html", "/rss", "/a-1003.html", "/a-1004.html", "/rss", "/rss"]
    assert [state.failures for *_, state in visits] == [0, 0, 1, 1, 1, 2, 3]
    assert visits[4][2].state_reason.startswith("failed once")  # a page that was read says nothing of the feed
    assert visits[-1][2].state == "broken"
    assert visits[-1][0] - visits[-2][0] >= timedelta(hours=1)  # and ever more slowly
    assert desk.rows("SELECT count(*) FROM articles") == [(4,)]


def test_a_robots_txt_that_leads_on_is_read_again_the_next_day(desk: Desk, server: Server) -> None:
    server.serve("/robots.txt", "", status=301, Location="/rules.txt")
    server.serve("/rules.txt", "User-agent: *\nCrawl-delay: 600\n", Content_Type="text/plain")
    server.serve_feed("/rss", server.serve_articles(1))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    list(live_on(desk, server, 3))

    visits = list(live_on(desk, server, 3, BEGIN_AT + timedelta(hours=25)))

    assert [paths for _, paths, _ in visits] == ["/robots.txt /rules.txt", "/rss", "/rss"]
    assert visits[1][0] - visits[0][0] >= DELAY
    assert {state.state for *_, state in visits} == {"fine"}
