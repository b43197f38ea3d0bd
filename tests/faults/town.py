"""What the service of a simulated week watches and tells: the newsroom, which prints day by day, and a mail server."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.demo.stand_ins import MailStandIn
from seeds.newsroom.library import load_stories
from seeds.newsroom.server import Newsroom, run_newsroom
from seeds.newsroom.truth import UNREADABLE
from seeds.newsroom.values import Story
from storage.store import Store

WEEK = timedelta(days=7)
BEGIN_AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
END_AT = BEGIN_AT + WEEK
# Six papers in three languages; feeds, a sitemap and a list of links.
OUTLETS = ("nr_hue", "nr_chungcheong", "nr_vna_en", "nr_dongthap", "nr_thanhnien", "nr_yna")
# The newsroom's stories are of two days; those of one event are moved together into the days of the week.
SPREAD_DAYS = 5
# Stories that each paper has printed before the week.
OLDER = 3
READERS = ("a@x.example", "b@x.example")
REPEAT = "You may have received this digest already"
TOLD = re.compile(r"^\* .*?(?=^\* |^== |\Z)", re.M | re.S)


@dataclass
class Town:
    """The newsroom and the readers' mail server; what is still to be printed, the next one first."""

    newsroom: Newsroom
    mail: MailStandIn
    coming: list[Story]

    def print_until(self, now: datetime) -> None:
        """Prints every story whose time has come."""
        while self.coming and END_AT - self.coming[0].age <= now:
            story = self.coming.pop(0)
            self.newsroom.publish(story)

    def print_event(self, now: datetime) -> None:
        """Prints all stories of the next event that is still to come, as of yesterday's happening."""
        wanted = next(story.event for story in self.coming if story.event)
        for story in [story for story in self.coming if story.event == wanted]:
            self.coming.remove(story)
            age = END_AT - now
            moved = replace(wanted, days_ago=age.days + 1)
            self.newsroom.publish(replace(story, age=age, event=moved))

    def find_events(self) -> list[str]:
        """The events of what was printed."""
        return sorted(set(self._find_owners().values()))

    def fill(self, outlet_id: str, now: datetime) -> None:
        """Prints a plain story at the outlet, of this moment."""
        self.newsroom.fill(outlet_id, 1, (END_AT - now, END_AT - now))

    def find_unread(self, store: Store) -> list[str]:
        """Printed stories that ended without an outcome, and stories of events that are no articles."""
        with store.database.read() as session:
            run = session.connection().exec_driver_sql
            settled = {url for (url,) in run("SELECT url FROM entries WHERE outcome IS NOT NULL")}
            articles = Counter(url for (url,) in run("SELECT url FROM articles WHERE revision = 1"))
        missing = [f"{url} is stored {count} times" for url, count in articles.items() if count > 1]
        for desk in self.newsroom.desks.values():
            for printed in desk.printed:
                if printed.story.faults & UNREADABLE:
                    continue
                urls = {desk.root + path for path in (printed.path, *printed.twins, *printed.listed)}
                if not urls & settled:
                    missing.append(f"{printed.story.id} was never read")
                elif printed.story.event and not urls & articles.keys():
                    missing.append(f"{printed.story.id} is no article")
        return missing

    def find_copies(self) -> dict[tuple[str, str], list[bool]]:
        """For each reader and event the messages that told it; True for one that says that it may be a repeat."""
        found: dict[tuple[str, str], list[bool]] = defaultdict(list)
        owners = self._find_owners()
        for mail in self.mail.messages:
            text = mail.part("plain")
            for event_id in _find_told(" ".join(TOLD.findall(text)), owners):
                found[mail.recipients[0], event_id].append(REPEAT in " ".join(text.split()))
        return found

    def find_mistold(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]], int]:
        """Readers and events that were not told, those told twice in silence, and how many repeats say so."""
        copies = self.find_copies()
        untold, twice, marked = [], [], 0
        for key in [(reader, event_id) for reader in READERS for event_id in self.find_events()]:
            got = copies.get(key, [])
            untold += [] if got else [key]
            twice += [key] if got.count(False) > 1 else []
            marked += got.count(True)
        return untold, twice, marked

    def _find_owners(self) -> dict[str, str]:
        """The event of each address."""
        return {
            desk.root + path: printed.story.event.id
            for desk in self.newsroom.desks.values() for printed in desk.printed if printed.story.event
            for path in (printed.path, *printed.twins, *printed.listed)
        }


@contextmanager
def open_town() -> Iterator[Town]:
    """A town at the beginning of its week, with nothing printed but what is older."""
    with run_newsroom(END_AT, only=OUTLETS, bundled=False, slow_seconds=0.05) as newsroom, MailStandIn() as mail:
        stories = sorted(_spread(), key=lambda story: -story.age)
        for outlet_id in OUTLETS:
            newsroom.fill(outlet_id, OLDER, (WEEK + timedelta(hours=1), WEEK + timedelta(days=1)))
        yield Town(newsroom, mail, stories)


def write_settings(town: Town, folder: Path, database_url: str = "", more: str = "") -> None:
    """Writes the settings of the week's service into `folder`, where its data lie too."""
    outlets = town.newsroom.write_overlay(folder / "seeds")
    queue = "queue = true\n" if database_url.startswith("postgresql") else ""
    readers = json.dumps(READERS)
    (folder / "twinwatch.toml").write_text(
        f'data_dir = "{folder}"\nseeds_dir = "{folder / "seeds"}"\ndatabase_url = "{database_url}"\n'
        f'[crawl]\nallow_networks = ["127.0.0.0/8"]\noutlets = {json.dumps(outlets)}\ndelay_seconds = 0\n'
        f'timeout_seconds = 3\n{queue}{more}'
        f'[web]\nenabled = false\n[email]\nhost = "127.0.0.1"\nport = {town.mail.port}\nsecurity = "none"\n'
        f'sender = "tw@x.example"\n[[subscription]]\nname = "desk"\nnotifier = "email"\nrecipients = {readers}\n'
        'language = "en"\nhour = 7\nzone = "Asia/Seoul"\nwhen_empty = "skip"\n', "utf-8")


def _find_told(text: str, owners: dict[str, str]) -> set[str]:
    return {owners[word] for word in text.split() if word in owners}


def _spread() -> Iterator[Story]:
    """The newsroom's stories of these outlets, moved into the week; of events only those that are told."""
    for number, story in enumerate(load_stories()):
        event = story.event
        if story.outlet_id not in OUTLETS or story.age > timedelta(days=2) or (event and not event.told):
            continue
        days = sum(map(ord, event.id)) % SPREAD_DAYS if event else number % SPREAD_DAYS
        moved = replace(event, days_ago=event.days_ago + days) if event else None
        yield replace(story, age=story.age + timedelta(days=days), event=moved)
