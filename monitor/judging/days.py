"""Reads days out of a text and resolves them against the story's own day; it does not choose the day of a fact.

A span counts as its first day. Lunar dates, durations ("6 days") and the day on which something was merely
announced ("3일 밝혔다") are not read.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from monitor.judging.cues import fold_case
from seeds.lexicon import Words

# A day without a year belongs to the year that brings it nearest; a day this far ahead is last year's.
AHEAD_DAYS = 120
# "21일" without a month: at most this far after the story's own day, else it is last month's.
MONTHLESS_AHEAD = 18

# Also as they are written without their marks.
_VI_LEAD = r"(?:ngày|sáng|chiều|tối|trưa|đêm|hôm|từ|vào|đến|\(|,|thứ \w+|chủ nhật|và|ngay|chieu|sang)"
_VI = (
    re.compile(
        r"t[ừu]\s+(?:ng[àa]y\s+)?(?P<d>\d{1,2})\s+(?:đến|den)\s+(?:ng[àa]y\s+)?\d{1,2}\s*[/.-]\s*(?P<m>\d{1,2})"
        r"(?:\s*[/.-]\s*(?P<y>\d{4}))?"
    ),
    re.compile(
        r"(?<![\d/.-])(?P<d>\d{1,2})\s*(?:-|–|đến|và)\s*\d{1,2}\s*[/.-]\s*(?P<m>\d{1,2})"
        r"(?:\s*[/.-]\s*(?P<y>\d{4}))?(?![\d/])"
    ),
    re.compile(
        r"(?<![\d/.-])(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})(?:[/.-](?P<y>\d{4}))?\s*(?:-|–|đến(?: ngày)?)\s*"
        r"\d{1,2}[/.-]\d{1,2}(?:[/.-](?P<y2>\d{4}))?(?![\d/])"
    ),
    re.compile(r"(?<![\d/.-])(?P<d>\d{1,2})\s*[/.-]\s*(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>(?:19|20)\d{2})(?!\d)"),
    re.compile(
        r"(?:ngày|ngay|mồng|mùng)\s+(?P<d>\d{1,2})\s+(?:tháng|thang)\s+(?P<m>\d{1,2})"
        r"(?:\s*(?:,|/|-)?\s*(?:n[ăa]m\s+)?(?P<y>\d{4}))?"
    ),
    re.compile(
        _VI_LEAD + r"\s*(?:ng[àa]y\s*)?(?P<d>\d{1,2})\s*[/.-]\s*(?P<m>\d{1,2})"
        r"(?![\d/%]|\.\d|\s*(?:tỷ|triệu|%|usd))"
    ),
)
_VI_MONTH = re.compile(r"(?:tháng\s+)(?P<m>\d{1,2})\s*(?:[/.,-]|năm)?\s*(?:năm\s+)?(?P<y>(?:19|20)\d{2})(?!\d)")
_KO = (
    re.compile(r"(?P<y>(?:19|20)\d{2})\s*년\s*(?P<m>\d{1,2})\s*월\s*(?P<d>\d{1,2})(?=\s*[~∼∽-]|\s*일)"),
    re.compile(r"(?<![\d년])(?P<m>\d{1,2})\s*월\s*(?P<d>\d{1,2})(?=\s*[~∼∽-]\s*\d{1,2}|\s*일)"),
    re.compile(
        r"(?P<w>지난\s?달|지난|오는|다음\s?달|내달|이번\s?달|이달)?\s*"
        r"(?<![\d.월~∼∽-])(?<!월\s)(?P<d>\d{1,2})\s*(?:일)?(?:\s*\([월화수목금토일]\))?"
        r"(?:\s*[~∼∽-]\s*(?:\d{1,2}\s*월\s*)?\d{1,2}\s*(?=일)|(?=\s*일))"
    ),
)
_KO_MONTH = re.compile(r"(?P<y>(?:19|20)\d{2})\s*년\s*(?P<m>\d{1,2})\s*월(?!\s*\d{1,2}\s*일)")
_KO_AFTER = re.compile(
    r"\s*일?\s*(?:\([월화수목금토일]\)\s*)?(?:간\b|간의|동안|째|짜리|여\b|까지|자\b|시\b|정\b"
    r"|\s*(?:이 같이 )?(?:[가-힣]+에 따르면|밝혔|전했|말했|보도|알렸|발표))"
)
# What makes a day one of the lunar calendar: right before it or right behind, by language.
_LUNAR_BEFORE = {
    "ko": re.compile(r"(?:음력|\(음\))\s*$"),
    "zh": re.compile(r"[农農][历曆]\s*$"),
    "ja": re.compile(r"[旧陰]暦\s*$"),
}
_LUNAR_AFTER = {
    "vi": re.compile(r"\s*(?:năm(?:\s+[^\W\d]+){1,2})?\s*[,(]?\s*(?:âm lịch|am lich|al\b)"),
    "en": re.compile(r"\s*\(?(?:(?:of|in|on|by)\s+the\s+)?lunar calendar"),
}
# As far as is looked back for such a word.
LUNAR_REACH = 10
_CJK = (
    re.compile(r"(?P<y>(?:19|20)\d{2})年\s*(?P<m>\d{1,2})月\s*(?P<d>\d{1,2})[日号]"),
    re.compile(r"(?<!\d)(?P<m>\d{1,2})月\s*(?P<d>\d{1,2})[日号]"),
    re.compile(r"(?<![\d月])(?P<d>\d{1,2})[日号](?!間|间)"),
)
_ISO = re.compile(r"(?<![\d/=&-])(?P<y>20\d{2})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)")
# Last month, this one and the next.
_KO_MONTHS = {"지난달": 0, "이달": 1, "이번달": 1, "다음달": 2, "내달": 2}
# Between a weekday and its day: "Friday, September 16", "thứ Sáu (16/9)".
_BESIDE = re.compile(r"[\s,(]{0,3}")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?<!\d)(?:19[5-9]\d|20[0-4]\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Day:
    """A day (or a month) named in a text: `on` is YYYY-MM-DD or YYYY-MM.

    `exact` says that the text gave the year, with it or before it; `again` when the same words come to mean another
    day ("" for never).
    """

    start: int
    end: int
    on: str
    exact: bool
    again: Literal["year", "month", ""] = ""

    @property
    def has_day(self) -> bool:
        return len(self.on) == 10


@dataclass(frozen=True)
class DayReader:
    """The calendar words of one language, ready to be looked for."""

    words: Words

    @cached_property
    def _named(self) -> tuple[re.Pattern[str], ...]:
        months = _any(self.words.months)
        if not self.words.months or self.words.lang in ("vi", "ko"):
            return ()
        tail = r"(?:\s*(?:-|–|to|until|and|do|al|au|bis(?: zum)?|по|a)\s*\d{1,2}\.?)?"
        year = r"(?:,?\s+(?:de\s+|del\s+)?(?P<y>(?:19|20)\d{2}))?"
        name = rf"(?P<n>{months})"
        span = rf"(?<![\d.,])(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?{tail}\s+(?:of\s+|de\s+)?{name}\b\.?{year}"
        amount = r"(?![\d,]\d|\d|\s*(?:million|percent|%))"
        first = rf"\b{name}\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?{amount}{tail}{year}"
        return (re.compile(first), re.compile(span)) if self.words.lang == "en" else (re.compile(span),)

    @cached_property
    def _named_month(self) -> re.Pattern[str] | None:
        if not self.words.months:
            return None
        return re.compile(rf"\b(?P<n>{_any(self.words.months)})\b\.?,?\s+(?:de\s+)?(?P<y>(?:19|20)\d{{2}})")

    @cached_property
    def _relative(self) -> re.Pattern[str] | None:
        words = {**self.words.relative_days, **self.words.weekdays}
        if not words:
            return None
        # Korean and Japanese glue particles on.
        edges = ("", "") if self.words.lang in ("ko", "ja", "zh") else (r"(?<!\w)", r"(?!\w)")
        return re.compile(rf"{edges[0]}(?P<r>{_any(words)}){edges[1]}")

    def find_days(self, text: str, anchor: date | None) -> list[Day]:
        """Every day of `text`, by start. `anchor` is the story's own day in its outlet's zone.

        Without `anchor` only days whose year the text names are found.
        """
        found: list[Day] = []
        for day in self._read(fold_case(text), text, anchor):
            place = bisect_left(found, day.start, key=lambda old: old.start)
            if (not place or found[place - 1].end <= day.start) and (
                place == len(found) or day.end <= found[place].start
            ):
                found.insert(place, day)
        return [day for number, day in enumerate(found) if not _is_told_better(number, found, text)]

    def _read(self, text: str, original: str, anchor: date | None) -> Iterator[Day]:
        told = bool(_DIGIT.search(text))
        for pattern in (_ISO, *self._exact_patterns(), *self._named) if told else ():
            for match in pattern.finditer(text):
                if self.words.lang == "en" and "n" in match.groupdict() and original[match.start("n")].islower():
                    continue  # "may 3 times"
                day = self._resolve(match, text, anchor)
                if day:
                    yield day
        for pattern in self._month_patterns() if told else ():
            for match in pattern.finditer(text):
                month = self._month_number(match)
                if month and 1 <= month <= 12:
                    yield Day(*match.span(), f"{match['y']}-{month:02}", True)
        if anchor and self._relative:
            yield from self._read_relative(text, anchor)

    def _exact_patterns(self) -> tuple[re.Pattern[str], ...]:
        return {"vi": _VI, "ko": _KO, "ja": _CJK, "zh": _CJK}.get(self.words.lang, (_VI[2],))

    def _month_patterns(self) -> tuple[re.Pattern[str], ...]:
        by_lang = {"vi": (_VI_MONTH,), "ko": (_KO_MONTH,)}
        return by_lang.get(self.words.lang, (self._named_month,) if self._named_month else ())

    def _month_number(self, match: re.Match[str]) -> int | None:
        parts = match.groupdict()
        if parts.get("n"):
            return self.words.months[parts["n"].rstrip(".")]
        return int(parts["m"]) if parts.get("m") else None

    def _resolve(self, match: re.Match[str], text: str, anchor: date | None) -> Day | None:
        parts = match.groupdict()
        if self.words.lang == "ko" and _KO_AFTER.match(text, match.end()):
            return None
        if _is_lunar(self.words.lang, text, match):
            return None
        year = parts.get("y") or parts.get("y2")
        month, number = self._month_number(match), int(parts["d"])
        if year and month:
            on = _make_date(int(year), month, number)
        elif anchor is None:
            return None
        elif month:
            on = _nearest_year(anchor, month, number)
        else:
            on = _nearest_month(anchor, number, "".join((parts.get("w") or "").split()))
        again: Literal["year", "month", ""] = "" if year else "year" if month else "month"
        return Day(*match.span(), on.isoformat(), bool(year), again) if on else None

    def _read_relative(self, text: str, anchor: date) -> Iterator[Day]:
        assert self._relative
        for match in self._relative.finditer(text):
            word = match["r"]
            if word in self.words.relative_days:
                on = anchor + timedelta(days=self.words.relative_days[word])
            else:
                on = _nearest_weekday(anchor, self.words.weekdays[word])
            yield Day(*match.span(), on.isoformat(), False)


def step_back(day: Day, anchor: date) -> str | None:
    """The day as that of something that has happened: the nearest one up to `anchor`, None where its year is told."""
    if day.on <= anchor.isoformat()[:len(day.on)]:
        return day.on
    if not day.again:
        return None
    on = date.fromisoformat(day.on)
    back = _make_date(on.year - 1, on.month, on.day) if day.again == "year" else _month_of(on, -1, on.day)
    return back.isoformat() if back and back <= anchor else None


def _is_told_better(number: int, found: Sequence[Day], text: str) -> bool:
    """Whether the day is a mere "Friday" or "today" with another day in figures right beside it."""
    day = found[number]
    if day.exact or day.again:
        return False
    beside = [(found[n], text[min(day.end, found[n].end):max(day.start, found[n].start)])
              for n in (number - 1, number + 1) if 0 <= n < len(found)]
    return any((one.exact or one.again) and one.on != day.on and _BESIDE.fullmatch(gap) for one, gap in beside)


def find_years(text: str) -> list[int]:
    """The years (1950 to 2049) written in figures, in order."""
    return [int(match.group()) for match in _YEAR.finditer(text)]


def _is_lunar(lang: str, text: str, match: re.Match[str]) -> bool:
    before, after = _LUNAR_BEFORE.get(lang), _LUNAR_AFTER.get(lang)
    if before and before.search(text[max(0, match.start() - LUNAR_REACH):match.start()]):
        return True
    return after is not None and after.match(text, match.end()) is not None


def _any(words: dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest_year(anchor: date, month: int, day: int) -> date | None:
    on = _make_date(anchor.year, month, day)
    if on is None:
        return None
    if on > anchor + timedelta(days=AHEAD_DAYS):
        return _make_date(anchor.year - 1, month, day)
    if on < anchor - timedelta(days=365 - AHEAD_DAYS):
        return _make_date(anchor.year + 1, month, day)
    return on


def _nearest_month(anchor: date, day: int, word: str) -> date | None:
    months = [_month_of(anchor, step, day) for step in (-1, 0, 1)]
    if word in _KO_MONTHS:
        return months[_KO_MONTHS[word]]
    if word == "지난":
        return next((m for m in reversed(months) if m and m <= anchor), None)
    if word == "오는":
        return next((m for m in months if m and m >= anchor), None)
    near = [m for m in months if m and m <= anchor + timedelta(days=MONTHLESS_AHEAD)]
    return min(near, key=lambda m: abs(m - anchor), default=None)


def _month_of(anchor: date, step: int, day: int) -> date | None:
    number = anchor.year * 12 + anchor.month - 1 + step
    return _make_date(number // 12, number % 12 + 1, day)


def _nearest_weekday(anchor: date, weekday: int) -> date:
    """The last such day up to the story's own: papers name the day that has just been (checked on the stories)."""
    return anchor - timedelta(days=(anchor.weekday() - weekday) % 7)
