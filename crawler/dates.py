"""Reads the dates that Vietnamese and Korean outlets print; a written zone is never flipped, an order never guessed.

Every rule was made for a string that an outlet really printed; the table of them is tests/test_dates.py.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from crawler.text import clean_line, unescape_again
from seeds.outlet import DateOrder

FIRST_YEAR, LAST_YEAR = 1995, 2100  # no outlet published on the web before; 1970 and year 0 are empty fields
FUTURE = timedelta(days=2)
_MONTHS = {name: at for at, names in enumerate((
    "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
    "sep sept september", "oct october", "nov november", "dec december"), start=1) for name in names.split()}
_ZONES = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "kst": 9, "jst": 9, "ict": 7, "cet": 1, "cest": 2, "est": -5, "edt": -4,
          "pst": -8, "pdt": -7}
_MONTH = r"(?P<name>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_FORMS = tuple((kind, re.compile(pattern, re.I)) for kind, pattern in (
    ("ymd", r"(?<!\d)(?P<y>[12]\d{3})\s*년\s*(?P<m>\d{1,2})\s*월\s*(?P<d>\d{1,2})\s*일"),
    ("ymd", r"(?<!\d)(?P<y>[12]\d{3})(?P<s>[-/.])\s*(?P<m>\d{1,2})(?P=s)\s*(?P<d>\d{1,2})(?!\d)\.?"),
    ("ymd", r"(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})(?:\s+năm|,)?\s+(?P<y>[12]\d{3})"),
    ("two", r"(?<![\d:.])(?P<a>\d{1,2})(?P<s>[-/.])\s*(?P<b>\d{1,2})(?P=s)\s*(?P<y>[12]\d{3})(?!\d)"),
    ("name", r"(?<![\d:])(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s-]+" + _MONTH + r",?[\s-]+(?P<y>\d{4}|\d{2})(?![\d:])"),
    ("name", r"\b" + _MONTH + r"\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})(?!\d)"),
    ("short", r"(?<![\d:.])(?P<a>\d{1,2})(?P<s>[-/.])(?P<b>\d{1,2})(?P=s)(?P<c>\d{2})(?![\d:])"),
))
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:[T ]?(?P<h>\d\d)(?P<n>\d\d)(?P<x>\d\d)?)?")
_YEARLESS = re.compile(r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})\.?\s+(?P<time>\d{1,2}:\d\d(?::\d\d)?)")
# A day alone, as lists print it: two digits each, and no dot between two numbers that may be a clock or a price.
_YEARLESS_DAY = re.compile(r"(?P<a>\d\d)(?:[-/](?P<b>\d\d)|\.\s?(?P<b2>\d\d)\.)")
_TIME = re.compile(
    r"(?:(?P<before>오전|오후|am|pm|a\.m\.|p\.m\.|sáng|chiều|tối)\s*)?(?<![\d:])(?P<h>\d{1,2})"
    r"(?:\s*(?::|시|giờ|h)\s*)(?P<n>\d{1,2})(?:\s*분)?(?::(?P<x>\d{1,2})(?:[.,]\d+)?|\s*(?P<x2>\d{1,2})초)?"
    r"(?:\s*(?P<after>am|pm|a\.m\.|p\.m\.|sa|ch|sáng|chiều|tối)(?![\w]))?", re.I)
_OFFSET = re.compile(
    r"^\s*\(?\s*(?:(?P<word>gmt|utc|ut)\s*(?P<s>[+\-−–])\s*(?P<h>\d{1,2})(?::?(?P<n>\d{2}))?"
    r"|(?P<s2>[+−-])\s*(?P<h2>\d{2}):?(?P<n2>\d{2})(?!\d)|\+\s*(?P<h3>\d{1,2})(?![\d:])"
    r"|(?P<zone>z|utc?|gmt|kst|jst|ict|cest|cet|est|edt|pst|pdt)(?![\w]))", re.I)
_US = re.compile(r"[1-9]\d?/[1-9]\d?/\d{4},?\s+[1-9]\d?:\d\d(?::\d\d)?\s*[AP]M\b", re.I)
_PM = ("오후", "pm", "p.m.", "ch", "chiều", "tối")
_LANGUAGES = ["pl", "cs", "ru", "fr", "de", "es", "it", "hu", "ja", "zh"]  # month words we do not know ourselves


@dataclass(frozen=True)
class Moment:
    """A date as read: `at` is aware; `has_time` and `has_zone` say what was written and what was filled in."""

    at: datetime
    has_time: bool
    has_zone: bool


def parse_date(text: str, *, zone: str, order: DateOrder = "dmy", now: datetime | None = None) -> datetime | None:
    """The instant that `text` names, aware; None when it names none or an implausible one.

    A text without zone is read in `zone` (an IANA name); a day without time is its midnight there. `order` is for
    numeric dates with the year last. Before 1995 or more than two days after `now` is implausible.
    """
    moment = read_moment(text, zone=zone, order=order, now=now)
    return moment.at if moment else None


def read_moment(text: str, *, zone: str, order: DateOrder = "dmy", now: datetime | None = None) -> Moment | None:
    """As `parse_date`, and tells what was written."""
    line = unicodedata.normalize("NFKC", clean_line(unescape_again(text or "")))[:300]
    local = ZoneInfo(zone)
    try:
        moment = _whole(line, local, order, now) or _parts(line, local, order) or _by_library(line, local)
    except (ValueError, OverflowError):  # 31/02, 25:00, year 0
        return None
    return moment if moment and is_plausible(moment.at, now) else None


def is_plausible(at: datetime, now: datetime | None = None) -> bool:
    """Whether an article can have been published at `at`, seen from `now`."""
    return FIRST_YEAR <= at.year <= LAST_YEAR and (now is None or at <= now + FUTURE)


def _whole(line: str, local: tzinfo, order: DateOrder, now: datetime | None) -> Moment | None:
    if line.isdigit() and len(line) in (10, 13) and not line.startswith(("19", "20")):
        return Moment(datetime.fromtimestamp(int(line[:10]), UTC), True, True)
    if match := _COMPACT.match(line):
        rest = line[match.end():]
        if not rest or _OFFSET.match(rest):
            h, n, x = (int(match[key] or 0) for key in "hnx")
            tz, _ = _read_zone(rest, local)
            at = datetime(int(match["y"]), int(match["m"]), int(match["d"]), h, n, x, tzinfo=tz or local)
            return Moment(at, bool(match["h"]), bool(tz))
    if now and (match := _YEARLESS.fullmatch(line)):
        clock = match["time"].zfill(5 if match["time"].count(":") == 1 else 8)
        return _yearless(match["a"], match["b"], time.fromisoformat(clock), local, order, now)
    if now and (match := _YEARLESS_DAY.fullmatch(line)):
        return _yearless(match["a"], match["b"] or match["b2"], None, local, order, now)
    return None


def _yearless(
    first: str, second: str, clock: time | None, local: tzinfo, order: DateOrder, now: datetime,
) -> Moment | None:
    month, day = (int(second), int(first)) if order == "dmy" else (int(first), int(second))
    for year in (now.year + 1, now.year, now.year - 1):  # the latest that is not ahead of us; new year's eve
        at = datetime.combine(date(year, month, day), clock or time(), local)
        if at <= now + timedelta(days=1):
            return Moment(at, clock is not None, False)
    return None


def _parts(line: str, local: tzinfo, order: DateOrder) -> Moment | None:
    for kind, form in _FORMS:
        match = form.search(line)
        if match and (day := _read_day(kind, match, line, order)):
            clock, tz, timed = _read_time(line[:match.start()], line[match.end():], local)
            return Moment(datetime(*day, *clock, tzinfo=tz or local), timed, bool(tz))
    return None


def _read_day(kind: str, match: re.Match[str], line: str, order: DateOrder) -> tuple[int, int, int] | None:
    part = match.groupdict()
    if kind == "ymd":
        return int(part["y"]), int(part["m"]), int(part["d"])
    if kind == "name":
        year = int(part["y"]) + (2000 if len(part["y"]) == 2 else 0)
        return year, _MONTHS[part["name"].lower()], int(part["d"])
    first, second = int(part["a"]), int(part["b"])
    if kind == "short":
        if order == "ymd":
            return 2000 + first, second, int(part["c"])
        year = 2000 + int(part["c"])
    else:
        year = int(part["y"])
    # .NET's en-US form ("9/14/2026 6:44:00 PM") is month first wherever it stands: no leading zeros, 12-hour mark.
    us = order == "mdy" or bool(_US.match(line[match.start():]))
    day, month = (second, first) if us else (first, second)
    return (year, day, month) if month > 12 >= day else (year, month, day)


def _read_time(before: str, after: str, local: tzinfo) -> tuple[tuple[int, int, int], tzinfo | None, bool]:
    found = _TIME.search(after[:40])
    rest = after[found.end():] if found else ""
    if not found and (earlier := list(_TIME.finditer(before[-40:]))):
        found = earlier[-1]
        rest = before[-40:][found.end():] + " " + after
    if not found:
        return (0, 0, 0), None, False
    hour = _hour(int(found["h"]), (found["before"] or found["after"] or "").lower())
    tz, _ = _read_zone(rest, local)
    return (hour, int(found["n"]), int(found["x"] or found["x2"] or 0)), tz, True


def _hour(hour: int, mark: str) -> int:
    if not mark or hour > 12 or hour == 0:  # "00:01 AM", "18:21 PM": a 24-hour clock with a mark that says nothing
        return hour
    late = mark in _PM
    return hour % 12 + 12 if late else hour % 12


def _read_zone(rest: str, local: tzinfo) -> tuple[tzinfo | None, str]:
    match = _OFFSET.match(rest)
    if not match:
        return None, ""
    if match["zone"]:
        return timezone(timedelta(hours=_ZONES[match["zone"].lower()])), match["zone"].lower()
    hours = int(match["h"] or match["h2"] or match["h3"])
    minutes = int(match["n"] or match["n2"] or 0)
    sign = -1 if (match["s"] or match["s2"] or "+") in "-−–" else 1
    if hours > 14 or minutes > 59:
        return None, ""
    return timezone(sign * timedelta(hours=hours, minutes=minutes)), match[0]


def _by_library(line: str, local: tzinfo) -> Moment | None:
    # Only where the month is a word, so that no order can be guessed; the clock and its zone are read by us.
    year = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", line)
    if not year or len(line) > 80 or not re.search(r"(?<!\d)\d{1,2}(?!\d)[.\s]*[^\W\d]{3,}", line):
        return None
    day = _library_day(line[:year.end()].strip())
    if day is None:
        return None
    clock, tz, timed = _read_time("", line[year.end():], local)
    return Moment(datetime(*day, *clock, tzinfo=tz or local), timed, bool(tz))


@lru_cache(maxsize=512)
def _library_day(text: str) -> tuple[int, int, int] | None:
    import dateparser  # type: ignore[import-untyped]  # slow to import, rarely needed

    found = dateparser.parse(text, languages=_LANGUAGES, settings={
        "REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"], "TIMEZONE": "UTC"})
    return (found.year, found.month, found.day) if found else None
