"""Feeds, sitemaps and lists: every entry, its absolute address, its instant; a clear refusal for the rest."""

import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.feeds import ParsedFeed, guess_kind, parse_feed
from crawler.generic import make_generic_outlet
from seeds.outlet import FeedKind, Outlet

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VN = make_generic_outlet("https://bao.vn/")
KR = make_generic_outlet("https://sinmun.kr/")


def read(body: str | bytes, kind: FeedKind = "rss", outlet: Outlet = VN, content_type: str = "") -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(
        raw, url="https://bao.vn/rss/home.rss", kind=kind, outlet=outlet, content_type=content_type, now=NOW)


def make_rss(*items: str, built: str = "") -> str:
    head = f"<lastBuildDate>{built}</lastBuildDate>" if built else ""
    whole = "".join(f"<item>{item}</item>" for item in items)
    declaration = '<?xml version="1.0" encoding="utf-8"?>'
    return f'{declaration}<rss version="2.0"><channel><title>x</title>{head}{whole}</channel></rss>'


def make_item(number: int, date: str, tag: str = "pubDate") -> str:
    return f"<title>Tin {number}</title><link>https://bao.vn/tin-{1000 + number}.html</link><{tag}>{date}</{tag}>"


def test_an_rss_item_gives_address_title_summary_and_instant() -> None:
    found = read(make_rss(
        "<title><![CDATA[Huế v&agrave; &lt;Chungnam&gt;]]></title>"
        "<link>\n https://bao.vn/a-1.html?utm_source=rss \n</link>"
        "<description><![CDATA[<a href='x'><img src='y'></a></br>L&uacute;a v&agrave; sen]]></description>"
        "<pubDate>Mon, 04 May 2026 12:05:08 GMT+7</pubDate>"))

    [entry] = found.entries
    assert (entry.url, entry.title, entry.summary) == ("https://bao.vn/a-1.html", "Huế và <Chungnam>", "Lúa và sen")
    assert entry.published_at and entry.published_at.isoformat() == "2026-05-04T12:05:08+07:00"
    assert entry.date_source == "feed"


@pytest.mark.parametrize(("date", "outlet", "expected"), [
    ("2026-06-23 13:58:38", KR, "2026-06-23T13:58:38+09:00"),
    ("2026-06-23 13:58:38", VN, "2026-06-23T13:58:38+07:00"),
    ("9/14/2026 6:44:00 PM", VN, "2026-09-14T18:44:00+07:00"),
    ("Mon, 14 Sep 26 09:13:00 +0700", VN, "2026-09-14T09:13:00+07:00"),
])
def test_zone_less_dates_are_read_in_the_outlets_zone(date: str, outlet: Outlet, expected: str) -> None:
    [entry] = read(make_rss(make_item(1, date)), outlet=outlet).entries

    assert entry.published_at and entry.published_at.isoformat() == expected


def test_one_build_time_for_all_items_is_no_date() -> None:
    built = "Thu,28 Jul 2022 4:35:5 GMT+9"

    same = read(make_rss(*(make_item(n, built, "pubdate") for n in range(6)), built=built), outlet=KR)
    apart = read(make_rss(*(make_item(n, f"Thu,28 Jul 2022 4:3{n}:5 GMT+9", "pubdate") for n in range(6)), built=built))

    assert [entry.published_at for entry in same.entries] == [None] * 6
    assert same.notes == ("one_date_for_all",)
    assert all(entry.published_at for entry in apart.entries)


def test_local_time_with_a_false_z_is_taken_as_local() -> None:
    built = "2022-07-29T00:04:49Z"

    ahead, behind = make_item(1, "2022-07-29T07:00:00Z"), make_item(2, "2022-07-28T20:00:00Z")
    false = read(make_rss(ahead, behind, built=built), outlet=KR)
    true = read(make_rss(make_item(1, "2022-07-28T23:00:00Z"), built=built), outlet=KR)

    assert [str(entry.published_at) for entry in false.entries] == [
        "2022-07-29 07:00:00+09:00", "2022-07-28 20:00:00+09:00"]
    assert str(true.entries[0].published_at) == "2022-07-28 23:00:00+00:00"


