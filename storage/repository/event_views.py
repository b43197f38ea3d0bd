"""Events as they are shown: pairs, articles and what was known of the pair before, in few queries for many events."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from storage.models import ArticleModel, EventModel, EventPairModel, FactModel, TieModel
from storage.repository.event_proofs import count_gaps, with_headline
from storage.repository.redirects import make_chunks
from storage.values import EventArticle, EventView

# Stands for an instant that nobody knows, where such articles are sorted among themselves.
UNKNOWN_AT = datetime.min.replace(tzinfo=UTC)


class _Pair(NamedTuple):
    vn_key: str
    kr_key: str
    earlier: int
    since: str | None


def has_facts() -> ColumnElement[bool]:
    """Whether an event still has a fact; one that lost all of them is not shown."""
    return select(FactModel.id).where(FactModel.event_id == EventModel.id).exists()


def make_views(session: Session, rows: Iterable[EventModel], *, with_past: bool = True) -> list[EventView]:
    """Views of the given events, in their order; without what was known of their pairs before where nobody shows it."""
    events = list(rows)
    ids = [row.id for row in events]
    pairs = (_pairs if with_past else _bare_pairs)(session, ids)
    articles = _articles(session, ids)
    return [_view(row, pairs.get(row.id, []), articles.get(row.id, ())) for row in events]


class SharedViews:
    """Views that several questions have in common, as long as no event changes.

    `renew` is given the number of the newest change before any view is made: what is kept is never older than that.
    """

    def __init__(self) -> None:
        self._at, self._views = -1, dict[str, EventView]()

    def renew(self, newest_change: int) -> None:
        """Forgets all views where an event changed since."""
        if newest_change != self._at:
            self._at, self._views = newest_change, {}

    def make(self, session: Session, rows: Iterable[EventModel]) -> list[EventView]:
        """Views of the given events, in their order."""
        events = list(rows)
        missing = make_views(session, [row for row in events if row.id not in self._views])
        self._views.update((view.id, view) for view in missing)
        return [self._views[row.id] for row in events]


def _view(row: EventModel, pairs: Sequence[_Pair], articles: tuple[EventArticle, ...]) -> EventView:
    main = pairs[0] if pairs else _Pair("", "", 0, None)
    return EventView(
        id=row.id, act=row.act, stage=row.stage, happened_on=row.happened_on, verdict=row.verdict,
        backlog=row.backlog, new_tie=row.new_tie, first_seen_at=row.first_seen_at,
        pairs=tuple((pair.vn_key, pair.kr_key) for pair in pairs), articles=articles,
        score=row.score, earlier_events=main.earlier, known_since=main.since, changed_at=row.changed_at,
    )


def _pairs(session: Session, ids: Sequence[str]) -> dict[str, list[_Pair]]:
    """The pairs of events, the main one first."""
    found: dict[str, list[tuple[int, _Pair]]] = defaultdict(list)
    for part in make_chunks(ids):
        earlier: Counter[tuple[str, str]] = Counter()
        for event_id, position, vn, kr, more, since in session.execute(_ask_pairs(part)):
            earlier[vn, kr] += more
            found[event_id].append((position, _Pair(vn, kr, 0 if position else earlier[vn, kr], since)))
    return {event_id: [pair for _, pair in sorted(pairs)] for event_id, pairs in found.items()}


def _bare_pairs(session: Session, ids: Sequence[str]) -> dict[str, list[_Pair]]:
    found: dict[str, list[_Pair]] = defaultdict(list)
    pair = EventPairModel
    for part in make_chunks(ids):
        question = select(pair.event_id, pair.vn_key, pair.kr_key).where(pair.event_id.in_(part))
        for event_id, vn, kr in session.execute(question.order_by(pair.event_id, pair.position)):
            found[event_id].append(_Pair(vn, kr, 0, None))
    return found


def _ask_pairs(ids: Sequence[str]) -> Select[Any]:
    """The pairs of events by day, and how many events of each main pair lie between it and the one before it here.

    Counted for each by itself, a page of a pair with thousands of events would count all of them for each of its lines.
    """
    pair, other, tie = EventPairModel, aliased(EventPairModel), TieModel
    in_turn: Any = {
        "partition_by": (pair.vn_key, pair.kr_key, pair.position == 0), "order_by": (pair.dated_on, pair.event_id),
    }
    mine = select(
        pair.event_id, pair.position, pair.vn_key, pair.kr_key, pair.dated_on,
        func.lag(pair.dated_on, 1, "").over(**in_turn).label("after_on"),
        func.lag(pair.event_id, 1, "").over(**in_turn).label("after_id"),
    ).where(pair.event_id.in_(ids)).subquery().c
    day = tuple_(other.dated_on, other.event_id)
    more = (
        select(func.count()).where(other.vn_key == mine.vn_key, other.kr_key == mine.kr_key)
        .where(day >= tuple_(mine.after_on, mine.after_id), day < tuple_(mine.dated_on, mine.event_id))
    )
    counted = case((mine.position == 0, more.scalar_subquery()), else_=0)
    return (
        select(mine.event_id, mine.position, mine.vn_key, mine.kr_key, counted, tie.since)
        .join(tie, (tie.vn_key == mine.vn_key) & (tie.kr_key == mine.kr_key), isouter=True)
        .order_by(mine.dated_on, mine.event_id)
    )


def _articles(session: Session, ids: Sequence[str]) -> dict[str, tuple[EventArticle, ...]]:
    found: dict[str, dict[int, EventArticle]] = defaultdict(dict)
    shown: tuple[Any, ...] = (
        ArticleModel.id, ArticleModel.url, ArticleModel.outlet_id, ArticleModel.lang, ArticleModel.title,
        ArticleModel.published_at, FactModel.quote, count_gaps().label("gaps"),
    )  # never the texts: a list of all events would read the whole store
    for part in make_chunks(ids):
        question = with_headline(
            select(FactModel.event_id, *shown).select_from(FactModel)
            .join(ArticleModel, ArticleModel.id == FactModel.article_id).where(FactModel.event_id.in_(part))
            .order_by(shown[-1], FactModel.position, FactModel.id)
        )
        for event_id, article_id, *values in session.execute(question):
            found[str(event_id)].setdefault(article_id, EventArticle(article_id, *values))
    return {event_id: tuple(sorted(articles.values(), key=_published)) for event_id, articles in found.items()}


def _published(article: EventArticle) -> tuple[bool, datetime, int]:
    instant = article.published_at
    return instant is None, instant or UNKNOWN_AT, article.article_id
