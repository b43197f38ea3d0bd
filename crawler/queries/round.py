"""The query feeds' part of a wave: asks services whose turn it is, saves what they show and reads unknown hosts."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from scrapy.http import Request

from crawler.answers import Answer
from crawler.backlog import is_backlog
from crawler.generic import make_generic_outlet
from crawler.identity import make_host
from crawler.means import Budget, Means, Tally
from crawler.pages import PageVisit
from crawler.plan import Plan
from crawler.queries import google_news, site_search
from crawler.queries.placing import Placed, place
from crawler.queries.service import AFTER_FAILURE, Question, Reply, Service
from crawler.queries.services import choose_services
from crawler.queries.titles import TitleHits
from seeds.catalogue import Catalogue
from seeds.outlet import Outlet
from seeds.queries import load_query_words
from seeds.reasons import say_reason

logger = logging.getLogger(__name__)

MOST_STRANGERS = 20  # unknown hosts read in one wave
STRANGER_PAGES = 3  # pages of each: we have no business there but these stories
NEVER = datetime.min.replace(tzinfo=UTC)


def make_round(plan: Plan, means: Means) -> "QueryRound":
    """The round of a wave, with every service that the settings agree to."""
    settings = plan.settings.query
    assert plan.catalogue is not None
    words = load_query_words(plan.settings.seeds_dir)
    services = choose_services(settings, words)
    if settings.site_search:
        made = (site_search.make_service(outlet, words, means.clock()) for outlet in plan.outlets)
        services += [service for service in made if service]
    return QueryRound(services, plan.catalogue, frozenset(plan.watched), means)


class QueryRound:
    """One round. `counts` says what it came to: `hits`, `hits_new`, pages' outcomes, and `refused` services by why."""

    def __init__(
        self, services: Sequence[Service], catalogue: Catalogue, watched: frozenset[str], means: Means,
    ) -> None:
        self._services, self._catalogue, self._watched, self._means = services, catalogue, watched, means
        self._ask, self._store = means.storing.ask, means.storing.store
        self.counts: Counter[str] = Counter()
        self.refused: dict[str, str] = {}

    async def run(self) -> None:
        """Asks, saves and reads. Raises StoreFailed where the database fails."""
        await asyncio.gather(*map(self._ask_service, self._services))
        if any(service.name == google_news.NAME for service in self._services):
            titles = TitleHits(self._catalogue, self._watched, self._means)
            self.counts.update(await titles.settle())
        await self._read_strangers()

    def describe(self) -> str:
        """What the round came to in one line; empty where nothing was asked."""
        if not self.counts and not self.refused:
            return ""
        counts = self.counts
        parts = [f"{counts['asked']} asked, {counts['hits']} hits, {counts['hits_new']} new"]
        parts += [f"{name}: {reason}" for name, reason in sorted(self.refused.items())]
        if counts["pages_fetched"]:
            parts.append(f"unknown hosts: {counts['pages_fetched']} pages, {counts['pages_saved']} saved")
        return f"query feeds: {'; '.join(parts)}"

    async def _ask_service(self, service: Service) -> None:
        last = await self._ask(self._store.query_turns.last_asked, service.name)
        question = min(service.questions, key=lambda one: last.get(one.query, NEVER))
        turn = await self._ask(
            self._store.query_turns.claim, service.name, question.query, self._means.clock(), pause=service.pause,
            per_day=service.per_day)
        if turn is None or not self._means.budget.has_time():
            return
        self.counts["asked"] += 1
        reply = await self._fetch(service, question)
        await self._save(service, question, reply)
        rests_until = self._means.clock() + reply.rest if reply.rest else None
        if reply.is_asked:
            await self._ask(self._store.query_turns.end, turn, len(reply.stories), reply.refused, rests_until)
        else:
            await self._ask(self._store.query_turns.give_back, turn)
        if reply.refused:
            self.refused[service.name] = say_reason(reply.refused)

    async def _fetch(self, service: Service, question: Question) -> Reply:
        # Keys in headers must not follow a redirect to somebody else.
        meta = {"dont_obey_robotstxt": service.has_terms, "dont_redirect": True, "handle_httpstatus_all": True}
        request = Request(question.url, headers=dict(question.headers), meta=meta, dont_filter=True)
        answer = await self._means.fetch(request)
        reply = await self._read(service, answer)
        if answer.status == 429:
            host = make_host(answer.url)
            await self._means.leases.block(host, say_reason("host_http_429", host=host), answer.retry_at)
            if answer.retry_at:
                reply = replace(reply, rest=max(reply.rest, answer.retry_at - self._means.clock()))
        return reply

    async def _read(self, service: Service, answer: Answer) -> Reply:
        try:
            return await asyncio.to_thread(service.read, answer)
        except Exception as error:  # one service's odd answer must not end the round of all others
            logger.exception("the answer of %s could not be read", service.name)
            return Reply(refused=f"internal error ({type(error).__name__})", rest=AFTER_FAILURE)

    async def _save(self, service: Service, question: Question, reply: Reply) -> None:
        found = [place(story, service, question.lang, self._catalogue) for story in reply.stories]
        placed = [one for one in found if one]
        self.counts["hits"] += len(placed)
        self.counts["not_articles"] += len(found) - len(placed)
        now = self._means.clock()
        first_visits = await self._begin(placed, now)
        entries = [
            replace(one.entry, backlog=is_backlog(one.hit.published_at, first_visits[one.outlet.id], first_look=False))
            for one in placed if one.entry]
        # Hits first: a feed that shows the story at this moment then finds the hit, or its entry came before ours.
        self.counts["hits_new"] += await self._ask(self._store.hits.save, [one.hit for one in placed], now)
        await self._ask(self._store.entries.save_seen, entries, now)

    async def _begin(self, placed: Sequence[Placed], now: datetime) -> dict[str, datetime]:
        """When each outlet was visited first: that is now for an unknown host, whose first visit this is."""
        outlets = {one.outlet.id for one in placed}
        await self._ask(self._store.outlets.register, outlets)
        for outlet_id in outlets - self._watched:
            await self._ask(self._store.outlets.begin_visit, outlet_id, now)
        states = await self._ask(self._store.outlets.states)
        return {outlet_id: states[outlet_id].first_visit_at or now for outlet_id in outlets}

    async def _read_strangers(self) -> None:
        """Fetches what was found on hosts that nobody watches; entries of watched outlets wait for their own visit."""
        budget = self._means.budget
        means = replace(self._means, budget=Budget(budget.deadline, STRANGER_PAGES, budget.now))
        waiting = await self._ask(self._store.hits.waiting, self._means.clock())
        outlets: dict[str, Outlet] = {}
        for outlet_id, url, title in waiting:
            if outlet_id not in self._watched and outlet_id not in outlets and len(outlets) < MOST_STRANGERS:
                outlets[outlet_id] = self._catalogue.outlets.get(outlet_id) or replace(
                    make_generic_outlet(url, title), id=outlet_id)
        await asyncio.gather(*(self._read_stranger(outlet, means) for outlet in outlets.values()))

    async def _read_stranger(self, outlet: Outlet, means: Means) -> None:
        tally = Tally()
        first = await self._ask(self._store.outlets.begin_visit, outlet.id, means.clock())
        await PageVisit(outlet, first, means, tally).run()
        self.counts.update({f"pages_{name}": number for name, number in tally.counts.items()})
