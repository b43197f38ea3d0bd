"""Makes the facts of a relevant story: which pairs act, what they did, how far it came and on which day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from monitor.judging.acts import LASTING, choose_act, choose_stage, says_done
from monitor.judging.candidates import Candidate
from monitor.judging.carried_years import LOOKING_BACK
from monitor.judging.days import step_back
from monitor.judging.details import find_details
from monitor.judging.reading import Reading, View
from monitor.judging.values import Act, Fact, Stage
from monitor.judging.verdict import Weights, cut_quote, score_features, weigh_features

# A day further from the story's own than this is history or an outlook, not what is reported.
NEAR_DAYS = 75
# A day without a year in a sentence that tells the act is of the year that ended with the story, if none is nearer.
FAR_DAYS = 366
# A further pair may be so much less likely than the main one (log odds): what the story as a whole says of its bodies
# speaks for all its pairs alike. Tried on `dev.jsonl` with weights that had seen it, so it may be too generous.
BEHIND_MAIN = 3.0
# How many facts one story may carry at most.
MOST_FACTS = 8
# What has come so far cannot have happened after its story was published.
HAPPENED = frozenset({"signed", "under_way", "done"})


def take_facts(candidates: Sequence[Candidate], reading: Reading, weights: Weights) -> list[Fact]:
    """The facts of a story that is to be flagged, the main one first; `candidates` must not be empty."""
    odds = {c: weigh_features(c.features, weights.pair) + weigh_features(c.features, weights.relevance)
            for c in candidates}
    ranked = sorted(candidates, key=lambda c: -odds[c])
    main = _prefer_headline(ranked, weights)
    chosen = _without_nested([main, *(c for c in ranked if c is not main and _is_told(c, main, weights))])
    return [_make_fact(candidate, main, reading) for candidate in chosen[:MOST_FACTS]]


def _prefer_headline(ranked: Sequence[Candidate], weights: Weights) -> Candidate:
    """The best pair, or the one that the headline joins where that is the same but for a part or a whole of its units.

    Provinces deal with provinces and towns with towns, so only in the place of a pair that is not level; and only one
    that would be flagged by itself, as a headline may be cut short.
    """
    best = ranked[0]
    if best.is_level or "title_both" in best.features:
        return best
    vn, kr = {best.vn_key, *best.vn_nested}, {best.kr_key, *best.kr_nested}
    return next((
        one for one in ranked
        if one.is_level and "title_both" in one.features and one.vn_key in vn and one.kr_key in kr
        and score_features(one.features, weights.relevance) >= weights.yes
        and score_features(one.features, weights.pair) >= weights.pair_yes
    ), best)


def _is_told(candidate: Candidate, main: Candidate, weights: Weights) -> bool:
    """Whether a further pair of the story acts in it too."""
    pair, relevance = (score_features(candidate.features, w) for w in (weights.pair, weights.relevance))
    behind = weigh_features(main.features, weights.relevance) - weigh_features(candidate.features, weights.relevance)
    return pair >= weights.pair_yes and relevance >= weights.no and behind <= BEHIND_MAIN


def _without_nested(ranked: Sequence[Candidate]) -> list[Candidate]:
    """The pairs without those of a part or a whole of a better one's unit that does not act by itself.

    It does where its own body stands with it, where the headline joins the two, or where the tie is a known one.
    """
    kept: list[Candidate] = []
    for candidate in ranked:
        if all(_acts_beside(candidate, better) for better in kept):
            kept.append(candidate)
    return kept


def _acts_beside(candidate: Candidate, better: Candidate) -> bool:
    if any(name in candidate.features for name in ("title_both", "known_tie")):
        return True
    if candidate.kr_key == better.kr_key and better.vn_key in candidate.vn_nested:
        return candidate.vn_stands
    if candidate.vn_key == better.vn_key and better.kr_key in candidate.kr_nested:
        return candidate.kr_stands
    return True


def _make_fact(candidate: Candidate, main: Candidate, reading: Reading) -> Fact:
    title = [v for v in reading.views if v.is_title]
    focus = _telling(candidate if candidate.shared else main, reading)
    act: Act = choose_act(title, focus, _around(focus, reading))
    view = _proof(candidate, act)
    field = view.sentence.segment.field
    whole = reading.story.title if field == "title" else reading.story.text
    start, end = cut_quote(whole, view.sentence.start, view.sentence.end)
    stage, on = _choose_stage_and_day([*title, *(v for v in focus if not v.is_title)], focus, act, reading)
    on = on or (_own_date(view, act, reading.anchor) if stage in HAPPENED else None)
    fact = Fact(candidate.vn_key, candidate.kr_key, act, stage, on, whole[start:end], field, start, end)
    return replace(fact, details=find_details(fact, view, [*title, *focus], reading))


def _own_date(proof: View, act: Act, anchor: date | None) -> str | None:
    """The full date of long ago in the sentence that proves a fact which nothing else dates: an old report anew.

    Only of what the sentence itself tells; where it says since when, or under which paper, the date is another's.
    """
    if anchor is None or not proof.has(f"act.{act}") or any(map(proof.has, LOOKING_BACK)):
        return None
    days = [day.on for day in proof.days if day.exact and day.has_day and day.on < anchor.isoformat()]
    return days[0] if len(days) == 1 else None


def _choose_stage_and_day(
    views: Sequence[View], focus: Sequence[View], act: Act, reading: Reading,
) -> tuple[Stage, str | None]:
    """The two must go together: only what is planned or called off can lie behind the day of publication."""
    stage = choose_stage(views, act)
    if stage not in HAPPENED:
        on = _choose_day(focus, reading, happened=False)
        if stage != "planned" or on is None:
            return stage, on
        if not _is_ahead(on, reading.anchor) and not any(v.is_title and v.has("stage.ahead") for v in views):
            return "under_way" if act in LASTING else "done", on
        return stage, _choose_day(focus, reading, happened=False, ahead=True) or on
    if not says_done(views, act):
        on = _choose_day(focus, reading, happened=False)
        if on and _is_ahead(on, reading.anchor):
            return "planned", on
    return stage, _choose_day(focus, reading, happened=True)


def _telling(candidate: Candidate, reading: Reading) -> list[View]:
    """The sentences that tell the happening: those that name either unit, and the one that follows each."""
    orders = {v.sentence.order for v in candidate.focus}
    orders |= {order + 1 for order in orders}
    items = {v.sentence.segment.item for v in candidate.focus}
    return [
        v for v in reading.views
        if v.sentence.order in orders and (v.sentence.segment.item in items or v.is_title) and not v.listing
    ]


def _around(focus: Sequence[View], reading: Reading) -> list[View]:
    """The other sentences of the items in which the happening is told."""
    orders, items = {v.sentence.order for v in focus}, {v.sentence.segment.item for v in focus}
    return [
        v for v in reading.views
        if v.sentence.order not in orders and v.sentence.segment.item in items and not v.listing
    ]


def _proof(candidate: Candidate, act: Act) -> View:
    """The sentence that shows both units and the act best: not the past, the text rather than the headline."""
    if not candidate.shared:
        return candidate.focus[0]
    return min(
        candidate.shared,
        key=lambda v: (v.past, not v.has(f"act.{act}"), not _is_main(v), v.is_title, v.sentence.order),
    )


def _choose_day(
    focus: Sequence[View], reading: Reading, *, happened: bool, ahead: bool = False,
) -> str | None:
    orders = {v.sentence.order for v in focus}
    views = [*focus, *(v for v in reading.views if v.is_lead and v.sentence.order not in orders)]
    fresh = [view for view in views if not view.past]
    main = [view for view in fresh if _is_main(view)]
    for told, reach in ((main, NEAR_DAYS), (fresh, NEAR_DAYS), (main, FAR_DAYS if happened else NEAR_DAYS)):
        for view in told:
            on = _day_of(view, reading.anchor, reach, happened, ahead)
            if on:
                return on
    return None


def _is_main(view: View) -> bool:
    return any(cue.group.startswith("act.") and cue.group != "act.generic" for cue in view.cues)


def _day_of(view: View, anchor: date | None, reach: int, happened: bool, ahead: bool) -> str | None:
    """The first day within `reach` days of the story's own, else a month; none to come of what has `happened`.

    With `ahead` only a day to come: the day of a plan, not that on which it was told.
    """
    for length in (10, 7):
        for day in view.days:
            on = step_back(day, anchor) if happened and anchor else day.on
            if not on or (ahead and not _is_ahead(on, anchor)):
                continue
            if len(on) == length and _is_near(on, anchor, reach, exact=day.exact):
                return on
    return None


def _is_near(on: str, anchor: date | None, reach: int, *, exact: bool) -> bool:
    if anchor is None:
        return True
    day = date.fromisoformat(on if len(on) == 10 else f"{on}-15")
    return abs((anchor - day).days) <= (NEAR_DAYS if exact else reach)


def _is_ahead(on: str, anchor: date | None) -> bool:
    return anchor is not None and on > anchor.isoformat()[:len(on)]
