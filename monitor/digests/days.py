"""Days and instants as a reader of English, Korean or Vietnamese writes them; it does not read any clock."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_month_names

# As newspapers of each language print days: CLDR's own medium forms are "Aug 29, 2025", "2025. 8. 29." and "29 thg 8,
# 2025". A list has a thousand days, and Babel takes 30 microseconds to fill a pattern.
DAY = {"en": "{day} {name} {year}", "ko": "{year}년 {month}월 {day}일", "vi": "{day}/{month}/{year}"}
MONTH = {"en": "{name} {year}", "ko": "{year}년 {month}월", "vi": "tháng {month}/{year}"}
YEAR = {"en": "{year}", "ko": "{year}년", "vi": "năm {year}"}
# In CLDR's syntax.
MOMENT = {"en": "d MMM y, HH:mm", "ko": "y년 M월 d일 HH:mm", "vi": "HH:mm 'ngày' d/M/y"}


def format_day(day: str | None, language: str) -> str:
    """`YYYY-MM-DD`, `YYYY-MM` or `YYYY` in words; the empty string for None or anything else."""
    patterns = {10: DAY, 7: MONTH, 4: YEAR}.get(len(day or ""))
    if day is None or patterns is None:
        return ""
    try:
        first = date.fromisoformat((day + "-01-01")[:10])
    except ValueError:
        return ""
    name = _load_month_names(language)[first.month]
    return patterns[language].format(day=first.day, month=first.month, name=name, year=first.year)


def format_moment(moment: datetime, language: str, zone: str) -> str:
    """An aware instant in `zone` (IANA), to the minute."""
    return format_datetime(moment.astimezone(ZoneInfo(zone)), MOMENT[language], locale=language)


def find_bare_day(published_at: datetime | None, zone: ZoneInfo) -> str | None:
    """The day (`YYYY-MM-DD`) of an aware instant that is midnight in `zone`, its outlet's: a page that gave no hour."""
    local = published_at.astimezone(zone) if published_at else None
    return local.date().isoformat() if local and local.time() == time(0) else None


def format_span(start: datetime, end: datetime, language: str, zone: str) -> tuple[str, str]:
    """Two aware instants in `zone` (IANA); the second one without its day where that is the first one's."""
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    pattern = "HH:mm" if first.date() == last.date() else MOMENT[language]
    return format_moment(start, language, zone), format_datetime(last, pattern, locale=language)


def format_instant_day(moment: datetime, language: str, zone: str) -> str:
    """The day of an aware instant in `zone` (IANA)."""
    return format_day(moment.astimezone(ZoneInfo(zone)).date().isoformat(), language)


@cache
def _load_month_names(language: str) -> Mapping[int, str]:
    return dict(get_month_names("abbreviated", locale=language))
