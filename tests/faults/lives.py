"""The real service, worker and crawl as lives of the nursery: with short ticks, ended when all is done, or killed.

A life counts its steps: statements and commits of the database, what goes over the wire to readers, what is forced to
the disk. At the step that `FAULTS` names for its role it is struck: by a signal, or by what
the harness does while it waits.
"""

import asyncio
import json
import os
import resource
import signal
import socket
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import twisted.internet._resolver
from sqlalchemy import Engine, event

import monitor.queue
import monitor.schedule
import monitor.worker
import storage.engine
from monitor.application import Application
from monitor.crawl import CrawlRequest, Start, run_crawl, start_process
from monitor.queue import CrawlQueue
from monitor.worker import make_crawl
from seeds.errors import TwinwatchError
from storage.errors import StoreError
from tests.faults import loading
from tests.faults.extractors import share_extractors
from tests.faults.phases import WAITING, find_phase, watch_phases
from tests.monitor.crashes.harness import watch_the_wire

# Rare enough that most steps of a life do something.
TICK_SECONDS = 0.2
HEARTBEAT_SECONDS, STALLED_SECONDS = 0.3, 1.5
PAUSE_SECONDS = 0.01
# A batch whose end could not be noted, as the database was away, stays with its worker for as long as that lives.
QUEUE_SECONDS = 60.0
GO_BETWEEN = [sys.executable, "-I", "-S", str(Path(__file__).with_name("go_between.py"))]
# As the service starts it: what is behind the program and before its arguments.
CRAWL = ("-m", "scrapy", "crawl", "outlet")
_kept: dict[str, Any] = {}

Strike = Callable[[], None]


class Steps:
    """Counts the steps of this life into `file`, and has `act` happen at the one that is `fatal` (0: at none).

    With a `phase` only its steps bring nearer the fatal one.
    """

    def __init__(self, file: Path, fatal: int, phase: str, act: Strike) -> None:
        self._count, self._left, self._phase, self._act = 0, fatal, phase, act
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT)

    def __call__(self, *values: Any) -> None:
        self._count += 1
        os.pwrite(self._file, f"{self._count:9}".encode(), 0)  # whoever is killed has counted too
        if self._phase and self._phase != find_phase():
            return
        self._left -= 1
        if self._left == 0:
            self._act()


class WatchedService(monitor.schedule.Service):
    """The service, which ends by itself when everything that was due has been crawled, judged and told."""

    def __init__(self, application: Application, queue: CrawlQueue | None, strike: Strike | None) -> None:
        """`strike` is what befalls it where it would end."""
        super().__init__(application, _say, crawl=_crawl, queue=queue, serve=self._end_when_done)
        self.done: Counter[str] = Counter()
        self._strike = strike or self.stop
        self._patient_until = time.monotonic() + QUEUE_SECONDS

    async def crawl_tick(self) -> None:
        await super().crawl_tick()
        if self._queue is not None:
            async with self._queue.open():
                if await self._queue.count() and time.monotonic() < self._patient_until:
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
        self._strike()


def load() -> None:
    """Loads what every life needs; the process has no thread and no reactor afterwards."""
    _kept["knowledge"], _kept["catalogue"] = loading.load()
    monitor.schedule.TICK_SECONDS = TICK_SECONDS
    monitor.queue.HEARTBEAT_SECONDS = HEARTBEAT_SECONDS
    monitor.worker.run_crawl = _crawl  # type: ignore[attr-defined]
    share_extractors()


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
        strike = _watch(order["role"])
        code = ROLES[order["role"]](order["arguments"], strike)
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


def _watch(role: str) -> Strike | None:
    """Counts, and obeys `FAULTS`: at a step of this role a signal (`KILL` by default), or `wait` for the harness.

    Comes back with what is to befall it where it has nothing more to do, if anything.
    """
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
    if "names" in faults:
        _lose_names()
    phase = faults.get("phase", "") if role == "service" else ""
    steps = Steps(Path(f"steps.{role}"), faults.get(role, 0), phase, strike)
    event.listen(Engine, "before_cursor_execute", steps)
    event.listen(Engine, "commit", steps)
    watch_the_wire(steps)
    watch_phases()
    _watch_the_queue(steps)
    return strike if phase == WAITING else None


def _lose_names() -> None:
    """From now on the system's resolver has no answer, as where no name server can be reached; ours asks it too."""

    def getaddrinfo(*values: Any, **named: Any) -> NoReturn:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    socket.getaddrinfo = getaddrinfo
    twisted.internet._resolver.GAIResolver.__init__.__defaults__ = (getaddrinfo,)


def _watch_the_queue(steps: Steps) -> None:
    """What the queue's library asks the database is a step too, before and after it."""
    usual = psycopg.AsyncCursor.execute

    async def execute(cursor: Any, *values: Any, **named: Any) -> Any:
        steps()
        answer = await usual(cursor, *values, **named)
        steps()
        return answer

    psycopg.AsyncCursor.execute = execute  # type: ignore[method-assign]


def _service(arguments: list[str], strike: Strike | None) -> int:
    application = _open()
    settings = application.settings
    queue = CrawlQueue(settings.database_address, STALLED_SECONDS) if settings.crawl.queue else None
    asyncio.run(WatchedService(application, queue, strike).run())
    return 0


def _worker(arguments: list[str], strike: Strike | None) -> int:
    application = _open()
    queue = CrawlQueue(application.settings.database_address, STALLED_SECONDS)

    async def work() -> None:
        async with queue.open():
            await queue.work(make_crawl(application, _say))

    asyncio.run(work())
    return 0


def _scrapy(arguments: list[str], strike: Strike | None) -> int:
    from scrapy.cmdline import execute

    execute(["scrapy", "crawl", "outlet", *arguments])
    return 0


def _open() -> Application:
    application = Application()
    application.knowledge, application.catalogue = _kept["knowledge"], _kept["catalogue"]
    return application


async def _crawl(request: CrawlRequest, start: Start = start_process) -> int:
    """The real start of a crawl, by way of the nursery."""
    assert tuple(request.program[1:]) == CRAWL
    return await run_crawl(replace(request, program=(*GO_BETWEEN, os.environ["NURSERY"], "crawl")))


def _say(line: str) -> None:
    print(line, flush=True)


ROLES: dict[str, Callable[[list[str], Strike | None], int]] = {"service": _service, "worker": _worker, "crawl": _scrapy}
