"""Bringing a database to today's schema with Alembic, from the first table on."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.engine import Database
from storage.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> str | None:
    """Brings the schema to the newest revision; the revision it came from (None for an empty database).

    Does nothing but look where the schema is up to date. Raises StoreError for a schema newer than this program.
    """
    before, newest = current_revision(database), newest_revision()
    if before == newest:
        return before
    _refuse_unknown(before)
    with database.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before


def check_revision(database: Database) -> None:
    """Raises StoreError unless the schema is at the newest revision."""
    before = current_revision(database)
    _refuse_unknown(before)
    if before != newest_revision():
        raise StoreError("database: its tables are not of this version (run `twinwatch db upgrade`)")


def current_revision(database: Database) -> str | None:
    """The revision that the database is at, None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The revision that this program's tables have."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None  # the package ships its revisions
    return head


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(f"database: revision {revision} is newer than this program (install the newer Twinwatch)")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
