"""The tables: one for each word of the vocabulary, with constraints that carry its rules."""

from storage.models.base import Base, Serial
from storage.models.crawling import (
    ArticleModel,
    EntryModel,
    FeedModel,
    LeaseModel,
    OutletModel,
    PageModel,
    RobotsModel,
    RunModel,
    WaveModel,
)
from storage.models.judging import (
    CorrectionModel,
    EventChangeModel,
    EventModel,
    EventOutletModel,
    EventPairModel,
    FactModel,
    JudgementModel,
    TieModel,
    VerdictModel,
)
from storage.models.searching import (
    FeedSearchModel,
    FoundFeedModel,
    HitModel,
    QueryTurnModel,
)
from storage.models.telling import (
    DeliveryModel,
    DigestModel,
    JournalModel,
    RecalledModel,
    SubscriptionModel,
    ToldModel,
    UnsubscribedModel,
)

__all__ = [
    "ArticleModel",
    "Base",
    "CorrectionModel",
    "DeliveryModel",
    "DigestModel",
    "EntryModel",
    "EventChangeModel",
    "EventModel",
    "EventOutletModel",
    "EventPairModel",
    "FactModel",
    "FeedModel",
    "FeedSearchModel",
    "FoundFeedModel",
    "HitModel",
    "JournalModel",
    "JudgementModel",
    "LeaseModel",
    "OutletModel",
    "PageModel",
    "QueryTurnModel",
    "RecalledModel",
    "RobotsModel",
    "RunModel",
    "Serial",
    "SubscriptionModel",
    "TieModel",
    "ToldModel",
    "UnsubscribedModel",
    "VerdictModel",
    "WaveModel",
]
