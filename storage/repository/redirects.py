"""What became of events that were merged into others; used inside the transactions of the repositories."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.models import EventModel, ToldModel

# Below the limit of parameters of old SQLite builds.
CHUNK = 500
T = TypeVar("T")


def follow_merges(session: Session, event_ids: Iterable[str]) -> set[str]:
    """The ids with those that they were merged into, locked against a merge until the transaction ends."""
    found: set[str] = set()
    waiting = set(event_ids)
    while waiting:
        following: set[str] = set()
        for part in make_chunks(sorted(waiting)):
            question = (
                select(EventModel.id, EventModel.merged_into).where(EventModel.id.in_(part)).order_by(EventModel.id)
                .with_for_update(read=True)
            )
            following.update(merged for _, merged in session.execute(question) if merged)
        found |= waiting
        waiting = following - found
    return found


def find_kept(session: Session, event_id: str) -> EventModel | None:
    """The event with this id, or the one that goes on after all its merges."""
    row = session.get(EventModel, event_id)
    while row is not None and row.merged_into is not None:
        row = session.get(EventModel, row.merged_into)
    return row


def merge_event(session: Session, old: str, kept: str) -> None:
    """Makes `old` redirect to `kept`; who was told the one was told the other."""
    row = session.get_one(EventModel, old, with_for_update=True)
    row.merged_into = kept
    session.flush()
    for told in session.scalars(select(ToldModel).where(ToldModel.event_id == old)):
        mine = session.get(ToldModel, (told.subscription, kept))
        if mine is None:
            session.add(_copy_told(told, kept))
        elif mine.passed_over and not told.passed_over:
            mine.passed_over, mine.digest_id, mine.told_as = False, told.digest_id, told.told_as


def tell_part(session: Session, event_id: str, part: str) -> None:
    """Makes the event `part`, split off another, told to all who were told that one."""
    session.flush()
    for told in session.scalars(select(ToldModel).where(ToldModel.event_id == event_id)):
        if session.get(ToldModel, (told.subscription, part)) is None:
            session.add(_copy_told(told, part))


def _copy_told(told: ToldModel, event_id: str) -> ToldModel:
    return ToldModel(
        subscription=told.subscription, event_id=event_id, digest_id=told.digest_id, passed_over=told.passed_over,
        told_as=told.told_as,
    )


def make_chunks(ids: Sequence[T]) -> list[Sequence[T]]:
    """The ids in parts that fit into one statement."""
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]


def is_among(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], ids: Iterable[str], *, is_sqlite: bool
) -> ColumnElement[bool]:
    """Whether it is one of `ids`, as one parameter: a list of them would be another statement for each length."""
    if is_sqlite:
        return column.in_(select(func.json_each(literal(json.dumps(list(ids)))).table_valued("value").c.value))
    return column == func.any(cast(list(ids), ARRAY(Text)))
