"""The tables of telling: subscriptions, digests, what was told, and deliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import CleanText
from storage.models.base import Base, Serial


class SubscriptionModel(Base):
    """When a subscription began; its wishes are settings.

    `told_through`: whatever became news up to this number was told, was passed over, or is news no longer.
    `changes_through`: up to this number, changes of what it was told have been looked at.
    """

    __tablename__ = "subscriptions"
    name: Mapped[str] = mapped_column(String, primary_key=True)
    created_at: Mapped[datetime]
    told_through: Mapped[int] = mapped_column(BigInteger, default=0)
    changes_through: Mapped[int] = mapped_column(BigInteger, default=0)


class DigestModel(Base):
    """A composed digest, whole, so that it can be sent again as it was. One per subscription and period."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("subscription", "period"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    subscription: Mapped[str] = mapped_column(ForeignKey("subscriptions.name"))
    period: Mapped[str] = mapped_column(String)
    composed_at: Mapped[datetime] = mapped_column(index=True)
    since_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]


class ToldModel(Base):
    """One row per subscription and event: told, or passed over because the filters of that day left it out.

    `told_as` is the event as the reader knows it (`storage.values.Standing`). What is passed over without a digest has
    no `digest_id`.
    """

    __tablename__ = "told"
    subscription: Mapped[str] = mapped_column(ForeignKey("subscriptions.name"), primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True, index=True)
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digests.id"), index=True)
    passed_over: Mapped[bool] = mapped_column(default=False)
    told_as: Mapped[dict[str, Any] | None]


class ToldArticleModel(Base):
    """A page that a subscription was told of, under whichever event, in whichever revision."""

    __tablename__ = "told_articles"
    subscription: Mapped[str] = mapped_column(ForeignKey("subscriptions.name"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True, index=True)


class UnsubscribedModel(Base):
    """A recipient who wishes no more of a subscription; the settings may still name it."""

    __tablename__ = "unsubscribed"
    subscription: Mapped[str] = mapped_column(String, primary_key=True)
    recipient: Mapped[str] = mapped_column(CleanText, primary_key=True)
    left_at: Mapped[datetime]


class DeliveryModel(Base):
    """The handing over of one digest to one recipient.

    `claim` counts those who took it; `claimed_at` is when the last of them was last known to live.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("digest_id", "recipient"),
        Index("ix_deliveries_due", "state", "next_attempt_at"),
    )
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    digest_id: Mapped[int] = mapped_column(ForeignKey("digests.id"))
    notifier: Mapped[str] = mapped_column(String)
    recipient: Mapped[str] = mapped_column(CleanText)
    state: Mapped[str] = mapped_column(String, default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    parts_sent: Mapped[int] = mapped_column(default=0)
    may_repeat: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(CleanText, default="")


class DeliveryRequestModel(Base):
    """What a person asked of a delivery: to send it again (`resend`) or to try no more (`stop`). All of them stay."""

    __tablename__ = "delivery_requests"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), index=True)
    act: Mapped[str] = mapped_column(String)
    reader: Mapped[str] = mapped_column(CleanText, default="")
    asked_at: Mapped[datetime]


class JournalModel(Base):
    """A journal of deliveries that lies outside the database, and up to which of its lines this store agrees with it.
    """

    __tablename__ = "journals"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    begun_at: Mapped[datetime]
    position: Mapped[int] = mapped_column(BigInteger, default=0)


class RecalledModel(Base):
    """An event that a journal says was told, by what it is known by in any store: its pairs, act, day and addresses.

    Kept from the moment when a restored store has its digests made again; its own event may be found later.
    """

    __tablename__ = "recalled"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    subscription: Mapped[str] = mapped_column(ForeignKey("subscriptions.name"), index=True)
    digest_id: Mapped[int] = mapped_column(ForeignKey("digests.id"), index=True)
    act: Mapped[str] = mapped_column(String)
    happened_on: Mapped[str | None] = mapped_column(String)
    pairs: Mapped[list[Any]]
    urls: Mapped[list[Any]]
