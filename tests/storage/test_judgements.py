"""Contract of judgements: all kept, the latest counts, it outranks grouping and the rules, and it follows merges."""

from datetime import timedelta
from typing import Any

import pytest

from storage.repository.events import EventFilter
from storage.store import Store, has_store
from storage.values import EventChange, Judgement
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
from tests.fake_clock import START_AT

HOUR = timedelta(hours=1)


def judge(store: Store, event_id: str, answer: Any, hours: float = 1, reader: str = "Lan") -> str | None:
    return store.judgements.save(Judgement(event_id, answer, reader, START_AT + hours * HOUR))


def verdict_of(store: Store, event_id: str) -> str:
    event = store.events.get(event_id)
    assert event is not None
    return event.verdict


def untold(store: Store) -> list[str]:
    return [event.id for event in store.events.untold("daily")]


def save_facts(store: Store, *numbers: int, **verdict: Any) -> list[int]:
    for number in numbers:
        store.articles.save_verdict(new_verdict(save_article(store, number), **verdict), START_AT)
    return [fact.id for fact in store.events.block_facts(BLOCK)]


def save_block(store: Store, *rows: Any, merged: dict[str, str] | None = None, **values: Any) -> None:
    store.events.save_block(BLOCK, rows, merged or {}, START_AT, **values)


# What counts


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([("no", 1, "Lan")], "no"),
        ([("no", 1, "Lan"), ("yes", 2, "Lan")], "yes"),
        ([("no", 1, "Lan"), ("yes", 2, "Minho")], "yes"),
        ([("yes", 1, "Lan"), ("no", 2, "Minho"), ("yes", 3, "Lan")], "yes"),
        ([("yes", 2, "Lan"), ("no", 1, "Minho")], "yes"),  # a clock that was behind: the later instant counts
    ],
)
def test_the_latest_answer_counts_and_all_are_kept(
    store: Store, said: list[tuple[str, int, str]], expected: str
) -> None:
    save_event(store, "e1", verdict="unsure")

    for answer, hours, reader in said:
        judge(store, "e1", answer, hours, reader)

    assert verdict_of(store, "e1") == expected
    kept = [(one.answer, one.reader, one.judged_at) for one in store.judgements.find("e1")]
    assert sorted(kept) == sorted((answer, reader, START_AT + hours * HOUR) for answer, hours, reader in said)


def test_a_judgement_on_no_event_is_kept_nowhere(store: Store) -> None:
    save_event(store, "e1")

    assert judge(store, "e2", "no") is None
    assert judge(store, "e1", "no") is not None
    assert (store.judgements.find("e2"), list(store.judgements.judged_events())) == ([], ["e1"])


def test_a_refuted_event_is_listed_where_it_is_asked_for_and_nowhere_else(store: Store) -> None:
    save_event(store, "e1", 1)
    save_event(store, "e2", 2)

    judge(store, "e1", "no")

    assert [event.id for event in store.events.find()] == ["e2"]
    [refuted] = store.events.find(EventFilter(verdict="no", key=KR))
    assert (refuted.id, refuted.pairs, len(refuted.articles)) == ("e1", ((VN, KR),), 1)
    assert store.events.count() == 1
    judge(store, "e1", "yes", 2)
    assert store.events.count() == 2


def test_a_refuted_event_counts_no_more_as_earlier_until_it_is_judged_back(store: Store) -> None:
    save_event(store, "before", 1, happened_on="2025-12-24")
    save_event(store, "mine", 2)

    counts = []
    for hours, answer in enumerate(("no", "yes"), 1):
        judge(store, "before", answer, hours)
        event = store.events.get("mine")
        counts.append(event.earlier_events if event else None)

    assert counts == [0, 1]


# Above the judge


@pytest.mark.parametrize(("answer", "by_rules"), [("yes", "unsure"), ("no", "yes")])
def test_a_judgement_outlives_grouping(store: Store, answer: str, by_rules: str) -> None:
    row = event_row("e1", *save_facts(store, 1), verdict=by_rules)
    save_block(store, row)
    judge(store, "e1", answer)
    waiting = store.events.ungrouped_blocks()

    save_block(store, row)

    assert waiting == [BLOCK]
    assert verdict_of(store, "e1") == answer


def test_a_judgement_that_grouping_did_not_know_of_makes_the_block_wait_again(store: Store) -> None:
    facts = save_facts(store, 1)
    save_block(store, event_row("e1", *facts))
    judge(store, "e1", "no")

    save_block(store, event_row("e1", *facts, verdict="yes"))
    blind = store.events.ungrouped_blocks()
    save_block(store, event_row("e1", *facts, verdict="no"))

    assert (blind, store.events.ungrouped_blocks()) == ([BLOCK], [])


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_page_that_newer_rules_call_noise_stays_the_proof_of_a_judged_event(store: Store, answer: str) -> None:
    article_id = save_article(store)
    store.articles.save_verdict(new_verdict(article_id), START_AT)
    save_block(store, event_row("e1", *save_facts(store)))
    judge(store, "e1", answer)

    for version in ("r2", "r3"):
        noise = new_verdict(article_id, verdict="no", rules_version=version)
        store.articles.save_verdict(_without_facts(noise), START_AT)
        [fact] = store.events.block_facts(BLOCK)
        known = store.events.block_events(BLOCK)["e1"]
        save_block(store, event_row("e1", fact.id, verdict="unsure"))

    assert fact.verdict == "no" and fact.id in known
    assert verdict_of(store, "e1") == answer
    assert store.events.block_events(BLOCK)["e1"] == {fact.id}


