"""`scrapy crawl` with arguments checked first and an exit code that tells how the wave ended; Scrapy does the rest.

Exit codes: 0 the wave ended; 1 a setting, an argument or the database is wrong; 2 wrong usage; 3 stopped by a signal.
"""

import argparse
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from seeds.errors import TwinwatchError
from storage.errors import StoreError


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
        crawler = self._create_crawler("outlet")
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
