"""What befalls a machine: each trouble is said, the service goes on by itself, nothing is lost and nothing told twice.

One service lives through all of them, one after the other, on SQLite; each test brings an event and a trouble.
"""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import monitor.schedule
from storage.clock import write_clock
from storage.store import open_store
from tests.faults.nursery import PATIENCE_SECONDS, Life, run_nursery
from tests.faults.phases import PHASES, WAITING
from tests.faults.town import BEGIN_AT, OUTLETS, Town, open_town, write_settings
from tests.faults.week import DIGEST_HOUR, Meanwhile, Week

DAY = timedelta(hours=23)
# What is under way is given ten seconds to come to a safe end; the rest is a slow machine.
STOP_SECONDS = monitor.schedule.STOP_SECONDS + 15


@dataclass
class Place:
    """The town, and the service that lives in it by and by."""

    town: Town
    week: Week
    folder: Path
    address: str
    now: datetime = BEGIN_AT

    def news(self, *, with_event: bool = True) -> None:
        """A day later an event is in the papers (there are nine), and something else."""
        self.now += DAY
        if with_event:
            self.town.print_event(self.now)
        for outlet_id in OUTLETS:
            self.town.fill(outlet_id, self.now)

    def live(self, meanwhile: Meanwhile = lambda service: None, **faults: object) -> int:
        """A life, twenty minutes after the last one; its exit code."""
        self.now += timedelta(minutes=20)
        return self.week.live(self.now, faults, meanwhile)

    def sleep_until_morning(self) -> None:
        """Until the hour at which a digest is due."""
        days = (self.now - DIGEST_HOUR).date() - (BEGIN_AT - timedelta(days=1)).date()
        self.now = BEGIN_AT.replace(hour=0) + DIGEST_HOUR + days

    def check(self) -> None:
        """A few hours later, and at the next hour of the digest, everything was read and told once."""
        self.now += timedelta(hours=3)
        self.live()
        self.sleep_until_morning()
        self.live()
        store = open_store(self.address)
        unread = self.town.find_unread(store)
        store.close()
        untold, twice, _ = self.town.find_mistold()
        assert (unread, untold, twice) == ([], [], []), self.week.said()

    def find_blamed(self) -> list[str]:
        """The outlets that are said to have a trouble of their own."""
        store = open_store(self.address)
        states = store.outlets.states()
        store.close()
        return sorted(id for id, state in states.items() if state.state not in ("fine", "quiet"))

    def is_struck(self) -> bool:
        """Whether a life has come to its step and waits there."""
        return any(self.folder.glob("struck.*")) and not (self.folder / "go_on").exists()

    def go_on(self) -> None:
        (self.folder / "go_on").touch()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The one service of all tests."""
    with open_place(tmp_path_factory.mktemp("place")) as made:
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


@pytest.mark.parametrize(("phase", "step"), [
    ("crawling", 10), ("crawling", 90), ("assessing", 8), ("composing", 2), ("handing over", 6), (WAITING, 0),
])
def test_a_service_that_is_asked_to_stop_in_any_phase_stops_in_order(place: Place, phase: str, step: int) -> None:
    is_morning, is_crawling = phase in ("composing", "handing over"), phase == "crawling"
    place.news(with_event=phase in PHASES)
    if is_morning:
        place.live()
        place.sleep_until_morning()
    asked_at = list[float]()

    def stop(service: Life) -> None:
        if not asked_at and any(place.folder.glob("struck.*")):
            asked_at.append(time.monotonic())
            if is_crawling:
                service.send(signal.SIGTERM)
                place.go_on()

    faults = {"act": "wait", "crawl": step} if is_crawling else {"act": "TERM", "phase": phase, "service": step}
    assert place.live(stop, **faults) == 0

    assert (place.folder / f"struck.{'crawl' if is_crawling else 'service'}").exists()
    assert not asked_at or time.monotonic() - asked_at[0] < STOP_SECONDS
    assert "stopping" in place.week.said()
    place.check()


def test_names_that_do_not_resolve_are_nobodys_fault_and_all_is_read_and_told_later(place: Place) -> None:
    place.news()
    usual = place.find_blamed()

    place.live(names="lost")
    said = place.week.said()
    place.sleep_until_morning()
    place.live(names="lost")

    assert "our own network seems to be down" in said
    assert place.find_blamed() == usual
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


def test_a_crawl_that_was_suspended_for_an_hour_loses_nothing_when_it_wakes(place: Place) -> None:
    suspend(place, "crawl", with_event=False)


def suspend(place: Place, role: str, *, with_event: bool = True) -> None:
    """A day with news in which a process of `role` is stopped for an hour of the clock."""
    place.news(with_event=with_event)

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


def test_a_clock_that_jumps_ahead_and_back_stops_nothing(place: Place) -> None:
    place.news()
    right = place.now

    place.now = right + timedelta(days=40)
    place.live()
    place.now = right + timedelta(hours=1)
    place.news(with_event=False)
    place.live()

    place.check()
