"""Events as lists show them, read by column: a list of a thousand events has five thousand articles behind it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, String, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.models import ArticleModel, EventModel, EventPairModel, FactModel
from storage.values import EventBrief, EventView

# What `make_briefs` needs of an event, in its order.
BRIEF = (
    EventModel.id, EventModel.act, EventModel.stage, EventModel.happened_on, EventModel.verdict, EventModel.backlog,
    EventModel.new_tie, EventModel.first_seen_at,
)

# An article with its quote: number, outlet, language, title, words.
_Told = Sequence[Any]


def find_briefs(session: Session, question: Select[Any], *, is_sqlite: bool) -> list[EventBrief]:
    """The events that a question for the columns of BRIEF finds, in its order."""
    # By the connection: the session looks at every row once more, for objects that none of these has.
    ask = session.connection().execute
    rows = ask(question).all()
    ids = [row[0] for row in rows]
    pairs, articles = defaultdict[str, list[tuple[str, str]]](list), defaultdict[str, list[_Told]](list)
    for event_id, vn, kr in ask(_ask_pairs(_among(EventPairModel.event_id, ids, is_sqlite=is_sqlite))):
        pairs[event_id].append((vn, kr))
    for home, *told in ask(_ask_articles(_among(FactModel.event_id, ids, is_sqlite=is_sqlite))):
        articles[str(home)].append(told)
    return [_make(row, pairs[row[0]], articles[row[0]]) for row in rows]


def make_brief(view: EventView) -> EventBrief:
    """The same of an event that is known wholly."""
    told = [(one.article_id, one.outlet_id, one.lang, one.title, one.quote) for one in view.articles]
    return EventBrief(
        view.id, view.act, view.stage, view.happened_on, view.verdict, view.backlog, view.new_tie, view.first_seen_at,
        view.pairs, *_sum_up(told),
    )


def _make(row: Sequence[Any], pairs: Iterable[tuple[str, str]], told: Iterable[_Told]) -> EventBrief:
    return EventBrief(*row, tuple(pairs), *_sum_up(told))  # type: ignore[call-arg]  # it counts the row as one


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


def _among(column: InstrumentedAttribute[Any], ids: Sequence[str], *, is_sqlite: bool) -> ColumnElement[bool]:
    """Whether it is one of `ids`, as one parameter: a list of them would be another statement for each length."""
    if is_sqlite:
        return column.in_(select(func.json_each(literal(json.dumps(ids))).table_valued("value").c.value))
    return column == func.any(cast(list(ids), ARRAY(String)))


def _sum_up(told: Iterable[_Told]) -> tuple[int, tuple[str, ...], tuple[str, ...], str, tuple[Any, ...]]:
    """How many articles, their languages and outlets, the first title, and the first quote of each language."""
    known, title = set[int](), ""
    langs, outlets, quotes = dict[str, None](), dict[str, None](), dict[str, tuple[str, str, str]]()
    for article_id, outlet_id, lang, headline, quote in told:
        if article_id in known:
            continue
        title = title if known else headline
        known.add(article_id)
        langs[lang] = outlets[outlet_id] = None
        if quote and lang not in quotes:
            quotes[lang] = lang, outlet_id, quote
    return len(known), tuple(langs), tuple(outlets), title, tuple(quotes.values())
