"""Structures seen in the wild: each feed, list or page is read or refused by name, within bounds of time."""

import gzip
import json
import time
from datetime import UTC, datetime

import pytest

from crawler.extract import extract_page
from crawler.feeds import ParsedFeed, parse_feed
from crawler.generic import make_generic_outlet
from seeds.outlet import FeedKind

OUTLET = make_generic_outlet("https://bao.vn/")
TEXT = "Đoàn cán bộ thành phố Huế đã thăm Gangneung và bàn cách cùng làm lễ hội đèn vào mùa xuân tới. "
BODY = "".join(f"<p>Đoạn {n}. {TEXT * 2}</p>" for n in range(4))
SECONDS = 10  # of CPU: generous for a busy machine, and a third of the limit per page


def read(body: str | bytes, kind: FeedKind = "rss") -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(raw, url="https://bao.vn/rss", kind=kind, outlet=OUTLET)


def make_rss(*items: str) -> str:
    whole = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>x</title>{whole}</channel></rss>"


def extract(page: str) -> tuple[str, str]:
    found = extract_page(page.encode(), url="https://bao.vn/tin-1001.html", outlet=OUTLET)
    return found.refused, found.text


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
REFUSED_FEEDS: dict[str, tuple[str | bytes, FeedKind, set[str]]] = {
    "20,000 nested elements": (f"<html><body>{'<div>' * 20_000}<a href='/tin-1001.html'>x", "section", {"too_deep"}),
    "200,000 links in 9 MB": ("<a href='/tin-1001.html'>một tin dài</a><p>" * 200_000, "section", {"too_large"}),
    "9 MB that are no links": ("<p>" + "a " * 4_500_000, "section", {"too_large"}),
    "only scripts": ("<html><body><script>var a = 1;</script></body></html>", "section", {"no_articles"}),
    "zero bytes": (b"", "rss", {"empty"}),
    "a feed address that serves HTML": ("<!DOCTYPE html><html><body><p>x</p></body></html>", "rss", {"not_a_feed"}),
    "a sitemap address that serves HTML": ("<html><body><p>x</p></body></html>", "sitemap", {"not_a_feed"}),
    "billion laughs": (f"{ENTITIES}<rss version='2.0'><channel><item><title>&b;</title></item></channel></rss>", "rss",
                       {"entity_declaration"}),
    "an external entity": (f"{EXTERNAL}<urlset><url><loc>&e;</loc></url></urlset>", "sitemap", {"entity_declaration"}),
    "a gzip bomb": (gzip.compress(b"<rss>" + b"\n" * 60_000_000), "rss", {"too_large"}),
    "JSON of another kind": (json.dumps({"error": "rate limited"}), "rss", {"not_a_feed"}),
    "JSON nested 100,000 deep": ('{"items":' + "[" * 100_000, "rss", {"not_a_feed", "broken"}),
    "a login form": ("<html><body><form action='/login'><input type='password'></form></body></html>", "section",
                     {"no_articles"}),
}


@pytest.mark.parametrize(("body", "kind", "reasons"), REFUSED_FEEDS.values(), ids=REFUSED_FEEDS.keys())
def test_what_is_no_feed_is_refused_by_name_and_in_time(body: str | bytes, kind: FeedKind, reasons: set[str]) -> None:
    before = time.process_time()

    found = read(body, kind)

    assert (found.refused in reasons, found.entries) == (True, [])
    assert time.process_time() - before < SECONDS


