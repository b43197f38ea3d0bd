"""When each feed is due and what makes it so; requests to a host by day

Revision: 0006; revises: 0005; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    with op.batch_alter_table('feeds', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_due_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('read_whole_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('distrusted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('asked_on', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('asked', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('rhythm', sa.JSON(), nullable=False, server_default='{}'))
    with op.batch_alter_table('leases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('asked_on', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('asked', sa.Integer(), nullable=False, server_default='0'))
