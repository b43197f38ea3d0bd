"""Asks a few addresses in this process, with the guards, leases and robots.txt of a wave; it judges no answer."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar
from uuid import uuid4

from scrapy import Spider, signals
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import Settings as ScrapySettings

from crawler.answers import Answer, ask
from crawler.identity import make_host
from crawler.leases import HostLeases, Pace
from crawler.plan import check_contact, make_pace
from crawler.robots import Robots
from crawler.storing import StoreThread
from crawler.tls import find_tls
from seeds.outlet import Outlet, Tls
from seeds.reasons import say_reason
from seeds.settings import Settings
from storage.clock import utc_now
from storage.store import open_store

T = TypeVar("T")
TOO_MANY = 429


class Fetch(Protocol):
    """`await fetch(url)`: the answer, redirects followed; `is_robots` for robots.txt itself."""

    def __call__(self, url: str, *, is_robots: bool = False) -> Awaitable[Answer]: ...


def run_politely(
    settings: Settings, job: Callable[[Fetch], Awaitable[T]], outlets: Sequence[Outlet] = (),
) -> T:
    """What `job` gives, which asks through the `fetch` it is handed; one request per host at a time, with the delay.

    `outlets` are those that are asked, as far as they are known. It starts Scrapy, so once per process. Raises what
    `job` raises, InputError where nothing at all may be fetched, StoreError where the store that holds the hosts'
    leases cannot be opened.
    """
    check_contact(settings)
    storing = StoreThread(open_store(settings.database_address))
    scrapy_settings = ScrapySettings()
    scrapy_settings.setmodule("crawler.settings", priority="project")
    without = {"TWINWATCH_AFTER_CRAWL": "", "ITEM_PIPELINES": {}, "LOG_INSTALL_ROOT_HANDLER": False}
    scrapy_settings.setdict(without, priority="cmdline")
    logging.disable(logging.INFO)  # Scrapy introduces itself at length
    process = CrawlerProcess(scrapy_settings)
    for name in ("scrapy", "twisted"):  # what went wrong is in the answers, told in our own words
        logging.getLogger(name).setLevel(logging.CRITICAL)
    crawler = process.create_crawler(AskingSpider)
    process.crawl(crawler, job=job, storing=storing, pace=make_pace(settings.crawl, outlets), tls=find_tls(outlets))
    process.start()
    spider = crawler.spider
    if not isinstance(spider, AskingSpider) or spider.task is None or spider.task.cancelled():
        raise KeyboardInterrupt
    result: T = spider.task.result()
    return result


class AskingSpider(Spider, Generic[T]):
    """Brings the leases that the middlewares need, runs one job and ends."""

    name = "asking"

    def __init__(
        self, crawler: Crawler, job: Callable[[Fetch], Awaitable[T]], storing: StoreThread, pace: Pace,
        tls: Mapping[str, Tls],
    ) -> None:
        super().__init__()
        self._job, self.storing, self.tls = job, storing, tls
        self.task: asyncio.Future[T] | None = None
        self.leases = HostLeases(
            storing, f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}", utc_now,
            seconds=crawler.settings.getfloat("LEASE_SECONDS"), pace=pace)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "AskingSpider[T]":
        spider = cls(crawler, *args, **kwargs)
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.finish, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Runs the job; yields nothing."""
        keeper = asyncio.ensure_future(self.leases.keep())
        self.task = asyncio.ensure_future(self._job(self._fetch))
        try:
            await asyncio.wait([self.task])
        finally:
            keeper.cancel()
            robots = self.crawler.get_downloader_middleware(Robots)
            if robots is not None:
                robots.cancel()
            self.task.cancel()
        if not self.task:
            yield None  # Scrapy wants a generator

    async def finish(self) -> None:
        """Frees the hosts, whatever ended the job."""
        if self.task is not None:
            self.task.cancel()
        await self.leases.release()
        await asyncio.to_thread(self.storing.close)

    async def _fetch(self, url: str, *, is_robots: bool = False) -> Answer:
        assert self.crawler.engine
        request = Request(url, meta={"dont_obey_robotstxt": is_robots}, callback=NO_CALLBACK)
        answer = await ask(self.crawler.engine.download_async, request, utc_now)
        if answer.status == TOO_MANY:
            host = make_host(answer.url)
            await self.leases.block(host, say_reason("host_http_429", host=host), answer.retry_at)
        return answer
