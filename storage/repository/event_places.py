"""Which places occur in events, asked from key to key of an index: to read all pairs takes a hundred times as long."""

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from storage.models import EventPairModel


def find_places(session: Session) -> set[str]:
    """The keys of both sides of all events that have pairs."""
    return _step(session, "vn_key") | _step(session, "kr_key")


def _step(session: Session, name: str) -> set[str]:
    first: InstrumentedAttribute[str] = getattr(EventPairModel, name)
    other: InstrumentedAttribute[str] = getattr(aliased(EventPairModel), name)
    steps = select(func.min(first).label("key")).cte("steps", recursive=True)
    following = select(func.min(other)).where(other > steps.c.key).scalar_subquery()
    steps = steps.union_all(select(following).where(steps.c.key.is_not(None)))
    return set(session.scalars(select(steps.c.key).where(steps.c.key.is_not(None))))
