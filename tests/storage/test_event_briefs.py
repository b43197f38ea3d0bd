"""Contract of events as lists show them, on both databases: the same as what is known of each, only less of it."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import delete, select

from storage.backup import make_backup, restore_backup
from storage.engine import Database
from storage.models import EventBriefModel, FactModel
from storage.repository.event_briefs import make_brief
from storage.repository.keeping import Limits
from storage.store import Store
from storage.values import EventBrief, EventQuery, Judgement, SearchWord
from tests.factories import KR, VN, event_row, new_article, new_fact, new_verdict, save_article, save_event
from tests.fake_clock import START_AT

HOUR = timedelta(hours=1)
# Language, outlet, hours after the first one (None: nobody knows), and the quotes of its facts.
Told = tuple[str, str, int | None, tuple[str, ...]]
LATER = START_AT + 24 * HOUR
BLOCK, OTHER = "e1", "e2"
Change = Callable[[Store], object]


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


@pytest.mark.parametrize(("told", "gaps", "quoted"), [
    ({"act": "visit"}, 1, "second"), ({"stage": "planned"}, 1, "second"), ({"kr_key": "KR-11"}, 1, "second"),
    ({"vn_key": "VN-48", "act": "aid", "stage": "done"}, 3, "second"),
    ({"happened_on": None}, 0, "first"),
])
def test_what_is_quoted_first_is_what_proves_the_most_of_the_headline(
    store: Store, told: dict[str, Any], gaps: int, quoted: str
) -> None:
    """Two articles in one language and a third; `told` is what the first article's fact says otherwise."""
    facts = (new_fact(block="e1", quote="first", **told),), (new_fact(block="e1", quote="second"),)
    for number, (article_facts, lang) in enumerate(zip((*facts, facts[0]), ("vi", "vi", "ko"), strict=True), 1):
        at = START_AT + number * HOUR
        article_id = save_article(store, number, lang=lang, published_at=at)
        store.articles.save_verdict(new_verdict(article_id, *article_facts), START_AT)
    ids = [fact.id for fact in store.events.block_facts("e1")]

    store.events.save_block("e1", [event_row("e1", *ids, block="e1")], {}, START_AT)

    (view,), (brief,) = store.event_pages.find(EventQuery()), store.event_pages.find_briefs(EventQuery())
    assert [(one.quote, one.gaps) for one in view.articles] == [("first", gaps), ("second", 0), ("first", gaps)]
    assert [(lang, quote) for lang, _, quote in brief.quotes] == [("vi", quoted)] + [("ko", "first")] * (gaps == 0)
    assert brief == make_brief(view)


def test_an_article_is_quoted_with_the_fact_that_proves_its_event(store: Store) -> None:
    told = ("a tour", "visit"), ("a paper", "agreement")
    facts = (new_fact(block="e1", quote=quote, act=act) for quote, act in told)
    store.articles.save_verdict(new_verdict(save_article(store, 1), *facts), START_AT)
    ids = [fact.id for fact in store.events.block_facts("e1")]

    store.events.save_block("e1", [event_row("e1", *ids, block="e1")], {}, START_AT)

    (view,), (brief,) = store.event_pages.find(EventQuery()), store.event_pages.find_briefs(EventQuery())
    assert [(one.quote, one.gaps) for one in view.articles] == [("a paper", 0)]
    assert brief == make_brief(view)


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


def find_kept(store: Store) -> dict[str, EventBrief]:
    """The events of all lists, each as it is known from its facts now; nothing else is kept."""
    found: dict[str, EventBrief] = {}
    for verdict in ("yes", "unsure", "no"):
        query = EventQuery(verdict=verdict, limit=10_000)
        briefs = store.event_pages.find_briefs(query)
        assert briefs == [make_brief(view) for view in store.event_pages.find(query)]
        found |= {brief.id: brief for brief in briefs}
    with store.database.read() as session:
        kept = set(session.scalars(select(EventBriefModel.event_id)))
        assert kept == set(session.scalars(select(FactModel.event_id).where(FactModel.event_id.is_not(None))))
    return found


def group(store: Store, block: str = BLOCK, **rows: list[int]) -> None:
    """Groups the facts that count in a block by their numbers in it; what is no event any more goes into the first."""
    facts = [fact.id for fact in store.events.block_facts(block)]
    events = [event_row(id, *(facts[number] for number in numbers), block=block) for id, numbers in rows.items()]
    gone = store.events.block_events(block).keys() - rows.keys()
    store.events.save_block(block, events, {id: next(iter(rows)) for id in gone if rows}, LATER)


