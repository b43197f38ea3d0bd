"""What the questions of the dashboard take and give.

Times are aware and in UTC, days are `YYYY-MM-DD` (or `YYYY-MM` where a text gives no more), text is NFC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.values.judging import FactName


@dataclass(frozen=True)
class SearchWord:
    """One word that is searched for, folded (`storage.folding`), with the places and outlets whose names hold it.

    `kinds` are acts with stages of which pages say it. `day` is set where it is a day, a month or a year; one of any
    year is `--MM-DD` or `--MM`. `is_new_tie` where pages say it of events of a pair that was not known.
    """

    folded: str
    keys: tuple[str, ...] = ()
    outlet_ids: tuple[str, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    day: str = ""
    is_new_tie: bool = False


@dataclass(frozen=True)
class EventQuery:
    """What a page of events is narrowed to, newest day first.

    `keys` are a place with everything inside it. `since_on` and `until_on` bound the day. `before` is the cursor of the
    page before: the day and the id of its last event. An event holds all `words`. `block` is that of its grouping;
    an empty `verdict` is any but `no`. `by_sight` puts those first that were
    seen last, instead of those that happened last.
    """

    keys: tuple[str, ...] = ()
    act: str = ""
    stage: str = ""
    lang: str = ""
    outlet_id: str = ""
    since_on: str = ""
    until_on: str = ""
    words: tuple[SearchWord, ...] = ()
    verdict: str = "yes"
    pair: tuple[str, str] | None = None
    before: tuple[str, str] | None = None
    limit: int = 50
    by_sight: bool = False
    block: str = ""


@dataclass(frozen=True)
class EventFact:
    """A fact of an event with its article, and the text around its quote.

    `start` and `end` of the quote, and of the details, are offsets into `context`.
    """

    id: int
    name: FactName
    stage: str
    happened_on: str | None
    context: str
    start: int
    end: int
    article_id: int
    url: str
    outlet_id: str
    lang: str
    title: str
    details: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class MonthCount:
    """How many events of an act a month has (`YYYY-MM`)."""

    month: str
    act: str
    events: int


@dataclass(frozen=True)
class OutletFigures:
    """What an outlet brought of late: entries by day (oldest first), and refusals by reason."""

    entries: tuple[int, ...] = ()
    refusals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DigestHead:
    """A digest without its content, and how its deliveries stand, by state."""

    id: int
    subscription: str
    period: str
    composed_at: datetime
    events: int
    states: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Totals:
    """Counts by outcome, state or reason, as they are stored; an empty word is a run or an entry without outcome yet.

    `runs`, `entries`, `refusals` and `verdicts` are of a period, the others of everything. `events` has
    verdict and backlog.
    """

    runs: dict[str, int]
    entries: dict[str, int]
    refusals: dict[str, int]
    articles: int
    unjudged: int
    verdicts: dict[str, int]
    events: dict[tuple[str, bool], int]
    deliveries: dict[str, int]
    digests: int
    unsubscribed: int
    failing_feeds: int
    last_wave_at: datetime | None
