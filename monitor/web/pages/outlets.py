"""Outlets: the state of each, since when and why, what it brought of late; pausing, resuming, checking now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from starlette.responses import RedirectResponse

from monitor.digests.plain import make_plain
from monitor.judgements import check_reader
from monitor.web.desk import Desk, DeskHere
from monitor.web.rendering import add_page
from seeds.outlet import Outlet
from storage.values import FeedState, OutletFigures, OutletState, RunRow

COLUMNS = (
    "id", "name", "country", "lang", "kind", "state", "since", "reason", "last_seen_at", "last_new_at", "next_due_at",
    "per_day", "refusals", "paused_at", "paused_by", "homepage",
)
# Those that a person should look at come first.
STATES = ("blocked", "broken", "drifted", "silent", "resting", "quiet", "unproven", "fine")
RUNS = 30


@dataclass(frozen=True)
class OutletLine:
    """One outlet. `per_day` are its entries of a usual day of late, `entries` those of each day, today last."""

    id: str
    name: str
    country: str
    lang: str
    kind: str
    homepage: str
    state: str
    since: datetime | None
    reason: str
    last_seen_at: datetime | None
    last_new_at: datetime | None
    next_due_at: datetime | None
    per_day: float
    entries: tuple[int, ...]
    refusals: dict[str, int]
    paused_at: datetime | None
    paused_by: str


@dataclass(frozen=True)
class OutletsPage:
    """All outlets that are watched, those in trouble first; `states` counts them by state."""

    rows: tuple[OutletLine, ...]
    states: dict[str, int]
    state: str
    may_crawl: bool


@dataclass(frozen=True)
class OutletPage:
    """One outlet with its feeds and its latest runs."""

    outlet: OutletLine
    feeds: tuple[FeedState, ...]
    rows: tuple[RunRow, ...]


def show_outlets(desk: DeskHere, state: str = "") -> OutletsPage:
    if state and state not in (*STATES, "paused"):
        raise HTTPException(400, "state")
    known, figures = desk.store.outlets.states(), desk.request.app.state.figures.find()
    lines = [
        make_line(outlet, known.get(outlet.id), figures.get(outlet.id, OutletFigures()))
        for outlet in desk.application.watched.values()
    ]
    counts: dict[str, int] = {}
    for line in lines:
        counts[_find_state(line)] = counts.get(_find_state(line), 0) + 1
    lines.sort(key=lambda line: (STATES.index(line.state) if line.state in STATES else 0, line.name.casefold()))
    shown = tuple(line for line in lines if not state or _find_state(line) == state)
    order = [one for one in (*STATES, "paused") if one in counts]
    return OutletsPage(shown, {one: counts[one] for one in order}, state, desk.application.settings.may_crawl)


def show_outlet(outlet_id: str, desk: DeskHere) -> OutletPage:
    outlet = _find_outlet(desk, outlet_id)
    known, figures = desk.store.outlets.states(), desk.request.app.state.figures.find()
    feeds = desk.store.outlets.feed_states(outlet_id)
    shown = [feeds.get(feed.url, FeedState(outlet_id, feed.url)) for feed in outlet.feeds]
    line = make_line(outlet, known.get(outlet_id), figures.get(outlet_id, OutletFigures()))
    return OutletPage(line, tuple(shown), tuple(desk.store.runs.find(RUNS, outlet_id)))


def pause(outlet_id: str, desk: DeskHere, reader: Annotated[str, Form()]) -> Response:
    who = check_reader(reader)
    desk.remember_reader(who)
    _register(desk, outlet_id)
    desk.store.outlet_pages.pause(outlet_id, who, desk.application.clock())
    return RedirectResponse(f"/outlets/{outlet_id}", 303)


def resume(outlet_id: str, desk: DeskHere) -> Response:
    _find_outlet(desk, outlet_id)
    desk.store.outlet_pages.resume(outlet_id)
    return RedirectResponse(f"/outlets/{outlet_id}", 303)


def check(outlet_id: str, desk: DeskHere) -> Response:
    """Makes the outlet due: the service asks it with its next tick, under its usual leases and pauses."""
    _register(desk, outlet_id)
    desk.store.outlet_pages.ask_soon(outlet_id, desk.application.clock())
    return RedirectResponse(f"/outlets/{outlet_id}", 303)


def _register(desk: Desk, outlet_id: str) -> None:
    desk.store.outlets.register([_find_outlet(desk, outlet_id).id])


def _find_outlet(desk: Desk, outlet_id: str) -> Outlet:
    outlet = desk.application.catalogue.outlets.get(outlet_id)
    if outlet is None:
        raise HTTPException(404, "outlet")
    return outlet


def _find_state(line: OutletLine) -> str:
    return "paused" if line.paused_at else line.state


def make_line(outlet: Outlet, known: OutletState | None, figures: OutletFigures) -> OutletLine:
    """The line of an outlet; `known` is None for one that was never visited."""
    state = known or OutletState(outlet.id)
    first = next((number for number, count in enumerate(figures.entries) if count), 0)
    whole = figures.entries[first:-1]  # since it was first read; today is not over
    return OutletLine(
        id=outlet.id, name=make_plain(outlet.name), country=outlet.country, lang=outlet.lang, kind=outlet.kind,
        homepage=outlet.homepage, state=state.state, since=state.state_since, reason=make_plain(state.state_reason),
        last_seen_at=state.last_seen_at, last_new_at=state.last_new_at, next_due_at=state.next_due_at,
        per_day=round(sum(whole) / len(whole), 1) if whole else 0.0, entries=figures.entries,
        refusals=dict(sorted(figures.refusals.items(), key=lambda item: -item[1])),
        paused_at=state.paused_at, paused_by=make_plain(state.paused_by),
    )


router = APIRouter()
add_page(router, "/outlets", show_outlets, "outlets.html", COLUMNS)
add_page(router, "/outlets/{outlet_id}", show_outlet, "outlet.html",
         ("id", "wave_id", "started_at", "finished_at", "outcome", "reason", "counts"))
for name, act in (("pause", pause), ("resume", resume), ("check", check)):
    router.add_api_route(f"/outlets/{{outlet_id}}/{name}", act, methods=["POST"], response_model=None)
