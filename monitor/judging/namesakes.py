"""Settles which unit a name means, on evidence of the text alone; with none it leaves the name unresolved.

Order of evidence: the type word, the unit above it in the same phrase, the country in
front of it, the same unit elsewhere in the text, the unit above it in the sentence or the title, a known tie with a
locality of the other country in the text, the outlet's home.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from monitor.judging.boundaries import HANGUL, is_wordless
from monitor.judging.surroundings import COUNTRY_WORDS, REACH, UNIT_LEVELS, is_person, names_country, sentence_around
from monitor.judging.text import fold, plain
from monitor.judging.values import Field
from seeds.gazetteer import Gazetteer
from seeds.places import Ambiguity

REJECT_REACH = 60
# No name, its type words included, is longer than this.
LONGEST_NAME = 120
SHORT_HANGUL = 2
LONG_CHINESE = 4  # "慶尚北道" is nothing else; names of two or three characters are also places in China
COUNTRY_IN_FRONT = 10
TYPED_ENDING = re.compile(r"(?:[시군구도]|[ -](?:gun|gu|si|do)|[\u30a1-\u30fc][市省郡県区道])\Z")
CHILD_FIRST = re.compile(r"\s*[,(]?\s*(?:(?:thuộc|của|thuoc|cua|of|in|w|de|du|in der|의)\s)?\s*(?:the\s)?\s*")
PARENT_FIRST = re.compile(r"(?:['’][sS]|의)?\s*\(?\s*")
PAIRED_GAP = 3
PAIRED_REACH = 40
PAIRED = re.compile(r"\s?[-–~·↔/]\s?")
AFTERWARDS = re.compile(r"(?<!베트남)(?<!베트남의)(?<!월남)(?<!중부)(?<!고도)(?<!다낭)(?<![와과및])(?<=[가-힣])\s\Z")
# Where no letter around a name is small, its capitals tell nothing.
SHOUT_REACH = 20
NEED_WORDS = frozenset({"type", "parent", "country", "never"})


class Found(NamedTuple):
    """A name found: its span with and without type words, the units it may mean, the levels its type word allows."""

    field: Field
    start: int
    end: int
    core_start: int
    core_end: int
    keys: tuple[str, ...]
    levels: frozenset[str]
    note: str = ""

    @property
    def is_actor(self) -> bool:
        return self.note not in ("organisation", "byline")


@dataclass(frozen=True)
class Readings:
    """The texts of one article by field, with what is known of its outlet."""

    texts: dict[str, str]
    lang: str
    gazetteer: Gazetteer
    home: str | None

    def core(self, found: Found) -> str:
        return self.texts[found.field][found.core_start:found.core_end]

    def country(self, key: str) -> str:
        return self.gazetteer.localities[key].country

    def names(self, country: str) -> bool:
        return any(names_country(text, country) for text in self.texts.values())


def settle(found: list[Found], readings: Readings) -> list[Found]:
    """`found` with one key each where the evidence allows, several where not; names that are other words are gone."""
    kept = [_narrow_by_type(one, readings) for one in found if not _is_rejected(one, readings)]
    kept = _join_parents(kept, readings)
    firm = [_is_firm(one, readings) for one in kept]
    named = _keys_with_present((one for one, is_firm in zip(kept, firm, strict=True) if is_firm), readings.gazetteer)
    near = _Neighbours(kept, readings.gazetteer)
    settled = [_decide(one, near, named, is_firm, readings) for one, is_firm in zip(kept, firm, strict=True)]
    return [one for one in settled if one is not None]


class _Neighbours:
    """The names of an article by place and by unit: who stands near whom is asked of every name."""

    def __init__(self, found: list[Found], gazetteer: Gazetteer) -> None:
        self._fields: dict[str, list[Found]] = defaultdict(list)
        self._units: dict[tuple[str, str], list[Found]] = defaultdict(list)
        self.leading: dict[str, list[Found]] = defaultdict(list)
        for one in sorted(found, key=_start_of):
            self._fields[one.field].append(one)
            for key in _present(one.keys, gazetteer) if one.note != "organisation" else ():
                self._units[key, one.field].append(one)
                if one.field == "title" or one.note == "byline":
                    self.leading[key].append(one)

    def between(self, key: str, field: str, start: int, end: int) -> Iterator[Found]:
        """The names of the unit that begin in [start, end)."""
        return _between(self._units.get((key, field), []), start, end)

    def around(self, one: Found) -> Iterator[Found]:
        """The names so near that a dash may join them to `one`."""
        return _between(self._fields[one.field], one.start - PAIRED_REACH, one.end + PAIRED_GAP + 1)


def _between(ordered: list[Found], start: int, end: int) -> Iterator[Found]:
    return islice(ordered, bisect_left(ordered, start, key=_start_of), bisect_left(ordered, end, key=_start_of))


def _start_of(one: Found) -> int:
    return one.start


def _is_rejected(one: Found, readings: Readings) -> bool:
    text, rule = readings.texts[one.field], _rule(one, readings)
    if not one.levels and is_person(text, one.start, titled=rule is not None and "person" in rule.kinds):
        return True
    if readings.core(one) == "후에" and not one.levels and _is_afterwards(text, one.start, one.end):
        return True
    if rule is None or not rule.rejects:
        return False
    near = text[max(0, one.start - REJECT_REACH):one.end + REJECT_REACH]
    return any(word in near for word in rule.rejects)


def _is_afterwards(text: str, start: int, end: int) -> bool:
    """Whether 후에 is "after": behind another word, without a particle of its own."""
    return AFTERWARDS.search(text, max(0, start - 8), start) is not None and not HANGUL.match(text, end)


def _narrow_by_type(one: Found, readings: Readings) -> Found:
    if not one.levels:
        return one
    word = readings.texts[one.field][one.start:one.core_start].strip().lower()
    if exact := tuple(key for key in one.keys if _is_of_kind(readings.gazetteer.localities[key].kind, word)):
        return one._replace(keys=exact)
    fitting = tuple(
        key for key in one.keys if UNIT_LEVELS.get(readings.gazetteer.localities[key].kind, one.levels) & one.levels
    )
    return one._replace(keys=fitting) if fitting else one._replace(levels=frozenset())


def _is_of_kind(kind: str, word: str) -> bool:
    """Whether a Vietnamese type word, with or without its marks, is that of the unit's own kind."""
    return fold(word) == fold("thành phố" if kind == "municipality" else kind)


