"""Obeys robots.txt, its crawl-delay included; in the place of Scrapy's own middleware.

That one ignores crawl-delay, takes a server's fault for a permission and prints tracebacks (see README, decisions).
"""

import asyncio
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.answers import find_failure, parse_retry_after
from crawler.handlers import FOR_ROBOTS
from crawler.identity import make_host
from crawler.leases import HostLeases
from crawler.refusals import HostBlocked, RobotsForbid, RobotsUnavailable
from crawler.storing import StoreThread
from storage.clock import utc_now
from storage.repository.robots import KeptRobots

MAX_BYTES = 512 * 1024  # RFC 9309, 2.5: at least 500 KiB; a robots.txt of 10 MB was seen
FRESH = timedelta(hours=24)  # RFC 9309, 2.4: not to be kept for longer
STALE = timedelta(days=30)  # RFC 9309, 2.3.1.4: a reasonably long period
LONGEST_DELAY = timedelta(days=7)  # who wants more between two requests wants none; the store believes no later time
FRESH_DELAYS = 4  # where the delay is longer than hours: else every request but a few would be for robots.txt


class Robots:
    """Reads robots.txt once a day and host, before the first other request, and keeps it in the store."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent = crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Task[Protego]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Robots":
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._find(origin))
        rules = await asyncio.shield(self._rules[origin])
        if not rules.can_fetch(request.url, self._agent):
            raise RobotsForbid(request.url)

    async def _find(self, origin: str) -> Protego:
        """The rules that hold today, with their crawl-delay set."""
        storing: StoreThread = self._crawler.spider.storing  # type: ignore[union-attr]
        kept, now = await storing.ask(storing.store.robots.find, origin), utc_now()
        rules = self._read_rules(kept, origin) if kept else None
        fresh = max(FRESH, FRESH_DELAYS * find_delay(rules, self._agent)) if rules else FRESH
        if kept is None or rules is None or not timedelta() <= now - kept.read_at < fresh:
            read = await self._renew(kept, origin, now)
            leases: HostLeases = self._crawler.spider.leases  # type: ignore[union-attr]
            leases.forget_delay(make_host(origin))
            rules = self._read_rules(read, origin)
            if read is not kept:
                await leases.save_rest(make_host(origin))  # first: after a crash in between the delay is unknown again
                await storing.ask(storing.store.robots.save, read)
        return rules

    def _read_rules(self, kept: KeptRobots, origin: str) -> Protego:
        rules = Protego.parse(kept.text)
        if delay := find_delay(rules, self._agent):
            leases: HostLeases = self._crawler.spider.leases  # type: ignore[union-attr]
            leases.slow_down(make_host(origin), delay.total_seconds())
        return rules

    async def _renew(self, kept: KeptRobots | None, origin: str, now: datetime) -> KeptRobots:
        """What is read now; where the server cannot tell, what it said before (RFC 9309, 2.4), for a month at most.

        Also where it gives no answer: whether the server lives, the next request shows.
        """
        try:
            read = KeptRobots(origin, await self._read(f"{origin}/robots.txt"), now)
        except Exception as error:
            is_silent = isinstance(error, RobotsUnavailable) or find_failure(error)
            if not is_silent or kept is None or now - kept.read_at > STALE:
                raise
            return kept
        return read

    async def _read(self, url: str) -> str:
        """The text of robots.txt, empty where there is none."""
        meta = {"dont_obey_robotstxt": True, "download_maxsize": MAX_BYTES * 32, FOR_ROBOTS: True}
        request = Request(url, meta=meta, callback=NO_CALLBACK)
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except IgnoreRequest as error:
            if "redirect" in str(error):  # RFC 9309, 2.3.1.2: more than five redirects count as no robots.txt
                return ""
            raise
        if response.status == 429:
            await self._block(url, response)
        if response.status >= 500:
            raise RobotsUnavailable(f"robots.txt: the server answers {response.status}")
        return response.body[:MAX_BYTES].decode("utf-8-sig", "ignore") if response.status == 200 else ""

    async def _block(self, url: str, response: Response) -> None:
        header, reason = response.headers.get("Retry-After") or b"", "robots.txt: the server answers 429"
        leases: HostLeases = self._crawler.spider.leases  # type: ignore[union-attr]
        await leases.block(make_host(url), reason, parse_retry_after(header.decode("latin-1"), utc_now()))
        raise HostBlocked(reason)

    def cancel(self) -> None:
        """Gives up what is still being read (the crawl is being stopped)."""
        for task in self._rules.values():
            task.cancel()


def find_delay(rules: Protego, agent: str) -> timedelta:
    """The crawl-delay for `agent`, a week at most; zero where there is none, or one that is no length of time."""
    seconds = rules.crawl_delay(agent) or 0.0
    return timedelta(seconds=min(seconds, LONGEST_DELAY.total_seconds())) if seconds > 0 else timedelta()
