"""After an outage: what was published meanwhile is found on the next pages of a list, and nothing behind the known."""

import signal
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.crawl.conftest import Desk, Server, run_server

PER_PAGE = 3
SHORT_LEASE = ("-s", "LEASE_SECONDS=1")
LISTS = ("rel", "number", "family", "mute", "busy", "failing", "endless")


def serve_list(server: Server, name: str, newest: int) -> None:
    """Answers `/<name>` and its further pages with all articles from `newest` down to 1, three to a page."""
    numbers = list(range(newest, 0, -1))
    pages = [numbers[start:start + PER_PAGE] for start in range(0, len(numbers), PER_PAGE)]
    for at, part in enumerate(pages, 1):
        links = "".join(f'<li><h3><a href="/a-{1000 + n}.html">Tin số {n}</a></h3></li>' for n in part)
        forms = {"number": f'<b>{at}</b><a href="?trang={at + 1}">{at + 1}</a>', "family": "", "mute": ""}
        ahead = forms.get(name, f'<a rel="next" href="/{name}?trang={at + 1}">Sau</a>') if at < len(pages) else ""
        address = f"/{name}" if at == 1 else f"/{name}?trang={at}"
        server.serve(address, f"<html><body><ul>{links}</ul>{ahead}</body></html>")


def serve_endless(server: Server) -> None:
    for at in range(1, 40):
        address = "/endless" if at == 1 else f"/endless?trang={at}"
        link = f'<a href="/a-{5000 + at}.html">x</a><a rel="next" href="/endless?trang={at + 1}">Sau</a>'
        server.serve(address, link)


@pytest.fixture(scope="module")
def waves(shared_desk: Desk) -> Iterator[list[Counter[str]]]:
    """What was asked for in three waves: before the outage, after it with one page down, and when it is up again."""
    with run_server() as server:
        shared_desk.settings["PAGES_PER_HOST"] = "1"  # the pages are not what is tested here
        server.serve_articles(20)
        for name in LISTS:
            serve_list(server, name, 3 if name != "busy" else 10)
            more = {"overrides": {"next_page": ["?trang={page}"]}} if name == "family" else {}
            shared_desk.add_outlet(name, [f"{server.root}/{name}"], server.root, kind="section", **more)
        serve_list(server, "front", 3)
        serve_list(server, "two", 3)
        two = [f"{server.root}/front", f"{server.root}/two"]
        shared_desk.add_outlet("two_feeds", two, server.root, kind="section")
        asked = [crawl(shared_desk, server)]
        for name in (*LISTS, "two"):
            serve_list(server, name, 12)
        server.serve("/front", server.routes["/mute"]()[2].decode())
        server.serve("/failing?trang=3", "down", status=503)
        serve_endless(server)
        asked.append(crawl(shared_desk, server))
        serve_list(server, "failing", 13)
        asked.append(crawl(shared_desk, server))
        yield asked


def crawl(desk: Desk, server: Server) -> Counter[str]:
    server.asked.clear()
    done = desk.crawl(*LISTS, "two_feeds", arguments=("-s", "RETRY_ENABLED=False"))
    assert done.code == 0, done.errors
    return Counter(server.asked)


def found(desk: Desk, outlet: str) -> list[int]:
    rows = desk.rows(f"SELECT url FROM entries WHERE outlet_id = '{outlet}'")
    return sorted(int(url.rpartition("-")[2].removesuffix(".html")) - 1000 for (url,) in rows)


def counts(desk: Desk, outlet: str, wave: int) -> dict[str, int]:
    return next(run.counts for run in desk.open().runs.find() if (run.outlet_id, run.wave_id) == (outlet, wave))


def pages(asked: Counter[str], name: str) -> list[str]:
    return [path.partition("?trang=")[2] for path in asked if path.startswith(f"/{name}?")]


@pytest.mark.parametrize("outlet", ["rel", "number", "family"])
def test_all_that_was_published_during_an_outage_is_found(
    waves: list[Counter[str]], shared_desk: Desk, outlet: str) -> None:
    told = counts(shared_desk, outlet, 2)

    assert found(shared_desk, outlet) == list(range(1, 13))
    assert (told["pages_after_outage"], told.get("feed_gap", 0)) == (3, 0)


def test_news_that_another_feed_showed_a_moment_ago_do_not_hide_the_gap(
    waves: list[Counter[str]], shared_desk: Desk) -> None:
    assert found(shared_desk, "two_feeds") == list(range(1, 13))
    assert counts(shared_desk, "two_feeds", 2)["pages_after_outage"] == 3


