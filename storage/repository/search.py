"""Search: which events hold a word, in headlines and quotes by the index of grams, in names by whoever knows those."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, cast, column, func, or_, select, table, union_all

from storage.folding import find_grams
from storage.models import EventModel, EventOutletModel, EventPairModel, EventTextModel
from storage.search_index import GRAMS, TABLE
from storage.values import SearchWord

# Of a word: the text itself is compared afterwards, so that more would only take longer.
MOST_GRAMS = 32
# Before a day or a month without a year. The two countries have had relations since the end of the first of these.
ANY_YEAR, YEARS = "--", range(1992, 2100)
# What has a meaning of its own in a pattern of SQLite's GLOB.
NOT_GLOB = re.compile(r"[*?\[\]]")

KEPT = EventModel.merged_into.is_(None)

_index = table(TABLE, column("rowid"), column(TABLE))


@dataclass(frozen=True)
class Narrowing:
    """Which events meet a condition: as the `ids` that other tables have, and as what is asked of one event in turn.

    Without an index, to find all ids is to read every text. Those of `own`, the condition that an event's row meets by
    itself, are `own_ids`; None where no index has them, and where most events are soon met while walking.
    """

    ids: Select[Any]
    of_event: ColumnElement[bool]
    is_indexed: bool = True
    own: ColumnElement[bool] | None = None
    own_ids: Select[Any] | None = None


@dataclass(frozen=True)
class _OwnRow:
    """A condition on an event's own row; `by_index` is the same as an index finds it quickest, None without one."""

    condition: ColumnElement[bool]
    by_index: ColumnElement[bool] | None


def find_word(word: SearchWord, verdict: str, *, is_sqlite: bool) -> Narrowing:
    """The events that hold the word in a headline or a quote, are of one of its places, kinds or days, or told by its
    outlets. Of places, outlets and texts it finds those of other verdicts too."""
    pair, told, text = EventPairModel, EventOutletModel, EventTextModel
    # Both words of a badge, each somewhere.
    parts = word.folded.split() if word.is_new_tie else [word.folded]
    holds = and_(*(_holds(part, is_day=bool(word.day), is_sqlite=is_sqlite) for part in parts))
    grams = list(chain.from_iterable(find_grams(part)[:MOST_GRAMS] for part in parts))
    found = select(text.event_id).where(holds)
    if grams:
        found = _join_grams(found, grams) if is_sqlite else found.where(_has_grams(grams))
    ids: list[Select[Any]] = [found]
    asked = [_exists(select(text.id).where(text.event_id == EventModel.id, holds))]
    if word.keys:
        of_place = pair.vn_key.in_(word.keys) | pair.kr_key.in_(word.keys)
        ids.append(select(pair.event_id).where(of_place))
        asked.append(_exists(select(pair.event_id).where(pair.event_id == EventModel.id, of_place)))
    if word.outlet_ids:
        of_outlet = told.outlet_id.in_(word.outlet_ids)
        ids.append(select(told.event_id).where(of_outlet))
        asked.append(_exists(select(told.event_id).where(told.event_id == EventModel.id, of_outlet)))
    rows = _ask_row(word)
    return Narrowing(
        select(union_all(*ids).subquery().c.event_id),
        # What the event's own row says comes first: it costs least.
        or_(*(one.condition for one in rows), *asked), bool(grams),
        or_(*(one.condition for one in rows)) if rows else None, _find_own_ids(rows, verdict),
    )


def _holds(folded: str, *, is_day: bool, is_sqlite: bool) -> ColumnElement[bool]:
    """Whether a text holds the word; a day only where no further digit stands beside it: `1월` is not in `11월`."""
    text = EventTextModel.text
    if not is_day:
        return (func.instr if is_sqlite else func.strpos)(text, folded) > 0
    whole = " " + text + " "
    if is_sqlite:
        return whole.bool_op("GLOB")(f"*[^0-9]{NOT_GLOB.sub('?', folded)}[^0-9]*")
    return whole.bool_op("~")(f"[^0-9]{re.escape(folded)}[^0-9]")


def _ask_row(word: SearchWord) -> list[_OwnRow]:
    """Whether an event is of the word's kinds, of its day, or of a new tie."""
    stages = defaultdict[str, list[str]](list)
    for act, stage in word.kinds:
        stages[act].append(stage)
    asked: list[_OwnRow] = []
    if stages:
        of_kind = or_(*(and_(EventModel.act == act, EventModel.stage.in_(some)) for act, some in stages.items()))
        asked.append(_OwnRow(of_kind, of_kind))
    if word.day:
        asked.append(_ask_day(word.day))
    if word.is_new_tie:
        is_new = EventModel.new_tie.is_(True)
        asked.append(_OwnRow(is_new, is_new))
    return asked


def _ask_day(day: str) -> _OwnRow:
    if not day.startswith(ANY_YEAR):
        # `~` sorts behind every digit and dash: a month, and a year, are wanted to their end.
        within = EventModel.dated_on.between(day, f"{day}~")
        return _OwnRow(within, within)
    rest = day.removeprefix(ANY_YEAR)
    is_then = func.substr(EventModel.dated_on, len("YYYY-") + 1, len(rest)) == rest
    is_month = len(rest) == len("MM")
    return _OwnRow(is_then, None if is_month else EventModel.dated_on.in_([f"{year}-{rest}" for year in YEARS]))


def _find_own_ids(rows: Sequence[_OwnRow], verdict: str) -> Select[Any] | None:
    by_index = [one.by_index for one in rows if one.by_index is not None]
    if len(by_index) < max(1, len(rows)):
        return None
    is_wanted = EventModel.verdict == verdict if verdict else EventModel.verdict != "no"
    found = [select(EventModel.id).where(KEPT, is_wanted, one) for one in by_index]
    return select(union_all(*found).subquery().c.id)


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
