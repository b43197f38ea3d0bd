"""Contract of leases: at most one holder, an end for holders that died, and a rest between two holders."""

from datetime import timedelta

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
