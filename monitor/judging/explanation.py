"""Puts a verdict, its facts and the grouping of an event into words for people; it decides nothing itself."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from monitor.judging.candidates import Candidate, find_candidates
from monitor.judging.joining import explain_join
from monitor.judging.judge import Knowledge, judge, read_story
from monitor.judging.values import Answer, Detail, Fact, Mention, Story, Verdict
from monitor.judging.verdict import score_features
from seeds.explanations import Wording
from seeds.gazetteer import Gazetteer
from storage.values import BlockFact

BIAS = "bias"
# So many stories of other events in the same two provinces are shown, those with the nearest days.
MOST_NEAR = 5


@dataclass(frozen=True)
class MentionNote:
    """A place found in a story: `acts` says whether it can be one who acts there; `sure` is 0 to 1."""

    words: str
    field: str
    start: int
    end: int
    key: str
    name: str
    country: str
    kind: str
    rule: str
    why: str
    acts: bool
    sure: float


@dataclass(frozen=True)
class Reason:
    """A rule that fired for the best pair: `points` for (above 0) or against; the words are empty where none show it.

    The points of all reasons add up to the verdict's.
    """

    rule: str
    why: str
    points: float
    strength: str
    words: str
    field: str
    start: int
    end: int


@dataclass(frozen=True)
class FactNote:
    """A fact with its names and sentences; `details` are the words behind each part."""

    vn_key: str
    vn_name: str
    kr_key: str
    kr_name: str
    act: str
    act_why: str
    stage: str
    stage_why: str
    happened_on: str | None
    quote: str
    details: tuple[Detail, ...]


@dataclass(frozen=True)
class StoryExplanation:
    """All that led to the verdict on one story; `points` are those of its best pair, 0 is an even chance.

    From `yes_from` (0 to 1) on a story is flagged, from `unsure_from` on it is shown as unsure. `places` are the
    names of the best pair, empty where the story has none.
    """

    verdict: Answer
    score: float
    points: float
    yes_from: float
    unsure_from: float
    lang: str
    places: tuple[str, ...]
    mentions: tuple[MentionNote, ...]
    reasons: tuple[Reason, ...]
    facts: tuple[FactNote, ...]
    rules_version: str


@dataclass(frozen=True)
class JoinNote:
    """Why a story is, or is not, in an event: compared with `other_id`'s article."""

    article_id: int
    url: str
    title: str
    other_id: int
    event_id: str | None
    together: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Grouping:
    """The first story of an event, why the others belong to it, and why near ones of the same provinces do not."""

    first_id: int
    members: tuple[JoinNote, ...]
    near: tuple[JoinNote, ...]


def explain_story(story: Story, knowledge: Knowledge, wording: Wording) -> StoryExplanation:
    """What led to the verdict on `story` by today's rules, in the language of `wording`."""
    verdict = judge(story, knowledge)
    reading, mentions = read_story(story, knowledge)[:2]
    candidates = find_candidates(reading, knowledge.gazetteer)
    best = _find_best(candidates, knowledge) if candidates else None
    passing = {(m.field, m.start) for view in reading.views for m in view.mentions if m.note == "passing"}
    noted = [_note(m, (raw.field, raw.start) in passing) for m, raw in zip(verdict.mentions, mentions, strict=True)]
    weights, gazetteer = knowledge.weights, knowledge.gazetteer
    reasons = _explain_reasons(best, verdict, knowledge, wording) if best else ()
    return StoryExplanation(
        verdict=verdict.verdict, score=verdict.score, lang=verdict.lang, rules_version=verdict.rules_version,
        points=round(sum(reason.points for reason in reasons), 4),
        yes_from=weights.yes, unsure_from=weights.no,
        places=tuple(gazetteer.name(key, wording.language) for key in (best.vn_key, best.kr_key)) if best else (),
        mentions=tuple(_explain_mention(m, gazetteer, wording) for m in noted),
        reasons=reasons,
        facts=tuple(explain_fact(fact, gazetteer, wording) for fact in verdict.facts),
    )


def explain_fact(fact: Fact, gazetteer: Gazetteer, wording: Wording) -> FactNote:
    """A fact with the names of its places and a sentence for its act and its stage."""
    return FactNote(
        fact.vn_key, gazetteer.name(fact.vn_key, wording.language),
        fact.kr_key, gazetteer.name(fact.kr_key, wording.language),
        fact.act, wording.acts.get(fact.act, fact.act), fact.stage, wording.stages.get(fact.stage, fact.stage),
        fact.happened_on, fact.quote, fact.details,
    )