def test_a_sitemap_with_an_rss_namespace_is_a_sitemap() -> None:
    body = ('<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            'xmlns:rss="http://purl.org/rss/1.0/"><url><loc>https://bao.vn/tin-1001.html</loc></url></urlset>')

    assert [entry.url for entry in read(body).entries] == ["https://bao.vn/tin-1001.html"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_sitemap_of_50_000_entries_is_read_whole(pack: type[bytes]) -> None:
    rows = "".join(f"<url><loc>https://bao.vn/tin-{10_000 + n}.html</loc></url>" for n in range(50_000))
    before = time.process_time()

    found = read(pack(f"<urlset>{rows}</urlset>".encode()), "sitemap")

    assert len(found.entries) == 50_000
    assert time.process_time() - before < 2 * SECONDS


def test_a_sitemap_index_that_names_itself_is_not_followed_into_itself() -> None:
    form = "<sitemap><loc>{}</loc><lastmod>{}</lastmod></sitemap>"
    rows = [("https://bao.vn/2019.xml", "2019-05-01"), ("https://bao.vn/rss", "2026-11-01"),
            ("https://bao.vn/2026.xml", "2026-11-01"), ("/2025.xml", "2025-11-01")]

    found = read(f"<sitemapindex>{''.join(form.format(*row) for row in rows)}</sitemapindex>", "sitemap")

    assert found.more == ["https://bao.vn/2026.xml", "https://bao.vn/2025.xml", "https://bao.vn/2019.xml"]


ITEM = "<title>T</title><link>/tin-1001.html</link>"
FEEDS: dict[str, tuple[str, list[str]]] = {
    "duplicate GUIDs": (make_rss(*(f"<guid>1</guid><title>T{n}</title><link>/tin-100{n}.html</link>" for n in (1, 2))),
                        ["tin-1001", "tin-1002"]),
    "changed GUIDs": (make_rss(*(f"<guid>{n}</guid><title>T</title><link>/tin-1001.html</link>" for n in (1, 2))),
                      ["tin-1001"]),
    "no titles": (make_rss("<link>/tin-1001.html</link><description>Một tin</description>"), ["tin-1001"]),
    "no links": (make_rss("<title>T</title>", "<title>T</title><link>/tin-1002.html</link>"), ["tin-1002"]),
    "a GUID for a link": (make_rss("<title>T</title><guid>https://bao.vn/tin-1001.html</guid>"), ["tin-1001"]),
    "relative links": (
        make_rss(*(f"<title>T</title><link>{link}</link>" for link in (
            "tin-1001.html", "//bao.vn/tin-1002.html", "../tin-1003.html"))), ["tin-1001", "tin-1002", "tin-1003"]),
    "relative to the channel": (
        "<rss version='2.0'><channel><link>https://bao.vn/</link><item><title>T</title><link>news/view.html?idxno=1001"
        "</link></item></channel></rss>", ["news/view.html?idxno=1001"]),
    "relative to xml:base": (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://bao.vn/a/"><link href="https://bao.vn/b/"/><entry>'
        '<title>T</title><link href="tin-1001.html"/></entry></feed>', ["a/tin-1001"]),
    "truncated": (make_rss("<title>T</title><link>/tin-1001.html</link>", "<title>U</title><link>/tin-1002")[:-40],
                  ["tin-1001"]),
    "a raw ampersand": (make_rss("<title>A & B</title><link>/view?a=1&no=1001</link>"), ["view?a=1&no=1001"]),
    "script links": (make_rss("<title>T</title><link>javascript:go(1)</link>", ITEM), ["tin-1001"]),
    "RSS 0.91": (f"<rss version='0.91'><channel><item>{ITEM}</item></channel></rss>", ["tin-1001"]),
    "a channel without rss": (f"<channel><item>{ITEM}</item></channel>", ["tin-1001"]),
}


@pytest.mark.parametrize(("body", "expected"), FEEDS.values(), ids=FEEDS.keys())
def test_odd_feeds_give_every_entry_once_with_its_absolute_address(body: str, expected: list[str]) -> None:
    urls = [entry.url.removeprefix("https://bao.vn/").removesuffix(".html") for entry in read(body).entries]

    assert urls[:len(expected)] == expected
    assert len(urls) == len(set(urls))


def test_a_list_page_without_years_in_its_dates_is_dated() -> None:
    form = '<li><a href="/tin-100{0}.html">Tin số {0}</a><span class="date">0{0}/11 08:15</span></li>'
    body = f"<ul>{form.format(1)}{form.format(2)}</ul>".encode()
    now = datetime(2026, 11, 22, tzinfo=UTC)

    found = parse_feed(body, url="https://bao.vn/", kind="section", outlet=OUTLET, now=now)

    assert [str(entry.published_at) for entry in found.entries] == [
        "2026-11-01 08:15:00+07:00", "2026-11-02 08:15:00+07:00"]


NEXT = "self.__next_f.push([1,{}])".format(json.dumps(f'{{"body":"{BODY}"}}'))
PAGES: dict[str, tuple[str, bool]] = {
    "20,000 nested elements": (f"<html><body>{'<div>' * 20_000}{BODY}", False),
    "200,000 links in 9 MB": ("<html><body>" + "<a href='/tin-1001.html'>một tin dài ơi</a>" * 200_000, False),
    "only scripts": ("<html><body><script>document.write('x')</script></body></html>", False),
    "zero bytes": ("", False),
    "a login wall": ("<html><head><title>Đăng nhập</title></head><body><h1>Đăng nhập</h1><form><input type=password>"
                     "</form><p>Vui lòng đăng nhập để đọc tiếp.</p></body></html>", False),
    "a captcha": ("<html><head><title>Just a moment...</title></head><body><div id='cf-challenge'>Checking your "
                  "browser before accessing bao.vn</div></body></html>", False),
    "a soft 404": ("<html><head><title>404 - Không tìm thấy trang</title></head><body><h1>Không tìm thấy trang</h1>"
                   "<p>Trang bạn tìm không tồn tại.</p></body></html>", False),
    "body in a Next.js payload": (f"<html><title>Hồ sen</title><body><script>{NEXT}</script></body></html>", True),
    "two h1": (f"<html><body><h1>Thời sự</h1><article><h1>Hồ sen ở Huế</h1>{BODY}</article></body></html>", True),
    "article text twice": (f"<html><body><article><h1>Hồ sen</h1>{BODY}</article><div hidden>{BODY}</div>", True),
}


@pytest.mark.parametrize(("page", "readable"), PAGES.values(), ids=PAGES.keys())
def test_a_page_is_read_or_refused_by_name_in_time(page: str, readable: bool) -> None:
    before = time.process_time()

    refused, text = extract(page)

    assert bool(refused) is not readable
    if readable:
        assert text.count(TEXT[:60]) == 8  # once, not twice
    assert time.process_time() - before < SECONDS
