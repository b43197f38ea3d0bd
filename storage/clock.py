"""The one place that reads the wall clock; everything else is given a clock."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]

# Nothing is put off for so long (a dead feed a week, Retry-After a week): a later time was written by a clock that went
# wrong, and is not waited for.
FAR_AHEAD = timedelta(days=8)
# For tests only: a file with an instant (ISO 8601), from which time goes on since the file was written.
CLOCK_FILE = "TWINWATCH_CLOCK_FILE"


def utc_now() -> datetime:
    """The present instant, aware, in UTC; by the file that `TWINWATCH_CLOCK_FILE` names, where a test set one."""
    file = os.environ.get(CLOCK_FILE)
    return _read(Path(file)) if file else wall_now()


def wall_now() -> datetime:
    """The machine's own time, whatever a file says; for libraries that go by it themselves."""
    return datetime.now(UTC)


def write_clock(file: Path, at: datetime) -> None:
    """Makes it `at` for all processes that have `file` as their clock."""
    new = file.with_name(f"{file.name}.new")
    new.write_text(at.isoformat(), "utf-8")
    new.replace(file)


def _read(file: Path) -> datetime:
    with file.open("rb") as opened:
        written_at = datetime.fromtimestamp(os.fstat(opened.fileno()).st_mtime, UTC)
        return datetime.fromisoformat(opened.read().decode()).astimezone(UTC) + (wall_now() - written_at)
