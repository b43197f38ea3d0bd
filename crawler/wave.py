"""Runs one wave: a visit per outlet, all at once, each with its run and the outlet's state in the store at its end."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from crawler.habits import is_holiday
from crawler.health import RunFacts, count_unread, decide_run, next_state
from crawler.items import FoundArticle
from crawler.means import Means
from crawler.network import LOOKED_AT, is_network_down
from crawler.plan import Plan, find_hosts
from crawler.progress import describe_run, describe_wave, say, show_life
from crawler.states import describe_change
from crawler.storing import StoreFailed
from crawler.visits import Visit
from storage.values import OutletState

logger = logging.getLogger(__name__)

VISITS_AT_ONCE = 300  # each has at most one connection open; below the usual limit of 1,024 open files
LOOKED_BACK = 20  # runs of one outlet: most of them ask for no page
ORPHAN_GRACE = timedelta(minutes=10)  # a wave older than its time and this was killed


class Wave:
    """One wave over the outlets of a plan. `items()` drives it; `finish()` ends it whatever happened.

    `outcome` is `fine`, or `stopped` where it was ended from outside; `error` is set where the store failed.
    """

    def __init__(self, plan: Plan, means: Means, found: "asyncio.Queue[FoundArticle | None]") -> None:
        self._plan, self._means, self._found = plan, means, found
        self._store, self._ask = means.storing.store, means.storing.ask
        self._visits = [Visit(outlet, means, only_due=plan.only_due) for outlet in plan.outlets]
        self._runs: dict[str, int] = {}
        self._states: dict[str, OutletState] = {}
        self._held_back: list[tuple[Visit, RunFacts]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._begun_at = self._loop_time()
        self._wave_id = 0
        self.outcomes: Counter[str] = Counter()
        self.outcome, self.error = "fine", ""

    async def items(self) -> AsyncIterator[FoundArticle]:
        """Visits all outlets and gives their articles as they are found."""
        if not self._visits:
            return
        await self._begin()
        driver = asyncio.ensure_future(self._drive())
        self._tasks.append(driver)
        while (found := await self._found.get()) is not None:
            yield found
        await driver

    async def finish(self, *, stopped: bool) -> None:
        """Ends what is still open, frees the hosts and says what the wave came to."""
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._close(stopped or bool(self.error))
        except StoreFailed as error:
            self._fail(error)
        say(describe_wave(self.outcomes, self.counts(), self._loop_time() - self._begun_at))

    def cancel(self) -> None:
        """Gives up everything under way; what it was about stays in the frontier."""
        for task in self._tasks:
            task.cancel()

    def counts(self) -> Counter[str]:
        """The counts of all visits so far."""
        total: Counter[str] = Counter()
        for visit in self._visits:
            total.update(visit.tally.counts)
        return total

    async def _begin(self) -> None:
        now, limit = self._means.clock(), timedelta(seconds=self._plan.settings.crawl.wave_seconds)
        await self._ask(self._store.runs.close_orphans, now - limit - ORPHAN_GRACE)
        self._wave_id = await self._ask(self._store.runs.start_wave, now)
        self._states = await self._ask(self._store.outlets.states)
        ids = [visit.outlet.id for visit in self._visits]
        self._runs = await self._ask(self._store.runs.start_runs, self._wave_id, ids, now)
        self._tasks.append(asyncio.ensure_future(self._means.leases.keep()))
        self._tasks.append(asyncio.ensure_future(
            show_life(len(self._visits), lambda: self.outcomes.total(), self.counts)))

    async def _drive(self) -> None:
        gate = asyncio.Semaphore(VISITS_AT_ONCE)
        visits = [asyncio.ensure_future(self._visit(visit, gate)) for visit in self._visits]
        self._tasks += visits
        try:
            # One visit fails only with the store, and then so do all.
            await asyncio.gather(*visits, self._run_queries())
            await self._end_held_back()
        except StoreFailed as error:
            self._fail(error)
        finally:
            self._found.put_nowait(None)

    async def _visit(self, visit: Visit, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                facts = await visit.run()
            except StoreFailed:
                raise
            except Exception as error:
                logger.exception("the visit of %s failed", visit.outlet.id)
                facts = RunFacts(feeds=1, feed_failures=(f"internal error ({type(error).__name__})",))
            if facts.is_unreachable:  # whose fault that is shows when all others are done
                self._held_back.append((visit, facts))
            else:
                await self._end_run(visit, facts)

    async def _run_queries(self) -> None:
        if self._plan.catalogue is None or not self._plan.settings.query.is_any_on:
            return
        from crawler.queries.round import make_round  # with readers of feeds, which few waves need

        queries = make_round(self._plan, self._means)
        try:
            await queries.run()
        except StoreFailed:
            raise
        except Exception:
            logger.exception("the query feeds failed")
        if line := queries.describe():
            say(line)

    async def _end_held_back(self) -> None:
        network_down = False
        if self._held_back and not any(visit.tally.answered for visit in self._visits):
            earlier = await self._ask(self._store.runs.find, LOOKED_AT)
            network_down = is_network_down({visit.outlet.id for visit, _ in self._held_back}, earlier)
        while self._held_back:
            visit, facts = self._held_back.pop()
            await self._end_run(visit, facts, network_down=network_down)

    async def _end_run(self, visit: Visit, facts: RunFacts, *, network_down: bool = False) -> None:
        outlet, now = visit.outlet, self._means.clock()
        visit.tally.counts["waiting"] = await self._ask(self._store.entries.count_waiting, outlet.id)
        facts = self._look_ahead(visit, await self._look_back(visit, facts))
        outcome, reason = decide_run(facts, network_down=network_down)
        counts = {name: count for name, count in visit.tally.counts.items() if count}
        if not network_down:
            await visit.save_unreached()
        asked = () if network_down else visit.tally.asked
        delays = {host: delay for host in find_hosts(outlet) if (delay := self._means.leases.find_delay(host))}
        plan = partial(self._plan.plan_feeds, delays=delays, pages_wait=bool(visit.tally.counts["waiting"]))
        interval, plans = await self._ask(plan, outlet, asked, visit.states, now)
        old = self._states.get(outlet.id) or OutletState(outlet.id)
        new = next_state(
            old, outcome, reason, facts, now, interval, ZoneInfo(outlet.zone), partial(is_holiday, outlet.country))
        if outcome == "broken" and new.state == "unproven":
            outcome = "unproven"  # an address that was never read may be a guess of ours
        changed = new if new != old and (outcome != "busy" or new.state_since != old.state_since) else None
        run_id = self._runs.pop(outlet.id)
        await self._ask(self._store.runs.end_run, run_id, now, outcome, reason, counts, changed, plans)
        if outcome == "busy" and new.next_due_at:  # whoever asks the host may have saved a newer state meanwhile
            await self._ask(self._store.outlets.put_off, outlet.id, new.next_due_at)
        self.outcomes[outcome] += 1
        say(describe_run(outlet.id, outcome, reason, counts))
        if line := describe_change(old, changed or old, ZoneInfo(outlet.zone)):
            say(line)

    async def _look_back(self, visit: Visit, facts: RunFacts) -> RunFacts:
        """The facts with those of earlier visits, where pages failed and none was read."""
        if not facts.page_failures or facts.counts.get("fetched") or visit.tally.counts["waiting"] < 2:
            return facts
        earlier = await self._ask(self._store.runs.find, LOOKED_BACK, visit.outlet.id)
        return replace(facts, unread_before=count_unread(earlier))

    def _look_ahead(self, visit: Visit, facts: RunFacts) -> RunFacts:
        """The facts with how many pages wait, where these are more than a day's requests, half of them for feeds."""
        waiting = visit.tally.counts["waiting"]
        if not facts.waits or waiting <= self._means.leases.count_a_day(find_hosts(visit.outlet)) // 2:
            return facts
        return replace(facts, behind=waiting)

    async def _close(self, stopped: bool) -> None:
        try:
            # Together, as one after the other would take longer than whoever stops a crawl waits for it.
            await asyncio.gather(*(self._stop_run(visit) for visit in self._visits if visit.outlet.id in self._runs))
        finally:
            await self._means.leases.release()
        self.outcome = "stopped" if stopped else "fine"
        if self._wave_id:
            await self._ask(self._store.runs.end_wave, self._wave_id, self._means.clock(), self.outcome)

    async def _stop_run(self, visit: Visit) -> None:
        facts = visit.facts()
        await self._end_run(visit, RunFacts(ended="stopped", feeds_ok=facts.feeds_ok, counts=facts.counts))

    def _fail(self, error: StoreFailed) -> None:
        self.error = self.error or str(error)

    @staticmethod
    def _loop_time() -> float:
        return asyncio.get_event_loop().time()
