"""Questions of the dashboard about events: one page of a list, the facts of one event, and how many a month has."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, func, literal, select, tuple_
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import ArticleModel, EventModel, FactModel
from storage.repository.event_briefs import BRIEF, find_briefs
from storage.repository.event_narrowing import find_narrowing, narrow
from storage.repository.event_places import find_places
from storage.repository.event_views import has_facts, make_views
from storage.values import EventBrief, EventFact, EventQuery, EventView, FactName, MonthCount

# Around a quote, so that its sentence can be shown.
REACH = 240
MOST_FACTS = 60
SEPARATOR = ","


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
        is_sqlite = self._database.is_sqlite
        narrowing = narrow(session, find_narrowing(query, is_sqlite=is_sqlite), is_sqlite=is_sqlite)
        if narrowing is None:
            return None
        question = select(*columns).where(EventModel.merged_into.is_(None), has_facts())
        # By its index of verdicts SQLite would find all events and sort them, instead of reading the newest.
        verdict = func.coalesce(EventModel.verdict, "") if query.by_sight and is_sqlite else EventModel.verdict
        is_wanted = verdict == query.verdict if query.verdict else verdict != "no"
        question = question.where(is_wanted, *_conditions(query), *narrowing)
        if query.before:
            question = question.where(tuple_(EventModel.dated_on, EventModel.id) < tuple_(*map(literal, query.before)))
        first = EventModel.first_seen_at if query.by_sight else EventModel.dated_on
        return question.order_by(first.desc(), EventModel.id.desc()).limit(query.limit)

    def places(self) -> set[str]:
        """The keys of all places of events, of both countries."""
        with self._database.read() as session:
            return find_places(session)

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
        day = EventModel.dated_on
        # The acts of a day as one text: days come in the order of the index, while to group by month and act each of
        # the events is put in its place first, at more than twice the cost.
        question = (
            select(day, func.aggregate_strings(EventModel.act, SEPARATOR))
            .where(EventModel.merged_into.is_(None), EventModel.verdict == query.verdict, *_conditions(query))
            .group_by(day).order_by(day)
        )
        told = defaultdict[str, list[str]](list)
        with self._database.read() as session:
            for one in find_narrowing(query, is_sqlite=self._database.is_sqlite):
                question = question.where(EventModel.id.in_(one.ids))
            for dated_on, acts in session.execute(question):
                told[dated_on[:7]] += acts.split(SEPARATOR)
        return [MonthCount(month, *one) for month, acts in told.items() for one in sorted(Counter(acts).items())]


def _conditions(query: EventQuery) -> list[ColumnElement[bool]]:
    """What the event's own row says."""
    conditions: list[ColumnElement[bool]] = []
    if query.block:
        conditions.append(EventModel.block == query.block)
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
