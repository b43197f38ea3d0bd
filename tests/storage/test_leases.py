"""Contract of leases: at most one holder, an end for holders that died, and a rest between two holders."""

from datetime import timedelta
from typing import Any

from storage.repository.leases import Claim, Request
from storage.store import Store
from tests.fake_clock import FakeClock

HOST = "bao.example"


def test_while_one_holds_a_lease_another_one_cannot(store: Store, clock: FakeClock) -> None:
    first = store.leases.acquire(HOST, "a", clock.now(), 60)

    assert first is not None and (first.name, first.holder) == (HOST, "a")
    assert store.leases.acquire(HOST, "b", clock.advance(seconds=59), 60) is None
    assert store.leases.acquire("other.example", "b", clock.now(), 60) is not None


def test_an_expired_lease_may_be_taken_and_is_then_lost_to_its_first_holder(store: Store, clock: FakeClock) -> None:
    store.leases.acquire(HOST, "a", clock.now(), 60)

    taken = store.leases.acquire(HOST, "b", clock.advance(seconds=60), 60)

    assert taken is not None
    assert store.leases.acquire(HOST, "a", clock.now(), 60) is None
    assert store.leases.renew([HOST], "a", clock.now(), 60) == set()


def test_the_end_of_a_lease_is_known_to_who_did_not_get_it(store: Store, clock: FakeClock) -> None:
    store.leases.acquire(HOST, "a", clock.now(), 60)

    assert store.leases.acquire(HOST, "b", clock.now(), 60) is None
    assert store.leases.find_end(HOST) == clock.now() + timedelta(seconds=60)
    assert store.leases.find_end("other.example") is None


def test_taking_a_lease_again_renews_it(store: Store, clock: FakeClock) -> None:
    store.leases.acquire(HOST, "a", clock.now(), 60)
    store.leases.acquire(HOST, "a", clock.advance(seconds=30), 60)

    assert store.leases.acquire(HOST, "b", clock.advance(seconds=45), 60) is None


def test_renewal_puts_off_the_end_of_ones_own_leases_only(store: Store, clock: FakeClock) -> None:
    store.leases.acquire(HOST, "a", clock.now(), 60)
    store.leases.acquire("other.example", "b", clock.now(), 60)

    kept = store.leases.renew([HOST, "other.example"], "a", clock.advance(seconds=30), 60)

    clock.advance(seconds=45)
    assert kept == {HOST}
    assert store.leases.acquire(HOST, "c", clock.now(), 60) is None
    assert store.leases.acquire("other.example", "c", clock.now(), 60) is not None


def test_a_released_lease_is_free_at_once_and_tells_when_the_next_request_is_allowed(
    store: Store, clock: FakeClock
) -> None:
    store.leases.acquire(HOST, "a", clock.now(), 60)
    allowed_at = clock.now() + timedelta(seconds=2)

    store.leases.release(HOST, "a", clock.now(), allowed_at)

    lease = store.leases.acquire(HOST, "b", clock.now(), 60)
    assert lease is not None and lease.next_allowed_at == allowed_at


def test_a_holder_that_asked_nothing_leaves_the_rest_as_it_was(store: Store, clock: FakeClock) -> None:
    allowed_at = clock.now() + timedelta(minutes=5)
    store.leases.acquire(HOST, "a", clock.now(), 60)
    store.leases.release(HOST, "a", clock.now(), allowed_at)
    store.leases.acquire(HOST, "b", clock.now(), 60)

    store.leases.release(HOST, "b", clock.now())

    lease = store.leases.acquire(HOST, "c", clock.now(), 60)
    assert lease is not None and lease.next_allowed_at == allowed_at


def test_a_lease_that_somebody_else_has_by_now_is_not_released(store: Store, clock: FakeClock) -> None:
    store.leases.acquire(HOST, "a", clock.now(), 60)
    store.leases.acquire(HOST, "b", clock.advance(seconds=60), 60)

    store.leases.release(HOST, "a", clock.now(), clock.now())

    assert store.leases.acquire(HOST, "c", clock.now(), 60) is None


def test_a_released_lease_cannot_be_renewed(store: Store, clock: FakeClock) -> None:
    store.leases.acquire(HOST, "a", clock.now(), 60)
    store.leases.release(HOST, "a", clock.now())

    assert store.leases.renew([HOST], "a", clock.now(), 60) == set()
    assert store.leases.acquire(HOST, "b", clock.now(), 60) is not None


def claim(store: Store, clock: FakeClock, holder: str = "a", **more: Any) -> Claim | None:
    """What becomes of one more request, whose end nobody would know of for ten seconds, of three a day."""
    values = {"next_allowed_at": clock.now() + timedelta(seconds=10), "day": "2026-11-22", "budget": 3, **more}
    return store.leases.claim(HOST, holder, clock.now(), 60, Request(**values))


def test_a_request_reserves_its_time_before_it_is_sent_and_only_its_sender_may_pass(
    store: Store, clock: FakeClock) -> None:
    first = claim(store, clock)
    assert first is not None and first.granted

    clock.advance(seconds=5)
    blind, ended = claim(store, clock), claim(store, clock, passes=first.next_allowed_at)
    other = claim(store, clock, "b")

    assert blind == Claim(False, first.next_allowed_at)
    assert ended is not None and ended.granted
    assert other is None


def test_after_a_crash_the_time_of_the_last_request_still_holds(store: Store, clock: FakeClock) -> None:
    claim(store, clock, next_allowed_at=clock.now() + timedelta(seconds=90))

    clock.advance(seconds=61)  # the lease is over, the request may still be under way
    early = claim(store, clock, "b")
    clock.advance(seconds=29)
    late = claim(store, clock, "b")

    assert early is not None and not early.granted
    assert late is not None and late.granted


def test_a_rest_that_is_learnt_later_holds_for_all_and_is_written_by_the_holder_only(
    store: Store, clock: FakeClock) -> None:
    rested_at = clock.now() + timedelta(seconds=100)
    store.leases.claim(HOST, "a", clock.now(), 60, Request(clock.now() + timedelta(seconds=6), "2026-03-02", 10))

    store.leases.put_off(HOST, "b", rested_at + timedelta(days=1))
    store.leases.put_off(HOST, "a", rested_at)

    later = clock.advance(seconds=61)
    assert store.leases.claim(HOST, "b", later, 60, Request(later, "2026-03-02", 10)) == Claim(False, rested_at)


def test_the_requests_of_a_hosts_latest_day_are_counted(store: Store, clock: FakeClock) -> None:
    for day in ("2026-11-22", "2026-11-22", "2026-11-23"):
        claim(store, clock, day=day)
        store.leases.release(HOST, "a", clock.now(), clock.now())
    store.leases.acquire("assess", "a", clock.now(), 60)

    assert store.leases.count_asked([HOST, "assess", "host:never"]) == {HOST: ("2026-11-23", 1)}


def test_a_days_budget_is_one_for_all_holders_and_ends_with_the_day(store: Store, clock: FakeClock) -> None:
    def ask(holder: str, day: str) -> Claim | None:
        found = claim(store, clock, holder, day=day)
        store.leases.release(HOST, holder, clock.now(), clock.now())
        return found

    granted = [ask(holder, "2026-11-22") for holder in "abab"]
    behind, ahead = ask("a", "2026-11-21"), ask("a", "2026-11-23")
    set_back = ask("a", "2026-11-20")

    assert [found and found.granted for found in granted] == [True, True, True, False]
    assert granted[3] == behind == Claim(False, spent=True)  # the day before is another zone's today
    assert ahead is not None and ahead.granted
    assert set_back is not None and set_back.granted  # a clock that was wrong
