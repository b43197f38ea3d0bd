"""Settles hits that are titles without an address of their publisher: an entry of the outlet's, or a story by title."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.backlog import is_backlog
from crawler.generic import make_generic_outlet
from crawler.languages import find_language
from crawler.means import Means
from crawler.queries import google_news
from crawler.text import squeeze
from seeds.catalogue import Catalogue
from seeds.outlet import Outlet
from storage.repository.hits import QUERY
from storage.values import Hit, NewArticle, NewEntry

PATIENCE = timedelta(hours=24)  # for a watched outlet to show the story itself: a day covers every rhythm
FORGOTTEN = timedelta(days=14)
NEAR = timedelta(days=3)  # how long before a hit its outlet may have shown the same title


class TitleHits:
    """The hits of Google News that stand for no entry yet."""

    def __init__(self, catalogue: Catalogue, watched: frozenset[str], means: Means) -> None:
        self._catalogue, self._watched, self._means = catalogue, watched, means
        self._ask, self._store = means.storing.ask, means.storing.store
        self._titles: dict[str, dict[str, str]] = {}

    async def settle(self) -> Counter[str]:
        """What became of them: `linked` to an own find, `by_title` saved as articles of one line each."""
        counts: Counter[str] = Counter()
        now = self._means.clock()
        for hit in await self._ask(self._store.hits.unlinked, google_news.NAME, now - FORGOTTEN):
            counts[await self._settle_one(hit, now)] += 1
        return counts

    async def _settle_one(self, hit: Hit, now: datetime) -> str:
        identity = (await self._find_titles(hit)).get(squeeze(hit.title))
        if identity:
            await self._ask(self._store.hits.link, hit.id, identity)
            return "linked"
        if hit.outlet_id in self._watched and now - hit.found_at < PATIENCE:
            return "waited_for"
        outlet = self._catalogue.outlets.get(hit.outlet_id) or replace(
            make_generic_outlet(f"https://{hit.host}/", hit.title), id=hit.outlet_id)
        screen = await self._means.find_screen(outlet.country)
        if not screen.passes(hit.title):
            return "titles_screened_out"
        return await self._save(hit, outlet, now)

    async def _save(self, hit: Hit, outlet: Outlet, now: datetime) -> str:
        """An article of the title alone; its address stays Google's, for people, and is never asked for."""
        key = hashlib.sha256(squeeze(hit.title).encode()).hexdigest()[:24]
        states = await self._ask(self._store.outlets.states)
        first = states[outlet.id].first_visit_at if outlet.id in states else None
        dated = "feed" if hit.published_at else ""
        entry = NewEntry(
            outlet.id, f"{outlet.id}:title/{key}", hit.url, f"{QUERY}{google_news.NAME}", hit.title, "",
            hit.published_at, dated, is_backlog(hit.published_at, first or now, first_look=True))
        article = NewArticle(
            outlet.id, hit.url, hit.title, hit.title, lang=find_language(hit.title, hit.lang),
            published_at=hit.published_at, date_source=dated, from_feed=True)
        await self._ask(self._store.outlets.register, [outlet.id])
        await self._ask(self._store.articles.ingest, entry, article, now)
        await self._ask(self._store.hits.link, hit.id, entry.identity)
        return "by_title"

    async def _find_titles(self, hit: Hit) -> dict[str, str]:
        """The outlet's own entries of the last days by squeezed title."""
        if hit.outlet_id not in self._titles:
            since = hit.found_at - NEAR
            found = await self._ask(self._store.hits.find_titles, hit.outlet_id, since)
            self._titles[hit.outlet_id] = {squeeze(title): identity for identity, title in found}
        return self._titles[hit.outlet_id]