def test_of_an_event_that_nobody_judged_noise_is_no_proof(store: Store) -> None:
    article_id = save_article(store)
    store.articles.save_verdict(new_verdict(article_id), START_AT)
    save_block(store, event_row("e1", *save_facts(store)))
    save_event(store, "other", 2)
    judge(store, "other", "yes")

    store.articles.save_verdict(new_verdict(article_id, verdict="no", rules_version="r2"), START_AT)

    assert store.events.block_facts(BLOCK) == []


def test_a_refuted_event_that_later_rules_find_again_is_refuted_still(store: Store) -> None:
    article_id = save_article(store)
    store.articles.save_verdict(new_verdict(article_id), START_AT)
    save_block(store, event_row("e1", *save_facts(store)))
    judge(store, "e1", "no")
    store.articles.save_verdict(_without_facts(new_verdict(article_id, verdict="no", rules_version="r2")), START_AT)
    save_block(store, event_row("e1", *save_facts(store), verdict="no"))

    store.articles.save_verdict(new_verdict(article_id, rules_version="r3"), START_AT)

    [fact] = store.events.block_facts(BLOCK)
    assert fact.verdict == "yes" and fact.id in store.events.block_events(BLOCK)["e1"]


def test_a_judged_event_keeps_its_proof_when_the_page_is_read_as_another_block(store: Store) -> None:
    article_id = save_article(store)
    store.articles.save_verdict(new_verdict(article_id), START_AT)
    save_block(store, event_row("e1", *save_facts(store)))
    judge(store, "e1", "yes")

    elsewhere = new_fact(vn_key="VN-01", block=f"VN-01|{KR}")
    store.articles.save_verdict(new_verdict(article_id, elsewhere, rules_version="r2"), START_AT)

    assert len(store.events.block_facts(BLOCK)) == len(store.events.block_facts(f"VN-01|{KR}")) == 1
    assert store.events.ungrouped_blocks() == [f"VN-01|{KR}", BLOCK]


def test_a_changed_page_keeps_the_words_that_were_judged(store: Store) -> None:
    entry_id = save_entry(store)
    ids = []
    for text, verdict in (("Huế ký với Chungcheongnam.", "yes"), ("Bài đã gỡ.", "no")):
        article_id = store.articles.save(entry_id, new_article(text=text), backlog=False, at=START_AT)
        assert article_id is not None
        ids.append(article_id)
        row = new_verdict(article_id, verdict=verdict)
        store.articles.save_verdict(row if verdict == "yes" else _without_facts(row), START_AT)
        if verdict == "yes":
            save_block(store, event_row("e1", *save_facts(store)))
            judge(store, "e1", "yes")

    [fact] = store.events.block_facts(BLOCK)

    assert fact.article_id == ids[0]
    assert [article.id for article in store.articles.of_event("e1")] == [ids[0]]


# Merges and splits


@pytest.mark.parametrize("judged", ["e1", "e2", "e3"])
def test_a_judgement_follows_to_the_event_that_goes_on(store: Store, judged: str) -> None:
    first, second, third = save_facts(store, 1, 2, 3)
    save_block(store, event_row("e1", first), event_row("e2", second), event_row("e3", third))
    judge(store, judged, "no")

    save_block(store, event_row("e1", first), event_row("e2", second, third), merged={"e3": "e2"})
    save_block(store, event_row("e1", first, second, third), merged={"e2": "e1"})

    assert verdict_of(store, "e3") == verdict_of(store, "e1") == "no"
    assert {one.answer for one in store.judgements.find("e2")} == {"no"}
    assert list(store.judgements.judged_events()) == ["e1"]


def test_of_two_judged_events_that_become_one_the_latest_answer_counts(store: Store) -> None:
    first, second = save_facts(store, 1, 2)
    save_block(store, event_row("e1", first), event_row("e2", second))
    judge(store, "e2", "yes", 2)
    judge(store, "e1", "no", 1)

    save_block(store, event_row("e1", first, second), merged={"e2": "e1"})

    assert verdict_of(store, "e1") == "yes"


def test_what_is_said_of_a_merged_event_is_said_of_the_one_that_goes_on(store: Store) -> None:
    first, second = save_facts(store, 1, 2)
    save_block(store, event_row("e1", first), event_row("e2", second))
    save_block(store, event_row("e1", first, second), merged={"e2": "e1"})

    judge(store, "e2", "no")

    assert verdict_of(store, "e1") == "no"
    assert [one.event_id for one in store.judgements.find("e1")] == ["e1"]


