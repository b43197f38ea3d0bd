"""Retention: what is over its limit goes, the oldest first, and nothing that a reader or a rule still needs."""

from datetime import timedelta
from typing import Any

import pytest

from storage.checkup import find_span
from storage.repository.keeping import Kept, Limits
from storage.store import Store
from tests.factories import new_article, save_article, save_entry
from tests.fake_clock import START_AT

DAY = timedelta(days=1)
NEVER = START_AT - 1000 * DAY
NO_LIMIT = 10**12


def _limits(**values: Any) -> Limits:
    """Limits that keep everything but what a test names."""
    defaults = {"pages_before": NEVER, "page_bytes": NO_LIMIT, "entries_before": NEVER, "runs_before": NEVER}
    return Limits(**(defaults | values))


def _save_page(store: Store, number: int, age: timedelta, size: int = 100) -> int:
    at = START_AT - age
    entry_id = save_entry(store, number, at)
    article_id = store.articles.save(entry_id, new_article(number), backlog=False, at=at, page=b"x" * size)
    assert article_id is not None
    return article_id


def _pages(store: Store, *article_ids: int) -> list[bool]:
    return [store.articles.page(article_id) is not None for article_id in article_ids]


def test_pages_go_by_age_and_their_articles_stay(store: Store) -> None:
    old, young = _save_page(store, 1, 91 * DAY), _save_page(store, 2, 89 * DAY)

    removed = store.keeping.remove(_limits(pages_before=START_AT - 90 * DAY))

    assert removed == Kept(1, removed.page_bytes) and removed.page_bytes > 0
    assert _pages(store, old, young) == [False, True]
    assert store.articles.get(old) is not None


def test_the_oldest_pages_beyond_the_size_go(store: Store) -> None:
    ids = [_save_page(store, number, age * DAY) for number, age in ((1, 3), (2, 1), (3, 2))]
    with store.database.read() as session:
        size = session.connection().exec_driver_sql("SELECT max(length(body)) FROM pages").scalar_one()

    store.keeping.remove(_limits(page_bytes=2 * size))

    assert _pages(store, *ids) == [False, True, True]


@pytest.mark.parametrize(
    ("outcome", "listed", "stays"),
    [
        pytest.param("screened_out", None, False, id="ended and left its feed"),
        pytest.param("gone", None, False, id="its page was gone"),
        pytest.param("screened_out", 10 * DAY, True, id="a feed showed it ten days ago"),
        pytest.param(None, None, True, id="it still waits to be fetched"),
    ],
)
def test_entries_go_when_they_ended_without_an_article_and_left_their_feed(
    store: Store, outcome: str | None, listed: timedelta | None, stays: bool
) -> None:
    entry_id = save_entry(store, 1, START_AT - 200 * DAY)
    (identity,) = _identities(store)
    if outcome:
        store.entries.save_outcome(entry_id, outcome, "", START_AT - 199 * DAY)  # type: ignore[arg-type]
    if listed is not None:
        store.keeping.note_listed([identity], START_AT - listed)

    store.keeping.remove(_limits(entries_before=START_AT - 180 * DAY))

    assert bool(store.entries.find_known([identity])) == stays


def _identities(store: Store) -> list[str]:
    with store.database.read() as session:
        return [row[0] for row in session.connection().exec_driver_sql("SELECT identity FROM entries")]


def test_entries_with_an_article_stay_for_ever(store: Store) -> None:
    save_article(store, 1, START_AT - 900 * DAY)

    assert store.keeping.remove(_limits(entries_before=START_AT)).entries == 0


def test_looking_removes_nothing_and_says_what_removing_does(store: Store) -> None:
    article_id = _save_page(store, 1, 91 * DAY)
    limits = _limits(pages_before=START_AT - 90 * DAY)

    looked = store.keeping.look(limits)

    assert _pages(store, article_id) == [True]
    assert store.keeping.remove(limits) == looked
    assert store.keeping.look(limits) == Kept()


def _save_wave(store: Store, age: timedelta, *run_ages: timedelta) -> int:
    wave_id = store.runs.start_wave(START_AT - age)
    for number, run_age in enumerate(run_ages):
        store.runs.start_run(wave_id, f"o{number}", START_AT - run_age)
    return wave_id


def test_runs_waves_and_requests_to_search_services_go_by_age_in_batches(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.repository.keeping.BATCH", 2)
    store.outlets.register([f"o{number}" for number in range(5)])
    for age in (401 * DAY, 399 * DAY):
        _save_wave(store, age, *[age] * 5)
        assert store.query_turns.claim("naver", "Huế", START_AT - age, pause=DAY)
    limits = _limits(runs_before=START_AT - 400 * DAY)

    looked = store.keeping.look(limits)
    removed = store.keeping.remove(limits)

    assert looked == removed == Kept(runs=5, waves=1, query_turns=1)
    assert {run.started_at for run in store.runs.find()} == {START_AT - 399 * DAY}
    assert store.runs.waves_between(NEVER, START_AT) == [(START_AT - 399 * DAY, None)]
    assert store.query_turns.last_asked("naver") == {"Huế": START_AT - 399 * DAY}
    assert store.keeping.look(limits) == Kept()


def test_a_wave_stays_with_its_last_run(store: Store) -> None:
    store.outlets.register(["o0", "o1"])
    _save_wave(store, 401 * DAY, 401 * DAY, 399 * DAY)

    removed = store.keeping.remove(_limits(runs_before=START_AT - 400 * DAY))

    assert removed == Kept(runs=1)
    assert len(store.runs.waves_between(NEVER, START_AT)) == 1


def test_what_is_no_longer_kept_makes_the_store_no_younger(store: Store) -> None:
    store.outlets.register(["o0"])
    store.outlets.begin_visit("o0", START_AT - 900 * DAY)
    for age in (900 * DAY, DAY):
        _save_wave(store, age)

    store.keeping.remove(_limits(runs_before=START_AT - 400 * DAY))

    assert find_span(store.database) == (START_AT - 900 * DAY, START_AT - DAY)
