"""Names the candidate pairs of a story and describes each by named features; what they weigh is `verdict`'s job.

Whatever belongs to one unit or one sentence is worked out once, not once for each pair.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.judging.meetings import describe_meeting
from monitor.judging.reading import Reading, View
from monitor.judging.rivals import describe_rivals
from monitor.judging.scopes import ACT_GROUPS, ACTS, Scope, cue_span, describe_whole, make_scope, span_of
from monitor.judging.units import OTHER, Feature, Span, Unit, find_owners, make_unit, without_places
from monitor.judging.values import Mention
from seeds.gazetteer import Gazetteer

NOTHING = Feature(0.0)
# So many pairs of one story are described.
MOST_PAIRS = 6
# The heart of the news is in the headline and in so many sentences.
LEAD_SENTENCES = 2
# In longer paragraphs than this names at the two ends have nothing to do with each other.
NEIGHBOURHOOD = 1_200
# A unit named so often more than once is what the story is about.
OFTEN = 3
# What is named but once may be an aside.
NAMED_TWICE = 2
# Capitals stand for their states where nothing says that the city itself acts.
CAPITALS = frozenset({"VN-01", "KR-11"})
# A story of so many sentences names the bodies that act.
TOLD_AT_LENGTH = 10
# So many units of one side make the front of a page a survey of many regions.
CROWD = 3
CUES = (
    "national", "business", "university", "agency", "embassy", "sport", "crime", "entertainment", "tour", "air_route",
    "migrants", "forum", "third_country", "incident", "listing", "association", "pledge",
)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A Vietnamese and a Korean unit of one story; `shared` are the views that name both, `focus` either.

    `features` holds only what was seen.

    `nested` are the acting units that lie in it or hold it; `stands` says that a body of its own acts. `is_level` says
    that both are provinces, or neither is.
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
    is_level: bool = True


def find_candidates(reading: Reading, gazetteer: Gazetteer) -> list[Candidate]:
    """Every pair of acting units that the story names outside lists, described; in order of first mention."""
    views = without_places([v for v in reading.views if not v.listing], gazetteer)
    front = frozenset(n for n, v in enumerate(views) if v.is_front)
    actors = [m for view in views for m in view.mentions if m.actor]
    vn = _ordered(m.key for m in actors if m.side == "VN")
    kr = _ordered(m.key for m in actors if m.side == "KR")
    pairs = _likely([(v, k) for v in vn for k in kr], views, front)
    named = _number_views(views)
    owners = [find_owners(view) for view in views]
    units = {key: make_unit(key, views, owners, named[key], front) for pair in pairs for key in pair}
    context = _Context(
        gazetteer, *_count_units(actors, gazetteer), len(vn), len(kr), front,
        frozenset(n for n in front if views[n].sentence.rank < LEAD_SENTENCES),
        frozenset(key for n in front for key in views[n].actors), {},
    )
    return [_describe(units[v], units[k], views, context) for v, k in pairs]


def _likely(pairs: list[tuple[str, str]], views: Sequence[View], front: frozenset[int]) -> list[tuple[str, str]]:
    """The pairs worth describing, in their order: those that most sentences name together, then the earliest.

    Where any stand together or in front, those that never do are left out.
    """
    together: Counter[tuple[str, str]] = Counter()
    for view in views:
        vn, kr = ([key for key in view.actors if key.startswith(side)] for side in ("VN", "KR"))
        together.update({(v, k): 2 if view.is_title else 1 for v in vn for k in kr})
    ahead = frozenset(key for number in front for key in views[number].actors)
    near = [pair for pair in pairs if pair in together or ahead.issuperset(pair)] or pairs
    best = sorted(range(len(near)), key=lambda n: (-together[near[n]], n))[:MOST_PAIRS]
    return [near[n] for n in sorted(best)]


@dataclass(frozen=True)
class _Context:
    gazetteer: Gazetteer
    counts: Mapping[str, int]
    most: Mapping[str, int]
    parts: Mapping[str, frozenset[str]]
    wholes: Mapping[str, frozenset[str]]
    vn_units: int
    kr_units: int
    front: frozenset[int]
    lead: frozenset[int]
    front_units: frozenset[str]
    scopes: dict[tuple[frozenset[int], bool], Scope]

    def scope_of(self, focus: Sequence[View], views: Sequence[View], *, front: bool) -> Scope:
        """The front or the whole of the items that name a pair, worked out once for all pairs of the same items."""
        items = frozenset(view.sentence.segment.item for view in focus)
        if (items, front) not in self.scopes:
            told = [views[n] for n in sorted(self.front)] if front else views
            self.scopes[items, front] = make_scope([v for v in told if v.is_title or v.sentence.segment.item in items])
        return self.scopes[items, front]


def _number_views(views: Sequence[View]) -> dict[str, list[int]]:
    named: dict[str, list[int]] = defaultdict(list)
    for number, view in enumerate(views):
        for key in view.actors:
            named[key].append(number)
    return named


def _count_units(
    actors: Iterable[Mention], gazetteer: Gazetteer,
) -> tuple[Counter[str], dict[str, int], dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """How often each unit acts, the most of each side, and which of the others lie in it or hold it."""
    counts = Counter(m.key for m in actors)
    most = {side: max((n for key, n in counts.items() if key.startswith(side)), default=1) for side in ("VN", "KR")}
    wholes = {key: frozenset(gazetteer.ancestors(key)) & counts.keys() for key in counts}
    parts = {key: frozenset(part for part in counts if key in wholes[part]) for key in counts}
    return counts, most, parts, wholes


def _describe(vn: Unit, kr: Unit, views: Sequence[View], context: _Context) -> Candidate:
    numbers = sorted(vn.views & kr.views)
    shared = tuple(views[number] for number in numbers)
    focus = tuple(views[number] for number in sorted(vn.views | kr.views))
    told = [v for v in shared if not v.is_title] or focus
    scope = context.scope_of(told, views, front=True)
    features = {
        **_place_features(vn, kr, views, numbers, context),
        **_act_features(vn, kr, views, numbers, context),
        **_body_features(vn, kr, scope, context),
        **_cue_features(shared, focus, scope),
        **_scope_features(focus, scope),
        **_count_features(vn.key, kr.key, focus, context),
        **describe_meeting(sorted(vn.views), sorted(kr.views), views),
        **describe_whole(context.scope_of(told, views, front=False), CUES),
        **describe_rivals(vn.views, kr.views, views),
    }
    if "met_acts" in features and features["met_acts"].value:
        del features["actless"]
    features |= _find_hollow(features, len(views))
    if any(view.has("act.aid") for view in focus if view.is_front and not view.past):
        # Relief is sent to where a disaster was.
        features = {name: feature for name, feature in features.items() if not name.endswith("_incident")}
    vn_nested, kr_nested = (context.parts[unit.key] | context.wholes[unit.key] for unit in (vn, kr))
    features = {name: feature for name, feature in features.items() if feature.value}
    is_level = len({context.gazetteer.localities[unit.key].level == 1 for unit in (vn, kr)}) == 1
    return Candidate(vn.key, kr.key, shared, focus, features, vn_nested, kr_nested, vn.stands, kr.stands, is_level)


def _place_features(
    vn: Unit, kr: Unit, views: Sequence[View], numbers: Sequence[int], context: _Context,
) -> dict[str, Feature]:
    shared = [views[n] for n in numbers]
    titled = [views[n] for n in sorted(vn.views | kr.views) if views[n].is_title]
    fresh = [n for n in numbers if not views[n].past and not views[n].is_title]
    sides = {side for v in titled for side, unit in (("VN", vn), ("KR", kr)) if unit.key in v.actors}
    other = kr if sides == {"VN"} else vn
    head = [views[n] for n in fresh if n in context.front]
    lead = [views[n] for n in fresh if n in context.lead]
    followed = [n for n in sorted(other.views & context.lead) if not views[n].is_title and not views[n].past]
    in_front = [bool(unit.views & context.front) for unit in (vn, kr)]
    apart = not numbers
    late = bool(fresh) and not head and len(sides) < 2
    return {
        "title_both": _flag([v for v in titled if vn.key in v.actors and kr.key in v.actors]),
        "title_one": _flag(titled if len(sides) == 1 else []),
        "sentence_both": _flag([views[n] for n in fresh]),
        "sentences_both": Feature(
            min(1.0, max(0, len(fresh) - 1) / 2), span_of(views[fresh[1]]) if fresh[1:] else None
        ),
        "head_both": _flag(head),
        "lead_both": _flag(lead),
        "near_both": _flag([views[n] for n in _find_near(vn, kr, views, context)] if apart or not head else []),
        "title_lead": _flag([views[n] for n in followed] if len(sides) == 1 else []),
        "past_only": _flag([v for v in shared if v.past] if shared and not fresh and len(sides) < 2 else []),
        "late_only": _flag([views[n] for n in fresh] if late and not all(in_front) else []),
        "late_apart": _flag([views[n] for n in fresh] if late and all(in_front) else []),
        "apart": Feature(float(apart and not all(in_front))),
        "head_apart": Feature(float(apart and all(in_front))),
        "in_a_row": _flag(shared if all(v.has_row for v in shared) and not (all(in_front) and not head) else []),
        "place_vn": Feature(float(vn.is_place)),
        "place_kr": Feature(float(kr.is_place)),
        "typed": Feature(float(vn.is_typed and kr.is_typed)),
        "title_elsewhere": _cue_flag([v for v in titled if len(sides) < 2 and _is_elsewhere(v)], "cue.third_country"),
        "behind": Feature(float(not any(in_front))),
    }


def _find_near(vn: Unit, kr: Unit, views: Sequence[View], context: _Context) -> list[int]:
    """The sentences in front that name the one unit right after the other was named, or in its paragraph."""
    found = []
    for mine, theirs in ((vn, kr), (kr, vn)):
        told = [n for n in mine.views & context.front if not views[n].past]
        other = [views[n] for n in theirs.views & context.front if not views[n].past]
        found += [n for n in told if any(_are_neighbours(views[n], view) for view in other)]
    return sorted(found)


def _are_neighbours(one: View, other: View) -> bool:
    if one.is_title or other.is_title:
        return False
    first, last = sorted((one.sentence, other.sentence), key=lambda sentence: sentence.start)
    near = first.segment == last.segment or last.order - first.order == 1
    return near and last.start - first.start <= NEIGHBOURHOOD


def _act_features(
    vn: Unit, kr: Unit, views: Sequence[View], numbers: Sequence[int], context: _Context,
) -> dict[str, Feature]:
    shared = [views[n] for n in numbers if not views[n].past]
    focus = [views[n] for n in sorted(vn.views | kr.views)]
    head = [views[n] for n in numbers if n in context.front and not views[n].past]
    fresh = _first_spans(shared)
    features = {f"act_{act}": _from_span(fresh.get(f"act.{act}")) for act in ACTS}
    features["act_shared"] = _act_flag(shared)
    features["act_head"] = _act_flag(head)
    features["act_focus"] = _act_flag([v for v in focus if not v.past])
    told = [views[n] for n in sorted(context.front) if not views[n].past]
    features["act_front"] = _act_flag(told)
    features["generic_front"] = _cue_flag(told, "act.generic")
    named = [v for v in focus if any(v.has(group) for group in (*ACT_GROUPS, "act.generic"))]
    features["actless"] = Feature(float(not named))
    features["act_title"] = _act_flag([v for v in focus if v.is_title])
    features["generic_shared"] = _cue_flag([views[n] for n in numbers], "act.generic")
    features["generic_focus"] = _cue_flag(focus, "act.generic")
    return features


def _body_features(vn: Unit, kr: Unit, scope: Scope, context: _Context) -> dict[str, Feature]:
    head = min(vn.head_body.value, kr.head_body.value)
    return {
        "body_vn": vn.body,
        "body_kr": kr.body,
        "body_both": Feature(min(vn.body.value, kr.body.value), kr.body.span),
        "head_body_vn": vn.head_body,
        "head_body_kr": kr.head_body,
        "head_body_both": Feature(head, kr.head_body.span),
        "one_sided": Feature(float(bool(vn.body.value) != bool(kr.body.value))),
        "other_vn": vn.other,
        "other_kr": kr.other,
        "bodiless": Feature(float(not vn.body.value and not kr.body.value and not scope.bodies.value)),
        "capital": Feature(float(any(u.key in CAPITALS and not u.body.value and not u.is_typed for u in (vn, kr)))),
        "known_tie": Feature(float(kr.key in context.gazetteer.tied.get(vn.key, ()))),
    }


def _find_hollow(features: Mapping[str, Feature], sentences: int) -> dict[str, Feature]:
    """The sides of which no local body is ever spoken: neither beside the name nor by a title that only it has.

    A brief may leave it out; the longer a story, the more it says that somebody else acts.
    """
    def has(name: str) -> bool:
        return bool(name in features and features[name].value)

    full = min(1.0, sentences / TOLD_AT_LENGTH)
    hollow = [side for side in ("vn", "kr") if not has(f"body_{side}") and not has(f"titles_{side}")]
    return {f"hollow_{side}": Feature(full) for side in hollow}


def _scope_features(focus: Sequence[View], scope: Scope) -> dict[str, Feature]:
    titles = [v for v in focus if v.is_title]
    return {
        "front_bodies": scope.bodies,
        "front_others": scope.others,
        "front_acts": scope.acts,
        "title_body": _cue_flag(titles, "body.head") if any(v.has("body.head") for v in titles)
        else _cue_flag(titles, "body.any"),
        "title_other": _cue_flag(titles, OTHER),
    }


def _cue_features(shared: Sequence[View], focus: Sequence[View], scope: Scope) -> dict[str, Feature]:
    body = [v for v in focus if not v.is_title]
    counts = Counter(group for v in body for group in v.first_cues)
    titles, bodies = _first_spans([v for v in focus if v.is_title]), _first_spans(body)
    both = _first_spans([v for v in shared if not v.is_title and (v.is_front or not scope.bodies.value)])
    features = {}
    for cue in CUES:
        group = f"cue.{cue}"
        if group in scope.cues:
            features[f"front_{cue}"] = scope.cues[group]
        if group not in titles and group not in bodies:
            continue
        features[f"title_{cue}"] = _from_span(titles.get(group))
        features[f"body_{cue}"] = Feature(counts[group] / len(body) if body else 0.0, bodies.get(group))
        features[f"shared_{cue}"] = _from_span(both.get(group))
    return features


def _count_features(vn: str, kr: str, focus: Sequence[View], context: _Context) -> dict[str, Feature]:
    counts, parts, wholes = context.counts, context.parts, context.wholes
    in_front = Counter(key[:2] for key in context.front_units)
    mine = [_main_share(key, context) for key in (vn, kr)]
    return {
        "main_vn": Feature(mine[0]),
        "main_kr": Feature(mine[1]),
        "main_both": Feature(mine[0] * mine[1]),
        "crowd": Feature(float(max(in_front.values(), default=0) > CROWD)),
        "whole_of_another": Feature(float(bool(parts[vn] or parts[kr]))),
        "part_of_another": Feature(float(bool(wholes[vn] or wholes[kr]))),
        "minor_whole": Feature(float(any(_is_minor(key, parts[key], counts) for key in (vn, kr)))),
        "minor_part": Feature(float(any(_is_minor(key, wholes[key], counts) for key in (vn, kr)))),
        "part_vn": Feature(counts[vn] / context.most["VN"]),
        "part_kr": Feature(counts[kr] / context.most["KR"]),
        "often_vn": Feature(min(1.0, (counts[vn] - 1) / OFTEN)),
        "often_kr": Feature(min(1.0, (counts[kr] - 1) / OFTEN)),
        "others": Feature(min(1.0, len(context.front_units - {vn, kr}) / 6)),
        "unsure_name": Feature(1.0 - min(_sureness(vn, focus), _sureness(kr, focus))),
    }


def _main_share(key: str, context: _Context) -> float:
    """How much of what the story names of its country is this unit, its parts and wholes; less where it is an aside."""
    near = context.parts[key] | context.wholes[key] | {key}
    counts = [(other in near, count) for other, count in context.counts.items() if other[:2] == key[:2]]
    mine = sum(count for is_near, count in counts if is_near)
    return mine / sum(count for _, count in counts) * min(1.0, mine / NAMED_TWICE)


def _is_minor(key: str, others: Iterable[str], counts: Mapping[str, int]) -> bool:
    """Whether a unit that is part or whole of another is named at most half as often as that one."""
    return any(2 * counts[key] <= counts[other] for other in others)


def _is_elsewhere(view: View) -> bool:
    return not view.has("country.VN") and not view.has("country.KR")


def _sureness(key: str, focus: Sequence[View]) -> float:
    return max((m.sure for v in focus for m in v.mentions if m.key == key), default=0.0)


def _ordered(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))


def _flag(views: Sequence[View]) -> Feature:
    return Feature(1.0, span_of(views[0])) if views else NOTHING


def _cue_flag(views: Sequence[View], group: str) -> Feature:
    return _from_span(next((cue_span(v, group) for v in views if v.has(group)), None))


def _act_flag(views: Sequence[View]) -> Feature:
    return _from_span(next((cue_span(v, g) for v in views for g in ACT_GROUPS if v.has(g)), None))


def _first_spans(views: Sequence[View]) -> dict[str, Span]:
    """The first words of each group in these sentences."""
    found: dict[str, Span] = {}
    for view in views:
        for group in view.first_cues.keys() - found.keys():
            found[group] = cue_span(view, group)
    return found


def _from_span(span: Span | None) -> Feature:
    return Feature(1.0, span) if span else NOTHING
