"""Visits one outlet: asks for its feeds, saves what is new in them, then works off its frontier."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from scrapy.http import Request

from crawler.answers import Answer
from crawler.backlog import is_backlog
from crawler.feed_plans import FeedFacts, choose_feeds, is_early, is_patient, is_working
from crawler.feed_search import FeedSearch
from crawler.feed_visits import FeedReading, has_lied, make_conditions, read_feed, read_further
from crawler.gaps import MAX_PAGES, Gap, find_gap, is_repeated, leave_open, needs_more
from crawler.health import UNREACHABLE, RunFacts
from crawler.identity import make_host
from crawler.means import WAITS, Means, Tally
from crawler.outcomes import FORBIDDEN, LEAVE, TOO_MANY
from crawler.pages import PageVisit
from seeds.outlet import Feed, Outlet
from seeds.reasons import say_reason
from storage.values import FeedState, FeedVisit

KINDS = frozenset({"rss", "sitemap", "section"})
INDEX_DEPTH, MAX_SITEMAPS = 2, 10  # an index of indexes is met, deeper ones are not
LARGE_BODY = 300_000  # bytes above which reading a feed would hold up the other hosts
SLOW_INDEX = "slow_index"
# Refusals before any request was sent: they say nothing about the feed, so they are no visit of it.
NOT_ASKED = LEAVE - {"robots_unavailable"}


class Visit:
    """One outlet's part of a wave, from its feeds to the last entry that the budget allows."""

    def __init__(self, outlet: Outlet, means: Means, *, only_due: bool = False) -> None:
        self.outlet, self.tally, self._only_due = outlet, Tally(), only_due
        self.states: Mapping[str, FeedState] = {}
        self._means, self._ask, self._store = means, means.storing.ask, means.storing.store
        self._first_visit_at: datetime | None = None
        self._found_now: set[str] = set()
        self._unreached: list[FeedVisit] = []

    async def run(self) -> RunFacts:
        """What the visit met. Raises StoreFailed where the database fails."""
        if not self._means.budget.has_time():
            self.tally.ended, self.tally.detail = "stopped", say_reason("wave_over")
            return self.facts()
        self.states = states = await self._ask(self._store.outlets.feed_states, self.outlet.id)
        for feed in await self._choose(states):
            await self._visit_tree(feed, states)
        for feed in await FeedSearch(self.outlet, self._means, self.tally).find_stand_ins(states):
            if not is_early(states.get(feed.url), self._means.clock()):
                await self._visit_tree(feed, states)
        self._end_where_forbidden()
        if self._may_read_pages():
            first_visit_at = self._first_visit_at or await self._begin()
            await PageVisit(self.outlet, first_visit_at, self._means, self.tally).run()
        return self.facts()

    def facts(self) -> RunFacts:
        """What the visit has met so far."""
        tally = self.tally
        return RunFacts(
            tally.feeds, tally.feeds_ok, tuple(tally.feed_failures), tuple(tally.page_failures), tally.ended,
            tally.detail, tally.answered, tally.retry_at, dict(tally.counts), tuple(tally.looks),
            feeds_later=tally.feeds_later, pages_only=tally.pages_only, waits=tally.waits, resume_at=tally.resume_at)

    async def save_unreached(self) -> None:
        """Saves that feeds did not answer, once it is sure that it was not our own network."""
        while self._unreached:
            await self._ask(self._store.outlets.save_feed_visit, self._unreached.pop())

    def _may_read_pages(self) -> bool:
        # Entries of earlier waves are fetched even where today's feeds cannot be read, unless nobody answers at all.
        return (self.tally.answered or self.tally.pages_only) and self.tally.ended != "busy"

    async def _begin(self) -> datetime:
        first = await self._ask(self._store.outlets.begin_visit, self.outlet.id, self._means.clock())
        self._first_visit_at = first
        return first

    async def _choose(self, states: Mapping[str, FeedState]) -> list[Feed]:
        """The feeds to ask for now, those that failed last time behind the others, as one that is refused may end the
        visit; those left out that failed last time are told as before."""
        feeds, now = [feed for feed in self.outlet.feeds if feed.kind in KINDS], self._means.clock()
        chosen, pages_wait = feeds, False
        if any(is_patient(states.get(feed.url)) for feed in feeds):
            pages_wait = bool(await self._ask(self._store.entries.frontier, self.outlet.id, 1, now))
        if self._only_due:
            chosen = choose_feeds(feeds, states, now, pages_wait=pages_wait)
        elif pages_wait:
            chosen = [feed for feed in feeds if not is_early(states.get(feed.url), now)]
        self.tally.pages_only = bool(feeds) and not chosen
        for feed in feeds:
            if feed not in chosen and (state := states.get(feed.url)) and state.failures:
                self.tally.feeds += 1
                self.tally.feed_failures.append(state.last_reason)
            elif feed not in chosen and is_patient(states.get(feed.url)):
                self.tally.feeds_later += 1
        failures = {url: state.failures for url, state in states.items()}
        return sorted(chosen, key=lambda feed: failures.get(feed.url, 0) > 0)

    async def _visit_tree(self, feed: Feed, states: Mapping[str, FeedState]) -> None:
        """The feed and, where it is a sitemap index, the sitemaps under it: each once, an index may name itself."""
        seen, new = self.tally.counts["entries_seen"], self.tally.counts["entries_new"]
        failure, retry_at = await self._visit_each(feed, states)
        self.tally.feeds_later += failure in WAITS and is_working(states.get(feed.url))
        if failure not in NOT_ASKED:
            shown, fresh = self.tally.counts["entries_seen"] - seen, self.tally.counts["entries_new"] - new
            self.tally.asked.append(FeedFacts(feed.url, failure, shown, fresh, retry_at))

    async def _visit_each(
        self, feed: Feed, states: Mapping[str, FeedState],
    ) -> tuple[str, datetime | None]:
        """Why the feed itself was not read (empty where it was), and the end of the pause that its host named."""
        waiting, known = deque([(feed.url, 0)]), {feed.url}
        first: tuple[str, datetime | None] = ("busy", None)
        failures = set()
        while waiting and self._means.budget.has_time():
            url, depth = waiting.popleft()
            reading, answer = await self._visit_feed(replace(feed, url=url), states.get(url))
            failures.add(answer.failure if depth else "")
            if depth == 0:
                first = (reading.visit.reason if answer.failure not in NOT_ASKED else answer.failure), answer.retry_at
            for child in reading.more:
                if child not in known and depth < INDEX_DEPTH and len(known) <= MAX_SITEMAPS:
                    known.add(child)
                    waiting.append((child, depth + 1))
        return await self._fail_index(feed) if failures == {"", "slow"} else first

    async def _fail_index(self, feed: Feed) -> tuple[str, datetime | None]:
        """An index was read, but none of its lists: their turn would never come, as it is the index's each time."""
        visit = FeedVisit(self.outlet.id, feed.url, self._means.clock(), 0, reason=SLOW_INDEX)
        await self._ask(self._store.outlets.save_feed_visit, visit)
        self.tally.feeds_ok -= 1
        self.tally.feed_failures.append(SLOW_INDEX)
        return SLOW_INDEX, None

    async def _visit_feed(self, feed: Feed, state: FeedState | None) -> tuple[FeedReading, Answer]:
        conditions = make_conditions(feed, self.outlet, state, self._means.clock())
        was_forbidden = state is not None and state.last_reason == f"http_{FORBIDDEN}"
        answer = await self._fetch(Request(feed.url, headers=conditions, dont_filter=True), was_forbidden=was_forbidden)
        read = partial(read_feed, feed=feed, outlet=self.outlet, state=state, whole=not conditions)
        reading = await _read(answer, read, self._means.clock())
        if answer.failure in WAITS:
            return reading, answer
        self.tally.feeds += 1
        self._count(reading)
        self.tally.counts.update(reading.counts)
        if answer.failure not in NOT_ASKED:
            pages, gap = await self._read_on(feed, reading, find_gap(state))
            known = self.tally.counts["entries_new"]
            for page in reversed(pages):  # the oldest first: see `gaps`
                await self._save(page)
            if has_lied(reading, state) and self.tally.counts["entries_new"] > known:
                self.tally.counts["feed_note:validators_lie"] += 1
                reading = replace(reading, visit=replace(reading.visit, lied=True))
            visit = replace(reading.visit, body_hash=gap.mark, etag=None, last_modified=None) if gap else reading.visit
            if answer.failure in UNREACHABLE:
                self._unreached.append(visit)
            else:
                await self._ask(self._store.outlets.save_feed_visit, visit)
        return reading, answer

    async def _fetch(self, request: Request, *, was_forbidden: bool = False) -> Answer:
        """`was_forbidden` where the same was refused last time, so that it says nothing new of its host."""
        answer = await self._means.fetch(request)
        self.tally.answered |= bool(answer.status)
        says_nothing = was_forbidden and answer.status == FORBIDDEN
        is_forbidden = not says_nothing and self._means.leases.is_forbidden(make_host(answer.url), answer.status)
        if answer.failure in NOT_ASKED - {"guard_no_contact"}:
            self.tally.end(answer.failure, answer)
        elif answer.status == TOO_MANY or (answer.status == 503 and answer.retry_at) or is_forbidden:
            await self._block(answer)
        return answer

    def _end_where_forbidden(self) -> None:
        """All that could be asked was refused; pages that wait may still be read, unless they are refused too."""
        if not self.tally.feeds_ok and set(self.tally.feed_failures) == {f"http_{FORBIDDEN}"}:
            url = self.outlet.feeds[0].url
            reason = say_reason(f"host_http_{FORBIDDEN}", host=make_host(url))
            self.tally.end("blocked", Answer(url, detail=reason))

    async def _read_on(
        self, feed: Feed, first: FeedReading, gap: Gap | None,
    ) -> tuple[list[FeedReading], Gap | None]:
        """The pages of a list after an outage, the first one included, and the gap to come back to, if one is left."""
        pages, seen = [first], {entry.identity for entry in first.entries}
        while needs_more(pages[-1], await self._known_before(pages[-1]), gap, len(pages)):
            number = len(pages) + 1
            if not pages[-1].next_url or number > MAX_PAGES:
                return self._end_of_list(pages), None
            if not self._means.budget.has_time():
                return pages, leave_open("stopped", number, gap, asked=False)
            answer = await self._fetch(Request(pages[-1].next_url, dont_filter=True))
            further = partial(read_further, feed=feed, outlet=self.outlet, page=number)
            page = await _read(answer, further, self._means.clock())
            if page.visit.reason:
                is_tried = answer.failure not in NOT_ASKED or answer.failure == "slow"  # as it will be each time
                again = leave_open(page.visit.reason, number, gap, asked=is_tried)
                return (pages, again) if again else (self._end_of_list(pages), None)
            if is_repeated(page, seen):
                return self._end_of_list(pages), None
            self.tally.counts["pages_after_outage"] += 1
            seen |= {entry.identity for entry in page.entries}
            pages.append(page)
        return pages, None

    def _end_of_list(self, pages: list[FeedReading]) -> list[FeedReading]:
        # Told, as something may have been published and pushed off the list before we came back.
        self.tally.counts["feed_gap"] += 1
        return pages

    async def _known_before(self, reading: FeedReading) -> set[str]:
        """What of a page was known before this visit: another feed may have shown the same news a moment ago."""
        if reading.first_look or not reading.entries:
            return set()
        known = await self._ask(self._store.entries.find_known, [entry.identity for entry in reading.entries])
        return known - self._found_now

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
        reason = say_reason(f"host_http_{answer.status}", host=host)
        await self._means.leases.block(host, reason, answer.retry_at)
        self.tally.end("blocked", replace(answer, detail=reason))

    async def _save(self, reading: FeedReading) -> None:
        # Before the visit is saved: after a crash in between, the feed is read again rather than taken for read.
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
            others = {entry.identity for entry in reading.entries} - set(saved)
            await self._ask(self._store.hits.note_seen, others, self._means.clock())
            await self._ask(self._store.keeping.note_listed, sorted(known), self._means.clock())
            self._found_now.update(saved)


async def _read(answer: Answer, read: Callable[..., FeedReading], at: datetime) -> FeedReading:
    if len(answer.body) < LARGE_BODY:
        return read(answer, at=at)
    return await asyncio.to_thread(read, answer, at=at)  # seconds for a sitemap of 50,000 entries
