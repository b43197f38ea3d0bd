"""Judges kept articles again by today's rules: first what would change, then, if wished, the change; prints nothing."""

import pickle
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from monitor.application import Application
from monitor.assess import BATCH, Turn, group_waiting, judge_article
from monitor.judging.localities import find_mentions
from seeds.errors import TwinwatchError
from seeds.outlet import Outlet
from storage.repository.events import EventFilter
from storage.values import EventView, JudgedArticle, NewFact, NewVerdict, ScreenedEntry

HOW_TO_REASSESS = "`twinwatch reassess` shows what today's rules would change, --apply saves it"
FLAGGED = ("yes", "unsure")
REFETCH = "refetch"
# A round of the assessor takes seconds; a dead one's lease ends within these two minutes.
WAITS, WAIT_SECONDS = 60, 2.0
# Titles are short: so many entries at once are a few megabytes.
ENTRIES = 1_000
EVENTS = 500

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Reading:
    """What one version of the rules makes of an article: its verdict, and what its facts say, the main one first."""

    verdict: str
    act: str | None
    pairs: tuple[tuple[str, str], ...]
    happened_on: str | None
    stage: str | None


@dataclass(frozen=True)
class Decision:
    """An article judged again: what was read before and what is now, the new verdict, and the events it proves."""

    article_id: int
    outlet_id: str
    title: str
    before: Reading
    after: Reading
    verdict: NewVerdict
    events: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """What changed, by name: `no→yes`, or of an article that stays flagged `act`, `pairs`, `day`, `stage`."""
        before, after = self.before, self.after
        if before.verdict != after.verdict:
            return (f"{before.verdict}→{after.verdict}",)
        if after.verdict not in FLAGGED:
            return ()
        parts = (
            ("act", before.act, after.act), ("pairs", before.pairs, after.pairs),
            ("day", before.happened_on, after.happened_on), ("stage", before.stage, after.stage),
        )
        return tuple(name for name, one, other in parts if one != other)


