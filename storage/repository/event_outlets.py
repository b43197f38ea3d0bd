"""Keeps in which outlets and languages each event is told; used inside the transaction that groups a block."""

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from storage.models import ArticleModel, EventModel, EventOutletModel, FactModel


def save_event_outlets(session: Session, block: str) -> None:
    """Makes the rows of all events of a block anew, from the facts that prove them."""
    mine = select(EventModel.id).where(EventModel.block == block)
    session.execute(delete(EventOutletModel).where(EventOutletModel.event_id.in_(mine)))
    told = (
        select(FactModel.event_id, ArticleModel.outlet_id, ArticleModel.lang)
        .join(ArticleModel, ArticleModel.id == FactModel.article_id)
        .where(FactModel.block == block, FactModel.event_id.is_not(None)).distinct()
    )
    session.execute(insert(EventOutletModel).from_select(["event_id", "outlet_id", "lang"], told))
