"""Groups the facts of one block into events, and carries the events' ids over; pure, and independent of order.

What one article tells of one happening is folded first, then what is one text; what is left is joined from the
nearest on, as long as everything in an event belongs together (see `joining`): so an event is no longer than its
window, and a long series is never chained into one. Only what belongs to the articles themselves decides, never the
order in which they arrived or were numbered.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from monitor.judging.joining import (
    MISREAD_DAYS,
    WINDOW_DAYS,
    Text,
    Told,
    belong_together,
    explain_join,
    find_distance,
    find_same_text,
    is_in_one_story,
    is_related,
)
from seeds.gazetteer import Gazetteer
from storage.values import BlockFact, EventChange

# What an other pair (a part or a whole) or another act weighs in days, when the nearest are joined first.
OTHER_PAIR, OTHER_ACT = 2, 2
# Texts are compared when so many values in a row of their sketches agree: of those that are one text 1 in 5,000 is
# overlooked.
_BAND = 4
# So many stories of either side are asked for the reason of a change.
_ASKED = 12
_FORM = {"twinning": 0, "agreement": 1, "seasonal_workers": 2}
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Group:
    """One event as grouping sees it, without an id: `fact_ids` the best proof first, main pair first in `pairs`.

    `score` is that of the surest article.
    """

    block: str
    act: str
    stage: str
    happened_on: str | None
    verdict: str
    backlog: bool
    pairs: tuple[tuple[str, str], ...]
    fact_ids: tuple[int, ...]
    score: float = 0.0

    @property
    def fresh_id(self) -> str:
        """The id of an event that no earlier grouping knew, made of its oldest fact: the same anywhere."""
        return "e" + hashlib.sha256(f"{self.block}#{min(self.fact_ids)}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Carried:
    """What became of the ids: an id for each group (in their order), and old ids that now lead to another.

    `changes` says for every known event which of its stories stand in another one now, and why.
    """

    ids: tuple[str, ...]
    redirects: dict[str, str]
    changes: tuple[EventChange, ...] = ()


@dataclass(frozen=True)
class Strand:
    """What one article tells of one happening: its facts, the main one first. `late`: it prints an old text again."""

    facts: tuple[BlockFact, ...]
    told: Told
    text: Text
    late: bool = False

    @property
    def order(self) -> tuple[object, ...]:
        return _order(self.facts[0])


def group_facts(facts: Sequence[BlockFact], gazetteer: Gazetteer) -> list[Group]:
    """The events of `facts` (all of one block), by day; every fact is in exactly one of them.

    The answer depends neither on the order of `facts` nor on their ids (which only name them).
    """
    strands = _take_strands(facts, gazetteer)
    texts = _join_texts(strands)
    firsts = [_find_first(text) for text in texts]
    groups = []
    for members in _cluster([first.told for first in firsts], [first.order for first in firsts]):
        groups.append(_make_group([strand for number in members for strand in texts[number]]))
    by_id = {fact.id: fact for fact in facts}
    return sorted(groups, key=lambda g: (g.happened_on or "", _order(by_id[g.fact_ids[0]])))


def carry_over(
    groups: Sequence[Group], existing: Mapping[str, Set[int]], ages: Sequence[str] = (),
    facts: Sequence[BlockFact] = (), gazetteer: Gazetteer | None = None,
) -> Carried:
    """Gives each group the id of the event whose facts it shares most; the oldest wins where two share alike.

    `existing` holds the fact ids of each event, `ages` its ids from the oldest on (default: in the mapping's order).
    Every old id that no group keeps leads to the group that took most of its facts, if any did. The reasons of the
    changes are found in `facts` and `gazetteer`; without them they stay general.
    """
    rank = {event: number for number, event in enumerate(ages or list(existing))}
    overlaps = sorted(
        (-len(set(group.fact_ids) & existing[event]), rank.get(event, len(rank)), event, number)
        for number, group in enumerate(groups) for event in existing if set(group.fact_ids) & existing[event]
    )
    ids: dict[int, str] = {}
    for _, _, event, number in overlaps:
        if number not in ids and event not in ids.values():
            ids[number] = event
    final = tuple(ids.get(number) or _free_id(group, existing) for number, group in enumerate(groups))
    redirects: dict[str, str] = {}
    for _, _, event, number in overlaps:
        if event not in final:
            redirects.setdefault(event, final[number])
    members = {event_id: set(group.fact_ids) for event_id, group in zip(final, groups, strict=True)}
    why = _Reasons(facts, gazetteer)
    return Carried(final, redirects, tuple(_find_changes(existing, members, redirects, why)))


def find_neighbours(told: Sequence[Told]) -> Iterator[tuple[int, int]]:
    """The numbers of those that are near enough in time to be compared; `told` is in the order of the first day."""
    for number, one in enumerate(told):
        reach = one.days.high + MISREAD_DAYS
        for other in range(number + 1, len(told)):
            if told[other].days.low > reach:
                break
            yield number, other


def _take_strands(facts: Sequence[BlockFact], gazetteer: Gazetteer) -> list[Strand]:
    articles: dict[int, list[BlockFact]] = defaultdict(list)
    for fact in sorted(facts, key=_order):
        articles[fact.article_id].append(fact)
    strands = []
    for mine in articles.values():
        told = [Told.make(fact, gazetteer) for fact in mine]
        pairs = [(a, b) for a in range(len(mine)) for b in range(a) if is_in_one_story(told[a], told[b])]
        text = Text.make(mine[0])
        folded = [(numbers, _fold([told[n] for n in numbers])) for numbers in _connect(len(mine), pairs)]
        for numbers, one in folded:
            alone = not any(is_related(one, other) for _, other in folded if other is not one)
            strands.append(Strand(tuple(mine[n] for n in numbers), replace(one, alone=alone), text))
    return strands


def _fold(told: Sequence[Told]) -> Told:
    """All places and acts, on the day of the first that names one."""
    days = next((one.days for one in told if one.days.kind == "day"), told[0].days)
    return Told(frozenset().union(*(t.places for t in told)), frozenset().union(*(t.acts for t in told)), days)


def _join_texts(strands: Sequence[Strand]) -> list[list[Strand]]:
    """The strands by text: one printed twice (re-dated, re-issued) or in several editions stands together."""
    by_article: dict[int, list[int]] = defaultdict(list)
    for number, strand in enumerate(strands):
        by_article[strand.text.article_id].append(number)
    pairs: list[tuple[int, int]] = []
    for one, other in _find_same_texts([strands[numbers[0]].text for numbers in by_article.values()]):
        pairs += _match(by_article[one], by_article[other], strands)
    return [_mark_late([strands[n] for n in numbers]) for numbers in _connect(len(strands), pairs)]


def _find_same_texts(texts: Sequence[Text]) -> Iterator[tuple[int, int]]:
    buckets: dict[tuple[object, ...], list[Text]] = defaultdict(list)
    for text in texts:
        if text.slug:
            buckets["slug", text.slug].append(text)
        values = text.sketch.digest() if text.sketch else []
        for start in range(0, len(values), _BAND):
            buckets[start, *values[start:start + _BAND]].append(text)
    seen = set()
    for alike in buckets.values():
        for number, one in enumerate(alike):
            for other in alike[:number]:
                pair = one.article_id, other.article_id
                if pair not in seen and find_same_text(one, other):
                    yield pair
                seen.add(pair)


def _match(one: Sequence[int], other: Sequence[int], strands: Sequence[Strand]) -> Iterator[tuple[int, int]]:
    """The strands of two articles with one text that are the same: the first of each that the other meets."""
    for a in one:
        b = next((n for n in other if is_related(strands[a].told, strands[n].told)), None)
        if b is not None and a == next(n for n in one if is_related(strands[n].told, strands[b].told)):
            yield a, b


def _mark_late(strands: Sequence[Strand]) -> list[Strand]:
    """What came more than the window after the first print is late: its outlet's day is not the happening's."""
    printed = [strand.text.published_on for strand in strands if strand.text.published_on]
    until = min(printed) + timedelta(days=WINDOW_DAYS) if printed else date.max
    return [replace(s, late=bool(s.text.published_on and s.text.published_on > until)) for s in strands]


def _find_first(strands: Sequence[Strand]) -> Strand:
    """The print that stands for all: not a late one, one that names the day, the first."""
    return min(strands, key=lambda strand: (strand.late, strand.told.days.kind != "day", strand.order))


def _cluster(told: Sequence[Told], orders: Sequence[tuple[object, ...]]) -> list[list[int]]:
    """The numbers of what is one happening: the nearest are joined first, and all in one belong together."""
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for number, happening in enumerate(told):
        # Of what has no day at all no two are alike.
        alike[(happening, orders[number] if happening.days.kind == "unknown" else ())].append(number)
    points = sorted(alike.values(), key=lambda numbers: _rank(told[numbers[0]], orders[numbers[0]]))
    seen = [told[numbers[0]] for numbers in points]
    near = {(a, b) for a, b in find_neighbours(seen) if belong_together(seen[a], seen[b])}
    homes = {number: [number] for number in range(len(points))}
    for one, other in sorted(near, key=lambda pair: (_weigh(seen[pair[0]], seen[pair[1]]), pair)):
        mine, theirs = homes[one], homes[other]
        if mine is not theirs and all((min(a, b), max(a, b)) in near for a in mine for b in theirs):
            mine += theirs
            homes.update(dict.fromkeys(theirs, mine))
    classes = {id(home): home for home in homes.values()}
    return [[number for point in home for number in points[point]] for home in classes.values()]


def _rank(told: Told, order: tuple[object, ...]) -> tuple[object, ...]:
    days, unknown = told.days, order if told.days.kind == "unknown" else ()
    named = sorted(place.pair for place in told.places), sorted(told.acts), told.alone
    return days.low, days.high, days.kind, days.published_on or 0, named, unknown


def _weigh(one: Told, other: Told) -> int:
    same_pair, same_act = one.places & other.places, one.acts & other.acts
    return find_distance(one.days, other.days) + OTHER_PAIR * (not same_pair) + OTHER_ACT * (not same_act)


def _connect(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The numbers below `count`, those that `pairs` connect together."""
    homes = {number: [number] for number in range(count)}
    for one, other in pairs:
        mine, theirs = homes[one], homes[other]
        if mine is not theirs:
            mine += theirs
            homes.update(dict.fromkeys(theirs, mine))
    return [sorted(home) for home in {id(home): home for home in homes.values()}.values()]


def _order(fact: BlockFact) -> tuple[object, ...]:
    """What belongs to the article itself, and no number that it was given."""
    return fact.published_at or _NEVER, fact.url, fact.outlet_id, fact.position, fact.quote, fact.act, fact.vn_key


def _make_group(strands: Sequence[Strand]) -> Group:
    late = {fact.id for strand in strands for fact in strand.facts if strand.late}
    return make_group([fact for strand in strands for fact in strand.facts], late)


def make_group(members: Sequence[BlockFact], late: Set[int] = frozenset()) -> Group:
    """The event of these facts; `late` are the ids of those from prints of an old text, which decide nothing."""
    best = sorted(members, key=lambda f: (f.verdict != "yes", f.id in late, f.position, _order(f)))
    prompt = [f for f in best if f.id not in late]
    act = _choose_act(prompt)
    happened_on = _choose_day(prompt, act)
    return Group(
        block=best[0].block,
        act=act,
        stage=_choose_stage([f for f in prompt if f.act == act]),
        happened_on=happened_on,
        verdict="yes" if any(f.verdict == "yes" for f in best) else "unsure",
        backlog=_is_old_news(best, happened_on),
        pairs=_choose_pairs(best),
        fact_ids=tuple(f.id for f in best),
        score=max(f.score for f in best),
    )


def _is_old_news(members: Sequence[BlockFact], happened_on: str | None) -> bool:
    """Whether no story is news, or the first that is came so late that it only prints an old one again.

    A report is no old news because its preview is: the day of the happening counts where it came after the preview.
    """
    news = [(f.published_at or f.fetched_at).date() for f in members if not f.backlog]
    old = [f.published_at.date() for f in members if f.backlog and f.published_at]
    if not news or not old:
        return not news
    first = min(old)
    if happened_on and len(happened_on) == 10 and date.fromisoformat(happened_on) <= min(news):
        first = max(first, date.fromisoformat(happened_on))
    return min(news) - first > timedelta(days=WINDOW_DAYS)


def _choose_act(members: Sequence[BlockFact]) -> str:
    """The paper, where one of the trusted stories tells of one; else what most of them tell."""
    trusted = [f for f in members if f.verdict == "yes"] or list(members)
    counts = Counter(f.act for f in trusted)
    papers = [act for act in counts if act in _FORM]
    if papers:
        return min(papers, key=lambda act: (-counts[act], _FORM[act]))
    return min(counts, key=lambda act: (-counts[act], act in ("visit", "other"), act))


def _choose_stage(members: Sequence[BlockFact]) -> str:
    """What the latest story says; but a paper once signed stays signed, and what came about is planned no more.

    Called off outranks both.
    """
    stages = [f.stage for f in sorted(members, key=_order)]
    if stages[-1] == "suspended":
        return "suspended"
    if "signed" in stages:
        return "signed"
    return next((stage for stage in reversed(stages) if stage != "planned"), "planned")


def _choose_day(members: Sequence[BlockFact], act: str) -> str | None:
    """The day most stories of the act name, the earliest of equals; else of the others; else a month."""
    for length in (10, 7):
        for faces in ([f for f in members if f.act == act], members):
            counts = Counter(f.happened_on for f in faces if f.happened_on and len(f.happened_on) == length)
            if counts:
                return min(counts, key=lambda on: (-counts[on], on))
    return None


def _choose_pairs(members: Sequence[BlockFact]) -> tuple[tuple[str, str], ...]:
    counts = Counter((f.vn_key, f.kr_key) for f in members)
    main = Counter((f.vn_key, f.kr_key) for f in members if f.position == 0)
    return tuple(sorted(counts, key=lambda pair: (-main[pair], -counts[pair], pair)))


def _free_id(group: Group, existing: Iterable[str]) -> str:
    make: Callable[[int], str] = lambda n: group.fresh_id if not n else f"{group.fresh_id}{n}"  # noqa: E731
    return next(make(n) for n in range(len(group.fact_ids) + len(list(existing)) + 1) if make(n) not in existing)


class _Reasons:
    """Finds why stories came together or apart, from the facts themselves where they are known."""

    def __init__(self, facts: Sequence[BlockFact], gazetteer: Gazetteer | None) -> None:
        self._facts, self._gazetteer = {fact.id: fact for fact in facts}, gazetteer

    def find(self, one: Set[int], other: Set[int], *, together: bool) -> str:
        for a in self._choose(one):
            for b in self._choose(other):
                joining = explain_join(a, b, self._gazetteer) if self._gazetteer else None
                if joining and joining.together is together:
                    return "; ".join(joining.reasons)
        return "a third story joins the two" if together else "each stands nearer to other stories"

    def _choose(self, ids: Set[int]) -> list[BlockFact]:
        return sorted((self._facts[n] for n in ids if n in self._facts), key=_order)[:_ASKED]


def _find_changes(
    existing: Mapping[str, Set[int]], members: Mapping[str, Set[int]], redirects: Mapping[str, str], why: _Reasons
) -> Iterator[EventChange]:
    for event, facts in existing.items():
        kept = redirects.get(event, event)
        stayed = members.get(kept, set()) & facts
        if kept != event:
            yield EventChange(event, "merged", kept, why.find(stayed, members[kept] - facts, together=True))
        for other, theirs in members.items():
            if other != kept and theirs & facts:
                yield EventChange(event, "split", other, why.find(stayed, theirs & facts, together=False))
