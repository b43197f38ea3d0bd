"""What can be asked of a database about itself: whether it is sound, how large it is, what its clock says."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from storage.engine import Database
from storage.errors import StoreError
from storage.models import Base, OutletModel, WaveModel

SQLITE_ROOM = (
    "SELECT page_size, page_count, freelist_count, auto_vacuum"
    " FROM pragma_page_size(), pragma_page_count(), pragma_freelist_count(), pragma_auto_vacuum()"
)
# SQLite's own number for a file whose free pages can be given back bit by bit.
INCREMENTAL = 2


@dataclass(frozen=True)
class Room:
    """Bytes of a database and how many of them are free in it; whether it can be made smaller while others use it."""

    size: int
    free: int
    shrinks: bool


@dataclass(frozen=True)
class ReadThrough:
    """Tables of which every row was read, long texts apart; whether the server would notice that a page is damaged."""

    tables: int
    rows: int
    has_checksums: bool


def find_damage(database: Database) -> str:
    """What SQLite's own check complains of first; empty where it is sound. PostgreSQL has no such check."""
    if not database.is_sqlite:
        return ""
    with database.read() as session:
        said = str(session.scalar(text("PRAGMA quick_check(1)")))
    return "" if said == "ok" else said.splitlines()[-1]


def read_through(database: Database) -> ReadThrough:
    """Reads every row of every table of a PostgreSQL. StoreError where one is missing, or a page cannot be read."""
    rows, names = 0, sorted(Base.metadata.tables)
    for name in names:
        try:
            with database.read() as session:
                # Of the rows themselves: an index could answer for the table, and look at none of it.
                rows += session.scalar(text(f'SELECT count(t.*) FROM "{name}" AS t')) or 0
        except ProgrammingError as error:
            raise StoreError(f"table {name}: {str(error.orig).splitlines()[0]}") from error
    with database.read() as session:
        return ReadThrough(len(names), rows, session.scalar(text("SHOW data_checksums")) == "on")


def measure_size(database: Database) -> int:
    """Bytes of everything that the database holds, and of what is free in it."""
    return measure_room(database).size


def measure_room(database: Database) -> Room:
    """How large the database is. PostgreSQL does not say how much of it is free, and uses that again by itself."""
    with database.read() as session:
        if not database.is_sqlite:
            return Room(session.scalar(text("SELECT pg_database_size(current_database())")) or 0, 0, False)
        page, pages, free, vacuum = session.execute(text(SQLITE_ROOM)).one()
    return Room(page * pages, page * free, vacuum == INCREMENTAL)


def read_clock(database: Database) -> datetime | None:
    """The instant by the server's own clock; None for SQLite, which has none but ours."""
    if database.is_sqlite:
        return None
    with database.read() as session:
        at: datetime = session.scalar(text("SELECT clock_timestamp()"))
    return at.astimezone(UTC)


def find_span(database: Database) -> tuple[datetime, datetime] | None:
    """When the first and the last wave began; None before the first.

    The first one may be no longer kept: then it is when an outlet was first visited.
    """
    with database.read() as session:
        first, last = session.execute(select(func.min(WaveModel.started_at), func.max(WaveModel.started_at))).one()
        visited = session.scalar(select(func.min(OutletModel.first_visit_at)))
    return (min(first, visited or first), last) if first else None