def test_relative_and_glued_links_become_absolute_and_missing_ones_are_counted() -> None:
    found = read(make_rss(
        "<title>a</title><link>/tin-1001.html</link>", "<title>b</title><link>//bao.vn/tin-1002.html</link>",
        "<title>c</title><link>http://bao.vnhttp//bao.vn/tin-1003.html</link>", "<description>leer</description>",
        "<title>d</title><guid isPermaLink='false'>https://bao.vn/tin-1004.html</guid>",
        "<title>a again</title><link>/tin-1001.html</link>"))

    assert [entry.url for entry in found.entries] == [
        "https://bao.vn/tin-1001.html", "https://bao.vn/tin-1002.html", "http://bao.vn/tin-1003.html",
        "https://bao.vn/tin-1004.html"]
    assert found.skipped == {"no_link": 1, "double": 1}


def test_euc_kr_is_read_as_cp949() -> None:
    body = make_rss(make_item(1, "2026-06-23 13:58:38").replace("Tin 1", "똠얌 축제")).replace("utf-8", "euc-kr")

    assert read(body.encode("cp949"), outlet=KR).entries[0].title == "똠얌 축제"


def test_utf_8_labelled_euc_kr_is_read_as_utf_8() -> None:
    body = make_rss(make_item(1, "2026-06-23 13:58:38").replace("Tin 1", "순창군 소식")).replace("utf-8", "euc-kr")

    assert read(body, outlet=KR, content_type="text/xml; charset=euc-kr").entries[0].title == "순창군 소식"


@pytest.mark.parametrize("body", [
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><link href="/tin-1001.html"/>'
    "<published>2026-05-04T12:05:08+07:00</published></entry></feed>",
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="x"><title>T</title>'
    "<link>https://bao.vn/tin-1001.html</link><dc:date>2026-05-04T12:05:08</dc:date></item></rdf:RDF>",
    json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [
        {"url": "/tin-1001.html", "title": "T", "date_published": "2026-05-04T12:05:08+07:00"}]}),
], ids=["atom", "rdf", "json"])
def test_atom_rdf_and_json_feeds_are_read(body: str) -> None:
    [entry] = read(body).entries

    assert (entry.url, entry.title) == ("https://bao.vn/tin-1001.html", "T")
    assert str(entry.published_at) == "2026-05-04 12:05:08+07:00"


