"""What a site's own bytes propose: feeds, sitemaps, the CMS family, and the form of its articles' addresses."""

import re
from dataclasses import replace

import pytest

from crawler.addresses import guess_identity, guess_pattern
from crawler.declaring import check_outlet, make_id
from crawler.discover import find_sitemaps, find_usual_feeds, is_near, read_front
from crawler.families import can_identify, find_family
from crawler.generic import make_generic_outlet
from seeds.catalogue import load_catalogue
from seeds.errors import SeedError
from seeds.outlet import IdentityRule
from tests.source_tree import ROOT
from tests.test_pages import OUTLETS, read

CATALOGUE = load_catalogue()
HOME = "https://www.baovidu.vn/"


def front_of(head: str, body: str = "") -> tuple[str, ...]:
    front = read_front(f"<html><head>{head}</head><body>{body}</body></html>".encode(), HOME)
    assert front
    return front.feeds


# Feeds


@pytest.mark.parametrize(("head", "body", "feeds"), [
    ('<link rel="alternate" type="application/rss+xml" href="/rss/home.rss">', "", ("/rss/home.rss",)),
    ('<link rel="Alternate nofollow" type="application/atom+xml" href="//baovidu.vn/atom">', "",
     ("//baovidu.vn/atom",)),
    ('<link rel="alternate" type="text/html" hreflang="en" href="/rss-en/">', "", ()),
    ('<link rel="stylesheet" type="application/rss+xml" href="/a.css">', "", ()),
    ('<link rel="alternate" type="application/rss+xml" href="/comments/feed/">', "", ()),
    ("", '<a href="/rss.html">RSS</a>', ("/rss.html",)),
    ("", '<a href="/thoi-su.rss">RSS</a><a href="/thoi-su.html">Thời sự</a>', ("/thoi-su.rss",)),
    ("", '<a href="/rssam-tin-tuc">Tin</a><a href="/feedback">Góp ý</a>', ()),
    ("", '<a href="https://feeds.example.net/x.rss">RSS</a>', ()),
    ("", '<a href="javascript:rss/">RSS</a><a href="http://a@b/rss">RSS</a>', ()),
])
def test_feeds_are_found_in_the_head_and_in_links_of_the_same_site(
    head: str, body: str, feeds: tuple[str, ...]) -> None:
    expected = tuple(f"https:{feed}" if feed.startswith("//") else HOME[:-1] + feed for feed in feeds)

    assert front_of(head, body) == expected


def test_the_head_comes_before_links_and_each_feed_once() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/b.rss">'

    assert front_of(link, '<a href="/a.rss">A</a><a href="/b.rss">B</a>') == (f"{HOME}b.rss", f"{HOME}a.rss")


@pytest.mark.parametrize(("ours", "theirs", "near"), [
    (HOME, "https://baovidu.vn/x", True), (HOME, "https://m.baovidu.vn/x", True),
    (HOME, "https://rss.baovidu.vn/x", True), (HOME, "https://notbaovidu.vn/x", False),
    (HOME, "https://baovidu.vn.evil.example/x", False), ("http://127.0.0.1:80/", "http://127.0.0.1:81/", False),
])
def test_an_address_is_near_on_the_same_site_only(ours: str, theirs: str, near: bool) -> None:
    assert is_near(theirs, ours) is near


def test_robots_txt_names_sitemaps_of_this_site_the_news_first() -> None:
    robots = ("User-agent: *\nDisallow: /x\nsitemap: https://baovidu.vn/all.xml\n"
              "Sitemap : /news.xml\nSitemap: https://elsewhere.vn/s.xml\n# Sitemap: /old.xml\n")

    assert find_sitemaps(robots.encode(), HOME) == [f"{HOME}news.xml", "https://baovidu.vn/all.xml"]


def test_the_usual_addresses_of_the_family_come_before_anybodys() -> None:
    usual = find_usual_feeds(HOME, CATALOGUE.families["nukeviet"])

    assert usual[0] == f"{HOME}news/rss/" and f"{HOME}rss" in usual


@pytest.mark.parametrize("body", [b"", b"\0\0\0", b"<" * 300_000])
def test_what_is_no_page_has_no_front(body: bytes) -> None:
    assert read_front(body, HOME) is None


# Families


def test_families_are_told_by_their_pages_and_never_taken_for_another() -> None:
    found = {}
    for family, outlet in OUTLETS.items():
        urls = [outlet.article_example] if outlet.article_example else []
        found[family] = find_family("", read(family)[0].html, urls, CATALOGUE.families)[0]

    right = [family for family, told in found.items() if told == family]
    assert len(right) >= 51
    assert {family: told for family, told in found.items() if told not in (family, "generic")} == {}


