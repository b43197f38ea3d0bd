"""The tables of crawling: outlets, feeds, entries, articles, pages, waves and leases."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import CleanText
from storage.models.base import Base, Serial

UNJUDGED = text("judged_at IS NULL")
OPEN = text("finished_at IS NULL")


class OutletModel(Base):
    """What visiting an outlet has shown; the outlet itself is a file of `seeds`."""

    __tablename__ = "outlets"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    state: Mapped[str] = mapped_column(String, default="unproven")
    state_since: Mapped[datetime | None]
    state_reason: Mapped[str] = mapped_column(CleanText, default="")
    first_visit_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since_at: Mapped[datetime | None]
    habits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str] = mapped_column(CleanText, default="")


class FeedModel(Base):
    """One address that is revisited, with what makes the next request conditional."""

    __tablename__ = "feeds"
    __table_args__ = (UniqueConstraint("outlet_id", "url"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlets.id"))
    url: Mapped[str] = mapped_column(CleanText)
    etag: Mapped[str | None] = mapped_column(CleanText)
    last_modified: Mapped[str | None] = mapped_column(CleanText)
    body_hash: Mapped[str | None] = mapped_column(String)
    proven_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    last_status: Mapped[int] = mapped_column(default=0)
    last_reason: Mapped[str] = mapped_column(CleanText, default="")
    failures: Mapped[int] = mapped_column(default=0)
    next_due_at: Mapped[datetime | None]
    read_whole_at: Mapped[datetime | None]
    distrusted_at: Mapped[datetime | None]
    asked_on: Mapped[str] = mapped_column(String, default="")
    asked: Mapped[int] = mapped_column(default=0)
    rhythm: Mapped[dict[str, Any]] = mapped_column(default=dict)


class RobotsModel(Base):
    """What a server's robots.txt said when it was read last."""

    __tablename__ = "robots"
    origin: Mapped[str] = mapped_column(CleanText, primary_key=True)
    text: Mapped[str] = mapped_column(CleanText)
    read_at: Mapped[datetime]


class EntryModel(Base):
    """An address seen in a feed. Without an outcome it is part of the frontier.

    `listed_at`: when a feed still showed it, to a day.
    """

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("identity"),
        Index("ix_entries_frontier", "outlet_id", "outcome", "published_at"),
        Index("ix_entries_url", "url"),
    )
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlets.id"))
    identity: Mapped[str] = mapped_column(CleanText)
    url: Mapped[str] = mapped_column(CleanText)
    feed_url: Mapped[str] = mapped_column(CleanText, default="")
    title: Mapped[str] = mapped_column(CleanText, default="")
    summary: Mapped[str] = mapped_column(CleanText, default="")
    published_at: Mapped[datetime | None]
    date_source: Mapped[str] = mapped_column(String, default="")
    seen_at: Mapped[datetime] = mapped_column(index=True)
    listed_at: Mapped[datetime | None]
    backlog: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str | None] = mapped_column(String)
    reason: Mapped[str] = mapped_column(CleanText, default="")
    screen_version: Mapped[str] = mapped_column(String, default="")
    settled_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]


class ArticleModel(Base):
    """Clean text of one page; a changed page is a further revision. Without `judged_at` it waits for the assessor."""

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("entry_id", "revision"),
        Index("ix_articles_text_hash", "text_hash"),
        Index("ix_articles_url", "url"),
        # The queue stays short while the table grows: only what waits is in this index.
        Index("ix_articles_unjudged", "id", sqlite_where=UNJUDGED, postgresql_where=UNJUDGED),
    )
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    revision: Mapped[int] = mapped_column(default=1)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlets.id"), index=True)
    url: Mapped[str] = mapped_column(CleanText)
    title: Mapped[str] = mapped_column(CleanText)
    lead: Mapped[str] = mapped_column(CleanText, default="")
    text: Mapped[str] = mapped_column(CleanText)
    text_hash: Mapped[str] = mapped_column(String)
    lang: Mapped[str] = mapped_column(String, default="")
    author: Mapped[str] = mapped_column(CleanText, default="")
    published_at: Mapped[datetime | None]
    date_source: Mapped[str] = mapped_column(String, default="")
    modified_at: Mapped[datetime | None]
    from_feed: Mapped[bool] = mapped_column(default=False)
    fetched_at: Mapped[datetime] = mapped_column(index=True)
    judged_at: Mapped[datetime | None]


class PageModel(Base):
    """The raw response behind an article, compressed; kept for a limited time."""

    __tablename__ = "pages"
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    content_type: Mapped[str] = mapped_column(CleanText, default="")
    body: Mapped[bytes] = mapped_column(LargeBinary)
    fetched_at: Mapped[datetime] = mapped_column(index=True)


class WaveModel(Base):
    """One crawl over all outlets that were due."""

    __tablename__ = "waves"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String, default="")


class RunModel(Base):
    """One outlet's part of a wave."""

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("wave_id", "outlet_id"),
        Index("ix_runs_outlet_id", "outlet_id", "id"),
        # Asked for at the beginning of each wave, and nearly always empty.
        Index("ix_runs_open", "started_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("waves.id"))
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlets.id"))
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String, default="")
    reason: Mapped[str] = mapped_column(CleanText, default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class LeaseModel(Base):
    """Who may do a thing now (ask a host, assess, schedule), until when, and when the next one may begin.

    `asked` counts the requests to a host on the day `asked_on` of its outlet.
    """

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String, primary_key=True)
    holder: Mapped[str] = mapped_column(String)
    expires_at: Mapped[datetime]
    next_allowed_at: Mapped[datetime | None]
    asked_on: Mapped[str] = mapped_column(String, default="")
    asked: Mapped[int] = mapped_column(default=0)
