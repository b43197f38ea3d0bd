"""What the questions about telling take and give.

Times are aware and in UTC, days are `YYYY-MM-DD` (or `YYYY-MM` where a text gives no more), text is NFC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage.values.judging import EventView

DeliveryState = Literal["pending", "sending", "sent", "failed", "uncertain"]


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
    claim: int = 0


@dataclass(frozen=True)
class DeliveryRequest:
    """What a person asked of a delivery, and who and when, as they gave their name."""

    delivery_id: int
    act: Literal["resend", "stop"]
    reader: str
    asked_at: datetime


@dataclass(frozen=True)
class DigestRow:
    """A composed digest: `content` is the whole of it as JSON, so that it can be sent again as it was."""

    id: int
    subscription: str
    composed_at: datetime
    since_at: datetime
    content: dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """An event as a reader was told of it; `event_id` is the one that it was told as, before any merge or split."""

    event_id: str
    headline: str
    verdict: str
    act: str
    happened_on: str | None
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ChangedEvent:
    """A told event that looks another way since; `event` is what it is now, or what it was merged into.

    `origin` says how `told_as` came to it: told itself, taken over in a merge, or as a part split off. `kept_as` is how
    the event that it was merged into was told. `later` are the articles of `event` that were not told, backlog left
    out. An event without articles has lost its proof.
    """

    id: str
    event: EventView
    told_as: Standing | None
    origin: Literal["itself", "merged", "split"]
    kept_as: Standing | None
    later: frozenset[int]


@dataclass(frozen=True)
class Changes:
    """The told events that changed between two marks; `ends_at` is the mark of a digest that tells of them."""

    events: tuple[ChangedEvent, ...]
    begins_at: int
    ends_at: int


@dataclass(frozen=True)
class UnsubscribedRow:
    """A recipient who gets no more of a subscription since `left_at`."""

    subscription: str
    recipient: str
    left_at: datetime


@dataclass(frozen=True)
class ToldEvent:
    """A told event by what it is known by in any store, as ids differ: main pair first in `pairs`."""

    act: str
    happened_on: str | None
    pairs: tuple[tuple[str, str], ...]
    urls: tuple[str, ...]


@dataclass(frozen=True)
class Telling:
    """A digest as a journal keeps it: enough to make it again in a store that does not have it."""

    subscription: str
    period: str
    composed_at: datetime
    since_at: datetime
    notifier: str
    recipients: tuple[str, ...]
    content: dict[str, Any]
    told: tuple[ToldEvent, ...]


@dataclass(frozen=True)
class RecalledDelivery:
    """How the handing over to one recipient stands, as a journal has it."""

    recipient: str
    state: DeliveryState
    at: datetime
    parts_sent: int = 0
    reason: str = ""


@dataclass(frozen=True)
class JournalMark:
    """A line of a journal, by its number."""

    journal: str
    position: int
