"""`scrapy crawl` with arguments checked first and an exit code that tells how the wave ended; Scrapy does the rest.

Exit codes: 0 the wave ended; 1 a setting, an argument or the database is wrong; 2 wrong usage; 3 stopped by a signal.
"""

import argparse
import asyncio
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError

from seeds.errors import TwinwatchError
from storage.errors import StoreError

LOOK_SECONDS = 0.1  # while a crawl is being stopped


class OutletCrawler(Crawler):
    """Stops in order also where Scrapy 2.19 would hang, until it is killed and its leases stay behind.

    The engine ends `start` only where it happens to wait for it: stopped just after an article, it would wait for
    requests of visits that go on asking. And nobody tells the scraper that the last article is saved, if that was
    under way when it began to close.
    """

    async def stop_async(self) -> None:
        """Ends the crawl in order, as after a signal."""
        if self.crawling and self.spider is not None and self.engine is not None:
            self.spider.abandon_requests()  # type: ignore[attr-defined]
        stopping = asyncio.ensure_future(super().stop_async())
        while not stopping.done():
            await asyncio.wait({stopping}, timeout=LOOK_SECONDS)
            self._let_scraper_close()
        await stopping

    def _let_scraper_close(self) -> None:
        slot = self.engine.scraper.slot if self.engine is not None else None
        if slot is not None and slot.closing is not None and not slot.closing.called and slot.is_idle():
            assert self.spider is not None
            slot.closing.callback(self.spider)


class Command(ScrapyCrawl):
    """Runs the spider `outlet`; any other name is left to Scrapy."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args != ["outlet"]:
            self._check_spider(args)
            return super().run(args, opts)
        from crawler.plan import make_plan  # not before Scrapy has installed its reactor

        try:
            plan = make_plan(**opts.spargs)
        except TypeError:
            raise UsageError("outlet takes only -a outlets=a,b and -a due=1", print_help=False) from None
        except (TwinwatchError, StoreError) as error:
            print(f"error: {error}", file=sys.stderr)
            self.exitcode = 1
            return None
        assert self.crawler_process
        spider = self.crawler_process.spider_loader.load("outlet")
        crawler = self._create_crawler(OutletCrawler(spider, self.settings))  # type: ignore[arg-type]  # taken as it is
        self.crawler_process.crawl(crawler, plan=plan)
        self.crawler_process.start()
        self.exitcode = 1 if self.crawler_process.bootstrap_failed else getattr(crawler.spider, "exit_code", 1)
        return None

    def _check_spider(self, args: list[str]) -> None:
        """UsageError, in one sentence, for one name that no spider has: mostly that of an outlet."""
        if len(args) != 1:
            return
        assert self.crawler_process
        spiders = self.crawler_process.spider_loader.list()
        if args[0] not in spiders:
            raise UsageError(f"no spider {args[0]!r}; there is one for all outlets: "
                             f"scrapy crawl outlet -a outlets={args[0]}", print_help=False)
