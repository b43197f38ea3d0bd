"""Events as they are shown: pairs, articles and what was known of the pair before, in few queries for many events."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import ArticleModel, EventModel, EventPairModel, FactModel, TieModel
from storage.values import EventArticle, EventView

Pair = tuple[str, str]
# Below the limit of parameters of old SQLite builds.
CHUNK = 400


def make_views(session: Session, rows: Sequence[EventModel]) -> list[EventView]:
    """Views of the given events, in their order."""
    ids = [row.id for row in rows]
    pairs = _pairs(session, ids)
    articles = _articles(session, ids)
    mains = {found[0] for found in pairs.values() if found}
    since = _known_since(session, mains)
    earlier = _event_days(session, mains)
    return [
        _view(row, tuple(pairs.get(row.id, ())), tuple(articles.get(row.id, ())), since, earlier) for row in rows
    ]


def _view(
    row: EventModel, pairs: tuple[Pair, ...], articles: tuple[EventArticle, ...],
    since: dict[Pair, str | None], days: dict[Pair, list[tuple[str, str]]],
) -> EventView:
    main = pairs[0] if pairs else ("", "")
    mine = (row.happened_on or row.first_seen_at.date().isoformat(), row.id)
    return EventView(
        id=row.id, act=row.act, stage=row.stage, happened_on=row.happened_on, verdict=row.verdict,
        backlog=row.backlog, new_tie=row.new_tie, first_seen_at=row.first_seen_at, pairs=pairs, articles=articles,
        score=row.score, earlier_events=sum(day < mine for day in days.get(main, ())), known_since=since.get(main),
    )


def _pairs(session: Session, ids: Sequence[str]) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = defaultdict(list)
    for part in _chunks(ids):
        question = (
            select(EventPairModel).where(EventPairModel.event_id.in_(part))
            .order_by(EventPairModel.event_id, EventPairModel.position)
        )
        for pair in session.scalars(question):
            found[pair.event_id].append((pair.vn_key, pair.kr_key))
    return found


def _articles(session: Session, ids: Sequence[str]) -> dict[str, list[EventArticle]]:
    found: dict[str, dict[int, EventArticle]] = defaultdict(dict)
    for part in _chunks(ids):
        question = (
            select(FactModel.event_id, FactModel.quote, ArticleModel)
            .join(ArticleModel, ArticleModel.id == FactModel.article_id)
            .where(FactModel.event_id.in_(part)).order_by(FactModel.position, FactModel.id)
        )
        for event_id, quote, article in session.execute(question):
            found[str(event_id)].setdefault(article.id, _article(article, quote))
    return {event_id: sorted(articles.values(), key=_published) for event_id, articles in found.items()}


def _article(row: ArticleModel, quote: str) -> EventArticle:
    return EventArticle(
        article_id=row.id, url=row.url, outlet_id=row.outlet_id, lang=row.lang, title=row.title,
        published_at=row.published_at, quote=quote,
    )


def _published(article: EventArticle) -> tuple[bool, str, int]:
    instant = article.published_at
    return instant is None, instant.isoformat() if instant else "", article.article_id


def _known_since(session: Session, pairs: set[Pair]) -> dict[Pair, str | None]:
    if not pairs:
        return {}
    rows = session.scalars(select(TieModel).where(TieModel.vn_key.in_({vn for vn, _ in pairs})))
    return {(row.vn_key, row.kr_key): row.since for row in rows}


def _event_days(session: Session, pairs: set[Pair]) -> dict[Pair, list[tuple[str, str]]]:
    if not pairs:
        return {}
    question = (
        select(EventPairModel.vn_key, EventPairModel.kr_key, EventModel)
        .join(EventModel, EventModel.id == EventPairModel.event_id)
        .where(EventModel.merged_into.is_(None), EventPairModel.vn_key.in_({vn for vn, _ in pairs}))
    )
    days: dict[Pair, list[tuple[str, str]]] = defaultdict(list)
    for vn, kr, row in session.execute(question):
        days[vn, kr].append((row.happened_on or row.first_seen_at.date().isoformat(), row.id))
    return days


def _chunks(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
