"""Recipients who wish no more of a subscription

Revision: 0004; revises: 0003; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('unsubscribed',
    sa.Column('subscription', sa.String(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('subscription', 'recipient', name=op.f('pk_unsubscribed'))
    )
