"""Questions that only count, for whoever watches over the service: what came of the last day, and what is there."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import (
    ArticleModel,
    DeliveryModel,
    DigestModel,
    EntryModel,
    EventModel,
    FeedModel,
    RunModel,
    UnsubscribedModel,
    VerdictModel,
    WaveModel,
)
from storage.values import Totals

# What a server answered in its own words is no name of a reason, and would be a new line of figures each time.
LONGEST_REASON = 40


class TotalsRepository:
    """Counts over all outlets; each is answered from an index, or from a table that stays small."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, since: datetime) -> Totals:
        """Everything that is counted. Runs, entries and verdicts are those of what began, was seen or fetched since."""
        verdicts = (
            select(VerdictModel.verdict, func.count())
            .where(VerdictModel.article_id.in_(select(ArticleModel.id).where(ArticleModel.fetched_at >= since)))
            .where(VerdictModel.latest)
        )
        events = select(EventModel.verdict, EventModel.backlog, func.count()).where(EventModel.merged_into.is_(None))
        runs = select(RunModel.outcome, func.count()).where(RunModel.started_at >= since)
        seen = select(EntryModel.outcome, func.count()).where(EntryModel.seen_at >= since)
        refused = (
            select(EntryModel.reason, func.count())
            .where(EntryModel.seen_at >= since, EntryModel.outcome == "refused",
                   func.length(EntryModel.reason) <= LONGEST_REASON)
        )
        with self._database.read() as session:
            kinds = session.execute(events.group_by(EventModel.verdict, EventModel.backlog))
            return Totals(
                runs=_by_word(session, runs.group_by(RunModel.outcome)),
                entries=_by_word(session, seen.group_by(EntryModel.outcome)),
                refusals=_by_word(session, refused.group_by(EntryModel.reason)),
                articles=_number(session, select(func.count()).select_from(ArticleModel)),
                unjudged=_number(session, select(func.count(ArticleModel.id)).where(ArticleModel.judged_at.is_(None))),
                verdicts=_by_word(session, verdicts.group_by(VerdictModel.verdict)),
                events={(verdict, backlog): count for verdict, backlog, count in kinds},
                deliveries=_by_word(
                    session, select(DeliveryModel.state, func.count()).group_by(DeliveryModel.state)),
                digests=_number(session, select(func.count(DigestModel.id))),
                unsubscribed=_number(session, select(func.count()).select_from(UnsubscribedModel)),
                failing_feeds=_number(session, select(func.count(FeedModel.id)).where(FeedModel.failures > 0)),
                last_wave_at=session.scalar(select(func.max(WaveModel.started_at))),
            )


def _number(session: Session, question: Select[Any]) -> int:
    return session.scalar(question) or 0


def _by_word(session: Session, question: Select[Any, int]) -> dict[str, int]:
    return {word or "": count for word, count in session.execute(question)}
