"""The queue through which one service gives crawls to workers on any machine, in the PostgreSQL database of the store.

A task is a batch of outlets and means one crawl. The queue says who crawls; that nobody asks a host twice at once is
the host leases' matter, as on one machine. Losing the whole queue loses nothing: what was not visited is due again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import procrastinate
from procrastinate.types import JSONValue

from monitor.application import Application
from monitor.batches import make_batches
from monitor.workers import QUEUE, STALLED_SECONDS, schema_name
from seeds.errors import SettingsError
from storage.errors import StoreError
from storage.queue_tables import make_queue_tables

TASK = "crawl"
# How often a worker says that it lives.
HEARTBEAT_SECONDS = 5.0
# A batch that killed so many workers is given up; its outlets are due again by themselves.
ATTEMPTS = 3
# A worker that is asked to stop gives its crawl so long to save what it holds.
STOP_SECONDS = 10.0

# The queue's own log would tell of every task twice.
logging.getLogger("procrastinate").setLevel(logging.ERROR)

# Outlets' ids, and the instant until which they were put off when they were given out.
CrawlBatch = Callable[[Sequence[str], datetime], Awaitable[None]]


class CrawlQueue:
    """Batches of outlets, given out by the service and taken by workers."""

    def __init__(self, address: str, stalled_seconds: float = STALLED_SECONDS) -> None:
        """Raises SettingsError unless `address` is a PostgreSQL database; makes the queue's tables if missing."""
        statements = procrastinate.schema.SchemaManager.get_schema()
        try:
            conninfo = make_queue_tables(address, schema_name(), statements, "procrastinate_jobs")
        except StoreError as error:
            raise SettingsError(str(error), where="crawl.queue", advice="workers need PostgreSQL") from error
        self._stalled_seconds = stalled_seconds
        self._app = procrastinate.App(connector=procrastinate.PsycopgConnector(
            conninfo=conninfo, kwargs={"options": f"-c search_path={schema_name()}"}, min_size=1, max_size=4,
        ))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """The connections, for as long as the context lasts.

        They are also closed where opening them fails or is broken off: the library would leave tasks behind that go on
        connecting when they are cancelled, and the process would never end.
        """
        try:
            await self._app.open_async()
            yield
        finally:
            await self._app.close_async()

    async def hand_out(self, application: Application, due: Sequence[str]) -> int:
        """Gives the outlets out in batches, and puts off each so that none is given out again meanwhile; how many.

        Were the queue lost, they would be due again after the time that a wave may take.
        """
        crawl = application.settings.crawl
        until = application.clock() + timedelta(seconds=2 * crawl.wave_seconds)
        batches = make_batches(due, application.watched)
        for batch in batches:
            await asyncio.to_thread(application.store.outlets.put_all_off, batch, until)
            await self._app.configure_task(TASK, queue=QUEUE).defer_async(**_task(batch, until))
        return len(batches)

    async def rescue(self) -> int:
        """Gives the batches of dead workers to others; how many."""
        jobs = self._app.job_manager
        stalled = list(await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=self._stalled_seconds))
        for job in stalled:
            if job.attempts < ATTEMPTS:
                await jobs.retry_job(job)
            else:
                await jobs.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=True)
        return len(stalled)

    async def count(self) -> int:
        """How many batches wait or are under way."""
        jobs = await self._app.job_manager.list_jobs_async(queue=QUEUE)
        return sum(job.status in ("todo", "doing") for job in jobs)

    async def work(self, crawl: CrawlBatch, *, until_empty: bool = False) -> None:
        """Takes one batch after the other until SIGTERM or SIGINT, or until there is none; `crawl` does the crawling.

        A batch whose crawl is broken off by the end of the worker goes to another worker.
        """

        @self._app.task(name=TASK, queue=QUEUE, retry=procrastinate.RetryStrategy(max_attempts=ATTEMPTS))
        async def crawl_batch(outlets: list[str], until: str) -> None:
            await crawl(outlets, datetime.fromisoformat(until))

        await self._app.run_worker_async(
            queues=[QUEUE], concurrency=1, wait=not until_empty, delete_jobs="always",
            shutdown_graceful_timeout=STOP_SECONDS, update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=self._stalled_seconds,
        )


def _task(outlets: Sequence[str], until: datetime) -> dict[str, JSONValue]:
    return {"outlets": [*outlets], "until": until.isoformat()}
