"""Copy, backup and restore: every row arrives on either database; what cannot be done leaves everything as it was."""

import gzip
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.backup import make_backup, restore_backup
from storage.copying import copy_store, count_rows
from storage.engine import Database
from storage.errors import StoreError
from storage.store import Store, open_store
from storage.upgrade import upgrade
from tests.factories import save_article, save_entry, save_event
from tests.store_filling import fill


@pytest.fixture
def other(empty_database: str) -> Iterator[Database]:
    """An empty database with today's tables: the target, on SQLite and then on PostgreSQL."""
    opened = Database(empty_database)
    upgrade(opened)
    yield opened
    opened.close()


def _rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        return count_rows(session)


def test_every_row_of_every_table_arrives(store: Store, other: Database) -> None:
    fill(store)

    copied = copy_store(store.database, other)

    assert copied == _rows(store.database) == _rows(other)
    assert [event.id for event in Store(other).events.untold("daily")] == ["b"]
    assert Store(other).events.get("a") == store.events.get("a")


def test_a_merged_event_still_points_to_the_one_that_goes_on(store: Store, other: Database) -> None:
    save_event(store, "old", 1)
    save_event(store, "new", 2)
    with store.database.write() as session:
        session.execute(text("UPDATE events SET merged_into = 'new' WHERE id = 'old'"))

    copy_store(store.database, other)

    with other.read() as session:
        assert session.scalar(text("SELECT merged_into FROM events WHERE id = 'old'")) == "new"


def test_the_copy_goes_on_numbering_where_the_original_stopped(store: Store, other: Database) -> None:
    last = [save_entry(store, number) for number in (1, 2, 3)][-1]
    copy_store(store.database, other)

    assert save_entry(Store(other), 4) == last + 1


def test_a_target_that_holds_anything_is_refused_and_left_alone(store: Store, other: Database) -> None:
    save_entry(Store(other), 1)
    fill(store)
    before = _rows(other)

    said = r"^database (sqlite|postgresql):.*: it is not empty, there are rows in outlets \(give it a new database\)"
    with pytest.raises(StoreError, match=said):
        copy_store(store.database, other)

    assert _rows(other) == before


def test_a_copy_that_fails_half_way_leaves_the_target_empty(store: Store, other: Database) -> None:
    fill(store)

    def fail(table: str, done: int, rows: int) -> None:
        if table == "articles" and done:
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        copy_store(store.database, other, fail)

    assert not any(_rows(other).values())


def test_a_backup_of_either_database_is_restored_on_either(store: Store, empty_database: str, tmp_path: Path) -> None:
    fill(store)
    file = make_backup(store.database, tmp_path / "b" / "monday.gz")
    target = Database(empty_database)

    assert restore_backup(file, target) is None

    assert _rows(target) == _rows(store.database)
    assert Store(target).events.get("b") == store.events.get("b")
    target.close()


def test_a_backup_made_while_others_write_is_one_instant(sqlite_store: Store, tmp_path: Path) -> None:
    fill(sqlite_store)
    stop, written = threading.Event(), []

    def write() -> None:
        number = 1000
        while not stop.is_set():
            number += 1
            written.append(save_article(sqlite_store, number))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        file = make_backup(sqlite_store.database, tmp_path / "b.gz")
    finally:
        stop.set()
        writer.join()
    target = Database(f"sqlite:///{tmp_path / 'restored' / 'twinwatch.db'}")
    restore_backup(file, target)

    rows = _rows(target)
    # The writer saves an entry, then its article: at no instant is there more than one entry that has none.
    assert written and rows["entries"] - rows["articles"] in (0, 1)
    target.close()


def test_a_store_that_is_there_is_replaced_on_demand_and_kept_aside(sqlite_store: Store, tmp_path: Path) -> None:
    fill(sqlite_store)
    file = make_backup(sqlite_store.database, tmp_path / "b.gz")
    save_entry(sqlite_store, 99)
    newer = _rows(sqlite_store.database)
    sqlite_store.close()

    with pytest.raises(StoreError, match=r"there is one already \(--replace moves it aside\)"):
        restore_backup(file, sqlite_store.database)
    assert _rows(sqlite_store.database) == newer
    sqlite_store.close()
    aside = restore_backup(file, sqlite_store.database, replace=True)

    assert aside is not None and aside.name == "twinwatch.db.before-restore-1"
    assert _rows(Database(f"sqlite:///{aside}")) == newer
    assert _rows(sqlite_store.database)["entries"] == newer["entries"] - 1


