"""Finds what changed of the events that a subscription was told, in few queries however much was told."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from storage.models import (
    ArticleModel,
    EntryModel,
    EventModel,
    FactModel,
    SubscriptionModel,
    ToldArticleModel,
    ToldModel,
)
from storage.repository.changes import newest_change
from storage.repository.event_views import SharedViews
from storage.repository.redirects import find_kept, make_chunks
from storage.values import ChangedEvent, Changes, Standing


def find_changes(session: Session, subscription: SubscriptionModel, shared: SharedViews) -> Changes:
    """The told events that changed since the subscription looked at changes last."""
    begins_at, ends_at = subscription.changes_through, newest_change(session)
    shared.renew(ends_at)
    question = select(EventModel.id).where(EventModel.change_number > begins_at)
    changed = session.scalars(question).all() if ends_at > begins_at else []
    told = [row for row in _find_told(session, subscription.name, changed) if not row.passed_over]
    # In one question: `find_kept` then finds nearly all of them in the session.
    known = [row.event_id for row in told]
    loaded = [session.scalars(select(EventModel).where(EventModel.id.in_(part))).all() for part in make_chunks(known)]
    kept = {event.id: find_kept(session, event.id) or event for part in loaded for event in part}
    present = {event.id: event for event in kept.values()}
    views = {view.id: view for view in shared.make(session, present.values())}
    later = _find_later(session, subscription.name, sorted(present))
    kept_as = {row.event_id: _read(row.told_as) for row in _find_told(session, subscription.name, sorted(present))}
    events = tuple(
        ChangedEvent(
            row.event_id, views[kept[row.event_id].id], standing := _read(row.told_as),
            _find_origin(session, row.event_id, standing), kept_as.get(kept[row.event_id].id),
            frozenset(later.get(kept[row.event_id].id, ())),
        )
        for row in told
    )
    return Changes(events, begins_at, ends_at)


def _find_told(session: Session, subscription: str, event_ids: Sequence[str]) -> list[ToldModel]:
    mine = select(ToldModel).where(ToldModel.subscription == subscription).order_by(ToldModel.event_id)
    return [row for part in make_chunks(event_ids) for row in session.scalars(mine.where(ToldModel.event_id.in_(part)))]


def _find_origin(session: Session, event_id: str, told_as: Standing | None) -> Any:
    if told_as is None or told_as.event_id == event_id:
        return "itself"
    kept = find_kept(session, told_as.event_id)
    return "merged" if kept is not None and kept.id == event_id else "split"


def _find_later(session: Session, subscription: str, event_ids: Collection[str]) -> dict[str, set[int]]:
    """The articles of events that the subscription was not told of; none of the backlog, and no page that only moved.
    """
    twin, of_twin = aliased(ArticleModel), aliased(ToldArticleModel)
    is_told = exists().where(
        ToldArticleModel.subscription == subscription, ToldArticleModel.entry_id == ArticleModel.entry_id
    )
    is_moved = (
        select(twin.id).join(of_twin, of_twin.entry_id == twin.entry_id)
        .where(
            of_twin.subscription == subscription, twin.text_hash == ArticleModel.text_hash,
            twin.outlet_id == ArticleModel.outlet_id,
        ).exists()
    )
    found: dict[str, set[int]] = {}
    for part in make_chunks(sorted(event_ids)):
        question = (
            select(FactModel.event_id, ArticleModel.id).join(ArticleModel, ArticleModel.id == FactModel.article_id)
            .join(EntryModel, EntryModel.id == ArticleModel.entry_id)
            .where(FactModel.event_id.in_(part), EntryModel.backlog.is_(False), ~is_told, ~is_moved).distinct()
        )
        for event_id, article_id in session.execute(question):
            found.setdefault(str(event_id), set()).add(article_id)
    return found


def _read(told_as: dict[str, Any] | None) -> Standing | None:
    if told_as is None:
        return None
    return Standing(**{**told_as, "pairs": tuple((vn, kr) for vn, kr in told_as["pairs"])})
