"""Contract of times: aware and in UTC, whatever zone they came in; a naive one is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import StatementError

from storage.store import Store
from tests.factories import OUTLET, new_entry, save_article, save_entry
from tests.fake_clock import START_AT


def test_an_instant_comes_back_the_same_in_utc(store: Store) -> None:
    seoul = datetime(2026, 3, 1, 0, 30, 0, 123456, tzinfo=ZoneInfo("Asia/Seoul"))

    article = store.articles.get(save_article(store, published_at=seoul))

    assert article is not None and article.published_at == seoul
    assert article.published_at.utcoffset() == timedelta(0)
    assert article.published_at.isoformat() == "2026-02-28T15:30:00.123456+00:00"
    assert article.fetched_at == START_AT


def test_instants_of_several_zones_are_in_one_order(store: Store) -> None:
    later = datetime(2026, 3, 1, 8, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    earlier = datetime(2026, 3, 1, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))
    save_entry(store, 1, published_at=earlier)
    save_entry(store, 2, published_at=later)

    assert [e.identity for e in store.entries.frontier(OUTLET, 9, START_AT)] == [f"{OUTLET}:2", f"{OUTLET}:1"]


def test_a_naive_time_is_refused_and_nothing_is_saved(store: Store) -> None:
    store.outlets.register([OUTLET])

    naive = datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)

    with pytest.raises(StatementError, match="naive time"):
        store.entries.save_seen([new_entry(published_at=naive)], START_AT)

    assert store.entries.count_waiting(OUTLET) == 0