def test_a_first_visit_reads_one_page_and_a_quiet_one_too(waves: list[Counter[str]]) -> None:
    assert [pages(waves[0], name) for name in LISTS] == [[]] * len(LISTS)
    assert pages(waves[2], "rel") == pages(waves[2], "number") == pages(waves[2], "family") == []


def test_a_list_that_shows_something_known_is_not_read_on(waves: list[Counter[str]], shared_desk: Desk) -> None:
    assert found(shared_desk, "busy") == list(range(8, 13))
    assert pages(waves[1], "busy") == []


def test_a_list_that_does_not_say_where_it_goes_on_is_told_as_a_gap(
    waves: list[Counter[str]], shared_desk: Desk) -> None:
    assert found(shared_desk, "mute") == [1, 2, 3, 10, 11, 12]
    assert counts(shared_desk, "mute", 2)["feed_gap"] == 1


def test_a_page_that_fails_is_asked_for_again_by_the_next_wave(waves: list[Counter[str]], shared_desk: Desk) -> None:
    assert pages(waves[1], "failing") == ["2", "3"]
    assert pages(waves[2], "failing") == ["2", "3", "4"]
    assert found(shared_desk, "failing") == list(range(1, 14))
    assert "feed_gap" not in counts(shared_desk, "failing", 2)
    assert not any((state.body_hash or "").startswith("gap") for state in
                   shared_desk.open().outlets.feed_states("failing").values())


def test_a_list_without_end_is_left_after_its_bound(waves: list[Counter[str]], shared_desk: Desk) -> None:
    assert len(pages(waves[1], "endless")) == 19
    assert counts(shared_desk, "endless", 2)["feed_gap"] == 1


def test_a_crawl_that_is_killed_in_the_gap_finds_it_again(desk: Desk, server: Server) -> None:
    desk.settings["PAGES_PER_HOST"] = "1"
    server.serve_articles(12)
    serve_list(server, "rel", 3)
    desk.add_outlet("paper", [f"{server.root}/rel"], server.root, kind="section")
    desk.crawl("paper")
    serve_list(server, "rel", 12)
    child: list[subprocess.Popen[str]] = []
    answer = server.routes["/rel?trang=3"]

    def struck() -> tuple[int, dict[str, str], bytes]:
        if server.asked["/rel?trang=3"] == 1:
            child[0].send_signal(signal.SIGKILL)
        return answer()

    server.routes["/rel?trang=3"] = struck
    child.append(desk.start("paper", arguments=SHORT_LEASE))
    killed = desk.wait(child[0])
    desk.end_leases()
    desk.crawl("paper")

    assert killed.code == -signal.SIGKILL
    assert found(desk, "paper") == list(range(1, 13))


def test_a_sitemap_index_is_walked_two_deep_newest_first_and_never_twice(desk: Desk, server: Server) -> None:
    links = server.serve_articles(3)

    def index(path: str, *children: tuple[str, str]) -> None:
        form = "<sitemap><loc>{}</loc><lastmod>{}</lastmod></sitemap>"
        rows = "".join(form.format(server.root + loc, at) for loc, at in children)
        server.serve(path, f"<sitemapindex>{rows}</sitemapindex>", Content_Type="text/xml")

    index("/map.xml", ("/map.xml", "2026-11-01"), ("/old.xml", "2024-01-01"), ("/years.xml", "2026-10-01"))
    index("/years.xml", ("/map.xml", "2026-11-01"), ("/new.xml", "2026-10-01"))
    for path, link in (("/old.xml", links[0]), ("/new.xml", links[1])):
        server.serve(path, f"<urlset><url><loc>{link}</loc></url></urlset>", Content_Type="text/xml")
    desk.add_outlet("paper", [f"{server.root}/map.xml"], server.root, kind="sitemap")

    crawl = desk.crawl("paper")

    assert crawl.code == 0, crawl.errors
    assert [path[1:-4] for path in server.asked if path.endswith(".xml")] == ["map", "years", "old", "new"]
    assert found(desk, "paper") == [1, 2]
    assert max(server.asked.values()) == 1


def test_a_known_article_under_a_new_address_is_settled_as_known(desk: Desk, server: Server) -> None:
    first, second, third = server.serve_articles(3)
    server.routes["/a-1002.html"] = server.routes["/a-1001.html"]
    server.serve_feed("/rss", [first])
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    desk.crawl("paper")
    server.serve_feed("/rss", [second, third])

    crawl = desk.crawl("paper")

    assert crawl.code == 0, crawl.errors
    assert [item["url"] for item in crawl.items] == [third]
    assert desk.rows("SELECT reason FROM entries WHERE outcome = 'known'") == [("paper:1001",)]
    assert counts(desk, "paper", 2)["known"] == 1
