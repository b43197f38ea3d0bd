"""Loads the sentences by which rules are explained to people; it explains nothing itself.

They are in English, Korean and Vietnamese (`explanations.yml`, `.ko.yml`, `.vi.yml`). Files of these names in
`seeds_dir` add to ours, key by key; what another language lacks is said in English.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from seeds.errors import SeedError

NAME = "explanations.yml"
FILE = Path(__file__).parent / NAME
TABLES = (
    "features", "patterns", "topics", "mentions", "acts", "stages", "details", "fields", "grouping",
)
STRENGTHS = "strengths"

Table = dict[str, str]


@dataclass(frozen=True)
class Wording:
    """Sentences by the name of the rule; `strengths` are (at least so many points, words), the largest first.

    `language` is the one that they are in.
    """

    features: Table
    patterns: Table
    topics: Table
    mentions: Table
    acts: Table
    stages: Table
    details: Table
    fields: Table
    grouping: Table
    strengths: tuple[tuple[float, str], ...]
    language: str = "en"

    def explain_feature(self, name: str, vn: str, kr: str) -> str:
        """The sentence for a rule of the verdict, with the names of the two places; else its own name."""
        sentence = self.features.get(name)
        if sentence:
            return sentence.replace("{vn}", vn).replace("{kr}", kr)
        where, _, topic = name.partition("_")
        if where in self.patterns and topic in self.topics:
            return self.patterns[where].replace("{what}", self.topics[topic])
        return name.replace("_", " ")

    def name_strength(self, points: float) -> str:
        """How strongly so many points speak, for or against."""
        return next(words for least, words in self.strengths if abs(points) >= least)


def load_wording(seeds_dir: Path | None = None, language: str = "en") -> Wording:
    """The bundled sentences under those of `seeds_dir`. Raises SeedError naming the file and the key."""
    data: dict[str, Any] = {}
    for name in [NAME] if language == "en" else [NAME, NAME.replace(".yml", f".{language}.yml")]:
        for folder in (FILE.parent, seeds_dir):
            if folder and (folder / name).is_file():
                _lay_over(data, _read(folder / name))
    strengths = sorted(((float(row["from"]), str(row["words"])) for row in data[STRENGTHS]), reverse=True)
    return Wording(**{name: data[name] for name in TABLES}, strengths=tuple(strengths), language=language)


def _lay_over(data: dict[str, Any], more: dict[str, Any]) -> None:
    for name, table in more.items():
        data[name] = {**data.get(name, {}), **table} if isinstance(table, dict) else table


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise SeedError(f"cannot be read: {str(error).splitlines()[0]}", where=str(path)) from error
    if not isinstance(data, dict):
        raise SeedError("not a mapping", where=str(path))
    for name, table in data.items():
        _check(path, name, table)
    return data


def _check(path: Path, name: str, table: Any) -> None:
    if name == STRENGTHS:
        rows = table if isinstance(table, list) and table else [None]
        if not all(isinstance(row, dict) and {"from", "words"} == row.keys() for row in rows):
            raise SeedError(f"{name!r} must be a list of from and words", where=str(path))
        if min(row["from"] for row in table) != 0:
            raise SeedError(f"{name!r} must have words from 0 on", where=str(path))
    elif name not in TABLES:
        raise SeedError(f"unknown key {name!r}", where=str(path), advice=f"known: {', '.join((*TABLES, STRENGTHS))}")
    elif not isinstance(table, dict) or not all(isinstance(text, str) and text for text in table.values()):
        raise SeedError(f"{name!r} must map names to sentences", where=str(path))
