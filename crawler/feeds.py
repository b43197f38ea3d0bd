"""Turns the bytes of a feed, sitemap or list page into entries; it neither fetches nor decides what is new."""

import re
from datetime import datetime

from crawler.charset import decode
from crawler.entries import FeedEntry, ParsedFeed
from crawler.sections import parse_section
from crawler.sitemaps import parse_sitemap
from crawler.syndication import parse_syndication
from crawler.unpack import TooLarge, looks_binary, unpack
from seeds.outlet import FeedKind, Outlet

__all__ = ["FeedEntry", "ParsedFeed", "guess_kind", "parse_feed"]

_ENTITY_DECLARATION = re.compile(r"<!ENTITY|<!DOCTYPE[^>]*\[", re.I)
_SITEMAP = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.I)
_HTML = re.compile(r"<!doctype html|<html[\s>]|<body[\s>]", re.I)
_FEED = re.compile(r"<rss[\s>]|<feed[\s>]|<rdf:rdf[\s>]|<channel[\s>]", re.I)


def parse_feed(
    body: bytes, *, url: str, kind: FeedKind, outlet: Outlet, content_type: str = "", now: datetime | None = None,
) -> ParsedFeed:
    """The entries of the feed at `url`; never raises for what a server sent, but says why in `refused`.

    `kind` `rss` and `query` read RSS, Atom, RDF and JSON Feed; `sitemap` urlset, news sitemap and index; `section` an
    HTML list. Dates without zone are read in the outlet's zone. `now` bounds dates and completes those without a year.
    """
    if not body.strip(b" \t\r\n\0"):
        return ParsedFeed(refused="empty")
    try:
        body = unpack(body)
    except TooLarge:
        return ParsedFeed(refused="too_large")
    if looks_binary(body):
        return ParsedFeed(refused="not_text")
    text = decode(body, content_type)
    head = text[:10_000]
    if kind != "section" and _ENTITY_DECLARATION.search(head):
        return ParsedFeed(refused="entity_declaration")
    try:
        if kind == "section":
            return parse_section(text, url, outlet, now)
        if _SITEMAP.search(head):  # whatever it is called: a sitemap with an RSS namespace, a feed that moved
            return parse_sitemap(text, url, outlet, now)
        if _HTML.search(head) and not _FEED.search(head):
            return ParsedFeed(refused="not_a_feed")
        return parse_syndication(text, url, outlet, now)
    except (ValueError, RecursionError, ArithmeticError):
        return ParsedFeed(refused="broken")


def guess_kind(body: bytes) -> FeedKind:
    """The kind of a file by its first bytes: `sitemap`, `section` for HTML, else `rss` (which includes JSON Feed)."""
    try:
        head = decode(unpack(body))[:10_000]
    except TooLarge:
        return "rss"
    if _SITEMAP.search(head):
        return "sitemap"
    return "section" if _HTML.search(head) and not _FEED.search(head[:500]) else "rss"
