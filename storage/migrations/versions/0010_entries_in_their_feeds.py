"""When a feed still showed an entry, so that entries can go after they have left their feeds

Revision: 0010; revises: 0009; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'


def upgrade() -> None:
    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('listed_at', sa.DateTime(timezone=True), nullable=True))
