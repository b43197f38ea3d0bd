"""Wakes whatever the settings name by dotted path once a crawl has ended; it knows nothing of what that is."""

import asyncio
from collections.abc import Callable

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.misc import load_object

SETTING = "TWINWATCH_AFTER_CRAWL"


class AfterCrawl:
    """Scrapy extension: calls the function named by TWINWATCH_AFTER_CRAWL, without arguments, in a thread."""

    def __init__(self, follow: Callable[[], None]) -> None:
        self._follow = follow

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "AfterCrawl":
        """Raises NotConfigured where the setting is empty."""
        path = crawler.settings.get(SETTING)
        if not path:
            raise NotConfigured
        extension = cls(load_object(path))
        # Not spider_closed: the wave ends there, and its last articles are saved only then.
        crawler.signals.connect(extension.follow, signals.engine_stopped)
        return extension

    async def follow(self) -> None:
        await asyncio.to_thread(self._follow)
