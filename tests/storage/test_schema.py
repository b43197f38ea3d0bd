"""The schema: models equal migrations, an upgrade may be repeated and raced, and another version is refused."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from storage.engine import Database
from storage.errors import StoreError
from storage.models import Base
from storage.store import open_store
from storage.upgrade import MIGRATIONS, check_revision, current_revision, newest_revision, upgrade

# Waits for its siblings on standard input, so that all of them begin at once.
OPEN = """
import sys
from storage.engine import Database
from storage.upgrade import upgrade
print("ready", flush=True)
sys.stdin.readline()
database = Database(sys.argv[1])
upgrade(database)
database.close()
"""


def test_models_equal_migrations(database: str) -> None:
    opened = Database(database)

    with opened.read() as session:
        options = {"compare_type": True, "include_object": _is_a_model}
        context = MigrationContext.configure(session.connection(), opts=options)
        differences = compare_metadata(context, Base.metadata)

    opened.close()
    assert differences == []


def _is_a_model(item: object, name: str | None, kind: str, *others: object) -> bool:
    """The index of search is no model: each database makes its own (`storage.search_index`)."""
    return not (name or "").startswith(("event_search", "ix_event_texts_grams"))


def test_partial_indexes_are_partial_on_both_databases(database: str) -> None:
    opened = Database(database)
    names = {"ix_articles_unjudged": "articles", "ix_facts_waiting": "facts"}

    found = inspect(opened.engine)
    where = [
        index["dialect_options"][f"{opened.engine.dialect.name}_where"]
        for name, table in names.items() for index in found.get_indexes(table) if index["name"] == name
    ]

    opened.close()
    assert len([condition for condition in where if condition is not None]) == 2


def test_an_empty_database_is_upgraded_and_a_second_time_nothing_happens(empty_database: str) -> None:
    database = Database(empty_database)

    revisions = [upgrade(database), upgrade(database), current_revision(database)]

    database.close()
    assert revisions == [None, newest_revision(), newest_revision()]


def test_threads_that_upgrade_at_once_all_succeed(empty_database: str) -> None:
    def go(_: int) -> str | None:
        database = Database(empty_database)
        upgrade(database)
        revision = current_revision(database)
        database.close()
        return revision

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(go, range(4))) == {newest_revision()}


def test_processes_that_upgrade_at_once_all_succeed(empty_database: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, empty_database],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"

    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate()[1] for process in started]

    assert errors == ["", ""]
    assert [process.returncode for process in started] == [0, 0]


def test_a_database_from_the_future_is_refused_in_one_line_and_left_alone(database: str) -> None:
    opened = Database(database)
    with opened.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match=r"^database: revision 9999 is newer than this program \(.*\)$"):
        open_store(database)

    with pytest.raises(StoreError, match="9999 is newer"):
        upgrade(opened)
    assert current_revision(opened) == "9999"
    opened.close()


def test_a_postgresql_without_tables_names_the_command_that_makes_them(empty_database: str) -> None:
    database = Database(empty_database)
    if database.is_sqlite:
        open_store(empty_database).close()
        check_revision(database)
    else:
        with pytest.raises(StoreError, match="run `twinwatch db upgrade`"):
            open_store(empty_database)
    database.close()


def test_an_upgrade_that_fails_half_way_is_undone(empty_database: str) -> None:
    database = Database(empty_database)
    with database.write() as session:
        session.execute(text("CREATE TABLE verdicts (id INTEGER)"))  # stands in the way of a later step

    with pytest.raises(Exception, match="verdicts"):
        upgrade(database)

    tables = inspect(database.engine).get_table_names()
    database.close()
    assert tables == ["verdicts"]


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert newest_revision() == ScriptDirectory.from_config(config).get_current_head()


def test_opening_a_database_that_is_up_to_date_imports_no_alembic(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'a.db'}"
    open_store(address).close()
    look = f"import sys, storage.store as s; s.open_store({address!r}).close(); print('alembic' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout == "False\n"
