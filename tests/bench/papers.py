"""One hundred made-up papers and what they publish in four weeks that end in the week of Tết and Seollal; no policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

FIRST_ON = date(2026, 1, 24)  # four weeks up to 20 February; 16 to 20 February were days off in Vietnam, to 18 in Korea
LUNAR_DAYS = {"VN": (date(2026, 2, 15), date(2026, 2, 21)), "KR": (date(2026, 2, 16), date(2026, 2, 18))}
DAYS = 28
ZONES = {"VN": "Asia/Ho_Chi_Minh", "KR": "Asia/Seoul"}


@dataclass(frozen=True)
class Habit:
    """How a kind of paper works: `hours` are (start, end, weight); `batches` (hour, entries) come as one upload.

    `week` are factors of Monday to Sunday; entries a day are drawn once per paper between `fewest` and `most`.
    """

    count: int
    country: str
    fewest: int
    most: int
    hours: tuple[tuple[float, float, float], ...]
    batches: tuple[tuple[float, int], ...] = ()
    week: tuple[float, ...] = (1, 1, 1, 1, 1, 0.7, 0.6)
    lunar: float = 0.35


HABITS = (
    Habit(38, "VN", 12, 40, ((6.5, 8.5, 3), (10, 11.5, 3), (14, 17.5, 4), (19, 21, 1)), ((5.5, 4), (17.0, 4))),
    Habit(36, "KR", 10, 50, ((8.5, 12, 4), (13, 18, 5), (18, 22, 1)), ((17.5, 12),), (1, 1, 1, 1, 1, 0.2, 0.4), 0.15),
    Habit(6, "VN", 90, 200, ((0, 6, 1), (6, 22, 9), (22, 24, 1)), (), (1, 1, 1, 1, 1, 0.8, 0.8), 0.5),
    Habit(6, "KR", 90, 200, ((0, 6, 1), (6, 22, 9), (22, 24, 1)), (), (1, 1, 1, 1, 1, 0.6, 0.6), 0.5),
    Habit(7, "KR", 0, 0, (), ((11.0, 12),), (0, 0, 0, 1, 0, 0, 0), 0.0),
    Habit(7, "VN", 2, 6, ((7.5, 11.5, 1), (13.5, 17, 1)), (), (1, 1, 1, 1, 1, 0.3, 0.1), 0.1),
)


@dataclass(frozen=True)
class Paper:
    """What one paper publishes: instants in order, in UTC."""

    country: str
    zone: str
    published: tuple[datetime, ...]


def make_papers(seed: int = 5) -> list[Paper]:
    """The same hundred papers each time."""
    chance = Random(seed)
    return [_make_paper(habit, chance) for habit in HABITS for _ in range(habit.count)]


def _make_paper(habit: Habit, chance: Random) -> Paper:
    zone, entries = ZoneInfo(ZONES[habit.country]), chance.uniform(habit.fewest, habit.most)
    shift = chance.gauss(0, 0.6)  # hours that this desk is later than others
    found: list[datetime] = []
    for number in range(DAYS):
        day = FIRST_ON + timedelta(days=number)
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        first, last = LUNAR_DAYS[habit.country]
        factor = habit.week[day.weekday()] * (habit.lunar if first <= day <= last else 1)
        hours = list(_draw_hours(habit, entries, factor, shift, chance))
        found += [midnight + timedelta(hours=min(max(hour, 0.0), 23.99)) for hour in hours]
    return Paper(habit.country, ZONES[habit.country], tuple(sorted(at.astimezone(UTC) for at in found)))


def _draw_hours(habit: Habit, entries: float, factor: float, shift: float, chance: Random) -> Iterator[float]:
    weights = [weight for _, _, weight in habit.hours]
    for _ in range(_draw_count(entries * factor, chance) if habit.hours else 0):
        start, end, _ = chance.choices(habit.hours, weights)[0]
        yield chance.uniform(start, end) + shift
    for hour, size in habit.batches:
        begun = chance.gauss(hour, 0.2) + shift
        for _ in range(_draw_count(size * factor, chance)):
            yield begun + chance.uniform(0, 0.2)
    if habit.hours and chance.random() < 0.12:  # a storm, a verdict, a visit: at any hour, also by night
        begun = chance.uniform(0, 22)
        for _ in range(chance.randint(5, 12)):
            yield begun + chance.expovariate(1.2)


def _draw_count(mean: float, chance: Random) -> int:
    """About Poisson: the events of a day, each by chance."""
    tries = max(1, round(mean * 4))
    return sum(chance.random() < mean / tries for _ in range(tries)) if mean > 0 else 0
