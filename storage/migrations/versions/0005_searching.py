"""Feeds found for outlets, requests to query services and what these showed

Revision: 0005; revises: 0004; made: 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.create_table('feed_searches',
    sa.Column('outlet_id', sa.String(), nullable=False),
    sa.Column('searched_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlets.id'], name=op.f('fk_feed_searches_outlet_id')),
    sa.PrimaryKeyConstraint('outlet_id', name=op.f('pk_feed_searches'))
    )
    op.create_table('found_feeds',
    sa.Column('outlet_id', sa.String(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlets.id'], name=op.f('fk_found_feeds_outlet_id')),
    sa.PrimaryKeyConstraint('outlet_id', 'url', name=op.f('pk_found_feeds'))
    )
    op.create_table('query_turns',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('service', sa.String(), nullable=False),
    sa.Column('query', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hits', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('rests_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_query_turns'))
    )
    op.create_index('ix_query_turns_service_asked_at', 'query_turns', ['service', 'asked_at'], unique=False)
    op.create_table('hits',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('service', sa.String(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('outlet_id', sa.String(), nullable=False),
    sa.Column('identity', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outlet_seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hits')),
    sa.UniqueConstraint('service', 'url', name=op.f('uq_hits_service_url'))
    )
    op.create_index(op.f('ix_hits_found_at'), 'hits', ['found_at'], unique=False)
    op.create_index(op.f('ix_hits_identity'), 'hits', ['identity'], unique=False)
