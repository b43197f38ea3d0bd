"""Writes outlets as YAML that the catalogue accepts, and a saved-page test beside it; it asks no site anything."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from crawler.identity import make_host
from seeds.catalogue import Catalogue
from seeds.declarations import ID, Declaration
from seeds.errors import InputError
from seeds.outlet import Family, Outlet
from seeds.outlet_declarations import make_outlet

_TWIN = re.compile(r"^(?:www|m|mobile)\.(?=[^.]+\.)")
# Labels of a host that name nobody.
_COMMON_LABELS = frozenset({
    "vn", "kr", "com", "net", "org", "co", "or", "go", "gov", "edu", "ac", "re", "ne", "pe", "info", "asia", "www"})
_TEST = '''"""The saved page of {id} gives its article. Fill in the phrases by looking at the page in a browser."""

from datetime import datetime
from pathlib import Path

from crawler.extract import extract_page
from seeds.catalogue import load_catalogue

HERE = Path(__file__).parent
URL = {url!r}
CONTENT_TYPE = {content_type!r}
NOW = datetime.fromisoformat({now!r})
TITLE = {title!r}
PUBLISHED_AT = {published_at}
MUST_HAVE: list[str] = {must_have!r}  # the lead, and a phrase of the first and of the last paragraph
MUST_NOT: list[str] = []  # captions, related titles, menus, what stands under the article


def test_the_saved_page_of_{id}_gives_its_article() -> None:
    outlet = load_catalogue(HERE.parents[1]).outlets[{id!r}]

    page = extract_page(
        (HERE / "{id}.html").read_bytes(), url=URL, outlet=outlet, content_type=CONTENT_TYPE, now=NOW)

    assert (page.refused, page.title) == ("", TITLE)
    assert page.published_at == PUBLISHED_AT
    assert [phrase for phrase in MUST_HAVE if phrase not in page.text] == []
    assert [phrase for phrase in MUST_NOT if phrase in page.text] == []
'''


def make_id(url: str) -> str:
    """An id made of the host's own words, such as `baovidu` of https://www.baovidu.com.vn/."""
    host = _TWIN.sub("", make_host(url)).lower()
    words = [label for label in host.split(".") if label not in _COMMON_LABELS and not label.startswith("xn--")]
    return re.sub(r"[^a-z0-9]+", "_", "_".join(words) or host).strip("_") or "outlet"


def check_id(outlet_id: str, catalogue: Catalogue, where: str) -> None:
    """Raises InputError for an id of the wrong form, or one that is taken."""
    if not ID.fullmatch(outlet_id):
        raise InputError(f"{outlet_id!r} is no id", where=where, advice="use a-z, 0-9 and _ only")
    if outlet_id in catalogue.outlets:
        raise InputError(f"the id {outlet_id!r} is taken", where=where, advice="give another with --id")


def check_outlet(values: Mapping[str, Any], path: Path, catalogue: Catalogue) -> Outlet:
    """The outlet that `values` declare. Raises SeedError, naming `path` and the key, for what would not load."""
    rules = {family.id: _make_rules(family) for family in catalogue.families.values()}
    return make_outlet(Declaration(path, "", dict(values)), rules)


def format_yaml(values: Mapping[str, Any], note: str) -> str:
    """The text of an outlet's file, `note` in its first line."""
    return f"# {note}\n{yaml.safe_dump(dict(values), allow_unicode=True, sort_keys=False, width=1000)}"


def find_place(seeds_dir: Path, country: str, outlet_id: str) -> Path:
    """Where the file of an outlet belongs in a folder of seeds."""
    return seeds_dir / "outlets" / country.lower() / f"{outlet_id}.yml"


def find_seeds_dir(folder: Path | None) -> Path | None:
    """The folder of one's own seeds where it is there; whoever writes into it makes it."""
    return folder if folder is not None and folder.exists() else None


def make_seeds_dir(folder: Path) -> bool:
    """Makes the folder of one's own seeds; whether it was not there yet. InputError where it cannot be made."""
    if folder.is_dir():
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror}", where=f"seeds_dir {folder}",
                         advice="set seeds_dir to a folder that may be written") from error
    return True


def save_file(path: Path, content: bytes) -> None:
    """Writes a new file, never over another one; a crash leaves no half file under its name."""
    if path.exists():
        raise InputError("is there already", where=str(path), advice="nothing is overwritten; move it or give --id")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    draft.replace(path)


def make_test(outlet_id: str, *, url: str, content_type: str, now: str, title: str, published_at: str | None,
              must_have: list[str]) -> str:
    """The text of a test of the outlet's saved page, to be completed by a person; times are ISO 8601."""
    instant = f"datetime.fromisoformat({published_at!r})" if published_at else "None"
    return _TEST.format(id=outlet_id, url=url, content_type=content_type, now=now, title=title, published_at=instant,
                        must_have=must_have)


def _make_rules(family: Family) -> dict[str, Any]:
    return {
        "identity": family.identity, "page": asdict(family.page), "list_links": family.list_links,
        "date_order": family.date_order, "usual_feeds": family.usual_feeds, "next_page": family.next_page,
    }
