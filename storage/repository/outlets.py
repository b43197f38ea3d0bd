"""Questions about outlets and their feeds: state, validators, what is due, and the ledger."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from storage.clock import FAR_AHEAD
from storage.columns import UtcDateTime
from storage.engine import Database
from storage.models import EntryModel, FeedModel, OutletModel, RunModel
from storage.repository.redirects import make_chunks
from storage.values import FeedPlan, FeedState, FeedVisit, LedgerLine, OutletState

NOT_MODIFIED = 304
# Statements asked for every outlet of every wave are made once, on the tables: that is most of their cost.
_OUTLETS: Any = OutletModel.__table__
_FEEDS: Any = FeedModel.__table__
STATE = (
    "state", "state_since", "state_reason", "last_seen_at", "last_new_at", "next_due_at", "failures",
    "failing_since_at",
)
_SAVE_STATE = (
    update(_OUTLETS).where(_OUTLETS.c.id == bindparam("id_"))
    .values({name: bindparam(name) for name in (*STATE, "habits")})
)
_SAVE_PLAN = (
    update(_FEEDS)
    .where(_FEEDS.c.outlet_id == bindparam("its_outlet"), _FEEDS.c.url == bindparam("its_url"))
    .values(
        next_due_at=bindparam("due_at"), asked_on=bindparam("day"), asked=bindparam("times"),
        rhythm=bindparam("its_rhythm"),
    )
)
_FIRST_VISIT = select(_OUTLETS.c.first_visit_at).where(_OUTLETS.c.id == bindparam("its_id"))
_FEED_STATES = select(_FEEDS).where(_FEEDS.c.outlet_id == bindparam("its_outlet"))


class OutletRepository:
    """What visiting outlets has shown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, outlet_ids: Iterable[str]) -> None:
        """Makes a row for every outlet that has none; the others stay as they are."""
        # In one order everywhere, so that two processes that register at once wait for each other.
        ids = sorted(set(outlet_ids))
        rows = [{"id": outlet_id, "state": "unproven", "state_reason": "", "failures": 0} for outlet_id in ids]
        if not rows:
            return
        with self._database.write() as session:
            session.execute(self._database.insert(OutletModel).on_conflict_do_nothing(), rows)

    def states(self) -> dict[str, OutletState]:
        """The state of every outlet ever registered, by id."""
        with self._database.read() as session:
            return {row.id: _state(row) for row in session.scalars(select(OutletModel))}

    def find_due(self, outlet_ids: Iterable[str], now: datetime) -> list[str]:
        """Those of `outlet_ids` whose time has come, never visited ones first, then the longest overdue; no paused one.
        """
        wanted = set(outlet_ids)
        due = OutletModel.next_due_at
        question = (
            select(OutletModel.id)
            .where(or_(due.is_(None), due <= now, due > now + FAR_AHEAD), OutletModel.paused_at.is_(None))
            .order_by(due.is_not(None), due, OutletModel.id)
        )
        with self._database.read() as session:
            return [outlet_id for outlet_id in session.scalars(question) if outlet_id in wanted]

    def begin_visit(self, outlet_id: str, now: datetime) -> datetime:
        """The instant of the outlet's first visit, which is now if there was none."""
        with self._database.read() as session:
            first: datetime | None = session.connection().scalar(_FIRST_VISIT, {"its_id": outlet_id})
        if first is not None:
            return first
        with self._database.write() as session:
            row = session.get_one(OutletModel, outlet_id, with_for_update={"key_share": True})
            if row.first_visit_at is None:
                row.first_visit_at = now
            return row.first_visit_at

    def save_state(self, state: OutletState) -> None:
        """Replaces the state, keeping the first visit."""
        with self._database.write() as session:
            save_state(session, state)

    def put_off(self, outlet_id: str, due_at: datetime) -> None:
        """Makes the outlet due not before `due_at`; all else stays as whoever visited it last has left it."""
        is_sooner = OutletModel.next_due_at.is_(None) | (OutletModel.next_due_at < due_at)
        later = update(OutletModel).where(OutletModel.id == outlet_id, is_sooner).values(next_due_at=due_at)
        with self._database.write() as session:
            session.execute(later)

    def put_all_off(self, outlet_ids: Iterable[str], until: datetime) -> None:
        """Makes the outlets due at exactly that instant."""
        with self._database.write() as session:
            mine = OutletModel.id.in_(list(outlet_ids))
            session.execute(update(OutletModel).where(mine).values(next_due_at=until))

    def find_put_off(self, outlet_ids: Iterable[str], until: datetime) -> list[str]:
        """Those of `outlet_ids` that were put off until exactly then, and not visited since; in their order."""
        question = select(OutletModel.id).where(OutletModel.next_due_at == until)
        with self._database.read() as session:
            found = set(session.scalars(question))
        return [outlet_id for outlet_id in outlet_ids if outlet_id in found]

    def recall(self, outlet_ids: Iterable[str], until: datetime, now: datetime) -> None:
        """Makes those that were put off until exactly then, and not visited since, due at `now`."""
        waiting = OutletModel.id.in_(list(outlet_ids)) & (OutletModel.next_due_at == until)
        with self._database.write() as session:
            session.execute(update(OutletModel).where(waiting).values(next_due_at=now))

    def feed_states(self, outlet_id: str) -> dict[str, FeedState]:
        """What earlier visits left behind, by feed address."""
        with self._database.read() as session:
            rows = session.connection().execute(_FEED_STATES, {"its_outlet": outlet_id})
            return {row.url: _feed_state(row) for row in rows}

    def save_feed_visit(self, visit: FeedVisit) -> None:
        """Records one visit; a readable one proves the feed and ends its row of failures.

        A visit that came before the last one recorded is left out.
        """
        new = {"outlet_id": visit.outlet_id, "url": visit.url, "last_status": 0, "last_reason": "", "failures": 0,
               "asked_on": "", "asked": 0, "rhythm": {}}
        values = {
            "its_outlet": visit.outlet_id, "its_url": visit.url, "at": visit.at, "status": visit.status,
            "why": visit.reason, "its_etag": visit.etag, "modified": visit.last_modified, "hash": visit.body_hash,
        }
        with self._database.write() as session:
            connection = session.connection()
            if connection.execute(_visit(visit), values).rowcount == 0:
                # A new feed; or one whose later visit is recorded already, which stays.
                connection.execute(self._database.insert(_FEEDS).on_conflict_do_nothing(), [new])
                connection.execute(_visit(visit), values)

    def ledger(
        self, outlet_ids: Iterable[str], since: datetime, until: datetime, arriving_since: datetime | None = None,
    ) -> list[LedgerLine]:
        """What happened between the two instants, one line for each of `outlet_ids`, registered or not.

        `runs` counts those that read the outlet; `entries` and `articles` are new in the period. What waits to be read
        may have been announced before it; seen since `arriving_since` and not tried yet, it has just come.
        """
        outlet_ids = list(outlet_ids)
        with self._database.read() as session:
            states = {row.id: _state(row) for row in session.scalars(select(OutletModel))}
            runs = _runs(session, since, until)
            seen = _entries_seen(session, since, until)
            waiting = _entries_waiting(session, outlet_ids, until, arriving_since or until)
        return [
            _line(
                states.get(outlet_id, OutletState(outlet_id)), runs.get(outlet_id, (0, 0)), seen.get(outlet_id, 0),
                waiting.get(outlet_id, (0, 0)))
            for outlet_id in outlet_ids
        ]


