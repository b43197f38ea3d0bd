"""What the questions about crawling take and give.

Times are aware and in UTC, days are `YYYY-MM-DD` (or `YYYY-MM` where a text gives no more), text is NFC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Outcome = Literal["saved", "screened_out", "known", "refused", "gone", "failed"]
RunOutcome = Literal["fine", "nothing_new", "busy", "blocked", "broken", "unproven", "stopped"]


@dataclass(frozen=True)
class FeedState:
    """What the last visits of a feed left behind. `failures` counts visits in a row that gave nothing readable.

    `read_whole_at` is when it was last asked for without conditions and read, `distrusted_at` when its validators were
    found to lie. `asked` counts its visits of the day `asked_on`; `rhythm` is what it was found to publish (JSON).
    """

    outlet_id: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    proven_at: datetime | None = None
    last_ok_at: datetime | None = None
    failures: int = 0
    last_at: datetime | None = None
    next_due_at: datetime | None = None
    read_whole_at: datetime | None = None
    distrusted_at: datetime | None = None
    asked_on: str = ""
    asked: int = 0
    rhythm: dict[str, Any] = field(default_factory=dict)
    last_reason: str = ""


@dataclass(frozen=True)
class FeedPlan:
    """When a feed is due next, its visits of the day `asked_on` so far, and the rhythm that this was planned by."""

    url: str
    next_due_at: datetime
    asked_on: str
    asked: int
    rhythm: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FeedVisit:
    """One visit of a feed: `status` 0 where no answer came; `reason` is empty where the feed was read.

    `whole` is true where no condition was sent; `lied` where its validators stayed though it had something new.
    """

    outlet_id: str
    url: str
    at: datetime
    status: int
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    entries: int = 0
    reason: str = ""
    whole: bool = False
    lied: bool = False


@dataclass(frozen=True)
class OutletState:
    """What is known of an outlet from visiting it. `state` is one of the health words of the design.

    `failures` counts failing visits in a row, the first of them at `failing_since_at`; `habits` is what is usual for
    it, as the crawler counts it (JSON). `paused_at` is when a person paused it: it is not visited until they resume it.
    """

    outlet_id: str
    state: str = "unproven"
    state_since: datetime | None = None
    state_reason: str = ""
    first_visit_at: datetime | None = None
    last_seen_at: datetime | None = None
    last_new_at: datetime | None = None
    next_due_at: datetime | None = None
    failures: int = 0
    failing_since_at: datetime | None = None
    habits: dict[str, Any] = field(default_factory=dict)
    paused_at: datetime | None = None
    paused_by: str = ""


@dataclass(frozen=True)
class NewEntry:
    """An address seen in a feed. `identity` is unique over all outlets; `backlog` entries are never news."""

    outlet_id: str
    identity: str
    url: str
    feed_url: str = ""
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    date_source: str = ""
    backlog: bool = False


@dataclass(frozen=True)
class FrontierEntry:
    """An entry that still has to be fetched."""

    id: int
    outlet_id: str
    identity: str
    url: str
    title: str
    summary: str
    published_at: datetime | None
    backlog: bool
    attempts: int


@dataclass(frozen=True)
class NewArticle:
    """Clean text of one page, ready to be saved."""

    outlet_id: str
    url: str
    title: str
    text: str
    lead: str = ""
    lang: str = ""
    author: str = ""
    published_at: datetime | None = None
    date_source: str = ""
    modified_at: datetime | None = None
    from_feed: bool = False


@dataclass(frozen=True)
class StoredArticle:
    """An article as it lies in the store; `revision` counts from 1, `backlog` is its entry's."""

    id: int
    entry_id: int
    outlet_id: str
    identity: str
    url: str
    title: str
    lead: str
    text: str
    lang: str
    author: str
    published_at: datetime | None
    date_source: str
    fetched_at: datetime
    revision: int
    from_feed: bool
    backlog: bool


@dataclass(frozen=True)
class ScreenedEntry:
    """An entry whose page named nothing of the other country when it was fetched."""

    id: int
    outlet_id: str
    url: str
    title: str
    screen_version: str


@dataclass(frozen=True)
class RunRow:
    """One outlet's part of a wave, with counts by name and its outcome."""

    id: int
    wave_id: int
    outlet_id: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    reason: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RunEnds:
    """How many runs of an outlet began in a period, and when one of them came to its end last; None where none did."""

    begun: int
    ended_at: datetime | None


@dataclass(frozen=True)
class LedgerLine:
    """What a period covered for one outlet: its runs, what they brought, and its state now.

    `waiting` pages that may be news were announced before its end and are not settled; `arriving` counts those of them
    that came so late that the wave which found them may still be reading.
    """

    outlet_id: str
    state: str
    state_since: datetime | None
    state_reason: str
    last_seen_at: datetime | None
    last_new_at: datetime | None
    runs: int
    entries: int
    articles: int
    waiting: int = 0
    arriving: int = 0
