"""What a feed gives: entries and what was left out. Reading them is the job of `feeds` and the readers it calls."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

from crawler.identity import PLAIN_ADDRESS, clean_url
from crawler.text import clean_line
from seeds.outlet import Outlet

_GLUED = re.compile(r"^https?://[^/]*?(https?):?//")  # "http://paper.comhttp//paper.com/..." of a real feed


@dataclass(frozen=True)
class FeedEntry:
    """An address seen in a feed. `published_at` is aware or None; `date_source` is `feed` where there is one."""

    url: str
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    date_source: str = ""


@dataclass(frozen=True)
class ParsedFeed:
    """What a feed held: entries in its own order, addresses of further sitemaps in `more`, and what was left out.

    `more` has the sitemap that changed last first. `next_url` is the next page that the feed names itself; `pages` are
    the pages of a list that its pager links to by number.

    `refused` names why nothing could be read (`empty`, `too_large`, `too_deep`, `not_a_feed`, `not_text`,
    `entity_declaration`, `broken`); `skipped` counts entries left out by reason (`no_link`, `no_title`,
    `not_an_article`, `double`);
    `notes` names what was mended or guessed (`one_date_for_all`, `build_time_as_date`, `local_time_labelled_utc`,
    `learnt_links`).
    """

    entries: list[FeedEntry] = field(default_factory=list)
    refused: str = ""
    more: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    next_url: str = ""
    pages: dict[int, str] = field(default_factory=dict)


def make_url(link: str, base: str, outlet: Outlet) -> str:
    """`link` made absolute against `base` and cleaned; empty when it is no http address."""
    if PLAIN_ADDRESS.fullmatch(link):
        return link
    link = _GLUED.sub(r"\1://", clean_line(link))
    try:
        return clean_url(urljoin(base, link), outlet) if link else ""
    except ValueError:
        return ""


def merge_doubles(entries: list[FeedEntry], skipped: Counter[str]) -> list[FeedEntry]:
    """`entries` with one entry per address: the first, which takes title, summary and date from later ones."""
    seen: dict[str, FeedEntry] = {}
    for entry in entries:
        if entry.url not in seen:
            seen[entry.url] = entry
            continue
        skipped["double"] += 1
        first = seen[entry.url]
        seen[entry.url] = FeedEntry(
            first.url, first.title or entry.title, first.summary or entry.summary,
            first.published_at or entry.published_at, first.date_source or entry.date_source)
    return list(seen.values())
