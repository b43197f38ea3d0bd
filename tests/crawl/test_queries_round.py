"""Query feeds in two waves of the real spider: services, a paper and an unknown host, all on loopback."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from monitor.fork_server import ForkServer
from storage.values import Hit
from tests.crawl.conftest import Crawl, Desk, Server, article, run_server
from tests.fake_clock import START_AT

TITLE = "Huế và Daegu ký bản ghi nhớ"


@dataclass
class Scene:
    """What two waves left behind. `own` is the watched paper, `other` a host that nobody knows."""

    desk: Desk
    crawls: list[Crawl]
    own: Server
    other: Server
    gdelt: Server
    naver: Server
    google: Server

    def hits(self, service: str) -> dict[str, Hit]:
        found = self.desk.open().hits.since(START_AT.replace(year=2000), START_AT.replace(year=2100))
        return {urlsplit(hit.url).path: hit for hit in found if hit.service == service}

    def entries(self) -> dict[str, tuple[str, str]]:
        rows = self.desk.rows("SELECT url, feed_url, coalesce(outcome, '') FROM entries")
        return {url: (feed_url, outcome) for url, feed_url, outcome in rows}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, loaded: ForkServer) -> Iterator[Scene]:
    desk = Desk(tmp_path_factory.mktemp("queries"), loaded)
    with (run_server() as own, run_server("127.0.0.2") as other, run_server("127.0.0.3") as gdelt,
          run_server("127.0.0.4") as naver, run_server("127.0.0.5") as google):
        prepare(desk, own, other, gdelt, naver, google)
        first = desk.crawl()
        own.serve_feed("/rss", [f"{own.root}/a-{n}.html" for n in (1001, 1002)])
        made = Scene(desk, [first, desk.crawl()], own, other, gdelt, naver, google)
        yield made
        desk.close()


def prepare(desk: Desk, own: Server, other: Server, gdelt: Server, naver: Server, google: Server) -> None:
    desk.settings["OUTLETS"] = '["paper"]'
    desk.add_outlet("paper", [f"{own.root}/rss"], own.root, overrides={"search": "/tim?q={word}"})
    links = own.serve_articles(4)
    own.serve_feed("/rss", links[:1])
    own.serve("/tim?q=H%C3%A0n%20Qu%E1%BB%91c", f"<html><a href='{links[3]}'>Tin thứ tư từ Hàn Quốc</a></html>")
    other.serve("/tin-1001.html", article("Hợp tác với Daegu ở nơi khác"))
    other.serve("/robots.txt", "User-agent: *\nDisallow: /cam")
    shown = [links[0], links[1], f"{other.root}/tin-1001.html", f"{other.root}/cam-1001.html", f"{own.root}/about"]
    stories = [{"url": url, "title": "T", "seendate": "20261120T031500Z", "language": "Vietnamese"} for url in shown]
    serve_all(gdelt, json.dumps({"articles": stories}))
    serve_all(naver, '{"errorMessage": "Query limit exceeded", "errorCode": "010"}', 429)
    item = (f"<item><title>{TITLE} - X</title><link>{google.root}/rss/articles/CBMi1</link>"
            f"<pubDate>Fri, 20 Nov 2026 03:15:00 GMT</pubDate><source url='{other.root}'>X</source></item>")
    serve_all(google, f"<rss version='2.0'><channel><title>g</title>{item}</channel></rss>")
    desk.query = {
        "GDELT": "true", "GDELT_URL": f"{gdelt.root}/doc", "GOOGLE_NEWS": "true", "SITE_SEARCH": "true",
        "GOOGLE_NEWS_URL": f"{google.root}/search", "NAVER_CLIENT_ID": "us", "NAVER_CLIENT_SECRET": "geheim",
        "NAVER_URL": f"{naver.root}/news",
    }


def serve_all(server: Server, body: str, status: int = 200) -> None:
    """Answers every path that is no robots.txt with `body`."""
    class Routes(dict):  # type: ignore[type-arg]
        def get(self, path: str, default: object = None) -> object:
            return default if path == "/robots.txt" else lambda: (status, {}, body.encode())

    server.routes = Routes()


def test_each_service_is_asked_once_however_many_waves_there_are(scene: Scene) -> None:
    for server in (scene.gdelt, scene.naver, scene.google):
        assert sum(count for path, count in server.asked.items() if path != "/robots.txt") == 1
    assert scene.own.asked["/tim?q=H%C3%A0n%20Qu%E1%BB%91c"] == 1
    assert [crawl.code for crawl in scene.crawls] == [0, 0], scene.crawls[0].errors


def test_robots_txt_binds_but_for_a_service_whose_terms_we_have_signed(scene: Scene) -> None:
    assert (scene.gdelt.asked["/robots.txt"], scene.google.asked["/robots.txt"]) == (1, 1)
    assert scene.naver.asked["/robots.txt"] == 0
    sent = next(iter(scene.naver.headers.values()))
    assert (sent["X-Naver-Client-Id"], sent["X-Naver-Client-Secret"]) == ("us", "geheim")


def test_a_hit_of_a_watched_outlet_is_its_entry_and_is_fetched_at_its_own_visit(scene: Scene) -> None:
    entries = scene.entries()

    assert entries[f"{scene.own.root}/a-1001.html"][1] == "saved"
    assert entries[f"{scene.own.root}/a-1002.html"] == ("query:gdelt", "saved")
    assert entries[f"{scene.own.root}/a-1004.html"] == ("query:site_search", "saved")
    assert f"{scene.own.root}/about" not in entries, "no article of the outlet"


def test_who_found_a_story_first_and_who_found_it_too_is_known(scene: Scene) -> None:
    hits, searched = scene.hits("gdelt"), scene.hits("site_search")

    assert hits["/a-1001.html"].outlet_seen_at is not None, "the feed showed it in the same wave"
    assert hits["/a-1002.html"].outlet_seen_at is not None, "the feed showed it a wave later"
    assert hits["/a-1002.html"].outlet_seen_at > hits["/a-1002.html"].found_at  # type: ignore[operator]
    assert searched["/a-1004.html"].outlet_seen_at is None, "the feed never did"


def test_a_story_on_an_unknown_host_is_fetched_where_its_robots_txt_allows(scene: Scene) -> None:
    entries = scene.entries()

    assert entries[f"{scene.other.root}/tin-1001.html"] == ("query:gdelt", "saved")
    assert entries[f"{scene.other.root}/cam-1001.html"] == ("query:gdelt", "refused")
    assert scene.other.asked["/cam-1001.html"] == 0


def test_a_title_without_an_address_is_an_article_of_one_line_and_its_link_is_never_followed(scene: Scene) -> None:
    rows = scene.desk.rows("SELECT title, text, from_feed, url FROM articles WHERE from_feed")

    assert rows == [(TITLE, TITLE, 1, f"{scene.google.root}/rss/articles/CBMi1")]
    assert not any("/articles/" in path for path in scene.google.asked)
    hit = scene.hits("google_news")["/rss/articles/CBMi1"]
    assert (hit.identity.partition(":")[2][:6], hit.host) == ("title/", urlsplit(scene.other.root).netloc)


def test_a_used_quota_is_named_and_waited_for(scene: Scene) -> None:
    turn = scene.desk.open().query_turns.latest()["naver"]

    assert (turn.reason, turn.hits) == ("quota_used", 0)
    assert turn.rests_until is not None and turn.rests_until > turn.asked_at
    assert "naver: its quota of today is used up" in scene.crawls[0].errors


def test_nobody_is_asked_two_things_at_once(scene: Scene) -> None:
    servers = (scene.own, scene.other, scene.gdelt, scene.naver, scene.google)

    assert {server.most_at_once for server in servers} == {1}
