"""Fixtures shared by all tests: stores on both databases, and a clock that stands still."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.store import Store, open_store
from tests.fake_clock import FakeClock

if TYPE_CHECKING:
    from tests.postgres import TestServer


@pytest.fixture(scope="session")
def postgres() -> "Iterator[TestServer]":
    """This process's PostgreSQL server."""
    from tests.postgres import TestServer  # the server is started only where a test needs it

    server = TestServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with today's tables and nothing in them."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store with today's tables, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        yield _copy_sqlite(request, tmp_path)
        return
    server: TestServer = request.getfixturevalue("postgres")
    address = server.make_upgraded()
    yield address
    server.drop(address)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: TestServer = request.getfixturevalue("postgres")
    address = server.make_empty()
    yield address
    server.drop(address)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """An empty store, on SQLite and then on PostgreSQL."""
    opened = open_store(database)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store on SQLite alone, for tests of what lies above the store."""
    return _copy_sqlite(request, tmp_path)


@pytest.fixture
def sqlite_store(sqlite_address: str) -> Iterator[Store]:
    """An empty store on SQLite alone, for tests of what lies above the store."""
    opened = open_store(sqlite_address)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until the test moves it."""
    return FakeClock()


def _copy_sqlite(request: pytest.FixtureRequest, folder: Path) -> str:
    path = folder / "twinwatch.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"
