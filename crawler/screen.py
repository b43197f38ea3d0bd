"""Says whether a page names anything of the other country; it does not judge what the page says about it.

Over-inclusive on purpose: what the judge would flag must pass. A page is searched as it came, markup included: as UTF-8
bytes, before anything decodes or parses it.
"""

import re
import unicodedata
from collections.abc import Iterable
from html import unescape

import ahocorasick_rs

from seeds.outlet import Country

SCREEN_VERSION = "2"

# The names of the two countries in the languages of the outlets and of the editions that they publish.
COUNTRY_WORDS: dict[Country, tuple[str, ...]] = {
    "VN": ("베트남", "월남", "越南", "ベトナム", "Việt Nam", "Vietnam", "Viet Nam", "Wietnam", "Вьетнам", "В'єтнам",
           "เวียดนาม", "فيتنام", "Βιετνάμ", "ວຽດນາມ", "វៀតណាម"),
    "KR": ("한국", "대한민국", "韓国", "韩国", "韓國", "Hàn Quốc", "Hàn-Việt", "Việt-Hàn", "Việt - Hàn", "Korea",
           "Corée", "Corea", "Koreą", "Korei", "Coreia", "Корея", "Кореи", "Корее", "Корею", "Корей", "เกาหลี", "كوريا",
           "Κορέα", "ເກົາຫຼີ", "កូរ៉េ", "đại sứ Hàn", "xứ Hàn", "phía Hàn", "người Hàn", "xứ sở kim chi"),
}
# The units of Korea in Russian, which the gazetteer does not spell and outlets of Vietnam print in their editions: one
# labelled story names a province and not the country.
RUSSIAN_UNITS = ("Сеул", "Пусан", "Тэгу", "Инчхон", "Кванджу", "Тэджон", "Ульсан", "Седжон", "Кёнги", "Канвон",
                 "Чхунчхон", "Чхунбук", "Чхуннам", "Чолла", "Чонбук", "Чоннам", "Кёнсан", "Кёнбук", "Кённам", "Чеджу")
# Korean spellings of Vietnamese names have two syllables or more; those of two are mostly Korean words as well ("후에"
# is "after", "번호" is "number" on every page). They count with a unit word after them; these few count alone.
WELL_KNOWN = frozenset({"다낭", "달랏", "껀터", "닥락", "닥농", "꽝남", "꽝닌", "박닌", "짜빈", "빈롱", "벤째", "후옌"})
# The first-level name of fewer than four plain letters: it counts capitalised and alone ("hue-rotate" does not).
SHORT_NAMES = frozenset({"Hue"})
_UNITS = tuple(unit.encode() for unit in ("시", "성", "현", "군", "사", "동", "구", "직할시", "특별시", "중앙직할시"))
_TONES = tuple(  # both ways of placing the tone: "hoà" and "hòa", "thuý" and "thúy"
    (unicodedata.normalize("NFC", pair[0] + mark + pair[1]), unicodedata.normalize("NFC", pair[0] + pair[1] + mark))
    for pair in ("oa", "oe", "uy") for mark in "\u0300\u0301\u0309\u0303\u0323")
_TONED = re.compile("|".join(form for pair in _TONES for form in pair))
_HANGUL = re.compile("[가-힣]")
# Entities that stand for a letter beyond ASCII (the group); "&quot;", "&#39;" need no unescaping of the whole page, and
# for "&nbsp;" there is a cheaper way.
_ENTITY = re.compile(
    rb"&(?:nbsp;|#160;|(#(?:\d{4,6}|19[2-9]|[2-9]\d\d|[xX]0{0,4}(?:[1-9a-fA-F][0-9a-fA-F]{2,4}|[c-fC-F][0-9a-fA-F]));"
    rb"|[A-Za-z]{1,2}(?:acute|grave|circ|tilde|uml|horn|breve|strok);|(?:eth|ETH);|amp;#))")
_SHORT_LATIN = 7  # Latin names shorter than this need a boundary on both sides: "Asan" is in "pleasant"


