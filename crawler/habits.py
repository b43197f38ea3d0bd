"""Keeps in a few numbers how long an outlet usually has nothing new, and measures its silence against that; pure."""

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


def _minutes(step: int) -> float:
    return float(STEP**step)
