"""Starts crawls as child processes and waits for them; what a crawl does is the crawler's."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from seeds.errors import InputError

SETTINGS_MODULE = "crawler.settings"
# How long a crawl that was asked to stop may take to save what it holds.
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class CrawlRequest:
    """Which outlets to crawl: those named, or all; `due_only` leaves out those whose time has not come."""

    outlets: Sequence[str] = ()
    due_only: bool = False
    seconds: float = 3600.0
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> list[str]:
        named = ["-a", f"outlets={','.join(self.outlets)}"] if self.outlets else []
        return [sys.executable, "-m", "scrapy", "crawl", "outlet", *named, *(["-a", "due=1"] if self.due_only else [])]


async def run_crawl(request: CrawlRequest, on_line: Callable[[str], None] | None = None) -> int:
    """Runs one crawl to its end and returns its exit code; negative where it was killed.

    Its standard error is handed to `on_line` line by line where that is given, else it goes where ours goes.
    A crawl that outlives `request.seconds`, and one whose caller is cancelled, is asked to stop and then killed.
    """
    environment = {**os.environ, **request.environment, "SCRAPY_SETTINGS_MODULE": SETTINGS_MODULE}
    pipe = asyncio.subprocess.PIPE if on_line else None
    try:
        child = await asyncio.create_subprocess_exec(*request.arguments, env=environment, stderr=pipe)
    except OSError as error:
        raise InputError(f"cannot start a crawl: {error}") from error
    try:
        async with asyncio.timeout(request.seconds):
            if on_line:
                await _read_lines(child, on_line)
            return await child.wait()
    except TimeoutError:
        return await _stop(child)
    except asyncio.CancelledError:
        await _stop(child)
        raise


async def _read_lines(child: asyncio.subprocess.Process, on_line: Callable[[str], None]) -> None:
    assert child.stderr is not None  # it is piped
    async for line in child.stderr:
        on_line(line.decode(errors="replace").rstrip("\n"))


async def _stop(child: asyncio.subprocess.Process) -> int:
    if child.returncode is None:
        child.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            return await child.wait()
    except TimeoutError:
        child.kill()
        return await child.wait()
