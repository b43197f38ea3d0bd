"""What makes an event news, and for whom: numbers in the order of commits, so that a digest looks at new events only.

A subscription keeps the number up to which all is settled for it. An event that becomes news later (it ceases to
be backlog, it is split off or proven again, a reader says yes to it) gets a new number, so nothing is lost behind that
mark. So does one that filters had left out and that looks another way to them since.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from storage.models import EventModel, EventPairModel, SubscriptionModel, ToldModel
from storage.repository.event_views import has_facts
from storage.values import EventRow

# Who saves events does so in turn (an advisory lock on PostgreSQL), so that news numbers are in the order of commits.
NEWS_TURN = 0x6576_656E_7473
# Behind every day of a calendar.
REFUTED_ON = "9999"


class News:
    """Saves the events of one transaction, which must have its turn, and numbers those that become news."""

    def __init__(self, session: Session, at: datetime) -> None:
        self._session, self._at = session, at
        self._number = newest_number(session)

    def save_event(self, event: EventRow, verdict: str, new_tie: bool | None) -> bool:
        """Whether the event is new. `new_tie` None leaves what was known of its tie."""
        row = self._session.get(EventModel, event.id)
        before = self._look(row)
        if row is None:
            row = EventModel(id=event.id, first_seen_at=self._at, new_tie=False, block=event.block, news_number=0)
            self._session.add(row)
        row.act, row.stage, row.happened_on, row.merged_into = event.act, event.stage, event.happened_on, None
        row.verdict, row.score, row.backlog = verdict, event.score, event.backlog
        row.new_tie = row.new_tie if new_tie is None else new_tie
        row.dated_on = event.happened_on or row.first_seen_at.date().isoformat()
        self._session.flush()
        self._save_pairs(event, _dated_on(row))
        self._renew(row, before)
        return before is None

    def save_verdict(self, row: EventModel, verdict: str) -> None:
        """Gives a known event the verdict that counts from now on."""
        before = self._look(row)
        row.verdict = verdict
        pairs = update(EventPairModel).where(EventPairModel.event_id == row.id)
        self._session.execute(pairs.values(dated_on=_dated_on(row)))
        self._renew(row, before)

    def reconsider(self, event_ids: Iterable[str]) -> None:
        """Makes events that changed news again to those whose filters had left them out."""
        for event_id in sorted(event_ids):
            row = self._session.get_one(EventModel, event_id)
            standing = self._look(row)
            if standing is not None and standing.is_news and self._forget_passed_over(event_id):
                self._number += 1
                row.news_number = self._number
        self._session.flush()

    def _forget_passed_over(self, event_id: str) -> bool:
        """Whether anybody had been passed over."""
        left_out = delete(ToldModel).where(ToldModel.event_id == event_id, ToldModel.passed_over.is_(True))
        return bool(self._session.execute(left_out.returning(ToldModel.subscription)).all())

    def _look(self, row: EventModel | None) -> "_Standing | None":
        if row is None:
            return None
        is_news = not row.backlog and row.merged_into is None and row.verdict != "no" and self._has_pairs(row.id)
        return _Standing(is_news, row.verdict == "yes", row.new_tie)

    def _renew(self, row: EventModel, before: "_Standing | None") -> None:
        """Numbers what was no news before, and what is more than before: sure now, or the first of its tie.

        More than before, it is news also where a filter had left it out; who was told of it is not told again.
        """
        now, was = self._look(row), before or _Standing(False, False, False)
        if now is None or not now.is_news:
            return
        is_more = (now.is_sure and not was.is_sure) or (now.new_tie and not was.new_tie)
        if is_more or not was.is_news:
            self._number += 1
            row.news_number = self._number
        if is_more and before is not None:
            self._forget_passed_over(row.id)
        self._session.flush()

    def _has_pairs(self, event_id: str) -> bool:
        question = select(EventPairModel.position).where(EventPairModel.event_id == event_id).limit(1)
        return self._session.scalar(question) is not None

    def _save_pairs(self, event: EventRow, dated_on: str) -> None:
        self._session.execute(delete(EventPairModel).where(EventPairModel.event_id == event.id))
        self._session.add_all(
            EventPairModel(event_id=event.id, vn_key=vn, kr_key=kr, position=position, dated_on=dated_on)
            for position, (vn, kr) in enumerate(event.pairs)
        )
        self._session.flush()


@dataclass(frozen=True)
class _Standing:
    is_news: bool
    is_sure: bool
    new_tie: bool


def _dated_on(row: EventModel) -> str:
    """The day by which events of a pair are in order; a refuted one stands behind all, so that it is earlier than none.
    """
    return REFUTED_ON if row.verdict == "no" else row.dated_on


def is_untold(subscription: str) -> ColumnElement[bool]:
    """Whether an event is news that the subscription was neither told nor passed over."""
    told = select(ToldModel.event_id).where(
        ToldModel.subscription == subscription, ToldModel.event_id == EventModel.id
    )
    is_news = EventModel.merged_into.is_(None) & EventModel.backlog.is_(False) & (EventModel.verdict != "no")
    return is_news & ~told.exists() & has_facts()


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
