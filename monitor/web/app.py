"""The dashboard as one ASGI application: its routes, its guard, and what an error looks like; it opens no port."""

from http import HTTPStatus
from pathlib import Path

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from monitor.application import Application
from monitor.link_key import load_link_key
from monitor.links import make_links
from monitor.web.access import Access
from monitor.web.api import routes as api
from monitor.web.desk import get_desk
from monitor.web.figures import FigureKeeper
from monitor.web.guard import Guard, is_for_programs, make_check_write
from monitor.web.heads import HeadAnswerer
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
from monitor.web.rendering import render
from monitor.web.sessions import Sessions
from seeds.errors import TwinwatchError
from storage.errors import StoreError

STATIC = Path(__file__).parent / "static"
PAGES = (health, exports, today, events, rules, event, ties, map, timeline, outlets, digests, runs, login, links)


def make_app(application: Application) -> FastAPI:
    """The dashboard of an application. Raises SettingsError where the settings would leave it open to others.

    Every route of it, whoever adds one, stands behind the guard and refuses writes without a token.
    """
    access = Access(application.settings.web)
    access.check()
    sessions = Sessions(access.make_key(load_link_key(application.settings)))
    app = FastAPI(
        title="Twinwatch", description=api.DESCRIPTION, version="1", openapi_url=api.OPENAPI_URL, docs_url=None,
        redoc_url=None,
        dependencies=[Depends(make_check_write(sessions))],
    )
    for name, value in (
        ("application", application), ("access", access), ("sessions", sessions),
        ("limiter", LoginLimiter(application.clock)),
        ("links", make_links(application.settings)), ("figures", FigureKeeper(application)),
        ("explainer", Explainer(application)),
    ):
        setattr(app.state, name, value)
    for page in PAGES:
        app.include_router(page.router, include_in_schema=False)
    app.include_router(api.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for kind in (StarletteHTTPException, RequestValidationError, TwinwatchError, StoreError):
        app.add_exception_handler(kind, _show_error)
    app.add_middleware(HeadAnswerer)
    app.add_middleware(
        Guard, access=access, sessions=sessions, limiter=LoginLimiter(application.clock), clock=application.clock)
    return app


async def _show_error(request: Request, error: Exception) -> Response:
    """An error as a page for people, and as JSON for programs; never with a traceback."""
    status, detail = _describe(error)
    headers = getattr(error, "headers", None)
    path = request.url.path
    if isinstance(error, RequestValidationError) and path.startswith(api.PREFIX):
        status = 422
    if is_for_programs(path):
        return JSONResponse({"detail": detail or HTTPStatus(status).phrase}, status, headers)
    response = render(await get_desk(request), "error.html", {"status": status, "detail": detail}, status)
    response.headers.update(headers or {})
    return response


def _describe(error: Exception) -> tuple[int, str]:
    if isinstance(error, StarletteHTTPException | HTTPException):
        phrase = HTTPStatus(error.status_code).phrase
        return error.status_code, "" if error.detail == phrase else str(error.detail)
    if isinstance(error, RequestValidationError):
        return 400, "; ".join(str(one["loc"][-1]) for one in error.errors())
    return (503 if isinstance(error, StoreError) else 400), str(error)
