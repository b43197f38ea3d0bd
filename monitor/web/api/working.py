"""The work in the API: outlets with pausing and checking, runs, digests, deliveries, and the coverage."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Response

from monitor.application import UTC_ZONE
from monitor.coverage import DAYS, measure_coverage
from monitor.coverage_rows import report_json
from monitor.judgements import check_reader
from monitor.rows import delivery_row, outlet_row, run_row
from monitor.times import format_instant
from monitor.web.api import shapes
from monitor.web.api.answers import (
    Cursor,
    Limit,
    answer,
    documented,
    make_page,
    read_cursor,
    read_number,
)
from monitor.web.desk import Desk, DeskHere
from monitor.web.filters import Number
from monitor.web.pages.outlets import make_line
from seeds.outlet import Outlet
from storage.values import DeliveryRow, DigestHead, OutletFigures, OutletState, RunOutcome, RunRow

OutletId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_.-]{1,60}$")]
Outcome = RunOutcome | Literal[""]
Name = Annotated[str, Query(max_length=100)]


def list_outlets(desk: DeskHere, cursor: Cursor = "", limit: Limit = 50) -> Response:
    """The outlets that are watched, by id."""
    after, known = read_cursor(cursor), desk.store.outlets.states()
    found = [outlet for id, outlet in sorted(desk.application.watched.items()) if id > after]
    page = make_page(found, limit, lambda one: one.id, lambda one: _show_outlet(desk, one, known.get(one.id)))
    return answer(desk.request, page)


def get_outlet(outlet_id: OutletId, desk: DeskHere) -> Response:
    """One outlet and how it does."""
    outlet = _find_outlet(desk, outlet_id)
    return answer(desk.request, _show_outlet(desk, outlet, desk.store.outlets.states().get(outlet_id)))


def pause_outlet(outlet_id: OutletId, who: shapes.Who, desk: DeskHere) -> Response:
    """Lets nobody visit the outlet until it is resumed."""
    reader = check_reader(who.reader)
    return _act(desk, outlet_id, lambda: desk.store.outlet_pages.pause(outlet_id, reader, desk.application.clock()))


def resume_outlet(outlet_id: OutletId, desk: DeskHere) -> Response:
    """Ends a pause."""
    return _act(desk, outlet_id, lambda: desk.store.outlet_pages.resume(outlet_id))


def check_outlet(outlet_id: OutletId, desk: DeskHere) -> Response:
    """Makes the outlet due: the service asks it with its next tick."""
    return _act(desk, outlet_id, lambda: desk.store.outlet_pages.ask_soon(outlet_id, desk.application.clock()))


def list_runs(
    desk: DeskHere, outlet: Name = "", outcome: Outcome = "", cursor: Cursor = "", limit: Limit = 50
) -> Response:
    """Runs, newest first."""
    found = desk.store.runs.find(limit + 1, outlet or None, outcome=outcome, before=read_number(cursor))
    return answer(desk.request, make_page(found, limit, _number, lambda run: run_row(run, desk.application)))


def list_digests(desk: DeskHere, subscription: Name = "", cursor: Cursor = "", limit: Limit = 50) -> Response:
    """Digests, newest first."""
    found = desk.store.digest_pages.find(limit + 1, read_number(cursor), subscription)
    return answer(desk.request, make_page(found, limit, _number, _show_digest))


def get_digest(digest_id: Number, desk: DeskHere) -> Response:
    """One digest as it was composed, with its deliveries."""
    digest = desk.store.digests.get_digest(digest_id)
    if digest is None:
        raise HTTPException(404, "digest")
    numbers = desk.store.digest_pages.deliveries(digest_id)
    rows = [row for number in numbers if (row := desk.store.deliveries.get(number))]
    return answer(desk.request, {
        "id": digest.id, "subscription": digest.subscription,
        "composed_at": format_instant(digest.composed_at, UTC_ZONE), "content": digest.content,
        "deliveries": [delivery_row(row, UTC_ZONE) for row in rows],
    })


def list_deliveries(desk: DeskHere, cursor: Cursor = "", limit: Limit = 50) -> Response:
    """Deliveries, newest first."""
    found = desk.store.deliveries.find(limit + 1, read_number(cursor))
    return answer(desk.request, make_page(found, limit, _number, lambda row: delivery_row(row, UTC_ZONE)))


def get_coverage(desk: DeskHere, days: Annotated[int, Query(ge=1, le=366)] = DAYS) -> Response:
    """How much of what happens the outlets find by themselves, measured by search services."""
    told = report_json(measure_coverage(desk.application, days), desk.application.gazetteer)
    return answer(desk.request, told, {**told, "until_at": None})


def _act(desk: Desk, outlet_id: str, work: Callable[[], object]) -> Response:
    outlet = _find_outlet(desk, outlet_id)
    desk.store.outlets.register([outlet_id])
    work()
    return answer(desk.request, _show_outlet(desk, outlet, desk.store.outlets.states().get(outlet_id)))


def _find_outlet(desk: Desk, outlet_id: str) -> Outlet:
    outlet = desk.application.catalogue.outlets.get(outlet_id)
    if outlet is None:
        raise HTTPException(404, "outlet")
    return outlet


def _show_outlet(desk: Desk, outlet: Outlet, known: OutletState | None) -> dict[str, Any]:
    state = known or OutletState(outlet.id)
    line = make_line(outlet, known, desk.request.app.state.figures.find().get(outlet.id, OutletFigures()))
    return {
        **outlet_row(outlet, known, desk.application), "per_day": line.per_day, "entries": line.entries,
        "refusals": line.refusals, "paused_at": format_instant(state.paused_at, UTC_ZONE),
        "paused_by": state.paused_by,
    }


def _show_digest(digest: DigestHead) -> dict[str, Any]:
    return {
        "id": digest.id, "subscription": digest.subscription, "period": digest.period,
        "composed_at": format_instant(digest.composed_at, UTC_ZONE), "events": digest.events,
        "states": dict(digest.states),
    }


def _number(row: RunRow | DigestHead | DeliveryRow) -> str:
    return str(row.id)


router = APIRouter(tags=["work"])
for path, act, shape, what in (
    ("/outlets", list_outlets, shapes.OutletList, "A page of outlets."),
    ("/outlets/{outlet_id}", get_outlet, shapes.Outlet, "The outlet."),
    ("/runs", list_runs, shapes.RunList, "A page of runs."),
    ("/digests", list_digests, shapes.DigestList, "A page of digests."),
    ("/digests/{digest_id}", get_digest, shapes.WholeDigest, "The digest."),
    ("/deliveries", list_deliveries, shapes.DeliveryList, "A page of deliveries."),
    ("/coverage", get_coverage, shapes.Coverage, "The report."),
):
    router.get(path, responses=documented(shape, what))(act)
for name, write in (("pause", pause_outlet), ("resume", resume_outlet), ("check", check_outlet)):
    router.post(f"/outlets/{{outlet_id}}/{name}", responses={
        200: {"model": shapes.Outlet, "description": "The outlet as it stands now."},
    })(write)
