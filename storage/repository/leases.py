"""Leases: who may ask a host, assess or schedule right now, on one machine or many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from storage.engine import Database
from storage.models import LeaseModel


@dataclass(frozen=True)
class Lease:
    """A lease that is held; `next_allowed_at` is when its last holder allowed the next request."""

    name: str
    holder: str
    next_allowed_at: datetime | None


class LeaseRepository:
    """Rows that at most one holder has at a time; an expired one may be taken by anybody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, holder: str, now: datetime, seconds: float) -> Lease | None:
        """The lease, new or renewed by the same holder; None while somebody else has it."""
        expires_at = now + timedelta(seconds=seconds)
        insert = self._database.insert(LeaseModel).values(name=name, holder=holder, expires_at=expires_at)
        free = or_(LeaseModel.holder == holder, LeaseModel.expires_at <= now)
        upsert = insert.on_conflict_do_update(
            index_elements=[LeaseModel.name], set_={"holder": holder, "expires_at": expires_at}, where=free
        )
        with self._database.write() as session:
            row = session.execute(upsert.returning(LeaseModel.name, LeaseModel.next_allowed_at)).one_or_none()
        return Lease(name, holder, row.next_allowed_at) if row else None

    def find_end(self, name: str) -> datetime | None:
        """When the lease ends if nobody renews it; in the past where it ended, None where it never was."""
        with self._database.read() as session:
            return session.scalar(select(LeaseModel.expires_at).where(LeaseModel.name == name))

    def renew(self, names: Sequence[str], holder: str, now: datetime, seconds: float) -> set[str]:
        """Puts off the end of the leases that `holder` still has; their names. What is missing was lost to another."""
        mine = LeaseModel.name.in_(names) & (LeaseModel.holder == holder)
        later = update(LeaseModel).where(mine).values(expires_at=now + timedelta(seconds=seconds))
        with self._database.write() as session:
            return set(session.scalars(later.returning(LeaseModel.name)))

    def release(self, name: str, holder: str, now: datetime, next_allowed_at: datetime | None = None) -> None:
        """Ends a lease; its row stays, with the instant before which the next holder must not ask.

        Without `next_allowed_at` that instant stays as it was. A lease that somebody else has by now is left alone.
        """
        mine = (LeaseModel.name == name) & (LeaseModel.holder == holder)
        values: dict[str, datetime | str] = {"expires_at": now, "holder": ""}
        if next_allowed_at is not None:
            values["next_allowed_at"] = next_allowed_at
        with self._database.write() as session:
            session.execute(update(LeaseModel).where(mine).values(values))
