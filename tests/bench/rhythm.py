"""Simulates a hundred papers under three ways of asking, at as many requests each, with a clock of its own."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawler.rhythm import DAY, WINDOW, Asked, Bounds, Rhythm, learn_rhythm, plan_visit
from tests.bench.papers import DAYS, FIRST_ON, Paper, make_papers

BEGIN = datetime(FIRST_ON.year, FIRST_ON.month, FIRST_ON.day, tzinfo=UTC)
MEASURED_FROM, END = BEGIN + 14 * DAY, BEGIN + DAYS * DAY  # two weeks to learn, two weeks that count
LISTED = 50  # entries that a feed shows
MINUTE = timedelta(minutes=1)


@dataclass
class Figures:
    """What a way of asking came to in the weeks that count: `delays` in minutes, entries never seen apart."""

    requests: int = 0
    delays: list[float] = field(default_factory=list)
    missed: int = 0

    def percentile(self, share: float) -> float:
        """The delay that `share` of the entries did not exceed, those never seen counting as the longest."""
        ordered = sorted(self.delays) + [float("inf")] * self.missed
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class FixedPolling:
    """Asks after the same interval each time."""

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def next_at(self, now: datetime, shown: int, new: int, seen: list[datetime]) -> datetime:
        return now + self._interval


class DuplicateShare:
    """Media Cloud's rule: above 67 % known entries a step later, below 33 % a step sooner, from 10 minutes to a day.

    The step is 10 minutes, or an hour where nothing was new for 31 days. `scale` stretches steps and bounds alike.
    """

    def __init__(self, scale: float) -> None:
        self._scale, self._interval = scale, 30 * MINUTE

    def next_at(self, now: datetime, shown: int, new: int, seen: list[datetime]) -> datetime:
        recent = bool(seen) and now - seen[-1] < timedelta(days=31)
        step = (10 if recent else 60) * MINUTE * self._scale
        known = 1 - new / shown if shown else 1.0
        change = step if known > 0.67 else -step if known < 0.33 else timedelta(0)
        self._interval = min(max(self._interval + change, 10 * MINUTE * self._scale), DAY * self._scale)
        return now + self._interval


class OurRhythm:
    """Asks as the crawler does; what it has learnt is learnt again daily rather than at each visit, for speed."""

    def __init__(self, paper: Paper, turn: timedelta) -> None:
        self._paper, self._bounds = paper, Bounds(30 * MINUTE, turn=turn)
        self._rhythm: Rhythm | None = None
        self._learnt_at: datetime | None = None
        self._asked, self._before_on = Asked(), FIRST_ON

    def next_at(self, now: datetime, shown: int, new: int, seen: list[datetime]) -> datetime:
        if self._learnt_at is None or now - self._learnt_at >= DAY:
            past = seen[bisect_right(seen, now - WINDOW):]
            self._rhythm, self._learnt_at = learn_rhythm(past, now, self._paper.zone, self._paper.country), now
        zone = ZoneInfo(self._paper.zone)
        day = now.astimezone(zone).date()
        today = self._asked.today if self._before_on == day else 0
        midnight = datetime.combine(day + DAY, time(), zone)
        asked = Asked(self._asked.before, today, midnight)
        share = new / shown if shown else 0.0
        recent = seen[bisect_right(seen, now - 3 * DAY):]
        due_at = plan_visit(self._rhythm, recent, asked, now, self._bounds, share_new=share)
        self._asked, self._before_on = Asked(now, today + 1), day
        return due_at


Policy = FixedPolling | DuplicateShare | OurRhythm


def measure_rhythm() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, bar): delays at the number of requests that our own rhythm makes."""
    papers = make_papers()
    ours = simulate(papers, lambda number: OurRhythm(papers[number], timedelta(hours=6) * number / len(papers)))
    interval = 14 * DAY * len(papers) / ours.requests
    fixed = simulate(papers, lambda _: FixedPolling(interval))
    shares = match_requests(papers, ours.requests)
    for name, figures in (("our rhythm", ours), ("fixed interval", fixed), ("duplicate share", shares)):
        label = f"100 papers, two weeks with Tết: delay p50 / p95, {name}"
        figure = f"{figures.percentile(0.5):.1f} / {figures.percentile(0.95):.0f} min"
        bar = "ours clearly below both" if figures is ours else f"{figures.requests} requests, {figures.missed} missed"
        yield label, figure, bar if figures is not ours else f"{figures.requests} requests, {figures.missed} missed"


def match_requests(papers: list[Paper], requests: int) -> Figures:
    """Duplicate-share polling, stretched until it makes at least as many requests (within a hundredth or so)."""
    low, high = 0.001, 1.0
    for _ in range(12):
        middle = (low * high) ** 0.5
        if simulate(papers, lambda _, scale=middle: DuplicateShare(scale)).requests >= requests:  # type: ignore[misc]
            low = middle
        else:
            high = middle
    return simulate(papers, lambda _: DuplicateShare(low))


def simulate(papers: list[Paper], make: Callable[[int], Policy]) -> Figures:
    """What asking every paper comes to."""
    figures = Figures()
    for number, paper in enumerate(papers):
        _visit(paper, make(number), BEGIN + 7 * MINUTE * number % DAY, figures)
    return figures


def _visit(paper: Paper, policy: Policy, now: datetime, figures: Figures) -> None:
    seen: list[datetime] = []
    known = 0
    while now < END + DAY:
        published = bisect_right(paper.published, now)
        shown = paper.published[max(0, published - LISTED):published]
        new = paper.published[max(known, published - LISTED):published]
        for at in new:
            if MEASURED_FROM <= at < END:
                figures.delays.append((now - at) / MINUTE)
        lost = paper.published[known:max(known, published - LISTED)]
        figures.missed += sum(MEASURED_FROM <= at < END for at in lost)
        figures.requests += MEASURED_FROM <= now < END
        seen += new
        known = published
        now = policy.next_at(now, len(shown), len(new), seen)
