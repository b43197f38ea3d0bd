"""Reads RSS, Atom, RDF and JSON Feed: feedparser finds the items, our own rules read their dates.

feedparser reads zone-less dates as UTC and loses `GMT+7`: our own date rules come first.
"""

import io
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import feedparser

from crawler.dates import Moment, read_moment
from crawler.entries import FeedEntry, ParsedFeed, make_url, merge_doubles
from crawler.paging import join_page
from crawler.text import clean_line, unescape_again
from seeds.outlet import Outlet

MAX_ENTRIES = 5_000
_SUMMARY_CHARS = 2_000
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.I)
_TAGS = re.compile(r"</?(?:a|abbr|b|big|blockquote|br|center|div|em|figure|figcaption|font|h[1-6]|hr|i|iframe|img|"
                   r"li|ol|p|script|small|span|strong|style|sub|sup|table|tbody|td|th|tr|u|ul)\b[^>]*/?>", re.I)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)
_SLACK = timedelta(minutes=10)  # clocks of publisher and feed builder
_SAME_DATE_ITEMS = 5  # a paper publishes some stories at one instant, not a whole feed
_STAMP = timedelta(seconds=60)  # how long a server may take over one feed that it stamps item by item


def parse_syndication(text: str, url: str, outlet: Outlet, now: datetime | None = None) -> ParsedFeed:
    """The items of an RSS, Atom, RDF or JSON feed, refused as `not_a_feed` when it is none of them."""
    found = _read_json(text) if text.lstrip()[:1] == "{" else _read_xml(text)
    if found is None:
        return ParsedFeed(refused="not_a_feed")
    skipped: Counter[str] = Counter()
    moments = [_read_date(item["date"], outlet, now) for item in found.items]
    dates, notes = _mend(moments, _read_date(found.built, outlet, now), outlet, now)
    entries = []
    for item, at in zip(found.items, dates, strict=True):
        link = make_url(item["link"], url, outlet)
        if not link:
            skipped["no_link"] += 1
            continue
        if not item["title"]:
            skipped["no_title"] += 0 if item["summary"] else 1
        entries.append(FeedEntry(link, item["title"], item["summary"], at, "feed" if at else ""))
    unique = merge_doubles(entries, skipped)
    return ParsedFeed(
        unique, skipped={k: n for k, n in skipped.items() if n}, notes=notes, next_url=join_page(found.next_link, url))


@dataclass(frozen=True)
class _Found:
    built: str
    items: list[dict[str, str]]
    next_link: str = ""


def _read_xml(text: str) -> _Found | None:
    body = _XML_DECLARATION.sub("", text.lstrip("\ufeff \t\r\n")).encode("utf-8", "replace")
    found = parse_xml(b'<?xml version="1.0" encoding="utf-8"?>' + body)
    if not found.version and not found.entries:
        return None
    base = "" if found.version.startswith("atom") else found.feed.get("link") or ""
    items = [_xml_item(entry, base) for entry in found.entries[:MAX_ENTRIES]]
    built = dict.get(found.feed, "updated") or dict.get(found.feed, "published") or ""
    ahead = next((link.get("href") for link in found.feed.get("links", []) if link.get("rel") == "next"), "")
    return _Found(built, items, ahead or "")


