"""Names the act and the stage of a happening from the words around it, form before topic; who acts is not decided here.

The order is that of the labelling rules: a paper that makes a sister tie, any other paper, what it is about, a
stock-taking, a visit, anything else.
"""

import re
from collections.abc import Iterable, Sequence

from monitor.judging.cues import Cue, is_unspaced
from monitor.judging.reading import View
from monitor.judging.values import Act, Stage

TOPICS: tuple[Act, ...] = ("training", "aid", "culture_tourism", "trade_promotion", "review")
# What a word weighs by where it stands; words in sentences about the past weigh nothing.
TITLE_WEIGHT = 3.0
LEAD_WEIGHT = 1.5
BODY_WEIGHT = 0.5
BACK_WEIGHT = 0.1
# What a sentence without either place adds to a topic.
SCENE_WEIGHT = 0.25
SCENES = ("training", "aid", "culture_tourism", "trade_promotion", "seasonal_workers")
LEAD_SENTENCES = 2
# A topic named only in the body must weigh so much more than the words of visiting.
TOPIC_MARGIN = 0.5
# What is called off stands at most so far, in the same clause, from the word that says so.
GOVERNED = 40
# A word of planning at most so far in front of a word of signing puts the signing ahead ("will sign").
AHEAD = 22
_CLAUSE = re.compile(r"[,;:.!?…\n]")
# "…할 예정이라고 15일 밝혔다": told is the plan, nothing is done yet.
_PLAN_TOLD = re.compile(r"(?:예정|계획|방침)이(?:라고|라며)[^,.!?\n]{0,12}$")
# Korean says it behind the verb: "체결할 예정", "체결하기로", "협약을 맺을 예정", "손을 잡기로".
_AHEAD_AFTER = re.compile(
    r"(?:할|하기로|키로|기로|한다[.]|는다[.]|[을를]? ?(?:추진|앞두|위해|위한|준비|계획|희망)|"
    r"을 (?:예정|계획|방침|전망))"
)
# Acts that last: a course that has begun is under way until it has ended.
LASTING = frozenset({"training", "seasonal_workers"})


def choose_act(title: Sequence[View], focus: Sequence[View], around: Sequence[View] = ()) -> Act:
    """The act of the main happening.

    `title` are the views of the headline, `focus` the sentences that tell it, `around` the others of the same story:
    a report in scenes says there what it is about.
    """
    told = [*title, *(v for v in focus if not v.is_title)]
    weights = _weigh(told)
    _add_scenes(weights, around)
    if _makes_twins(title, focus):
        return "twinning"
    signed = _is_signing(focus)
    if _is_review(title, focus) and not signed:
        return "review"
    if _is_seasonal(title, weights):
        return "seasonal_workers"
    if signed or _in_any(title, "act.agreement"):
        return "agreement"
    return _choose_topic(weights)


def choose_stage(views: Sequence[View], act: Act) -> Stage:
    """How far the happening has come, by the sentences that carry it; what is told further down does not count.

    Called off beats signed, a plan counts where nothing is said to have been done; a plain report is `done`.
    """
    front = _find_front(views, act)
    if any(_is_called_off(view) for view in front):
        return "suspended"
    seen = {cue.group for view in front for cue in view.cues}
    signed = any(_is_signed(view) for view in front)
    if any(view.is_title and view.has("stage.ahead") and not _is_signed(view) for view in front):
        return "planned"
    paper = act in ("agreement", "twinning")
    if (paper or "act.agreement" in seen) and signed:
        return "signed"
    if act in LASTING and "stage.under_way" in seen and "stage.ended" not in seen:
        return "under_way"
    if _is_planned(front, act) and not signed and not any(_is_done(view) for view in front):
        return "planned"
    if "stage.agreed" in seen and paper:
        return "agreed"
    return "signed" if paper else "done"


def _is_planned(front: Sequence[View], act: Act) -> bool:
    """Whether a plan is told where the news is: what comes after it is told further down."""
    head = [view for view in front if view.is_title or view.is_lead]
    return any(view.has("stage.planned") for view in (head if _in_any(head, f"act.{act}") else front))


def says_done(views: Sequence[View], act: Act) -> bool:
    """Whether the sentences that carry the happening say in so many words that it took place."""
    return any(_is_signed(view) or _is_done(view) for view in _find_front(views, act))


def _find_front(views: Sequence[View], act: Act) -> list[View]:
    """Headline, lead, and the first further sentence with the words of the act."""
    fresh = [v for v in views if not v.past]
    front = [v for v in fresh if v.is_title or v.is_lead]
    return front + [v for v in fresh if v not in front and v.has(f"act.{act}")][:1]


