"""What changed of events that were known: numbers in the order of commits, so that a digest looks only at these.

A subscription keeps the number up to which it has looked at changes of what it was told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.models import ArticleModel, EventModel, EventPairModel, FactModel
from storage.repository.redirects import make_chunks


@dataclass(frozen=True)
class Look:
    """What a reader could see of an event; `entries` are the pages that prove it."""

    told: tuple[str | None, ...]
    act: str
    pairs: frozenset[tuple[str, str]]
    entries: frozenset[int]


def look_at(session: Session, block: str) -> dict[str, Look]:
    """The present events of a block."""
    mine = select(EventModel.id).where(EventModel.block == block, EventModel.merged_into.is_(None))
    pairs: dict[str, set[tuple[str, str]]] = {}
    for event_id, vn, kr in session.execute(
        select(EventPairModel.event_id, EventPairModel.vn_key, EventPairModel.kr_key)
        .where(EventPairModel.event_id.in_(mine))
    ):
        pairs.setdefault(event_id, set()).add((vn, kr))
    entries: dict[str, set[int]] = {}
    for known_id, entry_id in session.execute(
        select(FactModel.event_id, ArticleModel.entry_id).join(ArticleModel, ArticleModel.id == FactModel.article_id)
        .where(FactModel.block == block, FactModel.event_id.is_not(None)).distinct()
    ):
        entries.setdefault(str(known_id), set()).add(entry_id)
    columns = EventModel.id, EventModel.act, EventModel.stage, EventModel.happened_on, EventModel.verdict
    return {
        event_id: Look(
            (stage, day, verdict), act, frozenset(pairs.get(event_id, ())), frozenset(entries.get(event_id, ()))
        )
        for event_id, act, stage, day, verdict in session.execute(select(*columns).where(EventModel.id.in_(mine)))
    }


def find_changed(before: Mapping[str, Look], after: Mapping[str, Look]) -> set[str]:
    """The events that look another way, are new or are gone."""
    return {event_id for event_id in {*before, *after} if before.get(event_id) != after.get(event_id)}


def find_grown(before: Mapping[str, Look], after: Mapping[str, Look]) -> set[str]:
    """The known events that filters may see another way: of other units, another act, or with a further page."""
    return {
        event_id for event_id in before.keys() & after.keys()
        if (now := after[event_id]) and (was := before[event_id])
        and (now.act != was.act or now.pairs - was.pairs or now.entries - was.entries)
    }


def mark_changed(session: Session, event_ids: Collection[str], at: datetime) -> None:
    """Gives the events the next number, and the instant. The transaction must have its turn (`news.NEWS_TURN`)."""
    number = newest_change(session) + 1
    for part in make_chunks(sorted(event_ids)):
        session.execute(update(EventModel).where(EventModel.id.in_(part)).values(change_number=number, changed_at=at))


def newest_change(session: Session) -> int:
    """The number of the newest change."""
    return session.scalar(select(func.max(EventModel.change_number))) or 0
