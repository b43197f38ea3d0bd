"""What search reads of each event, with an index of grams

Revision: 0011; revises: 0010; made: 2026-11-22.
"""

from itertools import groupby

import sqlalchemy as sa
from alembic import op

from storage.repository.event_texts import join_pieces
from storage.search_index import make_search_index

revision = '0011'
down_revision = '0010'

BATCH = 1_000


def upgrade() -> None:
    texts = op.create_table('event_texts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_texts_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_texts')),
    sa.UniqueConstraint('event_id', name=op.f('uq_event_texts_event_id'))
    )
    _fill(texts)
    make_search_index(op.get_bind())


def _fill(texts: sa.Table) -> None:
    """Event by event: the headlines of a large store do not fit into memory."""
    question = sa.text(
        "SELECT facts.event_id, articles.title, facts.quote FROM facts JOIN articles ON articles.id = facts.article_id "
        "WHERE facts.event_id IS NOT NULL ORDER BY facts.event_id, facts.id"
    )
    rows = []
    found = op.get_bind().execute(question, execution_options={"yield_per": BATCH})
    for event_id, facts in groupby(found, key=lambda row: row[0]):
        rows.append({"event_id": event_id, "text": join_pieces(part for fact in facts for part in fact[1:])})
        if len(rows) == BATCH:
            op.bulk_insert(texts, rows)
            rows = []
    op.bulk_insert(texts, rows)
