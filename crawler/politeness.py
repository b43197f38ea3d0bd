"""One request per host at a time, with a delay, under a lease: the downloader middleware that sees to it."""

from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request

from crawler.identity import make_host
from crawler.leases import HostLeases


class Politeness:
    """Gives every request its host's own slot (port included, http and https together) and takes the host's lease.

    Redirects and robots.txt pass through here too. The spider brings `leases`.
    """

    def __init__(self, leases: HostLeases) -> None:
        self._leases = leases

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Politeness":
        leases = getattr(crawler.spider, "leases", None)
        if leases is None:
            raise NotConfigured("the spider holds no leases")
        made = cls(leases)
        crawler.signals.connect(made.request_left, signals.request_left_downloader)
        return made

    async def process_request(self, request: Request) -> None:
        host = make_host(request.url)
        request.meta["download_slot"] = host
        await self._leases.take(host)

    def request_left(self, request: Request, **_: Any) -> None:
        self._leases.touch(make_host(request.url))


def slow_down(crawler: Crawler, host: str, seconds: float) -> None:
    """Widens the pause between two requests to `host`, in this wave and before the next one."""
    downloader = crawler.engine.downloader
    if seconds <= crawler.settings.getfloat("DOWNLOAD_DELAY"):
        return
    downloader.per_slot_settings[host] = {"delay": seconds}
    if host in downloader.slots:
        downloader.slots[host].delay = seconds
    leases: HostLeases = crawler.spider.leases  # type: ignore[union-attr]
    leases.slow_down(host, seconds)
