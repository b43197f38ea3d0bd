"""Contract of events: blocks wait until they are grouped, ids go on, merged ids redirect, and nothing is told twice."""

from datetime import timedelta

import pytest

from storage.repository.events import EventFilter
from storage.store import Store
from storage.values import EventView
from tests.factories import (
    BLOCK,
    KR,
    VN,
    event_row,
    new_article,
    new_digest,
    new_fact,
    new_verdict,
    save_article,
    save_entry,
    save_event,
    tie_row,
)
from tests.fake_clock import START_AT, FakeClock

HOUR = timedelta(hours=1)


def _get(store: Store, event_id: str) -> EventView:
    event = store.events.get(event_id)
    assert event is not None
    return event


def _facts(store: Store, block: str = BLOCK) -> list[int]:
    return [fact.id for fact in store.events.block_facts(block)]


def _untold(store: Store, subscription: str = "daily") -> list[str]:
    return [event.id for event in store.events.untold(subscription)]


def _judge(store: Store, number: int = 1, *, backlog: bool = False, **verdict: object) -> int:
    article_id = save_article(store, number, backlog=backlog)
    store.articles.save_verdict(new_verdict(article_id, **verdict), START_AT)  # type: ignore[arg-type]
    return article_id


# Waiting for grouping


@pytest.mark.parametrize(("verdict", "waiting"), [("yes", [1]), ("unsure", [1]), ("no", [])])
def test_only_facts_of_flagged_articles_are_grouped(store: Store, verdict: str, waiting: list[int]) -> None:
    _judge(store, verdict=verdict)

    assert len(_facts(store)) == len(waiting)


def test_a_block_waits_until_it_is_grouped_and_not_longer(store: Store) -> None:
    _judge(store)
    waiting = store.events.ungrouped_blocks()

    store.events.save_block(BLOCK, [event_row("e1", *_facts(store))], {}, START_AT)

    assert waiting == [BLOCK]
    assert store.events.ungrouped_blocks() == []


def test_a_fact_that_comes_while_its_block_is_being_grouped_still_waits(store: Store) -> None:
    _judge(store, 1)
    read = _facts(store)
    _judge(store, 2)

    store.events.save_block(BLOCK, [event_row("e1", *read)], {}, START_AT)

    assert store.events.ungrouped_blocks() == [BLOCK]


def test_a_block_of_which_nothing_is_left_stops_waiting(store: Store) -> None:
    _judge(store, verdict="no")

    store.events.save_block(BLOCK, [], {}, START_AT)

    assert store.events.ungrouped_blocks() == []


def test_an_article_that_newer_rules_call_noise_takes_its_event_away(store: Store) -> None:
    article_id = _judge(store)
    store.events.save_block(BLOCK, [event_row("e1", *_facts(store))], {}, START_AT)

    store.articles.save_verdict(new_verdict(article_id, verdict="no", rules_version="r2"), START_AT)

    assert store.events.ungrouped_blocks() == [BLOCK]
    store.events.save_block(BLOCK, [], {}, START_AT)
    assert (store.events.find(), store.events.count(), store.events.ungrouped_blocks()) == ([], 0, [])


def test_a_page_that_was_changed_stays_the_proof_of_its_event(store: Store) -> None:
    entry_id = save_entry(store)
    for text in ("Hai bên sẽ ký.", "Hai bên đã ký."):
        article_id = store.articles.save(entry_id, new_article(text=text), backlog=False, at=START_AT)
        assert article_id is not None
        store.articles.save_verdict(new_verdict(article_id), START_AT)
        facts = _facts(store)
        if not store.events.block_events(BLOCK):
            store.events.save_block(BLOCK, [event_row("e1", *facts)], {}, START_AT)

    assert set(facts) <= store.events.block_events(BLOCK)["e1"]
    assert store.events.ungrouped_blocks() == [BLOCK]


def test_of_several_events_a_changed_page_hands_on_the_one_with_the_same_pair_and_act(store: Store) -> None:
    article_id = save_article(store)
    aid, visit = new_fact(act="aid", happened_on=None), new_fact(act="visit")
    store.articles.save_verdict(new_verdict(article_id, aid, visit), START_AT)
    first, second = _facts(store)
    store.events.save_block(BLOCK, [event_row("e1", first), event_row("e2", second)], {}, START_AT)

    store.articles.save_verdict(new_verdict(article_id, visit, aid, rules_version="r2"), START_AT)

    new_visit, new_aid = _facts(store)
    known = store.events.block_events(BLOCK)
    assert new_visit in known["e2"] and new_aid in known["e1"]


def test_block_facts_carry_what_grouping_asks_for(store: Store) -> None:
    _judge(store, backlog=True)

    [fact] = store.events.block_facts(BLOCK)

    assert (fact.url, fact.verdict, fact.backlog, fact.published_at) == (new_article().url, "yes", True, START_AT)
    assert store.events.block_facts("VN-01|KR-11") == []


# Saving


