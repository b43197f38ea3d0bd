"""At a million articles every question of every day is answered from an index, on both databases, and soon."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from storage.checkup import find_span, measure_size
from storage.repository.digests import NewDigest
from storage.repository.events import EventFilter
from storage.repository.keeping import Limits
from storage.store import Store, open_store
from storage.values import EventQuery, Judgement, NewArticle, SearchWord
from tests.factories import new_article, new_entry, new_verdict, save_article
from tests.fake_clock import START_AT as NOW
from tests.postgres import TestServer
from tests.storage.large_store import fill_large

MILLION = 1_000_000
# The times are those of an idle machine, with some air.
BUSY = 5
BEGIN = NOW - timedelta(days=1)
LIMITS = Limits(BEGIN, MILLION, NOW - timedelta(days=180), NOW - timedelta(days=400))
Ask = Callable[[Store], object]

# Tables that grow with the articles; a plan that walks through one of them whole has no index.
LARGE = (
    "articles", "deliveries", "digests", "entries", "event_briefs", "event_outlets", "event_pairs", "events", "facts",
    "hits", "pages", "runs", "told", "told_articles", "verdicts",
)
# Steps of PostgreSQL's plans that begin when they have seen everything.
NEED_ALL = ("Sort", "Hash", "Aggregate", "Materialize", "Gather Merge")
# What is asked while crawling, judging, telling and looking, each with the seconds that it may take at that size.
QUESTIONS: dict[str, tuple[Ask, float]] = {
    "entry: seen again": (lambda s: s.entries.save_seen([new_entry(1, identity="o1:1", outlet_id="o1")], NOW), 0.1),
    "entry: known": (lambda s: s.entries.find_known(["o1:1", "o1:201", "new"]), 0.1),
    "entry: frontier": (lambda s: s.entries.frontier("o1", 100, NOW), 0.1),
    "entry: waiting": (lambda s: s.entries.count_waiting("o1"), 0.1),
    "entry: rhythm": (lambda s: s.entries.published_since("o1", NOW - timedelta(days=14), 2000), 0.2),
    "entry: put off": (lambda s: s.entries.postpone(5, "x", NOW), 0.1),
    "entry: still shown": (lambda s: s.keeping.note_listed(["o1:1"], NOW), 0.1),
    "article: new": (lambda s: save_article(s, 7_000_001, NOW, outlet_id="o1"), 0.2),
    "article: doubles": (lambda s: s.articles.find_alike(7, _stored_text(s)), 0.2),
    "article: by address": (lambda s: s.articles.find_by_url("https://o7.example/tin-7.html"), 0.1),
    "article: by number": (lambda s: s.articles.get(77), 0.1),
    "article: page": (lambda s: s.articles.page(MILLION), 0.1),
    "article: of event": (lambda s: s.articles.of_event("e50"), 0.1),
    "article: judged": (lambda s: s.articles.judged(8), 0.1),
    "judging: queue": (lambda s: s.articles.unjudged(50), 0.1),
    "judging: verdict": (lambda s: s.articles.save_verdict(new_verdict(11, rules_version="r2"), NOW), 0.2),
    "grouping: blocks": (lambda s: s.events.ungrouped_blocks(), 0.1),
    "grouping: facts": (lambda s: s.events.block_facts("p7"), 0.5),
    "grouping: events": (lambda s: s.events.block_events("p7"), 0.5),
    "grouping: ties": (lambda s: s.events.new_ties("p7"), 0.2),
    "grouping: answers": (lambda s: s.judgements.answers("p7"), 0.2),
    "grouping: corrections": (lambda s: s.corrections.standing("p7"), 0.1),
    "digest: untold": (lambda s: s.events.untold("s1"), 0.3),
    "digest: changes": (lambda s: s.digests.changes("s1"), 0.3),
    "digest: last": (lambda s: s.digests.last_digest("s1"), 0.1),
    "digest: is there": (lambda s: s.digests.has_digest("s1", "p7"), 0.1),
    "digest: save": (lambda s: s.digests.save_digest(_new_digest()), 0.2),
    "digest: ledger": (lambda s: s.outlets.ledger([f"o{n}" for n in range(200)], BEGIN, NOW), 0.5),
    "delivery: due": (lambda s: s.deliveries.claim_due(NOW), 0.1),
    "delivery: stuck": (
        lambda s: s.deliveries.release_stuck(NOW, timedelta(minutes=5), timedelta(hours=1), 9), 0.1),
    "delivery: newest": (lambda s: s.deliveries.find(50), 0.1),
    "delivery: waiting": (lambda s: s.digest_pages.waiting(50), 0.1),
    "outlets: due": (lambda s: s.outlets.find_due([f"o{n}" for n in range(200)], NOW), 0.1),
    "outlets: states": (lambda s: s.outlets.states(), 0.2),
    "outlets: figures": (lambda s: s.outlet_pages.figures(NOW - timedelta(days=7), 7), 1.0),
    "runs: newest": (lambda s: s.runs.find(50), 0.1),
    "runs: of an outlet": (lambda s: s.runs.find(50, "o7"), 0.1),
    "runs: a day": (lambda s: s.runs.waves_between(BEGIN, NOW), 0.1),
    "runs: ends": (lambda s: s.runs.ends(NOW - timedelta(days=1), NOW), 0.2),
    "runs: left open": (lambda s: s.runs.close_orphans(BEGIN), 0.2),
    "lease": (lambda s: s.leases.acquire("host:o7.example", "me", NOW, 60), 0.1),
    "pages: events": (lambda s: s.event_pages.find_briefs(EventQuery()), 0.2),
    "pages: of an act": (lambda s: s.event_pages.find_briefs(EventQuery(act="visit")), 0.2),
    "pages: of a place": (lambda s: s.event_pages.find_briefs(EventQuery(keys=("VN-7",))), 0.3),
    "pages: of an outlet": (lambda s: s.event_pages.find_briefs(EventQuery(outlet_id="o7")), 0.3),
    "pages: of a language": (lambda s: s.event_pages.find_briefs(EventQuery(lang="vi")), 0.3),
    "pages: a word in a place": (
        lambda s: s.event_pages.find_briefs(EventQuery(keys=("VN-7",), words=(SearchWord("hue"),))), 0.3),
    "pages: further on": (lambda s: s.event_pages.find_briefs(EventQuery(before=("2025-01-01", "e9"))), 0.2),
    "pages: to take away": (lambda s: s.event_pages.find_briefs(EventQuery(limit=1000)), 0.5),
    "pages: for programs": (lambda s: s.event_pages.find(EventQuery()), 0.2),
    "pages: one event": (lambda s: (s.events.get("e50"), s.event_pages.facts("e50")), 0.2),
    "pages: newest events": (lambda s: s.events.find(EventFilter(limit=50)), 0.2),
    "pages: of a block": (lambda s: s.events.find(EventFilter(block="p7", limit=50)), 0.2),
    "pages: digests": (lambda s: s.digest_pages.find(50), 0.1),
    "pages: a subscription's": (lambda s: s.digest_pages.find(50, subscription="s1"), 0.1),
    "pages: a tie": (lambda s: s.event_pages.find_briefs(EventQuery(pair=("VN-7", "KR-7"))), 0.2),
    "hits: of a day": (lambda s: s.hits.since(BEGIN, NOW), 0.3),
    "hits: titles": (lambda s: s.hits.find_titles("o7", BEGIN), 0.2),
    "reader: judgement": (lambda s: s.judgements.save(Judgement("e60", "yes", "me", NOW)), 0.3),
}
# Asked now and then, by a person or once a day: they walk through a table, and may.
WHOLE: dict[str, tuple[Ask, float]] = {
    "metrics": (lambda s: s.totals.count(BEGIN), 2.0),
    "timeline of ten years": (lambda s: s.event_pages.months(EventQuery()), 2.0),
    "retention": (lambda s: s.keeping.look(LIMITS), 10.0),
    "count to judge again": (lambda s: s.articles.count_outdated("r9"), 5.0),
    "judged by other rules": (lambda s: s.articles.outdated("r1", 0, 50), 5.0),
    "size": (lambda s: (measure_size(s.database), find_span(s.database)), 1.0),
}


def _stored_text(store: Store) -> NewArticle:
    found = store.articles.get(77)
    assert found is not None
    return new_article(77, outlet_id="o1", text=found.text)


def _new_digest() -> NewDigest:
    from tests.factories import new_digest

    return new_digest(subscription="s1", period="new")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def large(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: TestServer
) -> Iterator[Store]:
    """A store with a million articles."""
    is_sqlite = request.param == "sqlite"
    folder = tmp_path_factory.mktemp("large")
    address = f"sqlite:///{folder / 'large.db'}" if is_sqlite else postgres.make_upgraded()
    store = open_store(address)
    fill_large(store.database, MILLION)
    yield store
    store.close()
    if is_sqlite:
        (folder / "large.db").unlink()
    else:
        postgres.drop(address)


@pytest.mark.slow
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_of_every_day_walks_through_no_large_table(large: Store, name: str) -> None:
    ask, most = QUESTIONS[name]

    with watch(large) as asked:
        seconds = measure(ask, large)

    walks = [walk for statement, parameters in asked for walk in find_walks(large, statement, parameters)]
    print(f"{large.database.engine.dialect.name:<11} {name:<26} {seconds * 1000:9.1f} ms")
    assert walks == [], "\n".join(walks)
    assert seconds < most * BUSY


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_a_question_that_is_seldom_asked_ends_soon(large: Store, name: str) -> None:
    ask, most = WHOLE[name]

    seconds = measure(ask, large)

    print(f"{large.database.engine.dialect.name:<11} {name:<26} {seconds * 1000:9.1f} ms")
    assert seconds < most * BUSY


@pytest.mark.slow
def test_a_question_without_an_index_is_found(large: Store) -> None:
    walks = find_walks(large, "SELECT id FROM articles WHERE author = 'x'", ())

    assert len(walks) == 1


def measure(ask: Ask, store: Store) -> float:
    """Seconds of the question, asked a second time: what an idle disk does is not meant."""
    begun = time.perf_counter()
    ask(store)
    return time.perf_counter() - begun


class watch:
    """The statements, with parameters, that a store is asked while the context lasts."""

    def __init__(self, store: Store) -> None:
        self._engine, self._asked = store.database.engine, list[tuple[str, Any]]()

    def __enter__(self) -> list[tuple[str, Any]]:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self._asked

    def __exit__(self, *fault: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")):
            self._asked.append((statement, parameters[0] if many else parameters))


def find_walks(store: Store, statement: str, parameters: Any) -> list[str]:
    """The lines of the plan that walk through a large table whole. A walk that ends at a limit, in the table's own
    order, is none."""
    with store.database.engine.connect() as connection:
        if store.database.is_sqlite:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            ends = "LIMIT" in statement and not any("TEMP B-TREE FOR ORDER" in line for line in plan)
            return [] if ends else [line for line in plan if _is_walk(line)]
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar()
    tree = json.loads(plan) if isinstance(plan, str) else plan
    return list(_find_scans(tree[0]["Plan"], ends=False))


def _is_walk(line: str) -> bool:
    found = re.match(r"SCAN (\w+)", line)
    return bool(found) and found[1] in LARGE and "USING INDEX" not in line


def _find_scans(node: dict[str, Any], *, ends: bool) -> Iterator[str]:
    """`ends`: a limit stands over it, and nothing between them needs all rows."""
    kind = node["Node Type"]
    ends = kind == "Limit" or (ends and kind not in NEED_ALL)
    if kind == "Seq Scan" and node["Relation Name"] in LARGE and not ends:
        yield f"{kind} on {node['Relation Name']}: {node.get('Filter', '')}"
    for child in node.get("Plans", ()):
        yield from _find_scans(child, ends=ends)
