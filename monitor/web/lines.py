"""An event as one line of a list: its facts, its names in the reader's language, and where it was told first."""

from dataclasses import dataclass
from datetime import datetime

from monitor.digests.plain import MAX_QUOTE, make_plain
from monitor.web.desk import Desk
from storage.values import EventView


@dataclass(frozen=True)
class PairName:
    """A pair with its names."""

    vn_key: str
    vn_name: str
    kr_key: str
    kr_name: str


@dataclass(frozen=True)
class EventLine:
    """One event; `langs` and `outlets` tell of it, `quote` is the proof of the first article that has one."""

    id: str
    headline: str
    act: str
    stage: str
    happened_on: str | None
    verdict: str
    backlog: bool
    new_tie: bool
    first_seen_at: datetime
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


def make_line(desk: Desk, event: EventView) -> EventLine:
    """The line of an event; its quote is in the reader's language where one article's is."""
    quoted = [article for article in event.articles if article.quote]
    proof = next((article for article in quoted if article.lang == desk.language), quoted[0] if quoted else None)
    first = event.articles[0] if event.articles else None
    return EventLine(
        id=event.id, headline=desk.headline(event), act=event.act, stage=event.stage, happened_on=event.happened_on,
        verdict=event.verdict, backlog=event.backlog, new_tie=event.new_tie, first_seen_at=event.first_seen_at,
        pairs=tuple(PairName(vn, desk.place(vn), kr, desk.place(kr)) for vn, kr in event.pairs),
        articles=len(event.articles), langs=tuple(dict.fromkeys(article.lang for article in event.articles)),
        outlets=tuple(dict.fromkeys(article.outlet_id for article in event.articles)),
        title=make_plain(first.title) if first else "",
        quote=make_plain(proof.quote, MAX_QUOTE) if proof else "", quote_lang=proof.lang if proof else "",
        quote_outlet=desk.outlet(proof.outlet_id) if proof else "",
        vn_keys=tuple(dict.fromkeys(vn for vn, _ in event.pairs)),
        kr_keys=tuple(dict.fromkeys(kr for _, kr in event.pairs)),
    )


def make_cursor(event: EventView) -> str:
    """Where the next page of a list begins that ends with this event."""
    return f"{event.happened_on or event.first_seen_at.date().isoformat()}~{event.id}"
