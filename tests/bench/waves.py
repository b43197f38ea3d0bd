"""What a wave costs when nothing is new: 100 outlets with a past, each on a host of its own that answers 304.

The wave is the one that the service starts, forked from a loaded process: its CPU is what that process and all that it
forked took, from one wave to the next. Beside it the same wave as a process of its own, as `scrapy crawl` starts it,
and a bare spider, both with their start-up. The servers' own CPU is not counted.
"""

import asyncio
import json
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aiohttp import web

from monitor.crawl import CrawlRequest, run_crawl
from monitor.fork_server import ForkServer, run_fork_server
from storage.clock import utc_now
from storage.store import open_store
from storage.values import NewEntry
from tests.bench.crawling import our_environment, plain_environment
from tests.bench.tree import measure

OUTLETS, ENTRIES = 100, 30
ROUNDS = 5
BAR = 1.5
ETAG = '"unchanged"'
OURS = CrawlRequest(due_only=True, crawl_only=True, say=lambda line: None)  # as the service starts it


def measure_unchanged() -> Iterator[tuple[str, str, str]]:
    """CPU seconds of a wave over 100 unchanged feeds, and what it asked for."""
    with TemporaryDirectory() as name, run_street(utc_now()) as street, run_fork_server() as forks:
        folder = Path(name)
        environment = settle(folder, street)
        measure(OURS.arguments, environment, folder)  # reads every feed, and robots.txt for the day
        forked, alone, bare = [], [], []
        for _ in range(ROUNDS + 1):
            forked.append(measure_forked(folder, street, environment, forks))
            make_due(folder)
            alone.append(measure(OURS.arguments, environment, folder))
            bare.append(measure(make_bare(street), plain_environment(folder), folder))
    others = f"as a process of its own {median(alone[1:]):.2f} s, a bare Scrapy spider {median(bare[1:]):.2f} s"
    yield f"wave over {OUTLETS} unchanged feeds: CPU", f"{median(forked[1:]):.2f} s", f"bar: {BAR} s ({others})"


def measure_forked(folder: Path, street: "Street", environment: dict[str, str], forks: ForkServer) -> float:
    """CPU seconds of the server and its forks for one wave; the first one's are those of loading, too."""
    make_due(folder)
    street.asked.clear()
    before = spend(forks.pid)
    code = asyncio.run(run_crawl(replace(OURS, environment=environment), forks.start))
    assert (code, street.asked) == (0, {"unchanged": OUTLETS}), street.asked
    return spend(forks.pid) - before


def spend(pid: int | None) -> float:
    """CPU seconds of a process and of its children that have ended, so far; 0 for none."""
    if pid is None:
        return 0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def make_bare(street: "Street") -> list[str]:
    """The command line of a spider that only asks for the feeds: what no crawl with Scrapy can go below."""
    spider, feeds = str(Path(__file__).with_name("bare.py")), json.dumps([f"{root}/rss.xml" for root in street.roots])
    return [sys.executable, "-m", "scrapy", "runspider", spider, "-a", f"feeds={feeds}", "-a", f"etag={ETAG}",
            "-s", "LOG_LEVEL=ERROR"]


class Street:
    """Hosts on loopback, one per outlet, each with a feed that never changes; counts what is asked for."""

    def __init__(self, count: int, at: datetime) -> None:
        self._count, self._at = count, at
        self.roots: list[str] = []
        self.asked: Counter[str] = Counter()
        self._runners: list[web.ServerRunner] = []

    async def open(self) -> None:
        for number in range(self._count):
            runner = web.ServerRunner(web.Server(self._make_handler(number)), shutdown_timeout=0.2)
            self._runners.append(runner)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.roots.append(f"http://127.0.0.1:{runner.addresses[0][1]}")

    async def close(self) -> None:
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))

    def list_entries(self, number: int) -> list[tuple[str, str, datetime]]:
        """Address, title and date of what an outlet shows: five a day by day, so that it has a rhythm."""
        root = self.roots[number]
        return [(f"{root}/a-{1000 + n}.html", f"Tin {number} {n}", self._at - timedelta(hours=2 + 5 * n))
                for n in range(ENTRIES)]

    def _make_handler(self, number: int) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            if request.path != "/rss.xml":
                self.asked[request.path] += 1
                return web.Response(status=404)
            if request.headers.get("If-None-Match") == ETAG:
                self.asked["unchanged"] += 1
                return web.Response(status=304, headers={"ETag": ETAG})
            self.asked["in full"] += 1
            items = "".join(f"<item><title>{title}</title><link>{url}</link><pubDate>{format_datetime(at)}</pubDate>"
                            "</item>" for url, title, at in self.list_entries(number))
            feed = f"<rss version='2.0'><channel><title>Báo {number}</title>{items}</channel></rss>"
            return web.Response(text=feed, content_type="application/rss+xml", headers={"ETag": ETAG})
        return handle


@contextmanager
def run_street(at: datetime, count: int = OUTLETS) -> Iterator[Street]:
    """The hosts, served from a thread of their own."""
    street, loop = Street(count, at), asyncio.new_event_loop()
    loop.run_until_complete(street.open())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield street
    finally:
        asyncio.run_coroutine_threadsafe(street.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def settle(folder: Path, street: Street) -> dict[str, str]:
    """Writes the outlets and their past into `folder`; the settings of a crawl over them."""
    (folder / "seeds" / "outlets").mkdir(parents=True)
    ids = [f"paper_{number:03}" for number in range(len(street.roots))]
    for number, outlet_id in enumerate(ids):
        data = json.dumps(describe_outlet(outlet_id, street.roots[number], number))  # JSON is YAML
        (folder / "seeds" / "outlets" / f"{outlet_id}.yml").write_text(data, "utf-8")
    (folder / "data").mkdir()
    store = open_store(_address(folder))
    store.outlets.register(ids)
    seen_at = utc_now() - timedelta(hours=1)
    for number, outlet_id in enumerate(ids):
        store.outlets.begin_visit(outlet_id, seen_at - timedelta(days=8))
        store.entries.save_seen(
            [NewEntry(outlet_id, f"{outlet_id}:{1000 + n}", url, "", title, "", at, "feed")
             for n, (url, title, at) in enumerate(street.list_entries(number))], seen_at)
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE entries SET outcome = 'screened_out', settled_at = seen_at, attempts = 1")
    store.close()
    return our_environment(folder, folder, ids)


def make_due(folder: Path) -> None:
    """Makes every outlet due at once, and every host free."""
    store = open_store(_address(folder))
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET next_due_at = NULL")
    store.close()


def _address(folder: Path) -> str:
    return f"sqlite:///{folder / 'data' / 'twinwatch.db'}"


def describe_outlet(outlet_id: str, root: str, number: int) -> dict[str, object]:
    """The declaration of an outlet at `root`, half of them Vietnamese and half Korean."""
    country, lang, family = (("VN", "vi", "vn_a_id"), ("KR", "ko", "kr_ndsoft"))[number % 2]
    article = {"example": f"{root}/a-1000.html", "pattern": f"^{re.escape(root)}/a-\\d+\\.html", "confidence": "seen"}
    return {
        "name": outlet_id, "name_en": outlet_id, "country": country, "lang": lang, "kind": "provincial",
        "homepage": f"{root}/", "family": family, "evidence": "tests/bench", "article": article,
        "feeds": [{"url": f"{root}/rss.xml", "kind": "rss", "confidence": "seen"}],
        "overrides": {"identity": {"path": "/a-(\\d+)\\.html"}},
    }
