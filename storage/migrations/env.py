"""Alembic's entry: runs the revisions on the connection that `storage.upgrade` hands over."""

from typing import Any, Literal

from alembic import context

from storage.models import Base


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Writes our own types as what they are in the database, so that no revision depends on today's code."""
    written = {"UtcDateTime": "sa.DateTime(timezone=True)", "CleanText": "sa.Text()"}
    return written.get(type(item).__name__, False) if kind == "type" else False


context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata,
    render_as_batch=True, compare_type=True, render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
