"""Questions about feeds that were looked for: when, and what was found."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select

from storage.engine import Database
from storage.models import FeedSearchModel, FoundFeedModel
from storage.values import FoundFeed


class FoundFeedRepository:
    """Feeds that outlets have and that nobody declared."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_search(self, outlet_id: str, now: datetime, not_since: datetime) -> bool:
        """Notes that the outlet's site is looked through now; False where that was done after `not_since`."""
        insert = self._database.insert(FeedSearchModel).values(outlet_id=outlet_id, searched_at=now)
        upsert = insert.on_conflict_do_update(
            index_elements=[FeedSearchModel.outlet_id], set_={"searched_at": now},
            where=FeedSearchModel.searched_at <= not_since)
        with self._database.write() as session:
            return session.scalar(upsert.returning(FeedSearchModel.outlet_id)) is not None

    def save(self, outlet_id: str, feeds: Sequence[FoundFeed]) -> None:
        """Replaces what was found at the outlet before; a feed found again keeps its first day."""
        with self._database.write() as session:
            before = {row.url: row.found_at for row in session.scalars(_of(outlet_id))}
            session.execute(delete(FoundFeedModel).where(FoundFeedModel.outlet_id == outlet_id))
            for feed in {feed.url: feed for feed in feeds}.values():
                at = before.get(feed.url, feed.found_at)
                session.add(FoundFeedModel(outlet_id=outlet_id, url=feed.url, kind=feed.kind, found_at=at))

    def find(self, outlet_id: str) -> list[FoundFeed]:
        """What was found at one outlet."""
        with self._database.read() as session:
            return [_value(row) for row in session.scalars(_of(outlet_id).order_by(FoundFeedModel.url))]

    def all(self) -> dict[str, list[FoundFeed]]:
        """What was found, by outlet."""
        found: dict[str, list[FoundFeed]] = {}
        with self._database.read() as session:
            for row in session.scalars(select(FoundFeedModel).order_by(FoundFeedModel.outlet_id, FoundFeedModel.url)):
                found.setdefault(row.outlet_id, []).append(_value(row))
        return found


def _of(outlet_id: str) -> Select[FoundFeedModel]:
    return select(FoundFeedModel).where(FoundFeedModel.outlet_id == outlet_id)


def _value(row: FoundFeedModel) -> FoundFeed:
    return FoundFeed(row.outlet_id, row.url, row.kind, row.found_at)
