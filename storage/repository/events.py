"""Questions about events: blocks to be grouped, what grouping decided, and what is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import (
    ArticleModel,
    EntryModel,
    EventChangeModel,
    EventModel,
    EventPairModel,
    FactModel,
    SubscriptionModel,
    ToldModel,
    VerdictModel,
)
from storage.repository.changes import find_changed, find_grown, look_at, mark_changed
from storage.repository.event_briefs import save_event_briefs
from storage.repository.event_outlets import save_event_outlets
from storage.repository.event_proofs import find_proofs
from storage.repository.event_texts import save_event_texts
from storage.repository.event_views import SharedViews, has_facts, make_views
from storage.repository.judgements import find_answers
from storage.repository.news import NEWS_TURN, News, is_untold
from storage.repository.redirects import find_kept, make_chunks, merge_event, tell_part
from storage.values import BlockFact, EventChange, EventRow, EventView

FLAGGED = ("yes", "unsure")


@dataclass(frozen=True)
class EventFilter:
    """What a list of events is narrowed to; an empty filter lets all pass but what readers refuted (verdict `no`)."""

    act: str | None = None
    key: str | None = None
    verdict: str | None = None
    block: str | None = None
    limit: int | None = None
    ids: Sequence[str] = field(default_factory=tuple)


class EventRepository:
    """Happenings, each once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ungrouped_blocks(self) -> list[str]:
        """Blocks to be grouped: with a new fact, or with one whose verdict no longer counts."""
        question = select(FactModel.block).where(FactModel.waiting.is_(True)).distinct().order_by(FactModel.block)
        with self._database.read() as session:
            return list(session.scalars(question))

    def block_facts(self, block: str) -> list[BlockFact]:
        """The facts of a block by the latest verdict on the latest revision of each page."""
        question = (
            select(FactModel, ArticleModel, VerdictModel, EntryModel.backlog)
            .join(VerdictModel, VerdictModel.id == FactModel.verdict_id)
            .join(ArticleModel, ArticleModel.id == FactModel.article_id)
            .join(EntryModel, EntryModel.id == ArticleModel.entry_id)
            .where(FactModel.block == block, _counts())
            .order_by(FactModel.id)
        )
        with self._database.read() as session:
            return [_block_fact(*row) for row in session.execute(question)]

    def block_events(self, block: str) -> dict[str, set[int]]:
        """The present events of a block, oldest first, with the facts that belong to each.

        Among them are facts whose verdict no longer counts, and those that took their place and wait for grouping.
        """
        with self._database.read() as session:
            ids = session.scalars(
                select(EventModel.id).where(EventModel.block == block, EventModel.merged_into.is_(None))
                .order_by(EventModel.first_seen_at, EventModel.id)
            ).all()
            events: dict[str, set[int]] = {event_id: set() for event_id in ids}
            facts = select(FactModel.event_id, FactModel.id).where(FactModel.event_id.is_not(None))
            for event_id, fact_id in session.execute(facts.where(FactModel.block == block)):
                if event_id in events:
                    events[event_id].add(fact_id)
        return events

    def block_pairs(self, block: str) -> set[tuple[str, str]]:
        """The pairs of the events of a block as they were saved last, refuted ones included."""
        question = (
            select(EventPairModel.vn_key, EventPairModel.kr_key)
            .join(EventModel, EventModel.id == EventPairModel.event_id).where(EventModel.block == block).distinct()
        )
        with self._database.read() as session:
            return {(vn, kr) for vn, kr in session.execute(question)}

    def new_ties(self, block: str) -> set[str]:
        """The ids of the present events of a block that were the first to show their tie."""
        question = select(EventModel.id).where(
            EventModel.block == block, EventModel.merged_into.is_(None), EventModel.new_tie.is_(True)
        )
        with self._database.read() as session:
            return set(session.scalars(question))

    def told_ids(self, block: str) -> set[str]:
        """The ids of the events of a block that any reader was told of."""
        question = select(ToldModel.event_id).join(EventModel, EventModel.id == ToldModel.event_id).where(
            EventModel.block == block, ToldModel.passed_over.is_(False)
        )
        with self._database.read() as session:
            return set(session.scalars(question))

    def save_block(
        self, block: str, events: Sequence[EventRow], merged: Mapping[str, str], at: datetime,
        new_ties: frozenset[str] | None = None, changes: Sequence[EventChange] = (),
    ) -> list[str]:
        """Saves what grouping decided for a block, whole; the ids of events that are new.

        `merged` maps ids that are gone to the ids that go on: these redirect, and told rows follow them. They follow
        what is split off, too: its stories were told with the event that they were part of. `new_ties`
        holds the ids of all events that are the first to show their tie; None leaves that as it was. `changes` are
        kept with the instant. A reader's judgement outranks an event's verdict; where grouping did not know of it
        yet, the block goes on waiting.
        """
        with self._database.write() as session:
            self._database.take_turn(session, NEWS_TURN)
            verdicts, before = _find_verdicts(session, block, events, merged), look_at(session, block)
            news, made = News(session, at), []
            for event in events:
                new_tie = None if new_ties is None else event.id in new_ties
                if news.save_event(event, verdicts[event.id], new_tie):
                    made.append(event.id)
            for old in sorted(merged):
                merge_event(session, old, merged[old])
            for change in changes:
                if change.kind == "split" and change.other_id in made:
                    tell_part(session, change.event_id, change.other_id)
            session.add_all(_change(change, at) for change in changes)
            _save_facts(session, block, events, {e.id for e in events if verdicts[e.id] != e.verdict})
            _drop_pairs(session, block)
            save_event_outlets(session, block)
            proofs = find_proofs(session, block)
            save_event_texts(session, block, proofs)
            save_event_briefs(session, block, proofs)
            after = look_at(session, block)
            mark_changed(session, find_changed(before, after), at)
            news.reconsider(find_grown(before, after))
        return made

    def changes(self, event_id: str) -> list[EventChange]:
        """What grouping did to an event, and to others that became it or came out of it, in order."""
        mine = (EventChangeModel.event_id == event_id) | (EventChangeModel.other_id == event_id)
        with self._database.read() as session:
            rows = session.scalars(select(EventChangeModel).where(mine).order_by(EventChangeModel.id))
            return [
                EventChange(row.event_id, row.kind, row.other_id, row.reason, row.changed_at)  # type: ignore[arg-type]
                for row in rows
            ]

    def get(self, event_id: str) -> EventView | None:
        """The event with this id, or the one that it was merged into."""
        with self._database.read() as session:
            row = find_kept(session, event_id)
            return make_views(session, [row])[0] if row else None

    def find(self, wanted: EventFilter | None = None) -> list[EventView]:
        """Events, newest first, narrowed to what is wanted."""
        with self._database.read() as session:
            return make_views(session, session.scalars(_narrowed(wanted or EventFilter())).all())

    def untold(self, subscription: str, views: SharedViews | None = None) -> list[EventView]:
        """Every event since the subscription began that it was neither told nor passed over; never backlog.

        `views` are shared with the questions for other subscriptions.
        """
        with self._database.read() as session:
            row = session.get(SubscriptionModel, subscription)
            if row is None:
                return []
            question = select(EventModel).where(EventModel.news_number > row.told_through, is_untold(subscription))
            # Few events are left by now; a second condition on time would only lead SQLite to the wrong index.
            found = [event for event in session.scalars(question) if event.first_seen_at >= row.created_at]
            in_order = sorted(found, key=lambda event: (event.first_seen_at, event.id))
            return (views or SharedViews()).make(session, in_order)

    def count(self) -> int:
        """How many events are known, backlog included; merged, refuted ones and those without a fact left are none."""
        known = EventModel.merged_into.is_(None) & (EventModel.verdict != "no") & has_facts()
        question = select(func.count()).select_from(EventModel).where(known)
        with self._database.read() as session:
            return session.scalar(question) or 0