class Decisions:
    """All articles judged again, in a temporary file: a store of any size is read with the same little memory."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this object
        self.judged = 0
        self.counts: Counter[str] = Counter()

    def add(self, decision: Decision) -> None:
        pickle.dump(decision, self._file)
        self.judged += 1
        self.counts.update(decision.kinds)

    def __iter__(self) -> Iterator[Decision]:
        self._file.seek(0)
        for _ in range(self.judged):
            yield pickle.load(self._file)

    def changed(self) -> Iterator[Decision]:
        """Those of which anything changed."""
        return (decision for decision in self if decision.kinds)


@dataclass(frozen=True)
class Applied:
    """What was saved: how many verdicts, the ids of events that are new, and the blocks that could not be grouped.

    `is_whole` is False where the lease was lost on the way: the rest is done by the next call.
    """

    saved: int
    new_events: tuple[str, ...]
    stuck: tuple[str, ...]
    is_whole: bool


def describe_outdated(application: Application) -> str:
    """How many kept articles were judged by rules of before; empty where none was."""
    count = application.store.articles.count_outdated(application.knowledge.rules_version)
    if not count:
        return ""
    return f"{count:,} article{' was' if count == 1 else 's were'} judged by rules of before, and stay as judged"


def judge_again(application: Application, limit: int | None, progress: Progress = lambda judged: None) -> Decisions:
    """Judges every page whose verdict is of other rules, at most `limit` of them; writes nothing to the store."""
    version, decisions = application.knowledge.rules_version, Decisions()
    for judged in _find_outdated(application, version, limit):
        decisions.add(_decide(judged, judge_article(application, judged.article)))
        progress(decisions.judged)
    return decisions


def save_decisions(
    application: Application, decisions: Decisions, progress: Progress = lambda saved: None,
    wait: Callable[[float], None] = time.sleep,
) -> Applied:
    """Saves the verdicts and groups what they touch, under the assessor's lease.

    Waits for another process that holds it; raises TwinwatchError where that one goes on and on. What is saved twice
    changes nothing.
    """
    turn, saved = Turn(application, lambda: False), 0
    _begin(turn, wait)
    try:
        for decision in decisions:
            if turn.is_over():
                return Applied(saved, (), (), is_whole=False)
            application.store.articles.save_verdict(decision.verdict, application.clock())
            saved += 1
            progress(saved)
        new_events, stuck = group_waiting(application, turn)
        return Applied(saved, tuple(new_events), tuple(stuck), is_whole=not turn.is_over())
    finally:
        turn.end()


def find_events(application: Application, event_ids: Iterable[str]) -> dict[str, EventView]:
    """The given events that are shown or refuted, by id; those without an article left are missing."""
    ids, found = sorted(set(event_ids)), dict[str, EventView]()
    for start in range(0, len(ids), EVENTS):
        for verdict in (None, "no"):
            wanted = EventFilter(ids=ids[start : start + EVENTS], verdict=verdict)
            found |= {event.id: event for event in application.store.events.find(wanted)}
    return found


def find_lost(decisions: Decisions, events: Iterable[EventView], judged: Iterable[str]) -> set[str]:
    """Those of `events` whose every article would be noise; what a reader `judged` is never lost."""
    noise: dict[str, set[int]] = {}
    for decision in decisions.changed():
        for event_id in decision.events if decision.after.verdict == "no" else ():
            noise.setdefault(event_id, set()).add(decision.article_id)
    gone = {e.id for e in events if {article.article_id for article in e.articles} <= noise.get(e.id, set())}
    return gone.difference(judged)


def find_newly_named(
    application: Application, progress: Progress = lambda seen: None
) -> Iterator[tuple[ScreenedEntry, str]]:
    """Entries that were screened out and whose title names a locality of the other country, with its key.

    When they were fetched nothing of that country was known to be on the page: the name was added since.
    """
    after_id = seen = 0
    while batch := application.store.entries.screened_out(after_id, ENTRIES):
        for entry in batch:
            outlet = application.catalogue.outlets.get(entry.outlet_id)
            key = _find_foreign(entry.title, outlet, application) if outlet else None
            if key:
                yield entry, key
        after_id, seen = batch[-1].id, seen + len(batch)
        progress(seen)


def fetch_again(application: Application, entry_ids: Iterable[int]) -> int:
    """Puts entries that were screened out back into the frontier, for the next crawl; how many."""
    return application.store.entries.put_back(sorted(entry_ids), REFETCH)


def _begin(turn: Turn, wait: Callable[[float], None]) -> None:
    for _ in range(WAITS):
        if turn.begin():
            return
        wait(WAIT_SECONDS)
    raise TwinwatchError("another process is judging", where="reassess", advice="nothing was changed; try again")


def _find_outdated(application: Application, version: str, limit: int | None) -> Iterator[JudgedArticle]:
    after_id, left = 0, limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        batch = application.store.articles.outdated(version, after_id, size)
        if not batch:
            return
        yield from batch
        after_id = batch[-1].article.id
        left = None if left is None else left - len(batch)


def _decide(judged: JudgedArticle, verdict: NewVerdict) -> Decision:
    article = judged.article
    return Decision(
        article.id, article.outlet_id, article.title, _read(judged.verdict, judged.facts),
        _read(verdict.verdict, verdict.facts), verdict, judged.events,
    )


def _read(verdict: str, facts: tuple[NewFact, ...]) -> Reading:
    main: Any = facts[0] if facts else None
    pairs = tuple(dict.fromkeys((fact.vn_key, fact.kr_key) for fact in facts))
    if main is None:
        return Reading(verdict, None, (), None, None)
    return Reading(verdict, main.act, pairs, main.happened_on, main.stage)


def _find_foreign(title: str, outlet: Outlet, application: Application) -> str | None:
    mentions = find_mentions(title, "title", outlet.lang, application.gazetteer, home=outlet.home)
    return next((m.key for m in mentions if m.key and m.actor and m.side != outlet.country), None)