def test_a_store_that_somebody_is_in_is_not_replaced(sqlite_address: str, tmp_path: Path) -> None:
    service = open_store(sqlite_address)
    fill(service)
    file = make_backup(service.database, tmp_path / "b.gz")

    with pytest.raises(StoreError, match=r"locked \(stop the service before restoring\)"):
        restore_backup(file, Database(sqlite_address), replace=True)

    assert service.events.get("a") is not None
    service.close()


def _zipped(content: bytes) -> bytes:
    return gzip.compress(content, 1)


FORGED = (
    ("CREATE TRIGGER a AFTER INSERT ON told BEGIN DELETE FROM told; END", "it holds 'trigger a', which no store has"),
    ("DROP TRIGGER event_texts_added; CREATE TRIGGER event_texts_added AFTER INSERT ON told BEGIN SELECT 1; END",
     "it holds 'trigger event_texts_added', which no store has"),
    ("CREATE VIEW a AS SELECT 1", "it holds 'view a', which no store has"),
    ("DROP TABLE told", r"it has no told\.subscription"),
    ("ALTER TABLE outlets DROP COLUMN paused_by", r"it has no outlets\.paused_by"),
)


def _foreign_store(tmp_path: Path) -> bytes:
    path = tmp_path / "foreign.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (id INTEGER)")
        connection.commit()
    return _zipped(path.read_bytes())


def _changed_store(tmp_path: Path, change: str) -> bytes:
    path = tmp_path / "changed.db"
    open_store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(change)
        connection.execute("PRAGMA journal_mode=DELETE")
    return path.read_bytes()


def _newer_store(tmp_path: Path) -> bytes:
    return _zipped(_changed_store(tmp_path, "UPDATE alembic_version SET version_num = '9999'"))


def _claiming(folder: Path, pages: int) -> bytes:
    """A store whose head says that it has so many pages."""
    store = _changed_store(folder, "")
    return _zipped(store[:28] + pages.to_bytes(4, "big") + store[32:])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda folder: b"not gzip", "damaged or no backup", id="no gzip"),
        pytest.param(lambda folder: _changed_store(folder, ""), "it is a store itself, not a backup", id="a store"),
        pytest.param(lambda folder: _zipped(b"words"), "it holds no store", id="gzip of something else"),
        pytest.param(lambda folder: _zipped(b"SQLite format 3\0" + b"x" * 5000), "damaged", id="head alone"),
        pytest.param(lambda folder: _newer_store(folder)[:-2000], "damaged or no backup", id="cut off"),
        pytest.param(_foreign_store, "it holds no store of Twinwatch", id="another program's"),
        pytest.param(lambda folder: _claiming(folder, 2**32 - 1), "no room to unpack it", id="claims 17 TB"),
        pytest.param(lambda folder: _claiming(folder, 2), "it is longer than it says", id="goes on behind its end"),
        pytest.param(lambda folder: _claiming(folder, 0), "its head gives no size", id="claims nothing"),
        pytest.param(lambda folder: _zipped(bytes(3_000_000)), "it holds no store", id="nothing but zeros"),
        *(pytest.param(lambda folder, change=change: _zipped(_changed_store(folder, change)), said, id=change[:30])
          for change, said in FORGED),
        pytest.param(_newer_store, "is newer than this program", id="of a later version"),
    ],
)
def test_what_is_no_backup_is_refused_in_one_line(tmp_path: Path, make: object, said: str) -> None:
    file = tmp_path / "b.gz"
    file.write_bytes(make(tmp_path))  # type: ignore[operator]
    path = tmp_path / "data" / "twinwatch.db"
    path.parent.mkdir()

    with pytest.raises(StoreError, match=said) as caught:
        restore_backup(file, Database(f"sqlite:///{path}"))

    assert "\n" not in str(caught.value)
    assert list(path.parent.iterdir()) == []


def test_a_backup_never_overwrites_a_file(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "b.gz").write_text("precious")

    with pytest.raises(StoreError, match="there is such a file already"):
        make_backup(sqlite_store.database, tmp_path / "b.gz")

    assert (tmp_path / "b.gz").read_text() == "precious"


def test_a_backup_is_for_its_owner_only(sqlite_store: Store, tmp_path: Path) -> None:
    file = make_backup(sqlite_store.database, tmp_path / "b.gz")

    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_told_events_stay_told_after_a_restore(sqlite_store: Store, tmp_path: Path) -> None:
    fill(sqlite_store)
    file = make_backup(sqlite_store.database, tmp_path / "b.gz")
    target = Database(f"sqlite:///{tmp_path / 'elsewhere' / 'twinwatch.db'}")

    restore_backup(file, target)

    assert [event.id for event in Store(target).events.untold("daily")] == ["b"]


