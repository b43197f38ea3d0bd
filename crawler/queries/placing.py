"""Finds the outlet of a story that a query service showed, and makes entry and hit of it; pure."""

from dataclasses import dataclass

from crawler.entries import make_url
from crawler.generic import make_generic_outlet
from crawler.identity import MAX_ADDRESS, is_article, make_host, make_identity
from crawler.languages import find_language
from crawler.queries.service import Service, Story
from seeds.catalogue import Catalogue
from seeds.outlet import Outlet
from seeds.outlet_declarations import NO_ARTICLES
from storage.repository.hits import QUERY
from storage.values import NewEntry, NewHit


@dataclass(frozen=True)
class Placed:
    """A story with its outlet: one of the catalogue, or one made for an unknown host.

    `entry` is None where the story's address is not its publisher's.
    """

    outlet: Outlet
    hit: NewHit
    entry: NewEntry | None


def place(story: Story, service: Service, lang: str, catalogue: Catalogue) -> Placed | None:
    """The story's place; None for what has no usable address or is no article of its outlet.

    `lang` is the language that was asked for.
    """
    outlet = catalogue.find_outlet(story.site) or make_generic_outlet(story.site, story.title)
    kind = service.name.partition(":")[0]
    url = make_url(story.url, story.url, outlet) if service.is_followed else story.url
    if not url or len(url) > MAX_ADDRESS or not make_host(story.site):
        return None
    known = outlet.id in catalogue.outlets and outlet.article_url != NO_ARTICLES
    if service.is_followed and known and not is_article(url, outlet):
        return None
    entry = _make_entry(story, url, outlet, service) if service.is_followed else None
    hit = NewHit(
        kind, url, make_host(story.site).removeprefix("www."), outlet.id, entry.identity if entry else "", story.title,
        story.lang or find_language(story.title, lang), story.published_at)
    return Placed(outlet, hit, entry)


def name_feed(service: Service) -> str:
    """What stands as the feed of entries that `service` showed first."""
    return f"{QUERY}{service.name.partition(':')[0]}"


def _make_entry(story: Story, url: str, outlet: Outlet, service: Service) -> NewEntry:
    # Where a date is only nearly right, that of the page will be better; the hit keeps the service's.
    published_at = story.published_at if service.is_dated else None
    return NewEntry(
        outlet.id, make_identity(url, outlet), url, name_feed(service), story.title, story.summary, published_at,
        "feed" if published_at else "")
