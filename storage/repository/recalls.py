"""Questions about journals of deliveries outside the database: what a restored store must not tell or hand over again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import (
    ArticleModel,
    DeliveryModel,
    DigestModel,
    EventModel,
    EventPairModel,
    FactModel,
    JournalModel,
    RecalledModel,
    SubscriptionModel,
    ToldArticleModel,
    ToldModel,
)
from storage.repository.news import find_beginning
from storage.repository.redirects import make_chunks
from storage.values import RecalledDelivery, Telling, ToldEvent


class RecallRepository:
    """What journals know of this store, and this store of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def positions(self) -> dict[str, int]:
        """Every journal that this store knows of, with the number of the last line that it agrees with."""
        with self._database.read() as session:
            return {row.id: row.position for row in session.scalars(select(JournalModel))}

    def begin_journal(self, journal: str, at: datetime, position: int = 0) -> None:
        """Makes a journal known, or moves it on to `position`; never back."""
        insert = self._database.insert(JournalModel).values(id=journal, begun_at=at, position=position)
        with self._database.write() as session:
            session.execute(insert.on_conflict_do_update(
                index_elements=[JournalModel.id], set_={"position": insert.excluded.position},
                where=JournalModel.position < insert.excluded.position,
            ))

    def find_telling(self, digest_id: int) -> Telling:
        """A digest as a journal keeps it. Raises sqlalchemy.exc.NoResultFound where there is none."""
        with self._database.read() as session:
            digest = session.get_one(DigestModel, digest_id)
            deliveries = session.scalars(
                select(DeliveryModel).where(DeliveryModel.digest_id == digest_id).order_by(DeliveryModel.id)
            ).all()
            told = session.scalars(
                select(ToldModel.event_id).where(ToldModel.digest_id == digest_id, ToldModel.passed_over.is_(False))
            ).all()
            return Telling(
                subscription=digest.subscription, period=digest.period, composed_at=digest.composed_at,
                since_at=digest.since_at, notifier=deliveries[0].notifier if deliveries else "",
                recipients=tuple(row.recipient for row in deliveries), content=dict(digest.content),
                told=tuple(_find_told(session, told)),
            )

    def recall(
        self, telling: Telling | None, subscription: str, period: str, deliveries: Sequence[RecalledDelivery],
        at: datetime, uncertain_after: timedelta,
    ) -> bool:
        """Brings the digest of a subscription and period to what a journal says of it; whether it could be.

        A digest that is not there is made again from `telling`, with what it told to be recognised later; without one
        it cannot be. What is sent or under way here stays so. What the journal saw begin and not end may have
        arrived: it is `uncertain` and due `uncertain_after` from `at`.
        """
        due = {"pending": at, "uncertain": at + uncertain_after}
        with self._database.write() as session:
            digest = session.scalar(
                select(DigestModel).where(DigestModel.subscription == subscription, DigestModel.period == period)
            )
            is_other = telling is not None and digest is not None and digest.composed_at != telling.composed_at
            if digest is None or is_other:
                if telling is None:
                    return False
                digest = digest or self._make_digest(session, telling, at)
                _remember(session, digest.id, telling)
            # Another digest took the period here; who got the journal's must still get this one.
            for delivery in () if is_other else deliveries:
                _bring_up(session, digest.id, delivery, due.get(delivery.state))
            return True

    def remembered(self, subscription: str) -> list[tuple[int, ToldEvent]]:
        """What a journal says was told to a subscription before this store was restored, with the digests that did."""
        question = select(RecalledModel).where(RecalledModel.subscription == subscription).order_by(RecalledModel.id)
        with self._database.read() as session:
            return [(row.digest_id, _told_event(row)) for row in session.scalars(question)]

    def save_told(self, subscription: str, told: Mapping[str, int]) -> None:
        """Marks events (with the digest that told each) as told, and whatever pages a journal remembers, too."""
        rows = [
            {"subscription": subscription, "event_id": event, "digest_id": told[event], "passed_over": False}
            for event in sorted(told)
        ]
        with self._database.write() as session:
            if rows:
                session.execute(self._database.insert(ToldModel).on_conflict_do_nothing(), rows)
            remembered = session.scalars(select(RecalledModel.urls).where(RecalledModel.subscription == subscription))
            addresses = sorted({url for urls in remembered for url in urls})
            for part in make_chunks(addresses):
                entries = session.scalars(select(ArticleModel.entry_id).where(ArticleModel.url.in_(part)).distinct())
                pages = [{"subscription": subscription, "entry_id": entry} for entry in sorted(entries)]
                if pages:
                    session.execute(self._database.insert(ToldArticleModel).on_conflict_do_nothing(), pages)

    def _make_digest(self, session: Session, telling: Telling, at: datetime) -> DigestModel:
        if session.get(SubscriptionModel, telling.subscription) is None:
            through = find_beginning(session, at)
            session.add(SubscriptionModel(name=telling.subscription, created_at=at, told_through=through))
        digest = DigestModel(
            subscription=telling.subscription, period=telling.period, composed_at=telling.composed_at,
            since_at=telling.since_at, content=telling.content,
        )
        session.add(digest)
        session.flush()
        session.add_all(
            DeliveryModel(
                digest_id=digest.id, notifier=telling.notifier, recipient=recipient, created_at=telling.composed_at,
                next_attempt_at=at, state="pending",
            )
            for recipient in telling.recipients
        )
        session.flush()
        return digest


