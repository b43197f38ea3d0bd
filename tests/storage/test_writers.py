"""Several writers at once, threads and processes: nothing lost, nothing twice, and no reader waits."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from threading import Barrier
from typing import TypeVar

from storage.store import Store, open_store
from tests.factories import (
    BLOCK,
    OUTLET,
    event_row,
    feed_visit,
    new_article,
    new_digest,
    new_entry,
    new_fact,
    new_verdict,
    save_article,
    save_entry,
    save_event,
)
from tests.fake_clock import START_AT

WRITERS = 4
T = TypeVar("T")

# One of two crawls of an outlet: sees the same entries in its own order, and saves the article of each that it may.
CRAWL = """
import json, sys
from storage.store import open_store
from tests.factories import OUTLET, new_article, new_entry
from tests.fake_clock import START_AT

address, step = sys.argv[1], int(sys.argv[2])
store = open_store(address)
print("ready", flush=True)
sys.stdin.readline()
added, saved = [], []
numbers = list(range(60))[::step]
for start in range(0, 60, 20):
    part = [new_entry(n) for n in numbers[start:start + 20]]
    added += store.entries.save_seen(part, START_AT)
for entry in store.entries.frontier(OUTLET, 60, START_AT):
    number = int(entry.identity.split(":")[1])
    article_id = store.articles.save(entry.id, new_article(number), backlog=False, at=START_AT)
    saved += [number] if article_id else []
