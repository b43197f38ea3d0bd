"""`twinwatch worker`: crawls what a service on another machine gives out. Imports what it needs when it runs."""

import asyncio

import typer

from seeds.errors import InputError
from seeds.lines import Line


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command(epilog="Example: `TWINWATCH_DATABASE_URL=postgresql://tw@db/tw twinwatch worker`")(worker)


def worker() -> None:
    """Takes crawls from the shared queue, until it is stopped. Any number of workers, on any machines.

    The service that gives the crawls out has `crawl.queue = true`, and the same PostgreSQL database. A worker that
    dies loses nothing: its batch goes to another one.
    """
    from monitor.application import Application
    from monitor.commands.running import HOW_TO_SET
    from monitor.fork_server import run_fork_server
    from monitor.logging_lines import make_say
    from monitor.queue import CrawlQueue
    from monitor.worker import make_crawl

    application = Application()
    if not application.settings.may_crawl:
        raise InputError("not set, so nothing is fetched", where="crawl.contact", advice=HOW_TO_SET)
    queue, say = CrawlQueue(application.settings.database_address), make_say(application.clock, application.settings)

    async def work() -> None:
        with run_fork_server() as forks:
            async with queue.open():
                await queue.work(make_crawl(application, say, forks.start))

    say(Line("waiting for crawls; Ctrl-C stops", "worker_started"))
    asyncio.run(work())
    say(Line("stopped", "stopped"))
