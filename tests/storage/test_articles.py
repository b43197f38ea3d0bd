"""Contract of articles: saved with their entry's outcome, judged once per rules, and never lost between the two."""

import unicodedata

import pytest

from storage.store import Store, open_store
from storage.values import StoredArticle
from tests.factories import (
    BLOCK,
    OUTLET,
    event_row,
    new_article,
    new_entry,
    new_fact,
    new_verdict,
    save_article,
    save_entry,
)
from tests.fake_clock import START_AT, FakeClock


def _get(store: Store, article_id: int) -> StoredArticle:
    article = store.articles.get(article_id)
    assert article is not None
    return article


def test_article_page_and_outcome_are_saved_together(store: Store) -> None:
    entry_id = save_entry(store)

    article_id = store.articles.save(entry_id, new_article(), backlog=True, at=START_AT, page=b"<html>" * 100)

    assert article_id is not None
    assert store.articles.page(article_id) == b"<html>" * 100
    assert _get(store, article_id).backlog
    assert store.entries.count_waiting(OUTLET) == 0


def test_saving_an_article_twice_changes_nothing(store: Store, clock: FakeClock) -> None:
    entry_id = save_entry(store)
    article_id = store.articles.save(entry_id, new_article(), backlog=False, at=clock.now())
    assert article_id is not None
    before = _get(store, article_id)

    again = store.articles.save(entry_id, new_article(), backlog=True, at=clock.advance(hours=1))

    assert again is None
    assert _get(store, article_id) == before
    assert len(store.articles.unjudged(10)) == 1


def test_a_changed_text_is_a_further_revision_and_whitespace_is_no_change(store: Store) -> None:
    entry_id = save_entry(store)
    texts = ("Hai bên ký kết.", "Hai  bên\nký kết.", "Hai bên hoãn ký kết.")

    ids = [store.articles.save(entry_id, new_article(text=text), backlog=False, at=START_AT) for text in texts]

    assert ids[1] is None
    assert [_get(store, i).revision for i in ids if i is not None] == [1, 2]
    newest = store.articles.find_by_url(new_article().url)
    assert newest is not None and newest.text == texts[2]


def test_ingesting_twice_changes_nothing(store: Store, clock: FakeClock) -> None:
    store.outlets.register([OUTLET])

    first = store.articles.ingest(new_entry(backlog=True), new_article(), clock.now())
    again = store.articles.ingest(new_entry(), new_article(), clock.advance(hours=1))

    assert again is None
    assert first is not None and _get(store, first).fetched_at == START_AT
    assert _get(store, first).backlog


def test_an_ingested_article_of_a_waiting_entry_ends_that_entry(store: Store) -> None:
    save_entry(store)

    assert store.articles.ingest(new_entry(), new_article(), START_AT) is not None
    assert store.entries.count_waiting(OUTLET) == 0


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.articles.get(7) is None
    assert store.articles.page(7) is None
    assert store.articles.find_by_url("https://nowhere.example/") is None


def test_unjudged_articles_come_first_saved_first_and_leave_when_judged(store: Store) -> None:
    ids = [save_article(store, number) for number in (1, 2, 3)]

    store.articles.save_verdict(new_verdict(ids[1], verdict="no"), START_AT)

    assert [a.id for a in store.articles.unjudged(10)] == [ids[0], ids[2]]
    assert [a.id for a in store.articles.unjudged(1)] == [ids[0]]


def test_killed_between_save_and_assess_the_article_is_still_unjudged(database: str) -> None:
    first = open_store(database)
    article_id = save_article(first)
    first.close()

    second = open_store(database)

    assert [a.id for a in second.articles.unjudged(10)] == [article_id]
    second.close()


def test_one_verdict_per_article_and_rules_version(store: Store) -> None:
    article_id = save_article(store)
    store.articles.save_verdict(new_verdict(article_id, new_fact(act="visit")), START_AT)

    store.articles.save_verdict(new_verdict(article_id, new_fact(act="aid"), new_fact(act="visit")), START_AT)

    assert [fact.act for fact in store.events.block_facts(BLOCK)] == ["visit"]


def test_newer_rules_replace_what_the_older_ones_said(store: Store) -> None:
    article_id = save_article(store)
    store.articles.save_verdict(new_verdict(article_id, new_fact(act="visit")), START_AT)

    store.articles.save_verdict(new_verdict(article_id, new_fact(act="aid"), rules_version="r2"), START_AT)

    assert [fact.act for fact in store.events.block_facts(BLOCK)] == ["aid"]


