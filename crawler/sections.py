"""Reads list pages: links to articles with the title and date printed beside them."""

import re
from collections import Counter
from datetime import datetime

from lxml import html

from crawler.dates import parse_date
from crawler.entries import FeedEntry, ParsedFeed, make_url, merge_doubles
from crawler.identity import is_article
from crawler.markup import Page, parse_page
from crawler.text import clean_line
from seeds.outlet import Outlet

MAX_LINKS = 20_000
_DATE_CLASS = re.compile(r"date|time|ngay", re.I)
_TITLE_CLASS = re.compile(r"tit|head|name", re.I)
_DATED = re.compile(r"\d{1,4}\s*[-./년]\s*\d{1,2}")
_TITLE_CHARS = 300


def parse_section(text: str, url: str, outlet: Outlet, now: datetime | None = None) -> ParsedFeed:
    """The articles that a list page links to: those that the family's selectors find, then every
    other link that has the form of an article's address.

    Refused as `not_a_feed` when no element can be read and as `no_articles` when no link is one.
    """
    tree = parse_page(text)
    if tree is None:
        return ParsedFeed(refused="not_a_feed")
    base = next((href for href in tree.xpath("//base/@href")), "") or url
    # The family's links first, for their titles and order; then the others, so that a changed card loses nothing.
    links = [node for node in Page(tree).select(outlet.family.list_links) if node.get("href")]
    links = list(dict.fromkeys([*links, *tree.xpath("//a[@href]")[:MAX_LINKS]]))
    skipped: Counter[str] = Counter()
    entries = _read_links(links, url, base, outlet, now, skipped)
    found = merge_doubles(entries, skipped)
    return ParsedFeed(found, refused="" if found else "no_articles", skipped=dict(skipped))


def _read_links(
    links: list[html.HtmlElement], url: str, base: str, outlet: Outlet, now: datetime | None, skipped: Counter[str],
) -> list[FeedEntry]:
    absolute = base if base.startswith("http") else url
    read = [(make_url(str(node.get("href")), absolute, outlet), node) for node in links]
    good = [(link, node) for link, node in read if link and is_article(link, outlet)]
    skipped["not_an_article"] += len(links) - len(good)
    titles = _find_titles(good)
    entries = []
    for link, node in good:
        at = _find_date(node, link, outlet, now, absolute)
        entries.append(FeedEntry(link, titles.get(link, ""), "", at, "feed" if at else ""))
    return entries


def _find_titles(links: list[tuple[str, html.HtmlElement]]) -> dict[str, str]:
    """Of several links to one article (picture, title, summary) the one in a heading, else the first with text."""
    ranked: dict[str, tuple[int, str]] = {}
    for link, node in links:
        text = clean_line(node.text_content())[:_TITLE_CHARS] or clean_line(node.get("title") or "")
        rank = 2 if text and _is_heading(node) else 1 if text else 0
        inner = next((clean_line(part.text_content()) for part in node.iter("h1", "h2", "h3", "h4", "strong")
                      if clean_line(part.text_content())), "") or _inner_title(node)
        if rank > ranked.get(link, (0, ""))[0]:
            ranked[link] = (rank, inner or text)
    return {link: text for link, (_, text) in ranked.items()}


def _inner_title(node: html.HtmlElement) -> str:
    inner = (part for part in node.iter() if isinstance(part.tag, str) and part is not node)
    return next((clean_line(part.text_content()) for part in inner if _TITLE_CLASS.search(part.get("class") or "")), "")


def _is_heading(node: html.HtmlElement) -> bool:
    parent = node.getparent()
    near = [node, *([parent] if parent is not None else [])]
    return any(part.tag in ("h1", "h2", "h3", "h4") or _TITLE_CLASS.search(part.get("class") or "") for part in near)


def _find_date(node: html.HtmlElement, link: str, outlet: Outlet, now: datetime | None, base: str) -> datetime | None:
    box = node
    for _ in range(4):  # the card around the link, as long as it holds no other article
        for part in box.iter():
            text = _date_text(part)
            if text and (at := parse_date(text, zone=outlet.zone, order=outlet.family.date_order, now=now)):
                return at
        parent = box.getparent()
        if parent is None or _others(parent, link, outlet, base):
            return None
        box = parent
    return None


def _date_text(part: html.HtmlElement) -> str:
    if not isinstance(part.tag, str):
        return ""
    if part.tag == "time" and part.get("datetime"):
        return str(part.get("datetime"))
    if part.tag == "time" or _DATE_CLASS.search(part.get("class") or ""):
        text = clean_line(part.text_content())
        return text if len(text) <= 60 and _DATED.search(text) else ""
    return ""


def _others(box: html.HtmlElement, link: str, outlet: Outlet, base: str) -> bool:
    links = box.xpath(".//a/@href")
    if len(links) > 12:
        return True
    absolute = (make_url(href, base, outlet) for href in links)
    return any(other != link and is_article(other, outlet) for other in absolute)
