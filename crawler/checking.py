"""The work of `outlets check`: asks outlets for their feeds and one article now, and says what works; saves nothing."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from crawler.asking import Fetch, run_politely
from crawler.extract import extract_page
from crawler.feeds import parse_feed
from crawler.finding import ADVICE, find_feeds
from crawler.identity import is_article
from crawler.plan import choose_outlets
from seeds.catalogue import load_catalogue
from seeds.outlet import Feed, Outlet
from seeds.outlet_declarations import NO_ARTICLES
from seeds.reasons import say_reason
from seeds.settings import load_settings
from storage.clock import utc_now
from storage.store import open_store
from storage.values import OutletState

AT_ONCE = 50  # outlets; each host is asked one request at a time anyway
NOT_ALLOWED = ("robots_forbid", "guard_", "resting", "busy", "blocked")


@dataclass
class Report:
    """What one outlet showed. `faults` are sentences for people; `proposed` are feeds that would work instead.

    `state` is what the crawls have made of it so far, None where there was none yet.
    """

    outlet: Outlet
    read: int = 0
    entries: int = 0
    article: str = ""
    faults: list[str] = field(default_factory=list)
    proposed: list[Feed] = field(default_factory=list)
    state: OutletState | None = None


def check_outlets(outlet_ids: list[str]) -> bool:
    """Prints what works at each outlet (all that are watched, without ids); whether every one has a feed that does.

    Where none does, the site is looked through for others, which are proposed. Raises InputError for an unknown id.
    """
    settings = load_settings()
    catalogue = load_catalogue(settings.seeds_dir)
    chosen = choose_outlets(catalogue.outlets, outlet_ids, settings.crawl.outlets)
    store = open_store(settings.database_address)
    states = store.outlets.states()
    store.close()
    reports = run_politely(settings, lambda fetch: _check_all(chosen, fetch, states), chosen)
    fine = sum(bool(report.read) for report in reports)
    print(f"{fine} of {len(reports)} outlets can be read", file=sys.stderr)
    return fine == len(reports)


async def check_outlet(outlet: Outlet, fetch: Fetch) -> Report:
    """What `outlet` shows when its feeds, and the first article in them, are asked for."""
    report, first = Report(outlet), ""
    for feed in outlet.feeds:
        first = await _check_feed(feed, report, fetch) or first
    if first:
        await _check_article(first, report, fetch)
    if not report.read and not any(word in fault for fault in report.faults for word in NOT_ALLOWED):
        report.proposed = await find_feeds(outlet, fetch, lambda _: None, utc_now())
    return report


def describe(report: Report) -> str:
    """The report in a few lines for people."""
    outlet = report.outlet
    head = f"{outlet.id:<20} {report.read} of {len(outlet.feeds)} feeds, {report.entries} entries"
    lines = [f"{head}, {report.article}" if report.article else head, *(f"  {fault}" for fault in report.faults)]
    if report.state and report.state.state_since:
        lines.insert(1, f"  {_describe_state(report.state, outlet)}")
    return "\n".join(lines + [f"  found instead: {feed.kind} {feed.url}" for feed in report.proposed])


def _describe_state(state: OutletState, outlet: Outlet) -> str:
    since = f"{state.state_since.astimezone(ZoneInfo(outlet.zone)):%Y-%m-%d %H:%M}" if state.state_since else "ever"
    return f"in the crawls {state.state} since {since}{f': {state.state_reason}' if state.state_reason else ''}"


async def _check_all(
    outlets: list[Outlet], fetch: Fetch, states: Mapping[str, OutletState],
) -> list[Report]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def check(outlet: Outlet) -> Report:
        async with gate:
            report = await check_outlet(outlet, fetch)
        report.state = states.get(outlet.id)
        print(describe(report), flush=True)
        return report

    return list(await asyncio.gather(*map(check, outlets)))


async def _check_feed(feed: Feed, report: Report, fetch: Fetch) -> str:
    answer = await fetch(feed.url)
    if answer.failure or answer.status != 200:
        what = answer.failure or f"the server answers {answer.status}"
        advice = ADVICE.get(answer.failure, "")
        report.faults.append(f"{feed.url}: {what}{f' ({advice})' if advice else ''}")
        return ""
    parsed = await asyncio.to_thread(
        parse_feed, answer.body, url=answer.url, kind=feed.kind, outlet=report.outlet,
        content_type=answer.content_type, now=utc_now())
    if parsed.refused or not (parsed.entries or parsed.more):
        why = say_reason(parsed.refused or "no_entries")
        report.faults.append(f"{feed.url}: read, but it gives no entries ({why})")
        return ""
    report.read += 1
    report.entries += len(parsed.entries)
    known = report.outlet.article_url != NO_ARTICLES
    return next((entry.url for entry in parsed.entries if not known or is_article(entry.url, report.outlet)), "")


async def _check_article(url: str, report: Report, fetch: Fetch) -> None:
    answer = await fetch(url)
    if answer.failure or answer.status != 200:
        report.faults.append(f"{url}: {answer.failure or f'the server answers {answer.status}'}")
        return
    article = await asyncio.to_thread(
        extract_page, answer.body, url=url, outlet=report.outlet, content_type=answer.content_type, now=utc_now())
    if article.refused:
        report.faults.append(f"{url}: no article ({say_reason(article.refused)})")
        return
    dated = f"published {article.published_at:%Y-%m-%d %H:%M} UTC" if article.published_at else "without a date"
    report.article = f"article read, {dated}"
