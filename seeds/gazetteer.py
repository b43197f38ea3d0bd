"""The localities of both countries, ambiguity rules and known ties, checked at load; matching is not here."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seeds.errors import SeedError
from seeds.places import (
    OFFICE_ROLES,
    SEVERITIES,
    SIDES,
    Ambiguity,
    Direction,
    Locality,
    Office,
    OrganisationWord,
    Row,
    Tables,
    Tie,
    TypeWord,
    checked,
    load_tables,
    split,
    unique,
)

BUNDLED = Path(__file__).parent
COUNTRIES = ("VN", "KR")
LANGUAGES = ("en", "ko", "vi")
LEVEL_WORDS = frozenset({"province", "city", "county", "district", "ward"})


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Everything known of the localities, by key; compared by identity, so that it may key a cache."""

    localities: dict[str, Locality]
    ambiguities: tuple[Ambiguity, ...]
    ties: tuple[Tie, ...]
    types: tuple[TypeWord, ...]
    organisations: tuple[OrganisationWord, ...]
    directions: tuple[Direction, ...]
    offices: tuple[Office, ...]

    def current(self, key: str) -> str:
        """The present unit of a first-level key (VN63-24 is VN-24 today); other keys are themselves."""
        locality = self.localities[key]
        return locality.merged_into if locality.level == 1 and locality.merged_into else key

    def province(self, key: str) -> str:
        """The key of the present first-level unit that holds `key` (VNH-497 is in VN-48)."""
        locality = self.localities[key]
        if locality.level > 1 and locality.merged_into:
            return self.province(locality.merged_into)
        return self.province(locality.parent) if locality.level > 1 else self.current(key)

    def ancestors(self, key: str) -> tuple[str, ...]:
        """The units above `key`, nearest first, of its own day and of today."""
        return self._above[key]

    @cached_property
    def _above(self) -> dict[str, tuple[str, ...]]:
        return {key: self._climb(key) for key in self.localities}

    def _climb(self, key: str) -> tuple[str, ...]:
        found: list[str] = []
        while (parent := self.localities[key].parent) not in COUNTRIES:
            found.append(parent)
            key = parent
        present = [self.current(key), self.province(found[0] if found else key)]
        return unique([*found, *(unit for unit in present if unit != key)])

    def name(self, key: str, lang: str = "en") -> str:
        """The display name of `key` in `lang`, in English where it has none; with its province where another one has
        the same: `Gwangju (Gyeonggi)`, `울산광역시 북구`."""
        own, above = self._own_name(key, lang), self._apart.get(lang, {}).get(key)
        if above is None:
            return own
        if lang == "ko":
            return f"{above} {own}" if self.localities[key].country == "KR" else f"{own}({above})"
        return f"{own} ({above})"

    def _own_name(self, key: str, lang: str) -> str:
        names = self.localities[key].names
        return names.get(lang) or names["en"]

    @cached_property
    def _apart(self) -> dict[str, dict[str, str]]:
        """By language, the province's name of each unit below it that is called as one elsewhere in its country."""
        return {lang: self._tell_apart(lang) for lang in LANGUAGES}

    def _tell_apart(self, lang: str) -> dict[str, str]:
        alike: dict[tuple[str, str], list[str]] = defaultdict(list)
        for key, locality in self.localities.items():
            alike[locality.country, self._own_name(key, lang)].append(key)
        found = {}
        for (_, own), keys in alike.items():
            provinces = {key: self.province(key) for key in keys}
            for key in keys if len(set(provinces.values())) > 1 else ():
                above = self._own_name(provinces[key], lang)
                if self.localities[key].level > 1 and above != own:
                    found[key] = above
        return found

    def contract_name(self, key: str) -> str:
        """The name in what commands print: `name` of the Vietnamese table, `rr_short` of the Korean one."""
        return self.localities[key].contract

    @cached_property
    def tied(self) -> dict[str, frozenset[str]]:
        """The keys that each key has a known tie with, under its own key and under its present one."""
        tied: dict[str, set[str]] = defaultdict(set)
        for tie in self.ties:
            for vn_key in {tie.vn_key, self.current(tie.vn_key)}:
                tied[vn_key].add(tie.kr_key)
                tied[tie.kr_key].add(vn_key)
        return {key: frozenset(keys) for key, keys in tied.items()}


def load_gazetteer(seeds_dir: Path | None = None) -> Gazetteer:
    """The bundled localities under those of `seeds_dir` (`localities/*.csv`, `ties.csv`).

    Raises SeedError, naming the file or the key, for an unknown parent, a double key, an empty name, a `merged_into`
    that leads nowhere, a rule about an unknown key, or an office without a name, a known role or given twice.
    """
    tables = load_tables(BUNDLED, seeds_dir)
    forms = _forms_by_key(tables)
    localities = {key: _make_vn(row, forms) for key, row in tables.vn.items()}
    localities |= {key: _make_kr(row, forms) for key, row in tables.kr.items()}
    _check(localities)
    _check_keys(forms, localities, "other.csv")
    return Gazetteer(
        localities,
        tuple(_make_ambiguity(row, localities) for row in tables.ambiguous.values()),
        tuple(_make_tie(row, localities) for row in tables.ties),
        tuple(_make_type(row) for row in tables.types),
        tuple(
            OrganisationWord(r["word"], checked(r["side"], SIDES, "side", r["word"]), split(r["languages"]))
            for r in tables.organisations
        ),
        tuple(_make_direction(row, localities) for row in tables.directions),
        _make_offices(tables.offices),
    )


