"""Finds days, months and years in what a reader types, as pages and people of the three languages write them."""

import re
from datetime import date
from typing import NamedTuple

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# 29 February is a day of some year.
LEAP_YEAR = 2024
_Y, _M, _D = r"(?P<year>(?:19|20)\d\d)(?!\d)", r"(?P<month>\d{1,2})(?!\d)", r"(?P<day>\d{1,2})"
_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?!\w)\.?"
)
# Marks are left out by many; the word for a day is part of it.
_DAY_WORD = re.compile("^ng[àa]y ", re.IGNORECASE)
_DAY_BEFORE, _MONTH_WORD, _YEAR_WORD = "(?:(?<!\\w)ng[àa]y )?", "th[áa]ng ?", "(?:,? n[ăa]m |[/-]|,? )"
_BEGIN, _END = r"(?<![\w/-])", r"(?![\w/-])"
_NTH = r"(?:st|nd|rd|th)?(?!\w)"
# Behind a month 드컵 is no particle: `월드컵`.
_TAIL = "(?P<tail>(?:에서는|에서|에는|에도|에|부터|까지|의|은|는|이|과|도|중순|중|말|초|경|달)?)(?![가-힣])"
_DAY_TAIL = "(?P<tail>[가-힣]{0,3})"
# What may also be a word of its own (`may mặc`) or a name (`Jan Kowalski`) is no month before a further word.
_NO_NAME = r"(?!(?:may|mar|march|jan|jun) [^\W\d])"
# Whole ones first: what they take is gone for those that are part of them.
_FORMS = tuple(re.compile(form, re.IGNORECASE) for form in (
    rf"{_BEGIN}{_Y}[-/.] ?{_M}[-/.] ?{_D}(?!\d)\.?", rf"{_DAY_BEFORE}{_BEGIN}{_D}[-/.]{_M}[-/.]{_Y}",
    rf"{_DAY_BEFORE}{_BEGIN}{_D} {_MONTH_WORD}{_M}{_YEAR_WORD}{_Y}", rf"{_Y}년 ?{_M}월 ?{_D}일{_DAY_TAIL}",
    rf"{_BEGIN}{_D}{_NTH} (?:of )?{_NAME},? {_Y}", rf"{_BEGIN}{_NAME} {_D}{_NTH},? {_Y}",
    rf"{_BEGIN}{_M}월 ?{_D}일{_DAY_TAIL}", rf"{_DAY_BEFORE}{_BEGIN}{_D} {_MONTH_WORD}{_M}{_END}",
    rf"{_BEGIN}{_D}{_NTH} (?:of )?{_NAME}", rf"{_BEGIN}{_NAME} {_D}{_NTH}", rf"{_DAY_BEFORE}{_BEGIN}{_D}/{_M}{_END}",
    rf"{_Y}년 ?{_M}월{_TAIL}", rf"{_BEGIN}{_MONTH_WORD}{_M}{_YEAR_WORD}{_Y}", rf"{_BEGIN}{_NAME},? {_Y}",
    rf"{_BEGIN}{_Y}[-/.]{_M}{_END}", rf"{_BEGIN}{_M}[-/.]{_Y}{_END}",
    rf"{_BEGIN}{_M}월{_TAIL}", rf"{_BEGIN}{_MONTH_WORD}{_M}{_END}", rf"{_BEGIN}{_NO_NAME}{_NAME}",
    rf"{_Y}년{_DAY_TAIL}", rf"{_BEGIN}n[ăa]m {_Y}", rf"{_BEGIN}{_Y}{_END}",
))


class WrittenDay(NamedTuple):
    """`day` is `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, or without a year `--MM-DD` or `--MM` (as ISO 8601 had it);
    `words` are as they were written, without the word for a day and the particle behind."""

    words: str
    day: str


def take_days(text: str) -> tuple[str, list[WrittenDay]]:
    """The text (NFC) without its days, and these, each once."""
    days: dict[str, WrittenDay] = {}

    def take(found: re.Match[str]) -> str:
        parts = {name: value for name, value in found.groupdict().items() if value}
        day = _make_day(parts)
        if not day:
            return found[0]
        words = _DAY_WORD.sub("", found[0]).removesuffix(parts.get("tail", "")).strip(" .,")
        days.setdefault(day, WrittenDay(words, day))
        return " "

    for form in _FORMS:
        text = form.sub(take, text)
    return text, list(days.values())


def _make_day(parts: dict[str, str]) -> str:
    """The day of a year, a month's number or name, and a day; empty for one that no calendar has."""
    month = MONTHS.index(parts["name"][:3].lower()) + 1 if "name" in parts else int(parts.get("month", 0))
    year, day = int(parts.get("year", LEAP_YEAR)), int(parts.get("day", 0))
    try:
        whole = date(year, month or 1, day or 1).isoformat()
    except ValueError:
        return ""
    told = whole if day else whole[:7] if month else whole[:4]
    return told if "year" in parts else f"-{told[4:]}"
