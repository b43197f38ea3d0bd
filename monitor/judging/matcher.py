"""Finds every known spelling of a locality in a text, longest first; whether a hit is meant is decided elsewhere."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from monitor.judging.boundaries import is_bounded, is_wordless
from monitor.judging.misspellings import Misspellings
from monitor.judging.text import fold, is_vietnamese, plain, unmark
from seeds.gazetteer import Gazetteer
from seeds.places import Direction, Locality

ANY_LANGUAGE = "*"
# Spellings in these languages are also words of others ("seul"), so they hold in a text of their own language only.
OWN_LANGUAGE_ONLY = frozenset({"pl", "cs", "hu", "nl", "es", "de", "fr"})
NORTH_WORDS = ("Bắc", "North", "Northern", "Noord", "Buk")
SOUTH_WORDS = ("Nam", "South", "Southern", "Zuid")
NORTH_ENDINGS, SOUTH_ENDINGS = ("buk", "bok", "book", "bukdo"), ("nam", "namdo")
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
    is_never: bool = False
    is_misspelt: bool = False
    is_unsure: bool = False

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
        """`patterns` are all spellings; those of Korean units in Latin letters are also found with one slip."""
        exact: dict[str, Pattern] = {}
        bare: dict[str, Pattern] = {}
        wordless: dict[str, Pattern] = {}
        for pattern in patterns:
            if is_wordless(pattern.text):
                _add(wordless, pattern.text, pattern)
                continue
            marked = plain(pattern.text)
            if not pattern.is_unmarked:
                _add(exact, marked, pattern)
            _add(bare, unmark(marked), pattern)
        self._wordless, self._exact, self._bare = _Automaton(wordless), _Automaton(exact), _Automaton(bare)
        self._misspellings = Misspellings(
            (name, pattern.keys) for name, pattern in bare.items()
            if pattern.keys and all(key.startswith("KR") for key in pattern.keys)
        )

    def find(self, text: str, lang: str) -> list[Hit]:
        """The hits of `text`, leftmost and longest, none overlapping another."""
        hits: list[Hit] = []
        if CJK.search(text):
            hits += self._wordless.find(text, text, lang)
        if is_vietnamese(text):
            hits += self._exact.find(text, plain(text), lang)
        else:
            hits += self._bare.find(text, fold(text), lang)
        for start, end, keys, is_sure in self._misspellings.find(text):
            hits.append(Hit(start, end, Pattern(text[start:end], keys, is_misspelt=True, is_unsure=not is_sure)))
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


def _rank(hit: Hit) -> tuple[int, int, bool, bool, int]:
    pattern = hit.pattern
    return hit.start, -hit.end, pattern.is_misspelt, pattern.is_mask, -len(pattern.text)


def _leftmost_longest(hits: list[Hit]) -> Iterator[Hit]:
    free = 0
    for hit in sorted(hits, key=_rank):
        if hit.start >= free:
            free = hit.end
            yield hit


def _add(patterns: dict[str, Pattern], text: str, new: Pattern) -> None:
    old = patterns.get(text)
    if old is None:
        patterns[text] = Pattern(text, new.keys, set(new.languages), new.capitals, new.stem, is_never=new.is_never)
    elif new.is_never:
        patterns[text] = new
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
    words = _type_words(gazetteer)
    doubled = {locality.merged_into for locality in gazetteer.localities.values() if locality.level == 1}
    for key, locality in gazetteer.localities.items():
        if key in doubled:
            continue
        for alias, languages in _spellings(locality, words).items():
            yield from _variants(alias, key, languages, is_unmarked=_is_unmarked(alias, locality))
    for direction in gazetteer.directions:
        yield from _directed(direction)
    for rule in gazetteer.ambiguities:
        for mask in rule.masks:
            yield Pattern(mask)
        if "never" in rule.needs:
            yield Pattern(rule.name, is_never=True)


def _type_words(gazetteer: Gazetteer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    prefixes = tuple(f"{plain(word.word)} " for word in gazetteer.types if word.side == "before")
    endings = tuple(f" {plain(word.word)}" for word in gazetteer.types if word.side == "after" and word.country == "*")
    return prefixes, endings


def _spellings(locality: Locality, words: tuple[tuple[str, ...], tuple[str, ...]]) -> dict[str, set[str]]:
    """The usable aliases of `locality`, with the languages that each holds in."""
    names = {alias.lower() for aliases in locality.aliases.values() for alias in aliases}
    found: dict[str, set[str]] = {}
    for lang, aliases in locality.aliases.items():
        for alias in aliases:
            if alias in found or _is_usable(alias, names, words):
                found.setdefault(alias, set()).add(lang if lang in OWN_LANGUAGE_ONLY else ANY_LANGUAGE)
    return found


def _is_usable(alias: str, names: set[str], words: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
    """Whether `alias` cannot be put together of a type word, or a parent, and another of the unit's own `names`."""
    if " " not in alias:
        return True
    if is_wordless(alias):
        return False
    low, (prefixes, endings) = alias.lower(), words
    if not (low.startswith(prefixes) or low.endswith(endings)) or NAMED_AS_CITY.search(low):
        return True
    if any(char.isdigit() for char in alias):
        return True
    rests = {low.removeprefix(word) for word in prefixes} | {low.removesuffix(word) for word in endings}
    return rests.isdisjoint(names - {low})


def _is_unmarked(alias: str, locality: Locality) -> bool:
    """Whether `alias` is a small Vietnamese unit's name without its marks: in a marked text that is another word."""
    is_small = locality.country == "VN" and locality.level > 1 and not locality.contract.isascii()
    return is_small and alias.isascii() and alias not in locality.aliases.get("vi", ())


def _variants(alias: str, key: str, languages: set[str], *, is_unmarked: bool) -> Iterator[Pattern]:
    """The spellings of one alias."""
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
