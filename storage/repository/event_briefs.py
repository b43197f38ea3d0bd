"""Events as lists show them, from a text kept of each: behind a list of a thousand events are five thousand articles.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.models import EventBriefModel, EventModel, EventPairModel
from storage.repository.event_proofs import Proof, keep_texts, read_plain
from storage.repository.redirects import is_among
from storage.values import EventBrief, EventView

# What `find_briefs` needs of an event, in its order.
BRIEF = (
    EventModel.id, EventModel.act, EventModel.stage, EventModel.happened_on, EventModel.verdict, EventModel.backlog,
    EventModel.new_tie, EventModel.first_seen_at, func.coalesce(EventModel.changed_at, EventModel.first_seen_at),
)


def find_briefs(session: Session, question: Select[Any], *, is_sqlite: bool) -> list[EventBrief]:
    """The events that a question for the columns of BRIEF finds, in its order."""
    # By the connection: the session looks at every row once more, for objects that none of these has.
    rows = session.connection().execute(question).all()
    brief = EventBriefModel
    mine = is_among(brief.event_id, [row[0] for row in rows], is_sqlite=is_sqlite)
    kept = dict(read_plain(session, select(brief.event_id, brief.brief).where(mine)))
    return [EventBrief(*row, *_read(kept[row[0]])) for row in rows]


def save_event_briefs(session: Session, block: str, proofs: Mapping[str, Sequence[Proof]]) -> None:
    """Brings the briefs of all events of a block up to date with what proves them, and with their pairs."""
    pair, pairs = EventPairModel, defaultdict[str, list[tuple[str, str]]](list)
    question = (
        select(pair.event_id, pair.vn_key, pair.kr_key).join(EventModel, EventModel.id == pair.event_id)
        .where(EventModel.block == block).order_by(pair.event_id, pair.position)
    )
    for event_id, vn, kr in read_plain(session, question):
        pairs[event_id].append((vn, kr))
    briefs = {event_id: write_brief(pairs[event_id], told) for event_id, told in proofs.items()}
    keep_texts(session, block, EventBriefModel.brief, briefs)


def write_brief(pairs: Iterable[tuple[str, str]], told: Sequence[Proof]) -> str:
    """What is kept of an event for lists, from its pairs, the main one first, and what proves it in its order."""
    return json.dumps((tuple(pairs), *_sum_up(told)), ensure_ascii=False, separators=(",", ":"))


def make_brief(view: EventView) -> EventBrief:
    """The same of an event that is known wholly."""
    told = [
        (view.id, one.article_id, one.outlet_id, one.lang, one.title, one.quote, one.gaps, 0) for one in view.articles
    ]
    return EventBrief(
        view.id, view.act, view.stage, view.happened_on, view.verdict, view.backlog, view.new_tie, view.first_seen_at,
        view.changed_at or view.first_seen_at, view.pairs, *_sum_up(told),
    )


# The newest events are asked for by every list, and to read their JSON takes longer than to find them.
@lru_cache(maxsize=5_000)
def _read(brief: str) -> tuple[Any, ...]:
    pairs, articles, langs, outlets, title, quotes = json.loads(brief)
    return tuple(map(tuple, pairs)), articles, tuple(langs), tuple(outlets), title, tuple(map(tuple, quotes))


def _sum_up(told: Sequence[Proof]) -> tuple[int, tuple[str, ...], tuple[str, ...], str, tuple[Proof, ...]]:
    """How many articles, their languages and outlets, the first title, and the first quote of each language, of those
    that prove most of the headline."""
    if not told:
        return 0, (), (), "", ()
    _, articles, outlets, langs, titles, words, gaps, _ = zip(*told, strict=True)
    if len(set(articles)) < len(articles):  # several facts of one article, of which the first counts
        return _sum_up([next(same) for _, same in groupby(told, key=itemgetter(1))])
    quotes: dict[str, Proof] = {}
    fewest = min((gap for gap, quote in zip(gaps, words, strict=True) if quote), default=0)
    for gap, *quote in zip(gaps, langs, outlets, words, strict=True):
        if quote[2] and gap == fewest:
            quotes.setdefault(quote[0], tuple(quote))
    return len(articles), tuple(dict.fromkeys(langs)), tuple(dict.fromkeys(outlets)), titles[0], tuple(quotes.values())
