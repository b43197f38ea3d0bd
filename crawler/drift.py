"""Names what of an outlet's pages has left the outlet's own past: lost pages, dates, titles, lengths, sizes; pure.

Each measure keeps its past as counts and its last ten values. A value is bad as such (a lost page), or far from the
middle of the past (a length). What was bad now and then may go on so; it drifts when so many bad ones would not come
by chance.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crawler.habits import Habits
from crawler.looks import Look

LATELY = 10  # the values that are compared with the past
AT_ONCE = 3  # of one visit: a batch of ten notices in one afternoon is no new way of an outlet
PAST = 30  # values that must be known before anything can drift from them
MOST = 1_000  # beyond, all counts of the past are halved, so that old ways are forgotten
CHANCE = 1e-6  # of so many bad ones in ten; see the simulation in tests/test_drift.py for what that comes to
EDGE = 0.1  # a length below a tenth of all, or above nine tenths of all, is far from the middle
FAR = 2.0  # times: ten articles may well be shorter than most, but not half as long
LASTING = 100  # values after which a new way is the outlet's own; only pages that are lost never are
STEP = 1.25  # lengths are counted in steps, each a quarter longer than the one before

# Pages that answered but held no article that we could read; a paywall or a missing page is the outlet's own matter.
LOST = tuple(f"{kind}:{reason}" for kind in ("refused", "from_feed") for reason in (
    "empty", "not_text", "not_html", "too_deep", "wall", "script_only", "no_text", "too_short", "soft_404"))
READ = ("saved", "known")
# Measure by measure, the gravest first: the code of its sentence in `seeds.reasons`.
SHARES = {
    "pages": "drift_pages", "entries": "drift_entries", "undated": "drift_undated", "feed_title": "drift_feed_title",
    "feed_date": "drift_feed_date", "page_title": "drift_page_title", "page_date": "drift_page_date",
}
SIZES = {"length": ("drift_shorter", "drift_longer"), "size": ("drift_smaller", "")}

Drift = tuple[str, dict[str, int]]


def learn_visit(habits: Habits, counts: Mapping[str, int], looks: Sequence[Look] = ()) -> dict[str, Any]:
    """`habits` with what one more visit counted and saw."""
    lost = sum(counts.get(name, 0) for name in LOST)
    # A story that the feed gave instead of its page is saved too, and its page lost: counted once.
    saved_lost = sum(counts.get(name, 0) for name in LOST if name.startswith("from_feed"))
    read = sum(counts.get(name, 0) for name in READ) - saved_lost
    undated, dated = counts.get("undated", 0), counts.get("entries_seen", 0) - counts.get("undated", 0)
    seen = {
        "pages": [1] * lost + [0] * read, "entries": [1] * undated + [0] * dated,
        **{name: [int(value) for look in looks if (value := getattr(look, name)) is not None]
           for name in SHARES if name not in ("pages", "entries")},
        **{name: [find_step(value) for look in looks if (value := getattr(look, name))] for name in SIZES},
    }
    known = dict(habits.get("drift", {}))
    for name, values in seen.items():
        if values:
            known[name] = _learn(name, known.get(name, {}), _thin(values))
    rest = {key: value for key, value in habits.items() if key != "drift"}
    return {**rest, "drift": known} if known else rest


def find_drifts(habits: Habits) -> list[Drift]:
    """What left the outlet's past: codes of sentences and their numbers, the gravest first; none where all is well."""
    known = habits.get("drift", {})
    found = (_find_drift(name, known[name]) for name in (*SHARES, *SIZES) if name in known)
    return [drift for drift in found if drift]


def find_step(value: int) -> int:
    """The step in which a length is counted."""
    return round(math.log(max(value, 1), STEP))


def _find_drift(name: str, kept: Mapping[str, Any]) -> Drift | None:
    past, lately = _read_counts(kept.get("past", {})), kept.get("lately", [])
    if sum(past.values()) < PAST:
        return None
    if name in SHARES:
        bad, share = sum(lately), past.get(1, 0) / sum(past.values())
        told = {"bad": bad, "of": len(lately), "usual": round(100 * share)}
        return (SHARES[name], told) if _is_sure(past, lately, bool) else None
    middle, now = _find_middle(past), _find_middle(_count(lately))
    shorter, longer = SIZES[name]
    low, high = _find_edge(past, sorted(past)), _find_edge(past, sorted(past, reverse=True))
    told = {"of": len(lately), "now": _measure(now), "usual": _measure(middle)}
    far = math.log(FAR, STEP)
    if middle - now >= far and _is_sure(past, lately, lambda step: step < low):
        return shorter, told
    return (longer, told) if longer and now - middle >= far and _is_sure(past, lately, lambda s: s > high) else None


def _is_sure(past: Mapping[int, int], lately: Sequence[int], is_bad: Callable[[int], bool]) -> bool:
    """Whether so many bad ones lately would come by chance too rarely, as often as they came in the past."""
    n, k = len(lately), sum(map(is_bad, lately))
    if n < LATELY or 2 * k < n:
        return False
    of, bad = sum(past.values()), sum(count for value, count in past.items() if is_bad(value))
    share = (bad + 1) / (of + 2)  # the rule of succession: what was never seen may still come
    chance = sum(math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k, n + 1))
    return k > n * share and chance <= CHANCE


def _learn(name: str, kept: Mapping[str, Any], values: Sequence[int]) -> dict[str, Any]:
    """What came lately becomes the past when more comes, unless it drifted: then it waits until it has lasted."""
    lately = [*kept.get("lately", []), *values]
    past, aside = _read_counts(kept.get("past", {})), _read_counts(kept.get("aside", {}))
    has_drifted = _find_drift(name, kept) is not None
    for value in lately[:-LATELY]:
        into = aside if has_drifted else past
        into[value] = into.get(value, 0) + 1
    if not has_drifted:
        aside = {}
    elif sum(aside.values()) >= LASTING and name != "pages":
        past, aside = aside, {}
    if sum(past.values()) > MOST:
        past = {value: count // 2 for value, count in past.items() if count > 1}
    made = {"past": _write_counts(past), "lately": lately[-LATELY:], "aside": _write_counts(aside)}
    return {key: value for key, value in made.items() if value}


def _thin(values: Sequence[int]) -> list[int]:
    """A few of many values, taken evenly from their order."""
    if len(values) <= AT_ONCE:
        return list(values)
    ordered = sorted(values)
    return [ordered[(2 * i + 1) * len(ordered) // (2 * AT_ONCE)] for i in range(AT_ONCE)]


def _find_edge(past: Mapping[int, int], steps: Iterable[int]) -> int:
    """The first of `steps` up to which, it included, more than a tenth of the past lies."""
    so_far, total = 0, sum(past.values())
    for step in steps:
        so_far += past[step]
        if so_far > EDGE * total:
            return step
    raise ValueError("no past")


def _find_middle(counts: Mapping[int, int]) -> int:
    so_far, total = 0, sum(counts.values())
    for step in sorted(counts):
        so_far += counts[step]
        if 2 * so_far >= total:
            return step
    return 0


def _measure(step: int) -> int:
    """The length of a step, with no more digits than it is known to."""
    return int(float(f"{STEP**step:.2g}"))


def _count(values: Iterable[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts


def _read_counts(counts: Mapping[str, int]) -> dict[int, int]:
    return {int(value): count for value, count in counts.items()}


def _write_counts(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(value): count for value, count in sorted(counts.items())}
