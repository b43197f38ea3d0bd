"""Plays the days of a service that is killed at steps chosen by a seed, and counts what readers got.

Each life is a forked process that dies without any cleaning up. What delivers is given: ours, or a control.
"""

import gc
import http.client
import os
import random
import re
import signal
import smtplib
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from monitor.demo.stand_ins import MailStandIn, SlackStandIn
from tests.fake_clock import START_AT

# After the hour of the digests, within five minutes of it, and two more lives of the same day.
LIVES_AT = (timedelta(hours=1, minutes=2), timedelta(hours=1, minutes=9), timedelta(hours=2, minutes=20))
# Long enough for every wait between two tries.
CALM_DAYS = 8
FEWEST_DAYS = 5
KILLED, BROKEN = 99, 98
REPEAT = "You may have received this digest already"
NUMBER = re.compile(r"\bTin (\d+)\b")

Step = Callable[[], None]


class Deliverer(Protocol):
    """Something that delivers digests, as the harness sees it."""

    def add(self, number: int, at: datetime) -> None:
        """Makes the event `Tin NUMBER` known, safely."""

    def live(self, now: datetime, step: Step) -> None:
        """Does all that is due at `now`, calling `step` wherever it may die."""


@dataclass
class Receivers:
    """A mail server and a Slack that outlive every crash, and who reads there."""

    mail: MailStandIn
    slack: SlackStandIn
    readers: tuple[str, ...]

    def copies(self) -> dict[tuple[str, int], list[bool]]:
        """For each reader and event the messages that told it; True for one that says that it may be a repeat."""
        found: dict[tuple[str, int], list[bool]] = defaultdict(list)
        for mail in self.mail.messages:
            self._read(found, mail.recipients[0], mail.part("plain"))
        for post in self.slack.posts:
            self._read(found, "#team", str(post.blocks))
        return found

    def _read(self, found: dict[tuple[str, int], list[bool]], reader: str, text: str) -> None:
        says_so = REPEAT in " ".join(text.split())
        for number in {int(number) for number in NUMBER.findall(text)}:
            found[reader, number].append(says_so)


@dataclass
class Report:
    """What became of the events: how many kills, at which kind of step, what was not told and what twice."""

    kills: int = 0
    lives: int = 0
    events: int = 0
    untold: list[tuple[str, int]] = field(default_factory=list)
    told_twice: list[tuple[str, int]] = field(default_factory=list)
    marked_repeats: int = 0
    places: Counter[int] = field(default_factory=Counter)


def play(deliverer: Deliverer, receivers: Receivers, seed: int, kills: int) -> Report:
    """Days with one new event each, and lives that are killed at random, until there were `kills`; then calm days."""
    chance, report, day, length = random.Random(seed), Report(), START_AT, 0
    while report.kills < kills or report.events < FEWEST_DAYS:
        day += timedelta(days=1)
        report.events += 1
        deliverer.add(report.events, day)
        for offset in LIVES_AT[: chance.randint(1, len(LIVES_AT))]:
            # The first life shows how many steps there are to die at; half of the deaths come early, among few steps.
            last = chance.choice((length, max(1, length // 6)))
            fatal = chance.randint(1, last) if length and report.kills < kills else 0
            steps, was_killed = live(deliverer, day + offset, fatal, by_signal=chance.random() < 0.5)
            report.lives += 1
            report.kills += was_killed
            report.places[fatal] += was_killed
            length = max(length, steps)
    for number in range(1, CALM_DAYS + 1):
        live(deliverer, day + LIVES_AT[0] + timedelta(days=number), 0, by_signal=False)
    return count(receivers, report)


def count(receivers: Receivers, report: Report) -> Report:
    """Fills in what readers got and what not."""
    copies = receivers.copies()
    for reader in receivers.readers:
        for number in range(1, report.events + 1):
            got = copies.get((reader, number), [])
            report.untold += [] if got else [(reader, number)]
            report.told_twice += [(reader, number)] if got.count(False) > 1 else []
            report.marked_repeats += got.count(True)
    return report


def live(deliverer: Deliverer, now: datetime, fatal: int, *, by_signal: bool) -> tuple[int, bool]:
    """One life in a process of its own, which ends at step `fatal` (0: not before it is done): its steps, and whether
    it was killed. A life that fails by itself is an AssertionError with its traceback."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(deliverer, now, fatal, writing, by_signal)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, KILLED, -signal.SIGKILL), said
    return int(said or 0), code != 0


def _live(deliverer: Deliverer, now: datetime, fatal: int, pipe: int, by_signal: bool) -> None:
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == fatal:
            if by_signal:
                os.kill(os.getpid(), signal.SIGKILL)
            os._exit(KILLED)

    gc.disable()  # a collection would copy the parent's memory page by page
    try:
        watch_the_wire(step)
        deliverer.live(now, step)
        os.write(pipe, str(steps).encode())
        os._exit(0)
    except BaseException:
        os.write(pipe, traceback.format_exc().encode())
        os._exit(BROKEN)


def watch_the_wire(step: Step) -> None:
    """Makes whatever is sent or received by SMTP or HTTP, and whatever is forced to the disk, a step before and after
    it; in this process, for good."""
    places: tuple[tuple[Any, str], ...] = (
        (smtplib.SMTP, "send"), (smtplib.SMTP, "getreply"), (http.client.HTTPConnection, "send"),
        (http.client.HTTPConnection, "getresponse"), (os, "fsync"),
    )
    # Processes die here, not the machine: nothing has to reach the disk itself.
    os.fsync = lambda file: None
    for owner, name in places:
        setattr(owner, name, _stepping(getattr(owner, name), step))


def _stepping(call: Callable[..., Any], step: Step) -> Callable[..., Any]:
    def stepping(*values: Any, **named: Any) -> Any:
        step()
        answer = call(*values, **named)
        step()
        return answer

    return stepping