def _counts() -> ColumnElement[bool]:
    """Whether a fact, joined to its verdict, belongs to an event: the verdict is its page's latest, and not a `no`.

    Only what a reader judged keeps the facts of a `no`: the judgement outranks it.
    """
    is_told = VerdictModel.verdict.in_(FLAGGED) | FactModel.event_id.is_not(None)
    return VerdictModel.latest.is_(True) & is_told


def _find_verdicts(
    session: Session, block: str, events: Sequence[EventRow], merged: Mapping[str, str]
) -> dict[str, str]:
    """The verdict of each event: what a reader judged, else what grouping says."""
    answers = find_answers(session, block, merged, {event.id for event in events})
    return {e.id: answers[e.id].answer if e.id in answers else e.verdict for e in events}


def _change(change: EventChange, at: datetime) -> EventChangeModel:
    return EventChangeModel(
        event_id=change.event_id, kind=change.kind, other_id=change.other_id, reason=change.reason, changed_at=at
    )


def _save_facts(session: Session, block: str, events: Sequence[EventRow], again: set[str]) -> None:
    """Gives the facts to their events. One that came after grouping had read the block goes on waiting, and so do
    those of the events `again`."""
    mine = FactModel.block == block
    # What another assessor grouped after this one had read the block is in none of `events`: it waits again.
    session.execute(
        update(FactModel).where(mine, FactModel.event_id.is_not(None)).values(event_id=None, waiting=True)
    )
    counting = select(VerdictModel.id).where(VerdictModel.id == FactModel.verdict_id, _counts()).exists()
    session.execute(update(FactModel).where(mine, FactModel.waiting.is_(True), ~counting).values(waiting=False))
    for event in events:
        for part in make_chunks(event.fact_ids):
            facts = update(FactModel).where(FactModel.id.in_(part))
            session.execute(facts.values(event_id=event.id, waiting=event.id in again))


