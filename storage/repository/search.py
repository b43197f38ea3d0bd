"""Search: which events hold a word, in headlines and quotes by the index of grams, in names by whoever knows those."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, cast, column, func, or_, select, table, union_all

from storage.folding import find_grams
from storage.models import EventModel, EventOutletModel, EventPairModel, EventTextModel
from storage.search_index import GRAMS, TABLE
from storage.values import SearchWord

# Of a word: the text itself is compared afterwards, so that more would only take longer.
MOST_GRAMS = 32

KEPT = EventModel.merged_into.is_(None)

_index = table(TABLE, column("rowid"), column(TABLE))


@dataclass(frozen=True)
class Narrowing:
    """Which events meet a condition: as their ids, and as what is asked of one event in turn.

    Without an index, to find all ids is to read every text.
    """

    ids: Select[Any]
    of_event: ColumnElement[bool]
    is_indexed: bool = True


def find_word(word: SearchWord, verdict: str, *, is_sqlite: bool) -> Narrowing:
    """The events that hold the word in a headline or a quote, are of one of its places, kinds or days, or told by its
    outlets. Of places, outlets and texts it finds those of other verdicts too."""
    pair, told, text = EventPairModel, EventOutletModel, EventTextModel
    holds = (func.instr if is_sqlite else func.strpos)(text.text, word.folded) > 0
    grams = find_grams(word.folded)[:MOST_GRAMS]
    found = select(text.event_id).where(holds)
    if grams:
        found = _join_grams(found, grams) if is_sqlite else found.where(_has_grams(grams))
    ids: list[Select[Any]] = [found]
    asked: list[ColumnElement[bool]] = []
    # What the event's own row says comes first: it costs least.
    for is_own in _ask_row(word):
        is_wanted = EventModel.verdict == verdict if verdict else EventModel.verdict != "no"
        ids.append(select(EventModel.id).where(KEPT, is_wanted, is_own))
        asked.append(is_own)
    asked.append(_exists(select(text.id).where(text.event_id == EventModel.id, holds)))
    if word.keys:
        of_place = pair.vn_key.in_(word.keys) | pair.kr_key.in_(word.keys)
        ids.append(select(pair.event_id).where(of_place))
        asked.append(_exists(select(pair.event_id).where(pair.event_id == EventModel.id, of_place)))
    if word.outlet_ids:
        of_outlet = told.outlet_id.in_(word.outlet_ids)
        ids.append(select(told.event_id).where(of_outlet))
        asked.append(_exists(select(told.event_id).where(told.event_id == EventModel.id, of_outlet)))
    return Narrowing(select(union_all(*ids).subquery().c.event_id), or_(*asked), bool(grams))


def _ask_row(word: SearchWord) -> list[ColumnElement[bool]]:
    """Whether an event is of the word's kinds, and whether of its day, as indexes of events have them."""
    stages = defaultdict[str, list[str]](list)
    for act, stage in word.kinds:
        stages[act].append(stage)
    asked: list[ColumnElement[bool]] = []
    if stages:
        asked.append(or_(*(and_(EventModel.act == act, EventModel.stage.in_(some)) for act, some in stages.items())))
    if word.day:
        # `~` sorts behind every digit and dash: a month, and a year, are wanted to their end.
        asked.append(EventModel.dated_on.between(word.day, f"{word.day}~"))
    return asked


def _exists(question: Select[Any]) -> ColumnElement[bool]:
    """As EXISTS, but asked of one event after the other: among several EXISTS PostgreSQL finds all ids first."""
    return question.correlate(EventModel).limit(1).scalar_subquery().is_not(None)


def _join_grams(found: Select[str], grams: list[str]) -> Select[str]:
    """By SQLite's index, as a join: what is asked for with a limit then ends with it, and not with the last match."""
    quoted = (gram.replace('"', '""') for gram in grams)  # inside quotes nothing else has a meaning to FTS5
    words = " AND ".join(f'"{gram}"' for gram in quoted)
    return found.join(_index, _index.c.rowid == EventTextModel.id).where(_index.c[TABLE].bool_op("MATCH")(words))


def _has_grams(grams: list[str]) -> ColumnElement[bool]:
    """By PostgreSQL's index."""
    made: ColumnElement[Any] = getattr(func, GRAMS)(EventTextModel.text)
    return made.bool_op("@>")(cast(grams, ARRAY(Text)))
