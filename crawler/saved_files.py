"""The article or the entries of a saved file, printed: the work of `extract` and `parse-feed`. It fetches nothing."""

import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import cast, get_args
from zoneinfo import ZoneInfo

from crawler.charset import decode
from crawler.extract import Extracted, extract_page
from crawler.feeds import guess_kind, parse_feed
from crawler.generic import make_generic_outlet
from crawler.identity import make_host
from crawler.unpack import TooLarge, unpack
from seeds.catalogue import load_catalogue
from seeds.errors import InputError
from seeds.outlet import FeedKind, Outlet
from seeds.settings import load_settings
from storage.clock import utc_now

_TAG = re.compile(r"<[^>]{0,2000}>")
_SAMPLE = 60_000
NO_ZONE = "UTC"  # of `make_generic_outlet`; no outlet of the seeds is at home there
REFUSALS = {
    "empty": "no feed: the file is empty", "too_large": "no feed: the file is too large",
    "too_deep": "no list page: its elements are nested too deep",
    "not_text": "no feed: the file holds no text", "not_a_feed": "no feed, sitemap or list page",
    "entity_declaration": "refused: it declares entities, which no feed needs", "broken": "the feed cannot be read",
}
NOTES = {
    "one_date_for_all": "all entries carry one date, that of the feed itself: they are given without a date",
    "build_time_as_date": "entries that carry the date of the feed itself are given without a date",
    "local_time_labelled_utc": "local times labelled as UTC were mended",
    "learnt_links": "nobody declared what addresses articles have here: the links of the commonest form are given",
}


def print_article(file: Path, url: str) -> None:
    """Prints the article on a saved page as one JSON object. InputError for a file or an address that is none."""
    outlet, body = _open(file, url)
    article = extract_page(body, url=url, outlet=outlet, now=utc_now())
    if outlet.zone == NO_ZONE:  # neither seeds nor host know it, so the text says where its dates were written
        placed = make_generic_outlet(url, f"{article.title}\n{article.text}")
        article = extract_page(body, url=url, outlet=placed, now=utc_now())
    print(json.dumps(format_article(article, outlet), ensure_ascii=False))


def print_entries(file: Path, url: str, kind: str) -> None:
    """Prints the entries of a saved feed as JSON lines; what is left out or was mended, on standard error.

    InputError for what is no feed at all; a feed without entries is one.
    """
    if kind and kind not in get_args(FeedKind):
        raise InputError(f"no kind {kind!r}", where="--kind", advice=f"one of {', '.join(get_args(FeedKind))}")
    outlet, body = _open(file, url)
    known = cast(FeedKind, kind) if kind else guess_kind(body)
    found = parse_feed(body, url=url, kind=known, outlet=outlet, now=utc_now())
    for entry in found.entries:
        at = _format_time(entry.published_at, outlet)
        print(json.dumps({"url": entry.url, "title": entry.title, "published_at": at}, ensure_ascii=False))
    for more in found.more:
        print(f"further sitemap: {more}", file=sys.stderr)
    if found.skipped:
        print(f"left out: {', '.join(f'{reason} {n}' for reason, n in found.skipped.items())}", file=sys.stderr)
    for note in found.notes:
        print(f"note: {NOTES[note]}", file=sys.stderr)
    if found.refused and found.refused != "no_articles":
        raise InputError(REFUSALS[found.refused], where=str(file))
    if not found.entries and not found.more:
        print(f"{file}: no entries", file=sys.stderr)


def format_article(article: Extracted, outlet: Outlet) -> dict[str, str | None]:
    """What `extract` prints: times with the outlet's offset, `refused` null for an article.

    Where nobody knows the outlet's zone, times have the offset with which the page gives them.
    """
    return {
        "url": article.url, "title": article.title, "lead": article.lead, "text": article.text,
        "author": article.author, "published_at": _format_time(article.published_at, outlet),
        "date_source": article.date_source, "lang": article.lang, "refused": article.refused or None,
    }


def _open(file: Path, url: str) -> tuple[Outlet, bytes]:
    if not make_host(url) or not url.lower().startswith(("http://", "https://")):
        raise InputError(f"no web address: {url!r}", where="--url", advice="such as https://thanhnien.vn/rss/home.rss")
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(file)) from error
    outlet = load_catalogue(load_settings().seeds_dir).find_outlet(url)
    return outlet or make_generic_outlet(url, _make_sample(body)), body


def _make_sample(body: bytes) -> str:
    try:
        return _TAG.sub(" ", decode(unpack(body)[:_SAMPLE]))
    except TooLarge:
        return ""


def _format_time(at: datetime | None, outlet: Outlet) -> str | None:
    if at is None:
        return None
    shown = at if outlet.zone == NO_ZONE else at.astimezone(ZoneInfo(outlet.zone))
    return shown.isoformat(timespec="seconds")
