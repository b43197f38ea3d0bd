"""Questions of the dashboard about outlets: what each brought of late, and that a person paused or resumed it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from storage.engine import Database
from storage.models import EntryModel, OutletModel, RunModel
from storage.values import OutletFigures

REFUSED = "refused:"


class OutletPageRepository:
    """Outlets as people look at them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def figures(self, since: datetime, days: int, outlet_ids: Sequence[str] = ()) -> dict[str, OutletFigures]:
        """Entries by day of UTC from `since` on and refusals by reason; of all outlets if none is named.

        It reads every entry of the period, some 200,000 a second: whoever asks often keeps the answer.
        """
        entries = self._count_entries(since, days, outlet_ids)
        refusals = self._count_refusals(since, outlet_ids)
        return {
            outlet_id: OutletFigures(tuple(entries.get(outlet_id, [0] * days)), dict(refusals.get(outlet_id, {})))
            for outlet_id in {*entries, *refusals}
        }

    def pause(self, outlet_id: str, who: str, at: datetime) -> bool:
        """Lets nobody visit the outlet until it is resumed; whether that is new. The first to pause it stays known."""
        with self._database.write() as session:
            row = session.get(OutletModel, outlet_id, with_for_update={"key_share": True})
            if row is None or row.paused_at is not None:
                return False
            row.paused_at, row.paused_by = at, who
            return True

    def resume(self, outlet_id: str) -> bool:
        """Ends a pause; whether there was one."""
        with self._database.write() as session:
            row = session.get(OutletModel, outlet_id, with_for_update={"key_share": True})
            if row is None or row.paused_at is None:
                return False
            row.paused_at, row.paused_by = None, ""
            return True

    def ask_soon(self, outlet_id: str, now: datetime) -> bool:
        """Makes the outlet due at once, whatever its rhythm; whether there is one."""
        with self._database.write() as session:
            row = session.get(OutletModel, outlet_id, with_for_update={"key_share": True})
            if row is None:
                return False
            row.next_due_at = now
            return True

    def _count_entries(self, since: datetime, days: int, outlet_ids: Sequence[str]) -> dict[str, list[int]]:
        day = func.date(EntryModel.seen_at)
        # Grouped by the bare column, SQLite would walk through all entries outlet by outlet: 10 s for a million.
        outlet = func.coalesce(EntryModel.outlet_id, "")
        question = select(outlet, day, func.count()).where(EntryModel.seen_at >= since)
        if outlet_ids:
            question = question.where(EntryModel.outlet_id.in_(outlet_ids))
        counts: dict[str, list[int]] = defaultdict(lambda: [0] * days)
        with self._database.read() as session:
            for outlet_id, on, count in session.execute(question.group_by(outlet, day)):
                number = (datetime.fromisoformat(str(on)).date() - since.date()).days
                if 0 <= number < days:
                    counts[outlet_id][number] += count
        return counts

    def _count_refusals(self, since: datetime, outlet_ids: Sequence[str]) -> dict[str, Counter[str]]:
        question = select(RunModel.outlet_id, RunModel.counts).where(RunModel.started_at >= since)
        if outlet_ids:
            question = question.where(RunModel.outlet_id.in_(outlet_ids))
        found: dict[str, Counter[str]] = defaultdict(Counter)
        with self._database.read() as session:
            for outlet_id, counts in session.execute(question):
                for name, count in (counts or {}).items():
                    if name.startswith(REFUSED):
                        found[outlet_id][name.removeprefix(REFUSED)] += count
        return found
