"""The overviews in the API: what the next digest will hold, events by month, the busiest ties with coordinates."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Response

from monitor.application import UTC_ZONE
from monitor.composing import draft_digest
from monitor.digests.periods import find_next
from monitor.rows import tie_row
from monitor.times import format_instant
from monitor.web.api.answers import answer, documented
from monitor.web.api.shapes import SubscriptionList, TieMap, Timeline, Today
from monitor.web.desk import Desk, DeskHere
from monitor.web.pages import timeline
from monitor.web.pages.map import find_busiest
from monitor.web.place_field import ask_place
from monitor.web.tie_filter import TieFilter
from seeds.places import TIE_KINDS
from seeds.subscription import Act, Subscription
from storage.values import TieRow

Kind = Literal[TIE_KINDS]  # type: ignore[valid-type]
Key = Annotated[str, Query(max_length=40, description="With everything inside it, such as `KR-44`.")]
Name = Annotated[str, Query(max_length=100, description="Empty: the first one.")]


def get_today(desk: DeskHere, subscription: Name = "") -> Response:
    """What a subscription would be told now, in its own language."""
    known = {one.name: one for one in desk.application.subscriptions}
    if subscription and subscription not in known:
        raise HTTPException(404, "subscription")
    chosen = known.get(subscription) or next(iter(known.values()), None)
    content = draft_digest(desk.application, chosen).content.to_json() if chosen else None
    lasting = {**content, "composed_at": None} if content else None
    told = {
        "subscription": chosen.name if chosen else "", "due_at": _find_due(desk, chosen) if chosen else None,
        "content": content,
    }
    return answer(desk.request, told, {**told, "content": lasting})


def list_subscriptions(desk: DeskHere) -> Response:
    """The subscriptions of the settings, and when the next digest of each is due."""
    return answer(desk.request, {"items": [
        {
            "name": one.name, "notifier": one.notifier, "language": one.language, "recipients": len(one.recipients),
            "due_at": _find_due(desk, one),
        }
        for one in desk.application.subscriptions
    ]})


def get_timeline(
    desk: DeskHere, place: Key = "", act: Act | Literal[""] = "",
    years: Annotated[int, Query(ge=1, le=10, description="1, 3 or 10.")] = 3,
) -> Response:
    """How many events of each act a month has, newest month first; months without any are left out."""
    page = timeline.count_months(desk, ask_place(desk, place).key, act, years)
    return answer(desk.request, {
        "items": [{"month": row.month, "total": row.total, "acts": row.acts} for row in page.rows],
    })


def get_map(desk: DeskHere, place: Key = "", kind: Kind | Literal[""] = "") -> Response:
    """The ties that the map draws, busiest first, with where their places lie; `all` counts those it chose from."""
    wanted = TieFilter(ask_place(desk, place).key, kind)
    page, gazetteer = find_busiest(desk, wanted), desk.application.gazetteer

    def find_point(key: str) -> dict[str, float] | None:
        one = gazetteer.localities.get(key)
        if one is None or one.latitude is None or one.longitude is None:
            return None
        return {"latitude": one.latitude, "longitude": one.longitude}

    def show(row: Any) -> dict[str, Any]:
        tie = TieRow(row.vn_key, row.kr_key, row.kind, row.since, row.last_event_on, row.events, row.source)
        return {
            **tie_row(tie, gazetteer), "vn_point": find_point(row.vn_key), "kr_point": find_point(row.kr_key),
        }

    return answer(desk.request, {"items": [show(row) for row in page.rows], "all": page.all})


def _find_due(desk: Desk, subscription: Subscription) -> str | None:
    return format_instant(find_next(subscription, desk.application.clock()), UTC_ZONE)


router = APIRouter(tags=["overview"])
router.get("/today", responses=documented(Today, "What is to be told."))(get_today)
router.get("/subscriptions", responses=documented(SubscriptionList, "The subscriptions."))(list_subscriptions)
router.get("/timeline", responses=documented(Timeline, "The months."))(get_timeline)
router.get("/map", responses=documented(TieMap, "The ties."))(get_map)
