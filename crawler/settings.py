"""Scrapy's settings for this project, made from Twinwatch's own; nothing is decided here but what Scrapy must know."""

from collections.abc import Iterable, Mapping

from scrapy.settings import default_settings

import crawler.starting  # noqa: F401  # before what it is for
from seeds.errors import TwinwatchError
from seeds.settings import load_settings

try:
    _ours = load_settings()
except TwinwatchError as error:
    raise SystemExit(f"error: {error}") from None

BOT_NAME = "twinwatch"
SPIDER_MODULES = ["crawler.spiders"]
COMMANDS_MODULE = "crawler.scrapy_commands"
USER_AGENT = f"Twinwatch/0.1 (+{_ours.crawl.contact})" if _ours.crawl.contact else "Twinwatch/0.1"


def _leave_out(base: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    """Scrapy's own components without some. Where its lists are only overridden, what is switched off is loaded all the
    same: remote control brings all of aiohttp, cookies bring requests."""
    left = set(names)
    return {path: order for path, order in base.items() if path.rpartition(".")[2] not in left}


# Politeness (crawler.politeness, crawler.robots, crawler.leases).
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 0  # crawler.leases waits, for all crawls of this database together
DOWNLOAD_DELAY_JITTER = 0  # jitter would ask sooner than a delay promises
LEASE_SECONDS = 60  # a killed crawl frees its hosts after this
# A wave that ends so much later than its time hangs: it says where and dies, as perhaps nobody waits for it any more.
HANG_SECONDS = 480

# Guards (crawler.guard).
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"
DNSCACHE_ENABLED = False
GUARD_ALLOW_NETWORKS = [str(network) for network in _ours.crawl.allow_networks]
GUARD_HAS_CONTACT = bool(_ours.crawl.contact)
DOWNLOAD_TIMEOUT = _ours.crawl.timeout_seconds
DOWNLOAD_MAXSIZE = _ours.crawl.max_bytes
DOWNLOAD_WARNSIZE = 0
HTTP_HANDLER = "crawler.handlers.HttpHandler"
DOWNLOAD_HANDLERS = {"http": HTTP_HANDLER, "https": HTTP_HANDLER, "data": None, "file": None, "ftp": None, "s3": None}
REDIRECT_MAX_TIMES = 5
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
HTTPPROXY_ENABLED = False
COOKIES_ENABLED = False

# Trying again is the frontier's business, across waves.
RETRY_ENABLED = False
METAREFRESH_ENABLED = False

DOWNLOADER_MIDDLEWARES_BASE = _leave_out(default_settings.DOWNLOADER_MIDDLEWARES_BASE, (
    "RobotsTxtMiddleware", "OffsiteMiddleware", "HttpAuthMiddleware", "RetryMiddleware", "MetaRefreshMiddleware",
    "CookiesMiddleware", "HttpProxyMiddleware", "HttpCacheMiddleware", "DownloaderStats"))
DOWNLOADER_MIDDLEWARES = {
    "crawler.guard.GuardMiddleware": 10,
    "crawler.politeness.Politeness": 20,
    "crawler.robots.Robots": 100,
}
SPIDER_MIDDLEWARES_BASE = _leave_out(default_settings.SPIDER_MIDDLEWARES_BASE, (
    "StartSpiderMiddleware", "HttpErrorMiddleware", "UrlLengthMiddleware", "DepthMiddleware",
    "MetaCopyDetectionMiddleware"))
ITEM_PIPELINES = {"crawler.pipelines.SaveArticle": 100}
EXTENSIONS_BASE = _leave_out(default_settings.EXTENSIONS_BASE, (
    "TelnetConsole", "MemoryUsage", "MemoryDebugger", "CloseSpider", "LogStats", "SpiderState", "AutoThrottle",
    "RemoteControl"))
EXTENSIONS = {"crawler.after_crawl.AfterCrawl": 500}
# Named, not imported: crawler and monitor meet at the database only.
TWINWATCH_AFTER_CRAWL = "monitor.after_crawl.assess_and_print"

FEED_EXPORT_ENCODING = "utf-8"
DEFAULT_DROPITEM_LOG_LEVEL = "INFO"
LOG_LEVEL = "WARNING"
STATS_DUMP = False
LOGSTATS_INTERVAL = 0
