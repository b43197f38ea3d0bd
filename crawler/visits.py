"""Visits one outlet: asks for its feeds, saves what is new in them, then works off its frontier."""

from dataclasses import replace
from datetime import datetime

from scrapy.http import Request

from crawler.answers import Answer
from crawler.backlog import is_backlog
from crawler.feed_visits import FeedReading, make_conditions, read_feed
from crawler.health import RunFacts
from crawler.identity import make_host
from crawler.means import Means, Tally
from crawler.outcomes import BLOCKED_STATUSES, LEAVE
from crawler.pages import PageVisit
from seeds.outlet import Feed, Outlet
from storage.values import FeedState

KINDS = frozenset({"rss", "sitemap", "section"})
# Refusals before any request was sent: they say nothing about the feed, so they are no visit of it.
NOT_ASKED = LEAVE - {"robots_unavailable"}


class Visit:
    """One outlet's part of a wave, from its feeds to the last entry that the budget allows."""

    def __init__(self, outlet: Outlet, means: Means) -> None:
        self.outlet, self.tally = outlet, Tally()
        self._means, self._ask, self._store = means, means.storing.ask, means.storing.store
        self._first_visit_at: datetime | None = None

    async def run(self) -> RunFacts:
        """What the visit met. Raises StoreFailed where the database fails."""
        if not self._means.budget.has_time():
            self.tally.ended, self.tally.detail = "stopped", "the wave was over before its turn"
            return self.facts()
        states = await self._ask(self._store.outlets.feed_states, self.outlet.id)
        for feed in self.outlet.feeds:
            if feed.kind in KINDS and self._means.budget.has_time():
                for child in await self._visit_feed(feed, states):
                    if self._means.budget.has_time():
                        await self._visit_feed(replace(feed, url=child), states)
        if self._may_read_pages():
            first_visit_at = self._first_visit_at or await self._begin()
            await PageVisit(self.outlet, first_visit_at, self._means, self.tally).run()
        return self.facts()

    def facts(self) -> RunFacts:
        """What the visit has met so far."""
        tally = self.tally
        return RunFacts(
            tally.feeds, tally.feeds_ok, tuple(tally.feed_failures), tuple(tally.page_failures), tally.ended,
            tally.detail, tally.answered, tally.retry_at, dict(tally.counts))

    def _may_read_pages(self) -> bool:
        # Entries of earlier waves are fetched even where today's feeds cannot be read, unless nobody answers at all.
        return self.tally.answered and self.tally.ended != "busy"

    async def _begin(self) -> datetime:
        first = await self._ask(self._store.outlets.begin_visit, self.outlet.id, self._means.clock())
        self._first_visit_at = first
        return first

    async def _visit_feed(self, feed: Feed, states: dict[str, FeedState]) -> tuple[str, ...]:
        """Addresses of further sitemaps."""
        state = states.get(feed.url)
        request = Request(feed.url, headers=make_conditions(feed, self.outlet, state), dont_filter=True)
        answer = await self._means.fetch(request)
        self.tally.feeds += 1
        self.tally.answered |= bool(answer.status)
        if answer.failure in NOT_ASKED - {"guard_no_contact"}:
            self.tally.end(answer.failure, answer)
        elif answer.status in BLOCKED_STATUSES:
            await self._block(answer)
        reading = read_feed(answer, feed=feed, outlet=self.outlet, state=state, at=self._means.clock())
        self._count(reading)
        self.tally.counts.update(reading.counts)
        if answer.failure not in NOT_ASKED:
            await self._save(reading)
        return reading.more

    def _count(self, reading: FeedReading) -> None:
        reason = reading.visit.reason
        if reason:
            self.tally.feed_failures.append(reason)
            self.tally.counts[f"feed_failed:{reason}"] += 1
            return
        self.tally.feeds_ok += 1
        self.tally.counts["feeds_read"] += 1
        self.tally.counts["not_modified"] += reading.not_modified

    async def _block(self, answer: Answer) -> None:
        host = make_host(answer.url)
        reason = f"{host} answers {answer.status}"
        await self._means.leases.block(host, reason, answer.retry_at)
        self.tally.end("blocked", replace(answer, detail=reason))

    async def _save(self, reading: FeedReading) -> None:
        # Entries before the visit: after a crash in between, the feed is read again rather than taken for read.
        if reading.entries:
            self.tally.counts["entries_seen"] += len(reading.entries)
            first_visit_at = self._first_visit_at or await self._begin()
            known = await self._ask(self._store.entries.find_known, [entry.identity for entry in reading.entries])
            new = [
                replace(e, backlog=is_backlog(e.published_at, first_visit_at, first_look=reading.first_look))
                for e in reading.entries if e.identity not in known
            ]
            saved = await self._ask(self._store.entries.save_seen, new, self._means.clock())
            self.tally.counts["entries_new"] += len(saved)
        await self._ask(self._store.outlets.save_feed_visit, reading.visit)
