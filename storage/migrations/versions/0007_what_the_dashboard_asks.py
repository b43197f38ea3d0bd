"""Days and outlets that lists of events are narrowed by, readers' corrections of grouping, withdrawals, paused outlets

Revision: 0007; revises: 0006; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('dated_on', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('judgements', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_by', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('outlets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('paused_by', sa.Text(), nullable=False, server_default=''))
    op.create_table('event_outlets',
    sa.Column('event_id', sa.String(), nullable=False),
    sa.Column('outlet_id', sa.String(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_outlets_event_id')),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlets.id'], name=op.f('fk_event_outlets_outlet_id')),
    sa.PrimaryKeyConstraint('event_id', 'outlet_id', 'lang', name=op.f('pk_event_outlets'))
    )
    op.create_table('corrections',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('block', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('one_entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('one_fact', sa.String(), nullable=False),
    sa.Column('other_entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('other_fact', sa.String(), nullable=False),
    sa.Column('reader', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['one_entry_id'], ['entries.id'], name=op.f('fk_corrections_one_entry_id')),
    sa.ForeignKeyConstraint(['other_entry_id'], ['entries.id'], name=op.f('fk_corrections_other_entry_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_corrections'))
    )
    _fill()
    op.create_index('ix_corrections_block', 'corrections', ['block'])
    op.create_index('ix_event_outlets_outlet', 'event_outlets', ['outlet_id', 'event_id'])
    op.create_index('ix_event_outlets_lang', 'event_outlets', ['lang', 'event_id'])
    kept = sa.text('merged_into IS NULL')
    for name, columns in (
        ('ix_events_dated', ['verdict', 'dated_on', 'id', 'act']),
        ('ix_events_act', ['verdict', 'act', 'stage', 'dated_on', 'id']),
    ):
        op.create_index(name, 'events', columns, sqlite_where=kept, postgresql_where=kept)


def _fill() -> None:
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    seen_on = "substr(first_seen_at, 1, 10)" if is_sqlite else "to_char(first_seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    op.execute(f"UPDATE events SET dated_on = coalesce(happened_on, {seen_on})")
    op.execute(
        "INSERT INTO event_outlets (event_id, outlet_id, lang) SELECT DISTINCT facts.event_id, articles.outlet_id, "
        "articles.lang FROM facts JOIN articles ON articles.id = facts.article_id WHERE facts.event_id IS NOT NULL"
    )
