"""What the store's questions take and give: frozen values, detached from any session.

Times are aware and in UTC, days are `YYYY-MM-DD` (or `YYYY-MM` where a text gives no more), text is NFC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Outcome = Literal["saved", "screened_out", "known", "refused", "gone", "failed"]
RunOutcome = Literal["fine", "nothing_new", "busy", "blocked", "broken", "unproven", "stopped"]
DeliveryState = Literal["pending", "sending", "sent", "failed", "uncertain"]


@dataclass(frozen=True)
class FeedState:
    """What the last visits of a feed left behind. `failures` counts visits in a row that gave nothing readable."""

    outlet_id: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    proven_at: datetime | None = None
    last_ok_at: datetime | None = None
    failures: int = 0


@dataclass(frozen=True)
class FeedVisit:
    """One visit of a feed: `status` 0 where no answer came; `reason` is empty where the feed was read."""

    outlet_id: str
    url: str
    at: datetime
    status: int
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    entries: int = 0
    reason: str = ""


@dataclass(frozen=True)
class OutletState:
    """What is known of an outlet from visiting it. `state` is one of the health words of the design.

    `failures` counts failing visits in a row, the first of them at `failing_since_at`; `habits` is what is usual for
    it, as the crawler counts it (JSON).
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
class NewFact:
    """Pair, act, stage and day from one article with the words that prove it; offsets are code points of `field`.

    `block` names the present provinces of the pair (`VN-46|KR-44`): facts of one block may be one event. `details` are
    the words behind each part of the fact: {kind, name, field, start, end, quote}.
    """

    vn_key: str
    kr_key: str
    block: str
    act: str
    stage: str
    happened_on: str | None
    quote: str
    field: str
    start: int
    end: int
    details: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class NewVerdict:
    """The verdict for one article by one version of the rules; the main fact comes first."""

    article_id: int
    rules_version: str
    verdict: Literal["yes", "no", "unsure"]
    score: float
    act: str | None
    evidence: tuple[dict[str, Any], ...] = ()
    facts: tuple[NewFact, ...] = ()


@dataclass(frozen=True)
class JudgedArticle:
    """The newest revision of a page with the verdict that counts for it; `events` are those that it proves."""

    article: StoredArticle
    rules_version: str
    verdict: str
    score: float
    facts: tuple[NewFact, ...]
    events: tuple[str, ...]


@dataclass(frozen=True)
class ScreenedEntry:
    """An entry whose page named nothing of the other country when it was fetched."""

    id: int
    outlet_id: str
    url: str
    title: str
    screen_version: str


@dataclass(frozen=True)
class BlockFact:
    """A stored fact of a block, with what grouping needs to know of its article. `block` is `VN-46|KR-44`."""

    id: int
    article_id: int
    outlet_id: str
    url: str
    lang: str
    verdict: str
    block: str
    vn_key: str
    kr_key: str
    act: str
    stage: str
    happened_on: str | None
    published_at: datetime | None
    fetched_at: datetime
    backlog: bool
    title: str
    text: str
    quote: str
    position: int
    score: float = 0.0


@dataclass(frozen=True)
class EventArticle:
    """An article of an event, as it is shown."""

    article_id: int
    url: str
    outlet_id: str
    lang: str
    title: str
    published_at: datetime | None
    quote: str = ""


@dataclass(frozen=True)
class EventView:
    """An event with its pairs (main pair first) and its articles (first published first).

    `verdict` is what readers judged; else `yes` as soon as one article says so, else `unsure`. Only a reader's can be
    `no`: such an event is refuted and shown where it is asked for. `backlog` events are never news.
    `earlier_events` counts events of the main pair that happened before; `known_since` is the first day of its tie.
    """

    id: str
    act: str
    stage: str
    happened_on: str | None
    verdict: str
    backlog: bool
    new_tie: bool
    first_seen_at: datetime
    pairs: tuple[tuple[str, str], ...]
    articles: tuple[EventArticle, ...]
    score: float = 0.0
    earlier_events: int = 0
    known_since: str | None = None


@dataclass(frozen=True)
class EventRow:
    """An event as grouping decides it; `fact_ids` are the facts that belong to it, the best proof first."""

    id: str
    block: str
    act: str
    stage: str
    happened_on: str | None
    verdict: str
    backlog: bool
    score: float
    pairs: tuple[tuple[str, str], ...]
    fact_ids: tuple[int, ...]


@dataclass(frozen=True)
class EventChange:
    """What grouping did to a known event: `merged` into `other_id`, or `split`: stories of it went there.

    `changed_at` is set on those that come from the store.
    """

    event_id: str
    kind: Literal["merged", "split"]
    other_id: str
    reason: str
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Judgement:
    """A reader's yes or no on an event; `reader` is who, as they gave their name. The latest one counts."""

    event_id: str
    answer: Literal["yes", "no"]
    reader: str
    judged_at: datetime


@dataclass(frozen=True)
class TieRow:
    """The standing relation of a pair. `source` is `known` (from seeds) or `events`."""

    vn_key: str
    kr_key: str
    kind: str
    since: str | None
    last_event_on: str | None
    events: int
    source: str


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
class LedgerLine:
    """What a period covered for one outlet: its runs, what they brought, and its state now."""

    outlet_id: str
    state: str
    state_since: datetime | None
    state_reason: str
    last_seen_at: datetime | None
    last_new_at: datetime | None
    runs: int
    entries: int
    articles: int


@dataclass(frozen=True)
class DeliveryRow:
    """The handing over of one digest to one recipient."""

    id: int
    digest_id: int
    subscription: str
    notifier: str
    recipient: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    parts_sent: int
    may_repeat: bool
    reason: str


@dataclass(frozen=True)
class DigestRow:
    """A composed digest: `content` is the whole of it as JSON, so that it can be sent again as it was."""

    id: int
    subscription: str
    composed_at: datetime
    since_at: datetime
    content: dict[str, Any]
