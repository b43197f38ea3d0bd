"""Events as they are shown: pairs, articles and what was known of the pair before, in few queries for many events."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarResult, select, tuple_
from sqlalchemy.orm import Session

from storage.models import ArticleModel, EventModel, EventPairModel, FactModel, TieModel
from storage.repository.redirects import make_chunks
from storage.values import EventArticle, EventView

Pair = tuple[str, str]
NO_PAIR = ("", "")
# Two parameters for each pair.
PAIRS = 200


class Background(NamedTuple):
    """What is known of pairs apart from one event: since when they are tied, and the days of their events, sorted."""

    since: dict[Pair, str | None]
    days: dict[Pair, list[tuple[str, str]]]


def has_facts() -> ColumnElement[bool]:
    """Whether an event still has a fact; one that lost all of them is not shown."""
    return select(FactModel.id).where(FactModel.event_id == EventModel.id).exists()


def make_views(session: Session, rows: ScalarResult[EventModel] | Sequence[EventModel]) -> list[EventView]:
    """Views of the given events, in their order."""
    events = list(rows)
    ids = [row.id for row in events]
    pairs = _pairs(session, ids)
    articles = _articles(session, ids)
    mains = sorted({found[0] for found in pairs.values()})
    known = Background(_known_since(session, mains), _event_days(session, mains))
    return [_view(row, tuple(pairs.get(row.id, ())), articles.get(row.id, ()), known) for row in events]


def _view(
    row: EventModel, pairs: tuple[Pair, ...], articles: tuple[EventArticle, ...], known: Background
) -> EventView:
    main = pairs[0] if pairs else NO_PAIR
    mine = (row.happened_on or row.first_seen_at.date().isoformat(), row.id)
    return EventView(
        id=row.id, act=row.act, stage=row.stage, happened_on=row.happened_on, verdict=row.verdict,
        backlog=row.backlog, new_tie=row.new_tie, first_seen_at=row.first_seen_at, pairs=pairs, articles=articles,
        score=row.score, earlier_events=bisect_left(known.days.get(main, []), mine), known_since=known.since.get(main),
    )


def _pairs(session: Session, ids: Sequence[str]) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = defaultdict(list)
    table = EventPairModel
    for part in make_chunks(ids):
        question = (
            select(table.event_id, table.vn_key, table.kr_key).where(table.event_id.in_(part))
            .order_by(table.event_id, table.position)
        )
        for event_id, vn, kr in session.execute(question):
            found[event_id].append((vn, kr))
    return found


def _articles(session: Session, ids: Sequence[str]) -> dict[str, tuple[EventArticle, ...]]:
    found: dict[str, dict[int, EventArticle]] = defaultdict(dict)
    shown: tuple[Any, ...] = (
        ArticleModel.id, ArticleModel.url, ArticleModel.outlet_id, ArticleModel.lang, ArticleModel.title,
        ArticleModel.published_at, FactModel.quote,
    )  # never the texts: a list of all events would read the whole store
    for part in make_chunks(ids):
        question = (
            select(FactModel.event_id, *shown).join(ArticleModel, ArticleModel.id == FactModel.article_id)
            .where(FactModel.event_id.in_(part)).order_by(FactModel.position, FactModel.id)
        )
        for event_id, article_id, *values in session.execute(question):
            found[str(event_id)].setdefault(article_id, EventArticle(article_id, *values))
    return {event_id: tuple(sorted(articles.values(), key=_published)) for event_id, articles in found.items()}


def _published(article: EventArticle) -> tuple[bool, str, int]:
    instant = article.published_at
    return instant is None, instant.isoformat() if instant else "", article.article_id


def _known_since(session: Session, mains: Sequence[Pair]) -> dict[Pair, str | None]:
    found: dict[Pair, str | None] = {}
    for part in _pair_chunks(mains):
        question = select(TieModel.vn_key, TieModel.kr_key, TieModel.since).where(
            tuple_(TieModel.vn_key, TieModel.kr_key).in_(part)
        )
        found.update(((vn, kr), since) for vn, kr, since in session.execute(question))
    return found


def _event_days(session: Session, mains: Sequence[Pair]) -> dict[Pair, list[tuple[str, str]]]:
    days: dict[Pair, list[tuple[str, str]]] = defaultdict(list)
    pair = (EventPairModel.vn_key, EventPairModel.kr_key)
    for part in _pair_chunks(mains):
        question = (
            select(*pair, EventModel.id, EventModel.happened_on, EventModel.first_seen_at)
            .join(EventModel, EventModel.id == EventPairModel.event_id)
            .where(tuple_(*pair).in_(part), EventModel.merged_into.is_(None), has_facts())
        )
        for vn, kr, event_id, happened_on, first_seen_at in session.execute(question):
            days[vn, kr].append((happened_on or first_seen_at.date().isoformat(), event_id))
    for found in days.values():
        found.sort()
    return days


def _pair_chunks(mains: Sequence[Pair]) -> list[Sequence[Pair]]:
    return [mains[start : start + PAIRS] for start in range(0, len(mains), PAIRS)]
