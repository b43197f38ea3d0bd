"""A subscription as people write it in the settings; what it is told is the digests' matter."""

import difflib
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from seeds.sections import Section

Act = Literal[
    "agreement", "twinning", "visit", "training", "seasonal_workers",
    "trade_promotion", "culture_tourism", "aid", "review", "other",
]
Language = Literal["en", "ko", "vi"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class Subscription(Section):
    """Who wants what, where, when and in which language.

    `hour` is the local hour of `zone` (an IANA name). Empty filters let everything pass;
    `localities` holds keys of the gazetteer and includes everything inside them.
    """

    name: Name
    notifier: Literal["email", "slack"]
    recipients: list[str] = Field(min_length=1)
    language: Language = "en"
    hour: int = Field(default=7, ge=0, le=23)
    zone: str = "UTC"
    localities: list[str] = Field(default=[])
    acts: list[Act] = Field(default=[])
    languages: list[str] = Field(default=[])
    new_ties_only: bool = False
    when_empty: Literal["send", "skip"] = "send"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            near = difflib.get_close_matches(zone, available_timezones(), 1)
            raise ValueError(f"no time zone {zone!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return zone

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
