"""Groups the facts of one block into events, and carries the events' ids over; pure, and independent of order.

Two facts tell one event when their pairs agree (the same, or one inside the other), their acts can be one happening,
and their days lie in one window counted from the first day, so that a long series is never chained into one event.
Near-identical texts and the editions of one article (one slug at vietnam.vn and at the original's outlet) always do.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta

from rensa import RMinHash

from seeds.gazetteer import Gazetteer
from storage.values import BlockFact

# Coverage follows within a week; a preview runs a week ahead, a delegation's trip lasts as long.
WINDOW_DAYS = 7
# A fact that names no day of its own happened at most so long before it was published.
UNDATED_DAYS = 10
# MinHash over words: as near as this is one text (re-dated, re-issued), measured on stories cut and re-lined.
SAME_TEXT = 0.8
SHORTEST_TEXT = 120
_PERMUTATIONS = 64
_SHINGLE = 5

# Acts that can be faces of one happening: the trip and its paper, the paper and its topic.
_FORM = {"twinning": 0, "agreement": 1, "seasonal_workers": 2}
_LOOSE = frozenset({"visit", "other", "agreement", "twinning", "review"})
_SLUG = re.compile(r"/([a-z0-9]+(?:-[a-z0-9]+){5,})(?:\.html?|/)?(?:[?#]|$)")
_NUMBER_TAIL = re.compile(r"(?:-post)?-?\d{4,}$")


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
    """What became of the ids: an id for each group (in their order), and old ids that now lead to another."""

    ids: tuple[str, ...]
    redirects: dict[str, str]


def group_facts(facts: Sequence[BlockFact], gazetteer: Gazetteer) -> list[Group]:
    """The events of `facts` (all of one block), by day; every fact is in exactly one of them.

    The answer does not depend on the order of `facts`: they are sorted by day and id first.
    """
    known = {f.id: _Known.make(f) for f in facts}
    ordered = sorted(facts, key=lambda f: (known[f.id].on, f.id))
    classes: list[list[BlockFact]] = []
    for fact in ordered:
        home = _find_home(fact, classes, known, gazetteer)
        if home is None:
            classes.append([fact])
        else:
            home.append(fact)
    merged = _merge_texts(classes, known, gazetteer)
    return sorted((_make_group(c, known) for c in merged), key=lambda g: (g.happened_on or "", g.fact_ids))


def carry_over(groups: Sequence[Group], existing: Mapping[str, Set[int]], ages: Sequence[str] = ()) -> Carried:
    """Gives each group the id of the event whose facts it shares most; the oldest wins where two share alike.

    `existing` holds the fact ids of each event, `ages` its ids from the oldest on (default: in the mapping's order).
    Every old id that no group keeps leads to the group that took most of its facts, if any did.
    """
    rank = {event: number for number, event in enumerate(ages or list(existing))}
    overlaps = [
        (-len(set(group.fact_ids) & existing[event]), rank.get(event, len(rank)), event, number)
        for number, group in enumerate(groups) for event in existing if set(group.fact_ids) & existing[event]
    ]
    ids: dict[int, str] = {}
    for _, _, event, number in sorted(overlaps):
        if number not in ids and event not in ids.values():
            ids[number] = event
    final = tuple(ids.get(number) or _free_id(group, existing) for number, group in enumerate(groups))
    redirects: dict[str, str] = {}
    for _, _, event, number in sorted(overlaps):
        if event not in final:
            redirects.setdefault(event, final[number])
    return Carried(final, redirects)


@dataclass(frozen=True)
class _Known:
    on: date
    dated: bool
    published_on: date
    slug: str
    sketch: RMinHash | None

    @classmethod
    def make(cls, fact: BlockFact) -> "_Known":
        published_on = (fact.published_at or fact.fetched_at).date()
        dated = fact.happened_on is not None and len(fact.happened_on) == 10
        on = date.fromisoformat(str(fact.happened_on)) if dated else published_on
        return cls(on, dated, published_on, find_slug(fact.url), _sketch(f"{fact.title}\n{fact.text}"))


def find_slug(url: str) -> str:
    """The words of an address without its number: what a translation at vietnam.vn shares with its original."""
    match = _SLUG.search(url.lower())
    return _NUMBER_TAIL.sub("", match.group(1)) if match else ""


def is_compatible(one: str, other: str) -> bool:
    """Whether two acts can be faces of one happening: a visit and its paper can, a fair and a training cannot."""
    return one == other or one in _LOOSE or other in _LOOSE


def is_same_pair(one: tuple[str, str], other: tuple[str, str], gazetteer: Gazetteer) -> bool:
    """Whether both sides are the same unit, or one lies inside (or is the successor of) the other."""
    return all(_inside(a, b, gazetteer) or _inside(b, a, gazetteer) for a, b in zip(one, other, strict=True))


def _find_home(
    fact: BlockFact, classes: list[list[BlockFact]], known: dict[int, _Known], gazetteer: Gazetteer,
) -> list[BlockFact] | None:
    fits = [c for c in classes if _fits(fact, c, known, gazetteer)]
    return max(fits, key=lambda c: (_closeness(fact, c), known[c[0].id].on, c[0].id), default=None)


def _fits(fact: BlockFact, members: list[BlockFact], known: dict[int, _Known], gazetteer: Gazetteer) -> bool:
    first = members[0]
    if any(m.article_id == fact.article_id for m in members):
        return True
    pair = (fact.vn_key, fact.kr_key)
    if not any(is_same_pair(pair, (m.vn_key, m.kr_key), gazetteer) for m in members):
        return False
    if not all(is_compatible(fact.act, m.act) for m in members):
        return False
    room = WINDOW_DAYS if known[fact.id].dated and known[first.id].dated else UNDATED_DAYS
    return known[fact.id].on - known[first.id].on <= timedelta(days=room)


def _closeness(fact: BlockFact, members: list[BlockFact]) -> int:
    article = any(m.article_id == fact.article_id for m in members)
    pair = any((m.vn_key, m.kr_key) == (fact.vn_key, fact.kr_key) for m in members)
    return 4 * article + 2 * pair + any(m.act == fact.act for m in members)


def _merge_texts(
    classes: list[list[BlockFact]], known: dict[int, _Known], gazetteer: Gazetteer,
) -> list[list[BlockFact]]:
    """Joins classes that hold one text twice (re-dated, re-issued) or two editions of one article."""
    merged: list[list[BlockFact]] = []
    for members in classes:
        home = next((m for m in merged if _share_text(m, members, known, gazetteer)), None)
        if home is None:
            merged.append(list(members))
        else:
            home.extend(members)
    return merged


def _share_text(
    one: list[BlockFact], other: list[BlockFact], known: dict[int, _Known], gazetteer: Gazetteer,
) -> bool:
    for a in one:
        for b in other:
            same = a.article_id != b.article_id and _is_same_text(known[a.id], known[b.id])
            if same and is_same_pair((a.vn_key, a.kr_key), (b.vn_key, b.kr_key), gazetteer):
                return True
    return False


def _is_same_text(one: _Known, other: _Known) -> bool:
    if one.slug and one.slug == other.slug:
        return True
    return bool(one.sketch and other.sketch and one.sketch.jaccard(other.sketch) >= SAME_TEXT)


def _sketch(text: str) -> RMinHash | None:
    plain = re.sub(r"\W+", " ", unicodedata.normalize("NFC", text).lower()).strip()
    if len(plain) < SHORTEST_TEXT:
        return None
    words = plain.split()
    sketch = RMinHash(num_perm=_PERMUTATIONS, seed=1)
    sketch.update([" ".join(words[i:i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1))])
    return sketch


def _inside(unit: str, whole: str, gazetteer: Gazetteer) -> bool:
    if unit == whole:
        return True
    return unit in gazetteer.localities and whole in gazetteer.ancestors(unit)


def _make_group(members: list[BlockFact], known: dict[int, _Known]) -> Group:
    best = sorted(members, key=lambda f: (f.verdict != "yes", f.position, known[f.id].published_on, f.id))
    act = _choose_act(best)
    faces = [f for f in best if f.act == act]
    return Group(
        block=best[0].block,
        act=act,
        stage=_choose_stage(faces, known),
        happened_on=_choose_day(best, act),
        verdict="yes" if any(f.verdict == "yes" for f in best) else "unsure",
        backlog=_is_old_news(best, known),
        pairs=_choose_pairs(best),
        fact_ids=tuple(f.id for f in best),
        score=max(f.score for f in best),
    )


def _is_old_news(members: Sequence[BlockFact], known: dict[int, _Known]) -> bool:
    """Whether no story is news, or the first that is came so late that it only prints an old one again."""
    news = [known[f.id].published_on for f in members if not f.backlog]
    old = [known[f.id].published_on for f in members if f.backlog and f.published_at]
    return not news or (bool(old) and min(news) - min(old) > timedelta(days=WINDOW_DAYS))


def _choose_act(members: Sequence[BlockFact]) -> str:
    """The paper, where one of the trusted stories tells of one; else what most of them tell."""
    trusted = [f for f in members if f.verdict == "yes"] or list(members)
    counts = Counter(f.act for f in trusted)
    papers = [act for act in counts if act in _FORM]
    if papers:
        return min(papers, key=lambda act: (-counts[act], _FORM[act]))
    return min(counts, key=lambda act: (-counts[act], act in ("visit", "other"), act))


def _choose_stage(members: Sequence[BlockFact], known: dict[int, _Known]) -> str:
    """What the latest story says, except that a paper once signed stays signed; called off outranks it."""
    stages = [f.stage for f in sorted(members, key=lambda f: (known[f.id].published_on, f.id))]
    if stages[-1] != "suspended" and "signed" in stages:
        return "signed"
    return stages[-1]


def _choose_day(members: Sequence[BlockFact], act: str) -> str | None:
    """The day most stories of the act name, the earliest of equals; else of the others; else a month."""
    for faces in ([f for f in members if f.act == act], list(members)):
        for length in (10, 7):
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
