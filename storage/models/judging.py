"""The tables of judging: verdicts, facts, events, ties and what readers say of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import CleanText
from storage.models.base import Base, Serial

# Lists never show what was merged into another event.
KEPT = text("merged_into IS NULL")
# Word for word as questions ask it: an index of some rows is taken only where it is plain that it has all of them.
SQLITE_NEW, POSTGRESQL_NEW = (text(f"merged_into IS NULL AND new_tie IS {true}") for true in ("1", "TRUE"))


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
    `change_number` does, each time that it looks another way; `changed_at` is when it last did.
    `dated_on` is the day by which lists are in order: of the happening, else of the first sight.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_dated", "verdict", "dated_on", "id", "act", sqlite_where=KEPT, postgresql_where=KEPT),
        Index("ix_events_kind", "verdict", "backlog", sqlite_where=KEPT, postgresql_where=KEPT),
        Index("ix_events_act", "verdict", "act", "stage", "dated_on", "id", sqlite_where=KEPT, postgresql_where=KEPT),
        Index("ix_events_new_tie", "verdict", "id", sqlite_where=SQLITE_NEW, postgresql_where=POSTGRESQL_NEW),
    )
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
    change_number: Mapped[int] = mapped_column(BigInteger, default=0, index=True)
    changed_at: Mapped[datetime | None]
    dated_on: Mapped[str] = mapped_column(String, default="")


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


class EventOutletModel(Base):
    """An outlet and a language in which an event is told: what lists of events are narrowed by."""

    __tablename__ = "event_outlets"
    __table_args__ = (
        Index("ix_event_outlets_outlet", "outlet_id", "event_id"), Index("ix_event_outlets_lang", "lang", "event_id"),
    )
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlets.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String, primary_key=True)


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


class JudgementModel(Base):
    """A reader's yes or no on an event; the latest that was not withdrawn counts, all of them stay.

    `subscription` is the one whose digest held the link that was used; empty where a person gave a name.
    """

    __tablename__ = "judgements"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), index=True)
    answer: Mapped[str] = mapped_column(String)
    reader: Mapped[str] = mapped_column(CleanText, default="")
    judged_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(CleanText, default="")
    subscription: Mapped[str] = mapped_column(String, default="")


class CorrectionModel(Base):
    """What a reader said of grouping: two events are one (`merge`), or a story is of another event (`split`).

    An event is named by a page that proves it and by the fact in it (`VN-46|KR-44|visit`), as both outlive its id.
    """

    __tablename__ = "corrections"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    block: Mapped[str] = mapped_column(String, index=True)
    kind: Mapped[str] = mapped_column(String)
    one_entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    one_fact: Mapped[str] = mapped_column(String)
    other_entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    other_fact: Mapped[str] = mapped_column(String)
    reader: Mapped[str] = mapped_column(CleanText, default="")
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(CleanText, default="")


class EventChangeModel(Base):
    """What grouping did to an event that was known before: it was merged into, or stories of it went to, `other_id`."""

    __tablename__ = "event_changes"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), index=True)
    kind: Mapped[str] = mapped_column(String)
    other_id: Mapped[str] = mapped_column(ForeignKey("events.id"))
    reason: Mapped[str] = mapped_column(CleanText, default="")
    changed_at: Mapped[datetime]


class EventTextModel(Base):
    """What search reads of an event: the headlines and quotes of its articles, folded (`storage.folding`).

    Each database has an index of grams over `text`, which follows every change by itself (`storage.search_index`).
    """

    __tablename__ = "event_texts"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), unique=True)
    text: Mapped[str] = mapped_column(CleanText)


class EventBriefModel(Base):
    """What a list shows of an event beside its own row: its pairs, and of its articles what stands in one line, as JSON
    (`storage.repository.event_briefs`). Read from the facts, a list of a thousand events has to fetch five thousand
    articles, whose rows are wide, for that."""

    __tablename__ = "event_briefs"
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True)
    brief: Mapped[str] = mapped_column(CleanText)
