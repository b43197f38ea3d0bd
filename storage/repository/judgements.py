"""Questions about judgements: what readers said of events, and which answer counts; it groups and trains nothing."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import EventModel, FactModel, JudgementModel
from storage.repository.changes import mark_changed
from storage.repository.news import NEWS_TURN, News
from storage.repository.redirects import find_kept
from storage.values import Judgement

NOTHING: Mapping[str, str] = MappingProxyType({})
IN_ORDER = (JudgementModel.judged_at, JudgementModel.id)


class JudgementRepository:
    """Readers' answers, all of them kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, judgement: Judgement) -> str | None:
        """Keeps the judgement and gives the event its verdict at once; its block, None where there is no such event.

        What is said of a merged event is said of the one that goes on. The block waits to be grouped again.
        """
        with self._database.write() as session:
            self._database.take_turn(session, NEWS_TURN)
            event = find_kept(session, judgement.event_id)
            if event is None:
                return None
            session.add(JudgementModel(
                event_id=event.id, answer=judgement.answer, reader=judgement.reader, judged_at=judgement.judged_at,
                subscription=judgement.subscription,
            ))
            session.flush()
            answer = find_answers(session, event.block)[event.id].answer
            if answer != event.verdict:
                mark_changed(session, [event.id], judgement.judged_at)
            News(session, judgement.judged_at).save_verdict(event, answer)
            session.execute(update(FactModel).where(FactModel.event_id == event.id).values(waiting=True))
            return event.block

    def withdraw(self, event_id: str, reader: str, at: datetime) -> str | None:
        """Takes back the judgement that counts for an event; its block, None where none counts. It stays on record.

        The block waits to be grouped again: what the judge, or the judgement before, says of the event counts then.
        """
        with self._database.write() as session:
            self._database.take_turn(session, NEWS_TURN)
            event = find_kept(session, event_id)
            said = _find_block(session, event.block).get(event.id, []) if event else []
            standing = [row for row in said if row.withdrawn_at is None]
            if event is None or not standing:
                return None
            row = session.get_one(JudgementModel, standing[-1].id)
            row.withdrawn_at, row.withdrawn_by = at, reader
            session.execute(update(FactModel).where(FactModel.event_id == event.id).values(waiting=True))
            return event.block

    def find(self, event_id: str) -> list[Judgement]:
        """All that readers said of an event, and of those that were merged into it, first said first."""
        with self._database.read() as session:
            event = find_kept(session, event_id)
            said = _find_block(session, event.block).get(event.id, []) if event else []
            return [_judgement(row) for row in said]

    def answers(
        self, block: str, merged: Mapping[str, str] = NOTHING, present: Collection[str] = ()
    ) -> dict[str, Judgement]:
        """The judgement that counts for each judged event of a block, by the id of the event that goes on.

        So it will be once the events of `merged` have gone into others and those of `present` stand for themselves.
        """
        with self._database.read() as session:
            return find_answers(session, block, merged, present)

    def judged_events(self) -> dict[str, Judgement]:
        """The judgement that counts for each judged event of the store, by the id of the event that goes on."""
        blocks = select(EventModel.block).join(JudgementModel, JudgementModel.event_id == EventModel.id).distinct()
        with self._database.read() as session:
            found = [find_answers(session, block) for block in session.scalars(blocks.order_by(EventModel.block)).all()]
        return {event_id: answer for answers in found for event_id, answer in answers.items()}


def find_answers(
    session: Session, block: str, merged: Mapping[str, str] = NOTHING, present: Collection[str] = ()
) -> dict[str, Judgement]:
    """What `JudgementRepository.answers` says, inside a transaction."""
    found = _find_block(session, block, merged, present).items()
    standing = {event_id: [row for row in said if row.withdrawn_at is None] for event_id, said in found}
    return {event_id: _judgement(said[-1]) for event_id, said in standing.items() if said}


def find_judged(session: Session, facts: Iterable[FactModel]) -> set[str]:
    """Those events of `facts` that a reader judged."""
    blocks = {fact.block for fact in facts if fact.event_id is not None}
    return {event_id for block in sorted(blocks) for event_id in find_answers(session, block)}


def _find_block(
    session: Session, block: str, merged: Mapping[str, str] = NOTHING, present: Collection[str] = ()
) -> dict[str, list[JudgementModel]]:
    question = (
        select(JudgementModel).join(EventModel, EventModel.id == JudgementModel.event_id)
        .where(EventModel.block == block).order_by(*IN_ORDER)
    )
    rows = session.scalars(question).all()
    leads = {old: kept for old, kept in _find_merges(session, block) if old not in present} if rows else {}
    leads |= merged
    found: dict[str, list[JudgementModel]] = {}
    for row in rows:
        kept = row.event_id
        while kept in leads:
            kept = leads[kept]
        found.setdefault(kept, []).append(row)
    return found


def _find_merges(session: Session, block: str) -> list[tuple[str, str]]:
    question = select(EventModel.id, EventModel.merged_into).where(
        EventModel.block == block, EventModel.merged_into.is_not(None)
    )
    return [(old, kept) for old, kept in session.execute(question) if kept is not None]


def _judgement(row: JudgementModel) -> Judgement:
    return Judgement(
        row.event_id, row.answer, row.reader, row.judged_at,  # type: ignore[arg-type]
        row.withdrawn_at, row.withdrawn_by, row.subscription,
    )