def _join_parents(found: list[Found], readings: Readings) -> list[Found]:
    joined: list[Found] = []
    for one in found:
        last = joined[-1] if joined else None
        if last is None or last.field != one.field or not (last.is_actor and one.is_actor):
            joined.append(one)
            continue
        gap = readings.texts[one.field][last.end:one.start]
        if PARENT_FIRST.fullmatch(gap) and (below := _below(one.keys, last.keys, readings.gazetteer)):
            child, parent = one._replace(keys=below, note=one.note or "context"), last._replace(note="parent")
            parent = _narrow_parent(parent, below, readings.gazetteer)
            if not gap.strip() and is_wordless(readings.core(one)):
                joined[-1] = child._replace(start=last.start)
            else:
                joined[-1:] = [parent, child]
        elif CHILD_FIRST.fullmatch(gap) and (below := _below(last.keys, one.keys, readings.gazetteer)):
            joined[-1] = last._replace(keys=below, note=last.note or "context")
            joined.append(_narrow_parent(one._replace(note="parent"), below, readings.gazetteer))
        else:
            joined.append(one)
    return joined


def _below(children: tuple[str, ...], parents: tuple[str, ...], gazetteer: Gazetteer) -> tuple[str, ...]:
    """The children that lie in one of `parents` as it was in their own day, else as it is today."""
    for above in (set(parents), {gazetteer.current(key) for key in parents}):
        if below := tuple(k for k in children if k not in parents and above.intersection(gazetteer.ancestors(k))):
            return below
    return ()


def _narrow_parent(parent: Found, children: tuple[str, ...], gazetteer: Gazetteer) -> Found:
    above = {unit for key in children for unit in gazetteer.ancestors(key)}
    fitting = tuple(key for key in parent.keys if key in above or gazetteer.current(key) in above)
    return parent._replace(keys=fitting[:1] or parent.keys)


def _is_firm(one: Found, readings: Readings) -> bool:
    """Whether the name needs nothing else of the text: it may bear out other names."""
    if len(_highest(one.keys, readings.gazetteer)) != 1 or one.note == "organisation":
        return False
    return bool(one.note) or _is_typed(one, readings) or not _needs(one, readings)


