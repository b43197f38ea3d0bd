"""What readers know of told events, which pages they were told of, and which events changed since

Revision: 0009; revises: 0008; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'


def upgrade() -> None:
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('change_number', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.create_index(batch_op.f('ix_events_change_number'), ['change_number'], unique=False)
    with op.batch_alter_table('subscriptions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('changes_through', sa.BigInteger(), nullable=False, server_default='0'))
    with op.batch_alter_table('told', schema=None) as batch_op:
        batch_op.add_column(sa.Column('told_as', sa.JSON(), nullable=True))
        batch_op.alter_column('digest_id', existing_type=sa.BigInteger(), nullable=True)
    op.create_table('told_articles',
    sa.Column('subscription', sa.String(), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_told_articles_entry_id')),
    sa.ForeignKeyConstraint(['subscription'], ['subscriptions.name'], name=op.f('fk_told_articles_subscription')),
    sa.PrimaryKeyConstraint('subscription', 'entry_id', name=op.f('pk_told_articles'))
    )
    op.execute(
        "INSERT INTO told_articles (subscription, entry_id) SELECT DISTINCT told.subscription, articles.entry_id "
        "FROM told JOIN facts ON facts.event_id = told.event_id JOIN articles ON articles.id = facts.article_id "
        "WHERE NOT told.passed_over"
    )
