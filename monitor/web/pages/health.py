"""What machines ask: whether the process lives, whether it does its work, and its figures; no page for people."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse, PlainTextResponse

from monitor.application import Application
from monitor.metrics import CONTENT_TYPE, make_metrics
from monitor.schedule import SCHEDULER_LEASE
from storage.errors import StoreError

# Every outlet is due within a day, and some of a hundred within each hour.
LATE_WAVE = timedelta(hours=6)


async def is_alive() -> Response:
    """An answer is the answer: the loop turns. It asks nothing else, so that a slow database restarts nobody."""
    return PlainTextResponse("alive\n")


def is_ready(request: Request) -> Response:
    """503 with the reasons where the database, the schedule or the last wave is not as it should be."""
    application: Application = request.app.state.application
    try:
        last_wave_at, reasons = _look(application, application.clock())
    except StoreError as error:
        last_wave_at, reasons = None, [str(error)]
    body: dict[str, Any] = {
        "ready": not reasons, "reasons": reasons, "last_wave_at": last_wave_at and last_wave_at.isoformat(),
    }
    return JSONResponse(body, 503 if reasons else 200)


def show_metrics(request: Request) -> Response:
    """The figures as Prometheus reads them."""
    return Response(make_metrics(request.app.state.application), media_type=CONTENT_TYPE)


def _look(application: Application, now: datetime) -> tuple[datetime | None, list[str]]:
    store, reasons = application.store, []
    until = store.leases.find_end(SCHEDULER_LEASE)
    if until is None or until <= now:
        reasons.append("schedule: no service holds it" + (f" since {until:%Y-%m-%d %H:%M} UTC" if until else ""))
    last_wave_at = store.runs.last_wave_at()
    if application.settings.may_crawl:
        if last_wave_at is None:
            reasons.append("last wave: none yet")
        elif now - last_wave_at > LATE_WAVE:
            reasons.append(f"last wave: {last_wave_at:%Y-%m-%d %H:%M} UTC")
    return last_wave_at, reasons


router = APIRouter()
router.add_api_route("/healthz", is_alive, response_model=None)
router.add_api_route("/readyz", is_ready, response_model=None)
router.add_api_route("/metrics", show_metrics, response_model=None)
