"""Questions of retention: what has been kept long enough. Articles, verdicts and what was told stay for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from storage.engine import Database
from storage.models import ArticleModel, EntryModel, PageModel, QueryTurnModel, RunModel, WaveModel
from storage.repository.redirects import make_chunks

# Rows of one transaction: nobody waits long for the writer.
BATCH = 500
Table = type[EntryModel] | type[RunModel] | type[WaveModel] | type[QueryTurnModel]
# An entry's last sight in its feed is noted once a day, not at each visit.
LISTED_EVERY = timedelta(hours=20)


@dataclass(frozen=True)
class Kept:
    """What is over its limit: pages, their bytes, entries, runs, waves, and requests to search services."""

    pages: int = 0
    page_bytes: int = 0
    entries: int = 0
    runs: int = 0
    waves: int = 0
    query_turns: int = 0


@dataclass(frozen=True)
class Limits:
    """What is kept: from which instants on, and how many bytes of pages."""

    pages_before: datetime
    page_bytes: int
    entries_before: datetime
    runs_before: datetime


class KeepingRepository:
    """Removes raw pages, ended entries and what was noted of old waves; looks first what that would be."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_listed(self, identities: Sequence[str], at: datetime) -> None:
        """Notes that a feed still shows these entries."""
        with self._database.write() as session:
            for part in make_chunks(identities):
                stale = or_(EntryModel.listed_at.is_(None), EntryModel.listed_at < at - LISTED_EVERY)
                change = update(EntryModel).where(EntryModel.identity.in_(part), stale)
                session.execute(change.values(listed_at=at))

    def look(self, limits: Limits) -> Kept:
        """What `remove` would remove."""
        sizes = self._find_pages(limits.pages_before, limits.page_bytes).values()
        with self._database.read() as session:
            counts = [
                session.scalar(select(func.count()).select_from(table).where(is_over)) or 0
                for table, is_over in _find_rows(limits)
            ]
        return Kept(len(sizes), sum(sizes), *counts)

    def remove(self, limits: Limits) -> Kept:
        """Removes what is over its limit; what was removed.

        Pages older than `pages_before` and the oldest beyond `page_bytes` in all; entries that ended without an article
        and that no feed has shown since `entries_before`; runs, waves and requests to search services that began before
        `runs_before`.
        """
        removed = self.look(limits)
        self._empty(list(self._find_pages(limits.pages_before, limits.page_bytes)))
        for table, is_over in _find_rows(limits):
            while self._remove_rows(table, is_over):
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

    def _remove_rows(self, table: Table, is_over: ColumnElement[bool]) -> int:
        with self._database.write() as session:
            chosen = list(session.scalars(select(table.id).where(is_over).limit(BATCH)))
            session.execute(delete(table).where(table.id.in_(chosen)))
        return len(chosen)


def _find_rows(limits: Limits) -> list[tuple[Table, ColumnElement[bool]]]:
    """The rows that go, by table; in the order of `Kept`, and those that point to others before these."""
    before = limits.runs_before
    # A wave stays with its last run: the digest asks whether a wave had any.
    has_young = select(RunModel.id).where(RunModel.wave_id == WaveModel.id, RunModel.started_at >= before).exists()
    return [
        (EntryModel, _is_ended(limits.entries_before)),
        (RunModel, RunModel.started_at < before),
        (WaveModel, (WaveModel.started_at < before) & ~has_young),
        (QueryTurnModel, QueryTurnModel.asked_at < before),
    ]


def _is_ended(before: datetime) -> ColumnElement[bool]:
    """An entry with an outcome but no article, last shown by a feed before `before`."""
    has_article = select(ArticleModel.id).where(ArticleModel.entry_id == EntryModel.id).exists()
    return (
        EntryModel.outcome.is_not(None)
        & (func.coalesce(EntryModel.listed_at, EntryModel.seen_at) < before)
        & (EntryModel.seen_at < before)
        & ~has_article
    )
