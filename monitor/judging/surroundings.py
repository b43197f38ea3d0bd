"""Reads the words around a name: type words, organisations, bylines, countries, sentences; it decides nothing."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from monitor.judging.boundaries import HANGUL, PARTICLES
from monitor.judging.text import fold, is_vietnamese
from seeds.gazetteer import Gazetteer
from seeds.places import SIDES

REACH = 40  # characters within which a word counts as near: `베트남 within 30 chars` of the facts, and a little more
BEFORE_REACH = 34
SENTENCE_END = re.compile(r"[.!?。…](?=[\s\"'”’)」]|$)|\n")
# "Q." and "TP." end no sentence, nor do initials.
ABBREVIATED = re.compile(r"(?:\b(?:tp|q|p|tx|tt|ths|ts|gs|pgs|mr|ms|mrs|dr|st|no|vol|gov)|\b\w)$", re.IGNORECASE)
COUNTRY_WORDS = {
    "KR": re.compile("한국|韩国|韓国|korea|hàn quốc|han quoc|коре[яеийю]|corée|coréen|corea|jižní kore", re.IGNORECASE),
    # Only Vietnam's localities have a people's committee: it names the country as well as the country's name does.
    "VN": re.compile(
        "베트남|월남|越南|ベトナム|vi[eệê]t ?nam|wietnam|вьетнам|people['’]s committee|인민위원회|volkskomitee|"
        "comité popul|komitet\\w* ludow|lidov\\w+ výbor|народн\\w+ комитет|人民委员会|人民委員会", re.IGNORECASE,
    ),
}
# (봉화=연합뉴스), [함양=뉴시스]: the desk that wrote, not an actor.
BYLINE = re.compile(r"[(\[【]\s*([가-힣·, ]{2,12})\s*=\s*[^)\]】\n]{2,30}[)\]】]")
ENDING = rf"(?![가-힣])|(?=(?:{PARTICLES})(?![가-힣]))"
# Words of organisations that without their marks are mostly other words (chợ and cho, sông and song).
VAGUE = frozenset({"cho", "bao", "song", "dai", "cau", "bun", "bia", "pho", "quan", "ga", "truong", "vinh"})
AFTER_TYPE = "장|의회|인민|청|의|내|민|당|공무|대표|방문"
DATELINE = re.compile(
    r"^(?:\s*[-–]?\s*)?(?:\((?:VNA|TTXVN|VNS|Yonhap|VOV\w*|Xinhua|Reuters|AP)\)|,\s+[A-Z][a-z]{2,8}\.?\s+\d{1,2}\s*\()"
)
MASTHEAD = re.compile(
    r"(?:Báo(?: điện tử)?|Cổng thông tin điện tử|Cổng TTĐT|Trang thông tin điện tử|"
    r"Đài (?:Phát thanh (?:và|-) Truyền hình|PT-?TH))\s(?:(?:tỉnh|thành phố)\s|TP\.?\s?)?"
)
MASTHEAD_FRONT = re.compile(r"(?:^|[\n(\[*–-])\s?\Z")
# A name after a title or a family name is a person's: "ông Vinh", "Trần Hà Nam".
TITLE = re.compile(
    r"(?<!\w)(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ô|ca sĩ|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|TS\.?)\s(?:[A-ZÀ-ỸĐ]\w*\s){0,3}\Z"
)
FAMILY_NAME = re.compile(
    r"(?<!\w)(?:Nguyễn|Nguyen|Trần|Tran|Phạm|Pham|Huỳnh|Huynh|Phan|Đặng|Dang|Bùi|Bui|Đỗ|Ngô|Võ|Vũ|Lê)"
    r"\s(?:[A-ZÀ-ỸĐ]\w*\s)?\Z"
)
# Korean family names that are no word of Vietnamese or English, right in front: "Kim Hà Nam", "Lee Jeju".
KOREAN_FAMILY_NAME = re.compile(
    r"(?<![\w-])(?:Kim|Lee|Park|Choi|Jung|Jeong|Kang|Yoon|Yun|Jang|Lim|Shin|Kwon|Hwang|Ahn|Ryu|Yoo|Moon|Bae|Baek|Heo|Noh|"
    r"Roh|Koo|Kwak) \Z"
)
KOREAN_HOME = {"gun": "군", "si": "시", "administrative si": "시", "gu": "구", "general gu": "구"}
UNIT_LEVELS = {
    "municipality": {"city", "province"}, "province": {"province"}, "thành phố": {"city", "district", "ward"},
    "thị xã": {"city", "district", "ward"}, "quận": {"district", "county", "ward"},
    "huyện": {"district", "county", "ward"}, "si": {"city"}, "administrative si": {"city"},
    "gun": {"county", "district"},
    "gu": {"district", "county"}, "general gu": {"district", "county"}, "metropolitan city": {"city"},
    "special city": {"city"}, "special self-governing city": {"city"}, "integrated special city": {"city"},
    "special self-governing province": {"province"},
}


@dataclass(frozen=True)
class TypeFound:
    """A type word beside a name: the span of both, and the levels it can mean."""

    start: int
    end: int
    levels: frozenset[str]


@dataclass(frozen=True)
class _Words:
    before: re.Pattern[str]
    after: re.Pattern[str]
    glued: dict[str, re.Pattern[str]]
    levels: dict[tuple[str, str], frozenset[str]]
    organisation_before: re.Pattern[str]
    organisation_after: re.Pattern[str]
    organisation_glued: re.Pattern[str]


def find_type(text: str, start: int, end: int, country: str, gazetteer: Gazetteer) -> TypeFound | None:
    """The type word before, after or glued to the name at [start, end), for a unit of `country` ('' for either)."""
    words = _words(gazetteer, is_vietnamese(text))
    if HANGUL.match(text, start):
        return _find_glued(text, start, end, country, words)
    if found := words.before.search(text, max(0, start - BEFORE_REACH), start):
        return TypeFound(found.start(1), end, words.levels["before", found.group(1).lower()])
    if found := words.after.match(text, end):
        return TypeFound(start, found.end(1), words.levels["after", found.group(1).lower()])
    return _find_glued(text, start, end, country, words) if ord(text[start]) > 0x3000 else None


def is_organisation(text: str, start: int, end: int, gazetteer: Gazetteer) -> bool:
    """Whether the name at [start, end) stands inside the name of a university, a bank, a club, an airport."""
    words = _words(gazetteer, is_vietnamese(text))
    if HANGUL.match(text, start):
        return (words.organisation_glued.match(text, end) or words.organisation_after.match(text, end)) is not None
    if words.organisation_before.search(text, max(0, start - BEFORE_REACH), start):
        return True
    return (words.organisation_after.match(text, end) or words.organisation_glued.match(text, end)) is not None


def is_dateline(text: str, start: int, end: int) -> bool:
    """Whether the name at [start, end) says where a report was filed: "HANOI (VNA)", "SEOUL, Nov. 3 (Yonhap)"."""
    return DATELINE.match(text[end:end + REACH]) is not None


def is_person(text: str, start: int, *, titled: bool) -> bool:
    """Whether a name at `start` goes on a family name or, where `titled` asks for it, follows a title."""
    front = max(0, start - BEFORE_REACH)
    if FAMILY_NAME.search(text, front, start) or KOREAN_FAMILY_NAME.search(text, front, start):
        return True
    return (
        titled and TITLE.search(text, front, start) is not None
    )


def find_mastheads(text: str) -> frozenset[int]:
    """Where the names of papers and portals that speak begin: "(Báo Nghệ An) -", "Cổng TTĐT tỉnh Lào Cai"."""
    return frozenset(
        match.end() for match in MASTHEAD.finditer(text)
        if MASTHEAD_FRONT.search(text, max(0, match.start() - 2), match.start())
    )


def find_bylines(text: str) -> list[tuple[int, int]]:
    """The spans of the desks in byline tags."""
    return [found.span(1) for found in BYLINE.finditer(text)]


@lru_cache(maxsize=16)
def names_country(text: str, country: str) -> bool:
    """Whether `text` names the country in words of any of our languages."""
    return COUNTRY_WORDS[country].search(text) is not None


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of the sentence that holds [start, end)."""
    starts, ends = _sentence_ends(text)
    before, after = bisect_right(ends, start), bisect_left(starts, end)
    return ends[before - 1] if before else 0, ends[after] if after < len(ends) else len(text)


