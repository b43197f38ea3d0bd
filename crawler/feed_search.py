"""Looks for an outlet's feeds within its visit where those declared are unknown, unproven or dead; weekly at most.

What it finds is stored and shown. It stands in for feeds that were never read; one that was is never replaced in
silence.
"""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from scrapy.http import Request

from crawler.answers import Answer
from crawler.identity import make_host
from crawler.means import Means, Tally
from crawler.outcomes import TOO_MANY
from crawler.progress import say
from seeds.lines import Line
from seeds.outlet import Feed, FeedKind, Outlet
from seeds.reasons import say_reason
from storage.values import FeedState, FoundFeed

AGAIN_AFTER = timedelta(days=7)
DEAD_AFTER = 5  # failing visits in a row of a feed that was read once: at the longest pause, most of a week
READ_KINDS: frozenset[FeedKind] = frozenset({"rss", "sitemap", "section"})


def is_unproven(outlet: Outlet, states: Mapping[str, FeedState]) -> bool:
    """Whether no declared feed was ever read, or none is known."""
    known = [states.get(feed.url) for feed in outlet.feeds if feed.kind in READ_KINDS]
    return not any(state and state.proven_at for state in known)


def has_dead(outlet: Outlet, states: Mapping[str, FeedState]) -> bool:
    """Whether a declared feed that was read once has failed for long."""
    known = [states.get(feed.url) for feed in outlet.feeds if feed.kind in READ_KINDS]
    return any(state and state.proven_at and state.failures >= DEAD_AFTER for state in known)


class FeedSearch:
    """The search of one visit, after the declared feeds were asked for."""

    def __init__(self, outlet: Outlet, means: Means, tally: Tally) -> None:
        self._outlet, self._means, self._tally = outlet, means, tally
        self._ask, self._store = means.storing.ask, means.storing.store

    async def find_stand_ins(self, states: Mapping[str, FeedState]) -> list[Feed]:
        """Feeds to read in the place of declared ones that were never read; `states` are those before the visit.

        Empty where a declared feed is proven, whatever was found. Raises StoreFailed where the database fails.
        """
        unproven = is_unproven(self._outlet, states) and not self._tally.feeds_ok
        if self._tally.ended or not (unproven or has_dead(self._outlet, states)):
            return []
        if not self._means.leases.find_delay(make_host(self._outlet.homepage)):  # else it would take days: for people
            await self._search()
        if not unproven:
            return []
        found = await self._ask(self._store.found_feeds.find, self._outlet.id)
        return [Feed(one.url, one.kind, "seen") for one in found]  # type: ignore[arg-type]

    async def _search(self) -> None:
        now = self._means.clock()
        if not await self._ask(self._store.found_feeds.begin_search, self._outlet.id, now, now - AGAIN_AFTER):
            return
        from crawler.finding import find_feeds  # heavy to import, and few outlets need it

        found = await find_feeds(self._outlet, self._fetch, lambda _: None, now)
        self._tally.counts["feed_searches"] += 1
        self._tally.counts["feeds_found"] += len(found)
        kept = [FoundFeed(self._outlet.id, feed.url, feed.kind, now) for feed in found]
        await self._ask(self._store.found_feeds.save, self._outlet.id, kept)
        for feed in found:
            found_feed = f"{self._outlet.id}: found the feed {feed.kind} {feed.url}"
            say(Line(found_feed, "feed_found", outlet=self._outlet.id, kind=feed.kind, url=feed.url))

    async def _fetch(self, url: str, *, is_robots: bool = False) -> Answer:
        if is_robots:
            return await self._recall_robots(url)
        if self._tally.ended or not self._means.budget.take_page(make_host(url)):
            return Answer(url, failure="budget")
        answer = await self._means.fetch(Request(url, dont_filter=True))
        self._tally.answered |= bool(answer.status)
        host = make_host(answer.url)
        if self._means.leases.is_forbidden(host, answer.status) or answer.status == TOO_MANY:
            reason = say_reason(f"host_http_{answer.status}", host=host)
            await self._means.leases.block(host, reason, answer.retry_at)
            self._tally.end("blocked", Answer(url, detail=reason, retry_at=answer.retry_at))
        return answer

    async def _recall_robots(self, url: str) -> Answer:
        """robots.txt as it was read before the first other request of today."""
        parts = urlsplit(url)
        kept = await self._ask(self._store.robots.find, f"{parts.scheme}://{parts.netloc}")
        return Answer(url, 200, kept.text.encode()) if kept and kept.text else Answer(url, 404)
