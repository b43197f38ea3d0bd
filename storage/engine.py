"""Connections: the only place that knows how SQLite and PostgreSQL differ."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from storage.errors import StoreError

# A writer waits this long for another one; a single transaction of ours takes milliseconds.
BUSY_SECONDS = 30
BACKENDS = ("sqlite", "postgresql")


class Database:
    """One database: `read()` and `write()` give a session each, committed at the end of the block.

    On SQLite a writer begins IMMEDIATE, so that two writers wait for each other instead of failing half-way.
    """

    def __init__(self, address: str) -> None:
        self.engine = make_engine(address)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(self.engine.execution_options(twinwatch_reads=True), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._reading() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._writing.begin() as session:
            yield session

    def insert(self, table: Any) -> Any:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` on both databases."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def close(self) -> None:
        self.engine.dispose()


def make_engine(address: str) -> Engine:
    """An engine for `address`; makes the folder of a SQLite file. Raises StoreError for an unusable address."""
    try:
        url = make_url(address)
        if url.get_backend_name() not in BACKENDS:
            raise StoreError(f"database_url: {url.get_backend_name()!r} is not supported (sqlite or postgresql)")
        if url.get_backend_name() == "postgresql":
            return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        _make_folder(url.database)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(f"database_url: not a database address ({error})") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def explain_failure(address: str, error: OperationalError) -> StoreError:
    """One line for a database that cannot be reached or written, without the password."""
    shown = make_url(address).render_as_string(hide_password=True)
    return StoreError(f"database {shown}: {str(error.orig).strip().splitlines()[0]}")


def _make_folder(path: str | None) -> None:
    if not path or path == ":memory:":
        return
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        folder = Path(path).parent
        raise StoreError(f"data_dir {folder}: {error.strerror} (choose a folder that can be written)") from error


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late for IMMEDIATE
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("twinwatch_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
