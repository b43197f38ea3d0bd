"""Strategies for what is well formed but odd: addresses, dates, feeds, sitemaps, pages, settings; it reads none."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.fake_clock import START_AT
from tests.family_pages import ALL, PAGES

WORDS = ("Huế", "Đà Nẵng", "ký kết", "hòa", "hoà", "충남도", "후에시", "업무협약", "MOU",
         "farm", "10%", "A&B", "e\u0301", "각",
         "\u1112\u1161\u11ab", "\u200b", "\u202e", "\ufeff", "\u00ad", "İ", "ß", "😀", "'", '"', "…")
LINES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
ZONES = ("Asia/Seoul", "Asia/Ho_Chi_Minh", "UTC", "Europe/Warsaw")

# Addresses

HOSTS = st.sampled_from((
    "huengaynay.vn", "www.huengaynay.vn", "WWW.CCDAILYNEWS.COM", "m.ccdailynews.com", "đanang.vn", "한국.kr",
    "a_b.example",
    "a.example.", "xn--nang-goa.vn", "1.example", "[2001:db8::1]", "192.0.2.1"))
STEPS = st.sampled_from((
    "news", "articleView.html", "tin-157291.html", "chính-trị", "정치", "a%20b", "%C3%A1", "%EA%B0%80", "%2F", "%zz",
    "amp", "..",
    ".", "", "a;jsessionid=1", "x+y", "b.htm", "12345", "e\u0301", "a@b", "(a)", "~a", "AMP", "print"))
KEYS = st.sampled_from(("idxno", "no", "wr_id", "aid", "key", "id", "page", "q", "키", "a[]", ""))
VALUES = st.sampled_from(("1", "12345", "", "a b", "a+b", "%26", "&amp;",
                          "가", "=", "a/b", "%E0%A4%A", "x#y", "e\u0301"))
NOISE = st.sampled_from(("utm_source=x", "utm_medium=%20", "gidzl=1", "zarsrc=2", "fbclid=a", "ref=home",
                         "PHPSESSID=1"))


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """An http address with odd parts."""
    port = draw(st.sampled_from(("", "", "", ":80", ":443", ":8080", ":")))
    path = "".join(f"/{step}" for step in draw(st.lists(STEPS, max_size=4)))
    query = "&".join(f"{key}={value}" for key, value in draw(st.lists(st.tuples(KEYS, VALUES), max_size=4)))
    mark = draw(st.sampled_from(("", "", "#box_comment", "#", "#?a=1")))
    scheme = draw(st.sampled_from(("http", "https", "HTTPS")))
    return f"{scheme}://{draw(HOSTS)}{port}{path}{'?' + query if query else ''}{mark}"


def noisy_addresses() -> st.SearchStrategy[tuple[str, str]]:
    """An address, and the same with noise in its query."""
    def add(url: str, noise: str) -> tuple[str, str]:
        bare = url.partition("#")[0]
        return bare, f"{bare}{'&' if '?' in bare else '?'}{noise}"

    return st.builds(add, addresses(), NOISE)


# Dates

FORMS = (
    "%Y-%m-%dT%H:%M:%S{zone}", "%Y-%m-%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y년 %m월 %d일 %H:%M",
    "%d/%m/%Y %H:%M",
    "Thứ Sáu, %d/%m/%Y | %H:%M {zone}", "%a, %d %b %Y %H:%M:%S {zone}", "입력 %Y-%m-%d %H:%M", "%d tháng %m, %Y %H:%M",
    "%Y%m%dT%H%M%S{zone}", "%d-%m-%Y - %H:%M",
)
DIGITS = (None, str.maketrans("0123456789", "０１２３４５６７８９"))
ODD_PIECES = st.sampled_from((
    "2026", "26", "0000", "12", "31", "02", "30", "99", "년", "월", "일", "오전",
    "오후", "tháng", "năm", "giờ", "AM", "pm",
    "Mon,",
    "May", "GMT+7", "+0900", "+99:99", "KST", "/", "-", ".", ":", " ", ",", "T", "Z", "٣", "²", "１", "\u3164",
    "\u2212", "|"))


@dataclass(frozen=True)
class Written:
    """A date as an outlet prints it; `at` is what it means in `zone`, to the minute."""

    text: str
    zone: str
    at: datetime


@st.composite
def written_dates(draw: st.DrawFn) -> Written:
    """A date in one of the outlets' forms, with its own zone or in the outlet's."""
    zone = draw(st.sampled_from(ZONES))
    minutes = draw(st.integers(0, 30 * 365 * 24 * 60))
    at = (START_AT - timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
    if at.replace(tzinfo=None) != (at + timedelta(0)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None):
        at += timedelta(hours=2)
    form = draw(st.sampled_from(FORMS)).replace("{zone}", "%z")
    text = at.strftime(form).translate(draw(st.sampled_from(DIGITS)) or {})
    blank = draw(st.sampled_from((" ", "  ", "\u00a0", "\t", "\n")))
    return Written(text.replace(" ", blank), zone, at.replace(second=0, microsecond=0))


ODD_DATES = st.lists(ODD_PIECES, min_size=1, max_size=14).map("".join)

# Feeds and sitemaps

NUMBERS = st.lists(st.integers(1, 10**9), max_size=6)
DATES = st.sampled_from((
    "", "Mon, 02 Mar 2026 12:05:08 +0700", "2026-03-01 13:58:38", "2026-02-28T09:00:00Z", "0000-00-00",
    "1970-01-01T00:00:00Z",
    "2199-01-01T00:00:00Z", "오후 3시", "02/03/2026"))
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "euc-kr")


@dataclass(frozen=True)
class Document:
    """A document and the addresses that stand in it, each once."""

    body: bytes
    urls: tuple[str, ...]


@st.composite
def feeds(draw: st.DrawFn) -> Document:
    """RSS, RDF or Atom, with odd titles, dates, prefixes, nesting and encodings."""
    kind = draw(st.sampled_from(("rss", "rdf", "atom")))
    urls = tuple(dict.fromkeys(f"https://huengaynay.vn/tin-{number}.html" for number in draw(NUMBERS)))
    items = "".join(_item(draw, kind, url) for url in urls)
    title = f"<title>{escape(draw(LINES))}</title>"
    text = {
        "rss": f"<rss version='2.0' {_SPACES}><channel>{title}{items}</channel></rss>",
        "rdf": f"<rdf:RDF xmlns='http://purl.org/rss/1.0/' {_SPACES}><channel>{title}</channel>{items}</rdf:RDF>",
        "atom": f"<feed xmlns='http://www.w3.org/2005/Atom'>{title}{items}</feed>",
    }[kind]
    return Document(_encode(draw, text), urls)


_SPACES = ("xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/' "
           "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:content='http://purl.org/rss/1.0/modules/content/'")


def _item(draw: st.DrawFn, kind: str, url: str) -> str:
    title, date, blank = draw(LINES), draw(DATES), draw(st.sampled_from(("", "\n ", "<!-- a -->")))
    shown = draw(st.sampled_from((escape(title), f"<![CDATA[{title}]]>", f"<![CDATA[<b>{escape(title)}</b>]]>",
                                  escape(f"<p>{escape(title)}</p>"))))
    if kind == "atom":
        rel = draw(st.sampled_from(("", " rel='alternate'", " rel='alternate' type='text/html'")))
        return (f"<entry>{blank}<id>{url}</id><title type='html'>{shown}</title><link{rel} href={quoteattr(url)}/>"
                f"<published>{date}</published></entry>")
    extra = draw(st.sampled_from(("", "<media:group><media:content url='/a.jpg'/></media:group>", "<dc:creator/>",
                                  "<content:encoded><![CDATA[<div><a href='/x'>x</a></div>]]></content:encoded>")))
    dated = f"<pubDate>{date}</pubDate>" if kind == "rss" else f"<dc:date>{date}</dc:date>"
    link = draw(st.sampled_from((url, f"\n  {url}\n", f"<![CDATA[{url}]]>")))
    return f"<item>{blank}<title>{shown}</title>{extra}<link>{link}</link>{dated}</item>"


@st.composite
def sitemaps(draw: st.DrawFn) -> Document:
    """A sitemap or an index of sitemaps, with or without namespaces and prefixes."""
    outer, inner = draw(st.sampled_from((("urlset", "url"), ("sitemapindex", "sitemap"))))
    ending = "html" if inner == "url" else "xml"
    urls = tuple(dict.fromkeys(f"https://huengaynay.vn/tin-{number}.{ending}" for number in draw(NUMBERS)))
    prefix, space = draw(st.sampled_from((
        ("", ""), ("", " xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"),
        ("s:", " xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'"), ("",
        " xmlns='http://www.google.com/schemas/x'"))))
    rows = "".join(
        f"<{prefix}{inner}><{prefix}loc>{draw(st.sampled_from(('', ' ', chr(10))))}{url}</{prefix}loc>"
        f"<{prefix}lastmod>{draw(DATES)}</{prefix}lastmod></{prefix}{inner}>" for url in urls)
    return Document(_encode(draw, f"<{prefix}{outer}{space}>{rows}</{prefix}{outer}>"), urls)


def _encode(draw: st.DrawFn, text: str) -> bytes:
    encoding = draw(st.sampled_from(ENCODINGS))
    name = encoding.removesuffix("-sig")
    return f'<?xml version="1.0" encoding="{name}"?>{text}'.encode(encoding, "xmlcharrefreplace")


# Pages

PLACE = re.compile(r"\{\{[\w.-]+\}\}")
PIECE = re.compile(r"(?=<(?:div|article|section|ul|table|header|h1|p|span|script|figure)\b)")


@cache
def _fragments() -> tuple[str, ...]:
    frames = ((PAGES / "families" / f"{name}.html").read_text("utf-8") for name in ALL)
    return tuple(piece for frame in frames for piece in PIECE.split(frame) if piece.strip())


@st.composite
def pages(draw: st.DrawFn) -> bytes:
    """A page of the fragments of several families' markup, open and closed as they happen to be."""
    pieces = draw(st.lists(st.integers(0, len(_fragments()) - 1), min_size=1, max_size=12))
    words = draw(st.lists(LINES, min_size=1, max_size=4))
    told = "Chiều 1/3, Huế và Chungcheongnam ký kết bản ghi nhớ hợp tác về giáo dục và du lịch. "
    places = iter(range(10**6))
    body = "".join(PLACE.sub(lambda _: escape(told + words[next(places) % len(words)]),
    _fragments()[at]) for at in pieces)
    head = draw(st.sampled_from(("", "<title>Huế</title>",
    "<meta property='article:published_time' content='2026-03-01'>")))
    text = f"<html><head>{head}</head><body>{body}</body></html>"
    return text.encode(draw(st.sampled_from(("utf-8", "utf-16", "cp949"))), "xmlcharrefreplace")


