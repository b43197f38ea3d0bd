"""Says whether a name found in a text stands there as a word, per script; it knows no localities."""

import re
from typing import Protocol

from monitor.judging.text import CYRILLIC_OR_LATIN

HANGUL = re.compile("[가-힣]")
WORDLESS = re.compile("[\u3040-\u30ff\u3400-\u9fff가-힣]")
KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")

# Particles and words of local government that are glued on to a name.
PARTICLES = (
    "에선|에게서|은|는|이|가|을|를|의|에|에서|에게|와|과|로|으로|도|만|까지|부터|간|측|발|산|서|나|이나|라|이라|인|행|내|별|등|및|"
    "에는|에도|에서는|에서도|에만|와의|과의|와는|과는|으로부터|로부터|이며|이고|처럼|보다|엔|선|편|쪽|권|식|출신|현지|지역|방문"
)
LOCAL_WORDS = (
    "시|군|구|도|성|현|읍|면|의회|군의회|시의회|인민|대표단|방문단|사절단|교육|교류|공무원|당서기|당위원|주민|농|시장|지사|"
    "국제|사무|해외|문화|청소년|학생|근로|계절|자매|우호|협력|관광|투자|경제|무역|여행|한인|교민|법인|공장|지점|새마을|사람|"
    "은행|대학|항공|공항|신문|일보|방송|병원|에어|상공|상의|고속|총영사|대교|국립|고등|초등|중학|경찰|교도|지법|지방|농협|축협|역|항|대|"
    "특사|상인|종합|농산|특산|축제|박람|엑스포|최대|시내|시민|서|발|산|출|노선|직항|항로|취항|보건|소방|자원|봉사|다문화|글로벌"
)
AFTER_NAME = re.compile(f"(?:(?:{PARTICLES})(?![가-힣])|{LOCAL_WORDS})")
BEFORE_NAME = ("베트남", "한국", "대한민국", "남한", "월남")
# "상주시키다" is a verb, not the city of Sangju.
VERB_AFTER_CITY = re.compile("[키킨킬킴켜켰]")
TYPED_HANGUL = re.compile("(?:시|군|구|도)$")
# Case endings that Polish and Czech put on a name in a consonant.
INFLECTION = re.compile(r"(?:u|owi|em|ie|y|ą|ę|a|om|ach)(?!\w)")
INFLECTED = frozenset({"pl", "cs"})
# "Kim Dong-yeon" is a person, not the district of Kim Động; "Bonghwa-gun" and "Da Nang-based" are places.
GIVEN_NAME = re.compile(
    r"-(?!(?:do|si|gun|gu|dong|eup|myeon|nam|buk|namdo|bukdo|based|born|led|to|wide|style|hosted|area|city|ro)(?![a-z]))[a-z]"
)
STEM_LETTERS = 3
FREE_SYLLABLES = 3


class Spelling(Protocol):
    """What a boundary needs of a pattern."""

    text: str
    stem: bool

    @property
    def is_mask(self) -> bool: ...


def is_wordless(text: str) -> bool:
    """Whether `text` is in a script that does not part words as Latin does (Hangul, kana, Chinese characters)."""
    return WORDLESS.search(text) is not None


def is_bounded(
    text: str, start: int, end: int, spelling: Spelling, lang: str, neighbours: tuple[set[int], set[int]],
) -> int:
    """Where the name at [start, end) ends as a word, an inflection included, or -1 when it is part of another word.

    `neighbours` are the offsets at which other hits start and end: Korean units follow each other without a space.
    """
    if not is_wordless(spelling.text):
        return _latin_end(text, start, end, spelling, lang)
    if spelling.is_mask:
        return end
    if HANGUL.match(spelling.text):
        starts, ends = neighbours
        bounded = _hangul_left(text, start, ends) and (end in starts or _hangul_right(text, end, spelling.text))
        return end if bounded else -1
    return end if not KATAKANA.match(spelling.text) or _no_katakana(text, start, end) else -1


def _latin_end(text: str, start: int, end: int, spelling: Spelling, lang: str) -> int:
    if start and text[start - 1].isalnum() and not WORDLESS.match(text[start - 1]):
        return -1
    if end == len(text) or not CYRILLIC_OR_LATIN.match(text, end):
        return -1 if GIVEN_NAME.match(text, end) else end
    if spelling.stem:
        return _stem_end(text, end)
    found = INFLECTION.match(text, end) if lang in INFLECTED else None
    return found.end() if found else -1


def _stem_end(text: str, end: int) -> int:
    last = end
    while last < len(text) and text[last].isalpha():
        last += 1
    return last if last - end <= STEM_LETTERS else -1


def _hangul_left(text: str, start: int, ends: set[int]) -> bool:
    if not start or not HANGUL.match(text, start - 1) or start in ends:
        return True
    return text.endswith(BEFORE_NAME, max(0, start - 4), start)


def _hangul_right(text: str, end: int, name: str) -> bool:
    if end == len(text) or not HANGUL.match(text, end):
        return True
    if TYPED_HANGUL.search(name) and len(name) >= FREE_SYLLABLES:
        return not VERB_AFTER_CITY.match(text, end)
    return len(name) >= FREE_SYLLABLES or AFTER_NAME.match(text, end) is not None


def _no_katakana(text: str, start: int, end: int) -> bool:
    return not (start and KATAKANA.match(text, start - 1)) and not KATAKANA.match(text, end)
