"""Takes a query apart: days as pages write them, and words without what stands around them; it knows no names."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from storage.folding import MOST_WORDS, fold_text, split_words

# Behind a stem of two syllables or more; of one, most are words of their own (회의, 학과).
_PARTICLE = re.compile(
    "([가-힣]{2,}?)(?:에서는|에서도|에서|에게|에는|에도|으로|까지|부터|은|는|이|가|을|를|와|과|의|에|로|도|만)")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_Y, _M, _D = r"(?P<year>(?:19|20)\d\d)", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_NAME = rf"(?P<name>{'|'.join(MONTHS)})[a-z]*\.?"
_ENDING = "[가-힣]{0,3}"
# As pages of each language write days, months and years (`monitor.digests.days`), and as data has them.
_DAYS = re.compile("|".join(
    re.sub(r"\?P<(\w+)>", rf"?P<\g<1>{number}>", form) for number, form in enumerate((
        rf"(?<!\d){_Y}-{_M}-{_D}(?!\d)", rf"(?<!\d){_D}/{_M}/{_Y}(?!\d)", rf"{_Y}년 ?{_M}월 ?{_D}일{_ENDING}",
        rf"(?<!\d){_D} {_NAME} {_Y}(?!\d)", rf"{_Y}년 ?{_M}월{_ENDING}", rf"tháng {_M}/{_Y}(?!\d)",
        rf"(?<!\w){_NAME} {_Y}(?!\d)", rf"(?<![\d-]){_Y}-{_M}(?![\d-])", rf"{_Y}년{_ENDING}", rf"năm {_Y}(?!\d)",
        rf"(?<![\w/-]){_Y}(?![\w/-])",
    ))
), re.IGNORECASE)
_MORE = re.compile(r"\+\d+")


class AskedWord(NamedTuple):
    """A folded word; `day` where it is a day (`YYYY-MM-DD`), a month or a year."""

    folded: str
    day: str = ""


def split_query(words: str, is_name: Callable[[str], bool]) -> tuple[AskedWord, ...]:
    """The days and the words of a query, folded, longest first; Korean words that `is_name` says are no name without
    their particle. What no letter stands in asks for nothing, unless there is nothing else."""
    text, days = _take_days(unicodedata.normalize("NFC", words))
    bare = [word for one in text.split() if not _MORE.fullmatch(one) and (word := _strip(one))]
    stems = [word if is_name(word) else _drop_particle(word) for word in bare] or ([] if days else text.split())
    return (*days, *(AskedWord(word) for word in split_words(" ".join(stems))))[:MOST_WORDS]


def _take_days(text: str) -> tuple[str, list[AskedWord]]:
    """The text without its days, and these."""
    days: dict[str, AskedWord] = {}

    def take(found: re.Match[str]) -> str:
        parts = {name.rstrip("0123456789"): value for name, value in found.groupdict().items() if value}
        if day := _make_day(parts):
            days.setdefault(day, AskedWord(fold_text(found[0]), day))
            return " "
        return found[0]

    return _DAYS.sub(take, text), list(days.values())


def _make_day(parts: dict[str, str]) -> str:
    """The day of a year, a month's number or name, and a day; empty for one that no calendar has."""
    month = MONTHS.index(parts["name"].lower()) + 1 if "name" in parts else int(parts.get("month", 0))
    day = int(parts.get("day", 0))
    try:
        whole = date(int(parts["year"]), month or 1, day or 1).isoformat()
    except ValueError:
        return ""
    return whole if day else whole[:7] if month else whole[:4]


def _strip(word: str) -> str:
    """A word without the signs around it (`signed,`, `(Gyeonggi)`); empty where it is nothing but signs."""
    letters = [place for place, sign in enumerate(word) if unicodedata.category(sign)[0] in "LMN"]
    return word[letters[0] : letters[-1] + 1] if letters else ""


def _drop_particle(word: str) -> str:
    """`대구시가` as `대구시`."""
    found = _PARTICLE.fullmatch(word)
    return found[1] if found else word
