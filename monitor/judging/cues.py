"""Finds the lexicon's words in a text, in one pass for each language; it does not weigh them."""

import re
from dataclasses import dataclass
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from monitor.judging.text import fold, is_vietnamese, one_placement
from seeds.lexicon import Words

MASK = "mask"
# Vietnamese words that without their marks are mostly other words (bàn, bão, cháy, phòng, sở, tặng, trận, hàn) ...
VAGUE = frozenset(["ban", "bao", "chay", "phong", "so", "tang", "tran", "han", "giam", "giet"])
# ... and the phrases in which the others are (kỷ niệm is no ký, tham gia no thăm, hoàn thành no hoãn).
VAGUE_PHRASES = (
    "ky niem", "ky hop", "ky thi", "ky luat", "ky thuat", "ky nghi", "ky vong", "ky la", "thoi ky", "hoc ky", "hoa ky",
    "dinh ky", "nhiem ky", "the ky", "chu ky", "tham gia", "tham du", "tham khao", "tham quan", "tham muu", "tham tan",
    "giai doan", "hoan thanh", "hoan toan", "hoan nghenh", "hoan thien", "huy dong", "phat huy", "chi huy",
    "huy chuong", "gap doi", "gap ba", "da dang", "da nang", "da phuong", "lang da", "tung buoc",
)
# Scripts without spaces between words: no boundary can be asked for.
_UNSPACED = (("가", "힣"), ("぀", "ヿ"), ("一", "鿿"))
_VAGUE = re.compile(rf"\b(?:{'|'.join(VAGUE_PHRASES)})\b")


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
        return AhoCorasick([one_placement(name) for name in names]), names

    @cached_property
    def _bare(self) -> tuple[AhoCorasick, tuple[str, ...]]:
        """The words without their marks, for Vietnamese that is written so."""
        names = tuple(name for name in self._patterns if fold(name).strip() not in VAGUE)
        return AhoCorasick([fold(name) for name in names]), names

    def _search(self, text: str) -> tuple[str, tuple[AhoCorasick, tuple[str, ...]]]:
        if self.words.lang != "vi":
            return fold_case(text), self._automaton
        if is_vietnamese(text):
            return one_placement(fold_case(text)), self._automaton
        return fold(text), self._bare

    def find_cues(self, text: str) -> list[Cue]:
        """Every word of every group, also inside longer ones, by start; upper and lower case are alike."""
        lowered, (automaton, names) = self._search(text)
        found = []
        for index, start, end in automaton.find_matches_as_indexes(lowered, overlapping=True):
            for group, edge, open_end in self._patterns[names[index]]:
                if _stands_alone(lowered, start, end, edge, open_end):
                    found.append(Cue(group, names[index], start, end))
        if automaton is not self._automaton[0]:
            found = _without_vague(found, lowered)
        return _unmasked(sorted(found, key=lambda cue: (cue.start, cue.end, cue.group)))


def _unmasked(cues: list[Cue]) -> list[Cue]:
    """`cues` without those that lie in a word of the group `mask`: "ký" (sign) in "đăng ký" (register)."""
    masks = [cue for cue in cues if cue.group == MASK]
    if not masks:
        return cues
    return [
        cue for cue in cues
        if cue.group != MASK and not any(_hides(mask, cue) for mask in masks)
    ]


def _hides(mask: Cue, cue: Cue) -> bool:
    """Whether `cue` is a part of the mask; a word of its own that is as long stays."""
    return mask.start <= cue.start and cue.end <= mask.end and cue.end - cue.start < mask.end - mask.start


def _without_vague(cues: list[Cue], folded: str) -> list[Cue]:
    """`cues` without the words of one syllable that are part of another word's phrase."""
    vague = [match.span() for match in _VAGUE.finditer(folded)]
    return [
        cue for cue in cues
        if " " in cue.word or not any(start <= cue.start and cue.end <= end for start, end in vague)
    ]


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
