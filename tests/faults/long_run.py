"""Plays wave after wave of the real service on business time of a clock file, and says what became of the stories."""

import random
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from monitor.demo.stand_ins import MailStandIn
from seeds.gazetteer import load_gazetteer
from storage.clock import CLOCK_FILE, write_clock
from storage.store import open_store
from tests.faults.papers import Names, Paper, run_papers, write_outlets
from tests.faults.real_service import PATIENCE_SECONDS, RealService, Sample, run_service
from tests.faults.town import TOLD

BEGIN_AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
# Longer than the usual interval, so that most outlets are due in each wave.
PAUSE = timedelta(minutes=40)
# Long enough for the next digest and for every wait between two tries.
CALM_PAUSE = timedelta(hours=25)
PLAIN, CHATTER, FAULT = 0.6, 0.1, 0.08  # how often in a wave
AGREEMENT_EVERY, PRINT_EVERY = 8, 50
# One of the daily digest, one who is told at once.
READERS = ("a@x.example", "b@x.example")
PAGES = ("/", "/events", "/ties", "/map", "/timeline", "/outlets", "/digests", "/runs", "/events.json", "/ties.csv",
         "/api/v1/events", "/events?q=Jeju", "/readyz")
SETTINGS = """
data_dir = "{folder}"
seeds_dir = "{folder}/seeds"
[crawl]
allow_networks = ["127.0.0.0/8"]
outlets = {outlets}
delay_seconds = 0
timeout_seconds = 3
[web]
port = 0
[email]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "tw@x.example"
[[subscription]]
name = "desk"
notifier = "email"
recipients = ["{readers[0]}"]
language = "en"
hour = 7
zone = "Asia/Seoul"
[[subscription]]
name = "at_once"
notifier = "email"
recipients = ["{readers[1]}"]
language = "ko"
schedule = "instant"
zone = "Asia/Seoul"
"""


