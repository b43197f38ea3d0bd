"""Events as lists show them, read by column: a list of a thousand events has five thousand articles behind it."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from storage.models import ArticleModel, EventModel, EventPairModel, FactModel
from storage.repository.redirects import is_among
from storage.values import EventBrief, EventView

# What `make_briefs` needs of an event, in its order.
BRIEF = (
    EventModel.id, EventModel.act, EventModel.stage, EventModel.happened_on, EventModel.verdict, EventModel.backlog,
    EventModel.new_tie, EventModel.first_seen_at,
)

_Row = tuple[Any, ...]


def find_briefs(session: Session, question: Select[Any], *, is_sqlite: bool) -> list[EventBrief]:
    """The events that a question for the columns of BRIEF finds, in its order."""
    # By the connection: the session looks at every row once more, for objects that none of these has.
    rows = session.connection().execute(question).all()
    ids = [row[0] for row in rows]
    pairs, told = defaultdict[str, list[_Row]](list), defaultdict[str, list[_Row]](list)
    for row in _read(session, _ask_pairs(is_among(EventPairModel.event_id, ids, is_sqlite=is_sqlite))):
        pairs[row[0]].append(row)
    for row in _read(session, _ask_articles(is_among(FactModel.event_id, ids, is_sqlite=is_sqlite))):
        told[row[0]].append(row)
    return [_make(row, pairs[row[0]], told[row[0]]) for row in rows]


def make_brief(view: EventView) -> EventBrief:
    """The same of an event that is known wholly."""
    told = [(view.id, one.article_id, one.outlet_id, one.lang, one.title, one.quote) for one in view.articles]
    return EventBrief(
        view.id, view.act, view.stage, view.happened_on, view.verdict, view.backlog, view.new_tie, view.first_seen_at,
        view.pairs, *_sum_up(told),
    )


def _make(row: Sequence[Any], pairs: Sequence[_Row], told: Sequence[_Row]) -> EventBrief:
    return EventBrief(*row, tuple([pair[1:] for pair in pairs]), *_sum_up(told))  # type: ignore[call-arg]


def _read(session: Session, question: Select[*tuple[Any, ...]]) -> list[_Row]:
    """Rows of texts and whole numbers as the driver has them: nothing in them has to be converted."""
    with session.connection().execute(question) as found:
        assert found.cursor is not None
        return list(found.cursor.fetchall())


def _ask_pairs(is_mine: ColumnElement[bool]) -> Select[str, str, str]:
    pair = EventPairModel
    return select(pair.event_id, pair.vn_key, pair.kr_key).where(is_mine).order_by(pair.event_id, pair.position)


def _ask_articles(is_mine: ColumnElement[bool]) -> Select[str | None, int, str, str, str, str]:
    """The articles of each event, first published first; of the facts in one article the best proof first."""
    article, fact = ArticleModel, FactModel
    return (
        select(fact.event_id, article.id, article.outlet_id, article.lang, article.title, fact.quote)
        .join(article, article.id == fact.article_id).where(is_mine)
        .order_by(article.published_at.is_(None), article.published_at, article.id, fact.position, fact.id)
    )


def _sum_up(told: Sequence[_Row]) -> tuple[int, tuple[str, ...], tuple[str, ...], str, tuple[_Row, ...]]:
    """How many articles, their languages and outlets, the first title, and the first quote of each language."""
    if not told:
        return 0, (), (), "", ()
    _, articles, outlets, langs, titles, words = zip(*told, strict=True)
    if len(set(articles)) < len(articles):  # several facts of one article, of which the first counts
        return _sum_up([next(same) for _, same in groupby(told, key=itemgetter(1))])
    quotes: dict[str, _Row] = {}
    for quote in zip(langs, outlets, words, strict=True):
        if quote[2] and quote[0] not in quotes:
            quotes[quote[0]] = quote
    return len(articles), tuple(dict.fromkeys(langs)), tuple(dict.fromkeys(outlets)), titles[0], tuple(quotes.values())
