"""Contract of found feeds, turns of query services and hits, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from storage.store import Store
from storage.values import FoundFeed, NewHit
from tests.factories import OUTLET, new_entry
from tests.fake_clock import START_AT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hit(number: int = 1, **values: str) -> NewHit:
    service = values.pop("service", "gdelt")
    return NewHit(service, f"https://bao.example/tin-{number}.html", "bao.example", OUTLET,
                  values.pop("identity", f"{OUTLET}:{number}"), **values)


def hits(store: Store) -> dict[str, object]:
    return {one.service: one.outlet_seen_at for one in store.hits.since(START_AT - DAY, START_AT + 99 * DAY)}


# Found feeds


def test_a_search_begins_once_in_its_time(store: Store) -> None:
    store.outlets.register([OUTLET])

    begun = [store.found_feeds.begin_search(OUTLET, START_AT + n * DAY, START_AT + (n - 7) * DAY) for n in (0, 6, 7, 8)]

    assert begun == [True, False, True, False]


def test_what_is_found_replaces_what_was_and_keeps_its_first_day(store: Store) -> None:
    store.outlets.register([OUTLET, "other"])
    store.found_feeds.save(OUTLET, [FoundFeed(OUTLET, "a", "rss", START_AT), FoundFeed(OUTLET, "b", "rss", START_AT)])
    store.found_feeds.save("other", [FoundFeed("other", "a", "sitemap", START_AT)])
    again = [FoundFeed(OUTLET, "b", "rss", START_AT + DAY), FoundFeed(OUTLET, "c", "rss", START_AT + DAY)]

    store.found_feeds.save(OUTLET, again)

    assert store.found_feeds.find(OUTLET) == [FoundFeed(OUTLET, "b", "rss", START_AT), again[1]]
    assert {outlet: len(found) for outlet, found in store.found_feeds.all().items()} == {OUTLET: 2, "other": 1}


# Turns


@pytest.mark.parametrize(("after", "service", "has_turn"), [
    (HOUR - timedelta(seconds=1), "gdelt", False), (HOUR, "gdelt", True), (timedelta(), "naver", True),
])
def test_a_service_has_a_pause_of_its_own(store: Store, after: timedelta, service: str, has_turn: bool) -> None:
    store.query_turns.claim("gdelt", "a", START_AT, pause=HOUR)

    turn = store.query_turns.claim(service, "b", START_AT + after, pause=HOUR)

    assert (turn is not None) == has_turn


def test_a_day_holds_so_many_turns_and_no_more(store: Store) -> None:
    turns = [store.query_turns.claim("gdelt", "a", START_AT + n * HOUR, pause=HOUR, per_day=3) for n in range(25)]

    assert [n for n, turn in enumerate(turns) if turn] == [0, 1, 2, 24]


def test_a_turn_in_which_nothing_was_sent_counts_for_no_limit(store: Store) -> None:
    turns = [store.query_turns.claim("site", "hue", START_AT + n * HOUR, pause=DAY, per_day=1) for n in (0, 1)]
    assert turns[0] is not None and turns[1] is None

    store.query_turns.give_back(turns[0])

    assert store.query_turns.claim("site", "hue", START_AT + HOUR, pause=DAY, per_day=1) is not None
    assert store.query_turns.latest()["site"].asked_at == START_AT + HOUR


def test_a_rest_that_the_service_asked_for_is_kept(store: Store) -> None:
    turn = store.query_turns.claim("gdelt", "a", START_AT, pause=HOUR)
    assert turn is not None
    store.query_turns.end(turn, 0, "http_429", START_AT + 5 * HOUR)

    early, late = (store.query_turns.claim("gdelt", "a", START_AT + n * HOUR, pause=HOUR) for n in (4, 5))

    assert (early, late is not None) == (None, True)


def test_of_many_who_claim_at_once_one_has_the_turn(store: Store) -> None:
    def claim(_: int) -> int | None:
        return store.query_turns.claim("gdelt", "a", START_AT, pause=HOUR)

    with ThreadPoolExecutor(4) as pool:
        turns = list(pool.map(claim, range(8)))

    assert sum(turn is not None for turn in turns) == 1


def test_the_last_turn_tells_what_came_of_it(store: Store) -> None:
    for n, query in enumerate(("a", "b")):
        turn = store.query_turns.claim("gdelt", query, START_AT + n * HOUR, pause=HOUR)
        assert turn is not None
        store.query_turns.end(turn, n + 5)

    assert store.query_turns.last_asked("gdelt") == {"a": START_AT, "b": START_AT + HOUR}
    assert (store.query_turns.latest()["gdelt"].query, store.query_turns.latest()["gdelt"].hits) == ("b", 6)


def test_every_service_has_its_last_turn_and_of_old_turns_nobody_asks(store: Store) -> None:
    assert (store.query_turns.latest(), store.query_turns.last_asked("gdelt")) == ({}, {})
    for service, query, at in (
        ("gdelt", "old", START_AT - 8 * 24 * HOUR), ("gdelt", "recent", START_AT - 6 * 24 * HOUR),
        ("naver", "n", START_AT - 9 * 24 * HOUR), ("gdelt", "new", START_AT), ("site_search:a", "s", START_AT),
    ):
        store.query_turns.claim(service, query, at, pause=HOUR)

    latest = store.query_turns.latest()

    assert {name: turn.query for name, turn in latest.items()} == {"gdelt": "new", "naver": "n", "site_search:a": "s"}
    assert store.query_turns.last_asked("gdelt").keys() == {"recent", "new"}


# Hits


def test_a_story_is_one_hit_per_service(store: Store) -> None:
    assert store.hits.save([hit(1), hit(1), hit(2)], START_AT) == 2
    assert store.hits.save([hit(1), hit(1, service="naver")], START_AT) == 1


@pytest.mark.parametrize(("feed_url", "expected"), [
    ("https://bao.example/rss", START_AT), ("query:naver", None),
])
def test_a_hit_knows_that_a_feed_of_the_outlet_had_it_first(store: Store, feed_url: str, expected: object) -> None:
    store.outlets.register([OUTLET])
    store.entries.save_seen([new_entry(1, feed_url=feed_url)], START_AT)

    store.hits.save([hit(1)], START_AT + HOUR)

    assert hits(store) == {"gdelt": expected}


def test_a_feed_that_shows_it_later_is_noted_once_for_every_service(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.hits.save([hit(1), hit(2, service="naver")], START_AT)
    store.entries.save_seen([new_entry(1, feed_url="query:gdelt")], START_AT)

    store.hits.note_seen([f"{OUTLET}:1"], START_AT + HOUR)
    store.hits.note_seen([f"{OUTLET}:1"], START_AT + 2 * HOUR)
    store.hits.save([hit(1, service="google_news")], START_AT + 3 * HOUR)

    assert hits(store) == {"gdelt": START_AT + HOUR, "naver": None, "google_news": START_AT + HOUR}


def test_entries_that_only_query_feeds_showed_wait_apart_from_the_outlets_own(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.entries.save_seen([new_entry(1, feed_url="https://bao.example/rss"), new_entry(2, feed_url="query:gdelt")],
                            START_AT)

    assert store.hits.waiting(START_AT) == [(OUTLET, "https://bao.example/tin-2.html", "Tin 2")]


def test_a_title_finds_the_outlets_own_entry_and_not_one_that_a_query_feed_showed(store: Store) -> None:
    store.outlets.register([OUTLET])
    store.entries.save_seen([new_entry(1, feed_url="https://bao.example/rss"), new_entry(2, feed_url="query:gdelt")],
                            START_AT)
    store.hits.save([hit(9, identity="", service="google_news")], START_AT)
    found = store.hits.unlinked("google_news", START_AT)

    titles = store.hits.find_titles(OUTLET, START_AT)
    store.hits.link(found[0].id, titles[0][0])

    assert titles == [(f"{OUTLET}:1", "Tin 1")]
    assert store.hits.unlinked("google_news", START_AT) == []
    assert hits(store) == {"google_news": START_AT}