def _drop_pairs(session: Session, block: str) -> None:
    """Takes the pairs from events of the block that were merged or have no fact left: they are shown no more."""
    gone = select(EventModel.id).where(
        EventModel.block == block, EventModel.merged_into.is_not(None) | ~has_facts()
    )
    session.execute(delete(EventPairModel).where(EventPairModel.event_id.in_(gone)))


def _narrowed(wanted: EventFilter) -> Select[EventModel]:
    question = select(EventModel).where(EventModel.merged_into.is_(None), has_facts())
    if wanted.act:
        question = question.where(EventModel.act == wanted.act)
    if wanted.block:
        question = question.where(EventModel.block == wanted.block)
    if wanted.verdict:
        question = question.where(EventModel.verdict == wanted.verdict)
    else:
        question = question.where(EventModel.verdict != "no")
    if wanted.ids:
        question = question.where(EventModel.id.in_(wanted.ids))
    if wanted.key:
        pair = select(EventPairModel.event_id).where(
            (EventPairModel.vn_key == wanted.key) | (EventPairModel.kr_key == wanted.key)
        )
        question = question.where(EventModel.id.in_(pair))
    return question.order_by(EventModel.first_seen_at.desc(), EventModel.id).limit(wanted.limit)


def _block_fact(fact: FactModel, article: ArticleModel, verdict: VerdictModel, backlog: bool) -> BlockFact:
    return BlockFact(
        id=fact.id, article_id=article.id, outlet_id=article.outlet_id, url=article.url, lang=article.lang,
        verdict=verdict.verdict, block=fact.block, vn_key=fact.vn_key, kr_key=fact.kr_key, act=fact.act,
        stage=fact.stage, happened_on=fact.happened_on, published_at=article.published_at,
        fetched_at=article.fetched_at, backlog=backlog, title=article.title, text=article.text, quote=fact.quote,
        position=fact.position, score=verdict.score, entry_id=article.entry_id,
    )
