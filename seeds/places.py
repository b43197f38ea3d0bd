"""Reads the tables of localities and of the words around them into rows; joining them is `gazetteer`'s."""

import csv
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from seeds.errors import SeedError

Country = Literal["VN", "KR"]
Row = dict[str, str]
SEVERITIES = ("low", "medium", "high")
SIDES = ("before", "after", "glued", "between")
OFFICE_ROLES = ("body", "department", "head")


@dataclass(frozen=True)
class Locality:
    """One unit: `level` 1 is a province or a municipality, 2 what is below it, 3 a city's own district.

    `names` holds display names by language, `aliases` every known spelling by language ('*' for any Latin text),
    `contract` the name that commands print; `merged_into` is the present unit of a unit of before July 2025.
    """

    key: str
    level: int
    country: Country
    parent: str
    kind: str
    contract: str
    names: dict[str, str]
    aliases: dict[str, tuple[str, ...]]
    merged_into: str = ""
    valid_from: str = ""
    valid_to: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Ambiguity:
    """A name that is also something else.

    `needs`: any one is enough: `type` (a type word), `parent` (the unit above it named), `country` (its country named),
    `never`, or a word within reach; empty accepts. `masks` are longer phrases that are no locality; `rejects` are words
    nearby that forbid it; `default` is the key where nothing decides between `keys`.
    """

    name: str
    languages: tuple[str, ...]
    keys: tuple[str, ...]
    severity: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    masks: tuple[str, ...]
    rejects: tuple[str, ...]
    default: str = ""


@dataclass(frozen=True)
class TypeWord:
    """A word for a kind of unit (`tỉnh`, `시`, `County`); `country` is VN, KR or * for both."""

    word: str
    side: str
    country: str
    levels: frozenset[str]


@dataclass(frozen=True)
class OrganisationWord:
    """A word that makes of a locality's name the name of something else (`은행`, `Air`, `Đại học`).

    One with the side `between` may stand between the two ("Busan International Film Festival").
    """

    word: str
    side: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Office:
    """A Vietnamese office that a paper of its place writes without the place's name.

    `role` says how: a `body` of the province (`UBND tỉnh`), a `department` (`Sở Y tế`), or the `head` named before one.
    """

    name: str
    role: str


@dataclass(frozen=True)
class Direction:
    """A name that is a province only with a direction, with its spellings."""

    stem: str
    north: str
    south: str
    forms: tuple[str, ...]


# What a tie may be, the strongest first; `contact` is a relation without a paper.
TIE_KINDS = (
    "sister", "friendship", "agreement", "mou", "letter_of_intent", "council", "seasonal_workers", "working_exchange",
    "talks", "contact",
)


@dataclass(frozen=True)
class Tie:
    """A standing relation known beforehand; `vn_key` is the unit that signed, `since` a day, month, year or empty.

    `kind` is one of `TIE_KINDS`, or a word of the user's.
    """

    vn_key: str
    kr_key: str
    kind: str
    since: str
    source: str
    confidence: str


@dataclass
class Tables:
    """The raw rows of all tables, bundled and the user's, by what their columns say they are."""

    vn: dict[str, Row] = field(default_factory=dict)
    kr: dict[str, Row] = field(default_factory=dict)
    forms: list[Row] = field(default_factory=list)
    ambiguous: dict[tuple[str, str], Row] = field(default_factory=dict)
    types: list[Row] = field(default_factory=list)
    organisations: list[Row] = field(default_factory=list)
    directions: list[Row] = field(default_factory=list)
    offices: list[Row] = field(default_factory=list)
    ties: list[Row] = field(default_factory=list)


LISTS = frozenset({
    "alt_latin", "alt_pl", "alt_zh", "hangul_alt", "hangul_forms", "alt_en", "alt_vi", "alt_other",
})


def load_tables(bundled: Path, overlay: Path | None) -> Tables:
    """All tables of `bundled`, then those of `overlay`, whose rows add aliases or override by key or by name.

    Raises SeedError naming file and line for a double key, an empty key or name, or columns that nobody knows.
    """
    tables = Tables()
    for folder in (bundled, overlay):
        if folder is None:
            continue
        for path in [*sorted((folder / "localities").glob("*.csv")), folder / "ties.csv"]:
            if path.is_file():
                _add_file(tables, path, own=folder == bundled)
    return tables


def _add_file(tables: Tables, path: Path, *, own: bool) -> None:
    rows = list(_read(path))
    if not rows:
        return
    columns = rows[0][1].keys()
    if "hangul_full" in columns:
        _add_units(tables.kr, rows, path, own=own)
    elif "name_full" in columns:
        _add_units(tables.vn, rows, path, own=own)
    elif "needs" in columns:
        _add_rules(tables.ambiguous, rows, path, own=own)
    else:
        _list_for(tables, columns, path).extend(row for _, row in rows)


def _list_for(tables: Tables, columns: Iterable[str], path: Path) -> list[Row]:
    columns = set(columns)
    known = (
        ({"vn_key", "kr_key"}, tables.ties), ({"stem", "north"}, tables.directions),
        ({"word", "levels"}, tables.types), ({"word", "languages"}, tables.organisations),
        ({"key", "lang", "forms"}, tables.forms), ({"office", "role"}, tables.offices),
    )
    for needed, rows in known:
        if needed <= columns:
            return rows
    raise SeedError(
        f"no table has the columns {', '.join(sorted(columns))}", where=str(path), advice="see seeds/localities"
    )


def _read(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SeedError(f"not UTF-8: {error}", where=str(path), advice="save it as UTF-8") from error
    reader = csv.DictReader(unicodedata.normalize("NFC", text).splitlines())
    for row in reader:
        if None in row or None in row.values():
            raise SeedError("the line has other columns than the header", where=f"{path}:{reader.line_num}")
        yield reader.line_num, row


def _add_units(units: dict[str, Row], rows: list[tuple[int, Row]], path: Path, *, own: bool) -> None:
    seen: set[str] = set()
    for line, row in rows:
        key, where = row.get("key", ""), f"{path}:{line}"
        if not key or key in seen:
            raise SeedError(f"double key {key!r}" if key else "a row has no key", where=where)
        seen.add(key)
        units[key] = row if own or key not in units else _merge(units[key], row)


def _merge(old: Row, new: Row) -> Row:
    return old | {
        column: "|".join(filter(None, (old.get(column, ""), value))) if column in LISTS else value
        for column, value in new.items()
        if value
    }


def _add_rules(rules: dict[tuple[str, str], Row], rows: list[tuple[int, Row]], path: Path, *, own: bool) -> None:
    for line, row in rows:
        rule = (row["name"], row["languages"])
        if not row["name"] or (own and rule in rules):
            raise SeedError("a rule has no name" if not row["name"] else f"double rule {rule}", where=f"{path}:{line}")
        rules[rule] = row | {"where": f"{path}:{line}"}


def split(cell: str) -> tuple[str, ...]:
    """The values of a cell that holds a list."""
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def checked(value: str, allowed: Iterable[str], what: str, where: str) -> str:
    """`value`, or SeedError when it is not one of `allowed`."""
    if value not in allowed:
        raise SeedError(f"{what} {value!r} is none of {', '.join(allowed)}", where=where)
    return value


def unique(forms: Iterable[str], keep: Callable[[str], bool] = bool) -> tuple[str, ...]:
    """The forms that `keep` accepts, once each, in order."""
    return tuple(dict.fromkeys(form for form in forms if keep(form)))
