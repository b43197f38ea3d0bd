"""What lists show of each event beside its own row, so that they need not fetch its articles

Revision: 0014; revises: 0013; made: 2026-11-22.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'

BATCH = 500


def upgrade() -> None:
    briefs = op.create_table('event_briefs',
    sa.Column('event_id', sa.String(), nullable=False),
    sa.Column('brief', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_briefs_event_id')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_briefs'))
    )
    _fill(briefs)


def _fill(briefs: sa.Table) -> None:
    """Some events at a time: the headlines of a large store do not fit into memory."""
    question = sa.text(
        "SELECT facts.event_id, articles.id, articles.outlet_id, articles.lang, articles.title, facts.quote, facts.id "
        "FROM facts JOIN articles ON articles.id = facts.article_id WHERE facts.event_id IS NOT NULL "
        "ORDER BY facts.event_id, articles.published_at IS NULL, articles.published_at, articles.id, facts.position, "
        "facts.id"
    )
    told: dict[str, list[Any]] = {}
    found = op.get_bind().execute(question, execution_options={"yield_per": BATCH})
    for event_id, rows in groupby(found, key=lambda row: row[0]):
        told[event_id] = [tuple(row) for row in rows]
        if len(told) == BATCH:
            _save(briefs, told)
            told = {}
    if told:
        _save(briefs, told)


def _save(briefs: sa.Table, told: Mapping[str, Sequence[Any]]) -> None:
    question = sa.text("SELECT event_id, vn_key, kr_key FROM event_pairs WHERE event_id IN :ids ORDER BY position")
    pairs = defaultdict[str, list[tuple[str, str]]](list)
    for event_id, vn, kr in op.get_bind().execute(question.bindparams(sa.bindparam("ids", list(told), expanding=True))):
        pairs[event_id].append((vn, kr))
    op.bulk_insert(briefs, [
        {"event_id": event_id, "brief": _write_brief(pairs[event_id], rows)} for event_id, rows in told.items()
    ])


def _write_brief(pairs: Sequence[tuple[str, str]], facts: Sequence[Any]) -> str:
    """As briefs were when they began, whatever they became later."""
    first: dict[int, Any] = {}
    quotes: dict[str, tuple[str, str, str]] = {}
    for _, article_id, outlet_id, lang, title, quote, _ in facts:
        if article_id not in first:
            first[article_id] = (outlet_id, lang, title)
            if quote:
                quotes.setdefault(lang, (lang, outlet_id, quote))
    outlets, langs, titles = zip(*first.values(), strict=True)
    told = [pairs, len(first), list(dict.fromkeys(langs)), list(dict.fromkeys(outlets)), titles[0], list(quotes.values())]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
