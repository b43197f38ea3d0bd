"""Questions about subscriptions and digests: when they began, what each told, and to whom; it hands nothing over."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import (
    ArticleModel,
    DeliveryModel,
    DigestModel,
    EventModel,
    FactModel,
    SubscriptionModel,
    ToldArticleModel,
    ToldModel,
)
from storage.repository.changes import newest_change
from storage.repository.event_views import SharedViews
from storage.repository.news import find_beginning, settle
from storage.repository.redirects import find_kept, follow_merges, make_chunks
from storage.repository.told_changes import find_changes
from storage.values import Changes, DigestRow, Standing


@dataclass(frozen=True)
class NewDigest:
    """A composed digest with everything that is saved with it in one transaction.

    `standings` says how it tells each event of `told`, and how it corrects what was told before; `articles` are all
    that it tells of. `changes` are the two marks of the changes that it looked at; None where it looked at none.
    `new_ties` are those of `told` that it tells as the first of their tie.
    """

    subscription: str
    period: str
    composed_at: datetime
    since_at: datetime
    content: dict[str, Any]
    notifier: str
    recipients: Sequence[str]
    told: Sequence[str]
    passed_over: Sequence[str] = ()
    standings: Mapping[str, Standing] = field(default_factory=dict)
    articles: Sequence[int] = ()
    changes: tuple[int, int] | None = None
    new_ties: Sequence[str] = ()


class DigestRepository:
    """Subscriptions, their digests and what these told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_subscription(self, name: str, at: datetime) -> datetime:
        """When the subscription began, which is now if it is new. Nothing is written for one that is known."""
        with self._database.read() as session:
            known = session.get(SubscriptionModel, name)
            if known is not None:
                return known.created_at
        with self._database.write() as session:
            values = {
                "name": name, "created_at": at, "told_through": find_beginning(session, at),
                "changes_through": newest_change(session),
            }
            session.execute(self._database.insert(SubscriptionModel).on_conflict_do_nothing(), [values])
            return session.get_one(SubscriptionModel, name).created_at

    def last_digest(self, subscription: str) -> DigestRow | None:
        """The newest digest of a subscription."""
        question = (
            select(DigestModel).where(DigestModel.subscription == subscription)
            .order_by(DigestModel.composed_at.desc(), DigestModel.id.desc()).limit(1)
        )
        with self._database.read() as session:
            row = session.scalar(question)
            return _digest(row) if row else None

    def last_composed_at(self, subscription: str) -> datetime | None:
        """When the newest digest of a subscription was composed, without reading it."""
        question = select(func.max(DigestModel.composed_at)).where(DigestModel.subscription == subscription)
        with self._database.read() as session:
            return session.scalar(question)

    def has_digest(self, subscription: str, period: str) -> bool:
        """Whether the period's digest was composed already."""
        question = select(DigestModel.id).where(
            DigestModel.subscription == subscription, DigestModel.period == period
        )
        with self._database.read() as session:
            return session.scalar(question) is not None

    def changes(self, subscription: str, views: SharedViews | None = None) -> Changes:
        """What changed of the events that a subscription was told, since its last digest looked.

        `views` are shared with the questions for other subscriptions.
        """
        with self._database.read() as session:
            row = session.get(SubscriptionModel, subscription)
            return find_changes(session, row, views or SharedViews()) if row is not None else Changes((), 0, 0)

    def texts(self, article_ids: Iterable[int]) -> dict[int, str]:
        """The texts of articles, in which keywords are looked for."""
        with self._database.read() as session:
            return {
                article_id: text for part in make_chunks(sorted(set(article_ids))) for article_id, text in
                session.execute(select(ArticleModel.id, ArticleModel.text).where(ArticleModel.id.in_(part)))
            }

    def fields(self, event_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The fields of cooperation that the facts of events name, those that most facts name first."""
        found: dict[str, Counter[str]] = {}
        question = select(FactModel.event_id, FactModel.details).order_by(FactModel.position, FactModel.id)
        with self._database.read() as session:
            for part in make_chunks(sorted(set(event_ids))):
                for event_id, details in session.execute(question.where(FactModel.event_id.in_(part))):
                    names = [detail["name"] for detail in details if detail["kind"] == "field"]
                    found.setdefault(str(event_id), Counter()).update(dict.fromkeys(names, 1))
        return {event_id: tuple(name for name, _ in count.most_common()) for event_id, count in found.items()}

    def save_digest(self, digest: NewDigest) -> int | None:
        """Saves digest, told rows and one delivery per recipient together; its id.

        None where another service was first: the period has its digest already, or one of the events was told to the
        subscription since this digest was composed, or the same changes were; and where another event turned out to be
        the first of a tie since then. An event that was merged since then is told as what it is now.
        """
        insert = self._database.insert(DigestModel).values(
            subscription=digest.subscription, period=digest.period, composed_at=digest.composed_at,
            since_at=digest.since_at, content=digest.content,
        )
        with self._database.write() as session:
            subscription = session.get_one(SubscriptionModel, digest.subscription, with_for_update={"key_share": True})
            told = follow_merges(session, digest.told)
            passed_over = follow_merges(session, digest.passed_over)
            looked_at = digest.changes is not None and digest.changes[0] != subscription.changes_through
            if looked_at or _any_told(session, digest.subscription, told) or _any_late(session, digest.new_ties):
                return None
            digest_id = session.scalar(insert.on_conflict_do_nothing().returning(DigestModel.id))
            if digest_id is None:
                return None
            standings = _follow_standings(session, digest, told)
            self._save_told(session, digest.subscription, digest_id, told, passed_over - told, standings)
            self._save_knowledge(session, digest, standings.keys() - told)
            self._save_deliveries(session, digest, digest_id)
            subscription.changes_through = digest.changes[1] if digest.changes else subscription.changes_through
            settle(session, subscription)
            return int(digest_id)

    def pass_over(self, subscription: str, events: Sequence[str]) -> None:
        """Settles events that the subscription is not told of, without a digest; what was told stays told."""
        with self._database.write() as session:
            row = session.get_one(SubscriptionModel, subscription, with_for_update={"key_share": True})
            self._save_told(session, subscription, None, set(), follow_merges(session, events), {})
            settle(session, row)

    def _save_told(
        self, session: Session, subscription: str, digest_id: int | None, told: set[str], passed_over: set[str],
        standings: Mapping[str, Standing],
    ) -> None:
        insert = self._database.insert(ToldModel)
        rows = [
            {
                "subscription": subscription, "event_id": event, "digest_id": digest_id,
                "passed_over": event not in told,
                "told_as": asdict(standings[event]) if event in told and event in standings else None,
            }
            for event in sorted(told | passed_over)
        ]
        if rows:
            # A wanted event may have been merged into one that was passed over: told wins.
            upsert = insert.on_conflict_do_update(
                index_elements=[ToldModel.subscription, ToldModel.event_id],
                set_={"digest_id": digest_id, "passed_over": False, "told_as": insert.excluded.told_as},
                where=insert.excluded.passed_over.is_(False),
            )
            session.execute(upsert, rows)

    def _save_knowledge(self, session: Session, digest: NewDigest, restated: Collection[str]) -> None:
        """How the reader knows corrected events from now on, and the pages that the digest told of."""
        session.flush()
        for event_id in restated:
            row = session.get(ToldModel, (digest.subscription, event_id))
            if row is not None and not row.passed_over:
                row.told_as = asdict(digest.standings[event_id])
        for part in make_chunks(sorted(set(digest.articles))):
            entries = session.scalars(select(ArticleModel.entry_id).where(ArticleModel.id.in_(part)).distinct()).all()
            rows = [{"subscription": digest.subscription, "entry_id": entry} for entry in sorted(entries)]
            if rows:
                session.execute(self._database.insert(ToldArticleModel).on_conflict_do_nothing(), rows)

    def _save_deliveries(self, session: Session, digest: NewDigest, digest_id: int) -> None:
        session.add_all(
            DeliveryModel(
                digest_id=digest_id, notifier=digest.notifier, recipient=recipient, created_at=digest.composed_at,
                next_attempt_at=digest.composed_at, state="pending",
            )
            for recipient in dict.fromkeys(digest.recipients)
        )

    def get_digest(self, digest_id: int) -> DigestRow | None:
        """The digest with this id."""
        with self._database.read() as session:
            row = session.get(DigestModel, digest_id)
            return _digest(row) if row else None

    def count_told(self, event_id: str) -> int:
        """To how many subscriptions an event was told."""
        question = select(func.count()).where(ToldModel.event_id == event_id, ToldModel.passed_over.is_(False))
        with self._database.read() as session:
            return session.scalar(question) or 0


def _follow_standings(session: Session, digest: NewDigest, told: set[str]) -> dict[str, Standing]:
    """The standings of a digest, and those of the events that what it tells was merged into meanwhile."""
    standings = dict(digest.standings)
    for event_id in told - set(digest.told):
        origin = next((i for i in digest.told if (kept := find_kept(session, i)) and kept.id == event_id), "")
        if origin in standings:
            standings.setdefault(event_id, standings[origin])
    return standings


def _any_late(session: Session, new_ties: Sequence[str]) -> bool:
    """Whether any of them is the first of its tie no more, as an earlier happening was found."""
    late = select(EventModel.id).where(EventModel.merged_into.is_(None), EventModel.new_tie.is_(False))
    parts = make_chunks(sorted(new_ties))
    return any(session.scalars(late.where(EventModel.id.in_(part))).first() is not None for part in parts)


def _any_told(session: Session, subscription: str, events: set[str]) -> bool:
    told = select(ToldModel.event_id).where(ToldModel.subscription == subscription, ToldModel.passed_over.is_(False))
    parts = make_chunks(sorted(events))
    return any(session.scalars(told.where(ToldModel.event_id.in_(part))).first() is not None for part in parts)


def _digest(row: DigestModel) -> DigestRow:
    return DigestRow(
        id=row.id, subscription=row.subscription, composed_at=row.composed_at, since_at=row.since_at,
        content=dict(row.content),
    )
