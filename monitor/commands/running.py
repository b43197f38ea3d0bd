"""Commands that do the work: the service, and the one-off refresh. What they need is imported when they run."""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from seeds.errors import InputError

if TYPE_CHECKING:
    from monitor.application import Application
    from monitor.queue import CrawlQueue
    from monitor.web.serving import Dashboard
    from storage.clock import Clock

HOW_TO_SET = "in twinwatch.toml, or as TWINWATCH_CRAWL__CONTACT; `twinwatch init` asks for it"
NO_CONTACT = f"nothing is crawled: set crawl.contact to an address or page that outlets can turn to ({HOW_TO_SET})"
NO_SUBSCRIPTION = "nothing is sent: the settings have no [[subscription]] (`twinwatch init` makes one)"

Say = Callable[[str], None]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command(epilog="Example: `TWINWATCH_CRAWL__CONTACT=desk@city.example twinwatch run`")(run)
    app.command(epilog="Example: `twinwatch refresh huengaynay thanhnien`")(refresh)


def run() -> None:
    """Runs the service: crawls what is due, judges it, sends digests at their hours, serves the dashboard; until it is
    stopped. It does not start where the dashboard would be open to others without a password."""
    from monitor.application import Application
    from monitor.schedule import Service
    from storage.clock import CLOCK_FILE

    application = Application()
    dashboard = _open_dashboard(application)
    say = make_say(application.clock)
    logging.getLogger().handlers[:] = [_SayHandler(say)]
    watched, subscriptions = len(application.watched), len(application.subscriptions)
    application.make_data_dir()
    say(f"watching {watched} outlets for {subscriptions} subscriptions; Ctrl-C stops")
    if clock_file := os.environ.get(CLOCK_FILE):
        say(f"the time is that of the file {clock_file} ({CLOCK_FILE} is set: for tests only)")
    if not application.settings.may_crawl:
        say(NO_CONTACT)
    if not subscriptions:
        say(NO_SUBSCRIPTION)
    if dashboard is not None:
        say(f"dashboard: {dashboard.url}")
    serve = dashboard.serve if dashboard else None
    asyncio.run(Service(application, say, queue=_open_queue(application), serve=serve).run())
    say("stopped")


def refresh(
    outlets: Annotated[list[str] | None, typer.Argument(metavar="OUTLET", help="Outlets' ids; all by default.")] = None,
) -> None:
    """Crawls now, once, and judges what came; prints the events that are new. The same as `scrapy crawl outlet`.

    It ends with 1 where no outlet could be read.
    """
    from monitor.after_crawl import find_unread
    from monitor.application import Application
    from monitor.crawl import CrawlRequest, run_crawl

    application = Application()
    chosen = [application.find_outlet(outlet_id).id for outlet_id in outlets or ()]
    if not application.settings.may_crawl:
        raise InputError("not set, so nothing is fetched", where="crawl.contact", advice=HOW_TO_SET)
    # Opened before the crawl, so that a new subscription is told what it finds.
    store, begun_at = application.store, application.clock()
    code = asyncio.run(run_crawl(CrawlRequest(outlets=chosen)))
    raise typer.Exit(1 if code or find_unread(store, begun_at) else 0)


def _open_queue(application: "Application") -> "CrawlQueue | None":
    """The queue for workers where the settings want one. Imported only then: it is heavy."""
    if not application.settings.crawl.queue:
        return None
    from monitor.queue import CrawlQueue

    return CrawlQueue(application.settings.database_address)


def _open_dashboard(application: "Application") -> "Dashboard | None":
    """Before all else: where it would be open to others, nothing is started."""
    if not application.settings.web.enabled:
        return None
    from monitor.web.serving import Dashboard

    return Dashboard(application)


class _SayHandler(logging.Handler):
    """Log records as lines of the service, without tracebacks."""

    def __init__(self, say: Say) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(" ".join(record.getMessage().split()))


def make_say(clock: "Clock") -> Say:
    """Prints a line after the time of day of this machine's zone."""
    return lambda line: print(f"{clock().astimezone():%H:%M:%S}  {line}", flush=True)
