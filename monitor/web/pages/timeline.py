"""Timeline: how many events of each act, or of one act, a month has, as a table with bars."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, HTTPException, Response

from monitor.web.desk import Desk, DeskHere
from monitor.web.filters import find_days, find_inside
from monitor.web.kinds import ACTS
from monitor.web.pages.events import Choice, capitalise
from monitor.web.place_field import PlaceHere, furnish_place, lead_on
from monitor.web.rendering import add_page
from storage.values import EventQuery

COLUMNS = ("month", "total", *ACTS)
YEARS = (1, 3, 10)


@dataclass(frozen=True)
class Bar:
    """One act's part of a month's bar, in hundredths of the longest bar."""

    act: str
    start: float
    width: float


@dataclass(frozen=True)
class MonthRow:
    """One month (`YYYY-MM`): how many events of each act."""

    month: str
    total: int
    acts: dict[str, int]
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class TimelinePage:
    """The months from the newest to the oldest; `acts` are those that occur."""

    rows: tuple[MonthRow, ...]
    acts: tuple[str, ...]
    place: str
    act: str
    years: int


def show_timeline(desk: DeskHere, place: PlaceHere, act: str = "", years: int = 3) -> TimelinePage | Response:
    if way := lead_on(desk, place):
        return way
    return TimelinePage((), (), "", act, years) if place.is_open else count_months(desk, place.key, act, years)


def count_months(desk: Desk, place: str, act: str, years: int) -> TimelinePage:
    """The months of so many years, of a place with everything inside it. HTTPException 400 for what is not known."""
    is_known = {"years": years in YEARS, "act": act in ("", *ACTS)}
    if not all(is_known.values()):
        raise HTTPException(400, ", ".join(name for name, is_right in is_known.items() if not is_right))
    today = desk.application.clock().date()
    keys = find_inside(desk.application.gazetteer, place) if place else ()
    since = date(today.year - years, today.month, 1).isoformat()[:7]
    counted: dict[str, dict[str, int]] = {}
    # A paper may be announced for next year: what is planned ends a year from now.
    wanted = EventQuery(keys=keys, act=act, since_on=since, until_on=f"{today.year + 1}~")
    for count in desk.store.event_pages.months(wanted):
        counted.setdefault(count.month, {})[count.act] = count.events
    most = max((sum(acts.values()) for acts in counted.values()), default=1)
    rows = tuple(_make_row(month, counted[month], most) for month in sorted(counted, reverse=True))
    acts = tuple(one for one in ACTS if any(one in row.acts for row in rows))
    return TimelinePage(rows, acts, place, act, years)


def _make_row(month: str, acts: dict[str, int], most: int) -> MonthRow:
    bars, start = [], 0.0
    for act in ACTS:
        if width := 100 * acts.get(act, 0) / most:
            bars.append(Bar(act, round(start, 2), round(width, 2)))
            start += width
    return MonthRow(month, sum(acts.values()), acts, tuple(bars))


def furnish(desk: Desk, page: TimelinePage) -> dict[str, object]:
    """What the form offers, and the rows as texts: a hundred months have a thousand parts to be looked up and named."""
    names = {act: desk.words.say(f"act.{act}") for act in ACTS}
    place = furnish_place(desk, desk.store.event_pages.places())
    return {**place, "choices": {
        "act": [Choice(act, capitalise(names[act])) for act in ACTS],
    }, "lines": [
        (find_days(row.month, row.month), desk.day(row.month), row.total,
         [(bar.act, bar.start, bar.width) for bar in row.bars],
         ", ".join(f"{names[act]} {row.acts[act]}" for act in page.acts if row.acts.get(act)))
        for row in page.rows
    ]}


router = APIRouter()
add_page(router, "/timeline", show_timeline, "timeline.html", COLUMNS, furnish)
