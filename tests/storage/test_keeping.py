"""Retention: what is over its limit goes, the oldest first, and nothing that a reader or a rule still needs."""

from datetime import timedelta

import pytest

from storage.repository.keeping import Kept
from storage.store import Store
from tests.factories import new_article, save_article, save_entry
from tests.fake_clock import START_AT

DAY = timedelta(days=1)
NEVER = START_AT - 1000 * DAY
NO_LIMIT = 10**12


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

    removed = store.keeping.remove(START_AT - 90 * DAY, NO_LIMIT, NEVER)

    assert removed == Kept(1, removed.page_bytes, 0) and removed.page_bytes > 0
    assert _pages(store, old, young) == [False, True]
    assert store.articles.get(old) is not None


def test_the_oldest_pages_beyond_the_size_go(store: Store) -> None:
    ids = [_save_page(store, number, age * DAY) for number, age in ((1, 3), (2, 1), (3, 2))]
    with store.database.read() as session:
        size = session.connection().exec_driver_sql("SELECT max(length(body)) FROM pages").scalar_one()

    store.keeping.remove(NEVER, 2 * size, NEVER)

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

    store.keeping.remove(NEVER, NO_LIMIT, START_AT - 180 * DAY)

    assert bool(store.entries.find_known([identity])) == stays


def _identities(store: Store) -> list[str]:
    with store.database.read() as session:
        return [row[0] for row in session.connection().exec_driver_sql("SELECT identity FROM entries")]


def test_entries_with_an_article_stay_for_ever(store: Store) -> None:
    save_article(store, 1, START_AT - 900 * DAY)

    assert store.keeping.remove(NEVER, NO_LIMIT, START_AT).entries == 0


def test_looking_removes_nothing_and_says_what_removing_does(store: Store) -> None:
    article_id = _save_page(store, 1, 91 * DAY)
    limits = (START_AT - 90 * DAY, NO_LIMIT, NEVER)

    looked = store.keeping.look(*limits)

    assert _pages(store, article_id) == [True]
    assert store.keeping.remove(*limits) == looked
    assert store.keeping.look(*limits) == Kept(0, 0, 0)
