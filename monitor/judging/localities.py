"""Finds the localities named in a text and says how sure each is; it judges no cooperation.

Notes of the mentions, by the rule that decided:
`name` a name that is nothing else · `type` a type word stands with it · `listed` a name with other meanings, accepted ·
`context` borne out by its parent, its country, a tie, home or itself elsewhere · `default` the usual one of several ·
`parent` it only says where another mention lies · `ward` an unknown ward of it · `home` unnamed, the outlet's own ·
`organisation`, `byline` no actor · `namesake` several units bear the name and nothing decides: the key is empty.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from monitor.judging.boundaries import HANGUL
from monitor.judging.matcher import make_matcher
from monitor.judging.namesakes import LONGEST_NAME, Found, Readings, settle
from monitor.judging.surroundings import (
    KOREAN_HOME,
    find_bylines,
    find_mastheads,
    find_type,
    is_dateline,
    is_organisation,
)
from monitor.judging.text import fold
from monitor.judging.values import Field, Mention, Story
from seeds.gazetteer import Gazetteer
from seeds.places import Locality

HOME_SURE = 0.6
NATIONAL_DESKS = frozenset({"KR-11", "KR-36", "VN-01", "VN63-01"})
SURE = {"type": 1.0, "name": 0.9, "listed": 0.75, "context": 0.85, "default": 0.55, "ward": 0.9, "parent": 0.9,
        "organisation": 0.9, "byline": 0.9, "namesake": 0.2}
INACTIVE = frozenset({"parent", "organisation", "byline", "namesake"})
HOMES_PER_FIELD = 4
# English pages of provincial papers: a body is the outlet's own, the bare word only where no other place came last.
ENGLISH_HOME = {
    level: re.compile(
        rf"(?<!\w)[Tt]he\s+(?:(?P<bare>{noun})(?!\s+(?:of|in)\b|\w|-|\s+[A-Z])|"
        rf"(?:{noun}|{adjective})(?:['’]s)?\s+(?:People['’]s|government|administration|authorities|leaders?|delegation|"
        rf"[Dd]epartment|[Cc]ouncil))"
    )
    for level, noun, adjective in (
        ("province", "province", "provincial"), ("city", "city", "municipal"), ("county", "county", "county"),
        ("district", "district", "district"),
    )
}
WARD_BEFORE = re.compile(
    r"(?<!\w)((?:(?i:phường|xã|thị trấn|đặc khu|phuong|xa|thi tran|dac khu|ward of|commune of)|P\.)\s*"
    r"[A-ZÀ-ỸĐ]\w*(?:\s[A-ZÀ-ỸĐ0-9]\w*){0,3}|"
    r"[A-ZÀ-ỸĐ]\w*(?:\s[A-ZÀ-ỸĐ]\w*){0,2}\s(?:commune|ward|special zone))"
    r"(?:\s*[,(]\s*|\s+(?:thuộc|của|of|in)\s+)(?:thành phố\s|tỉnh\s|TP\.?\s?)?\Z"
)
WARD_AFTER = re.compile(r"\s?([가-힣]{2,5}(?:면|읍|동|현|방))(?=[^가-힣]|[은는이가을를의과와에]|인민)")


@dataclass(frozen=True)
class _Text:
    field: Field
    text: str


def find_mentions(
    text: str, field: Field, lang: str, gazetteer: Gazetteer, *, home: str | None = None, context: str = "",
) -> list[Mention]:
    """The localities named in `text` (NFC), in order; offsets are code points of `text`.

    `home` is the outlet's locality, `context` more text of the same article (its title) that helps to understand it.
    A name that several units bear and nothing decides has an empty key.
    """
    parts = [_Text(field, text)]
    if context:
        parts.append(_Text("text" if field == "title" else "title", context))
    return [mention for mention in _find(parts, lang, gazetteer, home) if mention.field == field]


def find_story_mentions(story: Story, gazetteer: Gazetteer) -> list[Mention]:
    """The localities of title and text together, each helping to understand the other; the title's first."""
    return _find([_Text("title", story.title), _Text("text", story.text)], story.lang, gazetteer, story.home)


def _find(parts: list[_Text], lang: str, gazetteer: Gazetteer, home: str | None) -> list[Mention]:
    found = [one for part in parts for one in _find_names(part, lang, gazetteer)]
    readings = Readings({part.field: part.text for part in parts}, lang, gazetteer, home)
    settled = settle(found, readings)
    home = home or _byline_home(settled, gazetteer)
    mentions = [_make_mention(one, readings) for one in settled]
    for part in parts:
        mentions += _find_homes(part, lang, home, gazetteer, [one for one in settled if one.field == part.field])
    return sorted(mentions, key=lambda mention: (mention.field == "text", mention.start))


def _find_names(part: _Text, lang: str, gazetteer: Gazetteer) -> Iterable[Found]:
    text = part.text
    bylines, mastheads = find_bylines(text), find_mastheads(text)
    for hit in make_matcher(gazetteer).find(text, lang):
        keys = hit.pattern.keys
        if not keys:
            continue
        countries = {gazetteer.localities[key].country for key in keys}
        country = next(iter(countries)) if len(countries) == 1 else ""
        kind = find_type(text, hit.start, hit.end, country, gazetteer)
        if hit.pattern.is_unsure and not (kind and kind.levels - {"ward"}):
            continue
        note = ""
        desk = bisect_right(bylines, (hit.start, len(text))) - 1
        in_tag = desk >= 0 and hit.start < bylines[desk][1]
        if in_tag or is_dateline(text, hit.start, hit.end) or hit.start in mastheads:
            note = "byline"
        elif is_organisation(text, hit.start, hit.end, gazetteer):
            note = "organisation"
        yield Found(
            part.field, kind.start if kind else hit.start, kind.end if kind else hit.end, hit.start, hit.end, keys,
            frozenset(kind.levels) if kind else frozenset(), note,
        )


