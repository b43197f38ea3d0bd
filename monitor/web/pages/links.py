"""The signed links of digests: each shows a page with a button, and only the button does what the link is for."""

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, HTTPException, Response

from monitor import judgements, unsubscribing
from monitor.links import LinkKind, LinkPayload
from monitor.web.desk import Desk, DeskHere
from monitor.web.lines import EventLine, make_line
from monitor.web.rendering import render

REFUSED = 410


@dataclass(frozen=True)
class LinkPage:
    """What a link is for: `done` says that it was done; `refusal` why it is not taken, and then all else is empty."""

    kind: str
    refusal: str = ""
    event: EventLine | None = None
    answer: str = ""
    subscription: str = ""
    recipient: str = ""
    has_left: bool = False
    done: bool = False


def show_event_link(token: str, desk: DeskHere) -> Response:
    return _show(desk, "event", token)


def show_judge_link(token: str, desk: DeskHere) -> Response:
    return _show(desk, "judge", token)


def show_unsubscribe_link(token: str, desk: DeskHere) -> Response:
    return _show(desk, "unsubscribe", token)


def judge(token: str, desk: DeskHere) -> Response:
    payload = _read(desk, "judge", token)
    if isinstance(payload, str):
        return _refuse(desk, "judge", payload)
    answer: Literal["yes", "no"] = "yes" if payload.answer == "yes" else "no"
    reader = f"{payload.subscription} (link)"[: judgements.LONGEST_NAME]
    judgements.judge_event(desk.application, payload.event_id, answer, reader, payload.subscription)
    return _show(desk, "judge", token, done=True)


def unsubscribe(token: str, desk: DeskHere) -> Response:
    """Also what a mail program asks for by itself, with one click (RFC 8058)."""
    payload = _read(desk, "unsubscribe", token)
    if isinstance(payload, str):
        return _refuse(desk, "unsubscribe", payload)
    unsubscribing.leave(desk.application, payload.subscription, payload.recipient)
    return _show(desk, "unsubscribe", token, done=True)


def resume(token: str, desk: DeskHere) -> Response:
    payload = _read(desk, "unsubscribe", token)
    if isinstance(payload, str):
        return _refuse(desk, "unsubscribe", payload)
    unsubscribing.resume(desk.application, payload.subscription, payload.recipient)
    return _show(desk, "unsubscribe", token, done=True)


def _read(desk: Desk, kind: LinkKind, token: str) -> LinkPayload | str:
    """What the token stands for, or why it is not taken."""
    found = desk.request.app.state.links.read(token, kind, desk.application.clock())
    return found if isinstance(found, LinkPayload) else found.reason


def _refuse(desk: Desk, kind: LinkKind, reason: str) -> Response:
    return render(desk, "link.html", LinkPage(kind, refusal=reason), REFUSED)


def _show(desk: Desk, kind: LinkKind, token: str, *, done: bool = False) -> Response:
    payload = _read(desk, kind, token)
    if isinstance(payload, str):
        return _refuse(desk, kind, payload)
    event = desk.store.events.get(payload.event_id) if payload.event_id else None
    if payload.event_id and event is None:
        raise HTTPException(404, "event")
    has_left = bool(payload.recipient) and unsubscribing.has_left(
        desk.application, payload.subscription, payload.recipient
    )
    return render(desk, "link.html", LinkPage(
        kind, event=make_line(desk, event) if event else None, answer=payload.answer,
        subscription=payload.subscription, recipient=payload.recipient, has_left=has_left, done=done,
    ))


router = APIRouter(prefix="/links")
for kind, show in (("event", show_event_link), ("judge", show_judge_link), ("unsubscribe", show_unsubscribe_link)):
    router.add_api_route(f"/{kind}/{{token}}", show, response_model=None)
for path, act in (("judge/{token}", judge), ("unsubscribe/{token}", unsubscribe), ("unsubscribe/{token}/undo", resume)):
    router.add_api_route(f"/{path}", act, methods=["POST"], response_model=None)
