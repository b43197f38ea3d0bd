"""Paces the requests of one crawl by the database's leases: one at a time per host, rested, within the day's budget."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawler.outcomes import FORBIDDEN
from crawler.refusals import HostBlocked, HostBusy, HostResting, HostSlow, HostSpent, HostStopped
from crawler.states import describe_delay
from crawler.storing import StoreFailed, StoreThread
from seeds.reasons import say_reason
from storage.clock import Clock
from storage.repository.leases import Request

logger = logging.getLogger(__name__)

# Within a wave, as all wait for its end: crawl-delays beyond bring one request a wave, feed and pages in turn.
LONGEST_WAIT = timedelta(seconds=150)
# So many addresses in a row that are refused, and none read between them: it is the host that refuses us.
FORBIDDEN_IN_A_ROW = 2
# Of the time-out: who took so long for nothing may still be at it (seen with servers that do not notice who has left).
GIVEN_UP = 0.95

HostRefusal = HostBusy | HostBlocked | HostResting | HostSlow | HostSpent


@dataclass(frozen=True)
class Pace:
    """How hosts are asked: the rest after a request and its longest time in seconds, and requests a host and day.

    `zones` are the zones of outlets by host, in which a day begins; hosts of nobody have those of UTC.
    """

    delay_seconds: float
    timeout_seconds: float
    requests_a_day: int
    zones: Mapping[str, str] = field(default_factory=dict)

    def find_day(self, host: str, now: datetime) -> str:
        """The day of `host` at `now`, as YYYY-MM-DD."""
        return now.astimezone(self._zone(host)).date().isoformat()

    def find_midnight(self, host: str, now: datetime) -> datetime:
        """When the next day of `host` begins."""
        zone = self._zone(host)
        return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone).astimezone(now.tzinfo)

    def _zone(self, host: str) -> ZoneInfo:
        return ZoneInfo(self.zones.get(host, "UTC"))


class HostLeases:
    """The leases of one crawl. `holder` names this process; a lease lives `seconds` beyond its last renewal.

    Every request is sent inside a `turn`, which the database has counted and whose time it has reserved before: what
    the next process may do does not depend on whether this one lives to tell of its end.
    """

    def __init__(self, storing: StoreThread, holder: str, clock: Clock, *, seconds: float, pace: Pace) -> None:
        self._storing, self._leases, self.holder, self._clock = storing, storing.store.leases, holder, clock
        self._seconds, self._pace = seconds, pace
        self._held: dict[str, datetime] = {}
        self._claimed: dict[str, datetime] = {}
        self._ended: dict[str, datetime] = {}
        self._until: dict[str, datetime] = {}
        self._delays: dict[str, float] = {}
        self._refused: dict[str, HostRefusal] = {}
        self._forbidden: Counter[str] = Counter()
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # What may be in the database as ours: a claim is there before its answer is here.
        self._claims_sent: set[str] = set()
        self._under_way: set[str] = set()
        self._is_over = False

    def holds(self, hosts: Collection[str]) -> bool:
        """Whether all of `hosts` are ours right now."""
        return all(self._is_held(host) for host in hosts)

    def check(self, host: str) -> None:
        """Raises what `take` or `turn` raised for `host` before, for the rest of the crawl; HostStopped at its end."""
        if self._is_over:
            raise HostStopped(say_reason("stopped"))
        if host in self._refused:
            raise self._refused[host]

    async def take(self, host: str) -> None:
        """Makes sure that `host` is ours. Raises HostBusy, or at once what `turn` raised before."""
        if self._is_held(host) and host not in self._refused:
            return
        async with self._locks[host]:
            self.check(host)
            now = self._clock()
            self._claims_sent.add(host)
            lease = await self._storing.ask(self._leases.acquire, f"host:{host}", self.holder, now, self._seconds)
            if lease is None:
                raise await self._find_busy(host)
            self._held[host] = now

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """One request to `host`, begun when it is ours, has rested and has some of its budget left.

        Raises HostBusy, HostBlocked, HostResting, HostSlow or HostSpent, and from then on at once; HostStopped where
        the crawl ended before the request was begun.
        """
        async with self._locks[host]:
            await self._claim(host)
            begun_at = self._clock()
            self._under_way.add(host)
            try:
                yield
            finally:
                self._under_way.discard(host)
                self._ended[host] = self._find_end(begun_at)

    async def block(self, host: str, reason: str, until: datetime | None) -> None:
        """Ends asking `host` for this crawl, and for everybody until `until`."""
        self._refuse(host, HostBlocked(reason))
        if until:
            self._until[host] = until
        await self._release(host)

    def is_forbidden(self, host: str, status: int) -> bool:
        """Whether `host`, which has just answered with `status`, refuses whatever it is asked for."""
        if status == FORBIDDEN:
            self._forbidden[host] += 1
        elif 0 < status < 400:
            del self._forbidden[host]
        return self._forbidden[host] >= FORBIDDEN_IN_A_ROW

    def slow_down(self, host: str, seconds: float) -> None:
        """Notes a delay that `host` wants between requests, beyond our own; it holds for the last request too."""
        self._delays[host] = max(self._pace.delay_seconds, seconds)

    async def save_rest(self, host: str) -> None:
        """Makes the rest after our last request to `host` everybody's, where its delay was not known before it."""
        rested_at = self._rested_at(host)
        if host in self._delays and rested_at:
            await self._storing.ask(self._leases.put_off, f"host:{host}", self.holder, rested_at)

    def forget_delay(self, host: str) -> None:
        """Takes back what `slow_down` noted."""
        self._delays.pop(host, None)

    def find_delay(self, host: str) -> timedelta | None:
        """The delay that `host` wants, where it is too long to be waited for within a wave."""
        delay = timedelta(seconds=self._delay(host))
        return delay if delay > LONGEST_WAIT else None

    def count_a_day(self, hosts: Collection[str]) -> int:
        """How many requests a day all of `hosts` let through, by their long delays and by the budget."""
        longest = max(filter(None, map(self.find_delay, hosts)), default=None)
        return min(self._pace.requests_a_day, timedelta(days=1) // longest if longest else self._pace.requests_a_day)

    async def keep(self) -> None:
        """Renews what is held, for as long as it is not cancelled."""
        while True:
            await asyncio.sleep(self._seconds / 3)
            try:
                await self.renew()
            except StoreFailed as error:
                logger.warning("leases not renewed: %s", error)

    async def renew(self) -> None:
        """Renews what is held and not yet lost."""
        now = self._clock()
        alive = [host for host in self._held if self._is_held(host)]
        names = [f"host:{host}" for host in alive]
        await self._storing.ask(self._leases.renew, names, self.holder, now, self._seconds)
        self._held.update({host: now for host in alive if host in self._held})

    async def release(self) -> None:
        """Frees every host at the crawl's end; each may be asked again after its delay.

        Nothing is claimed from now on: requests of Scrapy's that waited for their turn outlive the visits that wanted
        them. A host that is being asked keeps the time that is reserved for it, as it may still be at work.
        """
        self._is_over = True
        await asyncio.gather(*map(self._release, list(self._claims_sent)))  # together: one transaction

    async def _claim(self, host: str) -> None:
        while True:
            self.check(host)
            rested_at = self._rested_at(host)
            if rested_at and rested_at - self._clock() > LONGEST_WAIT:
                raise await self._rest(host, rested_at)
            await self._sleep(rested_at)
            self.check(host)  # the crawl may have ended meanwhile
            now = self._clock()
            longest = timedelta(seconds=self._pace.timeout_seconds + self._delay(host))
            request = Request(
                now + longest, self._pace.find_day(host, now), self._pace.requests_a_day, self._claimed.get(host))
            self._claims_sent.add(host)
            claim = await self._storing.ask(
                self._leases.claim, f"host:{host}", self.holder, now, self._seconds, request)
            if self._is_over:  # and so given back already
                raise HostStopped(say_reason("stopped"))
            if claim is None:
                raise await self._find_busy(host)
            self._held[host] = now
            if claim.granted:
                self._claimed[host] = request.next_allowed_at
                return
            if claim.next_allowed_at is None:
                raise await self._spend(host, now)
            if claim.next_allowed_at - now > LONGEST_WAIT:
                raise await self._rest(host, claim.next_allowed_at)
            await self._sleep(claim.next_allowed_at)

    def _find_end(self, begun_at: datetime) -> datetime:
        """When the host is done with a request that has ended for us: where it was given up, after as long again."""
        now, longest = self._clock(), timedelta(seconds=self._pace.timeout_seconds)
        return now + longest if now - begun_at >= GIVEN_UP * longest else now

    def _is_held(self, host: str) -> bool:
        taken_at = self._held.get(host)
        return taken_at is not None and self._clock() - taken_at < timedelta(seconds=self._seconds)

    def _delay(self, host: str) -> float:
        return self._delays.get(host, self._pace.delay_seconds)

    def _rested_at(self, host: str) -> datetime | None:
        """When the rest after our own last request, or a pause that was named, is over; None where there is none."""
        ended = self._ended.get(host)
        rested = ended + timedelta(seconds=self._delay(host)) if ended else None
        return max(filter(None, (rested, self._until.get(host))), default=None)

    async def _sleep(self, until: datetime | None) -> None:
        while until is not None and (left := (until - self._clock()).total_seconds()) > 0:
            await asyncio.sleep(left)

    async def _find_busy(self, host: str) -> HostRefusal:
        until = await self._storing.ask(self._leases.find_end, f"host:{host}")
        return self._refuse(host, HostBusy(say_reason("busy", host=host), until=until))

    async def _rest(self, host: str, until: datetime) -> HostRefusal:
        self._until[host] = until
        await self._release(host)
        delay = self.find_delay(host)
        if delay and until - self._clock() <= delay + timedelta(seconds=self._pace.timeout_seconds):
            slow = say_reason("slow", host=host, time=describe_delay(delay))
            return self._refuse(host, HostSlow(slow, until=until))
        pause = say_reason("asked_pause", host=host, until=f"{until:%Y-%m-%d %H:%M} UTC")
        return self._refuse(host, HostResting(pause, until=until))

    async def _spend(self, host: str, now: datetime) -> HostRefusal:
        await self._release(host)
        spent = say_reason("budget", host=host, n=self._pace.requests_a_day)
        return self._refuse(host, HostSpent(spent, until=self._pace.find_midnight(host, now)))

    def _refuse(self, host: str, refusal: HostRefusal) -> HostRefusal:
        self._refused[host] = refusal
        return refusal

    async def _release(self, host: str) -> None:
        self._held.pop(host, None)
        self._claims_sent.discard(host)
        reserved = self._claimed.get(host) if host in self._under_way else None
        rested_at = max(filter(None, (reserved, self._rested_at(host))), default=None)
        await self._storing.ask(self._leases.release, f"host:{host}", self.holder, self._clock(), rested_at)
