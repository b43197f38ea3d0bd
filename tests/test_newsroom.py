"""The newsroom: its outlets answer like real ones, and count what reaches them."""

import re
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from http.client import HTTPException
from pathlib import Path

import pytest
import yaml

from seeds.newsroom import Newsroom, run_newsroom
from seeds.newsroom.library import load_outlets, load_shells
from tests.newsroom_factory import NOON, fetch, find_story, make_story

OUTLETS = sorted(load_outlets())
FEED_OUTLETS = [o for o in OUTLETS if load_outlets()[o].feed_kind != "section"]
NO_PAGE = {"missing": 404, "moved": 301}


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    """The bundled newsroom; for tests that change nothing in it."""
    with run_newsroom(NOON, slow_seconds=0.05) as newsroom:
        yield newsroom


@pytest.fixture
def bare() -> Iterator[Newsroom]:
    """Two outlets without stories."""
    with run_newsroom(NOON, bundled=False, only={"nr_thanhnien", "nr_chungcheong"}) as newsroom:
        yield newsroom


def find_links(newsroom: Newsroom, outlet_id: str) -> set[str]:
    """The article addresses in an outlet's first feed."""
    root, outlet = newsroom.roots[outlet_id], load_outlets()[outlet_id]
    text = unescape(fetch(newsroom.feed_urls(outlet_id)[0]).text)
    if outlet.feed_kind == "section":
        text = text[text.index("<main>"):text.index("</main>")]
        found = {root + href.removeprefix(root) for href in re.findall(r'href="([^"]+)"', text)}
    else:
        found = set(re.findall(r"<(?:link|loc)>([^<]+)</", text)) - {f"{root}/"}
    return found


# Addresses

@pytest.mark.parametrize("outlet_id", OUTLETS)
def test_every_link_of_a_feed_answers(newsroom: Newsroom, outlet_id: str) -> None:
    links = find_links(newsroom, outlet_id)
    faults = {p.story.faults: newsroom.roots[outlet_id] + link
              for p in newsroom.desks[outlet_id].printed for link in p.listed}
    odd = {url: status for row, url in faults.items() for fault, status in NO_PAGE.items() if fault in row}

    statuses = {link: fetch(link).status for link in links}

    assert len(links) == sum(len(p.listed) for p in newsroom.desks[outlet_id].printed)
    assert statuses == {link: odd.get(link, 200) for link in links}


@pytest.mark.parametrize("outlet_id", OUTLETS)
def test_article_pages_hold_title_and_text_amid_menus(newsroom: Newsroom, outlet_id: str) -> None:
    printed = newsroom.desks[outlet_id].printed[0]

    text = unescape(fetch(newsroom.roots[outlet_id] + printed.path).text)

    assert printed.title in text
    assert all(paragraph in text for paragraph in printed.paragraphs)
    shell = load_shells()[printed.story.lang]
    assert all(place in text for place in shell["places"])
    assert all(headline in text for headline in shell["related"])


@pytest.mark.parametrize("lang", ["vi", "en", "pl"])
def test_the_menu_holds_all_provinces(lang: str) -> None:
    assert len(set(load_shells()[lang]["places"])) == 34


def test_feeds_write_dates_in_the_forms_of_their_systems(newsroom: Newsroom) -> None:
    forms = {
        "nr_thanhnien": r"<pubDate>\w{3}, \d\d \w{3} 26 \d\d:\d\d:\d\d \+0700<",
        "nr_chungcheong": r"<pubDate>2026-\d\d-\d\d \d\d:\d\d:\d\d<",
        "nr_yna_en": r"<pubDate>\w{3}, \d\d \w{3} 2026 \d\d:\d\d:\d\d<",
        "nr_vna_en": r"<pubDate>\w{3}, \d\d \w{3} 2026 \d\d:\d\d:\d\d \+07:00<",
        "nr_yna": r"<pubDate>\w{3}, \d\d \w{3} 2026 \d\d:\d\d:\d\d \+0900<",
        "nr_cantho": r"<news:publication_date>2026-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00<",
        "nr_vietnamvn_pl": r"<lastmod>2026-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00<",
    }

    texts = {outlet_id: fetch(newsroom.feed_urls(outlet_id)[0]).text for outlet_id in FEED_OUTLETS}

    assert [o for o, form in forms.items() if not re.search(form, texts[o])] == []
    assert "&agrave;" in texts["nr_thanhnien"]
    assert "&agrave;" not in texts["nr_dantoc"]


