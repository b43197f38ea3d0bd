"""Reads list pages: links to articles with the title and date printed beside them."""

import re
from collections import Counter
from datetime import datetime
from itertools import islice
from urllib.parse import urljoin

from lxml import html

from crawler.dates import parse_date
from crawler.entries import FeedEntry, ParsedFeed, make_url, merge_doubles
from crawler.identity import UNKNOWN_FAMILY, is_article
from crawler.markup import Page, TooDeep, parse_page
from crawler.paging import find_next_link, find_numbered_links
from crawler.shapes import NO_ARTICLE, learn_articles
from crawler.text import clean_line
from seeds.outlet import Outlet
from seeds.outlet_declarations import NO_ARTICLES

MAX_LINKS = 20_000
MOST_LINKS_OF_A_CARD = 12  # picture, title, summary, section, tags
_DATE_CLASS = re.compile(r"date|time|ngay", re.I)
_TITLE_CLASS = re.compile(r"tit|head|name", re.I)
_DATED = re.compile(r"\d{1,4}\s*[-./년]\s*\d{1,2}")
_TITLE_CHARS = 300


def parse_section(text: str, url: str, outlet: Outlet, now: datetime | None = None) -> ParsedFeed:
    """The articles that a list page links to: those that the family's selectors find, then every
    other link that has the form of an article's address. Where nobody declared that form, it is learnt from the page.

    Refused as `not_a_feed` when no element can be read, as `too_deep` or `too_large` when the parser has to give up,
    and as `no_articles` when no link is one.
    """
    try:
        tree = parse_page(text)
    except TooDeep:
        return ParsedFeed(refused="too_deep")
    except ValueError:
        return ParsedFeed(refused="too_large")
    if tree is None:
        return ParsedFeed(refused="not_a_feed")
    page = Page(tree)
    # The family's links first, for their titles and order; then the others, so that a changed card loses nothing.
    links = [node for node in page.select(outlet.family.list_links) if node.get("href")]
    links = list(dict.fromkeys([*links, *tree.xpath("//a[@href]")[:MAX_LINKS]]))
    base = urljoin(url, next((href for href in tree.xpath("//base/@href")), "").strip())
    read = [(make_url(str(node.get("href")), base, outlet), node) for node in links]
    articles = _find_articles(read, outlet)
    good = [(link, node) for link, node in read if link in articles]
    skipped = Counter({"not_an_article": len(links) - len(good)})
    found = merge_doubles(_make_entries(good, outlet, now), skipped)
    return ParsedFeed(
        found, refused="" if found else "no_articles", skipped={k: n for k, n in skipped.items() if n},
        notes=("learnt_links",) if found and outlet.article_url == NO_ARTICLES else (),
        next_url=find_next_link(page, base, outlet), pages=find_numbered_links(tree, base))


def _find_articles(links: list[tuple[str, html.HtmlElement]], outlet: Outlet) -> set[str]:
    known = {link for link in dict.fromkeys(link for link, _ in links) if link and is_article(link, outlet)}
    if outlet.article_url == NO_ARTICLES:
        return learn_articles(links, outlet)
    if outlet.family.id == UNKNOWN_FAMILY:  # its form is our guess
        return {link for link in known if not NO_ARTICLE.search(link)} | learn_articles(links, outlet)
    return known


def _make_entries(
    links: list[tuple[str, html.HtmlElement]], outlet: Outlet, now: datetime | None,
) -> list[FeedEntry]:
    titles, owners = _find_titles(links), {node: link for link, node in links}
    entries = []
    for link, node in links:
        at = _find_date(node, owners, outlet, now)
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


def _find_date(
    node: html.HtmlElement, owners: dict[html.HtmlElement, str], outlet: Outlet, now: datetime | None,
) -> datetime | None:
    box = node
    for _ in range(4):  # the card around the link, as long as it holds no other article
        for part in box.iter():
            text = _date_text(part)
            if text and (at := parse_date(text, zone=outlet.zone, order=outlet.family.date_order, now=now)):
                return at
        parent = box.getparent()
        if parent is None or _holds_other(parent, owners[node], owners):
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


def _holds_other(box: html.HtmlElement, link: str, owners: dict[html.HtmlElement, str]) -> bool:
    links = list(islice(box.iter("a"), MOST_LINKS_OF_A_CARD + 1))
    return len(links) > MOST_LINKS_OF_A_CARD or any(owners.get(node, link) != link for node in links)
