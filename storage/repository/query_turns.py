"""Questions about requests to query services: whose turn it is, and what came of it; limits hold for all processes."""

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import aliased

from storage.engine import Database
from storage.models import QueryTurnModel
from storage.values import QueryTurn

QUERY_TURN = 7_205  # the number of the turn in which limits are looked at: any that no other turn has
DAY, WEEK = timedelta(days=1), timedelta(days=7)


class QueryTurnRepository:
    """One row per request, written before it is sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, service: str, query: str, now: datetime, *, pause: timedelta, per_day: int | None = None,
        again_after: timedelta = timedelta(),
    ) -> int | None:
        """The number of a turn to ask `service` now, or None where a limit forbids it.

        The limits: `pause` since the service's last request, `per_day` requests in 24 hours, `again_after` since the
        same query, and the rest that the service's last answer asked for.
        """
        row = QueryTurnModel
        same = select(func.max(row.asked_at)).where(row.service == service, row.query == query)
        newest = select(row).where(row.service == service).order_by(row.asked_at.desc(), row.id.desc()).limit(1)
        recent = select(func.count()).where(row.service == service, row.asked_at > now - DAY)
        with self._database.write() as session:
            self._database.take_turn(session, QUERY_TURN)
            last = session.scalar(newest)
            if last and (last.asked_at + pause > now or (last.rests_until and last.rests_until > now)):
                return None
            if per_day is not None and (session.scalar(recent) or 0) >= per_day:
                return None
            asked_at = session.scalar(same)
            if asked_at and asked_at + again_after > now:
                return None
            made = QueryTurnModel(service=service, query=query, asked_at=now, reason="no answer yet")
            session.add(made)
            session.flush()
            return made.id

    def end(self, turn_id: int, hits: int, reason: str = "", rests_until: datetime | None = None) -> None:
        """Notes what came of a turn; `rests_until` keeps everybody from the service until then."""
        values = {"hits": hits, "reason": reason, "rests_until": rests_until}
        with self._database.write() as session:
            session.execute(update(QueryTurnModel).where(QueryTurnModel.id == turn_id).values(**values))

    def give_back(self, turn_id: int) -> None:
        """Undoes a turn in which nothing was sent: it counts for no limit."""
        with self._database.write() as session:
            session.execute(delete(QueryTurnModel).where(QueryTurnModel.id == turn_id))

    def last_asked(self, service: str) -> dict[str, datetime]:
        """When each query was asked for last, of those asked within a week of the service's last turn."""
        row = QueryTurnModel
        newest = select(func.max(row.asked_at)).where(row.service == service)
        with self._database.read() as session:
            last = session.scalar(newest)
            if last is None:
                return {}
            recent = select(row.query, func.max(row.asked_at)).where(row.service == service, row.asked_at > last - WEEK)
            return {found[0]: found[1] for found in session.execute(recent.group_by(row.query))}

    def latest(self) -> dict[str, QueryTurn]:
        """The last turn of every service."""
        row = QueryTurnModel
        with self._database.read() as session:
            rows = session.scalars(select(row).where(row.id.in_(_find_newest())).order_by(row.service))
            return {
                one.service: QueryTurn(one.service, one.query, one.asked_at, one.hits, one.reason, one.rests_until)
                for one in rows
            }


def _find_newest() -> Select[int]:
    """The ids of the last turns, from service to service by the index: there are 400 days of turns, and few services.
    """
    row, other = QueryTurnModel, aliased(QueryTurnModel)
    names = select(func.min(row.service).label("service")).cte("names", recursive=True)
    following = select(func.min(other.service)).where(other.service > names.c.service).scalar_subquery()
    names = names.union_all(select(following).where(names.c.service.is_not(None)))
    mine = select(row.id).where(row.service == names.c.service).order_by(row.asked_at.desc(), row.id.desc()).limit(1)
    return select(mine.correlate(names).scalar_subquery()).where(names.c.service.is_not(None))
