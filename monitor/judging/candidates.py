"""Names the candidate pairs of a story and describes each by named features; what they weigh is `verdict`'s job.

Whatever belongs to one unit or one sentence is worked out once, not once for each pair.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.judging.boundaries import is_wordless
from monitor.judging.namesakes import LONGEST_NAME
from monitor.judging.reading import Reading, View
from monitor.judging.values import Field, Mention
from seeds.gazetteer import Gazetteer

# A word for a local body or its head counts for a unit within so many characters of its name.
BODY_REACH = 34
OWN_REACH = 6
# A unit of a higher level this near its own part only says where that part lies ("Q.Hải Châu (TP.Đà Nẵng)").
PLACE_REACH = 14
_BEFORE_PLACE = re.compile(
    r"(?:^|\W)(?:in|at|near|from|tại|ở|w|we|à|в|in der)\s+(?:the\s+)?$"
    r"|(?:^|\W)(?:at|tại|ở)\s+[^\W\d_][\w ]{1,20},\s*$", re.I
)
_PART_OF = re.compile(
    r"(?:quận|huyện|phường|xã)\s[\w ]{0,24}của\s+$|(?:district|county|ward|commune)\s(?:of|in)\s+$", re.I
)
_AFTER_PLACE = re.compile(r"에서|서(?=[ ,…])|에 본사|에 있는|에 위치|で(?!の)")
# So many pairs of one story are described.
MOST_PAIRS = 10
# Capitals stand for their states where nothing says that the city itself acts.
CAPITALS = frozenset({"VN-01", "KR-11"})
# So many units of one side make a page a survey of many regions.
CROWD = 4
CUES = (
    "national", "business", "university", "agency", "embassy", "sport", "crime", "entertainment", "tour", "air_route",
    "migrants", "forum", "third_country", "incident", "listing", "association", "pledge",
)
ACTS = (
    "agreement", "twinning", "visit", "training", "seasonal_workers",
    "trade_promotion", "culture_tourism", "aid", "review",
)
ACT_GROUPS = tuple(f"act.{act}" for act in ACTS)

Span = tuple[Field, int, int]


@dataclass(frozen=True, slots=True)
class Feature:
    """A named observation about a pair: `value` from 0 to 1, and the span that shows it (None where nothing does)."""

    value: float
    span: tuple[Field, int, int] | None = None


@dataclass(frozen=True, eq=False)
class Candidate:
    """A Vietnamese and a Korean unit of one story; `shared` are the views that name both, `focus` either.

    `nested` are the acting units that lie in it or hold it; `stands` says that a body of its own acts.
    """

    vn_key: str
    kr_key: str
    shared: tuple[View, ...]
    focus: tuple[View, ...]
    features: dict[str, Feature]
    vn_nested: frozenset[str] = frozenset()
    kr_nested: frozenset[str] = frozenset()
    vn_stands: bool = True
    kr_stands: bool = True


def find_candidates(reading: Reading, gazetteer: Gazetteer) -> list[Candidate]:
    """Every pair of acting units that the story names outside lists, described; in order of first mention."""
    views = _without_places([v for v in reading.views if not v.listing], gazetteer)
    actors = [m for view in views for m in view.mentions if m.actor]
    vn = _ordered(m.key for m in actors if m.side == "VN")
    kr = _ordered(m.key for m in actors if m.side == "KR")
    pairs = _likely([(v, k) for v in vn for k in kr], views)
    named = _number_views(views)
    units = {key: _make_unit(key, views, named[key]) for pair in pairs for key in pair}
    context = _Context(gazetteer, *_count_units(actors, gazetteer), len(vn), len(kr))
    return [_describe(units[v], units[k], views, context) for v, k in pairs]


def _likely(pairs: list[tuple[str, str]], views: Sequence[View]) -> list[tuple[str, str]]:
    """The pairs worth describing, in their order: those that most sentences name together, then the earliest."""
    if len(pairs) <= MOST_PAIRS:
        return pairs
    together: Counter[tuple[str, str]] = Counter()
    for view in views:
        vn, kr = ([key for key in view.actors if key.startswith(side)] for side in ("VN", "KR"))
        together.update({(v, k): 2 if view.is_title else 1 for v in vn for k in kr})
    best = sorted(range(len(pairs)), key=lambda n: (-together[pairs[n]], n))[:MOST_PAIRS]
    return [pairs[n] for n in sorted(best)]


@dataclass(frozen=True)
class _Unit:
    """A unit that acts: `views` are the numbers of the sentences that say so."""

    key: str
    views: frozenset[int]
    body: Feature
    is_place: bool
    is_typed: bool
    stands: bool


@dataclass(frozen=True)
class _Context:
    gazetteer: Gazetteer
    counts: Mapping[str, int]
    most: Mapping[str, int]
    parts: Mapping[str, frozenset[str]]
    wholes: Mapping[str, frozenset[str]]
    vn_units: int
    kr_units: int


def _number_views(views: Sequence[View]) -> dict[str, list[int]]:
    named: dict[str, list[int]] = defaultdict(list)
    for number, view in enumerate(views):
        for key in view.actors:
            named[key].append(number)
    return named


def _make_unit(key: str, views: Sequence[View], numbers: Sequence[int]) -> _Unit:
    focus = [views[number] for number in numbers]
    return _Unit(
        key, frozenset(numbers), _body_near(key, focus), _is_place(key, focus), _is_typed(key, focus),
        any(_has_own_body(view, m) for view in focus for m in view.mentions if m.key == key),
    )


def _count_units(
    actors: Iterable[Mention], gazetteer: Gazetteer,
) -> tuple[Counter[str], dict[str, int], dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """How often each unit acts, the most of each side, and which of the others lie in it or hold it."""
    counts = Counter(m.key for m in actors)
    most = {side: max((n for key, n in counts.items() if key.startswith(side)), default=1) for side in ("VN", "KR")}
    wholes = {key: frozenset(gazetteer.ancestors(key)) & counts.keys() for key in counts}
    parts = {key: frozenset(part for part in counts if key in wholes[part]) for key in counts}
    return counts, most, parts, wholes


def _describe(vn: _Unit, kr: _Unit, views: Sequence[View], context: _Context) -> Candidate:
    shared = tuple(views[number] for number in sorted(vn.views & kr.views))
    focus = tuple(views[number] for number in sorted(vn.views | kr.views))
    features = {
        **_place_features(vn, kr, shared, focus),
        **_act_features(shared, focus),
        **_body_features(vn, kr, context),
        **_cue_features(shared, focus),
        **_count_features(vn.key, kr.key, focus, context),
    }
    vn_nested, kr_nested = (context.parts[unit.key] | context.wholes[unit.key] for unit in (vn, kr))
    return Candidate(vn.key, kr.key, shared, focus, features, vn_nested, kr_nested, vn.stands, kr.stands)


def _place_features(vn: _Unit, kr: _Unit, shared: Sequence[View], focus: Sequence[View]) -> dict[str, Feature]:
    titled = [v for v in focus if v.is_title]
    fresh = [v for v in shared if not v.past and not v.is_title]
    sides = {side for v in titled for side, unit in (("VN", vn), ("KR", kr)) if unit.key in v.actors}
    other = kr if sides == {"VN"} else vn
    leads = [v for v in focus if v.is_lead]
    return {
        "title_both": _flag([v for v in titled if vn.key in v.actors and kr.key in v.actors]),
        "title_one": _flag(titled if len(sides) == 1 else []),
        "sentence_both": _flag(fresh),
        "sentences_both": Feature(min(1.0, max(0, len(fresh) - 1) / 2), _span(fresh[1]) if len(fresh) > 1 else None),
        "lead_both": _flag([v for v in fresh if v.is_lead]),
        "title_lead": _flag([v for v in leads if not v.past and len(sides) == 1 and other.key in v.actors]),
        "past_only": _flag([v for v in shared if v.past] if shared and not fresh and len(sides) < 2 else []),
        "apart": Feature(0.0 if shared else 1.0),
        "in_a_row": _flag(shared if all(v.has_row for v in shared) else []),
        "place_vn": Feature(float(vn.is_place)),
        "place_kr": Feature(float(kr.is_place)),
        "typed": Feature(float(vn.is_typed and kr.is_typed)),
        "title_elsewhere": _cue_flag([v for v in titled if len(sides) < 2 and _is_elsewhere(v)], "cue.third_country"),
        "early": _flag([v for v in focus if v.is_title or v.is_lead]),
    }


def _act_features(shared: Sequence[View], focus: Sequence[View]) -> dict[str, Feature]:
    fresh = _first_spans([v for v in shared if not v.past])
    features = {f"act_{act}": _from_span(fresh.get(f"act.{act}")) for act in ACTS}
    features["act_shared"] = _act_flag([v for v in shared if not v.past])
    features["act_focus"] = _act_flag([v for v in focus if not v.past])
    features["act_title"] = _act_flag([v for v in focus if v.is_title])
    features["generic_shared"] = _cue_flag(shared, "act.generic")
    features["generic_focus"] = _cue_flag(focus, "act.generic")
    return features


def _body_features(vn: _Unit, kr: _Unit, context: _Context) -> dict[str, Feature]:
    return {
        "body_vn": vn.body,
        "body_kr": kr.body,
        "body_both": Feature(min(vn.body.value, kr.body.value), kr.body.span),
        "bodiless": Feature(float(not vn.body.value and not kr.body.value)),
        "capital": Feature(float(any(u.key in CAPITALS and not u.body.value and not u.is_typed for u in (vn, kr)))),
        "known_tie": Feature(float(kr.key in context.gazetteer.tied.get(vn.key, ()))),
    }


def _cue_features(shared: Sequence[View], focus: Sequence[View]) -> dict[str, Feature]:
    body = [v for v in focus if not v.is_title]
    counts = Counter(group for v in body for group in v.first_cues)
    titles, bodies = _first_spans([v for v in focus if v.is_title]), _first_spans(body)
    both = _first_spans([v for v in shared if not v.is_title])
    features = {}
    for cue in CUES:
        group = f"cue.{cue}"
        if group not in titles and group not in bodies:
            continue
        features[f"title_{cue}"] = _from_span(titles.get(group))
        features[f"body_{cue}"] = Feature(counts[group] / len(body) if body else 0.0, bodies.get(group))
        features[f"shared_{cue}"] = _from_span(both.get(group))
    return features


def _count_features(vn: str, kr: str, focus: Sequence[View], context: _Context) -> dict[str, Feature]:
    counts, parts, wholes = context.counts, context.parts, context.wholes
    return {
        "crowd": Feature(float(context.vn_units > CROWD or context.kr_units > CROWD)),
        "whole_of_another": Feature(float(bool(parts[vn] or parts[kr]))),
        "part_of_another": Feature(float(bool(wholes[vn] or wholes[kr]))),
        "minor_whole": Feature(float(any(_is_minor(key, parts[key], counts) for key in (vn, kr)))),
        "minor_part": Feature(float(any(_is_minor(key, wholes[key], counts) for key in (vn, kr)))),
        "part_vn": Feature(counts[vn] / context.most["VN"]),
        "part_kr": Feature(counts[kr] / context.most["KR"]),
        "others": Feature(min(1.0, (context.vn_units + context.kr_units - 2) / 6)),
        "unsure_name": Feature(1.0 - min(_sureness(vn, focus), _sureness(kr, focus))),
    }


def _is_minor(key: str, others: Iterable[str], counts: Mapping[str, int]) -> bool:
    """Whether a unit that is part or whole of another is named at most half as often as that one."""
    return any(2 * counts[key] <= counts[other] for other in others)


def _is_elsewhere(view: View) -> bool:
    return not view.has("country.VN") and not view.has("country.KR")


def _body_near(key: str, focus: Sequence[View]) -> Feature:
    for view in focus:
        for mention in view.mentions:
            if mention.key != key or not mention.actor or _is_locative(view, mention):
                continue
            for cue in view.cues:
                near = cue.start < mention.end + BODY_REACH and cue.end > mention.start - BODY_REACH
                if cue.group in ("body.any", "body.head") and near:
                    return Feature(1.0, (mention.field, min(cue.start, mention.start), max(cue.end, mention.end)))
    return Feature(0.0)


def _has_own_body(view: View, mention: Mention) -> bool:
    """Whether a body stands with the name as its own, not that of an unlisted ward; in Korean it stands behind."""
    if not mention.actor or mention.note == "ward" or _is_locative(view, mention):
        return False
    korean = is_wordless(mention.alias)
    first = mention.end if korean else mention.start - BODY_REACH
    last = mention.end + (OWN_REACH if korean else BODY_REACH)
    return any(cue.group.startswith("body.") and cue.end > first and cue.start < last for cue in view.cues)


def _without_places(views: Sequence[View], gazetteer: Gazetteer) -> list[View]:
    """The views without the mentions that only say where a smaller unit beside them lies."""
    return [_without(view, _find_places(view, gazetteer)) for view in views]


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
            if mention.key in above and part.start - mention.end <= PLACE_REACH:
                found.add(number)
    return found


def _is_whole_of_named(view: View, mention: Mention) -> bool:
    start = mention.start - view.sentence.start
    return bool(_PART_OF.search(view.text, max(0, start - 40), start))


def _is_place(key: str, focus: Sequence[View]) -> bool:
    """Whether the unit is only ever where something happens ("in Yesan", "부여에서"), never who does it."""
    found = [(v, m) for v in focus for m in v.mentions if m.key == key and m.actor]
    return all(not v.is_title and _is_locative(v, m) for v, m in found)


def _is_locative(view: View, mention: Mention) -> bool:
    start, end = mention.start - view.sentence.start, mention.end - view.sentence.start
    return bool(_BEFORE_PLACE.search(view.text, max(0, start - 30), start) or _AFTER_PLACE.match(view.text, end))


def _is_typed(key: str, focus: Sequence[View]) -> bool:
    return any(m.key == key and m.note in ("type", "ward", "home") for v in focus for m in v.mentions)


def _sureness(key: str, focus: Sequence[View]) -> float:
    return max((m.sure for v in focus for m in v.mentions if m.key == key), default=0.0)


def _ordered(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))


def _flag(views: Sequence[View]) -> Feature:
    return Feature(1.0, _span(views[0])) if views else Feature(0.0)


def _cue_flag(views: Sequence[View], group: str) -> Feature:
    return _from_span(next((_cue_span(v, group) for v in views if v.has(group)), None))


def _act_flag(views: Sequence[View]) -> Feature:
    return _from_span(next((_cue_span(v, g) for v in views for g in ACT_GROUPS if v.has(g)), None))


def _first_spans(views: Sequence[View]) -> dict[str, Span]:
    """The first words of each group in these sentences."""
    found: dict[str, Span] = {}
    for view in views:
        for group in view.first_cues.keys() - found.keys():
            found[group] = _cue_span(view, group)
    return found


def _from_span(span: Span | None) -> Feature:
    return Feature(1.0, span) if span else Feature(0.0)


def _cue_span(view: View, group: str) -> Span:
    cue = view.first_cues[group]
    return view.sentence.segment.field, cue.start, cue.end


def _span(view: View) -> Span:
    return view.sentence.segment.field, view.sentence.start, view.sentence.end
