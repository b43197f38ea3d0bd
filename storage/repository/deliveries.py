"""Questions about deliveries: which are due, who took them, and how the handing over went."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import DeliveryModel, DeliveryRequestModel, DigestModel, JournalModel
from storage.values import DeliveryRow, DeliveryState, JournalMark

# Those that are tried again at their time; those that may be tried again by hand.
WAITING: tuple[DeliveryState, ...] = ("pending", "uncertain")
UNSENT: tuple[DeliveryState, ...] = ("pending", "uncertain", "failed")
# Nothing is put off for so long: such a time was written by a clock that went wrong.
FAR_AHEAD = timedelta(days=8)
SENDER_DIED = "its sender ended before it said whether it arrived"


class DeliveryRepository:
    """Deliveries of digests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim_due(self, now: datetime) -> DeliveryRow | None:
        """Takes the delivery that is due longest and marks it `sending`, so that a crash in between is seen later.

        One that is `uncertain` is a possible repeat from here on. Nothing is written where none is due.
        """
        question = (
            select(DeliveryModel).where(
                DeliveryModel.state.in_(WAITING),
                or_(DeliveryModel.next_attempt_at <= now, DeliveryModel.next_attempt_at > now + FAR_AHEAD),
            )
            .order_by(DeliveryModel.next_attempt_at, DeliveryModel.id).limit(1)
        )
        with self._database.read() as session:
            if session.scalar(question) is None:
                return None
        with self._database.write() as session:
            row = session.scalar(question.with_for_update(skip_locked=True))
            return _claim(session, row, now) if row is not None else None

    def claim_again(self, delivery_id: int, now: datetime, reader: str) -> DeliveryRow | None:
        """Takes this one delivery, whatever its time and however often it was tried; None where it may not be.

        What was sent or is being sent is left alone. Its tries are counted anew; `reader`, who asked, is kept.
        """
        question = select(DeliveryModel).where(DeliveryModel.id == delivery_id, DeliveryModel.state.in_(UNSENT))
        with self._database.write() as session:
            row = session.scalar(question.with_for_update())
            if row is None:
                return None
            row.attempts = 0
            session.add(make_request(row.id, "resend", reader, now))
            return _claim(session, row, now)

    def renew_claim(self, row: DeliveryRow, now: datetime) -> None:
        """Says that the sender who claimed `row` lives and is still at it."""
        mine = (DeliveryModel.id == row.id) & (DeliveryModel.claim == row.claim) & (DeliveryModel.state == "sending")
        with self._database.write() as session:
            session.execute(update(DeliveryModel).where(mine).values(claimed_at=now))

    def note_parts(self, row: DeliveryRow, parts_sent: int, now: datetime) -> None:
        """Says that so many parts of what `row` hands over have arrived, and that its sender lives."""
        mine = (DeliveryModel.id == row.id) & (DeliveryModel.claim == row.claim) & (DeliveryModel.state == "sending")
        fewer = DeliveryModel.parts_sent < parts_sent
        with self._database.write() as session:
            session.execute(update(DeliveryModel).where(mine & fewer).values(parts_sent=parts_sent, claimed_at=now))

    def finish(
        self, claimed: DeliveryRow, state: DeliveryState, reason: str, at: datetime, *,
        retry_at: datetime | None = None, parts_sent: int = 0, may_repeat: bool = False,
        mark: JournalMark | None = None,
    ) -> None:
        """Records how a claimed delivery went; `pending` or `uncertain` with `retry_at` puts it back into the queue.

        What was sent stays sent, and a sender that was taken for dead may only say that it was; parts only add up.
        `may_repeat` says that the next attempt may be a repeat. `mark` is the journal's line that says the same.
        """
        with self._database.write() as session:
            row = session.get_one(DeliveryModel, claimed.id, with_for_update=True)
            if mark is not None:
                _move_on(session, mark)
            is_taken = row.claim != claimed.claim and state != "sent"
            if row.state == "sent" or is_taken:
                return
            row.state, row.reason, row.next_attempt_at = state, reason, retry_at
            row.parts_sent, row.may_repeat = max(row.parts_sent, parts_sent), row.may_repeat or may_repeat
            if state == "sent":
                row.sent_at = at

    def release_stuck(self, now: datetime, stuck_after: timedelta, wait: timedelta, tries: int) -> int:
        """Makes deliveries whose claim nobody renews `uncertain`, due `wait` after their sender's last sign; how many.

        After `tries` they are due no more: whatever ends their senders would do so for ever.
        """
        question = select(DeliveryModel).where(
            DeliveryModel.state == "sending",
            # A claim of the future is one from before the clock was set back.
            or_(DeliveryModel.claimed_at < now - stuck_after, DeliveryModel.claimed_at > now + stuck_after),
        )
        with self._database.read() as session:
            if session.scalar(question.limit(1)) is None:
                return 0
        with self._database.write() as session:
            rows = session.scalars(question.with_for_update(skip_locked=True)).all()
            for row in rows:
                again_at = min(row.claimed_at or now, now) + wait
                row.next_attempt_at = again_at if row.attempts < tries else None
                row.state, row.reason = "uncertain", SENDER_DIED
            return len(rows)

    def find(self, limit: int | None = None, before: int | None = None) -> list[DeliveryRow]:
        """Deliveries, newest first; those with an id below `before`."""
        question = (
            select(DeliveryModel, DigestModel.subscription)
            .join(DigestModel, DigestModel.id == DeliveryModel.digest_id)
            .order_by(DeliveryModel.id.desc()).limit(limit)
        )
        if before is not None:
            question = question.where(DeliveryModel.id < before)
        with self._database.read() as session:
            return [_delivery(row, subscription) for row, subscription in session.execute(question)]

    def unreached(self, subscription: str, since: datetime, unless: str) -> list[tuple[datetime, int]]:
        """When digests of which some deliveries failed for good since then were composed, and how many failed of each.

        Failures for the reason `unless` are none.
        """
        question = (
            select(DigestModel.composed_at, func.count()).join(DeliveryModel, DigestModel.id == DeliveryModel.digest_id)
            .where(
                DigestModel.subscription == subscription, DeliveryModel.state == "failed",
                DeliveryModel.claimed_at >= since, DeliveryModel.reason != unless,
            )
            .group_by(DigestModel.id, DigestModel.composed_at).order_by(DigestModel.composed_at)
        )
        with self._database.read() as session:
            return [(composed_at, count) for composed_at, count in session.execute(question)]

    def get(self, delivery_id: int) -> DeliveryRow | None:
        """The delivery with this id."""
        question = (
            select(DeliveryModel, DigestModel.subscription)
            .join(DigestModel, DigestModel.id == DeliveryModel.digest_id).where(DeliveryModel.id == delivery_id)
        )
        with self._database.read() as session:
            found = session.execute(question).one_or_none()
            return _delivery(*found) if found else None


