"""Finds every known spelling of a locality in a text, longest first; whether a hit is meant is decided elsewhere."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from monitor.judging.boundaries import is_bounded, is_wordless
from monitor.judging.text import fold, is_vietnamese, plain
from seeds.gazetteer import Gazetteer
from seeds.places import Direction, Locality

ANY_LANGUAGE = "*"
# Spellings in these languages are also words of others ("seul"), so they hold in a text of their own language only.
OWN_LANGUAGE_ONLY = frozenset({"pl", "cs", "hu", "nl", "es", "de", "fr"})
NORTH_WORDS = ("Bắc", "North", "Northern", "Noord", "Buk")
SOUTH_WORDS = ("Nam", "South", "Southern", "Zuid")
NORTH_ENDINGS, SOUTH_ENDINGS = ("buk", "bok", "bukdo"), ("nam", "namdo")
# "Ho Chi Minh" alone is a person: its spellings with a word for city are kept whole.
NAMED_AS_CITY = re.compile("hcm|ho chi minh|hochiminh")
CJK = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass
class Pattern:
    """One spelling: the units that bear it, the languages it holds in, and where it must have capitals."""

    text: str
    keys: tuple[str, ...] = ()
    languages: set[str] = field(default_factory=set)
    capitals: frozenset[int] | None = None
    stem: bool = False
    is_unmarked: bool = False

    @property
    def is_mask(self) -> bool:
        return not self.keys


@dataclass(frozen=True)
class Hit:
    """A spelling found at [start, end) of the text; a mask has no keys."""

    start: int
    end: int
    pattern: Pattern


class Matcher:
    """Three automata over the spellings of one gazetteer: as is, Latin with marks, Latin without."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        exact: dict[str, Pattern] = {}
        bare: dict[str, Pattern] = {}
        wordless: dict[str, Pattern] = {}
        for pattern in patterns:
            if is_wordless(pattern.text):
                _add(wordless, pattern.text, pattern)
            else:
                if not pattern.is_unmarked:
                    _add(exact, plain(pattern.text), pattern)
                _add(bare, fold(pattern.text), pattern)
        self._wordless, self._exact, self._bare = _Automaton(wordless), _Automaton(exact), _Automaton(bare)

    def find(self, text: str, lang: str) -> list[Hit]:
        """The hits of `text`, leftmost and longest, none overlapping another."""
        hits: list[Hit] = []
        if CJK.search(text):
            hits += self._wordless.find(text, text, lang)
        if is_vietnamese(text):
            hits += self._exact.find(text, plain(text), lang)
        else:
            hits += self._bare.find(text, fold(text), lang)
        return list(_leftmost_longest(hits))


class _Automaton:
    def __init__(self, patterns: dict[str, Pattern]) -> None:
        self._patterns = list(patterns.values())
        self._automaton = AhoCorasick(list(patterns), matchkind=MatchKind.Standard)

    def find(self, text: str, searched: str, lang: str) -> Iterator[Hit]:
        raw = self._automaton.find_matches_as_indexes(searched, overlapping=True)
        neighbours = {start for _, start, _ in raw}, {end for _, _, end in raw}
        for index, start, end in raw:
            pattern = self._patterns[index]
            if not pattern.is_mask and not _holds(pattern, text, start, lang):
                continue
            last = is_bounded(text, start, end, pattern, lang, neighbours)
            if last >= 0:
                yield Hit(start, last, pattern)


def _holds(pattern: Pattern, text: str, start: int, lang: str) -> bool:
    if ANY_LANGUAGE not in pattern.languages and lang and lang not in pattern.languages:
        return False
    capitals = pattern.capitals
    return not capitals or all(not text[start + at].islower() for at in capitals)


def _leftmost_longest(hits: list[Hit]) -> Iterator[Hit]:
    free = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.pattern.is_mask)):
        if hit.start >= free:
            free = hit.end
            yield hit


