"""Contract of events as lists show them, on both databases: the same as what is known of each, only less of it."""

from datetime import timedelta

import pytest

from storage.repository.event_briefs import make_brief
from storage.store import Store
from storage.values import EventQuery, SearchWord
from tests.factories import KR, VN, event_row, new_fact, new_verdict, save_article, save_event
from tests.fake_clock import START_AT

HOUR = timedelta(hours=1)
# Language, outlet, hours after the first one (None: nobody knows), and the quotes of its facts.
Told = tuple[str, str, int | None, tuple[str, ...]]


def save_told(store: Store, id: str, *told: Told) -> None:
    """An event of these articles."""
    for number, (lang, outlet_id, hours, quotes) in enumerate(told, 1):
        at = None if hours is None else START_AT + hours * HOUR
        article_id = save_article(
            store, number, title=f"{id} {number}", lang=lang, outlet_id=outlet_id, published_at=at)
        facts = (new_fact(block=id, quote=quote) for quote in quotes)
        store.articles.save_verdict(new_verdict(article_id, *facts), START_AT)
    fact_ids = [fact.id for fact in store.events.block_facts(id)]
    pairs = ((VN, KR), ("VN-SG", KR))
    store.events.save_block(id, [event_row(id, *fact_ids, block=id, pairs=pairs)], {}, START_AT)


def test_articles_are_summed_up_in_the_order_in_which_they_were_published(store: Store) -> None:
    save_told(store, "e1", ("ko", "b", 2, ("later", "second")), ("vi", "a", 1, ("",)), ("ko", "a", 3, ("last",)),
              ("en", "c", None, ("undated",)))

    (brief,) = store.event_pages.find_briefs(EventQuery())

    assert (brief.articles, brief.langs, brief.outlets) == (4, ("vi", "ko", "en"), ("a", "b", "c"))
    assert brief.title == "e1 2"
    assert brief.quotes == (("ko", "b", "later"), ("en", "c", "undated"))
    assert brief.pairs == ((VN, KR), ("VN-SG", KR))


@pytest.mark.parametrize("query", [
    EventQuery(), EventQuery(limit=2), EventQuery(by_sight=True), EventQuery(keys=(KR,)), EventQuery(lang="vi"),
    EventQuery(act="aid"), EventQuery(pair=(VN, "KR-11")), EventQuery(before=("2026-03-01", "e2")),
])
def test_a_list_holds_the_events_of_its_question_as_they_are_known(store: Store, query: EventQuery) -> None:
    save_told(store, "e1", ("vi", "a", 1, ("one",)), ("vi", "a", 1, ("two",)), ("ko", "b", 0, ("three",)))
    for number in (7, 8, 9):
        save_event(store, f"e{number}", number, START_AT + number * HOUR, happened_on=f"2026-02-0{number}")

    briefs = store.event_pages.find_briefs(query)

    assert briefs == [make_brief(view) for view in store.event_pages.find(query)]
    assert len(briefs) == 0 if query.act or query.pair else briefs


@pytest.mark.parametrize("one_by_one", [0, 1000])
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_a_word_that_many_events_hold_is_asked_of_those_of_a_place(
    store: Store, monkeypatch: pytest.MonkeyPatch, limit: int, one_by_one: int
) -> None:
    for number in range(1, 8):
        key = VN if number % 2 else "VN-01"
        save_event(store, f"e{number}", number, vn_key=key, happened_on=f"2026-02-0{number}", pairs=((key, KR),))
    monkeypatch.setattr("storage.repository.event_narrowing.ONE_BY_ONE", one_by_one)

    found = store.event_pages.find_briefs(EventQuery(keys=(VN,), words=(SearchWord("ky ban"),), limit=limit))
    none = store.event_pages.find_briefs(EventQuery(keys=(VN,), words=(SearchWord("other"),), limit=limit))

    assert [event.id for event in found] == ["e7", "e5", "e3", "e1"][:limit]
    assert none == []
