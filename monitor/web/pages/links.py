"""The signed links of digests: each shows a page with a button, and only the button does what the link is for."""

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Response

from monitor import judgements, unsubscribing
from monitor.links import LinkKind, LinkPayload
from monitor.web.desk import Desk, DeskHere
from monitor.web.lines import EventLine, make_line
from monitor.web.rendering import render
from storage.values import Judgement

REFUSED = 410


@dataclass(frozen=True)
class LinkPage:
    """What a link is for: `done` says that it was done; `refusal` why it is not taken, and then all else is empty.

    `counts` says that the link's answer is the one that counts for its event.
    """

    kind: str
    refusal: str = ""
    event: EventLine | None = None
    answer: str = ""
    subscription: str = ""
    recipient: str = ""
    has_left: bool = False
    counts: bool = False
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
    said = _say(desk, payload)
    judgements.judge_event(desk.application, said.event_id, said.answer, said.reader, said.subscription)
    return _show(desk, "judge", token, done=True)


def take_back(token: str, desk: DeskHere) -> Response:
    """Takes the link's own answer back, and nobody else's."""
    payload = _read(desk, "judge", token)
    if isinstance(payload, str):
        return _refuse(desk, "judge", payload)
    said = _say(desk, payload)
    if judgements.is_counting(desk.application, said):
        judgements.withdraw_judgement(desk.application, said.event_id, said.reader)
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


def _say(desk: Desk, payload: LinkPayload) -> Judgement:
    """What a link to judge says: it is the same for all readers of a digest."""
    reader = f"{payload.subscription} (link)"[: judgements.LONGEST_NAME]
    return Judgement(
        payload.event_id, "yes" if payload.answer == "yes" else "no", reader, desk.application.clock(),
        subscription=payload.subscription,
    )


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
        counts=kind == "judge" and judgements.is_counting(desk.application, _say(desk, payload)),
    ))


router = APIRouter(prefix="/links")
for kind, show in (("event", show_event_link), ("judge", show_judge_link), ("unsubscribe", show_unsubscribe_link)):
    router.add_api_route(f"/{kind}/{{token}}", show, response_model=None)
for path, act in (
    ("judge/{token}", judge), ("judge/{token}/undo", take_back),
    ("unsubscribe/{token}", unsubscribe), ("unsubscribe/{token}/undo", resume),
):
    router.add_api_route(f"/{path}", act, methods=["POST"], response_model=None)
