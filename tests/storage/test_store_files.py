"""The store's files on the disk: a restore mixes no two stores, a killed backup leaves nothing for ever, modes."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.backup import make_backup, restore_backup
from storage.engine import Database
from storage.errors import StoreError
from storage.store import Store, open_store
from tests.factories import save_entry
from tests.store_filling import fill

# A backup that stands still between the unpacked copy and the packed one until it is killed.
SLOW_BACKUP = """
import sys, time
from pathlib import Path
from storage.backup import make_backup
from storage.engine import Database

def wait(what, done, rows):
    print("packing", flush=True)
    time.sleep(600)

make_backup(Database(sys.argv[1]), Path(sys.argv[2]), wait)
"""


def _path(address: str) -> Path:
    return Path(address.removeprefix("sqlite:///"))


def _leave_journals(address: str) -> dict[str, bytes]:
    """The store is moved away by hand; its journals stay, as after a kill. Their bytes by ending."""
    path, kept = _path(address), {}
    store = open_store(address)
    save_entry(store, 99)
    for ending in ("-wal", "-shm"):
        kept[ending] = path.with_name(path.name + ending).read_bytes()
    store.close()
    path.rename(path.with_name("old.db"))
    for ending, content in kept.items():
        path.with_name(path.name + ending).write_bytes(content)
    return kept


def test_journals_of_a_store_that_was_moved_away_are_never_read_into_a_restored_one(
    sqlite_store: Store, sqlite_address: str, tmp_path: Path
) -> None:
    fill(sqlite_store)
    file = make_backup(sqlite_store.database, tmp_path / "b.gz")
    sqlite_store.close()
    kept = _leave_journals(sqlite_address)
    path = _path(sqlite_address)

    with pytest.raises(StoreError, match=r"twinwatch\.db-wal belongs to a store that was moved away"):
        restore_backup(file, Database(sqlite_address))
    assert not path.exists()
    aside = restore_backup(file, Database(sqlite_address), replace=True)

    assert aside == path.with_name("twinwatch.db.before-restore-1-wal")
    for ending, content in kept.items():
        assert path.with_name(f"twinwatch.db.before-restore-1{ending}").read_bytes() == content
    restored = open_store(sqlite_address)
    assert restored.events.get("a") is not None
    restored.close()


def test_a_damaged_store_keeps_its_journals_when_it_is_moved_aside(
    sqlite_store: Store, sqlite_address: str, tmp_path: Path
) -> None:
    fill(sqlite_store)
    file = make_backup(sqlite_store.database, tmp_path / "b.gz")
    sqlite_store.close()
    kept = _leave_journals(sqlite_address)
    path = _path(sqlite_address)
    path.write_bytes(b"no database " * 1000)

    aside = restore_backup(file, Database(sqlite_address), replace=True)

    assert aside == path.with_name("twinwatch.db.before-restore-1")
    assert path.with_name("twinwatch.db.before-restore-1-wal").read_bytes() == kept["-wal"]


def test_a_restored_store_is_on_the_disk_before_it_is_said_to_be_there(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_backup(sqlite_store.database, tmp_path / "b.gz")
    forced, really = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (forced.append(os.fstat(handle).st_ino), really(handle)))
    path = tmp_path / "new" / "twinwatch.db"

    restore_backup(file, Database(f"sqlite:///{path}"))

    assert [path.stat().st_ino, path.parent.stat().st_ino] == forced[-2:]


def test_what_a_killed_backup_left_is_removed_by_the_next_and_one_under_way_is_left_alone(
    sqlite_store: Store, sqlite_address: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_BACKUP, sqlite_address, str(folder / "slow.gz")], stdout=subprocess.PIPE
    ) as slow:
        assert slow.stdout is not None and slow.stdout.readline() == b"packing\n"
        try:
            make_backup(sqlite_store.database, folder / "meanwhile.gz")
            during = [path.name for path in folder.iterdir() if path.name.startswith(".backup-")]
        finally:
            slow.send_signal(signal.SIGTERM)
    (folder / ".backup-of-an-older-version").mkdir()

    make_backup(sqlite_store.database, folder / "later.gz")

    assert len(during) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["later.gz", "meanwhile.gz"]


def test_a_backup_that_has_no_room_is_refused_before_it_begins(sqlite_store: Store, tmp_path: Path) -> None:
    fill(sqlite_store)
    free = shutil.disk_usage(tmp_path).free

    with pytest.raises(StoreError, match=r"no room, it may need up to [\d.]+ MB and [\d.,]+ MB are free in"):
        make_backup(sqlite_store.database, tmp_path / "new" / "b.gz", spare_bytes=free)

    assert list((tmp_path / "new").iterdir()) == []


def test_a_new_store_its_journals_its_folder_and_its_copies_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "twinwatch.db"
    store = open_store(f"sqlite:///{path}")
    fill(store)
    journals = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    file = make_backup(store.database, path.parent / "backups" / "b.gz")
    store.close()
    aside = restore_backup(file, Database(f"sqlite:///{path}"), replace=True)

    assert aside is not None
    assert journals == dict.fromkeys(("twinwatch.db", "twinwatch.db-wal", "twinwatch.db-shm"), 0o600)
    assert {one.stat().st_mode & 0o777 for one in (path, aside, file)} == {0o600}
    assert {one.stat().st_mode & 0o777 for one in (path.parent, file.parent)} == {0o700}


def test_the_mode_of_a_folder_that_is_there_is_its_owners_matter(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o750)

    open_store(f"sqlite:///{folder / 'twinwatch.db'}").close()

    assert folder.stat().st_mode & 0o777 == 0o750


def test_a_store_that_others_could_read_is_not_given_to_them_when_it_is_moved_aside(
    sqlite_store: Store, sqlite_address: str, tmp_path: Path
) -> None:
    file = make_backup(sqlite_store.database, tmp_path / "b.gz")
    sqlite_store.close()
    _path(sqlite_address).chmod(0o644)

    aside = restore_backup(file, Database(sqlite_address), replace=True)

    assert aside is not None and aside.stat().st_mode & 0o077 == 0
