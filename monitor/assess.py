"""The loop that joins judging to storage: judges what was saved, groups facts into events, keeps the register."""

import logging
import os
import socket
from collections.abc import Callable, Container, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from monitor.application import Application
from monitor.judging.events import Carried, Group, carry_over, group_facts
from monitor.judging.judge import judge
from monitor.judging.regrouping import apply_corrections
from monitor.judging.ties import is_new_tie, make_register, shows_tie
from monitor.judging.values import Evidence, Fact, Story, Verdict
from seeds.gazetteer import Gazetteer
from storage.errors import StoreError
from storage.values import EventRow, Judgement, NewFact, NewVerdict, StoredArticle

LEASE = "assessor"
# Many times what one article or block takes on a slow machine; a killed assessor is followed after it.
LEASE_SECONDS = 60.0
BATCH = 50
FAILED_RULE = "judging_failed"

log = logging.getLogger(__name__)
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Assessment:
    """What one round brought: how many articles were judged, how many flagged, and the ids of events that are new.

    `busy` is True where another assessor held the lease: it does the work. `stuck` says which blocks could not be
    grouped and why; they wait for the next round.
    """

    judged: int = 0
    flagged: int = 0
    new_events: tuple[str, ...] = ()
    busy: bool = False
    stuck: tuple[str, ...] = ()


def assess(
    application: Application, progress: Progress = lambda judged: None, is_stopping: Callable[[], bool] = lambda: False
) -> Assessment:
    """Judges every article without a verdict and groups every fact that waits, under the assessor's lease.

    Whatever a killed or stopped assessor left half done is done by the next one. `progress` is told of the articles
    judged so far; the work ends early, between two articles, once `is_stopping` says so or the lease is lost.
    """
    turn = Turn(application, is_stopping)
    if not _is_anything_waiting(application):
        return Assessment()
    if not turn.begin():
        return Assessment(busy=True)
    try:
        judged, flagged = _judge_all(application, turn, progress)
        new_events, stuck = group_waiting(application, turn)
        return Assessment(judged, flagged, tuple(new_events), stuck=tuple(stuck))
    finally:
        turn.end()


def group_block(application: Application, block: str) -> list[str]:
    """Groups the facts of one block anew, saves its ties and events; the ids of events that are new.

    What readers said, of an event or of what belongs to it, outranks the judge. The ties come first: after a crash
    between the two, the block is still waiting and both are done again.
    """
    store, gazetteer = application.store, application.gazetteer
    facts, existing = store.events.block_facts(block), store.events.block_events(block)
    groups = apply_corrections(group_facts(facts, gazetteer), facts, store.corrections.standing(block))
    carried = carry_over(groups, existing, facts=facts, gazetteer=gazetteer)
    answers = store.judgements.answers(block, carried.redirects, carried.ids)
    believed = {fact.id for fact in facts if fact.verdict != "no"}
    rows = [
        _event_row(group, event_id, answers.get(event_id)) for group, event_id in zip(groups, carried.ids, strict=True)
        # What the rules call noise is kept for the event that a reader judged, and makes no other.
        if event_id in answers or believed.intersection(group.fact_ids)
    ]
    marked, told = (
        _follow(ids, carried, existing) for ids in (store.events.new_ties(block), store.events.told_ids(block))
    )
    new_ties = find_new_ties(rows, list(existing), marked, told, gazetteer)
    _save_ties(application, block, rows)
    return store.events.save_block(block, rows, carried.redirects, application.clock(), new_ties, carried.changes)


def find_new_ties(
    events: Sequence[EventRow], known: Sequence[str], marked: Container[str], told: Container[str],
    gazetteer: Gazetteer,
) -> frozenset[str]:
    """Of all events of a block, the ids of those that are the first to show their main pair's tie.

    A pair lies in one block with all its events, so nothing else need be asked. Readers keep what they were told: the
    one that was `marked` as the first and `told` stays it as long as it shows the tie, else it is the one `known`
    longest (the ids, oldest first) of those told, and of the backlog, which was there before all news. Of what nobody
    was told yet it is the first to happen, so that one digest does not call the second of two the first. What is
    planned, suspended, unsure or refuted shows no tie.
    """
    ages = {event_id: number for number, event_id in enumerate(known)}

    def rank(event: EventRow) -> tuple[bool, int, str, int, str]:
        age = ages.get(event.id, len(ages))
        settled = age if event.id in told or event.backlog else len(ages)
        kept = event.id in told and event.id in marked
        return not kept, settled, event.happened_on or "9999", age, event.id

    ties, found = make_register(gazetteer.ties, (), gazetteer), set()
    for event in sorted(filter(shows_tie, events), key=rank):
        if is_new_tie(event.pairs, ties, gazetteer):
            found.add(event.id)
        ties += make_register((), [event], gazetteer)
    return frozenset(found)


def make_story(article: StoredArticle, application: Application) -> Story:
    """The story that is judged for a stored article (its text begins with the lead), in its outlet's zone and home."""
    outlet = application.catalogue.outlets.get(article.outlet_id)
    zone = application.zone_of(article.outlet_id, article.lang)
    return Story(
        id=str(article.id), url=article.url, lang=article.lang, title=article.title, text=article.text,
        published_at=article.published_at.astimezone(zone) if article.published_at else None,
        home=outlet.home if outlet else None, country=outlet.country if outlet else None,
    )