def _forms_by_key(tables: Tables) -> dict[str, dict[str, list[str]]]:
    forms: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in tables.forms:
        forms[row["key"]][row["lang"]].extend(split(row["forms"]))
    return forms


def _make_vn(row: Row, forms: dict[str, dict[str, list[str]]]) -> Locality:
    name = row["name"]
    aliases = {
        "vi": [name], "*": [row["name_ascii"], row["name_en"], *split(row["alt_latin"])], "pl": split(row["alt_pl"]),
        "zh": split(row["alt_zh"]), "ko": [row["hangul"], *split(row["hangul_alt"])],
    }
    # English readers get the unit's own spelling too: one name in digests, tables and JSON.
    names = {"vi": name, "en": name, "ko": row["hangul"]}
    return _make(row, "VN", name, names, {lang: list(found) for lang, found in aliases.items()}, forms)


def _make_kr(row: Row, forms: dict[str, dict[str, list[str]]]) -> Locality:
    short = row["rr_short"]
    aliases = {
        "ko": split(row["hangul_forms"]), "*": [short, row["rr"], row["name_en"], *split(row["alt_en"])],
        "vi": split(row["alt_vi"]), "pl": split(row["alt_pl"]), "zh": split(row["hanja"]),
        "ru": [form for form in split(row["alt_other"]) if not form[0].isascii()],
    }
    names = {"en": short, "vi": short, "ko": row["hangul_full"]}
    return _make(row, "KR", short, names, {lang: list(found) for lang, found in aliases.items()}, forms)


def _make(
    row: Row, country: str, contract: str, names: dict[str, str], aliases: dict[str, list[str]],
    forms: dict[str, dict[str, list[str]]],
) -> Locality:
    for lang, more in forms.get(row["key"], {}).items():
        aliases.setdefault("*" if lang == "en" else lang, []).extend(more)
    if not contract or not all(names.values()):
        raise SeedError("a name is empty", where=row["key"])
    return Locality(
        key=row["key"], level=int(row["level"]), country="VN" if country == "VN" else "KR", parent=row["parent"],
        kind=row["kind"], contract=contract, names=names, merged_into=row.get("merged_into", ""),
        aliases={lang: unique(found) for lang, found in aliases.items() if found},
        valid_from=row.get("valid_from", ""), valid_to=row.get("valid_to", ""),
        latitude=float(row["lat"]) if row.get("lat") else None, longitude=float(row["lon"]) if row.get("lon") else None,
    )


def _check(localities: dict[str, Locality]) -> None:
    for key, locality in localities.items():
        if locality.parent not in localities and locality.parent not in COUNTRIES:
            raise SeedError(f"unknown parent {locality.parent!r}", where=key)
        if locality.merged_into and locality.merged_into not in localities:
            raise SeedError(f"merged into {locality.merged_into!r}, which is not a locality", where=key)


def _check_keys(keys: object, localities: dict[str, Locality], where: str) -> None:
    unknown = [key for key in keys if key not in localities]  # type: ignore[attr-defined]
    if unknown:
        raise SeedError(f"unknown locality {unknown[0]!r}", where=where)


def _make_ambiguity(row: Row, localities: dict[str, Locality]) -> Ambiguity:
    where, keys = row["where"], split(row["keys"])
    _check_keys([*keys, *split(row["default"])], localities, where)
    return Ambiguity(
        row["name"], split(row["languages"]), keys, checked(row["severity"], SEVERITIES, "severity", where),
        split(row["kind"]), split(row["needs"]), split(row["masks"]), split(row["rejects"]), row["default"],
    )


def _make_tie(row: Row, localities: dict[str, Locality]) -> Tie:
    _check_keys([row["vn_key"], row["kr_key"]], localities, "ties.csv")
    kind = row["kind"].casefold().replace(" ", "_")  # a user's table may write "seasonal workers"
    return Tie(row["vn_key"], row["kr_key"], kind, row["since"], row["source"], row["confidence"])


def _make_type(row: Row) -> TypeWord:
    levels = frozenset(split(row["levels"]))
    if not levels or not levels <= LEVEL_WORDS:
        raise SeedError(f"levels {row['levels']!r} are not of {', '.join(sorted(LEVEL_WORDS))}", where=row["word"])
    return TypeWord(row["word"], checked(row["side"], SIDES, "side", row["word"]), row["country"], levels)


def _make_direction(row: Row, localities: dict[str, Locality]) -> Direction:
    _check_keys([row["north"], row["south"]], localities, "directions.csv")
    return Direction(row["stem"], row["north"], row["south"], split(row["forms"]))


def _make_offices(rows: list[Row]) -> tuple[Office, ...]:
    made: dict[Office, None] = {}
    for row in rows:
        name = row["office"].strip()
        office = Office(name, checked(row["role"], OFFICE_ROLES, "role", name or "offices.csv"))
        if not name or office in made:
            raise SeedError(f"double office {name!r}" if name else "an office has no name", where="offices.csv")
        made[office] = None
    return tuple(made)
