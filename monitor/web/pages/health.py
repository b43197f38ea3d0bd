"""What machines ask: whether the process lives, whether it does its work, and its figures; no page for people."""

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse, PlainTextResponse

from monitor.application import Application
from monitor.metrics import CONTENT_TYPE, make_metrics
from monitor.recalling import find_hold
from monitor.schedule import SCHEDULER_LEASE
from monitor.visits import LONGEST_REST, look_at_visits
from storage.engine import find_file
from storage.errors import StoreError


async def is_alive() -> Response:
    """An answer is the answer: the loop turns. It asks nothing else, so that a slow database restarts nobody."""
    return PlainTextResponse("alive\n")


def is_ready(request: Request) -> Response:
    """503 with the reasons where the database, the schedule, visits or digests are not as they should be."""
    application: Application = request.app.state.application
    try:
        last_wave_at, reasons = application.store.runs.last_wave_at(), _look(application, application.clock())
        reasons += _look_at_file(request, find_file(application.settings.database_address))
    except StoreError as error:
        last_wave_at, reasons = None, [str(error)]
    body: dict[str, Any] = {
        "ready": not reasons, "reasons": reasons, "last_wave_at": last_wave_at and last_wave_at.isoformat(),
    }
    return JSONResponse(body, 503 if reasons else 200)


def show_metrics(request: Request) -> Response:
    """The figures as Prometheus reads them."""
    return Response(make_metrics(request.app.state.application), media_type=CONTENT_TYPE)


def _look(application: Application, now: datetime) -> list[str]:
    store, reasons = application.store, []
    until = store.leases.find_end(SCHEDULER_LEASE)
    if until is None or until <= now:
        reasons.append("schedule: no service holds it" + (f" since {until:%Y-%m-%d %H:%M} UTC" if until else ""))
    if application.settings.may_crawl:
        ended_at = look_at_visits(application).ended_at
        if ended_at is None:
            reasons.append("visits: none came to its end within a day")
        elif now - ended_at > LONGEST_REST:
            reasons.append(f"visits: the last one came to its end at {ended_at:%Y-%m-%d %H:%M} UTC")
    if hold := find_hold(application):
        reasons.append(str(hold))
    return reasons


def _look_at_file(request: Request, file: Path | None) -> list[str]:
    """SQLite goes on with a file that was moved or replaced under it, and what is saved then is lost at the end."""
    if file is None:
        return []
    try:
        found = file.stat().st_dev, file.stat().st_ino
    except OSError:
        return [f"database: {file} is gone"]
    state = request.app.state
    state.store_file = state.store_file or found
    return [] if state.store_file == found else [f"database: another {file} stands there since the service began"]


router = APIRouter()
router.add_api_route("/healthz", is_alive, response_model=None)
router.add_api_route("/readyz", is_ready, response_model=None)
router.add_api_route("/metrics", show_metrics, response_model=None)
