"""Backups: the whole store in one compressed file that either database can be restored from, made while others write.

A backup is a SQLite file under gzip and nothing else: no names of files in it that could lead out of a folder.
"""

import gzip
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import text

from storage.checkup import measure_room
from storage.copying import Progress, copy_store
from storage.engine import Database
from storage.errors import StoreError
from storage.files import make_private_folder, open_work_folder, remove_left, sync
from storage.models import Base
from storage.search_index import SQLITE
from storage.upgrade import upgrade

CHUNK = 1 << 20
SQLITE_HEAD, HEAD_BYTES = b"SQLite format 3\0", 100
# By what the head says.
PAGE_SIZES = {1: 65_536, **{1 << n: 1 << n for n in range(9, 16)}}
A_STORE = "it is a store itself, not a backup (to have it again, stop the service and give it the store's name)"
NO_STORE = "it holds no store (`twinwatch db backup` makes backups)"
OURS = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'alembic_version'"
# All that acts by itself in a store. What an older version made stays here when the text changes.
SQLITE_OBJECTS = frozenset(SQLITE)
# Fast, and within a tenth of the best ratio on text that is compressed already in part.
LEVEL = 4
# Left free on the disk, when a backup is made and when it is unpacked.
SPARE_BYTES = 64 << 20
# Folders to work in; what a killed backup or restore left is removed by the next one.
BACKUP, RESTORE = ".backup-", ".restore-"
# What SQLite may keep beside a store, and reads into whatever file has the store's name.
JOURNALS = ("-wal", "-shm", "-journal")

Note = Callable[[str, int, int], None]


def _silent(what: str, done: int, all_of_it: int) -> None:
    """Notes nothing."""


def make_backup(database: Database, file: Path, note: Note = _silent, spare_bytes: int = SPARE_BYTES) -> Path:
    """Writes the store, as it is at one instant, to `file`, which appears only when it is whole.

    Raises StoreError where the file is there already, cannot be written, there is no room for it (`spare_bytes` stay
    free), or the store cannot be read.
    """
    if file.exists():
        raise StoreError(f"backup {file}: there is such a file already (choose another name)")
    with _explained(file):
        make_private_folder(file.parent)
        remove_left(file.parent, BACKUP)
        _check_room(database, file, spare_bytes)
        with open_work_folder(file.parent, BACKUP) as folder:
            plain, packed = folder / "plain.db", folder / "packed"
            _write_plain(database, plain, note)
            _pack(plain, packed, note)
            packed.chmod(0o600)
            sync(packed)
            packed.replace(file)
        sync(file.parent)
    return file


def measure_need(database: Database) -> int:
    """Bytes that a backup may need at most while it is made: a copy, and the copy packed, which may gain nothing."""
    room = measure_room(database)
    return 2 * (room.size - room.free)


def restore_backup(file: Path, target: Database, note: Note = _silent, *, replace: bool = False) -> Path | None:
    """Puts the store of a backup in the place of `target`; where the old SQLite file went, if there was one.

    `target` must be empty, unless `replace`: then a SQLite store is moved aside; a PostgreSQL database is never
    emptied by us. An older backup is brought to today's tables. Raises StoreError for a file that is no backup, that
    is damaged or newer than this program, and for a target that is not empty; the target is then as it was.
    """
    with _explained(file), _unpacked(file, target, note) as plain:
        source = Database(f"sqlite:///{plain}")
        try:
            upgrade(source)
            _check_tables(source, file)
            if target.is_sqlite:
                _fold_in(source)
                return _put_in_place(plain, target, replace=replace)
            upgrade(target)
            copy_store(source, target, note)
            return None
        finally:
            source.close()


def _check_room(database: Database, file: Path, spare_bytes: int) -> None:
    need, free = measure_need(database), shutil.disk_usage(file.parent).free
    if free < need + spare_bytes:
        raise StoreError(
            f"backup {file}: no room, it may need up to {need / 1e6:,.1f} MB and {free / 1e6:,.1f} MB are free in "
            f"{file.parent} (free some space, or name a file on another disk)")


def _write_plain(database: Database, plain: Path, note: Progress) -> None:
    if not database.is_sqlite:
        copy = Database(f"sqlite:///{plain}")
        try:
            upgrade(copy)
            copy_store(database, copy, note)
            _fold_in(copy)
        finally:
            copy.close()
        return
    # One read transaction: no writer waits for it, and unlike the step-wise online backup it need not begin again
    # each time that somebody else has written.
    with closing(sqlite3.connect(database.engine.url.database or "")) as source:
        # A copy of an older file becomes one that can be cut. To say so to one that can would wait for writers.
        if source.execute("PRAGMA auto_vacuum").fetchone() == (0,):
            source.execute("PRAGMA auto_vacuum=INCREMENTAL")
        source.execute("VACUUM INTO ?", (str(plain),))


def _fold_in(database: Database) -> None:
    """Leaves everything in the one file, without a journal beside it."""
    database.close()
    with closing(sqlite3.connect(database.engine.url.database or "")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")


def _pack(plain: Path, packed: Path, note: Note) -> None:
    size = plain.stat().st_size
    with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=LEVEL) as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
            note("packing", source.tell(), size)


