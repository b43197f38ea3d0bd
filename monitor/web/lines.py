"""An event as one line of a list: its facts, its names in the reader's language, and where it was told first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from urllib.parse import quote as quote_path

from monitor.digests.plain import MAX_QUOTE, make_plain
from monitor.web.desk import Desk, name_place
from seeds.gazetteer import Gazetteer
from storage.repository.event_briefs import make_brief
from storage.values import EventBrief, EventQuery, EventView


@dataclass(frozen=True)
class PairName:
    """A pair with its names."""

    vn_key: str
    vn_name: str
    kr_key: str
    kr_name: str


# With the keys of both sides, none twice.
_Names = tuple[tuple[PairName, ...], tuple[str, ...], tuple[str, ...]]


# Not frozen, as all others are: to set twenty fields past the class itself takes longer than all else of a line.
@dataclass
class EventLine:
    """One event; `langs` and `outlets` tell of it, `quote` is the proof of the first article that has one.

    `changed_at` is when it came to look another way.
    `page` is the address of its page: whole with `web.public_url`, else its path.
    """

    id: str
    headline: str
    act: str
    stage: str
    happened_on: str | None
    verdict: str
    backlog: bool
    new_tie: bool
    first_seen_at: datetime
    changed_at: datetime
    pairs: tuple[PairName, ...]
    articles: int
    langs: tuple[str, ...]
    outlets: tuple[str, ...]
    title: str
    quote: str
    quote_lang: str
    quote_outlet: str
    vn_keys: tuple[str, ...]
    kr_keys: tuple[str, ...]
    page: str


def find_events(desk: Desk, query: EventQuery) -> list[EventLine]:
    """The lines of one page of events."""
    return _make_lines(desk, desk.store.event_pages.find_briefs(query))


def make_line(desk: Desk, event: EventView) -> EventLine:
    """The line of an event; its quote is in the reader's language where one article's is."""
    return _make_lines(desk, [make_brief(event)])[0]


def make_cursor(event: EventView | EventLine) -> str:
    """Where the next page of a list begins that ends with this event."""
    return f"{event.happened_on or event.first_seen_at.date().isoformat()}~{event.id}"


@lru_cache(maxsize=5_000)
def _name_pairs(gazetteer: Gazetteer, pairs: tuple[tuple[str, str], ...], language: str) -> _Names:
    place = partial(name_place, gazetteer, language=language)
    named = tuple(PairName(vn, place(vn), kr, place(kr)) for vn, kr in pairs)
    return named, tuple(dict.fromkeys(vn for vn, _ in pairs)), tuple(dict.fromkeys(kr for _, kr in pairs))


def _make_lines(desk: Desk, events: Iterable[EventBrief]) -> list[EventLine]:
    language, gazetteer = desk.language, desk.application.gazetteer
    base = desk.application.settings.web.public_url.rstrip("/") + "/events/"
    lines = []
    for event in events:
        proof = event.quotes[0] if event.quotes else None
        for quote in event.quotes:
            if quote[0] == language:
                proof = quote
                break
        lang, outlet_id, words = proof or ("", "", "")
        pairs, vn_keys, kr_keys = _name_pairs(gazetteer, event.pairs, language)
        lines.append(EventLine(
            id=event.id, headline=desk.headline(event), act=event.act, stage=event.stage,
            happened_on=event.happened_on, verdict=event.verdict, backlog=event.backlog, new_tie=event.new_tie,
            first_seen_at=event.first_seen_at, changed_at=event.changed_at, pairs=pairs,
            articles=event.articles, langs=event.langs, outlets=event.outlets, title=make_plain(event.title),
            quote=make_plain(words, MAX_QUOTE), quote_lang=lang, quote_outlet=desk.outlet(outlet_id) if proof else "",
            vn_keys=vn_keys, kr_keys=kr_keys, page=base + quote_path(event.id),
        ))
    return lines
