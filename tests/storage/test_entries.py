"""Contract of entries: one per identity, and a frontier that gives the newest first."""

from datetime import timedelta

from storage.store import Store
from tests.factories import OUTLET, new_entry, save_entry
from tests.fake_clock import START_AT, FakeClock


def _save(store: Store, *entries_values: dict[str, object]) -> list[str]:
    store.outlets.register([OUTLET])
    return store.entries.save_seen([new_entry(**values) for values in entries_values], START_AT)  # type: ignore[arg-type]


def test_an_entry_seen_twice_is_one_entry_as_it_was_first_seen(store: Store) -> None:
    first = _save(store, {"number": 1, "title": "Hôm nay"})

    again = _save(store, {"number": 1, "title": "Hôm sau"})

    assert (first, again) == ([f"{OUTLET}:1"], [])
    assert [e.title for e in store.entries.frontier(OUTLET, 10, START_AT)] == ["Hôm nay"]


def test_of_two_entries_of_one_identity_in_one_feed_the_first_counts(store: Store) -> None:
    _save(store, {"number": 1, "title": "trên"}, {"number": 2}, {"number": 1, "title": "dưới"})

    assert [e.title for e in store.entries.frontier(OUTLET, 10, START_AT)] == ["trên", "Tin 2"]


def test_new_identities_come_back_in_the_order_of_the_feed(store: Store) -> None:
    _save(store, {"number": 3})

    assert _save(store, *({"number": n} for n in (9, 3, 1, 5))) == [f"{OUTLET}:{n}" for n in (9, 1, 5)]


def test_no_entries_are_no_work(store: Store) -> None:
    assert store.entries.save_seen([], START_AT) == []


def test_known_identities_are_found_among_many(store: Store) -> None:
    _save(store, {"number": 1}, {"number": 1199})

    assert store.entries.find_known([f"{OUTLET}:{n}" for n in range(1200)]) == {f"{OUTLET}:1", f"{OUTLET}:1199"}


def test_the_frontier_gives_the_newest_first_the_undated_as_seen_and_backlog_last(store: Store) -> None:
    day = timedelta(days=1)
    _save(
        store,
        {"number": 1, "published_at": START_AT - day},
        {"number": 2, "published_at": START_AT + day, "backlog": True},
        {"number": 3},
        {"number": 4, "published_at": START_AT - 2 * day},
        {"number": 5, "published_at": START_AT + timedelta(minutes=5)},
        {"number": 6},
    )

    frontier = store.entries.frontier(OUTLET, 10, START_AT)

    assert [e.identity.split(":")[1] for e in frontier] == ["5", "3", "6", "1", "4", "2"]


def test_the_frontier_holds_to_its_limit_and_its_outlet(store: Store) -> None:
    _save(store, *({"number": n} for n in range(5)))
    save_entry(store, 9, outlet_id="kr-other")

    assert len(store.entries.frontier(OUTLET, 3, START_AT)) == 3
    assert [e.identity for e in store.entries.frontier("kr-other", 9, START_AT)] == ["kr-other:9"]
    assert store.entries.count_waiting(OUTLET) == 5


def test_a_postponed_entry_comes_back_when_its_time_has_come(store: Store, clock: FakeClock) -> None:
    entry_id = save_entry(store)

    store.entries.postpone(entry_id, "http_503", clock.now() + timedelta(hours=1))

    assert store.entries.frontier(OUTLET, 10, clock.advance(minutes=59)) == []
    assert [e.attempts for e in store.entries.frontier(OUTLET, 10, clock.advance(minutes=1))] == [1]


def test_an_entry_with_an_outcome_has_left_the_frontier_for_good(store: Store) -> None:
    entry_id = save_entry(store)

    store.entries.save_outcome(entry_id, "screened_out", "", START_AT, screen_version="s1")
    _save(store, {"number": 1})

    assert store.entries.frontier(OUTLET, 10, START_AT) == []
    assert store.entries.count_waiting(OUTLET) == 0


def test_five_hundred_entries_in_one_feed_are_all_kept(store: Store) -> None:
    assert len(_save(store, *({"number": n} for n in range(500)))) == 500


def test_what_was_screened_out_is_found_in_parts_and_without_a_title_not_at_all(store: Store) -> None:
    ids = [save_entry(store, number, title=title) for number, title in ((1, "Một"), (2, ""), (3, "Ba"), (4, "Bốn"))]
    for entry_id in ids[:3]:
        store.entries.save_outcome(entry_id, "screened_out", "", START_AT, screen_version="1")
    store.entries.save_outcome(ids[3], "refused", "empty", START_AT)

    found = store.entries.screened_out(0, 9)

    assert [(entry.id, entry.title) for entry in found] == [(ids[0], "Một"), (ids[2], "Ba")]
    assert {entry.screen_version for entry in found} == {"1"}
    assert [entry.id for entry in store.entries.screened_out(0, 1)] == [ids[0]]
    assert [entry.id for entry in store.entries.screened_out(ids[0], 9)] == [ids[2]]


def test_what_is_put_back_is_in_the_frontier_as_if_never_tried(store: Store) -> None:
    ids = [save_entry(store, number) for number in (1, 2)]
    store.entries.postpone(ids[0], "http_500", START_AT + timedelta(days=1))
    store.entries.save_outcome(ids[0], "screened_out", "", START_AT, screen_version="1")
    store.entries.save_outcome(ids[1], "gone", "http_410", START_AT)

    assert store.entries.put_back([*ids, 99], "refetch") == 1

    [entry] = store.entries.frontier(OUTLET, 9, START_AT)
    assert (entry.id, entry.attempts) == (ids[0], 0)
    assert store.entries.put_back(ids, "refetch") == 0
