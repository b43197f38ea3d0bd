"""Questions of retention: what has been kept long enough. Articles, verdicts and what was told stay for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from storage.engine import Database
from storage.models import ArticleModel, EntryModel, PageModel
from storage.repository.redirects import make_chunks

# Rows of one transaction: nobody waits long for the writer.
BATCH = 500
# An entry's last sight in its feed is noted once a day, not at each visit.
LISTED_EVERY = timedelta(hours=20)


@dataclass(frozen=True)
class Kept:
    """What is over its limit: pages, their bytes, and entries."""

    pages: int
    page_bytes: int
    entries: int


class KeepingRepository:
    """Removes raw pages and ended entries; looks first what that would be."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_listed(self, identities: Sequence[str], at: datetime) -> None:
        """Notes that a feed still shows these entries."""
        with self._database.write() as session:
            for part in make_chunks(identities):
                stale = or_(EntryModel.listed_at.is_(None), EntryModel.listed_at < at - LISTED_EVERY)
                change = update(EntryModel).where(EntryModel.identity.in_(part), stale)
                session.execute(change.values(listed_at=at))

    def look(self, pages_before: datetime, page_bytes: int, entries_before: datetime) -> Kept:
        """What `remove` would remove."""
        sizes = self._find_pages(pages_before, page_bytes).values()
        with self._database.read() as session:
            entries = session.scalar(select(func.count()).select_from(EntryModel).where(_is_ended(entries_before))) or 0
        return Kept(len(sizes), sum(sizes), entries)

    def remove(self, pages_before: datetime, page_bytes: int, entries_before: datetime) -> Kept:
        """Removes what is over its limit; what was removed.

        Pages older than `pages_before` and the oldest beyond `page_bytes` in all; entries that ended without an article
        and that no feed has shown since `entries_before`.
        """
        removed = self.look(pages_before, page_bytes, entries_before)
        self._empty(list(self._find_pages(pages_before, page_bytes)))
        while self._remove_entries(entries_before):
            pass
        return removed

    def _find_pages(self, before: datetime, most: int) -> dict[int, int]:
        """The bytes of the pages that go, by article, oldest first."""
        question = select(PageModel.article_id, PageModel.fetched_at, func.length(PageModel.body))
        with self._database.read() as session:
            rows = session.execute(question.order_by(PageModel.fetched_at.desc(), PageModel.article_id.desc())).all()
        kept, chosen = 0, {}
        for article_id, fetched_at, size in rows:
            kept += size
            if fetched_at < before or kept > most:
                chosen[article_id] = size
        return dict(reversed(chosen.items()))

    def _empty(self, article_ids: Sequence[int]) -> None:
        for start in range(0, len(article_ids), BATCH):
            with self._database.write() as session:
                part = article_ids[start : start + BATCH]
                session.execute(delete(PageModel).where(PageModel.article_id.in_(part)))

    def _remove_entries(self, before: datetime) -> int:
        ended = select(EntryModel.id).where(_is_ended(before)).limit(BATCH)
        with self._database.write() as session:
            chosen = list(session.scalars(ended))
            session.execute(delete(EntryModel).where(EntryModel.id.in_(chosen)))
        return len(chosen)


def _is_ended(before: datetime) -> ColumnElement[bool]:
    """An entry with an outcome but no article, last shown by a feed before `before`."""
    has_article = select(ArticleModel.id).where(ArticleModel.entry_id == EntryModel.id).exists()
    return (
        EntryModel.outcome.is_not(None)
        & (func.coalesce(EntryModel.listed_at, EntryModel.seen_at) < before)
        & (EntryModel.seen_at < before)
        & ~has_article
    )
