"""What a worker does with a batch of outlets: one crawl over those that nobody has visited since it was given out."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.application import Application
from monitor.crawl import CrawlRequest, Start, run_crawl, start_process
from monitor.queue import CrawlBatch
from seeds.lines import Line

# Outlets named in the line that a batch begins with.
SHOWN = 5
# A crawl ends by itself after `crawl.wave_seconds`; one that is this much later hangs.
GRACE_SECONDS = 300.0


def make_crawl(
    application: Application, say: Callable[[str], None], start: Start = start_process
) -> CrawlBatch:
    """The work of one batch, with lines for people through `say`; `start` begins its crawl."""
    outlets, settings = application.store.outlets, application.settings

    async def crawl(batch: Sequence[str], until: datetime) -> None:
        # All of them, but after a worker that died on the way.
        left = await asyncio.to_thread(outlets.find_put_off, batch, until)
        if not left:
            return
        shown = f"{len(left)} outlets: {', '.join(left[:SHOWN])}{' ...' if len(left) > SHOWN else ''}"
        say(Line(shown, "batch_taken", outlets=left))
        seconds = settings.crawl.wave_seconds + GRACE_SECONDS
        code = await run_crawl(CrawlRequest(outlets=left, crawl_only=True, say=say, seconds=seconds), start)
        if code:
            early = f"the crawl ended early (exit code {code}); what it saved is kept"
            say(Line(early, "crawl_ended_early", exit_code=code))
            await asyncio.to_thread(outlets.recall, left, until, application.clock())

    return crawl
