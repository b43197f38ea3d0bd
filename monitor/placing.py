"""Names of places as readers write them: what a form offers, and which place is meant; it asks no store."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from itertools import chain

from monitor.digests.plain import make_plain
from monitor.digests.wording import LANGUAGES, load_wording
from seeds.gazetteer import Gazetteer
from storage.folding import fold_text

# So many are offered where a name is not clear; more are no help.
MOST_OFFERED = 12
# How like a known name an unknown one must be (0 to 1), as difflib measures it.
LIKENESS = 0.75
SHORTEST_BEGINNING = 3


@dataclass(frozen=True)
class PlaceAnswer:
    """What is meant by `words`: the place `key`, or none, and then `offers` are those that may be.

    `is_known` where the words are a name, of more than one place.
    """

    words: str = ""
    key: str = ""
    offers: tuple[str, ...] = ()
    is_known: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a place is asked for and it is not clear which."""
        return bool(self.words) and not self.key


class PlaceBook:
    """The names of all places of a gazetteer, in every language that it knows."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def label(self, key: str, language: str) -> str:
        """The name of a place as the form has it: no two places have the same. The key itself where it is unknown."""
        return self._labels[language].get(key, key)

    def find(self, words: str) -> PlaceAnswer:
        """The place of a key or of a name, in any language, with or without marks and the word for its kind.

        A name of several places means the one that holds all others of them; without such one nothing is guessed.
        """
        words = " ".join(words.split())
        if not words or words in self._gazetteer.localities:
            return PlaceAnswer(words, words)
        written, folded = words.casefold(), fold_text(words)
        if key := self._by_label.get(written):
            return PlaceAnswer(words, key)
        # Thanh Hóa is not Thạnh Hóa to whoever writes the marks.
        keys = self._by_written.get(written) or self._by_folded_label.get(folded) or self._by_name.get(folded)
        keys = keys or self._by_name.get(self._drop_type(folded), ())
        if key := self._find_holder(keys):
            return PlaceAnswer(words, key)
        return PlaceAnswer(words, "", self._drop_held(keys or self._find_alike(folded)), bool(keys))

    def sort(self, keys: Iterable[str], language: str) -> list[str]:
        """The keys by their labels."""
        return sorted(keys, key=lambda key: fold_text(self.label(key, language)))

    def _find_holder(self, keys: tuple[str, ...]) -> str:
        above = self._gazetteer.ancestors
        return next((key for key in keys if all(key in (one, *above(one)) for one in keys)), "")

    def _drop_held(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """Those that lie in none of the others, at most MOST_OFFERED."""
        above = self._gazetteer.ancestors
        return tuple(key for key in keys if not set(above(key)) & set(keys))[:MOST_OFFERED]

    def _drop_type(self, folded: str) -> str:
        """A name without the word for its kind: `tinh quang nam`, `quang nam province`."""
        for word, is_before in self._types:
            if is_before and folded.startswith(f"{word} "):
                return folded[len(word) + 1 :]
            if not is_before and folded.endswith(f" {word}"):
                return folded[: -len(word) - 1]
        return folded

    def _find_alike(self, folded: str) -> tuple[str, ...]:
        names = [name for name in self._by_name if len(folded) >= SHORTEST_BEGINNING and name.startswith(folded)]
        names = names or get_close_matches(folded, list(self._by_name), MOST_OFFERED, LIKENESS)
        return tuple(dict.fromkeys(chain.from_iterable(self._by_name[name] for name in names)))

    @cached_property
    def _types(self) -> tuple[tuple[str, bool], ...]:
        words = {(fold_text(one.word), one.side == "before") for one in self._gazetteer.types if one.side != "glued"}
        return tuple(sorted(words, key=lambda one: -len(one[0])))

    @cached_property
    def _by_name(self) -> dict[str, tuple[str, ...]]:
        return self._index(fold_text)

    @cached_property
    def _by_written(self) -> dict[str, tuple[str, ...]]:
        return self._index(str.casefold)

    def _index(self, write: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
        found = defaultdict[str, dict[str, None]](dict)
        for key, one in self._gazetteer.localities.items():
            for name in (*one.names.values(), *chain(*one.aliases.values())):
                found[write(name)][key] = None
        return {name: tuple(keys) for name, keys in found.items()}

    @cached_property
    def _by_label(self) -> dict[str, str]:
        return {label.casefold(): key for labels in self._labels.values() for key, label in labels.items()}

    @cached_property
    def _by_folded_label(self) -> dict[str, tuple[str, ...]]:
        """Labels with more than a name in them, as they are typed without marks."""
        found = defaultdict[str, dict[str, None]](dict)
        for label, key in self._by_label.items():
            if label not in self._by_written:
                found[fold_text(label)][key] = None
        return {label: tuple(keys) for label, keys in found.items()}

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        return {language: self._make_labels(language) for language in LANGUAGES}

    def _make_labels(self, language: str) -> dict[str, str]:
        """Each place's own name where that means it; else with its province, its kind, its unit, or its key."""
        made, left = dict[str, str](), list(self._gazetteer.localities)
        for form in (self._say_bare, self._say_province, self._say_kind, self._say_unit, self._say_key):
            labels = {key: form(key, language) for key in left}
            counted = Counter(map(fold_text, (*labels.values(), *made.values())))
            for key, label in labels.items():
                folded = fold_text(label)
                names = self._by_written.get(label.casefold()) or self._by_name.get(folded)
                if self._find_holder(names) == key if names else counted[folded] == 1:
                    made[key] = label
            left = [key for key in left if key not in made]
        return made

    def _own_name(self, key: str, language: str) -> str:
        names = self._gazetteer.localities[key].names
        return make_plain(names.get(language) or names["en"])

    def _say_bare(self, key: str, language: str) -> str:
        return make_plain(self._gazetteer.name(key, language))

    def _say_province(self, key: str, language: str) -> str:
        own, above = self._own_name(key, language), self._own_name(self._gazetteer.province(key), language)
        if own == above:
            return own
        is_korean = language == "ko" and self._gazetteer.localities[key].country == "KR"
        return f"{above} {own}" if is_korean else _add(own, above, language)

    def _say_kind(self, key: str, language: str) -> str:
        one, words = self._gazetteer.localities[key], load_wording(language)
        kind = words.name_kind(one.kind)
        # Most provinces of before July 2025 have a namesake of today that holds them.
        said = words.say("unit.old", kind=kind) if one.level == 1 and one.merged_into else kind
        return _add(self._own_name(key, language), said, language)

    def _say_unit(self, key: str, language: str) -> str:
        one = self._gazetteer.localities[key]
        kind, above = load_wording(language).name_kind(one.kind), self._gazetteer.localities.get(one.parent)
        where = self._own_name(above.key, language) if above else key
        return _add(self._own_name(key, language), f"{kind}, {where}", language)

    def _say_key(self, key: str, language: str) -> str:
        return _add(self._own_name(key, language), key, language)


def _add(name: str, what: str, language: str) -> str:
    """A name with what tells it apart behind it; Korean has no blank before a bracket."""
    return f"{name}({what})" if language == "ko" else f"{name} ({what})"


@lru_cache(maxsize=4)
def make_place_book(gazetteer: Gazetteer) -> PlaceBook:
    """The book of a gazetteer, made once."""
    return PlaceBook(gazetteer)
