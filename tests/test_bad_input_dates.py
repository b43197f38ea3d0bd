"""Dates seen in the wild, in the feeds and pages that printed them: the right instant, or none."""

from datetime import UTC, datetime

import pytest

from crawler.dates import parse_date
from crawler.extract import extract_page
from crawler.feeds import ParsedFeed, parse_feed
from crawler.generic import make_generic_outlet

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VN, KR = make_generic_outlet("https://bao.vn/"), make_generic_outlet("https://sinmun.kr/")
BUILT = "Sat, 21 Nov 2026 09:13:07 +0700"


def read(dates: list[str], built: str = "", tag: str = "pubDate") -> ParsedFeed:
    head = f"<lastBuildDate>{built}</lastBuildDate>" if built else ""
    items = "".join(f"<item><title>Tin {n}</title><link>/tin-{1000 + n}.html</link><{tag}>{date}</{tag}></item>"
                    for n, date in enumerate(dates))
    body = f"<rss version='2.0'><channel><title>x</title><link>https://bao.vn/</link>{head}{items}</channel></rss>"
    return parse_feed(body.encode(), url="https://bao.vn/rss", kind="rss", outlet=VN, now=NOW)


ZONES = {
    "GMT+7": ("Mon, 04 May 2026 12:05:08 GMT+7", "2026-05-04T05:05:08+00:00"),
    "GMT+9 glued": ("Thu,28 Jul 2022 4:35:5 GMT+9", "2022-07-27T19:35:05+00:00"),
    "US order": ("4/3/2026 8:15:00 AM", "2026-04-03T01:15:00+00:00"),
    "US order, evening": ("9/14/2026 6:44:00 PM", "2026-09-14T11:44:00+00:00"),
    "day first": ("03/04/2026 08:15", "2026-04-03T01:15:00+00:00"),
    "two-digit year": ("Mon, 14 Sep 26 09:13:00 +0700", "2026-09-14T02:13:00+00:00"),
    "blank before the zone": ("2026-03-07T08:52:11.000 +07:00", "2026-03-07T01:52:11+00:00"),
    "entity for the plus": ("2026-03-07T08:52:11&amp;#x2B;07:00", "2026-03-07T01:52:11+00:00"),
    "no colon in the zone": ("2026-03-07T08:52:11+0700", "2026-03-07T01:52:11+00:00"),
    "AM on a 24-hour clock": ("07-03-2026 - 00:01 AM", "2026-03-06T17:01:00+00:00"),
}


@pytest.mark.parametrize(("date", "expected"), ZONES.values(), ids=ZONES.keys())
def test_a_feeds_date_is_its_instant(date: str, expected: str) -> None:
    [entry] = read([date]).entries

    assert entry.published_at == datetime.fromisoformat(expected)


@pytest.mark.parametrize(("text", "expected"), [
    ("2026년 4월 3일 08:15", "2026-04-03T08:15:00+09:00"), ("2026-06-23 13:58:38", "2026-06-23T13:58:38+09:00"),
    ("2026-06-23 13:58:38 KST", "2026-06-23T13:58:38+09:00"), ("2026-06-23 13:58:38 ICT", "2026-06-23T13:58:38+07:00"),
    ("2026.02.12. 오전 10:30", "2026-02-12T10:30:00+09:00"), ("11-20", "2026-11-20T00:00:00+09:00"),
    ("11.20.", "2026-11-20T00:00:00+09:00"), ("11-20 23:26", "2026-11-20T23:26:00+09:00"),
    ("12-31", "2025-12-31T00:00:00+09:00"),
])
def test_korean_dates_are_read_in_korean_time(text: str, expected: str) -> None:
    at = parse_date(text, zone="Asia/Seoul", order="ymd", now=NOW)

    assert at and at.isoformat() == expected


@pytest.mark.parametrize("text", [
    "01/01/1970 00:00", "0000-00-00 00:00:00", "0001-01-01T00:00:00", "2031-01-01 00:00", "© 2026", "1.5", "3/4",
    "31-02", "11.20", "1,234", "2026", "5분 전",
])
def test_what_names_no_possible_instant_is_no_date(text: str) -> None:
    assert parse_date(text, zone="Asia/Seoul", order="ymd", now=NOW) is None