def _is_typed(one: Found, readings: Readings) -> bool:
    return bool(one.levels) or TYPED_ENDING.search(readings.core(one).lower()) is not None


def _needs(one: Found, readings: Readings) -> tuple[str, ...]:
    """What must bear the name out: by its rule, else by how short or how foreign to the text it is."""
    rule = _rule(one, readings)
    if rule is not None:
        shouted = "common word" in rule.kinds and not rule.needs and _is_shouted(one, readings)
        return ("type", "parent") if shouted else rule.needs
    units = [readings.gazetteer.localities[key] for key in one.keys]
    name, lowest = readings.core(one), min(unit.level for unit in units)
    if is_wordless(name) and readings.lang in ("zh", "ja"):
        return ("country",) if len(name) < LONG_CHINESE else ()
    if lowest == 3 or (lowest == 2 and units[0].country == "VN" and is_wordless(name) and len(name) <= SHORT_HANGUL):
        return ("type", "parent")
    if lowest == 2 and units[0].country == "VN" and name.isascii() and " " not in name and _loses_marks(one, readings):
        return ("type", "parent")
    if lowest == 2 and units[0].country == "VN" and readings.lang != "vi":
        return ("type", "parent", "country")
    return ()


def _is_shouted(one: Found, readings: Readings) -> bool:
    text = readings.texts[one.field]
    around = text[max(0, one.start - SHOUT_REACH):one.start] + text[one.end:one.end + SHOUT_REACH]
    return around.isupper()


def _loses_marks(one: Found, readings: Readings) -> bool:
    """Whether the text is without marks and the name is not: one syllable of it is any word ("Chu tich" for Chũ)."""
    contracts = (readings.gazetteer.localities[key].contract for key in one.keys)
    return not any(contract.isascii() for contract in contracts)


def _decide(
    one: Found, found: "_Neighbours", named: frozenset[str], is_firm: bool, readings: Readings
) -> Found | None:
    gazetteer = readings.gazetteer
    one = one._replace(keys=_highest(one.keys, gazetteer))
    if is_firm or not one.is_actor:
        note = one.note or ("type" if _is_typed(one, readings) else "listed" if _rule(one, readings) else "name")
        return (_usual(one, readings) if len(one.keys) > 1 else one)._replace(note=note)
    borne_out = _borne_out(one, found, named, readings)
    if not borne_out and not _is_typed(one, readings) and not _is_met(one, named, readings):
        return None
    if borne_out:
        one = one._replace(keys=borne_out, note="context")
    if len(one.keys) > 1:
        one = _usual(one, readings)
    return one._replace(note=one.note or ("type" if _is_typed(one, readings) else "listed"))


def _is_met(one: Found, named: frozenset[str], readings: Readings) -> bool:
    needs = _needs(one, readings)
    if not needs:
        return True
    text = readings.texts[one.field]
    near = text[max(0, one.start - REACH):one.end + REACH]
    if any(word in near for word in needs if word not in NEED_WORDS):
        return True
    # A capital tells a name from a word where another locality shows what the text is about.
    core = readings.core(one)
    is_word = _rule(one, readings) is not None and not is_wordless(core)
    is_name = not _is_shouted(one, readings) or any(core.title() in other for other in readings.texts.values())
    has_company = bool(named) and is_word and is_name
    return "country" in needs and (has_company or any(readings.names(readings.country(key)) for key in one.keys))


def _borne_out(one: Found, found: "_Neighbours", named: frozenset[str], readings: Readings) -> tuple[str, ...]:
    """The keys for which the first kind of evidence that speaks at all speaks, or none."""
    gazetteer = readings.gazetteer
    is_word = _is_word(one, readings)
    kinds: tuple[Callable[[str], bool], ...] = (
        lambda key: _country_in_front(one, key, readings),
        lambda key: key in named or gazetteer.current(key) in named,
        lambda key: _parent_near(one, key, found, readings),
        lambda key: not is_word and bool(gazetteer.tied.get(key, frozenset()) & named),
        lambda key: not is_word and readings.home is not None and readings.home in (key, *gazetteer.ancestors(key)),
        lambda key: _is_paired(one, key, found, readings),
    )
    for evidence in kinds:
        if keys := tuple(key for key in one.keys if evidence(key)):
            return keys
    return ()