def judge_again(store: Store, version: str = "r2", **changed: str) -> None:
    """Newer rules find other words in the article 2."""
    store.articles.save_verdict(new_verdict(2, new_fact(**{"block": BLOCK, **changed}), rules_version=version), LATER)


def revise(store: Store) -> None:
    """Article 2 was changed by its outlet."""
    article = store.articles.get(2)
    assert article is not None
    changed = new_article(2, title="new", lang="pl", published_at=LATER)
    article_id = store.articles.save(article.entry_id, changed, backlog=False, at=LATER)
    store.articles.save_verdict(new_verdict(article_id or 0, new_fact(block=BLOCK, quote="nowe")), LATER)
    group(store, e1=[0, 1, 2])


def judge(store: Store, answer: str) -> None:
    store.judgements.save(Judgement("e1", answer, "Lan", LATER))  # type: ignore[arg-type]


@pytest.mark.parametrize(("change", "told"), [
    (lambda store: group(store, e1=[0, 1, 2]), {"e1": (3, "1"), "e2": (1, "9")}),
    (lambda store: group(store, e3=[0, 1, 2]), {"e3": (3, "1"), "e2": (1, "9")}),
    (lambda store: group(store, e1=[1], e3=[0, 2]), {"e1": (1, "2"), "e2": (1, "9"), "e3": (2, "1")}),
    (lambda store: (group(store, e1=[1], e3=[0, 2]), group(store, e1=[0, 1, 2])), {"e1": (3, "1"), "e2": (1, "9")}),
    (lambda store: group(store, e1=[1, 2]), {"e1": (2, "2"), "e2": (1, "9")}),
    (lambda store: group(store), {"e2": (1, "9")}),
    (lambda store: (group(store), group(store, e1=[2])), {"e1": (1, "3"), "e2": (1, "9")}),
    (lambda store: (judge_again(store, quote="other"), group(store, e1=[0, 1, 2])), {"e1": (3, "1"), "e2": (1, "9")}),
    (lambda store: (judge_again(store, block=OTHER), group(store, e1=[0, 1]), group(store, OTHER, e2=[0, 1])),
     {"e1": (2, "1"), "e2": (2, "9")}),
    (revise, {"e1": (3, "1"), "e2": (1, "9")}),
    (lambda store: judge(store, "no"), {"e1": (3, "1"), "e2": (1, "9")}),
    (lambda store: (judge(store, "no"), judge(store, "yes"), store.judgements.withdraw("e1", "Lan", LATER)),
     {"e1": (3, "1"), "e2": (1, "9")}),
    (lambda store: store.keeping.remove(Limits(LATER, 0, LATER, LATER)), {"e1": (3, "1"), "e2": (1, "9")}),
], ids=["again", "merged", "split", "split and joined", "a story less", "without facts", "proven anew", "newer rules",
        "another block", "a changed page", "refuted", "withdrawn", "tidied"])
def test_what_is_kept_for_lists_follows_every_change(
    store: Store, change: Change, told: dict[str, tuple[int, str]]
) -> None:
    """`told`: how many articles, and the first one's number in its title."""
    save_told(store, BLOCK, ("vi", "a", 1, ("one",)), ("ko", "b", 2, ("two",)), ("en", "c", 3, ("three",)))
    save_event(store, OTHER, 9, block=OTHER)

    change(store)

    assert {id: (brief.articles, brief.title[-1]) for id, brief in find_kept(store).items()} == told


def test_a_backup_has_what_is_kept_for_lists(store: Store, tmp_path: Path) -> None:
    save_told(store, BLOCK, ("vi", "a", 1, ("one",)), ("ko", "b", 2, ("two",)))
    restored = Database(f"sqlite:///{tmp_path / 'restored.db'}")

    restore_backup(make_backup(store.database, tmp_path / "b.gz"), restored)

    assert find_kept(Store(restored)) == find_kept(store) != {}
    restored.close()


def test_an_older_store_gets_what_is_kept_for_lists(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Event by event, though they are read and written some at a time."""
    save_told(store, BLOCK, ("vi", "a", 1, ("one", "two")), ("ko", "b", None, ("three",)), ("en", "c", 0, ("four",)))
    for number in (6, 7, 8, 9):
        save_event(store, f"e{number}", number, happened_on=f"2026-02-0{number}")
    before, migration = find_kept(store), import_module("storage.migrations.versions.0014_briefs")
    monkeypatch.setattr(migration, "BATCH", 2)

    with store.database.write() as session:
        session.execute(delete(EventBriefModel))
        with Operations.context(MigrationContext.configure(session.connection())):
            migration._fill(EventBriefModel.__table__)

    assert find_kept(store) == before and len(before) == 5