def explain_grouping(
    event_id: str, facts: Sequence[BlockFact], events: Mapping[str, AbstractSet[int]], gazetteer: Gazetteer,
    wording: Wording,
) -> Grouping | None:
    """Why stories are in this event, and others of its block are not; `events` has the fact ids of each event.

    None where the event has no fact among `facts`.
    """
    homes = {fact_id: event for event, ids in events.items() for fact_id in ids}
    ordered = sorted(facts, key=lambda fact: (fact.published_at or fact.fetched_at, fact.position, fact.id))
    members = [fact for fact in ordered if homes.get(fact.id) == event_id]
    if not members:
        return None
    first, inside = members[0], {fact.article_id for fact in members}
    others = _each_article([fact for fact in ordered if fact.article_id not in inside])
    others.sort(key=lambda fact: abs(_day_of(fact) - _day_of(first)))
    joined = [_join_member(f, members, event_id, gazetteer, wording) for f in _each_article(members)[1:]]
    near = [_hold_apart(f, members, homes.get(f.id), gazetteer, wording) for f in others[:MOST_NEAR]]
    return Grouping(first.article_id, tuple(joined), tuple(near))


def _find_best(candidates: Sequence[Candidate], knowledge: Knowledge) -> Candidate:
    return max(candidates, key=lambda one: score_features(one.features, knowledge.weights.relevance))


def _note(mention: Mention, is_passing: bool) -> Mention:
    return replace(mention, actor=False, note="passing") if is_passing else mention


def _explain_mention(mention: Mention, gazetteer: Gazetteer, wording: Wording) -> MentionNote:
    why = wording.mentions.get(mention.note, mention.note.replace("_", " "))
    return MentionNote(
        mention.alias, mention.field, mention.start, mention.end, mention.key,
        gazetteer.name(mention.key, wording.language), mention.side, gazetteer.localities[mention.key].kind,
        mention.note, why, mention.actor, mention.sure,
    )


def _explain_reasons(
    best: Candidate, verdict: Verdict, knowledge: Knowledge, wording: Wording,
) -> tuple[Reason, ...]:
    """The start first, then what speaks for it and what against it, each the heaviest first."""
    weights = knowledge.weights.relevance
    vn, kr = (knowledge.gazetteer.name(key, wording.language) for key in (best.vn_key, best.kr_key))
    quotes = {one.rule: one for one in verdict.evidence}
    values = {BIAS: 1.0} | {name: feature.value for name, feature in best.features.items()}
    points = {name: round(weights[name] * value, 4) for name, value in values.items() if weights.get(name) and value}
    found = []
    for name, weight in sorted(points.items(), key=lambda one: (one[0] != BIAS, one[1] < 0, -abs(one[1]))):
        quote = quotes.get(name)
        where = (quote.quote, quote.field, quote.start, quote.end) if quote else ("", "", 0, 0)
        why = wording.explain_feature(name, vn, kr)
        found.append(Reason(name, why, weight, wording.name_strength(weight), *where))
    return tuple(found)


def _each_article(facts: Sequence[BlockFact]) -> list[BlockFact]:
    """The first fact of each article, in their order."""
    return list({fact.article_id: fact for fact in reversed(facts)}.values())[::-1]


def _day_of(fact: BlockFact) -> int:
    on = fact.happened_on if fact.happened_on and len(fact.happened_on) == 10 else None
    return (date.fromisoformat(on) if on else (fact.published_at or fact.fetched_at).date()).toordinal()


def _join_member(
    fact: BlockFact, members: Sequence[BlockFact], event_id: str, gazetteer: Gazetteer, wording: Wording,
) -> JoinNote:
    """Compared with the first story that joins it; with the event's first one where none does by itself."""
    mine = [member for member in members if member.article_id == fact.article_id]
    others = [member for member in members if member.article_id != fact.article_id]
    for other in others:
        for own in mine:
            joining = explain_join(own, other, gazetteer)
            if joining.together:
                return _note_join(fact, other, event_id, True, joining.reasons)
    reasons = (*explain_join(fact, others[0], gazetteer).reasons, wording.grouping["helped"])
    return _note_join(fact, others[0], event_id, True, reasons)


def _hold_apart(
    fact: BlockFact, members: Sequence[BlockFact], home: str | None, gazetteer: Gazetteer, wording: Wording,
) -> JoinNote:
    joinings = [(explain_join(fact, member, gazetteer), member) for member in members]
    rival = next((member for joining, member in joinings if joining.together), None)
    if rival:
        return _note_join(fact, rival, home, False, (wording.grouping["rival"],))
    joining, member = min(joinings, key=lambda one: len(one[0].reasons))
    return _note_join(fact, member, home, False, joining.reasons)


def _note_join(
    fact: BlockFact, other: BlockFact, event_id: str | None, together: bool, reasons: tuple[str, ...],
) -> JoinNote:
    return JoinNote(fact.article_id, fact.url, fact.title, other.article_id, event_id, together, reasons)
