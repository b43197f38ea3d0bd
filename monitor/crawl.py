"""Starts crawls as child processes and waits for them; what a crawl does, and how it tells of it, is the crawler's."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from seeds.errors import InputError

SETTINGS_MODULE = "crawler.settings"
# How long a crawl may take after it was asked to stop (it saves what it holds) and after it was asked again (it
# leaves its requests at once); then it is killed, which loses nothing that was saved.
STOP_SECONDS = (5.0, 3.0)


@dataclass(frozen=True)
class CrawlRequest:
    """Which outlets to crawl: those named, or all; `due_only` leaves out those whose time has not come."""

    outlets: Sequence[str] = ()
    due_only: bool = False
    seconds: float = 3600.0
    environment: Mapping[str, str] = field(default_factory=dict)
    program: Sequence[str] = (sys.executable, "-m", "scrapy", "crawl", "outlet")

    @property
    def arguments(self) -> list[str]:
        named = ["-a", f"outlets={','.join(self.outlets)}"] if self.outlets else []
        return [*self.program, *named, *(["-a", "due=1"] if self.due_only else [])]


async def run_crawl(request: CrawlRequest) -> int:
    """Runs one crawl to its end and returns its exit code; negative where it was killed.

    It writes where we write: progress on standard error, new events on standard output. A crawl that outlives
    `request.seconds`, and one whose caller is cancelled, is asked to stop and then killed.
    """
    environment = {**os.environ, **request.environment, "SCRAPY_SETTINGS_MODULE": SETTINGS_MODULE}
    try:
        # In a session of its own, so that a Ctrl-C reaches it once, through us: the second one would cut it short.
        child = await asyncio.create_subprocess_exec(*request.arguments, env=environment, start_new_session=True)
    except OSError as error:
        raise InputError(f"cannot start a crawl: {error}") from error
    try:
        async with asyncio.timeout(request.seconds):
            return await child.wait()
    except TimeoutError:
        return await _stop(child)
    except asyncio.CancelledError:
        await _stop(child)
        raise


async def _stop(child: asyncio.subprocess.Process) -> int:
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
