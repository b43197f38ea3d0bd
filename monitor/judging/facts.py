"""Makes the facts of a relevant story: which pairs act, what they did, how far it came and on which day."""

from collections.abc import Sequence
from datetime import date

from monitor.judging.acts import choose_act, choose_stage
from monitor.judging.candidates import Candidate
from monitor.judging.reading import Reading, View
from monitor.judging.values import Act, Fact
from monitor.judging.verdict import Weights, cut_quote, score_features, weigh_features

# A day further from the story's own than this is history or an outlook, not what is reported.
NEAR_DAYS = 75
# How many facts one story may carry at most.
MOST_FACTS = 8


def take_facts(candidates: Sequence[Candidate], reading: Reading, weights: Weights) -> list[Fact]:
    """The facts of a story that is to be flagged, the main one first; `candidates` must not be empty."""
    odds = {c: weigh_features(c.features, weights.pair) + weigh_features(c.features, weights.relevance)
            for c in candidates}
    ranked = sorted(candidates, key=lambda c: -odds[c])
    main = ranked[0]
    chosen = [main, *(c for c in ranked[1:] if _is_told(c, weights))]
    return [_make_fact(candidate, main, reading) for candidate in chosen[:MOST_FACTS]]


def _is_told(candidate: Candidate, weights: Weights) -> bool:
    """Whether a further pair of the story acts in it too."""
    pair, relevance = (score_features(candidate.features, w) for w in (weights.pair, weights.relevance))
    return pair >= weights.pair_yes and relevance >= weights.no


def _make_fact(candidate: Candidate, main: Candidate, reading: Reading) -> Fact:
    title = [v for v in reading.views if v.is_title]
    focus = _telling(candidate if candidate.shared else main, reading)
    act: Act = choose_act(title, focus)
    view = _proof(candidate, act)
    field = view.sentence.segment.field
    whole = reading.story.title if field == "title" else reading.story.text
    start, end = cut_quote(whole, view.sentence.start, view.sentence.end)
    return Fact(
        candidate.vn_key, candidate.kr_key, act, choose_stage([*title, *focus], act), _choose_day(focus, reading),
        whole[start:end], field, start, end,
    )


def _telling(candidate: Candidate, reading: Reading) -> list[View]:
    """The sentences that tell the happening: those that name either unit, and the one that follows each."""
    orders = {v.sentence.order for v in candidate.focus}
    orders |= {order + 1 for order in orders}
    items = {v.sentence.segment.item for v in candidate.focus}
    return [
        v for v in reading.views
        if v.sentence.order in orders and (v.sentence.segment.item in items or v.is_title) and not v.listing
    ]


def _proof(candidate: Candidate, act: Act) -> View:
    """The sentence that shows both units and the act best: not the past, the text rather than the headline."""
    if not candidate.shared:
        return candidate.focus[0]
    return min(
        candidate.shared,
        key=lambda v: (v.past, not v.has(f"act.{act}"), not _is_main(v), v.is_title, v.sentence.order),
    )


def _choose_day(focus: Sequence[View], reading: Reading) -> str | None:
    orders = {v.sentence.order for v in focus}
    views = [*focus, *(v for v in reading.views if v.is_lead and v.sentence.order not in orders)]
    for wanted in (_is_main, lambda v: True):
        for view in views:
            if view.past or not wanted(view):
                continue
            day = _day_of(view, reading)
            if day:
                return day
    return None


def _is_main(view: View) -> bool:
    return any(cue.group.startswith("act.") and cue.group != "act.generic" for cue in view.cues)


def _day_of(view: View, reading: Reading) -> str | None:
    for wanted in (10, 7):
        for day in view.days:
            if len(day.on) == wanted and _is_near(day.on, reading):
                return day.on
    return None


def _is_near(on: str, reading: Reading) -> bool:
    if reading.anchor is None:
        return True
    day = date.fromisoformat(on if len(on) == 10 else f"{on}-15")
    return abs((reading.anchor - day).days) <= NEAR_DAYS
