"""Retention: removes what the settings no longer keep, or says what that would be; when is the schedule's matter."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.application import Application
from seeds.settings import Settings
from storage.backup import BACKUP, RESTORE
from storage.checkup import Room, measure_room
from storage.compacting import give_back, measure_excess
from storage.files import measure_left, remove_left
from storage.repository.keeping import Kept, Limits

# Where `twinwatch db backup` writes to by itself, in `data_dir`.
BACKUPS = "backups"


@dataclass(frozen=True)
class Tidied:
    """What was removed, or would be: rows, and bytes that killed backups left; the database's room before and after."""

    kept: Kept
    left_bytes: int
    before: Room
    after: Room


def tidy(application: Application, *, apply: bool) -> Tidied:
    """What is over the limits of `[keep]`, removed if `apply`; then so much of a SQLite file as is free goes too."""
    limits, database = _find_limits(application), application.store.database
    keeping, before = application.store.keeping, measure_room(database)
    places = _find_places(application.settings)
    if not apply:
        left = sum(measure_left(folder, prefix) for folder, prefix in places)
        return Tidied(keeping.look(limits), left, before, before)
    left = sum(remove_left(folder, prefix) for folder, prefix in places)
    kept = keeping.remove(limits)
    return Tidied(kept, left, before, give_back(database))


def describe_removed(tidied: Tidied) -> str:
    """What goes, for people; empty where nothing does."""
    kept = tidied.kept
    parts = [f"{kept.pages:,} raw page{'s' * (kept.pages > 1)} ({kept.page_bytes / 1e6:,.1f} MB)"] if kept.pages else []
    parts += [f"{count:,} {one if count == 1 else many}" for count, one, many in (
        (kept.entries, "entry", "entries"), (kept.runs, "run", "runs"), (kept.waves, "wave", "waves"),
        (kept.query_turns, "request to a search service", "requests to search services"),
    ) if count]
    if tidied.left_bytes:
        parts.append(f"{tidied.left_bytes / 1e6:,.1f} MB that killed backups left")
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def describe_room(tidied: Tidied, database_name: str, *, apply: bool) -> str:
    """What becomes of the disk, which is not the same: free room within a database is used again first."""
    before, after = tidied.before, tidied.after
    if not database_name:
        return "PostgreSQL uses the room again; VACUUM FULL gives it back to the disk."
    size = f"{database_name} ({before.size / 1e6:,.1f} MB, {before.free / 1e6:,.1f} MB of it free)"
    if not before.shrinks:
        return f"{size} stays as large: free room is used again first. `twinwatch db compact` makes it smaller."
    given = before.size - after.size
    if apply and given > 0:
        return (
            f"{database_name} gave {given / 1e6:,.1f} MB back to the disk: {after.size / 1e6:,.1f} MB, "
            f"{after.free / 1e6:,.1f} MB of it free and used again first."
        )
    excess = measure_excess(Room(before.size, before.free + tidied.kept.page_bytes, before.shrinks))
    if not apply and excess:
        return f"{size} would give about {excess / 1e6:,.1f} MB back to the disk; a tenth may stay free."
    return f"{size} stays as large: what is free, little beyond a tenth, is used again first."


def _find_limits(application: Application) -> Limits:
    keep, now = application.settings.keep, application.clock()
    return Limits(
        pages_before=now - timedelta(days=keep.pages_days), page_bytes=keep.pages_megabytes * 1_000_000,
        entries_before=now - timedelta(days=keep.entries_days), runs_before=now - timedelta(days=keep.runs_days),
    )


def _find_places(settings: Settings) -> tuple[tuple[Path, str], ...]:
    folder = settings.data_dir.absolute()
    return (folder / BACKUPS, BACKUP), (folder, RESTORE)