class Screen:
    """A set of words to look for. Names of one Hangul syllable or fewer than four plain Latin letters are left out:
    they would only count beside a country word, and that one lets the page pass by itself."""

    def __init__(self, words: Iterable[str], *, with_unit: Iterable[str] = ()) -> None:
        """`words` count by themselves, `with_unit` only before a word for city, province or the like."""
        alone = {form for word in words if _counts(word) for form in _forms(word)}
        short = {form for form in alone if _is_latin(form) and len(form) < _SHORT_LATIN}
        unit = {_lower_ascii(word) for word in with_unit} - alone
        patterns = [*sorted(unit), *sorted(short), *_shortest(alone - short)]
        self._needs_unit, self._needs_boundary = len(unit), len(unit) + len(short)
        self._needs_capital = {at for at, pattern in enumerate(patterns) if pattern.title() in SHORT_NAMES}
        coded = [pattern.encode() for pattern in patterns]
        self._words = ahocorasick_rs.BytesAhoCorasick(coded, implementation=ahocorasick_rs.Implementation.ContiguousNFA)
        self.size = len(patterns)

    def passes(self, text: str | bytes) -> bool:
        """Whether `text` (a page, as UTF-8 where it is bytes, or a title) holds one of the words.

        In any case, entity-coded or in NFD; a name may be broken over two lines.
        """
        return bool(self.find(text, first=True))

    def find(self, text: str | bytes, *, first: bool = False) -> list[str]:
        """The words found, as they stand in `text`, at most one when `first`."""
        line, found = _prepare(text.encode("utf-8", "replace") if isinstance(text, str) else text), []
        for at, start, end in self._words.find_matches_as_indexes(line.lower(), overlapping=True):
            if at >= self._needs_boundary or self._holds(at, line, start, end):
                found.append(line[start:end].decode("utf-8", "replace"))
                if first:
                    break
        return found

    def _holds(self, at: int, line: bytes, start: int, end: int) -> bool:
        if at < self._needs_unit:
            return line[end:end + 13].lstrip().startswith(_UNITS)
        return _stands_alone(line, start, end) and (at not in self._needs_capital or line[start:start + 1].isupper())


def make_screen(country: Country, names: Iterable[str] = ()) -> Screen:
    """The screen for outlets of `country`: the other country's words, and `names`, the aliases of its localities."""
    names = list(names)
    if country == "VN":
        return Screen([*COUNTRY_WORDS["KR"], *RUSSIAN_UNITS, *names])
    doubtful = {name for name in names if len(name) == 2 and _HANGUL.match(name)} - WELL_KNOWN
    return Screen([*COUNTRY_WORDS["VN"], *SHORT_NAMES, *(set(names) - doubtful)], with_unit=doubtful)


def _counts(word: str) -> bool:
    if word in SHORT_NAMES:
        return True
    letters = [c for c in unicodedata.normalize("NFC", word) if c.isalpha()]
    if any(map(_HANGUL.match, letters)):
        return len(letters) >= 2
    if all(c.isascii() for c in letters):
        return len(letters) >= 4
    return len(letters) >= 2  # a Latin name with its diacritics ("Huế"), or another script


def _forms(word: str) -> set[str]:
    # The text is lowered in ASCII only (ten times cheaper), so capitals with diacritics are forms of their own.
    plain = " ".join(unicodedata.normalize("NFC", word).split())
    forms = {plain, plain.lower(), plain.upper()}
    for one, other in _TONES if _TONED.search(plain.lower()) else ():
        forms |= {form.replace(one, other) for form in forms} | {form.replace(other, one) for form in forms}
    folded = _fold(plain.lower())
    if not _is_latin(plain) or len(_letters(folded)) >= 4:
        forms.add(folded)
    return {_lower_ascii(form) for form in forms}


def _shortest(forms: set[str]) -> list[str]:
    """Without the forms that hold another one: "Chungcheongnam-do" says nothing that "Chungcheongnam" does not."""
    ordered = sorted(forms)
    finder = ahocorasick_rs.AhoCorasick(ordered, implementation=ahocorasick_rs.Implementation.ContiguousNFA)
    return [form for form in ordered if len(finder.find_matches_as_indexes(form, overlapping=True)) == 1]


def _lower_ascii(text: str) -> str:
    return text.encode().lower().decode()


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def _fold(text: str) -> str:
    if _HANGUL.search(text):
        return text
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare).replace("đ", "d")


def _is_latin(text: str) -> bool:
    return all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 for c in text)


def _prepare(raw: bytes) -> bytes:
    entities = {bool(match[1]) for match in _ENTITY.finditer(raw)}
    if True in entities:
        raw = unescape(raw.decode("utf-8", "replace")).encode("utf-8", "replace")
    elif entities:
        raw = raw.replace(b"&nbsp;", b" ").replace(b"&#160;", b" ")
    if b"\xcc" in raw or b"\xe1\x84" in raw:  # tone marks of decomposed Vietnamese, consonants of decomposed Hangul
        raw = unicodedata.normalize("NFC", raw.decode("utf-8", "replace")).encode()
    if b"\xc2" in raw:
        raw = raw.replace(b"\xc2\xa0", b" ")
    return b" ".join(map(bytes.strip, raw.split(b"\n"))).replace(b"\t", b" ")  # a name broken over two indented lines


def _stands_alone(line: bytes, start: int, end: int) -> bool:
    before = line[max(0, start - 4):start].decode("utf-8", "ignore")[-1:]
    after = line[end:end + 4].decode("utf-8", "ignore")[:1]
    return not _is_word_letter(before) and not _is_word_letter(after)


def _is_word_letter(char: str) -> bool:
    return bool(char) and char.isalpha() and _is_latin(char)
