"""Each fault of real servers, switched on and off while waves run: its state within a day, `fine` after, none else hit.

All outlets of the module live through the same waves, one fault each, beside a healthy one. Between two waves the
clock of the store is moved on by moving what is stored back.
"""

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from time import sleep
from typing import Any

import pytest

from crawler.habits import learn_gap
from storage.values import OutletState
from tests.crawl.conftest import Desk, Server, run_server

pytestmark = pytest.mark.slow  # five waves over thirteen outlets; a dead one is looked for elsewhere, too

Route = Callable[[], tuple[int, dict[str, str], bytes]]
HOUR = timedelta(hours=1)
STEP = 8 * HOUR  # between two waves: three of them are the rhythm of a daily paper
TIMES = ("state_since", "last_seen_at", "last_new_at", "next_due_at", "failing_since_at")
BOMB = gzip.compress(b" " * 64_000_000)
PLAIN = {"Content-Type": "text/html; charset=utf-8"}


def reply(status: int, body: bytes = b"", **headers: str) -> Route:
    return lambda: (status, PLAIN | {name.replace("_", "-"): value for name, value in headers.items()}, body)


def be_slow() -> tuple[int, dict[str, str], bytes]:
    sleep(3)  # the server's, not the test's: longer than the time-out of the crawl
    return 200, PLAIN, b""


def drop() -> tuple[int, dict[str, str], bytes]:
    raise ConnectionResetError


FAULTS: dict[str, tuple[Route | str, str, str]] = {
    "refused": (reply(403), "blocked", "answers 403"),
    "asked_to_wait": (reply(429), "blocked", "answers 429"),
    "error": (reply(500), "broken", "the server answers 500"),
    "slow": (be_slow, "broken", "no answer in time"),
    "dropped": (drop, "broken", "the connection broke off"),
    "frozen": ("frozen", "silent", "show nothing new"),
    "page_for_feed": (reply(200, b"<html><body><h1>Trang chu</h1></body></html>"), "broken", "a page came instead"),
    "empty": (reply(200), "broken", "an empty answer"),
    "charset": ("charset", "fine", ""),
    "bomb": (reply(200, BOMB, Content_Encoding="gzip"), "broken", "the answer is too large"),
    "private": (reply(302, Location="http://169.254.169.254/latest"), "broken", "leads to a private address"),
    "loop": ("loop", "broken", "redirects without end"),
    "healthy": ("", "fine", ""),
}


class Town:
    """One server per outlet; each publishes one article more before every wave, whatever its fault."""

    def __init__(self, desk: Desk, servers: dict[str, Server]) -> None:
        self.desk, self.servers, self.count = desk, servers, 0
        self.history: list[dict[str, OutletState]] = []

    def publish(self, *, faulty: bool) -> None:
        self.count += 1
        for name, server in self.servers.items():
            links = server.serve_articles(self.count)
            if not (faulty and FAULTS[name][0] == "frozen"):
                server.serve_feed("/rss", links[::-1])
            if faulty:
                self.strike(server, FAULTS[name][0])

    def strike(self, server: Server, fault: Route | str) -> None:
        for path in [path for path in server.routes if path.startswith(("/rss", "/a-"))]:
            if callable(fault):
                server.routes[path] = fault
            elif fault == "loop":
                server.routes[path] = reply(302, Location=f"{path}?again")
                server.routes[f"{path}?again"] = reply(302, Location=path)
            elif fault == "charset":
                status, headers, body = server.routes[path]()
                label = headers["Content-Type"].partition(";")[0] + "; charset=iso-8859-1"
                server.routes[path] = lambda s=status, h={**headers, "Content-Type": label}, b=body: (s, h, b)  # type: ignore[misc]

    def wave(self) -> None:
        crawl = self.desk.crawl(*FAULTS)
        assert crawl.code == 0, crawl.errors
        self.history.append(self.desk.open().outlets.states())

    def pass_time(self) -> None:
        """As if `STEP` had gone by since the last wave: all that is stored is as much older."""
        store = self.desk.open()
        for state in store.outlets.states().values():
            times: dict[str, Any] = {
                name: at - STEP for name in TIMES if isinstance(at := getattr(state, name), datetime)}
            store.outlets.save_state(replace(state, **times))
        with store.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE entries SET next_attempt_at = NULL")
            connection.exec_driver_sql("DELETE FROM leases")

    def settle_in(self) -> None:
        """As if every outlet were an old daily paper whose gaps are ten hours at most."""
        habits: dict[str, object] = {}
        for gap in [3 * HOUR] * 40 + [10 * HOUR] * 20:
            habits = learn_gap(habits, gap, is_learning=True)
        store = self.desk.open()
        for state in store.outlets.states().values():
            store.outlets.save_state(replace(state, habits=habits))
        with store.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE outlets SET first_visit_at = '2020-01-01 00:00:00.000000'")


@pytest.fixture(scope="module")
def town(shared_desk: Desk) -> Iterator[Town]:
    """The waves: one before, three under faults (a day), one after."""
    shared_desk.settings["TIMEOUT_SECONDS"] = "1.5"
    with ExitStack() as stack:
        servers = {name: stack.enter_context(run_server()) for name in FAULTS}
        for name, opened in servers.items():
            shared_desk.add_outlet(name, [f"{opened.root}/rss"], opened.root)
        made = Town(shared_desk, servers)
        made.publish(faulty=False)
        made.wave()
        made.settle_in()
        for faulty in (True, True, True, False):
            made.pass_time()
            made.publish(faulty=faulty)
            made.wave()
        yield made


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_in_its_state_within_a_day(town: Town, name: str) -> None:
    _, state, reason = FAULTS[name]

    struck = town.history[3][name]

    assert struck.state == state and reason in struck.state_reason


@pytest.mark.parametrize("name", FAULTS)
def test_after_a_fault_the_first_visit_is_fine_and_nothing_published_meanwhile_is_lost(town: Town, name: str) -> None:
    well = town.history[4][name]
    rows = town.desk.rows(f"SELECT count(*) FROM entries WHERE outlet_id = '{name}' AND outcome = 'saved'")

    assert (well.state, well.failures) == ("fine", 0)
    assert rows == [(town.count,)]


def test_no_other_outlet_is_hit_by_a_fault(town: Town) -> None:
    assert [states["healthy"].state for states in town.history] == ["fine"] * 5
    assert [states["healthy"].failures for states in town.history] == [0] * 5
