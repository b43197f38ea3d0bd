"""An index by which events are counted by kind, as whoever watches over the service asks every few seconds

Revision: 0013; revises: 0012; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'

KEPT = sa.text('merged_into IS NULL')


def upgrade() -> None:
    op.create_index('ix_events_kind', 'events', ['verdict', 'backlog'], sqlite_where=KEPT, postgresql_where=KEPT)
