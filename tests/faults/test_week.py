"""A week of the real service whose processes and database are killed at any step: nothing lost, nothing told twice."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage.store import open_store
from tests.faults.nursery import run_nursery
from tests.faults.town import open_town, write_settings
from tests.faults.week import Report, Week
from tests.postgres import TestServer

# In every run of the tests on SQLite, a second of a core for each; with a server, workers and a queue it takes five.
KILLS = {"sqlite": 50, "postgresql": 20}
SOAK_WEEKS, SOAK_KILLS = 10, 50
Play = Callable[[str, int, int], Report]


@pytest.fixture
def play(folder: Path) -> Iterator[Play]:
    """Plays a week on a database, with a seed and a number of kills."""
    with ExitStack() as stack:

        def play(kind: str, seed: int, kills: int) -> Report:
            server = TestServer() if kind == "postgresql" else None
            address = server.make_upgraded() if server else f"sqlite:///{folder / 'twinwatch.db'}"
            if server:
                stack.callback(server.stop)
            open_store(address).close()
            town = stack.enter_context(open_town())
            write_settings(town, folder, address)
            environment = {**os.environ, "TWINWATCH_CONFIG": str(folder / "twinwatch.toml")}
            nursery = stack.enter_context(run_nursery(folder, environment))
            return Week(town, folder, nursery, address, server).play(seed, kills)

        yield play


def check(report: Report, kills: int) -> None:
    print(report.describe())
    assert (report.unread, report.untold, report.told_twice) == ([], [], []), report.describe()
    assert report.kills.total() >= kills and report.events >= 5
    assert all(report.kills[role] >= kills // (2 * len(report.roles)) for role in report.roles), report.describe()


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_a_week_with_kills_reads_everything_and_tells_it_once(play: Play, kind: str) -> None:
    report = play(kind, 20260302, KILLS[kind])

    check(report, KILLS[kind])


@pytest.mark.slow
def test_a_week_without_a_fault_repeats_nothing(play: Play) -> None:
    report = play("sqlite", 1, 0)

    check(report, 0)
    assert report.marked_repeats == 0


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SOAK_WEEKS))
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_many_weeks_with_a_thousand_kills_in_all(play: Play, kind: str, seed: int) -> None:
    check(play(kind, seed, SOAK_KILLS), SOAK_KILLS)