def _bring_up(session: Session, digest_id: int, known: RecalledDelivery, due_at: datetime | None) -> None:
    row = session.scalar(
        select(DeliveryModel)
        .where(DeliveryModel.digest_id == digest_id, DeliveryModel.recipient == known.recipient).with_for_update()
    )
    # `sending`: its claim is still open here, and what becomes of it is the claim's matter.
    if row is None or row.state == "sent" or (row.state != "pending" and known.state != "sent"):
        return
    row.parts_sent = max(row.parts_sent, known.parts_sent)
    if known.state == row.state:
        return
    row.state, row.reason, row.next_attempt_at = known.state, known.reason, due_at
    if known.state == "sent":
        row.sent_at = known.at


def _remember(session: Session, digest_id: int, telling: Telling) -> None:
    known = select(RecalledModel).where(RecalledModel.digest_id == digest_id)
    before = {_told_event(row) for row in session.scalars(known)}
    # Later reports belong to events of earlier digests: only their pages are known.
    pages = ToldEvent("", None, (), tuple(sorted(set(_find_urls(telling.content)))))
    session.add_all(
        RecalledModel(
            subscription=telling.subscription, digest_id=digest_id, act=event.act, happened_on=event.happened_on,
            pairs=[list(pair) for pair in event.pairs], urls=list(event.urls),
        )
        for event in (*telling.told, pages) if event not in before
    )


def _find_urls(content: Any) -> Iterator[str]:
    """Every address that stands in a digest's content, wherever."""
    if isinstance(content, dict):
        if isinstance(url := content.get("url"), str) and url:
            yield url
        yield from (url for value in content.values() for url in _find_urls(value))
    elif isinstance(content, list):
        yield from (url for value in content for url in _find_urls(value))


def _find_told(session: Session, event_ids: Sequence[str]) -> list[ToldEvent]:
    events = {row.id: row for part in make_chunks(event_ids) for row in session.scalars(
        select(EventModel).where(EventModel.id.in_(part))
    )}
    pairs: dict[str, list[tuple[str, str]]] = {event_id: [] for event_id in event_ids}
    urls: dict[str, list[str]] = {event_id: [] for event_id in event_ids}
    for part in make_chunks(event_ids):
        mine = select(EventPairModel).where(EventPairModel.event_id.in_(part)).order_by(EventPairModel.position)
        for pair in session.scalars(mine):
            pairs[pair.event_id].append((pair.vn_key, pair.kr_key))
        addresses = (
            select(FactModel.event_id, ArticleModel.url).join(ArticleModel, ArticleModel.id == FactModel.article_id)
            .where(FactModel.event_id.in_(part)).distinct().order_by(ArticleModel.url)
        )
        for event_id, url in session.execute(addresses):
            urls[str(event_id)].append(url)
    return [
        ToldEvent(events[i].act, events[i].happened_on, tuple(pairs[i]), tuple(urls[i]))
        for i in sorted(event_ids) if pairs[i]
    ]


def _told_event(row: RecalledModel) -> ToldEvent:
    return ToldEvent(row.act, row.happened_on, tuple((vn, kr) for vn, kr in row.pairs), tuple(row.urls))
