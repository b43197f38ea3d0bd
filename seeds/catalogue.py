"""Loads all outlets and families, the user's own over the bundled; `outlet_declarations` knows what a file means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
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
    roots = [BUNDLED] if seeds_dir is None else [BUNDLED, _check_folder(seeds_dir)]
    rules: dict[str, Rules] = {}
    for family_id, declaration in _load_folder(roots, "families").items():
        rules[family_id] = _make_family_rules(declaration)
    declarations = _load_folder(roots, "outlets")
    outlets = {outlet_id: make_outlet(declaration, rules) for outlet_id, declaration in declarations.items()}
    _check_feeds(outlets.values(), declarations)
    return Catalogue(outlets, {family_id: make_family(family_id, layer) for family_id, layer in rules.items()})


def _check_folder(seeds_dir: Path) -> Path:
    if not seeds_dir.is_dir():
        raise SeedError("no such folder", where=str(seeds_dir), advice="see `seeds_dir` in the settings")
    return seeds_dir


def _load_folder(roots: list[Path], name: str) -> dict[str, Declaration]:
    """The declarations of all roots by id, in the order of their ids; a later root replaces those of an earlier one."""
    files: dict[str, Path] = {}
    for root in roots:
        files |= _find_files(root / name)
    return {stem: load_declaration(files[stem]) for stem in sorted(files)}


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
    for outlet in outlets:
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
