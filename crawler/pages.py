"""Takes an outlet's entries from the frontier to an outcome: fetch, screen, extract, hand over. It reads no feeds."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from scrapy.http import Request

from crawler.answers import Answer
from crawler.backlog import is_backlog_page
from crawler.charset import make_utf8
from crawler.doubles import find_double
from crawler.extracted import Extracted
from crawler.identity import MAX_ADDRESS, is_article, make_host, make_identity
from crawler.items import FoundArticle
from crawler.looks import make_look
from crawler.means import Means, Tally
from crawler.outcomes import Decision, decide_page, try_again
from crawler.own_page import find_doubt
from crawler.refusals import Refusal
from crawler.unpack import TooLarge, unpack
from seeds.outlet import Outlet
from seeds.reasons import say_reason
from storage.values import FrontierEntry, NewArticle, NewEntry, Outcome

FAILURES_IN_A_ROW = 3  # then the host is left alone for this wave: a dead server must not use up every entry's attempts
EMPTY_ENOUGH = 3  # empty answers, over nearly an hour: then what the feed told is better than nothing
MAX_UNPACKED = 8 * 1024 * 1024


class PageVisit:
    """The page part of one visit: newest entries first, within the wave's budget."""

    def __init__(self, outlet: Outlet, first_visit_at: datetime, means: Means, tally: Tally) -> None:
        self._outlet, self._first_visit_at, self._means, self._tally = outlet, first_visit_at, means, tally
        self._ask, self._entries = means.storing.ask, means.storing.store.entries
        self._failures = 0

    async def run(self) -> None:
        """Works off the frontier until it is empty, the budget is used up or the host wants no more."""
        left: set[str] = set()
        for entry in await self._frontier(left):
            host = make_host(entry.url)
            if host in left:
                continue
            if not self._means.budget.take_page(host) or not await self._read(entry):
                left.add(host)

    async def _frontier(self, left: set[str]) -> Sequence[FrontierEntry]:
        limit = self._means.budget.pages_per_host
        batch = await self._ask(self._entries.frontier, self._outlet.id, limit, self._means.clock())
        hosts = {make_host(entry.url) for entry in batch}
        if self._means.leases.holds(hosts):
            return batch
        for host in hosts:
            try:
                await self._means.leases.take(host)
            except Refusal as refusal:
                left.add(host)
                self._tally.end(refusal.reason, Answer(host, detail=refusal.detail, retry_at=refusal.until))
        # Whoever held a host until now may have settled some of these entries: look again under the lease.
        return await self._ask(self._entries.frontier, self._outlet.id, limit, self._means.clock())

    async def _read(self, entry: FrontierEntry) -> bool:
        """Whether the entry's host may be asked on."""
        request = Request(entry.url, dont_filter=True)
        answer = await self._means.fetch(request)
        self._tally.answered |= bool(answer.status)
        decision = decide_page(answer, entry.attempts, self._means.clock())
        if decision.do == "leave":
            self._tally.end(decision.reason, answer)
            return False
        if decision.outcome == "failed" and not decision.blocked and self._is_all_dead():
            self._tally.page_failures.append(decision.reason)
            return False
        host = make_host(answer.url)
        if self._means.leases.is_forbidden(host, answer.status):
            decision = replace(decision, blocked=True)
        if decision.blocked:
            reason = say_reason(f"host_http_{answer.status}", host=host)
            await self._means.leases.block(host, reason, answer.retry_at)
            self._tally.end("blocked", replace(answer, detail=reason))
        if decision.do == "read":
            doubt = await self._read_page(entry, answer)
            if not doubt:
                self._failures = 0
                self._tally.counts["fetched"] += 1
                return True
            decision = try_again(doubt, entry.attempts, self._means.clock(), at_last="refused")
        if not (decision.reason == "empty" and await self._give_from_feed(entry, answer)):
            await self._save(entry, decision)
        return not decision.blocked and not self._has_failed_enough(decision)

    def _is_all_dead(self) -> bool:
        # A server that gives neither a feed nor a page says nothing of this page: an outage must not use up its tries.
        return bool(self._tally.feeds) and not self._tally.feeds_ok and not self._tally.counts["fetched"]

    def _has_failed_enough(self, decision: Decision) -> bool:
        if decision.outcome != "failed":
            self._failures = 0
            return False
        self._failures += 1
        self._tally.page_failures.append(decision.reason)
        return self._failures >= FAILURES_IN_A_ROW

    async def _give_from_feed(self, entry: FrontierEntry, answer: Answer) -> bool:
        """Whether the feed's own words were taken for a page that stays empty; only where they pass the screen."""
        if entry.attempts + 1 < EMPTY_ENOUGH or not (entry.title and entry.summary):
            return False
        screen = await self._means.find_screen(self._outlet.country)
        if not screen.passes(f"{entry.title}\n{entry.summary}"):
            return False
        self._tally.counts["from_feed:empty"] += 1
        await self._hand_over(entry, make_feed_article(entry, self._outlet), answer)
        return True

    async def _save(self, entry: FrontierEntry, decision: Decision) -> None:
        if decision.do == "postpone" and decision.again_at:
            self._tally.counts["postponed"] += 1
            await self._ask(self._entries.postpone, entry.id, decision.reason, decision.again_at)
        else:
            await self._settle(entry, decision.outcome, decision.reason)

    async def _settle(self, entry: FrontierEntry, outcome: Outcome, reason: str, screen_version: str = "") -> None:
        self._tally.counts[f"refused:{reason}" if outcome == "refused" else outcome] += 1
        await self._ask(
            self._entries.save_outcome, entry.id, outcome, reason, self._means.clock(), screen_version=screen_version)

    async def _read_page(self, entry: FrontierEntry, answer: Answer) -> str:
        """Why the page is plainly not the entry's own, which may be there later; empty where the entry is settled."""
        elsewhere = find_elsewhere(entry, answer.url, self._outlet)
        if elsewhere:
            await self._move(entry, elsewhere, answer.url)
            return ""
        try:
            page = make_utf8(unpack(answer.body, MAX_UNPACKED), answer.content_type)
        except TooLarge:
            await self._settle(entry, "refused", "too_large")
            return ""
        screen, version = await self._means.find_screen(self._outlet.country), self._means.screen_version
        told = f"{entry.title}\n{entry.summary}"
        if screen.passes(page) or screen.passes(told):
            await self._read_article(entry, answer, is_told=screen.passes(told))
        elif doubt := find_doubt(page, entry.title):
            return doubt
        else:
            self._tally.looks.append(make_look(len(answer.body), entry))
            await self._settle(entry, "screened_out", "", version)
        return ""

    async def _read_article(self, entry: FrontierEntry, answer: Answer, *, is_told: bool) -> None:
        """`is_told` where the feed's own words name somebody of the other country."""
        found = await self._means.extract(answer.body, entry.url, self._outlet, answer.content_type)
        self._tally.looks.append(make_look(len(answer.body), entry, found))
        if not found.refused:
            return await self._hand_over(entry, make_article(entry, found, self._outlet), answer)
        if entry.title and entry.summary and is_told:
            self._tally.counts[f"from_feed:{found.refused}"] += 1
            return await self._hand_over(entry, make_feed_article(entry, self._outlet), answer)
        return await self._settle(entry, "refused", found.refused, self._means.screen_version)

    async def _move(self, entry: FrontierEntry, elsewhere: str, url: str) -> None:
        """The page is another article's, or none: the entry ends here, the other one has its own."""
        if elsewhere == "moved":
            other = NewEntry(
                self._outlet.id, make_identity(url, self._outlet), url, "", entry.title, entry.summary,
                entry.published_at, "feed" if entry.published_at else "", entry.backlog)
            await self._ask(self._entries.save_seen, [other], self._means.clock())
        await self._settle(entry, "refused", elsewhere)

    async def _hand_over(self, entry: FrontierEntry, article: NewArticle, answer: Answer) -> None:
        alike = await self._ask(self._means.storing.store.articles.find_alike, entry.id, article)
        if double := find_double(article, alike):
            return await self._settle(entry, "known", double.identity)
        page_date = None if article.date_source == "feed" else article.published_at
        found = FoundArticle(
            outlet=self._outlet, entry=entry, article=article, page=answer.body, content_type=answer.content_type,
            backlog=is_backlog_page(entry.backlog, page_date, self._first_visit_at),
            screen_version=self._means.screen_version, saved=asyncio.get_running_loop().create_future())
        self._means.hand_over(found)
        self._tally.counts["saved" if await found.saved is not None else "known"] += 1


