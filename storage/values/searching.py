"""What the questions about found feeds and query feeds take and give."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FoundFeed:
    """A feed that was found at an outlet and that its declaration does not name; `kind` as in `seeds.outlet`."""

    outlet_id: str
    url: str
    kind: str
    found_at: datetime


@dataclass(frozen=True)
class QueryTurn:
    """One request to a query service. `reason` is empty where its answer was read."""

    service: str
    query: str
    asked_at: datetime
    hits: int
    reason: str
    rests_until: datetime | None


@dataclass(frozen=True)
class NewHit:
    """A story that a query service showed. `host` is its publisher's; `identity` its entry's, empty where none is."""

    service: str
    url: str
    host: str
    outlet_id: str
    identity: str = ""
    title: str = ""
    lang: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True)
class Hit:
    """A hit as it lies in the store, with what became of its story.

    `outlet_seen_at` is when a feed of the outlet itself showed it, before or after. `verdict` and `event_id` are those
    of its article, empty where there is none or it is not judged yet.
    """

    id: int
    service: str
    url: str
    host: str
    outlet_id: str
    identity: str
    title: str
    lang: str
    published_at: datetime | None
    found_at: datetime
    outlet_seen_at: datetime | None
    verdict: str = ""
    event_id: str = ""


@dataclass(frozen=True)
class EventSource:
    """An article of an event: where its entry was seen first (`query:<service>`, a feed, or nothing known)."""

    event_id: str
    lang: str
    identity: str
    feed_url: str
