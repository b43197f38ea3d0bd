"""Commands that do the work: the service, and the one-off refresh."""

import asyncio
import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from monitor.application import Application
from monitor.crawl import CrawlRequest, run_crawl
from monitor.schedule import Service
from seeds.errors import InputError

NO_CONTACT = (
    "Nothing is crawled yet: set crawl.contact in twinwatch.toml (or TWINWATCH_CRAWL__CONTACT) to an address or page "
    "that outlets can turn to. `twinwatch init` asks for it."
)
NO_SUBSCRIPTION = "Nothing is sent yet: no [[subscription]] in the settings. `twinwatch init` makes one."


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command(epilog="Example: `TWINWATCH_CRAWL__CONTACT=desk@city.example twinwatch run`")(run)
    app.command(epilog="Example: `twinwatch refresh huengaynay thanhnien`")(refresh)


def run() -> None:
    """Runs the service: crawls what is due, judges it, sends digests at their hours; until it is stopped."""
    application = Application()
    _say(f"watching {len(application.watched)} outlets, {len(application.settings.subscription)} subscriptions")
    if not application.settings.may_crawl:
        _say(NO_CONTACT)
    if not application.settings.subscription:
        _say(NO_SUBSCRIPTION)
    application.make_data_dir()
    asyncio.run(Service(application, _say).run())


def refresh(
    outlets: Annotated[list[str] | None, typer.Argument(help="Ids of outlets; all by default.")] = None,
) -> None:
    """Crawls now, once, and judges what came: the same as `scrapy crawl outlet`. Prints the events that are new."""
    application = Application()
    chosen = [application.find_outlet(outlet_id).id for outlet_id in outlets or ()]
    if not application.settings.may_crawl:
        raise InputError("nothing may be fetched", where="crawl.contact", advice="set it; `twinwatch init` asks for it")
    application.store.outlets.register(application.watched)
    application.store.close()
    code = asyncio.run(_crawl(chosen, len(chosen) or len(application.watched)))
    raise typer.Exit(1 if code else 0)


async def _crawl(chosen: list[str], total: int) -> int:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("outlets", total=total)
        return await run_crawl(CrawlRequest(outlets=chosen), lambda line: _show(line, bar, task))


def _show(line: str, bar: Progress, task: TaskID) -> None:
    if bar.disable:
        print(line, file=sys.stderr, flush=True)
        return
    bar.console.print(line, markup=False, highlight=False)
    bar.advance(task)


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True)