def find_elsewhere(entry: FrontierEntry, url: str, outlet: Outlet) -> str:
    """Why the page at `url` is not the entry's: `moved` to another article, `not_an_article`, `address_too_long`.

    Empty where it is.
    """
    if url == entry.url or make_identity(url, outlet) == entry.identity:
        return ""
    if len(url) > MAX_ADDRESS:
        return "address_too_long"
    return "moved" if is_article(url, outlet) else "not_an_article"


def make_article(entry: FrontierEntry, found: Extracted, outlet: Outlet) -> NewArticle:
    """The article of an extracted page; title and date of its entry stand in where the page gives none."""
    own_date = found.published_at is not None
    return NewArticle(
        outlet.id, entry.url, found.title or entry.title, found.text, found.lead, found.lang or outlet.lang,
        found.author, found.published_at or entry.published_at,
        found.date_source if own_date else ("feed" if entry.published_at else ""), found.modified_at)


def make_feed_article(entry: FrontierEntry, outlet: Outlet) -> NewArticle:
    """What the feed told of a page that could not be read (a wall, a script)."""
    return NewArticle(
        outlet.id, entry.url, entry.title, entry.summary, lang=outlet.lang, published_at=entry.published_at,
        date_source="feed" if entry.published_at else "", from_feed=True)
