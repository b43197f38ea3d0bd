"""At a million articles every question of every day is answered from an index, on both databases, and soon."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from storage.store import Store, open_store
from tests.postgres import TestServer
from tests.storage.large_questions import QUESTIONS, WHOLE, Ask
from tests.storage.large_store import fill_large

MILLION = 1_000_000
# The times are those of an idle machine, with some air.
BUSY = 5
# Tables that grow with the articles; a plan that walks through one of them whole has no index.
LARGE = (
    "articles", "deliveries", "digests", "entries", "event_briefs", "event_outlets", "event_pairs", "event_texts",
    "events", "facts", "hits", "pages", "query_turns", "runs", "told", "told_articles", "verdicts",
)
# Indexes that hold only what waits.
SHORT = ("ix_articles_unjudged", "ix_facts_waiting", "ix_runs_open")
# Steps of PostgreSQL's plans that begin when they have seen everything, and those that may walk through a table.
NEED_ALL = ("Sort", "Hash", "Aggregate", "Materialize", "Gather Merge")
WALKS = ("Seq Scan", "Index Scan", "Index Only Scan")


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
            # Several rows come as rows, or as one statement with the values of all of them.
            is_rows = many and isinstance(parameters, list)
            self._asked.append((statement, parameters[0] if is_rows else parameters))


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
    found = re.match(r"SCAN ([a-z_]+?)(_\d+)?\b", line)  # with a number where the question names a table twice
    return bool(found) and found[1] in LARGE and not any(f"INDEX {name}" in line for name in SHORT)


def _find_scans(node: dict[str, Any], *, ends: bool) -> Iterator[str]:
    """`ends`: a limit stands over it, and nothing between them needs all rows."""
    kind = node["Node Type"]
    ends = kind == "Limit" or (ends and kind not in NEED_ALL)
    is_whole = kind in WALKS and "Index Cond" not in node and node.get("Index Name") not in SHORT
    if is_whole and node["Relation Name"] in LARGE and not ends:
        yield f"{kind} on {node['Relation Name']}: {node.get('Filter', '')}"
    for child in node.get("Plans", ()):
        yield from _find_scans(child, ends=ends)