def test_dates_count_back_from_now_in_the_outlets_zone(bare: Newsroom) -> None:
    bare.publish(make_story("nr_chungcheong", age=timedelta(hours=13)))

    assert "<pubDate>2026-11-19 23:00:00</pubDate>" in fetch(bare.feed_urls("nr_chungcheong")[0]).text


def test_a_twin_shows_the_same_article_and_is_listed_too(newsroom: Newsroom) -> None:
    first, twin = newsroom.find_urls("nr_chungcheong")["sadec-okcheon-ko"]

    assert "articleViewAmp" in twin
    assert {first, twin} <= find_links(newsroom, "nr_chungcheong")
    assert fetch(first).body == fetch(twin).body


def test_a_moved_story_redirects_to_its_true_address(newsroom: Newsroom) -> None:
    [url] = newsroom.find_urls("nr_dantoc")["dt-ruong-bac-thang"]
    [link] = [u for u in find_links(newsroom, "nr_dantoc") if "cap-nhat" in u]

    answer = fetch(link)

    assert (answer.status, answer.headers["location"]) == (301, url)
    assert fetch(url).status == 200


def test_charset_labels_lie_as_labelled(newsroom: Newsroom) -> None:
    urls = newsroom.find_urls("nr_chungcheong")

    korean, lying = fetch(urls["cc-food-festival"][0]), fetch(urls["cc-first-snow"][0])

    assert "euc-kr" in korean.headers["content-type"] and "euc-kr" in lying.headers["content-type"]
    assert "똠얌꿍" in korean.body.decode("cp949")
    with pytest.raises(UnicodeDecodeError):
        korean.body.decode("euc-kr")
    assert "소백산" in lying.text


def test_wall_and_empty_pages(newsroom: Newsroom) -> None:
    wall = find_story("tn-tuong-phi")

    text = fetch(newsroom.find_urls("nr_thanhnien")[wall.id][0]).text

    assert "Đăng nhập để đọc tiếp" in text
    assert wall.paragraphs[1][:30] not in text
    assert fetch(newsroom.find_urls("nr_cantho")["ct-trang-rong"][0]).body == b""


def test_robots_keep_crawlers_out_of_a_listed_page_and_name_the_sitemap(newsroom: Newsroom) -> None:
    [url] = newsroom.find_urls("nr_dantoc")["dt-noi-bo"]
    rule = re.search("Disallow: (.+)", fetch(newsroom.roots["nr_dantoc"] + "/robots.txt").text)

    assert rule and url.startswith(newsroom.roots["nr_dantoc"] + rule[1])
    assert f"Sitemap: {newsroom.feed_urls('nr_cantho')[0]}" in fetch(newsroom.roots["nr_cantho"] + "/robots.txt").text


def test_an_unknown_address_is_not_found(newsroom: Newsroom) -> None:
    root = newsroom.roots["nr_chungcheong"]

    assert fetch(f"{root}/news/articleView.html?idxno=1").status == 404
    assert fetch(f"{root}/news/articleView.html").status == 404


# Transport

@pytest.mark.parametrize("outlet_id", FEED_OUTLETS)
def test_a_feed_that_has_not_changed_says_so(newsroom: Newsroom, outlet_id: str) -> None:
    url = newsroom.feed_urls(outlet_id)[0]
    first = fetch(url)

    by_tag = fetch(url, If_None_Match=first.headers["etag"])
    by_day = fetch(url, If_Modified_Since=first.headers["last-modified"])
    other = fetch(url, If_None_Match='"other"', If_Modified_Since=first.headers["last-modified"])

    assert [by_tag.status, by_day.status, other.status] == [304, 304, 200]
    assert by_tag.body == b""


def test_some_outlets_give_no_validators(newsroom: Newsroom) -> None:
    assert "etag" not in fetch(newsroom.feed_urls("nr_hue")[0]).headers


def test_gzip_is_given_where_asked_for(newsroom: Newsroom) -> None:
    url = newsroom.feed_urls("nr_thanhnien")[0]

    assert fetch(url, Accept_Encoding="gzip").text == fetch(url).text
    assert fetch(url, Accept_Encoding="gzip").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in fetch(url).headers


