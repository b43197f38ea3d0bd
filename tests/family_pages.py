"""Whole pages in a CMS family's own markup, written by hand in tests/pages/families, with the traps of real ones.

A family's file holds its frame around an article, with places such as {{lead}}; words and the rest of the page, the
same for all families, come from here: menus of provinces, a heading of the site, dates and leads in a sidebar.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

PAGES = Path(__file__).parent / "pages"
ALL = tuple(sorted(path.stem for path in (PAGES / "families").glob("*.html")))
SKINS = tuple(sorted(path.stem for path in (PAGES / "skins").glob("*.html")))  # older ones, and of other systems
WORDS: dict[str, dict[str, str]] = json.loads((PAGES / "words.json").read_text("utf-8"))
SITE = {"vi": "Báo Mẫu", "ko": "견본일보", "en": "Sample Herald", "pl": "Gazeta Wzorcowa"}
_PLACE = re.compile(r"\{\{([\w.-]+)\}\}")
_DATES = re.compile(r"<!-- dates: ([\w-]+) -->")
_MENU = {
    "ko": ("강원", "경기", "경남", "경북", "광주", "대구", "대전", "부산", "서울", "세종", "울산", "인천", "전남",
           "전북", "제주", "충남", "충북"),
    "": ("An Giang", "Bắc Ninh", "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Điện Biên", "Đồng Nai",
         "Đồng Tháp", "Gia Lai", "Hà Nội", "Hà Tĩnh", "Hải Phòng", "Huế", "Hưng Yên", "Khánh Hòa", "Lai Châu"),
}


@dataclass(frozen=True)
class FamilyPage:
    """A page with what must come out of it. `at` and `source` are the date as the markup lets it be known."""

    html: str
    title: str
    lead: str
    author: str
    at: datetime
    source: str
    kept: tuple[str, ...]
    cut: tuple[str, ...]

    def encode(self) -> bytes:
        return self.html.encode()


def make_family_page(family: str, lang: str, url: str, at: datetime, *, visit: int = 1) -> FamilyPage:
    """The page of an article published `at` (in the outlet's zone); `visit` changes its counters and related boxes."""
    frame, words = _read_frame(family), WORDS[lang if lang in WORDS else "en"]
    places = set(_PLACE.findall(frame))
    known = words | _dates(at) | _changing(words, visit)
    body = _PLACE.sub(lambda match: escape(known[match[1]], quote=False), _DATES.sub("", frame))
    claims = _DATES.findall(frame)[0]
    seen, source = _known_date(claims, places, at)
    return FamilyPage(
        _wrap(_head(claims, words, lang, url, at), body, words, lang, visit), words["title"],
        words["lead"] if "lead" in places else "", words["author"] if "author" in places else "", seen, source,
        tuple(words[key] for key in ("p1", "h", "p2", "p3", "p4")),
        tuple(known[key] for key in ("caption", "credit", "related", "related2", "related_lead", "popup", "share",
                                     "service", "counter", "tag", "side")))


@cache
def _read_frame(family: str) -> str:
    return next(PAGES.glob(f"*/{family}.html")).read_text("utf-8")


def _dates(at: datetime) -> dict[str, str]:
    return {
        "dmy": f"{at:%d/%m/%Y}", "dmy0": f"{at.day}/{at.month}/{at.year}", "ymd.": f"{at:%Y.%m.%d}",
        "ymd-": f"{at:%Y-%m-%d}", "hm": f"{at:%H:%M}", "hms": f"{at:%H:%M:%S}", "iso": at.isoformat(),
        "en": f"{at:%B} {at.day}, {at.year}",
    }


def _changing(words: dict[str, str], visit: int) -> dict[str, str]:
    return {"counter": f"{words['counter']} {4127 * visit}", **{
        key: f"{words[key]} ({visit})" for key in ("related", "related2", "related_lead", "popup", "tag")}}


def _known_date(claims: str, places: set[str], at: datetime) -> tuple[datetime, str]:
    if claims == "pubdate":
        return at.replace(second=0), "meta"
    if claims in ("meta", "json-ld", "microdata"):
        return at, "json-ld" if claims == "json-ld" else "meta"
    if places & {"hms", "iso"}:
        return at, "page"
    if "hm" in places:
        return at.replace(second=0), "page"
    return at.replace(hour=0, minute=0, second=0), "page"


def _head(claims: str, words: dict[str, str], lang: str, url: str, at: datetime) -> str:
    title, site = escape(words["title"]), SITE.get(lang, SITE["en"])
    metas = [f'<meta property="og:title" content="{title} | {site}"><meta property="og:site_name" content="{site}">',
             f'<meta property="og:url" content="{escape(url)}"><link rel="canonical" href="{escape(url)}">',
             f'<meta name="description" content="{escape(words["lead"])}"><meta name="author" content="{site}">']
    if claims == "meta":
        metas.append(f'<meta property="article:published_time" content="{at.isoformat()}">')
    if claims == "pubdate":
        printed = f"{at:%Y-%m-%d %H:%M} {at.isoformat()[-6:]}"
        metas.append(f'<meta itemprop="datePublished" name="pubdate" content="{printed}">')
    if claims in ("json-ld", "day"):
        data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": words["title"],
                "datePublished": at.isoformat() if claims == "json-ld" else f"{at:%Y-%m-%d}",
                "dateModified": "2026-11-20T23:59:00+09:00", "author": {"@type": "Organization", "name": site}}
        metas.append(f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>')
    return f'<meta charset="utf-8"><title>{title} - {site}</title>{"".join(metas)}<style>.a{{color:red}}</style>'


def _wrap(head: str, body: str, words: dict[str, str], lang: str, visit: int) -> str:
    site, menu = SITE.get(lang, SITE["en"]), _MENU.get(lang, _MENU[""])
    links = "".join(f'<li><a href="/tag/{number}">{name}</a></li>' for number, name in enumerate(menu))
    read = "".join(f'<li><a href="/read/{visit}{number}">{words["side"]} {number}</a>'
                   f'<p class="sapo">{words["popup"]}</p>'
                   f'<time datetime="2019-05-0{number}T05:05:00Z">05/0{number}/2019 05:05</time></li>'
                   for number in range(1, 6))
    return (f'<!DOCTYPE html>\n<html lang="{lang}"><head>{head}</head><body><header><h1 class="logo"><a href="/">{site}'
            f'</a></h1><nav><ul class="menu">{links}</ul></nav></header>\n<div class="container"><div class="main">'
            f'{body}</div>\n<aside class="sidebar"><h3>{words["most"]}</h3><ol>{read}</ol></aside></div>\n'
            f'<footer><p>{site}. {words["service"]} 01/01/2020</p><ul>{links}</ul></footer>'
            f'<script>var visit = {visit}; var x = "<p>{words["side"]}</p>";</script></body></html>\n')
