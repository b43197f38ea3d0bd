"""Chooses the query services that the settings agree to; it asks none of them."""

from collections.abc import Mapping

from crawler.queries import gdelt, google_news, naver
from crawler.queries.service import Service
from seeds.queries import QueryWords
from seeds.sections import QuerySettings


def choose_services(settings: QuerySettings, words: Mapping[str, QueryWords]) -> list[Service]:
    """The services that are switched on, with their questions; the searches of outlets are not among them."""
    chosen = [
        (settings.gdelt, gdelt), (settings.naver, naver), (settings.google_news, google_news)]
    made = [module.make_service(settings, words) for is_on, module in chosen if is_on]
    return [service for service in made if service.questions]
