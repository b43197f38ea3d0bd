"""Questions about articles, their pages and their verdicts."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, inspect, select
from sqlalchemy.orm import Session, aliased

from storage.engine import Database
from storage.models import ArticleModel, EntryModel, FactModel, PageModel, VerdictModel
from storage.repository.judgements import find_judged
from storage.values import JudgedArticle, NewArticle, NewEntry, NewFact, NewVerdict, StoredArticle


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
            entry = session.get_one(EntryModel, entry_id, with_for_update=True)
            row = _add_article(session, entry_id, article, at)
            if row is None and entry.outcome == "saved":
                return None
            entry.outcome, entry.reason, entry.settled_at = "saved", "", at
            entry.screen_version, entry.backlog, entry.attempts = screen_version, backlog, entry.attempts + 1
            if row is None:
                return None
            if page:
                session.add(PageModel(
                    article_id=row.id, body=zlib.compress(page), content_type=content_type, fetched_at=at
                ))
            return row.id

    def ingest(self, entry: NewEntry, article: NewArticle, at: datetime) -> int | None:
        """Saves an article that was not crawled, with its entry; None where its address is known with this text."""
        insert = self._database.insert(EntryModel).values(
            **asdict(entry), seen_at=at, reason="", screen_version="", attempts=0
        )
        mine = select(EntryModel).where(EntryModel.identity == entry.identity).with_for_update()
        with self._database.write() as session:
            session.execute(insert.on_conflict_do_nothing())
            row = session.scalars(mine).one()
            added = _add_article(session, row.id, article, at)
            if added is not None or row.outcome != "saved":
                row.outcome, row.settled_at = "saved", at
            return added.id if added else None

    def get(self, article_id: int) -> StoredArticle | None:
        """The article with this id."""
        return next(iter(self._find(ArticleModel.id == article_id, limit=1)), None)

    def find_by_url(self, url: str) -> StoredArticle | None:
        """The newest revision of the article at this address."""
        return next(iter(self._find(ArticleModel.url == url, limit=1)), None)

    def find_alike(self, entry_id: int, article: NewArticle) -> list[StoredArticle]:
        """Articles of other entries of the outlet that have this very text or this title, newest first, at most ten."""
        same_text = ArticleModel.text_hash == hash_text(article.title, article.text)
        condition = (ArticleModel.outlet_id == article.outlet_id) & (ArticleModel.entry_id != entry_id)
        return self._find(condition & (same_text | (ArticleModel.title == article.title)), limit=10)

    def page(self, article_id: int) -> bytes | None:
        """The raw page behind an article, while it is kept."""
        with self._database.read() as session:
            row = session.get(PageModel, article_id)
            return zlib.decompress(row.body) if row else None

    def unjudged(self, limit: int) -> list[StoredArticle]:
        """The queue of the assessor: articles without any verdict, first saved first."""
        return self._find(ArticleModel.judged_at.is_(None), limit=limit, newest_first=False)

    def save_verdict(self, verdict: NewVerdict, at: datetime) -> None:
        """Saves a verdict with its facts; a second one by the same rules changes nothing.

        The facts wait for grouping, and so do those of an earlier verdict on the same page that no longer counts. What
        a reader judged keeps its proof, whatever the rules say of the page now.
        """
        with self._database.write() as session:
            article = session.get_one(ArticleModel, verdict.article_id)
            session.get_one(EntryModel, article.entry_id, with_for_update=True)
            row = _add_verdict(session, verdict, at)
            if row is None:
                return
            article.judged_at = article.judged_at or at
            session.add_all(
                FactModel(verdict_id=row.id, article_id=verdict.article_id, position=position, **asdict(fact))
                for position, fact in enumerate(verdict.facts)
            )
            session.flush()
            _mark_latest(session, article.entry_id)

    def outdated(self, rules_version: str, after_id: int, limit: int) -> list[JudgedArticle]:
        """The newest revision of every page whose latest verdict is of other rules, by id, those above `after_id`."""
        question = (
            select(VerdictModel, ArticleModel, EntryModel.identity, EntryModel.backlog)
            .join(ArticleModel, ArticleModel.id == VerdictModel.article_id)
            .join(EntryModel, EntryModel.id == ArticleModel.entry_id)
            .where(ArticleModel.id > after_id, _is_outdated(rules_version)).order_by(ArticleModel.id).limit(limit)
        )
        with self._database.read() as session:
            rows = session.execute(question).all()
            return [_judged(verdict, _stored(article), _facts(session, verdict.id)) for verdict, *article in rows]

    def count_outdated(self, rules_version: str) -> int:
        """How many articles `outdated` gives in all."""
        question = (
            select(func.count()).select_from(VerdictModel)
            .join(ArticleModel, ArticleModel.id == VerdictModel.article_id).where(_is_outdated(rules_version))
        )
        with self._database.read() as session:
            return session.scalar(question) or 0

    def of_event(self, event_id: str) -> list[StoredArticle]:
        """The articles that prove an event, first saved first."""
        proofs = select(FactModel.article_id).where(FactModel.event_id == event_id)
        return self._find(ArticleModel.id.in_(proofs), limit=None, newest_first=False)

    def judged(self, article_id: int) -> JudgedArticle | None:
        """The article with its latest verdict; None where it has none yet."""
        newest = (
            select(VerdictModel).where(VerdictModel.article_id == article_id).order_by(VerdictModel.id.desc()).limit(1)
        )
        article = self.get(article_id)
        with self._database.read() as session:
            verdict = session.scalars(newest).one_or_none()
            return _judged(verdict, article, _facts(session, verdict.id)) if verdict and article else None

    def _find(
        self, condition: ColumnElement[bool], *, limit: int | None, newest_first: bool = True
    ) -> list[StoredArticle]:
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


def _is_outdated(rules_version: str) -> ColumnElement[bool]:
    """Whether a verdict, joined to its article, counts, is of other rules, and no newer revision waits to be judged."""
    other = aliased(ArticleModel)
    newer = select(other.id).where(other.entry_id == ArticleModel.entry_id, other.revision > ArticleModel.revision)
    return VerdictModel.latest.is_(True) & (VerdictModel.rules_version != rules_version) & ~newer.exists()


def hash_text(title: str, text: str) -> str:
    """What tells two texts apart, whitespace aside."""
    return hashlib.sha256(" ".join(f"{title}\n{text}".split()).encode("utf-8", "ignore")).hexdigest()


def _add_article(session: Session, entry_id: int, article: NewArticle, at: datetime) -> ArticleModel | None:
    newest = (
        select(ArticleModel.revision, ArticleModel.text_hash).where(ArticleModel.entry_id == entry_id)
        .order_by(ArticleModel.revision.desc()).limit(1)
    )
    revision, known_hash = session.execute(newest).one_or_none() or (0, "")
    text_hash = hash_text(article.title, article.text)
    if known_hash == text_hash:
        return None
    row = ArticleModel(entry_id=entry_id, revision=revision + 1, text_hash=text_hash, fetched_at=at, **asdict(article))
    session.add(row)
    session.flush()
    return row


def _add_verdict(session: Session, verdict: NewVerdict, at: datetime) -> VerdictModel | None:
    mine = VerdictModel.article_id == verdict.article_id
    known = session.scalar(select(VerdictModel).where(mine, VerdictModel.rules_version == verdict.rules_version))
    if known is not None:
        if session.scalar(select(VerdictModel.id).where(mine, VerdictModel.id > known.id).limit(1)) is None:
            return None
        # Rules of before are in force again: their verdict is the newest one now.
        session.delete(known)
        session.flush()
    row = VerdictModel(
        article_id=verdict.article_id, rules_version=verdict.rules_version, verdict=verdict.verdict,
        score=verdict.score, act=verdict.act, evidence=list(verdict.evidence), judged_at=at, latest=False,
    )
    session.add(row)
    session.flush()
    return row


def _mark_latest(session: Session, entry_id: int) -> None:
    """Of all verdicts on a page, the newest revision's newest one counts.

    The facts of the one that ceases to count wait again, and those of its successor take over their events: the page
    is still the proof of the same happening, and an event that lost its id would be told a second time.
    """
    question = (
        select(VerdictModel).join(ArticleModel, ArticleModel.id == VerdictModel.article_id)
        .where(ArticleModel.entry_id == entry_id).order_by(ArticleModel.revision.desc(), VerdictModel.id.desc())
    )
    latest, *others = session.scalars(question).all()
    if latest.latest:
        return
    latest.latest = True
    for row in others:
        if row.latest:
            row.latest = False
            _hand_on(session, _facts(session, row.id), latest)


def _facts(session: Session, verdict_id: int) -> Sequence[FactModel]:
    return session.scalars(
        select(FactModel).where(FactModel.verdict_id == verdict_id).order_by(FactModel.position)
    ).all()


def _hand_on(session: Session, before: Sequence[FactModel], latest: VerdictModel) -> None:
    after, judged = _facts(session, latest.id), find_judged(session, before)
    for fact in before:
        fact.waiting = True
    for fact in after:
        alike = [old for old in before if old.event_id is not None and old.block == fact.block]
        nearest = max(alike, key=lambda old: _likeness(old, fact), default=None)
        if nearest is not None and (latest.verdict != "no" or nearest.event_id in judged):
            fact.event_id = nearest.event_id
    kept = {fact.event_id for fact in after}
    lost = [old for old in before if old.event_id in judged and old.event_id not in kept]
    session.add_all(_copy(fact, latest.id, position) for position, fact in enumerate(lost, len(after)))


def _copy(fact: FactModel, verdict_id: int, position: int) -> FactModel:
    """The same fact for a verdict that reads it no more: what a reader judged keeps its proof."""
    columns = (column.key for column in inspect(FactModel).column_attrs)
    values = {key: getattr(fact, key) for key in columns if key != "id"}
    return FactModel(**(values | {"verdict_id": verdict_id, "position": position, "waiting": True}))


def _likeness(old: FactModel, new: FactModel) -> tuple[bool, bool, bool]:
    same_pair = (old.vn_key, old.kr_key) == (new.vn_key, new.kr_key)
    return same_pair, old.act == new.act, old.happened_on == new.happened_on


def _judged(verdict: VerdictModel, article: StoredArticle, facts: Sequence[FactModel]) -> JudgedArticle:
    return JudgedArticle(
        article, verdict.rules_version, verdict.verdict, verdict.score, tuple(map(_new_fact, facts)),
        tuple(dict.fromkeys(fact.event_id for fact in facts if fact.event_id is not None)),
    )


def _new_fact(fact: FactModel) -> NewFact:
    return NewFact(
        fact.vn_key, fact.kr_key, fact.block, fact.act, fact.stage, fact.happened_on, fact.quote, fact.field,
        fact.start, fact.end, tuple(fact.details),
    )


def _stored(row: Sequence[Any]) -> StoredArticle:
    article, identity, backlog = row
    return StoredArticle(
        id=article.id, entry_id=article.entry_id, outlet_id=article.outlet_id, identity=identity, url=article.url,
        title=article.title, lead=article.lead, text=article.text, lang=article.lang, author=article.author,
        published_at=article.published_at, date_source=article.date_source, fetched_at=article.fetched_at,
        revision=article.revision, from_feed=article.from_feed, backlog=backlog,
    )
