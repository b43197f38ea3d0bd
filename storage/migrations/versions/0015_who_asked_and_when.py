"""When an event changed last, whose link a judgement came by, and who wished a delivery sent again or stopped

Revision: 0015; revises: 0014; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'


def upgrade() -> None:
    op.add_column('events', sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    # Events of before keep none, and count as seen first: to write every row anew would leave PostgreSQL half empty pages.
    op.add_column('judgements', sa.Column('subscription', sa.String(), nullable=False, server_default=''))
    op.create_table('delivery_requests',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('delivery_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('reader', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_delivery_requests_delivery_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_requests'))
    )
    op.create_index(op.f('ix_delivery_requests_delivery_id'), 'delivery_requests', ['delivery_id'])
