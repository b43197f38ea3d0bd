"""Questions about hits: what query services showed, who found it first, and what became of it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import ArticleModel, EntryModel, EventModel, FactModel, HitModel, VerdictModel
from storage.repository.redirects import make_chunks
from storage.values import EventSource, Hit, NewHit

QUERY = "query:"
"""What the feed address of an entry begins with that a query service showed first; the service's name follows."""


class HitRepository:
    """Stories that query services showed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, hits: Sequence[NewHit], at: datetime) -> int:
        """Saves what is new; how many. A hit whose entry an outlet's own feed showed says so."""
        unique = {(hit.service, hit.url): hit for hit in reversed(hits)}
        with self._database.write() as session:
            seen = _seen_by_outlets(session, [hit.identity for hit in unique.values() if hit.identity])
            rows = [
                {**vars(hit), "found_at": at, "outlet_seen_at": seen.get(hit.identity)} for hit in unique.values()
            ]
            if not rows:
                return 0
            insert = self._database.insert(HitModel).on_conflict_do_nothing().returning(HitModel.id)
            return len(list(session.scalars(insert, rows)))

    def note_seen(self, identities: Collection[str], at: datetime) -> None:
        """Notes that outlets' own feeds show these entries too; a first time stays."""
        if not identities:
            return
        unseen = HitModel.outlet_seen_at.is_(None)
        found: list[int] = []
        with self._database.read() as session:
            for part in make_chunks(sorted(identities)):
                found += session.scalars(select(HitModel.id).where(HitModel.identity.in_(part), unseen))
        if not found:
            return
        with self._database.write() as session:
            for chunk in make_chunks(found):
                session.execute(
                    update(HitModel).where(HitModel.id.in_(chunk), unseen).values(outlet_seen_at=at))

    def link(self, hit_id: int, identity: str) -> None:
        """Notes which entry a hit stands for; one that an outlet's own feed showed is its own find."""
        with self._database.write() as session:
            seen = _seen_by_outlets(session, [identity])
            values = {"identity": identity, "outlet_seen_at": seen.get(identity)}
            session.execute(update(HitModel).where(HitModel.id == hit_id).values(**values))

    def unlinked(self, service: str, since: datetime) -> list[Hit]:
        """Hits of a service that stand for no entry yet, oldest first."""
        question = (
            select(HitModel).where(HitModel.service == service, HitModel.identity == "", HitModel.found_at >= since)
            .order_by(HitModel.id)
        )
        with self._database.read() as session:
            return [_hit(row) for row in session.scalars(question)]

    def waiting(self, now: datetime, limit: int = 500) -> list[tuple[str, str, str]]:
        """Outlet, address and title of entries to be fetched that no feed of an outlet showed, newest first."""
        foreign = or_(EntryModel.feed_url == "", EntryModel.feed_url.like(f"{QUERY}%"))
        is_due = or_(EntryModel.next_attempt_at.is_(None), EntryModel.next_attempt_at <= now)
        question = (
            select(EntryModel.outlet_id, EntryModel.url, EntryModel.title)
            .where(EntryModel.outcome.is_(None), foreign, is_due).order_by(EntryModel.seen_at.desc()).limit(limit)
        )
        with self._database.read() as session:
            return [(outlet_id, url, title) for outlet_id, url, title in session.execute(question)]

    def find_titles(self, outlet_id: str, since: datetime) -> list[tuple[str, str]]:
        """Identity and title of the outlet's entries that its own feeds showed since then."""
        own = EntryModel.feed_url.not_like(f"{QUERY}%") & (EntryModel.title != "")
        question = select(EntryModel.identity, EntryModel.title).where(
            EntryModel.outlet_id == outlet_id, EntryModel.seen_at >= since, own)
        with self._database.read() as session:
            return [(identity, title) for identity, title in session.execute(question)]

    def since(self, since: datetime, until: datetime) -> list[Hit]:
        """Hits of a period with verdict and event of their articles, newest first."""
        question = (
            select(HitModel).where(HitModel.found_at >= since, HitModel.found_at < until)
            .order_by(HitModel.found_at.desc(), HitModel.id.desc())
        )
        with self._database.read() as session:
            rows = list(session.scalars(question))
            doubles = _find_doubles(session, [row.identity for row in rows])
            judged = _judged(session, [doubles.get(row.identity, row.identity) for row in rows])
            seen = _seen_by_outlets(session, [row.identity for row in rows if row.identity])
            return [
                _hit(row, *judged.get(doubles.get(row.identity, row.identity), ("", "")), seen.get(row.identity))
                for row in rows
            ]

    def event_sources(self, since: datetime, until: datetime) -> list[EventSource]:
        """The articles of all sure events that were first seen in a period and are no backlog."""
        is_news = EventModel.backlog.is_(False) & (EventModel.verdict == "yes") & EventModel.merged_into.is_(None)
        question = (
            select(FactModel.event_id, ArticleModel.lang, EntryModel.identity, EntryModel.feed_url).distinct()
            .join(EventModel, EventModel.id == FactModel.event_id)
            .join(ArticleModel, ArticleModel.id == FactModel.article_id)
            .join(EntryModel, EntryModel.id == ArticleModel.entry_id)
            .where(EventModel.first_seen_at >= since, EventModel.first_seen_at < until, is_news)
        )
        with self._database.read() as session:
            found = session.execute(question)
            return [EventSource(str(event), lang, identity, feed) for event, lang, identity, feed in found]


