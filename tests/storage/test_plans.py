"""Questions that are asked all day are answered from an index, however large the store grows (by SQLite's plan)."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from storage.repository.events import EventFilter
from storage.store import Store
from storage.values import EventQuery
from tests.factories import BLOCK, OUTLET, save_event
from tests.fake_clock import START_AT

QUESTIONS: dict[str, tuple[Callable[[Store], object], str]] = {
    "unjudged": (lambda store: store.articles.unjudged(50), "ix_articles_unjudged"),
    "ungrouped": (lambda store: store.events.ungrouped_blocks(), "ix_facts_waiting"),
    "untold": (lambda store: store.events.untold("daily"), "ix_events_news_number"),
    "newest events": (lambda store: store.events.find(EventFilter(limit=50)), "ix_events_first_seen_at"),
    "earlier events": (lambda store: store.events.find(), "COVERING INDEX ix_event_pairs_pair"),
    "a list's events": (lambda store: store.event_pages.find_briefs(EventQuery()), "ix_events_dated"),
    "a list's briefs": (lambda store: store.event_pages.find_briefs(EventQuery()), "event_briefs USING INDEX"),
    "kinds of events": (lambda store: store.totals.count(START_AT), "ix_events_kind"),
    "months": (lambda store: store.event_pages.months(EventQuery()), "INDEX ix_events_dated"),
    "block": (lambda store: store.events.block_facts(BLOCK), "ix_facts_block_event"),
    "judgements": (lambda store: store.judgements.answers(BLOCK), "ix_events_block"),
    "frontier": (lambda store: store.entries.frontier(OUTLET, 50, START_AT), "ix_entries_frontier"),
    "due delivery": (lambda store: store.deliveries.claim_due(START_AT), "ix_deliveries_due"),
    "article by address": (lambda store: store.articles.find_by_url("https://bao.example/"), "ix_articles_url"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_question_is_answered_from_its_index(sqlite_store: Store, name: str) -> None:
    store, (ask, index) = sqlite_store, QUESTIONS[name]
    save_event(store, "e1")
    store.digests.begin_subscription("daily", START_AT)
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(
        store.database.engine, "before_cursor_execute",
        lambda connection, cursor, statement, parameters, context, many: asked.append((statement, parameters)),
    )

    ask(store)

    questions = [(statement, parameters) for statement, parameters in asked if statement.startswith("SELECT")]
    with store.database.engine.connect() as connection:
        plans = [
            row[3] for statement, parameters in questions
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert any(index in plan for plan in plans), "\n".join(plans)
