"""The loop that joins judging to storage: judges what was saved, groups facts into events, keeps the register."""

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.application import Application
from monitor.judging.events import Group, carry_over, group_facts
from monitor.judging.judge import judge
from monitor.judging.ties import is_new_tie, make_register
from monitor.judging.values import Evidence, Fact, Story, Verdict
from seeds.gazetteer import Gazetteer
from storage.repository.events import EventFilter
from storage.values import EventRow, NewFact, NewVerdict, StoredArticle, TieRow

LEASE = "assessor"
# Long enough for a batch on a slow machine; a killed assessor is followed after it.
LEASE_SECONDS = 60.0
BATCH = 50
FAILED_RULE = "judging_failed"

log = logging.getLogger(__name__)
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Assessment:
    """What one round brought: how many articles were judged, how many flagged, and the ids of events that are new.

    `busy` is True where another assessor held the lease: it does the work.
    """

    judged: int = 0
    flagged: int = 0
    new_events: tuple[str, ...] = ()
    busy: bool = False


def assess(application: Application, progress: Progress = lambda judged: None) -> Assessment:
    """Judges every article without a verdict and groups every fact without an event, under the assessor's lease.

    Whatever a killed assessor left half done is done by the next one. `progress` is told of articles judged so far.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}:{id(application)}"
    if not _keep_lease(application, holder):
        return Assessment(busy=True)
    try:
        judged, flagged = _judge_all(application, holder, progress)
        new_events: list[str] = []
        for block in application.store.events.ungrouped_blocks():
            _keep_lease(application, holder)
            new_events += group_block(application, block)
        return Assessment(judged, flagged, tuple(new_events))
    finally:
        application.store.leases.release(LEASE, holder, application.clock())


def group_block(application: Application, block: str) -> list[str]:
    """Groups the facts of one block anew, saves events and ties; the ids of events that are new."""
    store, gazetteer = application.store, application.gazetteer
    groups = group_facts(store.events.block_facts(block), gazetteer)
    existing = store.events.block_events(block)
    carried = carry_over(groups, existing)
    rows = [_event_row(group, event_id) for group, event_id in zip(groups, carried.ids, strict=True)]
    known = [*make_register(gazetteer.ties, ()), *store.ties.all()]
    fresh = [row for row in rows if row.id not in existing]
    made = store.events.save_block(
        block, rows, carried.redirects, application.clock(), new_ties=find_new_ties(fresh, known, gazetteer)
    )
    _save_ties(application, block)
    return made


def find_new_ties(events: list[EventRow], known: list[TieRow], gazetteer: Gazetteer) -> frozenset[str]:
    """The ids of those events, in the order of their days, whose main pair nothing showed before."""
    found, ties = set(), list(known)
    for event in sorted(events, key=lambda event: (event.happened_on or "9999", event.id)):
        if event.verdict == "yes" and is_new_tie(event.pairs, ties, gazetteer):
            found.add(event.id)
        ties += [TieRow(vn, kr, event.act, event.happened_on, None, 1, "events") for vn, kr in event.pairs]
    return frozenset(found)


def make_story(article: StoredArticle, application: Application) -> Story:
    """The story that is judged for a stored article: lead and text together, in its outlet's zone and home."""
    outlet = application.catalogue.outlets.get(article.outlet_id)
    zone = ZoneInfo(outlet.zone if outlet else "UTC")
    return Story(
        id=str(article.id), url=article.url, lang=article.lang, title=article.title, text=article.text,
        published_at=article.published_at.astimezone(zone) if article.published_at else None,
        home=outlet.home if outlet else None, country=outlet.country if outlet else None,
    )


def _judge_all(application: Application, holder: str, progress: Progress) -> tuple[int, int]:
    judged = flagged = 0
    while batch := application.store.articles.unjudged(BATCH):
        for article in batch:
            verdict = _judge(application, article)
            application.store.articles.save_verdict(verdict, application.clock())
            judged, flagged = judged + 1, flagged + (verdict.verdict != "no")
            progress(judged)
        if not _keep_lease(application, holder):
            break
    return judged, flagged


def _judge(application: Application, article: StoredArticle) -> NewVerdict:
    try:
        verdict = judge(make_story(article, application), application.knowledge)
    except Exception:
        # One text that the rules stumble over must not hold the queue; it is kept, marked and can be judged again.
        log.exception("judging failed: article %s %s", article.id, article.url)
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
    return NewFact(**vars(fact), block=block)


def _event_row(group: Group, event_id: str) -> EventRow:
    return EventRow(
        id=event_id, block=group.block, act=group.act, stage=group.stage, happened_on=group.happened_on,
        verdict=group.verdict, backlog=group.backlog, score=0.0, pairs=group.pairs, fact_ids=group.fact_ids,
    )


def _save_ties(application: Application, block: str) -> None:
    events = application.store.events.find(EventFilter(block=block))
    pairs = {pair for event in events for pair in event.pairs}
    register = make_register(application.gazetteer.ties, events)
    application.store.ties.save([row for row in register if (row.vn_key, row.kr_key) in pairs])


def _keep_lease(application: Application, holder: str) -> bool:
    lease = application.store.leases.acquire(LEASE, holder, application.clock(), LEASE_SECONDS)
    return lease is not None
