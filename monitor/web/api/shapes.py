"""The shapes of what the API answers and takes, as its OpenAPI document shows them; they hold nothing but types."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor.judgements import LONGEST_NAME
from monitor.web.filters import BIGGEST

EventId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.-]{1,64}$")]
Reader = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, description="Who says so.")]
Moment = Annotated[str, Field(description="ISO 8601 with the offset of the outlet's or the reader's zone.")]
Share = Annotated[float, Field(ge=0, le=1)]
Day = Annotated[str, Field(description="`YYYY-MM-DD`, or `YYYY-MM` where a text gives no more.")]


class Shape(BaseModel):
    """No key but those that are named."""

    model_config = ConfigDict(extra="forbid")


class Error(Shape):
    """Every refusal: what is wrong, in one line."""

    detail: str


class Place(Shape):
    key: str
    name: str


class Pair(Shape):
    vn: Place
    kr: Place


class Article(Shape):
    url: str
    outlet: str
    lang: str
    title: str
    published_at: Moment | None


class Event(Shape):
    """As `twinwatch events --format jsonl` prints it."""

    id: str
    act: str
    stage: str
    happened_on: Day | None
    pairs: list[Pair]
    new_tie: bool
    first_seen_at: Moment
    articles: list[Article]


class Fact(Shape):
    """What one article says, with its words. `article` is its number, which `split` takes."""

    vn: Place
    kr: Place
    act: str
    stage: str
    happened_on: Day | None
    quote: str
    article: int
    url: str
    outlet: str
    lang: str


class Judgement(Shape):
    answer: Literal["yes", "no"]
    reader: str
    subscription: Annotated[str, Field(description="Set where the link in one of its digests was used.")]
    judged_at: Moment
    withdrawn_at: Moment | None
    withdrawn_by: str


class Correction(Shape):
    """A merge or a split by a reader; `undo` takes its number."""

    id: int
    kind: Literal["merge", "split"]
    reader: str
    made_at: Moment
    withdrawn_at: Moment | None
    withdrawn_by: str


class WholeEvent(Event):
    """An event with all that is known of it."""

    verdict: Literal["yes", "no", "unsure"]
    score: Share
    told: Annotated[int, Field(description="To so many subscriptions.")]
    backlog: bool
    facts: list[Fact]
    judgements: list[Judgement]
    corrections: list[Correction]
    fields: Annotated[list[str], Field(description="Of cooperation (`agriculture`), the most named first.")]


class Reason(Shape):
    """A rule that fired: its points for (above 0) or against; `words` stand in `field` from `start` to `end`."""

    rule: str
    why: str
    points: float
    strength: str
    words: str
    field: str
    start: int
    end: int


class Mention(Shape):
    """A place that was found in the story; `acts` says whether it can be one who acts there."""

    words: str
    field: str
    start: int
    end: int
    key: str
    name: str
    country: str
    kind: str
    rule: str
    why: str
    acts: bool
    sure: Share


class Rules(Shape):
    """All that led to the verdict on one story of an event, in the language of `Accept-Language`."""

    event: str
    article: int
    verdict: str
    score: Share
    points: Annotated[float, Field(description="The sum of the reasons.")]
    yes_from: Annotated[float, Field(description="The score from which a story counts.")]
    rules_version: str
    reasons: list[Reason]
    mentions: list[Mention]


class Tie(Shape):
    vn: str
    kr: str
    kind: str
    since: Day | None
    last_event_on: Day | None
    events: int
    source: Literal["known", "events"]
    vn_key: str
    kr_key: str


class Outlet(Shape):
    id: str
    name: str
    country: str
    lang: str
    kind: str
    state: str
    state_since: Moment | None
    reason: str
    last_seen_at: Moment | None
    last_new_at: Moment | None
    next_due_at: Moment | None
    homepage: str
    feeds: list[str]
    per_day: Annotated[float, Field(description="Entries of a usual day of late.")]
    entries: Annotated[list[int], Field(description="Of each day of late, today last.")]
    refusals: dict[str, int]
    paused_at: Moment | None
    paused_by: str


class Digest(Shape):
    """`states` counts its deliveries by state."""

    id: int
    subscription: str
    period: str
    composed_at: Moment
    events: int
    states: dict[str, int]


class Delivery(Shape):
    id: int
    digest: int
    subscription: str
    notifier: str
    recipient: str
    state: str
    attempts: int
    may_repeat: bool
    created_at: Moment
    sent_at: Moment | None
    next_attempt_at: Moment | None
    reason: str


class WholeDigest(Shape):
    """A digest as it was composed; `content` is as webhooks are handed it."""

    id: int
    subscription: str
    composed_at: Moment
    content: dict[str, Any]
    deliveries: list[Delivery]


class Run(Shape):
    id: int
    wave: int
    outlet: str
    started_at: Moment
    finished_at: Moment | None
    outcome: str
    reason: str
    counts: dict[str, Any]


class Coverage(Shape):
    """As `twinwatch coverage --format json` prints it."""

    days: int
    until_at: Moment
    hits: int
    unjudged: int
    services: dict[str, Any]
    languages: dict[str, Any]
    missed: list[dict[str, Any]]


Next = Annotated[str | None, Field(description="The `cursor` of the following page; null on the last one.")]


class Today(Shape):
    """The next digest as it stands now, as webhooks are handed it; null without subscriptions.

    `due_at` is null where it is told at once.
    """

    subscription: str
    due_at: Moment | None
    content: dict[str, Any] | None


class Subscription(Shape):
    name: str
    notifier: str
    language: str
    recipients: int
    due_at: Moment | None


class SubscriptionList(Shape):
    items: list[Subscription]


class Month(Shape):
    month: Annotated[str, Field(description="`YYYY-MM`.")]
    total: int
    acts: dict[str, int]


class Timeline(Shape):
    items: list[Month]


class Point(Shape):
    """In degrees (WGS 84)."""

    latitude: float
    longitude: float


class TieOnMap(Tie):
    vn_point: Point | None
    kr_point: Point | None


class TieMap(Shape):
    items: list[TieOnMap]
    all: int


class EventList(Shape):
    items: list[Event]
    next: Next


class TieList(Shape):
    items: list[Tie]
    next: Next


class WholeTie(Shape):
    """One tie, and a page of its events, newest day first."""

    tie: Tie
    items: list[Event]
    next: Next


class OutletList(Shape):
    items: list[Outlet]
    next: Next


class DigestList(Shape):
    items: list[Digest]
    next: Next


class RunList(Shape):
    items: list[Run]
    next: Next


class DeliveryList(Shape):
    items: list[Delivery]
    next: Next


class Said(Shape):
    answer: Literal["yes", "no"]
    reader: Reader


class Who(Shape):
    reader: Reader


class Merge(Shape):
    """`other` becomes part of the event that the address names."""

    other: EventId
    reader: Reader


class Split(Shape):
    """What this article tells becomes an event of its own."""

    article: Annotated[int, Field(ge=1, le=BIGGEST)]
    reader: Reader
