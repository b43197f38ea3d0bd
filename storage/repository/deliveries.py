"""Questions about deliveries: which are due, who took them, and how the handing over went."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import DeliveryModel, DigestModel
from storage.values import DeliveryRow, DeliveryState

# Those that are tried again at their time; those that may be tried again by hand.
WAITING: tuple[DeliveryState, ...] = ("pending", "uncertain")
UNSENT: tuple[DeliveryState, ...] = ("pending", "uncertain", "failed")


class DeliveryRepository:
    """Deliveries of digests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim_due(self, now: datetime) -> DeliveryRow | None:
        """Takes the delivery that is due longest and marks it `sending`, so that a crash in between is seen later.

        One that is `uncertain` is a possible repeat from here on. Nothing is written where none is due.
        """
        question = (
            select(DeliveryModel).where(DeliveryModel.state.in_(WAITING), DeliveryModel.next_attempt_at <= now)
            .order_by(DeliveryModel.next_attempt_at, DeliveryModel.id).limit(1)
        )
        with self._database.read() as session:
            if session.scalar(question) is None:
                return None
        with self._database.write() as session:
            row = session.scalar(question.with_for_update(skip_locked=True))
            return _claim(session, row, now) if row is not None else None

    def claim_again(self, delivery_id: int, now: datetime) -> DeliveryRow | None:
        """Takes this one delivery, whatever its time and however often it was tried; None where it may not be.

        What was sent or is being sent is left alone. Its tries are counted anew.
        """
        question = select(DeliveryModel).where(DeliveryModel.id == delivery_id, DeliveryModel.state.in_(UNSENT))
        with self._database.write() as session:
            row = session.scalar(question.with_for_update())
            if row is None:
                return None
            row.attempts = 0
            return _claim(session, row, now)

    def finish(
        self, delivery_id: int, state: DeliveryState, reason: str, at: datetime, *,
        retry_at: datetime | None = None, parts_sent: int = 0,
    ) -> None:
        """Records how a claimed delivery went; `pending` or `uncertain` with `retry_at` puts it back into the queue.

        What was sent stays sent, whatever a second sender that was taken for dead says later; parts only add up.
        """
        with self._database.write() as session:
            row = session.get_one(DeliveryModel, delivery_id, with_for_update=True)
            if row.state == "sent":
                return
            row.state, row.reason, row.next_attempt_at = state, reason, retry_at
            row.parts_sent = max(row.parts_sent, parts_sent)
            if state == "sent":
                row.sent_at = at

    def release_stuck(self, claimed_before: datetime, now: datetime) -> int:
        """Puts deliveries whose sender died back into the queue, marked as possible repeats; how many."""
        question = select(DeliveryModel).where(
            DeliveryModel.state == "sending", DeliveryModel.claimed_at < claimed_before
        )
        with self._database.read() as session:
            if session.scalar(question.limit(1)) is None:
                return 0
        with self._database.write() as session:
            rows = session.scalars(question.with_for_update(skip_locked=True)).all()
            for row in rows:
                row.state, row.next_attempt_at, row.may_repeat = "pending", now, True
            return len(rows)

    def find(self, limit: int | None = None) -> list[DeliveryRow]:
        """Deliveries, newest first."""
        question = (
            select(DeliveryModel, DigestModel.subscription)
            .join(DigestModel, DigestModel.id == DeliveryModel.digest_id)
            .order_by(DeliveryModel.id.desc()).limit(limit)
        )
        with self._database.read() as session:
            return [_delivery(row, subscription) for row, subscription in session.execute(question)]

    def get(self, delivery_id: int) -> DeliveryRow | None:
        """The delivery with this id."""
        question = (
            select(DeliveryModel, DigestModel.subscription)
            .join(DigestModel, DigestModel.id == DeliveryModel.digest_id).where(DeliveryModel.id == delivery_id)
        )
        with self._database.read() as session:
            found = session.execute(question).one_or_none()
            return _delivery(*found) if found else None


def _claim(session: Session, row: DeliveryModel, now: datetime) -> DeliveryRow:
    row.may_repeat = row.may_repeat or row.state == "uncertain"
    row.state, row.claimed_at, row.attempts = "sending", now, row.attempts + 1
    return _delivery(row, session.get_one(DigestModel, row.digest_id).subscription)


def _delivery(row: DeliveryModel, subscription: str) -> DeliveryRow:
    return DeliveryRow(
        id=row.id, digest_id=row.digest_id, subscription=subscription, notifier=row.notifier,
        recipient=row.recipient, state=row.state, attempts=row.attempts,  # type: ignore[arg-type]
        created_at=row.created_at, next_attempt_at=row.next_attempt_at, sent_at=row.sent_at,
        parts_sent=row.parts_sent, may_repeat=row.may_repeat, reason=row.reason,
    )
