"""What a reader's words ask for: each word folded, with the places and outlets whose names hold it."""

from functools import lru_cache
from itertools import chain

from monitor.application import Application
from seeds.gazetteer import Gazetteer
from storage.folding import fold_text, split_words
from storage.values import SearchWord

# Two letters are inside half of all names.
SHORTEST_IN_NAMES = 3


def find_words(words: str, application: Application) -> tuple[SearchWord, ...]:
    """The words of a query; an event holds a word that is in a name of one of its places, in any language."""
    return tuple(_find(word, application) for word in split_words(words))


def _find(word: str, application: Application) -> SearchWord:
    if len(word) < SHORTEST_IN_NAMES:
        return SearchWord(word)
    return SearchWord(
        word, tuple(key for key, names in _fold_places(application.gazetteer) if word in names),
        tuple(one for one, outlet in application.catalogue.outlets.items() if word in _fold_name(outlet.name)),
    )


@lru_cache(maxsize=4)
def _fold_places(gazetteer: Gazetteer) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, "\n".join(map(fold_text, dict.fromkeys((*one.names.values(), *chain(*one.aliases.values()))))))
        for key, one in gazetteer.localities.items()
    )


@lru_cache(maxsize=10_000)
def _fold_name(name: str) -> str:
    return fold_text(name)
