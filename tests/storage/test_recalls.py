"""Contract of what a journal brings back: digests that a restored store forgot, and how their deliveries stood."""

from dataclasses import replace
from datetime import timedelta

from storage.store import Store
from storage.values import RecalledDelivery, Telling
from tests.factories import event_row, new_digest, new_fact, new_verdict, save_article, save_event
from tests.fake_clock import START_AT, FakeClock

HOUR = timedelta(hours=1)
READERS = ("a@city.example", "b@city.example", "c@city.example")


def tell(store: Store) -> Telling:
    """A digest that told `e1` to three readers, as a journal keeps it."""
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "e1")
    number = store.digests.save_digest(new_digest("e1", recipients=READERS))
    assert number is not None
    return store.recalls.find_telling(number)


def test_a_forgotten_digest_is_made_again_with_what_it_told(store: Store, clock: FakeClock) -> None:
    telling = replace(tell(store), period="2026-03-01", composed_at=START_AT - 24 * HOUR)
    ends = [
        RecalledDelivery(READERS[0], "sent", START_AT), RecalledDelivery(READERS[1], "uncertain", START_AT, 2),
    ]

    for _ in range(2):  # the second time changes nothing
        assert store.recalls.recall(telling, "daily", "2026-03-01", ends, clock.now(), HOUR)

    rows = {row.recipient: row for row in store.deliveries.find() if row.created_at == telling.composed_at}
    assert [rows[reader].state for reader in READERS] == ["sent", "uncertain", "pending"]
    assert (rows[READERS[1]].parts_sent, rows[READERS[1]].next_attempt_at) == (2, clock.now() + HOUR)
    *told, pages = [told for _, told in store.recalls.remembered("daily")]
    assert tuple(told) == telling.told and pages.pairs == ()


def test_a_digest_whose_lines_are_lost_is_not_made_up(store: Store, clock: FakeClock) -> None:
    assert not store.recalls.recall(None, "daily", "2026-03-01", [], clock.now(), HOUR)
    assert store.deliveries.find() == []


def test_what_is_recalled_as_told_is_untold_no_more(store: Store) -> None:
    telling = tell(store)
    store.digests.begin_subscription("weekly", START_AT - HOUR)
    save_event(store, "e2", 2)
    [row, *_] = store.deliveries.find()

    store.recalls.save_told("weekly", {"e2": row.digest_id})
    store.recalls.save_told("weekly", {"e2": row.digest_id})

    assert telling.told and "e2" not in [event.id for event in store.events.untold("weekly")]


def test_a_journal_moves_on_and_never_back(store: Store) -> None:
    store.recalls.begin_journal("one", START_AT, 5)
    store.recalls.begin_journal("one", START_AT, 3)
    store.recalls.begin_journal("other", START_AT)

    assert store.recalls.positions() == {"one": 5, "other": 0}


def test_fields_are_read_of_facts_those_that_most_name_first(store: Store) -> None:
    details = [({"kind": "field", "name": "health"}, {"kind": "signatory", "name": "An"}),
               ({"kind": "field", "name": "trade"}, {"kind": "field", "name": "health"})]
    for number, found in enumerate(details, 1):
        store.articles.save_verdict(new_verdict(save_article(store, number), new_fact(details=found)), START_AT)
    facts = [fact.id for fact in store.events.block_facts(new_fact().block)]
    store.events.save_block(new_fact().block, [event_row("e1", *facts)], {}, START_AT)

    assert store.digests.fields(["e1", "none"]) == {"e1": ("health", "trade")}
