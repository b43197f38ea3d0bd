"""The work of `outlets check`: asks outlets for their feeds and one article now, and says what works; saves nothing."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from crawler.answers import Answer
from crawler.asking import Fetch, run_politely
from crawler.extract import extract_page
from crawler.feeds import parse_feed
from crawler.finding import ADVICE, explain_failure, find_feeds
from crawler.identity import is_article
from crawler.pasts import describe_past, load_pasts
from crawler.plan import choose_outlets, make_pace
from seeds.catalogue import load_catalogue
from seeds.outlet import Feed, Outlet
from seeds.outlet_declarations import NO_ARTICLES
from seeds.reasons import say_reason
from seeds.settings import load_settings
from storage.clock import utc_now
from storage.store import open_store

AT_ONCE = 50  # outlets; each host is asked one request at a time anyway
# After these no other address of the site is asked for.
NOT_ALLOWED = frozenset({"robots_forbid", "robots_unavailable", "resting", "slow", "busy", "blocked", "budget"})


@dataclass
class Report:
    """What one outlet showed. `faults` are sentences for people; `proposed` are feeds that would work instead.

    `kept_out` is true where we may not ask at all; `past` are lines on what the crawls have made of it so far.
    """

    outlet: Outlet
    read: int = 0
    entries: int = 0
    article: str = ""
    faults: list[str] = field(default_factory=list)
    proposed: list[Feed] = field(default_factory=list)
    kept_out: bool = False
    past: list[str] = field(default_factory=list)


def check_outlets(outlet_ids: list[str]) -> bool:
    """Prints what works at each outlet (all that are watched, without ids); whether every one has a feed that does.

    Where none does, the site is looked through for others, which are proposed. Raises InputError for an unknown id.
    """
    settings = load_settings()
    catalogue = load_catalogue(settings.seeds_dir)
    chosen = choose_outlets(catalogue.outlets, outlet_ids, settings.crawl.outlets)
    store, pace = open_store(settings.database_address), make_pace(settings.crawl, chosen)
    pasts = load_pasts(store, chosen, utc_now(), in_full=bool(outlet_ids))
    store.close()

    def describe_crawls(outlet: Outlet) -> list[str]:
        past = pasts.get(outlet.id)
        return describe_past(past, pace, utc_now(), in_full=bool(outlet_ids)) if past else []

    reports = run_politely(settings, lambda fetch: _check_all(chosen, fetch, describe_crawls), chosen)
    fine = sum(bool(report.read) for report in reports)
    print(f"outlets that can be read: {fine} of {len(reports)}", file=sys.stderr)
    return fine == len(reports)


async def check_outlet(outlet: Outlet, fetch: Fetch) -> Report:
    """What `outlet` shows when its feeds, and the first article in them, are asked for."""
    report, first = Report(outlet), ""
    for feed in outlet.feeds:
        first = await _check_feed(feed, report, fetch) or first
    if first:
        await _check_article(first, report, fetch)
    if not report.read and not report.kept_out:
        report.proposed = await find_feeds(outlet, fetch, lambda _: None, utc_now())
    return report


def describe(report: Report) -> str:
    """The report in a few lines for people."""
    outlet = report.outlet
    of = f"{len(outlet.feeds)} feed{'' if len(outlet.feeds) == 1 else 's'}"
    head = f"{outlet.id:<20} {report.read} of {of} read, {report.entries} entries"
    proposed = [f"found instead: {feed.kind} {feed.url}" for feed in report.proposed]
    lines = [f"  {line}" for line in (*report.faults, *proposed, *report.past)]
    return "\n".join([f"{head}, {report.article}" if report.article else head, *lines])


async def _check_all(
    outlets: list[Outlet], fetch: Fetch, describe_crawls: Callable[[Outlet], list[str]],
) -> list[Report]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def check(outlet: Outlet) -> Report:
        async with gate:
            report = await check_outlet(outlet, fetch)
        report.past = describe_crawls(outlet)
        print(describe(report), flush=True)
        return report

    return list(await asyncio.gather(*map(check, outlets)))


async def _check_feed(feed: Feed, report: Report, fetch: Fetch) -> str:
    answer = await fetch(feed.url)
    if why := explain_failure(answer):
        _note_fault(answer, f"{feed.url}: {why}", report)
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
    if why := explain_failure(answer):
        _note_fault(answer, f"{url}: {why}", report)
        return
    article = await asyncio.to_thread(
        extract_page, answer.body, url=url, outlet=report.outlet, content_type=answer.content_type, now=utc_now())
    if article.refused:
        report.faults.append(f"{url}: no article ({say_reason(article.refused)})")
        return
    report.article = f"article read, {_say_date(article.published_at, report.outlet)}"


def _say_date(published_at: datetime | None, outlet: Outlet) -> str:
    """Midnight of the outlet's zone stands for a day without an hour: in UTC it could be the day before."""
    if published_at is None:
        return "without a date"
    local = published_at.astimezone(ZoneInfo(outlet.zone))
    if local.time() == time(0):
        return f"published {local:%Y-%m-%d}"
    return f"published {local.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _note_fault(answer: Answer, fault: str, report: Report) -> None:
    advice = ADVICE.get(answer.failure, "")
    report.faults.append(f"{fault} ({advice})" if advice else fault)
    report.kept_out |= answer.failure in NOT_ALLOWED or answer.failure.startswith("guard_")
