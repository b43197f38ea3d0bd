"""Loads all outlets and families, the user's own over the bundled; `outlet_declarations` knows what a file means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path

from seeds.declarations import Declaration, load_declaration
from seeds.errors import SeedError
from seeds.outlet import Family, Outlet
from seeds.outlet_declarations import FAMILY_KEYS, Rules, make_family, make_host, make_outlet, make_rules

BUNDLED = Path(__file__).parent


@dataclass(frozen=True)
class Catalogue:
    """All outlets and families, by id."""

    outlets: dict[str, Outlet]
    families: dict[str, Family]

    def find_outlet(self, url: str) -> Outlet | None:
        """The outlet of an address: by its article pattern, else as one of its feeds, else by host and port; or None.

        Where editions share a host, the one whose home page agrees longest with the address is taken.
        """
        try:
            near = self._by_host.get(make_host(url), [])
        except ValueError:
            return None
        for outlet in (*near, *self.outlets.values()):
            if outlet.article_url.match(url):
                return outlet
        return self._by_feed.get(_make_feed_key(url)) or max(near, key=lambda o: _agree(o.homepage, url), default=None)

    @cached_property
    def _by_host(self) -> dict[str, list[Outlet]]:
        found: dict[str, list[Outlet]] = {}
        for outlet in self.outlets.values():
            for host in outlet.hosts:
                found.setdefault(host, []).append(outlet)
        return found

    @cached_property
    def _by_feed(self) -> dict[str, Outlet]:
        return {_make_feed_key(feed.url): outlet for outlet in self.outlets.values() for feed in outlet.feeds}


def load_catalogue(seeds_dir: Path | None = None) -> Catalogue:
    """The bundled outlets and families, and those of `seeds_dir`, where a file replaces the bundled one of its id.

    Looks into `families/` and `outlets/` (with sub-folders) for `<id>.yml`. Raises SeedError, naming file and key, for
    the first thing that is wrong in any of them.
    """
    if seeds_dir is not None and not seeds_dir.is_dir():
        raise SeedError("no such folder", where=str(seeds_dir), advice="make it, or mend `seeds_dir` in the settings")
    families = _load_layers(seeds_dir, "families")
    rules = {family_id: _make_family_rules(declaration) for family_id, declaration in families.items()}
    declarations = _load_layers(seeds_dir, "outlets")
    outlets = {outlet_id: make_outlet(declaration, rules) for outlet_id, declaration in declarations.items()}
    _check_feeds(outlets.values(), declarations)
    return Catalogue(outlets, {family_id: make_family(family_id, layer) for family_id, layer in rules.items()})


def _load_layers(seeds_dir: Path | None, name: str) -> dict[str, Declaration]:
    own = _load_folder(seeds_dir / name) if seeds_dir else {}
    return dict(sorted((_load_bundled(name) | own).items()))


@cache
def _load_bundled(name: str) -> dict[str, Declaration]:
    """The bundled files do not change while we run, and parsing them is most of the loading."""
    return _load_folder(BUNDLED / name)


def _load_folder(folder: Path) -> dict[str, Declaration]:
    return {stem: load_declaration(path) for stem, path in _find_files(folder).items()}


def _find_files(folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.y*ml")):
        if path.name.startswith("."):
            continue
        if path.suffix != ".yml":
            raise SeedError("would not be read", where=str(path), advice="name it .yml")
        if path.stem in files:
            raise SeedError(f"the id {path.stem!r} is taken by {files[path.stem]}", where=str(path))
        files[path.stem] = path
    return files


def _make_family_rules(declaration: Declaration) -> Rules:
    declaration.check_keys(FAMILY_KEYS)
    declaration.text("about")
    return make_rules(declaration, FAMILY_KEYS)


def _check_feeds(outlets: Iterable[Outlet], declarations: dict[str, Declaration]) -> None:
    taken: dict[str, str] = {}
    # The bundled ones first, so that a clash is laid at the user's file.
    for outlet in sorted(outlets, key=lambda outlet: not declarations[outlet.id].path.is_relative_to(BUNDLED)):
        for i, feed in enumerate(outlet.feeds):
            owner = taken.setdefault(_make_feed_key(feed.url), f"{outlet.id} feeds[{i}]")
            if owner != f"{outlet.id} feeds[{i}]":
                raise declarations[outlet.id].fault(f"feeds[{i}].url", f"{feed.url} is already a feed of {owner}")


def _make_feed_key(url: str) -> str:
    """The address without its scheme and last slash: what two lists of the same feed agree in."""
    return re.sub(r"^https?://", "", url).rstrip("/")


def _agree(homepage: str, url: str) -> int:
    """How far a home page leads to an address: the first characters they share, less those it has beyond them."""
    home = _make_feed_key(homepage)
    pairs = zip(home, _make_feed_key(url), strict=False)
    return 2 * len(list(takewhile(lambda pair: pair[0] == pair[1], pairs))) - len(home)
