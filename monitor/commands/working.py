"""`twinwatch worker`: crawls what a service on another machine gives out. Imports what it needs when it runs."""

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from seeds.lines import Line

if TYPE_CHECKING:
    from monitor.application import Application

# A person who has just set the contact waits no longer for the worker to see it.
LOOK_SECONDS = 10.0
WAITING = "nothing is crawled while crawl.contact is not set"


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command(epilog="Example: `TWINWATCH_DATABASE_URL=postgresql://tw@db/tw twinwatch worker`")(worker)


def worker() -> None:
    """Takes crawls from the shared queue, until it is stopped. Any number of workers, on any machines.

    The service that gives the crawls out has `crawl.queue = true`, and the same PostgreSQL database. A worker that
    dies loses nothing: its batch goes to another one. Without crawl.contact it waits until the settings have one.
    """
    from monitor.application import Application
    from monitor.logging_lines import make_say

    application = Application()
    ready: Application | None = application
    if not application.settings.may_crawl:
        ready = wait_for_contact(make_say(application.clock, application.settings))
    if ready is not None:
        take_crawls(ready)


def take_crawls(application: "Application") -> None:
    """Crawls what is given out until it is stopped."""
    from monitor.fork_server import run_fork_server
    from monitor.logging_lines import make_say
    from monitor.queue import CrawlQueue
    from monitor.worker import make_crawl

    queue, say = CrawlQueue(application.settings.database_address), make_say(application.clock, application.settings)

    async def work() -> None:
        with run_fork_server() as forks:
            async with queue.open():
                await queue.work(make_crawl(application, say, forks.start))

    say(Line("waiting for crawls; Ctrl-C stops", "worker_started"))
    asyncio.run(work())
    say(Line("stopped", "stopped"))


def wait_for_contact(say: Callable[[str], None], look_seconds: float = LOOK_SECONDS) -> "Application | None":
    """The application whose settings have a contact, once they do; None where the worker is stopped before.

    The end of the worker would be no answer: whoever looks after it begins it again at once, for ever.
    """
    from monitor.application import Application
    from monitor.commands.running import HOW_TO_SET

    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    say(Line(f"{WAITING} ({HOW_TO_SET}); looking again every {look_seconds:.0f} s; Ctrl-C stops", "no_contact"))
    try:
        while not stopped.wait(look_seconds):
            application = Application()  # reads the settings anew
            if application.settings.may_crawl:
                return application
        say(Line("stopped", "stopped"))
        return None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
