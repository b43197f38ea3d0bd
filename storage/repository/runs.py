"""Questions about waves and runs: when we crawled, and with what outcome."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select, update

from storage.engine import Database
from storage.models import RunModel, WaveModel
from storage.repository.outlets import save_feed_plans, save_state
from storage.values import FeedPlan, OutletState, RunEnds, RunRow

# Asked for every outlet of every wave, so made once.
_RUNS: Any = RunModel.__table__
_END = (
    update(_RUNS).where(_RUNS.c.id == bindparam("its_id"))
    .values(
        finished_at=bindparam("at"), outcome=bindparam("how"), reason=bindparam("why"), counts=bindparam("its_counts")
    )
    .returning(_RUNS.c.outlet_id)
)
# Of runs that are under way, were killed or stopped, or met no network: they say nothing of their outlet.
UNENDED = ("", "stopped")


class RunRepository:
    """What was done, outlet by outlet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start_wave(self, at: datetime) -> int:
        """A new wave; its id."""
        with self._database.write() as session:
            row = WaveModel(started_at=at, outcome="")
            session.add(row)
            session.flush()
            return row.id

    def end_wave(self, wave_id: int, at: datetime, outcome: str) -> None:
        """Ends a wave, and as `stopped` every run of it that did not end by itself."""
        with self._database.write() as session:
            row = session.get_one(WaveModel, wave_id)
            row.finished_at, row.outcome = at, outcome
            unfinished = (RunModel.wave_id == wave_id) & RunModel.finished_at.is_(None)
            session.execute(update(RunModel).where(unfinished).values(finished_at=at, outcome="stopped"))

    def start_run(self, wave_id: int, outlet_id: str, at: datetime) -> int:
        """The outlet's run in this wave, new if there was none; its id."""
        return self.start_runs(wave_id, [outlet_id], at)[outlet_id]

    def start_runs(self, wave_id: int, outlet_ids: Sequence[str], at: datetime) -> dict[str, int]:
        """As `start_run`, for many outlets in one transaction; the ids by outlet."""
        rows = [
            {"wave_id": wave_id, "outlet_id": outlet_id, "started_at": at, "outcome": "", "reason": "", "counts": {}}
            for outlet_id in sorted(set(outlet_ids))
        ]
        mine = select(RunModel.outlet_id, RunModel.id).where(RunModel.wave_id == wave_id)
        with self._database.write() as session:
            if rows:
                session.execute(self._database.insert(RunModel).on_conflict_do_nothing(), rows)
            ids = {row.outlet_id: row.id for row in session.execute(mine)}
        return {outlet_id: ids[outlet_id] for outlet_id in outlet_ids}

    def end_run(
        self, run_id: int, at: datetime, outcome: str, reason: str, counts: dict[str, int],
        state: OutletState | None = None, feeds: Sequence[FeedPlan] = (),
    ) -> None:
        """Ends a run with its counts by name, and in the same transaction saves the outlet's state where one is given.

        The instant of the outlet's first visit stays as it is. `feeds` are those of its feeds that were planned anew.
        """
        with self._database.write() as session:
            outlet_id = session.connection().scalar(_END, {
                "its_id": run_id, "at": at, "how": outcome, "why": reason, "its_counts": dict(counts),
            })
            if outlet_id is None:
                raise LookupError(f"no run {run_id}")
            if state is not None:
                save_state(session, state)
            save_feed_plans(session, outlet_id, feeds)

    def close_orphans(self, before: datetime) -> int:
        """Ends as `stopped` the waves and runs that began before `before` and were killed; how many runs."""
        with self._database.write() as session:
            waves = WaveModel.finished_at.is_(None) & (WaveModel.started_at < before)
            session.execute(update(WaveModel).where(waves).values(finished_at=WaveModel.started_at, outcome="stopped"))
            runs = RunModel.finished_at.is_(None) & (RunModel.started_at < before)
            ids = session.scalars(select(RunModel.id).where(runs)).all()
            values = {"finished_at": RunModel.started_at, "outcome": "stopped", "reason": "killed"}
            session.execute(update(RunModel).where(RunModel.id.in_(ids)).values(values))
            return len(ids)

    def find(
        self, limit: int | None = None, outlet_id: str | None = None, *, outcome: str = "", before: int | None = None
    ) -> list[RunRow]:
        """Runs, newest first; those with an id below `before`."""
        question = select(RunModel).order_by(RunModel.id.desc()).limit(limit)
        if outlet_id:
            question = question.where(RunModel.outlet_id == outlet_id)
        if outcome:
            question = question.where(RunModel.outcome == outcome)
        if before is not None:
            question = question.where(RunModel.id < before)
        with self._database.read() as session:
            return [_run(row) for row in session.scalars(question)]

    def waves_between(self, since: datetime, until: datetime) -> list[tuple[datetime, datetime | None]]:
        """Start and end of every wave that began in the period, oldest first.

        A wave all of whose runs were stopped covered nothing (our network was down, say) and is left out.
        """
        runs = select(RunModel.id).where(RunModel.wave_id == WaveModel.id)
        question = (
            select(WaveModel.started_at, WaveModel.finished_at)
            .where(WaveModel.started_at >= since, WaveModel.started_at < until)
            .where(~runs.exists() | runs.where(RunModel.outcome != "stopped").exists())
            .order_by(WaveModel.started_at)
        )
        with self._database.read() as session:
            return [(start, end) for start, end in session.execute(question)]

    def ends(self, since: datetime, until: datetime) -> dict[str, RunEnds]:
        """What became of the runs that began in the period, by outlet; an end is one with an outcome of its own.

        A run that a clock which went wrong has put behind `until` is left out.
        """
        ended_at = case((RunModel.outcome.not_in(UNENDED), RunModel.finished_at))
        question = (
            select(RunModel.outlet_id, func.count(), func.max(ended_at))
            .where(RunModel.started_at >= since, RunModel.started_at <= until).group_by(RunModel.outlet_id)
        )
        with self._database.read() as session:
            return {outlet_id: RunEnds(begun, at) for outlet_id, begun, at in session.execute(question)}

    def reasons(self, since: datetime, until: datetime) -> dict[tuple[str, str], int]:
        """How many of the runs that began in the period ended how and why: counts by outcome and reason."""
        question = (
            select(RunModel.outcome, RunModel.reason, func.count())
            .where(RunModel.started_at >= since, RunModel.started_at <= until, RunModel.outcome != "")
            .group_by(RunModel.outcome, RunModel.reason)
        )
        with self._database.read() as session:
            return {(outcome, reason): count for outcome, reason, count in session.execute(question)}

    def first_wave_after(self, at: datetime, until: datetime) -> datetime | None:
        """When the first wave after `at`, and until `until`, began."""
        began_at = WaveModel.started_at
        question = select(func.min(began_at)).where(began_at > at, began_at <= until)
        with self._database.read() as session:
            return session.scalar(question)

    def last_wave_at(self) -> datetime | None:
        """When the newest wave began."""
        with self._database.read() as session:
            return session.scalar(select(func.max(WaveModel.started_at)))


def _run(row: RunModel) -> RunRow:
    return RunRow(
        id=row.id, wave_id=row.wave_id, outlet_id=row.outlet_id, started_at=row.started_at,
        finished_at=row.finished_at, outcome=row.outcome, reason=row.reason, counts=dict(row.counts),
    )
