"""Questions about ties: the register of which places stand in which relation."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from storage.engine import Database
from storage.models import TieModel
from storage.values import TieRow

SHOWN = select(
    TieModel.vn_key, TieModel.kr_key, TieModel.kind, TieModel.since, TieModel.last_event_on, TieModel.events,
    TieModel.source,
)


class TieRepository:
    """The register."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[TieRow]:
        """Every tie, by pair."""
        with self._database.read() as session:
            return [TieRow(*row) for row in session.execute(SHOWN.order_by(TieModel.vn_key, TieModel.kr_key))]

    def get(self, vn_key: str, kr_key: str) -> TieRow | None:
        """The tie of a pair."""
        with self._database.read() as session:
            row = session.execute(SHOWN.where(TieModel.vn_key == vn_key, TieModel.kr_key == kr_key)).one_or_none()
            return TieRow(*row) if row else None

    def save(self, ties: Sequence[TieRow], gone: Sequence[tuple[str, str]] = ()) -> None:
        """Replaces or adds the given ties, and takes those of the pairs `gone` away."""
        with self._database.write() as session:
            for vn_key, kr_key in gone:
                session.execute(delete(TieModel).where(TieModel.vn_key == vn_key, TieModel.kr_key == kr_key))
            for tie in ties:
                session.merge(TieModel(
                    vn_key=tie.vn_key, kr_key=tie.kr_key, kind=tie.kind, since=tie.since,
                    last_event_on=tie.last_event_on, events=tie.events, source=tie.source,
                ))
