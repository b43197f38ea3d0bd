"""What a reader's words ask for: each word folded, with the places, outlets and kinds of event whose names hold it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from monitor.application import Application
from monitor.digests.wording import LANGUAGES
from monitor.web.kinds import fold_kinds
from monitor.web.query_words import AskedWord, split_query
from monitor.web.words import load_words
from seeds.gazetteer import Gazetteer
from storage.folding import fold_text
from storage.values import SearchWord

# Two letters are inside half of all names: these are looked for as whole words.
SHORTEST_INSIDE = 3


def find_words(words: str, application: Application) -> tuple[SearchWord, ...]:
    """The words of a query, Korean ones without the particle behind them: what holds the stem holds the whole word too.

    An event holds a word that is in a name of one of its places or outlets, or in what pages say of its act and stage,
    in any language, and a day that is its own. The first event of a pair holds what its badge says, asked for wholly.
    """
    asked = split_asked(words, application)
    badge = _find_badge([one.folded for one in asked])
    told = [SearchWord(" ".join(sorted(badge)), is_new_tie=True)] if badge else []
    return (*(_find(one, application) for one in asked if one.folded not in badge), *told)


def split_asked(words: str, application: Application) -> tuple[AskedWord, ...]:
    """The words of a query, folded; what is part of a place's name keeps what looks like a particle."""
    return split_query(words, lambda word: bool(find_places(fold_text(word), application.gazetteer)))


@lru_cache(maxsize=1_000)
def find_places(word: str, gazetteer: Gazetteer) -> frozenset[str]:
    """The keys of the places in whose names, in any language, a folded word stands."""
    return frozenset(key for key, names in _fold_places(gazetteer) if is_in(word, names))


def is_in(word: str, folded: str) -> bool:
    """Whether a folded word stands in a folded text; a short one only as a word of its own."""
    if word not in folded or len(word) >= SHORTEST_INSIDE:
        return word in folded
    return re.search(rf"\b{re.escape(word)}\b", folded) is not None


def _find_badge(words: Sequence[str]) -> set[str]:
    """Those of the folded words that tell of a new tie, where all words of a badge are there, in any language."""
    for badge in _fold_badges():
        glued = "".join(badge)
        if glued in words:
            return {glued}
        # A short word that stands inside another one was left out of the query.
        if all(one in words or len(one) < SHORTEST_INSIDE for one in badge):
            return {*badge} & {*words}
    return set()


def _find(asked: AskedWord, application: Application) -> SearchWord:
    word = asked.folded
    return SearchWord(
        word, tuple(sorted(find_places(word, application.gazetteer))),
        tuple(one for one, outlet in application.catalogue.outlets.items()
              if len(word) >= SHORTEST_INSIDE and word in _fold_name(f"{outlet.name} {outlet.name_en}")),
        _find_kinds(word), asked.day,
    )


@lru_cache(maxsize=1_000)
def _find_kinds(word: str) -> tuple[tuple[str, str], ...]:
    """Acts with their stages, where what pages say of them holds a folded word."""
    return tuple(kind for kind, told in fold_kinds() if is_in(word, told))


@lru_cache(maxsize=1)
def _fold_badges() -> tuple[tuple[str, ...], ...]:
    """What pages call the first event of a pair, and digests several of them; the longest first."""
    told = {load_words(language).say(key) for language in LANGUAGES for key in ("event.new_tie", "section.new_ties")}
    return tuple(sorted((tuple(fold_text(one).split()) for one in told), key=lambda badge: (-len(badge), badge)))


@lru_cache(maxsize=4)
def _fold_places(gazetteer: Gazetteer) -> tuple[tuple[str, str], ...]:
    """Every name of each place, and how pages tell it from its namesakes: `Gwangju (Gyeonggi)`."""
    return tuple(
        (key, "\n".join(map(fold_text, dict.fromkeys((
            *(gazetteer.name(key, language) for language in LANGUAGES), *one.names.values(),
            *chain(*one.aliases.values()),
        )))))
        for key, one in gazetteer.localities.items()
    )


@lru_cache(maxsize=10_000)
def _fold_name(name: str) -> str:
    return fold_text(name)