@pytest.mark.parametrize(("html", "urls", "family"), [
    ('<link href="/wp-content/x.css">', [f"{HOME}mot-bai-viet/"], "wordpress"),
    ('<p>wp-content</p>', [f"{HOME}mot-bai-viet/"], "generic"),
    ('<img src="https://x.1cdn.vn/a.jpg">', [f"{HOME}bai-viet-12345.html"], "vn_1cdn"),
    ('<img src="https://x.1cdn.vn/a.jpg">', [f"{HOME}bai-viet"], "generic"),
    ('<a href="/news/articleView.html?idxno=1">', [f"{HOME}news/articleView.html?idxno=1"], "kr_ndsoft"),
    ('<a href="/news/articleView.html?idxno=1">', [f"{HOME}news/articleView.html?no=1"], "generic"),
])
def test_a_mark_names_a_family_only_where_its_identity_rule_fits(html: str, urls: list[str], family: str) -> None:
    assert find_family(html, "", urls, CATALOGUE.families)[0] == family


def test_a_rule_that_gives_many_articles_one_key_identifies_nothing() -> None:
    family = CATALOGUE.families["kr_ndsoft"]

    assert can_identify(family, [f"{HOME}?idxno={n}" for n in range(5)])
    assert not can_identify(family, [f"{HOME}{n}?idxno=1" for n in range(5)])


# Addresses of articles


@pytest.mark.parametrize(("urls", "query", "article", "other"), [
    (["/thoi-su/a-b-12345.html"], (), "/kinh-te/c-d-e-99999.html", "/thoi-su/"),
    (["/a-b-post123.html"], (), "/c-post77777.html", "/a-b-123.html"),
    (["/view/AKR20250101000100001"], (), "/view/AKR20260101000100001", "/view/PYH20260101000100001"),
    (["/news/articleView.html?idxno=1"], ("idxno",), "/news/articleView.html?sc=1&idxno=22",
     "/news/articleView.html?sc=1"),
    (["/t/202611/a-b-0f06837/", "/t/202610/c-1234567/"], (), "/t/202601/x-y-ab12cd3/", "/t/202601/x-y/"),
    (["/mot-bai-viet-rat-dai"], (), "/bai-khac-cung-dai-nhu-vay", "/lien-he"),
    (["/a/b/123", "/456"], (), "/789", "/tags"),
])
def test_a_pattern_takes_other_articles_and_leaves_lists(
    urls: list[str], query: tuple[str, ...], article: str, other: str) -> None:
    root = "https://www.baovidu.vn"

    pattern = guess_pattern([root + url for url in urls], IdentityRule(query))

    assert all(re.match(pattern, root + url) for url in [*urls, article])
    assert re.match(pattern, "https://m.baovidu.vn" + article)
    assert not re.match(pattern, root + other)
    assert not re.match(pattern, "https://baovidu.vn.evil.example" + article)


def test_the_pattern_of_every_declared_outlet_is_found_again_from_its_example_alone() -> None:
    for outlet in CATALOGUE.outlets.values():
        if outlet.article_example:
            pattern = guess_pattern([outlet.article_example], outlet.family.identity)

            assert re.match(pattern, outlet.article_example), outlet.id
            assert not [feed.url for feed in outlet.feeds if re.match(pattern, feed.url)], outlet.id


@pytest.mark.parametrize(("urls", "identity"), [
    (["/v?id=11&page=1", "/v?id=12&page=1"], {"query": ["id"]}),
    (["/v?page=1", "/v?page=1"], {}),
    (["/a-10001.html", "/b-10002.html"], {"path": r"(\d{4,})(?:\.\w{2,5})?/?$"}),
    (["/a-2025.html", "/b-2025.html"], {}),
    (["/a-b", "/c-d"], {}),
])
def test_what_differs_from_article_to_article_is_the_identity(urls: list[str], identity: dict[str, object]) -> None:
    assert guess_identity([HOME[:-1] + url for url in urls]) == identity


# Declarations


@pytest.mark.parametrize(("url", "outlet_id"), [
    ("https://www.baovidu.com.vn/", "baovidu"), ("https://news.huengaynay.vn", "news_huengaynay"),
    ("http://127.0.0.1:8080/", "127_0_0_1_8080"), ("https://gn.go.kr", "gn"), ("https://www.com.vn", "com_vn"),
])
def test_an_id_is_made_of_the_hosts_own_words(url: str, outlet_id: str) -> None:
    assert make_id(url) == outlet_id


def test_what_would_not_load_is_refused_before_it_is_written() -> None:
    generic = make_generic_outlet(HOME)
    values = {"name": "x", "name_en": "x", "country": "VN", "lang": "vi", "kind": "city", "homepage": HOME,
              "family": "generic", "feeds": [{"url": f"{HOME}rss", "kind": "rss"}]}
    path = ROOT / "x.yml"

    assert replace(check_outlet(values, path, CATALOGUE), family=generic.family).feeds[0].url == f"{HOME}rss"
    with pytest.raises(SeedError, match="kind"):
        check_outlet(values | {"kind": "paper"}, path, CATALOGUE)
