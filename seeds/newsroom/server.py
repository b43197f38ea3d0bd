"""The newsroom's server: every outlet on a port of its own in one process. It decides nothing about what is true."""

import asyncio
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from aiohttp import web

from seeds.newsroom.counters import Counters
from seeds.newsroom.desk import Desk
from seeds.newsroom.faults import Fault, FaultKind, freeze, strike
from seeds.newsroom.library import load_outlets, load_stories
from seeds.newsroom.overlay import write_outlet
from seeds.newsroom.truth import find_expected
from seeds.newsroom.values import ExpectedEvent, Reply, Story
from seeds.newsroom.wire import make_response

HOST = "127.0.0.1"
SHUTDOWN_SECONDS = 0.2


class Newsroom:
    """Plays the outlets for one moment, `now` (aware): every date is computed from it and none from the clock.

    `ports` gives ports by outlet id (default: free ones); `only` limits the outlets; without `bundled` they
    start with no stories; `slow_seconds` is how long a slow page takes. Use it with `async with`, or from
    synchronous code through `run_newsroom`. Addresses exist once it is entered; OSError where a port is taken.
    """

    def __init__(
        self, now: datetime, *, host: str = HOST, ports: Mapping[str, int] | None = None,
        only: Collection[str] | None = None, bundled: bool = True, slow_seconds: float = 1.5,
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("the newsroom's now must carry a zone")
        self.now, self.host, self._ports = now, host, dict(ports or {})
        outlets = [o for o in load_outlets().values() if only is None or o.id in only]
        self.desks = {o.id: Desk(o, now, slow_seconds) for o in outlets}
        self.counters = {o.id: Counters() for o in outlets}
        self._faults: dict[str, Fault] = {}
        self._frozen: dict[str, dict[str, Reply]] = {o.id: {} for o in outlets}
        self._runners: list[web.ServerRunner] = []
        for story in load_stories() if bundled else ():
            if story.outlet_id in self.desks:
                self.desks[story.outlet_id].publish(story)

    async def __aenter__(self) -> "Newsroom":
        try:
            for outlet_id in self.desks:
                await self._open(outlet_id)
        except OSError:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None,
    ) -> None:
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))
        self._runners.clear()

    @property
    def roots(self) -> dict[str, str]:
        """`http://host:port` by outlet id."""
        return {outlet_id: desk.root for outlet_id, desk in self.desks.items()}

    def publish(self, story: Story) -> str:
        """Prints `story` at its outlet during the run; returns its address. Its age counts from the newsroom's now."""
        desk = self.desks[story.outlet_id]
        return desk.root + desk.publish(story).path

    def fill(self, outlet_id: str, count: int, ages: tuple[timedelta, timedelta]) -> list[str]:
        """Prints `count` plain noise stories, ages spread from the first to the second of `ages`; their addresses."""
        desk = self.desks[outlet_id]
        return [desk.root + printed.path for printed in desk.fill(count, *ages)]

    def set_fault(self, outlet_id: str, kind: FaultKind, **more: Any) -> None:
        """Gives the outlet a fault until `clear_fault`; `more` are the fields of `faults.Fault`."""
        if kind == "frozen":
            desk = self.desks[outlet_id]
            self._frozen[outlet_id] = {feed: desk.reply(feed) for feed in desk.outlet.feeds}
        self._faults[outlet_id] = Fault(kind, **more)

    def clear_fault(self, outlet_id: str) -> None:
        """Ends the outlet's fault, if it has one."""
        self._faults.pop(outlet_id, None)

    def reset_counters(self) -> None:
        """Counts from nought again."""
        for outlet_id in self.counters:
            self.counters[outlet_id] = Counters()

    def find_urls(self, outlet_id: str) -> dict[str, tuple[str, ...]]:
        """The addresses of an outlet's stories by story id: the true one, then its twins'."""
        desk = self.desks[outlet_id]
        return {p.story.id: tuple(desk.root + path for path in (p.path, *p.twins)) for p in desk.printed}

    def feed_urls(self, outlet_id: str) -> tuple[str, ...]:
        """The addresses of an outlet's feeds."""
        desk = self.desks[outlet_id]
        return tuple(desk.root + feed for feed in desk.outlet.feeds)

    def expected(self) -> list[ExpectedEvent]:
        """The true events of what is printed now; see `truth.find_expected`."""
        return find_expected(self.desks.values())

    def write_overlay(self, folder: Path) -> list[str]:
        """Writes the outlets as a `seeds_dir` overlay with the current ports; returns their ids."""
        for desk in self.desks.values():
            example = desk.root + desk.printed[0].path if desk.printed else ""
            write_outlet(folder, desk.outlet, desk.root, example)
        return list(self.desks)

    async def _open(self, outlet_id: str) -> None:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            return await self._handle(outlet_id, request)

        runner = web.ServerRunner(web.Server(handle), shutdown_timeout=SHUTDOWN_SECONDS)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, self.host, self._ports.get(outlet_id, 0)).start()
        self.desks[outlet_id].root = f"http://{self.host}:{runner.addresses[0][1]}"

    async def _handle(self, outlet_id: str, request: web.BaseRequest) -> web.StreamResponse:
        desk, counters = self.desks[outlet_id], self.counters[outlet_id]
        conditional = bool({"If-None-Match", "If-Modified-Since"} & set(request.headers))
        agent = request.headers.get("User-Agent", "")
        with counters.visit(request.path, agent, conditional=conditional, disallowed=desk.is_disallowed(request.path)):
            response = await self._struck(outlet_id, request) or await self._answer(outlet_id, request)
            body = getattr(response, "body", None)
            counters.answer(response.status, len(body) if isinstance(body, bytes) else 0)
            return response

    async def _struck(self, outlet_id: str, request: web.BaseRequest) -> web.StreamResponse | None:
        fault = self._faults.get(outlet_id)
        if not fault or not fault.strikes(request.path):
            return None
        return await strike(fault, request, is_feed=self.desks[outlet_id].is_feed(request.path_qs))

    async def _answer(self, outlet_id: str, request: web.BaseRequest) -> web.StreamResponse:
        desk = self.desks[outlet_id]
        reply = desk.reply(request.path_qs)
        if desk.is_feed(request.path_qs):
            reply = freeze(self._faults.get(outlet_id), self._frozen[outlet_id], request.rel_url.raw_path, reply)
        await asyncio.sleep(reply.delay_seconds)
        return make_response(reply, request.headers, compress=desk.outlet.compress)


@contextmanager
def run_newsroom(now: datetime, **options: Any) -> Iterator[Newsroom]:
    """A newsroom that serves from a thread of its own; `options` are those of `Newsroom`."""
    newsroom, loop = Newsroom(now, **options), asyncio.new_event_loop()
    try:
        loop.run_until_complete(newsroom.__aenter__())
    except OSError:
        loop.close()
        raise
    thread = threading.Thread(target=loop.run_forever, name="newsroom", daemon=True)
    thread.start()
    try:
        yield newsroom
    finally:
        asyncio.run_coroutine_threadsafe(newsroom.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