def _is_word(one: Found, readings: Readings) -> bool:
    """Whether the name, bare and in a script without capitals, is also a common word: a tie or home is too little."""
    rule = _rule(one, readings) if is_wordless(readings.core(one)) else None
    return rule is not None and "common word" in rule.kinds and rule.severity == "high" and not _is_typed(one, readings)


def _country_in_front(one: Found, key: str, readings: Readings) -> bool:
    if len({readings.country(other) for other in one.keys}) == 1:
        return False
    front = readings.texts[one.field][max(0, one.start - COUNTRY_IN_FRONT):one.start]
    return COUNTRY_WORDS[readings.country(key)].search(front) is not None


def _parent_near(one: Found, key: str, found: "_Neighbours", readings: Readings) -> bool:
    above = readings.gazetteer.ancestors(key)
    if any(_is_other(other, one) for unit in above for other in found.leading.get(unit, ())):
        return True
    start, end = sentence_around(readings.texts[one.field], one.start, one.end)
    return any(_is_other(other, one) for unit in above for other in found.between(unit, one.field, start, end))


def _is_other(other: Found, one: Found) -> bool:
    """Whether `other` is another name: a name that is a word and its like cannot bear each other out."""
    return set(other.keys).isdisjoint(one.keys)


def _is_paired(one: Found, key: str, found: "_Neighbours", readings: Readings) -> bool:
    """Whether the name is joined by a dash to a locality of the other country: 경주-후에."""
    text, country = readings.texts[one.field], readings.country(key)
    for other in found.around(one):
        first, last = (one, other) if one.start < other.start else (other, one)
        if other.field != one.field or not 0 < last.start - first.end <= PAIRED_GAP:
            continue
        if all(readings.country(unit) != country for unit in other.keys):
            return PAIRED.fullmatch(text, first.end, last.start) is not None
    return False


def _usual(one: Found, readings: Readings) -> Found:
    gazetteer, rule = readings.gazetteer, _rule(one, readings)
    if rule is not None and rule.default in one.keys:
        return one._replace(keys=(rule.default,), note="default")
    countries = {readings.country(key) for key in one.keys}
    first_level = [key for key in one.keys if gazetteer.localities[key].level == 1]
    if len(countries) == 1 and len(first_level) == 1 and not _is_typed(one, readings):
        return one._replace(keys=(first_level[0],), note="listed")
    provinces = {gazetteer.province(key) for key in one.keys}
    if len(provinces) == 1:
        return one._replace(keys=(provinces.pop(),), note="default")
    return one._replace(note="namesake")


def _highest(keys: tuple[str, ...], gazetteer: Gazetteer) -> tuple[str, ...]:
    """`keys` without the units that lie inside another of them: a province and its own capital share a name."""
    if len(keys) == 1:
        return keys
    inside = {key for key in keys for above in gazetteer.ancestors(key) if above in keys}
    return tuple(key for key in keys if key not in inside)


def _keys_with_present(found: Iterable[Found], gazetteer: Gazetteer) -> frozenset[str]:
    return frozenset(key for one in found for key in _present(_highest(one.keys, gazetteer), gazetteer))


def _present(keys: tuple[str, ...], gazetteer: Gazetteer) -> set[str]:
    return set(keys) | {gazetteer.current(key) for key in keys}


def _rule(one: Found, readings: Readings) -> Ambiguity | None:
    return _rule_for(readings.core(one), readings.lang, readings.gazetteer)


@lru_cache(maxsize=4096)
def _rule_for(name: str, lang: str, gazetteer: Gazetteer) -> Ambiguity | None:
    for form in (plain(name), fold(name)):
        for rule in _rules(gazetteer).get(form, ()):
            asked = lang if lang in rule.languages or lang == "vi" else "en"
            if is_wordless(name) or asked in rule.languages:
                return rule
    return None


@lru_cache(maxsize=4)
def _rules(gazetteer: Gazetteer) -> dict[str, list[Ambiguity]]:
    rules: dict[str, list[Ambiguity]] = {}
    for rule in gazetteer.ambiguities:
        rules.setdefault(plain(rule.name), []).append(rule)
    return rules
