"""A crawl that is stopped in order gives its hosts back at once, and whoever comes next keeps their rest."""

import asyncio
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from twisted.internet.defer import Deferred

from crawler.leases import HostLeases, Pace
from crawler.refusals import HostStopped
from crawler.scrapy_commands.crawl import OutletCrawler
from crawler.spiders.outlet import OutletSpider
from crawler.storing import StoreThread
from monitor.crawl import STOP_SECONDS
from storage.clock import utc_now
from storage.store import Store
from tests.crawl.conftest import Desk, Server, run_server
from tests.crawl.test_interruptions import strike_at

DELAY, TIMEOUT = 0.15, 5.0
HOST = "paper.example"


@pytest.fixture
def store(desk: Desk) -> Iterator[Store]:
    (desk.folder / "data").mkdir()
    yield desk.open()


def make_leases(store: Store) -> HostLeases:
    pace = Pace(delay_seconds=DELAY, timeout_seconds=TIMEOUT, requests_a_day=100)
    return HostLeases(StoreThread(store), "stopped", utc_now, seconds=60, pace=pace)


async def ask_once(leases: HostLeases) -> None:
    async with leases.turn(HOST):
        pass


def test_a_request_that_waits_for_its_turn_when_the_crawl_ends_is_not_sent_and_takes_no_lease(store: Store) -> None:
    async def stop_while_one_waits() -> list[BaseException | None]:
        leases = make_leases(store)
        await ask_once(leases)
        waiting = asyncio.ensure_future(ask_once(leases))
        await asyncio.sleep(0)
        await leases.release()
        return await asyncio.gather(waiting, return_exceptions=True)

    (ended,) = asyncio.run(stop_while_one_waits())

    assert isinstance(ended, HostStopped)
    assert store.leases.acquire(f"host:{HOST}", "next", utc_now(), 60)
    assert store.leases.count_asked([f"host:{HOST}"])[f"host:{HOST}"][1] == 1


