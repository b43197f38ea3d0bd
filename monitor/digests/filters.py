"""Decides whether a subscription wants an event; it does not know what has been told already."""

from collections.abc import Callable

from seeds.subscription import Subscription
from storage.values import EventView

Inside = Callable[[str], tuple[str, ...]]


def is_wanted(subscription: Subscription, event: EventView, inside: Inside) -> bool:
    """Whether `event` passes every filter that is set; an empty filter lets everything pass.

    `inside(key)` gives the keys of all units that hold the locality. Backlog events are news to nobody.
    """
    return (
        not event.backlog
        and (not subscription.new_ties_only or event.new_tie)
        and (not subscription.acts or event.act in subscription.acts)
        and _has_language(subscription, event)
        and _has_locality(subscription, event, inside)
    )


def _has_language(subscription: Subscription, event: EventView) -> bool:
    return not subscription.languages or any(a.lang in subscription.languages for a in event.articles)


def _has_locality(subscription: Subscription, event: EventView, inside: Inside) -> bool:
    if not subscription.localities:
        return True
    wanted = set(subscription.localities)
    return any(not wanted.isdisjoint((key, *inside(key))) for pair in event.pairs for key in pair)