def test_a_story_published_during_the_run_is_first_in_the_feed(bare: Newsroom) -> None:
    feed = bare.feed_urls("nr_thanhnien")[0]
    bare.publish(make_story(story_id="old", age=timedelta(hours=9)))
    before = fetch(feed)

    url = bare.publish(make_story(story_id="new", title="Cầu đi bộ mới", age=timedelta(hours=2)))
    after = fetch(feed, If_None_Match=before.headers["etag"])

    assert after.status == 200
    assert after.text.index(url) < after.text.index(find_only(bare, "old"))
    assert fetch(feed, If_Modified_Since=before.headers["last-modified"]).status == 200
    assert "Cầu đi bộ mới" in fetch(url).text


def find_only(newsroom: Newsroom, story_id: str) -> str:
    [url] = newsroom.find_urls("nr_thanhnien")[story_id]
    return url


def test_a_story_is_published_once(bare: Newsroom) -> None:
    bare.publish(make_story())

    with pytest.raises(ValueError, match="made"):
        bare.publish(make_story())


def test_fill_spreads_the_ages_of_its_entries(bare: Newsroom) -> None:
    urls = bare.fill("nr_chungcheong", 500, (timedelta(0), timedelta(days=400)))
    days = re.findall(r"<pubDate>(\S+) ", fetch(bare.feed_urls("nr_chungcheong")[0]).text)

    assert len(set(urls)) == len(days) == 500
    assert (days[0], days[-1]) == ("2026-11-20", "2025-10-16")
    assert days == sorted(days, reverse=True)
    assert fetch(urls[250]).status == 200


def test_counters_tell_how_an_outlet_was_crawled(bare: Newsroom) -> None:
    feed = bare.feed_urls("nr_thanhnien")[0]
    tag = fetch(feed, User_Agent="reader/1").headers["etag"]
    fetch(feed, If_None_Match=tag, User_Agent="reader/1")
    fetch(bare.roots["nr_thanhnien"] + "/robots.txt", User_Agent="reader/1")
    fetch(bare.roots["nr_thanhnien"] + "/quan-tri/1", User_Agent="rude/1")

    counters = bare.counters["nr_thanhnien"]

    assert (counters.requests, counters.robots, counters.conditional, counters.not_modified) == (3, 1, 1, 1)
    assert counters.disallowed == 1
    assert counters.by_path["/rss/home.rss"] == 2
    assert counters.agents == {"reader/1": 3, "rude/1": 1}
    assert counters.statuses == {200: 2, 304: 1, 404: 1}
    assert 0 < counters.min_gap_seconds < 5
    assert bare.counters["nr_chungcheong"].requests == 0


