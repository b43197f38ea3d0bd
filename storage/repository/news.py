"""What makes an event news, and for whom: numbers in the order of commits, so that a digest looks at new events only.

A subscription keeps the number up to which all is settled for it. An event that becomes news later (it ceases to
be backlog, it is split off or proven again) gets a new number, so nothing is lost behind that mark.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from storage.models import EventModel, EventPairModel, SubscriptionModel, ToldModel
from storage.repository.event_views import has_facts
from storage.values import EventRow


class News:
    """Saves the events of one transaction, which must have its turn, and numbers those that become news."""

    def __init__(self, session: Session, at: datetime) -> None:
        self._session, self._at = session, at
        self._number = newest_number(session)

    def save_event(self, event: EventRow, new_tie: bool) -> bool:
        """Whether the event is new."""
        row = self._session.get(EventModel, event.id)
        was_news = row is not None and not row.backlog and row.merged_into is None and self._has_pairs(event.id)
        is_new = row is None
        if row is None:
            row = EventModel(id=event.id, first_seen_at=self._at, new_tie=new_tie, block=event.block, news_number=0)
            self._session.add(row)
        row.act, row.stage, row.happened_on, row.merged_into = event.act, event.stage, event.happened_on, None
        row.verdict, row.score, row.backlog = event.verdict, event.score, event.backlog
        if not event.backlog and not was_news:
            self._number += 1
            row.news_number = self._number
        self._session.flush()
        self._save_pairs(event, event.happened_on or row.first_seen_at.date().isoformat())
        return is_new

    def _has_pairs(self, event_id: str) -> bool:
        question = select(EventPairModel.position).where(EventPairModel.event_id == event_id).limit(1)
        return self._session.scalar(question) is not None

    def _save_pairs(self, event: EventRow, dated_on: str) -> None:
        self._session.execute(delete(EventPairModel).where(EventPairModel.event_id == event.id))
        self._session.add_all(
            EventPairModel(event_id=event.id, vn_key=vn, kr_key=kr, position=position, dated_on=dated_on)
            for position, (vn, kr) in enumerate(event.pairs)
        )


def is_untold(subscription: str) -> ColumnElement[bool]:
    """Whether an event is news that the subscription was neither told nor passed over."""
    told = select(ToldModel.event_id).where(
        ToldModel.subscription == subscription, ToldModel.event_id == EventModel.id
    )
    return EventModel.merged_into.is_(None) & EventModel.backlog.is_(False) & ~told.exists() & has_facts()


def newest_number(session: Session) -> int:
    """The number of the event that became news last."""
    return session.scalar(select(func.max(EventModel.news_number))) or 0


def find_beginning(session: Session, at: datetime) -> int:
    """Up to which number everything was first seen before `at`."""
    newest = newest_number(session)
    first = session.scalar(
        select(func.min(EventModel.news_number)).where(EventModel.first_seen_at >= at, EventModel.news_number > 0)
    )
    return newest if first is None else min(newest, first - 1)


def settle(session: Session, subscription: SubscriptionModel) -> None:
    """Moves the subscription's mark up to the first event that it still has to be told."""
    # In this order: an event that is committed between the two questions has a higher number than `newest`.
    newest = newest_number(session)
    first = session.scalar(
        select(func.min(EventModel.news_number)).where(
            EventModel.news_number > subscription.told_through, EventModel.news_number <= newest,
            is_untold(subscription.name),
        )
    )
    subscription.told_through = newest if first is None else first - 1