def _make_mention(found: Found, readings: Readings) -> Mention:
    gazetteer, text = readings.gazetteer, readings.texts[found.field]
    if len(found.keys) != 1:
        side = gazetteer.localities[found.keys[0]].country
        return Mention(found.field, found.start, found.end, text[found.start:found.end], "", side, 0,
                       SURE["namesake"], False, "namesake")
    locality = gazetteer.localities[gazetteer.current(found.keys[0])]
    found = _with_ward(found, text) if locality.country == "VN" and locality.level == 1 else found
    note = found.note or "name"
    return Mention(
        found.field, found.start, found.end, text[found.start:found.end], locality.key, locality.country,
        locality.level, SURE[note], note not in INACTIVE, note,
    )


def _with_ward(found: Found, text: str) -> Found:
    if found.note in INACTIVE:
        return found
    if before := WARD_BEFORE.search(text, max(0, found.start - 60), found.start):
        return found._replace(start=before.start(1), note="ward")
    after = WARD_AFTER.match(text, found.end)
    return found._replace(end=after.end(1), note="ward") if after else found


def _byline_home(found: list[Found], gazetteer: Gazetteer) -> str | None:
    """The place of the byline; in the capitals (and in Sejong) national desks sit."""
    for one in found:
        if one.note == "byline" and len(one.keys) == 1 and one.keys[0] not in NATIONAL_DESKS:
            return one.keys[0]
    return None


def _find_homes(
    part: _Text, lang: str, home: str | None, gazetteer: Gazetteer, named: list[Found]
) -> list[Mention]:
    if not home or home not in gazetteer.localities:
        return []
    locality = gazetteer.localities[gazetteer.current(home)]
    own = {key for one in named for key in one.keys if gazetteer.current(key) == locality.key}
    free = (
        match.span() for match in _home_pattern(locality, lang, gazetteer).finditer(part.text)
        if not _is_named(match, named) and not _means_another(match, named, own)
    )
    return [
        Mention(part.field, start, end, part.text[start:end], locality.key, locality.country, locality.level,
                HOME_SURE, True, "home")
        for start, end in islice(free, HOMES_PER_FIELD)
    ]


def _home_pattern(locality: Locality, lang: str, gazetteer: Gazetteer) -> re.Pattern[str]:
    """How a page calls its own `locality` without its name."""
    is_province = "province" in locality.kind
    if lang == "en":
        level = {"gun": "county", "gu": "district"}.get(locality.kind, "province" if is_province else "city")
        return ENGLISH_HOME[level]
    if locality.country == "VN":
        return _vietnamese_home("tỉnh" if is_province else "thành phố|TP", gazetteer)
    glyph = KOREAN_HOME.get(locality.kind, "도" if is_province else "시")
    return _korean_home(glyph)


@lru_cache(maxsize=8)
def _vietnamese_home(province: str, gazetteer: Gazetteer) -> re.Pattern[str]:
    """A body of the province, the province itself, or a department without a name behind it; with and without marks."""
    bodies, departments, heads = (
        "|".join(re.escape(office.name) for office in gazetteer.offices if office.role == role) or "(?!)"
        for role in ("body", "department", "head")
    )
    named = r"[^.,;:\n]{0,40}(?<!\w)(?:tỉnh|thành phố|TP)(?!\w)"
    department = rf"(?:(?:{heads}) )?(?:{departments})(?!{named})"
    own = rf"(?:{bodies})\s+(?:{province})|(?:{province})\s+(?:ta|nhà)|{department}"
    return re.compile(rf"(?<!\w)(?:{own}|{fold(own)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=8)
def _korean_home(glyph: str) -> re.Pattern[str]:
    own = r"(?:는|은)(?![가-힣])|(?:의회|장|수)(?:는|은|가|이)(?![가-힣])"
    office = r" (?:관계자|담당자|직원|농정과|농업기술센터|국제\w{0,2}과|보건소)"
    return re.compile(rf"(?<![가-힣]){glyph}(?={own}|{office})")


def _means_another(match: re.Match[str], named: list[Found], own: set[str]) -> bool:
    """Whether "the province" takes up a place named before it: the last one named is not the outlet's own."""
    if not match.groupdict().get("bare"):
        return False
    number = bisect_left(named, match.start(), key=lambda one: one.core_start) - 1
    return number >= 0 and not own.intersection(named[number].keys)


def _is_named(match: re.Match[str], named: list[Found]) -> bool:
    """Whether the words are part of a name, or, as Vietnamese puts it, a name follows: then they are not about home."""
    reach = 0 if HANGUL.match(match.group()) else 2
    first = bisect_left(named, match.start() - LONGEST_NAME, key=lambda one: one.core_start)
    last = bisect_left(named, match.end() + max(reach, LONGEST_NAME), key=lambda one: one.core_start)
    return any(
        0 <= one.core_start - match.end() < reach or one.start <= match.start() < one.end for one in named[first:last]
    )
