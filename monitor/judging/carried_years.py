"""Gives a day without a year that of the full date before it in the same passage; it finds no days by itself.

"Từ ngày 14-19/9/2022 … Ngày 16/9 hai bên ký": in a chronicle, or a report that is printed anew years later, the
second day is of 2022 too, not of the year of publication.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.judging.days import Day, find_years
from monitor.judging.reading import View

# What a passage goes on to tell lies so soon after its full date, or after the last day that took its year.
CARRIED_DAYS = 31
# As many sentences may stand in between; none does before a day that names no month either.
REACH = 6
MONTHLESS_REACH = 1
# A day so close to that of publication is news: 86 % of the 274 without a year in the labelled stories are ...
FRESH_DAYS = 14
# ... and a day without a month is always near it, but of 224 of those 91 % lie within six days.
FRESH_MONTHLESS = 6
# How near a word as "vừa qua" or "올해" stands to the day that it is said of.
BESIDE = 12
# A sentence with one of these looks back from the story's own time: its full date opens no passage.
LOOKING_BACK = ("cue.since", "cue.in_force")


@dataclass(frozen=True, slots=True)
class _Passage:
    """The full date `first`, the `last` day of its passage so far, and the sentence in which one stands.

    `is_old` says that a day took the year already: what follows is no news, however near it would be.
    """

    first: date
    last: date
    order: int
    is_old: bool = False

    def find_day(self, day: Day) -> date | None:
        """The day as one of this passage, None where it is none."""
        on = date.fromisoformat(day.on)
        months = (self.first, self.last, self.last + timedelta(days=CARRIED_DAYS))
        meant = (_make_day(near.year, on.month if day.again == "year" else near.month, on.day) for near in months)
        return next((one for one in meant if one and 0 <= (one - self.first).days <= self._most), None)

    def go_on(self, on: date, order: int, *, is_old: bool) -> "_Passage":
        """The passage with a further day of it, `on`."""
        return _Passage(self.first, max(self.last, on), order, is_old)

    @property
    def _most(self) -> int:
        return (self.last - self.first).days + CARRIED_DAYS


def carry_years(views: Sequence[View]) -> list[View]:
    """The views, with the days that take the year of a full date before them."""
    if not any(_is_other(year, view) for view in views for year in find_years(view.text)):
        return list(views)
    carried: list[View] = []
    passage: _Passage | None = None
    for view in views:
        if carried and view.sentence.segment.item != carried[-1].sentence.segment.item:
            passage = None
        found, passage = _carry(view, passage)
        carried.append(replace(view, carried=tuple(found)) if found else view)
    return carried


def _is_other(year: int, view: View) -> bool:
    return view.calendar.anchor is None or year != view.calendar.anchor.year


def _carry(view: View, passage: _Passage | None) -> tuple[list[Day], _Passage | None]:
    """The days of one sentence that take a year, and the passage in which the next sentence stands."""
    found: list[Day] = []
    order, done = view.sentence.order, view.sentence.start
    for day in _written_days(view, passage):
        passage = _leave(passage, view, done, day.start)
        if day.exact and day.has_day:
            first = date.fromisoformat(day.on)
            passage = None if any(map(view.has, LOOKING_BACK)) else _Passage(first, first, order)
        elif day.again:
            on = passage.find_day(day) if passage and _goes_on(day, view, passage) else None
            moved = on is not None and (on.isoformat() != day.on or view.calendar.anchor is None)
            if on and moved:
                found.append(Day(day.start, day.end, on.isoformat(), True))
            passage = passage.go_on(on, order, is_old=moved) if passage and on else None
        done = day.end
    return found, _leave(passage, view, done, view.sentence.end)


def _leave(passage: _Passage | None, view: View, start: int, end: int) -> _Passage | None:
    """The passage, unless the text so far names the story's own year: there it is back in the present."""
    anchor, offset = view.calendar.anchor, view.sentence.start
    if passage and anchor and anchor.year not in (passage.first.year, passage.last.year):
        return None if anchor.year in find_years(view.text[start - offset:end - offset]) else passage
    return passage


def _written_days(view: View, passage: _Passage | None) -> Iterable[Day]:
    """All days of the sentence; where nothing dates the story, those without a year by the passage or the sentence."""
    if view.calendar.anchor:
        return view.days
    full = [date.fromisoformat(day.on) for day in view.days if day.has_day]
    return view.read_days(passage.last if passage else full[0] if full else None)


def _goes_on(day: Day, view: View, passage: _Passage) -> bool:
    """Whether the day may belong to the passage: close to it, and not of the story's own time."""
    monthless = day.again == "month"
    if view.sentence.order - passage.order > (MONTHLESS_REACH if monthless else REACH):
        return False
    if any(cue.group == "cue.lately" and _is_beside(cue.start, cue.end, day) for cue in view.cues):
        return False
    anchor, on = view.calendar.anchor, date.fromisoformat(day.on)
    if anchor is None or passage.is_old:
        return True
    # What comes back every year is announced by its last time, often without a word of the future.
    is_yearly = passage.first.year == anchor.year - 1
    if on > anchor and (is_yearly or view.has("stage.ahead")):
        return False
    return abs((on - anchor).days) > (FRESH_MONTHLESS if monthless else FRESH_DAYS)


def _is_beside(start: int, end: int, day: Day) -> bool:
    return start <= day.end + BESIDE and day.start - BESIDE <= end


def _make_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