def test_a_feed_whose_items_all_carry_the_build_time_gives_no_dates() -> None:
    found = read([BUILT] * 6, built=BUILT)

    assert [entry.published_at for entry in found.entries] == [None] * 6
    assert found.notes == ("one_date_for_all",)


def test_of_items_stamped_one_by_one_while_the_feed_was_built_only_those_lose_their_dates() -> None:
    stamped = [f"Sat, 21 Nov 2026 09:13:0{n} +0700" for n in range(6)]

    found = read([*stamped, "Fri, 20 Nov 2026 08:00:01 +0700"], built=BUILT)

    assert [entry.published_at is None for entry in found.entries] == [True] * 6 + [False]
    assert found.notes == ("build_time_as_date",)


@pytest.mark.parametrize(("dates", "built"), [
    ([BUILT, *(f"Sat, 21 Nov 2026 0{n}:00:00 +0700" for n in range(6))], BUILT),
    ([BUILT] * 4, BUILT),
    (["2026-11-20"] * 8, ""),
    (["2026-11-20 00:00:00"] * 8, ""),
    (["Fri, 20 Nov 2026 17:00:00 +0700"] * 8, BUILT),
], ids=["built when the newest came", "four at once", "by the day", "midnight for the day", "a batch of an evening"])
def test_feeds_with_like_dates_that_are_no_build_time_keep_them(dates: list[str], built: str) -> None:
    assert all(entry.published_at for entry in read(dates, built).entries)


def test_a_sitemap_built_at_one_instant_gives_no_dates_and_one_by_the_day_does() -> None:
    def read_map(at: str) -> ParsedFeed:
        links = [f"https://bao.vn/tin-{1000 + n}.html" for n in range(6)]
        rows = "".join(f"<url><loc>{link}</loc><lastmod>{at}</lastmod></url>" for link in links)
        body = f"<urlset>{rows}</urlset>".encode()
        return parse_feed(body, url="https://bao.vn/s.xml", kind="sitemap", outlet=VN, now=NOW)

    assert not any(entry.published_at for entry in read_map("2026-11-21T09:13:07+07:00").entries)
    assert all(entry.published_at for entry in read_map("2026-11-20").entries)


@pytest.mark.parametrize("date", ["Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT",
                                  "Fri, 01 Jan 2027 10:00:00 +0700", "0000-00-00 00:00:00"])
def test_an_item_of_an_impossible_day_is_kept_without_a_date(date: str) -> None:
    [entry] = read([date]).entries

    assert (entry.url, entry.published_at) == ("https://bao.vn/tin-1000.html", None)


BODY = "<p>" + "Đoàn cán bộ thành phố đi thăm hồ sen và bàn cách cùng làm lễ hội đèn vào mùa xuân tới. " * 8 + "</p>"
TRAPS = {
    "a sidebar's date": '<aside class="latest"><time datetime="2026-11-20T10:00:00+07:00">20/11/2026</time></aside>',
    "a copyright year": "<footer>© 2025 Báo mẫu. Giấy phép số 12/GP ngày 01/02/2015</footer>",
    "an expiry date": '<meta http-equiv="expires" content="Fri, 30 Jan 2026 12:00:00 GMT">'
                      '<meta name="expires" content="2026-12-01">',
}


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS.keys())
@pytest.mark.parametrize("own", ["", '<time datetime="2026-03-07T08:00:00+07:00">07/03/2026 08:00</time>'])
def test_a_date_that_is_not_the_articles_is_not_taken_for_it(trap: str, own: str) -> None:
    article = f"<article><h1>Hồ sen</h1>{own}{BODY}</article>"
    page = f"<html><head><title>Hồ sen</title></head><body>{article}{trap}</body></html>"

    found = extract_page(page.encode(), url="https://bao.vn/ho-sen", outlet=VN, now=NOW)

    assert found.published_at == (datetime.fromisoformat("2026-03-07T08:00:00+07:00") if own else None)
