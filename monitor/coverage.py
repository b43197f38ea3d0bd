"""Measures the outlets by the query feeds: which events each found in a period, and what the outlets missed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.application import Application
from monitor.coverage_estimate import Recapture
from monitor.digests.content import DigestContent, OwnFinds
from storage.repository.hits import QUERY
from storage.values import EventSource, EventView, Hit, QueryTurn

DAYS = 30
"""The usual period: long enough for a few dozen events, short enough to show what a new outlet changes."""
LANGUAGES = ("vi", "ko", "en")


@dataclass(frozen=True)
class Missed:
    """An event that only query feeds showed, with their hits."""

    event: EventView
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class CoverageReport:
    """What `days` days until `until_at` show, by language and for `all`; `services` by name with their last turn.

    `hits` counts all that was shown, `unjudged` those without a verdict.
    """

    days: int
    until_at: datetime
    by_language: dict[str, Recapture]
    missed: tuple[Missed, ...]
    services: dict[str, QueryTurn | None]
    hits: int
    unjudged: int

    @property
    def all(self) -> Recapture:
        return self.by_language["all"]


def measure_coverage(application: Application, days: int) -> CoverageReport:
    """The report on the last `days` days."""
    store, now = application.store, application.clock()
    since = now - timedelta(days=days)
    sources, hits = store.hits.event_sources(since, now), store.hits.since(since, now)
    own, shown = find_own(sources, hits), find_shown(sources, hits)
    missed = [_name_missed(application, event_id, hits) for event_id in sorted({e for e, _ in shown} - set(dict(own)))]
    return CoverageReport(
        days, now, count_finds(own, shown), tuple(sorted(filter(None, missed), key=_newest, reverse=True)),
        _find_services(application), len(hits), sum(not hit.verdict for hit in hits))


def measure_own_finds(application: Application, now: datetime, days: int = DAYS) -> OwnFinds | None:
    """What a digest's ledger says of the last days; None where no query feed is on or none showed an event."""
    if not application.settings.query.is_any_on:
        return None
    since = now - timedelta(days=days)
    sources, hits = application.store.hits.event_sources(since, now), application.store.hits.since(since, now)
    found = count_finds(find_own(sources, hits), find_shown(sources, hits))["all"]
    estimate = found.estimate
    return OwnFinds(
        days, found.shown, found.both, found.own, estimate.low if estimate else None,
        estimate.high if estimate else None) if found.shown else None


def add_own_finds(application: Application, content: DigestContent) -> DigestContent:
    """The content with what query feeds say of the outlets in its ledger."""
    finds = measure_own_finds(application, content.composed_at)
    return replace(content, coverage=replace(content.coverage, own_finds=finds)) if finds else content


def find_own(sources: Iterable[EventSource], hits: Iterable[Hit]) -> set[tuple[str, str]]:
    """Events, with a language, that a feed of an outlet itself showed, before or after a query feed did."""
    seen = {hit.identity for hit in hits if hit.identity and hit.outlet_seen_at}
    return {
        (source.event_id, source.lang) for source in sources
        if source.identity in seen or (source.feed_url and not source.feed_url.startswith(QUERY))
    }


def find_shown(sources: Iterable[EventSource], hits: Iterable[Hit]) -> set[tuple[str, str]]:
    """Events of `sources`, with the language of the article, that query feeds showed."""
    langs = {(source.event_id, source.identity): source.lang for source in sources}
    events = {source.event_id for source in sources}
    return {
        (hit.event_id, langs.get((hit.event_id, hit.identity), hit.lang)) for hit in hits if hit.event_id in events
    }


def count_finds(own: set[tuple[str, str]], shown: set[tuple[str, str]]) -> dict[str, Recapture]:
    """The counts by language, those of our readers first, and for `all`, where an event counts once."""
    further = sorted({lang for _, lang in own | shown if lang} - set(LANGUAGES))
    counted = {}
    for lang in (*LANGUAGES, *further):
        counted[lang] = _count({e for e, of in own if of == lang}, {e for e, of in shown if of == lang})
    return counted | {"all": _count({event for event, _ in own}, {event for event, _ in shown})}


def _count(own: set[str], shown: set[str]) -> Recapture:
    return Recapture(len(own), len(shown), len(own & shown))


def _name_missed(application: Application, event_id: str, hits: Iterable[Hit]) -> Missed | None:
    event = application.store.events.get(event_id)
    mine = tuple(hit for hit in hits if hit.event_id == event_id)
    return Missed(event, mine) if event and mine else None


def _newest(missed: Missed) -> datetime:
    return max(hit.found_at for hit in missed.hits)


def _find_services(application: Application) -> dict[str, QueryTurn | None]:
    """The services that are on; of the searches of outlets the one asked last."""
    query, turns = application.settings.query, application.store.query_turns.latest()
    searches = [turn for name, turn in turns.items() if name.startswith("site_search:")]
    last = {**turns, "site_search": max(searches, key=lambda turn: turn.asked_at)} if searches else turns
    return {name: last.get(name) for name in ("gdelt", "naver", "google_news", "site_search") if getattr(query, name)}
