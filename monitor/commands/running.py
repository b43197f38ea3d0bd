"""Commands that do the work: the service, and the one-off refresh. What they need is imported when they run."""

import asyncio
import logging
import os
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from seeds.errors import InputError
from seeds.lines import Line

if TYPE_CHECKING:
    from monitor.application import Application
    from monitor.queue import CrawlQueue
    from monitor.web.serving import Dashboard

HOW_TO_SET = "in twinwatch.toml, or as TWINWATCH_CRAWL__CONTACT; `twinwatch init` asks for it"
NO_CONTACT = (f"nothing is crawled: set crawl.contact to an address or page that outlets can turn to ({HOW_TO_SET}), "
              "and start again")
NO_SUBSCRIPTION = "nothing is sent: the settings have no [[subscription]] (`twinwatch init` makes one)"


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command(epilog="Example: `TWINWATCH_CRAWL__CONTACT=desk@city.example twinwatch run`")(run)
    app.command(epilog="Example: `twinwatch refresh huengaynay thanhnien`")(refresh)


class LogFormat(StrEnum):
    """How lines are written."""

    TEXT = "text"
    JSON = "json"


def run(
    log_format: Annotated[
        LogFormat | None, typer.Option(help="Lines for people or for programs.", show_default="log.format")] = None,
) -> None:
    """Runs the service: crawls what is due, judges it, sends digests at their hours, serves the dashboard; until it is
    stopped. It does not start where the dashboard would be open to others without a password."""
    from monitor.application import Application
    from monitor.crawl import run_crawl
    from monitor.fork_server import run_fork_server
    from monitor.logging_lines import SayHandler, make_say
    from monitor.memory import share_room
    from monitor.outlook import describe_outlook
    from monitor.schedule import Service

    if log_format is not None:
        # For crawls in child processes too, which read the settings anew.
        os.environ["TWINWATCH_LOG__FORMAT"] = log_format.value
    share_room()
    application = Application()
    dashboard = _open_dashboard(application)
    say = make_say(application.clock, application.settings)
    logging.getLogger().handlers[:] = [SayHandler(say)]
    watched, subscriptions = len(application.watched), len(application.subscriptions)
    application.make_data_dir()
    begun = f"watching {_count(watched, 'outlet')} for {_count(subscriptions, 'subscription')}; Ctrl-C stops"
    say(Line(begun, "service_started", outlets=watched, subscriptions=subscriptions))
    for line in _find_warnings(application, subscriptions):
        say(line)
    if dashboard is not None:
        say(Line(f"dashboard: {dashboard.url}", "dashboard_opened", url=dashboard.url))
    say(describe_outlook(application))
    serve = dashboard.serve if dashboard else None
    with run_fork_server() as forks:
        crawl = partial(run_crawl, start=forks.start)
        asyncio.run(Service(application, say, crawl, _open_queue(application), serve).run())
    say(Line("stopped", "stopped"))


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
        raise InputError("not set, so nothing is fetched", where="crawl.contact", advice=f"set it {HOW_TO_SET}")
    # Opened before the crawl, so that a new subscription is told what it finds.
    store, begun_at = application.store, application.clock()
    code = asyncio.run(run_crawl(CrawlRequest(outlets=chosen)))
    raise typer.Exit(1 if code or find_unread(store, begun_at) else 0)


def _find_warnings(application: "Application", subscriptions: int) -> Iterator[Line]:
    """What a person should know from the start."""
    from monitor.open_files import find_open_files
    from seeds.settings import config_path
    from storage.clock import CLOCK_FILE

    for found in find_open_files(application.settings, config_path()):
        yield Line(found.say(), "file_readable_by_others", path=str(found.path), mode=found.mode)
    if clock_file := os.environ.get(CLOCK_FILE):
        said = f"the time is that of the file {clock_file} ({CLOCK_FILE} is set: for tests only)"
        yield Line(said, "clock_file", path=clock_file)
    if not application.settings.may_crawl:
        yield Line(NO_CONTACT, "no_contact")
    if not subscriptions:
        yield Line(NO_SUBSCRIPTION, "no_subscription")


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


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
