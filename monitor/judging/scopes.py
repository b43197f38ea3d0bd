"""Counts what a part of a story holds: words of each group, who acts, how much is done; it weighs nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.judging.cues import Cue
from monitor.judging.reading import View
from monitor.judging.units import OTHER, Feature, Span

# So many words for local bodies, and the story is one of theirs.
MANY_BODIES = 6
# So many sentences that speak of both sides together, or of the other side without its name, are all that is asked for.
MANY_SIDES = 4
ACTS = (
    "agreement", "twinning", "visit", "training", "seasonal_workers",
    "trade_promotion", "culture_tourism", "aid", "review",
)
ACT_GROUPS = tuple(f"act.{act}" for act in ACTS)
SIDES_GROUP = "ref.sides"
# Titles of local bodies that only one of the two countries has.
TITLE_GROUPS = {"vn": "body.VN", "kr": "body.KR"}

Named = list[tuple[View, Cue]]


@dataclass(frozen=True)
class Scope:
    """Some sentences of a story: the share of them that holds each group of cues, and who acts in them.

    `bodies` counts the words for local bodies, `others` is the share of other actors among all words for actors,
    `acts` that of sentences that tell of an act, `sides` counts those that speak of both sides.
    """

    cues: Mapping[str, Feature]
    bodies: Feature
    others: Feature
    acts: Feature
    sides: Feature


def make_scope(views: Sequence[View]) -> Scope:
    """What these sentences hold."""
    told = [view for view in views if not view.is_title]
    counts: Counter[str] = Counter()
    spans: dict[str, Span] = {}
    for view in told:
        for group in view.first_cues:
            counts[group] += 1
            spans.setdefault(group, cue_span(view, group))
    others, bodies = find_actors(views)
    acting = [v for v in told if not v.past and is_acting(v)]
    return Scope(
        {group: Feature(count / len(told), spans[group]) for group, count in counts.items()},
        Feature(min(1.0, len(bodies) / MANY_BODIES), actor_span(bodies)),
        share_others(others, bodies),
        Feature(len(acting) / len(told) if told else 0.0, span_of(acting[0]) if acting else None),
        Feature(min(1.0, counts[SIDES_GROUP] / MANY_SIDES), spans.get(SIDES_GROUP)),
    )


def describe_whole(scope: Scope, cues: Sequence[str]) -> dict[str, Feature]:
    """The features of a story as a whole, wherever its news is told; `cues` are the names of the groups that count."""
    titles = {side: scope.cues[group].span for side, group in TITLE_GROUPS.items() if group in scope.cues}
    both = len(titles) == len(TITLE_GROUPS)
    return {
        **{f"all_{cue}": scope.cues[f"cue.{cue}"] for cue in cues if f"cue.{cue}" in scope.cues},
        **{f"titles_{side}": Feature(1.0, span) for side, span in titles.items()},
        "titles_both": Feature(float(both), titles.get("kr")),
        "all_bodies": scope.bodies,
        "all_others": scope.others,
        "all_acts": scope.acts,
        "sides": scope.sides,
    }


def find_actors(views: Sequence[View]) -> tuple[Named, Named]:
    """The words for other actors, and those for local bodies, in order of reading."""
    found = [(view, cue) for view in views for cue in view.actor_cues]
    return [row for row in found if row[1].group == OTHER], [row for row in found if row[1].group != OTHER]


def share_others(others: Named, bodies: Named) -> Feature:
    """The share of other actors among all words for actors."""
    return Feature(len(others) / (len(others) + len(bodies)) if others else 0.0, actor_span(others))


def actor_span(found: Named) -> Span | None:
    """The first of these words."""
    if not found:
        return None
    view, cue = found[0]
    return view.sentence.segment.field, cue.start, cue.end


def is_acting(view: View) -> bool:
    """Whether the sentence holds words of an act, other than of cooperation in general."""
    return any(view.has(group) for group in ACT_GROUPS)


def cue_span(view: View, group: str) -> Span:
    """The first words of a group in a sentence that has them."""
    cue = view.first_cues[group]
    return view.sentence.segment.field, cue.start, cue.end


def span_of(view: View) -> Span:
    """The whole sentence."""
    return view.sentence.segment.field, view.sentence.start, view.sentence.end
