"""Bringing a database to today's schema with Alembic, from the first table on.

Alembic is imported only where there is something to upgrade: every command and every crawl opens the store.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, inspect, text

from storage.engine import Database
from storage.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"^(revision|down_revision)\b[^=\n]*= *(?:['\"]([^'\"]+)['\"]|None)", re.M)
# Any number that nobody else uses for an advisory lock: the first letters of "twinwatch" in ASCII.
LOCK_NUMBER = 0x7477_696E_7761
# Alembic keeps the migration at work in a global variable.
_one_at_a_time = Lock()


def upgrade(database: Database) -> str | None:
    """Brings the schema to the newest revision; the revision it came from (None for an empty database).

    Does nothing but look where the schema is up to date. Several processes may do this at once: one upgrades, and
    the others wait for it. Raises StoreError for a schema newer than this program; what fails half-way is undone.
    """
    with database.explained():
        before = current_revision(database)
        if before == newest_revision():
            return before
        _refuse_unknown(before)
        with _one_at_a_time, _alone(database) as connection:
            before = _revision(connection)  # another process may have been first
            _refuse_unknown(before)
            _run_migrations(connection)
    return before


def check_revision(database: Database) -> None:
    """Raises StoreError unless the schema is at the newest revision."""
    with database.explained():
        before = current_revision(database)
    _refuse_unknown(before)
    if before != newest_revision():
        raise StoreError("database: its tables are not of this version (run `twinwatch db upgrade`)")


def current_revision(database: Database) -> str | None:
    """The revision that the database is at, None for an empty one."""
    with database.read() as session:
        return _revision(session.connection())


def newest_revision() -> str:
    """The revision that this program's tables have."""
    revisions = _read_revisions()
    (head,) = revisions.keys() - revisions.values()  # the one that no other comes after
    return head


def _run_migrations(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@cache
def _read_revisions() -> dict[str, str]:
    """Every revision that this program knows, with the one before it (empty for the first), from its files."""
    pairs = [dict(_REVISION.findall(file.read_text("utf-8"))) for file in (MIGRATIONS / "versions").glob("[!_]*.py")]
    return {pair["revision"]: pair["down_revision"] for pair in pairs}


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """A transaction that no other upgrade enters. Foreign keys are off in it on SQLite: a migration that makes a table
    anew drops the old one, and with keys on that would delete its children."""
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK_NUMBER})
            yield connection
        return
    with database.engine.connect() as connection:
        connection.detach()  # its keys stay off, so it does not go back to the pool
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            yield connection
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise StoreError("database: the upgrade would leave rows without their parents; nothing was changed")


def _refuse_unknown(revision: str | None) -> None:
    if revision is not None and revision not in _read_revisions():
        advice = "install the newer Twinwatch, or restore a backup from before its upgrade"
        raise StoreError(f"database: revision {revision} is newer than this program ({advice})")