# Settings

SOUND: Mapping[tuple[str, str], tuple[Any, ...]] = {
    ("crawl", "contact"): ("desk@city.example",), ("crawl", "allow_networks"): ([], ["127.0.0.0/8"]),
    ("crawl", "interval_minutes"): (30, 60), ("email", "host"): ("mail.example",), ("email", "port"): (25, 587),
    ("web", "port"): (8765,), ("log", "format"): ("json", "text"), ("keep", "pages_days"): (3, 30),
}
UNSOUND: tuple[Any, ...] = ({"a": 1}, [[1]])


@dataclass(frozen=True)
class SettingsText:
    """Settings as TOML: what is set, and the keys at fault as a person reads them."""

    text: str
    values: Mapping[tuple[str, str], Any]
    wrong: tuple[str, ...]


@st.composite
def settings_texts(draw: st.DrawFn) -> SettingsText:
    """Sound settings, with a misspelt key or a value of another kind here and there."""
    chosen = draw(st.lists(st.sampled_from(sorted(SOUND)), unique=True, max_size=5))
    values: dict[tuple[str, str], Any] = {key: draw(st.sampled_from(SOUND[key])) for key in chosen}
    wrong: list[str] = []
    if draw(st.booleans()) and chosen:
        section, key = draw(st.sampled_from(chosen))
        misspelt = draw(st.sampled_from((f"{key}s", key[1:], f"{key}_", "zzz", key.upper())))
        if draw(st.booleans()):
            values[section, misspelt] = values.pop((section, key))
            wrong.append(f"{section}.{misspelt}")
        else:
            values[section, key] = draw(st.sampled_from(UNSOUND))
            wrong.append(f"{section}.{key}")
    sections: dict[str, list[str]] = {}
    for (section, key), value in values.items():
        shown = "{ a = 1 }" if isinstance(value, dict) else json.dumps(value, ensure_ascii=False)
        sections.setdefault(section, []).append(f"{key} = {shown}")
    text = "\n".join(f"[{section}]\n" + "\n".join(lines) for section, lines in sections.items())
    return SettingsText(text, values, tuple(wrong))
