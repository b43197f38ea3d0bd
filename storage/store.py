"""The store: one object with the questions by subject, opened for an address."""

from storage.engine import Database, is_missing_file
from storage.repository.articles import ArticleRepository
from storage.repository.corrections import CorrectionRepository
from storage.repository.deliveries import DeliveryRepository
from storage.repository.digest_pages import DigestPageRepository
from storage.repository.digests import DigestRepository
from storage.repository.entries import EntryRepository
from storage.repository.event_pages import EventPageRepository
from storage.repository.events import EventRepository
from storage.repository.found_feeds import FoundFeedRepository
from storage.repository.hits import HitRepository
from storage.repository.judgements import JudgementRepository
from storage.repository.keeping import KeepingRepository
from storage.repository.leases import LeaseRepository
from storage.repository.outlet_pages import OutletPageRepository
from storage.repository.outlets import OutletRepository
from storage.repository.query_turns import QueryTurnRepository
from storage.repository.recalls import RecallRepository
from storage.repository.robots import RobotsRepository
from storage.repository.runs import RunRepository
from storage.repository.ties import TieRepository
from storage.repository.totals import TotalsRepository
from storage.repository.unsubscribed import UnsubscribedRepository
from storage.upgrade import check_revision, current_revision, upgrade

__all__ = ["Store", "has_store", "open_store"]


class Store:
    """All repositories over one database. Safe to use from several threads; close it when done."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.outlets = OutletRepository(database)
        self.entries = EntryRepository(database)
        self.articles = ArticleRepository(database)
        self.events = EventRepository(database)
        self.judgements = JudgementRepository(database)
        self.corrections = CorrectionRepository(database)
        self.event_pages = EventPageRepository(database)
        self.outlet_pages = OutletPageRepository(database)
        self.digest_pages = DigestPageRepository(database)
        self.ties = TieRepository(database)
        self.runs = RunRepository(database)
        self.digests = DigestRepository(database)
        self.deliveries = DeliveryRepository(database)
        self.recalls = RecallRepository(database)
        self.unsubscribed = UnsubscribedRepository(database)
        self.leases = LeaseRepository(database)
        self.keeping = KeepingRepository(database)
        self.robots = RobotsRepository(database)
        self.found_feeds = FoundFeedRepository(database)
        self.query_turns = QueryTurnRepository(database)
        self.hits = HitRepository(database)
        self.totals = TotalsRepository(database)

    def close(self) -> None:
        self.database.close()


def open_store(address: str) -> Store:
    """The store at `address`. A SQLite file is created and upgraded by itself; PostgreSQL must be at today's revision.

    Raises StoreError, in one line, for an unusable address, an unreachable server, a damaged file or a schema of
    another version.
    """
    database = Database(address)
    if database.is_sqlite:
        upgrade(database)
    else:
        check_revision(database)
    return Store(database)


def has_store(address: str) -> bool:
    """Whether there is a store at `address`; looking makes none.

    Raises StoreError for an unusable address or an unreachable server.
    """
    if is_missing_file(address):
        return False
    database = Database(address)
    try:
        with database.explained():
            return current_revision(database) is not None
    finally:
        database.close()
