"""Decides whether a subscription wants an event; it does not know what has been told already."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from monitor.digests.keywords import has_keyword
from seeds.subscription import Subscription
from storage.values import EventView

Inside = Callable[[str], tuple[str, ...]]
NO_TEXTS: Mapping[int, str] = MappingProxyType({})
PAPERS = frozenset({"agreement", "twinning"})


def is_wanted(
    subscription: Subscription, event: EventView, inside: Inside, texts: Mapping[int, str] = NO_TEXTS
) -> bool:
    """Whether `event` passes every filter that is set; an empty filter lets everything pass.

    `inside(key)` gives the keys of all units that hold the locality; `texts` the articles' texts by id, where keywords
    shall be found there. Backlog events are news to nobody.
    """
    return may_be_wanted(subscription, event, inside) and _has_keyword(subscription, event, texts)


def may_be_wanted(subscription: Subscription, event: EventView, inside: Inside) -> bool:
    """Whether `event` passes every filter but that of keywords, for which texts have to be read."""
    return (
        not event.backlog
        and (not subscription.new_ties_only or event.new_tie)
        and (not subscription.acts or event.act in subscription.acts)
        and event.score >= subscription.min_score
        and (subscription.schedule != "instant" or _is_told_at_once(event))
        and _has_language(subscription, event)
        and _has_locality(subscription, event, inside)
    )


def _is_told_at_once(event: EventView) -> bool:
    return event.verdict == "yes" and (event.new_tie or event.act in PAPERS)


def _has_keyword(subscription: Subscription, event: EventView, texts: Mapping[int, str]) -> bool:
    keywords = tuple(subscription.keywords)
    return not keywords or any(
        has_keyword(keywords, f"{article.title}\n{article.quote}\n{texts.get(article.article_id, '')}")
        for article in event.articles
    )


def _has_language(subscription: Subscription, event: EventView) -> bool:
    return not subscription.languages or any(a.lang in subscription.languages for a in event.articles)


def _has_locality(subscription: Subscription, event: EventView, inside: Inside) -> bool:
    if not subscription.localities:
        return True
    wanted = set(subscription.localities)
    return any(not wanted.isdisjoint((key, *inside(key))) for pair in event.pairs for key in pair)