def test_saving_a_block_twice_changes_nothing(store: Store, clock: FakeClock) -> None:
    _judge(store)
    rows = [event_row("e1", *_facts(store))]
    first = store.events.save_block(BLOCK, rows, {}, clock.now(), frozenset({"e1"}))
    before = _get(store, "e1")

    again = store.events.save_block(BLOCK, rows, {}, clock.advance(hours=1))

    assert (first, again) == (["e1"], [])
    assert _get(store, "e1") == before
    assert before.new_tie and before.first_seen_at == START_AT


def test_an_event_keeps_its_id_and_first_sight_when_more_is_known(store: Store, clock: FakeClock) -> None:
    _judge(store, 1)
    store.events.save_block(BLOCK, [event_row("e1", *_facts(store))], {}, clock.now())
    _judge(store, 2)

    pairs = ((VN, "KR-11"), (VN, KR))
    row = event_row("e1", *_facts(store), act="visit", pairs=pairs)
    store.events.save_block(BLOCK, [row], {}, clock.advance(hours=1))

    event = _get(store, "e1")
    assert (event.act, event.pairs, len(event.articles), event.first_seen_at) == ("visit", pairs, 2, START_AT)


def test_a_merged_event_redirects_along_the_whole_chain(store: Store) -> None:
    for number in (1, 2, 3):
        _judge(store, number)
    first, second, third = _facts(store)
    rows = [event_row("e1", first), event_row("e2", second), event_row("e3", third)]
    store.events.save_block(BLOCK, rows, {}, START_AT)

    store.events.save_block(BLOCK, [event_row("e1", first), event_row("e2", second, third)], {"e3": "e2"}, START_AT)
    store.events.save_block(BLOCK, [event_row("e1", first, second, third)], {"e2": "e1"}, START_AT)

    assert _get(store, "e3").id == "e1"
    assert list(store.events.block_events(BLOCK)) == ["e1"]
    assert ([event.id for event in store.events.find()], store.events.count()) == (["e1"], 1)


def test_an_event_that_was_split_off_again_is_itself_again(store: Store) -> None:
    for number in (1, 2):
        _judge(store, number)
    first, second = _facts(store)
    apart = [event_row("e1", first), event_row("e2", second)]
    store.events.save_block(BLOCK, apart, {}, START_AT)
    store.events.save_block(BLOCK, [event_row("e1", first, second)], {"e2": "e1"}, START_AT)

    made = store.events.save_block(BLOCK, apart, {}, START_AT)

    assert made == []
    assert _get(store, "e2").id == "e2"


# Showing


def test_an_event_shows_every_article_once_first_published_first(store: Store) -> None:
    for number, hours in ((1, 2), (2, 0), (3, 1)):
        article_id = save_article(store, number, published_at=START_AT + hours * HOUR)
        store.articles.save_verdict(new_verdict(article_id, new_fact(), new_fact(act="visit")), START_AT)
    undated = save_article(store, 4, published_at=None)
    store.articles.save_verdict(new_verdict(undated), START_AT)

    store.events.save_block(BLOCK, [event_row("e1", *_facts(store))], {}, START_AT)

    assert [article.title for article in _get(store, "e1").articles] == ["Tin 2", "Tin 3", "Tin 1", "Tin 4"]


def test_earlier_events_are_those_of_the_main_pair_on_days_before(store: Store) -> None:
    save_event(store, "before", 1, happened_on="2025-12-24")
    save_event(store, "other-pair", 2, happened_on="2025-12-24", vn_key="VN-01")
    save_event(store, "mine", 3, happened_on="2026-03-01")
    save_event(store, "after", 4, happened_on="2026-03-02")

    assert _get(store, "mine").earlier_events == 1
    assert _get(store, "after").earlier_events == 2
    assert _get(store, "other-pair").earlier_events == 0


def test_what_has_lost_its_facts_counts_no_longer_as_earlier(store: Store) -> None:
    save_event(store, "before", 1, happened_on="2025-12-24")
    save_event(store, "mine", 2)

    store.events.save_block(f"{VN}|{KR}#1", [], {}, START_AT)

    assert _get(store, "mine").earlier_events == 0


def test_known_since_is_the_first_day_of_the_pairs_tie(store: Store) -> None:
    store.ties.save([tie_row(since="2015"), tie_row(vn_key="VN-01", since="1999")])
    save_event(store, "e1", 1)
    save_event(store, "e2", 2, vn_key="VN-79")

    assert (_get(store, "e1").known_since, _get(store, "e2").known_since) == ("2015", None)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (EventFilter(), ["e3", "e2", "e1"]),
        (EventFilter(limit=2), ["e3", "e2"]),
        (EventFilter(act="visit"), ["e2"]),
        (EventFilter(verdict="unsure"), ["e3"]),
        (EventFilter(key="VN-01"), ["e3"]),
        (EventFilter(key=KR), ["e3", "e2", "e1"]),
        (EventFilter(key="KR"), []),
        (EventFilter(ids=("e1", "nothing")), ["e1"]),
        (EventFilter(block=f"{VN}|{KR}#2"), ["e2"]),
        (EventFilter(act="visit", key="VN-01"), []),
    ],
)
def test_events_are_found_newest_first_and_narrowed(store: Store, wanted: EventFilter, found: list[str]) -> None:
    save_event(store, "e1", 1)
    save_event(store, "e2", 2, START_AT + HOUR, act="visit")
    save_event(store, "e3", 3, START_AT + 2 * HOUR, vn_key="VN-01", verdict="unsure")

    assert [event.id for event in store.events.find(wanted)] == found


