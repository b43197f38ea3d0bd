"""Sound inputs for each target, small, so that thousands of broken ones made of them cost little."""

import json
import re
from functools import cache
from pathlib import Path

from tests.fake_clock import START_AT
from tests.fuzz.restoring import make_files

PAGES = Path(__file__).parents[1] / "pages"
KEPT = Path(__file__).parent / "kept"
# Pages whose families have the most of rules of their own.
FAMILIES = ("kr_ndsoft", "vn_zce_post", "gnuboard")

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Báo Huế</title>
<pubDate>Mon, 02 Mar 2026 05:00:00 GMT</pubDate><item><title><![CDATA[Huế ký kết với Chungcheongnam]]></title>
<link>https://huengaynay.vn/chinh-tri/tin-157291.html</link><guid>157291</guid>
<pubDate>Mon, 02 Mar 2026 12:05:08 GMT+7</pubDate><description>&lt;p&gt;Chiều 2/3&lt;/p&gt;</description></item>
</channel></rss>"""
ODD_RSS = """<rss><channel><item><title>충남도, 후에시와 협약</title><link>/news/articleView.html?idxno=12345</link>
<pubDate>2026-03-01 13:58:38</pubDate></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><updated>2026-03-01T10:00:00Z</updated><entry><title type="html">A
&amp;amp; B</title><link rel="alternate" href="https://a.example/tin-1.html"/><id>urn:1</id>
<published>2026-03-01T09:00:00+09:00</published><summary>x</summary></entry></feed>"""
JSON_FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [
    {"id": "1", "url": "https://a.example/tin-12345.html", "title": "Tin", "date_published": "2026-03-01T09:00:00Z"}]})
SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://huengaynay.vn/a-157291.html</loc>
<news:news><news:publication_date>2026-03-01T08:00:00+07:00</news:publication_date><news:title>Huế</news:title>
</news:news></url><url><loc>https://huengaynay.vn/b-2.html</loc><lastmod>2026-03-01</lastmod></url></urlset>"""
INDEX = """<sitemapindex><sitemap><loc>https://huengaynay.vn/s1.xml</loc><lastmod>2026-02-01</lastmod></sitemap>
<sitemap><loc>/s2.xml</loc></sitemap></sitemapindex>"""
LIST = """<html><body><ul class="type2"><li><h4 class="titles"><a href="/news/articleView.html?idxno=1234">충남도,
후에시와 업무협약</a></h4><em class="info dated">03.01 13:58</em></li></ul><a href="?page=2">2</a></body></html>"""
SMALL_PAGE = """<html><head><title>Huế</title><meta property="article:published_time"
content="2026-03-01T08:00:00+07:00">
<script type="application/ld+json">{"@type":"NewsArticle","headline":"Huế ký kết","datePublished":
"2026-03-01T08:00:00+07:00","author":{"name":"An"}}</script></head><body><article><h1>Huế ký kết</h1><p>Chiều 1/3, Huế
và Chungcheongnam ký kết bản ghi nhớ hợp tác về giáo dục và du lịch.</p></article></body></html>"""
NAMED_BODIES = (
    '<div itemprop="articleBody"><p>{0}</p></div>', '<div id="article-view-content-div">{0}<br>{0}</div>',
    '<div class="detail-content"><p>{0}</p><p>(VNA)</p></div>',
)
DATES = (
    "Mon, 04 May 2026 12:05:08 GMT+7", "Thu,28 Jul 2022 4:35:5 GMT+9", "9/14/2026 6:44:00 PM", "03/04/2026 08:15",
    "2026년 4월 3일 08:15", "2026.02.12. 오전 10:30", "2026-03-07T08:52:11.000 +07:00", "20260301T081500+0700",
    "Thứ Sáu, 03/04/2026 | 09:15 GMT+7", "1772352000", "03.01 13:58", "26-03-01", "1 marca 2026 09:15",
    "3 tháng 4, 2026",
)
ADDRESSES = (
    "https://www.huengaynay.vn/chinh-tri/tin-157291.html?utm_source=x&gidzl=1#box_comment", "http://2130706433/",
    "https://m.cnnews.co.kr/news/articleView.html?idxno=12345&page=2", "https://vietnamnews.vn/amp/politics/17/a-b.html",
    "https://đanang.vn/tin-1.html;jsessionid=1", "http://[::ffff:169.254.169.254]:80/a", "https://user@host@other/",
    "//a.example/b?no=1&wr_id=2", "https://a.example:99999/%zz?aid=%ff",
)
TOML = ("""data_dir = "data"
[crawl]
contact = "desk@city.example"
allow_networks = ["127.0.0.0/8"]
interval_minutes = 30
[email]
host = "mail.example"
port = 25
[[subscription]]
name = "desk"
notifier = "email"
recipients = ["Desk <desk@city.example>"]
keywords = ["farm*"]
zone = "Asia/Seoul"
""", """[web]
host = "127.0.0.1"
public_url = "https://tw.example"
[log]
format = "json"
[keep]
pages_days = 3
""")
VARIABLES = (
    "TWINWATCH_CRAWL__CONTACT=desk@city.example", "TWINWATCH_CRAWL__ALLOW_NETWORKS=[\"127.0.0.0/8\"]",
    "TWINWATCH_WEB__PORT=8765", "TWINWATCH_EMAIL={\"host\": \"a\", \"port\": 25}", "TWINWATCH_DATA_DIR=data",
    "TWINWATCH_SUBSCRIPTION=[{\"name\": \"a\", \"notifier\": \"email\", \"recipients\": [\"a@b.example\"]}]",
)
STORY = {
    "id": "1", "url": "https://huengaynay.vn/chinh-tri/tin-157291.html", "lang": "vi", "published_at":
    "2026-03-01T08:00:00+07:00", "title": "Huế và Chungcheongnam ký kết hợp tác", "text": "Chiều 1/3, UBND thành phố "
    "Huế và tỉnh Chungcheongnam (Hàn Quốc) ký kết bản ghi nhớ hợp tác về giáo dục và du lịch.",
}
# A title above a line of text.
STORIES = (
    f"{STORY['title']}\n{STORY['text']}", "Huế, Chungcheongnam ký kết\nSáng 2/3.", "충남도, 후에시와 협약\n지난 21일",
    "Huế tiếp đoàn\nChiều 1/3.", "충남도 농업 박람회\n부산은행", "Mayor visits Da Nang\non Friday", "Giá cà phê\nTăng.",
    "날씨\n내일 맑음", "Farm prices\nUp on Friday.",
)
LABELLED = {**STORY, "relevant": True, "act": "agreement", "stage": "signed", "event_date": "2026-03-01",
            "pairs": [["Huế", "Chungcheongnam"]]}
