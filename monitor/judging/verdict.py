"""Describes a candidate pair of a story by named features and scores it; which facts follow is `facts`' job."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.judging.reading import Reading, View
from monitor.judging.values import Answer, Evidence, Field, Mention
from seeds.gazetteer import Gazetteer

QUOTE_LENGTH = 200
# A word for a local body or its head counts for a unit within so many characters of its name.
BODY_REACH = 34
# A unit of a higher level this near its own part only says where that part lies ("Q.Hải Châu (TP.Đà Nẵng)").
PLACE_REACH = 14
# So many units of one side in a sentence are a row, in which a tie is mentioned rather than told.
ROW = 3
_BEFORE_PLACE = re.compile(
    r"(?:^|\W)(?:in|at|near|from|tại|ở|w|we|à|в|in der)\s+(?:the\s+)?$"
    r"|(?:^|\W)(?:at|tại|ở)\s+[^\W\d_][\w ]{1,20},\s*$", re.I
)
_PART_OF = re.compile(
    r"(?:quận|huyện|phường|xã)\s[\w ]{0,24}của\s+$|(?:district|county|ward|commune)\s(?:of|in)\s+$", re.I
)
_AFTER_PLACE = re.compile(r"에서|에 본사|에 있는|에 위치|で(?!の)")
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


@dataclass(frozen=True, slots=True)
class Feature:
    """A named observation about a pair: `value` from 0 to 1, and the span that shows it (None where nothing does)."""

    value: float
    span: tuple[Field, int, int] | None = None


@dataclass(frozen=True, eq=False)
class Candidate:
    """A Vietnamese and a Korean unit of one story; `shared` are the views that name both, `focus` either."""

    vn_key: str
    kr_key: str
    shared: tuple[View, ...]
    focus: tuple[View, ...]
    features: dict[str, Feature]


@dataclass(frozen=True)
class Weights:
    """The trained numbers: a linear model for relevance, one for the pairs of a relevant story, and thresholds."""

    relevance: dict[str, float]
    pair: dict[str, float]
    yes: float
    no: float
    pair_yes: float

    def answer(self, score: float) -> Answer:
        return "yes" if score >= self.yes else "no" if score < self.no else "unsure"


def score_features(features: dict[str, Feature], weights: dict[str, float]) -> float:
    """The probability (0 to 1) that a linear model gives to these features."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weigh_features(features, weights)))))


def weigh_features(features: dict[str, Feature], weights: dict[str, float]) -> float:
    """The log odds that a linear model gives to these features; `bias` is always on."""
    return weights["bias"] + sum(weights.get(name, 0.0) * f.value for name, f in features.items() if f.value)


def find_candidates(reading: Reading, gazetteer: Gazetteer) -> list[Candidate]:
    """Every pair of acting units that the story names outside lists, described; in order of first mention."""
    views = _without_places([v for v in reading.views if not v.listing], gazetteer)
    actors = [m for view in views for m in view.mentions if m.actor]
    vn = _ordered(m.key for m in actors if m.side == "VN")
    kr = _ordered(m.key for m in actors if m.side == "KR")
    counts = Counter(m.key for m in actors)
    wholes = {key: frozenset(gazetteer.ancestors(key)) for key in counts}
    context = _Context(gazetteer, counts, wholes, len(vn), len(kr))
    return [_describe(v, k, views, context) for v, k in _likely([(v, k) for v in vn for k in kr], views)]


def _likely(pairs: list[tuple[str, str]], views: Sequence[View]) -> list[tuple[str, str]]:
    """The pairs worth describing, in their order: those that most sentences name together, then the earliest."""
    if len(pairs) <= MOST_PAIRS:
        return pairs
    together = {p: sum((2 if v.is_title else 1) for v in views if p[0] in v.actors and p[1] in v.actors) for p in pairs}
    best = sorted(range(len(pairs)), key=lambda n: (-together[pairs[n]], n))[:MOST_PAIRS]
    return [pairs[n] for n in sorted(best)]


def make_evidence(candidate: Candidate, reading: Reading, weights: dict[str, float]) -> list[Evidence]:
    """Each feature that fired, with the words that show it, the heaviest first."""
    fired = [(n, f) for n, f in candidate.features.items() if f.value and f.span and weights.get(n)]
    fired.sort(key=lambda pair: (-abs(weights[pair[0]] * pair[1].value), pair[0]))
    return [_quote(name, feature, reading) for name, feature in fired]