# Telling


def test_untold_is_what_was_first_seen_since_the_subscription_began(store: Store) -> None:
    save_event(store, "before", 1, START_AT - HOUR)
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "at", 2, START_AT)
    save_event(store, "after", 3, START_AT + HOUR)
    save_event(store, "old", 4, START_AT + HOUR, backlog=True)

    assert _untold(store) == ["at", "after"]


def test_a_subscription_that_never_began_is_told_nothing(store: Store) -> None:
    save_event(store, "e1")

    assert _untold(store, "weekly") == []


def test_what_was_told_or_passed_over_is_not_untold_and_others_are_not_concerned(store: Store) -> None:
    for name in ("daily", "weekly"):
        store.digests.begin_subscription(name, START_AT)
    for number in (1, 2, 3):
        save_event(store, f"e{number}", number)

    store.digests.save_digest(new_digest("e1", passed_over=("e2",)))

    assert _untold(store) == ["e3"]
    assert _untold(store, "weekly") == ["e1", "e2", "e3"]


def test_what_a_digest_left_out_is_still_untold_whatever_was_told_after_it(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    for number in (1, 2, 3):
        save_event(store, f"e{number}", number)

    store.digests.save_digest(new_digest("e3", period="p1"))
    store.digests.save_digest(new_digest("e2", period="p2"))

    assert _untold(store) == ["e1"]


def test_an_old_event_that_is_proven_again_is_news_to_those_who_were_not_told(store: Store) -> None:
    for name in ("daily", "weekly"):
        store.digests.begin_subscription(name, START_AT)
    article_id = _judge(store)
    row = event_row("e1", *_facts(store))
    store.events.save_block(BLOCK, [row], {}, START_AT)
    store.digests.save_digest(new_digest("e1", subscription="weekly"))
    store.articles.save_verdict(new_verdict(article_id, verdict="no", rules_version="r2"), START_AT)
    store.events.save_block(BLOCK, [], {}, START_AT)
    store.digests.save_digest(new_digest())
    store.articles.save_verdict(new_verdict(article_id, rules_version="r3"), START_AT)

    store.events.save_block(BLOCK, [event_row("e1", *_facts(store))], {}, START_AT)

    assert (_untold(store), _untold(store, "weekly")) == (["e1"], [])


def test_an_event_that_is_split_off_after_a_digest_is_news(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    for number in (1, 2):
        _judge(store, number)
    first, second = _facts(store)
    apart = [event_row("e1", first), event_row("e2", second)]
    store.events.save_block(BLOCK, apart, {}, START_AT)
    store.events.save_block(BLOCK, [event_row("e1", first, second)], {"e2": "e1"}, START_AT)
    store.digests.save_digest(new_digest("e1"))

    store.events.save_block(BLOCK, apart, {}, START_AT)

    assert _untold(store) == ["e2"]


def test_an_event_that_ceases_to_be_backlog_is_news(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "e1", backlog=True)
    block = f"{VN}|{KR}#1"
    before = _untold(store)
    store.digests.save_digest(new_digest())

    store.events.save_block(block, [event_row("e1", *_facts(store, block), block=block)], {}, START_AT)

    assert (before, _untold(store)) == ([], ["e1"])


def test_who_was_told_of_an_event_is_not_told_of_the_one_that_it_was_merged_into(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    for number in (1, 2):
        _judge(store, number)
    first, second = _facts(store)
    store.events.save_block(BLOCK, [event_row("e1", first), event_row("e2", second)], {}, START_AT)
    store.digests.save_digest(new_digest("e2"))

    store.events.save_block(BLOCK, [event_row("e1", first, second)], {"e2": "e1"}, START_AT)

    assert _untold(store) == []
    assert (store.digests.count_told("e1"), store.digests.count_told("e2")) == (1, 1)


def test_told_outweighs_passed_over_when_two_events_become_one(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    for number in (1, 2):
        _judge(store, number)
    first, second = _facts(store)
    store.events.save_block(BLOCK, [event_row("e1", first), event_row("e2", second)], {}, START_AT)
    store.digests.save_digest(new_digest("e2", passed_over=("e1",)))

    store.events.save_block(BLOCK, [event_row("e1", first, second)], {"e2": "e1"}, START_AT)

    assert store.digests.count_told("e1") == 1
