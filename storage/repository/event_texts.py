"""Keeps what search reads of each event; used inside the transaction that groups a block."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from storage.folding import fold_text
from storage.models import ArticleModel, EventModel, EventTextModel, FactModel

# Of a headline or a quote; what is longer is no headline.
LONGEST_PIECE = 300
# Of one event, folded: some hundred headlines.
LONGEST_TEXT = 30_000


def save_event_texts(session: Session, block: str) -> None:
    """Brings the texts of all events of a block up to date with the facts that prove them."""
    mine = select(EventModel.id).where(EventModel.block == block)
    question = select(EventTextModel.event_id, EventTextModel.text).where(EventTextModel.event_id.in_(mine))
    known = {row.event_id: row.text for row in session.execute(question)}
    found = _read_texts(session, block)
    gone = delete(EventTextModel).where(EventTextModel.event_id.in_(mine))
    if known.keys() - found.keys():
        told = select(FactModel.event_id).where(FactModel.block == block, FactModel.event_id.is_not(None))
        session.execute(gone.where(EventTextModel.event_id.not_in(told)))
    for event_id, text in found.items():
        if event_id not in known:
            session.execute(insert(EventTextModel).values(event_id=event_id, text=text))
        elif known[event_id] != text:
            session.execute(update(EventTextModel).where(EventTextModel.event_id == event_id).values(text=text))


def join_pieces(pieces: Iterable[str]) -> str:
    """Headlines and quotes as one folded text: a line each, none twice."""
    lines = dict.fromkeys(fold_text(piece[:LONGEST_PIECE]) for piece in pieces)
    return "\n".join(line for line in lines if line)[:LONGEST_TEXT]


def _read_texts(session: Session, block: str) -> dict[str, str]:
    question = (
        select(FactModel.event_id, ArticleModel.title, FactModel.quote)
        .join(ArticleModel, ArticleModel.id == FactModel.article_id)
        .where(FactModel.block == block, FactModel.event_id.is_not(None)).order_by(FactModel.event_id, FactModel.id)
    )
    pieces: dict[str, list[str]] = defaultdict(list)
    for event_id, title, quote in session.execute(question):
        pieces[str(event_id)] += (title, quote)
    return {event_id: join_pieces(lines) for event_id, lines in pieces.items()}
