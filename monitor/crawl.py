"""Starts crawls as child processes and waits for them; what a crawl does, and how it tells of it, is the crawler's."""

import asyncio
import codecs
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from seeds.errors import InputError

SETTINGS_MODULE = "crawler.settings"
PROGRAM = (sys.executable, "-m", "scrapy", "crawl", "outlet")
# How long a crawl may take after it was asked to stop (it saves what it holds) and after it was asked again (it
# leaves its requests at once); then it is killed, which loses nothing that was saved.
STOP_SECONDS = (5.0, 3.0)
# What an ended crawl wrote is read to its end, unless a process that it left behind keeps the pipe open.
DRAIN_SECONDS = 2.0
CHUNK = 65_536


@dataclass(frozen=True)
class CrawlRequest:
    """Which outlets to crawl: those named, or all; `due_only` leaves out those whose time has not come.

    `crawl_only` leaves judging to the caller. `say` takes the crawl's lines; without it they go where ours go.
    """

    outlets: Sequence[str] = ()
    due_only: bool = False
    crawl_only: bool = False
    say: Callable[[str], None] | None = None
    seconds: float = 3600.0
    environment: Mapping[str, str] = field(default_factory=dict)
    program: Sequence[str] = PROGRAM

    @property
    def arguments(self) -> list[str]:
        return [*self.program, *self.options]

    @property
    def options(self) -> list[str]:
        named = ["-a", f"outlets={','.join(self.outlets)}"] if self.outlets else []
        hook = ["-s", "TWINWATCH_AFTER_CRAWL="] if self.crawl_only else []
        return [*hook, *named, *(["-a", "due=1"] if self.due_only else [])]


class Child(Protocol):
    """A crawl under way. Both signals raise ProcessLookupError where it has ended; `wait` may be called again."""

    async def wait(self) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


Start = Callable[[CrawlRequest, int | None], Awaitable[Child]]


async def start_process(request: CrawlRequest, output: int | None) -> Child:
    """A crawl as a process of its own. What it says goes to the descriptor `output`, or where ours goes."""
    environment = {**os.environ, **request.environment, "SCRAPY_SETTINGS_MODULE": SETTINGS_MODULE}
    try:
        # In a session of its own, so that a Ctrl-C reaches it once, through us: the second one would cut it short.
        return await asyncio.create_subprocess_exec(
            *request.arguments, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    except OSError as error:
        raise InputError(f"cannot start a crawl: {error}") from error


async def run_crawl(request: CrawlRequest, start: Start = start_process) -> int:
    """Runs one crawl to its end and returns its exit code; negative where it was killed.

    A crawl that outlives `request.seconds`, and one whose caller is cancelled, is asked to stop and then killed.
    """
    if request.say is None:
        return await _wait_for(await start(request, None), request.seconds)
    # A pipe of our own: asyncio would wait for the end of one of its own even after the crawl has ended.
    inside, outside = os.pipe()
    listening = asyncio.ensure_future(_listen(inside, request.say))
    try:
        try:
            child = await start(request, outside)
        finally:
            os.close(outside)
        return await _wait_for(child, request.seconds)
    finally:
        await asyncio.wait({listening}, timeout=DRAIN_SECONDS)
        listening.cancel()


async def _wait_for(child: Child, seconds: float) -> int:
    try:
        async with asyncio.timeout(seconds):
            return await child.wait()
    except TimeoutError:
        return await _stop(child)
    except asyncio.CancelledError:
        await _stop(child)
        raise


async def _listen(pipe: int, say: Callable[[str], None]) -> None:
    """Says every line that has something on it; of any length, as a full pipe would hold the crawl up."""
    stream, decoder, rest = asyncio.StreamReader(), codecs.getincrementaldecoder("utf-8")("replace"), ""
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(pipe, "rb", buffering=0)
    )
    try:
        while chunk := await stream.read(CHUNK):
            *lines, rest = (rest + decoder.decode(chunk)).split("\n")
            for line in filter(str.strip, lines):
                say(line.rstrip())
        if rest.strip():
            say(rest.rstrip())
    finally:
        transport.close()


async def _stop(child: Child) -> int:
    for seconds in STOP_SECONDS:
        _signal(child.terminate)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await child.wait()
    _signal(child.kill)
    return await child.wait()


def _signal(send: Callable[[], None]) -> None:
    with suppress(ProcessLookupError):  # it has just ended by itself
        send()