def test_counters_see_requests_at_once(bare: Newsroom) -> None:
    bare.set_fault("nr_thanhnien", "slow", seconds=0.3)
    feed = bare.feed_urls("nr_thanhnien")[0]
    threads = [threading.Thread(target=fetch, args=(feed,)) for _ in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert bare.counters["nr_thanhnien"].max_at_once == 3
    bare.reset_counters()
    assert bare.counters["nr_thanhnien"].max_at_once == 0


# Faults at run time

@pytest.mark.parametrize(("kind", "status", "header", "value"), [
    ("403", 403, "content-type", "text/plain; charset=utf-8"),
    ("429", 429, "retry-after", "77"),
    ("500", 500, "content-type", "text/plain; charset=utf-8"),
    ("empty", 200, "content-length", "0"),
    ("html_instead_of_feed", 200, "content-type", "text/html; charset=utf-8"),
    ("endless_redirect", 302, "location", "/rss/home.rss?turn=1"),
    ("private_redirect", 302, "location", "http://169.254.169.254/latest/meta-data/"),
    ("gzip_bomb", 200, "content-encoding", "gzip"),
])
def test_a_fault_strikes_until_it_is_cleared(bare: Newsroom, kind: str, status: int, header: str, value: str) -> None:
    more = {"429": {"retry_after": 77}, "gzip_bomb": {"mebibytes": 2}}.get(kind, {})
    feed = bare.feed_urls("nr_thanhnien")[0]

    bare.set_fault("nr_thanhnien", kind, **more)  # type: ignore[arg-type]
    struck, robots = fetch(feed), fetch(bare.roots["nr_thanhnien"] + "/robots.txt")
    bare.clear_fault("nr_thanhnien")

    assert (struck.status, struck.headers[header]) == (status, value)
    assert robots.status == 200 and b"Disallow" in robots.body
    assert "<rss" in fetch(feed).text
    assert "<rss" in fetch(bare.feed_urls("nr_chungcheong")[0]).text


def test_a_bomb_unpacks_to_its_size(bare: Newsroom) -> None:
    bare.set_fault("nr_thanhnien", "gzip_bomb", mebibytes=2)

    body = fetch(bare.feed_urls("nr_thanhnien")[0]).body

    assert len(body) < 10_000
    assert len(zlib.decompress(body, 31)) == 2 * 1024 * 1024


def test_an_endless_redirect_goes_on(bare: Newsroom) -> None:
    bare.set_fault("nr_thanhnien", "endless_redirect")

    answer = fetch(bare.feed_urls("nr_thanhnien")[0] + "?turn=7")

    assert answer.headers["location"].endswith("?turn=8")


def test_a_dropped_connection_breaks_off_in_the_body(bare: Newsroom) -> None:
    bare.set_fault("nr_thanhnien", "drop")

    with pytest.raises((HTTPException, ConnectionError)):
        fetch(bare.feed_urls("nr_thanhnien")[0])


def test_a_fault_may_strike_some_paths_only(bare: Newsroom) -> None:
    bare.set_fault("nr_thanhnien", "500", prefix="/robots")

    assert fetch(bare.roots["nr_thanhnien"] + "/robots.txt").status == 500
    assert fetch(bare.feed_urls("nr_thanhnien")[0]).status == 200


def test_a_frozen_feed_stays_as_it_was(bare: Newsroom) -> None:
    feed = bare.feed_urls("nr_thanhnien")[0]
    bare.set_fault("nr_thanhnien", "frozen")

    url = bare.publish(make_story())

    assert url not in fetch(feed).text
    assert fetch(url).status == 200
    bare.clear_fault("nr_thanhnien")
    assert url in fetch(feed).text


# Overlay and life

def test_overlay_files_describe_the_running_outlets(newsroom: Newsroom, tmp_path: Path) -> None:
    ids = newsroom.write_overlay(tmp_path)

    files = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in tmp_path.glob("outlets/newsroom/*.yml")}
    assert sorted(ids) == sorted(files) == OUTLETS
    assert len(files) >= 10
    for outlet_id, data in files.items():
        pattern = re.compile(data["article"]["pattern"])
        urls = {url for row in newsroom.find_urls(outlet_id).values() for url in row}
        assert not [url for url in {*urls, *find_links(newsroom, outlet_id)} if not pattern.search(url)]
        assert not [f["url"] for f in data["feeds"] if pattern.search(f["url"])]
        assert data["article"]["example"] in urls
        assert "demo" in data["name_en"]


def test_the_catalogue_accepts_the_overlay(newsroom: Newsroom, tmp_path: Path) -> None:
    from seeds.catalogue import load_catalogue

    newsroom.write_overlay(tmp_path)
    catalogue = load_catalogue(tmp_path)

    for outlet_id in OUTLETS:
        for row in newsroom.find_urls(outlet_id).values():
            found = catalogue.find_outlet(row[0])
            assert found and found.id == outlet_id


def test_the_same_now_and_ports_give_the_same_addresses() -> None:
    with run_newsroom(NOON, only={"nr_thanhnien"}) as first:
        urls = first.find_urls("nr_thanhnien")
        port = int(first.roots["nr_thanhnien"].rsplit(":", 1)[1])

    with run_newsroom(NOON, only={"nr_thanhnien"}, ports={"nr_thanhnien": port}) as second:
        assert second.find_urls("nr_thanhnien") == urls


def test_a_taken_port_is_refused() -> None:
    with run_newsroom(NOON, only={"nr_hue"}) as first:
        port = int(first.roots["nr_hue"].rsplit(":", 1)[1])

        with pytest.raises(OSError), run_newsroom(NOON, only={"nr_hue"}, ports={"nr_hue": port}):
            pytest.fail("a taken port was opened")


def test_a_now_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Newsroom(NOON.replace(tzinfo=None))


def test_texts_do_not_depend_on_the_zone_of_now() -> None:
    here = Newsroom(NOON).desks["nr_hue"].printed
    there = Newsroom(datetime.fromtimestamp(NOON.timestamp(), UTC)).desks["nr_hue"].printed

    assert [p.paragraphs for p in here] == [p.paragraphs for p in there]
