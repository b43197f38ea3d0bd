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
    EventChangeModel,
    EventModel,
    EventPairModel,
    FactModel,
    JudgementModel,
    TieModel,
    VerdictModel,
)
from storage.models.telling import (
    DeliveryModel,
    DigestModel,
    SubscriptionModel,
    ToldModel,
    UnsubscribedModel,
)

__all__ = [
    "ArticleModel",
    "Base",
    "DeliveryModel",
    "DigestModel",
    "EntryModel",
    "EventChangeModel",
    "EventModel",
    "EventPairModel",
    "FactModel",
    "FeedModel",
    "JudgementModel",
    "LeaseModel",
    "OutletModel",
    "PageModel",
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
