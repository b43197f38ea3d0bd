"""Questions about robots.txt: what a server's said when it was read last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from storage.engine import Database
from storage.models import RobotsModel

_ROBOTS: Any = RobotsModel.__table__
_FIND = select(_ROBOTS).where(_ROBOTS.c.origin == bindparam("its_origin"))  # once: each wave asks it for each host


@dataclass(frozen=True)
class KeptRobots:
    """The robots.txt of `origin` (scheme, host and port) as it was at `read_at`; empty where there was none."""

    origin: str
    text: str
    read_at: datetime


class RobotsRepository:
    """One robots.txt per origin."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, origin: str) -> KeptRobots | None:
        """What was read last, None where it never was."""
        with self._database.read() as session:
            row = session.connection().execute(_FIND, {"its_origin": origin}).one_or_none()
            return KeptRobots(row.origin, row.text, row.read_at) if row else None

    def save(self, kept: KeptRobots) -> None:
        """Replaces what was read before."""
        values = {"text": kept.text, "read_at": kept.read_at}
        insert = self._database.insert(RobotsModel).values(origin=kept.origin, **values)
        with self._database.write() as session:
            session.execute(insert.on_conflict_do_update(index_elements=[RobotsModel.origin], set_=values))