def _is_called_off(view: View) -> bool:
    """Whether a word of calling off stands in the headline, or in one clause with the words of what it calls off."""
    acts = [cue for cue in view.cues if cue.group.startswith("act.")]
    return any(
        cue.group == "stage.suspended" and (view.is_title or any(_is_joined(view, cue, act) for act in acts))
        for cue in view.cues
    )


def _is_joined(view: View, one: Cue, other: Cue) -> bool:
    first, last = (one, other) if one.start <= other.start else (other, one)
    gap = view.text[first.end - view.sentence.start:last.start - view.sentence.start]
    return len(gap) <= GOVERNED and not _CLAUSE.search(gap)


def _is_done(view: View) -> bool:
    return any(
        cue.group == "stage.done" and not _PLAN_TOLD.search(view.text[:cue.start - view.sentence.start])
        for cue in view.cues
    )


def _is_signed(view: View) -> bool:
    plans = [cue for cue in view.cues if cue.group == "stage.planned"]
    return any(cue.group == "stage.signed" and not _is_ahead(view, cue, plans) for cue in view.cues)


def _is_ahead(view: View, signed: Cue, plans: Sequence[Cue]) -> bool:
    if is_unspaced(signed.word[0]):
        return _AHEAD_AFTER.match(view.text, signed.end - view.sentence.start) is not None
    before = any(
        plan.start < signed.end and signed.start - plan.end <= AHEAD and _is_joined(view, plan, signed)
        for plan in plans
    )
    return before or any(
        cue.group == "stage.ahead" and cue.start >= signed.end and _is_joined(view, signed, cue) for cue in view.cues
    )


def _weigh(views: Iterable[View]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for view in views:
        for group in {cue.group for cue in view.cues if cue.group.startswith("act.")}:
            weights[group[4:]] = weights.get(group[4:], 0.0) + _worth(view)
    return weights


def _add_scenes(weights: dict[str, float], around: Iterable[View]) -> None:
    """Adds what sentences without either place say of the topics, where those with one name none."""
    if any(weights.get(topic) for topic in SCENES):
        return
    for view in around:
        if view.past or view.is_title:
            continue
        for topic in SCENES:
            if view.has(f"act.{topic}"):
                weights[topic] = weights.get(topic, 0.0) + SCENE_WEIGHT


def _worth(view: View) -> float:
    if view.past:
        return 0.0
    if view.is_title:
        return TITLE_WEIGHT
    if view.is_lead or view.sentence.rank == 0:
        return LEAD_WEIGHT
    return BODY_WEIGHT if view.is_front else BACK_WEIGHT


def _makes_twins(title: Sequence[View], focus: Sequence[View]) -> bool:
    """Whether a sister tie is made; a letter of intent towards one is another paper."""
    fresh = [v for v in focus if not v.past and v.is_front]
    if any(v.has("act.intent") for v in (*title, *fresh)):
        return False
    if _in_any(title, "act.twinning") and not _in_any(title, "act.review"):
        return True
    return any(_signs(v, "act.twinning") and not v.has("act.review") for v in fresh if not v.is_title)


def _is_signing(focus: Sequence[View]) -> bool:
    """Whether the news tells in so many words that a paper is signed, or to be; one that is in force proves nothing."""
    return any(_signs(v, "act.agreement") for v in focus if v.is_front and not v.past and not v.is_title)


def _signs(view: View, act: str) -> bool:
    if not (view.has(act) and view.has("stage.signed")):
        return False
    old = [cue for cue in view.cues if cue.group == "cue.in_force"]
    return any(
        cue.group == "stage.signed" and not any(_is_about(one, cue) for one in old) for cue in view.cues
    )


def _is_about(in_force: Cue, signed: Cue) -> bool:
    """Whether words that tell of a paper in force stand so near a word of signing that they speak of it."""
    return in_force.start - GOVERNED // 2 < signed.end and signed.start < in_force.end + GOVERNED // 2


def _is_review(title: Sequence[View], focus: Sequence[View]) -> bool:
    head = [v for v in focus if not v.past and (v.is_lead or v.sentence.rank < LEAD_SENTENCES) and not v.is_title]
    return _in_any(title, "act.review") or sum(v.has("act.review") for v in head) > 1


def _is_seasonal(title: Sequence[View], weights: dict[str, float]) -> bool:
    """Whether seasonal labour is the subject: in the headline or the lead; where a paper leads, in it and again."""
    weight = weights.get("seasonal_workers", 0.0)
    if _in_any(title, "act.seasonal_workers"):
        return True
    return weight > LEAD_WEIGHT if _in_any(title, "act.agreement") else weight >= LEAD_WEIGHT


def _choose_topic(weights: dict[str, float]) -> Act:
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
