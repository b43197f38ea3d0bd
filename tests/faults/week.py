"""Plays a week of the real service, with processes that are killed at steps chosen by a seed, and counts what is left.

Time is the clock file's: between two lives hours pass, within one it goes on as usual.
"""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from storage.clock import CLOCK_FILE, write_clock
from storage.store import open_store
from tests.faults.nursery import Life, Nursery
from tests.faults.town import BEGIN_AT, END_AT, OUTLETS, WEEK, Town
from tests.postgres import TestServer

# Lives for each kill, as some faults come too late in a life that has little to do.
LIVES_PER_KILL = 0.9
SHORTEST_PAUSE = timedelta(minutes=20)
# Long enough for every wait between two tries, and for the next digest.
CALM_LIVES, CALM_PAUSE = 5, timedelta(hours=13)
# How often a paper cannot be read while a life lasts.
OUTAGES = 0.15
# How often somebody else is killed in the same life.
BOTH = 0.6
# How often a service is killed while it judges or, at the hour of a digest, tells: with so many steps, few of a life.
IN_A_PHASE = 0.6
STEPS = {"assessing": 40, "composing": 12, "handing over": 40}
DIGEST_HOUR = timedelta(hours=22)  # of UTC; 7 in Seoul
# Many times what a life takes on a slow machine: one that has lasted so long hangs.
LONGEST_LIFE_SECONDS = 300.0
# Who is killed, on SQLite and with workers on PostgreSQL; the database last.
ROLES = {False: ("crawl", "service"), True: ("service", "crawl", "worker", "database")}


Meanwhile = Callable[[Life], None]


@dataclass
class Report:
    """What became of the week; `roles` are those that could be killed."""

    roles: tuple[str, ...]
    kills: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    lives: int = 0
    unread: list[str] = field(default_factory=list)
    untold: list[tuple[str, str]] = field(default_factory=list)
    told_twice: list[tuple[str, str]] = field(default_factory=list)
    marked_repeats: int = 0
    events: int = 0
    printed: int = 0

    def describe(self) -> str:
        """One line for people."""
        kinds = ", ".join(f"{role} {count}" for role, count in sorted((self.kills + self.phases).items()))
        return (f"{self.kills.total()} kills ({kinds}) in {self.lives} lives; {self.printed} stories, {self.events} "
                f"events; repeats that say so: {self.marked_repeats}")


