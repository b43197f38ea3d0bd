"""Decides when an outlet is asked next, from what it published and when it was asked; pure, it reads no store or clock.

The more is expected of an hour, the closer are its visits: for arrivals by chance and a given number of requests, the
mean delay is least where the density of visits follows the square root of the rate. So a wait ends when the integral
of that root over it reaches one step: at one entry an hour a step is the usual interval, at four an hour half of it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from math import sqrt
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
QUARTERS = 96  # of a day
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = timedelta(days=42)  # six of each weekday, and old habits are forgotten
FEWEST_ENTRIES, SHORTEST_PAST = 20, timedelta(days=3)  # below either, the past shows no rhythm
SHORTEST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)  # the silence of a daily paper has to be told within a day
REQUESTS_A_DAY = 480  # for the feeds of one host: what ten feeds ask at fixed half hours
TURNED_OVER = 2 / 3  # share of new entries above which a list may lose some (as Media Cloud's "duplicates < 33 %")
# Chosen by hand and tried on the made-up papers of `tests/bench/rhythm.py`.
FINE, COARSE, EVEN = 0.75, 0.22, 0.03  # of a day's shape: its quarters, its hours, and that nothing is impossible
COARSE_REACH = 5  # quarters on either side
DOUBT = 2.0  # entries of an average day that stand against those seen on one weekday
HOLIDAY = 0.35  # of an average day, until the outlet has shown its own holidays
RECENT, BURST = 3 * DAY, HOUR
RECENT_DOUBT, BURST_DOUBT = 2.0, 1.5  # expected entries before what is seen counts as much
LEAST_LIVELY, MOST_LIVELY = 0.02, 6.0

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Bounds:
    """What holds whatever the rhythm says.

    `usual` is the interval at one entry an hour; a wait is between `shortest` and `longest` and ends at the latest when
    the outlet's `turn` in each `period` has come: with a turn of its own for each, outlets never all sleep at once.
    `visits_a_day` is the budget.
    """

    usual: timedelta
    shortest: timedelta = SHORTEST_WAIT
    longest: timedelta = LONGEST_WAIT
    visits_a_day: int = REQUESTS_A_DAY
    period: timedelta = LONGEST_WAIT
    turn: timedelta = timedelta(0)


@dataclass(frozen=True)
class Asked:
    """The visits before the present one: when the last was, and how many there were since midnight."""

    before: datetime | None = None
    today: int = 0
    day_ends_at: datetime | None = None


@dataclass(frozen=True)
class Rhythm:
    """What an outlet usually publishes: entries an hour by local quarter of a day, times a factor for the day.

    `days` are Monday to Sunday; `rest_days` are ordinals of days of public holidays, when `holiday` is the factor.
    """

    quarters: tuple[float, ...]
    days: tuple[float, ...]
    holiday: float
    rest_days: frozenset[int]
    offset: timedelta

    def rate(self, at: datetime) -> float:
        """Entries expected in an hour like the one of `at`."""
        return self.rate_in(int(self.clock(at)))

    def rate_in(self, number: int) -> float:
        """The same for one quarter of an hour, counted as `clock` does."""
        day, quarter = divmod(number, QUARTERS)
        return self.quarters[quarter] * self._factor(day + EPOCH_DAY)

    def clock(self, at: datetime) -> float:
        """Local time in quarters of an hour since the first of January 1970."""
        return (at - EPOCH + self.offset) / QUARTER

    def expect(self, since: datetime, until: datetime) -> float:
        """Entries expected between two instants."""
        return self._count(self._before, self._factor, since, until)

    def expect_roots(self, since: datetime, until: datetime) -> float:
        """The integral of the rate's square root over hours: how many visits an hour apart the time is worth."""
        return self._count(self._roots_before, lambda ordinal: sqrt(self._factor(ordinal)), since, until)

    def _count(
        self, before: Sequence[float], weigh: Callable[[int], float], since: datetime, until: datetime,
    ) -> float:
        total, at, end = 0.0, self.clock(since), self.clock(until)
        while at < end:
            day = int(at // QUARTERS)
            midnight = day * QUARTERS
            stop = min(end, midnight + QUARTERS)
            total += weigh(day + EPOCH_DAY) * (_look_up(before, stop - midnight) - _look_up(before, at - midnight))
            at = stop
        return total

    @cached_property
    def _before(self) -> Sequence[float]:
        return [0.0, *accumulate(quarter / 4 for quarter in self.quarters)]

    @cached_property
    def _roots_before(self) -> Sequence[float]:
        return [0.0, *accumulate(sqrt(quarter) / 4 for quarter in self.quarters)]

    def _factor(self, ordinal: int) -> float:
        return self.holiday if ordinal in self.rest_days else self.days[(ordinal - 1) % 7]


def learn_rhythm(published: Iterable[datetime], now: datetime, zone: str, country: str) -> Rhythm | None:
    """The rhythm of what was published in the last WINDOW, or None where that is too little to show one.

    `published` are aware instants in any order; `country` (VN or KR) says whose public holidays count.
    """
    zoned = ZoneInfo(zone)
    local = sorted(at.astimezone(zoned) for at in published if now - WINDOW <= at <= now)
    if len(local) < FEWEST_ENTRIES or now - local[0] < SHORTEST_PAST:
        return None
    years = {local[0].year, (now + DAY).astimezone(zoned).year}  # few: a year costs some 20 ms of CPU
    rest_days = frozenset(day for year in years for day in find_holidays(country, year))
    hours = (now - local[0]) / HOUR
    rate = len(local) / hours
    days, holiday = _weigh_days(local, now.astimezone(zoned), rate * 24, rest_days)
    shape = _shape_day(local)
    offset = now.astimezone(zoned).utcoffset() or timedelta(0)
    return Rhythm(tuple(rate * part for part in shape), days, holiday, rest_days, offset)


def plan_visit(
    rhythm: Rhythm | None, recent: Sequence[datetime], asked: Asked, now: datetime, bounds: Bounds,
    *, share_new: float = 0.0,
) -> datetime:
    """When to ask next, after a visit that ended `now`.

    `recent` are the instants of publication known by now, in order (of the last days at least); `share_new` is the
    share of new entries in the list just read. Without a rhythm the usual interval holds, and the budget of a day
    before everything else.
    """
    due_at = now + (bounds.usual if rhythm is None else _find_visit(rhythm, recent, asked, now, bounds, share_new))
    is_spent = asked.day_ends_at is not None and asked.today + 1 >= bounds.visits_a_day
    return max(due_at, asked.day_ends_at) if is_spent and asked.day_ends_at else due_at


@lru_cache(maxsize=64)
def find_holidays(country: str, year: int) -> frozenset[int]:
    """Ordinals of the public holidays of a country's year: Tết, Seollal, Chuseok and the single days."""
    from holidays import country_holidays  # most waves meet a rhythm, but commands do not

    return frozenset(day.toordinal() for day in country_holidays(country, years=year))


def find_published(
    shown: Iterable[tuple[datetime | None, datetime]], zone: str,
) -> list[datetime]:
    """When entries came out, from pairs of their date and the instant we saw them.

    A date without a time of day reads as midnight: what was seen within that day came out when it was seen, older
    ones say nothing about the hour and are left out. What is dated ahead came out by the time it was seen.
    """
    zoned, found = ZoneInfo(zone), []
    for published_at, seen_at in shown:
        if published_at is None or published_at > seen_at:
            found.append(seen_at)
        elif published_at.astimezone(zoned).time() != time(0):
            found.append(published_at)
        elif seen_at - published_at < DAY:
            found.append(seen_at)
    return found


def _weigh_days(
    local: Sequence[datetime], now: datetime, usual: float, rest_days: frozenset[int],
) -> tuple[tuple[float, ...], float]:
    """Factors of Monday to Sunday and of a holiday; days of rest say nothing about their weekday."""
    first, today = local[0].date().toordinal(), now.date().toordinal()
    lengths, counts = [0.0] * 8, [0.0] * 8
    for ordinal in range(first, today + 1):
        whole = 1.0 if ordinal < today else (now - datetime.combine(now.date(), time(0), now.tzinfo)) / DAY
        lengths[_kind(ordinal, rest_days)] += whole
    for at in local:
        counts[_kind(at.date().toordinal(), rest_days)] += 1
    doubt = DOUBT / usual  # in days
    plain = [(counts[kind] + DOUBT) / (usual * (lengths[kind] + doubt)) for kind in range(7)]
    rested = (counts[7] + DOUBT * HOLIDAY) / (usual * (lengths[7] + doubt))
    return tuple(plain), rested


def _kind(ordinal: int, rest_days: frozenset[int]) -> int:
    return 7 if ordinal in rest_days else (ordinal - 1) % 7


def _shape_day(local: Sequence[datetime]) -> list[float]:
    """The day's shape by quarter, 1.0 on average."""
    counts = [0.0] * QUARTERS
    for at in local:
        counts[at.hour * 4 + at.minute // 15] += 1
    mean, reach = len(local) / QUARTERS, range(-COARSE_REACH, COARSE_REACH + 1)
    shape = []
    for quarter in range(QUARTERS):
        fine = (counts[quarter - 1] + 2 * counts[quarter] + counts[(quarter + 1) % QUARTERS]) / 4
        coarse = sum(counts[(quarter + step) % QUARTERS] for step in reach) / len(reach)
        shape.append(FINE * fine / mean + COARSE * coarse / mean + EVEN)
    return shape


def _liveliness(rhythm: Rhythm, recent: Sequence[datetime], now: datetime) -> float:
    """How much more, or less, is coming out now than the rhythm says: over days (a frozen feed) and within the hour."""
    end = bisect_right(recent, now)
    days, hour = end - bisect_left(recent, now - RECENT), end - bisect_left(recent, now - BURST)
    lasting = (days + RECENT_DOUBT) / (rhythm.expect(now - RECENT, now) + RECENT_DOUBT)
    usual = rhythm.expect(now - BURST, now) * lasting
    burst = (hour + BURST_DOUBT) / (usual + BURST_DOUBT)
    return min(max(lasting * burst, LEAST_LIVELY), MOST_LIVELY)


def _find_visit(
    rhythm: Rhythm, recent: Sequence[datetime], asked: Asked, now: datetime, bounds: Bounds, share_new: float,
) -> timedelta:
    wait = _find_wait(rhythm, _liveliness(rhythm, recent, now), now, bounds)
    if share_new > TURNED_OVER and asked.before:
        wait = max(bounds.shortest, min(wait, (now - asked.before) / 2, bounds.usual / 2))
    return wait


def _find_wait(rhythm: Rhythm, lively: float, now: datetime, bounds: Bounds) -> timedelta:
    begin = at = rhythm.clock(now)
    latest = begin + min(bounds.longest, _next_turn(now, bounds) - now) / QUARTER
    # Spread over the day rather than spent by noon: the step grows until a day of them keeps to the budget.
    left = max(bounds.usual / HOUR, rhythm.expect_roots(now, now + DAY) / bounds.visits_a_day) * 4
    while at < latest:
        pull = sqrt(rhythm.rate_in(int(at)) * lively)
        end = min(latest, int(at) + 1)
        if pull * (end - at) >= left:
            at += left / pull
            break
        left, at = left - pull * (end - at), end
    return max(bounds.shortest, (at - begin) * QUARTER)


def _look_up(before: Sequence[float], quarters: float) -> float:
    """A running sum by whole quarters of a day, read between two of them."""
    whole = min(int(quarters), QUARTERS - 1)
    return before[whole] + (before[whole + 1] - before[whole]) * (quarters - whole)


def _next_turn(now: datetime, bounds: Bounds) -> datetime:
    wait = bounds.period - (now - EPOCH - bounds.turn) % bounds.period
    return now + (wait if wait >= bounds.shortest else wait + bounds.period)
