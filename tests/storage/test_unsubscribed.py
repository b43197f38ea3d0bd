"""Who left a subscription is remembered per recipient, and forgotten when taken up again, on both databases."""

from datetime import timedelta

from storage.store import Store
from storage.values import UnsubscribedRow
from tests.fake_clock import START_AT


def test_leaving_holds_for_one_recipient_of_one_subscription(store: Store) -> None:
    store.unsubscribed.leave("desk", "a@x.example", START_AT)

    assert store.unsubscribed.has_left("desk", "a@x.example")
    assert not store.unsubscribed.has_left("desk", "b@x.example")
    assert not store.unsubscribed.has_left("weekly", "a@x.example")


def test_leaving_twice_is_leaving_once_and_the_first_time_stands(store: Store) -> None:
    told = [store.unsubscribed.leave("desk", "a@x.example", START_AT + timedelta(days=n)) for n in range(2)]

    assert told == [True, False]
    assert store.unsubscribed.all() == [UnsubscribedRow("desk", "a@x.example", START_AT)]


def test_what_is_taken_up_again_was_never_left(store: Store) -> None:
    store.unsubscribed.leave("desk", "a@x.example", START_AT)

    told = [store.unsubscribed.resume("desk", "a@x.example") for _ in range(2)]

    assert told == [True, False]
    assert store.unsubscribed.all() == [] and not store.unsubscribed.has_left("desk", "a@x.example")
