"""The dashboard as one ASGI application: its routes, its guard, and what an error looks like; it opens no port."""

import json
from pathlib import Path

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from monitor.application import Application
from monitor.link_key import load_link_key
from monitor.links import make_links
from monitor.web.access import Access
from monitor.web.api import routes as api
from monitor.web.api.answers import answer_bytes
from monitor.web.desk import get_desk
from monitor.web.ended_sessions import FILE, EndedSessions
from monitor.web.figures import FigureKeeper
from monitor.web.guard import HEADERS, Guard, is_for_programs, make_check_write
from monitor.web.heads import HeadAnswerer, find_methods
from monitor.web.limiter import LoginLimiter
from monitor.web.pages import (
    digests,
    event,
    events,
    exports,
    health,
    links,
    login,
    map,
    outlets,
    rules,
    runs,
    ties,
    timeline,
    today,
)
from monitor.web.reasons import Explainer
from monitor.web.refusals import find_status, tell_person, tell_program
from monitor.web.refused_page import make_refused_page
from monitor.web.rendering import render
from monitor.web.sessions import LASTS, Sessions
from seeds.errors import TwinwatchError
from storage.errors import StoreError

STATIC = Path(__file__).parent / "static"
PAGES = (health, exports, today, events, rules, event, ties, map, timeline, outlets, digests, runs, login, links)


def make_app(application: Application, *, is_demo: bool = False) -> FastAPI:
    """The dashboard of an application. Raises SettingsError where the settings would leave it open to others.

    As a demonstration every page says that nothing runs behind it.
    Every route of it, whoever adds one, stands behind the guard and refuses writes without a token.
    """
    access = Access(application.settings.web)
    access.check()
    ended = EndedSessions(application.settings.data_dir.absolute() / FILE, LASTS, application.clock())
    sessions = Sessions(access.make_key(load_link_key(application.settings)), ended)
    app = FastAPI(
        title="Twinwatch", description=api.DESCRIPTION, version="1", openapi_url=None, docs_url=None, redoc_url=None,
        dependencies=[Depends(make_check_write(sessions))],
    )
    for name, value in (
        ("application", application), ("access", access), ("sessions", sessions), ("ended", ended),
        ("limiter", LoginLimiter(application.clock)),
        ("links", make_links(application.settings)), ("figures", FigureKeeper(application)),
        ("explainer", Explainer(application)), ("is_demo", is_demo), ("store_file", None),
    ):
        setattr(app.state, name, value)
    for page in PAGES:
        app.include_router(page.router, include_in_schema=False)
    app.include_router(api.router)
    app.add_api_route(api.OPENAPI_URL, _show_document, include_in_schema=False, response_model=None)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for kind in (StarletteHTTPException, RequestValidationError, TwinwatchError, StoreError):
        app.add_exception_handler(kind, _show_error)
    app.add_exception_handler(Exception, _show_fault)
    app.add_middleware(HeadAnswerer)
    app.add_middleware(
        Guard, access=access, sessions=sessions, limiter=LoginLimiter(application.clock), clock=application.clock)
    return app


async def _show_document(request: Request) -> Response:
    """The API's own description; another one with another version of Twinwatch only."""
    return answer_bytes(request, json.dumps(request.app.openapi()).encode(), "application/json")


async def _show_error(request: Request, error: Exception) -> Response:
    """An error as a page for people, in their language, and as JSON for programs; never with a traceback."""
    status, path = find_status(error), request.url.path
    headers = dict(getattr(error, "headers", None) or {})
    if "Allow" in headers:
        headers["Allow"] = find_methods(request)
    if isinstance(error, RequestValidationError) and path.startswith(api.PREFIX):
        status = 422
    if is_for_programs(path):
        return JSONResponse({"detail": tell_program(error)}, status, headers)
    desk = await get_desk(request)
    response = render(desk, "error.html", {"status": status, "detail": tell_person(error, desk.words)}, status)
    response.headers.update(headers)
    return response


async def _show_fault(request: Request, error: Exception) -> Response:
    """A fault of our own, which the service's log has: it stands outside the guard, so the headers are its own."""
    if is_for_programs(request.url.path):
        return JSONResponse({"detail": "Internal Server Error"}, 500, HEADERS)
    response = make_refused_page(request, 500, "fault")
    response.headers.update(HEADERS)
    return response
