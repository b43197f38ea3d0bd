"""Questions about corrections: which events readers joined or took apart; it groups nothing itself."""

from datetime import datetime

from sqlalchemy import Update, select, update

from storage.engine import Database
from storage.models import CorrectionModel, FactModel
from storage.values import Correction, FactName


class CorrectionRepository:
    """What readers said of grouping, all of it kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, correction: Correction) -> int:
        """Keeps the correction; its id. The block waits to be grouped again."""
        row = CorrectionModel(
            block=correction.block, kind=correction.kind, reader=correction.reader, made_at=correction.made_at,
            one_entry_id=correction.one.entry_id, one_fact=_write(correction.one),
            other_entry_id=correction.other.entry_id, other_fact=_write(correction.other),
        )
        with self._database.write() as session:
            session.add(row)
            session.execute(_wait(correction.block))
            session.flush()
            return row.id

    def withdraw(self, correction_id: int, reader: str, at: datetime) -> str | None:
        """Takes a correction back; its block, None where it is not there or was taken back before."""
        with self._database.write() as session:
            row = session.get(CorrectionModel, correction_id, with_for_update=True)
            if row is None or row.withdrawn_at is not None:
                return None
            row.withdrawn_at, row.withdrawn_by = at, reader
            session.execute(_wait(row.block))
            return row.block

    def standing(self, block: str) -> list[Correction]:
        """The corrections that count in a block, first made first."""
        return [correction for correction in self.find(block) if correction.withdrawn_at is None]

    def find(self, block: str) -> list[Correction]:
        """All corrections of a block, first made first."""
        question = select(CorrectionModel).where(CorrectionModel.block == block).order_by(CorrectionModel.id)
        with self._database.read() as session:
            return [_correction(row) for row in session.scalars(question)]


def _wait(block: str) -> Update:
    return update(FactModel).where(FactModel.block == block, FactModel.event_id.is_not(None)).values(waiting=True)


def _write(fact: FactName) -> str:
    return f"{fact.vn_key}|{fact.kr_key}|{fact.act}"


def _read(entry_id: int, written: str) -> FactName:
    return FactName(entry_id, *written.split("|"))


def _correction(row: CorrectionModel) -> Correction:
    return Correction(
        row.block, row.kind, _read(row.one_entry_id, row.one_fact),  # type: ignore[arg-type]
        _read(row.other_entry_id, row.other_fact), row.reader, row.made_at, row.withdrawn_at, row.withdrawn_by, row.id,
    )
