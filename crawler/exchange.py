"""The work of `outlets import` and `outlets export`: outlets from OPML files and to them. It asks no site anything."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crawler.declaring import check_outlet, format_yaml, make_id, make_seeds_dir, save_file
from crawler.generic import make_generic_outlet
from crawler.guard import find_url_refusal
from crawler.identity import make_host
from crawler.opml import Outline, parse_opml, write_opml
from crawler.saved_files import NO_ZONE
from seeds.catalogue import BUNDLED, Catalogue, load_catalogue
from seeds.errors import InputError, SeedError
from seeds.outlet import Outlet
from seeds.settings import load_settings

WRITTEN = "Written by `twinwatch outlets import`: nothing was asked of its site, so family and country are guesses."
_UNFIT = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')
_FOLDER_BYTES = 120


def import_opml(file: Path, country: str) -> bool:
    """Writes a YAML file in `seeds_dir` for every outlet of `file` that is unknown; whether none was left out.

    The folders of the file become folders below `outlets/`. Raises InputError for a file that is no OPML and where
    `seeds_dir` is not set.
    """
    settings = load_settings()
    if settings.seeds_dir is None:
        raise InputError("not set, so there is no folder for the outlets' files", where="seeds_dir",
                         advice="set it to a folder of yours in twinwatch.toml or as TWINWATCH_SEEDS_DIR")
    if make_seeds_dir(settings.seeds_dir):
        print(f"made the folder {settings.seeds_dir} (seeds_dir)", file=sys.stderr)
    catalogue = load_catalogue(settings.seeds_dir)
    groups, known, refused = _sort(parse_opml(_read(file), str(file)), catalogue)
    taken, added, told = set(catalogue.outlets), 0, list[str]()
    for outlines in groups.values():
        try:
            path = _add(outlines, country, settings.seeds_dir, taken, catalogue)
        except (InputError, SeedError) as error:
            refused.append(f"{outlines[0].url}: {error.what}{f' ({error.advice})' if error.advice else ''}")
            continue
        print(path)
        added += 1
        told += [path.stem] if _guess_probe(outlines[0]) is None else []
    load_catalogue(settings.seeds_dir)
    if told:
        print(f"neither host nor name tells the country, so {country} as you say: {', '.join(told)}; "
              "where that is wrong, mend country and lang in its file", file=sys.stderr)
    for line in refused:
        print(f"left out: {line}", file=sys.stderr)
    print(f"{added} outlets added, {known} feeds of known outlets passed over, {len(refused)} left out",
          file=sys.stderr)
    return not refused


def export_opml(file: Path) -> None:
    """Writes the feeds of all outlets to `file` as OPML, in the folders of their YAML files; `-` prints it."""
    settings = load_settings()
    catalogue = load_catalogue(settings.seeds_dir)
    folders = _find_folders(settings.seeds_dir)
    outlines = [
        Outline(outlet.name, feed.url, feed.kind, outlet.homepage, folders.get(outlet.id, ()))
        for outlet in catalogue.outlets.values() for feed in outlet.feeds if feed.kind != "query"]
    body = write_opml(outlines, "Twinwatch outlets")
    if str(file) == "-":
        sys.stdout.buffer.write(body)
        return
    try:
        file.write_bytes(body)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(file), advice="name another file") from error
    print(f"{len(outlines)} feeds of {len(catalogue.outlets)} outlets: {file}", file=sys.stderr)


def _sort(outlines: Iterable[Outline], catalogue: Catalogue) -> tuple[dict[str, list[Outline]], int, list[str]]:
    """Feeds of unknown outlets by the host of their home page, the number of known ones, and what is no feed."""
    groups: dict[str, list[Outline]] = {}
    known, refused = 0, []
    keys: set[str] = set()
    for outline in outlines:
        key = outline.url.partition("://")[2].rstrip("/")
        if key in keys:
            continue
        keys.add(key)
        if find_url_refusal(outline.url) or re.search(r"\s", outline.url):
            refused.append(f"{outline.url}: no web address of a feed")
        elif catalogue.find_outlet(outline.url) or (outline.homepage and catalogue.find_outlet(outline.homepage)):
            known += 1
        else:
            groups.setdefault(make_host(_find_homepage(outline)), []).append(outline)
    return groups, known, refused


def _add(
    outlines: list[Outline], country: str, seeds_dir: Path, taken: set[str], catalogue: Catalogue,
) -> Path:
    values = _make_values(outlines, country)
    outlet_id = base = make_id(values["homepage"])
    number = 2
    while outlet_id in taken:
        outlet_id, number = f"{base}_{number}", number + 1
    folders = [name for text in outlines[0].folders if (name := make_folder(text))]
    path = seeds_dir.joinpath("outlets", *(folders or [values["country"].lower()]), f"{outlet_id}.yml")
    check_outlet(values, path, catalogue)
    save_file(path, format_yaml(values, WRITTEN).encode())
    taken.add(outlet_id)
    return path


def make_folder(text: str) -> str:
    """A folder's name from an OPML folder's: what file systems refuse is taken out; empty where nothing is left."""
    name = _UNFIT.sub(" ", unicodedata.normalize("NFC", text)).strip(" .")
    return name.encode()[:_FOLDER_BYTES].decode("utf-8", "ignore").strip(" .")


def _make_values(outlines: list[Outline], country: str) -> Mapping[str, Any]:
    first = outlines[0]
    homepage, probe = _find_homepage(first), _guess_probe(first)
    if not country and probe is None:
        raise InputError("nobody can tell which country it is of", advice="say --country VN or --country KR")
    place = probe.country if probe else country
    name = first.title or make_host(homepage)
    return {
        "name": name, "name_en": name, "country": place, "lang": {"VN": "vi", "KR": "ko"}[place],
        "kind": "regional", "homepage": homepage, "family": "generic",
        "feeds": [{"url": outline.url, "kind": outline.kind, "confidence": "guess"} for outline in outlines],
        "evidence": "an OPML file",
    }


def _guess_probe(outline: Outline) -> Outlet | None:
    """What host and name tell of its country; None where they tell nothing."""
    probe = make_generic_outlet(_find_homepage(outline), f"{outline.title} {' '.join(outline.folders)}")
    return None if probe.zone == NO_ZONE else probe


def _find_homepage(outline: Outline) -> str:
    if outline.homepage and not find_url_refusal(outline.homepage) and not re.search(r"\s", outline.homepage):
        return outline.homepage
    return f"{outline.url.partition('://')[0]}://{make_host(outline.url)}/"


def _find_folders(seeds_dir: Path | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for top in filter(None, (BUNDLED, seeds_dir)):
        for path in (top / "outlets").rglob("*.yml"):
            found[path.stem] = path.relative_to(top / "outlets").parts[:-1]
    return found


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(file), advice="name an OPML file") from error
