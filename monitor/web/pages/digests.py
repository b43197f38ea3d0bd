"""Digests: what is due, what was sent, what waits or is uncertain; one digest as it was; resending and stopping."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from pydantic import ValidationError
from starlette.responses import RedirectResponse

from monitor import resending
from monitor.digests.aftermath_view import SummaryText
from monitor.digests.content import DigestContent
from monitor.digests.coverage_view import CoverageText
from monitor.digests.periods import find_next
from monitor.digests.view import make_view
from monitor.judgements import check_reader
from monitor.web.desk import Desk, DeskHere
from monitor.web.filters import Number, read_number
from monitor.web.rendering import add_page, find_size
from storage.values import DeliveryRequest, DeliveryRow, DigestHead

COLUMNS = ("id", "subscription", "period", "composed_at", "events", "states")
PAGE, WAITING = 50, 50


@dataclass(frozen=True)
class SubscriptionLine:
    """A subscription of the settings, and when its next digest is due; None where it is told at once."""

    name: str
    notifier: str
    language: str
    recipients: int
    due_at: datetime | None
    hour: int
    zone: str


@dataclass(frozen=True)
class DigestsPage:
    """Subscriptions, deliveries that were not sent, and one page of digests."""

    subscriptions: tuple[SubscriptionLine, ...]
    waiting: tuple[DeliveryRow, ...]
    rows: tuple[DigestHead, ...]
    next: str


@dataclass(frozen=True)
class DigestPage:
    """One digest as it was composed, in its reader's language; `content` is None where it is of a form that is gone,
    and what is said of it empty. `requests` are what people asked of its deliveries, first asked first."""

    id: int
    subscription: str
    composed_at: datetime
    content: DigestContent | None
    lead: str
    summary: SummaryText | None
    coverage: CoverageText | None
    footer: tuple[str, ...]
    deliveries: tuple[DeliveryRow, ...]
    requests: tuple[DeliveryRequest, ...]


def show_digests(desk: DeskHere, before: str = "", subscription: str = "") -> DigestsPage:
    pages, now = desk.store.digest_pages, desk.application.clock()
    size = find_size(desk, PAGE)
    found = pages.find(size + 1, read_number(before), subscription)
    lines = tuple(
        SubscriptionLine(
            one.name, one.notifier, one.language, len(one.recipients), find_next(one, now), one.hour, one.zone
        )
        for one in desk.application.subscriptions
    )
    rows, following = tuple(found[:size]), str(found[size - 1].id) if found[size:] else ""
    return DigestsPage(lines, _find_deliveries(desk, pages.waiting(WAITING)), rows, following)


def show_digest(digest_id: Number, desk: DeskHere) -> DigestPage:
    digest = desk.store.digests.get_digest(digest_id)
    if digest is None:
        raise HTTPException(404, "digest")
    try:
        content = DigestContent.from_json(digest.content)
    except ValidationError:
        content = None
    told = make_view(content) if content else None
    deliveries = _find_deliveries(desk, desk.store.digest_pages.deliveries(digest_id))
    return DigestPage(
        digest.id, digest.subscription, digest.composed_at, content, told.lead if told else "",
        told.summary if told else None, told.coverage if told else None, told.footer if told else (), deliveries,
        tuple(desk.store.digest_pages.requests(digest_id)),
    )


def resend(delivery_id: Number, desk: DeskHere, reader: Annotated[str, Form()]) -> Response:
    """Makes a delivery due: the service hands it over with its next tick."""
    who = check_reader(reader)
    desk.remember_reader(who)
    if not resending.put_back(desk.application, delivery_id, who):
        raise HTTPException(409, "delivery")
    return _lead_back(desk, delivery_id)


def stop(delivery_id: Number, desk: DeskHere, reader: Annotated[str, Form()]) -> Response:
    who = check_reader(reader)
    desk.remember_reader(who)
    if not resending.stop(desk.application, delivery_id, who):
        raise HTTPException(409, "delivery")
    return _lead_back(desk, delivery_id)


def _lead_back(desk: Desk, delivery_id: int) -> Response:
    delivery = desk.store.deliveries.get(delivery_id)
    return RedirectResponse(f"/digests/{delivery.digest_id}" if delivery else "/digests", 303)


def _find_deliveries(desk: Desk, numbers: list[int]) -> tuple[DeliveryRow, ...]:
    return tuple(row for number in numbers if (row := desk.store.deliveries.get(number)))


router = APIRouter()
add_page(router, "/digests", show_digests, "digests.html", COLUMNS)
add_page(router, "/digests/{digest_id}", show_digest, "digest.html")
for name, act in (("resend", resend), ("stop", stop)):
    router.add_api_route(f"/deliveries/{{delivery_id}}/{name}", act, methods=["POST"], response_model=None)
