"""Takes a query apart: days as people write them, and words without what stands around them; it knows no names."""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from monitor.web.written_days import take_days
from storage.folding import MOST_WORDS, fold_text, split_words

# Behind a stem of two syllables or more; of one, most are words of their own (회의, 학과).
_PARTICLE = re.compile(
    "([가-힣]{2,}?)(?:에서는|에서도|에서|에게|에는|에도|으로|까지|부터|은|는|이|가|을|를|와|과|의|에|로|도|만)")
_MORE = re.compile(r"\+\d+")


class AskedWord(NamedTuple):
    """A folded word; `day` where it is a day (`YYYY-MM-DD`, of any year `--MM-DD`), a month (`--MM`) or a year."""

    folded: str
    day: str = ""


def split_query(words: str, is_name: Callable[[str], bool]) -> tuple[AskedWord, ...]:
    """The days and the words of a query, folded, longest first; Korean words that `is_name` says are no name without
    their particle. What no letter stands in asks for nothing, unless there is nothing else."""
    text, written = take_days(unicodedata.normalize("NFC", words))
    days = [AskedWord(fold_text(one.words), one.day) for one in written]
    bare = [word for one in text.split() if not _MORE.fullmatch(one) and (word := _strip(one))]
    stems = [word if is_name(word) else _drop_particle(word) for word in bare] or ([] if days else text.split())
    return (*days, *(AskedWord(word) for word in split_words(" ".join(stems))))[:MOST_WORDS]


def _strip(word: str) -> str:
    """A word without the signs around it (`signed,`, `(Gyeonggi)`); empty where it is nothing but signs."""
    letters = [place for place, sign in enumerate(word) if unicodedata.category(sign)[0] in "LMN"]
    return word[letters[0] : letters[-1] + 1] if letters else ""


def _drop_particle(word: str) -> str:
    """`대구시가` as `대구시`."""
    found = _PARTICLE.fullmatch(word)
    return found[1] if found else word
