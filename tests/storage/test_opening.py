"""Databases that cannot be used: one clear line each, never a password, never a traceback of the driver."""

import os
import socket
from datetime import UTC, date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from storage.engine import Database, make_conninfo
from storage.errors import StoreError
from storage.store import Store, open_store
from tests.factories import OUTLET
from tests.postgres import TestServer


def _refusal(address: str) -> str:
    with pytest.raises(StoreError) as caught:
        open_store(address).outlets.register([OUTLET])
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture
def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("query", ["", "?password=geheim"])
def test_an_unreachable_server_is_named_without_the_password(closed_port: int, query: str) -> None:
    message = _refusal(f"postgresql://desk:geheim@127.0.0.1:{closed_port}/news{query}")

    assert f"127.0.0.1:{closed_port}/news" in message and "Connection refused" in message
    assert "geheim" not in message


@pytest.mark.parametrize(
    "address", ["", "news.db", "postgresql://desk:geheim@host:port/news", "mysql://desk:geheim@host/news"]
)
def test_what_is_no_usable_address_is_refused_without_the_password(address: str) -> None:
    message = _refusal(address)

    assert message.startswith("database_url: ")
    assert "geheim" not in message


def test_a_missing_database_on_a_server_is_named(empty_database: str) -> None:
    if empty_database.startswith("sqlite"):
        pytest.skip("a SQLite file is made when it is missing")
    name = empty_database.split("?")[0].rsplit("/", 1)[1]

    message = _refusal(empty_database.replace(name, "nowhere"))

    assert '"nowhere" does not exist' in message


@pytest.mark.parametrize("size", [1, 100, 9000])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, size: int) -> None:
    path = tmp_path / "twinwatch.db"
    path.write_bytes(b"no database " * size)

    message = _refusal(f"sqlite:///{path}")

    assert str(path) in message and "not a database" in message
    assert path.read_bytes() == b"no database " * size


def test_a_damaged_database_is_named_when_it_is_read(sqlite_address: str) -> None:
    path = Path(sqlite_address.removeprefix("sqlite:///"))
    store = open_store(sqlite_address)
    store.close()
    body = path.read_bytes()
    path.write_bytes(body[:4096] + b"\xff" * (len(body) - 4096))

    with pytest.raises(StoreError, match=r"malformed \(the file is damaged: restore a backup") as caught:
        open_store(sqlite_address).outlets.states()

    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_may_not_be_written_is_named(sqlite_address: str) -> None:
    path = sqlite_address.removeprefix("sqlite:///")

    message = _refusal(f"sqlite:///file:{path}?mode=ro&uri=true")

    assert path in message and "readonly database (make the file and its folder writable)" in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)

    assert str(folder) in _refusal(f"sqlite:///{folder / 'twinwatch.db'}")
    assert str(folder) in _refusal(f"sqlite:///{folder / 'deeper' / 'twinwatch.db'}")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    message = _refusal(f"sqlite:///{tmp_path / 'file' / 'twinwatch.db'}")

    assert message == f"data_dir {tmp_path / 'file'}: File exists (choose a folder that can be written)"


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    assert "unable to open database file" in _refusal(f"sqlite:///{tmp_path}")


def test_the_folder_of_a_new_sqlite_file_is_made(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'a' / 'b' / 'twinwatch.db'}").close()

    assert (tmp_path / "a" / "b" / "twinwatch.db").is_file()


def test_a_full_disk_is_named_and_what_was_saved_stays(sqlite_store: Store) -> None:
    sqlite_store.outlets.register([OUTLET])
    full = pytest.raises(StoreError, match=r"full \(free some space; nothing saved so far is lost\)")

    with full, sqlite_store.database.write() as session:
        connection = session.connection()
        connection.exec_driver_sql(f"PRAGMA max_page_count={connection.exec_driver_sql('PRAGMA page_count').scalar()}")
        connection.exec_driver_sql("CREATE TABLE big AS SELECT zeroblob(1000000) AS body")

    assert list(sqlite_store.outlets.states()) == [OUTLET]


@pytest.mark.parametrize("zone", ["Asia/Seoul", "UTC", "America/St_Johns"])
def test_days_and_instants_do_not_hang_on_the_zone_of_the_server(postgres: TestServer, zone: str) -> None:
    address = postgres.make_upgraded()
    name = make_conninfo(address).partition("?")[0].rpartition("/")[2]
    with psycopg.connect(make_conninfo(address), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET timezone = '{zone}'")  # type: ignore[arg-type]

    with Database(address).read() as session:
        instant, day = session.execute(
            text("SELECT CAST('2026-03-01T23:30:00+00' AS timestamptz), '2026-03-01T23:30:00+00'::timestamptz::date")
        ).one()

    assert instant.tzinfo is UTC and day == date(2026, 3, 1)


@pytest.mark.parametrize(("server_says", "we_have"), [
    ("off", "on"), ("on", "on"), ("local", "local"), ("remote_apply", "remote_apply")])
def test_what_is_committed_outlives_a_crash_whatever_the_server_does_for_others(
    postgres: TestServer, server_says: str, we_have: str
) -> None:
    address = postgres.make_upgraded()
    name = make_conninfo(address).partition("?")[0].rpartition("/")[2]
    with psycopg.connect(make_conninfo(address), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = '{server_says}'")  # type: ignore[arg-type]

    with Database(address).read() as session:
        told = session.scalar(text("SHOW synchronous_commit"))

    assert told == we_have
