"""Scrapy's handler for http and https with an end of its own: a late hang-up is no fault worth a traceback."""

import asyncio

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.utils.defer import maybe_deferred_to_future

CLOSE_SECONDS = 3.0


class HttpHandler(HTTP11DownloadHandler):
    """Downloads as Scrapy does. Closing waits at most `CLOSE_SECONDS` for the outlets' servers to hang up.

    Scrapy ends this wait by firing Twisted's deferred itself, which raises AlreadyCalledError in a busy loop
    (Scrapy 2.19; met with 150 TLS connections open at the end of a wave).
    """

    async def close(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await maybe_deferred_to_future(self._pool.closeCachedConnections())  # type: ignore[no-untyped-call]
        except TimeoutError:
            pass  # they hang up when they like; the process ends anyway
