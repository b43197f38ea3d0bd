"""Workers share the crawls of one service through PostgreSQL: nothing twice; what a dead one held goes to others."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.application import Application
from monitor.queue import CrawlQueue
from monitor.worker import make_crawl
from seeds.errors import SettingsError
from seeds.newsroom.server import Newsroom, run_newsroom
from storage.clock import utc_now
from tests.postgres import TestServer

PATIENCE = 1200
ENDS_WITHIN = 40.0
StartWorker = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with run_newsroom(utc_now()) as running:
        yield running


@pytest.fixture
def application(
    clean_folder: Path, postgres: TestServer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """A service's application on PostgreSQL; its settings hold for the workers, which are processes of their own."""
    outlets = newsroom.write_overlay(clean_folder / "seeds")
    address = postgres.make_upgraded()
    (clean_folder / "twinwatch.toml").write_text(
        f'database_url = "{address}"\nseeds_dir = "{clean_folder / "seeds"}"\ndata_dir = "{clean_folder}"\n[crawl]\n'
        f'allow_networks = ["127.0.0.0/8"]\noutlets = {outlets}\ndelay_seconds = 0.02\nqueue = true\n'.replace("'", '"')
    )
    made = Application()
    made.store.outlets.register(made.watched)
    yield made
    made.store.close()
    postgres.drop(address)


@pytest.fixture
def start_worker() -> Iterator[StartWorker]:
    """Starts workers as processes; those that the test leaves are killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        program = [sys.executable, "-m", "monitor.commands.main", "worker"]
        started.append(subprocess.Popen(program, stdout=subprocess.DEVNULL))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


async def _give_out(application: Application, queue: CrawlQueue) -> int:
    async with queue.open():
        due = application.store.outlets.find_due(application.watched, application.clock())
        return await queue.hand_out(application, due)


async def _wait_for(queue: CrawlQueue, batches: int) -> None:
    """Until so many batches are left."""
    async with queue.open():
        for _ in range(PATIENCE):
            if await queue.count() <= batches:
                return
            await asyncio.sleep(0.1)
    raise AssertionError("the workers did not come to an end")




def test_what_is_due_is_given_out_once(application: Application) -> None:
    queue = CrawlQueue(application.settings.database_address)

    first, again = (asyncio.run(_give_out(application, queue)) for _ in range(2))

    assert (first, again) == (1, 0)


def test_two_workers_crawl_everything_once_and_stop_when_told(
    application: Application, newsroom: Newsroom, start_worker: StartWorker
) -> None:
    queue = CrawlQueue(application.settings.database_address)
    workers = [start_worker() for _ in range(2)]
    asyncio.run(_give_out(application, queue))

    asyncio.run(_wait_for(queue, 0))
    for worker in workers:
        worker.send_signal(signal.SIGTERM)

    assert [worker.wait(20) for worker in workers] == [0, 0]
    assert {run.outlet_id for run in application.store.runs.find()} == set(application.watched)
    assert application.store.outlets.find_due(application.watched, utc_now()) == []
    assert max(count.max_at_once for count in newsroom.counters.values()) == 1


def test_the_batch_of_a_killed_worker_goes_to_another_one_and_nothing_is_stored_twice(
    application: Application, newsroom: Newsroom, start_worker: StartWorker
) -> None:
    queue = CrawlQueue(application.settings.database_address, stalled_seconds=1)
    worker = start_worker()
    asyncio.run(_give_out(application, queue))
    asyncio.run(_until_asked(newsroom, 10))

    forks = _children(worker.pid)
    crawls = [crawl for pid in forks for crawl in _children(pid)]
    for pid in (worker.pid, *forks, *crawls):
        os.kill(pid, signal.SIGKILL)
    rescued = asyncio.run(_rescue(queue))
    _end_leases(application)
    asyncio.run(_finish(application, queue))

    assert (len(crawls), rescued) == (1, 1)
    assert application.store.outlets.find_due(application.watched, utc_now()) == []
    with application.store.database.read() as session:
        urls = [url for (url,) in session.connection().exec_driver_sql("SELECT url FROM articles WHERE revision = 1")]
    assert len(urls) == len(set(urls)) > 20


def _end_leases(application: Application) -> None:
    """As a minute's waiting would: the hosts that the dead crawl held are free again."""
    with application.store.database.write() as session:
        session.execute(text("UPDATE leases SET expires_at = expires_at - interval '5 minutes'"))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def _until_asked(newsroom: Newsroom, requests: int) -> None:
    for _ in range(PATIENCE):
        if sum(count.requests for count in newsroom.counters.values()) >= requests:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the worker asks for nothing")


async def _rescue(queue: CrawlQueue) -> int:
    async with queue.open():
        for _ in range(PATIENCE):
            if rescued := await queue.rescue():
                return rescued
            await asyncio.sleep(0.1)
    return 0


async def _finish(application: Application, queue: CrawlQueue) -> None:
    async with queue.open():
        await queue.work(make_crawl(application, lambda line: None), until_empty=True)


def test_a_queue_on_sqlite_is_refused_in_one_line() -> None:
    with pytest.raises(SettingsError, match=r"crawl.queue: database_url: not PostgreSQL \(workers need PostgreSQL\)"):
        CrawlQueue("sqlite:///here.db")


def test_a_service_that_is_stopped_while_the_queue_does_not_answer_ends(postgres: TestServer) -> None:
    address = postgres.make_upgraded()
    queue = CrawlQueue(address)
    postgres.pause()
    try:
        ending = threading.Thread(target=asyncio.run, args=(break_off_opening(queue),), daemon=True)
        ending.start()
        ending.join(ENDS_WITHIN)

        assert not ending.is_alive()
    finally:
        postgres.resume()
        postgres.drop(address)


async def break_off_opening(queue: CrawlQueue) -> None:
    async def use() -> None:
        async with queue.open():
            raise AssertionError("nobody answers")

    opening = asyncio.ensure_future(use())
    await asyncio.wait({opening}, timeout=0.5)  # by now it connects
    opening.cancel()
    await asyncio.wait({opening})