def test_an_old_revision_judged_anew_does_not_outdo_the_newer_revision(store: Store) -> None:
    entry_id = save_entry(store)
    ids = [
        store.articles.save(entry_id, new_article(text=text), backlog=False, at=START_AT) or 0
        for text in ("Hai bên ký.", "Hai bên hoãn.")
    ]
    store.articles.save_verdict(new_verdict(ids[1], new_fact(stage="suspended")), START_AT)

    store.articles.save_verdict(new_verdict(ids[0], new_fact(stage="signed"), rules_version="r2"), START_AT)

    assert [fact.stage for fact in store.events.block_facts(BLOCK)] == ["suspended"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_text_comes_back_in_the_form_in_which_it_was_given(store: Store, form: str) -> None:
    text = unicodedata.normalize(form, "Thừa Thiên Huế và 충청남도 ký kết 🤝")

    article_id = save_article(store, text=text, title=text)

    assert (_get(store, article_id).text, _get(store, article_id).title) == (text, text)


def test_nul_and_half_characters_are_left_out_on_both_databases(store: Store) -> None:
    article_id = save_article(store, text="Huế\0 và \ud800Daegu", title="a\0b")

    assert (_get(store, article_id).text, _get(store, article_id).title) == ("Huế và Daegu", "ab")


# Judged again


def _outdated(store: Store, version: str, after_id: int = 0, limit: int = 9) -> list[int]:
    return [judged.article.id for judged in store.articles.outdated(version, after_id, limit)]


def test_pages_whose_verdict_is_of_other_rules_are_found_in_parts(store: Store) -> None:
    ids = [save_article(store, number) for number in (1, 2, 3, 4)]
    for article_id, version in zip(ids[:3], ("r1", "r2", "r1"), strict=True):
        store.articles.save_verdict(new_verdict(article_id, rules_version=version), START_AT)

    assert _outdated(store, "r2") == [ids[0], ids[2]]
    assert (_outdated(store, "r2", limit=1), _outdated(store, "r2", ids[0])) == ([ids[0]], [ids[2]])
    assert (store.articles.count_outdated("r2"), store.articles.count_outdated("r9")) == (2, 3)


def test_of_a_changed_page_only_the_newest_revision_is_judged_again_and_not_while_it_waits(store: Store) -> None:
    entry_id = save_entry(store)
    found = []
    for text in ("Hai bên sẽ ký.", "Hai bên đã ký."):
        article_id = store.articles.save(entry_id, new_article(text=text), backlog=False, at=START_AT)
        assert article_id is not None
        found.append(_outdated(store, "r2"))
        store.articles.save_verdict(new_verdict(article_id), START_AT)

    assert found == [[], []]
    assert _outdated(store, "r2") == [article_id]


def test_what_is_judged_again_comes_with_its_verdict_facts_and_events(store: Store) -> None:
    article_id = save_article(store)
    facts = new_fact(details=({"kind": "act", "quote": "ký"},)), new_fact(act="visit")
    store.articles.save_verdict(new_verdict(article_id, *facts, score=0.5, verdict="unsure"), START_AT)
    numbers = [fact.id for fact in store.events.block_facts(BLOCK)]
    store.events.save_block(BLOCK, [event_row("e1", *numbers)], {}, START_AT)

    [judged] = store.articles.outdated("r2", 0, 9)

    assert (judged.verdict, judged.score, judged.rules_version) == ("unsure", 0.5, "r1")
    assert (judged.facts, judged.events) == (facts, ("e1",))


def test_rules_of_before_that_are_in_force_again_count_again(store: Store) -> None:
    article_id = save_article(store)
    for version, act in (("r1", "visit"), ("r2", "aid"), ("r1", "training")):
        store.articles.save_verdict(new_verdict(article_id, new_fact(act=act), rules_version=version), START_AT)

    assert [fact.act for fact in store.events.block_facts(BLOCK)] == ["training"]
    assert (_outdated(store, "r1"), _outdated(store, "r2")) == ([], [article_id])


def test_articles_alike_are_those_of_other_entries_with_the_text_or_the_title(store: Store) -> None:
    ids = [save_entry(store, identity=f"{OUTLET}:{n}", url=f"https://paper.vn/{n}") for n in range(3)]
    texts = [("Ký kết", "Hai bên ký kết."), ("Ký kết", "Một lần khác."), ("Tin khác", "Hai bên ký kết.")]
    for entry_id, (title, text) in zip(ids, texts, strict=True):
        store.articles.save(entry_id, new_article(title=title, text=text), backlog=False, at=START_AT)

    def find(entry_id: int, title: str, text: str) -> list[int]:
        return [a.entry_id for a in store.articles.find_alike(entry_id, new_article(title=title, text=text))]

    assert find(0, "Ký kết", "Hai  bên ký kết.") == [ids[1], ids[0]]
    assert find(ids[0], "Ký kết", "Hai bên ký kết.") == [ids[1]]
    assert find(0, "Không có", "Hai bên ký kết.") == []
    assert store.articles.find_alike(0, new_article(outlet_id="other", title="Ký kết")) == []
