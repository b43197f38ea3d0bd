"""Questions of the dashboard about digests: which were made and how their deliveries stand; resending and stopping."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import DeliveryModel, DeliveryRequestModel, DigestModel, ToldModel
from storage.repository.deliveries import make_request
from storage.values import DeliveryRequest, DigestHead

# What is being handed over right now is left alone.
MAY_RESEND = ("sent", "failed", "uncertain", "pending")
MAY_STOP = ("pending", "uncertain")
NOT_SENT = ("pending", "sending", "uncertain", "failed")


class DigestPageRepository:
    """Digests as people look at them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, limit: int, before: int | None = None, subscription: str = "") -> list[DigestHead]:
        """Digests, newest first, those with an id below `before`."""
        question = select(DigestModel.id, DigestModel.subscription, DigestModel.period, DigestModel.composed_at)
        if before is not None:
            question = question.where(DigestModel.id < before)
        if subscription:
            question = question.where(DigestModel.subscription == subscription)
        with self._database.read() as session:
            rows = session.execute(question.order_by(DigestModel.id.desc()).limit(limit)).all()
            ids = [row.id for row in rows]
            told, states = _count_told(session, ids), _count_states(session, ids)
            return [DigestHead(*row, told.get(row.id, 0), states.get(row.id, {})) for row in rows]

    def deliveries(self, digest_id: int) -> list[int]:
        """The numbers of the deliveries of a digest."""
        question = select(DeliveryModel.id).where(DeliveryModel.digest_id == digest_id).order_by(DeliveryModel.id)
        with self._database.read() as session:
            return list(session.scalars(question))

    def waiting(self, limit: int) -> list[int]:
        """The numbers of the deliveries that were not sent, newest first."""
        question = select(DeliveryModel.id).where(DeliveryModel.state.in_(NOT_SENT)).order_by(DeliveryModel.id.desc())
        with self._database.read() as session:
            return list(session.scalars(question.limit(limit)))

    def requests(self, digest_id: int) -> list[DeliveryRequest]:
        """What people asked of the deliveries of a digest, first asked first."""
        request = DeliveryRequestModel
        question = (
            select(request.delivery_id, request.act, request.reader, request.asked_at)
            .join(DeliveryModel, DeliveryModel.id == request.delivery_id)
            .where(DeliveryModel.digest_id == digest_id).order_by(request.id)
        )
        with self._database.read() as session:
            return [DeliveryRequest(*row) for row in session.execute(question)]  # type: ignore[arg-type]

    def put_back(self, delivery_id: int, now: datetime, reader: str) -> bool:
        """Makes a delivery due at once, its tries counted anew; whether it was not being sent at this moment.

        `reader`, who asked, is kept. One that was sent, or may have arrived, goes out as a possible repeat.
        """
        with self._database.write() as session:
            row = session.get(DeliveryModel, delivery_id, with_for_update=True)
            if row is None or row.state not in MAY_RESEND:
                return False
            row.may_repeat = row.may_repeat or row.state in ("sent", "uncertain")
            if row.state == "sent":
                row.parts_sent, row.sent_at = 0, None
            row.state, row.attempts, row.next_attempt_at = "pending", 0, now
            session.add(make_request(delivery_id, "resend", reader, now))
            return True

    def stop(self, delivery_id: int, reason: str, now: datetime, reader: str) -> bool:
        """Ends the tries of a delivery that waits, as `reader` asks, who is kept; whether it was waiting."""
        with self._database.write() as session:
            row = session.get(DeliveryModel, delivery_id, with_for_update=True)
            if row is None or row.state not in MAY_STOP:
                return False
            row.state, row.reason, row.next_attempt_at = "failed", reason, None
            session.add(make_request(delivery_id, "stop", reader, now))
            return True


def _count_told(session: Session, ids: Sequence[int]) -> dict[int, int]:
    question = (
        select(ToldModel.digest_id, func.count()).where(ToldModel.passed_over.is_(False), ToldModel.digest_id.in_(ids))
        .group_by(ToldModel.digest_id)
    )
    return {digest_id: count for digest_id, count in session.execute(question) if digest_id is not None}


def _count_states(session: Session, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    question = (
        select(DeliveryModel.digest_id, DeliveryModel.state, func.count()).where(DeliveryModel.digest_id.in_(ids))
        .group_by(DeliveryModel.digest_id, DeliveryModel.state)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for digest_id, state, count in session.execute(question):
        found[digest_id][state] = count
    return found
