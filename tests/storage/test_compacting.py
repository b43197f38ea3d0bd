"""Room that is free in a SQLite file goes back to the disk: while others work, or by writing an older file anew."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import make_backup, restore_backup
from storage.checkup import measure_room
from storage.compacting import compact, give_back
from storage.engine import Database
from storage.errors import StoreError
from storage.store import Store, open_store
from tests.factories import save_entry
from tests.store_filling import fill

MEGABYTE = 1_000_000


def _path(store: Store) -> Path:
    return Path(store.database.engine.url.database or "")


def _fill_and_empty(store: Store, megabytes: int = 20) -> None:
    """Rows in every table, and much that was removed again."""
    fill(store)
    insert = "INSERT INTO robots (origin, text, read_at) VALUES (?, ?, '2026-01-01')"
    with store.database.write() as session:
        connection = session.connection()
        connection.exec_driver_sql(insert, [(str(number), "x" * MEGABYTE) for number in range(megabytes)])
        connection.exec_driver_sql("DELETE FROM robots")


def _make_older(path: Path) -> None:
    """As files were begun before they could be cut."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA auto_vacuum=NONE")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")


def test_a_store_becomes_smaller_while_others_read_and_write(sqlite_store: Store, sqlite_address: str) -> None:
    _fill_and_empty(sqlite_store)
    other = open_store(sqlite_address)
    before = _path(sqlite_store).stat().st_size

    with other.database.read() as reading:
        reading.connection()
        room = give_back(sqlite_store.database)
    save_entry(other, 77)
    other.close()
    sqlite_store.close()

    assert before > 20 * MEGABYTE
    assert _path(sqlite_store).stat().st_size == pytest.approx(room.size, abs=100_000) and room.size < 6 * MEGABYTE
    assert sqlite_store.events.get("a") is not None


def test_a_little_that_is_free_stays_where_the_next_rows_go(sqlite_store: Store) -> None:
    _fill_and_empty(sqlite_store, megabytes=3)
    before = measure_room(sqlite_store.database)

    assert before.free > 2 * MEGABYTE
    assert give_back(sqlite_store.database) == before


def test_an_older_file_is_written_anew_and_can_be_cut_from_then_on(sqlite_store: Store, sqlite_address: str) -> None:
    sqlite_store.close()
    _make_older(_path(sqlite_store))
    _fill_and_empty(sqlite_store)
    assert give_back(sqlite_store.database) == measure_room(sqlite_store.database)
    assert not measure_room(sqlite_store.database).shrinks

    before, after = compact(sqlite_store.database)

    sqlite_store.close()
    assert before.size > 20 * MEGABYTE > 2 * MEGABYTE > after.size == _path(sqlite_store).stat().st_size
    assert after.shrinks and after.free == 0
    assert sorted(file.name for file in _path(sqlite_store).parent.iterdir()) == ["twinwatch.db"]
    assert sqlite_store.events.get("a") is not None


def test_a_restored_store_can_be_cut_too_though_its_backup_was_of_an_older_file(
    sqlite_store: Store, tmp_path: Path
) -> None:
    sqlite_store.close()
    _make_older(_path(sqlite_store))
    target = Database(f"sqlite:///{tmp_path / 'new' / 'twinwatch.db'}")

    restore_backup(make_backup(sqlite_store.database, tmp_path / "b.gz"), target)

    assert measure_room(target).shrinks
    target.close()


def test_a_store_that_somebody_is_in_is_not_written_anew(sqlite_store: Store, sqlite_address: str) -> None:
    fill(sqlite_store)

    with pytest.raises(StoreError, match=r"locked \(stop the service first\)"):
        compact(Database(sqlite_address))

    assert sqlite_store.events.get("a") is not None


def test_a_store_is_not_written_anew_where_the_disk_has_no_room_for_it(sqlite_store: Store, tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free

    with pytest.raises(StoreError, match=r"no room, [\d.]+ MB are needed for the time being"):
        compact(sqlite_store.database, spare_bytes=free)
