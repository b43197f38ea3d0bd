"""One request per host at a time, with a delay, under a lease: the downloader middleware that prepares for it."""

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request

from crawler.identity import make_host
from crawler.leases import HostLeases


class Politeness:
    """Gives every request its host's own slot (port included, http and https together); a refused host ends here.

    Redirects and robots.txt pass through here too. The spider brings `leases`; `handlers` sends under them.
    """

    def __init__(self, leases: HostLeases) -> None:
        self._leases = leases

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Politeness":
        leases = getattr(crawler.spider, "leases", None)
        if leases is None:
            raise NotConfigured("the spider holds no leases")
        return cls(leases)

    def process_request(self, request: Request) -> None:
        host = make_host(request.url)
        request.meta["download_slot"] = host
        self._leases.check(host)
