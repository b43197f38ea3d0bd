"""The real service, worker and crawl as lives of the nursery: with short ticks, ended when all is done, or killed.

A life counts its steps: statements and commits of the database, what goes over the wire to readers, what is forced to
the disk. At the step that `FAULTS` names for its role it is struck: by a signal, or by what
the harness does while it waits.
"""

import asyncio
import gc
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Engine, event

import crawler.pipelines
import crawler.plan
import crawler.settings
import crawler.spiders.outlet  # loaded before lives are forked
import monitor.queue
import monitor.schedule
import monitor.worker
import storage.engine
from monitor.application import Application
from monitor.crawl import CrawlRequest, run_crawl
from monitor.queue import CrawlQueue
from monitor.worker import make_crawl
from seeds.errors import TwinwatchError
from storage.errors import StoreError
from tests.monitor.crashes.harness import watch_the_wire

TICK_SECONDS = 0.1
HEARTBEAT_SECONDS, STALLED_SECONDS = 0.3, 1.5
PAUSE_SECONDS = 0.01
GO_BETWEEN = [sys.executable, "-I", "-S", str(Path(__file__).with_name("go_between.py"))]
# As the service starts it: what is behind the program and before its arguments.
CRAWL = ("-m", "scrapy", "crawl", "outlet")
_kept: dict[str, Any] = {}


class Steps:
    """Counts the steps of this life, and has `act` happen at the one that is `fatal` (0: at none)."""

    def __init__(self, fatal: int, act: Callable[[], None]) -> None:
        self.count, self._fatal, self._act = 0, fatal, act

    def __call__(self, *values: Any) -> None:
        self.count += 1
        if self.count == self._fatal:
            self._act()


class WatchedService(monitor.schedule.Service):
    """The service, which ends by itself when everything that was due has been crawled, judged and told."""

    def __init__(self, application: Application, queue: CrawlQueue | None) -> None:
        super().__init__(application, _say, crawl=_crawl, queue=queue, serve=self._end_when_done)
        self.done: Counter[str] = Counter()

    async def crawl_tick(self) -> None:
        await super().crawl_tick()
        if self._queue is not None:
            async with self._queue.open():
                if await self._queue.count():
                    return
        self.done["crawl"] += 1

    async def assess_tick(self) -> None:
        await super().assess_tick()
        self.done["assess"] += 1

    async def deliver_tick(self) -> None:
        await super().deliver_tick()
        self.done["deliver"] += 1

    async def _end_when_done(self, stopped: asyncio.Event) -> None:
        for tick, times in (("crawl", 1), ("assess", 2), ("deliver", 2)):
            enough = times if tick == "crawl" else self.done[tick] + times  # the one under way began too early
            while self.done[tick] < enough and not stopped.is_set():
                await asyncio.sleep(TICK_SECONDS / 4)
        self.stop()


def load() -> None:
    """Loads what every life needs; the process has no thread and no reactor afterwards."""
    application = Application()
    _kept.update(knowledge=application.knowledge, catalogue=application.catalogue)
    monitor.schedule.TICK_SECONDS = TICK_SECONDS
    monitor.queue.HEARTBEAT_SECONDS = HEARTBEAT_SECONDS
    monitor.worker.run_crawl = _crawl  # type: ignore[attr-defined]
    crawler.plan.load_catalogue = lambda folder: _kept["catalogue"]  # type: ignore[assignment]
    gc.collect()
    gc.freeze()


def live(order: dict[str, Any], outputs: list[int]) -> NoReturn:
    """Becomes what the order says, and ends the process."""
    code = 70
    try:
        os.setsid()
        for target, output in zip((1, 2), outputs, strict=True):
            os.dup2(output, target)
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(os.environ["FOLDER"])
        steps = _watch(order["role"])
        try:
            code = ROLES[order["role"]](order["arguments"])
        finally:
            Path(f"steps.{order['role']}").write_text(str(steps.count))
    except (TwinwatchError, StoreError) as error:
        print(f"error: {error}")  # as the command says it
        code = 1
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _watch(role: str) -> Steps:
    """Counts, and obeys `FAULTS`: at a step of this role a signal (`KILL` by default), or `wait` for the harness."""
    faults = json.loads(os.environ.get("FAULTS", "{}"))
    act, mark = faults.get("act", "KILL"), Path(f"struck.{role}")

    def strike() -> None:
        if mark.exists():
            return  # once in a life of the service; the next crawl is to go on
        mark.write_text(str(os.getpid()))
        if act != "wait":
            os.kill(os.getpid(), signal.Signals[f"SIG{act}"])
            return
        while not Path("go_on").exists():
            time.sleep(PAUSE_SECONDS)

    if "bytes" in faults:
        resource.setrlimit(resource.RLIMIT_FSIZE, (faults["bytes"], faults["bytes"]))
    storage.engine.BUSY_SECONDS = faults.get("busy_seconds", storage.engine.BUSY_SECONDS)
    steps = Steps(faults.get(role, 0), strike)
    event.listen(Engine, "before_cursor_execute", steps)
    event.listen(Engine, "commit", steps)
    watch_the_wire(steps)
    return steps


def _service(arguments: list[str]) -> int:
    application = _open()
    settings = application.settings
    queue = CrawlQueue(settings.database_address, STALLED_SECONDS) if settings.crawl.queue else None
    asyncio.run(WatchedService(application, queue).run())
    return 0


def _worker(arguments: list[str]) -> int:
    application = _open()
    queue = CrawlQueue(application.settings.database_address, STALLED_SECONDS)

    async def work() -> None:
        async with queue.open():
            await queue.work(make_crawl(application, _say))

    asyncio.run(work())
    return 0


def _scrapy(arguments: list[str]) -> int:
    from scrapy.cmdline import execute

    execute(["scrapy", "crawl", "outlet", *arguments])
    return 0


def _open() -> Application:
    application = Application()
    application.knowledge, application.catalogue = _kept["knowledge"], _kept["catalogue"]
    return application


async def _crawl(request: CrawlRequest) -> int:
    """The real start of a crawl, by way of the nursery."""
    assert tuple(request.program[1:]) == CRAWL
    return await run_crawl(replace(request, program=(*GO_BETWEEN, os.environ["NURSERY"], "crawl")))


def _say(line: str) -> None:
    print(line, flush=True)


ROLES: dict[str, Callable[[list[str]], int]] = {"service": _service, "worker": _worker, "crawl": _scrapy}
