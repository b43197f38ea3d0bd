"""Every revision, with rows in all tables, is brought to today's on both databases; a killed upgrade begins anew."""

import os
import signal
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    event,
    select,
    text,
)

from storage.engine import Database
from storage.models import Base
from storage.store import Store
from storage.upgrade import MIGRATIONS, _read_revisions, current_revision, newest_revision, upgrade
from storage.values import EventQuery
from tests.fake_clock import START_AT

ROWS = 3
REVISIONS = sorted(_read_revisions())
# Statements of the upgrade after which it is killed: at its beginning, in its middle and just before its end.
KILLED_AFTER = (1, 25, 72)
MAPPINGS = ("habits", "rhythm", "counts", "content", "told_as")
Rows = dict[str, list[Mapping[str, Any]]]


@pytest.fixture
def opened(empty_database: str) -> Iterator[Database]:
    database = Database(empty_database)
    yield database
    database.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_each_revision_keeps_its_rows_and_becomes_todays(opened: Database, revision: str) -> None:
    upgrade_to(opened, revision)
    before = fill(opened)
    assert len(before) > 10

    assert upgrade(opened) == revision

    after = read_rows(opened)
    for name, rows in before.items():
        kept = [{column: row[column] for column in rows[0]} for row in after[name]] if rows else []
        assert kept == rows, name
    check_whole(opened)


def test_a_store_that_was_filled_long_ago_passes_through_every_revision(opened: Database) -> None:
    upgrade_to(opened, REVISIONS[0])
    before = fill(opened)

    for revision in REVISIONS[1:]:
        upgrade_to(opened, revision)

    after = read_rows(opened)
    assert {name: len(after[name]) for name in before} == dict.fromkeys(before, ROWS)
    check_whole(opened)


@pytest.mark.parametrize("statements", KILLED_AFTER)
def test_an_upgrade_that_was_killed_changed_nothing_and_begins_anew(opened: Database, statements: int) -> None:
    upgrade_to(opened, REVISIONS[0])
    before = fill(opened)
    opened.close()

    assert run_killed(opened, statements) == -signal.SIGKILL
    assert current_revision(opened) == REVISIONS[0]
    assert read_rows(opened) == before
    upgrade(opened)

    assert current_revision(opened) == newest_revision()
    check_whole(opened)


def upgrade_to(database: Database, revision: str) -> None:
    """Brings the schema to a revision as the upgrade itself does, with keys off while tables are made anew."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect() as connection:
        connection.detach()
        if database.is_sqlite:
            connection.connection.dbapi_connection.cursor().execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, revision)


def fill(database: Database) -> Rows:
    """Some rows in every table that the database has now, in all its columns; they point to each other."""
    with database.write() as session:
        for table in find_tables(database):
            for number in range(1, ROWS + 1):
                session.execute(table.insert().values({c.name: _make_value(c, number) for c in table.columns}))
    return read_rows(database)


def read_rows(database: Database) -> Rows:
    """The rows of every table, in the order of their keys."""
    with database.read() as session:
        return {
            table.name: [dict(row) for row in
                         session.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
            for table in find_tables(database)
        }


def find_tables(database: Database) -> list[Table]:
    """The tables of the store as the database describes them; without those that a search index keeps for itself."""
    found = MetaData()
    found.reflect(database.engine, only=lambda name, _: name in Base.metadata.tables)
    return list(found.sorted_tables)


def check_whole(database: Database) -> None:
    """Tables as the models say, no row without its parent, and the questions of a page are answered."""
    columns = {table.name: {column.name for column in table.columns} for table in find_tables(database)}
    assert columns == {name: {column.name for column in table.columns} for name, table in Base.metadata.tables.items()}
    if database.is_sqlite:
        with database.read() as session:
            assert session.execute(text("PRAGMA foreign_key_check")).first() is None
    store = Store(database)
    assert store.outlets.states() and store.runs.find(5) and store.deliveries.find(5)
    store.event_pages.find(EventQuery(verdict="v1"))


def run_killed(database: Database, statements: int) -> int:
    """Upgrades in a process of its own, which is killed after so many statements that change something."""
    child = os.fork()
    if child == 0:
        left = [statements]

        def count(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
            changes = statement.lstrip().split()[0].upper() not in ("SELECT", "PRAGMA")
            left[0] -= changes
            if changes and left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", count)
        try:
            upgrade(Database(database.engine.url.render_as_string(hide_password=False)))
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _make_value(column: Column[Any], number: int) -> Any:
    """The number for keys and what points to them, so that everything hangs together; else something of its type."""
    kind = column.type
    if isinstance(kind, Boolean):
        return number == 1
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return number / 2
    if isinstance(kind, DateTime):
        return START_AT.replace(tzinfo=None) + timedelta(days=number) if _is_naive(kind) else START_AT
    if isinstance(kind, LargeBinary):
        return b"x"
    if isinstance(kind, JSON):
        return {} if column.name in MAPPINGS else []
    return f"v{number}" if column.name != "happened_on" else "2026-03-01"


def _is_naive(kind: DateTime) -> bool:
    return not kind.timezone
