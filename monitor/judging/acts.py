"""Names the act and the stage of a happening from the words around it, form before topic; who acts is not decided here.

The order is that of the labelling rules: a paper that makes a sister tie, any other paper, what it is about, a
stock-taking, a visit, anything else.
"""

from collections.abc import Iterable, Sequence

from monitor.judging.reading import View
from monitor.judging.values import Act, Stage

TOPICS: tuple[Act, ...] = ("training", "aid", "culture_tourism", "trade_promotion", "review")
# What a word weighs by where it stands; words in sentences about the past weigh nothing.
TITLE_WEIGHT = 3.0
LEAD_WEIGHT = 1.5
BODY_WEIGHT = 0.5
# A topic named only in the body must weigh so much more than the words of visiting.
TOPIC_MARGIN = 1.5


def choose_act(title: Sequence[View], focus: Sequence[View]) -> Act:
    """The act of the main happening. `title` are the views of the headline, `focus` the sentences that tell it."""
    weights = _weigh([*title, *(v for v in focus if not v.is_title)])
    if _makes_twins(title, focus):
        return "twinning"
    if _in_any(title, "act.review") and not _in_any(title, "act.agreement"):
        return "review"
    seasonal = weights.get("seasonal_workers", 0.0)
    if _in_any(title, "act.seasonal_workers") or (seasonal >= LEAD_WEIGHT and not _in_any(title, "act.agreement")):
        return "seasonal_workers"
    if _is_paper(title, focus):
        return "agreement"
    return _choose_topic(weights, title)


def choose_stage(views: Iterable[View], act: Act) -> Stage:
    """How far the happening has come: called off beats planned beats signed; a report of what was done is `done`."""
    seen = {cue.group for view in views if not view.past for cue in view.cues}
    if "stage.suspended" in seen:
        return "suspended"
    paper = act in ("agreement", "twinning")
    if (paper or "act.agreement" in seen) and "stage.signed" in seen:
        return "signed"
    if "stage.planned" in seen and not (seen & {"stage.signed", "stage.done"}):
        return "planned"
    if "stage.agreed" in seen and paper:
        return "agreed"
    return "signed" if paper else "done"


def _weigh(views: Iterable[View]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for view in views:
        worth = TITLE_WEIGHT if view.is_title else LEAD_WEIGHT if view.is_lead else BODY_WEIGHT
        for group in {cue.group for cue in view.cues if cue.group.startswith("act.")}:
            weights[group[4:]] = weights.get(group[4:], 0.0) + (0.0 if view.past else worth)
    return weights


def _makes_twins(title: Sequence[View], focus: Sequence[View]) -> bool:
    if _in_any(title, "act.twinning") and not _in_any(title, "act.review"):
        return True
    fresh = [v for v in focus if not v.past and not v.is_title and v.has("act.twinning")]
    return any(v.has("stage.signed") and not v.has("act.review") for v in fresh)


def _is_paper(title: Sequence[View], focus: Sequence[View]) -> bool:
    if _in_any(title, "act.agreement"):
        return True
    return any(v.has("act.agreement") and not v.past for v in focus)


def _choose_topic(weights: dict[str, float], title: Sequence[View]) -> Act:
    visit = weights.get("visit", 0.0)
    best = max(TOPICS, key=lambda topic: weights.get(topic, 0.0))
    weight = weights.get(best, 0.0)
    if weight >= TITLE_WEIGHT:
        return best
    if visit and weight < visit + TOPIC_MARGIN:
        return "visit"
    return best if weight else "visit" if weights.get("generic") else "other"


def _in_any(views: Iterable[View], group: str) -> bool:
    return any(view.has(group) for view in views)
