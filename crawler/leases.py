"""Holds the database's leases on hosts for one wave: no two crawls ever ask one host at once. It sends no request."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from crawler.refusals import HostBlocked, HostBusy, HostResting
from crawler.storing import StoreFailed, StoreThread
from storage.clock import Clock

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(seconds=60)  # the longest crawl-delay that we honour, so that a next wave can wait for it


class HostLeases:
    """The leases of one wave. `holder` names this process; a lease lives `seconds` beyond its last renewal.

    A lease that could not be renewed in time (a machine asleep, a database gone) counts as lost and is taken anew.
    """

    def __init__(
        self, storing: StoreThread, holder: str, clock: Clock, *, seconds: float, delay_seconds: float,
    ) -> None:
        self._storing, self._leases, self.holder, self._clock = storing, storing.store.leases, holder, clock
        self._seconds, self._delay = seconds, delay_seconds
        self._held: dict[str, datetime] = {}
        self._next_allowed: dict[str, datetime] = {}
        self._delays: dict[str, float] = {}
        self._refused: dict[str, HostBusy | HostBlocked | HostResting] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def holds(self, hosts: Collection[str]) -> bool:
        """Whether all of `hosts` may be asked right now."""
        return all(self._is_held(host) for host in hosts)

    async def take(self, host: str) -> None:
        """Makes sure that `host` may be asked; waits a little where it was asked just now by somebody else.

        Raises HostBusy, HostBlocked or HostResting, and again at once for the rest of the wave.
        """
        async with self._locks[host]:
            if host in self._refused:
                raise self._refused[host]
            if self._is_held(host):
                return
            now = self._clock()
            lease = await self._storing.ask(self._leases.acquire, f"host:{host}", self.holder, now, self._seconds)
            if lease is None:
                until = await self._storing.ask(self._leases.find_end, f"host:{host}")
                raise self._refuse(host, HostBusy(f"another crawl is asking {host}", until))
            self._held[host] = now
            if lease.next_allowed_at and lease.next_allowed_at > now:
                await self._wait(host, lease.next_allowed_at, now)

    async def block(self, host: str, reason: str, until: datetime | None) -> None:
        """Ends asking `host` for this wave, and for everybody until `until`."""
        self._refuse(host, HostBlocked(reason))
        self._next_allowed[host] = max(until or self._rested_at(host), self._rested_at(host))
        await self._release(host)

    def touch(self, host: str) -> None:
        """Notes that a request to `host` has just ended."""
        self._next_allowed[host] = self._rested_at(host)

    def slow_down(self, host: str, seconds: float) -> None:
        """Notes a delay that `host` wants between requests, beyond our own."""
        self._delays[host] = max(self._delay, seconds)

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
        """Frees every host; each may be asked again after its delay."""
        for host in list(self._held):
            await self._release(host)

    def _is_held(self, host: str) -> bool:
        taken_at = self._held.get(host)
        return taken_at is not None and self._clock() - taken_at < timedelta(seconds=self._seconds)

    def _rested_at(self, host: str) -> datetime:
        return self._clock() + timedelta(seconds=self._delays.get(host, self._delay))

    def _refuse(self, host: str, refusal: HostBusy | HostBlocked | HostResting) -> HostBusy | HostBlocked | HostResting:
        self._refused[host] = refusal
        return refusal

    async def _wait(self, host: str, until: datetime, now: datetime) -> None:
        self._next_allowed[host] = until
        if until - now <= LONGEST_WAIT:
            await asyncio.sleep((until - now).total_seconds())
            return
        await self._release(host)
        raise self._refuse(host, HostResting(f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC", until))

    async def _release(self, host: str) -> None:
        self._held.pop(host, None)
        await self._storing.ask(
            self._leases.release, f"host:{host}", self.holder, self._clock(), self._next_allowed.get(host))
