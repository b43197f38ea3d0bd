"""Indexes that a store of a million articles was found to miss

Revision: 0012; revises: 0011; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'

OPEN = sa.text('finished_at IS NULL')


def upgrade() -> None:
    op.create_index('ix_runs_outlet_id', 'runs', ['outlet_id', 'id'])
    op.create_index('ix_runs_open', 'runs', ['started_at'], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index('ix_told_digest_id', 'told', ['digest_id'])
    op.create_index('ix_told_articles_entry_id', 'told_articles', ['entry_id'])
