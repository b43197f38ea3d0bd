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

from storage.checkup import measure_room
from storage.copying import Progress, copy_store
from storage.engine import Database
from storage.errors import StoreError
from storage.files import make_private_folder, open_work_folder, remove_left, sync
from storage.upgrade import current_revision, upgrade

CHUNK = 1 << 20
SQLITE_HEAD = b"SQLite format 3\0"
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
    """Stops before the disk is full, however much a small file claims to hold."""
    with gzip.open(file, "rb") as source, plain.open("wb") as target:
        while chunk := source.read(CHUNK):
            if shutil.disk_usage(plain.parent).free < SPARE_BYTES + len(chunk):
                raise StoreError(f"backup {file}: no room to unpack it in {plain.parent.parent} (free some space)")
            target.write(chunk)
            note("unpacking", target.tell(), 0)


def _check(plain: Path, file: Path) -> None:
    with plain.open("rb") as opened:
        if opened.read(len(SQLITE_HEAD)) != SQLITE_HEAD:
            raise StoreError(f"backup {file}: it holds no store (`twinwatch db backup` makes backups)")
    with closing(sqlite3.connect(plain)) as connection:
        try:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            said = str(error)
    if said != "ok":
        raise StoreError(f"backup {file}: damaged ({said.splitlines()[-1]}); nothing was restored")
    database = Database(f"sqlite:///{plain}")
    try:
        if current_revision(database) is None:
            raise StoreError(f"backup {file}: it holds no store of Twinwatch")
    finally:
        database.close()


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
        raise StoreError(f"backup {file}: damaged or no backup ({error})") from error
    except OSError as error:
        raise StoreError(f"backup {file}: {error.strerror or error}") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"backup {file}: {error}") from error
