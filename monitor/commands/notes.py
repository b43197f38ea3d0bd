"""What `explain` says, as values that become JSON as they are; their names are the keys of its contract."""

from dataclasses import dataclass
from typing import Any, Literal

from monitor.judging.explanation import Grouping, StoryExplanation


@dataclass(frozen=True)
class PairNote:
    """A pair with its names in English."""

    vn_key: str
    vn_name: str
    kr_key: str
    kr_name: str


@dataclass(frozen=True)
class StoredVerdict:
    """The verdict that lies in the store, and whether it is by today's rules."""

    verdict: str
    score: float
    rules_version: str
    is_of_today: bool


@dataclass(frozen=True)
class EventNote:
    """An event, its stories, and why they are together; instants are ISO 8601."""

    kind: Literal["event"]
    id: str
    act: str
    stage: str
    happened_on: str | None
    verdict: str
    pairs: tuple[PairNote, ...]
    judgements: tuple[dict[str, Any], ...]
    changes: tuple[dict[str, Any], ...]
    grouping: Grouping | None
    articles: tuple["StoryNote", ...]


@dataclass(frozen=True)
class StoryNote:
    """A story with its explanation; `stored` and `events` only where it is in the store."""

    kind: Literal["article", "story"]
    id: str | int
    url: str
    outlet: str
    lang: str
    title: str
    published_at: str | None
    stored: StoredVerdict | None
    explanation: StoryExplanation
    events: tuple[EventNote, ...]
