"""Logging in with the password of the settings, and out; tries are limited."""

from dataclasses import dataclass
from math import ceil
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Response
from starlette.responses import RedirectResponse

from monitor.web.desk import Desk, DeskHere
from monitor.web.rendering import render


@dataclass(frozen=True)
class LoginPage:
    """The form; `trouble` is a key of the catalogue, empty at first."""

    target: str
    trouble: str = ""
    minutes: int = 0


def show_login(desk: DeskHere, next: str = "/") -> Response:
    if desk.request.app.state.access.is_open or desk.visitor.session.is_in:
        return RedirectResponse(find_target(next), 303)
    return render(desk, "login.html", LoginPage(find_target(next)))


def log_in(desk: DeskHere, password: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
    state, target = desk.request.app.state, find_target(next)
    wait = state.limiter.take(desk.visitor.address)
    if wait:
        page = LoginPage(target, "login.limited", ceil(wait / 60))
        answer = render(desk, "login.html", page, 429)
        answer.headers["Retry-After"] = str(ceil(wait))
        return answer
    if not state.access.is_password(password):
        return render(desk, "login.html", LoginPage(target, "login.wrong"), 403)
    state.limiter.forgive(desk.visitor.address)
    _begin_session(desk, is_in=True)
    return RedirectResponse(target, 303)


def log_out(desk: DeskHere) -> Response:
    _begin_session(desk, is_in=False)
    return RedirectResponse("/login", 303)


def find_target(wished: str) -> str:
    """Where to go on: a path of ours, never another site (`//host`, `/\\host`)."""
    parts = urlsplit(wished.replace("\\", "/"))
    is_ours = not parts.scheme and not parts.netloc and wished.startswith("/") and not wished.startswith("//")
    return wished if is_ours and wished.isprintable() and "\\" not in wished else "/"


def _begin_session(desk: Desk, *, is_in: bool) -> None:
    """A new session: nobody who planted the old one has it, and nobody who copied that goes on with it."""
    if desk.visitor.session.is_in:
        desk.request.app.state.ended.add(desk.visitor.session.id, desk.visitor.session.began_at)
    fresh = desk.sessions.make(desk.application.clock())
    fresh.is_in, fresh.reader, fresh.is_changed = is_in, desk.visitor.session.reader, True
    desk.visitor.session = fresh


router = APIRouter()
router.add_api_route("/login", show_login, response_model=None)
router.add_api_route("/login", log_in, methods=["POST"], response_model=None)
router.add_api_route("/logout", log_out, methods=["POST"], response_model=None)
