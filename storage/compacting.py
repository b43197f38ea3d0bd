"""Gives room that is free in a SQLite file back to the disk; it removes no row.

SQLite never makes a file smaller when rows go: their pages are free and used again. A file that was begun with
`auto_vacuum=INCREMENTAL` (`storage.engine` begins them so) can be cut page by page while others write; an older one
only by writing it anew.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from storage.checkup import Room, measure_room
from storage.engine import Database
from storage.errors import StoreError

# What may stay free: the next days' pages go there, and nothing has to be moved for them. 45 MB a day of 4 GB are 1 %.
FREE_SHARE = 0.1
# Pages of 4 kB that are moved in one transaction: 20 ms of CPU time, 150 ms on a busy disk.
BATCH = 1_000
PAGE = 4_096
# Left free on the disk when a file is written anew.
SPARE_BYTES = 64 << 20


def measure_excess(room: Room) -> int:
    """Bytes beyond FREE_SHARE that `give_back` would give back; 0 where it cannot, or where they are less than a batch.
    """
    excess = int((room.free - FREE_SHARE * room.size) / (1 - FREE_SHARE)) if room.shrinks else 0
    return excess if excess >= BATCH * PAGE else 0


def give_back(database: Database) -> Room:
    """Makes the file smaller, while others read and write, until no more than FREE_SHARE of it is free; its room then.

    The disk has it when SQLite next writes its journal into the file: when the last one leaves, or after 4 MB.
    """
    room = measure_room(database)
    while measure_excess(room):
        _cut(database)
        before, room = room, measure_room(database)
        if room.size >= before.size:
            break  # others add as fast
    return room


def compact(database: Database, spare_bytes: int = SPARE_BYTES) -> tuple[Room, Room]:
    """Writes a SQLite file anew, without what is free in it, and as one that `give_back` can cut; before and after.

    Nothing is changed where it fails or is killed. Raises StoreError on PostgreSQL, while somebody is in the store, and
    where the disk has no room for it twice, once as a temporary file and once as SQLite's journal.
    """
    if not database.is_sqlite:
        raise StoreError("database: PostgreSQL uses free room again by itself (VACUUM FULL gives it back to the disk)")
    before, path = measure_room(database), Path(database.engine.url.database or "")
    need, free = 2 * (before.size - before.free), shutil.disk_usage(path.parent).free
    if free < need + spare_bytes:
        raise StoreError(
            f"database {path}: no room, {need / 1e6:,.1f} MB are needed for the time being and {free / 1e6:,.1f} MB "
            f"are free in {path.parent} (free some space)")
    database.close()
    try:
        _write_anew(path)
    except sqlite3.OperationalError as error:
        raise StoreError(f"database {path}: {error} (stop the service first)") from error
    return before, measure_room(database)


def _cut(database: Database) -> None:
    with closing(database.engine.raw_connection()) as connection:
        driver = connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        try:
            # `execute` would take one step of this, which is one page.
            driver.executescript(f"PRAGMA incremental_vacuum({BATCH})")
        except sqlite3.OperationalError as error:
            raise StoreError(f"database {database.engine.url.database}: {error}") from error


def _write_anew(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        # Deprecated by SQLite and still the only way: /tmp may be small, or memory.
        connection.execute(f"PRAGMA temp_store_directory='{str(path.parent).replace(chr(39), chr(39) * 2)}'")
        try:
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            connection.execute("VACUUM")
        finally:
            connection.execute("PRAGMA temp_store_directory=''")