NEWS_SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><image:image><image:loc>https://bao.vn/a.jpg</image:loc><image:title>ảnh</image:title></image:image>
<loc>https://bao.vn/tin-1001.html</loc><lastmod>2026-05-09</lastmod><news:news>
<news:title>Tin sen &amp;amp; lúa</news:title>
<news:publication_date>2026-05-04T12:05:08+07:00</news:publication_date></news:news></url>
<url><loc>https://bao.vn/tin-1002.html</loc><lastmod>2026-05-05T01:00:00+07:00</lastmod></url>
<url><lastmod>2026</lastmod></url></urlset>"""


@pytest.mark.parametrize("body", [NEWS_SITEMAP.encode(), gzip.compress(NEWS_SITEMAP.encode())], ids=["plain", "gzip"])
@pytest.mark.parametrize("kind", ["sitemap", "rss"])
def test_a_sitemap_is_read_packed_or_not_whatever_it_is_called(body: bytes, kind: FeedKind) -> None:
    found = read(body, kind)

    assert [(e.url, e.title, str(e.published_at)) for e in found.entries] == [
        ("https://bao.vn/tin-1001.html", "Tin sen & lúa", "2026-05-04 12:05:08+07:00"),
        ("https://bao.vn/tin-1002.html", "", "2026-05-05 01:00:00+07:00")]
    assert found.skipped == {"no_link": 1}


def test_a_sitemap_index_gives_its_children_without_itself() -> None:
    body = ("<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
            "<sitemap><loc>https://bao.vn/s1.xml</loc></sitemap><sitemap><loc>https://bao.vn/rss/home.rss</loc></sitemap></sitemapindex>")

    found = read(body, "sitemap")

    assert (found.entries, found.more, found.refused) == ([], ["https://bao.vn/s1.xml"], "")


LIST = """<html><body><nav><a href="/the-thao">Thể thao</a></nav>
<div class="card"><a href="/tin-1001.html"><img></a><h3 class="title"><a href="/tin-1001.html">Sen và lúa</a></h3>
<a href="/tin-1001.html?zarsrc=3">Tóm tắt dài hơn tên bài</a><span class="time">20/11 08:15</span></div>
<div class="card"><h3><a href="https://bao.vn/tin-1002.html">Tôm và cua</a></h3>
<span class="time">19/11/2026 07:00</span></div>
<a href="https://other.vn/tin-1003.html">Báo khác</a></body></html>"""


@pytest.mark.parametrize("selectors", [(), ("h3 a",), ("a.gone",)], ids=["any link", "selector", "an older skin's"])
def test_a_list_page_gives_each_article_once_with_heading_and_date(selectors: tuple[str, ...]) -> None:
    outlet = replace(VN, family=replace(VN.family, list_links=selectors),
                     article_url=re.compile(r"^https://bao\.vn/tin-\d+\.html$"))

    found = read(LIST, "section", outlet)

    assert [(e.url, e.title, str(e.published_at)) for e in found.entries] == [
        ("https://bao.vn/tin-1001.html", "Sen và lúa", "2026-11-20 08:15:00+07:00"),
        ("https://bao.vn/tin-1002.html", "Tôm và cua", "2026-11-19 07:00:00+07:00")]


BILLION = ('<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]>'
           "<rss version='2.0'><channel><item><title>&lol2;</title></item></channel></rss>")


@pytest.mark.parametrize(("body", "kind", "reason"), [
    (b"", "rss", "empty"), (b" \n\0", "sitemap", "empty"), (BILLION.encode(), "rss", "entity_declaration"),
    (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hosts">]><urlset>&e;</urlset>', "sitemap", "entity_declaration"),
    (b"<!DOCTYPE html><html><body><p>Trang ch\xe1\xbb\xa7</p></body></html>", "rss", "not_a_feed"),
    (b"{\"error\": 1}", "rss", "not_a_feed"), (b"just words", "rss", "not_a_feed"),
    (b"<html></html>", "sitemap", "not_a_feed"), (b"%PDF-1.7\x01\x02\x03\x04\x05", "rss", "not_text"),
    (gzip.compress(b"<rss>" + b" " * 9_000_000), "rss", "too_large"),
    (b"<html><body><p>kein Link</p></body></html>", "section", "no_articles"),
])
def test_what_is_no_feed_is_refused_by_name(body: bytes, kind: FeedKind, reason: str) -> None:
    found = read(body, kind)

    assert (found.refused, found.entries) == (reason, [])


def test_a_feed_cut_in_the_middle_keeps_what_came() -> None:
    body = make_rss(make_item(1, "2026-05-04"), make_item(2, "2026-05-05"))

    assert len(read(body[:body.index("Tin 2") + 3]).entries) >= 1


@pytest.mark.parametrize(("body", "kind"), [
    (make_rss(make_item(1, "2026-05-04")), "rss"), (NEWS_SITEMAP, "sitemap"), (LIST, "section"), ("{}", "rss"),
])
def test_the_kind_of_a_file_is_guessed_from_its_bytes(body: str, kind: str) -> None:
    assert guess_kind(body.encode()) == kind
