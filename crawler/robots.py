"""Obeys robots.txt, its crawl-delay included; in the place of Scrapy's own middleware.

That one ignores crawl-delay, takes a server's fault for a permission and prints tracebacks (see README, decisions).
"""

import asyncio
from urllib.parse import urlsplit

from protego import Protego
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.answers import parse_retry_after
from crawler.identity import make_host
from crawler.leases import HostLeases
from crawler.politeness import slow_down
from crawler.refusals import HostBlocked, RobotsForbid, RobotsUnavailable
from storage.clock import utc_now

MAX_BYTES = 512 * 1024  # RFC 9309, 2.5: at least 500 KiB; a robots.txt of 10 MB was seen
LONGEST_DELAY = 60.0  # seconds; some sites write hours


class Robots:
    """Reads robots.txt once per host and wave, before the first other request."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent = crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Task[Protego | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Robots":
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._read(f"{origin}/robots.txt"))
        rules = await asyncio.shield(self._rules[origin])
        if rules is not None and not rules.can_fetch(request.url, self._agent):
            raise RobotsForbid(request.url)

    async def _read(self, url: str) -> Protego | None:
        meta = {"dont_obey_robotstxt": True, "download_maxsize": MAX_BYTES * 32}
        request = Request(url, meta=meta, callback=NO_CALLBACK)
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except IgnoreRequest as error:
            if "redirect" in str(error):  # RFC 9309, 2.3.1.2: more than five redirects count as no robots.txt
                return None
            raise
        if response.status == 429:
            await self._block(url, response)
        if response.status >= 500:
            raise RobotsUnavailable(f"robots.txt: the server answers {response.status}")
        if response.status != 200:
            return None
        rules = Protego.parse(response.body[:MAX_BYTES].decode("utf-8-sig", "ignore"))
        delay = rules.crawl_delay(self._agent)
        if delay:
            slow_down(self._crawler, make_host(url), min(float(delay), LONGEST_DELAY))
        return rules

    async def _block(self, url: str, response: Response) -> None:
        header, reason = response.headers.get("Retry-After") or b"", "robots.txt: the server answers 429"
        leases: HostLeases = self._crawler.spider.leases  # type: ignore[union-attr]
        await leases.block(make_host(url), reason, parse_retry_after(header.decode("latin-1"), utc_now()))
        raise HostBlocked(reason)

    def cancel(self) -> None:
        """Gives up what is still being read (the crawl is being stopped)."""
        for task in self._rules.values():
            task.cancel()
