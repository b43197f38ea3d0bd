"""What is fuzzed of restoring: hostile files in the place of a backup, beside a store that must stay as it is."""

import gzip
import io
import os
import sqlite3
import tarfile
import zipfile
from contextlib import closing, suppress
from functools import cache
from pathlib import Path

from storage.backup import make_backup, restore_backup
from storage.engine import Database
from storage.errors import StoreError
from storage.store import open_store

# One of so many inputs gets behind the packing, to pages and tables, at ten times the cost.
SELDOM = 20
STATEMENTS, PATCH = b"SQL:", b"AT:"
NAME = "twinwatch.db"
# Run on a sound store before it is packed, mutated like everything else.
SCRIPTS = (
    "CREATE TRIGGER a AFTER INSERT ON told BEGIN DELETE FROM told; END;",
    "DROP TRIGGER event_texts_added; CREATE TRIGGER event_texts_added AFTER INSERT ON articles BEGIN SELECT 1; END;",
    "DROP TABLE told; CREATE VIEW told AS SELECT 1 AS subscription;", "CREATE VIRTUAL TABLE a USING fts5(b);",
    "DROP TABLE deliveries;", "ALTER TABLE outlets DROP COLUMN state;", "DROP TABLE alembic_version;",
    "UPDATE alembic_version SET version_num = '0013';", "UPDATE alembic_version SET version_num = '../../9';",
    "UPDATE alembic_version SET version_num = x'ff00';", "UPDATE alembic_version SET version_num = NULL;",
    "INSERT INTO alembic_version VALUES ('0099'); INSERT INTO alembic_version VALUES ('a\nb');",
    "INSERT INTO outlets (id, state) VALUES ('../x', 'fine'); INSERT INTO feeds (outlet_id, url) VALUES ('y', 'z');",
    "PRAGMA user_version = 7; PRAGMA auto_vacuum = 0; PRAGMA encoding = 'UTF-16';",
    "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = 'CREATE TABLE told (a)' WHERE name = 'told';",
    "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'told';",
)


@cache
def make_store() -> bytes:
    """An empty store as a SQLite file, as small as can be."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(gzip.decompress(_make_backup()))
        connection.execute("PRAGMA page_size = 512")
        connection.execute("VACUUM")
        return connection.serialize()


@cache
def make_files() -> tuple[bytes, ...]:
    """Sound and hostile backups: packed, as parts of a plain one's pages, and as statements that change one."""
    store = make_store()
    packed = gzip.compress(store)
    endless = store[:28] + b"\xff" * 4 + store[32:]
    return (
        gzip.compress(store[:4096]), packed, gzip.compress(store + store), packed + packed,
        gzip.compress(endless), gzip.compress(bytes(100_000)), gzip.compress(b""), b"", store[:100], b"PK\3\4" + packed,
        gzip.compress(_make_tar()), _make_tar(), _make_zip(),
        *(PATCH + at.to_bytes(3, "big") + store[at:at + 40] for at in range(0, len(store), len(store) // 16)),
        *(STATEMENTS + script.encode() for script in SCRIPTS),
    )


class Place:
    """A folder with a store two floors down, a backup beside it, and all that is there, to be compared."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._data = folder, folder / "inside" / "data"
        self._data.mkdir(parents=True)
        self._file, self._store = folder / "backup.gz", self._data / NAME
        self._database = Database(f"sqlite:///{self._store}")
        self._old = _make_old()
        self._put_back()

    def restore(self, body: bytes, *, replace: bool) -> None:
        """Restores `body`. AssertionError where a refusal changed or left anything, or two stores became one."""
        self._file.write_bytes(body)
        before = self._read()
        try:
            aside = restore_backup(self._file, self._database, replace=replace)
        except StoreError as refusal:
            assert str(refusal).isprintable(), refusal
            assert self._read() == before
            return
        assert replace and aside is not None
        found = self._read()
        assert found.keys() == {*before, str(aside)}
        assert found[str(aside)] == self._old
        with closing(sqlite3.connect(self._store)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        assert {"told", "deliveries"} <= tables and "old" not in tables
        aside.unlink()
        self._put_back()

    def _put_back(self) -> None:
        self._store.write_bytes(self._old)

    def _read(self) -> dict[str, bytes]:
        """What lies in the folder, by path."""
        found = {}
        for folder, _, names in os.walk(self._folder):
            for path in (f"{folder}/{name}" for name in names):
                with open(path, "rb") as opened:
                    found[path] = opened.read()
        return found


def pack(body: bytes) -> bytes:
    """What stands in the place of a backup: an input as it is, or what it makes of a sound one; seldom of its pages."""
    is_deep = len(body) % SELDOM == 0
    if body.startswith(STATEMENTS) and is_deep:
        return gzip.compress(_change(body.removeprefix(STATEMENTS).decode("utf-8", "replace")), 0)
    if body.startswith((PATCH, STATEMENTS)):
        sound = make_store() if is_deep else make_files()[0]  # a part of one, as hardly any gets through the packing
        patched = _patch(sound, int.from_bytes(body[3:6], "big"), body[6:])
        return gzip.compress(patched, 0) if is_deep else patched
    return body


def _patch(sound: bytes, at: int, part: bytes) -> bytes:
    at %= len(sound)
    return sound[:at] + part + sound[at + len(part):]


def _change(script: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(make_store())
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        with suppress(sqlite3.Error, sqlite3.Warning, ValueError):
            connection.executescript(script)
        with suppress(sqlite3.Error):
            connection.rollback()
        return connection.serialize()


@cache
def _make_backup() -> bytes:
    from tests.fuzz.monitor_targets import make_folder

    folder = make_folder()
    store = open_store(f"sqlite:///{folder / 'sound.db'}")
    try:
        return make_backup(store.database, folder / "sound.gz").read_bytes()
    finally:
        store.close()


def _make_old() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE old (a)")
        return connection.serialize()


def _make_tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, target in (("../outside", ""), ("/tmp/outside", ""), ("link", "/etc/passwd"), ("twinwatch.db", "")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = (tarfile.SYMTYPE, target) if target else (tarfile.REGTYPE, "")
            archive.addfile(member)
    return made.getvalue()


def _make_zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../outside", "evil")
    return made.getvalue()
