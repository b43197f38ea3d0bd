"""Reads the proofs of a block's events, and keeps a text of each event made from them; what it says is others' job."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.models import ArticleModel, EventModel, EventPairModel, FactModel
from storage.repository.redirects import make_chunks

# Event, article, outlet, language, title, quote, gaps (see EventArticle), fact.
Proof = tuple[Any, ...]


def count_gaps() -> ColumnElement[int]:
    """How many parts of its event's headline (main pair, act, stage) a fact tells otherwise; see `with_headline`."""
    fact, event, main = FactModel, EventModel, EventPairModel
    told = (main.vn_key == fact.vn_key) & (main.kr_key == fact.kr_key), event.act == fact.act, event.stage == fact.stage
    first, *others = (case((same, 0), else_=1) for same in told)
    return sum(others, first)


def with_headline(question: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A question for facts of events, joined to what the events' headlines say."""
    fact, event, main = FactModel, EventModel, EventPairModel
    return question.join(event, event.id == fact.event_id).join(
        main, (main.event_id == fact.event_id) & (main.position == 0), isouter=True
    )


def find_proofs(session: Session, block: str) -> dict[str, list[Proof]]:
    """The facts of each event of a block with their articles: first published first, the best proof of each first."""
    article, fact, gaps = ArticleModel, FactModel, count_gaps().label("gaps")
    question = with_headline(
        select(fact.event_id, article.id, article.outlet_id, article.lang, article.title, fact.quote, gaps, fact.id)
        .select_from(fact).join(article, article.id == fact.article_id)
        .where(fact.block == block, fact.event_id.is_not(None))
        .order_by(article.published_at.is_(None), article.published_at, article.id, gaps, fact.position, fact.id)
    )
    found = defaultdict[str, list[Proof]](list)
    for row in read_plain(session, question):
        found[row[0]].append(row)
    return found


def keep_texts(session: Session, block: str, column: InstrumentedAttribute[str], texts: Mapping[str, str]) -> None:
    """Brings the rows of a block's events up to date in a table that has one text for each; what is the same stays."""
    kept: Any = column.class_
    mine = select(EventModel.id).where(EventModel.block == block)
    known = dict(read_plain(session, select(kept.event_id, column).where(kept.event_id.in_(mine))))
    for part in make_chunks(sorted(known.keys() - texts.keys())):
        session.execute(delete(kept).where(kept.event_id.in_(part)))
    for event_id, text in texts.items():
        if event_id not in known:
            session.execute(insert(kept).values({kept.event_id: event_id, column: text}))
        elif known[event_id] != text:
            session.execute(update(kept).where(kept.event_id == event_id).values({column: text}))


def read_plain(session: Session, question: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    """Rows of texts and whole numbers as the driver has them: nothing in them has to be converted."""
    with session.connection().execute(question) as found:
        assert found.cursor is not None
        return list(found.cursor.fetchall())
