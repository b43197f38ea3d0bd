"""Reads sitemaps: urlset, news sitemap, index. Which of them to visit is the crawler's business."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urljoin

from lxml import etree

from crawler.dates import parse_date
from crawler.entries import FeedEntry, ParsedFeed, make_url, merge_doubles
from crawler.text import clean_line, unescape_again
from seeds.outlet import Outlet

MAX_ENTRIES = 50_000  # the sitemap protocol's own limit
SAME_DATE_ENTRIES = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_sitemap(text: str, url: str, outlet: Outlet, now: datetime | None = None) -> ParsedFeed:
    """The addresses of a sitemap. News sitemaps give title and publication date; `lastmod` stands in for the date.

    One instant for every `lastmod` is when the file was built, so no date. The children of an index are in `more`, the
    last changed first, without the index itself.
    """
    # The text is decoded already: what its first line says (euc-kr, UTF-16) holds no more.
    parser = etree.XMLParser(encoding="utf-8", recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace"), parser) if text.strip() else None
    if root is None or _name(root) not in ("urlset", "sitemapindex"):
        return ParsedFeed(refused="not_a_feed")
    skipped: Counter[str] = Counter()
    entries, children = [], []
    for node in list(root)[:MAX_ENTRIES]:
        values = _values(node)
        link = make_url(values.get("loc", ""), url, outlet)
        if not link:
            skipped["no_link"] += 1
        elif _name(node) == "sitemap":
            at = parse_date(values.get("lastmod", ""), zone=outlet.zone, order="ymd", now=now)
            children.append((at or EPOCH, urljoin(url, clean_line(values["loc"]))))
        elif _name(node) == "url":
            entries.append(_make_entry(link, values, outlet, now))
    children.sort(key=lambda child: child[0], reverse=True)  # stable: without dates in the order of the file
    more = [child for child in dict.fromkeys(child for _, child in children) if child != url]
    notes = ("one_date_for_all",) if _is_stamped(entries) else ()
    if notes:
        entries = [replace(entry, published_at=None, date_source="") for entry in entries]
    return ParsedFeed(merge_doubles(entries, skipped), more=more, skipped=dict(skipped), notes=notes)


def _is_stamped(entries: list[FeedEntry]) -> bool:
    dates = {entry.published_at for entry in entries}
    only = next(iter(dates), None)
    return len(entries) >= SAME_DATE_ENTRIES and len(dates) == 1 and only is not None and bool(
        only.minute or only.second)  # a day, or a full hour, is what somebody wrote


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
