"""Finds a reader's own keywords in the news; it knows no place and no act."""

import re
import unicodedata
from functools import lru_cache

HANGUL = re.compile("[\uac00-\ud7a3]")
# Particles that may follow a single syllable; a longer word is found wherever it stands, as Korean writes compounds
# and particles in one.
PARTICLES = "은|는|이|가|을|를|의|에|에서|와|과|도|로|으로|만|까지|부터"
# The two placements of a tone mark (hoà, hòa) in the old one.
TONES = str.maketrans({"đ": "d"})
MARKED_PAIRS = {"oa": "òóỏõọ", "oe": "òóỏõọ", "uy": "ùúủũụ"}


def has_keyword(keywords: tuple[str, ...], text: str) -> bool:
    """Whether one of `keywords` stands in `text`, in any case.

    A keyword is found as whole words; `farm*` finds what begins so. In Hangul it is found within a longer word, too, as
    particles and compounds are written in one; a single syllable only as a word with at most a particle. A keyword
    without any marks finds words with them (`hop tac` finds `hợp tác`); one with marks finds only these.
    """
    folded = _fold(text)
    bare = _unmark(folded) if any(_read(keyword)[1] for keyword in keywords) else ""
    return any(_stands_in(keyword, bare if _read(keyword)[1] else folded) for keyword in keywords)


def _stands_in(keyword: str, text: str) -> bool:
    # Most keywords are in no text; to make the pattern takes a millisecond, as it has a hole for all of Hangul.
    words = _read(keyword)[0].rstrip("*").split()
    return all(word in text for word in words) and _compile(keyword).search(text) is not None


@lru_cache(maxsize=4096)
def _read(keyword: str) -> tuple[str, bool]:
    folded = _fold(keyword.strip())
    return folded, folded.isascii()


@lru_cache(maxsize=4096)
def _compile(keyword: str) -> re.Pattern[str]:
    folded, _ = _read(keyword)
    words = r"\s+".join(re.escape(word) for word in folded.rstrip("*").split())
    if HANGUL.search(folded):
        syllable = len(folded.rstrip("*")) == 1 and not folded.endswith("*")
        return re.compile(rf"(?<!\w){words}(?:{PARTICLES})?(?!\w)" if syllable else words)
    end = "" if folded.endswith("*") else _WORD_END
    return re.compile(rf"(?<![^\W가-힣]){words}{end}")


# A Latin word may carry a Korean particle: "MOU를".
_WORD_END = r"(?![^\W가-힣])"


def _fold(text: str) -> str:
    return _one_placement(unicodedata.normalize("NFC", text).casefold())


def _unmark(text: str) -> str:
    """`text` without marks on Latin letters; Hangul stays in one piece."""
    return "".join(sign if HANGUL.match(sign) else _base(sign) for sign in text)


@lru_cache(maxsize=4096)
def _base(sign: str) -> str:
    return sign if sign.isascii() else (unicodedata.normalize("NFD", sign)[0]).translate(TONES)


def _one_placement(text: str) -> str:
    return _NEW_PLACE.sub(lambda found: _OLD_PLACE[found.group()], text) if not text.isascii() else text


def _make_places() -> dict[str, str]:
    """Each syllable end with its mark on the second vowel, to the same with it on the first."""
    places = {}
    for pair, marked in MARKED_PAIRS.items():
        for first in marked:
            tone = unicodedata.normalize("NFD", first)[1]
            places[pair[0] + unicodedata.normalize("NFC", pair[1] + tone)] = first + pair[1]
    return places


_OLD_PLACE = _make_places()
_NEW_PLACE = re.compile("|".join(_OLD_PLACE))
