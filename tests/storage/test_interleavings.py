"""An event that is committed between composing and marking is told exactly once: in the next digest."""

import random
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from storage.models import FactModel
from storage.store import Store
from tests.factories import BLOCK, event_row, new_digest, new_fact, new_verdict, save_article
from tests.fake_clock import START_AT

INTERLEAVINGS = 100
READER = "daily"


def compose(store: Store) -> list[str]:
    return [event.id for event in store.events.untold(READER)]


def mark(store: Store, told: list[str], period: object) -> bool:
    return store.digests.save_digest(new_digest(*told, period=str(period))) is not None


def save_facts(store: Store, count: int) -> dict[str, int]:
    """One article with so many facts, each of a block of its own; the facts' ids by block."""
    blocks = [f"{BLOCK}#{number}" for number in range(1, count + 1)]
    article_id = save_article(store)
    store.articles.save_verdict(new_verdict(article_id, *(new_fact(block=block) for block in blocks)), START_AT)
    with store.database.read() as session:
        return {block: fact_id for fact_id, block in session.execute(select(FactModel.id, FactModel.block))}


def commit(store: Store, number: int, facts: dict[str, int]) -> None:
    block = f"{BLOCK}#{number}"
    store.events.save_block(block, [event_row(f"e{number}", facts[block], block=block)], {}, START_AT)


def test_events_committed_between_composing_and_marking_are_told_once(store: Store) -> None:
    """The same numbers of commits before, between and after, in a hundred random orders."""
    chance, made, told = random.Random(2026), 0, []
    store.digests.begin_subscription(READER, START_AT)
    facts = save_facts(store, 2 * INTERLEAVINGS)
    for turn in range(INTERLEAVINGS):
        before, between = chance.choice([(0, 1), (0, 2), (1, 1)])
        for _ in range(before):
            commit(store, made := made + 1, facts)
        composed = compose(store)
        for _ in range(between):
            commit(store, made := made + 1, facts)
        assert mark(store, composed, turn)
        told += composed

    last = compose(store)

    assert sorted([*told, *last]) == sorted(f"e{number}" for number in range(1, made + 1))
    assert 0 < len(last) <= 2


def test_two_that_compose_and_one_that_commits_at_the_same_time_tell_each_event_once(store: Store) -> None:
    """Threads of which the database alone decides who is first."""
    store.digests.begin_subscription(READER, START_AT)
    together, rounds, told = Barrier(3), 10, list[str]()
    facts = save_facts(store, rounds)

    def commit_all() -> None:
        for number in range(1, rounds + 1):
            together.wait()
            commit(store, number, facts)

    def tell(who: str) -> list[str]:
        marked: list[str] = []
        for number in range(rounds):
            together.wait()
            composed = compose(store)
            if composed and mark(store, composed, f"{who} {number}"):
                marked += composed
        return marked

    with ThreadPoolExecutor(3) as pool:
        committing = pool.submit(commit_all)
        telling: list[Future[list[str]]] = [pool.submit(tell, who) for who in ("one", "other")]
        committing.result()
        told = [event for future in telling for event in future.result()]
    told += compose(store)

    assert sorted(told) == sorted(f"e{number}" for number in range(1, rounds + 1))


def test_changes_committed_between_looking_and_marking_are_looked_at_next(store: Store) -> None:
    store.digests.begin_subscription(READER, START_AT)
    facts = [_report(store, 1)]
    store.events.save_block(BLOCK, [event_row("e1", *facts)], {}, START_AT)
    assert mark(store, compose(store), "first")
    told = {1}

    for turn in range(2, 12):
        changes = store.digests.changes(READER)
        facts.append(_report(store, turn))
        store.events.save_block(BLOCK, [event_row("e1", *facts)], {}, START_AT)
        seen = {article for one in changes.events for article in one.later} - told
        marks = changes.begins_at, changes.ends_at
        assert store.digests.save_digest(new_digest(period=str(turn), articles=sorted(seen), changes=marks)) is not None
        told |= seen

    [last] = store.digests.changes(READER).events
    assert len(told) == 10 and len(last.later - told) == 1


def _report(store: Store, number: int) -> int:
    article_id = save_article(store, number)
    store.articles.save_verdict(new_verdict(article_id, new_fact()), START_AT)
    return max(fact.id for fact in store.events.block_facts(BLOCK))
