"""Questions about subscriptions, digests and deliveries: what was told to whom, and how the handing over went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import DeliveryModel, DigestModel, SubscriptionModel, ToldModel
from storage.repository.news import find_beginning, settle
from storage.repository.redirects import follow_merges, make_chunks
from storage.values import DeliveryRow, DeliveryState, DigestRow

# Those that are tried again at their time; those that may be tried again by hand.
WAITING: tuple[DeliveryState, ...] = ("pending", "uncertain")
UNSENT: tuple[DeliveryState, ...] = ("pending", "uncertain", "failed")


@dataclass(frozen=True)
class NewDigest:
    """A composed digest with everything that is saved with it in one transaction."""

    subscription: str
    period: str
    composed_at: datetime
    since_at: datetime
    content: dict[str, Any]
    notifier: str
    recipients: Sequence[str]
    told: Sequence[str]
    passed_over: Sequence[str] = ()


class DeliveryRepository:
    """Digests and their deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_subscription(self, name: str, at: datetime) -> datetime:
        """When the subscription began, which is now if it is new. Nothing is written for one that is known."""
        with self._database.read() as session:
            known = session.get(SubscriptionModel, name)
            if known is not None:
                return known.created_at
        with self._database.write() as session:
            values = {"name": name, "created_at": at, "told_through": find_beginning(session, at)}
            session.execute(self._database.insert(SubscriptionModel).on_conflict_do_nothing(), [values])
            return session.get_one(SubscriptionModel, name).created_at

    def last_digest(self, subscription: str) -> DigestRow | None:
        """The newest digest of a subscription."""
        question = (
            select(DigestModel).where(DigestModel.subscription == subscription)
            .order_by(DigestModel.composed_at.desc(), DigestModel.id.desc()).limit(1)
        )
        with self._database.read() as session:
            row = session.scalar(question)
            return _digest(row) if row else None

    def has_digest(self, subscription: str, period: str) -> bool:
        """Whether the period's digest was composed already."""
        question = select(DigestModel.id).where(
            DigestModel.subscription == subscription, DigestModel.period == period
        )
        with self._database.read() as session:
            return session.scalar(question) is not None

    def save_digest(self, digest: NewDigest) -> int | None:
        """Saves digest, told rows and one delivery per recipient together; its id.

        None where another service was first: the period has its digest already, or one of the events was told to the
        subscription since this digest was composed. An event that was merged since then is told as what it is now.
        """
        insert = self._database.insert(DigestModel).values(
            subscription=digest.subscription, period=digest.period, composed_at=digest.composed_at,
            since_at=digest.since_at, content=digest.content,
        )
        with self._database.write() as session:
            subscription = session.get_one(SubscriptionModel, digest.subscription, with_for_update={"key_share": True})
            told = follow_merges(session, digest.told)
            passed_over = follow_merges(session, digest.passed_over)
            if _any_told(session, digest.subscription, told):
                return None
            digest_id = session.scalar(insert.on_conflict_do_nothing().returning(DigestModel.id))
            if digest_id is None:
                return None
            self._save_told(session, digest.subscription, digest_id, told, passed_over - told)
            self._save_deliveries(session, digest, digest_id)
            settle(session, subscription)
            return int(digest_id)

    def _save_told(
        self, session: Session, subscription: str, digest_id: int, told: set[str], passed_over: set[str]
    ) -> None:
        insert = self._database.insert(ToldModel)
        rows = [
            {"subscription": subscription, "event_id": event, "digest_id": digest_id, "passed_over": event not in told}
            for event in sorted(told | passed_over)
        ]
        if rows:
            # A wanted event may have been merged into one that was passed over: told wins.
            upsert = insert.on_conflict_do_update(
                index_elements=[ToldModel.subscription, ToldModel.event_id],
                set_={"digest_id": digest_id, "passed_over": False}, where=insert.excluded.passed_over.is_(False),
            )
            session.execute(upsert, rows)

    def _save_deliveries(self, session: Session, digest: NewDigest, digest_id: int) -> None:
        session.add_all(
            DeliveryModel(
                digest_id=digest_id, notifier=digest.notifier, recipient=recipient, created_at=digest.composed_at,
                next_attempt_at=digest.composed_at, state="pending",
            )
            for recipient in dict.fromkeys(digest.recipients)
        )

    def get_digest(self, digest_id: int) -> DigestRow | None:
        """The digest with this id."""
        with self._database.read() as session:
            row = session.get(DigestModel, digest_id)
            return _digest(row) if row else None

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

    def count_told(self, event_id: str) -> int:
        """To how many subscriptions an event was told."""
        question = select(func.count()).where(ToldModel.event_id == event_id, ToldModel.passed_over.is_(False))
        with self._database.read() as session:
            return session.scalar(question) or 0


def _claim(session: Session, row: DeliveryModel, now: datetime) -> DeliveryRow:
    row.may_repeat = row.may_repeat or row.state == "uncertain"
    row.state, row.claimed_at, row.attempts = "sending", now, row.attempts + 1
    return _delivery(row, session.get_one(DigestModel, row.digest_id).subscription)


def _any_told(session: Session, subscription: str, events: set[str]) -> bool:
    told = select(ToldModel.event_id).where(ToldModel.subscription == subscription, ToldModel.passed_over.is_(False))
    parts = make_chunks(sorted(events))
    return any(session.scalars(told.where(ToldModel.event_id.in_(part))).first() is not None for part in parts)


def _digest(row: DigestModel) -> DigestRow:
    return DigestRow(
        id=row.id, subscription=row.subscription, composed_at=row.composed_at, since_at=row.since_at,
        content=dict(row.content),
    )


def _delivery(row: DeliveryModel, subscription: str) -> DeliveryRow:
    return DeliveryRow(
        id=row.id, digest_id=row.digest_id, subscription=subscription, notifier=row.notifier,
        recipient=row.recipient, state=row.state, attempts=row.attempts,  # type: ignore[arg-type]
        created_at=row.created_at, next_attempt_at=row.next_attempt_at, sent_at=row.sent_at,
        parts_sent=row.parts_sent, may_repeat=row.may_repeat, reason=row.reason,
    )
