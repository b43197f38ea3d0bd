"""The tables: one for each word of the vocabulary, with constraints that carry its rules."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.columns import CleanText, UtcDateTime

# Named constraints, so that a migration can drop them on both databases.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
UNJUDGED = text("judged_at IS NULL")
Serial = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys by itself


class Base(DeclarativeBase):
    """What all tables share: type of times and names of constraints.

    Strings have no length: SQLite would not hold to it, and PostgreSQL gains nothing from it.
    """

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


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


class RobotsModel(Base):
    """What a server's robots.txt said when it was read last."""

    __tablename__ = "robots"
    origin: Mapped[str] = mapped_column(CleanText, primary_key=True)
    text: Mapped[str] = mapped_column(CleanText)
    read_at: Mapped[datetime]


class EntryModel(Base):
    """An address seen in a feed. Without an outcome it is part of the frontier."""

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
    __table_args__ = (UniqueConstraint("wave_id", "outlet_id"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("waves.id"))
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlets.id"))
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String, default="")
    reason: Mapped[str] = mapped_column(CleanText, default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class VerdictModel(Base):
    """One verdict per article and rules version, with its evidence.

    `latest` marks the one that counts for its page: the newest verdict on the newest revision that was judged.
    """

    __tablename__ = "verdicts"
    __table_args__ = (UniqueConstraint("article_id", "rules_version"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    rules_version: Mapped[str] = mapped_column(String)
    verdict: Mapped[str] = mapped_column(String)
    score: Mapped[float] = mapped_column(Float)
    act: Mapped[str | None] = mapped_column(String)
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    judged_at: Mapped[datetime]
    latest: Mapped[bool] = mapped_column(default=True)


class EventModel(Base):
    """Something that happened once. A merged event points to the one that goes on.

    `news_number` counts up, in the order of the commits, each time an event becomes news; 0 for what never was.
    """

    __tablename__ = "events"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    block: Mapped[str] = mapped_column(String, index=True)
    act: Mapped[str] = mapped_column(String)
    stage: Mapped[str] = mapped_column(String)
    happened_on: Mapped[str | None] = mapped_column(String)
    verdict: Mapped[str] = mapped_column(String)
    score: Mapped[float] = mapped_column(Float, default=0.0)
    backlog: Mapped[bool] = mapped_column(default=False)
    new_tie: Mapped[bool] = mapped_column(default=False)
    first_seen_at: Mapped[datetime] = mapped_column(index=True)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("events.id"))
    news_number: Mapped[int] = mapped_column(BigInteger, default=0, index=True)


class EventPairModel(Base):
    """A pair of an event; position 0 is the main pair. Events that were merged or lost their facts have none.

    `dated_on` is the day by which events of a pair are in order: of the happening, else of the first sight.
    """

    __tablename__ = "event_pairs"
    __table_args__ = (
        Index("ix_event_pairs_pair", "vn_key", "kr_key", "dated_on", "event_id"),
        Index("ix_event_pairs_kr_key", "kr_key"),
    )
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True)
    vn_key: Mapped[str] = mapped_column(String, primary_key=True)
    kr_key: Mapped[str] = mapped_column(String, primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    dated_on: Mapped[str] = mapped_column(String)


class FactModel(Base):
    """Pair, act, stage and day of one article.

    `waiting`: its block has to be grouped, because the fact is new or because its verdict no longer counts.
    """

    __tablename__ = "facts"
    __table_args__ = (
        UniqueConstraint("verdict_id", "position"),
        Index("ix_facts_block_event", "block", "event_id"),
        Index("ix_facts_waiting", "block", sqlite_where=text("waiting IS 1"), postgresql_where=text("waiting IS true")),
    )
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdicts.id", ondelete="CASCADE"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    position: Mapped[int]
    block: Mapped[str] = mapped_column(String)
    vn_key: Mapped[str] = mapped_column(String)
    kr_key: Mapped[str] = mapped_column(String)
    act: Mapped[str] = mapped_column(String)
    stage: Mapped[str] = mapped_column(String)
    happened_on: Mapped[str | None] = mapped_column(String)
    quote: Mapped[str] = mapped_column(CleanText)
    field: Mapped[str] = mapped_column(String)
    start: Mapped[int]
    end: Mapped[int]
    details: Mapped[list[Any]] = mapped_column(default=list)
    event_id: Mapped[str | None] = mapped_column(ForeignKey("events.id"), index=True)
    waiting: Mapped[bool] = mapped_column(default=True)


class TieModel(Base):
    """The standing relation of a pair."""

    __tablename__ = "ties"
    vn_key: Mapped[str] = mapped_column(String, primary_key=True)
    kr_key: Mapped[str] = mapped_column(String, primary_key=True)
    kind: Mapped[str] = mapped_column(String)
    since: Mapped[str | None] = mapped_column(String)
    last_event_on: Mapped[str | None] = mapped_column(String)
    events: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(String, default="events")


class SubscriptionModel(Base):
    """When a subscription began; its wishes are settings.

    `told_through`: whatever became news up to this number was told, was passed over, or is news no longer.
    """

    __tablename__ = "subscriptions"
    name: Mapped[str] = mapped_column(String, primary_key=True)
    created_at: Mapped[datetime]
    told_through: Mapped[int] = mapped_column(BigInteger, default=0)


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
    """One row per subscription and event: told, or passed over because the filters of that day left it out."""

    __tablename__ = "told"
    subscription: Mapped[str] = mapped_column(ForeignKey("subscriptions.name"), primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True, index=True)
    digest_id: Mapped[int] = mapped_column(ForeignKey("digests.id"))
    passed_over: Mapped[bool] = mapped_column(default=False)


class DeliveryModel(Base):
    """The handing over of one digest to one recipient."""

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
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    parts_sent: Mapped[int] = mapped_column(default=0)
    may_repeat: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(CleanText, default="")


class JudgementModel(Base):
    """A reader's yes or no on an event; the latest per reader counts, the earlier ones stay."""

    __tablename__ = "judgements"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), index=True)
    answer: Mapped[str] = mapped_column(String)
    reader: Mapped[str] = mapped_column(CleanText, default="")
    judged_at: Mapped[datetime]


class EventChangeModel(Base):
    """What grouping did to an event that was known before: it was merged into, or stories of it went to, `other_id`."""

    __tablename__ = "event_changes"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), index=True)
    kind: Mapped[str] = mapped_column(String)
    other_id: Mapped[str] = mapped_column(ForeignKey("events.id"))
    reason: Mapped[str] = mapped_column(CleanText, default="")
    changed_at: Mapped[datetime]


class LeaseModel(Base):
    """Who may do a thing now (ask a host, assess, schedule), until when, and when the next one may begin."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String, primary_key=True)
    holder: Mapped[str] = mapped_column(String)
    expires_at: Mapped[datetime]
    next_allowed_at: Mapped[datetime | None]
