"""Questions about subscriptions and digests: when they began, what each told, and to whom; it hands nothing over."""

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
from storage.values import DigestRow


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


class DigestRepository:
    """Subscriptions, their digests and what these told."""

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

    def count_told(self, event_id: str) -> int:
        """To how many subscriptions an event was told."""
        question = select(func.count()).where(ToldModel.event_id == event_id, ToldModel.passed_over.is_(False))
        with self._database.read() as session:
            return session.scalar(question) or 0


def _any_told(session: Session, subscription: str, events: set[str]) -> bool:
    told = select(ToldModel.event_id).where(ToldModel.subscription == subscription, ToldModel.passed_over.is_(False))
    parts = make_chunks(sorted(events))
    return any(session.scalars(told.where(ToldModel.event_id.in_(part))).first() is not None for part in parts)


def _digest(row: DigestModel) -> DigestRow:
    return DigestRow(
        id=row.id, subscription=row.subscription, composed_at=row.composed_at, since_at=row.since_at,
        content=dict(row.content),
    )
