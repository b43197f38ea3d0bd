"""Loads the words of each language (acts, stages, bodies, cues, fields, months); it does not look for them in texts.

`seeds/lexicon/<lang>.yml` holds `groups` (name of a group: list of words), `months`, `weekdays` (Monday is 0) and
`relative_days` (word: days from the day of publication). In a word, a `*` at the end lets letters follow, a `^` in
front of a word in Hangul forbids a syllable before it. A file of the same name in `seeds_dir/lexicon` adds to ours.
"""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from seeds.errors import SeedError

FOLDER = Path(__file__).parent / "lexicon"
FALLBACK = "en"
ACTS = (
    "agreement", "twinning", "visit", "training", "seasonal_workers",
    "trade_promotion", "culture_tourism", "aid", "review", "generic", "intent",
)
STAGES = ("planned", "ahead", "agreed", "signed", "under_way", "ended", "done", "suspended")
CUES = (
    "national", "business", "university", "agency", "embassy", "sport", "crime", "entertainment", "tour", "air_route",
    "migrants", "forum", "third_country", "background", "in_force", "passing", "incident", "listing", "association",
    "pledge", "unmet", "since", "lately",
)
# Fields of cooperation, a closed list: the headings under which agreements of sister places name what they are about
# (labour is work in the other country, training the teaching of grown-ups, industry includes energy).
FIELDS = (
    "agriculture", "fisheries", "labour", "education", "training", "culture", "heritage", "tourism", "sport", "youth",
    "trade", "investment", "industry", "technology", "environment", "health", "transport", "urban_development",
    "administration", "disaster_relief",
)
GROUPS = frozenset(
    [f"act.{a}" for a in ACTS] + [f"stage.{s}" for s in STAGES] + [f"cue.{c}" for c in CUES]
    + [f"field.{f}" for f in FIELDS]
    + ["body.any", "body.head", "body.VN", "body.KR", "ref.sides", "country.VN", "country.KR",
       "actor.other", "tail.heading", "tail.line", "mask"]
)
TABLES = ("months", "weekdays", "relative_days")


@dataclass(frozen=True)
class Words:
    """The words of one language: `groups` by name, in NFC and lower case; tables of calendar words."""

    lang: str
    groups: dict[str, tuple[str, ...]]
    months: dict[str, int]
    weekdays: dict[str, int]
    relative_days: dict[str, int]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All languages. A language that has no file of its own is read with the words of English."""

    languages: dict[str, Words]

    def find_words(self, lang: str) -> Words:
        return self.languages.get(lang) or self.languages[FALLBACK]

    def find_group(self, name: str) -> tuple[str, ...]:
        """The words of one group in all languages, sorted, without `*` and `^`."""
        words = {w.strip("*^") for one in self.languages.values() for w in one.groups.get(name, ())}
        return tuple(sorted(words))

    @cached_property
    def fingerprint(self) -> str:
        """A hash over every word: part of the version of the rules."""
        plain = {
            lang: [sorted(w.groups.items()), sorted(w.months.items()), sorted(w.weekdays.items()),
                   sorted(w.relative_days.items())]
            for lang, w in sorted(self.languages.items())
        }
        return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def load_lexicon(seeds_dir: Path | None = None) -> Lexicon:
    """The bundled words, with those of `seeds_dir/lexicon` added. Raises SeedError naming the file and the key."""
    languages = {path.stem: _load_words(path) for path in sorted(FOLDER.glob("*.yml"))}
    extra = seeds_dir / "lexicon" if seeds_dir else None
    for path in sorted(extra.glob("*.yml")) if extra else []:
        added = _load_words(path)
        languages[path.stem] = _join(languages[path.stem], added) if path.stem in languages else added
    return Lexicon(languages)


def _load_words(path: Path) -> Words:
    data = _read(path)
    unknown = sorted(set(data) - {"groups", *TABLES})
    if unknown:
        raise SeedError(f"unknown key {unknown[0]!r}", where=str(path), advice=f"known: groups, {', '.join(TABLES)}")
    groups = data.get("groups") or {}
    return Words(path.stem, {name: _check_group(path, name, groups[name]) for name in groups},
                 *(_check_table(path, name, data.get(name) or {}) for name in TABLES))


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SeedError(f"not valid YAML: {str(error).splitlines()[0]}", where=str(path)) from error
    if not isinstance(data, dict):
        raise SeedError("not a mapping", where=str(path))
    return data


def _check_group(path: Path, name: str, words: Any) -> tuple[str, ...]:
    if name not in GROUPS:
        raise SeedError(f"unknown group {name!r}", where=str(path), advice=f"known: {', '.join(sorted(GROUPS))}")
    if not isinstance(words, list) or not all(isinstance(w, str) and w.strip("*^ ") for w in words):
        raise SeedError(f"group {name!r} must be a list of words", where=str(path))
    return tuple(_fold(w) for w in words)


def _check_table(path: Path, name: str, table: Any) -> dict[str, int]:
    if not isinstance(table, dict) or not all(isinstance(n, int) for n in table.values()):
        raise SeedError(f"{name!r} must map words to whole numbers", where=str(path))
    return {_fold(str(word)): number for word, number in table.items()}


def _fold(word: str) -> str:
    return unicodedata.normalize("NFC", word).lower()


def _join(old: Words, new: Words) -> Words:
    groups = {n: (*old.groups.get(n, ()), *new.groups.get(n, ())) for n in {**old.groups, **new.groups}}
    return Words(old.lang, groups, old.months | new.months, old.weekdays | new.weekdays,
                 old.relative_days | new.relative_days)
