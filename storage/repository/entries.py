"""Questions about entries: the frontier, and what became of each address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from storage.engine import Database
from storage.models import EntryModel, OutletModel
from storage.repository.redirects import make_chunks
from storage.values import FrontierEntry, NewEntry, Outcome, ScreenedEntry

# What a crawl asks for each page or each outlet is made once, on the table: that is most of its cost.
_ENTRIES: Any = EntryModel.__table__
_OWN = _ENTRIES.c.outlet_id == bindparam("its_outlet")
_WAITING = select(func.count()).select_from(_ENTRIES).where(_OWN, _ENTRIES.c.outcome.is_(None))
_FRONTIER = (
    select(_ENTRIES)
    .where(_OWN, _ENTRIES.c.outcome.is_(None))
    .where(or_(_ENTRIES.c.next_attempt_at.is_(None), _ENTRIES.c.next_attempt_at <= bindparam("now")))
    .order_by(_ENTRIES.c.backlog, func.coalesce(_ENTRIES.c.published_at, _ENTRIES.c.seen_at).desc(), _ENTRIES.c.id)
    .limit(bindparam("most"))
)
# `published_at` stands in the index of the frontier: entries of years ago are passed over without being read.
_RECENT = _ENTRIES.c.published_at >= bindparam("since")
_UNDATED = (
    _ENTRIES.c.published_at.is_(None) & (_ENTRIES.c.seen_at >= bindparam("since")) & _ENTRIES.c.backlog.is_(False)
)
_PUBLISHED = (
    select(_ENTRIES.c.feed_url, _ENTRIES.c.published_at, _ENTRIES.c.seen_at)
    .where(_OWN, _RECENT | _UNDATED)
    .order_by(_ENTRIES.c.published_at.desc().nulls_last(), _ENTRIES.c.seen_at.desc())
    .limit(bindparam("most"))
)
_END = (
    update(_ENTRIES).where(_ENTRIES.c.id == bindparam("its_id"))
    .values(
        outcome=bindparam("its_outcome"), reason=bindparam("its_reason"), settled_at=bindparam("at"),
        screen_version=bindparam("its_version"), attempts=_ENTRIES.c.attempts + 1,
    )
)


class EntryRepository:
    """Addresses seen in feeds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_seen(self, entries: Sequence[NewEntry], at: datetime) -> list[str]:
        """Saves entries not known yet and returns their identities, in order; a known one stays as it was first seen.

        Where two entries have one identity, the first one counts. The outlets must be registered.
        """
        if not entries:
            return []
        unique: dict[str, NewEntry] = {}
        for entry in entries:
            unique.setdefault(entry.identity, entry)
        rows = [
            {
                "outlet_id": e.outlet_id, "identity": e.identity, "url": e.url, "feed_url": e.feed_url,
                "title": e.title, "summary": e.summary, "published_at": e.published_at,
                "date_source": e.date_source, "seen_at": at, "backlog": e.backlog,
                "reason": "", "screen_version": "", "attempts": 0,
            }
            for e in unique.values()
        ]
        insert = self._database.insert(EntryModel).on_conflict_do_nothing().returning(EntryModel.identity)
        outlets = {entry.outlet_id for entry in entries}
        # Two crawls of one outlet save in turn: on PostgreSQL the same entries in another order would be a deadlock.
        in_turn = (
            select(OutletModel.id).where(OutletModel.id.in_(outlets)).order_by(OutletModel.id)
            .with_for_update(key_share=True)
        )
        with self._database.write() as session:
            session.execute(in_turn)
            added = set(session.scalars(insert, rows))
        return [identity for identity in unique if identity in added]

    def find_known(self, identities: Sequence[str]) -> set[str]:
        """Those of `identities` that are in the store."""
        known: set[str] = set()
        with self._database.read() as session:
            for start in range(0, len(identities), 500):  # below the limit of parameters of old SQLite builds
                part = identities[start : start + 500]
                known.update(session.scalars(select(EntryModel.identity).where(EntryModel.identity.in_(part))))
        return known

    def frontier(self, outlet_id: str, limit: int, now: datetime) -> list[FrontierEntry]:
        """Entries still to be fetched, newest first; undated ones count as seen, backlog comes last."""
        values = {"its_outlet": outlet_id, "now": now, "most": limit}
        with self._database.read() as session:
            return [_frontier(row) for row in session.connection().execute(_FRONTIER, values)]

    def published_since(
        self, outlet_id: str, since: datetime, limit: int,
    ) -> dict[str, list[tuple[datetime | None, datetime]]]:
        """Date and first sight of the outlet's newest entries, at most `limit`, by the feed that showed them first.

        Those without a date come last.
        Undated backlog is left out: the first look at a list says nothing about when it was published.
        """
        found: dict[str, list[tuple[datetime | None, datetime]]] = {}
        with self._database.read() as session:
            values = {"its_outlet": outlet_id, "since": since, "most": limit}
            for feed_url, published_at, seen_at in session.connection().execute(_PUBLISHED, values):
                found.setdefault(feed_url, []).append((published_at, seen_at))
        return found

    def count_waiting(self, outlet_id: str) -> int:
        """How many entries of the outlet still have no outcome."""
        with self._database.read() as session:
            return session.connection().scalar(_WAITING, {"its_outlet": outlet_id}) or 0

    def save_outcome(
        self, entry_id: int, outcome: Outcome, reason: str, at: datetime, *, screen_version: str = ""
    ) -> None:
        """Ends an entry: it leaves the frontier for good."""
        values = {
            "its_id": entry_id, "its_outcome": outcome, "its_reason": reason, "at": at, "its_version": screen_version,
        }
        with self._database.write() as session:
            if not session.connection().execute(_END, values).rowcount:
                raise LookupError(f"no entry {entry_id}")

    def screened_out(self, after_id: int, limit: int) -> list[ScreenedEntry]:
        """Entries with a title that were screened out, by id, those above `after_id`."""
        question = (
            select(EntryModel)
            .where(EntryModel.id > after_id, EntryModel.outcome == "screened_out", EntryModel.title != "")
            .order_by(EntryModel.id).limit(limit)
        )
        with self._database.read() as session:
            return [
                ScreenedEntry(row.id, row.outlet_id, row.url, row.title, row.screen_version)
                for row in session.scalars(question)
            ]

    def put_back(self, entry_ids: Sequence[int], reason: str) -> int:
        """Puts entries that were screened out back into the frontier, as if never tried; how many there were."""
        count = 0
        with self._database.write() as session:
            for part in make_chunks(entry_ids):
                rows = select(EntryModel).where(EntryModel.id.in_(part), EntryModel.outcome == "screened_out")
                for row in session.scalars(rows.order_by(EntryModel.id).with_for_update()):
                    row.outcome, row.reason, row.settled_at = None, reason, None
                    row.attempts, row.next_attempt_at, count = 0, None, count + 1
        return count

    def postpone(self, entry_id: int, reason: str, next_attempt_at: datetime) -> None:
        """Leaves an entry in the frontier, to be tried again not before `next_attempt_at`."""
        with self._database.write() as session:
            row = session.get_one(EntryModel, entry_id)
            row.reason, row.attempts, row.next_attempt_at = reason, row.attempts + 1, next_attempt_at


def _frontier(row: Any) -> FrontierEntry:
    return FrontierEntry(
        id=row.id, outlet_id=row.outlet_id, identity=row.identity, url=row.url, title=row.title,
        summary=row.summary, published_at=row.published_at, backlog=row.backlog, attempts=row.attempts,
    )
