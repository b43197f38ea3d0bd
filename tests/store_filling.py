"""A store with something in every table that a copy has to bring over."""

from storage.store import Store
from storage.values import Judgement
from tests.factories import new_digest, save_event
from tests.fake_clock import START_AT


def fill(store: Store) -> None:
    """Two events: `a` is told to `daily`, `b` is not; a wave, a run and a lease."""
    store.digests.begin_subscription("daily", START_AT)
    save_event(store, "a", 1)
    store.digests.save_digest(new_digest("a"))
    save_event(store, "b", 2)
    store.judgements.save(Judgement("a", "yes", "reader", START_AT))
    store.leases.acquire("host", "somebody", START_AT, 60)
