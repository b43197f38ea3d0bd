"""The search for feeds within a visit, by the real spider at loopback servers: when, how often, and what is used."""

import pytest

from crawler.feed_search import has_dead, is_unproven
from seeds.outlet import Feed
from storage.values import FeedState
from tests.crawl.conftest import Desk, Server
from tests.fake_clock import START_AT

HEAD = ("<html lang='vi'><head><title>Báo</title><link rel='alternate' type='application/rss+xml' href='{feed}'></head>"
        "<body><p>Tin tức trong ngày</p></body></html>")


def found(desk: Desk) -> list[tuple[str, str]]:
    return [(feed.kind, feed.url) for feed in desk.open().found_feeds.find("paper")]


def state(desk: Desk) -> str:
    return desk.open().outlets.states()["paper"].state


def test_an_unproven_feed_is_looked_for_in_the_same_wave_and_what_is_found_is_read(desk: Desk, server: Server) -> None:
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    server.serve("/", HEAD.format(feed="/tin.rss"))
    server.serve_feed("/tin.rss", server.serve_articles(2))

    first, second = desk.crawl("paper"), desk.crawl("paper")

    assert (first.code, second.code) == (0, 0), first.errors
    assert found(desk) == [("rss", f"{server.root}/tin.rss")]
    assert f"paper: found the feed rss {server.root}/tin.rss" in first.errors
    assert len(first.items) == 2
    assert state(desk) == "fine"
    assert server.asked["/"] == 1, "once a week"
    assert server.asked["/tin.rss"] == 3, "for the search, and at each visit"
    assert server.most_at_once == 1


def test_robots_txt_is_read_once_and_gives_sitemaps_and_what_it_forbids_is_not_asked_for(
    desk: Desk, server: Server,
) -> None:
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    links = server.serve_articles(3)
    server.serve("/", "<html><body>Báo</body></html>")
    server.serve("/robots.txt", f"User-agent: *\nDisallow: /feed\nSitemap: {server.root}/map.xml")
    urls = "".join(f"<url><loc>{link}</loc></url>" for link in links)
    server.serve("/map.xml", f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>")

    crawl = desk.crawl("paper")

    assert found(desk) == [("sitemap", f"{server.root}/map.xml")], crawl.errors
    assert (server.asked["/robots.txt"], server.asked["/feed"], server.asked["/rss.xml"]) == (1, 0, 1)
    assert len(crawl.items) == 3


def test_a_proven_feed_is_never_replaced_what_is_found_for_a_dead_one_is_proposed(desk: Desk, server: Server) -> None:
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    server.serve("/", HEAD.format(feed="/tin.rss"))
    server.serve_feed("/rss", server.serve_articles(1))
    desk.crawl("paper")
    server.serve_feed("/tin.rss", [f"{server.root}/a-2001.html"])
    server.serve("/rss", "gone", status=404)
    desk.crawl("paper")
    assert (found(desk), server.asked["/"]) == ([], 0), "one failure is no death"

    with desk.open().database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE feeds SET failures = 5")
    crawl = desk.crawl("paper")

    assert found(desk) == [("rss", f"{server.root}/tin.rss")], crawl.errors
    assert server.asked["/tin.rss"] == 1, "looked at, not used"
    assert desk.rows("SELECT count(*) FROM entries") == [(1,)]


def test_an_outlet_that_tells_us_to_stop_is_not_searched(desk: Desk, server: Server) -> None:
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    server.serve("/rss", "slow down", status=429)

    desk.crawl("paper")

    assert set(server.asked) == {"/robots.txt", "/rss"}


def test_a_page_of_another_edition_is_no_feed_of_this_outlet(desk: Desk, server: Server) -> None:
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    server.serve("/", HEAD.format(feed="/en.rss"))
    server.serve_feed("/en.rss", [f"{server.root}/en/news-{n}.html" for n in range(1001, 1005)])

    desk.crawl("paper")

    assert (found(desk), server.asked["/en.rss"]) == ([], 1)


@pytest.mark.parametrize(("proven", "failures", "unproven", "dead"), [
    (None, 9, True, False), (START_AT, 4, False, False), (START_AT, 5, False, True), (START_AT, 0, False, False),
])
def test_what_counts_as_unproven_and_as_dead(proven: object, failures: int, unproven: bool, dead: bool) -> None:
    from dataclasses import replace

    from crawler.generic import make_generic_outlet

    url = "https://bao.example/rss"
    outlet = replace(make_generic_outlet(url), feeds=(Feed(url, "rss"),))
    states = {url: FeedState(outlet.id, url, proven_at=proven, failures=failures)}  # type: ignore[arg-type]

    assert (is_unproven(outlet, states), has_dead(outlet, states)) == (unproven, dead)


def test_without_a_declared_feed_an_outlet_is_unproven() -> None:
    from crawler.generic import make_generic_outlet

    assert is_unproven(make_generic_outlet("https://bao.example/"), {})