@dataclass
class LongRun:
    """The papers, their readers' mail, and the service that reads the one and writes the other."""

    folder: Path
    papers: list[Paper]
    mail: MailStandIn
    service: RealService
    now: datetime = BEGIN_AT
    chance: random.Random = field(default_factory=lambda: random.Random(20260302))
    plain: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    agreements: list[list[str]] = field(default_factory=list)
    samples: list[dict[str, Sample]] = field(default_factory=list)

    def play(self, waves: int) -> None:
        """So many waves, each with its news, a fault now and then, and somebody who looks at the dashboard."""
        pairs = name_pairs()
        self.chance.shuffle(pairs)
        for number in range(1, waves + 1):
            self._print(pairs.pop() if number % AGREEMENT_EVERY == 0 else None)
            self._strike()
            self.pass_wave(PAUSE)
            self.service.ask("/metrics")
            self.service.ask(PAGES[number % len(PAGES)])
            self.samples.append(self.service.weigh())
            self._note(number)

    def come_to_rest(self) -> None:
        """Two more waves without a fault: what waited is read and told."""
        for paper in self.papers:
            paper.fault = ""
        self.pass_wave(CALM_PAUSE)
        self.pass_wave(CALM_PAUSE)

    def pass_wave(self, pause: timedelta) -> None:
        """Lets time go on until outlets are due, and waits for the end of the wave over them and for its verdicts."""
        count = self.count_waves()
        self.now = max(self.now + pause, self._find_due() + timedelta(minutes=1))
        write_clock(self.folder / "clock", self.now)
        self.wait_for_wave(count + 1)

    def wait_for_wave(self, count: int) -> None:
        """Waits until so many waves have ended and everything is judged."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self.service.is_crawling() or self.count_waves() < count or self._count_unjudged():
            assert self.service.look() and time.monotonic() < until, self.service.log.read_text("utf-8")[-3000:]

    def count_waves(self) -> int:
        """How many have come to their end."""
        return int(self.query("SELECT count(*) FROM waves WHERE finished_at IS NOT NULL")[0][0])

    def query(self, question: str) -> list[tuple[Any, ...]]:
        """Rows of the service's store."""
        with closing(sqlite3.connect(f"file:{self.folder / 'twinwatch.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(question).fetchall()

    def find_lost(self) -> list[str]:
        """Printed stories that were not read, or not as what they are, or are stored more than once."""
        entries = self.query("SELECT url, outcome FROM entries")
        articles = [url for (url,) in self.query("SELECT url FROM articles")]
        wanted = [(url, "screened_out") for url in self.plain] + [(url, "saved") for url in self.read]
        lost = [f"{url} is not {outcome}" for url, outcome in wanted if entries.count((url, outcome)) != 1]
        return lost + [f"{url} is stored {articles.count(url)} times" for url in self.read if articles.count(url) != 1]

    def find_mistold(self) -> list[str]:
        """Agreements that a reader was not told exactly once."""
        told = [(mail.recipients[0], set(re.findall(r"http://\S+", " ".join(TOLD.findall(mail.part("plain"))))))
                for mail in self.mail.messages]
        counts = {(reader, urls[0]): sum(to == reader and not shown.isdisjoint(urls) for to, shown in told)
                  for reader in READERS for urls in self.agreements}
        return [f"{url}: {reader} was told {count} times" for (reader, url), count in counts.items() if count != 1]

    def _print(self, pair: Names | None) -> None:
        at = self.now + PAUSE / 2
        if self.chance.random() < PLAIN:
            self.plain.append(self.chance.choice(self.papers).print_plain(at, self.chance))
        if self.chance.random() < CHATTER:
            self.read.append(self.chance.choice(self.papers).print_chatter(at, self.chance))
        if pair is not None:
            writers = self.chance.sample(self.papers, 2)
            self.agreements.append([paper.print_agreement(pair, at, self.chance) for paper in writers])
            self.read += self.agreements[-1]

    def _strike(self) -> None:
        for paper in self.papers:
            paper.fault = ""
        if self.chance.random() < FAULT:
            self.chance.choice(self.papers).fault = self.chance.choice(("500", "drop"))

    def _note(self, number: int) -> None:
        """Keeps the sample for whoever watches the run or looks for a cause later."""
        sample = self.samples[-1]
        with (self.folder / "samples.csv").open("a") as file:
            rows = [",".join(map(str, (number, role, *vars(found).values()))) for role, found in sample.items()]
            file.write("".join(f"{row}\n" for row in rows))
        if number % PRINT_EVERY == 0:
            print(f"{number} waves: {sample}", flush=True)

    def _find_due(self) -> datetime:
        (due_at,), = self.query("SELECT min(next_due_at) FROM outlets")
        return datetime.fromisoformat(due_at).replace(tzinfo=UTC)

    def _count_unjudged(self) -> int:
        return int(self.query("SELECT count(*) FROM articles WHERE judged_at IS NULL")[0][0])


@contextmanager
def begin_long_run(folder: Path, more: Mapping[str, str]) -> Iterator[LongRun]:
    """The service in `folder`, after a first wave that found one story in each paper; `more` is for its environment."""
    with run_papers() as papers, MailStandIn() as mail:
        chance, clock = random.Random(1), folder / "clock"
        plain = [paper.print_plain(BEGIN_AT - timedelta(hours=3), chance) for paper in papers]
        write_outlets(papers, folder / "seeds")
        outlets = str([paper.id for paper in papers]).replace("'", '"')
        (folder / "twinwatch.toml").write_text(
            SETTINGS.format(folder=folder, outlets=outlets, port=mail.port, readers=READERS), "utf-8")
        write_clock(clock, BEGIN_AT)
        open_store(f"sqlite:///{folder / 'twinwatch.db'}").close()
        environment = {CLOCK_FILE: str(clock), "TWINWATCH_CONFIG": str(folder / "twinwatch.toml"), **more}
        with run_service(folder, environment) as service:
            run = LongRun(folder, papers, mail, service, plain=plain)
            run.wait_for_wave(1)
            yield run


def name_pairs() -> list[Names]:
    """Pairs of a Vietnamese and a Korean province, by language."""
    units = [unit for unit in load_gazetteer().localities.values()
             if unit.level == 1 and "province" in unit.kind and not unit.merged_into and not unit.valid_to]
    sides = [[unit.names for unit in units if unit.country == country] for country in ("VN", "KR")]
    return [{lang: (vn[lang], kr[lang]) for lang in ("vi", "ko")} for vn, kr in product(*sides)]
