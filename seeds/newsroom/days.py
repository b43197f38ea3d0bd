"""Days in the words of a newspaper: fills tokens such as `{day.dm}` or `{day+3.en}`. It reads no clock."""

import re
from collections.abc import Callable
from datetime import date, timedelta

TOKEN = re.compile(r"\{day([+-]\d+)?\.([a-z_]+)\}")
MONTHS_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
             "November", "December")
MONTHS_PL = ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września",
             "października", "listopada", "grudnia")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS_VI = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")

FORMS: dict[str, Callable[[date], str]] = {
    "dm": lambda d: f"{d.day}/{d.month}",
    "dmy": lambda d: f"{d.day}/{d.month}/{d.year}",
    "dotted": lambda d: f"{d.day}.{d.month}",
    "vi": lambda d: f"{d.day} tháng {d.month}",
    "ko": lambda d: f"{d.day}일",
    "ko_md": lambda d: f"{d.month}월 {d.day}일",
    "ko_ymd": lambda d: f"{d.year}년 {d.month}월 {d.day}일",
    "en": lambda d: f"{MONTHS_EN[d.month - 1]} {d.day}",
    "en_y": lambda d: f"{MONTHS_EN[d.month - 1]} {d.day}, {d.year}",
    "pl": lambda d: f"{d.day} {MONTHS_PL[d.month - 1]}",
    "weekday_en": lambda d: WEEKDAYS_EN[d.weekday()],
    "weekday_vi": lambda d: WEEKDAYS_VI[d.weekday()],
    "year": lambda d: str(d.year),
}


def fill_days(text: str, day: date) -> str:
    """`text` with each token replaced by `day`, moved by the token's offset; KeyError for an unknown form."""
    def fill(match: re.Match[str]) -> str:
        return FORMS[match[2]](day + timedelta(days=int(match[1] or 0)))
    return TOKEN.sub(fill, text)
