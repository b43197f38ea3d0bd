"""Leases: who may ask a host, assess or schedule right now, on one machine or many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from storage.clock import FAR_AHEAD
from storage.columns import UtcDateTime
from storage.engine import Database
from storage.models import LeaseModel

# The claim of a holder that goes on, which is nearly every one: made once, as a crawl asks it before each request.
_LEASES: Any = LeaseModel.__table__
_GO_ON = (
    update(_LEASES)
    .where(
        _LEASES.c.name == bindparam("its_name"), _LEASES.c.holder == bindparam("its_holder"),
        _LEASES.c.asked_on == bindparam("day"), _LEASES.c.asked < bindparam("budget"),
        or_(
            _LEASES.c.next_allowed_at.is_(None), _LEASES.c.next_allowed_at <= bindparam("now"),
            _LEASES.c.next_allowed_at == bindparam("passes"),
        ),
    )
    .values(expires_at=bindparam("until"), next_allowed_at=bindparam("next_at"), asked=_LEASES.c.asked + 1)
)
_RELEASE = (
    update(_LEASES).where(_LEASES.c.name == bindparam("its_name"), _LEASES.c.holder == bindparam("its_holder"))
    .values(
        expires_at=bindparam("now"), holder="",
        next_allowed_at=func.coalesce(bindparam("next_at", type_=UtcDateTime), _LEASES.c.next_allowed_at),
    )
)


@dataclass(frozen=True)
class Lease:
    """A lease that is held; `next_allowed_at` is when its last holder allowed the next request."""

    name: str
    holder: str
    next_allowed_at: datetime | None


@dataclass(frozen=True)
class Claim:
    """What became of a claim to send one request; `granted` where it may be sent now.

    Where it was not, `next_allowed_at` is when it may be, or None where the requests of the day are `spent`.
    """

    granted: bool
    next_allowed_at: datetime | None = None
    spent: bool = False


@dataclass(frozen=True)
class Request:
    """One request that is about to be sent: the day of the outlet it counts for (`YYYY-MM-DD`) and that day's budget.

    `next_allowed_at` holds for everybody if nobody ever hears of its end; `passes` is what this holder wrote there
    for its request before, which has ended and rested.
    """

    next_allowed_at: datetime
    day: str
    budget: int
    passes: datetime | None = None


class LeaseRepository:
    """Rows that at most one holder has at a time; an expired one may be taken by anybody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, holder: str, now: datetime, seconds: float) -> Lease | None:
        """The lease, new or renewed by the same holder; None while somebody else has it."""
        with self._database.write() as session:
            row = session.execute(self._upsert(name, holder, now, seconds)).one_or_none()
        return Lease(name, holder, _believe(row.next_allowed_at, now)) if row else None

    def claim(self, name: str, holder: str, now: datetime, seconds: float, request: Request) -> Claim | None:
        """Takes or renews the lease and, in the same transaction, counts a request and reserves its time.

        None while somebody else has the lease. What was claimed counts even if it is never sent: a budget is a limit.
        """
        going_on = {
            "its_name": name, "its_holder": holder, "day": request.day, "budget": request.budget, "now": now,
            "passes": request.passes, "until": now + timedelta(seconds=seconds), "next_at": request.next_allowed_at,
        }
        with self._database.write() as session:
            if session.connection().execute(_GO_ON, going_on).rowcount:
                return Claim(True, request.next_allowed_at)
            row = session.execute(self._upsert(name, holder, now, seconds)).one_or_none()
            if row is None:
                return None
            allowed_at = _believe(row.next_allowed_at, now)
            if allowed_at is not None and allowed_at > now and allowed_at != request.passes:
                return Claim(False, allowed_at)
            asked = 0 if _is_over(row.asked_on, request.day) else row.asked
            if asked >= request.budget:
                return Claim(False, spent=True)
            asked_on = request.day if asked == 0 else max(row.asked_on, request.day)
            values = {"next_allowed_at": request.next_allowed_at, "asked_on": asked_on, "asked": asked + 1}
            session.execute(update(LeaseModel).where(LeaseModel.name == name).values(values))
        return Claim(True, request.next_allowed_at)

    def find_end(self, name: str) -> datetime | None:
        """When the lease ends if nobody renews it; in the past where it ended, None where it never was."""
        with self._database.read() as session:
            return session.scalar(select(LeaseModel.expires_at).where(LeaseModel.name == name))

    def count_asked(self, names: Sequence[str]) -> dict[str, tuple[str, int]]:
        """The day of the latest request by lease (`YYYY-MM-DD`, the outlet's) and how many there were on it."""
        question = select(LeaseModel.name, LeaseModel.asked_on, LeaseModel.asked).where(LeaseModel.name.in_(names))
        with self._database.read() as session:
            return {name: (day, asked) for name, day, asked in session.execute(question) if asked}

    def renew(self, names: Sequence[str], holder: str, now: datetime, seconds: float) -> set[str]:
        """Puts off the end of the leases that `holder` still has; their names. What is missing was lost to another."""
        mine = LeaseModel.name.in_(names) & (LeaseModel.holder == holder)
        later = update(LeaseModel).where(mine).values(expires_at=now + timedelta(seconds=seconds))
        with self._database.write() as session:
            return set(session.scalars(later.returning(LeaseModel.name)))

    def put_off(self, name: str, holder: str, next_allowed_at: datetime) -> None:
        """Lets nobody ask before `next_allowed_at`, where `holder` still has the lease."""
        mine = (LeaseModel.name == name) & (LeaseModel.holder == holder)
        with self._database.write() as session:
            session.execute(update(LeaseModel).where(mine).values(next_allowed_at=next_allowed_at))

    def release(self, name: str, holder: str, now: datetime, next_allowed_at: datetime | None = None) -> None:
        """Ends a lease; its row stays, with the instant before which the next holder must not ask.

        Without `next_allowed_at` that instant stays as it was. A lease that somebody else has by now is left alone.
        """
        values = {"its_name": name, "its_holder": holder, "now": now, "next_at": next_allowed_at}
        with self._database.write() as session:
            session.connection().execute(_RELEASE, values)

    def _upsert(self, name: str, holder: str, now: datetime, seconds: float) -> Any:
        expires_at = now + timedelta(seconds=seconds)
        new = {"name": name, "holder": holder, "expires_at": expires_at, "asked_on": "", "asked": 0}
        free = or_(
            LeaseModel.holder == holder, LeaseModel.expires_at <= now, LeaseModel.expires_at > now + FAR_AHEAD
        )
        upsert = self._database.insert(LeaseModel).values(new).on_conflict_do_update(
            index_elements=[LeaseModel.name], set_={"holder": holder, "expires_at": expires_at}, where=free)
        return upsert.returning(LeaseModel.next_allowed_at, LeaseModel.asked_on, LeaseModel.asked)


def _believe(at: datetime | None, now: datetime) -> datetime | None:
    """A time that is waited for; None where a clock that went wrong has written it."""
    return None if at is not None and at > now + FAR_AHEAD else at


def _is_over(asked_on: str, day: str) -> bool:
    """Whether a new day has begun. The day before may be another zone's today; any earlier one is a clock set back."""
    if not asked_on or day > asked_on:
        return True
    return date.fromisoformat(asked_on) - date.fromisoformat(day) > timedelta(days=1)
