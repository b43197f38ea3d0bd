"""What a visit works with: store, network, screens, extraction, clocks and limits, made once per wave."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from scrapy.http import Request

from crawler.answers import Answer
from crawler.extracted import Extracted
from crawler.feed_plans import FeedFacts
from crawler.items import FoundArticle
from crawler.leases import HostLeases
from crawler.looks import Look
from crawler.screen import Screen
from crawler.storing import StoreThread
from seeds.outlet import Country, Outlet
from storage.clock import Clock

WAITS = {"budget": "over_budget", "slow": "slow_host"}  # what is not asked yet for these, and how that is counted


@dataclass
class Budget:
    """What a wave may still ask: until `deadline` (`now()` in seconds, of any clock), and pages per host."""

    deadline: float
    pages_per_host: int
    now: Callable[[], float]
    asked: Counter[str] = field(default_factory=Counter)

    def has_time(self) -> bool:
        """Whether the wave may still ask for anything."""
        return self.now() < self.deadline

    def take_page(self, host: str) -> bool:
        """Whether one more page of `host` may be asked for; counts it."""
        if not self.has_time() or self.asked[host] >= self.pages_per_host:
            return False
        self.asked[host] += 1
        return True


@dataclass(frozen=True)
class Means:
    """The means of one wave, shared by its visits. `extract` takes body, address, outlet and content type.

    `hand_over` gives an article to the pipelines.
    """

    storing: StoreThread
    leases: HostLeases
    budget: Budget
    clock: Clock
    fetch: Callable[[Request], Awaitable[Answer]]
    find_screen: Callable[[Country], Awaitable[Screen]]
    screen_version: str
    extract: Callable[[bytes, str, Outlet, str], Awaitable[Extracted]]
    hand_over: Callable[[FoundArticle], None]


@dataclass
class Tally:
    """What one visit has met so far, in the words of `health.RunFacts`."""

    counts: Counter[str] = field(default_factory=Counter)
    feeds: int = 0
    feeds_ok: int = 0
    feed_failures: list[str] = field(default_factory=list)
    page_failures: list[str] = field(default_factory=list)
    ended: str = ""
    detail: str = ""
    answered: bool = False
    looks: list[Look] = field(default_factory=list)
    retry_at: datetime | None = None
    waits: str = ""
    resume_at: datetime | None = None
    feeds_later: int = 0
    pages_only: bool = False
    asked: list[FeedFacts] = field(default_factory=list)

    def end(self, reason: str, answer: Answer) -> None:
        """Notes why the visit ends early; `busy` says less than any other reason.

        A budget of ours that is used up, or a long crawl-delay, is nobody's fault: where anything was asked for, the
        rest just waits.
        """
        if reason in WAITS:
            self.counts[WAITS[reason]] += 1
            if self.asked or self.feeds_ok or self.counts["fetched"] or self.page_failures:
                self.waits = answer.detail
                if reason == "slow":
                    self.resume_at = max(filter(None, (self.resume_at, answer.retry_at)), default=None)
                return
        ended = "busy" if reason in ("busy", *WAITS) else "blocked"
        if not self.ended or self.ended == "busy":
            self.ended, self.detail = ended, answer.detail
        self.retry_at = max(filter(None, (self.retry_at, answer.retry_at)), default=None)
