"""Connections: the only place that knows how SQLite and PostgreSQL differ."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

from storage.errors import StoreError
from storage.files import make_private_file, make_private_folder

logger = logging.getLogger(__name__)

# A writer waits this long for another one; a single transaction of ours takes milliseconds.
BUSY_SECONDS = 30
# Between two tries of what SQLite refuses at once instead of waiting.
RETRY_SECONDS = 0.02
# A server that does not answer is named instead of waited for; libpq by itself waits for minutes.
CONNECT_SECONDS = 10
BACKENDS = ("sqlite", "postgresql")
# What a person can do, by words of the database's own message.
ADVICE = (
    ("unable to open database file", "is its folder there, and may it be written?"),
    ("readonly", "make the file and its folder writable"),
    ("not a database", "this file is something else, or damaged: restore a backup or move it away"),
    ("malformed", "the file is damaged: restore a backup or move it away, with those that end in -wal and -shm"),
    ("locked", f"another process has held it for {BUSY_SECONDS} s"),
    ("full", "free some space; nothing saved so far is lost"),
    ("disk i/o", "is the disk full or failing?"),
    ("authentication", "check the user and the password in database_url"),
    ("does not exist", "create it, or correct database_url"),
    ("connection", "is the server running, and is database_url right?"),
    ("resolve", "check the host in database_url"),
)
# Whoever has chosen more than `on`, as for a second server, keeps it.
DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
# Whatever the server's own zone is: instants come as they are stored, and days of them are the same everywhere.
IN_UTC = "SELECT set_config('timezone', 'UTC', false)"
# Faults of the program and not of the database: these stay what they are.
OUR_FAULTS = (IntegrityError, ProgrammingError, DataError, NotSupportedError)


class Database:
    """One database: `read()` and `write()` give a session each, committed at the end of the block.

    Everything inside one `read()` sees the same instant, and no reader waits for a writer. On SQLite a writer begins
    IMMEDIATE, so that two writers wait for each other instead of failing half-way. StoreError is raised, in one line,
    for a database that cannot be reached, read or written.
    """

    def __init__(self, address: str) -> None:
        self.engine = make_engine(address)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(self.engine.execution_options(**self._snapshot()), expire_on_commit=False)
        self._shared = _Shared()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        shared = self._shared.session or self._shared.reading
        if shared is not None:
            with self.explained():
                yield shared
            return
        with self.explained(), self._reading() as session:
            yield session

    @contextmanager
    def read_at_once(self) -> Iterator[None]:
        """All that this thread reads in the block, by whichever questions, is one `read()`.

        On PostgreSQL each costs several round trips beside its questions. What is written in the block is a transaction
        of its own, and seen by what is read after it.
        """
        if self._shared.session is not None or self._shared.reading is not None:
            yield
            return
        with self._reading() as session:
            self._shared.reading = session
            try:
                yield
            finally:
                self._shared.reading = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        if self._shared.session is not None:
            yield self._shared.session
            return
        if self._shared.reading is not None:
            # Gives its connection back first: who holds one and waits for another may wait for one who does the same.
            self._shared.reading.rollback()
        with self.explained(), self._writing.begin() as session:
            yield session

    def answer_all(self, questions: Sequence[Callable[[], Any]]) -> list[Any]:
        """The answers to `questions` in their order, or the exception in the place of one that failed.

        On SQLite all of them are one transaction, as a commit costs more than most questions; where one fails, each is
        asked again by itself. On PostgreSQL each is a transaction of its own: their snapshots differ.
        """
        if self.is_sqlite and len(questions) > 1:
            try:
                return self._answer_together(questions)
            except Exception:  # whose fault it is shows when each is asked alone
                logger.debug("a shared transaction failed", exc_info=True)
        return [_answer(question) for question in questions]

    def _answer_together(self, questions: Sequence[Callable[[], Any]]) -> list[Any]:
        answers = []
        with self.explained(), self._writing.begin() as session:
            self._shared.session = session
            try:
                for question in questions:
                    answers.append(question())
                    session.flush()
                    session.expunge_all()  # the next question sees what is in the tables, not what this one held
            finally:
                self._shared.session = None
        return answers

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns what the database itself complains about into a StoreError."""
        try:
            yield
        except OUR_FAULTS:
            raise
        except DBAPIError as error:
            raise explain_failure(self.engine.url, error) from error

    def insert(self, table: Any) -> Any:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` on both databases."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # a tenth of the time that a crawl takes to load the store

        return postgresql.insert(table)

    def take_turn(self, session: Session, number: int) -> None:
        """Until the transaction ends, nobody else gets past the same number; on SQLite a writer is alone anyway."""
        if not self.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def close(self) -> None:
        self.engine.dispose()

    def _snapshot(self) -> dict[str, Any]:
        if self.is_sqlite:
            return {"twinwatch_begin": "BEGIN"}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class _Shared(threading.local):
    """The session of the transaction that this thread's questions share, if they do; `reading` is one that only reads.
    """

    session: Session | None = None
    reading: Session | None = None


def make_engine(address: str) -> Engine:
    """An engine for `address`; makes the folder of a SQLite file. Raises StoreError for an unusable address."""
    url = _parse_address(address)
    if url.get_backend_name() == "postgresql":
        wait = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
        engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args=wait)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    _make_folder(url.database)
    # The connection that was used last is used again: each keeps pages and statements of its own.
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"), connect_args={"timeout": BUSY_SECONDS}, poolclass=QueuePool,
        pool_use_lifo=True)
    event.listen(engine, "do_connect", _make_file)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def is_missing_file(address: str) -> bool:
    """Whether `address` names a SQLite file that is not there. Raises StoreError for an unusable address."""
    url = _parse_address(address)
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()


def find_file(address: str) -> Path | None:
    """The file of a SQLite store; None for another database, or one in memory. StoreError for an unusable address."""
    url = _parse_address(address)
    path = url.database or "" if url.get_backend_name() == "sqlite" else ""
    return Path(path) if path and path != ":memory:" and not path.startswith("file:") else None


def make_conninfo(address: str) -> str:
    """The address as libpq takes it, for libraries that connect by themselves. StoreError unless it is PostgreSQL."""
    url = _parse_address(address)
    if url.get_backend_name() != "postgresql":
        raise StoreError("database_url: not PostgreSQL")
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def explain_failure(url: URL, error: DBAPIError) -> StoreError:
    """One line for a database that cannot be reached or written, without password or query."""
    said = next((line.strip() for line in str(error.orig).splitlines() if line.strip()), type(error.orig).__name__)
    advice = next((advice for words, advice in ADVICE if words in said.lower()), "")
    return StoreError(f"database {show_address(url)}: {said}" + (f" ({advice})" if advice else ""))


def show_address(url: URL) -> str:
    """An address as people write it in the settings, without password or query."""
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)


def _answer(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except Exception as error:
        return error


def _parse_address(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:  # neither is shown: the address may hold a password
        advice = "write sqlite:///FOLDER/FILE or postgresql://USER:PASSWORD@HOST/NAME"
        raise StoreError(f"database_url: not a database address ({advice})") from error
    if url.get_backend_name() not in BACKENDS:
        raise StoreError(f"database_url: {url.get_backend_name()!r} is not supported (sqlite or postgresql)")
    return url


def _make_folder(path: str | None) -> None:
    if not path or path == ":memory:" or path.startswith("file:"):
        return
    try:
        make_private_folder(Path(path).parent)
    except OSError as error:
        folder = Path(path).parent
        raise StoreError(f"data_dir {folder}: {error.strerror} (choose a folder that can be written)") from error


def _make_file(dialect: Any, record: Any, arguments: Sequence[Any], options: Any) -> None:
    """SQLite would let others read a new file; its journals get the file's own mode."""
    path = str(arguments[0]) if arguments else ""
    if path and path != ":memory:" and not path.startswith("file:"):
        with suppress(OSError):  # SQLite says itself what it cannot open
            make_private_file(Path(path))


def _prepare_postgresql(connection: Any, record: Any) -> None:
    """A crash of the server must not forget that a digest was sent: a server that would is asked not to."""
    connection.execute(DURABLE)
    connection.execute(IN_UTC)
    connection.commit()


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late for IMMEDIATE
    cursor = connection.cursor()
    _make_wal(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _make_wal(cursor: sqlite3.Cursor) -> None:
    """Switches a new file to WAL, which SQLite refuses at once, without waiting, while another process does the same.

    Measured with four processes on a new file: one in twelve was refused. Before its first page is written, a file can
    still be made one that `storage.compacting` makes smaller while others write.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if cursor.execute("PRAGMA page_count").fetchone() == (0,):
                cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(RETRY_SECONDS)


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("twinwatch_begin", "BEGIN IMMEDIATE"))
