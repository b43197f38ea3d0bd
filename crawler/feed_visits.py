"""Reads the answer to one visit of a feed: what is new in it, and what makes the next request conditional; pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.answers import Answer
from crawler.identity import MAX_ADDRESS, is_article, make_identity
from seeds.outlet import Feed, Outlet
from storage.values import FeedState, FeedVisit, NewEntry

if TYPE_CHECKING:
    from crawler.entries import FeedEntry

FIRST_CHILDREN, LAST_CHILDREN = 2, 3  # sitemaps of an index per wave: indexes list the newest first, or last
WHOLE_AFTER = timedelta(hours=6)  # as seldom as anybody is asked: a 304 that lies costs no more than that
DISTRUST = timedelta(days=30)
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class FeedReading:
    """One visit with what it brought: its entries (one per identity) and, for an index, further sitemaps.

    `first_look` is true where the feed was never read before. `visit.reason` is empty where it was read. `counts` is
    what else is to be told: entries `undated`, `refused:address_too_long`, and notes as `feed_note:<what was mended>`.
    `next_url` is where the list goes on, if anybody knows.
    """

    visit: FeedVisit
    entries: tuple[NewEntry, ...] = ()
    more: tuple[str, ...] = ()
    not_modified: bool = False
    first_look: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    next_url: str = ""


def make_conditions(feed: Feed, outlet: Outlet, state: FeedState | None, now: datetime) -> dict[str, str]:
    """The headers of a conditional request; none where the outlet's rules have changed since the last visit.

    None either now and then, to see whether "not modified" is true, and for feeds that were caught lying.
    """
    if state is None or not (state.body_hash or "").startswith(_rules_hash(feed, outlet)):
        return {}
    if state.read_whole_at is None or now - state.read_whole_at >= WHOLE_AFTER:
        return {}
    if state.distrusted_at is not None and now - state.distrusted_at < DISTRUST:
        return {}
    pairs = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in pairs.items() if value}


def has_lied(reading: FeedReading, state: FeedState | None) -> bool:
    """Whether the validators of a feed stayed though its body did not; it lied if there was anything new in that."""
    if state is None or not reading.visit.whole or not reading.entries:
        return False
    if state.etag or reading.visit.etag:
        return state.etag == reading.visit.etag
    return bool(state.last_modified) and state.last_modified == reading.visit.last_modified


def read_feed(
    answer: Answer, *, feed: Feed, outlet: Outlet, state: FeedState | None, at: datetime, whole: bool = True,
) -> FeedReading:
    """What `answer` means for `feed`, with `state` from earlier visits. Backlog is decided later.

    `whole` is true where the feed was asked for without conditions.
    """
    first_look = state is None or state.last_ok_at is None
    if answer.failure or not (200 <= answer.status < 300 or answer.status == 304):
        reason = answer.failure or f"http_{answer.status}"
        return FeedReading(FeedVisit(outlet.id, feed.url, at, answer.status, reason=reason), first_look=first_look)
    if answer.status == 304:
        return FeedReading(FeedVisit(outlet.id, feed.url, at, 304), not_modified=True)
    body_hash = _rules_hash(feed, outlet) + hashlib.sha256(answer.body).hexdigest()[:56]
    visit = FeedVisit(
        outlet.id, feed.url, at, answer.status, answer.etag, answer.last_modified, body_hash, whole=whole)
    if state is not None and state.body_hash == body_hash:
        return FeedReading(visit, not_modified=True)
    return _read_body(answer, visit, feed, outlet, first_look)


def read_further(answer: Answer, *, feed: Feed, outlet: Outlet, page: int, at: datetime) -> FeedReading:
    """What `answer` means as page `page` (2 and up) of `feed`; nothing of it is kept of the feed's own state."""
    if answer.failure or not 200 <= answer.status < 300:
        reason = answer.failure or f"http_{answer.status}"
        return FeedReading(FeedVisit(outlet.id, answer.url, at, answer.status, reason=reason))
    return _read_body(answer, FeedVisit(outlet.id, answer.url, at, answer.status), feed, outlet, False, page)


def pick_children(urls: Sequence[str]) -> tuple[str, ...]:
    """The sitemaps of an index to visit in one wave: the first of the list and those with the highest numbers.

    The list begins with what changed last, where the index says so.
    """
    urls = [url for url in urls if len(url) <= MAX_ADDRESS]
    first = list(urls[:FIRST_CHILDREN])
    rest = sorted(urls[FIRST_CHILDREN:], key=lambda url: [int(n) for n in _NUMBERS.findall(url)[-6:]], reverse=True)
    return tuple(first + rest[:LAST_CHILDREN])


def _read_body(
    answer: Answer, visit: FeedVisit, feed: Feed, outlet: Outlet, first_look: bool, page: int = 1,
) -> FeedReading:
    from crawler.feeds import parse_feed  # heavy to import, and most feeds have not changed
    from crawler.paging import make_next_address

    parsed = parse_feed(
        answer.body, url=answer.url, kind=feed.kind, outlet=outlet, content_type=answer.content_type, now=visit.at)
    if parsed.more:  # an index is asked for in full each time: it stays the same while its children change
        return FeedReading(FeedVisit(outlet.id, feed.url, visit.at, answer.status), more=pick_children(parsed.more))
    counts = Counter(f"feed_note:{note}" for note in parsed.notes)
    known_form = "learnt_links" not in parsed.notes
    entries = tuple(_make_entries(parsed.entries, feed, outlet, counts, known_form))
    reason = parsed.refused or ("no_articles" if parsed.entries else "no_entries")
    if not entries:
        return FeedReading(FeedVisit(outlet.id, feed.url, visit.at, answer.status, reason=reason), counts=counts)
    counted = replace(visit, entries=len(entries))
    ahead = parsed.next_url or make_next_address(feed, page + 1, outlet) or parsed.pages.get(page + 1, "")
    return FeedReading(counted, entries, first_look=first_look, counts=counts, next_url=ahead)


def _make_entries(
    found: Iterable["FeedEntry"], feed: Feed, outlet: Outlet, counts: Counter[str], known_form: bool,
) -> Iterable[NewEntry]:
    seen: set[str] = set()
    for entry in found:
        if len(entry.url) > MAX_ADDRESS:
            counts["refused:address_too_long"] += 1
            continue
        identity = make_identity(entry.url, outlet)
        if identity in seen or (known_form and not is_article(entry.url, outlet)):
            continue
        seen.add(identity)
        counts["undated"] += entry.published_at is None
        yield NewEntry(
            outlet.id, identity, entry.url, feed.url, entry.title, entry.summary, entry.published_at, entry.date_source)


def _rules_hash(feed: Feed, outlet: Outlet) -> str:
    # A feed that did not change still holds news once the rules that read it have changed.
    identity = outlet.family.identity
    rules = (feed.kind, outlet.article_url.pattern, identity.query, identity.path and identity.path.pattern,
             outlet.family.list_links, outlet.zone)
    return hashlib.sha256(repr(rules).encode()).hexdigest()[:8]