def _follow(ids: Set[str], carried: Carried, existing: Container[str]) -> set[str]:
    """What became of events: those that they went into, and new ones split off them, which were told with them."""
    parts = {
        change.other_id for change in carried.changes
        if change.kind == "split" and change.event_id in ids and change.other_id not in existing
    }
    return {carried.redirects.get(id, id) for id in ids} | parts


def _save_ties(application: Application, block: str, rows: Sequence[EventRow]) -> None:
    """Saves the ties of a block's pairs; those that no event shows any more, and that seeds do not know, go."""
    store, gazetteer = application.store, application.gazetteer
    pairs = store.events.block_pairs(block).union(*(row.pairs for row in rows))
    present = {(gazetteer.current(vn), kr) for vn, kr in pairs}
    register = {(tie.vn_key, tie.kr_key): tie for tie in make_register(gazetteer.ties, rows, gazetteer)}
    kept, gone = sorted(present & register.keys()), sorted(present - register.keys())
    store.ties.save([register[pair] for pair in kept], gone)


def _is_anything_waiting(application: Application) -> bool:
    store = application.store
    return bool(store.articles.unjudged(1) or store.events.ungrouped_blocks())


def _judge_all(application: Application, turn: "Turn", progress: Progress) -> tuple[int, int]:
    judged = flagged = 0
    while batch := application.store.articles.unjudged(BATCH):
        for article in batch:
            if turn.is_over():
                return judged, flagged
            verdict = judge_article(application, article)
            application.store.articles.save_verdict(verdict, application.clock())
            judged, flagged = judged + 1, flagged + (verdict.verdict != "no")
            progress(judged)
    return judged, flagged


def group_waiting(application: Application, turn: "Turn") -> tuple[list[str], list[str]]:
    """Groups every block that waits: the ids of events that are new, and which blocks could not be grouped and why."""
    new_events: list[str] = []
    stuck: list[str] = []
    for block in application.store.events.ungrouped_blocks():
        if turn.is_over():
            break
        try:
            new_events += group_block(application, block)
        except StoreError:
            raise
        except Exception as error:
            # The other blocks' events must not wait for one that the rules stumble over.
            stuck.append(f"the facts of {block} cannot be grouped: {type(error).__name__}: {error}")
    return new_events, stuck


def judge_article(application: Application, article: StoredArticle) -> NewVerdict:
    """The verdict for a stored article; `unsure` where the rules stumble over it."""
    try:
        verdict = judge(make_story(article, application), application.knowledge)
    except Exception:
        # One text that the rules stumble over must not hold the queue; it is kept, marked and can be judged again.
        log.exception("an article could not be judged and stays unsure: %s %s", article.id, article.url)
        failed = Evidence(FAILED_RULE, "title", 0, 0, "")
        verdict = Verdict("unsure", 0.0, None, article.lang, (), (failed,), (), application.knowledge.rules_version)
    return _new_verdict(article.id, verdict, application.gazetteer)


def _new_verdict(article_id: int, verdict: Verdict, gazetteer: Gazetteer) -> NewVerdict:
    return NewVerdict(
        article_id=article_id, rules_version=verdict.rules_version, verdict=verdict.verdict, score=verdict.score,
        act=verdict.act, evidence=tuple(vars(evidence) for evidence in verdict.evidence),
        facts=tuple(_new_fact(fact, gazetteer) for fact in verdict.facts),
    )


def _new_fact(fact: Fact, gazetteer: Gazetteer) -> NewFact:
    block = f"{gazetteer.province(fact.vn_key)}|{gazetteer.province(fact.kr_key)}"
    details = tuple(vars(detail) for detail in fact.details)
    return NewFact(**{**vars(fact), "details": details}, block=block)


def _event_row(group: Group, event_id: str, judgement: Judgement | None) -> EventRow:
    return EventRow(
        id=event_id, block=group.block, act=group.act, stage=group.stage, happened_on=group.happened_on,
        verdict=judgement.answer if judgement else group.verdict, backlog=group.backlog, score=group.score,
        pairs=group.pairs, fact_ids=group.fact_ids,
    )


class Turn:
    """The assessor's lease, kept while the work lasts."""

    def __init__(self, application: Application, is_stopping: Callable[[], bool]) -> None:
        self._leases, self._clock, self._is_stopping = application.store.leases, application.clock, is_stopping
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._renew_at = self._clock()
        self._is_ours = False

    def begin(self) -> bool:
        """Whether it is our turn. Two at once would do no harm, but each would do the work of both."""
        now = self._clock()
        self._renew_at = now + timedelta(seconds=LEASE_SECONDS / 3)
        self._is_ours = self._leases.acquire(LEASE, self._holder, now, LEASE_SECONDS) is not None
        return self._is_ours

    def is_over(self) -> bool:
        """Whether to stop here; keeps the lease otherwise."""
        if self._is_ours and self._clock() >= self._renew_at:
            self.begin()
        return not self._is_ours or self._is_stopping()

    def end(self) -> None:
        self._leases.release(LEASE, self._holder, self._clock())
