"""Finds Korean names romanised with one slip (letters swapped, one missing, added or wrong); it judges no context."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from monitor.judging.text import fold

# In shorter names one letter makes another place, another word or a given name (Jinju, Jeju; Gyeongju, Gyeongsu).
LEAST_LETTERS = 8
# A wrong letter makes another name more often than a missing one does (Gamcheon in Busan, Gimcheon).
LEAST_WITH_WRONG = 10
# A name this long is nothing else even where no type word stands with it.
SURE_LETTERS = 11
WORD = re.compile(r"(?<![\w'-])[A-Z][A-Za-z]{6,}(?:-(?:do|si|gun|gu|buk|nam|buk-do|nam-do|bukdo|namdo)(?![\w-]))?")
ENDINGS = re.compile(r" (?:do|si|gun|gu)\Z")


class Misspellings:
    """The long romanised names of one gazetteer, to be found with one slip."""

    def __init__(self, names: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        """`names` are the folded spellings of Korean units with the keys that bear them."""
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._near: dict[str, set[str]] = defaultdict(set)
        for name, keys in names:
            bare = _bare(name)
            if bare.isascii() and bare.isalpha():
                self._keys[bare] |= set(keys)
        # "Kyongsang" is no slip of Gyeongsan's other spelling, but a province without its direction.
        self._known = {name.removesuffix(side) for name in self._keys for side in ("", "buk", "nam")}
        for name in self._keys:
            if len(name) >= LEAST_LETTERS - 1:
                for shorter in (name, *_shorter(name)):
                    self._near[shorter].add(name)
        self._find = lru_cache(maxsize=4096)(self._find_keys)

    def find(self, text: str) -> Iterator[tuple[int, int, tuple[str, ...], bool]]:
        """Start, end and keys of each word of `text` that is one slip from one long name, and from no other's.

        The last says whether the word is sure enough to need no type word beside it.
        """
        for match in WORD.finditer(text):
            keys, is_sure = self._find(match.group())
            if keys:
                yield match.start(), match.end(), keys, is_sure

    def _find_keys(self, word: str) -> tuple[tuple[str, ...], bool]:
        bare = _bare(fold(word))
        if bare in self._known or len(bare) < LEAST_LETTERS - 1:
            return (), False
        near = {
            name for shorter in (bare, *_shorter(bare)) for name in self._near.get(shorter, ())
            if _is_one_slip(bare, name)
        }
        units = {frozenset(self._keys[name]) for name in near}
        if len(units) != 1 or max(map(len, near)) < LEAST_LETTERS:
            return (), False
        is_sure = len(bare) >= SURE_LETTERS and not any(_has_wrong_letter(bare, name) for name in near)
        return tuple(sorted(units.pop())), is_sure or ENDINGS.search(fold(word)) is not None


def _bare(name: str) -> str:
    return ENDINGS.sub("", name).replace(" ", "")


def _shorter(word: str) -> set[str]:
    return {word[:at] + word[at + 1:] for at in range(1, len(word))}


def _is_one_slip(one: str, other: str) -> bool:
    """Whether one letter, or the order of two neighbours, behind the first letter tells the two apart."""
    if one[0] != other[0]:
        return False
    first, last = _behind_the_same(one, other)
    if first[:2] == last[:2][::-1] and first[2:] == last[2:]:
        return True
    if first[1:] == last or first == last[1:]:
        return True
    return len(other) >= LEAST_WITH_WRONG and _has_wrong_letter(one, other)


def _has_wrong_letter(one: str, other: str) -> bool:
    first, last = _behind_the_same(one, other)
    return len(one) == len(other) and first[1:] == last[1:]


def _behind_the_same(one: str, other: str) -> tuple[str, str]:
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[start:], other[start:]
