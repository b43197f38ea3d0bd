"""The tables of searching: feeds found for outlets, what query feeds were asked for, and what they showed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import CleanText
from storage.models.base import Base, Serial


class FeedSearchModel(Base):
    """When an outlet's site was last looked through for feeds."""

    __tablename__ = "feed_searches"
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlets.id"), primary_key=True)
    searched_at: Mapped[datetime]


class FoundFeedModel(Base):
    """A feed that was found at an outlet and that its declaration does not name."""

    __tablename__ = "found_feeds"
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlets.id"), primary_key=True)
    url: Mapped[str] = mapped_column(CleanText, primary_key=True)
    kind: Mapped[str] = mapped_column(String)
    found_at: Mapped[datetime]


class QueryTurnModel(Base):
    """One request to a query service: what was asked, what came of it, and until when the service is left alone."""

    __tablename__ = "query_turns"
    __table_args__ = (Index("ix_query_turns_service_asked_at", "service", "asked_at"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    service: Mapped[str] = mapped_column(String)
    query: Mapped[str] = mapped_column(CleanText)
    asked_at: Mapped[datetime]
    hits: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(CleanText, default="")
    rests_until: Mapped[datetime | None]


class HitModel(Base):
    """A story that a query service showed. `identity` is its entry's, empty while there is none.

    `outlet_seen_at` is when a feed of the outlet itself showed it, before or after.
    """

    __tablename__ = "hits"
    __table_args__ = (UniqueConstraint("service", "url"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    service: Mapped[str] = mapped_column(String)
    url: Mapped[str] = mapped_column(CleanText)
    host: Mapped[str] = mapped_column(CleanText)
    outlet_id: Mapped[str] = mapped_column(String)
    identity: Mapped[str] = mapped_column(CleanText, default="", index=True)
    title: Mapped[str] = mapped_column(CleanText, default="")
    lang: Mapped[str] = mapped_column(String, default="")
    published_at: Mapped[datetime | None]
    found_at: Mapped[datetime] = mapped_column(index=True)
    outlet_seen_at: Mapped[datetime | None]
