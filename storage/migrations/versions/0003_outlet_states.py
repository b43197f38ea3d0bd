"""Since when an outlet fails, what is usual for it, and the robots.txt of its hosts

Revision: 0003; revises: 0002; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    with op.batch_alter_table('outlets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('failing_since_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('habits', sa.JSON(), nullable=False, server_default='{}'))
    op.create_table('robots',
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('origin', name=op.f('pk_robots'))
    )