def test_a_claim_that_is_on_its_way_when_the_crawl_ends_is_given_back(
    store: Store, monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached, go_on, usual = threading.Event(), threading.Event(), store.leases.claim

    def claim(*values: object) -> object:
        reached.set()
        go_on.wait(TIMEOUT)
        return usual(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(store.leases, "claim", claim)

    async def stop_while_one_claims() -> None:
        leases = make_leases(store)
        claiming = asyncio.ensure_future(ask_once(leases))
        await asyncio.to_thread(reached.wait, TIMEOUT)
        claiming.cancel()
        await asyncio.gather(claiming, return_exceptions=True)
        freeing = asyncio.ensure_future(leases.release())
        await asyncio.sleep(0)
        go_on.set()
        await freeing

    asyncio.run(stop_while_one_claims())

    assert store.leases.acquire(f"host:{HOST}", "next", utc_now(), 60)


def test_a_claim_that_is_granted_after_the_end_is_used_by_no_request(
    store: Store, monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached, go_on, usual, sent = threading.Event(), threading.Event(), store.leases.claim, list[str]()

    def claim(*values: object) -> object:
        reached.set()
        go_on.wait(TIMEOUT)
        return usual(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(store.leases, "claim", claim)

    async def ask(leases: HostLeases) -> None:
        async with leases.turn(HOST):
            sent.append(HOST)

    async def stop_while_one_claims() -> list[BaseException | None]:
        leases = make_leases(store)
        claiming = asyncio.ensure_future(ask(leases))
        await asyncio.to_thread(reached.wait, TIMEOUT)
        freeing = asyncio.ensure_future(leases.release())
        await asyncio.sleep(0)
        go_on.set()
        await freeing
        return await asyncio.gather(claiming, return_exceptions=True)

    (ended,) = asyncio.run(stop_while_one_claims())

    assert isinstance(ended, HostStopped)
    assert sent == []
    assert store.leases.acquire(f"host:{HOST}", "next", utc_now(), 60)


@pytest.mark.parametrize(("is_under_way", "rest"), [(True, DELAY + TIMEOUT), (False, DELAY)])
def test_a_host_that_is_being_asked_at_the_end_keeps_its_time_and_one_that_has_answered_its_rest(
    store: Store, is_under_way: bool, rest: float,
) -> None:
    async def stop() -> None:
        leases = make_leases(store)
        await ask_once(leases)
        async with leases.turn(HOST):
            if is_under_way:
                await leases.release()
        if not is_under_way:
            await leases.release()

    begun_at = utc_now() + timedelta(seconds=DELAY)
    asyncio.run(stop())
    ended_at = utc_now()

    lease = store.leases.acquire(f"host:{HOST}", "next", ended_at, 60)
    assert lease and lease.next_allowed_at
    assert begun_at + timedelta(seconds=rest) <= lease.next_allowed_at <= ended_at + timedelta(seconds=rest)


class Engine:
    """Waits as Scrapy's does, for a scraper that nobody tells that its last article is saved."""

    def __init__(self, told: list[str]) -> None:
        self.running, self._told = True, told
        self.scraper = SimpleNamespace(slot=SimpleNamespace(closing=None, is_idle=lambda: True))

    async def stop_async(self) -> None:
        self._told.append("the engine waits")
        self.scraper.slot.closing = closing = Deferred()
        await closing.asFuture(asyncio.get_running_loop())
        self._told.append("the engine has ended")


def test_a_stop_gives_up_the_visits_first_and_then_waits_for_no_article_that_is_saved() -> None:
    told: list[str] = []
    crawler = OutletCrawler(OutletSpider)
    crawler.crawling, crawler.engine = True, Engine(told)  # type: ignore[assignment]
    crawler.spider = SimpleNamespace(  # type: ignore[assignment]
        abandon_requests=lambda: told.append("visits are given up"))

    asyncio.run(asyncio.wait_for(crawler.stop_async(), 5))

    assert told == ["visits are given up", "the engine waits", "the engine has ended"]


def test_who_starts_again_at_once_finds_no_host_busy_and_every_host_rested(desk: Desk) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(run_server()) for _ in range(4)]
        names = [f"paper{n}" for n in range(len(servers))]
        for name, server in zip(names, servers, strict=True):
            server.serve_feed("/rss", server.serve_articles(6))
            desk.add_outlet(name, [f"{server.root}/rss"], server.root)
        desk.settings |= {"DELAY_SECONDS": str(DELAY), "TIMEOUT_SECONDS": "2"}
        child: list[subprocess.Popen[str]] = []
        strike_at(servers[0], "/a-1003.html", signal.SIGTERM, child)

        child.append(desk.start(*names))
        stopped = desk.wait(child[0])
        held = desk.rows("SELECT name FROM leases WHERE holder <> ''")
        again = desk.crawl(*names)

        spans = [sorted(server.spans) for server in servers]

    assert stopped.code == 3, stopped.errors
    assert "Traceback" not in stopped.errors
    assert held == []
    assert again.code == 0, again.errors
    assert desk.rows("SELECT DISTINCT outcome FROM runs WHERE wave_id = 2") == [("fine",)]
    assert desk.rows("SELECT count(*) FROM articles") == [(24,)]
    gaps = [after[0] - before[1] for asked in spans for before, after in pairwise(asked)]
    assert min(gaps) >= DELAY - 0.05


def test_a_wave_of_many_outlets_has_ended_in_order_before_whoever_stops_it_loses_patience(
    desk: Desk, server: Server,
) -> None:
    names = [f"paper{n}" for n in range(120)]
    for name in names:
        server.serve_feed(f"/{name}", server.serve_articles(1))
        desk.add_outlet(name, [f"{server.root}/{name}"], server.root)
    asked = threading.Event()
    server.routes["/robots.txt"] = lambda: (asked.set(), (404, {}, b"none"))[1]

    child = desk.start(*names)
    asked.wait(60)
    child.terminate()
    try:
        code = child.wait(STOP_SECONDS[0])
    finally:
        child.kill()

    assert code == 3
    assert desk.rows("SELECT DISTINCT outcome FROM runs") == [("stopped",)]
    assert desk.rows("SELECT name FROM leases WHERE holder <> ''") == []