def _add(patterns: dict[str, Pattern], text: str, new: Pattern) -> None:
    old = patterns.get(text)
    if old is None:
        patterns[text] = Pattern(text, new.keys, set(new.languages), new.capitals, new.stem)
    elif new.keys:
        if old.is_mask or old.capitals is None:
            old.capitals = new.capitals
        elif new.capitals is not None:
            old.capitals &= new.capitals
        old.keys = tuple(dict.fromkeys(old.keys + new.keys))
        old.languages |= new.languages
        old.stem = old.stem or new.stem


@lru_cache(maxsize=4)
def make_matcher(gazetteer: Gazetteer) -> Matcher:
    """The matcher of `gazetteer`, built once."""
    return Matcher(_patterns(gazetteer))


def _patterns(gazetteer: Gazetteer) -> Iterator[Pattern]:
    prefixes, endings = _type_words(gazetteer)
    doubled = {locality.merged_into for locality in gazetteer.localities.values() if locality.level == 1}
    for key, locality in gazetteer.localities.items():
        if key in doubled:
            continue
        for lang, aliases in locality.aliases.items():
            languages = {lang if lang in OWN_LANGUAGE_ONLY else ANY_LANGUAGE}
            for alias in aliases:
                if _is_usable(alias, prefixes, endings):
                    unmarked = lang == "*" and _is_small_vietnamese(locality) and alias.isascii()
                    yield from _variants(alias, key, languages, is_unmarked=unmarked)
    for direction in gazetteer.directions:
        yield from _directed(direction)
    for rule in gazetteer.ambiguities:
        for mask in rule.masks:
            yield Pattern(mask)
        if "never" in rule.needs:
            yield Pattern(rule.name)


def _type_words(gazetteer: Gazetteer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    prefixes = tuple(f"{word.word} " for word in gazetteer.types if word.side == "before")
    endings = tuple(f" {word.word}" for word in gazetteer.types if word.side == "after" and word.country == "*")
    return prefixes, endings


def _is_usable(alias: str, prefixes: tuple[str, ...], endings: tuple[str, ...]) -> bool:
    """Whether `alias` is a bare name: names with a type word or a parent are put together from their parts."""
    if is_wordless(alias):
        return " " not in alias
    low = alias.lower()
    if any(char.isdigit() for char in alias) or NAMED_AS_CITY.search(low):
        return True
    return not low.startswith(prefixes) and not low.endswith(endings)


def _is_small_vietnamese(locality: Locality) -> bool:
    return locality.country == "VN" and locality.level > 1 and not locality.contract.isascii()


def _variants(alias: str, key: str, languages: set[str], *, is_unmarked: bool) -> Iterator[Pattern]:
    """The spellings of one alias. An unmarked name of a small Vietnamese unit is another word in a marked text."""
    stem = alias.endswith("*")
    alias = alias.rstrip("*")
    forms = {alias}
    if " - " in alias or " – " in alias:
        joined = re.sub(" [-–] ", "-", alias)
        forms |= {joined, joined.replace("-", "   ")}
    for form in forms:
        capitals = frozenset(
            at for at, char in enumerate(form) if char.isupper() and (at == 0 or form[at - 1] == " ")
        )
        yield Pattern(form, (key,), languages, capitals, stem, is_unmarked)


def _directed(direction: Direction) -> Iterator[Pattern]:
    sides = (
        (direction.north, NORTH_WORDS, NORTH_ENDINGS), (direction.south, SOUTH_WORDS, SOUTH_ENDINGS),
    )
    spelled: dict[str, set[str]] = defaultdict(set)
    for key, words, endings in sides:
        for form in direction.forms:
            spelled[key] |= {f"{word} {form}" for word in words} | {f"{form} {word}" for word in words}
            for ending in endings:
                spelled[key] |= {f"{form}{ending}", f"{form} {ending}", f"{form}{ending} do", f"{form} {ending} do"}
    for key, names in spelled.items():
        for name in names:
            yield Pattern(name, (key,), {ANY_LANGUAGE}, frozenset({0}))
