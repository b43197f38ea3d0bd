"""Makes the screens of a wave from the gazetteer: for each country, the names of the other country's localities."""

import asyncio
from pathlib import Path

from crawler.screen import Screen, make_screen
from seeds.gazetteer import Gazetteer, load_gazetteer
from seeds.outlet import Country


class Screens:
    """One screen per country, made when the first page of that country comes."""

    def __init__(self, seeds_dir: Path | None) -> None:
        self._seeds_dir = seeds_dir
        self._made: dict[Country, asyncio.Task[Screen]] = {}

    async def find(self, country: Country) -> Screen:
        """The screen for outlets of `country`."""
        if country not in self._made:  # half a second of work: not in the event loop, where requests would time out
            self._made[country] = asyncio.ensure_future(asyncio.to_thread(load_screen, country, self._seeds_dir))
        return await asyncio.shield(self._made[country])


def load_screen(country: Country, seeds_dir: Path | None) -> Screen:
    """The screen for outlets of `country`, from the gazetteer under `seeds_dir`."""
    return make_screen(country, find_names(load_gazetteer(seeds_dir), country))


def find_names(gazetteer: Gazetteer, country: Country) -> set[str]:
    """All names of all localities of the other country."""
    foreign = (place for place in gazetteer.localities.values() if place.country != country)
    return {name for place in foreign for names in (*place.aliases.values(), place.names.values()) for name in names}
