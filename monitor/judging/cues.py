"""Finds the lexicon's words in a text, in one pass for each language; it does not weigh them."""

from dataclasses import dataclass
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from seeds.lexicon import Words

# Scripts without spaces between words: no boundary can be asked for.
_UNSPACED = (("가", "힣"), ("぀", "ヿ"), ("一", "鿿"))


@dataclass(frozen=True, slots=True)
class Cue:
    """A word of a group, as `start` and `end` in the text it was found in."""

    group: str
    word: str
    start: int
    end: int


@dataclass(frozen=True)
class CueFinder:
    """The words of one language, ready to be looked for."""

    words: Words

    @cached_property
    def _patterns(self) -> dict[str, list[tuple[str, bool, bool]]]:
        patterns: dict[str, list[tuple[str, bool, bool]]] = {}
        for group, words in self.words.groups.items():
            for word in words:
                bare = word.strip("*^")
                patterns.setdefault(bare, []).append((group, word.startswith("^"), word.endswith("*")))
        return patterns

    @cached_property
    def _automaton(self) -> tuple[AhoCorasick, tuple[str, ...]]:
        names = tuple(self._patterns)
        return AhoCorasick(list(names)), names

    def find_cues(self, text: str) -> list[Cue]:
        """Every word of every group, also inside longer ones, by start; upper and lower case are alike."""
        automaton, names = self._automaton
        lowered = fold_case(text)
        found = []
        for index, start, end in automaton.find_matches_as_indexes(lowered, overlapping=True):
            for group, edge, open_end in self._patterns[names[index]]:
                if _stands_alone(lowered, start, end, edge, open_end):
                    found.append(Cue(group, names[index], start, end))
        return sorted(found, key=lambda cue: (cue.start, cue.end, cue.group))


def fold_case(text: str) -> str:
    """Lower case of the same length, so that offsets hold (a few letters grow when lowered: those stay)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _stands_alone(text: str, start: int, end: int, edge: bool, open_end: bool) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if is_unspaced(text[start]):
        return not (edge and is_unspaced(before))
    free_before = not before.isalnum() or is_unspaced(before)
    return free_before and (open_end or not after.isalnum() or is_unspaced(after))


def is_unspaced(char: str) -> bool:
    return char > "\u303f" and any(low <= char <= high for low, high in _UNSPACED)
