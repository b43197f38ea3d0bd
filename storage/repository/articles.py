"""Questions about articles, their pages and their verdicts."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import ArticleModel, EntryModel, FactModel, PageModel, VerdictModel
from storage.values import NewArticle, NewEntry, NewVerdict, StoredArticle


class ArticleRepository:
    """Clean texts and what was judged of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, entry_id: int, article: NewArticle, *, backlog: bool, at: datetime,
        page: bytes = b"", content_type: str = "", screen_version: str = "",
    ) -> int | None:
        """Saves article, raw page and the entry's outcome together; the article's id.

        None where the entry already has this very text (a crawl that was killed and came again).
        """
        with self._database.write() as session:
            entry = session.get_one(EntryModel, entry_id)
            entry.outcome, entry.reason, entry.settled_at = "saved", "", at
            entry.screen_version, entry.backlog, entry.attempts = screen_version, backlog, entry.attempts + 1
            row = _add_article(session, entry_id, article, at)
            if row is None:
                return None
            if page:
                session.add(PageModel(
                    article_id=row.id, body=zlib.compress(page), content_type=content_type, fetched_at=at
                ))
            return row.id

    def ingest(self, entry: NewEntry, article: NewArticle, at: datetime) -> int | None:
        """Saves an article that was not crawled, with its entry; None where its address is known with this text."""
        with self._database.write() as session:
            row = session.scalar(select(EntryModel).where(EntryModel.identity == entry.identity))
            if row is None:
                row = EntryModel(**asdict(entry), seen_at=at)
                session.add(row)
                session.flush()
            row.outcome, row.settled_at = "saved", at
            added = _add_article(session, row.id, article, at)
            return added.id if added else None

    def get(self, article_id: int) -> StoredArticle | None:
        """The article with this id."""
        return next(iter(self._find(ArticleModel.id == article_id, limit=1)), None)

    def find_by_url(self, url: str) -> StoredArticle | None:
        """The newest revision of the article at this address."""
        return next(iter(self._find(ArticleModel.url == url, limit=1)), None)

    def page(self, article_id: int) -> bytes | None:
        """The raw page behind an article, while it is kept."""
        with self._database.read() as session:
            row = session.get(PageModel, article_id)
            return zlib.decompress(row.body) if row else None

    def unjudged(self, limit: int) -> list[StoredArticle]:
        """The queue of the assessor: articles without any verdict, oldest first."""
        judged = select(VerdictModel.id).where(VerdictModel.article_id == ArticleModel.id).exists()
        return self._find(~judged, limit=limit, newest_first=False)

    def save_verdict(self, verdict: NewVerdict, at: datetime) -> None:
        """Saves a verdict with its facts; a second one by the same rules changes nothing."""
        with self._database.write() as session:
            known = select(VerdictModel.id).where(
                VerdictModel.article_id == verdict.article_id, VerdictModel.rules_version == verdict.rules_version
            )
            if session.scalar(known) is not None:
                return
            row = VerdictModel(
                article_id=verdict.article_id, rules_version=verdict.rules_version, verdict=verdict.verdict,
                score=verdict.score, act=verdict.act, evidence=list(verdict.evidence), judged_at=at,
            )
            session.add(row)
            session.flush()
            session.add_all(
                FactModel(verdict_id=row.id, article_id=verdict.article_id, position=position, **asdict(fact))
                for position, fact in enumerate(verdict.facts)
            )

    def _find(self, condition: ColumnElement[bool], *, limit: int, newest_first: bool = True) -> list[StoredArticle]:
        order = ArticleModel.id.desc() if newest_first else ArticleModel.id
        question = (
            select(ArticleModel, EntryModel.identity, EntryModel.backlog)
            .join(EntryModel, EntryModel.id == ArticleModel.entry_id)
            .where(condition)
            .order_by(order)
            .limit(limit)
        )
        with self._database.read() as session:
            return [_stored(row) for row in session.execute(question)]


def hash_text(title: str, text: str) -> str:
    """What tells two texts apart, whitespace aside."""
    return hashlib.sha256(" ".join(f"{title}\n{text}".split()).encode()).hexdigest()


def _add_article(session: Session, entry_id: int, article: NewArticle, at: datetime) -> ArticleModel | None:
    revisions: Sequence[ArticleModel] = session.scalars(
        select(ArticleModel).where(ArticleModel.entry_id == entry_id).order_by(ArticleModel.revision)
    ).all()
    text_hash = hash_text(article.title, article.text)
    if revisions and revisions[-1].text_hash == text_hash:
        return None
    row = ArticleModel(
        entry_id=entry_id, revision=len(revisions) + 1, text_hash=text_hash, fetched_at=at, **asdict(article)
    )
    session.add(row)
    session.flush()
    return row


def _stored(row: Row[ArticleModel, str, bool]) -> StoredArticle:
    article, identity, backlog = row
    return StoredArticle(
        id=article.id, entry_id=article.entry_id, outlet_id=article.outlet_id, identity=identity, url=article.url,
        title=article.title, lead=article.lead, text=article.text, lang=article.lang, author=article.author,
        published_at=article.published_at, date_source=article.date_source, fetched_at=article.fetched_at,
        revision=article.revision, from_feed=article.from_feed, backlog=backlog,
    )