def save_state(session: Session, state: OutletState) -> None:
    """Replaces an outlet's state inside a transaction, keeping the first visit."""
    values = {name: getattr(state, name) for name in STATE} | {"habits": dict(state.habits), "id_": state.outlet_id}
    if session.connection().execute(_SAVE_STATE, values).rowcount == 0:
        raise LookupError(f"outlet {state.outlet_id} is not registered")


def save_feed_plans(session: Session, outlet_id: str, plans: Sequence[FeedPlan]) -> None:
    """Saves when feeds are due next, inside a transaction; feeds that were never visited have no row and are left."""
    for plan in plans:
        session.connection().execute(_SAVE_PLAN, {
            "its_outlet": outlet_id, "its_url": plan.url, "due_at": plan.next_due_at, "day": plan.asked_on,
            "times": plan.asked, "its_rhythm": dict(plan.rhythm),
        })


@cache
def _make_visit(*, failed: bool, whole: bool, lied: bool, unchanged: bool) -> Update:
    """The statement that records one visit; made once for each kind of visit."""
    at, columns = bindparam("at", type_=UtcDateTime), _FEEDS.c
    values: dict[str, Any] = {"last_at": at, "last_status": bindparam("status"), "last_reason": bindparam("why")}
    if failed:
        values["failures"] = columns.failures + 1
    else:
        values |= {"failures": 0, "last_ok_at": at, "proven_at": func.coalesce(columns.proven_at, at)}
        values |= {"read_whole_at": at} if whole else {}
        values |= {"distrusted_at": at} if lied else {}
        names = {"etag": "its_etag", "last_modified": "modified", "body_hash": "hash"}
        values |= {} if unchanged else {column: bindparam(name) for column, name in names.items()}
    mine = (columns.outlet_id == bindparam("its_outlet")) & (columns.url == bindparam("its_url"))
    return update(_FEEDS).where(mine, or_(columns.last_at.is_(None), columns.last_at < at)).values(values)


