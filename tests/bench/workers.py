"""Workers over 200 outlets on loopback: pages a second with one, two and four, politeness seen at the server, and what
the death of one costs.

The delay is long enough that politeness and not this machine's cores is what a worker waits for.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from monitor.application import Application
from monitor.queue import CrawlQueue
from seeds.settings import PREFIX
from storage.clock import utc_now
from tests.bench.waves import describe_outlet
from tests.postgres import TestServer

OUTLETS, PAGES = 200, 3
DELAY_SECONDS = 2.0
# What lies between a server's own end of an answer and the crawl's, and between clocks that are read twice.
TOLERANCE_SECONDS = 0.05
STALLED_SECONDS, PATIENCE_SECONDS = 12.0, 600.0
KILLED_AT = 0.3


@dataclass
class Host:
    """What the server saw at one outlet: when each request began and ended, and how often each page was asked for."""

    root: str = ""
    times: list[tuple[float, float]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)

    def find_shortest_rest(self) -> float:
        """The shortest time between the end of a request and the begin of the next; below 0 where two overlapped."""
        times = sorted(self.times)
        return min((later[0] - earlier[1] for earlier, later in pairwise(times)), default=1e9)


def measure_workers() -> Iterator[tuple[str, str, str]]:
    """Pages a second with 1, 2 and 4 workers, and what a killed one costs."""
    server, alone = TestServer(), 0.0
    try:
        for workers in (1, 2, 4):
            hosts, seconds, stored = crawl(server, workers)
            speed = _count_pages(hosts) / seconds
            alone = alone or speed
            rest = min(host.find_shortest_rest() for host in hosts)
            assert stored == OUTLETS * PAGES and rest > DELAY_SECONDS - TOLERANCE_SECONDS, (stored, rest)
            bar = f"{speed / alone:.2f} times one (bar for two: 1.7); shortest rest at the server {rest:.2f} s"
            name = f"{workers} workers, {OUTLETS} outlets, delay {DELAY_SECONDS:.0f} s: pages a second"
            yield name, f"{speed:.1f}", bar
        hosts, seconds, stored = crawl(server, 2, is_one_killed=True)
        again = sum(count - 1 for host in hosts for path, count in host.asked.items() if path.startswith("/a-"))
        rest = min(host.find_shortest_rest() for host in hosts)
        assert stored == OUTLETS * PAGES, stored
        yield "one of 2 workers killed: pages fetched again", str(again), (
            f"{stored} of {OUTLETS * PAGES} stored once; shortest rest {rest:.2f} s")
    finally:
        server.stop()


def crawl(server: TestServer, workers: int, *, is_one_killed: bool = False) -> tuple[list[Host], float, int]:
    """One crawl over all outlets: what the hosts saw, seconds from the first request to the last, entries settled."""
    address = server.make_upgraded()
    with TemporaryDirectory() as name, run_hosts(utc_now()) as hosts:
        folder = Path(name)
        environment = settle(folder, hosts, address)
        started = [start_worker(folder, environment) for _ in range(workers)]
        try:
            stored = asyncio.run(_follow(folder, hosts, list(started) if is_one_killed else []))
        finally:
            for worker in started:
                worker.terminate()
            for worker in started:
                worker.wait()
    server.drop(address)
    begun, ended = min(host.times[0][0] for host in hosts), max(host.times[-1][1] for host in hosts)
    return hosts, ended - begun, stored


async def _follow(folder: Path, hosts: list[Host], victims: "list[subprocess.Popen[bytes]]") -> int:
    """Gives out what is due, as the service does, until all is read; kills one worker on the way."""
    application = _open(folder)
    application.store.outlets.register(application.watched)
    queue = CrawlQueue(application.settings.database_address, STALLED_SECONDS)
    until, stored = time.monotonic() + PATIENCE_SECONDS, 0
    async with queue.open():
        while stored < OUTLETS * PAGES and time.monotonic() < until:
            await queue.rescue()
            due = application.store.outlets.find_due(application.watched, application.clock())
            await queue.hand_out(application, due)
            if victims and _count_pages(hosts) > KILLED_AT * OUTLETS * PAGES:
                _kill(victims.pop())
                victims.clear()
            await asyncio.sleep(0.5)
            stored = _count_stored(application)
    application.store.close()
    return stored


def start_worker(folder: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """A worker as a process of its own."""
    program = [sys.executable, "-m", "monitor.commands.main", "worker"]
    return subprocess.Popen(program, cwd=folder, env=environment, stdout=subprocess.DEVNULL)


def settle(folder: Path, hosts: list[Host], address: str) -> dict[str, str]:
    """Writes outlets and settings into `folder`; the environment of the workers."""
    (folder / "seeds" / "outlets").mkdir(parents=True)
    ids = [f"paper_{number:03}" for number in range(len(hosts))]
    for number, outlet_id in enumerate(ids):
        data = json.dumps(describe_outlet(outlet_id, hosts[number].root, number))
        (folder / "seeds" / "outlets" / f"{outlet_id}.yml").write_text(data, "utf-8")
    (folder / "twinwatch.toml").write_text(
        f'database_url = "{address}"\ndata_dir = "{folder}"\nseeds_dir = "{folder / "seeds"}"\n[crawl]\n'
        f'allow_networks = ["127.0.0.0/8"]\noutlets = {json.dumps(ids)}\ndelay_seconds = {DELAY_SECONDS}\n'
        "queue = true\n", "utf-8")
    return {**{key: value for key, value in os.environ.items() if not key.startswith(PREFIX)},
            f"{PREFIX}CONFIG": str(folder / "twinwatch.toml")}


@contextmanager
def run_hosts(at: datetime) -> Iterator[list[Host]]:
    """The outlets' servers, each on a port of its own, in a thread."""
    hosts, loop, runners = [Host() for _ in range(OUTLETS)], asyncio.new_event_loop(), list[web.ServerRunner]()

    async def open_all() -> None:
        for host in hosts:
            runner = web.ServerRunner(web.Server(_make_handler(host, at)), shutdown_timeout=0.2)
            runners.append(runner)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host.root = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def close_all() -> None:
        await asyncio.gather(*(runner.cleanup() for runner in runners))

    loop.run_until_complete(open_all())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield hosts
    finally:
        asyncio.run_coroutine_threadsafe(close_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _make_handler(host: Host, at: datetime) -> object:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        begun = time.monotonic()
        host.asked[request.path] += 1
        response = _answer(host, request.path, at)
        host.times.append((begun, time.monotonic()))
        return response

    return handle


def _answer(host: Host, path: str, at: datetime) -> web.Response:
    if path == "/rss.xml":
        items = "".join(
            f"<item><title>Tin {n}</title><link>{host.root}/a-{1000 + n}.html</link>"
            f"<pubDate>{format_datetime(at - timedelta(hours=n + 1))}</pubDate></item>" for n in range(PAGES))
        feed = f"<rss version='2.0'><channel><title>Báo</title>{items}</channel></rss>"
        return web.Response(text=feed, content_type="application/rss+xml")
    if path.startswith("/a-"):
        text = "<p>Chợ phiên mở lại vào cuối tuần, bà con mang rau và hoa tới bán từ sáng sớm.</p>" * 20
        return web.Response(text=f"<html><body><h1>Chợ phiên {path}</h1>{text}</body></html>", content_type="text/html")
    return web.Response(status=404)


def _open(folder: Path) -> Application:
    from seeds.settings import load_settings

    return Application(load_settings(folder / "twinwatch.toml"))


def _count_pages(hosts: list[Host]) -> int:
    return sum(count for host in hosts for path, count in host.asked.items() if path.startswith("/a-"))


def _count_stored(application: Application) -> int:
    with application.store.database.read() as session:
        question = "SELECT count(*) FROM entries WHERE outcome IS NOT NULL"
        return int(session.connection().exec_driver_sql(question).scalar_one())


def _kill(worker: "subprocess.Popen[bytes]") -> None:
    """The worker and its crawl, as when its machine loses power."""
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    for pid in (worker.pid, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
