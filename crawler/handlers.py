"""Scrapy's handler for http and https: it sends under the host's lease and ends without tracebacks."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Request, Response
from scrapy.utils.defer import maybe_deferred_to_future

from crawler.identity import make_host
from crawler.leases import HostLeases
from crawler.refusals import HostSlow, TlsRefused
from crawler.tls import TlsPolicy, find_tls_failure

CLOSE_SECONDS = 3.0
# In a request's meta: it is for robots.txt. Where that leads on, yesterday's crawl-delay does not hold between the two:
# it would never be read again, and what holds today is what it is about to say.
FOR_ROBOTS = "for_robots"


class HttpHandler(HTTP11DownloadHandler):
    """Downloads as Scrapy does, each request in its host's turn: nothing stands between that and the connection.

    Closing waits at most `CLOSE_SECONDS` for the outlets' servers to hang up.

    Scrapy ends this wait by firing Twisted's deferred itself, which raises AlreadyCalledError in a busy loop
    (Scrapy 2.19; met with 150 TLS connections open at the end of a wave).
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._tls = TlsPolicy(getattr(crawler.spider, "tls", {}))
        self._contextFactory: Any = self._tls

    async def download_request(self, request: Request) -> Response:
        leases: HostLeases = self._crawler.spider.leases  # type: ignore[union-attr]
        host, is_led_on = make_host(request.url), "redirect_urls" in request.meta
        if is_led_on and request.meta.get(FOR_ROBOTS):
            leases.forget_delay(host)
        try:
            async with leases.turn(host):
                return await self._send(request)
        except HostSlow as slow:
            if is_led_on:
                raise HostSlow(slow.detail, "slow_redirect", slow.until) from slow
            raise

    async def _send(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            reason = find_tls_failure(getattr(error.__cause__, "reasons", None) or ())
            if not reason:
                raise
            host = urlsplit(request.url).hostname or ""
            raise TlsRefused(str(error), self._tls.faults.get(host, reason)) from error

    async def close(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await maybe_deferred_to_future(self._pool.closeCachedConnections())  # type: ignore[no-untyped-call]
        except TimeoutError:
            pass  # they hang up when they like; the process ends anyway