def _visit(visit: FeedVisit) -> Update:
    return _make_visit(
        failed=bool(visit.reason), whole=visit.whole, lied=visit.lied, unchanged=visit.status == NOT_MODIFIED)


def _runs(session: Session, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    read = func.sum(case((RunModel.outcome.in_(("fine", "nothing_new")), 1), else_=0))
    saved = func.sum(RunModel.counts["saved"].as_integer())
    question = select(RunModel.outlet_id, read, saved).where(
        RunModel.started_at >= since, RunModel.started_at < until, RunModel.finished_at.is_not(None)
    )
    return {row[0]: (row[1], row[2] or 0) for row in session.execute(question.group_by(RunModel.outlet_id))}


def _entries_seen(session: Session, since: datetime, until: datetime) -> dict[str, int]:
    question = (
        select(EntryModel.outlet_id, func.count())
        .where(EntryModel.seen_at >= since, EntryModel.seen_at < until)
        .group_by(EntryModel.outlet_id)
    )
    return {row[0]: row[1] for row in session.execute(question)}


def _entries_waiting(
    session: Session, outlet_ids: Sequence[str], until: datetime, arriving_since: datetime
) -> dict[str, tuple[int, int]]:
    # By outlet, as the index of the frontier wants it. What is old for sure is no news; of an undated entry of a first
    # look only its page says.
    may_be_news = EntryModel.backlog.is_(False) | EntryModel.published_at.is_(None)
    arriving = case(((EntryModel.seen_at >= arriving_since) & (EntryModel.attempts == 0), 1), else_=0)
    found: dict[str, tuple[int, int]] = {}
    for part in make_chunks(outlet_ids):
        question = (
            select(EntryModel.outlet_id, func.count(), func.sum(arriving))
            .where(EntryModel.outlet_id.in_(part), EntryModel.outcome.is_(None), may_be_news)
            .where(EntryModel.seen_at < until)
            .group_by(EntryModel.outlet_id)
        )
        found.update({row[0]: (row[1], row[2]) for row in session.execute(question)})
    return found


def _line(state: OutletState, runs: tuple[int, int], entries: int, waiting: tuple[int, int]) -> LedgerLine:
    return LedgerLine(
        outlet_id=state.outlet_id, state=state.state, state_since=state.state_since, state_reason=state.state_reason,
        last_seen_at=state.last_seen_at, last_new_at=state.last_new_at,
        runs=runs[0], entries=entries, articles=runs[1], waiting=waiting[0], arriving=waiting[1],
    )


def _state(row: OutletModel) -> OutletState:
    return OutletState(
        outlet_id=row.id, state=row.state, state_since=row.state_since, state_reason=row.state_reason,
        first_visit_at=row.first_visit_at, last_seen_at=row.last_seen_at, last_new_at=row.last_new_at,
        next_due_at=row.next_due_at, failures=row.failures, failing_since_at=row.failing_since_at,
        habits=dict(row.habits), paused_at=row.paused_at, paused_by=row.paused_by,
    )


def _feed_state(row: Any) -> FeedState:
    return FeedState(
        outlet_id=row.outlet_id, url=row.url, etag=row.etag, last_modified=row.last_modified,
        body_hash=row.body_hash, proven_at=row.proven_at, last_ok_at=row.last_ok_at, failures=row.failures,
        last_at=row.last_at, next_due_at=row.next_due_at, read_whole_at=row.read_whole_at,
        distrusted_at=row.distrusted_at, asked_on=row.asked_on, asked=row.asked, rhythm=dict(row.rhythm),
        last_reason=row.last_reason,
    )
