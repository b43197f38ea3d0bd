"""The service: when to crawl, assess and deliver. What is due lies in the database, so a missed hour is made good."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.alerting import Alerter
from monitor.application import Application
from monitor.assess import Assessment, assess
from monitor.composing import compose_due
from monitor.crawl import CrawlRequest, run_crawl
from monitor.deliver import hand_over_pending
from monitor.keeping import tidy
from monitor.memory import give_back
from monitor.recalling import check_held
from seeds.errors import TwinwatchError
from seeds.lines import Line
from storage.clock import wall_now
from storage.errors import StoreError

if TYPE_CHECKING:
    from monitor.queue import CrawlQueue

TICK_SECONDS = 10.0
TIDY_EVERY = timedelta(days=1)
# Of the scheduler: another service follows a killed one after it. It is put off when a third of it is over.
LEASE_SECONDS = 90.0
# A crawl ends by itself after `crawl.wave_seconds`; one that is this much later hangs.
GRACE_SECONDS = 300.0
# What is under way may take so long to come to a safe end; then it is left as a crash would leave it.
STOP_SECONDS = 10.0
SCHEDULER_LEASE = "scheduler"

# A tick says its troubles itself; the scheduler would add a traceback for one that is cut off at the end.
logging.getLogger("apscheduler").setLevel(logging.CRITICAL)

Say = Callable[[str], None]
Crawl = Callable[[CrawlRequest], Awaitable[int]]
Serve = Callable[[asyncio.Event], Awaitable[None]]
Answer = TypeVar("Answer")


class Service:
    """Crawls what is due, assesses what was saved and delivers what is composed, until it is stopped.

    Of several services on one database, the holder of the scheduler's lease starts crawls and composes digests.
    """

    def __init__(
        self, application: Application, say: Say, crawl: Crawl = run_crawl, queue: "CrawlQueue | None" = None,
        serve: Serve | None = None,
    ) -> None:
        """With a `queue` it gives the crawls to workers instead of starting them. `serve` is the dashboard: it runs
        beside the ticks until the event that it is given."""
        self._application, self._say, self._crawl, self._queue = application, say, crawl, queue
        self._serve = serve
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._running: dict[str, asyncio.Future[None]] = {}
        self._stopped, self._stopping = asyncio.Event(), threading.Event()
        self._troubles: dict[str, str] = {}
        self.failing: dict[str, datetime] = {}  # ticks, with since when
        self._leased_at: datetime | None = None
        self._stands_by = False
        self._tidied_at: datetime | None = None
        self._has_worked = False
        self._alerter = Alerter(
            application, is_stopping=self._stopping.is_set, failing=lambda: dict(self.failing))

    async def run(self) -> None:
        """Runs until `stop`, SIGTERM or SIGINT; a crawl that is under way is asked to stop and waited for."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop)
        await _in_thread(self._prepare)
        scheduler = AsyncIOScheduler(timezone=UTC)
        begin_at = wall_now()
        for tick in (self.crawl_tick, self.assess_tick, self.deliver_tick, self.tidy_tick, self.alert_tick):
            scheduler.add_job(
                self.run_tick, "interval", [tick], seconds=TICK_SECONDS, id=tick.__name__, max_instances=1,
                coalesce=True, misfire_grace_time=None, next_run_time=begin_at,
            )
        scheduler.start()
        pace = asyncio.ensure_future(keep_pace(scheduler))
        if self._serve is not None:
            self._running["dashboard"] = asyncio.ensure_future(self._serve_beside(self._serve))
        await self._stopped.wait()
        pace.cancel()
        scheduler.pause()  # `shutdown` would cut off what is under way
        await self._wind_up()
        scheduler.shutdown(wait=False)

    def stop(self) -> None:
        """Lets `run` come to its end; what is under way stops at the next safe point."""
        self._stopping.set()
        self._stopped.set()

    async def crawl_tick(self) -> None:
        """One wave over all that is due, if anything is and it is for us to start it; or batches of it for workers."""
        if self._queue is not None:
            await self._give_out(self._queue)
        elif await _in_thread(self._may_start_wave):
            seconds = self._application.settings.crawl.wave_seconds + GRACE_SECONDS
            request = CrawlRequest(due_only=True, crawl_only=True, say=self._say, seconds=seconds)
            code = await self._crawl(request)
            self._has_worked = True
            self._note("the crawl", f"ended early (exit code {code}); what it saved is kept" if code else "")

    async def _give_out(self, queue: "CrawlQueue") -> None:
        async with queue.open():
            if not await _in_thread(self._is_scheduler):
                return
            if count := await queue.rescue():
                self._say(Line(f"{count} batches of workers that died go to others", "batches_rescued", batches=count))
            if await _in_thread(self._may_start_wave):
                due = await _in_thread(self._find_due)
                count = await queue.hand_out(self._application, due)
                said = f"{len(due)} outlets are due: {count} batches for the workers"
                self._say(Line(said, "batches_given_out", outlets=len(due), batches=count))

    async def assess_tick(self) -> None:
        """Judges and groups everything that was saved and not judged yet, by whichever crawl."""
        assessment: Assessment = await _in_thread(
            lambda: assess(self._application, is_stopping=self._stopping.is_set)
        )
        self._has_worked |= assessment.judged > 0
        self._note("grouping", "; ".join(assessment.stuck))
        if count := len(assessment.new_events):
            said = f"{count} new event{'s' if count > 1 else ''}: `twinwatch events` shows them"
            self._say(Line(said, "events_found", events=count))

    async def deliver_tick(self) -> None:
        """Composes the digests whose hour has come, and hands over everything that waits."""
        await _in_thread(lambda: check_held(self._application))
        if await _in_thread(self._is_scheduler):
            await _in_thread(lambda: compose_due(self._application))
        handed = await _in_thread(lambda: hand_over_pending(self._application, is_stopping=self._stopping.is_set))
        for one in handed:
            self._say(one.describe_line())

    async def tidy_tick(self) -> None:
        """Gives back the memory of what was done; once a day, removes what the settings no longer keep."""
        if self._has_worked:
            self._has_worked = False
            await _in_thread(give_back)
        now = self._application.clock()
        if self._tidied_at is not None and abs(now - self._tidied_at) < TIDY_EVERY:
            return
        if await _in_thread(self._is_scheduler):
            kept = (await _in_thread(lambda: tidy(self._application, apply=True))).kept
            self._tidied_at = now
            if any(astuple(kept)):
                said = f"no longer kept: {kept.pages} raw pages, {kept.entries} ended entries and {kept.runs} runs"
                self._say(Line(said, "tidied", pages=kept.pages, entries=kept.entries, runs=kept.runs))

    async def alert_tick(self) -> None:
        """Tells the readers when this service is ill, and when it is well again; works without the database."""
        if await _in_thread(self._leads):
            for line in await _in_thread(self._alerter.look):
                self._say(line)

    async def run_tick(self, tick: Callable[[], Awaitable[None]]) -> None:
        """One tick; what goes wrong in it is said when it begins and when it ends, and ends nothing."""
        self._running[tick.__name__] = asyncio.ensure_future(tick())
        try:
            await self._running[tick.__name__]
            self._note(tick.__name__, "")
        except (TwinwatchError, StoreError) as error:
            self._note(tick.__name__, str(error))
        except Exception as error:
            self._note(tick.__name__, f"a fault of its own: {type(error).__name__}: {error}")
        finally:
            del self._running[tick.__name__]

    async def _serve_beside(self, serve: Serve) -> None:
        try:
            await serve(self._stopped)
        except Exception as error:
            fault = f"a fault of its own, it is closed: {type(error).__name__}: {error}"
            self._say(Line(f"dashboard: {fault}", "trouble", what="dashboard", trouble=fault))

    def _note(self, what: str, trouble: str) -> None:
        """Says a trouble once, and once more when it is over; remembers since when there is one."""
        if trouble:
            self.failing.setdefault(what, self._application.clock())
        else:
            self.failing.pop(what, None)
        if trouble != self._troubles.get(what, ""):
            name = what.replace("_tick", "")
            said = f"{name}: {trouble}; trying again" if trouble else f"{name}: in order again"
            self._say(Line(said, "trouble" if trouble else "trouble_over", what=name, trouble=trouble))
        self._troubles[what] = trouble

    async def _wind_up(self) -> None:
        self._say(Line("stopping", "stopping"))
        if crawl := self._running.get(self.crawl_tick.__name__):
            crawl.cancel()
        # The others look at `_stopping` by themselves.
        release = asyncio.ensure_future(_in_thread(self._release))
        await asyncio.wait({release, *self._running.values()}, timeout=STOP_SECONDS)

    def _prepare(self) -> None:
        self._application.store.outlets.register(self._application.watched)

    def _may_start_wave(self) -> bool:
        application = self._application
        if not application.settings.may_crawl or not self._is_scheduler():
            return False
        return bool(self._find_due())

    def _find_due(self) -> list[str]:
        return self._application.store.outlets.find_due(self._application.watched, self._application.clock())

    def _is_scheduler(self) -> bool:
        leases, now = self._application.store.leases, self._application.clock()
        # Both ends, as a clock may be set back.
        if self._leased_at is not None and timedelta() <= now - self._leased_at < timedelta(seconds=LEASE_SECONDS / 3):
            return True
        is_ours = leases.acquire(SCHEDULER_LEASE, self._holder, now, LEASE_SECONDS) is not None
        self._leased_at = now if is_ours else None
        if not is_ours and not self._stands_by:
            said = "another service has the schedule of this store; this one takes over when that is gone"
            self._say(Line(said, "standing_by"))
        self._stands_by = not is_ours
        return is_ours

    def _leads(self) -> bool:
        """As `_is_scheduler`; while the database is away, whether it was when it answered last."""
        with suppress(StoreError):
            return self._is_scheduler()
        return self._leased_at is not None

    def _release(self) -> None:
        self._application.store.leases.release(SCHEDULER_LEASE, self._holder, self._application.clock())


async def keep_pace(scheduler: AsyncIOScheduler) -> None:
    """Keeps the ticks going where the machine's clock is set back: by it, the next one would be as far away."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        now = wall_now()
        for job in scheduler.get_jobs():
            if job.next_run_time and job.next_run_time - now > timedelta(seconds=2 * TICK_SECONDS):
                job.modify(next_run_time=now)


async def _in_thread(work: Callable[[], Answer]) -> Answer:
    """The answer of blocking work, done in a thread that does not keep the process alive.

    `asyncio.to_thread` would: the end of the program would wait for a mail server that does not answer.
    """
    outcome: Future[Answer] = Future()

    def call() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:
            outcome.set_exception(error)

    outcome.set_running_or_notify_cancel()
    threading.Thread(target=call, daemon=True).start()
    return await asyncio.wrap_future(outcome)
