"""What can be asked of a database about itself: whether it is sound, how large it is, what its clock says."""

from datetime import UTC, datetime

from sqlalchemy import func, select, text

from storage.engine import Database
from storage.models import WaveModel


def find_damage(database: Database) -> str:
    """What SQLite's own check complains of first; empty where it is sound. PostgreSQL keeps its own checksums."""
    if not database.is_sqlite:
        return ""
    with database.read() as session:
        said = str(session.scalar(text("PRAGMA quick_check(1)")))
    return "" if said == "ok" else said.splitlines()[-1]


def measure_size(database: Database) -> int:
    """Bytes of everything that the database holds."""
    question = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if database.is_sqlite
        else "SELECT pg_database_size(current_database())"
    )
    with database.read() as session:
        return int(session.scalar(text(question)) or 0)


def read_clock(database: Database) -> datetime | None:
    """The instant by the server's own clock; None for SQLite, which has none but ours."""
    if database.is_sqlite:
        return None
    with database.read() as session:
        at: datetime = session.scalar(text("SELECT clock_timestamp()"))
    return at.astimezone(UTC)


def find_span(database: Database) -> tuple[datetime, datetime] | None:
    """When the first and the last wave began; None before the first."""
    with database.read() as session:
        first, last = session.execute(select(func.min(WaveModel.started_at), func.max(WaveModel.started_at))).one()
    return (first, last) if first else None
