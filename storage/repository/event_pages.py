"""Questions of the dashboard about events: one page of a list, the facts of one event, and how many a month has."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.engine import Database
from storage.models import ArticleModel, EventModel, EventOutletModel, EventPairModel, FactModel
from storage.repository.event_briefs import BRIEF, find_briefs
from storage.repository.event_views import has_facts, make_views
from storage.repository.redirects import CHUNK
from storage.repository.search import Narrowing, find_word
from storage.values import EventBrief, EventFact, EventQuery, EventView, FactName, MonthCount

# A condition that so many events meet, or fewer, is looked up first; one that more meet is met soon enough while
# walking down the days. Measured at 100,000 events: either way a page takes some tens of milliseconds at most.
FEW = 5_000
# Around a quote, so that its sentence can be shown.
REACH = 240
MOST_FACTS = 60


class EventPageRepository:
    """Happenings as people look at them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, query: EventQuery) -> list[EventView]:
        """One page of events, newest day (or newest sight) first; at most `limit` of them.

        What was known of their pairs before is not looked up, as no list shows it.
        """
        with self._database.read() as session:
            question = self._ask(session, query, EventModel)
            return [] if question is None else make_views(session, session.scalars(question).all(), with_past=False)

    def find_briefs(self, query: EventQuery) -> list[EventBrief]:
        """The same events as lines of a list, at a third of the cost of `find`."""
        with self._database.read() as session:
            question = self._ask(session, query, *BRIEF)
            return [] if question is None else find_briefs(session, question, is_sqlite=self._database.is_sqlite)

    def _ask(self, session: Session, query: EventQuery, *columns: Any) -> Select[Any] | None:
        """The question for `columns` of one page; None where no event meets what the query asks for."""
        day = EventModel.dated_on
        narrowing = _narrow(session, _find_narrowing(query, is_sqlite=self._database.is_sqlite))
        if narrowing is None:
            return None
        question = select(*columns).where(EventModel.merged_into.is_(None), has_facts())
        is_sorted = query.by_sight and self._database.is_sqlite
        # By its index of verdicts SQLite would find all events and sort them, instead of reading the newest.
        verdict = func.coalesce(EventModel.verdict, "") if is_sorted else EventModel.verdict
        question = question.where(verdict == query.verdict, *_conditions(query), *narrowing)
        if query.before:
            question = question.where(tuple_(day, EventModel.id) < tuple_(*map(literal, query.before)))
        first = EventModel.first_seen_at if query.by_sight else day
        return question.order_by(first.desc(), EventModel.id.desc()).limit(query.limit)

    def facts(self, event_id: str) -> list[EventFact]:
        """What proves an event, the best proof of each article first, with the text around each quote."""
        start = func.max(FactModel.start - REACH, 0) if self._database.is_sqlite else func.greatest(
            FactModel.start - REACH, 0
        )
        text = case((FactModel.field == "title", ArticleModel.title), else_=ArticleModel.text)
        context = func.substr(text, start + 1, FactModel.end - FactModel.start + 2 * REACH)
        question = (
            select(
                FactModel, context, start.cast(Integer), ArticleModel.entry_id, ArticleModel.url,
                ArticleModel.outlet_id, ArticleModel.lang, ArticleModel.title,
            )
            .join(ArticleModel, ArticleModel.id == FactModel.article_id).where(FactModel.event_id == event_id)
            .order_by(FactModel.position, ArticleModel.published_at, FactModel.id).limit(MOST_FACTS)
        )
        with self._database.read() as session:
            return [_fact(*row) for row in session.execute(question)]

    def months(self, query: EventQuery) -> list[MonthCount]:
        """How many events of each act a month has, oldest month first; those without a month of their own by sight."""
        month = func.substr(EventModel.dated_on, 1, 7)
        question = (
            select(month, EventModel.act, func.count())
            .where(EventModel.merged_into.is_(None), EventModel.verdict == query.verdict, *_conditions(query))
            .group_by(month, EventModel.act).order_by(month, EventModel.act)
        )
        with self._database.read() as session:
            for one in _find_narrowing(query, is_sqlite=self._database.is_sqlite):
                question = question.where(EventModel.id.in_(one.ids))
            return [MonthCount(*row) for row in session.execute(question)]


def _conditions(query: EventQuery) -> list[ColumnElement[bool]]:
    """What the event's own row says."""
    conditions: list[ColumnElement[bool]] = []
    if query.act:
        conditions.append(EventModel.act == query.act)
    if query.stage:
        conditions.append(EventModel.stage == query.stage)
    if query.since_on:
        conditions.append(EventModel.dated_on >= query.since_on)
    if query.until_on:
        # A month without a day ends with the month.
        conditions.append(EventModel.dated_on <= query.until_on)
    return conditions


def _find_narrowing(query: EventQuery, *, is_sqlite: bool) -> list[Narrowing]:
    """Which events meet what other tables know, one question each."""
    pair, told = EventPairModel, EventOutletModel
    found: list[Select[Any]] = []
    if query.keys:
        found.append(select(pair.event_id).where(pair.vn_key.in_(query.keys) | pair.kr_key.in_(query.keys)))
    if query.pair:
        found.append(select(pair.event_id).where(pair.vn_key == query.pair[0], pair.kr_key == query.pair[1]))
    if query.outlet_id:
        found.append(select(told.event_id).where(told.outlet_id == query.outlet_id))
    if query.lang:
        found.append(select(told.event_id).where(told.lang == query.lang))
    words = [find_word(word, is_sqlite=is_sqlite) for word in query.words]
    return [*(Narrowing(ids, _is_event(ids)) for ids in found), *words]


def _narrow(session: Session, narrowing: Sequence[Narrowing]) -> list[ColumnElement[bool]] | None:
    """The conditions that an event has to meet: of what few events meet, that it is one of those that meet all of it.

    None where no event does: to find out by walking down the days is to look at every event.
    """
    has_index = any(one.is_indexed for one in narrowing)
    among: set[str] | None = None
    conditions, looked_up = [], []
    for one in narrowing:
        few = None if has_index and not one.is_indexed else session.scalars(one.ids.limit(FEW + 1)).all()
        if few is None or len(few) > FEW:
            conditions.append(one.of_event)
            continue
        among = set(few) if among is None else among & set(few)
        looked_up.append(EventModel.id.in_(one.ids))
        if not among:
            return None
    if among is None or len(among) > CHUNK:
        return [*conditions, *looked_up]
    return [*conditions, EventModel.id.in_(among)]


def _is_event(ids: Select[Any]) -> ColumnElement[bool]:
    column: InstrumentedAttribute[str] = ids.selected_columns[0]  # type: ignore[assignment]
    return ids.where(column == EventModel.id).correlate(EventModel).exists()


def _fact(
    fact: FactModel, context: str, begins: int, entry_id: int, url: str, outlet_id: str, lang: str, title: str
) -> EventFact:
    return EventFact(
        id=fact.id, name=FactName(entry_id, fact.vn_key, fact.kr_key, fact.act), stage=fact.stage,
        happened_on=fact.happened_on, context=context or fact.quote, start=fact.start - begins, end=fact.end - begins,
        article_id=fact.article_id, url=url, outlet_id=outlet_id, lang=lang, title=title,
        details=tuple(
            {**detail, "start": detail["start"] - begins, "end": detail["end"] - begins}
            for detail in fact.details if detail.get("field") == fact.field
        ),
    )
