"""Journals of deliveries that lie outside the database, what they recall, and who claimed a delivery

Revision: 0008; revises: 0007; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('claim', sa.Integer(), nullable=False, server_default='0'))
    op.create_table('journals',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journals'))
    )
    op.create_table('recalled',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subscription', sa.String(), nullable=False),
    sa.Column('digest_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('happened_on', sa.String(), nullable=True),
    sa.Column('pairs', sa.JSON(), nullable=False),
    sa.Column('urls', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['digest_id'], ['digests.id'], name=op.f('fk_recalled_digest_id')),
    sa.ForeignKeyConstraint(['subscription'], ['subscriptions.name'], name=op.f('fk_recalled_subscription')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recalled'))
    )
    with op.batch_alter_table('recalled', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recalled_digest_id'), ['digest_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recalled_subscription'), ['subscription'], unique=False)