class Week:
    """One week in `folder`, whose settings are written. With a `server` the store is there, and workers crawl."""

    def __init__(self, town: Town, folder: Path, nursery: Nursery, address: str, server: TestServer | None) -> None:
        self._town, self.folder, self._nursery, self._address = town, folder, nursery, address
        self._server, self.clock = server, folder / "clock"
        self._lengths: Counter[str] = Counter()
        self.report = Report(ROLES[server is not None])

    def play(self, seed: int, kills: int) -> Report:
        """Lives with faults until there were `kills`, each at a random step; then calm ones."""
        chance, now = random.Random(seed), BEGIN_AT
        pause = WEEK / (kills * LIVES_PER_KILL + 1)
        self.live(now, {})
        while self.report.kills.total() < kills:
            before, now = now, now + max(SHORTEST_PAUSE, pause * 2 * chance.random())
            is_morning = (before - DIGEST_HOUR).date() < (now - DIGEST_HOUR).date()
            self._town.print_until(now)
            for outlet_id in chance.sample(OUTLETS, 2):
                self._town.fill(outlet_id, min(now, END_AT))
            self._strike(chance)
            self.live(now, self._choose_fault(chance, is_morning))
        for outlet_id in OUTLETS:
            self._town.newsroom.clear_fault(outlet_id)
        now = max(now, END_AT)
        for _ in range(CALM_LIVES):
            self._town.print_until(now)
            self.live(now, {})
            now += CALM_PAUSE
        return self._count()

    def live(self, now: datetime, faults: dict[str, object], meanwhile: Meanwhile = lambda service: None) -> int:
        """One life of the service, with a worker where workers crawl; until it has done all or was killed: its exit
        code. `meanwhile` is called again and again with it."""
        write_clock(self.clock, now)
        self.report.lives += 1
        for mark in (*self.folder.glob("struck.*"), self.folder / "go_on", self.folder / "said"):
            mark.unlink(missing_ok=True)
        with ExitStack() as stack:
            workers = [self.begin("worker", faults, stack)] if self._server else []
            service = self.begin("service", faults, stack)
            end = time.monotonic() + LONGEST_LIFE_SECONDS
            while (code := service.wait(0.05)) is None:
                assert time.monotonic() < end, f"the service does not end: {self.said()}"
                meanwhile(service)
                self._look_after(workers, faults, stack)
        self._look_after([], faults, ExitStack())
        # Without a database it does not start, says so, and whoever looks after services starts it again.
        expected = (0, -signal.SIGKILL, *([1] if "act" in faults else []))
        assert code in expected, f"the service ended with {code}: {self.said()}"
        self._note(faults)
        return code

    def said(self) -> str:
        """What the lives said last."""
        return (self.folder / "said").read_text("utf-8", "replace")[-3000:]

    def begin(self, role: str, faults: dict[str, object], stack: ExitStack) -> Life:
        """A life that ends with `stack` at the latest."""
        environment = {
            **os.environ, CLOCK_FILE: str(self.clock), "FAULTS": json.dumps(faults),
            "NURSERY": str(self._nursery.path), "TWINWATCH_CONFIG": str(self.folder / "twinwatch.toml"),
        }
        life = self._nursery.begin(role, self.folder, environment, self.folder / "said")
        stack.callback(life.close)
        return life

    def _look_after(self, workers: list[Life], faults: dict[str, object], stack: ExitStack) -> None:
        """Kills the database where a life waits for that; starts it again, and a worker that died."""
        go_on = self.folder / "go_on"
        waits = faults.get("act") == "wait" and any(self.folder.glob("struck.*")) and not go_on.exists()
        if self._server is not None and waits:
            self._server.kill()
            go_on.touch()
            self._server.revive()
        if workers and workers[-1].wait(0) is not None:
            workers.append(self.begin("worker", {}, stack))

    def _choose_fault(self, chance: random.Random, is_morning: bool) -> dict[str, object]:
        """Which process dies at which of its steps; half of the deaths come early, among few steps.

        It is the turn of whoever was struck least, so that each gets its share.
        """
        phase = chance.choice(("composing", "handing over")) if is_morning else "assessing"
        in_a_phase: dict[str, object] = {"service": chance.randint(1, STEPS[phase]), "phase": phase}
        if is_morning and chance.random() < IN_A_PHASE:
            return in_a_phase
        struck = {role: self.report.kills[role] for role in self.report.roles}
        victim = chance.choice([role for role, count in struck.items() if count == min(struck.values())])
        if victim == "database":
            return {**self._choose_step(chance, chance.choice(ROLES[True][:-1])), "act": "wait"}
        if victim == "service" and chance.random() < IN_A_PHASE:
            return in_a_phase
        others = [role for role in ("service", "crawl") if role != victim and chance.random() < BOTH]
        return {role: step for one in (victim, *others) for role, step in self._choose_step(chance, one).items()}

    def _choose_step(self, chance: random.Random, role: str) -> dict[str, object]:
        longest = self._lengths[role]
        return {role: chance.randint(1, max(1, chance.choice((longest, longest // 6))))}

    def _strike(self, chance: random.Random) -> None:
        """Now and then a paper cannot be read for a while."""
        for outlet_id in OUTLETS:
            self._town.newsroom.clear_fault(outlet_id)
        if chance.random() < OUTAGES:
            self._town.newsroom.set_fault(chance.choice(OUTLETS), chance.choice(("500", "drop", "empty")))

    def _note(self, faults: dict[str, object]) -> None:
        """Counts who was killed, and how many steps the others took."""
        for mark in self.folder.glob("struck.*"):
            self.report.kills["database" if faults.get("act") == "wait" else mark.suffix[1:]] += 1
            if "phase" in faults:
                self.report.phases[f"of these {faults['phase']}"] += 1
        for file in self.folder.glob("steps.*"):
            role = file.suffix[1:]
            self._lengths[role] = max(self._lengths[role], int(file.read_text() or 0))

    def _count(self) -> Report:
        store = open_store(self._address)
        self.report.unread = self._town.find_unread(store)
        store.close()
        self.report.untold, self.report.told_twice, self.report.marked_repeats = self._town.find_mistold()
        self.report.events = len(self._town.find_events())
        self.report.printed = sum(len(desk.printed) for desk in self._town.newsroom.desks.values())
        return self.report
