"""What a reader's words ask for: each word folded, with the places and outlets whose names hold it."""

import re
import unicodedata
from functools import lru_cache
from itertools import chain

from monitor.application import Application
from monitor.digests.wording import LANGUAGES
from seeds.gazetteer import Gazetteer
from storage.folding import fold_text, split_words
from storage.values import SearchWord

# Two letters are inside half of all names.
SHORTEST_IN_NAMES = 3
# Behind a stem of two syllables or more; of one, most are words of their own (회의, 학과).
_PARTICLE = re.compile(
    "([가-힣]{2,}?)(?:에서는|에서도|에서|에게|에는|에도|으로|까지|부터|은|는|이|가|을|를|와|과|의|에|로|도|만)")


def find_words(words: str, application: Application) -> tuple[SearchWord, ...]:
    """The words of a query, Korean ones without the particle behind them: what holds the stem holds the whole word too.

    An event holds a word that is in a name of one of its places, in any language.
    """
    return tuple(_find(word, application) for word in split_query(words, application))


def split_query(words: str, application: Application) -> tuple[str, ...]:
    """The folded words of a query, Korean ones without the particle behind them."""
    stems = " ".join(_drop_particle(word, application) for word in unicodedata.normalize("NFC", words).split())
    return split_words(stems)


def find_places(word: str, application: Application) -> frozenset[str]:
    """The keys of the places in whose names, in any language, a folded word stands."""
    return frozenset(key for key, names in _fold_places(application.gazetteer) if word in names)


def _drop_particle(word: str, application: Application) -> str:
    """`대구시가` as `대구시`; what is part of a place's name stays whole (`경기도`, `동나이`)."""
    found = _PARTICLE.fullmatch(word)
    if found is None:
        return word
    folded = fold_text(word)
    return word if any(folded in names for _, names in _fold_places(application.gazetteer)) else found[1]


def _find(word: str, application: Application) -> SearchWord:
    if len(word) < SHORTEST_IN_NAMES:
        return SearchWord(word)
    return SearchWord(
        word, tuple(key for key, names in _fold_places(application.gazetteer) if word in names),
        tuple(one for one, outlet in application.catalogue.outlets.items() if word in _fold_name(outlet.name)),
    )


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
