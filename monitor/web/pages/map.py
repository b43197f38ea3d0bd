"""Map: both countries side by side with the busiest ties as arcs, and the same ties as a table."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from monitor.web.desk import Desk, DeskHere
from monitor.web.mapping import HEIGHT, WIDTH, Link, draw_arcs, draw_dots, draw_islands, draw_outline
from monitor.web.pages.events import Choice, capitalise
from monitor.web.pages.ties import COLUMNS, TieLine, find_lines
from monitor.web.place_field import PlaceHere, furnish_place, lead_on
from monitor.web.rendering import add_page
from monitor.web.tie_filter import TieFilter, TieFilterHere, find_tied_places
from seeds.places import TIE_KINDS

# More arcs than these are a ball of wool, and as many stops of the Tab key.
MOST = 40


@dataclass(frozen=True)
class MapPage:
    """The busiest ties of a place or a kind; `all` counts those that were looked at."""

    rows: tuple[TieLine, ...]
    all: int
    place: str
    kind: str


def show_map(desk: DeskHere, wanted: TieFilterHere, place: PlaceHere) -> MapPage | Response:
    if way := lead_on(desk, place):
        return way
    return MapPage((), 0, "", wanted.kind) if place.is_open else find_busiest(desk, wanted)


def find_busiest(desk: Desk, wanted: TieFilter) -> MapPage:
    """The busiest ties that meet a filter."""
    lines = find_lines(desk, wanted)
    # Of those that are equally busy the latest, and those with a day before those without one.
    lines.sort(key=lambda line: (line.events, line.last_event_on or "", line.since or ""), reverse=True)
    return MapPage(tuple(lines[:MOST]), len(lines), wanted.place, wanted.kind)


def furnish(desk: Desk, page: MapPage) -> dict[str, object]:
    """The drawing, and what the form offers."""
    gazetteer = desk.application.gazetteer
    links = [Link(row.vn_key, row.kr_key, row.events) for row in page.rows]
    return {
        **furnish_place(desk, find_tied_places(desk.application)),
        "width": WIDTH, "height": HEIGHT, "outlines": {one: draw_outline(one) for one in ("VN", "KR")},
        "islands": draw_islands(desk.language),
        "arcs": draw_arcs(links, gazetteer), "dots": draw_dots(links, gazetteer, desk.place),
        "lines": {(row.vn_key, row.kr_key): row for row in page.rows},
        "choices": {
            "kind": [Choice(kind, capitalise(desk.words.say(f"kind.{kind}"))) for kind in TIE_KINDS],
        },
    }


router = APIRouter()
add_page(router, "/map", show_map, "map.html", COLUMNS, furnish)