JOURNAL = "\n".join(json.dumps(line) for line in (
    {"n": 1, "what": "begin", "journal": "a" * 32},
    {"n": 2, "what": "digest", "subscription": "desk", "period": "2026-03-01", "composed_at": START_AT.isoformat(),
     "since_at": START_AT.isoformat(), "notifier": "email", "recipients": ["a@b.example"], "content": {}, "told": [
         {"act": "visit", "happened_on": None, "pairs": [["VN-46", "KR-44"]], "urls": ["https://a.example/1"]}]},
    {"n": 3, "what": "sending", "subscription": "desk", "period": "2026-03-01", "recipient": "a@b.example",
     "at": START_AT.isoformat()},
    {"n": 4, "what": "sent", "subscription": "desk", "period": "2026-03-01", "recipient": "a@b.example",
     "at": START_AT.isoformat(), "parts_sent": 1, "reason": ""},
))
OPML = """<opml version="2.0"><body><outline text="Huế"><outline text="a" type="rss" xmlUrl="https://a.example/rss"
htmlUrl="https://a.example/"/></outline></body></opml>"""
GDELT = json.dumps({"articles": [{"url": "https://a.example/1", "title": "A", "seendate": "20260301T080000Z",
                                  "domain": "a.example", "language": "Vietnamese"}]})
NAVER = json.dumps({"total": 1, "items": [{"title": "<b>후에</b> &quot;협약&quot;", "originallink": "https://a.kr/1",
                                          "link": "https://n.kr/1", "description": "x",
                                          "pubDate": "Mon, 02 Mar 2026 12:05:08 +0900"}]})
QUERIES = (
    "place=VN-46&act=visit&since=2026&until=2026-03&q=Hu%E1%BA%BF&before=2026-03-01~e1", "language=vi&verdict=unsure",
    "lang=ko", "stage=signed&outlet=huengaynay", "q=%22ky+ket%22+-farm*", "before=~", "page=2&sort=day",
)


@cache
def load_corpus(target: str) -> tuple[bytes, ...]:
    """The sound inputs of a target, and what once was a failure of it."""
    if target == "restore":
        return (*make_files(), *(body for _, body in load_kept(target)))
    texts: dict[str, tuple[str, ...]] = {
        "feed": (RSS, ODD_RSS, ATOM, JSON_FEED, JSON_FEED), "sitemap": (SITEMAP, INDEX), "section": (LIST,),
        "page": _small_pages(),
        "date": DATES, "address": ADDRESSES, "toml": TOML, "environment": VARIABLES, "classify": _lines(STORY),
        "labelled": _lines(LABELLED), "ingest": _lines(STORY), "judge": STORIES,
        "journal": (JOURNAL,), "opml": (OPML,), "search": (GDELT, NAVER, RSS), "api": QUERIES,
        "keywords": ("farm*", "hop tac", "lao động thời vụ", "*", "계절*근로자", "a b c d"),
        "retry_after": ("317100", "Mon, 02 Mar 2026 12:05:08 GMT", "1.5", ""),
    }
    return (*(text.encode() for text in texts[target]), *(body for _, body in load_kept(target)))


def load_kept(target: str) -> list[tuple[str, bytes]]:
    """The inputs that once were failures of a target, by their files' names."""
    return [(path.name, path.read_bytes()) for path in sorted((KEPT / target).glob("*"))]


def _lines(data: dict[str, object]) -> tuple[str, ...]:
    return json.dumps(data, ensure_ascii=False), json.dumps(data)


def _small_pages() -> tuple[str, ...]:
    """Pages whose body is named, as most are; one for trafilatura; hand-written ones of CMS families, their heads."""
    pages = ((PAGES / "families" / f"{name}.html").read_text("utf-8") for name in FAMILIES)
    heads = (re.sub(r"(?s)<(style|nav|footer|svg).*?</\1>", "", page)[:800] for page in pages)
    return *(named_body(body) for body in (*NAMED_BODIES, *[NAMED_BODIES[1]] * 40)), SMALL_PAGE, *heads


def named_body(body: str) -> str:
    """A short page with its article in `body`, between a heading and a date."""
    return f"<html><body><h1>Huế ký kết</h1><em>2026.03.01 13:58</em>{body.format(STORY['text'] * 3)}</body></html>"
