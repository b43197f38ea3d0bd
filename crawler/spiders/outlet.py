"""The spider for all outlets: one crawl is one wave. It joins the wave to Scrapy and decides nothing."""

import asyncio
import faulthandler
import gc
import logging
import os
import socket
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from crawler.answers import ask
from crawler.extracted import Extracted
from crawler.items import FoundArticle
from crawler.leases import HostLeases
from crawler.means import Budget, Means
from crawler.plan import Plan, make_pace, make_plan
from crawler.progress import say, speak_json
from crawler.robots import Robots
from crawler.screen import SCREEN_VERSION
from crawler.screening import Screens
from crawler.storing import StoreThread
from crawler.tls import find_tls
from crawler.wave import Wave
from seeds.lines import Line
from seeds.outlet import Outlet
from storage.clock import utc_now

if TYPE_CHECKING:
    from crawler.pool import ExtractionPool

STOPPED_EXIT = 3
LINGER_SECONDS = 0.0005  # per outlet: a question waits for those of other visits, unseen beside the pause per host


class OutletSpider(Spider):
    """`scrapy crawl outlet [-a outlets=a,b] [-a due=1] [-O file.jsonl]`: one wave."""

    name = "outlet"

    def __init__(self, plan: Plan, crawler: Crawler) -> None:
        super().__init__()
        crawl = plan.settings.crawl
        self.plan, self.storing = plan, StoreThread(plan.store, LINGER_SECONDS * len(plan.outlets))
        holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.leases = HostLeases(
            self.storing, holder, utc_now, seconds=crawler.settings.getfloat("LEASE_SECONDS"),
            pace=make_pace(crawl, plan.outlets))
        self.tls = find_tls(plan.outlets)
        self._pool: ExtractionPool | None = None
        self.wave: Wave | None = None
        self.exit_code = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, plan: Plan | None = None, **arguments: Any) -> "OutletSpider":
        """`plan` is made already where the `crawl` command checked it; else from the arguments `outlets` and `due`."""
        spider = cls(plan or make_plan(**arguments), crawler)
        spider._set_crawler(crawler)
        if spider.plan.settings.log.format == "json":
            speak_json()
        crawler.signals.connect(spider.finish, signals.spider_closed)
        # Refused sizes are counted and shown per outlet, odd certificates are many; Scrapy would log each of them.
        logging.getLogger("scrapy.core.downloader").setLevel(logging.ERROR)
        logging.getLogger("scrapy.downloadermiddlewares.httpcompression").setLevel(logging.ERROR)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The articles of the wave, one by one."""
        gc.freeze()  # libraries, catalogue and screens stay: the collector need not walk through them again and again
        grace = self.crawler.settings.getfloat("HANG_SECONDS")
        faulthandler.dump_traceback_later(self.plan.seconds + grace, exit=True, file=2)
        found: asyncio.Queue[FoundArticle | None] = asyncio.Queue()
        self.wave = Wave(self.plan, self._make_means(found), found)
        try:
            async for article in self.wave.items():
                yield article
        finally:
            self.abandon_requests()

    async def finish(self, reason: str) -> None:
        """Ends the wave, whatever ended the crawl: `finished`, `shutdown` (a signal) or an error."""
        self.exit_code = 1
        try:
            if self.wave is not None:
                await self.wave.finish(stopped=reason != "finished")
                for name, count in self.wave.counts().items():
                    self.crawler.stats.set_value(f"twinwatch/{name}", count)
            self.exit_code = self._find_exit_code(reason)
        finally:
            if self._pool is not None:
                await asyncio.to_thread(self._pool.close)
            await asyncio.to_thread(self.storing.close)
            faulthandler.cancel_dump_traceback_later()

    def abandon_requests(self) -> None:
        """Gives up what is under way, so that the engine has nothing to wait for; `finish` saves how far it came."""
        robots = self.crawler.get_downloader_middleware(Robots)
        if robots is not None:
            robots.cancel()
        if self.wave is not None:
            self.wave.cancel()

    def _find_exit_code(self, reason: str) -> int:
        if self.wave is None or self.wave.error or reason not in ("finished", "shutdown"):
            error = self.wave.error if self.wave and self.wave.error else f"the wave ended early ({reason})"
            say(Line(f"error: {error}", "wave_failed", error=str(error)))
            return 1
        return 0 if reason == "finished" else STOPPED_EXIT

    def _make_means(self, found: "asyncio.Queue[FoundArticle | None]") -> Means:
        crawl, loop = self.plan.settings.crawl, asyncio.get_running_loop()
        fetch = partial(ask, self.crawler.engine.download_async)
        return Means(
            storing=self.storing, leases=self.leases, clock=utc_now, screen_version=SCREEN_VERSION,
            budget=Budget(loop.time() + self.plan.seconds, crawl.pages_per_host, loop.time),
            fetch=lambda request: fetch(request, utc_now), find_screen=Screens(self.plan.settings.seeds_dir).find,
            extract=self._extract, hand_over=found.put_nowait)

    async def _extract(self, body: bytes, url: str, outlet: Outlet, content_type: str) -> Extracted:
        if self._pool is None:
            from crawler.pool import ExtractionPool  # most waves extract nothing

            crawl = self.plan.settings.crawl
            self._pool = ExtractionPool(workers=crawl.extract_workers, seconds=crawl.extract_seconds)
        future = self._pool.submit(body, url=url, outlet=outlet, content_type=content_type, now=utc_now())
        return await asyncio.wrap_future(future)
