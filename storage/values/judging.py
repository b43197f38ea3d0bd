"""What the questions about judging take and give.

Times are aware and in UTC, days are `YYYY-MM-DD` (or `YYYY-MM` where a text gives no more), text is NFC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from storage.values.crawling import StoredArticle


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
    entry_id: int = 0


@dataclass(frozen=True)
class EventArticle:
    """An article of an event, as it is shown.

    Of its facts that belong to the event, `quote` proves the one that tells most of what the event's headline says;
    `gaps` counts what that fact does not tell so: the main pair, the act, the stage.
    """

    article_id: int
    url: str
    outlet_id: str
    lang: str
    title: str
    published_at: datetime | None
    quote: str = ""
    gaps: int = 0


@dataclass(frozen=True)
class EventView:
    """An event with its pairs (main pair first) and its articles (first published first).

    `verdict` is what readers judged; else `yes` as soon as one article says so, else `unsure`. Only a reader's can be
    `no`: such an event is refuted and shown where it is asked for. `backlog` events are never news.
    `earlier_events` counts events of the main pair that happened before; `known_since` is the first day of its tie.
    `changed_at` is when it came to look another way: by an article, a stage, a judgement, a merge.
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
    changed_at: datetime | None = None


class EventBrief(NamedTuple):
    """An event as a list shows it: of its articles only what stands in one line. A tuple, as there are many at once.

    `articles` counts them; `langs` and `outlets` are theirs in the order of publication, `title` is the first one's.
    `quotes` are the first of each language, of those that prove most of the headline: language, outlet and words. What
    is named as in EventView is the same.
    """

    id: str
    act: str
    stage: str
    happened_on: str | None
    verdict: str
    backlog: bool
    new_tie: bool
    first_seen_at: datetime
    changed_at: datetime
    pairs: tuple[tuple[str, str], ...] = ()
    articles: int = 0
    langs: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    title: str = ""
    quotes: tuple[tuple[str, str, str], ...] = ()


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
    """A reader's yes or no on an event; `reader` is who, as they gave their name. The latest one counts.

    One that was withdrawn counts no more; it is kept with the instant and with who took it back. `subscription` is set
    where a digest's signed link was used: these are the same for all its recipients, so nobody knows which of them it
    was, or to whom they passed it on.
    """

    event_id: str
    answer: Literal["yes", "no"]
    reader: str
    judged_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    subscription: str = ""


@dataclass(frozen=True)
class FactName:
    """A fact by what outlives its number: the page that it is from, its pair and its act."""

    entry_id: int
    vn_key: str
    kr_key: str
    act: str


@dataclass(frozen=True)
class Correction:
    """What a reader said of grouping: the events of two facts are one, or `one` tells of another event than `other`.

    One that was withdrawn counts no more, and is kept. `id` is 0 before it is saved.
    """

    block: str
    kind: Literal["merge", "split"]
    one: FactName
    other: FactName
    reader: str
    made_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    id: int = 0


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