print(json.dumps([added, saved]))
"""


def _together(work: Callable[[int], T], writers: int = WRITERS) -> list[T]:
    barrier = Barrier(writers)

    def go(number: int) -> T:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(go, range(writers)))


def test_two_processes_that_crawl_one_outlet_lose_nothing_and_save_nothing_twice(store: Store, database: str) -> None:
    store.outlets.register([OUTLET])
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CRAWL, database, step],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for step in ("1", "-1")
    ]
    for process in started:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"

    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate() for process in started]

    assert [errors for _, errors in outputs] == ["", ""]
    added, saved = zip(*(json.loads(out) for out, _ in outputs), strict=True)
    assert sorted(chain(*added)) == sorted(f"{OUTLET}:{n}" for n in range(60))
    assert sorted(chain(*saved)) == list(range(60))
    assert len(store.articles.unjudged(100)) == 60


def test_entries_seen_by_several_at_once_in_any_order_are_saved_once(store: Store) -> None:
    store.outlets.register([OUTLET])
    entries = [new_entry(number) for number in range(1500)]

    added = _together(lambda n: store.entries.save_seen(entries[:: 1 if n % 2 else -1], START_AT), writers=2)

    assert sum(map(len, added)) == store.entries.count_waiting(OUTLET) == 1500


def test_one_article_saved_by_several_at_once_is_one_article(store: Store) -> None:
    entry_id = save_entry(store)

    ids = _together(lambda n: store.articles.save(entry_id, new_article(), backlog=False, at=START_AT))

    assert len([i for i in ids if i is not None]) == 1
    assert len(store.articles.unjudged(10)) == 1


def test_one_article_ingested_by_several_at_once_is_one_article(store: Store) -> None:
    store.outlets.register([OUTLET])

    ids = _together(lambda n: store.articles.ingest(new_entry(), new_article(), START_AT))

    assert len([i for i in ids if i is not None]) == 1


def test_one_article_judged_by_several_at_once_has_one_verdict(store: Store) -> None:
    article_id = save_article(store)

    _together(lambda n: store.articles.save_verdict(new_verdict(article_id), START_AT))

    assert len(store.events.block_facts(BLOCK)) == 1


def test_one_lease_goes_to_one_of_several(store: Store) -> None:
    leases = _together(lambda n: store.leases.acquire("bao.example", f"crawl-{n}", START_AT, 60))

    assert len([lease for lease in leases if lease]) == 1


def test_no_delivery_goes_to_two_senders(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    store.digests.save_digest(new_digest(recipients=[f"{n}@example.org" for n in range(40)]))

    def send(_: int) -> list[int]:
        mine = []
        while row := store.deliveries.claim_due(START_AT):
            mine.append(row.id)
            store.deliveries.finish(row, "sent", "", START_AT)
        return mine

    sent = Counter(chain(*_together(send)))

    assert len(sent) == 40
    assert set(sent.values()) == {1}


def test_one_period_composed_by_several_has_one_digest(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "e1")

    made = _together(lambda n: store.digests.save_digest(new_digest("e1")))

    assert len([digest_id for digest_id in made if digest_id is not None]) == 1
    assert len(store.deliveries.find()) == 1


def test_one_event_told_by_digests_of_several_periods_at_once_is_told_once(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "e1")

    made = _together(lambda n: store.digests.save_digest(new_digest("e1", period=f"p{n}")))

    assert len([digest_id for digest_id in made if digest_id is not None]) == 1


def test_events_that_become_news_at_once_are_numbered_one_after_the_other(store: Store) -> None:
    blocks = [f"{BLOCK}#{number}" for number in range(WRITERS)]
    facts = {}
    for number, block in enumerate(blocks):
        store.articles.save_verdict(new_verdict(save_article(store, number), new_fact(block=block)), START_AT)
        facts[block] = store.events.block_facts(block)[0].id

    _together(
        lambda n: store.events.save_block(
            blocks[n], [event_row(f"e{n}", facts[blocks[n]], block=blocks[n])], {}, START_AT
        )
    )

    with store.database.read() as session:
        numbers = session.connection().exec_driver_sql("SELECT news_number FROM events").scalars().all()
    assert sorted(numbers) == [1, 2, 3, 4]


def test_an_event_merged_while_it_is_being_told_is_not_told_again(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    for number in (1, 2):
        store.articles.save_verdict(new_verdict(save_article(store, number)), START_AT)
    first, second = (fact.id for fact in store.events.block_facts(BLOCK))
    store.events.save_block(BLOCK, [event_row("e1", first), event_row("e2", second)], {}, START_AT)
    digest, merged = new_digest("e2"), [event_row("e1", first, second)]

    _together(
        lambda n: store.digests.save_digest(digest) if n
        else store.events.save_block(BLOCK, merged, {"e2": "e1"}, START_AT),
        writers=2,
    )

    assert store.digests.count_told("e1") == 1
    assert store.events.untold("daily") == []


def test_registering_visiting_and_subscribing_at_once_is_done_once(store: Store) -> None:
    def start(number: int) -> tuple[object, ...]:
        at = START_AT + timedelta(minutes=number)
        store.outlets.register([OUTLET, "kr-other"][:: 1 if number % 2 else -1])
        store.outlets.save_feed_visit(feed_visit(at=at))
        return store.outlets.begin_visit(OUTLET, at), store.digests.begin_subscription("daily", at)

    assert len(set(_together(start))) == 1
    assert len(store.outlets.feed_states(OUTLET)) == 1


def test_a_reader_waits_for_no_writer_and_sees_what_was_committed(store: Store, database: str) -> None:
    store.outlets.register([OUTLET])
    writer = open_store(database)

    with writer.database.write() as session:
        session.connection().exec_driver_sql("UPDATE outlets SET state = 'broken'")
        state = store.outlets.states()[OUTLET].state

    writer.close()
    assert state == "unproven"
    assert store.outlets.states()[OUTLET].state == "broken"


def test_a_reader_sees_one_instant_throughout(store: Store, database: str) -> None:
    store.outlets.register([OUTLET])
    question = "SELECT count(*) FROM outlets"

    with store.database.read() as session:
        before = session.connection().exec_driver_sql(question).scalar()
        other = open_store(database)
        other.outlets.register(["kr-other"])
        other.close()
        after = session.connection().exec_driver_sql(question).scalar()

    assert (before, after) == (1, 1)
