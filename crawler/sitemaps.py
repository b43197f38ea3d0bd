"""Reads sitemaps: urlset, news sitemap, index. Which of them to visit is the crawler's business."""

from collections import Counter
from datetime import datetime

from lxml import etree

from crawler.dates import parse_date
from crawler.entries import FeedEntry, ParsedFeed, make_url, merge_doubles
from crawler.text import clean_line, unescape_again
from seeds.outlet import Outlet

MAX_ENTRIES = 50_000  # the sitemap protocol's own limit


def parse_sitemap(text: str, url: str, outlet: Outlet, now: datetime | None = None) -> ParsedFeed:
    """The addresses of a sitemap. News sitemaps give title and publication date; `lastmod` stands in for the date.

    The children of an index are in `more`, without the index itself.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace"), parser) if text.strip() else None
    if root is None or _name(root) not in ("urlset", "sitemapindex"):
        return ParsedFeed(refused="not_a_feed")
    skipped: Counter[str] = Counter()
    entries, more = [], []
    for node in list(root)[:MAX_ENTRIES]:
        values = _values(node)
        link = make_url(values.get("loc", ""), url, outlet)
        if not link:
            skipped["no_link"] += 1
        elif _name(node) == "sitemap":
            more.append(clean_line(values["loc"]))
        elif _name(node) == "url":
            entries.append(_make_entry(link, values, outlet, now))
    children = [child for child in dict.fromkeys(more) if child != url]
    return ParsedFeed(merge_doubles(entries, skipped), more=children, skipped=dict(skipped))


def _make_entry(link: str, values: dict[str, str], outlet: Outlet, now: datetime | None) -> FeedEntry:
    date = values.get("publication_date") or values.get("lastmod") or ""
    at = parse_date(date, zone=outlet.zone, order="ymd", now=now)
    return FeedEntry(link, clean_line(unescape_again(values.get("title", ""))), "", at, "feed" if at else "")


def _values(node: etree._Element) -> dict[str, str]:
    # Image and video extensions have a `loc` and a `title` of their own: the first, outside them, counts.
    found: dict[str, str] = {}
    for child in node.iter():
        parent = child.getparent()
        if isinstance(child.tag, str) and child.text and (parent is None or _name(parent) not in ("image", "video")):
            found.setdefault(_name(child), child.text.strip())
    return found


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname.lower() if isinstance(node.tag, str) else ""
