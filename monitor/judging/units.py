"""Describes one unit that a story names: who stands behind its name, and whether it acts or is only a place."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.judging.boundaries import is_wordless
from monitor.judging.cues import Cue
from monitor.judging.namesakes import LONGEST_NAME
from monitor.judging.reading import View
from monitor.judging.values import Field, Mention
from seeds.gazetteer import Gazetteer

# A word for a local body or its head, or for another kind of actor, counts for a unit within so many characters.
BODY_REACH = 34
OWN_REACH = 6
# What lies behind a comma or a stop is so much further away.
CLAUSE_COST = 15
# A unit of a higher level this near its own part only says where that part lies ("Q.Hải Châu (TP.Đà Nẵng)").
PLACE_REACH = 14
# A part of the name itself ("phòng", department, in Hải Phòng) is no body.
LOCAL, OTHER = ("body.any", "body.head"), "actor.other"
_BEFORE_PLACE = re.compile(
    r"(?:^|\W)(?:in|at|near|tại|ở|w|we|à|в|in der)\s+(?:the\s+)?$"
    r"|(?:^|\W)(?:at|tại|ở)\s+[^\W\d_][\w ]{1,20},\s*$"
    r"|(?:^|\W)(?:bến|hồ|đèo|chợ|núi|sông)\s+$", re.I
)
_PART_OF = re.compile(
    r"(?:quận|huyện|phường|xã)\s[\w ]{0,24}của\s+$|(?:district|county|ward|commune)\s(?:of|in)\s+$", re.I
)
_AFTER_PLACE = re.compile(
    r"에서|서(?=[ ,…])|에 본사|에 있는|에 위치|で(?!の)|"
    r" (?:마을|분교|(?:초등|중|고등)학교|호수|호숫가|산골|들녘|골짜기|앞바다)(?![가-힣]*[은는이가] )"
)
_CLAUSE = re.compile(r"[,;:()\n]")

Span = tuple[Field, int, int]
# By the number of a mention in its sentence the word for who acts that belongs to it.
Owners = Mapping[int, Cue]
Named = tuple[View, Owners]


@dataclass(frozen=True, slots=True)
class Feature:
    """A named observation: `value` from 0 to 1, and the span that shows it (None where nothing does)."""

    value: float
    span: Span | None = None


@dataclass(frozen=True)
class Unit:
    """A unit that acts: `views` are the numbers of the sentences that say so.

    `body` says whether a local body stands with its name anywhere, `head_body` in front; `other` which share of its
    mentions in front stand with another kind of actor (a company, a university, a ministry).
    """

    key: str
    views: frozenset[int]
    body: Feature
    head_body: Feature
    other: Feature
    is_place: bool
    is_typed: bool
    stands: bool


def make_unit(
    key: str, views: Sequence[View], owners: Sequence[Owners], numbers: Sequence[int], front: frozenset[int],
) -> Unit:
    """The unit as `views` show it; `numbers` are those that name it as acting, `front` those in which the news is."""
    focus = [views[number] for number in numbers]
    named = [(views[number], owners[number]) for number in numbers]
    head = [(views[number], owners[number]) for number in numbers if number in front]
    return Unit(
        key, frozenset(numbers), _body_near(key, named), _body_near(key, head), _other_near(key, head),
        _is_place(key, focus), _is_typed(key, focus),
        any(_has_own_body(view, m) for view in focus for m in view.mentions if m.key == key),
    )


def without_places(views: Sequence[View], gazetteer: Gazetteer) -> list[View]:
    """The views without the mentions that only say where a smaller unit beside them lies."""
    return [_without(view, _find_places(view, gazetteer)) for view in views]


def _held(key: str, named: Iterable[Named]) -> Iterator[tuple[View, Mention, Cue | None]]:
    return (
        (view, mention, owners.get(number))
        for view, owners in named for number, mention in enumerate(view.mentions) if mention.key == key
    )


def _body_near(key: str, named: Iterable[Named]) -> Feature:
    for view, mention, cue in _held(key, named):
        if cue is not None and cue.group in LOCAL and mention.actor and not is_locative(view, mention):
            return Feature(1.0, (mention.field, min(cue.start, mention.start), max(cue.end, mention.end)))
    return Feature(0.0)


def _other_near(key: str, named: Iterable[Named]) -> Feature:
    held = list(_held(key, named))
    others = [(m, cue) for _, m, cue in held if cue is not None and cue.group == OTHER]
    if not others:
        return Feature(0.0)
    mention, cue = others[0]
    return Feature(
        len(others) / len(held), (mention.field, min(cue.start, mention.start), max(cue.end, mention.end))
    )


def find_owners(view: View) -> Owners:
    """Each word for who acts by the name that it stands nearest to: "Naju mayor visits Hanoi" has none for Hanoi.

    Of several words of one name the nearest; a local body where it is as near as another actor.
    """
    found: dict[int, tuple[float, Cue]] = {}
    acting = [(number, m) for number, m in enumerate(view.mentions) if m.actor]
    for cue in view.actor_cues if acting else ():
        cost, _, number = min((_cost(view, m, cue), -m.start, number) for number, m in acting)
        if cost < BODY_REACH and (number not in found or cost < found[number][0]):
            found[number] = cost, cue
    return {number: cue for number, (_, cue) in found.items()}


def _cost(view: View, mention: Mention, cue: Cue) -> float:
    gap = max(0, cue.start - mention.end, mention.start - cue.end)
    if gap >= BODY_REACH:
        return float(gap)
    first, last = (cue.end, mention.start) if cue.end <= mention.start else (mention.end, cue.start)
    crossed = gap and _CLAUSE.search(view.text, first - view.sentence.start, last - view.sentence.start)
    return gap + (CLAUSE_COST if crossed else 0) + (0.5 if cue.group == OTHER else 0.0)


def _has_own_body(view: View, mention: Mention) -> bool:
    """Whether a body stands with the name as its own, not that of an unlisted ward; in Korean it stands behind."""
    if not mention.actor or mention.note == "ward" or is_locative(view, mention):
        return False
    korean = is_wordless(mention.alias)
    first = mention.end if korean else mention.start - BODY_REACH
    last = mention.end + (OWN_REACH if korean else BODY_REACH)
    return any(cue.group in LOCAL and cue.end > first and cue.start < last for cue in view.actor_cues)


def _without(view: View, places: set[int]) -> View:
    if not places:
        return view
    return replace(view, mentions=tuple(m for number, m in enumerate(view.mentions) if number not in places))


def _find_places(view: View, gazetteer: Gazetteer) -> set[int]:
    """The numbers of the mentions that are places; only near ones are held against each other."""
    found = {number for number, m in enumerate(view.mentions) if _is_whole_of_named(view, m)}
    for part in view.mentions:
        if part.level == 1:
            continue
        above = gazetteer.ancestors(part.key)
        first = bisect_left(view.mentions, part.start - PLACE_REACH - LONGEST_NAME, key=lambda m: m.start)
        for number in range(first, len(view.mentions)):
            mention = view.mentions[number]
            if mention.start - part.end > PLACE_REACH:
                break
            is_near = mention.key in above and part.start - mention.end <= PLACE_REACH
            if is_near and not _acts_after(view, part, mention):
                found.add(number)
    return found


def _acts_after(view: View, part: Mention, mention: Mention) -> bool:
    """Whether a body of the higher unit's own stands behind its part: "tại TP Cao Lãnh, UBND tỉnh Đồng Tháp"."""
    start = view.sentence.start
    return any(
        cue.group in LOCAL and part.end <= cue.start and cue.end <= mention.start
        and _CLAUSE.search(view.text, part.end - start, cue.start - start) for cue in view.actor_cues
    )


def _is_whole_of_named(view: View, mention: Mention) -> bool:
    start = mention.start - view.sentence.start
    return bool(_PART_OF.search(view.text, max(0, start - 40), start))


def _is_place(key: str, focus: Sequence[View]) -> bool:
    """Whether the unit is only ever where something happens ("in Yesan", "부여에서"), never who does it."""
    found = [(v, m) for v in focus for m in v.mentions if m.key == key and m.actor]
    return all(is_locative(v, m) for v, m in found)


def is_locative(view: View, mention: Mention) -> bool:
    """Whether the words around a name make it a place where something is, not one who acts."""
    start, end = mention.start - view.sentence.start, mention.end - view.sentence.start
    return bool(_BEFORE_PLACE.search(view.text, max(0, start - 30), start) or _AFTER_PLACE.match(view.text, end))


def _is_typed(key: str, focus: Sequence[View]) -> bool:
    return any(m.key == key and m.note in ("type", "ward", "home") for v in focus for m in v.mentions)
