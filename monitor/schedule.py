"""The service: when to crawl, assess and deliver. What is due lies in the database, so a missed hour is made good."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.application import Application
from monitor.assess import Assessment, assess
from monitor.crawl import CrawlRequest, run_crawl
from monitor.deliver import begin_subscriptions, compose_due, hand_over_pending
from seeds.errors import TwinwatchError
from storage.errors import StoreError

TICK_SECONDS = 30.0
# A crawl ends by itself after `crawl.wave_seconds`; one that is this much later hangs.
GRACE_SECONDS = 300.0
SCHEDULER_LEASE = "scheduler"

Say = Callable[[str], None]
Crawl = Callable[[CrawlRequest], Awaitable[int]]


class Service:
    """Crawls what is due, assesses what was saved and delivers what is composed, until it is stopped.

    Of several services on one database, the holder of the scheduler's lease starts crawls and composes digests.
    """

    def __init__(self, application: Application, say: Say, crawl: Crawl = run_crawl) -> None:
        self._application, self._say, self._crawl = application, say, crawl
        self._ticks: set[asyncio.Future[None]] = set()
        self._holder = f"{socket.gethostname()}:{os.getpid()}"

    async def run(self) -> None:
        """Runs until SIGTERM or SIGINT; a crawl that is under way is asked to stop and waited for."""
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        await asyncio.to_thread(self._prepare)
        scheduler = AsyncIOScheduler(timezone=UTC)
        for tick in (self.crawl_tick, self.assess_tick, self.deliver_tick):
            scheduler.add_job(
                self._run_tick, "interval", [tick], seconds=TICK_SECONDS, id=tick.__name__,
                max_instances=1, coalesce=True, misfire_grace_time=None, next_run_time=self._application.clock(),
            )
        scheduler.start()
        await stopped.wait()
        self._say("stopping")
        scheduler.shutdown(wait=False)
        await asyncio.gather(*self._ticks, return_exceptions=True)

    async def crawl_tick(self) -> None:
        """One wave over all that is due, if anything is and it is for us to start it."""
        if await asyncio.to_thread(self._may_start_wave):
            seconds = self._application.settings.crawl.wave_seconds + GRACE_SECONDS
            code = await self._crawl(CrawlRequest(due_only=True, seconds=seconds))
            if code != 0:
                self._say(f"the crawl ended early (exit code {code}); what it saved is kept, the next one goes on")

    async def assess_tick(self) -> None:
        """Judges and groups everything that was saved and not judged yet, by whichever crawl."""
        assessment: Assessment = await asyncio.to_thread(assess, self._application)
        if assessment.new_events:
            self._say(f"{len(assessment.new_events)} new events")

    async def deliver_tick(self) -> None:
        """Composes the digests whose hour has come, and hands over everything that waits."""
        if await asyncio.to_thread(self._is_scheduler):
            await asyncio.to_thread(compose_due, self._application)
        for handed in await asyncio.to_thread(hand_over_pending, self._application):
            row, outcome = handed.delivery, handed.outcome
            self._say(f"digest {row.subscription} to {row.recipient}: {outcome.state} {outcome.reason}".rstrip())

    async def _run_tick(self, tick: Callable[[], Awaitable[None]]) -> None:
        """One tick as a task of ours, so that stopping can wait for it; what a person can mend is said, not raised."""
        task = asyncio.ensure_future(tick())
        self._ticks.add(task)
        try:
            await task
        except (TwinwatchError, StoreError) as error:
            self._say(f"{error}; trying again in {TICK_SECONDS:.0f} s")
        finally:
            self._ticks.discard(task)

    def _prepare(self) -> None:
        self._application.store.outlets.register(self._application.watched)
        begin_subscriptions(self._application)

    def _may_start_wave(self) -> bool:
        application = self._application
        if not application.settings.may_crawl or not self._is_scheduler():
            return False
        return bool(application.store.outlets.find_due(application.watched, application.clock()))

    def _is_scheduler(self) -> bool:
        leases, now = self._application.store.leases, self._application.clock()
        return leases.acquire(SCHEDULER_LEASE, self._holder, now, 3 * TICK_SECONDS) is not None
