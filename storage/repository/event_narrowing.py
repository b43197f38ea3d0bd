"""Which events a page may hold, by what other tables know: places, outlets, languages and words; it loads none."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.models import EventModel, EventOutletModel, EventPairModel
from storage.repository.redirects import is_among
from storage.repository.search import Narrowing, find_word
from storage.values import EventQuery

# A condition that so many events meet, or fewer, is looked up first; one that more meet is met soon enough while
# walking down the days. Measured at 100,000 events: either way a page takes some tens of milliseconds at most.
FEW = 5_000
# So many are fetched by their ids and sorted at less than what it costs to walk down the days for rare ones.
ONE_BY_ONE = 1_000


def find_narrowing(query: EventQuery, *, is_sqlite: bool) -> list[Narrowing]:
    """Which events meet what other tables know, one question each."""
    pair, told = EventPairModel, EventOutletModel
    found: list[Select[Any]] = []
    if query.pair:
        found.append(select(pair.event_id).where(pair.vn_key == query.pair[0], pair.kr_key == query.pair[1]))
    if query.outlet_id:
        found.append(select(told.event_id).where(told.outlet_id == query.outlet_id))
    if query.keys:
        found.append(select(pair.event_id).where(pair.vn_key.in_(query.keys) | pair.kr_key.in_(query.keys)))
    if query.lang:
        found.append(select(told.event_id).where(told.lang == query.lang))
    words = [find_word(word, query.verdict, is_sqlite=is_sqlite) for word in query.words]
    return [*(Narrowing(ids, _is_event(ids)) for ids in found), *words]


def narrow(
    session: Session, narrowing: Sequence[Narrowing], *, is_sqlite: bool
) -> list[ColumnElement[bool]] | None:
    """The conditions that an event has to meet: of what few events meet, that it is one of those that meet all of it.

    None where no event does: to find out by walking down the days is to look at every event.
    """
    has_index = any(one.is_indexed for one in narrowing)
    among: set[str] | None = None
    conditions: list[ColumnElement[bool]] = []
    for one in narrowing:
        most = FEW if among is None else min(FEW, len(among))
        # Words come last, and to look one up takes as long as to ask some thousand events for it.
        is_known = among is not None and (len(among) <= ONE_BY_ONE or bool(conditions))
        is_dear = is_known or (has_index and not one.is_indexed)
        found = one.of_event if is_dear else _look_up(session, one, most, is_sqlite=is_sqlite)
        if isinstance(found, ColumnElement):
            conditions.append(found)
        else:
            among = found if among is None else among & found
        if among is not None and not among:
            return None
    if among is None:
        return conditions
    # By its index so many would be fetched and sorted, while of each event that is passed on the way down the days it
    # is soon seen that it is none of them.
    id = EventModel.id if len(among) <= ONE_BY_ONE else EventModel.id.concat("")
    return [is_among(id, among, is_sqlite=is_sqlite), *conditions]


def _look_up(session: Session, one: Narrowing, most: int, *, is_sqlite: bool) -> set[str] | ColumnElement[bool]:
    """The ids of those that meet a condition; of more than `most` what is asked of each event in turn."""
    few = session.connection().scalars(one.ids.limit(most + 1)).all()
    if len(few) > most:
        return one.of_event
    if one.own is None:
        return set(few)
    own = [] if one.own_ids is None else session.connection().scalars(one.own_ids.limit(most + 1 - len(few))).all()
    if one.own_ids is not None and len(few) + len(own) <= most:
        return {*few, *own}
    # To ask one text after the other takes ten times as long as to know all that hold the word.
    return one.own | is_among(EventModel.id, few, is_sqlite=is_sqlite) if few else one.own


def _is_event(ids: Select[Any]) -> ColumnElement[bool]:
    column: InstrumentedAttribute[str] = ids.selected_columns[0]  # type: ignore[assignment]
    return ids.where(column == EventModel.id).correlate(EventModel).exists()