def _seen_by_outlets(session: Session, identities: Sequence[str]) -> dict[str, datetime]:
    """When outlets' own feeds showed entries first; those that a query showed first have a hit that may know it."""
    found: dict[str, datetime] = {}
    for part in make_chunks(sorted(set(identities))):
        own = or_(EntryModel.feed_url == "", EntryModel.feed_url.not_like(f"{QUERY}%"))
        entries = select(EntryModel.identity, EntryModel.seen_at).where(EntryModel.identity.in_(part), own)
        hits = select(HitModel.identity, HitModel.outlet_seen_at).where(
            HitModel.identity.in_(part), HitModel.outlet_seen_at.is_not(None))
        found.update((identity, at) for identity, at in session.execute(hits) if at)
        found.update((identity, at) for identity, at in session.execute(entries))
    return found


def _find_doubles(session: Session, identities: Sequence[str]) -> dict[str, str]:
    """The entries that these are copies of, word for word."""
    found: dict[str, str] = {}
    for part in make_chunks(sorted(set(identities) - {""})):
        question = select(EntryModel.identity, EntryModel.reason).where(
            EntryModel.identity.in_(part), EntryModel.outcome == "known")
        found.update((identity, reason) for identity, reason in session.execute(question) if reason)
    return found


def _judged(session: Session, identities: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Verdict and event of entries' articles."""
    found: dict[str, tuple[str, str]] = {}
    for part in make_chunks(sorted(set(identities) - {""})):
        question = (
            select(EntryModel.identity, VerdictModel.verdict, FactModel.event_id)
            .join(ArticleModel, ArticleModel.entry_id == EntryModel.id)
            .join(VerdictModel, (VerdictModel.article_id == ArticleModel.id) & VerdictModel.latest.is_(True))
            .join(FactModel, FactModel.verdict_id == VerdictModel.id, isouter=True)
            .where(EntryModel.identity.in_(part)).order_by(FactModel.position.desc())
        )
        for identity, verdict, event_id in session.execute(question):
            found[identity] = (verdict, event_id or found.get(identity, ("", ""))[1])
    return found


def _hit(row: HitModel, verdict: str = "", event_id: str = "", seen_at: datetime | None = None) -> Hit:
    return Hit(
        id=row.id, service=row.service, url=row.url, host=row.host, outlet_id=row.outlet_id, identity=row.identity,
        title=row.title, lang=row.lang, published_at=row.published_at, found_at=row.found_at,
        outlet_seen_at=row.outlet_seen_at or seen_at, verdict=verdict, event_id=event_id,
    )
