"""Ties: the register, sortable and made to be printed, and the page of one pair with its history."""

from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter, HTTPException, Response

from monitor.register import find_known
from monitor.web.desk import Desk, DeskHere
from monitor.web.filters import find_order
from monitor.web.lines import EventLine, find_events, make_cursor
from monitor.web.pages.events import Choice, capitalise
from monitor.web.place_field import PlaceHere, furnish_place, lead_on
from monitor.web.rendering import add_page, find_size, is_twin
from monitor.web.tie_filter import TieFilter, TieFilterHere, find_tied_places, find_ties
from seeds.places import TIE_KINDS
from storage.values import EventQuery, TieRow

COLUMNS = ("vn_name", "kr_name", "kind", "since", "last_event_on", "events", "source", "vn_key", "kr_key")
SORTS = {
    "vn": ("vn_name", False), "kr": ("kr_name", False), "kind": ("kind", False), "since": ("since", False),
    "last": ("last_event_on", True), "events": ("events", True),
}
PAGE, REGISTER_PAGE = 100, 200
NO_DAY = "–"


@dataclass(frozen=True)
class TieLine:
    """A tie with its names. `source` is `known` (told beforehand) or `events` (shown by events alone)."""

    vn_key: str
    vn_name: str
    kr_key: str
    kr_name: str
    kind: str
    since: str | None
    last_event_on: str | None
    events: int
    source: str


@dataclass(frozen=True)
class TiesPage:
    """The register, or what a filter leaves of it: one of `pages` pages, or all of it; `count` counts all."""

    rows: tuple[TieLine, ...]
    count: int
    page: int
    pages: int
    place: str
    kind: str
    sort: str
    q: str


@dataclass(frozen=True)
class TiePage:
    """One tie and its events, newest first; `next` is the cursor of older ones.

    It does not stand where all that speaks of it is refuted or unsure: then there are no events.
    """

    tie: TieLine
    rows: tuple[EventLine, ...]
    next: str
    stands: bool


def show_ties(
    desk: DeskHere, wanted: TieFilterHere, place: PlaceHere, sort: str = "vn", page: int = 1, all: bool = False
) -> TiesPage | Response:
    """One page of the register; the whole with `all`, which is for paper, and in the twins."""
    if sort not in SORTS:
        raise HTTPException(400, "sort")
    if way := lead_on(desk, place):
        return way
    lines = [] if place.is_open else find_lines(desk, wanted)
    column, is_descending = SORTS[sort]
    lines.sort(key=lambda line: (find_order(line.vn_name), find_order(line.kr_name)))
    lines.sort(key=lambda line: _rank(getattr(line, column)), reverse=is_descending)
    size = max(1, len(lines)) if all or is_twin(desk) else REGISTER_PAGE
    pages = max(1, -(-len(lines) // size))
    page = max(1, min(page, pages))
    shown = tuple(lines[(page - 1) * size : page * size])
    return TiesPage(shown, len(lines), page, pages, wanted.place, wanted.kind, sort, wanted.q)


def furnish(desk: Desk, page: TiesPage) -> dict[str, object]:
    """The cells of the table as texts: to look each of 14,000 up in the template takes most of the time of the page."""
    names = {kind: desk.words.say(f"kind.{kind}") for kind in TIE_KINDS}
    day = cache(lambda day: desk.day(day) if day else NO_DAY)
    kinds = [Choice(kind, capitalise(name)) for kind, name in names.items()]
    return {**furnish_place(desk, find_tied_places(desk.application)), "kinds": kinds, "lines": [
        (tie.vn_key, tie.kr_key, tie.vn_name, tie.kr_name, names.get(tie.kind, tie.kind), day(tie.since),
         day(tie.last_event_on), tie.events)
        for tie in page.rows
    ]}


def find_lines(desk: Desk, wanted: TieFilter) -> list[TieLine]:
    """The ties that meet a filter, in no order."""
    return [_make_line(desk, tie) for tie in find_ties(desk.application, wanted)]


def show_tie(vn_key: str, kr_key: str, desk: DeskHere, before: str = "") -> TiePage:
    cursor, size = tuple(before.split("~", 1)) if "~" in before else None, find_size(desk, PAGE)
    query = EventQuery(pair=(vn_key, kr_key), before=cursor, limit=size + 1)  # type: ignore[arg-type]
    found = find_events(desk, query)
    pair = vn_key, kr_key
    tie = desk.store.ties.get(*pair) or find_known(desk.application.gazetteer).get(pair)
    stands = tie is not None or bool(found)
    if not stands and (before or not _was_told(desk, pair)):
        raise HTTPException(404, "tie")
    line = _make_line(desk, tie or TieRow(vn_key, kr_key, "contact", None, None, 0, "events"))
    return TiePage(line, tuple(found[:size]), make_cursor(found[size - 1]) if found[size:] else "", stands)


def _was_told(desk: Desk, pair: tuple[str, str]) -> bool:
    """Whether there is an event of the pair that does not count: its page leads here, and so do old digests."""
    find = desk.store.event_pages.find_briefs
    return any(find(EventQuery(pair=pair, verdict=verdict, limit=1)) for verdict in ("no", "unsure"))


def _make_line(desk: Desk, tie: TieRow) -> TieLine:
    return TieLine(
        tie.vn_key, desk.place(tie.vn_key), tie.kr_key, desk.place(tie.kr_key), tie.kind, tie.since,
        tie.last_event_on, tie.events, tie.source,
    )


def _rank(value: str | int | None) -> tuple[bool, str | int]:
    """What is not known stands last where days ascend, and last where they descend."""
    if isinstance(value, int):
        return True, value
    return value is not None, find_order(value or "")


router = APIRouter()
add_page(router, "/ties", show_ties, "ties.html", COLUMNS, furnish)
add_page(router, "/ties/{vn_key}/{kr_key}", show_tie, "tie.html", ("id", "happened_on", "headline", "act", "stage"))