def test_an_event_that_is_split_off_again_takes_its_own_judgement_along(store: Store) -> None:
    first, second = save_facts(store, 1, 2)
    apart = event_row("e1", first), event_row("e2", second)
    save_block(store, *apart)
    judge(store, "e2", "no")
    save_block(store, event_row("e1", first, second), merged={"e2": "e1"})

    save_block(store, *apart)

    assert (verdict_of(store, "e1"), verdict_of(store, "e2")) == ("yes", "no")


def test_changes_are_kept_with_their_reason_and_instant(store: Store) -> None:
    first, second = save_facts(store, 1, 2)
    save_block(store, event_row("e1", first), event_row("e2", second))
    merged = EventChange("e2", "merged", "e1", "one text")

    save_block(store, event_row("e1", first, second), merged={"e2": "e1"}, changes=[merged])
    split = EventChange("e1", "split", "e2", "other days")
    store.events.save_block(BLOCK, [event_row("e1", first), event_row("e2", second)], {}, START_AT + HOUR,
                            changes=[split])

    kept = [(one.event_id, one.kind, one.other_id, one.reason, one.changed_at) for one in store.events.changes("e2")]
    assert kept == [("e2", "merged", "e1", "one text", START_AT), ("e1", "split", "e2", "other days", START_AT + HOUR)]
    assert store.events.changes("e3") == []


# News


def test_a_refuted_event_is_told_to_nobody_and_judged_back_it_is_news_whatever_was_told_since(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "e1", 1)
    save_event(store, "e2", 2)
    judge(store, "e1", "no")
    refuted = untold(store)
    store.digests.save_digest(new_digest("e2"))  # all is settled up to here

    judge(store, "e1", "yes", 2)

    assert (refuted, untold(store)) == (["e2"], ["e1"])


@pytest.mark.parametrize(
    ("told", "passed_over", "expected"),
    [((), (), ["e1"]), ((), ("e1",), ["e1"]), (("e1",), (), [])],
    ids=["neither", "passed over", "told"],
)
def test_a_doubt_that_a_reader_settles_is_news_to_those_who_were_not_told(
    store: Store, told: tuple[str, ...], passed_over: tuple[str, ...], expected: list[str]
) -> None:
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "e1", verdict="unsure")
    store.digests.save_digest(new_digest(*told, passed_over=passed_over))

    judge(store, "e1", "yes")

    assert untold(store) == expected


def test_what_was_sure_and_passed_over_is_no_news_by_a_yes(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "e1")
    store.digests.save_digest(new_digest(passed_over=("e1",)))

    judge(store, "e1", "yes")

    assert untold(store) == []


def test_backlog_is_no_news_whoever_says_yes(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "e1", verdict="unsure", backlog=True)

    judge(store, "e1", "yes")

    assert untold(store) == []


def test_the_first_of_a_tie_is_news_where_a_filter_had_left_it_out(store: Store) -> None:
    store.digests.begin_subscription("daily", START_AT)
    facts = save_facts(store, 1)
    save_block(store, event_row("e1", *facts), new_ties=frozenset())
    store.digests.save_digest(new_digest(passed_over=("e1",)))

    save_block(store, event_row("e1", *facts), new_ties=frozenset({"e1"}))

    assert untold(store) == ["e1"]
    assert store.events.new_ties(BLOCK) == {"e1"}


# What goes


def test_ties_are_taken_away_by_their_pair(store: Store) -> None:
    store.ties.save([tie_row(), tie_row(vn_key="VN-01"), tie_row(kr_key="KR-11")])

    store.ties.save([tie_row(kr_key="KR-11", kind="contact")], [(VN, KR), ("VN-99", KR)])

    assert [(tie.vn_key, tie.kr_key, tie.kind) for tie in store.ties.all()] == [
        ("VN-01", KR, "agreement"), (VN, "KR-11", "contact"),
    ]


def test_the_pairs_of_a_block_are_those_that_were_saved_last(store: Store) -> None:
    first, second = save_facts(store, 1, 2)
    save_block(store, event_row("e1", first, pairs=((VN, KR), (VN, "KR-44150"))), event_row("e2", second))
    judge(store, "e1", "no")
    before = store.events.block_pairs(BLOCK)

    save_block(store, event_row("e2", second))

    assert (before, store.events.block_pairs(BLOCK)) == ({(VN, KR), (VN, "KR-44150")}, {(VN, KR)})


def test_looking_for_a_store_finds_it_and_makes_none(empty_database: str, database: str) -> None:
    assert [has_store(empty_database), has_store(empty_database), has_store(database)] == [False, False, True]


def _without_facts(verdict: Any) -> Any:
    return type(verdict)(**{**vars(verdict), "facts": ()})
