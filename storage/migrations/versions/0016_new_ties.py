"""An index by which search finds the events of new ties, which are some in a hundred

Revision: 0016; revises: 0015; made: 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'

SQLITE, POSTGRESQL = (sa.text(f'merged_into IS NULL AND new_tie IS {true}') for true in ('1', 'TRUE'))


def upgrade() -> None:
    op.create_index(
        'ix_events_new_tie', 'events', ['verdict', 'id'], sqlite_where=SQLITE, postgresql_where=POSTGRESQL
    )