def parse_xml(body: bytes) -> Any:
    """What feedparser makes of an XML feed in UTF-8. ValueError also for one that it stumbles over itself."""
    try:
        return feedparser.parse(  # from memory: bare bytes are taken for a file's name first
            io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8"})
    except (LookupError, TypeError, AttributeError, OverflowError) as error:  # &#x800800800;, say
        raise ValueError(f"feedparser: {type(error).__name__}") from error


def _xml_item(entry: Any, base: str) -> dict[str, str]:
    link = str(entry.get("link") or "").strip()
    if not link and str(entry.get("id", "")).startswith(("http://", "https://")):
        link = entry["id"]
    if base.startswith(("http://", "https://")) and not _ABSOLUTE.match(link) and link:
        link = urljoin(base, link)  # of RSS the channel's own address is the base, not where its file lies
    # Plain dict.get: feedparser's own gives one date for another, with a warning.
    date = next((date for key in ("published", "updated", "created") if (date := dict.get(entry, key))), "")
    return {"link": link, "title": _plain(entry.get("title") or ""), "date": date,
            "summary": _plain(entry.get("summary") or "")[:_SUMMARY_CHARS]}


def _read_json(text: str) -> _Found | None:
    try:
        found = json.loads(text, strict=False)
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        return None
    items = [item for item in found["items"][:MAX_ENTRIES] if isinstance(item, dict)]
    return _Found("", [{
        "link": str(item.get("url") or item.get("external_url") or ""),
        "title": _plain(str(item.get("title") or "")),
        "date": str(item.get("date_published") or item.get("date_modified") or ""),
        "summary": _plain(str(item.get("summary") or item.get("content_text") or ""))[:_SUMMARY_CHARS],
    } for item in items], str(found.get("next_url") or ""))


def _plain(text: str) -> str:
    # Only real tags go: "<단독>" in a title is text.
    return clean_line(_TAGS.sub(" ", unescape_again(text)))


def _read_date(text: str, outlet: Outlet, now: datetime | None) -> Moment | None:
    return read_moment(text, zone=outlet.zone, order=outlet.family.date_order, now=now) if text else None


def _mend(
    moments: list[Moment | None], built: Moment | None, outlet: Outlet, now: datetime | None,
) -> tuple[list[datetime | None], tuple[str, ...]]:
    dates = [moment.at if moment else None for moment in moments]
    stamped = _find_stamped(moments, built, outlet)
    if stamped:
        note = "one_date_for_all" if len(stamped) == len(dates) else "build_time_as_date"
        return [None if at in stamped else date for at, date in enumerate(dates)], (note,)
    limit = min((at for at in (built.at if built else None, now) if at), default=None)
    if limit and _is_local_labelled_utc(moments, limit, outlet):
        zone = ZoneInfo(outlet.zone)
        return [_relabel(moment, zone) for moment in moments], ("local_time_labelled_utc",)
    return dates, ()


def _find_stamped(moments: list[Moment | None], built: Moment | None, outlet: Outlet) -> set[int]:
    """The items whose date is when the feed was built, not when they were published.

    They are most of the feed and carry its own date, or all of it and carry one instant. A day without a clock is no
    such stamp: press offices date what they publish by the day.
    """
    timed = {at: moment.at for at, moment in enumerate(moments) if moment and _has_clock(moment, outlet)}
    one = len(set(timed.values())) == 1 and len(timed) == len(moments)
    if len(timed) < _SAME_DATE_ITEMS:
        return set()
    if built is None or not built.has_time:
        return set(timed) if one else set()
    if one and abs(next(iter(timed.values())) - built.at) <= _SLACK:
        return set(timed)
    near = {at for at, date in timed.items() if abs(date - built.at) <= _STAMP}
    return near if len(near) >= max(_SAME_DATE_ITEMS, len(moments) / 2) else set()


def _has_clock(moment: Moment, outlet: Outlet) -> bool:
    local = moment.at.astimezone(ZoneInfo(outlet.zone))
    return moment.has_time and (local.hour, local.minute, local.second) != (0, 0, 0)


def _is_local_labelled_utc(moments: list[Moment | None], limit: datetime, outlet: Outlet) -> bool:
    """Wall-clock time with a false "Z": items lie ahead of the feed's own build time, by no more than the offset."""
    marked = [m.at for m in moments if m and m.has_zone and m.at.utcoffset() == timedelta(0)]
    offset = limit.astimezone(ZoneInfo(outlet.zone)).utcoffset() or timedelta(0)
    ahead = [at for at in marked if at > limit + _SLACK]
    return offset > timedelta(0) and bool(ahead) and all(at <= limit + offset + _SLACK for at in ahead)


def _relabel(moment: Moment | None, zone: ZoneInfo) -> datetime | None:
    if moment and moment.has_zone and moment.at.utcoffset() == timedelta(0):
        return moment.at.astimezone(UTC).replace(tzinfo=zone)
    return moment.at if moment else None