@contextmanager
def _unpacked(file: Path, target: Database, note: Note) -> Iterator[Path]:
    """The checked SQLite file of a backup, beside the target where that is a file; gone at the end."""
    beside = Path(target.engine.url.database or ".").parent if target.is_sqlite else None
    if beside is not None:
        remove_left(beside, RESTORE)
    with open_work_folder(beside, RESTORE) as folder:
        plain = folder / "plain.db"
        _unpack(file, plain, note)
        _check(plain, file)
        yield plain


def _unpack(file: Path, plain: Path, note: Note) -> None:
    """Stops before the disk is full, and where the file goes on behind what its head says, however much that is."""
    with gzip.open(file, "rb") as source, plain.open("wb") as target:
        chunk, size = source.read(CHUNK), 0
        while chunk:
            size = size or _read_size(chunk, file)
            if shutil.disk_usage(plain.parent).free < SPARE_BYTES + size - target.tell():
                raise StoreError(f"backup {file}: no room to unpack it in {plain.parent.parent} (free some space)")
            if target.write(chunk) and target.tell() > size:
                raise StoreError(f"backup {file}: damaged (it is longer than it says); nothing was restored")
            note("unpacking", target.tell(), size)
            chunk = source.read(CHUNK)
    if not size:
        raise StoreError(f"backup {file}: {NO_STORE}")


def _read_size(head: bytes, file: Path) -> int:
    """The size of a SQLite file by its head, whose format is https://sqlite.org/fileformat2.html#the_database_header"""
    if len(head) < HEAD_BYTES or not head.startswith(SQLITE_HEAD):
        raise StoreError(f"backup {file}: {NO_STORE}")
    page_size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    if page_size not in PAGE_SIZES or not pages:
        raise StoreError(f"backup {file}: damaged (its head gives no size); nothing was restored")
    return PAGE_SIZES[page_size] * pages


def _check(plain: Path, file: Path) -> None:
    with closing(sqlite3.connect(plain)) as connection:
        try:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            strange = _find_strange(connection) if said == "ok" else ""
            is_ours = connection.execute(OURS).fetchone() is not None
        except sqlite3.DatabaseError as error:
            said = str(error)
    if said != "ok":
        raise StoreError(f"backup {file}: damaged ({said.splitlines()[-1]}); nothing was restored")
    if strange:
        raise StoreError(f"backup {file}: it holds {strange}, which no store has; nothing was restored")
    if not is_ours:
        raise StoreError(f"backup {file}: it holds no store of Twinwatch")


def _find_strange(connection: sqlite3.Connection) -> str:
    """What would act when the store is used and is none of ours: a forged trigger, a view in a table's place."""
    acting = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view') OR rootpage = 0"
    return next((repr(name) for name, sql in connection.execute(acting) if sql not in SQLITE_OBJECTS), "")


def _check_tables(database: Database, file: Path) -> None:
    """Every table and column is there: nobody upgrades what says that it is of today."""
    columns = "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
    with database.read() as session:
        found = {(table, column) for table, column in session.execute(text(columns))}
    missing = [f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns
               if (table.name, column.name) not in found]
    if missing:
        raise StoreError(f"backup {file}: damaged (it has no {missing[0]}); nothing was restored")


def _put_in_place(plain: Path, target: Database, *, replace: bool) -> Path | None:
    path = Path(target.engine.url.database or "")
    target.close()
    aside = None
    if path.exists():
        if not replace:
            raise StoreError(f"database {path}: there is one already (--replace moves it aside)")
        _fold_in_alone(path)
        aside = _move_aside(path)
    elif left := _find_journals(path):
        if not replace:
            raise StoreError(
                f"database {path}: {left[0].name} belongs to a store that was moved away and may hold the last that it "
                "saved (move it along, with the same ending; --replace moves it aside)")
        aside = _move_aside(path)
    plain.chmod(0o600)
    sync(plain)
    plain.replace(path)
    sync(path.parent)
    return aside


def _find_journals(path: Path) -> list[Path]:
    """What lies beside a store, or beside where one was, and would be read into the next file of its name."""
    return [file for ending in JOURNALS if (file := path.with_name(path.name + ending)).exists()]


def _fold_in_alone(path: Path) -> None:
    """Leaves everything in the one file; refused while somebody is in it."""
    with closing(sqlite3.connect(path, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise StoreError(f"database {path}: {error} (stop the service before restoring)") from error
        except sqlite3.DatabaseError:
            pass  # a damaged file is moved aside as it is


def _move_aside(path: Path) -> Path:
    """Renames a store and its journals, so far as they are there, to the first free name; the first of the new ones.

    A journal is never deleted: it may be all that is left of somebody's last hours.
    """
    number = 1
    while _is_taken(aside := path.with_name(f"{path.name}.before-restore-{number}")):
        number += 1
    moved = []
    for file in (path, *_find_journals(path)):
        if file.exists():
            moved.append(file.replace(aside.with_name(aside.name + file.name.removeprefix(path.name))))
            moved[-1].chmod(0o600)
    return moved[0]


def _is_taken(path: Path) -> bool:
    return path.exists() or bool(_find_journals(path))


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        if _begins_as_store(file):
            raise StoreError(f"backup {file}: {A_STORE}") from error
        raise StoreError(f"backup {file}: damaged or no backup ({error})") from error
    except OSError as error:
        raise StoreError(f"backup {file}: {error.strerror or error}") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"backup {file}: {error}") from error


def _begins_as_store(file: Path) -> bool:
    with file.open("rb") as begun:
        return begun.read(len(SQLITE_HEAD)) == SQLITE_HEAD
