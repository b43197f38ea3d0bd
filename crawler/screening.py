"""Makes the screens of a wave from the gazetteer: for each country, the names of the other country's localities."""

from functools import cache
from pathlib import Path

from crawler.screen import Screen, make_screen
from seeds.gazetteer import Gazetteer, load_gazetteer
from seeds.outlet import Country


class Screens:
    """One screen per country, made when the first page of that country comes."""

    def __init__(self, seeds_dir: Path | None) -> None:
        self._seeds_dir = seeds_dir
        self._made: dict[Country, Screen] = {}

    def find(self, country: Country) -> Screen:
        """The screen for outlets of `country`."""
        if country not in self._made:
            self._made[country] = make_screen(country, _names(_load(self._seeds_dir), country))
        return self._made[country]


@cache
def _load(seeds_dir: Path | None) -> Gazetteer:
    return load_gazetteer(seeds_dir)


def _names(gazetteer: Gazetteer, country: Country) -> set[str]:
    foreign = (place for place in gazetteer.localities.values() if place.country != country)
    return {name for place in foreign for names in (*place.aliases.values(), place.names.values()) for name in names}