def cut_quote(whole: str, start: int, end: int) -> tuple[int, int]:
    """The span, cut to the length of a quotation at a word's end."""
    while start < end and whole[start].isspace():
        start += 1
    while end > start and whole[end - 1].isspace():
        end -= 1
    if end - start <= QUOTE_LENGTH:
        return start, end
    space = whole.rfind(" ", start + QUOTE_LENGTH // 2, start + QUOTE_LENGTH)
    return start, space if space > 0 else start + QUOTE_LENGTH


@dataclass(frozen=True)
class _Context:
    gazetteer: Gazetteer
    counts: dict[str, int]
    wholes: dict[str, frozenset[str]]
    vn_units: int
    kr_units: int


def _describe(vn_key: str, kr_key: str, views: Sequence[View], context: _Context) -> Candidate:
    shared = tuple(v for v in views if _names(v, vn_key) and _names(v, kr_key))
    focus = tuple(v for v in views if _names(v, vn_key) or _names(v, kr_key))
    features = {
        **_place_features(vn_key, kr_key, shared, focus),
        **_act_features(shared, focus),
        **_body_features(vn_key, kr_key, focus, context),
        **_cue_features(shared, focus),
        **_count_features(vn_key, kr_key, focus, context),
    }
    return Candidate(vn_key, kr_key, shared, focus, features)


def _place_features(vn: str, kr: str, shared: Sequence[View], focus: Sequence[View]) -> dict[str, Feature]:
    titled = [v for v in focus if v.is_title]
    fresh = [v for v in shared if not v.past and not v.is_title]
    sides = {side for v in titled for side, key in (("VN", vn), ("KR", kr)) if _names(v, key)}
    return {
        "title_both": _flag([v for v in titled if v in shared]),
        "title_one": _flag(titled if len(sides) == 1 else []),
        "sentence_both": _flag(fresh),
        "sentences_both": Feature(min(1.0, max(0, len(fresh) - 1) / 2), _span(fresh[1]) if len(fresh) > 1 else None),
        "lead_both": _flag([v for v in fresh if v.is_lead]),
        "title_lead": _flag([v for v in focus if v.is_lead and not v.past and _adds_side(v, vn, kr, sides)]),
        "past_only": _flag([v for v in shared if v.past] if shared and not fresh and len(sides) < 2 else []),
        "apart": Feature(0.0 if shared else 1.0),
        "in_a_row": _flag([v for v in shared if _has_row(v)] if shared and all(map(_has_row, shared)) else []),
        "place_vn": Feature(float(_is_place(vn, focus))),
        "place_kr": Feature(float(_is_place(kr, focus))),
        "typed": Feature(float(_is_typed(vn, focus) and _is_typed(kr, focus))),
        "title_elsewhere": _cue_flag(
            [v for v in titled if len(sides) < 2 and not v.has("country.VN") and not v.has("country.KR")],
            ("cue.third_country",),
        ),
        "early": _flag([v for v in focus if v.is_title or v.is_lead]),
    }


def _act_features(shared: Sequence[View], focus: Sequence[View]) -> dict[str, Feature]:
    fresh = [v for v in shared if not v.past]
    features = {f"act_{act}": _cue_flag(fresh, (f"act.{act}",)) for act in ACTS}
    strong = tuple(f"act.{act}" for act in ACTS)
    features["act_shared"] = _cue_flag(fresh, strong)
    features["act_focus"] = _cue_flag([v for v in focus if not v.past], strong)
    features["act_title"] = _cue_flag([v for v in focus if v.is_title], strong)
    features["generic_shared"] = _cue_flag(shared, ("act.generic",))
    features["generic_focus"] = _cue_flag(focus, ("act.generic",))
    return features


def _body_features(vn: str, kr: str, focus: Sequence[View], context: _Context) -> dict[str, Feature]:
    vn_body, kr_body = _body_near(vn, focus), _body_near(kr, focus)
    return {
        "body_vn": vn_body,
        "body_kr": kr_body,
        "body_both": Feature(min(vn_body.value, kr_body.value), kr_body.span),
        "bodiless": Feature(float(not vn_body.value and not kr_body.value)),
        "capital": Feature(float(any(
            key in CAPITALS and not body.value and not _is_typed(key, focus)
            for key, body in ((vn, vn_body), (kr, kr_body))
        ))),
        "known_tie": Feature(float(kr in context.gazetteer.tied.get(vn, ()))),
    }


def _cue_features(shared: Sequence[View], focus: Sequence[View]) -> dict[str, Feature]:
    features = {}
    titled, body = [v for v in focus if v.is_title], [v for v in focus if not v.is_title]
    both = [v for v in shared if not v.is_title]
    heard = {group for v in focus for group in v.first_cues}
    for cue in CUES:
        group = f"cue.{cue}"
        if group not in heard:
            continue
        hits = [v for v in body if v.has(group)]
        features[f"title_{cue}"] = _cue_flag(titled, (group,))
        features[f"body_{cue}"] = Feature(len(hits) / len(body) if body else 0.0, _first_cue(hits, (group,)))
        features[f"shared_{cue}"] = _cue_flag(both, (group,))
    return features


def _count_features(vn: str, kr: str, focus: Sequence[View], context: _Context) -> dict[str, Feature]:
    counts, wholes = context.counts, context.wholes
    most = {side: max((n for key, n in counts.items() if key.startswith(side)), default=1) for side in ("VN", "KR")}
    parts = {key: {part for part in counts if key in wholes[part]} for key in (vn, kr)}
    above = {key: {whole for whole in wholes[key] if whole in counts} for key in (vn, kr)}
    return {
        "crowd": Feature(float(context.vn_units > CROWD or context.kr_units > CROWD)),
        "whole_of_another": Feature(float(any(parts.values()))),
        "part_of_another": Feature(float(any(above.values()))),
        "minor_whole": Feature(float(any(_is_minor(key, parts[key], counts) for key in (vn, kr)))),
        "minor_part": Feature(float(any(_is_minor(key, above[key], counts) for key in (vn, kr)))),
        "part_vn": Feature(counts.get(vn, 0) / most["VN"]),
        "part_kr": Feature(counts.get(kr, 0) / most["KR"]),
        "others": Feature(min(1.0, (context.vn_units + context.kr_units - 2) / 6)),
        "unsure_name": Feature(1.0 - min(_sureness(vn, focus), _sureness(kr, focus))),
    }


def _is_whole_of_named(view: View, mention: Mention) -> bool:
    start = mention.start - view.sentence.start
    return bool(_PART_OF.search(view.text, max(0, start - 40), start))


def _is_minor(key: str, others: set[str], counts: dict[str, int]) -> bool:
    """Whether a unit that is part or whole of another is named at most half as often as that one."""
    return any(2 * counts.get(key, 0) <= counts[other] for other in others)


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


def _without_places(views: Sequence[View], gazetteer: Gazetteer) -> list[View]:
    """The views without the mentions that only say where a smaller unit beside them lies."""
    places = _find_places(views, gazetteer)
    return [replace(v, mentions=tuple(m for m in v.mentions if m not in places)) for v in views]


def _find_places(views: Sequence[View], gazetteer: Gazetteer) -> set[Mention]:
    found: set[Mention] = set()
    for view in views:
        found |= {m for m in view.mentions if _is_whole_of_named(view, m)}
        for part in view.mentions:
            above = gazetteer.ancestors(part.key) if part.level > 1 else ()
            for mention in view.mentions:
                gap = max(part.start - mention.end, mention.start - part.end)
                if mention.key in above and gap <= PLACE_REACH:
                    found.add(mention)
    return found


def _adds_side(view: View, vn: str, kr: str, sides: set[str]) -> bool:
    return len(sides) == 1 and _names(view, kr if sides == {"VN"} else vn)


def _has_row(view: View) -> bool:
    units = {(m.side, m.key) for m in view.mentions if m.actor}
    return any(sum(side == of for of, _ in units) >= ROW for side in ("VN", "KR"))


def _is_place(key: str, focus: Sequence[View]) -> bool:
    """Whether the unit is only ever where something happens ("in Yesan", "부여에서"), never who does it."""
    found = [(v, m) for v in focus for m in v.mentions if m.key == key and m.actor]
    return all(not v.is_title and _is_locative(v, m) for v, m in found)


def _is_locative(view: View, mention: Mention) -> bool:
    start, end = mention.start - view.sentence.start, mention.end - view.sentence.start
    return bool(_BEFORE_PLACE.search(view.text, max(0, start - 30), start) or _AFTER_PLACE.match(view.text, end))


def _is_typed(key: str, focus: Sequence[View]) -> bool:
    return any(m.key == key and m.note in ("type", "ward", "home") for v in focus for m in v.mentions)


def _names(view: View, key: str) -> bool:
    return key in view.actors


def _sureness(key: str, focus: Sequence[View]) -> float:
    return max((m.sure for v in focus for m in v.mentions if m.key == key), default=0.0)


def _ordered(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))


def _flag(views: Sequence[View]) -> Feature:
    return Feature(1.0, _span(views[0])) if views else Feature(0.0)


def _cue_flag(views: Sequence[View], groups: tuple[str, ...]) -> Feature:
    span = _first_cue(views, groups)
    return Feature(1.0, span) if span else Feature(0.0)


def _first_cue(views: Sequence[View], groups: tuple[str, ...]) -> tuple[Field, int, int] | None:
    for view in views:
        for group in groups:
            if cue := view.first_cues.get(group):
                return view.sentence.segment.field, cue.start, cue.end
    return None


def _span(view: View) -> tuple[Field, int, int]:
    return view.sentence.segment.field, view.sentence.start, view.sentence.end


def _quote(name: str, feature: Feature, reading: Reading) -> Evidence:
    assert feature.span
    field, start, end = feature.span
    whole = reading.story.title if field == "title" else reading.story.text
    start, end = cut_quote(whole, start, end)
    return Evidence(name, field, start, end, whole[start:end])
