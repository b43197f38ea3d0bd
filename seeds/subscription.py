"""A subscription as people write it in the settings; what it is told is the digests' matter."""

import difflib
import re
import unicodedata
from functools import cache
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, StringConstraints, field_validator, model_validator

from seeds.sections import Section

Act = Literal[
    "agreement", "twinning", "visit", "training", "seasonal_workers",
    "trade_promotion", "culture_tourism", "aid", "review", "other",
]
Language = Literal["en", "ko", "vi"]
Schedule = Literal["daily", "weekdays", "weekly", "instant"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORKDAYS = WEEKDAYS[:5]
USUAL_HOUR = 7
NAME = re.compile("[a-z0-9][a-z0-9_-]{0,62}")
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
ANY_DIGIT_OR_LETTER = re.compile(r"\w")
LANGUAGE_CODE = re.compile("[a-z]{2}")
# Codes of countries that people write for languages.
COUNTRIES = {"vn": "vi", "kr": "ko", "jp": "ja", "cn": "zh", "us": "en", "gb": "en"}
# Places and countries that people write for a zone which bears the name of another city.
PLACES = {
    **dict.fromkeys(
        ("hanoi", "ha_noi", "hà_nội", "saigon", "hue", "huế", "da_nang", "danang", "vietnam", "viet_nam", "việt_nam"),
        "Asia/Ho_Chi_Minh",
    ),
    **dict.fromkeys(("korea", "south_korea", "busan", "incheon", "daegu", "gwangju", "서울", "한국"), "Asia/Seoul"),
}
# `GMT+7` is no zone by itself, and the nearest name that is one lies seven hours off.
OFFSET = re.compile(r"(?:UTC|GMT)?\s*\+\s*0?(\d)(?::?00)?", re.I)
OFFSETS = {7: "Asia/Ho_Chi_Minh", 9: "Asia/Seoul"}
ADDRESS = r"[^\s@,;<>]+@[^\s@,;<>]+"
ADDRESSES = {
    # With or without a name before it: `Desk <desk@city.example>`.
    "email": (re.compile(rf"{ADDRESS}|[^@;<>]*<{ADDRESS}>"), "an address such as 'desk@city.example'"),
    "webhook": (re.compile(r"https?://[^\s/@]+(/\S*)?"), "an address such as 'https://desk.city.example/hook'"),
    # Its addresses hold secrets, which stay in Apprise's file.
    "apprise": (re.compile(r"\w[\w.-]*"), "a tag of Apprise's own file, such as 'desk'"),
}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # hundreds of files are looked at


class Subscription(Section):
    """Who wants what, where, when and in which language.

    `hour` is the local hour of `zone` (an IANA name), on the days of `schedule`; `weekday` is that of a weekly digest.
    `instant` has no hour: new ties, agreements and twinnings are told at once. Empty filters let everything pass;
    `localities` holds keys of the gazetteer and includes everything inside them, `keywords` words of which one must
    stand in the news, `languages` those of which one must be an article's, `min_score` is from 0 to 1.
    """

    name: str
    notifier: Literal["email", "slack", "webhook", "apprise"]
    recipients: list[str] = Field(min_length=1)
    language: Language = "en"
    schedule: Schedule = "daily"
    weekday: Weekday = "monday"
    hour: int = Field(default=USUAL_HOUR, ge=0, le=23)
    zone: str = "UTC"
    localities: list[str] = Field(default=[])
    acts: list[Act] = Field(default=[])
    keywords: list[Word] = Field(default=[], max_length=200)
    languages: list[str] = Field(default=[])
    new_ties_only: bool = False
    min_score: float = Field(default=0.0, ge=0, le=1)
    when_empty: Literal["send", "skip"] = "send"

    @field_validator("name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name; one has small letters from a to z, digits, - and _, at most 63, "
                             "and begins with a letter or a digit, such as 'desk-2'")
        return name

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in _zones():
            place = zone.replace(" ", "_").rpartition("/")[2].casefold()
            offset = OFFSET.fullmatch(zone)
            meant = PLACES.get(place) or (OFFSETS.get(int(offset[1])) if offset else None)
            near = [meant] if meant else difflib.get_close_matches(zone, _zones(), 1)
            raise ValueError(f"no time zone {zone!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return zone

    @field_validator("keywords")
    @classmethod
    def _words_with_letters(cls, keywords: list[str]) -> list[str]:
        for word in keywords:
            if not ANY_DIGIT_OR_LETTER.search(word):
                raise ValueError(f"{word!r} has no letter and no digit")
        return [unicodedata.normalize("NFC", word) for word in keywords]

    @field_validator("languages")
    @classmethod
    def _codes(cls, languages: list[str]) -> list[str]:
        for code in languages:
            if code in COUNTRIES:
                raise ValueError(f"{code!r} is no language; did you mean {COUNTRIES[code]!r}?")
            if not LANGUAGE_CODE.fullmatch(code):
                raise ValueError(f"{code!r} is no language; a code of two letters such as 'ko' or 'vi'")
        return languages

    @model_validator(mode="after")
    def _addresses_of_notifier(self) -> Self:
        pattern, advice = ADDRESSES.get(self.notifier, (None, ""))
        for recipient in self.recipients:
            if not recipient.strip() or not recipient.isprintable() or (pattern and not pattern.fullmatch(recipient)):
                raise ValueError(f"no recipient {recipient!r}" + (advice and f"; {advice}"))
        return self

    @model_validator(mode="after")
    def _no_idle_settings(self) -> Self:
        """A setting that would do nothing is a misunderstanding; what stands at its default may stand there."""
        if self.schedule != "weekly" and self.weekday != WEEKDAYS[0]:
            raise ValueError(f"weekday is for schedule = 'weekly', and this one is {self.schedule!r}")
        if self.schedule == "instant" and self.hour != USUAL_HOUR:
            raise ValueError("hour has no meaning with schedule = 'instant'")
        return self

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def weekdays(self) -> tuple[Weekday, ...]:
        """The days on which a digest is due; none where it is told at once."""
        days: dict[Schedule, tuple[Weekday, ...]] = {
            "daily": WEEKDAYS, "weekdays": WORKDAYS, "weekly": (self.weekday,), "instant": ()
        }
        return days[self.schedule]
