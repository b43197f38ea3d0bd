"""Measures verdicts against labelled stories (relevance, pairs, acts, days, grouping); it prints nothing."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from monitor.judging.events import group_facts
from monitor.judging.values import Verdict
from seeds.gazetteer import Gazetteer
from storage.values import BlockFact

# Two labels that people tell apart least; the second act figure takes them as one.
PAPERS = frozenset({"agreement", "twinning"})


@dataclass(frozen=True)
class Labelled:
    """What people say of a story: `pairs` by name (Vietnamese, Korean), the main one first; `happened_on` as text."""

    id: str
    lang: str
    relevant: bool
    borderline: bool
    pairs: tuple[tuple[str, str], ...]
    act: str | None
    happened_on: str | None
    event_id: str | None
    stage: str | None = None


@dataclass(frozen=True)
class Judged:
    """A labelled story with its verdict; the story's title, text and address are kept for grouping."""

    label: Labelled
    verdict: Verdict
    title: str
    text: str
    url: str
    published_at: datetime | None

    @property
    def flagged(self) -> bool:
        return self.verdict.verdict == "yes"


@dataclass(frozen=True)
class Rate:
    """A share with the count it is taken of; `share` is 1.0 of nothing."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else 1.0


@dataclass(frozen=True)
class Relevance:
    """Precision, recall and F1 of the flag, with the counts behind them."""

    true: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        return self.true / (self.true + self.false) if self.true + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.true / (self.true + self.missed) if self.true + self.missed else 1.0

    @property
    def f1(self) -> float:
        return _f1(self.precision, self.recall)


@dataclass(frozen=True)
class Grouping:
    """How well stories are put into events, each from 0 to 1: over stories (B-cubed) and over pairs of stories."""

    bcubed: float
    pairwise: float


@dataclass(frozen=True)
class Error:
    """One thing that the judge got wrong in a story: what, as labelled and as found."""

    row: Judged
    what: str
    wanted: str
    found: str


def measure_relevance(rows: Iterable[Judged]) -> Relevance:
    rows = list(rows)
    true = sum(r.flagged and r.label.relevant for r in rows)
    return Relevance(true, sum(r.flagged for r in rows) - true, sum(r.label.relevant for r in rows) - true)


def measure_by_language(rows: Sequence[Judged]) -> dict[str, Relevance]:
    """Relevance of each language, the most frequent first."""
    by_lang: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        by_lang[row.label.lang].append(row)
    order = sorted(by_lang, key=lambda lang: (-len(by_lang[lang]), lang))
    return {lang: measure_relevance(by_lang[lang]) for lang in order}


def measure_pairs(rows: Iterable[Judged], gazetteer: Gazetteer) -> float:
    """Micro F1 over single pairs of the relevant stories."""
    true = named = labelled = 0
    for row in rows:
        if not row.label.relevant:
            continue
        found, wanted = set(find_pairs(row.verdict, gazetteer)), make_present_pairs(row.label.pairs, gazetteer)
        true, named, labelled = true + len(found & wanted), named + len(found), labelled + len(wanted)
    return _f1(true / named if named else 1.0, true / labelled if labelled else 1.0)


def measure_main_pair(rows: Iterable[Judged], gazetteer: Gazetteer) -> Rate:
    """How often the first pair is one of the labelled ones, over flagged relevant stories."""
    hits = [find_pairs(r.verdict, gazetteer)[:1] for r in _both(rows)]
    wanted = [make_present_pairs(r.label.pairs, gazetteer) for r in _both(rows)]
    return Rate(sum(bool(h) and h[0] in w for h, w in zip(hits, wanted, strict=True)), len(hits))


def measure_acts(rows: Iterable[Judged], *, one_paper: bool = False) -> Rate:
    """How often the act is the labelled one, over flagged relevant stories."""
    fold: Callable[[str | None], str | None] = lambda act: "paper" if one_paper and act in PAPERS else act  # noqa: E731
    both = _both(rows)
    return Rate(sum(fold(r.verdict.act) == fold(r.label.act) for r in both), len(both))


def measure_days(rows: Iterable[Judged]) -> Rate:
    """How often the day is exactly the labelled one, where the label is a day whose number stands in the story."""
    dated = [r for r in _both(rows) if _names_day(r)]
    hits = sum(r.verdict.facts[0].happened_on == r.label.happened_on for r in dated if r.verdict.facts)
    return Rate(hits, len(dated))


def measure_grouping(rows: Iterable[Judged], gazetteer: Gazetteer, *, several: bool = False) -> Grouping:
    """The grouping of flagged stories that a label puts into an event; `several`: only of events with several pages."""
    both = [r for r in _both(rows) if r.label.event_id and r.verdict.facts]
    found = _group(both, gazetteer)
    wanted = {number: str(row.label.event_id) for number, row in enumerate(both)}
    sizes = Counter(wanted.values())
    asked = [number for number in wanted if not several or sizes[wanted[number]] > 1]
    return Grouping(
        _f1(_bcubed(found, wanted, asked), _bcubed(wanted, found, asked)),
        _f1(_pairwise(found, wanted), _pairwise(wanted, found)),
    )


def measure_stages(rows: Iterable[Judged]) -> Rate:
    """How often the stage is the labelled one, over flagged relevant stories whose label has one."""
    staged = [r for r in _both(rows) if r.label.stage and r.verdict.facts]
    return Rate(sum(r.verdict.facts[0].stage == r.label.stage for r in staged), len(staged))


def measure_alarms(rows: Iterable[Judged]) -> Rate:
    """False alarms among the stories that are not relevant; times 1,000 it is the figure of the bar."""
    quiet = [r for r in rows if not r.label.relevant]
    return Rate(sum(r.flagged for r in quiet), len(quiet))


def measure_facts(rows: Sequence[Judged], gazetteer: Gazetteer) -> dict[str, float]:
    """The figures of facts by their names, each from 0 to 1."""
    return {
        "pairs, micro F1": measure_pairs(rows, gazetteer),
        "main pair right": measure_main_pair(rows, gazetteer).share,
        "act right": measure_acts(rows).share,
        "act right, agreement and twinning as one": measure_acts(rows, one_paper=True).share,
        "day exact, where the story names it": measure_days(rows).share,
        "stage right": measure_stages(rows).share,
    }


def find_errors(rows: Iterable[Judged], gazetteer: Gazetteer) -> list[Error]:
    """Everything that is wrong, story by story; of a story that is wrongly flagged or missed only that."""
    return [error for row in rows for error in _errors_of(row, gazetteer)]


def names_both(verdict: Verdict) -> bool:
    """Whether the story names localities of both countries."""
    return {m.side for m in verdict.mentions if m.key} == {"VN", "KR"}


def _errors_of(row: Judged, gazetteer: Gazetteer) -> list[Error]:
    label, verdict = row.label, row.verdict
    if row.flagged != label.relevant:
        what = "false alarm" if row.flagged else "missed"
        return [Error(row, what, label.act or "no", f"{verdict.verdict} {verdict.score:.2f}")]
    if not label.relevant:
        return []
    found, wanted = find_pairs(verdict, gazetteer), make_present_pairs(label.pairs, gazetteer)
    fact = verdict.facts[0]
    rows = (
        ("pairs", set(found) == wanted, _tell(sorted(wanted)), _tell(found)),
        ("act", verdict.act == label.act, label.act, verdict.act),
        ("day", not _names_day(row) or fact.happened_on == label.happened_on, label.happened_on, fact.happened_on),
        ("stage", label.stage in (None, fact.stage), label.stage, fact.stage),
    )
    return [Error(row, what, str(want), str(got)) for what, right, want, got in rows if not right]


def _tell(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{vn}–{kr}" for vn, kr in pairs)


def find_pairs(verdict: Verdict, gazetteer: Gazetteer) -> list[tuple[str, str]]:
    """The pairs of a verdict by the names that commands print, the main one first."""
    pairs = [(gazetteer.contract_name(f.vn_key), gazetteer.contract_name(f.kr_key)) for f in verdict.facts]
    return list(dict.fromkeys(pairs))


def make_present_pairs(pairs: Iterable[tuple[str, str]], gazetteer: Gazetteer) -> set[tuple[str, str]]:
    """The labelled pairs as verdicts name them.

    Labels name provinces of their own day, verdicts the present ones: both are compared as the present ones.
    """
    return {(_present_names(gazetteer).get(vn, vn), kr) for vn, kr in pairs}


@cache
def _present_names(gazetteer: Gazetteer) -> dict[str, str]:
    old = [unit for unit in gazetteer.localities.values() if unit.level == 1 and unit.country == "VN"]
    return {unit.contract: gazetteer.contract_name(gazetteer.current(unit.key)) for unit in old}


def _both(rows: Iterable[Judged]) -> list[Judged]:
    return [r for r in rows if r.label.relevant and r.flagged]


def _names_day(row: Judged) -> bool:
    on = row.label.happened_on or ""
    return len(on) == 10 and bool(re.search(rf"(?<!\d)0?{int(on[8:])}(?!\d)", f"{row.title} {row.text}"))


def _group(rows: Sequence[Judged], gazetteer: Gazetteer) -> dict[int, str]:
    blocks: dict[str, list[BlockFact]] = defaultdict(list)
    for number, row in enumerate(rows):
        fact = make_block_fact(number, row, gazetteer)
        blocks[fact.block].append(fact)
    return {
        fact_id: f"{block}#{index}"
        for block, facts in blocks.items()
        for index, group in enumerate(group_facts(facts, gazetteer)) for fact_id in group.fact_ids
    }


def make_block_fact(number: int, row: Judged, gazetteer: Gazetteer) -> BlockFact:
    """The main fact of a verdict as grouping takes it; `number` serves as the id of article and fact."""
    fact = row.verdict.facts[0]
    at = row.published_at or datetime(2000, 1, 1, tzinfo=UTC)
    block = f"{gazetteer.province(fact.vn_key)}|{gazetteer.province(fact.kr_key)}"
    return BlockFact(
        number, number, "", row.url, row.label.lang, row.verdict.verdict, block, fact.vn_key, fact.kr_key, fact.act,
        fact.stage, fact.happened_on, row.published_at, at, row.published_at is None, row.title, row.text, fact.quote,
        0,
    )


def _bcubed(one: dict[int, str], other: dict[int, str], asked: Sequence[int]) -> float:
    """The mean over the stories asked for of the share of their class in `one` that is also theirs in `other`."""
    if not asked:
        return 1.0
    total = 0.0
    for number in asked:
        mates = [m for m in one if one[m] == one[number]]
        total += sum(other[m] == other[number] for m in mates) / len(mates)
    return total / len(asked)


def _pairwise(one: dict[int, str], other: dict[int, str]) -> float:
    """The share of the pairs of stories together in `one` that are together in `other` too."""
    together = [(a, b) for a in one for b in one if a < b and one[a] == one[b]]
    return sum(other[a] == other[b] for a, b in together) / len(together) if together else 1.0


def _f1(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
