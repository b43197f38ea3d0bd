"""Loads the words that query services are asked for, by language; it builds no query and knows no service."""

from dataclasses import dataclass
from pathlib import Path

from seeds.declarations import Declaration, load_declaration

BUNDLED = Path(__file__).parent / "queries.yml"
LANGUAGES = ("vi", "ko", "en")
MOST_ACTS = 12  # per language: each costs requests, and services count them


@dataclass(frozen=True)
class QueryWords:
    """The words of one language: the other country, acts of cooperation, and what makes a story local."""

    lang: str
    other: tuple[str, ...]
    acts: tuple[str, ...]
    places: tuple[str, ...]


def load_query_words(seeds_dir: Path | None = None) -> dict[str, QueryWords]:
    """The words of every language; `queries.yml` in `seeds_dir` stands in the place of ours.

    Raises SeedError, naming file and key, for what is wrong, and for more acts than services may be asked for.
    """
    own = seeds_dir / BUNDLED.name if seeds_dir else BUNDLED
    declaration = load_declaration(own if own.is_file() else BUNDLED)
    declaration.check_keys(LANGUAGES)
    parts = {lang: declaration.part(lang) for lang in declaration.values}
    return {lang: _make_words(lang, part) for lang, part in parts.items() if part}


def _make_words(lang: str, part: Declaration) -> QueryWords:
    part.check_keys(("other", "acts", "places"))
    words = QueryWords(lang, part.texts("other"), part.texts("acts"), part.texts("places"))
    for key in ("other", "acts"):
        if not getattr(words, key):
            raise part.fault(key, "no word is given")
    if len(words.acts) > MOST_ACTS:
        raise part.fault("acts", f"{len(words.acts)} words", f"at most {MOST_ACTS}: each costs requests")
    for key in ("other", "acts", "places"):
        if any('"' in word for word in getattr(words, key)):
            raise part.fault(key, "a word holds a quotation mark", "services put words in quotation marks themselves")
    return words