def make_request(delivery_id: int, act: Literal["resend", "stop"], reader: str, at: datetime) -> DeliveryRequestModel:
    """What is kept of a person's wish."""
    return DeliveryRequestModel(delivery_id=delivery_id, act=act, reader=reader, asked_at=at)


def _claim(session: Session, row: DeliveryModel, now: datetime) -> DeliveryRow:
    row.may_repeat = row.may_repeat or row.state == "uncertain"
    row.state, row.claimed_at, row.attempts, row.claim = "sending", now, row.attempts + 1, row.claim + 1
    return _delivery(row, session.get_one(DigestModel, row.digest_id).subscription)


def _delivery(row: DeliveryModel, subscription: str) -> DeliveryRow:
    return DeliveryRow(
        id=row.id, digest_id=row.digest_id, subscription=subscription, notifier=row.notifier,
        recipient=row.recipient, state=row.state, attempts=row.attempts,  # type: ignore[arg-type]
        created_at=row.created_at, next_attempt_at=row.next_attempt_at, sent_at=row.sent_at,
        parts_sent=row.parts_sent, may_repeat=row.may_repeat, reason=row.reason, claim=row.claim,
    )


def _move_on(session: Session, mark: JournalMark) -> None:
    mine = (JournalModel.id == mark.journal) & (JournalModel.position < mark.position)
    session.execute(update(JournalModel).where(mine).values(position=mark.position))
