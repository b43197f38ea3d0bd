"""Questions about recipients who wish no more of a subscription; who its recipients are is settings."""

from datetime import datetime

from sqlalchemy import delete, select

from storage.engine import Database
from storage.models import UnsubscribedModel
from storage.values import UnsubscribedRow


class UnsubscribedRepository:
    """One row per subscription and recipient who left; no row, nothing left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def leave(self, subscription: str, recipient: str, at: datetime) -> bool:
        """Remembers that `recipient` left at `at`; whether that is new. The first time stands."""
        insert = self._database.insert(UnsubscribedModel).values(
            subscription=subscription, recipient=recipient, left_at=at
        )
        with self._database.write() as session:
            added = session.scalar(insert.on_conflict_do_nothing().returning(UnsubscribedModel.recipient))
            return added is not None

    def resume(self, subscription: str, recipient: str) -> bool:
        """Forgets that `recipient` left; whether it had."""
        rows = delete(UnsubscribedModel).where(
            UnsubscribedModel.subscription == subscription, UnsubscribedModel.recipient == recipient
        )
        with self._database.write() as session:
            return session.scalar(rows.returning(UnsubscribedModel.recipient)) is not None

    def has_left(self, subscription: str, recipient: str) -> bool:
        """Whether `recipient` gets no more of `subscription`."""
        with self._database.read() as session:
            return session.get(UnsubscribedModel, (subscription, recipient)) is not None

    def all(self) -> list[UnsubscribedRow]:
        """Everybody who left, by subscription and recipient."""
        question = select(UnsubscribedModel).order_by(UnsubscribedModel.subscription, UnsubscribedModel.recipient)
        with self._database.read() as session:
            return [UnsubscribedRow(r.subscription, r.recipient, r.left_at) for r in session.scalars(question)]
