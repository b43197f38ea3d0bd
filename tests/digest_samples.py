"""Sample events, ledgers and subscriptions for the tests of digests; it asserts nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.digests.compose import compose
from monitor.digests.content import DigestContent
from seeds.subscription import Subscription
from storage.values import DeliveryRow, EventArticle, EventView, LedgerLine

NOW = datetime(2025, 8, 30, 0, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=1)
NAMES = {
    "VN-46": {"en": "Huế", "ko": "후에", "vi": "Huế"},
    "VN-48": {"en": "Đà Nẵng", "ko": "다낭", "vi": "Đà Nẵng"},
    "VN-22": {"en": "Quảng Ninh", "ko": "꽝닌", "vi": "Quảng Ninh"},
    "KR-44": {"en": "Chungcheongnam", "ko": "충청남도", "vi": "Chungcheongnam"},
    "KR-26": {"en": "Busan", "ko": "부산", "vi": "Busan"},
    "KR-41": {"en": "Gyeonggi", "ko": "경기도", "vi": "Gyeonggi"},
    "KR-41270": {"en": "Ansan", "ko": "안산", "vi": "Ansan"},
}
OUTLETS = {"huengaynay": "Huế ngày nay", "cnnews": "충남일보", "vntimes": "Vietnam Times"}
PARENTS = {"KR-41270": ("KR-41", "KR")}


def name(key: str, language: str) -> str:
    return NAMES[key][language]


def inside(key: str) -> tuple[str, ...]:
    return PARENTS.get(key, (key[:2],))


def zone_of(outlet_id: str, lang: str) -> ZoneInfo:
    return ZoneInfo({"vi": "Asia/Ho_Chi_Minh", "ko": "Asia/Seoul"}.get(lang, "UTC"))


def make_subscription(**changes: Any) -> Subscription:
    return Subscription(**{"name": "desk", "notifier": "email", "recipients": ["desk@example.org"], **changes})


def make_article(lang: str = "vi", **changes: Any) -> EventArticle:
    outlet = {"vi": "huengaynay", "ko": "cnnews"}.get(lang, "vntimes")
    values: dict[str, Any] = {
        "article_id": 1, "url": f"https://{outlet}.example/{lang}/1", "outlet_id": outlet, "lang": lang,
        "title": f"Title in {lang}", "published_at": NOW - timedelta(hours=3), "quote": f"Quote in {lang}.",
    }
    return EventArticle(**{**values, **changes})


def make_event(id: str = "e1", **changes: Any) -> EventView:
    values: dict[str, Any] = {
        "id": id, "act": "agreement", "stage": "signed", "happened_on": "2025-08-29", "verdict": "yes",
        "backlog": False, "new_tie": False, "first_seen_at": NOW - timedelta(hours=2),
        "pairs": (("VN-46", "KR-44"),), "articles": (make_article(),), "earlier_events": 2,
    }
    return EventView(**{**values, **changes})


def make_line(outlet_id: str = "huengaynay", **changes: Any) -> LedgerLine:
    values: dict[str, Any] = {
        "outlet_id": outlet_id, "state": "fine", "state_since": SINCE, "state_reason": "",
        "last_seen_at": NOW - timedelta(minutes=20), "last_new_at": NOW - timedelta(hours=2),
        "runs": 40, "entries": 12, "articles": 1,
    }
    return LedgerLine(**{**values, **changes})


def make_content(
    *events: EventView, ledger: Any = None, down: Any = (), read_since: datetime | None = None, **subscription: Any,
) -> DigestContent:
    return compose(
        make_subscription(**subscription), events, [make_line()] if ledger is None else ledger,
        outlet_names=OUTLETS, name=name, zone_of=zone_of, inside=inside, composed_at=NOW, since_at=SINCE,
        read_since=read_since, down=down,
    )


def make_delivery(**changes: Any) -> DeliveryRow:
    values: dict[str, Any] = {
        "id": 7, "digest_id": 3, "subscription": "desk", "notifier": "email", "recipient": "desk@example.org",
        "state": "sending", "attempts": 1, "created_at": NOW, "next_attempt_at": None, "sent_at": None,
        "parts_sent": 0, "may_repeat": False, "reason": "",
    }
    return DeliveryRow(**{**values, **changes})
