"""What befalls a machine: each trouble is said, the service goes on by itself, nothing is lost and nothing told twice.

One service lives through all of them, one after the other, on SQLite; each test brings an event and a trouble.
"""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.clock import write_clock
from storage.store import open_store
from tests.faults.nursery import PATIENCE_SECONDS, Life, run_nursery
from tests.faults.town import BEGIN_AT, OUTLETS, Town, open_town, write_settings
from tests.faults.week import Meanwhile, Week

DAY = timedelta(hours=23)


@dataclass
class Place:
    """The town, and the service that lives in it by and by."""

    town: Town
    week: Week
    folder: Path
    address: str
    now: datetime = BEGIN_AT

    def news(self) -> None:
        """A day later an event is in the papers, and something else."""
        self.now += DAY
        self.town.print_event(self.now)
        for outlet_id in OUTLETS:
            self.town.fill(outlet_id, self.now)

    def live(self, meanwhile: Meanwhile = lambda service: None, **faults: object) -> int:
        """A life, twenty minutes after the last one; its exit code."""
        self.now += timedelta(minutes=20)
        return self.week.live(self.now, faults, meanwhile)

    def check(self) -> None:
        """A few hours and a day later everything was read and told once.

        A missed morning that is no longer made good (after midnight, more than six hours late) is told by the next one.
        """
        for pause in (timedelta(hours=3), DAY, timedelta(hours=9)):
            self.now += pause
            self.live()
        store = open_store(self.address)
        unread = self.town.find_unread(store)
        store.close()
        untold, twice, _ = self.town.find_mistold()
        assert (unread, untold, twice) == ([], [], []), self.week.said()

    def is_struck(self) -> bool:
        """Whether a life has come to its step and waits there."""
        return any(self.folder.glob("struck.*")) and not (self.folder / "go_on").exists()

    def go_on(self) -> None:
        (self.folder / "go_on").touch()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The one service of most tests."""
    with open_place(tmp_path_factory.mktemp("place")) as made:
        yield made


@pytest.fixture
def new_place(tmp_path: Path) -> Iterator[Place]:
    """A service of its own, at the beginning of its week."""
    with open_place(tmp_path) as made:
        yield made


@contextmanager
def open_place(folder: Path) -> Iterator[Place]:
    address = f"sqlite:///{folder / 'twinwatch.db'}"
    open_store(address).close()
    usual = {key: value for key, value in os.environ.items() if not key.startswith("TWINWATCH_")}
    with open_town() as town:
        write_settings(town, folder, address)
        with run_nursery(folder, {**usual, "TWINWATCH_CONFIG": str(folder / "twinwatch.toml")}) as nursery:
            made = Place(town, Week(town, folder, nursery, address, None), folder, address)
            made.live()
            yield made


@pytest.mark.parametrize(("role", "step"), [("service", 4), ("service", 60), ("crawl", 10), ("crawl", 90)])
def test_a_service_that_is_asked_to_stop_in_any_phase_stops_in_order(place: Place, role: str, step: int) -> None:
    if (role, step) == ("service", 4):
        place.news()

    assert place.live(act="TERM", **{role: step}) == 0

    if step == 90:
        place.check()


def test_a_full_disk_is_said_and_what_could_not_be_saved_follows(place: Place) -> None:
    place.news()

    def end_when_said(service: Life) -> None:
        if "trying again" in place.week.said():
            service.send(signal.SIGTERM)

    code = place.live(end_when_said, bytes=40_000, service=10**6)

    assert code == 0
    assert "is the disk full or failing?" in place.week.said()
    place.check()


def test_a_database_that_is_locked_for_long_is_said_once_and_waited_for(place: Place) -> None:
    place.news()
    locks = list[sqlite3.Connection]()

    def lock(service: Life) -> None:
        if place.is_struck():
            place.go_on()
            locks.append(sqlite3.connect(place.folder / "twinwatch.db", isolation_level=None, timeout=PATIENCE_SECONDS))
            locks[0].execute("BEGIN IMMEDIATE")
        if locks and "locked" in place.week.said():
            locks[0].close()

    assert place.live(lock, act="wait", crawl=60, busy_seconds=0.3) == 0

    assert "database is locked (another process has held it" in place.week.said()
    place.check()


def test_two_services_on_one_database_do_everything_once(place: Place) -> None:
    place.news()
    with ExitStack() as stack:
        others = list[Life]()

        def begin_another(service: Life) -> None:
            if not others:
                others.append(place.week.begin("service", {}, stack))

        assert place.live(begin_another) == 0
        assert others[0].wait() == 0

    place.check()


def test_a_service_that_was_suspended_for_an_hour_repeats_nothing_when_it_wakes(place: Place) -> None:
    suspend(place, "service")


@pytest.mark.slow
def test_a_crawl_that_was_suspended_for_an_hour_loses_nothing_when_it_wakes(new_place: Place) -> None:
    suspend(new_place, "crawl")


def suspend(place: Place, role: str) -> None:
    """A day with news in which a process of `role` is stopped for an hour of the clock."""
    place.news()

    def stop(service: Life) -> None:
        if not place.is_struck():
            return
        pid = int((place.folder / f"struck.{role}").read_text())
        os.kill(pid, signal.SIGSTOP)
        place.now += timedelta(hours=1)
        write_clock(place.week.clock, place.now)
        os.kill(pid, signal.SIGCONT)
        place.go_on()

    place.live(stop, act="wait", **{role: 70})

    place.check()


@pytest.mark.slow
def test_a_clock_that_jumps_ahead_and_back_stops_nothing(new_place: Place) -> None:
    place = new_place
    place.news()
    right = place.now

    place.now = right + timedelta(days=40)
    place.live()
    place.now = right + timedelta(hours=1)
    place.news()
    place.live()

    place.check()
