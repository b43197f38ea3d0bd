"""Coverage and outlet candidates as rows to print; `coverage` measures, the commands print."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from monitor.application import UTC_ZONE, Application
from monitor.coverage import CoverageReport, Missed
from monitor.coverage_estimate import LEAST_BOTH, LEAST_SHOWN, Recapture
from monitor.tables import Format, make_text, print_rows, take, take_minute
from monitor.times import format_instant
from seeds.gazetteer import Gazetteer
from seeds.reasons import say_reason
from storage.values import Hit, QueryTurn

CANDIDATE_DAYS = 90
OFF = "No search service is on, so nothing measures the outlets: see [query] in the settings."
NO_CANDIDATES = "No search service is on, so none can show hosts beyond the catalogue: see [query] in the settings."
NOTHING_SHOWN = "Search services showed no such event in these days, so nothing can be said of the outlets yet."
BOUND = "The estimate takes both ways to be independent. Both rather find what is widely reported, so it is too low."
TOO_LITTLE = f"With fewer than {LEAST_BOTH} events found both ways no estimate is honest."
NAMES = {"vi": "Vietnamese", "ko": "Korean", "en": "English", "all": "all"}


def describe_report(report: CoverageReport, gazetteer: Gazetteer) -> Iterator[str]:
    """The report in lines for people, with honest words where there is too little data."""
    if not report.services:
        yield OFF
        return
    yield f"Events of local cooperation, last {report.days} days"
    yield from (f"  {_describe_service(name, turn)}" for name, turn in report.services.items())
    yield f"  {_count(report.hits)} in these days, {report.unjudged} of them not judged"
    yield ""
    if not report.all.shown:
        yield NOTHING_SHOWN
        return
    yield from _describe_table(report)
    yield ""
    if not report.missed:
        yield "Of what search services showed, the outlets missed nothing."
        return
    yield f"Not found by the outlets themselves ({len(report.missed)}):"
    for missed in report.missed:
        yield from _describe_missed(missed, gazetteer)


def report_json(report: CoverageReport, gazetteer: Gazetteer) -> dict[str, Any]:
    """The report as one JSON object; `share` and `estimate` are null where there is too little data."""
    return {
        "days": report.days, "until_at": format_instant(report.until_at, UTC_ZONE), "hits": report.hits,
        "unjudged": report.unjudged,
        "services": {name: _service_json(turn) for name, turn in report.services.items()},
        "languages": {lang: _recapture_json(counts) for lang, counts in report.by_language.items()},
        "missed": [_missed_json(missed, gazetteer) for missed in report.missed],
    }


def list_candidates(form: Format, limit: int | None) -> None:
    """Prints the hosts of hits that no outlet of the catalogue has, those with most true stories first."""
    application = Application()
    now = application.clock()
    hits = application.store.hits.since(now - timedelta(days=CANDIDATE_DAYS), now)
    unknown: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.outlet_id not in application.catalogue.outlets:
            unknown.setdefault(hit.host, []).append(hit)
    rows = sorted((_candidate_row(host, found) for host, found in unknown.items()), key=_best_first)
    columns = ("host", "true", "hits", "languages", "last_found_at", "title", "url")
    shown = {
        "host": take("host"), "true": take("true"), "hits": take("hits"), "last": take_minute("last_found_at"),
        "story": lambda row: f"{make_text(row['title'])}\n{make_text(row['url'])}",
    }
    print_rows(rows[:limit], form, columns, shown=shown, empty=(
        "No candidates: search services showed no story on a host that is not in the catalogue."
        if application.settings.query.is_any_on else NO_CANDIDATES))


def _candidate_row(host: str, hits: Sequence[Hit]) -> dict[str, Any]:
    true = [hit for hit in hits if hit.verdict == "yes"]
    best = (true or hits)[0]
    return {
        "host": host, "true": len({hit.identity for hit in true}), "hits": len(hits),
        "languages": sorted({hit.lang for hit in hits if hit.lang}),
        "last_found_at": format_instant(hits[0].found_at, UTC_ZONE), "title": best.title, "url": best.url,
    }


def _best_first(row: dict[str, Any]) -> tuple[int, int, str]:
    return -row["true"], -row["hits"], row["host"]


def _describe_service(name: str, turn: QueryTurn | None) -> str:
    if turn is None:
        return f"{name}: not asked yet"
    rests = f", left alone until {turn.rests_until:%Y-%m-%d %H:%M} UTC" if turn.rests_until else ""
    what = say_reason(make_text(turn.reason)) if turn.reason else _count(turn.hits)
    return f"{name}: asked {turn.asked_at:%Y-%m-%d %H:%M} UTC for {make_text(turn.query)}: {what}{rests}"


def _count(hits: int) -> str:
    return "1 hit" if hits == 1 else f"{hits} hits"


def _describe_table(report: CoverageReport) -> Iterator[str]:
    yield f"{'':<12}{'outlets':>8}{'searches':>10}{'both':>6}   {'found by the outlets':<24}in all (95 %)"
    for lang, counts in report.by_language.items():
        if counts.seen:
            yield (f"{NAMES.get(lang, lang):<12}{counts.own:>8}{counts.shown:>10}{counts.both:>6}   "
                   f"{_say_share(counts):<24}{_say_estimate(counts)}")
    yield BOUND if report.all.estimate else TOO_LITTLE


def _say_share(counts: Recapture) -> str:
    share = counts.share
    if share is None:
        return f"{counts.both} of {counts.shown} (under {LEAST_SHOWN})" if counts.shown else "-"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f}-{100 * share.high:.0f} %)"


def _say_estimate(counts: Recapture) -> str:
    found = counts.estimate
    return f"{found.value:.0f} ({found.low}-{found.high})" if found else "too little data"


def _describe_missed(missed: Missed, gazetteer: Gazetteer) -> Iterator[str]:
    from monitor.commands.listings import name_event

    yield f"  {name_event(missed.event, gazetteer)}"
    for hit in missed.hits:
        yield f"    {hit.service}: {make_text(hit.host)}, {make_text(hit.title)}"
        yield f"      {make_text(hit.url)}"


def _service_json(turn: QueryTurn | None) -> dict[str, Any] | None:
    return None if turn is None else {
        "query": turn.query, "asked_at": format_instant(turn.asked_at, UTC_ZONE), "hits": turn.hits,
        "reason": turn.reason, "rests_until": format_instant(turn.rests_until, UTC_ZONE),
    }


def _recapture_json(counts: Recapture) -> dict[str, Any]:
    share, estimate = counts.share, counts.estimate
    return {
        "outlets": counts.own, "query_feeds": counts.shown, "both": counts.both,
        "share": share and {key: round(value, 3) for key, value in vars(share).items()},
        "estimate": estimate and {"value": round(estimate.value, 1), "low": estimate.low, "high": estimate.high},
    }


def _missed_json(missed: Missed, gazetteer: Gazetteer) -> dict[str, Any]:
    from monitor.commands.listings import name_event

    return {
        "id": missed.event.id, "event": name_event(missed.event, gazetteer),
        "hits": [
            {"service": hit.service, "host": hit.host, "outlet": hit.outlet_id, "title": hit.title, "url": hit.url,
             "lang": hit.lang, "found_at": format_instant(hit.found_at, UTC_ZONE)} for hit in missed.hits],
    }
