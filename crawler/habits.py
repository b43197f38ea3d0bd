"""Keeps what is usual for an outlet in a few numbers: gaps between new entries, lost pages, undated entries; pure."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from crawler.rhythm import find_holidays

Habits = Mapping[str, Any]  # as the store keeps them: JSON; empty for an outlet that is new

SHARE = 0.99  # design, section 8: silence is measured against the 99th percentile
STEP = 1.1  # gaps are counted in steps, each a tenth longer than the one before: exact enough, and small to keep
FEWEST_GAPS = 10  # below, a rhythm is a guess
MOST_GAPS = 1_000  # beyond, all counts are halved, so that an old rhythm is forgotten
GROWTH = 1.5  # one long outage must not teach us to wait as long ever after; a rhythm that changes is learnt in steps
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SATURDAY = 5
SHORTEST_LOOK = timedelta(hours=6)  # below nobody is silent, and the calendar is slow to load
LONGEST_LOOK = 400  # days, so that an outlet that died years ago costs nothing

# Pages that answered but held no article that we could read; a paywall or a missing page is the outlet's own matter.
LOST = tuple(f"{kind}:{reason}" for kind in ("refused", "from_feed") for reason in (
    "empty", "not_text", "not_html", "wall", "script_only", "no_text", "too_short", "soft_404"))
READ = ("saved", "known")
FEW, MANY, WORTH_A_LOOK = 0.1, 0.5, 10  # drifted: half of the last ten where a tenth of all before was usual
PAST = 20  # pages (or entries) that must be known before anything can drift from them
DRIFTS = {"pages": "{bad} of the last {of} pages could not be read, which is new",
          "dates": "{bad} of the last {of} entries have no date, which is new"}


def measure_silence(
    since: datetime, until: datetime, zone: tzinfo = UTC, is_off: Callable[[date], bool] | None = None,
) -> timedelta:
    """The time between two instants without the days on which nobody publishes, as they fall in `zone`."""
    silence = max(until - since, timedelta())
    if is_off is None or not SHORTEST_LOOK <= silence <= LONGEST_LOOK * DAY:
        return silence
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        if is_off(day):
            begin, end = (datetime.combine(d, time(), zone).astimezone(UTC) for d in (day, day + DAY))
            silence -= max(min(end, until) - max(begin, since), timedelta())
        day += DAY
    return silence


def is_holiday(country: str, day: date) -> bool:
    """Whether `day` is a public holiday of `country` (VN or KR)."""
    return day.toordinal() in find_holidays(country, day.year)


def is_weekend(day: date) -> bool:
    """Whether `day` is a Saturday or a Sunday."""
    return day.weekday() >= SATURDAY


def find_usual(habits: Habits) -> timedelta | None:
    """The 99th percentile of the gaps between new entries, None where too few are known.

    Gaps count by their length, as an observer at a random instant would meet them: the many short gaps of a week must
    not outvote its one weekend.
    """
    counts = {int(step): count for step, count in habits.get("gaps", {}).items()}
    if sum(counts.values()) < FEWEST_GAPS:
        return None
    total, so_far = sum(_minutes(step) * count for step, count in counts.items()), 0.0
    for step in sorted(counts):
        so_far += _minutes(step) * counts[step]
        if so_far >= SHARE * total:
            return _minutes(step) * MINUTE
    return None


def learn_gap(habits: Habits, gap: timedelta, *, is_learning: bool) -> dict[str, Any]:
    """`habits` with one more gap between new entries; a far longer one than usual counts in full only at first."""
    usual = find_usual(habits)
    if usual is not None and not is_learning:
        gap = min(gap, max(usual * GROWTH, DAY / 2))
    step = str(max(0, math.ceil(math.log(max(gap / MINUTE, 1), STEP))))
    counts = dict(habits.get("gaps", {}))
    counts[step] = counts.get(step, 0) + 1
    if sum(counts.values()) > MOST_GAPS:
        counts = {key: count // 2 for key, count in counts.items() if count > 1}
    return {**habits, "gaps": counts}


def learn_visit(habits: Habits, counts: Mapping[str, int]) -> dict[str, Any]:
    """`habits` with the pages and dates of one more visit."""
    lost = sum(counts.get(name, 0) for name in LOST)
    read = sum(counts.get(name, 0) for name in READ)
    # A story that the feed gave instead of its page is saved too, and its page lost: counted once.
    saved_lost = sum(counts.get(name, 0) for name in LOST if name.startswith("from_feed"))
    habits = _learn_share(habits, "pages", lost + read - saved_lost, lost)
    return _learn_share(habits, "dates", counts.get("entries_seen", 0), counts.get("undated", 0))


def find_drift(habits: Habits) -> str:
    """What of the outlet's pages or entries is no longer as it was, in words; empty where all is as ever."""
    for what, words in DRIFTS.items():
        of, bad = habits.get(f"{what}_lately", (0, 0))
        past, past_bad = habits.get(what, (0, 0))
        if past >= PAST and past_bad <= FEW * past and of >= WORTH_A_LOOK and bad >= MANY * of:
            return words.format(of=of, bad=bad)
    return ""


def _learn_share(habits: Habits, what: str, of: int, bad: int) -> dict[str, Any]:
    """What came lately becomes the past when more comes, unless it drifted: the past stays what it is measured by."""
    lately, past = habits.get(f"{what}_lately", (0, 0)), habits.get(what, (0, 0))
    if not of:
        return dict(habits)
    if lately[0] >= WORTH_A_LOOK:
        if not (past[0] >= PAST and bad_share(lately) >= MANY):
            past = _halve((past[0] + lately[0], past[1] + lately[1]))
        lately = (0, 0) if of >= WORTH_A_LOOK else (lately[0] // 2, lately[1] // 2)
    return {**habits, what: list(past), f"{what}_lately": [lately[0] + of, lately[1] + bad]}


def bad_share(pair: tuple[int, int]) -> float:
    """The share of the bad ones in (all, bad)."""
    return pair[1] / pair[0] if pair[0] else 0.0


def _halve(pair: tuple[int, int]) -> tuple[int, int]:
    return (pair[0] // 2, pair[1] // 2) if pair[0] > MOST_GAPS else pair


def _minutes(step: int) -> float:
    return float(STEP**step)