@lru_cache(maxsize=8)
def _sentence_ends(text: str) -> tuple[list[int], list[int]]:
    stops = [
        stop.span() for stop in SENTENCE_END.finditer(text)
        if stop.group() != "." or not ABBREVIATED.search(text, max(0, stop.start() - 5), stop.start())
    ]
    return [start for start, _ in stops], [end for _, end in stops]


def _find_glued(text: str, start: int, end: int, country: str, words: _Words) -> TypeFound | None:
    for side in (country,) if country else ("VN", "KR"):
        if found := words.glued[side].match(text, end):
            return TypeFound(start, found.end(1), words.levels[f"glued {side}", found.group(1)])
    return None


@lru_cache(maxsize=4)
def _words(gazetteer: Gazetteer, is_marked: bool) -> _Words:
    """The words around names; for a text without Vietnamese letters also the Vietnamese ones without their marks."""
    levels: dict[tuple[str, str], frozenset[str]] = {}
    by_side: dict[str, list[str]] = {"before": [], "after": [], "glued VN": [], "glued KR": []}
    for word in gazetteer.types:
        sides = [word.side] if word.side != "glued" else [
            f"glued {country}" for country in ("VN", "KR") if word.country in (country, "*")
        ]
        for side in sides:
            for form in _forms(word.word, is_marked):
                by_side[side].append(form)
                levels[side, form.lower()] = levels.get((side, form.lower()), frozenset()) | word.levels
    parts = _organisation_parts(gazetteer, is_marked)
    return _Words(
        before=re.compile(rf"(?<!\w)({_any(by_side['before'])})(?:\.\s?|\s|(?<='))(?:\s?\()?\Z", re.I),
        after=re.compile(rf"(?:\s|-|'s\s)?({_any(by_side['after'])})(?!\w)", re.I),
        glued={
            country: re.compile(rf"({_any(by_side[f'glued {country}'])})(?:{ENDING}|(?={AFTER_TYPE}))")
            for country in ("VN", "KR")
        },
        levels=levels,
        organisation_before=re.compile(rf"(?<!\w)(?<!thành )(?<!thanh )(?:{_any(parts['before'])})\s\Z", re.I),
        organisation_after=re.compile(
            rf"(?:\s?(?:{_any(parts['between'])}))*\s?(?:{_any(parts['after'])})(?:(?!\w)|{ENDING}(?<=[가-힣]))"
        ),
        organisation_glued=re.compile(rf"(?:{_any(parts['glued'])})(?:{ENDING})"),
    )


def _organisation_parts(gazetteer: Gazetteer, is_marked: bool) -> dict[str, list[str]]:
    """The words that make an organisation of a name, by side; those behind a name also in capitals."""
    parts: dict[str, list[str]] = {side: [] for side in SIDES}
    for word in gazetteer.organisations:
        parts[word.side] += [form for form in _forms(word.word, is_marked) if form not in VAGUE]
        if word.side in ("after", "between"):
            parts[word.side].append(word.word.upper())
    return parts


def _forms(word: str, is_marked: bool) -> tuple[str, ...]:
    return (word,) if is_marked or word.isascii() or not fold(word).isascii() else (word, fold(word))


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True)) or "(?!)"
